# SPDX-License-Identifier: GPL-3.0-or-later
"""Stories of poolings on plans, without Blender: composition with any options, what flies and when, words, refusals."""

import numpy as np
import pytest

from addon.scene.arrays import run
from addon.scene.load import SceneError, load
from addon.story import make_plan
from addon.story.plan.plan import BORN

from .composing import all_faults, picture_of
from .truth import untrue_frames, wrong_windows

pytestmark = pytest.mark.once  # the plans are the same on every Python: test_plan_snapshots.py

MEAN = {"op.type": "avg_pool"}
POOLS = {
    "average": MEAN,
    "average of negative numbers": {**MEAN, "input.low": -9},
    "padding not counted": {**MEAN, "op.padding": 1, "op.count_include_pad": False, "op.kernel_size": 3},
    "3×3 with padding": {"op.padding": 1, "op.kernel_size": 3, "op.stride": 2},
    "4×4 average": {**MEAN, "op.kernel_size": 4},
    "stride 3": {"op.stride": 3},
    "rounded up": {"op.ceil_mode": True, "input.size": [7, 7]},
    "dilation 2": {"op.dilation": 2},
    "one axis": {"input.size": [14]},
    "one row of windows": {"input.size": [2, 12]},
    "one column of windows": {"input.size": [8, 2]},
    "three channels": {"input.channels": 3},
    "three channels of one axis": {"input.channels": 3, "input.size": [9]},
    "two channels": {"input.channels": 2, "input.size": [6, 8]},
    "four channels, average": {**MEAN, "input.channels": 4, "input.size": [6, 6]},
    "eight channels": {"input.channels": 8, "input.size": [4, 4]},
    "many cells": {"input.size": [28, 28]},
    "numbers of two digits": {"input.high": 99},
    "seen from the right": {"camera.azimuth": 30.0, "camera.elevation": 35.0},
    "long words": {"words.input": "Eingabe (Bild)", "words.output": "Ausgabe (Karte)", "words.max_pooling": "Maximum"},
    "without labels": {"look.labels": False},
}
GLOBALS = {
    "max": {"op.type": "global_max_pool"},
    "one channel": {"input.channels": 1},
    "two channels": {"input.channels": 2, "input.size": [5, 5]},
    "four channels": {"input.channels": 4, "input.size": [3, 5]},
    "eight channels": {"input.channels": 8},
    "one axis": {"input.channels": 1, "input.size": [12]},
    "three channels of one axis": {"input.size": [8]},
    "2×5": {"input.size": [2, 5]},
    "7×7": {"input.size": [7, 7]},
    "negative numbers": {"input.low": -3},
    "many cells": {"input.size": [20, 20], "input.channels": 2},
    "seen from the right": {"camera.azimuth": 30.0, "camera.elevation": 35.0},
}
UNREAD = ("many cells",)  # where a global pooling has more numbers than can be read
CASES = [("pooling", n, o) for n, o in POOLS.items()] + [("global_pooling", n, o) for n, o in GLOBALS.items()]


@pytest.mark.parametrize("size", ["854x480", "1024x768"])
@pytest.mark.parametrize(("figure", "name", "overrides"), CASES, ids=lambda v: v if isinstance(v, str) else "")
def test_any_pooling_is_composed(figure, name, overrides, size):
    picture = picture_of(figure, {**overrides, "output.size": size})
    faults = [f for f in all_faults(picture) if name not in UNREAD or "legible" not in f]
    assert not faults, "\n".join(faults)
    assert not untrue_frames(picture)
    assert 8.0 <= picture.plan.seconds <= 25.0


@pytest.mark.parametrize("name", POOLS)
def test_windows_cover_what_is_read(name):
    picture = picture_of("pooling", POOLS[name])
    assert not wrong_windows(picture)


@pytest.mark.parametrize("theme", ["light", "dark", "print", "transparent"])
def test_a_chosen_cell_is_told_apart_by_its_frame_too(theme):
    """Violet beside blue is not enough for all eyes: its frame has three times the contrast that a graphic needs."""
    plan = make_plan(load("pooling", {"look.theme": theme}))
    colors = {m.name: m.color for m in plan.materials}
    points = next(v for v in plan.volumes if v.role == "input.chosen").points
    framed = np.array([plan.cubes[c].shape == "frame" for c in points["cube"]])
    frames, cells = points["cube"][framed], list(zip(points["row"], points["column"], framed, strict=True))
    assert {(r, c) for r, c, f in cells if f} == {(r, c) for r, c, f in cells if not f}
    frame = colors[plan.cubes[frames[0]].material]
    assert np.abs(np.array(frame) - plan.background).max() > 0.6


def flight(plan):
    return next(v for v in plan.volumes if v.role == "flight").points


def test_every_told_step_of_a_maximum_sends_one_copy_that_is_handed_over_at_the_birth():
    scene = load("pooling")
    plan, trace = make_plan(scene), run(scene)
    points = flight(plan)
    for i, step in enumerate(trace):
        own = points["step"] == i
        assert set(points["value"][own]) == {step.value}
        assert points["arrives"][own].max() == pytest.approx(i - BORN, abs=1e-4)
        assert i - BORN < points["visible_until"][own].max() < i
        # legs follow each other without a gap, and start where the last ended
        order = np.argsort(points["leaves"][own])
        ends, starts = points["position"][own][order], (points["position"] + points["origin"])[own][order]
        assert np.abs(ends[:-1] - starts[1:]).max() < 1e-4
        assert np.abs(points["visible_until"][own][order][:-1] - points["visible_from"][own][order][1:]).max() < 1e-6


def test_of_a_mean_all_that_count_fly_and_one_goes_on():
    plan = make_plan(load("pooling", {**MEAN, "op.padding": 1, "op.count_include_pad": False}))
    trace = run(load("pooling", {**MEAN, "op.padding": 1, "op.count_include_pad": False}))
    points = flight(plan)
    for i in (0, 1, 7):
        own = points["step"] == i
        at = (points["visible_from"][own] <= i - 0.3) & (points["visible_until"][own] > i - 0.3)
        assert at.sum() == trace[i].divisor == trace[i].counted.sum()
        later = (points["visible_from"][own] <= i - 0.22) & (points["visible_until"][own] > i - 0.22)
        assert list(points["value"][own][later]) == [np.float32(trace[i].value)]


def test_a_sweep_sends_nothing():
    plan = make_plan(load("pooling", {"input.size": [28, 28]}))
    explained = {i for i, s in enumerate(plan.steps) if s.explained}
    assert set(flight(plan)["step"]) == explained and len(explained) < len(plan.steps)


def test_what_is_left_over_is_said():
    said = {plan_label.text for plan_label in make_plan(load("pooling", {"input.size": [9, 8]})).labels}
    assert "1 row left over" in said
    said = {plan_label.text for plan_label in make_plan(load("pooling")).labels}
    assert not any("left over" in text for text in said)


def test_the_title_says_window_and_no_weights():
    for kind, word in (("max_pool", "max pooling"), ("avg_pool", "average pooling")):
        plan = make_plan(load("pooling", {"op.type": kind}))
        said = " ".join(plan.labels[n].text for w in plan.words if w.role == "title" for n in w.points["label"])
        assert word in said and "window 2 × 2" in said and "stride 2" in said and "no weights" in said


def test_the_words_are_the_lecturers():
    words = {"words.window": "Fenster", "words.no_weights": "ohne Gewichte", "words.max": "größte",
             "words.max_pooling": "Max-Pooling", "words.max_rule": "Die größte von {count}"}  # fmt: skip
    plan = make_plan(load("pooling", words))
    said = " | ".join(label.text for label in plan.labels)
    assert "Fenster 2 × 2" in said and "ohne Gewichte" in said and "größte(" in said and "Die größte von 4" in said
    assert "window 2" not in said and "max" not in said
    plan = make_plan(load("global_pooling", {"words.mean_of": "Mittel von {count}", "words.global_mean": "alles"}))
    said = " | ".join(label.text for label in plan.labels)
    assert "Mittel von 16" in said and "alles" in said and "mean" not in said.replace("their mean", "")


@pytest.mark.parametrize(("figure", "overrides", "key"), [
    ("pooling", {"input.channels": 9}, "input.channels"),
    ("pooling", {"input.size": [90, 90]}, "input.size"),
    ("pooling", {"story": "collapse"}, "op.type"),
    ("global_pooling", {"input.channels": 12}, "input.channels"),
    ("global_pooling", {"input.size": [60, 60]}, "input.size"),
    ("global_pooling", {"story": "pooling"}, "op.type"),
])  # fmt: skip
def test_what_cannot_be_told_is_refused_by_name(figure, overrides, key):
    with pytest.raises(SceneError) as refused:
        make_plan(load(figure, overrides))
    assert refused.value.key == key and "\n" not in str(refused.value)


def test_average_pooling_sees_its_dilation():
    scene = load("pooling", {**MEAN, "op.dilation": 2})
    assert run(scene).dilation == (2, 2) and run(scene).output.shape == (1, 3, 3)
