# SPDX-License-Identifier: GPL-3.0-or-later
"""What rendering a clip gave: distinct pictures, kept as the tiles they are made of, and their order."""

import numpy as np


class Recording:
    """For each frame (`order`) the number of its distinct picture; pictures are assembled when they are asked for.

    Pictures are uint8, (height, width, 3), or 4 with alpha. `rendered_pixels` counts what was rendered for them,
    `reused` the tiles that were in the cache. `listener`: a callable that hears of every picture that is assembled.
    """

    listener = None

    def __init__(self, width: int, height: int, tile: int, depth: int):
        self.width, self.height, self.tile, self.depth = width, height, tile, depth
        self.order: list[int] = []
        self.rendered_pixels = self.reused = 0
        self._tiles: list[np.ndarray | None] = []
        self._numbers: dict[bytes, int] = {}
        self._pictures: list[np.ndarray] = []
        self._by_tiles: dict[bytes, int] = {}
        self._canvas: tuple[np.ndarray, np.ndarray] | None = None

    def __len__(self) -> int:
        return len(self._pictures)

    @property
    def tiles(self) -> int:
        """How many different tiles there are."""
        return len(self._tiles)

    def add(self, keys: list[bytes], shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        """Append a frame by the keys of its tiles: which of them are still to be filled, and the numbers of all."""
        numbers, known = self._numbers, len(self._tiles)
        tiles = np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int32).reshape(shape)
        self._tiles += [None] * (len(numbers) - known)
        name = tiles.tobytes()
        if name not in self._by_tiles:
            self._by_tiles[name] = len(self._pictures)
            self._pictures.append(tiles)
        self.order.append(self._by_tiles[name])
        return tiles >= known, tiles

    def __contains__(self, key: bytes) -> bool:
        """Whether a tile is known by its key, filled or not."""
        return key in self._numbers

    def fill(self, number: int, pixels: np.ndarray) -> None:
        """Give a tile its pixels."""
        if self._tiles[number] is None:
            self._tiles[number] = np.ascontiguousarray(pixels)

    def fill_from(self, shelf, keys: list[bytes], missing: np.ndarray, tiles: np.ndarray) -> np.ndarray:
        """Fill the missing tiles (a mask) that a shelf of the cache has; the mask of those it has not."""
        still, numbers = missing.ravel().copy(), tiles.ravel()
        for place in np.flatnonzero(still).tolist():
            if self._tiles[numbers[place]] is None:
                pixels = shelf.tile(keys[place])
                if pixels is None:
                    continue
                self.fill(numbers[place], pixels)
                self.reused += 1
            still[place] = False
        return still.reshape(missing.shape)

    def picture(self, index: int) -> np.ndarray:
        """A distinct picture, by its number."""
        if self.listener is not None:
            self.listener()
        tiles = self._pictures[index]
        if self._canvas is None:
            before, canvas = np.full_like(tiles, -1), np.empty((self.height, self.width, self.depth), np.uint8)
        else:
            before, canvas = self._canvas
        size = self.tile
        for row, column in np.argwhere(tiles != before).tolist():  # the rest stands there from the last one asked for
            canvas[row * size : (row + 1) * size, column * size : (column + 1) * size] = self._tiles[tiles[row, column]]
        self._canvas = tiles, canvas
        return canvas.copy()

    def frame(self, number: int) -> np.ndarray:
        """The picture of a frame of the clip, counted from 0."""
        return self.picture(self.order[number])
