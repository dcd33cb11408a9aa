# SPDX-License-Identifier: GPL-3.0-or-later
"""The bench: where the arithmetic of one output cell stands as objects, in front of the volumes.

One panel of pairs per channel (the input's number above, the weight below), beside each panel its partial sum, before
the last panel one sum of all channels that have none, then the bias and the result. All places are world places of
middles; `cell` is the world length of a bench cell.
"""

from dataclasses import dataclass, field

import numpy as np

PITCH_X, PITCH_Z = 0.93, 1.13  # from one pair to the next, in bench cells
APART, FEW = 1.28, 4  # from one of a few rows to the next where products stay: gaps tell what belongs together
HALF = (0.88, 0.70, 0.49)  # the size of a pair's half
PRODUCT = (0.88, 0.6, 0.62)  # the size of a product that stays beside its pair
AWAY, NEXT = 0.06, 0.46  # how far away from it, and from the next pair
WIDER = 0.4  # how much further from that where a page has room beside a single panel
PARTIAL, RESULT = 0.78, 1.06  # edges of the cubes of partial sums and of the result, in bench cells
SLAB = (0.12, 0.26, 0.2)  # the slab under it: how much larger at the sides and in front, how high
SMALL_SLAB = (0.045, 0.13, 0.12)  # that under a partial sum


@dataclass
class Bench:
    """The places of one figure's bench."""

    kernel: tuple[int, int]  # rows and columns of a panel
    cell: float = 1.0
    keeps_products: bool = False  # they stay beside their pairs
    wider: float = 0.0  # and are so much further from the next ones
    panels: list[np.ndarray] = field(default_factory=list)  # of each panel's first pair
    partials: list[np.ndarray] = field(default_factory=list)  # empty where there is one channel
    rest: np.ndarray | None = None  # of the sum of the channels that have no panel
    bias: np.ndarray | None = None
    result: np.ndarray | None = None
    edge: float = RESULT  # of the result's cube, in bench cells
    # where a copy's arc to it leads by: parts of its way, and bench cells besides
    way: tuple = ((0.55, 0.75, 0.0), (0.0, -0.4, 0.9))

    def __post_init__(self):
        if self.keeps_products:  # onto shelves it comes from before them
            self.way = (0.6, 1.0, 0.5), (0.0, -2.2, 0.6)

    def pair(self, channel: int, row: int, column: int, lower: bool = False) -> np.ndarray:
        """The middle of a pair's upper or lower half."""
        half = -0.245 if lower else 0.245
        across = column * self.pitch(self.keeps_products, self.wider)
        down = row * self.rise(self.kernel[0], self.keeps_products)
        return self.panels[channel] + self.cell * np.array([across, 0.0, half - down])

    def product(self, channel: int, row: int, column: int) -> np.ndarray:
        """The middle of a product beside its pair."""
        return self.pair(channel, row, column) + self.cell * np.array([(HALF[0] + PRODUCT[0]) / 2 + AWAY, 0.0, -0.245])

    @staticmethod
    def pitch(products: bool, wider: float = 0.0) -> float:
        """From one pair to the next along a row, in bench cells."""
        return PITCH_X + (PRODUCT[0] + AWAY + NEXT + wider - (PITCH_X - HALF[0]) if products else 0.0)

    @staticmethod
    def rise(rows: int, products: bool) -> float:
        """From one pair to the next along a column of so many, in bench cells."""
        return APART if products and rows <= FEW else PITCH_Z

    @classmethod
    def panel_size(cls, kernel, products: bool = False, wider: float = 0.0) -> tuple[float, float, float]:
        """Columns, depth and rows of a panel, in bench cells."""
        rows, columns = kernel
        wide = (columns - 1) * cls.pitch(products, wider) + HALF[0] + products * (PRODUCT[0] + AWAY)
        return wide, HALF[1], (rows - 1) * cls.rise(rows, products) + 1

    @classmethod
    def shelves(cls, kernel, products: bool = True) -> tuple[float, ...]:
        """How high over its slab the upper rows of a panel stand, in bench cells."""
        return tuple(row * cls.rise(kernel[0], products) for row in range(1, kernel[0]))

    def stand(self, corner: np.ndarray) -> np.ndarray:
        """The middle of the first pair of a panel whose lower front left corner is at a world place."""
        rise = self.rise(self.kernel[0], self.keeps_products)
        return corner + self.cell * np.array([HALF[0] / 2, HALF[1] / 2, (self.kernel[0] - 1) * rise + 0.5])

    def cube(self, corner: np.ndarray, edge: float) -> np.ndarray:
        """The middle of a cube whose lower front left corner is at a world place."""
        return corner + self.cell * edge / 2 * np.ones(3)


@dataclass(frozen=True)
class Operands:
    """What one step puts on the bench. World places (n, 3) of its taps' cells and of its weights, one row per tap.

    `fills` are the colours of the values, `weight_fills` of the weights; `channel`, `row`, `column` the taps' places in
    the kernel; `cell`, `weight_cell` and `target_cell` the lengths of the cells they come from and go to.
    """

    index: int
    values: np.ndarray
    weights: np.ndarray
    products: np.ndarray
    bias: float | None
    value: float
    channel: np.ndarray
    row: np.ndarray
    column: np.ndarray
    fills: list[str]
    weight_fills: list[str]
    inks: list[str | None]  # of the values; None: what reads on their fill
    places: np.ndarray
    weight_places: np.ndarray
    cell: float
    weight_cell: float
    target: np.ndarray
    target_cell: float
    hover: np.ndarray  # the offset to which the copy slides out
    rest: float | None = None  # what the channels that have no panel come to

    @property
    def known(self) -> dict:
        """The columns that say what its pieces are of."""
        return {"channel": self.channel, "row": self.row, "column": self.column, "step": self.index}
