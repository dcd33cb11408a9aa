# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenes that are none of the figures (tests/scenes): each is explained, composed, proved in Blender, and renders a
frame.

They are what a lecturer may well ask for; those that a kind of figure shows are in tests/scenes/solid and are proved in
test_solid_frames.py.
"""

from pathlib import Path

import numpy as np
import pytest

from ..story.composing import all_faults, picture_of
from ..story.truth import untrue_frames, wrong_windows
from .proofs import proof_of
from .test_composition_seen import Looked, differences  # which skips where bpy is missing

SCENES = sorted((Path(__file__).resolve().parents[1] / "scenes").glob("*.toml"))
SMALL = (427, 240)


@pytest.fixture(scope="module", params=SCENES, ids=lambda p: p.stem)
def looked(request):
    return Looked(str(request.param))


def explained(looked) -> list[int]:
    return [i for i, info in enumerate(looked.picture.plan.steps) if info.explained and info.run == 0]


def test_it_is_composed(looked):
    assert not all_faults(looked.picture), "\n".join(all_faults(looked.picture))


@pytest.mark.parametrize("path", SCENES, ids=lambda p: p.stem)
@pytest.mark.parametrize("size", ["1024x768"])
def test_it_is_composed_at_another_size(path, size):
    picture = picture_of(path, {"output.size": size})
    assert not all_faults(picture), "\n".join(all_faults(picture))


def test_its_frames_and_windows_are_true(looked):
    assert not untrue_frames(looked.picture)
    assert looked.picture.trace.op not in ("conv", "max_pool", "avg_pool") or not wrong_windows(looked.picture)


def test_blender_sees_what_was_worked_out(looked):
    for i in {explained(looked)[0], explained(looked)[-1]}:
        number = looked.picture.frame_of(looked.picture.plan.steps[i])
        assert not differences(looked, number), f"step {i}"


def test_steps_are_shown_as_computed(looked):
    """The first, the second, the middle and the last, by the proofs of its story."""
    proof, count = proof_of(looked.stage), len(looked.picture.trace)
    for i in sorted({0, min(1, count - 1), count // 2, count - 1}):
        proof.step(i)


def test_it_renders_a_frame(looked):
    """A small draft of an explained step: several colours, none of which fills the picture."""
    from addon.render.profiles import PROFILES
    from addon.render.reuse.frames import record

    scene = looked.stage.scene
    scene.render.resolution_x, scene.render.resolution_y = SMALL
    try:
        number = looked.picture.frame_of(looked.picture.plan.steps[explained(looked)[-1]])
        picture = record(scene, [number], PROFILES["draft"]).frame(0)
    finally:
        scene.render.resolution_x, scene.render.resolution_y = looked.picture.plan.size
    assert picture.shape == (SMALL[1], SMALL[0], 3)
    colours, counts = np.unique(picture.reshape(-1, 3), axis=0, return_counts=True)
    assert len(colours) > 30 and 0.2 < counts.max() / counts.sum() < 0.95
