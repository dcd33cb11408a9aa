# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations that make of each number another one, whatever stands beside it: argument checked, trace made."""

from .arguments import frozen, volume
from .trace import Trace


def elementwise(op, function, x):
    """`function` of each number of `x (C, *S)`, one to three spatial axes, as the operation named `op`.

    `function` takes an array and returns one of its shape. Returns a `Trace` with `reduce == "elementwise"`,
    whose steps have one tap each. Raises `ValueError` where `x` is no volume of numbers.
    """
    x = volume("x", x)
    x, axes = frozen(x, x.dtype), x.ndim - 1
    output = function(x)
    output.flags.writeable = False
    ones, zeros = (1,) * axes, (0,) * axes
    return Trace(
        op=op,
        reduce="elementwise",
        input=x,
        weight=None,
        bias=None,
        output=output,
        kernel_size=ones,
        stride=ones,
        padding=((0, 0),) * axes,
        dilation=ones,
        output_padding=zeros,
    )
