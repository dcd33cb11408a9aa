# SPDX-License-Identifier: GPL-3.0-or-later
"""The second view of a transposed convolution: the input is spread by zeros, and the flipped kernel slides over it.

The input's cells move apart by the stride (clock `Phases.spread` on), zeros are put between them and around
(`Phases.border`), a copy of the kernel comes to its working place and is flipped there (`Phases.flip`), and the window
visits the cells of this grid one by one: step i of the trace belongs to the clock `Phases.base` + i.
"""

from dataclasses import dataclass, replace

import numpy as np

from ..page.glyphs import TIMES, number
from ..plan.plan import ALWAYS, BORN, LANDED, LEAVES, NEVER, Points
from ..plan.schedule import MEETING
from .builder import PlanBuilder, ink_width, plane, squeeze
from .primitives import as_rows, wires
from .stamping import source_points, two
from .theme import Scale

NEARER = 2.0  # cells by which what crosses something passes before it


@dataclass(frozen=True)
class Phases:
    """The clock values, all whole, at which things happen after the last of `stamps` stamps."""

    stamps: int

    @property
    def cut(self) -> float:
        """The output's border comes off."""
        return self.stamps + 0.2

    @property
    def bias(self) -> float:
        """The bias is added."""
        return self.stamps + 1.4

    @property
    def spread(self) -> int:
        """The input spreads, and the stamped output makes room for the second one."""
        return self.stamps + 2

    @property
    def border(self) -> int:
        """Zeros arrive around the input."""
        return self.stamps + 3

    @property
    def flip(self) -> int:
        """The kernel is flipped."""
        return self.stamps + 4

    @property
    def base(self) -> int:
        """The first step of the trace."""
        return self.stamps + 6


@dataclass(frozen=True)
class PaddedGrid:
    """What the window slides over, in (rows, columns): its shape, the cells of border before the first input cell,
    the distance of input cells, and where the compact input stands first (row, column)."""

    shape: tuple[int, int]
    before: tuple[int, int]
    apart: tuple[int, int]
    compact: tuple[float, float]

    @classmethod
    def of(cls, trace) -> "PaddedGrid":
        sizes, inner = as_rows(trace.input[0]).shape, two(trace.grid_shape, 1)
        # where padding exceeds the kernel's reach the border is negative: cells that no window reads stay outside
        border = [tuple(max(0, int(v)) for v in pair) for pair in two(trace.grid_border, (0, 0))]
        shape = tuple(int(n + sum(pair)) for n, pair in zip(inner, border, strict=True))
        before = tuple(pair[0] for pair in border)
        compact = tuple(b + (g - n) / 2 for b, g, n in zip(before, inner, sizes, strict=True))
        return cls(shape, before, tuple(int(v) for v in two(trace.spread, 1)), compact)

    def real(self, rows: int, columns: int) -> np.ndarray:
        """Where the input's cells stand when they have spread (cells, 2), row-major."""
        row, column = (a.ravel() for a in np.indices((rows, columns)))
        return np.column_stack([row * self.apart[0], column * self.apart[1]]) + self.before


def gathered_input(sheet: PlanBuilder, trace, ground: PaddedGrid, phases: Phases) -> Points:
    """The input: compact while stamps are made, then spread, with zeros between and around."""
    values = as_rows(trace.input[0])
    scale = Scale(sheet.palette, "blue", values.min(), values.max())
    size = sheet.digits([number(v) for v in values.ravel()])
    cells = source_points(sheet, values, scale, size, phases.stamps)
    places = ground.real(*values.shape)
    index = cells["row"] * values.shape[1] + cells["column"]
    goal = np.column_stack([places[index, 1], 0 * index, -places[index, 0]])
    start = np.column_stack([cells["column"] + ground.compact[1], 0 * index, -(cells["row"] + ground.compact[0])])
    cells["position"][:], cells["origin"][:] = goal, start - goal
    cells["leaves"][:], cells["arrives"][:] = phases.spread + 0.1, phases.spread + 0.7
    cells["row"][:], cells["column"][:] = (places[index] - ground.before).T
    taken = {tuple(p) for p in places}
    zeros = [p for p in np.ndindex(*ground.shape) if p not in taken]
    last = places.max(axis=0)
    between = [p for p in zeros if all(b <= v <= e for b, v, e in zip(ground.before, p, last, strict=True))]
    around = sorted(set(zeros) - set(between), key=lambda p: _turn(p, ground.shape))
    made = [cells]
    for some, start in ((between, phases.spread + 0.65), (around, phases.border + 0.05)):
        if some:
            visible_from = start + (0.8 if some is around else 0.2) * np.arange(len(some)) / len(some)
            made.append(_ghosts(sheet, some, ground, visible_from, size))
    return Points.join(made)


def _turn(place, shape) -> float:
    """The angle at which a place is seen from the middle: the border arrives all around, one by one."""
    return float(np.arctan2(place[0] - (shape[0] - 1) / 2, place[1] - (shape[1] - 1) / 2))


def _ghosts(sheet: PlanBuilder, places, ground: PaddedGrid, visible_from, size: float) -> Points:
    p, ghost = sheet.palette, sheet.theme.ghost
    faded = p.faded(ghost)
    at = np.array(places)
    return Points.make(
        np.column_stack([at[:, 1], 0 * at[:, 0], -at[:, 0]]), cube=p.cube(ghost, "ghost"),
        faded=p.cube(faded, "ghost"), label=p.label("0", p.faded_ink_on(ghost)) if size else -1,
        label_faded=p.label("0", p.faded_ink_on(faded)) if size else -1, size=size or 0.5, lift=0.45,
        visible_from=visible_from,
        grow_time=0.14, row=at[:, 0] - ground.before[0], column=at[:, 1] - ground.before[1],
    )  # fmt: skip


def window_places(trace, ground: PaddedGrid) -> np.ndarray:
    """Where the window's middle stands at every step, in the units of the input's volume."""
    places = []
    for i in range(len(trace)):
        spots = trace[i].positions[:, 1:]
        row, column = two((spots.min(axis=0) + spots.max(axis=0)) / 2, 0.0)
        places.append((column + ground.before[1], 0.0, -(row + ground.before[0])))
    return np.array(places)


def flipped_kernel(sheet: PlanBuilder, trace, phases: Phases, above: np.ndarray) -> Points:
    """A copy of the kernel that comes from the kernel's place (`above`, cells away), and is flipped left to right,
    then top to bottom. In the first step its cells show "value × weight" while they lie on the window."""
    weights = as_rows(trace.weight[0, 0])
    rows, columns = weights.shape
    scale = Scale(sheet.palette, "amber", weights.min(), weights.max())
    size = sheet.digits([number(v) for v in weights.ravel()])
    still = plane(sheet, weights, scale, size=size)
    row, column = still["row"], still["column"]
    mirrored, turned = columns - 1 - column, rows - 1 - row
    when = [phases.flip + t for t in (0.0, 0.3, 0.36, 0.62, 0.68, 0.94)]
    right, up = np.sign(mirrored - column), np.sign(row - turned)
    toward = NEARER * sheet.camera.toward

    def leg(at, away, ahead, since, until, leaves, arrives):
        """One straight way of all cells, to `at` from so far `away`; those `ahead` (1) pass before those
        that stay (0), the others (-1) behind them."""
        place = np.column_stack([at[0], 0.0 * row, -at[1]]) + np.outer(ahead, toward)
        data = {**still.data, "position": place.astype(np.float32), "origin": away.astype(np.float32)}
        lives = {"leaves": leaves, "arrives": arrives, "visible_from": since, "visible_until": until}
        data |= {name: np.full(len(row), value, np.float32) for name, value in lives.items()}
        return Points(data)

    none = np.zeros((len(row), 3))
    down = leg((column, row), none + above, right * 0, when[0], when[2], when[0], when[1])
    across = leg((mirrored, row), np.outer(column - mirrored, (1, 0, 0)), right, when[2], when[4], when[2], when[3])
    over = leg((mirrored, turned), np.outer(turned - row, (0, 0, 1)), up, when[4], when[5] + 0.01, when[4], when[5])
    rest = leg((mirrored, turned), none, 0 * row, when[5] + 0.01, NEVER, ALWAYS, ALWAYS)
    return Points.join([down, across, over, *_working(sheet, trace, phases, rest, scale, size)])


def _working(sheet: PlanBuilder, trace, phases: Phases, rest: Points, scale: Scale, size: float) -> list[Points]:
    """The flipped kernel at rest: its numbers, and its products while it lies on the first window."""
    if not size:
        return [rest]
    step, texts = trace[0], {}
    for t in range(len(step.taps)):
        texts[tuple(two(step.kernel_index[t][1:], 0))] = f"{number(step.values[t])}{TIMES}{number(step.weights[t])}"
    said = [texts[int(r), int(c)] for r, c in zip(rest["row"], rest["column"], strict=True)]
    fits = sheet.digits(said)
    if not fits:
        return [rest]
    met, gone = phases.base + 0.9 * MEETING - LANDED, phases.base - 0.02
    inks = [sheet.palette.ink_on(scale.color(v)) for v in rest["value"]]
    products = {**rest.data, "label": np.array([sheet.palette.label(*each) for each in zip(said, inks, strict=True)],
                                               np.int32),
                "size": np.full(len(said), fits, np.float32),
                "stretch": np.array([squeeze(ink_width(text), fits) for text in said], np.float32)}  # fmt: skip
    return [lived(rest, rest["visible_from"], met), lived(Points(products), met, gone), lived(rest, gone, NEVER)]


def lived(points: Points, visible_from, visible_until) -> Points:
    """The same points with another life."""
    count = len(points)
    return Points({**points.data, "visible_from": np.full(count, visible_from,
                                                          np.float32) if np.isscalar(visible_from) else visible_from,
                   "visible_until": np.full(count, visible_until, np.float32)})  # fmt: skip


def gathered_output(sheet: PlanBuilder, trace, phases: Phases, scale: Scale, since: float) -> Points:
    """The second output: outlines from the clock `since` on, then cells that rise with their number."""
    values = as_rows(trace.output[0])
    size = sheet.digits([number(v) for v in values.ravel()])
    steps = phases.base + np.arange(values.size)
    cells = plane(sheet, values, scale, size=size, visible_from=steps - BORN, grow_time=BORN,
                  step=np.arange(values.size))
    wire = wires(sheet, values.shape)
    outline = Points.make(cells["position"], cube=wire, faded=wire, visible_from=since, visible_until=steps - BORN,
                          row=cells["row"],
                          column=cells["column"])  # fmt: skip
    return Points.join([outline, cells])


def later(rows, base: float):
    """The pieces of sums that count the clock from 0, counted from `base`."""
    return [row and [replace(piece, visible_from=piece.visible_from + base) for piece in row] for row in rows]


def seen_lines(sheet: PlanBuilder, trace, schedule, phases: Phases, y: float, size: float, last: float) -> list[Points]:
    """Under the sums: how many of the window's cells are input and not zeros."""
    made = []
    for i in range(len(trace)):
        if not schedule.explained[i]:
            continue
        real = trace[i].real
        said = sheet.scene.words.seen.replace("{real}", str(int(real.sum()))).replace("{count}", str(len(real)))
        visible_until = phases.base + i + LEAVES if i + 1 < len(trace) else last
        made.append(sheet.text(said, 0, y, size, sheet.theme.muted, visible_from=phases.base + i - LANDED,
                               visible_until=visible_until))
    return made
