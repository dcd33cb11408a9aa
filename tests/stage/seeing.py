# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender's evaluated scene shows at a frame: instances, their meshes, colours and places on the screen.

- Everything is read from `depsgraph.object_instances`: evaluated matrices, the mesh that is really instanced,
  the material it really has. Attributes, names and other things that were only written are not looked at.
- What a text looks like is made afresh from a text curve (`spelling`), not taken from the stage.
"""

import atexit
import shutil
import tempfile
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy", reason="the bpy module is not installed (make test installs it)")

from bpy_extras.object_utils import world_to_camera_view  # noqa: E402
from mathutils import Matrix, Vector  # noqa: E402, F401
from mathutils.bvhtree import BVHTree  # noqa: E402

from addon import engine  # noqa: E402
from addon.scene.arrays import arrays  # noqa: E402
from addon.scene.load import load  # noqa: E402
from addon.scene.spec import Output  # noqa: E402
from addon.stage import Built, build, prepare_scene  # noqa: E402, F401
from addon.stage.meshes import WEIGHT  # noqa: E402
from addon.story import make_plan  # noqa: E402
from addon.story.page.glyphs import FONT_FILE, FONT_SCALE, OTHERS_SCALE, runs  # noqa: E402

ROLE = "convolume_role"
REFILLED = bpy.app.version < (5, 0)


@dataclass
class Stage:
    """A figure built in an empty file: its checked scene file, the engine's trace, the plan, the objects."""

    asked: object
    trace: engine.Trace
    plan: object
    scene: object
    built: object

    def frame(self, step: int) -> int:
        return self.plan.frame_of(self.plan.steps[step].second)


def asked_for(figure, overrides=None):
    """The scene file and what the engine makes of it."""
    asked = load(figure, dict(overrides or {}))
    return asked, worked_out(asked.op, *arrays(asked))


def worked_out(op, x, weight, bias):
    """The engine's trace of an operation, called as a user of the engine would."""
    if op.type in ("global_avg_pool", "global_max_pool", "relu"):
        return getattr(engine, op.type)(x)
    common = {"stride": op.stride, "padding": op.padding}
    if op.type == "avg_pool":
        return engine.avg_pool(x, op.kernel_size, dilation=op.dilation, ceil_mode=op.ceil_mode,
                               count_include_pad=op.count_include_pad, **common)  # fmt: skip
    if op.type == "max_pool":
        return engine.max_pool(x, op.kernel_size, dilation=op.dilation, ceil_mode=op.ceil_mode, **common)
    common |= {"dilation": op.dilation, "groups": op.groups}
    if op.type == "conv_transpose":
        return engine.conv_transpose(x, weight, bias, output_padding=op.output_padding, **common)
    return engine.conv(x, weight, bias, **common)


SIZE = (854, 480)  # pixels: what tolerances are made for
_EMPTY = Path(tempfile.mkdtemp(prefix="convolume-tests-"), "empty.blend")
atexit.register(shutil.rmtree, _EMPTY.parent, ignore_errors=True)


def emptied() -> None:
    """An empty file: the factory's, as a render job reads it, then that one again, which is ten times as quick."""
    if _EMPTY.exists():
        bpy.ops.wm.open_mainfile(filepath=str(_EMPTY), load_ui=False)
    else:
        bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True, load_ui=False)
        bpy.ops.wm.save_as_mainfile(filepath=str(_EMPTY), copy=True)


def staged(figure, overrides=None, mutate=None) -> Stage:
    """Build a figure in an empty file, for 854×480 pixels if its scene file asks for no others; `mutate` may change its
    plan first."""
    own = load(figure, dict(overrides or {})).output.size
    size = {"output.size": SIZE} if own == Output.size else {}
    asked, trace = asked_for(figure, {**size, **(overrides or {})})
    plan = make_plan(asked)
    if mutate is not None:
        plan = mutate(plan)
    emptied()
    scene = bpy.context.scene
    built = build(plan, scene)
    prepare_scene(plan, scene, built)
    return Stage(asked, trace, plan, scene, built)


def rendered(scene, number: int, path: Path, size) -> np.ndarray:
    """The pixels (rows, columns, channels), 0 to 1, top row first, of a frame that is rendered to a file of `size`
    (columns, rows), as they are written there."""
    scene.frame_set(number)
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
    image = bpy.data.images.load(str(path))
    image.colorspace_settings.name = "Non-Color"
    flat = np.zeros(len(image.pixels), np.float32)
    image.pixels.foreach_get(flat)
    bpy.data.images.remove(image)
    return flat.reshape(*size[::-1], -1)[::-1]


# meshes ----------------------------------------------------------------------------------------------


@dataclass(eq=False)
class Shape:
    """A mesh as evaluated: vertices (n, 3), faces, and the normals of its faces."""

    vertices: np.ndarray
    faces: list
    normals: np.ndarray

    @classmethod
    def of(cls, mesh) -> "Shape":
        flat = np.zeros(len(mesh.vertices) * 3, np.float32)
        mesh.vertices.foreach_get("co", flat)
        normals = np.zeros(len(mesh.polygons) * 3, np.float32)
        mesh.polygons.foreach_get("normal", normals)
        faces = [tuple(p.vertices) for p in mesh.polygons]
        return cls(flat.reshape(-1, 3).astype(float), faces, normals.reshape(-1, 3))

    @cached_property
    def low(self):
        return self.vertices.min(axis=0)

    @cached_property
    def high(self):
        return self.vertices.max(axis=0)

    @cached_property
    def corners(self) -> np.ndarray:
        """The eight corners of its own box."""
        return np.array(list(product(*zip(self.low, self.high, strict=True))))

    @cached_property
    def flat(self) -> bool:
        """All in the plane of the screen: a text."""
        return len(self.vertices) > 0 and self.high[1] - self.low[1] < 1e-5

    def blocks(self, direction) -> bool:
        """Whether one who looks along a direction at its middle meets a face."""
        tree = BVHTree.FromPolygons([tuple(v) for v in self.vertices], self.faces)
        middle, along = Vector((self.low + self.high) / 2), Vector(direction)
        return tree.ray_cast(middle - 99 * along, along)[0] is not None

    @cached_property
    def solid(self) -> bool:
        """Closed from the front, from the side and from above: a cell, and no frame or wire."""
        if self.flat or not self.faces:
            return False
        return all(self.blocks(d) for d in ((0, 1, 0), (1, 0, 0), (0, 0, -1)))


def srgb(linear) -> tuple:
    """A scene-linear colour as sRGB, rounded so that equal colours compare equal."""
    curved = (12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in list(linear)[:3])
    return tuple(round(c, 3) for c in curved)


def color_of(material) -> tuple:
    """The colour a material gives; its viewport colour, which Workbench shows, must be the same."""
    node = next(n for n in material.node_tree.nodes if n.type == "EMISSION")
    shown = srgb(node.inputs["Color"].default_value)
    assert shown == srgb(material.diffuse_color), f"{material.name}: two engines would show two colours"
    return shown


_spelled: dict[str, np.ndarray] = {}


def spelling(text: str) -> np.ndarray:
    """The vertices (n, 2) of a text in the figures' font, made by Blender from a text curve and evaluated; letters that
    it lacks in Blender's built-in one."""
    if text not in _spelled:
        pieces = [spelled_in(body, own) + (at, 0) for at, body, own in runs(text)]
        _spelled[text] = np.concatenate(pieces) if pieces else np.zeros((0, 2))
    return _spelled[text]


def spelled_in(text: str, own: bool) -> np.ndarray:
    scene = bpy.data.scenes.new("spelling")
    curve = bpy.data.curves.new("spelling", "FONT")
    curve.body, curve.size, curve.resolution_u = text, FONT_SCALE if own else OTHERS_SCALE, 3
    curve.offset = WEIGHT
    if REFILLED:
        curve.fill_mode = "NONE"  # 4.5 fills overlapping strokes wrongly; what is not filled is not fattened
    if own:
        face = Path(bpy.utils.system_resource("DATAFILES", path="fonts")) / FONT_FILE
        curve.font = bpy.data.fonts.load(str(face), check_existing=True)
    obj = bpy.data.objects.new("spelling", curve)
    scene.collection.objects.link(obj)
    scene.view_layers[0].update()
    evaluated = obj.evaluated_get(scene.view_layers[0].depsgraph)
    mesh = evaluated.to_mesh()
    flat = np.zeros(len(mesh.vertices) * 3, np.float32)
    mesh.vertices.foreach_get("co", flat)
    evaluated.to_mesh_clear()
    bpy.data.objects.remove(obj)
    bpy.data.curves.remove(curve)
    bpy.data.scenes.remove(scene)
    return flat.reshape(-1, 3)[:, :2].astype(float)


def spells(shape: Shape, text: str) -> bool:
    """Whether a mesh is that text, wherever it is anchored: the same outlines, upright, read along +x."""
    ink = spelling(text)
    # of 4.5 only the outlines are taken, unfattened: corners where strokes cross come after them
    more, near = len(shape.vertices) - len(ink), 5 * WEIGHT if REFILLED else 1e-4
    if more < 0 or more > (len(ink) if REFILLED else 0):
        return False
    if not len(ink):
        return True
    drawn = shape.vertices[:, [0, 2]]
    drawn, ink = drawn - drawn.min(axis=0), ink - ink.min(axis=0)
    same = np.abs(drawn[: len(ink)] - ink).max() < near
    return bool(same and np.abs(drawn.max(axis=0) - ink.max(axis=0)).max() < near)


# the evaluated scene ---------------------------------------------------------------------------------


@dataclass(eq=False)
class Seen:
    """One thing that is shown: which object it belongs to, its place (4×4, world), its mesh and colour."""

    role: str
    instanced: bool
    matrix: np.ndarray
    local: np.ndarray  # its place in the units of the object it belongs to
    shape: Shape
    color: tuple | None
    text: str | None  # what the mesh claims to spell; a reader of the frame must confirm it

    @cached_property
    def place(self) -> np.ndarray:
        return self.matrix[:3, 3]

    @cached_property
    def points(self) -> np.ndarray:
        """World vertices."""
        return self.shape.vertices @ self.matrix[:3, :3].T + self.matrix[:3, 3]

    @cached_property
    def box(self) -> np.ndarray:
        """The lowest and the highest world coordinates that its mesh reaches (2, 3)."""
        corners = self.shape.corners @ self.matrix[:3, :3].T + self.matrix[:3, 3]
        return np.array([corners.min(axis=0), corners.max(axis=0)])


class Frame:
    """The scene as evaluated at one frame, or at a moment between two (a sweep's steps have seconds of their own)."""

    def __init__(self, scene, frame: float, shapes: dict | None = None):
        shapes = {} if shapes is None else shapes
        whole = int(np.floor(frame + 1e-6))
        scene.frame_set(whole, subframe=min(max(frame - whole, 0.0), 0.999))
        self.number = frame
        depsgraph = bpy.context.evaluated_depsgraph_get()
        self.size = np.array([scene.render.resolution_x, scene.render.resolution_y], float)
        self.camera = scene.camera.evaluated_get(depsgraph)
        self.seen: list[Seen] = []
        self._into: dict[str, np.ndarray] = {}
        self._upright: dict[tuple, bool] = {}
        for instance in depsgraph.object_instances:
            obj, owner = instance.object, instance.parent if instance.is_instance else instance.object
            if obj.type != "MESH" or ROLE not in owner.original:
                continue
            self._add(instance, obj, owner, shapes)
        origin, *ends = (np.array(world_to_camera_view(scene, self.camera, Vector(p)))
                         for p in ((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)))  # fmt: skip
        # an orthographic camera is affine: four points say everything
        self._turn, self._origin = np.column_stack([e - origin for e in ends]), origin

    def _add(self, instance, obj, owner, shapes) -> None:
        hidden = obj.original.hide_render or owner.original.hide_render
        assert not hidden, f"{obj.name} is not rendered"
        if instance.is_instance:
            key = obj.original.name_full
            if key not in shapes:
                material = obj.material_slots[0].material
                shapes[key] = (Shape.of(obj.data), color_of(material), obj.original.data.get("text"))
            shape, color, text = shapes[key]
        else:
            shape, color, text = Shape.of(obj.data), None, None
            if obj.material_slots and not owner.original[ROLE].endswith(".shadow"):
                color = color_of(obj.material_slots[0].material)
        matrix, local = np.array(instance.matrix_world), np.zeros(3)
        if instance.is_instance and owner.name_full not in self._into:
            self._into[owner.name_full] = np.array(owner.matrix_world.inverted())
        if instance.is_instance:
            local = (self._into[owner.name_full] @ matrix)[:3, 3]
        self.seen.append(Seen(owner.original[ROLE], instance.is_instance, matrix, local, shape, color, text))

    def of(self, role: str) -> list[Seen]:
        """What is instanced on the object of that role."""
        return self._instanced.get(role, [])

    @cached_property
    def _instanced(self) -> dict:
        found: dict[str, list] = {}
        for obj in self.seen:
            if obj.instanced:
                found.setdefault(obj.role, []).append(obj)
        return found

    def cells(self, role: str) -> list[Seen]:
        return [s for s in self.of(role) if not s.shape.flat]

    def labels(self, role: str) -> list[Seen]:
        return [s for s in self.of(role) if s.shape.flat]

    def own(self, role: str) -> Seen | None:
        """The object's own evaluated mesh; None where it shows none."""
        found = [s for s in self.seen if s.role == role and not s.instanced and len(s.shape.vertices)]
        return found[0] if found else None

    def pixels(self, points) -> np.ndarray:
        """World points (..., 3) to pixels (..., 2): x right and y up from the frame's lower left corner."""
        return (np.asarray(points, float) @ self._turn.T + self._origin)[..., :2] * self.size

    @cached_property
    def toward(self) -> np.ndarray:
        """The direction from the scene to the camera."""
        return np.array(self.camera.matrix_world)[:3, 2]

    def reads_upright(self, label: Seen) -> bool:
        """On the screen its text runs to the right and stands upright, neither mirrored nor on its head."""
        key = (id(label.shape), label.matrix[:3, :3].tobytes())
        if key not in self._upright:
            at = self.pixels(np.array([[0, 0, 0], label.matrix[:3, 0], label.matrix[:3, 2]]))
            (ax, ay), (bx, by) = at[1] - at[0], at[2] - at[0]
            normals = label.shape.normals @ np.linalg.inv(label.matrix[:3, :3])
            faces = bool((normals @ self.toward > 0).all())
            self._upright[key] = ax > 0 and by > 0 and ax * by - ay * bx > 0 and faces
        return self._upright[key]


def with_points(plan, role: str, points):
    """The same plan with the points of one volume replaced: mutants are made so."""
    return replace(plan, volumes=tuple(replace(v, points=points) if v.role == role else v for v in plan.volumes))
