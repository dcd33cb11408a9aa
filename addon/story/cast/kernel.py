# SPDX-License-Identifier: GPL-3.0-or-later
"""The weights of one channel and one filter as a board over the bench, in the tube of what is at work."""

from dataclasses import dataclass

import numpy as np

from ..page.layout import Block
from ..plan.plan import ALWAYS, LANDED, NEVER
from . import volumes
from .board import home
from .figure import Figure
from .weighted import Weighted
from .windowed import TUBE, planes, with_rows

GOES, COMES = 0.45, 0.2  # the clock before another takes its place at which it begins to shrink, and the other to grow


@dataclass
class Kernel:
    """The kernel of a cast's trace, where a block of the layout is; it is there during `life` (clock values)."""

    figure: Figure
    cast: Weighted
    block: Block
    role: str = "kernel"
    life: tuple[float, float] = (ALWAYS, NEVER)
    color: str = ""  # of its tube, if not of ink

    def add(self, steps: int, until: float) -> None:
        """Its cells and its tube, which is there for so many of the clock's steps, until a clock value."""
        figure, block, role, (rows, columns) = self.figure, self.block, self.role, self.cast.kernel
        cells = [volumes.block(figure, planes(self.cast.trace.weight[0]), self.cast.weight_fill, cell=block.cell,
                               dims=False, **self._passing())]  # fmt: skip
        if self.life == (ALWAYS, NEVER):
            figure.casts(block.corner, block.corner + block.cell * np.array(block.size))
        else:
            since, end = self.life
            cells.append(volumes.shade(figure, (columns, 1.0, rows), visible_from=since, visible_until=end))
        figure.volume(role, figure.scene.words.kernel, cells, home(block), block.cell)
        life = max(-LANDED, self.life[0]), min(until, self.life[1])
        add_kernel_tube(figure, role, self.cast.kernel, life, self.color, steps)

    def _passing(self) -> dict:
        """The columns with which its cells shrink before its life ends, and grow before it begins."""
        since, until = self.life
        made = {"visible_from": since if since == ALWAYS else since - COMES}
        if since != ALWAYS:
            made["grow_time"] = COMES
        if until != NEVER:
            made |= {"visible_until": until - COMES, "exit_from": until - GOES, "exit_until": until - COMES,
                     "exit_scale": (0.02,) * 3}  # fmt: skip
        return made

    def places(self, step) -> np.ndarray:
        """World places of a step's weights, (n, 3)."""
        inner = with_rows(step.kernel_index)
        return home(self.block) + self.block.cell * np.column_stack([inner[:, 2], 0 * inner[:, 2], -inner[:, 1]])


def add_kernel_tube(figure: Figure, role: str, kernel, life, color: str = "", steps: int = 1) -> None:
    """The tube around a volume that is a kernel (rows, columns), there during `life` and for so many steps."""
    rows, columns = kernel
    at = np.tile([(columns - 1) / 2, 0, -(rows - 1) / 2], (steps, 1))
    size = (columns + 0.03, 1.05, rows + 0.03)
    figure.tube(f"{role}.window", "Kernel at work", role, at, size, life, TUBE, color)
