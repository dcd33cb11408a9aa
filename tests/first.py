# SPDX-License-Identifier: GPL-3.0-or-later
"""Which figures a test is about: those of the first edition, those of the second, or both.

What is true of the first edition alone (its composition, themes, snapshots, proofs) is tested on its figures; what is
promised of every figure is tested on both (`both_editions`).
"""

import os
from pathlib import Path

from addon.scene.load import figures, load

SCENES = Path(__file__).resolve().parents[1] / "scenes"
FOLDER = Path(__file__).resolve().parent / "scenes" / "first_edition"
COPIES = {path.stem: path for path in sorted(FOLDER.glob("*.toml"))}
LONGEST = {False: 25.0, True: 30.0}  # seconds that a figure takes at most; True: where it is of a kind


def first_edition_figures() -> list[str]:
    """The ids of the figures that `load_first` loads: every figure, for there is a copy of each that has moved on."""
    return figures()


def as_first(figure: str | os.PathLike) -> str | os.PathLike:
    """What to load for a figure's id as the first edition has it: its copy where there is one; any file as it is."""
    return COPIES.get(figure, figure)


def load_first(figure: str | os.PathLike, overrides=None):
    """The scene of a figure's id as the first edition has it; any other file as it is."""
    return load(as_first(figure), overrides)


def second_edition() -> dict[str, Path]:
    """The files of the figures that are of a kind, by the figures' names."""
    paths = {name: SCENES / f"{name}.toml" for name in figures()}
    return {name: path for name, path in paths.items() if load(path).kind}


def both_editions() -> list[str | Path]:
    """Every figure: the first edition's by their ids, and the files of those that are of a kind."""
    solid = second_edition()
    return [*(name for name in figures() if name not in solid), *solid.values()]


def label(figure: str | os.PathLike) -> str:
    """A figure or a file of the second edition, in a test's name."""
    return figure if isinstance(figure, str) else f"solid {Path(figure).stem}"
