# SPDX-License-Identifier: GPL-3.0-or-later
"""The sum of a figure with several filters, in the fullest form that can be read.

- One channel per filter: products, and what they come to, in two lines of the same slots; the cell's name stands
  before them, or with its value in a line below where it would cost another pair of lines.
- A few channels: a line of products per channel, and a line that adds the channels' shares up.
- More than fits: the line of shares alone, as many lines as it takes; none at all where that would be too many.
"""

from dataclasses import dataclass, field, replace

from ..page.glyphs import width
from . import sums
from .builder import WORD, PlanBuilder
from .partial_sums import channel_rows, partial_sums, product_rows, set_channel_rows, share_row

MOST_LINES = 4  # of products, with one channel each
SMALLER = (1.0, 0.97, 0.945)  # words are set a little smaller rather than on one line more


@dataclass
class SumArea:
    """The sum's lines: which form, how many pixels high, every step's text; `set` puts them on the sheet."""

    form: str
    used: float
    texts: list[str]
    rows: tuple
    lines: list[list[int]] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    size: float = 0.0
    below: list | None = None  # the line of the name and the value, where it is one of its own

    def set(self, sheet: PlanBuilder, trace, y0: float, last: float) -> None:
        """`y0` is the lowest pixel; the last step's sum goes at the clock `last`."""
        if self.form == "none":
            return
        if self.form == "channels":
            each, totals = self.rows
            set_channel_rows(sheet, trace, each, totals, y0, self.size, last, until=last)
            return
        top = y0 + self.used
        made, pitch, section = [], len(self.rows), trace.output[0].size
        # the slots are as wide as one filter's products: another filter's need not be in the same places
        for n in range(len(trace) // section):
            own = [[row if i // section == n else None for i, row in enumerate(rows)] for rows in self.rows]
            explained = [row for rows in own for row in rows if row]
            if not explained:
                continue
            widths = [max(width(row[k].text) for row in explained) * self.size for k in range(len(explained[0]))]
            for number, rows in enumerate(own):
                made += sums.set_lines(sheet, rows, self.lines, top - number * sums.LINE * self.size, self.size,
                                       self.gaps, widths=widths, last=last, pitch=pitch)  # fmt: skip
        if self.below:
            size, gaps = sheet.px(WORD), [0.0, sums.WORD_GAP]
            low = y0 + sums.height(1, size)
            made += sums.set_lines(sheet, self.below, [[0, 1]], low, size, gaps, flow=True, last=last)
        sheet.words("sum", "Sum", made)


def sum_area(sheet: PlanBuilder, trace, names: list[str], schedule) -> SumArea:
    """The fullest form of the sum that fits the frame's width and a third of its height."""
    word, depth = sheet.px(WORD), trace.weight.shape[1]
    x0, _, x1, _ = sheet.inner
    shown = sheet.scene.look.sum_line
    if depth == 1:
        upper, lower, texts = product_rows(sheet, trace, schedule, at_once=True)
        kinds = ["name"] + ["product"] * len(trace[0].taps) + ["bias"] * (trace.bias is not None) + ["result"]
        area = _wrapped("products", (upper, lower), texts, sums.gaps_of(kinds, trace.kernel_size[-1]), word, x1 - x0)
        if len(area.lines) > 1:
            area = _named_below(trace, (upper, lower), texts, kinds, word, x1 - x0)
    else:
        partial = partial_sums(trace)
        each, totals, texts = channel_rows(sheet, trace, partial, names, schedule)
        room = (x1 - x0) / max(_widest(trace, each), _wide(totals))
        size = min(word, room)
        area = SumArea("channels", sums.height(depth + 1, size), texts, (each, totals), size=size)
        if depth > MOST_LINES or size < SMALLER[-1] * word:
            shares = [share_row(sheet, trace, partial, names, schedule, i) if schedule.explained[i] else None
                      for i in range(len(trace))]  # fmt: skip
            kinds = ["name"] * (len(shares[0]) - 1) + ["result"]
            area = _wrapped("shares", (shares,), texts, sums.gaps_of(kinds, 1), word, x1 - x0)
    if not shown or area.used > sums.height(2 * MOST_LINES, word):
        area.form, area.used = "none", 0.0
    return area


def _named_below(trace, rows, texts, kinds, word: float, room: float) -> SumArea:
    """The products' lines without the cell's name and value, which stand in a line below."""
    upper, lower = rows
    below = [up and [replace(up[0], text=up[0].text.removesuffix(" =")), low[-1]]
             for up, low in zip(upper, lower, strict=True)]  # fmt: skip
    bare = [[row and [*([row[0]] if k else [replace(row[0], text="")]), *row[1:-1]] for row in each]
            for k, each in enumerate(rows)]  # fmt: skip
    area = _wrapped("products", bare, texts, sums.gaps_of(kinds[:-1], trace.kernel_size[-1]), word, room)
    area.below, area.used = below, area.used + sums.LINE * word
    return area


def _wide(rows) -> float:
    """The widest of some lines that are set one by one, in font sizes."""
    return max(sum(width(p.text) for p in row) + sums.WORD_GAP * len(row) + sums.GROUP for row in rows if row)


def _widest(trace, each) -> float:
    """How wide the channels' lines are when they share their slots, in font sizes."""
    explained = [row for rows in each for row in rows if row]
    gaps = sums.gaps_of(["name"] + ["product"] * (len(explained[0]) - 2) + ["result"], trace.kernel_size[-1])
    return sum(max(width(row[k].text) for row in explained) for k in range(len(explained[0]))) + sum(gaps[1:])


def _wrapped(form: str, rows, texts, gaps, word: float, room: float) -> SumArea:
    columns = [list(zip(*(step for step in r if step), strict=True)) for r in rows]
    slots = [[p for column in both for p in column] for both in zip(*columns, strict=True)]
    size = min((s * word for s in SMALLER), key=lambda s: len(sums.wrap(slots, s, room, gaps)))
    lines = sums.wrap(slots, size, room, gaps)
    return SumArea(form, sums.height(len(rows) * len(lines), size), texts, rows, lines, gaps, size)
