# SPDX-License-Identifier: GPL-3.0-or-later
"""Story `sliding`: a window slides over one plane; kernel, input and output stand side by side.

One channel, one filter, one or two dimensions.
"""

import numpy as np

from . import sums
from .facts import bias_text, facts, legend_of, shape_text, size_formula
from .glyphs import TIMES, width
from .guides import add_lines, guide_segments
from .layout import Block, Grid
from .pace import ENDED, run_clock, schedule
from .parts import (
    TICK,
    add_home,
    add_rule,
    add_sweeping,
    add_ticks,
    as_rows,
    infos,
    input_plane,
    kernel_plane,
    marker_on,
    opening,
    output_plane,
    padded_shape,
    pads_of,
    place_of,
    taps_of,
    visit,
    window_on,
)
from .plan import LANDED
from .shares import product_rows
from .sheet import WORD, Sheet


def suits(scene, trace) -> bool:
    """One channel, one filter."""
    return trace.op == "conv" and len(trace.input) == len(trace.output) == 1


def refusal(scene, trace):
    """Why it cannot tell this one."""
    if trace.op != "conv":
        return "op.type", scene.op.type, "must be conv for the story sliding"
    if len(trace.input) > 1:
        return "story", "sliding", "tells one input channel; for several it must be channels or filters"
    if len(trace.output) > 1:
        return "story", "sliding", "tells one filter; for several it must be filters"
    return None


def tell(sheet: Sheet, trace):
    """Story `sliding`: a convolution of one channel with one filter, in one or two dimensions."""
    scene, w = sheet.scene, sheet.scene.words
    title, word = w.title or scene.title or scene.id, sheet.px(WORD)
    top = sheet.title(title, facts(scene, trace, trace.kernel_size) + ",  " + bias_text(scene, trace),
                      legend_of(scene, trace))  # fmt: skip
    x0, y0, x1, _ = sheet.inner
    orows, ocols = as_rows(trace.output[0]).shape
    plan = schedule(len(trace), ocols, scene, spent=1.1 if any(sum(p) for p in trace.padding) else 0.0)
    upper, lower, texts = product_rows(sheet, trace, plan)
    slots = [list(c) for c in zip(*(u + d for u, d in zip(upper, lower, strict=True) if u), strict=True)]
    slots = [a + b for a, b in zip(slots[: len(upper[0])], slots[len(upper[0]) :], strict=True)]
    kinds = ["name"] + ["product"] * len(trace[0].taps) + ["bias"] * (trace.bias is not None) + ["result"]
    gaps = sums.gaps_of(kinds, trace.kernel_size[-1])
    lines, used, size = [], 0.0, word
    if scene.look.sum_line:
        # a little smaller rather than on one line more
        size = min((s * word for s in (1.0, 0.97, 0.945)), key=lambda s: len(sums.wrap(slots, s, x1 - x0, gaps)))
        lines = sums.wrap(slots, size, x1 - x0, gaps)
        used = sums.height(2 * len(lines), size)
    rows, columns = padded_shape(trace)
    sizes, out = trace.input.shape[1:], trace.output.shape[1:]
    krows, kcols = as_rows(trace.weight[0, 0]).shape
    order = f"({w.rows} {TIMES} {w.columns})" if len(sizes) == 2 else ""
    padded = f" \u2192 {shape_text((rows, columns)[-len(sizes):])}" if (rows, columns)[-len(sizes):] != sizes else ""
    kernel = Block(w.kernel, 0, 0, (kcols, 1, krows), [(f"{w.kernel} {shape_text(trace.kernel_size)}", word)])
    tick = 1.15 * sheet.px(TICK)
    given = Block(w.input, 0, 1, (columns, 1, rows),
                  [(f"{w.input} {shape_text(sizes)}{padded} {order}".strip(), word)], tick=tick)  # fmt: skip
    made = Block(w.output, 0, 2, (ocols, 1, orows),
                 [(f"{w.output} {shape_text(out)}", word), (size_formula(trace), word)],
                 tick=tick)  # fmt: skip
    if not scene.look.labels:
        for block in (kernel, given, made):
            block.captions, block.tick = [], 0.0
    grid = Grid(sheet.camera, [kernel, given, made], [1.2 * word, 1.6 * word], 0.0)
    sheet.scale = grid.solve((x0, y0 + used + 0.9 * word, x1, top - 0.5 * word), largest=sheet.px(54))

    opening(sheet, trace)
    pace = run_clock(sheet.timeline, plan, ocols, scene)
    places, back, last = place_of(trace), 0.01, len(trace) - 1 + ENDED
    track = sheet.track("input.track", places)
    home, parked = sheet.place(given), sheet.place(kernel)
    sheet.volume("input", w.input, input_plane(sheet, trace, 0, "blue"), home, given.cells, track=track,
                 fade=(-LANDED, last), **taps_of(trace))  # fmt: skip
    sheet.volume("kernel", w.kernel, kernel_plane(sheet, trace, 0, True), parked, kernel.cells)
    add_home(sheet, "kernel", w.kernel, kernel, parked, back)
    sheet.volume("output", w.output, output_plane(sheet, trace), sheet.place(made), made.cells)
    sheet.captions("input", given)
    sheet.captions("output", made)
    add_ticks(sheet, "output", made)
    add_ticks(sheet, "input", given, pads_of(trace))
    for role, block in (("kernel", kernel), ("input", given), ("output", made)):
        sheet.box_of(role, block)
    window_on(sheet, "input.window", "Window", "input", track, trace)
    marker_on(sheet, "output", trace)
    middle = np.array([(kcols - 1) / 2, 0, -(krows - 1) / 2])
    visit(sheet, "kernel", parked, np.array(home) + places[0] - middle, pace)
    stops = [(i, [(0, given, places[i])], (1, made, *divmod(i, ocols))) for i, told in enumerate(plan.told) if told]
    add_lines(sheet, guide_segments(sheet, trace, stops), ["input", "output"])
    big, signs = sheet.px(26), []
    for column, symbol, block, low in ((0, "*", kernel, 0.3), (1, "=", made, 0.08)):
        # level with the captions: further down the indices are near
        x, y = grid.between(column, 0)
        y = block.captions_at[-1][1] if block.captions else y
        signs.append(sheet.text(symbol, x, y - low * big, big, sheet.theme.muted))
    sheet.words("signs", "Signs", signs)
    if scene.look.sum_line:
        widths = [max(width(p.text) for p in slot) * size for slot in slots]
        low = sums.LINE * size
        made_of = sums.set_lines(sheet, upper, lines, y0 + used, size, gaps, widths=widths, last=last, pitch=2)
        comes_to = sums.set_lines(sheet, lower, lines, y0 + used - low, size, gaps, widths=widths, last=last, pitch=2)
        sheet.words("sum", "Sum", made_of + comes_to)
        summary = w.summary.replace("{count}", str(len(trace)))
        add_rule(sheet, summary, y0 + used / 2, born=last)
        add_sweeping(sheet, plan, w.sweep.replace("{count}", str(len(trace))), y0 + used / 2)
        add_rule(sheet, w.rule.replace("{count}", str(len(trace[0].taps))), y0 + used / 2)
    sheet.timeline.play("clock.step", last + 0.02, 0.05, easing="linear")
    sheet.timeline.wait(scene.timing.outro)
    return sheet.plan(title, infos(trace, scene, pace, texts))
