# SPDX-License-Identifier: GPL-3.0-or-later
"""The camera and the floor: page units to world units and back.

The page is 90 units high; x runs right from its left edge, y down from its top. The world is x along columns, y into
the picture, z up; the floor is z = 0. The view is orthographic: a place on the page is one place on the floor.
"""

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product

import numpy as np

HEIGHT = 90.0  # page units
UNIT = 0.225  # world units a page unit
LINE = 84.2  # page units: the baseline of a line below everything
UPRIGHT = 0.8  # width by height of pages from which on blocks stand one below the other


@dataclass(frozen=True)
class Page:
    """A page of an aspect (width / height), seen from an azimuth and an elevation (degrees)."""

    aspect: float
    azimuth: float = 30.0
    elevation: float = 22.0

    @property
    def width(self) -> float:
        """Page units."""
        return HEIGHT * self.aspect

    @property
    def upright(self) -> bool:
        """Whether blocks stand one below the other on it."""
        return self.aspect < UPRIGHT

    @cached_property
    def axes(self) -> np.ndarray:
        """Rows: where one world unit along x, y and z leads on the page (right, down), in page units."""
        a, e = math.radians(self.azimuth), math.radians(self.elevation)
        right = np.array([math.cos(a), math.sin(a), 0.0])
        up = np.array([-math.sin(a) * math.sin(e), math.cos(a) * math.sin(e), math.cos(e)])
        return np.column_stack([right, -up]) / UNIT

    @property
    def toward(self) -> np.ndarray:
        """The world direction from the scene to the viewer."""
        a, e = math.radians(self.azimuth), math.radians(self.elevation)
        return np.array([math.sin(a) * math.cos(e), -math.cos(a) * math.cos(e), math.sin(e)])

    def seen(self, places) -> np.ndarray:
        """World places (..., 3) to page places (..., 2)."""
        return np.asarray(places, float) @ self.axes + (self.width / 2, HEIGHT / 2)

    def floor(self, x: float, y: float) -> np.ndarray:
        """The place on the floor that is seen at (x, y) on the page."""
        a, e = math.radians(self.azimuth), math.radians(self.elevation)
        across, along = (x - self.width / 2) * UNIT, (HEIGHT / 2 - y) * UNIT / math.sin(e)
        return np.array([across * math.cos(a) - along * math.sin(a), across * math.sin(a) + along * math.cos(a), 0.0])

    def box(self, low, high) -> tuple[float, float, float, float]:
        """The page box (left, top, right, bottom) of an axis-aligned world box."""
        corners = self.seen(list(product(*zip(low, high, strict=True))))
        return (*corners.min(axis=0), *corners.max(axis=0))

    @lru_cache(maxsize=4096)  # noqa: B019 - pages are few and equal ones are one
    def extent(self, size: tuple[float, float, float]) -> tuple[float, float]:
        """How wide and how high the page box is of an axis-aligned world box of this size, wherever it stands."""
        across, down = np.asarray(size, float) @ np.abs(self.axes)
        return float(across), float(down)

    def screen(self, x: float, y: float) -> tuple[float, float]:
        """A page place as world units right of and above the frame's middle."""
        return (x - self.width / 2) * UNIT, (HEIGHT / 2 - y) * UNIT
