# SPDX-License-Identifier: GPL-3.0-or-later
"""A quick look at single objects of the evaluated scene, at any time, whole frame or not.

What `seeing.Frame` reads of everything, instance by instance, is read here of one object in a few arrays: the
instances that its evaluated geometry really has. `agrees` holds the two against each other.
"""

from dataclasses import dataclass

import numpy as np

from .seeing import Frame, Shape, bpy, color_of


@dataclass
class Parts:
    """The instances of one object: places and turns in its own units, and which prototype each one is."""

    places: np.ndarray
    turns: np.ndarray  # (n, 3, 3)
    kinds: list  # per instance a Kind

    def only(self, keep) -> "Parts":
        keep = np.asarray(keep, bool)
        return Parts(self.places[keep], self.turns[keep], [k for k, own in zip(self.kinds, keep, strict=True) if own])


@dataclass(eq=False)
class Kind:
    """A prototype that is instanced: its mesh, its colour, the text it claims to spell."""

    shape: Shape
    color: tuple
    text: str | None


class Glance:
    """The scene at a time (seconds); objects are read when they are asked for."""

    known: dict  # prototypes by name, kept from one glance to the next

    def __init__(self, stage, second: float, known: dict):
        at = 1 + second * stage.plan.fps
        whole = int(np.floor(at + 1e-6))
        stage.scene.frame_set(whole, subframe=float(min(max(at - whole, 0.0), 0.999)))
        self.stage, self.known, self.number = stage, known, round(at, 3)
        self.depsgraph = bpy.context.evaluated_depsgraph_get()
        self._parts: dict[str, Parts] = {}

    def thing(self, role: str):
        thing = self.stage.built.objects[role]
        assert not thing.hide_render, f"{role} is not rendered"
        return thing.evaluated_get(self.depsgraph)

    def parts(self, role: str) -> Parts:
        """All that is instanced on an object."""
        if role not in self._parts:
            geometry = self.thing(role).evaluated_geometry()
            cloud = geometry.instances_pointcloud()
            if cloud is None:
                return Parts(np.zeros((0, 3)), np.zeros((0, 3, 3)), [])
            count = len(cloud.attributes["instance_transform"].data)
            flat, index = np.zeros(16 * count, np.float32), np.zeros(count, np.int32)
            cloud.attributes["instance_transform"].data.foreach_get("value", flat)
            cloud.attributes[".reference_index"].data.foreach_get("value", index)
            # a matrix is stored column by column
            matrices = flat.reshape(-1, 4, 4).transpose(0, 2, 1)
            kinds = [self.kind(thing) for thing in geometry.instance_references()]
            self._parts[role] = Parts(matrices[:, :3, 3], matrices[:, :3, :3], [kinds[i] for i in index])
        return self._parts[role]

    def kind(self, thing) -> Kind:
        name = thing.name
        if name not in self.known:
            original = thing.original
            assert not original.hide_render, f"{name} is not rendered"
            material = original.material_slots[0].material
            self.known[name] = Kind(Shape.of(original.data), color_of(material), original.data.get("text"))
        return self.known[name]

    def cells(self, role: str) -> Parts:
        parts = self.parts(role)
        return parts.only([not k.shape.flat for k in parts.kinds])

    def labels(self, role: str) -> Parts:
        parts = self.parts(role)
        return parts.only([k.shape.flat for k in parts.kinds])

    def box(self, role: str) -> np.ndarray | None:
        """The lowest and the highest coordinates that an object's own mesh reaches, in its parent's units."""
        thing = self.thing(role)
        mesh = thing.data
        if not len(mesh.vertices):
            return None
        flat = np.zeros(3 * len(mesh.vertices), np.float32)
        mesh.vertices.foreach_get("co", flat)
        at = flat.reshape(-1, 3) @ np.array(thing.matrix_local)[:3, :3].T + np.array(thing.matrix_local)[:3, 3]
        return np.array([at.min(axis=0), at.max(axis=0)])


def agrees(frame: Frame, glance: Glance, role: str) -> bool:
    """Whether both readers see the same things of a role at the same places."""
    def listed(places, shapes):
        return sorted((*np.round(p, 3).tolist(), len(s.vertices), round(float(s.high[0]), 4))
                      for p, s in zip(places, shapes, strict=True))  # fmt: skip

    slow, quick = frame.of(role), glance.parts(role)
    one = listed([s.local for s in slow], [s.shape for s in slow])
    return one == listed(quick.places, [k.shape for k in quick.kinds])
