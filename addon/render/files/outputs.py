# SPDX-License-Identifier: GPL-3.0-or-later
"""From a recording to what was asked for: GIF, MP4, every frame, a picture per step, a poster, the `.blend`.

- A `FrameRange` says which frames of a scene there are and when its steps are done; a `Film` is a clip with its
  recorded frames; `write` makes one format of it.
- What the formats are, their descriptors say (formats/), and where each goes: `<name>.gif`, `<name>_steps/`, …
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import numpy as np

from ...scene import rates
from ...scene.paths import unusable
from .descriptor import FRAMES
from .formats import FORMATS

STEPS = "convolume_steps"  # a scene's property: its steps as JSON, a list of {second, frame, clock, index, sum}
REACHED = 1e-3  # the clock counts as being at a step from that much before it, where it passes without a key
KEYED = 1e-5  # a key is at a step where it differs by less, relative to the clock


@dataclass(frozen=True)
class StepAt:
    """One step of the operation in a clip: when it is done, in which frame of the scene, its cell and sum."""

    second: float
    frame: int
    index: tuple[int, ...]
    sum: str


@dataclass(frozen=True)
class FrameRange:
    """A scene's frames as they are numbered there, how fast they play, and its steps."""

    name: str
    fps: float
    frames: range
    steps: tuple[StepAt, ...] = ()

    @classmethod
    def of_plan(cls, plan) -> "FrameRange":
        def step(info):
            return StepAt(info.second, min(plan.frame_of(info.second), plan.frames), info.index, info.text)

        return cls(plan.id, plan.fps, range(1, plan.frames + 1), tuple(step(info) for info in plan.steps))

    @classmethod
    def of_scene(cls, scene, name: str) -> "FrameRange":
        """A `.blend`'s own range and speed; its steps where its clock, as it is keyed now, reaches them."""
        fps = rates.number(rates.exact(scene.render.fps / scene.render.fps_base))
        frames = range(scene.frame_start, scene.frame_end + 1, max(1, scene.frame_step))
        return cls(name, fps, frames, tuple(_steps_of(scene, frames, fps)))

    @property
    def seconds(self) -> float:
        return len(self.frames) / self.fps

    @property
    def poster(self) -> int:
        """The frame that shows the figure when its last step is done."""
        return self.steps[-1].frame if self.steps else self.frames[-1]

    def needed(self, formats: Iterable[str]) -> list[int]:
        """The frames that these formats show, and no others: a poster takes one."""
        asked = [FORMATS[name] for name in set(formats)]
        return sorted({frame for format in asked if format.needs == FRAMES for frame in format.shows(self)})


def _steps_of(scene, frames, fps) -> Iterator[StepAt]:
    try:
        rows = json.loads(scene.get(STEPS, "[]"))
        steps = [
            StepAt(float(s["second"]), int(s["frame"]), tuple(map(int, s["index"])), str(s["sum"])) for s in rows
        ]
        # a file saved before rows had a clock: it was the row's number
        clocks = [float(s.get("clock", number)) for number, s in enumerate(rows)]
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):  # a stranger's file
        return
    curve = _clock_curve(scene)
    clock = np.array([curve.evaluate(f) for f in frames]) if curve else None
    keys = np.array([key.co for key in curve.keyframe_points]) if curve else None
    for at, step in zip(clocks, steps):
        if clock is None:
            if step.frame in frames:
                yield step
            continue
        keyed = keys[np.abs(keys[:, 1] - at) <= KEYED * max(1.0, abs(at)), 0]
        # a clock that eases to its key is close to it some frames before
        there = np.flatnonzero(np.array(frames) >= keyed[0] - 1e-4 if len(keyed) else clock >= at - REACHED)
        if not len(there):
            return
        frame = frames[int(there[0])]
        moved = frame != step.frame or frames[0] != 1
        second = (frame - frames[0]) / frames.step / fps if moved else step.second
        yield StepAt(second, frame, step.index, step.sum)


def _clock_curve(scene):
    """The F-curve that runs the figure that is shown, or None where a scene shows none or several."""
    from ...stage.build import ROLE

    clocks = [o for o in scene.objects if o.get(ROLE) == "clock"]
    clocks = [o for o in clocks if not any(c.hide_render for c in o.users_collection)]
    if len(clocks) != 1 or not (clocks[0].animation_data and clocks[0].animation_data.action):
        return None
    curve = clocks[0].animation_data.action.fcurve_ensure_for_datablock(clocks[0], '["step"]')
    return curve if len(curve.keyframe_points) else None


@dataclass(frozen=True)
class Film:
    """A clip and what was recorded of it: `recording.order[n]` is the picture of `frames[n]`."""

    clip: FrameRange
    frames: Sequence[int]
    recording: object
    _places: dict[int, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        object.__setattr__(self, "_places", {frame: n for n, frame in enumerate(self.frames)})

    def at(self, frame: int) -> np.ndarray:
        """The picture of one frame, by its number in the scene."""
        return self.recording.picture(self.recording.order[self._places[frame]])

    def distinct(self, frames: Iterable[int]) -> int:
        """How many different pictures these frames show."""
        return len({self.recording.order[self._places[frame]] for frame in frames})

    def shots(self) -> tuple["_Pictures", list[float]]:
        """The pictures in the order they are shown, neighbours that are equal once, and their seconds."""
        runs = [(index, len(list(run))) for index, run in groupby(self.recording.order)]
        return _Pictures(self.recording, [i for i, _ in runs]), [count / self.clip.fps for _, count in runs]


class _Pictures:
    """Pictures of a recording, assembled when they are walked and as often as they are."""

    def __init__(self, recording, indices):
        self.recording, self.indices = recording, indices

    def __iter__(self):
        return (self.recording.picture(index) for index in self.indices)

    def __len__(self):
        return len(self.indices)


@dataclass(frozen=True)
class Result:
    """What was made, for the line that says so."""

    figure: str
    file: Path
    frames: int
    distinct: int | None  # what is not made of frames does not know
    seconds: float
    bytes: int

    def __str__(self) -> str:
        frames = "1 frame" if self.frames == 1 else f"{self.frames} frames"
        distinct = [] if self.distinct is None else [f"{self.distinct} distinct"]
        parts = [f"{self.figure}: {self.file}", frames, *distinct, f"{self.seconds:.2f} s"]
        return ", ".join([*parts, f"{self.bytes} bytes"])


def target(name: str, format: str, folder: Path) -> Path:
    """Where a format goes."""
    return Path(folder) / FORMATS[format].place.format(name)


def in_the_way(path: Path, format: str) -> str | None:
    """Why nothing can be written there, or None."""
    if why := unusable(path.name):
        return why
    if not FORMATS[format].folder and path.is_dir():
        return "is a folder, and a file of that name is to be written"
    if FORMATS[format].folder and path.exists() and not path.is_dir():
        return "is a file, and a folder of that name is to be filled"
    return None


def write(source, clip: FrameRange, format: str, folder: Path) -> Result:
    """Make one format of what it needs, whole or not at all. `EncodeError` says in one line what it lacks."""
    path, made = target(clip.name, format, folder), FORMATS[format]
    made.write(source, path)
    size = sum(file.stat().st_size for file in (made.folder(path) if made.folder else [path]))
    shown = list(made.shows(clip))
    distinct = source.distinct(shown) if isinstance(source, Film) else None
    return Result(clip.name, path, len(shown), distinct, 0.0 if made.still else clip.seconds, size)
