# SPDX-License-Identifier: GPL-3.0-or-later
"""The name above an input: once padding stands around it, with that and with the rows and columns of both."""

from ..acts.rhythm import START
from ..cast.figure import NAME, Figure
from ..page.captions import padding_text, shape_text
from ..plan.plan import ALWAYS, NEVER, Points

ROUND = START - 0.15  # the clock when padding is all around
ASIDE = 2.0  # page units that a name ends before what stands beside it


def texts(figure: Figure, array, padding, block, right: float, deep: bool = False) -> tuple[str, str]:
    """The name of `array` (channels, *axes) with its shape, `deep`: with its channels, and what stands there once the
    `padding`, a pair for each axis, does; of that what has room before `right`."""
    words, room = figure.scene.words, right - ASIDE - block.box[0]
    own, last = array.shape[1:], (len(array),) * deep
    whole = tuple(n + sum(pair) for n, pair in zip(own, padding, strict=True))
    name = f"{words.input}  {shape_text((*own, *last))}"
    if whole == own:
        return name, name
    more = f"{name},  {words.padding} {padding_text(words, padding)}"
    said = [f"{more}:  {shape_text((*whole, *last))}", more]
    return name, next((text for text in said if figure.long(text, NAME) <= room), name)


def name_input(figure: Figure, array, padding, block, right: float, deep: bool = False,
               over: float = 0.0) -> Points:  # fmt: skip
    """Those names `over` page units above a block."""
    plain, padded = texts(figure, array, padding, block, right, deep)
    lives = [(plain, ALWAYS, NEVER)] if plain == padded else [(plain, ALWAYS, ROUND), (padded, ROUND, NEVER)]
    left, top = block.box[0], block.box[1] - over - 1.6
    return Points.join([figure.text(text, left, top, NAME, visible_from=since, visible_until=until)
                        for text, since, until in lives])  # fmt: skip
