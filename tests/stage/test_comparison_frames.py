# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs on one input show what was computed for each, at every step of either; wrong pictures are refused."""

import random
from pathlib import Path

import numpy as np
import pytest

from addon.story.plan.plan import NONE

from ..figures import SCENES, cases
from .proof_comparison import ComparisonProof
from .seeing import staged
from .test_solid_mutants import ANOTHER, BOTH, added, changed, of_step, some, track, windows

FIGURE, SEED = SCENES / "conv2d_stride_comparison.toml", 12
BROUGHT = {
    "the figure": {},
    "padding 0 and 1": {"compare.stride": 1, "compare.padding": 1, "input.size": [5, 6]},
    "padding 1 and 0": {"compare.stride": 1, "op.padding": 1, "compare.padding": 0, "input.size": [6, 5]},
    "dilation 1 and 2": {"compare.stride": 1, "compare.dilation": 2},
    "kernel 3 and 2": {"compare.stride": 1, "compare.kernel_size": 2, "compare.seed": 3, "compare.padding": 1,
                       "input.size": [5, 5]},
    "stride 2 and 3": {"op.stride": 2, "compare.stride": 3, "input.size": [9, 9]},
    "stride 2 by 1": {"compare.stride": [2, 1], "input.size": [7, 8]},
    "the larger second": {"op.stride": 2, "compare.stride": 1},
    "a line nobody reads": {"op.stride": 2, "compare.stride": 4, "input.size": [8, 8]},
    "one axis": {"input.size": [12], "weight.values": [1, 0, -1]},
    "a bias": {"bias.values": [2]},
    "two things at once": {"compare.padding": 1, "input.size": [7, 7]},
    "indices from 1": {"look.index_from": 1, "compare.stride": 3},
}  # fmt: skip
FOLDER = Path(__file__).resolve().parents[1] / "scenes" / "comparison"
KERNELS = FOLDER / "edge_and_blur.toml"
ALL = cases({**{name: (FIGURE, keys) for name, keys in BROUGHT.items()},
             **{path.stem: (path, {}) for path in (KERNELS, FOLDER / "kernel_sizes.toml")}},
            ("the figure",))  # fmt: skip


@pytest.mark.parametrize("path, keys", ALL)
def test_steps_of_both_runs_are_shown_as_computed(path, keys):
    proof, draw = ComparisonProof(staged(path, keys)), random.Random(SEED)
    print(f"seed {SEED}")
    count = len(proof.plan.steps)
    assert count == sum(map(len, proof.traces))
    explained = [n for n, s in enumerate(proof.plan.steps) if s.explained]
    ends = [n for run in (0, 1) for n in [k for k, s in enumerate(proof.plan.steps) if s.run == run][:: max(count, 1)]]
    assert {proof.plan.steps[n].run for n in explained} == {0, 1}
    for n in sorted({0, count - 1, *explained, *ends, *draw.sample(range(count), min(count, 10))}):
        proof.step(n)
    seconds = [s.second for s in proof.plan.steps]
    assert seconds == sorted(seconds)
    proof.empty(proof.look_at(-0.75))
    proof.empty(proof.look(proof.plan.seconds))


def test_what_both_have_is_shown_to_be_the_same_at_the_end():
    proof = ComparisonProof(staged(FIGURE))
    assert [t.output.shape[1:] for t in proof.traces] == [(5, 5), (3, 3)] and len(proof.plan.steps) == 34
    proof.kept()


def of_clock(clock: int):
    """The plan's step of the first run at a clock."""
    return lambda plan: next(n for n, s in enumerate(plan.steps) if s.clock == clock and s.run == 0)


def flying(second: bool):
    """What flies to the first or to the second output at the clock 2."""

    def rows(plan, p):
        own = np.flatnonzero((p["step"] == NONE) & (p["exit_until"] == 2) & (p["label"] >= 0))
        return np.isin(np.arange(len(p)), own[int(second) :][:1])

    return rows


def beside(places):
    return places + np.float32((1, 0, 0))


# name: (the wrong plan, the clock that is looked at, how the refusal begins)
WRONG = {
    "the second window beside its place": (track("b.input.window.track", beside), 1, "window"),
    "the second window goes along": (windows("b.input.window", track="input.window.track"), 1, "window"),
    "no second window": (windows("b.input.window", life=(90.0, 91.0)), 2, "window"),
    "the first window beside its taps": (track("input.window.track", beside), 2, "window"),
    "a cell of the small output born early": (changed("b.output", of_step(4), visible_from=3.0), 3, "cells|born"),
    "a number of the small output another's": (changed("b.output", of_step(2), **BOTH), 2, "number"),
    "the second mark on the cell beside": (track("b.output.marker.track", beside), 2, "marker"),
    "another number flies to the second": (changed("bench", flying(True), **ANOTHER), 2, "flight"),
    "one flies beside the second's cell": (changed("bench", flying(True), **added("exit", (0.6, 0, 0))), 2, "flight"),
    "one flies beside the first's cell": (changed("bench", flying(False), **added("exit", (0.6, 0, 0))), 2, "flight"),
    "a light beside": (track("input.track", beside), 2, "lit"),
}  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize("mutant", WRONG.values(), ids=WRONG)
def test_a_wrong_picture_is_refused(mutant):
    mutate, clock, begins = mutant
    proof = ComparisonProof(staged(FIGURE, mutate=mutate))
    with pytest.raises(AssertionError, match=rf"^({begins})\b"):
        proof.step(of_clock(clock)(proof.plan))


@pytest.mark.thorough
@pytest.mark.parametrize("name, rows, columns", [
    ("another lifts out", some(lambda plan, p: p["label"] >= 0, [4]), ANOTHER),
    ("one from the cell beside", some(lambda plan, p: p["label"] >= 0, [4]), added("origin", (1, 0, 0))),
    ("one lands beside", some(lambda plan, p: p["label"] >= 0, [4]), added("exit", (1, 0, 0))),
])  # fmt: skip
def test_a_wrong_end_is_refused(name, rows, columns):
    proof = ComparisonProof(staged(FIGURE, mutate=changed("kept", rows, **columns)))
    with pytest.raises(AssertionError, match=r"^(kept|number)\b"):
        proof.kept()


def every(plan, p):
    return np.ones(len(p), bool)


def of_ink(plan):
    """The tube of the second run's kernel in the first's colour."""
    ink = next(w.material for w in plan.windows if w.role == "kernel.window")
    return windows("b.kernel.window", material=ink)(plan)


@pytest.mark.thorough
@pytest.mark.parametrize("name, mutate", [
    ("the first kernel stays", changed("kernel", every, visible_until=1e6, exit_from=1e6, exit_until=1e6)),
    ("a tube stays around it", windows("kernel.window", life=(-0.5, 1e6))),
    ("the second's tube is of ink", of_ink),
    ("a weight of the other kernel", changed("b.kernel", some(lambda plan, p: p["label"] >= 0, [4]), **ANOTHER)),
])  # fmt: skip
def test_a_kernel_that_is_not_the_runs_own_is_refused(name, mutate):
    proof = ComparisonProof(staged(KERNELS, mutate=mutate))
    with pytest.raises(AssertionError, match=r"^filter\b"):
        proof.step(len(proof.traces[0]))
