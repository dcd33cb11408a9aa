# SPDX-License-Identifier: GPL-3.0-or-later
"""What `plan/evaluate` works out without Blender is what Blender evaluates: at 200 random times of four figures, and
at 50 of one of every other kind, the same pieces and texts, at the same places, as large and turned alike, and the
same windows and words.
"""

import random
from dataclasses import replace

import numpy as np
import pytest

from addon.story.plan.evaluate import Evaluator, extent
from addon.story.plan.plan import NONE, Points

from ..figures import SCENES, cases, one_of_each
from .glance import Glance
from .seeing import staged, with_points

NEAR = 1e-3  # cells
SEED = 2551
FIGURES = {**one_of_each(), **{name: SCENES / f"{name}.toml" for name in (
    "pooling", "global_pooling", "conv2d_stride_comparison", "transposed_conv_strided")}}  # fmt: skip


class Blender:
    """A staged figure, read at seconds."""

    def __init__(self, stage):
        self.stage, self.known = stage, {}
        camera = np.array(stage.built.camera.matrix_world)
        self.screen = camera[:3, :2].T

    def at(self, second: float) -> Glance:
        return Glance(self.stage, second, self.known)

    def clock(self, glance) -> float:
        return float(glance.thing("clock")["step"])


def instances(glance, role: str):
    """An object's matrix; of its cubes and its labels: numbers in the plan's lists, places, axes as columns (world)."""
    thing = glance.thing(role)
    geometry = thing.evaluated_geometry()
    cloud, world = geometry.instances_pointcloud(), np.array(thing.matrix_world)
    names = [o.name for o in geometry.instance_references()] if cloud else []
    count = len(cloud.attributes["instance_transform"].data) if cloud else 0
    flat, index = np.zeros(16 * count, np.float32), np.zeros(count, np.int32)
    if count:
        cloud.attributes["instance_transform"].data.foreach_get("value", flat)
        cloud.attributes[".reference_index"].data.foreach_get("value", index)
    own = world @ flat.reshape(-1, 4, 4).transpose(0, 2, 1)
    number = np.array([int(n.rsplit(" ", 1)[1]) for n in names], int)[index] if count else index
    cubes = np.array([n.startswith("Convolume cubes") for n in names], bool)[index] if count else index > 0
    found = {kind: (number[keep], own[keep][:, :3, 3], own[keep][:, :3, :3])
             for kind, keep in (("cubes", cubes), ("labels", ~cubes))}  # fmt: skip
    return world, found


def apart(name: str, seen, wanted, near: float) -> list[str]:
    """What differs between two arrays; in words, or nothing."""
    seen, wanted = np.asarray(seen), np.asarray(wanted)
    if seen.shape != wanted.shape:
        return [f"{name}: {len(seen)} in Blender, {len(wanted)} evaluated"]
    off = np.abs(seen - wanted) > near + 2e-7 * np.abs(wanted)  # of single precision, far away
    if not off.any():
        return []
    row = int(np.argwhere(off)[0][0]) if off.ndim else 0
    return [f"{name}: {np.count_nonzero(off)} differ, the first is {seen[row]}, not {wanted[row]}"]


def differences(blender: Blender, glance, state) -> list[str]:
    """Where Blender and a state differ."""
    plan, found = state.plan, []
    for volume in plan.volumes:
        pieces, role = state.pieces[volume.role], volume.role
        world, seen = instances(glance, role)
        unit = np.linalg.norm(world[:3, 0])
        found += apart(f"{role} stands", world, pieces.matrix, NEAR * unit)
        # turned about the volume's own x
        c, s, o, l = np.cos(pieces.turn), np.sin(pieces.turn), 0 * pieces.turn, 0 * pieces.turn + 1
        turn = np.array([(l, o, o), (o, c, -s), (o, s, c)]).transpose(2, 0, 1)
        axes = (pieces.matrix[:3, :3] / np.linalg.norm(pieces.matrix[:3, :3], axis=0)) @ turn
        own = pieces.cube != NONE
        number, place, shown = seen["cubes"]
        found += apart(f"{role} pieces", number, pieces.cube[own], 0)
        if len(number) != np.count_nonzero(own):
            continue
        found += apart(f"{role} places", place, pieces.place[own], NEAR * unit)
        long = np.array([extent(plan.cubes[n].shape) for n in pieces.cube[own]]).reshape(-1, 3)
        # a shape without height says nothing of how much higher it is made
        sized = np.where(long[:, None] > 0, shown * np.where(long > 0, long, 1)[:, None], 0.0)
        found += apart(f"{role} sizes", sized, axes[own] * pieces.size[own][:, None], NEAR * unit)
        own = pieces.label != NONE
        number, place, shown = seen["labels"]
        found += apart(f"{role} texts", number, pieces.label[own], 0)
        if len(number) != np.count_nonzero(own):
            continue
        found += apart(f"{role} places of texts", place, pieces.label_place[own], NEAR * unit)
        font = pieces.label_size[own]
        wanted = axes[own] * np.column_stack([font[:, 0], font[:, 1], font[:, 1]])[:, None]
        found += apart(f"{role} sizes of texts", shown, wanted, NEAR * unit)
    for window in plan.windows:
        box, world = glance.thing(window.role), state.windows[window.role]
        flat = np.zeros(3 * len(box.data.vertices), np.float32)
        box.data.vertices.foreach_get("co", flat)
        if world is None or not len(flat):
            found += [] if world is None and not len(flat) else [f"{window.role}: {len(flat)} corners, box {world}"]
            continue
        matrix = np.array(box.matrix_world)
        at = flat.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3]
        found += apart(window.role, [at.min(axis=0), at.max(axis=0)], world, NEAR * np.linalg.norm(matrix[:3, 0]))
    for words in plan.words:
        _, seen = instances(glance, words.role)
        number, place, shown = seen["labels"]
        said = [t for t in state.words if t.role == words.role]
        texts = [(plan.labels[n].text, plan.labels[n].material) for n in number]
        if texts != [(t.text, t.material) for t in said]:
            found.append(f"{words.role}: {texts} in Blender, {said} evaluated")
            continue
        found += apart(f"{words.role} places", place @ blender.screen.T, [t.place for t in said] or place[:, :2], 1e-3)
        sizes = np.linalg.norm(shown, axis=1)[:, [0, 2]]
        found += apart(f"{words.role} sizes", sizes, [t.size for t in said] or sizes, 1e-3)
    return found


def times(plan, count: int, draw) -> list[float]:
    """Random seconds, half of them frames' own, the others at 64ths between frames, which every number format has."""
    frames = [draw.randrange(plan.frames) for _ in range(count)]
    return [(f + (draw.randrange(64) / 64 if n % 2 else 0)) / plan.fps for n, f in enumerate(frames)]


def disagreement(blender: Blender, second: float, evaluator: Evaluator) -> list[str]:
    glance = blender.at(second)
    clock, own = blender.clock(glance), evaluator.clock.at(second)
    # a sweep passes dozens of steps in a frame, and a key's frame is a number of single precision
    found = [] if abs(clock - own) < 2e-3 else [f"the clock is at {clock}, not at {own}"]
    # a thing may come at this very moment: so both look at one clock
    return found + differences(blender, glance, evaluator.at_clock(clock))


@pytest.fixture(scope="module", params=cases(FIGURES, ("conv2d_valid",)))
def blender(request):
    return Blender(staged(request.param))


def test_blender_evaluates_what_is_worked_out_without_it(blender):
    plan, draw = blender.stage.plan, random.Random(SEED)
    print(f"seed {SEED}")
    evaluator = Evaluator(plan)
    for second in times(plan, 200 if plan.id in one_of_each() else 50, draw):
        found = disagreement(blender, second, evaluator)
        assert not found, "\n".join([f"at {second} s, clock {blender.clock(blender.at(second))}:", *found])


def test_every_step_has_a_moment_that_shows_it(blender):
    """The clock is worked out alike at the steps' own seconds, where proofs look."""
    plan = blender.stage.plan
    for i in {0, 1, len(plan.steps) // 2, len(plan.steps) - 1}:
        second = (plan.frame_of(plan.steps[i].second) - 1) / plan.fps
        assert abs(blender.clock(blender.at(second)) - Evaluator(plan).clock.at(second)) < 1e-5


# that it can fail: Blender shows one plan, another is worked out ----------------------------------------------------


def changed(role: str, name: str, change):
    """The plan with one field of one volume's points changed."""

    def other(plan):
        points = next(v for v in plan.volumes if v.role == role).points
        return with_points(plan, role, Points({**points.data, name: change(points[name])}))

    return other


def windows(**fields):
    return lambda plan: replace(plan, windows=tuple(replace(w, **fields) for w in plan.windows))


def slower(plan):
    """The input turns half as far."""
    name = "input.rotation_euler.z"
    turning = plan.channels[name]
    return replace(plan, channels={**plan.channels, name: replace(turning, values=turning.values / 2)})


OTHERS = {
    "a place": changed("input", "position", lambda p: p + np.float32(2e-3) * (np.arange(len(p)) == 40)[:, None]),
    "a size": changed("filter.0", "scale", lambda s: s * np.float32(1.01)),
    "a way in": changed("bench", "enter_via", lambda v: v * np.float32(1.05)),
    "a way out": changed("bench", "exit_via", lambda v: v * np.float32(1.05)),
    "a turn": changed("bench", "enter_turn", lambda v: v * np.float32(1.05)),
    "a text": changed("output", "label", lambda n: np.where(n >= 0, n[n >= 0].max(), n)),
    "a lifetime": changed("output", "visible_from", lambda v: v + np.float32(0.5)),
    "what is dimmed": changed("input", "faded", lambda n: np.roll(n, 7)),
    "a window": windows(size=(3.03, 3.3, 2.03)),
    "a window's life": windows(life=(3.5, 30.0)),
    "a turning volume": slower,
}


@pytest.fixture(scope="module")
def rgb():
    return Blender(staged(FIGURES["rgb_conv"]))


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_another_plan_is_not_what_blender_evaluates(rgb, other):
    plan, draw = rgb.stage.plan, random.Random(SEED)
    evaluator = Evaluator(other(plan))
    # from the turn of the input to the third step, and a few times after it
    moments = [t for t in times(plan, 60, draw) if t < plan.steps[2].second][::2] + times(plan, 10, draw) + [1.5]
    assert any(disagreement(rgb, second, evaluator) for second in moments)
