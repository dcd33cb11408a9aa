# SPDX-License-Identifier: GPL-3.0-or-later
"""The weights ride on a window of one row: each stands on the cell that it multiplies, from the first window on."""

import numpy as np

from ..cast import volumes
from ..cast.bench import HALF
from ..cast.board import home
from ..cast.kernel import Kernel
from ..page.glyphs import CAP_HEIGHT, TIMES
from ..plan.plan import LANDED, Points
from .rhythm import START
from .summing import DIGITS

HIGH = HALF[2]  # cells: how high they stand on the row
BACK = 0.12  # cells: how far behind the middle, so that the tube in front hides nothing of them


def add_riders(kernel: Kernel, until: float) -> None:
    """Copies of a kernel's weights come to the first window as it does, and stay on it until a clock value."""
    figure, cast = kernel.figure, kernel.cast
    track, dilation = cast.windows(), cast.dilation[1]
    columns = np.arange(cast.kernel[1])
    rest = np.column_stack([(columns - columns.mean()) * dilation, 0 * columns + BACK, 0 * columns + (1 + HIGH) / 2])
    values = cast.trace.weight.ravel()
    fills = [cast.weight_fill(v) for v in values]
    cubes = [figure.cube(fill) for fill in fills]
    texts = [TIMES + figure.numbers.text(v) for v in values]
    written = volumes.written(figure, texts, fills, DIGITS * HIGH / CAP_HEIGHT, HALF[0], cell=cast.cell)
    source = home(kernel.block) + kernel.block.cell * np.column_stack([columns, 0 * columns, 0 * columns])
    away = (source - cast.location) / cast.cell - track[0] - rest
    figure.volume(f"{kernel.role}.riders", "Weights on the window", Points.make(
        rest, cube=cubes, scale=HALF, lift=0.49 * HALF[1], column=columns, row=0,
        value=values, origin=away, enter_via=away * (0.5, 0.5, 0.5) + (0, -1.0, 1.2),
        enter_scale=[kernel.block.cell / cast.cell / np.array(HALF)] * len(rest), leaves=START + 0.03,
        arrives=-LANDED, visible_from=START + 0.02, visible_until=until,
        **(written if figure.scene.look.numbers else {})),
        cast.location, cast.cell, rides=f"{cast.role}.track")  # fmt: skip
