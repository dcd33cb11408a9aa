# SPDX-License-Identifier: GPL-3.0-or-later
"""Max pooling: the largest number of each window."""

from .. import engine
from . import windows
from .descriptor import Arithmetic, Operation
from .options import CEIL_MODE, WINDOW


def run(x, weight, bias, op):
    return engine.max_pool(
        x, op.kernel_size, stride=op.stride, padding=op.padding, dilation=op.dilation, ceil_mode=op.ceil_mode
    )


def output_shape(size, op):
    return engine.pool_output_shape(size, op.kernel_size, op.stride, op.padding, op.dilation, op.ceil_mode)


OPERATION = Operation(
    name="max_pool",
    run=run,
    output_shape=output_shape,
    arithmetic=Arithmetic.MAX,
    options=(*WINDOW, CEIL_MODE),
    completions={"kernel_size": lambda op: 2, "stride": lambda op: op.kernel_size},
    grid_shape=windows.padded_shape,
    grows_by="padding",
    size_formula=windows.size_formula,
    title_word="max_pooling",
    comparable=True,
    kinds=("comparison", "pooling"),
)
