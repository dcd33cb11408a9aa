# SPDX-License-Identifier: GPL-3.0-or-later
"""Kind `sweep`: one window runs over many small cells, which are shown in relief; a few positions are worked out on the
bench, and between them one cube says what each position comes to.
"""

import numpy as np

from ..acts.rhythm import DOUBLE, FULL, Rhythm
from ..cast import slabs, volumes
from ..cast.arrangement import BENEATH
from ..cast.bench import RESULT, SLAB, Bench
from ..cast.figure import NAME
from ..cast.one_plane import ABOVE
from ..cast.relief import Relief, relief, rimmed, thicken
from ..cast.windowed import ring
from ..page.captions import cell_name, shape_text
from ..page.glyphs import CAP_HEIGHT
from ..page.layout import Block, Column, Row
from ..page.view import HEIGHT, LINE, UNIT
from ..plan.plan import Points
from ..traits.meaning import equation_width, shapes_equation
from .sliding import Sliding
from .sliding import validate as validate  # what holds for sliding holds here

BLANK = 0.08  # what a step that meets no ink is worth of a run's time, where one that does is worth 1
CUBE = 2.6  # page units: the cubes that say what colours mean
SHARES = (-1.0, -0.6, -0.3, 0.0, 0.3, 0.6, 1.0)  # of the greatest sum: what the output's scale shows
ROWS = 4.6  # page units that row numbers take
PLINTH = (0.3, 0.4, 0.55)  # of the slabs of pictures: the marker of the lowest row is above the floor
WHY = 81.3  # page units: the baseline of what the colours mean


def accepts(scene, trace) -> bool:
    """One channel and one filter, whatever the size."""
    return len(trace.input) == len(trace.output) == 1


class _Sweep(Sliding):
    Cast, largest, says_runs = Relief, 3.0, False
    made_shadow = 0.3

    def region(self):
        """Row numbers stand left of it; on upright pages what the colours mean below it."""
        page = self.figure.page
        return 12.5, 12.5 + self.figure.headed, page.width - 8.8, 80.0 - 3.0 * page.upright

    def layout(self, bench: float):
        if self.figure.page.upright:
            bench *= 0.35
        self.given = Block("input", Relief.block_size(self.shape, 1), above=ABOVE, slab=PLINTH)
        self.weights = Block("kernel", (self.kernel[1], 1, self.kernel[0]), 0.0, above=ABOVE, least=5.4 * bench,
                             slab=slabs.VOLUME)  # fmt: skip
        self.panel = Block("panel", Bench.panel_size(self.kernel, True), 0.0, least=7.7 * bench, slab=SLAB,
                           shelves=Bench.shelves(self.kernel))  # fmt: skip
        self.made = Block("output", Relief.block_size((self.rows, self.columns), 1), above=ABOVE, slab=PLINTH)
        self.result = Block("result", (RESULT, RESULT, RESULT), 0.0, above=4.0, least=7.7 * bench, slab=SLAB)
        self.key = Block("key", (1, 1, 1), 0.0, least=CUBE * min(1.0, 2 * bench))
        self.scale = Block("scale", (len(self.shares), 1, 1), 0.0, least=CUBE * min(1.0, 2 * bench))
        # the result stands right above the last column of what it is the sum of, where the panel's slope leaves room
        top = Row([self.weights, self.result], gap=2.0, spread=8.0, align=(0.5, 1.0))
        middle = Column([top, self.panel], gap=-3.0, spread=4.0)
        pictures = [Column([picture, below], gap=1.0, spread=0.0, align=(align, 0.0)) for picture, below, align in
                    ((self.given, self.key, 0.0), (self.made, self.scale, 0.3))]  # fmt: skip
        if self.figure.page.upright:
            self.over, self.panel.above, self.given.below, self.made.below = self.panel, 2 * ABOVE, BENEATH, BENEATH
            self.made.above, self.scale.left = 2 * ABOVE, ROWS + 2.0
            sums = Row([self.weights, self.panel, self.result], gap=2.0)
            return Column([Row([self.given, self.made], gap=ROWS), self.key, self.scale, sums], gap=2.0,
                          align=(0.0, 0.5))  # fmt: skip
        return Row([pictures[0], middle, pictures[1]], gap=4.0, spread=7.0, align=(0.5, 0.0))

    def pacing(self) -> Rhythm:
        flat = self.out.ravel()
        high, low = int(flat.argmax()), int(flat.argmin())
        wanted = sorted({i for i, there in ((high, flat[high] > 0), (low, flat[low] < 0)) if there} or {0})
        explained = dict(zip(wanted, (FULL, DOUBLE), strict=False))
        return self.paced(explained)

    def pace(self) -> np.ndarray:
        met = np.array([bool(np.any(self.trace[i].values)) for i in range(self.count)])
        return np.where(met, 1.0, BLANK)

    def add_window(self) -> None:
        self.cast.add_window("Window", until=self.count - 0.46)

    def add_marker(self) -> None:
        """The ring around the cell that is being made, before all that is beside it by then."""
        row, column = (a.ravel() for a in np.indices((self.rows, self.columns)))
        high = np.pad(self.cast.sum_heights(self.out), 1, constant_values=-1.0)
        beside = [high[1:-1, 1:-1], high[:-2, 1:-1], high[1:-1, :-2], high[:-2, :-2], high[:-2, 2:]]
        front = np.max(beside, axis=0).ravel()
        shape, forward = ring(1.5, 1.5)
        rimmed(self.figure, "output.marker", "Output marker", "output",
               np.column_stack([column, forward - front, -row]), shape, self.count - 0.46)  # fmt: skip

    def output(self) -> list[Points]:
        births = np.arange(self.count, dtype=float)
        made = relief(self.figure, self.out, self.cast.sum_fill, self.cast.sum_heights(self.out), visible_from=births)
        made["step"][:] = np.arange(self.count)
        everywhere = np.ones((1, self.rows, self.columns), bool)
        return [made, thicken(volumes.glass(self.figure, everywhere, everywhere, visible_until=births))]

    def _sums(self):
        infos = super()._sums()
        self._running()
        self._scales()
        return infos

    def _running(self) -> None:
        """The name of the cell that is being made, above the cube that says what it comes to."""
        figure, run = self.figure, np.flatnonzero(self.until)
        if not figure.scene.look.labels or not len(run):
            return
        w, base, (x, y) = figure.scene.words, figure.scene.look.index_from, self.name_place(self.longest_name)
        left = x - self.longest_name / 2 + figure.long(f"{w.out}[{w.row} 20,", NAME)
        said = []
        for axis, name, closes in ((0, f"{w.out}[{w.row} ", ","), (1, f" {w.column} ", "]")):
            for n in range(self.out.shape[axis]):
                own = run[np.unravel_index(run, self.out.shape)[axis] == n]
                text = figure.text(f"{name}{n + base}{closes}", left, y, NAME, align=("right", "left")[axis],
                                   visible_from=run[0], visible_until=run[-1])  # fmt: skip
                said.append(Points({k: np.repeat(v, len(own), axis=0) for k, v in text.data.items()}))
                said[-1]["visible_from"][:], said[-1]["visible_until"][:] = own, self.until[own]
        figure.words("cell", "Cell at work", said)

    @property
    def longest_name(self) -> float:
        """Page units that a cell's name takes."""
        return self.figure.long(cell_name(self.scene, (20, 20)), NAME)

    @property
    def kernel_named(self) -> float:
        return self.panel.box[1] - 1.4 - ABOVE if self.figure.page.upright else super().kernel_named

    def name_place(self, wide: float) -> tuple[float, float]:
        """Above the result, clear of the output's row numbers; on upright pages of the panel beside it."""
        if self.figure.page.upright:
            return super().name_place(wide)
        left, top, right, _ = self.result.box
        return min((left + right) / 2, self.made.box[0] - ROWS - wide / 2), top - 1.4

    def line_middle(self, wide: float) -> float:
        """Clear of the line that says what the colours mean, where that is beside it."""
        if self.figure.page.upright:
            return super().line_middle(wide)
        end = self.figure.page.width - 8.0 - self.figure.long(self.scene.why, NAME)
        return min(super().line_middle(wide), end - 3.0 - wide / 2)

    def _scales(self) -> None:
        """What heights and colours mean, as cubes: the output's numbers, and the ends of the input's."""
        cast, values = self.cast, self.shares * self.cast.sum_greatest
        row = volumes.neighbours(np.ones((1, 1, len(values)), bool)).ravel()
        self._cubes("scale", self.scale, values, [cast.sum_fill(v) for v in values], row, [1.0, 0.0, 0.0])
        alone = [volumes.BELOW] * len(self.ends)
        self._cubes("key", self.key, self.ends, [cast.fill(v, 0) for v in self.ends], alone, self.apart)

    def _cubes(self, role: str, block: Block, values, fills, masks, step) -> None:
        """Cubes of these values on the floor, `step` (cells) from one to the next."""
        figure, along = self.figure, np.array(step)
        cubes = [figure.cube(f, f"cell {m}") for f, m in zip(fills, masks, strict=True)]
        at = np.arange(len(values))[:, None] * along
        name = {"scale": "Scale of the output", "key": "Scale of the input"}[role]
        figure.volume(role, name, Points.make(at, cube=cubes, value=values),
                      block.corner + block.cell / 2, block.cell)  # fmt: skip
        for place in at:
            low = block.corner + block.cell * place
            figure.casts(low, low + block.cell)

    @property
    def shares(self) -> np.ndarray:
        """Of the greatest sum, what the output's scale shows: of one sign, where sums have one, and 0."""
        shares = np.array(SHARES)
        return shares[((shares <= 0) | (self.out.max() > 0)) & ((shares >= 0) | (self.out.min() < 0))]

    @property
    def ends(self) -> np.ndarray:
        """The least and the greatest number of the input; one, where all are the same."""
        return np.unique([self.trace.input.min(), self.trace.input.max()])

    @property
    def meanings(self) -> list[str]:
        """What these mean, as in "0 = paper"; the number alone where it has none of a picture's two extremes."""
        w, found = self.scene.words, []
        parts = [part.strip() for part in (w.ink if self.scene.input.idx is not None else w.shade).split(",")]
        for value in self.ends:
            said = self.figure.numbers.about(value)
            extreme = not self.cast.signed and len(parts) == 2 and value in (0, self.cast.greatest)
            found.append(parts[int(value > 0)].replace("{low}", said).replace("{high}", said) if extreme else said)
        return found

    @property
    def apart(self) -> np.ndarray:
        """From one cube of the input's key to the next, in their cells, level on the page: what the first means stands
        between."""
        room = self.figure.long(self.meanings[0], NAME) + 1.4 * self.key.cell / UNIT + 4.0
        azimuth = np.radians(self.figure.page.azimuth)
        return room * UNIT / self.key.cell * np.array([np.cos(azimuth), np.sin(azimuth), 0.0])

    def names(self) -> list[Points]:
        figure, w, most = self.figure, self.scene.words, self.cast.sum_greatest
        said = super().names()[:2]
        left, top, right, _ = self.made.box
        text, over = f"{w.output}  {shape_text(self.trace.output.shape[1:])}", ABOVE * figure.page.upright
        said.append(figure.text(text, figure.within(left, text, NAME), top - 1.6 - over, NAME))
        said += [self._beside(self.key, k * self.apart, text) for k, text in enumerate(self.meanings)]
        shares, about = self.shares, figure.numbers.about
        if shares[0] < 0:
            said.append(self._beside(self.scale, np.zeros(3), about(-most), "right"))
        if shares[-1] > 0:
            said.append(self._beside(self.scale, np.array([len(shares) - 1.0, 0, 0]), about(most)))
        low = self.scale.corner + self.scale.cell * np.array([shares.tolist().index(0), 0, 0])
        left, top, right, _ = figure.page.box(low, low + self.scale.cell)
        said.append(figure.text("0", (left + right) / 2, top - 0.7, NAME, align="center"))
        left, top, right, _ = self.made.box
        if self.scene.why:  # it says what the colours mean: so it stands all the time
            size = min(NAME, (figure.page.width - 16.0) / figure.long(self.scene.why, 1.0))
            left = figure.within(right - figure.long(self.scene.why, size), self.scene.why, size)
            said.append(figure.text(self.scene.why, left, WHY, size))
        return said

    def _beside(self, block: Block, step, text: str, align: str = "left") -> Points:
        """A text beside a cube that stands so many cells from a block's first, level with its front."""
        low = block.corner + block.cell * step
        left, _, right, _ = self.figure.page.box(low, low + block.cell)
        _, y = self.figure.page.seen(low + block.cell * np.array([0.5, 0.0, 0.5]))
        x = right + 1.0 if align == "left" else left - 1.0
        return self.figure.text(text, x, y + CAP_HEIGHT * NAME * HEIGHT / 2, NAME, align=align)

    def shapes(self) -> Points:
        """At the end the shapes stand where sums did."""
        x = self.line_middle(equation_width(self.figure, self.trace))
        return shapes_equation(self.figure, self.trace, self.count - 0.46, x, LINE)

    def why(self) -> None:
        """What the colours mean stands with their scale all the time."""


begin = _Sweep
