# SPDX-License-Identifier: GPL-3.0-or-later
"""Kind `sliding`: one window over one plane. Input, kernel over the bench, output; the sum is one line below them."""

from contextlib import suppress

import numpy as np

from ...scene.checks import ValidationError
from ..acts import opening
from ..acts.rhythm import DOUBLE, FULL, PADDED, SHORT, START, Rhythm, open_clock, rhythm, run_clock, within
from ..acts.standing import on_bench, result_values
from ..acts.summing import FLY, Summing
from ..cast import board, caps, slabs, volumes
from ..cast.figure import NAME, SMALL, SUM, Figure
from ..cast.kernel import Kernel
from ..cast.one_plane import OnePlane, one_plane
from ..cast.weighted import Weighted, line_text, sum_text
from ..cast.windowed import around, planar, planes
from ..page.captions import cell_name, shape_text
from ..page.layout import Column, Row
from ..page.view import LINE
from ..plan.plan import LANDED, LEAVES, Points, StepInfo
from ..traits import less_padding, output_size, same_size, skipped, unread
from ..traits.index_labels import block_indices
from ..traits.meaning import heading, shapes_equation, why_lines
from ..traits.padded_input import name_input, texts

REST, CLOSING = 0.55, 0.6  # the clock past the last step at which the window is gone, and seconds until then
MOST = 400  # output cells: of more it is the kind sweep, unasked


def validate(scene, trace):
    """None, or the (key, value, what would be right) why one window over one plane cannot show it."""
    return one_plane(trace, "must be 1 for this kind; the kind volume shows several")


def accepts(scene, trace) -> bool:
    """One channel, one filter, and cells that can be counted and read."""
    if len(trace.input) > 1 or len(trace.output) > 1 or len(trace) > MOST:
        return False
    with suppress(ValidationError):
        laid_out = begin(scene, trace)
        return all(volumes.digit_size(block.cell) for block in (laid_out.given, laid_out.made))
    return False


def begin(scene, trace):
    """What makes it: of one axis input and output stand in rows, one below the other."""
    from .rows import Rows  # which derives from what is below

    return (Rows if len(trace.kernel_size) == 1 else Sliding)(scene, trace)


class Sliding(OnePlane):
    """One figure of this kind. `Cast` is how its input stands on the stage."""

    Cast = Weighted
    pitch, made_shadow = 1, 0.5  # cells between columns of the output; strength of its shadow: it is of glass at first

    def __init__(self, scene, trace):
        self.scene, self.trace, self.pads = scene, trace, planar(trace)[2]
        self.figure = Figure(scene, *self.traces)
        self.kernel = tuple(max(sizes) for sizes in zip(*(planar(t)[0] for t in self.traces), strict=True))
        self.out = planes(trace.output)[0]
        self.rows, self.columns = self.out.shape
        self.shape = around(planes(trace.input).shape[1:], self.room)
        heading(self.figure, *self.traces)
        self.settle(self.layout)
        self.cast = self.Cast(self.figure, trace, self.given.corner, self.given.cell)
        self.weighing = Kernel(self.figure, self.cast, self.weights)
        stage, self.opens = (self.figure, trace, self.made, self.beneath), opening.opens(self.cast)
        self.closes = same_size.between(self.given, *stage) or less_padding.between(*stage)
        self.around = (self.opens, self.closes), (self.opens, None), (False, None)  # acts, as there is time for them

    @property
    def traces(self) -> tuple:
        """The runs that it shows."""
        return (self.trace,)

    room = property(lambda self: self.pads)  # padding around the input

    def layout(self, bench: float):
        """The layout's tree, with a bench of so much of its full size; names its blocks."""
        above = output_size.room(self.scene, self.trace)
        self.made = self.blocks(bench)("output", (self.columns, 1, self.rows), above=above)
        self.given.above += same_size.room(self.scene, self.trace)
        if self.figure.page.upright:
            return self.in_column()
        return Row([self.given, Column([self.weights, self.panel], gap=2.0, spread=6.0),
                    Column([self.made, self.result], gap=3.6, spread=8.0)], gap=5.0, align=(0.5, 0.5))  # fmt: skip

    def plan(self):
        scene, figure, w = self.scene, self.figure, self.scene.words
        self.clock()
        self.cast.add_input(w.input, arrives=PADDED if self.cast.padded else None)
        unread.out_of_the_light(figure, self.trace)
        self.add_window()
        if self.opens:
            opening.add_opening(figure, self.cast, self.weights, self.panel)
        self.weighing.add(self.count, self.count - 0.46)
        slabs.add_slabs(figure, [self.given, self.weights, self.made])
        slabs.add_slabs(figure, [self.panel, self.result], ((START + 0.02, self.count - 0.46),))
        self.home = board.home(self.made)
        board.stand(figure, "output", w.output, self.made, self.output(), self.made_shadow, self.pitch)
        self.add_marker()
        infos = self._sums()
        if self.closes:
            self.closes.add(self.cast, self.count - 1 + REST)
        if scene.look.labels:
            figure.words("names", "Names", self.names())
            figure.words("indices", "Row and column numbers", self.indices())
            figure.words("ending", "Shapes", [self.shapes()])
            self.why()
        return figure.plan(scene.title, infos)

    count = property(lambda self: len(self.trace))  # of steps

    def pacing(self) -> Rhythm:
        """Which steps are explained, and how long everything takes."""
        inside = next((i for i in range(self.count) if self.trace[i].real.all()), 2)
        worked = [i for i in (0, 1, max(inside, 2)) if i < self.count]  # without padding, or the third
        explained = dict(zip(worked, (FULL, DOUBLE, DOUBLE), strict=False))
        explained |= {i: SHORT for i in range(self.columns - 1, self.count, self.columns) if i not in explained}
        return self.paced(explained)

    def paced(self, explained: dict[int, str]) -> Rhythm:
        """The rhythm in which these are explained, within the time that is left."""
        def beside(acts) -> Rhythm:
            spent = CLOSING + (acts[1].seconds if acts[1] else 0.0) + opening.OPENING * bool(acts[0])
            return rhythm(self.count, explained, self.scene.timing, self.scene.output.fps, spent=spent,
                          padded=self.cast.padded, weights=self.pace())  # fmt: skip

        (self.opens, self.closes), found = Rhythm.with_time(self.around, beside)
        return found

    def clock(self) -> None:
        """Key the clock."""
        self.rhythm, line, timing = self.pacing(), self.figure.timeline, self.scene.timing
        open_clock(line, timing, self.cast.padded, opens=(opening.OPENS, opening.opening_clock) if self.opens else None)
        self.beats = run_clock(line, self.rhythm, self.scene.output.fps, self.pace())
        line.wait(CLOSING / 2)
        line.play("clock.step", self.count - 1 + REST, CLOSING / 2)
        if self.closes:
            self.closes.clock(line, self.count - 1 + REST)
        line.wait(timing.outro)

    def pace(self):
        """How much of a run's time each step is worth; None: alike."""
        return None

    stands_out = True  # whether the cells under the window do

    def add_window(self) -> None:
        if self.stands_out:
            caps.add_window(self.cast, self.count - 0.46, self.rhythm.explained)
        else:
            self.cast.add_ring("Window", self.count - 0.46)
        skipped.add(self.cast, self.count - 0.46)

    def output(self) -> list[Points]:
        """The output's cells, frosted until they are there."""
        return board.cells(self.figure, self.made, self.out, self.cast.sum_fill, np.arange(0.0, self.count), self.pitch)

    def add_marker(self) -> None:
        """The ring around the output cell that is being made."""
        row, column = (a.ravel() for a in np.indices((self.rows, self.columns)))
        board.add_marker(self.figure, "output", row, column * self.pitch, (-LANDED, self.count - 0.46))

    base = 0  # the clock at the first step

    def _sums(self) -> list[StepInfo]:
        """The sums on the bench and in the line; what the plan says of each step."""
        act, infos, lines, running = Summing(self.figure, self.bench, self.cast.sum_greatest), [], [], []
        base, fps = self.base, self.scene.output.fps
        pieces = on_bench(act, self.rhythm, fps, lambda j: self._operands(j - base))
        for i in range(self.count):
            step, place = self.trace[i], tuple(int(v) for v in self.trace[i].output_index)
            j, name = base + i, cell_name(self.scene, place[1:])
            explained = j in self.rhythm.explained
            if explained:
                pieces += act.step(self._operands(i))
                lines += self._sum_line(step, j, name, within(j, 0.54), j + LEAVES,
                                        ((within(j, 0.78), within(j, FLY)), (j - 1e-3, j + LEAVES)))  # fmt: skip
            elif self.says_runs:
                life = j - 1e-3, j + 1 - LANDED
                running += self._sum_line(step, j, name, *life, (life,))
            text = sum_text(self.figure.numbers, step, name)
            infos.append(StepInfo(self.beats.seconds[i], place, float(step.value), text, j, explained))
        self.figure.volume("bench", "Bench", pieces, act.origin, self.bench.cell)
        sums = np.concatenate([np.zeros(base), self.out.ravel()])
        self.until = result_values(act, self.rhythm, fps, sums, self.cast.sum_fill)
        self.figure.sums(lines, running)
        return infos

    def _operands(self, i: int):
        row, column = divmod(i, self.columns)
        target = self.home + self.made.cell * np.array([column * self.pitch, 0, -row])
        return self.cast.operands(i, self.weighing.places, self.weights.cell, target, self.made.cell, self.hover())

    says_runs = True  # whether the sum stands in the line while the window runs

    def _sum_line(self, step, i: int, name: str, since: float, until: float, named) -> list[Points]:
        """The products and what they come to, below the volumes; the cell's name over the result."""
        text = line_text(self.figure, step, self.kernel[1])
        figure, (x, y) = self.figure, self.name_place(self.figure.long(name, SMALL))
        middle = self.line_middle(figure.long(text, SUM))
        return [figure.text(text, middle, LINE, SUM, align="center", visible_from=since, visible_until=until),
                *(figure.text(name, x, y, SMALL, align="center", visible_from=a, visible_until=b)
                  for a, b in named)]  # fmt: skip

    def names(self) -> list[Points]:
        """What the volumes are called, with their shapes; the output's size and how it comes about."""
        w, figure, trace, weights = self.scene.words, self.figure, self.trace, self.weights.box
        own = figure, trace.input, trace.padding, self.given, weights[0]
        kernel = f"{w.kernel}  {shape_text(trace.kernel_size)}"
        return [
            *skipped.words(self.cast, texts(*own)[1], self.given.box, weights[0] - 3.0, self.count - 0.46),
            *skipped.legend(self.cast, self.made, self.result, self.count - 0.46),
            name_input(*own),
            figure.text(kernel, figure.within(weights[0], kernel, NAME), self.kernel_named, NAME),
            *output_size.name_output(figure, trace, self.made, f"{w.output}  {shape_text(trace.output.shape[1:])}"),
        ]

    def indices(self) -> list[Points]:
        """Row and column numbers of input and output."""
        before, axes = (self.pads[0][0], self.pads[1][0]), len(self.trace.kernel_size)
        return [*block_indices(self.figure, self.given, planes(self.trace.input).shape[1:], high=self.shape[0],
                               offset=before, axes=axes, aside=caps.aside(self.cast)),
                *block_indices(self.figure, self.made, (self.rows, self.columns), axes=axes,
                               apart=(1, self.pitch))]  # fmt: skip

    def shapes(self) -> Points:
        """At the end, where the bench was, or where what comes then leaves room: the shapes as an equation."""
        box, x = self.panel.box, (self.panel.box[0] + self.result.box[2]) / 2
        at = self.closes.shapes_at if self.closes else (x, (box[1] + box[3]) / 2)
        return shapes_equation(self.figure, self.trace, self.count - 0.46, *at)

    def why(self, until: float | None = None) -> None:
        """The line that says what the operation is for: before the first step, and at the end."""
        lines = why_lines(self.figure, self.figure.page.width / 2, LINE, LINE, until or self.count - 0.46)
        self.figure.words("why", "Why", lines)
