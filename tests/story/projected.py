# SPDX-License-Identifier: GPL-3.0-or-later
"""A solid figure as polygons on the page at a time, without Blender: faces of pieces, tubes, texts in the faces, words.

Page units: 90 to the frame's height, x right from its left edge, y down from its top edge. Nothing that a story notes
of its own boxes is read: all follows from what `plan/evaluate` says is there.
"""

from dataclasses import dataclass, fields
from functools import cached_property
from itertools import product

import numpy as np

from addon.story.page.glyphs import CAP_HEIGHT, DESCENT, width
from addon.story.plan.evaluate import Evaluator, Pieces, State
from addon.story.plan.plan import NONE, Plan

PAGE = 90.0
UNITS = ("cell", "whole", "tile", "glass")  # shapes that are one cell large
GAP, BEVEL = 0.03, 0.085  # of a cell: between two cells, and the rim of a face
SINKING = set("()[]{}gjpqy,;/|Q_")  # characters that reach below the baseline
# how far a character's ink is from the ends of its advance, of the font size; measured in Blender
_INKED = "0123456789\u2212\u00d7().RGB"
LEFT = dict(zip(_INKED, (0.057, 0.095, 0.078, 0.050, 0.045, 0.072, 0.078, 0.076, 0.062, 0.078, 0.082, 0.079, 0.112,
                         0.038, 0.059, 0.073, 0.046, 0.073), strict=True))  # fmt: skip
RIGHT = dict(zip(_INKED, (0.056, 0.076, 0.078, 0.073, 0.046, 0.076, 0.079, 0.076, 0.062, 0.079, 0.082, 0.078, 0.038,
                          0.112, 0.055, 0.015, 0.024, 0.044), strict=True))  # fmt: skip
_SIGNS = np.array(list(product((-1, 1), repeat=3)), float)


@dataclass(frozen=True)
class Solids:
    """Boxes in the world, one row each: whose piece it is, its middle, and half its edges (n, 3, 3), row k along its
    own axis k. `bar`: it is part of a tube; `flat` (n, 2) the part of its front face between the bevels, across and
    up, in world units."""

    role: np.ndarray
    piece: np.ndarray  # counts pieces of the whole state; a tube's twelve bars share one
    middle: np.ndarray
    edges: np.ndarray
    bar: np.ndarray
    kind: np.ndarray  # the first word of its piece's shape
    material: np.ndarray
    flat: np.ndarray

    def __len__(self) -> int:
        return len(self.middle)

    @cached_property
    def corners(self) -> np.ndarray:
        """(n, 8, 3)"""
        return self.middle[:, None] + np.einsum("cs,nsk->nck", _SIGNS, self.edges)

    def of(self, *roles: str) -> np.ndarray:
        """Which belong to roles or to what is below them: "output" is "output.3" too, but not "output.cards"."""
        own = [r for r in set(self.role) for asked in roles
               if r == asked or (r.startswith(f"{asked}.") and r[len(asked) + 1 :].isdigit())]  # fmt: skip
        return np.isin(self.role, own)


@dataclass(frozen=True)
class Faces:
    """The faces that are turned to the viewer: (m, 4, 2) places on the page in order; `solid` is a row of the solids.

    `plane` (m, 3): how near the viewer it is, in world units, as plane[0] + plane[1] x + plane[2] y of a page place.
    """

    polygons: np.ndarray
    solid: np.ndarray
    plane: np.ndarray
    front: np.ndarray


@dataclass(frozen=True)
class Digits:
    """Texts in faces: what they say, which piece (a row of `Moment.solids`) they are on or NONE, the ink's four
    corners in the world (n, 4, 3), cap height as seen (of the frame's height)."""

    role: np.ndarray
    said: list[str]
    solid: np.ndarray
    corners: np.ndarray
    cap: np.ndarray
    ink: np.ndarray  # (n, 2) world units, across and up
    material: list[str]  # the ink's


@dataclass(frozen=True)
class Word:
    """A text of the page: its ink's box, and the size of its font, of the frame's height."""

    role: str
    text: str
    material: str
    box: tuple[float, float, float, float]
    baseline: float
    size: float


class View:
    """What all moments of a plan share."""

    def __init__(self, plan: Plan):
        self.plan, self.evaluator = plan, Evaluator(plan)
        self.materials = {m.name: m for m in plan.materials}
        self.unit = plan.size[1] / PAGE / plan.pixels_per_unit  # world units a page unit
        self.width = PAGE * plan.size[0] / plan.size[1]
        a, e = np.radians((plan.view.azimuth, plan.view.elevation))
        right, up = self.evaluator.screen
        self.axes = np.column_stack([right, -up]) / self.unit
        self.toward = np.array([np.sin(a) * np.cos(e), -np.cos(a) * np.cos(e), np.sin(e)])

    def page(self, places) -> np.ndarray:
        """World places (..., 3) on the page."""
        return np.asarray(places, float) @ self.axes + (self.width / 2, PAGE / 2)

    def at(self, second: float) -> "Moment":
        return Moment(self, self.evaluator.at(second))

    def at_clock(self, clock: float) -> "Moment":
        return Moment(self, self.evaluator.at_clock(clock))

    def frame(self, number: int) -> "Moment":
        return self.at((number - 1) / self.plan.fps)


class Moment:
    """A figure at a time."""

    def __init__(self, view: View, state: State):
        self.view, self.plan, self.state = view, view.plan, state
        self._collect()

    # what is there ------------------------------------------------------------------------------------------------

    def _collect(self) -> None:
        plan, rows, self._rows, count = self.plan, [], {}, 0
        shapes = [c.shape.split() for c in plan.cubes]
        for role, pieces in self.state.pieces.items():
            lengths = np.linalg.norm(pieces.matrix[:3, :3], axis=0)
            turned = pieces.matrix[:3, :3] / lengths
            for n in np.flatnonzero(pieces.cube != NONE):
                kind, *numbers = shapes[pieces.cube[n]]
                if kind == "shadow":
                    continue
                c, s = np.cos(pieces.turn[n]), np.sin(pieces.turn[n])
                axes = (turned @ np.array([(1, 0, 0), (0, c, -s), (0, s, c)])).T
                half = axes * pieces.size[n][:, None] / 2
                material = plan.cubes[pieces.cube[n]].material
                if kind == "tube":
                    thick = float(numbers[3]) * lengths * (pieces.size[n] / _outer(numbers) / lengths)
                    at = pieces.place[n]
                    rows += [(role, count, at + m, e, True, kind, material, (0, 0)) for m, e in _bars(half, thick)]
                else:
                    self._rows[role, n] = len(rows)
                    own = [1.0] * 3 if kind in UNITS else [float(v) for v in numbers[:3]]
                    rim = GAP + 2 * BEVEL if kind in UNITS else 2 * BEVEL * min(1.0, own[2], own[0])
                    flat = [pieces.size[n][k] * (1 - rim / own[k]) for k in (0, 2)]
                    rows.append((role, count, pieces.place[n], half, False, kind, material, flat))
                count += 1
        for window in plan.windows:
            box = self.state.windows[window.role]
            if box is not None:
                half = np.diag(box[1] - box[0]) / 2
                volume = self.state.pieces[window.parent].matrix
                thick = window.thickness * np.linalg.norm(volume[:3, :3], axis=0)
                rows += [(window.role, count, box.mean(axis=0) + m, e, True, "tube", window.material, (0, 0))
                         for m, e in _bars(half, thick)]
                count += 1
        columns = list(zip(*rows, strict=True)) if rows else [[]] * 8
        self.solids = Solids(np.array(columns[0], object), np.array(columns[1], int),
                             np.array(columns[2], float).reshape(-1, 3), np.array(columns[3], float).reshape(-1, 3, 3),
                             np.array(columns[4], bool), np.array(columns[5], object),
                             np.array(columns[6], object), np.array(columns[7], float).reshape(-1, 2))  # fmt: skip

    @cached_property
    def boxes(self) -> np.ndarray:
        """The solids' boxes on the page: left, top, right, bottom."""
        seen = self.view.page(self.solids.corners)
        return np.concatenate([seen.min(axis=1), seen.max(axis=1)], axis=1)

    @cached_property
    def faces(self) -> Faces:
        solids, polygons, owner, planes, fronts = self.solids, [], [], [], []
        for axis in range(3):
            u, v = (k for k in range(3) if k != axis)
            facing = solids.edges[:, axis] @ self.view.toward
            sign = np.where(facing >= 0, 1.0, -1.0)[:, None]
            middle = solids.middle + sign * solids.edges[:, axis]
            a, b = solids.edges[:, u], solids.edges[:, v]
            corners = np.stack([middle - a - b, middle + a - b, middle + a + b, middle - a + b], axis=1)
            seen = np.flatnonzero(np.abs(facing) > 1e-6)
            page = self.view.page(corners[seen])
            near = corners[seen] @ self.view.toward
            one = np.concatenate([np.ones((*page.shape[:2], 1)), page], axis=2)[:, :3]
            flat = np.abs(np.linalg.det(one)) > 1e-9
            seen, page = seen[flat], page[flat]
            planes.append(np.linalg.solve(one[flat], near[flat][:, :3, None])[..., 0])
            polygons.append(page)
            owner.append(seen)
            fronts.append(np.full(len(seen), axis == 1))
        return Faces(*(np.concatenate(part) for part in (polygons, owner, planes, fronts)))

    @cached_property
    def digits(self) -> Digits:
        plan, found = self.plan, []
        for role, pieces in self.state.pieces.items():
            lengths = np.linalg.norm(pieces.matrix[:3, :3], axis=0)
            turned = pieces.matrix[:3, :3] / lengths
            at_row: dict[bytes, int] = {}
            for n in np.flatnonzero(pieces.cube != NONE):
                if (role, n) in self._rows:
                    at_row[np.round(pieces.place[n], 3).tobytes()] = self._rows[role, n]
            for n in np.flatnonzero(pieces.label != NONE):
                said = plan.labels[pieces.label[n]].text
                if not said:
                    continue
                own = self._rows.get((role, n))
                if own is None:  # a row of texts alone stands at its piece's place
                    own = at_row.get(np.round(pieces.place[n], 3).tobytes(), NONE)
                c, s = np.cos(pieces.turn[n]), np.sin(pieces.turn[n])
                x, _, z = (turned @ np.array([(1, 0, 0), (0, c, -s), (0, s, c)])).T
                across, up = pieces.label_size[n]
                bearings = LEFT.get(said[0], 0.0) + RIGHT.get(said[-1], 0.0)
                ink = np.array([(width(said) - bearings) * across, CAP_HEIGHT * up])
                middle = pieces.label_place[n]
                corners = [middle + i * x * ink[0] / 2 + j * z * ink[1] / 2
                           for i, j in ((-1, -1), (1, -1), (1, 1), (-1, 1))]  # fmt: skip
                seen = abs(float((self.view.page(z * ink[1]) - self.view.page(0 * z))[1])) / PAGE
                found.append((role, said, own, corners, seen, ink, plan.labels[pieces.label[n]].material))
        columns = list(zip(*found, strict=True)) if found else [[]] * 7
        return Digits(np.array(columns[0], object), list(columns[1]), np.array(columns[2], int),
                      np.array(columns[3], float).reshape(-1, 4, 3), np.array(columns[4], float),
                      np.array(columns[5], float).reshape(-1, 2), list(columns[6]))  # fmt: skip

    def fronts(self, solids: np.ndarray) -> np.ndarray:
        """The corners (n, 4, 3) of the front faces of some of the solids."""
        middle, edges = self.solids.middle[solids], self.solids.edges[solids]
        toward = middle - edges[:, 1] * np.where(edges[:, 1] @ self.view.toward > 0, -1.0, 1.0)[:, None]
        return np.stack([toward + i * edges[:, 0] + j * edges[:, 2] for i, j in ((-1, -1), (1, -1), (1, 1), (-1, 1))],
                        axis=1)  # fmt: skip

    @cached_property
    def words(self) -> list[Word]:
        made = []
        for text in self.state.words:
            if not text.text.strip():
                continue
            (x, y), (across, up) = np.array(text.place) / self.view.unit, np.array(text.size) / self.view.unit
            left, base = self.view.width / 2 + x, PAGE / 2 - y
            low = DESCENT * up if SINKING & set(text.text) else 0.0
            made.append(Word(text.role, text.text, text.material,
                             (left, base - CAP_HEIGHT * up, left + width(text.text) * across, base + low), base,
                             up / PAGE))  # fmt: skip
        return made

    # what is seen of it -------------------------------------------------------------------------------------------

    def covered(self, step: float = 0.5) -> float:
        """The share of the frame on which geometry is seen, by samples `step` page units apart."""
        x, y = np.arange(step / 2, self.view.width, step), np.arange(step / 2, PAGE, step)
        taken = np.zeros((len(y), len(x)), bool)
        for polygon in self.faces.polygons:
            (left, top), (right, bottom) = polygon.min(axis=0), polygon.max(axis=0)
            i, j = np.searchsorted(x, (left, right)), np.searchsorted(y, (top, bottom))
            part = taken[j[0] : j[1], i[0] : i[1]]
            if part.size and not part.all():
                part |= _within(polygon, x[i[0] : i[1]][None], y[j[0] : j[1]][:, None])
        return float(taken.mean())

    def nearest(self, page, tubes: bool = True) -> tuple[np.ndarray, np.ndarray]:
        """At page places (n, 2): how near the viewer the nearest surface is (-inf: the floor), and whose (a solid)."""
        page, faces = np.asarray(page, float).reshape(-1, 2), self.faces
        near, whose = np.full(len(page), -np.inf), np.full(len(page), NONE)
        low, high = faces.polygons.min(axis=1), faces.polygons.max(axis=1)
        order = np.argsort(page[:, 0])
        along = page[order, 0]
        for k in np.flatnonzero(tubes | ~self.solids.bar[faces.solid]):
            a, b = np.searchsorted(along, (low[k, 0], high[k, 0]))
            those = order[a:b]
            those = those[(page[those, 1] > low[k, 1]) & (page[those, 1] < high[k, 1])]
            if not len(those):
                continue
            those = those[_within(faces.polygons[k], page[those, 0], page[those, 1])]
            depth = faces.plane[k] @ np.array([np.ones(len(those)), *page[those].T])
            nearer = depth > near[those]
            near[those[nearer]], whose[those[nearer]] = depth[nearer], faces.solid[k]
        return near, whose

    def hidden(self, corners: np.ndarray, own: np.ndarray, inset: float = 0.0, count: int = 5, tubes: bool = True):
        """Of quadrilaterals in the world (n, 4, 3), which are on the solids `own`: what share of each is behind another
        piece, and a solid that is before it (NONE: nothing is).

        `inset`: how much of its breadth is left out at each rim; without `tubes`, these hide nothing.
        """
        t = np.linspace(inset + 1e-3, 1 - inset - 1e-3, count)
        u, v = (a.ravel()[:, None] for a in np.meshgrid(t, t))
        a, b, c, d = (corners[:, None, k] for k in range(4))
        at = (1 - u) * (1 - v) * a + u * (1 - v) * b + u * v * c + (1 - u) * v * d
        flat = at.reshape(-1, 3)
        near, whose = self.nearest(self.view.page(flat), tubes)
        whose = whose.reshape(len(corners), len(u))
        behind = (near > flat @ self.view.toward + 0.02).reshape(whose.shape)
        behind &= (whose != np.asarray(own)[:, None]) | (np.asarray(own)[:, None] == NONE)
        first = np.array([w[b][0] if b.any() else NONE for w, b in zip(whose, behind, strict=True)], int)
        return behind.mean(axis=1) if len(corners) else np.zeros(0), first


def _outer(numbers) -> np.ndarray:
    """A tube's outer size, in its own cells."""
    return np.array([float(n) + float(numbers[3]) for n in numbers[:3]])


def _bars(half: np.ndarray, thick: np.ndarray):
    """The twelve bars of a tube: `half` its outer half edges (3, 3), `thick` its bars' thickness along each axis."""
    lengths = np.linalg.norm(half, axis=1)
    axes = half / lengths[:, None]
    for along in range(3):
        others = [k for k in range(3) if k != along]
        for signs in product((-1, 1), repeat=2):
            middle = sum(s * axes[k] * (lengths[k] - thick[k] / 2) for k, s in zip(others, signs, strict=True))
            edges = axes * (thick / 2)[:, None]
            edges[along] = half[along]
            yield middle, edges


def _within(polygon: np.ndarray, x, y):
    """Whether places lie in a parallelogram."""
    a, b = polygon[1] - polygon[0], polygon[3] - polygon[0]
    area = a[0] * b[1] - a[1] * b[0]
    px, py = x - polygon[0, 0], y - polygon[0, 1]
    u, v = (px * b[1] - py * b[0]) / area, (a[0] * py - a[1] * px) / area
    return (u >= 0) & (u <= 1) & (v >= 0) & (v <= 1)


def meets(polygons: np.ndarray, box, slack: float = 0.05) -> np.ndarray:
    """How far polygons (m, 4, 2) reach into a box (left, top, right, bottom) made smaller by `slack`: page units, 0
    where they do not."""
    low, high = np.array(box[:2], float) + slack, np.array(box[2:], float) - slack
    found = np.zeros(len(polygons))
    close = np.flatnonzero((polygons.max(axis=1) > low).all(axis=1) & (polygons.min(axis=1) < high).all(axis=1))
    if not len(close):
        return found
    near = polygons[close]
    corners = np.array([low, (high[0], low[1]), high, (low[0], high[1])])
    sides = np.roll(near, -1, axis=1) - near
    normals = np.stack([-sides[..., 1], sides[..., 0]], axis=-1)
    normals = np.concatenate([normals, np.broadcast_to(np.eye(2), (len(near), 2, 2))], axis=1)
    normals = normals / np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-9)
    one, two = np.einsum("mkx,mnx->mnk", near, normals), np.einsum("kx,mnx->mnk", corners, normals)
    inside = np.minimum(one.max(axis=2), two.max(axis=2)) - np.maximum(one.min(axis=2), two.min(axis=2))
    found[close] = inside.min(axis=1)
    return found


def only(pieces: Pieces, keep) -> Pieces:
    """Some of the rows of what a volume shows."""
    rows = {f.name: getattr(pieces, f.name)[keep] for f in fields(pieces) if f.name not in ("role", "matrix")}
    return Pieces(pieces.role, pieces.matrix, **rows)
