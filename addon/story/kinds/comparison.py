# SPDX-License-Identifier: GPL-3.0-or-later
"""Kind `comparison`: two runs over one input. Two windows, two outputs at two heights; where both stand together with
one kernel, one sum goes to both; where their windows or kernels are others, the second run follows the first.
"""

from ..acts.rhythm import START, within
from ..acts.standing import on_bench, result_values
from ..acts.summing import FLY, STAND, Summing, flight
from ..cast import slabs
from ..cast.bench import RESULT, SLAB, Bench
from ..cast.figure import NAME, SUM
from ..cast.kernel import Kernel
from ..cast.one_plane import LARGER, one_plane
from ..cast.shared import PREFIX, SECOND, Shared
from ..cast.weighted import line_text, sum_text
from ..page.captions import shape_text
from ..page.layout import Block, Column, Row
from ..page.view import LINE
from ..plan.plan import ALWAYS, LANDED, LEAVES, NEVER, Points, StepInfo
from . import compared_poolings
from .sliding import Sliding
from .two_runs import END, TwoRuns


def validate(scene, trace):
    """None, or the (key, value, what would be right) why two runs cannot be shown side by side."""
    if not scene.compare.given:
        return "kind", "comparison", "must have a [compare] table with what is other in the second run"
    if trace.weight is None and (refused := compared_poolings.validate(scene)) is not None:
        return refused
    return one_plane(trace, "must be 1 where two runs are compared")


def accepts(scene, trace) -> bool:
    """Where there is a second run."""
    return scene.compare.given


def begin(scene, trace):
    """What makes the plan of two runs."""
    kind = _Comparison if trace.weight is not None else compared_poolings.ComparedPoolings
    return kind(scene, trace)


class _Comparison(TwoRuns, Sliding):
    def __init__(self, scene, trace):
        self.meet(scene)
        super().__init__(scene, trace)
        self.take_places(Shared, self.made, self.other)
        pair, page, sizes = self.pair, self.figure.page, [cast.kernel for cast in self.casts]
        lives = ((ALWAYS, NEVER),) if pair.together else ((ALWAYS, pair.turn), (pair.turn, NEVER))
        self.kernels = [Kernel(self.figure, self.casts[run], self.weights.instead(page, (across, 1, high)),
                               f"{PREFIX[run]}kernel", life, SECOND * run)
                        for run, (life, (high, across)) in enumerate(zip(lives, sizes, strict=False))]  # fmt: skip
        self.panels = [self.panel.instead(page, Bench.panel_size(size, True)) for size in sizes]
        for panel, size in zip(self.panels, sizes, strict=True):
            panel.shelves = Bench.shelves(size)
        self.acts = [Summing(self.figure, self.bench_at(panel, size), self.casts[0].sum_greatest)
                     for panel, size in zip(self.panels, sizes, strict=True)]  # fmt: skip
        for act in self.acts:
            act.origin = self.acts[0].origin  # of one volume

    room = property(lambda self: self.pair.pads)

    def layout(self, bench: float):
        """The layout's tree: the kernel over the panel, the outputs at two heights, below the second the result."""
        made = self.blocks(bench)
        self.result = Block("result", (RESULT, RESULT, RESULT), LARGER * min(bench, 1.0), above=7.0, slab=SLAB)
        self.made, self.other = (made(f"{PREFIX[run]}output", (out.shape[1], 1, out.shape[0]), above=self.above)
                                 for run, out in enumerate(self.outs))  # fmt: skip
        middle = Column([self.weights, self.panel], gap=2.0, spread=6.0)
        return Row([self.given, middle, self.made, Column([self.other, self.result], gap=1.0, spread=6.0)], gap=3.0,
                   align=(0.5, 0.5))  # fmt: skip

    def plan(self):
        scene, figure = self.scene, self.figure
        self.open()
        for kernel in self.kernels:
            kernel.add(self.count, self.count - END)
        slabs.add_slabs(figure, [self.given, *self.boards])
        self.add_slabs([self.kernels[0].block, self.kernels[-1].block], ALWAYS, NEVER)
        self.add_slabs(self.panels, START + 0.02, self.count - END)
        slabs.add_slabs(figure, [self.result], ((START + 0.02, self.count - END),))
        self.add_outputs()
        infos = self._sums()
        if scene.look.labels:
            figure.words("names", "Names", [*self.names(), *self.output_names()])
            figure.words("indices", "Row and column numbers", self.indices())
            self.why()
        return figure.plan(scene.title, infos)

    def _operands(self, i: int):
        run, step = self.pair.shown(i)
        kernel = self.kernels[min(run, len(self.kernels) - 1)]
        row, column = divmod(step, self.outs[run].shape[1])
        cell = self.boards[run].cell
        target = self.homes[run] + (cell * column, 0, -cell * row)
        hover = (0, -1.3 * kernel.block.cell, 0)
        return self.casts[run].operands(step, kernel.places, kernel.block.cell, target, cell, hover, at=i)

    def _also(self, act: Summing, i: int) -> list[Points]:
        """A copy of the result that flies to the second output, where both runs have the step."""
        if None in self.pair.steps[i]:
            return []
        row, column = divmod(self.pair.steps[i][1], self.outs[1].shape[1])
        home, cell = act.local(act.bench.result), self.other.cell
        way = act.local(self.homes[1] + (cell * column, 0, -cell * row)) - home
        value = self.pair.traces[1][self.pair.steps[i][1]].value
        size = cell / act.bench.cell / act.bench.edge
        return [act.cube(act.bench.result, value, act.bench.edge, **flight(i, way, size, (0, -1.0, -0.6)))]

    def _sums(self) -> list[StepInfo]:
        """The sums on the bench and in the line; what the plan says of each run's steps."""
        infos, lines, running = [], [], []
        fps, turn = self.scene.output.fps, len(self.pair.clocks[0])
        stands = self.rhythm.standing(fps)
        own = [range(self.count)] if self.pair.together else [range(turn), range(turn, self.count)]
        pieces = [piece for act, steps in zip(self.acts, own, strict=False)
                  for piece in on_bench(act, self.rhythm, fps, self._operands, steps)]  # fmt: skip
        for i in range(self.count):
            run, n = self.pair.shown(i)
            act, step, explained = self.acts[run], self.pair.traces[run][n], i in self.rhythm.explained
            if explained:
                pieces += [*act.step(self._operands(i)), *self._also(act, i)]
                lines += self._lines(step, i, within(i, 0.54), i + LEAVES,
                                     ((within(i, STAND), within(i, FLY)), (i - 1e-3, i + LEAVES)))  # fmt: skip
            elif i in stands:
                running += self._lines(step, i, i - LANDED, stands[i], ((i - LANDED, stands[i]),))
            else:
                running += self._lines(step, i, i - 1e-3, i + LANDED, ((i - 1e-3, i + LANDED),))
            infos += self.infos(i, explained, lambda step, name: sum_text(self.figure.numbers, step, name))
        act = self.acts[0]
        self.figure.volume("bench", "Bench", pieces, act.origin, act.bench.cell)
        sums = [self.pair.traces[run][own].value for run, own in map(self.pair.shown, range(self.count))]
        self.until = result_values(act, self.rhythm, fps, sums, self.casts[0].sum_fill)
        self.figure.sums(lines, running)
        return infos

    def _lines(self, step, i: int, since: float, until: float, named) -> list[Points]:
        """The products and what they come to; over the result the cells that it goes to, each in its run's colour."""
        figure, columns = self.figure, self.casts[self.pair.shown(i)[0]].kernel[1]
        text = line_text(figure, step, columns)
        at_work = [(run, n) for run, n in enumerate(self.pair.steps[i]) if n is not None]
        return [figure.text(text, figure.page.width / 2, LINE, SUM, align="center", visible_from=since,
                            visible_until=until), *self.cell_names(self.result.box, at_work, named)]  # fmt: skip

    def names(self) -> list[Points]:
        """What input and kernel are called, with their shapes; of two kernels the one that is at work."""
        w, figure, found = self.scene.words, self.figure, [self.input_name(self.weights.box[0])]
        for run, kernel in enumerate(self.kernels):
            name, (x, y, _, _) = f"{w.kernel}  {shape_text(kernel.cast.trace.kernel_size)}", kernel.block.box
            found.append(figure.text(name, x, y - 1.6, NAME, self.ink(run), visible_from=kernel.life[0],
                                     visible_until=kernel.life[1]))  # fmt: skip
        return found
