# SPDX-License-Identifier: GPL-3.0-or-later
"""The cache's name covers the code that builds and renders, and no other: after an upgrade no old pixels come back."""

import shutil

import pytest

from addon.render.reuse.code_digest import PACKAGE, code_digest, renderer_files

SHOWN = (
    "stage/build.py", "stage/trees.py", "render/profiles.py", "render/reuse/frames.py", "render/process/jobs.py",
    "story/plan/plan.py", "story/plan/schedule.py", "story/plan/timeline.py", "story/page/glyphs.py",
    "scene/letters.py", "scene/glyph_table.py", "scene/glyph_table_others.py",
)  # fmt: skip
NOT_SHOWN = ("cli.py", "story/kinds/pooling.py", "scene/load.py", "ui/panels.py", "render/files/encode.py",
             "render/process/worker.py")  # fmt: skip


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    copy = tmp_path_factory.mktemp("package") / "addon"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def digest_with(package, name):
    """The digest where a file has one more line."""
    file = package / name
    before = file.read_bytes()
    file.write_bytes(before + b"\n# another line\n")
    try:
        return code_digest.__wrapped__(package)
    finally:
        file.write_bytes(before)


@pytest.mark.parametrize("name", SHOWN)
def test_a_change_in_what_builds_or_renders_makes_another_digest(package, name):
    assert digest_with(package, name) != code_digest.__wrapped__(package)


@pytest.mark.parametrize("name", NOT_SHOWN)
def test_a_change_elsewhere_does_not(package, name):
    assert digest_with(package, name) == code_digest.__wrapped__(package)


def test_rooms_are_covered_whole_and_late_imports_are_followed(package):
    files = {p.relative_to(package).as_posix() for p in renderer_files(package)}
    for room in ("stage", "render/reuse"):
        assert {p.relative_to(package).as_posix() for p in (package / room).glob("*.py")} <= files
    late = package / "stage" / "late.py"
    late.write_text("def f():\n    from ..story.kinds import pooling\n    return pooling\n")
    try:
        assert package / "story/kinds/pooling.py" in renderer_files(package)
    finally:
        late.unlink()


def test_a_copy_of_the_package_in_another_place_has_the_same_digest(package):
    assert code_digest.__wrapped__(package) == code_digest()
