# SPDX-License-Identifier: GPL-3.0-or-later
"""The composition of every figure in scenes/, at three sizes and all key moments, worked out without Blender.

`pytest tests/story/test_composition.py -k FIGURE` says of one figure who lies on whom, when and by how many pixels.
Key moments: the start, the opening's end, every told step, five of a sweep, the end, everything that visits or flies on
its way, and every twelfth frame.
"""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from addon.story import figures, load, make_plan
from addon.story.glyphs import CAP_HEIGHT, TIMES, number, operand
from addon.story.layout import MARGIN
from addon.story.plan import Points
from addon.story.sources import run

from .picture import Picture, rectangles

SIZES = ("854x480", "1920x1080", "1024x768")
LEAST_DIGIT, LEAST_WORD = 12.0, 16.0  # pixels at 854×480
SUBJECT = 0.6  # of the frame, in one direction
MEDIAN, FEW = 0.025, 200  # of the height, for the cells of a figure with at most so many
SLACK = 0.51  # pixels


@pytest.fixture(scope="module", params=[(f, s) for f in figures() for s in SIZES], ids=lambda p: "-".join(p))
def shown(request):
    figure, size = request.param
    scene = load(figure, {"output.size": size})
    picture = Picture(make_plan(scene))
    picture.name, picture.trace = f"{figure} at {size}", run(scene)
    return picture


class Faults:
    """What is wrong, said once per kind with the first time it was seen and how often."""

    def __init__(self, picture: Picture):
        self.picture, self.first, self.count = picture, {}, Counter()

    def add(self, what: str, frame: int, why: str, pixels: float) -> None:
        clock = self.picture.clock(frame)
        self.first.setdefault(what, f"first in frame {frame} ({why}, clock {clock:.2f}) by {pixels:.1f} px")
        self.count[what] += 1

    def __str__(self):
        said = [f"  {what}: {where}; in {self.count[what]} frames" for what, where in self.first.items()]
        return "\n".join([f"{self.picture.name}: {len(said)} faults", *said[:25], *(["  …"] if len(said) > 25 else [])])

    def check(self):
        assert not self.first, str(self)


def margin_faults(picture: Picture) -> Faults:
    """Cells and words that reach into the margin of 4 %."""
    faults = Faults(picture)
    edge = picture.half * (1 - 2 * MARGIN) + SLACK
    for frame, why in picture.moments().items():
        cells, texts = picture.cells(frame), picture.texts(frame)
        for names, boxes in ((cells.roles, cells.boxes), ([f"{r} {t!r}" for r, t in zip(texts.roles, texts.said)],
                                                           texts.boxes)):  # fmt: skip
            out = np.maximum(-edge - boxes[:, :2], boxes[:, 2:] - edge).max(axis=1, initial=-np.inf)
            worst: dict = {}
            for k in np.flatnonzero(out > 0):
                worst[names[k]] = max(worst.get(names[k], 0.0), out[k])
            for name, pixels in worst.items():
                faults.add(f"{name} reaches into the margin", frame, why, pixels)
    return faults


def word_faults(picture: Picture) -> Faults:
    """Words on cells, and words on words. A volume that visits another passes before everything."""
    faults = Faults(picture)
    for frame, why in picture.moments().items():
        cells, texts = picture.cells(frame), picture.texts(frame)
        on = picture.overlaps(texts.boxes, cells)
        on[:, cells.visiting] = -1.0
        for i in np.flatnonzero((on > SLACK).any(axis=1)):
            for role in sorted(set(cells.roles[on[i] > SLACK])):
                how = on[i][cells.roles == role].max()
                flying = " (which flies)" if cells.flying[(cells.roles == role) & (on[i] > SLACK)].all() else ""
                faults.add(f"{texts.roles[i]} {texts.said[i]!r} lies on a cell of {role}{flying}", frame, why, how)
        each = rectangles(texts.boxes, texts.boxes)
        for i, j in zip(*np.nonzero(np.triu(each, 1) > SLACK), strict=True):
            a, b = (f"{texts.roles[k]} {texts.said[k]!r}" for k in (i, j))
            faults.add(f"{a} lies on {b}", frame, why, each[i, j])
    return faults


def size_faults(picture: Picture) -> Faults:
    """Digits and words that are too small to be read."""
    faults = Faults(picture)
    least = LEAST_DIGIT * picture.scaled - 0.01
    for v in picture.plan.volumes:
        drawn = (v.points["label"] >= 0) | (v.points["label_faded"] >= 0)
        heights = v.points["size"][drawn] * v.unit * picture.pixel * CAP_HEIGHT
        if len(heights) and heights.min() < least:
            faults.add(f"a number of {v.role} is {heights.min():.1f} px tall", 1, "always", least - heights.min())
    least = LEAST_WORD * picture.scaled - 0.01
    for w in picture.plan.words:
        sizes = w.points["size"] * picture.pixel
        for k in np.flatnonzero(sizes < least):
            said = picture.said[w.points["label"][k]]
            if said.strip():
                faults.add(f"{w.role} {said!r} is set in {sizes[k]:.1f} px", 1, "always", least - sizes[k])
    return faults


def told(picture: Picture) -> list[int]:
    return [i for i, info in enumerate(picture.plan.steps) if info.told]


def test_all_cells_and_words_keep_the_margin(shown):
    margin_faults(shown).check()


def test_no_word_lies_on_a_cell_or_on_another_word(shown):
    word_faults(shown).check()


def test_digits_and_words_can_be_read(shown):
    size_faults(shown).check()


def test_the_subject_fills_the_frame_and_its_cells_are_not_tiny(shown):
    """At every told step: all cells together cover 60 % of the width or the height; the median one is not tiny."""
    faults, shares = Faults(shown), []
    for i in told(shown):
        frame = shown.frame_of(shown.plan.steps[i])
        cells = shown.cells(frame)
        boxes = cells.boxes
        share = (boxes[:, 2:].max(axis=0) - boxes[:, :2].min(axis=0)) / (2 * shown.half)
        shares.append(share.max())
        if share.max() < SUBJECT:
            faults.add(f"the subject covers {share[0]:.0%} × {share[1]:.0%} of the frame", frame, f"step {i}",
                       (SUBJECT - share.max()) * 2 * shown.half.min())  # fmt: skip
        median, least = np.median(cells.pitch), MEDIAN * 2 * shown.half[1]
        if len(cells) <= FEW and median < least:
            faults.add(f"the median of {len(cells)} cells is {median:.1f} px", frame, f"step {i}", least - median)
    assert shares, f"{shown.name}: no step is told"
    faults.check()


# one output, wholly legible --------------------------------------------------------------------------------------


def wanted(trace, step) -> Counter:
    """The texts that say how an output came about: for a sum its products, for a pool its numbers; and its value.

    A product is written "input×weight" or "weight×input"; it is noted here as a frozenset of both spellings. Taps on
    padding or inserted zeros may go unsaid.
    """
    real = np.flatnonzero(step.real)
    if trace.weight is None:
        return Counter(number(step.values[t]) for t in real)
    pairs = [(step.values[t], step.weights[t]) for t in real]
    return Counter(frozenset({f"{number(a)}{TIMES}{operand(b)}", f"{number(b)}{TIMES}{operand(a)}",
                              f"{operand(a)}{TIMES}{operand(b)}", f"{operand(b)}{TIMES}{operand(a)}"})
                   for a, b in pairs)  # fmt: skip


def pieces(text: str) -> list[str]:
    """A text's numbers and products: "+ 2×(−1)" is 2×(−1); "max(2, 3)" is 2 and 3."""
    return [p.strip(",;") for p in text.replace("max(", " ").replace("mean(", " ").split() if p.strip(",;")]


def legible(picture: Picture, i: int) -> tuple[Counter, list[str]]:
    """What can be read at a told step: on the screen, large enough, not hidden by a cell before it."""
    frame = picture.frame_of(picture.plan.steps[i])
    cells, texts, numbers = picture.cells(frame), picture.texts(frame), picture.numbers(frame)
    solid = picture.overlaps(numbers.boxes, cells)
    hidden = ((solid > 1.5) & cells.solid[None] & (cells.depth[None] > numbers.depth[:, None] + 0.05)).any(axis=1)
    found = Counter()
    for said, size in zip(texts.said, texts.size, strict=True):
        if size >= LEAST_WORD * picture.scaled - 0.01:
            found.update(pieces(said))
    for k in np.flatnonzero(~hidden):
        if numbers.size[k] * CAP_HEIGHT >= LEAST_DIGIT * picture.scaled - 0.01:
            found.update(pieces(numbers.said[k]))
    return found, list(texts.said)


def unsaid(picture: Picture, i: int) -> list[str]:
    """What cannot be read of step i: products, numbers, the value."""
    info = picture.plan.steps[i]
    step = next((s for s in picture.trace if tuple(s.output_index) == tuple(info.index)), None)
    assert step is not None, f"{picture.name}: step {i} is of no cell of the output: {info.index}"
    found, said = legible(picture, i)
    missing = []
    for text, count in wanted(picture.trace, step).items():
        ways = text if isinstance(text, frozenset) else {text, f"({text})"}
        there = sum(found[w] for w in ways)
        if there < count:
            missing.append(f"{min(ways, key=len)} ({there} of {count} times)")
    if not any(t.endswith(number(step.value)) and t.startswith(("=", "\u2248", "max", "mean")) for t in said):
        missing.append(f"= {number(step.value)}")
    return missing


def test_at_least_one_step_can_be_read_whole(shown):
    """All products (or pooled numbers) and the sum of one output stand on the screen, large enough, unhidden."""
    own = [i for i in told(shown) if shown.plan.steps[i].run == 0]
    faults = {i: unsaid(shown, i) for i in own}
    best = min(faults, key=lambda i: len(faults[i]))
    assert not faults[best], f"{shown.name}: no step is legible whole; the best is {best}, without {faults[best]}"


# the checks can fail ---------------------------------------------------------------------------------------------


def changed(role: str, **columns) -> Picture:
    """conv2d_valid with columns of one volume's or one text block's points replaced by what functions make of them."""
    scene = load("conv2d_valid")
    plan = make_plan(scene)

    def own(part):
        if part.role != role:
            return part
        data = {k: columns[k](v.copy()) if k in columns else v for k, v in part.points.data.items()}
        return replace(part, points=Points(data))

    picture = Picture(replace(plan, volumes=tuple(map(own, plan.volumes)), words=tuple(map(own, plan.words))))
    picture.name, picture.trace = role, run(scene)
    return picture


def moved(x: float, z: float):
    return lambda position: position + np.array([x, 0, z], np.float32)


MUTANTS = {
    "a caption on its volume": (word_faults, "input.caption", {"position": moved(0, -2)}),
    "a sum in the title": (word_faults, "sum", {"position": moved(0, 8)}),
    "a kernel out of the frame": (margin_faults, "kernel", {"position": moved(-3, 0)}),
    "a title out of the frame": (margin_faults, "title", {"position": moved(9, 0)}),
    "small words": (size_faults, "sum", {"size": lambda size: size * 0.9}),
    "small digits": (size_faults, "output", {"size": lambda size: size * 0.5}),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_caught(name):
    faults, role, columns = MUTANTS[name]
    found = faults(changed(role, **columns))
    assert found.first and role.split(".")[0] in str(found)


def test_a_step_without_a_product_is_not_legible():
    assert not unsaid(changed("none"), 1)
    lost = changed("sum", dies=lambda dies: np.where(np.arange(len(dies)) % 20 == 3, -5.0, dies).astype(np.float32))
    assert any(unsaid(lost, i) for i in range(3))
    assert unsaid(changed("sum", size=lambda size: size * 0.9), 1), "words too small to be read were read"
