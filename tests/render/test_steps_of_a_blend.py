# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a saved figure are those of its plan, also where its clock is not the step's number."""

import json

import pytest

from addon.render.files import outputs
from addon.scene.load import load
from addon.story import make_plan
from addon.story.plan.describe import steps_table

OWN_CLOCK = ("transposed_conv", "transposed_conv_strided", "conv2d_stride_comparison")


@pytest.mark.parametrize("figure", ["conv2d_valid", *OWN_CLOCK, "volume_to_volume"])
def test_a_scene_has_its_plans_steps(empty_blender, figure):
    from addon.stage import build, prepare_scene

    plan = make_plan(load(figure))
    if figure in OWN_CLOCK:
        assert [s.clock for s in plan.steps] != list(range(len(plan.steps))), "the figure does not show the difference"
    scene = empty_blender.context.scene
    prepare_scene(plan, scene, build(plan, scene))
    asked, found = outputs.FrameRange.of_plan(plan), outputs.FrameRange.of_scene(scene, plan.id)
    assert [(s.frame, s.index, s.sum) for s in found.steps] == [(s.frame, s.index, s.sum) for s in asked.steps]
    assert [s.second for s in found.steps] == pytest.approx([s.second for s in asked.steps], abs=1e-4)
    assert found.poster == asked.poster


def test_a_file_saved_before_steps_had_a_clock_counts_them(empty_blender, root):
    from addon.stage import build, prepare_scene

    plan = make_plan(load(root / "scenes" / "conv2d_valid.toml"))
    scene = empty_blender.context.scene
    prepare_scene(plan, scene, build(plan, scene))
    before = outputs.FrameRange.of_scene(scene, plan.id).steps
    table = [{key: value for key, value in row.items() if key != "clock"} for row in steps_table(plan)]
    scene[outputs.STEPS] = json.dumps(table)
    assert outputs.FrameRange.of_scene(scene, plan.id).steps == before != ()
