# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands on the stage: volumes of cells, windows, the bench, cards, words. Each turns arrays into rows of a plan.

- A cast member knows its values, its place and its cells' size; when it moves is the acts' business.
- No operation is known by name here, and no bpy.
"""
