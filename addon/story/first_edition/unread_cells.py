# SPDX-License-Identifier: GPL-3.0-or-later
"""Cells that no window reads (traits/unread.py), greyed in the input."""

import numpy as np

from ..plan.plan import LANDED, Points
from ..traits.unread import left_over
from .builder import PlanBuilder
from .theme import mix


def fade_unread(sheet: PlanBuilder, points: Points, trace) -> Points:
    """An input plane's points in which the cells that are left over turn grey when the first window lands, and stay.

    `points` have their input rows and columns, as `primitives.input_plane` gives them.
    """
    grid, rows, columns = left_over(trace), points["row"], points["column"]
    inside = (rows >= 0) & (rows < grid.shape[0]) & (columns >= 0) & (columns < grid.shape[1])
    own = np.zeros(len(points), bool)
    own[inside] = grid[rows[inside], columns[inside]]
    if not own.any():
        return points
    p = sheet.palette
    color = mix(sheet.theme.ghost, sheet.theme.muted, 0.28)
    grey, ink = p.cube(color), p.faded_ink_on(color)
    before = {name: column.copy() for name, column in points.data.items()}
    after = {name: column[own].copy() for name, column in points.data.items()}
    texts = {i: p.label(label.text, ink) for i, label in enumerate(p.labels)}
    for name in ("label", "label_faded"):
        after[name] = np.array([texts.get(int(i), -1) for i in after[name]], np.int32)
    after["cube"][:], after["faded"][:] = grey, grey
    after["visible_from"] = np.maximum(after["visible_from"], np.float32(-LANDED))
    after["grow_time"][:], after["before"][:] = 0.0, -1
    after["visible_until"] = before["visible_until"][own].copy()
    before["visible_until"][own] = np.minimum(before["visible_until"][own], np.float32(-LANDED))
    return Points.join([Points(before), Points(after)])

