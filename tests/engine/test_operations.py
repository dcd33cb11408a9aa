# SPDX-License-Identifier: GPL-3.0-or-later
"""Every operation and every step of its trace against loops written from the definitions, on random cases."""

import numpy as np
import pytest

from .cases import OPERATIONS, case, every_case, name_of

ALL = [pair for op in OPERATIONS for pair in every_case(op)]


def close(ours, theirs, scale=0):
    """Equal to 1e-5 of the number or, where sums cancel, to 1e-6 of the largest number around or summed."""
    theirs = np.asarray(theirs, np.float64)
    scale = np.abs(theirs[np.isfinite(theirs)]).max(initial=scale)
    np.testing.assert_allclose(np.asarray(ours, np.float64), theirs, rtol=1e-5, atol=1e-6 * scale)


@pytest.mark.parametrize(("op", "number"), ALL, ids=name_of)
def test_the_output_and_every_step_are_what_the_definition_says(op, number):
    wanted = case(op, number)
    print(wanted)
    trace = wanted.run()
    x = wanted.arrays[0]

    assert trace.op == op
    assert trace.output.shape == wanted.out_shape
    assert trace.output.dtype == (np.float64 if trace.reduce == "mean" and x.dtype.kind == "i" else x.dtype)
    assert trace.padding == wanted.meant["padding"]
    assert trace.stride == wanted.meant["stride"]
    values = np.array([cell.value for cell in wanted.cells.values()]).reshape(wanted.out_shape)
    if x.dtype.kind == "i" and trace.reduce != "mean":
        assert (trace.output == values).all(), "integers must be exact"
    else:
        close(trace.output, values, np.abs(x).max())

    assert len(trace) == len(wanted.cells)
    for step, (index, cell) in zip(trace, wanted.cells.items(), strict=True):
        check_taps(trace, step, index, cell)
        check_reduction(trace, step, cell)


def check_taps(trace, step, index, cell):
    assert step.output_index == index, "scan order is row-major"
    assert step.value == trace.output[index]
    assert step.reduce == trace.reduce
    assert step.positions.tolist() == [list(tap.place) for tap in cell.taps]
    assert step.kernel_index.tolist() == [list(tap.kernel) for tap in cell.taps]
    assert step.real.tolist() == [tap.source is not None for tap in cell.taps]
    assert step.counted.tolist() == [tap.counted for tap in cell.taps]
    if trace.op == "conv_transpose":
        unreal = [[tap.place[0]] + [-1] * (len(index) - 1) for tap in cell.taps]
    else:
        unreal = [list(tap.place) for tap in cell.taps]
    assert step.taps.tolist() == [
        nowhere if tap.source is None else list(tap.source)
        for tap, nowhere in zip(cell.taps, unreal, strict=True)
    ]
    assert step.values.tolist() == [tap.number for tap in cell.taps]


def check_reduction(trace, step, cell):
    assert step.divisor == cell.divisor
    assert step.chosen == cell.chosen
    if step.reduce == "sum":
        assert step.weight_index.tolist() == [list(tap.weight_index) for tap in cell.taps]
        assert step.weights.tolist() == [tap.weight for tap in cell.taps]
        assert (step.products == step.values * step.weights).all()
        assert step.bias == (0 if trace.bias is None else trace.bias[step.output_index[0]])
        total = step.products.sum() + step.bias
        if trace.input.dtype.kind == "i":
            assert total.dtype == np.int64
            assert total == step.value
        else:
            rounding = np.finfo(trace.input.dtype).eps * (len(step.products) + 2)
            assert abs(total - step.value) <= rounding * (np.abs(step.products).sum() + abs(step.bias))
        return
    assert step.weights is None
    assert step.products is None
    if step.reduce == "elementwise":
        assert len(step.taps) == 1
    elif step.reduce == "max":
        assert step.values[step.chosen] == step.value
    else:
        close(step.values[step.counted].sum() / step.divisor, step.value, np.abs(step.values).max())
