# SPDX-License-Identifier: GPL-3.0-or-later
"""What the descriptors say, held against the engine: shapes, formulas, options, words, kinds."""

import itertools
import math
import re
from dataclasses import fields, replace

import numpy as np
import pytest

from addon.ops import OPERATIONS, ORDER, Arithmetic, names, of, options
from addon.scene.arrays import run
from addon.scene.load import SceneError, loads
from addon.scene.spec import OPS, Op, default_of, knobs
from addon.scene.words import Words
from addon.story import KINDS

SUMS = {Arithmetic.SUM: "sum", Arithmetic.STAMP: "sum", Arithmetic.MEAN: "mean", Arithmetic.MAX: "max",
        Arithmetic.ELEMENTWISE: "elementwise"}  # fmt: skip


def test_the_known_ones_come_first_and_carry_their_files_names():
    assert tuple(OPERATIONS)[: len(ORDER)] == ORDER == OPS[: len(ORDER)]
    assert all(name == operation.name for name, operation in OPERATIONS.items())


def test_the_keys_of_a_scene_file_are_the_options():
    assert [f.name for f in fields(Op)] == ["type", *options()]
    for name, knob in knobs(Op).items():
        if name != "type":
            option = options()[name]
            assert (default_of(knob), knob.metadata["range"]) == (option.default, option.range)
            assert knob.metadata["ops"] == names(lambda operation, name=name: operation.has(name))


def test_one_option_is_not_described_twice(monkeypatch):
    conv = OPERATIONS["conv"]
    other = replace(conv.options[0], help="something else")
    monkeypatch.setitem(OPERATIONS, "conv", replace(conv, options=(other,)))
    with pytest.raises(ValueError, match="kernel_size is described twice"):
        options()


@pytest.mark.parametrize("name", OPERATIONS)
def test_whatever_it_refers_to_exists(name):
    operation = OPERATIONS[name]
    assert set(operation.kinds) <= set(KINDS)
    assert operation.kinds, "no figure can show it"
    assert not operation.title_word or operation.title_word in {f.name for f in fields(Words)}
    assert ("{x}" in operation.formula) == operation.elementwise
    assert not operation.grows_by or operation.has(operation.grows_by)
    assert all(operation.has(key) for key in operation.completions)
    assert sorted(operation.weight_axes) in ([], ["in", "out"])


GRID = {
    "input": ([7], [6, 5], [4, 3, 5]), "kernel_size": (1, 2, 3), "stride": (1, 2), "dilation": (1, 2),
    "padding": (0, 1, "same", "full"), "output_padding": (0, 1), "ceil_mode": (False, True),
}  # fmt: skip


def cases(name):
    """Scenes of one operation with what its options allow, as TOML."""
    own = {key: values for key, values in GRID.items() if key == "input" or OPERATIONS[name].has(key)}
    for chosen in itertools.product(*own.values()):
        size, *values = chosen
        lines = [f"{key} = {str(value).lower() if isinstance(value, bool) else repr(value)}"
                 for key, value in zip(list(own)[1:], values, strict=True)]  # fmt: skip
        yield "\n".join(["[op]", f"type = '{name}'", *lines, "[input]", f"size = {size}", "channels = 2"])


def worth(formula: str) -> tuple[int, int]:
    """What the left side of a size formula comes to, and what it says."""
    left, _, right = formula.rpartition(" = ")
    python = left.replace("×", "*").replace("−", "-")
    assert re.fullmatch(r"(?:[\d+*/() -]|floor|ceil)+", python), formula
    return eval(python, {"floor": math.floor, "ceil": math.ceil}), int(right)


@pytest.mark.parametrize("name", OPERATIONS)
def test_shape_formula_and_grid_are_the_engines(name):
    operation, seen = OPERATIONS[name], 0
    for text in cases(name):
        try:
            scene = loads(text)
            trace, size, op = run(scene), scene.input.size, scene.op
        except SceneError:  # the kernel does not fit, there is no such padding, a window has nothing to read
            continue
        seen += 1
        assert of(trace) is operation and trace.reduce == SUMS[operation.arithmetic]
        assert operation.output_shape(size, op) == trace.output.shape[1:], text
        assert operation.weighted == (trace.weight is not None)
        if operation.weighted:
            assert operation.weight_shape(op, 2, trace.kernel_size) == trace.weight.shape
        grid = [n + before + after for n, (before, after) in zip(trace.grid_shape, trace.grid_border, strict=True)]
        largest = operation.grid_shape(size, op)
        if not any(trace.output_padding):
            assert all(n <= most for n, most in zip(grid, largest, strict=True)), (text, grid, largest)
        for axis, opened in itertools.product(range(len(size)), (False, True)):
            formula = operation.size_formula(trace, axis, opened) if operation.size_formula else ""
            if formula:
                assert worth(formula) == (trace.output.shape[axis + 1],) * 2, (text, formula)
            elif operation.size_formula:  # a window behind the input was left out
                end = size[axis] + trace.padding[axis][0]
                assert trace.ceil_mode and trace.output.shape[axis + 1] * trace.stride[axis] >= end, text
    assert seen >= 3


def test_weights_belong_to_the_filter_and_channel_that_the_engine_gives_them():
    """With groups, one weight that is not 0 moves exactly one output channel, by exactly one input channel."""
    for name in names(lambda operation: operation.weighted):
        overrides = {"op.type": name, "op.kernel_size": 1, "op.groups": 2, "op.out_channels": 4, "input.size": (2, 2),
                     "input.channels": 6, "input.low": 1}  # fmt: skip
        scene, operation = loads("", overrides), OPERATIONS[name]
        x = run(scene).input
        shape = operation.weight_shape(scene.op, 6, (1, 1))
        for first, second in np.ndindex(shape[:2]):
            weight = np.zeros(shape, np.int64)
            weight[first, second] = 1
            output = operation.run(x, weight, None, scene.op).output
            filter, channel = operation.filter_and_channel(scene.op, shape, first, second)
            group = filter // 2
            assert (output[filter] == x[3 * group + channel]).all()
            assert not np.delete(output, filter, axis=0).any()
