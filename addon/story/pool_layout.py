# SPDX-License-Identifier: GPL-3.0-or-later
"""How poolings are laid out: one channel's input and output side by side, several channels' below one another.

What flies to an output cell enters it from the side on which no words stand.
"""

import numpy as np

from .facts import shape_text, size_formula
from .glyphs import TIMES
from .layout import Block, Grid
from .leftover import left_over, said
from .parts import TICK, as_rows, padded_shape
from .pool_flight import Gate
from .pool_parts import hangs_over
from .shares import hue_of, names_of
from .sheet import WORD, Sheet
from .theme import HUES

NAMED = 4  # channels whose planes have room for more words than their names
ROW_GAP, CELL_GAP = 2.4, 1.0  # font sizes between inputs and the outputs below them, or a single cell
ABOVE = 1.05  # cells: the gates of outputs that stand below their inputs


def _holds(trace) -> bool:
    """Whether the formula for the size is the whole truth: rounded up, a window behind the input is left out."""
    n, k, s, d = (a[-1] for a in (trace.input.shape, trace.kernel_size, trace.stride, trace.dilation))
    reach = n + sum(trace.padding[-1]) - d * (k - 1) - 1
    return trace.output.shape[-1] == (-(-reach // s) if trace.ceil_mode else reach // s) + 1


class Parts:
    """What one figure's parts are called and where they stand."""

    def __init__(self, sheet: Sheet, trace):
        scene = sheet.scene
        self.count = len(trace.input)
        self.names = names_of(scene, self.count) if self.count > 1 else [""]
        self.inputs = [f"input.{n}" if n else "input" for n in self.names]
        first = scene.look.index_from
        self.outputs = [f"output.{c + first}" for c in range(self.count)] if self.count > 1 else ["output"]
        self.hues = [hue_of(c, self.count) for c in range(self.count)]
        self.out_hues = self.hues if self.count == 3 else ["violet"] * self.count
        self.given, self.made = self._blocks(sheet, trace)
        gaps = [0.9 * sheet.px(WORD)] * (self.count - 1) if self.count > 1 else [1.6 * sheet.px(WORD)]
        row_gap = (CELL_GAP if trace.output[0].size == 1 else ROW_GAP) * sheet.px(WORD)
        self.grid = Grid(sheet.camera, [*self.given, *self.made], gaps, row_gap)
        if not scene.look.labels:
            for block in (*self.given, *self.made):
                block.captions, block.below, block.beside, block.tick, block.foot = [], [], [], 0.0, 0.0

    def ink(self, sheet: Sheet, channel: int):
        """The colour of words about a channel that has a hue of its own; None where channels have none."""
        return sheet.palette.words_in(HUES[self.hues[channel]]) if self.count == 3 else None

    def gates(self, sheet: Sheet, channel: int):
        """Where cells fly into the output's rows, from the left, or into its columns, from above: past all words."""
        made = self.made[channel]
        target, cell = np.array(sheet.place(made)), sheet.scale * made.unit

        def gate(row: int, column: int) -> Gate:
            if self.count > 1:
                return Gate(target + (column, 0, ABOVE), np.array((0, 0, -1.0)))
            # the grid's column begins left of all of its block's words
            off = (self.grid.lefts[1] - made.origin[0]) / cell / sheet.camera.right[0] - 0.6
            return Gate(target + (min(off, -1.0), 0, -row), np.array((1.0, 0, 0)))

        return gate

    def _blocks(self, sheet: Sheet, trace):
        """Inputs and outputs: side by side where there is one channel, else below one another."""
        scene, w, word = sheet.scene, sheet.scene.words, sheet.px(WORD)
        sizes, out = trace.input.shape[1:], trace.output.shape[1:]
        rows, columns = padded_shape(trace)
        grown = (rows, columns)[-len(sizes) :]
        padded = f" \u2192 {shape_text(grown)}" if grown != sizes else ""
        order = f" ({w.rows} {TIMES} {w.columns})" if len(sizes) == 2 and self.count == 1 else ""
        over, (orows, ocols) = hangs_over(trace), as_rows(trace.output[0]).shape
        tick, few = 1.15 * sheet.px(TICK), self.count <= NAMED
        rest = [(said(scene, trace), word)] if left_over(trace).any() and few else []
        cells, made_cells = (columns + over[1], 1, rows + over[0]), (ocols, 1, orows)
        if self.count == 1:
            formula = [(size_formula(trace), word)] if not trace.op.startswith("global") and _holds(trace) else []
            given = Block(w.input, 0, 0, cells, [(f"{w.input} {shape_text(sizes)}{padded}{order}", word), *rest],
                          tick=tick)  # fmt: skip
            made = Block(w.output, 0, 1, made_cells, [(f"{w.output} {shape_text(out)}", word), *formula], tick=tick)
            return [given], [made]
        given, made = [], []
        for c, name in enumerate(self.names):
            head = f"{w.input} {name} {shape_text(sizes)}{padded}" if few else name
            given.append(Block(name, 0, c, cells, [(head, word), *rest]))
            if made_cells == (1, 1, 1):
                made.append(Block(name, 1, c, made_cells, beside=[(f"{w.output} {name}", word)] if few else []))
                continue
            below = [(f"{w.output} {name} {shape_text(out)}", word)] if few else []
            made.append(Block(name, 1, c, made_cells, below=below, foot=tick if few else 0.0))
        return given, made
