# SPDX-License-Identifier: GPL-3.0-or-later
"""What a picture has to be like: inside the margin, no word on anything, large enough, filling, once legible whole.

Faults say who meets whom, in which frame, at which clock value and by how many pixels.
"""

from collections import Counter

import numpy as np

from addon.scene.arrays import run
from addon.scene.load import load
from addon.story import make_plan
from addon.story.first_edition.layout import MARGIN
from addon.story.page.glyphs import CAP_HEIGHT, TIMES, number, operand

from .picture import Picture, rectangles

LEAST_DIGIT, LEAST_WORD = 12.0, 16.0  # pixels at 854×480
SUBJECT = 0.6  # of the frame, in one direction
MEDIAN, FEW = 0.025, 200  # of the height, for the cells of a figure with at most so many
SLACK = 0.51  # pixels
NEAR = ("inset", "sum", "kernel", "filter", "lit")  # roles whose numbers stand for an output at work


def picture_of(figure, overrides=None) -> Picture:
    """The picture of a figure of the first edition or a scene file, with the trace of its operation and a name."""
    scene = load(figure, overrides or {})
    picture = Picture(make_plan(scene))
    picture.name, picture.trace = f"{scene.id} at {scene.output.size[0]}x{scene.output.size[1]}", run(scene)
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
    """Words on cells, and words on words. A volume that visits another passes before everything, and a cell that flies
    passes over the indices on its way."""
    faults = Faults(picture)
    for frame, why in picture.moments().items():
        cells, texts = picture.cells(frame), picture.texts(frame)
        on = picture.overlaps(texts.boxes, cells)
        on[:, cells.visiting] = -1.0
        on[np.ix_([r.endswith(".ticks") for r in texts.roles], cells.flying)] = -1.0
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


def cover_faults(picture: Picture) -> Faults:
    """Where things stand still, cells of one kind of volume (input, output, …) that hide those of another."""
    faults, still = Faults(picture), {picture.opening: "opening", picture.plan.frames: "end"}
    steps = explained(picture)
    still |= {picture.frame_of(picture.plan.steps[i]): f"step {i}" for i in steps[1 :: max(1, len(steps) // 3)]}
    front = picture.camera.project((0, -0.5, 0))
    for frame, why in still.items():
        cells = picture.cells(frame)
        rest = np.flatnonzero(cells.solid & ~cells.visiting & ~cells.flying)
        kinds = np.array([role.split(".")[0] for role in cells.roles])
        # marks and close-ups stand on purpose on what they mark
        plain = [k for k in rest if kinds[k] in ("input", "output", "kernel", "filter", "map")
                 and cells.pitch[k] == max(cells.pitch[cells.roles == cells.roles[k]])]  # fmt: skip
        spots = cells.at[plain] + front * (2 * cells.half[plain])[:, None]
        depth = cells.depth[plain] + np.abs(picture.camera.toward[1]) * cells.half[plain] / picture.pixel
        before = picture.surfaces(spots, cells) > depth[:, None] + 0.05
        before &= (kinds[plain][:, None] != kinds[None]) & ~cells.flying & ~cells.visiting
        for k, j in zip(*np.nonzero(before), strict=True):
            faults.add(f"{cells.roles[plain[k]]} stands behind {cells.roles[j]}", frame, why, cells.half[j])
    return faults


def explained(picture: Picture) -> list[int]:
    return [i for i, info in enumerate(picture.plan.steps) if info.explained]


def subject_faults(picture: Picture) -> Faults:
    """At every explained step: all cells together cover 60 % of the width or the height; the median one is not tiny."""
    faults = Faults(picture)
    for i in explained(picture):
        frame = picture.frame_of(picture.plan.steps[i])
        cells = picture.cells(frame)
        boxes = cells.boxes
        share = (boxes[:, 2:].max(axis=0) - boxes[:, :2].min(axis=0)) / (2 * picture.half)
        if share.max() < SUBJECT:
            faults.add(f"the subject covers {share[0]:.0%} × {share[1]:.0%} of the frame", frame, f"step {i}",
                       (SUBJECT - share.max()) * 2 * picture.half.min())  # fmt: skip
        median, least = np.median(cells.pitch), MEDIAN * 2 * picture.half[1]
        if len(cells) <= FEW and median < least:
            faults.add(f"the median of {len(cells)} cells is {median:.1f} px", frame, f"step {i}", least - median)
    if not explained(picture):
        faults.add("no step is told", 1, "always", 0)
    return faults


# one output, wholly legible ------------------------------------------------------------------------------------


def products(step) -> Counter:
    """The products of a step as they can be written: each a set of spellings, as operands come in either order."""
    pairs = [(step.values[t], step.weights[t]) for t in np.flatnonzero(step.real)]
    return Counter(frozenset({f"{number(a)}{TIMES}{operand(b)}", f"{number(b)}{TIMES}{operand(a)}",
                              f"{operand(a)}{TIMES}{operand(b)}", f"{operand(b)}{TIMES}{operand(a)}"})
                   for a, b in pairs)  # fmt: skip


def operands(step) -> Counter:
    """The numbers of a step, as a close-up shows them side by side: what was read, and weights and products."""
    real = np.flatnonzero(step.real)
    columns = (step.values,) if step.weights is None else (step.values, step.weights, step.products)
    return Counter(frozenset({number(column[t])}) for column in columns for t in real)


def pieces(text: str) -> list[str]:
    """A text's numbers and products: "+ 2×(−1)" is 2×(−1); "max(2, (−3))" is 2 and −3."""
    made = []
    for part in text.replace("max(", " ").replace("mean(", " ").split():
        part = part.strip(",;")
        bare = part.strip("()")
        made += [bare if part and TIMES not in part else part] if bare else []
    return made


def legible(picture: Picture, i: int) -> list[tuple[str, str]]:
    """(role, piece of text) that can be read at an explained step: large enough, not hidden by a cell before it.

    What stands on the cells that the windows light is given once more, with the role "lit".
    """
    frame = picture.frame_of(picture.plan.steps[i])
    cells, texts, numbers = picture.cells(frame), picture.texts(frame), picture.numbers(frame)
    hidden = picture.hidden(numbers, cells)
    found = []
    for role, said, size in zip(texts.roles, texts.said, texts.size, strict=True):
        if size >= LEAST_WORD * picture.scaled - 0.01:
            found += [(role, piece) for piece in pieces(said)]
    for k in np.flatnonzero(~hidden):
        if numbers.size[k] * CAP_HEIGHT >= LEAST_DIGIT * picture.scaled - 0.01:
            volume = picture.plan.volumes[numbers.rows[k][0]]
            lit = volume.track is not None and numbers.rows[k][2] == 0 and volume.role.split(".")[0] == "input"
            roles = (numbers.roles[k], "lit") if lit else (numbers.roles[k],)
            found += [(role, piece) for role in roles for piece in pieces(numbers.said[k])]
    return found


def lacking(step, found: list[tuple[str, str]]) -> list[str]:
    """What of a step is not among (role, piece of text): its products; or all its numbers, side by side.

    That is in a close-up; or on the cells under the windows, on the weights, and in the sum.

    Taps on padding or inserted zeros may go unsaid. A pool has no products: its numbers are to be said.
    """
    near = Counter(piece for role, piece in found if role.split(".")[0] in NEAR)
    ways = [(operands(step), near)]
    if step.weights is not None:
        ways.append((products(step), Counter(piece for role, piece in found if role != "lit")))
    said = []
    for asked, there in ways:
        least = [(text, sum(there[t] for t in text), count) for text, count in asked.items()]
        said.append([f"{min(text, key=len)} ({n} of {count} times)" for text, n, count in least if n < count])
    missing = min(said, key=len)
    value = number(step.value)
    totals = {piece for role, piece in found if role.split(".")[0] in ("inset", "sum")}
    return missing + ([] if value in totals else [f"= {value}"])


def step_of(picture: Picture, i: int):
    """The trace's step that a step of the plan tells."""
    index = tuple(picture.plan.steps[i].index)
    step = next((s for s in picture.trace if tuple(s.output_index) == index), None)
    assert step is not None, f"{picture.name}: step {i} is of no cell of the output: {index}"
    return step


def unsaid(picture: Picture, i: int) -> list[str]:
    """What cannot be read of step i: products, numbers, the value."""
    return lacking(step_of(picture, i), legible(picture, i))


def whole_fault(picture: Picture) -> str:
    """Nothing where one output's products (or pooled numbers) and its sum can be read at once; else what is missing."""
    faults = {}
    for i in explained(picture):
        if picture.plan.steps[i].run == 0:
            faults[i] = unsaid(picture, i)
            if not faults[i]:
                return ""  # one is enough
    best = min(faults, key=lambda i: len(faults[i]))
    return f"{picture.name}: no step is legible whole; the best is {best}, without {faults[best]}"


CHECKS = (margin_faults, word_faults, cover_faults, size_faults, subject_faults)


def all_faults(picture: Picture) -> list[str]:
    """Everything that is wrong with a picture, in words."""
    found = (check(picture) for check in CHECKS)
    return [str(f) for f in found if f.first] + ([whole_fault(picture)] if whole_fault(picture) else [])
