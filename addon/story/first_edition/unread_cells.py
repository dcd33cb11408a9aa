# SPDX-License-Identifier: GPL-3.0-or-later
"""Cells that no window reads, as where the stride does not divide: greyed in the input, and said.

What is read is a product of rows and columns, so what is left over is whole rows and whole columns.
"""

import numpy as np

from ..plan.plan import LANDED, Points
from .builder import PlanBuilder
from .primitives import as_rows, padded_shape, pads_of
from .theme import mix


def read_lines(trace) -> tuple[np.ndarray, np.ndarray]:
    """Which rows and which columns of the padded plane some window reads: two arrays of bools."""
    found = []
    axes = zip(trace.output.shape[1:], trace.kernel_size, trace.stride, trace.dilation, strict=True)
    for length, (count, k, s, d) in zip(padded_shape(trace)[-len(trace.stride):], axes, strict=True):
        read = (np.arange(count)[:, None] * s + np.arange(k) * d).ravel()
        lines = np.zeros(length, bool)
        lines[read[read < length]] = True
        found.append(lines)
    return (np.ones(1, bool), *found) if len(found) == 1 else tuple(found)


def left_over(trace) -> np.ndarray:
    """True for every input cell, shape (rows, columns), that no window reads; padding is not looked at."""
    (top, _), (left, _) = pads_of(trace)
    rows, columns = as_rows(trace.input[0]).shape
    read_rows, read_columns = read_lines(trace)
    return ~(read_rows[top : top + rows, None] & read_columns[None, left : left + columns])


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


def said(scene, trace) -> str:
    """What is left over, as in "1 row and 1 column are left over"; "" where all is read."""
    w = scene.words
    (top, _), (left, _) = pads_of(trace)
    sizes = as_rows(trace.input[0]).shape
    counts = [int((~lines[first : first + n]).sum())
              for lines, first, n in zip(read_lines(trace), (top, left), sizes, strict=True)]  # fmt: skip
    names = ((w.one_row, w.rows), (w.one_column, w.columns))
    parts = [one if n == 1 else f"{n} {many}" for n, (one, many) in zip(counts, names, strict=True) if n]
    return w.left_over.replace("{lines}", f" {w.and_word} ".join(parts)) if parts else ""
