# SPDX-License-Identifier: GPL-3.0-or-later
"""What a new format costs: one file, put into a copy of the package, none of whose own is touched."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from addon.render.files.formats import FORMATS
from tests.copied import run_there, with_files

# The first and the last picture, side by side: made of frames.
ENDS = {
    "render/files/formats/ends.py": '''
"""The beginning beside the end."""
import numpy as np

from .. import encode
from ..descriptor import Format


def ends(clip):
    return [clip.frames[0], clip.frames[-1]]


def write(film, path):
    encode.write_png(path, np.hstack([film.at(frame) for frame in ends(film.clip)]))


FORMAT = Format(write, "{}_ends.png", shows=ends, still=True)
''',
}
# Every sum as a line of text: made of the plan, without Blender.
SUMS = {
    "render/files/formats/sums.py": '''
"""Every step's sum as a line of text."""
from .. import encode
from ..descriptor import PLAN, Format


def write(plan, path):
    with encode.whole_file(path) as temporary, open(temporary, "w", encoding="utf-8") as file:
        file.writelines(step.text + chr(10) for step in plan.steps)


FORMAT = Format(write, "{}.txt", needs=PLAN)
''',
}
CHECKS = '''
from pathlib import Path
from addon.render.files import encode, outputs
from addon.render.process.jobs import Job, Unusable
from addon.scene import spec
from addon.scene.load import SceneError, dump, load, loads
from addon.story import make_plan

assert spec.FORMATS == ("gif", "mp4", "png", "steps", "blend", "poster", NAME), spec.FORMATS
scene = load("conv1d", {"output.formats": f"{NAME},gif"})
assert scene.output.formats == (NAME, "gif") and loads(dump(scene), path=scene.path) == scene
plan, folder = make_plan(scene), Path("made")
path = outputs.target("conv1d", NAME, folder)
folder.mkdir()
left = folder / f".{path.name}.{encode.HERE}-999999999.part"  # by a process that is no more
left.write_bytes(b"half")
path.mkdir()
assert outputs.in_the_way(path, NAME) == "is a folder, and a file of that name is to be written"
path.rmdir()
clip = outputs.FrameRange.of_plan(plan)
'''
ENDS_CHECKS = '''NAME = "ends"''' + CHECKS + '''
import numpy as np


class Recording:
    """Pictures as grey as their number."""
    reused = 0

    def __init__(self, frames):
        self.order = list(range(len(frames)))

    def picture(self, index):
        return np.full((4, 6, 3), index * 255, np.uint8)


asked = []
Job._recorded = lambda self, scene, needed, *_, **__: asked.append(needed) or Recording(needed)
import addon.render.process.jobs as jobs
jobs._built = lambda plan: None
made, = Job("conv1d", (NAME,), "draft", plan).run(None, folder, print)
assert asked == [[1, plan.frames]] and (made.file, made.frames, made.distinct, made.seconds) == (path, 2, 2, 0.0)
assert path.read_bytes() == encode.png_bytes(np.repeat(np.uint8([[[0] * 3] * 6 + [[255] * 3] * 6]), 4, axis=0))
assert [p.name for p in folder.iterdir()] == [path.name]
'''
SUMS_CHECKS = '''NAME = "sums"''' + CHECKS + '''
import sys
made, = Job("conv1d", (NAME,), "draft", plan).run(None, folder, print)
assert made.file == path and made.distinct is None and "bpy" not in sys.modules
assert path.read_text().splitlines() == [step.text for step in plan.steps]
assert [p.name for p in folder.iterdir()] == [path.name]
Path("x.blend").write_bytes(b"BLENDER")
try:
    Job.of_blend(Path("x.blend"), (NAME,), None)
except Unusable as refusal:
    assert str(refusal) == "x.blend: a .blend gives gif, mp4, png, steps, poster, not sums", refusal
else:
    raise AssertionError("a .blend has no plan")
'''
CASES = {"ends": (ENDS, ENDS_CHECKS), "sums": (SUMS, SUMS_CHECKS)}
PANEL = '''
import bpy
import addon
addon.register()
from addon.ui import results, state
settings = bpy.context.scene.convolume
settings.figure = "conv1d"
settings.output.formats = {'ENDS', 'BLEND', 'SUMS'}
assert state.scene_of(settings).output.formats == ("blend", "ends", "sums")
assert results.rendered(bpy.context.scene) == ["ends"]  # a window renders its scene, not a plan
addon.unregister()
'''


@pytest.mark.parametrize("name", CASES)
def test_a_new_format_is_one_file(root, tmp_path, name):
    files, checks = CASES[name]
    assert [Path(file).parent.as_posix() for file in files] == ["render/files/formats"]
    with_files(root, tmp_path, files)
    (tmp_path / "scenes").symlink_to(root / "scenes")
    run_there(tmp_path, checks)


def test_new_formats_come_from_the_command_line_and_stand_in_the_panel(root, tmp_path):
    pytest.importorskip("bpy", reason="the bpy module is not installed (make test installs it)")
    with_files(root, tmp_path, ENDS | SUMS)
    (tmp_path / "scenes").symlink_to(root / "scenes")
    command = [sys.executable, "-m", "addon", "conv1d", "--format", "ends,sums", "--size", "96x54", "--fps", "2"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [line.split(",")[0] for line in done.stdout.splitlines()] == [
        "conv1d: renders/conv1d.txt", "conv1d: renders/conv1d_ends.png"]  # fmt: skip
    run_there(tmp_path, PANEL)


# nothing else decides by a format's name -------------------------------------------------------------------------


def named(text: str) -> list[int]:
    """The lines that name a format in a string, as a key, a member or what something is compared with."""
    nodes = ast.walk(ast.parse(text))
    return sorted({n.lineno for n in nodes if isinstance(n, ast.Constant) and str(n.value).lower() in FORMATS})


def test_no_other_file_decides_by_a_formats_name(root):
    package = root / "addon"
    files = [*(package / "render").rglob("*.py"), *(package / "ui").rglob("*.py"), package / "cli.py"]
    files = [file for file in files if file.parent.name != "formats"]
    found = [f"{file.relative_to(root)}:{line}" for file in files for line in named(file.read_text(encoding="utf-8"))]
    assert len(files) > 50 and not found


def test_the_walk_sees_such_lines():
    for line in ("if format == 'gif': pass", "x = {'blend': 1}", "if name != 'BLEND': pass", "SOME = ('png', 'mp4')"):
        assert named(f"'''About gif.'''\n{line}\n") == [2], line
    assert not named("if format.needs == SCENE or path.endswith('.gif'): pass")
