# SPDX-License-Identifier: GPL-3.0-or-later
"""Scene files that are right: found, completed, overridden, and written so that they load as they were."""

import dataclasses
import pickle
import subprocess
import sys
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addon.ops import OPERATIONS
from addon.scene import letters, spec
from addon.scene import load as scenes
from addon.scene.load import REMOVED, SceneError, dump, load, loads
from addon.scene.overrides import parse_override
from addon.scene.words import Words
from tests.figures import figures


def again(scene):
    """The scene that its own text gives."""
    return loads(dump(scene), path=scene.path)


def test_every_figure_loads_has_a_title_and_is_named_after_its_file():
    assert {"conv2d_valid", "rgb_conv"} <= set(scenes.figures())
    for figure in scenes.figures():
        scene = load(figure)
        assert scene.id == figure
        assert scene.title
        assert scene.path == scenes.scenes_folder() / f"{figure}.toml"


def test_the_valid_convolution_is_six_by_six_under_three_by_three():
    scene = load("conv2d_valid")
    assert (scene.title, scene.story, scene.kind) == ("Valid convolution", None, "sliding")
    assert (scene.op.type, scene.op.kernel_size, scene.op.stride, scene.op.padding) == ("conv", 3, 1, "valid")
    assert (scene.input.size, scene.input.channels) == ((6, 6), 1)
    assert scene.bias == spec.Bias()


def test_the_rgb_convolution_has_one_filter_over_three_channels_and_a_bias():
    scene = load("rgb_conv")
    assert (scene.title, scene.story, scene.kind) == ("RGB convolution", None, "volume")
    assert (scene.op.padding, scene.op.out_channels) == (1, 1)
    assert (scene.input.size, scene.input.channels, scene.bias.values) == ((6, 6), 3, (1,))


def test_a_file_with_two_lines_is_a_whole_scene():
    scene = loads("[op]\ntype = 'max_pool'\n")
    assert (scene.op.kernel_size, scene.op.stride) == (2, 2)
    assert (scene.input.size, scene.input.channels, scene.input.seed) == ((6, 6), 1, 0)
    assert (scene.output.size, scene.output.fps, scene.output.formats) == ((1280, 720), 20, ("gif",))
    assert (scene.camera.azimuth, scene.camera.elevation) == (30, 22)


def test_a_scene_is_frozen_hashable_and_can_be_sent_to_another_process():
    scene = load("rgb_conv")
    assert pickle.loads(pickle.dumps(scene)) == scene
    assert hash(scene) == hash(load("rgb_conv"))
    with pytest.raises(dataclasses.FrozenInstanceError):
        scene.title = "other"


def test_a_path_is_loaded_wherever_it_lies(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_bytes(b"\xef\xbb\xbftitle = 'M\xc3\xa4rz'\r\n[op]\r\ntype = 'conv'\r\n")
    assert load(file).title == load(str(file)).title == "März"
    assert load(file).id == "mine"


def test_a_file_in_the_current_folder_needs_no_suffix_to_be_found(tmp_path, monkeypatch):
    (tmp_path / "talk").write_text("[op]\ntype = 'conv'\n")
    monkeypatch.chdir(tmp_path)
    assert load("talk").id == "talk"


def test_inside_an_installed_package_the_scenes_lie_in_it(tmp_path, monkeypatch):
    package = tmp_path / "convolume"
    (package / "story").mkdir(parents=True)
    monkeypatch.setattr(scenes, "__file__", str(package / "scene" / "load.py"))
    assert scenes.scenes_folder() == (tmp_path / "scenes").resolve()
    (package / "scenes").mkdir()
    assert scenes.scenes_folder() == (package / "scenes").resolve()


# --- what is left out is worked out ---


@pytest.mark.parametrize(
    ("text", "size", "channels"),
    [
        ("size = 10", (10,), 1),
        ("size = '4x5'", (4, 5), 1),
        ("size = '4×5×6'", (4, 5, 6), 1),
        ("values = [1, 2, 3]", (3,), 1),
        ("values = [[1, 2], [3, 4], [5, 6]]", (3, 2), 1),
        ("values = [[[1, 2]], [[3, 4]]]", (1, 2), 2),
        ("values = [[1, 2], [3, 4]]\nsize = 2", (2,), 2),
        ("values = [[1, 2], [3, 4]]\nchannels = 2", (2,), 2),
        ("values = [[[1, 2]], [[3, 4]]]\nsize = [2, 1, 2]", (2, 1, 2), 1),
    ],
)
def test_size_and_channels_follow_the_numbers(text, size, channels):
    scene = loads(f"[op]\ntype = 'global_max_pool'\n[input]\n{text}\n")
    assert (scene.input.size, scene.input.channels) == (size, channels)
    assert again(scene) == scene


@pytest.mark.parametrize(
    ("text", "kernel_size", "filters"),
    [
        ("[weight]\nvalues = [[1, 2], [3, 4]]", 2, 1),
        ("[weight]\nvalues = [[1, 2, 3]]", (1, 3), 1),
        ("[weight]\nvalues = [[[1]], [[2]], [[3]]]", 1, 3),
        ("[input]\nchannels = 3\n[weight]\nvalues = [[[1]], [[2]], [[3]]]", 1, 1),
        ("[input]\nchannels = 2\n[weight]\nvalues = [[[[1]], [[2]]], [[[1]], [[2]]], [[[1]], [[2]]]]", 1, 3),
        ("[weight]\nkernel = ['edge', 'blur']", 3, 2),
        ("[input]\nchannels = 2\n[weight]\nkernel = ['edge', 'blur']", 3, 1),
        ("[input]\nchannels = 2\n[weight]\nkernel = [['edge', 'blur'], ['ones', 'ones']]", 3, 2),
        ("groups = 2\n[input]\nchannels = 2", 3, 2),
        ("out_channels = 5", 3, 5),
    ],
)
def test_kernel_size_and_filters_follow_the_weights(text, kernel_size, filters):
    scene = loads(f"[op]\ntype = 'conv'\n{text}\n")
    assert (scene.op.kernel_size, scene.op.out_channels) == (kernel_size, filters)
    assert again(scene) == scene


def test_a_transposed_convolution_counts_its_filters_on_the_second_axis():
    text = "[op]\ntype = 'conv_transpose'\n{}\n[input]\nchannels = 2\n[weight]\nvalues = {}\n"
    one = loads(text.format("", [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]))
    assert one.op.out_channels == 1
    three = loads(text.format("groups = 2", [[[[1]], [[2]], [[3]]], [[[4]], [[5]], [[6]]]]))
    assert three.op.out_channels == 6


# --- overrides ---


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("op.stride=2", 2),
        (" op.stride = 2 ", 2),
        ("op.stride=[1, 2]", [1, 2]),
        ("op.padding=same", "same"),
        ('op.padding="same"', "same"),
        ("op.padding=[[1, 0], [0, 1]]", [[1, 0], [0, 1]]),
        ("input.size=8x8", "8x8"),
        ("input.size=0x10", "0x10"),
        ("input.image=photo.png", "photo.png"),
        ("input.image=2024", "2024"),
        ("title=1984", "1984"),
        ("title=", ""),
        ("op.stride=", REMOVED),
        ("title=a = b", "a = b"),
        ("words.input=Eingabe", "Eingabe"),
        ("output.formats=gif,mp4", "gif,mp4"),
        ("look.title=false", False),
        ("camera.azimuth=30", 30),
        ("op.stride=2\ntitle = 'x'", "2\ntitle = 'x'"),
    ],
)
def test_an_override_is_a_toml_value_or_else_text(text, value):
    key, parsed = parse_override(text)
    assert key == text.partition("=")[0].strip()
    assert parsed == value
    assert type(parsed) is type(value)


def test_an_override_replaces_one_key_and_leaves_the_rest():
    plain, changed = load("conv2d_valid"), load("conv2d_valid", {"op.stride": 3, "words.input": "Eingabe"})
    assert changed.op == dataclasses.replace(plain.op, stride=3)
    assert changed.words.input == "Eingabe"
    assert (changed.input, changed.weight) == (plain.input, plain.weight)


def test_a_new_source_takes_the_place_of_the_files_with_all_that_belonged_to_it():
    scene = load("rgb_conv", {"input.values": np.ones((3, 8, 8), int), "weight.kernel": "sobel_x"})
    assert (scene.input.seed, scene.input.size, scene.input.channels) == (None, (8, 8), 3)
    assert (scene.input.low, scene.input.high) == (0, 3)
    assert (scene.weight.values, scene.weight.kernel) == (None, "sobel_x")
    assert again(scene) == scene


def test_another_seed_keeps_the_files_range():
    scene = loads("[op]\ntype = 'conv'\n[input]\nlow = -5\nhigh = 5\n", {"input.seed": 3})
    assert (scene.input.seed, scene.input.low, scene.input.high) == (3, -5, 5)


def test_paths_start_beside_the_file_or_in_the_current_folder_for_an_override(tmp_path, monkeypatch):
    beside, here = tmp_path / "a", tmp_path / "b"
    for folder in (beside, here):
        folder.mkdir()
        np.save(folder / "x.npy", np.ones((4, 4), int))
    file = beside / "s.toml"
    file.write_text("[op]\ntype = 'conv'\n[input]\nnpy = 'x.npy'\n")
    monkeypatch.chdir(here)
    assert load(file).input.npy == beside / "x.npy"
    assert load(file, {"input.npy": "x.npy"}).input.npy == here / "x.npy"


# --- writing ---


def test_what_is_dumped_loads_as_the_same_scene_and_says_no_default():
    for figure in figures():
        scene = load(figure)
        assert again(scene) == scene
        assert dump(again(scene)) == dump(scene)
    text = dump(load("conv2d_valid"))
    assert "stride" not in text
    assert "kernel_size" not in text
    assert "[look]" not in text


def test_paths_are_dumped_whole_or_from_the_folder_that_is_named(tmp_path):
    np.save(tmp_path / "x.npy", np.ones((4, 4), int))
    scene = loads("[op]\ntype = 'conv'\n[input]\nnpy = 'x.npy'\n", path=tmp_path / "s.toml")
    assert f'npy = "{(tmp_path / "x.npy").as_posix()}"' in dump(scene)
    assert 'npy = "x.npy"' in dump(scene, folder=tmp_path)
    assert loads(dump(scene, folder=tmp_path), path=tmp_path / "s.toml") == scene


# what no font of Blender's has is refused, as tests/scene/test_letters.py says
_LETTERS = [c for c in map(chr, range(0x20, 0x3000)) if unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp", "Cn")
            and letters.refusal(letters.composed(c)) is None]  # fmt: skip
_TEXT = st.text(st.sampled_from(_LETTERS), max_size=20).filter(
    lambda text: letters.refusal(letters.composed(text)) is None
)
_SCENES = st.fixed_dictionaries(
    {"op.type": st.sampled_from(spec.OPS)},
    optional={
        "title": _TEXT,
        "input.size": st.lists(st.integers(7, 9), min_size=1, max_size=3),
        "input.channels": st.integers(1, 3),
        "input.seed": st.integers(0, 99),
        "look.theme": st.sampled_from(spec.THEMES),
        "look.index_from": st.sampled_from([0, 1]),
        "words.output": _TEXT,
        "words.channels": st.lists(_TEXT.map(str.strip).filter(bool), min_size=1, max_size=4, unique=True),
        "timing.intro": st.floats(0, 60),
        "camera.azimuth": st.floats(-45, 45),
        "output.size": st.tuples(st.integers(16, 4000), st.integers(16, 4000)),
        "output.formats": st.lists(st.sampled_from(spec.FORMATS), min_size=1),
    },
)


@settings(max_examples=150, deadline=None)
@given(_SCENES, st.integers(1, 4), st.integers(0, 1))
def test_any_scene_survives_being_dumped_and_loaded(overrides, stride, padding):
    if OPERATIONS[overrides["op.type"]].windowed:
        overrides = {**overrides, "op.stride": stride, "op.padding": padding}
    scene = loads("", overrides)
    assert again(scene) == scene


def test_a_draft_is_smaller_where_nothing_is_said():
    def asked(text):
        output = loads(text).output
        return output.size, output.fps

    draft = 'op.type = "conv"\n[output]\nquality = "draft"\n'
    assert asked(draft) == ((854, 480), 10) and asked(f"{draft}fps = 20\n") == ((854, 480), 20)
    assert asked(f"{draft}size = [1280, 720]\n") == ((1280, 720), 10)
    assert loads("", {"op.type": "conv", "output.quality": "draft"}).output.size == (854, 480)
    for text in (draft, f"{draft}fps = 20\n", f"{draft}size = [1280, 720]\n"):
        scene = loads(text)
        assert again(scene) == scene


# --- what the fields carry ---


def test_every_field_says_what_it_is_for_and_its_default_passes_its_own_check():
    from addon.scene.checks import check

    for table, cls in {"": spec.Scene, **spec.TABLES}.items():
        for name, knob in spec.knobs(cls).items():
            assert knob.metadata["help"], f"{table}.{name}"
            default = spec.default_of(knob)
            if default is not None and default != "":
                assert check(default, knob, name) == default


def test_the_story_needs_no_blender_and_no_imageio_to_load_a_scene(root):
    code = (
        "import sys; from addon.scene import arrays, load; arrays.run(load.load('rgb_conv')); "
        "sys.exit(sorted({'bpy', 'imageio', 'PIL'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_an_error_survives_being_sent_to_another_process():
    error = SceneError("a.toml", "op.stride", 0, "must be 1")
    assert str(pickle.loads(pickle.dumps(error))) == str(error) == "a.toml: op.stride = 0: must be 1"


def test_an_override_takes_a_key_out_gives_each_axis_its_size_and_may_have_capitals():
    assert load("conv2d_strided").op.stride == 2 and load("conv2d_strided", {"op.stride": REMOVED}).op.stride == 1
    assert load("conv2d_valid", {"kind": REMOVED}).kind is None
    assert load("conv2d_valid", {"input.size": 8}).input.size == (8, 8)
    assert load("conv1d", {"input.size": 8}).input.size == (8,)
    asked = {"look.theme": "Dark", "output.formats": "GIF, Mp4", "output.quality": "DRAFT"}
    scene = load("conv2d_valid", asked)
    assert (scene.look.theme, scene.output.formats, scene.output.quality) == ("dark", ("gif", "mp4"), "draft")
    with pytest.raises(SceneError, match=r"no such key; nearest: op\.stride"):
        load("conv2d_valid", {"op.strid": REMOVED})


def test_a_word_that_no_figure_says_any_more_may_stand_in_a_file():
    """Scene files of the first edition load; a word that never was is refused as before."""
    assert loads('op.type = "conv"\n[words]\nby_stamping = "gestempelt"').words == Words()
    assert load("conv2d_valid", {"words.rule": "anders"}).words == Words()
    with pytest.raises(SceneError, match="no such key"):
        loads('op.type = "conv"\n[words]\nby_stampin = "gestempelt"')
