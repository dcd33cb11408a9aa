# SPDX-License-Identifier: GPL-3.0-or-later
"""Story `sliding`: a window slides over one plane; kernel, input and output stand side by side.

One channel, one filter, one or two dimensions. Wide inputs have their output below them.
"""

from dataclasses import dataclass, replace

import numpy as np

from ..page.captions import axes_text, bias_text, facts, legend_of, shape_text, size_formula
from ..page.glyphs import CAP_HEIGHT, TIMES, width
from ..plan.plan import ALWAYS, LANDED, LEAVES, NEVER
from ..plan.schedule import ENDED, Phase, Schedule, make_schedule, run_clock
from ..traits import unread
from . import marks, sums, unread_cells
from .builder import WORD, PlanBuilder
from .guides import add_lines, funnel_segments, guide_segments
from .layout import LEADING, Block, Grid
from .opening import dilated, extents, keeps, open_figure, padded, spent, spread_taps
from .partial_sums import product_rows
from .primitives import (
    TICK,
    add_home,
    add_rule,
    add_sweeping,
    add_ticks,
    as_rows,
    grow_shadow,
    infos,
    input_plane,
    kernel_plane,
    marker_on,
    output_plane,
    padded_shape,
    pads_of,
    place_of,
    taps_of,
    visit,
    window_on,
)

SIZES = (1.3, 1.2, 1.1, 1.0, 0.97, 0.945)  # of the sum's type, in words' sizes: the largest that takes no more lines
SHORT = 4  # products that are written on one line with what they come to, where that has room
OUTLINE, STROKE = "\u25a1", "/"  # the keys of skipped positions, and of cells that are passed over
PAIRS = 2  # lines of products with what they come to below them, at most
BETTER = 1.1  # how much larger the cells must be for the output to stand below the input, or captions to be broken


@dataclass
class _Sums:
    """A figure's sums: per step the pieces of `rows`, one line or two of the same slots, broken into `lines`."""

    rows: list
    texts: list
    slots: list
    gaps: list
    lines: list
    size: float

    @classmethod
    def of(cls, sheet: PlanBuilder, trace, schedule: Schedule) -> "_Sums":
        upper, lower, texts = product_rows(sheet, trace, schedule)
        taps, bias = len(trace[0].taps), trace.bias is not None
        terms = ["product"] * taps + ["bias"] * bias
        room, sizes = sheet.inner[2] - sheet.inner[0], [s * sheet.px(WORD) for s in SIZES]
        joined = [a and a[:-1] + b for a, b in zip(upper, lower, strict=True)]
        columns = cls._columns(joined)
        one = cls([joined], texts, columns, [sums.WORD_GAP] * len(columns), [], sizes[0])
        short = [s for s in sizes if len(sums.wrap(one.slots, s, room, one.gaps)) == 1 and s >= sheet.px(WORD)]
        if short and taps <= SHORT:
            made = one
            made.size = short[0]
        else:
            slots = [a + b for a, b in zip(cls._columns(upper), cls._columns(lower), strict=True)]
            gaps = sums.gaps_of(["name", *terms, "result"], trace.kernel_size[-1])
            # a little smaller rather than on one line more
            size = min(sizes, key=lambda s: (len(sums.wrap(slots, s, room, gaps)), -s))
            made = cls([upper, lower], texts, slots, gaps, [], size)
            if len(sums.wrap(slots, size, room, gaps)) > PAIRS:  # then what the products come to is left out
                total = [a and [*a[:-1], b[-1]] for a, b in zip(upper, lower, strict=True)]
                size = min(sizes, key=lambda s: (len(sums.wrap(cls._columns(total), s, room, gaps)), -s))
                made = cls([total], texts, cls._columns(total), gaps, [], size)
        if sheet.scene.look.sum_line:
            made.lines = sums.wrap(made.slots, made.size, room, made.gaps)
        return made

    @staticmethod
    def _columns(rows) -> list:
        return [list(column) for column in zip(*(row for row in rows if row), strict=True)]

    @property
    def used(self) -> float:
        """Pixels they take."""
        return sums.height(len(self.rows) * len(self.lines), self.size) if self.lines else 0.0

    def put(self, sheet: PlanBuilder, y0: float, last: float) -> None:
        """Set them, the last line's foot at pixel `y0`."""
        widths = [max(width(p.text) for p in slot) * self.size for slot in self.slots]
        made = []
        for row, pieces in enumerate(self.rows):
            top = y0 + self.used - row * sums.LINE * self.size
            # a line by itself is as wide as its numbers
            made += sums.set_lines(sheet, pieces, self.lines, top, self.size, self.gaps, widths=widths, last=last,
                                   flow=len(self.rows) == len(self.lines) == 1, pitch=len(self.rows))  # fmt: skip
        sheet.words("sum", "Sum", made)


@dataclass(frozen=True)
class _Note:
    """A line below the kernel: its texts with their lives (clock)."""

    role: str
    texts: tuple[tuple[str, float, float], ...]
    strong: bool = False
    key: str = ""  # a mark before it, as in the picture

    @property
    def widest(self) -> str:
        return (self.key + 2 * " " if self.key else "") + max((text for text, _, _ in self.texts), key=width)


def _notes(scene, trace, places, last: float) -> list[_Note]:
    """What is said of the window below the kernel."""
    w, found = scene.words, []
    count = len(trace)
    if padded(trace):
        met = []
        for i in range(count):
            real = int(trace[i].real.sum())
            text = w.meets.replace("{count}", str(real)).replace("{zeros}", str(len(trace[i].real) - real))
            met.append((text, i - LANDED, last if i + 1 == count else i + LEAVES))
        # both lines come and go together
        found.append(_Note("under", tuple((w.under, visible_from, visible_until) for _, visible_from,
                                          visible_until in met)))
        found.append(_Note("meets", tuple(met), True))
    if max(trace.stride) > 1:
        text = w.skipping.replace("{stride}", f"{w.stride} {axes_text(trace.stride)}")
        since = marks.first_skip(trace, places) - LANDED
        found.append(_Note("skipping", ((text, since, max(since, last)),), key=OUTLINE))
    if dilated(trace):
        text = w.holes.replace("{count}", str(len(marks.holes_of(trace, 0))))
        found.append(_Note("holes", ((text, -LANDED, last),), key=STROKE))
    said = unread.said(scene, trace)
    if said:
        found.append(_Note("leftover", ((said, ALWAYS, last),), True))
    return found if scene.look.labels else []


def _blocks(sheet: PlanBuilder, trace, notes, stacked: bool, narrow: bool) -> list[Block]:
    """Kernel, input and output in the grid: side by side, or the output below the input.

    `narrow`: captions take more lines rather than more width.
    """
    scene, w, word = sheet.scene, sheet.scene.words, sheet.px(WORD)
    rows, columns = padded_shape(trace)
    sizes, out = trace.input.shape[1:], trace.output.shape[1:]
    krows, kcols = (1, *extents(trace))[-2:]
    orows, ocols = as_rows(trace.output[0]).shape
    order = f"({w.rows} {TIMES} {w.columns})" if len(sizes) == 2 else ""
    after = f" \u2192 {shape_text((rows, columns)[-len(sizes):])}" if (rows, columns)[-len(sizes):] != sizes else ""
    tick = 1.15 * sheet.px(TICK)
    called = [f"{w.kernel} {shape_text(trace.kernel_size)}"]
    called += [w.opened.replace("{span}", shape_text(extents(trace)))] if dilated(trace) else []
    kernel = Block(w.kernel, 0, 0, (kcols, 1, krows), [(text, word) for text in called],
                   below=[(note.widest, word) for note in notes])  # fmt: skip
    called = [f"{w.input} {shape_text(sizes)}{after}", order]
    called = [text for text in called if text] if narrow else [" ".join(called).strip()]
    input_block = Block(w.input, 0, 1, (columns, 1, rows), [(text, word) for text in called], tick=tick)
    formula = size_formula(trace, opened=True)
    parts = formula.replace(" / ", "\n/ ", 1).split("\n") if narrow else [formula]
    said = [(text, word) for text in (f"{w.output} {shape_text(out)}", *parts)]
    output_block = Block(w.output, 1, 1, (ocols, 1, orows)) if stacked else Block(w.output, 0, 2, (ocols, 1, orows),
                                                                                  said)
    output_block.tick = tick
    if stacked and orows == 1:  # its indices stand below it
        output_block.tick, output_block.below = 0.0, [("", tick)]
    # a stacked output's name stands left of it, where a small block keeps the room
    name = [Block(w.output, 1, 0, (1, 1, 1), said)] if stacked else []
    if not scene.look.labels:
        for block in (kernel, input_block, output_block, *name):
            block.captions, block.below, block.tick = [], [], 0.0
    return [kernel, input_block, output_block, *name]


def _layout(sheet: PlanBuilder, trace, notes, region) -> tuple[list[Block], Grid, bool]:
    """The blocks and their solved grid, and whether the output stands below the input."""
    word, largest = sheet.px(WORD), sheet.px(60)
    found = []
    for stacked, narrow in ((False, False), (False, True), (True, False), (True, True)):
        blocks = _blocks(sheet, trace, notes, stacked, narrow)
        gaps = [1.2 * word] if stacked else [1.2 * word, 1.6 * word]
        grid = Grid(sheet.camera, blocks, gaps, 0.9 * word if stacked else 0.0)
        found.append((blocks, grid, stacked))
        grid.solve(region, largest=largest)
    enough = max(grid.scale for _, grid, _ in found) / BETTER
    return next(one for one in found if one[1].scale >= enough)


def _signs(sheet: PlanBuilder, grid: Grid, kernel: Block, output_block: Block, stacked: bool) -> None:
    """Input * kernel = output, the signs level with the captions: further down the indices are near."""
    big, signs = sheet.px(26), []
    for column, symbol, block, low in ((0, "*", kernel, 0.3), (1, "=", output_block, 0.08)):
        if stacked and symbol == "=":
            x = output_block.box[0] - 0.9 * big
            y = output_block.origin[1] - (output_block.cells[2] - 1) * sheet.scale * sheet.camera.up[2] / 2
        else:
            x, y = grid.between(column, 0)
            y = block.captions_at[-1][1] if block.captions else y
        signs.append(sheet.text(symbol, x, y - low * big, big, sheet.theme.muted))
    sheet.words("signs", "Signs", signs)


def _name_beside(sheet: PlanBuilder, name: Block, output_block: Block) -> None:
    """The captions of an output that stands below the input, left of it."""
    x, size = (name.box[0] + name.box[2]) / 2, sheet.px(WORD)
    y = output_block.origin[1] + (len(name.captions) - 1) * LEADING * size / 2 - CAP_HEIGHT * size / 2
    ox, oy = output_block.origin
    lines = [sheet.text(text, x - ox, y - oy - i * LEADING * size, size, sheet.theme.muted if i else sheet.theme.ink,
                        z=-8.0, home=output_block.origin) for i, (text, _) in enumerate(name.captions)]  # fmt: skip
    sheet.words("output.caption", f"{output_block.name} caption", lines, "output")


def _add_notes(sheet: PlanBuilder, notes, block: Block) -> None:
    """Set the notes at the places that were kept for them below the kernel."""
    for note, (x, y) in zip(notes, block.below_at, strict=True):
        ink, size, made = sheet.theme.ink if note.strong else sheet.theme.muted, sheet.px(WORD), []
        for text, visible_from, visible_until in note.texts:
            left = x
            if note.key:
                left += width(note.key + 2 * " ") * size / 2
                color = marks.faint(sheet) if note.key == OUTLINE else marks.struck(sheet)
                at = left - width(note.key + 4 * " " + text) * size / 2
                made.append(sheet.text(note.key, at, y, size, color, visible_from=visible_from,
                                       visible_until=visible_until))
            made.append(sheet.text(text, left, y, size, ink, visible_from=visible_from, visible_until=visible_until))
        sheet.words(note.role, note.role.title(), made)
    block.below, block.below_at = [], []


def _tie(sheet: PlanBuilder, trace, schedule, places, input_block: Block, output_block: Block, stacked: bool) -> None:
    """Two lines from each explained window to its cell."""
    ocols = as_rows(trace.output[0]).shape[1]
    stops = [(i, [(0, input_block, places[i])], (1, output_block, *divmod(i, ocols))) for i,
             explained in enumerate(schedule.explained) if explained]
    if not stacked:
        add_lines(sheet, guide_segments(sheet, trace, stops), ["input", "output"])
    elif input_block.cells[2] == output_block.cells[2] == 1:
        add_lines(sheet, funnel_segments(sheet, trace, stops), ["input", "output"])


def _volumes(sheet: PlanBuilder, trace, blocks, places, step_times, explained, last: float) -> None:
    """The three volumes, the kernel's way, the window and the marker."""
    w, (kernel, input_block, output_block, *name) = sheet.scene.words, blocks
    track = sheet.track("input.track", places)
    home, parked = sheet.place(input_block), sheet.place(kernel)
    points = unread_cells.fade_unread(sheet, input_plane(sheet, trace, 0, "blue"), trace)
    sheet.volume("input", w.input, points, home, input_block.cells, track=track, fade=(-LANDED, last), **taps_of(trace),
                 **marks.room_for_weight_badges(sheet, trace, explained))  # fmt: skip
    points = spread_taps(kernel_plane(sheet, trace, 0, True), trace, moving=dilated(trace))
    sheet.volume("kernel", w.kernel, points, parked, kernel.cells)
    middle = np.array([(kernel.cells[0] - 1) / 2, 0, -(kernel.cells[2] - 1) / 2])
    first = replace(kernel, captions=kernel.captions[:1], captions_at=kernel.captions_at[:1])
    add_home(sheet, "kernel", w.kernel, first, parked, 0.01)
    _say_opened(sheet, kernel)
    sheet.volume("output", w.output, output_plane(sheet, trace), sheet.place(output_block), output_block.cells)
    grow_shadow(sheet, "output", output_block.cells[0], step_times, len(trace) - output_block.cells[0], len(trace) - 1)
    sheet.captions("input", input_block)
    sheet.captions("output", output_block)
    if name:
        _name_beside(sheet, name[0], output_block)
    add_ticks(sheet, "output", output_block, below=bool(name) and output_block.cells[2] == 1)
    add_ticks(sheet, "input", input_block, pads_of(trace), arriving=True)
    for role, block in (("kernel", kernel), ("input", input_block), ("output", output_block)):
        sheet.box_of(role, block)
    until = last if keeps(sheet.scene, trace) else NEVER  # then outlines take over
    window_on(sheet, "input.window", "Window", "input", track, trace, until)
    marker_on(sheet, "output", trace, until=until)
    visit(sheet, "kernel", parked, np.array(home) + places[0] - middle, step_times, bent=True)


def _say_opened(sheet: PlanBuilder, kernel: Block) -> None:
    """The size of a dilated kernel that has opened, below its name."""
    ox, oy = kernel.origin
    lines = zip(kernel.captions[1:], kernel.captions_at[1:], strict=True)
    sheet.words("kernel.opened", f"{kernel.name} opened", [
        sheet.text(text, x - ox, y - oy, size, sheet.theme.muted, visible_from=Phase.PADDING, z=-8.0,
                   home=kernel.origin)
        for (text, size), (x, y) in lines
    ], "kernel.home")  # fmt: skip


def _marks(sheet: PlanBuilder, trace, places, last: float) -> None:
    """What is skipped, and at the end of `same` padding the two outlines."""
    if max(trace.stride) > 1:
        marks.add_skipped(sheet, trace, places, last)
    if dilated(trace):
        marks.add_holes(sheet, trace, range(len(trace)), last)
    if keeps(sheet.scene, trace):
        (top, _), (left, _) = pads_of(trace)
        marks.add_outline(sheet, "input", as_rows(trace.input[0]).shape, (top, left), last)
        marks.add_outline(sheet, "output", as_rows(trace.output[0]).shape, (0, 0), last)


def _ending(scene, trace) -> str:
    """What is said at the end."""
    w = scene.words
    said = w.summary.replace("{count}", str(len(trace)))
    if keeps(scene, trace):
        sizes = shape_text(trace.output.shape[1:]), shape_text(trace.input.shape[1:])
        return w.equal.replace("{out}", sizes[0]).replace("{in}", sizes[1]) + ":  " + said
    return said


def accepts(scene, trace) -> bool:
    """One channel, one filter."""
    return len(trace.input) == len(trace.output) == 1


def validate(scene, trace):
    """Why it cannot tell this one."""
    if len(trace.input) > 1:
        return "story", "sliding", "tells one input channel; for several it must be channels or filters"
    if len(trace.output) > 1:
        return "story", "sliding", "tells one filter; for several it must be filters"
    return None


def build_plan(sheet: PlanBuilder, trace):
    """Story `sliding`: a convolution of one channel with one filter, in one or two dimensions."""
    scene, w = sheet.scene, sheet.scene.words
    title, word = w.title or scene.title or scene.id, sheet.px(WORD)
    top = sheet.title(title, facts(scene, trace, trace.kernel_size) + ",  " + bias_text(scene, trace),
                      legend_of(scene, trace))  # fmt: skip
    x0, y0, x1, _ = sheet.inner
    ocols, last, places = as_rows(trace.output[0]).shape[1], len(trace) - 1 + ENDED, place_of(trace)
    schedule = make_schedule(len(trace), ocols, scene, spent=spent(scene, trace))
    said = _Sums.of(sheet, trace, schedule)
    notes = _notes(scene, trace, places, last)
    blocks, grid, stacked = _layout(sheet, trace, notes, (x0, y0 + said.used + 0.9 * word, x1, top - 0.5 * word))
    kernel, input_block, output_block = blocks[:3]
    sheet.scale = grid.scale

    middle = y0 + said.used / 2
    open_figure(sheet, trace, w.rule.replace("{count}", str(len(trace[0].taps))), middle)
    step_times = run_clock(sheet.timeline, schedule, ocols, scene)
    _add_notes(sheet, notes, kernel)
    output_block.below, output_block.below_at = [], []
    _volumes(sheet, trace, blocks, places, step_times, schedule.explained, last)
    _marks(sheet, trace, places, last)
    if scene.look.numbers:
        marks.add_weight_badges(sheet, trace, schedule.explained, last)
    _tie(sheet, trace, schedule, places, input_block, output_block, stacked)
    _signs(sheet, grid, kernel, output_block, stacked)
    if scene.look.sum_line:
        said.put(sheet, y0, last)
        add_rule(sheet, _ending(scene, trace), middle, visible_from=last)
        add_sweeping(sheet, schedule, w.sweep.replace("{count}", str(len(trace))), middle)
    sheet.timeline.play("clock.step", last + 0.02, 0.05, easing="linear")
    sheet.timeline.wait(scene.timing.outro)
    return sheet.plan(title, infos(trace, scene, step_times, said.texts))
