# SPDX-License-Identifier: GPL-3.0-or-later
"""How the tables of a scene fit together: what each allows the others, and what None stands for.

- `complete` fills in every default that depends on something else (size, channels, kernel, stride, filters).
- It reads headers of files, never their contents, so limits hold before memory is taken.
- What does not fit is a `ValidationError` with the key that has to change.
"""

from __future__ import annotations

import math
import re
from contextlib import contextmanager
from dataclasses import replace

from .. import ops
from ..ops.windows import axes
from .checks import ValidationError, counted, shape_of
from .data_files import LONGEST_SIDE, existing, idx_shape, npy_shape
from .kernels import kernel, known, times
from .limits import DEFAULT, Limits
from .readings import readings
from .spec import Bias, Data, Op, Weight

# (table, key) whose None is worked out here
DERIVED = (
    *(("op", option.name) for option in ops.options().values() if option.default is None),
    ("input", "size"), ("input", "channels"), ("input", "seed"), ("weight", "seed"),
)  # fmt: skip
DRAFT = {"size": (854, 480), "fps": 10}  # of `output`, where the quality is `draft` and nothing else is said
ARGUMENT = re.compile(rf"\b({'|'.join([*ops.options(), 'weight', 'bias', 'x'])})\b")


def complete(op: Op, data: Data, weight: Weight, bias: Bias, limits: Limits = DEFAULT) -> tuple[Op, Data, Weight]:
    """The same tables with nothing left open; ValidationError where they contradict each other."""
    data = _complete_input(data, op, weight)
    rank = len(data.size)
    within_limit(limits, "cells", math.prod((data.channels, *data.size)), "cells", "input.size", data.size)
    operation = ops.OPERATIONS[op.type]
    if operation.weighted:
        op, weight = _complete_weight(op, data, weight, rank, limits)
        _check_bias(op, bias)
    op = _completed(op, *operation.completions)
    _check_axes(op, rank)
    return op, data, weight


def _completed(op: Op, *keys: str) -> Op:
    """With what these keys come to where they are left open."""
    completions = ops.OPERATIONS[op.type].completions
    for key in keys:
        if getattr(op, key) is None:
            op = replace(op, **{key: completions[key](op)})
    return op


def within_limit(limits: Limits, name: str, asked: int, noun: str, key: str, value) -> None:
    """ValidationError where more is asked for than the limit of that name allows."""
    most = getattr(limits, name)
    if asked > most:
        raise ValidationError(f"must make at most {most:,} {noun}, not {asked:,} (--limit {name}={asked} allows it)",
                              key, value)


# --- input ---


def _complete_input(data: Data, op: Op, weight: Weight) -> Data:
    if data.image is not None or data.idx is not None:
        return _complete_picture(data)
    if data.values is not None:
        return _as_given(data, shape_of(data.values), "input.values", data.values, op, weight)
    if data.npy is not None:
        shape = _header(npy_shape, data.npy, "input.npy")
        return _as_given(data, shape, "input.npy", data.npy, op, weight)
    return replace(
        data,
        seed=0 if data.seed is None else data.seed,
        size=data.size or (6, 6),
        channels=data.channels or 1,
    )


def _header(job, path, key):
    try:
        return job(path)
    except ValidationError as wrong:
        raise ValidationError(wrong.hint, wrong.key or key, wrong.value if wrong.key else path) from None


def _as_given(data: Data, shape: tuple[int, ...], key: str, value, op: Op, weight: Weight) -> Data:
    """Size and channels from the shape of the numbers."""
    kernel_size = op.kernel_size if isinstance(op.kernel_size, tuple) else None
    rank = len(data.size or kernel_size or ()) or None
    found = readings(shape, rank, data.channels) if min(shape, default=0) > 0 else []
    if not found:
        of = "input.size" if data.size else "op.kernel_size"
        wanted = f"{counted(rank, 'axis', 'axes')} of {of}" if rank else "1 to 3 axes"
        raise ValidationError(f"must have {wanted}, and one more for channels; it is {times(shape)}", key, value)
    full = found[0]
    if len(found) > 1:  # the first that goes with everything else; if none does, what is wrong with the first is said
        full = next((each for each in found if _goes(each, data, op, weight)), full)
    if data.size is not None and full[1:] != data.size:
        raise ValidationError(f"must be {times(data.size)} as input.size says; it is {times(full[1:])}", key, value)
    if data.channels is not None and full[0] != data.channels:
        right = times((data.channels, *full[1:]))
        hint = f"must have {counted(data.channels, 'channel')} as input.channels says, so the shape {right}"
        raise ValidationError(f"{hint}; it has {times(shape)}", key, value)
    return replace(data, size=full[1:], channels=full[0])


def _goes(full: tuple[int, ...], data: Data, op: Op, weight: Weight) -> bool:
    """Whether (channels, *size) goes with the keys of the input, the weights and the window."""
    channels, size = full[0], full[1:]
    if data.size not in (None, size) or data.channels not in (None, channels):
        return False
    operation, weights = ops.OPERATIONS[op.type], None
    if operation.weighted:
        weights = _shape_of_weights(weight)
        if channels % op.groups or not _takes(channels, op, weight, weights, len(size)):
            return False
    if op.kernel_size is None and weights:
        op = replace(op, kernel_size=tuple(weights[-len(size) :]))
    try:
        return min(_output_size(_completed(op, *operation.completions), replace(data, size=size))) > 0
    except ValidationError:
        return False


def _shape_of_weights(weight: Weight) -> tuple[int, ...] | None:
    """The shape of the numbers that the weights are given by; None where they are drawn or named."""
    if weight.npy is not None:
        return _header(npy_shape, weight.npy, "weight.npy")
    return None if weight.values is None else shape_of(weight.values)


def _takes(channels: int, op: Op, weight: Weight, shape: tuple[int, ...] | None, rank: int) -> bool:
    """Whether weights of a shape, or of names, take so many channels, as far as they say."""
    order = ops.OPERATIONS[op.type].weight_axes
    ins = channels // op.groups if order[0] == "out" else channels
    if shape is None:
        nested = isinstance(weight.kernel, tuple) and isinstance(weight.kernel[0], tuple)
        return not nested or len(weight.kernel[0]) == ins
    lead = shape[: max(len(shape) - rank, 0)]
    if len(shape) < rank or len(lead) > 2:
        return False
    if len(lead) == 2:
        return lead[order.index("in")] == ins
    return ins in (1, *lead)


def _complete_picture(data: Data) -> Data:
    key, path = ("input.image", data.image) if data.image is not None else ("input.idx", data.idx)
    _header(existing, path, key)
    if data.size is not None and len(data.size) != 2:
        raise ValidationError("must be rows and columns, for a picture", "input.size", data.size)
    if data.idx is not None:
        count, *size = _header(idx_shape, path, key)
        if data.index >= count:
            raise ValidationError(
                f"must be from 0 to {count - 1}: the file has {count} pictures", "input.index", data.index
            )
        if data.channels not in (None, 1):
            raise ValidationError("must be 1, for an IDX file", "input.channels", data.channels)
        data = replace(data, size=data.size or tuple(size), channels=1)
        return _of_bounded_sides(data)
    if data.channels not in (None, 1, 3):
        raise ValidationError(
            "must be 1 (grey) or 3 (red, green, blue), for a picture", "input.channels", data.channels
        )
    return _of_bounded_sides(replace(data, size=data.size or (6, 6), channels=data.channels or 1))


def _of_bounded_sides(data: Data) -> Data:
    if max(data.size) > LONGEST_SIDE:
        raise ValidationError(f"must have at most {LONGEST_SIDE:,} rows and columns, for a picture", "input.size",
                              data.size)
    return data


# --- weights and bias ---


def _complete_weight(op: Op, data: Data, weight: Weight, rank: int, limits: Limits) -> tuple[Op, Weight]:
    if data.channels % op.groups:
        raise ValidationError(f"must divide the {counted(data.channels, 'input channel')}", "op.groups", op.groups)
    if op.out_channels is not None and op.out_channels % op.groups:
        raise ValidationError(f"must be a multiple of op.groups ({op.groups})", "op.out_channels", op.out_channels)
    if weight.values is not None:
        return _as_weighed(op, data, shape_of(weight.values), rank, limits, "weight.values", weight.values), weight
    if weight.npy is not None:
        shape = _header(npy_shape, weight.npy, "weight.npy")
        return _as_weighed(op, data, shape, rank, limits, "weight.npy", weight.npy), weight
    op = _completed(op, "kernel_size")
    _per_axis(op.kernel_size, "op.kernel_size", rank)
    if weight.kernel is not None:
        op = _as_named(op, data, weight, rank)
    else:
        weight = replace(weight, seed=0 if weight.seed is None else weight.seed)
    op = replace(op, out_channels=op.out_channels or op.groups)
    cells = math.prod(weight_shape(op, data))
    within_limit(limits, "cells", cells, "cells", "op.out_channels", op.out_channels)
    return op, weight


def weight_shape(op: Op, data: Data) -> tuple[int, ...]:
    """The engine's shape of the weights."""
    kernel_size = axes(op.kernel_size, len(data.size))
    return ops.OPERATIONS[op.type].weight_shape(op, data.channels, kernel_size)


def _as_weighed(op: Op, data: Data, shape, rank: int, limits: Limits, key: str, value) -> Op:
    """Kernel size and filters from the shape of the numbers; leading ones may have been left out."""
    order = ops.OPERATIONS[op.type].weight_axes
    plain = order[0] == "out"  # filters first; else they are the ones divided by the groups
    outs = None if op.out_channels is None else op.out_channels // (1 if plain else op.groups)
    ins = data.channels // op.groups if plain else data.channels
    lead = list(shape[: len(shape) - rank]) if len(shape) >= rank else None
    if lead == []:
        lead = [1, 1]
    elif lead is not None and len(lead) == 1:  # one of the two is 1: which?
        lead = [lead[0], 1] if (ins == 1) == plain else [1, lead[0]]
    found = dict(zip(order, lead or (), strict=False))
    fits = lead is not None and len(lead) == 2 and min(shape, default=0) >= 1
    if not fits or found["in"] != ins or outs not in (None, found["out"]):
        names = {"in": ins, "out": "filters" if outs is None else outs}
        size = times(axes(op.kernel_size, rank)) if op.kernel_size else "kernel"
        hint = "×".join(str(names[n]) for n in order) + f"×{size}"
        what = "filters × channels" if plain else "channels × filters"
        raise ValidationError(f"must have the shape {hint} ({what} × kernel); it has {times(shape)}", key, value)
    size = tuple(shape[len(shape) - rank :])
    if op.kernel_size is not None and axes(op.kernel_size, rank) != size:
        raise ValidationError(f"must be {times(size)}, as {key} is, or left out", "op.kernel_size", op.kernel_size)
    within_limit(limits, "cells", math.prod(shape), "cells", key, value)
    even = size[0] if len(set(size)) == 1 else size
    if op.kernel_size is None:
        op = replace(op, kernel_size=even)
    filters = found["out"] * (1 if plain else op.groups)
    if filters % op.groups:
        raise ValidationError(f"must divide the {counted(filters, 'filter')} of {key}", "op.groups", op.groups)
    return replace(op, out_channels=filters)


def _as_named(op: Op, data: Data, weight: Weight, rank: int) -> Op:
    """Filters from the list of names; every name known and of the right size."""
    names = weight.kernel
    try:
        for name in [names] if isinstance(names, str) else names:
            for one in [name] if isinstance(name, str) else name:
                known(one)
                kernel(one, axes(op.kernel_size, rank))
    except ValidationError as wrong:
        raise ValidationError(wrong.hint, "weight.kernel", one) from None
    if isinstance(names, str):
        return op
    ins = data.channels // op.groups
    if isinstance(names[0], tuple):
        if len(names[0]) != ins:
            hint = f"must name {counted(ins, 'kernel')} for each filter, one per channel"
            raise ValidationError(hint, "weight.kernel", names)
        filters = len(names)
    elif op.out_channels in (None, 1) and len(names) == ins and ins > 1:
        filters = 1
    else:
        filters = len(names)
    if op.out_channels not in (None, filters):
        hint = f"must be {op.out_channels} names, one per filter (op.out_channels)"
        if op.out_channels == 1:
            hint = f"must be one name, or {ins}, one per channel of the one filter"
        raise ValidationError(hint, "weight.kernel", names)
    if filters % op.groups:
        raise ValidationError(f"must be a multiple of op.groups ({op.groups}) names", "weight.kernel", names)
    return replace(op, out_channels=filters)


def _check_bias(op: Op, bias: Bias) -> None:
    if not isinstance(bias.values, tuple):
        return
    if shape_of(bias.values) != (op.out_channels,):
        filters = (
            "1 number, for 1 filter" if op.out_channels == 1 else f"{op.out_channels} numbers, one per filter"
        )
        raise ValidationError(f"must be a list of {filters}", "bias.values", bias.values)


# --- per axis ---


def _per_axis(value, key: str, rank: int) -> None:
    if isinstance(value, tuple) and len(value) != rank:
        raise ValidationError(f"must be one whole number, or {rank} (one per axis of input.size)", key, value)


def _padding(value, key: str, rank: int) -> None:
    if isinstance(value, tuple) and len(value) != rank:
        what = "[before, after] pairs" if isinstance(value[0], tuple) else "whole numbers"
        one = "pair" if what.startswith("[") else "number"
        raise ValidationError(f"must be {rank} {what}, one {one} per axis of input.size", key, value)


def _check_axes(op: Op, rank: int) -> None:
    """Options with a value per axis have as many as the input has axes."""
    for option in ops.OPERATIONS[op.type].options:
        test = {"axes": _per_axis, "padding": _padding}.get(option.kind)
        if test:
            test(getattr(op, option.name), f"op.{option.name}", rank)


def check_result(op: Op, data: Data, limits: Limits) -> None:
    """The engine accepts the arguments, and what it will make stays within the limits."""
    operation = ops.OPERATIONS[op.type]
    out = _output_size(op, data)
    grid = math.prod((data.channels, *operation.grid_shape(data.size, op)))
    grown = operation.grows_by
    culprit = (f"op.{grown}", getattr(op, grown)) if grown else ("input.size", data.size)
    within_limit(limits, "cells", grid, "cells", *culprit)
    channels = op.out_channels if operation.weighted else data.channels
    key = culprit if math.prod(out) > limits.cells else ("op.out_channels", channels)
    within_limit(limits, "cells", math.prod((channels, *out)), "cells", *key)


def check_told(op: Op, data: Data, limits: Limits) -> None:
    """A story can go through all steps of a checked scene in reasonable time."""
    operation = ops.OPERATIONS[op.type]
    size, channels, depth = data.size, data.channels, 1
    if operation.weighted:
        channels, depth = op.out_channels, data.channels // op.groups
    steps = channels * math.prod(_output_size(op, data))
    within_limit(limits, "steps", steps, "steps", "input.size", size)
    if not operation.windowed:
        return
    products = steps * depth * math.prod(axes(op.kernel_size, len(size)))
    within_limit(limits, "products", products, "products", "op.kernel_size", op.kernel_size)


def _output_size(op: Op, data: Data) -> tuple[int, ...]:
    with map_engine_errors(op):
        return ops.OPERATIONS[op.type].output_shape(data.size, op)


@contextmanager
def map_engine_errors(op: Op):
    """The engine's ValueError, which names an argument first, as a ValidationError with the scene's key."""
    try:
        yield
    except ValueError as e:
        found = ARGUMENT.search(str(e))
        name = found.group() if found else "type"
        if hasattr(op, name):
            raise ValidationError(str(e), f"op.{name}", getattr(op, name)) from None
        raise ValidationError(str(e), "input" if name == "x" else name) from None
