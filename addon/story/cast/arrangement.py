# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the blocks of several channels or filters stand: input, filters and output, and the bench with a panel per
channel. The bench stands below them all, or beside the input and below the others: whichever leaves cells and pairs
the larger. On upright pages they stand one below the other, and the bench may have two rows. Of many channels, filters
or slices some stand (cast/excerpt.py).
"""

from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

from ..page.layout import Block, Column, Row, solve
from ..page.view import LINE, UNIT, Page
from . import cards, slabs
from .bench import PARTIAL, RESULT, SLAB, SMALL_SLAB, WIDER, Bench
from .excerpt import LEFT, Excerpt
from .stack import depth

OUT = 14.0  # page units at most at the input's left for what slides out of it
ABOVE, ASIDE, BENEATH = 4.4, 3.0, 2.4  # page units for a name above a block, row numbers at its left, column numbers
DOTS, UNDER = 4.0, 5.8  # page units for dots between filters, and for the count of channels left out, on two lines
PANEL_CARD = 0.45  # height of a card on a panel, in bench cells
NAMED = 0.36  # room for a cell's name above the result, in bench cells
MANY = 4  # filters: of more of them fewer positions are worked out
CHANNELS, FILTERS = 12, 16  # of more than so many the first few and the last stand
LEGIBLE = 3.4  # page units: where pairs would be smaller, fewer channels have a panel
FEW, FEW_UPRIGHT = 4, 3  # channels of a filter that always have one; the same on upright pages
FILTERS_UPRIGHT = 4
KEEPS_PRODUCTS = 1  # channels: with more, products do not stay beside their pairs
READ, READ_PAIRS = 4.2, 6.6  # page units: cells of volumes and of pairs whose digits are easily read
LARGEST = 7.5  # page units: a volume's largest cells
PANELS = (8.2, 7.6, 7.0, 6.6, 6.2, 5.8, 5.4, 5.0, 4.2, 3.4, 2.6, 1.8)  # bench cells that are tried, page units
PICTURE = 14  # rows or columns of an input whose cells are much smaller than a filter's have to be
WAITS = (0.54, 0.5, 0.45, 0.4, 0.36)  # by how much smaller than others cells of waiting filters may be
KEPT = 0.985  # of the volumes' cells that is left where what stands beside them grows
SIDES = 14.0  # page units at most between a single panel and its result, besides the gap
WORK, WAITING = 3.6, 1.0  # page units: beside it cells of the filter at work and of those that wait are not smaller
WORK_UPRIGHT = 2.2  # the former on upright pages
ARROW = 2.4  # page units between a panel and its sum at least there
TOP, BOTTOM, SIDE = 10.7, 85.0, 8.0  # page units: between these the blocks stand
AT_WORK = 1.12, 0.75  # cells of the filter at work, of the volumes' cells; the same with the bench under it


class Way(NamedTuple):
    """One way to arrange a figure: bench cells of so many page units, whether products stay beside their pairs, where
    things are (the bench BELOW all others, BESIDE the input, or UNDER the filters, with its result under the output; on
    upright pages all IN_COLUMN or the output BY_FILTERS), how many filters wait side by side, how many rows the bench
    has, how many bench cells further its pairs stand apart, and by how much smaller than others cells of waiting
    filters are."""

    panel: float
    products: bool
    where: str
    wide: int
    rows: int = 1
    wider: float = 0.0
    waits: float = WAITS[-1]


BELOW, BESIDE, UNDER_FILTERS = "below", "beside", "under filters"
IN_COLUMN, BY_FILTERS = "in column", "by filters"


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
    headed: float = 0.0  # page units by which it begins further down
    products: bool = False  # they stay beside their pairs
    wider: float = 0.0  # and are so many bench cells further from the next
    where: str = BELOW  # the bench is (Way)
    inner: Excerpt | None = None  # which channels of a filter stand, and have a panel
    shown: Excerpt | None = None  # which of the input's
    written: Excerpt | None = None  # which filters and slices
    rest: Block | None = None  # of the channels without a panel
    small: list[Block] = field(default_factory=list)
    panels: list[Block] = field(default_factory=list)
    partials: list[Block] = field(default_factory=list)

    def solve(self, page: Page) -> bool:
        """Place everything on a page, as many channels as can be read; False where there is no room for it."""
        narrow = page.upright
        self._choose(self.per, narrow)
        fits = self.per <= CHANNELS and self._best(page)
        if (fits and self.panels[0].cell >= LEGIBLE * UNIT) or self.per <= (FEW, FEW_UPRIGHT)[narrow]:
            return fits
        self._choose((3 if max(self.kernel) < 3 else 2) - narrow, narrow)
        if self._best(page):
            return True
        self._choose(self.per, narrow)
        return self.per <= CHANNELS and self._best(page)

    def _choose(self, first: int, narrow: bool) -> None:
        """Let so many first channels of a filter stand, and the last."""
        many = self.slices > (FILTERS, FILTERS_UPRIGHT)[narrow]
        self.written = Excerpt.few(self.slices, 3 - narrow, self.out[0]) if many else Excerpt.whole(self.slices)
        some = self.per > first + 1
        self.inner = Excerpt.few(self.per, first, self.kernel[0]) if some else Excerpt.whole(self.per)
        groups = self.channels // self.per
        seen = sorted({n * groups // self.slices for n in self.written.numbers})
        numbers = tuple(g * self.per + k for g in seen for k in self.inner.numbers)
        self.shown = Excerpt(self.channels, numbers, Excerpt.few(2, 1, self.shape[0]).gap)

    def _best(self, page: Page) -> bool:
        """Place all that stands; False where there is no room for it."""
        best, products = None, (True, False) if len(self.inner) <= KEEPS_PRODUCTS else (False,)
        places, rows = ((IN_COLUMN, BY_FILTERS), (1, 2)) if page.upright else ((BELOW, BESIDE), (1,))
        if self.per == 1 and not self.biased and not page.upright:
            places = (*places, UNDER_FILTERS)
        apart = (0.0, WIDER) if True in products and not page.upright else (0.0,)
        for stays, where, wide, many, wider in product(products, places, (4, 8), rows, apart):
            for panel in PANELS:
                way = Way(panel, stays, where, wide, many, wider * stays)
                cell = self._solve(page, way)
                # what can be read comes first, then how large the volumes are, then that products stay
                score = min(cell / READ, 1.0) + min(panel / READ_PAIRS, 1.0)
                score += 0.1 * min(cell, LARGEST) + 0.2 * stays + 0.05 * way.wider
                if page.upright:  # neither is paid for by the other
                    score = min(cell / READ, 1.0) * min(panel / READ_PAIRS, 1.0)
                if cell and (best is None or score > best[0] + 1e-6):
                    best = score, way, cell
        if best is None:
            return False
        _, way, cell = best
        # filters wait as large as costs the volumes nothing
        sizes = (way._replace(waits=waits) for waits in WAITS)
        way = next((w for w in sizes if self._solve(page, w) >= KEPT * cell), way)
        self._solve(page, way)
        self.products, self.wider, self.where = way.products, way.wider, way.where
        return True

    def _solve(self, page: Page, way: Way) -> float:
        self._blocks(way)
        if page.upright:  # what slides out of the input passes before the margin
            self.given.left = self.made.left = ASIDE
            self.work.least = min(self.work.least, WORK_UPRIGHT)
            for block in self.small:
                block.least = 0.6 * WAITING
        bottom = LINE - 3.3 if way.where == UNDER_FILTERS else BOTTOM
        return solve(page, self._tree(way), (SIDE, TOP + self.headed, page.width - SIDE, bottom), LARGEST)

    def _tree(self, way: Way):
        """The layout's tree."""
        several, middle = self.slices > 1, self.work
        if several:
            rows = [Row(self.small[k : k + way.wide], gap=0.9, spread=1.5)
                    for k in range(0, len(self.small), way.wide)]  # fmt: skip
            if self.written.hidden:
                rows = [Row([*self.small[:-1], self.apart, self.small[-1]], gap=0.9, spread=1.5)]
            self.small[0].above = ABOVE
            middle = Column([*rows, self.work], gap=3.6, spread=3.0)
            if way.where == IN_COLUMN:
                middle = Row([Column(rows, gap=3.6, spread=0.0), self.work], gap=3.0, spread=6.0, align=(0.5, 0.5))
        # of one channel without a bias there are no partial sums
        gap = 0.39 * way.panel if way.where in (BELOW, BESIDE) else max(0.39 * way.panel, ARROW)
        pairs = [Row([p, s], gap=gap, spread=0.0, align=(0.5, 0.62))
                 for p, s in zip(self.panels, self.partials, strict=False)] or self.panels  # fmt: skip
        if self.rest:
            pairs.insert(-1, self.rest)
        parts = [*pairs, *([self.extra] if self.extra else []), self.result]
        bench = Row(parts, gap=1.5, spread=SIDES if len(parts) == 2 else 3.0, align=(0.5, 0.62))
        if way.rows > 1:
            half = (len(pairs) + 1) // 2
            bench = Column([Row(p, gap=1.5, spread=1.8, align=(0.0, 0.62)) for p in (parts[:half], parts[half:])],
                           gap=1.5, spread=1.0, align=(0.0, 0.5))  # fmt: skip
        if way.where == UNDER_FILTERS:
            bench = Column([middle, self.panels[0]], gap=1.0, spread=5.0)
            return Row([self.given, bench, Column([self.made, self.result], gap=3.6, spread=8.0)], gap=4.0,
                       align=(0.5, 0.5))  # fmt: skip
        if way.where == IN_COLUMN:
            return Column([self.given, middle, self.made, bench], gap=1.0, spread=4.0)
        if way.where == BY_FILTERS:
            row = Row([middle, self.made], gap=3.0, spread=6.0, align=(0.5, 1.0))
            return Column([self.given, row, bench], gap=1.0, spread=4.0)
        if way.where == BESIDE:
            top = Row([middle, self.made], gap=4.0, spread=14.0, align=(0.5, 0.5))
            return Row([self.given, Column([top, bench], gap=2.0, spread=5.0)], gap=3.0, spread=4.0, align=(0.5, 0.5))
        top = Row([self.given, middle, self.made], gap=4.5, spread=14.0, align=(0.5, 0.6))
        return Column([top, bench], gap=-1.6 if several else -3.4, spread=3.0)

    def _blocks(self, way: Way) -> None:
        """The blocks of a way to arrange them."""
        panel = way.panel
        picture = max(self.shape) > PICTURE
        per, slices, several = len(self.inner), self.slices, self.slices > 1
        words = {"above": ABOVE, "left": ASIDE, "below": BENEATH, "slab": slabs.VOLUME}
        size = (self.shape[1] + cards.room(len(self.shown)), self.shown.deep, self.shape[0])
        # the copy of the window slides out to the left
        self.given = Block("input", size, **{**words, "left": min(max(ASIDE, 2 * size[1] + 3.8), OUT)})
        size = (self.kernel[1] + cards.room(2 if several else per), self.inner.deep, self.kernel[0])
        under = way.where == UNDER_FILTERS
        large = AT_WORK[under] if several else 1.4
        self.work = Block("filter", size, large, above=0.0 if several else ABOVE, slab=slabs.VOLUME,
                          least=READ * under or WORK * (several and picture))  # fmt: skip
        if self.written.hidden:
            words["left"] = LEFT
        wide, deep = self.out[1] + cards.room(len(self.written)), depth(slices, self.written)
        self.made = Block("output", (wide, deep, self.out[0]), **words)
        self.small = [Block(f"filter {n}", (self.kernel[1], *size[1:]), way.waits, slab=slabs.VOLUME,
                            least=WAITING * picture) for n in self.written.numbers] if several else []  # fmt: skip
        self.apart = Block("filters left out", (DOTS, 0.0, 1.0), ratio=0.0, least=1.0)
        wide, deep, high = Bench.panel_size(self.kernel, way.products, way.wider)
        tall = (wide, deep, high + 0.8 * PANEL_CARD * (per > 1))
        cube = {"ratio": 0.0, "least": panel}
        below = UNDER * (self.inner.hidden > 0)
        small = {"slab": SMALL_SLAB, "below": below, **cube}
        cube["below"] = below * (self.kernel[0] == 1)  # a row of pairs stands as low as what they come to
        shelves = Bench.shelves(self.kernel, way.products)
        self.panels = [Block(f"panel {c}", tall, slab=SLAB, shelves=shelves, **cube) for c in range(per)]
        some = per if per > 1 or self.biased else 0
        self.rest = Block("rest", (PARTIAL,) * 3, **small) if self.inner.hidden else None
        self.partials = [Block(f"sum {c}", (PARTIAL,) * 3, **small) for c in range(some)]
        self.extra = Block("bias", (PARTIAL,) * 3, **small) if self.biased else None
        self.result = Block("result", (RESULT, RESULT, RESULT + NAMED), slab=SLAB, **cube)

    def bench(self) -> Bench:
        """The bench where it has been placed."""
        bench = Bench(self.kernel, self.panels[0].cell, keeps_products=self.products, wider=self.wider)
        bench.panels = [bench.stand(p.corner) for p in self.panels]
        bench.partials = [bench.cube(p.corner, PARTIAL) for p in self.partials]
        bench.rest = bench.cube(self.rest.corner, PARTIAL) if self.rest else None
        bench.bias = bench.cube(self.extra.corner, PARTIAL) if self.extra else None
        bench.result = bench.cube(self.result.corner, RESULT)
        return bench
