# SPDX-License-Identifier: GPL-3.0-or-later
"""The add-on, registered from the checkout as Blender would, in an empty file of its own."""

import subprocess
import sys

import pytest

bpy = pytest.importorskip("bpy", reason="the bpy module is not installed (make test installs it)")


@pytest.fixture
def addon_on(empty_blender):
    """bpy with the add-on enabled; everything it registers is gone afterwards."""
    import addon
    from addon.ui import state, view

    addon.register()
    state.forget()
    yield empty_blender
    space = view.viewport(bpy.context).spaces.active  # a file without a window leaves it as it is
    view._write(space, view.PLAIN)
    space.region_3d.view_perspective = 'PERSP'
    view._before.clear()
    addon.unregister()


@pytest.fixture
def settings(addon_on):
    """The panel's properties of the open scene."""
    return addon_on.context.scene.convolume


@pytest.fixture
def panel():
    """Draw panels without a window: what they show is kept as text."""
    return Layout


@pytest.fixture
def elsewhere(root, tmp_path):
    """Run lines in a Python of their own, with the add-on registered; a bpy that has undone dies badly in 4.5."""

    def run(code: str):
        head = f"import sys, os; sys.path.insert(0, {str(root)!r})\nimport bpy\n"
        head += "bpy.ops.wm.read_factory_settings(use_empty=True)\nimport addon; addon.register()\n"
        end = "\nprint('ALL GOOD', flush=True)\nos._exit(0)\n"
        file = tmp_path / "elsewhere.py"
        file.write_text(head + code + end, encoding="utf-8")
        command = [sys.executable, str(file)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=180)
        assert done.returncode == 0 and "ALL GOOD" in done.stdout, done.stdout + done.stderr
        return done.stdout

    return run


class Layout:
    """A stand-in for Blender's layout that notes what is put into it; an unknown property is an error here too."""

    def __init__(self, notes=None, red=None, alert=False):
        self.notes = [] if notes is None else notes
        self.red = [] if red is None else red  # of these, what is drawn as wrong
        self.alert = alert

    def _inner(self, *_, **__):
        return Layout(self.notes, self.red, self.alert)

    def _note(self, text):
        self.notes.append(text)
        if self.alert:
            self.red.append(text)

    row = column = box = grid_flow = split = _inner

    def prop(self, data, name, **options):
        assert name in data.bl_rna.properties, f"{data.bl_rna.identifier} has no {name}"
        if "index" in options:
            assert options["index"] < data.bl_rna.properties[name].array_length
        self._note(f"{data.bl_rna.identifier}.{name}" + (f" {options['text']}" if options.get("text") else ""))

    def prop_enum(self, data, name, value, **_):
        assert value in data.bl_rna.properties[name].enum_items
        self.notes.append(f"{data.bl_rna.identifier}.{name} {value}")

    def operator(self, name, **options):
        group, _, own = name.partition(".")
        assert hasattr(getattr(bpy.ops, group), own)
        self._note(f"operator {name}")
        return type("Properties", (), {})()

    def label(self, text="", **_):
        self.notes.append(f"label {text}")

    def menu(self, name, **_):
        self.notes.append(f"menu {name}")

    def separator(self, **_):
        pass

    def progress(self, factor=0.0, text="", **_):
        self.notes.append(f"progress {text}")


def pytest_configure(config):
    config.addinivalue_line("markers", "window: needs a virtual screen and takes minutes (make test-ui)")
    config.addinivalue_line("markers", "after: of the window's tests, those without which this one has nothing to do")
