# SPDX-License-Identifier: GPL-3.0-or-later
"""What figures of two runs say: what is other in each, on the page and clear of each other; what cannot be shown."""

import pytest

from addon.scene.arrays import runs
from addon.scene.load import SceneError, loads
from addon.story import make_plan
from addon.story.page.captions import run_labels

CONV = {"op.type": "conv", "input.size": [7, 7], "input.seed": 5, "weight.seed": 2}
POOL = {"op.type": "max_pool", "op.kernel_size": 2, "input.size": [6, 6], "input.high": 9}


@pytest.mark.parametrize("keys, labels", [
    ({**CONV, "compare.stride": 2}, ["stride 1", "stride 2"]),
    ({**CONV, "compare.kernel_size": 5}, ["kernel 3 × 3", "kernel 5 × 5"]),
    ({**CONV, "compare.seed": 3}, ["kernel 1", "kernel 2"]),
    ({**CONV, "compare.kernel": "edge", "compare.padding": 1}, ["kernel 1,  padding 0", "kernel edge,  padding 1"]),
    ({**POOL, "compare.type": "avg_pool"}, ["max pooling", "average pooling"]),
    ({**POOL, "compare.kernel_size": 3}, ["window 2 × 2", "window 3 × 3"]),
    ({**POOL, "compare.type": "avg_pool", "compare.kernel_size": 3, "compare.stride": 3},  # the heading says all
     ["max pooling,  window 2 × 2", "average pooling,  window 3 × 3"]),
])  # fmt: skip
def test_labels_say_what_is_other(keys, labels):
    scene = loads("", keys)
    assert run_labels(scene, runs(scene)) == labels


def overlap(a, b) -> bool:
    return a[2] < b[4] and b[2] < a[4] and a[3] < b[5] and b[3] < a[5] and a[6] < b[7] and b[6] < a[7]


@pytest.mark.parametrize("keys", [
    {**CONV, "compare.kernel_size": 5}, {**CONV, "compare.kernel": "edge"}, {**POOL, "compare.type": "avg_pool"},
    {**POOL, "compare.type": "avg_pool", "compare.kernel_size": 3, "compare.stride": 3},
    {**POOL, "compare.kernel_size": 3, "input.size": [8, 8]},
])  # fmt: skip
def test_texts_are_on_the_page_and_clear_of_each_other(keys):
    plan = make_plan(loads("", keys))
    wide = plan.size[0] / 2
    assert not [box[0] for box in plan.boxes if box[2] < -wide or box[4] > wide]
    words = [box for box in plan.boxes if box[1] == "words"]
    assert not [(a[0], b[0]) for n, a in enumerate(words) for b in words[:n] if overlap(a, b)]


@pytest.mark.parametrize("keys, key", [
    ({**POOL, "compare.padding": 2}, "compare.padding"),
    ({**POOL, "op.padding": 2, "compare.stride": 1}, "op.padding"),
    ({**POOL, "compare.kernel_size": 9, "input.size": [9, 9]}, "compare.kernel_size"),
    ({**POOL, "compare.type": "avg_pool", "input.channels": 2}, "input.channels"),
    ({**CONV, "compare.kernel": "edge", "op.out_channels": 2}, "op.out_channels"),
])  # fmt: skip
def test_what_cannot_be_compared_is_said_in_one_line(keys, key):
    with pytest.raises(SceneError) as refused:
        make_plan(loads("", keys))
    assert refused.value.key == key and "\n" not in str(refused.value)
    assert refused.value.hint.startswith("must ") or "no input cell at all" in refused.value.hint
