# SPDX-License-Identifier: GPL-3.0-or-later
"""From frames to files: `encode` (with `gif` and `palette`) knows frames and files and no bpy; `outputs` makes what a
job was asked for; `formats` is the registry of what there is, `descriptor` what each says of itself; `contact` is the
sheet of stills.
"""
