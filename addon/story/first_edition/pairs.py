# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs of one convolution on one clock: when each makes its cells, where its window stands meanwhile, its sums.

The clock counts the steps of the run that has more of them (the first, of equals): the lead. Where the other's windows
start at places where the lead's start too, it stands there when the lead gets there, and waits in between; else its
steps are spread over the lead's evenly.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..page.captions import axes_text
from ..page.glyphs import width
from ..plan.plan import LEAVES, StepInfo
from ..plan.schedule import Schedule, StepTimes
from . import sums
from .builder import WORD, PlanBuilder
from .partial_sums import product_rows
from .primitives import as_rows, place_of
from .theme import rgb

SECOND = rgb("#0F8B8D")  # the second run's colour: its name, and the cells that both runs make
SIZES = (1.0, 0.97, 0.945)  # of a word's font size: a little smaller rather than on one line more
ROOM = 0.3  # of the frame's height, at most, goes to sums that show what the products come to


def starts(trace) -> list[tuple[int, ...]]:
    """Where each step's window starts in the input (padding lies outside it)."""
    return [tuple(int(v) for v in trace[i].positions[0]) for i in range(len(trace))]


def clocks_of(traces) -> tuple[list[np.ndarray], bool]:
    """For both runs the clock at which each of its cells is born; whether the windows stand at the same places then."""
    lead = 0 if len(traces[0]) >= len(traces[1]) else 1
    count, other = len(traces[lead]), traces[1 - lead]
    place = {start: i for i, start in enumerate(starts(traces[lead]))}
    found = [place.get(start) for start in starts(other)]
    matched = None not in found
    if not matched:
        found = (np.arange(1, len(other) + 1) * count) // len(other) - 1
    clocks = [np.arange(count), np.array(found)]
    return clocks if lead == 0 else clocks[::-1], matched


@dataclass
class Run:
    """One of the two: what stands before its roles, what it is called, its trace, when each cell is born (clock)."""

    key: str
    label: str
    trace: object
    clocks: np.ndarray
    count: int  # of the clock
    matched: bool = True  # both windows start at the same place when both make a cell

    @property
    def current(self) -> np.ndarray:
        """For every clock value the step whose window stands then: the last one born, before the first the first."""
        return np.maximum(np.searchsorted(self.clocks, np.arange(self.count), side="right") - 1, 0)

    @property
    def places(self) -> np.ndarray:
        """Where the window stands at every clock value."""
        return place_of(self.trace)[self.current]

    def gone(self, last: float) -> np.ndarray:
        """The clock at which each step's window sets out for the next."""
        return np.append(self.clocks[1:] - 1 + LEAVES, last)

    def own(self, schedule: Schedule) -> Schedule:
        """How each of its steps is explained."""
        return Schedule(tuple(schedule.kinds[c] for c in self.clocks), schedule.step)

    def infos(self, step_times: StepTimes, texts, number: int) -> list[StepInfo]:
        made = []
        for i, clock in enumerate(self.clocks):
            index = tuple(int(v) for v in self.trace[i].output_index)
            made.append(StepInfo(step_times.seconds[clock], index, float(self.trace[i].value), texts[i], float(clock),
                                 step_times.explained[clock], number))  # fmt: skip
        return made


def both(scene, traces) -> list[Run]:
    """The two runs, each called by what is other in it."""
    (clocks, matched), count = clocks_of(traces), max(len(t) for t in traces)
    differs = [k for k in ("stride", "padding", "dilation") if getattr(traces[0], k) != getattr(traces[1], k)]
    labels = [", ".join(f"{getattr(scene.words, k)} {axes_text(getattr(t, k))}" for k in differs) for t in traces]
    if not differs:
        labels = ["1", "2"]
    return [Run(k, la, t, c, count, matched) for k, la, t, c in zip(("", "b."), labels, traces, clocks, strict=True)]


def ink_of(sheet: PlanBuilder, run: Run):
    """The ink of a run's name: the second has a colour of its own."""
    return sheet.palette.words_in(SECOND) if run.key else sheet.theme.ink


def spells_of(scene, pair, waiting: int) -> list[tuple[int, int, str]]:
    """While a run waits: (the clock of the step it stays at, the clock of its next, what is said).

    Before its first step the former is -1; where it is done the latter is past the end.
    """
    w, run, other = scene.words, pair[waiting], pair[1 - waiting]
    wider = any(a > b for a, b in zip(run.trace.stride, other.trace.stride, strict=True))
    done, found = w.finished.replace("{count}", str(len(run.trace))), []
    for clock, following in pairwise([-1, *(int(c) for c in run.clocks), run.count]):
        if following - clock > 1 or following == run.count:
            said = w.waits
            if wider and clock >= 0:
                said = w.waits_stride.replace("{stride}", f"{w.stride} {axes_text(run.trace.stride)}")
                said = said.replace("{what}", skipped(scene, other, clock + 1, following))
            found.append((clock, following, done if following == run.count else said))
    return found


def skipped(scene, lead: Run, first: int, after: int) -> str:
    """The rows of the lead's output that its steps from `first` to before `after` fill; else their columns."""
    w, base, columns = scene.words, scene.look.index_from, as_rows(lead.trace.output[0]).shape[1]
    rows = [r for r in range(-(-first // columns), after // columns) if lead.trace.output[0].ndim > 1]
    names, places = ((w.row, w.rows), rows) if rows else ((w.column, w.columns), range(first % columns,
                                                          min(first % columns + after - first, columns)))  # fmt: skip
    return f"{names[len(places) > 1]} {', '.join(str(p + base) for p in places)}"


class Sums:
    """Both runs' sums, one below the other in the same slots: as long as fits, from `FORMS`."""

    FORMS = ("worked", "products", "short")

    def __init__(self, sheet: PlanBuilder, runs: list[Run], schedule: Schedule):
        self.sheet, self.runs = sheet, runs
        found = [self._rows(run, schedule) for run in runs]
        self.texts = [texts for _, _, texts in found]
        self.used = 0.0
        for form in self.FORMS if sheet.scene.look.sum_line else ():
            self._fit([self._formed(form, upper, lower) for upper, lower, _ in found])
            if self.used <= ROOM * sheet.height:
                break

    def _rows(self, run: Run, schedule: Schedule):
        """The run's pieces on the figure's clock, its label before the cell's name."""
        upper, lower, texts = product_rows(self.sheet, run.trace, run.own(schedule))
        for rows in (upper, lower):
            for i, row in enumerate(rows):
                if row:
                    by = float(run.clocks[i]) - i
                    row[:] = [sums.Piece(p.text, p.color, p.visible_from + by, p.right) for p in row]
        for row in (r for r in upper if r):
            row[0] = sums.Piece(f"{run.label}: {row[0].text}", ink_of(self.sheet, run), row[0].visible_from)
        return upper, lower, [f"{run.label}: {text}" for text in texts]

    def _formed(self, form: str, upper, lower) -> list[list]:
        """A run's lines in this form: each a list of rows, None for what is not explained."""
        if form == "worked":
            return [upper, lower]
        if form == "products":
            return [[u and [*u[:-1], d[-1]] for u, d in zip(upper, lower, strict=True)]]
        count = str(len(self.runs[0].trace[0].taps))
        said = self.sheet.scene.words.added.replace("{count}", count)
        return [[u and [u[0], sums.Piece(said, u[1].color, u[1].visible_from), *([u[-2]] if self._biased else []),
                        d[-1]]
                 for u, d in zip(upper, lower, strict=True)]]  # fmt: skip

    @property
    def _biased(self) -> bool:
        return self.runs[0].trace.bias is not None

    def _fit(self, rows) -> None:
        """The slots' widths, the lines they take and the font size."""
        self.rows = rows
        explained = [row for lines in rows for line in lines for row in line if row]
        slots = [list(column) for column in zip(*explained, strict=True)]
        middle = len(slots) - 2 - self._biased
        kinds = ["name", *["product"] * middle, *["bias"] * self._biased, "result"]
        self.gaps = sums.gaps_of(kinds, self.runs[0].trace.kernel_size[-1])
        room, word = self.sheet.inner[2] - self.sheet.inner[0], self.sheet.px(WORD)
        sizes = [s * word for s in SIZES]
        self.size = min(sizes, key=lambda s: (len(sums.wrap(slots, s, room, self.gaps)), -s))
        self.lines = sums.wrap(slots, self.size, room, self.gaps)
        self.widths = [max(width(p.text) for p in slot) * self.size for slot in slots]
        self.each = sums.LINE * self.size * len(self.lines) * len(rows[0])  # pixels that one run takes
        self.used = 2 * self.each - sums.LINE * self.size + sums.height(1, self.size) + 0.2 * self.size

    def put(self, y0: float, last: float, schedule: Schedule) -> None:
        """Set them, the last line's foot at pixel `y0`; none stays into a sweep."""
        made = []
        for number, (run, lines) in enumerate(zip(self.runs, self.rows, strict=True)):
            top = y0 + self.used - number * (self.each + 0.2 * self.size)
            gone = run.gone(last)
            for untold in np.flatnonzero(~np.array(schedule.explained)):
                gone = np.where(run.clocks < untold, np.minimum(gone, untold - 1 + LEAVES), gone)
            for row, pieces in enumerate(lines):
                made += sums.set_lines(self.sheet, pieces, self.lines, top - row * sums.LINE * self.size, self.size,
                                       self.gaps, widths=self.widths, pitch=len(lines), until=gone)  # fmt: skip
        self.sheet.words("sum", "Sum", made)
