# SPDX-License-Identifier: GPL-3.0-or-later
"""A sweep over many cells shows what the engine computed at every step's own time, and the close-up spells it out."""

import gzip
import struct
from dataclasses import replace

import numpy as np
import pytest

from addon.story.plan.plan import Points, Track

from .glance import Glance, agrees
from .proof_sweep import SweepProof, prove_sweep
from .seeing import staged_first as staged

FIGURE = "mnist_conv"
SMALL = {"input.seed": 3, "input.size": [9, 8], "look.title": False, "look.labels": False}
OVERRIDES = {
    "stride 2": {"op.stride": 2},
    "a drawn input of 16x16": {"input.seed": 3, "input.size": [16, 16]},
    "a wide input": {"input.seed": 5, "input.size": [20, 40]},
    "64x64 cells": {"input.seed": 5, "input.size": [64, 64], "op.stride": 2},
    "dilation 2": {"op.dilation": 2},
    "uneven padding": {"op.padding": [[0, 2], [1, 0]]},
    "kernel 2x4": {"op.kernel_size": [2, 4], "weight.seed": 2, "op.stride": [2, 1]},
    "kernel 5x5": {"op.kernel_size": 5, "weight.seed": 1, "op.padding": 2},
    "bias": {"bias.values": [-2]},
    "256 levels": {"input.levels": 256},
    "fractions": {"weight.values": [[0.5, 0, -0.5], [0.25, 0, -0.25], [0.5, 0, -0.5]]},
    "one axis": {"input.seed": 3, "input.size": [60], "op.kernel_size": 3},
    "a corner nobody reads": {"op.stride": 3, "op.padding": 0, "input.seed": 4, "input.size": [23, 25]},
    "indices from 1": {"look.index_from": 1},
    "seen from the right": {"camera.azimuth": 30.0, "camera.elevation": 35.0},
}


def some(count: int) -> list[int]:
    """Steps that between them meet the ends and what lies between."""
    return sorted({0, 1, 2, count // 3, count // 3 + 1, count // 2, 2 * count // 3, count - 2, count - 1})


@pytest.mark.once
def test_every_one_of_784_steps_is_shown_as_computed():
    stage = staged(FIGURE)
    assert len(stage.trace) == len(stage.plan.steps) == 784
    proof = prove_sweep(stage)
    seconds = [info.second for info in stage.plan.steps]
    assert seconds == sorted(seconds) and len(set(seconds)) == 784
    explained = [i for i, info in enumerate(stage.plan.steps) if info.explained]
    values = stage.trace.output.ravel()
    assert {0, 783} <= set(explained), "the first and the last steps are told"
    assert {values[i] for i in explained} >= {values.min(), values.max()}, "the strongest of each sign is told"
    frames_show_the_last_step_born(proof)
    frame = proof.frame(stage.frame(300))
    glance = Glance(stage, (frame.number - 1) / stage.plan.fps, proof.known)
    for role in ("input", "output", "inset.values", "inset.products", "inset.result", "kernel"):
        assert agrees(frame, glance, role), f"the quick reader sees another {role}"


def frames_show_the_last_step_born(proof: SweepProof) -> None:
    """On frames of the film, between steps' times too: the window stands where the last cell born was made."""
    stage, shape = proof.stage, proof.outputs.shape[1:]
    for number in range(1, stage.plan.frames + 1, 7):
        glance = Glance(stage, (number - 1) / stage.plan.fps, proof.known)
        cells, at = proof.lattice(glance, "output", shape)
        visible_from = int(np.array([k.shape.solid for k in cells.kinds]).sum())
        whole = np.abs(cells.turns[at.ravel()[visible_from - 1]] - np.eye(3)).max() < 5e-3 if visible_from else False
        clock = proof.clock(number)
        if whole and abs(clock - round(clock)) < 1e-3 and clock < proof.count:
            assert round(clock) == visible_from - 1
            proof.covered(glance, visible_from - 1, proof.trace[visible_from - 1])


def test_a_sweep_is_slower_over_the_ink():
    plan, trace = (stage := staged(FIGURE)).plan, stage.trace
    swept = [i for i, info in enumerate(plan.steps[:-1]) if not info.explained and not plan.steps[i + 1].explained]
    lasts = {i: plan.steps[i + 1].second - plan.steps[i].second for i in swept}
    late = [i for i in swept if i > 500]
    ink = [lasts[i] for i in late if trace[i].values.max() > 0]
    bare = [lasts[i] for i in late if trace[i].values.max() == 0]
    assert np.mean(ink) > 2 * np.mean(bare)


@pytest.mark.once
@pytest.mark.parametrize("name", OVERRIDES)
def test_steps_are_shown_as_computed_with(name):
    stage = staged(FIGURE, OVERRIDES[name])
    prove_sweep(stage, some(len(stage.trace)))


def test_a_picture_of_the_users_own(tmp_path):
    from PIL import Image

    shades = np.random.default_rng(5).integers(0, 256, (12, 15), np.uint8)
    Image.fromarray(shades).save(tmp_path / "own.png")
    stage = staged(FIGURE, {"input.image": str(tmp_path / "own.png"), "input.size": [12, 15]})
    assert np.array_equal(stage.trace.input[0], shades.astype(int) * 10 // 255 - (shades == 255))
    prove_sweep(stage, some(len(stage.trace)))


@pytest.mark.parametrize("zipped", [False, True])
def test_a_picture_of_an_idx_file_gzipped_or_not(tmp_path, zipped):
    shades = np.random.default_rng(6).integers(0, 256, (3, 28, 28), np.uint8)
    raw = struct.pack(">BBBBIII", 0, 0, 8, 3, *shades.shape) + shades.tobytes()
    path = tmp_path / ("t10k-images-idx3-ubyte" + (".gz" if zipped else ""))
    path.write_bytes(gzip.compress(raw) if zipped else raw)
    stage = staged(FIGURE, {"input.idx": str(path), "input.index": 2})
    assert np.array_equal(stage.trace.input[0], np.minimum(shades[2].astype(int) * 10 // 255, 9))
    prove_sweep(stage, [0, 500, 783])


# wrong plans ---------------------------------------------------------------------------------------------------


def volume(plan, role):
    return next(v for v in plan.volumes if v.role == role)


def columns(plan, role, **changed):
    return plan.with_points(role, Points({**volume(plan, role).points.data, **changed}))


def moved(role, by):
    def mutate(plan):
        tracks = tuple(Track(t.role, np.roll(t.places, by, axis=0)) if t.role == role else t for t in plan.tracks)
        return replace(plan, tracks=tracks)

    return mutate


def window_alone(plan):
    lost = replace(next(t for t in plan.tracks if t.role == "input.track"), role="lost")
    lost = replace(lost, places=lost.places + np.float32((1, 0, 0)))
    windows = tuple(replace(w, track="lost") if w.role == "input.window" else w for w in plan.windows)
    return replace(plan, tracks=(*plan.tracks, lost), windows=windows)


def visible_from(by: float):
    def mutate(plan):
        when = volume(plan, "output").points["visible_from"].copy()
        when[20] += by
        return columns(plan, "output", visible_from=when)

    return mutate


def texts_of(role, change, step=20):
    """The rows of one step's cells in the close-up, changed."""

    def mutate(plan):
        points = volume(plan, role).points
        own = np.flatnonzero((points["step"] == step) & (points["label"] >= 0))
        data = {name: column.copy() for name, column in points.data.items()}
        change(data, own, points)
        return columns(plan, role, **data)

    return mutate


def other_number(data, own, points):
    """One number is another's."""
    one = own[0]
    other = next(k for k in np.flatnonzero(points["label"] >= 0) if points["value"][k] != points["value"][one])
    for name in ("label", "label_faded"):
        data[name][one] = points[name][other]


def other_color(data, own, points):
    one = own[0]
    other = next(k for k in np.flatnonzero(points["step"] >= 0) if points["cube"][k] != points["cube"][one])
    data["cube"][one], data["faded"][one] = points["cube"][other], points["faded"][other]


def turned_around(data, own, points):
    """The cells of a step in reverse order."""
    data["position"][own] = points["position"][own][::-1]


def gone_early(data, own, points):
    data["visible_until"][own] -= np.float32(1)


def a_step_late(data, own, points):
    data["visible_from"] += np.float32(1) * (points["step"] >= 0)
    data["visible_until"] += np.float32(1) * (points["step"] >= 0)


def never_faded(plan):
    return columns(plan, "input", faded=volume(plan, "input").points["cube"])


def kernel_turned(plan):
    at = volume(plan, "kernel").points["position"].copy()
    return columns(plan, "kernel", position=(at.min(axis=0) + at.max(axis=0)) - at)


def sum_of_another(plan):
    """A explained step's sum ends in another's total."""
    words = next(w for w in plan.words if w.role == "sum")
    points, texts = words.points, [la.text for la in plan.labels]
    totals = [k for k in range(len(points)) if texts[points["label"][k]].startswith("= ")]
    first = next(k for k in totals if points["visible_from"][k] < 0)
    other = next(k for k in totals if points["label"][k] != points["label"][first])
    label = points["label"].copy()
    label[first] = label[other]
    new = replace(words, points=Points({**points.data, "label": label}))
    return replace(plan, words=tuple(new if w is words else w for w in plan.words))


MUTANTS = {
    "the window is a step behind": (moved("input.track", 1), 20, "window: "),
    "the frame alone is a column off": (window_alone, 20, "window: "),
    "no cell fades back": (never_faded, 20, "lit: "),
    "the mark is a step behind": (moved("output.track", 1), 20, "marker: "),
    "a cell is born a step early": (visible_from(-1), 19, "born: "),
    "a cell is born a step late": (visible_from(1), 20, "born: "),
    "a value of the close-up is another's": (texts_of("inset.values", other_number), 20, "number: inset.values"),
    "a value of the close-up has another's colour": (texts_of("inset.values", other_color), 20, "inset: "),
    "the values are turned around": (texts_of("inset.values", turned_around), 20, "inset: |number: inset.values"),
    "the close-up is a step late": (texts_of("inset.values", a_step_late), 20, "inset: |number: |cells: "),
    "a product is another's": (texts_of("inset.products", other_number), 20, "number: inset.products"),
    "the products go too early": (texts_of("inset.products", gone_early), 20, "cells: inset.products|inset: "),
    "the sum in the close-up is another's": (texts_of("inset.result", other_number), 20, "number: inset.result"),
    "the kernel's numbers are turned around": (kernel_turned, 20, "number: kernel"),
    "the sum below has another's total": (sum_of_another, 0, "sum: "),
}  # fmt: skip


@pytest.mark.once
@pytest.mark.parametrize("name", MUTANTS)
def test_the_proofs_fail_on_a_figure_in_which(name):
    mutate, step, said = MUTANTS[name]
    with pytest.raises(AssertionError, match=said):
        prove_sweep(staged(FIGURE, SMALL, mutate), [step])


def test_the_proofs_hold_on_the_figure_the_mutants_are_made_of():
    prove_sweep(staged(FIGURE, SMALL), [0, 19, 20])
