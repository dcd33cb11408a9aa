# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a transposed convolution in two views: the first view's output comes back beside the second's, and it is
said in how many cells they agree."""

from dataclasses import dataclass, field

import numpy as np

from ..cast import board, slabs, volumes
from ..cast.adding import GOES, TINY, Adding
from ..cast.arrangement import ASIDE
from ..cast.figure import NAME, SUM, Figure
from ..cast.first_view import FIRST
from ..cast.one_plane import ABOVE, OnePlane
from ..page.layout import Block, Row, solve
from ..page.view import LINE, UNIT
from ..plan.plan import NEVER, Points
from ..traits.meaning import UNDER, equation_width, shapes_equation, wrapped
from .stamp_words import agreement, fitting

ROLE = f"output{FIRST}.again"
AGREE, EQUATION = 5.2, 5.2  # page units from the line about purpose up to that about both views, and on to the shapes


@dataclass
class Both:
    """`adding` has the first view's numbers; `end` is the clock at which the last window is gone."""

    figure: Figure
    trace: object
    adding: Adding
    end: float
    block: Block = field(init=False)  # of the first view's output, as it comes back
    equation: tuple[float, float, float] = field(init=False)  # page place of the shapes' equation, and its length
    low: float = field(init=False)  # page units: the height of the line about both views
    lines: tuple[float, float] = field(init=False)  # between which lines are, if there is room

    def stand(self, stage: OnePlane, fill) -> None:
        """Let the first view's output come back below the kernel, where the second view's bench was, or beside it. The
        equation is at its right, if there is room, else below it."""
        figure, page, made = self.figure, self.figure.page, stage.made
        self.lines = stage.given.box[2] + 4.0, page.width - 8.0
        self.low = LINE - UNDER * max(len(wrapped(figure, page.width / 2)) - 1, 0) - AGREE
        self.block = block = Block("both outputs", made.size, above=ABOVE, slab=slabs.VOLUME)
        whole = equation_width(figure, self.trace)
        if not self._equation(stage, whole):
            self._equation(stage, equation_width(figure, self.trace, whole - 0.1))
        (wide, _, high), end = block.size, self.end
        cells = volumes.block(figure, self.adding.final()[None], fill, cell=block.cell, dims=False, visible_from=end,
                              leaves=end, arrives=end + GOES)  # fmt: skip
        foot = np.array([(wide - 1) / 2, 0.0, 0.5 - high])
        cells["origin"][:], cells["enter_scale"][:] = (1 - TINY) * (foot - cells["position"]), TINY
        shade = volumes.shade(figure, block.size, visible_from=end + GOES)
        figure.volume(ROLE, "Output of the first view", [cells, shade], board.home(block), block.cell)
        slabs.add_slabs(figure, [block], ((end, NEVER),))

    def _equation(self, stage: OnePlane, long: float) -> bool:
        """Place the block, and the equation, so many page units long, at its right or below it; False where the latter
        is not clear of the output."""
        page, block, made = self.figure.page, self.block, stage.made
        for up in (0.0, EQUATION):
            self._place(stage, self.low - up - 4.0)
            x = max(block.box[2] + 2.0 + long / 2, (made.box[0] + made.box[2]) / 2)
            x, y = min(x, page.width - 8.0 - long / 2), (made.box[3] + self.low) / 2 + 1.0
            self.equation = x, y, long
            if x - long / 2 > block.box[2] + 1.9 and y > made.box[3] + 5.0:
                return True
        x, y = self.middle(long), self.low - EQUATION
        self.equation = x, y, long
        return y > made.box[3] + 5.0 or x + long / 2 < made.box[0] - ASIDE

    def _place(self, stage: OnePlane, low: float) -> None:
        """Where the block is largest, above the height `low` (page units)."""
        page, given, made, kernel = self.figure.page, stage.given.box, stage.made.box, stage.weights.box
        named = kernel[0] + self.figure.long(self.figure.scene.words.kernel_turned, NAME)
        found = []
        for left, top in ((8.0, kernel[3] + 2.0), (max(kernel[2], named) + 3.0, made[3] + 6.0)):
            left = max(left, given[2] + 3.0) if given[3] > top else left
            right = made[0] - ASIDE - 3.0 if made[3] > top else page.width - 8.0
            region = left, top, right, low
            found.append((solve(page, self._row(), region, stage.made.cell / UNIT), region))
        cell, region = max(found, key=lambda own: own[0])
        if not cell:  # there is room nowhere: small, below all
            region = 8.0, low - ABOVE - 4.0, page.width - 8.0, low
        solve(page, self._row(), region, stage.made.cell / UNIT)

    def _row(self) -> Row:
        return Row([self.block], align=(0.5, 0.5))

    def middle(self, long: float) -> float:
        """Where the middle of a line is, so many page units long: clear of the input, if there is room."""
        left, right = self.lines
        return max(self.figure.page.width / 2, min(left + long / 2, right - long / 2))

    def said(self) -> list[Points]:
        """The shapes as an equation, that both views agree, and which output is the first view's."""
        figure, name, (left, top, *_) = self.figure, self.figure.scene.words.first_view, self.block.box
        text = agreement(figure, self.trace, self.adding)
        size = fitting(figure, text, SUM)
        x = self.middle(figure.long(text, size))
        return [shapes_equation(figure, self.trace, self.end, *self.equation),
                figure.text(text, x, self.low, size, align="center", visible_from=self.end),
                figure.text(name, figure.within(left, name, NAME), top - 1.6, NAME, visible_from=self.end)]  # fmt: skip
