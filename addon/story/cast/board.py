# SPDX-License-Identifier: GPL-3.0-or-later
"""An output of one plane: frosted cells, each there from its step on, and the ring around the one that is made."""

import numpy as np

from ..page.layout import Block
from ..plan.plan import Points
from . import volumes
from .figure import Figure
from .windowed import TUBE, first_middle, ring


def home(block: Block) -> np.ndarray:
    """The world place of the middle of its first cell."""
    return first_middle(block.corner, block.cell, block.size[2])


def cells(figure: Figure, block: Block, values: np.ndarray, fill, births) -> list[Points]:
    """The cells of `values` (rows, columns), frosted until they are there from the clock values `births` on."""
    everywhere = np.ones((1, *values.shape), bool)
    return [volumes.coming(figure, values, fill, births, cell=block.cell),
            volumes.glass(figure, everywhere, everywhere, visible_until=births)]  # fmt: skip


def stand(figure: Figure, role: str, name: str, block: Block, parts: list[Points], shadow: float) -> None:
    """The board with its shadow, of that strength."""
    figure.volume(role, name, parts, home(block), block.cell)
    figure.casts(block.corner, block.corner + block.cell * np.array(block.size), shadow)


def add_marker(figure: Figure, role: str, rows, columns, life, color: str = "") -> None:
    """The ring around the cell (row, column) that is being made at each of the clock's steps, while the clock is
    within `life`."""
    size, forward = ring(1.03, 1.03)
    rows, columns = np.asarray(rows), np.asarray(columns)
    figure.track(f"{role}.track", np.column_stack([columns, 0 * columns + forward, -rows]))
    figure.tube(f"{role}.marker", "Output marker", role, f"{role}.track", size, life, TUBE, color)
