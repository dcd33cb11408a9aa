# SPDX-License-Identifier: GPL-3.0-or-later
"""`timing.longest`: no film is longer, a larger bound makes no film shorter, and what cannot be is refused with the
least that can. Plans alone, and of these the clock alone: it says how long a film is.
"""

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

from addon.scene.arrays import runs
from addon.scene.checks import ValidationError
from addon.scene.load import REMOVED, SceneError, load
from addon.scene.spec import Timing
from addon.story import kind_of, make_plan, seconds_of
from addon.story.plan.timeline import Timeline
from tests.figures import cases, figures, one_of_each

ODD = sorted((Path(__file__).resolve().parents[1] / "scenes").glob("*/*.toml"))
BOUNDS = (5.0, 17.0, 20.5, 23.17, 31.0, 90.0)


def lengths(scene, bounds) -> list:
    """The seconds of a scene's film for each bound, or why it is refused. What does not hang on time is made once."""
    trace = runs(scene)[0]
    begun, found = kind_of(scene, trace).begin(scene, trace), []
    for bound in bounds:
        begun.scene = replace(scene, timing=replace(scene.timing, longest=bound))
        begun.figure.timeline = Timeline()
        try:
            begun.clock()
            found.append(begun.figure.frames / scene.output.fps)
        except ValidationError as wrong:
            assert wrong.key == "timing.longest" and wrong.value == bound
            found.append(wrong.hint)
    return found


@pytest.mark.parametrize("name", cases({Path(name).stem: name for name in (*figures(), *ODD)}, one_of_each()))
def test_a_film_is_no_longer_than_its_bound_and_grows_with_it(name):
    scene = load(name)
    for fps in (scene.output.fps, *((3, 29.97) if name in one_of_each() else ())):
        at_rate = replace(scene, output=replace(scene.output, fps=fps))
        films, before = lengths(at_rate, BOUNDS), 0.0
        for bound, film in zip(BOUNDS, films, strict=True):
            if isinstance(film, str):
                assert not before, f"{bound} is refused, and less was not"
                least = float(re.match(r"must be at least ([\d.]+) for this figure", film)[1])
                assert bound < least and lengths(at_rate, [least])[0] <= least
            else:
                assert before <= film <= bound + 1e-9
                before = film
        assert isinstance(films[-1], float) and isinstance(films[0], str)


@pytest.mark.parametrize("name", [*one_of_each(), "pooling", "conv2d_stride_comparison", "transposed_conv_strided"])
def test_the_time_is_used_and_a_plan_is_as_long_as_its_clock_says(name):
    """A film whose steps would take longer takes all that it may; without a bound it takes what it needs."""
    scene = load(name, {"timing.longest": 24.05})
    assert seconds_of(scene) == make_plan(scene).seconds == pytest.approx(24.05)
    short = load(name, {"timing.longest": REMOVED, "timing.first": 60.0})
    assert seconds_of(short) > 60


def test_what_cannot_be_as_short_is_refused_in_one_line():
    for planned in (make_plan, seconds_of):
        with pytest.raises(SceneError) as refused:
            planned(load("conv2d_valid", {"timing.longest": 12}))
        assert "timing.longest = 12.0: must be at least 20.2 for this figure" in str(refused.value)
    assert make_plan(load("conv2d_valid", {"timing.longest": 20.2})).seconds <= 20.2


def test_the_help_says_what_is_left_out_where_there_is_no_time():
    said = next(f for f in fields(Timing) if f.name == "longest").metadata
    assert "left out" in str(said)
