# SPDX-License-Identifier: GPL-3.0-or-later
"""A close-up of the window at work: what it covers, the kernel, their products and the sum, in cells one can read.

For figures whose own cells are too small for numbers. Everything in it has a life on the clock, so that at every step
it shows that step and no other: values, products and sum change when the window lands.
"""

from dataclasses import dataclass, replace

import numpy as np

from ..page.glyphs import number, operand, width
from ..plan.plan import ALWAYS, BORN, LANDED, LEAVES, NEVER, Points, Window
from ..plan.schedule import reveal
from .builder import AIRY, DIGIT, FULL, NARROWEST, WORD, PlanBuilder, ink_width, plane, squeeze
from .layout import Block, Camera, Grid
from .primitives import as_rows, grow_shadow, wires
from .theme import Scale

RESULT = 1.5  # the sum's cell, in cells of the close-up
SIGN = 24.0  # font size of the signs between its parts
TIGHT = 0.85  # how far its numbers may be squeezed before its cells are made larger
LEAST_CELL, LARGEST_CELL = 24.0, 42.0


@dataclass
class Taps:
    """All steps of a trace as arrays: `values`, `products` and `real` (steps, taps); `totals` (steps,)."""

    values: np.ndarray
    products: np.ndarray
    real: np.ndarray
    totals: np.ndarray

    @classmethod
    def of(cls, trace) -> "Taps":
        steps = [trace[i] for i in range(len(trace))]
        return cls(np.array([s.values for s in steps]), np.array([s.products for s in steps]),
                   np.array([s.real for s in steps]), np.array([s.value for s in steps]))  # fmt: skip


class Inset:
    """The close-up's blocks and where they stand."""

    def __init__(self, sheet: PlanBuilder, trace):
        w, word = sheet.scene.words, sheet.px(WORD)
        self.sheet, self.trace, self.taps = sheet, trace, Taps.of(trace)
        self.shape = as_rows(trace.weight[0, 0]).shape
        cells = (self.shape[1], 1, self.shape[0])
        self.values = Block(w.covered, 0, 0, cells, [(w.covered, word)])
        self.kernel = Block(w.kernel, 0, 1, cells, [(w.kernel, word)])
        self.products = Block(w.products, 1, 0, cells, [(w.products, word)])
        total = w.total if trace.bias is None else f"{w.total} + {w.bias} {operand(trace.bias[0])}"
        self.result = Block(w.total, 1, 1, (1, 1, 1), [(total, word)], unit=RESULT)
        self.blocks = [self.values, self.kernel, self.products, self.result]
        if not sheet.scene.look.labels:
            for block in self.blocks:
                block.captions = []
        else:
            self.result.below = [(w.total, word)]  # room for the output cell's name, which may be wider

    def _place(self, index) -> list[str]:
        """An output cell's place, axis by axis."""
        w, base = self.sheet.scene.words, self.sheet.scene.look.index_from
        index = tuple(index)
        names = (w.row, w.column)[-len(index) :]
        return [f"{name} {int(i) + base}" for name, i in zip(names, index, strict=True)]

    def texts(self, kind: str) -> list[str]:
        """Every number that one of the parts will show."""
        found = {"values": self.taps.values, "products": self.taps.products, "result": self.taps.totals,
                 "kernel": self.trace.weight}[kind]  # fmt: skip
        return [number(v) for v in np.unique(found)]

    def needed(self) -> float:
        """Pixels a cell must have for its numbers to stand in it with ease."""
        widest = max(ink_width(t) for kind in ("values", "products", "kernel") for t in self.texts(kind))
        ease, least = TIGHT * widest * DIGIT / AIRY, 1.02 * NARROWEST * widest * DIGIT / FULL
        return self.sheet.px(max(LEAST_CELL, min(ease, 36.0), least))

    def solve(self, camera: Camera, region) -> float:
        """Fill a region (pixels) and return the pixels per cell."""
        x0, y0, x1, y1 = region
        sign = self.sheet.px(SIGN)
        self.grid = Grid(camera, self.blocks, [sign], 0.5 * sign)
        return self.grid.solve((x0 + 0.9 * sign, y0, x1 - 0.5 * sign, y1), largest=self.sheet.px(LARGEST_CELL))

    # what it shows -------------------------------------------------------------------------------------------------

    def put(self, schedule, step_times) -> None:
        """Write the close-up's parts on the sheet, for the steps as `schedule` tells them; `step_times` is how the
        clock ran."""
        sheet, trace, taps = self.sheet, self.trace, self.taps
        weights = as_rows(trace.weight[0, 0])
        scale = Scale(sheet.palette, "amber", trace.weight.min(), trace.weight.max())
        size = sheet.digits(self.texts("kernel"), self.kernel.unit)
        self._volume("kernel", self.kernel, plane(sheet, weights, scale, size=size, unit=self.kernel.unit))
        steps = np.arange(len(trace))
        values = Scale(sheet.palette, "blue", trace.input.min(), trace.input.max())
        made = self._cells(self.values, taps.values, values, "values", steps - LANDED, ghosts=~taps.real)
        self._volume("inset.values", self.values, Points.join([self._empty(self.values, ALWAYS, -LANDED), *made]))
        shades = Scale(sheet.palette, "violet", taps.products.min(), taps.products.max(), neutral=True)
        slow = [kind not in ("walk", "sweep") for kind in schedule.kinds]
        count = taps.values.shape[1]
        shown = np.array([[reveal(i, t, count + 1, slow=slow[i]) for t in range(count)] for i in steps])
        made = self._cells(self.products, taps.products, shades, "products", shown)
        empty = [self._empty(self.products, ALWAYS, shown[0])]
        empty += [self._empty(self.products, i - LANDED, shown[i]) for i in steps[1:] if slow[i]]
        self._volume("inset.products", self.products, Points.join(empty + made))
        self._result(steps)
        for role, block in (("inset.values", self.values), ("inset.products", self.products),
                            ("inset.result", self.result)):  # fmt: skip
            grow_shadow(sheet, role, block.cells[0], step_times, 0, 0)
        self._frames()
        self._signs()
        self._name_cells()

    def _name_cells(self) -> None:
        """Below the sum: which output cell is at work, at every step; axis by axis, so that few texts are made."""
        if not self.result.below_at:
            return
        sheet, size, (x, y) = self.sheet, self.result.below[0][1], self.result.below_at[0]
        shape, made = self.trace.output.shape[1:], []
        last = self._place(n - 1 for n in shape)
        tails = [", "] * (len(last) - 1) + [""]
        ends = np.cumsum([width(text + tail) * size for text, tail in zip(last, tails, strict=True)])
        for axis, (tail, end) in enumerate(zip(tails, ends, strict=True)):
            # what comes last starts where the rest ends
            rest = end if tail else end - width(last[axis]) * size
            at, align = x - ends[-1] / 2 + rest, "right" if tail else "left"
            index = np.indices(shape)[axis].ravel()
            starts = np.flatnonzero(np.append(True, np.diff(index) != 0))
            for first, after in zip(starts, [*starts[1:], None], strict=True):
                place = [0] * len(shape)
                place[axis] = index[first]
                made.append(sheet.text(self._place(place)[axis] + tail, at, y, size, sheet.theme.ink, align=align,
                                       visible_from=first - LANDED,
                                       visible_until=NEVER if after is None else after - LANDED))  # fmt: skip
        sheet.words("inset.place", "Output cell", made)

    def _volume(self, role: str, block: Block, points: Points) -> None:
        sheet = self.sheet
        sheet.volume(role, block.name, points, sheet.place(block), block.cells, unit=block.unit)
        sheet.captions(role, replace(block, below=[], below_at=[]))
        sheet.box_of(role, block)

    def _result(self, steps) -> None:
        sheet, trace, block = self.sheet, self.trace, self.result
        scale = Scale(sheet.palette, "violet", trace.output.min(), trace.output.max(), neutral=True)
        visible_from = steps - BORN
        made = self._cells(block, self.taps.totals[:, None], scale, "result", visible_from,
                           visible_until=steps + LEAVES, grow_time=BORN)
        empty = [self._empty(block, ALWAYS, visible_from[0])]
        empty += [self._empty(block, i - 1 + LEAVES, visible_from[i]) for i in steps[1:]]
        self._volume("inset.result", block, Points.join(empty + made))

    def _cells(self, block, table, scale, kind, visible_from, *, visible_until=None, ghosts=None,
               grow_time=0.0) -> list[Points]:
        """The cells of every step in one part: `table` (steps, cells) holds their numbers.

        They live from `visible_from` (per step, or per step and cell) until `visible_until`, or until the next window
        has landed.
        """
        sheet = self.sheet
        count, each = table.shape
        size = sheet.digits(self.texts(kind), block.unit)
        row, column = (np.tile(a.ravel(), count) for a in np.indices((block.cells[2], block.cells[0])))
        looks = {(v, g): self._look(scale, v, size, g) for v in np.unique(table) for g in (False, True)}
        flags = np.zeros(table.shape, bool) if ghosts is None else ghosts
        chosen = [looks[v, bool(g)] for v, g in zip(table.ravel(), flags.ravel(), strict=True)]
        steps = np.arange(count)
        until = (steps + LANDED if visible_until is None else visible_until).astype(float)
        until[-1] = NEVER
        visible_from = np.repeat(visible_from, each) if np.ndim(visible_from) == 1 else visible_from.ravel()
        return [Points.make(
            np.column_stack([column, 0 * row, -row]), row=row, column=column, value=table.ravel(), size=size or 0.5,
            step=np.repeat(steps, each), visible_from=visible_from, visible_until=np.repeat(until, each),
            grow_time=grow_time,
            **{key: [look[key] for look in chosen] for key in ("cube", "faded", "label", "label_faded", "stretch")},
        )]  # fmt: skip

    def _look(self, scale, value, size: float, ghost: bool) -> dict:
        """The point columns of a cell with its number; padding looks like padding."""
        p, text = self.sheet.palette, number(value) if size else ""
        look = {"label": -1, "label_faded": -1, "stretch": squeeze(ink_width(text), size) if size else 1.0}
        if not ghost:
            return look | scale.cell(value, text)
        color = self.sheet.theme.ghost
        label = p.label(text, p.faded_ink_on(color)) if text else -1
        return look | {"cube": p.cube(color, "ghost"), "faded": p.cube(color, "ghost"), "label": label,
                       "label_faded": label}  # fmt: skip

    def _empty(self, block: Block, visible_from, visible_until) -> Points:
        """A part's outlines, where it has no numbers yet."""
        shape = (block.cells[2], block.cells[0])
        row, column = (a.ravel() for a in np.indices(shape))
        kinds = wires(self.sheet, shape)
        return Points.make(np.column_stack([column, 0 * row, -row]), cube=kinds, faded=kinds, visible_from=visible_from,
                           visible_until=visible_until,
                           row=row, column=column)  # fmt: skip

    def _frames(self) -> None:
        """The window's frame around what it covers, and the mark around the sum."""
        sheet = self.sheet
        rows, columns = self.shape
        paint = sheet.palette.material(sheet.theme.frame, "flat")
        for role, parent, size, block in (("inset.values.frame", "inset.values", (columns, 1.0, rows), self.values),
                                          ("inset.result.frame", "inset.result", (1.0, 1.0, 1.0), self.result)):
            middle = np.array([[(size[0] - 1) / 2, 0.0, -(size[2] - 1) / 2]])
            track = sheet.track(f"{parent}.track", middle)
            thick = sheet.units(sheet.px(2.7)) / block.unit
            sheet.windows.append(Window(role, f"{block.name} frame", parent, track, size, paint, (-LANDED, NEVER),
                                        thick, flat=block is self.result))  # fmt: skip

    def _spots(self) -> list[tuple]:
        """The signs between the parts, each with its middle and its baseline (pixels)."""
        big, (x, _) = self.sheet.px(SIGN), self.grid.between(0, 0)
        level = [(b.box[1] + b.box[3]) / 2 - 0.35 * big for b in (self.values, self.products)]
        return [("\u00d7", x, level[0]), ("=", self.products.box[0] - 0.45 * big, level[1]),
                ("\u2192", (self.products.box[2] + self.result.box[0]) / 2, level[1])]  # fmt: skip

    def crossed(self, a, b) -> bool:
        """Whether a line between two places on the screen (pixels) meets the sign that stands left of the products."""
        big, (_, x, y) = self.sheet.px(SIGN), self._spots()[1]
        along = np.linspace(0, 1, 400)[:, None]
        spots = np.asarray(a) + (np.asarray(b) - np.asarray(a)) * along - (x, y + 0.35 * big)
        return bool((np.abs(spots) < 0.5 * big).all(axis=1).any())

    def _signs(self) -> None:
        """× between window and kernel, = before their products, an arrow to the sum."""
        sheet, big = self.sheet, self.sheet.px(SIGN)
        made = [sheet.text(s, x, y, big, sheet.theme.muted) for s, x, y in self._spots()]
        sheet.words("inset.signs", "Signs", made)
