# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers from the files that a scene names: `.npy`, pictures, IDX.

- Sizes are read from headers and checked before memory is taken for what follows them; zipped files are unpacked
  piece by piece, and no further than the limit.
- Nothing is ever unpickled or run; imageio is imported when a picture is read, not before; without it, PNGs are.
- Every failure is a `ValidationError` that says what the file should have been.
"""

from __future__ import annotations

import functools
import math
import re
import struct
import warnings
import zlib
from pathlib import Path

import numpy as np

from . import png
from .checks import ValidationError
from .limits import DEFAULT, Limits

# How pictures begin whose decoders are sound and run no program: PNG, JPEG, GIF, BMP, PNM, WebP
PICTURES = re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8|BM|P[1-6]\s|RIFF....WEBP", re.DOTALL)
WIDEST = 65_535  # pixels along a side of a picture
BAND = 1 << 20  # pixels that are averaged at a time
LONGEST_SIDE = 10_000  # cells along a side of what is made of a picture
PIECE = 1 << 16  # bytes that are unpacked at a time
MEMBERS = 1000  # parts of one zipped file


def kind_of(path: Path) -> str:
    """ "file", "folder" or "nothing"; also where even asking is refused."""
    try:
        return "folder" if path.is_dir() else "file" if path.is_file() else "nothing"
    except (OSError, ValueError):
        return "nothing"


def existing(path: Path) -> Path:
    """The path of a file that is there."""
    kind = kind_of(path)
    if kind == "folder":
        raise ValidationError("must be a file, this is a folder")
    if kind != "file":
        raise ValidationError("must be a file that exists")
    try:
        with path.open("rb") as f:
            if not f.read(1):
                raise ValidationError("must be a file with something in it, this one is empty")
    except OSError as e:
        raise ValidationError(f"must be a file that can be read ({e.strerror or e})") from None
    return path


# --- .npy ---


def _mapped(path: Path) -> np.ndarray:
    existing(path)
    with path.open("rb") as f:
        if f.read(6) != b"\x93NUMPY":
            raise ValidationError("must be a NumPy .npy file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of sizes that overflow, which fail
            array = np.load(path, mmap_mode="r", allow_pickle=False)
    except Exception as e:  # a damaged header fails in many ways
        if "object" in str(e):
            raise ValidationError("must be a .npy file of numbers, this one holds Python objects") from None
        raise ValidationError("must be a whole NumPy .npy file of numbers, this one is empty or damaged") from None
    if array.dtype.kind not in "iufb":
        raise ValidationError(f"must be a .npy file of real numbers, this one holds {array.dtype}")
    if array.size == 0:
        raise ValidationError("must hold at least one number")
    return array


def npy_shape(path: Path) -> tuple[int, ...]:
    return _mapped(path).shape


def read_npy(path: Path, cells: int) -> np.ndarray:
    """The array of a .npy file, as int64 or float64; it still has that many numbers, as its `npy_shape` said."""
    array = _mapped(path)
    if array.size != cells:
        raise ValidationError("must still have the shape it had when the scene was loaded")
    return as_numbers(np.array(array))


def as_numbers(array: np.ndarray, largest: float = 1e12) -> np.ndarray:
    """int64 or float64, finite, in bounds."""
    if array.dtype.kind in "iub":
        if array.size and (array.max() > largest or array.min() < -largest):
            raise ValidationError("must hold numbers from -1e12 to 1e12")
        return array.astype(np.int64)
    # 0.1 of 32 bits is meant as 0.1, and not as what it is to more places than it has
    array = (array.astype(str) if array.dtype.itemsize < 8 else array).astype(np.float64)
    if not np.isfinite(array).all():
        place = ", ".join(str(int(i)) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValidationError(f"must hold finite numbers only, there is another at [{place}]")
    if (np.abs(array) > largest).any():
        raise ValidationError("must hold numbers from -1e12 to 1e12")
    return array


# --- pictures ---


def read_picture(
    path: Path, size: tuple[int, int], channels: int, levels: int, limits: Limits = DEFAULT
) -> np.ndarray:
    """A picture as (channels, *size) whole numbers from 0 to levels - 1."""
    pixels, white = _decode(existing(path), limits.picture)
    shades = _shrink(pixels, white, size)
    if channels == 1:
        shades = shades @ np.array([0.299, 0.587, 0.114])
        shades = shades[..., None]
    return _steps(np.moveaxis(shades, -1, 0), levels)


def _steps(shades: np.ndarray, levels: int) -> np.ndarray:
    """0 to 1 in equal steps; the rounding keeps a boundary from hanging on the last bit."""
    return np.clip(np.floor(np.round(shades * levels, 9)), 0, levels - 1).astype(np.int64)


def _decode(path: Path, most: int) -> tuple[np.ndarray, int]:
    """(rows, columns, 3 or 4) and the number that stands for white."""
    with path.open("rb") as f:
        start = f.read(12)
    if not PICTURES.match(start):
        raise ValidationError("must be a picture that can be read: a PNG or JPEG, else GIF, BMP, WebP or PNM")

    def allow(rows, columns):
        if rows * columns > most:
            raise ValidationError(
                f"must have at most {most:,} pixels, this one has {columns} × {rows} "
                f"(--limit picture={rows * columns} allows it)"
            )
        if max(rows, columns) > WIDEST:
            hint = f"must have at most {WIDEST:,} rows and columns, this one has {columns} × {rows}"
            raise ValidationError(hint)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            pixels, white, orientation = _decoder(start)(path, allow)
        except ValidationError:
            raise
        except Exception as e:  # decoders fail in many ways
            if any(type(c).__name__ == "DecompressionBombError" for c in (e, e.__cause__, e.__context__)):
                raise ValidationError(f"must have at most {most:,} pixels (--limit picture=… allows more)") from None
            raise ValidationError("must be a picture that can be read: a whole PNG or JPEG") from None
    return _upright(pixels, orientation), white


def _decoder(start: bytes):
    """What reads a picture that begins so: Pillow, and where that is missing `png`, which is slower."""
    try:
        import imageio.v3 as iio
        import PIL  # noqa: F401
    except ImportError:
        if start.startswith(b"\x89PNG"):
            return _by_numpy
        raise ValidationError(
            "must be a PNG: for others this Python lacks imageio and Pillow, which the Convolume extension brings"
        ) from None
    return functools.partial(_by_imageio, iio)


def _by_numpy(path: Path, allow) -> tuple[np.ndarray, int, int]:
    with path.open("rb") as file:
        return png.read(file, allow)


def _by_imageio(iio, path: Path, allow) -> tuple[np.ndarray, int, int]:
    with iio.imopen(path, "r", plugin="pillow") as picture:
        allow(*picture.properties(index=0).shape[:2])
        about = picture.metadata(index=0, exclude_applied=False)
        return *_pixels(picture, about), about.get("Orientation", 1)


def _pixels(picture, about) -> tuple[np.ndarray, int]:
    mode = about["mode"]
    if mode.startswith("I"):
        deep = np.asarray(picture.read(index=0))
        if deep.min() < 0 or deep.max() > 65535:
            raise ValidationError("must be a picture of at most 16 bits a channel, such as a PNG or JPEG")
        return np.broadcast_to(deep[..., None], (*deep.shape, 3)), 65535
    if mode == "F":
        hint = "must be a picture of at most 16 bits a channel, such as a PNG or JPEG; this one holds decimals"
        raise ValidationError(hint)
    see_through = mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in about
    return picture.read(index=0, mode="RGBA" if see_through else "RGB", writeable_output=False), 255


def _upright(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """As the camera was held (EXIF orientation 1 to 8)."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return pixels


def _shrink(pixels: np.ndarray, white: int, size: tuple[int, int]) -> np.ndarray:
    """The middle of the picture, averaged over each cell's area: (*size, 3) from 0 to 1."""
    scale = min(pixels.shape[0] / size[0], pixels.shape[1] / size[1])
    down, across = (
        np.clip((n - k * scale) / 2 + scale * np.arange(k + 1), 0, n)
        for n, k in zip(pixels.shape[:2], size, strict=True)
    )
    out, bands = np.empty((*size, 3)), max(1, BAND // pixels.shape[1])
    for r in range(size[0]):
        first, last = math.floor(down[r]), max(math.ceil(down[r + 1]), math.floor(down[r]) + 1)
        rows = np.arange(first, last)
        part = np.clip(np.minimum(rows + 1, down[r + 1]) - np.maximum(rows, down[r]), 0, None)
        line = sum(
            np.tensordot(part[i : i + bands], _over_white(pixels[first + i : min(first + i + bands, last)], white), 1)
            for i in range(0, last - first, bands)
        )
        total = np.concatenate([np.zeros((1, 3)), np.cumsum(line, axis=0)])
        at = np.stack([np.interp(across, np.arange(len(total)), total[:, c]) for c in range(3)], axis=-1)
        out[r] = np.diff(at, axis=0) / (part.sum() * np.diff(across)[:, None])
    return out / white


def _over_white(band: np.ndarray, white: int) -> np.ndarray:
    band = band.astype(np.float64)
    if band.shape[-1] == 3:
        return band
    alpha = band[..., 3:] / white
    return band[..., :3] * alpha + white * (1 - alpha)


# --- IDX ---


class _Unpacked:
    """A gzip file, read forwards in small pieces: what is asked for is unpacked, and no more."""

    def __init__(self, file, most: int):
        self.file, self.left, self.members, self.ahead = file, most, MEMBERS, b""
        self.engine = zlib.decompressobj(31)

    def read(self, count: int) -> bytes:
        found = bytearray()
        while len(found) < count and (piece := self._piece(min(PIECE, count - len(found)))):
            found += piece
        return bytes(found)

    def skip(self, count: int) -> None:
        while count > 0 and (piece := self._piece(min(PIECE, count))):
            count -= len(piece)

    def _piece(self, count: int) -> bytes:
        """At most `count` bytes; none at the end."""
        while True:
            if self.engine.eof:
                self.ahead, self.members = self.engine.unused_data, self.members - 1
                if not self.members or not (self.ahead or (more := self.file.read(PIECE))):
                    return b""
                self.ahead = self.ahead or more
                self.engine = zlib.decompressobj(31)
            packed = self.engine.unconsumed_tail or self.ahead or self.file.read(PIECE)
            self.ahead = b""
            piece = self.engine.decompress(packed, count)
            if piece:
                self.left -= len(piece)
                if self.left < 0:
                    raise ValidationError("must not unpack to that many bytes (--limit unpacked=… allows more)")
                return piece
            if not packed and not self.engine.eof:
                return b""


def _skip(f, count: int) -> None:
    if isinstance(f, _Unpacked):
        f.skip(count)
    else:
        f.seek(count, 1)


def _idx_header(f) -> tuple[int, int, int]:
    """How many pictures, their rows and columns."""
    magic = f.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0":
        raise ValidationError("must be an IDX file of pictures, as MNIST has them")
    if magic[2] != 8 or magic[3] not in (2, 3):
        what = "labels" if magic[3] == 1 else f"type {magic[2]} in {magic[3]} dimensions"
        raise ValidationError(f"must be an IDX file of 8-bit pictures (2 or 3 dimensions), this one holds {what}")
    raw = f.read(4 * magic[3])
    if len(raw) < 4 * magic[3]:
        raise ValidationError("must be a whole IDX file, this one ends too early")
    dims = struct.unpack(f">{magic[3]}I", raw)
    dims = dims if len(dims) == 3 else (1, *dims)
    if min(dims) < 1:
        raise ValidationError("must be an IDX file with at least one picture")
    return dims


def _reading_idx(path: Path, job, most: int):
    try:
        with existing(path).open("rb") as f:
            zipped = f.read(2) == b"\x1f\x8b"
            f.seek(0)
            return job(_Unpacked(f, most) if zipped else f)
    except (OSError, EOFError, zlib.error):
        raise ValidationError("must be a whole IDX file, this one is damaged or ends too early") from None


def idx_shape(path: Path) -> tuple[int, int, int]:
    return _reading_idx(path, _idx_header, PIECE)


def read_idx(path: Path, index: int, size: tuple[int, int], levels: int, limits: Limits = DEFAULT) -> np.ndarray:
    """One picture as (1, *size) whole numbers from 0 to levels - 1."""

    def job(f):
        count, rows, columns = _idx_header(f)
        if index >= count:
            raise ValidationError(f"must be from 0 to {count - 1}: the file has {count} pictures", "input.index", index)
        if rows * columns > limits.cells:
            raise ValidationError(
                f"must have pictures of at most {limits.cells:,} cells, not {rows}×{columns} "
                f"(--limit cells={rows * columns} allows it)"
            )
        _skip(f, index * rows * columns)
        raw = f.read(rows * columns)
        if len(raw) < rows * columns:
            raise ValidationError("must be a whole IDX file, this one ends too early")
        return np.frombuffer(raw, np.uint8).reshape(rows, columns)

    picture = _reading_idx(path, job, limits.unpacked)
    if picture.shape == tuple(size):
        return _steps(picture[None] / 255, levels)
    shades = _shrink(np.repeat(picture[..., None], 3, axis=-1), 255, size)
    return _steps(shades[None, ..., 0], levels)
