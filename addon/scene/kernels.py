# SPDX-License-Identifier: GPL-3.0-or-later
"""The named kernels: whole numbers, unflipped, as a cross-correlation applies them.

- `NAMED` holds what has a fixed size, 3 on one axis or 3×3 on two; `ones` and `identity` fit other sizes too.
- `table` is what the documentation prints.
"""

from __future__ import annotations

import difflib

import numpy as np

from .checks import ValidationError, show

NAMED = {
    "edge": (
        "differs from all its neighbours: outlines in every direction",
        [-1, 2, -1],
        [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
    ),
    "sobel_x": (
        "grows from left to right (upright edges), weighted to the middle",
        [-1, 0, 1],
        [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    ),
    "sobel_y": (
        "grows from top to bottom (level edges), weighted to the middle",
        None,
        [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    ),
    "prewitt_x": ("grows from left to right (upright edges)", [-1, 0, 1], [[-1, 0, 1]] * 3),
    "prewitt_y": ("grows from top to bottom (level edges)", None, [[-1, -1, -1], [0, 0, 0], [1, 1, 1]]),
    "laplacian": (
        "second difference: outlines, with a change of sign across them",
        [1, -2, 1],
        [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
    ),
    "sharpen": ("the cell plus what sets it apart", [-1, 3, -1], [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    "blur": (
        "a weighted mean, kept in whole numbers: the result is 16 times the mean (4 times on one axis)",
        [1, 2, 1],
        [[1, 2, 1], [2, 4, 2], [1, 2, 1]],
    ),
    "emboss": ("relief, lit from the top left", None, [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]),
}
FREE = {
    "identity": ("the cell itself: 1 in the middle, 0 elsewhere; any odd size, 1 to 3 axes"),
    "ones": ("the sum of the window (a box blur times its number of cells); any size, 1 to 3 axes"),
}
NAMES = (*FREE, *NAMED)


def known(name: str) -> None:
    """ValidationError with the nearest names where there is no such kernel."""
    if name not in NAMES:
        near = difflib.get_close_matches(name, NAMES, n=1)
        raise ValidationError(
            ("nearest: " + show(near[0]) + "; " if near else "") + "must be one of " + ", ".join(NAMES)
        )


def kernel(name: str, size: tuple[int, ...]) -> np.ndarray:
    """The kernel at this size, or ValidationError with the size that is right."""
    known(name)
    if name == "ones":
        return np.ones(size, np.int64)
    if name == "identity":
        if any(k % 2 == 0 for k in size):
            raise ValidationError(f"needs an odd op.kernel_size on every axis, here {times(size)}")
        centre = np.zeros(size, np.int64)
        centre[tuple(k // 2 for k in size)] = 1
        return centre
    _, line, plane = NAMED[name]
    at_hand = {(3,): line, (3, 3): plane}
    if at_hand.get(size) is None:
        hint = "3 or 3×3" if line else "3×3"
        raise ValidationError(f"needs op.kernel_size {hint} (on {'1 or 2' if line else '2'} axes), here {times(size)}")
    return np.array(at_hand[size], np.int64)


def times(size) -> str:
    """(3, 3) → 3×3."""
    return "×".join(str(n) for n in size) or "a single number"


def table() -> list[tuple[str, str, str, str]]:
    """Name, what it answers to, its 3-cell form, its 3×3 form; for the documentation."""
    rows = [(name, about, "", "") for name, about in FREE.items()]
    for name, (about, line, plane) in NAMED.items():
        rows.append((name, about, str(line) if line else "", str(plane)))
    return rows
