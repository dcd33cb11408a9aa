# SPDX-License-Identifier: GPL-3.0-or-later
"""The sum at work as stories of convolutions write it: a line of products and, under each, what it comes to."""

import numpy as np

from ..page.captions import cell_name
from ..page.glyphs import after, equals, number, operand
from ..plan.plan import LANDED
from ..plan.schedule import MEETING, reveal
from . import sums
from .builder import PlanBuilder
from .primitives import result_color
from .sums import Piece
from .theme import filter_hue


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
