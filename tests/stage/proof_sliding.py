# SPDX-License-Identifier: GPL-3.0-or-later
"""What else a window that slides over one plane has to show: padding it meets, positions and cells it passes over,
cells that are left over, and the kernel's weights where they meet the input.

As everywhere here, what is expected comes from the trace and the scene file, what is shown from the evaluated scene.
"""

import numpy as np

from .proof import Proof
from .reading import spelled
from .seeing import Frame


def corner(taps) -> tuple[int, int]:
    return min(r for r, _ in taps), min(c for _, c in taps)


def hull(taps) -> set[tuple[int, int]]:
    """All cells that the taps span."""
    rows, columns = [r for r, _ in taps], [c for _, c in taps]
    return {(r, c) for r in range(min(rows), max(rows) + 1) for c in range(min(columns), max(columns) + 1)}


class Sliding(Proof):
    """The proofs of a figure with one plane and one kernel."""

    def step(self, i: int) -> Frame:
        frame = super().step(i)
        self.meets(frame, i)
        self.skipped_positions(frame, i)
        self.holes(frame, i)
        self.weights_met(frame, i)
        return frame

    def texts(self, frame, role: str) -> list[str]:
        """What the texts of a role say at a frame; each is spelled as it claims."""
        found = [s for s in frame.seen if s.instanced and s.shape.flat and s.role == role]
        for text in found:
            self.spells(text, text.text, role, frame)
        return [text.text for text in found]

    # padding ------------------------------------------------------------------------------------------------------

    def meets(self, frame, i: int) -> None:
        """How many cells of the input and how many of the padding the window meets is said, where there is padding."""
        w, step = self.stage.asked.words, self.trace[i]
        real = sum(self.real(cell) for cell in self.taps(step, 0))
        wanted = w.meets.replace("{count}", str(real)).replace("{zeros}", str(len(step.taps) - real))
        padded = any(sum(pair) for pair in self.trace.padding)
        said = self.texts(frame, "meets")
        assert said == ([wanted] if padded else []), f"meets: {said} is said at step {i}, not {wanted!r}"

    # positions ----------------------------------------------------------------------------------------------------

    def passed_over(self, i: int) -> list[tuple[int, int]]:
        """The corners at which the window would have stood, with stride 1, between step i - 1 and step i of a line;
        at a line's begin, between the line above and this one."""
        columns = self.outputs.shape[2]
        if not i:
            return []
        before = i - 1 if i % columns else i - columns
        (r0, c0), (r1, c1) = (corner(self.taps(self.trace[k], 0)) for k in (before, i))
        return [(r, c1) for r in range(r0 + 1, r1)] + [(r1, c) for c in range(c0 + 1, c1)]

    def ghosted(self, frame) -> list[tuple[int, int]]:
        """The corners of the faint frames that are seen."""
        cells, found = {k: c.place for k, c in self.plane(frame).items()}, []
        for number in range(max(self.trace.stride) - 1):
            seen = frame.own(f"input.skipped.{number}")
            low, high = seen.box if seen is not None else (np.zeros(3), np.zeros(3))
            inside = [k for k, place in cells.items() if ((low <= place) & (place <= high))[[0, 2]].all()]
            if inside:
                assert set(inside) == hull(inside), f"skipped: a frame covers {inside}"
                found.append((corner(inside), len(inside)))
        spans = len(hull(self.taps(self.trace[0], 0)))
        assert all(n == spans for _, n in found), f"skipped: frames of {found} cells"
        return sorted(at for at, _ in found)

    def plane(self, frame) -> dict:
        from .proof import cells_of

        return cells_of(frame, "input", self.padded)

    def skipped_positions(self, frame, i: int) -> None:
        seen, wanted = self.ghosted(frame), sorted(self.passed_over(i))
        assert seen == wanted, f"skipped: {seen} are ghosted at step {i}, not {wanted}"

    # cells --------------------------------------------------------------------------------------------------------

    def holes(self, frame, i: int) -> None:
        """Every cell between a dilated window's taps is struck through once, and no other."""
        cells = {k: c.place for k, c in self.plane(frame).items()}
        struck = []
        for bar in (s for s in frame.seen if s.instanced and s.role == "input.holes"):
            middle = bar.points.mean(axis=0)
            near = min(cells, key=lambda k: np.abs(cells[k] - middle)[[0, 2]].max())
            reach = np.abs(bar.points - cells[near])[:, [0, 2]].max()
            assert np.abs(cells[near] - middle)[[0, 2]].max() < 0.02 and reach < 0.5, "holes: a stroke leaves its cell"
            struck.append(near)
        taps = self.taps(self.trace[i], 0)
        wanted = sorted(hull(taps) - taps)
        assert sorted(struck) == wanted, f"holes: {sorted(struck)} are struck through at step {i}, not {wanted}"

    def weights_met(self, frame, i: int) -> None:
        """Where weights are shown on the input, there is one on each tap's cell, and it is the right one."""
        chips = frame.cells("weights")
        if not chips:
            return
        cells, step = {k: c.place for k, c in self.plane(frame).items()}, self.trace[i]
        assert len(chips) == len(step.taps), f"weights: {len(chips)} are shown at step {i}"
        labels = frame.labels("weights")
        for t in range(len(step.taps)):
            place = np.concatenate([[0], step.positions[t][1:]])[-2:] + self.before
            home = cells[tuple(int(v) for v in place)]
            own = [c for c in chips if ((c.place - home)[[0, 2]] > 0.1).all() and np.abs(c.place - home).max() < 0.55]
            assert len(own) == 1, f"weights: {len(own)} on the cell of tap {t} at step {i}"
            text = [la for la in labels if np.abs(la.place - own[0].place)[[0, 2]].max() < 1e-3]
            assert len(text) == 1, f"weights: {len(text)} numbers on the chip of tap {t} at step {i}"
            self.spells(text[0], spelled(step.weights[t]), f"weights {tuple(place)}", frame)
