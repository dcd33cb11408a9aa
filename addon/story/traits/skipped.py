# SPDX-License-Identifier: GPL-3.0-or-later
"""Positions that a stride passes over: a pale ring stands where the window would have stood with stride 1, and stays
beside the window that has landed; where the window begins is said; at the end the cells at which windows began are
ringed, and palely those at which others would have."""

import numpy as np

from ..cast.figure import NAME, SMALL, Figure
from ..cast.windowed import TAP, Windowed, planes, rings, thickness
from ..page import palette
from ..page.captions import axes_text, begins_at
from ..plan.plan import ALWAYS, LANDED, LEAVES, NEVER, Points

THINNER, THIN = 0.8, 0.085  # a pale ring's thickness, of the window's; that of rings on single cells, in cells
CLEAR = 0.09  # cells: so far it stays clear of the window
UNDER, CLEARED = 9.0, 3.0  # page units from an output to what is said under it, from there to the result
APART = 3.2  # page units between the input's name and what is said beside it


def applies(trace) -> bool:
    """Whether the window passes over positions."""
    return any(s > 1 and n > 1 for s, n in zip(trace.stride, trace.output.shape[1:], strict=True))


def add(cast: Windowed, end: float) -> None:
    """The rings; `end` is the clock value at which the window is gone."""
    if not applies(cast.trace):
        return
    figure, (down, across), (rows, columns) = cast.figure, cast.stride, planes(cast.trace.output).shape[1:]
    parts, pale, thick = [], palette.WHITE, THINNER * thickness(cast.cell)
    for step, place in enumerate(cast.windows()):
        high, wide = cast.reach
        for k in range(1, across) if step % columns else range(1, down) if step else ():
            # while the window is under way the whole place, then what is seen of it beside the window
            way, half = (np.array([-1, 0, 0]), wide / 2) if step % columns else (np.array([0, 0, 1]), high / 2)
            size = (k - CLEAR, high) if step % columns else (wide, k - CLEAR)
            parts += [_rings(figure, [place + k * way], (wide, high), pale, thick, step - 1 + LEAVES, step - LANDED),
                      _rings(figure, [place + (half + (k + CLEAR) / 2) * way], size, pale, thick, step - LANDED,
                             step + LEAVES)]  # fmt: skip
    spots = np.array([(c, 0, -r) for r, c in np.ndindex((rows - 1) * down + 1, (columns - 1) * across + 1)])
    used = (spots[:, 0] % across == 0) & (-spots[:, 2] % down == 0)
    for own, color in ((used, figure.theme.tube), (~used, pale)):
        parts.append(_rings(figure, spots[own], (TAP, TAP), color, THIN, end, NEVER))
    figure.volume(f"{cast.role}.skipped", "Places that the stride passes over", parts, (0, 0, 0), cast.cell,
                  parent=cast.role)  # fmt: skip


def words(cast: Windowed, name: str, box, right: float, end: float) -> list[Points]:
    """Where the window begins, behind the input's `name`, whose block has that `box`: in general before the first step
    and from the clock value `end` on, else of the step at work. Nothing where there is no room up to `right`."""
    if not applies(cast.trace):
        return []
    figure, x = cast.figure, box[0] + cast.figure.long(name, NAME) + APART
    general = begins_at(figure.scene, cast.trace)
    said = [(general, ALWAYS, -LANDED), (general, end, NEVER)]
    for n in range(len(cast.trace)):
        place = tuple(map(int, cast.trace[n].output_index[1:]))
        said.append((begins_at(figure.scene, cast.trace, place), n - LANDED, n + LEAVES))
    if any(x + figure.long(text, SMALL) > right for text, *_ in said):
        return []
    return [figure.text(text, x, box[1] - 1.6, SMALL, visible_from=a, visible_until=b) for text, a, b in said]


def legend(cast: Windowed, made, result, end: float) -> list[Points]:
    """What the pale ring is, between the blocks of the output and of the result, while there is one; nothing where
    there is no room."""
    low = made.box[3] + UNDER
    if not applies(cast.trace) or low + CLEARED > result.box[1]:
        return []
    figure, words = cast.figure, cast.figure.scene.words
    said = words.passed_over.replace("{stride}", f"{words.stride} {axes_text(cast.trace.stride)}")
    return [figure.text(said, figure.within(made.box[0], said, NAME), low, NAME, visible_from=1 - LANDED,
                        visible_until=end)]  # fmt: skip


def _rings(figure: Figure, at, size, color: str, thick: float, since: float, until: float) -> Points:
    """Rings of `size` (columns, rows) whose middles are at places in the input's cells, between two clock values."""
    return rings(figure, at, (size[0] + 0.03, size[1] + 0.03), thick, color, visible_from=since, visible_until=until)
