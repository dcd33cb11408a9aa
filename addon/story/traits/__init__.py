# SPDX-License-Identifier: GPL-3.0-or-later
"""What a figure says besides its cast, where its operation has it: index labels, cards of channels, the why-line.

A trait says whether it applies and adds its part; it knows no kind of figure. No bpy.
"""
