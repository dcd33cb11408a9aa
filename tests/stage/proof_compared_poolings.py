# SPDX-License-Identifier: GPL-3.0-or-later
"""The prover of two poolings of one input: at the time of any step of either, the evaluated scene shows that step.

Where one window comes to two results, the largest number and the mean, both are read from the same bars: these have
levelled, their outlines are as high as the numbers, the largest is in the tube, and two results stand side by side.
"""

import numpy as np

from addon.scene.arrays import runs

from ..engine import reference
from .proof_comparison import PREFIX, PairProof
from .proof_pooling import PoolingProof
from .proof_solid import planes
from .reading import spelled


class ComparedPoolingsProof(PairProof, PoolingProof):
    """The proofs of one staged comparison; `step(n)` makes them for the plan's step n."""

    lined = False  # bars are read twice, and each run has a result

    def __init__(self, stage):
        self.stage, self.plan, self.kind, self.stacked = stage, stage.plan, "pooling", False
        self.traces, self.run_cells = runs(stage.asked), []
        for trace in self.traces:
            shape, cells = reference.pool(trace.input, trace.kernel_size, trace.stride, trace.padding, trace.dilation,
                                          trace.ceil_mode, trace.reduce, trace.count_include_pad)  # fmt: skip
            assert shape == trace.output.shape, "the engine's output has another shape"
            self.run_cells.append(cells)
        one, other = self.traces
        self.inputs, self.channels, self.filters = planes(one.input), 1, 1
        pads = np.array([[(0, 0), *trace.padding][-2:] for trace in self.traces]).max(axis=0)
        self.before = pads[:, 0]
        self.declared = [int(n + sum(p)) for n, p in zip(self.inputs.shape[1:], pads, strict=True)]
        taken = set()
        for cells in self.run_cells:
            taken |= set().union(*map(self.tapped, cells.values()))
        self.padded = tuple(int(v) for v in np.maximum(np.max(list(taken), axis=0)[1:] + 1, self.declared))
        self.alike = one.reduce == other.reduce
        same = one.dilation == other.dilation and one.kernel_size == other.kernel_size
        self.together = same and (self.alike or self.padded == self.inputs.shape[1:])
        self.unread = {k for k in np.ndindex(1, *self.padded) if self.real(k) and k not in taken}
        self.known, self.fills = {}, {}
        self.clock_of = self.plan.channels["clock.step"]
        self.right = np.array(stage.built.camera.matrix_world)[:3, 0]
        self.low = min(float(self.inputs.min()), 0.0)
        self.moments = self.merged()
        self.at_work(0)
        opening = self.look_at(-0.9)
        self.full = {key: cell.color for key, cell in self.input_cells(opening).items() if self.real(key)}
        for key, color in self.full.items():
            self.one_fill(self.sort(0), self.read(key), color)

    def at_work(self, run: int) -> None:
        """From now on the bars are one of this run's."""
        self.run, self.trace, self.cells = run, self.traces[run], self.run_cells[run]
        self.mean, self.order = self.trace.reduce == "mean", list(self.cells)
        self.rows, self.columns = planes(self.trace.output).shape[1:]
        self.section = len(self.order)
        self.input_role = PREFIX[run] * (not self.together) + "input"

    def role(self, channel: int) -> str:
        return self.input_role

    def window_of(self, channel: int) -> str:
        return f"{PREFIX[self.run]}input.window"

    def chosen_roles(self) -> list[str]:
        return [f"{prefix}input.chosen" for prefix in PREFIX]

    def sorted_bench(self, look, i: int):
        """As of one pooling; of two results the one of the run at work, of what is hollow what belongs to it."""
        pieces = self.on_bench(look, i)
        assert all(np.abs(p.axes - np.eye(3)).max() < 1e-3 for p in pieces), "bench: something is turned"
        written = sorted((p for p in pieces if p.text is not None), key=lambda p: p.long.min())
        copies, results = written[: -self.results], sorted(written[-self.results :], key=self.across)
        others = [p for p in pieces if p.text is None]
        hollow = [p for p in others if not p.kind.shape.blocks((0, 1, 0))]
        bars = [p for p in others if p not in hollow]
        if self.results > 1:  # the tube is around its copy, too
            hollow = [p for p in hollow if (p.long[0] > copies[0].long[0]) != self.mean]
        return self.in_order(copies), bars, hollow, results[self.run if self.results > 1 else 0]

    def step(self, n: int):
        info = self.plan.steps[n]
        clock, made = int(info.clock), self.moments[int(info.clock)]
        assert made[info.run] is not None, f"step {n}: run {info.run} has none at the clock {clock}"
        index = list(self.run_cells[info.run])[made[info.run]]
        cell, step = self.run_cells[info.run][index], self.traces[info.run][made[info.run]]
        assert info.index == index == step.output_index, f"step {n} is not the trace's"
        same = info.value == step.value and abs(info.value - cell.value) < 1e-9 * (1 + abs(cell.value))
        assert same, f"step {n}: it says {info.value}, not {cell.value}"
        both = [run for run in (0, 1) if made[run] is not None]
        at_work = both[:1] if self.alike else sorted(both, key=lambda run: self.traces[run].reduce == "mean")
        shown, lead = {run: self.run_cells[run][list(self.run_cells[run])[made[run]]] for run in both}, at_work[-1]
        self.results = len(at_work)
        self.at_work(lead)
        look = self.own_look(clock)
        self.window(look, shown[lead])
        self.waiting(look, clock, 1 - lead)
        born = self.boards(look, clock)
        stands = any(p.step == clock for p in look.all("bench"))
        assert stands or not info.explained, f"bench: nothing of step {n} at {look.second:.3f} s"
        self.at_work(at_work[0])  # if one chooses, it is the first
        self.chosen(look, clock, shown[at_work[0]])
        if not stands:
            assert not look.words("sum") and not look.words("running"), f"words: of step {n}, which is not shown"
            return look
        self.said(look, clock, shown, "sum" if info.explained else "running", at_work)
        if self.results > 1:
            self.at_work(at_work[0])
            self.largest(look, clock, shown[at_work[0]], born[at_work[0]])
        self.at_work(lead)
        self.bars(look, clock, shown[lead], born[lead])
        if info.explained:
            self.ritual(clock, shown[lead], born[lead])
            for run in set(both) - {lead}:
                self.flown(clock, shown[run], born[run])
        return look

    def largest(self, look, i: int, cell, born) -> None:
        """Beside a mean: the tube is around the largest copy, and what is chosen stands for itself."""
        copies, _, tubes, result = self.sorted_bench(look, i)
        first = next(c for c, tap in zip(copies, self.taken(cell), strict=True) if tap.number == cell.value)
        assert len(tubes) == 1 == len(self.on(first, tubes)), f"chosen: the tube is not around {first.text}"
        assert result.text == spelled(cell.value), f"result: {result.text} stands for {spelled(cell.value)} at step {i}"
        assert result.color == born.color, f"result: its colour is not its cell's at step {i}"

    def said(self, look, i: int, shown, role: str, at_work) -> None:
        """The cells' names, and of each run that is at work the numbers and what they come to."""
        other = look.words("running" if role == "sum" else "sum")
        assert not other, f"words: {other} beside those of step {i}"
        words, w = look.words(role), self.stage.asked.words
        self.named(words, i, None)
        lines = [word for word in words if " = " in word or " \u2248 " in word]
        assert len(lines) == len(at_work), f"words: {lines} are of {len(at_work)} runs"
        most = f"{w.max}(", w.max_of.partition("{")[0]
        for run in at_work:
            self.at_work(run)
            self.line([line for line in lines if line.startswith(most) != self.mean], i, shown[run])
