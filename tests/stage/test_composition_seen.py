# SPDX-License-Identifier: GPL-3.0-or-later
"""The composition of every figure of the first edition as Blender evaluates it, at 854×480.

tests/story/test_composition.py looks at every key moment without Blender; here a few of them are evaluated, and what is
seen has to be what was looked at there: as many cells and texts, at the same places, as large. Then what counts as
legible is read from the evaluated meshes, and rays are sent to see that nothing stands before it.
"""

import random

import numpy as np
import pytest

from addon.story.plan.plan import BORN
from tests.first import first_edition_figures

from ..story.composing import explained, lacking, legible, pieces, step_of, unsaid
from ..story.picture import Picture
from .seeing import Frame, Vector, bpy, spells, staged

SAMPLES = 3  # frames of every figure besides the key moments, by lot


class Looked:
    """A staged figure and its picture."""

    def __init__(self, figure: str, overrides=None):
        self.stage = staged(figure, overrides)
        self.picture = Picture(self.stage.plan)
        self.picture.name, self.picture.trace = figure, self.stage.trace
        self.shapes: dict = {}

    def frame(self, number: int) -> Frame:
        return Frame(self.stage.scene, number, self.shapes)

    def numbers(self) -> list[int]:
        """Start, opening, the first explained steps, one flight or way, a sweep's middle, the end, and some by lot."""
        moments, kinds = self.picture.moments(), {}
        for number, why in moments.items():
            kinds.setdefault(why.split(",")[0].split(" ")[0], []).append(number)
        chosen = {kinds[k][len(kinds[k]) // 2] for k in kinds}
        draw = random.Random(self.picture.name)
        return sorted(chosen | {draw.randint(1, self.stage.plan.frames) for _ in range(SAMPLES)})


@pytest.fixture(scope="module", params=first_edition_figures())
def looked(request):
    return Looked(request.param)


def extents(frame, objects) -> np.ndarray:
    """The pixels from the frame's middle that each thing's mesh covers."""
    made = np.zeros((len(objects), 4))
    for k, obj in enumerate(objects):
        at = frame.pixels(obj.points) - frame.size / 2
        made[k] = (*at.min(axis=0), *at.max(axis=0))
    return made


def middles(frame, objects) -> np.ndarray:
    return frame.pixels(np.array([t.place for t in objects])) - frame.size / 2


def matched(one: np.ndarray, other: np.ndarray, within: float) -> bool:
    """Whether two clouds of places are the same, in any order."""
    if len(one) != len(other):
        return False
    if not len(one):
        return True
    far = np.abs(one[:, None] - other[None]).max(axis=2)
    return bool(far.min(axis=1).max() <= within and far.min(axis=0).max() <= within)


def differences(looked, number: int) -> list[str]:
    """In what the evaluated frame differs from the picture worked out of the plan."""
    frame, picture = looked.frame(number), looked.picture
    cells, texts, numbers = picture.cells(number), picture.texts(number), picture.numbers(number)
    volumes = {v.role for v in picture.plan.volumes}
    seen = [s for s in frame.seen if s.instanced]
    found = []
    for role in sorted(volumes):
        own = [s for s in seen if s.role == role and not s.shape.flat]
        mine = cells.at[cells.roles == role]
        if not matched(middles(frame, own) if own else np.zeros((0, 2)), mine, 0.6):
            found.append(f"cells of {role}: {len(own)} are seen, {len(mine)} were worked out, or elsewhere")
        reached = extents(frame, own)
        if len(own) and not outlined(reached, cells.boxes[cells.roles == role]):
            found.append(f"cells of {role} are larger or smaller than worked out")
        written = [s for s in seen if s.role == role and s.shape.flat and len(s.shape.vertices)]
        boxes = numbers.boxes[numbers.roles == role]
        if len(written) != len(boxes) or not inside(extents(frame, written), boxes):
            found.append(f"numbers of {role}: {len(written)} are seen, {len(boxes)} were worked out, or elsewhere")
    words = [s for s in seen if s.role not in volumes and s.shape.flat and len(s.shape.vertices)]
    same = sorted(s.text for s in words) == sorted(texts.said)
    if not same or not inside(extents(frame, words), texts.boxes):
        more = {s.text for s in words} ^ set(texts.said)
        found.append(f"texts: {len(words)} are seen, {len(texts)} were worked out, or elsewhere ({sorted(more)[:4]})")
    return found


def outlined(reached: np.ndarray, boxes: np.ndarray) -> bool:
    """Whether the cells' own boxes together cover what the boxes worked out do; outlines may be hairs wider."""
    one = np.concatenate([reached[:, :2].min(axis=0), -reached[:, 2:].max(axis=0)])
    other = np.concatenate([boxes[:, :2].min(axis=0), -boxes[:, 2:].max(axis=0)])
    return bool((np.abs(one - other) < 0.05 * (boxes[0, 2] - boxes[0, 0]) + 1.0).all())


def inside(reached: np.ndarray, boxes: np.ndarray) -> bool:
    """Whether each text seen lies in a box of its own (1.5 pixels of grace)."""
    if len(reached) != len(boxes):
        return False
    if not len(boxes):
        return True
    low = reached[:, None, :2] - boxes[None, :, :2] > -1.5
    high = boxes[None, :, 2:] - reached[:, None, 2:] > -1.5
    fits = (low & high).all(axis=2)
    return bool(fits.any(axis=1).all() and fits.any(axis=0).all())


def test_what_is_seen_is_what_was_worked_out(looked):
    for number in looked.numbers():
        found = differences(looked, number)
        why = looked.picture.moments().get(number, "by lot")
        assert not found, f"{looked.picture.name}, frame {number} ({why}): {found}"


# legible -------------------------------------------------------------------------------------------------------


def hidden(frame, depsgraph, obj) -> bool:
    """Whether a ray from a text's ink toward the viewer meets anything solid; of five places two may."""
    toward = Vector(frame.toward)
    points = obj.points
    low, high = points.min(axis=0), points.max(axis=0)
    met = 0
    for part in (0.15, 0.35, 0.5, 0.65, 0.85):
        at = points[np.abs(points - (low + (high - low) * part)).sum(axis=1).argmin()]
        start = Vector(at) + 0.02 * toward
        met += bool(frame_ray(depsgraph, start, toward, obj))
    return met > 2


def frame_ray(depsgraph, start, toward, obj):
    hit, _, _, _, owner, _ = bpy.context.scene.ray_cast(depsgraph, start, toward, distance=60.0)
    return hit and owner is not None


def read(looked, i: int) -> list[tuple[str, str]]:
    """(role, piece of text) at step i: spelled by evaluated meshes, upright, with nothing before them."""
    number = looked.picture.frame_of(looked.stage.plan.steps[i])
    frame = looked.frame(number)
    depsgraph = bpy.context.evaluated_depsgraph_get()
    found = []
    for obj in frame.seen:
        if not (obj.instanced and obj.shape.flat and len(obj.shape.vertices)):
            continue
        if spells(obj.shape, obj.text) and frame.reads_upright(obj) and not hidden(frame, depsgraph, obj):
            found += [(obj.role, piece) for piece in pieces(obj.text)]
    return found


def test_one_step_is_legible_whole(looked):
    """All operands, products and the value of one output are spelled by meshes that nothing stands before."""
    picture = looked.picture
    whole = [i for i in explained(picture) if picture.plan.steps[i].run == 0 and not unsaid(picture, i)]
    assert whole, f"{picture.name}: no step is legible whole"
    found = read(looked, whole[0])
    found += [pair for pair in legible(picture, whole[0]) if pair[0] == "lit" and any(pair[1] == f[1] for f in found)]
    lost = lacking(step_of(picture, whole[0]), found)
    assert not lost, f"{picture.name}: of step {whole[0]} is not read in Blender: {lost}"


# frames --------------------------------------------------------------------------------------------------------


def test_sampled_frames_show_the_window_of_the_last_step_born(looked):
    """A frame in which a cell of the output is new shows each window where it stands at that step's clock value."""
    picture, plan = looked.picture, looked.stage.plan
    clocks = np.array(sorted({s.clock for s in plan.steps}))
    visible_from = np.searchsorted(clocks, picture.clocks + BORN + 1e-6, side="right") - 1
    fresh = np.flatnonzero(np.diff(visible_from, prepend=-1) > 0) + 1
    draw = random.Random(picture.name)
    for number in sorted(draw.sample(list(map(int, fresh)), min(5, len(fresh)))):
        frame, last = looked.frame(number), clocks[visible_from[number - 1]]
        for window in (w for w in plan.windows if not w.flat):
            meant = picture.window_at(window, last)
            seen = frame.own(window.role)
            there = None if seen is None or np.abs(seen.box).max() > 1000 else seen.box.mean(axis=0)
            assert (meant is None) == (there is None), f"{picture.name}: {window.role} in frame {number}"
            if meant is not None:
                volume = next(v for v in plan.volumes if v.role == window.parent)
                place = meant * volume.unit + picture.place(volume, picture.second(number))
                assert np.abs(place - there).max() < 0.06 * volume.unit, f"{picture.name}: {window.role} in {number}"
