# SPDX-License-Identifier: GPL-3.0-or-later
"""Global average pooling: the mean of each channel."""

from .. import engine
from .descriptor import Arithmetic, Operation


def run(x, weight, bias, op):
    return engine.global_avg_pool(x)


def output_shape(size, op):
    return (1,) * len(size)


OPERATION = Operation(
    name="global_avg_pool",
    run=run,
    output_shape=output_shape,
    arithmetic=Arithmetic.MEAN,
    title_word="global_mean",
    kinds=("pooling",),
)
