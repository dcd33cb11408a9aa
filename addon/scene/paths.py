# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a scene file may read, and which names files can have everywhere.

A scene file may be a stranger's, so what it names lies beside it or below, also after its links are followed; other
folders have to be named by whoever runs it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from .checks import ValidationError

RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)  # Windows' devices
LONGEST_NAME = 100


def placed(path: Path, base: Path, folders: Iterable[Path] | None) -> Path:
    """`path` from the folder `base`, whole. ValidationError where it leads out of `base` and all `folders`; None: no
    matter."""
    try:
        whole = Path(os.path.abspath(base / path.expanduser()))
        if folders is None:
            return whole
        real = whole.resolve()
        inside = any(real.is_relative_to(Path(folder).resolve()) for folder in (base, *folders))
    except (RuntimeError, OSError, ValueError):
        raise ValidationError("must be a file's path in quotes") from None
    if not inside:
        raise ValidationError(
            "must lie beside the scene file or below it; move it there and write its new path, or name its folder with "
            "--allow FOLDER"
        )
    return whole


def unusable(name: str) -> str | None:
    """Why no file or folder should have this name, on any system; None where it is good."""
    if not name.strip(". ") or name != name.rstrip(". "):
        return "must have a name that does not end in a point or a space"
    if not name.isprintable() or re.search(r'[/\\:*?"<>|]', name):
        return 'must have a name of printable characters without / \\ : * ? " < > |'
    if RESERVED.fullmatch(name):
        return "must have another name: this one is a device's on Windows"
    if len(name.encode("utf-8", "replace")) > LONGEST_NAME:
        return f"must have a name of at most {LONGEST_NAME} bytes"
    return None


def shown(path: Path | None) -> str:
    """A path as an error line shows it: from the current folder where it lies in there."""
    if path is None:
        return "scene"
    try:
        return path.resolve().relative_to(Path.cwd().resolve()).as_posix()
    except (ValueError, OSError, RuntimeError):
        return str(path)
