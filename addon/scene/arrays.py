# SPDX-License-Identifier: GPL-3.0-or-later
"""The arrays of a scene, and the engine run on them.

- Whole numbers stay whole (int64), others are float64; shapes are the engine's.
- A seed gives the same numbers with every NumPy and on every machine.
- What a file turns out to hold, and what the engine refuses, is a `SceneError` with the scene's key.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from .. import engine, ops
from ..ops.windows import axes
from .checks import ValidationError
from .data_files import read_idx, read_npy, read_picture
from .kernels import kernel
from .load import SceneError
from .paths import shown
from .readings import in_order
from .resolve import check_told, map_engine_errors, weight_shape
from .second_run import of_compare, second_run
from .spec import Compare, Op, Scene


def arrays(scene: Scene) -> tuple[np.ndarray, np.ndarray | None, np.ndarray | None]:
    """Input (C, *S), weight in the engine's order, bias (C_out,); None where there is none."""
    with scene_errors(scene):
        x = _input(scene)
        if not ops.OPERATIONS[scene.op.type].weighted:
            return x, None, None
        return x, _weight(scene), _bias(scene)


def run(scene: Scene) -> engine.Trace:
    """The scene's operation, computed and traced."""
    x, weight, bias = arrays(scene)
    op = scene.op
    with scene_errors(scene), map_engine_errors(op):
        return ops.OPERATIONS[op.type].run(x, weight, bias, op)


def runs(scene: Scene) -> tuple[engine.Trace, ...]:
    """Every run that the figure shows: the scene's own, and the one of [compare] where there is one.

    Raises SceneError, before anything is computed, where they have more steps or products than the limits allow.
    """
    shown = [replace(scene, compare=Compare())]
    with scene_errors(scene):
        if scene.compare.given:
            op, weight = second_run(scene.op, scene.input, scene.weight, scene.compare, scene.limits)
            shown.append(replace(shown[0], op=op, weight=weight))
        for one in shown:
            check_told(one.op, scene.input, scene.limits)
    return tuple(_second(one) if number else run(one) for number, one in enumerate(shown))


def _second(scene: Scene) -> engine.Trace:
    """The trace of a second run; what is wrong with its weights is said of [compare]'s keys."""
    try:
        return run(scene)
    except SceneError as wrong:
        key, hint = of_compare(wrong.key, wrong.hint)
        raise SceneError(wrong.file, key, wrong.value, hint) from None


@contextmanager
def scene_errors(scene: Scene):
    try:
        yield
    except ValidationError as wrong:
        raise SceneError(shown(scene.path), wrong.key, wrong.value, wrong.hint) from None


def _file(key: str, path, job, *args) -> np.ndarray:
    """What `job` reads from the file that a key names."""
    try:
        return job(path, *args)
    except ValidationError as wrong:
        raise ValidationError(wrong.hint, wrong.key or key, wrong.value if wrong.key else path) from None


def drawn(seed: int, low: int, high: int, shape: tuple[int, ...]) -> np.ndarray:
    """Whole numbers from low to high, both included."""
    return np.random.Generator(np.random.PCG64(seed)).integers(low, high, shape, np.int64, endpoint=True)


def _input(scene: Scene) -> np.ndarray:
    data = scene.input
    shape = (data.channels, *data.size)
    if data.image is not None:
        return _file("input.image", data.image, read_picture, data.size, data.channels, data.levels, scene.limits)
    if data.idx is not None:
        return _file("input.idx", data.idx, read_idx, data.index, data.size, data.levels, scene.limits)
    if data.npy is not None:
        return _read("input.npy", data.npy, _file("input.npy", data.npy, read_npy, math.prod(shape)), shape)
    if data.values is not None:
        return _read("input.values", data.values, np.array(data.values), shape)
    return drawn(data.seed, data.low, data.high, shape)


def _weight(scene: Scene) -> np.ndarray:
    weight, shape = scene.weight, weight_shape(scene.op, scene.input)
    if weight.npy is not None:
        return _shaped("weight.npy", weight.npy, _file("weight.npy", weight.npy, read_npy, math.prod(shape)), shape)
    if weight.values is not None:
        return _shaped("weight.values", weight.values, np.array(weight.values), shape)
    if weight.kernel is not None:
        return _named(scene.op, weight.kernel, shape, len(scene.input.size))
    return drawn(weight.seed, weight.low, weight.high, shape)


def _read(key: str, value, array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The array as the input's channels and size say that it is to be read."""
    found = in_order(array, shape)
    return _shaped(key, value, array, shape) if found is None else found


def _shaped(key: str, value, array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The array with its leading ones; a file may have changed since its header was read."""
    if array.size != np.prod(shape):
        raise ValidationError(f"must still have the shape it had when the scene was loaded, {shape}", key, value)
    return array.reshape(shape)


def _named(op: Op, names: str | tuple, shape: tuple[int, ...], rank: int) -> np.ndarray:
    """The named kernel of every filter and channel."""
    size, operation = axes(op.kernel_size, rank), ops.OPERATIONS[op.type]
    out = np.empty(shape, np.int64)
    for a in range(shape[0]):
        for b in range(shape[1]):
            filter, channel = operation.filter_and_channel(op, shape, a, b)
            name = names
            if not isinstance(names, str):
                name = names[filter] if len(names) == op.out_channels else names
                name = name if isinstance(name, str) else name[channel]
            out[a, b] = kernel(name, size)
    return out


def _bias(scene: Scene) -> np.ndarray | None:
    bias, filters = scene.bias, scene.op.out_channels
    if bias.seed is not None:
        return drawn(bias.seed, bias.low, bias.high, (filters,))
    if bias.values is None:
        return None
    values = np.array(bias.values)
    return np.repeat(values, filters) if values.ndim == 0 else values
