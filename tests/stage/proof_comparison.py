# SPDX-License-Identifier: GPL-3.0-or-later
"""The prover of figures that show two runs side by side: at every step of either, both are what they should be.

Each run is proved as a figure of its own, seen through a `view` in which the other is left out. When which cell is
born is worked out here, from both traces: where the one run's windows all start at places of the other's, both stand
there at the same time; else the shorter one's steps are spread evenly.
"""

import copy
from dataclasses import replace

import numpy as np

from addon.story.page.captions import axes_text

from .proof import Proof, cells_of
from .seeing import Frame, arrays, worked_out

SECOND = "b."  # stands before the roles of the second run


def traces_of(stage) -> list:
    """Both runs' traces: the scene file's operation, and again with what its [compare] table says."""
    asked = stage.asked
    changed = {key: value for key, value in vars(asked.compare).items() if value is not None}
    return [stage.trace, worked_out(replace(asked.op, **changed), *arrays(asked))]


def times_of(traces) -> list[list[int]]:
    """For each run the count of the longer run's steps at which each of its own is born."""
    longer = int(len(traces[1]) > len(traces[0]))
    spots = [[tuple(step.positions[0]) for step in trace] for trace in traces]
    if set(spots[1 - longer]) <= set(spots[longer]):
        other = [spots[longer].index(spot) for spot in spots[1 - longer]]
    else:
        many, few = len(traces[longer]), len(traces[1 - longer])
        other = [(j + 1) * many // few - 1 for j in range(few)]
    found = [list(range(len(traces[longer]))), other]
    return found if longer == 0 else found[::-1]


def view(frame: Frame, second: bool) -> Frame:
    """The frame as if one of the runs were alone."""
    own = copy.copy(frame)
    kept = []
    for seen in frame.seen:
        theirs = seen.role.startswith(SECOND)
        if theirs and second:
            kept.append(replace(seen, role=seen.role.removeprefix(SECOND)))
        elif not theirs and (not second or seen.role.split(".")[0] not in ("input", "output")):
            kept.append(seen)
    own.seen = kept
    return own


class Run(Proof):
    """One of the two runs."""

    def __init__(self, stage, trace, number: int, label: str):
        self.number, self.label = number, label
        super().__init__(replace(stage, trace=trace))
        self.apart = (1, 1)  # the one kernel stands as it is stored

    def frame(self, number: int) -> Frame:
        return view(super().frame(number), self.number == 1)

    def sum_lines(self, frame) -> list[str]:
        """This run's lines: from the one that begins with its label to the other's."""
        own, mine = [], False
        for line in super().sum_lines(frame):
            starts = line.startswith(f"{self.label}: ")
            mine = starts or (mine and ": " not in line)
            if mine:
                own.append(line.removeprefix(f"{self.label}: "))
        return own

    def still(self, frame, j: int, explained: bool) -> None:
        """Step j's window stands, its cell is the last that was born; its sum is there where it is `explained`."""
        cells, step = cells_of(frame, "input", self.padded), self.trace[j]
        self.ghosts(frame, "", cells)
        self.window(frame, "", cells, self.taps(step, 0))
        self.input_numbers(frame, "", cells, 0)
        self.kernel_numbers(frame, "", 0)
        self.output(frame, j)
        if explained:
            self.sum(frame, step)

    def absent(self, frame) -> None:
        """Nothing has begun."""
        assert frame.own("input.window") is None, f"window: {self.label} has one before its first step"
        assert frame.own("output.marker") is None, f"marker: {self.label} has one before its first step"
        cells = cells_of(frame, "output", self.outputs.shape[1:])
        assert not any(c.shape.solid for c in cells.values()), f"born: {self.label} has a cell before its first step"


class ComparisonProof:
    """The proofs of one staged comparison; `step(i)` makes them for one step of either run."""

    def __init__(self, stage):
        self.stage, self.traces = stage, traces_of(stage)
        self.times = times_of(self.traces)
        order = [(clock, run, j) for run, times in enumerate(self.times) for j, clock in enumerate(times)]
        self.order = sorted(order)
        differs = [k for k in ("stride", "padding", "dilation") if len({getattr(t, k) for t in self.traces}) > 1]
        words = stage.asked.words
        self.runs = []
        for number, trace in enumerate(self.traces):
            label = ", ".join(f"{getattr(words, k)} {axes_text(getattr(trace, k))}" for k in differs)
            self.runs.append(Run(stage, trace, number, label))

    def __len__(self) -> int:
        return len(self.order)

    def step(self, i: int) -> Frame:
        """Both runs, at step i's own time."""
        clock, number, j = self.order[i]
        info, trace = self.stage.plan.steps[i], self.traces[number]
        said = (info.run, info.index, info.value)
        assert said == (number, trace[j].output_index, trace[j].value), f"steps: {i} is {said}"
        frame = Frame(self.stage.scene, self.stage.frame(i), self.runs[0].shapes)
        for run, times in zip(self.runs, self.times, strict=True):
            appeared = int(np.searchsorted(times, clock, side="right")) - 1
            own = view(frame, run.number == 1)
            if appeared < 0:
                run.absent(own)
            else:
                explained = self.stage.plan.steps[self.order.index((times[appeared], run.number, appeared))].explained
                run.still(own, appeared, explained and info.explained)
        self.runs[0].upright(frame)
        self.alike(frame)
        return frame

    def alike(self, frame) -> None:
        """Equal numbers look alike in both inputs and in both outputs."""
        for kind, values in (("input", [run.inputs[0] for run in self.runs]),
                             ("output", [run.outputs[0] for run in self.runs])):  # fmt: skip
            seen: dict = {}
            for run, numbers in zip(self.runs, values, strict=True):
                own = view(frame, run.number == 1)
                colors = run.full[""]
                if kind == "output":
                    cells = cells_of(own, kind, numbers.shape)
                    colors = {k: c.color for k, c in cells.items() if c.shape.solid}
                for key, color in colors.items():
                    at = np.array(key) - (run.before if kind == "input" else 0)
                    if (at >= 0).all() and (at < numbers.shape).all():
                        known = seen.setdefault(float(numbers[tuple(at)]), color)
                        assert known == color, f"color: {kind} {numbers[tuple(at)]} has two colours"

    def notes(self, frame) -> list[str]:
        """What is said of a run that waits."""
        return [s.text for s in frame.seen if s.role.endswith("waits") and s.instanced]


def prove_comparison(stage, steps=None) -> ComparisonProof:
    """All proofs at every step's own time, or at some steps'."""
    proof = ComparisonProof(stage)
    for i in range(len(proof)) if steps is None else steps:
        proof.step(i)
    return proof
