# SPDX-License-Identifier: GPL-3.0-or-later
"""Which figures a test is about: those of the first edition, those of the second, or both.

What is true of the first edition alone (its composition, themes, snapshots, proofs) is tested on its figures; what is
promised of every figure is tested on both (`both_editions`).
"""

import os
from pathlib import Path

from addon.scene.load import figures, load

SCENES = Path(__file__).resolve().parents[1] / "scenes"
LONGEST = {False: 25.0, True: 30.0}  # seconds that a figure takes at most; True: where it is of a kind


def first_edition_figures() -> list[str]:
    """The ids of the figures that a story tells."""
    return [name for name in figures() if name not in second_edition()]


def second_edition() -> dict[str, Path]:
    """The files of the figures that are of a kind, by the figures' names."""
    paths = {name: SCENES / f"{name}.toml" for name in figures()}
    return {name: path for name, path in paths.items() if load(path).kind}


def both_editions() -> list[str | Path]:
    """Every figure: the first edition's by their ids, and the files of those that are of a kind."""
    return [*first_edition_figures(), *second_edition().values()]


def one_of_each() -> dict[str, Path]:
    """Figures that between them are of each kind, with padding and without, for what is the same for all of one."""
    return {name: SCENES / f"{name}.toml" for name in ("conv2d_valid", "rgb_conv", "volume_to_volume", "mnist_conv")}


def label(figure: str | os.PathLike) -> str:
    """A figure or a file of the second edition, in a test's name."""
    return figure if isinstance(figure, str) else f"solid {Path(figure).stem}"
