# SPDX-License-Identifier: GPL-3.0-or-later
"""A cell's mesh with its light in the vertices: a bevelled box, only as much of it as a camera can see.

The camera stands in front, to the right and above (azimuth and elevation 0 to 60 degrees), so back, left and
bottom are left out, and what a touching neighbour covers too. A groove between two cells is closed by a dark
strip behind the bevels, so that no camera looks into a cell.
"""

import math
from itertools import pairwise, product

import numpy as np

from . import sun

LEFT, RIGHT, FRONT, BACK, BELOW, ABOVE = (1 << i for i in range(6))
_SIDES = [(0, -1), (0, 1), (1, -1), (1, 1), (2, -1), (2, 1)]  # (axis, sign) of each bit
_SEEN = [(1, -1), (2, 1), (0, 1)]  # front, top, right
_RING = 0.11  # cells: how far a seam's shadow reaches onto a face
# (share of the bevel's width, light) beside a neighbour: a bevel turned up, right or front is lit deeper down, and a
# level groove is darker than an upright one, into which the sun shines
_LIT = ((0.0, 0.30), (0.14, 0.48), (0.5, 0.74), (1.0, 0.97))
_UNLIT = ((0.0, 0.24), (0.14, 0.40), (0.5, 0.70), (1.0, 0.97))
_LEVEL_LIT = ((0.0, 0.12), (0.14, 0.60), (0.5, 0.86), (1.0, 0.98))
_LEVEL_UNLIT = ((0.0, 0.12), (0.14, 0.34), (0.5, 0.76), (1.0, 0.97))
_DARK, _LEVEL_DARK = 0.20, 0.10  # light at the bottom of a groove
_DEEP = (0.78, 0.86, 0.70)  # of a bevel, by the direction to the neighbour: how deep the strips lie that close grooves
_PILLOW = math.radians(9)  # how far a face's normal leans outward at its rim, as smooth shading has it
_VIEWS = np.array([(math.sin(a) * math.cos(e), -math.cos(a) * math.cos(e), math.sin(e))
                   for a in np.radians((0, 15, 30, 45, 60)) for e in np.radians((0, 15, 30, 45, 60))])  # fmt: skip


def cell_mesh(neighbours: int, size=(1.0, 1.0, 1.0), gap=0.03, bevel: float = 0.085, segments: int = 3, closed=False):
    """(vertices (n, 3), faces, light (n,)) of a cell centred on the origin.

    `neighbours`: LEFT | RIGHT | FRONT | BACK | BELOW | ABOVE, the sides that something touches (the floor is BELOW).
    `size` is the room it takes, half a gap (one, or one for each axis) on each side included. A neighbour farther away
    than about a bevel is none: the cell needs its face. `closed`: the whole box, as real lamps need it; its light is
    then what seams leave of theirs.
    """
    return _Cell(neighbours, np.asarray(size, float), np.asarray(gap, float), bevel, segments, closed).made()


def normal_light(normals: np.ndarray) -> np.ndarray:
    """Sun, sky and the floor's light for open surfaces with these unit normals (..., 3)."""
    facing = np.maximum(normals @ sun.SUN, 0)
    up = normals[..., 2]
    return facing + (sun.SKY * (1 + up) + sun.FLOOR_BOUNCE * (1 - up)) / 2


class _Cell:
    def __init__(self, neighbours, size, gap, bevel, segments, closed):
        self.shaded = {side for bit, side in enumerate(_SIDES) if neighbours >> bit & 1}
        self.touched = set() if closed else self.shaded
        self.room, self.half = size / 2, (size - gap) / 2
        self.bevel = min(bevel, 0.45 * 2 * float(self.half.min()))
        self.ring = min(_RING, 0.3 * 2 * float(self.half.min()))
        self.core = self.half - self.bevel
        self.segments, self.closed = segments, closed
        self.places, self.vertices, self.normals, self.dark = {}, [], [], []
        self.faces = []

    def made(self):
        for side in _SIDES if self.closed else _SEEN:
            if side not in self.touched:
                self._face(side)
                self._skirts(side)
        for i, j in ((0, 1), (0, 2), (1, 2)):
            for s, t in product((-1, 1), repeat=2):
                self._edge((i, s), (j, t))
        for signs in product((-1, 1), repeat=3):
            self._corner(signs)
        vertices, normals = np.array(self.vertices).reshape(-1, 3), np.array(self.normals).reshape(-1, 3)
        light = self._light(vertices, normals)
        for index, share in self.dark:
            light[index] = share * normal_light(normals[index])
        return vertices, self.faces, light

    def _vertex(self, place, normal):
        key = tuple(np.round((*place, *normal), 6))
        if key not in self.places:
            self.places[key] = len(self.vertices)
            self.vertices.append(tuple(place))
            self.normals.append(tuple(normal))
        return self.places[key]

    def _add(self, corners):
        """A face, turned outward, if any camera can see it."""
        corners = list(dict.fromkeys(corners))
        if len(corners) < 3:
            return
        outward = np.sum([self.normals[c] for c in corners], axis=0)
        if not self.closed and (_VIEWS @ outward).max() <= 1e-6:
            return
        a, b, c = (np.array(self.vertices[k]) for k in corners[:3])
        if np.cross(b - a, c - a) @ outward < 0:
            corners.reverse()
        self.faces.append(tuple(corners))

    def _face(self, side):
        """A flat face: its middle, and a band along each neighbour into which the seam's shadow falls."""
        axis, sign = side
        u, v = (k for k in range(3) if k != axis)
        outer, inner = {}, {}
        for s, t in product((-1, 1), repeat=2):
            for kind, ring in ((outer, 0.0), (inner, self.ring)):
                place = np.zeros(3)
                place[axis] = sign * self.half[axis]
                place[u] = s * (self.core[u] - ring * ((u, s) in self.touched))
                place[v] = t * (self.core[v] - ring * ((v, t) in self.touched))
                kind[s, t] = self._vertex(place, _normal(side))
        round_about = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
        self._add([inner[k] for k in round_about])
        sides = (v, -1), (u, 1), (v, 1), (u, -1)
        for a, b, beside in zip(round_about, round_about[1:] + round_about[:1], sides):
            if beside in self.touched:
                self._add([outer[a], outer[b], inner[b], inner[a]])

    def _skirts(self, side):
        """What closes the grooves around a face: dark strips from the left, lower or back bevels to the neighbour's."""
        axis, sign = side
        for along, across in ((k, 3 - axis - k) for k in range(3) if k != axis):
            for end in (-1, 1):
                if (across, end) not in self.touched or (across, end) in _SEEN:
                    continue
                # each direction lies at a depth of its own, and ends where the neighbour's own strip begins: of two
                # in one plane it would be an accident which is seen
                deep = _DEEP[across] * self.bevel
                beyond = 2 * self.room - self.half + 0.4 * self.bevel  # its end is inside the neighbour
                corners = []
                for far, s in ((0, -1), (0, 1), (1, 1), (1, -1)):
                    place = np.zeros(3)
                    place[axis] = sign * (self.half[axis] - deep)
                    place[across] = end * (beyond if far else self.core + 0.3 * self.bevel)[across]
                    reach = self.room if (along, s) in self.touched else self.half - deep
                    place[along] = s * reach[along]
                    corners.append(len(self.vertices))
                    self.vertices.append(tuple(place))
                    self.normals.append(_normal(side))
                    self.dark.append((corners[-1], _LEVEL_DARK if across == 2 else _DARK))
                self._add(corners)

    def _arc(self, a, b):
        """Unit normals from side a to side b; toward a neighbour only as deep as a camera looks into the groove."""
        steps = range(self.segments + 1)
        if a in self.touched and b in self.touched:
            return []
        if a in self.touched and a not in _SEEN:
            steps = steps[1:]
        if b in self.touched and b not in _SEEN:
            steps = steps[:-1]
        angles = [math.pi / 2 * k / self.segments for k in steps]
        return [tuple(math.cos(t) * p + math.sin(t) * q for p, q in zip(_normal(a), _normal(b))) for t in angles]

    def _edge(self, a, b):
        arc = self._arc(a, b)
        along = 3 - a[0] - b[0]
        ends = [-self.core[along], self.core[along]]
        if a not in self.touched and b not in self.touched:
            # an open edge that runs toward a neighbour is dark there, not all along
            if (along, 1) in self.touched:
                ends.insert(1, self.core[along] - self.ring)
            if (along, -1) in self.touched:
                ends.insert(1, -self.core[along] + self.ring)
        for low, high in pairwise(ends):
            for m, n in pairwise(arc):
                quad = []
                for normal, end in ((m, low), (n, low), (n, high), (m, high)):
                    place = np.array(normal) * self.bevel
                    place[along] = end
                    for axis, sign in (a, b):
                        place[axis] += sign * self.core[axis]
                    quad.append(self._vertex(place, normal))
                self._add(quad)

    def _corner(self, signs):
        sides = [(k, s) for k, s in enumerate(signs)]
        outline = []
        for a, b in zip(sides, sides[1:] + sides[:1]):
            for normal in self._arc(a, b):
                place = np.array(signs) * self.core + np.array(normal) * self.bevel
                outline.append(self._vertex(place, normal))
        outline = list(dict.fromkeys(outline))
        if len(outline) < 3:
            return
        middle = np.array(signs) / math.sqrt(3)
        hub = self._vertex(np.array(signs) * self.core + middle * self.bevel, middle)
        for a, b in zip(outline, outline[1:] + outline[:1]):
            self._add([hub, a, b])

    def _light(self, vertices, normals):
        light = 1.0 if self.closed else normal_light(self._leaning(vertices, normals))
        seam = np.ones(len(vertices))
        for axis, sign in self.shaded:
            inward = self.half[axis] - sign * vertices[:, axis]
            seen = (axis, sign) in _SEEN
            table = (_LEVEL_LIT if seen else _LEVEL_UNLIT) if axis == 2 else (_LIT if seen else _UNLIT)
            depth = [share * self.bevel for share, _ in table] + [self.bevel + self.ring]
            share = np.interp(inward, depth, [value for _, value in table] + [1.0])
            seam = np.minimum(seam, share)
        return light * seam

    def _leaning(self, vertices, normals):
        """Normals of flat faces lean toward the nearest rim, so that a face is not one flat tone; their light is
        the same on the whole, as they are not made shorter."""
        flat = np.abs(normals).max(axis=1) > 0.999
        lean = np.tan(_PILLOW) * vertices / np.maximum(self.core, 1e-6)
        return np.where(flat[:, None] & (np.abs(normals) < 0.5), lean, normals)


def _normal(side):
    axis, sign = side
    return tuple(float(sign) if k == axis else 0.0 for k in range(3))
