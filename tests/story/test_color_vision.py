# SPDX-License-Identifier: GPL-3.0-or-later
"""With the common colour blindnesses roles and signs stay apart: by colour, and where that is little, by a mark too.

- Deep cells of two roles look at least `ROLES` apart with every sight; volumes of a kind carry their name in words.
- A negative number looks at least `SIGNS` apart from a positive one as large, from half the scale on; where it looks
  less apart, every negative cell carries its number, and that its minus sign.
- A window's frame, padding, outlines and the ground are apart in all themes; the frame stands out from what is outside.
"""

from itertools import combinations

import numpy as np
import pytest
from addon.story.first_edition.theme import HUES, THEMES, Palette, ramp

from addon.scene.load import load
from addon.story import make_plan
from addon.story.page.glyphs import MINUS
from tests.figures import figures

from .seeing_colors import SIGHT, apart

pytestmark = pytest.mark.once  # the plans are the same on every Python: test_plan_snapshots.py

SEEN = 0.02  # in OKLab: what can just be told apart
ROLES, SIGNS, GHOSTS, FRAMES, OUTLINES = 0.03, 0.04, 0.03, 0.12, 0.1
CELLS = ("red", "green", "blue", "amber", "violet", "negative")
LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)

each_sight = pytest.mark.parametrize("sight", SIGHT)
each_theme = pytest.mark.parametrize("theme", THEMES)
each_figure = pytest.mark.parametrize("figure", figures())


# the simulation itself -----------------------------------------------------------------------------------------


@each_sight
def test_greys_stay_what_they_are(sight):
    for level in (0.0, 0.3, 0.7, 1.0):
        assert apart((level,) * 3, (level,) * 3) == 0
        grey = np.array((level,) * 3)
        assert np.abs(SIGHT[sight] @ grey - grey).max() < 2e-3


def test_the_blindnesses_confuse_what_they_are_named_for():
    red, green = (0.75, 0.35, 0.2), (0.5, 0.5, 0.15)
    blue, teal = (0.2, 0.45, 0.75), (0.1, 0.52, 0.5)
    for sight in ("protanopia", "deuteranopia"):
        assert apart(red, green, sight) < 0.6 * apart(red, green)
    assert apart(blue, teal, "tritanopia") < 0.6 * apart(blue, teal)
    assert apart((0, 0, 0), (1, 1, 1)) == pytest.approx(1.0, abs=1e-4)


# themes --------------------------------------------------------------------------------------------------------


@each_sight
def test_deep_cells_of_two_roles_look_apart(sight):
    deep = {name: ramp(HUES[name], 1.0) for name in CELLS}
    near = {(a, b): round(apart(deep[a], deep[b], sight), 3) for a, b in combinations(CELLS, 2)}
    near = {pair: far for pair, far in near.items() if far < ROLES}
    assert not near, f"{sight}: {near}"


@each_sight
@each_theme
def test_frames_outlines_and_padding_look_apart_from_ground_and_cells(theme, sight):
    made, near = THEMES[theme], {}
    inputs = [ramp(HUES[name], level) for name in ("red", "green", "blue") for level in LEVELS]
    outside = [Palette(theme).faded(color) for color in inputs]
    near["frame and lit cells"] = min(apart(made.frame, color, sight) for color in inputs) - SEEN
    near["frame and cells outside"] = min(apart(made.frame, color, sight) for color in outside) - FRAMES
    near["frame and ground"] = apart(made.frame, made.background, sight) - FRAMES
    near["outlines and ground"] = apart(made.wire, made.background, sight) - OUTLINES
    palest = [ramp(HUES[name], 0.0) for name in ("red", "green", "blue")]
    near["padding and the palest cells"] = min(apart(made.ghost, color, sight) for color in palest) - GHOSTS
    assert min(near.values()) >= 0, f"{theme}, {sight}: {({k: round(v, 3) for k, v in near.items() if v < 0})}"


@each_sight
@each_theme
def test_what_the_window_covers_looks_apart_from_what_it_does_not(theme, sight):
    """Deep cells lose most of their colour outside; the palest are marked by the frame alone."""
    palette = Palette(theme)
    for name in ("red", "green", "blue"):
        for level in (0.5, 1.0):
            color = ramp(HUES[name], level)
            assert apart(color, palette.faded(color), sight) >= ROLES, f"{theme}, {sight}: {name} at {level}"


# figures -------------------------------------------------------------------------------------------------------


def signs_apart(plan, volume) -> float:
    """How far apart a volume's largest negative and positive numbers look, with the sight that tells them least."""
    p = volume.points
    cells = np.flatnonzero((p["cube"] >= 0) & (p["row"] > -1000))
    low, high = cells[p["value"][cells].argmin()], cells[p["value"][cells].argmax()]
    colors = {m.name: m.color for m in plan.materials}
    a, b = (colors[plan.cubes[p["cube"][k]].material] for k in (low, high))
    return min(apart(a, b, sight) for sight in SIGHT)


@each_figure
def test_a_sign_is_told_by_colour_or_by_its_minus(figure):
    plan = make_plan(load(figure))
    for v in plan.volumes:
        p = v.points
        cells = np.flatnonzero((p["cube"] >= 0) & (p["value"] < 0))
        if not len(cells):
            continue
        spots = {tuple(np.round(p["position"][k], 2)) for k in range(len(p)) if p["label"][k] >= 0
                 and plan.labels[p["label"][k]].text.startswith(MINUS)}  # fmt: skip
        marked = all(tuple(np.round(p["position"][k], 2)) in spots or p["value"][k] > -0.005 for k in cells)
        far = signs_apart(plan, v)
        assert marked or far >= SIGNS, f"{figure}: negatives of {v.role} look {far:.3f} apart and carry no minus"


@each_sight
def test_half_large_negatives_look_apart_from_half_large_results(sight):
    """Of the colours that may have to do without numbers: inputs of one channel, outputs."""
    for name in ("blue", "violet"):
        for level in (0.5, 1.0):
            far = apart(ramp(HUES[name], level), ramp(HUES["negative"], level), sight)
            assert far >= SIGNS, f"{sight}: {name} at {level} is {far:.3f} from negative"


@each_figure
def test_volumes_of_a_kind_carry_their_names(figure):
    """What hues tell apart is explained in words too: captions of their own, or one of the kind that says each name."""
    plan = make_plan(load(figure))
    said = {w.role: " ".join(plan.labels[k].text for k in w.points["label"]) for w in plan.words}
    kinds: dict = {}
    for v in plan.volumes:
        kind, _, name = v.role.partition(".")
        if kind in ("input", "output", "filter", "map") and name and "." not in name:
            kinds.setdefault(kind, []).append(name)
    for kind, names in kinds.items():
        own = {said.get(f"{kind}.{name}.caption") for name in names} - {None}
        if len(names) > 1 and len(own) < len(names):
            all_said = " ".join(text for role, text in said.items() if role.startswith(kind))
            lost = [name for name in names if name not in all_said]
            assert not lost, f"{figure}: nothing says which is {kind} {lost}"
