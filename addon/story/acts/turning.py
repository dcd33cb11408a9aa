# SPDX-License-Identifier: GPL-3.0-or-later
"""At the start the input turns in place and back, so that its depth is seen."""

import numpy as np

from ..cast.spaced import Spaced
from ..page.layout import Block

TURN, TURNING = 25.0, 1.6  # degrees by which it turns, and seconds


def turn(cast: Spaced, block: Block, intro: float) -> None:
    """Key the input's block in its intro, of so many seconds; with padding it is lifted onto that afterwards."""
    line, home, role = cast.figure.timeline, cast.location, cast.role
    middle = block.corner + block.cell * np.array([cast.shape[1] / 2, cast.deep / 2, 0])
    rel, times = home - middle, np.linspace(0, 1, 13)
    angles = -np.radians(TURN) * np.sin(np.pi * times) ** 2
    channels = {f"{role}.rotation_euler.z": angles,
                f"{role}.location.x": middle[0] + np.cos(angles) * rel[0] - np.sin(angles) * rel[1],
                f"{role}.location.y": middle[1] + np.sin(angles) * rel[0] + np.cos(angles) * rel[1]}  # fmt: skip
    for name, values in channels.items():
        line.declare(name, values[0])
        for a, b, value in zip(times, times[1:], values[1:], strict=False):
            line.add(name, value, (b - a) * TURNING, at=0.5 * intro + a * TURNING, easing="linear")
    below = cast.pads[0][1]
    if below and not cast.moves:
        line.declare(f"{role}.location.z", home[2] - below * block.cell)
        line.add(f"{role}.location.z", home[2], 0.5, at=intro + TURNING)
