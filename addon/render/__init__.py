# SPDX-License-Identifier: GPL-3.0-or-later
"""Render: which engine and how good, the frame loop, reuse and resume, and the files that come out.

- A pixel is a function of the state that reaches it, never of the frame before.
- `reuse` makes frames and keeps them, `process` says who renders, `files` writes what was asked for; `profiles` has the
  qualities to choose from.
- Nothing is imported here, so that the encoders can be used where Blender is not.
"""
