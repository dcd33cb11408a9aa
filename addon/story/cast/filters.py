# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters: each a small block on its own slab; the one at work steps forward, large, its numbers readable, in
the tube."""

from dataclasses import dataclass

import numpy as np

from ..page import palette
from ..page.layout import Block
from ..plan.plan import ALWAYS, LANDED, NEVER, NONE, Points
from . import cards, volumes
from .figure import Figure
from .weighted import Weighted
from .windowed import TUBE, first_middle, planes

CHANGE = 0.45  # seconds in which a filter comes or goes
CARD, ONLY = 0.8, 0.62  # height of a filter's card, in its cells; of the cards of the only filter's channels


@dataclass
class Filters:
    """The filters of a run: `work` is where the one at work stands, `small` where each waits, if there are several.

    `section` is how many steps each of them makes.
    """

    figure: Figure
    cast: Weighted
    work: Block
    small: list[Block]
    section: int

    def __post_init__(self):
        self.weight, self.kernel = self.cast.trace.weight, self.cast.kernel
        self.count, self.channels = len(self.weight), self.weight.shape[1]
        self.deep = volumes.deep(self.channels)
        self.place = first_middle(self.work.corner, self.work.cell, self.kernel[0])
        self.middle = ((self.kernel[1] - 1) / 2, (self.deep - 1) / 2, -(self.kernel[0] - 1) / 2)
        self.foot = (*self.middle[:2], 0.5 - self.kernel[0])

    def weight_places(self, step) -> np.ndarray:
        """World places of a step's weights, in the filter at work."""
        inner = step.kernel_index if step.kernel_index.shape[1] == 3 else np.insert(step.kernel_index, 1, 0, axis=1)
        at = np.column_stack([inner[:, 2], inner[:, 0] * (1 + volumes.GAP), -inner[:, 1]])
        return self.place + self.work.cell * at

    def add(self, beats, first: float) -> None:
        """Every filter, its way forward and back; the first one comes at the second `first`, the others in the
        pauses."""
        for number in range(self.count):
            self._filter(number, beats, first)
        self._tube()
        if self.count > 1:
            shadow = volumes.shade(self.figure, (self.kernel[1], self.deep, self.kernel[0]), 0.0, self.foot,
                                   visible_from=-0.99)  # fmt: skip
            self.figure.volume("filter.shadow", "Filter shadow", [shadow], self.place, self.work.cell)

    def _life(self, number: int) -> tuple[float, float]:
        """The clock values between which a filter stands forward."""
        since = number * self.section - 0.7 if number else -0.99
        return since, NEVER if number + 1 == self.count else (number + 1) * self.section - 0.9

    def _filter(self, number: int, beats, first: float) -> None:
        figure, unit, values = self.figure, self.work.cell, planes(self.weight[number])
        name, base = self.cast.figure.scene.words.filter, figure.scene.look.index_from
        life = self._life(number) if self.count > 1 else (ALWAYS, NEVER)
        plain = volumes.block(figure, values, self.cast.weight_fill, cell=unit, digits=False, dims=False)
        front = volumes.block(figure, values[:1], self.cast.weight_fill, cell=unit, dims=False)
        digits = volumes.texts_of(front, visible_from=life[0], visible_until=life[1])
        role, parts = f"filter.{number}", [plain, digits]
        if self.count == 1:
            figure.volume(role, name, parts + self._channels(), self.place, unit)
            figure.casts(self.work.corner, self.work.corner + unit * np.array(self.work.size))
            return
        at = cards.beside(self.kernel[1], self.kernel[0], 0.0, CARD)
        card = cards.card(figure, str(number + base), palette.card(number), at, CARD)
        said = volumes.texts_of(card, visible_from=life[0], visible_until=life[1])  # too small while it waits
        card["label"][:] = card["label_faded"][:] = NONE
        parts += [card, said]
        block = self.small[number]
        home = first_middle(block.corner, block.cell, self.kernel[0])
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
        names = cards.channel_cards(self.figure.scene, self.channels)
        if self.channels < 2 or len(self.figure.scene.words.channels) != self.channels:
            return []
        return [cards.card(self.figure, name, color, cards.beside(self.kernel[1], self.kernel[0], k * (1 +
                volumes.GAP), ONLY, number=k), ONLY) for k, (name, color) in enumerate(names)]  # fmt: skip

    def _waits(self, number: int, home, cell: float) -> None:
        """The shadow of a small filter while it stands on its slab."""
        since, until = self._life(number)
        lives = [(ALWAYS, since)] + ([(until + 0.2, NEVER)] if until < NEVER else [])
        size = (self.kernel[1], self.deep, self.kernel[0])
        self.figure.volume(f"filter.{number}.shadow", f"Filter {number} shadow", [
            volumes.shade(self.figure, size, 0.0, self.foot, visible_from=a, visible_until=b) for a, b in lives
        ], home, cell)  # fmt: skip

    def _tube(self) -> None:
        """The tube around the filter at work."""
        figure, steps = self.figure, len(self.cast.trace)
        size = (self.kernel[1] + 0.04, self.deep + 0.08, self.kernel[0] + 0.04)
        kind = figure.cube(figure.theme.tube, "tube " + " ".join(f"{v:.4g}" for v in (*size, TUBE)))
        lives = [(n * self.section - LANDED, (n + 1) * self.section - 1 + 0.02) for n in range(self.count)]
        lives[-1] = (lives[-1][0], steps - 0.45)
        figure.volume("filter.tube", "Filter at work", [
            Points.make([self.middle], cube=kind, faded=kind, visible_from=a, visible_until=b) for a, b in lives
        ], self.place, self.work.cell)  # fmt: skip
