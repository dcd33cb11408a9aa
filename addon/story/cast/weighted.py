# SPDX-License-Identifier: GPL-3.0-or-later
"""A weighted sum on the stage: what each step brings to the bench, in which colours, and how it is written."""

from dataclasses import dataclass, field

import numpy as np

from ..page import palette
from ..page.glyphs import TIMES
from ..page.numerals import ABOUT, EQUAL, Numerals
from .bench import Operands
from .excerpt import Excerpt
from .figure import SUM, Figure
from .windowed import Windowed, with_rows

WRITTEN = 32  # products: of more, a line says the sum alone


@dataclass
class Weighted(Windowed):
    """The cast of one run of a weighted operation; `inner`: which channels of a filter stand (default: all). Each of
    them has a panel on the bench, the others have one sum together."""

    inner: Excerpt | None = field(default=None, kw_only=True)

    def __post_init__(self):
        super().__post_init__()
        self.inner = self.inner or Excerpt.whole(self.per)
        self.weight_greatest = self.scale_of(self.trace.weight)
        sums = [abs(float(v)) for v in (self.trace.output.min(), self.trace.output.max())]
        self.sum_greatest = max(sums) or 1.0

    @staticmethod
    def scale_of(*weights) -> float:
        """The size at which a weight's shade is the deepest."""
        greatest = max(float(np.abs(w).max()) for w in weights)
        return 1.5 if greatest == 1 else max(greatest, 1.0)  # ones are no extremes: the deepest stay for sums

    def weight_fill(self, value, channel: int = 0) -> str:
        return palette.signed(value, self.weight_greatest)

    def sum_fill(self, value, channel: int = 0) -> str:
        return palette.signed(self.figure.numbers.value(value), self.sum_greatest)

    @property
    def per(self) -> int:
        """How many channels a filter reads."""
        return self.trace.weight.shape[1]

    def operands(self, i: int, weight_places, weight_cell: float, target, target_cell: float, hover,
                 at: int | None = None) -> Operands:  # fmt: skip
        """What step `i` brings to the bench; `weight_places(step)` gives its weights' world places (n, 3). `at`: the
        clock's step, where that is another."""
        step = self.trace[i]
        inner, spots = with_rows(step.kernel_index), with_rows(step.positions)
        before, seen = np.array([p[0] for p in self.pads]), np.isin(inner[:, 0], self.inner.numbers)
        rest = float(step.products[~seen].sum()) if self.inner.hidden else None
        inner, spots, values, weights, products, real = (
            a[seen] for a in (inner, spots, step.values, step.weights, step.products, step.real))  # fmt: skip
        place = self.place(spots[:, 0], spots[:, 1] + before[0], spots[:, 2] + before[1])
        theme = self.figure.theme
        fills = [self.fill(v, int(c)) if real else theme.padding
                 for v, c, real in zip(values, spots[:, 0], real, strict=True)]  # fmt: skip
        return Operands(index=i if at is None else at, values=values, weights=weights, products=products,
                        bias=None if self.trace.bias is None else float(step.bias), value=float(step.value),
                        rest=rest, channel=np.searchsorted(self.inner.numbers, inner[:, 0]), row=inner[:, 1],
                        column=inner[:, 2], fills=fills, weight_fills=[self.weight_fill(w) for w in weights],
                        inks=[None if r else theme.padding_ink for r in real], places=place,
                        weight_places=weight_places(step)[seen], cell=self.cell, weight_cell=weight_cell,
                        target=np.asarray(target), target_cell=target_cell, hover=np.asarray(hover, float))  # fmt: skip


def terms_of(step) -> list:
    """What a step's sum adds: its products and its bias, if there is one."""
    return [*step.products, *([step.bias] if step.bias else [])]


def line_text(figure: Figure, step, columns: int) -> str:
    """A step's products as a sum, a kernel row after the other, set apart, and what they come to; of a single product
    its factors. Where that is wider than the page, the sums of the kernel's rows are in their place."""
    numbers, terms, value = figure.numbers, terms_of(step), step.value
    if len(terms) == 1:
        return pairs_text(numbers, step) + f" {numbers.equals(value, _pairs(step))} {numbers.text(value)}"
    rows = [step.products[k : k + columns] for k in range(0, len(step.products), columns)]
    sums = [" + ".join(map(numbers.operand, row)) for row in rows]
    sums[0] = " + ".join([numbers.text(rows[0][0]), *map(numbers.operand, rows[0][1:])])
    said = "   +   ".join([*sums, *([numbers.operand(step.bias)] if step.bias else [])])
    line = f"{said} {numbers.equals(value, terms)} {numbers.text(value)}"
    if figure.long(line, SUM) <= figure.page.width - 16.0:
        return line
    terms = [*(row.sum() for row in rows), *terms[len(step.products) :]]
    said = " + ".join([numbers.text(terms[0]), *map(numbers.operand, terms[1:])])
    return f"{said} {numbers.equals(value, terms)} {numbers.text(value)}"


def pairs_text(numbers: Numerals, step) -> str:
    """A step's values times their weights."""
    return " + ".join(numbers.operand(v) + TIMES + numbers.operand(w) for v, w in _pairs(step))


def _pairs(step) -> list[tuple]:
    return list(zip(step.values, step.weights, strict=True))


def sum_text(numbers: Numerals, step, name: str) -> str:
    """A step's sum as one line: its products, what they come to, its bias, its value."""
    value, pairs, terms = step.value, _pairs(step), terms_of(step)
    if len(pairs) > WRITTEN:
        return f"{name} {numbers.sign(value)} {numbers.text(value)}"
    bias = f" + {numbers.operand(step.bias)}" if step.bias else ""
    said = f"{name} {numbers.sign(*step.values, *step.weights, step.bias)} {pairs_text(numbers, step)}{bias}"
    if len(terms) > 1:
        each = all(numbers.equals(p, [pair]) == EQUAL for p, pair in zip(step.products, pairs, strict=True))
        come = " + ".join(map(numbers.operand, step.products))
        said += f" {EQUAL if each else ABOUT} {come}{bias}"
    else:
        terms = pairs
    return f"{said} {numbers.equals(value, terms)} {numbers.text(value)}"
