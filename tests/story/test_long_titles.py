# SPDX-License-Identifier: GPL-3.0-or-later
"""A long title in any language stays on the page and clear of the operation's parameters, or is refused."""

import pytest

from addon.scene.load import SceneError, load
from addon.story import make_plan

from .projected import PAGE, View


def heading(title: str, page=(1280, 720)) -> tuple:
    plan = make_plan(load("conv2d_valid", {"title": title, "output.size": page}))
    view = View(plan)
    words = [(word.box[0], word.box[2]) for word in view.at(0.0).words if word.role == "title"]
    return words, view.width, plan.boxes[: len(words)]


TITLES = ["卷积", "二维卷积的有效填充" * 4, "Valid convolution, " * 4 + "…", "합성곱 신경망 " * 4]


@pytest.mark.parametrize(("title", "page"), [
    *((title, (1280, 720)) for title in TITLES), ("Max pooling of equal numbers", (1080, 1080)), ("卷积", (720, 1280)),
])  # fmt: skip
def test_title_and_parameters_stand_on_the_page_and_can_be_read(title, page):
    words, wide, boxes = heading(title, page)
    assert all(left > 0.08 * PAGE and right < wide - 0.08 * PAGE for left, right in words)
    facts = [box for box in boxes if "padding 0" in box[0] or "kernel" in box[0]]
    titles = [box for box in boxes if box not in facts]
    assert facts and titles
    for _, _, left, top, _, bottom, *_ in facts:
        assert bottom - top > 0.0145 * page[1]
        assert all(left > other[4] + 2.5 or max(top, bottom) < min(other[3], other[5]) or min(top, bottom) > max(
            other[3], other[5]) - 1e-6 for other in titles)  # fmt: skip


@pytest.mark.parametrize("title", ["卷" * 60, "w" * 120])
def test_a_title_that_has_no_room_is_refused(title):
    with pytest.raises(SceneError, match=r"title = .*: must be shorter: about [1-9]\d letters have room"):
        heading(title)
