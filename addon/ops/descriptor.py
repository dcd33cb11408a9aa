# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operation says of itself: `Operation`, the `Option`s it has, and the `Arithmetic` of one output cell.

`op` is, here and in every operation, an object with one attribute per option, as a checked scene holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum


class Arithmetic(Enum):
    """How the numbers under a window become one output number."""

    SUM = "sum"  # products and bias are added up
    MEAN = "mean"  # the numbers are added up and divided by their count
    MAX = "max"  # one of the numbers is chosen
    STAMP = "stamp"  # every input number times the kernel is laid on the output, where overlaps add
    ELEMENTWISE = "elementwise"  # each number becomes another one by itself


@dataclass(frozen=True)
class Option:
    """A key of a scene's [op] table, with what file, command line, panel and docs say of it.

    `kind` is one of scene/checks.py's; `auto` says in words what a default of None comes to.
    """

    name: str
    default: object
    kind: str
    help: str
    range: tuple[int, int] | None = None
    unit: str = ""
    choices: tuple = ()
    auto: str = ""


@dataclass(frozen=True, eq=False)
class Operation:
    """One operation of a network, as the rest of the package knows it."""

    name: str
    run: Callable  # (x, weight, bias, op) -> Trace; ValueError names a wrong argument first
    output_shape: Callable  # (size, op) -> the output's spatial shape; ValueError as above
    arithmetic: Arithmetic
    options: tuple[Option, ...] = ()
    # What an option of default None comes to, in the order in which they are asked: {key: (op) -> value}. The kernel
    # size and the number of filters of a weighted operation follow from given weights first.
    completions: Mapping[str, Callable] = field(default_factory=dict)
    weight_axes: tuple[str, ...] = ()  # ("out", "in") or ("in", "out"), the second divided by groups; (): no weights
    # (size, op) -> at most the spatial shape that the window slides over, padding included
    grid_shape: Callable = lambda size, op: tuple(size)
    grows_by: str = ""  # the option that makes grid and output larger than the input
    size_formula: Callable | None = None  # (trace, axis, opened) -> how the output's size comes about, as text, or ""
    formula: str = ""  # of an elementwise one: what a number {x} becomes, as in "max(0, {x})"
    title_word: str = ""  # the key of a scene's [words] that names the operation in a title; "": by its own name
    comparable: bool = False  # whether a second run, or one of such another without weights, can stand beside it
    kinds: tuple[str, ...] = ()  # of figures, that can show it: unasked, the first that accepts it

    @property
    def weighted(self) -> bool:
        """Whether it has weights, filters and a bias."""
        return bool(self.weight_axes)

    @property
    def elementwise(self) -> bool:
        """Whether each number becomes another one by itself, without weights or a window."""
        return self.arithmetic is Arithmetic.ELEMENTWISE

    @property
    def windowed(self) -> bool:
        """Whether a window of a chosen size slides over the input."""
        return self.has("kernel_size")

    def has(self, option: str) -> bool:
        return any(o.name == option for o in self.options)

    def weight_shape(self, op, channels: int, kernel_size: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of the weights for an input of so many channels."""
        counts = {"out": op.out_channels, "in": channels}
        first, second = (counts[axis] for axis in self.weight_axes)
        return (first, second // op.groups, *kernel_size)

    def filter_and_channel(self, op, shape: tuple[int, ...], first: int, second: int) -> tuple[int, int]:
        """Which filter, and which of its channels, the weights at [first, second] belong to."""
        if self.weight_axes[0] == "out":
            return first, second
        inputs = shape[0] // op.groups  # the group of the input channel decides
        return first // inputs * shape[1] + second, first % inputs
