# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures of the second edition while the first one's are still shipped: their scenes, by the figures' names."""

from pathlib import Path

from addon.scene import load as loading

SCENES = Path(__file__).parent / "scenes" / "second_edition"
FOLDERS = (Path(__file__).parents[1] / "scenes",)  # the drawn digit lies there


def load(name, overrides=None, **more):
    """As `addon.scene.load.load`; a figure that has a scene of the second edition is that one."""
    path = SCENES / f"{name}.toml"
    return loading.load(path if path.is_file() else name, overrides, folders=None, **more)
