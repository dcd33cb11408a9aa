# SPDX-License-Identifier: GPL-3.0-or-later
"""A figure rendered in every theme: the ground is the theme's, a transparent one is clear, colours stay as they are."""

import numpy as np
import pytest

from addon.story.page import palette

from .seeing import bpy, staged  # which skips where it is missing

SIZE = (427, 240)


@pytest.fixture(scope="module", params=palette.THEMES)
def rendered(request):
    """The figure in a theme, and its picture as a draft at an explained step."""
    from addon.render.profiles import PROFILES
    from addon.render.reuse.frames import record

    stage = staged("conv2d_valid", {"look.theme": request.param, "output.size": SIZE})
    number = stage.plan.frame_of(stage.plan.steps[1].second)
    return stage, record(stage.scene, [number], PROFILES["draft"]).frame(0).astype(int)


def test_the_ground_is_the_themes_and_a_transparent_one_is_clear(rendered):
    """In its corners a floor is as light as the theme says."""
    stage, picture = rendered
    theme, corners = palette.THEMES[stage.plan.theme], picture[[2, 2, -3, -3], [2, -3, 2, -3]]
    if stage.plan.transparent:
        assert picture.shape[2] == 4 and (corners[:, 3] == 0).all() and (picture[..., 3] == 255).mean() > 0.1
        return
    assert picture.shape[2] == 3
    low, high = (255 * np.array(palette.rgb(palette.lit(theme.floor, light))) for light in sorted(
        (0.92 * min(palette.FLOOR_LIGHT), 1.04 * max(palette.FLOOR_LIGHT))))
    assert (corners >= low - 3).all() and (corners <= high + 3).all(), corners


def test_a_front_face_has_the_colour_of_the_plan(rendered):
    """The most frequent colours of the picture but the ground's are fills, at full light or dimmed."""
    stage, picture = rendered
    plan = stage.plan
    inside = picture[60:180, 40:140, :3].reshape(-1, 3)
    found, counts = np.unique(inside, axis=0, return_counts=True)
    fills = 255 * np.array([m.color for m in plan.materials if m.kind == "lit"])
    near = np.abs(found[np.argsort(-counts)][:8][:, None] - fills[None]).max(axis=2).min(axis=1)
    assert np.sort(near)[:3].max() <= 6, near


def test_the_scene_has_no_light_that_changes_colours(rendered):
    """No tone mapping: what is asked for is what is on the screen."""
    scene = bpy.context.scene
    assert (scene.view_settings.view_transform, scene.view_settings.look) == ("Standard", "None")
    assert scene.view_settings.exposure == 0 and scene.view_settings.gamma == 1
