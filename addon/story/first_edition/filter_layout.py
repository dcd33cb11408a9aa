# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the parts of a figure with several filters stand: channels with their weights, filters with their slices.

Every arrangement (side by side or one over the other, how many columns, weights above or beside their plane, filters
above or beside their slice, how large each is) is measured, and the one that can be read best is taken.
"""

from dataclasses import dataclass, field

from ..page.glyphs import number, width
from .builder import DIGIT, FULL, NARROWEST, TALLEST, WORD, PlanBuilder, ink_width
from .layout import HALF_CELL, Block
from .primitives import as_rows, padded_shape

CAPTION = 1.3  # height of a caption line, in font sizes
DROP = 0.34  # of it lies below the baseline
RAIL, AIR = 7.0, 6.0  # pixels: below each row for guide lines; between a volume and what stands beside it
BETWEEN = 8.0  # pixels between channels, at least
SMALLEST = 4.0  # pixels: cells are not shown smaller
SEEN = 10.0  # pixels: smaller cells are hard to tell apart
SIZES = 48  # sizes of the input that are tried
HOME = (0.62, 0.5)  # of a slice's height, what its filter takes at home: of one channel, of several


@dataclass
class Place:
    """What stands together: a volume, and above or beside it what belongs to it; sizes in pixels."""

    beside: bool
    columns: int
    rows: int
    wide: float
    high: float


@dataclass
class Layout:
    """The arrangement that was taken, in pixels; blocks have their places."""

    inputs: list[Block]
    kernels: list[Block]
    stacks: list[Block]
    slices: list[Block]
    left: Place
    right: Place
    scale: float = 0.0
    bands: bool = False  # the filters stand below the channels
    trunks: list[float] = field(default_factory=list)  # x of the gutter in which lines go to each filter's row
    input_rails: list[float] = field(default_factory=list)  # y, per channel
    output_rails: list[float] = field(default_factory=list)  # y, per filter
    panels: tuple = ()  # (x0, y0, x1, y1) of both halves
    labels: list[tuple[float, float, float]] = field(default_factory=list)  # x, y, room: right of or above each kernel


def needed(sheet: PlanBuilder, values) -> float:
    """The pixels that a cell needs for its number to be read."""
    if not sheet.scene.look.numbers:
        return sheet.px(10.0)
    widest = max(ink_width(number(v)) for v in values.ravel())
    return 1.002 * sheet.px(DIGIT) * max(1.0 / TALLEST, widest * NARROWEST / FULL)


class Arranger:
    """Measures arrangements; all sizes are pixels."""

    def __init__(self, sheet: PlanBuilder, trace, names: list[str]):
        self.sheet, self.trace, self.names = sheet, trace, names
        self.word = sheet.px(WORD)
        rows, columns = padded_shape(trace)
        krows, kcols = as_rows(trace.weight[0, 0]).shape
        orows, ocols = as_rows(trace.output[0]).shape
        self.depth = trace.weight.shape[1]
        self.cells = {"input": (columns, 1, rows), "kernel": (kcols, 1, krows),
                      "stack": (kcols, self.depth, krows), "slice": (ocols, 1, orows)}  # fmt: skip
        self.size = {name: self._extent(cells) for name, cells in self.cells.items()}
        self.need = {"input": needed(sheet, trace.input), "kernel": needed(sheet, trace.weight),
                     "slice": needed(sheet, trace.output)}  # fmt: skip
        self.boost = 1.0  # by how much the weights are larger than they need be
        labels = sheet.scene.look.labels
        self.caption = CAPTION * self.word if labels else 0.0
        self.lift = 0.3 * self.caption  # of filters with mere numbers: below them the cell that is made is shown large
        self.rail, self.air, self.between = sheet.px(RAIL), sheet.px(AIR), sheet.px(BETWEEN)
        self.channel_words = max(width(self.channel_caption(c)) for c in range(len(names))) * self.word if labels else 0

    def _extent(self, cells):
        x0, y0, x1, y1 = Block("", 0, 0, cells).extent(self.sheet.camera)
        return x1 - x0, y1 - y0

    def channel_caption(self, channel: int) -> str:
        """What stands over a channel's plane."""
        w, name = self.sheet.scene.words, self.names[channel]
        if len(self.names) == 1:
            return ""
        return f"{w.input} {name}" if len(self.names) == len(w.channels) else name

    def kernel_pixels(self, cell: float) -> float:
        return max(self.need["kernel"], 0.9 * cell) * self.boost

    def enlarge(self, cell: float, left: Place, high: float) -> None:
        """Weights as large as the room that is left allows, up to a little more than the input's cells."""
        inline = self.inline(cell)
        for boost in (1.5, 1.4, 1.3, 1.2, 1.1, 1.0):
            self.boost = boost
            wide, tall = self.channel(cell, left.beside)
            wide = left.columns * wide + (left.columns - 1) * self.between
            fits = wide <= left.wide + 0.01 and left.rows * tall <= high and inline == self.inline(cell)
            if boost == 1.0 or (fits and self.kernel_pixels(cell) <= 1.25 * cell):
                left.high = left.rows * tall
                return

    def home_pixels(self, cell: float) -> float:
        """A filter's cells at home: smaller than its slice's, but of one channel readable where that costs little."""
        (_, slice_high), (_, stack_high) = self.size["slice"], self.size["stack"]
        pixels = cell * min(1.0, HOME[self.depth > 1] * slice_high / stack_high)
        pixels = max(pixels, self.sheet.px(5.0))
        if self.depth == 1 and self.need["kernel"] <= 1.35 * cell:
            pixels = max(pixels, self.need["kernel"])
        return pixels

    def channel(self, cell: float, beside: bool) -> tuple[float, float]:
        """One channel with its weights."""
        k = self.kernel_pixels(cell)
        wide, high = (v * cell for v in self.size["input"])
        kwide, khigh = (v * k for v in self.size["kernel"])
        caption = self.caption if len(self.names) > 1 and not self.inline(cell) else 0.0
        if beside:
            caption = self.caption if len(self.names) > 1 else 0.0
            return (kwide + self.air + max(wide, self.channel_words),
                    max(high + caption, khigh + self.caption) + self.rail)  # fmt: skip
        return max(wide, self.channel_words, kwide), khigh + self.air + caption + high + self.rail

    def inline(self, cell: float) -> bool:
        """Whether a channel's name has room right of its weights that stand above it, below their filter's name."""
        k = self.kernel_pixels(cell)
        room = self.size["input"][0] * cell - self.size["kernel"][0] * k - self.air
        return self.channel_words <= room and self.size["kernel"][1] * k >= 2.1 * self.word

    def pair(self, cell: float, beside: bool, words: float) -> tuple[float, float]:
        """One filter with its slice; `words` is how wide their captions are."""
        f = self.home_pixels(cell)
        wide, high = (v * cell for v in self.size["slice"])
        fwide, fhigh = (v * f for v in self.size["stack"])
        if beside:
            return max(fwide, words) + 2 * self.air + max(wide, words), self.caption + max(high, fhigh) + self.rail
        if words < 1.3 * self.word:
            # a mere number stands left of the filter
            return max(fwide + words + self.air, wide), self.caption + self.lift + fhigh + high + self.rail
        return max(fwide, wide, words + self.air), 2 * self.caption + fhigh + high + self.rail

    def captions(self, long: bool) -> list[tuple[str, str]]:
        """The captions of each filter and of its slice."""
        w, base, count = self.sheet.scene.words, self.sheet.scene.look.index_from, len(self.trace.output)
        if long:
            slice_ = w.slice[:1].upper() + w.slice[1:]
            return [(f"{w.filter} {n + base}", f"{slice_} {n + base}") for n in range(count)]
        return [(str(n + base),) * 2 for n in range(count)]

    def best(self, high: float, wide: float):
        """The best arrangement within so many pixels, or None.

        (score, input cell, output cell, channels, filters, long captions, one over the other)
        """
        gutter, best = 1.5 * self.word, None
        words = {long: max(width(t) for pair in self.captions(long) for t in pair) * self.word
                 if self.caption else 0.0 for long in (True, False)}  # fmt: skip
        cells = [self.need["input"], *(self.sheet.px(SMALLEST + 50.0 * step / SIZES) for step in range(SIZES))]
        for cell, bands in ((a, b) for a in sorted(cells) for b in (False, True)):
            left = self._channels(cell, high, wide, bands)
            if left is None:
                continue
            room = (wide, high - left.high) if bands else (wide - left.wide - gutter, high)
            for long, beside in ((a, b) for a in (True, False) for b in (True, False)):
                out, right = self._filters(room, beside, words[long])
                if right is None:
                    continue
                score = self.score(cell, out) + (0.12 if long else 0.0) - (0.1 if bands else 0.0)
                if best is None or score > best[0] + 1e-9:
                    best = (score, cell, out, left, right, long, bands)
        return best

    def _channels(self, cell: float, high: float, wide: float, bands: bool) -> Place | None:
        """The channels' narrowest (or lowest, for `bands`) arrangement that fits."""
        found, count = [], len(self.names)
        for beside in (False, True):
            w, h = self.channel(cell, beside)
            for columns in range(1, count + 1):
                rows = -(-count // columns)
                place = Place(beside, columns, rows, columns * w + (columns - 1) * self.between, rows * h)
                if place.high <= high and place.wide <= wide and (rows - 1) * columns < count:
                    found.append(place)
        # a row as long as it is, rather than a square with holes
        return min(found, default=None, key=lambda p: (p.high if bands else p.wide) * (1 + self._holes(p, count) / 2))

    @staticmethod
    def _holes(place: Place, count: int) -> int:
        return place.columns * place.rows - count

    def _filters(self, room, beside: bool, words: float) -> tuple[float, Place | None]:
        """The filters' arrangement with the largest cells, and how large those are; None where there is no room."""
        best, place, filters = self.sheet.px(SMALLEST), None, len(self.trace.output)
        for columns in range(1, filters + 1):
            rows = -(-filters // columns)
            if columns * rows - filters >= columns:
                continue
            gap = self.gap(beside)
            out = self._largest(room[0] / columns - gap, room[1] / rows, beside, words)
            if out * (1.0 if columns * rows == filters else 0.9) > best:
                best, (w, h) = out, self.pair(out, beside, words)
                place = Place(beside, columns, rows, columns * (w + gap), rows * h)
        return best, place

    def gap(self, beside: bool) -> float:
        """Between pairs side by side: more where filter and slice stand side by side themselves."""
        return self.air * (2.2 if beside else 1.0)

    def _largest(self, wide: float, high: float, beside: bool, words: float) -> float:
        low, top = 0.0, self.sheet.px(46.0)
        for _ in range(18):
            middle = (low + top) / 2
            w, h = self.pair(middle, beside, words)
            low, top = (middle, top) if w <= wide and h <= high else (low, middle)
        return low

    def score(self, cell: float, out: float) -> float:
        """How well both can be read: numbers first, then size."""
        made = 0.0
        for name, pixels in (("input", cell), ("slice", out)):
            part = pixels / self.need[name]
            made += min(part, 1.0) + (0.35 if part >= 1 else 0.0) + 0.3 * min(max(part - 1, 0.0), 1.0)
            made -= max(0.0, 1.0 - pixels / self.sheet.px(SEEN))
        return made


def arrange(sheet: PlanBuilder, trace, names: list[str], region) -> Layout | None:
    """Everything's place in the region (x0, y0, x1, y1 in pixels, its top line for the headers); None: no room."""
    a = Arranger(sheet, trace, names)
    x0, y0, x1, y1 = region
    head = 1.2 * a.caption
    found = a.best(y1 - y0 - head, x1 - x0)
    if found is None:
        return None
    _, cell, out, left, right, long, bands = found
    sheet.scale = cell
    a.enlarge(cell, left, y1 - y0 - head - (right.high if bands else 0.0))
    word, texts = a.word if a.caption else 0.0, a.captions(long)
    units = {"input": 1.0, "kernel": a.kernel_pixels(cell) / cell, "stack": a.home_pixels(out) / cell,
             "slice": out / cell}  # fmt: skip

    def block(kind, name, caption):
        lines = [(caption, word)] if caption and word else []
        return Block(name, 0, 0, a.cells[kind], lines, unit=units[kind])

    w = sheet.scene.words
    made = Layout(
        [block("input", f"{w.input} {n}", a.channel_caption(c)) for c, n in enumerate(names)],
        [block("kernel", f"{w.kernel} {n}", "") for n in names],
        [block("stack", f"{w.filter} {t[0]}", t[0]) for t in texts],
        [block("slice", f"{w.output} {t[1]}", t[1]) for t in texts], left, right, cell, bands,
    )  # fmt: skip
    _place(sheet, a, made, (x0, y0, x1, y1 - head))
    return made


def put(sheet: PlanBuilder, block: Block, x: float, y: float) -> None:
    """Stand a block with the upper left corner of its screen box at (x, y)."""
    x0, y0, x1, y1 = (v * sheet.scale for v in block.extent(sheet.camera))
    block.origin = (x - x0, y - y1)
    block.box = (x, y - (y1 - y0), x + x1 - x0, y)
    block.captions_at = [((block.box[0] + block.box[2]) / 2, y + DROP * size) for _, size in block.captions]


def _place(sheet: PlanBuilder, a: Arranger, made: Layout, region) -> None:
    x0, y0, x1, y1 = region
    left, right, bands = made.left, made.right, made.bands
    gutter = 0.0 if bands else 1.5 * a.word
    # what is left over goes between what stands side by side, not only to the sides
    if bands:
        more = [min((x1 - x0 - p.wide) / max(p.columns, 1), sheet.px(22.0)) for p in (left, right)]
    else:
        spare = x1 - x0 - left.wide - right.wide - gutter
        more = [min(spare / (left.columns + right.columns + 1), sheet.px(22.0))] * 2
        gutter += more[0]
    wides = left.wide + more[0] * (left.columns - 1), right.wide + more[1] * right.columns
    middle = (x0 + x1) / 2
    if bands:
        high = left.high + right.high
        top = (y0 + y1) / 2 + high / 2
        tops, starts = (top, top - left.high), (middle - wides[0] / 2, middle - wides[1] / 2)
        lows = (top - left.high, top - high)
    else:
        high, start = max(left.high, right.high), middle - (wides[0] + gutter + wides[1]) / 2
        starts, lows = (start, start + wides[0] + gutter), ((y0 + y1) / 2 - high / 2,) * 2
        tops = lows[0] + left.high, lows[1] + right.high
    made.panels = tuple((x, low, x + wide, max(tops)) for x, low, wide in zip(starts, lows, wides, strict=True))
    for index in range(len(made.inputs)):
        _put_channel(sheet, a, made, index, (starts[0], tops[0]), more[0])
    for index in range(len(made.slices)):
        _put_pair(sheet, a, made, index, (starts[1], tops[1]), wides[1])
        pair = min(made.stacks[index].box[0], made.slices[index].box[0])
        made.trunks.append(pair - a.air if bands else starts[1] - gutter / 2)


def _put_channel(sheet, a: Arranger, made: Layout, index: int, corner, more: float) -> None:
    place = made.left
    row, column = divmod(index, place.columns)
    wide, high = (place.wide + a.between) / place.columns - a.between, place.high / place.rows
    x, top = corner[0] + column * (wide + a.between + more), corner[1] - row * high
    plane, kernel = made.inputs[index], made.kernels[index]
    pwide, phigh = (v * sheet.scale for v in a.size["input"])
    kwide, khigh = (v * kernel.unit * sheet.scale for v in a.size["kernel"])
    foot = top - high + a.rail
    if place.beside:
        put(sheet, kernel, x, foot + khigh)
        put(sheet, plane, x + kwide + a.air, foot + phigh)
        made.labels.append((kernel.box[0], kernel.box[3] + DROP * a.word, kwide + a.air))
    else:
        # a name that is wider than its plane stands over its middle
        lead = (wide - pwide if len(made.inputs) == 1 else max(0.0, a.channel_words - pwide)) / 2
        lead = 0.0 if len(made.inputs) > 1 and a.inline(sheet.scale) else lead
        put(sheet, plane, x + lead, foot + phigh)
        put(sheet, kernel, plane.box[0], top)
        x, middle = kernel.box[2] + a.air, (kernel.box[1] + kernel.box[3]) / 2
        inline = len(made.inputs) > 1 and a.inline(sheet.scale)
        room = wide - kwide - a.air + more - (lead if len(made.inputs) > 1 else 0.0)
        made.labels.append((x, middle + (0.25 if inline else -0.35) * a.word, room))
        if inline:
            plane.captions_at = [(x + width(text) * size / 2, middle - 1.05 * size) for text, size in plane.captions]
    made.input_rails.append(foot - a.rail / 2)


def _put_pair(sheet, a: Arranger, made: Layout, index: int, corner, panel: float) -> None:
    place = made.right
    row, column = divmod(index, place.columns)
    wide, high = panel / place.columns, place.high / place.rows
    middle, top = corner[0] + (column + 0.5) * wide, corner[1] - row * high
    stack, slice_ = made.stacks[index], made.slices[index]
    swide, shigh = (v * slice_.unit * sheet.scale for v in a.size["slice"])
    fwide, fhigh = (v * stack.unit * sheet.scale for v in a.size["stack"])
    foot = top - high + a.rail
    if place.beside:
        words = [width(b.captions[0][0]) * b.captions[0][1] if b.captions else 0.0 for b in (stack, slice_)]
        first, second = max(fwide, words[0]), max(swide, words[1])
        edge = middle - (first + 2 * a.air + second) / 2
        put(sheet, stack, edge + (first - fwide) / 2, foot + fhigh)
        put(sheet, slice_, edge + first + 2 * a.air + (second - swide) / 2, foot + shigh)
    else:
        words = width(stack.captions[0][0]) * a.word if stack.captions else 0.0
        left = words < 1.3 * a.word  # the filter's number stands left of it
        put(sheet, slice_, middle - swide / 2, foot + shigh)
        at = middle - swide / 2 + words + 0.6 * a.air if left else middle - fwide / 2
        put(sheet, stack, at, foot + shigh + a.caption + (a.lift if left else 0.0) + fhigh)
        if left:
            x, y = stack.box[0] - 0.6 * a.air - words / 2, (stack.box[1] + stack.box[3]) / 2
            stack.captions_at = [(x, y - 0.35 * size) for _, size in stack.captions]
        # the line from filter to slice passes left of the slice's name
        line = pair_line(sheet, stack, slice_) + (0.3 if left else 0.6) * a.air
        slice_.captions_at = [(max(line if left else at, line + width(text) * size / 2), y) for (at, y), (text, size) in
                              zip(slice_.captions_at, slice_.captions, strict=True)]  # fmt: skip
    made.output_rails.append(foot - a.rail / 2)


def closeup(sheet: PlanBuilder, a_slice: Block, cell: float) -> Block:
    """A place for one cell of so many pixels over a slice's right end, in the line of its name."""
    output_block = Block(f"{a_slice.name} close-up", 0, 0, (1, 1, 1), unit=cell / sheet.scale)
    x0, y0, x1, y1 = (v * sheet.scale for v in output_block.extent(sheet.camera))
    put(sheet, output_block, a_slice.box[2] + sheet.px(2.5) - (x1 - x0), a_slice.box[3] + sheet.px(1.0) + y1 - y0)
    return output_block


def front_corner(sheet: PlanBuilder, block: Block, right: bool, low: bool) -> tuple[float, float]:
    """A corner of a block's front face, in pixels."""
    columns, _, rows = block.cells
    h = HALF_CELL
    x, y = sheet.camera.project((columns - 1 + h if right else -h, -h, -(rows - 1) - h if low else h))
    cell = sheet.scale * block.unit
    return block.origin[0] + x * cell, block.origin[1] + y * cell


def pair_line(sheet: PlanBuilder, stack: Block, slice_: Block) -> float:
    """The x (pixels) at which the line from a filter down to its slice runs."""
    x, _ = front_corner(sheet, slice_, right=False, low=False)
    # a mere number left of the filter has the line below it
    beside = stack.captions_at and stack.captions_at[0][0] < stack.box[0]
    return (x if beside else max(x, stack.box[0])) + sheet.px(2.0)
