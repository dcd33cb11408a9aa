# SPDX-License-Identifier: GPL-3.0-or-later
"""Transposed convolution: every input number times the kernel is laid on the output, where overlaps add."""

from .. import engine
from .descriptor import Arithmetic, Operation, Option
from .options import GROUPS, OUT_CHANNELS, WINDOW
from .windows import MINUS, TIMES, axes, reaches

OUTPUT_PADDING = Option(
    "output_padding", 0, "axes", "cells added at the end of a transposed convolution's output",
    range=(0, 64), unit="cells",
)  # fmt: skip


def run(x, weight, bias, op):
    return engine.conv_transpose(
        x, weight, bias, stride=op.stride, padding=op.padding, output_padding=op.output_padding,
        dilation=op.dilation, groups=op.groups,
    )  # fmt: skip


def output_shape(size, op):
    return engine.conv_transpose_output_shape(
        size, op.kernel_size, op.stride, op.padding, op.output_padding, op.dilation
    )


def grid_shape(size, op):
    """The input spread by zeros, and as many around it as the kernel reaches."""
    spread = zip(size, axes(op.stride, len(size)), reaches(size, op), strict=True)
    return tuple((n - 1) * s + 1 + 2 * reach for n, s, reach in spread)


def size_formula(trace, axis: int, opened: bool) -> str:
    """As in "(3 − 1)×2 + 3 − 2×1 = 5"."""
    n, s = trace.input.shape[1:][axis], trace.stride[axis]
    k, d = trace.kernel_size[axis], trace.dilation[axis]
    before, after = trace.padding[axis]
    covered = f"{d * (k - 1) + 1}" if d == 1 or opened else f"({d}{TIMES}{k - 1} + 1)"
    sides = [f"2{TIMES}{before}"] * (before > 0) if before == after else [str(n) for n in (before, after) if n]
    cut = "".join(f" {MINUS} {side}" for side in sides)
    more = f" + {trace.output_padding[axis]}" if trace.output_padding[axis] else ""
    return f"({n} {MINUS} 1){TIMES}{s} + {covered}{cut}{more} = {trace.output.shape[1:][axis]}"


OPERATION = Operation(
    name="conv_transpose",
    run=run,
    output_shape=output_shape,
    arithmetic=Arithmetic.STAMP,
    options=(*WINDOW, GROUPS, OUT_CHANNELS, OUTPUT_PADDING),
    completions={"kernel_size": lambda op: 3, "stride": lambda op: 1},
    weight_axes=("in", "out"),
    grid_shape=grid_shape,
    grows_by="stride",
    size_formula=size_formula,
    title_word="transposed",
    kinds=("stamping", "volume"),
)
