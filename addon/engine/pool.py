# SPDX-License-Identifier: GPL-3.0-or-later
"""Pooling, by windows and global: arguments checked, output computed, trace made.

How windows are reduced is `compute`'s business, how many there are is `shapes`'.
"""

import math

import numpy as np

from .arguments import INT64_MAX, flag, frozen, largest, volume
from .compute import count_taps, reduce_windows
from .shapes import pool_geometry
from .trace import Trace


def max_pool(x, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False):
    """The largest number of each window of each channel of `x (C, *S)`, one to three spatial axes.

    - `kernel_size`, `stride` (None: the kernel size), `dilation`: cells, an int or one per axis, at least 1.
    - `padding`: cells of minus infinity around the input, as many as in ONNX (PyTorch takes at most half the
      kernel): an int, one per axis, a (before, after) pair per axis, "valid" (none) or "same"
      (`ceil(size / stride)`, the odd cell after). "full" is refused: neither has it for a pooling.
    - `ceil_mode`: round the number of windows up; the last one is dropped where it would start behind the
      input.

    Returns a `Trace` with `reduce == "max"`; the output has the dtype of `x` (any integers: int64). Raises
    `ValueError` where arguments are wrong or do not fit together. A window may lie on padding only, where
    that is wide or the window dilated: its maximum is minus infinity, as the padding is (so does PyTorch
    with dilation; ONNX leaves it open), and since no integer is that, an integer `x` is then refused.

    Source: PyTorch `MaxPool1d`/`2d`/`3d`; ONNX `MaxPool`.
    """
    x = volume("x", x)
    geometry = pool_geometry(x.shape[1:], kernel_size, stride, padding, dilation, ceil_mode)
    return _max("max_pool", x, geometry, bool(ceil_mode))


def avg_pool(x, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False, count_include_pad=True):
    """The mean of each window of each channel of `x (C, *S)`, one to three spatial axes.

    Arguments are as for `max_pool`, but for the padding's part in the mean: with `count_include_pad` padding
    cells are zeros that count in the divisor, without it they are left out. What a window rounded up by
    `ceil_mode` reads behind the padding never counts. The mean of a window on padding only is 0 where that
    counts; where it does not there is nothing to divide by, and it is refused (ONNX gives NaN).

    Returns a `Trace` with `reduce == "mean"`; floats keep their dtype, integers are summed exactly and give
    float64. Raises `ValueError` as `max_pool` does, and where a window would have nothing to count.

    Source: PyTorch `AvgPool1d`/`2d`/`3d` (which have no dilation); ONNX `AveragePool` (which has).
    """
    x = volume("x", x)
    geometry = pool_geometry(x.shape[1:], kernel_size, stride, padding, dilation, ceil_mode)
    return _mean("avg_pool", x, geometry, bool(ceil_mode), flag("count_include_pad", count_include_pad))


def global_max_pool(x):
    """The largest number of each channel: `x (C, *S)` gives `(C, 1, ...)`, one step per channel.

    Returns a `Trace` with `reduce == "max"`. Raises `ValueError` where `x` is no volume of numbers.

    Source: ONNX `GlobalMaxPool`; PyTorch `AdaptiveMaxPool2d(1)`.
    """
    x = volume("x", x)
    return _max("global_max_pool", x, pool_geometry(x.shape[1:], x.shape[1:], None, 0, 1, False), False)


def global_avg_pool(x):
    """The mean of each channel: `x (C, *S)` gives `(C, 1, ...)`, one step per channel.

    Returns a `Trace` with `reduce == "mean"`; integers give float64. Raises `ValueError` where `x` is no
    volume of numbers.

    Source: ONNX `GlobalAveragePool`; PyTorch `AdaptiveAvgPool2d(1)`.
    """
    x = volume("x", x)
    return _mean(
        "global_avg_pool", x, pool_geometry(x.shape[1:], x.shape[1:], None, 0, 1, False), False, True
    )


def _max(op, x, geometry, ceil_mode):
    x = frozen(x, x.dtype)
    whole = x.dtype.kind == "i"
    if whole:
        _all_counted(geometry, False, "of integers")
    output = reduce_windows(x, np.maximum, np.iinfo(np.int64).min if whole else -math.inf, geometry)
    return _trace(op, "max", x, output, geometry, ceil_mode, True)


def _mean(op, x, geometry, ceil_mode, count_include_pad):
    x = frozen(x, x.dtype)
    divisors = _all_counted(geometry, count_include_pad, "without padding")
    inner = x.dtype
    if inner.kind == "i":
        terms = math.prod(geometry.kernel_size)
        if largest(x) * terms > INT64_MAX:
            raise ValueError(
                f"x holds integers up to {largest(x)}: a sum of {terms} may not fit into 64 bits; pass "
                "smaller integers, or floats"
            )
        sums = reduce_windows(x, np.add, 0, geometry)
        output = sums / divisors
    else:
        # Half precision is summed in single: hundreds of cells would lose their last digits otherwise.
        wide = np.float32 if inner == np.float16 else inner
        sums = reduce_windows(x.astype(wide, copy=False), np.add, 0, geometry)
        output = (sums / divisors.astype(wide)).astype(inner, copy=False)
    return _trace(op, "mean", x, output, geometry, ceil_mode, count_include_pad)


def _all_counted(geometry, include_padding, what):
    """The number of cells each window counts; refuse windows that have none."""
    counts = count_taps(geometry, include_padding)
    if counts.min() == 0:
        place = tuple(int(i) for i in np.unravel_index(int(np.argmin(counts)), counts.shape))
        raise ValueError(
            f"padding={geometry.padding} with kernel_size={geometry.kernel_size} and "
            f"dilation={geometry.dilation} leaves the window of output cell {place} no input cell at all, "
            f"and a pooling {what} needs one; use less padding or dilation"
        )
    return counts


def _trace(op, reduce, x, output, geometry, ceil_mode, count_include_pad):
    output.flags.writeable = False
    return Trace(
        op=op,
        reduce=reduce,
        input=x,
        weight=None,
        bias=None,
        output=output,
        kernel_size=geometry.kernel_size,
        stride=geometry.stride,
        padding=geometry.padding,
        dilation=geometry.dilation,
        output_padding=geometry.output_padding,
        ceil_mode=ceil_mode,
        count_include_pad=count_include_pad,
    )
