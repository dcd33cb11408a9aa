# SPDX-License-Identifier: GPL-3.0-or-later
"""The output as a stack of slices: the one being written stands in front; full, it files in, and the older
ones give way.

So the newest slice is in front, the first at the back, each with its card.
"""

from dataclasses import dataclass

import numpy as np

from ..page import palette
from ..page.layout import Block
from ..page.view import UNIT
from ..plan.plan import ALWAYS, LANDED, NEVER, Points
from . import cards, volumes
from .excerpt import Excerpt, gaps
from .figure import Figure
from .windowed import OUTLINE, TUBE, Windowed, first_middle, rings

APART = 1.6  # cells from the slice being written to the one behind it, so that there is clear air between
THIN = 0.035  # of the outline of the block that the slices will make: its thickness in cells
SEEN = 0.25  # page units: the mark on the cell being made is not thinner
FILE = 0.35  # seconds in which a slice files in


def depth(slices: int, shown: Excerpt | None = None) -> float:
    """Cells that a stack of so many slices, of which some are shown, and the one before it take."""
    return (shown.deep if shown else volumes.deep(slices)) + (APART if slices > 1 else 0.0)


@dataclass
class Stack:
    """The output of a run: `values` (slices, rows, columns) in a block; its colours are the cast's `sum_fill(value,
    slice)`."""

    figure: Figure
    cast: Windowed
    block: Block
    values: np.ndarray
    names: list[tuple[str, str]] | None = None  # what the slices' cards say, and their colours; default: filters' cards
    shown: Excerpt | None = None  # which slices stand; default: all

    def __post_init__(self):
        self.slices, self.rows, self.columns = self.values.shape
        self.section = self.rows * self.columns
        self.shown = self.shown or Excerpt.whole(self.slices)
        self.front = first_middle(self.block.corner, self.block.cell, self.rows)
        self.back = APART if self.slices > 1 else 0.0  # where the stack begins, in cells behind the front

    def target(self, i: int) -> np.ndarray:
        """The world place of the cell that step `i` makes."""
        row, column = divmod(i % self.section, self.columns)
        return self.front + self.block.cell * np.array([column, 0, -row])

    def finished(self, number: int) -> np.ndarray:
        """The world place of a slice's first cell once all slices have been filed."""
        return self.front + (0.0, self.block.cell * self._behind(number, self.shown.numbers[-1]), 0.0)

    def add(self, beats, filing: float) -> None:
        """Every slice with its card, its cells and its way; `filing` is the second at which the last files in."""
        for order, number in enumerate(self.shown.numbers):
            self._slice(order, number, beats, filing)
        self._grounds()
        self._marker()
        if self.shown.hidden:
            self._dots(filing)

    def _behind(self, number: int, newest: int) -> float:
        """How many cells behind the front a slice stands once the newest has been filed, and room has been made for the
        slices after that which do not stand."""
        then = next((b - 1 for a, b in self.shown.breaks if a == newest), None)
        room = 0.0 if then is None else self.shown.spot(then + 1) - self.shown.spot(newest) - 1 - volumes.GAP
        return self.back + self.shown.spot(newest) + room - self.shown.spot(number)

    def _slice(self, order: int, number: int, beats, filing: float) -> None:
        figure, unit, section = self.figure, self.block.cell, self.section
        births = number * section + np.arange(section, dtype=float)
        last = number + 1 == self.slices
        appears = number * section - 0.6 if number else ALWAYS
        values = self.values[number]
        def fill(value, _):
            return self.cast.sum_fill(value, number)

        cells = volumes.coming(figure, values, fill, births, cell=unit)
        cells["channel"][:] = number
        if section == 1:
            volumes.loosened(cells.data, unit)
        texts = volumes.texts_of(cells, visible_from=births,
            visible_until=NEVER if last else (number + 1) * section - 0.97)
        cells["label"][:] = cells["label_faded"][:] = -1
        everywhere = np.ones((1, self.rows, self.columns), bool)
        parts = [cells, texts, volumes.glass(figure, everywhere, everywhere, visible_from=appears,
            visible_until=births)]
        name, base = figure.scene.words.output, figure.scene.look.index_from
        if self.slices == 1:
            figure.volume("output", name, parts, self.front, unit)
            return
        at = cards.beside(self.columns, self.rows, 0.0, number=len(self.shown) - 1 - order)
        said = self.names[number] if self.names else (str(number + base), palette.card(number))
        parts.append(cards.card(figure, *said, at, cards.HIGH, visible_from=appears))
        role = f"output.{number}"
        figure.volume(role, f"{name} {number + base}", parts, self.front, unit)
        channel, line = f"{role}.location.y", figure.timeline
        line.declare(channel, self.front[1])
        for k in self.shown.numbers[order:]:
            at = beats.pauses[(k + 1) * section][0] if k + 1 < self.slices else filing
            line.add(channel, self.front[1] + unit * self._behind(number, k), FILE, at=at)

    def _grounds(self) -> None:
        """The shadows of the slice being written and of the stack behind it, as deep as it is; around what is still to
        come the outline of the whole block."""
        figure, rows, columns, unit = self.figure, self.rows, self.columns, self.block.cell
        steps = self.slices * self.section
        if self.slices == 1:
            figure.casts(self.block.corner, self.block.corner + unit * np.array([columns, 1, rows]), 0.5)
            return
        middle, low = (columns - 1) / 2, 0.5 - rows
        front = [(ALWAYS, steps - 0.6)]
        if self.shown.hidden:
            front = [(ALWAYS, self.passing[0] - 0.8), (self.passing[1] - 0.6, steps - 0.6)]
        shades = [volumes.shade(figure, (columns, 1, rows), (middle, 0, low), strength=0.5,
                                visible_from=a, visible_until=b) for a, b in front]  # fmt: skip
        # of each slice that is filed: from then on until the next is
        filed = [((k + 1) * self.section - 0.8 if k + 1 < self.slices else steps - 0.6) for k in self.shown.numbers]
        for order, newest in enumerate(self.shown.numbers):
            until = filed[order + 1] if order + 1 < len(filed) else NEVER
            for run in self.shown.runs:
                if run[0] > newest:
                    continue
                back, front = self._behind(run[0], newest), self._behind(min(run[-1], newest), newest)
                at, size = (middle, (front + back) / 2, low), (columns, back - front + 1, rows)
                shades.append(volumes.shade(figure, size, at, visible_from=filed[order], visible_until=until))
        figure.volume("output.shadow", "Output shadow", shades, self.front, unit)
        deep = self.shown.deep
        kind = figure.cube(OUTLINE, f"tube {columns + 0.03:g} {deep + 0.06:.4g} {rows + 0.05:g} {THIN:g}")
        figure.volume("output.outline", "Output outline",
                      [Points.make([(middle, self.back + (deep - 1) / 2, (1 - rows) / 2)], cube=kind,
                                   visible_until=steps - 0.6)], self.front, unit)  # fmt: skip

    @property
    def passing(self) -> tuple[int, int]:
        """The steps of the slices that do not stand: the first, and the first after them."""
        return next(((a + 1) * self.section, b * self.section) for a, b in self.shown.breaks)

    def _dots(self, filing: float) -> None:
        """Three dots for the slices that do not stand, from when the first of them is there; they make room for the
        last slice, too."""
        line, channel, high = self.figure.timeline, "output.more.location.y", self.back * self.block.cell
        at = self.front + (0.0, high, 0.0)
        gaps(self.figure, "output", self.shown, at, self.block.cell, (self.rows, self.columns), flip=True,
             lives=[(self.passing[0], NEVER)])  # fmt: skip
        line.declare(channel, at[1] - (1 + volumes.GAP) * self.block.cell)
        line.add(channel, at[1], FILE, at=filing)

    def _marker(self) -> None:
        """The ring around the cell that is being made."""
        thick = max(TUBE, SEEN * UNIT / self.block.cell)
        row, column = (a.ravel() for a in np.indices((self.rows, self.columns)))
        index = np.arange(self.slices * self.section)
        at = np.tile(np.column_stack([column, 0 * column, -row]), (self.slices, 1))
        marks = rings(self.figure, at, (1.03, 1.03), thick, visible_from=index - LANDED, visible_until=index + LANDED,
                      step=index)
        # it does not stay where a slice was that files in
        marks["visible_until"][self.section - 1 :: self.section] = index[self.section - 1 :: self.section] + 5e-4
        marks["visible_until"][-1] = len(index) - 0.45
        marks = marks.only(np.isin(index // self.section, self.shown.numbers))
        self.figure.volume("output.marker", "Output marker", marks, self.front, self.block.cell)
