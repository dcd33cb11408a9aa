# SPDX-License-Identifier: GPL-3.0-or-later
"""The trace as a sequence: lazy, indexed like a list, exact for integers, true after the caller changes "
"his arrays."""

import itertools
import time
import tracemalloc

import numpy as np
import pytest

from addon.engine import avg_pool, compute, conv, conv_transpose, global_avg_pool, global_max_pool, max_pool

from .cases import case, every_case, name_of
from .test_operations import close


@pytest.fixture
def trace():
    return conv(np.arange(2 * 4 * 5).reshape(2, 4, 5), np.ones((3, 2, 2, 2), int), np.array([10, 20, 30]))


def test_a_trace_has_one_step_per_output_cell_in_row_major_order(trace):
    assert len(trace) == trace.output.size == 3 * 3 * 4
    assert [step.output_index for step in trace] == list(itertools.product(range(3), range(3), range(4)))
    assert [step.value for step in trace] == trace.output.ravel().tolist()


def test_a_trace_is_indexed_like_a_list(trace):
    assert trace[-1].output_index == trace[len(trace) - 1].output_index == (2, 2, 3)
    assert trace[-len(trace)].output_index == (0, 0, 0)
    assert trace[np.int64(5)].output_index == (0, 1, 1)
    assert [step.output_index for step in trace[2:7:2]] == [(0, 0, 2), (0, 1, 0), (0, 1, 2)]
    for outside in (len(trace), -len(trace) - 1):
        with pytest.raises(IndexError, match=str(outside)):
            trace[outside]
    with pytest.raises(TypeError):
        trace[1.0]


def test_a_step_is_found_by_its_output_index(trace):
    assert trace.at(2, 1, 3).output_index == (2, 1, 3)
    assert trace.at(-1, -1, -1).output_index == (2, 2, 3)
    for outside in ((3, 0, 0), (0, 0, -5), (0, 0)):
        with pytest.raises(IndexError):
            trace.at(*outside)


def test_a_large_layer_is_traced_lazily():
    x = np.ones((64, 112, 112), np.float32)
    weight = np.ones((64, 64, 3, 3), np.float32)
    tracemalloc.start()
    trace = conv(x, weight, padding=1)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    held, _ = tracemalloc.get_traced_memory()
    started = time.process_time()
    assert len(trace) == 64 * 112 * 112
    step = trace[400_000]
    assert time.process_time() - started < 0.5
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert trace.output.dtype == np.float32
    assert trace.output[3, 5, 5] == 576
    assert trace.output[3, 0, 5] == 384
    assert len(step.taps) == 576
    # All windows laid out at once would be 29 MB of floats; input, its padded copy and the output are 10.
    assert peak < 20e6
    assert most - held < 1e6


def test_a_trace_stays_true_when_the_caller_changes_the_arrays():
    x, weight, bias = np.ones((1, 4)), np.ones((1, 1, 2)), np.zeros(1)
    traces = [conv(x, weight, bias), max_pool(x, 2), avg_pool(x, 2), global_max_pool(x), global_avg_pool(x)]
    before = [trace[0].values.tolist() for trace in traces]
    x += 7
    weight += 7
    bias += 7
    assert [trace[0].values.tolist() for trace in traces] == before
    assert traces[0][0].products.tolist() == [1, 1]
    assert traces[0][0].bias == 0
    for array in (traces[0].input, traces[0].weight, traces[0].bias, *(trace.output for trace in traces)):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_integers_are_summed_exactly_even_where_a_float_could_not():
    big = 2**53 + 1
    trace = conv(np.array([[big, 1, 1]]), np.array([[[1, 1]]]), np.array([1]))
    assert trace.output.tolist() == [[big + 2, 3]]
    assert trace[0].products.tolist() == [big, 1]
    assert trace[0].products.sum() + trace[0].bias == trace[0].value == big + 2
    spread = conv_transpose(np.array([[big, 1]]), np.array([[[1, 1]]]))
    assert spread.output.tolist() == [[big, big + 1, 1]]
    pooled = max_pool(np.array([[big - 1, big, -(2**63)]]), 3, padding=1, stride=1)
    assert pooled.output.tolist() == [[big, big, big]]
    assert [step.chosen for step in pooled] == [2, 1, 0]


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, bool, np.int32])
def test_small_integers_do_not_wrap_around(dtype):
    x = np.full((1, 3), 100).astype(dtype)
    trace = conv(x, x[None])
    assert trace.output.dtype == np.int64
    assert trace.output.tolist() == [[3 * int(x[0, 0]) ** 2]]


def test_half_precision_stays_half_and_its_products_add_up():
    rng = np.random.default_rng(1)
    x, weight = (
        rng.standard_normal((8, 6)).astype(np.float16),
        rng.standard_normal((2, 8, 3)).astype(np.float16),
    )
    trace = conv(x, weight)
    assert trace.output.dtype == np.float16
    for step in trace:
        assert np.float16(step.products.sum() + step.bias) == pytest.approx(step.value, rel=2e-3, abs=2e-3)
    assert avg_pool(np.full((1, 4096), 30, np.float16), 4096).output.tolist() == [[30]]


def test_a_maximum_chooses_the_first_of_equals():
    step = max_pool(np.array([[[1, 7, 7], [7, 0, 7]]]), (2, 3))[0]
    assert step.chosen == 1
    assert step.taps[step.chosen].tolist() == [0, 0, 1]


def test_padding_is_zero_for_a_sum_and_minus_infinity_for_a_maximum_and_uncounted_for_a_mean():
    x = np.array([[-3.0, -5.0]])
    assert conv(x, np.ones((1, 1, 3)), padding=1)[0].values.tolist() == [0, -3, -5]
    assert max_pool(x, 3, padding=1)[0].values.tolist() == [-np.inf, -3, -5]
    without = avg_pool(x, 3, padding=1, count_include_pad=False)[0]
    assert without.counted.tolist() == [False, True, True]
    assert (without.divisor, without.value) == (2, -4)
    included = avg_pool(x, 3, padding=1)[0]
    assert included.counted.all()
    assert included.divisor == 3


def test_an_integer_maximum_reads_integers_where_no_padding_is_met():
    steps = max_pool(np.array([[1, 2, 3, 4]]), 2, padding=1, stride=2)
    assert [step.values.dtype.kind for step in steps] == ["f", "i", "f"]


def test_a_window_on_padding_alone_is_minus_infinity_as_in_pytorch():
    trace = max_pool(np.ones((1, 4)), 2, stride=1, padding=1, dilation=5)
    assert trace.output.tolist() == [[-np.inf]]
    assert trace[0].chosen == 0


def test_a_transposed_convolution_describes_the_spread_out_input():
    trace = conv_transpose(np.arange(9.0).reshape(1, 3, 3), np.ones((1, 1, 3, 3)), stride=2, padding=1)
    assert trace.output.shape == (1, 5, 5)
    assert trace.grid_shape == (5, 5)
    assert trace.grid_border == ((1, 1), (1, 1))
    # A 7×7 grid of which nine cells are real, so that 40 are zeros.
    assert (5 + 2) ** 2 - 9 == 40
    seen = [int(step.real.sum()) for step in trace]
    assert [seen.count(n) for n in (1, 2, 4)] == [9, 12, 4]
    assert trace[0].positions[0].tolist() == [0, -1, -1]
    assert trace[0].kernel_index[0].tolist() == [0, 2, 2]


@pytest.mark.parametrize("padding", [0, ((0, 1), (2, 1)), "same", "full"])
@pytest.mark.parametrize("operation", [conv, conv_transpose])
def test_every_window_starts_where_the_trace_says_its_grid_and_border_put_it(operation, padding):
    trace = operation(np.ones((1, 5, 6)), np.ones((1, 1, 3, 2)), stride=2, padding=padding)
    for step in trace:
        origin = [
            o * s - before
            for o, s, (before, _) in zip(
                step.output_index[1:], trace.window_stride, trace.grid_border, strict=True
            )
        ]
        assert step.positions[0, 1:].tolist() == origin
        for axis, (_, after) in enumerate(trace.grid_border):
            assert step.positions[:, 1 + axis].max() < trace.grid_shape[axis] + after


@pytest.mark.parametrize("arguments", [{}, {"padding": ((2, 1),)}, {"output_padding": 1}, {"padding": 3}])
def test_the_windows_of_a_transposed_convolution_reach_exactly_the_ends_of_its_border(arguments):
    trace = conv_transpose(np.ones((1, 4)), np.ones((1, 1, 3)), stride=2, **arguments)
    places = [place for step in trace for place in step.positions[:, 1].tolist()]
    ((before, after),) = trace.grid_border
    assert (min(places), max(places)) == (-before, trace.grid_shape[0] - 1 + after)


@pytest.mark.parametrize("cells", [1, 3, 7, 50, 300])
@pytest.mark.parametrize("size", [(40,), (7, 9), (3, 4, 5)])
def test_the_output_does_not_depend_on_the_blocks_it_is_computed_in(monkeypatch, cells, size):
    rng = np.random.default_rng(cells)
    x = rng.integers(-9, 9, (4, *size))
    weight = rng.integers(-9, 9, (6, 2) + (2,) * len(size))
    whole = conv(x, weight, padding=1, groups=2).output
    monkeypatch.setattr(compute, "BLOCK_BYTES", 0)
    monkeypatch.setattr(compute, "BLOCK_CELLS", cells)
    assert (conv(x, weight, padding=1, groups=2).output == whole).all()


def test_steps_and_traces_print_as_one_line(trace):
    assert repr(trace) == "Trace(conv: (2, 4, 5) -> (3, 3, 4), 36 steps)"
    assert repr(trace[1]) == f"Step(sum of 8 taps -> output[0, 0, 1] = {trace.output[0, 0, 1]})"


@pytest.mark.parametrize(("op", "number"), every_case("conv_transpose"), ids=name_of)
def test_a_transposed_convolution_is_a_convolution_of_its_spread_input(op, number):
    """The engine's own convolution of what `as_conv` says gives the same output, each step the same sum."""
    trace = case(op, number).run()
    same = trace.as_conv()
    x, padding = same.input, np.array(same.padding)
    if (padding < 0).any():  # what lies outside a negative border is not read
        cut, padding = np.maximum(-padding, 0), np.maximum(padding, 0)
        x = x[(slice(None), *(slice(a, n - b) for (a, b), n in zip(cut, x.shape[1:], strict=True)))]
    if x.size:
        again = conv(x, same.weight, same.bias, padding=padding, dilation=same.dilation, groups=same.groups)
        close(again.output, trace.output, np.abs(trace.input).max())
    assert same.op == "conv" and set(same.stride) == {1} and same.as_conv() is same
    assert np.count_nonzero(same.input) == np.count_nonzero(trace.input)
    for one, other in zip(trace, same, strict=True):
        assert one.output_index == other.output_index and one.value == other.value and one.bias == other.bias
        for name in ("positions", "real", "values", "weights", "products"):
            assert np.array_equal(getattr(one, name), getattr(other, name)), name
        turned = np.array(trace.kernel_size) - 1 - one.kernel_index[:, 1:]
        assert np.array_equal(other.kernel_index, np.column_stack([one.kernel_index[:, 0], turned]))
        assert np.array_equal(other.weights, same.weight[tuple(other.weight_index.T)])
