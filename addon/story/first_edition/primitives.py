# SPDX-License-Identifier: GPL-3.0-or-later
"""What sliding figures are made of: padded input planes, kernels with their visit, outputs, windows, statements.

A story puts these parts on the sheet; none of them decides where it stands.
"""

import numpy as np

from ..page.glyphs import DESCENT, width
from ..plan.plan import ALWAYS, LANDED, LEAVES, NEVER, Points, StepInfo, Window
from ..plan.schedule import VISIT, Phase, Schedule, StepTimes
from .builder import WORD, PlanBuilder
from .layout import Block
from .theme import HUES

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


def wires(sheet: PlanBuilder, shape) -> np.ndarray:
    """The wire cubes of a plane, in scan order: fronts, and what of tops and sides is not hidden by neighbours."""
    side = 0 if sheet.scene.camera.azimuth < 0 else shape[1] - 1
    kinds = [("wire" + (" top" if r == 0 else "") + (" side" if c == side else ""))
             for r in range(shape[0]) for c in range(shape[1])]  # fmt: skip
    return np.array([sheet.palette.cube(sheet.theme.wire, kind) for kind in kinds])


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
