# SPDX-License-Identifier: GPL-3.0-or-later
"""Kind `pooling`: windows without weights. The numbers under one stand on the bench as bars, of which the highest is
chosen or which level; each channel is read by itself, the whole of it if the pooling is global.
"""

from functools import partial

import numpy as np

from ...scene.checks import ValidationError
from ..acts.bar_words import BarWords
from ..acts.reducing import LEVELS, STAND, Reducing
from ..acts.rhythm import DOUBLE, FULL, PADDED, SHORT, START, open_clock, rhythm, run_clock, within
from ..acts.summing import FLY
from ..cast import cards, slabs, volumes
from ..cast.arrangement import ASIDE, BENEATH
from ..cast.bars import MOST, RISE, STEPPED, Bars
from ..cast.bench import RESULT, SLAB
from ..cast.figure import SUM, Figure
from ..cast.one_plane import ABOVE, region
from ..cast.slices import BACK, OUT, Slices, wide
from ..cast.stack import FILE, Stack, depth
from ..cast.windowed import planes
from ..page.captions import cell_name, shape_text
from ..page.layout import Block, Column, Row, solve
from ..page.view import LINE
from ..plan.plan import LANDED, LEAVES, StepInfo
from ..traits import output_size, unread
from ..traits.index_labels import block_indices
from ..traits.meaning import heading, why_lines
from ..traits.padded_input import name_input

LARGEST = 9.5  # page units: the largest cell
CLOSING = 0.6  # seconds from the last step until all is gone
END = 0.46  # the clock before the last step's end at which window and bench are gone
# sizes of the bench that are tried
BENCHES = (1.8, 1.6, 1.45, 1.3, 1.15, 1.05, 1.0, 0.85, 0.7, 0.55, 0.4, 0.3, 0.2, 0.1)
IN_LINE, ON_STEPS = 1.2, 0.96  # how many bench cells an input's cell may have
LARGER, EDGE = 1.25, 1.45  # of one number a channel: its cells, of an input's; its cube on the bench, in bench cells
NAMED = 0.36  # room for a cell's name above the result, in bench cells
CLEAR = 1.6  # page units more between their column numbers and the line below
MOST_NAMED, NEXT = 6, 6.0  # results that are written at the end; page units from line to line
STATED = 0.56  # part of a step's time at which its line is there


def validate(scene, trace):
    """None, or the (key, value, what would be right) why it cannot be shown."""
    if not np.isfinite(trace.output).all():
        return "op.padding", scene.op.padding, "must leave every window an input cell, or it has no largest number"
    return None


def accepts(scene, trace) -> bool:
    """Every pooling."""
    return True


class Pooling:
    def __init__(self, scene, trace):
        self.scene, self.trace, self.figure = scene, trace, Figure(scene, trace)
        heading(self.figure, trace)
        out = planes(trace.output)
        self.slices, (self.rows, self.columns) = len(out), out.shape[1:]
        self.section, self.count = self.rows * self.columns, len(trace)
        self.cast = Slices(self.figure, trace, np.zeros(3), 1.0)
        self.kernel = self.cast.kernel
        many = self.kernel[0] * self.kernel[1] > MOST  # then there is no bench: bars could not be told apart
        ways = [(0.0, False)] if many else [(b, on) for on in (False, True)[: self.kernel[0]] for b in BENCHES]
        page, tried = self.figure.page, []
        for way in ways:
            if solve(page, self._layout(*way), region(self.figure), LARGEST):
                least = (ON_STEPS if way[1] else IN_LINE) * self.result.cell if self.result else np.inf
                tried.append((min(self.given.cell, least), *way))
        if not tried:
            hint = "must be smaller, or the channels fewer, to find room"
            raise ValidationError(hint, "input.size", scene.input.size)
        solve(page, self._layout(*max(tried)[1:]), region(self.figure), LARGEST)
        self.cast.corner, self.cast.cell = self.given.corner, self.given.cell
        self.stack = Stack(self.figure, self.cast, self.made, out, cards.channel_cards(scene, self.slices))
        bars = self.act = None
        if self.result:
            cell = self.result.cell
            stepped = max(tried)[2]
            if stepped:
                self.lines = Bars.steps(page, *self.lines, self.kernel[1], self.kernel[0])
            edge = self.result.size[0]
            bars = Bars(self.kernel, 1 if stepped else self.kernel[0], cell,
                        [Bars.first(line.corner, cell) for line in self.lines], self.result.corner + cell * edge / 2,
                        self.cast.low, self.cast.high, STEPPED if stepped else RISE, stepped, edge)  # fmt: skip
            self.act = Reducing(self.figure, bars, self.cast)
        self.saying = BarWords(self.figure, self.cast, bars, self.result, LINE)

    def _layout(self, bench: float, stepped: bool):
        """The layout's tree, with a bench of so much of an input cell's size, on which the rows of a window stand in
        one line or on steps, or without one (0); names its blocks."""
        (rows, columns), channels, (high, across) = self.cast.shape, self.cast.channels, self.kernel
        board, single = partial(Block, below=BENEATH, slab=slabs.VOLUME), self.section == 1 and self.slices > 1
        beside = cards.room(self.slices)
        self.given = board("input", (wide(columns, channels) + beside, volumes.deep(channels), rows), left=ASIDE,
                           above=ABOVE)  # fmt: skip
        self.made = board("output", (self.columns + beside, depth(self.slices), self.rows), LARGER if single else 1.0,
                          left=ASIDE * (self.section > 1), above=output_size.room(self.scene, self.trace))  # fmt: skip
        self.lines, self.result = [], None
        if not bench:
            return Row([self.given, self.made], gap=5.0, align=(0.5, 0.5))
        named = {"below": (BENEATH + CLEAR * stepped) * (high > 1), "left": ASIDE * stepped}  # for its rows' names
        size = Bars.stepped_size(across, high) if stepped else Bars.size(across, high)
        self.lines = [Block("bars", size, bench, slab=SLAB, **named)]
        edge = EDGE if stepped else RESULT
        self.result = Block("result", (edge, edge, edge + NAMED), bench, slab=SLAB)
        right = Column([self.made, self.result], gap=3.6, spread=8.0)
        return Row([self.given, *self.lines, right], gap=2.0 if stepped else 5.0, align=(0.5, 0.5))

    def plan(self):
        scene, figure, cast, w = self.scene, self.figure, self.cast, self.scene.words
        first, ending = self.clock()
        cast.add(w.input, PADDED if cast.padded else None, self.count - END)
        cast.slide(self.beats.pauses, first, ending)
        for role in cast.roles:
            unread.out_of_the_light(figure, self.trace, role)
        slabs.add_slabs(figure, [self.given, self.made])
        if self.result:
            slabs.add_slabs(figure, [*self.lines, self.result], ((START + 0.02, self.count - END),))
        self.stack.add(self.beats, ending)
        infos = self._sums()
        if scene.look.labels:
            figure.words("names", "Names", self._names())
            figure.words("indices", "Row and column numbers", self._indices())
            figure.words("ending", "Shapes", self._shapes())
            figure.words("why", "Why", why_lines(figure, figure.page.width / 2, LINE, LINE, self.count - END))
        return figure.plan(scene.title, infos)

    def clock(self) -> tuple[float, float]:
        """Key the clock; the seconds at which the first slice slides out, and the last slices go back."""
        line, timing, several = self.figure.timeline, self.scene.timing, self.slices > 1
        explained = dict(zip(range(min(3, self.count)), (FULL, DOUBLE, DOUBLE), strict=False))
        lasts = range(self.section - 1 if several else self.columns - 1, self.count, self.section if several
                      else self.columns)  # fmt: skip
        explained |= {i: SHORT for i in lasts if i not in explained}
        pauses = {n * self.section: FILE + BACK + OUT + 0.15 for n in range(1, self.slices)}
        spent = (OUT + 0.15) * several + CLOSING + FILE
        self.rhythm = rhythm(self.count, explained, timing, self.scene.output.fps, spent=spent,
                             padded=self.cast.padded, pauses=pauses)  # fmt: skip
        open_clock(line, timing, self.cast.padded)
        first = line.cursor
        line.wait(OUT + 0.15 if several else 0.0)
        self.beats = run_clock(line, self.rhythm, self.scene.output.fps)
        line.wait(CLOSING / 2)
        line.play("clock.step", self.count - 1 + 0.55, CLOSING / 2)
        ending = line.cursor
        line.wait(FILE + timing.outro)
        return first, ending

    def _sums(self) -> list[StepInfo]:
        """The bars on the bench and what is said of them; what the plan says of each step."""
        scene, figure, act, infos, words, running = self.scene, self.figure, self.act, [], [], []
        stands = self.rhythm.standing(self.scene.output.fps)
        pieces, spans, chosen, levels = [], [], [], []
        for i in range(self.count):
            step, explained = self.trace[i], i in self.rhythm.explained
            place = tuple(map(int, step.output_index))
            name = self._named(place)
            text = self.saying.named(step, name)
            if explained:
                pieces += act.step(i, self.stack.target(i), self.made.cell) if act else []
                words += self.saying.step(step, name, within(i, STATED), i + LEAVES,
                                    ((within(i, STAND), within(i, FLY)), (i - 1e-3, i + LEAVES)))  # fmt: skip
                spans.append((within(i, 0.2), i + LEAVES))
                chosen.append((i, within(i, STATED), i + LEAVES))
                levels.append((i, within(i, LEVELS), i + LEAVES))
            elif i in stands:
                pieces += act.standing(i, stands[i]) if act else []
                running += self.saying.step(step, name, i - LANDED, stands[i], ((i - LANDED, stands[i]),))
                spans.append((i - LANDED, stands[i]))
                chosen.append((i, i - LANDED, stands[i]))
                levels.append(chosen[-1])
            infos.append(StepInfo(self.beats.seconds[i], place, float(step.value), text, i, explained))
        if pieces:
            figure.volume("bench", "Bench", [*pieces, *act.grounds(spans)], act.bars.origins[0], act.bars.cell)
        if not self.cast.mean:
            self.cast.add_chosen(chosen)
        elif act:
            made = [piece for span in levels for piece in act.level(*span)]
            figure.volume("level", "Level of the bars", made, act.bars.origins[0], act.bars.cell)
            if scene.look.labels:
                ends = [text for i, since, until in levels for text in self.saying.level(self.trace[i], since, until)]
                figure.words("level.number", "Number of the level", ends)
        figure.sums(words, running)
        return infos

    def _named(self, place) -> str:
        """The result's name: its channel's, where there are several, and its row and column, if it has some."""
        w, inner = self.scene.words, place[1:] if self.section > 1 or self.slices == 1 else ()
        name = cell_name(self.scene, inner)
        if self.slices == 1:
            return name
        own = f"{w.channel} {self.stack.names[place[0]][0]}"
        return name.replace("[", f"[{own}, " if inner else f"[{own}", 1)

    def _channels(self, array) -> tuple:
        return (*array.shape[1:], len(array)) if len(array) > 1 else array.shape[1:]

    def _names(self) -> list:
        """What the volumes are called, with their shapes; the output's size and how it comes about."""
        w, figure, trace = self.scene.words, self.figure, self.trace
        named = f"{w.output}  {shape_text(self._channels(trace.output))}"
        right, several = min(block.box[0] for block in (*self.lines, self.made)), len(trace.input) > 1
        return [name_input(figure, trace.input, trace.padding, self.given, right, several),
                *output_size.name_output(figure, trace, self.made, named)]  # fmt: skip

    def _indices(self) -> list:
        """Row and column numbers of input and output."""
        axes, before = len(self.trace.kernel_size), (self.cast.pads[0][0], self.cast.pads[1][0])
        found = block_indices(self.figure, self.given, self.cast.input.shape[1:], high=self.cast.shape[0],
                              offset=before, axes=axes)  # fmt: skip
        if self.section > 1:
            found += block_indices(self.figure, self.made, (self.rows, self.columns), axes=axes)
        return found

    def _shapes(self):
        """At the end the shapes, where the bars were."""
        figure, boxes = self.figure, [line.box for line in self.lines] or [self.given.box]
        box = (*np.min(boxes, axis=0)[:2], *np.max(boxes, axis=0)[2:])
        given, output = (shape_text(self._channels(a)) for a in (self.trace.input, self.trace.output))
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        made = [figure.text(f"{given}  \u2192  {output}", x, y, SUM, align="center", visible_from=self.count - END)]
        if self.section == 1 and 1 < self.slices <= MOST_NAMED:  # one behind the other, of which the first is read
            results = ",  ".join(f"{name} {figure.numbers.about(v)}" for (name, _), v in
                                 zip(self.stack.names, self.trace.output.ravel(), strict=True))  # fmt: skip
            made.append(figure.text(results, x, y + NEXT, SUM, align="center", visible_from=self.count - END))
        return made


begin = Pooling
