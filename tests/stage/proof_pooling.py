# SPDX-License-Identifier: GPL-3.0-or-later
"""The provers of poolings: at a step's own time the evaluated scene shows what the engine computed, and nothing else.

Expectations come from `addon.engine`'s trace and the scene file alone. Which cell is the largest is worked out from the
numbers that are shown. Failures begin with what is wrong: cells, window, lit, left over, chosen, flight, born, number,
sum, screen, marker.
"""

import re

import numpy as np

from .proof import Proof, cells_of, full_size, label_of, planes
from .reading import number, spelled
from .reading_pools import read_pool
from .seeing import Frame, Stage, spells

ON_TOP = 0.12  # cells: how far a mark may stand from the cell it marks


class PoolingProof(Proof):
    """The proofs of one staged pooling by windows; `step(i)` makes them for one step."""

    def __init__(self, stage: Stage):
        self.stage, self.trace, self.shapes = stage, stage.trace, {}
        words, first = stage.asked.words, stage.asked.look.index_from
        self.inputs, self.outputs = planes(self.trace.input), planes(self.trace.output)
        channels = len(self.inputs)
        named = words.channels if channels == len(words.channels) else [f"{words.channel} {n + first}"
                                                                        for n in range(channels)]  # fmt: skip
        self.named = list(named) if channels > 1 else [""]
        self.names = [f".{name}" if name else "" for name in self.named]
        self.numbers = [f".{c + first}" if channels > 1 else "" for c in range(channels)]
        self.mean = self.trace.reduce == "mean"
        pads = [tuple(p) for p in self.trace.padding]
        self.before = np.array([0, *(p[0] for p in pads)][-2:])
        (top, bottom), (left, right) = [(0, 0), *pads][-2:]
        rows, columns = self.inputs.shape[1:]
        self.padded = (rows + top + bottom, columns + left + right)
        self.unread = self.never_read()
        self.opening = self.frame(self.opening_frame())
        self.full = {}
        for name in self.names:
            cells = cells_of(self.opening, f"input{name}", self.padded)
            self.full[name] = {key: cell.color for key, cell in cells.items()}

    @property
    def count(self) -> int:
        """Output cells of one channel."""
        return self.outputs[0].size

    def legible(self, role: str) -> bool:
        """Whether a volume's numbers are drawn at all: they are left out where cells are too small for them."""
        shown = self.stage.asked.look.numbers
        points = next(v.points for v in self.stage.plan.volumes if v.role == role)
        return shown and bool((points["label"] >= 0).any())

    def step(self, i: int) -> Frame:
        frame, step = self.frame(self.stage.frame(i)), self.trace[i]
        for channel, name in enumerate(self.names):
            cells = cells_of(frame, f"input{name}", self.padded)
            self.ghosts(frame, name, cells)
            self.looks(frame, i, channel, cells)
            self.plane_numbers(frame, name, cells, channel)
            self.in_order(frame, cells, f"input{name}")
            self.channel_output(frame, i, channel)
            self.chosen(frame, i, channel, cells)
        self.nothing_flies(frame)
        self.line(frame, i, step)
        self.upright(frame)
        return frame

    # the window -----------------------------------------------------------------------------------------------

    def looks(self, frame, i: int, channel: int, cells) -> None:
        """The window stands on the taps of the channel at work and lights them; elsewhere there is none."""
        name, step = self.names[channel], self.trace[i]
        taps = self.taps(step, channel)
        self.frame_on(frame, name, cells, taps)
        self.lit(frame, name, cells, taps, self.unread[channel])

    def frame_on(self, frame, name: str, cells, taps) -> None:
        """The open frame covers exactly the cells that the taps span, through the whole depth."""
        seen = frame.own(f"input{name}.window")
        inside = set()
        if seen is not None:
            low, high = seen.box
            inside = {k for k, c in cells.items() if ((low < c.place) & (c.place < high)).all()}
        if not taps:
            assert not inside, f"window: one stands on input{name}, which is not at work (frame {frame.number})"
            return
        assert seen is not None, f"window: none on input{name} at frame {frame.number}"
        rows, columns = zip(*taps, strict=True)
        hull = {(r, c) for r in range(min(rows), max(rows) + 1) for c in range(min(columns), max(columns) + 1)}
        said = f"window: covers {sorted(inside)}, the taps span {sorted(hull)} (frame {frame.number})"
        assert inside == hull & set(cells), said
        first = cells[0, 0].place
        low_edge = first + (min(columns) - 0.5, -0.5, -max(rows) - 0.5)
        high_edge = first + (max(columns) + 0.5, 0.5, -min(rows) + 0.5)
        for side, edge in ((low, low_edge), (high, high_edge)):
            assert np.abs(side - edge).max() < 0.15, f"window: stands off its cells by {side - edge}"
        assert not seen.shape.blocks((0, 1, 0)), "window: hides what it covers"

    def lit(self, frame, name: str, cells, taps, unread) -> None:
        """Exactly the taps have their full colour; the rest fade back; what no window reads is grey."""
        ground = np.array(self.stage.plan.background)
        for key, cell in cells.items():
            full = self.full[name][key]
            if key in unread:
                grey = cell.color != full and np.ptp(cell.color) < 0.09
                assert grey, f"left over: input{name} {key} is not grey (frame {frame.number})"
                continue
            lit = cell.color == full
            said = f"lit: input{name} {key} is {'' if lit else 'not '}lit (frame {frame.number})"
            assert lit == (key in taps), said
            nearer = np.linalg.norm(cell.color - ground) < np.linalg.norm(np.array(full) - ground)
            assert lit or nearer, f"lit: input{name} {key} stands out instead of fading back"

    def plane_numbers(self, frame, name: str, cells, channel: int) -> None:
        """Every real cell spells its number; padding says 0 where it counts in a mean, and nothing elsewhere."""
        labels = label_of(frame, f"input{name}", cells)
        if not self.legible(f"input{name}"):
            return
        counted = self.mean and self.trace.count_include_pad
        for key in cells:
            r, c = np.array(key) - self.before
            if self.real(key) or counted:
                wanted = spelled(self.inputs[channel, r, c]) if self.real(key) else "0"
                self.spells(labels.get(key), wanted, f"input{name} {key}", frame)
            else:
                assert key not in labels, f"number: padding at input{name} {key} says something and counts nothing"

    # the chosen cell ------------------------------------------------------------------------------------------

    def largest_shown(self, frame, channel: int, taps) -> tuple[int, int]:
        """The first of the largest among a window's cells, by the numbers that can be read on them."""
        role = f"input{self.names[channel]}"
        labels = label_of(frame, role, cells_of(frame, role, self.padded))
        read = {key: number(labels[key].text) for key in sorted(taps) if key in labels}
        return max(read, key=lambda key: (read[key], -key[0], -key[1]))

    def wanted_choice(self, frame, i: int) -> tuple[int, int]:
        """The cell that step i must mark: the largest shown, which is the engine's."""
        step = self.trace[i]
        channel = step.output_index[0]
        spot = tuple(int(v) for v in np.array([0, *step.positions[step.chosen][1:]][-2:]) + self.before)
        if self.legible(f"input{self.names[channel]}"):
            shown = self.largest_shown(frame, channel, self.taps(step, channel))
            exact = all(abs(float(number(spelled(v))) - v) < 1e-9 for v in step.values[step.real])
            assert shown == spot or not exact, f"chosen: the largest shown is {shown}, the engine's {spot}"
        return spot

    def chosen(self, frame, i: int, channel: int, cells) -> None:
        """In the channel at work one cell is marked, the one the maximum comes from; it looks as the output does."""
        role = f"input{self.names[channel]}.chosen"
        marks = frame.of(role)
        at_work = self.trace[i].output_index[0] == channel and self.stage.plan.steps[i].explained
        if self.mean or not at_work:
            assert not marks, f"chosen: a cell of {role} is marked, and none is chosen (frame {frame.number})"
            return
        key = self.wanted_choice(frame, i)
        solid = [m for m in marks if m.shape.solid]
        frames = [m for m in marks if not m.shape.solid and not m.shape.flat]
        assert len(solid) == 1 and len(frames) == 1, f"chosen: {len(solid)} cells are marked at step {i}"
        for mark in (*solid, *frames):
            off = {k: np.abs(mark.place - c.place).max() for k, c in cells.items()}
            at = min(off, key=off.get)
            assert at == key and off[at] < ON_TOP, f"chosen: {at} is marked, not {key} at step {i}"
        nearer = (solid[0].place - cells[key].place) @ frame.toward
        assert nearer > 0.01, f"chosen: the mark lies behind its cell at step {i}"
        place = (0, *self.trace[i].output_index[1:])[-2:]
        made = cells_of(frame, f"output{self.numbers[channel]}", self.outputs.shape[1:])[place]
        assert solid[0].color == made.color, f"chosen: the mark is not of the output cell's colour at step {i}"
        labels = [m for m in marks if m.shape.flat]
        if self.legible(f"input{self.names[channel]}"):
            assert len(labels) == 1, f"chosen: the marked cell has {len(labels)} numbers at step {i}"
            self.spells(labels[0], spelled(self.trace[i].value), f"chosen: {role}", frame)

    # what flies -----------------------------------------------------------------------------------------------

    def flying(self, frame) -> list:
        return [s for s in frame.seen if s.instanced and s.role.split(".")[0] == "flight"]

    def nothing_flies(self, frame) -> None:
        left = self.flying(frame)
        assert not left, f"flight: {len(left)} things are still in the air at frame {frame.number}"

    def flight(self, i: int) -> None:
        """On its way to output cell i: what was chosen, or all that count and then their mean; before everything."""
        frames = [f for f in range(self.stage.frame(i) - 60, self.stage.frame(i)) if i - 0.5 < self.clock(f) < i - 0.01]
        seen = [(self.clock(f), self.frame(f)) for f in frames]
        aloft = [(clock, frame, self.flying(frame)) for clock, frame in seen if self.flying(frame)]
        assert len(aloft) >= 3, f"flight: step {i} is on its way for {len(aloft)} frames"
        step = self.trace[i]
        channel, place = step.output_index[0], (0, *step.output_index[1:])[-2:]
        role, out = f"input{self.names[channel]}", f"output{self.numbers[channel]}"
        merged = False
        for clock, frame, things in aloft:
            own = {f"flight{self.numbers[channel]}"}
            assert {t.role for t in things} == own, f"flight: another channel's copies fly at step {i}"
            cubes, texts = [t for t in things if not t.shape.flat], [t for t in things if t.shape.flat]
            merged = merged or (self.mean and len(cubes) == 1)
            counted = np.flatnonzero(step.counted) if self.mean and not merged else [step.chosen]
            wanted = sorted(spelled(step.value if merged or not self.mean else step.values[t]) for t in counted)
            assert len(cubes) == len(wanted), f"flight: {len(cubes)} cells fly at step {i}, clock {clock:.2f}"
            said = sorted(t.text for t in texts)
            assert not self.legible(role) or said == wanted, f"flight: the copies of step {i} say {said}, not {wanted}"
            assert all(spells(t.shape, t.text) for t in texts), f"flight: a copy spells another number at step {i}"
            others = [s for s in frame.seen if s.instanced and not s.shape.flat and s.role.split(".")[0] != "flight"]
            most = max(float(s.place @ frame.toward) for s in others)
            nearest = min(float(c.place @ frame.toward) for c in cubes)
            assert nearest > most + 1, f"flight: copies of step {i} pass behind something"
            assert all(full_size(c) for c in cubes), f"flight: copies of step {i} are not full size"
        self.from_and_to(i, aloft, role, out, place)

    def from_and_to(self, i: int, aloft, role: str, out: str, place) -> None:
        """They set out near their cells and arrive at the output cell, which is born as they do."""
        step, (_, first, things), (clock, last, ends) = self.trace[i], aloft[0], aloft[-1]
        pitch = self.stage.plan.pixels_per_unit
        cells = cells_of(first, role, self.padded)
        cubes = [t for t in things if not t.shape.flat]
        taps = np.flatnonzero(step.counted) if self.mean else [step.chosen]
        homes = [tuple(int(v) for v in np.array([0, *step.positions[t][1:]][-2:]) + self.before) for t in taps]
        target = cells_of(last, out, self.outputs.shape[1:])[place]
        goal = last.pixels(target.place)
        starts = np.array([first.pixels(cells[k].place) for k in homes if k in cells])
        way = np.linalg.norm(starts - goal, axis=1).max()
        for cube in cubes if len(cubes) == len(taps) else []:
            near = np.linalg.norm(starts - first.pixels(cube.place), axis=1).min()
            assert near < max(1.2 * pitch, 0.35 * way), f"flight: a copy of step {i} sets out {near:.0f} px off"
        if clock > i - 0.2:
            off = np.abs(last.pixels([t.place for t in ends if not t.shape.flat]) - goal).max()
            assert off < 1.0, f"flight: step {i} arrives {off:.1f} px from its cell"

    # output and line ------------------------------------------------------------------------------------------

    def channel_output(self, frame, i: int, channel: int) -> None:
        """Of this channel the cells up to step i are born, with their numbers; the marker stands on the last."""
        shape, role = self.outputs.shape[1:], f"output{self.numbers[channel]}"
        cells = cells_of(frame, role, shape)
        labels, legible = label_of(frame, role, cells), self.legible(role)
        for k in range(self.count):
            key = divmod(k, shape[1])
            cell, visible_from = cells[key], channel * self.count + k <= i
            said = f"born: {role} {key} is {'not ' if visible_from else ''}there at step {i} (frame {frame.number})"
            assert cell.shape.solid == visible_from, said
            assert full_size(cell) and np.ptp(cell.shape.vertices[:, 0]) > 0.85, f"born: {role} {key} is small"
            if visible_from and legible:
                self.spells(labels.get(key), spelled(self.outputs[channel][key]), f"{role} {key}", frame)
            assert visible_from or key not in labels, f"born: {role} {key} has its number at step {i}"
        self.in_order(frame, cells, role)
        marker = frame.own(f"{role}.marker")
        places = {k: c.place for k, c in cells.items()}
        at = None if marker is None else sum(marker.box) / 2
        on = [] if at is None else [k for k, p in places.items() if np.abs(at - p)[[0, 2]].max() < 1e-3]
        own = [divmod(i - channel * self.count, shape[1])] if i // self.count == channel else []
        assert on == own, f"marker: on {role} it stands on {on}, not {own} at step {i}"

    def line(self, frame, i: int, step) -> None:
        """The line says the numbers in order, the divisor, the result, and which cell it is; and it adds up."""
        text = self.sum_lines(frame)
        if not self.stage.plan.steps[i].explained:
            assert not text, f"sum: {text} stands at step {i}, which is not told"
            return
        assert text, f"sum: none at frame {frame.number}"
        said = read_pool(" ".join(text))
        taps = np.flatnonzero(step.counted if self.mean else step.real)
        wanted = tuple(spelled(step.values[t]) for t in taps)
        if said.whole:
            assert said.numbers == wanted, f"sum: {text} has not the numbers {wanted}"
        else:
            assert len(wanted) > 64 and said.numbers == (*wanted[: len(said.numbers) - 1], wanted[-1])
        assert said.total == spelled(step.value), f"sum: {text} should give {spelled(step.value)}"
        word = None if self.mean else self.stage.asked.words.max
        assert said.word == word, f"sum: {text} says {said.word}, not {word}"
        if self.mean:
            assert said.divisor == step.divisor, f"sum: {text} divides by {said.divisor}, the engine by {step.divisor}"
            assert said.sum == spelled(step.values[taps].sum()), f"sum: {text} adds up wrongly"
        shown = np.array([*step.values[taps], step.value], float)
        exact = np.abs(shown - shown.round(2)).max() < 1e-9
        assert said.exact == exact, f"sum: {text} says that it is {'exact' if said.exact else 'rounded'}, and is not"
        self.line_name(text, said.name, step)

    def line_name(self, text, name: str, step) -> None:
        """It names the channel where there are several, and the cell's row and column."""
        base, channel = self.stage.asked.look.index_from, self.named[step.output_index[0]]
        assert name.startswith(channel), f"sum: {text} does not name the channel {channel!r}"
        cell = [int(n) for n in re.findall(r"\d+", name[len(channel) :])]
        assert cell == [v + base for v in step.output_index[1:]], f"sum: {text} names the wrong cell"


class CollapseProof(PoolingProof):
    """The proofs of one staged global pooling: a plane is full until it collapses, and a pale ghost afterwards."""

    def looks(self, frame, i: int, channel: int, cells) -> None:
        name = self.names[channel]
        self.frame_on(frame, name, cells, self.taps(self.trace[i], channel))
        ground = np.array(self.stage.plan.background)
        for key, cell in cells.items():
            full, done = self.full[name][key], channel <= i
            pale = np.linalg.norm(cell.color - ground) < np.linalg.norm(np.array(full) - ground)
            said = f"lit: input{name} {key} is {'not ' if done else ''}pale at step {i}"
            assert (cell.color == full) != done, said
            assert not done or pale, f"lit: input{name} {key} stands out although it has collapsed"

    def line_name(self, text, name: str, step) -> None:
        """It names the channel, and how many numbers there are."""
        channel, words = self.named[step.output_index[0]], self.stage.asked.words
        told = (words.mean_of if self.mean else words.max_of).replace("{count}", str(len(step.taps)))
        wanted = f"{channel}: {told}" if channel else told
        assert name == wanted, f"sum: {text} is named {name!r}, not {wanted!r}"

    def ending(self) -> None:
        """At the end all channels' lines stand together, in order, where there is room for them."""
        frame = self.frame(self.stage.plan.frames)
        self.nothing_flies(frame)
        lines = [read_pool(line) for line in self.sum_lines(frame)]
        assert [line.total for line in lines] == [spelled(s.value) for s in self.trace], "sum: not all at the end"
        for line, step in zip(lines, self.trace, strict=True):
            assert line.numbers == tuple(spelled(v) for v in step.values), f"sum: {line} has other numbers at the end"
            self.line_name(line, line.name, step)
        self.upright(frame)


def prove(stage: Stage, steps=None, flights=()) -> PoolingProof:
    """All proofs at every step's own time, or at some steps'; of some also their flights."""
    kind = CollapseProof if stage.trace.op.startswith("global") else PoolingProof
    proof = kind(stage)
    for i in range(len(stage.trace)) if steps is None else steps:
        proof.step(i)
    for i in flights:
        proof.flight(i)
    return proof
