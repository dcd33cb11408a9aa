# SPDX-License-Identifier: GPL-3.0-or-later
"""Pixels depend on the state alone: reused they are what whole frames show, and in any order the same bytes."""

import math
from dataclasses import replace

import numpy as np
import pytest

bpy = pytest.importorskip("bpy", reason="the bpy module is not installed (make test installs it)")

from addon.render.profiles import PROFILES  # noqa: E402
from addon.render.reuse import frames, material_analysis, reuse_policy  # noqa: E402
from addon.scene.load import load  # noqa: E402
from addon.stage import build, compat, prepare_scene  # noqa: E402
from addon.story import make_plan  # noqa: E402
from tests.figures import cases  # noqa: E402

# A ray that passes an edge by a rounding may fall on either side of it. With few samples a pixel, one such ray is a
# visible step (a sixteenth of white on black is 70/255), so what is compared with whole frames has many, and in every
# pixel at other places: else a straight edge that passes one would be beside it in all its pixels.
QUICK, MANY = replace(PROFILES["lecture"], samples=2), replace(PROFILES["lecture"], samples=128)


def prepared(name, width, height, **look):
    """A figure's scene, what was built, and its plan."""
    looks = {f"look.{key}": value for key, value in look.items()}
    plan = make_plan(load(name, {"output.size": (width, height), "output.fps": 5, **looks}))
    scene = bpy.context.scene
    built = build(plan, scene)
    prepare_scene(plan, scene, built)
    return scene, built, plan


@pytest.fixture(params=cases({name: name for name in ("conv2d_valid", "rgb_conv")}, ("conv2d_valid",)))
def figure(request, empty_blender):
    """A small figure, ready to render, and a dozen frames that hold glides, births and the ending."""
    scene, built, plan = prepared(request.param, 214, 120)
    QUICK.apply(scene)
    numbers = [*np.linspace(1, plan.frames, 9).astype(int).tolist()]
    numbers += [plan.frame_of(s.second) for s in plan.steps[2:5]]
    return scene, built, sorted({*numbers, *(n + 1 for n in numbers[3:6])})


def pictures(recording) -> list[bytes]:
    return [recording.frame(i).tobytes() for i in range(len(recording.order))]


def steps_along(picture, axis):
    """How far neighbouring pixels differ, across the lines that part tiles."""
    lines = np.arange(reuse_policy.TILE, picture.shape[axis], reuse_policy.TILE)
    return np.abs(np.take(picture, lines, axis) - np.take(picture, lines - 1, axis))


def assert_alike(reused, whole):
    """At most 1 % of the pixels differ by more than 3/255, none by more than 25; no line shows where tiles meet."""
    for number in range(len(whole.order)):
        mine, theirs = reused.frame(number).astype(int), whole.frame(number).astype(int)
        difference = np.abs(mine - theirs).max(axis=2)
        assert difference.max() <= 25, (number, np.argwhere(difference > 25).tolist())
        assert (difference > 3).mean() <= 0.01, number
        for axis in (0, 1):
            more = steps_along(mine, axis) - steps_along(theirs, axis)
            assert np.median(more) <= 2 and (more > 2).mean() < 0.01, (number, axis)


def assert_reused_is_whole(scene, numbers):
    MANY.apply(scene)
    scene.cycles.sampling_pattern, scene.cycles.scrambling_distance = "AUTOMATIC", 1.0
    reused = frames.record(scene, numbers)
    assert_alike(reused, frames.record(scene, numbers, reuse=False))
    return reused


SOLID = "rgb_conv"
# of each kind the figure with the most in sight
KINDS = ("conv1d", SOLID, "mnist_conv", "pooling", "conv2d_stride_comparison", "transposed_conv_strided")


@pytest.mark.parametrize("name", cases({name: name for name in KINDS}, (SOLID,)))
def test_every_figure_reused_is_what_whole_frames_show(name, empty_blender):
    scene, _, plan = prepared(name, 160, 90)
    middle = plan.frame_of(plan.steps[len(plan.steps) // 2].second)
    numbers = [1, middle - 1, middle]
    MANY.apply(scene)
    assert reuse_policy.unsupported_reason(scene) is None and reuse_policy.light_reach(scene) is None
    assert material_analysis.why_in_place(scene) is None
    assert_reused_is_whole(scene, numbers)
    forwards = frames.record(scene, numbers, PROFILES["lecture"])
    backwards = frames.record(scene, numbers[:0:-1])
    assert forwards.frame(2).tobytes() == backwards.frame(0).tobytes()


def test_the_order_of_the_frames_is_no_matter(figure):
    scene, _, numbers = figure
    assert reuse_policy.light_reach(scene) is None and reuse_policy.unsupported_reason(scene) is None
    forwards = frames.record(scene, numbers)
    assert forwards.rendered_pixels < 0.8 * len(numbers) * 214 * 120, "nothing was reused"
    backwards = frames.record(scene, numbers[::-1])
    assert pictures(backwards)[::-1] == pictures(forwards)
    half = len(numbers) // 2
    assert pictures(frames.record(scene, numbers[half:])) == pictures(forwards)[half:]


def test_equal_frames_are_rendered_once(figure):
    scene, _, numbers = figure
    once = frames.record(scene, [numbers[0]])
    twice = frames.record(scene, [numbers[0], numbers[0], numbers[0]])
    assert len(twice) == 1 and twice.order == [0, 0, 0] and twice.rendered_pixels == once.rendered_pixels


def test_the_file_is_left_as_it_was(figure):
    scene, _, numbers = figure
    kinds = ("scenes", "objects", "meshes", "cameras", "materials", "lights", "worlds", "collections", "actions")
    before = {kind: set(getattr(bpy.data, kind).keys()) for kind in kinds}
    frames.record(scene, numbers[:2])
    assert {kind: set(getattr(bpy.data, kind).keys()) for kind in kinds} == before
    assert bpy.context.scene == scene


def own_object(scene, material=None):
    """A triangle of the user's own that moves."""
    mesh = bpy.data.meshes.new("own")
    mesh.from_pydata([(-3, -9, 0), (3, -9, 0), (0, -9, 3)], [], [(0, 1, 2)])
    mesh.materials.append(material)
    own = bpy.data.objects.new("own", mesh)
    scene.collection.objects.link(own)
    return own


@pytest.mark.thorough
def test_a_driver_that_reads_the_scenes_own_settings_is_followed(empty_blender):
    scene, _, _ = prepared("conv2d_valid", 160, 90)
    curve = own_object(scene).driver_add("location", 0)
    source = curve.driver.variables.new()
    source.targets[0].id_type, source.targets[0].id = "SCENE", scene
    source.targets[0].data_path = "frame_current"
    curve.driver.expression = f"({source.name} - 40) / 5"
    recording = assert_reused_is_whole(scene, [30, 42, 50])
    assert len({recording.frame(n).tobytes() for n in range(3)}) == 3


@pytest.mark.thorough
def test_after_an_edit_by_hand_reused_and_whole_frames_still_agree(empty_blender):
    scene, built, plan = prepared("conv2d_valid", 160, 90)
    built.camera.data.ortho_scale *= 1.1
    built.objects["output"].location.z += 0.3
    built.objects["output"].scale = (1.1, 1.0, 0.9)
    own = own_object(scene)
    own.keyframe_insert("location", frame=1)
    own.location.x = 6
    own.keyframe_insert("location", frame=plan.frames)
    assert_reused_is_whole(scene, [1, plan.frames // 2, plan.frames])
    assert reuse_policy.light_reach(scene) is None and reuse_policy.unsupported_reason(scene) is None


def test_what_knows_its_place_is_rendered_in_its_place(empty_blender):
    scene, _, plan = prepared("conv2d_valid", 160, 90)
    material = bpy.data.materials.new("chequered")
    compat.use_nodes(material)
    nodes, links = material.node_tree.nodes, material.node_tree.links
    links.new(nodes.new("ShaderNodeTexChecker").outputs[0], nodes["Principled BSDF"].inputs["Base Color"])
    assert not material_analysis.MaterialAnalysis().plain(["chequered"])
    own_object(scene, material)
    assert_reused_is_whole(scene, [1, plan.frames // 2])


@pytest.mark.thorough
def test_a_lamp_that_turns_is_followed(empty_blender):
    scene, built, plan = prepared("conv2d_valid", 160, 90)
    lamp = built.objects["light"]
    lamp.rotation_mode = "XYZ"
    lamp.keyframe_insert("rotation_euler", frame=1)
    lamp.rotation_euler.x += math.radians(40)
    lamp.keyframe_insert("rotation_euler", frame=plan.frames)
    recording = assert_reused_is_whole(scene, [1, plan.frames // 2, plan.frames])
    assert len(recording) == 3


def test_a_lamp_with_shadows_makes_whole_frames(figure):
    scene, _, numbers = figure
    lamp = bpy.data.objects.new("own lamp", bpy.data.lights.new("own lamp", "SPOT"))
    scene.collection.objects.link(lamp)
    assert "shadows of 'own lamp'" in reuse_policy.light_reach(scene)
    few = numbers[:2]
    recording = frames.record(scene, few)
    assert pictures(recording) == pictures(frames.record(scene, few, reuse=False))
    assert recording.picture(0).shape == (120, 214, 3)
    lamp.data.use_shadow = False
    assert reuse_policy.light_reach(scene) is None and "shines from a place" in material_analysis.why_in_place(scene)
    assert pictures(frames.record(scene, few)) == pictures(frames.record(scene, few, reuse=False))


def test_a_ground_or_a_thing_that_lights_makes_whole_frames(figure):
    scene, _, _ = figure
    scene.world.cycles_visibility.diffuse = True
    assert "the light of" in reuse_policy.light_reach(scene)
    scene.world.cycles_visibility.diffuse = False
    material = next(m for m in bpy.data.materials if "Emission" in m.node_tree.nodes)
    material.cycles.emission_sampling = "AUTO"
    assert reuse_policy.light_reach(scene) == f"the light of {material.name!r}"


def test_what_cannot_be_accounted_for_is_rendered_frame_by_frame(figure):
    scene, _, numbers = figure
    path = 'nodes["Emission"].inputs["Strength"].default_value'
    material = next(m for m in bpy.data.materials if "Emission" in m.node_tree.nodes)
    material.node_tree.keyframe_insert(path, frame=1)
    assert material.name in reuse_policy.unsupported_reason(scene)
    recording = frames.record(scene, [numbers[0], numbers[0] + 1])
    assert recording.rendered_pixels == 2 * 214 * 120


def test_what_the_viewport_hides_cannot_be_accounted_for(figure):
    scene, _, _ = figure
    own = own_object(scene)
    own.hide_viewport = True
    assert "'own', which is hidden in the viewport alone," in reuse_policy.unsupported_reason(scene)
    own.hide_render = True
    assert reuse_policy.unsupported_reason(scene) is None


@pytest.mark.parametrize("name", ["conv2d_valid", SOLID])
def test_a_film_without_ground_carries_alpha(name, empty_blender):
    scene, _, plan = prepared(name, 214, 120, theme="transparent")
    QUICK.apply(scene)
    picture = frames.record(scene, [plan.frames]).frame(0)
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
