# SPDX-License-Identifier: GPL-3.0-or-later
"""Average pooling: the mean of each window."""

from .. import engine
from . import windows
from .descriptor import Arithmetic, Operation, Option
from .options import CEIL_MODE, WINDOW

COUNT_INCLUDE_PAD = Option("count_include_pad", True, "flag", "padded zeros count in the mean's divisor")


def run(x, weight, bias, op):
    return engine.avg_pool(
        x, op.kernel_size, stride=op.stride, padding=op.padding, dilation=op.dilation, ceil_mode=op.ceil_mode,
        count_include_pad=op.count_include_pad,
    )  # fmt: skip


def output_shape(size, op):
    return engine.pool_output_shape(size, op.kernel_size, op.stride, op.padding, op.dilation, op.ceil_mode)


OPERATION = Operation(
    name="avg_pool",
    run=run,
    output_shape=output_shape,
    arithmetic=Arithmetic.MEAN,
    options=(*WINDOW, CEIL_MODE, COUNT_INCLUDE_PAD),
    completions={"kernel_size": lambda op: 2, "stride": lambda op: op.kernel_size},
    grid_shape=windows.padded_shape,
    grows_by="padding",
    size_formula=windows.size_formula,
    title_word="mean_pooling",
    comparable=True,
    kinds=("comparison", "pooling"),
)
