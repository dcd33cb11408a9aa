# SPDX-License-Identifier: GPL-3.0-or-later
"""A contact sheet: one small still of every figure that was rendered, in rows. NumPy alone."""

from pathlib import Path

import numpy as np

from . import encode

FILE = "contact_sheet.png"
WIDEST = 480  # pixels of a still on the sheet, at most
ACROSS, GAP = 3, 8
GROUND = 96  # a grey on which light and dark figures both end visibly


def smaller(picture: np.ndarray) -> np.ndarray:
    """A picture (height, width, 3 or 4) of at most WIDEST pixels: means of whole squares, what is clear made opaque."""
    picture = encode.opaque(picture)
    by = -(-picture.shape[1] // WIDEST)
    height, width = (n // by * by for n in picture.shape[:2])
    squares = picture[:height, :width].reshape(height // by, by, width // by, by, 3)
    return squares.mean(axis=(1, 3)).round().astype(np.uint8)


def contact_sheet(stills: list[np.ndarray]) -> np.ndarray:
    """The stills in rows of three, each in the upper left corner of a place as large as the largest."""
    small = [smaller(still) for still in stills]
    high, wide = (max(s.shape[axis] for s in small) for axis in (0, 1))
    across = min(ACROSS, len(small))
    rows = -(-len(small) // across)
    sheet = np.full((GAP + rows * (high + GAP), GAP + across * (wide + GAP), 3), GROUND, np.uint8)
    for n, still in enumerate(small):
        y, x = (GAP + place * (size + GAP) for place, size in zip(divmod(n, across), (high, wide), strict=True))
        sheet[y : y + still.shape[0], x : x + still.shape[1]] = still
    return sheet


def write(folder: Path, stills: list[np.ndarray]) -> Path:
    """Write the sheet of at least one still."""
    path = Path(folder) / FILE
    encode.write_png(path, contact_sheet(stills))
    return path
