# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations once more, slow and obvious: plain Python loops written from the definitions.

Shares no code with the engine and uses other formulations where there are any: sizes are found by placing
windows and counting them, a transposed convolution by stamping. Each function returns `(output shape, {output
index: Cell})`.
"""

import itertools
from dataclasses import dataclass, field


@dataclass
class Tap:
    place: tuple  # (channel, *spatial) where the window looks, in cells of what it slides over
    source: tuple | None  # index of the input cell read there, None for padding and inserted zeros
    kernel: tuple  # (channel within the group, *spatial) in the kernel
    number: float
    weight_index: tuple | None = None
    weight: float | None = None
    counted: bool = True


@dataclass
class Cell:
    value: float = 0
    taps: list = field(default_factory=list)
    divisor: int = 1
    chosen: int | None = None


def numbers_of(array):
    """An array as {index: plain Python number}."""
    indices = itertools.product(*(range(n) for n in array.shape))
    return {index: array[index].item() for index in indices}


def grid(sizes):
    return itertools.product(*(range(n) for n in sizes))


def window_starts(size, kernel, stride, before, after, dilation, ceil=False):
    """Where windows start along one axis, 0 being the first input cell, found by trying one after the "
    "other."""
    starts = []
    start = -before
    while start + (kernel - 1) * dilation <= size + after - 1:
        starts.append(start)
        start += stride
    # One more that hangs out, if cells (or padding) lie behind the last whole one.
    if ceil and starts:
        if starts[-1] + (kernel - 1) * dilation < size + after - 1:
            starts.append(start)
        # The last one, be it whole, is dropped where it begins behind the input.
        if starts[-1] >= size:
            starts.pop()
    return starts


def same_padding(size, kernel, stride, dilation):
    """The least padding with which one window starts for every `stride` cells, the odd cell after."""
    wanted = len(range(0, size, stride))
    total = 0
    while len(window_starts(size, kernel, stride, 0, total, dilation)) < wanted:
        total += 1
    return total // 2, total - total // 2


def conv(x, weight, bias, stride, padding, dilation, groups):
    """`padding` is a (before, after) pair per axis, the others are tuples."""
    numbers, weights = numbers_of(x), numbers_of(weight)
    per_group, filters = weight.shape[1], weight.shape[0] // groups
    kernel = weight.shape[2:]
    starts = [
        window_starts(n, k, s, before, after, d)
        for n, k, s, (before, after), d in zip(x.shape[1:], kernel, stride, padding, dilation, strict=True)
    ]
    out_shape = (weight.shape[0], *map(len, starts))
    cells = {}
    for out in grid(out_shape):
        cell = Cell(value=0 if bias is None else bias[out[0]].item())
        first = out[0] // filters * per_group
        for c in range(per_group):
            for k in grid(kernel):
                place = tuple(starts[a][out[1 + a]] + k[a] * dilation[a] for a in range(len(kernel)))
                source = (first + c, *place)
                number = numbers.get(source, 0)
                w = weights[(out[0], c, *k)]
                cell.value += number * w
                inside = source if source in numbers else None
                cell.taps.append(Tap(source, inside, (c, *k), number, (out[0], c, *k), w))
        cells[out] = cell
    return out_shape, cells


def relu(x):
    """Every number by itself: a negative one becomes 0."""
    cells = {}
    for index, number in numbers_of(x).items():
        tap = Tap(index, index, (0,) * len(index), number)
        cells[index] = Cell(number if number > 0 else 0, [tap])
    return x.shape, cells


def conv_transpose(x, weight, bias, stride, padding, output_padding, dilation, groups):
    """Stamp every input cell on the output; then lay the taps out as the gathering window meets them."""
    numbers, weights = numbers_of(x), numbers_of(weight)
    per_group, filters = x.shape[0] // groups, weight.shape[1]
    kernel = weight.shape[2:]
    axes = range(len(kernel))
    sizes = []
    for a in axes:
        last_stamped = (x.shape[1 + a] - 1) * stride[a] + (kernel[a] - 1) * dilation[a]
        sizes.append(last_stamped + 1 - padding[a][0] - padding[a][1] + output_padding[a])
    out_shape = (filters * groups, *sizes)
    cells = {out: Cell(value=0 if bias is None else bias[out[0]].item()) for out in grid(out_shape)}
    stamped = {out: {} for out in cells}
    for source, number in numbers.items():
        group = source[0] // per_group
        for f in range(filters):
            for k in grid(kernel):
                place = tuple(source[1 + a] * stride[a] + k[a] * dilation[a] - padding[a][0] for a in axes)
                out = (group * filters + f, *place)
                if out in cells:
                    cells[out].value += number * weights[(source[0], f, *k)]
                    stamped[out][(source[0] - group * per_group, *k)] = source
    spread = {(i[0], *(i[1 + a] * stride[a] for a in axes)): i for i in numbers}
    for out, cell in cells.items():
        group = out[0] // filters
        for c in range(per_group):
            # The window is read forwards, so it meets the kernel backwards.
            for k in itertools.product(*(range(n - 1, -1, -1) for n in kernel)):
                # Input cell i is stamped to place i * stride + k * dilation - padding, so this is where i *
                # stride is.
                where = tuple(out[1 + a] + padding[a][0] - k[a] * dilation[a] for a in axes)
                place = (group * per_group + c, *where)
                source = spread.get(place)
                # Both views must name the same input cell, or the reference itself is wrong.
                assert source == stamped[out].get((c, *k))
                index = (group * per_group + c, out[0] - group * filters, *k)
                cell.taps.append(Tap(place, source, (c, *k), numbers.get(source, 0), index, weights[index]))
    return out_shape, cells


def pool(x, kernel, stride, padding, dilation, ceil, reduce, count_padding=True):
    """`reduce` is "max" or "mean"; tuples per axis, `padding` as pairs."""
    numbers = numbers_of(x)
    axes = range(len(kernel))
    starts = [
        window_starts(n, k, s, before, after, d, ceil)
        for n, k, s, (before, after), d in zip(x.shape[1:], kernel, stride, padding, dilation, strict=True)
    ]
    out_shape = (x.shape[0], *map(len, starts))
    cells = {}
    for out in grid(out_shape):
        cell = Cell()
        for k in grid(kernel):
            place = tuple(starts[a][out[1 + a]] + k[a] * dilation[a] for a in axes)
            source = (out[0], *place)
            inside = source in numbers
            padded = all(-padding[a][0] <= place[a] < x.shape[1 + a] + padding[a][1] for a in axes)
            number = numbers.get(source, 0 if reduce == "mean" else float("-inf"))
            counted = inside or reduce == "max" or (count_padding and padded)
            cell.taps.append(Tap(source, source if inside else None, (0, *k), number, counted=counted))
        read = [tap.number for tap in cell.taps if tap.counted]
        if reduce == "max":
            cell.value = max(read)
            cell.chosen = read.index(cell.value)
        else:
            cell.divisor = len(read)
            cell.value = sum(read) / len(read) if read else None
        cells[out] = cell
    return out_shape, cells
