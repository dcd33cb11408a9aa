# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of a pooling's bars: the numbers and what they come to, the result's name, the rows they come from."""

from dataclasses import dataclass

import numpy as np

from ..cast.bars import BAR, BASE, Bars
from ..cast.bench import SLAB
from ..cast.figure import INDEX, SMALL, SUM, Figure
from ..cast.slices import Slices
from ..page.layout import Block
from ..page.view import UNIT
from ..plan.plan import Points


def result_text(figure: Figure, cast: Slices, step, room: float | None = None) -> str:
    """What a step comes to, as in "max(6, 3, 2, 9) = 9"; how many numbers they are, where there is no room for them:
    page units, as much as the page has if nothing is said."""
    w, mean, numbers = figure.scene.words, cast.mean, figure.numbers
    own, tail, value = taken(cast, step), "", numbers.text(step.value)
    if mean:
        said = f"({' + '.join([numbers.text(own[0]), *map(numbers.operand, own[1:])])}) / {step.divisor}"
        sign = numbers.equals(step.value, own, step.divisor)
    else:
        said, equal = f"{w.max}({', '.join(map(numbers.text, own))})", int((own == step.value).sum())
        sign = numbers.sign(step.value)
        tail = f"   ({w.tie.replace('{count}', str(equal))})" if equal > 1 else ""
    full = f"{said} {sign} {value}{tail}"
    if figure.long(full, SUM) <= (room or figure.page.width - 16.0):
        return full
    many = (w.mean_of if mean else w.max_of).replace("{count}", str(len(own)))
    return f"{many} {numbers.sign(step.value)} {value}"


def taken(cast: Slices, step) -> np.ndarray:
    """The numbers under a step's window that take part."""
    return step.values[step.counted if cast.mean else step.real]


@dataclass
class BarWords:
    """The words of one figure's steps; `bars` and `result` (its block) are None where there is no bench; the lines
    stand at the height `line` (page units)."""

    figure: Figure
    cast: Slices
    bars: Bars | None
    result: Block | None
    line: float

    def step(self, step, name: str, since: float, until: float, named) -> list[Points]:
        """The line of a step between two clock values; the result's name above it between those of `named`, or in the
        line where there is no bench."""
        figure, text = self.figure, result_text(self.figure, self.cast, step)
        said = text if self.bars else self.named(step, name)
        life = {"visible_from": since, "visible_until": until}
        made = [figure.text(said, figure.page.width / 2, self.line, SUM, align="center", **life)]
        if not self.bars:
            return made
        box, half = self.result.box, figure.long(name, SMALL) / 2
        x = min((box[0] + box[2]) / 2, figure.page.width - 8.0 - half)
        made += [figure.text(name, x, box[1] + 1.4, SMALL, align="center", visible_from=a, visible_until=b)
                 for a, b in named]  # fmt: skip
        return made + (self.rows(step, **life) if figure.scene.look.labels else [])

    def named(self, step, name: str) -> str:
        """A step's line with the result's name before it."""
        return f"{name} {self.figure.numbers.sign(*taken(self.cast, step))} {result_text(self.figure, self.cast, step)}"

    def rows(self, step, **life) -> list[Points]:
        """Which of the input's rows the bars come from: below them, or at the left of a row that has its own line. On
        steps rows and columns have numbers, as the input's have."""
        figure, bars, base = self.figure, self.bars, self.figure.scene.look.index_from
        rows, columns = bars.kernel
        if rows < 2:
            return []
        first, half, made = step.positions[0][1:], np.array([0.0, BASE[1], BASE[2]]) / 2, []
        aside = bars.per == 1 and len(bars.origins) > 1
        beneath = 1.3 * bars.cell * SLAB[2] / UNIT + 3.4
        named = {"kind": "index", **life}
        for row in range(rows):
            own = int(first[0]) + row * self.cast.dilation[0]
            if not 0 <= own < self.cast.input.shape[1]:
                continue
            at = bars.at([(row, 0), (row, columns - 1)])
            middle = at[0] - (half[0] + 0.5, 0.0, 0.0) if aside else at.mean(axis=0) - half
            x, y = figure.page.seen(bars.origins[0] + bars.cell * middle)
            x, y = (x - 1.6, y + 1.0) if aside else (x, y + beneath)
            said = str(own + base) if bars.stepped else f"{figure.scene.words.row} {own + base}"
            made.append(figure.text(said, x, y, INDEX, figure.theme.secondary, align="right" if aside else "center",
                                    **named))  # fmt: skip
        for column in range(columns if bars.stepped else 0):
            own = int(first[1]) + column * self.cast.dilation[1]
            if 0 <= own < self.cast.input.shape[2]:
                x, y = figure.page.seen(bars.origins[0] + bars.cell * (bars.at([(rows - 1, column)])[0] - half))
                made.append(figure.text(str(own + base), x, y + beneath, INDEX, figure.theme.secondary, align="center",
                                        **named))  # fmt: skip
        return made

    def level(self, step, since: float, until: float) -> list[Points]:
        """The number of the level of a mean's bars, at an end of its line: at the left of the uppermost row on steps,
        where those before it leave room, or at the right of rows that stand side by side."""
        figure, bars, (rows, columns) = self.figure, self.bars, self.bars.kernel
        side = -1 if bars.stepped else 1
        end = bars.at([(0, 0) if bars.stepped else (rows - 1, columns - 1)])[0]
        end = end + (side * BAR[0] / 2, -BAR[1] / 2 * bars.stepped, BASE[2] / 2 + float(bars.height(step.value)))
        x, y = figure.page.seen(bars.origins[0] + bars.cell * end)
        x, y, align = (x - 1.4, y + 0.7, "right") if bars.stepped else (x + 2.6, y + 1.3, "left")
        return [figure.text(figure.numbers.text(step.value), x, y, SUM, align=align, visible_from=since,
                            visible_until=until)]  # fmt: skip
