# SPDX-License-Identifier: GPL-3.0-or-later
"""Three figures rendered in every theme: fronts and ground have exactly the colours that contrast is worked out for."""

import numpy as np
import pytest
from addon.story.first_edition.theme import THEMES

from ..story.picture import LOOKS
from .seeing import bpy  # which skips where it is missing
from .test_composition_seen import Looked

FIGURES = ("pooling",)
SIZE = (427, 240)


@pytest.fixture(scope="module", params=[(f, t) for f in FIGURES for t in THEMES], ids="-".join)
def rendered(request):
    """The figure, a step that is explained, and its picture as a draft."""
    from addon.render.profiles import PROFILES
    from addon.render.reuse.frames import record

    figure, theme = request.param
    looked = Looked(figure, {"look.theme": theme})
    scene = looked.stage.scene
    number = looked.picture.frame_of(looked.picture.plan.steps[1])
    scene.render.resolution_x, scene.render.resolution_y = SIZE
    return looked, number, record(scene, [number], PROFILES["draft"]).frame(0).astype(int)


def fronts(looked, number):
    """(x, y, colour) of cells' fronts, in pixels of the small picture: at a spot left of the number, unhidden."""
    picture = looked.picture
    cells, plan = picture.cells(number), picture.plan
    colors = {m.name: np.array(m.color) * 255 for m in plan.materials}
    shift = np.array([-0.3, -0.47, 0.3])  # of a cell, from its middle: near the front's upper left corner
    for k in np.flatnonzero(cells.solid & ~cells.visiting & ~cells.flying):
        volume, point, look = cells.rows[k]
        kind = plan.cubes[plan.volumes[volume].points[LOOKS[look]][point]]
        size = cells.pitch[k]
        if kind.shape != "cube" or cells.half[k] < 0.46 * size:
            continue
        at = cells.at[k] + picture.camera.project(shift) * size
        surface = picture.surfaces(at[None], cells)[0]
        if surface.argmax() == k:
            yield (*at, colors[kind.material], size)


def test_fronts_show_exactly_the_colours_of_the_plan(rendered):
    looked, number, picture = rendered
    scale = SIZE[0] / looked.picture.plan.size[0]
    right = total = 0
    for x, y, color, size in fronts(looked, number):
        if size * scale < 9:
            continue
        column, row = round(SIZE[0] / 2 + x * scale - 0.5), round(SIZE[1] / 2 - y * scale - 0.5)
        near = picture[row - 1 : row + 2, column - 1 : column + 2, :3].reshape(-1, 3)
        right += bool((np.abs(near - color).max(axis=1) <= 2).any())
        total += 1
    assert total >= 12 and right / total > 0.9, f"{right} of {total} fronts have their colour"


def test_the_ground_is_the_themes_and_a_transparent_one_is_clear(rendered):
    looked, _, picture = rendered
    plan = looked.picture.plan
    corners = picture[[2, 2, -3, -3], [2, -3, 2, -3]]
    if plan.transparent:
        assert picture.shape[2] == 4 and (corners[:, 3] == 0).all() and (picture[..., 3] == 255).mean() > 0.1
    else:
        assert picture.shape[2] == 3 and np.abs(corners - np.array(plan.background) * 255).max() <= 1


def test_the_scene_has_no_light_that_changes_colours(rendered):
    """No tone mapping: what is asked for is what is on the screen."""
    scene = bpy.context.scene
    assert (scene.view_settings.view_transform, scene.view_settings.look) == ("Standard", "None")
    assert scene.view_settings.exposure == 0 and scene.view_settings.gamma == 1
