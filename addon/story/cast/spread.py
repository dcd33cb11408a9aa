# SPDX-License-Identifier: GPL-3.0-or-later
"""The second view of a transposed convolution: its input as the window sees it, spread by zeros, with a border of zeros
around it, and the kernel turned by 180°.

From the clock `spreads` on input and kernel come from where the first view has them; the zeros come from `zeros` on.
Step i of the trace belongs to the clock `base` + i.
"""

from dataclasses import dataclass, replace

import numpy as np

from ..page.layout import Block
from ..plan.plan import LANDED, Points
from . import turned_kernel, volumes
from .bench import Operands
from .board import home
from .kernel import add_kernel_tube
from .stamped import Stamps, additions
from .weighted import Weighted
from .windowed import planar, planes, with_rows


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
        running = [0.0] + [a.after for own in additions(self.trace, Stamps.of(self.trace)).values() for a in own]
        self.sum_greatest = float(max(np.abs(running).max(), np.abs(self.trace.output).max())) or 1.0

    def windows(self) -> np.ndarray:
        """The window's middle at every step, before the first step of the second view at its first."""
        found, before = [], [p[0] for p in self.pads]
        for step in self.trace:
            spots = step.positions[:, 1:]
            row, column = (0.0, *((spots.min(axis=0) + spots.max(axis=0)) / 2))[-2:]
            found.append((column + before[1], 0.0, -(row + before[0])))
        return np.array([found[0]] * self.base + found)

    def add_input(self, name: str, source: Block) -> None:
        """The input's cells, which come from the block `source` and move apart; and the zeros."""
        figure, parts = self.figure, [self._moved(source)]
        if self.padded:
            zeros = ~self.real
            shell = volumes.glass(figure, np.ones_like(zeros), zeros, texts="0", cell=self.cell)
            self.arrive(shell, self.zeros)
            parts.append(shell)
        size = self.shape[1], 1, self.shape[0]
        parts.append(volumes.shade(figure, size, strength=0.6, visible_from=self.zeros + 0.5))
        self.stand(self.role, name, parts, self.location, self.windows(), self.base + len(self.trace))

    def _moved(self, source: Block) -> Points:
        figure, values = self.figure, self.input[0].ravel()
        fills = [self.fill(v, 0) for v in values]
        mask = volumes.neighbours(self.real, not self.padded)[0][self.spots[:, 0], self.spots[:, 1]]
        shapes = [f"cell {m}" for m in mask]
        cubes = [figure.cube(f, s) for f, s in zip(fills, shapes, strict=True)]
        faded = [figure.cube(figure.dimmed(f), s) for f, s in zip(fills, shapes, strict=True)]
        row, column = (a.ravel() for a in np.indices(self.small))
        size = volumes.digit_size(self.cell) if figure.scene.look.numbers else 0.0
        texts = [figure.numbers.text(v) for v in values]
        at = np.column_stack([self.spots[:, 1], 0 * self.spots[:, 0], -self.spots[:, 0]]).astype(float)
        before = np.column_stack([column, 0 * row, -row]).astype(float)
        return Points.make(at, cube=cubes, faded=faded, row=row, column=column, value=values, lift=volumes.FACE,
                           **volumes.written(figure, texts, fills, size, dims=True, cell=self.cell),
                           **self._comes(source, at, before, self.location, self.cell))  # fmt: skip

    def _comes(self, source: Block, at, before, location, cell: float) -> dict:
        """The columns with which the cells of a block `source`, there at `before`, come to `at` in a volume that is at
        a world place, of cells of that length."""
        then = (home(source) + source.cell * before - location) / cell
        return {"origin": then - at, "enter_scale": source.cell / cell, "leaves": self.spreads + 0.1,
                "arrives": self.spreads + 0.9, "visible_from": self.spreads}  # fmt: skip

    def add_kernel(self, block: Block, source: Block, turn: tuple[float, float], end: float) -> None:
        """The kernel as `block`, which comes from the block `source` and turns between two clock values
        (turned_kernel.py), its numbers upright; and its tube, until the last window is gone at `end`."""
        figure, (rows, columns), (since, until) = self.figure, self.kernel, turn
        self.kernel_at, self.kernel_cell = home(block), block.cell
        values = planes(self.trace.weight[0])
        own, then = (volumes.block(figure, v, self.weight_fill, cell=block.cell, dims=False)
                     for v in (values, values[:, ::-1, ::-1]))  # fmt: skip
        for name, column in self._comes(source, own["position"], own["position"], self.kernel_at, block.cell).items():
            own[name][:] = column
        own["visible_until"][:], then["visible_from"][:] = since, until
        shade = volumes.shade(figure, (columns, 1.0, rows), visible_from=self.spreads + 0.9)
        figure.volume("kernel", figure.scene.words.kernel, [own, then], self.kernel_at, block.cell)
        figure.volume("kernel.shadow", "Shadow of the kernel", shade, self.kernel_at, block.cell)
        add_kernel_tube(figure, "kernel", self.kernel, (self.base - LANDED, end))
        turned_kernel.add_board(figure, block, values[0], self.weight_fill, turn)

    def weights_at(self, rows, columns) -> np.ndarray:
        """World places of the kernel's cells as they lie."""
        return self.kernel_at + self.kernel_cell * np.column_stack([columns, 0 * columns, -rows])

    def window_operands(self, i: int, weight_places, *where) -> Operands:
        """What step i brings to the bench, in the order in which its window lies: the kernel has been turned."""
        places = {}

        def turned(step):
            places["at"] = np.array(self.kernel) - 1 - with_rows(step.kernel_index)[:, 1:]
            return weight_places(*places["at"].T)

        own = self.operands(i, turned, *where)
        return replace(own, index=self.base + i, row=places["at"][:, 0], column=places["at"][:, 1])
