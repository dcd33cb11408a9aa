# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kind `sliding` shows of one axis: the input is a row across the page, the output a row straight below it,
each of its cells under the middle of its window. The kernel stands in the corner above, the bench below it or below
the rows, and the weights ride on the window all along."""

import math

from ..acts.riding import HIGH, add_riders
from ..cast.figure import NAME, SMALL
from ..cast.windowed import planar
from ..page.captions import shape_text
from ..page.layout import solve
from ..page.terraces import Strip, Terraces, slope
from ..page.view import UNIT
from ..plan.plan import Points
from ..traits import output_size
from ..traits.meaning import equation_width, shapes_equation
from ..traits.padded_input import name_input
from .sliding import Sliding

KERNEL, BENCH = 1.0, 0.63  # of the input's cells: the kernel's; the bench's at least
RIGHT, ABOVE, BELOW = "right", "above", "below"  # where the output's words are, of its row
NEAR = 16.0  # page units: half of the shapes' equation at least
ASIDE, UNDER = 3.0, 3.6  # page units from the row to words at its right, and from one of their lines to the next


class Rows(Sliding):
    """One figure of one axis."""

    largest = 16.0

    def __init__(self, scene, trace):
        self.pitch = planar(trace)[1][1] if trace.output.shape[-1] > 1 else 1
        super().__init__(scene, trace)

    def settle(self, layout, ways=((BELOW, True), (RIGHT, False), (ABOVE, False))) -> None:
        super().settle(layout, ways)
        if self.tree.aside:  # copies have to fly over the row
            self.bench.way = (0.55, 0.0, 0.0), (0.0, -0.4, 5.0)

    @property
    def stands_out(self) -> bool:
        """Weights ride on the window, unless there are cells between those that it reads."""
        return max(self.cast.dilation) > 1

    def layout(self, bench: float, words: str, aside: bool):
        """The layout's tree; `words`: where the output's are, `aside`: the bench is below the kernel."""
        page, (kernel, _, _, dilation) = self.figure.page, planar(self.trace)
        block = self.blocks(1.0)
        self.given.left, self.weights.ratio, self.words_at = 0.0, KERNEL, words
        self.made = block("output", ((self.columns - 1) * self.pitch + 1, 1, 1), left=0.0)
        said = self.said()
        wide = max(self.figure.long(text, size) for text, size in said)
        between = 1.0 + UNDER * len(said) + slope(page) * wide if words == ABOVE else 0.0
        self.tree = Terraces(self.region(), self.given, self.made, self.weights, [self.panel, self.result],
                             aside=aside, shift=(kernel[1] - 1) * dilation[1] / 2, over=HIGH, between=between,
                             beside=ASIDE + wide if words == RIGHT else 0.0, least=BENCH * bench)  # fmt: skip
        return self.tree

    def said(self) -> list[tuple[str, float]]:
        """What is said of the output, from the top, with sizes of type."""
        name = f"{self.scene.words.output}  {shape_text(self.trace.output.shape[1:])}"
        return [(name, NAME), *((text, SMALL) for text in output_size.lines(self.scene, self.trace))]

    def beneath(self, blocks, bottom: float, largest: float, gap: float = 6.0) -> bool:
        """Where the bench stands while there is one."""
        _, _, right, low = self.region()
        strip = Strip(blocks, *self.tree.free, right, bottom if self.tree.aside else low, self.tree.aside)
        return solve(self.figure.page, strip, (0, 0, 0, 0), largest) > 0.0

    def hover(self) -> tuple:
        """Towards the viewer: so it is below the cells on the page and not beside them."""
        azimuth, far = math.radians(self.figure.page.azimuth), 1.2 * self.given.cell
        return far * math.sin(azimuth), -far * math.cos(azimuth), 0

    def add_window(self) -> None:
        super().add_window()
        add_riders(self.weighing, self.count - 0.46)

    def line_middle(self, wide: float) -> float:
        """Below the bench, where that is below the rows."""
        middle, page = (self.panel.box[0] + self.result.box[2]) / 2, self.figure.page.width
        return page / 2 if self.tree.aside else min(max(middle, 8.0 + wide / 2), page - 8.0 - wide / 2)

    def shapes(self) -> Points:
        """At the end: where the bench was, if that was below the kernel and nothing else is there now, or below the
        output and its words."""
        if self.tree.aside and not self.closes:
            return super().shapes()
        low = UNDER * len(self.said()) * (self.words_at == BELOW)
        near = max(NEAR, equation_width(self.figure, self.trace) / 2)
        x = self.made.box[0] + near if self.tree.aside else self.line_middle(2 * near)
        if self.closes and not self.tree.aside:
            x = self.figure.page.width / 2
        y = self.tree.under + slope(self.figure.page) * (x + near) + low + UNDER
        return shapes_equation(self.figure, self.trace, self.count - 0.46, x, y)

    def names(self) -> list[Points]:
        """What stands where, with the shapes; the output's where the layout has room."""
        figure, trace = self.figure, self.trace
        over = -HIGH * self.given.cell * figure.page.axes[2, 1]
        kernel = f"{self.scene.words.kernel}  {shape_text(trace.kernel_size)}"
        x = figure.within(self.weights.box[0], kernel, NAME)
        made = [name_input(figure, trace.input, trace.padding, self.given, x, over=over),
                figure.text(kernel, x, self.weights.box[1] - 1.6, NAME)]  # fmt: skip
        said = self.said()
        left, top, right, bottom = self.made.box
        wide = max(self.figure.long(text, size) for text, size in said)
        x, y = {ABOVE: (left, top - 1.4 - UNDER * (len(said) - 1)),
                BELOW: (left, self.tree.under + slope(figure.page) * (left + wide) + 0.8 * UNDER),
                RIGHT: (right + ASIDE, bottom - 0.63 * self.made.cell / UNIT - UNDER * (0.5 * len(said) - 0.8)),
                }[self.words_at]  # fmt: skip
        return made + [figure.text(text, figure.within(x, text, size), y + UNDER * n, size)
                       for n, (text, size) in enumerate(said)]  # fmt: skip
