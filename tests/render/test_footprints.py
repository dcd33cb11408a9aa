# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tiles a thing meets, which frames need no evaluation, and the colours that are worked out beforehand."""

from types import SimpleNamespace

import numpy as np
import pytest

bpy = pytest.importorskip("bpy", reason="the bpy module is not installed (make test installs it)")

from addon.render.reuse import fcurve_state, flat_shading  # noqa: E402
from addon.render.reuse.batch_scene import BatchScene  # noqa: E402
from addon.render.reuse.footprints import Grid, Shape  # noqa: E402
from addon.stage import materials  # noqa: E402
from addon.stage.materials import LIGHT  # noqa: E402
from addon.story.plan.plan import Material  # noqa: E402


def test_no_tile_that_a_triangle_touches_is_left_out_and_long_thin_ones_leave_out_many():
    rng = np.random.default_rng(5)
    grid = Grid(200, 120, 10, reach=0.5)
    triangles = rng.uniform(-4, 24, (200, 3, 2))
    owner, tiles = grid.met(triangles, np.arange(200))
    met = set(zip(owner.tolist(), tiles.tolist(), strict=True))
    for number, (a, b, c) in enumerate(triangles):
        u, v = rng.random((2, 400))
        u, v = np.where(u + v > 1, 1 - u, u), np.where(u + v > 1, 1 - v, v)
        points = a + u[:, None] * (b - a) + v[:, None] * (c - a)
        inside = ((points >= 0) & (points < (20, 12))).all(axis=1)
        for x, y in np.floor(points[inside]).astype(int):
            assert (number, y * 20 + x) in met
    slanted = np.array([[[0.2, 0.2], [19.8, 11.8], [19.8, 11.6]]])
    assert len(grid.met(slanted, np.zeros(1, int))[1]) < 60
    assert len(grid.met(slanted, np.zeros(1, int), exact=False)[1]) == 240


def test_a_mesh_is_read_once_and_its_shading_is_seen(empty_blender):
    bpy.ops.mesh.primitive_cube_add()
    mesh = bpy.context.object.data
    flat = Shape.of_mesh(mesh, ("",), frozenset())
    assert flat.plain and flat.triangles.shape == (12, 3, 3)
    mesh.shade_smooth()
    smooth = Shape.of_mesh(mesh, ("",), frozenset())
    assert not smooth.plain
    assert Shape.of_mesh(bpy.data.meshes.new("empty"), (), frozenset()) is None


def test_frames_with_equal_curves_are_known_unless_something_else_moves(empty_blender):
    obj = bpy.data.objects.new("thing", None)
    bpy.context.scene.collection.objects.link(obj)
    for frame, x in ((1, 0.0), (10, 1.0), (20, 1.0), (30, 0.0)):
        obj.location.x = x
        obj.keyframe_insert("location", frame=frame)
    clock = fcurve_state.FCurveState()
    assert clock.at(12) == clock.at(18) != clock.at(25)
    driver = obj.driver_add("scale", 0).driver
    driver.type, driver.expression = "SCRIPTED", "frame / 10"
    assert fcurve_state.FCurveState().at(12) is None


def test_faces_are_painted_as_lambert_has_it_from_either_side():
    triangle = np.array([[[0, 0, 0], [1, 0, 0], [0, 1, 0]]], float)
    made, light = flat_shading.Mixture(np.full(3, 0.1), np.array([0.5, 0.4, 0.2]), {}), np.full(3, np.pi)
    straight = flat_shading.colors(triangle, made, [(np.array([0.0, 0.0, 1.0]), light)], {})
    assert np.allclose(straight, [0.6, 0.5, 0.3, 1.0])
    turned = flat_shading.colors(triangle[:, ::-1], made, [(np.array([0.0, 0.0, 1.0]), light)], {})
    assert np.allclose(turned, straight)
    behind = flat_shading.colors(triangle, made, [(np.array([0.0, 0.0, -1.0]), light)], {})
    assert np.allclose(behind, [0.1, 0.1, 0.1, 1.0])


def test_baked_light_is_a_colour_of_each_corner():
    triangle = np.array([[[0, 0, 0], [1, 0, 0], [0, 1, 0]]], float)
    made = flat_shading.Mixture(np.zeros(3), np.zeros(3), {"light": np.array([0.5, 1.0, 0.0])})
    found = flat_shading.colors(triangle, made, [], {"light": np.array([[0.0, 0.5, 1.0]])})
    assert np.allclose(found, [[[0, 0, 0, 1], [0.25, 0.5, 0, 1], [0.5, 1, 0, 1]]])
    assert np.allclose(flat_shading.colors(triangle, made, [], {})[..., :3], 0)


def test_a_figures_baked_material_is_worked_out_beforehand(empty_blender):
    made = materials.make(Material("front", (0.5, 0.7, 0.9), "lit"), (1, 1, 1))
    found = flat_shading.mixture(made)
    assert found is not None and not found.glow.any() and not found.matt.any()
    assert np.allclose(found.baked[LIGHT], materials.linear((0.5, 0.7, 0.9))[:3])
    glass = materials.make(Material("pane", (0.5, 0.7, 0.9), "glass", alpha=0.5), (1, 1, 1))
    assert flat_shading.mixture(glass) is None


def test_triangles_of_several_colours_have_a_depth_each(empty_blender):
    """Two that meet in one plane are each interpolated from their own corners: which one a ray hits is to be said."""
    flat = np.array([[[0, 0, 0], [1, 0, 0], [1, 1, 0]], [[0, 0, 0], [1, 1, 0], [0, 1, 0]]], float)
    shape = SimpleNamespace(digest=bytes(4))
    reader = SimpleNamespace(turned=[flat, flat], shapes=[shape], shape_of=[0, 0])
    ranks = SimpleNamespace(ranks={}, reader=reader)
    plain, slots = np.ones((2, 3, 4)), np.zeros(2, int)
    assert len(set(BatchScene._ranks(ranks, 0, slots, plain))) == 1
    shaded = plain * np.linspace(0.5, 1, 3)[:, None]
    assert len(set(BatchScene._ranks(ranks, 1, slots, shaded))) == 2
