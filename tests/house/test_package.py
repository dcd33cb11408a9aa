# SPDX-License-Identifier: GPL-3.0-or-later
"""The package as pip sees it: complete, with its scenes, one version everywhere."""

import subprocess
import sys
import tomllib
import zipfile

import pytest


@pytest.fixture(scope="module")
def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_folder_of_the_package_is_listed(root, project):
    folders = {p.parent.relative_to(root / "addon") for p in (root / "addon").rglob("*.py")}
    expected = {".".join(["convolume", *folder.parts]) for folder in folders} | {"convolume.scenes"}
    assert set(project["tool"]["setuptools"]["packages"]) == expected


def test_there_is_one_version(root, project):
    import addon

    manifest = tomllib.loads((root / "blender_manifest.toml").read_text(encoding="utf-8"))
    version = project["project"]["version"]
    assert addon.__version__ == version == manifest["version"]
    assert f"## [{version}]" in (root / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_wheel_runs_as_a_module_and_finds_its_scenes(root, tmp_path):
    """Built and unpacked as `pip install .` does it, in a copy, because setuptools builds in the source."""
    copy = tmp_path / "copy"
    copy.mkdir()
    kept = ["addon", "scenes", "pyproject.toml", "README.md", "LICENSE"]
    present = [name for name in kept if (root / name).exists()]
    subprocess.run(["cp", "-r", *present, copy], cwd=root, check=True)
    (copy / "README.md").touch()
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", tmp_path, copy]
    subprocess.run(build, check=True)
    (wheel,) = tmp_path.glob("convolume-*.whl")
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(site)
    for scene in (root / "scenes").glob("*.toml"):
        assert f"convolume/scenes/{scene.name}" in names
    assert "convolume/engine/__init__.py" in names and "convolume/__main__.py" in names
    listed = subprocess.run(
        [sys.executable, "-m", "convolume", "--list"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(site), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert listed.returncode == 0, listed.stderr
    for scene in (root / "scenes").glob("*.toml"):
        assert scene.stem in listed.stdout
