# SPDX-License-Identifier: GPL-3.0-or-later
"""Scene files that are wrong: one line each, with the file, the key, the value and what would be right."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from addon.scene.arrays import runs
from addon.scene.load import SceneError, load, loads
from addon.scene.overrides import parse_limits, parse_override
from addon.story import make_plan


@pytest.fixture
def refused(tmp_path):
    """The error of a scene file with this text; checked to be one line that begins with the file."""

    def refuse(text, overrides=None):
        file = tmp_path / "x.toml"
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        with pytest.raises(SceneError) as caught:
            load(file, overrides)
        error = caught.value
        assert str(error).startswith(f"{file}: ")
        assert str(error).isprintable()
        assert error.file == str(file)
        return error

    return refuse


def _case(text, key, value, hint):
    return pytest.param(text, key, value, hint, id=text.replace("\n", " ")[:60])


CONV = "[op]\ntype = 'conv'\n"
POOL = "[op]\ntype = 'max_pool'\n"

VALUES = [
    _case(CONV + "stride = 0", "op.stride", 0, "must be a whole number of at least 1"),
    _case(CONV + "stride = 65", "op.stride", 65, "must be a whole number of at most 64"),
    _case(CONV + "stride = '3'", "op.stride", "3", "must be a whole number from 1 to 64"),
    _case(CONV + "stride = true", "op.stride", True, "must be a whole number from 1 to 64"),
    _case(CONV + "stride = 1.0", "op.stride", 1.0, "must be a whole number from 1 to 64"),
    _case(CONV + "stride = [1]", "op.stride", (1,), "must be one whole number, or 2"),
    _case(CONV + "stride = [1, 0]", "op.stride", [1, 0], "each must be a whole number of at least 1"),
    _case(CONV + "groups = '1'", "op.groups", "1", "must be a whole number from 1 to 4,096"),
    _case(CONV + "padding = -1", "op.padding", -1, "must be a whole number of at least 0"),
    _case(CONV + "padding = 'sme'", "op.padding", "sme", 'one of "valid", "same", "full"'),
    _case(CONV + "padding = [1, 2, 3]", "op.padding", (1, 2, 3), "must be 2 whole numbers"),
    _case(CONV + "padding = [[1, 2]]", "op.padding", ((1, 2),), "must be 2 [before, after] pairs"),
    _case(CONV + "padding = [[1, 2], [1]]", "op.padding", [[1, 2], [1]], "a [before, after] pair per axis"),
    _case("[op]\ntype = 'convolve'", "op.type", "convolve", 'must be one of "conv", "conv_transpose"'),
    _case(POOL + "ceil_mode = 1", "op.ceil_mode", 1, "must be true or false"),
    _case("title = 3", "title", 3, "must be text in quotes"),
    _case('title = "a\\nb"', "title", "a\nb", "must be one line"),
    _case("story = 'Two words'", "story", "Two words", "must be a name"),
    _case("[input]\nsize = '6x'", "input.size", "6x", 'like [6, 6] or "6x6"'),
    _case("[input]\nsize = [1, 2, 3, 4]", "input.size", [1, 2, 3, 4], "must be one to three whole numbers"),
    _case("[input]\nsize = [0, 6]", "input.size", [0, 6], "each must be a whole number of at least 1"),
    _case("[input]\nlow = 5", "input.low", 5, "must be at most input.high (3)"),
    _case("[input]\nvalues = []", "input.values", [], "must be a list of numbers"),
    _case("[input]\nvalues = [[]]", "input.values[0]", [], "must hold at least one number"),
    _case("[input]\nvalues = [[1, 'a']]", "input.values[0][1]", "a", "must be a number"),
    _case("[input]\nvalues = [[1, true]]", "input.values[0][1]", True, "must be a number"),
    _case("[input]\nvalues = [[1, inf]]", "input.values[0][1]", float("inf"), "must be a finite number"),
    _case("[input]\nvalues = [[1, 2], [3]]", "input.values[1]", [3], "must have as many numbers as"),
    _case("[input]\nvalues = [1, 1e13]", "input.values[1]", 1e13, "from -1e12 to 1e12"),
    _case(
        "[input]\nvalues = [1, 2]\nsize = 3", "input.values", (1, 2), "must be 3 as input.size says; it is 2"
    ),
    _case("[input]\nvalues = [[[1]]]\nchannels = 3", "input.values", (((1,),),), "must have 3 channels"),
    _case("[input]\nnpy = ''", "input.npy", "", "must be a file's path"),
    _case("[weight]\nkernel = 'sobl_x'", "weight.kernel", "sobl_x", 'nearest: "sobel_x"'),
    _case("[weight]\nkernel = ['edge', 'x']", "weight.kernel", "x", "must be one of identity, ones, edge"),
    _case("[weight]\nkernel = 3", "weight.kernel", 3, "must be the name of a kernel"),
    _case("[bias]\nvalues = [1, 2]", "bias.values", (1, 2), "must be a list of 1 number, for 1 filter"),
    _case("[look]\ntheme = 'pink'", "look.theme", "pink", '"light", "dark", "print", "transparent"'),
    _case("[look]\nindex_from = 2", "look.index_from", 2, "must be one of 0, 1"),
    _case("[look]\nindex_from = false", "look.index_from", False, "must be one of 0, 1"),
    _case("[words]\nchannels = 'RGB'", "words.channels", "RGB", "must be a list of texts"),
    _case("[timing]\nintro = '1'", "timing.intro", "1", "must be a number from 0 to 60"),
    _case(f"[timing]\nintro = 1{'0' * 400}", "timing.intro", 10**400, "must be a number from 0 to 60"),
    _case("[camera]\nazimuth = 50", "camera.azimuth", 50, "must be a number of at most 45"),
    _case("[camera]\nelevation = inf", "camera.elevation", float("inf"), "must be a number from 15 to 45"),
    _case("[output]\nsize = '854x'", "output.size", "854x", "must be width and height in pixels"),
    _case("[output]\nsize = [1, 2]", "output.size", [1, 2], "each must be a whole number of at least 16"),
    _case("[output]\nformats = 'gif,avi'", "output.formats", "gif,avi", 'one or more of "gif", "mp4"'),
    _case("[output]\nformats = []", "output.formats", [], 'one or more of "gif", "mp4"'),
    _case("[output]\nquality = 'best'", "output.quality", "best", '"draft", "lecture", "print"'),
]

KEYS = [
    _case(CONV + "strid = 2", "op.strid", 2, "no such key; nearest: op.stride"),
    _case(CONV + "size = 2", "op.size", 2, "no such key; nearest: input.size or output.size"),
    _case("[words]\nfoo = 'a'", "words.foo", "a", "no such key; [words] has title, input"),
    _case("[opp]\na = 1", "opp", {"a": 1}, "no such key; nearest: op"),
    _case("colour = 'red'", "colour", "red", "no such key; a scene file has title, story, kind, watch, why, op"),
    _case("op = 3", "op", 3, "must be a table: [op]"),
    _case("[op.stride]\na = 1", "op.stride", {"a": 1}, "must be a whole number"),
    _case("[input]\nseed = 1\nvalues = [1]", "input.values", (1,), "here are input.seed and input.values"),
    _case("[weight]\nkernel = 'edge'\nseed = 1", "weight.kernel", "edge", "must be one source only"),
    _case("[input]\nlevels = 4", "input.levels", 4, "goes with input.image or input.idx only; leave it out"),
    _case("[input]\nvalues = [1]\nlow = 0", "input.low", 0, "goes with input.seed only; leave it out"),
    _case("[bias]\nlow = 0", "bias.low", 0, "goes with bias.seed only; leave it out"),
    _case(POOL + "out_channels = 3", "op.out_channels", 3, "does not apply to max_pool, only to conv"),
    _case(POOL + "count_include_pad = true", "op.count_include_pad", True, "only to avg_pool; leave it out"),
    _case(POOL + "[weight]\nseed = 1", "weight.seed", 1, "does not apply to max_pool"),
    _case("[op]\ntype = 'global_avg_pool'\nstride = 1", "op.stride", 1, "does not apply to global_avg_pool"),
]

TOGETHER = [
    _case(CONV + "kernel_size = 9", "op.kernel_size", 9, "use a smaller kernel"),
    _case(CONV + "groups = 2", "op.groups", 2, "must divide the 1 input channel"),
    _case("[input]\nchannels = 1\nvalues = [[[1]], [[2]]]", "input.values", (((1,),), ((2,),)),
          "must have 1 channel as input.channels says, so the shape 1×1×1; it has 2×1×1"),
    _case("[input]\nsize = [3]\nvalues = [[[1]], [[2]]]", "input.values", (((1,),), ((2,),)),
          "must have 1 axis of input.size"),
    _case(
        CONV + "groups = 2\nout_channels = 3\n[input]\nchannels = 4", "op.out_channels", 3, "a multiple of"
    ),
    _case(POOL + "padding = 'full'", "op.padding", "full", 'a pooling takes "valid", "same" or numbers of cells'),
    _case(
        "[op]\ntype = 'conv_transpose'\noutput_padding = 3", "op.output_padding", 3, "must be smaller than"
    ),
    _case("[op]\ntype = 'conv_transpose'\npadding = 9", "op.padding", 9, "must leave at least 1"),
    _case(
        CONV + "kernel_size = 5\n[weight]\nkernel = 'sobel_x'",
        "weight.kernel",
        "sobel_x",
        "needs op.kernel_size 3 or 3×3 (on 1 or 2 axes), here 5×5",
    ),
    _case(
        "[input]\nsize = 9\n[weight]\nkernel = 'emboss'",
        "weight.kernel",
        "emboss",
        "needs op.kernel_size 3×3",
    ),
    _case(
        CONV + "kernel_size = 4\n[weight]\nkernel = 'identity'",
        "weight.kernel",
        "identity",
        "needs an odd op.kernel_size",
    ),
    _case(
        CONV + "out_channels = 3\n[weight]\nkernel = ['edge', 'blur']",
        "weight.kernel",
        ("edge", "blur"),
        "must be 3 names, one per filter",
    ),
    _case(
        "[input]\nchannels = 3\n[weight]\nkernel = [['edge', 'blur']]",
        "weight.kernel",
        (("edge", "blur"),),
        "must name 3 kernels for each filter",
    ),
    _case(
        CONV + "kernel_size = 5\n[weight]\nvalues = [[1, 2], [3, 4]]",
        "op.kernel_size",
        5,
        "must be 2×2, as weight.values is, or left out",
    ),
    _case(
        "[input]\nchannels = 3\n[weight]\nvalues = [[1, 2], [3, 4]]",
        "weight.values",
        ((1, 2), (3, 4)),
        "must have the shape filters×3×kernel (filters × channels × kernel); it has 2×2",
    ),
]


@pytest.mark.parametrize(("text", "key", "value", "hint"), VALUES + KEYS + TOGETHER)
def test_what_cannot_be_is_named_with_its_key_its_value_and_what_would_be_right(
    refused, text, key, value, hint
):
    error = refused(text)
    assert error.key == key
    assert error.value == value
    assert type(error.value) is type(value)
    assert hint in error.hint


def test_the_line_reads_file_key_value_right(refused, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenes").mkdir()
    file = tmp_path / "scenes" / "x.toml"
    file.write_text(CONV + "stride = 0\n")
    for given in (file, "scenes/x.toml"):
        with pytest.raises(SceneError) as caught:
            load(given)
        assert str(caught.value) == "scenes/x.toml: op.stride = 0: must be a whole number of at least 1"


def test_a_long_or_unprintable_value_stays_one_short_line(refused):
    assert len(str(refused(f"[look]\ntheme = '{'x' * 9000}'")).split(": ", 1)[1]) < 200
    assert "\\u001b" in str(refused('[look]\ntheme = "a\\u001b[31m"'))
    assert "too large to show" in str(refused("[op]\nstride = 0x" + "f" * 9000))


# --- the file itself ---


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a = = 3", "is not TOML: Invalid value (at line 1, column 5)"),
        ("a = 1\n\nb = [1,\n", "(at the end, line 4, column 1)"),
        ("a = 1\na = 2", "Cannot overwrite a value (at the end, line 2, column 6)"),
        ("a = " + "[" * 5000, "nested or numbered too far"),
        ("a = " + "9" * 5000, "nested or numbered too far"),
        ("", "is empty"),
        ("\n# only a remark\n", "is empty"),
        (b"title = '\xff'", "is not UTF-8 text (at line 1)"),
        (b"\x89PNG\r\n\x1a\n", "is not UTF-8 text (at line 1)"),
    ],
    ids=["syntax", "unclosed", "twice", "deep", "long number", "empty", "remark", "latin-1", "png"],
)
def test_a_file_that_is_no_scene_is_said_to_be_none(refused, text, hint):
    error = refused(text)
    assert (error.key, error.value) == (None, None)
    assert hint in error.hint


def test_a_folder_a_missing_file_and_a_device_are_refused(tmp_path):
    for name, hint in [(".", "is a folder"), ("no.toml", "no such file"), ("a/b/c.toml", "no such file")]:
        with pytest.raises(SceneError, match=hint):
            load(tmp_path / name)
    with pytest.raises(SceneError, match="the nearest figure is rgb_conv"):
        load(tmp_path / "rgb_con.toml")
    for name in ("/dev/null", "a" * 5000, "a/" * 3000, "x\0.toml", "/a\n.toml"):
        with pytest.raises(SceneError) as caught:
            load(name)
        assert str(caught.value).isprintable()


def test_a_scene_file_of_many_megabytes_is_not_read(tmp_path):
    file = tmp_path / "long.toml"
    with file.open("wb") as f:
        f.truncate(17_000_000)
    with pytest.raises(SceneError, match="at most 500,000 bytes"):
        load(file)


def test_an_unknown_figure_is_answered_with_the_nearest():
    with pytest.raises(SceneError) as caught:
        load("conv2d_vald")
    assert str(caught.value).startswith("conv2d_vald: no such figure; nearest: conv2d_valid")
    with pytest.raises(SceneError, match=r"the figures are .*conv2d_valid"):
        load("qqqq")
    with pytest.raises(SceneError, match=r'^"": no such figure'):
        load("")


# --- overrides ---


@pytest.mark.parametrize(
    ("override", "line"),
    [
        ("op.stride=0", "op.stride = 0: must be a whole number of at least 1"),
        ("op.strid=2", "op.strid = 2: no such key; nearest: op.stride"),
        ("opp.stride=2", "opp.stride = 2: no such key; nearest: op.stride"),
        ("stride=2", "stride = 2: no such key; nearest: op.stride"),
        ("op=2", "op = 2: is a table; set one key of it, as in op.type"),
        ("op.stride.x=2", "op.stride.x = 2: no such key; nearest: op.stride"),
        ("look.title=True", 'look.title = "True": must be true or false'),
        ("input.size=8x", 'input.size = "8x": must be one to three whole numbers'),
        ("op.type=max_pool", "weight.values"),
    ],
)
def test_a_wrong_override_is_one_line_too(override, line):
    with pytest.raises(SceneError) as caught:
        load("conv2d_valid", dict([parse_override(override)]))
    assert f"conv2d_valid.toml: {line}" in str(caught.value)


@pytest.mark.parametrize("text", ["op.stride", "=2", " = 2", ""])
def test_an_override_without_key_or_value_says_how_it_is_written(text):
    with pytest.raises(SceneError, match=r"^--set: .*must be key=value, as in op.stride=2"):
        parse_override(text)


def test_two_new_sources_at_once_are_refused():
    with pytest.raises(SceneError, match="must be one source only"):
        load("conv2d_valid", {"input.values": [[1]], "input.npy": "x.npy"})


# --- limits ---


@pytest.mark.parametrize(
    ("text", "key", "cells"),
    [
        ("[input]\nsize = [100000, 100000]", "input.size", "10,000,000,000"),
        ("[input]\nsize = [1000, 1000]\nchannels = 3", "input.size", "3,000,000"),
        (CONV + "out_channels = 4096\n[input]\nchannels = 4096", "op.out_channels", "150,994,944"),
        (CONV + "padding = 256\n[input]\nsize = [6, 6, 6]", "op.padding", "138,991,832"),
        (CONV + "out_channels = 9\n[input]\nsize = [600, 600]", "op.out_channels", "3,218,436"),
        ("[op]\ntype = 'conv_transpose'\nstride = 64\n[input]\nsize = [99, 99]", "op.stride", "39,400,729"),
    ],
)
def test_a_volume_beyond_the_limit_is_refused_before_memory_is_taken(refused, text, key, cells):
    tracemalloc.start()
    error = refused(text)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert error.key == key
    assert f"must make at most 2,000,000 cells, not {cells}" in error.hint
    assert peak < 1_000_000


def test_the_limit_can_be_raised_and_lowered(refused):
    text = "[op]\ntype = 'global_max_pool'\n[input]\nsize = [1500, 1500]\n"
    assert "(--limit cells=2250000 allows it)" in refused(text).hint
    assert loads(text, limits=parse_limits(["cells = 2_250_000"])).input.size == (1500, 1500)
    with pytest.raises(SceneError, match="must make at most 2,249,999 cells"):
        loads(text, limits=parse_limits(["cells=2249999"]))
    assert "a file cannot raise its own limits" in refused(text + "max_cells = 5_000_000\n").hint


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("cells", "must be NAME=NUMBER, as in cells=5000000"), ("cels=3", "nearest: cells"),
        ("cells=0", "from 1 to"), ("cells=1e9", "from 1 to"), ("cells=" + "9" * 99, "from 1 to"),
        ("qqq=1", "the limits are cells, steps"),
    ],
)  # fmt: skip
def test_a_wrong_limit_is_one_line(text, line):
    with pytest.raises(SceneError) as caught:
        parse_limits([text])
    assert line in str(caught.value)


@pytest.mark.parametrize(
    ("text", "key", "name"),
    [
        ("[input]\nsize = [70, 70]", "input.size", "steps=4624"),
        (CONV + "kernel_size = 32\n[input]\nsize = [64, 64]", "op.kernel_size", "products=1115136"),
        ("[output]\nsize = [8192, 8192]", "output.size", "frame=67108864"),
        (CONV + "stride = 2\n[input]\nsize = [99, 99]\n[compare]\nstride = 1", "input.size", "steps=9409"),
    ],
)
def test_a_figure_of_too_many_steps_products_or_pixels_is_refused_before_it_is_computed(text, key, name):
    with pytest.raises(SceneError) as caught:
        make_plan(loads(text))
    assert caught.value.key == key and f"(--limit {name} allows it)" in caught.value.hint
    assert runs(loads(text, limits=parse_limits([name])))


def test_a_figure_of_too_many_pixels_in_all_is_refused_before_it_is_built():
    scene = loads("[output]\nsize = [3840, 2160]\nfps = 120\n[timing]\nlongest = 60\nstep = 4\n")
    with pytest.raises(SceneError, match=r"output\.size = .* must make at most 10,000,000,000 pixels in all"):
        make_plan(scene)


# --- where a file may read ---


def test_what_a_scene_file_names_lies_beside_it_unless_its_folder_is_named(tmp_path, monkeypatch):
    own, other = tmp_path / "own", tmp_path / "other"
    (own / "sub").mkdir(parents=True)
    other.mkdir()
    for folder in (own, own / "sub", other):
        np.save(folder / "x.npy", np.ones((6, 6), int))
    (own / "link.npy").symlink_to(other / "x.npy")
    (own / "away").symlink_to(other)
    (own / "..x.npy").write_bytes((other / "x.npy").read_bytes())
    file = own / "x.toml"

    def write(path):
        file.write_text(f"[input]\nnpy = '{path}'\n")
        return file

    for path in ("x.npy", "sub/x.npy", "sub/../x.npy", "../own/x.npy", "..x.npy", str(own / "x.npy")):
        assert load(write(path)).input.size == (6, 6)
    for path in ("../other/x.npy", str(other / "x.npy"), "link.npy", "away/x.npy", "~/x.npy", "/dev/zero", "../x.npy"):
        with pytest.raises(SceneError) as caught:
            load(write(path))
        assert caught.value.key == "input.npy" and "must lie beside the scene file" in caught.value.hint
    for path in ("../other/x.npy", "link.npy", "away/x.npy"):
        assert load(write(path), folders=[other]).input.size == load(write(path), folders=None).input.size
    monkeypatch.chdir(other)
    assert load(write("sub/x.npy"), {"input.npy": "x.npy"}).input.npy == other / "x.npy"
    assert load(file, {"input.npy": "../other/x.npy"}).input.npy == other / "x.npy"


@pytest.mark.parametrize("stem", ["..", ".", " ", "a.", "con", "COM1", "nul.x", "a\nb", "a\x1b[31m", "a:b", "x" * 120])
def test_a_name_that_no_file_should_have_is_refused(stem):
    with pytest.raises(SceneError, match="must have a"):
        loads(CONV, path=Path(f"{stem}.toml"))


def test_keys_of_many_parts_are_refused_before_they_are_read():
    for text in ("a" + ".a" * 9 + " = 1", "[" + " . ".join("abcdefghi") + "]", '"\\"x"' + ".'y'" * 8 + " = 1"):
        with pytest.raises(SceneError, match=r"is nested too far \(at line 3\)"):
            loads("# ok\n\n" + text)
    assert loads("title = 'a.b.c.d.e.f.g.h.i'\n[input]\nvalues = [1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5]\n")


def test_a_huge_npy_is_refused_by_its_header(refused, tmp_path):
    file = tmp_path / "huge.npy"
    with file.open("wb") as f:
        np.lib.format.write_array_header_1_0(
            f, {"descr": "<f8", "fortran_order": False, "shape": (9000, 9000)}
        )
        f.truncate(f.tell() + 9000 * 9000 * 8)
    assert "must make at most 2,000,000 cells, not 81,000,000" in refused("[input]\nnpy = 'huge.npy'").hint
