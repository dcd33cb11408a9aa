# SPDX-License-Identifier: GPL-3.0-or-later
"""The output of a transposed convolution while stamps are laid on it: each cell's number so far, which is final when
its last stamp has come; the border that padding cuts off; and small marks that say which stamps a cell has had.

A cell that is not final is smaller. A mark is a bar at a cell's foot in its stamp's colour, one place for each stamp
that comes: the row is full when the number is final.
"""

from dataclasses import dataclass

import numpy as np

from ..page import palette
from ..plan.plan import ALWAYS, LANDED, NEVER, NONE, Points
from . import volumes
from .figure import Figure
from .first_view import FIRST
from .stamped import Stamps, Told, additions, told
from .windowed import TUBE, window_ring

ROLE = "output" + FIRST
GOES, TINY = 0.4, 0.02  # the clock that it takes to leave, and how large it is then
SO_FAR = 0.86  # how large a cell is whose number is not final
BAR, WIDE, LOW = (0.10, 0.05), 0.76, -0.385  # of marks: height and depth, width of a row, where it is
MOST_STAMPS, MOST_MARKS = 9, 6  # stamps, and stamps on one cell, of which marks can be told apart
CUT_FORWARD = 0.9  # cells: how far what is cut off comes forward as it falls, and shrinks


@dataclass
class Adding:
    """`landed(stamp)` is the clock at which a stamp has come; `cut`, `biased`, `leaves`: when the border falls, the
    bias is added, and the output leaves the stage to the second view."""

    figure: Figure
    trace: object
    stamps: Stamps
    fill: object
    cell: float
    landed: object
    cut: float
    biased: float
    leaves: float

    def __post_init__(self):
        self.story = additions(self.trace, self.stamps)
        self.bias = 0.0 if self.trace.bias is None else float(self.trace.bias[0])
        self.count = self.trace.input[0].size
        self.size = volumes.digit_size(self.cell) if self.figure.scene.look.numbers else 0.0
        solid = np.array([[self.stamps.kept((r, c)) for c in range(self.stamps.shape[1])]
                          for r in range(self.stamps.shape[0])])[None]  # fmt: skip
        self.kept, self.masks = solid, volumes.neighbours(solid)[0]
        self.around = volumes.neighbours(np.ones_like(solid))[0]

    def told(self, s: int) -> Told | None:
        """The cell whose number is told at stamp s."""
        return told(self.story, self.stamps, s)

    def before(self, s: int) -> list[float]:
        """The numbers that stand where stamp s lands; NaN: none."""
        found = []
        for cell in self.stamps.cells(s):
            own = [a.after for a in self.story[tuple(map(int, cell))] if a.stamp < s]
            found.append(own[-1] if own else np.nan)
        return found

    def born(self, place) -> float:
        """The clock at which a cell has its first number: where no stamp reaches it, when all have come."""
        own = self.story.get(place)
        return self.landed(own[0].stamp if own else self.count - 1)

    def numbers(self, place) -> list[tuple[float, float, float, bool]]:
        """A cell's numbers while stamps come, as (number, since, until, whether it is final)."""
        own, final = self.story.get(place, []), []
        times = [self.landed(a.stamp) for a in own] or [self.born(place)]
        values = [a.after for a in own] or [0.0]
        ends = [*times[1:], self.biased if self.trace.bias is not None else self.leaves]
        last = len(values) - 1 if self.trace.bias is None else None
        found = [(v, a, b, n == last) for n, (v, a, b) in enumerate(zip(values, times, ends, strict=True))]
        if self.trace.bias is not None:
            final = [(values[-1] + self.bias, self.biased, self.leaves, True)]
        return found + final

    def final(self) -> np.ndarray:
        """What all cells of the output come to."""
        (top, _), (left, _) = self.stamps.crop
        high, wide = self.trace.output[0].shape if self.trace.output[0].ndim == 2 else (1, *self.trace.output[0].shape)
        return np.array([[self.numbers((r + top, c + left))[-1][0] for c in range(wide)] for r in range(high)])

    def points(self) -> list[Points]:
        """All cells."""
        inside = [tuple(map(int, p)) for p in np.argwhere(self.kept[0])]
        glass = volumes.glass(self.figure, np.ones_like(self.kept), self.kept,
                              visible_until=[self.born(p) for p in inside])  # fmt: skip
        rows = [(place, *number) for place in inside for number in self.numbers(place)]
        return [glass, self._cells(rows), *self._border()]

    def _cells(self, rows) -> Points:
        """Rows (place, number, since, until, whether it is final); the last of each leave, growing small."""
        figure, values = self.figure, [r[1] for r in rows]
        fills = [self.fill(v) for v in values]
        final, until = np.array([r[4] for r in rows]), np.array([r[3] for r in rows])
        scale, last = np.where(final, 1.0, SO_FAR), until == self.leaves
        cubes = [figure.cube(f, f"cell {self.masks[place] if done else 0}")
                 for f, (place, *_, done) in zip(fills, rows, strict=True)]  # fmt: skip
        written = volumes.written(figure, [figure.numbers.text(v) for v in values], fills, self.size, cell=self.cell)
        if written:
            written["size"] = np.array(written["size"]) * scale
        at = np.array([(c, 0.0, -r) for (r, c), *_ in rows])
        own = np.array([self.stamps.own(place) for place, *_ in rows])
        # as one board they shrink into the middle of its foot
        rows_kept, columns_kept = (np.flatnonzero(self.kept[0].any(axis=axis)) for axis in (1, 0))
        foot = np.array([columns_kept.mean(), 0.0, -rows_kept.max() - 0.5])
        away = last[:, None] * (1 - TINY) * (foot - at)
        return Points.make(at, cube=cubes, scale=np.repeat(scale[:, None], 3, axis=1),
                           lift=volumes.FACE * scale, value=values, row=own[:, 0], column=own[:, 1],
                           visible_from=[r[2] for r in rows], visible_until=until + GOES * last, exit=away,
                           exit_via=0.5 * away, exit_scale=np.where(last, TINY, 1.0)[:, None] * np.ones(3),
                           exit_from=np.where(last, self.leaves, NEVER),
                           exit_until=np.where(last, self.leaves + GOES, NEVER), **written)  # fmt: skip

    def _border(self) -> list[Points]:
        """What is cut off: outlines that take their share, and fall."""
        if self.kept.all():
            return []
        figure, theme, rows = self.figure, self.figure.theme, []
        for place in (tuple(map(int, p)) for p in np.argwhere(~self.kept[0])):
            own = self.story.get(place, [])
            times = [ALWAYS, *(self.landed(a.stamp) for a in own), self.cut]
            texts = ["", *(figure.numbers.text(a.after) for a in own)]
            rows += [(place, t, a, b) for t, a, b in zip(texts, times, times[1:], strict=False)]
            rows.append((place, texts[-1], self.cut, self.cut + 0.9))
        cubes = [figure.cube(theme.frosted, f"glass {self.around[p]} {volumes.CLEAR}", "glass", theme.padding_alpha)
                 for p, *_ in rows]  # fmt: skip
        at = np.array([(c, 0.0, -r) for (r, c), *_ in rows])
        fits = [volumes.fitted(t, self.size) if t and self.size else (0.5, 1.0) for _, t, *_ in rows]
        falls = np.array([since == self.cut for *_, since, _ in rows])
        labels = [figure.label(t, theme.padding_ink) if t and self.size and not f else NONE
                  for (_, t, *_), f in zip(rows, falls, strict=True)]  # fmt: skip
        low = np.array([-(self.stamps.shape[0] - 0.5 - r) for (r, _), *_ in rows])
        away = np.column_stack([0 * low, 0 * low - CUT_FORWARD, low]) * falls[:, None]
        ahead = np.outer(falls, (0.0, -CUT_FORWARD, 0.2))
        return [Points.make(at, cube=cubes, lift=volumes.FACE, label=labels, label_faded=labels,
                            size=[f[0] for f in fits], stretch=[f[1] for f in fits],
                            visible_from=[r[2] for r in rows], visible_until=[r[3] for r in rows],
                            exit=away, exit_via=ahead, exit_scale=np.where(falls, TINY, 1.0)[:, None] * np.ones(3),
                            exit_from=np.where(falls, self.cut, NEVER),
                            exit_until=np.where(falls, self.cut + 0.9, NEVER))]  # fmt: skip

    def stand(self, name: str, place: np.ndarray, shadow: float) -> None:
        """The output with what is cut off, its shadows, marks and rings; `place` is the middle of its first cell."""
        figure, cell, (rows, columns), role = self.figure, self.cell, self.stamps.shape, ROLE
        left, right = self.stamps.crop[1]
        high, wide = self.kept[0].any(axis=1).sum(), columns - left - right
        figure.volume(role, name, self.points(), place, cell)
        lives = (((columns, 1, rows), (columns - 1) / 2, ALWAYS, self.cut + 0.5),
                 ((wide, 1, high), left + (wide - 1) / 2, self.cut + 0.5, self.leaves))  # fmt: skip
        ground = [volumes.shade(figure, size, (x, 0, -(rows - 0.5)), strength=shadow, visible_from=since,
                                visible_until=until) for size, x, since, until in lives]  # fmt: skip
        figure.volume(f"{role}.ground", "Shadow of the output", ground, place, cell)
        if self.marked:
            figure.volume(f"{role}.marks", "Marks of the stamps", self.marks(), (0, 0, 0), cell, parent=role)
        middle = [(n - 1) / 2 for n in self.stamps.span]
        said = [t.cell if t else self.stamps.cells(s)[0] for s, t in enumerate(map(self.told, range(self.count)))]
        until = self.count - 0.46
        for part, text, at, span, since in (
            ("stamp", "Place of the stamp", self.stamps.places + middle, self.stamps.span, -LANDED),
            ("told", "Cell that is told", np.array(said), (1, 1), self.landed(0)),
        ):
            places = np.column_stack([at[:, 1], 0 * at[:, 0], -at[:, 0]])
            window_ring(figure, f"{role}.{part}", text, role, places, span, (since, until), TUBE)

    @property
    def marked(self) -> bool:
        """Whether marks can be told apart."""
        most = max(len(own) for own in self.story.values())
        return bool(self.size) and 1 < self.count <= MOST_STAMPS and most <= MOST_MARKS

    def _bar(self, wide: float, stamp: int) -> int:
        high, deep = BAR
        return self.figure.cube(palette.card(stamp), f"box {wide:.4g} {deep:.4g} {high:.4g}")

    def marks(self) -> Points:
        """The bars on the output's cells."""
        at, cubes, lives, scales = [], [], [], []
        for place, own in self.story.items():
            if not self.stamps.kept(place):
                continue
            final = self.landed(own[-1].stamp) if self.trace.bias is None else self.biased
            for n, addition in enumerate(own):
                wide = WIDE / len(own)
                spot = np.array([(n + 0.5) * wide - WIDE / 2, -0.5, LOW])
                since = self.landed(addition.stamp)
                kind = self._bar(wide - 0.03, addition.stamp)
                for scale, a, b in ((SO_FAR, since, final), (1.0, max(since, final), self.leaves)):
                    if a < b:
                        at.append(spot * scale + (place[1], 0.0, -place[0]))
                        cubes.append(kind)
                        lives.append((a, b))
                        scales.append((scale,) * 3)
        since, until = zip(*lives, strict=True)
        return Points.make(at, cube=cubes, scale=scales, visible_from=since, visible_until=until)

    def source_marks(self, places, until: float) -> Points:
        """The bars on the input's cells, which stand at places (stamps, 3) until a clock value."""
        kinds = [self._bar(WIDE - 0.03, s) for s in range(self.count)]
        return Points.make(np.asarray(places) + (0.0, -0.5, LOW), cube=kinds, visible_until=until)
