# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations of a convolutional network in NumPy, each with a trace of how every output cell came about.

- In: arrays `(channels, *spatial)` with one, two or three spatial axes, unbatched, and PyTorch's arguments.
- Out: a `Trace`. Its `output` is computed at once, vectorised; `trace[i]` works out one `Step` (one output
  cell: the input cells it read, the weights, the products) when asked, in time and memory of one window.
- Convolution here is cross-correlation: the kernel is not flipped, as in every framework.
- May not enter: Blender, drawing, seconds, colours, files. NumPy alone is imported.

`shapes` answers questions about sizes and padding without computing anything.
"""

from . import shapes
from .conv import conv, conv_transpose
from .pool import avg_pool, global_avg_pool, global_max_pool, max_pool
from .relu import relu
from .shapes import conv_output_shape, conv_transpose_output_shape, pool_output_shape
from .trace import Step, Trace

__all__ = [
    "Step",
    "Trace",
    "avg_pool",
    "conv",
    "conv_output_shape",
    "conv_transpose",
    "conv_transpose_output_shape",
    "global_avg_pool",
    "global_max_pool",
    "max_pool",
    "pool_output_shape",
    "relu",
    "shapes",
]
