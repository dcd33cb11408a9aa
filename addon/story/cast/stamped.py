# SPDX-License-Identifier: GPL-3.0-or-later
"""What the stamps of a transposed convolution make: where each lies, and how every cell's number comes about.

Stamp s is input cell s, row-major, times the kernel. All coordinates count on the grid of everything that the stamps
and the output reach, of which padding cuts the border.
"""

from dataclasses import dataclass

import numpy as np

from .windowed import planar, planes


@dataclass(frozen=True)
class Stamps:
    """`shape` of the grid, `crop` the cells around the output ((top, bottom), (left, right)), `places` each stamp's
    first cell (stamps, 2), `span` (rows, columns) how many cells a stamp reaches over."""

    shape: tuple[int, int]
    crop: tuple[tuple[int, int], tuple[int, int]]
    places: np.ndarray
    span: tuple[int, int]
    dilation: tuple[int, int]
    kernel: tuple[int, int]

    @classmethod
    def of(cls, trace) -> "Stamps":
        kernel, stride, pads, dilation = planar(trace)
        sizes, out = planes(trace.input).shape[1:], planes(trace.output).shape[1:]
        span = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))
        reach = [(n - 1) * s + k for n, s, k in zip(sizes, stride, span, strict=True)]
        shape = tuple(max(r, p[0] + o) for r, p, o in zip(reach, pads, out, strict=True))
        crop = tuple((p[0], n - p[0] - o) for n, p, o in zip(shape, pads, out, strict=True))
        rows, columns = (a.ravel() for a in np.indices(sizes))
        places = np.column_stack([rows * stride[0], columns * stride[1]])
        return cls(shape, crop, places, span, dilation, kernel)

    @property
    def cut(self) -> bool:
        """Whether padding cuts anything off."""
        return any(sum(pair) for pair in self.crop)

    def cells(self, stamp: int) -> np.ndarray:
        """The cells (n, 2) that a stamp lies on, row-major over the kernel's weights."""
        return self.places[stamp] + np.indices(self.kernel).reshape(2, -1).T * self.dilation

    def kept(self, cell) -> bool:
        """Whether a cell belongs to the output."""
        return all(a <= v < n - b for v, n, (a, b) in zip(cell, self.shape, self.crop, strict=True))

    def own(self, cell) -> tuple[int, int]:
        """A cell's row and column in the output."""
        return cell[0] - self.crop[0][0], cell[1] - self.crop[1][0]


@dataclass(frozen=True)
class Addition:
    """What one stamp adds to one cell: value × weight = `added`, and the cell's number with it."""

    stamp: int
    value: float
    weight: float
    added: float
    after: float


def additions(trace, stamps: Stamps) -> dict[tuple[int, int], list[Addition]]:
    """For every cell that a stamp reaches, in the order of the stamps, how its number comes about, without bias."""
    weights = planes(trace.weight[0])[0].ravel()
    made: dict[tuple[int, int], list[Addition]] = {}
    for s, value in enumerate(trace.input[0].ravel()):
        for (r, c), weight in zip(stamps.cells(s), weights, strict=True):
            own = made.setdefault((int(r), int(c)), [])
            added = value * weight
            own.append(Addition(s, value, weight, added, own[-1].after + added if own else added))
    return made


@dataclass(frozen=True)
class Told:
    """The cell of the output whose number is told at a stamp, with its additions until then."""

    cell: tuple[int, int]
    additions: tuple[Addition, ...]
    final: bool

    @property
    def value(self) -> float:
        return self.additions[-1].after


def told(story, stamps: Stamps, s: int) -> Told | None:
    """The cell of stamp s at which most stamps have added something; None where padding cuts all of it off."""
    found = []
    for cell in (tuple(map(int, c)) for c in stamps.cells(s)):
        own = tuple(a for a in story[cell] if a.stamp <= s)
        if stamps.kept(cell):
            found.append(Told(cell, own, len(own) == len(story[cell])))
    return max(found, key=lambda t: (len(t.additions), t.additions[-1].added != 0,
                                     sum(a.added != 0 for a in t.additions)), default=None)  # fmt: skip
