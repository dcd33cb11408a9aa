# SPDX-License-Identifier: GPL-3.0-or-later
"""Convolution, which here as in every framework is cross-correlation."""

from .. import engine
from . import windows
from .descriptor import Arithmetic, Operation
from .options import GROUPS, OUT_CHANNELS, WINDOW


def run(x, weight, bias, op):
    return engine.conv(x, weight, bias, stride=op.stride, padding=op.padding, dilation=op.dilation, groups=op.groups)


def output_shape(size, op):
    return engine.conv_output_shape(size, op.kernel_size, op.stride, op.padding, op.dilation)


OPERATION = Operation(
    name="conv",
    run=run,
    output_shape=output_shape,
    arithmetic=Arithmetic.SUM,
    options=(*WINDOW, GROUPS, OUT_CHANNELS),
    completions={"kernel_size": lambda op: 3, "stride": lambda op: 1},
    weight_axes=("out", "in"),
    grid_shape=windows.padded_shape,
    grows_by="padding",
    size_formula=windows.size_formula,
    title_word="convolution",
    comparable=True,
    kinds=("comparison", "sliding", "volume", "sweep"),
)
