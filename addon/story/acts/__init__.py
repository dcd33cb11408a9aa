# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens on the stage, in clock values: the window glides, a copy is lifted, pairs meet, products add up, a
result flies, a slice files in.

- An act says how many seconds it wants before anything is laid out, and gives rows of pieces afterwards.
- Acts know the trace's steps as numbers; which operation made them they do not know. No bpy.
"""
