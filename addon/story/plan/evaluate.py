# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan at a time, without Blender: which pieces, texts and windows are there, and where.

- The formulas are those of the node groups (stage/trees.py), the matrices those of the objects (stage/build.py);
  tests/stage/test_evaluate.py holds them equal to what Blender evaluates.
- Lifetimes are half-open and compared in single precision, as in Blender: what is visible until 3 is gone at 3.
- What follows the clock is read between frames as Blender reads it: see `schedule.by_clock`.
"""

from dataclasses import dataclass, field
from functools import cache
from itertools import product

import numpy as np

from .plan import CREEP, LANDED, NONE, Cube, Label, Plan, Points, Volume, Window, Words
from .schedule import by_clock, riding

FINE = 1000  # what follows the clock reads it in these parts of its unit, in single precision, as stage/keyframes.py
_AXES = {"x": 0, "y": 1, "z": 2}


@dataclass(frozen=True)
class Pieces:
    """What one volume shows, one row for each of its points that shows anything. World units.

    `row` says which of the volume's points it is; `cube` and `label` are numbers in the plan's lists, or NONE: a piece
    without a text, a text without a piece. `size` is how long a piece is along its own three axes, `turn` its angle
    about the volume's x (radians). A text stands at `label_place`, `label_size` being the size of its font across and
    up. `dimmed`: it stands outside the window while that dims its volume. `matrix` leads from the volume's frame to
    the world.
    """

    role: str
    matrix: np.ndarray
    row: np.ndarray
    cube: np.ndarray
    place: np.ndarray
    size: np.ndarray
    turn: np.ndarray
    dimmed: np.ndarray
    label: np.ndarray
    label_place: np.ndarray
    label_size: np.ndarray

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True)
class Text:
    """A text of the page: its role, what it says in which material, and where its anchor is, in world units right of
    and above the frame's middle; `size` is the size of its font across and up."""

    role: str
    text: str
    material: str
    place: tuple[float, float]
    size: tuple[float, float]


@dataclass(frozen=True)
class State:
    """A figure at a time: `windows` has each window's box (2, 3) in world units, None where it is not there."""

    plan: Plan = field(repr=False)
    clock: float
    pieces: dict[str, Pieces]
    windows: dict[str, np.ndarray | None]
    words: tuple[Text, ...]

    def cubes(self, role: str) -> list[Cube | None]:
        """What the pieces of a volume are."""
        return [None if n == NONE else self.plan.cubes[n] for n in self.pieces[role].cube]

    def labels(self, role: str) -> list[Label | None]:
        """The texts on the pieces of a volume."""
        return [None if n == NONE else self.plan.labels[n] for n in self.pieces[role].label]


class Evaluator:
    """What all times of one plan share."""

    def __init__(self, plan: Plan):
        self.plan, self.clock = plan, plan.channels["clock.step"]
        self.tracks = {t.role: np.asarray(t.places, np.float32) for t in plan.tracks}
        self.extents = np.array([extent(c.shape) for c in plan.cubes]).reshape(-1, 3)
        self.channels: dict[str, list] = {}  # per role: (path, axis, clock values, values)
        for name, channel in plan.channels.items():
            role, path, axis = name.rsplit(".", 2) if name != "clock.step" else ("", "", "")
            if role:
                clocks, values = np.array(by_clock(channel, self.clock, plan.fps)).T
                self.channels.setdefault(role, []).append((path, _AXES[axis], np.float32(FINE * clocks), values))
        self.scales: dict[str, float] = {}  # as volumes are built: to their parents' frames
        for volume in plan.volumes:
            self.scales[volume.role] = volume.unit / (self.scales[volume.parent] if volume.parent else 1.0)
            if volume.rides:
                track = next(t for t in plan.tracks if t.role == volume.rides)
                ways = ((axis, *np.array(way).T) for axis, way in enumerate(riding(volume, track)))
                self.channels[volume.role] = [("location", k, np.float32(FINE * c), v) for k, c, v in ways]
        a, e = np.radians((plan.view.azimuth, plan.view.elevation))
        self.screen = np.array([(np.cos(a), np.sin(a), 0.0),
                                (-np.sin(a) * np.sin(e), np.cos(a) * np.sin(e), np.cos(e))])  # fmt: skip

    def at(self, second: float) -> State:
        """The figure at a second."""
        return self.at_clock(self.clock.at(second))

    def at_clock(self, clock: float) -> State:
        """The figure at a value of its clock, which everything follows."""
        step, plan = np.float32(clock), self.plan
        matrices: dict[str, np.ndarray] = {}
        for volume in plan.volumes:
            matrices[volume.role] = self._matrix(volume, np.float32(FINE * float(step)), matrices)
        pieces = {v.role: self._pieces(v, step, matrices[v.role]) for v in plan.volumes}
        windows = {w.role: self._window(w, step, matrices[w.parent]) for w in plan.windows}
        words = [text for w in plan.words for text in self._words(w, step, matrices)]
        return State(plan, float(clock), pieces, windows, tuple(words))

    # where things stand ---------------------------------------------------------------------------------------------

    def _matrix(self, volume: Volume, fine: float, parents) -> np.ndarray:
        """From a volume's frame to the world."""
        parent, size = (parents[volume.parent], self.scales[volume.parent]) if volume.parent else (np.eye(4), 1.0)
        own = {"location": np.array(volume.location, float) / size, "rotation_euler": np.zeros(3),
               "scale": np.full(3, volume.unit / size)}  # fmt: skip
        for path, axis, clocks, values in self.channels.get(volume.role, ()):
            own[path][axis] = np.interp(fine, clocks, values)
        matrix = np.eye(4)
        matrix[:3, :3] = _turned(own["rotation_euler"]) * own["scale"]
        matrix[:3, 3] = own["location"]
        return parent @ matrix

    def _landed(self, track: str, step) -> np.ndarray:
        places = self.tracks[track]
        return places[int(np.clip(np.floor(step + np.float32(0.5)), 0, len(places) - 1))].astype(float)

    def _gliding(self, track: str, step) -> np.ndarray:
        places, whole = self.tracks[track], float(np.floor(step))
        part = min(max(float(step) - whole - CREEP, 0.0) / (LANDED - CREEP), 1.0)
        here, there = (places[int(np.clip(n, 0, len(places) - 1))].astype(float) for n in (whole, whole + 1))
        return here + part * (there - here)

    # volumes --------------------------------------------------------------------------------------------------------

    def _lit(self, volume: Volume, points: Points, step) -> np.ndarray:
        """Which points are under the window; outside the fading all are."""
        early, late = (step < np.float32(volume.fade[0])), (step >= np.float32(volume.fade[1]))
        if early or late:
            return np.ones(len(points), bool)
        taps, gaps = np.array(volume.taps, float), np.array(volume.dilation, float)
        span = (taps - 1) * gaps
        middle = self._landed(volume.track, step) if volume.track else None
        if middle is None:  # lit by its own points, in Blender; no plan asks for it
            raise ValueError(f"{volume.role} fades and follows no track")
        away = points["position"] - (middle - 0.5 * span)
        inside = (away > -0.25) & (away < span + 0.25)
        return (inside & (np.fmod(away + 0.5, gaps) < 1.0)).all(axis=1)

    def _pieces(self, volume: Volume, step, matrix) -> Pieces:
        points = volume.points
        since, until = points["visible_from"], points["visible_until"]
        alive, lit = (step >= since) & (step < until), self._lit(volume, points, step)
        cube = np.where(alive, np.where(lit, points["cube"], points["faded"]), NONE)
        label = np.where(alive, np.where(lit, points["label"], points["label_faded"]), NONE)
        row = np.flatnonzero((cube >= 0) | (label >= 0))
        cube, label, lit = cube[row], label[row], lit[row]
        p = {name: values[row] for name, values in points.data.items()}
        at, factor, turn, forward = _ways(p, step)
        lengths = np.linalg.norm(matrix[:3, :3], axis=0)
        own = np.where((cube >= 0)[:, None], self.extents[cube] if len(self.extents) else 1.0, 0.0)
        font = (p["size"] * factor[:, 0])[:, None] * lengths[2]
        across = font * (p["stretch"] * lengths[0] / lengths[2])[:, None]
        return Pieces(
            volume.role, matrix, row, cube, place=_to_world(matrix, at), size=p["scale"] * factor * own * lengths,
            turn=turn, dimmed=~lit, label=label, label_place=_to_world(matrix, at + forward),
            label_size=np.where((label >= 0)[:, None], np.hstack([across, font]), 0.0))  # fmt: skip

    # windows and words ----------------------------------------------------------------------------------------------

    def _window(self, window: Window, step, matrix) -> np.ndarray | None:
        if not np.float32(window.life[0]) <= step < np.float32(window.life[1]):
            return None
        middle = self._gliding(window.track, step)
        half = np.array(window.size, float) / 2
        ends = np.array([-half, half])
        ends += np.array([[-0.5], [0.5]]) * window.thickness
        corners = _to_world(matrix, np.array(list(product(*ends.T))) + middle)
        return np.array([corners.min(axis=0), corners.max(axis=0)])

    def _words(self, words: Words, step, matrices) -> list[Text]:
        points, across_up = words.points, self.screen
        alive = (step >= points["visible_from"]) & (step < points["visible_until"]) & (points["label"] >= 0)
        row, found = np.flatnonzero(alive), []
        if not len(row):
            return found
        p = {name: values[row] for name, values in points.data.items()}
        at, factor, _, _ = _ways(p, step)
        start = across_up @ matrices[words.parent][:3, 3] if words.parent else np.zeros(2)
        for n in range(len(row)):
            label, font = self.plan.labels[p["label"][n]], float(p["size"][n] * factor[n, 2])
            found.append(Text(words.role, label.text, label.material, tuple((start + at[n, [0, 2]]).tolist()),
                              (font * float(p["stretch"][n]), font)))  # fmt: skip
        return found


def evaluate(plan: Plan, second: float) -> State:
    """The figure at a second. For many times of one plan, an `Evaluator` is quicker."""
    return Evaluator(plan).at(second)


@cache
def extent(shape: str) -> tuple[float, float, float]:
    """How long a shape is along x, y and z, in cells; see stage/solids.py and stage/meshes.py for the shapes."""
    kind, *numbers = shape.split()
    if kind not in ("box", "tube", "shadow"):
        return 1.0, 1.0, 1.0
    more = float(numbers[3]) if kind == "tube" else 0.0
    return tuple(float(n) + more for n in numbers[:3])


def _to_world(matrix, places) -> np.ndarray:
    return places @ matrix[:3, :3].T + matrix[:3, 3]


def _turned(angles) -> np.ndarray:
    """The rotation matrix of Blender's Euler angles, in the order XYZ."""
    (a, b, c), (x, y, z) = np.cos(angles), np.sin(angles)
    about_x = np.array([(1, 0, 0), (0, a, -x), (0, x, a)])
    about_y = np.array([(b, 0, y), (0, 1, 0), (-y, 0, b)])
    about_z = np.array([(c, -z, 0), (z, c, 0), (0, 0, 1)])
    return about_z @ about_y @ about_x


def _smooth(part) -> np.ndarray:
    part = np.clip(part, 0.0, 1.0)
    return part * part * (3.0 - 2.0 * part)


def _eased(step, start, end) -> np.ndarray:
    """0 before the clock value `start`, 1 after `end`, with an ease between."""
    return _smooth((step - start).astype(float) / np.maximum(end - start, np.float32(1e-4)))


def _arc(via, end, part) -> np.ndarray:
    """The quadratic Bézier curve from nothing to `end` by way of `via`, at `part` of the way."""
    part = part[:, None]
    return via * (2.0 * part * (1.0 - part)) + end * part * part


def _ways(p, step) -> tuple:
    """Places, factors of size, turns, and how far before them texts stand, of points."""
    inward = 1.0 - _eased(step, p["leaves"], p["arrives"])
    outward = _eased(step, p["exit_from"], p["exit_until"])
    at = p["position"] + _arc(p["enter_via"], p["origin"], inward) + _arc(p["exit_via"], p["exit"], outward)
    turn = p["enter_turn"] * inward + p["exit_turn"] * outward
    since, grow_time = p["visible_from"], p["grow_time"]
    grown = np.where(grow_time > 0, 0.4 + 0.6 * _eased(step, since, since + grow_time), 1.0)
    comes = 1.0 + (p["enter_scale"] - 1.0) * inward[:, None]
    goes = 1.0 + (p["exit_scale"] - 1.0) * outward[:, None]
    factor = comes * goes * grown[:, None]
    lift = p["lift"] * factor[:, 1]
    return at, factor, turn, np.column_stack([0.0 * lift, -lift * np.cos(turn), -lift * np.sin(turn)])
