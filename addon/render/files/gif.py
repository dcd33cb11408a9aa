# SPDX-License-Identifier: GPL-3.0-or-later
"""The bytes of an animated GIF, one frame at a time.

imageio (its Pillow plugin) compresses the pixels of every frame, or `lzw` to the same bytes where that is missing;
which rectangle is sent, what in it is left as it stands, how long it stands and how it is cleared away is decided here,
because the plugin's own animation writer

- keeps all frames in memory, several times over: a minute of full HD is gigabytes; here it is two frames,
- takes "restore to background" to clear the whole picture although it clears the last rectangle only, so that
  a see-through clip must be sent as whole frames to come out right.

One palette serves the whole clip, so a frame has no table of its own.
"""

import functools
import struct
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from . import lzw
from .palette import SEE_THROUGH, Palette, changed

KEEP, CLEAR = 1, 2  # GIF's disposal methods: leave the rectangle standing, or make it see-through again
_TRAILER = b";"
_SHORT, _ONE_COLOUR = 4, 16  # pixels: runs that are as well told as left out, of any colour and of their neighbour's


def gif_bytes(frames: Iterable[np.ndarray], centiseconds: list[int], colors: int = 256) -> Iterator[bytes]:
    """The file in pieces. A frame with 0 centiseconds is left out; `frames` is walked twice."""
    palette = Palette((f for t, f in zip(centiseconds, frames, strict=True) if t), min(colors, 256) - 1)
    canvas, compress = None, compressor()
    for pixels, time, following in _with_next(_distinct(frames, centiseconds, palette)):
        if canvas is None:
            height, width = pixels.shape
            yield _header(width, height, palette)
            canvas = np.full_like(pixels, SEE_THROUGH)
            region = (
                slice(0, height),
                slice(0, width),
            )  # the first frame fills the picture, whatever it shows
        else:
            region = _bounds(pixels != canvas)
        # What must become see-through for the next frame has to lie in this frame's rectangle: only that is
        # cleared. After the last frame that is everything, so that a second round starts like the first.
        if palette.see_through:
            gone = pixels != SEE_THROUGH
            if following is not None:
                gone &= following == SEE_THROUGH
        clears = palette.see_through and bool(gone.any())
        if clears:
            region = _joined(region, _bounds(gone))
        yield _frame(pixels[region], canvas[region], region, time, CLEAR if clears else KEEP, compress)
        canvas = pixels.copy()
        if clears:
            canvas[region] = SEE_THROUGH
    yield _TRAILER


def _distinct(frames, centiseconds, palette):
    """(pixels, time), where neighbours that look the same in this palette have become one."""
    held, time, before = None, 0, None
    for stands, frame in zip(centiseconds, frames, strict=True):
        if not stands:
            continue
        part, moved = changed(before, frame)
        if before is None:
            before = frame.copy()  # whoever yields frames may use one array for all
        before[part] = frame[part]
        pixels = np.empty(frame.shape[:2], np.uint8) if held is None else held.copy()
        rows, columns = np.nonzero(moved)
        places = rows + part[0].start, columns + part[1].start
        pixels[places] = palette.indices(frame[places], *places)
        if held is not None and not np.array_equal(held, pixels):
            yield held, time
            time = 0
        held = pixels
        time += stands
    yield held, time


def _with_next(pairs):
    """(pixels, time, pixels of the next or None)."""
    held = None
    for pair in pairs:
        if held is not None:
            yield *held, pair[0]
        held = pair
    yield *held, None


def _bounds(mask):
    """The smallest (rows, columns) around what is set; one pixel if nothing is."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return slice(0, 1), slice(0, 1)
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _joined(a, b):
    return tuple(slice(min(p.start, q.start), max(p.stop, q.stop)) for p, q in zip(a, b, strict=True))


def _header(width, height, palette):
    loop = b"!\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<H", 0) + b"\x00"  # 0 rounds: for ever
    screen = struct.pack("<HHBBB", width, height, 0b1111_0111, 0, 0)  # a global table of 256 colours
    return b"GIF89a" + screen + palette.to_bytes() + loop


def _frame(pixels, canvas, region, time, disposal, compress):
    """One picture: its time, its rectangle, its pixels with what already stands there left out."""
    data = compress(np.where(_left_out(pixels == canvas, pixels), np.uint8(SEE_THROUGH), pixels))
    rows, columns = region
    rectangle = (columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start)
    control = struct.pack("<BBBBHBB", 0x21, 0xF9, 4, disposal << 2 | 1, time, SEE_THROUGH, 0)
    return control + struct.pack("<BHHHHB", 0x2C, *rectangle, 0) + data


def _left_out(unchanged, pixels):
    """Which of the pixels that stay as they are to leave out: a short run of them is told in fewer codes together with
    what is around it, and one in the colour of the pixel before or after it is told by that pixel's own run.
    """
    keeps, colours = unchanged.ravel().copy(), pixels.ravel()
    runs = np.flatnonzero(np.diff(keeps, prepend=False, append=False)).reshape(-1, 2)
    length = runs[:, 1] - runs[:, 0]
    begin, end = runs[length < _ONE_COLOUR].T
    turns = np.zeros(len(colours), np.int32)  # how often the colour has changed up to here
    np.cumsum(colours[1:] != colours[:-1], out=turns[1:])
    goes_on = turns[end - 1] == turns[np.maximum(begin - 1, 0)]
    comes_before = turns[np.minimum(end, len(colours) - 1)] == turns[begin]
    told = goes_on | comes_before | (end - begin < _SHORT)
    begin, length = begin[told], (end - begin)[told]
    within = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    keeps[np.repeat(begin, length) + within] = False
    return keeps.reshape(unchanged.shape)


def compressor() -> Callable:
    """`lzw.image_data`, or imageio's quicker way to the same bytes where that and Pillow are."""
    try:
        import imageio.v3 as iio
        import PIL  # noqa: F401
    except ImportError:
        return lzw.image_data
    return functools.partial(_by_imageio, iio)


def _by_imageio(iio, pixels):
    """GIF's LZW data of the pixels, cut out of the one-picture file that imageio makes of them."""
    made = iio.imwrite(
        "<bytes>",
        np.ascontiguousarray(pixels),
        extension=".gif",
        plugin="pillow",
        mode="L",  # the plugin writes grey n as index n; given a palette it spends 45 ms on every frame sorting it
        is_batch=False,
        optimize=False,
        interlace=0,
    )
    at = 13 + (3 << (made[10] & 7) + 1 if made[10] & 0x80 else 0)
    while made[at] == 0x21:  # an extension: skip its sub-blocks
        at += 2
        while made[at]:
            at += made[at] + 1
        at += 1
    return made[at + 10 : -1]
