# SPDX-License-Identifier: GPL-3.0-or-later
"""The operators as a user meets them: every figure, undo and redo, two figures, polls that say why, no leftovers."""

import json
import os
import time
from types import SimpleNamespace

import pytest

from addon.scene.load import figures, load

bpy = pytest.importorskip("bpy", reason="the bpy module is not installed (make test installs it)")

SMALL = {"op.kernel_size": 2, "weight.kernel": "ones", "input.size": "3x3"}


def cells_of(thing) -> int:
    """How many cells an input has: each is there before its windows, under them and after them."""
    return len(thing.data.vertices) // 3


def collection(name):
    from addon.ui.figures import standing

    return standing(bpy.context.scene, name)


@pytest.fixture
def small(settings):
    """The panel with a little figure chosen."""
    from addon.ui import state

    settings.figure = "conv2d_valid"
    state.fill(settings, load("conv2d_valid", SMALL))
    return settings


def main_panel(layout):
    """What the main panel shows, as lines."""
    from addon.ui import panels

    panel = SimpleNamespace(layout=layout,
                            draw_report=lambda *about: panels.CONVOLUME_PT_main.draw_report(None, *about))
    space = next(a for a in bpy.context.window.screen.areas if a.type == 'VIEW_3D').spaces.active
    region, preferences = SimpleNamespace(width=2000), bpy.context.preferences
    context = SimpleNamespace(scene=bpy.context.scene, region=region, space_data=space, preferences=preferences)
    panels.CONVOLUME_PT_main.draw(panel, context)
    return layout.notes


@pytest.mark.parametrize("figure", figures())
def test_every_figure_is_built_and_then_up_to_date(settings, figure):
    from addon.stage import tweaks
    from addon.ui.figures import is_old

    settings.figure = figure
    assert bpy.ops.convolume.build() == {'FINISHED'}
    built = collection(figure)
    roles = set(tweaks.objects_of(built))
    assert {"clock", "camera", "light", "screen"} < roles and not is_old(built, settings)
    assert bpy.context.scene.camera.name in built.all_objects
    assert json.loads(built[tweaks.REPORT]) == {"kept": [], "lost": []}
    settings.timing.outro = 2.5
    assert is_old(built, settings)
    settings.timing.outro = load(figure).timing.outro
    assert not is_old(built, settings)
    settings.output.quality = 'DRAFT'
    assert not is_old(built, settings), "how it is rendered is no matter of building"


def test_an_update_takes_the_new_parameters_and_keeps_the_objects(small):
    assert bpy.ops.convolume.build() == {'FINISHED'}
    built = collection("conv2d_valid")
    before = {o.name: o for o in built.all_objects}
    small.input.size[2] = 5
    assert bpy.ops.convolume.build() == {'FINISHED'}
    assert collection("conv2d_valid") == built
    now = {o.name: o for o in built.all_objects}
    assert now.items() >= before.items() and set(now) - set(before) <= {"Running sum"}  # now there are steps to run
    assert cells_of(built.all_objects["Input"]) == 15


UNDO = """
from addon.ui import state, view
assert view._values(view.viewport(bpy.context).spaces.active) == view.PLAIN, "what a viewport of a new file has"
from addon.scene.load import load
settings = bpy.context.scene.convolume
settings.figure = "conv2d_valid"
state.fill(settings, load("conv2d_valid", {"op.kernel_size": 2, "weight.kernel": "ones", "input.size": "3x3"}))
push = lambda text: bpy.ops.ed.undo_push(message=text)
here = lambda: sorted(o.name for o in bpy.context.scene.objects)
push("before")
assert bpy.ops.convolume.build() == {'FINISHED'}
push("built")
full = here()
assert "Input" in full and bpy.context.scene.camera
bpy.ops.ed.undo()
assert here() == [] and not bpy.context.scene.camera and bpy.context.scene.convolume.input.size[2] == 3
bpy.ops.ed.redo()
assert here() == full
bpy.context.scene.convolume.input.size[2] = 5
push("wider")
bpy.context.scene.objects["Output"].location.x += 1
push("moved")
assert bpy.ops.convolume.build() == {'FINISHED'}
push("updated")
moved = round(bpy.context.scene.objects["Output"].location.x, 4)
cells = lambda: len(bpy.context.scene.objects["Input"].data.vertices) // 3  # before, under and after windows
assert cells() == 15
bpy.ops.ed.undo()
assert cells() == 9 and round(bpy.context.scene.objects["Output"].location.x, 4) == moved
bpy.ops.ed.undo(); bpy.ops.ed.undo()
assert cells() == 9 and bpy.context.scene.convolume.input.size[2] == 3
for _ in range(3):
    bpy.ops.ed.redo()
assert cells() == 15
assert bpy.ops.convolume.explore() == {'FINISHED'}
push("exploring")
bpy.ops.ed.undo()
assert bpy.ops.convolume.build() == {'FINISHED'} and cells() == 15
"""


def test_undo_and_redo_of_builds_parameters_and_moves(elsewhere):
    elsewhere(UNDO)


def test_two_figures_in_one_scene_are_shown_one_at_a_time(small, panel):
    from addon.story import make_plan
    from addon.ui import panels, state
    from addon.ui.figures import shown

    scene = bpy.context.scene
    assert bpy.ops.convolume.build() == {'FINISHED'}
    assert bpy.ops.convolume.add(figure="conv1d") == {'FINISHED'}
    first, second = collection("conv2d_valid"), collection("conv1d")
    assert first.hide_render and first.hide_viewport and not second.hide_render and shown(scene) == second
    assert scene.camera.name in second.all_objects and small.id == "conv1d"
    lengths = [scene.frame_end]
    layout = panel()
    panels.CONVOLUME_PT_figure.show(None, layout, SimpleNamespace(scene=scene), small)
    assert layout.notes.count("operator convolume.show") == 2 and "label In This Scene" in layout.notes
    assert bpy.ops.convolume.show(figure="conv2d_valid") == {'FINISHED'}
    assert second.hide_render and not first.hide_render and shown(scene) == first
    assert scene.camera.name in first.all_objects
    lengths.append(scene.frame_end)  # each figure has its own scene-wide settings
    assert lengths == [make_plan(state.scene_of(small) if n else load("conv1d")).frames for n in range(2)]
    assert (small.figure, small.id, tuple(small.input.size)[1:]) == ("conv2d_valid", "conv2d_valid", (3, 3))
    small.input.size[2] = 4
    assert bpy.ops.convolume.build() == {'FINISHED'}
    assert len(second.all_objects) > 10 and cells_of(first.all_objects["Input"]) == 12


def test_every_figure_keeps_how_it_is_rendered(small):
    """Quality and formats make no figure out of date, so no build remembers them."""
    bpy.ops.convolume.build()
    small.output.quality, small.output.formats = 'DRAFT', {'STEPS', 'GIF'}
    bpy.ops.convolume.add(figure="conv1d")
    assert small.output.quality != 'DRAFT'
    small.output.quality = 'PRINT'
    for figure, quality, formats in (("conv2d_valid", 'DRAFT', {'STEPS', 'GIF'}), ("conv1d", 'PRINT', {'GIF'})):
        bpy.ops.convolume.show(figure=figure)
        assert (small.id, small.output.quality, set(small.output.formats)) == (figure, quality, formats)
    bpy.ops.convolume.show(figure="conv1d")  # the one that is shown
    assert small.output.quality == 'PRINT'
    small.output.formats = {'MP4'}
    small.figure = "conv2d_valid"  # in the menu
    assert set(small.output.formats) == {'GIF'}
    bpy.ops.convolume.show(figure="conv1d")
    assert set(small.output.formats) == {'MP4'}


def test_the_panel_says_all_that_an_update_kept_once(small, panel):
    scene = bpy.context.scene
    bpy.ops.convolume.build()
    scene.objects["Output"].location.x += 1
    scene.render.resolution_x, scene.frame_end = 960, 690
    bpy.ops.convolume.build()
    report = [line for line in main_panel(panel()) if "ept: " in line]
    assert report == ["label Kept: Output: place; Scene: width; Scene: last frame"]


def test_a_file_saved_and_opened_again_goes_on(small, tmp_path):
    from addon.ui import state
    from addon.ui.figures import is_old

    assert bpy.ops.convolume.build() == {'FINISHED'}
    text = state.text_of(small)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "mine.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "mine.blend"))
    settings = bpy.context.scene.convolume
    assert state.text_of(settings) == text and settings.figure == "conv2d_valid"
    assert not is_old(collection("conv2d_valid"), settings)
    settings.input.size[2] = 4
    assert is_old(collection("conv2d_valid"), settings)
    assert bpy.ops.convolume.build() == {'FINISHED'}
    assert cells_of(collection("conv2d_valid").all_objects["Input"]) == 12


def test_the_scene_can_follow_a_clock_that_was_retimed(small, panel):
    from addon.stage import compat, tweaks
    from addon.ui.figures import misfit

    scene = bpy.context.scene
    bpy.ops.convolume.build()
    built, frames = collection("conv2d_valid"), scene.frame_end
    (curve,) = compat.curves(tweaks.objects_of(built)["clock"])
    last = curve.keyframe_points[-1].co.x
    assert misfit(scene) is None and not bpy.ops.convolume.fit_frames.poll()
    scene.frame_end = frames + 40  # on purpose: a still end
    assert misfit(scene) is None
    scene.frame_end = int(last) - 5  # it cuts the end off
    assert misfit(scene) == frames
    scene.frame_end = frames
    for key in curve.keyframe_points:
        key.co.x = 1 + (key.co.x - 1) * 2
    curve.update()
    wanted = round(2 * (last - 1) + frames - (last - 1))
    assert misfit(scene) == pytest.approx(wanted, abs=1)
    line = f"label The clock runs until frame {misfit(scene)}, the scene ends at {frames}"
    assert {line, "operator convolume.fit_frames"} < set(main_panel(panel()))
    assert bpy.ops.convolume.fit_frames() == {'FINISHED'}
    assert scene.frame_end == pytest.approx(wanted, abs=1) and misfit(scene) is None
    assert "operator convolume.fit_frames" not in main_panel(panel())
    fitted = scene.frame_end
    assert bpy.ops.convolume.build() == {'FINISHED'} and scene.frame_end == fitted
    assert json.loads(built[tweaks.REPORT])["kept"] == ["Convolume clock: timing"], "the end is not the user's own"
    bpy.ops.convolume.add(figure="conv1d")
    assert misfit(scene) is None
    bpy.ops.convolume.show(figure="conv2d_valid")
    assert (scene.frame_end, misfit(scene)) == (fitted, None)
    scene.frame_end = fitted + 40
    assert misfit(scene) is None, "retimed, but before the end was set"


def test_explore_selects_the_window_and_gives_it_free(small):
    assert not bpy.ops.convolume.explore.poll()
    bpy.ops.convolume.build()
    assert bpy.ops.convolume.explore() == {'FINISHED'}
    window = bpy.context.view_layer.objects.active
    assert window.name == "Window"
    assert tuple(window.lock_location) == (False, True, False), "across the input, not out of it"
    assert bpy.ops.convolume.explore() == {'FINISHED'} and all(window.lock_location)


def test_a_grey_button_says_why(settings, tmp_path):
    def refused(operator, words, **arguments):
        with pytest.raises(RuntimeError, match=words):
            operator(**arguments)

    refused(bpy.ops.convolume.build, "Choose a figure first")
    refused(bpy.ops.convolume.reset, "Choose a figure first")
    refused(bpy.ops.convolume.save_scene, "Choose a figure first", filepath=str(tmp_path / "x.toml"))
    settings.figure = "conv2d_valid"
    refused(bpy.ops.convolume.explore, "Build the figure first")
    refused(bpy.ops.convolume.stop, "No rendering is running")
    settings.op.padding_mode = 'PAIRS'
    settings.op.dilation = (40, 40, 40)
    refused(bpy.ops.convolume.build, "Dilation 40×40 makes Kernel Size 3×3 span 81×81 cells")
    settings.op.dilation = (1, 1, 1)
    bpy.ops.mesh.primitive_cube_add()
    bpy.ops.object.mode_set(mode='EDIT')
    refused(bpy.ops.convolume.build, "Leave edit mode first")
    bpy.ops.object.mode_set(mode='OBJECT')
    settings.figure = 'FILE'
    settings.id = ""
    refused(bpy.ops.convolume.build, "Choose a scene file first")


def test_what_only_building_finds_out_is_an_error_and_changes_nothing(small, monkeypatch):
    from addon.scene.load import SceneError
    from addon.ui import state

    def refuse(_scene):
        raise SceneError("x", "output.size", (16, 16), "must have room for the figure")

    monkeypatch.setattr(state, "story_plan", refuse)
    with pytest.raises(RuntimeError, match="Output › Size: must have room"):
        bpy.ops.convolume.build()
    assert not list(bpy.data.objects) and not bpy.ops.convolume.build.poll()


def test_reset_brings_the_shipped_parameters_back(small):
    assert small.input.size[2] == 3
    assert bpy.ops.convolume.reset() == {'FINISHED'} and small.input.size[2] == 6


def test_a_user_without_set_up_scene_keeps_the_scene(small):
    scene = bpy.context.scene
    small.prepare = False
    before = (scene.render.resolution_x, scene.frame_end, scene.world, scene.view_settings.view_transform)
    bpy.ops.convolume.build()
    after = (scene.render.resolution_x, scene.frame_end, scene.world, scene.view_settings.view_transform)
    assert before == after and scene.camera is None


def test_a_new_figure_is_seen_as_its_camera_sees_it_and_the_viewport_comes_back(small):
    from addon.ui import view

    space = view.viewport(bpy.context).spaces.active
    space.overlay.show_floor = False
    before = view._values(space), space.region_3d.view_perspective
    small.prepare = False
    assert bpy.ops.convolume.build() == {'FINISHED'} and not view.is_on(space)
    assert bpy.ops.convolume.add(figure="conv1d") == {'FINISHED'} and not view.is_on(space)
    small.prepare = True
    assert bpy.ops.convolume.add(figure="pooling") == {'FINISHED'} and view.is_on(space)
    assert bpy.ops.convolume.view() == {'FINISHED'}
    assert (view._values(space), space.region_3d.view_perspective) == before
    assert bpy.ops.convolume.build() == {'FINISHED'} and not view.is_on(space), "an update leaves the view alone"
    assert bpy.ops.convolume.view() == {'FINISHED'} and view.is_on(space)
    view._before.clear()  # another session's file
    assert bpy.ops.convolume.view() == {'FINISHED'}
    assert view._values(space) == view.PLAIN and space.region_3d.view_perspective == 'PERSP'


def test_enabled_disabled_and_enabled_again(empty_blender):
    """Nothing is left of classes, properties, menus, handlers, timers, and the figure stays a plain figure."""
    import addon

    def traces():
        kinds = ("Operator", "Panel", "PropertyGroup", "AddonPreferences", "Menu")
        classes = [c for kind in kinds for c in getattr(bpy.types, kind).__subclasses__()]
        found = {c.__name__ for c in classes if "convolume" in c.__name__.lower() and c.is_registered}
        found |= {n for n in dir(bpy.types) if "convolume" in n.lower()}
        found |= {n for n in dir(bpy.types.Scene) if "convolume" in n.lower()} | set(dir(bpy.ops.convolume))
        for menu in ("TOPBAR_MT_file_import", "TOPBAR_MT_file_export", "VIEW3D_MT_add"):
            draws = getattr(getattr(bpy.types, menu, None), "draw", None)
            found |= {f.__module__ for f in getattr(draws, "_draw_funcs", ()) if "addon" in f.__module__}
        for name in dir(bpy.app.handlers):
            functions = getattr(bpy.app.handlers, name)
            if isinstance(functions, list):
                found |= {f.__module__ for f in functions if "addon" in f.__module__}
        return found

    def blocks():
        """All that is in the file, by kind and name."""
        kinds = [p.identifier for p in bpy.types.BlendData.bl_rna.properties if p.type == 'COLLECTION']
        return {(kind, block.name_full) for kind in kinds for block in getattr(bpy.data, kind)}

    assert traces() == set()
    before = blocks()
    addon.register()
    bpy.context.scene.convolume.figure = "conv2d_valid"
    addon.unregister()
    assert traces() == set() and blocks() == before
    assert "convolume" not in bpy.context.scene.bl_rna.properties
    addon.register()
    try:
        with_it = traces()
        bpy.context.scene.convolume.figure = "conv1d"
        bpy.ops.convolume.build()
    finally:
        addon.unregister()
    assert traces() == set() and "Input" in bpy.context.scene.objects
    addon.register()
    try:
        assert traces() == with_it and bpy.context.scene.convolume.id == "conv1d"
        assert bpy.ops.convolume.build() == {'FINISHED'}
    finally:
        addon.unregister()


@pytest.fixture
def child(addon_on, monkeypatch):
    """Render with a Python child that runs these lines in the place of a Blender; argv[1] is the progress file."""
    import sys

    from addon.ui import rendering

    def start(code, out="nowhere"):
        popen = rendering.subprocess.Popen

        def instead(command, **more):
            return popen([sys.executable, "-c", code, command[command.index("--") + 2]], **more)

        monkeypatch.setattr(rendering.subprocess, "Popen", instead)
        return rendering.start("x", ["--out", str(out)])

    yield start
    rendering.stop()


def test_a_jobs_words_progress_and_results(child, tmp_path):
    """A child that writes what ours does, in a folder with a comma in its name."""
    from addon.ui import rendering

    out = tmp_path / "a, b ü"
    out.mkdir()
    (out / "x.gif").write_bytes(b"GIF89a")
    said = f"Blender 5.2.2\nx: {out / 'x.gif'}, 12 frames, 3 distinct, 0.60 s, 6 bytes\n"
    code = ("import sys; open(sys.argv[1], 'w').write('3 12'); sys.stdout.reconfigure(encoding='utf-8'); "
            f"print({said!r}); print('convolume: gif not written: no room', file=sys.stderr); "
            "print('Error: script failed, file: render_script.py, exiting.', file=sys.stderr)")  # fmt: skip
    job = child(code, out)
    assert job.wait() == 0
    assert (job.frames, job.share, job.words) == ((3, 12), 0.25, "Frame 3 of 12")
    assert job.results() == [str(out / "x.gif")] and job.complaint() == "gif not written: no room"
    folder = job._folder.name
    rendering.stop()
    assert rendering.current() is None and not os.path.exists(folder)


def test_limits_and_folder_of_the_preferences_reach_the_child(small, monkeypatch, tmp_path):
    """What may be built in the window may be rendered from it: the child is told what the preferences say."""
    from addon.cli import parser
    from addon.scene.overrides import parse_limits
    from addon.ui import preferences, rendering, results

    mine = SimpleNamespace(limits=" cells=5000000  steps=20000", folder="", theme='FIGURE', use_size=False,
                           output_folder=str(tmp_path / "here"))  # fmt: skip
    monkeypatch.setattr(preferences, "of", lambda _context: mine)
    assert bpy.ops.convolume.build() == {'FINISHED'}
    sent = []
    monkeypatch.setattr(rendering, "start", lambda name, arguments: sent.append((name, arguments)))
    results.CONVOLUME_OT_render._start(SimpleNamespace(), bpy.context)
    ((name, arguments),) = sent
    read = parser().parse_args(["x.blend", *arguments])
    assert name == "conv2d_valid" and str(read.out) == mine.output_folder
    assert parse_limits(read.limit) == preferences.allowed(bpy.context)["limits"] != parse_limits(())
    mine.limits = ""
    results.CONVOLUME_OT_render._start(SimpleNamespace(), bpy.context)
    assert "--limit" not in sent[1][1]


def test_what_a_window_asks_of_a_rendering_never_waits(child, monkeypatch):
    """A child that does not listen is asked to end, later made to, and nobody stands still for it meanwhile."""
    from addon.ui import rendering, results

    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(99)"
    job = child(code)
    while not job._out.seek(0) and not job._out.read():  # it does not listen from here on
        time.sleep(0.01)
    ended, reports = [], []
    monkeypatch.setattr(results, "end", ended.append)
    monkeypatch.setattr(job._process, "wait", lambda *_, **__: pytest.fail("the window waits"))
    render = SimpleNamespace(_job=job, _say=lambda _: None, report=lambda kind, text: reports.append(text))
    screen = SimpleNamespace(is_animation_playing=False)

    def look(kind):
        event = SimpleNamespace(type=kind, value='PRESS')
        return results.CONVOLUME_OT_render.modal(render, SimpleNamespace(screen=screen), event)

    assert look('TIMER') == look('MOUSEMOVE') == {'PASS_THROUGH'} and not job.cancelled
    assert look('ESC') == {'PASS_THROUGH'} and job.words == "Cancelling"
    assert look('TIMER') == {'PASS_THROUGH'} and not ended
    assert bpy.ops.convolume.stop() == {'FINISHED'}, "again, with the button"
    monkeypatch.setattr(rendering, "_GRACE", 0.0)
    while look('TIMER') == {'PASS_THROUGH'}:
        time.sleep(0.01)
    assert look('TIMER') == look('ESC') == {'PASS_THROUGH'}, "events that come in while the result is opened"
    assert len(ended) == 1 and reports == ["Rendering cancelled; no half-written file is left"]
    assert rendering.current() is None and not bpy.ops.convolume.stop.poll()
