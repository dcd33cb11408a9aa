# SPDX-License-Identifier: GPL-3.0-or-later
"""What sliding figures are made of: padded input planes, kernels with their visit, outputs, windows, statements.

A story puts these parts on the sheet; none of them decides where it stands.
"""

import numpy as np

from ..page.glyphs import DESCENT, TIMES, number, width
from ..plan.plan import ALWAYS, BORN, LANDED, LEAVES, NEVER, Points, StepInfo, Window
from ..plan.schedule import MEETING, VISIT, Phase, Schedule, StepTimes
from .builder import WORD, PlanBuilder, ink_width, plane, squeeze
from .layout import Block
from .theme import HUES, Scale

CLEAR = 9.0  # cells by which a visiting kernel stays before what it visits
VANISHED = 1e-4  # the scale of a shadow that is not there
TICK, MOST_TICKS = 17.0, 12
# pixels between indices where not all are given; their steps
INDEX_SPACING, STEPS = 40.0, (1, 2, 5, 7, 10, 20, 25, 50, 100)


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


def input_plane(sheet: PlanBuilder, trace, channel: int, hue: str, *, unit: float = 1.0, added: str = "0",
                fade: float = 0.6) -> Points:  # fmt: skip
    """One input channel with its ring of padding, which arrives cell by cell between RING and START.

    `unit` is the size of its cells; `added` is what a cell of padding says: the number, or ""; `fade` how far its
    cells fade back outside the window.
    """
    values = as_rows(trace.input[channel])
    (top, bottom), (left, right) = pads_of(trace)
    scale = Scale(sheet.palette, hue, trace.input.min(), trace.input.max(), fade)
    size = sheet.digits([number(v) for v in trace.input.ravel()], unit)
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
    faded = p.faded(ghost, fade)
    visible_from = Phase.PADDING + 0.02 + 0.83 * np.arange(len(ring)) / len(ring)
    ghosts = Points.make(
        [(c, 0, -r) for r, c in ring], cube=p.cube(ghost, "ghost"), faded=p.cube(faded, "ghost"),
        label=p.label(added, p.faded_ink_on(ghost)) if size and added else -1,
        label_faded=p.label(added, p.faded_ink_on(faded)) if size and added else -1,
        size=size or 0.5, lift=0.45, visible_from=visible_from, grow_time=0.14, channel=channel,
        row=[r - top for r, _ in ring], column=[c - left for _, c in ring],
    )  # fmt: skip
    return Points.join([points, ghosts])


def output_plane(sheet: PlanBuilder, trace, hue: str = "violet", *, channel: int = 0, unit: float = 1.0,
                 base: float = 0.0, span=None, neutral: bool = False) -> Points:  # fmt: skip
    """One output channel: wire cubes until their step, then cells that rise with their number.

    `unit` is the size of its cells, `base` the clock of the trace's first step; `span` the lowest and the highest
    value of its shades, where other outputs share them; `neutral`: 0 has no hue where signs mix.
    """
    values = as_rows(trace.output[channel])
    scale = Scale(sheet.palette, hue, *(span or (trace.output.min(), trace.output.max())), neutral=neutral)
    size = sheet.digits([number(v) for v in trace.output.ravel()], unit)
    steps = channel * values.size + np.arange(values.size)
    return plane(sheet, values, scale, size=size, before=wires(sheet, values.shape), visible_from=base + steps - BORN,
                 grow_time=BORN, step=steps, channel=channel)  # fmt: skip


def wires(sheet: PlanBuilder, shape) -> np.ndarray:
    """The wire cubes of a plane, in scan order: fronts, and what of tops and sides is not hidden by neighbours."""
    side = 0 if sheet.scene.camera.azimuth < 0 else shape[1] - 1
    kinds = [("wire" + (" top" if r == 0 else "") + (" side" if c == side else ""))
             for r in range(shape[0]) for c in range(shape[1])]  # fmt: skip
    return np.array([sheet.palette.cube(sheet.theme.wire, kind) for kind in kinds])


def add_home(sheet: PlanBuilder, role: str, name: str, block: Block, location, back: float, *, color=None,
             lives=((ALWAYS, NEVER),), empty=(), opened: float = ALWAYS) -> None:  # fmt: skip
    """What stays at a kernel's place until it is `back` (clock): its outline, and its name.

    `empty` places (row, column), between a dilated kernel's taps, are outlined from the clock `opened` on.
    """
    shape = (block.cells[2], block.cells[0])
    row, column = (a.ravel() for a in np.indices(shape))
    points = Points.make(np.column_stack([column, 0 * row, -row]), cube=wires(sheet, shape), faded=wires(sheet, shape),
                         visible_from=-LANDED, visible_until=back, row=row, column=column)  # fmt: skip
    for place in empty:
        own = (row == place[0]) & (column == place[1])
        points["visible_from"][own], points["visible_until"][own] = opened, NEVER
    sheet.volume(f"{role}.home", f"{name} outline", points, location, block.cells, contact_shadow=None)
    sheet.captions(f"{role}.home", block, color=color, lives=lives)


def add_ticks(sheet: PlanBuilder, role: str, block: Block, pads=((0, 0), (0, 0)), visible_until: float = NEVER, *,
              right: bool = False, below: bool = False, sparse: bool = False,
              arriving: bool = False) -> None:  # fmt: skip
    """Row numbers left of a plane and column numbers above it, in line with the cells' fronts; padding has none.

    `right`, `below`: they stand there instead, as where cells fly in from the left or from above. `sparse`: where
    cells are too many or too small for all of them, some are given, the first and the last among them. `arriving`:
    while the padding is not there they stand at the cells themselves, which they number.
    """
    columns, _, rows = block.cells
    (top, bottom), (left, after) = pads
    widest = width(str(columns - 1 + sheet.scene.look.index_from)) * sheet.px(TICK)
    cell = sheet.scale * block.unit
    near = widest > cell or (rows > 1 and cell < 0.9 * sheet.px(TICK))
    few = max(columns, rows) > MOST_TICKS or near
    if not sheet.scene.look.labels or (few and not sparse):
        return
    only = few and {count: some_of(count, sheet.px(INDEX_SPACING) / cell) for count in (rows - top - bottom,
                                                                               columns - left - after)}  # fmt: skip
    ringed = arriving and top + bottom + left + after > 0
    made = tick_marks(sheet, block, range(top, rows - bottom), range(left, columns - after),
                      visible_until=visible_until, right=right,
                      below=below, only=only or None,
                      visible_from=Phase.READY - 0.12 if ringed else ALWAYS)  # fmt: skip
    if ringed:
        x, y = sheet.camera.project((left, 0, -top)) * cell
        inner = Block(block.name, 0, 0, (columns - left - after, 1, rows - top - bottom), unit=block.unit,
                      origin=(block.origin[0] + float(x), block.origin[1] + float(y)))  # fmt: skip
        made += tick_marks(sheet, inner, range(inner.cells[2]), range(inner.cells[0]), home=block.origin,
                           visible_until=Phase.PADDING + LEAVES,
                           only=only or None)  # fmt: skip
    sheet.words(f"{role}.ticks", f"{block.name} indices", made, role)


def some_of(count: int, apart: float) -> set[int]:
    """Some of `count` indices, at least so many cells apart: the first, the last, and round steps between."""
    step = next((s for s in STEPS if s >= apart), count)
    return {i for i in range(0, count, step) if count - 1 - i >= 0.75 * apart} | {count - 1}


def tick_marks(sheet: PlanBuilder, block: Block, rows, columns, *, home=None, visible_from: float = ALWAYS,
               visible_until: float = NEVER, right: bool = False, below: bool = False,
               only=None) -> list[Points]:  # fmt: skip
    """The indices of a block's rows and columns, which are given as places in it, in order; one line has none.

    `only`: for each count of rows or columns the indices that are written, else all.

    `home` is where the volume stands whose words they are (pixels), if not at the block's origin.
    """
    size, base, camera = sheet.px(TICK), sheet.scene.look.index_from, sheet.camera
    h = 0.47
    # the back edges of the visible side and of the top are further out than the fronts, and tilted
    side = camera.project((-h, h if camera.right[1] < 0 else -h, 0))[0]
    slope = camera.up[0] / camera.right[0]
    made = []
    for index, r in enumerate(rows if block.cells[2] > 1 else ()):
        if only and index not in only[len(rows)]:
            continue
        x, y = camera.project((-h, -h, -r))
        at = camera.project((block.cells[0] - 1 + h, h if camera.right[1] > 0 else -h, 0))[0] if right else side
        said = str(index + base)
        away = 0.55 + (width(said) - width("0")) / 2
        made.append((said, at, y + (at - x) * slope, away if right else -away, -0.36))
    for index, c in enumerate(columns if block.cells[0] > 1 else ()):
        if only and index not in only[len(columns)]:
            continue
        x, _ = camera.project((c, -h, h))
        back_x, back_y = camera.project((c, -h, 1 - block.cells[2] - h) if below else (c, h, h))
        made.append((str(index + base), x, back_y + (x - back_x) * slope, 0.0, -1.05 if below else 0.45))
    cell, home = sheet.scale * block.unit, block.origin if home is None else home
    off = np.array(block.origin) - home
    return [sheet.text(said, off[0] + x * cell + dx * size, off[1] + y * cell + dy * size, size, sheet.theme.muted,
                       z=-8.0, kind="tick", home=home, visible_from=visible_from, visible_until=visible_until)
            for said, x, y, dx, dy in made]  # fmt: skip


def kernel_plane(sheet: PlanBuilder, trace, channel: int, products: bool) -> Points:
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
        made += [Points.make(at, visible_until=met, **plain, **common),
                 Points.make(at, visible_from=met, visible_until=-0.02, **full, **common),
                 Points.make(at, visible_from=-0.02, **plain, **common)]  # fmt: skip
    return Points.join(made)


def window_on(sheet: PlanBuilder, role: str, name: str, volume: str, track: str, trace, until=NEVER, *, since=-LANDED,
              unit: float = 1.0, jump: bool = False) -> None:  # fmt: skip
    """The open frame around the cells the window covers, there from one clock value until another.

    `jump`: it does not glide, as where it leaves one volume for another (its track is `FAR` away meanwhile).
    """
    spans = [d * (k - 1) + 1 for k, d in zip(trace.kernel_size, trace.dilation, strict=True)]
    rows, columns = (1, *spans) if len(spans) == 1 else spans
    frame = sheet.palette.material(sheet.theme.frame, "flat")
    thick = max(0.1, sheet.units(sheet.px(3.0)) / unit)
    sheet.windows.append(Window(role, name, volume, track, (columns, 1.0, rows), frame, (since, until), thick,
                                jump=jump))  # fmt: skip


def grow_shadow(sheet: PlanBuilder, role: str, columns: int, step_times: StepTimes, first: int, last: int) -> None:
    """Key a shadow that grows to the right with the cells of the row on the ground, which steps `first` to `last` make.

    Until then there is none: outlines cast no shadow.
    """
    line, left, right = sheet.timeline, -0.47, columns - 0.53
    times = np.array(step_times.seconds[first : last + 1])
    shares = (np.arange(len(times)) + 1) / len(times)
    line.declare(f"{role}.shadow.scale.x", VANISHED)
    line.declare(f"{role}.shadow.location.x", left)
    done = times[0] - 0.3
    for at, share in zip(times, shares, strict=True):
        start = max(done, at - 0.15)
        if at - start < 0.02 and share < 1:  # several cells of a sweep's frame
            continue
        line.add(f"{role}.shadow.scale.x", share, max(at - start, 0.02), at=start, easing="linear")
        line.add(f"{role}.shadow.location.x", left + share * (right - left) / 2, max(at - start, 0.02), at=start,
                 easing="linear")  # fmt: skip
        done = max(at, start + 0.02)


def taps_of(trace) -> dict:
    """Which cells of the volume are lit: the window's taps along x, y, z and their spacing."""
    kernel, dilation = trace.kernel_size, trace.dilation
    if len(kernel) == 1:
        kernel, dilation = (1, *kernel), (1, *dilation)
    return {"taps": (kernel[1], 1, kernel[0]), "dilation": (dilation[1], 1, dilation[0])}


def visit(sheet: PlanBuilder, role: str, home, target, step_times: StepTimes, *, back=None, contact_shadow: bool = True,
          bent: bool = False) -> None:  # fmt: skip
    """Key a kernel's way to `target` and back, in the slow first step; its place may be declared already.

    `back`: where it goes afterwards, if not home. `contact_shadow`: it has a shadow. `bent`: it goes level first,
    then up, and back the other way round: so it keeps clear of the words above its home.

    On the screen it lies on the target at last. It first steps toward the viewer, which an orthographic camera does
    not show, and goes on there: so it passes before everything and through nothing.
    """
    leave, line, first, toward = step_times.leave, sheet.timeline, sheet.scene.timing.first, sheet.camera.toward
    home, target = np.array(home), np.array(target) + CLEAR * toward
    back = home if back is None else np.array(back)
    near, after = (place + ((target - place) @ toward) * toward for place in (home, back))
    step, way = 0.01, VISIT * first
    up, right = sheet.camera.up, sheet.camera.right
    corner, level, high = target + ((near - target) @ up) * up, abs((near - target) @ right), abs((near - target) @ up)
    share = min(max(level / max(level + high, 1e-6), 0.3), 0.8)
    bent = bent and high > 0.2
    for axis, name in enumerate("xyz"):
        channel = f"{role}.location.{name}"
        if not line.declared(channel):
            line.declare(channel, home[axis])
        line.add(channel, near[axis], step, at=step_times.landed, easing="linear")
        if bent:
            line.add(channel, corner[axis], share * (way - step), at=step_times.landed + step)
            line.add(channel, target[axis], (1 - share) * (way - step),
                     at=step_times.landed + step + share * (way - step))
            line.add(channel, corner[axis], (1 - share) * (way - step), at=leave)
            line.add(channel, after[axis], share * (way - step), at=leave + (1 - share) * (way - step))
        else:
            line.add(channel, target[axis], way - step, at=step_times.landed + step)
            line.add(channel, after[axis], way - step, at=leave)
        line.add(channel, back[axis], step, at=leave + way - step, easing="linear")
    for axis in "xy" if contact_shadow else "":
        channel = f"{role}.shadow.scale.{axis}"
        if not line.declared(channel):
            line.declare(channel, 1.0)
        line.add(channel, 0.02, 0.10 * first, at=step_times.landed)
        line.add(channel, 1.0, 0.10 * first, at=leave + 0.09 * first)


def opening(sheet: PlanBuilder, trace) -> None:
    """Everything labelled and still; then the padding arrives, where there is some."""
    line, padded = sheet.timeline, any(sum(p) for p in trace.padding)
    line.declare("clock.step", Phase.PADDING if padded else Phase.READY)
    line.wait(sheet.scene.timing.intro)
    if padded:
        line.play("clock.step", Phase.READY, 0.8, easing="linear")
        line.wait(0.3)


def infos(trace, scene, step_times: StepTimes, texts: list[str], *, base: float = 0.0, run: int = 0) -> list[StepInfo]:
    """What the plan says of each step; `base` is the clock of the trace's first step."""
    made = []
    for i, (second, text, explained) in enumerate(zip(step_times.seconds, texts, step_times.explained, strict=True)):
        step = trace[i]
        index = tuple(int(v) for v in step.output_index)
        made.append(StepInfo(second, index, float(step.value), text, base + i, explained, run))
    return made


def result_color(sheet: PlanBuilder, value, hue=None):
    """The ink of a total: the output's hue (`hue`, where it is not the usual one), or the one of negative numbers."""
    return sheet.palette.words_in(HUES["negative"] if value < 0 else hue or HUES["violet"])


def add_statement(sheet: PlanBuilder, role: str, text: str, y: float, visible_from: float, visible_until: float,
                  color=None) -> None:
    """A sentence in the frame's middle, its letters' middle at pixel `y`, smaller where it would not fit."""
    x0, _, x1, _ = sheet.inner
    size = min(sheet.px(WORD), (x1 - x0) / max(width(text), 1.0))
    ink = color or sheet.theme.muted
    y = max(y - 0.3 * size, sheet.inner[1] + DESCENT * size)  # what hangs below the line keeps the margin
    sheet.words(role, role.title(), [sheet.text(text, 0, y, size, ink, visible_from=visible_from,
                                                visible_until=visible_until)])


def add_rule(sheet: PlanBuilder, text: str, y: float, visible_from: float = ALWAYS) -> None:
    """A sentence where the sums stand: until the first step starts, or from `visible_from` on."""
    if visible_from == ALWAYS:
        add_statement(sheet, "rule", text, y, ALWAYS, -LANDED)
    else:
        add_statement(sheet, "summary", text, y, visible_from, NEVER, sheet.theme.ink)


def add_sweeping(sheet: PlanBuilder, plan: Schedule, text: str, y: float, *, base: float = 0.0) -> None:
    """A sentence in the place of the sums while a sweep goes, where there is one; not while a step in it is
    explained."""
    x0, _, x1, _ = sheet.inner
    size = min(sheet.px(WORD), (x1 - x0) / max(width(text), 1.0))
    low = max(y - 0.3 * size, sheet.inner[1] + DESCENT * size)
    sheet.words("sweep", "Sweep", [
        sheet.text(text, 0, low, size, sheet.theme.muted, visible_from=base + first - 1 + 2 * LEAVES,
                   visible_until=base + last + LANDED)
        for first, last in plan.sweeps
    ])  # fmt: skip
