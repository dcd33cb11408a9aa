# SPDX-License-Identifier: GPL-3.0-or-later
"""Kind `volume`: several channels or filters. Input, filters and output stand as blocks; a panel per channel
on the bench."""

import numpy as np

from ...scene.checks import ValidationError
from ..acts.rhythm import DOUBLE, FULL, SHORT, rhythm, run_clock, within
from ..acts.summing import STAND, SUMS, Summing, schedule
from ..cast import cards, slabs, volumes
from ..cast.bench import PARTIAL, RESULT, SLAB, Bench
from ..cast.figure import NAME, SMALL, SUM, Figure
from ..cast.filters import CHANGE, Filters
from ..cast.stack import FILE, Stack, depth
from ..cast.weighted import Weighted, planar, planes, sum_text
from ..page.captions import cell_name, parameters, shape_text
from ..page.glyphs import TIMES, after, number, width
from ..page.layout import Block, Column, Row, solve
from ..page.view import HEIGHT, UNIT
from ..plan.plan import LANDED, LEAVES, StepInfo
from ..traits.index_labels import index_labels

ABOVE = 4.4  # page units for a name above a block
PANEL_CARD = 0.42  # height of a card on a panel, in bench cells
NAMED = 0.36  # room for a cell's name above the result, in bench cells
CARDED = 0.7  # room for cards at the right of a block, in its cells
TURN, TURNING = 25.0, 1.6  # degrees by which the input turns in place at the start, and seconds
MANY = 4  # filters: more of them leave less time for each position
KEEPS_PRODUCTS = 3  # channels: with more, products do not stay beside their pairs
READ, READ_PAIRS = 3.57, 7.04  # page units: the least cells of volumes and of pairs whose digits can be read
PANELS = (8.2, 7.6, 7.05, 6.6, 6.2, 5.6, 5.0, 4.2, 3.4, 2.6, 1.8)  # bench cells that are tried, page units
PADDED, START = -2.0, -1.0  # the clock when padding arrives, and before the first step


def validate(scene, trace):
    """None, or the (key, value, what would be right) why it cannot be shown: any channels and filters can."""
    return None


def build(scene, trace):
    """The plan of several channels or filters."""
    return _Volume(scene, trace).plan()


class _Volume:
    def __init__(self, scene, trace):
        self.scene, self.trace, self.figure = scene, trace, Figure(scene)
        out = planes(trace.output)
        self.slices, (self.rows, self.columns) = len(out), out.shape[1:]
        self.kernel, _, self.pads, _ = planar(trace)
        self.section, self.count = self.rows * self.columns, len(trace)
        self.per_filter, self.biased = trace.weight.shape[1], trace.bias is not None
        self.several = self.slices > 1
        self._lay_out()
        self.cast = Weighted(self.figure, trace, self.given.corner, self.given.cell)
        self.filters = Filters(self.figure, self.cast, self.work, self.small if self.several else [], self.section)
        self.stack = Stack(self.figure, self.cast, self.made, out)

    # layout --------------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        page, best = self.figure.page, None
        region = (8.0, 11.4, page.width - 8.0, 86.5)
        for products in (True, False) if self.per_filter <= KEEPS_PRODUCTS else (False,):
            for panel in PANELS:
                cell = solve(page, self._tree(panel, products), region, 7.0)
                # digits first: of the volumes and of the bench; then that products are seen
                score = min(cell / READ, 1.0) + min(panel / READ_PAIRS, 1.0)
                score += 0.2 * min(cell / 4.5, 1.0) + 0.2 * products
                if cell and (best is None or score > best[0] + 1e-6):
                    best = score, panel, products
        if best is None:
            hint = "must be smaller, or the channels or filters fewer, to find room"
            raise ValidationError(hint, "input.size", self.scene.input.size)
        solve(page, self._tree(*best[1:]), region, 7.0)
        self.bench = bench = Bench(self.kernel, self.panels[0].cell, keeps_products=best[2])
        bench.panels = [bench.stand(p.corner) for p in self.panels]
        bench.partials = [bench.cube(p.corner, PARTIAL) for p in self.partials]
        bench.bias = bench.cube(self.extra.corner, PARTIAL) if self.extra else None
        bench.result = bench.cube(self.result.corner, RESULT)

    def _tree(self, panel: float, products: bool):
        """The layout's tree, for bench cells of so many page units; names its blocks."""
        channels, per, slices = len(self.trace.input), self.per_filter, self.slices
        shape = [n + sum(p) for n, p in zip(planes(self.trace.input).shape[1:], self.pads, strict=True)]
        beside = CARDED * self.several
        self.given = Block("input", (shape[1] + CARDED * (channels > 1), volumes.deep(channels), shape[0]), above=ABOVE,
                           slab=slabs.VOLUME)  # fmt: skip
        size = (self.kernel[1] + beside, volumes.deep(per), self.kernel[0])
        self.work = Block("filter", size, 1.12, above=0.0 if self.several else ABOVE, slab=slabs.VOLUME)
        self.made = Block("output", (self.columns + beside, depth(slices), self.rows), above=ABOVE, slab=slabs.VOLUME)
        small = 0.31 if slices > MANY else 0.45
        self.small = [Block(f"filter {n}", (self.kernel[1], *size[1:]), small,
            slab=slabs.VOLUME) for n in range(slices)]
        middle = self.work
        if self.several:
            rows = [Row(self.small[k : k + 8], gap=0.7, spread=1.5) for k in range(0, slices, 8)]
            self.small[0].above = ABOVE
            middle = Column([*rows, self.work], gap=3.4, spread=4.0)
        tall = Bench.panel_size(self.kernel, products)
        tall = (*tall[:2], tall[2] + 0.8 * PANEL_CARD * (per > 1))
        self.panels = [Block(f"panel {c}", tall, 0.0, least=panel, slab=SLAB) for c in range(per)]
        cube = {"ratio": 0.0, "least": panel}
        self.partials = [Block(f"sum {c}", (PARTIAL,) * 3,
            **cube) for c in range(per)] if per > 1 or self.biased else []
        self.extra = Block("bias", (PARTIAL,) * 3, **cube) if self.biased else None
        self.result = Block("result", (RESULT, RESULT, RESULT + NAMED), slab=SLAB, **cube)
        # of one channel without a bias there are no partial sums
        pairs = [Row([p, s], gap=-0.2 * panel, spread=0.0, align=(0.5, 0.62))
                 for p, s in zip(self.panels, self.partials, strict=False)] or self.panels  # fmt: skip
        bench = Row([*pairs, *([self.extra] if self.extra else []), self.result], gap=2.2, spread=5.0,
            align=(0.5, 0.62))
        top = Row([self.given, middle, self.made], gap=4.5, spread=14.0, align=(0.5, 0.6))
        return Column([top, bench], gap=-1.5, spread=3.0)

    # the story -----------------------------------------------------------------------------------------------------

    def plan(self):
        scene, figure, cast = self.scene, self.figure, self.cast
        shape = (*self.trace.kernel_size, self.per_filter)
        figure.heading(scene.words.title or scene.title, parameters(scene, self.trace, shape, self.slices))
        first, filing = self._clock()
        slabs.add_slabs(figure, [self.given, self.work, self.made, *(self.small if self.several else [])])
        slabs.add_slabs(figure, [*self.panels, self.result], self.rhythm.lives(self.count))
        cast.add_input(scene.words.input, arrives=PADDED if cast.padded else None)
        if cast.channels > 1:
            cast.add_tube("Window", until=self.count - 0.45)
            self._channel_cards()
        else:
            cast.add_ring("Window", until=self.count - 0.45)
        self.filters.add(self.beats, first)
        self.stack.add(self.beats, filing)
        infos = self._sums()
        self._turn()
        if scene.look.labels:
            figure.words("names", "Names", self._names())
            figure.words("indices", "Row and column numbers", self._indices())
            figure.words("why", "Why", self._lines())
        return figure.plan(scene.title, infos)

    def _clock(self) -> tuple[float, float]:
        """Key the clock; the seconds at which the first filter comes and the last slice files in."""
        timing, line, section = self.scene.timing, self.figure.timeline, self.section
        kinds = (FULL, DOUBLE) if self.slices > MANY else (FULL, DOUBLE, DOUBLE)
        explained = {i: kind for i, kind in zip(range(3), kinds, strict=False) if i < min(self.count, section)}
        if self.several:
            explained.setdefault(section, SHORT)
        else:
            explained |= {i: SHORT for i in range(2 * self.columns - 1, self.count,
                2 * self.columns) if i not in explained}
        explained.setdefault(self.count - 1, SHORT)
        pauses = {n * section: FILE + CHANGE for n in range(1, self.slices)}
        spent = TURNING + (1.3 if self.cast.padded else 0.0) + FILE + 0.15 * (self.slices + 1)
        self.rhythm = rhythm(self.count, explained, timing, spent=spent, pauses=pauses)
        line.declare("clock.step", PADDED if self.cast.padded else START)
        line.wait(timing.intro + TURNING)
        first = line.cursor - 0.5
        if self.cast.padded:
            line.play("clock.step", START, 0.9, easing="linear")
            first = line.cursor - 0.2
            line.wait(0.4)
        self.beats = run_clock(line, self.rhythm, self.scene.output.fps)
        line.play("clock.step", self.count - 1 + 0.55, 0.2)
        filing = line.cursor
        line.wait(FILE + timing.outro)
        return first, filing

    def _turn(self) -> None:
        """The input turns in place and back, so that its depth is seen; with padding it is lifted onto that
        afterwards."""
        line, given, home, intro = self.figure.timeline, self.given, self.cast.location, self.scene.timing.intro
        columns = self.cast.shape[1]
        middle = given.corner + given.cell * np.array([columns / 2, volumes.deep(self.cast.channels) / 2, 0])
        rel, times = home - middle, np.linspace(0, 1, 13)
        angles = -np.radians(TURN) * np.sin(np.pi * times) ** 2
        role = self.cast.role
        channels = {f"{role}.rotation_euler.z": angles,
                    f"{role}.location.x": middle[0] + np.cos(angles) * rel[0] - np.sin(angles) * rel[1],
                    f"{role}.location.y": middle[1] + np.sin(angles) * rel[0] + np.cos(angles) * rel[1]}  # fmt: skip
        for name, values in channels.items():
            line.declare(name, values[0])
            for a, b, value in zip(times, times[1:], values[1:], strict=False):
                line.add(name, value, (b - a) * TURNING, at=0.5 * intro + a * TURNING, easing="linear")
        below = self.pads[0][1]
        if below:
            line.declare(f"{role}.location.z", home[2] - below * given.cell)
            line.add(f"{role}.location.z", home[2], 0.5, at=intro + TURNING)

    # sums ----------------------------------------------------------------------------------------------------------

    def _channel_cards(self) -> None:
        """A card beside each of the input's slices that names its channel."""
        rows, columns = self.cast.shape
        made = [cards.card(self.figure, name, color, cards.beside(columns, rows, k * (1 + volumes.GAP)), cards.HIGH)
                for k, (name, color) in enumerate(cards.channel_cards(self.scene, self.cast.channels))]  # fmt: skip
        self.figure.volume("input.cards", "Channel cards", made, self.cast.location, self.cast.cell)

    def _sums(self) -> list[StepInfo]:
        figure, act = self.figure, Summing(self.figure, self.bench, self.cast.sum_greatest)
        hover = (0, -(volumes.deep(self.cast.channels) + 0.35) * self.given.cell, 0)
        pieces, infos, words = [], [], []
        for i in range(self.count):
            step, place = self.trace[i], tuple(int(v) for v in self.trace[i].output_index)
            name = cell_name(self.scene, place[1:], place[0] if self.several else None)
            explained = i in self.rhythm.explained
            if explained:
                pieces += act.step(self.cast.operands(i, self.filters.weight_places, self.work.cell,
                    self.stack.target(i),
                                                      self.made.cell, hover))  # fmt: skip
                pieces += self._panel_cards(act, step, i)
                words += self._signs(i, name)
            infos.append(StepInfo(self.beats.seconds[i], place, float(step.value), self._text(step, name),
                                  i, explained))
        figure.volume("bench", "Bench", pieces, act.origin, self.bench.cell)
        if self.scene.look.sum_line:
            figure.words("sum", "Sum", words)
        return infos

    def _panel_cards(self, act: Summing, step, i: int) -> list:
        """The cards of the channels, on their panels, as on the input's slices."""
        if self.per_filter < 2:
            return []
        named, first = cards.channel_cards(self.scene, self.cast.channels), int(step.positions[:, 0].min())
        made = []
        for c, (place, t) in enumerate(zip(self.bench.panels, schedule(self.per_filter), strict=True)):
            at = act.local(place) + (0.0, 0.0, 0.5 + PANEL_CARD / 2)
            made.append(cards.card(self.figure, *named[first + c], at, PANEL_CARD, visible_from=within(i, t["lands"]),
                                   visible_until=i + LEAVES, step=i))  # fmt: skip
        return made

    def _text(self, step, name: str) -> str:
        """A step's sum as one line: what its channels and the bias come to."""
        if self.per_filter < 2:
            return sum_text(step, name)
        w, first = self.scene.words, int(step.positions[:, 0].min())
        names = [n for n, _ in cards.channel_cards(self.scene, self.cast.channels)]
        if self.cast.channels != len(w.channels):
            names = [f"{w.channel.lower()} {n}" for n in names]
        shares = [step.products[step.kernel_index[:, 0] == c].sum() for c in range(self.per_filter)]
        sums = " + ".join(after(names[first + c], s) for c, s in enumerate(shares))
        bias = f" + {after(w.bias, step.bias)}" if self.biased else ""
        return f"{name} = {sums}{bias} = {number(step.value)}"

    def _signs(self, i: int, name: str) -> list:
        """What stands between the bench's parts: plus and equals signs, the bias's and the cell's name."""
        figure, made, until, times = self.figure, [], i + LEAVES, schedule(self.per_filter)
        blocks = [*self.partials, *([self.extra] if self.extra else [])]
        following = [*self.panels[1 : len(self.partials)], *([self.extra] if self.extra else []), self.result]
        for n, (block, then) in enumerate(zip(blocks, following, strict=False)):
            x, y = (block.box[2] + then.box[0]) / 2, (block.box[1] + block.box[3]) / 2 + 1.1
            since = within(i, times[n]["summed"] if n < len(times) else SUMS)
            made.append(figure.text("+" if n + 1 < len(blocks) else "=", x, y, SUM, align="center", visible_from=since,
                                    visible_until=until))  # fmt: skip
        if self.extra:
            x0, y0, x1, _ = self.extra.box
            made.append(figure.text(self.scene.words.bias, (x0 + x1) / 2, y0 - 1.0, SMALL, align="center",
                                    visible_from=within(i, SUMS - 0.04), visible_until=until))  # fmt: skip
        x0, y0, x1, _ = self.result.box
        middle = min((x0 + x1) / 2, figure.page.width - 8.0 - width(name) * SMALL * HEIGHT / 2)
        made.append(figure.text(name, middle, y0 + 1.5, SMALL, align="center", visible_from=within(i, STAND),
                                visible_until=until))  # fmt: skip
        return made

    # words ---------------------------------------------------------------------------------------------------------

    def _shapes(self) -> tuple[tuple, tuple, tuple]:
        trace = self.trace
        return ((*trace.input.shape[1:], len(trace.input)), (*trace.kernel_size, self.per_filter),
                (*trace.output.shape[1:], self.slices))  # fmt: skip

    def _names(self) -> list:
        """What the volumes are called, with their shapes."""
        figure, w = self.figure, self.scene.words
        given, kernel, output = self._shapes()
        block = self.small[0] if self.several else self.work
        name = f"{self.slices} {w.filters}" if self.several else w.filter
        text = f"{name}  {shape_text(kernel)}"
        named = ((self.given, f"{w.input}  {shape_text(given)}"), (block, text),
                (self.made, f"{w.output}  {shape_text(output)}"))  # fmt: skip
        made = [figure.text(text, b.box[0], b.box[1] - 1.6, NAME) for b, text in named]
        for n, slot in enumerate(self.small if self.several else []):
            x0, _, x1, y1 = slot.box
            made.append(figure.text(str(n + self.scene.look.index_from), (x0 + x1) / 2 - 0.6, y1 + 2.6, SMALL,
                align="center",
                                    kind="index"))  # fmt: skip
        return made

    def _indices(self) -> list:
        """Row and column numbers of the input and of the slice being written."""
        figure, given, made, before = self.figure, self.given, self.made, (self.pads[0][0], self.pads[1][0])
        size = planes(self.trace.input).shape[1:]
        return [*index_labels(figure, given.corner, given.cell, size, high=self.cast.shape[0], offset=before,
                              drop=1.2 * given.cell * given.slab[2] / UNIT),
                *index_labels(figure, made.corner, made.cell, (self.rows, self.columns),
                              drop=1.2 * made.cell * made.slab[2] / UNIT)]  # fmt: skip

    def _lines(self) -> list:
        """Which filter fills which slice; the why-line; and at the end the shapes as an equation."""
        figure, w, base, middle = self.figure, self.scene.words, self.scene.look.index_from, self.figure.page.width / 2
        low, made = max(b.box[3] for b in (self.given, self.work, self.made)) + 7.0, []
        for stretch in self.rhythm.stretches:
            if self.several and stretch.kind == "run":
                n = stretch.first // self.section + base
                made.append(figure.text(f"{w.one_filter} {n} \u2192 {w.slice} {n}", middle, low, SUM, align="center",
                                        visible_from=stretch.first - 1 + 0.1,
                                        visible_until=stretch.last + LEAVES))  # fmt: skip
        given, kernel, output = (f" {TIMES} ".join(map(str, s)) for s in self._shapes())
        filters = f"{self.slices} {w.filters if self.several else w.one_filter} {kernel}"
        bias = f"  +  {w.bias}" if self.biased else ""
        since = self.count - 0.6
        made.append(figure.text(f"{given}  *  {filters}{bias}  =  {output}", middle, low, SUM, align="center",
            visible_from=since))
        if self.scene.why:
            made += [figure.text(self.scene.why, middle, low + 4.8, NAME, align="center", visible_from=since),
                     figure.text(self.scene.why, middle, low, NAME, align="center", visible_until=-LANDED)]  # fmt: skip
        return made
