# SPDX-License-Identifier: GPL-3.0-or-later
"""Poolings padded by more than half their kernel, as ONNX has them and PyTorch does not.

Numbers are worked out by hand, from the padded input written down with its zeros or without them. `cases` draws such
paddings at random for `reference`'s loops.
"""

import math

import numpy as np
import pytest

from addon.engine import avg_pool, max_pool, pool_output_shape

X = np.array([[[1, 2, 3], [4, 5, 6], [7, 8, 9]]])


def test_the_shape_of_onnx_node_cases_averagepool_2d_pads_and_maxpool_2d_pads():
    """`kernel_shape=[3, 3]`, `pads=[2, 2, 2, 2]` of 28×28 gives 30×30, and the corner window holds one cell."""
    x = np.random.default_rng(12).standard_normal((3, 28, 28))
    for trace in (max_pool(x, 3, stride=1, padding=2), avg_pool(x, 3, stride=1, padding=2, count_include_pad=False)):
        assert trace.output.shape == (3, 30, 30)
        assert np.array_equal(trace.output[:, 0, 0], x[:, 0, 0])
        assert np.array_equal(trace.output[:, -1, 0], x[:, -1, 0])
    counted = avg_pool(x, 3, stride=1, padding=2)
    np.testing.assert_allclose(counted.output[:, 0, 0], x[:, 0, 0] / 9)
    np.testing.assert_allclose(counted.output[:, 1, 29], x[:, :2, 27].sum(axis=1) / 9)


def test_every_window_of_a_small_one():
    largest = [[1, 2, 3, 3, 3], [4, 5, 6, 6, 6], [7, 8, 9, 9, 9], [7, 8, 9, 9, 9], [7, 8, 9, 9, 9]]
    assert max_pool(X, 3, stride=1, padding=2).output.tolist() == [largest]
    sums = [[1, 3, 6, 5, 3], [5, 12, 21, 16, 9], [12, 27, 45, 33, 18], [11, 24, 39, 28, 15], [7, 15, 24, 17, 9]]
    sums = np.array(sums)
    np.testing.assert_allclose(avg_pool(X, 3, stride=1, padding=2).output[0], sums / 9)
    cells = np.outer([1, 2, 3, 2, 1], [1, 2, 3, 2, 1])
    alone = avg_pool(X, 3, stride=1, padding=2, count_include_pad=False)
    np.testing.assert_allclose(alone.output[0], sums / cells)
    assert [step.divisor for step in alone[:5]] == [1, 2, 3, 2, 1]


def test_windows_on_padding_alone():
    x = np.array([[2.0, 5.0]])
    assert max_pool(x, 2, stride=1, padding=((3, 0),)).output.tolist() == [[-math.inf, -math.inf, 2, 5]]
    trace = max_pool(x, 2, stride=1, padding=((3, 0),))
    assert not trace[0].real.any() and trace[0].chosen == 0
    trace = avg_pool(x, 2, stride=1, padding=((0, 3),))
    assert trace.output.tolist() == [[3.5, 2.5, 0, 0]]
    assert [(step.divisor, step.values.tolist()) for step in trace[2:]] == [(2, [0, 0]), (2, [0, 0])]
    with pytest.raises(ValueError, match=r"leaves the window of output cell \(0,\) no input cell at all"):
        avg_pool(x, 2, stride=1, padding=((3, 0),), count_include_pad=False)
    with pytest.raises(ValueError, match="a pooling of integers needs one; use less padding"):
        max_pool(x.astype(int), 2, stride=1, padding=((3, 0),))


def test_rounding_up_drops_the_last_window_where_it_begins_behind_the_input():
    assert pool_output_shape((3,), 2, stride=1, padding=((0, 4),)) == (6,)
    assert pool_output_shape((3,), 2, stride=1, padding=((0, 4),), ceil_mode=True) == (5,)
    assert pool_output_shape((4,), 3, stride=2, padding=((3, 0),), ceil_mode=True) == (3,)
