# SPDX-License-Identifier: GPL-3.0-or-later
"""The act in which one input cell times the kernel is made on the bench and laid on the output as a stamp.

As in a sum (acts/summing.py) copies and weights meet in pairs and products step out beside them. Copies of these come
together beside the kernel, in its order: that is the stamp. It stays there; a copy of it flies as a whole to the
output, which nothing covers until then, and lands on it, where it adds.
"""

import numpy as np

from ..cast.bench import PRODUCT, Operands
from ..cast.volumes import shade
from ..page import palette
from ..page.glyphs import CAP_HEIGHT, MINUS
from ..plan.plan import LEAVES, Points
from .rhythm import within
from .summing import Summing

FLIES, STANDS, LEAVES_BENCH, LANDS = 0.58, 0.72, 0.80, 0.95  # parts of a stamp's time
AHEAD = 0.12  # cells of the stamp: how far before it its copy sets out
OVER = 4.0  # cells that land: how far before its place the arc leads
LARGE = 0.84  # of a cell of the output: how large the copy's are when it lands


def landed(s: int) -> float:
    """The clock at which stamp s is on the output."""
    return within(s, LANDS)


class Stamping(Summing):
    """Makes the rows of pieces of one stamp. `before(s)` gives the numbers that stand where it lands (NaN: none),
    `board(operands)` the world places of its cells where it is put together, `edge` long (world units)."""

    totals = False

    def __init__(self, *args, before, board, edge: float, **more):
        super().__init__(*args, **more)
        self.before, self.board, self.edge = before, board, edge / self.bench.cell

    def _copies(self, o: Operands, times) -> Points:
        """One copy of the cell slides out; only then are there as many as weights."""
        made = super()._copies(o, times)
        made["visible_from"][1:] = self._columns(o, times, "flies")[1:]
        return made

    def _products(self, o: Operands, times) -> list[Points]:
        rest, known = self.product_cells(o)
        stays = Points.make(rest, **known, **self._comes(o, times, rest), visible_until=o.index + LEAVES)
        return [stays, *self.stamp(o, within(o.index, STANDS), o.index + LEAVES), *self._flights(o, rest, known)]

    def _places(self, o: Operands) -> np.ndarray:
        return np.array([self.local(place) for place in self.board(o)])

    def stamp(self, o: Operands, since: float, until: float) -> list[Points]:
        """The stamp beside the kernel, between two clock values, and its shadow."""
        at, edge, colors = self._places(o), self.edge, self._colors(o)
        cubes = [self.figure.cube(color) for color in colors]
        texts = [self.numbers.text(p) for p in o.products]
        life = {"visible_from": since, "visible_until": until}
        cells = Points.make(at, cube=cubes, scale=edge, lift=0.49 * edge, value=o.products, **o.known,
                            **self.digits(texts, colors, edge, 0.45 * edge / CAP_HEIGHT), **life)  # fmt: skip
        low, high = at.min(axis=0), at.max(axis=0)
        foot = (low[0] + high[0]) / 2, low[1], low[2] - edge / 2
        size = high[0] - low[0] + edge, edge, high[2] - low[2] + edge
        return [cells, shade(self.figure, size, foot, **life)]

    def _colors(self, o: Operands) -> list[str]:
        return [palette.signed(p, self.greatest) for p in o.products]

    def _flights(self, o: Operands, rest: np.ndarray, known: dict) -> list[Points]:
        """Copies of the products fly together to the stamp, and a copy of that to the output."""
        edge, size = self.edge, o.target_cell / self.bench.cell * LARGE
        goal = np.array([self.local(t) for t in o.target])
        at = self._places(o)
        way, times = at - rest, (within(o.index, FLIES), within(o.index, STANDS))
        coming = Points.make(rest, **known, exit=way, exit_via=way * (0.4, 0.8, 0.7) + (0, -1.0, 0.6),
                             exit_scale=[edge / np.array(PRODUCT)] * len(rest), exit_from=times[0], exit_until=times[1],
                             visible_from=times[0], visible_until=times[1])  # fmt: skip
        ahead = at - (0.0, AHEAD * edge, 0.0)
        way, times = goal - ahead, (within(o.index, LEAVES_BENCH), landed(o.index))
        texts = [self._adds(p, b) for p, b in zip(o.products, self.before(o.index), strict=True)]
        common = {k: v for k, v in known.items() if k in ("cube", "faded", "channel", "row", "column", "value", "step")}
        # as one, on one arc that ends before its place: it comes down from the front
        middle = way.mean(axis=0)
        over = middle * (0.75, 1.0, 0.75) - (0.0, OVER * size + 0.6 * abs(middle[1]), 0.0)
        flying = Points.make(ahead, **common, scale=edge, lift=0.49 * edge,
                             **self.digits(texts, self._colors(o), edge, 0.45 * edge / CAP_HEIGHT), exit=way,
                             exit_via=over + 0.5 * (way - middle), exit_scale=size / edge, exit_from=times[0],
                             exit_until=times[1], visible_from=times[0], visible_until=times[1])  # fmt: skip
        return [coming, flying]

    def _adds(self, product, before) -> str:
        """What a stamp's cell says: what it adds, with a sign where something stands already."""
        text = self.numbers.text(product)
        return text if np.isnan(before) or text.startswith(MINUS) else f"+{text}"

    def so_far(self, value: float, since: float, until: float) -> list[Points]:
        """The cube that has the number of the cell that is told, and its shadow."""
        life = {"visible_from": since, "visible_until": until}
        return [self.cube(self.bench.result, value, self.bench.edge, **life),
                self.under(self.bench.result, self.bench.edge, **life)]

    def _result(self, o: Operands) -> list[Points]:
        return []
