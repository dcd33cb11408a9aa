# SPDX-License-Identifier: GPL-3.0-or-later
"""Every frame of every figure shows the window of the last step born in it, and every step has a second of its own.

Worked out from the plan at each frame's clock; tests/stage/test_composition_seen.py samples the same in Blender.
"""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from addon.scene.arrays import run
from addon.scene.load import load
from addon.story import make_plan
from addon.story.plan.plan import BORN
from tests.first import LONGEST, both_editions, label

from .picture import Picture
from .truth import runs, untrue_frames, wrong_windows

pytestmark = pytest.mark.once  # the plans are the same on every Python: test_plan_snapshots.py


@pytest.fixture(scope="module", params=both_editions(), ids=label)
def shown(request):
    scene = load(request.param)
    picture = Picture(make_plan(scene))
    picture.trace, picture.kind = run(scene), scene.kind
    return picture


def test_every_frame_shows_the_window_of_the_last_step_born_in_it(shown):
    wrong = untrue_frames(shown)
    assert not wrong, f"{shown.plan.id}: {len(wrong)} frames, the first: {wrong[:5]}"


def test_the_clock_never_runs_back(shown):
    back = [f for f, (a, b) in enumerate(pairwise(shown.clocks), 2) if b < a - 1e-6]
    assert not back, f"{shown.plan.id}: in frames {back[:9]}"


def test_every_step_has_its_own_second_in_order(shown):
    """And the clock stands on the step then."""
    clock = shown.plan.channels["clock.step"]
    for steps in runs(shown):
        for a, b in pairwise(steps):
            assert b.second > a.second + 1e-6, f"{shown.plan.id}: {b.index} at {b.second} s is not after {a.index}"
            assert b.clock >= a.clock + 0.5, f"{shown.plan.id}: {b.index} has the clock {b.clock} after {a.clock}"
        for s in steps:
            at = clock.at(s.second)
            assert abs(at - s.clock) < 1e-3, f"{shown.plan.id}: at {s.second:.3f} s the clock is {at}, not {s.clock}"
            assert 0 < s.second < shown.plan.seconds
            assert abs(s.clock - round(s.clock)) < 1e-9, f"{shown.plan.id}: windows stand on whole clock values"


def test_the_figure_takes_as_long_as_a_lecture_bears(shown):
    assert 8.0 <= shown.plan.seconds <= LONGEST[shown.kind is not None]


def test_the_steps_are_those_of_the_operation(shown):
    """The first run tells each output cell of the trace once, in the order computed, with its value."""
    first = runs(shown)[0]
    assert [tuple(s.index) for s in first] == [tuple(s.output_index) for s in shown.trace]
    assert [s.value for s in first] == [float(s.value) for s in shown.trace]


def test_at_every_step_the_windows_cover_what_it_reads(shown):
    if shown.trace.op not in ("conv", "max_pool", "avg_pool"):
        return  # a transposed convolution and a global pool are proved by their own stories' tests
    wrong = wrong_windows(shown)
    assert not wrong, f"{shown.plan.id}: {len(wrong)} times, the first: {wrong[:2]}"


def test_a_cell_of_the_output_is_born_at_its_own_step(shown):
    """It is whole at its step's clock value, and it carries its step's number.

    In the first edition it rises before that; of a kind it is there at once, where its result lands.
    """
    plan = shown.plan
    when = {tuple(s.index): s.clock for s in runs(shown)[0]}
    spatial = shown.trace.output.ndim - 1
    found = set()
    for v in plan.volumes:
        if (v.role != "output" and not v.role.startswith("output.")) or v.role.endswith(".marker"):
            continue
        p = v.points
        for k in np.flatnonzero((p["step"] >= 0) & (p["cube"] >= 0)):
            key = (int(p["channel"][k]), *(int(p[n][k]) for n in ("row", "column")[2 - spatial :]))
            assert key in when, f"{plan.id}: {v.role} has a cell {key} that no step makes"
            due, seen = when[key], p["visible_from"][k]
            assert abs(seen + p["grow_time"][k] - due) < 0.02, f"{plan.id}: {v.role} {key} appears at {seen}, not {due}"
            assert p["grow_time"][k] == (np.float32(BORN) if shown.kind is None else 0), f"{plan.id}: {v.role} {key}"
            found.add(key)
    assert found == set(when), f"{plan.id}: without a cell: {sorted(set(when) - found)[:5]}"


# the checks can fail -------------------------------------------------------------------------------------------


def mutant(change) -> Picture:
    scene = load("pooling")
    picture = Picture(change(make_plan(scene)))
    picture.trace = run(scene)
    return picture


def hurried(plan):
    """The clock leaps from step to step and is past each when its frame comes."""
    clock = plan.channels["clock.step"]
    values = np.where(clock.values >= 0, np.round(clock.values) + 0.1, clock.values)
    leaps = replace(clock, values=values, easing=("constant",) * len(values))
    return replace(plan, channels={**plan.channels, "clock.step": leaps})


def astray(plan):
    """One place of the window's track is its neighbour's."""
    (track,) = (t for t in plan.tracks if t.role == "input.track")
    places = track.places.copy()
    places[5] = places[6]
    moved = replace(track, places=places)
    return replace(plan, tracks=tuple(moved if t is track else t for t in plan.tracks))


def test_a_clock_that_is_past_its_steps_is_caught():
    assert untrue_frames(mutant(hurried))


def test_a_window_on_its_neighbours_cells_is_caught():
    assert wrong_windows(mutant(astray)) and not wrong_windows(mutant(lambda plan: plan))
