# SPDX-License-Identifier: GPL-3.0-or-later
"""The extension as a user gets it: built, checked, installed, enabled, used, and gone without a trace."""

import os
import struct
import subprocess
import sys
import tomllib
import zipfile

import pytest

MODULE = "bl_ext.user_default.convolume"

# What an add-on could leave behind: classes, properties on Blender's types, timers and handlers.
TRACES = """
import bpy
def traces():
    kinds = (bpy.types.Operator, bpy.types.Panel, bpy.types.PropertyGroup, bpy.types.AddonPreferences)
    names = {c.__name__ for k in kinds for c in k.__subclasses__()
             if c.is_registered and c.__name__.startswith("CONVOLUME_")}
    names |= {n for n in dir(bpy.ops.convolume)}
    names |= {"Scene." + n for n in dir(bpy.types.Scene) if "convolume" in n.lower()}
    for group in dir(bpy.app.handlers):
        functions = getattr(bpy.app.handlers, group)
        if isinstance(functions, list):
            names |= {group + "." + f.__module__ for f in functions if "convolume" in f.__module__}
    return sorted(names)
"""

INSTALL = f"""
done = bpy.ops.extensions.package_install_files(
    filepath=ZIP, repo="user_default", enable_on_install=True
)
assert done == {{'FINISHED'}}, done
assert "{MODULE}" in bpy.context.preferences.addons
"""

USE = """
import sys
assert traces() == [
    "CONVOLUME_OT_build", "CONVOLUME_OT_render", "CONVOLUME_OT_stop", "CONVOLUME_PT_main",
    "CONVOLUME_Preferences", "CONVOLUME_Settings", "Scene.convolume", "build", "render", "stop",
], traces()
import imageio, PIL
for module in (imageio, PIL):
    assert ".local" in module.__file__ or "extensions" in module.__file__, module.__file__
settings = bpy.context.scene.convolume
figures = [item.identifier for item in settings.bl_rna.properties["figure"].enum_items]
assert {"conv2d_valid", "rgb_conv"} <= set(figures), figures
before = set(bpy.data.objects)
for figure in figures:
    settings.figure = figure
    assert bpy.ops.convolume.build() == {'FINISHED'}
assert bpy.context.scene.camera is not None
assert before < set(bpy.data.objects)
"""

LEAVE = f"""
bpy.ops.preferences.addon_disable(module="{MODULE}")
assert traces() == [], traces()
print("ALL GOOD")
"""


@pytest.fixture(scope="session")
def extension(root, tmp_path_factory):
    """The zip for this platform."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, root / "scripts" / "build_extension.py", "--output-dir", folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Success" in done.stdout and " MB" in done.stdout
    (path,) = folder.glob("*.zip")
    return path


@pytest.fixture
def script(extension, tmp_path):
    """A file to run, made of parts that share one namespace."""

    def write(*parts):
        path = tmp_path / "script.py"
        path.write_text("\n".join([TRACES, f"ZIP = {str(extension)!r}", *parts]), encoding="utf-8")
        return path

    return write


def on_the_wheel(script, tmp_path):
    """Run in a process of its own: a bpy module cannot be started twice."""
    settings = {"BLENDER_USER_RESOURCES": str(tmp_path / "user"), "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, script],
        env={**os.environ, **settings},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0 and "ALL GOOD" in done.stdout, done.stdout + done.stderr


def test_the_manifest_keeps_the_platforms_rules(root):
    manifest = tomllib.loads((root / "blender_manifest.toml").read_text(encoding="utf-8"))
    assert manifest["id"] == "convolume" and manifest["blender_version_min"] == "4.5.0"
    assert set(manifest["permissions"]) == {"files"}
    assert manifest["license"] == ["SPDX:GPL-3.0-or-later"]
    for text in (manifest["tagline"], *manifest["permissions"].values()):
        assert 0 < len(text) <= 64 and not text.endswith(".")
    assert "blender" not in manifest["name"].lower()
    assert all(manifest.values())


@pytest.mark.slow
def test_the_zip_holds_the_add_on_its_scenes_and_wheels_for_this_platform_only(root, extension):
    with zipfile.ZipFile(extension) as archive:
        names = set(archive.namelist())
        manifest = tomllib.loads(archive.read("blender_manifest.toml").decode())
    for path in (root / "addon").rglob("*.py"):
        assert path.relative_to(root / "addon").as_posix() in names
    for path in (root / "scenes").glob("*.toml"):
        assert f"scenes/{path.name}" in names
    assert "LICENSE" in names and not any("__pycache__" in name for name in names)
    wheels = sorted(name for name in names if name.endswith(".whl"))
    assert len(manifest["platforms"]) == 1
    assert sorted(f"./{name}" for name in wheels) == sorted(manifest["wheels"])
    if manifest["platforms"] == ["linux-x64"]:
        assert [name.split("-")[2] for name in wheels] == ["py3", "cp311", "cp313", "cp314"]


@pytest.mark.slow
def test_it_installs_works_and_leaves_nothing_behind_on_the_wheel(empty_blender, script, tmp_path):
    use = USE.replace("import imageio, PIL", "imageio = PIL = None").replace("(imageio, PIL)", "()")
    on_the_wheel(script(INSTALL, use, LEAVE), tmp_path)


@pytest.mark.blender
@pytest.mark.slow
def test_it_installs_works_and_leaves_nothing_behind_in_blender(run_blender, script):
    done = run_blender("--python-exit-code", "1", "--python", script(INSTALL, USE, LEAVE))
    assert "ALL GOOD" in done.stdout, done.stdout + done.stderr


RENDER = """
bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True, load_ui=False)
settings = bpy.context.scene.convolume
settings.figure, settings.quality, settings.formats = "conv2d_valid", 'DRAFT', {'GIF'}
assert not bpy.ops.convolume.render.poll(), "nothing to render yet"
bpy.ops.convolume.build()
bpy.context.scene.render.resolution_percentage = 25
bpy.context.scene.frame_end = 12
bpy.context.preferences.addons[MODULE].preferences.output_folder = OUT
bpy.ops.wm.save_userpref()
assert bpy.ops.convolume.render() == {'FINISHED'}
assert not bpy.data.filepath, "the user's file was not saved over"
"""


@pytest.mark.blender
@pytest.mark.slow
def test_the_render_button_leaves_a_gif_of_the_scene_as_it_stands(run_blender, script, tmp_path):
    names = f"MODULE = {MODULE!r}\nOUT = {str(tmp_path / 'out')!r}"
    code = script(names, INSTALL, RENDER, LEAVE)
    done = run_blender("--python-exit-code", "1", "--python", code, timeout=600)
    assert "ALL GOOD" in done.stdout, done.stdout + done.stderr
    (gif,) = (tmp_path / "out").rglob("*.gif")
    assert struct.unpack("<6sHH", gif.read_bytes()[:10]) == (b"GIF89a", 213, 120)


def test_register_and_unregister_mirror_each_other_from_a_checkout_too(empty_blender):
    import addon

    space = {}
    exec(TRACES, space)
    assert space["traces"]() == []
    for _ in range(2):
        addon.register()
        assert "Scene.convolume" in space["traces"]()
        addon.unregister()
        assert space["traces"]() == []
