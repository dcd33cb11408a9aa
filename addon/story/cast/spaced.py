# SPDX-License-Identifier: GPL-3.0-or-later
"""An input of several channels that zeros come between, as a transposed convolution asks for it (`Trace.as_conv`).

Until the clock `SPREADS` it stands compact; then its cells move apart, and the zeros arrive as padding does.
"""

from dataclasses import dataclass

import numpy as np

from ..page.layout import Block
from ..plan.plan import NONE, Points
from . import volumes
from .weighted import Weighted

SPREADS = -3.0  # the clock when its cells move apart
LEAVES, ARRIVES = SPREADS + 0.05, SPREADS + 0.95


@dataclass
class Spaced(Weighted):
    """The cast of one run; where no zeros come between its input's cells it is that of any weighted sum."""

    def __post_init__(self):
        super().__post_init__()
        self.apart = (1, *self.trace.spread)[-2:]
        self.own = self.input[:, :: self.apart[0], :: self.apart[1]]
        self.moves = self.own.shape != self.input.shape
        self.padded = self.padded or self.moves

    @property
    def aside(self) -> float:
        """Cells from the left of the grid to the compact input, which stands in its middle."""
        return (self.shape[1] - self.own.shape[2]) / 2

    def compact(self, block: Block) -> Block:
        """Where the input stands before it is spread, within the block of all."""
        if not self.moves:
            return block
        corner = block.corner + block.cell * np.array([self.aside, 0.0, 0.0])
        return block.like(self.figure.page, "source", (self.own.shape[2], self.deep, self.own.shape[1]), corner)

    def solid(self) -> np.ndarray:
        found = super().solid()
        if self.moves:
            (top, _), (left, _) = self.pads
            own = np.zeros_like(found)
            own[:, top :: self.apart[0], left :: self.apart[1]] = True
            found &= own
        return found

    def cells(self, solid: np.ndarray, digits: bool) -> Points:
        if not self.moves:
            return super().cells(solid, digits)
        figure, (top, left) = self.figure, (self.pads[0][0], self.pads[1][0])
        before = volumes.block(figure, self.own, self.fill, cell=self.cell, digits=digits, dims=False,
                               excerpt=self.shown, visible_until=SPREADS)  # fmt: skip
        before["position"][:] += np.float32((self.aside, 0.0, self.own.shape[1] - self.shape[0]))
        after = volumes.block(figure, self.own, self.fill, cell=self.cell, digits=digits, offset=(top, left),
                              solid=solid, apart=self.apart, standing=False, excerpt=self.shown,
                              visible_from=SPREADS, leaves=LEAVES, arrives=ARRIVES)  # fmt: skip
        after["origin"][:] = before["position"] - after["position"]
        return Points.join([before, after])

    def shell(self, everywhere, where, text: str, arrives: float | None) -> Points:
        made = super().shell(everywhere, where, text, arrives)
        if self.moves:  # its places are no rows and columns of the input
            made["row"][:] = made["column"][:] = NONE
        return made

    def shadows(self) -> None:
        """Of what moves: while it stands compact, and from when the zeros are there."""
        if not self.moves:
            super().shadows()
            return
        (rows, columns), (high, wide) = self.own.shape[1:], self.shape
        deep = self.deep
        foot = (wide - 1) / 2, (deep - 1) / 2, 0.5 - high
        self.figure.volume(f"{self.role}.shadow", "Input shadow", [
            volumes.shade(self.figure, (columns, deep, rows), foot, visible_until=SPREADS),
            volumes.shade(self.figure, (wide, deep, high), foot, strength=0.6, visible_from=ARRIVES),
        ], self.location, self.cell)  # fmt: skip

    def beside(self, card: Points) -> Points:
        """A card at the right of the grid, which comes from the right of the compact input."""
        if self.moves:
            card["origin"][:] = (-self.aside, 0.0, 0.0)
            card["leaves"][:], card["arrives"][:] = LEAVES, ARRIVES
        return card
