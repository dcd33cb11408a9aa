# SPDX-License-Identifier: GPL-3.0-or-later
"""A figure under construction: it collects the parts of a plan, the kinds of cells and texts that they use, the clock.

Places of words are page units (page/view.py), sizes of type fractions of the frame's height.
"""

import math
from dataclasses import replace

import numpy as np

from ...scene.checks import ValidationError
from ..page import palette
from ..page.glyphs import CAP_HEIGHT, DESCENT, width
from ..page.numerals import Numerals
from ..page.view import HEIGHT, UNIT, Page
from ..plan.plan import (
    ALWAYS,
    NEVER,
    Cube,
    Floor,
    Label,
    Material,
    Plan,
    Points,
    Track,
    View,
    Volume,
    Window,
    Words,
)
from ..plan.schedule import creeping
from ..plan.timeline import Timeline
from . import shades

# sizes of type, fractions of the height
TITLE, NAME, FACTS, SUM, SMALL, INDEX = 0.042, 0.030, 0.030, 0.036, 0.030, 0.030
DIGIT = 0.022  # least cap height of a digit, of the frame's height
LEAST_FACTS = 0.6 * FACTS  # of the operation's parameters, in their lines
HEADING = 3.6  # page units from the title to a line of these below it
LEAST_AZIMUTH = 15.0  # degrees
CAP = 0.45  # cap height of a digit, of its face


def _fitting(lines: list[str], room: float) -> float:
    """The size of type, as large as the operation's parameters have it at most, at which lines have room."""
    return min(FACTS, room / max(*map(width, lines), 1e-6) / HEIGHT)


def _halves(title: str, between: str = " ") -> list[str]:
    """A title on two lines, as alike in length as its words allow, or what else is `between` its parts."""
    words = title.split(between)
    splits = [[between.join(words[:n]), between.join(words[n:])] for n in range(1, len(words))] or [[title]]
    return min(splits, key=lambda lines: max(map(width, lines)))


class Figure:
    """One figure; `page` is the page it is laid out on, `theme` its colours, `numbers` how the numbers of `traces` are
    printed."""

    def __init__(self, scene, *traces):
        wide, high = scene.output.size
        # in steps of a 240th of the height, so that 854×480 and 1280×720 are one aspect
        # pieces have no left sides: they are seen from the right
        azimuth = max(abs(scene.camera.azimuth), LEAST_AZIMUTH)
        self.scene, self.numbers = scene, Numerals(scene.look.decimals, *traces)
        self.page = Page(max(round(240 * wide / high), 1) / 240, azimuth, scene.camera.elevation)
        self.theme = palette.THEMES[scene.look.theme]
        self.timeline = Timeline()
        self.volumes: list[Volume] = []
        self.windows: list[Window] = []
        self.tracks: list[Track] = []
        self.boxes: list[tuple] = []  # (name, kind, left, top, right, bottom, visible from, until) in page units
        self.shadows: list[tuple] = []
        self.slabs: list[shades.Slab] = []
        self.shades = 0
        self.headed = 0.0  # page units by which lines below the title reach further down
        self._words: list[Words] = []
        self._materials: dict[str, Material] = {}
        self._cubes: dict[Cube, int] = {}
        self._labels: dict[Label, int] = {}
        self.material(self.theme.floor, "floor")

    # kinds of things ----------------------------------------------------------------------------------------------

    def material(self, code: str, kind: str, alpha: float = 1.0) -> str:
        name = f"{kind} {code[1:]}" + (f" {round(alpha * 100)}" if alpha < 1 else "")
        self._materials.setdefault(name, Material(name, palette.rgb(code), kind, alpha))
        return name

    def cube(self, code: str, shape: str = "cell 0", kind: str = "lit", alpha: float = 1.0) -> int:
        """The number of a kind of piece: a shape (stage/solids.py) in a colour."""
        return self.kind(Cube(shape, self.material(code, kind, alpha)))

    def kind(self, cube: Cube) -> int:
        """The number of a kind of piece."""
        return self._cubes.setdefault(cube, len(self._cubes))

    @property
    def kinds(self) -> list[Cube]:
        """All kinds of pieces, by their numbers."""
        return list(self._cubes)

    def in_light(self, kind: int, light: float) -> int:
        """The number of the same kind of piece in `light` times as much linear light."""
        cube = self.kinds[kind]
        material = self._materials[cube.material]
        return self.cube(palette.lit(palette.code(material.color), light), cube.shape, material.kind, material.alpha)

    def dimmed(self, code: str) -> str:
        """A colour in the light outside the window."""
        return palette.dimmed(code, self.theme.dim)

    def outside(self, points: Points) -> Points:
        """The same cells and numbers in the light outside the window."""
        data = {name: values.copy() for name, values in points.data.items()}
        cubes, labels = self.kinds, list(self._labels)
        for n, (cube, label) in enumerate(zip(points["cube"], points["label"], strict=True)):
            if cube >= 0:
                code = palette.code(self._materials[cubes[cube].material].color)
                data["cube"][n] = data["faded"][n] = self.cube(self.dimmed(code), cubes[cube].shape)
            if label >= 0:
                ink = palette.code(self._materials[labels[label].material].color)
                data["label"][n] = data["label_faded"][n] = self.label(labels[label].text,
                                                                       palette.lit(ink, self.theme.dim))  # fmt: skip
        return Points(data)

    def label(self, text: str, code: str, anchor: str = "center") -> int:
        return self._labels.setdefault(Label(text, self.material(code, "flat"), anchor), len(self._labels))

    # parts --------------------------------------------------------------------------------------------------------

    def volume(self, role: str, name: str, points, location, unit: float, **more) -> Volume:
        """A volume of pieces: `location` its origin and `unit` the size of its cells, in world units."""
        points = points if isinstance(points, Points) else Points.join(points)
        made = Volume(role, name, points, tuple(float(v) for v in location), unit=float(unit), **more)
        self.volumes.append(made)
        return made

    def track(self, role: str, places) -> str:
        self.tracks.append(Track(role, np.asarray(places, np.float32).reshape(-1, 3)))
        return role

    def tube(self, role: str, name: str, parent: str, places, size, life, thickness: float, color: str = "") -> None:
        """A tube around `size` cells of a volume, which goes to `places` while the clock is within `life`; of ink, if
        no other colour is asked for."""
        ink, track = self.material(color or self.theme.tube, "lit"), self.track(f"{role}.track", places)
        self.windows.append(Window(role, name, parent, track, tuple(map(float, size)), ink, life, thickness))

    def tubes(self, at, size, thick: float, color: str = "", **columns) -> Points:
        """Tubes around `size` cells whose middles are at places; of ink, if no other colour is asked for."""
        words = "tube " + " ".join(f"{v:.4g}" for v in (*size, thick))
        return Points.make(at, cube=self.cube(color or self.theme.tube, words), **columns)

    def part(self, role: str) -> Volume:
        """The volume of a role."""
        return next(volume for volume in self.volumes if volume.role == role)

    def change(self, volume: Volume, **changes) -> None:
        """Put a volume with changes in its own place."""
        self.volumes[self.volumes.index(volume)] = replace(volume, **changes)

    def casts(self, low, high, strength: float = 1.0) -> None:
        """A box that stands on the floor all the time, or floats above it, and darkens it."""
        self.shadows.append((*low, *high, strength))

    # words --------------------------------------------------------------------------------------------------------

    def text(self, body: str, x: float, y: float, size: float, code: str | None = None, *, align="left",
             visible_from=ALWAYS, visible_until=NEVER, kind="words") -> Points:  # fmt: skip
        """A text with its baseline at the page place (x, y)."""
        high, wide = size * HEIGHT, self.long(body, size)
        left = x - wide / 2 if align == "center" else x - wide if align == "right" else x
        life = visible_from, visible_until
        self.boxes.append((body, kind, left, y - CAP_HEIGHT * high, left + wide, y + DESCENT * high, *life))
        across, up = self.page.screen(left, y)
        return Points.make([(across, 0, up)], label=self.label(body, code or self.theme.ink, "left"), lift=0.0,
                           size=high * UNIT, visible_from=visible_from, visible_until=visible_until)  # fmt: skip

    @staticmethod
    def long(body: str, size: float) -> float:
        """Page units: how long a text is."""
        return width(body) * size * HEIGHT

    def within(self, x: float, body: str, size: float) -> float:
        """Where a text begins that would begin at `x`, were there room to both margins."""
        return max(min(x, self.page.width - 8.0 - self.long(body, size)), 8.0)

    def words(self, role: str, name: str, points: list[Points]) -> None:
        if points:
            self._words.append(Words(role, name, Points.join(points)))

    def sums(self, worked: list[Points], running: list[Points]) -> None:
        """What is said of sums that are worked out, and of others while the window runs."""
        if self.scene.look.sum_line:
            self.words("sum", "Sum", worked)
            self.words("running", "Running sum", running)

    def heading(self, title: str, facts: str) -> None:
        """The title at the left margin and what the operation's parameters are at the right, on one baseline; or below
        it, on upright pages and where they would be too small. Blocks then begin `headed` page units further down."""
        if not self.scene.look.title:
            return
        y, right = 9.2, self.page.width - 8.0
        beside, below = bool(facts) and not self.page.upright, []
        lines, high, room = self._title(title, right - 8.0, beside)
        size = _fitting([facts], room)
        if facts and not (beside and size >= LEAST_FACTS):
            lines, high, _ = self._title(title, right - 8.0, False)
            below = next((own for own in ([facts], _halves(facts, ",  ")) if _fitting(own, right - 8.0) >= LEAST_FACTS),
                         _halves(facts, ",  "))  # fmt: skip
            facts, size = "", _fitting(below, right - 8.0)
        made = [self.text(line, 8.0, y - 3.4 * (len(lines) - 1 - n), high) for n, line in enumerate(lines) if line]
        made += [self.text(line, 8.0, y + HEADING * (n + 1), size) for n, line in enumerate(below)]
        made += [self.text(facts, right, y, size, align="right")] if facts else []
        self.headed = HEADING * len(below)
        self.words("title", "Title", made)

    def _title(self, title: str, whole: float, beside: bool) -> tuple[list[str], float, float]:
        """The title's lines, their size of type, and how many of `whole` page units are left beside them."""
        whole, lines = whole - 3.0 * beside, [title]
        if self.long(title, FACTS) >= whole:
            lines = _halves(title)
        wide = max(map(width, lines)) * HEIGHT
        if wide * FACTS >= whole:
            key = "words.title" if self.scene.words.title else "title"
            raise ValidationError(f"must be shorter: about {int(len(title) * whole / wide / FACTS)} letters have room",
                                  key, title)  # fmt: skip
        high = min(TITLE, max(whole / wide / (1.2 if beside else 1.0), FACTS)) if wide else TITLE
        return lines, high, whole - wide * high

    # the plan -----------------------------------------------------------------------------------------------------

    def plan(self, title: str, steps: list) -> Plan:
        shades.settle(self, self.material(shades.COLOR, "shade"))
        output, page = self.scene.output, self.page
        pixels = self.pixels
        cell = max((v.unit for v in self.volumes), default=1.0)
        return Plan(id=self.scene.id, title=title, seconds=self.frames / output.fps, fps=output.fps,
                    size=tuple(output.size), theme=self.theme.name, background=palette.rgb(self.theme.floor),
                    transparent=self.theme.transparent, materials=tuple(self._materials.values()),
                    cubes=tuple(self._cubes), labels=tuple(self._labels), tracks=tuple(self.tracks),
                    volumes=tuple(self.volumes), windows=tuple(self.windows), words=tuple(self._words),
                    channels=creeping(self.timeline.compile()), steps=tuple(steps),
                    view=View(page.azimuth, page.elevation, max(page.width, HEIGHT) * UNIT),
                    pixels_per_unit=pixels / UNIT, light=self.light, floor=None if self.theme.transparent
                    else Floor(palette.rgb(self.theme.floor), np.array(self.shadows, float).reshape(-1, 7),
                               cell, page.width * UNIT, HEIGHT * UNIT),
                    boxes=tuple((name, kind, *self._pixels(box[:4]), *box[4:]) for name, kind,
                                *box in self.boxes),)  # fmt: skip

    @property
    def frames(self) -> int:
        """How many the film has, once its clock is keyed."""
        return math.ceil(self.timeline.cursor * self.scene.output.fps - 1e-6)

    @property
    def light(self) -> str:
        """How it is lit: as the scene says, else by what its quality asks for."""
        return self.scene.look.light or ("studio" if self.scene.output.quality == "print" else "baked")

    @property
    def pixels(self) -> float:
        """Pixels a page unit."""
        return max(self.scene.output.size) / max(self.page.width, HEIGHT)

    def _pixels(self, box) -> tuple[float, float, float, float]:
        """A page box in pixels from the frame's middle, up being positive, as layout tests read it."""
        k, middle = self.pixels, (self.page.width / 2, HEIGHT / 2)
        left, top, right, bottom = box
        return ((left - middle[0]) * k, (middle[1] - bottom) * k, (right - middle[0]) * k, (middle[1] - top) * k)
