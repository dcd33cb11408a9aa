# SPDX-License-Identifier: GPL-3.0-or-later
"""The meshes of solid volumes, each with the light on its vertices: cells, boxes, tubes, shadows, and the floor.

A shape is a word and numbers, as the plan writes it: "cell 15" (the bit mask of its neighbours), "box 0.96 0.6 0.48",
"tube 3 1 3 0.09", "shadow 3 1 3 0". Units: one cell is 1. What is never seen from the camera's side is left out.
"""

from functools import cache
from itertools import product

import bpy
import numpy as np

from ..story.cast.volumes import GAP
from .light import baked
from .meshes import attribute

FOOT, SHADED = 0.405, 0.55  # of a tile: where the shade at a wall's foot begins, cells from its middle; its light there
TILE_BEVEL, GROOVE = 0.075, {0: 0.78, 2: 0.85}  # of a tile: its bevel, cells; how much light its grooves keep
INSIDE, DARK = 0.46, 0.25  # of a tile: where it is closed inside, cells from its middle; the light there
BEVEL = 0.085  # of a cell
RIM, BEHIND, DIMMEST = 1.5, 0.35, 0.85  # of glass: how much of its rims is there, of its front; its least light
LEAST = 0.006  # cells: by less than that faces lie in one plane
THINNER = 0.06  # of a tube, how much the bars of each direction are thinner than the last one's
SPILL = 1.06  # how much larger than the page the floor is
_OPPOSITE = ((baked.LEFT, baked.RIGHT), (baked.RIGHT, baked.LEFT), (baked.BELOW, baked.ABOVE),
             (baked.ABOVE, baked.BELOW))  # sides, after a turn by 180° in the plane
PICTURE = (528, 297)  # pixels of the picture of its light, across and down


def shape(name: str, words: str, closed: bool = False) -> bpy.types.Mesh:
    """The mesh of a shape; `closed`: with the faces that the camera does not see, for lamps to throw shadows with."""
    kind, *numbers = words.split()
    more = {"closed": closed} if kind in ("cell", "whole", "tile", "box") else {}
    return _mesh(name, *_SHAPES[kind](*map(float, numbers), **more))


@cache
def _cell(neighbours: float = 0, *, closed: bool = False):
    # a slice is followed by the next after a gap of GAP
    places, faces, light = baked.cell_mesh(int(neighbours), (1, 1 + GAP, 1), (0.03, GAP + 0.03, 0.03), closed=closed)
    return places, faces, {"light": light}


@cache
def _whole(neighbours: float = 0, *, closed: bool = False):
    """A cell of a board that turns by 180° in its plane: its left side and foot, too, lit as right side and top are
    when they have come to be these."""
    if closed:
        return _cell(neighbours, closed=True)
    swapped = int(neighbours) & (baked.FRONT | baked.BACK) | sum(a for a, b in _OPPOSITE if int(neighbours) & b)
    (places, faces, light), (others, more, shades) = (
        (np.asarray(m[0]), m[1], np.asarray(m[2]["light"])) for m in (_cell(neighbours), _cell(swapped)))  # fmt: skip
    others = others * (-1, 1, -1)

    def corners(at, face):
        return frozenset(tuple(at[k].round(5) + 0.0) for k in face)

    own = {corners(places, face) for face in faces}
    more = [[k + len(places) for k in face] for face in more if corners(others, face) not in own]
    return np.concatenate([places, others]), [*faces, *more], {"light": np.concatenate([light, shades])}


@cache
def _tile(neighbours: float = 0, walls: float = 0, deep: float = 1, *, closed: bool = False):
    """A cell among very many small ones: its bevels are narrow, or its seams would be all that one sees. `walls`: the
    sides on which a neighbour stands far out, at whose foot its front is in the shade. `deep`: how many times as deep
    it will be shown; its front bevel is made so much flatter, and is round then."""
    places, faces, light = baked.cell_mesh(int(neighbours), bevel=TILE_BEVEL, closed=closed)
    places, light = np.asarray(places, float).reshape(-1, 3), np.array(light, float)
    front = places[:, 1] <= places[:, 1].min(initial=0.0) + 1.01 * TILE_BEVEL
    for bit, (axis, sign) in ((baked.LEFT, (0, -1)), (baked.RIGHT, (0, 1)), (baked.BELOW, (2, -1)),
        (baked.ABOVE, (2, 1))):  # fmt: skip
        if int(walls) & bit:
            light[front & (sign * places[:, axis] > FOOT)] *= SHADED
        elif int(neighbours) & bit:  # a groove is few pixels wide
            light[front & (sign * places[:, axis] > FOOT + 0.01)] *= GROOVE[axis]
    start = places[:, 1].min(initial=0.0)
    near, far = places[:, 1] < start + 0.12, places[:, 1] > -start - 0.12
    places[near, 1] = start + (places[near, 1] - start) / deep
    places[far, 1] = -start - (-start - places[far, 1]) / deep
    # a neighbour's side is seen past what is cut back in a corner: no camera looks into the tile there
    for bit, axis in ((baked.RIGHT, 0), (baked.ABOVE, 2)):
        if int(neighbours) & bit and not closed:
            corners = np.array([(INSIDE, y, z) for y, z in ((-0.38, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.38, 0.5))])
            faces = [*faces, tuple(range(len(places), len(places) + 4))]
            places = np.concatenate([places, corners if axis == 0 else corners[::-1, (2, 1, 0)]])
            light = np.append(light, [DARK] * 4)
    return places, faces, {"light": light}


@cache
def _glass(neighbours: float = 0, aside: float = 1.0, front: float = 1.0):
    """A cell of glass: faces between thin rims (`depth`: how much of it is there; `front`: of its front, `aside`: of
    its top and side). It throws no light back: its faces show the light there is, with lamps too, and only those in
    sight."""
    size, gap = np.array((1, 1 + GAP, 1)), np.array((0.03, GAP + 0.03, 0.03))
    places, faces, light = baked.cell_mesh(int(neighbours), size, gap)
    places, half = np.asarray(places, float).reshape(-1, 3), (size - gap) / 2
    beyond = np.abs(places) - (half - BEVEL)
    depth = np.full(len(places), RIM)
    if aside < 0.5:  # what is seen through it is seen past few lines
        depth[places[:, 1] > BEVEL - half[1]] = BEHIND
    depth[np.linalg.norm(np.maximum(beyond, 0), axis=1) < 0.99 * BEVEL] = 0.0  # the strips that close grooves
    for axis, much in ((1, front), (0, aside), (2, aside)):
        depth[(beyond[:, axis] > 0.99 * BEVEL) & (np.delete(beyond, axis, 1) < 0.01 * BEVEL).all(axis=1)] = much
    # through it, edges at its back would be seen, beside which the next one begins
    for bit, axis, sign in ((baked.LEFT, 0, -1), (baked.RIGHT, 0, 1), (baked.BELOW, 2, -1), (baked.ABOVE, 2, 1)):
        if int(neighbours) & bit:
            toward = sign * places[:, axis] > half[axis] - 1.01 * BEVEL
            depth[toward & (places[:, 1] > half[1] - 0.99 * BEVEL)] = 0.0
    return places, faces, {"light": np.clip(light, DIMMEST, None), "depth": depth}


@cache
def _box(wide: float, deep: float, high: float, neighbours: float = 0, *, closed: bool = False):
    bevel = 0.085 * min(1.0, high, wide)
    places, faces, light = baked.cell_mesh(int(neighbours), (wide, deep, high), 0.0, bevel, closed=closed)
    return places, faces, {"light": light}


@cache
def _tube(wide: float, deep: float, high: float, thickness: float):
    """Twelve bars along the edges of a box, a little thinner in each direction: no two of their faces lie in one
    plane where they meet."""
    half, bars = np.array((wide, deep, high)) / 2, []
    for axis in range(3):
        others = [i for i in range(3) if i != axis]
        size = np.full(3, thickness - axis * max(THINNER * thickness, LEAST))
        size[axis] += 2 * half[axis]
        for sides in product((-1, 1), repeat=2):
            middle = np.zeros(3)
            middle[others] = half[others] * sides
            bars.append((size, middle))
    places, faces, light = [], [], []
    for size, middle in bars:
        own, corners, lit = baked.cell_mesh(0, size, gap=0.0, bevel=0.25 * thickness, segments=1)
        faces += [[i + len(light) for i in face] for face in corners]
        places += list(own + middle)
        light += list(lit)
    return places, faces, {"light": light}


@cache
def _shadow(wide: float, deep: float, high: float, above: float, strength: float = 1.0, *ends: float):
    """`ends`: left, right, front and back of what it lies on, from the middle of its box, if it ends there."""
    places, faces, alpha = baked.box_shadow((wide, deep, high), above, strength, ends=ends or None)
    places = np.asarray(places)
    return places, faces, {"depth": alpha}


_SHAPES = {"cell": _cell, "whole": _whole, "tile": _tile, "glass": _glass, "box": _box, "tube": _tube,
           "shadow": _shadow}  # fmt: skip


def _mesh(name: str, places, faces, attributes) -> bpy.types.Mesh:
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([tuple(map(float, p)) for p in places], [], [tuple(map(int, f)) for f in faces])
    for key, values in attributes.items():
        attribute(mesh, key, np.asarray(values, np.float32))
    return mesh


def floor(name: str, ground, basis, lit: bool) -> tuple[bpy.types.Mesh, bpy.types.Image | None]:
    """The part of the ground that the page shows and a little more, and, `lit`, a picture of the light on it.

    The mesh says where in the picture its corners lie (attributes `across` and `up`, 0 to 1).
    """
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], float)
    mesh = _mesh(name, _ground(corners, ground, basis), [(0, 1, 2, 3)], dict(zip(("across", "up"), corners.T,
        strict=True)))
    if not lit:
        return mesh, None
    wide, high = PICTURE
    x, y = (a.ravel() for a in np.meshgrid((np.arange(wide) + 0.5) / wide, (np.arange(high) + 0.5) / high))
    at = np.column_stack([x, y])
    page = np.column_stack([80 + (x - 0.5) * 160 * SPILL, 45 - (y - 0.5) * 90 * SPILL])
    boxes = [(row[:3], row[3:6], row[6]) for row in ground.boxes]
    light = baked.floor_light(_ground(at, ground, basis)[:, :2], boxes, ground.cell) * baked.pool(page)
    picture = bpy.data.images.new(name, wide, high, float_buffer=True, is_data=True)
    pixels = np.ones((wide * high, 4), np.float32)
    pixels[:, :3] = light[:, None]
    picture.pixels.foreach_set(pixels.ravel())
    picture.pack()  # so that it is saved with the file
    return mesh, picture


def _ground(at: np.ndarray, ground, basis) -> np.ndarray:
    """Places on the floor (n, 3) at parts (n, 2) of what it shows, from its lower left corner as the camera sees it."""
    right, into, up = (np.array(v) for v in basis.transposed())
    sine = -into[2]  # of the camera's elevation
    level = np.array([up[0], up[1], 0.0]) / sine
    across, along = ((at - 0.5) * SPILL * (ground.width, ground.height)).T
    places = across[:, None] * right + (along / sine)[:, None] * level
    places[:, 2] = 0.0
    return places
