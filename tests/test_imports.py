# SPDX-License-Identifier: GPL-3.0-or-later
"""Arrows point one way only: which room may import what, read from the source without running it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ADDON = Path(__file__).resolve().parent.parent / "addon"
FILES = sorted(ADDON.rglob("*.py"))
BLENDER = {"bpy", "bmesh", "mathutils", "bpy_extras", "gpu", "gpu_extras", "blf", "addon_utils", "idprop"}

# Which rooms a room may import, wherever in the file it does so.
MAY_IMPORT = {
    "engine": set(),
    "ops": {"engine"},
    "scene": {"engine", "ops"},
    "story": {"engine", "ops", "scene"},
    "stage": {"engine", "ops", "scene", "story"},
    "render": {"engine", "ops", "scene", "story", "stage"},
    "ui": {"engine", "ops", "scene", "story", "stage", "render", "cli"},
}
WITHOUT_BLENDER = ("engine", "ops", "scene", "story")


def module_of(path):
    """The dotted name inside the package: "" for its root, "story.plan", …"""
    parts = path.relative_to(ADDON).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path):
    """(line, level, dotted module) of every import, with relative ones resolved against the package."""
    here = path.relative_to(ADDON).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, 0, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.lineno, 0, node.module
        elif isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level + 1]
            targets = [node.module] if node.module else [alias.name for alias in node.names]
            yield from ((node.lineno, node.level, ".".join([*base, target])) for target in targets)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ADDON)))
def test_a_room_imports_only_what_it_may(path):
    room = module_of(path).split(".")[0]
    for line, level, name in imports(path):
        top = name.split(".")[0]
        where = f"{path.relative_to(ADDON.parent)}:{line} imports {name}"
        if not level:
            assert top not in ("addon", "convolume"), f"{where}: inside the package imports are relative"
            assert not (room in WITHOUT_BLENDER and top in BLENDER), f"{where}: {room} knows no Blender"
        elif room in MAY_IMPORT and top != room:
            assert top in MAY_IMPORT[room], f"{where}: {room} may not know {top}"


def test_the_walk_sees_relative_and_late_imports(tmp_path, monkeypatch):
    """A walk that finds nothing would pass on anything."""
    monkeypatch.setattr(sys.modules[__name__], "ADDON", tmp_path)
    file = tmp_path / "story" / "deep" / "x.py"
    file.parent.mkdir(parents=True)
    file.write_text(
        "import numpy as np\nfrom ...stage import build\n"
        "def f():\n    import bpy.types\n    from .. import plan"
    )
    assert list(imports(file)) == [
        (1, 0, "numpy"),
        (2, 3, "stage"),
        (4, 0, "bpy.types"),
        (5, 2, "story.plan"),
    ]
    assert module_of(file) == "story.deep.x"


ALONE = """
import importlib, sys
class Guard:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in %r:
            raise AssertionError(f"{name} was imported")
sys.meta_path.insert(0, Guard())
for name in %r:
    importlib.import_module(name)
"""


def test_package_engine_ops_scene_story_and_encode_need_numpy_alone(root):
    names = ["addon", "addon.render.files.encode"]
    names += ["addon." + module_of(f) for f in FILES if module_of(f).startswith(WITHOUT_BLENDER)]
    forbidden = {*BLENDER, "imageio", "PIL", "tqdm", "imageio_ffmpeg", "scipy", "torch"}
    code = ALONE % (forbidden, names)
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("folder", ["addon", "scripts", "tests"])
def test_every_file_says_its_licence_and_what_belongs_there(root, folder):
    for path in sorted((root / folder).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert text.startswith("# SPDX-License-Identifier: GPL-3.0-or-later\n"), path
        assert ast.get_docstring(ast.parse(text)), f"{path} has no docstring"
        longest = 600 if folder == "tests" else 400  # a list of cases reads faster than code
        longest = 250 if path.parent.name == "kinds" else longest  # a kind is composition
        assert text.count("\n") < longest, f"{path} is too long to be read in one go"


def test_the_add_on_keeps_the_platforms_rules():
    """No code from strings, no sys.path or sys.modules edits: the extension platform refuses them."""
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("eval", "exec"), f"{path}:{node.lineno}"
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == "sys"
            ):
                assert node.attr not in ("path", "modules"), f"{path}:{node.lineno} touches sys.{node.attr}"
