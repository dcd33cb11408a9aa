# SPDX-License-Identifier: GPL-3.0-or-later
"""What a frame shows, read from the evaluated scene and turned into keys: equal keys, equal pixels.

Every visible thing gives a digest and a footprint on the screen. A tile's key adds up the digests of all things whose
footprint meets it, so that a tile is rendered again only when something in it has changed. Where light could reach
further than a footprint, the whole frame is one tile; where something cannot be accounted for, nothing is reused.
"""

import hashlib
from dataclasses import dataclass

import bpy
import numpy as np

from ..stage import compat

TILE = 16  # pixels
REACH = 2.0  # pixels by which a thing's edge spreads (the pixel filter's radius and rounding)
KNOWN_TYPES = {"MESH", "EMPTY", "CAMERA", "LIGHT", "ARMATURE", "LATTICE", "SPEAKER"}


def unaccounted(scene) -> str | None:
    """Why the frames of a scene cannot be told apart by what we read; None where they can."""
    render = scene.render
    if render.use_motion_blur:
        return "motion blur"
    if render.use_freestyle:
        return "Freestyle lines"
    if render.use_sequencer and scene.sequence_editor and len(scene.sequence_editor.strips_all):
        return "the sequencer"
    if compat.composites(scene):
        return "the compositor"
    for blocks in (bpy.data.materials, bpy.data.worlds, bpy.data.lights, bpy.data.cameras, bpy.data.node_groups):
        for block in blocks:
            for animated in (block, getattr(block, "node_tree", None)):
                data = animated.animation_data if animated is not None else None
                if data and (data.action or len(data.drivers)):
                    return f"animated {block.name!r}"
    for image in bpy.data.images:
        if image.source in ("SEQUENCE", "MOVIE"):
            return f"a moving image, {image.name!r}"
    for thing in scene.objects:
        if thing.type not in KNOWN_TYPES:
            return f"{thing.name!r}, a {thing.type.lower().replace('_', ' ')}"
        if len(thing.particle_systems) or any(m.type in ("FLUID", "CLOTH", "SOFT_BODY") for m in thing.modifiers):
            return f"a simulation on {thing.name!r}"
    return None


def spreads(scene) -> str | None:
    """Why a change may reach beyond a thing's own footprint, so that only whole frames can be reused; None if not."""
    if scene.render.engine != "CYCLES":
        return f"{scene.render.engine.replace('BLENDER_', '').replace('_NEXT', '').title()} draws whole frames"
    cycles = scene.cycles
    if cycles.use_denoising or cycles.use_adaptive_sampling:
        return "the denoiser"
    if cycles.max_bounces or cycles.use_fast_gi:
        return "scattered light"
    for thing in scene.objects:
        if thing.type == "LIGHT" and thing.data.use_shadow and not thing.hide_render:
            return f"the shadows of {thing.name!r}"
    if scene.camera is None or scene.camera.data.type != "ORTHO" or scene.camera.data.dof.use_dof:
        return "the camera"
    return None


@dataclass(frozen=True)
class Snapshot:
    """One frame's things: a 128-bit digest each (two columns), and footprints (x0, y0, x1, y1) from the top left."""

    digests: np.ndarray
    boxes: np.ndarray
    whole: bytes


class Reader:
    """Reads snapshots of a scene. Meshes that cannot change are digested once."""

    def __init__(self, scene):
        self.scene = scene
        self.width = scene.render.resolution_x * scene.render.resolution_percentage // 100
        self.height = scene.render.resolution_y * scene.render.resolution_percentage // 100
        self._still: dict[str, tuple[bytes, np.ndarray]] = {}

    def read(self, depsgraph) -> Snapshot:
        """The current frame, as evaluated."""
        names, matrices, corners = [], [], []
        for instance in depsgraph.object_instances:
            thing = instance.instance_object if instance.is_instance else instance.object
            if thing is None or thing.type != "MESH" or not (instance.is_instance or instance.show_self):
                continue
            name, box = self._mesh(thing, instance.is_instance)
            if box is None:
                continue
            names.append(name)
            matrices.append(instance.matrix_world.copy())
            corners.append(box)
        setting = self._setting(depsgraph)
        count = len(names)
        matrix = np.array([np.array(m) for m in matrices], np.float64).reshape(count, 4, 4)
        digests = np.zeros((count, 2), np.uint64)
        # rounded: the same place reached by another way of arithmetic is the same place
        places = np.round(matrix, 5).astype(np.float32) + np.float32(0)
        for i, name in enumerate(names):
            digest = hashlib.blake2b(name + places[i].tobytes(), digest_size=16).digest()
            digests[i] = np.frombuffer(digest, np.uint64)
        boxes = self._footprints(matrix, np.array(corners).reshape(count, 8, 3), depsgraph)
        with np.errstate(over="ignore"):
            total = digests.sum(axis=0, dtype=np.uint64)
        return Snapshot(digests, boxes, setting + total.tobytes())

    def _mesh(self, thing, instanced: bool):
        """A mesh's digest and the corners of its box; a mesh without faces is nothing to see."""
        key = thing.name
        if key in self._still:
            return self._still[key]
        mesh = thing.data
        if not len(mesh.polygons):
            result = (b"", None)
        else:
            flat = np.empty(len(mesh.vertices) * 3, np.float32)
            mesh.vertices.foreach_get("co", flat)
            co = flat.reshape(-1, 3)
            low, high = co.min(axis=0), co.max(axis=0)
            corner = np.array([[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1])
                               for z in (low[2], high[2])])  # fmt: skip
            looks = ",".join(m.name if m else "" for m in mesh.materials)
            digest = hashlib.blake2b(flat.tobytes() + looks.encode(), digest_size=16).digest()
            result = (digest, corner)
        original = thing.original
        if not original.modifiers and not (original.data.shape_keys or original.data.animation_data):
            self._still[key] = result
        return result

    def _setting(self, depsgraph) -> bytes:
        """Camera, lights and ground: a change of any of them changes every tile."""
        camera = self.scene.camera.evaluated_get(depsgraph)
        data = camera.data
        lens = (data.type, data.ortho_scale, data.lens, data.shift_x, data.shift_y)
        parts = [np.round(np.array(camera.matrix_world), 5).tobytes(), str(lens).encode()]
        for thing in self.scene.objects:
            if thing.type == "LIGHT" and not thing.hide_render:
                light = thing.evaluated_get(depsgraph)
                parts.append(f"{light.data.type} {light.data.energy} {tuple(light.data.color)}".encode())
                parts.append(np.round(np.array(light.matrix_world), 5).tobytes())
        return hashlib.blake2b(b"|".join(parts), digest_size=16).digest()

    def _footprints(self, matrix, corners, depsgraph) -> np.ndarray:
        """Screen boxes of the things, in pixels from the top left."""
        camera = self.scene.camera.evaluated_get(depsgraph)
        view = np.array(camera.matrix_world.normalized().inverted())
        flat = np.einsum("nij,nkj->nki", matrix[:, :3, :3], corners) + matrix[:, None, :3, 3]
        seen = np.einsum("ij,nkj->nki", view[:2, :3], flat) + view[None, None, :2, 3]
        data = camera.data
        longer = max(self.width, self.height)
        pixels = longer / data.ortho_scale if data.type == "ORTHO" else 1.0
        x = seen[..., 0] * pixels + self.width / 2 - data.shift_x * longer
        y = self.height / 2 - seen[..., 1] * pixels + data.shift_y * longer
        return np.stack([x.min(1) - REACH, y.min(1) - REACH, x.max(1) + REACH, y.max(1) + REACH], axis=1)


def tile_keys(snapshot: Snapshot, width: int, height: int) -> np.ndarray:
    """Keys of all tiles, shape (rows, columns, 2): the camera and lights, and whatever meets the tile."""
    rows, columns = -(-height // TILE), -(-width // TILE)
    keys = np.zeros((rows, columns, 2), np.uint64)
    low = np.floor(snapshot.boxes / TILE).astype(int)
    with np.errstate(over="ignore"):
        for (x0, y0, x1, y1), digest in zip(low, snapshot.digests, strict=True):
            if x1 >= 0 and y1 >= 0 and x0 < columns and y0 < rows:
                keys[max(y0, 0) : y1 + 1, max(x0, 0) : x1 + 1] += digest
        return keys + np.frombuffer(snapshot.whole[:16], np.uint64)
