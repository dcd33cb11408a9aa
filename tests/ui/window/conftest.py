# SPDX-License-Identifier: GPL-3.0-or-later
"""One Blender for all files in here: each test goes on where the one before has left the window, one that failed too;
only what it had built or set is missed, so those that need it are left out: all after `BASE`, and `after` a test.
"""

import sys

import pytest


@pytest.fixture(scope="package")
def desk(blender, python_of_blender, tmp_path_factory, root):
    """A person with a Blender that has never been started, and a zip in their home folder."""
    pytest.importorskip("bpy", reason="the bpy module is not installed (make test installs it)")
    from .desk import Desk
    from .person import missing

    lacking = missing()
    if lacking:
        pytest.skip(f"no {', '.join(lacking)} here")
    folder = tmp_path_factory.mktemp("window")
    sys.path.insert(0, str(root / "scripts"))
    try:
        import build_extension
    finally:
        sys.path.pop(0)
    options = ["--platform", "this", "--python", python_of_blender, "--output-dir", str(folder / "dist")]
    assert build_extension.main(options) == 0
    (archive,) = (folder / "dist").glob("*.zip")
    person = Desk(folder)
    try:
        person.begin(blender, archive)
        yield person
    finally:
        person.close()


BASE = ("test_01", "test_02", "test_03", "test_05")
failed: list[str] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        failed.append(item.name)
    return report


@pytest.fixture(autouse=True)
def _one_window(request):
    """Begin with one window and nothing open in it."""
    needed = BASE + tuple(name for mark in request.node.iter_markers("after") for name in mark.args)
    for name in failed:
        if name.startswith(needed):
            pytest.skip(f"needs what {name} was to do")
    desk = request.getfixturevalue("desk")
    if failed:
        desk.calm()
    elif "further" in request.node.path.name:
        desk.recover()
