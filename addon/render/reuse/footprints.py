# SPDX-License-Identifier: GPL-3.0-or-later
"""Meshes as the camera sees them: triangles in its frame of reference, and which tiles of the picture they meet.

No Blender state is kept here; `Shape.of_mesh` reads a mesh once, everything else is NumPy.
"""

import hashlib
from dataclasses import dataclass, field

import numpy as np

FLAT = 1e-3  # by which a corner's normal may lie off its face's, for the face to count as flat


@dataclass(frozen=True)
class Shape:
    """A mesh: its triangles' corners (n, 3, 3) in its own space, a material each, and what its materials read.

    `plain`: its triangles alone say how it looks (flat faces, known materials). `looks`: the materials by slot.
    """

    digest: bytes
    triangles: np.ndarray
    material: np.ndarray
    looks: tuple[str, ...]
    attributes: dict[str, np.ndarray] = field(default_factory=dict)
    plain: bool = True

    @classmethod
    def of_mesh(cls, mesh, looks: tuple[str, ...], wanted: frozenset[str]) -> "Shape | None":
        """Read a mesh; None where it has no face. `wanted`: the attributes that materials read."""
        if not len(mesh.polygons):
            return None
        if not len(mesh.loop_triangles):
            mesh.calc_loop_triangles()
        co = _read(mesh.vertices, "co", np.float32, 3)
        corners = _read(mesh.loop_triangles, "vertices", np.int32, 3)
        faces = _read(mesh.loop_triangles, "polygon_index", np.int32)
        material = _read(mesh.polygons, "material_index", np.int32)[faces]
        known = hashlib.blake2b(co.tobytes() + corners.tobytes() + material.tobytes(), digest_size=16)
        known.update("\n".join(looks).encode())
        attributes, plain = {}, not _is_smooth(mesh, faces)
        for name in sorted(wanted):
            layer = mesh.attributes.get(name)
            if layer is None:
                continue
            if (layer.domain, layer.data_type) != ("POINT", "FLOAT"):
                plain = False
                continue
            attributes[name] = _read(layer.data, "value", np.float32)[corners]
            known.update(name.encode() + attributes[name].tobytes())
        return cls(known.digest(), co[corners].astype(float), material, looks, attributes, plain)


def _read(collection, name, dtype, width=1):
    flat = np.empty(len(collection) * width, dtype)
    collection.foreach_get(name, flat)
    return flat.reshape(-1, width) if width > 1 else flat


def _is_smooth(mesh, faces) -> bool:
    """Whether some face is shaded as if it were round."""
    sharp = mesh.attributes.get("sharp_face")
    if sharp is not None and _read(sharp.data, "value", bool).all():
        return False
    normals = _read(mesh.polygon_normals, "vector", np.float32, 3)
    corner = _read(mesh.corner_normals, "vector", np.float32, 3)
    owner = np.repeat(np.arange(len(mesh.polygons)), _read(mesh.polygons, "loop_total", np.int32))
    return bool(np.abs(corner - normals[owner]).max(initial=0.0) > FLAT)


@dataclass(frozen=True)
class Grid:
    """A picture of `width` × `height` pixels in tiles; what a unit of the camera is in pixels, and its middle."""

    width: int
    height: int
    tile: int
    scale: float = 1.0
    middle: tuple[float, float] = (0.0, 0.0)
    reach: float = 1.0

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of tiles."""
        return -(-self.height // self.tile), -(-self.width // self.tile)

    def tiles(self, seen: np.ndarray) -> np.ndarray:
        """Points in the camera's frame (…, 3) as places (…, 2) in units of tiles, from the top left."""
        x = seen[..., 0] * self.scale + self.middle[0]
        y = self.middle[1] - seen[..., 1] * self.scale
        return np.stack([x, y], axis=-1) / self.tile

    def met(self, triangles: np.ndarray, owner: np.ndarray, exact: bool = True) -> tuple[np.ndarray, np.ndarray]:
        """Which tiles triangles (n, 3, 2, in tiles) meet, by owner: unique pairs (owners, tile numbers), in order.

        A triangle is widened by `reach` pixels on all sides. Not `exact`: its bounding box counts.
        """
        rows, columns = self.shape
        reach = self.reach / self.tile
        low, high = triangles.min(axis=1) - reach, triangles.max(axis=1) + reach
        x0, y0 = (np.clip(np.floor(low[:, i]).astype(int), 0, n) for i, n in enumerate((columns, rows)))
        x1, y1 = (np.clip(np.floor(high[:, i]).astype(int), -1, n - 1) for i, n in enumerate((columns, rows)))
        wide, tall = np.maximum(x1 - x0 + 1, 0), np.maximum(y1 - y0 + 1, 0)
        count = wide * tall
        which = np.repeat(np.arange(len(triangles)), count)
        place = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
        x, y = x0[which] + place % wide[which], y0[which] + place // wide[which]
        if exact:
            far = np.flatnonzero(((wide > 1) & (tall > 1))[which])
            if len(far):
                keep = np.ones(len(which), bool)
                keep[far] = self._cuts(triangles[which[far]], x[far], y[far], reach)
                which, x, y = which[keep], x[keep], y[keep]
        pairs = np.unique(owner[which].astype(np.int64) * (rows * columns) + y * columns + x)
        return pairs // (rows * columns), pairs % (rows * columns)

    @staticmethod
    def _cuts(triangles, x, y, reach):
        """Whether no edge of the triangle separates it from the (widened) tile at column x and row y."""
        middle = np.stack([x, y], axis=-1) + 0.5
        half = 0.5 + reach
        meets = np.ones(len(triangles), bool)
        for i in range(3):
            a, b, c = (triangles[:, (i + k) % 3] for k in range(3))
            normal = np.stack([a[:, 1] - b[:, 1], b[:, 0] - a[:, 0]], axis=-1)
            side = (normal * (c - a)).sum(axis=1)
            normal = np.where(side[:, None] < 0, -normal, normal)
            # the corner of the tile that lies furthest to the triangle's side of this edge
            furthest = (normal * (middle - a)).sum(axis=1) + half * np.abs(normal).sum(axis=1)
            meets &= furthest >= 0
        return meets
