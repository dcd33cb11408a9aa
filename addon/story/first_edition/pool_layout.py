# SPDX-License-Identifier: GPL-3.0-or-later
"""How poolings are laid out: one channel's input and output side by side; several channels' outputs below their inputs,
or beside them, all in a line, or line by line where they have one axis. Names are as long as there is room for.

What flies to an output cell enters it from the side on which no words stand.
"""

import numpy as np

from ..page.captions import shape_text, size_formula
from ..page.glyphs import TIMES
from ..traits.unread import left_over, said
from .builder import WORD, PlanBuilder
from .layout import Block, Grid
from .partial_sums import hue_of, names_of
from .pool_flight import Gate
from .pool_parts import hangs_over
from .primitives import TICK, as_rows, padded_shape
from .theme import HUES

ROW_GAP, CELL_GAP = 2.4, 1.0  # font sizes between inputs and the outputs below them, or a single cell
ABOVE = 1.05  # cells: the gates of outputs that stand below their inputs
LARGEST, LEAST = 84.0, 5.0  # pixels of a cell
BELOW, LINE, LINES = 1.0, 0.99, 0.9  # what the ways to lay several channels out are worth beside each other
NAMED = (1.0, 0.92, 0.8)  # and the lengths of names: "Input R 8 × 8", "R 8 × 8", "R"


class PoolLayout:
    """What one figure's parts are called, and where they stand once `solve` has been called."""

    def __init__(self, sheet: PlanBuilder, trace):
        scene = sheet.scene
        self.trace, self.count = trace, len(trace.input)
        self.names = names_of(scene, self.count) if self.count > 1 else [""]
        self.inputs = [f"input.{n}" if n else "input" for n in self.names]
        first = scene.look.index_from
        self.outputs = [f"output.{c + first}" for c in range(self.count)] if self.count > 1 else ["output"]
        self.hues = [hue_of(c, self.count) for c in range(self.count)]
        self.out_hues = self.hues if self.count == 3 else ["violet"] * self.count
        self.beside, self.input_blocks, self.output_blocks, self.grid = True, [], [], None

    def solve(self, sheet: PlanBuilder, room) -> float:
        """Stand everything in a region (x0, y0, x1, y1 in pixels); returns the pixels per cell."""
        tried = []
        for way in self.ways():
            for level, worth in enumerate(NAMED if self.count > 1 else (1.0,)):
                blocks = self._blocks(sheet, way, level)
                grid = self._grid(sheet, way, *blocks)
                tried.append((way * worth * grid.solve(room, largest=sheet.px(LARGEST)), way, blocks, grid))
        _, way, (self.input_blocks, self.output_blocks), self.grid = max(tried, key=lambda t: t[0])
        self.beside = way != BELOW
        return self.grid.scale

    def ways(self) -> list[float]:
        """How the parts may stand, by what each way is worth."""
        if self.count == 1:
            return [LINE]
        if self.trace.input.ndim == 2:
            return [BELOW, LINES]
        return [BELOW] if self.trace.output[0].size == 1 else [BELOW, LINE]

    def _grid(self, sheet: PlanBuilder, way: float, input_blocks, output_blocks) -> Grid:
        word, single = sheet.px(WORD), self.trace.output[0].size == 1
        gaps = {BELOW: [0.9 * word] * (self.count - 1), LINES: [1.6 * word],
                LINE: ([1.6 * word, 0.9 * word] * self.count)[:-1]}[way]  # fmt: skip
        row_gap = 0.3 if way == LINES else CELL_GAP if single else ROW_GAP
        return Grid(sheet.camera, [*input_blocks, *output_blocks], gaps, row_gap * word)

    def ink(self, sheet: PlanBuilder, channel: int):
        """The colour of words about a channel that has a hue of its own; None where channels have none."""
        return sheet.palette.words_in(HUES[self.hues[channel]]) if self.count == 3 else None

    def gates(self, sheet: PlanBuilder, channel: int):
        """Where cells fly into the output's rows, from the left, or into its columns, from above: past all words."""
        input_block, output_block = self.input_blocks[channel], self.output_blocks[channel]
        target, cell = np.array(sheet.place(output_block)), sheet.scale * output_block.unit

        def gate(row: int, column: int) -> Gate:
            if not self.beside:
                return Gate(target + (column, 0, ABOVE), np.array((0, 0, -1.0)))
            # the grid's column begins left of all of its block's words
            off = (self.grid.lefts[output_block.column] - output_block.origin[0]) / cell / sheet.camera.right[0] - 0.6
            # seen from the right, a curve would meet the input's indices
            last = sheet.place(input_block)[0] + input_block.cells[0] if sheet.scene.camera.azimuth > 0 else -np.inf
            return Gate(target + (min(off, -1.0), 0, -row), np.array((1.0, 0, 0)), last)

        return gate

    def _blocks(self, sheet: PlanBuilder, way: float, level: int):
        """The blocks of the inputs and of the outputs, with names of some length."""
        trace, over = self.trace, hangs_over(self.trace)
        rows, columns = padded_shape(trace)
        orows, ocols = as_rows(trace.output[0]).shape
        input_blocks, output_blocks = [], []
        for c, name in enumerate(self.names):
            above, below = self._captions(sheet, name, level)
            size = sheet.px(WORD)
            tick = 1.15 * sheet.px(TICK) if sheet.scene.look.labels else 0.0
            here, there = {BELOW: ((0, c), (1, c)), LINE: ((0, 2 * c), (0, 2 * c + 1)), LINES: ((c, 0), (c, 1))}[way]
            first = Block(name, *here, (columns + over[1], 1, rows + over[0]), [(text, size) for text in above],
                          tick=tick if self.count == 1 else 0.0)  # fmt: skip
            last = Block(name, *there, (ocols, 1, orows))
            if way != BELOW:
                last.captions, last.tick = [(text, size) for text in below], tick
            elif (orows, ocols) == (1, 1):
                last.beside = [(text, size) for text in below]
            else:
                last.below, last.foot = [(text, size) for text in below], tick if level + 1 < len(NAMED) else 0.0
            input_blocks.append(first)
            output_blocks.append(last)
        return input_blocks, output_blocks

    def _captions(self, sheet: PlanBuilder, name: str, level: int) -> tuple[list[str], list[str]]:
        """The lines above an input and those at its output."""
        scene, w, trace = sheet.scene, sheet.scene.words, self.trace
        if not scene.look.labels:
            return [], []
        sizes, out = trace.input.shape[1:], trace.output.shape[1:]
        grown = padded_shape(trace)[-len(sizes) :]
        shape = shape_text(sizes) + (f" \u2192 {shape_text(grown)}" if grown != sizes else "")
        rest = [said(scene, trace)] if left_over(trace).any() else []
        if self.count == 1:
            order = f" ({w.rows} {TIMES} {w.columns})" if len(sizes) == 2 else ""
            formula = size_formula(trace)
            at_output = [f"{w.output} {shape_text(out)}", *([formula] if formula else [])]
            return [f"{w.input} {shape}{order}", *rest], at_output
        made = "" if trace.output[0].size == 1 else f" {shape_text(out)}"
        if level == 0:
            return [f"{w.input} {name} {shape}", *rest], [f"{w.output} {name}{made}"]
        return ([f"{name}: {shape}"], [f"{name}:{made}"] if made else []) if level == 1 else ([name], [])


def too_small(scene, trace):
    """None, or (key, value, what would be right) where cells would be too small to be seen."""
    sheet = PlanBuilder(scene)
    x0, y0, x1, y1 = sheet.inner
    scale = PoolLayout(sheet, trace).solve(sheet, (x0, y0 + 4 * sheet.px(WORD), x1, y1 - 2 * sheet.px(WORD)))
    if scale >= LEAST * sheet.zoom:
        return None
    right = f"must be smaller, or fewer channels: {len(trace.input)} of that size make cells of {scale:.1f} pixels"
    return "input.size", scene.input.size, right
