# SPDX-License-Identifier: GPL-3.0-or-later
"""While a user drags the window no output is in sight, of any run or channel: it would be that of another place."""

import re

import pytest

from addon.scene.load import load
from addon.stage import build, prepare_scene, tweaks
from addon.story import make_plan
from tests.figures import cases, one_of_each
from tests.stage.seeing import Frame

bpy = pytest.importorskip("bpy", reason="the bpy module is not installed (make test installs it)")

OUTPUTS = {
    "conv2d_stride_comparison": ("output", "b.output"),
    "global_pooling": ("output.0", "output.1", "output.2"),
    "pooling": ("output",),
}


@pytest.mark.parametrize("figure", OUTPUTS)
def test_no_output_is_left_in_sight(empty_blender, figure):
    plan, scene, roles = make_plan(load(figure)), bpy.context.scene, OUTPUTS[figure]
    stand = {v.role for v in plan.volumes if re.fullmatch(r"(b\.)?output(\.\d+)?", v.role)}
    assert set(roles) == stand
    built = build(plan, scene)
    prepare_scene(plan, scene, built)

    def seen():
        frame = Frame(scene, plan.frames)
        return [(role, part) for role in roles for part in ("cells", "marker") if frame.of(
            role if part == "cells" else f"{role}.{part}")]  # fmt: skip

    before = seen()
    assert {(role, "cells") for role in roles} <= set(before)
    tweaks.explore(built.collection, True)
    assert seen() == []
    assert all(Frame(scene, plan.frames).of(v.role) for v in plan.volumes if "input" in v.role and v.track)
    tweaks.explore(built.collection, False)
    assert seen() == before


@pytest.mark.parametrize("figure", cases(one_of_each(), ("conv2d_valid", "rgb_conv")))
def test_nor_is_one_or_its_sum_of_a_figure_of_a_kind(empty_blender, figure):
    plan, scene = make_plan(load(figure)), bpy.context.scene
    built = build(plan, scene)
    prepare_scene(plan, scene, built)
    roles = [v.role for v in plan.volumes if v.role.split(".")[0] in ("output", "bench")] + ["sum"]
    frames = [plan.frame_of(next(s for s in plan.steps if s.explained).second), plan.frames]

    def seen():
        return [(frame, role) for frame in frames for role in roles if Frame(scene, frame).of(role)]

    before = seen()
    assert {"bench", "sum"} <= {role for _, role in before} and any(role.startswith("output") for _, role in before)
    tweaks.explore(built.collection, True)
    assert seen() == []
    tweaks.explore(built.collection, False)
    assert seen() == before
