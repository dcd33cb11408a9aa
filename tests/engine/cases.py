# SPDX-License-Identifier: GPL-3.0-or-later
"""Random cases: arguments as a user may write them, what they mean resolved to tuples, and the reference's
answer.

The seed is the environment's CONVOLUME_SEED, or 0; it stands in the name of every test that uses it.
"""

import os
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from addon import engine

from . import reference

SEED = int(os.environ.get("CONVOLUME_SEED", "0"))
CASES = 200
OPERATIONS = ("conv", "conv_transpose", "max_pool", "avg_pool", "global_max_pool", "global_avg_pool", "relu")
# So many taps in all: enough for every window to differ, few enough for loops.
MOST_TAPS = 2500


@dataclass(frozen=True, eq=False)
class Case:
    op: str
    arrays: tuple  # positional arguments of the engine's function
    written: dict  # keyword arguments as the user may write them
    meant: dict  # the same as tuples and pairs
    out_shape: tuple
    cells: dict  # the reference's answer

    def run(self):
        return getattr(engine, self.op)(*self.arrays, **self.written)

    def __str__(self):
        shapes = [a.shape if isinstance(a, np.ndarray) else a for a in self.arrays]
        return f"{self.op}, {self.arrays[0].dtype}, arguments {shapes}, {self.written}"


def every_case(op):
    """pytest parameters: the number of each random case, named with its seed."""
    return [(op, number) for number in range(CASES)]


def name_of(value):
    return f"seed{SEED}-{value}" if isinstance(value, int) else value


@lru_cache(maxsize=4)
def case(op, number):
    """Random case `number` of `op`, drawn again until its arguments fit together."""
    rng = np.random.default_rng([SEED, OPERATIONS.index(op), number])
    while True:
        made = _draw(op, rng, axes=1 + number % 3)
        if made is not None:
            return made


def _draw(op, rng, axes):
    if op.startswith("global"):
        x = _array(rng, (rng.integers(1, 5), *rng.integers(1, 6, axes)), _dtype(rng))
        size = x.shape[1:]
        reduce = "max" if op == "global_max_pool" else "mean"
        meant = {"stride": size, "padding": ((0, 0),) * axes, "dilation": (1,) * axes, "ceil": False}
        return Case(op, (x,), {}, meant, *reference.pool(x, size, reduce=reduce, **meant))
    if op == "relu":
        x, ones = _array(rng, (rng.integers(1, 5), *rng.integers(1, 6, axes)), _dtype(rng)), (1,) * axes
        meant = {"stride": ones, "padding": ((0, 0),) * axes}
        return Case(op, (x,), {}, meant, *reference.relu(x))
    size = tuple(int(n) for n in rng.integers(1, (10, 7, 5)[axes - 1], axes))
    kernel = tuple(int(n) for n in rng.integers(1, (5, 4, 4)[axes - 1], axes))
    stride, dilation = (tuple(int(n) for n in rng.integers(1, most, axes)) for most in (4, 4 - (axes == 3)))
    if rng.random() < 0.5:
        dilation = (1,) * axes
    pooling = op.endswith("pool")
    if pooling and rng.random() < 0.3:
        stride = kernel
    padding, pairs = _padding(op, rng, size, kernel, stride, dilation)
    if pairs is None:
        return None
    written = {"stride": _as_written(rng, stride), "padding": padding, "dilation": _as_written(rng, dilation)}
    meant = {"stride": stride, "padding": pairs, "dilation": dilation}
    if pooling and stride == kernel:
        del written["stride"]
    if pooling:
        return _pooling(op, rng, size, kernel, written, meant)
    return _convolution(op, rng, size, kernel, written, meant)


def _convolution(op, rng, size, kernel, written, meant):
    groups = int(rng.choice([1, 1, 2, 3]))
    c_in, c_out = (groups * int(n) for n in rng.integers(1, 3, 2))
    shape = (c_out, c_in // groups) if op == "conv" else (c_in, c_out // groups)
    dtype = _dtype(rng)
    x, weight = _array(rng, (c_in, *size), dtype), _array(rng, shape + kernel, dtype)
    bias = _array(rng, (c_out,), dtype) if rng.random() < 0.5 else None
    written["groups"] = meant["groups"] = groups
    spans = [(k - 1) * d + 1 for k, d in zip(kernel, meant["dilation"], strict=True)]
    if op == "conv":
        sizes = [
            (n + sum(p) - e) // s + 1
            for n, p, e, s in zip(size, meant["padding"], spans, meant["stride"], strict=True)
        ]
    else:
        extra = tuple(
            int(rng.integers(0, max(s, d))) for s, d in zip(meant["stride"], meant["dilation"], strict=True)
        )
        if written["padding"] == "same":
            # Its padding was worked out without any.
            extra = (0,) * len(size)
        meant["output_padding"], written["output_padding"] = extra, _as_written(rng, extra)
        sizes = [
            (n - 1) * s + e - sum(p) + o
            for n, s, e, p, o in zip(size, meant["stride"], spans, meant["padding"], extra, strict=True)
        ]
    if min(sizes) < 1 or c_out * (c_in // groups) * np.prod(sizes) * np.prod(kernel) > MOST_TAPS:
        return None
    return Case(op, (x, weight, bias), written, meant, *getattr(reference, op)(x, weight, bias, **meant))


def _pooling(op, rng, size, kernel, written, meant):
    channels = int(rng.integers(1, 4))
    x = _array(rng, (channels, *size), _dtype(rng))
    meant["ceil"] = written["ceil_mode"] = bool(rng.random() < 0.5)
    meant["reduce"] = "max" if op == "max_pool" else "mean"
    if op == "avg_pool":
        meant["count_padding"] = written["count_include_pad"] = bool(rng.random() < 0.5)
    out_shape, cells = reference.pool(x, kernel, **meant)
    if not cells or len(cells) * np.prod(kernel) > MOST_TAPS:
        return None
    blind = any(all(tap.source is None for tap in cell.taps) for cell in cells.values())
    # A window on padding only has no mean, and no integer maximum: refused, and tested elsewhere.
    if blind and (x.dtype.kind == "i" or not meant.get("count_padding", op == "max_pool")):
        return None
    return Case(op, (x, _as_written(rng, kernel)), written, meant, out_shape, cells)


def _padding(op, rng, size, kernel, stride, dilation):
    """A padding as written and as pairs, each form as likely as the others."""
    pooling = op.endswith("pool")
    form = rng.choice(["int", "per axis", "pairs", "name"])
    if form == "name":
        name = str(rng.choice(["valid", "same"] if pooling else ["valid", "same", "full"]))
        if name == "valid":
            return name, ((0, 0),) * len(size)
        if name == "full":
            return name, tuple(((k - 1) * d,) * 2 for k, d in zip(kernel, dilation, strict=True))
        if op != "conv_transpose":
            return name, tuple(map(reference.same_padding, size, kernel, stride, dilation))
        # Whatever makes the output stride times as long as the input.
        surplus = [(k - 1) * d + 1 - s for k, d, s in zip(kernel, dilation, stride, strict=True)]
        return name, tuple((n // 2, n - n // 2) for n in surplus) if min(surplus) >= 0 else None
    # Wide enough for a pooling's window to lie on padding alone now and then.
    most = [k if pooling else 3 for k in kernel]
    if form == "int":
        cells = int(rng.integers(0, min(most) + 1))
        return cells, ((cells, cells),) * len(size)
    if form == "per axis":
        cells = [int(rng.integers(0, n + 1)) for n in most]
        return cells, tuple((n, n) for n in cells)
    pairs = tuple((int(rng.integers(0, n + 1)), int(rng.integers(0, n + 1))) for n in most)
    return pairs, pairs


def _as_written(rng, values):
    """A tuple, or the plain int a user writes when all axes agree."""
    return values[0] if len(set(values)) == 1 and rng.random() < 0.5 else values


def _dtype(rng):
    return np.dtype(str(rng.choice(["int64", "float32", "float64"])))


def _array(rng, shape, dtype):
    """Few distinct integers, so that maxima tie; floats of either sign."""
    if dtype.kind == "i":
        return rng.integers(-4, 5, shape)
    return rng.standard_normal(shape).astype(dtype)
