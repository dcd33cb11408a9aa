# SPDX-License-Identifier: GPL-3.0-or-later
"""The prover of figures with several filters: at a step's own second the right filter works on the right channels.

Expectations come from the trace and the scene file; what is shown from the evaluated scene at that very second, which
in a sweep may lie between two frames. Failures begin with what is wrong: cells, window, lit, weights, home, born,
number, sum, screen, marker, pair.
"""

import re

import numpy as np

from .proof import Proof, cells_of, planes
from .reading import parse, spelled
from .seeing import Frame, Stage, spells

FAR_OFF = 1000.0  # world units: no picture reaches that far


class FiltersProof(Proof):
    """The proofs of one staged figure with several filters."""

    def __init__(self, stage: Stage):
        self.stage, self.trace, self.shapes, self.quiet = stage, stage.trace, {}, False
        trace, words = stage.trace, stage.asked.words
        self.base = stage.asked.look.index_from
        self.channels, self.filters = len(trace.input), len(trace.output)
        self.depth, self.section = trace.weight.shape[1], trace.output[0].size
        named = (list(words.channels) if self.channels == len(words.channels) else
                 [f"{words.channel} {c + self.base}" for c in range(self.channels)])  # fmt: skip
        self.names = [""] if self.channels == 1 else [f".{n}" for n in named]
        pads = [(0, 0), *(tuple(p) for p in trace.padding)][-2:]
        self.before = np.array([p[0] for p in pads])
        self.inputs, self.outputs = planes(trace.input), planes(trace.output)
        self.weights = np.stack([planes(w) for w in trace.weight])
        self.padded = tuple(int(n + sum(p)) for n, p in zip(self.inputs.shape[1:], pads, strict=True))
        self.opening = self.frame(self.opening_frame())
        self.full = {c: {k: cell.color for k, cell in cells_of(self.opening, f"input{n}", self.padded).items()}
                     for c, n in enumerate(self.names)}  # fmt: skip
        self.homes = [self.stack(self.opening, n) for n in range(self.filters)]
        self.home_colors = [{k: cell.color for k, cell in home.items()} for home in self.homes]
        self.paired(self.opening)

    # roles and times ----------------------------------------------------------------------------------

    def frame(self, number: float) -> Frame:
        return Frame(self.stage.scene, number, self.shapes)

    def at(self, i: int) -> float:
        """The frame, with its fraction, of step i's own second."""
        return 1 + self.stage.plan.steps[i].second * self.stage.plan.fps

    def out(self, n: int) -> str:
        return f"output.{n + self.base}" if self.filters > 1 else "output"

    def home(self, n: int) -> str:
        return f"filter.{n + self.base}"

    def group(self, n: int) -> range:
        first = n // (self.filters // self.trace.groups) * self.depth
        return range(first, first + self.depth)

    # one step -----------------------------------------------------------------------------------------

    def step(self, i: int) -> Frame:
        """Everything, at step i's own second."""
        self.only_sums(not self.stage.plan.steps[i].explained)
        frame, step = self.frame(self.at(i)), self.trace[i]
        n = i // self.section
        for c, name in enumerate(self.names):
            cells = cells_of(frame, f"input{name}", self.padded)
            self.ghosts(frame, name, cells)
            self.one_window(frame, c, cells, self.taps(step, c) if c in self.group(n) else set())
            self.plane_numbers(frame, f"input{name}", cells, lambda k, c=c: self.input_text(c, k))
        self.working(frame, n)
        self.at_home(frame, n)
        self.slices(frame, i)
        self.marked(frame, i)
        if self.stage.plan.steps[i].explained:
            self.told_sum(frame, step)
            self.paired(frame)
        else:
            tokens = [s for s in frame.seen if s.instanced and re.fullmatch(r"sum(\..*)?", s.role)]
            assert not tokens, f"sum: {[t.text for t in tokens][:3]} stands at step {i}, which is not told"
        self.upright(frame)
        return frame

    def only_sums(self, only: bool) -> None:
        """Leave captions and the like unevaluated in a sweep: they say the same all along, and take half the time."""
        if only == self.quiet:
            return
        self.quiet = only
        for words in self.stage.plan.words:
            if not re.match(r"sum|sweep", words.role):
                for modifier in self.stage.built.objects[words.role].modifiers:
                    modifier.show_viewport = not only

    # input --------------------------------------------------------------------------------------------

    def ghosts(self, frame, name, cells) -> None:
        """Padding looks like padding: real cells are wide, ghosts narrower."""
        for key, cell in cells.items():
            wide = cell.shape.high[0] - cell.shape.low[0]
            assert cell.shape.solid, f"cells: input{name} {key} is not solid"
            assert (wide > 0.9) == self.real(key), f"cells: input{name} {key} looks like {'no ' * (wide > 0.9)}padding"

    def one_window(self, frame, channel: int, cells, taps) -> None:
        """On a channel of the filter's group as on any figure; on others no window and nothing lit."""
        name = self.names[channel]
        if taps:
            seen = frame.own(f"input{name}.window")
            assert seen is not None, f"window: none on input{name} at frame {frame.number}"
            self.covers(name, seen, cells, taps)
        else:
            seen = frame.own(f"input{name}.window")
            gone = seen is None or np.abs(seen.box).max() > FAR_OFF
            assert gone, f"window: stands on input{name}, which the filter does not see (frame {frame.number})"
        for key, cell in cells.items():
            lit = cell.color == self.full[channel][key]
            alike = self.full[channel][key] == cell.color and key not in taps
            assert lit == (key in taps), f"lit: input{name} {key} is {'' if alike else 'not '}lit ({frame.number})"

    def covers(self, name, seen, cells, taps) -> None:
        """The frame stands tightly and openly around the taps."""
        rows, columns = ([t[k] for t in taps] for k in (0, 1))
        hull = {(r, c) for r in range(min(rows), max(rows) + 1) for c in range(min(columns), max(columns) + 1)}
        places, keys = np.array([c.place for c in cells.values()]), list(cells)
        low, high = seen.box
        inside = {keys[k] for k in np.flatnonzero(((low < places) & (places < high)).all(axis=1))}
        assert inside == hull, f"window: on input{name} it covers {sorted(inside)}, the taps span {sorted(hull)}"
        centres = np.array([cells[k].place for k in hull])
        for side, edge in ((low, centres.min(axis=0) - 0.5), (high, centres.max(axis=0) + 0.5)):
            assert np.abs(side - edge).max() < 0.2, f"window: on input{name} it stands off its cells by {side - edge}"
        assert not seen.shape.blocks((0, 1, 0)), "window: hides what it covers"

    def input_text(self, channel: int, key) -> str:
        r, c = np.array(key) - self.before
        return spelled(self.inputs[channel, r, c]) if self.real(key) else "0"

    def plane_numbers(self, frame, role, cells, wanted) -> None:
        """Every cell its number, or none has one, as in the opening."""
        labels = {}
        first = cells[0, 0].local
        for label in frame.labels(role):
            right, _, up = label.local - first
            key = (round(-up), round(right))
            assert key in cells and key not in labels, f"number: a text of {role} stands on no cell or on another"
            labels[key] = label
        if not labels:
            return
        for key in cells:
            self.spells(labels.get(key), wanted(key), f"{role} {key}", frame)

    def spells(self, label, wanted: str, where: str, frame) -> None:
        assert label is not None, f"number: {where} has none at frame {frame.number}, not {wanted!r}"
        key = (id(label.shape), wanted)
        if key not in self.shapes:
            self.shapes[key] = spells(label.shape, wanted)
        said = f"number: {where} does not spell {wanted!r} at frame {frame.number} (it claims {label.text!r})"
        assert self.shapes[key], said

    # weights ------------------------------------------------------------------------------------------

    def working(self, frame, n: int) -> None:
        """The slices at work are filter n's, over its group's channels and nowhere else."""
        shape = self.weights.shape[2:]
        for c, name in enumerate(self.names):
            role = f"kernel{name}"
            if c not in self.group(n):
                assert not frame.of(role), f"weights: {role} shows some, which filter {n} does not see"
                continue
            cells, deep = cells_of(frame, role, shape), self.group(n).index(c)
            for key, cell in cells.items():
                own = self.home_colors[n][(deep, *key)]
                assert cell.shape.solid, f"weights: {role} {key} is not solid"
                assert cell.color == own, f"weights: {role} {key} has not filter {n}'s colour (frame {frame.number})"
            self.plane_numbers(frame, role, cells, lambda k, d=deep: spelled(self.weights[n, d][k]))
            if self.stage.asked.look.numbers and self.readable(role, frame):
                assert frame.labels(role), f"number: {role} has none"
            self.in_order(frame, cells, role)

    def readable(self, role: str, frame) -> bool:
        """Whether a volume's cells are so large that a digit of 12 pixels at 854×480 has room."""
        plan = self.stage.plan
        pixels = frame.cells(role)[0].matrix[0, 0] * plan.pixels_per_unit
        return pixels > 26 * min(plan.size[0] / 854, plan.size[1] / 480)

    def stack(self, frame, n: int) -> dict:
        """A filter at home: its cells by depth, row and column."""
        role, shape = self.home(n), (self.depth, *self.weights.shape[2:])
        cells = frame.cells(role)
        places = np.array([c.local for c in cells])
        assert len(cells) == np.prod(shape), f"home: {role} has {len(cells)} cells, not {shape}"
        x, y, z = (places[:, k] for k in range(3))
        levels = sorted({float(v) for v in y.round(3)})
        assert len(levels) == self.depth, f"home: {role} is {len(levels)} deep, not {self.depth}"
        keys = [(levels.index(float(b)), round(float(z.max() - c)), round(float(a - x.min())))
                for a, b, c in zip(x, y.round(3), z, strict=True)]  # fmt: skip
        found = dict(zip(keys, cells, strict=True))
        assert set(found) == {(int(k), int(r), int(c)) for k, r, c in np.ndindex(*shape)}, f"home: {role} is no lattice"
        return found

    def at_home(self, frame, n: int) -> None:
        """Every filter is at home; the one at work in full colour, the others faded."""
        ground = np.array(self.stage.plan.background)
        for m in range(self.filters):
            for key, cell in self.stack(frame, m).items():
                full = self.home_colors[m][key]
                same = cell.color == full
                assert same == (m == n), f"home: {self.home(m)} is {'in full colour' if same else 'faded'}, {n} works"
                nearer = np.linalg.norm(cell.color - ground) < np.linalg.norm(np.array(full) - ground) + 1e-6
                assert same or nearer, f"home: {self.home(m)} stands out instead of fading back"

    # output -------------------------------------------------------------------------------------------

    def slices(self, frame, i: int) -> None:
        """Over all slices the cells 0..i are born, with their numbers where cells are large; the others are wire."""
        shape, numbered = self.outputs.shape[1:], []
        for m in range(self.filters):
            role = self.out(m)
            cells = cells_of(frame, role, shape)
            labels, first = {}, cells[0, 0].local
            for label in frame.labels(role):
                right, _, up = label.local - first
                labels[round(-up), round(right)] = label
            for key, cell in cells.items():
                k = m * self.section + key[0] * shape[1] + key[1]
                visible_from = k <= i
                said = f"born: {role} {key} is {'not ' if visible_from else ''}there at step {i} (frame {frame.number})"
                assert cell.shape.solid == visible_from, said
                if visible_from:
                    numbered.append(key in labels)
                    if key in labels:
                        self.spells(labels[key], spelled(self.outputs[m][key]), f"{role} {key}", frame)
                else:
                    assert key not in labels, f"born: {role} {key} has its number at step {i}"
            assert set(labels) <= set(cells), f"number: a text of {role} stands on no cell"
        assert len(set(numbered)) == 1, "number: some cells of the output have numbers and some have none"

    def marked(self, frame, i: int) -> None:
        """The marker stands on the cell that is made, and none on another slice."""
        n, cell = divmod(i, self.section)
        for m in range(self.filters):
            seen = frame.own(f"{self.out(m)}.marker")
            there = seen is not None and np.abs(seen.box).max() < FAR_OFF
            assert there == (m == n), f"marker: {'one' if there else 'none'} on {self.out(m)} at step {i}"
            if there:
                place = cells_of(frame, self.out(m), self.outputs.shape[1:])[divmod(cell, self.outputs.shape[2])].place
                at = sum(seen.box) / 2
                assert np.abs(at - place)[[0, 2]].max() < 1e-3, f"marker: stands at {at}, not {place} at step {i}"

    # words --------------------------------------------------------------------------------------------

    def told_sum(self, frame, step) -> None:
        """What the sum's lines say is the step's arithmetic, channel by channel, and names its cell."""
        text = self.sum_lines(frame)
        assert text, f"sum: none at frame {frame.number}"
        if self.depth == 1:
            line = self.one_channel(text, step)
        else:
            line = self.several_channels(text, step)
        bias = [] if self.trace.bias is None else [(self.stage.asked.words.bias, spelled(step.bias))]
        named = [(t.word, t.text) for t in line.named]
        assert named[len(named) - len(bias) :] == bias, f"sum: {text} has not the bias {bias}"
        assert line.total == spelled(step.value), f"sum: {text} should give {spelled(step.value)}"
        cell = [int(v) for v in re.findall(r"\d+", line.name)]
        wanted = [int(v) + self.base for v in step.output_index][0 if self.filters > 1 else 1 :]
        assert cell == wanted, f"sum: {text} names the wrong cell, not {wanted}"

    def wanted(self, step, deep: int) -> list:
        own = np.flatnonzero(step.kernel_index[:, 0] == deep)
        return [(spelled(step.values[t]), spelled(step.weights[t])) for t in own]

    def one_channel(self, text, step):
        """Lines of products, below each what they come to; the cell's name before them or in a line of its own."""
        lines = list(text)
        name, end = "", ""
        if found := re.fullmatch(r"([^=]*\d\]) ?((?:=|\u2248) \S+)", lines[-1]):
            name, end = f"{found[1]} =", found[2]
            lines.pop()
        upper = [line for line in lines if not line.startswith(("=", "\u2248"))]
        upper, lower = [line for k, line in enumerate(lines) if k % 2 == 0], lines[1::2]
        line = parse(" ".join(part for part in (name, *upper, *lower, end) if part))
        said = [(p.left, p.right) for p in line.products]
        assert said == self.wanted(step, 0), f"sum: {text} has not the products {self.wanted(step, 0)}"
        made = [float(t.value) for t in line.terms]
        close = len(line.worked) == len(made) and np.allclose([float(t.value) for t in line.worked], made, atol=0.06)
        assert close, f"sum: {text} says that {line.terms} come to {line.worked}"
        self.honest(line, step)
        return line

    def several_channels(self, text, step):
        """A line per channel with its products and its share, then the shares' line; or the shares' line alone."""
        names = [self.names[c][1:] for c in self.group(int(step.output_index[0]))]
        shares = [spelled(step.products[step.kernel_index[:, 0] == d].sum()) for d in range(self.depth)]
        rest = text
        if "\u00d7" in text[0]:
            lines, rest = [parse(line) for line in text[: self.depth]], text[self.depth :]
            for d, line in enumerate(lines):
                said = [(p.left, p.right) for p in line.products]
                assert said == self.wanted(step, d), f"sum: {text[d]} has not the products {self.wanted(step, d)}"
                assert (line.name, line.total) == (names[d], shares[d]), f"sum: {text[d]} is not {names[d]} {shares[d]}"
                self.honest(line, step)
        line = parse(" ".join(rest))
        said = [(t.word, t.text) for t in line.named][: self.depth]
        wanted = list(zip(names, shares, strict=True))
        assert said == wanted, f"sum: {rest} has not the shares {wanted}"
        self.honest(line, step)
        return line

    def paired(self, frame) -> None:
        """Filter and slice carry the same number, which is theirs, stand together, and are tied by a line."""
        half = frame.size / 2
        texts = [(int(re.findall(r"\d+", s.text)[-1]), self.middle(frame, s.points)) for s in frame.seen
                 if s.instanced and s.shape.flat and re.fullmatch(r"(filter|output)\..*caption", s.role)
                 and re.search(r"\d", s.text)]  # fmt: skip
        spots = []
        for m in range(self.filters if self.stage.asked.look.labels and self.filters > 1 else 0):
            said = []
            boxes = [self.box(frame, role) for role in (self.home(m), self.out(m))]
            for box in boxes:
                near = min(texts, key=lambda t, box=box: self.away(t[1], box))
                said.append(near[0] - self.base)
            assert said == [m, m], f"pair: filter and slice {m} carry the numbers {said}"
            spots.append([(b[:2] + b[2:]) / 2 for b in boxes])
        for m, (filter_, slice_) in enumerate(spots):
            beside = abs(filter_[0] - slice_[0]) < 0.1 * half[0] or abs(filter_[1] - slice_[1]) < 0.2 * half[1]
            assert beside, f"pair: slice {m} stands neither below filter {m} nor beside it"
            self.tied(frame, m)
        for part in (0, 1):
            order = sorted(range(len(spots)), key=lambda m, part=part: self.reading(spots[m][part], half))
            assert order == list(range(len(spots))), f"pair: the numbers stand in the order {order}"

    def tied(self, frame, m: int) -> None:
        """The line of a pair runs from its filter to its slice, and is nearer to no other."""
        bars = frame.of(f"pair.{m + self.base}")
        assert len(bars) == 1, f"pair: {len(bars)} lines tie filter and slice {m}"
        at = frame.pixels(bars[0].points)
        order = np.argsort(at[:, 0] - at[:, 1])  # a line runs to the right, or down
        ends = at[order[: len(at) // 2]].mean(axis=0), at[order[len(at) // 2 :]].mean(axis=0)
        for end, role_of in zip(ends, (self.home, self.out), strict=True):
            near = min(range(self.filters), key=lambda k: self.away(end, self.box(frame, role_of(k))))
            assert near == m, f"pair: the line of {m} ends at {role_of(near)}"

    @staticmethod
    def reading(at, half):
        """Row by row from the top, each from left to right."""
        return (-round(at[1] / (0.18 * half[1])), at[0])

    def middle(self, frame, points):
        at = frame.pixels(points)
        return (at.min(axis=0) + at.max(axis=0)) / 2

    def box(self, frame, role: str) -> np.ndarray:
        at = frame.pixels(np.array([c.place for c in frame.cells(role)]))
        return np.concatenate([at.min(axis=0), at.max(axis=0)])

    @staticmethod
    def away(at, box) -> float:
        """How far a point is from a box on the screen."""
        return float(np.linalg.norm(np.maximum(np.maximum(box[:2] - at, at - box[2:]), 0.0)))


def prove(stage: Stage, steps=None) -> FiltersProof:
    """All proofs at every step's own second, or at some steps'."""
    proof = FiltersProof(stage)
    for i in range(len(stage.trace)) if steps is None else steps:
        proof.step(i)
    return proof
