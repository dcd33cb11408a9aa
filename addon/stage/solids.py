# SPDX-License-Identifier: GPL-3.0-or-later
"""The meshes of solid volumes, each with the light on its vertices: cells, boxes, tubes, shadows, and the floor.

A shape is a word and numbers, as the plan writes it: "cell 15" (the bit mask of its neighbours), "box 0.96 0.6 0.48",
"tube 3 1 3 0.09", "shadow 3 1 3 0". Units: one cell is 1. What is never seen from the camera's side is left out.
"""

from functools import cache

import bpy
import numpy as np

from .light import baked
from .meshes import attribute

GRID = (192, 108)  # the floor's points, across and down


def shape(name: str, words: str) -> bpy.types.Mesh:
    """The mesh of a shape."""
    kind, *numbers = words.split()
    return _mesh(name, *_SHAPES[kind](*map(float, numbers)))


@cache
def _cell(neighbours: float = 0):
    places, faces, light = baked.cell_mesh(int(neighbours))
    return places, faces, {"light": light}


@cache
def _box(wide: float, deep: float, high: float, neighbours: float = 0):
    places, faces, light = baked.cell_mesh(int(neighbours), size=(wide, deep, high), bevel=0.085 * min(1.0, high, wide))
    return places, faces, {"light": light}


@cache
def _tube(wide: float, deep: float, high: float, thickness: float):
    places, faces, light = baked.tube_mesh((wide, deep, high), thickness)
    return places, faces, {"light": light}


@cache
def _shadow(wide: float, deep: float, high: float, above: float, strength: float = 1.0):
    places, faces, alpha = baked.box_shadow((wide, deep, high), above, strength)
    return places, faces, {"depth": alpha}


_SHAPES = {"cell": _cell, "box": _box, "tube": _tube, "shadow": _shadow}


def _mesh(name: str, places, faces, attributes) -> bpy.types.Mesh:
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([tuple(map(float, p)) for p in places], [], [tuple(map(int, f)) for f in faces])
    for key, values in attributes.items():
        attribute(mesh, key, np.asarray(values, np.float32))
    return mesh


def floor(name: str, ground, basis) -> bpy.types.Mesh:
    """The part of the ground that the page shows, and a little more, with the light on it."""
    right, into, up = (np.array(v) for v in basis.transposed())
    sine = -into[2]  # of the camera's elevation
    level = np.array([up[0], up[1], 0.0]) / sine
    x = np.linspace(-0.53, 0.53, GRID[0]) * ground.width
    y = np.linspace(-0.53, 0.53, GRID[1]) * ground.height
    x, y = (a.ravel() for a in np.meshgrid(x, y))
    places = x[:, None] * right + (y / sine)[:, None] * level
    places[:, 2] = 0.0
    page = np.column_stack([x / ground.width, y / ground.height])
    light = baked.floor_light(places[:, :2], ground.boxes, ground.cell) * baked.pool(page, ground.corner)
    n = np.arange(len(x)).reshape(GRID[1], GRID[0])
    faces = np.stack([n[:-1, :-1], n[:-1, 1:], n[1:, 1:], n[1:, :-1]], axis=-1).reshape(-1, 4)
    return _mesh(name, places, faces, {"light": light})
