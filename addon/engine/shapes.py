# SPDX-License-Identifier: GPL-3.0-or-later
"""Sizes and padding along each spatial axis: what goes in, what comes out, and whether it fits together.

Nothing is computed here but lengths, counted in cells. The arithmetic is that of Dumoulin & Visin, "A guide
to convolution arithmetic for deep learning" (2016); rounding, limits and names follow the documentation of
PyTorch's `Conv2d`, `ConvTranspose2d`, `MaxPool2d` and `AvgPool2d` and the ONNX operators `Conv`,
`ConvTranspose`, `MaxPool`.
"""

from dataclasses import dataclass

from .arguments import AXES, flag, integer, padding_pairs, per_axis


@dataclass(frozen=True)
class Geometry:
    """Checked arguments of one operation, one entry per spatial axis, its padding resolved to numbers."""

    size: tuple  # of the input, in cells
    kernel_size: tuple
    stride: tuple
    padding: tuple  # (before, after) pairs
    dilation: tuple
    output_padding: tuple
    output_size: tuple


def extent(kernel_size, dilation):
    """The cells one axis of a dilated kernel spans, from its first tap to its last."""
    return (kernel_size - 1) * dilation + 1


def conv_output_shape(size, kernel_size, stride=1, padding=0, dilation=1):
    """The spatial shape a convolution gives: `floor((size + padding - extent) / stride) + 1` per axis.

    `size` is a tuple of one to three spatial sizes (no channels); the others are as for `conv`. Raises
    `ValueError`.

    >>> conv_output_shape((6, 6), 3, stride=1, padding="full")
    (8, 8)
    """
    return conv_geometry(_sizes(size), kernel_size, stride, padding, dilation).output_size


def conv_transpose_output_shape(size, kernel_size, stride=1, padding=0, output_padding=0, dilation=1):
    """The spatial shape a transposed convolution gives.

    Per axis `(size - 1) * stride + extent - padding + output_padding`. `size` is a tuple of one to three
    spatial sizes; the others are as for `conv_transpose`. Raises `ValueError`.

    >>> conv_transpose_output_shape((3, 3), 3, stride=2, padding=1)
    (5, 5)
    """
    return conv_transpose_geometry(
        _sizes(size), kernel_size, stride, padding, output_padding, dilation
    ).output_size


def pool_output_shape(size, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """The spatial shape a pooling gives.

    `size` is a tuple of one to three spatial sizes; the others are as for `max_pool`. As for a convolution,
    but with `ceil_mode` it is rounded up, and then the last window is dropped where it would start behind the
    input. Raises `ValueError`.

    >>> pool_output_shape((5,), 2, ceil_mode=True)
    (3,)
    """
    return pool_geometry(_sizes(size), kernel_size, stride, padding, dilation, ceil_mode).output_size


def conv_geometry(size, kernel_size, stride, padding, dilation):
    """Check a convolution's arguments for an input of spatial shape `size`."""
    axes = len(size)
    kernel_size = per_axis("kernel_size", kernel_size, axes, 1)
    stride = per_axis("stride", stride, axes, 1)
    dilation = per_axis("dilation", dilation, axes, 1)
    padding = padding_pairs(padding, axes)
    if padding == "valid":
        padding = ((0, 0),) * axes
    elif padding == "full":
        padding = tuple(((k - 1) * d,) * 2 for k, d in zip(kernel_size, dilation, strict=True))
    elif padding == "same":
        padding = _same(size, kernel_size, stride, dilation)
    output = tuple(
        (n + sum(p) - extent(k, d)) // s + 1
        for n, p, k, d, s in zip(size, padding, kernel_size, dilation, stride, strict=True)
    )
    _fits(size, kernel_size, padding, dilation, output)
    return Geometry(size, kernel_size, stride, padding, dilation, (0,) * axes, output)


def conv_transpose_geometry(size, kernel_size, stride, padding, output_padding, dilation):
    """Check a transposed convolution's arguments for an input of spatial shape `size`.

    `padding` is that of the convolution this one transposes, so it takes cells away from the output.
    """
    axes = len(size)
    kernel_size = per_axis("kernel_size", kernel_size, axes, 1)
    stride = per_axis("stride", stride, axes, 1)
    dilation = per_axis("dilation", dilation, axes, 1)
    output_padding = per_axis("output_padding", output_padding, axes, 0)
    for extra, s, d in zip(output_padding, stride, dilation, strict=True):
        if extra >= max(s, d):
            raise ValueError(
                f"output_padding={output_padding} is too large; on each axis it must be smaller than the "
                f"larger of stride={stride} and dilation={dilation}"
            )
    padding = padding_pairs(padding, axes)
    if padding == "valid":
        padding = ((0, 0),) * axes
    elif padding == "full":
        padding = tuple(((k - 1) * d,) * 2 for k, d in zip(kernel_size, dilation, strict=True))
    elif padding == "same":
        surplus = tuple(
            extent(k, d) + o - s
            for k, d, o, s in zip(kernel_size, dilation, output_padding, stride, strict=True)
        )
        if min(surplus) < 0:
            needed = tuple(
                max(0, s - extent(k, d)) for k, d, s in zip(kernel_size, dilation, stride, strict=True)
            )
            raise ValueError(
                f'padding="same" cannot give size * stride with kernel_size={kernel_size}, stride={stride}, '
                f"output_padding={output_padding}; the kernel leaves gaps, so output_padding must be at "
                f"least {needed}"
            )
        padding = tuple((cells // 2, cells - cells // 2) for cells in surplus)
    output = tuple(
        (n - 1) * s + extent(k, d) - sum(p) + o
        for n, s, k, d, p, o in zip(size, stride, kernel_size, dilation, padding, output_padding, strict=True)
    )
    if min(output) < 1:
        raise ValueError(
            f"padding={padding} takes away the whole output: for an input of {size} with "
            f"kernel_size={kernel_size}, stride={stride} and dilation={dilation} its size would be "
            f"{output}; it must leave at least 1 on each axis"
        )
    return Geometry(size, kernel_size, stride, padding, dilation, output_padding, output)


def pool_geometry(size, kernel_size, stride, padding, dilation, ceil_mode):
    """Check a pooling's arguments for an input of spatial shape `size`; `stride=None` means `kernel_size`."""
    axes = len(size)
    kernel_size = per_axis("kernel_size", kernel_size, axes, 1)
    stride = kernel_size if stride is None else per_axis("stride", stride, axes, 1)
    dilation = per_axis("dilation", dilation, axes, 1)
    ceil_mode = flag("ceil_mode", ceil_mode)
    padding = padding_pairs(padding, axes)
    if padding == "full":
        raise ValueError(
            'padding="full" is for convolutions; a pooling takes "valid", "same" or numbers of cells'
        )
    if padding == "valid":
        padding = ((0, 0),) * axes
    elif padding == "same":
        padding = _same(size, kernel_size, stride, dilation)
    output = []
    for n, (before, after), k, d, s in zip(size, padding, kernel_size, dilation, stride, strict=True):
        room = n + before + after - extent(k, d)
        count = (-(-room // s) if ceil_mode else room // s) + 1
        # A last window that would start behind the input sees nothing but padding: PyTorch and ONNX drop it.
        if ceil_mode and (count - 1) * s >= n + before:
            count -= 1
        output.append(count)
    _fits(size, kernel_size, padding, dilation, output)
    return Geometry(size, kernel_size, stride, padding, dilation, (0,) * axes, tuple(output))


def _same(size, kernel_size, stride, dilation):
    """The pairs that keep `ceil(size / stride)`, the odd cell after (ONNX's SAME_UPPER)."""
    pairs = []
    for n, k, s, d in zip(size, kernel_size, stride, dilation, strict=True):
        total = max(0, (-(-n // s) - 1) * s + extent(k, d) - n)
        pairs.append((total // 2, total - total // 2))
    return tuple(pairs)


def _fits(size, kernel_size, padding, dilation, output):
    if min(output) < 1:
        spans = tuple(extent(k, d) for k, d in zip(kernel_size, dilation, strict=True))
        padded = tuple(n + sum(p) for n, p in zip(size, padding, strict=True))
        what = f"kernel_size={kernel_size} spans"
        if spans != kernel_size:
            what = f"kernel_size={kernel_size} with dilation={dilation} spans"
            if all(k <= n for k, n in zip(kernel_size, padded, strict=True)):  # it would fit without
                what = f"dilation={dilation} makes kernel_size={kernel_size} span"
        raise ValueError(
            f"{what} {spans} cells, the padded input has only {padded}; use a smaller kernel or dilation, "
            "or more padding"
        )


def _sizes(size):
    if not isinstance(size, (tuple, list)) or len(size) not in AXES:
        raise ValueError(
            f"size={size!r} must be a tuple of one, two or three spatial sizes, without the channels"
        )
    return tuple(integer("size", n, 1, size) for n in size)
