# SPDX-License-Identifier: GPL-3.0-or-later
"""The stage of one plane: where input, kernel, bench and output stand, whose sum is one line below them."""

from functools import partial

from ...scene.checks import ValidationError
from ..page.layout import Block, Column, Row, solve
from . import slabs, volumes
from .arrangement import ASIDE, BENEATH, KEPT, READ
from .bench import RESULT, SLAB, Bench
from .windowed import Windowed

ABOVE = 4.6  # page units for a name above a block
NAMED = 0.36  # room for a cell's name above the result, in bench cells
# sizes of the bench that are tried, the largest that leaves room counts
BENCHES = (1.0, 0.85, 0.7, 0.55, 0.4, 0.3, 0.2)
GROWN = (1.6, 1.5, 1.4, 1.3, 1.2, 1.1, 1.0)  # how much larger it may be where that costs the volumes nothing
NARROW, LONG = 4, 6.8  # columns of a kernel that may be larger for long numbers; page units of its cells at most
UPRIGHT = 0.75  # of the bench's cells is kept on upright pages, where volumes are larger with a smaller one
LARGER = 1.02  # how much larger a pair is than an input's cell


def region(figure) -> tuple[float, float, float, float]:
    """Where blocks may stand on the page: left, top, right, bottom."""
    return 8.0, 11.8 + figure.headed, figure.page.width - 8.0, 80.9


def one_plane(trace, hint: str):
    """None, or (key, value, `hint`) where there are several channels or filters."""
    for key, count in (("input.channels", len(trace.input)), ("op.out_channels", len(trace.output))):
        if count > 1:
            return key, count, hint
    return None


class OnePlane:
    """What stands where. Whoever derives from it has `scene`, `figure`, `kernel` and `shape` (rows and columns of the
    input with its padding), and lays the blocks out; after `settle` they have places and `bench` stands. `cast` is the
    input's."""

    largest = 9.5  # the length of its largest cells, page units
    over = None  # the block over which the name of the result's cell stands, where it is not the result
    even = 0.0  # how much of the largest bench's cells is kept where volumes are larger with a smaller one; 0: all

    def settle(self, layout, ways=((),)) -> None:
        """Place what `layout(bench, *way)` makes of the largest bench that leaves room, in the one of `ways` with the
        largest cells, and set the bench up.

        Raises ValidationError (key `input.size`) where there is room for none.
        """
        page, best, most = self.figure.page, None, 0.0
        for bench in BENCHES:
            tried = [(solve(page, layout(bench, *way), self.region(), self.largest), way) for way in ways]
            cell, way = max(tried, key=lambda found: found[0])
            most = most or cell * bench
            if cell and (best is None or (cell > best[0] and cell * bench >= self.even * most)):
                best = cell, bench, way
            if best and not self.even:
                break
        if best is None:
            size = self.scene.input.size
            raise ValidationError("must be smaller to find room beside its kernel", "input.size", size)
        cell, bench, way = best
        # as much larger as costs the volumes nothing
        grown = (g * bench for g in GROWN)
        bench = next(g for g in grown if solve(page, layout(g, *way), self.region(), self.largest) >= KEPT * cell)
        self.bench = self.bench_at(self.panel, self.kernel)

    def bench_at(self, panel: Block, kernel) -> Bench:
        """The bench for a kernel (rows, columns), whose panel is a block."""
        bench = Bench(kernel, panel.cell, keeps_products=True, edge=RESULT * self.result.cell / panel.cell)
        bench.panels, bench.result = [bench.stand(panel.corner)], bench.cube(self.result.corner, bench.edge)
        return bench

    def region(self) -> tuple[float, float, float, float]:
        return region(self.figure)

    def blocks(self, bench: float):
        """Name the blocks of input, kernel and bench; returns what makes a block of an output, with room for words."""
        board = partial(Block, left=ASIDE, below=BENEATH, slab=slabs.VOLUME)
        self.given = board("input", Windowed.block_size(self.shape, 1), above=ABOVE)
        weights = self.trace.weight.ravel().tolist() if self.kernel[1] <= NARROW else []
        least = min(max(READ, *map(volumes.readable, map(self.figure.numbers.text, weights)), 0.0), LONG)
        self.weights = Block("kernel", (self.kernel[1], 1, self.kernel[0]), 0.8 * bench, above=ABOVE,
                             slab=slabs.VOLUME, least=least)  # fmt: skip
        self.panel = Block("panel", Bench.panel_size(self.kernel, True), LARGER * bench, slab=SLAB,
                           shelves=Bench.shelves(self.kernel))  # fmt: skip
        # it stands below the output: where the bench has room to grow, the result has none
        self.result = Block("result", (RESULT, RESULT, RESULT + NAMED), LARGER * min(bench, 1.0), slab=SLAB)
        return board

    def in_column(self) -> Column:
        """The layout's tree on upright pages: input and kernel, bench, output, one below the other; the volumes are not
        smaller than the bench needs."""
        self.even, self.over, self.panel.above = UPRIGHT, self.panel, ABOVE
        return Column([Row([self.given, self.weights], gap=3.0), Row([self.panel, self.result], gap=2.0), self.made],
                      gap=1.0)  # fmt: skip

    @property
    def kernel_named(self) -> float:
        """Page units: the baseline of the kernel's name."""
        return self.weights.box[1] - 1.6

    def hover(self) -> tuple:
        """How far a copy slides out of the input, world units."""
        return 0, -1.3 * self.weights.cell - self.cast.proud, 0

    def beneath(self, blocks: list[Block], bottom: float, largest: float, gap: float = 6.0) -> bool:
        """Place blocks of what stands for a while between the input and the output, below the kernel and down to
        `bottom` at most, `gap` page units apart; False where there is no room."""
        region = self.given.box[2] + 3.0, self.weights.box[3] + 0.5 * gap, self.made.box[0] - ASIDE - 3.0, bottom
        return solve(self.figure.page, Row(blocks, gap=gap, spread=gap), region, largest) > 0.0

    def line_middle(self, wide: float) -> float:
        """Where the middle of a sum's line is, `wide` page units long."""
        return self.figure.page.width / 2

    def name_place(self, wide: float) -> tuple[float, float]:
        """Where the middle of the name of the result's cell is: above it, and clear of the right margin."""
        left, top, right, _ = self.result.box
        y = self.over.box[1] - 1.4 if self.over else top + 1.4
        return min((left + right) / 2, self.figure.page.width - 8.0 - wide / 2), y
