# SPDX-License-Identifier: GPL-3.0-or-later
"""Poolings show what was computed: the figures, their average twin, and odd scenes (tests/scenes/pooling). Wrong
pictures are refused.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from addon.story.plan.plan import NONE, Points

from ..figures import SCENES, cases
from .proof_pooling import PoolingProof
from .seeing import staged
from .test_solid_mutants import ANOTHER, BOTH, added, changed, of_step, some, track, volumes, windows

ODD = {p.stem: p for p in sorted((Path(__file__).resolve().parents[1] / "scenes" / "pooling").glob("*.toml"))}
FIGURES = {"pooling": (SCENES / "pooling.toml", {}), "average": (SCENES / "pooling.toml", {"op.type": "avg_pool"}),
           "global_pooling": (SCENES / "global_pooling.toml", {})}  # fmt: skip
SEED = 12
ALL = cases({**FIGURES, **{name: (path, {}) for name, path in ODD.items()}}, ("pooling", "global_pooling"))


@pytest.mark.parametrize("path, keys", ALL)
def test_steps_are_shown_as_computed(path, keys):
    PoolingProof(staged(path, keys)).whole(SEED)


# wrong pictures -------------------------------------------------------------------------------------------------

STEP = 1
MAX, MEAN = (SCENES / "pooling.toml", {}), (SCENES / "pooling.toml", {"op.type": "avg_pool"})
CHANNELS = (ODD["channels"], {})


def copies(plan, p):
    return (p["step"] == STEP) & p["exit"].any(axis=1) & (p["label"] >= 0)


def bars(plan, p):
    tall = np.array([c.shape.startswith("box") for c in plan.cubes])
    return (p["step"] == STEP) & (p["cube"] >= 0) & tall[p["cube"]]


def tubes(plan, p):
    hollow = np.array([c.shape.startswith("tube") for c in plan.cubes])
    return (p["step"] == STEP) & (p["cube"] >= 0) & hollow[p["cube"]]


def result(plan, p):
    return (p["step"] == STEP) & p["origin"].any(axis=1) & ~p["exit"].any(axis=1) & (p["label"] >= 0)


def flying(plan, p):
    return (p["step"] == NONE) & (p["exit_until"] == STEP) & (p["label"] >= 0)


def swapped(*names):
    return {name: (lambda plan, own, name=name: own[name][::-1]) for name in names}


def beside(places):
    return places + np.float32((1, 0, 0))


def stays_in_the_block(plan):
    """The first slice does not slide out."""
    own = plan.channels["input.0.location.x"]
    still = replace(own, values=np.full_like(own.values, own.values[0]))
    return replace(plan, channels={**plan.channels, "input.0.location.x": still})


def no_rise(plan):
    """A bar is half as high."""
    return changed("bench", some(bars, [2]), scale=lambda plan, own: own["scale"] * (1, 1, 0.5))(plan)


def said_higher(plan):
    """The number of another step's level."""
    def own(part):
        data = {**part.points.data, "label": np.roll(part.points["label"], 1)}
        return replace(part, points=Points(data)) if part.role == "level.number" else part

    return replace(plan, words=tuple(map(own, plan.words)))


# name: (scene, the wrong plan, the step that is looked at, how the refusal begins)
WRONG = {
    "a copy's number another's": (MAX, changed("bench", some(copies, [0]), **ANOTHER), STEP, "bench"),
    "two copies swapped": (MAX, changed("bench", copies, **swapped("label", "cube")), STEP, "bench|bar|chosen"),
    "a copy of the cell beside": (MAX, changed("bench", some(copies, [0]), **added("origin", (1, 0, 0))), STEP,
                                  "bench"),
    "a bar too low": (MAX, no_rise, STEP, "bar"),
    "a bar of a mean too low": (MEAN, no_rise, STEP, "bar"),
    "the level lower": (MEAN, changed("level", of_step(STEP), **added("position", (0, 0, -0.2))), STEP, "level"),
    "the level another's": (MEAN, said_higher, STEP, "level"),
    "the tube around another": (MAX, changed("bench", tubes, **added("position", (0.95, 0, 0))), STEP, "chosen"),
    "another result": (MAX, changed("bench", result, **ANOTHER), STEP, "result"),
    "the result flown to the cell beside": (MAX, changed("bench", flying, **added("exit", (0.6, 0, 0))), STEP,
                                            "flight"),
    "another cell chosen": (MAX, changed("input.chosen", of_step(STEP), **added("position", (1, 0, 0))), STEP,
                            "chosen"),
    "none chosen": (MAX, changed("input.chosen", of_step(STEP), cube=NONE, faded=NONE), STEP, "chosen"),
    "a window beside its taps": (MAX, track("input.window.track", beside), STEP, "window"),
    "light beside the taps": (MAX, track("input.track", beside), STEP, "lit"),
    "an output's number another's": (MAX, changed("output", of_step(STEP), **BOTH), STEP, "number"),
    "a cell born late": (MEAN, changed("output", of_step(STEP), visible_from=3.0), STEP, "number|born"),
    "a slice that stays in the block": (CHANNELS, stays_in_the_block, 0, "slice"),
    "a window on two slices": (CHANNELS, windows("input.1.window", life=(-1.0, 99.0)), 0, "window"),
    "lit in the other slices": (CHANNELS, volumes("input.1", fade=(90.0, 91.0)), 0, "lit"),
}  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize("mutant", WRONG.values(), ids=WRONG)
def test_a_wrong_picture_is_refused(mutant):
    (path, keys), mutate, step, begins = mutant
    with pytest.raises(AssertionError, match=rf"^({begins})\b"):
        PoolingProof(staged(path, keys, mutate=mutate)).step(step)
