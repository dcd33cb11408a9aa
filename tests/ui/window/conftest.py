# SPDX-License-Identifier: GPL-3.0-or-later
"""One Blender for all files in here: each goes on where the one before has left the window."""

import sys

import pytest


@pytest.fixture(scope="package")
def desk(blender, tmp_path_factory, root):
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
        import blender_wheels
        import build_extension
    finally:
        sys.path.pop(0)
    version = blender_wheels.python_of(blender)
    options = ["--platform", "this", "--python", version, "--output-dir", str(folder / "dist")]
    assert build_extension.main(options) == 0
    (archive,) = (folder / "dist").glob("*.zip")
    person = Desk(folder)
    try:
        person.begin(blender, archive)
        yield person
    finally:
        person.close()
