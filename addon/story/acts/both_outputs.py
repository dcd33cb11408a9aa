# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a transposed convolution in two views: the first view's output comes back beside the second's, and it is
said in how many cells they agree."""

from dataclasses import dataclass, field

import numpy as np

from ..cast import board, slabs, volumes
from ..cast.adding import GOES, TINY, Adding
from ..cast.figure import NAME, SUM, Figure
from ..cast.first_view import FIRST
from ..cast.one_plane import ABOVE, LINE, OnePlane
from ..page.glyphs import width
from ..page.layout import Block, Row, solve
from ..page.view import HEIGHT, UNIT
from ..plan.plan import NEVER, Points
from ..traits.meaning import equation_width, shapes_equation
from .stamp_words import agreement, fitting

ROLE = f"output{FIRST}.again"
AGREE, EQUATION = 5.2, 10.4  # page units from the line about purpose up to that about both views, and to the shapes


@dataclass
class Both:
    """`adding` has the first view's numbers; `end` is the clock at which the last window is gone."""

    figure: Figure
    trace: object
    adding: Adding
    end: float
    block: Block = field(init=False)  # of the first view's output, as it comes back
    equation: tuple[float, float] = field(init=False)  # page place of the shapes' equation
    lines: tuple[float, float] = field(init=False)  # between which lines are, if there is room

    def stand(self, stage: OnePlane, fill) -> None:
        """Let the first view's output come back where the second view's bench was. The equation is at its right, if
        there is room, else below it."""
        figure, panel, page, made = self.figure, stage.panel.box, self.figure.page, stage.made
        self.lines = stage.given.box[2] + 4.0, page.width - 8.0
        self.block = block = Block("both outputs", made.size, above=ABOVE, slab=slabs.VOLUME)
        long = equation_width(figure, self.trace)
        for up in (AGREE, EQUATION):
            region = panel[0], stage.weights.box[3] + 2.0, panel[2], LINE - up - 4.0
            solve(page, Row([block], align=(0.5, 0.5)), region, made.cell / UNIT)
            x = max(block.box[2] + 2.0 + long / 2, (made.box[0] + made.box[2]) / 2)
            x, y = min(x, page.width - 8.0 - long / 2), (made.box[3] + LINE - AGREE) / 2 + 1.0
            self.equation = x, y
            if x - long / 2 > block.box[2] + 1.9 and y > made.box[3] + 5.0:
                break
        else:
            self.equation = self.middle(long), LINE - EQUATION
        (wide, deep, high), end = block.size, self.end
        cells = volumes.block(figure, self.adding.final()[None], fill, cell=block.cell, dims=False, visible_from=end,
                              leaves=end, arrives=end + GOES)  # fmt: skip
        foot = np.array([(wide - 1) / 2, 0.0, 0.5 - high])
        cells["origin"][:], cells["enter_scale"][:] = (1 - TINY) * (foot - cells["position"]), TINY
        shade = volumes.shade(figure, (wide, deep, high), 0.0, foot, visible_from=end + GOES)
        figure.volume(ROLE, "Output of the first view", [cells, shade], board.home(block), block.cell)
        slabs.add_slabs(figure, [block], ((end, NEVER),))

    def middle(self, long: float) -> float:
        """Where the middle of a line is, so many page units long: clear of the input, if there is room."""
        left, right = self.lines
        return max(self.figure.page.width / 2, min(left + long / 2, right - long / 2))

    def said(self) -> list[Points]:
        """The shapes as an equation, that both views agree, and which output is the first view's."""
        figure, words, (left, top, *_) = self.figure, self.figure.scene.words, self.block.box
        text = agreement(figure, self.trace, self.adding)
        size = fitting(figure, text, SUM)
        x = self.middle(width(text) * size * HEIGHT)
        return [shapes_equation(figure, self.trace, *self.equation, self.end),
                figure.text(text, x, LINE - AGREE, size, align="center", visible_from=self.end),
                figure.text(words.first_view, left, top - 1.6, NAME, visible_from=self.end)]  # fmt: skip
