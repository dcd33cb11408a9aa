# SPDX-License-Identifier: GPL-3.0-or-later
"""GIF's LZW in Python and NumPy, to the same bytes as Pillow's: for a Blender that brings no Pillow.

A phrase is known only where all its beginnings are. So the longest known one is found by doubling and halving its
length, not pixel by pixel, and a rectangle that mostly stays as it was costs next to nothing.
"""

import numpy as np

_CLEAR, _END, _FIRST, _FULL = 256, 257, 258, 4096
_WIDER = np.array([255, 767, 1791])  # from so many codes after a clear on, a code has 10, 11, 12 bits


def image_data(pixels: np.ndarray) -> bytes:
    """8-bit pixels as they follow an image's descriptor: the code's size, blocks of at most 255 bytes, the end."""
    packed = _packed(*_codes(np.ascontiguousarray(pixels).tobytes()))
    blocks = (packed[at : at + 255] for at in range(0, len(packed), 255))
    return b"\x08" + b"".join(bytes([len(block)]) + block for block in blocks) + b"\x00"


def _codes(data: bytes) -> tuple[list[int], list[int]]:
    """The codes, and where among them the table is cleared."""
    codes, clears, at, end = [_CLEAR], [0], 0, len(data)
    known: dict[bytes, int] = {}  # phrases of two and more; a single pixel is its own code
    following = _FIRST
    while at < end:
        code, low, high = data[at], at + 1, at + 2
        while low < end and (longer := known.get(data[at:high])) is not None:  # past the end: the rest
            code, low, high = longer, high, 2 * high - at
        while high - low > 1:
            middle = (low + high) >> 1
            longer = known.get(data[at:middle])
            if longer is None:
                high = middle
            else:
                code, low = longer, middle
        codes.append(code)
        if following < _FULL:
            known[data[at : low + 1]] = following
            following += 1
        elif low < end:
            clears.append(len(codes))
            codes.append(_CLEAR)
            known, following = {}, _FIRST
        at = low
    codes.append(_END)
    return codes, clears


def _packed(codes: list[int], clears: list[int]) -> bytes:
    """Codes one after the other, lowest bit first; the table's size at each says how many bits it has."""
    places = np.arange(len(codes))
    since = places - np.array(clears)[np.searchsorted(clears, places) - 1] - 1
    since[0] = 0
    widths = 9 + np.searchsorted(_WIDER, since, "right")
    bits = np.array(codes)[:, None] >> np.arange(12) & 1
    return np.packbits(bits[np.arange(12) < widths[:, None]].astype(np.uint8), bitorder="little").tobytes()
