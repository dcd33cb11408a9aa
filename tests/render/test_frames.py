# SPDX-License-Identifier: GPL-3.0-or-later
"""Pixels depend on the state alone: reused or not, in any order, whole or in halves, they are the same bytes."""

from dataclasses import replace

import numpy as np
import pytest

bpy = pytest.importorskip("bpy", reason="the bpy module is not installed (make test installs it)")

from addon.render import frames, state  # noqa: E402
from addon.render.profiles import PROFILES  # noqa: E402
from addon.stage import build, prepare_scene  # noqa: E402
from addon.story import load, make_plan  # noqa: E402

QUICK = replace(PROFILES["lecture"], samples=2)
SIZE = {"output.size": (214, 120), "output.fps": 5}


@pytest.fixture(params=["conv2d_valid", "rgb_conv"])
def figure(request, empty_blender):
    """A small figure, ready to render, and a dozen frames that hold glides, births and the ending."""
    plan = make_plan(load(request.param, SIZE))
    scene = bpy.context.scene
    built = build(plan, scene)
    prepare_scene(plan, scene, built)
    QUICK.apply(scene)
    numbers = [*np.linspace(1, plan.frames, 9).astype(int).tolist()]
    numbers += [plan.frame_of(s.second) for s in plan.steps[2:5]]
    return scene, built, sorted({*numbers, *(n + 1 for n in numbers[3:6])})


def pictures(recording) -> list[bytes]:
    return [recording.frame(i).tobytes() for i in range(len(recording.order))]


def test_reused_tiles_give_the_same_bytes_as_whole_frames_in_any_order(figure):
    scene, _, numbers = figure
    assert state.spreads(scene) is None and state.unaccounted(scene) is None
    forwards = frames.record(scene, numbers)
    whole = frames.record(scene, numbers, reuse=False)
    assert pictures(forwards) == pictures(whole)
    assert forwards.rendered_pixels < 0.8 * whole.rendered_pixels, "nothing was reused"
    backwards = frames.record(scene, numbers[::-1])
    assert pictures(backwards)[::-1] == pictures(forwards)
    half = len(numbers) // 2
    assert pictures(frames.record(scene, numbers[half:])) == pictures(forwards)[half:]


def test_equal_frames_are_rendered_once(figure):
    scene, _, numbers = figure
    once = frames.record(scene, [numbers[0]])
    twice = frames.record(scene, [numbers[0], numbers[0], numbers[0]])
    assert len(twice) == 1 and twice.order == [0, 0, 0] and twice.rendered_pixels == once.rendered_pixels


def test_after_an_edit_by_hand_tiles_and_whole_frames_still_agree(figure):
    scene, built, numbers = figure
    built.camera.data.ortho_scale *= 1.1
    built.objects["output"].location.z += 0.3
    mesh = bpy.data.meshes.new("own")
    mesh.from_pydata([(-3, -9, 0), (3, -9, 0), (0, -9, 3)], [], [(0, 1, 2)])
    own = bpy.data.objects.new("own", mesh)
    own.keyframe_insert("location", frame=1)
    own.location.x = 6
    own.keyframe_insert("location", frame=numbers[-1])
    scene.collection.objects.link(own)
    few = numbers[::3]
    assert state.spreads(scene) is None and state.unaccounted(scene) is None
    assert pictures(frames.record(scene, few)) == pictures(frames.record(scene, few, reuse=False))


def test_a_lamp_with_shadows_makes_whole_frames(figure):
    scene, _, numbers = figure
    lamp = bpy.data.objects.new("own lamp", bpy.data.lights.new("own lamp", "SPOT"))
    scene.collection.objects.link(lamp)
    assert "shadows of 'own lamp'" in state.spreads(scene)
    few = numbers[:2]
    recording = frames.record(scene, few)
    assert pictures(recording) == pictures(frames.record(scene, few, reuse=False))
    assert recording.picture(0).shape == (120, 214, 3)


def test_what_cannot_be_accounted_for_is_rendered_frame_by_frame(figure):
    scene, _, numbers = figure
    path = 'nodes["Emission"].inputs["Strength"].default_value'
    material = next(m for m in bpy.data.materials if "Emission" in m.node_tree.nodes)
    material.node_tree.keyframe_insert(path, frame=1)
    assert material.name in state.unaccounted(scene)
    recording = frames.record(scene, [numbers[0], numbers[0] + 1])
    assert recording.rendered_pixels == 2 * 214 * 120


def test_a_film_without_ground_carries_alpha(figure):
    scene, _, numbers = figure
    scene.render.film_transparent = True
    picture = frames.record(scene, [numbers[0]]).frame(0)
    assert picture.shape == (120, 214, 4)
    assert picture[0, 0, 3] == 0 and picture[..., 3].max() == 255


def test_every_missing_tile_is_in_some_rectangle_and_far_ones_are_not_joined():
    rng = np.random.default_rng(3)
    for _ in range(50):
        missing = rng.random((12, 20)) < rng.random() * 0.4
        covered = np.zeros_like(missing)
        for x0, y0, x1, y1 in frames.rectangles(missing):
            covered[y0:y1, x0:x1] = True
        assert (covered | ~missing).all()
    corners = np.zeros((30, 50), bool)
    corners[0, 0] = corners[-1, -1] = True
    assert sorted(frames.rectangles(corners)) == [(0, 0, 1, 1), (49, 29, 50, 30)]
