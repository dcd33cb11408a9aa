# SPDX-License-Identifier: GPL-3.0-or-later
"""A pooling figure with more padding than half its window; where a window has no input cell one line says so."""

import pytest

from addon.scene.load import SceneError, load
from addon.story import make_plan

WIDE = {"op.padding": 2, "op.kernel_size": 3, "op.stride": 1, "input.size": [4, 4]}


@pytest.mark.parametrize(
    ("changed", "first"),
    [
        ({}, "max(3) = 3"),
        ({"op.type": "avg_pool", "op.count_include_pad": False}, "(3) / 1 = 3"),
        ({"op.type": "avg_pool"}, "+ 0 + 3) / 9 = 3 / 9 ≈ 0.33"),
        ({"op.type": "avg_pool", "op.kernel_size": 2}, "(0 + 0 + 0 + 0) / 4 = 0 / 4 = 0"),
    ],
)
def test_it_has_a_plan(changed, first):
    plan = make_plan(load("pooling", {**WIDE, **changed}))
    assert [s.index[1:] for s in plan.steps[:7]] == [divmod(i, 6 + ("op.kernel_size" in changed)) for i in range(7)]
    assert first in plan.steps[0].text


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"op.type": "avg_pool", "op.count_include_pad": False},
        {"input.values": [[0.5, 1.5], [2, 3]], "input.size": None, "input.seed": None, "input.low": None,
         "input.high": None},
    ],
    ids=["whole numbers", "mean without padding", "fractions"],
)  # fmt: skip
def test_a_window_on_padding_alone_is_refused_in_one_line(changed):
    overrides = {k: v for k, v in {**WIDE, "op.kernel_size": 2, **changed}.items() if v is not None}
    with pytest.raises(SceneError) as caught:
        make_plan(load("pooling", overrides))
    assert (caught.value.key, caught.value.value) == ("op.padding", 2)
    assert "input cell" in caught.value.hint and "\n" not in str(caught.value)
