# SPDX-License-Identifier: GPL-3.0-or-later
"""Kind `sweep`: a window over a picture of very many small cells, in relief; a few positions are worked out on
the bench.

Ink stands proud of the paper; of the output, positive cells stand proud and negative ones are sunk. No digits.
"""

import numpy as np

from ..acts.rhythm import DOUBLE, FULL, Rhythm, rhythm
from ..cast import slabs, volumes
from ..cast.bench import RESULT, SLAB, Bench
from ..cast.figure import SMALL
from ..cast.relief import Relief, relief
from ..cast.weighted import Weighted
from ..page.glyphs import number
from ..page.layout import Block, Column, Row
from ..plan.plan import Points
from .sliding import ABOVE, LINE, NAMED, Sliding
from .sliding import validate as validate  # what holds for sliding holds here

BLANK = 0.08  # what a step that meets no ink is worth of a run's time, where one that does is worth 1


def build(scene, trace):
    """The plan of one channel and one filter over many cells."""
    return _Sweep(scene, trace).plan()


class _Sweep(Sliding):
    Cast, largest, says_runs = Relief, 3.0, False

    def layout(self, bench: float):
        self.given = Block("input", Weighted.block_size(self.shape, 1), above=ABOVE, slab=slabs.VOLUME)
        self.weights = Block("kernel", (self.kernel[1], 1, self.kernel[0]), 0.0, above=ABOVE, least=5.0 * bench,
                             slab=slabs.VOLUME)  # fmt: skip
        self.panel = Block("panel", Bench.panel_size(self.kernel, True), 0.0, least=7.0 * bench, slab=SLAB)
        self.made = Block("output", (self.columns, 1, self.rows), above=ABOVE, slab=slabs.VOLUME)
        self.result = Block("result", (RESULT, RESULT, RESULT + NAMED), 0.0, least=7.0 * bench, slab=SLAB)
        top = Row([self.weights, self.result], gap=3.0, spread=2.0, align=(0.5, 0.7))
        middle = Column([top, self.panel], gap=3.0, spread=6.0)
        return Row([self.given, middle, self.made], gap=4.0, spread=6.0, align=(0.5, 0.5))

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
        self.cast.add_ring("Window", until=self.count - 0.46, lift=self.cast.height, thickness=0.28)

    def add_marker(self, size: float = 1.5, thickness: float = 0.28, lift: float = 0.0) -> None:
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
        return said

    def why(self) -> None:
        """Said with the names."""


