# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tiles a clip's frames are made of, kept on a shelf of the cache, so that they need not be evaluated again.

A frame is said by what is different from one before it, every so many frames as a whole. It has its own shelf: that of
its plan, profile and renderer for a figure of ours; for a `.blend`, which may hang on other files, that of one run.
"""

import hashlib
import struct
from dataclasses import fields, is_dataclass
from typing import NamedTuple

import numpy as np

from .cache import Shelf, Store
from .recording import Recording

WHOLE_EVERY = 40  # frames
_HEAD = struct.Struct("<16s6Ii")


class Layout(NamedTuple):
    """The shelf that holds a clip's tiles, the picture's and the tiles' sizes in pixels, depth, rows and columns."""

    shelf: bytes
    width: int
    height: int
    tile: int
    depth: int
    rows: int
    columns: int


class Index:
    """The keys of frames' tiles: uint64 (rows * columns, 2)."""

    def __init__(self, shelf: Shelf):
        self.shelf = shelf
        self._known: dict[int, tuple[Layout, np.ndarray]] = {}
        self._last: tuple[int, Layout, np.ndarray] | None = None
        self._since = WHOLE_EVERY

    def get(self, frame: int) -> tuple[Layout, np.ndarray] | None:
        """A frame's layout and keys; None where they are not known."""
        chain = []
        while frame not in self._known:
            value = self.shelf.get(_key(frame))
            if value is None:
                break
            chain.append((frame, value))
            frame = _HEAD.unpack_from(value)[-1]
            if frame < 0 or len(chain) > WHOLE_EVERY:
                break
        for at, value in reversed(chain):
            *layout, base = _HEAD.unpack_from(value)
            layout = Layout(*layout)
            if base < 0:
                keys = np.frombuffer(value, np.uint64, offset=_HEAD.size).reshape(-1, 2)
            else:
                if base not in self._known or self._known[base][0] != layout:
                    return None
                count = (len(value) - _HEAD.size) // 20
                keys = self._known[base][1].copy()
                places = np.frombuffer(value, np.uint32, count, _HEAD.size)
                keys[places] = np.frombuffer(value, np.uint64, 2 * count, _HEAD.size + 4 * count).reshape(-1, 2)
            self._known[at] = layout, keys
            frame = at
        return self._known.get(frame)

    def put(self, frame: int, layout: Layout, keys: np.ndarray) -> None:
        """Keep a frame's keys."""
        keys = np.ascontiguousarray(keys).reshape(-1, 2)
        self._known[frame] = layout, keys
        last, self._since = self._last, self._since + 1
        self._last = frame, layout, keys
        if last is None or last[1] != layout or self._since >= WHOLE_EVERY:
            self._since = 0
            self.shelf.put(_key(frame), _HEAD.pack(*layout, -1) + keys.tobytes())
            return
        places = np.flatnonzero((keys != last[2]).any(axis=1)).astype(np.uint32)
        self.shelf.put(_key(frame), _HEAD.pack(*layout, last[0]) + places.tobytes() + keys[places].tobytes())


def _key(frame: int) -> bytes:
    return hashlib.blake2b(b"frame %d" % frame, digest_size=16).digest()


def split(keys: np.ndarray) -> list[bytes]:
    """Keys as bytes, one each."""
    return np.ascontiguousarray(keys).reshape(-1, 2).view("V16").ravel().tolist()


def recalled(store: Store, name: bytes, frames, progress=None) -> Recording | None:
    """The recording of these frames from the cache alone; None where anything of it is missing."""
    index, layouts = Index(store.shelf(name)), set()
    if not frames:
        return None
    for frame in frames:
        known = index.get(frame)
        layouts.add(known and known[0])
        if known is None or len(layouts) > 1:
            return None
    layout = layouts.pop()
    shelf = store.shelf(layout.shelf)
    recording = Recording(layout.width, layout.height, layout.tile, layout.depth)
    for done, frame in enumerate(frames, 1):
        keys = split(index.get(frame)[1])
        if not all(key in shelf for key in keys):
            return None
        missing, tiles = recording.add(keys, (layout.rows, layout.columns))
        recording.fill_from(shelf, keys, missing, tiles)
        if progress is not None:
            progress(done, len(frames))
    return recording


def run_shelf(run: str, name: str) -> bytes:
    """The shelf of what is kept for one run only."""
    return hashlib.blake2b(f"run {run} {name}".encode(), digest_size=16).digest()


def digest(*values) -> bytes:
    """16 bytes that say what these values are: numbers, words, arrays, tuples, dictionaries, dataclasses."""
    state = hashlib.blake2b(digest_size=16)
    _feed(values, state.update)
    return state.digest()


def _feed(value, add) -> None:
    if isinstance(value, np.ndarray):
        add(f"array {value.dtype.str} {value.shape} ".encode() + np.ascontiguousarray(value).tobytes())
    elif is_dataclass(value):
        add(f"{type(value).__name__}(".encode())
        for field in fields(value):
            add(field.name.encode() + b"=")
            _feed(getattr(value, field.name), add)
        add(b")")
    elif isinstance(value, dict):
        add(b"{%d:" % len(value))
        for key, item in value.items():
            _feed(key, add)
            _feed(item, add)
    elif isinstance(value, (tuple, list)):
        add(b"(%d:" % len(value))
        for item in value:
            _feed(item, add)
    elif value is None or isinstance(value, (str, bytes, bool, int, float, np.generic)):
        text = repr(value.item() if isinstance(value, np.generic) else value).encode()
        add(b"%d:" % len(text) + type(value).__name__.encode() + text)
    else:
        raise TypeError(f"a {type(value).__name__} has no digest")
