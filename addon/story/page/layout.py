# SPDX-License-Identifier: GPL-3.0-or-later
"""The layout solver: blocks that stand on the floor, given as a tree, placed by their projected boxes on the page.

A `Block` is a box of cells; a `Row` and a `Column` hold blocks or one another; every block's cell is a multiple of one
unknown cell size, which `solve` makes as large as the region allows. Lengths are page units (fractions of the height).
"""

from dataclasses import dataclass, field, replace

import numpy as np

from .view import UNIT, Page


@dataclass
class Block:
    """A box of `size` (columns, depth, rows; in its own cells), whose cell is `ratio` times the figure's.

    `above`, `left` and `below`: room for words over it, at its left and below it, page units. `slab`: it stands on a
    slab that is so much larger at its sides and back, so much in front, and so high (in its cells). After `solve`:
    `cell` is the world length of its cell, `corner` the world place of its own lower front left corner, `foot` that of
    the slab, `box` its page box without the slab.
    """

    name: str
    size: tuple[float, float, float]
    ratio: float = 1.0
    above: float = 0.0
    left: float = 0.0
    below: float = 0.0
    slab: tuple[float, float, float] = (0.0, 0.0, 0.0)
    shelves: tuple[float, ...] = ()  # heights over the slab, in its cells, of shelves that carry parts of it
    least: float = 0.0  # page units: its cell is not smaller than that
    most: float = 1e6
    cell: float = 0.0
    corner: np.ndarray = field(default_factory=lambda: np.zeros(3))
    foot: np.ndarray = field(default_factory=lambda: np.zeros(3))
    box: tuple = (0.0, 0.0, 0.0, 0.0)

    def extent(self, page: Page, cell: float) -> tuple[float, float]:
        cell, (across, down) = self.length(cell) * UNIT, page.extent(self.whole)
        return cell * across + self.left, cell * down + self.above + self.below

    def length(self, cell: float) -> float:
        return min(max(cell * self.ratio, self.least), self.most)

    def shape(self, page: Page, cell: float) -> tuple[float, float, float, float]:
        return page.box((0, 0, 0), np.array(self.whole) * self.length(cell) * UNIT)

    @property
    def whole(self) -> tuple[float, float, float]:
        """Its size with the slab."""
        rim, front, high = self.slab
        return self.size[0] + 2 * rim, self.size[1] + rim + front, self.size[2] + high

    def place(self, page: Page, cell: float, left: float, top: float, wide: float, high: float, align) -> None:
        across, down = self.extent(page, cell)
        x = left + (wide - across) * align[0] + self.left
        y = top + (high - down) * align[1]
        x0, y0, _, _ = self.shape(page, cell)
        origin = page.seen((0, 0, 0))
        self.cell = self.length(cell) * UNIT
        self.foot = page.floor(x + origin[0] - x0, y + self.above + origin[1] - y0)
        self.corner = self.foot + self.cell * np.array(self.slab)
        self.box = page.box(self.corner, self.corner + np.array(self.size) * self.cell)

    def like(self, page: Page, name: str, size, corner) -> "Block":
        """A block of another size that stands on its own slab of the same kind at a world place; it has been solved."""
        own = replace(self, name=name, size=size, corner=np.asarray(corner, float))
        own.foot = own.corner - own.cell * np.array(own.slab)
        own.box = page.box(own.corner, own.corner + own.cell * np.array(size))
        return own

    def instead(self, page: Page, size) -> "Block":
        """A block of another size in the middle of the place of this one; itself where it is of that size."""
        if tuple(size) == tuple(self.size):
            return self
        aside = self.cell * (self.size[0] - size[0]) / 2
        return self.like(page, f"smaller {self.name}", size, self.corner + (aside, 0.0, 0.0))


@dataclass
class _Line:
    """Blocks or lines one after the other, `gap` page units apart; spare room goes between them (at most `spread`)."""

    parts: list
    gap: float
    spread: float
    align: tuple[float, float]

    along = 0  # which of (across, down) it runs along

    def extent(self, page, cell):
        sizes = [p.extent(page, cell) for p in self.parts]
        long = sum(s[self.along] for s in sizes) + self.gap * (len(sizes) - 1)
        broad = max(s[1 - self.along] for s in sizes)
        return (broad, long) if self.along else (long, broad)

    def place(self, page, cell, left, top, wide, high, align=None):
        k, sizes, corner, room = self.along, [p.extent(page, cell) for p in self.parts], [left, top], [wide, high]
        spare = room[k] - self.extent(page, cell)[k]
        gap = self.gap + min(max(spare / max(len(sizes) - 1, 1), 0.0), self.spread)
        corner[k] += (room[k] - sum(s[k] for s in sizes) - gap * (len(sizes) - 1)) * self.align[k]
        for part, size in zip(self.parts, sizes, strict=True):
            room[k] = size[k]
            part.place(page, cell, *corner, *room, self.align)
            corner[k] += size[k] + gap


@dataclass
class Row(_Line):
    """Side by side."""

    gap: float = 4.0
    spread: float = 12.0
    align: tuple[float, float] = (0.5, 1.0)


@dataclass
class Column(_Line):
    """One below the other."""

    gap: float = 3.0
    spread: float = 3.0
    align: tuple[float, float] = (0.5, 0.5)

    along = 1


def solve(page: Page, tree, region, largest: float) -> float:
    """Place a tree in a region (left, top, right, bottom) with the largest cell that fits; returns it (page units).

    Returns 0 where nothing fits: then nothing is placed.
    """
    left, top, right, bottom = region

    def fits(cell):
        wide, high = tree.extent(page, cell)
        return wide <= right - left + 1e-9 and high <= bottom - top + 1e-9

    low, high = 0.0, largest
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    if fits(largest):
        low = largest
    if low < 1e-3:
        return 0.0
    tree.place(page, low, left, top, right - left, bottom - top)
    return low
