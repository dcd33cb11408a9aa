# SPDX-License-Identifier: GPL-3.0-or-later
"""Words of figures on pages of 4:3, 1:1 and 9:16 keep the side margins and do not meet one another."""

from pathlib import Path

import pytest

from addon.scene.load import load
from addon.story import make_plan

pytestmark = pytest.mark.once  # the plans are the same on every Python: test_plan_snapshots.py

ODD = Path(__file__).resolve().parents[1] / "scenes"
NAMED = ("solid/portrait", "stamping/portrait", "pooling/equal_maxima", "solid/index_from_1")


def words(plan) -> list:
    """Texts as (text, left, low, right, high, from, until), pixels from the frame's middle."""
    return [(text, *box) for text, _, *box in plan.boxes]


def off_the_page(plan) -> list[str]:
    side = plan.size[0] / 2 - 7.8 / 90 * plan.size[1]
    return [text for text, left, _, right, *_ in words(plan) if left < -side or right > side]


@pytest.mark.parametrize("scene", NAMED)
def test_words_keep_the_margins_and_do_not_meet(scene):
    plan = make_plan(load(ODD / f"{scene}.toml"))
    assert plan.size != (1280, 720) and not off_the_page(plan)
    found = words(plan)
    for n, (text, left, low, right, high, since, until) in enumerate(found):
        for other, left_2, low_2, right_2, high_2, since_2, until_2 in found[:n]:
            apart = min(right, right_2) - max(left, left_2) < 1 or min(high, high_2) - max(low, low_2) < 1
            assert apart or max(since, since_2) >= min(until, until_2), f"{text} meets {other}"


def test_pictures_have_their_scales_and_their_sums_below_them_on_an_upright_page():
    plan = make_plan(load("mnist_conv", {"output.size": (720, 1280)}))
    assert not off_the_page(plan)
    boxes = {text: box for text, *box in words(plan)}
    heights = [boxes[text][1] for text in ("Output  28 × 28", "Input  28 × 28", "0 = paper", "−27",
                                           "Vertical-edge kernel  3 × 3")]  # fmt: skip
    assert heights == sorted(heights, reverse=True)
