# SPDX-License-Identifier: GPL-3.0-or-later
"""Two poolings of one input show what was computed for each (tests/scenes/comparison and more); wrong pictures are
refused.
"""

import random
from pathlib import Path

import numpy as np
import pytest

from addon.story.plan.plan import NONE

from ..figures import cases
from .proof_compared_poolings import ComparedPoolingsProof
from .seeing import staged
from .test_solid_mutants import ANOTHER, BOTH, added, changed, of_step, some, track

FOLDER, SEED = Path(__file__).resolve().parents[1] / "scenes" / "comparison", 12
BOTH_RESULTS, WINDOWS = FOLDER / "max_and_mean.toml", FOLDER / "pooling_windows.toml"
BROUGHT = {
    "max and mean": (BOTH_RESULTS, {}),
    "mean and max": (BOTH_RESULTS, {"op.type": "avg_pool", "compare.type": "max_pool", "look.index_from": 1}),
    "windows of two sizes": (WINDOWS, {}),
    "a larger window": (BOTH_RESULTS, {"compare.type": "max_pool", "compare.kernel_size": 3}),
    "strides 2 and 1": (BOTH_RESULTS, {"compare.type": "max_pool", "compare.stride": 1, "input.size": [5, 6]}),
    "max and mean with strides": (BOTH_RESULTS, {"op.stride": 1, "compare.stride": 2, "input.size": [4, 4]}),
    "padding of both": (BOTH_RESULTS, {"op.padding": 1, "input.size": [4, 4]}),
    "padding of one": (BOTH_RESULTS, {"compare.type": "max_pool", "compare.padding": 1, "input.size": [4, 4]}),
    "rounded up": (BOTH_RESULTS, {"op.ceil_mode": True, "input.size": [5, 5]}),
    "one axis": (BOTH_RESULTS, {"input.size": [8]}),
}  # fmt: skip


@pytest.mark.parametrize("path, keys", cases(BROUGHT, ("windows of two sizes",)))
def test_steps_of_both_runs_are_shown_as_computed(path, keys):
    proof, draw = ComparedPoolingsProof(staged(path, keys)), random.Random(SEED)
    count = len(proof.plan.steps)
    assert count == sum(map(len, proof.traces))
    explained = [n for n, s in enumerate(proof.plan.steps) if s.explained]
    assert {proof.plan.steps[n].run for n in explained} == {0, 1}
    for n in sorted({0, count - 1, *explained, *draw.sample(range(count), min(count, 6))}):
        proof.step(n)
    proof.empty(proof.look_at(-0.9))
    proof.empty(proof.look(proof.plan.seconds))


def test_what_both_have_leaves_the_larger_output():
    keys = {"compare.type": "max_pool", "compare.stride": 1}
    ComparedPoolingsProof(staged(BOTH_RESULTS, keys)).kept()


CLOCK = 1


def hollow(plan, p):
    tubes = np.array([c.shape.startswith("tube") for c in plan.cubes])
    return (p["step"] == CLOCK) & (p["cube"] >= 0) & tubes[p["cube"]]


def results(plan, p):
    return (p["step"] == CLOCK) & p["origin"].any(axis=1) & ~p["exit"].any(axis=1) & (p["label"] >= 0)


def flying(plan, p):
    return (p["step"] == NONE) & (p["exit_until"] == CLOCK) & (p["label"] >= 0)


def beside(places):
    return places + np.float32((1, 0, 0))


# name: (the wrong plan, how the refusal begins)
WRONG = {
    "the mean says the largest": (changed("bench", some(results, [0]), **ANOTHER), "result"),
    "the largest says another": (changed("bench", some(results, [1]), **ANOTHER), "result"),
    "the tube around another": (changed("bench", hollow, **added("position", (0.95, 0, 0))), "chosen"),
    "one flies beside the first's cell": (changed("bench", some(flying, [0]), **added("exit", (0.6, 0, 0))), "flight"),
    "one flies beside the second's cell": (changed("bench", some(flying, [1]), **added("exit", (0.6, 0, 0))), "flight"),
    "the second window beside its place": (track("b.input.window.track", beside), "window"),
    "another cell chosen": (changed("input.chosen", of_step(CLOCK), **added("position", (1, 0, 0))), "chosen"),
    "a number of the mean's output another's": (changed("b.output", of_step(CLOCK), **BOTH), "number"),
    "no cell chosen": (changed("input.chosen", of_step(CLOCK), cube=NONE, faded=NONE), "chosen"),
}  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize("mutant", WRONG.values(), ids=WRONG)
def test_a_wrong_picture_is_refused(mutant):
    mutate, begins = mutant
    proof = ComparedPoolingsProof(staged(BOTH_RESULTS, mutate=mutate))
    step = next(n for n, s in enumerate(proof.plan.steps) if s.clock == CLOCK)
    with pytest.raises(AssertionError, match=rf"^({begins})\b"):
        proof.step(step)
