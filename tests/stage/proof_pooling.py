# SPDX-License-Identifier: GPL-3.0-or-later
"""The prover of poolings: at a step's own time the evaluated scene shows what was computed, and nothing else.

What is expected comes from the scene's arrays and `engine/reference.py`; which cell is the largest from the numbers
alone. Bars are measured: each is as high as its number says, beside all others. Failures begin with what is wrong:
cells, number, lit, window, slice, chosen, born, marker, bench, bar, level, result, flight, words.
"""

import random
import re

import numpy as np

from addon.story.acts.reducing import LEVEL, LEVELS, STAND
from addon.story.acts.rhythm import within
from addon.story.plan.plan import LANDED, LEAVES

from ..engine import reference
from .proof_bench import AT_ONCE, at, flat
from .proof_solid import SolidProof, planes
from .reading import number, spelled

INFINITE = "\u2212\u221e"
ROUNDED = 0.03  # bench cells: how far a bar may be from its height


class PoolingProof(SolidProof):
    """The proofs of one staged pooling."""

    results = 1  # that come of the bars of one window
    lined = True  # where the bars of a mean stand level, lines say so

    def __init__(self, stage):
        self.stage, self.trace, self.plan = stage, stage.trace, stage.plan
        trace, self.kind, self.stacked = self.trace, "pooling", True
        self.mean = trace.reduce == "mean"
        shape, self.cells = self.worked_out(trace)
        assert shape == trace.output.shape, "the engine's output has another shape"
        self.order, self.inputs = list(self.cells), planes(trace.input)
        self.channels = self.filters = len(self.inputs)
        self.rows, self.columns = planes(trace.output).shape[1:]
        self.section = self.rows * self.columns
        self.before = np.array([(0, *(int(a) for a, _ in trace.padding))[-2:]]).ravel()
        last = np.max([list(self.tapped(cell)) for cell in self.cells.values()], axis=(0, 1))[1:] + 1
        declared = [n + sum(p) for n, p in zip(self.inputs.shape[1:], [(0, 0), *trace.padding][-2:], strict=True)]
        self.declared, self.padded = declared, tuple(int(v) for v in np.maximum(last, declared))
        taken = set().union(*map(self.tapped, self.cells.values()))
        self.unread = {k for k in np.ndindex(self.channels, *self.padded) if self.real(k) and k not in taken}
        self.known, self.fills = {}, {}
        self.clock_of = self.plan.channels["clock.step"]
        self.right = np.array(stage.built.camera.matrix_world)[:3, 0]
        self.low = min(float(self.inputs.min()), 0.0)
        opening = self.look_at(-0.9)
        self.full = {key: cell.color for key, cell in self.input_cells(opening).items() if self.real(key)}
        for key, color in self.full.items():
            self.one_fill(self.sort(key[0]), self.read(key), color)
        self.front_at = self.depths(opening)[0]

    def worked_out(self, trace):
        """What it is to show: its output's shape and cells."""
        return reference.pool(trace.input, trace.kernel_size, trace.stride, trace.padding, trace.dilation,
                              trace.ceil_mode, trace.reduce, trace.count_include_pad)  # fmt: skip

    def sort(self, channel: int) -> str:
        """What a value's colour depends on besides it."""
        return f"channel {channel}" if self.channels == 3 else "value"

    sum_sort = sort

    def step(self, i: int):
        """Everything at step i's own time, and what leads to it where it is explained."""
        index, info, step = self.order[i], self.plan.steps[i], self.trace[i]
        cell = self.cells[index]
        assert info.index == index == step.output_index, f"step {i} is not the trace's"
        same = info.value == step.value and abs(info.value - cell.value) < 1e-9 * (1 + abs(cell.value))
        assert same, f"step {i}: it says {info.value}, not {cell.value}"
        look = self.own_look(i)
        self.window(look, cell)
        self.stands_beside(look, index[0])
        self.working = index[0]
        born = self.output(look, i)
        self.one_fill(self.sort(index[0]), cell.value, born.color)
        self.chosen(look, i, cell)
        stands = any(p.step == i for p in look.all("bench"))
        if info.explained or stands:
            self.bars(look, i, cell, born)
            self.said(look, i, cell, "sum" if info.explained else "running")
        else:
            assert not look.words("sum") and not look.words("running"), f"words: of step {i}, which is not shown"
        if info.explained:
            self.ritual(i, cell, born)
        return look

    # the input -------------------------------------------------------------------------------------------------------

    def window_of(self, channel: int) -> str:
        return f"{self.role(channel)}.window"

    def chosen_roles(self) -> list[str]:
        return [f"{self.role(c)}.chosen" for c in range(self.channels)]

    def role(self, channel: int) -> str:
        return f"input.{channel}" if self.channels > 1 else "input"

    def input_cells(self, look) -> dict:
        """The padded slices by (channel, row, column); those in front, and the one at work, say their numbers."""
        found = {}
        for channel in range(self.channels):
            cells = self.lattice(look, self.role(channel), (1, *self.padded))
            numbered = any(p.text for (_, r, c), p in cells.items() if self.real((channel, r, c)))
            for (_, r, c), cell in cells.items():
                key = channel, r, c
                assert cell.kind.what == ("solid" if self.real(key) else "glass"), f"cells: input {key}"
                out = key in self.unread and look.clock >= -LANDED
                said = spelled(self.read(key)) if numbered and not out else None
                if not self.real(key):
                    own = r < self.declared[0] and c < self.declared[1]
                    counted = "0" if self.trace.count_include_pad else None
                    said = (counted if self.mean else INFINITE) if own else None
                assert cell.text == said, f"number: input {key} says {cell.text}, not {said}"
                found[key] = cell
        return found

    def window(self, look, cell) -> None:
        """The ring is around the taps, on their slice alone; they are lit and no others."""
        cells, taps, moment = self.input_cells(look), self.tapped(cell), f"at {look.second:.3f} s"
        first, last = np.min(list(taps), axis=0), np.max(list(taps), axis=0)
        for channel in range(self.channels):
            box = look.box(self.window_of(channel))
            if channel != first[0]:
                assert box is None, f"window: on channel {channel}, which is not at work, {moment}"
                continue
            assert box is not None, f"window: none on the input {moment}"
            inside = {k for k, c in cells.items() if k[0] == channel
                      and ((box[0] < c.local) & (c.local < box[1]))[[0, 2]].all()}  # fmt: skip
            hull = {k for k in cells if ((first <= k) & (k <= last)).all()}
            assert inside == hull, f"window: covers {sorted(inside)}, the taps span {sorted(hull)} {moment}"
            assert box[0][1] < -0.5 and box[1][1] > -0.55, f"window: it is not on the front faces {moment}"
        for key, own in cells.items():
            if self.real(key):
                lit = own.color == self.full[key]
                assert lit == (key in taps), f"lit: input {key} is {'' if lit else 'not '}lit {moment}"
        self.out_of_the_light(cells)

    def stands_beside(self, look, channel: int) -> None:
        """The slice at work stands right of the block, in which all others are, one behind the other."""
        if self.channels == 1:
            return
        at_ = {c: look.matrix(self.role(c))[:3, 3] for c in range(self.channels)}
        unit = np.linalg.norm(look.matrix(self.role(0))[:3, 0])
        block = {c: p for c, p in at_.items() if c != channel}
        edge = next(iter(block.values()))[0]
        assert all(abs(p[0] - edge) < 0.01 * unit for p in block.values()), "slice: the block is not in line"
        away = (at_[channel][0] - edge) / unit
        assert away > self.padded[1] + 0.5, f"slice: channel {channel} stands {away:.2f} cells from the block"
        gaps = np.diff([p[1] for p in at_.values()]) / unit
        assert ((gaps > 1.05) & (gaps < 1.3)).all(), f"slice: they stand {gaps} cells apart"

    def chosen(self, look, i: int, cell) -> None:
        """A ring is on the first of the largest cells of the window, and on no other; of a mean on none."""
        roles = self.chosen_roles()
        marks = [p for role in roles if role in self.stage.built.objects for p in look.pieces(role)]
        stands = any(p.step == i for p in look.all("bench"))
        if self.mean or not stands:
            assert not marks, f"chosen: {len(marks)} marks at step {i}"
            return
        assert len(marks) == 1, f"chosen: {len(marks)} marks at step {i}"
        cells = self.input_cells(look)
        key = next(k for k, tap in self.tapped(cell).items() if self.real(k) and tap.number == cell.value)
        off = (marks[0].place - cells[key].place) / cells[key].long[0]
        assert np.abs(off[[0, 2]]).max() < 0.05, f"chosen: the mark is {off} cells from {key} at step {i}"

    def carded(self, look, role: str, m: int) -> None:
        """A result's slice has the card of its channel, as the input's slice at work has and no other."""
        if self.filters > 1:
            names = self.stage.asked.words.channels
            wanted = [names[m]] if len(names) == self.filters else self.on_cards([m])
            said, own = (look.cards(role), look.cards(self.role(m))), wanted if m == self.working else []
            assert said == (wanted, own), f"slice: the cards of {role} and its input say {said}"

    def empty(self, look) -> None:
        super().empty(look)
        if self.mean and self.lined:
            assert not look.pieces("level") and not look.words("level.number"), "level: of no step"

    # the bench -------------------------------------------------------------------------------------------------------

    def taken(self, cell) -> list:
        """The taps that take part: of a maximum all, padding being less than any number."""
        return [tap for tap in cell.taps if tap.counted or not self.mean]

    def text(self, tap) -> str:
        return spelled(tap.number) if np.isfinite(tap.number) else INFINITE

    def sorted_bench(self, look, i: int):
        """The copies in the order in which they are read, what stands on them, hollow outlines, the result."""
        pieces = self.on_bench(look, i)
        assert all(np.abs(p.axes - np.eye(3)).max() < 1e-3 for p in pieces), "bench: something is turned"
        written = [p for p in pieces if p.text is not None]
        result = max(written, key=lambda p: p.long.min())
        copies = self.in_order(p for p in written if p is not result)
        others = [p for p in pieces if p.text is None]
        hollow = [p for p in others if not p.kind.shape.blocks((0, 1, 0))]
        return copies, [p for p in others if p not in hollow], hollow, result

    @staticmethod
    def in_order(pieces) -> list:
        """Pieces as they are read: the lines from the back to the front, each from the left."""
        return sorted(pieces, key=lambda p: (-round(p.place[1], 3), p.place[0]))

    def on(self, copy, pieces) -> list:
        """Those of some pieces that stand on or around a copy."""
        return [p for p in pieces if np.abs(p.place - copy.place)[:2].max() < 0.05 * copy.long[0]]

    def scale(self, copy, heights, values, what: str) -> float:
        """World units that one more than the least number is worth in height; the same for all."""
        rise = np.array(values, float) - self.low
        assert max(heights, default=0) > 0 or not rise.any(), f"bar: {what} have no height"
        if not rise.any():
            return 0.0
        per = float(np.array(heights) @ rise / (rise @ rise))
        off = np.abs(np.array(heights) - per * rise).max() / copy.long[0]
        assert off < 0.06, f"bar: {what} are {off:.2f} cells from being as high as their numbers {values}"
        return per

    def bars(self, look, i: int, cell, born) -> None:
        """Copies of the taps' cells with their numbers; bars as high as these, or all level; the largest in a tube."""
        copies, bars, hollow, result = self.sorted_bench(look, i)
        taps, shown = self.taken(cell), self.input_cells(look)
        said, wanted = [p.text for p in copies], [self.text(tap) for tap in taps]
        assert said == wanted, f"bench: the copies of step {i} say {said}, not {wanted}"
        for copy, tap in zip(copies, taps, strict=True):
            channel, row, column = flat(tap.place)
            key = channel, row + int(self.before[0]), column + int(self.before[1])
            if self.real(key):
                assert copy.color == shown[key].color, f"bench: the copy of {key} has another colour at step {i}"
        values = [tap.number if np.isfinite(tap.number) else self.low for tap in taps]
        heights = [sum(p.long[2] for p in self.on(copy, bars)) for copy in copies]
        assert sum(len(self.on(copy, bars)) for copy in copies) == len(bars), f"bar: one stands on no copy at step {i}"
        if self.mean:
            per = self.scale(copies[0], [max((p.long[2] for p in self.on(c, hollow)), default=0.0) for c in copies],
                             values, "outlines")  # fmt: skip
            level = per * (cell.value - self.low)
            off = np.abs(np.array(heights) - level).max() / copies[0].long[0]
            assert off < 0.08, f"bar: they are {off:.2f} cells from the level of step {i}"
            assert all(p.color == born.color for p in bars), f"bar: another colour than that of step {i}'s mean"
            if self.lined:
                self.leveled(look, i, cell, copies, level)
        else:
            self.scale(copies[0], heights, values, "bars")
            colors = [(copy.color, p.color) for copy in copies for p in self.on(copy, bars)]
            assert all(a == b for a, b in colors), f"bar: one has another colour than its copy at step {i}"
            first = next(c for c, tap in zip(copies, taps, strict=True) if tap.number == cell.value)
            assert len(hollow) == 1 == len(self.on(first, hollow)), f"chosen: the tube is not around {first.text}"
        assert result.text == spelled(cell.value), f"result: {result.text} stands for {spelled(cell.value)} at step {i}"
        assert result.color == born.color, f"result: its colour is not its cell's at step {i}"

    def leveled(self, look, i: int, cell, copies, level: float) -> None:
        """A line goes around the tops of the bars of each row, and one number says how high they are."""
        lines, said = look.pieces("level"), look.words("level.number")
        rows, edge = self.trace.kernel_size[0] if len(self.trace.kernel_size) > 1 else 1, copies[0].long[0]
        assert len(lines) == rows, f"level: {len(lines)} lines around {rows} rows at step {i}"
        for copy in copies:
            top = copy.place + (0, 0, copy.long[2] / 2 + level)
            around = [p for p in lines if (np.abs(p.place - top) < (p.long[0] / 2, 0.05 * edge, 0.08 * edge)).all()]
            assert len(around) == 1, f"level: {len(around)} lines on the bar of {copy.text} at step {i}"
        assert said == [spelled(cell.value)], f"level: {said} is not step {i}'s mean"

    # words -----------------------------------------------------------------------------------------------------------

    def said(self, look, i: int, cell, role: str) -> None:
        """The result's name, the numbers that were taken and what they come to, the rows they are from."""
        other = look.words("running" if role == "sum" else "sum")
        assert not other, f"words: {other} beside those of step {i}"
        words, w, base = look.words(role), self.stage.asked.words, self.stage.asked.look.index_from
        index, inner = self.order[i], f"{w.out}["
        names = [word for word in words if word.startswith(inner)]
        own = list(index[1:]) if self.section > 1 or self.filters == 1 else []
        if self.filters > 1:
            card = look.cards(self.role(index[0]))[0]
            right = bool(names) and names[0].startswith(f"{inner}{w.channel} {card}")
            assert right, f"words: {names} is not of channel {card}"
            names = [names[0].replace(f"{w.channel} {card}", "", 1)]
        place = [int(n) - base for n in re.findall(r"\d+", " ".join(names))]
        assert len(names) == 1 and place == own, f"words: {names} names another cell than {index}"
        self.line(words, i, cell)

    def line(self, words: list[str], i: int, cell) -> None:
        """One line says the numbers and what they come to."""
        lines = [word for word in words if " = " in word or " \u2248 " in word]
        assert len(lines) == 1, f"words: {lines} is the line of step {i}"
        terms, total = re.split(r" [=\u2248] ", lines[0])
        value, _, tie = total.partition("   ")
        assert value == spelled(cell.value), f"words: {value} is not step {i}'s value"
        taps = [t for t in self.taken(cell) if np.isfinite(t.number)]
        numbers = [number(n) for n in re.findall(r"[\u2212-]?[\d.]+", terms)]
        wanted = [number(spelled(t.number)) for t in taps] + ([float(cell.divisor)] if self.mean else [])
        full = numbers == wanted or numbers == [float(len(taps))]  # of many how many they are
        assert full, f"words: {terms} are not the numbers of step {i}"
        equal = sum(t.number == cell.value for t in taps)
        assert bool(tie) == (equal > 1 and not self.mean and numbers == wanted), f"words: {tie!r} with {equal} equal"

    def whole(self, seed: int) -> None:
        """First, last and explained steps, some others and some moments between, the end and the opening."""
        draw = random.Random(seed)
        print(f"seed {seed}")
        count = len(self.trace)
        explained = [i for i, s in enumerate(self.plan.steps) if s.explained]
        assert explained and len(self.plan.steps) == count
        for i in sorted({0, count - 1, *explained, *draw.sample(range(count), min(count, 8))}):
            self.step(i)
        for _ in range(12):
            self.between(self.look(draw.uniform(0.0, self.plan.seconds)))
        end = self.look(self.plan.seconds)
        self.empty(end)
        made = [self.lattice(end, self.output_role(m), (1, self.rows, self.columns), "solid")
                for m in range(self.filters)]  # fmt: skip
        assert sum(map(len, made)) == count
        opening = self.look_at(-0.9)
        self.empty(opening)
        assert not any(p.kind.what == "solid" for p in opening.cells(self.output_role(0)))

    # how it comes about ----------------------------------------------------------------------------------------------

    def ritual(self, i: int, cell, born) -> None:
        """Copies of the taps' cells set out; of a mean each has its own bar before they level; the result is not there
        before, and flies to its cell. Afterwards nothing is left."""
        look = self.look_at(i - LANDED + AT_ONCE)
        pieces, shown = [p for p in self.on_bench(look, i) if p.text is not None], self.input_cells(look)
        taps = self.taken(cell)
        assert len(pieces) == len(taps), f"bench: {len(pieces)} copies set out at step {i}, {len(taps)} are taken"
        for tap in taps:
            channel, row, column = flat(tap.place)
            source = shown[channel, row + int(self.before[0]), column + int(self.before[1])]
            own = [p for p in pieces if at(p, source.place, source.long[0])]
            assert [p.text for p in own] == [self.text(tap)], f"bench: the copy of {tap.place} at step {i}"
        before = self.look_at(within(i, LEVELS) - AT_ONCE)
        pieces = self.on_bench(before, i)
        assert sum(p.text is not None for p in pieces) == len(taps), f"result: it is there before its time at step {i}"
        if self.mean:
            copies = self.in_order(p for p in pieces if p.text is not None)
            bars = [p for p in pieces if p.text is None]
            heights = [sum(p.long[2] for p in self.on(copy, bars)) for copy in copies]
            self.scale(copies[0], heights, [tap.number for tap in taps], "bars")
            assert not self.lined or not before.pieces("level"), f"level: it is known before its time at step {i}"
        arriving = self.look_at((within(i, LEVEL) + within(i, STAND)) / 2)
        texts = [p.text for p in self.on_bench(arriving, i) if p.text is not None]
        assert len(texts) == len(taps) + self.results, f"result: {len(texts) - len(taps)} come at step {i}"
        self.flown(i, cell, born)
        after = i + LEAVES + AT_ONCE
        if after < self.clock_of.values[-1]:
            self.idle(self.look_at(after))
