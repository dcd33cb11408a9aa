# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things stand on the screen, without Blender: the camera's projection and a grid that fills the frame.

Pixels count from the frame's middle, x right, y up. A block's place on the screen is turned into a place on the ground
of the scene: in an orthographic view any place on the screen can be reached by walking on the ground.
"""

import math
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from ..page.glyphs import CAP_HEIGHT, DESCENT, width

MARGIN = 0.04
HALF_CELL = 0.47


class Camera:
    """An orthographic camera at an azimuth and an elevation (degrees); azimuth below 0 stands to the left."""

    def __init__(self, azimuth: float, elevation: float):
        a, e = math.radians(azimuth), math.radians(elevation)
        self.right = np.array([math.cos(a), math.sin(a), 0.0])
        self.ground = np.array([-math.sin(a), math.cos(a), 0.0])
        self.up = self.ground * math.sin(e) + np.array([0.0, 0.0, math.cos(e)])
        self.toward = -self.ground * math.cos(e) + np.array([0.0, 0.0, math.sin(e)])
        self.sine, self.cosine = math.sin(e), math.cos(e)
        self._boxes: dict[tuple, tuple[float, float, float, float]] = {}

    def project(self, points) -> np.ndarray:
        """World points (..., 3) to screen units (..., 2)."""
        points = np.asarray(points, float)
        return np.stack([points @ self.right, points @ self.up], axis=-1)

    def box(self, low, high) -> tuple[float, float, float, float]:
        """The screen box (x0, y0, x1, y1) of an axis-aligned box."""
        key = (*low, *high)
        if key not in self._boxes:  # a layout is solved by asking for the same ones again and again
            flat = self.project(list(product(*zip(low, high))))
            self._boxes[key] = (*flat.min(axis=0), *flat.max(axis=0))
        return self._boxes[key]

    def stand(self, x: float, y: float, height: float) -> np.ndarray:
        """The world place at `height` above the ground that is seen at the screen place (x, y), all in units."""
        return self.right * x + self.ground * ((y - height * self.cosine) / self.sine) + np.array([0, 0, height])


@dataclass
class Block:
    """A box of cells (columns, depth, rows) in the grid's cell (row, column), with caption lines above it.

    After `solve`: `origin` is the screen place (pixels) of the middle of its first cell, `box` its screen box and
    `captions_at`, `below_at`, `beside_at` the baseline places of those lines' middles.
    """

    name: str
    row: int
    column: int
    cells: tuple[int, int, int]
    captions: list[tuple[str, float]] = field(default_factory=list)  # (text, font size in pixels)
    below: list[tuple[str, float]] = field(default_factory=list)
    beside: list[tuple[str, float]] = field(default_factory=list)  # to the right, at half its height
    tick: float = 0.0  # font size of the indices left of it and above it; 0: none
    tick_side: float | None = None  # room for them at its sides, if another than above
    foot: float = 0.0  # room below it for indices that stand there
    unit: float = 1.0  # the size of its cells, in cells of the figure
    origin: tuple[float, float] = (0.0, 0.0)
    box: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    captions_at: list[tuple[float, float]] = field(default_factory=list)
    below_at: list[tuple[float, float]] = field(default_factory=list)
    beside_at: list[tuple[float, float]] = field(default_factory=list)

    def extent(self, camera: Camera) -> tuple[float, float, float, float]:
        columns, depth, rows = self.cells
        h = HALF_CELL
        box = camera.box((-h, -h, -rows + 1 - h), (columns - 1 + h, depth - 1 + h, h))
        return tuple(v * self.unit for v in box)

    def settle(self, camera: Camera, scale: float) -> None:
        """Work out its box and its words' places from its `origin`, at so many pixels per cell."""
        x0, y0, x1, y1 = (v * scale for v in self.extent(camera))
        middle = self.origin[0] + (x0 + x1) / 2
        self.box = (self.origin[0] + x0, self.origin[1] + y0, self.origin[0] + x1, self.origin[1] + y1)
        y = self.box[3] + self.tick
        self.captions_at = []
        for index in range(len(self.captions) - 1, -1, -1):
            size = self.captions[index][1]
            y += AIR * size + DESCENT * size if index == len(self.captions) - 1 else size * LEADING
            self.captions_at.insert(0, (middle, y))
        y = self.box[1] - self.foot
        self.below_at = []
        for index, (_, size) in enumerate(self.below):
            y -= (AIR + CAP_HEIGHT) * size if index == 0 else size * LEADING
            self.below_at.append((middle, y))
        middle_y = (self.box[1] + self.box[3]) / 2
        self.beside_at = [
            (self.box[2] + SIDE * size + width(text) * size / 2, middle_y - (CAP_HEIGHT / 2 + index * LEADING) * size)
            for index, (text, size) in enumerate(self.beside)
        ]



LEADING = 1.28  # line height in font sizes
AIR = 0.42  # between a caption and its volume, in font sizes
SIDE = 0.5  # between a volume and a text beside it, in font sizes


def _words_height(lines) -> float:
    return sum(size * LEADING for _, size in lines) + (AIR * lines[-1][1] if lines else 0.0)


def _words_width(lines) -> float:
    return max((width(text) * size for text, size in lines), default=0.0)


class Grid:
    """Blocks in rows and columns, as large as a region of the frame allows; `gaps` are pixels between columns."""

    def __init__(self, camera: Camera, blocks: list[Block], gaps: list[float], row_gap: float):
        self.camera, self.blocks, self.gaps, self.row_gap = camera, blocks, gaps, row_gap
        self.columns = 1 + max(b.column for b in blocks)
        self.rows = 1 + max(b.row for b in blocks)
        self.scale = 0.0

    def _sizes(self, scale: float):
        widths, above, below = np.zeros(self.columns), np.zeros(self.rows), np.zeros(self.rows)
        for block in self.blocks:
            x0, y0, x1, y1 = block.extent(self.camera)
            lines = block.captions + block.below
            # a volume stays in its column's middle, so a text beside it counts twice
            beside = 2 * (_words_width(block.beside) + SIDE * block.beside[0][1]) if block.beside else 0.0
            wide = max((x1 - x0) * scale + beside, _words_width(lines))
            side = block.tick if block.tick_side is None else block.tick_side
            widths[block.column] = max(widths[block.column], wide + 2 * side)
            half = (y1 - y0) * scale / 2
            above[block.row] = max(above[block.row], half + block.tick + _words_height(block.captions))
            below[block.row] = max(below[block.row], half + block.foot + _words_height(block.below))
        return widths, above, below

    def solve(self, region: tuple[float, float, float, float], largest: float) -> float:
        """Fill `region` (x0, y0, x1, y1 in pixels) and return the pixels per cell, at most `largest`."""
        x0, y0, x1, y1 = region

        def fits(scale):
            widths, above, below = self._sizes(scale)
            wide = widths.sum() + sum(self.gaps)
            high = above.sum() + below.sum() + self.row_gap * (self.rows - 1)
            return wide <= x1 - x0 and high <= y1 - y0

        low, high = 0.0, largest
        for _ in range(50):
            middle = (low + high) / 2
            low, high = (middle, high) if fits(middle) else (low, middle)
        self.scale = low
        self._place(region)
        return low

    def _place(self, region) -> None:
        widths, above, below = self._sizes(self.scale)
        spare = (region[2] - region[0]) - widths.sum() - sum(self.gaps)
        # what is left over goes between the columns, not only to the sides
        share = spare / (len(widths) + 1) if len(widths) > 1 else spare / 2
        share = min(share, 40.0)
        gaps = [g + share for g in self.gaps]
        x = (region[0] + region[2]) / 2 - (widths.sum() + sum(gaps)) / 2
        self.lefts = []
        for column, wide in enumerate(widths):
            self.lefts.append(x)
            x += wide + (gaps[column] if column < len(gaps) else 0.0)
        self.widths = widths
        total = above.sum() + below.sum() + self.row_gap * (self.rows - 1)
        y = (region[1] + region[3]) / 2 + total / 2
        self.middles = []
        for row in range(self.rows):
            y -= above[row]
            self.middles.append(y)
            y -= below[row] + self.row_gap
        for block in self.blocks:
            self.put(block)

    def put(self, block: Block) -> None:
        """Stand a block in the middle of its cell of the solved grid."""
        x0, y0, x1, y1 = (v * self.scale for v in block.extent(self.camera))
        middle = self.lefts[block.column] + self.widths[block.column] / 2
        block.origin = (middle - (x0 + x1) / 2, self.middles[block.row] - (y0 + y1) / 2)
        block.settle(self.camera, self.scale)

    def between(self, left: int, row: int) -> tuple[float, float]:
        """The middle of the gap right of column `left`, at a row's middle (pixels)."""
        edge = self.lefts[left] + self.widths[left]
        return (edge + self.lefts[left + 1]) / 2, self.middles[row]
