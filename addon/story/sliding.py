# SPDX-License-Identifier: GPL-3.0-or-later
"""A window slides over one plane: kernel, input and output stand side by side (one channel, one filter).

Also home of what every sliding figure shares: the padding ring, the window with its track, the kernel's visit, the
output with its marker, the guide lines and the facts of the title.
"""

import itertools

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
LINE_PIXELS = 1.6
AWAY = (-LANDED, 0.01)  # the clock while the kernel is on its visit
TICK, MOST_TICKS = 17.0, 12


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


def facts(scene, trace, kernel_shape, filters: int = 1) -> str:
    """The parameters, as the title names them."""
    w = scene.words
    said = [f"{filters} {w.one_filter}" if filters == 1 else f"{filters} {w.filters}"]
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
        inner = f"floor({inner})"
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
    return plane(sheet, values, scale, before=wires(sheet, values.shape), born=steps - BORN, rise=BORN, step=steps)


def wires(sheet: Sheet, shape) -> np.ndarray:
    """The wire cubes of a plane, in scan order: fronts, and what of tops and sides is not hidden by neighbours."""
    side = 0 if sheet.scene.camera.azimuth < 0 else shape[1] - 1
    kinds = [("wire" + (" top" if r == 0 else "") + (" side" if c == side else ""))
             for r in range(shape[0]) for c in range(shape[1])]  # fmt: skip
    return np.array([sheet.palette.cube(sheet.theme.wire, kind) for kind in kinds])


def add_home(sheet: Sheet, role: str, name: str, block: Block, location, *, color=None,
             lives=((ALWAYS, NEVER),)) -> None:  # fmt: skip
    """What stays at a kernel's place while it is away: its outline, and its name."""
    shape = (block.cells[2], block.cells[0])
    row, column = (a.ravel() for a in np.indices(shape))
    points = Points.make(np.column_stack([column, 0 * row, -row]), cube=wires(sheet, shape), faded=wires(sheet, shape),
                         born=AWAY[0], dies=AWAY[1], row=row, column=column)  # fmt: skip
    sheet.volume(f"{role}.home", f"{name} outline", points, location, block.cells, card=None)
    sheet.captions(f"{role}.home", block, color=color, lives=lives)


def add_ticks(sheet: Sheet, role: str, block: Block) -> None:
    """Row numbers left of a plane and column numbers above it, as the cell's name in the sum counts them."""
    columns, _, rows = block.cells
    if not sheet.scene.look.labels or max(columns, rows) > MOST_TICKS:
        return
    size, base, camera = sheet.px(TICK), sheet.scene.look.index_from, sheet.camera
    # the corner of a cell that is furthest left on the screen: the back one where the camera sees left sides
    left = 0.47 if camera.right[1] < 0 else -0.47
    made = []
    for count, first, along, dx, dy in ((columns, (0, 0.47, 0.47), (1, 0, 0), 0.0, 0.28),
                                        (rows, (-0.47, left, 0), (0, 0, -1), -0.55, -0.36)):  # fmt: skip
        for i in range(count) if count > 1 else ():
            x, y = camera.project(np.array(first) + i * np.array(along)) * sheet.scale
            made.append(sheet.text(str(i + base), x + dx * size, y + dy * size, size, sheet.theme.muted, z=-8.0,
                                   kind="tick", home=block.origin))  # fmt: skip
    sheet.words(f"{role}.ticks", f"{block.name} indices", made, role)


def kernel_plane(sheet: Sheet, trace, channel: int, products: bool) -> Points:
    """One channel of the kernel; with `products` its cells show "value × weight" while they lie on the window."""
    weights = as_rows(trace.weight[0, channel])
    scale = Scale(sheet.palette, "amber", trace.weight.min(), trace.weight.max())
    size = sheet.digits([number(v) for v in trace.weight.ravel()])
    points = plane(sheet, weights, scale, size=0.0, channel=channel)
    if not size:
        return points
    step = trace[0]
    own = [t for t in range(len(step.taps)) if step.kernel_index[t][0] == channel]
    taps = [f"{number(step.values[t])}{TIMES}{number(step.weights[t])}" for t in own]
    fits = sheet.digits(taps) if products else 0.0
    made = [points]
    for place, (t, text) in enumerate(zip(own, taps, strict=True)):
        weight = step.weights[t]
        ink = sheet.palette.ink_on(scale.color(weight))
        common = {"row": points["row"][place], "column": points["column"][place], "channel": channel}
        plain = {"label": sheet.palette.label(number(weight), ink), "size": size, "value": weight,
                 "stretch": squeeze(ink_width(number(weight)), size)}  # fmt: skip
        at = [points["position"][place]]
        if not fits:
            made.append(Points.make(at, **plain, **common))
            continue
        full = {"label": sheet.palette.label(text, ink), "size": fits, "value": step.products[t],
                "stretch": squeeze(ink_width(text), fits)}  # fmt: skip
        met = 0.004 - LANDED  # the clock moves on when the kernel has met its cells
        made += [Points.make(at, dies=met, **plain, **common), Points.make(at, born=met, dies=-0.02, **full, **common),
                 Points.make(at, born=-0.02, **plain, **common)]  # fmt: skip
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


def guide_segments(sheet: Sheet, places, trace, blocks, made) -> list[tuple]:
    """From each window down a gap between cells to a rail below the volumes, along it, and up to the output cell.

    So no line crosses a number. Rows of (end, place, end, place, step) as `add_lines` takes them; the last end is the
    output, the others are the inputs.
    """
    spans = [d * (k - 1) + 1 for k, d in zip(trace.kernel_size, trace.dilation, strict=True)]
    high, wide = (1 if len(spans) == 1 else spans[0]), spans[-1]
    camera = sheet.camera
    level = min(b.box[1] for b in (*blocks, made)) - sheet.px(3.0)
    shape = as_rows(trace.output[0]).shape

    def dropped(block, x):
        """The place in a block's own units, straight below x, that is seen at the rail's level."""
        rest = (level - block.origin[1]) / sheet.scale - x * camera.up[0] - FRONT * camera.up[1]
        return (x, FRONT, rest / camera.up[2])

    rows = []
    for i, (x, _, z) in enumerate(places):
        row, column = divmod(i, shape[1])
        feet = []
        for c, block in enumerate(blocks):
            at = x + wide / 2
            feet.append((c, dropped(block, at)))
            rows.append((c, (at, FRONT, z - high / 2), c, feet[-1][1], i))
        feet.append((len(blocks), dropped(made, column)))
        rows += [(a[0], a[1], b[0], b[1], i) for a, b in itertools.pairwise(feet)]
        rows.append((*feet[-1], len(blocks), (column, FRONT, -row - 0.5), i))
    return rows


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


def legend_of(scene, trace) -> str:
    """What the colour of negative numbers means, where there are any."""
    return scene.words.negative if min(trace.input.min(), trace.weight.min(), trace.output.min()) < 0 else ""


def tell(sheet: Sheet, trace):
    """Story `sliding`: a convolution of one channel with one filter, in one or two dimensions."""
    scene, w = sheet.scene, sheet.scene.words
    title, word = w.title or scene.title or scene.id, sheet.px(WORD)
    top = sheet.title(title, facts(scene, trace, trace.kernel_size) + ",  " + bias_text(scene, trace),
                      legend_of(scene, trace))  # fmt: skip
    x0, y0, x1, _ = sheet.inner
    pieces, texts = _sum_steps(sheet, trace)
    kinds = ["name"] + ["product"] * len(trace[0].taps) + ["bias"] * (trace.bias is not None) + ["result"]
    gaps = sums.gaps_of(kinds, trace.kernel_size[-1])
    lines, used = [], 0.0
    if scene.look.sum_line:
        lines = sums.wrap([list(c) for c in zip(*pieces, strict=True)], word, x1 - x0, gaps)
        used = sums.height(len(lines), word)
    rows, columns = padded_shape(trace)
    sizes, out = trace.input.shape[1:], trace.output.shape[1:]
    krows, kcols = as_rows(trace.weight[0, 0]).shape
    orows, ocols = as_rows(trace.output[0]).shape
    order = f"({w.rows} {TIMES} {w.columns})" if len(sizes) == 2 else ""
    padded = f" \u2192 {shape_text((rows, columns)[-len(sizes):])}" if (rows, columns)[-len(sizes):] != sizes else ""
    kernel = Block(w.kernel, 0, 0, (kcols, 1, krows), [(f"{w.kernel} {shape_text(trace.kernel_size)}", word)])
    given = Block(w.input, 0, 1, (columns, 1, rows), [(f"{w.input} {shape_text(sizes)}{padded} {order}".strip(), word)])
    made = Block(w.output, 0, 2, (ocols, 1, orows),
                 [(f"{w.output} {shape_text(out)}", word), (size_formula(trace), word)],
                 tick=sheet.px(TICK))  # fmt: skip
    if not scene.look.labels:
        for block in (kernel, given, made):
            block.captions, block.tick = [], 0.0
    grid = Grid(sheet.camera, [kernel, given, made], [1.5 * word, 2.2 * word], 0.0)
    sheet.scale = grid.solve((x0, y0 + used + 0.9 * word, x1, top - 0.5 * word), largest=sheet.px(54))

    opening(sheet, trace)
    pace = run_clock(sheet.timeline, len(trace), ocols, scene.timing)
    places = place_of(trace)
    track = sheet.track("input.track", places)
    home, parked = sheet.place(given), sheet.place(kernel)
    sheet.volume("input", w.input, input_plane(sheet, trace, 0, "blue"), home, given.cells, track=track,
                 fade=(-LANDED, len(trace) - 1 + 0.3), **taps_of(trace))  # fmt: skip
    sheet.volume("kernel", w.kernel, kernel_plane(sheet, trace, 0, True), parked, kernel.cells)
    add_home(sheet, "kernel", w.kernel, kernel, parked)
    sheet.volume("output", w.output, output_plane(sheet, trace), sheet.place(made), made.cells)
    sheet.captions("input", given)
    sheet.captions("output", made)
    add_ticks(sheet, "output", made)
    for role, block in (("kernel", kernel), ("input", given), ("output", made)):
        sheet.box_of(role, block)
    window_on(sheet, "input.window", "Window", "input", track, trace)
    marker_on(sheet, "output", trace)
    middle = np.array([(kcols - 1) / 2, 0, -(krows - 1) / 2])
    # straight toward the viewer from the window: on the screen the kernel lies exactly on its cells
    visit(sheet, "kernel", parked, np.array(home) + places[0] - middle + 4.0 * sheet.camera.toward, pace)
    add_lines(sheet, guide_segments(sheet, places, trace, [given], made), ["input", "output"])
    big, signs = sheet.px(28), []
    for column, symbol, low in ((0, "*", 0.6), (1, "=", 0.28)):
        x, y = grid.between(column, 0)
        # the kernel passes where "*" stands
        for born, dies in ((ALWAYS, AWAY[0]), (AWAY[1], NEVER)) if symbol == "*" else ((ALWAYS, NEVER),):
            signs.append(sheet.text(symbol, x, y - low * big, big, sheet.theme.muted, born=born, dies=dies))
    sheet.words("signs", "Signs", signs)
    if scene.look.sum_line:
        sheet.words("sum", "Sum", sums.set_lines(sheet, pieces, lines, y0 + used, word, gaps))
        add_rule(sheet, w.rule.replace("{count}", str(len(trace[0].taps))), y0 + used / 2)
    sheet.timeline.play("clock.step", len(trace) - 1 + 0.4, 0.3)
    sheet.timeline.wait(scene.timing.outro)
    return sheet.plan(title, infos(trace, scene, pace, texts))


def add_rule(sheet: Sheet, text: str, y: float) -> None:
    """What every step does, in words, until the first one starts."""
    x0, _, x1, _ = sheet.inner
    size = min(sheet.px(WORD), (x1 - x0) / max(width(text), 1.0))
    sheet.words("rule", "Rule", [sheet.text(text, 0, y - 0.3 * size, size, sheet.theme.muted, dies=-LANDED)])
