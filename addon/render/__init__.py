# SPDX-License-Identifier: GPL-3.0-or-later
"""Render: which engine and how good, the frame loop, reuse and resume, and the files that come out.

- A pixel is a function of the state that reaches it, never of the frame before.
- `encode` (with `gif` and `palette`) knows frames and files and no bpy; everything else here works on
  Blender's scene.
- Nothing is imported here, so that the encoders can be used where Blender is not.
"""
