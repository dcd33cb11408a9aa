# SPDX-License-Identifier: GPL-3.0-or-later
"""The bench: where the arithmetic of one output cell stands as objects, in front of the volumes.

One panel of pairs per channel (the input's number above, the weight below), beside each panel its partial sum, then the
bias and the result. All places are world places of middles; `cell` is the world length of a bench cell.
"""

from dataclasses import dataclass, field

import numpy as np

from ..page import palette
from ..plan.plan import Points

PITCH_X, PITCH_Z = 1.04, 1.13  # from one pair to the next, in bench cells
HALF = (0.99, 0.62, 0.49)  # the size of a pair's half
PARTIAL, RESULT = 0.78, 1.16  # edges of the cubes of partial sums and of the result, in bench cells


SLAB = 0.22  # height of the slab that all of it stands on, in bench cells
RIM = 0.12  # by how much the slab is larger than what stands on it, in bench cells
FRONT = 0.14  # and by how much more in front
SLAB_LIGHT = 1.16  # how much lighter than the floor it is


@dataclass
class Bench:
    """The places of one figure's bench."""

    kernel: tuple[int, int]  # rows and columns of a panel
    cell: float = 1.0
    panels: list[np.ndarray] = field(default_factory=list)  # of each panel's first pair
    partials: list[np.ndarray] = field(default_factory=list)  # empty where there is one channel
    bias: np.ndarray | None = None
    result: np.ndarray | None = None

    def pair(self, channel: int, row: int, column: int, lower: bool = False) -> np.ndarray:
        """The middle of a pair's upper or lower half."""
        half = -0.245 if lower else 0.245
        return self.panels[channel] + self.cell * np.array([column * PITCH_X, 0.0, half - row * PITCH_Z])

    @staticmethod
    def panel_size(kernel) -> tuple[float, float, float]:
        """Columns, depth and rows of a panel, in bench cells."""
        rows, columns = kernel
        return (columns - 1) * PITCH_X + 1, HALF[1], (rows - 1) * PITCH_Z + 1

    @staticmethod
    def on_slab(size, above: float = 0.0) -> tuple[float, float, float]:
        """The size of a block with the slab that it stands on, and so much room above it, as layout places it."""
        return size[0] + 2 * RIM, size[1] + 2 * RIM + FRONT, size[2] + SLAB + above

    def foot(self, corner: np.ndarray) -> np.ndarray:
        """Where on a slab, whose lower front left corner stands at a world place, the block on it begins."""
        return corner + self.cell * np.array([RIM, RIM + FRONT, SLAB])

    def add_slab(self, figure, corner, size, number: int = 0) -> None:
        """A slab of `size` (columns and depth, in bench cells) whose lower front left corner stands at a world place."""
        wide, deep = size[:2]
        low, high = np.asarray(corner), corner + self.cell * np.array([wide, deep, SLAB])
        kind = figure.cube(palette.lit(figure.theme.floor, SLAB_LIGHT), f"box {wide:.4g} {deep:.4g} {SLAB:.4g} 16")
        middle = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, self.cell * SLAB / 2])
        more = f" {number}" if number else ""
        figure.volume(f"bench.slab{more}", f"Bench slab{more}", [Points.make([(0, 0, 0)], cube=kind, faded=kind)], middle, self.cell)
        figure.casts(low, np.array([high[0], high[1], self.cell * SLAB]))

    def stand(self, corner: np.ndarray) -> np.ndarray:
        """The middle of the first pair of a panel whose slab begins at a world place."""
        return self.foot(corner) + self.cell * np.array([0.5, HALF[1] / 2, (self.kernel[0] - 1) * PITCH_Z + 0.5])

    def cube(self, corner: np.ndarray, edge: float) -> np.ndarray:
        """The middle of a cube whose slab begins at a world place."""
        return self.foot(corner) + self.cell * edge / 2 * np.ones(3)
