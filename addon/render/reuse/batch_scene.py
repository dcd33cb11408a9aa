# SPDX-License-Identifier: GPL-3.0-or-later
"""Pieces of many frames, rendered in one still scene: nothing is evaluated or sent to the renderer twice.

Every frame's missing pieces lie in a layer of their own, one behind the other along the camera's view; the camera steps
from layer to layer and sees one at a time. Sideways everything is exactly where it is in its frame, and depths are
multiples of a power of two, so that a pixel comes out the same, bit by bit, in whatever layer its frame happens to lie.
"""

from dataclasses import dataclass

import bpy
import numpy as np

from . import flat_shading
from .snapshot import DEPTH_MARGIN, Reader, Snapshot

LAYERS = 2  # more of them gain nothing, and cost bits of depth
BITS = 25  # of a float, its sign included: what all layers' depths together are told apart by
TURNS = 251  # depths that faces are told apart by; a figure's cells are 2^17 of them wide


@dataclass(frozen=True)
class TileBatch:
    """The missing tiles (a mask) of one frame, the numbers of all its tiles, and which frame it is."""

    snapshot: Snapshot
    missing: np.ndarray
    tiles: np.ndarray
    frame: int


class BatchScene:
    """A scene of its own, beside `scene` and with its settings, that renders pieces."""

    def __init__(self, scene, reader: Reader):
        self.source, self.reader = scene, reader
        self.scene = scene.copy()
        self.scene.name = "Convolume strip"
        self.scene.animation_data_clear()
        for child in list(self.scene.collection.children):
            self.scene.collection.children.unlink(child)
        for obj in list(self.scene.collection.objects):
            self.scene.collection.objects.unlink(obj)
        self.objects: list = []
        self.camera = self._add("camera", bpy.data.cameras.new("Convolume strip"))
        self.scene.camera = self.camera
        self.mesh = self._add("mesh", bpy.data.meshes.new("Convolume strip"))
        for ray in ("diffuse", "glossy", "transmission", "volume_scatter", "shadow"):
            setattr(self.mesh, f"visible_{ray}", False)
        self.lights: dict = {}
        self.suns = None
        self.paint = flat_shading.material()
        self.mesh.data.materials.append(self.paint)
        self.slots: dict[str, int] = {}
        self.mixtures: dict[str, tuple | None] = {}
        self.ranks: dict[int, np.ndarray] = {}
        self.painted: dict[int, tuple[np.ndarray, np.ndarray]] = {}  # by kind: slots and colours

    def _add(self, name, data):
        obj = bpy.data.objects.new(f"Convolume strip {name}", data)
        self.scene.collection.objects.link(obj)
        self.objects.append(obj)
        return obj

    def close(self) -> None:
        """Leave the file as it was."""
        data = [self.camera.data, self.mesh.data, self.paint]
        # frees what the renderer keeps of this scene: once that is gone, Blender would crash over it
        self.scene.render.use_persistent_data = False
        bpy.data.scenes.remove(self.scene)
        bpy.data.batch_remove(self.objects + data)

    def set_lights(self, depsgraph) -> None:
        """Take over the lights of the evaluated frame, as the camera sees them."""
        source = self.source
        view = source.camera.evaluated_get(depsgraph).matrix_world.normalized().inverted()
        self.painted, self.ranks = {}, {}
        self.suns = flat_shading.suns(source, np.array(view, dtype=float), depsgraph)
        # made once and then turned: with objects that come and go, Blender sorts out anew what depends on what
        for obj in source.objects:
            if obj.type == "LIGHT" and not obj.hide_render:
                if obj.name_full not in self.lights:
                    self.lights[obj.name_full] = self._add("light", obj.data)
                self.lights[obj.name_full].matrix_world = view @ obj.evaluated_get(depsgraph).matrix_world

    def fill(self, batches: list[TileBatch]) -> None:
        """Make the scene of these pieces, `LAYERS` at most, that go with each other."""
        deep = batches[0].snapshot.deep
        unit = deep * LAYERS / 2.0**BITS
        self.places = [(k + 1 - len(batches) / 2) * deep for k in range(len(batches))]
        corners, looks, colors = [], [], []
        attributes = {name: [] for name in sorted(self.reader.looks.attributes)}
        for batch, place in zip(batches, self.places, strict=True):
            for kind, triangles, which, own in self._triangles(batch):
                shape = self.reader.shapes[self.reader.shape_of[kind]]
                slots, color = self._painted(kind, shape)
                layers = ((self._ranks(kind, slots, color)[which] + own) % TURNS)[:, None]
                triangles[..., 2] = np.rint(triangles[..., 2] / unit + layers) * unit + place
                corners.append(triangles.astype(np.float32))
                looks.append(slots[which])
                colors.append(color[which])
                for name, values in attributes.items():
                    more = shape.attributes.get(name)
                    values.append(np.zeros((len(which), 3), np.float32) if more is None else more[which])
        mesh = self.mesh.data
        mesh.clear_geometry()
        if corners:
            self._write(mesh, np.concatenate(corners), np.concatenate(looks), np.concatenate(colors),
                        {n: np.concatenate(v) for n, v in attributes.items()})  # fmt: skip
        lens = batches[0].snapshot.lens
        camera = self.camera.data
        camera.type, camera.ortho_scale, camera.sensor_fit = "ORTHO", lens[3], self.source.camera.data.sensor_fit
        camera.shift_x, camera.shift_y = lens[5], lens[6]
        camera.clip_start = lens[7]
        camera.clip_end = min(lens[8], max(batch.snapshot.far for batch in batches) + DEPTH_MARGIN / 2)

    def look_at(self, layer: int) -> None:
        """Move the camera before a layer of the scene."""
        self.camera.location = (0.0, 0.0, self.places[layer])

    def _triangles(self, batch: TileBatch):
        """(kind of object, triangles in the camera's frame, their numbers, a number of each one's place) of what meets
        the missing tiles."""
        reader, snapshot = self.reader, batch.snapshot
        rows, columns = batch.missing.shape
        # how many missing tiles lie left of and above: four look-ups say whether there is one in a box
        table = np.zeros((rows + 1, columns + 1), np.int32)
        table[1:, 1:] = batch.missing.cumsum(axis=0).cumsum(axis=1)
        scale, middle = snapshot.lens[0], snapshot.lens[1]
        objects = reader.meeting(snapshot, batch.missing)
        kinds = reader.kind.values[objects]
        for kind in np.unique(kinds):
            moves = reader.move.values[objects[kinds == kind]]
            triangles = reader.turned[kind][None] + moves[:, None, None, :]
            x = (triangles[..., 0] * scale + middle[0]) / reader.tile
            y = (middle[1] - triangles[..., 1] * scale) / reader.tile
            reach = reader.reach / reader.tile
            x0 = np.clip(np.floor(x.min(axis=2) - reach), 0, columns).astype(int)
            x1 = np.clip(np.floor(x.max(axis=2) + reach) + 1, 0, columns).astype(int)
            y0 = np.clip(np.floor(y.min(axis=2) - reach), 0, rows).astype(int)
            y1 = np.clip(np.floor(y.max(axis=2) + reach) + 1, 0, rows).astype(int)
            meets = (table[y1, x1] - table[y0, x1] - table[y1, x0] + table[y0, x0]) > 0
            if not meets.any():
                continue
            owner, number = np.nonzero(meets)
            # of two alike, too, faces may lie in one plane: so their places decide as well
            own = np.rint(moves[:, :2] * 997.0).astype(np.int64) @ (7, 13)
            yield kind, triangles[meets], number, own[owner]

    def _painted(self, kind: int, shape) -> tuple[np.ndarray, np.ndarray]:
        """Material slots of a kind's triangles and colours of their corners: slot 0 shows the colours, the
        others are materials."""
        if kind not in self.painted:
            slots, colors = np.zeros(len(shape.material), np.int32), np.zeros((len(shape.material), 3, 4), np.float32)
            looks = shape.looks or ("",)
            places = np.minimum(shape.material, len(looks) - 1)
            for place, name in enumerate(looks):
                if name not in self.mixtures:
                    self.mixtures[name] = flat_shading.mixture(bpy.data.materials.get(name)) if name else None
                mine = places == place
                if self.suns is None or self.mixtures[name] is None:
                    slots[mine] = self._slot(name)
                else:
                    own = {key: values[mine] for key, values in shape.attributes.items()}
                    colors[mine] = flat_shading.colors(self.reader.turned[kind][mine], self.mixtures[name],
                    self.suns, own)
            self.painted[kind] = slots, colors
        return self.painted[kind]

    def _ranks(self, kind: int, slots: np.ndarray, color: np.ndarray) -> np.ndarray:
        """A small whole number for each of a kind's triangles, another one where faces meet at an angle.

        Moved towards the camera by so many units, they seldom lie at one depth where they meet: else it would hang on
        the order of looking which of them a ray hits. What may be seen through has another one for each triangle:
        where two meet, a ray passes both or one. So has what is not of one colour: two that meet in one plane are
        interpolated each from its own corners.
        """
        if kind not in self.ranks:
            triangles = self.reader.turned[kind]
            normal = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
            length = np.linalg.norm(normal, axis=1, keepdims=True)
            normal = np.rint(normal / np.where(length > 0, length, 1.0) * 100)
            _, rank = np.unique(normal, axis=0, return_inverse=True)
            # and another one for each shape: of two neighbours, faces may lie in one plane
            own = int.from_bytes(self.reader.shapes[self.reader.shape_of[kind]].digest[:4], "little")
            alone = (slots > 0) | (color != color[:, :1]).any(axis=(1, 2))
            self.ranks[kind] = (np.where(alone, np.arange(len(rank)), rank.ravel()) + own) % TURNS
        return self.ranks[kind]

    def _slot(self, name: str) -> int:
        if name not in self.slots:
            self.slots[name] = len(self.mesh.data.materials)
            self.mesh.data.materials.append(bpy.data.materials[name] if name else None)
        return self.slots[name]

    @staticmethod
    def _write(mesh, corners, looks, colors, attributes) -> None:
        count = len(corners)
        mesh.vertices.add(3 * count)
        mesh.loops.add(3 * count)
        mesh.polygons.add(count)
        mesh.polygons.foreach_set("loop_start", np.arange(0, 3 * count, 3, dtype=np.int32))
        # as attributes they are copied at once; as properties of vertices, loops and faces, one by one
        mesh.attributes["position"].data.foreach_set("vector", corners.ravel())
        mesh.attributes[".corner_vert"].data.foreach_set("value", np.arange(3 * count, dtype=np.int32))
        layer = mesh.attributes.new("material_index", "INT", "FACE")
        layer.data.foreach_set("value", looks.astype(np.int32, copy=False))
        flat = mesh.attributes.new("sharp_face", "BOOLEAN", "FACE")
        flat.data.foreach_set("value", np.ones(count, bool))
        layer = mesh.attributes.new(flat_shading.ATTRIBUTE, "FLOAT_COLOR", "POINT")
        layer.data.foreach_set("color", colors.ravel())
        for name, values in attributes.items():
            layer = mesh.attributes.new(name, "FLOAT", "POINT")
            layer.data.foreach_set("value", np.ascontiguousarray(values, np.float32).ravel())
        mesh.update()
