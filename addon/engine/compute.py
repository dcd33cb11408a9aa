# SPDX-License-Identifier: GPL-3.0-or-later
"""The vectorised arithmetic behind the outputs: whole arrays in, whole arrays out, arguments already checked.

Nothing here knows about traces or arguments as the user writes them. Memory is bounded: the windows of an
input are never all laid out at once, only a block of them that suits the processor's cache.
"""

import itertools
import math

import numpy as np

# Bytes of windows laid out at a time: larger blocks fall out of the cache, smaller ones starve the product.
BLOCK_BYTES = 4 << 20
# At least so many output cells a block, or a deep kernel would make the matrix product thin and slow.
BLOCK_CELLS = 256


def correlate(x, weight, groups, geometry):
    """Slide `weight` over the padded `x` and sum the products: block by block, each one matrix product.

    `x (C_in, *S)` and `weight (C_out, C_in/groups, *K)` share a dtype; the result is `(C_out, *S_out)`.
    """
    axes = len(geometry.size)
    out_size = geometry.output_size
    windows = _windows(_padded(x, geometry, 0), geometry)
    windows = windows.reshape((groups, -1, *windows.shape[1:]))
    rows = math.prod(windows.shape[1 : 2 + axes])
    matrix = np.ascontiguousarray(weight.reshape(groups, -1, rows))
    output = np.empty((groups, matrix.shape[1], *out_size), x.dtype)
    cells = max(BLOCK_CELLS, BLOCK_BYTES // (groups * rows * x.dtype.itemsize))
    columns = np.empty(groups * rows * min(cells, math.prod(out_size)), x.dtype)
    for block in _blocks(out_size, cells):
        source = windows[(Ellipsis, *block)]
        count = math.prod(source.shape[2 + axes :])
        laid_out = columns[: groups * rows * count]
        np.copyto(laid_out.reshape(source.shape), source)
        product = np.matmul(matrix, laid_out.reshape(groups, rows, count))
        output[(slice(None), slice(None), *block)] = product.reshape(
            product.shape[:2] + source.shape[2 + axes :]
        )
    return output.reshape((-1, *out_size))


def stamp(x, weight, groups, geometry):
    """Lay every input number times the kernel on the output, where overlaps add: a transposed convolution.

    `x (C_in, *S)` and `weight (C_in, C_out/groups, *K)` share a dtype; the result is `(C_out, *S_out)`. One
    matrix product per kernel position serves all input cells; inserted zeros are never multiplied.
    """
    kernel, stride, dilation = geometry.kernel_size, geometry.stride, geometry.dilation
    inputs = np.ascontiguousarray(x).reshape(groups, x.shape[0] // groups, -1)
    per_group = weight.shape[1]
    # (kernel positions, groups, C_out/groups, C_in/groups)
    matrices = weight.reshape(groups, -1, per_group, math.prod(kernel)).transpose(3, 0, 2, 1)
    matrices = np.ascontiguousarray(matrices)
    whole = tuple(n + sum(pair) for n, pair in zip(geometry.output_size, geometry.padding, strict=True))
    canvas = np.zeros((groups, per_group, *whole), x.dtype)
    product = np.empty((groups, per_group, inputs.shape[2]), x.dtype)
    for matrix, place in zip(matrices, itertools.product(*map(range, kernel)), strict=True):
        np.matmul(matrix, inputs, out=product)
        target = tuple(
            slice(k * d, k * d + (n - 1) * s + 1, s)
            for k, d, n, s in zip(place, dilation, geometry.size, stride, strict=True)
        )
        canvas[(slice(None), slice(None), *target)] += product.reshape((groups, per_group, *geometry.size))
    kept = tuple(
        slice(before, before + n)
        for (before, _), n in zip(geometry.padding, geometry.output_size, strict=True)
    )
    return np.ascontiguousarray(canvas[(slice(None), slice(None), *kept)]).reshape(
        (-1, *geometry.output_size)
    )


def reduce_windows(x, ufunc, fill, geometry):
    """Reduce every window of every channel with `ufunc` (`np.maximum` or `np.add`), padding with `fill`.

    One axis after the other, which both allow: a 7×7 window costs 14 passes, not 49.
    """
    result = _padded(x, geometry, fill)
    for axis, (k, s, d, n) in enumerate(
        zip(geometry.kernel_size, geometry.stride, geometry.dilation, geometry.output_size, strict=True),
        start=1,
    ):
        before = (slice(None),) * axis
        if n == 1:
            # One window along the whole axis, as in global pooling: no need to go tap by tap.
            taps = result[(*before, slice(0, (k - 1) * d + 1, d))]
            result = ufunc.reduce(taps, axis=axis, keepdims=True)
            continue
        reduced = result[(*before, slice(0, (n - 1) * s + 1, s))].copy()
        for tap in range(1, k):
            ufunc(reduced, result[(*before, slice(tap * d, tap * d + (n - 1) * s + 1, s))], out=reduced)
        result = reduced
    return result


def count_taps(geometry, include_padding):
    """How many taps of each window lie in the input (or also in its padding), as an array of ints."""
    counts = np.ones((), np.int64)
    for n, k, s, d, (before, after), out in zip(
        geometry.size,
        geometry.kernel_size,
        geometry.stride,
        geometry.dilation,
        geometry.padding,
        geometry.output_size,
        strict=True,
    ):
        # Places from the start of the input; a window rounded up by ceil_mode may reach behind the padding.
        places = np.arange(out)[:, None] * s - before + np.arange(k) * d
        first, end = (-before, n + after) if include_padding else (0, n)
        counts = np.multiply.outer(counts, ((places >= first) & (places < end)).sum(axis=1))
    return counts


def _padded(x, geometry, fill):
    """`x` with `fill` around it, as far as the windows reach; cells that no window reads may be left off."""
    reach = tuple(
        (n - 1) * s + (k - 1) * d + 1
        for n, s, k, d in zip(
            geometry.output_size, geometry.stride, geometry.kernel_size, geometry.dilation, strict=True
        )
    )
    starts = tuple(before for before, _ in geometry.padding)
    if not any(starts) and all(n <= size for n, size in zip(reach, geometry.size, strict=True)):
        return x
    padded = np.full(x.shape[:1] + reach, fill, x.dtype)
    inner = tuple(slice(b, min(n, b + size)) for b, n, size in zip(starts, reach, geometry.size, strict=True))
    kept = tuple(slice(0, max(0, place.stop - place.start)) for place in inner)
    padded[(slice(None), *inner)] = x[(slice(None), *kept)]
    return padded


def _windows(padded, geometry):
    """A view `(C, *K, *output_size)` of all windows, without copying."""
    strides = padded.strides[1:]
    return np.lib.stride_tricks.as_strided(
        padded,
        padded.shape[:1] + geometry.kernel_size + geometry.output_size,
        padded.strides[:1]
        + tuple(step * d for step, d in zip(strides, geometry.dilation, strict=True))
        + tuple(step * s for step, s in zip(strides, geometry.stride, strict=True)),
        writeable=False,
    )


def _blocks(shape, cells):
    """Cut `shape` into blocks of at most `cells` cells, whole rows where they fit, as tuples of slices."""
    sizes = []
    for n in reversed(shape):
        sizes.insert(0, min(n, max(1, cells)))
        cells //= n
    ranges = [range(0, n, size) for n, size in zip(shape, sizes, strict=True)]
    for corner in itertools.product(*ranges):
        yield tuple(
            slice(start, min(n, start + size)) for start, size, n in zip(corner, sizes, shape, strict=True)
        )
