# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of sums over several channels: signs and cards between the bench's parts while a sum is worked out, and
while the window runs, the sum as a line where the bench is empty."""

import numpy as np

from ..cast import cards
from ..cast.arrangement import PANEL_CARD, Arrangement
from ..cast.bench import HALF, Bench
from ..cast.figure import NAME, SMALL, SUM, Figure
from ..cast.weighted import grouped, sum_text
from ..page.glyphs import after, number, operand, width
from ..page.view import HEIGHT
from ..plan.plan import LANDED, LEAVES
from .rhythm import Rhythm, within
from .summing import FLY, STAND, SUMS, Summing, schedule

MOST = 6  # channels: of more, a line says the sum alone
NEXT = 5.2  # page units from one line to the next


class Saying:
    """The words of one figure's sums; `names` are the channels' names."""

    def __init__(self, figure: Figure, stands: Arrangement, names: list[str], biased: bool):
        self.figure, self.stands, self.names, self.biased = figure, stands, names, biased
        self.words, self.per = figure.scene.words, stands.per
        self.high = Bench.panel_size(stands.kernel, stands.products)[2]  # of a panel, in bench cells
        ends = [*stands.panels, stands.result]
        self.middle = (ends[0].box[0] + ends[-1].box[2]) / 2
        # page units: the baseline of what is said of a run, above the trays; above it there is room for one line
        self.line = ends[0].box[1] + (10.4 if stands.slices > 1 else 7.0)

    def shares(self, step) -> list[float]:
        """What each channel of the filter comes to."""
        return [step.products[step.kernel_index[:, 0] == c].sum() for c in range(self.per)]

    def text(self, step, name: str) -> str:
        """A step's sum as one line: what its channels and the bias come to."""
        if self.per < 2:
            return sum_text(step, name)
        return f"{name} = {self.sum(step)}"

    def sum(self, step) -> str:
        """What the channels and the bias come to, and that together: "R 2 + G (−6) + bias 1 = −3"."""
        if self.per > MOST:
            return number(step.value)
        if self.per == 1:
            return f"{grouped(step, self.stands.kernel[1])} = {number(step.value)}"
        first, shares = int(step.positions[:, 0].min()), self.shares(step)
        said = [after(self.names[first + c], s) for c, s in enumerate(shares)] if self.named else [
            number(shares[0]), *map(operand, shares[1:])]  # fmt: skip
        said += [after(self.words.bias, step.bias)] if self.biased else []
        return f"{' + '.join(said)} = {number(step.value)}"

    def running(self, rhythm: Rhythm, trace, cells: list[str]) -> list:
        """The sums of the steps that are not explained, each from when its cell is there until the window is at the
        next; `cells` are the cells' names."""
        figure, made = self.figure, []
        for i in range(len(trace)):
            if i in rhythm.explained:
                continue
            life = {"visible_from": i - 1e-3, "visible_until": i + 1 - LANDED, "align": "center"}
            made += [figure.text(cells[i], self.middle, self.line, NAME, **life),
                     figure.text(self.sum(trace[i]), self.middle, self.line + NEXT, SUM, **life)]  # fmt: skip
        return made

    def signs(self, i: int, name: str) -> list:
        """What stands between the bench's parts: arrows, plus and equals signs, the bias's and the cell's name."""
        figure, stands, made, until, times = self.figure, self.stands, [], i + LEAVES, schedule(self.per)
        extra = [stands.extra] if stands.extra else []
        blocks = [*stands.partials, *extra]
        following = [*stands.panels[1 : len(stands.partials)], *extra, stands.result]

        def sign(text, left, right, level, since):
            x, y = (left.box[2] + right.box[0]) / 2, (level.box[1] + level.box[3]) / 2 + 1.1
            made.append(figure.text(text, x, y, SUM, align="center", visible_from=since, visible_until=until))

        for n, (block, then) in enumerate(zip(blocks, following, strict=False)):
            since = within(i, times[n]["summed"] if n < len(times) else SUMS)
            if n < len(stands.partials):
                sign("\u2192", stands.panels[n], block, block, since)
            sign("+" if n + 1 < len(blocks) else "=", block, then, block, since)
        if stands.extra:
            x0, _, x1, y1 = stands.extra.box
            made.append(figure.text(self.words.bias, (x0 + x1) / 2, y1 + 3.0, SMALL, align="center",
                                    visible_from=within(i, SUMS - 0.04), visible_until=until))  # fmt: skip
        x0, y0, x1, _ = stands.result.box
        wide, last, y = width(name) * SMALL * HEIGHT, stands.panels[-1], y0 + 1.5
        middle = min((x0 + x1) / 2, figure.page.width - 8.0 - wide / 2)
        if middle - wide / 2 < last.box[2]:  # above what it would touch
            corner = last.corner + last.cell * np.array([last.size[0], last.size[1], self.high])
            y = min(y, figure.page.seen(corner)[1] - 1.2)
        # a copy of the result flies up past it
        return made + [figure.text(name, middle, y, SMALL, align="center", visible_from=a, visible_until=b)
                       for a, b in ((within(i, STAND), within(i, FLY)), (i - 1e-3, until))]  # fmt: skip

    def panel_cards(self, act: Summing, step, i: int, colors: list[str]) -> list:
        """The cards of the channels, on their panels, as on the input's slices."""
        if self.per < 2:
            return []
        first, made = int(step.positions[:, 0].min()), []
        for c, (place, t) in enumerate(zip(act.bench.panels, schedule(self.per), strict=True)):
            # a number alone may be a filter's or a slice's, too
            name = self.names[first + c] if self.named else f"{self.words.channel} {self.names[first + c]}"
            right = max((cards.breadth(name, PANEL_CARD) - HALF[0]) / 2, 0.0)
            at = act.local(place) + np.array([right, 0.0, 0.5 + PANEL_CARD / 2])
            made.append(cards.card(self.figure, name, colors[first + c], at, PANEL_CARD,
                                   visible_from=within(i, t["lands"]), visible_until=i + LEAVES, step=i))  # fmt: skip
        return made

    @property
    def named(self) -> bool:
        """Whether the channels have names, not numbers alone."""
        return len(self.words.channels) == len(self.names)
