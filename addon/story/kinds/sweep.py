# SPDX-License-Identifier: GPL-3.0-or-later
"""Kind `sweep`: a window over a picture of very many small cells, in relief; a few positions are worked out on
the bench.

Ink stands proud of the paper; of the output, positive cells stand proud and negative ones are sunk. No digits.
"""

import numpy as np

from ..acts.rhythm import DOUBLE, FULL, Rhythm, rhythm
from ..cast import slabs, volumes
from ..cast.arrangement import ASIDE, BENEATH
from ..cast.bench import RESULT, SLAB, Bench
from ..cast.figure import SMALL
from ..cast.relief import Relief, relief
from ..cast.weighted import Weighted, first_middle
from ..page.glyphs import number, width
from ..page.layout import Block, Column, Row
from ..page.view import HEIGHT, UNIT
from ..plan.plan import Points
from .sliding import ABOVE, LINE, NAMED, Sliding
from .sliding import validate as validate  # what holds for sliding holds here

BAR = 2.7  # page units: the cells of the colour bar
BLANK = 0.08  # what a step that meets no ink is worth of a run's time, where one that does is worth 1


def build(scene, trace):
    """The plan of one channel and one filter over many cells."""
    return _Sweep(scene, trace).plan()


class _Sweep(Sliding):
    Cast, largest, says_runs = Relief, 3.0, False

    def layout(self, bench: float):
        words = {"above": ABOVE, "left": ASIDE + 0.8, "below": BENEATH, "slab": slabs.VOLUME}
        self.given = Block("input", Weighted.block_size(self.shape, 1), **words)
        self.weights = Block("kernel", (self.kernel[1], 1, self.kernel[0]), 0.0, above=ABOVE, least=5.6 * bench,
                             slab=slabs.VOLUME)  # fmt: skip
        pair = {"least": 6.6 * bench, "slab": SLAB}
        self.panel = Block("panel", Bench.panel_size(self.kernel, True), 0.0, **pair)
        self.made = Block("output", (self.columns, 1, self.rows), **words)
        self.result = Block("result", (RESULT, RESULT, RESULT + NAMED), 0.0, **pair)
        low = Row([self.panel, self.result], gap=0.0, spread=2.0, align=(0.5, 0.7))
        middle = Column([self.weights, low], gap=3.0, spread=8.0)
        return Row([self.given, middle, self.made], gap=2.0, spread=6.0, align=(0.5, 0.5))

    def pacing(self) -> Rhythm:
        flat = self.out.ravel()
        high, low = int(flat.argmax()), int(flat.argmin())
        wanted = sorted({i for i, there in ((high, flat[high] > 0), (low, flat[low] < 0)) if there} or {0})
        explained = dict(zip(wanted, (FULL, DOUBLE), strict=False))
        return rhythm(self.count, explained, self.scene.timing, spent=2.0, weights=self.pace())

    def pace(self) -> np.ndarray:
        met = np.array([bool(np.any(self.trace[i].values)) for i in range(self.count)])
        return np.where(met, 1.0, BLANK)

    def add_window(self) -> None:
        self.cast.add_ring("Window", until=self.count - 0.46, lift=self.cast.height, thickness=0.24)

    def add_marker(self, size: float = 2.0, thickness: float = 0.2, lift: float = 0.0) -> None:
        super().add_marker(size, thickness, self.cast.height)

    def output(self) -> list[Points]:
        births = np.arange(self.count, dtype=float)
        made = relief(self.figure, self.out, self.cast.sum_fill, self.out / self.cast.sum_greatest * self.cast.height,
                      visible_from=births)  # fmt: skip
        made["step"][:] = np.arange(self.count)
        everywhere = np.ones((1, self.rows, self.columns), bool)
        return [made, volumes.glass(self.figure, everywhere, everywhere, visible_until=births)]

    def names(self) -> list[Points]:
        w, figure = self.scene.words, self.figure
        said = super().names()
        del said[2]  # the output is as large as the input: its formula says little
        scale = (w.ink if self.scene.input.idx is not None else w.shade)
        text = scale.replace("{low}", "0").replace("{high}", number(self.scene.input.levels - 1))
        box, right = self.given.box, figure.page.width - 8.0
        said.append(figure.text(text, box[2], box[1] - 1.6, SMALL, figure.theme.secondary, align="right"))
        if self.scene.why:  # it says what the colours mean: so it stands all the time
            said.append(figure.text(self.scene.why, right, LINE, SMALL, align="right"))
        return [*said, *self._scale()]

    def line_middle(self, wide: float) -> float:
        """Clear of the line that says what the colours mean."""
        end = self.figure.page.width - 8.0 - width(self.scene.why) * SMALL * HEIGHT
        return min(super().line_middle(wide), end - 3.0 - wide / 2)

    def name_place(self, wide: float) -> tuple[float, float]:
        """Below it: above stand the pairs and the output's numbers."""
        box, clear = self.result.box, self.panel.box[2] + 2.5 + wide / 2
        return max((box[0] + box[2]) / 2, clear), box[3] + 6.0

    def _scale(self) -> list[Points]:
        """A bar of the output's colours, above the output's right end, and what its ends and its middle stand for."""
        figure, page, made = self.figure, self.figure.page, self.made
        greatest, edge = self.cast.sum_greatest, BAR * UNIT
        values = np.array([k / 3 * greatest for k in range(-3, 4)])
        end = page.seen(made.corner + made.cell * np.array([self.columns, 0, self.rows]))
        across, down = end - len(values) * edge * page.axes[0] - (0.8, 2.0)
        corner = page.floor(across, down)
        cells = volumes.block(figure, values[None, None], self.cast.sum_fill, cell=edge, digits=False, dims=False)
        figure.volume("scale", "Colour bar", cells, first_middle(corner, edge, 1), edge)
        figure.casts(corner, corner + edge * np.array([len(values), 1, 1]))
        texts = []
        for k, value in ((0, -greatest), (3, 0.0), (6, greatest)):
            x, y = page.seen(corner + edge * np.array([k + 0.5, 0.5, 1.0]))
            texts.append(figure.text(number(value), x, y - 1.6, SMALL, align="center"))
        return texts

    def why(self) -> None:
        """Said with the names."""


