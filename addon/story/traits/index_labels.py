# SPDX-License-Identifier: GPL-3.0-or-later
"""Row and column numbers of a volume's front slice: at its left, and below it on the floor."""

import numpy as np

from ..cast.figure import INDEX, Figure
from ..page.glyphs import CAP_HEIGHT
from ..page.view import HEIGHT, UNIT
from ..plan.plan import ALWAYS, NEVER, Points

MOST = 12  # rows or columns that are all numbered; of more, every fifth is
CLOSE = 1.9  # page units: so are those of smaller cells


def index_labels(figure: Figure, corner, cell: float, shape, *, high: float | None = None, offset=(0, 0),
    drop: float = 0.0, aside: float = 0.0, axes: int = 2, apart=(1, 1), visible_from: float = ALWAYS,
    visible_until: float = NEVER) -> list[Points]:
    """The numbers of `shape` (rows, columns) cells whose block stands at a corner, `offset` cells coming
    before them; the block is `high` cells high.

    `drop`: how much lower (page units) the column numbers stand, below a slab; `aside`: how much further to the left
    the row numbers; `axes`: of the operation, of which a single one is numbered below; `apart` (rows, columns): from
    one cell to the next; `visible_from`, `visible_until`: clock values.
    """
    rows, columns = shape
    high = rows if high is None else high
    above, left = offset
    base, made = figure.scene.look.index_from, []
    every = 1 if max(shape) <= MOST and cell >= CLOSE * UNIT else 5
    cap = CAP_HEIGHT * INDEX * HEIGHT / 2
    for row in range(0, rows if axes > 1 else 0, every):
        x, y = figure.page.seen(corner + cell * np.array([0.0, 0.0, high - above - row * apart[0] - 0.5]))
        made.append(figure.text(str(row + base), x - 0.9 - aside, y + cap, INDEX, figure.theme.secondary, align="right",
                                kind="index", visible_from=visible_from, visible_until=visible_until))  # fmt: skip
    for column in range(0, columns, every):
        x, y = figure.page.seen(corner + cell * np.array([left + column * apart[1] + 0.5, 0.0, 0.0]))
        made.append(figure.text(str(column + base), x, y + 2 * cap + 0.7 + drop, INDEX, figure.theme.secondary,
            align="center",
                                kind="index", visible_from=visible_from, visible_until=visible_until))  # fmt: skip
    return made


def block_indices(figure: Figure, block, shape, **more) -> list[Points]:
    """Row and column numbers of a block (page/layout.py), the latter below its slab; `more` as above."""
    drop = 1.2 * block.cell * block.slab[2] / UNIT
    return index_labels(figure, more.pop("corner", block.corner), block.cell, shape, drop=drop, **more)
