# SPDX-License-Identifier: GPL-3.0-or-later
"""The open scene as it stands, as a copy: the session's own file keeps its name."""

from .. import encode
from ..descriptor import SCENE, Format


def write(clip, path) -> None:
    import bpy

    with encode.whole_file(path.absolute(), ".blend") as temporary:
        bpy.ops.wm.save_as_mainfile(
            filepath=temporary, copy=True, compress=True, relative_remap=False, check_existing=False
        )


FORMAT = Format(write, "{}.blend", needs=SCENE)
