# SPDX-License-Identifier: GPL-3.0-or-later
"""The input of a transposed convolution as its window sees it: spread by zeros, with a border of zeros around it.

Until the clock `spreads` it stands compact on the floor, as what is stamped; then its cells move apart, and the zeros
come from `zeros` on. Step i of the trace belongs to the clock `base` + i. The kernel is turned by 180°.
"""

from dataclasses import dataclass, replace

import numpy as np

from ..plan.plan import LANDED, NEVER, Points
from . import volumes
from .bench import Operands
from .stamped import Stamps, additions
from .weighted import Weighted
from .windowed import TUBE, first_middle, planar, planes, ring, thickness


def grid_of(trace) -> tuple[tuple[int, int], tuple[tuple[int, int], tuple[int, int]]]:
    """Rows and columns of what the window slides over, and how many of them are border. Where padding exceeds the
    kernel's reach the border is negative: there is none then, and cells stay outside."""
    inner = (1, *trace.grid_shape)[-2:]
    border = tuple(tuple(max(0, int(v)) for v in pair) for pair in ((0, 0), *trace.grid_border)[-2:])
    return tuple(int(n + sum(pair)) for n, pair in zip(inner, border, strict=True)), border


@dataclass
class Spread(Weighted):
    """The cast of the second view; `corner` is where the grid stands."""

    spreads: float = 0.0
    zeros: float = 1.0
    base: int = 0

    def __post_init__(self):
        super().__post_init__()
        self.shape, self.pads = grid_of(self.trace)
        self.apart, self.stride = planar(self.trace)[1], (1, 1)
        self.small = self.input.shape[1:]
        rows, columns = (a.ravel() for a in np.indices(self.small))
        self.spots = np.column_stack([rows, columns]) * self.apart + [p[0] for p in self.pads]
        real = np.zeros((1, *self.shape), bool)
        real[0, self.spots[:, 0], self.spots[:, 1]] = True
        self.real, self.padded = real, not real.all()
        # compact it stands on the floor, in the middle of where the grid will
        aside = (self.shape[1] - self.small[1]) / 2
        self.compact = np.column_stack([columns + aside, 0 * rows, -(rows + self.shape[0] - self.small[0])])
        running = [0.0] + [a.after for own in additions(self.trace, Stamps.of(self.trace)).values() for a in own]
        self.sum_greatest = float(max(np.abs(running).max(), np.abs(self.trace.output).max())) or 1.0

    @property
    def compact_corner(self) -> np.ndarray:
        """Where the compact input stands."""
        return self.corner + self.cell * np.array([(self.shape[1] - self.small[1]) / 2, 0.0, 0.0])

    def windows(self) -> np.ndarray:
        """The window's middle at every step, before the first step of the second view at its first."""
        found, before = [], [p[0] for p in self.pads]
        for step in self.trace:
            spots = step.positions[:, 1:]
            row, column = (0.0, *((spots.min(axis=0) + spots.max(axis=0)) / 2))[-2:]
            found.append((column + before[1], 0.0, -(row + before[0])))
        return np.array([found[0]] * self.base + found)

    def add_input(self, name: str, *, arrives: float | None = None, digits: bool = True) -> None:
        """The input's cells: lit one by one while they are stamped, then spread; and the zeros."""
        figure, count = self.figure, len(self.trace)
        parts = [*self._stamped(), self._moved()]
        if self.padded:
            zeros = ~self.real
            shell = volumes.glass(figure, np.ones_like(zeros), zeros, texts="0", cell=self.cell)
            self.arrive(shell, self.zeros)
            parts.append(shell)
        parts += self._shades()
        figure.track(f"{self.role}.track", self.windows())
        figure.volume(self.role, name, parts, self.location, self.cell, track=f"{self.role}.track",
                      taps=(self.kernel[1], 1e3, self.kernel[0]), dilation=(self.dilation[1], 1, self.dilation[0]),
                      fade=(self.base - LANDED, self.base + count - 0.5))  # fmt: skip

    def _block(self, at, mask, **columns) -> Points:
        """The input's cells at places (n, 3), whose neighbours are `mask`."""
        figure, values = self.figure, self.input[0].ravel()
        fills, shapes = [self.fill(v, 0) for v in values], [f"cell {m}" for m in mask]
        cubes = [figure.cube(f, s) for f, s in zip(fills, shapes, strict=True)]
        faded = [figure.cube(figure.dimmed(f), s) for f, s in zip(fills, shapes, strict=True)]
        row, column = (a.ravel() for a in np.indices(self.small))
        size = volumes.digit_size(self.cell) if figure.scene.look.numbers else 0.0
        texts = [figure.numbers.text(v) for v in values]
        return Points.make(at, cube=cubes, faded=faded, row=row, column=column, value=values, lift=volumes.FACE,
                           **volumes.written(figure, texts, fills, size, cell=self.cell), **columns)  # fmt: skip

    def _stamped(self) -> list[Points]:
        """Compact: all lit until the first stamp and after the last, and each while it is stamped."""
        mask, count = volumes.neighbours(np.ones((1, *self.small), bool)).ravel(), self.input[0].size
        own = np.arange(count)
        lit = ((np.full(count, -1e6), np.full(count, -LANDED)), (own - LANDED, own + LANDED),
               (np.full(count, count - LANDED), np.full(count, self.spreads)))  # fmt: skip
        dim = ((np.full(count, -LANDED), own - LANDED), (own + LANDED, np.full(count, count - LANDED)))
        made = []
        for lives, light in ((lit, True), (dim, False)):
            for since, until in lives:
                points = self._block(self.compact, mask, visible_from=since, visible_until=until)
                if not light:
                    points["cube"][:] = points["faded"]
                made.append(Points({k: v[since < until] for k, v in points.data.items()}))
        return made

    def _moved(self) -> Points:
        """Spread: they move apart from where they stood."""
        mask = volumes.neighbours(self.real, not self.padded)[0][self.spots[:, 0], self.spots[:, 1]]
        at = np.column_stack([self.spots[:, 1], 0 * self.spots[:, 0], -self.spots[:, 0]]).astype(float)
        return self._block(at, mask, origin=self.compact - at, leaves=self.spreads + 0.05, arrives=self.spreads + 0.9,
                           visible_from=self.spreads)  # fmt: skip

    def _shades(self) -> list[Points]:
        """The shadows of the compact input and of the grid, each while it stands."""
        (rows, columns), (high, wide) = self.small, self.shape
        foot = -(high - 0.5)
        return [volumes.shade(self.figure, (columns, 1, rows), 0.0, ((wide - 1) / 2, 0, foot),
                              visible_until=self.spreads),
                volumes.shade(self.figure, (wide, 1, high), 0.0, ((wide - 1) / 2, 0, foot), strength=0.6,
                              visible_from=self.zeros + 0.5)]  # fmt: skip

    def add_ring(self, name: str, until: float = NEVER, lift: float = 0.0, thick: float | None = None) -> None:
        """The ring around the window, and in the first view around the cell that is stamped."""
        size, forward = ring(self.reach[1] + 0.03, self.reach[0] + 0.03, lift)
        figure, role, stamps = self.figure, self.role, self.input[0].size
        figure.track(f"{role}.window.track", self.windows() + (0, forward, 0))
        figure.tube(f"{role}.window", name, role, f"{role}.window.track", size, (self.base - LANDED, until),
                    thick or thickness(self.cell))  # fmt: skip
        size, forward = ring(1.03, 1.03)
        figure.track(f"{role}.source.track", self.compact + (0, forward, 0))
        figure.tube(f"{role}.source", "Cell that is stamped", role, f"{role}.source.track", size,
                    (-LANDED, stamps - 0.46), thickness(self.cell))  # fmt: skip

    def add_kernel(self, block, turn: float, end: float) -> None:
        """The kernel as `block` (page/layout.py), which turns by 180° in its plane from the clock `turn` on, its
        numbers upright, and its tube in each view. `end`: the last window is gone."""
        figure, (rows, columns) = self.figure, self.kernel
        self.kernel_at, self.kernel_cell = first_middle(block.corner, block.cell, rows), block.cell
        values = planes(self.trace.weight[0])
        own, then = (volumes.block(figure, v, self.weight_fill, cell=block.cell, dims=False)
                     for v in (values, values[:, ::-1, ::-1]))  # fmt: skip
        way = own["position"][::-1] - own["position"]
        own["visible_until"][:] = then["visible_from"][:] = turn + 0.8
        own["exit"][:], own["exit_from"][:], own["exit_until"][:] = way, turn, turn + 0.8
        # each on an arc about the middle, before what stays, and not through the floor
        moves = np.abs(way).max(axis=1, keepdims=True) > 0
        own["exit_via"][:] = 0.5 * way + np.column_stack([way[:, 2], 0 * way[:, 0], -way[:, 0]])
        own["exit_via"][:] += moves * np.array([0.0, -1.2, 0.9])
        figure.volume("kernel", figure.scene.words.kernel, [own, then], self.kernel_at, block.cell)
        figure.casts(block.corner, block.corner + block.cell * np.array(block.size))
        figure.track("kernel.track", [((columns - 1) / 2, 0, -(rows - 1) / 2)])
        stamps, size = self.input[0].size, (columns + 0.03, 1.05, rows + 0.03)
        for role, life in (("source", (-LANDED, stamps - 0.46)), ("window", (self.base - LANDED, end))):
            figure.tube(f"kernel.{role}", "Kernel at work", "kernel", "kernel.track", size, life, TUBE)

    def weights_at(self, rows, columns) -> np.ndarray:
        """World places of the kernel's cells as they lie."""
        return self.kernel_at + self.kernel_cell * np.column_stack([columns, 0 * columns, -rows])

    def stamp_operands(self, s: int, weight_places, weight_cell: float, goals, target_cell: float, hover) -> Operands:
        """What stamp `s` brings to the bench: one cell as often as there are weights; `goals` are where its products
        go."""
        weights = planes(self.trace.weight[0])[0].ravel()
        rows, columns = (a.ravel() for a in np.indices(self.kernel))
        value, count = self.input[0].ravel()[s], len(weights)
        place = self.location + self.cell * self.compact[s]
        # copies of one cell slide out as one, each just behind the last
        apart = np.outer(np.arange(count), (0.0, 0.012 * self.cell, 0.0))
        return Operands(
            index=s, values=np.full(count, value), weights=weights, products=value * weights, bias=None, value=0.0,
            channel=0 * rows, row=rows, column=columns, fills=[self.fill(value, 0)] * count,
            weight_fills=[self.weight_fill(w) for w in weights], inks=[None] * count, places=place + apart,
            weight_places=weight_places(rows, columns), cell=self.cell, weight_cell=weight_cell,
            target=np.asarray(goals), target_cell=target_cell, hover=np.asarray(hover, float))  # fmt: skip

    def window_operands(self, i: int, weight_places, *where) -> Operands:
        """What step i brings to the bench, in the order in which its window lies: the kernel has been turned."""
        places = {}

        def turned(step):
            index = step.kernel_index if step.kernel_index.shape[1] == 3 else np.insert(step.kernel_index, 1, 0, axis=1)
            places["at"] = np.array(self.kernel) - 1 - index[:, 1:]
            return weight_places(*places["at"].T)

        own = self.operands(i, turned, *where)
        return replace(own, index=self.base + i, row=places["at"][:, 0], column=places["at"][:, 1])
