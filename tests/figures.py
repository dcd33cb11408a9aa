# SPDX-License-Identifier: GPL-3.0-or-later
"""Which figures a test is about: all that ship, or one of each kind for what is the same for all of one."""

from collections.abc import Collection, Mapping
from pathlib import Path

import pytest

from addon.scene.load import figures

SCENES = Path(__file__).resolve().parents[1] / "scenes"
LONGEST = 30.0  # seconds that a figure takes at most


def figure_files() -> dict[str, Path]:
    """The files of all figures by their names."""
    return {name: SCENES / f"{name}.toml" for name in figures()}


def one_of_each() -> dict[str, Path]:
    """Figures of weighted sums that between them are of each of their kinds, with padding and without."""
    return {name: SCENES / f"{name}.toml" for name in ("conv2d_valid", "rgb_conv", "volume_to_volume", "mnist_conv")}


def cases(all_of_them: Mapping[str, object], everyday: Collection[str]) -> list:
    """Parameters of a test with their names; a tuple is several. Those that are not `everyday` are left to
    `make test-all`, on the newest Python."""
    return [pytest.param(*(given if isinstance(given, tuple) else (given,)), id=name,
                         marks=() if name in everyday else pytest.mark.thorough)
            for name, given in all_of_them.items()]  # fmt: skip
