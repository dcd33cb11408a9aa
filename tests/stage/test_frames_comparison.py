# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs side by side show what the engine computed for each, at every step of either."""

from dataclasses import replace

import numpy as np
import pytest

from addon.story.plan.plan import Points, Track

from .proof_comparison import ComparisonProof, prove_comparison
from .seeing import Frame, staged

FIGURE = "conv2d_stride_comparison"
SMALL = {"input.size": [6, 7], "look.title": False}
OVERRIDES = {
    "padding 0 and 1": {"compare.stride": 1, "compare.padding": 1, "input.size": [5, 6]},
    "padding 1 and 0": {"compare.stride": 1, "op.padding": 1, "compare.padding": 0, "input.size": [6, 5]},
    "dilation 1 and 2": {"compare.stride": 1, "compare.dilation": 2},
    "stride 1 and 3": {"compare.stride": 3},
    "stride 2 and 3": {"op.stride": 2, "compare.stride": 3},
    "stride 2 by 1": {"compare.stride": [2, 1], "input.size": [7, 8]},
    "a line nobody reads": {"input.size": [8, 8]},
    "one axis": {"input.size": [12], "weight.values": [1, 0, -1]},
    "a bias": {"bias.values": [2]},
    "two things at once": {"compare.padding": 1, "input.size": [7, 7]},
    "indices from 1": {"look.index_from": 1, "compare.stride": 3},
}  # fmt: skip


def telling(proof) -> list[int]:
    """The first steps, where the second run begins and ends, some between, the last."""
    count = len(proof)
    own = [i for i, (_, run, _) in enumerate(proof.order) if run == 1]
    found = {0, 1, 2, 3, own[0], own[1], own[-1], count // 3, count // 2, count - 2, count - 1}
    return sorted(found & set(range(count)))


def test_every_step_of_both_runs_is_shown_as_computed():
    stage = staged(FIGURE)
    proof = prove_comparison(stage)
    assert [len(t) for t in proof.traces] == [49, 16] and len(stage.plan.steps) == 65
    assert [t.output.shape[1:] for t in proof.traces] == [(7, 7), (4, 4)]
    seconds = [info.second for info in stage.plan.steps]
    assert seconds == sorted(seconds)
    ends = [max(s.second for s in stage.plan.steps if s.run == run) for run in (0, 1)]
    assert ends[0] == ends[1], "both finish together"
    waits_are_said(proof)


def waits_are_said(proof) -> None:
    """While the first run makes a whole line that the second skips, that is said; not where both make a cell."""
    stage = proof.stage
    for i, (clock, run, _) in enumerate(proof.order):
        if run == 0 and clock // 7 % 2 == 1 and clock % 7 not in (0, 6):
            assert proof.notes(proof.runs[0].frame(stage.frame(i))) == [], "the first run never waits"
            said = [s.text for s in frame_of(proof, i).seen if s.role == "b.waits" and s.instanced]
            assert said == [f"waits: stride 2 skips row {clock // 7}"], f"at clock {clock}: {said}"
        elif run == 1:
            assert not [s for s in frame_of(proof, i).seen if s.role == "b.waits" and s.instanced]


def frame_of(proof: ComparisonProof, i: int) -> Frame:
    """All that is shown at step i."""
    return Frame(proof.stage.scene, proof.stage.frame(i), proof.runs[0].shapes)


def test_where_both_stand_at_one_place_their_sums_agree():
    stage = staged(FIGURE)
    proof = ComparisonProof(stage)
    for i in [i for i, (_, run, _) in enumerate(proof.order) if run == 1][:3]:
        frame = frame_of(proof, i)
        lines = [run.sum_lines(frame) for run in proof.runs]
        assert lines[0] and lines[0][-1] == lines[1][-1]


def test_what_both_are_called_and_how_their_sizes_come_about_is_said():
    stage = staged(FIGURE)
    frame = frame_of(ComparisonProof(stage), 0)
    said = {s.role: s.text for s in frame.seen if s.role.endswith("head") and s.instanced}
    assert said["head"] == "stride 1: 49 positions,  9 \u2212 3 + 1 = 7"
    assert said["b.head"] == "stride 2: 16 positions,  (9 \u2212 3) / 2 + 1 = 4"


@pytest.mark.once
@pytest.mark.parametrize("name", OVERRIDES)
def test_steps_are_shown_as_computed_with(name):
    stage = staged(FIGURE, OVERRIDES[name])
    prove_comparison(stage, telling(ComparisonProof(stage)))


# wrong plans ---------------------------------------------------------------------------------------------------


def volume(plan, role):
    return next(v for v in plan.volumes if v.role == role)


def columns(plan, role, **changed):
    return plan.with_points(role, Points({**volume(plan, role).points.data, **changed}))


def late(role):
    def mutate(plan):
        tracks = tuple(Track(t.role, np.roll(t.places, 1, axis=0)) if t.role == role else t for t in plan.tracks)
        return replace(plan, tracks=tracks)

    return mutate


def visible_from(by: float, cell: int):
    def mutate(plan):
        when = volume(plan, "b.output").points["visible_from"].copy()
        when[cell] += by
        return columns(plan, "b.output", visible_from=when)

    return mutate


def as_often(plan):
    """The second run makes its cells one after the other, without waiting."""
    points = volume(plan, "b.output").points
    return columns(plan, "b.output", visible_from=points["step"] - np.float32(0.2))


def runs_mixed_up(plan):
    """The second output shows the first one's numbers."""
    one, other = volume(plan, "output").points, volume(plan, "b.output").points
    label = other["label"].copy()
    label[1] = one["label"][1]
    assert label[1] != other["label"][1]
    return columns(plan, "b.output", label=label, label_faded=label)


def labels_swapped(plan):
    """What is said of one run is said of the other."""
    texts = [la.text for la in plan.labels]
    swap = {}
    for k, text in enumerate(texts):
        for a, b in (("stride 1: ", "stride 2: "), ("stride 2: ", "stride 1: ")):
            if text.startswith(a) and b + text.removeprefix(a) in texts:
                swap[k] = texts.index(b + text.removeprefix(a))
    words = next(w for w in plan.words if w.role == "sum")
    label = np.array([swap.get(int(k), k) for k in words.points["label"]], np.int32)
    new = replace(words, points=Points({**words.points.data, "label": label}))
    return replace(plan, words=tuple(new if w is words else w for w in plan.words))


def sum_gone(plan):
    """Sums go before their cells are whole: while both windows stand."""
    words = next(w for w in plan.words if w.role == "sum")
    visible_from, visible_until = words.points["visible_from"], words.points["visible_until"]
    sooner = np.minimum(visible_until, np.ceil(visible_from) - np.float32(0.02))
    new = replace(words, points=Points({**words.points.data, "visible_until": sooner}))
    return replace(plan, words=tuple(new if w is words else w for w in plan.words))


def own_shades(plan):
    """The second output has shades of its own."""
    points = volume(plan, "b.output").points
    return columns(plan, "b.output", cube=np.roll(points["cube"], 1))


def other_input(plan):
    """The second input is not the first one's."""
    points = volume(plan, "b.input").points
    label = {name: np.roll(points[name], 1) for name in ("label", "label_faded")}
    return columns(plan, "b.input", **label)


def kernel_turned(plan):
    points = volume(plan, "kernel").points
    at, text = points["position"].copy(), points["label"] >= 0
    at[text] = (at.min(axis=0) + at.max(axis=0)) - at[text]
    return columns(plan, "kernel", position=at)


MUTANTS = {
    "the second window is a step behind": (late("b.input.track"), "window: "),
    "the first window is a step behind": (late("input.track"), "window: "),
    "the second mark is a step behind": (late("b.output.track"), "marker: "),
    "the second run's cell is born too early": (visible_from(-2, 2), "born: "),
    "the second run's cell is born too late": (visible_from(1, 1), "born: "),
    "the second run does not wait": (as_often, "born: "),
    "a number of the second output is the first one's": (runs_mixed_up, "number: "),
    "the runs' names are mixed up": (labels_swapped, "sum: "),
    "a sum goes while its window stands": (sum_gone, "sum: "),
    "the outputs' shades differ": (own_shades, "color: "),
    "the second input is another": (other_input, "number: "),
    "the kernel's numbers are turned around": (kernel_turned, "number: kernel"),
}


@pytest.mark.once
@pytest.mark.parametrize("name", MUTANTS)
def test_the_proofs_fail_on_a_figure_in_which(name):
    mutate, said = MUTANTS[name]
    with pytest.raises(AssertionError, match=said):
        prove_comparison(staged(FIGURE, SMALL, mutate), range(9))


def test_the_proofs_hold_on_the_figure_the_mutants_are_made_of():
    prove_comparison(staged(FIGURE, SMALL), range(9))
