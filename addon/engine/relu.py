# SPDX-License-Identifier: GPL-3.0-or-later
"""The rectified linear unit."""

import numpy as np

from .elementwise import elementwise


def relu(x):
    """`max(0, v)` for each number v of `x (C, *S)`, one to three spatial axes.

    Returns a `Trace` with `reduce == "elementwise"`; the output has the dtype of `x` (any integers: int64).
    Raises `ValueError` where `x` is no volume of numbers.

    Source: PyTorch `ReLU`; ONNX `Relu`.
    """
    return elementwise("relu", lambda v: np.maximum(v, 0), x)
