# SPDX-License-Identifier: GPL-3.0-or-later
"""The storyboard of every figure of the first edition, as text. A change of it must be meant.

When it is: `CONVOLUME_SNAPSHOTS=write python -m pytest tests/story/test_plan_snapshots.py`, and read the difference.
"""

import os
from pathlib import Path

import pytest

from addon.scene.load import load
from addon.story import make_plan
from addon.story.plan.describe import describe
from tests.figures import figures

FOLDER = Path(__file__).parent / "snapshots"


@pytest.mark.parametrize("figure", figures())
def test_the_plan_of_a_figure_is_the_one_agreed_on(figure):
    path, text = FOLDER / f"{figure}.txt", describe(make_plan(load(figure)))
    if os.environ.get("CONVOLUME_SNAPSHOTS") == "write":
        path.write_text(text, encoding="utf-8")
    assert path.is_file(), f"no snapshot of {figure} yet; see this file's head"
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("figure", figures())
def test_the_same_scene_gives_the_same_plan_and_another_another(figure):
    text = describe(make_plan(load(figure)))
    assert text == describe(make_plan(load(figure)))
    assert text != describe(make_plan(load(figure, {"input.seed": 1})))
