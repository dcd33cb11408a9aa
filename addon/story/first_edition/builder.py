# SPDX-License-Identifier: GPL-3.0-or-later
"""The sheet a story writes on: it collects the parts of a plan and knows how big a pixel is in the scene.

Stories say "this volume here, with these cells", "these words there"; the sheet turns pixels into world units, keeps
the palette, and notes every box on the screen so that composition can be tested without Blender.

A story sees a frame that is 480 pixels high, whatever is rendered: so a figure is laid out alike at every
resolution of one aspect. Only the plan that comes out has the real size, and its scale and boxes in real pixels.
"""

import math

import numpy as np

from ...scene.checks import ValidationError
from ..page.glyphs import CAP_HEIGHT, DESCENT, number, width
from ..plan.plan import ALWAYS, NEVER, Lines, Plan, Points, StepInfo, Track, View, Volume, Window, Words
from ..plan.schedule import creeping
from ..plan.timeline import Timeline
from .layout import MARGIN, Block, Camera
from .theme import HUES, Palette, Scale, ramp

HEIGHT = 480  # pixels of the frame that a story sees
WORD, TITLE, DIGIT = 17.0, 23.0, 17.6  # font sizes in pixels at 854×480
SQUARE = "\u25a0"
SHADES = (0.15, 0.5, 1.0)  # of the negative colour, in the legend: pale is near 0
LEAST = 0.5  # pixels at 854×480: smaller cells cannot be seen
AIRY, FULL = 0.73, 0.9  # of a cell's width, for a number
TALLEST = 1.1  # font size, in cells, at which digits still stand inside one
NARROWEST = 0.68  # how far a number may be squeezed before it is left out


def ink_width(text: str) -> float:
    """The width of a text's ink: its advance less the air at both ends, in font sizes."""
    return max(width(text) - 0.16, 0.1)


def _frame(width: int, height: int) -> int:
    """How wide a frame of that aspect is at `HEIGHT`; even, so that 854×480 and 1280×720 are one aspect."""
    return max(2, 2 * round(HEIGHT * width / height / 2))


def squeeze(ink: float, size: float) -> float:
    """The horizontal scale that fits ink of that width into a cell, with air at its sides while there is some."""
    return min(1.0, max(AIRY / (ink * size), min(NARROWEST, FULL / (ink * size))))


class PlanBuilder:
    """One figure under construction."""

    def __init__(self, scene):
        self.scene = scene
        self.width, self.height = _frame(*scene.output.size), HEIGHT
        self.zoom = min(self.width / 854, 1.0)
        self.camera = Camera(scene.camera.azimuth, scene.camera.elevation)
        self.palette = Palette(scene.look.theme)
        self.theme = self.palette.theme
        self.timeline = Timeline()
        self.scale = 1.0  # pixels per cell, known once the grid is solved
        self.volumes: list[Volume] = []
        self.windows: list[Window] = []
        self.tracks: list[Track] = []
        self._words: list[Words] = []
        self.lines: list[Lines] = []
        self.boxes: list[tuple] = []
        self._title: list[tuple] = []
        self.palette.material((0.05, 0.06, 0.09), "shadow", self.theme.shadow)

    # sizes -----------------------------------------------------------------------------------------------------

    def px(self, size: float) -> float:
        """A size given for 854×480, in pixels of this frame: smaller where that is narrower."""
        return size * self.zoom

    def units(self, pixels: float) -> float:
        if not self.scale > LEAST * self.zoom:
            hint = "must have another shape: its words leave no room for the cells; or shorter words, smaller volumes"
            raise ValidationError(hint, "output.size", self.scene.output.size)
        return pixels / self.scale

    @property
    def inner(self) -> tuple[float, float, float, float]:
        """The frame less its margin, in pixels from the middle."""
        x, y = self.width * (0.5 - MARGIN), self.height * (0.5 - MARGIN)
        return -x, -y, x, y

    def digits(self, texts, unit: float = 1.0) -> float:
        """The font size (cells) of a volume's numbers: as large as the cells allow; 0 where 12 pixels do not fit.

        Texts that are a little too wide for their cell are squeezed (see `squeeze`), never made smaller. `unit` is
        the size of the volume's cells.
        """
        widest = max((ink_width(t) for t in texts), default=0.0)
        if not widest or not self.scene.look.numbers:
            return 0.0
        least = self.units(self.px(DIGIT)) / unit
        size = max(least, min(0.5, AIRY / widest))
        return size if size <= TALLEST and squeeze(widest, size) >= NARROWEST else 0.0

    # parts -----------------------------------------------------------------------------------------------------

    def place(self, block: Block) -> tuple[float, float, float]:
        """The world location of a block's volume: its first cell's middle, its foot on the ground."""
        height = (block.cells[2] - 1 + 0.47) * block.unit
        x, y = (self.units(v) for v in block.origin)
        return tuple(self.camera.stand(x, y, height))

    def volume(self, role: str, name: str, points: Points, location, cells, **more) -> Volume:
        columns, depth, rows = cells
        more.setdefault("contact_shadow", (-0.47, columns - 0.53, -0.47, depth - 0.53, -(rows - 1) - 0.47))
        made = Volume(role, name, points, tuple(float(v) for v in location), **more)
        self.volumes.append(made)
        return made

    def box_of(self, role: str, block: Block) -> None:
        self.boxes.append((role, "volume", *block.box))

    def text(self, body: str, x: float, y: float, size: float, color, *, align="center", visible_from=ALWAYS,
             visible_until=NEVER,
             kind="words", z: float = 0.0, home=(0.0, 0.0)) -> Points:  # fmt: skip
        """One text with its baseline at pixels (x, y) from what it is parented to, which stands at `home` (pixels)."""
        wide = width(body) * size
        left = x - wide / 2 if align == "center" else x - wide if align == "right" else x
        ox, oy = home
        self.boxes.append((body, kind, ox + left, oy + y - DESCENT * size, ox + left + wide, oy + y + CAP_HEIGHT * size,
                           visible_from, visible_until))  # fmt: skip
        return Points.make(
            [(self.units(left), z, self.units(y))],
            label=self.palette.label(body, color, "left"), size=self.units(size), lift=0.0, visible_from=visible_from,
            visible_until=visible_until,
        )  # fmt: skip

    def words(self, role: str, name: str, points: list[Points], parent: str | None = None) -> None:
        if points:
            self._words.append(Words(role, name, Points.join(points), parent))

    def captions(self, role: str, block: Block, *, lives=((ALWAYS, NEVER),), color=None) -> None:
        """A block's caption lines, hung on its volume so that they go where it goes, shown during `lives` (clock)."""
        if not self.scene.look.labels:
            return
        ox, oy = block.origin
        rows = list(zip(block.captions, block.captions_at, strict=True))
        rows += list(zip(block.beside, block.beside_at, strict=True))
        rows += list(zip(block.below, block.below_at, strict=True))
        made = []
        for index, ((body, size), (x, y)) in enumerate(rows):
            ink = (color or self.theme.ink) if index == 0 else self.theme.muted
            for visible_from, visible_until in lives:
                made.append(self.text(body, x - ox, y - oy, size, ink, visible_from=visible_from,
                                      visible_until=visible_until, z=-8.0, home=(ox, oy)))
        self.words(f"{role}.caption", f"{block.name} caption", made, role)

    def track(self, role: str, places) -> str:
        self.tracks.append(Track(role, np.asarray(places, np.float32).reshape(-1, 3)))
        return role

    def title(self, title: str, facts: str, legend: str = "") -> float:
        """The title line; returns the lowest pixel it uses. It is set when the scale is known, in `plan`.

        `legend` says what the colour of negative numbers means; a square of that colour stands before it.
        """
        x0, _, x1, y1 = self.inner
        if not self.scene.look.title or not (title or facts):
            return y1
        big, small = self.px(TITLE), self.px(WORD)
        gap = 1.3 * small if title and facts else 0.0
        key = 1.1 * small + (width(SQUARE) * len(SHADES) + width(" " + legend)) * small if legend else 0.0
        wide = width(title) * big + gap + width(facts) * small + key
        y = y1 - CAP_HEIGHT * big
        ink, muted = self.theme.ink, self.theme.muted
        if wide <= x1 - x0:
            rows = [(title, -wide / 2, y, big, ink), (facts, wide / 2 - key - width(facts) * small, y, small, muted)]
            end = wide / 2
        else:
            big = min(big, (x1 - x0) / max(width(title), 1.0))
            shrink = min(1.0, (x1 - x0) / max(width(facts) * small + key, 1.0))
            small, key = small * shrink, key * shrink
            below = y - 1.35 * small - 0.1 * big
            rows = [(title, -width(title) * big / 2, y, big, ink),
                    (facts, -(width(facts) * small + key) / 2, below, small, muted)]  # fmt: skip
            end = (width(facts) * small + key) / 2
        if legend:
            left, line = end - width(" " + legend) * small, rows[1][2]
            rows.append((legend, left + width(" ") * small, line, small, muted))
            for i, shade in enumerate(SHADES):
                at = left - width(SQUARE) * (len(SHADES) - i) * small
                rows.append((SQUARE, at, line, small, ramp(HUES["negative"], shade)))
        rows = [row for row in rows if row[0]]
        self._title = rows
        return min(y - DESCENT * size for _, _, y, size, _ in rows)

    # the plan --------------------------------------------------------------------------------------------------

    def plan(self, title: str, steps: list[StepInfo]) -> Plan:
        output, camera = self.scene.output, self.scene.camera
        self.words("title", "Title", [self.text(body, x, y, size, ink, align="left")
                                      for body, x, y, size, ink in self._title])  # fmt: skip
        real = min(output.size[0] / self.width, output.size[1] / self.height)
        boxes = tuple((name, kind, *(v * real for v in box[:4]), *box[4:]) for name, kind, *box in self.boxes)
        return Plan(
            id=self.scene.id, title=title, seconds=math.ceil(self.timeline.cursor * output.fps - 1e-6) / output.fps,
            fps=output.fps, size=tuple(output.size), theme=self.theme.name, background=self.theme.background,
            transparent=self.theme.transparent, materials=self.palette.materials, cubes=self.palette.cubes,
            labels=self.palette.labels, tracks=tuple(self.tracks), volumes=tuple(self.volumes),
            windows=tuple(self.windows), words=tuple(self._words), lines=tuple(self.lines),
            channels=creeping(self.timeline.compile()), steps=tuple(steps),
            view=View(camera.azimuth, camera.elevation, max(output.size) / (self.scale * real)),
            pixels_per_unit=self.scale * real, boxes=boxes,
        )  # fmt: skip


def plane(sheet: PlanBuilder, values: np.ndarray, scale: Scale, *, decimals: int = 2, size: float | None = None,
          unit: float = 1.0, **columns) -> Points:  # fmt: skip
    """The cells of one (rows, columns) plane with their numbers; `columns` are more point columns, per cell."""
    rows, cols = values.shape
    texts = [number(v, decimals) for v in values.ravel()]
    size = sheet.digits(texts, unit) if size is None else size
    looks = [scale.cell(v, t if size else "") for v, t in zip(values.ravel(), texts, strict=True)]
    row, column = (a.ravel() for a in np.indices(values.shape))
    position = np.column_stack([column, np.zeros(rows * cols), -row])
    if size:
        columns.setdefault("stretch", [squeeze(ink_width(t), size) for t in texts])
    known = {key: [look.get(key, -1) for look in looks] for key in ("cube", "faded", "label", "label_faded")}
    return Points.make(position, row=row, column=column, value=values.ravel(), size=size or 0.5, **known, **columns)
