# SPDX-License-Identifier: GPL-3.0-or-later
"""Kind `volume`: several channels or filters. Input, filters and output stand as blocks; a panel per channel
on the bench. A transposed convolution is shown as the convolution that gives the same (`Trace.as_conv`)."""

from ...scene.checks import ValidationError
from ..acts import spreading, turning
from ..acts.every_filter import LASTS, every_filter
from ..acts.leaving_out import counts
from ..acts.rhythm import DOUBLE, FULL, GLANCE, PADDED, SHORT, START, Rhythm, open_clock, rhythm, run_clock
from ..acts.saying import NEXT, Saying
from ..acts.stamp_words import fitting
from ..acts.standing import SUMMED, on_bench, result_values, spans
from ..acts.summing import Summing
from ..cast import caps, cards, slabs
from ..cast.arrangement import MANY, Arrangement
from ..cast.excerpt import gaps
from ..cast.figure import NAME, SMALL, SUM, Figure
from ..cast.filters import CHANGE, Filters
from ..cast.spaced import SPREADS, Spaced
from ..cast.stack import FILE, Stack
from ..cast.windowed import around, planar, planes
from ..page import palette
from ..page.captions import besides_shapes, cell_name, shape_text
from ..page.glyphs import TIMES
from ..plan.plan import LANDED, LEAVES, StepInfo
from ..traits import unread
from ..traits.depth_brackets import bracketed
from ..traits.index_labels import block_indices
from ..traits.meaning import heading, why_lines
from ..traits.padded_input import name_input

END = 0.45  # the clock before the last step's end at which window, bench and marker are gone
GONE = 0.2  # seconds until then


def validate(scene, trace):
    """None, or the (key, value, what would be right) why it cannot be shown: any channels and filters can."""
    return None


def accepts(scene, trace) -> bool:
    """Several channels or filters."""
    return len(trace.input) > 1 or len(trace.output) > 1


class _Volume:
    def __init__(self, scene, trace):
        self.scene, self.trace, self.figure = scene, trace, Figure(scene, trace)
        self.run = trace.as_conv()  # what is worked out; of the operation itself the words are
        out = planes(trace.output)
        self.slices, (self.rows, self.columns) = len(out), out.shape[1:]
        self.kernel, _, self.pads, _ = planar(self.run)
        self.section, self.count = self.rows * self.columns, len(trace)
        self.per_filter, self.biased = self.run.weight.shape[1], trace.bias is not None
        self.several = self.slices > 1
        heading(self.figure, trace, None, (*trace.kernel_size, self.per_filter), self.slices)
        self._lay_out()
        stands, self.written = self.stands, self.stands.written
        self.cast = Spaced(self.figure, self.run, self.given.corner, self.given.cell, shown=stands.shown,
                           inner=stands.inner)  # fmt: skip
        self.filters = Filters(self.figure, self.cast, self.work, self.small, self.section, self.written)
        self.stack = Stack(self.figure, self.cast, self.made, out, shown=self.written)
        self.every = every_filter(self.filters, self.stack, out[:, 0, 0]) if self.run is trace else None

    def _lay_out(self) -> None:
        """Place everything; names the blocks."""
        stands = Arrangement(around(planes(self.run.input).shape[1:], self.pads), len(self.trace.input), self.kernel,
                             self.per_filter, self.slices, (self.rows, self.columns), self.biased,
                             self.figure.headed)  # fmt: skip
        if not stands.solve(self.figure.page):
            hint = "must be smaller, or the channels or filters fewer, to find room"
            raise ValidationError(hint, "input.size", self.scene.input.size)
        self.stands, self.bench = stands, stands.bench()
        self.given, self.work, self.made, self.small = stands.given, stands.work, stands.made, stands.small

    def plan(self):
        scene, figure, cast, stands = self.scene, self.figure, self.cast, self.stands
        first, filing = self.clock()
        slabs.add_slabs(figure, [self.given, self.work, self.made])
        slabs.add_slabs(figure, self.small, colors=[palette.card(n) for n in self.written.numbers] * self.several)
        sums = [*stands.partials, *filter(None, (stands.rest, stands.extra))]
        slabs.add_slabs(figure, sums, self.rhythm.lives(self.count, scene.output.fps))
        since = START + 0.02  # before, it is said in their place what the figure is for
        slabs.add_slabs(figure, [*stands.panels, stands.result], ((since, self.count - END),))
        cast.add_input(scene.words.input, arrives=PADDED if cast.padded else None)
        unread.out_of_the_light(figure, self.trace)
        if cast.channels > 1:
            cast.add_tube("Window", until=self.count - END)
            cards.name_channels(figure, cast)
            gaps(figure, "input", cast.shown, cast.location, cast.cell, cast.shape)
        else:
            caps.add_window(cast, self.count - END, self.rhythm.explained)
        self.filters.add(self.beats, first)
        self.stack.add(self.beats, filing)
        if self.every:
            self.every.add()
        infos = self._sums()
        turning.turn(cast, self.given, scene.timing.intro)
        if scene.look.labels:
            figure.words("names", "Names", self._names())
            figure.words("more", "What is left out", counts(figure, stands, self.stack))
            figure.words("indices", "Row and column numbers", self._indices())
            figure.words("why", "Why", self._lines())
            ends = ((self.given, cast.deep, cast.channels), (self.work, self.filters.deep, self.per_filter),
                    (self.made, self.written.deep, self.slices, self.stack.back))  # fmt: skip
            figure.words("depths", "Depths", bracketed(figure, ends, since=self.count - END))
        return figure.plan(scene.title, infos)

    def clock(self) -> tuple[float, float]:
        """Key the clock; the seconds at which the first filter comes and the last slice files in."""
        timing, line, section = self.scene.timing, self.figure.timeline, self.section
        written, passed = self.written.numbers, self.stack.passing if self.written.hidden else (0, 0)
        kinds = (FULL,) if len(written) > MANY else (FULL, DOUBLE, DOUBLE)
        third = spreading.fullest(self.run, section) if self.cast.moves else 2
        explained = {i: kind for i, kind in zip((0, 1, third), kinds, strict=False) if i < min(self.count, section)}
        if self.several:  # what every filter makes of one place in the middle is seen
            middle = self.rows // 2 * self.columns + self.columns // 2
            explained |= {n * section + middle: GLANCE for n in written[1:-1]}
        else:
            explained |= {i: GLANCE for i in range(2 * self.columns - 1, self.count, 2 * self.columns)
                          if i not in explained}  # fmt: skip
        explained.setdefault(self.count - 1, GLANCE if self.several else SHORT)
        pauses = {n * section: FILE + CHANGE for n in written[1:]}
        pauses |= {passed[0]: FILE + CHANGE} if passed[0] else {}
        spent = turning.TURNING + GONE + FILE + spreading.SPREADING * self.cast.moves
        self.every, self.rhythm = Rhythm.with_time((self.every, None), lambda act: rhythm(
            self.count, explained, timing, self.scene.output.fps, spent=spent + LASTS * bool(act),
            padded=self.cast.padded, pauses=pauses, passed=passed))  # fmt: skip
        opens = (SPREADS, spreading.spread_clock) if self.cast.moves else None
        open_clock(line, timing, self.cast.padded, turning.TURNING, opens)
        first = line.cursor - (0.6 if self.cast.padded else 0.5)
        creeps = {0: LASTS} if self.every else {}
        self.beats = run_clock(line, self.rhythm, self.scene.output.fps, section=section, creeps=creeps)
        line.play("clock.step", self.count - 1 + 0.55, GONE)
        filing = line.cursor
        line.wait(FILE + timing.outro)
        return first, filing

    def _sums(self) -> list[StepInfo]:
        figure, act = self.figure, Summing(self.figure, self.bench, self.cast.sum_greatest)
        names, colors = map(list, zip(*cards.channel_cards(self.scene, self.cast.channels), strict=True))
        self.saying = Saying(figure, self.stands, names, self.biased)
        hover = (0, -(self.cast.deep + 0.35) * self.given.cell, 0)
        def operands(i):
            return self.cast.operands(i, self.filters.weight_places, self.work.cell, self.stack.target(i),
                                      self.made.cell, hover)  # fmt: skip

        fps = self.scene.output.fps
        pieces, infos, words, running = on_bench(act, self.rhythm, fps, operands), [], [], []
        until = result_values(act, self.rhythm, fps, self.trace.output.ravel(), self.cast.sum_fill)
        stands = self.rhythm.standing(fps)
        for i, since, end in spans(self.rhythm, fps):
            pieces += self.saying.panel_cards(act, self.run[i], i, colors, since, end)
        for i in range(self.count):
            step, place = self.run[i], tuple(int(v) for v in self.trace[i].output_index)
            cell, explained = cell_name(self.scene, place[1:], place[0] if self.several else None), False
            if i in self.rhythm.explained:
                explained = True
                pieces += act.step(operands(i))
                pieces += self.saying.panel_cards(act, step, i, colors)
                words += self.saying.signs(step, i, cell)
            elif i in stands:
                running += self.saying.signs(step, i, cell, i - SUMMED, stands[i])
            elif place[0] in self.written.numbers:
                running += self.saying.name(cell, i, until[i])
                ends = i + (LEAVES if (i + 1) % self.section == 0 else 1 - LANDED)  # before filters change
                running += self.saying.products(step, i - 1e-3, ends)
            infos.append(StepInfo(self.beats.seconds[i], place, float(step.value), self.saying.text(step, cell), i,
                                  explained))  # fmt: skip
        figure.volume("bench", "Bench", pieces, act.origin, self.bench.cell)
        figure.sums(words, running)
        return infos

    def _shapes(self) -> tuple[tuple, tuple, tuple]:
        trace = self.trace
        return ((*trace.input.shape[1:], len(trace.input)), (*trace.kernel_size, self.per_filter),
                (*trace.output.shape[1:], self.slices))  # fmt: skip

    def _names(self) -> list:
        """What the volumes are called, with their shapes."""
        figure, w = self.figure, self.scene.words
        _, kernel, output = self._shapes()
        block = self.small[0] if self.several else self.work
        name = f"{self.slices} {w.filters}" if self.several else w.filter
        (left, top), parts = self.made.box[:2], [f"{w.output}  {shape_text(output)}"]
        if self.several and figure.page.upright:  # between the filters and the margin, on two lines
            parts = parts[0].split("  ")
        beside = block.box[0] if block.box[0] > self.given.box[2] else figure.page.width - 6.0
        pads = self.pads[2 - len(self.trace.kernel_size) :]
        made = [*(spreading.input_names(self.cast, self.trace, self.given)
                  or [name_input(figure, self.trace.input, pads, self.given, beside, deep=True)]),
                *(self.every.names(f"{name}  {shape_text(kernel)}", block) if self.every else [
                    spreading.filter_name(self.cast, self.trace, name, shape_text(kernel), block, left - 3.0)]),
                *(figure.text(part, figure.within(left, part, NAME), top - 1.6 - 2.7 * (len(parts) - 1 - n), NAME)
                  for n, part in enumerate(parts))]  # fmt: skip
        for n, slot in zip(self.written.numbers, self.small, strict=False):
            x0, _, x1, y1 = slot.box
            said, x = str(n + self.scene.look.index_from), (x0 + x1) / 2 - 0.6
            made.append(figure.text(said, x, y1 + 2.6, SMALL, align="center", kind="index"))
        return made

    def _indices(self) -> list:
        """Row and column numbers of the input and of the slice being written."""
        figure, given, made, before = self.figure, self.given, self.made, (self.pads[0][0], self.pads[1][0])
        size, axes = planes(self.trace.input).shape[1:], len(self.trace.kernel_size)
        since = (PADDED if self.cast.padded else START) + 0.05
        return [*block_indices(figure, given, size, high=self.cast.shape[0], offset=before, axes=axes,
                               apart=self.cast.apart, visible_from=since,
                               aside=caps.aside(self.cast) if self.cast.channels == 1 else 0.0),
                *block_indices(figure, made, (self.rows, self.columns), axes=axes)]  # fmt: skip

    def _lines(self) -> list:
        """The why-line, and at the end the shapes as an equation."""
        figure, w, middle = self.figure, self.scene.words, self.saying.middle
        low = self.saying.line
        given, kernel, output = (f" {TIMES} ".join(map(str, s)) for s in self._shapes())
        filters = f"{self.slices} {w.filters if self.several else w.one_filter} {kernel}"
        bias = f"  +  {w.bias}" if self.biased else ""
        since = self.count - 0.6
        room = 2 * min(middle, figure.page.width - middle) - 16.0  # within the margins
        if self.saying.below:  # and clear of the input beside it
            room = min(room, 2 * (middle - self.given.box[2]) - 4.0)

        def equation(padding: bool) -> list[str]:
            parts = [given, f"*  {filters}{besides_shapes(w, self.trace, padding)}{bias}", f"=  {output}"]
            return parts if figure.page.upright else ["  ".join(parts)]

        lines = equation(not self.biased)  # of a padding and a bias there is room for one
        if max(figure.long(line, SUM) for line in lines) > room:
            lines = equation(False)
        last = low if figure.page.upright else sum(self.stands.panels[0].box[1::2]) / 2  # where the bench was
        made = [figure.text(line, middle, last - 0.8 * NEXT * (len(lines) - 1 - n), fitting(figure, line, SUM, room),
                            align="center", visible_from=since) for n, line in enumerate(lines)]  # fmt: skip
        room = min(room, self.stands.result.box[2] - self.stands.panels[0].box[0])
        more, below = spreading.lines(self.cast, self.trace, middle, room, low, last, since)
        below += 1.2 * NEXT * (len(lines) > 1)
        return [*made, *more, *why_lines(figure, middle, low, below, since)]


begin = _Volume
