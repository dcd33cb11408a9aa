# SPDX-License-Identifier: GPL-3.0-or-later
"""The prover of transposed convolutions: stamps, the gather view, and that both give the engine's output.

Expectations come from the engine's trace and the scene file alone; the stamps' partial sums are worked out here by a
loop over the definition, output[i × stride + k × dilation − padding] += input[i] × weight[k]. What is shown comes from
the evaluated scene. Failures begin with what is wrong, as `proof` has it; of stamps with "stamped", "stamp", "product".
"""

import re

import numpy as np

from .proof import Proof, cells_of, full_size, label_of, planes
from .reading import number, rows, spelled
from .seeing import Frame, Stage

AFTER = 6  # clock values from the last stamp's, plus one, to the first step's: what the story promises


def two(values, first):
    """One entry per axis as (rows, columns)."""
    return [first, *values][-2:]


class TransposedProof(Proof):
    """The proofs of one staged transposed convolution: `stamp(s)`, `step(i)`, `end()`."""

    def __init__(self, stage: Stage):
        trace = stage.trace
        self.stage, self.trace, self.shapes, self.names = stage, trace, {}, [""]
        self.inputs, self.outputs = planes(trace.input), planes(trace.output)
        self.weights = planes(trace.weight[0])
        self.stride, self.dilation = two(trace.stride, 1), two(trace.dilation, 1)
        self.pads = [tuple(p) for p in two(trace.padding, (0, 0))]
        self.count = self.inputs[0].size
        spread, border = two(trace.spread, 1), two(trace.grid_border, (0, 0))
        border = [tuple(max(0, v) for v in pair) for pair in border]
        self.before = np.array([pair[0] for pair in border])
        self.spots = {tuple(np.array(i) * spread + self.before): i for i in np.ndindex(*self.inputs.shape[1:])}
        self.padded = tuple(g + sum(p) for g, p in zip(two(trace.grid_shape, 1), border, strict=True))
        self.canvas = self._canvas()
        self.lit: dict[float, tuple] = {}
        self.unread = [set()]
        self.clocks = [self.clock(f) for f in range(1, stage.plan.frames + 1)]
        self.still = self.frame(self.last_before(self.base - 0.501))
        cells = cells_of(self.still, "input", self.padded)
        self.full = {"": {key: cell.color for key, cell in cells.items()}}
        small = cells_of(self.frame(1), "input", self.inputs.shape[1:])
        self.first = {key: cell.color for key, cell in small.items()}

    @property
    def base(self) -> int:
        return self.count + AFTER

    def _canvas(self) -> tuple[int, int]:
        """How many rows and columns the stamps and the output reach together."""
        reach = [(n - 1) * s + d * (k - 1) + 1 for n, s, d, k in zip(
            self.inputs.shape[1:], self.stride, self.dilation, self.weights.shape[1:], strict=True)]  # fmt: skip
        return tuple(max(r, p[0] + o) for r, p, o in zip(reach, self.pads, self.outputs.shape[1:], strict=True))

    # time ---------------------------------------------------------------------------------------------

    def at(self, clock: float) -> int:
        """The first frame on which the clock stands at a value."""
        found = [f for f, c in enumerate(self.clocks, 1) if abs(c - clock) < 1e-3]
        assert found, f"no frame stands at the clock {clock}"
        return found[0]

    def last_before(self, clock: float) -> int:
        return max(f for f, c in enumerate(self.clocks, 1) if c < clock)

    def within(self, low: float, high: float) -> list[int]:
        return [f for f, c in enumerate(self.clocks, 1) if low < c < high]

    # what the definition says -------------------------------------------------------------------------

    def places(self, s: int) -> dict[tuple[int, int], tuple[int, int]]:
        """Where stamp s lies: cell of the canvas to cell of the kernel."""
        i = divmod(s, self.inputs.shape[2])
        return {tuple(i[a] * self.stride[a] + k[a] * self.dilation[a] for a in (0, 1)): k
                for k in np.ndindex(*self.weights.shape[1:])}  # fmt: skip

    def partial(self, s: int) -> dict[tuple[int, int], float]:
        """What stamps 0 to s come to, by the definition; cells that none of them reaches are left out."""
        sums: dict[tuple[int, int], float] = {}
        for one in range(s + 1):
            value = self.inputs[0].ravel()[one]
            for cell, k in self.places(one).items():
                sums[cell] = sums.get(cell, 0) + value * self.weights[0][k]
        return sums

    def kept(self, cell) -> bool:
        """Whether a cell of the canvas belongs to the output."""
        return all(p[0] <= v < p[0] + o for v, p, o in zip(cell, self.pads, self.outputs.shape[1:], strict=True))

    def real(self, cell) -> bool:
        return tuple(cell) in self.spots

    # stamping -----------------------------------------------------------------------------------------

    def stamp(self, s: int) -> Frame:
        """Everything, when stamp s has been added."""
        frame = self.frame(self.at(s))
        self.source(frame, s)
        self.products(frame, s)
        self.stamped(frame, s)
        self.said(frame, s)
        self.upright(frame)
        return frame

    def source(self, frame, s: int) -> None:
        """The compact input spells itself; its cell s is framed and lit, the others fade back."""
        cells = cells_of(frame, "input", self.inputs.shape[1:])
        labels = label_of(frame, "input", cells)
        mine, ground = divmod(s, self.inputs.shape[2]), np.array(self.stage.plan.background)
        for key, cell in cells.items():
            self.spells(labels.get(key), spelled(self.inputs[0][key]), f"input {key}", frame)
            full = np.array(self.first[key])
            if key == mine:
                assert cell.color == self.first[key], f"lit: input {key} is not lit at stamp {s}"
            else:
                nearer = np.linalg.norm(cell.color - ground) < np.linalg.norm(full - ground)
                assert nearer, f"lit: input {key} is lit at stamp {s}"
        self.around(frame, "input.cell", cells, {mine}, f"stamp {s}")

    def around(self, frame, role: str, cells, wanted, where: str) -> None:
        """A frame stands around exactly these cells, tightly and openly."""
        seen = frame.own(role)
        assert seen is not None, f"window: no {role} at {where}"
        low, high = seen.box
        inside = {k for k, c in cells.items() if ((low < c.place) & (c.place < high)).all()}
        assert inside == wanted, f"window: {role} covers {sorted(inside)}, not {sorted(wanted)}, at {where}"
        centres = np.array([cells[k].place for k in wanted])
        for side, edge in ((low, centres.min(axis=0) - 0.5), (high, centres.max(axis=0) + 0.5)):
            assert np.abs(side - edge).max() < 0.15, f"window: {role} stands off its cells by {side - edge}"
        assert not seen.shape.blocks((0, 1, 0)), f"window: {role} hides what it covers"

    def products(self, frame, s: int) -> None:
        """The kernel as it is, and "value × kernel" in the working place, under its name."""
        value, shape = self.inputs[0].ravel()[s], self.weights.shape[1:]
        for role, numbers in (("kernel", self.weights[0]), ("product", value * self.weights[0])):
            cells = cells_of(frame, role, shape)
            labels = label_of(frame, role, cells)
            for key in cells:
                self.spells(labels.get(key), spelled(numbers[key]), f"{role} {key}", frame)
            self.in_order(frame, cells, role)
        captions = [t.text for t in frame.of("kernel.flipped.caption")]
        assert captions == [f"{spelled(value)} × kernel"], f"product: is called {captions} at stamp {s}"

    def stamped(self, frame, s: int) -> None:
        """The stamped output spells the partial sums; the stamp's place is framed, and alone lit."""
        cells, sums = cells_of(frame, "stamped", self.canvas), self.partial(s)
        labels, places = label_of(frame, "stamped", cells), self.places(s)
        for key, cell in cells.items():
            wide = np.ptp(cell.shape.vertices[:, 0]) > 0.9
            if key not in sums:
                assert key not in labels, f"stamped: {key} has a number at stamp {s}"
                said = f"stamped: {key} is there at stamp {s}, and no stamp has reached it"
                assert not (cell.shape.solid and self.kept(key)), said
            else:
                assert cell.shape.solid and full_size(cell), f"stamped: {key} is not there at stamp {s}"
                self.spells(labels.get(key), spelled(sums[key]), f"stamped {key}", frame)
                said = f"stamped: {key} is shown as {'cut off' if self.kept(key) else 'kept'} at stamp {s}"
                assert wide == self.kept(key), said
                if self.kept(key):
                    self.shade(cell, sums[key], key in places, f"{key} at stamp {s}")
        hull = {(r, c) for r in range(min(p[0] for p in places), max(p[0] for p in places) + 1)
                for c in range(min(p[1] for p in places), max(p[1] for p in places) + 1)}  # fmt: skip
        self.around(frame, "stamped.window", cells, hull, f"stamp {s}")
        self.in_order(frame, cells, "stamped")

    def shade(self, cell, value, lit: bool, where: str) -> None:
        """Lit cells of one number have one colour; the others are nearer to the ground than that."""
        key, ground = round(float(value), 6), np.array(self.stage.plan.background)
        if lit:
            known = self.lit.setdefault(key, cell.color)
            assert known == cell.color, f"lit: stamped {where} is not lit, or its colour is another number's"
        elif key in self.lit:
            nearer = np.linalg.norm(cell.color - ground) < np.linalg.norm(np.array(self.lit[key]) - ground)
            assert nearer, f"lit: stamped {where} is lit, and the stamp lies elsewhere"

    def said(self, frame, s: int) -> None:
        """The line says the cell, its value and where it is added; the line below a true sum, where cells overlap."""
        lines = [" ".join(t.text for t in line) for line in rows(frame, frame.of("stamp.line"))]
        assert len(lines) == 2, f"stamp: {lines} are not two lines at stamp {s}"
        axes, base = self.trace.input.ndim - 1, self.stage.asked.look.index_from
        cell, value = list(divmod(s, self.inputs.shape[2]))[-axes:], spelled(self.inputs[0].ravel()[s])
        head, _, tail = lines[0].partition(":")
        name, _, given = head.partition(" = ")
        assert [int(n) for n in re.findall(r"\d+", name)] == [v + base for v in cell], f"stamp: {head} names another"
        assert given == value, f"stamp: {head} is not {value}"
        factor = f"({value})" if value[0] == "\u2212" else value
        assert tail.strip().startswith(factor), f"stamp: {tail} has not {value}"
        for axis, part in enumerate(re.findall(r"(?:row|col)s? ([\d, \u2013]*\d)", tail)):
            self.range_said(part, s, axis + 2 - axes, base)
        self.sum_said(lines[1], s, axes, base)

    def range_said(self, part: str, s: int, axis: int, base: int) -> None:
        """Rows or columns "0–2", or "0, 2, 4": those of the output that the stamp lies on."""
        on = sorted({cell[axis] - self.pads[axis][0] for cell in self.places(s)})
        on = [v + base for v in on if 0 <= v < self.outputs.shape[1 + axis]]
        ends = [int(n) for n in re.findall(r"\d+", part)]
        named = list(range(ends[0], ends[1] + 1)) if "\u2013" in part else ends
        assert named == on, f"stamp: says {part!r} for {on} at stamp {s}"

    def sum_said(self, text: str, s: int, axes: int, base: int) -> None:
        """ "out[…] = before + added = after", of a cell that this stamp and an earlier one reach."""
        before, after, places = (self.partial(s - 1) if s else {}), self.partial(s), self.places(s)
        both = [c for c in places if c in before and self.kept(c)]
        found = re.search(r"out\[(.*)\] = (\S+) \+ (\S+) = (\S+)$", text)
        assert bool(found) == bool(both), f"stamp: {text!r}, and {len(both)} cells overlap at stamp {s}"
        if not found:
            return
        named = [int(n) - base for n in re.findall(r"\d+", found[1])]
        cell = tuple([0] * (2 - axes) + named)
        cell = tuple(v + p[0] for v, p in zip(cell, self.pads, strict=True))
        assert cell in both, f"stamp: {text!r} is of a cell that does not overlap"
        added = self.inputs[0].ravel()[s] * self.weights[0][places[cell]]
        wanted = [spelled(before[cell]), spelled(added), spelled(after[cell])]
        got = [part.strip("()") for part in found.groups()[1:]]
        assert got == wanted, f"stamp: {text!r} should add {wanted}"
        assert abs(number(got[0]) + number(got[1]) - number(got[2])) < 0.02, f"stamp: {text!r} does not add up"

    # gathering ----------------------------------------------------------------------------------------

    def step(self, i: int) -> Frame:
        """Everything, at step i's own time."""
        info, step = self.stage.plan.steps[i], self.trace[i]
        # a sweep's steps have their own times between its frames
        frame = self.frame(self.stage.frame(i) if info.explained else 1 + info.second * self.stage.plan.fps)
        cells = cells_of(frame, "input", self.padded)
        self.ghosts(frame, "", cells)
        self.window(frame, "", cells, self.taps(step, 0))
        self.grid_numbers(frame, cells)
        self.in_order(frame, cells, "input")
        self.flipped(frame, step)
        self.output(frame, i)
        self.other(frame, i)
        if info.explained:
            self.sum(frame, step)
            self.counted(frame, step)
        else:
            assert not self.sum_lines(frame), f"sum: step {i} is not told, and says {self.sum_lines(frame)}"
        self.upright(frame)
        return frame

    def grid_numbers(self, frame, cells) -> None:
        labels = label_of(frame, "input", cells)
        for key in cells:
            wanted = spelled(self.inputs[0][self.spots[key]]) if self.real(key) else "0"
            self.spells(labels.get(key), wanted, f"input {key}", frame)

    def flipped(self, frame, step) -> None:
        """The working kernel shows each tap's weight at the tap's place in the window: the kernel turned by 180°; and
        above it the kernel stands as it is."""
        shape = self.weights.shape[1:]
        for role, wanted in (("kernel.flipped", step.weights.reshape(shape)), ("kernel", self.weights[0])):
            cells = cells_of(frame, role, shape)
            labels = label_of(frame, role, cells)
            for key in cells:
                self.spells(labels.get(key), spelled(wanted[key]), f"{role} {key}", frame)
            self.in_order(frame, cells, role)

    def other(self, frame, i: int) -> None:
        """Beside it the stamped output stands whole, with a mark on the same cell."""
        shape = self.outputs.shape[1:]
        cells = cells_of(frame, "stamped", shape)
        labels = label_of(frame, "stamped", cells)
        for key, cell in cells.items():
            assert cell.shape.solid and full_size(cell), f"stamped: {key} is not there at step {i}"
            self.spells(labels.get(key), spelled(self.outputs[0][key]), f"stamped {key}", frame)
        marker, place = frame.own("stamped.marker"), cells[divmod(i, shape[1])].place
        assert marker is not None, f"marker: none on the stamped output at step {i}"
        assert np.abs(sum(marker.box) / 2 - place)[[0, 2]].max() < 1e-3, f"marker: stamped, not {place} at step {i}"

    def counted(self, frame, step) -> None:
        """How many of the window's cells are input is said."""
        text = " ".join(t.text for t in frame.of("seen"))
        said = [int(n) for n in re.findall(r"\d+", text)]
        wanted = [int(step.real.sum()), len(step.real)]
        assert said == wanted, f"seen: {text!r} should say {wanted}"

    # the ending ---------------------------------------------------------------------------------------

    def end(self) -> Frame:
        """Both outputs are the engine's, cell by cell, in one colour; it is said how many agree."""
        frame, shape = self.frame(self.stage.plan.frames), self.outputs.shape[1:]
        both = {role: cells_of(frame, role, shape) for role in ("stamped", "output")}
        for role, cells in both.items():
            labels = label_of(frame, role, cells)
            for key in cells:
                self.spells(labels.get(key), spelled(self.outputs[0][key]), f"{role} {key}", frame)
        for key in np.ndindex(*shape):
            same = both["stamped"][key].color == both["output"][key].color
            assert same, f"end: {key} has two colours"
        said = [int(n) for t in frame.of("summary") for n in re.findall(r"\d+", t.text)]
        assert said == [self.outputs.size] * 2, f"end: says {said}"
        assert not self.sum_lines(frame), "end: a sum still stands"
        return frame


def prove_transposed(stage: Stage, steps=None, stamps=None) -> TransposedProof:
    """All proofs at every stamp and every step, or at some of them, and at the end."""
    proof = TransposedProof(stage)
    for s in range(proof.count) if stamps is None else stamps:
        proof.stamp(s)
    for i in range(len(stage.trace)) if steps is None else steps:
        proof.step(i)
    proof.end()
    return proof
