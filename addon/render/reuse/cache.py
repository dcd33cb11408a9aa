# SPDX-License-Identifier: GPL-3.0-or-later
"""Rendered pieces on disk, addressed by what they show: written whole or not at all, checked when they are read.

- A `Store` is a folder; a `Shelf` in it holds what belongs to one name of 16 bytes (a digest of everything that its
  keys do not say), in packs: files of many pieces, made under another name and then moved to their own.
- A pack that is cut short, altered, of another version or from another shelf is never used: it is removed, and what
  it held is rendered again. Trouble with writing ends the writing, not the rendering.
- What was used longest ago goes first where all of it becomes too large.
- No bpy.
"""

import contextlib
import hashlib
import os
import re
import secrets
import struct
import sys
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

MAGIC = b"CONVOLUME PACK 1\n"
LIMIT = 2 * 10**9  # bytes, of all packs together
FULLEST = 0.9  # of the limit that stays filled when something has to go
SECONDS = 1.0  # of work that a pack holds: what a process that is killed may lose
LARGEST = 32 * 1024**2  # bytes that wait to be written
STALE = 3600  # seconds after which a file under another name is no longer being written
_HEAD, _ENTRY, _TILE = struct.Struct("<16sI"), struct.Struct("<16sI"), struct.Struct("<IIB")
_SHELF, _PACK = re.compile(r"[0-9a-f]{32}"), re.compile(r"\.?[0-9a-f]+-\d+-\d+\.pack(\.part)?")


def default_folder() -> Path:
    """Where this system keeps a user's caches, and ours in it."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        named = os.environ.get("XDG_CACHE_HOME", "")
        base = Path(named) if os.path.isabs(named) else Path.home() / ".cache"
    return base / "convolume"


@dataclass
class Store:
    """A folder of shelves. `limit`: bytes, 0 for no caching at all. `run`: letters and digits that name this run.

    `read` False: only what this very run has written is read. `trouble` says why nothing more is written.
    """

    folder: Path
    limit: int = LIMIT
    read: bool = True
    run: str = field(default_factory=lambda: secrets.token_hex(4))
    trouble: str | None = None
    _added: int = 0
    _size: int | None = None
    _written: int = 0

    def shelf(self, name: bytes) -> "Shelf":
        """What belongs to a name (16 bytes), with all that can be read of it."""
        return Shelf(self, name)

    def packs(self) -> Iterator[os.DirEntry]:
        """Every file of ours in the folder, finished or not."""
        with contextlib.suppress(OSError), os.scandir(self.folder) as shelves:
            for shelf in shelves:
                if _SHELF.fullmatch(shelf.name) and shelf.is_dir(follow_symlinks=False):
                    with contextlib.suppress(OSError), os.scandir(shelf.path) as files:
                        yield from (f for f in files if _PACK.fullmatch(f.name) and f.is_file(follow_symlinks=False))

    def size(self) -> int:
        """Bytes in all."""
        return sum(size for _, size, _ in self._known())

    def _known(self) -> list[tuple[int, int, str]]:
        """(last use in ns, bytes, path) of every file; one that goes meanwhile is left out."""
        found = []
        for file in self.packs():
            with contextlib.suppress(OSError):
                state = file.stat(follow_symlinks=False)
                found.append((state.st_mtime_ns, state.st_size, file.path))
        return found

    def clean(self) -> int:
        """Remove everything of ours; the bytes that were freed. Raises OSError where something cannot be removed."""
        freed = 0
        for _, size, path in self._known():
            os.unlink(path)
            freed += size
        self._sweep()
        with contextlib.suppress(OSError):
            self.folder.rmdir()
        return freed

    def discard(self, name: bytes) -> None:
        """Remove one shelf."""
        folder = self.folder / name.hex()
        with contextlib.suppress(OSError):
            for file in os.scandir(folder):
                if _PACK.fullmatch(file.name):
                    os.unlink(file.path)
            folder.rmdir()

    def _sweep(self) -> None:
        """Remove empty shelves."""
        with contextlib.suppress(OSError):
            for shelf in self.folder.iterdir():
                if _SHELF.fullmatch(shelf.name):
                    with contextlib.suppress(OSError):
                        shelf.rmdir()

    def make_room(self, size: int) -> bool:
        """Remove what was used longest ago until so many bytes fit; whether they do."""
        if size > self.limit:
            return False
        if self._size is None or self._size + self._added + size > self.limit:
            known = sorted(self._known())
            self._size, self._added = sum(s for _, s, _ in known), 0
            if self._size + size > self.limit:
                for _, old, path in known:
                    if self._size + size <= FULLEST * self.limit:
                        break
                    with contextlib.suppress(OSError):
                        os.unlink(path)
                        self._size -= old
                self._sweep()
        return self._size + size <= self.limit

    def write(self, name: bytes, content: bytes) -> None:
        """Put a pack's content on a shelf, whole or not at all; trouble ends all writing."""
        if self.trouble or not self.limit:
            return
        data = MAGIC + hashlib.blake2b(content, digest_size=32).digest() + content
        folder = self.folder / name.hex()
        self._written += 1
        temporary = None
        try:
            if not self.make_room(len(data)):
                return
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{self.run}-{os.getpid()}-{time.time_ns()}{self._written}.pack"
            temporary = path.with_name(f".{path.name}.part")
            temporary.write_bytes(data)
            os.replace(temporary, path)
            self._added += len(data)
        except OSError as error:
            self.trouble = f"nothing more is kept in the cache {self.folder}: {error.strerror or error}"
        finally:
            if temporary is not None:
                with contextlib.suppress(OSError):
                    temporary.unlink(missing_ok=True)


class Shelf:
    """The pieces of one name: keys of 16 bytes, values of bytes. What is put here is written by and by."""

    def __init__(self, store: Store, name: bytes):
        self.store, self.name, self.hits = store, name, 0
        self._values: dict[bytes, bytes] = {}
        self._waiting: dict[bytes, bytes] = {}
        self._bytes, self._since = 0, time.monotonic()
        self._seen: set[str] = set()
        self.refresh()

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._values)

    def __contains__(self, key: bytes) -> bool:
        return key in self._values

    def refresh(self) -> None:
        """Read the packs that have come since."""
        found = []
        with contextlib.suppress(OSError), os.scandir(self.store.folder / self.name.hex()) as files:
            for file in files:
                if file.name not in self._seen and _PACK.fullmatch(file.name):
                    with contextlib.suppress(OSError):
                        found.append((file.stat().st_mtime_ns, file.name, file.path))
        for changed, name, path in sorted(found):  # where two packs hold the same, the newer one counts
            if name.startswith("."):
                if time.time() - changed / 1e9 > STALE:
                    with contextlib.suppress(OSError):
                        os.unlink(path)
                continue
            self._seen.add(name)
            if self.store.read or name.startswith(f"{self.store.run}-"):
                self._take(path)

    def _take(self, path: str) -> None:
        try:
            data = Path(path).read_bytes()
        except OSError:
            return
        values = unpacked(data, self.name)
        with contextlib.suppress(OSError):
            if values is None:
                os.unlink(path)
            else:
                self._values.update(values)
                os.utime(path)

    def get(self, key: bytes) -> bytes | None:
        """A value, or None."""
        packed = self._values.get(key)
        return None if packed is None else zlib.decompress(packed)

    def put(self, key: bytes, value: bytes) -> None:
        """Keep a value; on disk after the next `flush` that is due."""
        packed = zlib.compress(value, 1)
        self._values[key] = self._waiting[key] = packed
        self._bytes += len(packed)

    def flush(self, now: bool = True) -> bool:
        """Write what waits, in one pack. Not `now`: only where much, or much work, waits. Whether it wrote."""
        late = time.monotonic() - self._since > SECONDS or self._bytes > LARGEST
        if not self._waiting or not (now or late):
            return False
        self.store.write(self.name, packed(self.name, self._waiting))
        self._waiting, self._bytes, self._since = {}, 0, time.monotonic()
        return True

    # Tiles

    def tile(self, key: bytes) -> np.ndarray | None:
        """A tile's pixels, uint8 (height, width, 3 or 4), or None."""
        value = self.get(key)
        if value is None:
            return None
        self.hits += 1
        return np.frombuffer(value, np.uint8, offset=_TILE.size).reshape(_TILE.unpack_from(value))

    def put_tile(self, key: bytes, pixels: np.ndarray) -> None:
        """Keep a tile's pixels."""
        self.put(key, _TILE.pack(*pixels.shape) + np.ascontiguousarray(pixels).tobytes())


def packed(name: bytes, values: dict[bytes, bytes]) -> bytes:
    """A pack's content: the shelf's name, keys with the lengths of their values, then these."""
    entries = b"".join(_ENTRY.pack(key, len(value)) for key, value in values.items())
    return _HEAD.pack(name, len(values)) + entries + b"".join(values.values())


def unpacked(data: bytes, name: bytes) -> dict[bytes, bytes] | None:
    """What a pack's file holds, or None where it is not whole, of another version, or not this shelf's."""
    start = len(MAGIC) + 32
    content = data[start:]
    if data[: len(MAGIC)] != MAGIC or len(content) < _HEAD.size:
        return None
    if hashlib.blake2b(content, digest_size=32).digest() != data[len(MAGIC) : start]:
        return None
    owner, count = _HEAD.unpack_from(content)
    if owner != name:
        return None
    values, at = {}, _HEAD.size + count * _ENTRY.size
    for number in range(count):
        key, length = _ENTRY.unpack_from(content, _HEAD.size + number * _ENTRY.size)
        values[key] = content[at : at + length]
        at += length
    return values if at == len(content) else None
