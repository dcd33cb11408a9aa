# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of a volume's channels or slices stand on the stage: all, or of many the first few and the last, with a gap for
the others, in which three dots and their count stand.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from ..plan.plan import ALWAYS, NEVER, Points
from . import cards, volumes
from .figure import SMALL, Figure

GAP, FLAT = 2.2, 0.2  # cells that a gap takes at least; and of a slice's rows, as its count stands above it
DOT, DOTS = 0.085, (0.4, 0.58, 0.76)  # the edge of a dot, of the gap; where they stand on the way across it
LEFT = 13.0  # page units at a block's left that its count takes at most


@dataclass(frozen=True)
class Excerpt:
    """The `numbers` that stand, of `count` in all, in order; `gap` cells stand for what is left out between two."""

    count: int
    numbers: tuple[int, ...]
    gap: float = GAP

    @classmethod
    def whole(cls, count: int) -> "Excerpt":
        """All of them."""
        return cls(count, tuple(range(count)))

    @classmethod
    def few(cls, count: int, first: int, rows: int = 1) -> "Excerpt":
        """The first few and the last, of slices of so many rows."""
        return cls(count, (*range(min(first, count - 1)), count - 1), max(GAP, FLAT * rows))

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def hidden(self) -> int:
        """How many are left out."""
        return self.count - len(self.numbers)

    @property
    def breaks(self) -> list[tuple[int, int]]:
        """Between which two that stand some are left out."""
        return [(a, b) for a, b in pairwise(self.numbers) if b > a + 1]

    @cached_property
    def _table(self) -> np.ndarray:
        """Where each of all stands; what is left out, in the middle of its gap."""
        table, y = np.zeros(self.count), 0.0
        for a, b in pairwise(self.numbers):
            table[b] = y + 1 + volumes.GAP + (self.gap if b > a + 1 else 0.0)
            table[a + 1 : b] = (y + table[b]) / 2
            y = table[b]
        return table

    def spot(self, number: int) -> float:
        """How many cells behind the first one stands; what is left out is in the middle of its gap."""
        return float(self._table[number])

    def spots(self, numbers) -> np.ndarray:
        """The same of many."""
        return self._table[np.asarray(numbers, int)]

    @property
    def deep(self) -> float:
        """How far the block reaches into the picture, in cells."""
        return self.spot(self.numbers[-1]) + 1

    @property
    def runs(self) -> list[tuple[int, ...]]:
        """The numbers that stand side by side."""
        found = [[self.numbers[0]]]
        for a, b in pairwise(self.numbers):
            if b > a + 1:
                found.append([])
            found[-1].append(b)
        return [tuple(r) for r in found]

    def apart(self, solid: np.ndarray) -> tuple[np.ndarray, list[int]]:
        """`solid` (channels that stand, rows, columns) with an empty channel in each gap, and where the channels are in
        it."""
        places, n = [], 0
        for gap, run in enumerate(self.runs):
            places += range(n + gap, n + gap + len(run))
            n += len(run)
        made = np.zeros((places[-1] + 1, *solid.shape[1:]), bool)
        made[places] = solid
        return made, places


def gaps(figure: Figure, role: str, excerpt: Excerpt, location, cell: float, shape, *, flip: bool = False,
         lives=((ALWAYS, NEVER),)) -> None:  # fmt: skip
    """The dots in an excerpt's gaps at the right of the foot of its slices of `shape` (rows, columns), whose first cell
    is at `location`, between pairs of clock values; `flip`: the last stands in front."""
    edge, (rows, columns) = DOT * excerpt.gap, shape
    kind, at = figure.cube(figure.theme.tube, f"box {edge:.4g} {edge:.4g} {edge:.4g} 16"), []
    for a, b in excerpt.breaks:
        between = excerpt.spot(a) + (excerpt.spot(b) - excerpt.spot(a)) * np.array(DOTS)
        deep = excerpt.deep - 1 - between if flip else between
        at += [(columns - 0.5 + cards.BESIDE, y, 0.5 - rows + edge / 2) for y in deep]
    if at:
        made = [Points.make(at, cube=kind, visible_from=a, visible_until=b) for a, b in lives]
        figure.volume(f"{role}.more", "What is left out", made, location, cell)


def said(figure: Figure, body: str, excerpt: Excerpt, corner, cell: float, rows: int, *, flip: bool = False,
         visible_from: float = ALWAYS, visible_until: float = NEVER) -> Points:  # fmt: skip
    """`body` at the left of the upper edge of a block at a world corner, where its last gap begins."""
    a, b = excerpt.breaks[-1]
    front = excerpt.deep - excerpt.spot(b) if flip else excerpt.spot(a) + 1
    x, y = figure.page.seen(np.asarray(corner, float) + cell * np.array([0.0, front, rows]))
    return figure.text(body, x - 1.2, y - 0.6, SMALL, figure.theme.secondary, align="right",
                       visible_from=visible_from, visible_until=visible_until)  # fmt: skip
