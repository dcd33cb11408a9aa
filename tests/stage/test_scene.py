# SPDX-License-Identifier: GPL-3.0-or-later
"""A built scene leaves the rest of a file alone, needs no script to play, and is the same wherever it is opened."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from addon.scene.load import load
from addon.stage import build, compat, prepare_scene
from addon.stage.ownership import ROLE
from addon.story import make_plan

from ..figures import cases
from .proof_solid import prove
from .seeing import Frame, Stage, asked_for, bpy, staged

# reading every property there is also reads those that Blender is about to drop
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

# Kept as text: a process that has no add-on runs the same lines.
DUMP = """
import bpy, hashlib
def looks(thing):
    mesh, parts, slots = thing.data, [], thing.material_slots
    for v in mesh.vertices:
        parts += [round(c, 4) + 0.0 for c in v.co]
    color = [round(c, 4) for c in slots[0].material.diffuse_color] if slots else None
    return [len(mesh.vertices), len(mesh.polygons), hashlib.sha256(str(parts).encode()).hexdigest(), color]
def dump(scene, frames):
    found, known = [], {}
    for frame in frames:
        scene.frame_set(frame)
        rows = []
        for i in bpy.context.evaluated_depsgraph_get().object_instances:
            thing, owner = i.object, i.parent if i.is_instance else i.object
            row = [owner.original.get("convolume_role", ""), i.is_instance,
                   [round(v, 4) + 0.0 for r in i.matrix_world for v in r]]
            if i.is_instance and thing.name not in known:
                known[thing.name] = looks(thing)
            if thing.type == "MESH":
                row.append(known[thing.name] if i.is_instance else looks(thing))
            rows.append(row)
        found.append(rows)
    return found
"""
exec(DUMP)


def moments(stage) -> list[int]:
    last = stage.frame(len(stage.trace) - 1)
    return [1, stage.frame(0) - 20, stage.frame(0), stage.frame(3), last, stage.plan.frames]


@pytest.fixture(scope="module", params=["conv2d_valid", "pooling"])
def stage(request):
    return staged(request.param, {"op.padding": 1, "op.stride": 2})


# the rest of the file ------------------------------------------------------------------------------------------

DATA = ("objects", "meshes", "materials", "curves", "cameras", "lights", "collections", "worlds", "scenes", "actions",
        "node_groups", "images", "texts", "fonts")  # fmt: skip
# counters, addresses and caches: they say nothing of what the user made
SKIPPED = {"rna_type", "users", "session_uid", "original", "depsgraph", "bl_rna", "is_evaluated", "is_updated",
           "is_updated_data", "preview", "id_data", "asset_data"}  # fmt: skip


def ids() -> dict:
    return {(kind, item.name_full): item for kind in DATA for item in getattr(bpy.data, kind)}


def is_new(value, known) -> bool:
    """A data-block, or an entry that stands for one, that was not in the file before."""
    for obj in (value, getattr(value, "collection", None), getattr(value, "object", None)):
        if isinstance(obj, bpy.types.ID) and obj.name_full not in known:
            return True
    return False


def plain(value, known, depth: int):
    """Any value of Blender's as plain Python, data-blocks by name."""
    if isinstance(value, bpy.types.ID):
        return f"{type(value).__name__} {value.name_full}"
    if isinstance(value, bpy.types.bpy_prop_collection):
        if not depth:
            return len(value) if len(value) > 200 else sum(not is_new(v, known) for v in value)
        return [plain(v, known, depth - 1) for v in value if not is_new(v, known)]
    if isinstance(value, bpy.types.bpy_struct):
        return struct(value, known, depth - 1) if depth else type(value).__name__
    if isinstance(value, str) or not hasattr(value, "__len__"):
        return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
    return str([plain(v, known, 1) for v in value])


def struct(value, known, depth: int) -> dict:
    names = [p.identifier for p in value.bl_rna.properties if p.identifier not in SKIPPED]
    found = {name: plain(getattr(value, name), known, depth) for name in names}
    if isinstance(value, bpy.types.ID):
        found["custom"] = str({k: plain(value[k], known, 1) for k in value.keys()})  # noqa: SIM118
    return found


def deep(items, known) -> dict:
    return {key: struct(item, known, 3) for key, item in items.items()}


def users_file():
    """A file with things of a user's, some of which have the names that a figure uses."""
    bpy.ops.wm.read_homefile(use_empty=False, use_factory_startup=True, load_ui=False)
    scene = bpy.context.scene
    bpy.ops.mesh.primitive_monkey_add(location=(3, 1, 2))
    for name in ("Input", "Kernel", "Output", "Window", "Convolume clock", "Convolume camera", "Sum"):
        obj = bpy.data.objects.new(name, bpy.data.meshes.new(name))
        obj["mine"], obj.location.x = name, 2.5
        scene.collection.objects.link(obj)
    material = bpy.data.materials.new("Convolume lit 3066BE")
    material.diffuse_color = (0.1, 0.2, 0.3, 1)
    bpy.data.objects["Cube"].data.materials.append(material)
    inner = bpy.data.collections.new("Convolume conv2d_valid")
    scene.collection.children.link(inner)
    inner.objects.link(bpy.data.objects["Input"])
    bpy.data.objects["Cube"].keyframe_insert("location", frame=3)
    bpy.data.objects["Input"].parent = bpy.data.objects["Cube"]
    other = bpy.data.scenes.new("Another")
    other.world = bpy.data.worlds.new("Theirs")
    other.render.resolution_x = 123
    scene.frame_set(7)
    bpy.context.view_layer.objects.active = bpy.data.objects["Cube"]
    bpy.data.objects["Cube"].select_set(True)
    return scene


def changes(before: dict, after: dict) -> list:
    return [(key, name, old, after[key].get(name)) for key, values in before.items() for name, old in values.items()
            if after[key].get(name) != old]  # fmt: skip


def test_building_in_a_users_file_changes_nothing_that_was_there():
    scene = users_file()
    items = ids()
    known = {item.name_full for item in items.values()}
    deep({key: item for key, item in items.items() if key[0] == "meshes"}, known)  # reading stores some of it
    before = deep(items, known)
    plan = make_plan(load("conv2d_valid"))
    built = build(plan, scene)
    assert not changes(before, deep(items, known))
    prepare_scene(plan, scene, built)
    changed = {key for key, *_ in changes(before, deep(items, known))}
    assert changed <= {("scenes", "Scene")}, f"preparing the scene also changed {changed}"
    asked, trace = asked_for("conv2d_valid")
    prove(Stage(asked, trace, plan, scene, built), (0, 6, 15))


def test_nor_does_building_a_figure_of_a_kind():
    scene = users_file()
    items = ids()
    known = {item.name_full for item in items.values()}
    deep({key: item for key, item in items.items() if key[0] == "meshes"}, known)
    before = deep(items, known)
    plan = make_plan(load("conv2d_valid"))
    built = build(plan, scene)
    assert not changes(before, deep(items, known))
    prepare_scene(plan, scene, built)
    changed = {key for key, *_ in changes(before, deep(items, known))}
    assert changed <= {("scenes", "Scene")}, f"preparing the scene also changed {changed}"


def test_the_comparison_sees_small_changes():
    """Or it would prove nothing."""
    users_file()
    items = ids()
    known = {item.name_full for item in items.values()}
    before = deep(items, known)
    bpy.data.objects["Suzanne"].location.x += 1e-3
    bpy.data.meshes["Cube"].vertices[3].co.z += 1e-3
    bpy.data.scenes["Another"].render.resolution_y += 1
    bpy.data.objects["Sum"]["mine"] = "yours"
    seen = {key for key, *_ in changes(before, deep(items, known))}
    wanted = {("objects", "Suzanne"), ("meshes", "Cube"), ("scenes", "Another"), ("objects", "Sum")}
    assert wanted <= seen


@pytest.mark.parametrize("length", [24, 60, 200])
def test_numbers_are_right_in_a_figure_of_a_long_name(length):
    """Blender cuts names (4.5 at 63 bytes), and instances are chosen by the order of names."""
    asked, trace = asked_for("conv2d_valid", {"op.stride": 2})
    plan = replace(make_plan(asked), id="long " * (length // 5))
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True, load_ui=False)
    built = build(plan, bpy.context.scene)
    prepare_scene(plan, bpy.context.scene, built)
    prove(Stage(asked, trace, plan, bpy.context.scene, built), (1,))


def test_a_node_group_that_only_has_our_name_is_not_used():
    """It may be a user's own, or one of an older version of ours."""
    asked, trace = asked_for("conv2d_valid", {"op.stride": 2})
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True, load_ui=False)
    for name in ("Convolume Pieces", "Convolume Window"):
        bpy.data.node_groups.new(name, "GeometryNodeTree")
    plan = make_plan(asked)
    built = build(plan, bpy.context.scene)
    prepare_scene(plan, bpy.context.scene, built)
    prove(Stage(asked, trace, plan, bpy.context.scene, built), (1,))


@pytest.mark.parametrize("figure", ["conv1d", "conv2d_valid"])
def test_building_registers_no_handler(figure):
    plan = make_plan(load(figure))
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True, load_ui=False)
    lists = {n: getattr(bpy.app.handlers, n) for n in dir(bpy.app.handlers)}
    before = {n: list(v) for n, v in lists.items() if isinstance(v, list)}
    prepare_scene(plan, bpy.context.scene, build(plan, bpy.context.scene))
    assert before == {n: list(v) for n, v in lists.items() if isinstance(v, list)}


def test_every_driver_reads_the_clock_alone_and_needs_no_python(stage):
    count, followers = 0, set()
    for obj in stage.built.objects.values():
        for curve in obj.animation_data.drivers if obj.animation_data else ():
            assert curve.driver.is_valid and curve.is_valid
            (variable,) = curve.driver.variables
            assert variable.targets[0].id == stage.built.controller and variable.name == "step"
            if curve.driver.type == "SUM":
                count += 1
            else:
                assert curve.driver.is_simple_expression and len(curve.keyframe_points) > 1
                followers.add((obj[ROLE], curve.data_path, curve.array_index))
    moved = [name.rsplit(".", 2) for name in stage.plan.channels if name != "clock.step"]
    assert followers == {(role, path, "xyz".index(axis)) for role, path, axis in moved}
    assert count == sum(len(t.modifiers) for t in stage.built.objects.values()) > 10
    everything = {item for kind in DATA for item in getattr(bpy.data, kind)}
    ours = set(stage.built.objects.values())
    others = [i.name for i in everything - ours if getattr(i, "animation_data", None) and i.animation_data.drivers]
    assert not others
    assert not bpy.data.texts


@pytest.mark.parametrize("figure", cases(
    {name: name for name in ("conv2d_strided", "conv1x1", "transposed_conv_strided", "rgb_conv")}, ("conv1x1",)))
def test_when_the_clock_is_retimed_everything_follows(figure):
    """All keys twice as far apart: frame 2n - 1 shows what frame n showed, the visiting kernel included."""
    stage = staged(figure)
    frames = list(range(10, stage.plan.frames, 23))
    before = [Frame(stage.scene, n) for n in frames]
    keys = compat.curves(stage.built.controller)[0].keyframe_points
    for key in keys:
        for point in (key.handle_left, key.co, key.handle_right):
            point.x = 2 * point.x - 1
    for one, n in zip(before, frames, strict=True):
        other = Frame(stage.scene, 2 * n - 1)
        assert [(s.role, s.text) for s in one.seen] == [(s.role, s.text) for s in other.seen], f"frame {n}"
        for a, b in zip(one.seen, other.seen, strict=True):
            assert len(a.points) == len(b.points), a.role
            if len(a.points):
                assert np.abs(one.pixels(a.points) - other.pixels(b.points)).max() < 0.1, f"{a.role} at frame {n}"


# the same everywhere -------------------------------------------------------------------------------------------


ELSEWHERE = """
import importlib.util, json, sys
path, frames, out = sys.argv[-3], json.loads(sys.argv[-2]), sys.argv[-1]
assert not importlib.util.find_spec("addon") and not importlib.util.find_spec("convolume")
bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True, load_ui=False)
assert not bpy.context.preferences.filepaths.use_scripts_auto_execute
bpy.ops.wm.open_mainfile(filepath=path, use_scripts=False)
assert not bpy.app.autoexec_fail, bpy.app.autoexec_fail_message
with open(out, "w") as file:
    json.dump(dump(bpy.context.scene, frames), file)
"""


@pytest.mark.parametrize("figure", ["conv2d_valid", "rgb_conv"])
def test_a_saved_file_shows_the_same_where_there_is_no_add_on(figure, tmp_path):
    stage = staged(figure)
    frames = moments(stage)
    here = json.loads(json.dumps(dump(stage.scene, frames)))  # noqa: F821
    path, out = tmp_path / "figure.blend", tmp_path / "seen.json"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    command = [sys.executable, "-I", "-c", DUMP + ELSEWHERE, str(path), json.dumps(frames), str(out)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    there = json.loads(Path(out).read_text(encoding="utf-8"))
    assert [len(rows) for rows in there] == [len(rows) for rows in here]
    assert there == here


def test_a_figure_built_twice_shows_the_same_twice(stage):
    overrides = {"op.padding": 1, "op.stride": 2}
    frames = moments(stage)
    first = dump(staged(stage.asked.path, overrides).scene, frames)  # noqa: F821
    second = dump(staged(stage.asked.path, overrides).scene, frames)  # noqa: F821
    assert first == second


def test_two_figures_in_one_file_do_not_disturb_each_other():
    """The second one built shows what it would show alone; so does the first."""
    asked, trace = asked_for("conv2d_valid")
    plan = make_plan(asked)
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True, load_ui=False)
    scenes = [bpy.context.scene, bpy.data.scenes.new("second")]
    stages = []
    for scene in scenes:
        built = build(plan, scene)
        prepare_scene(plan, scene, built)
        stages.append(Stage(asked, trace, plan, scene, built))
    for made in stages:
        bpy.context.window.scene = made.scene
        prove(made, (0, 9))


def test_moving_a_volume_moves_its_window_its_numbers_and_its_lines():
    """A lecturer may put a volume elsewhere: the picture stays true."""
    made = staged("conv2d_valid")
    before = Frame(made.scene, made.frame(5))
    made.built.objects["input"].location.x -= 3.0
    after = Frame(made.scene, made.frame(5))
    moved = after.own("input.window").box - before.own("input.window").box
    assert moved[:, 0] == pytest.approx([-3.0, -3.0], abs=1e-4)
    prove(made, (5,))


def test_retiming_the_clock_keeps_the_picture_true():
    """Whatever the curve is made to be, the frame where it says 5 shows step 5."""
    made = staged("conv2d_valid")
    controller = made.built.controller
    curve = controller.animation_data.action.fcurve_ensure_for_datablock(controller, '["step"]', index=0)
    for key in curve.keyframe_points:
        key.co.x = 1 + (key.co.x - 1) * 2
    made.scene.frame_set(1)
    made.plan = replace(made.plan, fps=2 * made.plan.fps)
    prove(made, (4, 5))
