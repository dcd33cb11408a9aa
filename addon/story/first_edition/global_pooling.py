# SPDX-License-Identifier: GPL-3.0-or-later
"""Story `collapse`: global pooling. Each channel's plane collapses into one cell, and stays behind as a pale ghost.

Of a mean all cells travel and merge; of a maximum the chosen one travels. The stack of channels comes apart first, its
planes stand side by side with their cells below; one channel has its cell beside it.
"""

import numpy as np

from ..page.captions import legend_of, operation_name, shape_text
from ..page.glyphs import TIMES, width
from ..plan.plan import ALWAYS, BORN, FAR, LANDED, NEVER, Points
from ..plan.schedule import ENDED, Phase, make_schedule, run_clock
from . import sums
from .builder import WORD, PlanBuilder
from .channel_stack import STACK_OPEN_SECONDS, open_stack, stack_up
from .guides import add_lines, guide_segments
from .pool_flight import BEFORE_ALL, TAKES_OFF, Flights
from .pool_layout import PoolLayout, too_small
from .pool_parts import CHOSEN, is_mean, marks, reduction
from .primitives import (
    add_rule,
    add_statement,
    as_rows,
    infos,
    input_plane,
    marker_on,
    opening,
    output_plane,
    place_of,
    window_on,
)
from .sums import Piece

MOST_CHANNELS = 8
SHORTEST = 8.0  # seconds: so long the whole of few steps stands
MOST_LINES = 4  # lines that stand together at the end
MOVES = {  # how the clock goes within a step: a whole plane takes longer than a window's few cells
    "first": ((LANDED, 0.06, "ease"), (CHOSEN, 0.36, "linear"), (TAKES_OFF, 0.06, "linear"), (BORN, 0.26, "linear"),
              (0.0, 0.04, "linear")),
    "next": ((LANDED, 0.08, "ease"), (CHOSEN, 0.26, "linear"), (TAKES_OFF, 0.06, "linear"), (BORN, 0.3, "linear"),
             (0.0, 0.05, "linear")),
    "walk": ((LANDED, 0.16, "ease"), (TAKES_OFF, 0.14, "linear"), (BORN, 0.34, "linear"), (0.0, 0.06, "linear")),
}  # fmt: skip


def accepts(scene, trace) -> bool:
    """Every global pooling."""
    return True


def validate(scene, trace):
    """Why it cannot tell this one."""
    if len(trace.input) > MOST_CHANNELS:
        return "input.channels", len(trace.input), f"must be at most {MOST_CHANNELS}: more cannot stand side by side"
    return too_small(scene, trace)


def _ghosts(points: Points, leaves: float) -> Points:
    """A plane's points that are pale from the clock value on at which their copies leave; their numbers stay."""
    full = {name: column.copy() for name, column in points.data.items()}
    pale = {name: column.copy() for name, column in points.data.items()}
    full["visible_until"][:], pale["visible_from"][:] = leaves, leaves
    pale["cube"], pale["label"] = pale["faded"].copy(), pale["label_faded"].copy()
    return Points.join([Points(full), Points(pale)])


def _facts(scene, trace) -> str:
    w = scene.words
    shapes = [shape_text((*a.shape[1:], len(a)) if len(a) > 1 else a.shape[1:]) for a in (trace.input, trace.output)]
    return ",  ".join([operation_name(scene, trace), f"{shapes[0]} \u2192 {shapes[1]}", w.no_weights])


def _lines(sheet: PlanBuilder, trace, parts: PoolLayout, schedule):
    """Every step's line as pieces, and as one text."""
    w, rows, texts = sheet.scene.words, [], []
    for i in range(len(trace)):
        said = (w.mean_of if is_mean(trace) else w.max_of).replace("{count}", str(len(trace[i].taps)))
        name = f"{parts.names[i]}: {said} =" if parts.names[i] else f"{said} ="
        rows.append(reduction(sheet, trace[i], name, i, schedule.kinds[i] != "walk", color=parts.ink(sheet, i)))
        texts.append(" ".join(p.text for p in rows[-1]).replace("( ", "("))
    return rows, texts


def _set_lines(sheet: PlanBuilder, rows, low: float, last: float):
    """How the lines are set: a function that writes them, the pixels they take, whether all stand at the end.

    While its step goes each channel's line stands alone, in a place of its own where there is room for all.
    """
    if not sheet.scene.look.sum_line:
        return None, 0.0, False
    x0, _, x1, _ = sheet.inner
    word = sheet.px(WORD)
    slots = [list(c) for c in zip(*rows, strict=True)]
    gaps = [sums.WORD_GAP] * len(slots)
    gaps[2], gaps[-1] = 0.0, sums.GROUP
    size = min((s * word for s in (1.0, 0.97, 0.945)), key=lambda s: len(sums.wrap(slots, s, x1 - x0, gaps)))
    lines = sums.wrap(slots, size, x1 - x0, gaps)
    together = len(rows) * len(lines) <= MOST_LINES
    places = len(rows) if together else 1
    used = sums.height(places * len(lines), size)

    def write() -> None:
        widths = [max(width(p.text) for p in slot) * size for slot in slots]
        made = []
        for i in range(len(rows)):
            top = low + used - (i * len(lines) * sums.LINE * size if together else 0.0)
            alone = [row if k == i else None for k, row in enumerate(rows)]
            made += sums.set_lines(sheet, alone, lines, top, size, gaps, widths=widths, last=last)
            if together:
                stays = [[Piece(p.text, p.color, last, p.right) for p in row] if k == i else None
                         for k, row in enumerate(rows)]  # fmt: skip
                kept = sums.set_lines(sheet, stays, lines, top, size, gaps, widths=widths, last=NEVER)
                for points in kept:
                    points["visible_until"][:] = NEVER
                made += kept
        sheet.words("sum", "Sum", made)

    return write, used, together


def _stand(sheet: PlanBuilder, trace, parts: PoolLayout, explained, last: float) -> None:
    """The planes with their windows, ghosts and marks, their cells, and what travels."""
    places = place_of(trace)
    for c, (role, out) in enumerate(zip(parts.inputs, parts.outputs, strict=True)):
        input_block, output_block, name = parts.input_blocks[c], parts.output_blocks[c], parts.names[c]
        home, target = sheet.place(input_block), sheet.place(output_block)
        stands = np.full((len(trace), 3), FAR)
        stands[c] = places[0]
        track = sheet.track(f"{role}.track", stands)
        ink = parts.ink(sheet, c)
        points = _ghosts(input_plane(sheet, trace, c, parts.hues[c]), c - TAKES_OFF)
        sheet.volume(role, f"Input {name}".strip(), points, home, input_block.cells)
        points = output_plane(sheet, trace, parts.out_hues[c], channel=c)
        sheet.volume(out, f"Output {name}".strip(), points, target, output_block.cells)
        sheet.captions(role, input_block, color=ink, lives=((ALWAYS if parts.beside else Phase.PADDING, NEVER),))
        sheet.captions(out, output_block, color=ink)
        sheet.box_of(role, input_block)
        sheet.box_of(out, output_block)
        window_on(sheet, f"{role}.window", f"Window {name}".strip(), role, track, trace, jump=parts.count > 1)
        marker_on(sheet, out, trace, channel=c)
        if not is_mean(trace):
            mark = marks(sheet, trace, c, {c} & set(explained), parts.out_hues[c], last)
            sheet.volume(f"{role}.chosen", f"Chosen cell {name}".strip(), mark, home, input_block.cells,
                         contact_shadow=None)
        flights = Flights(sheet, trace, home, target, parts.gates(sheet, c), parts.hues[c], parts.out_hues[c])
        away = np.array(target) + BEFORE_ALL * sheet.camera.toward
        sheet.volume(out.replace("output", "flight"), f"Copies on their way {name}".strip(),
                     flights.of_step(c, trace[c]), away, output_block.cells, contact_shadow=None)  # fmt: skip


def build_plan(sheet: PlanBuilder, trace):
    """Story `collapse`: global pooling of one or several channels, in one or two dimensions."""
    scene, w = sheet.scene, sheet.scene.words
    title, word = w.title or scene.title or scene.id, sheet.px(WORD)
    x0, y0, x1, _ = sheet.inner
    top, last = sheet.title(title, _facts(scene, trace), legend_of(scene, trace)), len(trace) - 1 + ENDED
    schedule = make_schedule(len(trace), len(trace), scene, spent=STACK_OPEN_SECONDS + 0.5 if len(trace) > 1 else 0.0)
    parts = PoolLayout(sheet, trace)
    rows, texts = _lines(sheet, trace, parts, schedule)
    write, used, together = _set_lines(sheet, rows, y0, last)
    sheet.scale = parts.solve(sheet, (x0, y0 + used + 0.9 * word, x1, top - 0.5 * word))

    sizes = trace.input.shape[1:]
    if not parts.beside:
        start = open_stack(sheet, trace)
        said = [f"{w.input} {shape_text((*sizes, parts.count))}",
                f"{w.rows} {TIMES} {w.columns}" if len(sizes) == 2 else w.columns, f"{TIMES} {w.depth}"]  # fmt: skip
        # its front plane stands where the cells below are seen, so it is raised as far as the title allows
        highest = max(block.box[3] for block in parts.input_blocks)
        raised = min(sheet.camera.up[1] * (parts.count - 1) * sheet.scale - 0.6 * word, top - 0.3 * word - highest)
        stack_up(sheet, "input", parts.input_blocks, said, parts.names, start, raised=raised)
    else:
        opening(sheet, trace)
    step_times = run_clock(sheet.timeline, schedule, len(trace), scene, moves=MOVES)
    explained = [i for i, is_told in enumerate(schedule.explained) if is_told]
    _stand(sheet, trace, parts, explained, last)
    if parts.count == 1:
        stops = [(0, [(0, parts.input_blocks[0], place_of(trace)[0])], (1, parts.output_blocks[0], 0, 0))]
        add_lines(sheet, guide_segments(sheet, trace, stops), [parts.inputs[0], parts.outputs[0]])
    if write is not None:
        write()
        rule = w.global_mean_rule if is_mean(trace) else w.global_max_rule
        add_rule(sheet, rule.replace("{count}", str(as_rows(trace.input[0]).size)), y0 + used / 2)
        if not together:
            summary = w.global_summary.replace("{count}", str(parts.count))
            add_statement(sheet, "summary", summary, y0 + used / 2, last, NEVER, sheet.theme.ink)
    sheet.timeline.play("clock.step", last + 0.02, 0.05, easing="linear")
    sheet.timeline.wait(max(scene.timing.outro, SHORTEST - sheet.timeline.cursor))
    return sheet.plan(title, infos(trace, scene, step_times, texts))


