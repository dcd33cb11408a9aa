# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws scenes/digit.idx: the handwritten 5 of the figure `mnist_conv`, 28 × 28 shades, made for this project.

    draw_digit.py            writes the file; the same bytes everywhere
    draw_digit.py --show     prints it as text and writes nothing

Two strokes of a pen, smooth curves through a few points, each with the pen's pressure there. It is an IDX file of one
picture, as MNIST has them, so it is read with NumPy alone.
"""

import argparse
import struct
import sys
from pathlib import Path

import numpy as np

TARGET = Path(__file__).resolve().parent.parent / "scenes" / "digit.idx"
SIZE, FINER = 28, 8  # cells a side; samples a cell's side
# (x right, y down, pressure) in cells: the stem with its bowl, then the bar on top
STROKES = (
    ((10.6, 5.6, 0.85), (9.9, 8.6, 1.15), (9.2, 11.9, 1.25), (11.2, 11.7, 1.05), (14.4, 11.6, 1.1),
     (17.6, 13.6, 1.4), (18.4, 16.9, 1.55), (16.9, 20.3, 1.4), (13.2, 22.4, 1.2), (9.2, 22.2, 1.05), (6.9, 20.6, 0.8)),
    ((10.3, 5.9, 0.9), (13.3, 5.7, 1.15), (16.8, 5.3, 1.25), (20.9, 4.5, 0.75)),
)  # fmt: skip
SLANT = 0.10  # cells to the right for each cell up


def curve(points, per_part: int = 60) -> np.ndarray:
    """A smooth curve through the points (Catmull and Rom's), shape (samples, 3)."""
    p = np.array([points[0], *points, points[-1]], float)
    t = np.linspace(0, 1, per_part, endpoint=False)[:, None]
    parts = []
    for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False):
        parts.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.concatenate([*parts, p[-1:]])


def drawn() -> np.ndarray:
    """The digit as (28, 28) shades from 0, bare, to 255, ink."""
    y, x = (np.indices((SIZE * FINER,) * 2) + 0.5) / FINER
    ink = np.zeros(x.shape)
    for stroke in STROKES:
        for px, py, radius in curve(stroke):
            px += SLANT * (SIZE / 2 - py)
            far = np.hypot(x - px, y - py)
            ink = np.maximum(ink, np.clip((radius - far) / 0.5 + 0.5, 0, 1))
    cells = ink.reshape(SIZE, FINER, SIZE, FINER).mean(axis=(1, 3))
    return np.round(255 * cells).astype(np.uint8)


def idx(picture: np.ndarray) -> bytes:
    """One picture as an IDX file: unsigned bytes in three dimensions."""
    return struct.pack(">BBBBIII", 0, 0, 8, 3, 1, *picture.shape) + picture.tobytes()


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Draw the digit of the figure mnist_conv.")
    parser.add_argument("--show", action="store_true", help="print the digit as text, write nothing")
    picture = drawn()
    if parser.parse_args(argv).show:
        print("\n".join(" ".join(f"{v * 10 // 256:d}" if v > 12 else "." for v in row) for row in picture.astype(int)))
    else:
        TARGET.write_bytes(idx(picture))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
