# SPDX-License-Identifier: GPL-3.0-or-later
"""Cells of a picture in relief: how far a cell stands proud says its value, where digits would be too small."""

import numpy as np

from ..page import palette
from ..plan.plan import Points
from . import volumes
from .figure import Figure
from .weighted import Weighted

THICK = 1.0  # of a cell at height 0, in cells
DIM = 0.86  # light on a picture outside the window: less would look like card
STANDS_OUT = 0.35  # cells by which a neighbour is higher that takes light
LOWEST = 0.25  # what is left of the sunken ones


def relief(figure: Figure, values: np.ndarray, fill, heights: np.ndarray, *, offset=(0, 0), faded: bool = False,
           **columns) -> Points:  # fmt: skip
    """One plane (rows, columns) of boxes whose backs are flush: `heights` (cells) is how far each stands proud."""
    rows, across = values.shape
    heights = np.asarray(heights, float)
    thick = np.maximum(THICK + heights, LOWEST)
    # a side is seen where the neighbour there is lower
    higher = np.pad(thick, 1, constant_values=0.0)
    mask = np.zeros(values.shape, int)
    for bit, axis, shift in ((volumes.LEFT, 1, 1), (volumes.RIGHT, 1, -1), (volumes.BELOW, 0, -1),
        (volumes.ABOVE, 0, 1)):
        mask |= bit * (np.roll(higher, shift, axis)[1:-1, 1:-1] >= thick - 1e-6)
    mask[-1] |= volumes.BELOW
    # and where a neighbour is higher it keeps light away
    beside, shaded = np.pad(thick, 1, mode="edge"), np.zeros(values.shape, int)
    for bit, axis, shift in ((volumes.LEFT, 1, 1), (volumes.RIGHT, 1, -1), (volumes.BELOW, 0, -1),
                             (volumes.ABOVE, 0, 1)):  # fmt: skip
        shaded |= bit * (np.roll(beside, shift, axis)[1:-1, 1:-1] > thick + STANDS_OUT)
    fills = [fill(v, 0) for v in values.ravel()]
    shapes = [f"shaded {m} {s}" if s else f"tile {m}" for m, s in zip(mask.ravel(), shaded.ravel(), strict=True)]
    cubes = [figure.cube(f, s) for f, s in zip(fills, shapes, strict=True)]
    dims = [figure.cube(palette.lit(f, DIM), s) for f, s in zip(fills, shapes, strict=True)] if faded else cubes
    row, column = (a.ravel() for a in np.indices(values.shape))
    top, left = offset
    at = np.column_stack([column + left, (THICK - thick.ravel()) / 2, -(row + top)])
    scale = np.column_stack([np.ones(rows * across), thick.ravel(), np.ones(rows * across)])
    return Points.make(at, cube=cubes, faded=dims, scale=scale, row=row, column=column, value=values.ravel(), **columns)


class Relief(Weighted):
    """A weighted sum whose input is a picture in relief."""

    height = 1.7  # cells by which the greatest value stands proud

    @property
    def proud(self) -> float:
        """How far the relief reaches towards the viewer, world units."""
        return self.height * self.cell

    def fill(self, value, channel: int) -> str:
        return palette.grey(float(value), self.greatest, digits=True, bright=self.figure.scene.input.idx is None)

    def cells(self, solid: np.ndarray, digits: bool) -> Points:
        heights = self.input[0] / self.greatest * self.height
        if self.figure.scene.input.idx is None:
            heights = heights * 0.5
        return relief(self.figure, self.input[0], self.fill, heights, offset=(self.pads[0][0], self.pads[1][0]),
            faded=True)
