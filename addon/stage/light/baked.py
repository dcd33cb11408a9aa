# SPDX-License-Identifier: GPL-3.0-or-later
"""Baked light: a surface shows its colour times a number worked out beforehand. NumPy alone, nothing random.

This is the room's front door; cells and floor are worked out next door.
"""

from .cells import ABOVE, BACK, BELOW, FRONT, LEFT, RIGHT, cell_mesh, normal_light
from .floor import box_shadow, floor_light, pool

__all__ = ["ABOVE", "BACK", "BELOW", "FRONT", "LEFT", "RIGHT", "box_shadow", "cell_mesh", "floor_light",
           "normal_light", "pool"]  # fmt: skip
