# SPDX-License-Identifier: GPL-3.0-or-later
"""The prover of the kind stamping: stamps, what is between the views, windows, and that both views agree.

- `stamp(s)` proves the first view at stamp s, `step(i)` the second at step i, `births(second)` the second's output at
  any time, `cut()`, `cleared()`, `turned()` and `end()` the rest.
- What is expected comes from the scene's arrays and from loops: `engine/reference.py`, and here
  output[i × stride + k × dilation] += input[i] × weight[k]. What is shown is read as in `proof_solid`.
- Failures begin with what is wrong, as there; of stamps also with: source, stamp, sum so far, border, mark, told,
  turn, agree.
"""

import re
from dataclasses import replace

import numpy as np

from addon.story.acts.rhythm import within
from addon.story.acts.stamping import LANDS, LEAVES_BENCH
from addon.story.acts.two_views import TURNS
from addon.story.plan.plan import LANDED, LEAVES

from ..engine import reference
from .proof_bench import AT_ONCE
from .proof_solid import NEAR, TIGHT, SolidProof, planes
from .reading import ABOUT, TIMES, number, signed, spelled
from .reading_solid import HALF

AFTER = 6  # clock values from the last stamp's, plus one, to the first step's
FIRST = ("input.first", "kernel.first", "output.first", "bench.first")  # what the first view alone shows
SMALLER = 0.95  # of a cell: one whose number is not final is smaller than that


def two(values, first) -> list:
    """One entry per axis as (rows, columns)."""
    return [first, *values][-2:]


class StampingProof(SolidProof):
    """The proofs of one staged transposed convolution."""

    kind = "stamping"

    def __init__(self, stage):
        self.stage, self.trace, self.plan = stage, stage.trace, stage.plan
        trace = self.trace
        shape, cells = reference.conv_transpose(trace.input, trace.weight, trace.bias, trace.stride, trace.padding,
                                                trace.output_padding, trace.dilation, trace.groups)  # fmt: skip
        assert shape == trace.output.shape, "the engine's output has another shape"
        self.kernel = tuple(two(trace.kernel_size, 1))
        # the window meets the kernel turned: a tap's place in it is where its weight lies then
        for cell in cells.values():
            cell.taps = [replace(t, kernel=(t.kernel[0], *(n - 1 - k for n, k in zip(trace.kernel_size, t.kernel[1:],
                                                                                   strict=True))))
                         for t in cell.taps]  # fmt: skip
        self.cells, self.order = cells, list(cells)
        self.small, self.plain = planes(trace.input)[0], planes(trace.weight[0])[0]
        self.weights, self.channels, self.filters, self.per = [self.plain[None, ::-1, ::-1]], 1, 1, 1
        self.rows, self.columns = planes(trace.output).shape[1:]
        self.section, self.count = self.rows * self.columns, self.small.size
        self.stride, self.dilation = two(trace.stride, 1), two(trace.dilation, 1)
        self.pads = [tuple(map(int, p)) for p in two(trace.padding, (0, 0))]
        border = [tuple(max(0, int(v)) for v in p) for p in two(trace.grid_border, (0, 0))]
        self.before = np.array([p[0] for p in border])
        self.padded = tuple(int(n + sum(p)) for n, p in zip(two(trace.grid_shape, 1), border, strict=True))
        self.spots = {(0, *(int(v) for v in np.array(i) * self.stride + self.before)): self.small[i]
                      for i in np.ndindex(*self.small.shape)}  # fmt: skip
        self.inputs = np.zeros((1, *self.padded))
        self.unread, self.known, self.fills = set(), {}, {}
        self.clock_of = self.plan.channels["clock.step"]
        self.right = np.array(stage.built.camera.matrix_world)[:3, 0]
        reach = [(n - 1) * s + d * (k - 1) + 1 for n, s, d, k in zip(
            self.small.shape, self.stride, self.dilation, self.kernel, strict=True)]  # fmt: skip
        self.canvas = tuple(max(r, p[0] + o) for r, p, o in
                            zip(reach, self.pads, (self.rows, self.columns), strict=True))  # fmt: skip
        opening = self.look_at(self.base - 0.75)
        self.full = {k: c.color for k, c in self.input_cells(opening).items() if self.real(k)}
        self.front_at = self.depths(opening)[0]
        for key, color in self.full.items():
            self.one_fill("input", self.read(key), color)
        self.chips = True
        ending = self.lattice(self.look(self.plan.seconds), "output", (1, self.rows, self.columns))
        self._numbered = any(p.text for p in ending.values())
        self._numbered_first = any(p.text for p in self.look_at(-0.75).cells("input.first"))
        for (_, *place), piece in ending.items():
            self.one_fill("sum", self.value(place), piece.color)

    @property
    def base(self) -> int:
        return self.count + AFTER

    def real(self, key) -> bool:
        return tuple(key) in self.spots

    def read(self, key):
        return self.spots.get(tuple(key), 0)

    def value(self, place) -> float:
        """What a cell of the output comes to."""
        return self.cells[self.order[place[0] * self.columns + place[1]]].value

    # the second view -------------------------------------------------------------------------------------------------

    def step(self, i: int):
        """Everything at step i's own time, and what leads to it where it is explained."""
        cell, j = self.agreed(i), self.base + i
        look = self.own_look(i)
        self.window(look, cell)
        self.filter_at_work(look, 0)
        born = self.output(look, i)
        self.met(look, cell)
        assert not look.words("stamps"), f"words: {look.words('stamps')} of a stamp at step {i}"
        self.only_second(look)
        if not self.plan.steps[i].explained:
            self.ran(look, j, cell, born)
            return look
        pairs = self.bench(look, j, cell, born)
        self.said(look, j, cell)
        self.ritual(j, cell, pairs, born)
        return look

    def standing_result(self, i: int):
        return max(self.on_bench(self.own_look(i - self.base), i), key=lambda p: p.long.min())

    def met(self, look, cell) -> None:
        """Above the bench it says how many cells of the window are input."""
        if not self.stage.asked.look.labels:
            return
        real = sum(t.source is not None for t in cell.taps)
        wanted, words = [real, len(cell.taps) - real], look.words("factor")
        said = [[int(n) for n in re.findall(r"\d+", w)] for w in words]
        assert said == [wanted], f"words: {words} meets {wanted}"

    def only_second(self, look) -> None:
        """Of the first view nothing is left."""
        for role in FIRST:
            assert not look.all(role), f"stamp: {role} is there in the second view, at {look.second:.3f} s"
        rings = ("output.first.stamp", "output.first.told", "input.first.source", "kernel.first.window")
        rings = [role for role in rings if look.box(role) is not None]
        assert not rings, f"stamp: {rings} at {look.second:.3f} s"

    def births(self, second: float) -> None:
        """At any time of the second view: a cell of the output is there from its step on, and before it is frosted."""
        look = self.look(second)
        if look.clock < self.base - 0.95:
            return
        for (_, r, c), piece in self.lattice(look, "output", (1, self.rows, self.columns)).items():
            own, there = self.base + r * self.columns + c, piece.kind.what == "solid"
            assert there == (np.float32(own) <= np.float32(look.clock)), f"born: output {r, c} at {second:.3f} s"
            said = spelled(self.value((r, c))) if there and self.numbered else None
            assert piece.text == said, f"number: output {r, c} says {piece.text}, not {said}"

    def whole(self, look) -> dict[tuple, object]:
        """The first view's output by row and column, once its border is cut off; nothing else is there."""
        first, found = (self.pads[0][0], self.pads[1][0]), {}
        for piece in look.cells("output.first"):
            at = np.array([-piece.local[2], piece.local[0]])
            assert np.abs(at - at.round()).max() < 1e-3 and abs(piece.local[1]) < 1e-3, "cells: output is no lattice"
            place = tuple(int(v) - f for v, f in zip(at.round(), first, strict=True))
            assert place not in found, f"cells: two stand in one place of output {place}"
            found[place] = piece
        wanted = {tuple(map(int, k)) for k in np.ndindex(self.rows, self.columns)}
        assert set(found) == wanted, f"cells: output is not {self.rows}×{self.columns}"
        return found

    @property
    def numbered(self) -> bool:
        """Whether cells of the second view are large enough for numbers; then those of the first are, too."""
        return self._numbered

    @property
    def numbered_first(self) -> bool:
        """Whether cells of the first view are."""
        return self.numbered or self._numbered_first

    # the first view --------------------------------------------------------------------------------------------------

    def places(self, s: int) -> dict[tuple[int, int], tuple[int, int]]:
        """Where stamp s lies: cells of the canvas, with those of the kernel."""
        i = divmod(s, self.small.shape[1])
        return {tuple(i[a] * self.stride[a] + k[a] * self.dilation[a] for a in (0, 1)): k
                for k in np.ndindex(*self.kernel)}  # fmt: skip

    def so_far(self, s: int) -> dict[tuple[int, int], list[float]]:
        """What stamps 0 to s have laid on each cell, by the definition."""
        found: dict[tuple[int, int], list[float]] = {}
        for n in range(s + 1):
            for cell, k in self.places(n).items():
                found.setdefault(cell, []).append(self.small.ravel()[n] * self.plain[k])
        return found

    def inside(self, cell) -> bool:
        return all(p[0] <= v < p[0] + o for v, p, o in zip(cell, self.pads, (self.rows, self.columns), strict=True))

    def stamp(self, s: int):
        """Everything when stamp s has been laid on the output."""
        look = self.look_at(s)
        if look.clock > s + LEAVES:
            look = self.look_at(s + 1e-3)
        assert abs(look.clock - s) < LEAVES, f"stamp {s}: the clock is at {look.clock}"
        self.source(look, s)
        self.kernel_at_work(look)
        self.product(look, s)
        canvas = self.stamped(look, s)
        self.marks(look, s)
        self.told(look, s, canvas)
        explained = any(p.step == s for p in self.look_at(within(s, 0.2)).all("bench.first")) and self.worked(s)
        if explained:
            self.lands(s, canvas)
        return look

    def worked(self, s: int) -> bool:
        """Whether the products of a stamp are made: its copies are at the input as the window has landed."""
        look = self.look_at(s - LANDED + AT_ONCE)
        return any(p.step == s and p.kind.text is None and p.long[2] > 0.9 * look.cells("input.first")[0].long[2]
                   for p in look.pieces("bench.first"))  # fmt: skip

    def source(self, look, s: int) -> None:
        """The compact input says its numbers; cell s is in the light and in the ring, no others are."""
        cells = sorted(look.cells("input.first"), key=lambda p: (-p.local[2].round(), p.local[0]))
        assert len(cells) == self.count, f"source: {len(cells)} cells of the input, not {self.count}"
        at = np.array([(-p.local[2], p.local[0]) for p in cells])
        grid = np.array(list(np.ndindex(*self.small.shape)))
        assert np.abs(at - at[0] - grid).max() < 1e-3, "source: the input's cells do not stand side by side"
        for n, (piece, value) in enumerate(zip(cells, self.small.ravel(), strict=True)):
            said = spelled(value) if self.numbered_first else None
            assert piece.text == said, f"number: input {n} says {piece.text}, not {said}"
            lit = piece.color == self.fills["input", float(value)]
            assert lit == (n == s), f"lit: input {n} is {'' if lit else 'not '}lit at stamp {s}"
        self.around(look, "input.first.source", "input.first", [cells[s]], f"source: at stamp {s}")

    def around(self, look, tube: str, role: str, pieces, what: str) -> None:
        """A tube goes around the front faces of exactly these pieces."""
        box = look.box(tube)
        assert box is not None, f"{what} there is no {tube}"
        at = np.array([p.local for p in pieces])
        slack = box - [at.min(axis=0) - 0.5, at.max(axis=0) + 0.5]
        good = (slack[0] <= 0.02)[[0, 2]].all() and (slack[1] >= -0.02)[[0, 2]].all()
        assert good and np.abs(slack[:, [0, 2]]).max() < TIGHT, f"{what} {tube} stands off by {slack[:, [0, 2]]}"

    def kernel_at_work(self, look) -> None:
        """The kernel as it is given, in its tube."""
        cells = self.lattice(look, "kernel.first", (1, *self.kernel), "solid")
        for (_, r, c), piece in cells.items():
            said = spelled(self.plain[r, c])
            assert piece.text in (said, None if self.numbered_first else said), f"filter: {r, c} says {piece.text}"
            self.one_fill("weight", self.plain[r, c], piece.color)
        assert look.box("kernel.first.window") is not None, "filter: it is in no tube"
        assert not look.all("kernel") and look.box("kernel.window") is None, "filter: the second view's is there"

    def of_stamp(self, look, s: int) -> list:
        """All pieces of stamp s; of other stamps there are none."""
        others = {p.step for p in look.all("bench.first")} - {s, -1}
        assert not others, f"bench: something of stamps {sorted(others)} is in sight at {look.second:.3f} s"
        return [p for p in look.pieces("bench.first") if p.step == s]

    def board(self, pieces, s: int) -> list:
        """The stamp beside the kernel: each product where its weight is in the kernel, dilated. Returns its cells."""
        cells = sorted((p for p in pieces if np.ptp(p.long) < 0.01 * p.long[0]), key=self.row_major)
        edge, wanted = cells[0].long[0] / (2 * HALF), list(np.ndindex(*self.kernel))
        at = np.array([(-p.place[2], p.place[0]) for p in cells])
        grid = np.array(wanted) * self.dilation * edge
        assert len(cells) == len(wanted) and np.abs(at - at[0] - grid).max() < NEAR * edge, f"stamp: {s} is no board"
        said = [p.text for p in cells]
        own = [spelled(self.small.ravel()[s] * self.plain[k]) for k in wanted]
        assert said == own, f"stamp: {s} is {said}, not {own}"
        return cells

    def product(self, look, s: int) -> None:
        """The bench has the input's number × every weight and what they come to; and the stamp is these."""
        value = self.small.ravel()[s]
        name = look.words("factor")
        wanted = spelled(value)
        named = self.stage.asked.look.labels
        said = [w.split(f" {TIMES}")[0].strip("()") for w in name]
        assert not named or said == [wanted], f"product: {name} is on the bench at stamp {s}"
        pieces = self.of_stamp(look, s)
        if not pieces:
            return  # the stamps are too fast for it
        cells = self.board(pieces, s)
        pieces = [p for p in pieces if p not in cells]
        uppers = [p for p in pieces if p.text == wanted]
        lowers = sorted((p for p in pieces if (p.text or "").startswith(TIMES)), key=self.row_major)
        chips = sorted((p for p in pieces if (p.text or "").startswith(("=", ABOUT))), key=self.row_major)
        size = self.plain.size
        assert len(pieces) == 3 * size, f"bench: {len(pieces)} pieces at stamp {s}, not {3 * size}"
        assert len(uppers) == size, f"domino: {len(uppers)} say {wanted} at stamp {s}"
        said = [p.text for p in lowers]
        own = [TIMES + spelled(w) for w in self.plain.ravel()]
        assert said == own, f"domino: the weights are {said} at stamp {s}, not {own}"
        own = [signed(value * w, number(spelled(value)) * number(spelled(w))) for w in self.plain.ravel()]
        said = [p.text for p in chips]
        assert said == own, f"product: they are {said} at stamp {s}, not {own}"

    def row_major(self, piece) -> tuple[float, float]:
        return round(-piece.place[2], 3), piece.place[0]

    def stamped(self, look, s: int) -> dict:
        """Every cell has what the stamps so far come to; those that no stamp will reach again are in the light."""
        sums, every, final, found = self.so_far(s), self.so_far(self.count - 1), self.trace.bias is None, {}
        for piece in look.cells("output.first"):
            place = tuple(int(v) for v in np.round([-piece.local[2], piece.local[0]]))
            assert place not in found, f"cells: two stand in one place of the output, {place}"
            found[place] = piece
        unit = np.linalg.norm(look.matrix("output.first")[:3, 0])
        assert set(found) == set(np.ndindex(*self.canvas)), f"cells: the output is not {self.canvas} at stamp {s}"
        for place, piece in found.items():
            own, kept = sums.get(place, []), self.inside(place)
            if place not in every and kept and s == self.count - 1:
                own = [0.0]
            text = spelled(sum(own)) if own and self.numbered_first else None
            word = "sum so far" if kept else "border"
            assert piece.text == text, f"{word}: {place} says {piece.text} at stamp {s}, not {text}"
            wanted = "solid" if own and kept else "glass"
            assert piece.kind.what == wanted, f"{word}: {place} is {piece.kind.what} at stamp {s}"
            if not (own and kept):
                continue
            done = final and len(own) >= len(every.get(place, own))
            small = piece.long.max() < SMALLER * 2 * HALF * unit
            assert small != done, f"sum so far: {place} looks {'not ' if small else ''}final at stamp {s}"
            self.one_fill("sum", sum(own), piece.color)
        lies = self.places(s)
        pieces = [found[p] for p in lies]
        self.around(look, "output.first.stamp", "output.first", pieces, f"stamp: {s}:")
        return found

    def marks(self, look, s: int) -> None:
        """As many bars at a cell's foot as it has had stamps, in the colours of the stamps' own cells."""
        if "output.first.marks" not in self.stage.built.objects:
            return
        order = sorted(look.pieces("input.first.marks"), key=lambda p: (-round(p.local[2], 2), p.local[0]))
        colors = [p.color for p in order]
        assert len(colors) == self.count, f"mark: {len(colors)} on the input"
        found: dict[tuple, list] = {}
        for piece in sorted(look.pieces("output.first.marks"), key=lambda p: p.local[0]):
            found.setdefault((round(-piece.local[2] - 0.38), round(piece.local[0])), []).append(piece.color)
        wanted: dict[tuple, list] = {}
        for n in range(s + 1):
            for cell in filter(self.inside, self.places(n)):
                wanted.setdefault(cell, []).append(colors[n])
        assert found == wanted, f"mark: they are not those of the stamps until {s}"

    def told(self, look, s: int, canvas) -> None:
        """One cell of the stamp is named, its sum is written out, and where there is time a cube has its number."""
        words = look.words("stamps")
        if not self.stage.asked.look.sum_line or not any(map(self.inside, self.places(s))):
            assert not words, f"told: {words} of a stamp that is cut off"
            return
        base = self.stage.asked.look.index_from
        name = next((w for w in words if w.startswith(f"{self.stage.asked.words.out}[")), None)
        line = next((w for w in words if re.search(f" [={ABOUT}] ", w) and w != name), None)
        assert len(words) == 2 and name and line, f"told: {words} at stamp {s}"
        place = two([int(n) - base for n in re.findall(r"\d+", name)], 0)
        cell = tuple(v + p[0] for v, p in zip(place, self.pads, strict=True))
        assert cell in self.places(s), f"told: {name} is not under stamp {s}"
        own = self.so_far(s)[cell]
        *parts, total = re.split(f" [={ABOUT}] ", line)
        # value × weight of each stamp, and what each adds; of very many the latter alone
        wanted = 1 if len(own) == 1 or len(own) > 4 else 2
        assert len(parts) == wanted, f"told: {line} at stamp {s} has {len(parts)} parts, not {wanted}"
        for terms in parts:
            said = [np.prod([float(number(f.strip("()"))) for f in t.split(TIMES)]) for t in re.split(r" \+ ", terms)]
            assert np.allclose(said, own, atol=5e-3), f"told: {terms} is not what {cell} has had until stamp {s}"
        factors = [TIMES in t for t in re.split(r" \+ ", parts[0])]
        assert all(factors) or len(own) > 4, f"told: {line} at stamp {s} does not say value × weight"
        done = self.trace.bias is None and len(own) == len(self.so_far(self.count - 1)[cell])
        wanted = spelled(sum(own)) + ("" if done else f"  {self.stage.asked.words.so_far}")
        assert total == wanted, f"told: {line} at stamp {s}, not {wanted}"
        self.around(look, "output.first.told", "output.first", [canvas[cell]], f"told: at stamp {s}")
        cubes = [p.text for p in look.pieces("bench.first") if p.step == -1 and not (p.text or "").startswith(TIMES)]
        fits = cubes in ([spelled(sum(own))], [] if self.numbered_first else [None], []) and (
            bool(cubes) == any(p.step == s for p in look.all("bench.first")))  # fmt: skip
        assert fits, f"told: a cube has {cubes} at stamp {s}, not {spelled(sum(own))}"

    def lands(self, s: int, canvas) -> None:
        """Until a stamp sets out nothing of it is before the output; then it comes down as it is, and just before it
        lands each product is at the cell that it is added to, and says so."""
        look = self.look_at(within(s, LEAVES_BENCH) - AT_ONCE)
        board = self.board(self.of_stamp(look, s), s)
        assert self.apart(board, canvas.values()), f"stamp: {s} stands before the output"
        look, sums = self.look_at(within(s, LANDS - 0.004)), self.so_far(s - 1) if s else {}
        pieces, standing = self.of_stamp(look, s), self.board(board, s)
        flies = [p for p in pieces if min(np.abs(p.place - q.place).max() for q in standing) > p.long[0]]
        for place, k in self.places(s).items():
            target = canvas[place]
            edge = max(p.long[0] for p in canvas.values())
            own = [p for p in flies if np.abs(p.place - target.place).max() < 0.25 * edge]
            product = spelled(self.small.ravel()[s] * self.plain[k])
            plus = "+" if place in sums and not product.startswith("\u2212") else ""
            said = [p.text for p in own]
            assert said == [plus + product], f"stamp: {said} is at {place} at stamp {s}, not {plus + product}"

    def apart(self, some, others) -> bool:
        """Whether on the page pieces are beside, above or below others."""
        camera = np.array(self.stage.built.camera.matrix_world)[:3, :2]
        (low, high), (least, most) = ((e.min(axis=0), e.max(axis=0)) for e in (
            np.array([p.box for p in pieces]).reshape(-1, 3) @ camera for pieces in (some, others)))  # fmt: skip
        return bool((high < least).any() or (most < low).any())

    # the rest --------------------------------------------------------------------------------------------------------

    def cut(self) -> None:
        """Between the views the output is as large as it is and complete; the bench is empty."""
        look = self.look_at(self.count + 1.95)
        assert not look.all("bench.first"), "bench: something is there between the views"
        for place, piece in self.whole(look).items():
            said = spelled(self.value(place)) if self.numbered_first else None
            assert piece.text == said, f"number: output {place} says {piece.text}, not {said}"
            self.one_fill("sum", self.value(place), piece.color)
        assert look.box("output.first.stamp") is None, "stamp: a ring is left"
        assert look.box("input.first.source") is None, "stamp: a ring is left"
        low = min(p.box[0][2] for p in look.cells("output.first"))
        others = min(p.box[0][2] for p in look.cells("kernel.first"))
        edge = look.cells("output.first")[0].long[0]
        assert abs(low - others) < 0.5 * edge, "border: the output stands above the floor when it is cut"

    def cleared(self) -> None:
        """Before the first window the first view is gone, and every cell of the second's output is frosted."""
        for clock in (self.base - 0.9, self.base - 0.6):
            look = self.look_at(clock)
            self.only_second(look)
            self.births(look.second)

    def turned(self) -> None:
        """While the kernel turns it is a board that turns in its plane as one, above where it stood, and each digit
        stands upright before its own cell; when it has come round, each weight is where the turned kernel has it."""
        if self.plain.size == 1:
            return
        since, until = (self.count + 4 + part for part in TURNS)
        before = self.lattice(self.look_at(since - 0.05), "kernel", (1, *self.kernel))
        places = {k[1:]: p.place for k, p in before.items()}
        floor = min(p.box[0][2] for p in before.values())
        places_then = {k: places[tuple(n - 1 - v for n, v in zip(self.kernel, k, strict=True))] for k in places}
        angles = []
        for part in (0.001, 0.2, 0.35, 0.5, 0.65, 0.8, 0.999):
            look = self.look_at(since + part * (until - since))
            assert not look.pieces("kernel"), "turn: the kernel itself is there while its board turns"
            edge, board = before[0, 0, 0].long[0], look.cells("kernel.board")
            grid = np.array([(-p.local[2], p.local[0]) for p in board])
            order = np.array(list(np.ndindex(*self.kernel)), float)
            assert np.abs(grid - order + order.mean(axis=0)).max() < 1e-3, "turn: the board is not one"
            axes = board[0].axes
            assert np.abs(axes[:, 1] - (0, 1, 0)).max() < 1e-3, "turn: it leaves its plane"
            angles.append(np.arctan2(axes[0, 2], axes[0, 0]) % (2 * np.pi))
            half = board[0].long / 2
            low = min(p.place[2] - np.abs(p.axes[2]) @ half for p in board)
            assert low > floor - 0.03 * edge, f"turn: it goes {floor - low} through what it stands on"
            for n, (k, piece) in enumerate(zip(np.ndindex(*self.kernel), board, strict=True)):
                self.one_fill("weight", self.plain[k], piece.color)
                if f"kernel.board.{n}" not in self.stage.built.objects:
                    assert self.plain.size > 25, "turn: it has no digits"
                    continue
                texts = look.all(f"kernel.board.{n}")
                said = [t.kind.text for t in texts]
                wanted = [[spelled(self.plain[k])], *([] if self.numbered else [[]])]
                assert said in wanted, f"turn: {k} says {said}"
                for text in texts:
                    away = (text.place - piece.place) / edge
                    assert np.abs(away[[0, 2]]).max() < 0.02 and -0.6 < away[1] < -0.4, f"turn: {said} is not on {k}"
                    assert np.abs(text.axes - np.eye(3)).max() < 1e-3, f"turn: {said} is not upright"
            if part in (0.001, 0.999):
                wanted = places if part < 0.5 else places_then
                wanted = np.array([wanted[k] for k in np.ndindex(*self.kernel)])
                off = np.abs([p.place for p in board] - wanted).max() / edge
                assert off < 0.05, f"turn: it is {off} cells off at {part} of its turn"
        assert (np.diff(np.minimum(angles, 2 * np.pi - np.array(angles))) > 0).all(), "turn: it does not go one way"

    def end(self) -> None:
        """Both views' outputs stand complete, with the same numbers in the same places; it says in how many cells they
        agree; the bench is empty."""
        look = self.look(self.plan.seconds)
        assert not look.all("bench") and not look.words("sum"), "bench: it is not empty at the end"
        shape = (1, self.rows, self.columns)
        for role in ("output", "output.first.again"):
            cells = self.lattice(look, role, shape, "solid")
            numbered = self.numbered if role == "output" else any(p.text for p in cells.values())
            for (_, *place), piece in cells.items():
                said = spelled(self.value(place)) if numbered else None
                assert piece.text == said, f"number: {role} {place} says {piece.text}, not {said}"
                self.one_fill("sum", self.value(place), piece.color)
        again, own = (look.cells(role) for role in ("output.first.again", "output"))
        assert self.apart(again, own), "agree: one output stands before the other"
        if not self.stage.asked.look.labels:
            return
        words, count = look.words("ending"), str(self.section)
        wanted = self.stage.asked.words.agree.replace("{equal}", count).replace("{count}", count)
        assert wanted in words, f"agree: {words} at the end"
        assert self.stage.asked.words.first_view in words, f"agree: {words} do not say whose output came back"
