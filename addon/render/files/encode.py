# SPDX-License-Identifier: GPL-3.0-or-later
"""From frames to files: GIF, MP4, PNG, PNG sequence, one PNG per step.

- Frames are uint8 arrays (height, width, 3 or 4); a clip is its distinct frames and how long each stands, in
  seconds.
- A file appears whole or not at all: it is written beside its place under another name and then moved there.
- The same frames give the same bytes.
- No bpy. A stock Blender brings no imageio: PNGs need nothing, GIFs are then written without it (`gif`), and
  MP4s by Blender (`formats/mp4`).
"""

import contextlib
import hashlib
import importlib.util
import json
import os
import platform
import re
import shutil
import struct
import tempfile
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SHORTEST = 2  # hundredths of a second: what is shorter, viewers play at a tenth of a second
ABANDONED = 3600  # seconds without a change, after which an unfinished file of another machine is nobody's
HERE = hashlib.blake2b(platform.node().encode(), digest_size=3).hexdigest()  # in unfinished files' names
LONGEST = 65535  # and this is all that a GIF frame can say


class EncodeError(RuntimeError):
    """A file could not be written; the message says why and what to do."""


@dataclass(frozen=True)
class StepPicture:
    """What stands on the screen when one step of the operation is done."""

    pixels: np.ndarray
    second: float
    frame: int
    index: Sequence[int]  # of the output cell
    sum: str


def _absent(*modules):
    return " and ".join(m.replace("_", "-") for m in modules if importlib.util.find_spec(m) is None)


# GIF


def write_gif(path, frames: Iterable[np.ndarray], seconds: Sequence[float], *, colors: int = 256) -> None:
    """Write an endless GIF. `frames` is walked more than once, so no generator but a list."""
    if not 2 <= colors <= 256:
        raise ValueError(
            f"colors = {colors}: a GIF has 2 to 256, one of which stays free for what does not change"
        )
    from .gif import gif_bytes

    times = centiseconds(seconds)
    with whole_file(path) as temporary, open(temporary, "wb") as file:
        file.writelines(gif_bytes(_Checked(frames, len(times)), times, colors))


def centiseconds(seconds: Sequence[float]) -> list[int]:
    """How long each frame stands in GIF's unit: every moment is right within 5 ms, and so is the whole.

    A frame that would stand for less than `SHORTEST` gets 0, and a neighbour its time (which then starts 10
    ms early at most): above 50 frames a second some are left out, because every viewer would play them five
    times too slowly.
    """
    times = np.asarray(seconds, dtype=float)
    if times.ndim != 1 or not len(times) or not np.isfinite(times).all() or (times <= 0).any():
        raise ValueError(f"seconds = {seconds!r}: one positive number per frame is needed")
    ends = np.rint(np.cumsum(times) * 100).astype(int).tolist()
    kept: list[list[int]] = []  # [frame, start]
    start = 0
    for frame, end in enumerate(ends):
        if kept and start - kept[-1][1] < SHORTEST:
            previous = kept[-1][0]
            if times[frame] > times[previous]:
                kept[-1][0] = frame
        else:
            kept.append([frame, start])
        start = end
    if len(kept) > 1 and ends[-1] - kept[-1][1] < SHORTEST:
        kept.pop()
    result = [0] * len(ends)
    for (frame, start), (_, end) in zip(kept, [*kept[1:], [None, max(ends[-1], 1)]], strict=True):
        result[frame] = end - start
    if max(result) > LONGEST:
        raise ValueError(
            f"a frame stands for {max(result) / 100} s, a GIF frame for {LONGEST / 100} s at most"
        )
    return result


class _Checked:
    """The frames, each round checked: as many as there are times, all alike."""

    def __init__(self, frames, count):
        if iter(frames) is frames:
            raise TypeError(
                "frames is a generator, which can be walked once only: give a list or a re-iterable"
            )
        self.frames, self.count = frames, count

    def __iter__(self) -> Iterator[np.ndarray]:
        first, count = None, 0
        for count, frame in enumerate(self.frames, 1):
            if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[2] not in (3, 4):
                raise ValueError(
                    f"frame {count - 1} is {frame.dtype} {frame.shape}, not uint8 (height, width, 3 or 4)"
                )
            if first is not None and frame.shape != first:
                raise ValueError(f"frame {count - 1} is {frame.shape}, the first one was {first}")
            if count > self.count:
                break
            first = frame.shape
            yield frame
        if count != self.count:
            raise ValueError(f"{count if count < self.count else 'more'} frames, but {self.count} times")


# MP4

# BT.709 said and meant: without it players guess the matrix by the picture's size, and the colours shift.
# `slower`, with all the references that `animation` asks for, takes more than twice the CPU for 0.04 dB of 39.
_H264 = (
    "-vf scale=out_color_matrix=bt709:out_range=tv -color_range tv "
    "-colorspace bt709 -color_primaries bt709 -color_trc bt709 "
    "-crf 19 -preset medium -tune animation -refs 2 -bf 3 -movflags +faststart -fflags +bitexact -flags +bitexact"
)


def write_mp4(path, frames: Iterable[np.ndarray], seconds: Sequence[float], fps: float) -> None:
    """Write H.264, 4:2:0. Frames that stand longer are repeated; an odd last row or column is doubled."""
    if absent := _absent("imageio", "imageio_ffmpeg"):
        raise EncodeError(f"no MP4 without {absent}: `pip install {absent.replace(' and ', ' ')}`")
    import imageio.v2 as iio

    ends = np.rint(np.cumsum(np.asarray(seconds, dtype=float)) * fps).astype(int)
    repeats = np.diff(ends, prepend=0).tolist()
    with whole_file(path, ".mp4") as temporary:
        writer = iio.get_writer(
            os.path.abspath(temporary),  # a name that begins with - would be an option of ffmpeg's
            format="FFMPEG",
            mode="I",
            fps=fps,
            codec="libx264",
            pixelformat="yuv420p",
            quality=None,
            macro_block_size=1,
            ffmpeg_log_level="error",
            output_params=_H264.split(),
        )
        with contextlib.closing(writer):  # its own `with` leaves ffmpeg running after an error
            for times, frame in zip(repeats, _Checked(frames, len(repeats)), strict=True):
                picture = even(opaque(frame))
                for _ in range(times):
                    writer.append_data(picture)
        if not os.path.getsize(temporary):
            raise EncodeError(f"{path}: ffmpeg wrote nothing")


def opaque(frame):
    """Video has no alpha: what is see-through becomes white, the page a lecture's slide most likely has."""
    if frame.shape[2] == 3:
        return frame
    alpha = frame[..., 3:].astype(np.uint16)
    return ((frame[..., :3] * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)


def even(frame):
    """4:2:0 needs even sides. Doubling an edge keeps text sharp, where scaling by a pixel would blur it."""
    height, width = frame.shape[:2]
    return np.pad(frame, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")


# PNG


def write_png(path, frame: np.ndarray) -> None:
    data = png_bytes(frame)
    with whole_file(path) as temporary, open(temporary, "wb") as file:
        file.write(data)


def png_bytes(frame: np.ndarray, level: int = 6) -> bytes:
    """A PNG in bytes; `level` is zlib's.

    Each row is sent plain, or as its difference from the pixel before or from the row above, whichever has the smaller
    differences: the usual rule, and close to the best for flat pictures.
    """
    (frame,) = _Checked([frame], 1)
    height, width, channels = frame.shape
    left, above = frame.copy(), frame.copy()
    left[:, 1:] -= frame[:, :-1]
    above[1:] -= frame[:-1]
    ways = np.stack([frame, left, above]).reshape(3, height, width * channels)
    cost = np.abs(ways.view(np.int8).astype(np.int16)).sum(axis=2, dtype=np.int64)
    best = cost.argmin(axis=0)
    rows = np.concatenate([best[:, None].astype(np.uint8), ways[best, np.arange(height)]], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2 if channels == 3 else 6, 0, 0, 0)
    body = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows.tobytes(), level)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def _chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def write_png_sequence(folder, frames: Iterable[np.ndarray], indices: Sequence[int]) -> list[Path]:
    """One numbered PNG per shown frame, `frame_0001.png` on; `indices` says which frame each one shows."""
    places: dict[int, list[int]] = {}
    for place, index in enumerate(indices, 1):
        places.setdefault(int(index), []).append(place)
    digits = max(4, len(str(len(indices))))
    with _folder(folder, "frame_") as made:
        written = 0
        for index, frame in enumerate(frames):
            for place in places.get(index, ()):
                target = made / f"frame_{place:0{digits}}.png"
                if place == places[index][0]:
                    data = png_bytes(frame)
                target.write_bytes(data)
                written += 1
        if written != len(indices):
            raise ValueError(f"indices name frame {max(places)}, but there are {index + 1} frames")
        names = sorted(p.name for p in made.iterdir())
    return [Path(folder) / name for name in names]


def write_steps(folder, steps: Iterable[StepPicture]) -> Path:
    """One PNG per step and `steps.json`, which says of each: second, frame, index, sum, file."""
    entries = []
    with _folder(folder, "step_") as made:
        for number, step in enumerate(steps, 1):
            name = f"step_{number:04}.png"
            (made / name).write_bytes(png_bytes(step.pixels))
            second, index = round(float(step.second), 3), [int(i) for i in step.index]
            entries.append(
                {"second": second, "frame": int(step.frame), "index": index, "sum": step.sum, "file": name}
            )
        text = json.dumps(entries, indent=1, ensure_ascii=False) + "\n"
        (made / "steps.json").write_text(text, encoding="utf-8")
    return Path(folder) / "steps.json"


# Whole or not at all


def sweep(folder, name: str, pid: int | None = None) -> None:
    """Remove what a process that was killed has left unfinished of a name: `pid`'s, or any's that runs no more."""
    from .formats import FORMATS  # which are made of what is here

    ends = sorted({re.escape(f.place.removeprefix("{}").partition(".")[0]) for f in FORMATS.values()})
    ours = rf"\.{re.escape(name)}(?:{'|'.join(ends)})(?:\.\w+)?"
    pattern = re.compile(rf"{ours}\.([0-9a-f]+)-(\d+)\..*part(\.\w+)?")
    with contextlib.suppress(OSError):
        for path in Path(folder).iterdir():
            found = pattern.fullmatch(path.name)
            if found is None or (pid is not None and (found[1], int(found[2])) != (HERE, pid)):
                continue
            old = time.time() - path.lstat().st_mtime > ABANDONED
            if pid is None and (runs(int(found[2])) if found[1] == HERE else not old):
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def runs(pid: int) -> bool:
    """Whether there is such a process here, as far as can be told."""
    if os.name == "nt":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


@contextlib.contextmanager
def whole_file(path, suffix: str = "") -> Iterator[str]:
    """A name beside `path` to write to; it becomes `path` when all went well and vanishes otherwise."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{HERE}-{os.getpid()}.part{suffix}")
    try:
        yield str(temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def _folder(folder, prefix) -> Iterator[Path]:
    """A folder to fill; its files then move to `folder`, and older numbered ones of that kind go.

    Other files there are the user's and stay. The JSON moves last, so it never names a picture that is not
    there.
    """
    folder = Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}.{HERE}-{os.getpid()}.", suffix=".part", dir=folder.parent))
    made.chmod(0o755)
    try:
        yield made
        new = sorted(made.iterdir(), key=lambda p: (p.suffix == ".json", p.name))
        folder.mkdir(exist_ok=True)
        for file in new:
            os.replace(file, folder / file.name)
        names = {file.name for file in new}
        for old in folder.glob(f"{prefix}[0-9]*.png"):
            if old.name not in names:
                old.unlink()
    finally:
        shutil.rmtree(made, ignore_errors=True)
