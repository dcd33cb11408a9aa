# SPDX-License-Identifier: GPL-3.0-or-later
"""The floor of a solid figure: built again it leaves nothing behind, and keeps what a user made of its material."""

import bpy
import pytest

from addon.scene.load import load
from addon.stage import build
from addon.stage.build import remove
from addon.story import make_plan


def again(**changes):
    return build(make_plan(load("conv2d_valid", {"output.size": (160, 90), **changes})))


@pytest.fixture
def built(empty_blender):
    return again()


def floors() -> tuple[list[str], list[str]]:
    return ([i.name for i in bpy.data.images if "floor" in i.name],
            [m.name for m in bpy.data.materials if "floor" in m.name])  # fmt: skip


def test_a_figure_built_again_has_one_picture_and_one_material_of_its_floor(built):
    first = floors()
    assert len(first[0]) == len(first[1]) == 1
    for seed in (1, 2, 3):
        again(**{"input.seed": seed})
        pictures, materials = floors()
        assert len(pictures) == 1 and materials == first[1], (pictures, materials)


def test_a_figure_taken_out_takes_its_floor_along(built):
    remove(built.collection)
    assert floors() == ([], [])


def test_a_floor_that_the_user_coloured_stays_so_with_the_new_light(built):
    material = built.objects["floor"].data.materials[0]
    emission = next(n for n in material.node_tree.nodes if n.type == "EMISSION")
    emission.inputs["Color"].default_value = (0.2, 0.4, 0.2, 1.0)
    rebuilt = again(**{"input.seed": 4})
    assert rebuilt.objects["floor"].data.materials[0] == material
    picture = next(n.image for n in material.node_tree.nodes if n.type == "TEX_IMAGE")
    assert picture is not None and len(floors()[0]) == 1
    assert any("colour" in line for line in rebuilt.report.kept)
