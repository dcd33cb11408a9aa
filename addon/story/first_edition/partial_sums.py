# SPDX-License-Identifier: GPL-3.0-or-later
"""The sum at work as stories of convolutions write it: products and what they come to, channel by channel.

With one channel two lines of the same slots: the products, and under each what it comes to. With several a line of
products per channel, ending in that channel's share, and a line that adds the shares up.
"""

import numpy as np

from ..page.captions import cell_name
from ..page.glyphs import after, equals, number, operand, width
from ..plan.plan import LANDED, NEVER
from ..plan.schedule import MEETING, reveal
from . import sums
from .builder import PlanBuilder
from .primitives import result_color
from .sums import Piece
from .theme import HUES, filter_hue

HUE_OF = ("red", "green", "blue")


def names_of(scene, count: int) -> list[str]:
    w = scene.words
    return list(w.channels) if count == len(w.channels) else [f"{w.channel} {i + scene.look.index_from}"
                                                              for i in range(count)]  # fmt: skip


def hue_of(channel: int, count: int) -> str:
    return HUE_OF[channel] if count == 3 else "blue"


def partial_sums(trace) -> np.ndarray:
    """Every step's sum of products per channel, shape (steps, channels)."""
    count = trace.weight.shape[1]
    made = np.zeros((len(trace), count), trace.output.dtype)
    for i in range(len(trace)):
        step = trace[i]
        np.add.at(made[i], step.kernel_index[:, 0], step.products)
    return made


def named(scene, trace, step) -> str:
    """The name of the cell that a step makes; its slice is said where there are several."""
    channel, *place = (int(v) for v in step.output_index)
    return cell_name(scene, place, channel if len(trace.output) > 1 else None)


def shown(schedule, i: int, part: int, parts: int) -> float:
    """The clock at which part `part` of `parts` of step i's sum appears; in a turn all when the weights have come."""
    if schedule.kinds[i] == "turn":
        return i - LANDED + MEETING
    return reveal(i, part, parts, slow=schedule.kinds[i] in ("first", "next"))


def made_color(sheet: PlanBuilder, trace, step):
    """The ink of what a step makes: its slice's, where there are several."""
    hue = filter_hue(int(step.output_index[0])) if len(trace.output) > 1 else None
    return result_color(sheet, step.value, hue)


def channel_rows(sheet: PlanBuilder, trace, partial, names, schedule):
    """Per channel a line of products with its partial sum; then the line that adds the channels to the cell.

    `names` has one for every input channel; of several groups each step tells its own channels.
    """
    ink, muted = sheet.theme.ink, sheet.theme.muted
    count = partial.shape[1]
    each: list[list[list[Piece]]] = [[] for _ in range(count)]
    total_rows, texts = [], []
    for i in range(len(trace)):
        step = trace[i]
        first, parts = int(step.positions[:, 0].min()), len(step.taps) + count + 1
        done, said = 0, []
        for c in range(count):
            hue = word_hue(sheet, trace, first + c)
            row = [Piece(f"{names[first + c]}:", hue, i - LANDED)]
            for t in np.flatnonzero(step.kernel_index[:, 0] == c):
                text = ("+ " if len(row) > 1 else "") + sums.product(step.values[t], step.weights[t])
                row.append(Piece(text, ink if step.real[t] else muted, shown(schedule, i, done, parts)))
                done += 1
            own = step.kernel_index[:, 0] == c
            sign = equals([*step.values[own], *step.weights[own], partial[i, c]])
            row.append(Piece(f"{sign} {number(partial[i, c])}", hue, shown(schedule, i, done, parts)))
            done += 1
            each[c].append(row if schedule.explained[i] else None)
            said.append(" ".join(piece.text for piece in row))
        pieces = share_row(sheet, trace, partial, names, schedule, i, shown(schedule, i, done, parts))
        total_rows.append(pieces if schedule.explained[i] else None)
        texts.append("; ".join([*said, " ".join(piece.text for piece in pieces)]))
    return each, total_rows, texts


def share_row(sheet: PlanBuilder, trace, partial, names, schedule, i: int, when: float | None = None) -> list[Piece]:
    """The line that adds the channels' shares to step i's cell: all at the clock `when`, or one by one."""
    scene, step, ink = sheet.scene, trace[i], sheet.theme.ink
    first, count = int(step.positions[:, 0].min()), partial.shape[1]

    def at(part):
        return shown(schedule, i, part, count + 1) if when is None else when

    pieces = [Piece(f"{named(scene, trace, step)} =", ink, i - LANDED)]
    for c in range(count):
        text = ("+ " if c else "") + after(names[first + c], partial[i, c])
        pieces.append(Piece(text, word_hue(sheet, trace, first + c), at(c)))
    if trace.bias is not None:
        pieces.append(Piece(f"+ {after(scene.words.bias, step.bias)}", ink, at(count)))
    sign = equals([*partial[i], step.bias, step.value])
    return [*pieces, Piece(f"{sign} {number(step.value)}", made_color(sheet, trace, step), sums.total_appears(i))]


def word_hue(sheet: PlanBuilder, trace, channel: int):
    """The ink in which a channel is named."""
    return sheet.palette.words_in(HUES[hue_of(channel, len(trace.input))])


def product_rows(sheet: PlanBuilder, trace, schedule, *, at_once: bool = False):
    """Every step's sum in two lines of the same slots: its products as they are made, and what they come to.

    `at_once`: the second line appears as a whole, so that no part of it is taken for the total.

    Returns both lines' pieces per step (None where the `schedule` does not tell it), and every step's sum as one text.
    """
    scene, ink, muted = sheet.scene, sheet.theme.ink, sheet.theme.muted
    upper, lower, texts = [], [], []
    for i in range(len(trace)):
        step = trace[i]
        taps = len(step.taps)
        count = (taps + 1 if at_once else 2 * taps) + 2
        name = Piece(f"{named(scene, trace, step)} =", ink, i - LANDED)
        made, values = [name], [Piece("", ink, i)]
        for t in range(taps):
            plus, color = "+ " if t else "", ink if step.real[t] else muted
            text, comes = sums.product(step.values[t], step.weights[t]), operand(step.products[t])
            made.append(Piece(plus + text, color, shown(schedule, i, t, count)))
            values.append(Piece(plus + comes, color, shown(schedule, i, taps + (not at_once) * t, count)))
        if trace.bias is not None:
            text = f"+ {after(scene.words.bias, step.bias)}"
            made.append(Piece(text, ink, shown(schedule, i, taps - 1, count)))
            values.append(Piece(f"+ {operand(step.bias)}", ink,
                                shown(schedule, i, taps if at_once else count - 2, count)))
        sign = equals([*step.values, *step.weights, step.bias, step.value])
        made.append(Piece("", ink, i))
        values.append(Piece(f"{sign} {number(step.value)}", made_color(sheet, trace, step), sums.total_appears(i)))
        values[0] = Piece("=", ink, values[1].visible_from, right=True)
        upper.append(made if schedule.explained[i] else None)
        lower.append(values if schedule.explained[i] else None)
        texts.append(" ".join(p.text for p in (*made[:-1], *values)))
    return upper, lower, texts


def set_channel_rows(sheet: PlanBuilder, trace, each, total_rows, y0: float, size: float, last: float,
                     until: float = NEVER, grouped: bool = False) -> None:  # fmt: skip
    """The channels' lines share their slots, so that products stand in columns; the total stands below. `grouped`: only
    the products of a kernel row begin in columns, and stand evenly in their group.

    The last step's products go at the clock `last`, its total at `until`.
    """
    count, taps = len(each), len(each[0][0]) - 2
    top = y0 + sums.height(count + 1, size)
    shared = [row for rows in each for row in rows if row]
    gaps = sums.gaps_of(["name"] + ["product"] * taps + ["result"], trace.kernel_size[-1])
    widths = [max(width(row[k].text) for row in shared) for k in range(len(shared[0]))]
    # evenly spaced where there is room
    x0, _, x1, _ = sheet.inner
    even = [widths[0], *[max(widths[1:-1])] * taps, widths[-1]]
    widths = even if (sum(even) + sum(gaps[1:])) * size <= x1 - x0 else widths
    # many taps: smaller words rather than cut ones
    small = min(size, (x1 - x0) / (sum(widths) + sum(gaps[1:])))
    widths = [w * small for w in widths]
    own = _grouped(each, gaps, trace.kernel_size[-1]) if grouped else None
    small = min(size, (x1 - x0) / (sum(own[0]) + sum(gaps[1:]))) if own else small
    made = []
    for c, rows in enumerate(each):
        widths = [w * small for w in own[c]] if own else widths
        made += sums.set_lines(sheet, rows, [list(range(len(rows[0])))], top - c * sums.LINE * size, small, gaps,
                               last=last, widths=widths)  # fmt: skip
    sheet.words("sum.channels", "Channel sums", made)
    slots = list(range(len(total_rows[0])))
    gaps = sums.gaps_of(["name"] * (len(slots) - 1) + ["result"], 1)
    total = sums.set_lines(sheet, total_rows, [slots], top - count * sums.LINE * size, size, gaps, last=until,
                           flow=True)  # fmt: skip
    sheet.words("sum", "Sum", total)


def _grouped(each, gaps: list[float], row: int) -> list[list[float]]:
    """Each channel's own slot widths in font sizes; a kernel row's slots are as wide together in all channels."""
    found = [[max(width(explained[k].text) for explained in rows
                  if explained) for k in range(len(gaps))] for rows in each]
    ends = [k for k in range(1, len(gaps)) if k + 1 >= len(gaps) - 1 or k % row == 0]
    start = 0
    for end in [0, *[k for k in ends if k < len(gaps) - 1], len(gaps) - 1]:
        wide = [sum(own[start : end + 1]) for own in found]
        for own, have in zip(found, wide, strict=True):
            own[end] += max(wide) - have
        start = end + 1
    return found
