# SPDX-License-Identifier: GPL-3.0-or-later
"""How the clock runs: the first step slowly, the next two at half that, then quickly with a breath at each line's end.

The clock goes from i - 1 to i - 1/2 while the window glides to cell i, to i while the products and their sum appear,
and rests at i. Every step's own second is when the clock has just reached it.

Where the steps are too many to be walked within `timing.longest`, a sweep takes over after the first ones: on every
frame the clock stands on a whole number, which grows by ever more, so that each frame shows the window of the last
step born in it. The last step is told slowly again. A sweep's steps are shown, and their sums are not.
"""

import math
from dataclasses import dataclass

import numpy as np

from .plan import BORN, LANDED
from .timeline import Timeline

START = -1.0  # the clock before the first step
ENDED = 0.55  # past the last step: its sum is gone, and the ending stands; windows and marks stay where they are
SLOW_STEPS = 3
VISIT = 0.19  # the kernel's way to the window, in parts of the first step
MEETING = 0.02  # the clock, past the window's landing, at which the kernel has arrived
QUICKEST = 0.16  # seconds: a walk is not quicker than that
WALKED = 6  # steps that are walked, at most, between the slow ones and a sweep
SHORTEST_SWEEP = 2.0  # seconds


@dataclass(frozen=True)
class Schedule:
    """How each step goes: "first", "next", "walk" or "sweep"; seconds of a walked step; frames of the sweep."""

    kinds: tuple[str, ...]
    step: float
    frames: int = 0

    @property
    def told(self) -> tuple[bool, ...]:
        """Whether each step's sum is written out."""
        return tuple(kind != "sweep" for kind in self.kinds)

    @property
    def swept(self) -> tuple[int, int] | None:
        """The first and the last step of the sweep."""
        steps = [i for i, kind in enumerate(self.kinds) if kind == "sweep"]
        return (steps[0], steps[-1]) if steps else None


def schedule(steps: int, row: int, scene, *, spent: float = 0.0) -> Schedule:
    """How `steps` steps in rows of `row` are told within `timing.longest`; `spent` seconds go elsewhere.

    What opens and ends the figure (`timing.intro`, `timing.outro`) is counted here.
    """
    timing = scene.timing
    slow = ["first", *["next"] * (SLOW_STEPS - 1)][:steps]
    room = timing.longest - spent - timing.intro - timing.outro - timing.first - timing.next * (len(slow) - 1)
    left = steps - len(slow)
    breaths = timing.breath * ((steps - 1) // row + 2)
    if left <= 0 or left * timing.step + breaths <= room:
        return Schedule((*slow, *["walk"] * left), timing.step)
    quick = (room - breaths) / left
    if quick >= QUICKEST:
        return Schedule((*slow, *["walk"] * left), quick)
    walked = min(WALKED, row - len(slow) if row > len(slow) else row, left - 2)
    swept = left - walked - 1
    seconds = max(SHORTEST_SWEEP, room - walked * timing.step - 3 * timing.breath - timing.next)
    kinds = (*slow, *["walk"] * walked, *["sweep"] * swept, "next")
    return Schedule(kinds, timing.step, max(1, round(seconds * scene.output.fps)))


@dataclass(frozen=True)
class Pace:
    """What the clock's run came to: each step's own second and whether it is told; when the first window has landed,
    and the kernel sets out for it; when the kernel leaves again; the end.
    """

    seconds: list[float]
    landed: float
    leave: float
    end: float
    told: tuple[bool, ...] = ()


def run_clock(line: Timeline, plan: Schedule, row: int, scene, *, stays: bool = True, base: float = 0.0,
              weights=None) -> Pace:  # fmt: skip
    """Key the clock for the scheduled steps in rows of `row`, from the timeline's cursor on.

    `stays`: the visiting kernel waits until the first cell is born; else it is back before the products are written.
    `base`: the clock of step 0. `weights`: how much of a sweep's time each step is given, in parts.
    A walking clock rests on every step for a frame at least: so each step has a frame that shows it and nothing else.
    """
    timing, frame = scene.timing, 1.0 / scene.output.fps
    seconds, landed, leave = [], 0.0, 0.0
    steps = len(plan.kinds)
    for i, kind in enumerate(plan.kinds):
        at = base + i
        if kind == "sweep":
            if i == plan.swept[0]:
                seconds += _sweep(line, plan, base, scene.output.fps, weights)
                line.wait(timing.breath)
            continue
        if kind == "first":
            first = timing.first
            line.play("clock.step", at - LANDED, 0.08 * first)
            landed = line.cursor
            # the clock creeps while the kernel is under way, so that what is to happen at its arrival can be timed
            line.play("clock.step", at - LANDED + MEETING, (VISIT if stays else 2.2 * VISIT) * first, easing="linear")
            line.play("clock.step", at - BORN, (0.36 if stays else 0.28) * first, easing="linear")
            line.play("clock.step", at, 0.09 * first)
            leave = line.cursor if stays else landed + 1.15 * VISIT * first
            rest = (0.28 if stays else 0.14) * first
        elif kind == "next":
            line.play("clock.step", at - LANDED, 0.14 * timing.next)
            line.play("clock.step", at - BORN, 0.34 * timing.next, easing="linear")
            line.play("clock.step", at, 0.14 * timing.next)
            rest = 0.38 * timing.next
        else:
            line.play("clock.step", at - LANDED, 0.26 * plan.step)
            line.play("clock.step", at, 0.18 * plan.step, easing="linear")
            rest = 0.56 * plan.step
        seconds.append(line.cursor)
        if (i + 1) % row == 0 and i + 1 < steps:
            rest += timing.breath
        elif i + 1 == steps:
            rest += 2 * timing.breath  # time to read the last one
        line.wait(max(rest, 1.001 * frame))
    return Pace(seconds, landed, leave, line.cursor, plan.told)


def _sweep(line: Timeline, plan: Schedule, base: float, fps: int, weights) -> list[float]:
    """Run the clock over the sweep's steps, whole numbers on whole frames; returns the steps' seconds."""
    first, last = plan.swept
    count = last - first + 1
    parts = np.ones(count) if weights is None else np.asarray(weights, float)[first : last + 1]
    # it gathers way: the first steps take up to three times as long as the last
    parts = parts * np.linspace(3.0, 1.0, count)
    share = np.cumsum(parts) / parts.sum()
    line.cursor = math.ceil(line.cursor * fps - 1e-6) / fps
    done, seconds = first - 1, []
    start = round(line.cursor * fps)
    for frame in range(1, plan.frames + 1):
        reached = first + int(np.searchsorted(share, frame / plan.frames + 1e-9, side="right")) - 1
        reached = last if frame == plan.frames else max(reached, done)
        if reached == done:
            continue
        line.cursor = (start + frame - 1) / fps
        line.play("clock.step", base + reached, 1 / fps, easing="linear")
        seconds += [(start + frame - 1 + (i - done) / (reached - done)) / fps for i in range(done + 1, reached + 1)]
        done = reached
    return seconds


def reveal(step: int, part: int, parts: int, *, slow: bool | None = None, base: float = 0.0) -> float:
    """The clock at which part `part` of `parts` of a step's sum appears: one by one in slow steps, else at once."""
    landed = base + step - LANDED
    if not (step < SLOW_STEPS if slow is None else slow):
        return landed
    return landed + MEETING + (LANDED - BORN - MEETING) * (part + 1) / (parts + 1)
