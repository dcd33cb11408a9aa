# SPDX-License-Identifier: GPL-3.0-or-later
"""An output of one plane: frosted cells, each there from its step on, and the ring around the one that is made."""

import numpy as np

from ..page.layout import Block
from ..plan.plan import Points
from . import volumes
from .figure import Figure
from .windowed import TUBE, first_middle, window_ring


def home(block: Block) -> np.ndarray:
    """The world place of the middle of its first cell."""
    return first_middle(block.corner, block.cell, block.size[2])


def cells(figure: Figure, block: Block, values: np.ndarray, fill, births, apart: int = 1) -> list[Points]:
    """The cells of `values` (rows, columns), frosted until they are there from the clock values `births` on; `apart`:
    from one column to the next, in cells."""
    rows, columns = values.shape
    everywhere = np.zeros((1, rows, (columns - 1) * apart + 1), bool)
    everywhere[:, :, ::apart] = True
    own = volumes.coming(figure, values, fill, births, cell=block.cell, solid=everywhere, apart=(1, apart))
    glass = volumes.glass(figure, everywhere, everywhere, visible_until=births)
    glass["column"][:] //= apart
    return [own, glass]


def stand(figure: Figure, role: str, name: str, block: Block, parts: list[Points], shadow: float,
          apart: int = 1) -> None:  # fmt: skip
    """The board with its shadow, of that strength; of columns that stand `apart`, each has its own."""
    figure.volume(role, name, parts, home(block), block.cell)
    wide, *more = block.size
    for column in range(0, round(wide), apart) if apart > 1 else (0,):
        low = block.corner + block.cell * np.array([column, 0, 0])
        figure.casts(low, low + block.cell * np.array([1 if apart > 1 else wide, *more]), shadow)


def add_marker(figure: Figure, role: str, rows, columns, life, color: str = "") -> None:
    """The ring around the cell (row, column) that is being made at each of the clock's steps, while the clock is
    within `life`."""
    rows, columns = np.asarray(rows), np.asarray(columns)
    at = np.column_stack([columns, 0 * columns, -rows])
    window_ring(figure, f"{role}.marker", "Output marker", role, at, (1, 1), life, TUBE, color)
