# SPDX-License-Identifier: GPL-3.0-or-later
"""Convolution and transposed convolution: arguments checked, output computed, trace made.

How the sums are computed is `compute`'s business, how large they come out is `shapes`'.
"""

import math

import numpy as np

from .arguments import INT64_MAX, frozen, integer, largest, numbers, volume
from .compute import correlate, stamp
from .shapes import conv_geometry, conv_transpose_geometry
from .trace import Trace

# A float64 holds every integer up to here, so sums that stay below may use the fast matrix product.
EXACT_IN_FLOAT64 = 2**53


def conv(x, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    """Convolve `x (C_in, *S)` with `weight (C_out, C_in/groups, *K)`, one to three spatial axes, unbatched.

    Cross-correlation, so the kernel is not flipped: for an output channel o of group g,

        output[o, p] = bias[o] + sum over c, k of
            weight[o, c, k] * x[g * C_in/groups + c, p * stride + k * dilation - padding]

    - `bias`: `(C_out,)` or None.
    - `stride`, `dilation`: cells, an int or one per axis, at least 1.
    - `padding`: zeros around the input, in cells: an int, one per axis, a (before, after) pair per axis,
      "valid" (none), "same" (keeps `ceil(size / stride)`, the odd cell after) or "full" (`(K - 1) * dilation`
      on both sides).
    - `groups`: divides C_in and C_out; group g of the filters sees group g of the input channels.

    Returns a `Trace` with `reduce == "sum"`. Integers are summed exactly (int64), float32 stays float32.
    Raises `ValueError` where arguments are wrong or do not fit together, and where exact integers would not
    fit into 64 bits.

    Source: PyTorch `Conv1d`/`Conv2d`/`Conv3d`; ONNX `Conv`; Dumoulin & Visin 2016.
    """
    x, weight, bias, groups = _operands(x, weight, bias, groups, out_axis=0)
    geometry = conv_geometry(x.shape[1:], weight.shape[2:], stride, padding, dilation)
    output = _summed(correlate, x, weight, bias, groups, geometry, math.prod(weight.shape[1:]))
    return _trace("conv", x, weight, bias, groups, geometry, output)


def conv_transpose(x, weight, bias=None, *, stride=1, padding=0, output_padding=0, dilation=1, groups=1):
    """Transposed convolution of `x (C_in, *S)` with `weight (C_in, C_out/groups, *K)`, one to three axes.

    Every input number times its kernel is laid on the output at `i * stride + k * dilation - padding`;
    overlaps add. The same sums, gathered: the input is spread `stride` apart with zeros between, a border of
    `(K - 1) * dilation - padding` zeros is put around it and the flipped kernel slides over it cell by cell.
    The steps of the trace describe this second view; see `Trace` for the coordinates.

    - `bias`: `(C_out,)` or None. `stride`, `dilation`: cells, an int or one per axis, at least 1.
    - `padding`: that of the convolution being transposed, so it takes cells from the *output*: an int, one
      per axis, a (before, after) pair per axis, "valid" (none), "same" (gives `size * stride`, the odd cell
      taken after) or "full" (`(K - 1) * dilation` on both sides: the window never leaves the spread input).
    - `output_padding`: cells added after the output, smaller than the larger of stride and dilation; stamps
      may reach into them, they are not merely zeros.
    - `groups`: divides C_in; C_out is `groups * weight.shape[1]`.

    Returns a `Trace` with `reduce == "sum"`; dtypes and errors are as for `conv`.

    Source: PyTorch `ConvTranspose1d`/`2d`/`3d`; ONNX `ConvTranspose`; Dumoulin & Visin 2016, chapter 4.
    """
    x, weight, bias, groups = _operands(x, weight, bias, groups, out_axis=1)
    geometry = conv_transpose_geometry(
        x.shape[1:], weight.shape[2:], stride, padding, output_padding, dilation
    )
    terms = math.prod(weight.shape[2:]) * (x.shape[0] // groups)
    output = _summed(stamp, x, weight, bias, groups, geometry, terms)
    return _trace("conv_transpose", x, weight, bias, groups, geometry, output)


def _operands(x, weight, bias, groups, out_axis):
    """The checked arrays in one dtype; `out_axis` is the weight's axis of output channels."""
    x, weight = volume("x", x), numbers("weight", weight)
    groups = integer("groups", groups, 1)
    layout = "(C_out, C_in/groups, *kernel)" if out_axis == 0 else "(C_in, C_out/groups, *kernel)"
    if weight.ndim != x.ndim + 1:
        raise ValueError(
            f"weight has shape {weight.shape}, {weight.ndim} axes; for x of shape {x.shape} it must be "
            f"{layout} with {x.ndim + 1} axes"
        )
    if x.shape[0] % groups:
        raise ValueError(
            f"groups={groups} does not divide the {x.shape[0]} channels of x, whose shape is {x.shape}"
        )
    if out_axis == 0 and weight.shape[0] % groups:
        raise ValueError(
            f"groups={groups} does not divide the {weight.shape[0]} filters of weight {weight.shape}"
        )
    expected = x.shape[0] // groups if out_axis == 0 else x.shape[0]
    if weight.shape[1 - out_axis] != expected:
        raise ValueError(
            f"weight has shape {weight.shape}, which is {layout}; its axis {1 - out_axis} must be "
            f"{expected} for x of {x.shape[0]} channels and groups={groups}, not "
            f"{weight.shape[1 - out_axis]}"
        )
    dtype = np.result_type(x, weight)
    if bias is not None:
        bias = numbers("bias", bias)
        filters = weight.shape[0] if out_axis == 0 else weight.shape[1] * groups
        if bias.shape != (filters,):
            raise ValueError(
                f"bias has shape {bias.shape}; it must be ({filters},), one number for each output channel"
            )
        dtype = np.result_type(dtype, bias)
        bias = frozen(bias, dtype)
    return frozen(x, dtype), frozen(weight, dtype), bias, groups


def _summed(compute, x, weight, bias, groups, geometry, terms):
    """Run `compute` in the dtype that is exact and fast, add the bias, and return the output in x's dtype."""
    inner = x.dtype
    if inner.kind == "i":
        worst = largest(x) * largest(weight) * terms + (0 if bias is None else largest(bias))
        if worst > INT64_MAX:
            raise ValueError(
                f"x and weight hold integers up to {largest(x)} and {largest(weight)}: a sum of {terms} "
                "products may not fit into 64 bits; pass smaller integers, or floats"
            )
        if worst <= EXACT_IN_FLOAT64:
            inner = np.dtype(np.float64)
    elif inner == np.float16:
        inner = np.dtype(np.float32)
    output = compute(x.astype(inner, copy=False), weight.astype(inner, copy=False), groups, geometry)
    if bias is not None:
        output += bias.astype(inner, copy=False).reshape((-1,) + (1,) * (output.ndim - 1))
    output = output.astype(x.dtype, copy=False)
    output.flags.writeable = False
    return output


def _trace(op, x, weight, bias, groups, geometry, output):
    return Trace(
        op=op,
        reduce="sum",
        input=x,
        weight=weight,
        bias=bias,
        output=output,
        kernel_size=geometry.kernel_size,
        stride=geometry.stride,
        padding=geometry.padding,
        dilation=geometry.dilation,
        output_padding=geometry.output_padding,
        groups=groups,
    )
