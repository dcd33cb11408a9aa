# SPDX-License-Identifier: GPL-3.0-or-later
"""The kind `comparison` of two poolings: one input, two windows, bars on one bench. Where one window comes to two
results, the largest number and the mean, both are read from the same bars; where windows are others, the second run
follows the first. No kind by itself.
"""

import math
from functools import partial

import numpy as np

from ...scene.arrays import runs
from ...scene.checks import ValidationError
from ..acts.bar_words import BarWords, result_text
from ..acts.reducing import LEVEL, LEVELS, STAND, Reducing
from ..acts.rhythm import START, within
from ..acts.summing import FLY
from ..cast import slabs
from ..cast.arrangement import ASIDE, BENEATH
from ..cast.bars import LOWER, MOST, RISE, Bars
from ..cast.bench import RESULT, SLAB
from ..cast.figure import SUM, Figure
from ..cast.one_plane import ABOVE, region
from ..cast.shared import PREFIX, SharedSlices
from ..cast.windowed import Windowed, around, planes
from ..page.layout import Block, Column, Row, solve
from ..page.view import LINE
from ..plan.plan import LANDED, LEAVES, Points, StepInfo
from ..traits.meaning import heading, why_lines
from .two_runs import END, TwoRuns

LARGEST = 9.5  # page units: the largest cell
BENCHES = (1.6, 1.3, 1.0, 0.85, 0.7, 0.55, 0.4, 0.3, 0.2)  # sizes of the bench that are tried
BESIDE = 10.0  # page units for a row's name at the left of its line
APART = 8.0  # page units between the lines of two results
STATED = 0.56  # part of a step's time at which its line is there


def validate(scene):
    """None, or the (key, value, what would be right) why two poolings cannot be shown side by side."""
    for table, trace in zip(("op", "compare"), runs(scene), strict=True):
        said = {"padding": 0, "kernel_size": scene.op.kernel_size} | vars(getattr(scene, table))
        said |= {key: getattr(scene.op, key) for key in ("padding", "kernel_size") if said[key] is None}
        if not np.isfinite(trace.output).all():
            hint = "must leave every window an input cell, or it has no largest number"
            return f"{table}.padding", said["padding"], hint
        if math.prod(trace.kernel_size) > MOST:
            return f"{table}.kernel_size", said["kernel_size"], f"must have at most {MOST} cells where two are compared"
    return None


class ComparedPoolings(TwoRuns):
    """The figure; after `plan` it is planned."""

    def __init__(self, scene, trace):
        self.meet(scene)
        self.trace, self.figure = trace, Figure(scene, *self.traces)
        self.shape, self.room = around(planes(trace.input).shape[1:], self.pair.pads), self.pair.kernel_room
        heading(self.figure, *self.traces)
        page, tried = self.figure.page, []
        for way in ((bench, per) for per in range(self.room[0], 0, -1) for bench in BENCHES):
            if solve(page, self._layout(*way), region(self.figure), LARGEST):
                tried.append((min(self.given.cell, 1.2 * self.results[0].cell), *way))
        if not tried:
            raise ValidationError("must be smaller to find room beside its bars", "input.size", scene.input.size)
        _, *way = max(tried)
        solve(page, self._layout(*way), region(self.figure), LARGEST)
        self.take_places(SharedSlices, self.made, self.other)
        self.acts = [self._bars(run, way[1]) for run in (0, 1)]
        for act in self.acts:
            act.origin = self.acts[0].origin  # of one volume
        self.saying = [BarWords(self.figure, act.cast, act.bars, self.results[0], LINE) for act in self.acts]

    def _layout(self, bench: float, per: int):
        """The layout's tree, with a bench of so much of an input cell's size and so many rows of the window in each of
        its lines; below the second output a result, or each run's own."""
        (high, across), board = self.room, partial(Block, left=ASIDE, below=BENEATH, slab=slabs.VOLUME)
        count = -(-high // per)
        self.given = board("input", Windowed.block_size(self.shape, 1), above=ABOVE)
        self.made, self.other = (board(f"{PREFIX[run]}output", (out.shape[1], 1, out.shape[0]), above=self.above)
                                 for run, out in enumerate(self.outs))  # fmt: skip
        # each line's row is named at its left, rows that share a line below it
        named = {"below": BENEATH} if high > 1 and (count == 1 or per > 1) else {"left": BESIDE * (count > 1)}
        rise = RISE if count == 1 else LOWER
        self.lines = [Block(f"bars.{n}", Bars.size(across, min(per, high - n * per), rise), bench, slab=SLAB, **named)
                      for n in range(count)]  # fmt: skip
        own = 2 if self.pair.two_results and self.pair.together else 1
        self.results = [Block(f"result.{n}", (RESULT,) * 3, bench, above=4.6 if own > 1 else 7.0, slab=SLAB)
                        for n in range(own)]  # fmt: skip
        right = Column([self.other, Row(self.results, gap=14.0, spread=6.0)], gap=1.0, spread=6.0)
        return Row([self.given, Column(self.lines, gap=1.5, spread=4.0, align=(0.0, 0.5)), self.made, right], gap=4.0,
                   align=(0.5, 0.5))  # fmt: skip

    def _bars(self, run: int, per: int) -> Reducing:
        """The bars of a run, whose lines stand in front where it needs fewer than there are."""
        cast, page = self.casts[run], self.figure.page
        high, across = cast.kernel
        count = -(-high // per)
        rise = RISE if count == 1 else LOWER
        sizes = [Bars.size(across, min(per, high - n * per), rise) for n in range(count)]
        lines = [line.instead(page, size) for line, size in zip(self.lines[-count:], sizes, strict=True)]
        self.runs_lines = [*getattr(self, "runs_lines", ()), lines]
        result = self.results[min(run, len(self.results) - 1)]
        cell = lines[0].cell
        bars = Bars(cast.kernel, per, cell, [Bars.first(line.corner, cell) for line in lines],
                    result.corner + cell * RESULT / 2, cast.low, cast.high, rise)  # fmt: skip
        return Reducing(self.figure, bars, cast, self.pair.clocks[run])

    def plan(self):
        scene, figure = self.scene, self.figure
        self.open()
        if self.pair.together and self.casts[0].stride == self.casts[1].stride:
            self.casts[0].add_seams(self.casts[0].role)
        slabs.add_slabs(figure, [self.given, *self.boards])
        self._line_slabs()
        slabs.add_slabs(figure, self.results, ((START + 0.02, self.count - END),))
        self.add_outputs()
        infos = self._steps()
        if scene.look.labels:
            beside = min(block.box[0] for block in (*self.lines, self.made))
            figure.words("names", "Names", [self.input_name(beside), *self.output_names()])
            figure.words("indices", "Row and column numbers", self.indices())
            figure.words("why", "Why", why_lines(figure, figure.page.width / 2, LINE, LINE, self.count - END))
        return figure.plan(scene.title, infos)

    def _line_slabs(self) -> None:
        """The slabs of the bars: those that both runs have are there all the time."""
        first, second = self.runs_lines
        ends = START + 0.02, self.pair.turn, self.count - END
        for line in {id(line): line for line in (*first, *second)}.values():
            here = [any(line is own for own in lines) for lines in (first, second)]
            slabs.add_slabs(self.figure, [line], ((ends[0 if here[0] else 1], ends[2 if here[1] else 1]),))

    def _target(self, run: int, n: int):
        row, column = divmod(n, self.outs[run].shape[1])
        cell = self.boards[run].cell
        return self.homes[run] + (cell * column, 0, -cell * row), cell

    def _at_work(self, i: int) -> list[tuple[int, int]]:
        """The runs that something is worked out for at a clock, each with its step: the one whose bars level last."""
        both = [(run, n) for run, n in enumerate(self.pair.steps[i]) if n is not None]
        if not self.pair.two_results:
            return both[:1]
        return sorted(both, key=lambda own: self.casts[own[0]].mean)

    def _worked(self, i: int) -> list[Points]:
        """A step that is worked out, on the bench."""
        *first, (run, n) = self._at_work(i)
        made = self.acts[run].step(n, *self._target(run, n))
        for other, own in first:  # of the same bars, while they level
            made += self.acts[other].outcome(own, *self._target(other, own), since=LEVELS, until=LEVEL)
        if None not in self.pair.steps[i] and not self.pair.two_results:
            made.append(self.acts[run].flying(n, *self._target(1, self.pair.steps[i][1])))
        return made

    def _steps(self) -> list[StepInfo]:
        """The bars on the bench and what is said of them; what the plan says of each run's steps."""
        figure, infos, words, running = self.figure, [], [], []
        stands = self.rhythm.standing(self.scene.output.fps)
        pieces, chosen, spans = [], ([], []), ([], [])
        for i in range(self.count):
            explained, at_work = i in self.rhythm.explained, self._at_work(i)
            if explained:
                pieces += self._worked(i)
                words += self._said(i, within(i, STATED), i + LEAVES,
                                    ((within(i, STAND), within(i, FLY)), (i - 1e-3, i + LEAVES)))  # fmt: skip
                life, span = (within(i, STATED), i + LEAVES), (within(i, 0.2), i + LEAVES)
            elif i in stands:
                *first, (run, n) = at_work
                pieces += self.acts[run].standing(n, stands[i])
                for other, own in first:
                    pieces += self.acts[other].result_stands(own, stands[i])
                life = span = (i - LANDED, stands[i])
                running += self._said(i, *life, (life,))
            if explained or i in stands:
                spans[at_work[-1][0]].append(span)
                for run, n in at_work:
                    chosen[run].append((n, *life))
            infos += self.infos(i, explained, self._named)
        for act, own in zip(self.acts, spans, strict=True):
            pieces += act.grounds(own)
        figure.volume("bench", "Bench", pieces, self.acts[0].origin, self.acts[0].bars.cell)
        for run, cast in enumerate(self.casts):
            if not cast.mean and chosen[run]:
                cast.add_chosen(chosen[run], f"{PREFIX[run]}input.chosen")
        figure.sums(words, running)
        return infos

    def _named(self, step, name: str) -> str:
        """A step's line with its cell's name."""
        run = next(run for run, trace in enumerate(self.traces) if trace.reduce == step.reduce)
        return self.saying[run].named(step, name)

    def _said(self, i: int, since: float, until: float, named) -> list[Points]:
        """What the numbers come to, in each run's colour; over each result the cells it goes to; the bars' rows."""
        figure, at_work, page = self.figure, sorted(self._at_work(i)), self.figure.page
        life, room = {"visible_from": since, "visible_until": until}, (page.width - 16.0) / len(at_work) - APART
        texts = [result_text(figure, self.casts[run], self.traces[run][n], room) for run, n in at_work]
        wide = [figure.long(text, SUM) for text in texts]
        x, made = (page.width - sum(wide) - APART * (len(wide) - 1)) / 2, []
        for (run, n), text, own in zip(at_work, texts, wide, strict=True):
            made.append(figure.text(text, x, LINE, SUM, self.ink(run) if len(at_work) > 1 else None, **life))
            x += own + APART
            result = self.results[min(run, len(self.results) - 1)]
            both = [(r, m) for r, m in enumerate(self.pair.steps[i]) if m is not None]
            made += self.cell_names(result.box, both if len(at_work) == 1 else [(run, n)], named)
        run, n = at_work[-1]
        return made + (self.saying[run].rows(self.pair.traces[run][n], **life) if self.scene.look.labels else [])
