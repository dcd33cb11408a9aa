# SPDX-License-Identifier: GPL-3.0-or-later
"""Cells of a picture in relief: how far a cell stands proud says its value, where digits would be too small.

With it come the window of such a picture, which stands before the relief, and the scale of cubes that says what
heights and colours mean.
"""

import numpy as np

from ..page import palette
from ..plan.plan import LANDED, NEVER, Points
from . import volumes
from .figure import Figure
from .weighted import Weighted
from .windowed import planes, ring

THICK = 1.5  # of a cell at height 0, in cells: room for sunken ones
ALIKE = 0.055  # cells by which neighbours may differ to have a seam as between equal ones
STEP = 0.1  # cells by which a neighbour must be higher to throw a shade
DIM = 0.86  # light on a picture outside the window: less would look like card
LOWEST = 0.3  # what is left of the sunken ones
BAR, RIM = 0.28, 0.44  # of a window's bars and of the pale rim behind them, how thick they are, in cells
BEHIND = 0.6  # cells by which the rim is further from the viewer


def relief(figure: Figure, values: np.ndarray, fill, heights: np.ndarray, *, offset=(0, 0), faded: bool = False,
           **columns) -> Points:  # fmt: skip
    """One plane (rows, columns) of boxes whose backs are flush: `heights` (cells) is how far each stands proud."""
    rows, across = values.shape
    thick = np.maximum(THICK + np.asarray(heights, float), LOWEST)
    # a side is seen where the neighbour there is lower
    higher = np.pad(thick, 1, constant_values=0.0)
    mask = np.zeros(values.shape, int)
    walls = np.zeros(values.shape, int)  # where the neighbour is clearly higher: a shade lies at its foot
    sides = (volumes.LEFT, 1, 1), (volumes.RIGHT, 1, -1), (volumes.BELOW, 0, -1), (volumes.ABOVE, 0, 1)
    for bit, axis, shift in sides:
        beside = np.roll(higher, shift, axis)[1:-1, 1:-1]
        mask |= bit * (beside >= thick - ALIKE)
        walls |= bit * (beside >= thick + STEP)
    mask[-1] |= volumes.BELOW
    fills = [fill(v, 0) for v in values.ravel()]
    shapes = [f"tile {m} {w} {t:.1f}" for m, w, t in zip(mask.ravel(), walls.ravel(), thick.ravel(), strict=True)]
    cubes = [figure.cube(f, s) for f, s in zip(fills, shapes, strict=True)]
    dims = [figure.cube(palette.lit(f, DIM), s) for f, s in zip(fills, shapes, strict=True)] if faded else cubes
    row, column = (a.ravel() for a in np.indices(values.shape))
    top, left = offset
    at = np.column_stack([column + left, THICK - 0.5 - thick.ravel() / 2, -(row + top)])
    scale = np.column_stack([np.ones(rows * across), thick.ravel(), np.ones(rows * across)])
    return Points.make(at, cube=cubes, faded=dims, scale=scale, row=row, column=column, value=values.ravel(), **columns)


def thicken(cells: Points) -> Points:
    """Frosted cells as deep as those of a relief at height 0."""
    cells["scale"][:, 1] *= THICK
    cells["position"][:, 1] += (THICK - 1) / 2
    cells["lift"][:] += (THICK - 1) / 2
    return cells


def rimmed(figure: Figure, role: str, name: str, parent: str, places: np.ndarray, shape, until: float) -> None:
    """A window of ink bars with a pale rim, which follows `places`: it is seen before pale cells and before dark ones.

    The rim is the same box with thicker bars, behind the ink along the line of sight: so its bars show at both sides.
    """
    figure.tube(role, name, parent, places, shape, (-LANDED, until), BAR)
    behind = places - BEHIND * figure.page.toward
    figure.tube(f"{role}.rim", f"{name}, rim", parent, behind, shape, (-LANDED, until), RIM, palette.WHITE)


class Relief(Weighted):
    """A weighted sum whose input is a picture in relief."""

    height = 1.6  # cells by which the greatest value stands proud

    @staticmethod
    def block_size(shape, channels: int) -> tuple[float, float, float]:
        return shape[1], THICK, shape[0]

    @property
    def proud(self) -> float:
        """How far the relief reaches towards the viewer, world units."""
        return self.height * self.cell

    def fill(self, value, channel: int) -> str:
        if self.signed:
            return palette.signed(value, self.greatest)
        return palette.grey(float(value), self.greatest, digits=True, bright=self.figure.scene.input.idx is None)

    def heights(self, values) -> np.ndarray:
        """How far values of the input stand proud, cells."""
        full = self.height if self.figure.scene.input.idx is not None else 0.5 * self.height
        return np.asarray(values, float) / self.greatest * full

    def sum_heights(self, values) -> np.ndarray:
        """How far sums stand proud; negative ones are sunk."""
        values = np.asarray(values, float) / self.sum_greatest
        return np.where(values > 0, self.height, THICK - LOWEST) * values

    def cells(self, solid: np.ndarray, digits: bool) -> Points:
        return relief(self.figure, self.input[0], self.fill, self.heights(self.input[0]),
                      offset=(self.pads[0][0], self.pads[1][0]), faded=True)  # fmt: skip

    def add_input(self, name: str, *, arrives: float | None, digits: bool = True) -> None:
        super().add_input(name, arrives=arrives, digits=digits)
        if not self.padded:
            return
        shell = slice(self.input[0].size, None)  # the frosted cells follow the picture's own
        thicken(Points({field: values[shell] for field, values in self.figure.volumes[-1].points.data.items()}))

    def add_window(self, name: str, until: float = NEVER) -> None:
        """The window: a ring just before the highest of its cells, so that it is seen around them."""
        shape, forward = ring(self.reach[1] + 0.03, self.reach[0] + 0.03)
        at = self.windows() + (0, forward, 0)
        at[:, 1] -= self._highest()
        rimmed(self.figure, f"{self.role}.window", name, self.role, np.tile(at, (len(self.trace) // len(at), 1)),
               shape, until)  # fmt: skip

    def _highest(self) -> np.ndarray:
        """How far the highest cell stands proud, of those of each window and of those above and right of it, which
        would cover its ring; cells."""
        high = self.heights(np.pad(self.input[0], self.pads))
        rows, columns = planes(self.trace.output).shape[1:]
        found = []
        for r, c in np.ndindex(rows, columns):
            top, left = r * self.stride[0], c * self.stride[1]
            own = high[max(top - 1, 0) : top + self.reach[0], left : left + self.reach[1] + 1]
            found.append(own.max(initial=0.0))
        return np.array(found)
