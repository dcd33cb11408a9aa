# SPDX-License-Identifier: GPL-3.0-or-later
"""Story `transposed`: a transposed convolution in both views, one after the other, and that they agree.

First every input value stamps its kernel on the output (stamping.py; clock 0, 1, …, one per input cell), then the
input is spread by zeros and the flipped kernel slides over it (gathering.py; from `Phases.base` on). Between them
padding cuts the stamped output's border, and a bias is added. One channel, one filter, one or two dimensions.
"""

from dataclasses import replace

import numpy as np

from ..page.captions import axes_text, bias_text, cell_name, facts, legend_of
from ..page.glyphs import number, width
from ..plan.plan import ALWAYS, LANDED, LEAVES, NEVER
from ..plan.schedule import ENDED, Phase, make_schedule, run_clock
from . import sums
from .builder import WORD, PlanBuilder
from .gather_parts import add_input, add_output
from .gathering import PaddedGrid, Phases, later, seen_lines
from .guides import add_lines, guide_segments
from .partial_sums import product_rows
from .primitives import VANISHED, add_rule, add_statement, add_sweeping, as_rows, infos, visit
from .stamp_layout import lay_out
from .stamp_parts import MAKE_ROOM, add_kernels, add_place, add_stamped
from .stamping import (
    HURRY,
    StampGrid,
    additions,
    lasting,
    overlap_line,
    run_stamps,
    stamp_line,
    stamp_schedule,
)
from .theme import Scale

CUT, BIAS, SPREAD, BORDER, FLIP = 1.2, 1.2, 1.3, 1.3, 1.9  # seconds that these take


def accepts(scene, trace) -> bool:
    """Every transposed convolution; what it cannot tell is refused by name."""
    return True


def validate(scene, trace):
    """Why it cannot tell this one."""
    if len(trace.input) > 1:
        return "input.channels", len(trace.input), "must be 1: the story transposed tells one input channel"
    if len(trace.output) > 1:
        return "op.out_channels", len(trace.output), "must be 1: the story transposed tells one filter"
    return None


def _between(trace, stamp_grid: StampGrid) -> dict[str, float]:
    """The seconds that each event between the views takes; 0 where there is none."""
    return {
        "cut": CUT if stamp_grid.cut else 0.0,
        "bias": BIAS if trace.bias is not None else 0.0,
        "spread": SPREAD if max(trace.spread) > 1 else MAKE_ROOM + 0.1,
        "border": BORDER if max(max(pair) for pair in trace.grid_border) > 0 else 0.0,
        "flip": FLIP,
    }


def _gather_schedule(steps: int, row: int, scene, spent: float):
    """How the second view's steps go when so many seconds are spent, and the scene with the timing they are explained
    by: the slow ones are hurried where the figure would take too long."""
    room = scene.timing.longest - scene.timing.intro - scene.timing.outro - spent
    for hurry in HURRY:
        t = scene.timing
        hurried = replace(scene, timing=replace(t, first=hurry * t.first, next=hurry * t.next))
        schedule = make_schedule(steps, row, hurried, spent=spent)
        if lasting(schedule, row, hurried) <= room + 0.05:
            break
    return schedule, hurried


def _run_between(sheet: PlanBuilder, phases: Phases, takes: dict[str, float]) -> dict[str, float]:
    """Key the clock from the last stamp to the second view; returns the seconds at which the events begin."""
    line, begins = sheet.timeline, {}
    line.play("clock.step", phases.stamps - 1 + ENDED, 0.05, easing="linear")
    ends = {"cut": phases.stamps + 1, "bias": phases.spread, "spread": phases.border, "border": phases.flip,
            "flip": phases.flip + 1}  # fmt: skip
    for name, seconds in takes.items():
        start = ends[name] - 1
        if line.compile()["clock.step"].at(line.cursor) < start:
            line.play("clock.step", start, 0.01, easing="linear")
        begins[name] = line.cursor
        # the event itself, and then time to take it in
        still = 0.25 if seconds >= 1 else 0.0
        line.play("clock.step", ends[name], max((1 - still) * seconds, 0.01), easing="linear")
        line.wait(still * seconds)
    line.play("clock.step", phases.base + Phase.READY, 0.01, easing="linear")
    return begins


def _say_between(sheet: PlanBuilder, trace, phases: Phases, takes, y: float) -> None:
    """What happens between the views, in one line or two."""
    w, start, word = sheet.scene.words, phases.stamps - 1 + ENDED, sheet.px(WORD)
    said = []
    if takes["cut"]:
        said.append((phases.stamps + 1, w.cutting.replace("{padding}", axes_text(trace.padding))))
    if takes["bias"]:
        said.append((phases.spread, w.biasing.replace("{bias}", number(trace.bias[0]))))
    zeros = []
    if max(trace.spread) > 1:
        zeros.append(w.zeros_between.replace("{zeros}", axes_text([n - 1 for n in trace.spread])))
    if takes["border"]:
        around = [tuple(max(0, int(v)) for v in pair) for pair in trace.grid_border]
        zeros.append(w.zeros_around.replace("{zeros}", axes_text(around)))
    how = ",  ".join(zeros) or w.no_zeros
    for name, text in (("stride", w.stride), ("kernel", w.size), ("dilation", w.dilation), ("padding", w.padding)):
        how = how.replace(f"{{{name}}}", text)
    said += [(phases.flip, w.gathering, how), (phases.flip + 1, w.flipping)]
    for index, (until, *lines) in enumerate(said):
        for k, text in enumerate(lines):
            high = y + (0.65 - 1.3 * k) * word if len(lines) > 1 else y
            add_statement(sheet, f"between.{index}" + ".detail" * k, text, high, start, until, sheet.theme.ink)
        start = until
    rule = w.gather.replace("{count}", str(len(trace[0].taps)))
    add_statement(sheet, "gather", rule, y, start, phases.base - LANDED)


def _say_stamps(sheet: PlanBuilder, trace, stamp_grid: StampGrid, stamps, y0: float, used: float) -> None:
    """Two lines per explained stamp: what is stamped where, and a cell on which stamps add."""
    scene, word = sheet.scene, sheet.px(WORD)
    story, made, (x0, _, x1, _) = additions(trace, stamp_grid), [], sheet.inner
    count = len(stamps.kinds)
    for s in range(count):
        if not stamps.explained[s]:
            continue
        texts = (stamp_line(scene, trace, stamp_grid, s), overlap_line(scene, trace, stamp_grid, story, s, cell_name))
        visible_until = s + LEAVES if s + 1 < count else count - 1 + ENDED
        for index, (text, ink) in enumerate(zip(texts, (sheet.theme.ink, sheet.theme.muted), strict=True)):
            size = min(word, (x1 - x0) / max(width(text), 1.0))
            y = y0 + used / 2 + (0.28 - 1.3 * index) * word
            made.append(sheet.text(text, 0, y, size, ink, visible_from=s - LANDED, visible_until=visible_until))
    sheet.words("stamp.line", "Stamps", made)
    y = y0 + used / 2
    if stamp_grid.cut:
        said = scene.words.pale.replace("{padding}", axes_text(trace.padding))
        add_statement(sheet, "rule.cut", said, y - 0.65 * word, ALWAYS, -LANDED)
        y += 0.65 * word
    add_statement(sheet, "rule", scene.words.stamping, y, ALWAYS, -LANDED)
    y = y0 + used / 2
    if stamps.swept:
        first, last = stamps.swept
        said = scene.words.stamp_sweep.replace("{count}", str(count))
        add_statement(sheet, "stamp.sweep", said, y, first - 1 + 2 * LEAVES, last + LANDED)


def _set_sums(sheet: PlanBuilder, upper, lower, lines, gaps, phases: Phases, y: float, size: float,
              last: float) -> None:
    """The products of every explained step, and under them what they come to; the first line's capitals at `y`."""
    explained = [a + b for a, b in zip(upper, lower, strict=True) if a]
    half = len(explained[0]) // 2
    widths = [max(width(row[k].text) for step in explained for row in (step[:half], step[half:])) for k in range(half)]
    widths = [w * size for w in widths]
    made = []
    for rows, top in ((upper, y), (lower, y - sums.LINE * size)):
        made += sums.set_lines(sheet, later(rows, phases.base), lines, top, size, gaps, widths=widths, last=last,
                               pitch=2,
                               base=phases.base)  # fmt: skip
    sheet.words("sum", "Sum", made)


def _wrapped(sheet: PlanBuilder, trace, upper, lower):
    """The sums' lines, the air between their pieces, and their font size: a little smaller rather than a line more."""
    explained = [(a, b) for a, b in zip(upper, lower, strict=True) if a]
    slots = [[step[k] for pair in explained for step in pair] for k in range(len(explained[0][0]))]
    kinds = ["name"] + ["product"] * len(trace[0].taps) + ["bias"] * (trace.bias is not None) + ["result"]
    gaps, (x0, _, x1, _) = sums.gaps_of(kinds, trace.kernel_size[-1]), sheet.inner
    size = min((s * sheet.px(WORD) for s in (1.0, 0.97, 0.945)),
               key=lambda s: len(sums.wrap(slots, s, x1 - x0, gaps)))  # fmt: skip
    return sums.wrap(slots, size, x1 - x0, gaps), gaps, size


def build_plan(sheet: PlanBuilder, trace):
    """Story `transposed`: a transposed convolution of one channel with one filter, in one or two dimensions."""
    scene, w, line = sheet.scene, sheet.scene.words, sheet.timeline
    title, word = w.title or scene.title or scene.id, sheet.px(WORD)
    top = sheet.title(title, facts(scene, trace, trace.kernel_size) + ",  " + bias_text(scene, trace),
                      legend_of(scene, trace))  # fmt: skip
    x0, y0, x1, _ = sheet.inner
    stamp_grid, ground, phases = StampGrid.of(trace), PaddedGrid.of(trace), Phases(trace.input[0].size)
    ocols = as_rows(trace.output[0]).shape[1]
    takes = _between(trace, stamp_grid)
    row = as_rows(trace.input[0]).shape[1]
    stamps, hurried = stamp_schedule(phases.stamps, row, scene)
    line.declare("clock.step", Phase.READY)
    line.wait(scene.timing.intro)
    begin = line.cursor
    run_stamps(sheet, stamps, row, hurried)
    when = _run_between(sheet, phases, takes)
    schedule, hurried = _gather_schedule(len(trace), ocols, scene, line.cursor - begin + 0.2)
    upper, lower, texts = product_rows(sheet, trace, schedule)
    lines, gaps, size, used = [], [], word, 0.0
    if scene.look.sum_line:
        lines, gaps, size = _wrapped(sheet, trace, upper, lower)
        used = sums.height(2 * len(lines) + 1, size)
    layout = lay_out(sheet, trace, stamp_grid, ground, (x0, y0 + used + 0.6 * word, x1, top - 0.3 * word))

    step_times = run_clock(line, schedule, ocols, hurried, base=phases.base)
    last, back = phases.base + len(trace) - 1 + ENDED, phases.base + 0.01
    running = [a.after for each in additions(trace, stamp_grid).values() for a in each]
    scale = Scale(sheet.palette, "violet", min(*running, trace.output.min()), max(*running, trace.output.max()))
    places = add_input(sheet, trace, layout, ground, phases, last, when["spread"])
    add_kernels(sheet, trace, layout, stamp_grid, phases, stamps)
    add_place(sheet, layout, phases, stamps, back)
    add_output(sheet, trace, layout, phases, scale, when["spread"])
    add_stamped(sheet, trace, layout, stamp_grid, phases, stamps, scale, when["cut"], when["spread"])
    krows, kcols = layout.work.cells[2], layout.work.cells[0]
    middle = np.array([(kcols - 1) / 2, 0, -(krows - 1) / 2])
    home = np.array(sheet.place(layout.input_block))
    for axis in "xy":  # no shadow before there is a kernel on it
        line.declare(f"kernel.flipped.shadow.scale.{axis}", VANISHED)
        line.add(f"kernel.flipped.shadow.scale.{axis}", 1.0, 0.3 * FLIP, at=when["flip"])
    visit(sheet, "kernel.flipped", sheet.place(layout.work), home + places[0] - middle, step_times)
    stops = [(phases.base + i, [(0, layout.input_block, places[i])], (1, layout.output_block, *divmod(i, ocols)))
             for i, explained in enumerate(schedule.explained) if explained]  # fmt: skip
    add_lines(sheet, guide_segments(sheet, trace, stops, [layout.work]), ["input", "output"])
    _sign(sheet, layout, last)
    if scene.look.sum_line:
        middle = y0 + used / 2
        _say_stamps(sheet, trace, stamp_grid, stamps, y0, used)
        _say_between(sheet, trace, phases, takes, middle)
        low = y0 + 0.22 * size
        _set_sums(sheet, upper, lower, lines, gaps, phases, y0 + used, size, last)
        sheet.words("seen", "Input seen", seen_lines(sheet, trace, schedule, phases, low, size, last))
        count = trace.output.size
        add_sweeping(sheet, schedule, w.sweep.replace("{count}", str(count)), middle, base=phases.base)
        said = w.agree.replace("{equal}", str(_agreeing(trace, stamp_grid))).replace("{count}", str(count))
        add_rule(sheet, said, middle, visible_from=last)
    line.play("clock.step", last + 0.02, 0.05, easing="linear")
    line.wait(scene.timing.outro)
    return sheet.plan(title, infos(trace, scene, step_times, texts, base=phases.base))


def _agreeing(trace, stamp_grid: StampGrid) -> int:
    """How many cells of the output are the same in both views."""
    story, bias = additions(trace, stamp_grid), 0 if trace.bias is None else trace.bias[0]
    (top, _), (left, _) = stamp_grid.crop
    out, same = as_rows(trace.output[0]), 0
    for (r, c), value in np.ndenumerate(out):
        each = story.get((r + top, c + left), [])
        same += bool(np.isclose((each[-1].after if each else 0) + bias, value, rtol=1e-5, atol=1e-6))
    return same


def _sign(sheet: PlanBuilder, layout, last: float) -> None:
    """An equals sign between both outputs, at the end."""
    big = sheet.px(28)
    x = (layout.output_block.box[2] + layout.kept.box[0] - layout.kept.tick) / 2
    y = (layout.output_block.box[1] + layout.output_block.box[3]) / 2
    sheet.words("signs", "Signs", [sheet.text("=", x, y - 0.3 * big, big, sheet.theme.ink, visible_from=last,
                                              visible_until=NEVER)])
