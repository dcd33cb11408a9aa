# SPDX-License-Identifier: GPL-3.0-or-later
"""What the seven figures of one sliding window have to show besides what every step is proved to show.

The sentences in FIGURES (which cells, which places, when) are held against the evaluated scene; and each wrong picture
at this file's end is caught.
"""

from dataclasses import replace

import numpy as np
import pytest

from addon.story.plan.plan import Points, Track

from .proof import cells_of, prove
from .proof_sliding import Sliding, corner, hull
from .seeing import staged_first as staged
from .test_frames import frames_where

RINGS = {"conv2d_zero_padding": 28, "conv2d_same": 28, "conv2d_full": 64}


@pytest.fixture(scope="module")
def figure():
    """Figures built as the tests ask for them. A figure is built into an empty file, so only the last one is there."""
    kept = {}

    def get(name, overrides=None):
        key = (name, str(overrides))
        if kept.get("key") != key:
            kept.update(key=key, proof=Sliding(staged(name, overrides)))
        return kept["proof"]

    return get


def last_frame(proof):
    return proof.frame(proof.stage.plan.frames)


# padding -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RINGS)
def test_the_ring_of_zeros_arrives_as_an_event_of_its_own_and_is_said(figure, name):
    proof = figure(name)
    real = proof.inputs[0].size
    assert len(proof.frame(1).cells("input")) == real, "padding is there at first"
    frames = frames_where(proof, -1.999, -0.51)
    counts = [len(proof.frame(f).cells("input")) - real for f in frames]
    assert counts == sorted(counts) and len(set(counts)) > 8, "the ring does not come cell by cell"
    assert counts[-1] == RINGS[name] == len(proof.opening.cells("input")) - real
    said = {text for f in (frames[0], frames[len(frames) // 4]) for text in proof.texts(proof.frame(f), "event.0")}
    assert any(str(RINGS[name]) in text for text in said), f"while it comes {said} is said"
    assert not proof.texts(proof.frame(1), "event.0") and proof.texts(proof.frame(1), "rule")


def test_the_first_padded_window_is_centred_on_the_first_input_cell(figure):
    proof = figure("conv2d_zero_padding")
    taps = proof.taps(proof.trace[0], 0)
    middle = np.array(sorted(taps)).mean(axis=0) - proof.before
    assert tuple(middle) == (0, 0) and corner(taps) == (0, 0)
    proof.step(0)


def test_the_overlap_of_a_full_convolution_grows_from_one_to_nine(figure):
    proof = figure("conv2d_full")
    grown = [proof.texts(proof.frame(proof.stage.frame(i)), "meets")[0] for i in (0, 1, 2, 8, 9, 10, 16, 17, 18)]
    assert [int(text.split()[0]) for text in grown] == [1, 2, 3, 2, 4, 6, 3, 6, 9]


def test_same_says_why_the_size_stays_and_compares_the_outlines_at_the_end(figure):
    proof = figure("conv2d_same")
    why = proof.texts(proof.opening, "event.1")
    assert why and "(k \u2212 1) / 2" in why[0] and "6 stays 6" in why[0]
    for role, cells in (("input", {k for k in proof.full[""] if proof.real(k)}), ("output", hull([(0, 0), (5, 5)]))):
        assert proof.frame(proof.stage.frame(35)).own(f"{role}.outline") is None
        end = last_frame(proof)
        seen = end.own(f"{role}.outline")
        shape = proof.padded if role == "input" else (6, 6)
        inside = {k for k, c in cells_of(end, role, shape).items()
                  if ((seen.box[0] < c.place) & (c.place < seen.box[1]))[[0, 2]].all()}  # fmt: skip
        assert inside == cells, f"the outline on the {role} holds {sorted(inside)}"
    said = proof.texts(last_frame(proof), "summary")
    assert said and said[0].count("6 \u00d7 6") == 2


# stride --------------------------------------------------------------------------------------------------------------


def test_strided_windows_stand_two_apart_and_what_they_skip_is_ghosted_for_a_moment(figure):
    proof = figure("conv2d_strided")
    corners = [corner(proof.taps(step, 0)) for step in proof.trace]
    assert corners == [(2 * r, 2 * c) for r in range(4) for c in range(4)] and corners[-1] == (6, 6)
    assert proof.passed_over(1) == [(0, 1)] and proof.passed_over(4) == [(1, 0)]
    for i in (1, 4, 9):
        proof.skipped_positions(proof.frame(proof.stage.frame(i)), i)
        for f in frames_where(proof, i + 0.05, i + 0.45):
            assert not proof.ghosted(proof.frame(f)), f"a skipped position is still ghosted at frame {f}"
    assert not proof.ghosted(proof.opening) and not proof.ghosted(last_frame(proof))


@pytest.mark.parametrize("stride", [[3, 1], [1, 3], [3, 2]])
def test_other_strides_ghost_what_they_skip(figure, stride):
    proof = figure("conv2d_strided", {"op.stride": stride})
    for i in (0, 1, proof.outputs.shape[2], len(proof.trace) - 1):
        proof.skipped_positions(proof.frame(proof.stage.frame(i)), i)


LEFT = {
    "one row and column": ({"op.stride": 2}, "1 row and 1 column left over"),
    "two rows": ({"op.stride": [4, 1], "op.kernel_size": [2, 3], "weight.seed": 1, "input.size": [8, 5]}, "4 rows"),
    "behind padding": ({"op.stride": [3, 2], "op.padding": 1}, "1 row left over"),
    "one axis": ({"input.size": [10], "op.kernel_size": 3, "op.stride": 4, "weight.values": [1, 2, -1]}, "4 columns"),
    "nothing": ({"op.stride": 3}, None),
}


@pytest.mark.parametrize("case", LEFT)
def test_exactly_the_cells_that_no_window_reads_turn_grey_and_are_named(figure, case):
    overrides, said = LEFT[case]
    proof = figure("conv2d_valid", overrides)
    assert bool(proof.unread[0]) == (said is not None)
    for i in (0, len(proof.trace) - 1):
        frame = proof.frame(proof.stage.frame(i))
        proof.window(frame, "", cells_of(frame, "input", proof.padded), proof.taps(proof.trace[i], 0))
    texts = proof.texts(frame, "leftover")
    assert (texts and texts[0].startswith(said)) if said else not texts
    end = cells_of(last_frame(proof), "input", proof.padded)
    grey = {k for k, cell in end.items() if cell.color != proof.full[""][k]}
    assert grey == proof.unread[0], f"{sorted(grey)} are grey at the end"


# dilation ------------------------------------------------------------------------------------------------------------


def test_a_compact_kernel_opens_to_taps_two_apart(figure):
    proof = figure("conv2d_dilated")
    cells_of(proof.frame(1), "kernel", (3, 3))
    frames = frames_where(proof, -2.95, -2.05)
    spans = [np.ptp([c.local[0] for c in proof.frame(f).cells("kernel")]) for f in frames]
    assert spans == sorted(spans) and len({round(float(s), 2) for s in spans}) > 5, "the kernel does not open"
    cells_of(proof.opening, "kernel", (3, 3), (2, 2))


def test_the_sixteen_cells_passed_over_are_struck_through_at_every_step_and_only_then(figure):
    proof = figure("conv2d_dilated")
    assert len(proof.trace) == 4 and proof.stage.plan.seconds >= 8
    for i in range(4):
        taps = proof.taps(proof.trace[i], 0)
        assert len(hull(taps) - taps) == 16 and len(hull(taps)) == 25
        proof.holes(proof.frame(proof.stage.frame(i)), i)
    for frame in (proof.opening, last_frame(proof)):
        assert not [s for s in frame.seen if s.instanced and s.role == "input.holes"]


# places --------------------------------------------------------------------------------------------------------------


def aligned(proof) -> None:
    """Output cell i is seen straight below the middle of its window."""
    for i in range(len(proof.trace)):
        frame = proof.frame(proof.stage.frame(i))
        inputs, outputs = cells_of(frame, "input", proof.padded), cells_of(frame, "output", (1, len(proof.trace)))
        taps = [c for _, c in proof.taps(proof.trace[i], 0)]
        over = frame.pixels(inputs[0, (min(taps) + max(taps)) // 2].place)
        under = frame.pixels(outputs[0, i].place)
        assert abs(over[0] - under[0]) < 1 and under[1] < over[1] - 20, f"place: output {i} stands at {under - over}"


def test_in_one_dimension_an_output_stands_under_the_middle_of_its_window(figure):
    proof = figure("conv1d")
    assert proof.padded == (1, 10) and len(proof.trace) == 8
    aligned(proof)
    taps = [sorted(c for _, c in proof.taps(step, 0)) for step in proof.trace]
    assert [t[1] for t in taps] == [i + 1 for i in range(8)]


@pytest.mark.parametrize("padding", [1, [[2, 0]]])
def test_so_it_does_with_padding(figure, padding):
    aligned(figure("conv1d", {"op.padding": padding}))


@pytest.mark.parametrize("name", ["conv2d_valid", "conv2d_dilated", "conv1d"])
def test_the_kernels_weights_are_seen_on_the_cells_they_meet(figure, name):
    proof = figure(name)
    for i in (1, len(proof.trace) - 1):
        frame = proof.frame(proof.stage.frame(i))
        assert frame.cells("weights")
        proof.weights_met(frame, i)
    assert not proof.opening.cells("weights") and not last_frame(proof).cells("weights")


ODD = {
    "3 by 20": {"input.size": [3, 20]},
    "kernel 1 by 7": {"op.kernel_size": [1, 7], "weight.seed": 3, "input.size": [5, 9]},
    "kernel 7 by 1": {"op.kernel_size": [7, 1], "weight.seed": 3, "input.size": [9, 5]},
    "kernel 4": {"op.kernel_size": 4, "op.padding": "same", "weight.seed": 3},
    "kernel 7": {"op.kernel_size": 7, "weight.seed": 4, "input.size": [9, 9], "bias.values": [2]},
    "kernel 5": {"op.kernel_size": 5, "weight.seed": 4, "input.size": [7, 7]},
    "one axis, padded": {"input.size": [12], "op.kernel_size": 5, "op.padding": "same", "weight.seed": 3},
    "everything": {"op.stride": [2, 1], "op.dilation": [1, 2], "op.padding": [[1, 0], [2, 1]], "bias.values": [-1]},
}


@pytest.mark.parametrize("case", ODD)
def test_odd_scenes_are_shown_as_computed(case):
    stage = staged("conv2d_valid", {**ODD[case], "story": "sliding"})
    prove(stage, sorted({0, 1, len(stage.trace) // 2, len(stage.trace) - 1}))


# the proofs can fail -------------------------------------------------------------------------------------------------


def volume(plan, role):
    return next(v for v in plan.volumes if v.role == role)


def changed(plan, role, **columns):
    return plan.with_points(role, Points({**volume(plan, role).points.data, **columns}))


def with_track(role, change):
    def mutate(plan):
        tracks = (Track(t.role, change(t.places)) if t.role == role else t for t in plan.tracks)
        return replace(plan, tracks=tuple(tracks))

    return mutate


def ghosts_off(plan):
    return with_track("input.skipped.0.track", lambda p: p + np.float32((1, 0, 0)))(plan)


def ghosts_late(plan):
    return with_track("input.skipped.0.track", lambda p: np.roll(p, 1, axis=0))(plan)


def strokes(change):
    def mutate(plan):
        return replace(plan, lines=tuple(change(x) if x.role == "input.holes" else x for x in plan.lines))

    return mutate


def stroke_lost(lines):
    return replace(lines, **{n: getattr(lines, n)[1:] for n in ("a", "b", "visible_from", "visible_until")})


def strokes_off(lines):
    return replace(lines, a=lines.a + np.float32((1, 0, 0)), b=lines.b + np.float32((1, 0, 0)))


def compact(plan):
    points = volume(plan, "kernel").points
    return changed(plan, "kernel", position=points["position"] / np.float32(2))


def weights_swapped(plan):
    label = volume(plan, "weights").points["label"].copy()
    return changed(plan, "weights", label=np.roll(label, 1))


def weights_off(plan):
    return changed(plan, "weights", position=volume(plan, "weights").points["position"] + np.float32((2.2, 0, 0)))


def counted_wrong(plan):
    words = next(w for w in plan.words if w.role == "meets")
    label = np.roll(words.points["label"], 1)
    new = replace(words, points=Points({**words.points.data, "label": label}))
    return replace(plan, words=tuple(new if w is words else w for w in plan.words))


def not_greyed(plan):
    """What is left over keeps its colour, or fades as the others."""
    points = volume(plan, "input").points
    late = points["visible_from"] > -1
    keep = {n: c[~late] for n, c in points.data.items()}
    keep["visible_until"] = np.full_like(keep["visible_until"], 1e6)
    return plan.with_points("input", Points(keep))


def one_more_greyed(plan):
    points = volume(plan, "input").points
    grey = points["cube"][points["visible_from"] > -1][0]
    cube, faded = points["cube"].copy(), points["faded"].copy()
    faded[0] = grey
    cube[0] = grey
    return changed(plan, "input", cube=cube, faded=faded)


def output_moved(plan):
    moved = replace(volume(plan, "output"), location=tuple(np.array(volume(plan, "output").location) + (1, 0, 0)))
    return replace(plan, volumes=tuple(moved if v.role == "output" else v for v in plan.volumes))


SMALL = {"input.size": [7, 7], "op.stride": 2}
WRONG = {
    "a skipped position is ghosted one column off": ("conv2d_strided", SMALL, ghosts_off, "skipped: "),
    "skipped positions are ghosted a step late": ("conv2d_strided", SMALL, ghosts_late, "skipped: "),
    "a cell passed over is not struck through": ("conv2d_dilated", {}, strokes(stroke_lost), "holes: "),
    "the strokes are one column off": ("conv2d_dilated", {}, strokes(strokes_off), "holes: "),
    "the kernel has not opened": ("conv2d_dilated", {}, compact, "cells: kernel"),
    "the weights on the cells are mixed up": ("conv2d_valid", {}, weights_swapped, "weights"),
    "the weights are one cell off": ("conv2d_valid", {}, weights_off, "weights: |number: "),
    "another overlap is said": ("conv2d_zero_padding", {"input.size": [4, 4]}, counted_wrong, "meets: "),
    "what is left over is not grey": ("conv2d_valid", {"op.stride": 2}, not_greyed, "left over: "),
    "a cell that is read is grey": ("conv2d_valid", {"op.stride": 2}, one_more_greyed, "lit: "),
}  # fmt: skip


@pytest.mark.once
@pytest.mark.parametrize("name", WRONG)
def test_the_proofs_fail_when(name):
    figure, overrides, mutate, said = WRONG[name]
    with pytest.raises(AssertionError, match=said):
        prove(staged(figure, overrides, mutate), (0, 1, 2))


def test_the_proofs_fail_when_an_output_stands_under_another_cell():
    with pytest.raises(AssertionError, match="place: "):
        aligned(Sliding(staged("conv1d", mutate=output_moved)))
