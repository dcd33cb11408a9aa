# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the bars of a window stand on the bench, one for each number: its rows in one line, or each in a line of its
own, or on steps, one behind and above the other as in the window."""

from dataclasses import dataclass, replace

import numpy as np

from ..page.layout import Block
from .bench import RESULT

PITCH, BETWEEN = 0.95, 0.4  # bench cells from one bar to the next, and more between two rows of the window
BASE = (0.88, 0.7, 0.8)  # the size of a copy on the bench
BAR = (0.8, 0.56)  # a bar's width and depth
RISE, LOWER = 2.4, 1.5  # the height of the highest bar; where there are several lines
STEPPED, TREAD, OVER = 1.35, 0.95, 0.7  # the same on steps; how deep a step is, how much higher than its bars the next
MOST = 64  # numbers that are shown as bars


@dataclass
class Bars:
    """Where the bars of a window of `kernel` (rows, columns) stand: each line has `per` rows of it, from the middle of
    its first copy on (`origins`, world places), in cells `cell` world units long; `result` is the middle of what comes
    of it. The bar of the number `low` has no height, that of `high` is `rise` bench cells high. `stepped`: each line
    stands on a step of its own, the window's first row on the highest at the back."""

    kernel: tuple[int, int]
    per: int
    cell: float
    origins: list[np.ndarray]
    result: np.ndarray
    low: float
    high: float
    rise: float
    stepped: bool = False
    edge: float = RESULT  # of what comes of it, in bench cells

    @staticmethod
    def size(columns: int, rows: int, rise: float = RISE) -> tuple[float, float, float]:
        """Columns, depth and rows that a line of so many rows of a window takes, in bench cells."""
        wide = (rows * columns - 1) * PITCH + (rows - 1) * BETWEEN + BASE[0]
        return wide, BASE[1], BASE[2] + rise

    @classmethod
    def stepped_size(cls, columns: int, rows: int) -> tuple[float, float, float]:
        """The same of all rows, each on a step of its own."""
        wide, deep, high = cls.size(columns, 1, STEPPED)
        return wide, deep + (rows - 1) * TREAD, high + (rows - 1) * (STEPPED + OVER)

    @classmethod
    def steps(cls, page, block: Block, columns: int, rows: int) -> list[Block]:
        """The rows that stand on the steps in the place of a block of `stepped_size`, the last row in front: each with
        a slab from the floor up to its foot that begins where the one before it ends."""
        made, (rim, front, high) = [], block.slab
        for n in range(rows - 1, -1, -1):  # how many steps up
            own = replace(block, slab=(rim, front if n == 0 else TREAD - BASE[1] - rim, high + n * (STEPPED + OVER)))
            corner = block.corner + block.cell * n * np.array([0.0, TREAD, STEPPED + OVER])
            made.append(own.like(page, f"{block.name}.{len(made)}", cls.size(columns, 1, STEPPED), corner))
        return made

    @staticmethod
    def first(corner, cell: float) -> np.ndarray:
        """The middle of a line's first copy, of which the lower front left corner is at a world place."""
        return corner + cell * np.array(BASE) / 2

    def at(self, places) -> np.ndarray:
        """Where the copies of these (row, column) of the window stand, (n, 3) in the bench's frame."""
        rows, columns = np.asarray(places).reshape(-1, 2).T
        lines = (np.array(self.origins) - self.origins[0]) / self.cell
        along = (rows % self.per * self.kernel[1] + columns) * PITCH + rows % self.per * BETWEEN
        return lines[rows // self.per] + np.outer(along, (1.0, 0.0, 0.0))

    def height(self, value) -> np.ndarray:
        """The height of a bar, in bench cells."""
        return self.rise * (np.asarray(value, float) - self.low) / (self.high - self.low)
