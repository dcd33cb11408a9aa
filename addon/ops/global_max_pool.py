# SPDX-License-Identifier: GPL-3.0-or-later
"""Global max pooling: the largest number of each channel."""

from .. import engine
from .descriptor import Arithmetic, Operation


def run(x, weight, bias, op):
    return engine.global_max_pool(x)


def output_shape(size, op):
    return (1,) * len(size)


OPERATION = Operation(
    name="global_max_pool",
    run=run,
    output_shape=output_shape,
    arithmetic=Arithmetic.MAX,
    title_word="global_max",
    kinds=("pooling",),
)
