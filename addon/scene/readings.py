# SPDX-License-Identifier: GPL-3.0-or-later
"""Which axis of an array is which: (channels, *size) is the field's order, but arrays come as they were saved.

- A batch of one, (1, C, H, W), is its one sample; a picture's (H, W, C) is turned where it can be nothing else.
- Where two readings are possible the field's order is the right one. Nothing here knows why one is not possible.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

FREE_RANK = {1: 1, 2: 2, 3: 2, 4: 3}  # spatial axes of an input with so many dimensions, where nothing says
PICTURE = (1, 3, 4)  # channels that a picture has, which come last there


def readings(shape: tuple[int, ...], rank: int | None, channels: int | None) -> list[tuple[int, ...]]:
    """What an array of this shape can be as (channels, *size), the likeliest first. `rank`: how many spatial axes it
    has, where that is known; `channels`: how many of these."""
    found = list(_whole(shape, rank, channels))
    if len(shape) > 2 and shape[0] == 1:
        alone = list(_whole(shape[1:], rank, channels)) if rank or len(shape) > 3 else []
        found = alone + found if len(shape) > 3 else found + alone
    return list(dict.fromkeys(found))


def _whole(shape, rank, channels) -> Iterator[tuple[int, ...]]:
    n = len(shape)
    ranks = [rank] if rank else [FREE_RANK.get(n)]
    if not rank and n in (2, 3, 4) and shape[0] == channels:
        ranks.insert(0, n - 1)
    for axes in ranks:
        if n == axes:
            yield (1, *shape)
        elif axes and n == axes + 1:
            yield tuple(shape)
            if axes == 2 and shape[-1] in PICTURE:
                yield (shape[-1], *shape[:-1])


def in_order(array: np.ndarray, full: tuple[int, ...]) -> np.ndarray | None:
    """The array as (channels, *size), which is one of the readings of its shape; None where it is none."""
    if array.size != np.prod(full):
        return None
    inner = array.reshape(array.shape[1:]) if array.ndim > len(full) and array.shape[0] == 1 else array
    if inner.ndim == len(full) == 3 and inner.shape != tuple(full) and inner.shape == (*full[1:], full[0]):
        return np.moveaxis(inner, -1, 0)
    return array.reshape(full)
