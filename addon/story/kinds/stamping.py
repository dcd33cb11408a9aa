# SPDX-License-Identifier: GPL-3.0-or-later
"""Kind `stamping`: a transposed convolution of one channel with one filter, in both of its views.

First every input cell times the kernel is made on the bench and laid on the output, where overlaps add (the clock is s
at stamp s). Then padding cuts the border off and the bias is added; the input is spread by zeros, the kernel turned,
and a window slides: it finds every number of the output again (step i at the clock `base` + i).
"""

import numpy as np

from ..acts import stamp_words
from ..acts.rhythm import START, within
from ..acts.stamping import Stamping, landed
from ..acts.standing import on_bench
from ..acts.two_views import Phases, TwoViews
from ..cast import slabs
from ..cast.adding import Adding
from ..cast.figure import NAME, Figure
from ..cast.one_plane import ABOVE, LINE, one_plane
from ..cast.spread import Spread, grid_of
from ..cast.stamped import Stamps
from ..cast.windowed import planar, planes
from ..page.captions import shape_text
from ..page.layout import Column, Row
from ..plan.plan import ALWAYS, LANDED, LEAVES, NEVER, Points
from ..traits import output_size
from ..traits.index_labels import block_indices
from ..traits.meaning import heading, shapes_equation, title_of
from .sliding import Sliding

WAYS = ("below", "beside", "narrow")  # where the result stands, and all else


def validate(scene, trace):
    """None, or the (key, value, what would be right) why one input channel and one filter cannot show it."""
    return one_plane(trace, "must be 1 for the kind stamping; the kind volume shows several")


def accepts(scene, trace) -> bool:
    """One channel and one filter."""
    return validate(scene, trace) is None


def build(scene, trace):
    """The plan of one transposed convolution."""
    return _Stamping(scene, trace).plan()


class _Stamping(Sliding):
    largest = 9.0

    def __init__(self, scene, trace):
        self.scene, self.trace, self.figure = scene, trace, Figure(scene, trace)
        self.kernel = planar(trace)[0]
        self.out = planes(trace.output)[0]
        self.rows, self.columns = self.out.shape
        self.stamps, (self.shape, _) = Stamps.of(trace), grid_of(trace)
        self.phases = Phases(trace.input[0].size)
        self.base = self.phases.base
        self.settle(self.layout, [(way,) for way in WAYS])
        self.cast = Spread(self.figure, trace, self.given.corner, self.given.cell, spreads=self.phases.spread,
                           zeros=self.phases.zeros, base=self.base)  # fmt: skip
        self.stamped = self.made.corner + self.made.cell * np.array([0.5, 0.5, self.stamps.shape[0] - 0.5])
        top, left = (pair[0] for pair in self.stamps.crop)
        self.lowered = self.made.cell * self.stamps.crop[0][1]  # how far the output comes down when it is cut
        self.home = self.stamped + self.made.cell * np.array([left, 0, -top]) - (0, 0, self.lowered)

    def layout(self, bench: float, way: str = WAYS[0]):
        """The layout's tree: input, bench and output side by side, the result below the output or beside the bench; or,
        on narrow pages, the bench below the others."""
        above = output_size.room(self.scene, self.trace)
        self.made = self.blocks(bench)("output", Spread.block_size(self.stamps.shape, 1), above=above)
        self.panel.above = ABOVE - 0.6
        right, panel = self.made, self.panel
        if way == "narrow":
            return Column([Row([self.given, self.made], gap=3.0), Row([self.weights, self.result], gap=3.0),
                           self.panel])  # fmt: skip
        if way == "beside":
            panel = Row([panel, self.result], gap=2.0, spread=0.0, align=(0.5, 1.0))
        else:
            right = Column([right, self.result], gap=2.4, spread=8.0)
        middle = Column([self.weights, panel], gap=1.0, spread=3.0)
        return Row([self.given, middle, right], gap=4.0, align=(0.5, 0.5))

    # the story -----------------------------------------------------------------------------------------------------

    def plan(self):
        scene, figure, w, at = self.scene, self.figure, self.scene.words, self.phases
        heading(figure, self.trace)
        self.clock()
        self.adding = Adding(figure, self.trace, self.stamps, self.cast.sum_fill, self.made.cell, landed, at.cut + 0.05,
                             at.bias + 0.5, at.spread, self.base)  # fmt: skip
        self.cast.add_input(w.input)
        self.cast.add_ring("Window", until=self.end)
        self.cast.add_kernel(self.weights, at.turn + 0.1, self.end)
        self._slabs()
        self.adding.stand(w.output, self.stamped, self.made_shadow, self.end)
        if self.adding.marked:
            marks = self.adding.source_marks(self.cast.compact, at.spread)
            figure.volume("input.marks", "Marks of the input's cells", marks, self.cast.location, self.cast.cell)
        infos = self._sums()
        self._say_stamps()
        if scene.look.labels:
            figure.words("names", "Names", self.names())
            figure.words("indices", "Row and column numbers", self.indices())
            figure.words("ending", "Shapes", self.ending())
            figure.words("between", "Between the views",
                         stamp_words.between(figure, self.trace, at, self.stamps.cut, LINE))
            self.why(self.end)
        return figure.plan(scene.title, infos)

    def clock(self) -> None:
        timing, fps, line = self.scene.timing, self.scene.output.fps, self.figure.timeline
        zeros = self.cast.padded or max(self.trace.spread) > 1
        views = TwoViews.of(self.trace, timing, fps, self.stamps.cut, zeros)
        self.stamping, self.rhythm = views.stamping, views.sliding
        line.declare("clock.step", START)
        if self.lowered:
            line.declare("output.location.z", self.stamped[2])
        self.beats = views.run(line, timing, fps, (self.stamped[2], self.lowered) if self.lowered else None)

    @property
    def end(self) -> float:
        """The clock at which the last window is gone."""
        return self.base + self.count - 0.46

    # the cast ------------------------------------------------------------------------------------------------------

    def _slabs(self) -> None:
        """The slabs; those of the input and of the output are as wide as what stands on them."""
        figure, at, cast, (_, (left, right)) = self.figure, self.phases, self.cast, self.stamps.crop
        page = figure.page
        self.compact = self.given.like(page, "source", Spread.block_size(cast.small, 1), cast.compact_corner)
        lowered = self.made.corner + self.made.cell * np.array([left, 0.0, 0.0])
        kept = self.made.like(page, "kept", Spread.block_size((self.rows, self.columns), 1), lowered)
        slabs.add_slabs(figure, [self.weights])
        cut = at.cut + 0.5
        for block, lives in ((self.made, (ALWAYS, cut if left + right else NEVER)), (kept, (cut, NEVER)),
                             (self.compact, (ALWAYS, at.spread)), (self.given, (at.spread, NEVER))):  # fmt: skip
            if block is not kept or left + right:
                slabs.add_slabs(figure, [block], (lives,))
        lives = (START + 0.02, at.stamps - 0.46), (self.base - 1 + 0.02, self.end)
        slabs.add_slabs(figure, [self.panel, self.result], lives)

    # sums ----------------------------------------------------------------------------------------------------------

    def earlier_pieces(self) -> list[Points]:
        """The stamps on the bench."""
        act = Stamping(self.figure, self.bench, self.cast.sum_greatest, before=self.adding.before)
        pieces = on_bench(act, self.stamping, self.scene.output.fps, self._stamp)
        for s in self.stamping.explained:
            pieces += act.step(self._stamp(s))
        stands = self.stamping.standing(self.scene.output.fps)
        shown = {s: self._told_life(s) for s in (*self.stamping.explained, *stands)}
        told = ((self.adding.told(s), life) for s, life in shown.items())
        return pieces + [p for t, life in told if t for p in act.so_far(t.value, *life)]

    def _told_life(self, s: int) -> tuple[float, float]:
        """The clock values between which a stamp's number is told."""
        until = s + LEAVES if s in self.stamping.explained or s == self.phases.stamps - 1 else s + 1 - LANDED
        return landed(s), until

    def _stamp(self, s: int):
        cells = self.stamps.cells(s)
        goals = self.stamped + self.made.cell * np.column_stack([cells[:, 1], 0 * cells[:, 0], -cells[:, 0]])
        hover = 0, -1.3 * self.weights.cell, 0
        return self.cast.stamp_operands(s, self.cast.weights_at, self.weights.cell, goals, self.made.cell, hover)

    def _operands(self, i: int):
        target = self.home + self.made.cell * np.array([i % self.columns, 0, -(i // self.columns)])
        hover = 0, -1.3 * self.weights.cell, 0
        return self.cast.window_operands(i, self.cast.weights_at, self.weights.cell, target, self.made.cell, hover)

    # words ---------------------------------------------------------------------------------------------------------

    def _say_stamps(self) -> None:
        """The lines of the first view; which view it is; what a window meets."""
        figure, box, look = self.figure, self.panel.box, self.scene.look

        def bench(s: int) -> tuple[float, float]:
            return within(s, 0.27) if s in self.stamping.explained else s - LANDED, self._told_life(s)[1]

        if look.sum_line:
            lines = stamp_words.stamp_lines(figure, self.adding, LINE, self.name_place, self._told_life)
            figure.words("stamps", "Stamps", lines)
        if look.labels:
            x, y = box[0], box[1] - 1.4
            figure.words("factor", "What is on the bench", [*stamp_words.factor_names(figure, self.adding, x, y, bench),
                         *stamp_words.met_names(figure, self.trace, self.base, x, y)])  # fmt: skip
        if look.title:
            title = title_of(self.scene, self.trace)
            figure.words("view", "Which view", stamp_words.view_names(figure, title, self.phases.spread))

    def names(self) -> list[Points]:
        w, figure, trace, at = self.scene.words, self.figure, self.trace, self.phases
        weights = self.weights.box
        left, top = self.compact.box[0], self.compact.box[1] - 1.6
        return [
            figure.text(f"{w.input}  {shape_text(trace.input.shape[1:])}", left, top, NAME, visible_until=at.spread),
            figure.text(f"{w.spread_input}  {shape_text(self.shape[-len(trace.kernel_size) :])}", self.given.box[0],
                        self.given.box[1] - 1.6, NAME, visible_from=at.zeros),
            figure.text(f"{w.kernel}  {shape_text(trace.kernel_size)}", weights[0], weights[1] - 1.6, NAME,
                        visible_until=at.turn + 1),
            figure.text(w.kernel_turned, weights[0], weights[1] - 1.6, NAME, visible_from=at.turn + 1),
            *output_size.name_output(figure, trace, self.made, f"{w.output}  {shape_text(trace.output.shape[1:])}"),
        ]  # fmt: skip

    def indices(self) -> list[Points]:
        """Row and column numbers: of the input while it is compact, of the output before and after it is cut."""
        at, axes, figure = self.phases, len(self.trace.kernel_size), self.figure
        return [*stamp_words.output_indices(figure, self.made, self.stamps, at.bias - 0.04, axes),
                *block_indices(figure, self.compact, self.cast.small, axes=axes, visible_until=at.spread)]  # fmt: skip

    def name_place(self, wide: float) -> tuple[float, float]:
        """Above the result, clear of a panel that stands beside it."""
        x, y = super().name_place(wide)
        beside = self.panel.box[2] < self.result.box[0] and self.panel.box[1] < y
        return (max(x, self.panel.box[2] + 0.6 + wide / 2) if beside else x), y

    def ending(self) -> list[Points]:
        """At the end, where the bench was: the shapes as an equation, and that both views agree."""
        ends, box = (self.given.box[2] + 2.0, self.made.box[0] - 2.0), self.panel.box
        x, y = sum(ends) / 2, (box[1] + box[3]) / 2
        return [shapes_equation(self.figure, self.trace, x, y, self.end),
                stamp_words.agreement(self.figure, self.trace, self.adding, x, y + 6.0, self.end, np.ptp(ends))]


begin = _Stamping
