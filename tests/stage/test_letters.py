# SPDX-License-Identifier: GPL-3.0-or-later
"""Letters are filled as the font means them: inside where the outlines wind around a place, whatever Blender fills."""

import numpy as np
import pytest

from addon.scene.load import load
from addon.stage import meshes
from addon.story import make_plan
from addon.story.page.glyphs import FONT_SCALE
from tests.figures import figures

from .seeing import bpy

ALWAYS = "0123456789+=().,\u2212\u00d7\u2248*[]"


def characters() -> str:
    texts = {label.text for figure in figures() for label in make_plan(load(figure)).labels}
    return "".join(sorted(set("".join(texts)) | set(ALWAYS) - {" "})).replace(" ", "")


def outline(character: str) -> list[np.ndarray]:
    """A character's outlines as Blender traces them, neither filled nor fattened."""
    curve = bpy.data.curves.new("outline", "FONT")
    curve.body, curve.size, curve.resolution_u, curve.fill_mode = character, FONT_SCALE, 3, "NONE"
    curve.font = meshes.font()
    obj = bpy.data.objects.new("outline", curve)
    mesh = bpy.data.meshes.new_from_object(obj)
    places = np.array([v.co[:2] for v in mesh.vertices])
    return [places[loop] for loop in meshes.loops_of([tuple(e.vertices) for e in mesh.edges])]


def winding(loop: np.ndarray, at: np.ndarray) -> np.ndarray:
    """How often an outline winds around each place."""
    a, b = loop, np.roll(loop, -1, axis=0)
    x, y = at[:, None, 0], at[:, None, 1]
    left = (b[:, 0] - a[:, 0]) * (y - a[:, 1]) - (x - a[:, 0]) * (b[:, 1] - a[:, 1])
    up, down = (a[:, 1] <= y) & (b[:, 1] > y), (a[:, 1] > y) & (b[:, 1] <= y)
    return ((up & (left > 0)).astype(int) - (down & (left < 0)).astype(int)).sum(axis=1)


def covered(mesh, at: np.ndarray) -> np.ndarray:
    places = np.array([v.co for v in mesh.vertices])[:, [0, 2]]
    found = np.zeros(len(at), bool)
    for face in mesh.polygons:
        found |= winding(places[list(face.vertices)], at) != 0
    return found


def test_every_character_used_is_filled_where_its_outlines_wind():
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True, load_ui=False)
    xs, ys = np.meshgrid(np.linspace(0.02, 1.3, 70), np.linspace(-0.25, 0.95, 66))
    at = np.column_stack([xs.ravel(), ys.ravel()])
    wrong = {}
    for character in characters():
        meant = sum(winding(loop, at) for loop in outline(character)) != 0
        drawn = covered(meshes.text("letter", character, "left", meshes.font()), at)
        # letters are fattened a little, so places near an edge may differ: at most a thin rim
        share = (meant != drawn).sum() / max(meant.sum(), 1)
        if share > 0.45 or (meant & ~drawn).any():
            wrong[character] = round(float(share), 2)
    assert not wrong, f"filled otherwise than meant: {wrong}"


@pytest.mark.parametrize("text", ["1", "7", "k", "out[row 1, col 3] = 4"])
def test_letters_face_the_viewer_and_their_triangles_do_not_overlap(text):
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True, load_ui=False)
    mesh = meshes.text("letter", text, "left", meshes.font())
    mesh.update()
    assert all(face.normal.y < -0.99 for face in mesh.polygons)
    places = np.array([v.co for v in mesh.vertices])[:, [0, 2]]
    low, high = places.min(axis=0), places.max(axis=0)
    grid = np.stack(np.meshgrid(*(np.linspace(a, b, 120) for a, b in zip(low, high, strict=True))), axis=-1)
    at = grid.reshape(-1, 2) + 1e-5
    layers = sum((winding(places[list(f.vertices)], at) != 0).astype(int) for f in mesh.polygons)
    assert layers.max() == 1
