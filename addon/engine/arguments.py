# SPDX-License-Identifier: GPL-3.0-or-later
"""Turning what a caller passed into checked arrays and per-axis tuples, or into an error a person can act on.

Every check here raises `ValueError` with the argument's name, its value and what would be right. What the
numbers mean together (does the kernel fit, how large is the output) is `shapes`' business.
"""

import operator

import numpy as np

AXES = (1, 2, 3)
NAMED_PADDINGS = ("valid", "same", "full")
INT64_MAX = 2**63 - 1


def numbers(name, value):
    """`value` as an array of int64, float16, float32 or float64, finite and not empty.

    Integers and booleans become int64, so that sums of them are exact.
    """
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} is not a regular array of numbers: {error}") from None
    kind = array.dtype.kind
    if kind not in "biuf":
        raise ValueError(
            f"{name} has dtype {array.dtype}; it must hold integers or real floating-point numbers"
        )
    if array.size == 0:
        raise ValueError(
            f"{name} has shape {array.shape}, which holds no numbers; every axis must be at least 1 long"
        )
    if kind == "f":
        finite = np.isfinite(array)
        if not finite.all():
            where = tuple(int(i) for i in np.unravel_index(int(np.argmin(finite)), array.shape))
            raise ValueError(f"{name} holds {array[where]} at index {where}; every number must be finite")
        # Some machines have wider floats; a scene must give the same numbers on all of them.
        return array.astype(np.float64) if array.dtype.itemsize > 8 else array
    if kind == "u" and int(array.max()) > INT64_MAX:
        raise ValueError(
            f"{name} holds {int(array.max())}; integers must lie below 2**63, or be passed as floats"
        )
    return array.astype(np.int64)


def volume(name, value):
    """`numbers` shaped `(channels, *spatial)` with one to three spatial axes."""
    array = numbers(name, value)
    if array.ndim - 1 not in AXES:
        raise ValueError(
            f"{name} has shape {array.shape}; it must be (channels, *spatial) with one, two or three "
            "spatial axes, so two to four axes in all, without a batch axis"
        )
    return array


def frozen(array, dtype):
    """A private, read-only copy: a trace stays true when the caller goes on to change his array."""
    copy = np.array(array, dtype=dtype, order="C")
    copy.flags.writeable = False
    return copy


def integer(name, value, least, shown=None):
    """`value` as an int, at least `least`; `shown` is the whole argument it is part of, for the message."""
    whole = value if shown is None else shown
    try:
        # True is an int to Python, but stride=True is a slip.
        if isinstance(value, (bool, np.bool_)):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        raise ValueError(
            f"{name}={whole!r}: {value!r} is not an integer; it must be an integer, at least {least}"
        ) from None
    if number < least:
        raise ValueError(f"{name}={whole!r} is too small; it must be at least {least}")
    return number


def per_axis(name, value, axes, least):
    """An int, or one int per spatial axis, as a tuple of `axes` ints."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, (tuple, list)):
        if len(value) != axes:
            raise ValueError(
                f"{name}={value!r} has {len(value)} entries; it must be an integer or one per spatial axis "
                f"({axes})"
            )
        return tuple(integer(name, entry, least, value) for entry in value)
    return (integer(name, value, least),) * axes


def padding_pairs(value, axes):
    """The padding argument as a name, or as a `(before, after)` tuple per axis."""
    if isinstance(value, str):
        if value not in NAMED_PADDINGS:
            raise ValueError(f'padding={value!r} is no padding; the names are "valid", "same" and "full"')
        return value
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if not isinstance(value, (tuple, list)):
        return ((integer("padding", value, 0),) * 2,) * axes
    if len(value) != axes:
        hint = (
            f"; write ({tuple(value)!r},) for a (before, after) pair" if axes == 1 and len(value) == 2 else ""
        )
        raise ValueError(
            f"padding={value!r} has {len(value)} entries; it must be an integer, or an integer or a (before, "
            f'after) pair for each spatial axis ({axes}), or "valid", "same" or "full"{hint}'
        )
    pairs = []
    for entry in value:
        if isinstance(entry, (tuple, list)):
            if len(entry) != 2:
                raise ValueError(
                    f"padding={value!r}: {entry!r} has {len(entry)} entries; it must be a (before, after) "
                    "pair"
                )
            pairs.append(tuple(integer("padding", side, 0, value) for side in entry))
        else:
            pairs.append((integer("padding", entry, 0, value),) * 2)
    return tuple(pairs)


def flag(name, value):
    """`value` as a bool; only true booleans will do, since "no" counts as true."""
    if not isinstance(value, (bool, np.bool_)):
        raise ValueError(f"{name}={value!r} is neither True nor False")
    return bool(value)


def largest(array):
    """The largest magnitude in an integer array, as a Python int, so that -2**63 does not overflow."""
    return max(abs(int(array.min())), abs(int(array.max())))
