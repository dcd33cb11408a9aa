# SPDX-License-Identifier: GPL-3.0-or-later
"""Kind `stamping`: a transposed convolution of one channel with one filter, in both of its views.

First every input cell times the kernel is made on the bench and laid on the output, where overlaps add (the clock is s
at stamp s). Then padding cuts the border off and the bias is added; the input is spread by zeros, the kernel turned,
and a window slides: it finds every number of the output again (step i at the clock `base` + i).
"""

from dataclasses import dataclass, replace

import numpy as np

from ...scene.checks import ValidationError
from ..acts import stamp_words
from ..acts.rhythm import DOUBLE, FULL, SHORT, Beats, Rhythm, rhythm, run_clock, within
from ..acts.stamping import LANDS, Stamping, landed
from ..acts.standing import on_bench
from ..cast import slabs, volumes
from ..cast.adding import Adding
from ..cast.arrangement import ASIDE, BENEATH, READ
from ..cast.bench import RESULT, SLAB, Bench
from ..cast.figure import NAME, SMALL, Figure
from ..cast.spread import Spread, grid_of
from ..cast.stamped import Stamps
from ..cast.weighted import TUBE, first_middle, planar, planes, ring
from ..page.captions import shape_text, size_formula
from ..page.glyphs import width
from ..page.layout import Block, Column, Row, solve
from ..page.view import HEIGHT, UNIT
from ..plan.plan import ALWAYS, LANDED, LEAVES, NEVER, Points
from ..traits.index_labels import index_labels
from ..traits.meaning import heading, shapes_equation, why_lines
from .sliding import ABOVE, BENCHES, LARGER, LINE, NAMED, START, Sliding

CUT, BIAS, SPREAD, ZEROS, TURN = 1.7, 1.2, 1.4, 1.3, 1.5  # seconds that these take
STAMPING = 0.44  # of the time of both views: the first one's


def validate(scene, trace):
    """None, or the (key, value, what would be right) why one input channel and one filter cannot show it."""
    for key, count in (("input.channels", len(trace.input)), ("op.out_channels", len(trace.output))):
        if count > 1:
            return key, count, "must be 1: the kind stamping shows one channel and one filter"
    return None


def accepts(scene, trace) -> bool:
    """Every transposed convolution; what cannot be shown is refused by name."""
    return True


def build(scene, trace):
    """The plan of one transposed convolution."""
    return _Stamping(scene, trace).plan()


@dataclass(frozen=True)
class _Phases:
    """The clock, all whole numbers, at which things begin after the last of `stamps` stamps."""

    stamps: int

    cut = property(lambda self: self.stamps)
    bias = property(lambda self: self.stamps + 1)
    spread = property(lambda self: self.stamps + 2)
    zeros = property(lambda self: self.stamps + 3)
    turn = property(lambda self: self.stamps + 4)
    base = property(lambda self: self.stamps + 6)


class _Stamping(Sliding):
    largest = 9.0

    def __init__(self, scene, trace):
        self.scene, self.trace, self.figure = scene, trace, Figure(scene)
        self.kernel = planar(trace)[0]
        self.out = planes(trace.output)[0]
        self.rows, self.columns = self.out.shape
        self.stamps, (self.shape, _) = Stamps.of(trace), grid_of(trace)
        self.phases = _Phases(trace.input[0].size)
        self.base, page = self.phases.base, self.figure.page
        for bench in BENCHES:
            if solve(page, self.layout(bench), self.region(page), self.largest):
                break
        else:
            raise ValidationError("must be smaller to find room beside its kernel", "input.size", scene.input.size)
        self.bench = Bench(self.kernel, self.panel.cell, keeps_products=True)
        self.bench.panels = [self.bench.stand(self.panel.corner)]
        self.bench.result = self.bench.cube(self.result.corner, RESULT)
        self.cast = Spread(self.figure, trace, self.given.corner, self.given.cell, spreads=self.phases.spread,
                           zeros=self.phases.zeros, base=self.base)  # fmt: skip
        self.stamped = self.made.corner + self.made.cell * np.array([0.5, 0.5, self.stamps.shape[0] - 0.5])
        top, left = (pair[0] for pair in self.stamps.crop)
        self.lowered = self.made.cell * self.stamps.crop[0][1]  # how far the output comes down when it is cut
        self.home = self.stamped + self.made.cell * np.array([left, 0, -top]) - (0, 0, self.lowered)

    def layout(self, bench: float):
        words = {"left": ASIDE, "below": BENEATH, "slab": slabs.VOLUME}
        self.given = Block("input", Spread.block_size(self.shape, 1), above=ABOVE, **words)
        self.weights = Block("kernel", (self.kernel[1], 1, self.kernel[0]), 0.8 * bench, above=ABOVE,
                             slab=slabs.VOLUME, least=READ)  # fmt: skip
        self.panel = Block("panel", Bench.panel_size(self.kernel, True), LARGER * bench, above=ABOVE - 0.6, slab=SLAB)
        self.made = Block("output", Spread.block_size(self.stamps.shape, 1), above=ABOVE + 3.4, **words)
        self.result = Block("result", (RESULT, RESULT, RESULT + NAMED), LARGER * bench, slab=SLAB)
        middle = Column([self.weights, self.panel], gap=1.0, spread=3.0)
        return Row([self.given, middle, Column([self.made, self.result], gap=2.4, spread=8.0)], gap=4.0,
                   align=(0.5, 0.5))  # fmt: skip

    # the story -----------------------------------------------------------------------------------------------------

    def plan(self):
        scene, figure, w, at = self.scene, self.figure, self.scene.words, self.phases
        heading(figure, self.trace)
        self.beats = self._clock()
        self.adding = Adding(figure, self.trace, self.stamps, self.cast.sum_fill, self.made.cell, landed, at.cut + 0.05,
                             at.bias + 0.5, at.spread, self.base)  # fmt: skip
        self.cast.add_input(w.input)
        self.cast.add_ring("Window", until=self.end)
        self._kernel()
        self._slabs()
        self._output()
        infos = self._sums()
        self._say_stamps()
        if scene.look.labels:
            figure.words("names", "Names", self.names())
            figure.words("indices", "Row and column numbers", self.indices())
            figure.words("ending", "Shapes", self.ending())
            figure.words("between", "Between the views",
                         stamp_words.between(figure, self.trace, at, self.stamps.cut, LINE))
            self.why()
        return figure.plan(scene.title, infos)

    @property
    def end(self) -> float:
        """The clock at which the last window is gone."""
        return self.base + self.count - 0.46

    @property
    def takes(self) -> list[tuple[float, float]]:
        """What happens between the views, as (clock at its end, seconds)."""
        at, spreads = self.phases, bool(max(self.trace.spread) > 1)
        return [(at.bias, CUT if self.stamps.cut else 0.0), (at.spread, BIAS if self.trace.bias is not None else 0.0),
                (at.zeros, SPREAD if spreads or self.cast.padded else 0.0), (at.turn, ZEROS * self.cast.padded),
                (at.turn + 1, TURN)]  # fmt: skip

    def _clock(self) -> Beats:
        """Key the clock over both views; `stamping` and `rhythm` say how each goes."""
        line, timing, at, fps = self.figure.timeline, self.scene.timing, self.phases, self.scene.output.fps
        spent = sum(seconds for _, seconds in self.takes) + 1.5
        room = timing.longest - timing.intro - timing.outro - spent
        own = replace(timing, intro=0.0, outro=0.0)
        first = replace(own, longest=STAMPING * room, step=2.4 * timing.step)
        worked = dict(zip(range(at.stamps), (FULL, DOUBLE), strict=False))
        self.stamping = rhythm(at.stamps, worked, first)
        left = room - self.stamping.seconds
        second = rhythm(self.count, self._explained(), replace(own, longest=left))
        self.rhythm = Rhythm(tuple(replace(s, first=s.first + self.base, last=s.last + self.base)
                                   for s in second.stretches))  # fmt: skip
        line.declare("clock.step", START)
        line.wait(timing.intro)
        run_clock(line, self.stamping, fps)
        line.wait(0.3)
        line.play("clock.step", at.cut, 0.25, easing="linear")
        if self.lowered:
            line.declare("output.location.z", self.stamped[2])
        for until, seconds in self.takes:
            if seconds and until == at.bias and self.lowered:
                line.play("clock.step", until - 0.04, 0.6 * seconds, easing="linear")
                line.add("output.location.z", self.stamped[2] - self.lowered, 0.25 * seconds)
                line.play("clock.step", until, 0.25 * seconds, easing="linear")
                line.wait(0.15 * seconds)
                continue
            line.play("clock.step", until, max(0.8 * seconds, 0.01), easing="linear")
            line.wait(0.2 * seconds)
        line.play("clock.step", self.base - 0.95, 0.01, easing="linear")
        beats = run_clock(line, self.rhythm, fps)
        line.wait(0.3)
        line.play("clock.step", self.base + self.count - 0.45, 0.3)
        line.wait(timing.outro)
        return beats

    def _explained(self) -> dict[int, str]:
        """The steps that are worked out: the first, the one whose window first meets most of the input, the last."""
        met = [int(self.trace[i].real.sum()) for i in range(self.count)]
        most = int(np.argmax(met))
        return {self.count - 1: SHORT, most: DOUBLE, 0: FULL}

    # the cast ------------------------------------------------------------------------------------------------------

    def _kernel(self) -> None:
        """The kernel, which turns by 180° in its plane before the second view; its numbers stay upright."""
        figure, block, (rows, columns) = self.figure, self.weights, self.kernel
        self.kernel_at = first_middle(block.corner, block.cell, rows)
        values, turn = planes(self.trace.weight[0]), self.phases.turn + 0.1
        own = volumes.block(figure, values, self.cast.weight_fill, cell=block.cell, dims=False)
        then = volumes.block(figure, values[:, ::-1, ::-1], self.cast.weight_fill, cell=block.cell, dims=False)
        way = then["position"][::-1] - own["position"]
        own["visible_until"][:] = then["visible_from"][:] = turn + 0.8
        own["exit"][:], own["exit_from"][:], own["exit_until"][:] = way, turn, turn + 0.8
        far = np.abs(way).max(axis=1, keepdims=True) > 0
        own["exit_via"][:] = 0.5 * way + np.column_stack([way[:, 2], 0 * way[:, 0], -way[:, 0]]) + far * (0, -1.2, 0.9)
        figure.volume("kernel", self.scene.words.kernel, [own, then], self.kernel_at, block.cell)
        figure.casts(block.corner, block.corner + block.cell * np.array(block.size))
        middle = [(columns - 1) / 2, 0, -(rows - 1) / 2]
        figure.track("kernel.track", [middle])
        size = columns + 0.03, 1.05, rows + 0.03
        for role, life in (("source", (-LANDED, self.phases.stamps - 0.46)), ("window", (self.base - LANDED, self.end))):
            figure.tube(f"kernel.{role}", "Kernel at work", "kernel", "kernel.track", size, life, TUBE)

    def _slabs(self) -> None:
        figure, at, small = self.figure, self.phases, self.cast.small
        slabs.add_slabs(figure, [self.weights, self.made])
        compact = replace(self.given, name="source", size=Spread.block_size(small, 1), corner=self.cast.compact_corner)
        compact.foot = compact.corner - compact.cell * np.array(compact.slab)
        compact.box = figure.page.box(compact.corner, compact.corner + compact.cell * np.array(compact.size))
        self.compact = compact
        slabs.add_slabs(figure, [compact], ((ALWAYS, at.spread),))
        slabs.add_slabs(figure, [self.given], ((at.spread, NEVER),))
        second = self.base - 1 + 0.02, self.end
        slabs.add_slabs(figure, [self.panel], ((START + 0.02, at.stamps - 0.46), second))
        slabs.add_slabs(figure, [self.result], (second,))

    def _output(self) -> None:
        """The output with what is cut off, its marks, shadows and rings."""
        figure, block, at, (rows, columns) = self.figure, self.made, self.phases, self.stamps.shape
        figure.volume("output", self.scene.words.output, self.adding.points(), self.stamped, block.cell)
        (_, bottom), (left, right) = self.stamps.crop
        lives = (((columns, 1, rows), (columns - 1) / 2, ALWAYS, at.cut + 0.5),
                 ((columns - left - right, 1, self.rows), (columns - 1 + left - right) / 2, at.cut + 0.5, NEVER))  # fmt: skip
        figure.volume("output.ground", "Shadow of the output", [
            volumes.shade(figure, size, 0.0, (x, 0, -(rows - 0.5)), strength=self.made_shadow, visible_from=since,
                          visible_until=until) for size, x, since, until in lives], self.stamped, block.cell)  # fmt: skip
        if self.adding.marked:
            figure.volume("output.marks", "Marks of the stamps", self.adding.marks(), (0, 0, 0), block.cell,
                          parent="output")  # fmt: skip
            figure.volume("input.marks", "Marks of the input's cells",
                          self.adding.source_marks(self.cast.compact, at.spread), self.cast.location, self.cast.cell)  # fmt: skip
        size, forward = ring(self.stamps.span[1] + 0.03, self.stamps.span[0] + 0.03)
        middle = [(n - 1) / 2 for n in self.stamps.span]
        places = self.stamps.places + middle
        figure.track("output.stamp.track", np.column_stack([places[:, 1], 0 * places[:, 0] + forward, -places[:, 0]]))
        figure.tube("output.stamp", "Place of the stamp", "output", "output.stamp.track", size,
                    (-LANDED, at.stamps - 0.46), TUBE)  # fmt: skip
        size, forward = ring(1.03, 1.03)
        top = self.stamps.crop[0][0]
        row, column = (a.ravel() for a in np.indices((self.rows, self.columns)))
        track = np.column_stack([column + left, 0 * column + forward, -(row + top)])
        figure.track("output.track", np.concatenate([np.repeat(track[:1], self.base, axis=0), track]))
        figure.tube("output.marker", "Output marker", "output", "output.track", size, (self.base - LANDED, self.end),
                    TUBE)  # fmt: skip

    # sums ----------------------------------------------------------------------------------------------------------

    def _weights_at(self, rows, columns) -> np.ndarray:
        """World places of the kernel's cells as they lie."""
        return self.kernel_at + self.weights.cell * np.column_stack([columns, 0 * columns, -rows])

    @property
    def _hover(self):
        return 0, -1.3 * self.weights.cell, 0

    def earlier_pieces(self) -> list[Points]:
        """The stamps on the bench."""
        act = Stamping(self.figure, self.bench, self.cast.sum_greatest, before=self._before)
        pieces = on_bench(act, self.stamping, self.scene.output.fps, self._stamp)
        for s in self.stamping.explained:
            pieces += act.step(self._stamp(s))
        return pieces

    def _stamp(self, s: int):
        cells = self.stamps.cells(s)
        goals = self.stamped + self.made.cell * np.column_stack([cells[:, 1], 0 * cells[:, 0], -cells[:, 0]])
        return self.cast.stamp_operands(s, self._weights_at, self.weights.cell, goals, self.made.cell, self._hover)

    def _before(self, s: int) -> list[float]:
        """The numbers that stand where a stamp lands; NaN: none."""
        found = []
        for cell in self.stamps.cells(s):
            own = [a.after for a in self.adding.story[tuple(map(int, cell))] if a.stamp < s]
            found.append(own[-1] if own else np.nan)
        return found

    def _operands(self, i: int):
        target = self.home + self.made.cell * np.array([i % self.columns, 0, -(i // self.columns)])
        return self.cast.window_operands(i, self._weights_at, self.weights.cell, target, self.made.cell, self._hover)

    # words ---------------------------------------------------------------------------------------------------------

    def _say_stamps(self) -> None:
        """The lines of the first view; which view it is; what a window meets."""
        figure, box, last = self.figure, self.panel.box, self.phases.stamps - 1
        explained = self.stamping.explained

        def said(since: float):
            def life(s: int) -> tuple[float, float]:
                until = s + LEAVES if s in explained or s == last else s + 1 - LANDED
                return (within(s, since) if s in explained else s - LANDED), until

            return life

        top = box[1] - 1.4
        if self.scene.look.sum_line:
            figure.words("stamps", "Stamps", stamp_words.stamp_lines(figure, self.adding, LINE, said(LANDS)))
        if self.scene.look.labels:
            figure.words("factor", "What is on the bench",
                         [*stamp_words.factor_names(figure, self.adding, box[0], top, said(0.27)),
                          *stamp_words.met_names(figure, self.trace, self.base, box[0], top)])  # fmt: skip
        if self.scene.look.title:
            title = self.scene.words.title or self.scene.title
            figure.words("view", "Which view", stamp_words.view_names(figure, title, self.phases.spread))

    def names(self) -> list[Points]:
        w, figure, trace, at = self.scene.words, self.figure, self.trace, self.phases
        _, weights, made = self.given.box, self.weights.box, self.made.box
        formula = size_formula(trace)
        right = figure.page.width - 8.0 - width(formula) * SMALL * HEIGHT
        left, top = self.compact.box[0], self.compact.box[1] - 1.6
        return [
            figure.text(f"{w.input}  {shape_text(trace.input.shape[1:])}", left, top, NAME, visible_until=at.spread),
            figure.text(f"{w.spread_input}  {shape_text(self.shape[-len(trace.kernel_size) :])}", self.given.box[0],
                        self.given.box[1] - 1.6, NAME, visible_from=at.zeros),
            figure.text(f"{w.kernel}  {shape_text(trace.kernel_size)}", weights[0], weights[1] - 1.6, NAME,
                        visible_until=at.turn + 1),
            figure.text(w.kernel_turned, weights[0], weights[1] - 1.6, NAME, visible_from=at.turn + 1),
            figure.text(formula, min(made[0], right), made[1] - 1.4, SMALL, figure.theme.secondary),
            figure.text(f"{w.output}  {shape_text(trace.output.shape[1:])}", made[0], made[1] - 5.2, NAME),
        ]  # fmt: skip

    def indices(self) -> list[Points]:
        """Row and column numbers: of the input while it is compact, of the output before and after it is cut."""
        figure, made, axes, at = self.figure, self.made, len(self.trace.kernel_size), self.phases
        (_, bottom), (left, _) = self.stamps.crop
        first = self.stamps.crop[0][0], left
        own, high, cut = (self.rows, self.columns), self.stamps.shape[0], at.bias - 0.04

        def drop(block):
            return 1.2 * block.cell * block.slab[2] / UNIT

        lives = ((high, ALWAYS, cut), (high - bottom, cut, NEVER)) if bottom else ((high, ALWAYS, NEVER),)
        said = [index_labels(figure, made.corner, made.cell, own, high=h, offset=first, drop=drop(made), axes=axes,
                             visible_from=a, visible_until=b) for h, a, b in lives]  # fmt: skip
        said.append(index_labels(figure, self.compact.corner, self.compact.cell, self.cast.small, axes=axes,
                                 drop=drop(self.compact), visible_until=at.spread))  # fmt: skip
        return [text for texts in said for text in texts]

    def ending(self) -> list[Points]:
        """At the end, where the bench was: the shapes as an equation, and that both views agree."""
        box, since = self.panel.box, self.end
        x, y = (box[0] + self.result.box[2]) / 2, (box[1] + box[3]) / 2
        return [shapes_equation(self.figure, self.trace, x, y - 3.0, since),
                stamp_words.agreement(self.figure, self.trace, self.adding, x, y + 3.0, since)]  # fmt: skip

    def why(self) -> None:
        lines = why_lines(self.figure, self.figure.page.width / 2, LINE, LINE, self.end)
        self.figure.words("why", "Why", lines)
