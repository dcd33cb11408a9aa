# SPDX-License-Identifier: GPL-3.0-or-later
"""Before the first step a dilated kernel opens on the input: copies of its weights come to the cells that they would
read side by side, then move as far apart as those that they will read; rings stay around both reaches."""

import numpy as np

from ..cast import caps
from ..cast.board import home
from ..cast.figure import SUM, Figure
from ..cast.weighted import Weighted
from ..cast.windowed import planes, rings, thickness
from ..page import palette
from ..page.captions import axes_text, shape_text
from ..page.layout import Block
from ..plan.timeline import Timeline

OPENS = -3.0  # the clock when the weights set out; padding comes a unit later
COMPACT, APART, OPENED, GONE = (OPENS + part for part in (0.3, 0.4, 0.7, 0.9))
OPENING = 6.0  # seconds that it takes
LINES = 5.4  # page units from one line about it to the next


def opening_clock(line: Timeline) -> None:
    """Key the clock, which stands at OPENS, while the weights come, lie compact, move apart, and stay."""
    line.wait(0.6)
    line.play("clock.step", COMPACT, 1.0, easing="linear")
    line.wait(1.2)
    line.play("clock.step", OPENED, 1.0, easing="linear")
    line.wait(2.0)
    line.play("clock.step", OPENS + 1.0, 0.2, easing="linear")


def opens(cast: Weighted) -> bool:
    """Whether the kernel opens, and has room on the input to do so."""
    open_ = any(d > 1 and k > 1 for d, k in zip(cast.dilation, cast.kernel, strict=True))
    return open_ and all(r <= n for r, n in zip(cast.reach, cast.input.shape[1:], strict=True))


def add_opening(figure: Figure, cast: Weighted, weights: Block, free: Block) -> None:
    """Copies of the weights, which stand at the block `weights`, on the input; what is said of them stands where the
    block `free` is not yet."""
    axes, unit, (top, left) = len(cast.trace.kernel_size), cast.cell, (cast.pads[0][0], cast.pads[1][0])
    rows, columns = (a.ravel() for a in np.indices(cast.kernel))
    compact = np.column_stack([columns, 0 * rows, -rows]).astype(float)
    values = planes(cast.trace.weight[0])[0].ravel()
    location = cast.location + unit * np.array([left, 0, -top])
    from_kernel = (home(weights) + weights.cell * compact - location) / unit - compact
    parts = [caps.caps(figure, compact, [cast.weight_fill(v) for v in values],
                       [figure.numbers.text(v) for v in values], values, unit, origin=from_kernel,
                       enter_scale=weights.cell / unit, leaves=OPENS, arrives=COMPACT,
                       enter_via=[(0, -2.0, 0)] * len(values), exit=compact * (cast.dilation[1], 1, cast.dilation[0])
                       - compact, exit_from=APART, exit_until=OPENED, visible_from=OPENS + 1e-3,
                       visible_until=GONE)]  # fmt: skip
    # the first within the second and before it: both are seen where they meet
    reaches = ((cast.kernel, palette.WHITE, COMPACT, 0.12), (cast.reach, figure.theme.tube, OPENED, 0.0))
    for size, color, since, within in reaches:
        shape, middle = np.array(size[::-1]) + 0.03 - within, ((size[1] - 1) / 2, -within / 4, -(size[0] - 1) / 2)
        parts.append(rings(figure, [middle], shape, thickness(unit), color, visible_from=since, visible_until=GONE))
    figure.volume("opening", "Kernel that opens", parts, location, unit)
    if figure.scene.look.labels:
        words, (x, top, _, bottom) = figure.scene.words, free.box
        said = [f"{words.dilation} {d}:  {words.reach} {shape_text(r[0][-axes:])}"
                for d, r in zip(("1", axes_text(cast.trace.dilation)), reaches, strict=True)]  # fmt: skip
        figure.words("opening.names", "Reach of the kernel", [
            figure.text(text, x, (top + bottom) / 2 + LINES * n, SUM, visible_from=since, visible_until=GONE)
            for n, (text, since) in enumerate(zip(said, (COMPACT, APART), strict=True))])  # fmt: skip
