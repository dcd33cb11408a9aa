# SPDX-License-Identifier: GPL-3.0-or-later
"""Baked light by itself, without Blender: tones, seams, contact, shadows, and how little of a cell is made."""

import itertools
import math
import time

import numpy as np
import pytest

from addon.stage.light import sun
from addon.stage.light.baked import (
    ABOVE,
    BACK,
    BELOW,
    FRONT,
    LEFT,
    RIGHT,
    box_shadow,
    cell_mesh,
    floor_light,
    normal_light,
    pool,
)

AZIMUTH, ELEVATION = math.radians(30), math.radians(22)
VIEW = np.array([
    math.sin(AZIMUTH) * math.cos(ELEVATION), -math.cos(AZIMUTH) * math.cos(ELEVATION), math.sin(ELEVATION)
])  # fmt: skip
HALF = 0.5 - 0.03 / 2
FACES = {FRONT: (1, -1), RIGHT: (0, 1), ABOVE: (2, 1)}


def triangles(vertices, faces):
    return [
        np.array([vertices[f[0]], vertices[a], vertices[b]])
        for f in faces
        for a, b in itertools.pairwise(f[1:])
    ]


def seen(vertices, faces):
    return [t for t in triangles(vertices, faces) if np.cross(t[1] - t[0], t[2] - t[0]) @ VIEW > 1e-9]


def middle(mask, side):
    """The light in the middle of a face: of the flat quad there, its corners' mean."""
    vertices, faces, light = cell_mesh(mask)
    axis, sign = FACES[side]
    flat = [f for f in faces if np.allclose(vertices[list(f), axis], sign * HALF)]
    widest = max(flat, key=lambda f: np.ptp(vertices[list(f)], axis=0).prod(where=np.arange(3) != axis))
    return light[list(widest)].mean()


def test_open_faces_have_the_tones_asked_for():
    """Front, top and side within 5 % of 1.00 : 1.15 : 0.65; the front within 4 % of its colour, as sRGB shows it."""
    front, top, side = (middle(0, k) for k in (FRONT, ABOVE, RIGHT))
    assert top / front == pytest.approx(1.15, rel=0.05)
    assert side / front == pytest.approx(0.65, rel=0.05)
    assert abs(front ** (1 / 2.4) - 1) < 0.04
    assert normal_light(np.array([[0, -1, 0], [0, 0, 1], [1, 0, 0]])) == pytest.approx([1.00, 1.15, 0.65])


def test_the_lamps_add_up_to_the_same_tones():
    lit = sun.SUN_STRENGTH / math.pi * sun.SUN_TOWARD
    assert lit[2] + sun.SKY == pytest.approx(sun.TOP)
    assert -lit[1] + (sun.SKY + sun.FLOOR_BOUNCE) / 2 == pytest.approx(sun.FRONT)
    assert lit[0] + (sun.SKY + sun.FLOOR_BOUNCE) / 2 == pytest.approx(sun.SIDE)


@pytest.mark.parametrize("side", [LEFT, RIGHT, ABOVE, BELOW])
def test_a_seam_is_dark_and_an_open_edge_is_not(side):
    """Beside a neighbour some of what is seen of the groove has at most 60 % of the front's light."""
    axis, sign = {LEFT: (0, -1), RIGHT: (0, 1), ABOVE: (2, 1), BELOW: (2, -1)}[side]

    def darkest(mask):
        vertices, faces, light = cell_mesh(mask)
        used = sorted({k for f in faces for k in f})
        at = [k for k in used if sign * vertices[k, axis] > HALF - 0.02 and abs(vertices[k]).min() < 0.45]
        return min((light[k] for k in at if vertices[k, 1] < -HALF + 0.09), default=9)

    assert darkest(side) <= 0.60
    assert darkest(0) > darkest(side) + 0.15


def test_an_edge_between_two_open_faces_is_lighter_than_both():
    vertices, _, light = cell_mesh(0)
    rim = (vertices[:, 1] < -HALF + 0.05) & (vertices[:, 2] > HALF - 0.05)
    assert light[rim].max() > 1.1 * light[np.isclose(vertices[:, 1], -HALF)].mean()


def test_the_shade_of_a_seam_ends_on_the_face():
    vertices, _, light = cell_mesh(RIGHT)
    plain, _, free = cell_mesh(0)
    face = np.isclose(vertices[:, 1], -HALF)
    far, near = vertices[face, 0].min(), vertices[face, 0].max()
    flat = np.isclose(plain[:, 1], -HALF)
    for x, turned in ((near, 1), (far, -1)):
        beside = light[face & np.isclose(vertices[:, 0], x)]
        without = free[flat & (turned * plain[:, 0] > 0.3)]
        assert (
            beside.mean() < 0.99 * without.mean()
            if turned > 0
            else beside.mean() == pytest.approx(without.mean())
        )


@pytest.mark.parametrize("mask", range(63))
def test_every_kind_of_neighbourhood_makes_a_sound_and_small_mesh(mask):
    vertices, faces, light = cell_mesh(mask)
    assert len(light) == len(vertices) and np.isfinite(light).all()
    assert all(0 < value < 1.5 for value in light)
    assert all(0 <= k < len(vertices) for f in faces for k in f)
    assert len(seen(vertices, faces)) <= 125  # few: every one costs time
    for bit, (axis, sign) in FACES.items():
        covered = not any(np.allclose(vertices[list(f), axis], sign * HALF) for f in faces)
        assert covered == bool(mask & bit)
    room = np.abs(vertices).max(axis=0)
    assert (room <= 0.5 + 0.03 + 0.085).all()


def test_cells_inside_a_block_cost_little_and_hidden_ones_nothing():
    board = cell_mesh(LEFT | RIGHT | ABOVE | BELOW)
    assert len(seen(*board[:2])) <= 90
    assert cell_mesh(63)[1] == []


@pytest.mark.parametrize("side", [FRONT, ABOVE, RIGHT])
def test_no_camera_looks_through_a_seam_into_a_cell(side):
    """Rays along the view that start in the plane of a block's face meet something of the nine cells."""
    axis, sign = FACES[side]
    parts = []
    u, v = (k for k in range(3) if k != axis)
    bits = {(0, -1): LEFT, (0, 1): RIGHT, (1, -1): FRONT, (1, 1): BACK, (2, -1): BELOW, (2, 1): ABOVE}
    around = bits[u, -1] | bits[u, 1] | bits[v, -1] | bits[v, 1] | bits[axis, -sign]
    mesh = cell_mesh(around)
    for i, j in itertools.product((-1, 0, 1), repeat=2):
        move = np.zeros(3)
        move[u], move[v] = i, j
        parts += [t + move for t in seen(*mesh[:2])]
    corners = np.array(parts)
    across = np.cross(VIEW, (0, 0, 1))
    across /= np.linalg.norm(across)
    flat = np.stack([corners @ across, corners @ np.cross(across, VIEW)], axis=-1)
    rng = np.random.default_rng(seed := 12)
    start = np.zeros((3000, 3))
    start[:, u], start[:, v] = rng.uniform(-0.75, 0.75, (2, 3000))
    start[:, axis] = sign * HALF
    points = np.stack([start @ across, start @ np.cross(across, VIEW)], axis=-1)
    a, b, c = (flat[:, k][None] for k in range(3))
    p = points[:, None]

    def turn(s, e):
        return (e[..., 0] - s[..., 0]) * (p[..., 1] - s[..., 1]) - (e[..., 1] - s[..., 1]) * (
            p[..., 0] - s[..., 0]
        )

    turns = np.stack([turn(a, b), turn(b, c), turn(c, a)])
    inside = (turns >= -1e-9).all(axis=0) | (turns <= 1e-9).all(axis=0)
    assert inside.any(axis=1).all(), f"seed {seed}: {points[~inside.any(axis=1)][:3]}"


def test_the_whole_box_for_real_lamps_is_closed():
    vertices, faces, _ = cell_mesh(LEFT | BELOW, closed=True)
    edges = {}
    for f in faces:
        for a, b in zip(f, f[1:] + f[:1], strict=True):
            edges[tuple(sorted((a, b)))] = edges.get(tuple(sorted((a, b))), 0) + 1
    assert set(edges.values()) == {2}
    volume = sum(np.dot(t[0], np.cross(t[1], t[2])) for t in triangles(vertices, faces)) / 6
    assert 0.88 < volume < 0.97**3


def test_lengths_scale():
    xy = np.random.default_rng(3).uniform(-4, 4, (50, 2))
    box = [((-1, -1, 0), (1, 1, 2), 1.0)]
    tripled = [((-3, -3, 0), (3, 3, 6), 1.0)]
    assert floor_light(xy, box) == pytest.approx(floor_light(3 * xy, tripled, cell=3), abs=1e-4)


# The floor


BOX = ((-1.0, -1.0, 0.0), (1.0, 1.0, 2.0), 1.0)


def test_an_open_floor_has_light_one_and_a_box_that_is_not_there_takes_none():
    xy = np.random.default_rng(4).uniform(-30, 30, (500, 2))
    assert floor_light(xy, []) == pytest.approx(1, abs=1e-6)
    assert floor_light(xy, [(*BOX[:2], 0.0)]) == pytest.approx(1, abs=1e-6)
    assert floor_light([[40, 40]], [BOX]) == pytest.approx(1, abs=0.01)


def test_a_shadow_touches_the_foot_and_lies_away_from_the_sun():
    behind, touching, before = floor_light([[0.2, 1.05], [0.2, -1.05], [0.2, -1.6]], [BOX])
    assert behind < 0.35 and 0.5 < touching < 0.75 and before > 0.9
    lifted = ((-1, -1, 1.0), (1, 1, 3.0), 1.0)
    assert floor_light([[0.0, -0.9]], [lifted]) > floor_light([[0.0, -0.9 + 1.2]], [lifted])
    assert floor_light([[-0.2, 0.9]], [lifted])[0] < 0.5


def test_the_floor_is_mirrored_when_the_boxes_are():
    """About the plane of the sun nothing tells left from right: here for boxes at its two sides, turned by pairs."""
    xy = np.random.default_rng(5).uniform(-3, 3, (200, 2))
    a, b = ((-2, 0, 0), (-1, 1, 1), 1.0), ((1, 0, 0), (2, 1, 1), 1.0)
    assert floor_light(xy, [a, b]) == pytest.approx(floor_light(xy, [b, a]), abs=1e-6)
    half = [(*a[:2], 0.5)]
    light = floor_light(xy, half)
    assert (light >= floor_light(xy, [a]) - 1e-6)[floor_light(xy, [a]) < 0.9].all()


def test_a_shadow_has_no_rings():
    """Along a line out of the shadow the light rises, and nowhere by a jump."""
    y = np.linspace(1.3, 5, 400)
    light = floor_light(np.stack([-0.25 * (y - 1), y], axis=1), [BOX])
    step = np.diff(light)
    assert step.min() > -0.004 and step.max() < 0.02
    assert light[-1] - light[0] > 0.5


def test_a_floor_costs_little():
    xy = np.stack(np.meshgrid(np.linspace(-20, 20, 320), np.linspace(-12, 12, 180)), axis=-1).reshape(-1, 2)
    boxes = [((3 * i - 18, 0, 0), (3 * i - 16, 1, 4), 1.0) for i in range(12)]
    best = math.inf
    for _ in range(3):  # other work on the machine counts too
        start = time.process_time()
        floor_light(xy, boxes)
        best = min(best, time.process_time() - start)
    assert best < 0.4


def test_the_pool_is_brightest_on_the_subject_and_darkest_in_the_corners():
    middle_, *corners = pool(np.array([[80, 47], [0, 0], [160, 0], [0, 90], [160, 90]]))
    assert middle_ > 1 and max(corners) < 0.95 * middle_ and min(corners) > 0.8


@pytest.mark.parametrize("height", [0.0, 0.4, 3.0])
def test_a_card_is_dark_at_the_foot_and_nothing_at_its_rim(height):
    vertices, faces, alpha = box_shadow((1, 1, 1), height)
    assert len(vertices) == len(alpha) and max(k for f in faces for k in f) < len(vertices) <= 400
    x, y, z = vertices.T
    rim = (x == x.min()) | (x == x.max()) | (y == y.min()) | (y == y.max())
    assert not alpha[rim].any() and not z.any()
    assert alpha.min() >= 0 and alpha.max() <= 1
    if not height:
        assert alpha[(y > 0.5) & (y < 0.6) & (abs(x) < 0.4)].min() > 0.5
    if height > 1:
        assert 0.02 < alpha.max() < 0.6


def test_a_card_fades_with_its_box():
    alpha = [box_shadow((1, 0.6, 1), 0.2, strength)[2] for strength in (0, 0.5, 1)]
    assert not alpha[0].any()
    assert (alpha[1] <= alpha[2] + 1e-6).all() and alpha[1].max() > 0.2


def test_a_card_is_cut_off_where_its_ground_ends():
    ends = (-0.6, 0.8, -0.7, 0.6)
    vertices, _, alpha = box_shadow((1, 1, 1), ends=ends)
    whole, _, _ = box_shadow((1, 1, 1))
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    assert (low[0], high[0], low[1], high[1]) == pytest.approx(ends)
    assert np.ptp(whole, axis=0)[:2].min() > 2
    front = (vertices[:, 1] > -0.69) & (vertices[:, 1] < -0.5) & (abs(vertices[:, 0]) < 0.4)
    assert alpha[front].min() > 0.1 and alpha[vertices[:, 1] > 0.55].max() > 0.3  # it does not fade towards a cut


def overlaps(one, other) -> bool:
    """Whether two faces (n, 3) that lie along an axis overlap in one plane."""
    for axis in range(3):
        if np.ptp(one[:, axis]) < 1e-9 and np.ptp(other[:, axis]) < 1e-9 and abs(one[0, axis] - other[0, axis]) < 1e-7:
            flat = [k for k in range(3) if k != axis]
            low = np.maximum(one[:, flat].min(axis=0), other[:, flat].min(axis=0))
            high = np.minimum(one[:, flat].max(axis=0), other[:, flat].max(axis=0))
            return bool((high - low > 1e-4).all())
    return False


@pytest.mark.parametrize("gap", [0.0, 0.08])
def test_no_face_of_a_cell_lies_in_the_plane_of_a_neighbours(gap):
    """Which of two is seen would be an accident, and a pixel no longer a function of the state that reaches it."""
    faces = []
    for column, channel, row in np.ndindex(2, 2, 2):
        mask = 16 | 1 * (column > 0) | 2 * (column < 1) | 4 * (channel > 0) | 8 * (channel < 1) | 32 * (row > 0)
        places, corners, _ = cell_mesh(mask, (1, 1 + gap, 1), (0.03, gap + 0.03, 0.03))
        at = np.array([column, channel * (1 + gap), -row])
        faces += [((column, channel, row), places[list(c)] + at) for c in corners]
    pairs = itertools.combinations(faces, 2)
    assert not [(a, b) for (a, one), (b, other) in pairs if a != b and overlaps(one, other)]
