# SPDX-License-Identifier: GPL-3.0-or-later
"""The prover: at a step's own time the evaluated scene shows what the engine computed, and nothing else.

Expectations come from `addon.engine`'s trace and the scene file alone; what is shown from `seeing.Frame`.
Every failure is an AssertionError that begins with what is wrong: cells, window, lit, born, number, sum,
screen, marker.
"""

import re
from itertools import pairwise

import numpy as np

from .reading import parse, rows, spelled
from .seeing import Frame, Seen, Stage, spells


def planes(array: np.ndarray) -> np.ndarray:
    """(channels, *spatial) with one or two axes as (channels, rows, columns)."""
    return array[:, None, :] if array.ndim == 2 else array


def full_size(cell: Seen) -> bool:
    return bool(np.abs(cell.matrix[:3, :3] - np.eye(3)).max() < 5e-3)


def cells_of(frame: Frame, role: str, shape, apart=(1, 1)) -> dict[tuple[int, int], Seen]:
    """The cells of a volume by row and column: a full lattice of that shape, `apart` (rows, columns) cells apart."""
    cells = frame.cells(role)
    assert cells, f"cells: {role} shows none at frame {frame.number}"
    places = np.array([c.local for c in cells])
    assert np.ptp(places[:, 1]) < 1e-3, f"cells: {role} does not stand in one plane"
    first = np.array([places[:, 0].min(), places[:, 2].max()])
    grid = np.column_stack([first[1] - places[:, 2], places[:, 0] - first[0]]) / apart
    assert np.abs(grid - grid.round()).max() < 1e-3, f"cells: {role} is no lattice"
    found = {(int(r), int(c)): cell for (r, c), cell in zip(grid.round(), cells, strict=True)}
    wanted = {(r, c) for r in range(shape[0]) for c in range(shape[1])}
    assert len(found) == len(cells) and set(found) == wanted, f"cells: {role} is not {shape[0]}×{shape[1]}"
    return found


def covers(frame: Frame, badge: Seen, label: Seen) -> bool:
    """Whether the camera sees some of a chip in the rectangle of a text; both are upright and parallel."""
    axes = np.column_stack([frame.pixels(v) - frame.pixels((0, 0, 0)) for v in ((1, 0, 0), (0, 0, 1))])
    (a, b), (c, d) = ((flat.min(axis=0), flat.max(axis=0)) for flat in
                      (np.linalg.solve(axes, frame.pixels(seen.points).T).T for seen in (badge, label)))  # fmt: skip
    return bool((a < d).all() and (c < b).all())


def label_of(frame: Frame, role: str, cells, apart=(1, 1)) -> dict[tuple[int, int], Seen]:
    """The text on each cell: at most one, on its front face, in its middle or below a weight's chip, and within it."""
    found, chips = {}, frame.cells("weights") if role == "input" else []
    first = cells[0, 0].local
    for label in frame.labels(role):
        right, _, up = (label.local - first) / (apart[1], 1, apart[0])
        key = (round(-up), round(right))
        own = [c for c in chips if key in cells and np.abs(c.place - cells[key].place)[[0, 2]].max() < 0.5]
        covered = any(covers(frame, badge, label) for badge in own)
        assert not covered, f"number: covered by a chip on {role} {key}"
        low, high = (-0.3, 0.0) if own else (-1e-3, 1e-3)
        stands = key in cells and low <= right - key[1] <= high and low <= up + key[0] <= high
        assert stands, f"number: a text of {role} stands on no cell at frame {frame.number}"
        assert key not in found, f"number: two texts on {role} {key} at frame {frame.number}"
        (low, high), (left, right) = cells[key].box, label.box
        front = low[1] - 0.2 < left[1] <= right[1] < low[1]
        assert front, f"number: on {role} {key} it is not on the front face"
        within = (low <= left)[::2].all() and (right <= high)[::2].all()
        assert within, f"number: on {role} {key} it is wider than its cell"
        found[key] = label
    return found


class Proof:
    """The proofs of one staged figure; `step(i)` makes them for one step."""

    def __init__(self, stage: Stage):
        self.stage, self.trace = stage, stage.trace
        self.shapes: dict = {}
        words, channels = stage.asked.words, self.trace.input.shape[0]
        first = stage.asked.look.index_from
        named = words.channels if channels == len(words.channels) else [f"{words.channel} {n + first}"
                                                                        for n in range(channels)]  # fmt: skip
        self.names = [""] if channels == 1 else [f".{name}" for name in named]
        pads = [tuple(p) for p in self.trace.padding]
        self.before = np.array([0, *(p[0] for p in pads)][-2:])
        self.inputs, self.weights = planes(self.trace.input), planes(self.trace.weight[0])
        self.outputs = planes(self.trace.output)
        (top, bottom), (left, right) = [(0, 0), *pads][-2:]
        rows_, columns = self.inputs.shape[1:]
        self.padded = (rows_ + top + bottom, columns + left + right)
        # of one channel the kernel itself stands opened, its taps as far apart as they are in the window
        self.apart = (1, *self.trace.dilation)[-2:] if channels == 1 else (1, 1)
        self.unread = self.never_read()
        self.opening = self.frame(self.opening_frame())
        self.full = {}
        for name in self.names:
            cells = cells_of(self.opening, f"input{name}", self.padded)
            self.full[name] = {key: cell.color for key, cell in cells.items()}

    def frame(self, number: int) -> Frame:
        return Frame(self.stage.scene, number, self.shapes)

    def clock(self, frame: int) -> float:
        """The controller's F-curve at a frame."""
        controller = self.stage.built.controller
        action = controller.animation_data.action
        return action.fcurve_ensure_for_datablock(controller, '["step"]', index=0).evaluate(frame)

    def opening_frame(self) -> int:
        """The last frame before the window is there."""
        return max(f for f in range(1, self.stage.frame(0)) if self.clock(f) < -0.501)

    def taps(self, step, channel: int) -> set[tuple[int, int]]:
        """The cells of the padded plane that a step reads in one channel."""
        own = step.positions[step.positions[:, 0] == channel][:, 1:]
        own = np.column_stack([np.zeros(len(own), int), own]) if own.shape[1] == 1 else own
        return {(int(r), int(c)) for r, c in own + self.before}

    def never_read(self) -> list[set]:
        """Per channel the real cells of the padded plane that no step reads."""
        found = []
        for channel in range(len(self.names)):
            read = set().union(*(self.taps(step, channel) for step in self.trace))
            found.append({(r, c) for r in range(self.padded[0]) for c in range(self.padded[1])
                          if self.real((r, c)) and (r, c) not in read})  # fmt: skip
        return found

    def real(self, cell) -> bool:
        at = np.array(cell) - self.before
        return bool((at >= 0).all() and (at < self.inputs.shape[1:]).all())

    def step(self, i: int) -> Frame:
        """Everything, at step i's own time."""
        frame, step = self.frame(self.stage.frame(i)), self.trace[i]
        for channel, name in enumerate(self.names):
            cells = cells_of(frame, f"input{name}", self.padded)
            self.ghosts(frame, name, cells)
            self.window(frame, name, cells, self.taps(step, channel))
            self.input_numbers(frame, name, cells, channel)
            self.kernel_numbers(frame, name, channel)
        self.output(frame, i)
        self.sum(frame, step)
        self.upright(frame)
        return frame

    # input --------------------------------------------------------------------------------------------

    def ghosts(self, frame, name, cells) -> None:
        """Padding looks like padding: real cells are all of one shape and no ghost has it."""
        wide = {k: float(np.ptp(c.shape.vertices[:, 0])) for k, c in cells.items()}
        for key, cell in cells.items():
            assert cell.shape.solid, f"cells: input{name} {key} is not solid"
            assert full_size(cell), f"cells: input{name} {key} is not full size"
            if self.real(key):
                assert wide[key] > 0.9, f"cells: input{name} {key} is shown as padding"
            else:
                assert wide[key] < 0.9, f"cells: padding at input{name} {key} is shown as a real cell"

    def window(self, frame, name, cells, taps) -> None:
        """The frame covers the taps tightly and openly, through the whole depth; exactly the taps are lit."""
        seen = frame.own(f"input{name}.window")
        assert seen is not None, f"window: none on input{name} at frame {frame.number}"
        low, high = seen.box
        hull = {(r, c) for r in range(min(t[0] for t in taps), max(t[0] for t in taps) + 1)
                for c in range(min(t[1] for t in taps), max(t[1] for t in taps) + 1)}  # fmt: skip
        inside = {k for k, c in cells.items() if ((low < c.place) & (c.place < high)).all()}
        said = f"window: covers {sorted(inside)}, the taps span {sorted(hull)} (frame {frame.number})"
        assert inside == hull, said
        centres = np.array([cells[k].place for k in hull])
        for side, edge in ((low, centres.min(axis=0) - 0.5), (high, centres.max(axis=0) + 0.5)):
            assert np.abs(side - edge).max() < 0.15, f"window: stands off its cells by {side - edge}"
        assert not seen.shape.blocks((0, 1, 0)), "window: hides what it covers"
        ground = np.array(self.stage.plan.background)
        unread = self.unread[self.names.index(name)]
        for key, cell in cells.items():
            if key in unread:
                assert cell.color != self.full[name][key] and np.ptp(cell.color) < 0.09, f"left over: {key} is not grey"
                continue
            full, lit = self.full[name][key], cell.color == self.full[name][key]
            said = f"lit: input{name} {key} is {'' if lit else 'not '}lit (frame {frame.number})"
            assert lit == (key in taps), said
            nearer = np.linalg.norm(cell.color - ground) < np.linalg.norm(full - ground)
            assert lit or nearer, f"lit: input{name} {key} stands out instead of fading back"

    def input_numbers(self, frame, name, cells, channel) -> None:
        labels = label_of(frame, f"input{name}", cells)
        for key in cells:
            r, c = np.array(key) - self.before
            wanted = spelled(self.inputs[channel, r, c]) if self.real(key) else "0"
            self.spells(labels.get(key), wanted, f"input{name} {key}", frame)

    def kernel_numbers(self, frame, name, channel) -> None:
        cells = cells_of(frame, f"kernel{name}", self.weights[channel].shape, self.apart)
        labels = label_of(frame, f"kernel{name}", cells, self.apart)
        for key, cell in cells.items():
            assert cell.shape.solid, f"cells: kernel{name} {key} is not solid"
            self.spells(labels.get(key), spelled(self.weights[channel][key]), f"kernel{name} {key}", frame)
        self.in_order(frame, cells, f"kernel{name}")
        self.in_order(frame, cells_of(frame, f"input{name}", self.padded), f"input{name}")

    def spells(self, label, wanted: str, where: str, frame) -> None:
        assert label is not None, f"number: {where} has none at frame {frame.number}, not {wanted!r}"
        said = f"number: {where} does not spell {wanted!r} at frame {frame.number} (it claims {label.text!r})"
        assert spells(label.shape, wanted), said

    # output -------------------------------------------------------------------------------------------

    def output(self, frame, i: int) -> None:
        """Cells 0..i are born, with their numbers; the others are wire; the marker stands on cell i."""
        shape = self.outputs.shape[1:]
        cells = cells_of(frame, "output", shape)
        labels = label_of(frame, "output", cells)
        for k in range(shape[0] * shape[1]):
            key = divmod(k, shape[1])
            cell, visible_from = cells[key], k <= i
            said = f"born: output {key} is {'not ' if visible_from else ''}there at step {i} (frame {frame.number})"
            assert cell.shape.solid == visible_from, said
            assert full_size(cell), f"born: output {key} is not full size at step {i}"
            assert np.ptp(cell.shape.vertices[:, 0]) > 0.85, f"born: output {key} is small"
            if visible_from:
                self.spells(labels.get(key), spelled(self.outputs[0][key]), f"output {key}", frame)
            else:
                assert key not in labels, f"born: output {key} has its number at step {i}"
        self.in_order(frame, cells, "output")
        marker, place = frame.own("output.marker"), cells[divmod(i, shape[1])].place
        assert marker is not None, f"marker: none at step {i}"
        at = sum(marker.box) / 2
        assert np.abs(at - place)[[0, 2]].max() < 1e-3, f"marker: stands at {at}, not {place} at step {i}"

    # words --------------------------------------------------------------------------------------------

    def sum_lines(self, frame) -> list[str]:
        """The lines of the sum as they can be read."""
        tokens = [s for s in frame.seen if s.instanced and re.fullmatch(r"sum(\..*)?", s.role)]
        said = []
        for line in rows(frame, tokens):
            ends = [(p[:, 0].min(), p[:, 0].max()) for p in (frame.pixels(t.points) for t in line)]
            for (_, right), (left, _) in pairwise(ends):
                assert right < left, f"sum: tokens run into each other at frame {frame.number}"
            for token in line:
                claim = f"sum: a token claims {token.text!r} and spells something else (frame {frame.number})"
                assert spells(token.shape, token.text), claim
            said.append(" ".join(t.text for t in line))
        return said

    def sum(self, frame, step) -> None:
        """Operands are the step's taps times its weights, in order; parts, total and indices are right."""
        text = self.sum_lines(frame)
        assert text, f"sum: none at frame {frame.number}"
        lines, channels = self.joined(text), step.kernel_index[:, 0]
        said = [(p.left, p.right) for line in lines for p in line.products]
        order = np.argsort(channels, kind="stable")
        wanted = [(spelled(step.values[t]), spelled(step.weights[t])) for t in order]
        assert said == wanted, f"sum: {text} has not the products {wanted}"
        for line in lines:
            worked = [t.value for t in line.worked]
            made = [float(t.value) for t in line.terms]
            close = len(worked) == len(made) and np.abs(np.array(worked, float) - made).max() < 0.006 * 10
            assert not worked or close, f"sum: {text} says that {line.terms} come to {line.worked}"
        last, named = lines[-1], []
        if len(self.names) > 1:
            count = len(self.names) + 1
            assert len(lines) == count, f"sum: {text} has not a line per channel and one for the cell"
            for c, line in enumerate(lines[:-1]):
                share, word = spelled(step.products[channels == c].sum()), self.names[c][1:]
                assert (line.name, line.total) == (word, share), f"sum: {text} should give {word} {share}"
                named.append((word, share))
        else:
            assert len(lines) == 1, f"sum: {text} is more than one sum"
        if self.trace.bias is not None:
            named.append((self.stage.asked.words.bias, spelled(step.bias)))
        assert [(n.word, n.text) for n in last.named] == named, f"sum: {text} has not the parts {named}"
        assert last.total == spelled(step.value), f"sum: {text} should give {spelled(step.value)}"
        for line in lines:
            self.honest(line, step)
        base = self.stage.asked.look.index_from
        cell = [int(n) for n in re.findall(r"\d+", last.name)]
        assert cell == [v + base for v in step.output_index[1:]], f"sum: {text} names the wrong cell"

    def honest(self, line, step) -> None:
        """A result is "about" so much only where a number behind it was rounded to be printed."""
        numbers = np.concatenate([step.values, step.weights, step.products, [step.value, step.bias]]).astype(float)
        exact = np.abs(numbers - numbers.round(2)).max() < 1e-9
        assert line.exact or not exact, f"sum: {line} says that it is rounded, and is not"

    def joined(self, text: list[str]):
        """Lines as equations. Of one channel, products stand in a line and what they come to in the line below;
        where they take several pairs of lines, they are read on."""
        if len(self.names) > 1:
            return [parse(line) for line in text]
        if len(text) < 2 or not text[1].startswith(("=", "\u2248")):
            return [parse(" ".join(text))]  # what so many products come to is not written
        upper = [line for line in text[0::2] if not line.startswith(("=", "\u2248"))]
        lower = [line for line in text if line not in upper]
        return [parse(" ".join(upper + lower))]

    # screen -------------------------------------------------------------------------------------------

    def in_order(self, frame, cells, role: str) -> None:
        """On the screen row r + 1 lies below row r and column c + 1 right of column c."""
        at = {k: frame.pixels(c.place) for k, c in cells.items()}
        for (r, c), (x, y) in at.items():
            if (r + 1, c) in at:
                assert at[r + 1, c][1] < y - 1, f"screen: row {r + 1} of {role} is not below row {r}"
            if (r, c + 1) in at:
                assert at[r, c + 1][0] > x + 1, f"screen: column {c + 1} of {role} is not right of column {c}"

    def upright(self, frame) -> None:
        """Every text reads from left to right, upright, and faces the camera."""
        for label in frame.seen:
            if label.instanced and label.shape.flat:
                claim = f"screen: {label.text!r} on {label.role} is mirrored or turned (frame {frame.number})"
                assert frame.reads_upright(label), claim
