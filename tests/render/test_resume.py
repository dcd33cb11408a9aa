# SPDX-License-Identifier: GPL-3.0-or-later
"""Rendering from the cache: the same bytes as without, nothing that shows something else, and nothing twice."""

import numpy as np
import pytest

bpy = pytest.importorskip("bpy", reason="the bpy module is not installed (make test installs it)")

from addon.render.process.jobs import Job  # noqa: E402
from addon.render.profiles import PROFILES  # noqa: E402
from addon.render.reuse import frames, index, scene_fingerprint  # noqa: E402
from addon.render.reuse.cache import Store  # noqa: E402
from addon.scene.load import load  # noqa: E402
from addon.stage import build, prepare_scene  # noqa: E402
from addon.story import make_plan  # noqa: E402
from tests.figures import cases  # noqa: E402

DRAFT, INDEX = PROFILES["draft"], b"index of a test."
NUMBERS = [30, 31, 32, 33]
FIGURES = cases({name: name for name in ("conv1d", "conv2d_valid")}, ("conv1d",))


@pytest.fixture(params=FIGURES)
def scene(request, empty_blender):
    """A small figure."""
    plan = make_plan(load(request.param, {"output.size": (160, 90), "output.fps": 8}))
    scene = bpy.context.scene
    prepare_scene(plan, scene, build(plan, scene))
    return scene


def pictures(recording) -> list[bytes]:
    return [recording.frame(i).tobytes() for i in range(len(recording.order))]


def record(scene, store, numbers=NUMBERS, **more):
    return frames.record(scene, numbers, DRAFT, store=store, **more)


def test_what_the_cache_has_is_not_rendered_and_is_the_same(scene, tmp_path):
    plain = frames.record(scene, NUMBERS, DRAFT)
    first = record(scene, Store(tmp_path), NUMBERS[:2], index=INDEX)
    assert first.reused == 0 and first.rendered_pixels > 0
    # a run that was broken off there goes on, in whatever order
    rest = record(scene, Store(tmp_path), NUMBERS[::-1], index=INDEX)
    assert pictures(rest)[::-1] == pictures(plain) and 0 < rest.reused < rest.tiles
    assert rest.rendered_pixels + first.rendered_pixels <= plain.rendered_pixels * 1.3  # other rectangles
    again = record(scene, Store(tmp_path), index=INDEX)
    assert pictures(again) == pictures(plain) and again.rendered_pixels == 0 and again.reused == again.tiles
    recalled = index.recalled(Store(tmp_path), INDEX, NUMBERS)
    assert pictures(recalled) == pictures(plain)
    assert record(scene, Store(tmp_path, read=False)).reused == 0
    assert frames.record(scene, NUMBERS[:1], DRAFT, store=Store(tmp_path), reuse=False).reused == 0


def test_whole_frames_are_kept_too_and_what_cannot_be_accounted_for_is_not(scene, tmp_path):
    scene.world.cycles_visibility.diffuse = True  # light from everywhere: only whole frames can be told apart
    whole = record(scene, Store(tmp_path), NUMBERS[:2])
    assert whole.tile == 160 and whole.rendered_pixels == 2 * 160 * 90
    again = record(scene, Store(tmp_path), NUMBERS[:2])
    assert pictures(again) == pictures(whole) and again.rendered_pixels == 0
    scene.world.cycles_visibility.diffuse = False
    scene.render.use_motion_blur = True
    before = Store(tmp_path).size()
    record(scene, Store(tmp_path), NUMBERS[:1])
    assert Store(tmp_path).size() == before
    kept = record(scene, Store(tmp_path), NUMBERS[:1], index=INDEX)  # but for one run, where processes share it
    assert record(scene, Store(tmp_path), NUMBERS[:1], index=INDEX).reused == kept.tiles == 1


def changes(scene):
    """What changes pixels and not keys, each undone by the one after it or not: (name, change)."""
    material = next(m for m in bpy.data.materials if m.node_tree and "Emission" in m.node_tree.nodes)
    light = next(o for o in scene.objects if o.type == "LIGHT")
    mesh = next(o for o in scene.objects if o.type == "MESH").data
    cube = next(m for m in bpy.data.meshes if "Convolume cubes" in m.name or m.materials)
    ramp = material.node_tree.nodes.new("ShaderNodeValToRGB")
    image = bpy.data.images.new("own", 2, 2)
    picture = material.node_tree.nodes.new("ShaderNodeTexImage")
    picture.image = image
    yield "a node", lambda: None
    yield "colour", lambda: setattr(material.node_tree.nodes["Emission"].inputs["Strength"], "default_value", 0.5)
    yield "ramp", lambda: setattr(ramp.color_ramp.elements[0], "position", 0.25)
    yield "link", lambda: material.node_tree.links.clear()
    yield "image", lambda: image.pixels.foreach_set(np.full(16, 0.5, np.float32))
    yield "world", lambda: setattr(scene.world.node_tree.nodes["Background"].inputs["Strength"], "default_value", 0.5)
    yield "light", lambda: setattr(light.data, "angle", 0.1)
    yield "samples", lambda: setattr(scene.cycles, "samples", 5)
    yield "filter", lambda: setattr(scene.cycles, "filter_width", 2.0)
    yield "view", lambda: setattr(scene.view_settings, "exposure", 0.5)
    yield "gamma", lambda: setattr(scene.view_settings, "gamma", 1.2)
    yield "film", lambda: setattr(scene.render, "film_transparent", not scene.render.film_transparent)
    yield "an object's colour", lambda: setattr(light, "color", (0.5, 0.5, 0.5, 1.0))
    yield "a UV map", lambda: mesh.attributes.new("own", "FLOAT2", "CORNER" if mesh.loops else "POINT")
    yield "faces", lambda: cube.attributes.new("sharp_edge", "BOOLEAN", "EDGE").data.foreach_set(
        "value", np.ones(len(cube.edges), bool)
    )
    yield "size", lambda: setattr(scene.render, "resolution_percentage", 50)


def test_everything_that_keys_do_not_say_makes_another_shelf_and_nothing_else_does(scene, monkeypatch):
    DRAFT.apply(scene)
    seen = {scene_fingerprint.fingerprint(scene)}
    scene.frame_set(50)
    scene.render.filepath, scene.render.use_border, scene.render.threads_mode = "/tmp/elsewhere", True, "FIXED"
    assert scene_fingerprint.fingerprint(scene) in seen
    for name, change in changes(scene):
        change()
        now = scene_fingerprint.fingerprint(scene)
        assert now not in seen, name
        seen.add(now)
    monkeypatch.setattr(scene_fingerprint, "renderer", lambda: b"another")
    assert scene_fingerprint.fingerprint(scene) not in seen


def test_a_script_or_chosen_lights_are_never_kept(scene):
    assert scene_fingerprint.why_not(scene) is None
    material = bpy.data.materials[0]
    node = material.node_tree.nodes.new("ShaderNodeScript")
    assert "runs a script" in scene_fingerprint.why_not(scene)
    material.node_tree.nodes.remove(node)
    light = next(o for o in scene.objects if o.type == "LIGHT")
    light.light_linking.receiver_collection = bpy.data.collections.new("chosen")
    assert "chooses what it lights" in scene_fingerprint.why_not(scene)


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_that_the_cache_has_is_made_without_building_it(figure, empty_blender, tmp_path, monkeypatch):
    plan = make_plan(load(figure, {"output.size": (160, 90), "output.fps": 2}))
    job = Job("own", ("poster",), "draft", plan)
    reported = []
    first = [r.file.read_bytes() for r in job.run(DRAFT, tmp_path / "a", reported.append, store=Store(tmp_path / "c"))]
    monkeypatch.setattr("addon.render.process.jobs._built", lambda plan: pytest.fail("it was built"))
    again = [r.file.read_bytes() for r in job.run(DRAFT, tmp_path / "b", reported.append, store=Store(tmp_path / "c"))]
    assert again == first and len(first) == 1
    assert len(reported) == 1 and "pieces are from the cache" in reported[0]
