# SPDX-License-Identifier: GPL-3.0-or-later
"""GIFs without Pillow: the LZW of our own, read by Pillow's decoder and compared with what Pillow writes. No bpy."""

import io
import struct
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from addon.render.files import encode, gif, lzw


def decoded(pixels, data):
    """The indices that Pillow reads where this is the data of a picture as large."""
    height, width = pixels.shape
    table = np.arange(256, dtype=np.uint8).repeat(3).tobytes()
    screen = struct.pack("<HHBBB", width, height, 0b1111_0111, 0, 0)
    picture = struct.pack("<BHHHHB", 0x2C, 0, 0, width, height, 0)
    with Image.open(io.BytesIO(b"GIF89a" + screen + table + picture + data + b";")) as image:
        return np.asarray(image.convert("L"))  # the table is grey n for index n


def noise(colours, height, width, seed=0):
    return np.random.default_rng(seed).integers(0, colours, (height, width), np.uint8)


def runs(height, width, seed):
    """Rectangles on one another, with some specks."""
    made, random = np.full((height, width), 255, np.uint8), np.random.default_rng(seed)
    for _ in range(random.integers(0, 6)):
        y, x = random.integers(0, height), random.integers(0, width)
        made[y : y + random.integers(1, 40), x : x + random.integers(1, 40)] = random.integers(0, 256)
    made[random.random(made.shape) < 0.02] = 3
    return made


SIDE = st.integers(1, 90)
PICTURES = st.one_of(
    st.builds(noise, st.sampled_from([1, 2, 7, 256]), SIDE, SIDE, st.integers(0, 99)),
    st.builds(runs, SIDE, SIDE, st.integers(0, 9999)),
    st.builds(lambda value, height, width: np.full((height, width), value, np.uint8), st.integers(0, 255), SIDE, SIDE),
)


@given(PICTURES)
@settings(max_examples=150, deadline=None)
def test_a_decoder_reads_every_pixel_back(pixels):
    data = lzw.image_data(pixels)
    assert np.array_equal(decoded(pixels, data), pixels)
    assert data == gif.compressor()(pixels)


# the numbers of pixels at which codes get a bit more, the table is full, and around them
@pytest.mark.parametrize("around", [256, 511, 767, 1792, 3839, 4096, 3 * 3839])
def test_a_table_that_grows_and_is_cleared_is_written_as_pillow_writes_it(around):
    pillow = gif.compressor()
    for width in range(around - 3, around + 4):
        for colours in (256, 1):
            pixels = noise(colours, 1, width)
            assert lzw.image_data(pixels) == pillow(pixels), (width, colours)


def test_large_pictures_of_noise_and_of_one_colour_come_back():
    for pixels in (noise(256, 300, 400), np.full((720, 1280), 200, np.uint8)):
        assert np.array_equal(decoded(pixels, lzw.image_data(pixels)), pixels)


def clip(channels):
    """Things that glide over a soft floor, more colours than a GIF has; with alpha, over nothing."""
    y, x = np.mgrid[:90, :160]
    for i in range(7):
        frame = np.full((90, 160, channels), 255, np.uint8)
        frame[..., :3] = (200 + 40 * np.hypot(x - 60, y - 30) / 130)[..., None]
        frame[..., 3:] = 0
        frame[20 + i : 50, 9 * i : 40 + 9 * i] = [40 * i, 90, 255, 255][:channels]
        frame[60:80, 20:120, :3] = np.stack([x, y, x + y], 2)[60:80, 20:120]
        frame[60:80, 20 + 5 * i : 80 + 5 * i, 3:] = 255
        yield frame


@pytest.mark.parametrize("channels", [3, 4])
def test_a_gif_without_pillow_is_the_same_file(tmp_path, monkeypatch, channels):
    frames, seconds = list(clip(channels)), [1, 0.05, 0.1, 0.25, 0.05, 0.3, 2]
    encode.write_gif(tmp_path / "with.gif", frames, seconds)
    for module in ("PIL", "imageio", "imageio.v3"):
        monkeypatch.setitem(sys.modules, module, None)
    assert gif.compressor() is lzw.image_data
    encode.write_gif(tmp_path / "without.gif", frames, seconds)
    assert (tmp_path / "without.gif").read_bytes() == (tmp_path / "with.gif").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["with.gif", "without.gif"]
