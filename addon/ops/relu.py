# SPDX-License-Identifier: GPL-3.0-or-later
"""The rectified linear unit: what is below zero becomes zero."""

from .. import engine
from .descriptor import Arithmetic, Operation


def run(x, weight, bias, op):
    return engine.relu(x)


def output_shape(size, op):
    return tuple(size)


OPERATION = Operation(
    name="relu",
    run=run,
    output_shape=output_shape,
    arithmetic=Arithmetic.ELEMENTWISE,
    formula="max(0, {x})",
    kinds=("activation",),
)
