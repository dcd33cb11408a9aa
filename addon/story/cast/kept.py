# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a comparison: the results that both runs have leave the larger output for the smaller."""

import numpy as np

from ..page.glyphs import number
from ..plan.plan import Points
from . import volumes
from .board import home
from .figure import Figure
from .shared import SECOND, Pair
from .windowed import TUBE, ring

OUT, LANDS = 0.12, 0.3  # the clock, past the window's end, when they stand out, and when they have arrived


def add_kept(figure: Figure, pair: Pair, boards, outs, fill, end: float) -> None:
    """Copies of the results of both, which stand out from the clock `end` on and fly; rings stay where they were.
    `boards` and `outs` are each run's block and its values (rows, columns)."""
    few, many = pair.kept
    unit, start, goal_home = boards[many].cell, home(boards[many]), home(boards[few])
    clocks = pair.clocks[few]
    row, column = np.divmod(np.searchsorted(pair.clocks[many], clocks), outs[many].shape[1])
    at = np.column_stack([column, 0 * column, -row]).astype(float)
    rows, columns = np.divmod(np.arange(len(clocks)), outs[few].shape[1])
    goal = goal_home + boards[few].cell * np.column_stack([columns, 0 * columns, -rows])
    values = outs[few].ravel()
    fills = [fill(v) for v in values]
    cubes = [figure.cube(f) for f in fills]
    digits = volumes.written(figure, [number(v) for v in values], fills, volumes.digit_size(unit))
    out = np.array([0.0, -1.4, 0.0])
    way = (goal - start) / unit - at - out
    copies = Points.make(at + out, cube=cubes, faded=cubes, lift=volumes.FACE, value=values, origin=[-out] * len(at),
                         leaves=end, arrives=end + OUT, visible_from=end, exit=way, exit_from=end + OUT + 0.02,
                         exit_via=way / 2 + (0, -0.6, 0), exit_until=end + LANDS,
                         exit_scale=[(boards[few].cell / unit,) * 3] * len(at), visible_until=end + LANDS,
                         **(digits if figure.scene.look.numbers else {}))  # fmt: skip
    size, forward = ring(1.03, 1.03)
    kind = figure.cube(SECOND, "tube " + " ".join(f"{v:.4g}" for v in (*size, TUBE)))
    rings = Points.make(at + (0, forward, 0), cube=kind, faded=kind, visible_from=end + 0.01)
    figure.volume("kept", "Results of both", [copies, rings], start, unit)
