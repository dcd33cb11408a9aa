# SPDX-License-Identifier: GPL-3.0-or-later
"""What the story hands to the stage: arrays and frozen dataclasses, nothing drawn.

Places are in the local units of a part: one cell is 1 wide; x runs along columns, z up (row r lies at z = -r), y into
the picture (channel c lies at y = c). The clock is the figure's one master: output i is born when it reaches i, the
window stands on cell i from i - 1/2 to i, and glides to the next between i and i + 1/2. Negative clock values are the
opening, values past the last step the ending. `NEVER` and `ALWAYS` bound a lifetime that has no end or no beginning.
"""

from dataclasses import dataclass, field

import numpy as np

from .timeline import Channel

NEVER = 1.0e6
ALWAYS = -1.0e6
FRONT = -0.56  # cells: just before the front faces
LANDED = 0.5  # the window stands on cell i from i - LANDED on
CREEP = 0.01  # past i + CREEP the windows set out; until then the clock rests, or creeps while a kernel is under way
LEAVES = 0.02  # past i + LEAVES it is under way: what is said of cell i is gone
BORN = 0.2  # a cell starts to rise at i - BORN and is complete at i
NONE = -1
FAR = 1.0e4  # where a window stands that is not there: out of every picture, over no cell


@dataclass(frozen=True)
class Material:
    """A colour (sRGB 0..1, alpha) and how it takes light: "lit" and "glass" do, "flat" (letters) does not, a "shade" is
    a shadow that lies on something, "floor" the ground."""

    name: str
    color: tuple[float, float, float]
    kind: str = "lit"
    alpha: float = 1.0


@dataclass(frozen=True)
class Cube:
    """One kind of piece: a shape (stage/solids.py), a word and numbers, in a material."""

    shape: str
    material: str


@dataclass(frozen=True)
class Label:
    """One distinct text in one ink; `anchor` is "center" (numbers on cells) or "left" (tokens of a line)."""

    text: str
    material: str
    anchor: str = "center"


POINT_FIELDS = {"position": (np.float32, 3, 0.0), "cube": (np.int32, 1, NONE), "faded": (np.int32, 1, NONE),
                "label": (np.int32, 1, NONE), "label_faded": (np.int32, 1, NONE), "size": (np.float32, 1, 0.5),
                "stretch": (np.float32, 1, 1.0), "lift": (np.float32, 1, 0.5), "origin": (np.float32, 3, 0.0),
                "leaves": (np.float32, 1, ALWAYS), "arrives": (np.float32, 1, ALWAYS),
                "visible_from": (np.float32, 1, ALWAYS), "visible_until": (np.float32, 1, NEVER),
                "grow_time": (np.float32, 1, 0.0), "step": (np.int32, 1, NONE), "channel": (np.int32, 1, 0),
                "row": (np.int32, 1, NONE), "column": (np.int32, 1, NONE), "value": (np.float32, 1, 0.0),
                "scale": (np.float32, 3, 1.0), "enter_via": (np.float32, 3, 0.0),
                "enter_turn": (np.float32, 1, 0.0), "enter_scale": (np.float32, 3, 1.0),
                "exit": (np.float32, 3, 0.0), "exit_via": (np.float32, 3, 0.0),
                "exit_turn": (np.float32, 1, 0.0), "exit_scale": (np.float32, 3, 1.0),
                "exit_from": (np.float32, 1, NEVER), "exit_until": (np.float32, 1, NEVER),}
# a part in which one of them is everywhere as it is by default does not carry it
SPARE_FIELDS = ("scale", "enter_via", "enter_turn", "enter_scale", "exit", "exit_via", "exit_turn", "exit_scale",
                "exit_from", "exit_until")  # fmt: skip


@dataclass(frozen=True)
class Points:
    """Cells and texts of one part, one row each; the fields are `POINT_FIELDS`, with their defaults.

    `cube`, `faded`: which kind of piece in the window, and outside it (NONE: nothing; the same, if none is given).
    `label`, `label_faded`: which text; `size` its font size, `stretch` its horizontal
    scale, `lift` how far before the point it stands (cells).
    `visible_from`, `visible_until`: the clock at which the row appears and goes; it grows over `grow_time` clock
    units from `visible_from` on.
    `origin`, `leaves`, `arrives`: it stands that far (cells) from its position until the clock is at `leaves`, and
    moves, with an ease, to its position until `arrives`.

    A row is a rigid piece of size `scale` (cells) that comes and goes on arcs. It comes from `origin`
    by way of the control point `enter_via` (quadratic Bézier curve, offsets from its position, cells), turned by
    `enter_turn` (radians about x) and `enter_scale` times as large (along x, y, z) at first; between the clock
    values `exit_from` and
    `exit_until` it goes to the offset `exit` by way of `exit_via`, turning to `exit_turn` and scaling to `exit_scale`.
    """

    data: dict[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.data["position"])

    def __getitem__(self, name: str) -> np.ndarray:
        return self.data[name]

    @classmethod
    def make(cls, position, **columns) -> "Points":
        position = np.asarray(position, np.float32).reshape(-1, 3)
        data = {"position": position}
        columns.setdefault("faded", columns.get("cube", NONE))
        for name, (dtype, width, default) in POINT_FIELDS.items():
            if name != "position":
                data[name] = made = np.empty((len(position), width) if width > 1 else len(position), dtype)
                made[...] = columns.pop(name, default)
        if columns:
            raise TypeError(f"no such point field: {', '.join(columns)}")
        return cls(data)

    def only(self, keep) -> "Points":
        """Copies of some of the rows."""
        return Points({name: column[keep].copy() for name, column in self.data.items()})

    @classmethod
    def join(cls, parts: list["Points"]) -> "Points":
        parts = [p for p in parts if len(p)]
        if not parts:
            return cls.make(np.zeros((0, 3)))
        return cls({name: np.concatenate([p[name] for p in parts]) for name in POINT_FIELDS})


@dataclass(frozen=True)
class Track:
    """Where a window stands, per step: the centre of the cells it covers, in the volume's units, shape (steps, 3)."""

    role: str
    places: np.ndarray


@dataclass(frozen=True)
class Volume:
    """Cells that stand together: one Blender object.

    `location` is in world units. `track`, `taps` and `dilation` say which of its cells are lit (None: all, always);
    between the clock values `fade` the others fade back. `unit` is the size of its cells in world units. Where it has
    a `parent`, another volume's role, it moves with that, and `location` counts from there. Without one it may ride a
    track as a window does: then its origin is at the track's places, in its own cells from `location`.
    """

    role: str
    name: str
    points: Points
    location: tuple[float, float, float]
    track: str | None = None
    taps: tuple[int, int, int] = (1, 1, 1)
    dilation: tuple[int, int, int] = (1, 1, 1)
    fade: tuple[float, float] = (NEVER, NEVER)
    unit: float = 1.0
    parent: str | None = None
    rides: str | None = None


@dataclass(frozen=True)
class Words:
    """Texts that face the camera. `parent` is a volume's role, or None for texts that stand on the screen itself.

    Points lie in the screen's plane: x right, z up, in world units from the parent's origin, or the screen's middle.
    """

    role: str
    name: str
    points: Points
    parent: str | None = None


@dataclass(frozen=True)
class Window:
    """An open frame that follows a track, `size` cells along x, y and z, alive while the clock is within `life`."""

    role: str
    name: str
    parent: str
    track: str
    size: tuple[float, float, float]
    material: str
    life: tuple[float, float]
    thickness: float = 0.1


@dataclass(frozen=True)
class StepInfo:
    """One step of the operation as the figure tells it: its time, its output cell and its sum as text.

    `clock` is the master clock's value at its second. `explained`: its sum stands on the screen then; the steps of a
    sweep are shown and not explained. `run` counts the runs of a figure that shows several side by side.
    """

    second: float
    index: tuple[int, ...]
    value: float
    text: str
    clock: float = 0.0
    explained: bool = True
    run: int = 0


@dataclass(frozen=True)
class Floor:
    """The ground that everything stands on: its colour, and the boxes that darken it.

    `boxes`: rows (x0, y0, z0, x1, y1, z1, strength) in world units; `cell` the length of a cell there, by
    which contacts
    fall off. The page is `width` × `height` world units, seen by the plan's camera; `corner` is the light left in the
    page's corners, of the pool of light in its middle.
    """

    color: tuple[float, float, float]
    boxes: np.ndarray
    cell: float
    width: float
    height: float
    corner: float = 0.84


@dataclass(frozen=True)
class View:
    """An orthographic camera: angles in degrees, `scale` world units across the frame's longer side."""

    azimuth: float
    elevation: float
    scale: float


@dataclass(frozen=True)
class Plan:
    """A whole figure. `channels` are keyed in seconds; `seconds` is its length."""

    id: str
    title: str
    seconds: float
    fps: int | float
    size: tuple[int, int]
    theme: str
    background: tuple[float, float, float]
    transparent: bool
    materials: tuple[Material, ...]
    cubes: tuple[Cube, ...]
    labels: tuple[Label, ...]
    tracks: tuple[Track, ...]
    volumes: tuple[Volume, ...]
    windows: tuple[Window, ...]
    words: tuple[Words, ...]
    channels: dict[str, Channel]
    steps: tuple[StepInfo, ...]
    view: View
    pixels_per_unit: float
    floor: Floor | None = None  # None: a plain ground of one colour
    light: str = "baked"  # worked out per vertex, or "studio": Blender's lights
    boxes: tuple = field(default=(), repr=False)  # (name, kind, x0, y0, x1, y1) in pixels: what layout tests check

    @property
    def frames(self) -> int:
        return round(self.seconds * self.fps)

    def frame_of(self, second: float) -> int:
        """The first frame (from 1) that stands at or after a time."""
        return 1 + int(np.ceil(second * self.fps - 1e-6))
