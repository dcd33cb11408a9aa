# SPDX-License-Identifier: GPL-3.0-or-later
"""The numbers of a scene, from every source, and the engine run on them."""

import gzip
import struct
import sys
import tracemalloc
import zlib

import imageio.v3 as iio
import numpy as np
import pytest
from PIL import Image, ImageOps

from addon import engine
from addon.scene import kernels, spec
from addon.scene.arrays import arrays, drawn, run
from addon.scene.data_files import _shrink, _upright
from addon.scene.load import SceneError, dump, figures, load, loads
from addon.scene.overrides import parse_limits


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(text="[op]\ntype = 'conv'\n", **overrides):
    """The error of a scene once its numbers are asked for."""
    with pytest.raises(SceneError) as caught:
        run(loads(text, {key.replace("__", "."): value for key, value in overrides.items()}))
    assert str(caught.value).isprintable()
    return caught.value


# --- the two figures ---


def test_both_figures_give_whole_single_digit_numbers_of_both_signs():
    for figure in ("conv2d_valid", "rgb_conv"):
        trace = run(load(figure))
        assert trace.output.dtype == np.int64
        assert abs(trace.output).max() <= 9
        assert len(np.unique(trace.output)) >= 8
        assert (trace.output < 0).mean() > 0.2
        assert (trace.output > 0).mean() > 0.2
        assert (trace.output == 0).mean() < 0.2


def test_the_valid_convolution_is_the_kernels_sum_at_every_window():
    trace = run(load("conv2d_valid"))
    x = trace.input[0]
    assert (x.shape, trace.output.shape) == ((6, 6), (1, 4, 4))
    for r in range(4):
        for c in range(4):
            assert trace.output[0, r, c] == x[r : r + 3, c].sum() - x[r : r + 3, c + 2].sum()


def test_the_rgb_convolution_has_three_channels_and_three_kernels_that_differ():
    x, weight, bias = arrays(load("rgb_conv"))
    assert (x.shape, weight.shape, bias.tolist()) == ((3, 6, 6), (1, 3, 3, 3), [1])
    assert set(np.unique(weight)) == {-1, 0, 1}
    for a, b in ((0, 1), (0, 2), (1, 2)):
        assert (x[a] != x[b]).any()
        assert (weight[0, a] != weight[0, b]).any()
    parts = [engine.conv(x[c : c + 1], weight[:, c : c + 1], padding=1).output for c in range(3)]
    assert (sum(parts) + 1 == run(load("rgb_conv")).output).all()


def test_every_figure_runs():
    for figure in figures():
        assert len(run(load(figure))) > 0


# --- seeds and literals ---


def test_a_seed_gives_the_same_numbers_everywhere():
    assert drawn(0, 0, 3, (12,)).tolist() == [3, 2, 2, 1, 1, 0, 0, 0, 0, 3, 2, 3]
    assert drawn(2551, -9, 9, (2, 5)).tolist() == [[-2, 2, -7, 9, 1], [-8, 1, -8, 2, 5]]
    assert drawn(7, -1, 1, (3, 3)).dtype == np.int64


def test_a_seed_reaches_both_ends_and_nothing_beyond():
    numbers = drawn(1, -2, 2, (10_000,))
    assert set(numbers.tolist()) == {-2, -1, 0, 1, 2}
    assert set(drawn(1, 3, 3, (10,)).tolist()) == {3}


def test_whole_numbers_stay_whole_and_decimals_stay_decimals():
    text = "[op]\ntype = 'conv'\n[input]\nvalues = {}\n[weight]\nvalues = [2]\n[bias]\nvalues = {}\n"
    whole = arrays(loads(text.format([1, 2, 3], 4)))
    assert [a.dtype for a in whole] == [np.int64] * 3
    assert (whole[0].shape, whole[1].shape, whole[2].tolist()) == ((1, 3), (1, 1, 1), [4])
    assert arrays(loads(text.format([1, 2.5, 3], [4])))[0].dtype == np.float64
    assert run(loads(text.format([1, 2, 3], 4))).output.tolist() == [[6, 8, 10]]


def test_one_bias_serves_every_filter_and_a_seeded_one_has_a_number_for_each():
    text = "[op]\ntype = 'conv'\nout_channels = 3\n[bias]\n"
    assert arrays(loads(text + "values = 2"))[2].tolist() == [2, 2, 2]
    assert arrays(loads(text + "seed = 1\nlow = 5\nhigh = 5"))[2].tolist() == [5, 5, 5]
    assert arrays(loads("[op]\ntype = 'conv'"))[2] is None


@pytest.mark.parametrize(
    "op", ["max_pool", "avg_pool", "global_avg_pool", "global_max_pool", "conv", "conv_transpose"]
)
@pytest.mark.parametrize("size", ["[8]", "[8, 7]", "[6, 5, 4]"])
def test_every_operation_runs_on_one_two_and_three_axes(op, size):
    scene = loads(f"[op]\ntype = '{op}'\n[input]\nsize = {size}\nchannels = 2\n")
    trace = run(scene)
    assert trace.input.shape == (2, *scene.input.size)
    assert trace.output.ndim == len(scene.input.size) + 1
    if op.startswith("conv"):
        assert trace.weight.shape == ((1, 2) if op == "conv" else (2, 1)) + (3,) * len(scene.input.size)
    else:
        assert arrays(scene)[1:] == (None, None)


def test_every_parameter_reaches_the_engine():
    conv = loads(
        "[op]\ntype = 'conv'\nkernel_size = [3, 2]\nstride = [2, 1]\npadding = [[1, 0], [0, 2]]\n"
        "dilation = [1, 2]\ngroups = 2\nout_channels = 4\n[input]\nchannels = 2\n[bias]\nseed = 1\n"
    )
    x, w, b = arrays(conv)
    expected = engine.conv(x, w, b, stride=(2, 1), padding=((1, 0), (0, 2)), dilation=(1, 2), groups=2)
    assert (run(conv).output == expected.output).all()
    back = loads(
        "[op]\ntype = 'conv_transpose'\nstride = 3\npadding = 1\noutput_padding = 2\n"
        "dilation = 2\ngroups = 2\nout_channels = 2\n[input]\nchannels = 2\nsize = [4, 3]\n"
    )
    x, w, b = arrays(back)
    expected = engine.conv_transpose(x, w, b, stride=3, padding=1, output_padding=2, dilation=2, groups=2)
    assert (run(back).output == expected.output).all()
    pool = loads(
        "[op]\ntype = 'avg_pool'\npadding = 1\nceil_mode = true\n"
        "count_include_pad = false\n[input]\nsize = 7\n"
    )
    x = arrays(pool)[0]
    expected = engine.avg_pool(x, 2, padding=1, ceil_mode=True, count_include_pad=False)
    assert (run(pool).output == expected.output).all()
    largest = loads("[op]\ntype = 'max_pool'\nkernel_size = 3\nstride = 1\ndilation = 2\n[input]\nsize = 7\n")
    assert (run(largest).output == engine.max_pool(arrays(largest)[0], 3, stride=1, dilation=2).output).all()


def test_what_the_engine_refuses_is_named_by_the_scenes_key():
    error = refused(input__values=[[10**12] * 4] * 4, weight__values=[[10**12] * 3] * 3)
    assert error.key == "input"
    assert "64 bits" in error.hint


# --- named kernels ---


def test_every_named_kernel_has_whole_numbers_and_works_on_the_axes_it_says():
    for name in kernels.NAMES:
        assert kernels.kernel(name, (3, 3)).dtype == np.int64
        scene = loads(f"[op]\ntype = 'conv'\n[weight]\nkernel = '{name}'\n")
        assert (arrays(scene)[1][0, 0] == kernels.kernel(name, (3, 3))).all()
    for name, (_, line, _) in kernels.NAMED.items():
        if line:
            assert kernels.kernel(name, (3,)).tolist() == line


def test_the_named_kernels_do_what_their_names_say():
    flat, ramp = np.full((1, 5, 5), 2), np.tile(np.arange(5), (1, 5, 1))

    def on(x, name):
        return engine.conv(x, kernels.kernel(name, (3, 3))[None, None]).output

    for name in ("edge", "sobel_x", "sobel_y", "prewitt_x", "prewitt_y", "laplacian"):
        assert (on(flat, name) == 0).all()
    for name in ("identity", "sharpen", "emboss"):
        assert (on(flat, name) == 2).all()
    assert (on(flat, "blur") == 2 * 16).all()
    assert (on(flat, "ones") == 2 * 9).all()
    assert (on(ramp, "sobel_x") == 8).all()
    assert (on(ramp, "prewitt_x") == 6).all()
    assert (on(ramp.swapaxes(1, 2), "sobel_y") == 8).all()
    assert (on(ramp, "sobel_y") == 0).all()
    assert (on(ramp, "identity") == ramp[:, 1:-1, 1:-1]).all()
    assert kernels.kernel("identity", (1, 5)).tolist() == [[0, 0, 1, 0, 0]]


def test_lists_of_names_go_to_filters_or_to_channels():
    text = "[op]\ntype = '{}'\n{}\n[input]\nchannels = {}\n[weight]\nkernel = {}\n"

    def sums(*args):
        return arrays(loads(text.format(*args)))[1].sum(axis=(2, 3)).tolist()

    blur, ones, same = 16, 9, 1
    assert sums("conv", "", 1, ["blur", "ones"]) == [[blur], [ones]]
    assert sums("conv", "", 2, ["blur", "ones"]) == [[blur, ones]]
    assert sums("conv", "out_channels = 2", 2, ["blur", "ones"]) == [[blur, blur], [ones, ones]]
    assert sums("conv", "", 2, [["blur", "ones"], ["identity", "edge"]]) == [[blur, ones], [same, 0]]
    assert sums("conv", "groups = 2", 2, ["blur", "ones"]) == [[blur], [ones]]
    assert sums("conv_transpose", "", 1, ["blur", "ones"]) == [[blur, ones]]
    assert sums("conv_transpose", "", 2, [["blur", "ones"], ["identity", "edge"]]) == [
        [blur, same],
        [ones, 0],
    ]
    assert sums("conv_transpose", "groups = 2", 2, ["blur", "ones"]) == [[blur], [ones]]


# --- .npy ---


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int64, bool, np.float16, np.float32, ">i4", ">f8"])
def test_an_npy_of_any_real_type_becomes_int64_or_float64(here, dtype):
    np.save(here / "x.npy", np.arange(12).reshape(3, 4).astype(dtype))
    x = arrays(load("conv2d_valid", {"input.npy": "x.npy"}))[0]
    assert x.dtype == (np.float64 if np.dtype(dtype).kind == "f" else np.int64)
    assert (x[0] == np.arange(12).reshape(3, 4).astype(dtype)).all()


@pytest.mark.parametrize("dtype", ["<f2", "<f4", ">f4", "<f8"])
def test_a_decimal_of_fewer_bits_is_what_a_person_would_write(here, dtype):
    np.save(here / "w.npy", np.array([[0.1, -0.7, 2.3], [1e-3, 3, 0]] * 2, dtype)[:3])
    weight = arrays(load("conv2d_valid", {"weight.npy": "w.npy"}))[1]
    assert weight.dtype == np.float64 and weight[0, 0].tolist() == ([[0.1, -0.7, 2.3], [1e-3, 3, 0]] * 2)[:3]


def test_weights_come_from_an_npy_with_their_kernel_size(here):
    np.save("w.npy", np.ones((4, 3, 5, 1)))
    scene = loads("[op]\ntype = 'conv'\n[input]\nchannels = 3\n[weight]\nnpy = 'w.npy'\n")
    assert (scene.op.kernel_size, scene.op.out_channels) == ((5, 1), 4)
    assert arrays(scene)[1].shape == (4, 3, 5, 1)
    assert loads(dump(scene)) == scene


def _npy_files(here):
    np.save(here / "object.npy", np.array([{"a": 1}, 2], dtype=object), allow_pickle=True)
    np.save(here / "text.npy", np.array(["a", "b"]))
    np.save(here / "complex.npy", np.ones((4, 4), complex))
    np.save(here / "nan.npy", np.array([[1, 2], [3, np.nan]]))
    np.save(here / "huge.npy", np.full((4, 4), 1e300))
    np.save(here / "wide.npy", np.full((4, 4), 2**63, np.uint64))
    np.save(here / "deep.npy", np.ones((1, 1, 1, 1, 1, 1)))
    np.save(here / "none.npy", np.ones((0, 4)))
    np.savez(here / "zip.npy", a=1)
    (here / "zip.npy.npz").rename(here / "zip.npy")
    (here / "words.npy").write_text("1 2 3\n")
    (here / "empty.npy").write_bytes(b"")
    (here / "cut.npy").write_bytes((here / "nan.npy").read_bytes()[:-8])
    (here / "header.npy").write_bytes(b"\x93NUMPY\x01\x00\x10\x00{'descr': [[[[[[")
    (here / "folder.npy").mkdir()


@pytest.mark.parametrize(
    ("file", "hint"),
    [
        ("object", "this one holds Python objects"),
        ("text", "must be a .npy file of real numbers"),
        ("complex", "must be a .npy file of real numbers, this one holds complex128"),
        ("nan", "must hold finite numbers only, there is another at [1, 1]"),
        ("huge", "must hold numbers from -1e12 to 1e12"),
        ("wide", "must hold numbers from -1e12 to 1e12"),
        ("deep", "must have 1 to 3 axes, and one more for channels; it is 1×1×1×1×1×1"),
        ("none", "must hold at least one number"),
        ("zip", "must be a NumPy .npy file"),
        ("words", "must be a NumPy .npy file"),
        ("empty", "this one is empty"),
        ("cut", "empty or damaged"),
        ("header", "empty or damaged"),
        ("folder", "must be a file, this is a folder"),
        ("missing", "must be a file that exists"),
    ],
)
def test_a_wrong_npy_is_refused_in_words(here, file, hint):
    _npy_files(here)
    error = refused("[op]\ntype = 'conv'\nkernel_size = 1\n", input__npy=f"{file}.npy")
    assert (error.key, error.value) == ("input.npy", here / f"{file}.npy")
    assert hint in error.hint


def test_wrong_weights_in_an_npy_are_refused_by_their_own_key(here):
    _npy_files(here)
    for file, hint in [("object", "Python objects"), ("nan", "finite"), ("deep", "must have the shape")]:
        error = refused(weight__npy=f"{file}.npy")
        assert (error.key, error.value) == ("weight.npy", here / f"{file}.npy")
        assert hint in error.hint


def test_an_npy_of_another_shape_than_the_scene_says_is_refused(here):
    np.save("x.npy", np.ones((4, 4), int))
    error = refused("[op]\ntype = 'conv'\n[input]\nsize = [6, 6]\nnpy = 'x.npy'\n")
    assert (error.key, error.hint) == ("input.npy", "must be 6×6 as input.size says; it is 4×4")
    scene = loads("[op]\ntype = 'conv'\n[input]\nnpy = 'x.npy'\n")
    np.save("x.npy", np.ones((5, 5), int))
    with pytest.raises(SceneError, match="must still have the shape"):
        run(scene)


# --- pictures ---


def photograph(rows=48, columns=64):
    """Red grows to the right, green grows downwards, a blue disc is in the middle."""
    y, x = np.mgrid[0:rows, 0:columns]
    disc = np.hypot(x - columns / 2, y - rows / 2) < rows / 4
    return np.stack([x * 255 // (columns - 1), y * 255 // (rows - 1), disc * 255], axis=-1).astype(np.uint8)


@pytest.mark.parametrize("suffix", ["png", "jpg", "bmp", "gif", "webp"])
def test_a_photograph_becomes_the_rgb_input_at_the_size_asked_for(here, suffix):
    iio.imwrite(f"photo.{suffix}", photograph())
    scene = load("rgb_conv", {"input.image": f"photo.{suffix}", "input.size": "8x8"})
    x = arrays(scene)[0]
    assert (x.shape, x.dtype) == ((3, 8, 8), np.int64)
    assert (x.min(), x.max()) == (0, 9)
    assert (np.diff(x[0].mean(axis=0)) > 0).all(), "red grows to the right"
    assert (np.diff(x[1].mean(axis=1)) > 0).all(), "green grows downwards"
    assert x[2, 3:5, 3:5].min() >= 8
    assert x[2, 0].max() <= 1
    assert run(scene).output.shape == (1, 8, 8)
    assert loads(dump(scene), path=scene.path, folders=[here]) == scene


def test_a_grey_input_is_the_pictures_brightness(here):
    iio.imwrite("photo.png", photograph())
    x = arrays(load("conv2d_valid", {"input.image": "photo.png"}))[0]
    rgb = arrays(load("rgb_conv", {"input.image": "photo.png", "input.levels": 256}))[0] / 255
    assert x.shape == (1, 6, 6)
    assert abs(x[0] / 9 - np.tensordot([0.299, 0.587, 0.114], rgb, axes=1)).max() < 0.12


def test_levels_cut_brightness_into_equal_steps_and_256_keeps_the_bytes(here):
    iio.imwrite("ramp.png", np.tile(np.arange(256, dtype=np.uint8), (256, 1)))
    text = "[op]\ntype = 'conv'\n[input]\nimage = 'ramp.png'\nsize = [256, 256]\nlevels = {}\n"
    for levels in (2, 4, 16, 256):
        row = arrays(loads(text.format(levels)))[0][0, 100]
        assert sorted(set(row.tolist())) == list(range(levels))
        assert (np.diff(row) >= 0).all()
    assert row.tolist() == list(range(256))


def test_a_picture_is_cropped_at_its_centre_and_averaged_over_area():
    wide = np.zeros((4, 12, 3), np.uint8)
    wide[:, 4:8] = 255
    assert (_shrink(wide, 255, (2, 2)) == 1).all()
    board = np.indices((6, 6)).sum(axis=0) % 2 * 200
    mean = _shrink(np.repeat(board[..., None], 3, axis=-1).astype(np.uint8), 200, (3, 3))
    assert np.allclose(mean, 0.5)
    thirds = np.repeat(np.array([[0, 90, 30]] * 3, np.uint8)[..., None], 3, axis=-1)
    assert np.allclose(_shrink(thirds, 90, (2, 2))[..., 0], [[1 / 3, 5 / 9]] * 2)
    assert np.allclose(_shrink(thirds, 90, (6, 6))[0, :, 0] * 90, [0, 0, 90, 90, 30, 30])


def test_a_photograph_is_turned_as_its_camera_noted(here):
    pixels = photograph()
    for orientation in range(1, 9):
        picture = Image.fromarray(pixels)
        exif = picture.getexif()
        exif[0x0112] = orientation
        picture.save("turned.png", exif=exif)
        expected = np.asarray(ImageOps.exif_transpose(Image.open("turned.png")))
        assert (_upright(pixels, orientation) == expected).all()
        x = arrays(load("rgb_conv", {"input.image": "turned.png", "input.size": "5x7"}))[0]
        iio.imwrite("upright.png", expected)
        assert (x == arrays(load("rgb_conv", {"input.image": "upright.png", "input.size": "5x7"}))[0]).all()


def test_every_kind_of_pixel_is_read(here):
    pixels = photograph()
    rgb, grey = Image.fromarray(pixels), Image.fromarray(pixels[..., 0])
    veil = np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])
    veil[:, :32, 3] = 0
    grey.save("grey.png")
    grey.convert("LA").save("alpha.png")
    rgb.quantize(32).save("palette.png")
    rgb.convert("CMYK").save("cmyk.jpg")
    rgb.convert("1").save("bits.png")
    Image.fromarray(pixels[..., 0].astype(np.uint16) * 257).save("deep.png")
    Image.fromarray(veil).save("veil.png")

    def red(name):
        return arrays(load("rgb_conv", {"input.image": name, "input.size": "6x6"}))[0][0]

    for name in ("alpha.png", "deep.png", "cmyk.jpg"):
        assert abs(red(name) - red("grey.png")).max() <= 1
    assert abs(red("palette.png") - red("grey.png")).max() <= 2
    assert red("bits.png").max() > red("bits.png").min()
    assert (red("veil.png")[:, :3] == 9).all(), "white where it is transparent"
    assert (red("veil.png")[:, 3:] == red("grey.png")[:, 3:]).all()


def _png(width, height):
    """The beginning of a PNG of this size, with no pixels in it."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(
    ("name", "content", "hint"),
    [
        ("text.png", b"this is no picture\n", "must be a picture that can be read"),
        ("photo.txt", b"1 2 3\n", "must be a picture that can be read"),
        ("empty.png", b"", "this one is empty"),
        ("no_pixels.png", _png(8, 8), "must be a picture that can be read: a whole PNG or JPEG"),
        ("large.png", _png(11_000, 11_000), "at most 50,000,000 pixels, this one has 11000 × 11000"),
        ("bomb.png", _png(60_000, 60_000), "at most 50,000,000 pixels"),
        ("page.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "a PNG or JPEG, else GIF, BMP, WebP or PNM"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(here, name, content, hint):
    (here / name).write_bytes(content)
    error = refused(input__image=name)
    assert (error.key, error.value) == ("input.image", here / name)
    assert hint in error.hint


def test_a_cut_picture_a_folder_and_a_missing_one_are_refused(here):
    iio.imwrite("whole.jpg", photograph())
    (here / "cut.jpg").write_bytes((here / "whole.jpg").read_bytes()[:700])
    (here / "folder.png").mkdir()
    assert "must be a picture that can be read" in refused(input__image="cut.jpg").hint
    assert "must be a file, this is a folder" in refused(input__image="folder.png").hint
    assert "must be a file that exists" in refused(input__image="missing.png").hint
    assert "must be a file that exists" in refused(input__image="a" * 5000 + ".png").hint


def test_a_picture_has_rows_and_columns_and_one_or_three_channels(here):
    iio.imwrite("photo.png", photograph())
    assert refused(input__image="photo.png", input__size=5).hint == "must be rows and columns, for a picture"
    assert "must be 1 (grey) or 3" in refused(input__image="photo.png", input__channels=2).hint


def test_without_imageio_a_png_is_read_and_any_other_picture_says_what_is_lacking(here, monkeypatch):
    for name in ("photo.png", "photo.jpg"):
        iio.imwrite(name, photograph())
    read = arrays(load("rgb_conv", {"input.image": "photo.png"}))[0]
    monkeypatch.setitem(sys.modules, "imageio.v3", None)
    assert np.array_equal(arrays(load("rgb_conv", {"input.image": "photo.png"}))[0], read)
    assert refused(input__image="photo.jpg").hint.startswith("must be a PNG: for others this Python lacks imageio")


# --- IDX ---


def _idx(pictures, kind=8):
    header = bytes([0, 0, kind, pictures.ndim]) + struct.pack(f">{pictures.ndim}I", *pictures.shape)
    return header + pictures.astype(np.uint8).tobytes()


@pytest.mark.parametrize("zipped", [False, True])
def test_a_picture_of_an_idx_file_is_read_at_its_own_size_or_another(here, zipped):
    pictures = np.zeros((3, 8, 6))
    pictures[1, 2:4] = 255
    pictures[2, :, 3] = 128
    content = _idx(pictures)
    (here / "digits").write_bytes(gzip.compress(content) if zipped else content)
    text = "[op]\ntype = 'conv'\n[input]\nidx = 'digits'\nindex = {}\n"
    first, second = (arrays(loads(text.format(i)))[0] for i in (1, 2))
    assert first.shape == (1, 8, 6)
    assert (first[0] == pictures[1] // 255 * 9).all()
    assert set(second[0, :, 3].tolist()) == {5}
    assert (arrays(loads(text.format(1) + "levels = 256\n"))[0][0] == pictures[1]).all()
    assert arrays(loads(text.format(1) + "size = [4, 3]\n"))[0][0].tolist() == [
        [0] * 3,
        [9] * 3,
        [0] * 3,
        [0] * 3,
    ]
    error = refused(text.format(3))
    assert (error.key, error.value) == ("input.index", 3)
    assert "from 0 to 2" in error.hint


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        (b"hello, this is text", "must be an IDX file of pictures"),
        (b"\0\0", "must be an IDX file of pictures"),
        (b"\0\0\x08\x03\0\0", "ends too early"),
        (_idx(np.zeros((1, 5, 5)))[:-1], "ends too early"),
        (_idx(np.zeros(7)), "this one holds labels"),
        (_idx(np.zeros((1, 5, 5)), kind=13), "must be an IDX file of 8-bit pictures"),
        (_idx(np.zeros((0, 5, 5))), "at least one picture"),
        (gzip.compress(_idx(np.zeros((4, 99, 99))), mtime=0)[:40], "ends too early"),
        (b"\x1f\x8b but no gzip at all", "damaged or ends too early"),
        (b"\0\0\x08\x03" + struct.pack(">III", 1, 2**31, 2**31), "at most 10,000 rows"),
    ],
)
def test_what_is_no_idx_file_of_pictures_is_refused_in_words(here, content, hint):
    (here / "digits").write_bytes(content)
    error = refused("[op]\ntype = 'conv'\n[input]\nidx = 'digits'\n")
    assert hint in error.hint


def test_a_zipped_idx_file_is_unpacked_piece_by_piece_and_no_further_than_the_limit(here):
    content = _idx(np.arange(90 * 6 * 5).reshape(90, 6, 5))
    (here / "parts").write_bytes(b"".join(gzip.compress(content[i : i + 700]) for i in range(0, len(content), 700)))
    (here / "bomb").write_bytes(gzip.compress(content[:4] + struct.pack(">III", 2**31, 6, 5) + bytes(9_000_000)))
    text = "[op]\ntype = 'conv'\n[input]\nidx = '{}'\nindex = {}\nlevels = 256\n"
    last = arrays(loads(text.format("parts", 89)))[0][0]
    assert (last == np.arange(89 * 30, 90 * 30).reshape(6, 5) % 256).all(), "of several parts, as gzip allows"
    scene = loads(text.format("bomb", 2**31 - 1), limits=parse_limits(["unpacked=5_000_000"]))
    tracemalloc.start()
    with pytest.raises(SceneError, match="must not unpack to that many bytes"):
        run(scene)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000
    with pytest.raises(SceneError, match="ends too early"):
        run(loads(text.format("bomb", 2**31 - 1)))


def test_pictures_of_many_pixels_are_averaged_in_bands(monkeypatch):
    whole = _shrink(photograph(), 255, (5, 7))
    monkeypatch.setattr("addon.scene.data_files.BAND", 64 * 3)
    assert np.allclose(_shrink(photograph(), 255, (5, 7)), whole, atol=1e-12)


def test_a_picture_of_many_columns_or_of_another_kind_is_refused(here):
    (here / "wide.png").write_bytes(_png(65_536, 2))
    assert "at most 65,535 rows and columns" in refused(input__image="wide.png").hint
    Image.fromarray(photograph()).save("photo.tif")
    assert "a PNG or JPEG, else GIF, BMP, WebP or PNM" in refused(input__image="photo.tif").hint
    iio.imwrite("photo.png", photograph())
    assert "at most 10,000 rows and columns" in refused(input__image="photo.png", input__size=[20_000, 3]).hint


def test_an_idx_picture_has_one_channel(here):
    (here / "digits").write_bytes(_idx(np.zeros((1, 5, 5))))
    assert refused(input__idx="digits", input__channels=3).hint == "must be 1, for an IDX file"


# --- anything at all ---

JUNK = [
    *(0, 1, 2, 3, 7, -1, 10**30, True, 1.5, float("nan"), "", "same", "full", "3x3", "8x8x8", "edge", "ones"),
    *("x.npy", "no file", "a\0", "\ud800", [], [1], [2, 3], [[1, 0], [0, 1]], [[1, 2], [3, 4]], [[]], [None]),
    *(["edge", "blur"], [["edge", "ones"]], ["R"], {}, {"a": 1}, None, object(), b"x", np.float32(2)),
    *(np.ones((3, 3)), [[[1, 2], [3, 4]]] * 2),
]


def test_whatever_a_scene_says_it_runs_or_is_one_line(here):
    np.save("x.npy", np.arange(36).reshape(6, 6))
    luck = np.random.Generator(np.random.PCG64(5))
    keys = [
        f"{table}.{key}"
        for table in ("op", "input", "weight", "bias")
        for key in spec.knobs(spec.TABLES[table])
    ]
    ran = 0
    for _ in range(1500):
        overrides = {key: JUNK[luck.integers(len(JUNK))] for key in luck.choice(keys, luck.integers(4))}
        if luck.random() < 0.95:
            overrides["op.type"] = str(luck.choice(spec.OPS))
        try:
            scene = loads("[look]\ntitle = true\n", overrides)
            trace = run(scene)
        except SceneError as error:
            assert error.key
            assert str(error).isprintable()
            assert len(str(error)) < 600
        else:
            assert loads(dump(scene)) == scene
            assert trace.input.shape == (scene.input.channels, *scene.input.size)
            ran += 1
    assert ran > 150


def test_a_scene_file_with_any_byte_changed_loads_or_is_one_line(here):
    luck = np.random.Generator(np.random.PCG64(6))
    text = load("rgb_conv").path.read_bytes()
    for _ in range(250):
        changed = bytearray(text)
        for place in luck.integers(len(text), size=luck.integers(1, 4)):
            changed[place] = luck.integers(256)
        (here / "x.toml").write_bytes(changed)
        try:
            load("x.toml")
        except SceneError as error:
            assert str(error).startswith("x.toml: ")
            assert str(error).isprintable()
