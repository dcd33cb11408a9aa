# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbered cards that name slices and filters: they stand at the right of a block's foot, clear of its faces."""

import numpy as np

from ..page import palette
from ..page.glyphs import CAP_HEIGHT, width
from ..plan.plan import NONE, Points
from . import volumes
from .figure import Figure

HIGH = 0.84  # of a card, in cells of its volume
BESIDE, FURTHER = 0.58, 0.14  # cells from a block's right side to its first card's middle; from one to the next
CHANNELS = ("#8A1C28", "#0D5531", "#1A4690")  # of R, G and B; white digits


def breadth(text: str, high: float) -> float:
    """How wide a card with a text is."""
    return high * max(0.82, 0.24 + max(0.58 * len(text), 0.8 * width(text)))


def card(figure: Figure, text: str, code: str, at, high: float, **columns) -> Points:
    """A small card with a text, its middle at `at`, `high` cells high."""
    wide = breadth(text, high)
    shape = f"box {wide:.4g} {0.16 * high:.4g} {high:.4g} 16"
    size, stretch = volumes.fitted(text, 0.72 * high / CAP_HEIGHT, wide)
    kind, label = figure.cube(code, shape), figure.label(text, "#FFFFFF") if figure.scene.look.labels else NONE
    return Points.make([at], cube=kind, label=label, label_faded=label, size=size, stretch=stretch,
                       lift=0.08 * high + 0.01, **columns)  # fmt: skip


def beside(columns: int, rows: int, y: float, high: float = HIGH, number: int = 0) -> np.ndarray:
    """Where a card stands beside a slice of so many columns and rows, in the volume's frame; that of the
    `number`th from the front stands clear of those before it."""
    return np.array([columns - 0.5 + BESIDE + FURTHER * number, y, 0.5 - rows + high / 2])


def room(count: int) -> float:
    """Cells at a block's right that so many cards take."""
    return BESIDE + HIGH / 2 + FURTHER * (count - 1) if count > 1 else 0.0


def channel_cards(scene, count: int) -> list[tuple[str, str]]:
    """What each channel's card says, and its colour."""
    names, base = scene.words.channels, scene.look.index_from
    if count == len(names):
        return list(zip(names, CHANNELS if count == 3 else [palette.card(7)] * count, strict=True))
    return [(str(k + base), palette.card(7)) for k in range(count)]


def name_channels(figure: Figure, cast) -> None:
    """A card beside each slice of an input (cast/windowed.py) that names its channel."""
    names, (rows, columns) = channel_cards(figure.scene, cast.channels), cast.shape
    made = [cast.beside(card(figure, *names[k], beside(columns, rows, cast.shown.spot(k), number=n), HIGH))
            for n, k in enumerate(cast.shown.numbers)]  # fmt: skip
    figure.volume(f"{cast.role}.cards", "Channel cards", made, cast.location, cast.cell)
