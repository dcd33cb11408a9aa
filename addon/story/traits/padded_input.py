# SPDX-License-Identifier: GPL-3.0-or-later
"""The name above an input: once padding stands around it, with that and with the rows and columns of both."""

from ..acts.rhythm import START
from ..cast.figure import NAME, Figure
from ..page.captions import padding_text, shape_text
from ..page.glyphs import width
from ..page.view import HEIGHT
from ..plan.plan import ALWAYS, NEVER, Points

ROUND = START - 0.15  # the clock when padding is all around
ASIDE = 2.0  # page units that a name ends before what stands beside it


def name_input(figure: Figure, array, padding, block, right: float, deep: bool = False,
               over: float = 0.0) -> Points:  # fmt: skip
    """The name of `array` (channels, *axes) with its shape `over` page units above a block, `deep`: with its channels;
    how much of the `padding`, a pair for each axis, is said is what has room before `right`."""
    words, (left, top), room = figure.scene.words, block.box[:2], right - ASIDE - block.box[0]
    own, last, top = array.shape[1:], (len(array),) * deep, top - over - 1.6
    whole = tuple(n + sum(pair) for n, pair in zip(own, padding, strict=True))
    name = f"{words.input}  {shape_text((*own, *last))}"
    if whole == own:
        return figure.text(name, left, top, NAME)
    more = f"{name},  {words.padding} {padding_text(words, padding)}"
    said = [f"{more}:  {shape_text((*whole, *last))}", more]
    padded = next((text for text in said if width(text) * NAME * HEIGHT <= room), name)
    return Points.join([figure.text(text, left, top, NAME, visible_from=since, visible_until=until)
                        for text, since, until in ((name, ALWAYS, ROUND), (padded, ROUND, NEVER))])  # fmt: skip
