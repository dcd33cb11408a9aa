# SPDX-License-Identifier: GPL-3.0-or-later
"""The weights of one channel and one filter as a board over the bench, in the tube of what is at work."""

from dataclasses import dataclass

import numpy as np

from ..page.layout import Block
from ..plan.plan import LANDED
from . import volumes
from .board import home
from .figure import Figure
from .weighted import Weighted
from .windowed import TUBE, planes


@dataclass
class Kernel:
    """The kernel of a cast's trace, where a block of the layout is."""

    figure: Figure
    cast: Weighted
    block: Block

    def add(self, steps: int, until: float) -> None:
        """Its cells and its tube, which is there for so many of the clock's steps, until a clock value."""
        figure, block, (rows, columns) = self.figure, self.block, self.cast.kernel
        cells = volumes.block(figure, planes(self.cast.trace.weight[0]), self.cast.weight_fill, cell=block.cell,
                              dims=False)  # fmt: skip
        figure.volume("kernel", figure.scene.words.kernel, cells, home(block), block.cell)
        figure.casts(block.corner, block.corner + block.cell * np.array(block.size))
        figure.track("kernel.track", np.tile([(columns - 1) / 2, 0, -(rows - 1) / 2], (steps, 1)))
        figure.tube("kernel.window", "Kernel at work", "kernel", "kernel.track", (columns + 0.03, 1.05, rows + 0.03),
                    (-LANDED, until), TUBE)  # fmt: skip

    def places(self, step) -> np.ndarray:
        """World places of a step's weights, (n, 3)."""
        inner = step.kernel_index if step.kernel_index.shape[1] == 3 else np.insert(step.kernel_index, 1, 0, axis=1)
        return home(self.block) + self.block.cell * np.column_stack([inner[:, 2], 0 * inner[:, 2], -inner[:, 1]])
