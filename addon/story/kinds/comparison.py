# SPDX-License-Identifier: GPL-3.0-or-later
"""Kind `comparison`: two runs of one kernel over one input. Two windows, two outputs at two heights; where both stand
together, one sum goes to both.
"""

import numpy as np

from ...scene.arrays import runs
from ..acts.leaving import add_kept
from ..acts.rhythm import DOUBLE, FULL, PADDED, SHORT, START, within
from ..acts.standing import on_bench, result_values
from ..acts.summing import FLY, STAND, Summing, flight
from ..cast import board, slabs
from ..cast.bench import RESULT, SLAB
from ..cast.figure import NAME, SMALL, SUM
from ..cast.one_plane import LARGER, LINE, one_plane
from ..cast.shared import PREFIX, SECOND, Pair, Shared
from ..cast.weighted import line_text, sum_text
from ..cast.windowed import planes
from ..page.captions import cell_name, parameter_text, shape_text
from ..page.layout import Block, Column, Row
from ..plan.plan import LANDED, LEAVES, Points, StepInfo
from ..traits import output_size, unread
from ..traits.index_labels import block_indices
from ..traits.meaning import heading
from .sliding import REST, Sliding

UNDER = 3.2  # page units from one line of a name to the next


def validate(scene, trace):
    """None, or the (key, value, what would be right) why two runs cannot be shown side by side."""
    if not scene.compare.changed:
        return "kind", "comparison", "must have a [compare] table with a stride, a padding or a dilation"
    return one_plane(trace, "must be 1 where two runs are compared")


def accepts(scene, trace) -> bool:
    """Where there is a second run."""
    return bool(scene.compare.changed)


def build(scene, trace):
    """The plan of two runs."""
    return _Comparison(scene, trace).plan()


class _Comparison(Sliding):
    def __init__(self, scene, trace):
        self.pair = Pair(*runs(scene))
        self.outs = [planes(t.output)[0] for t in self.pair.traces]
        super().__init__(scene, trace)
        corner, cell = self.given.corner, self.given.cell
        self.casts = [Shared(self.figure, t, corner, cell, f"{PREFIX[run] * (not self.pair.together)}input",
                             self.pair, run) for run, t in enumerate(self.pair.traces)]  # fmt: skip
        self.cast = self.weighing.cast = self.casts[0]
        self.opens, self.parts = None, []  # it ends otherwise, and its runs' windows differ
        self.boards = (self.made, self.other)
        self.homes = [board.home(block) for block in self.boards]
        w = scene.words
        said = [(getattr(w, key), [parameter_text(w, t, key) for t in self.pair.traces])
                for key in scene.compare.changed]  # fmt: skip
        self.labels = [",  ".join(f"{word} {texts[run]}" for word, texts in said) for run in (0, 1)]

    def padded_shape(self, shape, pads):
        return super().padded_shape(shape, self.pair.pads)

    def layout(self, bench: float):
        """The layout's tree: the kernel over the panel, the outputs at two heights, below the second the result."""
        made = self.blocks(bench)
        self.result = Block("result", (RESULT, RESULT, RESULT), LARGER * bench, above=7.0, slab=SLAB)
        above = output_size.room(self.scene, *self.pair.traces)
        self.made, self.other = (made(f"{PREFIX[run]}output", (out.shape[1], 1, out.shape[0]), above=above)
                                 for run, out in enumerate(self.outs))  # fmt: skip
        middle = Column([self.weights, self.panel], gap=2.0, spread=6.0)
        return Row([self.given, middle, self.made, Column([self.other, self.result], gap=1.0, spread=6.0)], gap=3.0,
                   align=(0.5, 0.5))  # fmt: skip

    # the story -----------------------------------------------------------------------------------------------------

    def plan(self):
        scene, figure, w = self.scene, self.figure, self.scene.words
        one, other = self.pair.traces
        heading(figure, one, other=other)
        self.clock()
        self._inputs(w.input)
        for cast in self.casts:
            cast.add_ring("Window", self.count - 0.46)
        self.weighing.add(self.count, self.count - 0.46)
        slabs.add_slabs(figure, [self.given, self.weights, *self.boards])
        slabs.add_slabs(figure, [self.panel, self.result], ((START + 0.02, self.count - 0.46),))
        for run in (0, 1):
            self._output(run)
        if self.pair.kept:
            add_kept(figure, self.pair, self.boards, self.outs, self.cast.sum_fill, self.count - 1 + REST)
        infos = self._sums()
        if scene.look.labels:
            figure.words("names", "Names", self.names())
            figure.words("indices", "Row and column numbers", self.indices())
            self.why()
        return figure.plan(scene.title, infos)

    @property
    def count(self) -> int:
        return len(self.pair)

    def pacing(self):
        """The first is worked out in full; the next, and the next of both, at double speed; then the end of rows."""
        columns = max(out.shape[1] for out in self.outs)
        wanted = [0, *(int(n) for clocks in self.pair.clocks for n in clocks[clocks > 0][:1])]
        explained = dict(zip(dict.fromkeys(sorted(wanted)), (FULL, DOUBLE, DOUBLE), strict=False))
        explained |= {i: SHORT for i in range(columns - 1, self.count, columns) if i not in explained}
        return self.paced(explained)

    leaves = property(lambda self: bool(self.pair.kept))

    def _inputs(self, name: str) -> None:
        """The input, once where both windows read alike, or once for each run, of which the second follows."""
        figure, (one, other) = self.figure, self.casts
        one.add_input(name, arrives=PADDED if one.padded else None)
        unread.out_of_the_light(figure, self.pair.traces[0], one.role, self.pair.traces[1])
        if self.pair.together:
            return
        turn, shadows = len(self.pair.clocks[0]) - LANDED, len(figure.shadows)
        other.add_input(name, arrives=None)
        del figure.shadows[shadows:]
        unread.out_of_the_light(figure, self.pair.traces[0], other.role, self.pair.traces[1])
        for volume in figure.volumes:
            if volume.role == one.role:
                volume.points["visible_until"][:] = np.minimum(volume.points["visible_until"], turn)
            elif volume.role == other.role:
                volume.points["visible_from"][:] = np.maximum(volume.points["visible_from"], turn)

    def _output(self, run: int) -> None:
        """A run's output: frosted cells, each there from its step on; the ring around the one that is being made."""
        figure, block, out, clocks = self.figure, self.boards[run], self.outs[run], self.pair.clocks[run]
        role, name = f"{PREFIX[run]}output", f"{self.scene.words.output} {self.labels[run]}"
        cells = board.cells(figure, block, out, self.cast.sum_fill, clocks.astype(float))
        board.stand(figure, role, name, block, cells, self.made_shadow)
        last = np.clip(np.searchsorted(clocks, np.arange(self.count), side="right") - 1, 0, None)
        end = self.count - 0.46 if self.pair.together or run else clocks[-1] + LANDED
        board.add_marker(figure, role, *np.divmod(last, out.shape[1]), (clocks[0] - LANDED, end), SECOND * run)

    def _operands(self, i: int):
        run, step = self.pair.shown(i)
        row, column = divmod(step, self.outs[run].shape[1])
        cell = self.boards[run].cell
        target = self.homes[run] + cell * np.array([column, 0, -row])
        hover = (0, -1.3 * self.weights.cell, 0)
        return self.casts[run].operands(step, self.weighing.places, self.weights.cell, target, cell, hover, at=i)

    def _also(self, act: Summing, i: int) -> list[Points]:
        """A copy of the result that flies to the second output, where both runs have the step."""
        if None in self.pair.steps[i]:
            return []
        row, column = divmod(self.pair.steps[i][1], self.outs[1].shape[1])
        home, size = act.local(self.bench.result), self.other.cell / self.bench.cell / RESULT
        way = act.local(self.homes[1] + self.other.cell * np.array([column, 0, -row])) - home
        value = self.pair.traces[1][self.pair.steps[i][1]].value
        return [act.cube(self.bench.result, value, RESULT, **flight(i, way, size, (0, -1.0, -0.6)))]

    def _sums(self) -> list[StepInfo]:
        """The sums on the bench and in the line; what the plan says of each run's steps."""
        act, infos, lines, running = Summing(self.figure, self.bench, self.cast.sum_greatest), [], [], []
        fps = self.scene.output.fps
        pieces, stands = on_bench(act, self.rhythm, fps, self._operands), self.rhythm.standing(fps)
        for i in range(self.count):
            run, own = self.pair.shown(i)
            step, explained = self.pair.traces[run][own], i in self.rhythm.explained
            if explained:
                pieces += [*act.step(self._operands(i)), *self._also(act, i)]
                lines += self._lines(step, i, within(i, 0.54), i + LEAVES,
                                     ((within(i, STAND), within(i, FLY)), (i - 1e-3, i + LEAVES)))  # fmt: skip
            elif i in stands:
                running += self._lines(step, i, i - LANDED, stands[i], ((i - LANDED, stands[i]),))
            else:
                running += self._lines(step, i, i - 1e-3, i + LANDED, ((i - 1e-3, i + LANDED),))
            for number_, n in enumerate(self.pair.steps[i]):
                if n is not None:
                    made = self.pair.traces[number_][n]
                    place = tuple(map(int, made.output_index))
                    text = sum_text(self.figure.numbers, made, cell_name(self.scene, place[1:]))
                    infos.append(StepInfo(self.beats.seconds[i], place, float(made.value), text, i, explained, number_))
        self.figure.volume("bench", "Bench", pieces, act.origin, self.bench.cell)
        sums = [self.pair.traces[run][own].value for run, own in map(self.pair.shown, range(self.count))]
        self.until = result_values(act, self.rhythm, fps, sums, self.cast.sum_fill)
        if self.scene.look.sum_line:
            self.figure.words("sum", "Sum", lines)
            self.figure.words("running", "Running sum", running)
        return infos

    # words ---------------------------------------------------------------------------------------------------------

    def _lines(self, step, i: int, since: float, until: float, named) -> list[Points]:
        """The products and what they come to; over the result the cells that it goes to, each in its run's colour."""
        figure, text = self.figure, line_text(self.figure.numbers, step, self.kernel[1])
        made = [figure.text(text, figure.page.width / 2, LINE, SUM, align="center", visible_from=since,
                            visible_until=until)]  # fmt: skip
        runs_ = [run for run, n in enumerate(self.pair.steps[i]) if n is not None]
        for line, run in enumerate(runs_):
            place = tuple(map(int, self.pair.traces[run][self.pair.steps[i][run]].output_index))[1:]
            name, (x0, y0, x1, _) = cell_name(self.scene, place), self.result.box
            y = y0 - 1.5 - UNDER * (len(runs_) - 1 - line)
            made += [figure.text(name, (x0 + x1) / 2, y, SMALL, self._ink(run), align="center", visible_from=a,
                                 visible_until=b) for a, b in named]  # fmt: skip
        return made

    def _ink(self, run: int) -> str | None:
        """The colour of words about a run."""
        return self.figure.theme.second if run else None

    def names(self) -> list[Points]:
        """What the volumes are called, with their shapes; of each output whose it is, and how its size comes about."""
        w, figure, trace = self.scene.words, self.figure, self.trace
        given, weights = self.given.box, self.weights.box
        found = [figure.text(f"{w.input}  {shape_text(trace.input.shape[1:])}", given[0], given[1] - 1.6, NAME),
                 figure.text(f"{w.kernel}  {shape_text(trace.kernel_size)}", weights[0], weights[1] - 1.6, NAME)]
        for run, (block, own) in enumerate(zip(self.boards, self.pair.traces, strict=True)):
            name = f"{self.labels[run]}:  {w.output}  {shape_text(own.output.shape[1:])}"
            found += output_size.name_output(figure, own, block, name, unread.said(self.scene, own), size=SMALL, up=3.6,
                                             color=self._ink(run))  # fmt: skip
        return found

    def indices(self) -> list[Points]:
        """Row and column numbers of the input and both outputs."""
        axes, before = len(self.trace.kernel_size), (self.cast.pads[0][0], self.cast.pads[1][0])
        found = block_indices(self.figure, self.given, planes(self.trace.input).shape[1:], high=self.shape[0],
                              offset=before, axes=axes)  # fmt: skip
        for block, out in zip(self.boards, self.outs, strict=True):
            found += block_indices(self.figure, block, out.shape, axes=axes)
        return found


begin = _Comparison
