# SPDX-License-Identifier: GPL-3.0-or-later
"""What sliding figures are made of: padded input planes, kernels with their visit, outputs, windows, guide lines.

A story puts these parts on the sheet; none of them decides where it stands.
"""

from itertools import pairwise

import numpy as np

from .glyphs import TIMES, number, width
from .layout import Block
from .pace import MEETING, START, VISIT, Pace
from .plan import ALWAYS, BORN, LANDED, NEVER, Lines, Points, StepInfo, Window
from .sheet import WORD, Sheet, ink_width, plane, squeeze
from .theme import HUES, Scale

RING = -2.0  # the clock when padding starts to arrive; it is there by START
FRONT = -0.56  # just before the front faces
CLEAR = 9.0  # cells by which a visiting kernel stays before what it visits
LINE_PIXELS, LINES_NEARER = 2.0, 6.0  # the latter in cells
TICK, MOST_TICKS = 17.0, 12


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
    born = RING + 0.02 + 0.83 * np.arange(len(ring)) / len(ring)
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


def add_home(sheet: Sheet, role: str, name: str, block: Block, location, back: float, *, color=None,
             lives=((ALWAYS, NEVER),)) -> None:  # fmt: skip
    """What stays at a kernel's place until it is `back` (clock): its outline, and its name."""
    shape = (block.cells[2], block.cells[0])
    row, column = (a.ravel() for a in np.indices(shape))
    points = Points.make(np.column_stack([column, 0 * row, -row]), cube=wires(sheet, shape), faded=wires(sheet, shape),
                         born=-LANDED, dies=back, row=row, column=column)  # fmt: skip
    sheet.volume(f"{role}.home", f"{name} outline", points, location, block.cells, card=None)
    sheet.captions(f"{role}.home", block, color=color, lives=lives)


def add_ticks(sheet: Sheet, role: str, block: Block, pads=((0, 0), (0, 0)), dies: float = NEVER) -> None:
    """Row numbers left of a plane and column numbers above it, in line with the cells' fronts; padding has none."""
    columns, _, rows = block.cells
    if not sheet.scene.look.labels or max(columns, rows) > MOST_TICKS:
        return
    size, base, camera = sheet.px(TICK), sheet.scene.look.index_from, sheet.camera
    h = 0.47
    # the back edges of the visible side and of the top are further out than the fronts, and tilted
    side = camera.project((-h, h if camera.right[1] < 0 else -h, 0))[0]
    slope = camera.up[0] / camera.right[0]
    made = []
    (top, bottom), (left, right) = pads
    for r in range(top, rows - bottom) if rows > 1 else ():
        x, y = camera.project((-h, -h, -r))
        y += (side - x) * slope
        made.append((str(r - top + base), side, y, -0.55, -0.36))
    for c in range(left, columns - right) if columns > 1 else ():
        x, _ = camera.project((c, -h, h))
        back_x, back_y = camera.project((c, h, h))
        made.append((str(c - left + base), x, back_y + (x - back_x) * slope, 0.0, 0.45))
    made = [sheet.text(text, x * sheet.scale + dx * size, y * sheet.scale + dy * size, size, sheet.theme.muted, z=-8.0,
                       kind="tick", home=block.origin, dies=dies) for text, x, y, dx, dy in made]  # fmt: skip
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
        met = 0.9 * MEETING - LANDED
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


def marker_on(sheet: Sheet, volume: str, trace, start: float = -LANDED) -> None:
    """A small frame around the cell being made, from a clock value on."""
    shape = as_rows(trace.output[0]).shape
    row, column = (a.ravel() for a in np.indices(shape))
    track = sheet.track(f"{volume}.track", np.column_stack([column, 0 * row, -row]))
    frame = sheet.palette.material(sheet.theme.frame, "flat")
    thick = max(0.09, sheet.units(sheet.px(2.5)))
    sheet.windows.append(Window(f"{volume}.marker", "Output marker", volume, track, (1.0, 1.0, 1.0), frame,
                                (start, NEVER), thick, flat=True))  # fmt: skip


def taps_of(trace) -> dict:
    """Which cells of the volume are lit: the window's taps along x, y, z and their spacing."""
    kernel, dilation = trace.kernel_size, trace.dilation
    if len(kernel) == 1:
        kernel, dilation = (1, *kernel), (1, *dilation)
    return {"taps": (kernel[1], 1, kernel[0]), "dilation": (dilation[1], 1, dilation[0])}


def visit(sheet: Sheet, role: str, home, target, pace: Pace) -> None:
    """Key a kernel's way to `target` and back, in the slow first step; its place may be declared already.

    On the screen it lies on the target at last. It first steps toward the viewer, which an orthographic camera does
    not show, and goes on there: so it passes before everything and through nothing.
    """
    leave, line, first, toward = pace.leave, sheet.timeline, sheet.scene.timing.first, sheet.camera.toward
    home, target = np.array(home), np.array(target) + CLEAR * toward
    near = home + ((target - home) @ toward) * toward
    step, way = 0.01, VISIT * first
    for axis, name in enumerate("xyz"):
        channel = f"{role}.location.{name}"
        if not line.declared(channel):
            line.declare(channel, home[axis])
        line.add(channel, near[axis], step, at=pace.landed, easing="linear")
        line.add(channel, target[axis], way - step, at=pace.landed + step)
        line.add(channel, near[axis], way - step, at=leave)
        line.add(channel, home[axis], step, at=leave + way - step, easing="linear")
    for axis in "xy":
        channel = f"{role}.shadow.scale.{axis}"
        line.declare(channel, 1.0)
        line.add(channel, 0.02, 0.10 * first, at=pace.landed)
        line.add(channel, 1.0, 0.10 * first, at=leave + 0.09 * first)


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
        rows += [(a[0], a[1], b[0], b[1], i) for a, b in pairwise(feet)]
        rows.append((*feet[-1], len(blocks), (column, FRONT, -row - 0.5), i))
    # nearer to the viewer, which an orthographic camera does not show: else the ground's shadows lie over the rail
    return [(s, nearer(camera, a), t, nearer(camera, b), i) for s, a, t, b, i in rows]


def nearer(camera, place):
    return tuple(np.array(place) + LINES_NEARER * camera.toward)


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
        line.play("clock.step", START, 0.8, easing="linear")
        line.wait(0.3)


def infos(trace, scene, pace: Pace, texts: list[str]) -> list[StepInfo]:
    return [StepInfo(second, tuple(int(v) for v in trace[i].output_index), float(trace[i].value), text)
            for i, (second, text) in enumerate(zip(pace.seconds, texts, strict=True))]  # fmt: skip


def result_color(sheet: Sheet, value):
    """The ink of a total: the output's hue, or the one of negative numbers."""
    return sheet.palette.words_in(HUES["negative" if value < 0 else "violet"])


def add_rule(sheet: Sheet, text: str, y: float, born: float = ALWAYS) -> None:
    """A sentence where the sums stand: until the first step starts, or from `born` on."""
    x0, _, x1, _ = sheet.inner
    size = min(sheet.px(WORD), (x1 - x0) / max(width(text), 1.0))
    early = born == ALWAYS
    role, dies, ink = ("rule", -LANDED, sheet.theme.muted) if early else ("summary", NEVER, sheet.theme.ink)
    sheet.words(role, role.title(), [sheet.text(text, 0, y - 0.3 * size, size, ink, born=born, dies=dies)])
