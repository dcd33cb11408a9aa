# SPDX-License-Identifier: GPL-3.0-or-later
"""Light on the floor: what boxes keep off and throw back, worked out in NumPy, and the pool of light on the page.

Light 1 is the open floor's. The sun's disc is a few directions, each with an edge as soft as their distance, so
that no rings show; the part of the sky that a box hides is exact (Lambert's sum over the edges of a polygon).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from . import sun

_DIRECTIONS = 24
_ALBEDO = 0.4  # of an average cell
# where something touches: a soft shade and in it a dark line, (how much light each takes, how far it goes, in cells)
_CONTACT = (0.42, 0.30), (0.45, 0.07)
_CONTACT_REACH = 0.20  # cells: lifted so far, a foot touches nothing

_ROUNDED = np.array((0.02, 0.02, 0.0))


@dataclass(frozen=True)
class Pool:
    """bright / (1 + r²), r² the squared distance from the centre in radii; page units, y down."""

    centre: tuple[float, float]
    radii: tuple[float, float]
    bright: float


POOL = Pool((80.0, 47.0), (280.0, 160.0), 1.06)


def pool(xy_page: np.ndarray) -> np.ndarray:
    """The soft pool of light on the subject and the darker corners, for places on the page (160 × 90)."""
    away = (np.asarray(xy_page, float) - POOL.centre) / POOL.radii
    return POOL.bright / (1 + (away * away).sum(axis=-1))


def floor_light(xy: np.ndarray, boxes: Sequence, cell: float = 1.0) -> np.ndarray:
    """The floor's light at points (n, 2), seen past boxes: (lo, hi, strength), strength 1 solid, 0 not there."""
    x, y = (np.array(xy, np.float32) / np.float32(cell)).T.copy()
    # cells are rounded and do not fill their room: what keeps light off is a little smaller
    scaled = [(np.divide(lo, cell) + _ROUNDED, np.divide(hi, cell) - _ROUNDED, float(s)) for lo, hi, s in boxes]
    x, y = _outside(x, y, scaled)
    seen = _sun_seen(x, y, scaled)
    sky = np.full(len(x), sun.SKY, np.float32)
    contact = np.ones(len(x), np.float32)
    for lo, hi, strength in scaled:
        near = _within(x, y, lo, hi, 4 * max(hi[2], 0.5))
        if not len(near) or strength <= 0:
            continue
        part = x[near], y[near]
        hidden, thrown = _sky_hidden(*part, lo, hi)
        sky[near] += strength * (thrown - sun.SKY * hidden)
        contact[near] *= 1 - strength**0.2 * _touch(*part, lo, hi)  # glass touches too
    return (sun.SUN[2] * seen + np.maximum(sky, 0)) / sun.TOP * contact


def _outside(x, y, boxes):
    """Points under a box that stands on the floor go to its nearest edge that a camera sees, front or right: a coarse
    grid then carries the light right beside the box, and no dark dots where a point happens to lie under it."""
    for lo, hi, _ in boxes:
        if lo[2] > _CONTACT_REACH:
            continue
        under = np.flatnonzero((x > lo[0]) & (x < hi[0]) & (y > lo[1]) & (y < hi[1]))
        to_right, to_front = hi[0] - x[under], y[under] - lo[1]
        right = to_right < to_front
        x[under[right]] = hi[0] + 1e-3
        y[under[~right]] = lo[1] - 1e-3
    return x, y


def _within(x, y, lo, hi, reach):
    return np.flatnonzero((x > lo[0] - reach) & (x < hi[0] + reach) & (y > lo[1] - reach) & (y < hi[1] + reach))


def _sun_directions():
    """Directions spread evenly over the sun's disc, (n, 3)."""
    toward = sun.SUN_TOWARD
    across = np.cross(toward, (0, 0, 1))
    across /= np.linalg.norm(across)
    up = np.cross(across, toward)
    k = np.arange(_DIRECTIONS) + 0.5
    radius, turn = np.sqrt(k / _DIRECTIONS) * math.tan(sun.SUN_ANGLE / 2), k * math.pi * (3 - math.sqrt(5))
    return toward + radius[:, None] * (np.cos(turn)[:, None] * across + np.sin(turn)[:, None] * up)


_TOWARD = _sun_directions()
# how far apart two neighbours of the disc are, seen along the floor, at one unit of the way
_STEP = 2 * math.tan(sun.SUN_ANGLE / 2) / math.sqrt(_DIRECTIONS) / float(np.hypot(*sun.SUN_TOWARD[:2])) * 1.3


def _sun_seen(x, y, boxes):
    """The share of the sun's disc that is seen, 0 to 1."""
    clear = np.ones((_DIRECTIONS, len(x)), np.float32)
    spread = math.tan(sun.SUN_ANGLE / 2) * 1.5
    for lo, hi, strength in boxes:
        if strength <= 0:
            continue
        # where its shadow can be: its foot moved away from the sun by up to its height, and the disc's blur
        moved = -sun.SUN_TOWARD[:2] / sun.SUN_TOWARD[2] * hi[2]
        blur = spread * hi[2] / sun.SUN_TOWARD[2] ** 2 + 0.1
        low = np.minimum(lo[:2], lo[:2] + moved) - blur
        high = np.maximum(hi[:2], hi[:2] + moved) + blur
        near = np.flatnonzero((x > low[0]) & (x < high[0]) & (y > low[1]) & (y < high[1]))
        px, py = x[near], y[near]
        for k, toward in enumerate(_TOWARD.astype(np.float32)):
            # where along the ray it is between the box's sides; the test is soft by half a step of the disc
            ends = [((a[i] - p) / toward[i]) for i, p in ((0, px), (1, py)) for a in (lo, hi)]
            enter = np.maximum(np.minimum(ends[0], ends[1]), np.minimum(ends[2], ends[3]))
            leave = np.minimum(np.maximum(ends[0], ends[1]), np.maximum(ends[2], ends[3]))
            enter = np.maximum(enter, lo[2] / toward[2])
            leave = np.minimum(leave, hi[2] / toward[2])
            soft = _STEP * np.maximum(enter, 0.1)
            hit = np.clip((leave - enter) / soft + 0.5, 0, 1)
            clear[k, near] *= 1 - np.float32(strength) * hit.astype(np.float32)
    return clear.mean(axis=0)


def _sky_hidden(x, y, lo, hi):
    """(the share of the sky's light that a box hides, the light that its sides throw back)."""
    hidden = np.zeros(len(x), np.float32)
    thrown = np.zeros(len(x), np.float32)
    shade = (sun.SKY + sun.FLOOR_BOUNCE) / 2 * 0.8
    for away, start, end, light in (
        (x - hi[0], lo[1] - y, hi[1] - y, sun.SIDE),  # how far outside the side, and its ends along it
        (lo[0] - x, lo[1] - y, hi[1] - y, shade),
        (y - hi[1], lo[0] - x, hi[0] - x, shade),
        (lo[1] - y, lo[0] - x, hi[0] - x, sun.FRONT),
    ):
        below, above = (_edge(away, start, end, z) for z in (lo[2], hi[2]))
        faces = away > 0
        hidden -= np.where(faces, above, below)
        thrown += np.where(faces, below - above, 0) * np.float32(_ALBEDO * light)
    return np.clip(hidden, 0, 1), thrown


def _edge(away, start, end, z):
    """A level edge's part in the form factor of the polygon that it bounds."""
    distance = np.sqrt(away * away + np.float32(z * z + 1e-8))
    return away / distance * (np.arctan(end / distance) - np.arctan(start / distance)) / np.float32(2 * math.pi)


def _touch(x, y, lo, hi):
    """The dark line along a foot that stands on the floor, gone when the foot is lifted by its reach."""
    lifted = max(0.0, 1 - float(lo[2]) / _CONTACT_REACH)
    if not lifted:
        return np.zeros(len(x), np.float32)
    dx, dy = (np.maximum(np.maximum(a - p, p - b), 0) for p, a, b in ((x, lo[0], hi[0]), (y, lo[1], hi[1])))
    away = np.hypot(dx, dy)
    clear = 1.0
    for much, reach in _CONTACT:
        reach = min(reach, max(0.75 * float(hi[2] - lo[2]), 0.1))  # what is low shades little beside it
        clear = clear * (1 - np.float32(much * lifted) * np.exp(-away / np.float32(reach)))
    return 1 - clear


def box_shadow(size, height: float = 0.0, strength: float = 1.0, ends=None):
    """(vertices, faces, alpha per vertex) of a card on the floor with the shadow that one box casts.

    The box's foot is `height` above the floor and centred over the origin; the card is black where alpha is 1 and
    fades to nothing at its rim. Cards that overlap multiply, as they should. `ends`: left, right, front and back of the
    ground, from the middle of the box: there the card is cut off.
    """
    size, lift = np.asarray(size, float), max(height, 0.0)
    lo, hi = np.append(-size[:2] / 2, lift), np.append(size[:2] / 2, lift + size[2])
    moved = -sun.SUN_TOWARD[:2] / sun.SUN_TOWARD[2]
    blur = math.tan(sun.SUN_ANGLE / 2) / sun.SUN_TOWARD[2] ** 2
    reach = 0.5 + 0.7 * float(min(size.max(), 2.5)) + blur * hi[2]
    low = np.minimum(lo[:2], lo[:2] + moved * hi[2]) - reach
    high = np.maximum(hi[:2], hi[:2] + moved * hi[2]) + reach
    cut = np.reshape(np.full(4, np.inf) * (-1, 1, -1, 1) if ends is None else np.asarray(ends, float), (2, 2))
    low, high = np.maximum(low, cut[:, 0]), np.minimum(high, cut[:, 1])
    lines = [_lines(low[i], high[i], lo[i], hi[i], lift) for i in (0, 1)]
    x, y = (a.ravel() for a in np.meshgrid(*lines))
    light = floor_light(np.stack([x, y], axis=1), [(lo, hi, strength)])
    rim = np.ones(len(x))
    for p, a, b, i in ((x, low[0], high[0], 0), (y, low[1], high[1], 1)):
        inward = np.ones(len(x))
        if a > cut[i, 0]:
            inward = np.minimum(inward, (p - a) / (min(lo[i], lo[i] + moved[i] * lift) - a))
        if b < cut[i, 1]:
            inward = np.minimum(inward, (b - p) / (b - max(hi[i], hi[i] + moved[i] * lift)))
        t = np.clip(inward, 0, 1)
        rim *= t * t * (3 - 2 * t)
    alpha = np.clip(1 - light, 0, 1) * np.where(rim > 1e-6, rim, 0)
    across = len(lines[0])
    corner = (np.arange(len(lines[1]) - 1)[:, None] * across + np.arange(across - 1)).ravel()
    faces = np.stack([corner, corner + 1, corner + across + 1, corner + across], axis=1)
    return np.stack([x, y, np.zeros(len(x))], axis=1), faces.tolist(), alpha


def _lines(low, high, lo, hi, lift):
    """Where the card's grid has lines along one axis: close at the foot's edges, wide at the rim."""
    steps = np.array([0.0, 0.03, 0.08, 0.18, 0.38]) * (1 + 2 * lift)
    inside = lo + (hi - lo) * np.array([0.2, 0.8])
    beyond = []
    for edge, end in ((lo, low), (hi, high)):
        far = abs(end - edge)
        way = np.concatenate([steps[steps < far * 0.7], np.linspace(min(steps[-1], far * 0.7), far, 4)])
        beyond.append(edge + np.sign(end - edge) * way)
    found = np.unique(np.round(np.concatenate([*beyond, inside]), 6))
    return found[np.concatenate([[True], np.diff(found) > 1e-3])]
