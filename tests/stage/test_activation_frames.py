# SPDX-License-Identifier: GPL-3.0-or-later
"""Elementwise operations show what was computed: the figure, and odd scenes (tests/scenes/activation). Wrong pictures
are refused.
"""

from pathlib import Path

import numpy as np
import pytest

from addon.story.plan.plan import NONE

from ..figures import SCENES, cases
from .proof_activation import ActivationProof
from .seeing import staged
from .test_pooling_frames import beside, stays_in_the_block
from .test_solid_mutants import ANOTHER, BOTH, added, changed, of_step, some, track, volumes, windows

ODD = {p.stem: p for p in sorted((Path(__file__).resolve().parents[1] / "scenes" / "activation").glob("*.toml"))}
RELU = SCENES / "relu.toml"
SEED = 12


@pytest.mark.parametrize("path", cases({"relu": RELU, **ODD}, ("relu",)))
def test_steps_are_shown_as_computed(path):
    ActivationProof(staged(path)).whole(SEED)


# wrong pictures --------------------------------------------------------------------------------------------------

CUT, KEPT, LATER = 0, 1, 5  # a step that is cut off, one that is not, and one that is looked at after them


def copies(step):
    return lambda plan, p: (p["step"] == step) & p["exit"].any(axis=1) & (p["label"] >= 0)


def pressed(step):
    """What is pressed down and what rises."""
    return lambda plan, p: (p["step"] == step) & (p["cube"] >= 0) & (p["label"] == NONE)


def stands(step):
    """What stands on the bench at the end of a step."""
    return lambda plan, p: ((p["step"] == step) & (p["visible_until"] > step) & (p["label"] >= 0)
                            & ~p["origin"].any(axis=1))  # fmt: skip


def flying(step):
    return lambda plan, p: (p["step"] == NONE) & (p["exit_until"] == step) & (p["label"] >= 0)


def own(step, written):
    """The cell of the first row that a step makes, or its number."""
    return lambda plan, p: ((p["row"] == 0) & (p["column"] == step) & (p["visible_from"] == step)
                            & ((p["cube"] == NONE) == written))  # fmt: skip


def moved(step, scale, back, **columns):
    """The cell of a step, with its number, further back."""
    cell = changed("output.0", own(step, False), scale=np.float32(scale), **added("position", (0, back / 2, 0)),
                   **columns)  # fmt: skip
    number = changed("output.0", own(step, True), lift=np.float32(0.49 * scale[1]),
                     **added("position", (0, back / 2, 0)), **columns)  # fmt: skip
    return lambda plan: number(cell(plan))


def both(step, **columns):
    """The cell of a step and its number."""
    cell, number = (changed("output.0", own(step, written), **columns) for written in (False, True))
    return lambda plan: number(cell(plan))


# name: (the wrong plan, the step that is looked at, how the refusal begins)
WRONG = {
    "a negative cell that stays": (moved(CUT, (1, 1, 1), -0.3, origin=0.0, enter_via=0.0, enter_scale=1.0), LATER,
                                   "sunk"),
    "a positive cell that stands back": (moved(KEPT, (1, 0.7, 1), 0.3), LATER, "sunk"),
    "one that stands back too early": (both(CUT, leaves=-1.0, arrives=-0.5), CUT, "marker"),
    "a copy's number another's": (changed("bench", copies(CUT), **ANOTHER), CUT, "bench"),
    "a copy of the cell beside": (changed("bench", copies(CUT), **added("origin", (1, 0, 0))), CUT, "bench"),
    "not pressed down": (changed("bench", some(pressed(CUT), [0]), exit_scale=1.0, exit=0.0, exit_via=0.0), CUT,
                         "pressed"),
    "pressed into the air": (changed("bench", some(pressed(CUT), [0]), exit=np.float32((0, 0, 0.7))), CUT, "pressed"),
    "another result": (changed("bench", stands(CUT), **ANOTHER), CUT, "result"),
    "the result flown to the cell beside": (changed("bench", flying(CUT), **added("exit", (0.6, 0, 0))), CUT,
                                            "flight"),
    "a window beside its cell": (track("input.0.window.track", beside), KEPT, "window"),
    "light beside the cell": (track("input.0.track", beside), KEPT, "lit"),
    "an output's number another's": (changed("output.0", of_step(KEPT), **BOTH), KEPT, "number|colour"),
    "a cell born late": (changed("output.0", of_step(KEPT), visible_from=3.0), KEPT, "number|born|cells"),
    "a slice that stays in the block": (stays_in_the_block, CUT, "slice"),
    "a window on two slices": (windows("input.1.window", life=(-1.0, 99.0)), CUT, "window"),
    "lit in the other slices": (volumes("input.1", fade=(90.0, 91.0)), CUT, "lit"),
}  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize("mutant", WRONG.values(), ids=WRONG)
def test_a_wrong_picture_is_refused(mutant):
    mutate, step, begins = mutant
    with pytest.raises(AssertionError, match=rf"^({begins})\b"):
        ActivationProof(staged(RELU, mutate=mutate)).step(step)
