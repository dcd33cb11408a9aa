# SPDX-License-Identifier: GPL-3.0-or-later
"""Kind `stamping`: a transposed convolution of one channel with one filter, in both of its views.

First every input cell times the kernel is made on the bench and laid on the output, where overlaps add (the clock is s
at stamp s). Then padding cuts the border off and the bias is added, and the stage is cleared: the input is spread by
zeros, the kernel turned, and a window slides over an output that is empty again (step i at the clock `base` + i). At
the end both outputs stand beside each other.
"""

import numpy as np

from ..acts import stamp_words
from ..acts.both_outputs import Both
from ..acts.rhythm import START, within
from ..acts.stamping import STANDS, Stamping, landed
from ..acts.standing import SUMMED, on_bench
from ..acts.two_views import TURNS, Phases, TwoViews
from ..cast import board, caps, slabs, turned_kernel, volumes
from ..cast.adding import Adding
from ..cast.figure import NAME, Figure
from ..cast.first_view import EVEN, FIRST, OVER, FirstView, clear_of_panel
from ..cast.one_plane import ABOVE, one_plane
from ..cast.spread import Spread, grid_of
from ..cast.windowed import planar, planes
from ..page.captions import padding_text, shape_text
from ..page.layout import Block, Column, Row
from ..page.view import LINE
from ..plan.plan import ALWAYS, LANDED, LEAVES, NEVER, Points
from ..traits import output_size
from ..traits.index_labels import block_indices
from ..traits.meaning import heading, title_of
from .sliding import Sliding

WAYS = ("below", "beside", "narrow")  # where the result stands, and all else
CLEARED = 0.5  # the clock since the first view leaves, at which the second's stage is there


def validate(scene, trace):
    """None, or the (key, value, what would be right) why one input channel and one filter cannot show it."""
    return one_plane(trace, "must be 1 for the kind stamping; the kind volume shows several")


def accepts(scene, trace) -> bool:
    """One channel and one filter."""
    return validate(scene, trace) is None


class _Stamping(Sliding):
    largest, even = 9.5, EVEN

    def __init__(self, scene, trace):
        self.scene, self.trace, self.figure = scene, trace, Figure(scene, trace)
        self.kernel = planar(trace)[0]
        self.out = planes(trace.output)[0]
        self.rows, self.columns = self.out.shape
        self.above = output_size.room(scene, trace)
        heading(self.figure, trace)
        self.first = FirstView(scene, self.figure, trace, self.above)
        self.stamps, (self.shape, _) = self.first.stamps, grid_of(trace)
        self.phases = Phases(self.first.count)
        self.base = self.phases.base
        self.settle(self.layout, [(way,) for way in WAYS])
        self.cast = Spread(self.figure, trace, self.given.corner, self.given.cell, spreads=self.phases.spread,
                           zeros=self.phases.zeros, base=self.base)  # fmt: skip
        self.first.cast = self.cast
        self.home = board.home(self.made)
        self.lowered = self.first.made.cell * self.stamps.crop[0][1]  # how far the output comes down when it is cut

    def layout(self, bench: float, way: str = WAYS[0]):
        """The layout's tree of the second view: input, bench and output side by side, the result below the output or
        beside the bench; or, on narrow pages, the bench below the others."""
        self.made = self.blocks(bench)("output", (self.columns, 1, self.rows), above=self.above)
        self.panel.above = ABOVE - 0.6
        right, panel = self.made, self.panel
        if way == "narrow":
            self.made.above += OVER
            return Column([Row([self.given, self.made], gap=3.0), Row([self.weights, self.result], gap=3.0),
                           self.panel])  # fmt: skip
        if way == "beside":
            panel = Row([panel, self.result], gap=2.0, spread=0.0, align=(0.5, 1.0))
        else:
            right = Column([right, self.result], gap=2.4, spread=8.0)
        middle = Column([self.weights, panel], gap=1.0, spread=3.0)
        return Row([self.given, middle, right], gap=4.0, align=(0.5, 0.5))

    def plan(self):
        scene, figure, w, at, first = self.scene, self.figure, self.scene.words, self.phases, self.first
        turns = self.clock()
        self.adding = Adding(figure, self.trace, self.stamps, self.cast.sum_fill, first.made.cell, landed,
                             at.cut + 0.05, at.bias + 0.5, at.spread)  # fmt: skip
        first.add(at.spread)
        self.adding.stand(w.output, first.stamped, self.made_shadow)
        if self.adding.marked:
            marks = self.adding.source_marks(first.spots, at.spread)
            figure.volume(f"input{FIRST}.marks", "Marks of the input's cells", marks, board.home(first.given),
                          first.given.cell)  # fmt: skip
        first.add_slabs(at.cut + 0.5, at.spread + CLEARED)
        self.cast.add_input(w.input, first.given)
        caps.add_window(self.cast, self.end, self.rhythm.explained)
        turn = tuple(at.turn + part for part in TURNS)
        self.cast.add_kernel(self.weights, first.weights, turn, self.end)
        turned_kernel.turn(figure, *turns)
        slabs.add_slabs(figure, [self.given, self.weights, self.made], ((at.spread + CLEARED, NEVER),))
        slabs.add_slabs(figure, [self.panel, self.result], ((self.base - 1 + 0.02, self.end),))
        figure.volume("output", w.output, self.output(), self.home, self.made.cell)
        self.add_marker()
        both = Both(figure, self.trace, self.adding, self.end)
        both.stand(self, self.cast.sum_fill)
        self._stamps()
        infos = self._sums()
        if scene.look.labels:
            figure.words("names", "Names", self.names())
            figure.words("indices", "Row and column numbers", self.indices())
            figure.words("ending", "Shapes", both.said())
            figure.words("between", "Between the views",
                         stamp_words.between(figure, self.trace, at, self.stamps.cut, LINE))
            self.why(self.end)
        return figure.plan(scene.title, infos)

    def clock(self) -> tuple[float, float]:
        """Key the clock; returns the second at which the kernel turns, and in how many."""
        timing, fps, line = self.scene.timing, self.scene.output.fps, self.figure.timeline
        zeros = self.shape != self.first.shape
        views = TwoViews.of(self.trace, timing, fps, self.stamps.cut, zeros)
        self.stamping, self.rhythm, lowers = views.stamping, views.sliding, None
        line.declare("clock.step", START)
        if self.lowered:
            lowers = f"output{FIRST}.location.z", self.first.stamped[2], self.lowered
            line.declare(*lowers[:2])
        self.beats, *turns = views.run(line, timing, fps, lowers)
        return turns

    @property
    def end(self) -> float:
        """The clock at which the last window is gone."""
        return self.base + self.count - 0.46

    def output(self) -> list[Points]:
        """The second view's output, which is frosted until its steps."""
        births = self.base + np.arange(self.count, dtype=float)
        cells, glass = board.cells(self.figure, self.made, self.out, self.cast.sum_fill, births)
        glass["visible_from"][:], glass["grow_time"][:] = self.phases.spread + CLEARED, 0.3
        return [cells, glass, volumes.shade(self.figure, self.made.size, strength=self.made_shadow,
                                            visible_from=self.phases.spread + CLEARED)]  # fmt: skip

    def add_marker(self) -> None:
        row, column = (np.concatenate([np.zeros(self.base, int), a.ravel()]) for a in np.indices(self.out.shape))
        board.add_marker(self.figure, "output", row, column, (self.base - LANDED, self.end))

    def _stamps(self) -> None:
        """The stamps on the first view's bench, and what is said of them."""
        first, figure, fps, look = self.first, self.figure, self.scene.output.fps, self.scene.look
        act = Stamping(figure, first.bench, self.cast.sum_greatest, before=self.adding.before, board=first.board,
                       edge=first.stamp.cell)  # fmt: skip
        pieces = on_bench(act, self.stamping, fps, first.operands)
        for s in self.stamping.explained:
            pieces += act.step(first.operands(s))
        stands = self.stamping.standing(fps)
        for s, until in stands.items():
            pieces += act.stamp(first.operands(s), s - SUMMED, until)
        shown = {s: self._told_life(s) for s in (*self.stamping.explained, *stands)}
        told = ((self.adding.told(s), life) for s, life in shown.items())
        pieces += [p for t, life in told if t for p in act.so_far(t.value, *life)]
        figure.volume(f"bench{FIRST}", "Bench of the stamps", pieces, act.origin, first.bench.cell)
        if look.sum_line:
            lines = stamp_words.stamp_lines(figure, self.adding, LINE, first.name_place, self._told_life)
            figure.words("stamps", "Stamps", lines)
        x, y = self.panel.box[0], self.panel.box[1] - 1.4
        if look.labels:
            names = stamp_words.factor_names(figure, self.adding, first.stamp.box[0], first.stamp.box[1] - 1.6,
                                             lambda s: self._stamp_life(s, stands))  # fmt: skip
            met = stamp_words.met_names(figure, self.trace, self.base, x, y)
            figure.words("factor", "What is on the bench", [*names, *met])
        if look.title:
            title = title_of(self.scene, self.trace)
            figure.words("view", "Which view", stamp_words.view_names(figure, title, self.phases.spread))

    def _stamp_life(self, s: int, stands: dict[int, float]) -> tuple[float, float]:
        """The clock values between which it is said what a stamp is: while one is there, or while it is laid on."""
        if s in self.stamping.explained:
            return within(s, STANDS), s + LEAVES
        return (s - SUMMED if s in stands else s - LANDED), self._told_life(s)[1]

    def _told_life(self, s: int) -> tuple[float, float]:
        """The clock values between which a stamp's number is told."""
        until = s + LEAVES if s in self.stamping.explained or s == self.phases.stamps - 1 else s + 1 - LANDED
        return landed(s), until

    def _operands(self, i: int):
        target = self.home + self.made.cell * np.array([i % self.columns, 0, -(i // self.columns)])
        hover = 0, -1.3 * self.weights.cell, 0
        return self.cast.window_operands(i, self.cast.weights_at, self.weights.cell, target, self.made.cell, hover)

    name_place = clear_of_panel

    def names(self) -> list[Points]:
        w, figure, trace, at, first = self.scene.words, self.figure, self.trace, self.phases, self.first
        size, shape = shape_text(trace.kernel_size), shape_text(self.shape[-len(trace.kernel_size) :])
        before, then = {"visible_until": at.spread}, at.spread + CLEARED

        def name(text: str, block: Block, beside: Block | None = None, **life) -> Points:
            y = block.box[1] - 1.6
            if beside and figure.page.upright and y < beside.box[1]:  # over its words, which begin further left
                y = min(y, beside.box[1] - self.above - OVER + 2.6)
            return figure.text(text, figure.within(block.box[0], text, NAME), y, NAME, **life)

        made = [name(f"{w.input}  {shape_text(trace.input.shape[1:])}", first.given, first.made, **before),
                name(f"{w.kernel}  {size}", first.weights, **before),
                name(f"{w.spread_input}  {shape}", self.given, self.made, visible_from=max(then, at.zeros)),
                name(f"{w.kernel}  {size}", self.weights, visible_from=then, visible_until=at.turn),
                name(w.kernel_turned, self.weights, visible_from=at.turn + 1)]  # fmt: skip
        output = f"{w.output}  {shape_text(trace.output.shape[1:])}"
        lives = [(first.made, output, ALWAYS, at.spread), (self.made, output, then, NEVER)]
        if self.stamps.cut:  # what padding cuts off stands until then
            axes, padding = len(trace.kernel_size), padding_text(w, trace.padding)
            uncut = f"{w.output}  {shape_text(self.stamps.shape[-axes:])},  {w.padding} {padding}"
            cut = at.bias - 0.04
            lives[:1] = (first.made, uncut, ALWAYS, cut), (first.made, output, cut, at.spread)
        return made + [said for block, text, since, until in lives for said in output_size.name_output(
            figure, trace, block, text, visible_from=since, visible_until=until)]  # fmt: skip

    def indices(self) -> list[Points]:
        """Row and column numbers: of the input while it is compact, of the outputs, the first before and after it is
        cut."""
        at, axes, figure, first = self.phases, len(self.trace.kernel_size), self.figure, self.first
        return [*stamp_words.output_indices(figure, first.made, self.stamps, at.bias - 0.04, axes, at.spread),
                *block_indices(figure, first.given, first.shape, axes=axes, visible_until=at.spread),
                *block_indices(figure, self.made, self.out.shape, axes=axes, visible_from=at.spread + CLEARED)]


begin = _Stamping
