# SPDX-License-Identifier: GPL-3.0-or-later
"""Transposed convolutions show what was computed: stamps, what is between the views, windows, in the figures and in odd
scenes (tests/scenes/stamping). Wrong pictures are refused in test_stamping_mutants.py.
"""

import random
from pathlib import Path

import pytest

from ..figures import cases
from .proof_stamping import StampingProof
from .seeing import staged

ROOT = Path(__file__).resolve().parents[2]
FIGURES = {name: ROOT / "scenes" / f"{name}.toml" for name in ("transposed_conv", "transposed_conv_strided")}
ODD = {p.stem: p for p in sorted((ROOT / "tests" / "scenes" / "stamping").glob("*.toml"))}
SCENES = cases(FIGURES | ODD, ("transposed_conv_strided",))
# of the first figure with other options
OVERRIDES = {
    "kernel 1x1": {"op.kernel_size": 1, "weight.values": [[2]], "op.stride": 2},
    "padding beyond the kernel's reach": {"input.seed": 3, "input.size": [5, 5], "op.padding": 3},
    "full": {"input.seed": 3, "input.size": [4, 5], "op.padding": "full"},
    "output padding past the stamps": {"op.stride": 3, "op.output_padding": 2, "op.padding": 0},
    "stride 2 down, 1 across": {"op.stride": [2, 1]},
    "fractions": {"weight.values": [[0.5, 1, 0.5], [1, 2, 1], [0.5, 1, 0.25]], "op.stride": 2},
    "indices from 1": {"look.index_from": 1, "op.stride": 2},
    "a high page": {"output.size": (480, 854)},
}


@pytest.fixture(scope="module", params=SCENES)
def proof(request):
    return StampingProof(staged(request.param))


def some(count: int, more=()) -> list[int]:
    """A few, the first and the last among them; and `more`."""
    return sorted({0, 1, count // 2, count - 2, count - 1, *more} & set(range(count)))


def test_stamps_are_laid_on_as_computed(proof):
    for s in range(proof.count) if proof.count < 10 else some(proof.count):
        proof.stamp(s)


def test_between_the_views_the_output_stands_alone(proof):
    proof.cut()


def test_the_stage_is_cleared_and_the_kernel_turns_as_one(proof):
    proof.cleared()
    proof.turned()


def test_windows_make_every_number_again(proof):
    explained = [i for i, step in enumerate(proof.plan.steps) if step.explained]
    assert explained and len(proof.plan.steps) == len(proof.trace)
    for i in some(len(proof.trace), explained):
        proof.step(i)


def test_a_cell_is_made_again_at_its_step_and_not_before(proof):
    draw = random.Random(len(proof.trace))
    first = proof.second_at(proof.base - 0.9)
    for _ in range(12):
        proof.births(draw.uniform(first, proof.plan.seconds))


def test_both_views_agree_at_the_end(proof):
    proof.end()


@pytest.mark.thorough
@pytest.mark.parametrize("options", OVERRIDES.values(), ids=OVERRIDES)
def test_other_options_are_shown(options):
    proof = StampingProof(staged(FIGURES["transposed_conv"], options))
    for s in some(proof.count):
        proof.stamp(s)
    proof.cut()
    proof.cleared()
    explained = [i for i, step in enumerate(proof.plan.steps) if step.explained]
    for i in sorted({*explained, proof.section // 2}):
        proof.step(i)
    proof.end()


def test_a_figure_is_large_enough_for_numbers():
    """Or a proof of numbers would prove none."""
    for path in FIGURES.values():
        assert StampingProof(staged(path)).numbered
