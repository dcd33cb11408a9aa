# SPDX-License-Identifier: GPL-3.0-or-later
"""Which renderer this is: its own files count, so that no number has to be raised by hand. No bpy.

What counts is what turns a plan into pixels: the stage, this room, the profiles, and every module of the package that
they import, found by reading their import statements. What comes after the pixels, or only decides who renders, does
not count.
"""

import ast
import functools
import hashlib
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]
FOLLOWED = ("stage/*.py", "render/reuse/*.py", "render/profiles.py")
ALONE = ("render/process/jobs.py", "render/process/untrusted.py")  # they prepare scenes, but import what writes files


@functools.cache
def code_digest(package: Path = PACKAGE) -> bytes:
    """A digest of the files that build and render."""
    state = hashlib.blake2b(digest_size=16)
    for path in renderer_files(package):
        state.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    return state.digest()


def renderer_files(package: Path = PACKAGE) -> list[Path]:
    """The files that build and render, sorted by path."""
    waiting = [path for pattern in FOLLOWED for path in package.glob(pattern)]
    found = {package / name for name in ALONE}
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += imported(path, package)
    return sorted(found)


def imported(path: Path, package: Path) -> Iterator[Path]:
    """The files of the package that a file imports by name, at its top or later, but for the packages they lie in."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        base = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
        if not base.is_dir():
            yield base.with_suffix(".py")
            continue
        for alias in node.names:
            module = base / f"{alias.name}.py"
            yield module if module.is_file() else base / "__init__.py"
