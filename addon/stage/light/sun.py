# SPDX-License-Identifier: GPL-3.0-or-later
"""Where light comes from, in numbers: both ways of lighting, baked and studio, read these and nothing else.

Light is linear and relative: a surface of colour c under light 1 shows c. An open front face has FRONT, a top
TOP, a right side SIDE; a sun, a white sky and the light that an open floor sends back add up to them.
"""

import math

import numpy as np

FRONT, TOP, SIDE = 1.00, 1.15, 0.65

FLOOR_COLOR = "#C8CED7"  # as an open place of the floor shows it
SKY = 0.36  # radiance of the white dome
FLOOR_BOUNCE = 0.60  # radiance of an open floor
SUN_ANGLE = math.radians(14)

# What sky and floor leave over is the sun's: an upright face sees half of each, the top sees sky alone.
_UPRIGHT = (SKY + FLOOR_BOUNCE) / 2
SUN = np.array((SIDE - _UPRIGHT, -(FRONT - _UPRIGHT), TOP - SKY))  # toward the sun, as long as it is bright
SUN_TOWARD = SUN / np.linalg.norm(SUN)
SUN_STRENGTH = math.pi * float(np.linalg.norm(SUN))  # in Blender's unit
