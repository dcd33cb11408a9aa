# SPDX-License-Identifier: GPL-3.0-or-later
"""Two ways to light, one look: a frame in baked light and in Blender's own lights must be taken for one picture."""

import numpy as np
import pytest

from addon.render.profiles import PROFILES

from ..story.projected import PAGE, View
from .seeing import rendered, staged

pytestmark = [pytest.mark.thorough, pytest.mark.slow]

SIZE = (320, 180)
STEPS = {"conv2d_valid": 1, "rgb_conv": 1, "volume_to_volume": 0, "mnist_conv": 235}  # explained ones
MOST = 8.0  # of 255: mean difference over geometry and floor
FLOOR, PIECES = 3.0, 16.0  # and over each by itself: edges and digits are drawn with other samples


def lit(light: str, folder, figure: str, size=SIZE) -> tuple[np.ndarray, View, int]:
    """The pixels (rows, columns, 3), 0 to 255, of a frame in one light."""
    stage = staged(figure, {"output.size": f"{size[0]}x{size[1]}", "look.light": light})
    number, scene = stage.frame(STEPS[figure]), stage.scene
    PROFILES["lecture"].apply(scene)
    scene.render.image_settings.file_format = "PNG"
    picture = rendered(scene, number, folder / f"{light}.png", size)
    return 255 * picture[..., :3], View(stage.plan), number


def parts(view: View, number: int, size=SIZE) -> dict[str, np.ndarray]:
    """Which pixels show the floor and which pieces; words, with a margin for soft edges, are left out."""
    moment, pixel = view.frame(number), size[1] / PAGE
    x, y = (np.arange(n) + 0.5 for n in size)
    page = np.stack(np.meshgrid(x, y), axis=-1) / pixel
    floor = (moment.nearest(page)[0] == -np.inf).reshape(size[::-1])
    words = np.zeros_like(floor)
    for word in moment.words:
        left, top, right, bottom = np.array(word.box) + (-1, -1, 1, 1)
        words |= ((page > (left, top)) & (page < (right, bottom))).all(axis=2)
    return {"floor": floor & ~words, "pieces": ~floor & ~words}


def differences(one: np.ndarray, other: np.ndarray, where: dict[str, np.ndarray]) -> dict[str, float]:
    away = np.abs(one - other).mean(axis=2)
    found = {name: float(away[mask].mean()) for name, mask in where.items()}
    return {**found, "both": float(away[np.any(list(where.values()), axis=0)].mean())}


def alike(found: dict[str, float]) -> bool:
    return found["both"] <= MOST and found["floor"] <= FLOOR and found["pieces"] <= PIECES


@pytest.mark.parametrize("figure", STEPS)
def test_baked_light_is_taken_for_the_studios(figure, tmp_path):
    baked, view, number = lit("baked", tmp_path, figure)
    studio, *_ = lit("studio", tmp_path, figure)
    where = parts(view, number)
    found = differences(baked, studio, where)
    print(f"{figure}: " + ", ".join(f"{name} {value:.2f}" for name, value in found.items()))
    assert alike(found), found
    # the measure can fail: less light, and pieces lit from the left
    assert not alike(differences(0.85 * baked, studio, where))
    assert not alike(differences(np.where(where["pieces"][..., None], baked[:, ::-1], baked), studio, where))
