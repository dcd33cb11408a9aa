# SPDX-License-Identifier: GPL-3.0-or-later
"""Every text of every figure has the contrast of WCAG AA on what lies behind it, in all four themes.

What lies behind a number is the nearest cell behind its middle at the moments looked at, in the colour it has then; a
front face shows exactly the colour its material asks for (tests/stage/test_themes_seen.py). Behind words is the ground,
darkened by the shadows that reach there: words lie on no cell (test_composition.py).
"""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from addon.scene.load import load
from addon.story import make_plan
from addon.story.first_edition.theme import THEMES
from tests.first import first_edition_figures

from .composing import explained
from .picture import LOOKS, Picture

pytestmark = pytest.mark.once  # the plans are the same on every Python: test_plan_snapshots.py

AA = 4.5  # WCAG 2.2, success criterion 1.4.3
CARD_MARGIN = 0.55  # cells by which a shadow reaches out from under its volume
SWATCH = "\u25a0"  # a legend's square: it has the colour it explains, and is no text
MOMENTS = 24


def linear(color) -> np.ndarray:
    c = np.asarray(color, float)
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def curved(light) -> np.ndarray:
    c = np.asarray(light, float)
    return np.where(c <= 0.0031308, 12.92 * c, 1.055 * c ** (1 / 2.4) - 0.055)


def contrast(a, b) -> float:
    """WCAG's contrast ratio of two sRGB colours."""
    low, high = sorted(float(linear(c) @ (0.2126, 0.7152, 0.0722)) for c in (a, b))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_what_the_standard_says():
    assert contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21.0)
    assert contrast((119 / 255,) * 3, (1, 1, 1)) == pytest.approx(4.48, abs=0.01)


def chosen(picture: Picture) -> list[int]:
    """Key moments, and what lies between them: two dozen frames."""
    moments = picture.moments(every=30)
    steps = {picture.frame_of(picture.plan.steps[i]) for i in explained(picture)[:3]}
    frames = list(moments)
    return sorted(steps | set(frames[:: max(1, len(frames) // MOMENTS)]))


@cache
def stacked(figure: str):
    """Which number stands before which cell: pairs of (volume, point, look), the cell None where there is none.

    A theme changes colours and no places, so this holds for all of them.
    """
    picture = Picture(make_plan(load(figure)))
    pairs, before = set(), {}
    for frame in chosen(picture):
        cells, numbers, texts = picture.cells(frame), picture.numbers(frame), picture.texts(frame)
        depth = picture.surfaces(numbers.at, cells)
        depth[depth > numbers.depth[:, None] + 0.03] = -np.inf
        for k in np.flatnonzero(~picture.hidden(numbers, cells)):
            nearest = int(depth[k].argmax())
            behind = tuple(cells.rows[nearest]) if np.isfinite(depth[k, nearest]) else None
            if behind and behind[0] != numbers.rows[k][0] and cells.visiting[nearest]:
                continue  # on its way it passes through others
            pairs.add((tuple(numbers.rows[k]), behind))
        for k, (role, dark) in enumerate(zip(texts.roles, shades(picture, frame, texts.boxes), strict=True)):
            before[role, texts.said[k]] = max(before.get((role, texts.said[k]), 0.0), dark)
    return pairs, before


def shades(picture: Picture, frame: int, boxes) -> np.ndarray:
    """How much of a shadow lies under each text (n boxes), at most: 0 to 1."""
    x = np.linspace(boxes[:, 0], boxes[:, 2], 5)[:, None] / picture.pixel  # (5, 1, n) by (3, n) places of each text
    y = np.linspace(boxes[:, 1], boxes[:, 3], 3)[None] / picture.pixel
    camera, most = picture.camera, np.zeros(len(boxes))
    for v in picture.plan.volumes:
        home = picture.place(v, picture.second(frame))
        if v.contact_shadow is None or picture.visiting(v, home):
            continue
        *contact_shadow, level = v.contact_shadow
        sides, height = np.reshape(contact_shadow, (2, 2)), home[2] + level * v.unit
        outside = 0.0
        for axis, (low, high) in enumerate(sides):
            # where on the ground of the shadow a place of the screen is seen: `Camera.stand`
            ground = camera.right[axis] * x + camera.ground[axis] * (y - height * camera.cosine) / camera.sine
            scale = picture.plan.channels.get(f"{v.role}.shadow.scale.{'xy'[axis]}")
            local = (ground - home[axis]) / v.unit - (low + high) / 2
            local /= max(scale.at(picture.second(frame)), 1e-3) if scale else 1.0
            outside = np.maximum(outside, (np.abs(local) - (high - low) / 2) / CARD_MARGIN)
        most = np.maximum(most, np.clip(1 - outside, 0, 1).max(axis=(0, 1)))
    return most**3 * (most * (6 * most - 15) + 10)


def faint(plan, pairs, before) -> dict:
    """Texts below AA, with their contrast: (where, text) → ratio."""
    colors = {m.name: np.array(m.color) for m in plan.materials}
    found: dict = {}

    def check(label, behind, where):
        made = plan.labels[label]
        ratio = contrast(colors[made.material], behind)
        if ratio < AA and made.text.strip() and made.text.strip() != SWATCH:
            found[where, made.text] = min(round(ratio, 2), found.get((where, made.text), 99))

    for (volume, point, look), cell in pairs:
        points, where = plan.volumes[volume].points, plan.volumes[volume].role
        label = points[("label", "label_faded")[look]][point]
        behind = plan.background
        if cell is not None:
            other = plan.volumes[cell[0]]
            behind = colors[plan.cubes[other.points[LOOKS[cell[2]]][cell[1]]].material]
            where += f" on {other.role} ({LOOKS[cell[2]]})"
        check(label, behind, where)
    shadow = next((m for m in plan.materials if m.kind == "shadow"), None)
    for words in plan.words:
        for label in words.points["label"]:
            dark = before.get((words.role, plan.labels[label].text), 0.0) * (shadow.alpha if shadow else 0.0)
            ground = curved(linear(plan.background) * (1 - dark) + linear(shadow.color if shadow else (0, 0, 0)) * dark)
            check(label, ground, words.role)
    return found


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("figure", first_edition_figures())
def test_every_text_has_the_contrast_of_aa_on_what_lies_behind_it(figure, theme):
    pairs, before = stacked(figure)
    found = faint(make_plan(load(figure, {"look.theme": theme})), pairs, before)
    assert not found, f"{figure}, {theme}: {len(found)} texts below {AA}: {list(found.items())[:8]}"


def test_numbers_stand_on_cells_of_their_own_volume():
    """The pairs that contrast is worked out for are those that a viewer sees."""
    picture = Picture(make_plan(load("pooling")))
    pairs, _ = stacked("pooling")
    own = [cell is not None and cell[0] == number[0] for number, cell in pairs]
    assert len(own) > 60 and np.mean(own) > 0.8  # copies lie on others' cells
    assert {picture.plan.volumes[n[0]].role for n, _ in pairs} >= {"input", "output"}


def test_faint_ink_is_caught():
    plan = make_plan(load("pooling"))
    pairs, before = stacked("pooling")
    pale = tuple(replace(m, color=(0.75, 0.75, 0.75)) if m.kind == "flat" else m for m in plan.materials)
    found = {where for where, _ in faint(replace(plan, materials=pale), pairs, before)}
    assert {"sum", "title", "input.caption"} <= found and any(w.startswith("input on input") for w in found)
