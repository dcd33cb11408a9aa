# SPDX-License-Identifier: GPL-3.0-or-later
"""The first view of a transposed convolution, in which every input cell is stamped: input, kernel, what the bench makes
and the output, on a stage of their own, all as large as has room. Its roles end in `FIRST`.
"""

import numpy as np

from ..page.layout import Block, Column, Row
from ..plan.plan import ALWAYS, LANDED
from . import slabs, volumes
from .bench import Operands
from .board import home
from .kernel import add_kernel_tube
from .one_plane import ABOVE, OnePlane
from .stamped import Stamps
from .windowed import Windowed, planar, planes, thickness, window_ring

FIRST = ".first"
WAYS = ("below", "beside", "narrow")  # where the result stands, and all else
EVEN = 0.9  # of the bench's cells is kept for larger volumes
OVER = 3.6  # page units on narrow pages for the input's name over the words of the output beside it
LEFT = 0.46  # the clock before the last stamp's end at which what is said of it is gone


def clear_of_panel(stage: OnePlane, wide: float) -> tuple[float, float]:
    """Where the middle of a name is that stands above the result, clear of a panel beside it."""
    x, y = OnePlane.name_place(stage, wide)
    beside = stage.panel.box[2] < stage.result.box[0] and stage.panel.box[1] < y
    x = max(x, stage.panel.box[2] + 0.6 + wide / 2) if beside else x
    return min(x, stage.figure.page.width - 8.0 - wide / 2), y


class FirstView(OnePlane):
    """The stage of the first view; `cast` (a `Spread`) knows colours and numbers once it is there."""

    even = EVEN

    def __init__(self, scene, figure, trace, above: float):
        """`above`: page units for what is said above the output."""
        self.scene, self.figure, self.trace, self.above = scene, figure, trace, above
        self.stamps, self.kernel = Stamps.of(trace), planar(trace)[0]
        self.shape = planes(trace.input).shape[1:]
        self.count = trace.input[0].size
        self.cast = None
        self.settle(self.layout, [(way,) for way in WAYS])
        rows, columns = (a.ravel() for a in np.indices(self.shape))
        self.spots = np.column_stack([columns, 0 * rows, -rows]).astype(float)  # of the input's cells, in cells
        self.stamped = home(self.made)

    def layout(self, bench: float, way: str = WAYS[0]):
        """The layout's tree: input; kernel and stamp over the bench; output, the result below it or beside the bench.
        On narrow pages the bench is below the others."""
        self.made = self.blocks(bench)("first output", Windowed.block_size(self.stamps.shape, 1),
                                       above=self.above)  # fmt: skip
        span, given = self.stamps.span, self.given
        given.name, self.weights.name = "first input", "first kernel"
        self.panel.name, self.result.name = "first panel", "first result"
        self.stamp = Block("stamp", (span[1], 1, span[0]), self.weights.ratio, above=ABOVE, slab=slabs.VOLUME,
                           least=self.weights.least)  # fmt: skip
        right, panel = self.made, self.panel
        top = Row([self.weights, self.stamp], gap=3.0, spread=9.0, align=(0.5, 1.0))
        if way == "narrow":
            self.made.above += OVER
            return Column([Row([given, self.made], gap=4.0), top, Row([panel, self.result], gap=2.0)])
        if way == "beside":
            panel = Row([panel, self.result], gap=2.0, spread=0.0, align=(0.5, 1.0))
        else:
            right = Column([right, self.result], gap=2.4, spread=8.0)
        return Row([given, Column([top, panel], gap=1.0, spread=3.0), right], gap=4.0, align=(0.5, 0.5))

    name_place = clear_of_panel

    def add(self, until: float) -> None:
        """Input and kernel with their rings and shadows, which are there until a clock value."""
        figure, words = self.figure, self.scene.words
        role, last = "input" + FIRST, self.count - LEFT
        cells = volumes.block(figure, self.cast.input, self.cast.fill, cell=self.given.cell, visible_until=until)
        figure.track(f"{role}.track", self.spots)
        shade = volumes.shade(figure, self.given.size, visible_until=until)
        figure.volume(role, words.input, [cells, shade], home(self.given), self.given.cell, track=f"{role}.track",
                      fade=(-LANDED, self.count - LANDED))  # fmt: skip
        window_ring(figure, f"{role}.source", "Cell that is stamped", role, self.spots, (1, 1), (-LANDED, last),
                    thickness(self.given.cell))
        role = "kernel" + FIRST
        cells = volumes.block(figure, planes(self.trace.weight[0]), self.cast.weight_fill, cell=self.weights.cell,
                              dims=False, visible_until=until)  # fmt: skip
        shade = volumes.shade(figure, self.weights.size, visible_until=until)
        figure.volume(role, words.kernel, [cells, shade], home(self.weights), self.weights.cell)
        add_kernel_tube(figure, role, self.kernel, (-LANDED, last))

    def add_slabs(self, cut: float, until: float) -> None:
        """The slabs; that of the output is as wide as what stands on it, from the clock value `cut` on."""
        left, right = self.stamps.crop[1]
        figure, bench = self.figure, ((-LANDED - 0.48, self.count - LEFT),)
        slabs.add_slabs(figure, [self.given, self.weights], ((ALWAYS, until),))
        slabs.add_slabs(figure, [self.panel, self.result, self.stamp], bench)
        if not left + right:
            slabs.add_slabs(figure, [self.made], ((ALWAYS, until),))
            return
        high, wide = planes(self.trace.output).shape[1:]
        corner = self.made.corner + self.made.cell * np.array([left, 0.0, 0.0])
        kept = self.made.like(figure.page, "kept", Windowed.block_size((high, wide), 1), corner)
        slabs.add_slabs(figure, [self.made], ((ALWAYS, cut),))
        slabs.add_slabs(figure, [kept], ((cut, until),))

    def board(self, o: Operands) -> np.ndarray:
        """World places of a stamp's cells where it is put together."""
        down, across = self.stamps.dilation
        return home(self.stamp) + self.stamp.cell * np.column_stack([o.column * across, 0 * o.row, -o.row * down])

    def operands(self, s: int) -> Operands:
        """What stamp `s` brings to the bench: one cell as often as there are weights."""
        cast, weights = self.cast, planes(self.trace.weight[0])[0].ravel()
        rows, columns = (a.ravel() for a in np.indices(self.kernel))
        value, count, cells = self.trace.input[0].ravel()[s], len(weights), self.stamps.cells(s)
        # copies of one cell slide out as one, each just behind the last
        apart = np.outer(np.arange(count), (0.0, 0.012 * self.given.cell, 0.0))
        goals = self.stamped + self.made.cell * np.column_stack([cells[:, 1], 0 * cells[:, 0], -cells[:, 0]])
        kernel = home(self.weights) + self.weights.cell * np.column_stack([columns, 0 * columns, -rows])
        return Operands(
            index=s, values=np.full(count, value), weights=weights, products=value * weights, bias=None, value=0.0,
            channel=0 * rows, row=rows, column=columns, fills=[cast.fill(value, 0)] * count,
            weight_fills=[cast.weight_fill(w) for w in weights], inks=[None] * count,
            places=home(self.given) + self.given.cell * self.spots[s] + apart, weight_places=kernel,
            cell=self.given.cell, weight_cell=self.weights.cell, target=goals, target_cell=self.made.cell,
            hover=np.array([0.0, -1.3 * self.weights.cell, 0.0]))  # fmt: skip
