# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry of formats: every module of this folder has a `FORMAT`, and is named as the format is.

- A new format is one file here: scene files, command line and panel offer it by the file's name, and what it needs and
  where it goes its descriptor says.
- A module here imports bpy only where it writes: the formats' facts are asked without Blender.
"""

from ....ops.discover import modules_with
from ....scene.spec import FORMATS as NAMES
from ..descriptor import Format

FORMATS: dict[str, Format] = {
    name: module.FORMAT for name, module in modules_with("FORMAT", __name__, __path__, NAMES).items()
}


def needing(what: str) -> tuple[str, ...]:
    """The names of the formats that are made of frames, of a scene or of a plan."""
    return tuple(name for name, format in FORMATS.items() if format.needs == what)


__all__ = ["FORMATS", "needing"]
