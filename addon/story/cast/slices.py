# SPDX-License-Identifier: GPL-3.0-or-later
"""An input whose channels are read one after the other: a block of slices, of which the one at work stands beside it.

Padding that takes part in a mean says 0, in a maximum −∞; cells behind it, over which windows hang, say nothing.
"""

from dataclasses import dataclass

import numpy as np

from ... import ops
from ..page import palette
from ..page.glyphs import MINUS
from ..plan.plan import ALWAYS, FAR, LANDED, NEVER, Points
from . import cards, volumes
from .stack import FILE
from .windowed import GLASS_SHADOW, Windowed, around, covered, rings, thickness, window_ring

APART = 0.7  # cells from the block to the slice that stands beside it
OUT, BACK = 0.45, 0.4  # seconds in which a slice slides out, and back
INFINITE = f"{MINUS}\u221e"
CHOSEN, THIN = 0.86, 0.07  # of the ring on a chosen cell: its length and thickness, in cells
THICK, NEARER = 0.15, 0.03  # of one among rings of a dilated window: its thickness, how far before them it is, in cells
SEAM, SEAM_COLOR = 0.07, "#1E2839"  # of the lines between windows: their thickness in cells, their colour


def wide(columns: int, channels: int) -> float:
    """Cells that a block of so many columns takes with the slice beside it."""
    return columns + (columns + APART if channels > 1 else 0.0)


@dataclass
class Slices(Windowed):
    """The cast of one pooling; `section` is how many steps each slice makes."""

    def __post_init__(self):
        super().__post_init__()
        self.mean = ops.of(self.trace).arithmetic is ops.Arithmetic.MEAN
        self.section = self.trace.output[0].size
        self.own_shape = self.shape
        self.pads = covered(self.trace)
        self.shape = around(self.input.shape[1:], self.pads)
        self.padded = any(v for pair in self.pads for v in pair)
        self.roles = [f"input.{c}" for c in range(self.channels)] if self.channels > 1 else ["input"]

    def ramp(self, channel: int):
        """Of a single channel numbers up to 9 are told apart."""
        whole = self.channels == 1 and not self.signed and self.greatest > 3
        return palette.FINE if whole else super().ramp(channel)

    @property
    def names(self) -> list[tuple[str, str]]:
        """What the slices' cards say, and their colours."""
        return cards.channel_cards(self.figure.scene, self.channels)

    @property
    def dilated(self) -> bool:
        """Whether the window skips cells: those that it reads have rings."""
        return any(d > 1 for d in self.dilation)

    def sum_fill(self, value, channel: int = 0) -> str:
        """The colour of a result: that of a cell of its channel with that number."""
        return self.fill(value, channel)

    @property
    def low(self) -> float:
        """The number at which a bar has no height."""
        return min(float(self.trace.input.min()), 0.0)

    @property
    def high(self) -> float:
        """The number at which a bar is highest."""
        return max(float(self.trace.input.max()), self.low + 1e-9)

    def place(self, channel, row, column) -> np.ndarray:
        """World places of padded cells of the slice at work."""
        aside = self.shape[1] + APART if self.channels > 1 else 0.0
        return super().place(channel, row, column) + self.cell * np.array([aside, 0.0, 0.0])

    def add(self, name: str, arrives: float | None, until: float) -> None:
        """Every slice with its padding, its window, the lines between windows; they are lit while they are read."""
        last = self.channels * self.section
        for channel, role in enumerate(self.roles):
            own = slice(channel * self.section, (channel + 1) * self.section)
            places = np.full((last, 3), FAR)
            places[own] = self.windows()
            home = self.location + self.cell * np.array([0.0, channel * (1 + volumes.GAP), 0.0])
            title = f"{name} {channel + self.figure.scene.look.index_from}" if self.channels > 1 else name
            self.stand(role, title, self._slice(channel, arrives), home, places, last)
            self._window(channel, role, places, until)
            self.add_seams(role)
        self._casts()

    def _life(self, channel: int) -> tuple[float, float]:
        """The clock values between which a slice stands beside the block."""
        until = (channel + 1) * self.section - (0.9 if channel + 1 < self.channels else 0.6)
        return channel * self.section - 0.7 if channel else -0.99, until

    def _slice(self, channel: int, arrives: float | None) -> list[Points]:
        figure, (top, left) = self.figure, (self.pads[0][0], self.pads[1][0])
        solid = self.solid()[:1]

        def fill(value, _):
            return self.fill(value, channel)

        cells = volumes.block(figure, self.input[channel][None], fill, cell=self.cell, offset=(top, left), solid=solid,
                              standing=not self.padded)  # fmt: skip
        parts = [cells]
        if channel:  # behind others its numbers would be cut off
            since, until = self._life(channel)
            parts.append(volumes.texts_of(cells, visible_from=since, visible_until=until))
            cells["label"][:] = cells["label_faded"][:] = -1
        cells["channel"][:] = channel
        if self.channels > 1:
            name, color = self.names[channel]
            at = cards.beside(self.shape[1], self.shape[0], 0.0, number=channel)
            since, until = self._life(channel)
            # behind a slice that has slid out no card is seen whole
            for a, b in ((ALWAYS, -0.99), (since, until), (self.channels * self.section - 0.55, NEVER)):
                parts.append(cards.card(figure, name, color, at, cards.HIGH, visible_from=a, visible_until=b))
        if self.padded:
            parts += self.padding(solid, arrives)
        return parts

    def padding(self, solid: np.ndarray, arrives: float | None) -> list[Points]:
        """Glass that says what padding counts as; behind it, over which windows hang, nothing."""
        everywhere, own = np.ones_like(solid), np.zeros_like(solid)
        own[:, : self.own_shape[0], : self.own_shape[1]] = True
        said = ("0" if self.trace.count_include_pad else "") if self.mean else INFINITE
        return [self.shell(everywhere, where, text, arrives)
                for where, text in ((own & ~solid, said), (~own, "")) if where.any()]  # fmt: skip

    def _window(self, channel: int, role: str, places, until: float) -> None:
        """The ring around the window, while its slice is read."""
        since, end = channel * self.section - LANDED, (channel + 1) * self.section - 1 + 0.02
        end = until if channel + 1 == self.channels else end
        window_ring(self.figure, f"{role}.window", "Window", role, places, self.reach, (since, end),
                    thickness(self.cell))
        if self.dilated:
            self.add_taps("Cells under the window", role, channel * self.section, end)

    def add_seams(self, role: str) -> None:
        """Thin lines between the windows on the faces of a slice, where these tile it."""
        tiles = all(s == r == k for s, r, k in zip(self.stride, self.reach, self.kernel, strict=True))
        if not tiles or self.padded or self.trace.output[0].size == 1:
            return
        rows, columns = self.shape
        made = []
        for axis, (n, step) in enumerate(((rows, self.stride[0]), (columns, self.stride[1]))):
            levels = np.arange(step, n, step) - 0.5
            if not len(levels):
                continue
            size = (columns - 0.1, 0.03, SEAM) if axis == 0 else (SEAM, 0.03, rows - 0.1)
            kind = self.figure.cube(SEAM_COLOR, "box " + " ".join(f"{v:.4g}" for v in size))
            across, down = (columns - 1) / 2 + 0 * levels, -levels
            at = (across, down) if axis == 0 else (levels, (1 - rows) / 2 + 0 * levels)
            places = np.column_stack([at[0], np.full(len(levels), -0.487), at[1]])
            made.append(Points.make(places, cube=kind))
        if made:
            self.figure.volume(f"{role}.seams", "Lines between windows", made, (0, 0, 0), self.cell, parent=role)

    def add_chosen(self, spans, named: str = "") -> None:
        """A ring on the cell that is the largest of a step's window; `spans`: (step, two clock values). `named`: the
        role of the rings, if not the input's with an ending."""
        (top, _), (left, _) = self.pads
        # among rings on all cells that are read it is thicker, and before them
        nearer, thick = (-NEARER, THICK) if self.dilated else (0.0, THIN)
        for channel, role in enumerate(self.roles):
            made = []
            for i, since, until in spans:
                step = self.trace[i]
                deep = palette.ink_on(self.fill(step.value, channel)) == palette.WHITE  # ink is not seen on it
                place = (0, *step.positions[step.chosen])[-2:]
                if step.output_index[0] == channel:
                    at = [(place[1] + left, nearer, -(place[0] + top))]
                    made.append(rings(self.figure, at, (CHOSEN, CHOSEN), thick, palette.WHITE * deep,
                                      visible_from=since, visible_until=until, step=i))
            if made:
                self.figure.volume(named or f"{role}.chosen", "Chosen cells", made, (0, 0, 0), self.cell, parent=role)

    def _casts(self) -> None:
        figure, corner, (rows, columns) = self.figure, self.corner, self.shape
        deep, strength = volumes.deep(self.channels), GLASS_SHADOW if self.padded else 1.0
        if self.channels == 1:
            figure.casts(corner, corner + self.cell * np.array([columns, deep, rows]), strength)
            return
        at = np.array([(columns - 1) / 2 + columns + APART, 0.0, 0.5 - rows])
        shades = [volumes.shade(figure, (columns, 1, rows), at + (0, c * (1 + volumes.GAP), 0),
                                visible_from=self._life(c)[0], visible_until=self._life(c)[1])
                  for c in range(self.channels)]  # fmt: skip
        # the block's own lies among them, each at a height of its own: of two at one height one would be lost
        middle = ((columns - 1) / 2, (deep - 1) / 2, 0.5 - rows)
        shades.append(volumes.shade(figure, (columns, deep, rows), middle, strength=strength))
        figure.volume("input.shadow", "Shadows of the slices", shades, self.location, self.cell)

    def slide(self, pauses, first: float, ending: float) -> None:
        """Each slice slides out of the block before it is read, and back: the first at the second `first`, the others
        in the pauses before their first steps, after their results' slices; the last goes back at `ending`."""
        if self.channels == 1:
            return
        line, home = self.figure.timeline, float(self.location[0])
        for channel, role in enumerate(self.roles):
            name, start = f"{role}.location.x", channel * self.section
            line.declare(name, home)
            line.add(name, home + self.cell * (self.shape[1] + APART), OUT,
                     at=pauses[start][0] + FILE + BACK + 0.05 if channel else first)  # fmt: skip
            more = channel + 1 < self.channels
            line.add(name, home, BACK, at=pauses[start + self.section][0] + FILE if more else ending)
