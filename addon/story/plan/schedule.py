# SPDX-License-Identifier: GPL-3.0-or-later
"""How the clock runs: the first step slowly, the next two at half that, then quickly with a breath at each line's end.

The clock goes from i - 1 to i - 1/2 while the window glides to cell i, to i while the products and their sum appear,
and rests at i. Every step's own second is when the clock has just reached it.

Where the steps are too many to be walked within `timing.longest`, a sweep takes over after the first ones: on every
frame the clock stands on a whole number, which grows by ever more, so that each frame shows the window of the last
step born in it. The last step is explained slowly again. A sweep's steps are shown, and their sums are not.

Where the steps come in sections (one per filter), each further section's first step is explained too: a turn.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from .plan import BORN, CREEP, LANDED
from .timeline import Channel, Timeline

ENDED = 0.55  # past the last step: its sum is gone, and the ending stands; windows and marks stay where they are
SLOW_STEPS = 3
VISIT = 0.19  # the kernel's way to the window, in parts of the first step
MEETING = 0.02  # the clock, past the window's landing, at which the kernel has arrived
QUICKEST = 0.16  # seconds: a walk is not quicker than that
WALKED = 6  # steps that are walked, at most, between the slow ones and a sweep
SHORTEST_SWEEP = 2.0  # seconds
SHORTEST_TURN = 0.7  # seconds
FLIGHT, ARRIVED = 0.42, 0.66  # parts of a turn: until the next filter's weights are there; until its step is made
LEAST_CLOCK_STEP = 2e-5  # of the clock, between two points of what follows it
TURNS = 0.35  # of the time that is not spoken for, at most, goes to the turns


class Phase:
    """The clock where each part of the opening begins, before step 0. Plain numbers: clocks are added and stored."""

    STACKED = -3.0  # an input stands as one stack, a dilated kernel is still closed: both open until PADDING
    PADDING = -2.0  # padding starts to arrive; it is there by READY
    READY = -1.0  # all stands as the first step finds it


@dataclass(frozen=True)
class Schedule:
    """How each step goes: "first", "next", "walk", "sweep", "turn" or "pass"; seconds of a walked step and of a turn.

    A step that is passed, in `passing` seconds, is walked and not explained.
    `frames` is how many the sweeps take together, `shares` how many each of them takes where there are several.
    """

    kinds: tuple[str, ...]
    step: float
    frames: int = 0
    turn: float = 0.0
    shares: tuple[int, ...] = ()
    passing: float = 0.0

    @property
    def explained(self) -> tuple[bool, ...]:
        """Whether each step's sum is written out."""
        return tuple(kind not in ("sweep", "pass") for kind in self.kinds)

    @property
    def swept(self) -> tuple[int, int] | None:
        """The first step of the first sweep and the last of the last."""
        sweeps = self.sweeps
        return (sweeps[0][0], sweeps[-1][1]) if sweeps else None

    @property
    def sweeps(self) -> list[tuple[int, int]]:
        """Each sweep's first and last step."""
        steps = [i for i, kind in enumerate(self.kinds) if kind == "sweep"]
        starts = [i for i in steps if i == 0 or self.kinds[i - 1] != "sweep"]
        ends = [i for i in steps if i + 1 == len(self.kinds) or self.kinds[i + 1] != "sweep"]
        return list(zip(starts, ends, strict=True))


def make_schedule(steps: int, row: int, scene, *, spent: float = 0.0, section: int = 0) -> Schedule:
    """How `steps` steps in rows of `row` are explained within `timing.longest`; `spent` seconds go elsewhere.

    What opens and ends the figure (`timing.intro`, `timing.outro`) is counted here. `section`: the steps come in
    sections of so many, and the first step of each is explained.
    """
    timing = scene.timing
    if 0 < section < steps:
        return _sections(steps, row, section, scene, spent)
    slow = ["first", *["next"] * (SLOW_STEPS - 1)][:steps]
    room = timing.longest - spent - timing.intro - timing.outro - timing.first - timing.next * (len(slow) - 1)
    left = steps - len(slow)
    breaths = timing.breath * ((steps - 1) // row + 2)
    if left <= 0 or left * timing.step + breaths <= room:
        return Schedule((*slow, *["walk"] * left), timing.step)
    quick = (room - breaths) / left
    if quick >= QUICKEST or left == 1:  # one step is no sweep, however little time is left
        return Schedule((*slow, *["walk"] * left), max(quick, QUICKEST))
    walked = min(WALKED, row - len(slow) if row > len(slow) else row, left - 2)
    swept = left - walked - 1
    seconds = max(SHORTEST_SWEEP, room - walked * timing.step - 3 * timing.breath - timing.next)
    kinds = (*slow, *["walk"] * walked, *["sweep"] * swept, "next")
    return Schedule(kinds, timing.step, max(1, round(seconds * scene.output.fps)))


def _sections(steps: int, row: int, section: int, scene, spent: float) -> Schedule:
    """A schedule in sections: the first explained as ever, each further one from its turn on quickly or by a sweep."""
    timing, turns = scene.timing, (steps - 1) // section
    kinds = ["turn" if i % section == 0 else "next" if i < SLOW_STEPS else "walk" for i in range(steps)]
    kinds[0] = "first"
    room = timing.longest - spent - timing.intro - timing.outro - timing.first - timing.next * kinds.count("next")
    turn = min(timing.next, max(SHORTEST_TURN, TURNS * room / turns))
    left = kinds.count("walk")
    breaths = timing.breath * ((steps - 1) // row + 2)
    quick = (room - turns * turn - breaths) / max(left, 1)
    if quick >= QUICKEST or not left:
        return Schedule(tuple(kinds), min(timing.step, quick) if left else timing.step, turn=turn)
    walked = range(SLOW_STEPS, min(SLOW_STEPS + WALKED, max(row, SLOW_STEPS), section))
    kinds = ["sweep" if kind == "walk" and i not in walked else kind for i, kind in enumerate(kinds)]
    if kinds[-1] == "sweep":
        kinds[-1] = "next"
    schedule = Schedule(tuple(kinds), timing.step, turn=turn)
    counts = [last - first + 1 for first, last in schedule.sweeps]
    seconds = room - turns * turn - len(walked) * timing.step - (2 + len(counts)) * timing.breath - timing.next
    frames = max(SHORTEST_SWEEP, seconds) * scene.output.fps
    # the first is twice as slow as the last
    parts = np.array(counts) * np.linspace(2.0, 1.0, len(counts))
    shares = np.maximum(1, np.floor(frames * parts / parts.sum())).astype(int)
    return replace(schedule, frames=int(shares.sum()), shares=tuple(int(n) for n in shares))


@dataclass(frozen=True)
class StepTimes:
    """What the clock's run came to: each step's own second and whether it is explained; when the first window has
    landed, and the kernel sets out for it; when the kernel leaves again; the end.
    """

    seconds: list[float]
    landed: float
    leave: float
    end: float
    explained: tuple[bool, ...] = ()


def run_clock(line: Timeline, schedule: Schedule, row: int, scene, *, stays: bool = True, base: float = 0.0,
              weights=None, moves=None) -> StepTimes:  # fmt: skip
    """Key the clock for the scheduled steps in rows of `row`, from the timeline's cursor on.

    `stays`: the visiting kernel waits until the first cell is born; else it is back before the products are written.
    `base`: the clock of step 0. `weights`: how much of a sweep's time each step is given, in parts.
    `moves`: how the clock goes within each kind of step, where a story has its own way: per kind rows of (how far it
    is then before the step, part of the step's time, easing); it rests for what is left of the time.
    A walking clock rests on every step for a frame at least: so each step has a frame that shows it and nothing else.
    """
    timing, frame = scene.timing, 1.0 / scene.output.fps
    seconds, landed, leave = [], 0.0, 0.0
    steps, sweeps = len(schedule.kinds), {first: (number, last) for number, (first, last) in enumerate(schedule.sweeps)}
    for i, kind in enumerate(schedule.kinds):
        at = base + i
        if kind == "sweep":
            if i in sweeps:
                seconds += sweep_clock(line, schedule, (i, *sweeps[i]), base, scene.output.fps, weights)
                line.wait(timing.breath)
            continue
        if moves is not None:
            whole = {"first": timing.first, "next": timing.next, "walk": schedule.step}[kind]
            for before, part, easing in moves[kind]:
                line.play("clock.step", at - before, part * whole, easing=easing)
            rest = (1 - sum(part for _, part, _ in moves[kind])) * whole
        elif kind == "first":
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
        elif kind == "turn":
            # from one frame to the next nothing of the step before is left; then the next filter's weights come
            whole = turning(schedule, scene.output.fps)
            line.cursor = math.ceil(line.cursor / frame - 1e-6) * frame
            line.play("clock.step", at - LANDED, frame)
            line.play("clock.step", at - LANDED + MEETING, FLIGHT * whole, easing="linear")
            line.play("clock.step", at - BORN, (ARRIVED - FLIGHT - 0.1) * whole, easing="linear")
            line.play("clock.step", at, 0.1 * whole)
            rest = (1 - ARRIVED) * whole
        else:
            whole = schedule.passing if kind == "pass" else schedule.step
            line.play("clock.step", at - LANDED, 0.26 * whole)
            line.play("clock.step", at, 0.18 * whole, easing="linear")
            rest = 0.56 * whole
        seconds.append(line.cursor)
        if (i + 1) % row == 0 and i + 1 < steps:
            rest += timing.breath
        elif i + 1 == steps:
            rest += 2 * timing.breath  # time to read the last one
        line.wait(max(rest, 1.001 * frame))
    return StepTimes(seconds, landed, leave, line.cursor, schedule.explained)


def creeping(channels: dict[str, Channel], clock: str = "clock.step") -> dict[str, Channel]:
    """The channels, with a clock that creeps by CREEP where it rested while another channel moves.

    So whatever moves does so while the clock does, and can be explained by the clock's value alone: see `by_clock`. A
    shadow is not worth it: what it does while the clock rests, it does at once when that goes on.
    """
    clock_channel = channels[clock]
    others = [c for name, c in channels.items() if name != clock and ".shadow." not in name]
    moves = [span for channel in others for span in _moving(channel)]
    keys, before, lift = [], None, 0.0
    for a, b, value, easing in zip(clock_channel.seconds, [*clock_channel.seconds[1:], np.inf], clock_channel.values,
                                   clock_channel.easing, strict=True):
        lift, before = lift if value == before else 0.0, value
        value += lift
        own = [(max(a, m), min(b, n)) for m, n in moves if m < b - 1e-6 and a < n - 1e-6]
        if easing != "constant" or not own:
            keys.append((a, value, easing))
            continue
        lift, start, end = lift + CREEP, min(m for m, _ in own), max(n for _, n in own)
        if start > a + 1e-9:
            keys.append((a, value, "constant"))
        keys.append((start, value, "linear"))
        if end < b - 1e-9:
            keys.append((end, value + CREEP, "constant"))
    seconds, values, easing = zip(*keys, strict=True)
    return {**channels, clock: Channel(np.array(seconds), np.array(values), tuple(easing))}


def _moving(channel: Channel) -> list[tuple[float, float]]:
    """From when to when (seconds) a channel changes."""
    ends = zip(channel.seconds, channel.seconds[1:], channel.values, channel.values[1:], strict=False)
    return [(a, b) for a, b, x, y in ends if x != y]


def by_clock(channel: Channel, clock: Channel, fps: float) -> list[tuple[float, float]]:
    """What a channel is at each value of the clock: (clock, value), growing, to be joined by straight lines.

    Exact at every frame of the plan, and at every key.
    """
    found: list[tuple[float, float]] = []
    for a, b in _moving(channel):
        frames = np.arange(math.ceil(a * fps + 1e-6), math.ceil(b * fps - 1e-6)) / fps
        inner = [s for s in clock.seconds if a < s < b]
        for n, second in enumerate(sorted({float(a), *map(float, frames), *map(float, inner), float(b)})):
            step, value = clock.at(second), channel.at(second)
            if not found or step > found[-1][0] + LEAST_CLOCK_STEP:
                found.append((step, value))
            elif n == 1:  # the clock rests as the move begins: what was before holds up to here
                found.append((found[-1][0] + 1.5 * LEAST_CLOCK_STEP, value))
            else:
                found[-1] = found[-1][0], value
    return found or [(0.0, float(channel.values[0]))]


def turning(schedule: Schedule, fps: int) -> float:
    """The seconds of a turn, less the two frames in which the clock leaves the step before."""
    return max(schedule.turn - 2 / fps, 0.5 * schedule.turn)


def sweep_clock(line: Timeline, schedule: Schedule, sweep: tuple[int, int, int], base: float, fps: int,
           weights) -> list[float]:
    """Run the clock over one sweep (first step, which sweep, last step), whole numbers on whole frames.

    Returns the steps' seconds.
    """
    first, number, last = sweep
    frames = schedule.shares[number] if schedule.shares else schedule.frames
    count = last - first + 1
    parts = np.ones(count) if weights is None else np.asarray(weights, float)[first : last + 1]
    if number == 0:
        # it gathers way: the first steps take up to three times as long as the last
        parts = parts * np.linspace(3.0, 1.0, count)
    share = np.cumsum(parts) / parts.sum()
    line.cursor = math.ceil(line.cursor * fps - 1e-6) / fps
    done, seconds = first - 1, []
    start = round(line.cursor * fps)
    for frame in range(1, frames + 1):
        reached = first + int(np.searchsorted(share, frame / frames + 1e-9, side="right")) - 1
        reached = last if frame == frames else max(reached, done)
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
