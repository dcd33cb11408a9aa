# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of sums over several channels: signs and cards between the bench's parts while a sum is worked out, and
while the window runs, the sum as a line where the bench is empty."""

import numpy as np

from ..cast import cards
from ..cast.arrangement import NAMED, PANEL_CARD, UNDER_FILTERS, Arrangement
from ..cast.bench import HALF
from ..cast.figure import SMALL, SUM, Figure
from ..cast.weighted import line_text, sum_text
from ..page.captions import left_out
from ..page.view import LINE, UNIT
from ..plan.plan import LEAVES
from .rhythm import within
from .summing import FLY, STAND, SUMS, Summing, schedule

MOST = 6  # channels: of more, a line says the sum alone
BACK = 0.3  # cells behind a panel's middle at which its card stands
UNDER = 3.0  # page units from one line of a name to the next
NEXT = 5.2  # page units from one line to the next


def wrapped(text: str) -> list[str]:
    """A text on two lines, the last word on the second."""
    first, _, last = text.rpartition(" ")
    return [first, last] if first else [last]


class Saying:
    """The words of one figure's sums; `names` are the channels' names."""

    def __init__(self, figure: Figure, stands: Arrangement, names: list[str], biased: bool):
        self.figure, self.stands, self.names, self.biased = figure, stands, names, biased
        self.words, self.per, self.inner, self.numbers = figure.scene.words, stands.per, stands.inner, figure.numbers
        ends, self.below = [*stands.panels, stands.result], stands.where == UNDER_FILTERS
        self.middle = figure.page.width / 2 if figure.page.upright else (ends[0].box[0] + ends[-1].box[2]) / 2
        # page units: the baseline of what is said of a run, above the trays; above it there is room for one line
        self.line = LINE
        if not self.below:
            self.line = ends[0].box[1] + (12.4 if figure.page.upright else 10.4 if stands.slices > 1 else 7.0)

    def shares(self, step) -> list[float]:
        """What each channel that has a panel comes to."""
        return [step.products[step.kernel_index[:, 0] == c].sum() for c in self.inner.numbers]

    def others(self, step) -> float:
        """What the channels come to that have no panel."""
        return float(step.products[~np.isin(step.kernel_index[:, 0], self.inner.numbers)].sum())

    def text(self, step, name: str) -> str:
        """A step's sum as one line: what its channels and the bias come to."""
        if self.per < 2:
            return sum_text(self.numbers, step, name)
        shares = [step.value] if self.per > MOST else [*self.shares(step), step.bias]
        return f"{name} {self.numbers.sign(*shares)} {self.sum(step)}"

    def sum(self, step) -> str:
        """What the channels and the bias come to, and that together: "R 2 + G (−6) + bias 1 = −3"."""
        numbers = self.numbers
        if len(self.inner) > MOST:
            return numbers.text(step.value)
        first, shares = int(step.positions[:, 0].min()), self.shares(step)
        said = [numbers.named(self.names[first + c], s)
                for c, s in zip(self.inner.numbers, shares, strict=True)] if self.named else [
            numbers.text(shares[0]), *map(numbers.operand, shares[1:])]  # fmt: skip
        if self.inner.hidden:
            others = f"{left_out(self.figure.scene, self.inner.hidden)} {numbers.operand(self.others(step))}"
            said.insert(len(said) - 1, others)
        said += [numbers.named(self.words.bias, step.bias)] if self.biased else []
        sign = self.equals(step)
        return f"{' + '.join(said)} {sign} {numbers.text(step.value)}"

    def equals(self, step) -> str:
        """The sign between what the channels and the bias come to, and that together."""
        others = [self.others(step)] if self.inner.hidden else []
        return self.numbers.equals(step.value, [*self.shares(step), *others, *([step.bias] if self.biased else [])])

    def signs(self, step, i: int, name: str, since: float | None = None, until: float | None = None) -> list:
        """What stands between the bench's parts, and below them: arrows, plus and equals signs, the sum, the bias's and
        the cell's name. With `since` and `until` (clock values) of a sum that stands all that while, else of one that
        is worked out."""
        figure, stands, made, times = self.figure, self.stands, [], schedule(len(self.inner))
        worked, until = since is None, i + LEAVES if until is None else until

        def at(part: float) -> float:
            return within(i, part) if worked else since

        def sign(text, left, right, level, since):
            x, y = (left.box[2] + right.box[0]) / 2, (level.box[1] + level.box[3]) / 2 + 1.1
            if right.box[0] < left.box[2]:  # it goes on in the next row
                x = left.box[2] + 1.9
            made.append(figure.text(text, x, y, SUM, align="center", visible_from=since, visible_until=until))

        # what stands from left to right, and when: each partial sum with its panel
        row = [(partial, at(t["summed"]), panel)
               for partial, panel, t in zip(stands.partials, stands.panels, times, strict=False)]  # fmt: skip
        if stands.rest:
            row.insert(-1, (stands.rest, at(times[-1]["flies"]), None))
        row += [(stands.extra, at(SUMS), None)] if stands.extra else []
        ends = [*row[1:], (stands.result, 0.0, None)]
        for (block, begins, panel), (then, _, following) in zip(row, ends, strict=False):
            if panel:
                sign("\u2192", panel, block, block, begins)
            sign(self.equals(step) if then is stands.result else "+", block, following or then, block, begins)
        if stands.rest:
            x0, _, x1, y1 = stands.rest.box
            for n, line in enumerate(wrapped(left_out(figure.scene, self.inner.hidden))):
                made.append(figure.text(line, (x0 + x1) / 2, y1 + 3.0 + 2.7 * n, SMALL, align="center",
                                        visible_from=at(times[-1]["flies"]), visible_until=until))  # fmt: skip
        made += self.products(step, at(0.54), until)
        if stands.extra:
            x0, _, x1, y1 = stands.extra.box
            made.append(figure.text(self.words.bias, (x0 + x1) / 2, y1 + 3.0, SMALL, align="center",
                                    visible_from=at(SUMS - 0.04), visible_until=until))  # fmt: skip
        if not worked:
            return [*made, *self.name(name, since, until)]
        # a copy of the result flies up past it
        return [*made, *self.name(name, within(i, STAND), within(i, FLY)), *self.name(name, i - 1e-3, until)]

    def products(self, step, since: float, until: float) -> list:
        """The products of the only channel and what they come to, in a line below everything, if it has room there."""
        if not self.below:
            return []
        page = self.figure.page
        text = line_text(self.figure, step, self.stands.kernel[1])
        return [self.figure.text(text, page.width / 2, LINE, SUM, align="center", visible_from=since,
                                 visible_until=until)]  # fmt: skip

    def name(self, name: str, since: float, until: float) -> list:
        """The name of the cell that is being made, above the result; that of a slice on two lines, where one would
        meet the last panel."""
        figure, stands, lines = self.figure, self.stands, [name]
        # above the cube, for which there is room of some of the bench's cells
        above = stands.result.box[1] + min(1.5, 0.92 * NAMED * stands.result.cell / UNIT - 0.5)
        if stands.slices > 1 and ", " in name:
            first, rest = name.split(", ", 1)
            lines = [f"{first},", rest]
        x0, _, x1, _ = stands.result.box
        right = figure.page.width - 8.0
        aside = [part + "," * (n < name.count(", ")) for n, part in enumerate(name.split(", "))]
        room = right - x1 - 0.6 - max(figure.long(part, SMALL) for part in aside)
        if len(lines) > 1 and figure.page.upright and room >= 0:  # at its right, as signs before it stand close
            lines, top = aside, (stands.result.box[1] + stands.result.box[3]) / 2 + 1.0 - UNDER
            return [figure.text(line, figure.within(x1 + 1.0, line, SMALL), top + UNDER * n, SMALL,
                                visible_from=since, visible_until=until) for n, line in enumerate(lines)]  # fmt: skip
        return [figure.text(line, min((x0 + x1) / 2, right - figure.long(line, SMALL) / 2),
                            above - UNDER * (len(lines) - 1 - n), SMALL, align="center", visible_from=since,
                            visible_until=until) for n, line in enumerate(lines)]  # fmt: skip

    def panel_cards(self, act: Summing, step, i: int, colors: list[str], since: float | None = None,
                    until: float | None = None) -> list:  # fmt: skip
        """The cards of the channels that a step reads, on their panels, as on the input's slices: from when these land
        while it is worked out, or between two clock values."""
        if self.per < 2:
            return []
        first, made = int(step.positions[:, 0].min()), []
        worked = since is None
        for c, (place, t) in enumerate(zip(act.bench.panels, schedule(len(self.inner)), strict=True)):
            c = self.inner.numbers[c]
            name = self.names[first + c]
            right = max((cards.breadth(name, PANEL_CARD) - HALF[0]) / 2, 0.0)
            at = act.local(place) + np.array([right, BACK, 0.5 + PANEL_CARD / 2])
            life = {"visible_from": within(i, t["lands"]), "visible_until": i + LEAVES, "step": i} if worked else {
                "visible_from": since, "visible_until": until}  # fmt: skip
            made.append(cards.card(self.figure, name, colors[first + c], at, PANEL_CARD, **life))
        return made

    @property
    def named(self) -> bool:
        """Whether the channels have names, not numbers alone."""
        return len(self.words.channels) == len(self.names)
