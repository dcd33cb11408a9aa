# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of a transposed convolution: of each stamp, of what happens between the views, of each window."""

import numpy as np

from ..cast.figure import FACTS, NAME, SMALL, SUM, TITLE, Figure
from ..page.captions import axes_text, cell_name, padding_text
from ..page.glyphs import TIMES
from ..page.numerals import ABOUT, EQUAL
from ..plan.plan import ALWAYS, LANDED, NEVER, Points
from ..traits.index_labels import block_indices
from .two_views import CLEARED

TERMS = 4  # products that are written with their factors


def fitting(figure: Figure, text: str, size: float, room: float = 0.0) -> float:
    """A size of type at which a text has room on the page, or in so many page units if that leaves it readable."""
    wide = figure.long(text, 1.0)
    return min(size, max((figure.page.width - 16.0) / wide if not room else room / wide, NAME if room else 0.0))


def stamp_lines(figure: Figure, adding, y: float, name_place, lives) -> list[Points]:
    """What each stamp makes of one of its cells, below everything, and that cell's name above the cube that has its
    number; `lives(stamp)` gives two clock values."""
    made = []
    for s in range(adding.count):
        if (told := adding.told(s)) is None:
            continue
        since, until = lives(s)
        index = adding.stamps.own(told.cell)
        name = cell_name(figure.scene, index[-len(adding.trace.kernel_size) :])
        text, (x, above) = stamp_text(figure, adding, told), name_place(figure.long(name, SMALL))
        life = {"align": "center", "visible_from": since, "visible_until": until}
        made.append(figure.text(text, figure.page.width / 2, y, fitting(figure, text, SUM), **life))
        made.append(figure.text(name, x, above, SMALL, **life))
    return made


def stamp_text(figure: Figure, adding, told) -> str:
    """A cell's number with the stamps that it has had: value × weight of each, what each adds, and what they come to,
    as in "1×1 + 2×2 = 1 + 4 = 5 so far"."""
    numbers, parts = figure.numbers, [(a.value, a.weight) for a in told.additions]
    terms = " + ".join(numbers.operand(v) + TIMES + numbers.operand(w) for v, w in parts)
    if len(parts) > 1:
        added = [a.added for a in told.additions]
        same = all(numbers.equals(p, [pair]) == EQUAL for p, pair in zip(added, parts, strict=True))
        come = " + ".join(map(numbers.operand, added))
        terms = f"{terms} {EQUAL if same else ABOUT} {come}" if len(parts) <= TERMS else come
        parts = added
    final = told.final and adding.trace.bias is None
    said = f"{terms} {numbers.equals(told.value, parts)} {numbers.text(told.value)}"
    return said if final else f"{said}  {figure.scene.words.so_far}"


def factor_names(figure: Figure, adding, x: float, y: float, said) -> list[Points]:
    """What a stamp is, above it: the input's number times the kernel."""
    w, numbers = figure.scene.words, figure.numbers

    def factor(value) -> str:
        return numbers.operand(value) if numbers.exact(value) else numbers.about(value)

    texts = [w.factor.replace("{factor}", factor(value)) for value in adding.trace.input[0].ravel()]
    return [figure.text(text, figure.within(x, text, NAME), y, NAME, visible_from=said(s)[0], visible_until=said(s)[1])
            for s, text in enumerate(texts)]  # fmt: skip


def met_names(figure: Figure, trace, base: int, x: float, y: float) -> list[Points]:
    """How many of a window's cells are input and how many are zeros, above the bench."""
    made, until, w = [], None, figure.scene.words
    for i in range(len(trace)):
        real = trace[i].real
        said = w.meets_one if (~real).sum() == 1 else w.meets_zeros
        text = said.replace("{count}", str(int(real.sum()))).replace("{zeros}", str(int((~real).sum())))
        if made and text == until:
            made[-1][1] = base + i + LANDED
        else:
            made.append([base + i - LANDED, base + i + LANDED, text])
        until = text
    return [figure.text(text, x, y, NAME, visible_from=a, visible_until=min(b, base + len(trace) - 0.46))
            for a, b, text in made]  # fmt: skip


def view_names(figure: Figure, title: str, again: float) -> list[Points]:
    """Which of the two views it is, behind the title, where there is room."""
    w, x = figure.scene.words, 8.0 + figure.long(title, TITLE) + 3.0
    made = [(w.first_view, ALWAYS, again), (w.second_view, again, NEVER)]
    wide = max(figure.long(text, FACTS) for text, *_ in made)
    facts = [left for _, _, left, top, _, bottom, *_ in figure.boxes if top < 9.2 < bottom and left > 8.5]
    if x + wide + 2.0 > min(facts, default=figure.page.width - 8.0):
        return []
    return [figure.text(text, x, 9.2, FACTS, visible_from=a, visible_until=b) for text, a, b in made]


def zeros_said(w, trace) -> list[str]:
    """How many zeros come between and around the input's cells, and why so many; or that none are needed."""
    # what output padding adds comes on top of what is the same on both sides
    border = [(max(0, int(a)), max(0, int(b - more))) for (a, b), more in
              zip(trace.grid_border, trace.output_padding, strict=True)]  # fmt: skip
    zeros = []
    if max(trace.spread) > 1:
        zeros.append(w.zeros_between.replace("{zeros}", axes_text([n - 1 for n in trace.spread])))
    if any(max(pair) for pair in border):
        zeros.append(w.zeros_around.replace("{zeros}", padding_text(w, border)))
    if any(trace.output_padding):
        zeros.append(w.zeros_more.replace("{zeros}", axes_text(trace.output_padding)))
    said = [f"{w.zeros}:  {zeros[0]}", *zeros[1:]] if zeros else [w.no_zeros]
    if all(d == 1 for d in trace.dilation):
        said = [how.replace(f" {TIMES} {{dilation}}", "") for how in said]
    for name, text in (("stride", w.stride), ("kernel", w.size), ("dilation", w.dilation), ("padding", w.padding)):
        said = [how.replace(f"{{{name}}}", text) for how in said]
    return said


def between(figure: Figure, trace, phases, cut: bool, y: float) -> list[Points]:
    """What happens between the views, one line after the other."""
    w, at, said = figure.scene.words, phases, []
    if cut:
        said.append((at.cut, at.bias, w.cutting.replace("{padding}", padding_text(w, trace.padding))))
    if trace.bias is not None:
        said.append((at.bias, at.spread, w.biasing.replace("{bias}", figure.numbers.about(trace.bias[0]))))
    said += [(at.spread, at.turn, ",  ".join(zeros_said(w, trace))), (at.turn, at.base - CLEARED, w.flipping)]
    return [figure.text(text, figure.page.width / 2, y, fitting(figure, text, SUM), align="center", visible_from=a,
                        visible_until=b) for a, b, text in said]  # fmt: skip


def agreement(figure: Figure, trace, adding) -> str:
    """How many cells of the output are the same in both views."""
    equal = 0
    for i in range(len(trace)):
        step = trace[i]
        row, column = (0, *step.output_index[1:])[-2:]
        place = row + adding.stamps.crop[0][0], column + adding.stamps.crop[1][0]
        equal += abs(adding.numbers(place)[-1][0] - float(step.products.sum() + step.bias)) < 1e-6
    return figure.scene.words.agree.replace("{equal}", str(equal)).replace("{count}", str(len(trace)))


def output_indices(figure: Figure, block, stamps, cut: float, axes: int, until: float) -> list[Points]:
    """Those of the output until a clock value; when what is cut off is gone (the clock `cut`), what is left stands
    lower, and they beside it."""
    (top, bottom), (left, right) = stamps.crop
    high, wide = stamps.shape
    own = high - top - bottom, wide - left - right
    if not stamps.cut:
        return block_indices(figure, block, own, axes=axes, visible_until=until)
    beside = block.corner + block.cell * np.array([left, 0.0, 0.0])
    return [*block_indices(figure, block, own, high=high, offset=(top, left), axes=axes, visible_until=cut),
            *block_indices(figure, block, own, corner=beside, high=high - bottom, offset=(top, 0), axes=axes,
                           visible_from=cut, visible_until=until)]  # fmt: skip
