# SPDX-License-Identifier: GPL-3.0-or-later
"""Slabs: the low plates that blocks stand on, so that it can be seen where they stand."""

import numpy as np

from ..page import palette
from ..page.layout import Block
from ..plan.plan import ALWAYS, NEVER, Points
from . import shades, volumes
from .figure import Figure

VOLUME = (0.12, 0.16, 0.12)  # of a volume: how much larger at the sides and in front, how high, in its cells
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
