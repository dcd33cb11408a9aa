# SPDX-License-Identifier: GPL-3.0-or-later
"""Solid figures with other parameters than their own show what was computed, and so do figures drawn at random."""

import random

import pytest

from .proof_solid import prove
from .seeing import staged
from .test_solid_frames import ODD

pytestmark = pytest.mark.thorough  # the proofs are the same on every Python
OVERRIDES = {
    "stride 2": {"op.stride": 2},
    "uneven padding": {"op.padding": [[1, 0], [0, 2]]},
    "kernel 2x3": {"op.kernel_size": [2, 3], "weight.seed": 4},
    "bias": {"bias.values": [-2]},
    "one axis": {"input.size": [10], "op.kernel_size": 3, "weight.values": [1, 2, -1]},
    "negative input": {"input.low": -3},
    "fractions": {"weight.values": [[0.5, 0, -0.5], [1, 0, -1], [0.25, 0, -0.25]]},
    "tenths": {"weight.values": [[0.1, 0.2, 0.7]] * 3, "op.stride": 3},
    "indices from 1": {"look.index_from": 1, "op.stride": 2},
}


def proved(stage) -> None:
    """The first two steps, a row's end, the middle and the last."""
    count = len(stage.trace)
    prove(stage, sorted({0, min(1, count - 1), stage.trace.output.shape[-1] - 1, count // 2, count - 1}))


@pytest.mark.parametrize("name", OVERRIDES)
def test_steps_are_shown_as_computed_with(name):
    proved(staged("conv2d_valid", OVERRIDES[name]))


@pytest.mark.parametrize(
    "overrides", [{"op.padding": 0, "op.stride": 3}, {"input.size": [4, 6], "op.stride": [1, 2]}]
)
def test_steps_of_several_channels_are_shown_as_computed_with(overrides):
    proved(staged("rgb_conv", overrides))


@pytest.mark.parametrize("overrides", [
    {"op.stride": 1, "op.padding": 0, "op.output_padding": 0},
    {"op.stride": [1, 3], "op.dilation": [2, 1], "op.output_padding": [1, 2]},
    {"op.padding": 3, "input.size": [4, 4]},  # beyond the kernel's reach: cells are left over
    {"input.size": [4], "op.dilation": 2},
    {"input.channels": 1, "op.padding": "full", "op.output_padding": 0},
])  # fmt: skip
def test_steps_of_a_transposed_convolution_are_shown_as_computed_with(overrides):
    proved(staged(ODD["transposed_channels"], overrides))


@pytest.mark.parametrize("seed", range(4))
def test_random_figures_are_shown_as_computed(seed):
    draw = random.Random(seed)
    kernel = [draw.randint(1, 3), draw.randint(1, 3)]
    dilation = [draw.randint(1, 2), draw.randint(1, 2)]
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    overrides = {
        "op.kernel_size": kernel,
        "op.dilation": dilation,
        "op.stride": [draw.randint(1, 2), draw.randint(1, 2)],
        "op.padding": [draw.randint(0, 1), draw.randint(0, 1)],
        "input.size": [draw.randint(max(3, reach[0]), 7), draw.randint(max(3, reach[1]), 7)],
        "input.seed": draw.randint(0, 9999),
        "weight.seed": draw.randint(0, 9999),
        "bias.values": [draw.randint(-3, 3)],
    }
    print(f"seed {seed}: {overrides}")
    proved(staged("conv2d_valid", overrides))
