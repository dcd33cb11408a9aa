# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures with several filters, at every step's own second, and wrong ones that the prover refuses."""

from dataclasses import replace

import numpy as np
import pytest

from addon.story.plan.plan import FAR, Points, Track

from .proof_filters import FiltersProof, prove
from .seeing import staged_first as staged

FIGURES = ("conv1x1", "depth", "rgb_to_volume", pytest.param("volume_to_volume", marks=pytest.mark.once))
SEEDED = {"weight.seed": 4}
SMALL = {**SEEDED, "op.out_channels": 2, "op.padding": 0, "input.size": [4, 5]}
OVERRIDES = {
    "two groups": ("volume_to_volume", {"op.groups": 2, "op.out_channels": 4}),
    "depthwise": ("volume_to_volume", {"op.groups": 4, "op.out_channels": 4}),
    "depthwise, two filters each": ("rgb_to_volume", {**SEEDED, "op.groups": 3, "op.out_channels": 6}),
    "stride 2": ("rgb_to_volume", {"op.stride": 2}),
    "stride 2 by 1": ("depth", {"op.stride": [2, 1]}),
    "uneven padding": ("depth", {"op.padding": [[1, 0], [0, 2]]}),
    "one axis": ("depth", {**SEEDED, "input.size": [9], "input.channels": 3, "op.out_channels": 3}),
    "one axis, one channel": ("depth", {**SEEDED, "input.size": [9], "op.out_channels": 3}),
    "a bias per filter": ("conv1x1", {"bias.values": [1, -2]}),
    "a bias, one channel": ("depth", {"bias.values": [0, 1, 2, -1, -2]}),
    "twelve channels": ("rgb_to_volume", {**SEEDED, "input.channels": 12, "op.out_channels": 2}),
    "one filter over twelve channels": ("rgb_to_volume", {**SEEDED, "input.channels": 12, "op.out_channels": 1}),
    "a rectangle": ("rgb_to_volume", {"input.size": [4, 7]}),
    "kernel 2x2": ("depth", {**SEEDED, "op.kernel_size": 2, "op.out_channels": 3}),
    "kernel 3x2, dilated": ("rgb_to_volume", {**SEEDED, "op.kernel_size": [3, 2], "op.out_channels": 2,
                                              "op.dilation": [1, 2]}),
    "indices from 1": ("conv1x1", {"look.index_from": 1}),
    "negative fractions": ("conv1x1", {"weight.values": [[[[0.5]], [[-1]], [[0.25]]]] * 2, "input.low": -3}),
    "one cell per filter": ("depth", {"input.size": [3, 3]}),
    "from the right, large": ("conv1x1", {"camera.azimuth": 30.0, "output.size": [1024, 768]}),
}  # fmt: skip


def some(stage) -> list[int]:
    """Steps that meet every edge: the first ones, each filter's first and last, and a few between."""
    section, count = stage.trace.output[0].size, len(stage.trace)
    ends = [k * section + d for k in range(count // section) for d in (0, section - 1)]
    return sorted({0, min(1, count - 1), count // 3, count // 2, *ends})


@pytest.mark.parametrize("figure", FIGURES)
def test_every_step_of_a_figure_is_shown_as_computed(figure):
    stage = staged(figure)
    assert [s.index for s in stage.plan.steps] == [s.output_index for s in stage.trace]
    assert [s.value for s in stage.plan.steps] == [s.value for s in stage.trace]
    prove(stage)


@pytest.mark.once
@pytest.mark.parametrize("name", OVERRIDES)
def test_steps_are_shown_as_computed_with(name):
    stage = staged(*OVERRIDES[name])
    prove(stage, some(stage))


@pytest.fixture(scope="module")
def opened():
    return FiltersProof(staged("rgb_to_volume"))


def test_before_the_first_step_no_filter_works_and_all_are_at_home(opened):
    frame = opened.opening
    assert not any(frame.of(f"kernel{name}") for name in opened.names)
    assert all(frame.own(f"input{name}.window") is None for name in opened.names)
    assert not [s for s in frame.seen if s.instanced and s.role.startswith(("sum", "guide"))]


def frames_where(proof, low: float, high: float) -> list[int]:
    return [f for f in range(1, proof.stage.plan.frames + 1) if low < proof.clock(f) < high]


def test_in_the_first_step_each_slice_comes_from_its_filters_home_to_its_window_and_goes_above_its_channel(opened):
    """It sets out on its home, lies on the window's middle at last, and then stands where it works."""
    frames = frames_where(opened, -0.4999, -0.2)
    apart, steps = [], opened.trace[0]
    for f in frames:
        frame = opened.frame(f)
        for c, name in enumerate(opened.names):
            met = opened.taps(steps, c)
            plane = {(round(-x.local[2]), round(x.local[0])): x.place for x in frame.cells(f"input{name}")}
            middle = frame.pixels(np.mean([plane[k] for k in met], axis=0))
            at = frame.pixels(np.mean([x.place for x in frame.cells(f"kernel{name}")], axis=0))
            home = frame.pixels(np.mean([opened.stack(frame, 0)[c, r, k].place for r in range(3) for k in range(3)],
                                        axis=0))  # fmt: skip
            apart.append((f, c, np.linalg.norm(at - middle), np.linalg.norm(at - home)))
    for c in range(3):
        own = [a for a in apart if a[1] == c]
        assert own[0][3] < own[0][2] and min(a[2] for a in own) < 6.0, f"slice {c} does not go from home to window"


def test_each_further_filters_slices_come_from_its_home(opened):
    for n in range(1, opened.filters):
        first = n * opened.section
        frames = frames_where(opened, first - 0.5 - 1e-3, first - 0.481)
        assert len(frames) > 3, f"filter {n} does not come in view"
        frame = opened.frame(frames[0])
        for c, name in enumerate(opened.names):
            at = frame.pixels(np.mean([x.place for x in frame.cells(f"kernel{name}")], axis=0))
            stacks = [frame.pixels(np.mean([x.place for x in opened.stack(frame, m).values()], axis=0))
                      for m in range(opened.filters)]  # fmt: skip
            near = min(range(opened.filters), key=lambda m, at=at, stacks=stacks: np.linalg.norm(at - stacks[m]))
            assert near == n, f"slice {c} of filter {n} comes from filter {near}"


# wrong pictures --------------------------------------------------------------------------------------------------


def volume(plan, role):
    return next(v for v in plan.volumes if v.role == role)


def columns(role, **changes):
    """A volume's point columns replaced by what functions make of (points, plan)."""

    def mutate(plan):
        points = volume(plan, role).points
        return plan.with_points(role, Points({**points.data, **{k: f(points, plan) for k, f in changes.items()}}))

    return mutate


def track(role, change):
    def mutate(plan):
        return replace(plan, tracks=tuple(Track(t.role, change(t.places.copy())) if t.role == role else t
                                          for t in plan.tracks))  # fmt: skip

    return mutate


def swapped(*roles):
    """Two volumes in each other's points."""

    def mutate(plan):
        one, other = (volume(plan, r).points for r in roles)
        return plan.with_points(roles[0], other).with_points(roles[1], one)

    return mutate


def places_swapped(one, other):
    """Two volumes on each other's way."""

    def mutate(plan):
        ways = dict(plan.channels)
        for axis in "xyz":
            a, b = f"{one}.location.{axis}", f"{other}.location.{axis}"
            ways[a], ways[b] = plan.channels[b], plan.channels[a]
        return replace(plan, channels=ways)

    return mutate


def words(role, **changes):
    def mutate(plan):
        old = next(w for w in plan.words if w.role == role)
        data = {**old.points.data, **{k: f(old.points, plan) for k, f in changes.items()}}
        return replace(plan, words=tuple(replace(w, points=Points(data)) if w is old else w for w in plan.words))

    return mutate


def lines(role, **changes):
    def mutate(plan):
        return replace(plan, lines=tuple(replace(line, **changes) if line.role == role else line
                                         for line in plan.lines))  # fmt: skip

    return mutate


def row(column, index, by):
    """One row of a column moved by so much."""

    def change(points, plan):
        made = points[column].copy()
        made[index] += by
        return made

    return change


def one_label(points, plan):
    """The first number is another one's."""
    made = points["label"].copy()
    rows = [i for i, n in enumerate(made) if n >= 0]
    other = next(i for i in rows if plan.labels[made[i]].text != plan.labels[made[rows[0]]].text)
    made[rows[0]] = made[other]
    return made


def later(points, plan):
    """All filters' weights a filter later: the first's stay while the second works."""
    return points["visible_until"] + np.float32(6)


def everywhere(points, plan):
    return points["cube"]


def token(text):
    """A token of the sum that holds a text is another step's in the same slot."""

    def change(points, plan):
        made, at = points["label"].copy(), points["position"]
        own = [i for i in range(len(made)) if text in plan.labels[made[i]].text
               and -0.6 < points["visible_from"][i] < 0.5]
        for i in own:
            near = np.flatnonzero((np.abs(at[:, 2] - at[i, 2]) < 1e-3) & (np.abs(at[:, 0] - at[i, 0]) < 2.0))
            others = [k for k in near if plan.labels[made[k]].text != plan.labels[made[i]].text]
            if others:
                made[i] = made[others[0]]
                return made
        raise AssertionError("nothing to change")

    return change


def jumped(plan):
    """A window on a channel that the filter does not see."""
    seen = next(t for t in plan.tracks if t.role == "input.Channel 0.track").places
    return track("input.Channel 2.track", lambda places: np.where(np.abs(places) > FAR / 2, seen, places))(plan)


GROUPS = {**SEEDED, "op.out_channels": 2, "op.groups": 2, "input.size": [4, 4], "op.padding": 0}
# what is wrong: (how the plan is changed, on which figure, with which overrides, at which steps, what is to be said)
MUTANTS = {
    "windows a column off on one channel": (track("input.G.track", lambda p: p + np.float32((1, 0, 0))), "window: "),
    "one channel's window a step late": (track("input.B.track", lambda p: np.roll(p, 1, axis=0)), "window: "),
    "two channels' weights are mixed up": (swapped("kernel.R", "kernel.B"), r"weights: |number: kernel"),
    "a weight is another number": (columns("kernel.R", label=one_label), "number: kernel"),
    "the first filter's weights stay on": (columns("kernel.R", visible_until=later), r"cells: kernel|weights: "),
    "two filters are mixed up at home": (swapped("filter.0", "filter.1"), r"home: |weights: "),
    "no filter fades back": (columns("filter.1", faded=everywhere), "home: "),
    "no cell of a channel fades back": (columns("input.G", faded=everywhere), "lit: "),
    "a cell of another slice is born too soon": (columns("output.1", visible_from=row("visible_from", 3, -4)),
                                                 r"born: output\.1"),
    "a cell is born a step late": (columns("output.0", visible_from=row("visible_from", 2, 1)), r"born: output\.0"),
    "a number of a slice is another": (columns("output.0", label=one_label), r"number: output\.0"),
    "the slices have changed places": (places_swapped("output.0", "output.1"), "pair: "),
    "the marker is on the other slice": (
        lambda plan: track("output.1.track", lambda p: p * 0)(track("output.0.track", lambda p: p * 0 + FAR)(plan)),
        "marker: "),
    "a filter's caption says another number": (words("filter.1.caption", label=lambda p, plan: p["label"] * 0 + next(
        i for i, la in enumerate(plan.labels) if la.text == "Filter 0")), "pair: "),
    "a pair's line ends at the other slice": (lines("pair.0", target="output.1"), "pair: "),
    "a product of the sum is another": (words("sum.channels", label=token("\u00d7")), "sum: "),
    "a share of the sum is another": (words("sum", label=token("G ")), "sum: "),
    "the cell's name is another's": (words("sum", label=token("out[")), "sum: "),
}  # fmt: skip
STEPS = (0, 1, 2, 6, 7)


@pytest.fixture(scope="module")
def truth():
    prove(staged("rgb_to_volume", SMALL), STEPS)
    prove(staged("volume_to_volume", GROUPS), STEPS)


@pytest.mark.once
@pytest.mark.parametrize("name", MUTANTS)
def test_the_proofs_fail_when(name, truth):
    mutate, said = MUTANTS[name]
    with pytest.raises(AssertionError, match=said):
        prove(staged("rgb_to_volume", SMALL, mutate), STEPS)


def test_the_proofs_fail_when_a_window_stands_on_a_channel_of_another_group(truth):
    with pytest.raises(AssertionError, match=r"window: stands on|lit: "):
        prove(staged("volume_to_volume", GROUPS, jumped), STEPS)
