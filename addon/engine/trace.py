# SPDX-License-Identifier: GPL-3.0-or-later
"""The trace of an operation: for every output cell, in scan order, how it came about.

`Trace` holds the arrays and the geometry and is what every operation returns; `Step` is one output cell,
worked out when asked for and never kept, so that a trace of millions of steps costs no more than its output.
"""

import math
import operator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np


@dataclass(frozen=True, eq=False, repr=False)
class Step:
    """One output cell and the n taps that made it, row-major over the window's channels and places.

    For "sum", `products.sum() + bias` is `value`; for "mean", `values[counted].sum() / divisor`; for "max",
    `values[chosen]`, each to rounding, and exactly for integers; for "elementwise", what the operation makes of
    its one tap, `values[0]`.
    """

    output_index: tuple  # (channel, *spatial) of the output cell
    value: np.generic  # its number
    taps: np.ndarray  # (n, 1 + spatial) input index of each tap: (channel, *spatial); see `real`
    positions: (
        np.ndarray
    )  # (n, 1 + spatial) the same in the grid the window slides over; see `Trace.grid_shape`
    real: np.ndarray  # (n,) bool: the tap reads an input cell, not padding, border or an inserted zero
    counted: np.ndarray  # (n,) bool: the tap takes part; False only for padding a mean leaves out
    kernel_index: (
        np.ndarray
    )  # (n, 1 + spatial) place in the kernel's own window: (channel within the group, *spatial)
    values: np.ndarray  # (n,) numbers read: 0 for padding and inserted zeros, -inf for padding of a maximum
    weight_index: (
        np.ndarray | None
    )  # (n, weight.ndim) index of each tap's weight in `Trace.weight`; None for pooling
    weights: np.ndarray | None  # (n,) the weight of each tap; None for pooling
    products: np.ndarray | None  # (n,) values * weights; None for pooling
    reduce: str  # "sum", "mean", "max" or "elementwise"
    divisor: int  # what the sum of a mean is divided by: the number of counted taps; else 1
    bias: np.generic  # what is added to a sum; 0 where there is none
    chosen: int | None  # for a maximum: which tap it came from, the first of equals; else None

    def __repr__(self):
        return (
            f"Step({self.reduce} of {len(self.taps)} taps -> output{list(self.output_index)} = {self.value})"
        )


@dataclass(frozen=True, eq=False, repr=False)
class Trace:
    """An operation's result, and a sequence of its steps, one per output cell in scan order.

    Scan order is row-major over (channel, *spatial), as the output lies in memory.

    `len(trace)` is the number of output cells; `trace[i]` takes negative indices and slices as a list does
    and costs time and memory of one window; `trace.at(channel, *spatial)` finds a step by its output index.
    Arrays are read-only.

    The window slides over a *grid*. For a convolution and for pooling the grid is the input itself. For a
    transposed convolution it is the input spread out: cell i at place i * stride, inserted zeros between,
    seen by the kernel flipped (Dumoulin & Visin 2016, chapter 4). Around the grid lies a border: the padding,
    or for a transposed convolution `extent - 1 - padding` zeros, and behind these `output_padding` more
    (fewer than none: the border is negative and grid cells go unread). `Step.positions` are grid coordinates,
    0 at the grid's first cell, so negative in the border before it. `Step.taps` are input coordinates: where
    `real` is False they lie outside the input for a convolution and pooling (equal to `positions`), and are
    -1 on every spatial axis for a transposed convolution, where no input cell belongs to them.
    """

    op: str  # the operation's name: "conv", "max_pool", …
    reduce: str  # "sum", "mean", "max", "elementwise"
    input: np.ndarray  # (C_in, *S), in the dtype it was computed in
    weight: np.ndarray | None  # as passed; None for pooling
    bias: np.ndarray | None  # (C_out,) or None
    output: np.ndarray  # (C_out, *S_out)
    kernel_size: tuple  # the rest has one entry per spatial axis
    stride: tuple
    padding: tuple  # (before, after) pairs in cells, names resolved
    dilation: tuple
    output_padding: tuple  # zeros but for a transposed convolution
    groups: int = 1
    ceil_mode: bool = False
    count_include_pad: bool = True
    apart: tuple = ()  # of `as_conv`: how far apart its input's own cells lie, the others being inserted zeros

    def __len__(self):
        return self.output.size

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __getitem__(self, index):
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        number = operator.index(index)
        if not -len(self) <= number < len(self):
            raise IndexError(f"step {number} of a trace with {len(self)} steps")
        return self._step(tuple(int(i) for i in np.unravel_index(number % len(self), self.output.shape)))

    def __repr__(self):
        return f"Trace({self.op}: {self.input.shape} -> {self.output.shape}, {len(self)} steps)"

    def at(self, *output_index):
        """The step of the output cell at (channel, *spatial); raises `IndexError` as an array would."""
        if len(output_index) != self.output.ndim:
            raise IndexError(f"output index {output_index}: the output has {self.output.ndim} axes")
        wrapped = []
        for i, n in zip(output_index, self.output.shape, strict=True):
            if not -n <= operator.index(i) < n:
                raise IndexError(
                    f"output index {output_index} is outside the output's shape {self.output.shape}"
                )
            wrapped.append(operator.index(i) % n)
        return self._step(tuple(wrapped))

    @property
    def transposed(self):
        """Whether the window slides over the spread-out input with the kernel flipped."""
        return self.op == "conv_transpose"

    @property
    def spread(self):
        """Per axis, how far apart input cells lie on the grid: 1, or the stride of a transposed one."""
        return self.stride if self.transposed else self.apart or (1,) * len(self.stride)

    @property
    def window_stride(self):
        """Per axis, how far the window moves on the grid from one output cell to the next."""
        return (1,) * len(self.stride) if self.transposed else self.stride

    @property
    def grid_shape(self):
        """Spatial shape, in cells, of the grid the window slides over, without its border."""
        if not self.transposed:
            return self.input.shape[1:]
        return tuple((n - 1) * apart + 1 for n, apart in zip(self.input.shape[1:], self.stride, strict=True))

    @property
    def grid_border(self):
        """Per axis, the (before, after) cells around the grid.

        The window of the output cell at spatial index o starts at `o * window_stride - before`, in grid
        coordinates.
        """
        if not self.transposed:
            return self.padding
        return tuple(
            ((k - 1) * d - before, (k - 1) * d - after + extra)
            for k, d, (before, after), extra in zip(
                self.kernel_size, self.dilation, self.padding, self.output_padding, strict=True
            )
        )

    def as_conv(self):
        """The same output, and the same sums, as a convolution of stride 1; of all but a transposed one this
        trace itself.

        Its input is the grid: the input spread by zeros, which are not `real` in its steps; its padding the
        grid's border, which may be negative; each of its filters has the weights that lead to one output
        channel, turned by 180 degrees.
        """
        if not self.transposed:
            return self
        ones, axes = (1,) * len(self.stride), tuple(range(2, self.weight.ndim))
        spread = np.zeros((len(self.input), *self.grid_shape), self.input.dtype)
        spread[(slice(None), *(slice(None, None, s) for s in self.stride))] = self.input
        grouped = np.flip(self.weight, axes).reshape(self.groups, -1, *self.weight.shape[1:]).swapaxes(1, 2)
        weight = grouped.reshape(len(self.output), -1, *self.kernel_size)
        for array in (spread, weight):
            array.flags.writeable = False
        return replace(
            self, op="conv", input=spread, weight=weight, stride=ones, padding=self.grid_border,
            output_padding=(0,) * len(ones), apart=self.stride,
        )  # fmt: skip

    @cached_property
    def _window(self):
        """What all steps share: (kernel index, offset on the grid) of each tap of one window, kept once."""
        channels = 1 if self.weight is None else self.input.shape[0] // self.groups
        places = np.indices((channels, *self.kernel_size)).reshape(1 + len(self.kernel_size), -1).T.copy()
        offsets = places * np.array((1, *self.dilation))
        if self.transposed:
            # The window is read from its first grid cell on, which meets the kernel's last weight.
            places[:, 1:] = np.array(self.kernel_size) - 1 - places[:, 1:]
        places.flags.writeable = False
        return places, offsets

    @cached_property
    def _grid(self):
        """`spread`, `grid_shape`, `window_stride` and the border before, as arrays; made once, used every "
        "step."""
        before = [pair[0] for pair in self.grid_border]
        return tuple(map(np.array, (self.spread, self.grid_shape, self.window_stride, before)))

    def _step(self, output_index):
        channel, place = output_index[0], np.array(output_index[1:])
        kernel_index, offsets = self._window
        pooling = self.weight is None
        if pooling:
            first_channel = channel
        else:
            group = channel // (self.output.shape[0] // self.groups)
            first_channel = group * (self.input.shape[0] // self.groups)
        apart, grid_shape, window_stride, before = self._grid
        positions = offsets.copy()
        positions[:, 0] += first_channel
        positions[:, 1:] += place * window_stride - before

        spatial = positions[:, 1:]
        real = ((spatial >= 0) & (spatial < grid_shape) & (spatial % apart == 0)).all(axis=1)
        taps = positions.copy()
        if self.transposed:
            taps[:, 1:] = np.where(real[:, None], spatial // apart, -1)

        values = self._values(taps, real)
        step = {
            "output_index": output_index,
            "value": self.output[output_index],
            "taps": taps,
            "positions": positions,
            "real": real,
            "counted": np.ones(len(taps), bool),
            "kernel_index": kernel_index,
            "values": values,
            "weight_index": None,
            "weights": None,
            "products": None,
            "reduce": self.reduce,
            "divisor": 1,
            "bias": self.output.dtype.type(0) if self.bias is None else self.bias[channel],
            "chosen": None,
        }
        if self.reduce == "sum":
            step.update(self._weighted(channel, group, taps, kernel_index, values))
        elif self.reduce == "mean":
            step["counted"] = self._counted(spatial, real)
            step["divisor"] = int(step["counted"].sum())
        elif self.reduce == "max":
            # Among the real taps, so that integers too wide for a float are told apart.
            seen = np.flatnonzero(real)
            step["chosen"] = int(seen[np.argmax(self.input[tuple(taps[seen].T)])]) if len(seen) else 0
        return Step(**step)

    def _values(self, taps, real):
        dtype, fill = self.input.dtype, 0
        if self.reduce == "max" and not real.all():
            fill = -math.inf
            # An integer array cannot hold minus infinity; only windows that meet the padding pay for it.
            dtype = dtype if dtype.kind == "f" else np.dtype(np.float64)
        values = np.full(len(taps), fill, dtype)
        values[real] = self.input[tuple(taps[real].T)]
        return values

    def _weighted(self, channel, group, taps, kernel_index, values):
        weight_index = np.empty((len(taps), self.weight.ndim), taps.dtype)
        weight_index[:, 2:] = kernel_index[:, 1:]
        if self.transposed:
            weight_index[:, 0] = taps[:, 0]
            weight_index[:, 1] = channel - group * self.weight.shape[1]
        else:
            weight_index[:, 0] = channel
            weight_index[:, 1] = kernel_index[:, 0]
        weights = self.weight[tuple(weight_index.T)]
        # Half-precision layers are summed in single precision, here as in the output.
        wide = np.float32 if values.dtype == np.float16 else values.dtype
        return {
            "weight_index": weight_index,
            "weights": weights,
            "products": np.multiply(values, weights, dtype=wide),
        }

    def _counted(self, spatial, real):
        if not self.count_include_pad:
            return real
        # A window rounded up by ceil_mode may reach behind the padding; what lies there is not counted.
        first = np.array([-before for before, _ in self.padding])
        end = np.array([n + after for n, (_, after) in zip(self.input.shape[1:], self.padding, strict=True)])
        return ((spatial >= first) & (spatial < end)).all(axis=1)
