# SPDX-License-Identifier: GPL-3.0-or-later
"""A dilated kernel opens: compact at first, then its weights as far apart as the cells that they read."""

import numpy as np
import pytest

from addon.scene.arrays import runs
from addon.scene.load import load
from addon.story import make_plan
from addon.story.acts.opening import COMPACT, OPENED
from addon.story.plan.evaluate import Evaluator

from .projected import only


@pytest.mark.parametrize(
    ("figure", "overrides"),
    [
        ("conv2d_dilated", {}),
        ("conv2d_dilated", {"op.padding": 1, "op.dilation": (1, 2)}),
        ("conv1d", {"op.dilation": 3}),
    ],
)
def test_the_weights_move_as_far_apart_as_the_cells_they_read(figure, overrides):
    scene = load(figure, overrides)
    (trace,) = runs(scene)
    plan, step = make_plan(scene), trace[0]
    volume = next(v for v in plan.volumes if v.role == "opening")
    unit, home = volume.unit, np.array(volume.location)
    for clock, dilation in ((COMPACT, (1,) * len(trace.dilation)), (OPENED, trace.dilation)):
        pieces = Evaluator(plan).at_clock(clock).pieces["opening"]
        digits = only(pieces, pieces.label >= 0)
        seen = {tuple(np.round((place - home)[[2, 0]] / unit, 2)): plan.labels[n].text
                for place, n in zip(digits.place, digits.label, strict=True)}  # fmt: skip
        expected = {}
        for inner, weight in zip(step.kernel_index[:, 1:], step.weights, strict=True):
            at = tuple(np.array(inner) * dilation)
            row, column = (0, *at)[-2:]
            expected[(-float(row), float(column))] = f"{weight:g}".replace("-", "−")
        assert seen == expected
    assert not len(Evaluator(plan).at_clock(-0.9).pieces["opening"])


def test_a_compact_kernel_does_not_open():
    assert "opening" not in {v.role for v in make_plan(load("conv2d_valid")).volumes}
