# SPDX-License-Identifier: GPL-3.0-or-later
"""The [compare] table: what it may say, what it is answered, and which runs it makes. No Blender."""

import numpy as np
import pytest

from addon.scene.arrays import runs
from addon.scene.load import SceneError, dump, load, loads
from addon.story import make_plan
from addon.story.first_edition.pairs import clocks_of

FIGURE = "conv2d_stride_comparison"
CONV = "[op]\ntype = 'conv'\n[compare]\n"


def wrong(text) -> SceneError:
    with pytest.raises(SceneError) as caught:
        make_plan(loads(text))
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    "text, key, right",
    [
        (CONV + "stride = 0", "compare.stride", "at least 1"),
        (CONV + "stride = 'a'", "compare.stride", "must be a whole number from 1 to 64"),
        (CONV + "stride = [1, 2, 3]", "compare.stride", "one per axis"),
        (CONV + "dilation = 9", "compare.dilation", "kernel_size"),
        (CONV + "padding = 'sme'", "compare.padding", "valid"),
        (CONV + "padding = [[1, 2]]", "compare.padding", "2 [before, after] pairs"),
        (CONV + "kernel_size = 5", "compare.kernel_size", "op.kernel_size"),
        ("[op]\ntype = 'max_pool'\n[compare]\nstride = 1", "compare.stride", "does not apply to max_pool"),
        ("story = 'comparison'\n[op]\ntype = 'conv'", "story", "needs a [compare] table"),
        ("story = 'sliding'\n" + CONV + "stride = 2", "story", "must be comparison"),
        (CONV + "stride = 2\n[input]\nchannels = 3", "input.channels", "must be 1"),
        ("[op]\ntype = 'conv'\nout_channels = 2\n[compare]\nstride = 2", "op.out_channels", "must be 1"),
    ],
)
def test_what_cannot_be_is_answered_in_one_line(text, key, right):
    error = wrong(text)
    assert error.key == key and right in str(error), str(error)


def test_without_a_story_the_table_asks_for_a_comparison():
    plan = make_plan(loads(CONV + "stride = 2"))
    assert {info.run for info in plan.steps} == {0, 1}


def test_both_runs_are_the_engines():
    scene = load(FIGURE)
    first, second = runs(scene)
    assert (len(first), len(second)) == (49, 16)
    assert np.array_equal(second.output[0], first.output[0][::2, ::2]), "stride 2 keeps every second row and column"
    assert len(runs(load("conv2d_valid"))) == 1


@pytest.mark.parametrize(
    "changed", ["stride = 2", "padding = 'same'", "dilation = [1, 2]", "padding = [[0, 1], [2, 0]]"]
)
def test_a_scene_with_the_table_is_written_and_read_back(changed):
    scene = loads(CONV + changed)
    again = loads(dump(scene))
    assert again.compare == scene.compare and again.compare.changed


def test_one_key_of_the_table_can_be_replaced():
    assert load(FIGURE, {"compare.stride": 3}).compare.changed == {"stride": 3}
    with pytest.raises(SceneError, match=r"compare\.strid.*nearest: compare\.stride"):
        load(FIGURE, {"compare.strid": 3})


def test_where_places_are_shared_both_stand_there_at_the_same_time():
    traces = runs(load(FIGURE))
    clocks, matched = clocks_of(traces)
    assert matched and clocks[0].tolist() == list(range(49))
    assert clocks[1].tolist() == [14 * r + 2 * c for r in range(4) for c in range(4)]
    for j, clock in enumerate(clocks[1]):
        assert np.array_equal(traces[0][int(clock)].positions, traces[1][j].positions)


def test_the_longer_run_leads_whichever_it_is():
    clocks, matched = clocks_of(runs(load(FIGURE, {"compare.stride": 1, "compare.padding": 1})))
    assert matched and len(clocks[0]) == 49 and clocks[1].tolist() == list(range(81))
    assert clocks[0][0] == 10 and clocks[0][-1] == 70


def test_else_the_shorter_run_is_spread_and_both_end_together():
    clocks, matched = clocks_of(runs(load(FIGURE, {"op.stride": 2, "compare.stride": 3})))
    assert not matched and len(clocks[1]) == 9
    assert (np.diff(clocks[1]) > 0).all() and clocks[1][-1] == 15


def test_steps_of_both_runs_stand_in_the_order_of_time():
    plan = make_plan(load(FIGURE))
    assert [s.run for s in plan.steps].count(1) == 16
    assert [(s.clock, s.run) for s in plan.steps] == sorted((s.clock, s.run) for s in plan.steps)
    assert all(s.second == plan.steps[i - 1].second for i, s in enumerate(plan.steps) if s.run == 1)
