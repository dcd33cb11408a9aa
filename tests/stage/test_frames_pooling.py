# SPDX-License-Identifier: GPL-3.0-or-later
"""Poolings in Blender: at every step's own time the evaluated scene shows what the engine computed; and wrong plans are
refused for what is wrong with them."""

from dataclasses import replace

import numpy as np
import pytest

from addon.story.plan.plan import Points, Track

from .proof_pooling import prove
from .reading_pools import read_pool
from .seeing import staged

POOLS = {
    "average": {"op.type": "avg_pool"},
    "average, padding not counted": {"op.type": "avg_pool", "op.padding": 1, "op.count_include_pad": False},
    "average, padding counted": {"op.type": "avg_pool", "op.padding": 1, "op.kernel_size": 3},
    "max of 3×3 with padding 1": {"op.padding": 1, "op.kernel_size": 3, "op.stride": 2},
    "padding wider than half the window": {"op.padding": 2, "op.kernel_size": 3, "op.stride": 2, "input.size": [4, 4]},
    "average, windows on padding alone": {"op.type": "avg_pool", "op.padding": 2, "input.size": [4, 4]},
    "stride 3 leaves cells over": {"op.stride": 3, "input.size": [8, 7]},
    "rounded up": {"op.ceil_mode": True, "input.size": [7, 5], "op.kernel_size": 3, "op.stride": 2},
    "average, rounded up": {"op.type": "avg_pool", "op.ceil_mode": True, "input.size": [5, 5]},
    "dilation 2": {"op.dilation": 2, "op.stride": 1, "input.size": [5, 6]},
    "average, dilation 2": {"op.type": "avg_pool", "op.dilation": 2, "op.stride": 2, "input.size": [6, 6]},
    "one axis": {"input.size": [11]},
    "three channels": {"input.channels": 3, "input.size": [4, 6]},
    "average of five channels": {"op.type": "avg_pool", "input.channels": 5, "input.size": [4, 4]},
    "indices from 1": {"look.index_from": 1, "input.size": [4, 6]},
    "negative values": {"input.low": -9, "input.size": [6, 4]},
    "average of negative values": {"op.type": "avg_pool", "input.low": -9, "input.size": [6, 4]},
    "overlapping windows": {"op.stride": 1, "op.kernel_size": [2, 3], "input.size": [4, 5]},
    "in another language": {"words.max": "gr\u00f6\u00dfte", "words.row": "Zeile", "input.size": [4, 4]},
    "seen from the right": {"camera.azimuth": 30.0, "camera.elevation": 35.0, "input.size": [4, 6]},
    "fractions": {"input.values": [[0.5, 1.25, 3, 0.75], [1.5, 1.25, 2.5, 3.25]]},
}
GLOBALS = {
    "global max": {"op.type": "global_max_pool"},
    "one channel": {"input.channels": 1},
    "one axis": {"input.channels": 1, "input.size": [7]},
    "three channels of one axis": {"input.size": [5]},
    "2×5": {"input.size": [2, 5]},
    "negative values": {"input.low": -4},
    "global max of negative values": {"op.type": "global_max_pool", "input.low": -5, "input.high": -1},
    "two channels, indices from 1": {"input.channels": 2, "look.index_from": 1},
    "five channels": {"input.channels": 5, "input.size": [3, 3]},
    "too many numbers for a line": {"input.size": [9, 9], "input.channels": 2},
    "49 numbers in two lines": {"input.size": [7, 7]},
}


def some(trace) -> list[int]:
    """All steps of a few; else the first two, a line's ends, the last."""
    count, row = len(trace), trace.output.shape[-1]
    return sorted({0, 1, row - 1, row, count // 2, count - 1} if count > 9 else range(count))


@pytest.mark.parametrize("figure", ["pooling", "global_pooling"])
def test_every_step_of_a_figure_is_shown_as_computed(figure):
    stage = staged(figure)
    proof = prove(stage, flights=(0, 1, len(stage.trace) - 1))
    assert [s.index for s in stage.plan.steps] == [s.output_index for s in proof.trace]
    assert [s.value for s in stage.plan.steps] == [s.value for s in proof.trace]
    if figure == "global_pooling":
        proof.ending()
        assert [s.value for s in proof.trace] == [1.25, 0.75, 1.75]
    else:
        windows = [frozenset(map(tuple, s.taps[:, 1:])) for s in proof.trace]
        assert len(windows) == 16 and len(frozenset().union(*windows)) == 64 == sum(map(len, windows))


@pytest.mark.once
@pytest.mark.parametrize("name", POOLS)
def test_poolings_are_shown_as_computed_with(name):
    overrides = dict(POOLS[name])
    if "input.values" in overrides:
        overrides |= {"input.seed": None, "input.size": None, "input.low": None, "input.high": None}
        overrides = {k: v for k, v in overrides.items() if v is not None}
    stage = staged("pooling", overrides)
    prove(stage, some(stage.trace), flights=(0, len(stage.trace) - 1))


@pytest.mark.once
@pytest.mark.parametrize("name", GLOBALS)
def test_global_poolings_are_shown_as_computed_with(name):
    stage = staged("global_pooling", GLOBALS[name])
    prove(stage, flights=(0,))


def test_the_copies_of_several_channels_fly_in_the_order_of_the_steps():
    stage = staged("pooling", {"input.channels": 3, "input.size": [4, 4], "op.type": "avg_pool"})
    prove(stage, (0, 4, 8), flights=(3, 4, 8))


# wrong plans ---------------------------------------------------------------------------------------------------


def volume(plan, role):
    return next(v for v in plan.volumes if v.role == role)


def changed(role, **columns):
    """A mutant in which columns of a volume's points are what functions of the points make them."""

    def mutate(plan):
        data = volume(plan, role).points.data
        return plan.with_points(role, Points({**data, **{name: make(data) for name, make in columns.items()}}))

    return mutate


def moved(role, by, only=lambda data: slice(None)):
    def place(data):
        at = data["position"].copy()
        at[only(data)] += np.float32(by)
        return at

    return changed(role, position=place)


def shifted(field, by, only):
    def make(data):
        column = data[field].copy()
        column[only(data)] += np.float32(by)
        return column

    return changed("output", **{field: make})


def track_shifted(role, by):
    def mutate(plan):
        tracks = tuple(Track(t.role, t.places + np.float32(by)) if t.role == role else t for t in plan.tracks)
        return replace(plan, tracks=tracks)

    return mutate


def relabelled(role, old: str, new: str, step: int | None = None):
    """Words of a role that say one thing say another (of one step, by when they go)."""

    def mutate(plan):
        part = next(w for w in plan.words if w.role == role)
        texts = [label.text for label in plan.labels]
        label = part.points["label"].copy()
        visible_until = part.points["visible_until"]
        rows = [r for r,
                n in enumerate(label) if old in texts[n] and (step is None or step < visible_until[r] < step + 1)]
        assert rows, f"nothing says {old!r}"
        labels = list(plan.labels)
        for r in rows:
            labels.append(replace(labels[label[r]], text=texts[label[r]].replace(old, new)))
            label[r] = len(labels) - 1
        words = tuple(replace(w, points=Points({**w.points.data, "label": label})) if w is part else w
                      for w in plan.words)  # fmt: skip
        return replace(plan, words=words, labels=tuple(labels))

    return mutate


def other_number(role, only):
    """The chosen points carry another text than they should."""

    def mutate(plan):
        data = volume(plan, role).points.data
        texts = [label.text for label in plan.labels]
        label = data["label"].copy()
        for r in np.flatnonzero(only(data) & (label >= 0)):
            label[r] = next(n for n, t in enumerate(texts) if t.isdigit() and t != texts[label[r]])
        return plan.with_points(role, Points({**data, "label": label}))

    return mutate


def without(role):
    return lambda plan: replace(plan, volumes=tuple(v for v in plan.volumes if v.role != role))


def of_step(i):
    return lambda data: data["step"] == i


SMALL = {"input.size": [4, 4], "look.title": False}
MEAN = {**SMALL, "op.type": "avg_pool"}
EDGE = {**MEAN, "op.padding": 1, "op.count_include_pad": False, "op.kernel_size": 3, "op.stride": 2}
LEFT = {**SMALL, "input.size": [5, 5]}
WRONG = {
    "the mark is one cell off": (moved("input.chosen", (1, 0, 0)), SMALL, "chosen: "),
    "the smallest is marked": (moved("input.chosen", (-1, 0, 1), of_step(1)), SMALL, "chosen: "),
    "the marked number is another": (other_number("input.chosen", of_step(1)), SMALL, "number: chosen"),
    "nothing is marked": (without("input.chosen"), SMALL, "chosen: 0 cells"),
    "another number flies": (other_number("flight", of_step(1)), SMALL, "flight: the copies"),
    "the copy arrives beside its cell": (moved("flight", (0.5, 0, 0), of_step(1)), SMALL, "flight: step 1 arrives"),
    "the copy stays": (changed("flight", visible_until=lambda d: d["visible_until"] + np.float32(0.5)), SMALL,
                       "flight: .* still in"),
    "the copy passes behind": (lambda p: replace(p, volumes=tuple(
        replace(v, location=volume(p, "output").location) if v.role == "flight" else v for v in p.volumes)),
        SMALL, "flight: copies of step 1 pass behind"),
    "nothing flies": (without("flight"), SMALL, "flight: step 1 is on its way for 0"),
    "a cell of the window stays at home": (changed("flight", cube=lambda d: np.where(
        (d["step"] == 1) & (np.arange(len(d["cube"])) % 5 == 0), -1, d["cube"])), MEAN, "flight: "),
    "a cell is born a step early": (shifted("visible_from", -1, of_step(2)), SMALL, r"born: output \(1, 0\) is there"),
    "a cell is born a step late": (shifted("visible_from", 1, of_step(1)), SMALL,
                                   r"born: output \(0, 1\) is not there"),
    "the window is one column off": (track_shifted("input.track", (1, 0, 0)), SMALL, "window: covers"),
    "the window is one row off": (track_shifted("input.track", (0, 0, -1)), SMALL, "window: covers"),
    "the marker is one cell off": (track_shifted("output.track", (0, 0, -1)), SMALL, "marker: "),
    "the divisor is another": (relabelled("sum", "/ 4", "/ 5"), MEAN, "sum: "),
    "the divisor counts the padding": (relabelled("sum", "/ 6", "/ 9"), EDGE, "sum: "),
    "the sum is another": (relabelled("sum", " / 4", "1 / 4", 1), MEAN, "sum: "),
    "another cell is named": (relabelled("sum", "col 1", "col 0"), SMALL, "sum: .* names the wrong"),
    "it says min": (relabelled("sum", "max", "min"), SMALL, "sum: .* says min"),
    "what is left over keeps its colour": (changed("input", cube=lambda d: np.where(
        d["column"] == 4, d["cube"][0], d["cube"]), faded=lambda d: np.where(
        d["column"] == 4, d["cube"][0], d["faded"])), LEFT, "left over: "),
    "no cell fades back": (changed("input", faded=lambda d: d["cube"]), SMALL, "lit: "),
}  # fmt: skip
GLOBAL_WRONG = {
    "a plane stays deep": (changed("input.G", cube=lambda d: d["cube"][np.arange(len(d["cube"])) % 16]), "lit: "),
    "a plane is pale too early": (changed("input.B",
                                          visible_from=lambda d: np.where(d["visible_from"] > 0, d["visible_from"] - 1,
                                                                          d["visible_from"]),
                                          visible_until=lambda d: np.where(d["visible_until"] < 9,
                                                                           d["visible_until"] - 1, d["visible_until"])),
                                  "lit: "),
    "the window stands on another channel": (track_shifted("input.R.track", (0, 0, -1)), "window: "),
    "the mean is of 15": (relabelled("sum", "/ 16", "/ 15"), "sum: "),
    "a channel has another's number": (other_number("output.1", lambda d: d["step"] == 1), "number: output.1"),
    "channels are mixed up in the air": (lambda p: p.with_points("flight.1", volume(p, "flight.0").points), "flight: "),
}  # fmt: skip


@pytest.fixture(scope="module")
def truth():
    return {}


@pytest.mark.once
@pytest.mark.parametrize("name", WRONG)
def test_the_proofs_fail_when(name, truth):
    mutate, overrides, said = WRONG[name]
    if str(overrides) not in truth:
        prove(staged("pooling", overrides), (0, 1), flights=(1,))
        truth[str(overrides)] = True
    with pytest.raises(AssertionError, match=said):
        prove(staged("pooling", overrides, mutate), (0, 1), flights=(1,))


@pytest.mark.once
@pytest.mark.parametrize("name", GLOBAL_WRONG)
def test_the_proofs_of_global_pooling_fail_when(name):
    mutate, said = GLOBAL_WRONG[name]
    with pytest.raises(AssertionError, match=said):
        prove(staged("global_pooling", {}, mutate), flights=(1,))


@pytest.mark.parametrize("text", [
    "a = max(1, 2) = 1", "a = (1 + 2) / 2 = 3 / 2 = 2", "a = (1 + 2) / 2 = 4 / 2 = 2", "a = (1 + 2) / 2 = 3 / 3 = 1.5",
    "a = max 1, 2 = 2", "a = (1 + \u22122) / 2 = \u22121 / 2 = \u22120.5", "a = (1 2) / 2 = 3 / 2 = 1.5",
])  # fmt: skip
def test_the_reader_of_poolings_refuses(text):
    with pytest.raises(AssertionError, match="sum"):
        read_pool(text)


def test_the_reader_of_poolings_reads_what_a_viewer_reads():
    line = read_pool("R: mean of 3 = ( \u22121 + 3 + (\u22121)) / 3 = 1 / 3 \u2248 0.33")
    assert (line.numbers, line.sum, line.divisor, line.exact) == (("\u22121", "3", "\u22121"), "1", 3, False)
    line = read_pool("out[row 0, col 1] = max( 1, 3, \u22122) = 3")
    assert (line.name, line.word, line.numbers) == ("out[row 0, col 1]", "max", ("1", "3", "\u22122"))
