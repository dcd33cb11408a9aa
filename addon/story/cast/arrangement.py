# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the blocks of several channels or filters stand: input, filters and output, and the bench with a panel per
channel. The bench stands below them all, or beside the input and below the others: whichever leaves cells and pairs
the larger. Of many channels, filters or slices some stand (cast/excerpt.py).
"""

from dataclasses import dataclass, field
from itertools import product

from ..page.layout import Block, Column, Row, solve
from ..page.view import UNIT, Page
from . import cards, slabs
from .bench import PARTIAL, RESULT, SLAB, SMALL_SLAB, Bench
from .excerpt import LEFT, Excerpt
from .stack import depth

OUT = 14.0  # page units at most at the input's left for what slides out of it
ABOVE, ASIDE, BENEATH = 4.4, 3.0, 2.4  # page units for a name above a block, row numbers at its left, column numbers
DOTS, UNDER = 4.0, 5.8  # page units for dots between filters, and for the count of channels left out, on two lines
PANEL_CARD = 0.45  # height of a card on a panel, in bench cells
NAMED = 0.36  # room for a cell's name above the result, in bench cells
MANY = 4  # filters: more of them are drawn smaller while they wait
CHANNELS, FILTERS = 12, 16  # of more than so many the first few and the last stand
LEGIBLE = 3.4  # page units: where pairs would be smaller, fewer channels have a panel
FEW = 4  # channels of a filter that always have one
KEEPS_PRODUCTS = 1  # channels: with more, products do not stay beside their pairs
READ, READ_PAIRS = 4.2, 6.6  # page units: cells of volumes and of pairs whose digits are easily read
LARGEST = 7.5  # page units: a volume's largest cells
PANELS = (8.2, 7.6, 7.0, 6.6, 6.2, 5.8, 5.4, 5.0, 4.2, 3.4, 2.6, 1.8)  # bench cells that are tried, page units
TOP, BOTTOM, SIDE = 10.7, 85.0, 8.0  # page units: between these the blocks stand


@dataclass
class Arrangement:
    """`shape` (rows, columns) of the padded input and `channels` of it, `kernel` (rows, columns), `per` channels of a
    filter, `slices` and `out` (rows, columns) of the output. After `solve` the blocks are placed."""

    shape: tuple[int, int]
    channels: int
    kernel: tuple[int, int]
    per: int
    slices: int
    out: tuple[int, int]
    biased: bool
    products: bool = False  # they stay beside their pairs
    inner: Excerpt | None = None  # which channels of a filter stand, and have a panel
    shown: Excerpt | None = None  # which of the input's
    written: Excerpt | None = None  # which filters and slices
    rest: Block | None = None  # of the channels without a panel
    small: list[Block] = field(default_factory=list)
    panels: list[Block] = field(default_factory=list)
    partials: list[Block] = field(default_factory=list)

    def solve(self, page: Page) -> bool:
        """Place everything on a page, as many channels as can be read; False where there is no room for it."""
        self._choose(self.per)
        fits = self.per <= CHANNELS and self._best(page)
        if (fits and self.panels[0].cell >= LEGIBLE * UNIT) or self.per <= FEW:
            return fits
        self._choose(3 if max(self.kernel) < 3 else 2)
        if self._best(page):
            return True
        self._choose(self.per)
        return self.per <= CHANNELS and self._best(page)

    def _choose(self, first: int) -> None:
        """Let so many first channels of a filter stand, and the last."""
        many = self.slices > FILTERS
        self.written = Excerpt.few(self.slices, 3, self.out[0]) if many else Excerpt.whole(self.slices)
        some = self.per > first + 1
        self.inner = Excerpt.few(self.per, first, self.kernel[0]) if some else Excerpt.whole(self.per)
        groups = self.channels // self.per
        seen = sorted({n * groups // self.slices for n in self.written.numbers})
        numbers = tuple(g * self.per + k for g in seen for k in self.inner.numbers)
        self.shown = Excerpt(self.channels, numbers, Excerpt.few(2, 1, self.shape[0]).gap)

    def _best(self, page: Page) -> bool:
        """Place all that stands; False where there is no room for it."""
        best = None
        for products in (True, False) if len(self.inner) <= KEEPS_PRODUCTS else (False,):
            for beside, wide in product((False, True), (4, 8)):
                for panel in PANELS:
                    cell = self._solve(page, panel, products, beside, wide)
                    # what can be read comes first, then how large the volumes are, then that products stay
                    score = min(cell / READ, 1.0) + min(panel / READ_PAIRS, 1.0)
                    score += 0.1 * min(cell, LARGEST) + 0.2 * products
                    if cell and (best is None or score > best[0] + 1e-6):
                        best = score, panel, products, beside, wide
        if best is None:
            return False
        self._solve(page, *best[1:])
        self.products = best[2]
        return True

    def _solve(self, page: Page, panel: float, products: bool, beside: bool, wide: int) -> float:
        return solve(page, self._tree(panel, products, beside, wide), (SIDE, TOP, page.width - SIDE, BOTTOM), LARGEST)

    def _tree(self, panel: float, products: bool, beside: bool, wide: int):
        """The layout's tree; `wide`: so many filters wait side by side."""
        several = self.slices > 1
        self._blocks(panel, products)
        middle = self.work
        if several:
            rows = [Row(self.small[k : k + wide], gap=0.9, spread=1.5) for k in range(0, len(self.small), wide)]
            if self.written.hidden:
                rows = [Row([*self.small[:-1], self.apart, self.small[-1]], gap=0.9, spread=1.5)]
            self.small[0].above = ABOVE
            middle = Column([*rows, self.work], gap=3.6, spread=3.0)
        # of one channel without a bias there are no partial sums
        pairs = [Row([p, s], gap=0.39 * panel, spread=0.0, align=(0.5, 0.62))
                 for p, s in zip(self.panels, self.partials, strict=False)] or self.panels  # fmt: skip
        if self.rest:
            pairs.insert(-1, self.rest)
        parts = [*pairs, *([self.extra] if self.extra else []), self.result]
        bench = Row(parts, gap=1.5, spread=3.0, align=(0.5, 0.62))
        if beside:
            top = Row([middle, self.made], gap=4.0, spread=14.0, align=(0.5, 0.5))
            return Row([self.given, Column([top, bench], gap=2.0, spread=5.0)], gap=3.0, spread=4.0, align=(0.5, 0.5))
        top = Row([self.given, middle, self.made], gap=4.5, spread=14.0, align=(0.5, 0.6))
        return Column([top, bench], gap=-1.6 if several else -3.4, spread=3.0)

    def _blocks(self, panel: float, products: bool) -> None:
        """The blocks, for bench cells of so many page units."""
        per, slices, several = len(self.inner), self.slices, self.slices > 1
        words = {"above": ABOVE, "left": ASIDE, "below": BENEATH, "slab": slabs.VOLUME}
        size = (self.shape[1] + cards.room(len(self.shown)), self.shown.deep, self.shape[0])
        # the copy of the window slides out to the left
        self.given = Block("input", size, **{**words, "left": min(max(ASIDE, 2 * size[1] + 3.8), OUT)})
        size = (self.kernel[1] + cards.room(2 if several else per), self.inner.deep, self.kernel[0])
        self.work = Block("filter", size, 1.12 if several else 1.4, above=0.0 if several else ABOVE, slab=slabs.VOLUME)
        if self.written.hidden:
            words["left"] = LEFT
        wide, deep = self.out[1] + cards.room(len(self.written)), depth(slices, self.written)
        self.made = Block("output", (wide, deep, self.out[0]), **words)
        small = 0.36 if len(self.written) > MANY else 0.45
        self.small = [Block(f"filter {n}", (self.kernel[1], *size[1:]), small, slab=slabs.VOLUME)
                      for n in self.written.numbers] if several else []  # fmt: skip
        self.apart = Block("filters left out", (DOTS, 0.0, 1.0), ratio=0.0, least=1.0)
        wide, deep, high = Bench.panel_size(self.kernel, products)
        tall = (wide, deep, high + 0.8 * PANEL_CARD * (per > 1))
        cube = {"ratio": 0.0, "least": panel}
        below = UNDER * (self.inner.hidden > 0)
        small = {"slab": SMALL_SLAB, "below": below, **cube}
        cube["below"] = below * (self.kernel[0] == 1)  # a row of pairs stands as low as what they come to
        self.panels = [Block(f"panel {c}", tall, slab=SLAB, **cube) for c in range(per)]
        some = per if per > 1 or self.biased else 0
        self.rest = Block("rest", (PARTIAL,) * 3, **small) if self.inner.hidden else None
        self.partials = [Block(f"sum {c}", (PARTIAL,) * 3, **small) for c in range(some)]
        self.extra = Block("bias", (PARTIAL,) * 3, **small) if self.biased else None
        self.result = Block("result", (RESULT, RESULT, RESULT + NAMED), slab=SLAB, **cube)

    def bench(self) -> Bench:
        """The bench where it has been placed."""
        bench = Bench(self.kernel, self.panels[0].cell, keeps_products=self.products)
        bench.panels = [bench.stand(p.corner) for p in self.panels]
        bench.partials = [bench.cube(p.corner, PARTIAL) for p in self.partials]
        bench.rest = bench.cube(self.rest.corner, PARTIAL) if self.rest else None
        bench.bias = bench.cube(self.extra.corner, PARTIAL) if self.extra else None
        bench.result = bench.cube(self.result.corner, RESULT)
        return bench
