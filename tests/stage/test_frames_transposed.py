# SPDX-License-Identifier: GPL-3.0-or-later
"""Transposed convolutions: every stamp's and every step's frame shows what the definition and the engine say."""

from dataclasses import replace

import numpy as np
import pytest

from addon.story.plan.plan import Points, Track

from .proof import cells_of, label_of
from .proof_transposed import TransposedProof, prove_transposed
from .reading import spelled
from .seeing import staged

FIGURES = ("transposed_conv", "transposed_conv_strided")
OVERRIDES = {
    "stride 2 down, 1 across": {"op.stride": [2, 1]},
    "one axis": {"input.values": [1, 2, 3, 1], "weight.values": [1, 2, -1], "op.stride": 2},
    "output padding": {"op.stride": 2, "op.output_padding": 1},
    "output padding past the stamps": {"op.stride": 3, "op.output_padding": 2, "op.padding": 0},
    "dilation 2": {"op.dilation": 2},
    "dilation 2, stride 2": {"op.dilation": 2, "op.stride": 2, "op.padding": 1},
    "uneven padding": {"op.stride": 2, "op.padding": [[1, 0], [0, 2]]},
    "same": {"op.stride": 2, "op.padding": "same"},
    "full": {"input.seed": 3, "input.size": [4, 5], "op.padding": "full"},
    "padding beyond the kernel's reach": {"input.seed": 3, "input.size": [5, 5], "op.padding": 3},
    "bias": {"bias.values": [-2], "op.stride": 2},
    "kernel 2x2": {"op.kernel_size": 2, "weight.values": [[1, 2], [0, -1]], "op.stride": 2},
    "kernel 2x3": {"op.kernel_size": [2, 3], "weight.values": [[1, 2, 0], [0, 3, 1]]},
    "stamps with gaps": {"op.kernel_size": 2, "weight.values": [[1, 2], [3, 1]], "op.stride": 3},
    "kernel 1x1": {"op.kernel_size": 1, "weight.values": [[2]], "op.stride": 2},
    "rectangular": {"input.seed": 5, "input.size": [2, 4]},
    "one row": {"input.values": [[1, 2, 3]]},
    "negative": {"input.values": [[1, -2], [-3, 2]], "weight.values": [[1, -2, 0], [0, 1, -1], [2, 0, 1]]},
    "fractions": {"weight.values": [[0.5, 1, 0.5], [1, 2, 1], [0.5, 1, 0.25]], "op.stride": 2},
    "indices from 1": {"look.index_from": 1, "op.stride": 2},
    "seen from the right": {"camera.azimuth": 30.0, "camera.elevation": 35.0},
    "many": {"input.seed": 5, "input.size": [6, 6], "op.stride": 1},
}


@pytest.fixture(scope="module", params=FIGURES)
def proved(request):
    """A figure of which every stamp and every step is proved."""
    return prove_transposed(staged(request.param))


def test_every_stamp_and_every_step_is_shown_as_computed(proved):
    plan, trace = proved.stage.plan, proved.trace
    assert [s.index for s in plan.steps] == [s.output_index for s in trace]
    assert [s.value for s in plan.steps] == [s.value for s in trace]
    assert [s.clock for s in plan.steps] == [proved.base + i for i in range(len(trace))]
    assert all(s.explained for s in plan.steps)


def telling(count: int, row: int) -> list[int]:
    """All of a few; else those that meet every edge."""
    edges = {0, 1, row - 1, row % count, count // 2, count - row, count - 1}
    return sorted(edges if count > 6 else range(count))


@pytest.mark.once
@pytest.mark.parametrize("name", OVERRIDES)
def test_stamps_and_steps_are_shown_as_computed_with(name):
    stage = staged("transposed_conv", OVERRIDES[name])
    trace = stage.trace
    stamps = telling(trace.input[0].size, trace.input.shape[-1])
    explained = [s for s in stamps if s < 5 or s == trace.input[0].size - 1]
    prove_transposed(stage, telling(len(trace), trace.output.shape[-1]), explained)


def test_windows_of_the_strided_figure_see_one_two_or_four_inputs():
    trace = staged("transposed_conv_strided").trace
    seen = [int(step.real.sum()) for step in trace]
    assert sorted(seen) == [1] * 9 + [2] * 12 + [4] * 4
    assert np.prod(trace.grid_shape) == 25 and trace.grid_border == ((1, 1), (1, 1))


def test_zeros_come_between_the_inputs_and_around_them_one_by_one(proved):
    """And the input's cells move apart before that; none of it before the stamps are done."""
    size, whole = proved.inputs[0].size, proved.padded[0] * proved.padded[1]
    count = {f: len(proved.frame(f).cells("input")) for f in range(1, proved.still.number + 1, 3)}
    early = [n for f, n in count.items() if proved.clocks[f - 1] < proved.count + 1.9]
    assert set(early) == {size} and list(count.values())[-1] == whole
    assert list(count.values()) == sorted(count.values()) and len(set(count.values())) > 5
    moving = proved.frame(proved.within(proved.count + 2.3, proved.count + 2.5)[0])
    places = np.array([c.local for c in moving.cells("input")])
    if proved.stride[0] > 1:
        gap = np.diff(np.unique(places[:, 0].round(3)))
        assert ((gap > 1.02) & (gap < 1.98)).all(), f"cells: under way the inputs stand {gap} apart"


def test_the_kernel_is_flipped_step_by_step(proved):
    """From the kernel's place down to the working place, left to right, top to bottom; each time a whole kernel."""
    weights, start = proved.weights[0], proved.count + 4

    def shown(low, high):
        frame = proved.frame(proved.within(start + low, start + high)[0])
        labels = frame.labels("kernel.flipped")
        # what crosses others stands nearer, which is not seen: all as they lie on the screen
        seen = [label.local - frame.toward * label.local[1] / frame.toward[1] for label in labels]
        order = sorted(range(len(seen)), key=lambda k: (-round(seen[k][2] + 0.2), seen[k][0]))
        return [labels[k].text for k in order]

    for (low, high), wanted in (((0.3, 0.36), weights), ((0.62, 0.68), weights[:, ::-1]),
                                ((0.95, 1.0), weights[::-1, ::-1])):  # fmt: skip
        assert shown(low, high) == [spelled(v) for v in wanted.ravel()]
    frame = proved.frame(proved.within(start + 0.05, start + 0.25)[-1])
    assert len(frame.cells("kernel.flipped")) == weights.size


def test_nothing_of_the_second_view_is_there_while_the_first_goes_on(proved):
    for frame in (proved.frame(1), proved.frame(proved.at(0)), proved.frame(proved.at(proved.count - 1))):
        assert not frame.cells("output") and not frame.cells("kernel.flipped") and not proved.sum_lines(frame)
        assert frame.own("input.window") is None and frame.own("output.marker") is None
        assert not [t for t in frame.seen if t.instanced and t.role.startswith("guide")]


def test_numbers_are_added_on_their_cells(proved):
    """Between an explained stamp's landing and its sum the cells that overlap say "before+added", each its own."""
    for s in range(1, min(proved.count, 5)):
        frames = proved.within(s - 0.19, s - 0.03)
        assert frames, f"no frame shows how stamp {s} is added"
        frame, before, after = proved.frame(frames[0]), proved.partial(s - 1), proved.partial(s)
        cells = cells_of(frame, "stamped", proved.canvas)
        labels = label_of(frame, "stamped", cells)
        both = [c for c in proved.places(s) if c in before]
        assert both or proved.stride[0] > 2
        for cell in both:
            wanted = f"{spelled(before[cell])}+{spelled(after[cell] - before[cell])}"
            proved.spells(labels.get(cell), wanted, f"stamped {cell}", frame)


def test_a_stamp_flies_from_the_kernel_to_its_place(proved):
    """On the screen: it starts on the kernel, rests in the working place, and comes to the framed cells."""
    for s in range(min(proved.count, 3)):
        begin, ready, lands = (proved.frame(proved.within(s - a, s - b)[at]) for a, b, at in (
            (0.501, 0.42, 0), (0.4201, 0.34, -1), (0.339, 0.2, -1)))  # fmt: skip
        home = {role: cells_of(begin, role, proved.weights.shape[1:]) for role in ("kernel",)}
        first = begin.pixels(cells_of(begin, "stamp", proved.weights.shape[1:])[0, 0].place)
        assert np.abs(first - begin.pixels(home["kernel"][0, 0].place)).max() < 45
        place = ready.pixels(np.array([c.place for c in ready.cells("stamp")]))
        below = np.array([c.place for c in begin.cells("kernel.flipped.home")])
        assert np.abs(place - ready.pixels(below)).max() < 3, f"stamp {s} is not in the working place"
        near = lands.pixels(np.array([c.place for c in lands.cells("stamp")])).mean(axis=0)
        spot = lands.own("stamped.window")
        assert np.linalg.norm(near - lands.pixels(sum(spot.box) / 2)) < np.linalg.norm(place.mean(axis=0) - near)


def test_the_border_that_padding_cuts_comes_off():
    proof = TransposedProof(staged("transposed_conv_strided"))
    spans = ((-0.4, 0.2), (0.95, 1.01))
    before, after = (proof.frame(proof.within(proof.count + a, proof.count + b)[-1]) for a, b in spans)
    assert len(before.cells("stamped")) == 49 and len(after.cells("stamped")) == 25


# wrong plans -------------------------------------------------------------------------------------------------------


def volume(plan, role):
    return next(v for v in plan.volumes if v.role == role)


def changed(plan, role, **columns):
    return plan.with_points(role, Points({**volume(plan, role).points.data, **columns}))


def moved(role, by):
    def mutate(plan):
        return replace(plan, tracks=tuple(Track(t.role, t.places + np.float32(by)) if t.role == role else t
                                          for t in plan.tracks))  # fmt: skip

    return mutate


def not_flipped(plan):
    """The working kernel stays as it was written: its cells' numbers go to the places of the unflipped kernel."""
    points = volume(plan, "kernel.flipped").points
    at, late = points["position"].copy(), points["visible_from"] > 8.9
    at[late] = at[late].min(axis=0) + at[late].max(axis=0) - at[late]
    return changed(plan, "kernel.flipped", position=at)


def stamp_off(plan):
    """One stamp's numbers lie a column further right."""
    points = volume(plan, "stamped").points
    at, one = points["position"].copy(), (points["label"] >= 0) & (points["visible_from"] < 0.5)
    at[one] += np.float32((1, 0, 0))
    return changed(plan, "stamped", position=at)


def relabelled(role, choose):
    """The texts of some rows are another row's."""

    def mutate(plan):
        points, texts = volume(plan, role).points, [label.text for label in plan.labels]
        rows = [i for i in np.flatnonzero(points["label"] >= 0) if choose(points, i)]
        label, faded = points["label"].copy(), points["label_faded"].copy()
        other = next(i for i in np.flatnonzero(label >= 0) if texts[label[i]] != texts[label[rows[0]]]
                     and points["size"][i] == points["size"][rows[0]])  # fmt: skip
        label[rows], faded[rows] = label[other], faded[other]
        return changed(plan, role, label=label, label_faded=faded)

    return mutate


def no_zero(plan):
    """A zero of the border never comes."""
    points = volume(plan, "input").points
    visible_from = points["visible_from"].copy()
    visible_from[np.flatnonzero(visible_from > 6)[3]] = 1e6
    return changed(plan, "input", visible_from=visible_from)


def born_early(plan):
    """A cell, and the end of its outline, a step early."""
    points = volume(plan, "output").points
    visible_from, visible_until = points["visible_from"].copy(), points["visible_until"].copy()
    own = (points["row"] == 1) & (points["column"] == 2)
    visible_from[own & (points["step"] == 6)] -= 1
    visible_until[own & (points["step"] < 0)] -= 1
    return changed(plan, "output", visible_from=visible_from, visible_until=visible_until)


def input_shifted(plan):
    """The input's cells end a column too far left."""
    points = volume(plan, "input").points
    at, own = points["position"].copy(), points["arrives"] > 0
    at[own] -= np.float32((1, 0, 0))
    return changed(plan, "input", position=at)


def words_of(role, choose):
    """Some rows of a text are another of its rows."""

    def mutate(plan):
        texts = [label.text for label in plan.labels]
        old = next(w for w in plan.words if w.role == role)
        label = old.points["label"].copy()
        row = next(i for i in range(len(label)) if choose(old.points, i, texts[label[i]]))
        said = texts[label[row]]
        like = [n for n in label if texts[n][:5] == said[:5] or texts[n][-4:] == said[-4:]]
        label[row] = next(n for n in like if texts[n] != said)
        made = replace(old, points=Points({**old.points.data, "label": label}))
        return replace(plan, words=tuple(made if w is old else w for w in plan.words))

    return mutate


def never_added(plan):
    """Where stamps overlap the later one replaces what was there: the product stands alone."""
    points, texts = volume(plan, "stamped").points, [label.text for label in plan.labels]
    label, faded = points["label"].copy(), points["label_faded"].copy()
    for i in np.flatnonzero(label >= 0):
        if 0.9 < points["visible_from"][i] < 1 and "+" not in texts[label[i]]:
            label[i] = faded[i] = next(n for n in label if n >= 0 and texts[n] == "0")
    return changed(plan, "stamped", label=label, label_faded=faded)


MUTANTS = {
    "the kernel is not flipped": (not_flipped, "number: kernel.flipped"),
    "a stamp lies a column off": (stamp_off, "cells: stamped"),
    "the stamp's frame is a column off": (moved("stamped.place", (1, 0, 0)), "window: stamped.window|lit: "),
    "the framed input is another": (moved("input.cell.track", (1, 0, 0)), "window: input.cell"),
    "a zero is missing in the grid": (no_zero, "cells: input is not 6×6"),
    "the inputs end a column off": (input_shifted, "cells: "),
    "a partial sum is another": (relabelled("stamped", lambda p, i: 0.9 < p["visible_from"][i] < 1), "number: stamped"),
    "overlaps do not add": (never_added, "number: stamped"),
    "a product is another": (relabelled("product", lambda p, i: 0 < p["visible_from"][i] < 1), "number: product"),
    "an output is born a step early": (born_early, r"born: output \(1, 2\) is there at step 5"),
    "an output's number is another": (relabelled("output", lambda p, i: p["step"][i] == 3), "number: output"),
    "the window is a row off": (moved("input.track", (0, 0, -1)), "window: covers"),
    "the mark on the stamped output is off": (moved("stamped.track", (1, 0, 0)), "marker: stamped"),
    "the line says another stamp": (words_of("stamp.line", lambda p, i,
                                             t: t.startswith("input") and p["visible_from"][i] > 0),
                                    "stamp: "),
    "the line says another sum": (words_of("stamp.line", lambda p, i,
                                           t: t.startswith("Over") and p["visible_from"][i] > 0),
                                  "stamp: "),
    "how many inputs are seen is wrong": (words_of("seen", lambda p, i, t: p["visible_from"][i] > 12), "seen: "),
}  # fmt: skip


@pytest.mark.once
@pytest.mark.parametrize("name", MUTANTS)
def test_the_proofs_fail_when(name):
    mutate, said = MUTANTS[name]
    with pytest.raises(AssertionError, match=said):
        prove_transposed(staged("transposed_conv", None, mutate))
