# SPDX-License-Identifier: GPL-3.0-or-later
"""The extension as a user gets it: built, checked, installed, enabled, used, and gone without a trace."""

import ast
import os
import re
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
    kinds = (bpy.types.Operator, bpy.types.Panel, bpy.types.PropertyGroup, bpy.types.AddonPreferences, bpy.types.Menu)
    names = {c.__name__ for k in kinds for c in k.__subclasses__()
             if c.is_registered and c.__name__.startswith("CONVOLUME_")}
    for menu in ("TOPBAR_MT_file_import", "TOPBAR_MT_file_export", "VIEW3D_MT_add"):
        draws = getattr(getattr(bpy.types, menu, None), "draw", None)
        names |= {menu for f in getattr(draws, "_draw_funcs", ()) if "convolume" in f.__module__}
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
assert {"CONVOLUME_OT_build", "CONVOLUME_PT_main", "CONVOLUME_Preferences", "CONVOLUME_Settings", "Scene.convolume",
        "build", "render", "add"} < set(traces()), traces()
import imageio, PIL
for module in (imageio, PIL):
    assert ".local" in module.__file__ or "extensions" in module.__file__, module.__file__
settings = bpy.context.scene.convolume
figures = [item.identifier for item in settings.bl_rna.properties["figure"].enum_items]
assert {"conv2d_valid", "rgb_conv", "mnist_conv"} <= set(figures) and len(figures) >= 2 + 18, figures
mine = bpy.context.preferences.addons[MODULE].preferences
mine.theme, mine.use_size, mine.size = 'DARK', True, (640, 360)
settings.figure = "conv2d_same"
assert (settings.look.theme, tuple(settings.output.size)) == ('DARK', (640, 360))
assert bpy.ops.convolume.add(figure="conv2d_full") == {'FINISHED'}
assert (settings.look.theme, bpy.context.scene.render.resolution_x) == ('DARK', 640)
mine.theme, mine.use_size = 'FIGURE', False
assert bpy.ops.convolume.reset() == {'FINISHED'} and tuple(settings.output.size) == (1280, 720)
before = set(bpy.data.objects)
for figure in ("conv1d", "mnist_conv"):
    settings.figure = figure
    assert not settings.trouble, settings.trouble
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
def make_zips(root, tmp_path_factory):
    """Build zips with these options."""

    def make(*options):
        folder = tmp_path_factory.mktemp("dist")
        command = [sys.executable, root / "scripts" / "build_extension.py", "--output-dir", folder, *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Success" in done.stdout and " MB" in done.stdout and "WARNING" not in done.stdout.upper()
        assert not [p for p in folder.iterdir() if p.suffix != ".zip"]
        return sorted(folder.glob("*.zip"))

    return make


@pytest.fixture(scope="session")
def extension(make_zips):
    """The zip for this platform."""
    (path,) = make_zips("--platform", "this")
    return path


@pytest.fixture(scope="session")
def extension_of_blender(make_zips, python_of_blender):
    """The zip for the `blender` here, whatever Python a distribution has built it with."""
    own = python_of_blender not in ("3.11", "3.13")
    (path,) = make_zips("--platform", "this", *(("--python", python_of_blender) if own else ()))
    return path


def scripted(tmp_path, archive, *parts):
    """A file to run, made of parts that share one namespace."""
    path = tmp_path / "script.py"
    head = f"ZIP = {str(archive)!r}\nMODULE = {MODULE!r}"
    path.write_text("\n".join([TRACES, head, *parts]), encoding="utf-8")
    return path


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
    assert not complaints(done.stdout + done.stderr)


def complaints(console: str) -> list[str]:
    """The lines of a console in which Blender or Python complains; one of Blender's own of any new user is known."""
    signs = ("Traceback", "WARNING", "Warning", "ERROR", "Error")
    known = ("PreferencesView', '(null)', 'language'",)
    return [line for line in console.splitlines()
            if any(s in line for s in signs) and not any(k in line for k in known)]  # fmt: skip


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
        assert [name.split("-")[2] for name in wheels] == ["py3", "cp311", "cp313"]
    assert extension.stat().st_size < 20e6


TAGS = {
    "linux_x64": r"manylinux_2_(17|2[0-8])_x86_64", "windows_x64": r"win_amd64",
    "macos_arm64": r"macosx_11_0_arm64", "macos_x64": r"macosx_10_\d+_x86_64",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.thorough
def test_every_platforms_zip_has_that_platforms_wheels_and_no_others(make_zips):
    made = {path.name.removeprefix("convolume-").partition("-")[2].removesuffix(".zip"): path
            for path in make_zips()}  # fmt: skip
    debians = "linux_x64-python3.14"
    assert set(made) == {*TAGS, debians}
    for name, path in made.items():
        platform = name.partition("-")[0]
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            manifest = tomllib.loads(archive.read("blender_manifest.toml").decode("utf-8"))
            sources = [archive.read(n) for n in names if n.endswith((".py", ".toml"))]
        generated = manifest["build"]["generated"]
        assert generated["platforms"] == [platform.replace("_", "-")]
        assert sorted(generated["wheels"]) == sorted(f"./{n}" for n in names if n.endswith(".whl"))
        wheels = [name.removesuffix(".whl").split("-")[-3:] for name in names if name.endswith(".whl")]
        assert sorted(w[0] for w in wheels) == (["cp314", "py3"] if name == debians else ["cp311", "cp313", "py3"])
        for python, abi, systems in wheels:
            if python == "py3":
                assert (abi, systems) == ("none", "any")
            else:
                assert abi == python and any(re.fullmatch(TAGS[platform], tag) for tag in systems.split(".")), path
        assert path.stat().st_size < 20e6
        # what Windows would trip over
        assert len({n.lower() for n in names}) == len(names) and not [n for n in names if re.search(r'[<>:"|?*\\]', n)]
        assert all(len(n) < 100 for n in names)
        for text in sources:
            text.decode("utf-8")
            assert b"\r" not in text


def test_a_wheel_that_cannot_be_had_is_one_message_and_no_zip(root, tmp_path, monkeypatch, capsys):
    monkeypatch.syspath_prepend(str(root / "scripts"))
    import build_extension

    wheels, out = tmp_path / "wheels", tmp_path / "dist"
    wheels.mkdir()
    (wheels / "imageio-9-py3-none-any.whl").touch()
    monkeypatch.setattr(build_extension, "WHEELS", wheels)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    out.mkdir()
    (out / "convolume-0.1.0-linux_x64.zip").write_text("of yesterday", encoding="utf-8")
    assert build_extension.main(["--output-dir", str(out)]) == 1
    reported = capsys.readouterr()
    (line,) = reported.err.splitlines()
    assert "pillow for linux-x64 and Python 3.14" in line and "No zip was made" in line and not reported.out
    assert [p.read_text(encoding="utf-8") for p in out.iterdir()] == ["of yesterday"]


def test_no_file_is_opened_without_its_encoding(root):
    """Windows has another one by default."""
    for path in (root / "addon").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            given = {k.arg for k in node.keywords}
            mode = [a.value for a in node.args[1:] if isinstance(a, ast.Constant)] if name == "open" else []
            if name in ("read_text", "write_text") or (name == "open" and isinstance(node.func, ast.Name)):
                binary = any("b" in str(m) for m in mode)
                assert binary or "encoding" in given or "os.devnull" in ast.unparse(node), f"{path}:{node.lineno}"


@pytest.mark.slow
def test_it_installs_works_and_leaves_nothing_behind_on_the_wheel(empty_blender, extension, tmp_path):
    use = USE.replace("import imageio, PIL", "imageio = PIL = None").replace("(imageio, PIL)", "()")
    on_the_wheel(scripted(tmp_path, extension, INSTALL, use, LEAVE), tmp_path)


@pytest.mark.blender
@pytest.mark.slow
def test_it_installs_works_and_leaves_nothing_behind_in_blender(run_blender, extension_of_blender, tmp_path):
    code = scripted(tmp_path, extension_of_blender, INSTALL, USE, LEAVE)
    done = run_blender("--python-exit-code", "1", "--python", code)
    assert "ALL GOOD" in done.stdout, done.stdout + done.stderr


RENDER = """
bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True, load_ui=False)
settings = bpy.context.scene.convolume
settings.figure = "conv2d_valid"
settings.output.quality, settings.output.formats = 'DRAFT', {'GIF'}
assert not bpy.ops.convolume.render.poll(), "nothing to render yet"
bpy.ops.convolume.build()
scene = bpy.context.scene
scene.render.resolution_percentage = 25
scene.frame_end = 6
bpy.context.preferences.addons[MODULE].preferences.output_folder = OUT + "/plain"
assert bpy.ops.convolume.render() == {'FINISHED'}
scene.objects["Input"].location.x += 2
scene.camera.data.ortho_scale *= 1.5
bpy.context.preferences.addons[MODULE].preferences.output_folder = OUT
assert bpy.ops.convolume.render() == {'FINISHED'}
assert not bpy.data.filepath, "the user's file was not saved over"
bpy.ops.wm.save_as_mainfile(filepath=OUT + "/conv2d_valid.blend", copy=True)
"""


@pytest.mark.blender
@pytest.mark.slow
def test_the_render_button_leaves_a_gif_of_the_scene_as_it_stands(run_blender, extension_of_blender, root, tmp_path):
    """Just installed, with nothing saved of it; and the command line gives the same of the tweaked file."""
    out = tmp_path / "out"
    code = scripted(tmp_path, extension_of_blender, f"OUT = {str(out)!r}", INSTALL, RENDER, LEAVE)
    done = run_blender("--python-exit-code", "1", "--python", code, timeout=600)
    assert "ALL GOOD" in done.stdout, done.stdout + done.stderr
    assert not complaints(done.stdout + done.stderr)
    gif = (out / "conv2d_valid.gif").read_bytes()
    assert struct.unpack("<6sHH", gif[:10]) == (b"GIF89a", 320, 180)
    assert gif != (out / "plain" / "conv2d_valid.gif").read_bytes(), "the tweaks are not in the picture"
    arguments = ["--", out / "conv2d_valid.blend", "--quality", "draft", "--format", "gif", "--out", tmp_path / "again"]
    run_blender("--python-exit-code", "1", "--python", root / "scripts" / "render_all.py", *arguments)
    assert (tmp_path / "again" / "conv2d_valid.gif").read_bytes() == gif


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
