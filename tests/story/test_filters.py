# SPDX-License-Identifier: GPL-3.0-or-later
"""Several filters, without Blender: the schedule in sections, the arrangement, what is refused."""

from itertools import pairwise

import numpy as np
import pytest

from addon.scene.arrays import run
from addon.scene.load import SceneError
from addon.story import make_plan
from addon.story.first_edition.builder import PlanBuilder
from addon.story.first_edition.filter_layout import SMALLEST
from addon.story.first_edition.filters import FiltersStory
from addon.story.plan.plan import LANDED, LEAVES
from addon.story.plan.schedule import SHORTEST_TURN, make_schedule, run_clock
from addon.story.plan.timeline import Timeline
from tests.first import load_first as load
from tests.stage.reading import parse, spelled

pytestmark = pytest.mark.once  # the plans are the same on every Python: test_plan_snapshots.py

FIGURES = ("conv1x1", "depth", "rgb_to_volume", "volume_to_volume")


def planned(steps: int, row: int, section: int, **timing):
    scene = load("depth", {f"timing.{k}": v for k, v in timing.items()})
    return scene, make_schedule(steps, row, scene, section=section)


# the schedule ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("steps", "row", "section"), [(80, 4, 16), (144, 6, 36), (288, 6, 36), (32, 4, 16), (6, 1, 1),
                                                       (8, 2, 4), (400, 20, 100)])  # fmt: skip
def test_each_sections_first_step_is_told_and_so_is_the_last(steps, row, section):
    _, plan = planned(steps, row, section)
    assert len(plan.kinds) == steps and plan.kinds[0] == "first"
    turns = [i for i, kind in enumerate(plan.kinds) if kind == "turn"]
    assert turns == list(range(section, steps, section)) and plan.turn >= SHORTEST_TURN
    assert all(plan.explained[i] for i in (0, *turns, steps - 1))


def test_sections_sweep_each_by_itself_and_never_over_a_turn():
    _, plan = planned(288, 6, 36)
    assert len(plan.sweeps) == len(plan.shares) == 8 and sum(plan.shares) == plan.frames
    for first, last in plan.sweeps:
        assert first // 36 == last // 36 and set(plan.kinds[first : last + 1]) == {"sweep"}
    assert plan.swept == (plan.sweeps[0][0], plan.sweeps[-1][1])
    slow = [share / (last - first + 1) for share, (first, last) in zip(plan.shares, plan.sweeps, strict=True)]
    assert slow[0] > 1.5 * slow[-1], "the first sweep is not slower than the last"


def test_few_steps_in_sections_are_walked():
    _, plan = planned(32, 4, 16)
    assert not plan.sweeps and plan.explained == (True,) * 32


def test_one_section_is_scheduled_as_ever():
    scene, plan = planned(36, 6, 36)
    assert plan == make_schedule(36, 6, scene)


@pytest.mark.parametrize(("steps", "row", "section"), [(80, 4, 16), (144, 6, 36), (288, 6, 36), (6, 1, 1)])
def test_the_clock_reaches_every_step_in_its_own_second_and_in_time(steps, row, section):
    scene, plan = planned(steps, row, section)
    line = Timeline()
    line.declare("clock.step", -1.0)
    line.wait(scene.timing.intro)
    step_times = run_clock(line, plan, row, scene)
    clock = line.compile()["clock.step"]
    assert [clock.at(s) for s in step_times.seconds] == pytest.approx(list(range(steps)), abs=1e-3)
    assert all(b > a for a, b in pairwise(step_times.seconds))
    assert step_times.end + scene.timing.outro < scene.timing.longest + 1.0
    # a sweep stands on whole numbers on whole frames
    for first, last in plan.sweeps:
        frames = range(round(step_times.seconds[first] * scene.output.fps) + 1,
                       round(step_times.seconds[last] * scene.output.fps))
        values = np.array([clock.at(f / scene.output.fps) for f in frames])
        assert np.abs(values - values.round()).max(initial=0.0) < 1e-6


def test_in_a_turn_the_weights_fly_while_the_clock_goes_to_the_landing():
    """The flight's keys lie between the step before and the landing: so no step shows weights under way."""
    plan = make_plan(load("rgb_to_volume"))
    clock = plan.channels["clock.step"]
    way = plan.channels["kernel.R.location.x"]
    moving = [(a, b) for a, b, u, v in zip(way.seconds, way.seconds[1:], way.values, way.values[1:], strict=False)
              if abs(u - v) > 1e-4]  # fmt: skip
    turns = [s for s in moving if clock.at(s[0]) > 1]
    assert turns
    for a, b in turns:
        low, high = clock.at(a), clock.at(b)
        assert low % 36 > 35 + LEAVES and 0 < high - low < LANDED and high % 36 < 36 - LANDED + 0.1, (
            f"under way from {low} to {high}")


def test_in_a_turn_nothing_of_the_filter_before_is_left_while_the_weights_fly():
    """From one frame to the next the clock goes to the landing: the flight's frames show the next filter only."""
    scene = load("rgb_to_volume")
    plan = make_plan(scene)
    clock, way = plan.channels["clock.step"], plan.channels["kernel.R.location.x"]
    said = [p for words in plan.words if words.role.startswith(("sum", "sweep")) for p in
            zip(words.points["visible_from"], words.points["visible_until"], words.points["label"],
                strict=True)]  # fmt: skip
    for turn in (36, 72, 108):
        values = [clock.at(f / plan.fps) for f in range(plan.frames)]
        between = [v for v in values if turn - 1 + LEAVES < v < turn - LANDED - 1e-6]
        assert not between, f"frames between filters: {between}"
        flight = [f for f, v in enumerate(values) if turn - LANDED - 1e-6 <= v < turn - LANDED + 0.019]
        assert len(flight) > 5 and len({round(way.at(f / plan.fps), 3) for f in flight}) > 4, "nothing flies"
        for f in flight:
            texts = [plan.labels[n].text for visible_from, visible_until,
                     n in said if visible_from <= values[f] + 1e-6 < visible_until]
            assert not any("slides" in t or f"slice {turn // 36 - 1}" in t for t in texts), texts


def test_names_that_end_in_a_digit_have_their_number_in_brackets():
    plan = make_plan(load("volume_to_volume"))
    assert all(f"Channel {c} (" in step.text for step in plan.steps for c in range(4))
    assert parse("out[slice 0, row 0, col 0] = Channel 1 (2) + R 3 = 5").total == "5"
    with pytest.raises(AssertionError, match="side by side"):
        parse("out[slice 0, row 0, col 0] = Channel 1 2 + R 3 = 5")


def test_the_cell_that_is_made_is_shown_large_where_slices_have_no_room_for_numbers():
    plan = make_plan(load("volume_to_volume"))
    for n in range(8):
        points = next(v for v in plan.volumes if v.role == f"inset.{n}").points
        assert list(points["step"]) == list(range(36 * n, 36 * n + 36)) and not points["position"].any()
        assert (points["label"] >= 0).all() and (points["visible_from"] < points["step"]).all()
        for label, step in zip(points["label"], points["step"], strict=True):
            assert plan.labels[label].text == spelled(plan.steps[step].value)
    assert not [v for v in make_plan(load("depth")).volumes if v.role.startswith("inset.")]


# the arrangement -------------------------------------------------------------------------------------------------


def laid(figure: str, overrides=None):
    scene = load(figure, overrides or {})
    sheet = PlanBuilder(scene)
    teller = FiltersStory(sheet, run(scene))
    return sheet, teller


@pytest.mark.parametrize("figure", FIGURES)
def test_all_blocks_stand_apart_and_within_the_frame(figure):
    sheet, teller = laid(figure)
    made = teller.layout
    blocks = [*made.inputs, *made.kernels, *made.stacks, *made.slices]
    x0, y0, x1, y1 = sheet.inner
    for k, a in enumerate(blocks):
        assert a.box[0] >= x0 - 0.5 and a.box[1] >= y0 and a.box[2] <= x1 + 0.5 and a.box[3] <= y1, a.name
        for b in blocks[:k]:
            free = a.box[2] <= b.box[0] or b.box[2] <= a.box[0] or a.box[3] <= b.box[1] or b.box[3] <= a.box[1]
            assert free, f"{a.name} lies on {b.name}"


@pytest.mark.parametrize("figure", FIGURES)
def test_inputs_and_weights_of_the_shipped_figures_carry_their_numbers(figure):
    plan = make_plan(load(figure))
    for volume in plan.volumes:
        if volume.role.startswith(("input", "kernel")):
            assert (volume.points["label"] >= 0).all(), f"{volume.role} has cells without a number"


def test_as_many_slices_as_filters_in_as_many_hues():
    plan = make_plan(load("depth"))
    slices = [v for v in plan.volumes if v.role.startswith("output.")]
    filters = [v for v in plan.volumes if v.role.startswith("filter.")]
    assert len(slices) == len(filters) == 5
    inks = [{label.material for label in plan.labels if label.text == f"Slice {n}"} for n in range(5)]
    assert len({tuple(ink) for ink in inks}) == 5
    for n, ink in enumerate(inks):
        assert ink == {label.material for label in plan.labels if label.text == f"Filter {n}"}


def test_twelve_channels_add_their_shares_up_in_lines_that_fit():
    sheet, teller = laid("rgb_to_volume", {"weight.seed": 4, "input.channels": 12, "op.out_channels": 2})
    assert teller.sums.form == "shares" and len(teller.sums.lines) > 1
    x0, _, x1, _ = sheet.inner
    size = {"output.size": (854, 480)}  # which a sheet's lengths are in
    plan = make_plan(load("rgb_to_volume", {"weight.seed": 4, "input.channels": 12, "op.out_channels": 2, **size}))
    sums = [b for b in plan.boxes if b[1] == "sum"]
    assert sums and all(b[2] >= x0 - 1 and b[4] <= x1 + 1 for b in sums)
    assert all(f"Channel {c}:" in plan.steps[0].text for c in range(12))


@pytest.mark.parametrize(
    ("overrides", "form"), [({}, "channels"), ({"op.groups": 3, "op.out_channels": 3}, "products")]
)
def test_the_sum_has_the_fullest_form_that_fits(overrides, form):
    _, teller = laid("rgb_to_volume", {"weight.seed": 4, **overrides})
    assert teller.sums.form == form


# what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("overrides", "key"), [
    ({"op.out_channels": 17, "weight.seed": 1}, "op.out_channels"),
    ({"input.channels": 17, "weight.seed": 1}, "input.channels"),
    ({"input.size": [90, 90]}, "input.size"),
])  # fmt: skip
def test_what_cannot_be_shown_is_refused_by_its_key(overrides, key):
    with pytest.raises(SceneError) as refused:
        make_plan(load("rgb_to_volume", overrides))
    assert key in str(refused.value)


def test_pooling_is_not_told_as_filters():
    with pytest.raises(SceneError, match=r"op\.type"):
        make_plan(load("pooling", {"story": "filters"}))


def test_no_cell_is_smaller_than_can_be_seen():
    plan = make_plan(load("volume_to_volume", {"op.out_channels": 16}))
    cells = np.array([v.unit * plan.pixels_per_unit for v in plan.volumes])
    assert cells.min() >= SMALLEST


def test_without_labels_titles_or_sums_the_rest_still_stands():
    bare = {"look.labels": False, "look.title": False, "look.sum_line": False, "look.numbers": False}
    plan = make_plan(load("rgb_to_volume", bare))
    assert not plan.words or all(w.role == "title" or not len(w.points) for w in plan.words)
    assert len([v for v in plan.volumes if v.role.startswith("output.")]) == 4
