# SPDX-License-Identifier: GPL-3.0-or-later
"""One palette for a whole clip: counting its colours, choosing few of them, and putting pixels into their
terms.

- NumPy alone, and integer arithmetic wherever a rounding could tip a choice: the same frames give the same
  palette on every machine.
- No dithering of things: a still pixel must stay still, and speckle costs bytes and looks like noise in a lecture
  hall. Only a ground in soft light, which would show bands, is mixed from neighbouring tones, by place alone.
- A pixel whose alpha is below half counts as see-through; the alpha of every other pixel is dropped, as GIF
  does.
"""

from collections.abc import Iterable

import numpy as np

from .tones import Ladder, ground_like

SEE_THROUGH = 255  # the palette slot kept free for "nothing is drawn here"
_EVERY_COLOUR = 1 << 24
_GROUND = 0.15  # of the first picture: less soft grey than this is no ground, but things


def packed(frame: np.ndarray) -> np.ndarray:
    """Colours as 24-bit numbers, shape (H, W)."""
    frame = frame.astype(np.uint32)
    return frame[..., 0] << 16 | frame[..., 1] << 8 | frame[..., 2]


def changed(before: np.ndarray | None, frame: np.ndarray) -> tuple[tuple[slice, slice], np.ndarray]:
    """The smallest rectangle, as rows and columns, in which two frames differ, and which of its pixels do."""
    height, width, channels = frame.shape
    if before is None:
        return (slice(0, height), slice(0, width)), np.ones((height, width), bool)
    differ = (frame != before).reshape(height, width * channels)
    rows = np.flatnonzero(differ.any(axis=1))
    if not len(rows):
        return (slice(0, 0), slice(0, 0)), np.zeros((0, 0), bool)
    rows = slice(int(rows[0]), int(rows[-1]) + 1)
    columns = np.flatnonzero(differ[rows].any(axis=0)) // channels
    columns = slice(int(columns[0]), int(columns[-1]) + 1)
    # channel by channel: a reduction along an axis of three costs ten times as much
    red, green, blue = (differ[rows, k::channels][:, columns] for k in range(3))
    moved = red | green | blue
    if channels == 4:
        moved |= hidden(before[rows, columns]) != hidden(frame[rows, columns])
    return (rows, columns), moved


def hidden(frame: np.ndarray) -> np.ndarray | None:
    """Where a frame is see-through, or None where it has no alpha."""
    return frame[..., 3] < 128 if frame.shape[-1] == 4 else None


class Palette:
    """At most `size` colours that stand for all colours of all `frames`."""

    def __init__(self, frames: Iterable[np.ndarray], size: int):
        counts, ground, self.see_through = _census(frames)
        seen = np.flatnonzero(counts)
        weights, soft = counts[seen].astype(np.int64), np.zeros(len(seen), np.int64)
        soft[np.searchsorted(seen, ground[0])] = ground[1]
        del counts  # 64 MB that the tables below need not share the memory with
        points = np.stack([seen >> 16, seen >> 8 & 255, seen & 255], axis=1).astype(np.int64)
        self.ladder, self._mixed = None, None
        if len(points) > size:
            ladder = Ladder(points, soft)
            held = ladder.holds(points)
            if soft[held].sum() and len(ladder) <= size // 2:
                self.ladder, self._mixed = ladder, np.zeros(_EVERY_COLOUR, bool)
                self._mixed[seen[held]] = True
                rest, worth = points[~held], weights[~held]
                self.colors = np.concatenate([ladder.colors, _chosen(rest, worth, size - len(ladder))])
            else:
                self.colors = _chosen(points, weights, size)
        else:
            self.colors = points
        self._table = np.zeros(_EVERY_COLOUR, np.uint8)
        if len(points):
            self._table[seen] = _nearest(points, self.colors)

    def indices(self, pixels: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Pixels (n, 3 or 4) at these places of a frame in terms of the palette; see-through ones carry
        `SEE_THROUGH`."""
        colours = packed(pixels)
        result = self._table[colours]
        if self.ladder is not None:
            mixed = np.flatnonzero(self._mixed[colours])
            result[mixed] = self.ladder.indices(pixels[mixed, :3], rows[mixed], columns[mixed])
        mask = hidden(pixels)
        if mask is not None:
            result[mask] = SEE_THROUGH
        return result

    def to_bytes(self) -> bytes:
        """256 RGB triples; what the clip does not use is black."""
        table = np.zeros((256, 3), np.uint8)
        table[: len(self.colors)] = self.colors
        return table.tobytes()


def _census(frames):
    """How often each colour is painted (a pixel that stays as it was is not painted again), how often on smooth
    ground, and whether any pixel is not painted.
    """
    counts = np.zeros(_EVERY_COLOUR, np.uint32)
    ground = np.zeros(0, np.int64), np.zeros(0, np.int64)  # colours, rising, and how often
    before, see_through, grounded = None, False, False
    for frame in frames:
        part, moved = changed(before, frame)
        fresh = frame[part][moved]
        colours, mask = packed(fresh), hidden(fresh)
        if mask is not None and mask.any():
            see_through = True
            colours[mask] = _EVERY_COLOUR  # no colour at all
        if before is None:
            even = ground_like(frame)
            grounded = even.mean() > _GROUND
        elif grounded:  # one column more: a pixel is compared with the one beside it
            rows, columns = part
            even = ground_like(frame[rows, columns.start : columns.stop + 1])[:, : moved.shape[1]]
        soft = colours[even[moved]] if grounded else colours[:0]
        # A colour is worth as much for standing long as for moving much: still ground must not eat the
        # palette.
        found, times = _counted(colours)
        counts[found] += times.astype(np.uint32)
        ground = _together(ground, _counted(soft))
        if before is None:
            before = frame.copy()  # whoever yields frames may use one array for all
        else:
            before[part] = frame[part]
    return counts, ground, see_through


def _counted(colours):
    """(colours, how often); what is see-through is none."""
    found, times = np.unique(colours, return_counts=True)
    visible = found < _EVERY_COLOUR
    return found[visible].astype(np.int64), times[visible].astype(np.int64)


def _together(a, b):
    """Two counts as one."""
    found, place = np.unique(np.concatenate([a[0], b[0]]), return_inverse=True)
    times = np.zeros(len(found), np.int64)
    np.add.at(times, place, np.concatenate([a[1], b[1]]))
    return found, times


def _chosen(points, weights, size):
    """At most `size` colours for these."""
    return _refined(points, weights, _cut(points, weights, size)) if len(points) > size else points


def _cut(points, weights, size):
    """Start colours: split the box with the largest squared error at its mean, along its widest axis, until
    enough.
    """
    boxes = [_measured(points, weights)]
    while len(boxes) < size:
        worst = max(range(len(boxes)), key=lambda i: boxes[i][0])
        error, axis, cut, inside, weight = boxes[worst]
        if error <= 0:
            break
        low = inside[:, axis] <= cut
        boxes[worst] = _measured(inside[low], weight[low])
        boxes.append(_measured(inside[~low], weight[~low]))
    return np.array([_mean(box[3], box[4]) for box in boxes])


def _measured(points, weights):
    """(squared error along the widest axis, that axis, the cut on it, the points, their weights)."""
    total = int(weights.sum())
    sums = (points * weights[:, None]).sum(axis=0)
    squares = (points * points * weights[:, None]).sum(axis=0)
    errors = [int(squares[a]) - int(sums[a]) ** 2 // total for a in range(3)]
    axis = max(range(3), key=errors.__getitem__)
    if points[:, axis].min() == points[:, axis].max():
        return 0, axis, 0, points, weights
    return errors[axis], axis, int(sums[axis]) // total, points, weights


def _mean(points, weights):
    total = weights.sum()
    return ((points * weights[:, None]).sum(axis=0) + total // 2) // total


def _refined(points, weights, colors, rounds=6):
    """Lloyd's rounds: every colour moves to the middle of the pixels that chose it. About 1 dB for a second's
    work.
    """
    for _ in range(rounds):
        owner = _nearest(points, colors)
        total = np.bincount(owner, weights, len(colors))
        used = total > 0
        moved = colors.copy()
        for axis in range(3):
            sums = np.bincount(owner, weights * points[:, axis], len(colors))
            moved[used, axis] = (sums[used] + total[used] // 2) // total[used]
        if np.array_equal(moved, colors):
            break
        colors = moved
    return np.unique(colors, axis=0)


def _nearest(points, colors):
    """For each point the index of the nearest colour, the first of equals.

    |c|² - 2pc orders the colours as the distance does; every term is a whole number below 2^24, so float32
    holds it exactly and the matrix product may sum in any order.
    """
    colors = colors.astype(np.float32)
    length = (colors * colors).sum(axis=1)
    owner = np.empty(len(points), np.uint8)
    for start in range(0, len(points), 8192):
        part = points[start : start + 8192].astype(np.float32)
        owner[start : start + 8192] = np.argmin(length - 2 * (part @ colors.T), axis=1)
    return owner
