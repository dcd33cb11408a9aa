# SPDX-License-Identifier: GPL-3.0-or-later
"""At the end of a convolution with padding "same": the next odd kernel has the padding that the engine gives it, its
window goes over all of it, and the outlines are as large as the input.
"""

import numpy as np
import pytest

from addon.scene.arrays import runs
from addon.scene.load import load, loads
from addon.story import make_plan
from addon.story.plan.evaluate import Evaluator
from addon.story.traits.same_size import RINGS, SETS_OUT, formula

OUTLINES = {"same.input": "input", "same.output": "output", "same.wider": "wider", "same.wider result": "wider.output"}


def cells(state, plan, role: str, clear: bool) -> dict[tuple, str]:
    """The solid or the frosted cells of a volume by (row, column) of its grid: their material."""
    pieces, volume = state.pieces[role], next(v for v in plan.volumes if v.role == role)
    grid = (pieces.place - volume.location) / volume.unit
    return {(round(-z), round(x)): cube.material for (x, _, z), cube in zip(grid, state.cubes(role), strict=True)
            if cube.shape.split()[0] == ("glass" if clear else "cell")}  # fmt: skip


def covered(state, plan, role: str, of: str) -> set[tuple]:
    """The cells of volume `of` whose middles the ring of volume `role` is around."""
    (ring,), box = state.cubes(role)[-1:], state.pieces[role]
    volume = next(v for v in plan.volumes if v.role == of)
    wide, _, high, _ = map(float, ring.shape.split()[1:])
    x, _, z = (box.place[-1] - volume.location) / volume.unit
    rows = np.arange(np.ceil(-z - high / 2), np.floor(-z + high / 2) + 1)
    return {(int(r), int(c)) for r in rows for c in np.arange(np.ceil(x - wide / 2), np.floor(x + wide / 2) + 1)}


@pytest.mark.parametrize(("overrides", "size"), [({}, 5), ({"input.size": [4, 6]}, 5)])
def test_the_next_odd_kernel_has_the_padding_that_keeps_the_size(overrides, size):
    plan = make_plan(load("conv2d_same", overrides))
    weights = {"op.kernel_size": size, "weight.values": np.ones((size, size)).tolist()}
    (larger,) = runs(load("conv2d_same", {**overrides, **weights}))
    (rows, columns), ((top, _), (left, _)) = larger.output.shape[1:], larger.padding
    assert larger.output.shape == larger.input.shape
    end, first = Evaluator(plan).at(plan.seconds), Evaluator(plan).at_clock(plan.steps[-1].clock + 0.55 + SETS_OUT)
    real = {(r + top, c + left) for r in range(rows) for c in range(columns)}
    whole = {(r, c) for r in range(rows + 2 * top) for c in range(columns + 2 * left)}
    shown, given = cells(end, plan, "wider", False), cells(end, plan, "input", False)
    assert set(shown) == real and set(cells(end, plan, "wider", True)) == whole - real
    assert all(shown[r + 1, c + 1] == fill for (r, c), fill in given.items())  # one ring more
    assert set(cells(end, plan, "wider.output", True)) == {(r - top, c - left) for r, c in real}
    for state, (row, column) in ((first, (0, 0)), (end, (rows - 1, columns - 1))):
        window = {(row + r, column + c) for r in range(size) for c in range(size)}
        assert covered(state, plan, "wider.window", "wider") == window <= whole
        assert covered(state, plan, "wider.output", "wider.output") == {(row, column)}
    for role, of in OUTLINES.items():
        inside = {"input": given, "wider": shown}.get(of) or {(r - top, c - left) for r, c in real}
        assert covered(end, plan, role, of) == set(inside), role
    texts = [text.text for text in end.words]
    assert formula(size - 2) in texts and f"k = {size}:  p = ({size} − 1) / 2 = {top}" in texts


def test_rings_come_one_after_the_other_and_nothing_before_the_last_step():
    plan = make_plan(load("conv2d_same"))
    end = plan.steps[-1].clock + 0.55
    seen = Evaluator(plan)
    assert not any(len(seen.at_clock(end - 0.01).pieces[role]) for role in ("wider", "wider.output", *OUTLINES))
    half = seen.at_clock(end + RINGS + 0.08)
    assert set(cells(half, plan, "wider", True)) == {(r, c) for r in range(1, 8) for c in range(1, 8)} - {
        (r, c) for r in range(2, 7) for c in range(2, 7)}  # fmt: skip


@pytest.mark.parametrize("keys", [{"op.stride": 2}, {"op.padding": 1}, {"op.dilation": 2}, {"op.kernel_size": 4}])
def test_it_is_not_said_of_what_does_not_follow_that_rule(keys):
    given = {"op.type": "conv", "op.kernel_size": 3, "op.padding": "same", "input.size": [5, 5], "input.seed": 1,
             "weight.seed": 2, "kind": "sliding", **keys}  # fmt: skip
    assert "wider" not in {v.role for v in make_plan(loads("", given)).volumes}
