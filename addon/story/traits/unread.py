# SPDX-License-Identifier: GPL-3.0-or-later
"""Cells that no window reads, as where the stride does not divide: out of the light and without a number from when the
first window has landed, and said in the heading.

What is read is a product of rows and columns, so what is left over is whole rows and whole columns.
"""

import numpy as np

from ..cast.figure import Figure
from ..cast.windowed import planar, planes
from ..plan.plan import LANDED, NONE, Points

LIGHT = 0.36  # linear light on a cell that takes no part, where what is outside the window has 0.7


def read_lines(trace) -> tuple[np.ndarray, np.ndarray]:
    """Which rows and which columns of the padded plane some window reads: two arrays of bools."""
    kernel, stride, pads, dilation = planar(trace)
    sizes, counts, found = planes(trace.input).shape[1:], planes(trace.output).shape[1:], []
    for n, pair, count, k, s, d in zip(sizes, pads, counts, kernel, stride, dilation, strict=True):
        lines = np.zeros(n + sum(pair), bool)
        read = (np.arange(count)[:, None] * s + np.arange(k) * d).ravel()
        lines[read[read < len(lines)]] = True
        found.append(lines)
    return tuple(found)


def left_over(trace) -> np.ndarray:
    """True for every input cell, shape (rows, columns), that no window reads; padding is not looked at."""
    return ~np.logical_and.outer(*_own(trace))


def said(scene, trace) -> str:
    """What is left over, as in "1 row and 1 column left over"; "" where all is read."""
    w, counts = scene.words, [int((~lines).sum()) for lines in _own(trace)]
    names = ((w.one_row, w.rows), (w.one_column, w.columns))
    parts = [one if n == 1 else f"{n} {many}" for n, (one, many) in zip(counts, names, strict=True) if n]
    return w.left_over.replace("{lines}", f" {w.and_word} ".join(parts)) if parts else ""


def out_of_the_light(figure: Figure, trace, role: str = "input", other=None) -> None:
    """Darken the cells of a volume that no window reads, nor one of a second run; `role` names the volume."""
    grid = left_over(trace) & (left_over(other) if other else True)
    if not grid.any():
        return
    volume = figure.part(role)
    points = volume.points
    rows, columns = points["row"], points["column"]
    inside = (rows >= 0) & (rows < grid.shape[0]) & (columns >= 0) & (columns < grid.shape[1])
    own = inside & grid[np.where(inside, rows, 0), np.where(inside, columns, 0)]
    before, after = points.only(slice(None)), points.only(own)
    darker = {kind: figure.in_light(kind, LIGHT) for kind in set(after["cube"].tolist())}
    after["cube"][:] = after["faded"][:] = [darker[kind] for kind in after["cube"].tolist()]
    after["label"][:] = after["label_faded"][:] = NONE
    after["visible_from"][:] = -LANDED
    before["visible_until"][own] = np.minimum(before["visible_until"][own], -LANDED)
    figure.change(volume, points=Points.join([before, after]))


def _own(trace) -> list[np.ndarray]:
    """Which of the input's own rows and columns are read."""
    if trace.transposed:
        return _spread(trace)
    sizes, pads = planes(trace.input).shape[1:], planar(trace)[2]
    return [lines[pair[0] : pair[0] + n] for lines, pair, n in zip(read_lines(trace), pads, sizes, strict=True)]


def _spread(trace) -> list[np.ndarray]:
    """The same of an input that is spread by zeros: where padding exceeds the kernel's reach, not all are."""
    kernel, stride, _, dilation = planar(trace)
    borders = ((0, 0), *trace.grid_border)[-2:]
    sizes, counts, found = planes(trace.input).shape[1:], planes(trace.output).shape[1:], []
    for n, apart, (before, _), count, k, d in zip(sizes, stride, borders, counts, kernel, dilation, strict=True):
        read = np.arange(count)[:, None] + np.arange(k) * d - before
        found.append(np.isin(np.arange(n) * apart, read))
    return found
