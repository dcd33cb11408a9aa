# SPDX-License-Identifier: GPL-3.0-or-later
"""How the clock runs: the full sum once, slowly; two more at double speed; then window and output alone, with a pause
here and there in which the bench is full again; the last position in full.

The clock goes from i - 1 to i - 1/2 while the window glides to cell i, evenly on to i while the sum is worked out, and
rests at i. Steps between explained ones are walked, or, where there are more than frames, swept: on every frame the
clock stands on a whole number.
"""

import math
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ...scene.checks import ValidationError
from ..plan.plan import CREEP, LANDED, LEAVES
from ..plan.timeline import Timeline

PADDED, START = -2.0, -1.0  # the clock when padding arrives, and before the first step
ARRIVING = 1.3  # seconds that padding takes to arrive
CREEPS = 0.95 * CREEP  # the clock past a step where others act while the window stays
PAUSED = 0.08  # the clock past a step in a pause after it
GLIDE, COMES = 0.32, 0.6  # seconds a window takes to an explained position, and to the first
USUAL = 22.0  # seconds that a figure takes at most where its scene does not say, if it can
LEAST_RUN = 0.25  # seconds that steps between explained ones have at least
FULL, DOUBLE, SHORT, GLANCE, RUN, PASSED = "full", "double", "short", "glance", "run", "passed"
PASSING = 1.0  # seconds in which steps that are not shown one by one are passed
# seconds a finished sum stays before the window leaves; at a line's end `timing.breath` besides
HOLD = {FULL: 1.1, DOUBLE: 0.55, SHORT: 0.6, GLANCE: 0.5, RUN: 0.0, PASSED: 0.0}
PARTS = {FULL: 1.0, DOUBLE: 0.5, SHORT: 0.34, GLANCE: 0.05}  # of `timing.first`; DOUBLE unless `timing.next` says
SEEN, FRAMES = 0.2, 2  # seconds, and frames, that a step of a run has to have for its sum to be seen


@dataclass(frozen=True)
class Stretch:
    """Steps `first` to `last` of one kind, in `seconds`; before them `pause` seconds in which others may act."""

    first: int
    last: int
    kind: str  # FULL, DOUBLE, SHORT: worked out; GLANCE: the finished sum is shown; RUN; PASSED: not shown one by one
    seconds: float
    pause: float = 0.0
    hold: float = 0.0  # seconds that the finished sum stays
    glide: float = 0.0  # seconds in which the window comes to an explained step

    def slow(self, fps: float) -> bool:
        """Whether each step of a run has its time."""
        return self.seconds / (self.last - self.first + 1) >= max(SEEN, FRAMES / fps) - 1e-9


@dataclass(frozen=True)
class Rhythm:
    """All stretches of a figure, in order; `explained` has the steps whose sums are worked out, with their kinds."""

    stretches: tuple[Stretch, ...]

    @staticmethod
    def with_time(ways, paced):
        """The first of the acts in `ways` for which `paced(acts)`, the rhythm beside them, has time, and that rhythm.
        Where the last, with the fewest, has none the refusal is raised."""
        for acts in ways[:-1]:
            with suppress(ValidationError):
                return acts, paced(acts)
        return ways[-1], paced(ways[-1])

    @property
    def explained(self) -> dict[int, str]:
        return {s.first: s.kind for s in self.stretches if s.kind not in (RUN, GLANCE, PASSED)}

    def standing(self, fps: float) -> dict[int, float]:
        """The steps whose finished sums stand on the bench without being worked out, and the clock value until which:
        in a run that has time for them until the next window has landed."""
        found = {}
        for s, then in zip(self.stretches, (*self.stretches[1:], None), strict=True):
            if s.kind == GLANCE or (s.kind == RUN and s.slow(fps)):
                found |= {i: i + LANDED for i in range(s.first, s.last + 1)}
                if then is None or then.pause or then in self.swept(fps):
                    found[s.last] = s.last + LEAVES
        return found

    def swept(self, fps: float) -> list[Stretch]:
        """The runs that are too fast for sums to be seen."""
        return [s for s in self.stretches if s.kind == RUN and not s.slow(fps)]

    def lives(self, steps: int, fps: float) -> tuple[tuple[float, float], ...]:
        """The clock values between which sums are worked out or stand: from before a window lands until it leaves."""
        shown = {i: i + LEAVES for i in self.explained} | self.standing(fps)
        return joined([(i - 0.9, shown[i]) for i in sorted(shown)], 0.1) or ((steps, steps),)

    def longer(self, seconds: float) -> "Rhythm":
        """The same, with so many seconds more in which the finished sums of explained steps stay."""
        shown = sum(s.kind not in (RUN, PASSED) for s in self.stretches)
        return Rhythm(tuple(s if s.kind in (RUN, PASSED) else replace(s, hold=s.hold + seconds / shown)
                            for s in self.stretches))  # fmt: skip

    @property
    def seconds(self) -> float:
        return sum(s.pause + s.glide + s.seconds + s.hold for s in self.stretches)


def joined(spans, near: float = 1e-6) -> tuple[tuple[float, float], ...]:
    """Spans in order, those that are less than `near` apart as one."""
    found: list[list[float]] = []
    for since, until in spans:
        if found and since <= found[-1][1] + near:
            found[-1][1] = until
        else:
            found.append([since, until])
    return tuple((a, b) for a, b in found)


def rhythm(steps: int, explained: dict[int, str], timing, fps: float, *, spent: float, padded: bool,
           pauses=None, weights=None, passed=(0, 0)) -> Rhythm:  # fmt: skip
    """Explained steps in full, and the runs between them within what `timing.longest` leaves.

    `spent`: seconds that go elsewhere, besides intro and outro; `padded`: padding arrives; `pauses`: {step: seconds
    before it in which others act}; `weights`: how much of a run's time each step is worth (default: alike); `passed`:
    the steps from the first to before the second are not shown one by one. Raises ValidationError.
    """
    pace, spent = Pace(steps, explained, timing, fps, pauses, weights, passed), spent + ARRIVING * padded
    return within_bound(timing, fps, spent, pace.within, lambda: pace.least)


def within_bound(timing, fps: float, spent: float, paced, least):
    """`paced(seconds)`, for the seconds that a figure's steps have where `spent` go elsewhere, besides intro and outro.
    Where that is None, for the least that can be, `least()`, if no bound is said.

    A film is a whole number of frames. Raises ValidationError where it cannot be as short as `timing.longest` says.
    """
    spent += timing.intro + timing.outro
    bound = USUAL if timing.longest is None else timing.longest
    found = paced(math.floor(bound * fps + 1e-6) / fps - spent)
    if found is not None:
        return found
    needed = math.ceil((spent + least()) * fps - 1e-6) / fps
    if timing.longest is None:
        return paced(needed - spent)
    hint = f"must be at least {math.ceil(10 * needed - 1e-6) / 10:g} for this figure, or its other times shorter"
    raise ValidationError(hint, "timing.longest", timing.longest)


@dataclass(frozen=True)
class _Choice:
    """A way to spend the time: which steps are explained, in all `fixed` seconds with the pauses; of each run between
    them the seconds it would have and those it needs."""

    explained: dict[int, str]
    spans: list[tuple[int, int]]
    fixed: float
    wanted: dict[int, float]
    needed: dict[int, float]

    natural = property(lambda self: self.fixed + sum(self.wanted.values()))
    least = property(lambda self: self.fixed + sum(self.needed.values()))


class Pace:
    """How steps can go: how long they are by themselves (`natural`) and at `least`, and a rhythm for any time between,
    which then takes just that time."""

    def __init__(self, steps: int, explained: dict[int, str], timing, fps: float, pauses=None, weights=None,
                 passed=(0, 0)):  # fmt: skip
        self.passed = passed
        self.steps, self.timing, self.fps, self.pauses = steps, timing, fps, pauses or {}
        self.weights = np.ones(steps) if weights is None else np.asarray(weights, float)
        self.all = dict(explained)

    def _choices(self):
        """All that is to be explained, then ever less: short ones are let go, from the middle on."""
        explained = dict(self.all)
        yield self._choice(explained)
        while short := sorted(i for i, kind in explained.items() if kind in (SHORT, GLANCE))[:-1]:
            del explained[short[len(short) // 2]]
            yield self._choice(dict(explained))

    def _choice(self, explained: dict[int, str]) -> _Choice:
        cuts = sorted({0, self.steps, *explained, *(i + 1 for i in explained), *self.pauses, *self.passed})
        spans = [(a, b - 1) for a, b in pairwise(cuts) if a < self.steps]
        runs = [(a, b) for a, b in spans if a not in explained and not self._passes(a)]
        # a sweep begins on a frame, has one or more, and stands on two; after a pause one more goes by
        needed = {a: max(LEAST_RUN, (4 + (a in self.pauses)) / self.fps) for a, _ in runs}
        wanted = {a: max(self.weights[a : b + 1].sum() * self.timing.step, needed[a]) for a, b in runs}
        return _Choice(explained, spans, self._explaining(explained) + self._elsewhere, wanted, needed)

    def _passes(self, i: int) -> bool:
        """Whether a step is among those that are not shown one by one."""
        return self.passed[0] <= i < self.passed[1]

    @property
    def _elsewhere(self) -> float:
        """Seconds of pauses and of the steps that are not shown one by one."""
        return sum(self.pauses.values()) + PASSING * (self.passed[0] < self.passed[1])

    def _explaining(self, explained: dict[int, str]) -> float:
        return sum(_glide(i) + _worked(k, self.timing) + _held(k, self.timing) for i, k in explained.items())

    @property
    def natural(self) -> float:
        return next(self._choices()).natural

    @property
    def least(self) -> float:
        return min(choice.least for choice in self._choices())

    def within(self, seconds: float) -> Rhythm | None:
        """The rhythm that takes so long, or as long as all takes by itself, if that is less; None where none can.

        As much is explained as leaves a quarter of the time for the runs, or them all that they want.
        """
        tried = []
        for choice in self._choices():
            tried.append(choice)
            most = 0.75 * (seconds - self._elsewhere)
            short = choice.least <= seconds + 1e-9 and self._explaining(choice.explained) <= most
            if short or choice.natural <= seconds + 1e-9:
                return self._rhythm(choice, min(seconds, tried[0].natural))
        choice = min(tried, key=lambda choice: choice.least)
        return self._rhythm(choice, seconds) if choice.least <= seconds + 1e-9 else None

    def _rhythm(self, choice: _Choice, seconds: float) -> Rhythm:
        spare, more = seconds - choice.least, choice.natural - choice.least
        share, made = min(1.0, max(spare, 0.0) / more) if more else 0.0, []
        for a, b in choice.spans:
            kind, pause = choice.explained.get(a, RUN), self.pauses.get(a, 0.0)
            if self._passes(a):
                made.append(Stretch(a, b, PASSED, PASSING, pause))
            elif kind == RUN:
                time = choice.needed[a] + (choice.wanted[a] - choice.needed[a]) * share
                made.append(Stretch(a, b, kind, time, pause))
            else:
                times = _worked(kind, self.timing), pause, _held(kind, self.timing), _glide(a)
                made.append(Stretch(a, b, kind, *times))
        return Rhythm(tuple(made)).longer(max(spare - more, 0.0))  # of what the runs do not want


def _glide(i: int) -> float:
    """Seconds that a window takes to an explained step: to the first it comes from outside."""
    return GLIDE if i else COMES


def _worked(kind: str, timing) -> float:
    """How long a step of a kind is worked out."""
    return timing.next if kind == DOUBLE and timing.next is not None else PARTS[kind] * timing.first


def _held(kind: str, timing) -> float:
    """How long its finished sum stays."""
    return HOLD[kind] + timing.breath * (kind == SHORT)


@dataclass(frozen=True)
class Beats:
    """When things happen, in seconds: each step's own second, and when the pause before a step begins and ends."""

    seconds: list[float]
    pauses: dict[int, tuple[float, float]]
    end: float


def open_clock(line: Timeline, timing, padded: bool, more: float = 0.0, opens=None) -> None:
    """Declare the clock and key its opening: `timing.intro` and `more` seconds in which all stands; then, where there
    is some, padding comes. `opens`: (clock value at the start, what keys the clock before that)."""
    line.declare("clock.step", opens[0] if opens else PADDED if padded else START)
    line.wait(timing.intro + more)
    if opens:
        opens[1](line)
    if padded:
        line.play("clock.step", START, ARRIVING - 0.4, easing="linear")
        line.wait(0.4)


def run_clock(line: Timeline, rhythm: Rhythm, fps: float, weights=None, section: int = 1, creeps=None) -> Beats:
    """Key the clock for a rhythm, from the timeline's cursor on. Of steps that are passed every frame shows the end of
    a slice, which are `section` steps. `creeps`: {explained step: seconds} in which the clock creeps,
    by CREEPS, after its sum has stood: the window stays."""
    seconds, pauses, frame = [], {}, 1.0 / fps
    for stretch in rhythm.stretches:
        if stretch.pause:
            # what is said of the step before is gone
            line.play("clock.step", stretch.first - 1 + PAUSED, 0.05, easing="linear")
            pauses[stretch.first] = line.cursor, line.cursor + stretch.pause - 0.05
            line.wait(stretch.pause - 0.05)
        if stretch.kind == PASSED:
            seconds += _pass(line, stretch, fps, section)
            continue
        if stretch.kind != RUN:
            i = stretch.first
            line.play("clock.step", i - LANDED, stretch.glide)
            line.play("clock.step", i, stretch.seconds, easing="linear")
            seconds.append(line.cursor)
            line.wait(stretch.hold)
            if creeps and creeps.get(i):
                line.play("clock.step", i + CREEPS, creeps[i], easing="linear")
            continue
        count, end = stretch.last - stretch.first + 1, line.cursor + stretch.seconds
        each = stretch.seconds / count
        if stretch.slow(fps):
            still = max(0.35 * each, 1.001 * frame)
            for i in range(stretch.first, stretch.last + 1):
                line.play("clock.step", i - LANDED, 0.8 * each - still)
                line.play("clock.step", i, 0.2 * each, easing="linear")
                seconds.append(line.cursor)
                line.wait(still)
        else:
            line.cursor = float(np.ceil(line.cursor * fps - 1e-6) / fps)
            first, frames = stretch.first, max(1, math.floor((end - line.cursor) * fps + 1e-6) - 2)
            if stretch.pause and count > 1:  # from where the pause left the clock to a whole number
                line.play("clock.step", first, frame, easing="linear")
                seconds.append(line.cursor)
                first, frames = first + 1, max(1, frames - 1)
            seconds += _sweep(line, first, stretch.last, frames, fps, weights)
            line.wait(2 * frame)
        line.cursor = max(line.cursor, end)  # a run takes just the time that it was given
    return Beats(seconds, pauses, line.cursor)


def _sweep(line: Timeline, first: int, last: int, frames: int, fps: float, weights) -> list[float]:
    """Run the clock over many steps: on each of so many frames it stands on a whole number. Returns the steps'
    seconds."""
    count = last - first + 1
    parts = np.ones(count) if weights is None else np.asarray(weights, float)[first : last + 1]
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
        line.play("clock.step", reached, 1 / fps, easing="linear")
        seconds += [(start + frame - 1 + (i - done) / (reached - done)) / fps for i in range(done + 1, reached + 1)]
        done = reached
    return seconds


def _pass(line: Timeline, stretch: Stretch, fps: float, section: int) -> list[float]:
    """Run the clock over steps that are not shown one by one: on each frame it stands at the end of a slice. Returns
    the steps' seconds."""
    slices, end = (stretch.last + 1 - stretch.first) // section, line.cursor + stretch.seconds
    line.cursor = math.ceil(line.cursor * fps - 1e-6) / fps
    frames = min(slices, max(1, math.floor((end - line.cursor) * fps + 1e-6) - 2))
    done, seconds = stretch.first - 1 + (PAUSED if stretch.pause else 0.0), []
    for frame in range(1, frames + 1):
        reached, start = stretch.first - 1 + section * (slices * frame // frames), line.cursor
        line.play("clock.step", reached, 1 / fps, easing="linear")
        inner = range(math.floor(done) + 1, reached + 1)
        seconds += [start + (i - done) / (reached - done) / fps for i in inner]
        done = reached
    line.cursor = max(line.cursor + 2 / fps, end)
    return seconds


def within(i: int, part: float) -> float:
    """The clock at which `part` (0 to 1) of explained step i's time has gone."""
    return i - LANDED + LANDED * part


