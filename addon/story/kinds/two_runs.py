# SPDX-License-Identifier: GPL-3.0-or-later
"""What figures of two runs have in common, whatever is worked out in them: one input, two windows, two outputs at two
heights, one clock. No kind by itself.
"""

import numpy as np

from ...scene.arrays import runs
from ..acts.leaving import LANDS, LEAVING, add_kept, leave_clock
from ..acts.rhythm import DOUBLE, FULL, PADDED, SHORT, Rhythm, open_clock, rhythm, run_clock
from ..cast import board, slabs
from ..cast.figure import SMALL, Figure
from ..cast.shared import PREFIX, SECOND, Pair
from ..cast.windowed import planes
from ..page.captions import cell_name, place_name, run_labels, shape_text
from ..page.view import UNIT
from ..plan.plan import ALWAYS, LANDED, NEVER, Points, StepInfo
from ..traits import output_size, unread
from ..traits.index_labels import block_indices
from ..traits.padded_input import name_input

UNDER = 3.2  # page units from one line of a name to the next
NAMED = 30.0  # page units: where names of cells would be longer they do not say whose these are
LONG = 32.0  # page units: of a longer name of an output the label has a line of its own
REST, CLOSING = 0.55, 0.6  # the clock past the last step at which the windows are gone, and seconds until then
LEAST_NAME = 0.9  # by how much smaller than others the name of an output may be that would meet the next one's
END = 0.46  # the clock before the last step's end at which what works is gone
BETWEEN = 0.6  # seconds before the second run begins where it follows the first


class TwoRuns:
    """Whoever derives from it has `scene`, `figure`, `trace`, `given` (the input's block), `shape` (rows and columns of
    the input with its padding); after `meet` there are `pair`, `outs` and `labels`, after `take_places` `boards`,
    `homes`, `casts`."""

    def meet(self, scene) -> None:
        """Both runs, before anything is laid out."""
        self.scene, self.pair = scene, Pair(*runs(scene))
        self.outs = [planes(t.output)[0] for t in self.pair.traces]
        self.labels = run_labels(scene, self.pair.traces)
        named = f"{self.labels[0]}:  {self._shape(0)}"
        self.short = Figure.long(named, SMALL) <= LONG  # whether label and shape stand on one line of two
        self.above = output_size.room(scene, *self.traces) + 3.6

    @property
    def traces(self) -> tuple:
        return self.pair.traces

    def take_places(self, Cast, made, other) -> None:
        """Each run's input, where its block is, and its output: `made` and `other` are the outputs' blocks."""
        self.boards, self.homes = (made, other), [board.home(block) for block in (made, other)]
        self.casts = [Cast(self.figure, t, self.given.corner, self.given.cell,
                           f"{PREFIX[run] * (not self.pair.together)}input", self.pair, run)
                      for run, t in enumerate(self.pair.traces)]  # fmt: skip

    @property
    def count(self) -> int:
        return len(self.pair)

    def pacing(self) -> Rhythm:
        """The first is worked out in full; the next, and the next of both, at double speed; then the end of rows."""
        columns = max(out.shape[1] for out in self.outs)
        wanted = [0, *(int(n) for clocks in self.pair.clocks for n in clocks[clocks > 0][:1])]
        explained = dict(zip(dict.fromkeys(sorted(wanted)), (FULL, DOUBLE, DOUBLE), strict=False))
        explained |= {i: SHORT for i in range(columns - 1, self.count, columns) if i not in explained}
        pauses = {} if self.pair.together else {len(self.pair.clocks[0]): BETWEEN}
        spent = CLOSING + LEAVING * bool(self.pair.kept)
        return rhythm(self.count, explained, self.scene.timing, self.scene.output.fps, spent=spent,
                      padded=self.casts[0].padded, pauses=pauses)  # fmt: skip

    def clock(self) -> None:
        """Key the clock."""
        self.rhythm, line, timing = self.pacing(), self.figure.timeline, self.scene.timing
        open_clock(line, timing, self.casts[0].padded)
        self.beats = run_clock(line, self.rhythm, self.scene.output.fps)
        line.wait(CLOSING / 2)
        line.play("clock.step", self.count - 1 + REST, CLOSING / 2)
        if self.pair.kept:
            leave_clock(line, self.count - 1 + REST)
        line.wait(timing.outro)

    def open(self) -> None:
        """What every figure of two runs begins with: clock, the input or inputs with their windows."""
        self.clock()
        self.add_inputs(self.scene.words.input)
        for cast in self.casts:
            cast.add_ring("Window", self.count - END)

    def add_inputs(self, name: str) -> None:
        """The input, once where both windows read alike, or once for each run, of which the second follows."""
        figure, (one, other) = self.figure, self.casts
        one.add_input(name, arrives=PADDED if one.padded else None)
        unread.out_of_the_light(figure, self.pair.traces[0], one.role, self.pair.traces[1])
        if self.pair.together:
            return
        shadows = len(figure.shadows)
        other.add_input(name, arrives=None)
        del figure.shadows[shadows:]
        unread.out_of_the_light(figure, self.pair.traces[0], other.role, self.pair.traces[1])
        for volume in figure.volumes:
            if volume.role == one.role:
                volume.points["visible_until"][:] = np.minimum(volume.points["visible_until"], self.pair.turn)
            elif volume.role == other.role:
                volume.points["visible_from"][:] = np.maximum(volume.points["visible_from"], self.pair.turn)

    def add_outputs(self) -> None:
        """Frosted cells, each there from its step on; the ring around the one that is being made; at the end what of
        both runs is the same."""
        figure, cast = self.figure, self.casts[0]
        for run, (block, out, clocks) in enumerate(zip(self.boards, self.outs, self.pair.clocks, strict=True)):
            role, name = f"{PREFIX[run]}output", f"{self.scene.words.output} {self.labels[run]}"
            cells = board.cells(figure, block, out, cast.sum_fill, clocks.astype(float))
            board.stand(figure, role, name, block, cells, 0.5)
            last = np.clip(np.searchsorted(clocks, np.arange(self.count), side="right") - 1, 0, None)
            end = self.count - END if self.pair.together or run else clocks[-1] + LANDED
            board.add_marker(figure, role, *np.divmod(last, out.shape[1]), (clocks[0] - LANDED, end), SECOND * run)
        if self.pair.kept:
            add_kept(figure, self.pair, self.boards, self.outs, cast.sum_fill, self.count - 1 + REST)

    def add_slabs(self, blocks, since: float, until: float) -> None:
        """The slabs of both runs' `blocks`, which may be one, between two clock values; each is there for its run."""
        ends = (since, self.pair.turn, until)
        for block in dict.fromkeys(map(id, blocks)):
            own = [run for run in (0, 1) if id(blocks[run]) == block]
            slabs.add_slabs(self.figure, [blocks[own[0]]], ((ends[own[0]], ends[own[-1] + 1]),))

    def infos(self, i: int, explained: bool, said) -> list[StepInfo]:
        """What the plan says of the runs' steps at a clock; `said(step, name)` is a step as text."""
        found = []
        for run, n in enumerate(self.pair.steps[i]):
            if n is not None:
                step = self.pair.traces[run][n]
                place = tuple(map(int, step.output_index))
                text = said(step, cell_name(self.scene, place[1:]))
                found.append(StepInfo(self.beats.seconds[i], place, float(step.value), text, i, explained, run))
        return found

    def ink(self, run: int) -> str | None:
        """The colour of words about a run."""
        return self.figure.theme.second if run else None

    def cell_names(self, box, at_work, lives) -> list[Points]:
        """Over a block's `box` the names of the cells to which its number goes: of each (run, step) of `at_work`, in
        the run's colour, between pairs of clock values."""
        figure, made = self.figure, []
        for line, (run, n) in enumerate(at_work):
            place = tuple(map(int, self.pair.traces[run][n].output_index))[1:]
            name, y = self._cell(run, place), box[1] - 1.5 - UNDER * (len(at_work) - 1 - line)
            x = min((box[0] + box[2]) / 2, figure.page.width - 8.0 - figure.long(name, SMALL) / 2)
            made += [figure.text(name, x, y, SMALL, self.ink(run), align="center", visible_from=a, visible_until=b)
                     for a, b in lives]  # fmt: skip
        return made

    def input_name(self, right: float) -> Points:
        """What the input is called, which ends before the page place `right`; with as much padding as stands there."""
        pads = self.pair.declared[2 - len(self.trace.kernel_size) :]
        return name_input(self.figure, self.trace.input, pads, self.given, right)

    def _cell(self, run: int, place) -> str:
        """The name of a run's output cell: of a sum that goes to both outputs also whose it is, where there is room."""
        last = max(trace.output.shape[1:] for trace in self.traces)
        said = [f"{label}:  {place_name(self.scene, last)}" for label in self.labels]
        both = self.pair.together and not self.pair.two_results
        if both and all(self.figure.long(text, SMALL) <= NAMED for text in said):
            return f"{self.labels[run]}:  {place_name(self.scene, place)}"
        return cell_name(self.scene, place)

    def output_names(self) -> list[Points]:
        """Of each output whose it is, its shape, and how its size comes about."""
        found, long = [], any(unread.said(self.scene, trace) for trace in self.traces)  # it passes over the other
        for run, (block, own) in enumerate(zip(self.boards, self.traces, strict=True)):
            label, shape, output = self.labels[run], self._shape(run), self.scene.words.output
            name, over = (f"{label}:  {shape}", "" if long else output) if self.short else (f"{output}  {shape}", label)
            room, then = self.figure.page.width - 8.0 - block.box[0], self.boards[1].box[0]
            if then > block.box[0]:  # until the second's begin
                ends = [then, *(self.figure.within(then, text, SMALL)
                                for text in output_size.lines(self.scene, self.traces[1]))]  # fmt: skip
                room = min(ends) - 1.0 - block.box[0]
            size = SMALL * min(1.0, max(room / self.figure.long(max(name, over, key=len), SMALL), LEAST_NAME))
            found += output_size.name_output(self.figure, own, block, name, unread.said(self.scene, own), size=size,
                                             up=3.6, color=self.ink(run), over=over)  # fmt: skip
        return found

    def _shape(self, run: int) -> str:
        return shape_text(self.pair.traces[run].output.shape[1:])

    def indices(self) -> list[Points]:
        """Row and column numbers of the input and both outputs."""
        cast, axes = self.casts[0], len(self.trace.kernel_size)
        found = block_indices(self.figure, self.given, planes(self.trace.input).shape[1:], high=cast.shape[0],
                              offset=(cast.pads[0][0], cast.pads[1][0]), axes=axes, aside=cast.around / UNIT)
        for run, (block, out) in enumerate(zip(self.boards, self.outs, strict=True)):
            lives, end = [(ALWAYS, NEVER)], self.count - 1 + REST
            if self.pair.kept and run == self.pair.kept[1]:  # copies pass before them
                lives = [(ALWAYS, end), (end + LANDS, NEVER)]
            for since, until in lives:
                found += block_indices(self.figure, block, out.shape, axes=axes, visible_from=since,
                                       visible_until=until)  # fmt: skip
        return found
