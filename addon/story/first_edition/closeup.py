# SPDX-License-Identifier: GPL-3.0-or-later
"""Story `sweep`: a window sweeps over a plane of many small cells, and a close-up works out every position.

One channel, one filter. The planes carry no numbers, so that the whole picture can be seen at once; the close-up does.
The first step is explained briefly; then, with the time it takes, the strongest result of each sign, one where all
that is read cancels out, and the last. Between them the steps go by, more slowly where the window meets something.
"""

from dataclasses import replace

import numpy as np

from ...scene.kernels import NAMED
from ..page.captions import bias_text, cell_name, facts, shape_text, size_formula
from ..page.glyphs import equals, number, operand, width
from ..plan.plan import ALWAYS, FRONT, LANDED, NEVER
from ..plan.schedule import ENDED, Phase, Schedule, make_schedule, reveal, run_clock, stopping
from ..traits import unread
from . import sums, unread_cells
from .builder import SQUARE, WORD, PlanBuilder
from .guides import add_lines
from .inset import Inset
from .layout import Block, Grid
from .primitives import (
    TICK,
    add_rule,
    add_statement,
    add_sweeping,
    add_ticks,
    as_rows,
    grow_shadow,
    infos,
    input_plane,
    marker_on,
    opening,
    output_plane,
    padded_shape,
    pads_of,
    place_of,
    result_color,
    taps_of,
    window_on,
)
from .sums import Piece
from .theme import LEVELS, Scale

MANY = 400  # output cells: more than these are swept over whatever their size
FADE = 0.38  # how far cells fade outside the window: less than elsewhere, for they are a picture
BEFORE = 24.0  # units by which the lines to the close-up stand before all else
BRIEF = 2.0  # what the first step takes where another is explained slowly, in walked steps
EVEN = 3  # steps, at least, from an explained result to one that is explained because it is 0
DWELL = 3.0  # how much longer the sweep stays on a window that meets something
FORMS = ("products", "numbers", "short")  # of a sum, from the longest
SHORT = 0.945  # of a word's font size: how much smaller a sum may be set to fit its line
CLOSE, MUCH = 0.86, 1.3  # of the ease that numbers want: what may do, where planes gain that much by it


def accepts(scene, trace) -> bool:
    """One channel, one filter, and cells too many or too small for numbers of their own."""
    if not len(trace.input) == len(trace.output) == 1:
        return False
    return trace.output[0].size > MANY or not _roomy(scene, trace)


def _roomy(scene, trace) -> bool:
    """Whether kernel, input and output fit beside each other in cells that can carry their numbers."""
    sheet = PlanBuilder(scene)
    if not scene.look.numbers:
        return True
    shapes = as_rows(trace.weight[0, 0]).shape, padded_shape(trace), as_rows(trace.output[0]).shape
    blocks = [Block("", 0, i, (c, 1, r)) for i, (r, c) in enumerate(shapes)]
    x0, y0, x1, y1 = sheet.inner
    sheet.scale = Grid(sheet.camera, blocks, [sheet.px(20.0)] * 2, 0.0).solve((x0, y0, x1, y1), largest=sheet.px(54))
    return all(sheet.digits([number(v) for v in np.unique(a)]) for a in (trace.input, trace.weight, trace.output))


def validate(scene, trace):
    """Why it cannot tell this one."""
    if len(trace.input) > 1 or len(trace.output) > 1:
        return "story", "sweep", "tells one input channel and one filter"
    return None


# pace ------------------------------------------------------------------------------------------------------------


def stops_of(trace, first: int) -> list[int]:
    """The steps inside the sweep that are explained: the largest result; where there are negative ones, the lowest too,
    and of those that come to 0 the one that reads the most.
    """
    values = trace.output[0].ravel()
    # the last of the lowest: apart from the first of the largest
    lowest = len(values) - 1 - int(values[::-1].argmin())
    found = {int(values.argmax())} | ({lowest} if values.min() < 0 else set())
    found = {i for i in found if values[i]}
    read = np.array([0 if value else np.abs(trace[i].values).sum() for i, value in enumerate(values)])
    even = int(read.argmax())
    if values.min() < 0 and read[even] and all(abs(even - i) > EVEN for i in found):
        found.add(even)
    return sorted(i for i in found if first < i < len(values) - 2)


def _plan(trace, scene, row: int, spent: float, weights) -> Schedule:
    """`schedule`; where it sweeps, with stops on the way: the first of them slow, the first step brief."""
    made = make_schedule(len(trace), row, scene, spent=spent)
    if made.swept is None:
        return made
    stops = stops_of(trace, 2)
    kinds = ["walk", *["sweep"] * (len(trace) - 2), "next"]
    kinds[stops[0] if stops else 0] = "first"
    made = replace(made, kinds=tuple(kinds), step=BRIEF * scene.timing.step)
    return stopping(made, stops, scene, spent=spent, weights=weights)


# words -----------------------------------------------------------------------------------------------------------


def meaning_of(scene) -> str:
    """What the results mean: the scene's own words, or what the named kernel is for."""
    if scene.weight.meaning is not None:
        return scene.weight.meaning
    name = scene.weight.kernel
    return f"{scene.words.kernel} {name}: {NAMED[name][0]}" if isinstance(name, str) and name in NAMED else ""


def _sum_steps(sheet: PlanBuilder, trace, schedule, room: float):
    """Each explained step's sum in one line (None for the others), and every step's sum as text.

    As it is written where it fits the line's `room` (pixels): the products, what they come to, or that they are added.
    """
    size = SHORT * sheet.px(WORD)
    for form in FORMS:
        lines = [_line(sheet, trace[i], i, schedule, form) if explained else None for i,
                 explained in enumerate(schedule.explained)]
        if all(_wide(line) * size <= room for line in lines if line):
            break
    return lines, [" ".join(p.text for p in _line(sheet, trace[i], i, schedule, FORMS[0])) for i in range(len(trace))]


def _line(sheet: PlanBuilder, step, i: int, schedule, form: str) -> list[Piece]:
    """One step's sum, in one of the `FORMS`."""
    scene, ink, muted = sheet.scene, sheet.theme.ink, sheet.theme.muted
    slow, count = schedule.kinds[i] in ("first", "next"), len(step.products)
    terms = [sums.product(v, w) for v, w in zip(step.values, step.weights, strict=True)]
    if form == "numbers":
        terms = [operand(made) for made in step.products]
    colors = [ink if real else muted for real in step.real]
    if form == "short":
        terms, colors = [scene.words.added.replace("{count}", str(count))], [ink]
    line = [Piece(f"{cell_name(scene, step.output_index[1:])} =", ink, i - LANDED)]
    for t, (text, color) in enumerate(zip(terms, colors, strict=True)):
        line.append(Piece(("+ " if t else "") + text, color, reveal(i, t, count + 1, slow=slow)))
    if scene.bias.seed is not None or scene.bias.values is not None:
        line.append(Piece(f"+ {scene.words.bias} {operand(step.bias)}", ink, reveal(i, count, count + 1, slow=slow)))
    sign = equals([*step.values, *step.weights, step.bias, step.value])
    color = result_color(sheet, step.value) if step.value else ink
    return [*line, Piece(f"{sign} {number(step.value)}", color, sums.total_appears(i))]


def _wide(line) -> float:
    return sum(width(p.text) for p in line) + sums.WORD_GAP * (len(line) - 1)


def _legend(sheet: PlanBuilder, trace, block: Block) -> None:
    """Below the output: its shades from the lowest value to the highest, with 0 in its place."""
    low, high = min(0.0, float(trace.output.min())), max(0.0, float(trace.output.max()))
    if not block.below:
        return
    scale, size = Scale(sheet.palette, "violet", low, high), block.below[0][1]
    scale.neutral, steps = low < 0, np.arange(2, LEVELS, 2) / (LEVELS - 1)
    parts = [(f"{sheet.scene.words.negative} {number(low)} ", None)] if low < 0 else []
    parts += [(SQUARE, scale.color(low * t)) for t in steps[::-1]] if low < 0 else []
    parts += [(" 0 ", None), *[(SQUARE + " ", scale.color(0.0))] * (low < 0)]
    parts += [*[(SQUARE, scale.color(high * t)) for t in steps], (" " + number(high), None)]
    middle, y = block.below_at[0]
    wide = sum(width(t) for t, _ in parts) * size
    x = min(middle - wide / 2, sheet.inner[2] - wide)
    made = []
    for text, color in parts:
        made.append(sheet.text(text, x, y, size, color or sheet.theme.muted, align="left"))
        x += width(text) * size
    sheet.words("output.legend", "Legend", made)


# layout ----------------------------------------------------------------------------------------------------------


def _arranged(sheet: PlanBuilder, input_block: Block, output_block: Block, inset: Inset, region):
    """Stand input, close-up and output beside each other, or the planes above each other and the close-up beside.

    The close-up is as wide as its numbers need, and wider while that costs the planes nothing.
    """
    x0, y0, x1, y1 = region

    def attempt(stacked: bool, wide: float):
        output_block.row, output_block.column = (1, 0) if stacked else (0, 1)
        area = (x0, y0, x1 - wide, y1) if stacked else region
        grid = Grid(sheet.camera, [input_block, output_block], [] if stacked else [wide], sheet.px(6.0))
        scale = grid.solve(area, largest=sheet.px(40.0))
        right = x1 if stacked else grid.lefts[1]
        return scale, inset.solve(sheet.camera, (grid.lefts[0] + grid.widths[0], y0, right, y1))

    best = (0.0, False, 0.0)
    for stacked in (False, True):
        found = [(*attempt(stacked, wide), wide) for wide in np.arange(0.16, 0.62, 0.01) * (x1 - x0)]
        # wide enough for the numbers, a little less where that is much to the planes; else as wide as may be
        enough = [f for f in found if f[1] >= inset.needed()]
        close = [f for f in found if f[1] >= CLOSE * inset.needed()]
        if not enough or max(close)[0] > MUCH * max(enough)[0]:
            enough = close or found[-1:]
        least = 0.985 * max(scale for scale, *_ in enough)
        scale, _, wide = max((f for f in enough if f[0] >= least), key=lambda f: f[2])
        if scale > 1.05 * best[0]:
            best = (scale, stacked, wide)
    # a cell of the close-up is the figure's unit: so the scene is as deep as any other
    planes, sheet.scale = attempt(best[1], best[2])
    input_block.unit = output_block.unit = planes / sheet.scale


def _scale_said(scene) -> str:
    """What an input's lowest and highest number mean, where it is a picture."""
    said = scene.words.ink if scene.input.idx else scene.words.shade if scene.input.image else ""
    return said.replace("{low}", "0").replace("{high}", str(scene.input.levels - 1))


def _blocks(sheet: PlanBuilder, trace) -> tuple[Block, Block]:
    """Input and output with what is said above and below them."""
    w, word = sheet.scene.words, sheet.px(WORD)
    (rows, columns), sizes = padded_shape(trace), trace.input.shape[1:]
    orows, ocols = as_rows(trace.output[0]).shape
    above = [(f"{w.input} {shape_text(sizes)}", word)]
    if (rows, columns)[-len(sizes) :] != sizes:
        above.append((f"{w.padded} {shape_text((rows, columns)[-len(sizes) :])}", word))
    left = unread.said(sheet.scene, trace)
    below = [(text, word) for text in (_scale_said(sheet.scene), left) if text]
    input_block = Block(w.input, 0, 0, (columns, 1, rows), above, below=below)
    output_block = Block(w.output, 0, 1, (ocols, 1, orows), [(f"{w.output} {shape_text(trace.output.shape[1:])}", word),
                                                     (size_formula(trace), word)])  # fmt: skip
    input_block.tick = output_block.tick = 1.25 * sheet.px(TICK) if sheet.scene.look.labels else 0.0
    input_block.tick_side = output_block.tick_side = 1.24 * input_block.tick  # for indices of two digits
    if sheet.scene.look.labels:
        output_block.below = [("\u2212000 " + SQUARE * 8 + " 0  000", word)]
        output_block.foot = 0.3 * word
    else:
        input_block.captions, output_block.captions, input_block.below = [], [], []
    return input_block, output_block


def _ties(sheet: PlanBuilder, trace, schedule, places, input_block: Block, inset: Inset) -> None:
    """Two thin lines from the window to its close-up, in the steps that are explained; none that would cross a sign.

    Where a line would cross what the input shows, only the one that crosses less of it is drawn.
    """
    spans = [d * (k - 1) + 1 for k, d in zip(trace.kernel_size, trace.dilation, strict=True)]
    high, wide = (1 if len(spans) == 1 else spans[0]), spans[-1]
    krows = inset.values.cells[2]

    def seen(block, place):
        return sheet.camera.project(place) * sheet.scale * block.unit + block.origin

    rows = []
    for i in (i for i, explained in enumerate(schedule.explained) if explained):
        at, _, z = places[i]
        ends = [((at + wide / 2, FRONT, z + side * high), (-0.5, FRONT, level))
                for side, level in ((0.5, 0.5), (-0.5, 0.5 - krows))]  # fmt: skip
        inked = [_crossed(sheet, trace, a, seen(inset.values, b), input_block) for a, b in ends]
        if max(inked) > 0 and inset.taps.values.min() < inset.taps.values.max():
            ends = [ends[int(np.argmin(inked))]]
        if not any(inset.crossed(seen(input_block, a), seen(inset.values, b)) for a, b in ends):
            rows += [(0, before(sheet, a, input_block.unit), 1, before(sheet, b, inset.values.unit), i) for a,
                     b in ends]
    add_lines(sheet, rows, ["input", "inset.values"])


def _crossed(sheet: PlanBuilder, trace, start, end, input_block: Block) -> int:
    """How many cells that show something a line covers, from a place of the input plane to one on the screen."""
    camera, cell = sheet.camera, sheet.scale * input_block.unit
    first = camera.project(start)
    last = (np.asarray(end) - input_block.origin) / cell
    line = first + (last - first) * np.linspace(0, 1, 600)[:, None]
    # the plane's fronts, seen: x from the screen's x, then z from its y
    column = (line[:, 0] - FRONT * camera.right[1]) / camera.right[0]
    row = -(line[:, 1] - column * camera.up[0] - FRONT * camera.up[1]) / camera.up[2]
    (top, _), (left, _) = pads_of(trace)
    values = as_rows(trace.input[0])
    place = np.unique(np.column_stack([np.round(row) - top, np.round(column) - left]).astype(int), axis=0)
    inside = (place >= 0).all(axis=1) & (place < values.shape).all(axis=1)
    return int((values[tuple(place[inside].T)] != values[0, 0]).sum())


def before(sheet: PlanBuilder, place, unit: float):
    """A place of a volume with cells of that size, further to the viewer: no plane stands before it."""
    return tuple(np.array(place) + BEFORE / unit * sheet.camera.toward)


def _say(sheet: PlanBuilder, trace, schedule, lines, y: float, size: float, last: float) -> None:
    """The line below: the rule, the explained steps' sums, and between them that it goes on."""
    w, count = sheet.scene.words, str(len(trace))
    explained = next(line for line in lines if line is not None)
    kinds = ["name"] + ["product"] * (len(explained) - 2) + ["result"]
    set_ = sums.set_lines(sheet, lines, [list(range(len(explained)))], y, size, sums.gaps_of(kinds, len(explained)),
                          last=last,
                          flow=True)  # fmt: skip
    sheet.words("sum", "Sum", set_)
    middle = y - sums.height(1, size) / 2
    add_rule(sheet, w.rule.replace("{count}", str(len(trace[0].taps))), middle)
    add_rule(sheet, w.summary.replace("{count}", count), middle, visible_from=last)
    add_sweeping(sheet, schedule, w.sweep.replace("{count}", count), middle)


def _captions(sheet: PlanBuilder, input_block: Block, output_block: Block) -> None:
    """What is said of both planes; of the padding once it comes."""
    sheet.captions("input", replace(input_block, captions=input_block.captions[:1],
                                    captions_at=input_block.captions_at[:1]))
    if input_block.captions[1:]:
        later = replace(input_block, captions=input_block.captions[1:], captions_at=input_block.captions_at[1:],
                        below=[], below_at=[])
        (body, size), (x, y), (ox, oy) = later.captions[0], later.captions_at[0], input_block.origin
        sheet.words("input.padded", "Padded input", [
            sheet.text(body, x - ox, y - oy, size, sheet.theme.muted, visible_from=Phase.PADDING + 0.02, z=-8.0,
                       home=(ox, oy))
        ], "input")  # fmt: skip
    sheet.captions("output", replace(output_block, below=[], below_at=[]))
    sheet.box_of("input", input_block)
    sheet.box_of("output", output_block)


def build_plan(sheet: PlanBuilder, trace):
    """Story `sweep`: a convolution of one channel with one filter over many cells."""
    scene, w, word = sheet.scene, sheet.scene.words, sheet.px(WORD)
    title = w.title or scene.title or scene.id
    top = sheet.title(title, facts(scene, trace, trace.kernel_size) + ",  " + bias_text(scene, trace))
    x0, y0, x1, _ = sheet.inner
    ocols = as_rows(trace.output[0]).shape[1]
    inset = Inset(sheet, trace)
    values = inset.taps.values
    weights = np.where(values.max(axis=1) > values.min(axis=1), DWELL, 1.0)
    schedule = _plan(trace, scene, ocols, 1.1 if any(sum(p) for p in trace.padding) else 0.0, weights)
    lines, texts = _sum_steps(sheet, trace, schedule, x1 - x0)
    size = word * (1.0 if all(_wide(line) * word <= x1 - x0 for line in lines if line) else SHORT)
    meaning = meaning_of(scene)
    under = 1.45 * word if meaning and scene.look.sum_line else 0.0
    used = under + (sums.height(1, size) if scene.look.sum_line else 0.0)
    input_block, output_block = _blocks(sheet, trace)
    _arranged(sheet, input_block, output_block, inset, (x0, y0 + used + 0.5 * word, x1, top - 0.35 * word))

    opening(sheet, trace)
    step_times = run_clock(sheet.timeline, schedule, ocols, scene, weights=weights)
    places, last = place_of(trace), len(trace) - 1 + ENDED
    track = sheet.track("input.track", places)
    cells = unread_cells.fade_unread(sheet, input_plane(sheet, trace, 0, "blue", fade=FADE, unit=input_block.unit),
                                     trace)
    sheet.volume("input", w.input, cells, sheet.place(input_block), input_block.cells, track=track,
                 fade=(-LANDED, last),
                 unit=input_block.unit, **taps_of(trace))  # fmt: skip
    cells = output_plane(sheet, trace, unit=output_block.unit, neutral=True)
    sheet.volume("output", w.output, cells, sheet.place(output_block), output_block.cells, unit=output_block.unit)
    _captions(sheet, input_block, output_block)
    add_ticks(sheet, "output", output_block, sparse=True)
    add_ticks(sheet, "input", input_block, pads_of(trace), sparse=True)
    window_on(sheet, "input.window", "Window", "input", track, trace, unit=input_block.unit)
    marker_on(sheet, "output", trace, unit=output_block.unit)
    inset.put(schedule, step_times)
    grow_shadow(sheet, "output", ocols, step_times, len(trace) - ocols, len(trace) - 1)
    _ties(sheet, trace, schedule, places, input_block, inset)
    if scene.look.labels:
        _legend(sheet, trace, output_block)
    if scene.look.sum_line:
        _say(sheet, trace, schedule, lines, y0 + used, size, last)
        if meaning:
            add_statement(sheet, "meaning", meaning, y0 + 0.36 * word, ALWAYS, NEVER)
    sheet.timeline.play("clock.step", last + 0.02, 0.05, easing="linear")
    sheet.timeline.wait(scene.timing.outro)
    return sheet.plan(title, infos(trace, scene, step_times, texts))
