# SPDX-License-Identifier: GPL-3.0-or-later
"""The act in which the numbers under a window become one: copies stand on the bench, each under a bar as high as
its number.

Of a maximum the highest is chosen; of a mean the bars level. What comes of it goes to where results stand, and a copy
of it flies to its place in the output.
"""

import numpy as np

from ..cast.bars import BAR, BASE, PITCH, Bars
from ..cast.figure import Figure
from ..cast.slices import INFINITE, Slices
from ..cast.volumes import loosened, shade, written
from ..page.glyphs import CAP_HEIGHT
from ..plan.plan import LANDED, LEAVES, NONE, Points
from .rhythm import within
from .standing import SUMMED
from .summing import SLIDE, flight

OUTLINE, THIN = "#8792A5", 0.025  # of the height that a bar had before it levelled
MARK, CLEAR, LEAST = 0.05, 0.04, 0.01  # of the line at the level: its thickness, how far around the bars, its height
# parts of a step's time: copies fly and land, bars grow, level, and what comes of them stands
FLIES, LANDS, GROWS, GROWN, LEVELS, LEVEL, STAND = 0.12, 0.32, 0.35, 0.5, 0.54, 0.68, 0.84


class Reducing:
    """Makes the rows of pieces of one step, in the bench's frame, whose origin is `origin`; `clocks` has the clock at
    each of the cast's steps, where that is another number."""

    def __init__(self, figure: Figure, bars: Bars, cast: Slices, clocks=None):
        self.figure, self.bars, self.cast, self.origin = figure, bars, cast, bars.origins[0]
        self.clocks = range(len(cast.trace)) if clocks is None else [int(clock) for clock in clocks]

    def local(self, place) -> np.ndarray:
        """A world place in the bench's own frame."""
        return (np.asarray(place) - self.origin) / self.bars.cell

    def places(self, taps) -> np.ndarray:
        """Where the copies of these (row, column) of the window stand, (n, 3)."""
        return self.bars.at(taps) + self.local(self.bars.origins[0])

    def step(self, i: int, target, target_cell: float) -> list[Points]:
        """A step that is worked out; its result flies to the world place `target`."""
        at = self.clocks[i]
        times = {"lands": within(at, LANDS), "grows": within(at, GROWS), "grown": within(at, GROWN),
                 "levels": within(at, LEVELS), "level": within(at, LEVEL), "until": at + LEAVES}  # fmt: skip
        return [self._copies(i), *self._heights(i, times), *self.outcome(i, target, target_cell)]

    def outcome(self, i: int, target, target_cell: float, since: float = LEVEL, until: float = STAND) -> list[Points]:
        """What comes of a step goes to where results stand, between two parts of its time, and flies to `target`."""
        at, home = self.clocks[i], self.local(self.bars.result)
        comes, life = self.source(self.cast.trace[i]) - home, {"visible_from": within(at, since),
                                                               "visible_until": at + LEAVES}  # fmt: skip
        return [
            *self._marked(i, within(at, since), at + LEAVES),
            self._result(i, step=at, origin=[comes], enter_via=[comes * (0.5, 0.5, 0.5) + (0, -0.6, 1.6)],
                         enter_scale=0.8, leaves=within(at, since), arrives=within(at, until), **life),
            self.flying(i, target, target_cell),
            self.under(**{**life, "visible_from": within(at, until)}),  # once it has landed
        ]  # fmt: skip

    def flying(self, i: int, target, target_cell: float) -> Points:
        """What comes of a step flies to the world place `target`."""
        way, size = self.local(target) - self.local(self.bars.result), target_cell / self.bars.cell / self.bars.edge
        return self._result(i, **flight(self.clocks[i], way, size))

    def standing(self, i: int, until: float) -> list[Points]:
        """A step as it stands, from when its window has landed until a clock value: nothing moves."""
        step, life = self.cast.trace[i], {"visible_from": self.clocks[i] - LANDED, "visible_until": until}
        seen, at = self._taken(step)
        return [Points.make(at, **self._look(step, seen), **self._known(step, seen), **life),
                *self._columns(step, seen, self.bars.height(self._levels(step, seen)), at, **life),
                *(self._outlines(step, seen, at, **life) if self.cast.mean else []),
                *self.result_stands(i, until)]  # fmt: skip

    def result_stands(self, i: int, until: float) -> list[Points]:
        """What has come of a step, until a clock value."""
        at = self.clocks[i]
        life = {"visible_from": at - SUMMED, "visible_until": until}
        return [*self._marked(i, at - SUMMED, until), self._result(i, step=at, **life), self.under(**life)]

    def grounds(self, spans) -> list[Points]:
        """The shadows of the copies, between pairs of clock values."""
        bars, made = self.bars, []
        for line, origin in enumerate(bars.origins):
            rows = min(bars.per, bars.kernel[0] - line * bars.per)
            size = (bars.size(bars.kernel[1], rows)[0], BASE[1], BASE[2])
            at = self.local(origin) + ((size[0] - BASE[0]) / 2, 0.0, -BASE[2] / 2)
            made += [shade(self.figure, size, at, visible_from=a, visible_until=b) for a, b in spans]
        return made

    def level(self, i: int, since: float, until: float) -> list[Points]:
        """A line around the bars of each row where those of a mean stand level, between two clock values."""
        bars, step = self.bars, self.cast.trace[i]
        (rows, columns), up = bars.kernel, BASE[2] / 2 + float(bars.height(step.value))
        wide, deep = (columns - 1) * PITCH + BAR[0] + 2 * CLEAR, BAR[1] + 2 * CLEAR
        kind = self.figure.cube(self.figure.theme.tube, f"tube {wide:.4g} {deep:.4g} {LEAST:g} {MARK:g}")
        ends = self.places([(row, column) for row in range(rows) for column in (0, columns - 1)])
        at = ends.reshape(rows, 2, 3).mean(axis=1) + (0.0, 0.0, up)
        return [Points.make(at, cube=kind, visible_from=since, visible_until=until, step=self.clocks[i])]

    def under(self, **columns) -> Points:
        """The shadow of what comes of it."""
        return shade(self.figure, (self.bars.edge,) * 3, self.local(self.bars.result) - (0, 0, self.bars.edge / 2),
                     **columns)  # fmt: skip

    def source(self, step) -> np.ndarray:
        """Where what comes of it starts from: the copy that is chosen, or the top of the bar in the middle."""
        if not self.cast.mean:
            return self.places(_flat(step.kernel_index[step.chosen]))[0]
        rows, columns = self.bars.kernel
        up = BASE[2] / 2 + float(self.bars.height(step.value)) - 0.5
        return self.places((rows // 2, columns // 2))[0] + (0.0, 0.0, max(up, 0.0))

    def _taken(self, step):
        """Which taps take part, as a mask; the places of these on the bench."""
        seen = step.counted if self.cast.mean else np.ones(len(step.taps), bool)
        return seen, self.places([_flat(k) for k in step.kernel_index[seen]])

    def _known(self, step, seen) -> dict:
        rows, columns = np.array([_flat(k) for k in step.kernel_index[seen]]).T
        return {"channel": step.output_index[0], "row": rows, "column": columns, "step": self._number(step),
                "value": np.where(step.real[seen], step.values[seen], 0)}  # fmt: skip

    def _number(self, step) -> int:
        return self.clocks[int(np.ravel_multi_index(step.output_index, self.cast.trace.output.shape))]

    def _fills(self, step, seen) -> list[str]:
        channel, theme = int(step.output_index[0]), self.figure.theme
        return [self.cast.fill(v, channel) if real else theme.padding
                for v, real in zip(step.values[seen], step.real[seen], strict=True)]  # fmt: skip

    def _look(self, step, seen, scale=BASE) -> dict:
        """What the copies look like; `scale`: their size."""
        fills = self._fills(step, seen)
        cubes = [self.figure.cube(f) for f in fills]
        texts = [self.figure.numbers.text(v) if np.isfinite(v) else INFINITE for v in step.values[seen]]
        digits = written(self.figure, texts, fills, 0.72 * BASE[2] * scale[0] / BASE[0] * 0.5 / CAP_HEIGHT * 1.2,
                         scale[0]) if self.figure.scene.look.numbers else {}  # fmt: skip
        return {"cube": cubes, "scale": scale, "lift": 0.49 * scale[1], **digits}

    def _copies(self, i: int) -> Points:
        """Copies of the window's cells slide out of the input and fly to the bench."""
        cast, step, clock = self.cast, self.cast.trace[i], self.clocks[i]
        seen, at = self._taken(step)
        k = cast.cell / self.bars.cell
        spots = np.array([_flat(p) for p in step.positions[seen]])
        spots += [cast.pads[0][0], cast.pads[1][0]]
        places = cast.place(np.full(len(spots), step.output_index[0]), *spots.T)
        hover = np.array([0.0, -1.3 * cast.cell, 0.0])
        rest = self.local(places + hover)
        way = at - rest
        return Points.make(
            rest, **self._look(step, seen, (k, k, k)), origin=[-hover / self.bars.cell] * len(rest),
            leaves=within(clock, 0.0), arrives=within(clock, SLIDE), exit=way, exit_from=within(clock, FLIES),
            exit_via=way * (0.55, 0.75, 0.0) + (0, -0.4, 0.9), exit_scale=[np.array(BASE) / k] * len(rest),
            exit_until=within(clock, LANDS), visible_from=within(clock, 0.0), visible_until=clock + LEAVES,
            **self._known(step, seen))  # fmt: skip

    def _levels(self, step, seen) -> np.ndarray:
        """The numbers as high as which the bars stand in the end."""
        return np.full(int(seen.sum()), float(step.value)) if self.cast.mean else self._finite(step, seen)

    def _finite(self, step, seen) -> np.ndarray:
        return np.where(step.real[seen] | self.cast.mean, step.values[seen], self.bars.low).astype(float)

    def _heights(self, i: int, times) -> list[Points]:
        """The bars rise from their copies; those of a mean level."""
        step = self.cast.trace[i]
        seen, at = self._taken(step)
        high = np.maximum(self.bars.height(self._finite(step, seen)), 0.03)
        up = (0.0, 0.0, 1.0)  # its foot stays: half of what it grows is its way
        rises = {"origin": np.outer(-high / 2, up), "enter_via": np.outer(-high / 4, up), "leaves": times["grows"],
                 "enter_scale": 1.0 - np.outer(1.0 - 0.02 / high, up), "arrives": times["grown"],
                 "visible_from": times["grows"]}  # fmt: skip
        if not self.cast.mean:
            return self._columns(step, seen, high, at, visible_until=times["until"], **rises)
        level = float(self.bars.height(step.value))
        falls = {"exit": np.outer((level - high) / 2, up), "exit_via": np.outer((level - high) / 4, up),
                 "exit_scale": 1.0 + np.outer(level / high - 1.0, up), "exit_from": times["levels"],
                 "exit_until": times["level"]}  # fmt: skip
        own = self._columns(step, seen, high, at, colors=self._fills(step, seen), visible_until=times["level"], **rises,
                            **falls)  # fmt: skip
        life = {"visible_from": times["level"], "visible_until": times["until"]}
        return [*own, *self._columns(step, seen, np.full(len(at), level), at, **life),
                *self._outlines(step, seen, at, **{**life, "visible_from": times["levels"]})]  # fmt: skip

    def _columns(self, step, seen, high, at, colors=None, **columns) -> list[Points]:
        """Bars of these heights, each on its copy; of a mean in the colour of what they come to."""
        if colors is None:
            level = self.cast.sum_fill(step.value, int(step.output_index[0]))
            colors = [level] * len(at) if self.cast.mean else self._fills(step, seen)
        made, known = [], self._known(step, seen)
        for n in np.flatnonzero(high > 0.02):
            own = {k: np.broadcast_to(v, (len(at), *np.shape(v)[1:]))[n : n + 1] if np.ndim(v) else v
                   for k, v in {**known, **columns}.items()}  # fmt: skip
            kind = self.figure.cube(colors[n], f"box {BAR[0]:g} {BAR[1]:g} {high[n]:.4g}")
            place = at[n] + (0.0, 0.0, BASE[2] / 2 + high[n] / 2 + 0.005)
            made.append(Points.make([place], cube=kind, **own))
        return made

    def _outlines(self, step, seen, at, **columns) -> list[Points]:
        """How high each bar was."""
        made = []
        for high, place in zip(self.bars.height(self._finite(step, seen)), at, strict=True):
            if high > 0.05:
                kind = self.figure.cube(OUTLINE, f"tube {BAR[0]:g} {BAR[1]:g} {high:.4g} {THIN:g}")
                made.append(Points.make([place + (0.0, 0.0, BASE[2] / 2 + high / 2)], cube=kind, **columns))
        return made

    def _marked(self, i: int, since: float, until: float) -> list[Points]:
        """The tube around the copy that is the largest, and its bar."""
        step = self.cast.trace[i]
        if self.cast.mean:
            return []
        high = float(self.bars.height(step.value)) + BASE[2]
        size = " ".join(f"{v:.4g}" for v in (BASE[0] + 0.04, BASE[1] + 0.04, high + 0.03, 0.07))
        kind = self.figure.cube(self.figure.theme.tube, f"tube {size}")
        at = self.source(step) + (0.0, 0.0, (high - BASE[2]) / 2)
        return [Points.make([at], cube=kind, visible_from=since, visible_until=until, step=self.clocks[i])]

    def _result(self, i: int, **columns) -> Points:
        step, edge = self.cast.trace[i], self.bars.edge
        fill = self.cast.sum_fill(step.value, int(step.output_index[0]))
        cube = self.figure.cube(fill)
        digits = written(self.figure, [self.figure.numbers.text(step.value)], [fill], 0.5 * edge / CAP_HEIGHT, edge)
        known = {"scale": edge, "lift": 0.49 * edge, "value": step.value, "step": NONE}
        digits = loosened(digits, self.bars.cell) if self.figure.scene.look.numbers else {}
        return Points.make([self.local(self.bars.result)], cube=cube, **digits, **{**known, **columns})


def _flat(index) -> tuple[int, int]:
    """The row and column of an index (channel, *spatial) with one or two axes."""
    return (0, *map(int, index[1:]))[-2:]
