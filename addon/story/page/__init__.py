# SPDX-License-Identifier: GPL-3.0-or-later
"""The page: where things stand on the floor and on the screen, in fractions of the frame's height, never in pixels.

- A page is 90 units high and as wide as the frame's shape asks for; places on it are places on the floor.
- The palette, typography and layout know nothing of operations; no bpy.
"""
