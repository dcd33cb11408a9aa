# SPDX-License-Identifier: GPL-3.0-or-later
"""The frame loop: what is known is reused, what is missing is rendered, nothing is pasted onto the frame before.

A pixel depends on the state that reaches it and on nothing else, so frames come out the same in any order.
"""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import bpy
import numpy as np

from ..stage import compat
from .state import TILE, Reader, spreads, tile_keys, unaccounted

CALL = 12  # tiles: what one render call costs besides its own pixels


class Recording:
    """What rendering a clip gave: for each frame (`order`) the number of its distinct picture.

    Pictures are kept as tiles and assembled when asked for: uint8, (height, width, 3), or 4 with alpha.
    """

    def __init__(self, width: int, height: int, depth: int):
        self.width, self.height, self.depth = width, height, depth
        self.order: list[int] = []
        self.tiles: dict[bytes, np.ndarray] = {}
        self.rendered_pixels = 0
        self._pictures: list[list[list[bytes]]] = []
        self._numbers: dict[tuple, int] = {}

    def __len__(self) -> int:
        return len(self._pictures)

    def add(self, keys: list[list[bytes]]) -> None:
        """Append a frame whose tiles are all known."""
        name = tuple(map(tuple, keys))
        if name not in self._numbers:
            self._numbers[name] = len(self._pictures)
            self._pictures.append(keys)
        self.order.append(self._numbers[name])

    def picture(self, index: int) -> np.ndarray:
        keys = self._pictures[index]
        return np.concatenate([np.concatenate([self.tiles[k] for k in row], axis=1) for row in keys], axis=0)

    def frame(self, number: int) -> np.ndarray:
        """The picture of a frame of the clip, counted from 0."""
        return self.picture(self.order[number])


def rectangles(missing: np.ndarray) -> list[tuple[int, int, int, int]]:
    """Cover the missing tiles with few rectangles (x0, y0, x1, y1 in tiles), weighing calls against extra pixels."""
    boxes: list[tuple[int, int, int, int]] = []
    for row, line in enumerate(missing):
        columns = np.flatnonzero(line)
        for run in np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1) if len(columns) else []:
            boxes.append((int(run[0]), row, int(run[-1]) + 1, row + 1))

    def area(b):
        return (b[2] - b[0]) * (b[3] - b[1])

    def union(a, b):
        return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])

    while len(boxes) > 1:
        best, pair = 0.0, None
        for i, a in enumerate(boxes):
            for j in range(i):
                gain = area(a) + area(boxes[j]) + CALL - area(union(a, boxes[j]))
                if gain > best:
                    best, pair = gain, (j, i)
        if pair is None:
            break
        j, i = pair
        boxes[j] = union(boxes[j], boxes[i])
        del boxes[i]
    # two rectangles may overlap after the merging: then the second one's tiles are simply rendered alike again
    return boxes


def read_targa(path: Path) -> np.ndarray:
    """An uncompressed Targa file, as Blender writes it: uint8 (height, width, 3 or 4), top row first."""
    data = path.read_bytes()
    width, height = int.from_bytes(data[12:14], "little"), int.from_bytes(data[14:16], "little")
    depth, start = data[16] // 8, 18 + data[0]
    pixels = np.frombuffer(data, np.uint8, width * height * depth, start).reshape(height, width, depth)
    if not data[17] & 0x20:
        pixels = pixels[::-1]
    return pixels[..., [2, 1, 0, 3][:depth]]


class _Renderer:
    """Renders rectangles of the current frame into tiles."""

    def __init__(self, scene, recording: Recording, tile: tuple[int, int]):
        self.scene, self.recording, self.tile = scene, recording, tile
        self.folder = Path(tempfile.mkdtemp(prefix="convolume-"))
        settings = scene.render.image_settings
        compat.set_image_format(settings, "TARGA_RAW")
        settings.color_mode = "RGBA" if recording.depth == 4 else "RGB"
        scene.render.use_file_extension = True

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def render(self, box, keys) -> None:
        """Render the tiles of a rectangle (in tiles) and store them under their keys."""
        render, recording = self.scene.render, self.recording
        wide, high = self.tile
        x0, y0 = box[0] * wide, box[1] * high
        x1, y1 = min(box[2] * wide, recording.width), min(box[3] * high, recording.height)
        whole = (x0, y0, x1, y1) == (0, 0, recording.width, recording.height)
        render.use_border = render.use_crop_to_border = not whole
        if not whole:
            # a quarter pixel further: the borders are cut down to whole pixels
            render.border_min_x, render.border_max_x = (x0 + 0.25) / recording.width, (x1 + 0.25) / recording.width
            render.border_min_y = (recording.height - y1 + 0.25) / recording.height
            render.border_max_y = (recording.height - y0 + 0.25) / recording.height
        path = self.folder / "piece.tga"
        render.filepath = str(path)
        bpy.ops.render.render(write_still=True, scene=self.scene.name)
        pixels = read_targa(path)
        if pixels.shape[:2] != (y1 - y0, x1 - x0):
            raise RuntimeError(f"Blender rendered {pixels.shape[:2]} pixels where {(y1 - y0, x1 - x0)} were asked for")
        recording.rendered_pixels += (x1 - x0) * (y1 - y0)
        for row in range(box[1], box[3]):
            for column in range(box[0], box[2]):
                top, left = row * high - y0, column * wide - x0
                tile = pixels[top : top + high, left : left + wide]
                recording.tiles.setdefault(keys[row][column], np.ascontiguousarray(tile))


def record(scene, frames: Sequence[int], profile=None, progress: Callable[[int, int], None] | None = None,
           *, reuse: bool = True) -> Recording:  # fmt: skip
    """Render frames of a scene. `profile` (None: as the scene is set) is applied first; `progress(done, total)`.

    `reuse` False renders every frame whole, to compare with. Sets the scene's output format, border and path, and
    leaves its current frame at the last one rendered.
    """
    if profile is not None:
        profile.apply(scene)
    reader = Reader(scene)
    whole_reason, unknown = spreads(scene), unaccounted(scene) if reuse else "nothing, as asked,"
    if unknown or whole_reason:
        tile = (reader.width, reader.height)
    else:
        tile = (TILE, TILE)
    recording = Recording(reader.width, reader.height, 4 if scene.render.film_transparent else 3)
    renderer = _Renderer(scene, recording, tile)
    try:
        for done, frame in enumerate(frames):
            scene.frame_set(frame)
            depsgraph = bpy.context.evaluated_depsgraph_get()
            if unknown:
                keys = [[b"frame %d" % frame]]
            elif whole_reason:
                keys = [[reader.read(depsgraph).whole]]
            else:
                table = tile_keys(reader.read(depsgraph), reader.width, reader.height)
                # the place belongs to the key: rays through another pixel are other rays
                keys = [[b"%d %d " % (r, c) + table[r, c].tobytes() for c in range(table.shape[1])]
                        for r in range(table.shape[0])]  # fmt: skip
            missing = np.array([[k not in recording.tiles for k in row] for row in keys])
            for box in rectangles(missing):
                renderer.render(box, keys)
            recording.add(keys)
            if progress is not None:
                progress(done + 1, len(frames))
    finally:
        renderer.close()
    return recording


def reuse_note(scene) -> str:
    """One line on what is reused between frames, and why not more."""
    if reason := unaccounted(scene):
        return f"every frame is rendered whole: {reason} cannot be accounted for"
    if reason := spreads(scene):
        return f"whole frames are reused where nothing changed ({reason})"
    return f"tiles of {TILE} pixels are reused where nothing in them changed"
