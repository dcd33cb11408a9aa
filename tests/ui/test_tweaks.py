# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user has changed by hand is there after the next build, and after the file was saved and opened again."""

import numpy as np
import pytest

from addon.scene.load import load
from addon.stage import build, compat, prepare_again, prepare_scene, tweaks
from addon.stage.tweaks import ROLE
from addon.story import make_plan
from tests.stage.seeing import Frame

bpy = pytest.importorskip("bpy", reason="the bpy module is not installed (make test installs it)")

QUICK = {"look.title": False, "look.labels": False, "look.sum_line": False,
         "op.kernel_size": 2, "weight.kernel": "ones"}  # fmt: skip
FIGURE = "conv2d_valid"
BEFORE, AFTER = {**QUICK, "input.size": "3x3"}, {**QUICK, "input.size": "2x4", "bias.values": [1]}


class Desk:
    """A figure on a user's desk."""

    def __init__(self, figure=FIGURE, overrides=None):
        self.figure = figure
        self.make(BEFORE if overrides is None else overrides)

    def make(self, overrides):
        self.plan = make_plan(load(self.figure, overrides))
        self.built = build(self.plan, bpy.context.scene)
        prepare_scene(self.plan, bpy.context.scene, self.built)
        return self.built.report

    def __getitem__(self, role):
        return self.built.objects[role]

    def reopen(self, path):
        bpy.ops.wm.save_as_mainfile(filepath=str(path))
        bpy.ops.wm.open_mainfile(filepath=str(path))
        (collection,) = [c for c in bpy.context.scene.collection.children if "convolume_figure" in c]
        self.built = type(self.built)(collection, tweaks.objects_of(collection))

    @property
    def clock(self):
        return compat.curves(self["clock"])[0]


@pytest.fixture
def desk(empty_blender):
    return Desk()


def cells_of(frame: Frame, role: str, shape) -> dict[tuple[int, int], object]:
    """The cells of one plane by row and column: all of that shape."""
    cells = frame.cells(role)
    places = np.array([c.local for c in cells])
    grid = np.column_stack([-places[:, 2], places[:, 0]]).round().astype(int)
    found = {tuple(map(int, place)): cell for place, cell in zip(grid, cells, strict=True)}
    assert set(found) == set(np.ndindex(*shape)) and len(found) == len(cells), f"{role} is not {shape}"
    return found


@pytest.fixture
def again(request, desk, tmp_path):
    """Build with other parameters, at once or (`reopened`) after saving and opening."""

    def rebuild(overrides=AFTER):
        if getattr(request, "param", False):
            desk.reopen(tmp_path / "desk.blend")
        return desk.make(overrides)

    return rebuild


reopened = pytest.mark.parametrize("again", [False, True], ids=["rebuilt", "saved, opened, rebuilt"], indirect=True)


@reopened
def test_nothing_of_the_users_nothing_to_tell(desk, again):
    report = again()
    assert report == tweaks.UpdateReport()
    fresh = make_plan(load(desk.figure, AFTER))
    planned = next(v.location for v in fresh.volumes if v.role == "input")
    assert tuple(desk["input"].location) == pytest.approx(planned, abs=1e-4)


def test_a_second_build_leaves_nothing_behind(desk):
    def count():
        return {kind: sorted(b.name for b in getattr(bpy.data, kind))
                for kind in ("objects", "meshes", "materials", "collections", "actions", "worlds", "node_groups",
                             "cameras", "lights", "images")}  # fmt: skip

    before = count()
    desk.make(BEFORE)
    assert count() == before
    desk.make(AFTER)
    desk.make(BEFORE)
    assert count() == before


@reopened
def test_a_moved_camera_stays(desk, again):
    desk["camera"].location = (1, -90, 20)
    desk["camera"].rotation_euler.z += 0.2
    desk["camera"].data.ortho_scale *= 1.25
    wide = desk["camera"].data.ortho_scale
    report = again()
    assert tuple(desk["camera"].location) == (1, -90, 20)
    assert desk["camera"].data.ortho_scale == pytest.approx(wide)
    assert {"Convolume camera: place", "Convolume camera: turn", "Convolume camera: lens"} <= set(report.kept)
    assert not report.lost


def test_a_light_that_was_changed_stays(desk, again):
    desk["light"].data.energy = 1.5
    report = again()
    assert desk["light"].data.energy == 1.5 and report.kept == ["Convolume key light: strength"]


@reopened
def test_a_shifted_volume_stays_and_the_others_are_laid_out_anew(desk, again):
    place = tuple(desk["input"].location)
    desk["input"].location.x -= 2
    report = again()
    assert tuple(desk["input"].location) == pytest.approx((place[0] - 2, *place[1:]))
    planned = {v.role: v.location for v in desk.plan.volumes}
    assert tuple(desk["output"].location) == pytest.approx(planned["output"], abs=1e-4)
    assert report.kept == ["Input: place"]
    assert Frame(bpy.context.scene, 60).own("input.window") is not None


@reopened
def test_a_changed_material_stays_and_is_that_of_every_figure(desk, again):
    listed = [s.material for s in desk["output"].material_slots]  # where a user finds them: the Material tab
    role = next(m[ROLE] for m in listed if m.get(ROLE, "").startswith("material flat 14"))
    cell = next(m for m in listed if m.get(ROLE) == role)
    cell.diffuse_color = (1, 0, 0, 1)
    next(n for n in cell.node_tree.nodes if n.type == 'EMISSION').inputs["Color"].default_value = (1, 0, 0, 1)
    report = again()
    (cell,) = [m for m in bpy.data.materials if m.get(ROLE) == role]
    assert tuple(cell.diffuse_color) == (1, 0, 0, 1) and cell.users > 1
    assert report.kept == [f"{cell.name}: colour"]
    before = cell.users
    Desk("rgb_conv", {})
    assert cell.users > before


def test_a_material_that_no_cell_has_any_more_is_said(desk):
    cell = next(m for m in bpy.data.materials if m.get(ROLE, "").startswith("material lit") and m.users == 2)
    cell.diffuse_color = (1, 0, 0, 1)
    report = desk.make({**BEFORE, "input.low": 0, "input.high": 0})
    assert report.lost == [f"{cell.name}: no cell of the figure has this material now"]


def test_a_window_in_the_users_own_material_keeps_it(desk, again):
    desk["input.window"].material_slots[0].material = bpy.data.materials.new("Mine")
    assert again().kept == ["Window: material"]
    assert desk["input.window"].material_slots[0].material.name == "Mine"


@reopened
def test_another_material_in_a_volumes_list_is_not_kept_and_said(desk, again):
    """A volume's cells have the materials that they were built with, whatever its list says."""
    listed = [s.material.name for s in desk["output"].material_slots]
    assert len(listed) > 1
    desk["output"].material_slots[0].material = bpy.data.materials.new("Mine")
    wanted = "Output: another material in its list, whose colours can be changed instead"
    report = again(BEFORE)
    assert (report.kept, report.lost) == ([], [wanted])
    assert [s.material.name for s in desk["output"].material_slots] == listed
    assert again(BEFORE) == tweaks.UpdateReport()


def test_another_theme_leaves_no_material_of_the_one_before(empty_blender):
    """What a volume lists are its cells' materials and no others, as in a first build; purging finds nothing."""

    def there():
        listed = {role: [m.name for m in getattr(o.data, "materials", ())] for role, o in desk.built.objects.items()}
        return listed, sorted(m.name for m in bpy.data.materials), len(bpy.data.meshes), len(bpy.data.objects)

    desk = Desk("transposed_conv", {"look.theme": "light"})  # it plans cubes that no cell is in the end
    first = there()
    desk.make({"look.theme": "dark"})
    updated = there()
    assert all(m.users for m in bpy.data.materials)
    bpy.data.orphans_purge(do_recursive=True)
    assert there() == updated != first
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True, load_ui=False)
    desk.make({"look.theme": "dark"})
    assert there() == updated


@reopened
def test_a_retimed_clock_stays_retimed_with_other_steps(desk, again):
    """Twice as slow before, twice as slow after, though there are other steps."""
    for key in desk.clock.keyframe_points:
        key.co.x = 1 + (key.co.x - 1) * 2
    desk.clock.update()
    report = again()
    assert report.kept == ["Convolume clock: timing"]
    wanted = desk.plan.channels["clock.step"]
    assert [k.co.y for k in desk.clock.keyframe_points] == pytest.approx(list(wanted.values), abs=1e-5)
    assert [k.co.x for k in desk.clock.keyframe_points] == pytest.approx(list(1 + wanted.seconds * 20 * 2), abs=0.02)
    rest = desk.plan.seconds - wanted.seconds[-1]
    assert bpy.context.scene.frame_end == pytest.approx((wanted.seconds[-1] * 2 + rest) * 20, abs=2)
    report = again(BEFORE)  # and once more
    assert report.kept == ["Convolume clock: timing"]
    last = desk.plan.channels["clock.step"].seconds[-1]
    assert desk.clock.keyframe_points[-1].co.x == pytest.approx(1 + last * 40, abs=0.1)


def test_a_clock_whose_plan_is_the_same_stays_as_it_is_handles_and_all(desk, again):
    keys = desk.clock.keyframe_points
    keys.insert(3.0, keys[0].co.y).interpolation = 'BEZIER'
    keys[1].handle_right_type = 'FREE'
    keys[1].handle_right = (5.5, keys[1].co.y + 0.25)
    desk.clock.update()
    before = [(tuple(k.co), k.interpolation, tuple(k.handle_right)) for k in keys]
    report = again({**BEFORE, "bias.values": [1]})
    assert report.kept == ["Convolume clock: timing"]
    assert [(tuple(k.co), k.interpolation, tuple(k.handle_right)) for k in desk.clock.keyframe_points] == before


def test_a_clock_that_cannot_be_kept_is_said(desk, again):
    desk.clock.keyframe_points.insert(7.0, -0.9)
    report = again()
    assert report.lost == ["Convolume clock: timing"] and not report.kept
    wanted = desk.plan.channels["clock.step"]
    assert [k.co.y for k in desk.clock.keyframe_points] == pytest.approx(list(wanted.values), abs=1e-5)


@reopened
def test_the_users_objects_stay_where_they_hang(desk, again):
    """One parented to a volume, one in the collection, one that aims at the figure."""
    arrow = bpy.data.objects.new("Arrow", None)
    bpy.context.scene.collection.objects.link(arrow)
    arrow.parent, arrow.location = desk["input"], (0, -1, 2)
    note = bpy.data.objects.new("Note", None)
    desk.built.collection.objects.link(note)
    note.constraints.new('TRACK_TO').target = desk["output"]
    report = again()
    assert report == tweaks.UpdateReport()
    arrow, note = bpy.data.objects["Arrow"], bpy.data.objects["Note"]
    assert arrow.parent == desk["input"] and tuple(arrow.location) == (0, -1, 2)
    assert note.constraints[0].target == desk["output"] and note.name in desk.built.collection.objects


def test_a_volume_hung_on_a_rig_of_the_users_stays_there(desk, again):
    rig = bpy.data.objects.new("Rig", None)
    bpy.context.scene.collection.objects.link(rig)
    rig.location = (0, 0, 1)
    desk["output"].parent = rig
    report = again()
    assert desk["output"].parent == bpy.data.objects["Rig"] and "Output: parent" in report.kept


def test_modifiers_and_constraints_of_the_users_stay(desk, again):
    desk["input.window"].modifiers.new("Mine", 'BEVEL')
    desk["output"].constraints.new('LIMIT_SCALE').name = "Mine too"
    again()
    assert [m.name for m in desk["input.window"].modifiers] == ["Convolume", "Mine"]
    assert [c.name for c in desk["output"].constraints] == ["Mine too"]


def test_a_renamed_object_keeps_its_name(desk, again):
    desk["input"].name = "My input"
    again()
    assert desk["input"].name == "My input"


def test_a_duplicate_is_the_users_own(desk, again):
    copy = desk["input"].copy()
    desk.built.collection.objects.link(copy)
    copy.location.x += 9
    name = copy.name
    again()
    assert desk["input"].name == "Input" and name in bpy.data.objects and ROLE not in bpy.data.objects[name]


def test_the_scenes_own_settings_stay(desk, again):
    scene = bpy.context.scene
    scene.render.resolution_x, scene.frame_end = 960, 50
    report = again()
    scene = bpy.context.scene
    assert (scene.render.resolution_x, scene.frame_end) == (960, 50)
    assert set(report.kept) == {"Scene: width", "Scene: last frame"}


@pytest.mark.parametrize("saved", [False, True], ids=["at once", "saved and opened between"])
def test_scene_wide_changes_stay_with_the_figure_they_were_made_for(desk, tmp_path, saved):
    """Another figure brings its own size, length, camera and world; the first comes back with what was changed."""

    def look():
        scene = bpy.context.scene
        return (scene.render.resolution_x, scene.frame_end, scene.camera.name, scene.world.name,
                tuple(round(v, 3) for v in scene.world.color))  # fmt: skip

    def reopen():
        if saved:
            bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "two.blend"))
            bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "two.blend"))

    def show(figure):
        scene = bpy.context.scene
        (collection,) = [c for c in scene.collection.children if c["convolume_figure"] == figure]
        return set(prepare_again(scene, collection))

    scene = bpy.context.scene
    scene.render.resolution_x, scene.frame_end = 960, 690
    (ground,) = [n for n in scene.world.node_tree.nodes if n.type == 'BACKGROUND']
    ground.inputs["Color"].default_value = (1, 0.9, 0.7, 1)
    own = bpy.data.objects.new("Own", bpy.data.cameras.new("Own"))
    scene.collection.objects.link(own)
    scene.camera = own
    first, world = look(), scene.world.name
    other = Desk("conv1d", {"output.size": "640x360"})
    assert other.built.report == tweaks.UpdateReport()
    second = look()
    assert second[:2] == (640, other.plan.frames) and second[2] != "Own" and second[3] != world
    reopen()
    kept = {f"Scene: {what}" for what in ("camera Own", "width", "last frame", "world")}
    assert show("conv2d_valid") == kept and look() == first
    bpy.context.scene.world = bpy.data.worlds.new("Mine")  # the user's own altogether
    assert show("conv1d") == set() and look()[:3] == second[:3] and bpy.context.scene.world.name != "Mine"
    bpy.context.scene.frame_end = 33
    reopen()
    report = desk.make(AFTER).kept  # an update is a way back, too
    assert set(report) == kept and look()[:4] == (*first[:3], "Mine")
    assert show("conv1d") == {"Scene: last frame"} and look()[1] == 33


def test_a_file_of_before_keeps_scene_wide_changes_as_then(desk):
    """It does not say which figure the scene was set to."""
    scene = bpy.context.scene
    del scene["convolume_set_to"]
    scene.frame_end = 50
    assert Desk("conv1d", QUICK).built.report.kept == ["Scene: last frame"] and scene.frame_end == 50


def test_a_figure_whose_neighbour_was_deleted_or_never_prepared_the_scene(desk):
    """What was changed for one that is gone is gone; without Set Up Scene a figure only brings its camera."""
    scene = bpy.context.scene
    scene.frame_end = 50
    plan = make_plan(load("conv1d", {"output.size": "640x360"}))
    bare = build(plan, scene)
    assert prepare_again(scene, bare.collection) == [] and scene.camera == bare.camera and scene.frame_end == 50
    assert prepare_again(scene, desk.built.collection) == ["Scene: last frame"] and scene.camera == desk["camera"]
    bpy.data.batch_remove({*desk.built.collection.all_objects, desk.built.collection})
    prepare_scene(plan, scene, bare)
    assert (scene.frame_end, scene.render.resolution_x, bare.report.kept) == (plan.frames, 640, [])


def test_what_the_figure_no_longer_has_goes_by_name_and_what_hung_on_it_stays(empty_blender):
    desk = Desk("rgb_conv", {})
    lost = sorted(role for role in desk.built.objects if role.startswith("input.") and role.count(".") == 1)
    obj = desk[lost[0]]
    obj.scale.x *= 1.5
    own = bpy.data.objects.new("Own", None)
    bpy.context.scene.collection.objects.link(own)
    own.parent = obj
    bpy.context.view_layer.update()
    place = own.matrix_world.translation.copy()
    name = obj.name
    plan = make_plan(load("conv2d_valid"))
    desk.built.collection["convolume_figure"] = plan.id
    for item in (*bpy.data.objects, *bpy.data.meshes, *bpy.data.collections):
        if "convolume_figure" in item:
            item["convolume_figure"] = plan.id
    report = build(plan, bpy.context.scene).report
    assert f"{name}: no longer part of the figure" in report.lost
    assert f"Own: no longer held by {name}, which is gone" in report.lost
    assert own.parent is None and (own.matrix_world.translation - place).length < 1e-5


def test_an_edited_mesh_is_not_kept_and_said(desk, again):
    desk["input.window"].data.vertices[0].co.x += 0.5
    assert again().lost == ["Window: its edited mesh"]


# explore -------------------------------------------------------------------------------------------------------


def test_a_dragged_window_lights_the_cells_under_it(empty_blender):
    desk = Desk(overrides={})
    scene, frame = bpy.context.scene, desk.plan.frame_of(desk.plan.steps[5].second)
    colors = {key: cell.color for key, cell in cells_of(Frame(scene, 1), "input", (6, 6)).items()}

    def lit():
        """The input's cells in their full colours, as (row, column)."""
        cells = cells_of(Frame(scene, frame), "input", (6, 6))
        return {key for key, cell in cells.items() if cell.color == colors[key]}

    own = {(r, c) for r in range(1, 4) for c in range(1, 4)}  # step 5 of 4x4: row 1, column 1
    assert lit() == own
    tweaks.explore(desk.built.collection, True)
    assert lit() == own
    desk["input.window"].location = (2.2, 0, -0.9)
    assert lit() == {(r + 1, c + 2) for r, c in own}
    shown = Frame(scene, frame)
    assert not shown.labels("sum") and shown.own("output.marker") is None and not shown.of("lines")
    meets = desk.plan.frame_of(desk.plan.steps[0].second)
    assert not any(Frame(scene, meets).of(role) for role in ("bench", "output"))
    desk.make({"weight.kernel": "edge"})  # a build while exploring goes on exploring
    assert desk.built.collection[tweaks.EXPLORE] and not Frame(scene, frame).labels("sum")
    tweaks.explore(desk.built.collection, False)
    assert tuple(desk["input.window"].location) == (0, 0, 0) and all(desk["input.window"].lock_location)
    assert lit() == own and Frame(scene, frame).labels("running")
    assert all(Frame(scene, meets).of(role) for role in ("kernel", "output", "bench"))
