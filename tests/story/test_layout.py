# SPDX-License-Identifier: GPL-3.0-or-later
"""Composition, without Blender: what stands on the screen fits, can be read, and covers nothing else.

The boxes a plan names are held against the evaluated scene by tests/stage/test_layout_seen.py.
"""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from addon.story import make_plan
from addon.story.first_edition.layout import MARGIN
from addon.story.plan.plan import ALWAYS, NEVER
from tests.first import load_first

pytestmark = pytest.mark.once  # the plans are the same on every Python: test_plan_snapshots.py

FIGURES = ("conv2d_valid", "rgb_conv")
SIZES = ("854x480", "1920x1080", "1024x768")
THEMES = ("light", "dark", "print", "transparent")
CHANGED = {
    "padding 1": {"op.padding": 1},
    "dilation 2": {"op.dilation": 2},
    "stride 2": {"op.stride": 2},
    "input 5x7": {"input.size": [5, 7]},
    "kernel 2x3": {"op.kernel_size": [2, 3], "weight.seed": 4},
    "kernel 4x4": {"op.kernel_size": 4, "weight.seed": 4, "bias.values": [1]},
    "one axis": {"input.size": [10], "op.kernel_size": 3, "weight.values": [1, 2, -1]},
    "negative input": {"input.low": -3},
    "numbers of two digits": {"input.high": 20},
    "seen from the right": {"camera.azimuth": 30.0, "camera.elevation": 35.0},
    "a square picture": {"output.size": [640, 640]},
    "long words": {"words.input": "Eingabe (Bild)", "words.kernel": "Faltungskern", "words.output": "Ausgabe"},
    "no title": {"look.title": False},
}
LEAST_DIGIT, LEAST_WORD = 12.0, 16.0  # pixels at 854×480
OPENED = -2.0  # a stack of channels has come apart by then; its volumes stand in their boxes from then on


def scaled(plan) -> float:
    return min(plan.size[0] / 854, plan.size[1] / 480)


@pytest.fixture(scope="module", params=[(f, s) for f in FIGURES for s in SIZES], ids=lambda p: " at ".join(p))
def plan(request):
    figure, size = request.param
    return make_plan(load_first(figure, {"output.size": size}))


@pytest.fixture(scope="module", params=CHANGED)
def changed(request):
    return make_plan(load_first("conv2d_valid", CHANGED[request.param]))


def boxes(plan):
    """(name, kind, (x0, y0, x1, y1), born, dies) of every box."""
    for name, kind, x0, y0, x1, y1, *life in plan.boxes:
        visible_from, visible_until = life or (ALWAYS, NEVER)
        if kind == "volume" and name.startswith(("input.", "kernel.")):
            visible_from = max(visible_from, OPENED)
            # maps of the channels' sums take the inputs' places
            visible_until = len(plan.steps) - 0.55 if name.startswith("input.") else visible_until
        yield name, kind, (float(x0), float(y0), float(x1), float(y1)), visible_from, visible_until


def outside(plan) -> list:
    x, y = (n * (0.5 - MARGIN) + 0.51 for n in plan.size)
    return [b for b in boxes(plan) if b[2][0] < -x or b[2][1] < -y or b[2][2] > x or b[2][3] > y]


def meet(a, b) -> bool:
    """Whether two boxes lie on each other while both are there."""
    (ax0, ay0, ax1, ay1), (bx0, by0, bx1, by1) = a[2], b[2]
    over = ax0 < bx1 - 0.5 and bx0 < ax1 - 0.5 and ay0 < by1 - 0.5 and by0 < ay1 - 0.5
    return over and a[3] < b[4] and b[3] < a[4]


def collisions(plan) -> list:
    """Pairs of boxes of which at least one is words, on each other at the same time.

    Indices stand along a volume's slanted edges, within its box: tests/stage/test_layout_seen.py looks at those.
    """
    left_out = ({"volume"}, {"volume", "tick"})
    return [(a[:3], b[:3]) for a, b in combinations(boxes(plan), 2)
            if {a[1], b[1]} not in left_out and meet(a, b)]  # fmt: skip


def small_words(plan) -> list:
    """Words set smaller than they can be read: a box is as high as 0.91 of the font size."""
    return [b[0] for b in boxes(plan) if b[1] != "volume"
            and (b[2][3] - b[2][1]) / 0.91 < LEAST_WORD * scaled(plan) - 0.01]  # fmt: skip


def small_digits(plan) -> list:
    found = []
    for volume in plan.volumes:
        shown = volume.points["label"] >= 0
        heights = volume.points["size"][shown] * volume.unit * plan.pixels_per_unit * 0.69
        found += [(volume.role, h) for h in heights if h < LEAST_DIGIT * scaled(plan) - 0.01]
    return found


def numberless(plan) -> list:
    """Volumes that show no numbers (a kernel's empty place apart)."""
    return [v.role for v in plan.volumes if not (v.points["label"] >= 0).any() and not v.role.endswith(".home")]


def test_everything_keeps_the_margin(plan):
    assert not outside(plan)


def test_no_words_lie_on_a_volume_or_on_other_words(plan):
    assert not collisions(plan)


def test_digits_and_words_are_large_enough_to_read(plan):
    assert not small_digits(plan) and not small_words(plan)
    assert not numberless(plan)


def test_the_subject_fills_most_of_the_width_or_the_height(plan):
    found = np.array([b[2] for b in boxes(plan) if b[1] == "volume"])
    wide, high = found[:, 2:].max(axis=0) - found[:, :2].min(axis=0)
    assert wide >= 0.6 * plan.size[0] or high >= 0.6 * plan.size[1]


def test_volumes_do_not_cover_each_other(plan):
    found = [b for b in boxes(plan) if b[1] == "volume"]
    assert not [(a[0], b[0]) for a, b in combinations(found, 2) if meet(a, b)]


def test_changed_figures_keep_the_margin(changed):
    assert not outside(changed)


def test_in_changed_figures_no_words_lie_on_anything(changed):
    assert not collisions(changed)


def test_in_changed_figures_all_can_be_read(changed):
    assert not small_digits(changed) and not small_words(changed)
    assert not numberless(changed)


def test_only_the_numbers_of_a_sum_change_from_step_to_step(plan):
    """Tokens stand in slots: those that are there at the same place of the sum start at the same pixel."""
    starts = {round(b[2][0], 1) for b in boxes(plan) if b[1] == "sum"}
    tokens = len([b for b in boxes(plan) if b[1] == "sum"])
    assert len(starts) * len(plan.steps) * 0.5 <= tokens


# contrast ------------------------------------------------------------------------------------------------------


def luminance(color) -> float:
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(a, b) -> float:
    """WCAG 2.2, success criterion 1.4.3."""
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_what_the_standard_says():
    assert contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21.0)
    assert contrast((119 / 255,) * 3, (1, 1, 1)) == pytest.approx(4.48, abs=0.01)


def faint(plan) -> set:
    """Texts whose ink has less than the contrast of AA on what lies behind them."""
    colors = {m.name: m.color for m in plan.materials}
    found = set()

    def check(label, behind, where):
        if label >= 0 and contrast(colors[plan.labels[label].material], behind) < 4.5:
            found.add((where, plan.labels[label].text))
        # a legend's square has the colour it explains
        found.discard((where, "\u25a0"))

    for volume in plan.volumes:
        points = volume.points
        spots = [tuple(np.round(p).astype(int)) for p in points["position"]]
        cells = {s: i for i, s in enumerate(spots) if points["cube"][i] >= 0}
        for i, spot in enumerate(spots):
            look = i if points["cube"][i] >= 0 else cells[spot]
            check(points["label"][i], colors[plan.cubes[points["cube"][look]].material], volume.role)
            if points["label_faded"][i] >= 0:
                behind = colors[plan.cubes[points["faded"][look]].material]
                check(points["label_faded"][i], behind, f"{volume.role}, faded")
    for words in plan.words:
        for label in words.points["label"]:
            check(label, plan.background, words.role)
    return found


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("figure", FIGURES)
def test_every_text_has_the_contrast_of_aa_on_what_lies_behind_it(figure, theme):
    assert not faint(make_plan(load_first(figure, {"look.theme": theme})))


@pytest.mark.parametrize("theme", THEMES)
def test_fading_keeps_the_order_of_the_values_and_stays_apart_from_the_ground(theme):
    """Within a theme: a larger number is not paler than a smaller one, in the window and outside."""
    plan = make_plan(load_first("conv2d_valid", {"look.theme": theme}))
    colors = {m.name: m.color for m in plan.materials}
    points = next(v for v in plan.volumes if v.role == "input").points
    for field in ("cube", "faded"):
        shades: dict[float, float] = {}
        for value, cube in zip(points["value"], points[field], strict=True):
            shades[float(value)] = luminance(colors[plan.cubes[cube].material])
        ordered = [shades[v] for v in sorted(shades)]
        falling = ordered == sorted(ordered, reverse=True) or (theme == "dark" and field == "faded")
        assert falling and len(set(ordered)) == len(ordered), f"{field}: {shades}"


def test_the_boxes_of_a_mutant_are_caught():
    """The checks above can fail: a box moved onto its neighbour, out of the frame, or shrunk."""
    plan = make_plan(load_first("conv2d_valid"))
    title = next(b for b in plan.boxes if b[0] == plan.title)
    caption = next(b for b in plan.boxes if b[0].startswith("Input"))
    rest = [b for b in plan.boxes if b is not title]
    x0, y0, x1, y1 = title[2:6]
    for changed, caught in (((x0 - 900, y0, x1 - 900, y1), outside), (caption[2:6], collisions),
                            ((x0, y0, x1, y0 + 5), small_words)):  # fmt: skip
        moved = (*title[:2], *changed, *title[6:])
        assert caught(replace(plan, boxes=(moved, *rest)))
