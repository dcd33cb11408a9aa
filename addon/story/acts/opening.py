# SPDX-License-Identifier: GPL-3.0-or-later
"""Before the first step a dilated kernel opens below itself: its weights move as far apart as the cells that it will
read, and both reaches stand there together."""

import numpy as np

from ..cast import slabs, volumes
from ..cast.board import home
from ..cast.figure import NAME, Figure
from ..cast.one_plane import ABOVE, LINE
from ..cast.weighted import Weighted
from ..cast.windowed import OUTLINE, planes, ring, thickness
from ..page.captions import axes_text, shape_text
from ..page.layout import Block
from ..page.view import UNIT
from ..plan.plan import ALWAYS, Points
from ..plan.timeline import Timeline

OPENS = -3.0  # the clock when it opens; padding comes a unit later
OPENED, GONE = OPENS + 0.8, OPENS + 0.9  # the clock when it is open, and when it is gone
OPENING = 4.6  # seconds that it takes
UNDER = 4.6  # page units from one line about it to the next


def opening_clock(line: Timeline) -> None:
    """Key the clock, which stands at OPENS, while the kernel stands compact, opens, and stands open."""
    line.wait(1.2)
    line.play("clock.step", OPENED, 1.2, easing="linear")
    line.wait(2.0)
    line.play("clock.step", OPENS + 1.0, 0.2, easing="linear")


def between(cast: Weighted, weights: Block, place) -> Block | None:
    """The block of the open kernel, where `place` (`OnePlane.beneath`) finds room; None where there is none."""
    if not any(d > 1 and k > 1 for d, k in zip(cast.dilation, cast.kernel, strict=True)):
        return None
    block = Block("opening", (cast.reach[1], 1, cast.reach[0]), above=ABOVE + UNDER, slab=slabs.VOLUME)
    return block if place([block], LINE - 5.0, weights.cell / UNIT) else None


def add_opening(figure: Figure, cast: Weighted, block: Block) -> None:
    """Copies of the weights, compact and open, and rings around both reaches, which are said above them."""
    words, axes, unit = figure.scene.words, len(cast.trace.kernel_size), block.cell
    rows, columns = (a.ravel() for a in np.indices(cast.kernel))
    compact = np.column_stack([columns, 0 * rows, -rows]).astype(float)
    apart = compact * (cast.dilation[1], 1, cast.dilation[0])
    values = planes(cast.trace.weight[0])[0].ravel()
    fills = [cast.weight_fill(v) for v in values]
    cubes = [figure.cube(fill) for fill in fills]
    texts = volumes.written(figure, [figure.numbers.text(v) for v in values], fills, volumes.digit_size(unit),
                            cell=unit)  # fmt: skip
    parts = [Points.make(apart, cube=cubes, faded=cubes, lift=volumes.FACE, value=values, origin=compact - apart,
                         leaves=OPENS + 0.05, arrives=OPENED - 0.1, visible_until=GONE,
                         **(texts if figure.scene.look.numbers else {}))]  # fmt: skip
    reaches = ((cast.kernel, OUTLINE, ALWAYS), (cast.reach, figure.theme.tube, OPENED - 0.1))
    for size, color, since in reaches:
        shape, forward = ring(size[1] + 0.03, size[0] + 0.03)
        kind = figure.cube(color, "tube " + " ".join(f"{v:.4g}" for v in (*shape, thickness(unit))))
        middle = ((size[1] - 1) / 2, forward, -(size[0] - 1) / 2)
        parts.append(Points.make([middle], cube=kind, faded=kind, visible_from=since, visible_until=GONE))
    figure.volume("opening", "Kernel that opens", parts, home(block), unit)
    slabs.add_slabs(figure, [block], ((ALWAYS, GONE),))
    if figure.scene.look.labels:
        by, left, top = ("1", axes_text(cast.trace.dilation)), block.box[0], block.box[1] - 1.6 - UNDER
        said = [f"{words.dilation} {d}:  {words.reach} {shape_text(r[0][-axes:])}"
                for d, r in zip(by, reaches, strict=True)]  # fmt: skip
        figure.words("opening.names", "Reach of the kernel", [
            figure.text(text, left, top + UNDER * n, NAME, visible_from=r[2], visible_until=GONE)
            for n, (text, r) in enumerate(zip(said, reaches, strict=True))])  # fmt: skip
