# SPDX-License-Identifier: GPL-3.0-or-later
"""A long title in any language stays on the page and clear of the operation's parameters, or is refused."""

import pytest

from addon.scene.load import SceneError, load
from addon.story import make_plan

from .projected import PAGE, View


def heading(title: str) -> list:
    view = View(make_plan(load("conv2d_valid", {"title": title})))
    return sorted((word.box[0], word.box[2]) for word in view.at(0.0).words if word.role == "title"), view.width


TITLES = ["卷积", "二维卷积的有效填充" * 4, "Valid convolution, " * 4 + "…", "합성곱 신경망 " * 4]


@pytest.mark.parametrize("title", TITLES)
def test_title_and_parameters_stand_side_by_side_on_the_page(title):
    words, wide = heading(title)
    (left, end), (begin, right) = words
    assert left > 0.08 * PAGE and right < wide - 0.08 * PAGE and end + 2.5 < begin


@pytest.mark.parametrize("title", ["卷" * 60, "w" * 120])
def test_a_title_that_has_no_room_is_refused(title):
    with pytest.raises(SceneError, match=r"title = .*: must be shorter: about [1-9]\d letters have room"):
        heading(title)
