# SPDX-License-Identifier: GPL-3.0-or-later
"""The frame loop: what is known is reused, what is missing is rendered, nothing is pasted onto the frame before.

A pixel depends on the state that reaches it and on nothing else, so frames come out the same in any order. Missing
tiles are collected over many frames and rendered in a scene of their own (`batch_scene`); where that cannot show them,
in the frame's own scene. What is known includes what the cache holds, and what is rendered goes there.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import bpy
import numpy as np

from ...stage import compat
from . import scene_fingerprint
from .batch_scene import LAYERS, BatchScene, TileBatch
from .cache import Store
from .evaluation_scene import EvaluationScene
from .fcurve_state import FCurveState
from .index import Index, Layout, digest, split
from .material_analysis import MaterialAnalysis, why_in_place
from .recording import Recording
from .reuse_policy import TILE, light_reach, reach, unsupported_reason
from .snapshot import Reader

CALL = 48  # a tile's pixels times their samples: what a render call costs besides its own
EVERYWHERE = 1e7  # pixels: a reach that makes every object count


def rectangles(missing: np.ndarray, call: float = 4.0) -> list[tuple[int, int, int, int]]:
    """Cover the missing tiles with few rectangles (x0, y0, x1, y1 in tiles), weighing calls against extra pixels.

    `call`: how many tiles' pixels cost as much as a call does.
    """
    boxes: list[tuple[int, int, int, int]] = []
    open_boxes: dict[tuple[int, int], int] = {}  # by columns: the box that reaches down to the row before
    for row, line in enumerate(missing):
        edges = np.flatnonzero(np.diff(line, prepend=False, append=False)).reshape(-1, 2).tolist()
        going: dict[tuple[int, int], int] = {}
        for x0, x1 in edges:
            number = open_boxes.get((x0, x1), len(boxes))
            if number == len(boxes):
                boxes.append((x0, row, x1, row + 1))
            boxes[number] = x0, boxes[number][1], x1, row + 1
            going[x0, x1] = number
        open_boxes = going
    return _merged(np.array(boxes, float), call) if len(boxes) > 1 else boxes


def _merged(boxes: np.ndarray, call: float) -> list[tuple[int, int, int, int]]:
    """Boxes (n, 4) put together two by two, the best two first, for as long as that gains something.

    Two of them may overlap afterwards: then the second one's tiles are simply rendered alike again.
    """
    low, high = boxes[:, :2].copy(), boxes[:, 2:].copy()
    area = (high - low).prod(axis=1)

    def gains(i):
        union = (np.maximum(high, high[i]) - np.minimum(low, low[i])).prod(axis=1)
        return area + area[i] + call - union

    gain = np.stack([gains(i) for i in range(len(boxes))])
    np.fill_diagonal(gain, -np.inf)
    there = np.ones(len(boxes), bool)
    while True:
        i, j = np.unravel_index(gain.argmax(), gain.shape)
        if not gain[i, j] > 0:
            return [tuple(map(int, box)) for box in np.hstack([low, high])[there]]
        low[i], high[i] = np.minimum(low[i], low[j]), np.maximum(high[i], high[j])
        area[i] = (high[i] - low[i]).prod()
        there[j] = False
        gain[i] = np.where(there, gains(i), -np.inf)
        gain[i, i] = -np.inf
        gain[:, i] = gain[i]
        gain[j] = gain[:, j] = -np.inf


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
    """Renders rectangles of a scene into tiles of a recording, and of a shelf where there is one."""

    def __init__(self, scene, recording: Recording):
        self.recording, self.shelf = recording, None
        self.folder = Path(tempfile.mkdtemp(prefix="convolume-"))
        self.call = CALL / scene.cycles.samples if scene.render.engine == "CYCLES" else 1.0
        settings = scene.render.image_settings
        compat.set_image_format(settings, "TARGA_RAW")
        settings.color_mode = "RGBA" if recording.depth == 4 else "RGB"
        scene.render.use_file_extension = True

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def render(self, scene, missing: np.ndarray, tiles: np.ndarray, keys: list[bytes]) -> None:
        """Render the missing tiles (a mask) as the scene stands; `tiles` has the numbers of all, `keys` their keys."""
        for box in rectangles(missing, self.call):
            self._render(scene, box, missing, tiles, keys)

    def _render(self, scene, box, missing, tiles, keys) -> None:
        render, recording, tile = scene.render, self.recording, self.recording.tile
        x0, y0 = box[0] * tile, box[1] * tile
        x1, y1 = min(box[2] * tile, recording.width), min(box[3] * tile, recording.height)
        whole = (x0, y0, x1, y1) == (0, 0, recording.width, recording.height)
        render.use_border = render.use_crop_to_border = not whole
        if not whole:
            # a quarter pixel further: the borders are cut down to whole pixels
            render.border_min_x, render.border_max_x = (x0 + 0.25) / recording.width, (x1 + 0.25) / recording.width
            render.border_min_y = (recording.height - y1 + 0.25) / recording.height
            render.border_max_y = (recording.height - y0 + 0.25) / recording.height
        path = self.folder / "piece.tga"
        render.filepath = str(path)
        # an operator brings its context's scene up to date, twice: not the figure's, when another is rendered
        with bpy.context.temp_override(scene=scene, view_layer=scene.view_layers[0]):
            bpy.ops.render.render(write_still=True, scene=scene.name)
        pixels = read_targa(path)
        path.unlink()  # a file written over is waited for by some file systems
        if pixels.shape[:2] != (y1 - y0, x1 - x0):
            raise RuntimeError(f"Blender rendered {pixels.shape[:2]} pixels where {(y1 - y0, x1 - x0)} were asked for")
        recording.rendered_pixels += (x1 - x0) * (y1 - y0)
        for row in range(box[1], box[3]):
            for column in range(box[0], box[2]):
                if missing[row, column]:
                    top, left = row * tile - y0, column * tile - x0
                    part = pixels[top : top + tile, left : left + tile]
                    recording.fill(tiles[row, column], part)
                    if self.shelf is not None:
                        self.shelf.put_tile(keys[row * tiles.shape[1] + column], part)


class _Loop:
    """One recording under way."""

    def __init__(self, scene, reuse: bool, progress, store: Store | None = None, index: bytes | None = None):
        self.scene, self.progress = scene, progress
        unknown = unsupported_reason(scene) if reuse else "nothing, as asked,"
        whole = unknown or light_reach(scene)
        width = scene.render.resolution_x * scene.render.resolution_percentage // 100
        height = scene.render.resolution_y * scene.render.resolution_percentage // 100
        tile = max(width, height) if whole else TILE
        self.recording = Recording(width, height, tile, 4 if scene.render.film_transparent else 3)
        self.renderer = _Renderer(scene, self.recording)
        self.shelf, self.index = None, None
        if store is not None and reuse:
            self._open(store, index, unknown or scene_fingerprint.why_not(scene))
        layered = not whole and not why_in_place(scene)
        self.evaluation_scene = EvaluationScene(scene, apart=layered)
        seen = self.evaluation_scene.scene
        self.reader = None if unknown else Reader(seen, tile, EVERYWHERE if whole else reach(scene), MaterialAnalysis())
        self.fcurve_state = None if unknown else FCurveState()
        self.batch_scene = BatchScene(seen, self.reader) if layered else None
        self.batches: list[tuple[TileBatch, list[bytes]]] = []
        self.known: dict[bytes, int] = {}
        self.lit: bytes | None = None  # the setting whose lights the strip has

    def _open(self, store, index, why_not) -> None:
        """Find what is known of the scene; where a digest cannot say what it shows, of this run alone."""
        recording = self.recording
        size = recording.width, recording.height, recording.tile, recording.depth
        if why_not and index is None:
            return
        name = digest(index, "tiles") if why_not else scene_fingerprint.fingerprint(self.scene, *size)
        self.shelf = self.renderer.shelf = store.shelf(name)
        self.layout = Layout(name, *size, -(-size[1] // size[2]), -(-size[0] // size[2]))
        self.index = index and Index(store.shelf(index))

    def close(self) -> None:
        self.keep()
        self.renderer.close()
        if self.batch_scene is not None:
            self.batch_scene.close()
        self.evaluation_scene.close()

    def keep(self, now: bool = True) -> None:
        """Write what was rendered to the cache; not `now`: where enough of it waits."""
        if self.shelf is not None:
            written = self.shelf.flush(now)
            if self.index is not None and (written or now):
                self.index.shelf.flush()

    def frame(self, done: int, frame: int) -> None:
        """Take one frame into the recording; what it lacks is rendered now, or with later ones."""
        state = self.fcurve_state.at(frame) if self.fcurve_state else None
        if state is not None and state in self.known:
            number, keys = self.known[state]
            self.recording.order.append(number)
            self._note(frame, keys)
            return
        keys = self._recall(frame)
        if keys is None:
            if self.reader is None:
                self.scene.frame_set(frame)
                keys = np.frombuffer(hashlib.blake2b(b"frame %d" % frame, digest_size=16).digest(), np.uint64)[None]
                missing, tiles = self._add(keys, (1, 1))
                self.renderer.render(self.scene, missing, tiles, split(keys))
                self.keep(now=False)
            else:
                keys = self._read(done, frame)
            self._note(frame, keys)
        if state is not None:
            self.known[state] = self.recording.order[-1], keys

    def _note(self, frame, keys) -> None:
        if self.index is not None and self.index.get(frame) is None:
            self.index.put(frame, self.layout, keys)

    def _recall(self, frame: int) -> np.ndarray | None:
        """The keys of a frame all of whose tiles are known, which is then taken without looking at the scene."""
        known = self.index.get(frame) if self.index is not None else None
        if known is None or known[0] != self.layout:
            return None
        if not all(key in self.shelf or key in self.recording for key in split(known[1])):
            return None
        self._add(known[1], (self.layout.rows, self.layout.columns))
        return known[1]

    def _add(self, keys: np.ndarray, shape) -> tuple[np.ndarray, np.ndarray]:
        """Append a frame; which of its tiles are neither known nor in the cache, and the numbers of all."""
        named = split(keys)
        missing, tiles = self.recording.add(named, shape)
        if self.shelf is not None and missing.any():
            missing = self.recording.fill_from(self.shelf, named, missing, tiles)
        return missing, tiles

    def _read(self, done, frame):
        depsgraph = self.evaluation_scene.at(frame)
        snapshot = self.reader.read(depsgraph)
        missing, tiles = self._add(snapshot.keys, snapshot.odd.shape)
        if not missing.any():
            return snapshot.keys
        layered, keys = self.batch_scene is not None, split(snapshot.keys)
        here = missing & snapshot.odd if layered else missing
        if here.any():
            if self.evaluation_scene.apart:
                self.scene.frame_set(frame)
            self.renderer.render(self.scene, here, tiles, keys)
            self.keep(now=False)
            missing = missing & ~here
        if missing.any():
            if self.batches and not self.batches[0][0].snapshot.goes_with(snapshot):
                self.flush()
            if not self.batches and snapshot.setting != self.lit:
                self.batch_scene.set_lights(depsgraph)
                self.lit = snapshot.setting
            self.batches.append((TileBatch(snapshot, missing, tiles, done), keys))
            if len(self.batches) >= LAYERS:
                self.flush()
        return snapshot.keys

    def flush(self) -> None:
        """Render the pieces that wait."""
        if not self.batches:
            return
        self.batch_scene.fill([batch for batch, _ in self.batches])
        for layer, (batch, keys) in enumerate(self.batches):
            self.batch_scene.look_at(layer)
            self.renderer.render(self.batch_scene.scene, batch.missing, batch.tiles, keys)
            self.keep(now=False)
            if self.progress is not None:
                self.progress(batch.frame)
        self.batches = []


def record(scene, frames: Sequence[int], profile=None, progress: Callable[[int, int], None] | None = None,
           *, reuse: bool = True, store: Store | None = None, index: bytes | None = None,
           threads: int = 0) -> Recording:  # fmt: skip
    """Render frames of a scene. `profile` (None: as the scene is set) is applied first; `progress(done, total)`.

    `reuse` False renders every frame whole, to compare with. `store`: the cache to take from and to fill, and `index`
    the name of the shelf there that says which tiles the frames are made of. `threads`: of the CPU, 0 for all.
    Sets the scene's output format, border and path; which frame it stands at afterwards is not said.
    """
    if profile is not None:
        profile.apply(scene)
    if threads:
        scene.render.threads_mode, scene.render.threads = "FIXED", threads
    total = len(frames)
    loop = _Loop(scene, reuse, progress and (lambda done: progress(done, total)), store, index)
    try:
        for done, frame in enumerate(frames):
            loop.frame(done, frame)
            if progress is not None and not loop.batches:
                progress(done + 1, total)
        loop.flush()
        if progress is not None:
            progress(total, total)
    finally:
        loop.close()
    return loop.recording
