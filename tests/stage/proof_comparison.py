# SPDX-License-Identifier: GPL-3.0-or-later
"""The prover of two runs on one input: at the time of any step of either, the evaluated scene shows that step.

Which steps the runs make together is worked out here, from where their windows begin. What one sum has to show the
proofs of a single run say (proof_solid.py, proof_bench.py); here it is asked of the run that is at work, of both
windows, both outputs and both marks.
"""

import re

import numpy as np

from addon.scene.arrays import runs
from addon.story.page.captions import run_labels

from ..engine import reference
from .proof_bench import AT_ONCE, at
from .proof_solid import SolidProof, planes
from .reading import spelled

PREFIX = ("", "b.")


class PairProof:
    """What proofs of two runs have in common, whatever is worked out in them."""

    def merged(self) -> list[tuple]:
        """Row by row every place where a window begins; of windows of different reach one run after the other."""
        first, second = ([tuple(self.first(cell)) for cell in cells.values()] for cells in self.run_cells)
        if not self.together:
            return [(n, None) for n in range(len(first))] + [(None, n) for n in range(len(second))]
        found = sorted(set(first) | set(second))
        return [tuple(own.index(place) if place in own else None for own in (first, second)) for place in found]

    def first(self, cell) -> list[int]:
        return [int(v) for v in np.min(list(self.tapped(cell)), axis=0)]

    def own_look(self, clock: int):
        second = next(s.second for s in self.plan.steps if s.clock == clock)
        second = (self.plan.frame_of(second) - 1) / self.plan.fps
        if not -1e-6 <= self.clock_of.at(second) - clock <= 1e-6:
            second = self.second_at(clock + 2e-3)
        return self.look(second)

    def last_of(self, run: int, clock: int) -> int | None:
        """The last step that a run has made by a clock."""
        own = [m[run] for m in self.moments[: clock + 1] if m[run] is not None]
        return own[-1] if own else None

    def waiting(self, look, clock: int, run: int) -> None:
        """The other window is around the same taps, or waits where it was; before its first step it is not there."""
        last, role = self.last_of(run, clock), f"{PREFIX[run]}input.window"
        box = look.box(role)
        ended = not self.together and run == 0
        if last is None or ended:
            assert box is None or (run == 0 and self.together), f"window: {role} is there at {look.second:.3f} s"
            return
        assert box is not None, f"window: no {role} at {look.second:.3f} s"
        taps = list(self.tapped(list(self.run_cells[run].values())[last]))
        low, high = np.min(taps, axis=0), np.max(taps, axis=0)
        cells = self.lattice(look, self.input_role, (1, *self.padded))
        inside = {k for k, c in cells.items() if ((box[0] < c.local) & (c.local < box[1]))[[0, 2]].all()}
        hull = {k for k in cells if ((low <= k) & (k <= high)).all()}
        assert inside == hull, f"window: {role} covers {sorted(inside)}, not {sorted(hull)} at {look.second:.3f} s"

    def boards(self, look, clock: int) -> list:
        """Both outputs: born so far and no others, the marks on the last of each. Returns these."""
        found = []
        for run, (prefix, cells) in enumerate(zip(PREFIX, self.run_cells, strict=True)):
            role, columns = f"{prefix}output", planes(self.traces[run].output).shape[2]
            shown = self.lattice(look, role, (1, len(cells) // columns, columns))
            when = {m[run]: n for n, m in enumerate(self.moments) if m[run] is not None}
            numbered = any(p.text for p in shown.values())
            for (_, r, c), piece in shown.items():
                own = r * columns + c
                there, value = when[own] <= clock, list(cells.values())[own].value
                assert piece.kind.what == ("solid" if there else "glass"), f"born: {role} {r, c} at {look.second:.3f} s"
                said = spelled(value) if there and numbered else None
                assert piece.text == said, f"number: {role} {r, c} says {piece.text}, not {said}"
                if there:
                    self.one_fill(self.sum_sort(0), value, piece.color)
            last = self.last_of(run, clock)
            found.append(None if last is None else shown[0, last // columns, last % columns])
            if found[-1] is not None and (self.together or run == 1 or self.last_of(1, clock) is None):
                self.marker(look, found[-1], role)
        return found

    def named(self, words, i: int, cell) -> None:
        """Each output's cell that the sum goes to is named, and no other: whose it is, where that is not too long."""
        asked, made, labels = self.stage.asked, self.moments[i], run_labels(self.stage.asked, self.traces)
        out, row = f"{asked.words.out}[", f"{asked.words.row} "
        wanted = []
        for run, n in enumerate(made):
            if n is not None:
                at = [str(k + asked.look.index_from) for k in list(self.run_cells[run])[n][1:]]
                at = f"{row}{at[0]}, {asked.words.column} {at[1]}" if len(at) == 2 else at[0]
                wanted.append({f"{labels[run]}:  {at}", f"{out}{at}]"})
        places = "|".join(map(re.escape, labels))
        names = [w for w in words if w.startswith(out) or re.fullmatch(rf"({places}):  ({re.escape(row)}.*|\d+)", w)]
        assert len(names) == len(wanted) and all(any(name in own for own in wanted) for name in names) and \
            all(any(name in own for name in names) for own in wanted), f"words: {names} name other cells than {wanted}"

    def kept(self) -> None:
        """At the end copies of the results that both have leave the larger output, and land on the smaller."""
        few, many = sorted((0, 1), key=lambda run: len(self.run_cells[run]))
        both = [m for m in self.moments if m[few] is not None]
        values = list(self.run_cells[few].values())
        leaves = self.plan.channels["clock.step"].values.max()
        look = self.look_at(len(self.moments) - 0.45 + 2e-3)
        pieces = [p for p in look.pieces("kept") if p.text is not None]
        wide = planes(self.traces[many].output).shape[2]
        shown = self.lattice(look, f"{PREFIX[many]}output", (1, len(self.run_cells[many]) // wide, wide))
        assert len(pieces) == len(both), f"kept: {len(pieces)} copies leave, {len(both)} results are in both"
        for made in both:
            source = shown[0, made[many] // wide, made[many] % wide]
            own = [p.text for p in pieces if at(p, source.place, source.long[0])]
            assert own == [spelled(values[made[few]].value)], f"kept: {own} leaves {made[many]}"
        look = self.look_at(leaves - AT_ONCE)
        pieces = [p for p in look.pieces("kept") if p.text is not None]
        columns = planes(self.traces[few].output).shape[2]
        landed = self.lattice(look, f"{PREFIX[few]}output", (1, len(values) // columns, columns))
        for made in both:
            goal = landed[0, made[few] // columns, made[few] % columns]
            own = [p.text for p in pieces if at(p, goal.place, goal.long[0])]
            assert own == [goal.text], f"kept: {own} lands on {made[few]}, which says {goal.text}"


class ComparisonProof(PairProof, SolidProof):
    """The proofs of one staged comparison; `step(n)` makes them for the plan's step n."""

    def __init__(self, stage):
        self.stage, self.plan, self.kind, self.stacked = stage, stage.plan, "comparison", False
        self.traces, self.run_cells = runs(stage.asked), []
        for trace in self.traces:
            shape, cells = reference.conv(trace.input, trace.weight, trace.bias, trace.stride, trace.padding,
                                          trace.dilation, trace.groups)  # fmt: skip
            assert shape == trace.output.shape, "the engine's output has another shape"
            self.run_cells.append(cells)
        one, other = self.traces
        self.inputs = planes(one.input)
        self.channels = self.filters = self.per = 1
        pads = np.array([[(0, 0), *trace.padding][-2:] for trace in self.traces]).max(axis=0)
        self.before = pads[:, 0]
        self.padded = tuple(int(n + sum(p)) for n, p in zip(self.inputs.shape[1:], pads, strict=True))
        same = one.dilation == other.dilation and one.kernel_size == other.kernel_size
        self.together = same and np.array_equal(one.weight, other.weight)
        taken = set()
        for cells in self.run_cells:
            taken |= set().union(*map(self.tapped, cells.values()))
        self.unread = {k for k in np.ndindex(1, *self.padded) if self.real(k) and k not in taken}
        self.moments = self.merged()  # at each clock the step of each run, or None
        self.known, self.fills = {}, {}
        self.clock_of = self.plan.channels["clock.step"]
        self.right = np.array(stage.built.camera.matrix_world)[:3, 0]
        self.at_work(0)
        opening = self.look_at(-0.75)
        self.full = {key: cell.color for key, cell in self.input_cells(opening).items() if self.real(key)}
        for key, color in self.full.items():
            self.one_fill("input", self.read(key), color)
        self.chips = self.products_stay()

    def at_work(self, run: int) -> None:
        """From now on the sum is one of this run's."""
        self.run, self.trace, self.cells = run, self.traces[run], self.run_cells[run]
        self.weights, self.kernel = [planes(w) for w in self.trace.weight], (1, *self.trace.kernel_size)[-2:]
        self.order = list(self.cells)
        self.rows, self.columns = planes(self.trace.output).shape[1:]
        self.section = len(self.order)
        self.input_role = PREFIX[run] * (not self.together) + "input"
        self.window_role = f"{PREFIX[run]}input.window"

    def filter_role(self, n: int) -> str:
        """Each run has its own kernel where the second follows the first."""
        return PREFIX[self.run] * (not self.together) + "kernel"

    def filter_at_work(self, look, n: int) -> None:
        """The run's kernel alone is there, in the tube of its run's colour, and called by its name and shape."""
        super().filter_at_work(look, n)
        role, built = self.filter_role(n), self.stage.built.objects
        for other in {f"{prefix}kernel" for prefix in PREFIX} - {role}:
            there = other in built and (look.cells(other) or look.box(f"{other}.window") is not None)
            assert not there, f"filter: {other} is there at {look.second:.3f} s, where {role} is at work"
        ink = {r: next(w.material for w in self.plan.windows if w.role == r) for r in (f"{role}.window",
               self.window_role)}  # fmt: skip
        one = len(set(ink.values())) == 1 or self.together  # of both runs the one kernel's is of ink
        assert one, f"filter: its tube has another colour than its window's: {ink}"
        asked = self.stage.asked
        if asked.look.labels:
            own = f"{asked.words.kernel}  {' × '.join(map(str, self.trace.kernel_size))}"
            said = [w for w in look.words("names") if w.startswith(f"{asked.words.kernel}  ")]
            assert said == [own], f"words: {said} names the kernel of run {self.run}, which is {own}"

    def step(self, n: int):
        info = self.plan.steps[n]
        clock, made = int(info.clock), self.moments[int(info.clock)]
        lead = 0 if made[0] is not None else 1
        own = made[info.run]
        assert own is not None, f"step {n}: run {info.run} has none at the clock {clock}"
        index = list(self.run_cells[info.run])[own]
        cell, step = self.run_cells[info.run][index], self.traces[info.run][own]
        assert info.index == index == step.output_index, f"step {n} is not the trace's"
        same = info.value == step.value and abs(info.value - cell.value) < 1e-9 * (1 + abs(cell.value))
        assert same, f"step {n}: it says {info.value}, not {cell.value}"
        self.at_work(lead)
        shown = self.run_cells[lead][self.order[made[lead]]]
        look = self.own_look(clock)
        self.window(look, shown)
        self.waiting(look, clock, 1 - lead)
        self.filter_at_work(look, 0)
        born = self.boards(look, clock)
        self.moment = clock
        if not info.explained:
            self.ran(look, clock, shown, born[lead])
            return look
        pairs = self.bench(look, clock, shown, born[lead])
        self.said(look, clock, shown)
        self.ritual(clock, shown, pairs, born[lead])
        for run in {0, 1} - {lead}:
            if made[run] is not None:
                self.flown(clock, self.run_cells[run][list(self.run_cells[run])[made[run]]], born[run])
        return look
