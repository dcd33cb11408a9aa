# SPDX-License-Identifier: GPL-3.0-or-later
"""At the end copies of some results stand out of an output and fly to places of their own, and rings stay there."""

import numpy as np

from ..cast import caps, volumes, windowed
from ..cast.board import home
from ..cast.figure import Figure
from ..cast.shared import PREFIX, SECOND, Pair
from ..cast.windowed import TUBE
from ..page.layout import Block
from ..plan.plan import NEVER, NONE, Points
from ..plan.timeline import Timeline

OUT, LANDS = 0.12, 0.3  # the clock, past `end`, when copies stand out, and when they have arrived
LEAVING = 2.9  # seconds that it takes


def leave_clock(line: Timeline, end: float) -> None:
    """Key the clock, which stands at `end`, while copies leave."""
    line.wait(0.3)
    line.play("clock.step", end + OUT, 0.6)
    line.wait(0.9)
    line.play("clock.step", end + LANDS, 1.1)


def copies(figure: Figure, block: Block, at: np.ndarray, values: np.ndarray, fill, goals: np.ndarray,
           goal_cell: float, end: float, stays: bool = False) -> Points:  # fmt: skip
    """Copies of the cells of `block` at places `at` (n, 3; in its cells) that fly to the world places `goals`, where
    they are `goal_cell` long, from the clock value `end` on; and whether they stay there."""
    unit, texts, fills = block.cell, [figure.numbers.text(v) for v in values], [fill(v) for v in values]
    cubes = [figure.cube(f) for f in fills]
    digits = volumes.written(figure, texts, fills, volumes.digit_size(unit), cell=unit)
    digits = digits if figure.scene.look.numbers else {}
    out = np.array([0.0, -1.4, 0.0])
    way = (goals - home(block)) / unit - at - out
    return Points.make(at + out, cube=cubes, lift=volumes.FACE, value=values, origin=[-out] * len(at),
                       leaves=end, arrives=end + OUT, visible_from=end, exit=way, exit_from=end + OUT + 0.02,
                       exit_via=way / 2 + (0, -0.6, 0), exit_until=end + LANDS, exit_scale=goal_cell / unit,
                       visible_until=NEVER if stays else end + LANDS, **digits)  # fmt: skip


def rings(figure: Figure, at: np.ndarray, size: tuple[float, float], color: str, since: float,
          thick: float = TUBE) -> Points:  # fmt: skip
    """Rings around `size` (columns, rows) cells whose middles are at places `at`, there from a clock value on."""
    return windowed.rings(figure, at, (size[0] + 0.03, size[1] + 0.03), thick, color, visible_from=since)


def add_kept(figure: Figure, pair: Pair, boards, outs, fill, end: float) -> None:
    """Of two runs the results that both have leave the larger output for the smaller. `boards` and `outs` are each
    run's block and its values (rows, columns)."""
    few, many = pair.kept
    clocks, goal = pair.clocks[few], boards[few]
    row, column = np.divmod(np.searchsorted(pair.clocks[many], clocks), outs[many].shape[1])
    at = np.column_stack([column, 0 * column, -row]).astype(float)
    rows, columns = np.divmod(np.arange(len(clocks)), outs[few].shape[1])
    goals = home(goal) + goal.cell * np.column_stack([columns, 0 * columns, -rows])
    block, values = boards[many], outs[few].ravel()
    parts = [copies(figure, block, at, values, fill, goals, goal.cell, end),
             rings(figure, at, (1, 1), SECOND, end + 0.01)]  # fmt: skip
    figure.volume("kept", "Results of both", parts, home(block), block.cell)
    stand_out = caps.caps(figure, at, list(map(fill, values)), [figure.numbers.text(v) for v in values], values,
                          block.cell, visible_from=end)  # fmt: skip
    figure.volume("kept.caps", "Results of both stand out", stand_out, home(block), block.cell)
    apart = [int(np.diff(np.unique(lines))[0]) if np.ptp(lines) else 1 for lines in (column, row)]
    _others_recede(figure, f"{PREFIX[many]}output", at, apart, end)


def _others_recede(figure: Figure, role: str, kept: np.ndarray, apart, end: float) -> None:
    """From the clock value `end` on a volume's cells are out of the light, but for those at the places `kept`, whose
    numbers are on what stands out there; they lie so many columns and rows `apart`."""
    volume, middle = figure.part(role), (kept.min(axis=0) + kept.max(axis=0)) / 2
    before = volume.points.only(slice(None))
    cells = (before["row"] >= 0) & (before["visible_until"] > end)
    after = before.only(cells)
    before["visible_until"][cells] = end
    dim = figure.outside(after)
    after["faded"][:], after["label_faded"][:] = dim["cube"], dim["label"]
    after["label"][:], after["step"][:], after["visible_from"][:] = NONE, NONE, end
    counts = [round(n / d) + 1 for n, d in zip(np.ptp(kept, axis=0)[[0, 2]], apart, strict=True)]
    figure.change(volume, points=Points.join([before, after]), track=figure.track(f"{role}.kept", middle),
                  taps=(counts[0], 1, counts[1]), dilation=(apart[0], 1, apart[1]), fade=(end, NEVER))
