# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways through the air for copies of cells: from where they are, round all words, to the cell they become.

A way is a row of places; a copy goes it in short legs, each a point of its own with a life as long as the leg, so a way
may bend and the pace may ease. Everything flies in a plane of its own before everything else, so nothing hides it and
it passes through nothing; an orthographic camera does not show how near it is.
"""

from dataclasses import dataclass

import numpy as np

from ..page.glyphs import number
from ..plan.plan import BORN, Points
from .builder import PlanBuilder, ink_width, squeeze
from .primitives import pads_of
from .theme import Scale

TAKES_OFF = 0.33  # copies leave at i - TAKES_OFF, and arrive at i - BORN, when the output cell is born
MERGED = 0.26  # the copies of a mean are one cell from i - MERGED on, which goes the rest of the way
HANDED = 0.01  # it covers the output cell while that grows, until i - HANDED
BEFORE_ALL = 30.0  # cells by which what flies is nearer to the viewer
COPY_SPACING = 0.6  # cells of depth between copies that fly to one place
LEGS = 8


def smooth(t):
    return t * t * (3 - 2 * t)


@dataclass(frozen=True)
class Gate:
    """The place before one output cell through which all that becomes it flies, and the direction from there to it.

    `leave`: how far along that direction (from the world's origin) a copy goes straight at first, where words are near.
    """

    place: np.ndarray  # world
    along: np.ndarray  # unit vector
    leave: float = -np.inf


def path_to(start, gate: Gate) -> np.ndarray:
    """Places (n, 3) from a cell to a gate: a curve that begins and ends in the gate's direction."""
    start = np.asarray(start, float)
    out = start + max(0.0, gate.leave - start @ gate.along) * gate.along
    t = np.linspace(0, 1, 33)[:, None]
    pull = 0.45 * np.linalg.norm(gate.place - out) * gate.along
    a, b, c, d = out, out + pull, gate.place - pull, gate.place
    curve = (1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * b + 3 * t * t * (1 - t) * c + t**3 * d
    return np.concatenate([[start], curve])


def along(path, shares) -> np.ndarray:
    """The places (n, 3) at which those parts of a path's length have been gone."""
    path = np.asarray(path, float)
    gone = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    return np.column_stack([np.interp(np.asarray(shares) * gone[-1], gone, axis) for axis in path.T])


def legs_of(way: np.ndarray, leaves: float, arrives: float, until: float, **look) -> Points:
    """A copy that goes a way (n + 1, 3) from one clock value to another and stays at its end `until` it is gone."""
    times = np.linspace(leaves, arrives, len(way))
    visible_until = [*times[1:-1], until]
    return Points.make(way[1:], origin=way[:-1] - way[1:], leaves=times[:-1], arrives=times[1:],
                       visible_from=times[:-1],
                       visible_until=visible_until, **look)  # fmt: skip


class Flights:
    """What flies from one input plane to one output plane, whose first cells stand at `home` and `target` (world).

    `gate_of` gives the gate of the output cell at (row, column). The points are in the output's cells, from its first.
    """

    def __init__(self, sheet: PlanBuilder, trace, home, target, gate_of, hue: str, out_hue: str):
        self.sheet, self.trace, self.gate_of = sheet, trace, gate_of
        self.home, self.target = np.array(home, float), np.array(target, float)
        self.size = sheet.digits([number(v) for v in (*trace.input.ravel(), *trace.output.ravel())])
        self.full = Scale(sheet.palette, out_hue, trace.output.min(), trace.output.max())
        self.own = Scale(sheet.palette, hue, trace.input.min(), trace.input.max())

    def seen(self, places) -> np.ndarray:
        """World places as places in the output's units, all as near to the viewer as its first cell."""
        toward = self.sheet.camera.toward
        off = np.asarray(places, float) - self.target
        return off - (off @ toward)[..., None] * toward

    def look(self, scale: Scale, value, real: bool = True) -> dict:
        """The point columns of a cell in the air."""
        p, text = self.sheet.palette, number(value) if self.size else ""
        look = scale.cell(value, text)
        if not real:
            look = {"cube": p.cube(self.sheet.theme.ghost, "ghost")}
            look |= {"label": p.label(text, p.faded_ink_on(self.sheet.theme.ghost))} if text else {}
        stretch = squeeze(ink_width(text), self.size) if text else 1.0
        kept = {name: look[name] for name in ("cube", "label") if name in look}
        return {**kept, "value": value, "size": self.size or 0.5, "stretch": stretch}

    def of_step(self, i: int, step) -> Points:
        """The copies of one step: the chosen cell of a maximum; of a mean all that count, which become one."""
        row, column = (0, *step.output_index[1:])[-2:]
        end, gate = self.target + (column, 0, -row), self.gate_of(row, column)
        if step.chosen is not None:
            path = np.concatenate([path_to(self.cell(step, step.chosen), gate), [end]])
            way = self.seen(along(path, smooth(np.linspace(0, 1, LEGS + 1))))
            return legs_of(way, i - TAKES_OFF, i - BORN, i - HANDED, step=i, row=row, column=column,
                           **self.look(self.full, step.value))  # fmt: skip
        made, toward = [], self.sheet.camera.toward
        for place, t in enumerate(np.flatnonzero(step.counted)):
            path = path_to(self.cell(step, t), gate)
            way = self.seen(along(path, np.linspace(0, 1, LEGS + 1) ** 1.5)) + COPY_SPACING * place * toward
            made.append(legs_of(way, i - TAKES_OFF, i - MERGED, i - MERGED, step=i, row=row, column=column,
                                **self.look(self.own, step.values[t], bool(step.real[t]))))  # fmt: skip
        straight = 1 - (1 - np.linspace(0, 1, LEGS + 1)[:, None]) ** 1.5
        way = self.seen(gate.place + straight * (end - gate.place)) + COPY_SPACING * len(made) * toward
        made.append(legs_of(way, i - MERGED, i - BORN, i - HANDED, step=i, row=row, column=column,
                            **self.look(self.full, step.value)))  # fmt: skip
        return Points.join(made)

    def cell(self, step, tap: int) -> np.ndarray:
        """Where an input cell stands (world)."""
        (top, _), (left, _) = pads_of(self.trace)
        row, column = (0, *step.positions[tap][1:])[-2:]
        return self.home + (column + left, 0, -(row + top))
