# SPDX-License-Identifier: GPL-3.0-or-later
"""The proofs can fail: each wrong picture below is built, and each is caught for what is wrong with it."""

from dataclasses import replace

import numpy as np
import pytest

from addon.story.plan.plan import Points, Track

from .proof import prove
from .seeing import ROLE, Built, Matrix, bpy
from .seeing import staged_first as staged

SMALL = {"input.size": [5, 5], "look.title": False, "look.labels": False}
TALL = {**SMALL, "input.size": [4, 5], "input.seed": 12}
HOLES = {**SMALL, "op.dilation": 2, "input.size": [5, 6]}
ROLES = ("input", "kernel", "output")


def volume(plan, role):
    return next(v for v in plan.volumes if v.role == role)


def columns(plan, role, **changed):
    """A volume's points with some of their columns replaced."""
    return plan.with_points(role, Points({**volume(plan, role).points.data, **changed}))


def with_words(plan, role, **changed):
    old = next(w for w in plan.words if w.role == role)
    new = replace(old, points=Points({**old.points.data, **changed}))
    return replace(plan, words=tuple(new if w is old else w for w in plan.words))


def with_track(plan, role, change):
    tracks = (Track(t.role, change(t.places)) if t.role == role else t for t in plan.tracks)
    return replace(plan, tracks=tuple(tracks))


def shifted(x: float, z: float):
    """The window off its place, and the light with it."""
    return lambda plan: with_track(plan, "input.track", lambda places: places + np.float32((x, 0, z)))


def frame_alone(plan):
    """The frame off by one, the lit cells right."""
    lost = replace(plan.tracks[0], role="lost", places=plan.tracks[0].places + np.float32((1, 0, 0)))
    windows = tuple(replace(w, track="lost") if w.role == "input.window" else w for w in plan.windows)
    return replace(plan, tracks=(*plan.tracks, lost), windows=windows)


def light_alone(plan):
    """The lit cells off by one, the frame right."""
    lost = replace(plan.tracks[0], role="lost", places=plan.tracks[0].places + np.float32((0, 0, -1)))
    volumes = tuple(replace(v, track="lost") if v.role == "input" else v for v in plan.volumes)
    return replace(plan, tracks=(*plan.tracks, lost), volumes=volumes)


def window_late(plan):
    """The window one step behind."""
    return with_track(plan, "input.track", lambda places: np.roll(places, 1, axis=0))


def window_wide(plan):
    windows = tuple(replace(w, size=(w.size[0] + 1, *w.size[1:])) if w.role == "input.window" else w
                    for w in plan.windows)  # fmt: skip
    return replace(plan, windows=windows)


def holes_filled(plan):
    """A dilated window lights the cells between its taps."""
    filled = replace(volume(plan, "input"), taps=(5, 1, 5), dilation=(1, 1, 1))
    return replace(plan, volumes=tuple(filled if v.role == "input" else v for v in plan.volumes))


def transposed(role):
    def mutate(plan):
        at = volume(plan, role).points["position"]
        return columns(plan, role, position=np.column_stack([-at[:, 2], at[:, 1], -at[:, 0]]))

    return mutate


def turned(role, axis):
    """Rows from the bottom up, or columns from right to left."""

    def mutate(plan):
        at = volume(plan, role).points["position"].copy()
        at[:, axis] = at[:, axis].min() + at[:, axis].max() - at[:, axis]
        return columns(plan, role, position=at)

    return mutate


def flipped(plan):
    """The kernel's numbers turned by 180°, its cells left alone."""
    points = volume(plan, "kernel").points
    at, text = points["position"].copy(), points["label"] >= 0
    at[text] = (at.min(axis=0) + at.max(axis=0)) - at[text]
    return columns(plan, "kernel", position=at)


def another_glyph(role):
    """The first number's text is another number's."""

    def mutate(plan):
        points, texts = volume(plan, role).points, [label.text for label in plan.labels]
        changed = {name: points[name].copy() for name in ("label", "label_faded")}
        rows = [i for i, label in enumerate(points["label"]) if label >= 0]
        one = points["label"] == points["label"][rows[0]]
        one &= (points["position"] == points["position"][rows[0]]).all(axis=1)
        other = next(i for i in rows if texts[points["label"][i]] != texts[points["label"][rows[0]]])
        for column in changed.values():
            column[one] = column[other]
        return columns(plan, role, **changed)

    return mutate


def visible_from(by: float, cell: int = 4):
    def mutate(plan):
        when = volume(plan, "output").points["visible_from"].copy()
        when[cell] += by
        return columns(plan, "output", visible_from=when)

    return mutate


def sum_of(plan, step: int):
    """The sum's points, and which of them are that step's, from left to right."""
    points = next(w for w in plan.words if w.role == "sum").points
    return points, [i for i in range(len(points)) if step < points["visible_until"][i] < step + 1]


def token(place: int):
    """A token of step 4's sum is another step's in the same slot."""

    def mutate(plan):
        (points, one), (_, other) = sum_of(plan, 4), sum_of(plan, 3)
        label = points["label"].copy()
        assert label[one[place]] != label[other[place]]
        label[one[place]] = label[other[place]]
        return with_words(plan, "sum", label=label)

    return mutate


def tokens_swapped(plan):
    """Two products of step 4 in each other's place: the sum stays right, its order does not."""
    points, row = sum_of(plan, 4)
    one, other = row[2:4]
    assert points["label"][one] != points["label"][other]
    label = points["label"].copy()
    label[[one, other]] = label[[other, one]]
    return with_words(plan, "sum", label=label)


def sum_early(plan):
    """Every step's sum is the next step's."""
    points = next(w for w in plan.words if w.role == "sum").points
    return with_words(plan, "sum", visible_from=points["visible_from"] - np.float32(1),
                      visible_until=points["visible_until"] - np.float32(1))


def never_faded(plan):
    return columns(plan, "input", faded=volume(plan, "input").points["cube"])


def marker_late(plan):
    return with_track(plan, "output.track", lambda places: np.roll(places, 1, axis=0))


# what is wrong, on which figure, what the prover must say
PLANS = {
    "the window is one column off": (shifted(1, 0), SMALL, "window: covers"),
    "the window is one row off": (shifted(0, -1), SMALL, "window: covers"),
    "the window is half a cell off": (shifted(0.45, 0), SMALL, "window: "),
    "the frame alone is off": (frame_alone, SMALL, "window: covers"),
    "the lit cells alone are off": (light_alone, SMALL, "lit: "),
    "the window is a step behind": (window_late, SMALL, "window: covers"),
    "the window is too wide": (window_wide, SMALL, "window: "),
    "no cell fades back": (never_faded, SMALL, "lit: "),
    "a dilated window lights its holes": (holes_filled, HOLES, "lit: "),
    "height and width of the output are swapped": (transposed("output"), TALL, "cells: output is not 2×3"),
    "height and width of the input are swapped": (transposed("input"), TALL, "cells: input is not 4×5"),
    "a square output is transposed": (transposed("output"), SMALL, "born: |number: output"),
    "a square input is transposed": (transposed("input"), SMALL, "number: input"),
    "the input's rows run upwards": (turned("input", 2), SMALL, "number: input"),
    "the output's columns run leftwards": (turned("output", 0), SMALL, "born: |number: output"),
    "the kernel's numbers are flipped": (flipped, SMALL, "number: kernel"),
    **{f"a number of the {r} is another": (another_glyph(r), SMALL, f"number: {r}") for r in ROLES},
    "a cell is born a step early": (visible_from(-1), SMALL, r"born: output \(1, 1\) is there at step 3"),
    "a cell is born a step late": (visible_from(1), SMALL, r"born: output \(1, 1\) is not there at step 4"),
    "a product of the sum is another's": (token(2), SMALL, "sum: "),
    "the total is another's": (token(-1), SMALL, "sum: "),
    "the cell's name is another's": (token(0), SMALL, "names the wrong"),
    "two products have changed places": (tokens_swapped, SMALL, "sum: "),
    "the sum runs a step ahead": (sum_early, SMALL, "sum: "),
    "the marker is a step behind": (marker_late, SMALL, "marker: "),
}  # fmt: skip
STEPS = (3, 4)


@pytest.fixture(scope="module")
def truth():
    """Figures built right, each once: their proofs hold at the steps that the mutants are tried at."""
    return {}


@pytest.mark.parametrize("name", PLANS)
def test_the_proofs_fail_when(name, truth):
    mutate, overrides, said = PLANS[name]
    steps = (0, 1) if overrides is HOLES else STEPS
    if str(overrides) not in truth:
        prove(staged("conv2d_valid", overrides), steps)
        truth[str(overrides)] = True
    with pytest.raises(AssertionError, match=said):
        prove(staged("conv2d_valid", overrides, mutate), steps)


# what a scene can have wrong although its plan is right ----------------------------------------------


def mirrored(stage):
    stage.built.camera.scale.x = -1


def from_behind(stage):
    camera = stage.built.camera
    camera.matrix_world = Matrix.Rotation(np.pi, 4, "Z") @ camera.matrix_world


def on_its_head(stage):
    camera = stage.built.camera
    camera.matrix_world = camera.matrix_world @ Matrix.Rotation(np.pi, 4, "Z")


def words_turned(stage):
    stage.built.objects["screen"].rotation_euler.x += np.pi


def text_of(stage, text: str):
    return next(o.data for o in bpy.data.objects if o.type == "MESH" and o.data.get("text") == text)


def another_mesh(stage):
    """A mesh that claims "2" but is drawn as "3"."""
    wrong, right = text_of(stage, "3").copy(), text_of(stage, "2")
    wrong["text"] = "2"
    for obj in [o for o in bpy.data.objects if o.type == "MESH" and o.data.get("text") == "2"]:
        obj.data = wrong
    assert right.users == 0 or right is not wrong


def glyph_mirrored(stage):
    mesh = text_of(stage, "2")
    for obj in [o for o in bpy.data.objects if o.type == "MESH" and o.data.get("text") == "2"]:
        obj.data = mesh
    mesh.transform(Matrix.Scale(-1, 4, (1, 0, 0)))


def clock_late(stage):
    """A retimed clock that is a step behind at the steps' own times."""
    controller = stage.built.controller
    curve = controller.animation_data.action.fcurve_ensure_for_datablock(controller, '["step"]', index=0)
    for key in curve.keyframe_points:
        key.co.y -= 1.0 if key.co.y > 0 else 0.0


def driver_lost(stage):
    stage.built.objects["output"].animation_data.drivers.remove(stage.built.objects["output"].animation_data.drivers[0])


def hidden(stage):
    stage.built.objects["output"].hide_render = True


SCENES = {
    "the camera mirrors": (mirrored, "screen: "),
    "the camera stands behind": (from_behind, "screen: |number: "),
    "the camera is on its head": (on_its_head, "screen: "),
    "the words are on their heads": (words_turned, "screen: |sum: "),
    "a mesh is drawn as another number": (another_mesh, "number: "),
    "a glyph is mirrored": (glyph_mirrored, "number: |screen: "),
    "the clock is a step behind": (clock_late, "window: |born: "),
    "the output has lost the clock": (driver_lost, "born: "),
    "the output is hidden from renders": (hidden, "is not rendered"),
}


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A figure built once and saved; opening it is quicker than building another."""
    path = tmp_path_factory.mktemp("scenes") / "small.blend"
    stage = staged("conv2d_valid", SMALL)
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    return stage, path


def reopened(saved):
    stage, path = saved
    bpy.ops.wm.open_mainfile(filepath=str(path))
    objects = {o[ROLE]: o for o in bpy.context.scene.objects if ROLE in o}
    built = Built(next(iter(bpy.context.scene.collection.children)), objects)
    return replace(stage, scene=bpy.context.scene, built=built)


def test_the_proofs_hold_on_a_scene_that_was_saved_and_opened(saved):
    prove(reopened(saved), STEPS)


@pytest.mark.parametrize("name", SCENES)
def test_the_proofs_fail_on_a_scene_in_which(name, saved):
    break_it, said = SCENES[name]
    stage = reopened(saved)
    break_it(stage)
    with pytest.raises(AssertionError, match=said):
        prove(stage, STEPS)


def share(plan):
    """Of several channels, one's share of the total is another's."""
    points, texts = next(w for w in plan.words if w.role == "sum").points, [la.text for la in plan.labels]
    label, visible_until = points["label"].copy(), points["visible_until"]
    row = next(i for i, n in enumerate(label) if texts[n].startswith("+ G") and 4 < visible_until[i] < 5)
    label[row] = next(n for n in label if texts[n].startswith("+ G") and texts[n] != texts[label[row]])
    return with_words(plan, "sum", label=label)


def channels_swapped(plan):
    """The green kernel's numbers on the blue one."""
    return plan.with_points("kernel.G", volume(plan, "kernel.B").points)


CHANNELS = {
    "a share is another's": (share, "sum: "),
    "two kernels are mixed up": (channels_swapped, "number: kernel.G"),
}


@pytest.mark.parametrize("name", CHANNELS)
def test_the_proofs_fail_on_several_channels_when(name):
    mutate, said = CHANNELS[name]
    with pytest.raises(AssertionError, match=said):
        prove(staged("rgb_conv", {**SMALL, "op.padding": 0}, mutate), STEPS)
