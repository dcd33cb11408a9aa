# SPDX-License-Identifier: GPL-3.0-or-later
"""A material that looks at what stands around it makes whole frames: a neighbour may be outside of the tile."""

import numpy as np
import pytest

bpy = pytest.importorskip("bpy", reason="the bpy module is not installed (make test installs it)")

from mathutils import Vector  # noqa: E402

from addon.render.profiles import PROFILES  # noqa: E402
from addon.render.reuse import frames  # noqa: E402
from addon.render.reuse import material_analysis as looks  # noqa: E402
from addon.render.reuse import reuse_policy as state  # noqa: E402
from addon.scene.load import load  # noqa: E402
from addon.stage import build, compat, prepare_scene  # noqa: E402
from addon.story import make_plan  # noqa: E402

NODES = [n for n in ("ShaderNodeAmbientOcclusion", "ShaderNodeBevel", "ShaderNodeRaycast", "ShaderNodeScript",
                     "ShaderNodeBsdfRayPortal") if hasattr(bpy.types, n)]  # fmt: skip


def own_board(scene, material, name="own", size=8.0, place=(0.0, -9.0, 0.0)):
    """A square of the user's own, before the figure, that faces along y."""
    mesh = bpy.data.meshes.new(name)
    h = size / 2
    mesh.from_pydata([(-h, 0, -h), (h, 0, -h), (h, 0, h), (-h, 0, h)], [], [(0, 1, 2, 3)])
    mesh.materials.append(material)
    own = bpy.data.objects.new(name, mesh)
    own.location = place
    scene.collection.objects.link(own)
    return own


@pytest.fixture
def scene(empty_blender):
    plan = make_plan(load("conv2d_valid", {"output.size": (160, 90), "output.fps": 5}))
    scene = bpy.context.scene
    prepare_scene(plan, scene, build(plan, scene))
    PROFILES["draft"].apply(scene)
    return scene


def shader(name):
    """A material with a node that looks around; it shines as brightly as ambient occlusion says, if it is that."""
    material = bpy.data.materials.new("looks around")
    compat.use_nodes(material)
    material.cycles.emission_sampling = "NONE"
    tree = material.node_tree
    tree.nodes.clear()
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    emission = tree.nodes.new("ShaderNodeEmission")
    tree.links.new(emission.outputs[0], output.inputs["Surface"])
    node = tree.nodes.new(name)
    if name == "ShaderNodeAmbientOcclusion":
        node.inputs["Distance"].default_value = 6.0
        tree.links.new(node.outputs["AO"], tree.nodes["Emission"].inputs["Strength"])
    return material


def differ(scene, wall, places):
    """How far two frames that differ by the wall's place alone are apart; both are as they are rendered whole."""
    for frame, place in enumerate(places, 1):
        wall.location = place
        wall.keyframe_insert("location", frame=frame)
    reused, whole = frames.record(scene, [1, 2]), frames.record(scene, [1, 2], reuse=False)
    for number in range(2):
        assert np.array_equal(reused.frame(number), whole.frame(number))
    assert reused.order == [0, 1], "both frames have the same key"
    return np.abs(whole.frame(0).astype(int) - whole.frame(1).astype(int))


def test_what_a_board_sees_far_from_its_tile_is_in_its_pixels(scene):
    """A wall that comes and goes darkens a board beside it, many tiles away, by its occlusion alone."""
    own_board(scene, shader("ShaderNodeAmbientOcclusion"))
    wall = own_board(scene, bpy.data.materials.new("wall"), "wall", 6.0, (0.0, -11.0, 0.0))
    wall.visible_camera = False
    apart = differ(scene, wall, [(0.0, -11.0, 0.0), (60.0, -11.0, 0.0)])
    assert apart.max() > 60, "the wall is not seen by the board: the test shows nothing"


def test_what_a_board_sees_outside_of_the_picture_is_in_its_pixels(scene):
    """A wall beyond the picture's edge, which meets no tile at all."""
    camera = scene.camera
    right, seen = camera.matrix_world.to_3x3().col[0], camera.matrix_world.inverted() @ Vector((0.0, -9.0, 0.0))
    place = Vector((0.0, -9.0, 0.0)) + right * (camera.data.ortho_scale / 2 - 2.0 - seen.x)
    own_board(scene, shader("ShaderNodeAmbientOcclusion"), place=place)
    wall = own_board(scene, bpy.data.materials.new("wall"), "wall", 6.0)
    beyond = place + Vector((6.5, -2.0, 0.0))
    low = (camera.matrix_world.inverted() @ (beyond - Vector((3.0, 0.0, 0.0)))).x
    assert low > camera.data.ortho_scale / 2
    apart = differ(scene, wall, [beyond, beyond + Vector((60.0, 0.0, 0.0))])
    assert apart.max() > 20, "the wall is not seen by the board: the test shows nothing"


@pytest.mark.parametrize("name", NODES)
def test_a_node_that_looks_around_makes_whole_frames_wherever_it_is(scene, name):
    assert state.light_reach(scene) is None
    board = own_board(scene, shader(name))
    assert state.light_reach(scene) == "the neighbours that 'looks around' sees"
    assert not looks.MaterialAnalysis().plain(["looks around"])
    bpy.data.objects.remove(board)
    for material in [m for m in bpy.data.materials if m.name == "looks around"]:
        bpy.data.materials.remove(material)
    assert state.light_reach(scene) is None
    # within a group, within a group
    inner, outer = (bpy.data.node_groups.new(n, "ShaderNodeTree") for n in ("inner", "outer"))
    inner.nodes.new(name)
    outer.nodes.new("ShaderNodeGroup").node_tree = inner
    material = bpy.data.materials.new("nested")
    compat.use_nodes(material)
    material.cycles.emission_sampling = "NONE"
    material.node_tree.nodes.new("ShaderNodeGroup").node_tree = outer
    own_board(scene, material)
    assert state.light_reach(scene) == "the neighbours that 'nested' sees"
