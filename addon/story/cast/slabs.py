# SPDX-License-Identifier: GPL-3.0-or-later
"""Slabs: the low plates that blocks stand on, so that it can be seen where they stand; and shelves, which carry the
upper rows of a panel on the bench."""

import numpy as np

from ..page import palette
from ..page.layout import Block
from ..plan.plan import ALWAYS, NEVER, Points
from . import shades, volumes
from .figure import Figure

VOLUME = (0.12, 0.16, 0.12)  # of a volume: how much larger at the sides and in front, how high, in its cells
SHELF, RIM, SIDE = 0.08, 0.1, 0.07  # cells: how thick a shelf is, how much longer than what it carries, its sides
LIGHT = 1.05  # how much lighter than the floor they are


def add_slabs(figure: Figure, blocks: list[Block], lives=((ALWAYS, NEVER),), colors=()) -> None:
    """The slabs of blocks, there during `lives` (clock values), in `colors`, or all in that of the floor."""
    plain = palette.lit(figure.theme.floor, LIGHT)
    for block, color in zip(blocks, colors or [plain] * len(blocks), strict=True):
        wide, deep, _ = block.whole
        high = block.slab[2]
        top = block.foot + block.cell * np.array([wide, deep, high])
        figure.slabs.append(shades.Slab(f"slab.{block.name}", block.foot, top, block.cell, tuple(lives)))
        kind = figure.cube(color, f"box {wide:.4g} {deep:.4g} {high:.4g}")
        middle = block.foot + block.cell * np.array([wide / 2, deep / 2, high / 2])
        made = [Points.make([(0, 0, 0)], cube=kind, visible_from=since, visible_until=until)
                for since, until in lives]  # fmt: skip
        if tuple(lives) == ((ALWAYS, NEVER),):
            figure.casts(block.foot, top)
        else:
            made += [volumes.shade(figure, (wide, deep, high), (0, 0, -high / 2), visible_from=since,
                                   visible_until=until) for since, until in lives]  # fmt: skip
        figure.volume(f"slab.{block.name}", f"Slab of {block.name}", made, middle, block.cell)
        if block.shelves:
            _shelves(figure, block, color, lives)


def _shelves(figure: Figure, block: Block, color: str, lives) -> None:
    """The shelves of a block, between two sides."""
    wide, deep, top = block.size[0] + 2 * RIM, block.size[1], max(block.shelves)
    # middles and sizes, from the block's corner
    parts = [((wide / 2 - RIM, deep / 2, high - SHELF / 2), (wide, deep, SHELF)) for high in block.shelves]
    parts += [((x, deep / 2, top / 2), (SIDE, deep, top)) for x in (-RIM - SIDE / 2, wide - RIM + SIDE / 2)]
    made = []
    for middle, size in parts:
        kind = figure.cube(color, "box " + " ".join(f"{v:.4g}" for v in size))
        made += [Points.make([middle], cube=kind, visible_from=since, visible_until=until) for since, until in lives]
    for n, high in enumerate(block.shelves):
        low, size = np.array((-RIM, 0.0, high - SHELF)), np.array((wide, deep, SHELF))
        ends = block.corner + block.cell * low, block.corner + block.cell * (low + size)
        figure.slabs.append(shades.Slab(f"shelf {n} of {block.name}", *ends, block.cell, tuple(lives), True))
    figure.volume(f"shelves.{block.name}", f"Shelves of {block.name}", made, block.corner, block.cell)
