# SPDX-License-Identifier: GPL-3.0-or-later
"""What padding adds: at the end the parts of the output that less of it would have left stand beside the output."""

from dataclasses import dataclass

import numpy as np

from ..acts.leaving import LEAVING, OUT, copies, leave_clock, rings
from ..cast import slabs, volumes
from ..cast.board import home
from ..cast.figure import NAME, Figure
from ..cast.one_plane import ABOVE
from ..cast.shared import SECOND
from ..cast.weighted import Weighted
from ..cast.windowed import planar, planes
from ..page.captions import shape_text
from ..page.layout import Block
from ..page.view import LINE, UNIT
from ..plan.plan import NEVER
from ..plan.timeline import Timeline


@dataclass
class Part:
    """What a padding of `named` leaves: `size` rows and columns of the output, from (`top`, `left`) on."""

    named: str
    top: int
    left: int
    size: tuple[int, int]
    block: Block | None = None


def parts_of(scene, trace) -> list[Part]:
    """The parts of a trace's output that less padding leaves, the smallest first: without any, and of a full
    convolution besides with as much as keeps the size. None with a stride, for its places would be others."""
    kernel, stride, pads, dilation = planar(trace)
    rows, columns = planes(trace.output).shape[1:]
    reach = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    if any(s > 1 for s in stride) or not any(map(sum, pads)):
        return []
    full = all(a == b == r for (a, b), r in zip(pads, reach, strict=True) if r)
    found = [Part("valid" if full else f"{scene.words.padding} 0", pads[0][0], pads[1][0],
                  (rows - sum(pads[0]), columns - sum(pads[1])))]  # fmt: skip
    if full and not any(r % 2 for r in reach):
        half = [r // 2 for r in reach]
        found.append(Part("same", *half, (rows - 2 * half[0], columns - 2 * half[1])))
    return [part for part in found if min(part.size) > 0]


def between(figure: Figure, trace, made: Block, place) -> "LessPadding | None":
    """The parts with their blocks where `place` (`OnePlane.beneath`) finds room, as large as the output's cells at
    most; None where there are none, or their numbers would not be read."""
    parts = parts_of(figure.scene, trace)
    blocks = [Block(f"part {n}", (part.size[1], 1, part.size[0]), above=ABOVE, slab=slabs.VOLUME)
              for n, part in enumerate(parts)]  # fmt: skip
    if not parts or not place(blocks, LINE - 9.0, made.cell / UNIT):
        return None
    for part, block in zip(parts, blocks, strict=True):
        part.block = block
    return LessPadding(figure, trace, made, parts) if all(volumes.digit_size(b.cell) for b in blocks) else None


@dataclass
class LessPadding:
    """The act in which `parts` leave the output, whose block is `made`."""

    figure: Figure
    trace: object
    made: Block
    parts: list[Part]

    seconds = LEAVING  # that it takes

    @property
    def shapes_at(self) -> tuple[float, ...]:
        """Where on the page the shapes are said meanwhile: below the parts."""
        return self.figure.page.width / 2, LINE - 5.0

    def clock(self, line: Timeline, end: float) -> None:
        """Key the clock, which stands at `end`."""
        leave_clock(line, end)

    def add(self, cast: Weighted, end: float) -> None:
        """The parts' cells fly out of the output from the clock value `end` on; each has a ring and a name in one
        colour."""
        figure, made, words = self.figure, self.made, []
        out, axes = planes(self.trace.output)[0], len(self.trace.kernel_size)
        colors = ((SECOND, figure.theme.second), (figure.theme.tube, figure.theme.ink))
        for n, (part, (color, ink)) in enumerate(zip(self.parts, colors, strict=False)):
            rows, columns = (a.ravel() for a in np.indices(part.size))
            at = np.column_stack([columns + part.left, 0 * rows, -(rows + part.top)]).astype(float)
            goals = home(part.block) + part.block.cell * np.column_stack([columns, 0 * rows, -rows])
            values = out[rows + part.top, columns + part.left]
            middle = np.array([[part.left + (part.size[1] - 1) / 2, 0.0, -(part.top + (part.size[0] - 1) / 2)]])
            flying = copies(figure, made, at, values, cast.sum_fill, goals, part.block.cell, end, stays=True)
            around = rings(figure, middle, part.size[::-1], color, end + 0.01)
            figure.volume(f"part.{n}", part.named, [flying, around], home(made), made.cell)
            text = f"{part.named}:  {shape_text(part.size[-axes:])}"
            box = part.block.box
            words.append(figure.text(text, box[0], box[1] - 1.6, NAME, ink, visible_from=end + OUT))
        slabs.add_slabs(figure, [part.block for part in self.parts], ((end + 0.01, NEVER),))
        if figure.scene.look.labels and words:
            figure.words("parts", "With less padding", words)
