# SPDX-License-Identifier: GPL-3.0-or-later
"""The prover of figures that sweep over many small cells and work each one out in a close-up.

At every step's own time, which need not fall on a frame: the window covers the taps and only they are lit, exactly the
cells up to the step's are born, the mark stands on the last, and the close-up spells what the window reads, the
weights, the products and the sum. Where a step is explained its sum stands below.
"""

import re

import numpy as np

from .glance import Glance, Parts
from .proof import Proof
from .reading import TIMES, spelled
from .seeing import spells


class SweepProof(Proof):
    """The proofs of one staged figure; `step(i)` makes them for one step."""

    def __init__(self, stage):
        super().__init__(stage)
        self.known: dict = {}
        self._spelled: dict = {}
        self.count = len(self.trace)
        full = np.zeros((*self.padded, 3))
        for key, color in self.full[""].items():
            full[key] = color
        self.full_colors = full
        rows, columns = np.indices(self.padded)
        real = [self.real((r, c)) for r, c in zip(rows.ravel(), columns.ravel(), strict=True)]
        self.is_real = np.array(real).reshape(self.padded)
        self.kernel_shape = self.weights[0].shape
        self.color_of_value: dict = {}

    def step(self, i: int) -> Glance:
        """Everything, at step i's own time."""
        info, step = self.stage.plan.steps[i], self.trace[i]
        assert info.index == step.output_index and info.value == step.value, f"steps: {i} is not the trace's"
        glance = Glance(self.stage, info.second, self.known)
        self.covered(glance, i, step)
        self.made(glance, i)
        self.close_up(glance, i, step)
        if info.explained:
            self.explained(i, step)
        return glance

    def explained(self, i: int, step) -> None:
        """The sum below, on a frame of the film."""
        frame = self.frame(self.stage.frame(i))
        lines = self.sum_lines(frame)
        assert len(lines) == 1, f"sum: {lines} at step {i}"
        if TIMES in lines[0]:
            self.sum(frame, step)
        else:
            assert re.search(rf"[=\u2248] {re.escape(spelled(step.value))}$", lines[0]), f"sum: {lines} at step {i}"
        cell = [int(n) for n in re.findall(r"\d+", lines[0].partition("=")[0])]
        base = self.stage.asked.look.index_from
        assert cell == [v + base for v in step.output_index[1:]], f"sum: {lines} names the wrong cell"
        self.upright(frame)

    # planes -----------------------------------------------------------------------------------------------------

    def lattice(self, glance, role: str, shape) -> tuple[Parts, np.ndarray]:
        """The cells of a volume, and where in its plane each is: a full lattice, upright and of full size, or as it
        grows; shape (rows, columns) of places in the list."""
        cells = glance.cells(role)
        assert len(cells.kinds) == shape[0] * shape[1], f"cells: {role} shows {len(cells.kinds)} at {glance.number}"
        first = np.array([cells.places[:, 0].min(), cells.places[:, 2].max()])
        grid = np.column_stack([first[1] - cells.places[:, 2], cells.places[:, 0] - first[0]])
        assert np.ptp(cells.places[:, 1]) < 1e-3, f"cells: {role} does not stand in one plane"
        whole = grid.round().astype(int)
        assert np.abs(grid - whole).max() < 1e-3, f"cells: {role} is no lattice"
        at = np.full(shape, -1)
        inside = (whole < shape).all(axis=1)
        assert inside.all(), f"cells: {role} is not {shape[0]}×{shape[1]}"
        at[whole[:, 0], whole[:, 1]] = np.arange(len(whole))
        assert (at >= 0).all(), f"cells: {role} is not {shape[0]}×{shape[1]}"
        return cells, at

    def colors(self, cells, at) -> np.ndarray:
        return np.array([k.color for k in cells.kinds])[at]

    def covered(self, glance, i: int, step) -> None:
        """The frame spans the taps; they are lit, all others fade back; padding looks like padding."""
        cells, at = self.lattice(glance, "input", self.padded)
        assert np.abs(cells.turns - np.eye(3)).max() < 5e-3, "cells: input is not full size"
        wide = np.array([np.ptp(k.shape.vertices[:, 0]) for k in cells.kinds])[at]
        assert ((wide > 0.9) == self.is_real).all(), f"cells: padding and input look alike at step {i}"
        taps = np.zeros(self.padded, bool)
        for r, c in self.taps(step, 0):
            taps[r, c] = True
        box = glance.box("input.window")
        assert box is not None, f"window: none at step {i}"
        places = cells.places[at]
        inside = ((box[0] < places) & (places < box[1])).all(axis=2)
        rows, columns = np.nonzero(taps)
        hull = np.zeros(self.padded, bool)
        hull[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] = True
        assert (inside == hull).all(), f"window: covers {np.argwhere(inside).tolist()} at step {i}"
        edges = np.array([places[hull].min(axis=0) - 0.5, places[hull].max(axis=0) + 0.5])
        middle = np.abs(box.mean(axis=0) - edges.mean(axis=0)).max()
        around = (np.ptp(box, axis=0) - np.ptp(edges, axis=0)) / 2  # its bars are wide where cells are small
        close = middle < 0.02 and (around > -0.02).all() and (around < 0.45).all()
        assert close, f"window: stands off its cells by {box - edges} at step {i}"
        now = self.colors(cells, at)
        lit = (np.abs(now - self.full_colors) < 1e-6).all(axis=2)
        read = np.ones(self.padded, bool)
        for key in self.unread[0]:
            read[key] = False
        assert (lit == taps)[read].all(), f"lit: {np.argwhere((lit != taps) & read)[:4].tolist()} at step {i}"
        ground = np.array(self.stage.plan.background)
        nearer = np.linalg.norm(now - ground, axis=2) < np.linalg.norm(self.full_colors - ground, axis=2)
        assert (nearer | taps)[read].all(), f"lit: a cell stands out instead of fading back at step {i}"

    def made(self, glance, i: int) -> None:
        """Cells 0..i are born, in the colours of their values; the others are wire; the mark stands on cell i."""
        shape = self.outputs.shape[1:]
        cells, at = self.lattice(glance, "output", shape)
        solid = np.array([k.shape.solid for k in cells.kinds])[at].ravel()
        wrong = np.flatnonzero(solid != (np.arange(self.count) <= i))
        assert not len(wrong), f"born: output {wrong[:4].tolist()} {'is' if solid[wrong[0]] else 'is not'} there at {i}"
        assert np.abs(cells.turns[at.ravel()[: i + 1]] - np.eye(3)).max() < 5e-3, f"born: a cell is small at step {i}"
        colors = self.colors(cells, at).reshape(-1, 3)
        for k in range(i + 1) if i + 1 == self.count else (i,):
            value = float(self.outputs.ravel()[k])
            known = self.color_of_value.setdefault(value, tuple(colors[k]))
            assert known == tuple(colors[k]), f"color: {value} has two colours at step {i}"
        box = glance.box("output.marker")
        assert box is not None, f"marker: none at step {i}"
        off = (box.sum(axis=0) / 2 - cells.places[at.ravel()[i]])[[0, 2]]
        assert np.abs(off).max() < 1e-2, f"marker: stands {off} off at step {i}"
        self.numbers(glance, "output", [spelled(v) for v in self.outputs.ravel()[: i + 1]], at, cells, strict=False)

    def ordered(self) -> None:
        """The colours seen so far: deeper the further from 0, and the two signs tell apart."""
        ground = np.array([1.0, 1.0, 1.0])
        deep = {v: float(np.linalg.norm(ground - c)) for v, c in self.color_of_value.items()}
        for sign in (1, -1):
            line = [deep[v] for v in sorted(deep, key=abs) if v * sign >= 0]
            assert line == sorted(line), f"color: larger numbers are paler: {line}"
        low, high = min(deep), max(deep)
        if low < 0 < high:
            apart = np.linalg.norm(np.subtract(self.color_of_value[low], self.color_of_value[high]))
            assert apart > 0.15, "color: the signs look alike"

    # close-up ---------------------------------------------------------------------------------------------------

    def close_up(self, glance, i: int, step) -> None:
        """What the window reads, the weights, what they come to, and their sum, each spelled in its cell."""
        kernel = self.weights[0]
        cells, at = self.lattice(glance, "kernel", kernel.shape)
        self.numbers(glance, "kernel", [spelled(v) for v in kernel.ravel()], at, cells)
        order = np.lexsort(step.kernel_index.T[::-1])
        for role, values in (("inset.values", step.values), ("inset.products", step.products)):
            cells, at = self.lattice(glance, role, self.kernel_shape)
            assert all(k.shape.solid for k in cells.kinds), f"inset: {role} has an empty place at step {i}"
            self.numbers(glance, role, [spelled(v) for v in np.asarray(values)[order]], at, cells)
            if role == "inset.values":
                self.looks_as_read(cells, at, step, order, i)
        cells, at = self.lattice(glance, "inset.result", (1, 1))
        assert cells.kinds[0].shape.solid, f"inset: no sum at step {i}"
        assert np.abs(cells.turns - np.eye(3)).max() < 5e-3, f"inset: the sum is small at step {i}"
        self.numbers(glance, "inset.result", [spelled(step.value)], at, cells)
        wanted = self.color_of_value[float(step.value)]
        assert tuple(cells.kinds[0].color) == wanted, f"inset: the sum has not its output cell's colour at step {i}"

    def looks_as_read(self, cells, at, step, order, i: int) -> None:
        """The close-up's cells have the colours of the cells they show; padding looks like padding."""
        for place, t in zip(at.ravel(), np.arange(len(step.taps))[order], strict=True):
            spot = np.array([0, *step.positions[t][1:]])[-2:] + self.before
            kind = cells.kinds[place]
            padding = np.ptp(kind.shape.vertices[:, 0]) < 0.9
            assert padding != step.real[t], f"inset: input and padding look alike at step {i}"
            close = np.abs(np.array(kind.color) - self.full_colors[tuple(spot)]).max() < 1e-6
            assert close, f"inset: {spot} has another colour at step {i}"

    def numbers(self, glance, role: str, wanted, at, cells, strict: bool = True) -> None:
        """The texts of a volume, in scan order: each on the front of its cell. Not `strict`: there may be none."""
        labels = glance.labels(role)
        if not labels.kinds and (not strict or not self.stage.asked.look.numbers):
            return
        assert len(labels.kinds) == len(wanted), f"number: {role} has {len(labels.kinds)} at {glance.number}"
        places = cells.places[at.ravel()[: len(wanted)]]
        gap = np.abs(labels.places[:, None, [0, 2]] - places[None][:, :, [0, 2]]).max(axis=2)
        nearest = gap.argmin(axis=1)
        assert gap.min(axis=1).max() < 1e-3 and len(set(nearest)) == len(wanted), f"number: {role} has one off its cell"
        turned = labels.turns - np.einsum("nij,ij->nij", labels.turns, np.eye(3))
        assert np.abs(turned).max() < 1e-6, f"screen: a text of {role} is turned"
        assert (np.einsum("nii->ni", labels.turns) > 0).all(), f"screen: a text of {role} is mirrored"
        assert (labels.places[:, 1] < -0.4).all(), f"number: {role} has one that is not on the front"
        for kind, k in zip(labels.kinds, nearest, strict=True):
            key = (id(kind.shape), wanted[k])
            if key not in self._spelled:
                self._spelled[key] = spells(kind.shape, wanted[k])
            said = f"number: {role} {k} does not spell {wanted[k]!r} at {glance.number} (it claims {kind.text!r})"
            assert self._spelled[key], said


def prove_sweep(stage, steps=None) -> SweepProof:
    """All proofs at every step's own time, or at some steps'."""
    proof = SweepProof(stage)
    for i in range(proof.count) if steps is None else steps:
        proof.step(i)
    proof.ordered()
    return proof
