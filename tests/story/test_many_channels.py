# SPDX-License-Identifier: GPL-3.0-or-later
"""Convolutions of many channels and filters have a plan within the usual time, which says what it leaves out; upright
pages have one, too, whose words stay on the page.
"""

import re

import pytest

from addon.scene.arrays import runs
from addon.scene.limits import Limits
from addon.scene.load import load
from addon.story import make_plan
from addon.story.cast.excerpt import Excerpt
from tests.figures import LONGEST, SCENES

pytestmark = pytest.mark.once  # the plans are the same on every Python
SCENE = """
[op]
type = "conv"
kernel_size = {kernel}
out_channels = {filters}
groups = {groups}
[input]
size = [{size}, {size}]
channels = {channels}
seed = 3
low = 0
high = 3
[weight]
seed = 4
"""
# channels, filters, kernel, size, groups
MANY = {"16 to 32": (16, 32, 3, 4, 1), "64 to 64": (64, 64, 3, 4, 1), "64 to 32, 1x1": (64, 32, 1, 3, 1),
        "512, 1x1": (512, 2, 1, 2, 1), "64 depthwise": (64, 64, 3, 4, 64), "two groups of 32": (64, 4, 1, 2, 2),
        "3 to 64": (3, 64, 3, 4, 1)}  # fmt: skip


@pytest.fixture(params=MANY.values(), ids=MANY)
def scene(request, tmp_path):
    values = dict(zip(("channels", "filters", "kernel", "size", "groups"), request.param))
    (tmp_path / "many.toml").write_text(SCENE.format(**values))
    return load(tmp_path / "many.toml", limits=Limits(products=10**7))


def test_many_channels_and_filters_are_shown_in_the_usual_time(scene):
    plan, trace = make_plan(scene), runs(scene)[0]
    assert plan.seconds <= LONGEST
    seconds = [s.second for s in plan.steps]
    assert len(seconds) == len(trace) and seconds == sorted(set(seconds)), "each step has its own time, in order"
    assert [s.value for s in plan.steps] == pytest.approx(trace.output.ravel())
    slices = {v.role for v in plan.volumes if re.fullmatch(r"output\.\d+", v.role)}
    assert f"output.{len(trace.output) - 1}" in slices or len(trace.output) == 1
    said = " ".join(plan.labels[n].text for w in plan.words if w.role == "more" for n in w.points["label"])
    if len(slices) < len(trace.output):
        assert f"{len(trace.output) - len(slices)} more" in said


def test_the_line_of_a_sum_has_what_is_left_out(scene):
    plan, trace = make_plan(scene), runs(scene)[0]
    for i in (0, len(trace) - 1):
        text, per = plan.steps[i].text, trace.weight.shape[1]
        if per <= 4:
            assert "more" not in text
            continue
        parts = [int(p.replace("\u2212", "-")) for p in re.findall(r"(?<!\[)\(?(\u2212?\d+)\)?(?= \+| =|$)", text)]
        *parts, total = parts
        assert sum(parts) == total == trace[i].value, text
        assert re.search(rf"\u2026 {per - len(parts) + 1} more", text), text


def test_an_excerpt_has_gaps_where_some_are_left_out():
    some = Excerpt(9, (0, 1, 4, 8), 2.0)
    assert some.breaks == [(1, 4), (4, 8)] and some.runs == [(0, 1), (4,), (8,)] and some.hidden == 5
    assert some.spot(4) - some.spot(1) == pytest.approx(some.spot(1) + 2.0)
    assert some.spot(2) == some.spot(3) == pytest.approx((some.spot(1) + some.spot(4)) / 2)
    assert some.deep == some.spot(8) + 1
    assert Excerpt.whole(3).deep == pytest.approx(3 + 2 * Excerpt.whole(2).spot(1) - 2)


@pytest.mark.parametrize("figure", ("rgb_conv", "volume_to_volume", "depth", "rgb_to_volume", "conv1x1"))
def test_words_stay_on_an_upright_page(figure):
    plan = make_plan(load(SCENES / f"{figure}.toml", {"output.size": (720, 1280)}))
    for name, kind, left, bottom, right, top, *_ in plan.boxes:
        assert -360 <= left < right <= 360 and -640 <= bottom < top <= 640, (name, kind)
