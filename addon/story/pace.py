# SPDX-License-Identifier: GPL-3.0-or-later
"""How the clock runs: the first step slowly, the next two at half that, then quickly with a breath at each line's end.

The clock goes from i - 1 to i - 1/2 while the window glides to cell i, to i while the products and their sum appear,
and rests at i. Every step's own second is when the clock has just reached it.
"""

from dataclasses import dataclass

from .plan import BORN, LANDED
from .timeline import Timeline

START = -1.0  # the clock before the first step
ENDED = 0.55  # past the last step: its sum is gone, and the ending stands; windows and marks stay where they are
SLOW_STEPS = 3
VISIT = 0.19  # the kernel's way to the window, in parts of the first step
MEETING = 0.02  # the clock, past the window's landing, at which the kernel has arrived


@dataclass(frozen=True)
class Pace:
    """What the clock's run came to: each step's own second; when the first window has landed, and the kernel sets out
    for it; when the kernel leaves again; the end.
    """

    seconds: list[float]
    landed: float
    leave: float
    end: float


def run_clock(line: Timeline, steps: int, row: int, scene, *, stays: bool = True) -> Pace:
    """Key the clock for `steps` steps in rows of `row`, from the timeline's cursor on, as the scene's timing says.

    `stays`: the visiting kernel waits until the first cell is born; else it is back before the products are written.
    The clock rests on every step for a frame at least: so each step has a frame that shows it and nothing else.
    """
    timing, frame = scene.timing, 1.0 / scene.output.fps
    seconds, landed, leave = [], 0.0, 0.0
    for i in range(steps):
        if i == 0:
            first = timing.first
            line.play("clock.step", i - LANDED, 0.08 * first)
            landed = line.cursor
            # the clock creeps while the kernel is under way, so that what is to happen at its arrival can be timed
            line.play("clock.step", i - LANDED + MEETING, (VISIT if stays else 2.2 * VISIT) * first, easing="linear")
            line.play("clock.step", i - BORN, (0.36 if stays else 0.28) * first, easing="linear")
            line.play("clock.step", i, 0.09 * first)
            leave = line.cursor if stays else landed + 1.15 * VISIT * first
            rest = (0.28 if stays else 0.14) * first
        elif i < SLOW_STEPS:
            line.play("clock.step", i - LANDED, 0.14 * timing.next)
            line.play("clock.step", i - BORN, 0.34 * timing.next, easing="linear")
            line.play("clock.step", i, 0.14 * timing.next)
            rest = 0.38 * timing.next
        else:
            line.play("clock.step", i - LANDED, 0.26 * timing.step)
            line.play("clock.step", i, 0.18 * timing.step, easing="linear")
            rest = 0.56 * timing.step
        seconds.append(line.cursor)
        if (i + 1) % row == 0 and i + 1 < steps:
            rest += timing.breath
        elif i + 1 == steps:
            rest += 2 * timing.breath  # time to read the last one
        line.wait(max(rest, 1.001 * frame))
    return Pace(seconds, landed, leave, line.cursor)


def reveal(step: int, part: int, parts: int) -> float:
    """The clock at which part `part` of `parts` of a step's sum appears: one by one in slow steps, else at once."""
    if step >= SLOW_STEPS:
        return step - LANDED
    return step - LANDED + MEETING + (LANDED - BORN - MEETING) * (part + 1) / (parts + 1)
