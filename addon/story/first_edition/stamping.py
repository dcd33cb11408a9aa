# SPDX-License-Identifier: GPL-3.0-or-later
"""The first view of a transposed convolution: every input value times the kernel is laid on the output; overlaps add.

Stamp s is input cell s, row-major, and belongs to the clock value s: from s - 1/2 on the input cell is framed and the
stamp's place on the output too; the kernel's copy becomes "value × kernel" (`READY`), flies (`FLIES` to `LANDS`), its
numbers are added ("1+2") and have been by s (`ADDED`). All coordinates of the output count on the `StampGrid`:
everything that the stamps and the output reach, of which padding cuts the border.
"""

from dataclasses import dataclass, replace

import numpy as np

from ..page.glyphs import TIMES, number, operand
from ..plan.plan import ALWAYS, LANDED, LEAVES, NEVER, NONE, Points
from ..plan.schedule import ENDED, SHORTEST_SWEEP, WALKED, Schedule, StepTimes, run_clock
from .builder import PlanBuilder, ink_width, squeeze
from .primitives import CLEAR, as_rows, wires
from .theme import Scale

READY, FLIES, LANDS, ADDED = 0.42, 0.34, 0.2, 0.02  # so far before stamp s the clock is at these events
SLOW = ("first", "next")
# how the clock goes within a stamp: how far before it, in which part of its time
MOVES = {
    "first": ((LANDED, 0.07, "ease"), (READY, 0.15, "linear"), (FLIES, 0.24, "linear"), (LANDS, 0.15, "linear"),
              (ADDED, 0.16, "linear"), (0.0, 0.02, "linear")),
    "next": ((LANDED, 0.08, "ease"), (READY, 0.12, "linear"), (FLIES, 0.16, "linear"), (LANDS, 0.15, "linear"),
             (ADDED, 0.27, "linear"), (0.0, 0.02, "linear")),
    "walk": ((LANDED, 0.14, "ease"), (FLIES, 0.18, "linear"), (LANDS, 0.26, "linear"), (ADDED, 0.16, "linear"),
             (0.0, 0.02, "linear")),
}  # fmt: skip
SHARE = 0.36  # of the figure's time between its opening and its ending: the stamps', at most
LEAST_WALK, MOST_WALK = 0.3, 0.6  # seconds of a stamp that is walked
HURRY = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4)  # of the time of slow steps, where the figure would take too long


def two(values, first) -> tuple:
    """One entry per axis, as (rows, columns); a single axis is a row's."""
    return (first, *values)[-2:]


@dataclass(frozen=True)
class StampGrid:
    """What the stamps and the output reach, in (rows, columns): its shape, the cells around the output
    ((top, bottom), (left, right)) that padding cuts, each stamp's first cell (stamps, 2), and what a stamp spans."""

    shape: tuple[int, int]
    crop: tuple[tuple[int, int], tuple[int, int]]
    places: np.ndarray
    span: tuple[int, int]
    dilation: tuple[int, int]

    @classmethod
    def of(cls, trace) -> "StampGrid":
        sizes, out = as_rows(trace.input[0]).shape, as_rows(trace.output[0]).shape
        stride, dilation = two(trace.stride, 1), two(trace.dilation, 1)
        kernel, pads = two(trace.kernel_size, 1), two(trace.padding, (0, 0))
        span = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))
        reach = [(n - 1) * s + k for n, s, k in zip(sizes, stride, span, strict=True)]
        shape = tuple(max(r, p[0] + o) for r, p, o in zip(reach, pads, out, strict=True))
        crop = tuple((int(p[0]), int(n - p[0] - o)) for n, p, o in zip(shape, pads, out, strict=True))
        rows, columns = (a.ravel() for a in np.indices(sizes))
        places = np.column_stack([rows * stride[0], columns * stride[1]])
        return cls(tuple(int(n) for n in shape), crop, places, span, dilation)

    def cells(self, stamp: int, kernel) -> np.ndarray:
        """The cells (n, 2) that a stamp lies on, row-major over the kernel's weights."""
        taps = np.indices(kernel).reshape(2, -1).T
        return self.places[stamp] + taps * self.dilation

    def kept(self, cell) -> bool:
        """Whether a cell belongs to the output."""
        return all(before <= v < n - after
                   for v, n, (before, after) in zip(cell, self.shape, self.crop, strict=True))  # fmt: skip

    @property
    def cut(self) -> bool:
        return any(sum(pair) for pair in self.crop)


@dataclass(frozen=True)
class Addition:
    """What one stamp does to one cell: the number before, what is added, the number after."""

    stamp: int
    before: float
    added: float
    after: float


def additions(trace, stamp_grid: StampGrid) -> dict[tuple[int, int], list[Addition]]:
    """For every cell that a stamp reaches, in the order of the stamps, how its number came about (no bias)."""
    weights = as_rows(trace.weight[0, 0])
    made: dict[tuple[int, int], list[Addition]] = {}
    for s, value in enumerate(trace.input[0].ravel()):
        for (r, c), weight in zip(stamp_grid.cells(s, weights.shape), weights.ravel(), strict=True):
            story = made.setdefault((int(r), int(c)), [])
            before = story[-1].after if story else value * weight * 0
            story.append(Addition(s, before, value * weight, before + value * weight))
    return made


def stamp_schedule(count: int, row: int, scene) -> tuple[Schedule, object]:
    """How so many stamps in rows of `row` go, and the scene with the timing they are explained by: they take a part
    of the figure's time."""
    t = scene.timing
    room = SHARE * (t.longest - t.intro - t.outro)
    walked = max(0, count - 3)
    for hurry in HURRY:
        timing = replace(t, first=0.8 * hurry * t.first, next=0.9 * hurry * t.next, breath=min(t.breath, 0.1))
        left = room - timing.first - timing.next * (min(count, 3) - 1)
        walk = max(LEAST_WALK, min(MOST_WALK, 1.8 * t.step, left / max(walked, 1)))
        schedule = Schedule((*["first", "next", "next"][:count], *["walk"] * walked), walk)
        if walked > WALKED and left < LEAST_WALK * walked:
            kinds = (*schedule.kinds[:5], *["sweep"] * (count - 6), "next")
            seconds = max(SHORTEST_SWEEP / 2, left - 2 * LEAST_WALK - timing.next)
            schedule = Schedule(kinds, LEAST_WALK, max(1, round(seconds * scene.output.fps)))
        hurried = replace(scene, timing=timing)
        if lasting(schedule, row, hurried) <= room + 0.05:
            break
    return schedule, hurried


def lasting(schedule: Schedule, row: int, scene) -> float:
    """The seconds that steps so scheduled take, with the breaths between them."""
    each = {"first": scene.timing.first, "next": scene.timing.next, "walk": schedule.step, "sweep": 0.0}
    breaths = 2 + sum(kind != "sweep" and (i + 1) % row == 0 for i, kind in enumerate(schedule.kinds[:-1]))
    return sum(each[k] for k in schedule.kinds) + schedule.frames / scene.output.fps + breaths * scene.timing.breath


def run_stamps(sheet: PlanBuilder, schedule: Schedule, row: int, scene) -> StepTimes:
    """Key the clock over the stamps, from the timeline's cursor on."""
    return run_clock(sheet.timeline, schedule, row, scene, moves=MOVES)


def seconds_at(sheet: PlanBuilder, clocks) -> list[float]:
    """The seconds at which the clock reaches these values, which are keys of it."""
    keys = sheet.timeline.compile()["clock.step"]
    return [float(keys.seconds[int(np.argmax(keys.values > clock - 1e-6))]) for clock in clocks]


# what is drawn ---------------------------------------------------------------------------------------------------


def source_points(sheet: PlanBuilder, values: np.ndarray, scale: Scale, size: float, count: int) -> Points:
    """The input's cells while stamps are made: the one at work in full colour, the others faded back."""
    rows, until = [], count - 1 + ENDED
    columns = values.shape[1]
    for index, value in enumerate(values.ravel()):
        text = number(value) if size else ""
        look = scale.cell(value, text)
        faded = {"cube": look["faded"], "label": look.get("label_faded", NONE)}
        r, c = divmod(index, columns)
        common = {"row": r, "column": c, "value": value, "size": size or 0.5,
                  "stretch": squeeze(ink_width(text), size) if size else 1.0}  # fmt: skip
        on, off = index - LANDED, min(index + LANDED, until)
        lives = [(ALWAYS, -LANDED, look), (-LANDED, on, faded), (on, off, look), (off, until, faded),
                 (until, NEVER, look)]  # fmt: skip
        rows += [Points.make([(c, 0, -r)], **common, **shown, visible_from=visible_from, visible_until=visible_until)
                 for visible_from, visible_until, shown in lives if visible_from < visible_until]  # fmt: skip
    return Points.join(rows)


def sum_text(before, added) -> str:
    """What happens on a cell: "1+2", or "1−2" where a negative number is added."""
    return number(before) + ("+" if added >= 0 else "") + number(added)


def canvas_points(sheet: PlanBuilder, trace, stamp_grid: StampGrid, schedule: Schedule, scale: Scale, clocks) -> Points:
    """The output as stamps make it: outlines, then running numbers, "1+2" while explained stamps are added; what
    padding cuts is pale and goes at the clock `clocks.cut`; a bias is added to the rest at `clocks.bias`."""
    story, count = additions(trace, stamp_grid), trace.input[0].size
    bias = 0 if trace.bias is None else trace.bias[0]
    texts = {number(a.after) for each in story.values() for a in each} | {number(v) for v in trace.output.ravel()}
    size = sheet.digits(sorted(texts))
    sums = [sum_text(a.before, a.added) for each in story.values() for a in each[1:] if schedule.explained[a.stamp]]
    fits = sheet.digits(sums) if sums and size else 0.0
    wire = wires(sheet, stamp_grid.shape).reshape(stamp_grid.shape)
    made = []
    for place in np.ndindex(*stamp_grid.shape):
        kept, each = stamp_grid.kept(place), story.get(place, [])
        lives = []  # (born, dies, value, text, font size, rise)
        for k, a in enumerate(each):
            after = each[k + 1].stamp - LANDS if k + 1 < len(each) else NEVER
            start = a.stamp - (LANDS if k == 0 or not fits or not schedule.explained[a.stamp] else ADDED)
            if k and start > a.stamp - LANDS:
                lives.append((a.stamp - LANDS, start, a.before, sum_text(a.before, a.added), fits, 0.0))
            lives.append((start, after, a.after, number(a.after), size, LANDS if k == 0 else 0.0))
        if not each and kept:
            lives.append((count - 1 + ENDED, NEVER, bias * 0, "0", size, LANDS))
        if not kept:
            made.append(_cut_cell(sheet, place, stamp_grid, lives, clocks.cut))
            continue
        if bias and lives:
            visible_from, _, value, text, font, grow_time = lives.pop()
            lives += [(visible_from, clocks.bias, value, text, font, grow_time),
                      (clocks.bias, NEVER, value + bias, number(value + bias), size, 0.0)]  # fmt: skip
        made.append(_kept_cell(sheet, place, lives, scale, int(wire[place])))
    return Points.join(made)


def _kept_cell(sheet: PlanBuilder, place, lives, scale: Scale, wire: int) -> Points:
    """One cell of the output: its outline until it is stamped, then its numbers."""
    at, where = [(place[1], 0, -place[0])], {"row": place[0], "column": place[1]}
    rows = [Points.make(at, cube=wire, faded=wire, visible_until=lives[0][0] if lives else NEVER, **where)]
    for visible_from, visible_until, value, text, font, grow_time in lives:
        look = scale.cell(value, text if font else "")
        stretch = squeeze(ink_width(text), font) if font else 1.0
        rows.append(Points.make(at, visible_from=visible_from, visible_until=visible_until, value=value,
                                size=font or 0.5, stretch=stretch, grow_time=grow_time,
                                **look, **where))  # fmt: skip
    return Points.join(rows)


def _cut_cell(sheet: PlanBuilder, place, stamp_grid: StampGrid, lives, cut: float) -> Points:
    """One cell that padding cuts off: pale, with its number; it comes off at the clock `cut` and is gone soon."""
    p, ghost = sheet.palette, sheet.theme.ghost
    faded = p.faded(ghost)
    off = [0.4 * (int(v >= n - after) - int(v < before))
           for v, n, (before, after) in zip(place, stamp_grid.shape, stamp_grid.crop, strict=True)]  # fmt: skip
    away = np.array([off[1], 0, -off[0]], np.float32)
    common = {"origin": -away, "leaves": cut, "arrives": cut + 0.7, "row": place[0], "column": place[1],
              "cube": p.cube(ghost, "ghost"), "faded": p.cube(faded, "ghost"), "lift": 0.45}  # fmt: skip
    at = np.array([(place[1], 0, -place[0])], np.float32) + away
    first = lives[0][0] if lives else NEVER
    rows = [Points.make(at, **common, visible_until=min(first, cut + 0.7))]
    for visible_from, visible_until, value, text, font, _ in lives:
        labels = {"label": p.label(text, p.faded_ink_on(ghost)), "label_faded": p.label(text, p.faded_ink_on(faded)),
                  "stretch": squeeze(ink_width(text), font)} if font else {}  # fmt: skip
        rows.append(Points.make(at, **common, **labels, visible_from=visible_from,
                                visible_until=min(visible_until, cut + 0.7), value=value,
                                size=font or 0.5))  # fmt: skip
    return Points.join(rows)


def product_points(sheet: PlanBuilder, trace, schedule: Schedule, *, flying: bool, dilation=(1, 1)) -> Points:
    """"value × kernel" of every stamp: at rest in its own place, or `flying` from the kernel to the output.

    The flying copy starts as the kernel, becomes the products, and opens to the `dilation` on its way.
    """
    weights = as_rows(trace.weight[0, 0])
    values = trace.input[0].ravel()
    products = np.multiply.outer(values, weights)
    amber = Scale(sheet.palette, "amber", products.min(), products.max())
    plain = Scale(sheet.palette, "amber", weights.min(), weights.max())
    size = sheet.digits([number(v) for v in products.ravel()] + [number(v) for v in weights.ravel()])
    explained = [s for s, kind in enumerate(schedule.kinds) if kind in SLOW]
    pairs = [f"{number(values[s])}{TIMES}{number(w)}" for s in explained for w in weights.ravel()]
    fits = sheet.digits(pairs) if size and pairs else 0.0
    made, row, column = [], *(a.ravel() for a in np.indices(weights.shape))
    for s, kind in enumerate(schedule.kinds):
        slow = kind in SLOW
        lives = []  # (born, dies, numbers, texts, font size, scale)
        start = READY if slow else LANDED
        plainly = [number(v) for v in products[s].ravel()]
        if flying and schedule.explained[s]:
            written = [f"{number(values[s])}{TIMES}{number(w)}" for w in weights.ravel()] if fits and slow else plainly
            if slow:
                lives.append((s - LANDED, s - READY, weights, [number(v) for v in weights.ravel()], size, plain))
            lives.append((s - start, s - FLIES, products[s], written, fits if fits and slow else size, amber))
            lives.append((s - FLIES, s - LANDS, products[s], plainly, size, amber))
        elif not flying:
            lives.append((s - (FLIES if schedule.explained[s] else LANDED), s + LEAVES, products[s], plainly, size,
                          amber))
        for visible_from, visible_until, numbers, texts, font, scale in lives:
            looks = [scale.cell(v, t if font else "") for v, t in zip(numbers.ravel(), texts, strict=True)]
            columns = {key: [look.get(key, NONE) for look in looks] for key in ("cube", "label")}
            opened = np.column_stack([column * dilation[1], 0 * row, -row * dilation[0]])
            closed = np.column_stack([column, 0 * row, -row])
            made.append(Points.make(
                opened, origin=closed - opened, leaves=s - FLIES, arrives=s - LANDS, visible_from=visible_from,
                visible_until=visible_until,
                row=row, column=column, value=numbers.ravel(), size=font or 0.5,
                stretch=[squeeze(ink_width(t), font) for t in texts] if font else 1.0, **columns,
            ))  # fmt: skip
    return Points.join(made)


def empty_spans(schedule: Schedule) -> list[tuple[float, float]]:
    """When nothing stands in the products' place while the stamps are explained."""
    spans, free = [], ALWAYS
    for s, kind in enumerate(schedule.kinds):
        spans.append((free, s - (READY if kind in SLOW else LANDED)))
        free = s + LEAVES
    return [*spans, (free, len(schedule.kinds) - 1 + ENDED)]


def fly(sheet: PlanBuilder, role: str, schedule: Schedule, kernel, ready, canvas_at, stamp_grid: StampGrid) -> None:
    """Key the flying copy of every explained stamp: from the kernel to the products' place, to its place on the output.

    It goes nearer to the viewer, which an orthographic camera does not show, so it passes before everything.
    """
    line, near = sheet.timeline, CLEAR * sheet.camera.toward
    kernel, ready, canvas_at = (np.array(v) + near for v in (kernel, ready, canvas_at))
    explained = [s for s in range(len(schedule.kinds)) if schedule.explained[s]]
    for axis, name in enumerate("xyz"):
        line.declare(f"{role}.location.{name}", ready[axis] - near[axis])
    if not explained:
        return
    events = [(LANDED, READY, FLIES, LANDS) if schedule.kinds[s] in SLOW else (LANDED, LANDED, FLIES,
                                                                           LANDS) for s in explained]
    times = np.reshape(seconds_at(sheet, [s - e for s, each in zip(explained, events, strict=True) for e in each]),
                       (-1, 4))
    for s, (landed, arrived, leaves, lands) in zip(explained, times, strict=True):
        target = canvas_at + np.array([stamp_grid.places[s][1], 0, -stamp_grid.places[s][0]])
        for axis, name in enumerate("xyz"):
            channel, slow = f"{role}.location.{name}", schedule.kinds[s] in SLOW
            line.add(channel, (kernel if slow else ready)[axis], 0.01, at=landed - 0.01, easing="constant")
            if slow:
                line.add(channel, ready[axis], arrived - landed, at=landed)
            line.add(channel, target[axis], lands - leaves, at=leaves)
            line.add(channel, ready[axis] - near[axis], 0.01, at=lands, easing="constant")


# what is said ----------------------------------------------------------------------------------------------------


def _span_text(scene, first: int, count: int, gap: int, size: int, names) -> tuple[str, bool]:
    """The rows (or columns) of the output that a stamp lies on, and whether some of it is cut."""
    base = scene.look.index_from
    inside = [first + gap * k for k in range(count) if 0 <= first + gap * k < size]
    if not inside:
        return "", True
    shown = [str(v + base) for v in inside]
    joined = shown[0] if len(shown) == 1 else ", ".join(shown) if gap > 1 else f"{shown[0]}\u2013{shown[-1]}"
    return f"{names[0] if len(shown) == 1 else names[1]} {joined}", len(inside) < count


def stamp_line(scene, trace, stamp_grid: StampGrid, s: int) -> str:
    """What is stamped and where, as in "input[row 0, col 1] = 2: 2 × kernel is added at rows 0–2, cols 1–3"."""
    w, sizes = scene.words, as_rows(trace.input[0]).shape
    base, axes = scene.look.index_from, trace.input.ndim - 1
    place = [f"{name} {i + base}" for name, i in zip((w.row, w.column), divmod(s, sizes[1]), strict=True)]
    value = trace.input[0].ravel()[s]
    kernel, out = two(trace.kernel_size, 1), as_rows(trace.output[0]).shape
    names = ((w.row, w.stamp_rows), (w.column, w.stamp_columns))
    parts = [_span_text(scene, int(stamp_grid.places[s][a]) - stamp_grid.crop[a][0], kernel[a], stamp_grid.dilation[a],
                        out[a],
                        names[a]) for a in (0, 1)][-axes:]  # fmt: skip
    said = w.stamp.replace("{cell}", f"{w.stamp_input}[{', '.join(place[-axes:])}]")
    said = said.replace("{value}", number(value)).replace("{factor}", operand(value))
    where = ", ".join(text for text, _ in parts) if all(text for text, _ in parts) else w.stamp_nowhere
    return said.replace("{place}", where) + (f"; {w.stamp_rest}" if any(cut for _, cut in parts) else "")


def overlap_line(scene, trace, stamp_grid: StampGrid, story, s: int, name) -> str:
    """One cell on which this stamp meets earlier ones, as a sum; or how far apart stamps lie. `name` says a cell."""
    best = None
    for place, each in story.items():
        for k, a in enumerate(each):
            telling = (bool(a.added) + bool(a.before), k)
            if k and a.stamp == s and stamp_grid.kept(place) and (best is None or telling > best[0]):
                best = telling, place, a
    if best is None:
        axes = trace.input.ndim - 1
        said = f" {TIMES} ".join(dict.fromkeys(str(v) for v in two(trace.stride, 1)[-axes:]))
        return scene.words.stamp_apart.replace("{stride}", said)
    _, place, a = best
    cell = [int(v) - pair[0] for v, pair in zip(place, stamp_grid.crop, strict=True)][-(trace.input.ndim - 1) :]
    total = f"{name(scene, cell)} = {number(a.before)} + {operand(a.added)} = {number(a.after)}"
    return scene.words.overlap.replace("{sum}", total)
