# SPDX-License-Identifier: GPL-3.0-or-later
"""With the common colour blindnesses roles and signs stay apart: by colour, and where that is little, by a mark too.

A figure's negative numbers look at least `SIGNS` apart from its positive ones; where they look less apart, every
negative cell carries its number, and that its minus sign. The palette by itself is tried in test_palette.py.
"""

import numpy as np
import pytest

from addon.scene.load import load
from addon.story import make_plan
from addon.story.page.glyphs import MINUS
from tests.figures import figures

from .seeing_colors import SIGHT, apart

pytestmark = pytest.mark.once  # the plans are the same on every Python: test_plan_snapshots.py

SIGNS = 0.04  # in OKLab, of which 0.02 can just be told apart

each_sight = pytest.mark.parametrize("sight", SIGHT)
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
