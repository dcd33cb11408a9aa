# SPDX-License-Identifier: GPL-3.0-or-later
"""Story `comparison`: two runs of one convolution side by side, on the same input with the same kernel.

One channel, one filter. What differs is what the scene's [compare] table says: stride, padding or dilation.
"""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from ...scene.arrays import runs
from ..page.captions import axes_text, bias_text, legend_of, shape_text, size_formula
from ..page.glyphs import CAP_HEIGHT, width
from ..plan.plan import BORN, FRONT, LANDED, LEAVES, NEVER, Lines, Points, Window
from ..plan.schedule import ENDED, make_schedule, run_clock, stopping
from ..traits import unread
from . import unread_cells
from .builder import LEAST, WORD, PlanBuilder
from .guides import add_lines, guide_segments, nearer
from .layout import Block, Grid
from .pairs import Run, Sums, both, ink_of, spells_of
from .primitives import (
    TICK,
    add_home,
    add_rule,
    add_sweeping,
    add_ticks,
    as_rows,
    grow_shadow,
    input_plane,
    kernel_plane,
    opening,
    output_plane,
    padded_shape,
    pads_of,
    taps_of,
    visit,
    window_on,
)

HEAD = 1.25  # line height of what is said above a run, in font sizes
LONG = 0.45  # seconds: a wait that lasts longer is said
WORTH = 1.3  # how much larger cells must become for the kernel to stand above an output
PASSING, SHORTEST_TOLD = 0.18, 0.45  # seconds: a step of one run alone; a step of both, at least


def accepts(scene, trace) -> bool:
    """Where there is a second run."""
    return bool(scene.compare.changed)


def validate(scene, trace):
    """Why it cannot tell this one."""
    if not scene.compare.changed:
        return "story", "comparison", "needs a [compare] table with a stride, a padding or a dilation"
    if len(trace.input) > 1:
        return "input.channels", len(trace.input), "must be 1 for the story comparison"
    if len(trace.output) > 1:
        return "op.out_channels", len(trace.output), "must be 1 for the story comparison"
    return None


# layout ----------------------------------------------------------------------------------------------------------


class Layout:
    """The five blocks: both inputs and outputs in a row, the kernel above the smaller output or in the middle."""

    def __init__(self, sheet: PlanBuilder, pair: list[Run], region):
        w, word, scene = sheet.scene.words, sheet.px(WORD), sheet.scene
        self.sheet, self.pair, first = sheet, pair, pair[0].trace
        self.inputs, self.outputs = [], []
        for run in pair:
            rows, columns = padded_shape(run.trace)
            sizes = run.trace.input.shape[1:]
            padded = (rows, columns)[-len(sizes) :]
            said = f"{w.input} {shape_text(sizes)}" + (f" \u2192 {shape_text(padded)}" if padded != sizes else "")
            left = unread.said(scene, run.trace)
            above = [(said, word), (left, word)] if left else [(said, word)]
            self.inputs.append(Block(w.input, 0, 0, (columns, 1, rows), above))
            orows, ocols = as_rows(run.trace.output[0]).shape
            said = f"{w.output} {shape_text(run.trace.output.shape[1:])}"
            self.outputs.append(Block(w.output, 0, 0, (ocols, 1, orows), [(said, word)]))
        krows, kcols = as_rows(first.weight[0, 0]).shape
        self.kernel = Block(w.kernel, 0, 0, (kcols, 1, krows),
                            [(w.shared, word), (shape_text(first.kernel_size), word)])  # fmt: skip
        self.waiting = 1 if len(pair[1].trace) <= len(pair[0].trace) else 0
        self.notes = spells_of(scene, pair, self.waiting)
        if any(len(run.trace) < run.count for run in pair):
            self.inputs[self.waiting].below = [("", word)]  # room for what is said while it waits, which may be wider
        for block in (*self.inputs, *self.outputs):
            block.tick, block.tick_side = 0.95 * sheet.px(TICK), 0.6 * sheet.px(TICK)
        if not scene.look.labels:
            for block in (*self.inputs, *self.outputs, self.kernel):
                block.captions, block.below, block.tick, block.tick_side = [], [], 0.0, 0.0
        self.head = HEAD * word if scene.look.labels else 0.0
        x0, y0, x1, y1 = region
        self.region = (x0 + 0.6 * self.inputs[0].tick_side, y0, x1, y1 - self.head)
        self._solve()

    def _solve(self) -> None:
        """Whichever way makes the cells largest; the kernel in the middle where it is much the same."""
        (one, other), (first, second) = self.inputs, self.outputs
        middle = [one, first, self.kernel, other, second]
        best = self._grid(middle, self.sheet.px(54))
        if not any(self._above(made, best) for made in (second, first)):
            self._grid(middle, self.sheet.px(54))

    def _grid(self, blocks, largest: float) -> float:
        """Solve the grid of these blocks in a row; returns the pixels per cell."""
        for column, block in enumerate(blocks):
            block.column = column
        gap = (0.1 if self.head else 0.9) * self.sheet.px(WORD)
        self.grid = Grid(self.sheet.camera, blocks, [gap] * (len(blocks) - 1), 0.0)
        return self.grid.solve(self.region, largest=largest)

    def _above(self, output_block: Block, best: float) -> bool:
        """Stand the kernel above one of the outputs, as large as both fit there, where that makes larger cells."""
        word, own = self.sheet.px(WORD), output_block.captions
        row = [block for pair in zip(self.inputs, self.outputs, strict=True) for block in pair]
        # its column is as wide as the wider of the two captions
        wider = [max(own[0], self.kernel.captions[0], key=lambda line: width(line[0]))] if own else []
        between = 1.75 * word if own else 0.8 * word
        largest = self.sheet.px(54)
        while True:
            output_block.captions = wider
            scale = self._grid(row, largest)
            output_block.captions = own
            if scale <= max(WORTH * best, LEAST * self.sheet.zoom):
                return False
            self.kernel.column = output_block.column
            for block in (output_block, self.kernel):
                self.grid.put(block)
            low, high = min(b.box[1] for b in row), max(b.box[3] for b in row)
            need = sum(b.box[3] - b.box[1] for b in (output_block, self.kernel)) + between + output_block.tick
            if need <= high - low:
                shift(output_block, low - output_block.box[1])
                shift(self.kernel, high - self.kernel.box[3])
                return True
            largest = 0.985 * scale

    def heads(self) -> None:
        """Above each run: what is other in it, how many positions, how the output's size comes about."""
        sheet, word = self.sheet, self.sheet.px(WORD)
        if not sheet.scene.look.labels:
            return
        for run, input_block, output_block in zip(self.pair, self.inputs, self.outputs, strict=True):
            left, right = (min(input_block.box[0], output_block.box[0]), max(input_block.box[2], output_block.box[2]))
            said = f"{run.label}: {sheet.scene.words.positions.replace('{count}', str(len(run.trace)))}"
            full = f"{said},  {size_formula(run.trace)}"
            wide = (sheet.inner[2] - sheet.inner[0]) / 2 - 0.5 * word
            said = full if width(full) * word <= wide else said
            half = width(said) * word / 2
            edge = sheet.inner[0] + half, sheet.inner[2] - half
            limit = (edge[0], -0.4 * word - half) if run is self.pair[0] else (0.4 * word + half, edge[1])
            x = min(max((left + right) / 2, limit[0]), limit[1])
            y = self.region[3] + self.head - CAP_HEIGHT * word
            sheet.words(f"{run.key}head", run.label, [sheet.text(said, x, y, word, ink_of(sheet, run))])


def shift(block: Block, up: float) -> None:
    """Move a placed block on the screen (pixels)."""
    block.origin = (block.origin[0], block.origin[1] + up)
    block.box = (block.box[0], block.box[1] + up, block.box[2], block.box[3] + up)
    block.captions_at = [(x, y + up) for x, y in block.captions_at]


# what waits ------------------------------------------------------------------------------------------------------


def _add_notes(sheet: PlanBuilder, layout: Layout, step_times) -> None:
    """Below the run that waits: that it does, where that takes a while."""
    block, run = layout.inputs[layout.waiting], layout.pair[layout.waiting]
    if not block.below:
        return
    spells = []
    for clock, following, said in layout.notes:
        over = following == run.count
        lasts = step_times.seconds[following - 1] - step_times.seconds[max(clock, 0)]
        if following - clock > 1 and (over or clock < 0 or lasts > LONG):
            since = clock + LANDED if clock >= 0 else -LANDED
            spells.append((said, since, NEVER if over else following - 1 + LEAVES))
    x, y = block.below_at[0]
    size = block.below[0][1]
    half = max(width(said) for *_, said in layout.notes) * size / 2
    x = min(max(x, sheet.inner[0] + half), sheet.inner[2] - half)
    made = [sheet.text(text, x, y, size, sheet.theme.muted, visible_from=visible_from,
                       visible_until=visible_until) for text, visible_from, visible_until in spells]
    sheet.words(f"{run.key}waits", "Waits", made)


def _say_alone(sheet: PlanBuilder, layout: Layout, schedule, y: float) -> None:
    """In the place of the sums: that one run moves on alone, where that takes a while and no sum is explained."""
    run, lead = layout.pair[layout.waiting], layout.pair[1 - layout.waiting]
    text = sheet.scene.words.goes_on.replace("{one}", lead.label).replace("{other}", run.label)
    size, made = min(sheet.px(WORD), (sheet.inner[2] - sheet.inner[0]) / width(text)), []
    for clock, following, _ in layout.notes:
        passed = all(schedule.kinds[c] == "pass" for c in range(max(clock, 0) + 1, following))
        over = following == run.count
        if passed and not over and clock >= 0 and (following - clock - 1) * schedule.passing > LONG:
            made.append(sheet.text(text, 0, y - 0.3 * size, size, sheet.theme.muted, visible_from=clock + 2 * LEAVES,
                                   visible_until=following - LANDED))  # fmt: skip
    sheet.words("alone", "One run alone", made)


def _frame_shared(sheet: PlanBuilder, pair: list[Run], last: float) -> None:
    """At the end frames around the cells that both runs made, in both outputs, where the one's are all the other's."""
    paint = sheet.palette.material(ink_of(sheet, next(run for run in pair if run.key)), "flat")
    few = min(pair, key=lambda run: len(run.trace))
    corners = 0.5 * np.array([(-1, 1), (1, 1), (1, -1), (-1, -1)])
    for run in pair:
        columns, rows = as_rows(run.trace.output[0]).shape[1], []
        for clock in few.clocks:
            row, column = divmod(int(np.flatnonzero(run.clocks == clock)[0]), columns)
            spots = [nearer(sheet.camera, (column + x, FRONT, -row + z)) for x, z in corners]
            rows += pairwise([*spots, spots[0]])
        ends, role = np.array(rows, np.float32), f"{run.key}output"
        lives = np.full(len(ends), last, np.float32), np.full(len(ends), NEVER, np.float32)
        sheet.lines.append(Lines(f"{run.key}shared", "Cells of both runs", role, role, ends[:, 0], ends[:, 1], *lives,
                                 paint, sheet.units(sheet.px(2.5))))  # fmt: skip


# parts -----------------------------------------------------------------------------------------------------------


def _run(sheet: PlanBuilder, pair: list[Run], run: Run, input_block: Block, output_block: Block, last: float) -> None:
    """One run's input with its window, and its output with its mark; equal numbers look alike in both outputs."""
    w, key, trace, since = sheet.scene.words, run.key, run.trace, float(run.clocks[0]) - LANDED
    track = sheet.track(f"{key}input.track", run.places)
    points = unread_cells.fade_unread(sheet, input_plane(sheet, trace, 0, "blue"), trace)
    sheet.volume(f"{key}input", f"{w.input} {run.label}", points, sheet.place(input_block), input_block.cells,
                 track=track,
                 fade=(since, last), **taps_of(trace))  # fmt: skip
    values = [r.trace.output for r in pair]
    points = output_plane(sheet, trace, neutral=True, span=(min(v.min() for v in values), max(v.max() for v in values)))
    points["visible_from"][:] = run.clocks - BORN
    sheet.volume(f"{key}output", f"{w.output} {run.label}", points, sheet.place(output_block), output_block.cells)
    for role, block in ((f"{key}input", replace(input_block, below=[], below_at=[])), (f"{key}output", output_block)):
        sheet.captions(role, block)
        sheet.box_of(role, block)
    add_ticks(sheet, f"{key}input", input_block, pads_of(trace), sparse=True)
    add_ticks(sheet, f"{key}output", output_block, sparse=True)
    window_on(sheet, f"{key}input.window", f"Window {run.label}", f"{key}input", track, trace, since=since)
    row, column = np.divmod(run.current, as_rows(trace.output[0]).shape[1])
    track = sheet.track(f"{key}output.track", np.column_stack([column, 0 * row, -row]))
    frame = sheet.palette.material(sheet.theme.frame, "flat")
    thick = max(0.09, sheet.units(sheet.px(2.5)))
    sheet.windows.append(Window(f"{key}output.marker", f"Mark {run.label}", f"{key}output", track, (1.0, 1.0, 1.0),
                                frame, (since, NEVER), thick, flat=True))  # fmt: skip


def _kernels(sheet: PlanBuilder, layout: Layout, step_times) -> None:
    """The one kernel; in the slow first step it goes to the first run's window, and its twin to the second's."""
    w, block, back = sheet.scene.words, layout.kernel, 0.01
    home = np.array(sheet.place(block))
    first, second = layout.pair
    sheet.volume("kernel", w.kernel, kernel_plane(sheet, first.trace, 0, True), home, block.cells)
    goes = [run.clocks[0] == 0 and set(run.trace.dilation) == {1} for run in layout.pair]
    if goes[0]:
        add_home(sheet, "kernel", w.kernel, block, home, back)
        visit(sheet, "kernel", home, meeting(sheet, first, layout.inputs[0], block), step_times)
    else:
        sheet.captions("kernel", block)
    if all(goes):
        points = kernel_plane(sheet, second.trace, 0, True)
        keep = points["visible_until"] > -LANDED
        points = Points({name: column[keep] for name, column in points.data.items()})
        points["visible_from"][:] = np.maximum(points["visible_from"], np.float32(-LANDED))
        points["visible_until"][:] = np.minimum(points["visible_until"], np.float32(back))
        sheet.volume("kernel.twin", f"{w.kernel} {second.label}", points, home, block.cells, contact_shadow=None)
        visit(sheet, "kernel.twin", home, meeting(sheet, second, layout.inputs[1], block), step_times,
              contact_shadow=False)
    sheet.box_of("kernel", block)


def meeting(sheet: PlanBuilder, run: Run, input_block: Block, kernel: Block):
    """Where a kernel lies on a run's first window."""
    columns, _, rows = kernel.cells
    return np.array(sheet.place(input_block)) + run.places[0] - np.array([(columns - 1) / 2, 0, -(rows - 1) / 2])


def _tie(sheet: PlanBuilder, layout: Layout, schedule) -> None:
    """Lines from each window to its cell, in the steps that are explained."""
    for number, (run, input_block, output_block) in enumerate(zip(layout.pair, layout.inputs, layout.outputs,
                                                                  strict=True)):
        columns, places = output_block.cells[0], run.places
        stops = [(int(c), [(2 * number, input_block, places[c])], (2 * number + 1, output_block, *divmod(i, columns)))
                 for i, c in enumerate(run.clocks) if schedule.explained[c]]  # fmt: skip
        add_lines(sheet, guide_segments(sheet, run.trace, stops), ["input", "output", "b.input", "b.output"])


def _facts(scene, pair: list[Run]) -> str:
    """What both runs have in common."""
    w, (one, other) = scene.words, (run.trace for run in pair)
    said = [f"{w.size} {shape_text(one.kernel_size)}"]
    said += [f"{getattr(w, key)} {axes_text(getattr(one, key))}" for key in ("stride", "padding", "dilation")
             if getattr(one, key) == getattr(other, key)]  # fmt: skip
    return ",  ".join([*said, bias_text(scene, one)])


def kept(pair: list[Run]) -> bool:
    """Whether one run's results are all among the other's, where both windows stand at the same place."""
    few, many = sorted(pair, key=lambda run: len(run.trace))
    return few.matched and np.array_equal(many.trace.output.ravel()[few.clocks], few.trace.output.ravel())


def _said(scene, pair: list[Run]) -> tuple[str, str]:
    """What is said before the first step, and at the end."""
    w, (one, other) = scene.words, pair
    shapes = [f"{w.output.lower()} {shape_text(run.trace.output.shape[1:])}" for run in pair]
    ending = w.outcome.replace("{first}", one.label).replace("{second}", other.label)
    opening = w.compared.replace("{what}", f"{one.label} / {other.label}")
    ending = ending.replace("{one}", shapes[0]).replace("{other}", shapes[1])
    few, many = sorted(pair, key=lambda run: len(run.trace))
    if kept(pair):
        ending += w.kept.replace("{few}", str(len(few.trace))).replace("{many}", str(len(many.trace)))
    return opening, ending


def _plan(scene, pair: list[Run], row: int, spent: float):
    """The schedule of the lead's steps. Those of one run alone are passed, where both are to be explained and time
    allows.

    Where it sweeps, it stops where the other run has its first and its last.
    """
    schedule = make_schedule(pair[0].count, row, scene, spent=spent)
    few = min(pair, key=lambda run: len(run.trace))
    if schedule.swept is None:
        return _passing(schedule, few, row, scene, spent) if few.matched and len(few.trace) < few.count else schedule
    return stopping(schedule, {int(few.clocks[0]), int(few.clocks[-1])}, scene, spent=spent)


def _passing(schedule, few: Run, row: int, scene, spent: float):
    """The schedule in which only those steps are explained that both runs make; and the first of all."""
    timing, both_make = scene.timing, set(few.clocks.tolist())
    kinds = ["walk" if clock in both_make else "pass" for clock in range(few.count)]
    kinds[0] = "first"
    for clock in few.clocks[few.clocks > 0][:1]:
        kinds[clock] = "next"
    breaths = timing.breath * ((few.count - 1) // row + 2)
    room = timing.longest - spent - timing.intro - timing.outro - timing.first - timing.next - breaths
    step = (room - PASSING * kinds.count("pass")) / max(kinds.count("walk"), 1)
    if step < SHORTEST_TOLD:
        return replace(schedule, kinds=tuple(kinds), passing=schedule.step)
    return replace(schedule, kinds=tuple(kinds), step=min(step, 2 * timing.step), passing=PASSING)


def build_plan(sheet: PlanBuilder, trace):
    """Story `comparison`: two runs of a convolution of one channel with one filter."""
    scene, w, word = sheet.scene, sheet.scene.words, sheet.px(WORD)
    pair = both(scene, runs(scene))
    lead = max(pair, key=lambda run: len(run.trace))
    title, padded = w.title or scene.title or scene.id, [r.trace for r in pair if any(sum(p) for p in r.trace.padding)]
    legend = next((legend_of(scene, run.trace) for run in pair if legend_of(scene, run.trace)), "")
    top = sheet.title(title, _facts(scene, pair), legend)
    x0, y0, x1, _ = sheet.inner
    row = as_rows(lead.trace.output[0]).shape[1]
    schedule, last = _plan(scene, pair, row, 1.1 if padded else 0.0), lead.count - 1 + ENDED
    said = Sums(sheet, pair, schedule)
    layout = Layout(sheet, pair, (x0, y0 + said.used + 0.5 * word, x1, top - 0.3 * word))
    sheet.scale = layout.grid.scale

    opening(sheet, padded[0] if padded else trace)
    step_times = run_clock(sheet.timeline, schedule, row, scene)
    for run, input_block, output_block in zip(pair, layout.inputs, layout.outputs, strict=True):
        _run(sheet, pair, run, input_block, output_block, last)
        columns = output_block.cells[0]
        grow_shadow(sheet, f"{run.key}output", columns, step_times, int(run.clocks[-columns]), int(run.clocks[-1]))
    _kernels(sheet, layout, step_times)
    if kept(pair) and len(pair[0].trace) != len(pair[1].trace):
        _frame_shared(sheet, pair, last)
    _tie(sheet, layout, schedule)
    layout.heads()
    _add_notes(sheet, layout, step_times)
    if scene.look.sum_line:
        said.put(y0, last, schedule)
        before, after = _said(scene, pair)
        middle = y0 + said.used / 2
        add_rule(sheet, before, middle)
        add_rule(sheet, after, middle, visible_from=last)
        _say_alone(sheet, layout, schedule, middle)
        add_sweeping(sheet, schedule, w.sweep.replace("{count}", str(lead.count)), middle)
    sheet.timeline.play("clock.step", last + 0.02, 0.05, easing="linear")
    sheet.timeline.wait(scene.timing.outro)
    steps = [info for number, run in enumerate(pair) for info in run.infos(step_times, said.texts[number], number)]
    return sheet.plan(title, sorted(steps, key=lambda info: (info.clock, info.run)))
