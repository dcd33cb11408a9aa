# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the parts of a transposed convolution stand: four columns, which its two views share.

From left to right the input, the kernel over its working place, the gathered output and the stamped one. While it is
stamped, the latter has the room of both, for it is as large as the stamps reach.
"""

from dataclasses import dataclass, replace

from ..page.captions import shape_text
from ..page.glyphs import TIMES, number, width
from .builder import WORD, PlanBuilder
from .layout import Block, Grid
from .primitives import TICK, as_rows


@dataclass
class Layout:
    """The solved sheet: every part's block. `small` is the compact input, `wide` the canvas while it is stamped."""

    input_block: Block
    small: Block
    kernel: Block
    work: Block
    output_block: Block
    kept: Block
    wide: Block
    grid: Grid


def formula(trace, axis: int = -1) -> str:
    """How the output's size comes about, as in "(3 − 1)×2 + 3 − 2×1 = 5"."""
    n, k, (before, after) = trace.input.shape[axis], trace.kernel_size[axis], trace.padding[axis]
    s, d, more = trace.stride[axis], trace.dilation[axis], trace.output_padding[axis]
    span = f"{k}" if d == 1 else f"{d}{TIMES}{k - 1} + 1"
    pads = "" if not before + after else f" \u2212 2{TIMES}{before}" if before == after else f" \u2212 {before + after}"
    extra = f" + {more}" if more else ""
    return f"({n} \u2212 1){TIMES}{s} + {span}{pads}{extra} = {trace.output.shape[axis]}"


def lay_out(sheet: PlanBuilder, trace, stamp_grid, ground, region) -> Layout:
    """Solve the sheet: four columns; in the last two together the canvas has room while it is stamped."""
    w, word, labels = sheet.scene.words, sheet.px(WORD), sheet.scene.look.labels
    sizes, out, spatial = trace.input.shape[1:], trace.output.shape[1:], trace.input.ndim - 1
    irows, icols = as_rows(trace.input[0]).shape
    orows, ocols = as_rows(trace.output[0]).shape
    krows, kcols = as_rows(trace.weight[0, 0]).shape
    tick = 1.15 * sheet.px(TICK)
    order = f" ({w.rows} {TIMES} {w.columns})" if spatial == 2 else ""
    size = [(f"{w.input} {shape_text(sizes)}{order}", word)]
    zeros = [(w.with_zeros.replace("{shape}", shape_text(ground.shape[-spatial:])), word)]
    name = (f"{w.output} {shape_text(out)}", word)
    input_block = Block(w.input, 0, 0, (ground.shape[1], 1, ground.shape[0]),
                  [(f"{w.input} {shape_text(sizes)}", word), *zeros], tick=tick)  # fmt: skip
    small = Block(w.input, 0, 0, (icols, 1, irows), size, tick=tick)
    both = Block(w.kernel, 0, 1, (kcols, 1, 2 * krows),
                 [(f"{w.kernel} {shape_text(trace.kernel_size)}", word)])  # fmt: skip
    output_block = Block(w.output, 0, 2, (ocols, 1, orows), [name, (w.by_gathering, word)], tick=tick)
    kept = Block(w.output, 0, 3, (ocols, 1, orows), [name, (w.by_stamping, word)], tick=tick)
    wide = Block(w.output, 0, 3, (stamp_grid.shape[1], 1, stamp_grid.shape[0]),
                 [(f"{name[0]}, {w.by_stamping}", word), (formula(trace), word)], tick=tick)  # fmt: skip
    for block in (input_block, small, both, output_block, kept, wide):
        if not labels:
            block.captions, block.tick = [], 0.0
    # the working place has names of its own, and the compact input: they may be wider than what stands below
    values = [number(v) for v in trace.input.ravel()]
    factors = [w.each_value, *values]
    names = {w.flipped, *(w.factor.replace("{factor}", v) for v in factors)} if labels else {""}
    named = [Block(w.kernel, 0, 1, (1, 1, 1), [(max(names, key=width), word)]),
             Block(w.input, 0, 0, (1, 1, 1), small.captions)]  # fmt: skip
    gaps = [0.2 * word, 0.7 * word, 0.6 * word] if labels else [1.2 * word, 1.2 * word, 1.8 * word]
    grid = Grid(sheet.camera, [input_block, both, *named, output_block, kept], gaps, 0.0)
    largest, between = sheet.px(54), 1.0
    while True:
        both.cells = (kcols, 1, 2 * krows + between)
        sheet.scale = grid.solve(region, largest=largest)
        room = grid.lefts[3] + grid.widths[3] - grid.lefts[2]
        alone = Grid(sheet.camera, [replace(wide, row=0, column=0)], [], 0.0)
        alone = alone.solve((0.0, region[1], room, region[3]), largest=sheet.scale)
        needed = _air(sheet, kcols, word if labels else 0.3 * word)
        if alone > sheet.scale - 1e-6 and between > needed - 1e-3:
            break
        # the canvas may be the widest of all: smaller cells, until it has room; they need more air, in cells
        largest = sheet.scale if alone > sheet.scale - 1e-6 else max(alone, 0.97 * sheet.scale)
        between = max(between, needed)
    scale, camera = sheet.scale, sheet.camera
    top = Block(w.kernel, 0, 1, (kcols, 1, krows), both.captions, origin=both.origin)
    below = shifted(camera, both.origin, (0, 0, -krows - between), scale)
    work = Block(w.kernel, 0, 1, (kcols, 1, krows), origin=below)
    small.origin = shifted(camera, input_block.origin, (ground.compact[1], 0, -ground.compact[0]), scale)
    wide.settle(camera, scale)  # where it would be, to know how high it is with its words
    over = max([y + word for _, y in wide.captions_at], default=wide.box[3]) - wide.origin[1]
    x0, y0, x1, y1 = (v * scale for v in wide.extent(camera))
    high = (kept.box[1] + kept.box[3] - y0 - y1) / 2
    high = min(max(high, region[1] - y0), region[3] - over)
    wide.origin = grid.lefts[2] + (room - x0 - x1) / 2, high
    for block in (top, work, small, wide):
        block.settle(camera, scale)
    # an uneven border puts the compact input out of its column's middle; its caption stays within the column
    left, right = grid.lefts[0], grid.lefts[0] + grid.widths[0]
    small.captions_at = [(min(max(x, left + width(text) * size / 2), right - width(text) * size / 2), y)
                         for (text, size), (x, y) in zip(small.captions, small.captions_at, strict=True)]  # fmt: skip
    return Layout(input_block, small, top, work, output_block, kept, wide, grid)


def _air(sheet: PlanBuilder, columns: int, word: float) -> float:
    """The cells between two blocks in one column that leave room for a caption: their slant, and its height."""
    one = sheet.camera.box((-0.5, -0.5, -0.5), (columns - 0.5, 0.5, 0.5))
    row = sheet.camera.up[2]
    return float((one[3] - one[1] - row) / row + sheet.units(1.6 * word) / row)


def shifted(camera, origin, cells, scale: float) -> tuple[float, float]:
    """A screen place, so many cells further."""
    x, y = camera.project(cells) * scale
    return origin[0] + float(x), origin[1] + float(y)


def words_over(sheet: PlanBuilder, role: str, name: str, parent: str, home, rows) -> None:
    """Captions over parts of one volume, which is first at `home` (pixels): rows of (block, born, dies), or of
    (block, born, dies, home) where it stands elsewhere then."""
    made = []
    for block, visible_from, visible_until, *moved in rows:
        ox, oy = moved[0] if moved else home
        for index, ((body, size), (x, y)) in enumerate(zip(block.captions, block.captions_at, strict=True)):
            ink = sheet.theme.muted if index else sheet.theme.ink
            made.append(sheet.text(body, x - ox, y - oy, size, ink, visible_from=visible_from,
                                   visible_until=visible_until, z=-8.0, home=(ox, oy)))
    sheet.words(role, name, made, parent)
