# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands beside a padded output at the end: what the engine makes with less padding, and all of it."""

import numpy as np
import pytest

from addon.scene.arrays import runs
from addon.scene.load import load
from addon.story import make_plan
from addon.story.plan.evaluate import Evaluator

from .projected import only


@pytest.mark.parametrize(
    ("figure", "overrides", "paddings"),
    [
        ("conv2d_zero_padding", {}, {"part.0": 0}),
        ("conv2d_full", {}, {"part.0": 0, "part.1": 1}),
        ("conv2d_full", {"op.padding": 1}, {"part.0": 0}),
        ("conv2d_zero_padding", {"op.stride": 2}, {}),
        ("conv2d_valid", {}, {}),
    ],
)
def test_beside_a_padded_output_stands_what_less_padding_leaves(figure, overrides, paddings):
    scene = load(figure, overrides)
    plan = make_plan(scene)
    pieces_of = Evaluator(plan).at(plan.seconds).pieces
    shown = {}
    for pieces in pieces_of.values():
        if pieces.role.startswith("part."):
            digits = only(pieces, pieces.label >= 0)
            order = np.lexsort((digits.place[:, 0].round(3), -digits.place[:, 2].round(3)))
            shown[pieces.role] = [plan.labels[n].text for n in digits.label[order]]
    expected = {}
    for role, padding in paddings.items():
        less = load(figure, {**overrides, "op.padding": padding})
        (trace,) = runs(less)
        expected[role] = [f"{v:g}".replace("-", "−") for v in trace.output.ravel()]
    assert shown == expected
