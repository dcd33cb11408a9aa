# SPDX-License-Identifier: GPL-3.0-or-later
"""Two rows of cells, one before the other, and what stands around them: a block in the corner that their slope leaves
free above them at the right, and what is worked with below it, or in the corner below the rows at the left.

All rows run along the world's x, so on the page their edges are parallel and fall to the right. How low something
stands between such edges is its `fall`: page units below a line of that slope through the page's upper left corner.
"""

from dataclasses import dataclass

import numpy as np

from .layout import Block
from .view import UNIT, Page

GAP, APART = 1.2, 4.0  # page units between rows and what is around them, and between blocks side by side
SPREAD = 5.0  # page units at most by which each of three gaps grows where there is room
NAMED = 12.0  # page units: how far to the right a name above a block in front may reach
LARGEST = 1.3  # of the rows' cells: the largest of what stands in front


@dataclass
class Terraces:
    """`lower` stands on the page straight below `upper`, its first cell `shift` cells further right. `over`: how high
    (cells) something stands on the upper row; `numbers`: page units below a row for its column numbers, `between`:
    for words above the lower row, `beside`: for words at its right. The cells of what stands in `front` are `least`
    times as large as those of the rows at first, and grow with the room that is left. It stands side by side below the
    rows, or, with `aside`, below the block in the corner, one below the other."""

    region: tuple[float, float, float, float]  # left, top, right, bottom
    upper: Block
    lower: Block
    corner: Block
    front: list[Block]
    aside: bool = False
    shift: float = 0.0
    over: float = 0.0
    numbers: float = 2.8
    between: float = 0.0
    beside: float = 0.0
    least: float = 0.62
    # known after it has been placed: the fall below the lower row's numbers; where what stands in front has room: from
    # where on to the right, and from which fall on
    under: float = 0.0
    free: tuple[float, float] = (0.0, 0.0)

    def extent(self, page: Page, cell: float) -> tuple[float, float]:
        """Nothing where all have room in the region with cells of so many page units; else more than any has."""
        return (0.0, 0.0) if self._room(page, cell, self.least) >= 0.0 else (1e9, 1e9)

    def place(self, page: Page, cell: float, *_) -> None:
        """Give all their places; what stands in front is as large as then has room."""
        low, high = self.least, LARGEST
        for _ in range(24):
            middle = (low + high) / 2
            low, high = (middle, high) if self._room(page, cell, middle) >= 0.0 else (low, middle)
        spare = self._room(page, cell, low)
        self._room(page, cell, low, min(spare / 3, SPREAD))
        if self.aside:
            spare = self.region[3] - max(seen(page, block)[3] for block in self.front)
            self._front(page, cell, GAP + min(spare / len(self.front), SPREAD))

    def _room(self, page: Page, cell: float, ratio: float, more: float = 0.0) -> float:
        """Place all, what stands in front with cells of that ratio, gaps being `more` larger; page units that are left
        below, negative where something has no room."""
        left, top, right, bottom = self.region
        for block in self.front:
            block.ratio = ratio
        column = [self.corner, *self.front] if self.aside else [self.corner]
        aside = right - max(block.extent(page, cell)[0] for block in column)
        corner = put(page, self.corner, cell, aside, top=top + self.corner.above)
        length = self.upper.length(cell)
        high, along = (length * UNIT * v for v in (-self.over * page.axes[2, 1], page.axes[0, 0]))
        at = put(page, self.upper, cell, left, top=top + self.upper.above + high)
        ends, feet, over = [], [], seen(page, self.upper)[2] + APART > aside
        if over:  # the block in the corner is above the row
            if self.aside:
                return -1.0
            least = corner + GAP + high + more
            at = max(at, put(page, self.upper, cell, left, fall=least))
            at = put(page, self.upper, cell, left, fall=at - rise(page, self.upper, cell))
        at = put(page, self.lower, cell, left + self.shift * along, fall=at + self.numbers + self.between + GAP + more)
        ends += [seen(page, self.upper)[2], seen(page, self.lower)[2] + self.beside]
        feet += [seen(page, self.lower)[3] + self.numbers]
        self.under = at + self.numbers
        self.free = (aside, corner + GAP) if self.aside else (left, self.under + GAP + more)
        self._front(page, cell, GAP)
        ends += [seen(page, block)[2] for block in self.front]
        feet += [seen(page, block)[3] for block in self.front]
        return bottom - max(feet) if max(ends) <= right + 1e-9 else -1.0

    def _front(self, page: Page, cell: float, gap: float) -> None:
        """Place what stands in front: below the block in the corner, the first in the middle of its column and the
        others at its right, or side by side, where each but the first is so much lower as its name may need."""
        (x, fall), right = self.free, self.region[2]
        for n, block in enumerate(self.front):
            if self.aside:
                end = right - block.extent(page, cell)[0]
                fall = put(page, block, cell, end if n else (x + end) / 2, fall=fall + gap)
            else:
                put(page, block, cell, x, fall=fall + gap * (n > 0))
                x = seen(page, block)[2] + APART


@dataclass
class Strip:
    """Blocks with names from `left` on, below what has a fall of `since`: side by side along the rows' slope, or one
    below the other (`down`); as `Terraces`."""

    blocks: list[Block]
    left: float
    since: float
    right: float
    bottom: float
    down: bool

    def extent(self, page: Page, cell: float) -> tuple[float, float]:
        return (0.0, 0.0) if self._fits(page, cell) else (1e9, 1e9)

    def place(self, page: Page, cell: float, *_) -> None:
        self._fits(page, cell)

    def _fits(self, page: Page, cell: float) -> bool:
        x, fall, ends, feet = self.left, self.since, [], []
        for block in self.blocks:
            end = put(page, block, cell, x, fall=fall + block.above + slope(page) * NAMED)
            ends.append(max(seen(page, block)[2], x + NAMED))
            feet.append(seen(page, block)[3])
            x, fall = (x, end + GAP) if self.down else (ends[-1] + APART, fall)
        return max(ends) <= self.right and max(feet) <= self.bottom


def slope(page: Page) -> float:
    """How far rows fall to the right, a page unit."""
    return page.axes[0, 1] / page.axes[0, 0]


def seen(page: Page, block: Block) -> tuple[float, float, float, float]:
    """The page box of a block that is placed, with its slab."""
    return page.box(block.foot, block.foot + block.cell * np.array(block.whole))


def rise(page: Page, block: Block, cell: float) -> float:
    """From the fall of a block's upper back edge to that of its lower front edge."""
    _, deep, high = block.whole
    right, down = page.axes[1]
    return block.length(cell) * UNIT * (deep * (slope(page) * right - down) - high * page.axes[2, 1])


def put(page: Page, block: Block, cell: float, left: float, *, top: float | None = None, fall: float = 0.0) -> float:
    """Place a block with its slab's left edge at `left`, and its top there or its upper back edge with a `fall`; the
    fall of its lower front edge."""
    corner = left + block.length(cell) * UNIT * block.whole[1] * page.axes[1, 0]
    fall = fall if top is None else top - slope(page) * corner
    wide, high = block.extent(page, cell)
    block.place(page, cell, left - block.left, fall + slope(page) * corner - block.above, wide, high, (0.0, 0.0))
    return fall + rise(page, block, cell)
