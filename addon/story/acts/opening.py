# SPDX-License-Identifier: GPL-3.0-or-later
"""Before the first step a dilated kernel opens in front of the input: its weights move as far apart as the cells that
it will read, and both reaches stand there together."""

import numpy as np

from ..cast import volumes
from ..cast.figure import NAME
from ..cast.weighted import Weighted
from ..cast.windowed import OUTLINE, planes, ring, thickness
from ..page.captions import axes_text, shape_text
from ..plan.plan import ALWAYS, Points
from ..plan.timeline import Timeline

OPENS = -3.0  # the clock when it opens; padding comes a unit later
OPENED, GONE = OPENS + 0.8, OPENS + 0.9  # the clock when it is open, and when it is gone
OPENING = 4.6  # seconds that it takes
BEFORE = 1.25  # cells from the input's to the weights' middles


def opening_clock(line: Timeline) -> None:
    """Key the clock, which stands at OPENS, while the kernel stands compact, opens, and stands open."""
    line.wait(1.2)
    line.play("clock.step", OPENED, 1.2, easing="linear")
    line.wait(2.0)
    line.play("clock.step", OPENS + 1.0, 0.2, easing="linear")


def add_opening(cast: Weighted, box) -> None:
    """The weights before the cast's first window, and rings around both reaches; in a box of the page (left, top,
    right, bottom) how far they reach."""
    figure, words, axes = cast.figure, cast.figure.scene.words, len(cast.trace.kernel_size)
    rows, columns = (a.ravel() for a in np.indices(cast.kernel))
    compact = np.column_stack([columns, 0 * rows, -rows]).astype(float)
    apart = compact * (cast.dilation[1], 1, cast.dilation[0])
    first = cast.windows()[0] + (-(cast.reach[1] - 1) / 2, -BEFORE, (cast.reach[0] - 1) / 2)
    values = planes(cast.trace.weight[0])[0].ravel()
    fills = [cast.weight_fill(v) for v in values]
    cubes = [figure.cube(fill) for fill in fills]
    texts = volumes.written(figure, [figure.numbers.text(v) for v in values], fills, volumes.digit_size(cast.cell),
                            cell=cast.cell)  # fmt: skip
    weights = Points.make(first + apart, cube=cubes, faded=cubes, lift=volumes.FACE, value=values,
                          origin=compact - apart, leaves=OPENS + 0.05, arrives=OPENED - 0.1, visible_until=GONE,
                          **(texts if figure.scene.look.numbers else {}))  # fmt: skip
    parts = [weights]
    for size, color, since in ((cast.kernel, OUTLINE, ALWAYS), (cast.reach, figure.theme.tube, OPENED - 0.1)):
        shape, forward = ring(size[1] + 0.03, size[0] + 0.03)
        words_ = "tube " + " ".join(f"{v:.4g}" for v in (*shape, thickness(cast.cell)))
        middle = first + ((size[1] - 1) / 2, forward, -(size[0] - 1) / 2)
        kind = figure.cube(color, words_)
        parts.append(Points.make([middle], cube=kind, faded=kind, visible_from=since, visible_until=GONE))
    figure.volume(f"{cast.role}.opening", "Kernel that opens", parts, (0, 0, 0), cast.cell, parent=cast.role)
    if not figure.scene.look.labels:
        return
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    dilated = axes_text(cast.trace.dilation)
    lines = (("1", cast.kernel, 0.0, ALWAYS), (dilated, cast.reach, 5.0, OPENED - 0.1))
    said = [(f"{words.dilation} {by}:  {words.reach} {shape_text(size[-axes:])}", y + under, since)
            for by, size, under, since in lines]  # fmt: skip
    figure.words("opening", "Reach of the kernel", [
        figure.text(text, x, at, NAME, align="center", visible_from=since, visible_until=GONE)
        for text, at, since in said])  # fmt: skip
