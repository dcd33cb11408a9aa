# SPDX-License-Identifier: GPL-3.0-or-later
"""What a frame shows, read from the evaluated scene and turned into keys: equal keys, equal pixels.

- An object here is a mesh at a place: that of an object in Blender, or one of its instances. It has a
  digest, and a footprint: the tiles that its triangles meet.
- A tile's key adds up the digests of all objects whose footprint meets it, so that it is rendered again only when
  something in it has changed. Sums do not care for an order.
- Places are in the camera's frame of reference, rounded; pictures are made of the rounded places too.
- Everything is done for whole arrays of objects, and nothing again for objects that stayed as they were.
"""

import hashlib
from dataclasses import dataclass
from itertools import combinations, product

import bpy
import numpy as np

from .footprints import Grid, Shape
from .material_analysis import MaterialAnalysis

DEPTH_MARGIN = 0.5  # what is left between one frame's objects and another's, where they lie one behind the other
STEP = 1e-6  # the unit places are rounded to, in the camera's frame of reference
MANY = 20_000  # an object with more instances is one object, the size of all of them
CHUNK = 200_000  # triangles whose footprints are found at once
_A, _B = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
_SHIFT = np.uint64(29)


@dataclass(frozen=True)
class Snapshot:
    """One frame: the numbers of its objects, the keys of its tiles (rows, columns, 2), and which tiles hold an object
    that is not plain. `setting`: camera and lights; `lens`: what the camera shows (see `Reader.lens`). `far`: how far
    before the camera the furthest point lies of what is in the picture; `deep`: a power of two that holds it all."""

    objects: np.ndarray
    keys: np.ndarray
    odd: np.ndarray
    setting: bytes
    lens: tuple
    far: float
    deep: float

    @property
    def whole(self) -> bytes:
        """A key for the whole frame."""
        return hashlib.blake2b(self.keys.tobytes(), digest_size=16).digest()

    def goes_with(self, other: "Snapshot") -> bool:
        """Whether both can be rendered in one scene."""
        return (self.setting, self.deep) == (other.setting, other.deep)


@dataclass(frozen=True)
class _ObjectPart:
    """What one object contributes: objects, and its sums by tile."""

    objects: np.ndarray
    tiles: np.ndarray
    sums: np.ndarray
    odd: np.ndarray


class Reader:
    """Reads snapshots of a scene; remembers shapes, objects and footprints."""

    def __init__(self, scene, tile: int, reach: float, looks: MaterialAnalysis):
        render = scene.render
        self.scene, self.looks, self.tile, self.reach = scene, looks, tile, reach
        self.width = render.resolution_x * render.resolution_percentage // 100
        self.height = render.resolution_y * render.resolution_percentage // 100
        self.shapes: list[Shape] = []
        self.turned: list[np.ndarray] = []  # by kind: triangles (n, 3, 3) in the camera's frame
        self.shape_of: list[int] = []  # by kind
        self._ends: list[tuple[float, float]] = []  # by kind: its nearest and furthest depth
        self.kind = _Growing(np.int32)  # by object
        self.move = _Growing(np.float64, 3)
        self._still: dict[str, int] = {}
        self._shape_numbers: dict[bytes, int] = {}
        self._kinds: dict[int, int] = {}
        self._objects: dict[int, int] = {}
        self._met: list[np.ndarray] = []
        self._depths = _Growing(np.float64, 2)
        self._digest = _Growing(np.uint64, 2)
        self._parts: dict[str, tuple[bytes, _ObjectPart]] = {}

    def read(self, depsgraph) -> Snapshot:
        """The current frame, as evaluated."""
        camera = self.scene.camera.evaluated_get(depsgraph)
        view = np.linalg.inv(np.array(camera.matrix_world.normalized(), dtype=float))
        lens = self.lens(camera.data)
        grid = Grid(self.width, self.height, self.tile, *lens[:2], self.reach)
        setting = self._setting(depsgraph, view, lens)
        raw = {}
        for name, rows in self._raw(depsgraph):
            state = hashlib.blake2b(setting, digest_size=16)
            for number, matrices, extra in rows:
                state.update(b"%d|" % number + matrices.tobytes() + extra)
            raw[name] = (state.digest(), rows)
        fresh = {n: r for n, (state, r) in raw.items() if n not in self._parts or self._parts[n][0] != state}
        parts = self._made(fresh, view, grid, setting)
        self._parts = {n: (s, parts[n] if n in parts else self._parts[n][1]) for n, (s, _) in raw.items()}
        objects = [part.objects for _, part in self._parts.values()]
        objects = np.concatenate(objects) if objects else np.empty(0, int)
        far, deep = self._depth(objects)
        count = grid.shape[0] * grid.shape[1]
        keys, odd = np.zeros((count, 2), np.uint64), np.zeros(count, bool)
        # depths are rounded to a fraction of the deepest (see `batch_scene`), which a pixel may show
        keys += np.frombuffer(hashlib.blake2b(setting + b"%d" % deep, digest_size=16).digest(), np.uint64)
        with np.errstate(over="ignore"):
            for _, part in self._parts.values():
                keys[part.tiles] += part.sums
                odd[part.odd] = True
            # the place belongs to the key: rays through another pixel are other rays
            keys = _mix(keys, np.arange(count, dtype=np.uint64)[:, None])
        return Snapshot(objects, keys.reshape(*grid.shape, 2), odd.reshape(grid.shape), setting, lens, far, deep)

    def _depth(self, objects) -> tuple[float, float]:
        """How far the furthest of these objects reaches, and a power of two: the room they take with some between."""
        near, far = self._depths.values[objects].T if len(objects) else np.zeros((2, 1))
        near, far = float(near.min()), max(float(far.max()), 0.0)
        room = far + DEPTH_MARGIN + max(DEPTH_MARGIN - near, 0.0) if np.isfinite(near) else 1.0
        return far, 2.0 ** np.ceil(np.log2(room))

    def lens(self, camera) -> tuple:
        """Pixels per unit, the place in the picture (in pixels) of the point the camera looks at, type and settings."""
        fit = {"HORIZONTAL": self.width, "VERTICAL": self.height}.get(camera.sensor_fit, max(self.width, self.height))
        scale = fit / camera.ortho_scale if camera.type == "ORTHO" else 1.0
        middle = self.width / 2 - camera.shift_x * fit, self.height / 2 + camera.shift_y * fit
        more = camera.type, camera.ortho_scale, camera.lens, camera.shift_x, camera.shift_y
        return scale, middle, *more, camera.clip_start, camera.clip_end

    def meeting(self, snapshot: Snapshot, tiles: np.ndarray) -> np.ndarray:
        """The objects of a snapshot that meet one of the tiles (a mask of all tiles)."""
        if not len(snapshot.objects):
            return snapshot.objects
        met = [self._met[i] for i in snapshot.objects]
        counts = np.array([len(m) for m in met])
        hits = np.concatenate([[0], np.cumsum(tiles.ravel()[np.concatenate(met)])])
        ends = np.cumsum(counts)
        return snapshot.objects[hits[ends] > hits[ends - counts]]

    # Reading Blender

    def _raw(self, depsgraph):
        """(object name, [(shape number, matrices (n, 4, 4) in the world, what else its looks depend on)])."""
        legacy, layer = set(), depsgraph.view_layer
        for obj in self.scene.objects:
            if obj.type != "MESH" or not obj.visible_get(view_layer=layer):
                continue
            if obj.instance_type != "NONE":
                legacy.add(obj.name)
                continue
            evaluated = obj.evaluated_get(depsgraph)
            world = np.array(evaluated.matrix_world, dtype=float)
            try:
                rows = list(self._geometry(evaluated, evaluated.evaluated_geometry(), world[None]))
            except NotImplementedError:
                legacy.add(obj.name)
                continue
            if sum(len(matrices) for _, matrices, _ in rows) > MANY:
                rows = self._crowd(rows)
            yield obj.name, rows
        if legacy:
            yield from self._one_by_one(depsgraph, legacy)

    def _geometry(self, owner, geometry, matrices, extra=b""):
        """A geometry set's own mesh and its instances, however deep."""
        mesh = geometry.mesh
        if mesh is not None and len(mesh.polygons):
            yield self._shape(owner, mesh), matrices, extra
        cloud = geometry.instances_pointcloud()
        if cloud is None or not len(cloud.points):
            return
        count = len(cloud.points)
        places, which = np.empty(count * 16, np.float32), np.empty(count, np.int32)
        cloud.attributes["instance_transform"].data.foreach_get("value", places)
        cloud.attributes[".reference_index"].data.foreach_get("value", which)
        places = places.reshape(-1, 4, 4).transpose(0, 2, 1).astype(float)
        for name in sorted(self.looks.instance_attributes):
            extra += name.encode() + _bytes_of(cloud.attributes.get(name))
        for index, reference in enumerate(geometry.instance_references()):
            chosen = np.flatnonzero(which == index)
            if not len(chosen):
                continue
            placed = np.einsum("aij,bjk->abik", matrices, places[chosen]).reshape(-1, 4, 4)
            if isinstance(reference, bpy.types.Object):
                if reference.type != "MESH" or reference.instance_type != "NONE":
                    raise NotImplementedError
                if reference.original.modifiers:
                    yield from self._geometry(reference, reference.evaluated_geometry(), placed, extra)
                else:
                    number = self._shape(reference, reference.data)
                    if number >= 0:
                        yield number, placed, extra
            elif isinstance(reference, bpy.types.GeometrySet):
                yield from self._geometry(None, reference, placed, extra)
            else:
                raise NotImplementedError

    def _crowd(self, rows):
        """Very many objects as one, the size of the box around them all."""
        state, low, high = hashlib.blake2b(digest_size=16), np.full(3, np.inf), np.full(3, -np.inf)
        for number, matrices, extra in rows:
            state.update(self.shapes[number].digest + matrices.tobytes() + extra)
            triangles = self.shapes[number].triangles
            for x, y, z in _corners(triangles.min(axis=(0, 1)), triangles.max(axis=(0, 1))):
                places = matrices[:, :3] @ np.array([x, y, z, 1.0])
                low, high = np.minimum(low, places.min(axis=0)), np.maximum(high, places.max(axis=0))
        corners = np.array(_corners(low, high))
        box = np.array([corners[list(c)] for c in combinations(range(8), 3)])
        shape = Shape(state.digest(), box, np.zeros(len(box), np.int32), (), plain=False)
        if shape.digest not in self._shape_numbers:
            self._shape_numbers[shape.digest] = len(self.shapes)
            self.shapes.append(shape)
        return [(self._shape_numbers[shape.digest], np.eye(4)[None], b"")]

    def _one_by_one(self, depsgraph, names):
        """The slow way, for what geometry sets do not tell: instancing by vertices, faces or collections."""
        found = {name: [] for name in names}
        for instance in depsgraph.object_instances:
            owner = instance.parent if instance.is_instance else instance.object
            if owner.original.name not in names or not (instance.is_instance or instance.show_self):
                continue
            obj = instance.instance_object if instance.is_instance else instance.object
            if obj.type == "MESH" and (number := self._shape(obj, obj.data)) >= 0:
                found[owner.original.name].append((number, np.array(instance.matrix_world, dtype=float)[None], b""))
        yield from found.items()

    def _shape(self, obj, mesh) -> int:
        """A mesh's number, -1 without faces. An object's, without modifiers, is the same in every frame."""
        original = obj.original if obj is not None else None
        still = original is not None and not (
            original.modifiers or original.data.shape_keys or original.data.animation_data
        )
        if still and original.name in self._still:
            return self._still[original.name]
        slots = obj.material_slots if obj is not None else ()
        materials = [s.material for s in slots] if len(slots) else list(mesh.materials)
        shape = Shape.of_mesh(mesh, tuple(m.name if m else "" for m in materials), self.looks.attributes)
        number = -1
        if shape is not None:
            plain = shape.plain and self.looks.plain(shape.looks) and (original is None or _seen_as_usual(original))
            seen = shape.digest + bytes([plain])
            if seen not in self._shape_numbers:
                self._shape_numbers[seen] = len(self.shapes)
                object.__setattr__(shape, "plain", plain)
                self.shapes.append(shape)
            number = self._shape_numbers[seen]
        if still:
            self._still[original.name] = number
        return number

    def _setting(self, depsgraph, view, lens) -> bytes:
        """Camera, lights and ground: a change of any of them changes every tile."""
        parts = [repr(lens).encode()]
        for obj in self.scene.objects:
            if obj.type == "LIGHT" and not obj.hide_render:
                light = obj.evaluated_get(depsgraph)
                turn = np.round((view @ np.array(light.matrix_world, dtype=float)) / STEP).astype(np.int64)
                turn = turn[:3, :3] if light.data.type == "SUN" else turn
                parts.append(f"{light.data.type} {light.data.energy} {tuple(light.data.color)}".encode())
                parts.append(turn.tobytes())
        return b"|".join(parts)

    # Things

    def _made(self, raw, view, grid, setting) -> dict[str, _ObjectPart]:
        """Parts of objects that have changed: digests of all their objects at once, footprints of the new ones."""
        rows = [(n, number, matrices, extra) for n, lot in raw.items() for number, matrices, extra in lot]
        if not rows:
            return dict.fromkeys(raw, _EMPTY)
        counts = [len(m) for _, _, m, _ in rows]
        shape = np.repeat([r[1] for r in rows], counts)
        placed = np.einsum("ij,njk->nik", view[:3], np.concatenate([r[2] for r in rows]))
        units = np.rint(placed / STEP).astype(np.int64)
        start = [self.shapes[number].digest + extra for _, number, _, extra in rows]
        start = np.frombuffer(b"".join(hashlib.blake2b(s, digest_size=16).digest() for s in start), np.uint64)
        turned = np.repeat(start.reshape(-1, 2), counts, axis=0)
        with np.errstate(over="ignore"):
            # a camera's lens is part of a footprint
            turned = _mix(turned, np.frombuffer(hashlib.blake2b(setting, digest_size=8).digest(), np.uint64))
            for i in range(3):
                for j in range(3):
                    turned = _mix(turned, units[:, i, j].view(np.uint64)[:, None])
            digest = turned
            for i in range(3):
                digest = _mix(digest, units[:, i, 3].view(np.uint64)[:, None])
        known = self._objects
        numbers = np.array([known.get(d, -1) for d in digest[:, 0].tolist()], int)
        if (numbers < 0).any():
            self._learn(np.flatnonzero(numbers < 0), shape, units, turned, digest, grid)
            numbers = np.array([known[d] for d in digest[:, 0].tolist()], int)
        result, at = dict.fromkeys(raw, _EMPTY), 0
        for name, lot in raw.items():
            count = sum(len(m) for _, m, _ in lot)
            if count:
                result[name] = self._part(numbers[at : at + count])
            at += count
        return result

    def _learn(self, new, shape, units, turned, digest, grid):
        """Give new objects a number, a kind (a shape and how it is turned) and a footprint."""
        _, first = np.unique(digest[new, 0], return_index=True)
        new = new[np.sort(first)]
        kinds = np.empty(len(new), int)
        for n, row in enumerate(new):
            key = int(turned[row, 0])
            if key not in self._kinds:
                self._kinds[key] = len(self.turned)
                turn = units[row, :, :3] * STEP
                self.turned.append(self.shapes[shape[row]].triangles @ turn.T)
                self._ends.append((-self.turned[-1][..., 2].max(), -self.turned[-1][..., 2].min()))
                self.shape_of.append(int(shape[row]))
            kinds[n] = self._kinds[key]
        begin = len(self._met)
        moves = units[new, :, 3] * STEP
        self._met += [None] * len(new)
        for kind in np.unique(kinds):
            mine = np.flatnonzero(kinds == kind)
            triangles = self.turned[kind]
            size = max(1, CHUNK // len(triangles))
            for some in (mine[i : i + size] for i in range(0, len(mine), size)):
                seen = grid.tiles(triangles[None] + moves[some][:, None, None, :]).reshape(-1, 3, 2)
                owner, tiles = grid.met(seen, np.repeat(np.arange(len(some)), len(triangles)))
                ends = np.searchsorted(owner, np.arange(len(some) + 1))
                for n, i in enumerate(some):
                    self._met[begin + i] = tiles[ends[n] : ends[n + 1]]
        self.kind.extend(kinds)
        self.move.extend(moves)
        ends = np.array(self._ends)[kinds] - moves[:, 2:]
        ends[[not len(self._met[begin + i]) for i in range(len(new))]] = np.inf, -np.inf  # out of the picture
        self._depths.extend(ends)
        self._digest.extend(digest[new])
        self._objects.update(zip(digest[new, 0].tolist(), range(begin, begin + len(new)), strict=True))

    def _part(self, numbers) -> _ObjectPart:
        met = [self._met[i] for i in numbers]
        tiles = np.concatenate(met)
        owner = np.repeat(numbers, [len(m) for m in met])
        unique, place = np.unique(tiles, return_inverse=True)
        sums = np.zeros((len(unique), 2), np.uint64)
        with np.errstate(over="ignore"):
            np.add.at(sums, place, self._digest.values[owner])
        odd_kind = np.array([not self.shapes[s].plain for s in self.shape_of], bool)
        odd = np.unique(tiles[odd_kind[self.kind.values[owner]]])
        return _ObjectPart(numbers, unique, sums, odd)


_EMPTY = _ObjectPart(np.empty(0, int), np.empty(0, int), np.empty((0, 2), np.uint64), np.empty(0, int))


class _Growing:
    """An array that rows are added to."""

    def __init__(self, dtype, *shape):
        self._rows, self._count = np.empty((16, *shape), dtype), 0

    @property
    def values(self) -> np.ndarray:
        return self._rows[: self._count]

    def extend(self, rows) -> None:
        needed = self._count + len(rows)
        if needed > len(self._rows):
            self._rows = np.concatenate([self.values, np.empty((needed, *self._rows.shape[1:]), self._rows.dtype)])
        self._rows[self._count : needed] = rows
        self._count = needed


def _mix(state, value):
    """Two 64-bit digests per row, stirred with one more number each."""
    state = (state ^ value) * np.array([_A, _B])
    return state ^ (state >> _SHIFT)


def _corners(low, high):
    return list(product(*zip(low, high, strict=True)))


def _bytes_of(attribute) -> bytes:
    """An attribute's values; what cannot be read in bulk is read one by one."""
    if attribute is None:
        return b""
    widths = {"FLOAT": ("value", np.float32, 1), "INT": ("value", np.int32, 1), "BOOLEAN": ("value", bool, 1),
              "FLOAT_VECTOR": ("vector", np.float32, 3), "FLOAT_COLOR": ("color", np.float32, 4)}  # fmt: skip
    if attribute.data_type not in widths:
        return repr([getattr(v, "value", None) for v in attribute.data]).encode()
    name, dtype, width = widths[attribute.data_type]
    flat = np.empty(len(attribute.data) * width, dtype)
    attribute.data.foreach_get(name, flat)
    return flat.tobytes()


def _seen_as_usual(obj) -> bool:
    """Whether the camera sees an object, and as what it is."""
    return obj.visible_camera and not (obj.is_holdout or obj.is_shadow_catcher)
