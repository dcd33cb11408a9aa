# SPDX-License-Identifier: GPL-3.0-or-later
"""Which figures a test is about: all that ship, or one of each kind for what is the same for all of one."""

from pathlib import Path

from addon.scene.load import figures

SCENES = Path(__file__).resolve().parents[1] / "scenes"
LONGEST = 30.0  # seconds that a figure takes at most


def figure_files() -> dict[str, Path]:
    """The files of all figures by their names."""
    return {name: SCENES / f"{name}.toml" for name in figures()}


def one_of_each() -> dict[str, Path]:
    """Figures of weighted sums that between them are of each of their kinds, with padding and without."""
    return {name: SCENES / f"{name}.toml" for name in ("conv2d_valid", "rgb_conv", "volume_to_volume", "mnist_conv")}
