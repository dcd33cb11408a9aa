# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that several operations share. Names and meanings are PyTorch's and ONNX's."""

from .descriptor import Option

PADDINGS = ("valid", "same", "full")

KERNEL_SIZE = Option(
    "kernel_size", None, "axes", "cells the window covers: one number, or one per axis, or text like `\"3x3\"`",
    range=(1, 64), unit="cells", auto="the size of `weight.values` or `weight.npy`; else 3, or 2 for pooling",
)  # fmt: skip
STRIDE = Option(
    "stride", None, "axes", "cells from one window to the next: one number, or one per axis",
    range=(1, 64), unit="cells", auto="1; for pooling the kernel's size",
)  # fmt: skip
PADDING = Option(
    "padding", 0, "padding", "cells added around the input: one number, one per axis, a `[before, after]` pair per "
    "axis, or a name: `valid` adds none, `same` keeps ceil(size / stride), `full` adds (k - 1) × "
    "dilation on both sides; a transposed convolution takes them from its output",
    range=(0, 256), unit="cells", choices=PADDINGS,
)  # fmt: skip
DILATION = Option(
    "dilation", 1, "axes", "distance between neighbouring taps of the kernel: one number, or one per axis",
    range=(1, 64), unit="cells",
)  # fmt: skip
GROUPS = Option(
    "groups", 1, "whole", "groups of channels that do not see each other; divides input and output channels",
    range=(1, 4096),
)  # fmt: skip
OUT_CHANNELS = Option(
    "out_channels", None, "whole", "number of filters, which is the number of output channels", range=(1, 4096),
    auto="what the weights have; else the number of groups",
)  # fmt: skip
CEIL_MODE = Option("ceil_mode", False, "flag", "round the output's size up instead of down")

WINDOW = (KERNEL_SIZE, STRIDE, PADDING, DILATION)
