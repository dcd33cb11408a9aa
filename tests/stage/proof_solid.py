# SPDX-License-Identifier: GPL-3.0-or-later
"""The prover of solid figures: at a step's own time the evaluated scene shows what was computed, and nothing else.

- What is expected comes from the scene file, its arrays and `engine/reference.py`, loops written from the definition;
  the engine's trace must agree. What is shown comes from `reading_solid.Look`. Of the plan only seconds and clock are
  taken, to know when to look.
- `step(i)` proves one step; of an explained one also its ritual: what the copy is a copy of, the products, what rolls
  and what flies.
- Every failure is an AssertionError that begins with what is wrong: cells, number, lit, colour, window, filter, born,
  slice, marker, bench, domino, product, partial, rest, bias, result, flight, words.
"""

from dataclasses import replace
from itertools import product

import numpy as np

from addon import story
from addon.story.plan.plan import LANDED, LEAVES

from ..engine import reference
from .proof_bench import BenchProof, flat
from .proof_excerpt import ExcerptProof
from .reading import TIMES, spelled
from .reading_solid import Look, Piece, levels

NEAR = 0.03  # of a cell: what stands in one place
TIGHT = 0.21  # of a cell: how far a tube's outside may stand off what it goes around


def planes(array: np.ndarray) -> np.ndarray:
    """(channels, *spatial) with one or two axes as (channels, rows, columns)."""
    return array if array.ndim == 3 else array[:, None, :]


class SolidProof(BenchProof, ExcerptProof):
    """The proofs of one staged figure."""

    input_role, window_role, stacked = "input", "input.window", False

    base, apart = 0, (1, 1)  # the clock at the first step; from one cell of the input to the next

    def __init__(self, stage):
        self.stage, self.trace, self.plan = stage, stage.trace, stage.plan
        self.kind = story.kind_of(stage.asked, stage.trace).__name__.rpartition(".")[2]
        self.stacked = self.kind == "volume"  # its output is a stack of slices
        trace = self.trace
        assert trace.op in ("conv", "conv_transpose"), "these proofs know convolutions"
        shape, pads = self.transposed(trace) if trace.op == "conv_transpose" else self.plain(trace)
        assert shape == trace.output.shape, "the engine's output has another shape"
        self.order = list(self.cells)  # scan order
        self.inputs = planes(trace.input)
        self.channels, self.filters, self.per = len(self.inputs), len(self.weights), len(self.weights[0])
        self.rows, self.columns = planes(trace.output).shape[1:]
        self.section = self.rows * self.columns
        pads = [(0, 0), *((max(int(a), 0), max(int(b), 0)) for a, b in pads)][-2:]
        self.before = np.array([p[0] for p in pads])
        grid = [(n - 1) * s + 1 for n, s in zip(self.inputs.shape[1:], self.apart, strict=True)]
        self.padded = tuple(n + sum(p) for n, p in zip(grid, pads, strict=True))
        self.kernel = (1, *trace.kernel_size)[-2:]
        taken = set().union(*map(self.tapped, self.cells.values()))
        self.unread = {k for k in np.ndindex(self.channels, *self.padded) if self.real(k) and k not in taken}
        self.known: dict = {}
        self.fills: dict = {}  # (what, value): the colour it was shown in first
        self.clock_of = self.plan.channels["clock.step"]
        self.right = np.array(stage.built.camera.matrix_world)[:3, 0]
        opening = self.look_at(-0.75)
        self.read_excerpt(opening)
        self.full = {key: cell.color for key, cell in self.input_cells(opening).items() if self.real(key)}
        for key, color in self.full.items():
            self.one_fill(f"input channel {key[0]}" if self.channels == 3 else "input", self.read(key), color)
        self.front_at = self.depths(opening)[0]  # where slices are written
        self.chips = self.products_stay()

    def plain(self, trace):
        """What a convolution is to show: its output's shape, and the border around what its window slides over."""
        shape, self.cells = reference.conv(trace.input, trace.weight, trace.bias, trace.stride, trace.padding,
                                           trace.dilation, trace.groups)  # fmt: skip
        self.apart, self.weights = (1, 1), [planes(w) for w in trace.weight]
        return shape, trace.padding

    def transposed(self, trace):
        """The same of a transposed one: its input's cells lie a stride apart, and the window meets the kernel turned;
        of a filter are the weights that lead from each input channel of its group to one output channel."""
        shape, self.cells = reference.conv_transpose(trace.input, trace.weight, trace.bias, trace.stride, trace.padding,
                                                     trace.output_padding, trace.dilation, trace.groups)  # fmt: skip
        sizes = trace.kernel_size
        for cell in self.cells.values():
            cell.taps = [replace(t, kernel=(t.kernel[0], *(n - 1 - k for n, k in zip(sizes, t.kernel[1:]))))
                         for t in cell.taps]  # fmt: skip
        self.apart, self.weights = (1, *trace.stride)[-2:], []
        for own in (next(cell for out, cell in self.cells.items() if out[0] == n) for n in range(shape[0])):
            found = np.zeros((len(trace.input) // trace.groups, *(1, *sizes)[-2:]))
            for tap in own.taps:
                found[flat(tap.kernel)] = tap.weight
            self.weights.append(found)
        return shape, [((k - 1) * d - a, (k - 1) * d - b + more) for k, d, (a, b), more in zip(
            sizes, trace.dilation, trace.padding, trace.output_padding, strict=True)]  # fmt: skip

    # when to look ----------------------------------------------------------------------------------------------------

    def look(self, second: float) -> Look:
        return Look(self.stage, second, self.known)

    def second_at(self, clock: float) -> float:
        """The first second at which the clock has come to a value."""
        low, high = 0.0, self.plan.seconds
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (low, middle) if self.clock_of.at(middle) >= clock else (middle, high)
        return high

    def look_at(self, clock: float) -> Look:
        return self.look(self.second_at(clock))

    def own_look(self, i: int) -> Look:
        """Step i's own second: the frame at which the clock rests there, or, in a sweep, a moment within a frame."""
        second, clock = (self.plan.frame_of(self.plan.steps[i].second) - 1) / self.plan.fps, self.base + i
        assert self.plan.steps[i].clock == clock, f"step {i} has the clock {self.plan.steps[i].clock}"
        if not -1e-6 <= self.clock_of.at(second) - clock <= 1e-6:
            second = self.second_at(clock + 2e-3)
        look = self.look(second)
        assert -1e-6 <= look.clock - clock < LEAVES, f"step {i}: the clock is at {look.clock} at its second"
        return look

    # one step --------------------------------------------------------------------------------------------------------

    def agreed(self, i: int):
        """Step i's cell, of which the plan, the engine's trace and the reference say the same."""
        index, info, step = self.order[i], self.plan.steps[i], self.trace[i]
        cell = self.cells[index]
        assert info.index == index == step.output_index, f"step {i} is not the trace's"
        same = info.value == step.value and abs(info.value - cell.value) < 1e-9 * (1 + abs(cell.value))
        assert same, f"step {i}: it says {info.value}, not {cell.value}"
        assert np.array_equal(step.values, [t.number for t in cell.taps]), f"step {i}: the engine reads other cells"
        assert np.array_equal(step.weights, [t.weight for t in cell.taps]), f"step {i}: the engine takes other weights"
        return cell

    def step(self, i: int) -> Look:
        """Everything at step i's own time, and what leads to it where it is explained."""
        cell, look = self.agreed(i), self.own_look(i)
        if self.order[i][0] not in self.standing:
            assert not self.plan.steps[i].explained, f"step {i}: it is left out and explained"
            self.passed(look, i, cell)
            return look
        self.window(look, cell)
        self.filter_at_work(look, self.order[i][0])
        born = self.output(look, i)
        if self.kind == "sliding" and len(self.trace.kernel_size) == 1:
            self.rowed(look, cell, born)
        if not self.plan.steps[i].explained:
            self.ran(look, i, cell, born)
            return look
        pairs = self.bench(look, i, cell, born)
        self.said(look, i, cell)
        self.ritual(i, cell, pairs, born)
        return look

    @property
    def in_rows(self) -> int:
        """From one column of the output to the next: in rows its cells are as far apart as windows."""
        return self.trace.stride[0] if self.kind == "sliding" and len(self.trace.kernel_size) == 1 else 1

    def rowed(self, look, cell, born) -> None:
        """Of one axis the cell being made stands straight below the middle of its window, and on each cell of that
        stands its weight."""
        cells = self.input_cells(look)
        taps = {key: cells[key] for key in self.tapped(cell)}
        middle, edge = np.mean([p.place for p in taps.values()], axis=0), born.long.max()
        off = (born.place - middle) @ self.right / edge
        assert abs(off) < NEAR, f"born: it stands {off} cells beside its window at {look.second:.3f} s"
        above = np.array(self.stage.built.camera.matrix_world)[:3, 1] @ (middle - born.place)
        assert above > edge, f"born: it is not below its window at {look.second:.3f} s"
        riders = look.cells("kernel.riders")
        assert len(riders) == len(taps), f"filter: {len(riders)} weights are on the window at {look.second:.3f} s"
        numbered = any(p.text for p in riders)
        for key, tap in self.tapped(cell).items():
            own = taps[key]
            on = [p for p in riders if np.abs((p.place - own.place)[:2]).max() < 0.2 * own.long[0]]
            assert len(on) == 1, f"filter: {len(on)} weights are on input {key} at {look.second:.3f} s"
            clear = on[0].box[0][2] - own.box[1][2]
            assert abs(clear) < NEAR * edge, f"filter: the weight on input {key} is {clear} above it"
            said = TIMES + spelled(tap.weight) if numbered else None
            assert on[0].text == said, f"filter: the weight on input {key} says {on[0].text}, not {said}"
            self.one_fill("weight", tap.weight, on[0].color)

    def one_fill(self, what: str, value, color) -> None:
        """A value has one fill, everywhere and at all times."""
        first = self.fills.setdefault((what, float(value)), color)
        assert first == color, f"colour: {what} {value} is shown in two"

    # input and window ------------------------------------------------------------------------------------------------

    def tapped(self, cell) -> dict[tuple, object]:
        """The taps of a step by (channel, row, column) in the padded input."""
        found = {}
        for tap in cell.taps:
            channel, row, column = flat(tap.place)
            found[channel, row + int(self.before[0]), column + int(self.before[1])] = tap
        return found

    def real(self, key) -> bool:
        at, apart = np.array(key[1:]) - self.before, np.array(self.apart)
        return bool((at >= 0).all() and (at % apart == 0).all() and (at // apart < self.inputs.shape[1:]).all())

    def read(self, key):
        """The number of a cell of the padded input."""
        row, column = (np.array(key[1:]) - self.before) // self.apart
        return self.inputs[key[0], row, column] if self.real(key) else 0

    def lattice(self, look, role: str, shape, *what, numbers=None, apart: int = 1) -> dict[tuple, Piece]:
        """The pieces of a block by (channel, row, column): a full lattice of that shape, each place taken once; of
        channels of those numbers, where some are left out; `apart`: from one column to the next."""
        numbers = numbers or tuple(range(shape[0]))
        own = look.cells(role, *what)
        assert own, f"cells: {role} shows none at {look.second:.3f} s"
        deep = np.array([p.local[1] for p in own])
        grid = np.array([(0.0, -p.local[2], p.local[0] / apart) for p in own])
        if shape[0] > 1:
            slices, grid[:, 0] = levels(deep, 0.1)
            assert len(slices) == shape[0], f"cells: {role} has {len(slices)} slices, not {shape[0]}"
            self.parted(slices, numbers, f"cells: of {role}")
        assert np.abs(grid - grid.round()).max() < 1e-3, f"cells: {role} is no lattice"
        found = {(numbers[int(k)], int(r), int(c)): p for (k, r, c), p in zip(grid.round(), own, strict=True)}
        assert len(found) == len(own), f"cells: two stand in one place of {role}"
        wanted = {(numbers[k], r, c) for k, r, c in np.ndindex(*shape)}
        assert set(found) == wanted, f"cells: {role} is not {'×'.join(map(str, shape))}"
        return found

    def input_cells(self, look) -> dict[tuple, Piece]:
        """The padded input: real cells solid, padding frosted; each in front says its own number, but where cells of
        other channels are seen through padding, which says it under the window alone."""
        shape = (len(self.stood), *self.padded)
        cells = self.lattice(look, self.input_role, shape, numbers=self.stood)
        numbered, caps, taps = any(p.text for p in cells.values()), self.caps(look, cells), self.under_window(look)
        for key, cell in cells.items():
            wanted = "solid" if self.real(key) else "glass"
            assert cell.kind.what == wanted, f"cells: input {key} is {cell.kind.what}, not {wanted}"
            out = key in self.unread and look.clock >= -LANDED
            said = spelled(self.read(key)) if numbered and key[0] == 0 and not out else None
            if key in caps:  # its number is on its cap, and the cap is of its colour
                assert cell.text is None and caps[key].color == cell.color, f"window: input {key} is not as its cap"
            if said and wanted == "glass" and len(self.inputs) > 1 and self.apart == (1, 1) and key not in taps:
                if self.sees(cells, cell, 0.06):
                    said = None
                elif self.sees(cells, cell, -0.06):
                    continue  # hardly: either will do
            text = caps.get(key, cell).text
            assert text == said, f"number: input {key} says {text}, not {said}"
        return cells

    def caps(self, look, cells) -> dict[tuple, Piece]:
        """The caps with which cells stand out, by the cells that they are on."""
        if "input.caps" not in self.stage.built.objects:
            return {}
        own = look.pieces("input.caps")
        on = {k: p for k, c in cells.items() for p in own
              if np.abs((p.place - c.place)[[0, 2]]).max() < NEAR * c.long[0]}  # fmt: skip
        assert len(on) == len(own), f"window: {len(own)} caps are on {len(on)} cells at {look.second:.3f} s"
        return on

    def under_window(self, look) -> dict:
        """What the window reads that has landed."""
        i = int(np.floor(look.clock - self.base + LANDED))
        if not 0 <= i < len(self.order) or look.clock >= self.base + len(self.order) - 0.5:
            return {}
        return self.seen(self.tapped(self.cells[self.order[i]]))

    def sees(self, cells, glass: Piece, inset: float) -> bool:
        """Whether a line of sight through a text on the front of glass leads to a real cell, of which `inset` (of its
        length) is left out all around."""
        sight = -np.array(self.stage.built.camera.matrix_world)[:3, 2]
        boxes = [p.box + np.outer((1, -1), inset * p.long) for k, p in cells.items() if self.real(k)]
        low, high = np.array([b[0] for b in boxes]), np.array([b[1] for b in boxes])
        front = np.append(glass.place[:1], (glass.box[0][1], glass.place[2]))
        for across, up in product((-0.2, 0.0, 0.2), (-0.3, 0.0, 0.3)):
            start = front + glass.long * (across, 0.0, up)
            ends = np.stack([(low - start) / sight, (high - start) / sight])
            if (ends.min(axis=0).max(axis=1) < ends.max(axis=0).min(axis=1)).any():
                return True
        return False

    def window(self, look, cell) -> None:
        """The tube is around the taps, through every channel that is read; they are lit and no others."""
        cells, taps, moment = self.input_cells(look), self.seen(self.tapped(cell)), f"at {look.second:.3f} s"
        first, last = np.min(list(taps), axis=0), np.max(list(taps), axis=0)
        hull = {k: c for k, c in cells.items() if ((first <= k) & (k <= last)).all()}
        box = look.box(self.window_role)
        assert box is not None, f"window: none on the input {moment}"
        # in the input's own cells, of which each is 1
        at = np.array([c.local for c in hull.values()])
        half = np.array([0.5, 0.485, 0.5])
        low, high = at.min(axis=0) - half, at.max(axis=0) + half
        if len(self.inputs) == 1:  # of a single channel it is a ring on the front faces: on the highest, if some are
            near = {k: c for k, c in cells.items() if ((first - (0, 1, 0) <= k) & (k <= last + (0, 0, 1))).all()}
            low[1] = high[1] = min(self.front(look, c) for c in near.values())
            if max(self.trace.dilation) == 1:  # and around what stands out of them
                out = [(p.box[0][1] - cells[k].box[0][1]) / cells[k].long[0]
                       for k, p in self.caps(look, cells).items()]  # fmt: skip
                low[1] += min(out, default=0.0)
        slack = box - [low, high]
        inside = {k for k, c in cells.items() if ((box[0] < c.local) & (c.local < box[1]))[[0, 2]].all()}
        inside = {k for k in inside if first[0] <= k[0] <= last[0]}
        assert inside == set(hull), f"window: covers {len(inside)} cells, the taps span {len(hull)} {moment}"
        assert (slack[0] <= 0).all() and (slack[1] >= 0).all(), f"window: it is not around its cells, by {slack}"
        tight = TIGHT if self.kind != "sweep" else 0.3
        assert np.abs(slack).max() < tight, f"window: it stands off its cells by {slack}"
        self.ringed(look, cells, taps)
        for key, own in cells.items():
            if not self.real(key):
                continue
            lit = own.color == self.full[key]
            assert lit == (key in taps), f"lit: input {key} is {'' if lit else 'not '}lit {moment}"
            assert lit or sum(own.color) < sum(self.full[key]), f"lit: input {key} is brighter outside the window"
        self.out_of_the_light(cells)

    def ringed(self, look, cells, taps) -> None:
        """What a window reads stands out; a dilated one has a ring on each of its taps, and on no cell between."""
        self.passed_over(look, taps)
        dilated = max(self.trace.dilation) > 1
        if "input.taps" in self.stage.built.objects:
            rings = look.pieces("input.taps")
            on = {k for k, c in cells.items() for p in rings
                  if np.abs((p.place - c.place)[[0, 2]]).max() < 0.1 * c.long[0]}  # fmt: skip
            assert len(rings) == len(taps) and on == set(taps), f"window: rings are on {on}, not on {sorted(taps)}"
        else:
            assert self.kind != "sliding" or not dilated, "window: its taps have no rings"
        if "input.caps" not in self.stage.built.objects:
            flat = self.kind != "sliding" or len(self.trace.kernel_size) == 1
            assert flat, "window: nothing stands out"
            return
        caps = self.caps(look, cells)
        assert set(caps) == set(taps), f"window: {sorted(caps)} stand out, not {sorted(taps)}"
        near = {round(float(c.place[1] - p.place[1] + (p.long[1] - c.long[1]) / 2) / c.long[0], 2)
                for k, p in caps.items() for c in [cells[k]]}  # fmt: skip
        assert all(0.15 < out < 0.3 for out in near), f"window: its cells stand out by {near} of a cell"

    def passed_over(self, look, taps) -> None:
        """Beside a window are pale rings around what is seen of the places that the stride has passed over: at its
        left, or above the first of a row; before the first window there are none."""
        rows, columns = planes(self.trace.output).shape[1:]
        down, across = (1, *self.trace.stride)[-2:]
        if self.kind != "sliding" or not ((across > 1 and columns > 1) or (down > 1 and rows > 1)):
            return
        (_, top, left), (_, bottom, right) = np.min(list(taps), axis=0), np.max(list(taps), axis=0)
        wide, high = right - left + 1, bottom - top + 1
        if left:
            wanted = {(left - 0.5 - k / 2, (top + bottom) / 2, k, high) for k in range(1, across)}
        else:
            wanted = {((left + right) / 2, top - 0.5 - k / 2, wide, k) for k in range(1, down) if top}
        unit = np.linalg.norm(look.matrix("input.skipped")[:3, 0])
        seen = {(float(p.local[0]), float(-p.local[2]), *(round(float(v) / unit) for v in p.long[[0, 2]]))
                for p in look.pieces("input.skipped")}  # fmt: skip
        assert len(seen) == len(wanted), f"window: {len(seen)} places that it passed are marked, not {len(wanted)}"
        assert not wanted or np.allclose(sorted(seen), sorted(wanted), atol=0.06), f"window: it has not passed {seen}"

    def out_of_the_light(self, cells) -> None:
        """What no window reads is darker than what is outside the window alone, and nothing else is."""
        share = {key: sum(own.color) / sum(self.full[key]) for key, own in cells.items() if self.real(key)}
        for key, part in share.items():
            dark = part < 0.69
            assert dark == (key in self.unread), f"lit: input {key} is {'' if dark else 'not '}out of the light"

    def front(self, look, piece) -> float:
        """How far a piece reaches towards the viewer, in its volume's cells."""
        unit = np.linalg.norm(look.matrix(self.input_role)[:3, 1])
        return float(piece.local[1] - piece.long[1] / unit / 2)

    def on_cards(self, numbers) -> list[str | None]:
        """What the cards of so many slices, filters or channels say: nothing where labels are off."""
        look = self.stage.asked.look
        return [str(n + look.index_from) if look.labels else None for n in numbers]

    # filter ----------------------------------------------------------------------------------------------------------

    def filter_role(self, n: int) -> str:
        return "kernel" if self.kind != "volume" else f"filter.{n}"

    def filter_cells(self, look, n: int) -> dict[tuple, Piece]:
        """A filter's weights as a block: in front each says its own number, where numbers are shown."""
        role, weights = self.filter_role(n), self.weights[n]
        own = self.lattice(look, role, (len(self.inner), *weights.shape[1:]), "solid", numbers=self.inner)
        numbered = any(p.text for p in own.values())
        for key, piece in own.items():
            said = spelled(weights[key]) if numbered and key[0] == 0 else None
            assert piece.text == said, f"filter: {role} {key} says {piece.text}, not {said}"
            self.one_fill("weight", weights[key], piece.color)
        return own

    def filter_at_work(self, look, n: int) -> None:
        """The step's filter, and no other, is in the tube, its numbers in front and its card on top."""
        own = self.filter_cells(look, n)
        numbered = any(p.text for p in own.values())
        assert numbered or not self.stage.asked.look.numbers, "filter: its numbers are missing"
        if self.kind == "volume":
            tubes = look.pieces("filter.tube")
            assert len(tubes) == 1, f"filter: {len(tubes)} tubes at {look.second:.3f} s"
            tube = tubes[0].box
        else:
            tube = look.box(f"{self.filter_role(n)}.window")
            assert tube is not None, f"filter: no tube at {look.second:.3f} s"
            world = look.matrix(self.filter_role(n))
            tube = tube @ world[:3, :3].T + world[:3, 3]
        edge = own[0, 0, 0].long.max()
        low = np.min([p.box[0] for p in own.values()], axis=0)
        high = np.max([p.box[1] for p in own.values()], axis=0)
        slack = (tube - [low, high]) / edge
        within = (slack[0] <= 0.01).all() and (slack[1] >= -0.01).all()
        assert within, f"filter: filter {n} is not in the tube, by {slack}"
        assert np.abs(slack).max() < TIGHT, f"filter: its tube stands off by {slack}"
        if self.kind != "volume" or self.filters == 1:
            return
        for m in self.standing:
            role = self.filter_role(m)
            said = look.cards(role)
            # one that waits is too small for its card to be read: its number stands below it
            assert said == (self.on_cards([m]) if m == n else [None]), f"filter: the cards of {role} say {said}"
            if m != n:
                cells = look.cells(role)
                inside = [p for p in cells if ((tube[0] < p.place) & (p.place < tube[1])).all()]
                assert not inside, f"filter: filter {m} is in the tube at {look.second:.3f} s, with filter {n}"
                assert not any(p.text for p in cells), f"filter: filter {m} shows its numbers"

    # output ----------------------------------------------------------------------------------------------------------

    def output_role(self, n: int) -> str:
        return "output" if not self.stacked or self.filters == 1 else f"output.{n}"

    def output(self, look, i: int) -> Piece:
        """Born so far and no others, with their numbers; the mark on the last; slices filed in order. Returns it."""
        n, (row, column) = i // self.section, divmod(i % self.section, self.columns)
        shape = (1, self.rows, self.columns)
        for m in self.standing:
            role, done = self.output_role(m), i + 1 - m * self.section
            if done <= 0:
                assert not look.cells(role), f"born: {role} is there before its time, at {look.second:.3f} s"
                continue
            cells = self.lattice(look, role, shape, apart=self.in_rows)
            numbered = any(p.text for p in cells.values())
            assert m < n or numbered == self.numbered, f"number: {role} at {look.second:.3f} s"
            for (_, r, c), piece in cells.items():
                own = r * self.columns + c
                value = self.cells[self.order[m * self.section + own]].value
                wanted = "solid" if own < done else "glass"
                assert piece.kind.what == wanted, f"born: {role} {r, c} is {piece.kind.what} at {look.second:.3f} s"
                said = spelled(value) if own < done and numbered else None
                assert piece.text == said, f"number: {role} {r, c} says {piece.text}, not {said}"
                if own < done:
                    self.one_fill(self.sum_sort(m), value, piece.color)
            self.carded(look, role, m)
        last = self.lattice(look, self.output_role(n), shape, apart=self.in_rows)[0, row, column]
        self.filed(look, n)
        self.left_out(look)
        self.marker(look, last)
        return last

    def sum_sort(self, m: int) -> str:
        """What the colour of a result in slice m depends on besides its value."""
        return "sum"

    @property
    def numbered(self) -> bool:
        """Whether the output's cells are large enough for numbers."""
        return self.kind != "sweep" and self.stage.asked.look.numbers

    def carded(self, look, role: str, m: int) -> None:
        if self.filters > 1:
            said = look.cards(role)
            assert said == self.on_cards([m]), f"slice: the cards of {role} say {said}"

    def marker(self, look, last: Piece, role: str = "output") -> None:
        """One tube, around the cell that is being made."""
        if self.stacked:
            tubes = look.pieces("output.marker")
            assert len(tubes) == 1, f"marker: {len(tubes)} at {look.second:.3f} s"
            tube = tubes[0].box
        else:
            own, world = look.box(f"{role}.marker"), look.matrix(role)
            assert own is not None, f"marker: none at {look.second:.3f} s"
            tube = own @ world[:3, :3].T + world[:3, 3]
        edge = last.long[[0, 2]].max()
        off = (tube.mean(axis=0) - last.place) / edge
        assert np.abs(off[[0, 2]]).max() < NEAR, f"marker: it is {off} cells off at {look.second:.3f} s"
        around = (tube[0] <= last.box[0]).all() and (tube[1] >= last.box[1])[[0, 2]].all()
        # before a relief it stands clear of cells that are sunk
        touches = tube[1][1] > last.box[0][1] or self.kind == "sweep"
        assert around and touches, "marker: it is not around its cell's face"
        wide = (tube[1] - tube[0]) / edge
        assert wide[[0, 2]].max() < (1 + 2 * TIGHT if self.kind != "sweep" else 2.5), f"marker: it is {wide} cells wide"

    def depths(self, look) -> dict[int, float]:
        """How far behind the place where slices are written each one that is there stands, in cells."""
        found, start = {}, None
        for m in self.standing:
            cells = look.cells(self.output_role(m))
            if cells:
                # a relief's cells are as deep as their values, so its back is where they begin
                back = cells[0].long[1] / 2 if self.kind == "sweep" else 0.0
                found[m] = float(cells[0].place[1] + back) / float(cells[0].long[0]) * 0.97
                beside = (cells[0].place[[0, 2]] / cells[0].long[0]).round(2).tolist()
                start = start or beside
                assert beside == start, f"slice: {self.output_role(m)} stands beside the others"
        return found

    def between(self, look) -> None:
        """At any time: a cell is there from its step on and says its own number or none; the bench has one step at
        most; newer slices stand in front of older ones, and only a full one leaves the front."""
        clock, moment = look.clock, f"at {look.second:.3f} s"
        steps = {p.step for p in look.all("bench")} - {-1}
        assert steps <= {round(clock)}, f"bench: steps {sorted(steps)} are there while the clock is at {clock:.3f}"
        depths = self.depths(look)
        behind = list(depths.values())[::-1]
        assert (np.diff(behind) > 1.0).all(), f"slice: they pass through each other {moment}: {behind}"
        for m, deep in depths.items():
            whole = True
            for (_, r, c), piece in self.lattice(look, self.output_role(m), (1, self.rows, self.columns),
                                                     apart=self.in_rows).items():  # fmt: skip
                own = m * self.section + r * self.columns + c
                there = piece.kind.what == "solid"
                assert there == (np.float32(own) <= np.float32(clock)), f"born: output {m, r, c} {moment}"
                value = spelled(self.cells[self.order[own]].value)
                says = piece.text is None or (there and piece.text == value)
                assert says, f"number: output {m, r, c} says {piece.text} {moment}"
                whole &= there
            assert whole or abs(deep - self.front_at) < NEAR, f"slice: {m} is filed early, {moment}"
        if self.stacked:  # a mark is around a cell
            for tube in look.pieces("output.marker"):
                cells = [p for m in depths for p in look.cells(self.output_role(m))]
                # where the front of a whole one is: some stand back
                fronts = [p.place + (0, p.long[1] / 2 - p.long[0], 0) for p in cells]
                off = min(np.abs(front - tube.place).max() / cells[0].long[0] for front in fronts)
                assert off < 0.2, f"marker: it is around nothing {moment}"


def prove(stage, steps) -> SolidProof:
    """All proofs at some steps' own times."""
    proof = SolidProof(stage)
    for i in steps:
        proof.step(i)
    return proof
