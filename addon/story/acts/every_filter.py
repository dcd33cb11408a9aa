# SPDX-License-Identifier: GPL-3.0-or-later
"""Once the first position has been worked out, the same window goes through every filter at once: before each filter
comes the number that it makes there, and these fly to where they will be in the finished output, through its whole
depth. Meanwhile the clock creeps, so that the window stands.
"""

from itertools import pairwise

import numpy as np

from ..cast import volumes
from ..cast.figure import NAME
from ..cast.filters import Filters
from ..cast.stack import Stack
from ..cast.windowed import thickness
from ..page.glyphs import CAP_HEIGHT
from ..page.layout import Block
from ..page.view import UNIT
from ..plan.plan import ALWAYS, LEAVES, NEVER, Points
from .rhythm import CREEPS

LASTS = 4.0  # seconds
COMES, CAME, FLIES, LANDS = 0.06, 0.2, 0.46, 0.86  # parts of it: numbers come, stand, fly; the last is there
FLIGHT = 0.16  # of it: how long each flies, one after the other
HIGH = 0.62  # of a number before a filter, of the filter's height
NEAR = 0.1  # of a number: how far before the filter it is


def at(part: float) -> float:
    """The clock at a part of the time."""
    return CREEPS * part


def every_filter(filters: Filters, stack: Stack, values) -> "EveryFilter | None":
    """The act, for what every filter makes of the first position; None where it would not be clear."""
    act = EveryFilter(filters, stack, values) if len(values) > 1 else None
    return act if act and act.clear else None


class EveryFilter:
    """What every filter of a figure makes of its first position: `values`, by filters."""

    def __init__(self, filters: Filters, stack: Stack, values):
        self.figure, self.filters, self.stack, self.values = filters.figure, filters, stack, np.asarray(values)
        self.texts = [self.figure.numbers.text(v) for v in self.values]
        slots, rows = filters.small, filters.kernel[0]
        least = max(map(volumes.readable, self.texts)) * UNIT
        self.edge = max(HIGH * rows * slots[0].cell, least)

    @property
    def clear(self) -> bool:
        """Whether it can be seen: the numbers have room beside each other, all filters stand, and all read the same
        window."""
        slots, look = self.filters.small, self.figure.scene.look
        wide = self.figure.page.box((0, 0, 0), np.full(3, self.edge))
        room = min((b.box[0] - a.box[0] for a, b in pairwise(slots) if b.box[0] > a.box[0]), default=0.0)
        fits = wide[2] - wide[0] <= room and not self.filters.shown.hidden
        alike = self.filters.cast.per == self.filters.cast.channels
        return bool(fits and alike and look.numbers)

    def _before(self, slot) -> np.ndarray:
        """Where a number is before the filter that waits at a slot: seen in its middle, on its foot."""
        page, edge = self.figure.page, self.edge
        away = edge * (0.5 + NEAR)
        right, up = np.tan(np.radians(page.azimuth)), np.tan(np.radians(page.elevation))
        up *= (away + edge / 2) / np.cos(np.radians(page.azimuth))
        middle = slot.corner + slot.cell * np.array([slot.size[0] / 2, 0.0, 0.0])
        return middle + (away * right, -away, edge / 2 + up)

    def add(self) -> None:
        """The numbers' cubes, and the tubes around the filters and around where the numbers will be."""
        figure, stack, cell = self.figure, self.stack, self.stack.block.cell
        goal = np.array([stack.finished(n) for n in stack.shown.numbers])
        start = np.array([self._before(slot) for slot in self.filters.small])
        fills = [stack.cast.sum_fill(v, n) for n, v in enumerate(self.values)]
        cubes, large = [figure.cube(fill) for fill in fills], self.edge / cell
        said = volumes.written(figure, self.texts, fills, volumes.CAP / CAP_HEIGHT)
        way = (goal - start) / cell
        digits = {**said, "size": large * np.array(said["size"])}
        # the last, which is the nearest, sets out first: none flies through another, nor over words
        leaves = CREEPS * np.linspace(LANDS - FLIGHT, FLIES, len(cubes))
        lands = leaves + CREEPS * FLIGHT
        known = {"cube": cubes, "value": self.values, "channel": np.arange(len(cubes))}
        flying = Points.make((start - stack.front) / cell, **known, **digits, scale=large, lift=0.49 * large,
                             visible_from=at(COMES), leaves=at(COMES), arrives=at(CAME), enter_scale=0.3,
                             origin=[(0.0, large, 0.0)] * len(cubes), exit=way,
                             exit_via=way * 0.5 + (0, -0.6, 0), exit_scale=1 / large, exit_from=leaves,
                             exit_until=lands, visible_until=lands)  # fmt: skip
        # one behind the other their faces are hidden
        there = Points.make((goal - stack.front) / cell, **known, visible_from=lands, visible_until=LEAVES)
        deep = np.ptp(goal[:, 1]) / cell
        middle = (goal.min(axis=0) + goal.max(axis=0)) / 2
        figure.volume("numbers", "What every filter makes", [
            flying, there, self._tube((1.03, deep + 1.06, 1.03), (middle - stack.front) / cell, cell, at(LANDS))
        ], stack.front, cell)  # fmt: skip
        for number, slot in zip(self.filters.shown.numbers, self.filters.small, strict=True):
            if number:  # the first is at work
                size = self.filters.kernel[1] + 0.04, self.filters.deep + 0.08, self.filters.kernel[0] + 0.04
                tube = self._tube(size, self.filters.middle, slot.cell, at(0.02))
                figure.volume(f"filter.{number}.goes", f"Window on filter {number}", tube, self.filters.home(slot),
                              slot.cell)  # fmt: skip

    def _tube(self, size, middle, cell: float, since: float) -> Points:
        return self.figure.tubes([middle], size, thickness(cell), visible_from=since, visible_until=LEAVES)

    def names(self, name: str, block: Block) -> list[Points]:
        """The filters' name above a block, and meanwhile what is said of them in its place."""
        figure, (x, y), begins = self.figure, block.box[:2], at(COMES)
        said = figure.scene.words.numbers_here.replace("{count}", str(len(self.values)))
        lives = (name, ALWAYS, begins), (said, begins, LEAVES), (name, LEAVES, NEVER)
        return [figure.text(text, x, y - 1.6, NAME, visible_from=a, visible_until=b) for text, a, b in lives]
