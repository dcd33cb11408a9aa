# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel says what a scene file can say: the same keys, ranges and words, and the same figure comes out."""

import re
import shutil
import struct
import tomllib
from types import MethodType, SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from addon.scene.checks import toml
from addon.scene.load import SceneError, dump, figures, load, loads
from addon.scene.spec import OPS, SOURCES, TABLES, Scene, default_of, knobs
from addon.story import make_plan
from addon.story.plan.describe import describe
from tests.figures import one_of_each

bpy = pytest.importorskip("bpy", reason="the bpy module is not installed (make test installs it)")

# other than the default, one for each kind of knob; the keys that need another one
OTHER = {
    "op.kernel_size": (2, 3), "op.padding": ((0, 1), (2, 3)), "op.stride": 2, "op.dilation": (1, 2), "op.groups": 2,
    "op.out_channels": 4, "op.output_padding": 1, "op.ceil_mode": True, "op.count_include_pad": False,
    "input.size": (7, 8), "input.channels": 2, "input.seed": 12, "input.low": -3, "input.high": 9,
    "input.values": ((1, 0.25, -3), (4, 5, 6.5)), "input.levels": 6, "input.index": 3,
    "weight.seed": 5, "weight.low": -2, "weight.high": 4, "weight.values": ((1, 0.1), (-2, 3)),
    "weight.kernel": ("sobel_x", "blur"), "bias.seed": 4, "bias.low": 0, "bias.high": 7, "bias.values": -2,
    "compare.kernel_size": (3, 4), "compare.stride": (2, 1), "compare.padding": "same", "compare.dilation": 3,
    "compare.type": "avg_pool", "compare.seed": 9, "compare.low": -4, "compare.high": 5,
    "compare.values": ((1, 2), (0.5, 3)), "compare.kernel": "blur", "look.index_from": 1,
    "words.channels": ("rot, hell", "grün", "blau"), "timing.first": 2.35, "timing.longest": 33.5,
    "camera.azimuth": -31.5, "output.size": (640, 360), "output.fps": 12.5, "output.formats": ("mp4", "steps"),
    "story": "channels", "kind": "volume", "title": "Ein \"Titel\" — mit ü",
}  # fmt: skip


def every_key():
    for table, cls in {"": Scene, **TABLES}.items():
        for key, knob in knobs(cls).items():
            yield (f"{table}.{key}" if table else key), knob


def other(key, knob):
    if key in OTHER:
        return OTHER[key]
    default, kind = default_of(knob), knob.metadata["kind"]
    if kind == "flag":
        return not default
    if kind == "choice":
        return next(c for c in knob.metadata["choices"] if c != default)
    if kind == "real":
        return (default or 1) + 0.25
    if kind == "whole":
        return (default or 0) + 1
    return {"text": "Wört {count} \u2212", "path": "/some where/ä.npy"}[kind]


def group_and_field(settings, key):
    from addon.ui.fields import FIELDS

    table, _, name = key.rpartition(".")
    return (getattr(settings, table) if table else settings), FIELDS[table][name]


def test_properties_carry_the_specs_words_ranges_and_defaults(settings):
    for key, knob in every_key():
        group, field = group_and_field(settings, key)
        name = "padding_mode" if knob.metadata["kind"] == "padding" else field.id
        found, about = group.bl_rna.properties[name], knob.metadata
        assert found.name and not found.description.endswith(".")
        assert found.description.lower() == about["help"].replace("`", "").lower(), key
        if about["range"]:
            numbers = group.bl_rna.properties[field.id]
            low, high = about["range"]
            assert (numbers.hard_min, numbers.hard_max) == pytest.approx((low, high)), key
        if about["choices"]:
            assert {i.identifier for i in found.enum_items} >= {str(c).upper() for c in about["choices"]}, key
        assert field.get(group, 2) == (default_of(knob) if not field.source else field.get(group, 2)), key


@pytest.mark.parametrize("table", ["", *TABLES])
def test_every_key_takes_a_value_and_gives_it_back(settings, table):
    for key, knob in every_key():
        if key.rpartition(".")[0] != table:
            continue
        group, field = group_and_field(settings, key)
        value = other(key, knob)
        assert value != default_of(knob), key
        field.put(group, tomllib.loads(f"v = {toml(value)}")["v"])  # as a file gives it
        assert toml(field.get(group, 2)) == toml(value), key
        field.put(group, None)
        assert field.source or field.get(group, 2) == default_of(knob), key


@pytest.mark.parametrize("figure", figures())
def test_panel_to_scene_file_to_plan_is_the_shipped_figure(settings, figure, tmp_path, capsys):
    from addon import cli

    settings.figure = figure
    path = tmp_path / f"{figure}.toml"
    assert bpy.ops.convolume.save_scene(filepath=str(path)) == {'FINISHED'}
    capsys.readouterr()
    assert cli.main([str(path), "--plan"]) == 0
    assert capsys.readouterr().out == describe(make_plan(load(figure)))
    # and back again: the saved file fills the panel with the same
    settings.figure, settings.file = 'FILE', str(path)
    assert not settings.trouble and settings.id == figure
    from addon.ui import state

    assert dump(state.scene_of(settings), tmp_path) == dump(load(path), tmp_path)


@pytest.mark.parametrize("path", one_of_each().values())
def test_the_panel_takes_a_file_of_the_second_edition_whole(settings, path):
    from addon.ui import state

    settings.figure, settings.file = 'FILE', str(path)
    assert not settings.trouble and settings.id == path.stem
    assert dump(state.scene_of(settings), path.parent) == dump(load(path), path.parent)
    assert describe(state.story_plan(state.scene_of(settings))) == describe(make_plan(load(path)))


# figures to set a key in: the first that takes it alone, or with these other keys
BASES = ("conv2d_valid", "pooling", "transposed_conv_strided", "conv1d", "rgb_conv", "conv2d_stride_comparison",
         "mnist_conv", "depth")  # fmt: skip
BESIDE = {
    "output.quality": {"output.size": (1280, 720), "output.fps": 20},  # the panel keeps what it shows of a draft, too
    "op.groups": {"weight.seed": 1, "input.channels": 2, "op.out_channels": 2}, "weight.low": {"weight.seed": 1},
    "op.count_include_pad": {"op.type": "avg_pool"}, "weight.high": {"weight.seed": 1}, "bias.low": {"bias.seed": 1},
    "bias.high": {"bias.seed": 1}, "compare.low": {"compare.seed": 1}, "compare.high": {"compare.seed": 1},
}  # fmt: skip


def test_every_key_that_is_set_in_the_panel_is_in_the_scene(settings, tmp_path):
    """As the command line's --set would have it; for every key some figure takes it."""
    import imageio.v3 as imageio
    import numpy as np

    from addon.ui import state

    files = {"input.npy": np.ones((6, 6)), "weight.npy": np.ones((3, 3)), "bias.npy": np.ones(1),
             "compare.npy": np.ones((2, 2))}  # fmt: skip
    for key, numbers in files.items():
        np.save(tmp_path / f"{key}.npy", numbers)
        files[key] = tmp_path / f"{key}.npy"
    files["input.image"], files["input.idx"] = tmp_path / "grün.png", tmp_path / "five.idx"
    pictures = np.arange(5 * 64, dtype=np.uint8).reshape(5, 8, 8)
    imageio.imwrite(files["input.image"], pictures[0])
    files["input.idx"].write_bytes(struct.pack(">4i", 0x803, *pictures.shape) + pictures.tobytes())
    set_in = {}
    for key, knob in every_key():
        value = files.get(key, other(key, knob))
        beside = {"input.idx": files["input.idx"]} if key == "input.index" else BESIDE.get(key, {})
        wanted = {**beside, key: value}
        for base in ("mnist_conv",) if key.startswith("input.i") else BASES:
            try:
                text = dump(load(base), tmp_path)  # what is as it would be worked out is not written
                overrides = {k: str(v) if k in files else v for k, v in wanted.items()}
                scene = loads(text, overrides, path=tmp_path / f"{base}.toml")
            except SceneError:
                continue
            set_in[key] = base
            break
        else:
            continue
        settings.figure = 'NONE'
        settings.figure = base
        for name, given in wanted.items():
            group, field = group_and_field(settings, name)
            if field.source:
                group.source = field.key.upper()
            if name == "op.type":
                group.type = given.upper()
            else:
                field.put(group, given if name in files else tomllib.loads(f"v = {toml(given)}")["v"])
        assert dump(state.scene_of(settings), tmp_path) == dump(scene, tmp_path), key
    assert {key for key, _ in every_key()} - set(set_in) == set()


def test_the_command_line_tells_the_same_of_a_saved_file(settings, root, tmp_path):
    import subprocess
    import sys

    settings.figure = "conv2d_strided"
    settings.op.stride[2] = 3
    path = tmp_path / "conv2d_strided.toml"
    bpy.ops.convolume.save_scene(filepath=str(path))
    from addon.ui import state

    command = [sys.executable, "-m", "addon", str(path), "--plan"]
    messages = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    assert messages == describe(make_plan(state.scene_of(settings)))


def test_a_saved_file_that_others_cannot_read_as_it_lies_is_said(settings, tmp_path):
    import numpy as np

    from addon.ui import import_export

    np.save(tmp_path / "mine.npy", np.ones((6, 6)))
    settings.figure = "conv2d_valid"
    settings.input.source, settings.input.npy = 'NPY', str(tmp_path / "mine.npy")
    said = {}
    (tmp_path / "elsewhere").mkdir()
    for folder in (tmp_path, tmp_path / "elsewhere"):
        reports = said[folder] = []
        mine = SimpleNamespace(filepath=str(folder / "x.toml"), report=lambda kind, text, to=reports: to.append(text))
        assert import_export.CONVOLUME_OT_save_scene.execute(mine, bpy.context) == {'FINISHED'}
    (away,) = said[tmp_path / "elsewhere"]
    assert said[tmp_path] == [f"Saved {tmp_path / 'x.toml'}"]
    assert "Input › NumPy File must lie beside" in away and "copy it there, choose the copy and save again" in away
    assert "at Read From in the add-on's preferences" in away
    settings.input.npy = str(shutil.copy(tmp_path / "mine.npy", tmp_path / "elsewhere"))  # as it says
    assert import_export.CONVOLUME_OT_save_scene.execute(mine, bpy.context) == {'FINISHED'}
    assert said[tmp_path / "elsewhere"][1:] == [f"Saved {tmp_path / 'elsewhere' / 'x.toml'}"]


def test_the_window_names_its_preferences_where_a_message_has_an_option(root):
    """Every option that messages about scenes and plans name is one that a window has other words for."""
    from addon.ui.messages import in_window

    sources = [p.read_text(encoding="utf-8") for room in ("scene", "story")
               for p in (root / "addon" / room).rglob("*.py")]  # fmt: skip
    named = {text for source in sources for text in re.findall(r"--(?:limit \w+=|allow \w+)", source)}
    assert named >= {"--allow FOLDER", "--limit picture="}
    assert not [text for text in named if "--" in in_window(f"name its folder with {text}9")]
    assert in_window("must be less (--limit film=9 allows it)") == (
        "must be less (film=9 at Limits in the add-on's preferences allows it)"
    )


def test_a_source_without_its_file_or_numbers_is_said(settings):
    from addon.ui import state

    settings.figure = "conv2d_valid"
    settings.input.source = 'IMAGE'
    error = state.check(settings).error
    assert (error.key, error.hint) == ("input.image", "choose a file")
    settings.input.source, settings.bias.source = 'SEED', 'VALUES'
    settings.bias.values_.clear()
    assert state.check(settings).error.key == "bias.values"
    settings.bias.source = 'NONE'
    assert state.check(settings).error is None


def test_renders_of_an_unsaved_file_go_to_a_folder_of_the_users_own(settings):
    import os
    import tempfile

    from addon.ui.preferences import output_folder

    folder = output_folder(bpy.context)
    assert os.path.basename(folder) == "renders" and folder.startswith(bpy.utils.resource_path('USER'))
    assert os.path.dirname(folder) != tempfile.gettempdir()


def test_numbers_typed_into_the_grid_are_exact(settings):
    from addon.ui import state

    settings.figure = "conv2d_valid"
    grid = settings.weight.values_
    assert [n.value for n in grid] == [1, 0, -1] * 3 and tuple(settings.weight.shape)[:2] == (3, 3)
    grid[4].value = 0.1
    grid[5].text = "123456789.123"
    assert state.scene_of(settings).weight.values == ((1, 0, -1), (1, 0.1, 123456789.123), (1, 0, -1))
    assert bpy.ops.convolume.resize(table="weight", axes=2, shape=(2, 4, 1, 1, 1)) == {'FINISHED'}
    assert state.scene_of(settings).weight.values == ((1, 0, -1, 0), (1, 0.1, 123456789.123, 0))


def test_typing_numbers_starts_from_what_was_there(settings):
    from addon.scene.arrays import arrays
    from addon.ui import state

    settings.figure = "conv2d_valid"
    before = arrays(state.scene_of(settings))[0]
    settings.input.source = 'VALUES'
    assert (arrays(state.scene_of(settings))[0] == before).all() and len(settings.input.values_) == 36
    assert bpy.ops.convolume.resize(table="input", axes=2, shape=(4, 5, 1, 1, 1)) == {'FINISHED'}
    assert state.check(settings).input == (1, 4, 5), "the numbers say the size, not the one from before"
    for figure in ("conv1d", "rgb_conv", "depth", "volume_to_volume"):
        settings.figure = figure
        shape = state.check(settings).input
        settings.input.source = 'VALUES'
        assert state.check(settings).input == shape, figure
    for figure, axes in (("conv1d", 1), ("conv2d_same", 2), ("rgb_conv", 4), ("transposed_conv", 2)):
        settings.figure = figure
        settings.weight.source = 'KERNEL' if axes == 2 else 'SEED'  # the figure's own numbers are still in the grid
        before = arrays(state.scene_of(settings))[1]
        settings.weight.source = 'VALUES'
        assert settings.weight.axes == axes and (arrays(state.scene_of(settings))[1] == before).all(), figure


def test_a_second_runs_weights_are_typed_in_its_own_grid(settings, panel):
    """They start from those of the first; its sources are offered where there are weights."""
    from addon.ui import panels, state

    settings.figure = "conv2d_stride_comparison"
    assert not [line for line in drawn(panels.CONVOLUME_PT_compare, panel) if "convolume.resize" in line]
    settings.compare.source = 'VALUES'
    scene = state.scene_of(settings)
    assert scene.compare.values == scene.weight.values and scene.compare.given
    assert [line for line in drawn(panels.CONVOLUME_PT_compare, panel) if "convolume.resize" in line]
    settings.figure = "pooling"
    assert not [line for line in drawn(panels.CONVOLUME_PT_compare, panel) if ".source" in line]


def test_a_picture_comes_into_a_grid_that_was_typed_before_and_an_unknown_one_does_not(settings, tmp_path):
    from addon.scene.arrays import arrays
    from addon.ui import state

    Image.fromarray(np.full((18, 18), 200, np.uint8)).save(tmp_path / "a.png")
    settings.figure = "conv2d_valid"
    settings.input.source = 'VALUES'
    settings.input.values_[0].value = 77
    settings.input.source = 'IMAGE'
    settings.input.source = 'VALUES'  # no picture was chosen: there is nothing to take
    assert settings.input.values_[0].value == 77
    settings.input.source = 'IMAGE'
    settings.input.image, settings.input.use_size, settings.input.size = str(tmp_path / "a.png"), True, (6, 9, 9)
    before = arrays(state.scene_of(settings))[0]
    settings.input.source = 'VALUES'
    assert len(settings.input.values_) == 81 and not settings.input.use_size
    assert (arrays(state.scene_of(settings))[0] == before).all()


def test_a_tick_takes_over_what_was_worked_out_and_changes_nothing(settings):
    from addon.ui import state
    from addon.ui.fields import FIELDS

    # These are told apart when given, even where they say what is worked out anyway.
    known, as_said = {}, ("story", "meaning", "title", "next", "longest", "decimals", "meets_zero")
    for figure in ("rgb_to_volume", "pooling", "conv1d", "conv2d_stride_comparison"):
        settings.figure = 'NONE'
        settings.figure, settings.use_story = figure, False
        for table, fields in FIELDS.items():
            group = getattr(settings, table) if table else settings
            for key, field in fields.items():
                if not field.optional or getattr(group, field.use) or not state.applies(settings, table, key):
                    continue
                if key in ("kind", "light"):  # what they come to is no value of theirs: there is nothing to take over
                    continue
                worked_out, rank = state.worked_out(state.check(settings), table, key), state.rank_of(settings)
                if table == "" and key in ("kind", "story") and worked_out is None:  # the other one shows it
                    continue
                built = state.check(settings).key
                setattr(group, field.use, True)
                found = field.get(group, rank)
                even = (worked_out,) * rank if isinstance(worked_out, int) and isinstance(found, tuple) else worked_out
                assert found == even, (figure, table, key)
                checked = state.check(settings)
                same = table == "compare" or (checked.error is None and (key in as_said or checked.key == built))
                assert same, (figure, table, key, checked.error)
                known.setdefault(f"{table}.{key}", set()).add(found)
                setattr(group, field.use, False)
    assert known["op.kernel_size"] >= {3, 2} and known["op.out_channels"] >= {1, 4}


def test_what_is_worked_out_is_named_or_nothing_is_said_of_it(settings, panel):
    from addon.ui import panels

    settings.figure, settings.use_kind = "pooling", False
    assert "label Pooling, worked out" in drawn(panels.CONVOLUME_PT_figure, panel)
    settings.figure = "conv2d_valid"
    assert not [line for line in drawn(panels.CONVOLUME_PT_data, panel) if "label worked out" in line]
    settings.weight.source = 'KERNEL'
    assert any("label Kernel sobel_x: " in line for line in drawn(panels.CONVOLUME_PT_data, panel))


def test_only_the_parameters_that_the_operation_has_are_drawn_and_written(settings, panel):
    from addon.ui import panels, state

    settings.figure = "conv2d_valid"
    settings.weight.source = 'KERNEL'
    for op in OPS:
        settings.op.type = op.upper()
        messages = drawn(panels.CONVOLUME_PT_operation, panel)
        for key, knob in knobs(TABLES["op"]).items():
            ops = knob.metadata["ops"]
            names = {f"CONVOLUME_Op.{name}" for name in (key, f"{key}_mode", f"use_{key}")}
            shown = any(line.split()[0] in names for line in messages)
            assert shown == (not ops or op in ops), f"{op}: {key}: {messages}"
        try:
            state.scene_of(settings)
        except SceneError as error:
            assert "does not apply" not in str(error)


def drawn(cls, panel):
    """What a panel shows, as lines."""
    return layout_of(cls, panel).notes


def marks(cls, panel):
    """Whether the panel's header, which is seen of a folded one too, says that something is wrong in it."""
    mine = SimpleNamespace(layout=panel(), tables=getattr(cls, "tables", ()))
    getattr(cls, "draw_header", lambda *_: None)(mine, bpy.context)
    return bool(mine.layout.notes)


def layout_of(cls, panel):
    mine = SimpleNamespace(layout=panel())
    for name in ("show", "draw_report", "numbers", "grid"):
        if hasattr(cls, name):
            setattr(mine, name, MethodType(getattr(cls, name), mine))
    region = SimpleNamespace(width=320)
    space = next(a for a in bpy.context.window.screen.areas if a.type == 'VIEW_3D').spaces.active
    cls.draw(mine, SimpleNamespace(scene=bpy.context.scene, region=region, space_data=space,
                                   preferences=bpy.context.preferences))  # fmt: skip
    return mine.layout


@pytest.mark.parametrize("figure", figures())
def test_every_panel_draws_for_every_figure(settings, panel, figure):
    from addon.ui import panels

    settings.figure = figure
    settings.find_word = "sum"
    for cls in panels.classes:
        if not hasattr(cls, "poll") or cls.poll(bpy.context):
            assert drawn(cls, panel) or cls is panels.CONVOLUME_PT_compare


def test_the_menus_have_every_figure_and_the_files(addon_on, panel):
    from addon.ui import import_export

    made = SimpleNamespace(layout=panel())
    chosen = []
    made.layout.operator = lambda name, **_: chosen.append((name, item := SimpleNamespace())) or item
    import_export.CONVOLUME_MT_add.draw(made, bpy.context)
    assert [(name, item.figure) for name, item in chosen] == [("convolume.add", f) for f in figures()]
    for menu, entry in import_export.MENUS:
        shown = SimpleNamespace(layout=panel())
        entry(shown, bpy.context)
        assert len(shown.layout.notes) == 1 and entry in getattr(bpy.types, menu).draw._draw_funcs


def test_what_a_build_kept_and_what_it_could_not_is_in_the_panel(settings, panel):
    from addon.ui import panels

    settings.figure = "conv1d"
    bpy.ops.convolume.build()
    things = bpy.context.scene.objects
    things["Output"].location.x += 2
    things["Window"].data.vertices[0].co.x += 0.5
    settings.timing.outro += 1
    assert "label The figure is out of date" in drawn(panels.CONVOLUME_PT_main, panel)
    bpy.ops.convolume.build()
    messages = " ".join(drawn(panels.CONVOLUME_PT_main, panel)).replace("label ", "")
    assert "Kept: Output: place" in messages and "Not kept: Window: its edited mesh" in messages
    assert "out of date" not in messages


def test_shapes_and_steps_are_shown_live_and_what_cannot_be_is_explained(settings, panel):
    from addon.ui import panels

    settings.figure = "conv2d_strided"
    messages = drawn(panels.CONVOLUME_PT_operation, panel)
    assert "label Output 1×3×3" in messages and "label 9 steps" in messages
    settings.op.stride = (3, 3, 3)
    assert "label 4 steps" in drawn(panels.CONVOLUME_PT_operation, panel)
    settings.op.use_kernel_size = True
    settings.weight.source, settings.op.kernel_size = 'SEED', (12, 12, 12)
    red = layout_of(panels.CONVOLUME_PT_operation, panel).red
    assert red and all(line.startswith(("CONVOLUME_Op.kernel_size", "CONVOLUME_Op.use_kernel_size")) for line in red)
    assert not [line for line in drawn(panels.CONVOLUME_PT_operation, panel) if "steps" in line]
    messages = " ".join(drawn(panels.CONVOLUME_PT_main, panel)).replace("label ", "")
    assert "Kernel Size 12×12 spans 12×12 cells, the padded input has only 7×7; use a smaller kernel" in messages
    assert not bpy.ops.convolume.build.poll()
    marked = [cls for cls in panels.classes if hasattr(cls, "tables") and marks(cls, panel)]
    assert marked == [panels.CONVOLUME_PT_operation]
    settings.input.low = 30
    settings.op.kernel_size = (3, 3, 3)
    assert "Input › Low: must be at most Input › High (3)" in " ".join(
        drawn(panels.CONVOLUME_PT_main, panel)).replace("label ", "")  # fmt: skip
    assert [cls for cls in panels.classes if marks(cls, panel)] == [panels.CONVOLUME_PT_data]
    settings.figure = 'NONE'
    settings.figure = "conv2d_strided"
    assert not [cls for cls in panels.classes if marks(cls, panel)]


def test_only_the_update_is_red_when_the_figure_is_out_of_date(settings, panel):
    from addon.ui import panels

    settings.figure = "conv1d"
    bpy.ops.convolume.build()
    assert not layout_of(panels.CONVOLUME_PT_main, panel).red
    settings.timing.outro += 1
    assert layout_of(panels.CONVOLUME_PT_main, panel).red == ["operator convolume.build"]


OF_A_KIND = {"use_story": False, "use_kind": True, "kind": 'SLIDING'}
IMPOSSIBLE = [
    ("conv2d_strided", "op", {"dilation": (9, 9, 9)}, "Dilation 9×9 makes Kernel Size 3×3 span 19×19 cells"),
    ("conv2d_valid", "op", {"use_kernel_size": True, "kernel_size": (5, 5, 5)}, "be 3×3, as Weight › Numbers is, or"),
    ("conv2d_strided", "op", {"type": 'MAX_POOL'}, "Type: must be conv for the kind sliding; or untick Kind"),
    ("conv2d_strided", "compare", {"use_stride": True}, "Kind: must be comparison where there is a Second Run"),
    ("pooling", "", OF_A_KIND, "Type: must be conv for the kind sliding; or untick Kind"),
    ("conv2d_stride_comparison", "", OF_A_KIND, "Kind: must be comparison where there is a Second Run"),
    ("pooling", "op", {"padding": (5, 5, 5)}, "Padding 5+5 × 5+5 with Kernel Size 2×2"),
    ("transposed_conv", "op", {"padding": (9, 9, 9)}, "its size would be -14×-14;"),
    ("transposed_conv", "op", {"output_padding": (9, 9, 9)}, "the larger of Stride 1×1 and Dilation 1×1"),
    ("conv2d_valid", "output", {"size": (8192, 8192)}, "at Limits in the add-on's preferences"),
]


def test_what_cannot_be_is_said_in_the_panels_words(settings):
    from addon.ui import messages, state

    for figure, table, values, words in IMPOSSIBLE:
        settings.figure = 'NONE'
        settings.figure = figure
        for name, value in values.items():
            setattr(getattr(settings, table) if table else settings, name, value)
        said = messages.short(state.check(settings).error)
        assert words in said
        keys = r"\w_\w|[^e]=\D|\(\(|\b(op|input|weight|compare)\.\w|left out|leave (it|story) out"
        assert not re.search(keys, said), said


def test_a_scene_file_that_cannot_be_read_is_explained_and_nothing_else_changes(settings, panel, tmp_path):
    from addon.ui import panels

    settings.figure = "conv1d"
    bad = tmp_path / "bad.toml"
    bad.write_text("[op]\ntype = 'conv'\nstride = 0\n")
    settings.figure, settings.file = 'FILE', str(bad)
    assert "op.stride" in settings.trouble and settings.id == "conv1d"
    assert any("stride" in line for line in drawn(panels.CONVOLUME_PT_main, panel))
    with pytest.raises(RuntimeError, match=r"op\.stride"):
        bpy.ops.convolume.load_scene(filepath=str(bad))
    good = tmp_path / "good.toml"
    good.write_text("[op]\ntype = 'max_pool'\n")
    assert bpy.ops.convolume.load_scene(filepath=str(good)) == {'FINISHED'}
    assert (settings.figure, settings.id, settings.op.type, settings.trouble) == ('FILE', "good", 'MAX_POOL', "")


def test_what_is_read_says_whether_it_is_built_or_changes_what_stands_here(settings, panel, tmp_path):
    from addon.ui import import_export, panels

    path = tmp_path / "mine" / "a_long_folder" / "conv1d.toml"
    path.parent.mkdir(parents=True)
    path.write_text(dump(load("conv1d")))
    said = []
    mine = SimpleNamespace(filepath=str(path), report=lambda kind, text: said.append(text))
    for _ in range(2):
        assert import_export.CONVOLUME_OT_load_scene.execute(mine, bpy.context) == {'FINISHED'}
        bpy.ops.convolume.build()
    assert "Build it there" in said[0] and "Update changes" in said[1] and "under another Name" in said[1]
    assert "label conv1d.toml" in drawn(panels.CONVOLUME_PT_main, panel), "the field shows the path's beginning only"


def test_what_a_file_says_is_shown_where_there_is_no_property_for_it():
    """Every kind of knob has a field; a new table must be drawn by a panel."""
    from addon.ui import fields

    assert set(fields.FIELDS) == {"", *TABLES} and set(SOURCES) <= set(TABLES)
    assert all(f.metadata["kind"] in fields.KINDS for _, f in every_key())
    assert loads(dump(load("rgb_conv"))).op == load("rgb_conv").op
