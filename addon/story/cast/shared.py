# SPDX-License-Identifier: GPL-3.0-or-later
"""An input that two runs of one operation share: at which of the clock's steps each run has which of its own.

Where both do the same with the same cells from one place on, they are at it together: one sum goes to both outputs.
Where their windows reach differently or their kernels are others, the second run follows the first.
"""

from dataclasses import dataclass

import numpy as np

from ..page import palette
from ..plan.plan import FAR, LANDED
from .slices import Slices
from .weighted import Weighted
from .windowed import around, covered, planar, planes, thickness, window_ring

SECOND = palette.CARDS[1]  # the colour of the second run's window, marks and words
AROUND = 0.2  # cells by which the second window goes around the first where both stand together
PREFIX = ("", "b.")  # of the roles of each run's parts


def starts(trace) -> np.ndarray:
    """Row and column of the input at which each step's window begins, (steps, 2); negative in the padding."""
    _, stride, pads, _ = planar(trace)
    rows, columns = planes(trace.output).shape[1:]
    places = np.indices((rows, columns)).reshape(2, -1).T
    return places * stride - [pads[0][0], pads[1][0]]


class Pair:
    """Two traces on one clock: `steps` has for each of its steps the step of each run, or None."""

    def __init__(self, one, other):
        self.traces = (one, other)
        # whether both make the same of the same cells; of poolings one window may come to two results
        self.alike = one.reduce == other.reduce and np.array_equal(one.weight, other.weight)
        self.two_results = one.weight is None and not self.alike
        padded = any(v for trace in self.traces for pair in covered(trace) for v in pair)  # which each calls otherwise
        same = planar(one)[0] == planar(other)[0] and planar(one)[3] == planar(other)[3]
        self.together = same and (self.alike or (self.two_results and not padded))
        if self.together:
            found: dict[tuple, list] = {}
            for run, trace in enumerate(self.traces):
                for i, place in enumerate(starts(trace).tolist()):
                    found.setdefault(tuple(place), [None, None])[run] = i
            self.steps = [tuple(found[place]) for place in sorted(found)]
        else:
            self.steps = [(i, None) for i in range(len(one))] + [(None, i) for i in range(len(other))]
        # for each run the clock at which each of its steps is made
        self.clocks = [np.array([n for n, own in enumerate(self.steps) if own[run] is not None]) for run in (0, 1)]

    def __len__(self) -> int:
        return len(self.steps)

    def shown(self, clock: int) -> tuple[int, int]:
        """The run whose sum is worked out at a clock, and its step."""
        run = 0 if self.steps[clock][0] is not None else 1
        return run, self.steps[clock][run]

    @property
    def turn(self) -> float:
        """The clock at which the second run takes the first's place, where it follows."""
        return len(self.clocks[0]) - LANDED

    @property
    def kernel_room(self) -> tuple[int, ...]:
        """Rows and columns that either run's window has at most."""
        return tuple(max(sizes) for sizes in zip(*(planar(trace)[0] for trace in self.traces), strict=True))

    @property
    def kept(self) -> tuple[int, int] | None:
        """The run with fewer results, and that with more, where all of the first are among the second's."""
        few, many = sorted((0, 1), key=lambda run: len(self.traces[run]))
        among = self.together and self.alike and len(self.clocks[few]) < len(self.clocks[many])
        return (few, many) if among and set(self.clocks[few]) <= set(self.clocks[many]) else None

    @property
    def pads(self) -> tuple:
        """Padding around the input, as much as either run has."""
        return tuple((max(a, c), max(b, d)) for (a, b), (c, d) in zip(*map(covered, self.traces), strict=True))

    @property
    def declared(self) -> tuple:
        """The same without what windows hang over."""
        return tuple((max(a, c), max(b, d)) for (a, b), (c, d)
                     in zip(*(planar(trace)[2] for trace in self.traces), strict=True))  # fmt: skip


@dataclass
class OfPair:
    """What the cast of one of two runs, `run`, has before its own: the input stands for both, and the clock is the
    pair's."""

    pair: Pair | None = None
    run: int = 0

    def __post_init__(self):
        super().__post_init__()
        self.pads = self.pair.pads
        self.shape = around(self.input.shape[1:], self.pads)
        self.padded = any(v for pads in self.pads for v in pads)

    @property
    def steps(self) -> int:
        return len(self.pair)

    @property
    def around(self) -> float:
        """World units by which a window goes around the other."""
        return AROUND * self.cell * self.pair.together

    def everywhere(self, at: np.ndarray) -> np.ndarray:
        return at

    def middles(self, run: int) -> np.ndarray:
        """The middle of the window at each of a run's own steps, in the input's frame."""
        first = starts(self.pair.traces[run]) + [self.pads[0][0], self.pads[1][0]]
        rows, columns = (first + [(k - 1) / 2 for k in self.reach]).T
        return np.column_stack([columns, 0 * rows, -rows])

    def windows(self) -> np.ndarray:
        """What is lit at each of the clock's steps: what the run whose sum is worked out reads there; of two inputs,
        each has its own run's."""
        at, middles = np.full((self.steps, 3), FAR), [self.middles(run) for run in (0, 1)]
        for n in range(self.steps):
            run, i = self.pair.shown(n)
            if self.pair.together or run == self.run:
                at[n] = middles[run][i]
        return at

    def add_ring(self, name: str, until: float) -> None:
        """The ring around the run's window: it waits where the other run alone has a step."""
        clocks = self.pair.clocks[self.run]
        last = np.clip(np.searchsorted(clocks, np.arange(self.steps), side="right") - 1, 0, None)
        shape = np.array(self.reach) + AROUND * self.run * self.pair.together
        since = clocks[0] - LANDED if self.run or not self.pair.together else -LANDED
        end = until if self.pair.together or self.run else clocks[-1] + LANDED
        color = SECOND if self.run else ""
        window_ring(self.figure, f"{PREFIX[self.run]}input.window", name, self.role, self.middles(self.run)[last],
                    shape, (since, end), thickness(self.cell), color)


@dataclass
class Shared(OfPair, Weighted):
    """The cast of a run that adds products up."""

    def __post_init__(self):
        super().__post_init__()
        self.sum_greatest = max(float(np.abs(trace.output).max()) for trace in self.pair.traces) or 1.0
        self.weight_greatest = self.scale_of(*(trace.weight for trace in self.pair.traces))


@dataclass
class SharedSlices(OfPair, Slices):
    """The cast of a run that pools."""

    def __post_init__(self):
        super().__post_init__()
        self.own_shape, self.roles = around(self.input.shape[1:], self.pair.declared), [self.role]
