# SPDX-License-Identifier: GPL-3.0-or-later
"""Caps: cells that stand out of a block's front by a part of a cell, as those do that a window reads. Those of a
dilated window are apart, so that they are told at a glance from those between, which it covers and does not read."""

import numpy as np

from ..plan.plan import ALWAYS, LANDED, LEAVES, NEVER, NONE, Points
from . import volumes
from .windowed import Windowed, thickness, with_rows

WIDE, DEEP = 0.93, 0.62  # a cap's length along the face and into the picture, cells; its back is within its cell
CLOSE = 0.955  # its length along the face where caps stand side by side
FOOT = 0.98  # length of the ring around it, cells
PROUD = 0.2  # cells by which it stands out
FLUSH = 0.012  # and while the window is under way
RISES = 0.12  # of the clock
FORWARD = -0.5 - PROUD + DEEP / 2  # from a cell's middle to that of its cap, along y


def caps(figure, at, fills, texts, values, cell: float, wide: float = WIDE, inks=None, **columns) -> Points:
    """Caps on the cells at places `at` (n, 3; in cells `cell` long), in these colours and with these texts."""
    cubes = [figure.cube(fill, f"box {wide} {DEEP} {wide}") for fill in fills]
    size = volumes.digit_size(cell) if figure.scene.look.numbers else 0.0
    digits = volumes.written(figure, texts, fills, size, wide, cell=cell, inks=inks)
    return Points.make(np.asarray(at) + (0, FORWARD, 0), cube=cubes, lift=DEEP / 2 + 0.006, value=values,
                       **digits, **columns)  # fmt: skip


def add_window(cast: Windowed, until: float, explained) -> None:
    """The window of a single channel: the cells that it reads stand out while it stands over them, within a tube; of a
    dilated one each has a ring at its foot, and what it covers is within a ring on the front. At the `explained` steps
    of the clock they rise and sink; where the window runs they stand out at once, until the next do."""
    dilated = any(d > 1 for d in cast.dilation)
    cast.add_ring("Window", until, 0.0 if dilated else PROUD)
    if dilated:
        cast.add_taps("Rings of cells under the window", first=cast.base, long=FOOT)
    figure, theme, before = cast.figure, cast.figure.theme, [p[0] for p in cast.pads]
    steps, read, real, spots = [], [], [], []
    for n, step in enumerate(cast.trace):
        steps += [cast.base + n] * len(step.values)
        read, real = [*read, *step.values], [*real, *step.real]
        spots += list(with_rows(step.positions)[:, 1:] + before)
    step, (row, column) = np.array(steps, float), np.array(spots).T
    sunk = np.outer(np.isin(step, list(explained)), (0.0, PROUD - FLUSH, 0.0))
    figure.volume(f"{cast.role}.caps", "Cells under the window", caps(
        figure, np.column_stack([column, 0 * row, -row]),
        [cast.fill(v, 0) if own else theme.padding for v, own in zip(read, real, strict=True)],
        [figure.numbers.text(v) for v in read], read, cast.cell, WIDE if dilated else CLOSE,
        [None if own else theme.padding_ink for own in real], step=step, origin=sunk, leaves=step - LANDED,
        arrives=step - LANDED + RISES, exit=sunk, exit_from=step + LEAVES, exit_until=step + LEAVES + RISES,
        visible_from=step - LANDED, visible_until=step + LANDED), (0, 0, 0), cast.cell, parent=cast.role)  # fmt: skip
    _numbered_by_caps(cast, cast.base + len(cast.trace) - LANDED)


def aside(cast: Windowed) -> float:
    """How far what stands out and its tube reach to the left, page units: row numbers keep clear of them."""
    seen = cast.figure.page.seen
    reach = -thickness(cast.cell) / 2, -PROUD, 0
    return float(seen((0, 0, 0))[0] - seen(cast.cell * np.array(reach))[0])


def _numbered_by_caps(cast: Windowed, end: float) -> None:
    """While there are windows a lit cell of the input is under a cap, which has its number."""
    volume, parts = cast.figure.part(cast.role), []
    first = cast.base - LANDED
    for since, until in ((ALWAYS, first), (first, end), (end, NEVER)):
        data = volume.points.only(slice(None))
        data["grow_time"][data["visible_from"] < since] = 0.0  # they are there already
        data["visible_from"][:] = np.maximum(data["visible_from"], np.float32(since))
        data["visible_until"][:] = np.minimum(data["visible_until"], np.float32(until))
        if since == first:
            data["label"][:] = NONE
        parts.append(data.only(data["visible_from"] < data["visible_until"]))
    cast.figure.change(volume, points=Points.join(parts))
