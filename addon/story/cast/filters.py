# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters: each a small block on its own slab; the one at work steps forward, large, its numbers readable, in
the tube."""

from dataclasses import dataclass

import numpy as np

from ..page import palette
from ..page.layout import Block
from ..plan.plan import ALWAYS, LANDED, NEVER, NONE, Points
from . import cards, volumes
from .excerpt import Excerpt, gaps
from .figure import Figure
from .weighted import Weighted
from .windowed import TUBE, first_middle, planes, with_rows

CHANGE = 0.45  # seconds in which a filter comes or goes
CARD, ONLY = 0.8, 0.62  # height of a filter's card, in its cells; of the cards of the only filter's channels


@dataclass
class Filters:
    """The filters of a run: `work` is where the one at work stands, `small` where each that is `shown` waits, if there
    are several.

    `section` is how many steps each of them makes.
    """

    figure: Figure
    cast: Weighted
    work: Block
    small: list[Block]
    section: int
    shown: Excerpt | None = None

    def __post_init__(self):
        self.weight, self.kernel = self.cast.trace.weight, self.cast.kernel
        self.count, self.inner = len(self.weight), self.cast.inner
        self.shown = self.shown or Excerpt.whole(self.count)
        self.deep = self.inner.deep
        self.place = first_middle(self.work.corner, self.work.cell, self.kernel[0])
        self.middle = ((self.kernel[1] - 1) / 2, (self.deep - 1) / 2, -(self.kernel[0] - 1) / 2)
        self.foot = (*self.middle[:2], 0.5 - self.kernel[0])

    def home(self, block: Block) -> np.ndarray:
        """The world place of the first cell of a filter that waits at a block."""
        return first_middle(block.corner, block.cell, self.kernel[0])

    def weight_places(self, step) -> np.ndarray:
        """World places of a step's weights, in the filter at work."""
        inner = with_rows(step.kernel_index)
        at = np.column_stack([inner[:, 2], self.inner.spots(inner[:, 0]), -inner[:, 1]])
        return self.place + self.work.cell * at

    def add(self, beats, first: float) -> None:
        """Every filter, its way forward and back; the first one comes at the second `first`, the others in the
        pauses."""
        for k, number in enumerate(self.shown.numbers):
            self._filter(number, self.small[k] if self.small else self.work, beats, first)
        self._tube()
        lives = [(-0.99 if run[0] == 0 else self._life(run[0])[0], self._life(run[-1])[1]) for run in self.shown.runs]
        if self.count > 1:
            self.figure.volume("filter.shadow", "Filter shadow", self._shadows(lives), self.place, self.work.cell)
            gaps(self.figure, "filter", self.inner, self.place, self.work.cell, self.kernel, lives=lives)
        else:
            gaps(self.figure, "filter", self.inner, self.place, self.work.cell, self.kernel)

    def _shadows(self, lives) -> list[Points]:
        """A filter's shadows, one for what stands side by side, between pairs of clock values."""
        made = []
        for run in self.inner.runs:
            first, last = self.inner.spot(run[0]), self.inner.spot(run[-1])
            size = self.kernel[1], last - first + 1, self.kernel[0]
            foot = self.foot[0], (first + last) / 2, self.foot[2]
            made += [volumes.shade(self.figure, size, foot, visible_from=a, visible_until=b) for a, b in lives]
        return made

    def _life(self, number: int) -> tuple[float, float]:
        """The clock values between which a filter stands forward."""
        since = number * self.section - 0.7 if number else -0.99
        return since, NEVER if number + 1 == self.count else (number + 1) * self.section - 0.9

    def _filter(self, number: int, block: Block, beats, first: float) -> None:
        figure, unit, values = self.figure, self.work.cell, planes(self.weight[number])
        name, base = self.cast.figure.scene.words.filter, figure.scene.look.index_from
        life = self._life(number) if self.count > 1 else (ALWAYS, NEVER)
        plain = volumes.block(figure, values, self.cast.weight_fill, cell=unit, digits=False, dims=False,
                              excerpt=self.inner)  # fmt: skip
        front = volumes.block(figure, values[:1], self.cast.weight_fill, cell=unit, dims=False)
        digits = volumes.texts_of(front, visible_from=life[0], visible_until=life[1])
        role, parts = f"filter.{number}", [plain, digits]
        if self.count == 1:
            figure.volume(role, name, parts + self._channels(), self.place, unit)
            for run in self.inner.runs:
                low, deep = self.inner.spot(run[0]), self.inner.spot(run[-1]) - self.inner.spot(run[0]) + 1
                low = self.work.corner + unit * np.array([0, low, 0])
                figure.casts(low, low + unit * np.array([self.work.size[0], deep, self.work.size[2]]))
            return
        at = cards.beside(self.kernel[1], self.kernel[0], 0.0, CARD)
        card = cards.card(figure, str(number + base), palette.card(number), at, CARD)
        said = volumes.texts_of(card, visible_from=life[0], visible_until=life[1])  # too small while it waits
        card["label"][:] = card["label_faded"][:] = NONE
        parts += [card, said]
        home = self.home(block)
        figure.volume(role, f"{name} {number + base}", parts, home, block.cell)
        self._waits(number, home, block.cell)
        line = figure.timeline
        comes = beats.pauses[number * self.section][0] + 0.1 if number else first
        for axis, key in enumerate("xyz"):
            for path, start, end in (("location", home[axis], self.place[axis]), ("scale", block.cell, unit)):
                channel = f"{role}.{path}.{key}"
                line.declare(channel, start)
                line.add(channel, end, CHANGE, at=comes)
                if number + 1 < self.count:
                    line.add(channel, start, CHANGE, at=beats.pauses[(number + 1) * self.section][0] + 0.1)

    def _channels(self) -> list[Points]:
        """Cards that name the channels of the only filter's slices, where these have names: a number might be read as
        a filter's."""
        names, channels = cards.channel_cards(self.figure.scene, self.inner.count), self.inner.count
        if channels < 2 or len(self.figure.scene.words.channels) != channels:
            return []
        return [cards.card(self.figure, name, color, cards.beside(
            self.kernel[1], self.kernel[0], self.inner.spot(k), ONLY, number=n), ONLY)
                for n, (k, (name, color)) in enumerate((k, names[k]) for k in self.inner.numbers)]  # fmt: skip

    def _waits(self, number: int, home, cell: float) -> None:
        """The shadow of a small filter while it stands on its slab."""
        since, until = self._life(number)
        lives = [(ALWAYS, since)] + ([(until + 0.2, NEVER)] if until < NEVER else [])
        self.figure.volume(f"filter.{number}.shadow", f"Filter {number} shadow", self._shadows(lives), home, cell)

    def _tube(self) -> None:
        """The tube around the filter at work."""
        figure, steps = self.figure, len(self.cast.trace)
        size = (self.kernel[1] + 0.04, self.deep + 0.08, self.kernel[0] + 0.04)
        lives = [(n * self.section - LANDED, (n + 1) * self.section - 1 + 0.02) for n in self.shown.numbers]
        lives[-1] = (lives[-1][0], steps - 0.45)
        tubes = [figure.tubes([self.middle], size, TUBE, visible_from=a, visible_until=b) for a, b in lives]
        figure.volume("filter.tube", "Filter at work", tubes, self.place, self.work.cell)
