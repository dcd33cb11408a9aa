# SPDX-License-Identifier: GPL-3.0-or-later
"""The prover of the kind stamping: stamps, what is between the views, windows, and that both views agree.

- `stamp(s)` proves the first view at stamp s, `step(i)` the second at step i, `cut()` and `end()` the rest.
- What is expected comes from the scene's arrays and from loops: `engine/reference.py`, and here
  output[i × stride + k × dilation] += input[i] × weight[k]. What is shown is read as in `proof_solid`.
- Failures begin with what is wrong, as there; of stamps also with: source, stamp, sum so far, border, mark, told,
  agree.
"""

import re
from dataclasses import replace

import numpy as np

from addon.story.acts.rhythm import within
from addon.story.acts.stamping import HOVERS, PRESSES
from addon.story.plan.plan import LANDED, LEAVES

from ..engine import reference
from .proof_bench import AT_ONCE
from .proof_solid import NEAR, TIGHT, SolidProof, planes
from .reading import ABOUT, TIMES, number, signed, spelled
from .reading_solid import HALF

AFTER = 6  # clock values from the last stamp's, plus one, to the first step's
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
        self.full = {k: c.color for k, c in self.input_cells(self.look_at(self.base - 0.75)).items() if self.real(k)}
        for key, color in self.full.items():
            self.one_fill("input", self.read(key), color)
        self.chips = True
        ending = self.made(self.look(self.plan.seconds))
        self._numbered = any(p.text for p in ending.values())
        self.lit = {k: p.color for k, p in ending.items()}
        for key, color in self.lit.items():
            self.one_fill("sum", self.value(key), color)

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

    def made(self, look) -> dict[tuple, object]:
        """The output's cells by their row and column in it; nothing else is there."""
        first, found = (self.pads[0][0], self.pads[1][0]), {}
        for piece in look.cells("output"):
            at = np.array([-piece.local[2], piece.local[0]])
            assert np.abs(at - at.round()).max() < 1e-3 and abs(piece.local[1]) < 1e-3, "cells: output is no lattice"
            place = tuple(int(v) - f for v, f in zip(at.round(), first, strict=True))
            assert place not in found, f"cells: two stand in one place of output {place}"
            found[place] = piece
        wanted = {tuple(map(int, k)) for k in np.ndindex(self.rows, self.columns)}
        assert set(found) == wanted, f"cells: output is not {self.rows}×{self.columns}"
        return found

    def output(self, look, i: int):
        """All numbers of the first view; those that have been found again are in the light and no others."""
        cells = self.made(look)
        for n, (place, piece) in enumerate(sorted(cells.items())):
            assert piece.kind.what == "solid", f"born: output {place} is {piece.kind.what}"
            said = spelled(self.value(place)) if self.numbered else None
            assert piece.text == said, f"number: output {place} says {piece.text}, not {said}"
            lit = piece.color == self.lit[place]
            assert lit == (n <= i), f"born: output {place} is {'' if lit else 'not '}in the light at step {i}"
            assert lit or sum(piece.color) < sum(self.lit[place]), f"born: output {place} is brighter before its step"
        last = cells[divmod(i, self.columns)]
        self.marker(look, last)
        return last

    @property
    def numbered(self) -> bool:
        """Whether cells are large enough for numbers."""
        return self._numbered

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
        explained = any(p.step == s for p in self.look_at(within(s, 0.2)).all("bench")) and self.worked(s)
        if explained:
            self.lands(s, canvas)
        return look

    def worked(self, s: int) -> bool:
        """Whether the products of a stamp are made: its copies are at the input as the window has landed."""
        look = self.look_at(s - LANDED + AT_ONCE)
        return any(p.step == s and p.kind.text is None and p.long[2] > 0.9 * look.cells("input")[0].long[2]
                   for p in look.pieces("bench"))  # fmt: skip

    def source(self, look, s: int) -> None:
        """The compact input says its numbers; cell s is in the light and in the ring, no others are."""
        cells = sorted(look.cells("input"), key=lambda p: (-p.local[2].round(), p.local[0]))
        assert len(cells) == self.count, f"source: {len(cells)} cells of the input, not {self.count}"
        at = np.array([(-p.local[2], p.local[0]) for p in cells])
        grid = np.array(list(np.ndindex(*self.small.shape)))
        assert np.abs(at - at[0] - grid).max() < 1e-3, "source: the input's cells do not stand side by side"
        for n, (piece, value) in enumerate(zip(cells, self.small.ravel(), strict=True)):
            said = spelled(value) if self.numbered else None
            assert piece.text == said, f"number: input {n} says {piece.text}, not {said}"
            lit = piece.color == self.fills["input", float(value)]
            assert lit == (n == s), f"lit: input {n} is {'' if lit else 'not '}lit at stamp {s}"
        self.around(look, "input.source", "input", [cells[s]], f"source: at stamp {s}")

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
        cells = self.lattice(look, "kernel", (1, *self.kernel), "solid")
        for (_, r, c), piece in cells.items():
            said = spelled(self.plain[r, c])
            assert piece.text in (said, None if self.numbered else said), f"filter: {r, c} says {piece.text}"
        assert look.box("kernel.source") is not None, "filter: it is in no tube"
        assert look.box("kernel.window") is None, "filter: it is in the second view's tube"

    def product(self, look, s: int) -> None:
        """The bench has the input's number × every weight, what they come to, and the number that is told."""
        value = self.small.ravel()[s]
        name = look.words("factor")
        wanted = spelled(value)
        named = self.stage.asked.look.labels
        said = [w.split(f" {TIMES}")[0].strip("()") for w in name]
        assert not named or said == [wanted], f"product: {name} is on the bench at stamp {s}"
        pieces = [p for p in self.on_bench(look, s) if p.step == s]
        if not pieces:
            return  # the stamps are too fast for it
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
        for piece in look.cells("output"):
            place = tuple(int(v) for v in np.round([-piece.local[2], piece.local[0]]))
            assert place not in found, f"cells: two stand in one place of the output, {place}"
            found[place] = piece
        unit = np.linalg.norm(look.matrix("output")[:3, 0])
        assert set(found) == set(np.ndindex(*self.canvas)), f"cells: the output is not {self.canvas} at stamp {s}"
        for place, piece in found.items():
            own, kept = sums.get(place, []), self.inside(place)
            if place not in every and kept and s == self.count - 1:
                own = [0.0]
            text = spelled(sum(own)) if own and self.numbered else None
            word = "sum so far" if kept else "border"
            assert piece.text == text, f"{word}: {place} says {piece.text} at stamp {s}, not {text}"
            wanted = "solid" if own and kept else "glass"
            assert piece.kind.what == wanted, f"{word}: {place} is {piece.kind.what} at stamp {s}"
            if not (own and kept):
                continue
            done = final and len(own) >= len(every.get(place, own))
            small = piece.long.max() < SMALLER * 2 * HALF * unit
            assert small != done, f"sum so far: {place} looks {'not ' if small else ''}final at stamp {s}"
            if done:
                self.one_fill("sum", sum(own), piece.color)
            else:
                self.one_fill("sum so far", sum(own), piece.color)
        lies = self.places(s)
        pieces = [found[p] for p in lies]
        self.around(look, "output.stamp", "output", pieces, f"stamp: {s}:")
        return found

    def marks(self, look, s: int) -> None:
        """As many bars at a cell's foot as it has had stamps, in the colours of the stamps' own cells."""
        if "output.marks" not in self.stage.built.objects:
            return
        order = sorted(look.pieces("input.marks"), key=lambda p: (-round(p.local[2], 2), p.local[0]))
        colors = [p.color for p in order]
        assert len(colors) == self.count, f"mark: {len(colors)} on the input"
        found: dict[tuple, list] = {}
        for piece in sorted(look.pieces("output.marks"), key=lambda p: p.local[0]):
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
        terms, total = re.split(f" [={ABOUT}] ", line)
        said = [np.prod([float(number(f.strip("()"))) for f in t.split(TIMES)]) for t in re.split(r" \+ ", terms)]
        assert np.allclose(said, own, atol=5e-3), f"told: {terms} is not what {cell} has had until stamp {s}"
        done = self.trace.bias is None and len(own) == len(self.so_far(self.count - 1)[cell])
        wanted = spelled(sum(own)) + ("" if done else f"  {self.stage.asked.words.so_far}")
        assert total == wanted, f"told: {line} at stamp {s}, not {wanted}"
        self.around(look, "output.told", "output", [canvas[cell]], f"told: at stamp {s}")
        cubes = [p.text for p in look.pieces("bench") if p.step == -1 and not (p.text or "").startswith(TIMES)]
        fits = cubes in ([spelled(sum(own))], [] if self.numbered else [None], []) and (
            bool(cubes) == any(p.step == s for p in look.all("bench")))  # fmt: skip
        assert fits, f"told: a cube has {cubes} at stamp {s}, not {spelled(sum(own))}"

    def lands(self, s: int, canvas) -> None:
        """Before a stamp is pressed on, each product is before the cell that it is added to, and says so."""
        look, sums = self.look_at(within(s, (HOVERS + PRESSES) / 2)), self.so_far(s - 1) if s else {}
        pieces = [p for p in self.on_bench(look, s) if p.step == s]
        for place, k in self.places(s).items():
            target = canvas[place]
            edge = max(p.long[0] for p in canvas.values())
            away = [(p.place - target.place) / edge for p in pieces]
            own = [p for p, (x, y, z) in zip(pieces, away, strict=True)
                   if max(abs(x), abs(z)) < NEAR and -2.0 < y < -0.5]  # fmt: skip
            product = spelled(self.small.ravel()[s] * self.plain[k])
            plus = "+" if place in sums and not product.startswith("\u2212") else ""
            said = [p.text for p in own]
            assert said == [plus + product], f"stamp: {said} is before {place} at stamp {s}, not {plus + product}"

    # the rest --------------------------------------------------------------------------------------------------------

    def cut(self) -> None:
        """Between the views the output is as large as it is, complete and in the light; the bench is empty."""
        look = self.look_at(self.count + 1.95)
        assert not look.all("bench"), "bench: something is there between the views"
        for place, piece in self.made(look).items():
            said = spelled(self.value(place)) if self.numbered else None
            assert piece.text == said, f"number: output {place} says {piece.text}, not {said}"
            assert piece.color == self.lit[place], f"sum so far: output {place} is not in the light"
        assert look.box("output.stamp") is None and look.box("input.source") is None, "stamp: a ring is left"
        low = min(p.box[0][2] for p in look.cells("output"))
        others = min(p.box[0][2] for p in look.cells("kernel"))
        edge = look.cells("output")[0].long[0]
        assert abs(low - others) < 0.5 * edge, "border: the output stands above the floor when it is cut"

    def end(self) -> None:
        """All is in the light, the bench is empty, and it says in how many cells both views agree."""
        look = self.look(self.plan.seconds)
        assert not look.all("bench") and not look.words("sum"), "bench: it is not empty at the end"
        for place, piece in self.made(look).items():
            said = spelled(self.value(place)) if self.numbered else None
            assert piece.text == said, f"number: output {place} says {piece.text}, not {said}"
        if not self.stage.asked.look.labels:
            return
        words = look.words("ending")
        wanted = self.stage.asked.words.agree.replace("{equal}", str(self.section)).replace("{count}",
                                                                                         str(self.section))  # fmt: skip
        assert wanted in words, f"agree: {words} at the end"


def everything(stage, stamps=None, steps=None) -> StampingProof:
    """All proofs at some stamps and steps, or at all."""
    proof = StampingProof(stage)
    for s in range(proof.count) if stamps is None else stamps:
        proof.stamp(s)
    proof.cut()
    for i in range(proof.section) if steps is None else steps:
        proof.step(i)
    proof.end()
    return proof


