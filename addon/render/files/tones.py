# SPDX-License-Identifier: GPL-3.0-or-later
"""Soft near-grey ground in few colours without bands: a ladder of tones, and a fixed pattern between two rungs.

A floor in soft light has hundreds of colours that differ by one or two steps. Rounded to a palette they show bands;
mixed by chance they crawl. Here a tone between two rungs becomes the lower or the upper one by its place on the
screen alone: an unchanged pixel keeps its index, and what is no such ground is not touched.
"""

import numpy as np

_CHROMA = 32  # a near-grey's channels lie within this
_SMOOTH = 2  # and it is ground where its neighbours differ by no more than this
_OFF = 3  # a colour belongs to the ladder when no channel is farther from it
_RARE = 1 / 20_000  # of the pixels painted: tones that hardly occur get no rung
_RUNGS = 72  # at most
_WIDEST = 6  # levels between two rungs that may still be mixed: more would be seen as a pattern
_LUMA = np.array([77, 150, 29], np.uint32)  # of 256


def luma(colours: np.ndarray) -> np.ndarray:
    """Lightness of (..., 3) uint8 colours in 1/256 of a level, whole numbers."""
    return np.asarray(colours, np.uint32) @ _LUMA


def pattern() -> np.ndarray:
    """Bayer's 16 × 16 matrix, 0 to 255: every threshold once, its neighbours far from it."""
    made = np.zeros((1, 1), np.int64)
    while len(made) < 16:
        made = np.block([[4 * made, 4 * made + 2], [4 * made + 3, 4 * made + 1]])
    return made


_PATTERN = pattern().astype(np.int16)


def ground_like(frame: np.ndarray) -> np.ndarray:
    """Where a pixel is near-grey and as good as its neighbours to the right and below, (H, W)."""
    # channel by channel: a reduction along an axis of three costs ten times as much
    red, green, blue = channels = [np.ascontiguousarray(frame[..., k]) for k in range(3)]
    most, least = np.maximum(np.maximum(red, green), blue), np.minimum(np.minimum(red, green), blue)
    made = most - least <= _CHROMA
    for one in channels:
        made[:, :-1] &= _apart(one[:, 1:], one[:, :-1]) <= _SMOOTH
        made[:-1] &= _apart(one[1:], one[:-1]) <= _SMOOTH
    return made


def _apart(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The distance of uint8 numbers, in which no difference wraps around."""
    return np.maximum(a, b) - np.minimum(a, b)


class Ladder:
    """Tones that stand for a soft ground: `colors`, from dark to light; none where there is no such ground."""

    def __init__(self, points: np.ndarray, weights: np.ndarray):
        """`points`: distinct colours (n, 3); `weights`: how often each was painted on smooth ground."""
        grey = (points.max(axis=1) - points.min(axis=1) <= _CHROMA) & (weights > 0)
        points, weights = points[grey].astype(np.int64), weights[grey].astype(np.int64)
        level = luma(points) >> 8
        total = np.bincount(level, weights, 256).astype(np.int64)
        sums = [np.bincount(level, weights * points[:, a], 256).astype(np.int64) for a in range(3)]
        found = np.flatnonzero(total > max(1, int(total.sum() * _RARE)))
        means = np.stack([(s[found] + total[found] // 2) // total[found] for s in sums], axis=1)
        self.colors = _rungs(found, means)
        self._luma = luma(self.colors).astype(np.int64)
        if len(self) > 1:  # by tone: the rung below, and how far it is from there to the next one, of 256
            tones = np.arange(256 << 8)
            low = np.clip(np.searchsorted(self._luma, tones, "right") - 1, 0, len(self) - 2)
            share = (tones - self._luma[low]) * 256 // (self._luma[low + 1] - self._luma[low])
            self._low, self._share = low.astype(np.uint8), np.clip(share, -1, 256).astype(np.int16)

    def __len__(self) -> int:
        return len(self.colors)

    def holds(self, points: np.ndarray) -> np.ndarray:
        """Which colours (n, 3) lie on the ladder: near a rung, or near the line between two that may be mixed."""
        if len(self) < 2:
            return np.zeros(len(points), bool)
        low = self._low[luma(points)].astype(int)
        dark, light = self.colors[low], self.colors[low + 1]
        near = self._luma[low + 1] - self._luma[low] <= _WIDEST << 8
        span = np.maximum(self._luma[low + 1] - self._luma[low], 1)[:, None]
        way = np.clip(luma(points).astype(np.int64) - self._luma[low], 0, None)[:, None]
        between = dark + (light - dark) * np.minimum(way, span) // span
        inside = (luma(points) >= self._luma[0]) & (luma(points) <= self._luma[-1])
        return near & inside & (np.abs(points - between).max(axis=1) <= _OFF)

    def indices(self, colours: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """The rung for each colour (n, 3), which the ladder holds, at its place on the screen."""
        tone = luma(colours)
        return self._low[tone] + (self._share[tone] > _PATTERN[rows & 15, columns & 15])


def _rungs(levels, means):
    """One rung per so many levels, as few levels as the number of rungs allows; both ends of each run are kept, so
    that nothing is mixed from tones between which there is no ground."""
    for step in range(1, 256):
        kept = []
        for k, level in enumerate(levels):
            last_of_run = k + 1 == len(levels) or levels[k + 1] - level > _WIDEST
            following = None if last_of_run else levels[k + 1]
            if not kept or last_of_run or following - levels[kept[-1]] > step:
                kept.append(k)
        if len(kept) <= _RUNGS:
            break
    colors = means[kept]
    rising = np.concatenate([[True], np.diff(luma(colors).astype(np.int64)) > 0]) if len(colors) else []
    return colors[np.asarray(rising, bool)]
