# SPDX-License-Identifier: GPL-3.0-or-later
"""Story `sliding`: a window slides over one plane; kernel, input and output stand side by side.

One channel, one filter, one or two dimensions.
"""

import numpy as np

from . import sums
from .facts import bias_text, cell_name, facts, legend_of, shape_text, size_formula
from .glyphs import TIMES, equals, number, operand
from .layout import Block, Grid
from .pace import reveal, run_clock
from .parts import (
    AWAY,
    TICK,
    add_home,
    add_lines,
    add_rule,
    add_ticks,
    as_rows,
    guide_segments,
    infos,
    input_plane,
    kernel_plane,
    marker_on,
    opening,
    output_plane,
    padded_shape,
    place_of,
    taps_of,
    visit,
    window_on,
)
from .plan import ALWAYS, LANDED, NEVER
from .sheet import WORD, Sheet
from .sums import Piece
from .theme import HUES


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
