# SPDX-License-Identifier: GPL-3.0-or-later
"""Poolings as people bring them: each has a picture, or one line says what would be right. What is said is true."""

import pytest

from addon.scene.load import SceneError, load, loads
from addon.story import make_plan

BASE = {"title": "Pooling", "op.type": "max_pool", "op.kernel_size": 2, "op.stride": 2, "input.size": [8, 8],
        "input.seed": 5, "input.low": 0, "input.high": 9}  # fmt: skip
VALUES = {"input.size": None, "input.seed": None, "input.low": None, "input.high": None}  # given by themselves
WIDE = {"op.padding": 2, "op.kernel_size": 3, "op.stride": 1, "input.size": [4, 4]}


@pytest.mark.parametrize(
    ("changed", "first"),
    [
        ({}, "max(3) = 3"),
        ({"op.type": "avg_pool", "op.count_include_pad": False}, "(3) / 1 = 3"),
        ({"op.type": "avg_pool"}, "+ 0 + 3) / 9 ≈ 0.33"),
        ({"op.type": "avg_pool", "op.kernel_size": 2}, "(0 + 0 + 0 + 0) / 4 = 0"),
    ],
)
def test_more_padding_than_half_a_window_has_a_plan(changed, first):
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


BROUGHT = {
    "one axis": {"input.size": [9]},
    "twelve channels": {"input.channels": 12},
    "forty channels": {"input.channels": 40, "input.size": [6, 6]},
    "many cells": {"input.size": [64, 64], "op.kernel_size": 4, "op.stride": 4},
    "a window of many": {"input.size": [16, 16], "op.kernel_size": 12, "op.stride": 4},
    "one long number": {**VALUES, "input.values": [[1, 12345.678], [2, 3]]},
    "upright": {"output.size": [720, 1280]},
    "square": {"output.size": [1080, 1080], "input.channels": 3},
    "without words": {"look.labels": False, "look.sum_line": False, "look.title": False},
    "without numbers": {"look.numbers": False},
    "counted from one": {"look.index_from": 1},
    "global": {"op.type": "global_avg_pool", "op.kernel_size": None, "op.stride": None, "input.channels": 20},
    "global, one channel": {"op.type": "global_max_pool", "op.kernel_size": None, "op.stride": None},
}  # fmt: skip


def figure(keys):
    """The plan of BASE with other keys; those that are None are left out."""
    return make_plan(loads("", {k: v for k, v in {**BASE, **keys}.items() if v is not None}))


@pytest.mark.parametrize("keys", BROUGHT.values(), ids=BROUGHT)
def test_what_people_bring_has_a_picture(keys):
    """All of it within the page, and every step in it."""
    plan = figure(keys)
    wide, high = plan.size
    for name, _, x0, y0, x1, y1, *_ in plan.boxes:
        assert -wide / 2 <= x0 <= x1 <= wide / 2 and -high / 2 <= y0 <= y1 <= high / 2, name
    births = sorted(float(t) for v in plan.volumes if v.role.startswith("output") and "shadow" not in v.role
                    for t, value in zip(v.points["visible_from"], v.points["step"], strict=True) if value >= 0)
    assert len(plan.steps) <= len(births)


def texts(plan, *roles: str) -> list[str]:
    return [plan.labels[k].text for w in plan.words if w.role in roles for k in w.points["label"] if k >= 0]


def test_the_line_says_numbers_ties_and_what_is_rounded():
    plan = figure({**VALUES, "input.values": [[3, 1], [3, 2]]})
    assert "max(3, 1, 3, 2) = 3   (the first of 2 equal)" in texts(plan, "sum")
    plan = figure({"op.type": "avg_pool", "op.kernel_size": 3, "op.stride": 3, "input.size": [3, 3]})
    (line,) = [t for t in texts(plan, "sum") if "/" in t]
    total, said = plan.steps[0].value * 9, line.rpartition(" ")[2]
    assert ("\u2248" in line) == (abs(float(said) - plan.steps[0].value) > 1e-9) and line.startswith("(")
    assert sum(map(float, line[1:].partition(")")[0].split(" + "))) == pytest.approx(total)


def test_a_window_of_too_many_says_how_many():
    plan = figure({"input.size": [16, 16], "op.kernel_size": 8, "op.stride": 8})
    assert any(t.startswith("largest of 64 = ") for t in texts(plan, "sum")), texts(plan, "sum")


def test_the_heading_says_window_stride_and_padding_of_one_that_has_them():
    said = texts(make_plan(load("pooling")), "title")
    assert said == ["Max pooling", "window 2 \u00d7 2,  stride 2,  padding 0"]
    said = texts(make_plan(load("global_pooling")), "title")
    assert said == ["Global average pooling", "window 4 \u00d7 4"]


@pytest.mark.parametrize("channels", [1, 2])
def test_a_dilated_window_has_rings_on_the_cells_that_it_reads(channels):
    """From when it has landed until the next has: on no cell between them, and none without dilation."""
    keys = {"op.dilation": 2, "input.size": [6, 6], "input.channels": channels, "op.stride": 1}
    plan, roles = figure(keys), ["input"] if channels == 1 else ["input.0", "input.1"]
    for channel, role in enumerate(roles):
        rings = next(v.points for v in plan.volumes if v.role == f"{role}.taps")
        for i in (0, 5):
            step = 16 * channel + i
            clock = plan.steps[step].clock
            there = (rings["visible_from"] <= clock) & (clock < rings["visible_until"])
            row, column = divmod(i, 4)
            wanted = [(column + c, -(row + r)) for r in (0, 2) for c in (0, 2)]
            assert [tuple(p) for p in rings["position"][there][:, [0, 2]].tolist()] == wanted
        assert next(v for v in plan.volumes if v.role == role).dilation == (2, 1, 2)
    assert not any(v.role.endswith(".taps") for v in figure({}).volumes)
