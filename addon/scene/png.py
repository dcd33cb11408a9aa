# SPDX-License-Identifier: GPL-3.0-or-later
"""PNGs read with NumPy alone, for a Blender that brings no Pillow: every type and depth, interlaced ones as well.

The pixels are those that Pillow gives, to the last bit. Memory is taken for what the header says, once that is allowed.
"""

import struct
import zlib
from collections.abc import Callable, Iterator

import numpy as np

_START = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of grey, RGB, palette, grey with alpha, RGBA
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_WHOLE = ((0, 0, 1, 1),)
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_PIECE = 1 << 16  # bytes that are read at a time, and the longest chunk that is kept, but for pixels


def read(file, allow: Callable[[int, int], None]) -> tuple[np.ndarray, int, int]:
    """Pixels (rows, columns, 3 or 4), the number that stands for white, the EXIF orientation.

    `allow(rows, columns)` raises where that is too large. What is no whole PNG raises one of several exceptions.
    """
    if file.read(8) != _START:
        raise ValueError("no PNG")
    chunks = _chunks(file)
    name, head = next(chunks)
    columns, rows, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", head)
    if name != b"IHDR" or not rows or not columns or depth not in _DEPTHS[colour]:
        raise ValueError("no header")
    allow(rows, columns)
    passes = _ADAM7 if interlaced else _WHOLE
    bits, more = depth * _CHANNELS[colour], {}
    sizes = [_size(rows, columns, *step) for step in passes]
    length = sum(high * (1 + -(-wide * bits // 8)) for high, wide in sizes if wide)
    packed, raw = zlib.decompressobj(), bytearray()
    for name, data in chunks:
        if name == b"IDAT":
            raw += packed.decompress(packed.unconsumed_tail + data, length + 1 - len(raw))
            if len(raw) > length:
                raise ValueError("too many pixels")
        else:
            more[name] = data
    if len(raw) < length or not packed.eof:
        raise ValueError("too few pixels")
    samples = np.empty((rows, columns, _CHANNELS[colour]), np.uint16 if depth == 16 else np.uint8)
    at = 0
    for (left, top, across, down), (high, wide) in zip(passes, sizes, strict=True):
        if high and wide:
            line = 1 + -(-wide * bits // 8)
            lines = np.frombuffer(raw, np.uint8, high * line, at).reshape(high, line)
            samples[top::down, left::across] = _samples(_unfiltered(lines, max(1, bits // 8)), wide, depth, samples)
            at += high * line
    return *_coloured(samples, depth, colour, more), _orientation(more.get(b"eXIf", b""))


def _chunks(file) -> Iterator[tuple[bytes, bytes]]:
    """(name, content) up to the end: pixels in pieces, nothing of what else is long."""
    while True:
        length, name = struct.unpack(">I4s", file.read(8))
        if name == b"IEND":
            return
        known, kept = zlib.crc32(name), name == b"IDAT" or length <= _PIECE
        while length:
            piece = file.read(min(length, _PIECE))
            if not piece:
                raise ValueError("cut short")
            known, length = zlib.crc32(piece, known), length - len(piece)
            if kept:
                yield name, piece
        if struct.unpack(">I", file.read(4))[0] != known:
            raise ValueError("damaged")


def _size(rows, columns, left, top, across, down):
    """How many rows and columns one pass has."""
    return -(-(rows - top) // down) if rows > top else 0, -(-(columns - left) // across) if columns > left else 0


def _unfiltered(lines: np.ndarray, step: int) -> np.ndarray:
    """The bytes themselves. Each line begins with how they were foretold from those `step` before and the line above.

    A pixel waits for its neighbours to the left and above: all on one diagonal can be worked out at once.
    """
    high, wide = len(lines), (lines.shape[1] - 1) // step
    ways = lines[:, 0]
    if ways.max() > 4:
        raise ValueError("no such filter")
    padded = np.zeros((high + 1, wide + 1, step), np.uint8)  # what lies outside is 0
    padded[1:, 1:] = lines[:, 1:].reshape(high, wide, step)
    if ways.any():
        flat, ways = padded.reshape(-1, step), ways[:, None]
        for diagonal in range(2, high + wide + 1):
            first, last = max(1, diagonal - wide), min(high, diagonal - 1)
            start, count = diagonal + first * wide, last - first + 1
            here, left, above, corner = (
                flat[start - back :: wide][:count] for back in (0, 1, wide + 1, wide + 2)
            )
            a, b, c = (pixels.astype(np.int16) for pixels in (left, above, corner))
            by_a, by_b, by_c = np.abs(b - c), np.abs(a - c), np.abs(a + b - 2 * c)
            nearest = np.where((by_a <= by_b) & (by_a <= by_c), a, np.where(by_b <= by_c, b, c))
            told = np.choose(ways[first - 1 : last], [np.int16(0), a, b, (a + b) >> 1, nearest])
            here += told.astype(np.uint8)
    return padded[1:, 1:].reshape(high, wide * step)


def _samples(lines, wide, depth, like):
    """Numbers (rows, columns, channels) out of the bytes of lines."""
    if depth == 16:
        numbers = np.ascontiguousarray(lines).view(">u2")
    elif depth == 8:
        numbers = lines
    else:
        bits = np.unpackbits(lines, axis=1).reshape(len(lines), -1, depth)[:, :wide]
        numbers = bits @ (1 << np.arange(depth)[::-1]).astype(np.uint8)
    return numbers.reshape(len(lines), wide, like.shape[2])


def _coloured(samples, depth, colour, more):
    """(pixels as RGB or RGBA, white)."""
    clear = more.get(b"tRNS")
    if colour == 3:
        table = np.zeros((256, 3), np.uint8)
        listed = np.frombuffer(more[b"PLTE"], np.uint8).reshape(-1, 3)
        table[: len(listed)] = listed
        pixels = table[samples[..., 0]]
        if clear is None:
            return pixels, 255
        alpha = np.full(256, 255, np.uint8)
        alpha[: len(clear)] = np.frombuffer(clear, np.uint8)[:256]
        return np.dstack([pixels, alpha[samples[..., 0]]]), 255
    alpha = []
    if colour in (4, 6):
        samples, alpha = samples[..., :-1], [samples[..., -1:]]
    elif clear is not None:
        hidden = (samples == np.frombuffer(clear, ">u2")).all(axis=2, keepdims=True)
        alpha = [(2**depth - 1) * ~hidden]
    pixels = np.concatenate([samples] * (3 // samples.shape[2]) + alpha, axis=2)
    if depth == 16 and colour == 0:  # the only 16 bits that Pillow keeps
        return pixels, 65535
    pixels = pixels >> 8 if depth == 16 else pixels * (255 // (2**depth - 1))
    return pixels.astype(np.uint8), 255


def _orientation(exif: bytes) -> int:
    """How the camera was held: EXIF's number, 1 where none is said."""
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None or len(exif) < 8:
        return 1
    (at,) = struct.unpack_from(order + "I", exif, 4)
    for entry in range(at + 2, len(exif) - 11, 12):
        tag, kind, _, value = struct.unpack_from(order + "HHIH", exif, entry)
        if (tag, kind) == (0x0112, 3):
            return value
    return 1
