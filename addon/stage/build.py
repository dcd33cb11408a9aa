# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan becomes Blender objects: one per volume, window, text block and line set, all in one collection.

Every object carries its role ("convolume_role") and its figure ("convolume_figure"); nothing outside the figure's own
collection is touched. A figure that stands already is updated in place, by role, with what the user made of it
(tweaks.py). Scene-wide settings are made by scene_wide.py, on its own.
"""

import math
from dataclasses import dataclass, field

import bpy
import numpy as np
from mathutils import Matrix, Vector

from ..story.plan.plan import Plan, Points, Volume, Window, Words
from ..story.plan.schedule import by_clock, riding
from . import compat, keyframes, materials, meshes, solids, trees, tweaks
from .ownership import FIGURE, ROLE

CAMERA_DISTANCE, SCREEN_DISTANCE = 100.0, 30.0
FLOOR = "Convolume floor"
_AXIS = {"x": 0, "y": 1, "z": 2}


@dataclass(frozen=True)
class Built:
    """What `build` made: the figure's collection and its objects by role; what became of a user's changes.

    `frames` is its length with the clock as it is now.
    """

    collection: bpy.types.Collection
    objects: dict[str, bpy.types.Object]
    report: tweaks.UpdateReport = field(default_factory=tweaks.UpdateReport)
    frames: int = 0

    @property
    def controller(self):
        return self.objects["clock"]

    @property
    def camera(self):
        return self.objects["camera"]


def basis(azimuth: float, elevation: float) -> Matrix:
    """Columns: screen right, into the picture, screen up, for a camera at these angles (degrees)."""
    a, e = math.radians(azimuth), math.radians(elevation)
    right = Vector((math.cos(a), math.sin(a), 0.0))
    toward = Vector((math.sin(a) * math.cos(e), -math.cos(a) * math.cos(e), math.sin(e)))
    return Matrix((right, -toward, right.cross(-toward))).transposed()


class _Builder:
    def __init__(self, plan: Plan, collection: bpy.types.Collection, before: tweaks.PreviousBuild):
        self.plan, self.collection, self.before = plan, collection, before
        self.objects: dict[str, bpy.types.Object] = {}
        self.lit: dict[str, str | None] = {}  # the tracks that volumes are lit by
        self.planned: dict[str, dict] = {}  # role: {"path[index]": keys}
        self.picture: bpy.types.Image | None = None  # of the light on the floor
        self.frames = plan.frames
        self.leftward = plan.view.azimuth < 0
        self.materials = {m.name: materials.shared(m, plan.light) for m in plan.materials if m.kind != "floor"}
        self.basis = basis(plan.view.azimuth, plan.view.elevation)

    def add(self, role: str, name: str, data, parent=None) -> bpy.types.Object:
        obj = self.before.objects.get(role)
        if obj is None or obj.type != (data.id_type if data else "EMPTY"):
            obj = self.object(name, data)
            obj[ROLE] = role
            self.collection.objects.link(obj)
        else:
            self.renew(obj, role, name, data)
        if parent is not None:
            obj.parent = parent
            obj.matrix_parent_inverse = Matrix.Identity(4)
        self.objects[role] = obj
        return obj

    def renew(self, obj, role: str, name: str, data) -> None:
        """Bring a standing object to the state of a new one; only what a build writes is written."""
        if data is not None and obj.data != data:
            obj.data = data
        if role not in self.before.names:
            obj.name = name
        obj.parent = None
        obj.rotation_mode = "XYZ"
        obj.location, obj.rotation_euler, obj.scale = (0, 0, 0), (0, 0, 0), (1, 1, 1)
        for curve in [c for c in compat.curves(obj) if f"{c.data_path}[{c.array_index}]" in self.before.ours(role)]:
            if (role, curve.data_path, curve.array_index) not in self.before.curves:
                curve.keyframe_points.clear()

    def standing(self, role: str, kind: str, make):
        """A standing object's camera or lamp, else a new one."""
        obj = self.before.objects.get(role)
        return obj.data if obj is not None and obj.type == kind else make()

    def object(self, name: str, data) -> bpy.types.Object:
        """An object of the figure. No ray but the camera's meets a mesh: Cycles sends one where none may bounce."""
        obj = bpy.data.objects.new(name, data)
        obj[FIGURE] = self.plan.id
        if isinstance(data, bpy.types.Mesh):
            data[FIGURE] = self.plan.id
            for ray in ("diffuse", "glossy", "transmission", "volume_scatter") if self.plan.light != "studio" else ():
                setattr(obj, f"visible_{ray}", False)
        return obj

    def prototypes(self, kind: str, made: list[bpy.types.Mesh]) -> list[bpy.types.Object]:
        """The meshes to instance, as objects that no scene shows. Their names keep their order in a collection."""
        # short names: 4.5 LTS cuts at 63 bytes, and the number in it is what keeps the order
        return [self.object(f"Convolume {kind} {index:06d}", mesh) for index, mesh in enumerate(made)]

    def chosen(self, kind: str, made: list[bpy.types.Object], points: Points, fields) -> tuple:
        """A collection of the prototypes that a part's rows name, and the rows with their numbers in it.

        An evaluation looks at everything in a collection: with one for the whole figure it took twice as long.
        """
        named = np.unique(np.concatenate([points[field] for field in fields]))
        named = named[named >= 0]
        group = bpy.data.collections.new(f"Convolume {kind}")
        group[FIGURE] = self.plan.id
        for index in named:
            group.objects.link(made[index])
        places = {f: np.where(points[f] >= 0, np.searchsorted(named, points[f]), points[f]) for f in fields}
        return group, Points({**points.data, **places})

    def run(self) -> Built:
        plan = self.plan
        controller = self.add("clock", "Convolume clock", None)
        controller["step"] = 0.0
        controller.empty_display_size = 0.3
        self.controller = controller
        self.camera()
        cubes = []
        for index, kind in enumerate(plan.cubes):
            mesh = solids.shape(f"{kind.shape} {index}", kind.shape, closed=plan.light == "studio")
            mesh.materials.append(self.materials[kind.material])
            cubes.append(mesh)
        labels, face = [], meshes.font()
        for label in plan.labels:
            mesh = meshes.text(label.text[:40] or "empty", label.text, label.anchor, face)
            mesh["text"] = label.text
            mesh.materials.append(self.materials[label.material])
            labels.append(mesh)
        # the texts are meshes now; loading a font counts as a use of it, so its users are looked for
        if face is not None and not bpy.data.user_map(subset=[face])[face]:
            bpy.data.fonts.remove(face)
        self.cubes, self.labels = self.prototypes("cubes", cubes), self.prototypes("labels", labels)
        # no scene shows them: node groups read their meshes
        self.tracks = {t.role: self.object(f"Convolume {t.role}", meshes.points(t.role, Points.make(t.places)))
                       for t in plan.tracks}
        if plan.floor is not None:
            self.floor(plan.floor)
        for volume in plan.volumes:
            self.volume(volume)
        for words in plan.words:
            self.words(words)
        for window in plan.windows:
            self.window(window)
        for name, channel in plan.channels.items():
            self.key(name, channel)
        idle = {o for o in (*self.cubes, *self.labels) if not o.users}
        bpy.data.batch_remove(idle | {o.data for o in idle})
        report = tweaks.settle(self.before, self.objects, self.collection, self.planned, plan.fps)
        remove_pictures(plan.id)
        if self.picture is not None:
            self.picture.name = FLOOR  # the one before, which had it, is gone
        return Built(self.collection, self.objects, report, self.frames)

    def camera(self) -> None:
        plan = self.plan
        data = self.standing("camera", "CAMERA", lambda: bpy.data.cameras.new("Convolume camera"))
        data.type, data.ortho_scale = "ORTHO", plan.view.scale
        data.clip_start, data.clip_end = 1.0, 4 * CAMERA_DISTANCE
        camera = self.add("camera", "Convolume camera", data)
        right, into, up = self.basis.transposed()
        turn = Matrix((right, up, -into)).transposed().to_4x4()
        camera.matrix_world = Matrix.Translation(-into * CAMERA_DISTANCE) @ turn
        screen = self.add("screen", "Convolume screen", None, camera)
        screen.empty_display_size = 0.3
        # in the camera's frame: the texts' x is right, their z is up, and they face back along -y
        screen.matrix_parent_inverse = Matrix.Identity(4)
        screen.matrix_local = Matrix.Translation((0, 0, -SCREEN_DISTANCE)) @ Matrix.Rotation(-math.pi / 2, 4, "X")
        sun = self.standing("light", "LIGHT", lambda: bpy.data.lights.new("Convolume key light", "SUN"))
        if sun.type != "SUN":
            sun.type = "SUN"
            sun = self.before.objects["light"].data
        if plan.light == "studio":
            direction = materials.studio_sun(sun)
        else:
            direction, sun.energy = materials.key_light(self.leftward)
            sun.angle, sun.use_shadow = 0.0, False
        light = self.add("light", "Convolume key light", sun)
        light.rotation_mode = "QUATERNION"
        light.rotation_quaternion = direction.to_track_quat("-Z", "Y")
        light.location = (0, 0, 12)

    def floor(self, floor) -> None:
        """The ground, with the light that is on it."""
        mesh, light = solids.floor(FLOOR, floor, self.basis, self.plan.light == "baked")
        if light is not None:
            light[FIGURE] = self.plan.id
        self.picture = light
        before = self.before.objects.get("floor")
        standing = before.data.materials[0] if before is not None and len(before.data.materials) else None
        material = next(m for m in self.plan.materials if m.kind == "floor")
        mesh.materials.append(materials.floor(material, light, standing))
        self.add("floor", FLOOR, mesh).hide_select = True

    def modifier(self, obj, tree_name: str, **inputs):
        modifier = obj.modifiers.get(tweaks.MODIFIER)
        if modifier is None or modifier.type != "NODES":
            modifier = obj.modifiers.new(tweaks.MODIFIER, "NODES")
        if modifier.node_group != trees.tree(tree_name):
            modifier.node_group = trees.tree(tree_name)
        for name, value in inputs.items():
            compat.set_modifier_input(modifier, name.replace("_", " "), value)
        keyframes.drive_step(obj, modifier, self.controller)
        return modifier

    def pieces(self, role, name, points, parent=None, track=None, taps=(1, 1, 1), dilation=(1, 1, 1), fade=(1e6, 1e6)):
        """A part's object, its rows shown as rigid pieces and texts."""
        obj, inputs = self.shown(role, name, points, parent)
        self.modifier(obj, trees.PIECES, **inputs, Track=track or obj, Taps=[float(v) for v in taps],
                      Dilation=[float(v) for v in dilation], Fade_From=float(fade[0]),
                      Fade_Until=float(fade[1]))  # fmt: skip
        return obj

    def shown(self, role, name, points, parent):
        """A part's object, and the collections of what its rows show."""
        cubes, points = self.chosen("cubes", self.cubes, points, ("cube", "faded"))
        labels, points = self.chosen("labels", self.labels, points, ("label", "label_faded"))
        mesh = meshes.points(name, points)
        # points show none of them: so they stand in the Material tab of what one clicks on, to be changed there
        for material in dict.fromkeys(o.data.materials[0] for g in (cubes, labels) for o in g.objects):
            mesh.materials.append(material)
        return self.add(role, name, mesh, parent), {"Cubes": cubes, "Labels": labels}

    def volume(self, volume: Volume) -> None:
        parent = self.objects[volume.parent] if volume.parent else None
        track = self.tracks[volume.track] if volume.track else None
        obj = self.pieces(volume.role, volume.name, volume.points, parent, track, volume.taps, volume.dilation,
                          volume.fade)  # fmt: skip
        size = parent.scale[0] if parent else 1.0
        obj.location = [v / size for v in volume.location]
        obj.scale = (volume.unit / size,) * 3
        self.lit[volume.role] = volume.track
        if volume.rides:
            own = next(t for t in self.plan.tracks if t.role == volume.rides)
            for axis, points in enumerate(riding(volume, own)):
                keyframes.follow(obj, "location", axis, points, self.controller)

    def words(self, words: Words) -> None:
        parent = self.objects[words.parent] if words.parent else self.objects["screen"]
        obj = self.pieces(words.role, words.name, words.points, parent)
        if words.parent:
            # words are in world units, whatever the size of their volume's cells
            obj.scale = [1 / v for v in parent.scale]
            turned = obj.constraints.get("Convolume facing") or obj.constraints.new("COPY_ROTATION")
            turned.name = "Convolume facing"
            turned.target = self.objects["screen"]

    def window(self, window: Window) -> None:
        mesh = solids.shape(window.name, "tube " + " ".join(f"{v:g}" for v in (*window.size, window.thickness)))
        mesh.materials.append(self.materials[window.material])
        parent = self.objects[window.parent]
        obj = self.add(window.role, window.name, mesh, parent)
        obj.lock_location = (True,) * 3  # it stands where the clock has it; `tweaks.explore` lets it go
        lit = self.lit.get(window.parent)
        # a ring before the cells follows a track of its own
        if lit and (lit == window.track or window.role == f"{window.parent}.window"):
            compat.set_modifier_input(parent.modifiers[tweaks.MODIFIER], "Window", obj)
        self.modifier(obj, trees.WINDOW, Track=self.tracks[window.track], Life_From=float(window.life[0]),
                      Life_Until=float(window.life[1]))  # fmt: skip

    def key(self, name: str, channel) -> None:
        """The clock's keys, with what a user has made of the ones before; any other channel follows the clock."""
        role, path, axis = ("clock", '["step"]', "x") if name == "clock.step" else name.rsplit(".", 2)
        index, obj = _AXIS[axis], self.objects[role]
        if role != "clock":
            points = by_clock(channel, self.plan.channels["clock.step"], self.plan.fps)
            keyframes.follow(obj, path, index, points, self.controller)
            return
        keys = keyframes.planned(channel)
        self.planned.setdefault(role, {})[f"{path}[{index}]"] = keys
        curve, fps = self.before.curves.get((role, path, index)), self.plan.fps
        if curve is None:
            keyframes.write(obj, path, keys, fps, index)
            return
        mine, report = tweaks.retimed(curve, keys), self.before.report
        (report.lost if mine is None else report.kept).append(f"{obj.name}: timing")
        if mine is not curve.now or curve.fps != fps:  # else the curve stays as it is, handles and all
            keyframes.write(obj, path, mine or keys, fps, index)
        if mine:
            spare = self.plan.seconds - keys[-1][0]
            self.frames = max(1, round((mine[-1][0] + spare) * fps))


def build(plan: Plan, scene: bpy.types.Scene | None = None) -> Built:
    """Build a figure into a collection of its own in `scene` (the current one unless told). Touches nothing else.

    A figure of the same id that stands in the scene already is updated; `Built.report` says what became of what a
    user had changed in it.
    """
    scene = scene or bpy.context.scene
    standing = [c for c in scene.collection.children_recursive if c.get(FIGURE) == plan.id]
    if standing:
        collection, before = standing[0], tweaks.collect(standing[0])
    else:
        collection, before = bpy.data.collections.new(f"Convolume {plan.id}"), tweaks.PreviousBuild()
        collection[FIGURE] = plan.id
        scene.collection.children.link(collection)
    return _Builder(plan, collection, before).run()


def remove_pictures(figure: str) -> None:
    """Take out of the file what pictures of a figure's floor nothing shows any more."""
    bpy.data.batch_remove({i for i in bpy.data.images if i.get(FIGURE) == figure and not i.users})


def remove(collection: bpy.types.Collection) -> None:
    """Take a built figure out of the file: its objects, what they alone refer to, and its collection.

    An object of the user's own in that collection stays, in the scene's collection.
    """
    figure = collection[FIGURE]
    mine = [o for o in collection.all_objects if o.get(FIGURE) == figure]
    for obj in [o for o in collection.objects if o.get(FIGURE) != figure]:
        for scene in bpy.data.scenes:
            if collection.name in scene.collection.children and obj.name not in scene.collection.objects:
                scene.collection.objects.link(obj)
        collection.objects.unlink(obj)
    orphans = tweaks.references(mine, figure)
    for group in [g for g in orphans if isinstance(g, bpy.types.Collection)]:
        mine += list(group.objects)
        bpy.data.collections.remove(group)
    orphans = [g for g in orphans if tweaks.alive(g)]
    mine += [g for g in orphans if isinstance(g, bpy.types.Object) and g not in mine]
    data = {o.data for o in mine if o.data is not None}
    actions = {o.animation_data.action for o in mine if o.animation_data and o.animation_data.action}
    materials_used = {m for d in data for m in getattr(d, "materials", ()) if m is not None}
    bpy.data.batch_remove({*mine, collection})
    bpy.data.batch_remove({b for b in (*data, *actions) if b.users == 0})
    bpy.data.batch_remove({m for m in materials_used if m.users == 0})
    remove_pictures(figure)
