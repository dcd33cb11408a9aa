# SPDX-License-Identifier: GPL-3.0-or-later
"""Words of other languages in Blender: as wide as the layout has them, each letter with a form of its own."""

import os
import subprocess
import sys
from dataclasses import replace
from itertools import groupby

import numpy as np
import pytest

from addon.scene.letters import in_main
from addon.stage import meshes
from addon.story.cast.figure import TITLE
from addon.story.page.glyphs import FONT_SCALE, OTHERS_SCALE, width
from tests.scene.test_letters import SET_RIGHT

from .seeing import bpy, staged

NOWHERE = "\U000e0fff"  # no font has it: what is drawn instead is a box


@pytest.fixture(autouse=True, scope="module")
def emptied():
    """An empty file, once."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True, load_ui=False)


def extent(body: str, own: bool) -> float:
    """How wide a text is that Blender sets in the figures' font, or in its built-in one."""
    curve = bpy.data.curves.new("extent", "FONT")
    curve.body, curve.size = body, FONT_SCALE if own else OTHERS_SCALE
    if own:
        curve.font = meshes.font()
    places = bpy.data.objects.new("extent", curve).to_mesh().vertices
    xs = [v.co.x for v in places]
    return max(xs) - min(xs)


def drawn(text: str) -> np.ndarray:
    return np.array([v.co for v in meshes.text("drawn", text, "left", meshes.font()).vertices])


@pytest.mark.parametrize("script", SET_RIGHT)
def test_the_layout_knows_how_wide_blender_sets_a_script(script):
    for own, characters in groupby(SET_RIGHT[script], in_main):
        piece = "".join(characters)
        measured = extent(f"|{piece}|", own) - extent("||", own)
        assert width(piece) == pytest.approx(measured, rel=0.01, abs=0.01), piece


@pytest.mark.parametrize("script", SET_RIGHT)
def test_a_text_begins_and_ends_where_the_layout_has_it(script):
    ink, wide = drawn(SET_RIGHT[script]), width(SET_RIGHT[script])
    assert ink[:, 0].min() > -0.1 and wide - 0.65 < ink[:, 0].max() < wide + 0.1  # half of a Japanese bracket is blank
    assert ink[:, 2].max() < 1.05 and ink[:, 2].min() > -0.4


# a process of its own, in which several files are read one after the other
ALONE = """
import bpy
import numpy as np
from addon.stage import meshes
from tests.scene.test_letters import SET_RIGHT
from tests.stage.test_languages import NOWHERE, drawn

for script, text in SET_RIGHT.items():
    drawn(text)
for _ in range(3):
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True, load_ui=False)
    bpy.ops.wm.save_as_mainfile(filepath=bpy.app.tempdir + "read.blend", copy=True)
    bpy.ops.wm.open_mainfile(filepath=bpy.app.tempdir + "read.blend", load_ui=False)
    meshes._letters.cache_clear()
    drawn("".join(SET_RIGHT.values()))
meshes._letters.cache_clear()
box = drawn(NOWHERE)
for script, text in SET_RIGHT.items():
    forms = {}
    for character in sorted(set(text) - {" "}):
        form = drawn(character)
        if len(form):  # Thai marks have forms, too
            if form.shape == box.shape and np.allclose(form, box, atol=1e-4):
                print(f"{script}: {character} is a box")
            forms.setdefault(np.round(form, 4).tobytes(), []).append(character)
    for same in forms.values():
        if len(same) > 1:
            print(f"{script}: {same} look alike")
print("all drawn")
"""


def test_nothing_of_ours_reads_the_factory_settings(root):
    """With the preferences Blender reads its fonts anew, and every few times it then does not find those of rare
    letters, or crashes (4.5). A file that is read as jobs do it changes no preferences."""
    ours = [path for room in ("addon", "scripts", "tests/stage") for path in (root / room).rglob("*.py")]
    assert ours and not [p.name for p in ours if "read_factory_" + "settings" in p.read_text(encoding="utf-8")]


def test_no_letter_is_a_box(root):
    done = subprocess.run([sys.executable, "-c", ALONE], cwd=root, capture_output=True, text=True, check=False,
                          env=os.environ | {"PYTHONIOENCODING": "utf-8"})  # fmt: skip
    said = [line for line in done.stdout.splitlines() if "is a box" in line or "look alike" in line]
    assert not said and "all drawn" in done.stdout, said or done.stderr


@pytest.mark.thorough
def test_a_chinese_title_is_seen_in_the_picture():
    """Two titles that differ in their second letter, and one that has a box there, are three pictures of one first."""
    from addon.render.profiles import PROFILES
    from addon.render.reuse.frames import record

    def picture(title: str) -> np.ndarray:
        def titled(plan):
            labels = (replace(label, text=title) if label.text == "卷卷" else label for label in plan.labels)
            return replace(plan, labels=tuple(labels))

        stage = staged("conv1d", {"words.title": "卷卷"}, titled)
        return record(stage.scene, [1], PROFILES["draft"]).frame(0)[10:60].astype(int)

    letters = width("卷") * TITLE * 480
    left = 8.0 / 90 * 480
    pictures = [picture(title) for title in ("卷积", "卷和", "卷" + NOWHERE)]
    for k, one in enumerate(pictures):
        for other in pictures[:k]:
            apart = np.abs(one - other).max(axis=2) > 60
            assert apart[:, int(left + letters) : int(left + 2 * letters)].sum() > 20
            assert not apart[:, : int(left + 0.9 * letters)].any()
    first = pictures[0][:, int(left) : int(left + letters)]
    assert (first.max(axis=2) < 110).sum() > 20


def test_a_built_figure_keeps_no_font():
    """Its texts are meshes: a saved file leads to no font on the machine that built it."""
    staged("conv1d", {"words.title": "卷积 convolution"})
    assert any("卷积" in mesh.get("text", "") for mesh in bpy.data.meshes)
    assert not [font.filepath for font in bpy.data.fonts if font.filepath != "<builtin>"]
