# SPDX-License-Identifier: GPL-3.0-or-later
"""Sizes: known examples, the named paddings' promises, and agreement with what the operations return."""

import doctest

import numpy as np
import pytest

from addon.engine import (
    conv,
    conv_output_shape,
    conv_transpose,
    conv_transpose_output_shape,
    max_pool,
    pool_output_shape,
    shapes,
)


@pytest.mark.parametrize(
    ("size", "arguments", "out"),
    [
        ((10,), {"kernel_size": 3}, (8,)),
        ((6, 6), {"kernel_size": 3, "padding": 1}, (6, 6)),
        ((6, 6), {"kernel_size": 3, "padding": "valid"}, (4, 4)),
        ((6, 6), {"kernel_size": 3, "padding": "same"}, (6, 6)),
        ((6, 6), {"kernel_size": 3, "padding": "full"}, (8, 8)),
        ((9, 9), {"kernel_size": 3, "stride": 2}, (4, 4)),
        ((6, 6), {"kernel_size": 3, "dilation": 2}, (2, 2)),
        ((7, 8, 9), {"kernel_size": (1, 2, 3), "stride": (1, 2, 3), "padding": (0, (1, 2), 1)}, (7, 5, 3)),
    ],
)
def test_known_convolutions_have_their_known_sizes(size, arguments, out):
    assert conv_output_shape(size, **arguments) == out
    kernel = arguments.pop("kernel_size")
    kernel = (kernel,) * len(size) if isinstance(kernel, int) else kernel
    trace = conv(np.ones((1, *size)), np.ones((1, 1, *kernel)), **arguments)
    assert trace.output.shape == (1, *out)


def test_known_transposed_convolutions_have_their_known_sizes():
    assert conv_transpose_output_shape((2, 2), 3) == (4, 4)
    assert conv_transpose_output_shape((3, 3), 3, stride=2, padding=1) == (5, 5)
    assert conv_transpose_output_shape((3,), 3, stride=2, padding=1, output_padding=1) == (6,)


def test_known_poolings_have_their_known_sizes():
    assert pool_output_shape((8, 8), 2) == (4, 4)
    assert pool_output_shape((5,), 2) == (2,)
    assert pool_output_shape((5,), 2, ceil_mode=True) == (3,)
    # The third window would start behind the input.
    assert pool_output_shape((3,), 1, stride=3, ceil_mode=True) == (1,)
    assert pool_output_shape((1,), 2, ceil_mode=True) == (1,)
    assert max_pool(np.array([[5.0]]), 2, ceil_mode=True).output.tolist() == [[5]]


@pytest.mark.parametrize("size", range(1, 9))
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("kernel", [1, 2, 3, 5])
def test_same_padding_keeps_size_over_stride_rounded_up_with_the_odd_cell_after(size, stride, kernel):
    for trace in (
        conv(np.ones((1, size)), np.ones((1, 1, kernel)), stride=stride, padding="same", dilation=2),
        max_pool(np.ones((1, size)), kernel, stride=stride, padding="same"),
        max_pool(np.ones((1, size)), kernel, stride=stride, padding="same", ceil_mode=True),
    ):
        assert trace.output.shape == (1, -(-size // stride))
        ((before, after),) = trace.padding
        assert after - before in (0, 1)


def test_full_padding_first_sees_one_input_cell_and_last_sees_one():
    trace = conv(np.ones((1, 6, 6)), np.ones((1, 1, 3, 3)), padding="full")
    assert trace.padding == ((2, 2), (2, 2))
    seen = [int(step.real.sum()) for step in trace]
    assert (seen[0], max(seen), seen[-1]) == (1, 9, 1)


@pytest.mark.parametrize("padding", ["valid", "same", "full"])
def test_a_named_padding_of_a_transposed_convolution_undoes_the_sizes_of_that_convolution(padding):
    size = (6, 8)
    small = conv_output_shape(size, 3, stride=2, padding=padding)
    extra = [
        n - m
        for n, m in zip(size, conv_transpose_output_shape(small, 3, stride=2, padding=padding), strict=True)
    ]
    # What the stride rounded off cannot be known; with "same" nothing is lost for even sizes.
    assert all(n in (0, 1) for n in extra)
    assert padding != "same" or extra == [0, 0]
    trace = conv_transpose(np.ones((1, *small)), np.ones((1, 1, 3, 3)), stride=2, padding=padding)
    assert trace.output.shape[1:] == conv_transpose_output_shape(small, 3, stride=2, padding=padding)
    if padding == "full":
        assert trace.grid_border == ((0, 0), (0, 0))


def test_sizes_are_a_tuple_of_one_to_three():
    for size in (5, (), (1, 2, 3, 4), (0, 3), (2.0,), "ab"):
        with pytest.raises(ValueError, match="size="):
            conv_output_shape(size, 1)


def test_the_examples_in_the_docstrings_are_true():
    failed, tried = doctest.testmod(shapes)
    assert tried >= 3
    assert failed == 0
