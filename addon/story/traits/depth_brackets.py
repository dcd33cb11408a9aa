# SPDX-License-Identifier: GPL-3.0-or-later
"""Brackets along the depth of volumes, each with how deep its volume is: a filter is as deep as the input, the output
as many slices as there are filters."""

from ..cast.figure import NAME, Figure
from ..page.glyphs import CAP_HEIGHT
from ..page.layout import Block
from ..page.view import HEIGHT, UNIT
from ..plan.plan import Points

AWAY, TICK = 1.5, 0.9  # page units from a block's upper left edge; of the bracket's ends
THICK, BESIDE = 0.32, 1.1  # page units; from the bracket to its number


def bracketed(figure: Figure, ends, since: float) -> list[Points]:
    """From a clock value on a bracket for each of `ends`: a block, how many of its cells are bracketed, how many
    channels or slices these are, and how many cells come before them. One channel has none. Returns their numbers."""
    return [_bracket(figure, *end, since=since) for end in ends if end[2] > 1]


def _bracket(figure: Figure, block: Block, deep: float, count: int, before: float = 0.0, *, since: float) -> Points:
    cell = block.cell
    corner = block.corner + (0.0, cell * before, cell * block.size[2])
    away, tick, thick = (v * UNIT / cell for v in (AWAY, TICK, THICK))
    parts = [((-away, deep / 2, 0.0), (thick, deep, thick))]
    parts += [((tick / 2 - away, y, 0.0), (tick, thick, thick)) for y in (thick / 2, deep - thick / 2)]
    kinds = [figure.cube(figure.theme.ink, "box " + " ".join(f"{v:.4g}" for v in size)) for _, size in parts]
    figure.volume(f"bracket.{block.name}", f"Depth of {block.name}", Points.make(
        [at for at, _ in parts], cube=kinds, visible_from=since), corner, cell)  # fmt: skip
    (x, y), high = figure.page.seen(corner + (-cell * away, cell * deep / 2, 0.0)), CAP_HEIGHT * NAME * HEIGHT
    return figure.text(str(count), x - BESIDE, y + high / 2 - 0.5, NAME, align="right", visible_from=since)
