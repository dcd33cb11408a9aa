# SPDX-License-Identifier: GPL-3.0-or-later
"""The clock of a transposed convolution that is shown in two views: its stamps, what happens then, its windows."""

from dataclasses import dataclass, replace

import numpy as np

from .rhythm import DOUBLE, FULL, SHORT, Beats, Pace, Rhythm, run_clock, within_bound

CUT, BIAS, SPREAD, ZEROS, TURN = 1.5, 1.2, 1.4, 1.2, 1.8  # seconds that these take
STAMPING = 0.42  # of the time of both views: the first one's
HURRY = (1.0, 0.85, 0.7, 0.55, 0.4)  # of the time of what is worked out, where the figure would take too long
WALKED = 16  # stamps: so few are not run through so fast that they are not seen, if that can be
TURNS = 0.1, 0.9  # of the clock: between these the kernel turns
BOTH = 1.0  # the clock past the last step at which both outputs stand beside each other
CLOCK = 1.71  # seconds that the clock takes from one of all these to the next, and at the end
CLEARED = 0.95  # the clock before the first step of the second view at which what is said between is gone


@dataclass(frozen=True)
class Phases:
    """The clock, all whole numbers, at which things begin after the last of `stamps` stamps."""

    stamps: int

    cut = property(lambda self: self.stamps)  # padding cuts the border off
    bias = property(lambda self: self.stamps + 1)  # it is added
    spread = property(lambda self: self.stamps + 2)  # the input moves apart
    zeros = property(lambda self: self.stamps + 3)  # they come
    turn = property(lambda self: self.stamps + 4)  # the kernel turns
    base = property(lambda self: self.stamps + 6)  # the first step of the trace


@dataclass(frozen=True)
class TwoViews:
    """How both views go: `stamping` counts stamps, `sliding` the clock; `seconds` of what is between them, by the
    clock at its end."""

    phases: Phases
    stamping: Rhythm
    sliding: Rhythm
    seconds: dict[int, float]

    @classmethod
    def of(cls, trace, timing, fps: float, cut: bool, zeros: bool) -> "TwoViews":
        """`cut`: padding cuts something off; `zeros`: some are added."""
        at = Phases(trace.input[0].size)
        seconds = {at.bias: CUT * cut, at.spread: BIAS * (trace.bias is not None), at.zeros: SPREAD,
                   at.turn: ZEROS * zeros, at.turn + 1: TURN}  # fmt: skip
        met = [int(trace[i].real.sum()) for i in range(len(trace))]
        worked = {len(trace) - 1: SHORT, int(np.argmax(met)): DOUBLE, 0: DOUBLE}
        # the last is where most of them overlap
        first = {at.stamps - 1: SHORT} | dict(zip(range(at.stamps), (FULL, DOUBLE), strict=False))
        tried = []
        for hurry in HURRY:
            then = None if timing.next is None else hurry * timing.next
            own = replace(timing, first=hurry * timing.first, next=then)
            stamping = Pace(at.stamps, first, replace(own, step=2.4 * timing.step), fps)
            tried.append((stamping, Pace(len(trace), worked, own, fps)))
        natural = sum(pace.natural for pace in tried[0])

        def paced(room):
            most = min(room, natural)
            made = [both for stamping, sliding in tried if (both := _both(stamping, sliding, most))]
            walked = [both for both in made if not both[0].swept(fps)] if at.stamps <= WALKED else []
            return next(iter(walked or made), None)

        def least():
            return min(stamping.least + sliding.least for stamping, sliding in tried)

        stamping, second = within_bound(timing, fps, CLOCK + sum(max(s, 0.01) for s in seconds.values()), paced, least)
        later = (replace(s, first=s.first + at.base, last=s.last + at.base) for s in second.stretches)
        return cls(at, stamping, Rhythm(tuple(later)), seconds)

    def run(self, line, timing, fps: float, lowers: tuple[str, float, float] | None) -> tuple[Beats, float, float]:
        """Key the clock; `lowers`: the channel of the output's height, that height, and how far it comes down when its
        border is cut off. Returns also the second at which the kernel turns, and in how many."""
        at, turns = self.phases, (0.0, 0.0)
        line.wait(timing.intro)
        run_clock(line, self.stamping, fps)
        line.wait(0.3)  # CLOCK is what all that is not in `self.seconds` comes to
        line.play("clock.step", at.cut, 0.2, easing="linear")
        for until, seconds in self.seconds.items():
            moved, still = 0.8, 0.2
            if lowers and until == at.bias:
                line.play("clock.step", until - 0.04, 0.6 * seconds, easing="linear")
                line.add(lowers[0], lowers[1] - lowers[2], 0.25 * seconds)
                moved, still = 0.25, 0.15
            if until == at.turn + 1:
                turns = line.cursor + TURNS[0] * moved * seconds, (TURNS[1] - TURNS[0]) * moved * seconds
            line.play("clock.step", until, max(moved * seconds, 0.01), easing="linear")
            line.wait(still * seconds)
        line.play("clock.step", at.base - CLEARED, 0.01, easing="linear")
        beats = run_clock(line, self.sliding, fps)
        line.wait(0.3)
        line.play("clock.step", self.sliding.stretches[-1].last + 0.55, 0.3)
        line.play("clock.step", self.sliding.stretches[-1].last + BOTH, 0.6, easing="linear")
        line.wait(timing.outro)
        return beats, *turns


def _both(stamping: Pace, sliding: Pace, seconds: float) -> tuple[Rhythm, Rhythm] | None:
    """The rhythms of both views, which take so long together; None where they cannot."""
    needed = sliding.least
    first = stamping.within(max(stamping.least, min(STAMPING * seconds, seconds - needed)))
    second = sliding.within(seconds - first.seconds)
    if second is None:
        return None
    spare = seconds - first.seconds - second.seconds
    return first, second.longer(spare)
