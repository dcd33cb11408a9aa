# SPDX-License-Identifier: GPL-3.0-or-later
"""Caps: cells that stand out of a block's front by a part of a cell. A dilated window's own cells do, so that they are
told at a glance from those between them, which it covers and does not read."""

import numpy as np

from ..plan.plan import ALWAYS, LANDED, LEAVES, NEVER, NONE, Points
from . import volumes
from .windowed import Windowed, planes

WIDE, DEEP = 0.93, 0.62  # a cap's length along the face and into the picture, cells; its back is within its cell
FOOT = 0.98  # length of the ring around it, cells
PROUD = 0.27  # cells by which it stands out
FLUSH = 0.012  # and while the window is under way
RISES = 0.12  # of the clock
SHAPE = f"box {WIDE} {DEEP} {WIDE}"
FORWARD = -0.5 - PROUD + DEEP / 2  # from a cell's middle to that of its cap, along y


def caps(figure, at, fills, texts, values, cell: float, **columns) -> Points:
    """Caps on the cells at places `at` (n, 3; in cells `cell` long), in these colours and with these texts."""
    cubes = [figure.cube(fill, SHAPE) for fill in fills]
    size = volumes.digit_size(cell) if figure.scene.look.numbers else 0.0
    digits = volumes.written(figure, texts, fills, size, WIDE, cell=cell)
    return Points.make(np.asarray(at) + (0, FORWARD, 0), cube=cubes, lift=DEEP / 2 + 0.006, value=values,
                       **digits, **columns)  # fmt: skip


def raise_read(cast: Windowed, name: str) -> None:
    """Let the cells that a dilated window reads stand out while it stands over them, but for padding; rings are at the
    foot of them all."""
    cast.add_taps(f"Rings of {name}", long=FOOT)
    figure, trace, (top, left) = cast.figure, cast.trace, (cast.pads[0][0], cast.pads[1][0])
    values, found = planes(trace.input)[0], []
    down, across = (np.arange(k) * d for k, d in zip(cast.kernel, cast.dilation, strict=True))
    for step, (row, column) in enumerate(np.ndindex(planes(trace.output).shape[1:])):
        found += [(step, row * cast.stride[0] + r, column * cast.stride[1] + c) for r in down for c in across]
    found = np.array([(s, r, c) for s, r, c in found
                      if 0 <= r - top < values.shape[0] and 0 <= c - left < values.shape[1]])  # fmt: skip
    if not len(found):
        return
    step, row, column = found.T
    read = values[row - top, column - left]
    sunk = [(0.0, PROUD - FLUSH, 0.0)] * len(read)
    figure.volume(f"{cast.role}.caps", name.capitalize(), caps(
        figure, np.column_stack([column, 0 * row, -row]), [cast.fill(v, 0) for v in read],
        [figure.numbers.text(v) for v in read], read, cast.cell, step=step, origin=sunk, leaves=step - LANDED,
        arrives=step - LANDED + RISES, exit=sunk, exit_from=step + LEAVES, exit_until=step + LEAVES + RISES,
        visible_from=step - LANDED, visible_until=step + LANDED), (0, 0, 0), cast.cell, parent=cast.role)  # fmt: skip
    _numbered_by_caps(cast)


def _numbered_by_caps(cast: Windowed) -> None:
    """While there are windows a lit cell of the input is under a cap, which has its number."""
    figure, (rows, columns) = cast.figure, planes(cast.trace.input).shape[1:]
    volume, end = figure.part(cast.role), cast.steps - LANDED
    points = volume.points
    row, column = points["row"], points["column"]
    own = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    parts = [points.only(~own)]
    for since, until in ((ALWAYS, -LANDED), (-LANDED, end), (end, NEVER)):
        data = points.only(own)
        data["visible_from"][:] = np.maximum(data["visible_from"], np.float32(since))
        data["visible_until"][:] = np.minimum(data["visible_until"], np.float32(until))
        if since == -LANDED:
            data["label"][:] = NONE
        parts.append(data.only(data["visible_from"] < data["visible_until"]))
    figure.change(volume, points=Points.join(parts))
