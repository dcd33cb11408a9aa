# SPDX-License-Identifier: GPL-3.0-or-later
"""Sweeps: when they are chosen, what they tell, what is said of the kernel. No Blender."""

import subprocess
import sys

import numpy as np
import pytest

from addon.scene.arrays import run
from addon.scene.data_files import read_idx
from addon.scene.load import SceneError, loads
from addon.story import make_plan
from addon.story.first_edition.closeup import accepts, meaning_of
from addon.story.plan.schedule import Schedule, stopping
from tests.first import load_first as load

FIGURE = "mnist_conv"
CONV = "[op]\ntype = 'conv'\npadding = 1\n[input]\n"


@pytest.mark.parametrize(
    "text, chosen",
    [
        ("size = [6, 6]", False),
        ("size = [12, 12]", False),
        ("size = [21, 21]", True),
        ("size = [28, 28]", True),
        ("size = [20, 40]", True),
        ("size = [12, 12]\nhigh = 9999", True),
        ("size = [28, 28]\nchannels = 3", False),
    ],
)
def test_it_is_chosen_where_cells_are_too_many_or_too_small_for_numbers(text, chosen):
    scene = loads(CONV + text)
    assert accepts(scene, run(scene)) == chosen


@pytest.mark.parametrize("changed", [{"input.channels": 2, "input.seed": 1}, {"op.out_channels": 2}])
def test_what_it_cannot_tell_is_refused(changed):
    with pytest.raises(SceneError) as caught:
        make_plan(load(FIGURE, changed))
    assert caught.value.key == "story"


def test_the_digit_is_what_the_script_draws(root):
    """And it is a picture: ink and bare ground, whole within its frame."""
    sys.path.insert(0, str(root / "scripts"))
    try:
        import draw_digit
    finally:
        sys.path.pop(0)
    path = root / "scenes" / "digit.idx"
    assert path.read_bytes() == draw_digit.idx(draw_digit.drawn())
    digit = read_idx(path, 0, (28, 28), 10)[0]
    assert digit.shape == (28, 28) and digit.min() == 0 and digit.max() == 9
    rim = np.concatenate([digit[:2].ravel(), digit[-2:].ravel(), digit[:, :2].ravel(), digit[:, -2:].ravel()])
    assert not rim.any() and 0.1 < (digit > 0).mean() < 0.35


def test_the_script_can_show_the_digit(root):
    command = [sys.executable, root / "scripts" / "draw_digit.py", "--show"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()) == 28 and "9" in done.stdout


def test_the_strongest_results_are_told_on_the_way():
    plan = make_plan(load(FIGURE))
    explained = [i for i, info in enumerate(plan.steps) if info.explained]
    assert explained[0] == 0 and explained[-1] == 783 and len(explained) == 5
    values = [plan.steps[i].value for i in explained]
    assert max(values) == 27 and min(values) == -27
    assert values[1:-1].count(0) == 1, "and one where ink cancels out"


def test_the_sweep_gathers_way_and_is_as_long_as_may_be():
    scene = load(FIGURE)
    plan = make_plan(scene)
    assert scene.timing.longest - 1.5 < plan.seconds <= 25
    seconds = np.array([info.second for info in plan.steps])
    rows = np.diff(seconds[::28])
    assert rows[-3:].max() < rows[1:4].max()


def test_what_the_results_mean_goes_with_the_kernel():
    assert "Edge filter" in meaning_of(load(FIGURE))
    assert meaning_of(load(FIGURE, {"weight.kernel": "sobel_y"})).startswith("Kernel sobel_y: grows from top to bottom")
    assert meaning_of(load(FIGURE, {"weight.seed": 3})) == ""


@pytest.mark.parametrize("stops", [(), (300,), (200, 500), (10, 11)])
def test_stops_are_told_and_the_sweeps_share_the_rest(stops):
    scene = load(FIGURE)
    kinds = ("first", "walk", *["sweep"] * 781, "next")
    plan = stopping(Schedule(kinds, 0.45), stops, scene)
    assert [i for i, explained in enumerate(plan.explained) if explained] == [0, 1, *stops, 783]
    assert len(plan.shares) == len(plan.sweeps) and sum(plan.shares) == plan.frames
    parts = [count / (last - first + 1) for count, (first, last) in zip(plan.shares, plan.sweeps, strict=True)]
    assert max(parts) < 2.5 * min(parts) or min(last - first for first, last in plan.sweeps) < 12


@pytest.mark.parametrize("size", ["854x480", "1920x1080", "1024x768", "640x640"])
def test_all_is_in_the_frame_all_the_time_and_the_camera_is_still(size):
    plan = make_plan(load(FIGURE, {"output.size": size}))
    assert not [name for name in plan.channels if name.startswith("camera")]
    x, y = (n * 0.46 + 0.51 for n in plan.size)
    for name, kind, x0, y0, x1, y1, *_ in plan.boxes:
        assert -x <= x0 <= x1 <= x and -y <= y0 <= y1 <= y, f"{name} ({kind}) leaves the margin"
