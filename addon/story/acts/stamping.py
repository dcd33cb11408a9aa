# SPDX-License-Identifier: GPL-3.0-or-later
"""The act in which one input cell times the kernel is made on the bench and laid on the output as a stamp.

As in a sum (acts/summing.py) copies and weights meet in pairs and products step out beside them; then copies of the
products fly, all at once and in order, to before the output, and are pressed onto it, where they add.
"""

import numpy as np

from ..cast.bench import PRODUCT, RESULT, Operands
from ..page import palette
from ..page.glyphs import CAP_HEIGHT, MINUS
from ..plan.plan import LEAVES, Points
from .rhythm import within
from .summing import Summing

FLIES, HOVERS, PRESSES, LANDS = 0.60, 0.80, 0.86, 0.95  # parts of a stamp's time
PROUD = 1.4  # cells of the output: how far before it the stamp comes together
LARGE = 0.84  # of a cell of the output: how large the stamp's are


def landed(s: int) -> float:
    """The clock at which stamp s is on the output."""
    return within(s, LANDS)


class Stamping(Summing):
    """Makes the rows of pieces of one stamp; `before(s)` gives the numbers that stand where it lands (NaN: none)."""

    totals = False

    def __init__(self, *args, before, **more):
        super().__init__(*args, **more)
        self.before = before

    def _copies(self, o: Operands, times) -> Points:
        """One copy of the cell slides out; only then are there as many as weights."""
        made = super()._copies(o, times)
        made["visible_from"][1:] = self._columns(o, times, "flies")[1:]
        return made

    def _products(self, o: Operands, times) -> list[Points]:
        rest, known = self.product_cells(o)
        places = zip(o.channel, o.row, o.column, strict=True)
        middle = np.array([(self.local(self.bench.pair(*p)) + self.local(self.bench.pair(*p, True))) / 2
                           for p in places])  # fmt: skip
        opens = self._columns(o, times, "opens")
        stays = Points.make(rest, **known, origin=middle - rest, enter_turn=-np.pi / 2,
                            enter_scale=[(0.7,) * 3] * len(rest), leaves=opens,
                            arrives=self._columns(o, times, "open"), visible_from=opens,
                            visible_until=o.index + LEAVES)  # fmt: skip
        return [stays, *self._stamp(o, rest, known)]

    def _stamp(self, o: Operands, rest: np.ndarray, known: dict) -> list[Points]:
        """The copies that fly: to before the output, and onto it."""
        size = o.target_cell / self.bench.cell * LARGE
        goal = np.array([self.local(t) for t in o.target])
        ahead = goal - (0.0, PROUD * o.target_cell / self.bench.cell, 0.0)
        way, grown = ahead - rest, size / np.array(PRODUCT)
        texts = [self._adds(p, b) for p, b in zip(o.products, self.before(o.index), strict=True)]
        common = {k: v for k, v in known.items() if k in ("cube", "faded", "channel", "row", "column", "value", "step")}
        flying = Points.make(rest, **known, exit=way, exit_via=way * (0.35, 0.8, 0.7) + (0, -1.0, 0.6),
                             exit_scale=[grown] * len(rest), exit_from=within(o.index, FLIES),
                             exit_until=within(o.index, HOVERS), visible_from=within(o.index, FLIES),
                             visible_until=within(o.index, HOVERS))  # fmt: skip
        colors = [palette.signed(p, self.greatest) for p in o.products]
        ready = Points.make(ahead, **common, scale=[(size,) * 3] * len(rest), lift=0.49 * size,
                            **self.digits(texts, colors, size, 0.45 * size / CAP_HEIGHT),
                            exit=goal - ahead, exit_from=within(o.index, PRESSES), exit_until=landed(o.index),
                            visible_from=within(o.index, HOVERS), visible_until=landed(o.index))  # fmt: skip
        return [flying, ready]

    def _adds(self, product, before) -> str:
        """What a stamp's cell says: what it adds, with a sign where something stands already."""
        text = self.numbers.text(product)
        return text if np.isnan(before) or text.startswith(MINUS) else f"+{text}"

    def so_far(self, value: float, since: float, until: float) -> list[Points]:
        """The cube that has the number of the cell that is told, and its shadow."""
        life = {"visible_from": since, "visible_until": until}
        return [self.cube(self.bench.result, value, RESULT, **life), self.under(self.bench.result, RESULT, **life)]

    def _result(self, o: Operands) -> list[Points]:
        return []
