# SPDX-License-Identifier: GPL-3.0-or-later
"""Padding "same": at the end the next odd kernel beside it. An outline around the input and one around the output show
that they are equal; then the input stands there smaller with one more ring of padding, a window of the larger kernel
goes from its first place to its last, and what it comes to has the same outline. Places and sizes alone: what the
larger kernel would compute is not known.
"""

from dataclasses import dataclass

import numpy as np

from ..acts.leaving import LANDS, OUT, copies, rings
from ..cast import slabs, volumes, windowed
from ..cast.board import home
from ..cast.figure import NAME, Figure
from ..cast.one_plane import ABOVE
from ..cast.shared import SECOND
from ..cast.windowed import Windowed, planar, planes, thickness
from ..page.captions import shape_text
from ..page.layout import Block
from ..page.view import LINE, UNIT
from ..plan.plan import NEVER, Points
from ..plan.timeline import Timeline

UNDER = 3.8  # page units from one line about it to the next
SHAPES = 12.0  # page units from the output to the line of the shapes
TOP = 13.0  # page units: below the title there is room for a line from here on
LEAST = 2.2  # page units: the smallest cells of what stands beside it
# the clock past its beginning: the input's copies leave, the rings of padding come, then they are there, the window
# stands on its first place, sets out, stands on its last, and the outlines are around
COPIED, RINGS, ROUND, STANDS, SETS_OUT, LAST, OUTLINED = 0.1, 0.42, 0.62, 0.66, 0.7, 0.9, 0.94
# to which clock past its beginning, in how many seconds, and how many it rests there
BEATS = ((0.02, 0.1, 1.2), (COPIED + OUT, 0.5, 0.1), (COPIED + LANDS, 0.8, 0.2), (ROUND, 0.9, 0.1), (STANDS, 0.1, 0.6),
         (LAST, 1.0, 0.3), (OUTLINED, 0.1, 0.0))  # fmt: skip


def applies(scene, trace) -> bool:
    """Whether an output is as large as its input by its scene's word, and its kernel a square around a middle."""
    kernel = trace.kernel_size
    alone = len(trace.input) == len(trace.output) == 1 and not any(n > 1 for n in (*trace.stride, *trace.dilation))
    return scene.op.padding == "same" and alone and len({*kernel}) == 1 and kernel[0] % 2 == 1 and kernel[0] > 1


def room(scene, trace) -> float:
    """Page units above the input for the line about its kernel."""
    return UNDER * applies(scene, trace)


def formula(size: int) -> str:
    """How much padding a kernel of `size` asks for."""
    return f"k = {size}:  p = ({size} − 1) / 2 = {(size - 1) // 2}"


@dataclass
class SameSize:
    """The act; `wide` is the block of the input with more padding, `result` that of what the larger kernel makes."""

    figure: Figure
    trace: object
    given: Block
    made: Block
    wide: Block
    result: Block

    seconds = sum(sum(beat[1:]) for beat in BEATS)  # that it takes

    def __post_init__(self):
        self.own = planes(self.trace.input).shape[1:]
        (self.top, _), (self.left, _) = planar(self.trace)[2]
        self.axes = len(self.trace.kernel_size)
        self.size = self.trace.kernel_size[0] + 2
        self.more = _more(self.trace)

    @property
    def shapes_at(self) -> tuple[float, ...]:
        """Where on the page the shapes are said meanwhile, below the output, whose they are; and how long they
        may be."""
        left, _, right, bottom = self.made.box
        return (left + right) / 2, bottom + SHAPES, self.figure.page.width - 8.0 - self.result.box[2]

    def clock(self, line: Timeline, end: float) -> None:
        """Key the clock, which stands at `end`."""
        for clock, seconds, still in BEATS:
            line.play("clock.step", end + clock, seconds)
            line.wait(still)

    def add(self, cast: Windowed, end: float) -> None:
        """All that comes from the clock value `end` on."""
        figure, begins = self.figure, end + 0.01
        self._outline("input", self.given, (self.top, self.left), begins)
        self._outline("output", self.made, (0, 0), begins)
        self._input(cast, end + COPIED)
        rows, columns = self.own
        everywhere, since = np.ones((1, rows, columns), bool), end + STANDS - 0.02
        frosted = volumes.glass(figure, everywhere, everywhere, visible_from=since)
        reach = self.size if self.axes == 2 else 1, self.size
        tubes = [self._tube(self.wide, reach, end), self._tube(self.result, (1, 1), end)]
        figure.volume("wider.output", f"Output with k = {self.size}", [frosted, tubes[1]], home(self.result),
                      self.result.cell)  # fmt: skip
        figure.volume("wider.window", f"Window with k = {self.size}", tubes[0], home(self.wide), self.wide.cell)
        slabs.add_slabs(figure, [self.wide], ((end + COPIED, NEVER),))
        slabs.add_slabs(figure, [self.result], ((since, NEVER),))
        self._outline("wider", self.wide, self.more, end + LAST + 0.01)
        self._outline("wider result", self.result, (0, 0), end + LAST + 0.01)
        if figure.scene.look.labels:
            figure.words("same", "Padding by the kernel", self._words(end))

    def _outline(self, of: str, block: Block, first, since: float) -> None:
        """A ring around as many cells as the input has, the first of which is (row, column) of a block."""
        (rows, columns), (top, left) = self.own, first
        middle = np.array([[left + (columns - 1) / 2, 0.0, -(top + (rows - 1) / 2)]])
        around = rings(self.figure, middle, (columns, rows), SECOND, since, thickness(block.cell))
        self.figure.volume(f"same.{of}", f"Outline of the {of}", around, home(block), block.cell)

    def _input(self, cast: Windowed, leaves: float) -> None:
        """Its copies fly to the smaller block, around which the padding comes."""
        figure, wide, (down, across) = self.figure, self.wide, self.more
        values = cast.input[0]
        row, column = (a.ravel() for a in np.indices(values.shape))
        grid = np.column_stack([column, 0 * row, -row]).astype(float)
        goals = home(wide) + wide.cell * (grid + (across, 0, -down))
        figure.volume("wider.copies", "Copies of the input", copies(
            figure, self.given, grid + (self.left, 0, -self.top), values.ravel(), lambda v: cast.fill(v, 0), goals,
            wide.cell, leaves), home(self.given), self.given.cell)  # fmt: skip
        solid = np.zeros((1, wide.size[2], wide.size[0]), bool)
        solid[:, down : down + values.shape[0], across : across + values.shape[1]] = True
        cells = volumes.block(figure, values[None], cast.fill, cell=wide.cell, offset=(down, across), solid=solid,
                              digits=False, standing=False, dims=False, visible_from=leaves + LANDS)  # fmt: skip
        shell = volumes.glass(figure, np.ones_like(solid), ~solid, texts="", cell=wide.cell)
        away = np.abs(shell["position"] - [(wide.size[0] - 1) / 2, 0, -(wide.size[2] - 1) / 2])
        ring_of = np.maximum(away[:, 0] - (values.shape[1] - 1) / 2, away[:, 2] - (values.shape[0] - 1) / 2)
        # one ring after the other
        shell["visible_from"][:] = leaves - COPIED + RINGS + (ROUND - RINGS) * (ring_of - 1) / ring_of.max()
        shell["grow_time"][:] = 0.06
        figure.volume("wider", f"Input for k = {self.size}", [cells, shell], home(wide), wide.cell)

    def _tube(self, block: Block, size, end: float) -> Points:
        """The ring around (rows, columns) cells at the first place of a block, which goes to the last one."""
        way = np.array([self.own[1] - 1.0, 0.0, 1.0 - self.own[0]])
        at, shape = [((size[1] - 1) / 2, 0.0, -(size[0] - 1) / 2)], (size[1] + 0.03, size[0] + 0.03)
        return windowed.rings(self.figure, at, shape, thickness(block.cell), exit=way, exit_via=way / 2,
                              exit_from=end + SETS_OUT, exit_until=end + LAST, visible_from=end + STANDS - 0.01)

    def _words(self, end: float) -> list[Points]:
        """How much padding each kernel asks for, and what the larger one goes over and makes."""
        figure, words, own = self.figure, self.figure.scene.words, shape_text(self.own[-self.axes :])
        whole = shape_text([self.wide.size[2], self.wide.size[0]][-self.axes :])
        said = ((formula(self.size - 2), self.given, UNDER, 0.01), (formula(self.size), self.wide, UNDER, RINGS),
                (f"{own},  {words.padding} {(self.size - 1) // 2}:  {whole}", self.wide, 0.0, ROUND),
                (f"{words.output}  {own}", self.result, 0.0, STANDS - 0.02))  # fmt: skip
        return [figure.text(text, block.box[0], block.box[1] - 1.6 - up, NAME, visible_from=end + since)
                for text, block, up, since in said]  # fmt: skip


def between(given: Block, figure: Figure, trace, made: Block, place) -> SameSize | None:
    """The act where `place` (`OnePlane.beneath`) finds room; None where it does not apply, or there is none."""
    crowded = given.box[1] - 1.6 - UNDER < TOP or not volumes.digit_size(made.cell)
    if crowded or not applies(figure.scene, trace):
        return None
    (rows, columns), (down, across) = planes(trace.input).shape[1:], _more(trace)
    above = ABOVE + UNDER
    wide = Block("wider", (columns + 2 * across, 1, rows + 2 * down), above=above, slab=slabs.VOLUME)
    result = Block("wider output", (columns, 1, rows), above=above, slab=slabs.VOLUME)
    found = place([wide, result], LINE - 5.0, made.cell / UNIT, 5.0) and wide.cell >= LEAST * UNIT
    return SameSize(figure, trace, given, made, wide, result) if found else None


def _more(trace) -> tuple[int, int]:
    """Rows and columns of padding that the next odd kernel asks for."""
    return tuple(int(a) + (n > 1) for (a, _), n in zip(planar(trace)[2], planar(trace)[0], strict=True))
