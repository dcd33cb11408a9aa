# SPDX-License-Identifier: GPL-3.0-or-later
"""Clips, channels and the clock: nothing overlaps, time does not run back, and each step has its own second."""

import random
from dataclasses import fields, is_dataclass

import numpy as np
import pytest

from addon.scene.load import load
from addon.story import make_plan
from addon.story.plan.plan import BORN, CREEP, LANDED
from addon.story.plan.schedule import by_clock, creeping
from addon.story.plan.timeline import EASINGS, Timeline
from tests.figures import LONGEST, figures

ONE_CLOCK = ("pooling", "conv1d", "rgb_conv", "mnist_conv")  # of each kind in which step i is made at the clock i


@pytest.fixture(scope="module", params=figures())
def plan(request):
    return make_plan(load(request.param))


@pytest.fixture
def line():
    made = Timeline()
    made.declare("a", 1.0)
    return made


def clock_at_frames(plan):
    """The clock at every frame; second 0 is frame 1."""
    return [plan.channels["clock.step"].at((f - 1) / plan.fps) for f in range(1, plan.frames + 1)]


def same(a, b) -> bool:
    """Equal to the last bit, arrays and nested dataclasses included."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if is_dataclass(a):
        return all(same(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    return a == b


# clips ---------------------------------------------------------------------------------------------------------


def test_two_clips_that_overlap_on_one_channel_are_an_error(line):
    line.add("a", 2.0, 1.0, at=0.0)
    with pytest.raises(ValueError, match=r"overlap on 'a' at 0\.500 s"):
        line.add("a", 3.0, 1.0, at=0.5)
    line.add("a", 3.0, 1.0, at=1.0)
    with pytest.raises(ValueError, match="overlap"):
        line.add("a", 3.0, 5.0, at=-1.0)


def test_clips_on_two_channels_may_overlap(line):
    line.declare("b", 0.0)
    line.add("a", 2.0, 1.0, at=0.0)
    line.add("b", 2.0, 1.0, at=0.5)
    assert line.cursor == 0.0


def test_a_channel_has_one_owner_and_is_declared_first(line):
    with pytest.raises(ValueError, match="owner"):
        line.declare("a", 0.0)
    with pytest.raises(ValueError, match="never declared"):
        line.add("b", 1.0, 1.0)
    with pytest.raises(ValueError, match="easing 'bounce'"):
        line.add("a", 1.0, 1.0, easing="bounce")


def test_a_channel_holds_its_value_between_clips(line):
    line.add("a", 3.0, 1.0, at=1.0, easing="linear")
    line.add("a", 0.0, 2.0, at=4.0)
    made = line.compile()["a"]
    seconds = [-1.0, 0.0, 1.0, 1.5, 2.0, 3.9, 4.0, 5.0, 6.0, 99.0]
    assert [made.at(s) for s in seconds] == pytest.approx([1, 1, 1, 2, 3, 3, 3, 1.5, 0, 0])


def test_clips_may_be_added_in_any_order(line):
    other = Timeline()
    other.declare("a", 1.0)
    clips = [(2.0, 1.0, 0.0, "linear"), (5.0, 0.5, 1.0, "ease"), (3.0, 1.0, 2.0, "constant")]
    for value, seconds, at, easing in clips:
        line.add("a", value, seconds, at=at, easing=easing)
    for value, seconds, at, easing in reversed(clips):
        other.add("a", value, seconds, at=at, easing=easing)
    assert same(line.compile(), other.compile())


@pytest.mark.parametrize("easing", EASINGS)
def test_an_easing_never_leaves_its_two_values(line, easing):
    line.add("a", 4.0, 2.0, at=1.0, easing=easing)
    values = [line.compile()["a"].at(s) for s in np.linspace(0, 4, 81)]
    assert values == sorted(values) and values[0] == 1.0 and values[-1] == 4.0


# the clock -----------------------------------------------------------------------------------------------------


def test_the_clock_never_runs_back(plan):
    values = clock_at_frames(plan)
    assert (np.diff(values) >= -1e-9).all()


@pytest.mark.parametrize("figure", figures())
def test_each_explained_steps_own_frame_stands_on_that_step(figure):
    plan = make_plan(load(figure))
    clock, explained = plan.channels["clock.step"], [s for s in plan.steps if s.explained]
    assert explained
    for step in explained:
        frame = plan.frame_of(step.second)
        at = clock.at((frame - 1) / plan.fps)
        assert step.clock - 1e-3 <= at <= step.clock + CREEP, f"step {step.index} at frame {frame}"


@pytest.mark.parametrize("figure", ONE_CLOCK)
def test_each_step_has_its_own_second_in_order(figure):
    plan = make_plan(load(figure))
    clock, seconds = plan.channels["clock.step"], [step.second for step in plan.steps]
    assert seconds == sorted(seconds)
    for i, step in enumerate(plan.steps):
        assert step.clock == i and clock.at(step.second) == pytest.approx(i, abs=CREEP), f"step {i}"


@pytest.mark.parametrize("figure", ONE_CLOCK)
def test_in_the_slow_steps_the_window_has_landed_before_the_cell_is_born(figure):
    """They have a frame on which the window stands and the cell is not there yet."""
    plan = make_plan(load(figure))
    values = np.array(clock_at_frames(plan))
    for step in plan.steps:
        if step.explained:
            i = step.clock
            assert ((values >= i - LANDED - 1e-6) & (values < i - BORN)).any(), f"step {i} is born under way"


@pytest.mark.parametrize("figure", ["pooling", "conv1d", "conv2d_valid", "rgb_conv"])
def test_the_first_step_is_the_slowest(figure):
    plan = make_plan(load(figure))
    took = np.diff([0.0, *(s.second for s in plan.steps)])
    assert took[0] > took[1:].max() and took[1] > 1.2 * np.median(took[4:])


def test_a_figure_lasts_as_long_as_a_lecture_bears_and_no_longer_than_it_may(plan):
    assert plan.seconds * plan.fps == pytest.approx(plan.frames, abs=1e-9)
    assert 8 <= plan.seconds <= LONGEST
    longest = load(plan.id).timing.longest
    assert longest is None or plan.seconds <= longest, f"{plan.seconds} s, timing.longest = {longest}"


def test_a_figure_closes_still(plan):
    """Its volumes may turn at the start; at the end nothing moves for two seconds."""
    for channel in plan.channels.values():
        assert channel.at(plan.seconds) == channel.at(plan.seconds - 1.9)


@pytest.mark.parametrize("figure", ["pooling", "conv1d"])
def test_a_plan_is_made_the_same_twice(figure):
    assert same(make_plan(load(figure)), make_plan(load(figure)))


def test_same_sees_a_single_changed_bit(plan):
    changed = make_plan(load(plan.id))
    changed.volumes[0].points["position"][0, 0] += np.float32(1e-6)
    assert not same(plan, changed)


@pytest.mark.parametrize("key", ["intro", "first", "next", "step", "breath", "outro"])
@pytest.mark.parametrize("figure", ["conv2d_valid", "pooling"])
def test_every_key_of_timing_has_its_effect(figure, key):
    long = {"timing.longest": 60.0}
    times = [make_plan(load(figure, {**long, f"timing.{key}": value})).seconds for value in (0.5, 1.5)]
    assert times[1] > times[0] + 0.5


@pytest.mark.parametrize("seed", range(8))
def test_at_any_pace_each_explained_steps_own_frame_stands_on_that_step(seed):
    draw = random.Random(seed)
    timing = {
        "timing.intro": draw.uniform(0, 2),
        "timing.first": draw.uniform(0.2, 5),
        "timing.next": draw.uniform(0.1, 3),
        "timing.step": draw.uniform(0.01, 0.6),
        "timing.breath": draw.choice([0.0, 0.2]),
        "output.fps": draw.choice([5, 10, 20, 25]),
    }
    print(f"seed {seed}: {timing}")
    plan = make_plan(load("pooling", timing))
    clock = plan.channels["clock.step"]
    for i, step in enumerate(plan.steps):
        if not step.explained:
            continue
        at = clock.at((plan.frame_of(step.second) - 1) / plan.fps)
        assert i - 1e-3 <= at <= i + CREEP, f"step {i}: its frame stands at {at:.3f}"


@pytest.mark.parametrize("figure", ["conv2d_full", "conv2d_stride_comparison", "volume_to_volume", "transposed_conv"])
def test_what_moves_late_is_before_as_it_was(figure):
    """A shadow that begins to grow while the clock rests is not there until then."""
    plan = make_plan(load(figure))
    clock = plan.channels["clock.step"]
    for name, channel in plan.channels.items():
        if name != "clock.step":
            _, value = by_clock(channel, clock, plan.fps)[0]
            assert value == pytest.approx(channel.values[0], abs=1e-9), name


def test_the_clock_creeps_only_where_something_moves_while_it_rests():
    line = Timeline()
    line.declare("clock.step", 0.0)
    line.declare("a", 0.0)
    line.play("clock.step", 1.0, 1.0, easing="linear")
    line.add("a", 5.0, 0.5, at=1.25)
    line.wait(1.0)
    line.play("clock.step", 2.0, 1.0, easing="linear")
    line.wait(1.0)
    clock = creeping(line.compile())["clock.step"]
    wanted = {0: 0, 1: 1, 1.25: 1, 1.5: 1 + CREEP / 2, 1.75: 1 + CREEP, 2: 1 + CREEP, 2.5: 1.5 + CREEP / 2, 3: 2,
              3.9: 2}
    assert {s: pytest.approx(clock.at(s)) for s in wanted} == wanted
