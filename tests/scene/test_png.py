# SPDX-License-Identifier: GPL-3.0-or-later
"""PNGs read without Pillow, compared with what Pillow reads."""

import io
import struct
import sys
import zlib

import imageio.v3 as iio
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from addon.render.files.encode import png_bytes
from addon.scene import data_files, png
from addon.scene.checks import ValidationError

NAMES = {0: "grey", 2: "RGB", 3: "palette", 4: "grey with alpha", 6: "RGBA"}
KINDS = [(colour, depth) for colour, depths in png._DEPTHS.items() for depth in depths]
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def file_of(rows, columns, colour, depth, *, interlaced=False, clear=None, seed=0, filters=range(5), more=b""):
    """A PNG of random bytes, every row filtered in another way: any bytes are a picture."""
    random, bits = np.random.default_rng(seed), depth * CHANNELS[colour]
    raw = b""
    for left, top, across, down in png._ADAM7 if interlaced else [(0, 0, 1, 1)]:
        high, wide = len(range(top, rows, down)), len(range(left, columns, across))
        for _ in range(high if wide else 0):
            raw += bytes([random.choice(filters)]) + random.bytes((wide * bits + 7) // 8)
    head = struct.pack(">IIBBBBB", columns, rows, depth, colour, 0, 0, interlaced)
    made = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head)
    if colour == 3:
        made += chunk(b"PLTE", random.bytes(3 << depth))
    made += chunk(b"tRNS", clear) if clear else b""
    packed = zlib.compress(raw)
    half = len(packed) // 2
    return made + more + chunk(b"IDAT", packed[:half]) + chunk(b"IDAT", packed[half:]) + chunk(b"IEND", b"")


def by_pillow(data):
    with iio.imopen(data, "r", plugin="pillow") as picture:
        return data_files._pixels(picture, picture.metadata(index=0, exclude_applied=False))


def ours(data, allow=lambda rows, columns: None):
    return png.read(io.BytesIO(data), allow)


def assert_alike(data):
    (pixels, white, _), (theirs, their_white) = ours(data), by_pillow(data)
    assert white == their_white and np.array_equal(pixels, theirs)


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize(("colour", "depth"), KINDS, ids=lambda n: NAMES.get(n, n))
def test_every_kind_is_read_as_pillow_reads_it(colour, depth, interlaced):
    for rows, columns in ((1, 1), (2, 3), (13, 21), (40, 9)):
        assert_alike(file_of(rows, columns, colour, depth, interlaced=interlaced, seed=rows))


@given(st.sampled_from(KINDS), st.integers(1, 40), st.integers(1, 40), st.booleans(), st.integers(0, 999),
       st.sets(st.integers(0, 4), min_size=1))  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_any_size_any_filters(kind, rows, columns, interlaced, seed, filters):
    assert_alike(file_of(rows, columns, *kind, interlaced=interlaced, seed=seed, filters=sorted(filters)))


def test_what_is_see_through_without_a_channel_of_its_own():
    assert_alike(file_of(30, 30, 3, 8, clear=bytes(range(0, 256, 2))))
    assert_alike(file_of(30, 30, 3, 2, clear=b"\0\x80"))
    assert_alike(file_of(60, 60, 0, 8, clear=b"\0\x07"))
    pixels = ours(file_of(60, 60, 0, 8, clear=b"\0\x07"))[0]
    assert np.array_equal(pixels[..., 3] == 0, pixels[..., 0] == 7) and (pixels[..., 3] == 0).any()


def test_our_own_pictures_come_back():
    for channels in (3, 4):
        frame = np.random.default_rng(0).integers(0, 256, (37, 53, channels), np.uint8)
        assert np.array_equal(ours(png_bytes(frame))[0], frame)


def test_the_camera_s_orientation_is_read():
    for orientation in range(1, 9):
        picture = Image.new("RGB", (5, 4))
        exif = picture.getexif()
        exif[0x010F], exif[0x0112] = "camera", orientation
        picture.save(file := io.BytesIO(), "PNG", exif=exif)
        assert ours(file.getvalue())[2] == orientation
    for damaged in (b"", b"MM", b"MM\0\x2a\0\0", b"MM\0\x2a\xff\xff\xff\xff", b"II\x2a\0\x08\0\0\0\x09\0\x12"):
        assert ours(file_of(3, 3, 2, 8, more=chunk(b"eXIf", damaged)))[2] == 1


@pytest.fixture
def without_pillow(monkeypatch):
    for module in ("PIL", "imageio", "imageio.v3"):
        monkeypatch.setitem(sys.modules, module, None)


def test_what_is_no_whole_png_is_refused_and_takes_no_memory(without_pillow, tmp_path):
    path = tmp_path / "x.png"

    def refused(data, most=1000):
        path.write_bytes(data)
        with pytest.raises(ValidationError) as caught:
            data_files.read_picture(path, (2, 2), 3, 10, data_files.Limits(picture=most))
        return caught.value.hint

    whole = file_of(20, 20, 2, 8)
    for end in range(12, len(whole) - 12, 37):
        assert "must be a picture that can be read" in refused(whole[:end]), end
    for at in range(8, len(whole) - 12, 5):  # the last bytes are the end, which says nothing
        flipped = whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :]
        assert "picture that can be read" in refused(flipped) or "at most" in refused(flipped), at
    assert "at most 1,000 pixels, this one has 60000 × 60000" in refused(file_of(1, 1, 2, 8).replace(
        struct.pack(">II", 1, 1), struct.pack(">II", 60000, 60000)))  # fmt: skip
    assert "can be read" in refused(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 9, 8, 2, 0, 0, 0))
                                    + chunk(b"IDAT", zlib.compress(bytes(10**7))) + chunk(b"IEND", b""))  # fmt: skip


def test_a_picture_is_the_same_input_without_pillow(tmp_path, without_pillow, monkeypatch):
    path = tmp_path / "x.png"
    path.write_bytes(file_of(30, 50, 6, 8))
    without = data_files.read_picture(path, (6, 7), 3, 256)
    monkeypatch.undo()
    assert np.array_equal(without, data_files.read_picture(path, (6, 7), 3, 256))
