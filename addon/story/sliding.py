# SPDX-License-Identifier: GPL-3.0-or-later
"""A window slides over one plane: kernel, input and output stand side by side (one channel, one filter).

Also home of what every sliding figure shares: the padding ring, the window with its track, the kernel's visit, the
output with its marker, the guide lines and the facts of the title.
"""

import numpy as np

from . import sums
from .glyphs import TIMES, equals, number, operand, width
from .layout import Block, Grid
from .pace import START, Pace, reveal, run_clock
from .plan import ALWAYS, BORN, LANDED, NEVER, Lines, Points, StepInfo, Window
from .sheet import WORD, Sheet, ink_width, plane, squeeze
from .sums import Piece
from .theme import HUES, Scale

RING = -2.0  # the clock when padding starts to arrive; it is there by START
FRONT = -0.56  # just before the front faces
LINE_PIXELS = 1.5
HOME = ((ALWAYS, -LANDED), (0.01, NEVER))  # the clock while the kernel is at home


# facts in words --------------------------------------------------------------------------------------------------


def shape_text(sizes) -> str:
    return f" {TIMES} ".join(str(n) for n in sizes)


def axes_text(values) -> str:
    """One number where all axes agree, else all of them."""
    values = tuple(values)
    if len(set(values)) == 1:
        value = values[0]
        if isinstance(value, tuple):
            return str(value[0]) if value[0] == value[1] else f"{value[0]}/{value[1]}"
        return str(value)
    return f" {TIMES} ".join(axes_text((v,)) for v in values)


def facts(scene, trace, kernel_shape, filters: int | None = None) -> str:
    """The parameters, as the title names them."""
    w = scene.words
    said = [f"{filters} {w.one_filter}"] if filters == 1 else [f"{w.filters} {filters}"] if filters else []
    said += [f"{w.size} {shape_text(kernel_shape)}", f"{w.stride} {axes_text(trace.stride)}",
            f"{w.padding} {axes_text(trace.padding)}", f"{w.dilation} {axes_text(trace.dilation)}"]  # fmt: skip
    if trace.groups > 1:
        said.append(f"{w.groups} {trace.groups}")
    return ",  ".join(said)


def bias_text(scene, trace, channel: int = 0) -> str:
    if trace.bias is None:
        return scene.words.no_bias
    return f"{scene.words.bias} {number(trace.bias[channel])}"


def size_formula(trace, axis: int = -1) -> str:
    """How the output's size comes about, as in "(6 − 3) / 1 + 1 = 4"."""
    n, k = trace.input.shape[axis], trace.kernel_size[axis]
    before, after = trace.padding[axis]
    s, d = trace.stride[axis], trace.dilation[axis]
    reach = d * (k - 1) + 1
    pads = "" if not before + after else f" + 2{TIMES}{before}" if before == after else f" + {before} + {after}"
    covered = f"{reach}" if d == 1 else f"({d}{TIMES}{k - 1} + 1)"
    inner = f"({n}{pads} \u2212 {covered}) / {s}"
    if (n + before + after - reach) % s:
        inner = f"\u230a{inner}\u230b"
    return f"{inner} + 1 = {trace.output.shape[axis]}"


def cell_name(scene, index) -> str:
    """The output cell's name with its place, as in "out[row 1, col 2]"."""
    w, base = scene.words, scene.look.index_from
    names = (w.row, w.column)[-len(index) :] if len(index) < 3 else ("",) * len(index)
    inner = ", ".join(f"{name} {i + base}".strip() for name, i in zip(names, index, strict=True))
    return f"{w.out}[{inner}]"


# parts -----------------------------------------------------------------------------------------------------------


def as_rows(array: np.ndarray) -> np.ndarray:
    """One channel as (rows, columns): a row of its own where there is one axis."""
    return array.reshape(1, -1) if array.ndim == 1 else array


def pads_of(trace) -> tuple[tuple[int, int], tuple[int, int]]:
    pads = tuple(tuple(int(v) for v in p) for p in trace.padding)
    return ((0, 0), *pads) if len(pads) == 1 else pads


def padded_shape(trace) -> tuple[int, int]:
    rows, columns = as_rows(trace.input[0]).shape
    (top, bottom), (left, right) = pads_of(trace)
    return rows + top + bottom, columns + left + right


def place_of(trace, channel: int = 0) -> np.ndarray:
    """Where the window's middle stands at every step of one output channel, in cells of the padded plane."""
    (top, _), (left, _) = pads_of(trace)
    places = []
    for i in range(trace.output[0].size):
        spots = trace[i].positions[:, 1:]
        middle = (spots.min(axis=0) + spots.max(axis=0)) / 2
        row, column = (0.0, *middle) if len(middle) == 1 else middle
        places.append((column + left, 0.0, -(row + top)))
    return np.array(places)


def input_plane(sheet: Sheet, trace, channel: int, hue: str) -> Points:
    """One input channel with its ring of padding, which arrives cell by cell between RING and START."""
    values = as_rows(trace.input[channel])
    (top, bottom), (left, right) = pads_of(trace)
    scale = Scale(sheet.palette, hue, trace.input.min(), trace.input.max())
    size = sheet.digits([number(v) for v in trace.input.ravel()])
    points = plane(sheet, values, scale, size=size, channel=channel)
    points["position"][:] += (left, 0, -top)
    rows, columns = padded_shape(trace)
    ring = [(r, c) for r in range(rows) for c in range(columns)
            if not (top <= r < rows - bottom and left <= c < columns - right)]  # fmt: skip
    if not ring:
        return points
    middle = ((rows - 1) / 2, (columns - 1) / 2)
    ring.sort(key=lambda rc: np.arctan2(rc[0] - middle[0], rc[1] - middle[1]))
    p, ghost = sheet.palette, sheet.theme.ghost
    faded = p.faded(ghost)
    born = RING + 0.85 * np.arange(len(ring)) / len(ring)
    ghosts = Points.make(
        [(c, 0, -r) for r, c in ring], cube=p.cube(ghost, "ghost"), faded=p.cube(faded, "ghost"),
        label=p.label("0", p.faded_ink_on(ghost)) if size else -1,
        label_faded=p.label("0", p.faded_ink_on(faded)) if size else -1,
        size=size or 0.5, lift=0.45, born=born, rise=0.14, channel=channel,
        row=[r - top for r, _ in ring], column=[c - left for _, c in ring],
    )  # fmt: skip
    return Points.join([points, ghosts])


def output_plane(sheet: Sheet, trace, hue: str = "violet") -> Points:
    """The output: wire cubes until their step, then cells that rise with their number."""
    values = as_rows(trace.output[0])
    scale = Scale(sheet.palette, hue, trace.output.min(), trace.output.max())
    steps = np.arange(values.size)
    wire = sheet.palette.cube(sheet.theme.wire, "wire")
    return plane(sheet, values, scale, before=wire, born=steps - BORN, rise=BORN, step=steps)


def kernel_plane(sheet: Sheet, trace, channel: int, room_for_products: bool) -> Points:
    """One channel of the kernel; while it visits the window in the first step, its cells show the products."""
    weights = as_rows(trace.weight[0, channel])
    scale = Scale(sheet.palette, "amber", trace.weight.min(), trace.weight.max())
    size = sheet.digits([number(v) for v in trace.weight.ravel()])
    points = plane(sheet, weights, scale, size=0.0, channel=channel)
    if not size:
        return points
    step = trace[0]
    own = [t for t in range(len(step.taps)) if step.kernel_index[t][0] == channel]
    fits = room_for_products and sheet.digits([sums.product(step.values[t], step.weights[t]) for t in own])
    made = [points]
    for place, t in enumerate(own):
        value, weight = step.values[t], step.weights[t]
        ink = sheet.palette.ink_on(scale.color(weight))
        at = points["position"][place]
        start = reveal(0, t, len(step.taps))
        text = sums.product(value, weight) if fits else number(step.products[t])
        common = {"row": points["row"][place], "column": points["column"][place], "channel": channel}
        plain = {"label": sheet.palette.label(number(weight), ink), "size": size, "value": weight,
                 "stretch": squeeze(ink_width(number(weight)), size)}  # fmt: skip
        full = {"label": sheet.palette.label(text, ink), "size": fits or size, "value": step.products[t],
                "stretch": squeeze(ink_width(text), fits or size)}  # fmt: skip
        made.append(Points.make([at], dies=start, **plain, **common))
        made.append(Points.make([at], born=start, dies=-0.02, **full, **common))
        made.append(Points.make([at], born=-0.02, **plain, **common))
    return Points.join(made)


def window_on(sheet: Sheet, role: str, name: str, volume: str, track: str, trace, until=NEVER) -> None:
    """The open frame around the cells the window covers, there until a clock value."""
    spans = [d * (k - 1) + 1 for k, d in zip(trace.kernel_size, trace.dilation, strict=True)]
    rows, columns = (1, *spans) if len(spans) == 1 else spans
    frame = sheet.palette.material(sheet.theme.frame, "flat")
    thick = max(0.1, sheet.units(sheet.px(3.0)))
    sheet.windows.append(Window(role, name, volume, track, (columns, 1.0, rows), frame, (-LANDED, until), thick))


def marker_on(sheet: Sheet, volume: str, trace, until=NEVER) -> None:
    """A small frame around the output cell being made."""
    shape = as_rows(trace.output[0]).shape
    row, column = (a.ravel() for a in np.indices(shape))
    track = sheet.track(f"{volume}.track", np.column_stack([column, 0 * row, -row]))
    frame = sheet.palette.material(sheet.theme.frame, "flat")
    thick = max(0.09, sheet.units(sheet.px(2.5)))
    sheet.windows.append(Window(f"{volume}.marker", "Output marker", volume, track, (1.0, 1.0, 1.0), frame,
                                (-LANDED, until), thick, flat=True))  # fmt: skip


def taps_of(trace) -> dict:
    """Which cells of the volume are lit: the window's taps along x, y, z and their spacing."""
    kernel, dilation = trace.kernel_size, trace.dilation
    if len(kernel) == 1:
        kernel, dilation = (1, *kernel), (1, *dilation)
    return {"taps": (kernel[1], 1, kernel[0]), "dilation": (dilation[1], 1, dilation[0])}


def visit(sheet: Sheet, role: str, home, target, pace: Pace) -> None:
    """Key a kernel's way to the window and back, in the slow first step; its place may be declared already."""
    line, first = sheet.timeline, sheet.scene.timing.first
    for axis, (a, b) in zip("xyz", zip(home, target, strict=True), strict=True):
        channel = f"{role}.location.{axis}"
        if not line.declared(channel):
            line.declare(channel, a)
        line.add(channel, b, 0.19 * first, at=pace.visit)
        line.add(channel, a, 0.19 * first, at=pace.leave)
    for axis in "xy":
        channel = f"{role}.shadow.scale.{axis}"
        line.declare(channel, 1.0)
        line.add(channel, 0.02, 0.10 * first, at=pace.visit)
        line.add(channel, 1.0, 0.10 * first, at=pace.leave + 0.09 * first)


def guide_segments(places, trace, padded) -> list[tuple]:
    """Two lines per step from the window to the output cell, along the gaps between cells so that they cross none.

    Rows of (from the input?, a, to the output?, b, step).
    """
    spans = [d * (k - 1) + 1 for k, d in zip(trace.kernel_size, trace.dilation, strict=True)]
    high = 1 if len(spans) == 1 else spans[0]
    wide = spans[-1]
    shape = as_rows(trace.output[0]).shape
    made = []
    for i, (x, _, z) in enumerate(places):
        row, column = divmod(i, shape[1])
        for side in (0.5, -0.5):
            level, out_level = z + side * high, -row + side
            start, edge = x + wide / 2, padded[1] - 0.5
            if start < edge - 1e-6:
                made.append((0, (start, FRONT, level), 0, (edge, FRONT, level), i))
            made.append((0, (edge, FRONT, level), 1, (-0.5, FRONT, out_level), i))
            if column:
                made.append((1, (-0.5, FRONT, out_level), 1, (column - 0.5, FRONT, out_level), i))
    return made


def add_lines(sheet: Sheet, segments, ends: list[str]) -> None:
    """Store guide segments, whose ends are numbers of volumes in `ends`: one line set for each pair."""
    frame = sheet.palette.material(sheet.theme.frame, "flat")
    for a, b in sorted({(s[0], s[2]) for s in segments}):
        chosen = [s for s in segments if (s[0], s[2]) == (a, b)]
        steps = np.array([s[4] for s in chosen], np.float32)
        sheet.lines.append(Lines(
            f"guide.{a}.{b}", "Guide lines", ends[a], ends[b], np.array([s[1] for s in chosen], np.float32),
            np.array([s[3] for s in chosen], np.float32), steps - LANDED, steps + 0.02, frame,
            sheet.units(sheet.px(LINE_PIXELS)),
        ))  # fmt: skip


def opening(sheet: Sheet, trace) -> None:
    """Everything labelled and still; then the padding arrives, where there is some."""
    line, padded = sheet.timeline, any(sum(p) for p in trace.padding)
    line.declare("clock.step", RING if padded else START)
    line.wait(sheet.scene.timing.intro)
    if padded:
        line.play("clock.step", START, 1.0, easing="linear")
        line.wait(0.3)


def infos(trace, scene, pace: Pace, texts: list[str]) -> list[StepInfo]:
    return [StepInfo(second, tuple(int(v) for v in trace[i].output_index), float(trace[i].value), text)
            for i, (second, text) in enumerate(zip(pace.seconds, texts, strict=True))]  # fmt: skip


# the story -------------------------------------------------------------------------------------------------------


def _sum_steps(sheet: Sheet, trace) -> tuple[list[list[Piece]], list[str]]:
    """Every step's sum: the cell's name, its products one by one, the bias, the total."""
    scene, ink, muted = sheet.scene, sheet.theme.ink, sheet.theme.muted
    violet = sheet.palette.words_in(HUES["violet"])
    rows, texts = [], []
    for i in range(len(trace)):
        step = trace[i]
        count = len(step.taps) + 1
        pieces = [Piece(f"{cell_name(scene, step.output_index[1:])} =", ink, i - LANDED)]
        for t in range(len(step.taps)):
            text = ("+ " if t else "") + sums.product(step.values[t], step.weights[t])
            pieces.append(Piece(text, ink if step.real[t] else muted, reveal(i, t, count)))
        if trace.bias is not None:
            pieces.append(Piece(f"+ {scene.words.bias} {operand(step.bias)}", ink, reveal(i, count - 1, count)))
        sign = equals([*step.values, *step.weights, step.bias, step.value])
        pieces.append(Piece(f"{sign} {number(step.value)}", violet, sums.born(i)))
        rows.append(pieces)
        texts.append(" ".join(p.text for p in pieces))
    return rows, texts


def tell(sheet: Sheet, trace):
    """Story `sliding`: a convolution of one channel with one filter, in one or two dimensions."""
    scene, w = sheet.scene, sheet.scene.words
    title = w.title or scene.title or scene.id
    word = sheet.px(WORD)
    top = sheet.title(title, facts(scene, trace, trace.kernel_size) + ",  " + bias_text(scene, trace))
    x0, y0, x1, _ = sheet.inner
    pieces, texts = _sum_steps(sheet, trace)
    lines, used = [], 0.0
    if scene.look.sum_line:
        lines = sums.wrap([list(c) for c in zip(*pieces, strict=True)], word, x1 - x0, 0.3 * word)
        used = sums.height(len(lines), word)
    rows, columns = padded_shape(trace)
    sizes, out = trace.input.shape[1:], trace.output.shape[1:]
    krows, kcols = as_rows(trace.weight[0, 0]).shape
    orows, ocols = as_rows(trace.output[0]).shape
    order = f"({w.rows} {TIMES} {w.columns})" if len(sizes) == 2 else ""
    padded = f" \u2192 {shape_text((rows, columns)[-len(sizes):])}" if (rows, columns)[-len(sizes):] != sizes else ""
    signs = [(w.negative, word)] if trace.weight.min() < 0 or trace.output.min() < 0 else []
    kernel = Block(w.kernel, 0, 0, (kcols, 1, krows), [(f"{w.kernel} {shape_text(trace.kernel_size)}", word)], signs)
    given = Block(w.input, 0, 1, (columns, 1, rows), [(f"{w.input} {shape_text(sizes)}{padded} {order}".strip(), word)])
    made = Block(w.output, 0, 2, (ocols, 1, orows), [(f"{w.output} {shape_text(out)}", word)],
                 [(size_formula(trace), word)])  # fmt: skip
    if not scene.look.labels:
        for block in (kernel, given, made):
            block.captions, block.below = [], []
    sign = 1.9 * word
    grid = Grid(sheet.camera, [kernel, given, made], [sign, sign], 0.0)
    region = (x0, y0 + used + 0.9 * word, x1, top - 0.7 * word)
    sheet.scale = grid.solve(region, largest=sheet.px(54))

    opening(sheet, trace)
    pace = run_clock(sheet.timeline, len(trace), ocols, scene.timing)
    places = place_of(trace)
    track = sheet.track("input.track", places)
    last = len(trace) - 1 + 0.3
    home = sheet.place(given)
    sheet.volume("input", w.input, input_plane(sheet, trace, 0, "blue"), home, given.cells, track=track,
                 fade=(-LANDED, last), **taps_of(trace))  # fmt: skip
    parked = sheet.place(kernel)
    sheet.volume("kernel", w.kernel, kernel_plane(sheet, trace, 0, True), parked, kernel.cells)
    sheet.volume("output", w.output, output_plane(sheet, trace), sheet.place(made), made.cells)
    for role, block in (("kernel", kernel), ("input", given), ("output", made)):
        sheet.captions(role, block, lives=HOME if role == "kernel" else ((ALWAYS, NEVER),))
        sheet.box_of(role, block)
    window_on(sheet, "input.window", "Window", "input", track, trace)
    marker_on(sheet, "output", trace)
    middle = np.array([(kcols - 1) / 2, 0, -(krows - 1) / 2])
    # straight toward the viewer from the window: on the screen the kernel lies exactly on its cells
    visit(sheet, "kernel", parked, np.array(home) + places[0] - middle + 4.0 * sheet.camera.toward, pace)
    add_lines(sheet, guide_segments(places, trace, (rows, columns)), ["input", "output"])
    # at the captions' level: below it the guide lines pass, and the kernel on its visit
    big = sheet.px(26)
    signs = []
    for column, symbol, block in ((0, "*", kernel), (1, "=", made)):
        x, y = grid.between(column, 0)
        y = block.captions_at[0][1] if block.captions else y
        for born, dies in HOME if symbol == "*" else ((ALWAYS, NEVER),):
            low = 0.24 * big if symbol == "*" else 0.06 * big
            signs.append(sheet.text(symbol, x, y - low, big, sheet.theme.muted, born=born, dies=dies))
    sheet.words("signs", "Signs", signs)
    if scene.look.sum_line:
        sheet.words("sum", "Sum", sums.set_lines(sheet, pieces, lines, y0 + used, word))
        rule = w.rule.replace("{count}", str(len(trace[0].taps)))
        if width(rule) * word <= x1 - x0:
            sheet.words("rule", "Rule", [sheet.text(rule, 0, y0 + used / 2 - 0.3 * word, word, sheet.theme.muted,
                                                    dies=-LANDED)])  # fmt: skip
    sheet.timeline.play("clock.step", len(trace) - 1 + 0.4, 0.3)
    sheet.timeline.wait(scene.timing.outro)
    return sheet.plan(title, infos(trace, scene, pace, texts))
