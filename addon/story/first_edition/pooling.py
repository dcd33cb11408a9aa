# SPDX-License-Identifier: GPL-3.0-or-later
"""Story `pooling`: a window without weights stands on one tile after another; what it comes to flies to the output.

Max pooling: the chosen cell turns the output's colour and flies. Average pooling: all that count fly and merge.
Several channels are pooled one after the other, each by itself, with inputs above and outputs below.
"""

import numpy as np

from ..page.captions import cell_name, legend_of, shape_text
from ..page.glyphs import width
from ..plan.plan import ALWAYS, FAR, LANDED, NEVER, Points
from ..plan.schedule import ENDED, Phase, make_schedule, run_clock
from ..traits.unread import left_over
from . import sums
from .builder import WORD, PlanBuilder
from .guides import add_lines, guide_segments
from .pool_flight import BEFORE_ALL, Flights
from .pool_layout import PoolLayout, too_small
from .pool_parts import (
    MOVES,
    add_seams,
    disjoint,
    hangs_over,
    is_mean,
    marks,
    pool_facts,
    pool_input,
    reduction,
)
from .primitives import (
    add_rule,
    add_statement,
    add_sweeping,
    add_ticks,
    as_rows,
    infos,
    marker_on,
    opening,
    output_plane,
    padded_shape,
    pads_of,
    place_of,
    taps_of,
    window_on,
)

MOST_CHANNELS = 8


def accepts(scene, trace) -> bool:
    """Every pooling by windows."""
    return True


def validate(scene, trace):
    """Why it cannot tell this one."""
    if len(trace.input) > MOST_CHANNELS:
        return "input.channels", len(trace.input), f"must be at most {MOST_CHANNELS}: more cannot stand side by side"
    if not np.isfinite(trace.output).all():
        return "op.padding", scene.op.padding, "must leave every window an input cell, or it has no largest number"
    return too_small(scene, trace)


def _lines(sheet: PlanBuilder, trace, schedule, parts: PoolLayout):
    """Every explained step's line as pieces (None where it is not explained), and every step's as one text."""
    scene, most = sheet.scene, max(_operands(trace[i]) for i in range(len(trace)))
    rows, texts = [], []
    for i in range(len(trace)):
        step = trace[i]
        name = f"{parts.names[step.output_index[0]]} {cell_name(scene, step.output_index[1:])} =".strip()
        pieces = reduction(sheet, step, name, i, schedule.kinds[i] in ("first", "next"), operands=most,
                           color=parts.ink(sheet, step.output_index[0]))  # fmt: skip
        rows.append(pieces if schedule.explained[i] else None)
        texts.append(" ".join(p.text for p in pieces if p.text).replace("( ", "("))
    return rows, texts


def _operands(step) -> int:
    return int((step.real if step.chosen is not None else step.counted).sum())


def _set_lines(sheet: PlanBuilder, rows, low: float, last: float):
    """How the lines are set: returns a function that writes them, and the pixels they take."""
    explained = [row for row in rows if row]
    if not explained or not sheet.scene.look.sum_line:
        return None, 0.0
    x0, _, x1, _ = sheet.inner
    word = sheet.px(WORD)
    slots = [list(c) for c in zip(*explained, strict=True)]
    flow = any(not p.text for row in explained for p in row)
    gaps = [sums.WORD_GAP] * len(slots)
    gaps[2], gaps[-1] = 0.0, sums.GROUP if len(slots) < 24 else sums.WORD_GAP
    size = min((s * word for s in (1.0, 0.97, 0.945)), key=lambda s: len(sums.wrap(slots, s, x1 - x0, gaps)))
    lines = sums.wrap(slots, size, x1 - x0, gaps)
    used = sums.height(len(lines), size)

    def write() -> None:
        widths = [max(width(p.text) for p in slot) * size for slot in slots]
        made = sums.set_lines(sheet, rows, lines, low + used, size, gaps, widths=widths, flow=flow, last=last)
        sheet.words("sum", "Sum", made)

    return write, used


def _stand(sheet: PlanBuilder, trace, parts: PoolLayout, explained: list[int], last: float) -> None:
    """The volumes with their windows, marks and what flies."""
    places, count = place_of(trace), trace.output[0].size
    padded = any(sum(p) for p in trace.padding)
    rows, columns = padded_shape(trace)
    for c, (role, out) in enumerate(zip(parts.inputs, parts.outputs, strict=True)):
        input_block, output_block, name = parts.input_blocks[c], parts.output_blocks[c], parts.names[c]
        home, target = sheet.place(input_block), sheet.place(output_block)
        stands = np.full((len(trace), 3), FAR)
        stands[c * count : (c + 1) * count] = places
        track = sheet.track(f"{role}.track", stands)
        points = pool_input(sheet, trace, c, parts.hues[c])
        sheet.volume(role, f"Input {name}".strip(), points, home, (columns, 1, rows), track=track,
                     fade=(-LANDED, last), **taps_of(trace))  # fmt: skip
        sheet.volume(out, f"Output {name}".strip(),
                     output_plane(sheet, trace, parts.out_hues[c], channel=c), target, output_block.cells)  # fmt: skip
        sheet.captions(role, input_block, color=parts.ink(sheet, c))
        sheet.captions(out, output_block, color=parts.ink(sheet, c))
        add_ticks(sheet, out, output_block, right=True, below=not parts.beside)
        if parts.count == 1:
            (top, bottom), (left, right) = pads_of(trace)
            over = hangs_over(trace)
            add_ticks(sheet, role, input_block, ((top, bottom + over[0]), (left, right + over[1])))
        sheet.box_of(role, input_block)
        sheet.box_of(out, output_block)
        add_seams(sheet, role, trace, Phase.READY if padded else ALWAYS)
        window_on(sheet, f"{role}.window", f"Window {name}".strip(), role, track, trace, jump=parts.count > 1)
        marker_on(sheet, out, trace, channel=c)
        own = [i for i in explained if i // count == c]
        if not is_mean(trace):
            mark = marks(sheet, trace, c, set(own), parts.out_hues[c], last)
            sheet.volume(f"{role}.chosen", f"Chosen cells {name}".strip(), mark, home, input_block.cells,
                         contact_shadow=None)
        away = np.array(target) + BEFORE_ALL * sheet.camera.toward
        flights = Flights(sheet, trace, home, target, parts.gates(sheet, c), parts.hues[c], parts.out_hues[c])
        if own:
            copies = Points.join([flights.of_step(i, trace[i]) for i in own])
            sheet.volume(out.replace("output", "flight"), f"Copies on their way {name}".strip(), copies, away,
                         output_block.cells, contact_shadow=None)  # fmt: skip


def build_plan(sheet: PlanBuilder, trace):
    """Story `pooling`: windows without weights over one or several channels, in one or two dimensions."""
    scene, w = sheet.scene, sheet.scene.words
    title, word = w.title or scene.title or scene.id, sheet.px(WORD)
    x0, y0, x1, _ = sheet.inner
    top = sheet.title(title, pool_facts(scene, trace), legend_of(scene, trace))
    ocols, last = as_rows(trace.output[0]).shape[1], len(trace) - 1 + ENDED
    schedule = make_schedule(len(trace), ocols, scene, spent=1.1 if any(sum(p) for p in trace.padding) else 0.0)
    parts = PoolLayout(sheet, trace)
    rows, texts = _lines(sheet, trace, schedule, parts)
    low = y0 + (sums.height(1, word) + 0.5 * word if parts.count > 1 and scene.look.sum_line else 0.0)
    write, used = _set_lines(sheet, rows, low, last)
    sheet.scale = parts.solve(sheet, (x0, low + used + 0.9 * word, x1, top - 0.5 * word))

    opening(sheet, trace)
    step_times = run_clock(sheet.timeline, schedule, ocols, scene, moves=MOVES)
    explained = [i for i, is_told in enumerate(schedule.explained) if is_told]
    _stand(sheet, trace, parts, explained, last)
    if parts.count == 1:
        places = place_of(trace)
        stops = [(i, [(0, parts.input_blocks[0], places[i])],
                  (1, parts.output_blocks[0], *divmod(i, ocols))) for i in explained]
        add_lines(sheet, guide_segments(sheet, trace, stops), [parts.inputs[0], parts.outputs[0]])
    if write is not None:
        write()
        count = str(len(trace[0].taps))
        add_rule(sheet, (w.mean_rule if is_mean(trace) else w.max_rule).replace("{count}", count), low + used / 2)
        tiles = disjoint(trace) and not left_over(trace).any() and not any(sum(p) for p in trace.padding)
        summary = (w.tiles if tiles else w.summary).replace("{count}", str(len(trace)))
        add_rule(sheet, summary.replace("{cells}", str(trace.input.size)), low + used / 2, visible_from=last)
        add_sweeping(sheet, schedule, w.sweep.replace("{count}", str(len(trace))), low + used / 2)
        if parts.count > 1:
            shapes = (shape_text((*a.shape[1:], len(a))) for a in (trace.input, trace.output))
            text = f"{w.input} {next(shapes)} \u2192 {w.output} {next(shapes)}: {w.each_channel}"
            add_statement(sheet, "channels", text, y0 + sums.height(1, word) / 2, ALWAYS, NEVER)
    sheet.timeline.play("clock.step", last + 0.02, 0.05, easing="linear")
    sheet.timeline.wait(scene.timing.outro)
    return sheet.plan(title, infos(trace, scene, step_times, texts))
