# SPDX-License-Identifier: GPL-3.0-or-later
"""Light on the stage, two ways that give one picture: worked out in NumPy (`baked`) or by Blender (`studio`)."""
