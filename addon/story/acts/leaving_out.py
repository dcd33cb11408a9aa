# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of the channels, filters and slices that do not stand: how many there are, where they would be."""

from ..cast.arrangement import Arrangement
from ..cast.excerpt import said
from ..cast.figure import SMALL, Figure
from ..cast.stack import Stack
from ..cast.volumes import GAP
from ..page.captions import left_out
from ..plan.plan import Points

COUNTED = 128  # slices: so many are counted one by one
FILED = 0.6  # of the clock, before its last step's end, when the last slice is about to file in


def counts(figure: Figure, stands: Arrangement, stack: Stack) -> list[Points]:
    """The counts at the input's gap and at the output's, and an ellipsis among the filters that wait; slices are
    counted as they are passed."""
    made, scene = [], figure.scene
    if stands.shown.hidden:
        made.append(said(figure, left_out(scene, stands.shown.hidden), stands.shown, stands.given.corner,
                         stands.given.cell, stands.shape[0]))  # fmt: skip
    if not stands.written.hidden:
        return made
    if figure.page.upright:  # it has no room at the output's left: the cards say the same
        return [*made, _among(figure, stands)]
    made.append(_among(figure, stands))
    first, section, hidden = stack.passing[0], stack.section, stands.written.hidden
    corner, cell = stands.made.corner + (0.0, stack.back * stands.made.cell, 0.0), stands.made.cell
    nearer, end = (0.0, (1 + GAP) * cell, 0.0), stack.slices * section - FILED  # until the last slice files in
    for count in range(1, hidden + 1) if hidden <= COUNTED else (hidden,):
        since = first - 1 + section * count
        until = since + section if count < hidden else end
        made.append(said(figure, left_out(scene, count), stands.written, corner - nearer, cell, stack.rows, flip=True,
                         visible_from=since, visible_until=until))  # fmt: skip
    made.append(said(figure, left_out(scene, hidden), stands.written, corner, cell, stack.rows, flip=True,
                     visible_from=end))  # fmt: skip
    return made


def _among(figure: Figure, stands: Arrangement) -> Points:
    """The ellipsis among the filters that wait."""
    x0, _, x1, y1 = stands.apart.box
    return figure.text("\u2026", (x0 + x1) / 2, y1, SMALL, figure.theme.secondary, align="center")
