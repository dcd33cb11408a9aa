# SPDX-License-Identifier: GPL-3.0-or-later
"""A solid figure at a time as Blender evaluates it: the pieces of each volume with their texts, tubes, words.

- Read from evaluated geometry, as glance.py does, which is quicker than a walk over all instances; a test in
  test_solid_frames.py holds the two readers against each other.
- What a piece is follows from the mesh and the material it really has; every text is compared once with what Blender's
  own text curve spells.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .glance import Glance
from .seeing import Shape, color_of, spells

HALF = 0.485  # from the middle of a cell to its faces


@dataclass(eq=False)
class Kind:
    """A prototype that is instanced: its mesh, its colour, the text it spells, whether light comes through it."""

    shape: Shape
    color: tuple
    text: str | None
    clear: bool

    @cached_property
    def box(self) -> np.ndarray:
        """The lowest and highest of its own coordinates. A cell's are those of a whole one: of what neighbours hide, or
        the camera does not see, its mesh has nothing, and dark strips in the grooves besides."""
        vertices = self.shape.vertices
        away = np.abs(vertices)
        if not len(vertices) or (np.abs(away - HALF).min() < 1e-4 and away.max() < 0.7 and away[:, 1].max() > 0.45):
            return np.array([[-HALF], [HALF]]) * np.ones(3)
        return np.array([self.shape.low, self.shape.high])

    @property
    def what(self) -> str:
        """A "text", a "shade" on the ground, frosted "glass", or a "solid" piece."""
        if self.text is not None:
            return "text"
        if np.ptp(self.box[:, 2]) < 1e-5:
            return "shade"
        return "glass" if self.clear else "solid"


@dataclass(eq=False)
class Piece:
    """One instance: its place and its box's edges along its own axes, in world units, its place in its volume's own
    cells, its axes (columns of length 1), the step it belongs to (-1: to none)."""

    kind: Kind
    place: np.ndarray
    long: np.ndarray
    local: np.ndarray
    axes: np.ndarray
    step: int
    text: str | None = None  # what stands on its face

    @property
    def color(self) -> tuple:
        return self.kind.color

    @property
    def card(self) -> bool:
        """Whether it is a card that names something: a plate that stands."""
        wide, deep, high = np.ptp(self.kind.box, axis=0)
        return bool(deep < 0.3 * high and high < 2 * wide)

    @property
    def box(self) -> np.ndarray:
        """The lowest and the highest world coordinates; of one that is not turned."""
        return self.place + self.kind.box * self.long / np.maximum(np.ptp(self.kind.box, axis=0), 1e-9)


def levels(values, near: float) -> tuple[np.ndarray, np.ndarray]:
    """The different values among some, growing, those within `near` being one; and which of them each is."""
    values = np.asarray(values, float)
    order = np.argsort(values)
    rank = np.zeros(len(values), int)
    rank[order] = np.cumsum(np.diff(values[order], prepend=values[order][:1]) > near)
    return np.array([values[rank == n].mean() for n in range(rank.max() + 1)]), rank


class Look(Glance):
    """The figure at a second; `known` keeps prototypes from one look to the next."""

    def __init__(self, stage, second: float, known: dict):
        super().__init__(stage, second, known)
        self.second = second
        self._pieces: dict[str, list[Piece]] = {}
        stage.looked = self

    def thing(self, role: str):
        assert self.stage.looked is self, "the scene has moved on since"
        return super().thing(role)

    def kind(self, thing) -> Kind:
        name = thing.name
        if name not in self.known:
            original = thing.original
            assert not original.hide_render, f"{name} is not rendered"
            material, text = original.material_slots[0].material, original.data.get("text")
            shape = Shape.of(original.data)
            assert text is None or spells(shape, text), f"number: what claims to say {text!r} does not spell it"
            clear = any(n.type == "BSDF_TRANSPARENT" for n in material.node_tree.nodes)
            self.known[name] = Kind(shape, color_of(material), text, clear)
        return self.known[name]

    @property
    def clock(self) -> float:
        return float(self.thing("clock")["step"])

    def matrix(self, role: str) -> np.ndarray:
        return np.array(self.thing(role).matrix_world)

    def all(self, role: str) -> list[Piece]:
        """Everything that is instanced on an object, texts by themselves."""
        if role not in self._pieces:
            parts, world = self.parts(role), self.matrix(role)
            geometry = self.thing(role).evaluated_geometry()  # what it gives lives as long as it does
            cloud = geometry.instances_pointcloud()
            steps = np.full(len(parts.kinds), -1, np.int32)
            if len(parts.kinds) and "step" in cloud.attributes:
                cloud.attributes["step"].data.foreach_get("value", steps)
            axes = world[:3, :3] @ parts.turns
            scale = np.linalg.norm(axes, axis=1)
            places = parts.places @ world[:3, :3].T + world[:3, 3]
            self._pieces[role] = [
                Piece(kind, place, np.ptp(kind.box, axis=0) * s, local, a / s, int(step))
                for kind, place, local, a, s, step
                in zip(parts.kinds, places, parts.places, axes, scale, steps, strict=True)
            ]  # fmt: skip
        return self._pieces[role]

    def pieces(self, role: str, *what: str) -> list[Piece]:
        """The solid and frosted pieces of a volume, each with the text on its face; or those of some kinds alone."""
        own = [p for p in self.all(role) if p.kind.what in ("solid", "glass")]
        if own and not hasattr(own[0], "_written"):
            self._write(role, own, [p for p in self.all(role) if p.kind.what == "text"])
        return [p for p in own if not what or p.kind.what in what]

    def _write(self, role: str, own: list[Piece], texts: list[Piece]) -> None:
        """Give each text to the piece on whose front face it stands: every one to exactly one, within the face."""
        places, long = np.array([p.place for p in own]), np.array([p.long for p in own])
        for piece in own:
            piece._written = True
        for text in texts:
            # just before the middle of the front face
            away, into = text.place - places, np.array([p.axes[:, 1] for p in own])
            along = (away * into).sum(axis=1)
            ahead = (-along - long[:, 1] / 2) / long.max(axis=1)
            aside = np.abs(away - along[:, None] * into).max(axis=1) / long.max(axis=1)
            on = np.flatnonzero((ahead > 0) & (ahead < 0.03) & (aside < 0.02))
            assert len(on), f"number: {text.kind.text!r} of {role} stands on no face at {self.second:.3f} s"
            for n in on:
                # where two pieces are in one place, the text is on both
                piece = own[n]
                assert piece.text is None, f"number: two texts on one piece of {role} at {self.second:.3f} s"
                upright = np.abs(text.axes - piece.axes).max() < 1e-3
                assert upright, f"number: {text.kind.text!r} of {role} does not lie in its face"
                within = (text.long <= piece.long * 1.001)[[0, 2]].all()
                assert within, f"number: {text.kind.text!r} of {role} is larger than its face at {self.second:.3f} s"
                piece.text = text.kind.text

    def cells(self, role: str, *what: str) -> list[Piece]:
        """The pieces of a volume without the cards that name it."""
        return [p for p in self.pieces(role, *what) if not p.card]

    def cards(self, role: str) -> list[str | None]:
        """What the cards of a volume say."""
        return [p.text for p in self.pieces(role) if p.card]

    def words(self, role: str) -> list[str]:
        """The texts of words, from left to right."""
        if role not in self.stage.built.objects:
            return []
        right = np.array(self.stage.built.camera.matrix_world)[:3, 0]
        return [p.kind.text for p in sorted(self.all(role), key=lambda p: float(p.place @ right))]
