# SPDX-License-Identifier: GPL-3.0-or-later
"""What is shown and said of a transposed convolution that is worked out as the convolution which gives the same: its
input is spread by zeros, its filters are turned. Of any other operation nothing of this is.
"""

from ..cast.figure import NAME, SUM
from ..cast.spaced import SPREADS, Spaced
from ..page.captions import shape_text, size_lines
from ..plan.plan import ALWAYS, Points
from ..plan.timeline import Timeline
from .rhythm import PADDED, START
from .stamp_words import fitting, zeros_said

SPREADING, STAYS = 2.6, 0.005  # seconds that it takes; past START the clock when what is said of zeros is gone
NEXT = 5.2  # page units from one line to the next


def spread_clock(line: Timeline) -> None:
    """Key the clock, which stands at SPREADS, while the input's cells move apart."""
    line.wait(0.6)
    line.play("clock.step", PADDED, 1.2, easing="linear")
    line.wait(0.8)


def fullest(trace, steps: int) -> int:
    """Of the first so many steps that which reads most cells of the input."""
    return max(range(steps), key=lambda i: int(trace[i].real.sum()))


def input_names(cast: Spaced, trace, block) -> list[Points]:
    """Where zeros come to the input its name with its shape, and those of the whole from then on."""
    figure, w = cast.figure, cast.figure.scene.words
    own = (*trace.input.shape[1:], len(trace.input))
    text = f"{w.input}  {shape_text(own)}"
    if not cast.padded or trace is cast.trace:
        return []
    box, spread = cast.compact(block).box, (*cast.shape[2 - len(trace.kernel_size) :], len(trace.input))
    until = SPREADS + 0.02 if cast.moves else PADDED + 0.02
    return [figure.text(text, box[0], box[1] - 1.6, NAME, visible_until=until),
            figure.text(f"{w.spread_input}  {shape_text(spread)}", block.box[0], block.box[1] - 1.6, NAME,
                        visible_from=PADDED + 0.02)]  # fmt: skip


def filter_name(cast: Spaced, trace, name: str, shape: str, block, right: float) -> Points:
    """The filters' name above a block, and that they are turned; it ends before the page place `right`."""
    figure = cast.figure
    turned = trace is not cast.trace and max(cast.kernel) > 1
    text = f"{name}, {figure.scene.words.turned}  {shape}" if turned else f"{name}  {shape}"
    x = min(block.box[0], right - figure.long(text, NAME)) if turned else block.box[0]
    return figure.text(text, x, block.box[1] - 1.6, NAME)


def lines(cast: Spaced, trace, middle: float, room: float, low: float, last: float, ending: float):
    """Centred at `middle` where there is `room`, below the line at the height `low` (page units): how many zeros come,
    and why so many; and from the clock value `ending` on, below that at the height `last`, how the output's size comes
    about. Returns these and the height of the next line there."""
    if trace is cast.trace:
        return [], last + NEXT
    figure, made = cast.figure, []
    life = {"visible_from": SPREADS + 0.02 if cast.moves else ALWAYS, "visible_until": START + STAYS}
    for n, text in enumerate(zeros_said(figure.scene.words, trace) if cast.padded else []):
        size = fitting(figure, text, SUM, room)
        made.append(figure.text(text, middle, low + NEXT * (n + 1), size, align="center", **life))
    formulas = size_lines(figure.scene.words, trace)
    for n, text in enumerate(formulas):
        made.append(figure.text(text, middle, last + NEXT * (n + 1), NAME, figure.theme.secondary, align="center",
                                visible_from=ending))  # fmt: skip
    return made, last + NEXT * (len(formulas) + 1)
