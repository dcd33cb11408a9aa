# SPDX-License-Identifier: GPL-3.0-or-later
"""The output's name and shape above its block, and below these how its size comes about."""

from ... import ops
from ..cast.figure import NAME, SMALL, Figure
from ..cast.one_plane import ABOVE
from ..page.captions import size_lines
from ..plan.plan import Points

LOW, UP, UNDER = 1.4, 3.8, 3.2  # page units from the block to the last line, then to the name; from line to line


def lines(scene, trace) -> list[str]:
    """How the output's size comes about, where it takes a window to say so."""
    return size_lines(scene.words, trace) if ops.of(trace).windowed else []


def room(scene, *traces) -> float:
    """Page units above an output for what is said of it, as much as any of the traces takes."""
    return ABOVE + 3.4 + UNDER * max(max(len(lines(scene, trace)) - 1, 0) for trace in traces)


def name_output(figure: Figure, trace, block, name: str, more: str = "", *, size: float = NAME, up: float = UP,
                color: str | None = None, over: str = "", **life) -> list[Points]:  # fmt: skip
    """The words above an output's block; `more` is said behind the last line, `over` in a line above the name; `up`:
    from one to the other; `life`: between which clock values."""
    said = lines(figure.scene, trace)
    said = [*said[:-1], ",  ".join(filter(None, [*said[-1:], more]))] if said or more else []
    above = LOW + UNDER * (len(said) - 1) + up if said else LOW + 0.2
    made, (x, top) = [], block.box[:2]
    for n, text in enumerate(said):
        left = figure.within(block.box[0], text, SMALL)
        x = min(x, left)  # the name begins where they do
        made.append(figure.text(text, left, top - LOW - UNDER * (len(said) - 1 - n), SMALL, **life))
    for text, high in ((name, above), (over, above + up)):
        if text:
            made.append(figure.text(text, figure.within(x, text, size), top - high, size, color, **life))
    return made
