# SPDX-License-Identifier: GPL-3.0-or-later
"""An input on the stage, with its padding and the window that goes over it: where every cell is in the world, and in
which colour. What an operation does with the cells under the window it does not know.
"""

from dataclasses import dataclass, field

import numpy as np

from ..page import palette
from ..page.view import UNIT
from ..plan.plan import LANDED, NEVER, NONE, Points
from . import volumes
from .excerpt import Excerpt
from .figure import Figure

GLASS_SHADOW = 0.8  # how much of a shadow a block throws whose outer cells are glass
OUTLINE = "#8A94A6"  # the colour of outlines of what is not there
TAP, THIN = 0.86, 0.075  # of the ring on a cell that a dilated window reads: its length and thickness, in cells
TUBE, LEAST = 0.09, 0.56  # how thick a tube is: of a cell, and page units at least


def planar(trace):
    """Kernel, stride, padding pairs and dilation of a trace over (rows, columns); one axis is a single row. Padding
    below 0, as `Trace.as_conv` may have, is none."""
    lead = 2 - len(trace.kernel_size)
    pairs = ((0, 0),) * lead + tuple((max(int(a), 0), max(int(b), 0)) for a, b in trace.padding)
    return (1,) * lead + trace.kernel_size, (1,) * lead + trace.stride, pairs, (1,) * lead + trace.dilation


def covered(trace) -> tuple:
    """Padding pairs over (rows, columns), with as much at the end as windows hang over it."""
    kernel, stride, pads, dilation = planar(trace)
    sizes, counts, found = planes(trace.input).shape[1:], planes(trace.output).shape[1:], []
    for n, count, k, s, (a, b), d in zip(sizes, counts, kernel, stride, pads, dilation, strict=True):
        found.append((a, max(b, (count - 1) * s + d * (k - 1) + 1 - n - a)))
    return tuple(found)


def around(shape, pads) -> tuple[int, ...]:
    """Rows and columns with their padding."""
    return tuple(n + a + b for n, (a, b) in zip(shape, pads, strict=True))


def planes(array: np.ndarray) -> np.ndarray:
    """(channels, *spatial) as (channels, rows, columns)."""
    return array if array.ndim == 3 else array[:, None, :]


@dataclass
class Windowed:
    """The input of one run: `corner` is where its block stands, `cell` its cells' length (world units); `shown`: which
    of its channels stand (default: all)."""

    figure: Figure
    trace: object
    corner: np.ndarray
    cell: float
    role: str = "input"
    shown: Excerpt | None = field(default=None, kw_only=True)

    def __post_init__(self):
        self.kernel, self.stride, self.pads, self.dilation = planar(self.trace)
        self.input = planes(self.trace.input)
        self.channels = len(self.input)
        self.shown = self.shown or Excerpt.whole(self.channels)
        self.shape = around(self.input.shape[1:], self.pads)
        self.padded = any(v for pair in self.pads for v in pair)
        self.reach = tuple(d * (k - 1) + 1 for k, d in zip(self.kernel, self.dilation, strict=True))
        self.greatest = float(np.abs(self.trace.input).max()) or 1.0
        self.signed = bool(self.trace.input.min() < 0)

    @property
    def per(self) -> int:
        """How many channels a window reads."""
        return self.channels

    @property
    def steps(self) -> int:
        """How many steps the clock has."""
        return len(self.trace)

    @property
    def deep(self) -> float:
        """How far the input reaches into the picture, in cells."""
        return self.shown.deep

    @property
    def deep_read(self) -> float:
        """How far what a window reads reaches."""
        return self.shown.spot(self.per - 1) + 1

    def fill(self, value, channel: int) -> str:
        """The colour of an input's cell."""
        if self.signed:
            return palette.signed(value, self.greatest)
        return palette.unsigned(value, self.greatest, self.ramp(channel))

    def ramp(self, channel: int):
        if self.channels == 3:
            return (palette.RED, palette.GREEN, palette.BLUE)[channel]
        return palette.BLUE

    @staticmethod
    def block_size(shape, channels: int) -> tuple[float, float, float]:
        """Columns, depth and rows of a block, as layout places it."""
        return shape[1], volumes.deep(channels), shape[0]

    @property
    def location(self) -> np.ndarray:
        """The middle of the input's first padded cell."""
        return first_middle(self.corner, self.cell, self.shape[0])

    def place(self, channel, row, column) -> np.ndarray:
        """World places of padded cells."""
        at = np.column_stack([column, self.shown.spots(channel), -np.asarray(row)])
        return self.location + self.cell * at

    def windows(self) -> np.ndarray:
        """The middle of the window's front cells at every step of one output channel, in the input's frame."""
        rows, columns = planes(self.trace.output).shape[1:]
        r, c = (a.ravel() for a in np.indices((rows, columns)))
        outside = [max(-int(p[0]), 0) for p in ((0, 0), *self.trace.padding)[-2:]]  # cells before the first window
        middle = [n + (k - 1) / 2 for n, k in zip(outside, self.reach, strict=True)]
        return np.column_stack([c * self.stride[1] + middle[1], 0 * r, -(r * self.stride[0] + middle[0])])

    def everywhere(self, at: np.ndarray) -> np.ndarray:
        """Places of the windows of one output channel, in front, as those of all: in the middle of the channels that
        each reads, where these are groups."""
        slices = len(self.trace) // len(at)
        group = np.arange(slices) * (self.channels // self.per) // slices
        middle = 0.0 * group
        if self.per < self.channels:
            first, last = (self.shown.spots(group * self.per + k) for k in (0, self.per - 1))
            middle = (first + last) / 2
        return np.tile(at, (slices, 1)) + np.repeat(middle, len(at))[:, None] * (0, 1, 0)

    def add_input(self, name: str, *, arrives: float | None, digits: bool = True) -> None:
        """The input as one block, lit where the window stands; the padding arrives as a glass shell at a clock
        value."""
        solid = self.solid()
        parts = [self.cells(solid, digits)]
        if self.padded:
            parts += self.padding(solid, arrives)
        # of groups each is lit by itself, else every channel is
        deep = self.deep_read if self.per < self.channels else 1e3
        self.stand(self.role, name, parts, self.location, self.everywhere(self.windows()), self.steps, deep)
        self.shadows()

    def stand(self, role: str, name: str, parts, location, at: np.ndarray, steps: int, deep: float = 1e3) -> None:
        """A volume that is lit where the window stands, whose places are `at`, for so many of the clock's steps."""
        track, taps = self.figure.track(f"{role}.track", at), (self.kernel[1], deep, self.kernel[0])
        self.figure.volume(role, name, parts, location, self.cell, track=track, taps=taps,
                           dilation=(self.dilation[1], 1, self.dilation[0]), fade=(self.base - LANDED, steps - 0.5))

    def solid(self) -> np.ndarray:
        """Where the padded block (channels that are shown, rows, columns) has the input's own cells."""
        found, (rows, columns) = np.zeros((len(self.shown), *self.shape), bool), self.input.shape[1:]
        top, left = self.pads[0][0], self.pads[1][0]
        found[:, top : top + rows, left : left + columns] = True
        return found

    def shadows(self) -> None:
        """What the block casts on what it stands on."""
        figure, (top, left), (rows, columns) = self.figure, (self.pads[0][0], self.pads[1][0]), self.input.shape[1:]
        for run in self.shown.runs:
            low = self.corner + self.cell * np.array([0, self.shown.spot(run[0]), 0])
            high = low + self.cell * np.array(self.block_size(self.shape, len(run)))
            figure.casts(low, high, GLASS_SHADOW if self.padded else 1.0)
            if self.padded:  # its own cells within the glass
                inner = np.array([left, 0, self.shape[0] - top - rows])
                size = np.array(self.block_size((rows, columns), len(run)))
                figure.casts(low + self.cell * inner, low + self.cell * (inner + size))

    moves = False  # whether zeros come between its cells
    proud = 0.0  # how far its cells stand out towards the viewer, world units

    def cells(self, solid: np.ndarray, digits: bool):
        """The input's own cells; `solid` says where the padded block has any."""
        top, left = self.pads[0][0], self.pads[1][0]
        return volumes.block(self.figure, self.input, self.fill, cell=self.cell, offset=(top, left), solid=solid,
                             digits=digits, standing=not self.padded, excerpt=self.shown)  # fmt: skip

    def padding(self, solid: np.ndarray, arrives: float | None) -> list[Points]:
        """Glass with its zeros where the padded block has no cells."""
        return [self.shell(np.ones_like(solid), ~solid, "0", arrives)]

    def shell(self, everywhere: np.ndarray, where: np.ndarray, text: str, arrives: float | None) -> Points:
        """Glass at `where` in a block that is `everywhere`, which comes from a clock value on."""
        shell = volumes.glass(self.figure, everywhere, where, texts=text, cell=self.cell, among=self.moves,
                              excerpt=self.shown)  # fmt: skip
        shell["row"][:] -= self.pads[0][0]
        shell["column"][:] -= self.pads[1][0]
        if arrives is not None:
            self.arrive(shell, arrives)
        return shell if len(everywhere) == 1 or self.moves else self._clear(shell, everywhere & ~where)

    def _clear(self, shell: Points, own: np.ndarray) -> Points:
        """Glass with the input's `own` cells behind it says what it counts as where a window reads it alone: there
        that might be taken for theirs."""
        behind = volumes.behind_texts(self.figure.page, own, [self.shown.spot(k) for k in self.shown.numbers])
        padded = shell["row"] + self.pads[0][0], shell["column"] + self.pads[1][0]
        over = behind[padded] & (shell["label"] >= 0)
        read = volumes.texts_of(Points({name: column[over] for name, column in shell.data.items()}),
                                visible_from=-LANDED, visible_until=self.steps - 0.5)  # fmt: skip
        for column in (shell["label"], shell["label_faded"]):
            column[over] = NONE
        read["label_faded"][:] = NONE
        return Points.join([shell, read])

    def arrive(self, shell: Points, since: float) -> None:
        """Let padding come around the input, from a clock value on."""
        middle = np.array([(self.shape[1] - 1) / 2, 0, -(self.shape[0] - 1) / 2])
        away = shell["position"] - middle
        turn = np.arctan2(away[:, 0], away[:, 2])
        # none is there before the clock sets out
        shell["visible_from"][:] = since + 0.02 + 0.83 * (turn - turn.min()) / max(np.ptp(turn), 1e-6)
        shell["grow_time"][:] = 0.12

    def add_tube(self, name: str, until: float) -> None:
        """The tube around the window, through every channel."""
        depth = self.deep_read
        size = (self.reach[1] + 0.03, depth + 0.06, self.reach[0] + 0.03)
        front = (depth - 1) / 2 if self.per == self.channels else 0.0  # of groups the middle is known
        at = self.everywhere(self.windows()) + (0, front, 0)
        self.figure.tube(f"{self.role}.window", name, self.role, at, size, (-LANDED, until), thickness(self.cell))

    base = 0  # the clock at the first step

    def add_ring(self, name: str, until: float, out: float = 0.0) -> None:
        """The ring around the window of a single channel, on its front faces; around cells that stand out by `out`
        cells, a tube."""
        at = self.windows()
        at = np.tile(at, (max(len(self.trace) // len(at), 1), 1))
        window_ring(self.figure, f"{self.role}.window", name, self.role, at, self.reach, (self.base - LANDED, until),
                    thickness(self.cell), out=out)

    def add_taps(self, name: str, role: str = "", first: int = 0, until: float = NEVER,
                 long: float = TAP) -> None:  # fmt: skip
        """A thin ring, `long` cells long, on each cell that a dilated window reads, from when it has landed until the
        next has, or until a clock value. Of the volume `role`, whose first window has the step `first`; else of the
        whole input."""
        down, across = (np.arange(k) * d for k, d in zip(self.kernel, self.dilation, strict=True))
        taps = np.array([(c, 0, -r) for r in down for c in across])
        rows, columns = planes(self.trace.output).shape[1:]
        starts = np.array([(c * self.stride[1], 0, -r * self.stride[0]) for r in range(rows) for c in range(columns)])
        steps = first + np.repeat(np.arange(len(starts)), len(taps))
        made = rings(self.figure, (starts[:, None] + taps[None]).reshape(-1, 3), (long, long), THIN, step=steps,
                     visible_from=steps - LANDED, visible_until=np.minimum(steps + LANDED, until))
        role = role or self.role
        self.figure.volume(f"{role}.taps", name, made, (0, 0, 0), self.cell, parent=role)


def thickness(cell: float) -> float:
    """How thick a tube around cells of that length (world units) is, in cells: it is seen around small ones, too."""
    return max(TUBE, LEAST * UNIT / cell)


def ring(wide: float, high: float, out: float = 0.0) -> tuple[tuple[float, float, float], float]:
    """The size of a ring on front faces, or around what stands out of them by `out`, and where its middle is along
    y."""
    return (wide, 0.16 + out, high), -0.5 - out / 2


def rings(figure: Figure, at, size, thick: float, color: str = "", **columns) -> Points:
    """Rings of `size` (along columns and rows) on front faces, around what has its middle at places."""
    shape, forward = ring(*size)
    return figure.tubes(np.asarray(at, float) + (0, forward, 0), shape, thick, color, **columns)


def window_ring(figure: Figure, role: str, name: str, parent: str, at, shape, life, thick: float,
                color: str = "", out: float = 0.0) -> None:  # fmt: skip
    """The ring around `shape` (rows, columns) cells of a volume, which may stand out, and whose middle goes to
    places."""
    size, forward = ring(shape[1] + 0.03, shape[0] + 0.03, out)
    figure.tube(role, name, parent, np.asarray(at, float) + (0, forward, 0), size, life, thick, color)


def with_rows(index: np.ndarray) -> np.ndarray:
    """Indices (n, channel, *axes) as (n, channel, row, column); one axis is a single row."""
    return index if index.shape[1] == 3 else np.insert(index, 1, 0, axis=1)


def first_middle(corner, cell: float, rows: float) -> np.ndarray:
    """The middle of the first cell of a block that stands at a corner."""
    return np.asarray(corner) + cell * np.array([0.5, 0.5, rows - 0.5])
