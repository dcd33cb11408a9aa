# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan as a picture, without Blender: where every cell and every text is on the screen at a frame.

Pixels count from the frame's middle, x right, y up. Everything is worked out anew from the plan's points, lives,
motions and keyed places; the boxes that a story notes for itself are not looked at. These pictures are held against
what Blender evaluates by tests/stage/test_composition_seen.py.
"""

import math
from dataclasses import dataclass
from functools import cached_property, wraps

import numpy as np

from addon.story.first_edition.layout import Camera
from addon.story.page.glyphs import CAP_HEIGHT, DESCENT, width
from addon.story.plan.plan import FAR, LANDED, LEAVES

# of a cell's pitch: what a kind of cell reaches from its middle (the outlines' hairlines lie 0.03 further out)
HALF = {"cube": 0.47, "ghost": 0.43}
OPEN = 0.47  # outlines and frames, which hide nothing
LOOKS = ("cube", "faded", "before")  # the point columns with a cell's kind: in the window, outside it, not yet born
SINKING = set("()[]{}gjpqy,;/|Q_")  # characters that reach below the baseline


@dataclass(frozen=True)
class Cells:
    """All cells that are drawn in a frame, one row each."""

    roles: np.ndarray  # the volume's role
    at: np.ndarray  # (n, 2) pixels of their middles
    half: np.ndarray  # half their edge, pixels
    reach: np.ndarray  # (n, 2) half their box on the screen, pixels
    pitch: np.ndarray  # the pixels from one cell of the volume to the next
    depth: np.ndarray  # nearer to the viewer is larger, in world units
    solid: np.ndarray  # hides what is behind it
    visiting: np.ndarray  # of a volume that is away from where it stands at the start, in the opening and at the end
    flying: np.ndarray  # on its own way
    rows: np.ndarray  # (n, 3): the volume's number in the plan, the point's in it, and its look, of `LOOKS`

    def __len__(self):
        return len(self.at)

    @cached_property
    def boxes(self) -> np.ndarray:
        return np.concatenate([self.at - self.reach, self.at + self.reach], axis=1)


@dataclass(frozen=True)
class Texts:
    """All texts of words that are shown in a frame; `boxes` are (x0, y0, x1, y1) in pixels, `size` their font's."""

    roles: np.ndarray
    said: np.ndarray
    boxes: np.ndarray
    size: np.ndarray

    def __len__(self):
        return len(self.boxes)


@dataclass(frozen=True)
class Numbers:
    """All texts that stand on cells, with the box they cover on the screen and how deep they stand."""

    roles: np.ndarray
    said: np.ndarray
    boxes: np.ndarray
    size: np.ndarray  # font size in pixels
    depth: np.ndarray
    rows: np.ndarray  # (n, 3): as those of cells
    at: np.ndarray  # (n, 2) pixels of their middles
    long: np.ndarray  # half their length along the front faces, in world units


def once(look):
    """A look at a frame that is kept: the checks look at the same frames again and again."""
    kept = f"_{look.__name__}"

    @wraps(look)
    def at(self, frame: int):
        seen = self.__dict__.setdefault(kept, {})
        if frame not in seen:
            seen[frame] = look(self, frame)
        return seen[frame]

    return at


def smooth(t):
    t = np.clip(t, 0.0, 1.0)
    return t * t * (3 - 2 * t)


class Picture:
    """One plan, to be looked at frame by frame."""

    def __init__(self, plan):
        self.plan = plan
        self.camera = Camera(plan.view.azimuth, plan.view.elevation)
        self.pixel = plan.pixels_per_unit
        self.half = np.array(plan.size) / 2
        self.scaled = min(plan.size[0] / 854, plan.size[1] / 480)
        self.said = [label.text for label in plan.labels]
        self.wide = np.array([width(t) for t in self.said])
        self.sinks = np.array([bool(SINKING & set(t)) for t in self.said])
        self.left = np.array([label.anchor == "left" for label in plan.labels])
        self.shapes = [cube.shape.split()[0] for cube in plan.cubes]
        # the screen's direction of the world's axes, per cell
        self.axes = self.camera.project(np.eye(3))
        self.homes = {v.role: np.array([self.place(v, self.second(f)) for f in (1, self.opening, plan.frames)])
                      for v in plan.volumes}  # fmt: skip

    # time ------------------------------------------------------------------------------------------------------

    def second(self, frame: int) -> float:
        return (frame - 1) / self.plan.fps

    def clock(self, frame: int) -> float:
        return self.plan.channels["clock.step"].at(self.second(frame))

    @cached_property
    def clocks(self) -> np.ndarray:
        """The clock at every frame; `clocks[f - 1]` is frame f's."""
        return np.array([self.clock(f) for f in range(1, self.plan.frames + 1)])

    @cached_property
    def opening(self) -> int:
        """The last frame before the first window lands."""
        first = min((s.clock for s in self.plan.steps), default=0.0)
        before = np.flatnonzero(self.clocks < first - LANDED - 1e-6)
        return int(before[-1]) + 1 if len(before) else 1

    def frame_of(self, info) -> int:
        return min(self.plan.frame_of(info.second), self.plan.frames)

    def moments(self, every: int = 12) -> dict[int, str]:
        """The frames to look at, and why: the issue's key moments, everything that moves, and every so many frames."""
        plan, found = self.plan, {}

        def note(frame, why):
            found.setdefault(int(min(max(frame, 1), plan.frames)), why)

        note(1, "start")
        note(self.opening, "opening")
        note(plan.frames, "end")
        for i, info in enumerate(plan.steps):
            if info.explained:
                note(self.frame_of(info), f"step {i}")
        swept = [i for i, info in enumerate(plan.steps) if not info.explained]
        for part in (0, 1, 2, 3, 4) if swept else ():
            i = swept[(len(swept) - 1) * part // 4]
            note(self.frame_of(plan.steps[i]), f"sweep, step {i}")
        for low, high, why in self._spans():
            inside = np.flatnonzero((self.clocks >= low) & (self.clocks <= high)) + 1
            for f in inside[:: max(1, len(inside) // 5)]:
                note(f, why)
        for name, channel in plan.channels.items():
            if name != "clock.step" and ".location." in name:
                for k in np.flatnonzero(np.abs(np.diff(channel.values)) > 1e-4):
                    a, b = channel.seconds[k : k + 2]
                    for part in (0.25, 0.5, 0.75, 1.0):
                        note(round((a + part * (b - a)) * plan.fps) + 1, f"way of {name.split('.location')[0]}")
        for f in range(1, plan.frames, every):
            note(f, "between")
        return dict(sorted(found.items()))

    def _spans(self):
        """The clock's spans in which cells fly; a dozen per volume."""
        for v in (*self.plan.volumes, *self.plan.words):
            p = v.points
            moving = (np.abs(p["origin"]).max(axis=1, initial=0) > 1e-6) & (p["arrives"] > p["leaves"])
            spans = np.unique(np.column_stack([p["leaves"], p["arrives"]])[moving].round(3), axis=0)
            for low, high in spans[:: max(1, math.ceil(len(spans) / 12))]:
                yield low, high, f"flight in {v.role}"

    # places ----------------------------------------------------------------------------------------------------

    def place(self, volume, second: float) -> np.ndarray:
        """Where a volume stands: its own place, or where it is keyed."""
        at = np.array(volume.location, float)
        if getattr(volume, "parent", None):
            at += self.place(next(v for v in self.plan.volumes if v.role == volume.parent), second)
        for axis, name in enumerate("xyz"):
            channel = self.plan.channels.get(f"{volume.role}.location.{name}")
            if channel is not None:
                at[axis] = channel.at(second)
        return at

    def visiting(self, volume, place) -> bool:
        return bool(np.abs(self.homes[volume.role] - place).max(axis=1).min() > 1e-3)

    @staticmethod
    def _local(points, clock):
        """Places of the points that have a life or a look at this clock, and which are on their way."""
        p = points
        way = np.maximum(p["arrives"] - p["leaves"], 1e-4)
        part = (clock - p["leaves"]) / way
        left = 1.0 - smooth(part)
        far = np.abs(p["origin"]).max(axis=1, initial=0) > 1e-6
        flying = far & (part > 0) & (part < 1)
        return p["position"] + p["origin"] * left[:, None], flying

    @staticmethod
    def _grown(points, clock):
        return 0.55 + 0.45 * smooth((clock - points["visible_from"] + 0.01) / (points["grow_time"] + 0.01))

    def lit(self, volume, local, clock) -> np.ndarray:
        """Which points are taps of the window, or stand where none is or at a time when none fades."""
        if volume.track is None or clock < volume.fade[0] or clock >= volume.fade[1]:
            return np.ones(len(local), bool)
        places = next(t.places for t in self.plan.tracks if t.role == volume.track)
        place = places[min(max(math.floor(clock + 0.5), 0), len(places) - 1)]
        gap = np.array(volume.dilation, float)
        extent = (np.array(volume.taps, float) - 1) * gap
        offset = local - (place - extent / 2)
        inside = (offset > -0.25) & (offset < extent + 0.25) & (np.fmod(offset + 0.5, gap) < 1.0)
        return inside.all(axis=1)

    @once
    def cells(self, frame: int) -> Cells:
        clock, second, made = self.clock(frame), self.second(frame), []
        for number, v in enumerate(self.plan.volumes):
            p, home = v.points, self.place(v, second)
            alive = (p["visible_from"] <= clock) & (clock < p["visible_until"])
            early = clock < p["visible_from"]
            local, flying = self._local(p, clock)
            lit = self.lit(v, local, clock)
            cube = np.where(alive, np.where(lit, p["cube"], p["faded"]), np.where(early, p["before"], -1))
            look = np.where(alive, np.where(lit, 0, 1), 2)
            shown = np.flatnonzero(cube >= 0)
            if not len(shown):
                continue
            world = local[shown] * v.unit + home
            grow = np.where(alive, self._grown(p, clock), 1.0)[shown]
            kinds = [self.shapes[c] for c in cube[shown]]
            half = np.array([HALF.get(k, OPEN) for k in kinds]) * grow * v.unit * self.pixel
            made.append((
                np.full(len(shown), v.role, object), self.camera.project(world) * self.pixel, half,
                half[:, None] * np.abs(self.axes).sum(axis=0), np.full(len(shown), v.unit * self.pixel),
                world @ self.camera.toward, np.array([k in HALF for k in kinds]),
                np.full(len(shown), self.visiting(v, home)), flying[shown],
                np.column_stack([np.full(len(shown), number), shown, look[shown]]),
            ))  # fmt: skip
        return Cells(*(np.concatenate(column) for column in zip(*made, strict=True)))

    @once
    def texts(self, frame: int) -> Texts:
        """The words, with the boxes of their ink."""
        clock, second, made = self.clock(frame), self.second(frame), []
        volumes = {v.role: v for v in self.plan.volumes}
        for w in self.plan.words:
            p = w.points
            shown = np.flatnonzero((p["visible_from"] <= clock) & (clock < p["visible_until"]) & (p["label"] >= 0))
            shown = np.array([r for r in shown if self.said[p["label"][r]].strip()], int)
            if not len(shown):
                continue
            local, _ = self._local(p, clock)
            start = self.camera.project(self.place(volumes[w.parent], second)) if w.parent else np.zeros(2)
            at = (local[shown][:, [0, 2]] + start) * self.pixel
            label = p["label"][shown]
            size = p["size"][shown] * self._grown(p, clock)[shown] * self.pixel
            made.append((np.full(len(shown), w.role, object), np.array([self.said[k] for k in label], object),
                         self._ink(at, label, size, p["stretch"][shown]), size))  # fmt: skip
        empty = (np.zeros(0, object), np.zeros(0, object), np.zeros((0, 4)), np.zeros(0))
        return Texts(*(np.concatenate(column) for column in zip(*made, strict=True))) if made else Texts(*empty)

    def _ink(self, at, label, size, stretch) -> np.ndarray:
        wide = self.wide[label] * size * stretch
        left = np.where(self.left[label], at[:, 0], at[:, 0] - wide / 2)
        base = np.where(self.left[label], at[:, 1], at[:, 1] - CAP_HEIGHT / 2 * size)
        low = base - np.where(self.sinks[label], DESCENT, 0.01) * size
        return np.column_stack([left, low, left + wide, base + CAP_HEIGHT * size])

    @once
    def numbers(self, frame: int) -> Numbers:
        """The texts on cells. They stand on the front faces, so they lean with them: the box is the upright one."""
        clock, second, made = self.clock(frame), self.second(frame), []
        for number, v in enumerate(self.plan.volumes):
            p, home = v.points, self.place(v, second)
            alive = (p["visible_from"] <= clock) & (clock < p["visible_until"])
            local, _ = self._local(p, clock)
            lit = self.lit(v, local, clock)
            label = np.where(lit, p["label"], p["label_faded"])
            shown = np.flatnonzero(alive & (label >= 0))
            shown = np.array([r for r in shown if self.said[label[r]].strip()], int)
            if not len(shown):
                continue
            world = local[shown] * v.unit + home
            grow = self._grown(p, clock)[shown]
            world[:, 1] -= p["lift"][shown] * grow * v.unit
            if v.lit_label_offset_from <= clock < v.fade[1]:
                world += np.outer(lit[shown], (v.lit_label_offset[0], 0.0, v.lit_label_offset[1])) * v.unit
            size = p["size"][shown] * grow * v.unit * self.pixel
            at = self.camera.project(world) * self.pixel
            wide = self.wide[label[shown]] * size * p["stretch"][shown] / 2
            long = wide / self.pixel
            wide, tall = wide * self.axes[0, 0], CAP_HEIGHT / 2 * size * self.axes[2, 1] + wide * abs(self.axes[0, 1])
            made.append((np.full(len(shown), v.role, object),
                         np.array([self.said[k] for k in label[shown]], object),
                         np.column_stack([at[:, 0] - wide, at[:, 1] - tall, at[:, 0] + wide, at[:, 1] + tall]),
                         size, world @ self.camera.toward,
                         np.column_stack([np.full(len(shown), number), shown, ~lit[shown]]), at, long))  # fmt: skip
        if not made:
            return Numbers(*(np.zeros(0, object),) * 2, np.zeros((0, 4)), *(np.zeros(0),) * 2, np.zeros((0, 3), int),
                           np.zeros((0, 2)), np.zeros(0))  # fmt: skip
        return Numbers(*(np.concatenate(column) for column in zip(*made, strict=True)))

    # windows ---------------------------------------------------------------------------------------------------

    def window_at(self, window, clock: float):
        """Where a window stands, in its volume's units; None where it is not shown or FAR away."""
        if not window.life[0] <= clock < window.life[1]:
            return None
        places = next(t.places for t in self.plan.tracks if t.role == window.track)
        part, end = clock - math.floor(clock), len(places) - 1

        def stop(index):
            return places[min(max(index, 0), end)].astype(float)

        if window.flat or window.jump:
            if LEAVES < part < LANDED - 1e-4:
                return None
            at = stop(math.floor(clock + 0.5))
        else:
            here, there = stop(math.floor(clock)), stop(math.floor(clock) + 1)
            at = here + (there - here) * min(2 * part, 1.0)
        return None if np.abs(at).max() > FAR / 10 else at

    # who meets whom --------------------------------------------------------------------------------------------

    def overlaps(self, boxes, cells: Cells) -> np.ndarray:
        """By how many pixels each upright box lies on each cell's outline, which is a hexagon; 0 or less: free."""
        normals = [np.array([1.0, 0.0]), np.array([0.0, 1.0])]
        normals += [np.array([-e[1], e[0]]) / np.hypot(*e) for e in self.axes]
        middle = (boxes[:, :2] + boxes[:, 2:]) / 2
        half = (boxes[:, 2:] - boxes[:, :2]) / 2
        least = np.full((len(boxes), len(cells)), np.inf)
        for n in normals:
            gap = np.abs((middle @ n)[:, None] - (cells.at @ n)[None])
            reach = (half @ np.abs(n))[:, None] + (cells.half * np.abs(self.axes @ n).sum())[None]
            least = np.minimum(least, reach - gap)
        return least


    def surfaces(self, spots, cells: Cells) -> np.ndarray:
        """How deep each cell's surface is at each place of the screen (pixels); -inf where it is not seen through it.

        In the units of `depth`. A ray toward the viewer leaves a cube through the nearest of its three near faces.
        """
        found = np.full((len(spots), len(cells)), -np.inf)
        solid = np.flatnonzero(cells.solid)
        half = cells.half[solid] / self.pixel
        leaves, enters = np.inf, -np.inf
        for right, up, toward in zip(self.camera.right, self.camera.up, self.camera.toward, strict=True):
            # how far along the axis each place is from each cell's middle, as a ray's length
            with np.errstate(divide="ignore", invalid="ignore"):
                spot, middle = (np.asarray(at) @ (right, up) / self.pixel / toward for at in (spots, cells.at[solid]))
                away, reach = middle[None] - spot[:, None], half / abs(toward)
            leaves, enters = np.minimum(leaves, away + reach), np.maximum(enters, away - reach)
        found[:, solid] = np.where(leaves > enters, cells.depth[solid] + leaves, -np.inf)
        return found

    def hidden(self, numbers: Numbers, cells: Cells) -> np.ndarray:
        """Which numbers have a cell before them, at their middle or near one of their ends."""
        found = np.zeros(len(numbers.boxes), bool)
        for part in (-0.6, 0.0, 0.6):
            spots = numbers.at + part * numbers.long[:, None] * self.axes[0] * self.pixel
            depth = numbers.depth + part * numbers.long * self.camera.toward[0]
            found |= (self.surfaces(spots, cells) > depth[:, None] + 0.03).any(axis=1)
        return found


def rectangles(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """By how many pixels upright boxes (n, 4) lie on others (m, 4); 0 or less: free."""
    x = np.minimum(a[:, None, 2], b[None, :, 2]) - np.maximum(a[:, None, 0], b[None, :, 0])
    y = np.minimum(a[:, None, 3], b[None, :, 3]) - np.maximum(a[:, None, 1], b[None, :, 1])
    return np.minimum(x, y)
