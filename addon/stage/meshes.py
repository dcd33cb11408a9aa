# SPDX-License-Identifier: GPL-3.0-or-later
"""Points with what the plan says of them as attributes, and texts as meshes. Units: one cell is 1."""

from functools import lru_cache
from pathlib import Path

import bpy
import numpy as np
from mathutils import Vector
from mathutils.geometry import delaunay_2d_cdt

from ..story.page.glyphs import CAP_HEIGHT, FONT_FILE, FONT_SCALE, OTHERS_SCALE, runs
from ..story.plan.plan import POINT_FIELDS, SPARE_FIELDS, Points
from . import compat

WEIGHT = 0.008  # by which letters are fattened on all sides, in font sizes: small digits want strokes


def fonts_folder() -> Path:
    """Where Blender's own fonts lie."""
    return Path(bpy.utils.system_resource("DATAFILES", path="fonts"))


def font() -> bpy.types.VectorFont | None:
    """The figures' font, out of Blender's own files; None (the built-in one) where it is missing."""
    path = fonts_folder() / FONT_FILE
    return bpy.data.fonts.load(str(path), check_existing=True) if path.is_file() else None


def loops_of(edges: list[tuple[int, int]]) -> list[list[int]]:
    """Closed outlines, each as its vertices in order."""
    following, loops = dict(edges), []
    while following:
        start, loop = next(iter(following)), []
        while start in following:
            loop.append(start)
            start = following.pop(start)
        loops.append(loop)
    return loops


def fattened(loop: np.ndarray, by: float) -> np.ndarray:
    """An outline (n, 2) moved to the right of its direction, with mitred corners."""
    along = np.roll(loop, -1, axis=0) - loop
    long = np.linalg.norm(along, axis=1)
    for k in np.flatnonzero(long < 1e-7):  # two points in one place: as the edge before
        along[k], long[k] = along[k - 1], max(long[k - 1], 1e-7)
    out = np.column_stack([along[:, 1], -along[:, 0]]) / long[:, None]
    before = np.roll(out, 1, axis=0)
    return loop + by * (out + before) / np.maximum(1 + (out * before).sum(axis=1), 0.2)[:, None]


def winding(loops: list[np.ndarray], at: np.ndarray) -> np.ndarray:
    """How often outlines (n, 2) wind around each place (m, 2), taken together."""
    a, b = np.concatenate(loops), np.concatenate([np.roll(loop, -1, axis=0) for loop in loops])
    x, y = at[:, None, 0], at[:, None, 1]
    left = (b[:, 0] - a[:, 0]) * (y - a[:, 1]) - (x - a[:, 0]) * (b[:, 1] - a[:, 1])
    up, down = (a[:, 1] <= y) & (b[:, 1] > y) & (left > 0), (a[:, 1] > y) & (b[:, 1] <= y) & (left < 0)
    return up.sum(axis=1) - down.sum(axis=1)


def filled(outline: bpy.types.Mesh, by: float) -> bpy.types.Mesh:
    """Letters' outlines, fattened and filled: ink is where they wind around a place, so overlapping strokes are one.

    The vertices keep their order; those where strokes cross come after them.
    """
    places = np.array([v.co[:2] for v in outline.vertices])
    edges = [tuple(e.vertices) for e in outline.edges]
    loops = loops_of(edges)
    (x, y), (u, v) = places[[a for a, _ in edges]].T, places[[b for _, b in edges]].T
    fonts = 1 if (x * v - u * y).sum() > 0 else -1  # the way round in which the font traces ink
    for loop in loops:
        places[loop] = fattened(places[loop][::fonts], by)[::fonts]
    # 0: all triangles
    corners, _, faces, origins, _, _ = delaunay_2d_cdt([Vector(p) for p in places], edges, [], 0, 1e-7)
    middles = np.array(corners)[np.array(faces)].mean(axis=1)
    ink = np.flatnonzero(winding([places[loop] for loop in loops], middles))
    index, extra = {}, []
    for n, origin in enumerate(origins):
        index[n] = origin[0] if origin else len(places) + len(extra)
        extra += [] if origin else [corners[n]]
    mesh = bpy.data.meshes.new("text")
    mesh.from_pydata([(*c, 0.0) for c in (*places, *extra)], [], [[index[n] for n in faces[f]] for f in ink])
    return mesh


def text(name: str, body: str, anchor: str, face: bpy.types.VectorFont | None = None) -> bpy.types.Mesh:
    """A text of font size 1 that faces -y: centred on its place, or starting there on its baseline."""
    places, corners, starts, smooth = _letters(body, anchor, face and bpy.path.abspath(face.filepath))
    mesh = bpy.data.meshes.new(name)
    mesh.vertices.add(len(places))
    mesh.vertices.foreach_set("co", places.ravel())
    mesh.loops.add(len(corners))
    mesh.loops.foreach_set("vertex_index", corners)
    mesh.polygons.add(len(starts))
    mesh.polygons.foreach_set("loop_start", starts)
    mesh.polygons.foreach_set("use_smooth", smooth)
    mesh.update(calc_edges=True)
    return mesh


@lru_cache(maxsize=4096)  # a figure says most of its numbers more than once, and says them again when it is updated
def _letters(body: str, anchor: str, font: str | None) -> tuple[np.ndarray, ...]:
    """A text's vertices (n, 3), the vertices at its faces' corners one face after the other, and per face where it
    begins and whether it is smooth."""
    co, corners, starts, smooth = _joined([_piece(piece, at, font if own else None) for at, piece, own in runs(body)])
    x, z = co[:, 0].copy(), co[:, 1].copy()
    if anchor == "center" and len(x):
        x -= (x.min() + x.max()) / 2
        z -= CAP_HEIGHT / 2
    return np.column_stack([x, np.zeros_like(x), z]), corners, starts, smooth


def _piece(body: str, at: float, font: str | None) -> tuple[np.ndarray, ...]:
    """As `_letters`, of letters that one font has, or else those on which Blender's built-in font falls back: in the
    plane of x and y, from `at` on."""
    curve = bpy.data.curves.new("text", "FONT")
    curve.body, curve.size = body, FONT_SCALE if font else OTHERS_SCALE
    if font:
        curve.font = bpy.data.fonts.load(font, check_existing=True)
    curve.resolution_u = 3
    obj = bpy.data.objects.new("text", curve)
    if body.strip() and compat.takes_overlaps_for_holes():
        curve.fill_mode = "NONE"
        outline = bpy.data.meshes.new_from_object(obj)
        mesh = filled(outline, WEIGHT)
        bpy.data.meshes.remove(outline)
    else:
        curve.offset = WEIGHT
        mesh = bpy.data.meshes.new_from_object(obj)
    co = np.zeros((len(mesh.vertices), 3), np.float32)
    mesh.vertices.foreach_get("co", co.ravel())
    corners, starts = np.zeros(len(mesh.loops), np.int32), np.zeros(len(mesh.polygons), np.int32)
    mesh.loops.foreach_get("vertex_index", corners)
    mesh.polygons.foreach_get("loop_start", starts)
    smooth = np.zeros(len(starts), bool)
    mesh.polygons.foreach_get("use_smooth", smooth)
    bpy.data.batch_remove([obj, curve, mesh])
    co[:, 0] += at
    return co, corners, starts, smooth


def _joined(pieces: list[tuple[np.ndarray, ...]]) -> tuple[np.ndarray, ...]:
    """Meshes as `_piece` returns them, as one."""
    if not pieces:
        return np.zeros((0, 3), np.float32), np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, bool)
    parts, vertices, at = [], 0, 0
    for co, corners, starts, smooth in pieces:
        parts.append((co, corners + vertices, starts + at, smooth))
        vertices, at = vertices + len(co), at + len(corners)
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


FACTORS = ("scale", "enter_scale", "exit_scale")
_KINDS = {np.float32: "FLOAT", np.int32: "INT"}


def points(name: str, data: Points) -> bpy.types.Mesh:
    """The rows of a part as loose vertices with attributes.

    What says nothing is left out, for Blender copies every attribute to every instance in every frame.
    """
    mesh = bpy.data.meshes.new(name)
    mesh.vertices.add(len(data))
    mesh.attributes["position"].data.foreach_set("vector", np.ascontiguousarray(data["position"], np.float32).ravel())
    idle = {name for name in SPARE_FIELDS if np.all(data[name] == POINT_FIELDS[name][2])}
    nothing = idle - {"exit_from", "exit_until"}
    if not np.any(data["origin"]) and {"enter_via", "enter_turn", "enter_scale"} <= idle:
        nothing |= {"origin", "leaves", "arrives"}
    if {"exit", "exit_via", "exit_turn", "exit_scale"} <= idle:
        nothing |= {"exit_from", "exit_until"}
    if not np.any(data["grow_time"]):
        nothing.add("grow_time")
    for field, (dtype, _, default) in POINT_FIELDS.items():
        if field != "position" and field not in nothing:
            # an attribute that is left out reads as 0 in a node group: so factors are kept less 1
            less = default if field in FACTORS else 0
            attribute(mesh, field, (data[field] - less).astype(dtype))
    return mesh


def attribute(mesh, name: str, values: np.ndarray) -> None:
    """Store one value, or one vector of three, per vertex."""
    if values.ndim == 2:
        layer = mesh.attributes.new(name, "FLOAT_VECTOR", "POINT")
        layer.data.foreach_set("vector", np.ascontiguousarray(values, np.float32).ravel())
    else:
        layer = mesh.attributes.new(name, _KINDS[values.dtype.type], "POINT")
        layer.data.foreach_set("value", np.ascontiguousarray(values))
