# SPDX-License-Identifier: GPL-3.0-or-later
"""What a figure says about the whole: what the operation is for, and at the end its shapes as an equation."""

import math
from textwrap import wrap

from ...scene.checks import ValidationError
from ...scene.kernels import NAMED
from ..cast.figure import NAME, SUM, Figure
from ..page.captions import besides_shapes, operation_name, parameters, shape_text
from ..plan.plan import ALWAYS, LANDED, NEVER, Points
from . import unread

MOST_LINES, UNDER = 3, 3.6  # of the line about purpose on narrow pages; page units from one to the next


def meaning_of(scene) -> str:
    """What the results mean: the scene's own words, or what the named kernel is for."""
    if scene.weight.meaning is not None:
        return scene.weight.meaning
    name = scene.weight.kernel
    return f"{scene.words.kernel} {name}: {NAMED[name][0]}" if isinstance(name, str) and name in NAMED else ""


def heading(figure: Figure, trace, other=None, kernel_shape=None, filters: int = 1) -> None:
    """The title and the operation's parameters, and what it leaves over; `other`: a second run. Before anything is laid
    out, as it says how far down blocks begin."""
    scene = figure.scene
    left = "" if other else unread.said(scene, trace)
    facts = filter(None, (parameters(scene, trace, figure.numbers, kernel_shape, filters, other), left))
    figure.heading(title_of(scene, trace, other), ",  ".join(facts))


def title_of(scene, trace, other=None) -> str:
    """The lecturer's title, the scene's, or the operations' name."""
    return scene.words.title or scene.title or operation_name(scene, trace, other or trace)


def wrapped(figure: Figure, x: float) -> list[str]:
    """The line about purpose as `why_lines` has it, on as many lines as there are."""
    said = figure.scene.why or meaning_of(figure.scene)
    if not said:
        return []
    part = (2 * min(x, figure.page.width - x) - 16.0) / figure.long(said, NAME)
    lines = [said] if part >= 1.0 else wrap(said, max(int(0.92 * part * len(said)), 1))
    if len(lines) > MOST_LINES:
        if figure.scene.why:
            most = int(0.92 * part * len(said)) * MOST_LINES
            raise ValidationError(f"must be shorter: about {most} letters have room", "why", said)
        return []
    return lines


def why_lines(figure: Figure, x: float, opening: float, ending: float, since: float) -> list[Points]:
    """The scene's line about purpose, or what its kernel is for, centred at `x`: before the first step at the height
    `opening` (page units), and from the clock value `since` on at `ending`; on narrow pages on several lines, of which
    the last is there. Nothing where the scene has none. Raises ValidationError where the scene's own is too long."""
    lines = wrapped(figure, x)
    lives = ((opening, ALWAYS, -LANDED), (ending, since, NEVER))
    return [figure.text(line, x, y - UNDER * (len(lines) - 1 - n), NAME, align="center", visible_from=a,
                        visible_until=b) for y, a, b in lives for n, line in enumerate(lines)]  # fmt: skip


def _equation(figure: Figure, trace, room: float) -> str:
    given, kernel, output = map(shape_text, (trace.input.shape[1:], trace.kernel_size, trace.output.shape[1:]))
    sign = "=" if len(trace.kernel_size) > 1 else "\u2192"  # of one axis it would be read as a product of numbers
    whole, short = (f"{given}  *  {kernel}{besides_shapes(figure.scene.words, trace, padding)}  {sign}  {output}"
                    for padding in (True, False))  # fmt: skip
    return whole if figure.long(whole, SUM) <= room else short


def equation_width(figure: Figure, trace, room: float = math.inf) -> float:
    """Page units: how long the shapes' equation is where so many are left for it."""
    return figure.long(_equation(figure, trace, min(room, figure.page.width - 16.0)), SUM)


def shapes_equation(figure: Figure, trace, since: float, x: float, y: float, room: float = math.inf) -> Points:
    """The shapes of input, kernel and output of one plane, from the clock value `since` on, centred at (x, y), or as
    near as the right margin allows. What they follow from besides is said; a padding where `room` is left for it."""
    whole = figure.page.width - 16.0
    text = _equation(figure, trace, min(room, whole))
    size = min(SUM, whole / figure.long(text, 1.0))
    left = figure.within(x - figure.long(text, size) / 2, text, size)
    return figure.text(text, left, y, size, visible_from=since)
