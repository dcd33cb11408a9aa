# SPDX-License-Identifier: GPL-3.0-or-later
"""Kind `volume`: several channels or filters. Input, filters and output stand as blocks; a panel per channel on the bench.

The filter at work steps forward, large, in the tube; the slice that it fills stands in front of the output, and files in
when it is full: the newest in front, the older ones pushed back.
"""

import numpy as np

from ...scene.checks import ValidationError
from ..acts.rhythm import DOUBLE, FULL, SHORT, rhythm, run_clock, within
from ..acts.summing import STAND, SUMS, Summing, schedule
from ..cast import volumes
from ..cast.bench import PARTIAL, RESULT, Bench
from ..cast.figure import NAME, SMALL, SUM, Figure
from ..cast.weighted import TUBE, Weighted, first_middle, planar, planes, sum_text
from ..page import palette
from ..page.captions import cell_name, parameters, shape_text
from ..page.glyphs import TIMES, after, number, width
from ..page.layout import Block, Column, Row, solve
from ..page.view import HEIGHT
from ..plan.plan import ALWAYS, LANDED, LEAVES, NEVER, StepInfo

NAMES = 4.4  # page units for a name above a block
CARD = 0.62  # height of a card, in cells of a volume
PANEL_CARD = 0.42  # height of a card on a panel, in bench cells
NAMED = 0.36  # room for a cell's name above the result, in bench cells
APART = 1.6  # cells from the slice being written to the one behind it, so that there is clear air between
TURN = 25.0  # degrees by which the blocks turn in place at the start
MANY = 4  # filters: more of them leave less time for each position
FILE, CHANGE = 0.35, 0.45  # seconds in which a slice files in, and a filter changes
CHANNEL_CARDS = ("#8A1C28", "#0D5531", "#1A4690")  # of R, G and B; white digits
PADDED, START = -2.0, -1.0  # the clock when padding arrives, and before the first step


def build(scene, trace):
    """The plan of several channels or filters."""
    return _Volume(scene, trace).plan()


class _Volume:
    def __init__(self, scene, trace):
        self.scene, self.trace, self.figure = scene, trace, Figure(scene)
        self.out = planes(trace.output)
        self.filters, (self.rows, self.columns) = len(self.out), self.out.shape[1:]
        self.kernel = planar(trace)[0]
        self.section = self.rows * self.columns
        self.per_filter = trace.weight.shape[1]
        self._lay_out()
        self.cast = Weighted(self.figure, trace, self.given.corner, self.given.cell)

    # layout --------------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        trace, page, bias = self.trace, self.figure.page, self.trace.bias is not None
        pads = planar(trace)[2]
        shape = [n + sum(p) for n, p in zip(planes(trace.input).shape[1:], pads, strict=True)]
        best = None
        for panel in (8.2, 7.8, 7.4, 7.0, 6.6, 6.2, 5.6, 5.0, 4.2, 3.4, 2.6, 1.8):
            parts = self._parts(shape, bias, panel)
            cell = solve(page, parts[0], (8.0, 12.6, page.width - 8.0, 86.0), 7.0)
            score = min(cell / 4.05, 1.1) * 1.6 + min(panel / 7.0, 1.0) * 1.6
            if cell and (best is None or score > best[0] + 1e-6):
                best = score, cell, panel
        if best is None:
            raise ValidationError("must be smaller, or the channels or filters fewer, to find room", "input.size", self.scene.input.size)
        self.cell = best[1]
        tree, *named = self._parts(shape, bias, best[2])
        solve(page, tree, (8.0, 12.6, page.width - 8.0, 86.0), 7.0)
        self.given, self.small, self.work, self.made, self.panels, self.partials, self.extra, self.result = named
        self.bench = Bench(self.kernel, self.panels[0].cell)
        self.bench.panels = [self.bench.stand(p.corner) for p in self.panels]
        self.bench.partials = [p.corner + p.cell * PARTIAL / 2 * np.ones(3) for p in self.partials]
        if self.extra:
            self.bench.bias = self.extra.corner + self.extra.cell * PARTIAL / 2 * np.ones(3)
        self.bench.result = self.bench.cube(self.result.corner, RESULT)

    def _parts(self, shape, bias: bool, panel: float) -> tuple:
        """The layout's tree and its blocks."""
        channels, per, filters = len(self.trace.input), self.per_filter, self.filters
        carded = CARD * 0.9 if channels > 1 else 0.0
        given = Block("input", (shape[1], volumes.deep(channels), shape[0] + carded), above=NAMES)
        size = (self.kernel[1], volumes.deep(per), self.kernel[0])
        work = Block("filter", (*size[:2], size[2] + (CARD if filters > 1 else 0)), 1.12, above=0.0 if filters > 1 else NAMES)
        depth = volumes.deep(filters) + (APART if filters > 1 else 0.0)
        made = Block("output", (self.columns, depth, self.rows + (CARD * 0.9 if filters > 1 else 0.0)), above=NAMES)
        small = [Block(f"filter {n}", (*size[:2], size[2] + 1.3), 0.36 if filters > 4 else 0.5) for n in range(filters)]
        middle = work
        if filters > 1:
            lines = [small[k : k + 8] for k in range(0, filters, 8)]
            rows = [Row(line, gap=0.9, spread=1.5) for line in lines]
            rows[0].parts[0].above = NAMES
            middle = Column([*rows, work], gap=1.5, spread=4.0)
        panels = [Block(f"panel {c}", Bench.on_slab(Bench.panel_size(self.kernel), PANEL_CARD * 0.8 * (per > 1)), 0.0, least=panel) for c in range(per)]
        partials = [Block(f"sum {c}", (PARTIAL,) * 3, 0.0, least=panel) for c in range(per)] if per > 1 or bias else []
        extra = Block("bias", (PARTIAL,) * 3, 0.0, least=panel) if bias else None
        result = Block("result", Bench.on_slab((RESULT,) * 3, NAMED), 0.0, least=panel)
        # of one channel without a bias there are no partial sums
        pairs = [Row([p, s], gap=-0.2 * panel, spread=0.0, align=(0.5, 0.62))
                 for p, s in zip(panels, partials, strict=False)] or panels  # fmt: skip
        bench = Row([*pairs, *([extra] if extra else []), result], gap=2.7, spread=5.0, align=(0.5, 0.62))
        top = Row([given, middle, made], gap=4.5, spread=14.0, align=(0.5, 0.6))
        return Column([top, bench], gap=-3.0, spread=2.0), given, small, work, made, panels, partials, extra, result

    # the story -----------------------------------------------------------------------------------------------------

    def plan(self):
        scene, trace, figure, cast = self.scene, self.trace, self.figure, self.cast
        figure.heading(scene.words.title or scene.title,
                       parameters(scene, trace, (*trace.kernel_size, self.per_filter), self.filters))  # fmt: skip
        self._clock()
        cast.add_input(scene.words.input, arrives=PADDED if cast.padded else None)
        cast.add_tube("Window", until=len(trace) - 0.45)
        if len(trace.input) > 1:
            self._channel_cards()
        self._filters()
        self._output()
        for number, block in enumerate((*self.panels, self.result)):
            self.bench.add_slab(figure, block.corner, block.size, number)
        infos = self._sums()
        self._turns()
        if scene.look.labels:
            self._names()
        return figure.plan(scene.title, infos)

    def _clock(self) -> None:
        timing, line, count, section = self.scene.timing, self.figure.timeline, len(self.trace), self.section
        kinds = (FULL, DOUBLE) if self.filters > MANY else (FULL, DOUBLE, DOUBLE)
        explained = {i: kind for i, kind in zip(range(3), kinds, strict=False) if i < min(count, section)}
        if self.filters == 1:
            ends = [self.columns * r + self.columns - 1 for r in range(self.rows)]
            explained |= {i: SHORT for i in ends[1::2] if i not in explained}
        else:
            explained.setdefault(section, SHORT)
        explained.setdefault(count - 1, SHORT)
        pauses = {n * section: FILE + CHANGE for n in range(1, self.filters)}
        spent = 1.6 + (1.3 if self.cast.padded else 0.0) + FILE
        self.told = rhythm(count, explained, timing, spent=spent, pauses=pauses)
        line.declare("clock.step", PADDED if self.cast.padded else START)
        self.turning = (0.5 * timing.intro, 1.8)
        line.wait(timing.intro + 1.6)
        if self.cast.padded:
            line.play("clock.step", START, 0.9, easing="linear")
            line.wait(0.4)
        self.beats = run_clock(line, self.told, self.scene.output.fps)
        line.play("clock.step", count - 1 + 0.55, 0.2)
        self.filing = line.cursor
        line.wait(FILE + timing.outro)

    def _channel_cards(self) -> None:
        """A card on top of each of the input's slices that names its channel."""
        figure, cast = self.figure, self.cast
        top = 0.5 + CARD / 2
        cards = [volumes.card(figure, name, color, (0.3 + 0.62 * k, k * (1 + volumes.GAP), top), CARD)
                 for k, (name, color) in enumerate(self._carded())]  # fmt: skip
        figure.volume("input.cards", "Channel cards", cards, (0, 0, 0), cast.cell, parent=cast.role)

    def _channels(self) -> list[str]:
        w, base, count = self.scene.words, self.scene.look.index_from, len(self.trace.input)
        return list(w.channels) if count == len(w.channels) else [str(k + base) for k in range(count)]

    def _filters(self) -> None:
        """Each filter as a small block with its card; the one at work forward, large, its numbers readable."""
        figure, cast, trace, count = self.figure, self.cast, self.trace, len(self.trace)
        unit = self.work.cell
        self.work_at = first_middle(self.work.corner, unit, self.kernel[0])
        depth = volumes.deep(self.per_filter)
        line, base = figure.timeline, self.scene.look.index_from
        for n in range(self.filters):
            values = planes(trace.weight[n])
            plain = volumes.block(figure, values, cast.weight_fill, cell=unit, digits=False, dims=False)
            front = volumes.block(figure, values[:1], cast.weight_fill, cell=unit, dims=False)
            since, until = (n * self.section - 0.62, (n + 1) * self.section - 0.88) if self.filters > 1 else (ALWAYS, NEVER)
            if n == 0:
                since = ALWAYS if self.filters == 1 else -0.75
            if n + 1 == self.filters:
                until = NEVER
            digits = volumes.Points.make(front["position"], **{k: front[k] for k in ("label", "size", "stretch", "lift")},
                                         visible_from=since, visible_until=until)  # fmt: skip
            parts = [plain, digits]
            name = self.scene.words.filter
            if self.filters > 1:
                middle = ((self.kernel[1] - 1) / 2, 0.0, 0.5 + 0.55)
                parts.append(volumes.card(figure, str(n + base), palette.card(n), middle, 1.05))
                name = f"{name} {n + base}"
            role = f"filter.{n}"
            if self.filters == 1:
                figure.volume(role, name, parts, self.work_at, unit)
                figure.casts(self.work.corner, self.work.corner + unit * np.array((*self.work.size[:2], self.kernel[0])))
                continue
            small = self.small[n]
            home = first_middle(small.corner, small.cell, self.kernel[0])
            figure.volume(role, name, parts, home, small.cell)
            self._stands(n, home, small.cell, depth)
            a = self.beats.pauses.get(n * self.section, (line.cursor, line.cursor))[0] + FILE * 0.3 if n else None
            came = self.beats.seconds[0] - 1.0
            for axis, key in enumerate("xyz"):
                for path, start, end in (("location", home[axis], self.work_at[axis]), ("scale", small.cell, unit)):
                    channel = f"{role}.{path}.{key}"
                    line.declare(channel, start)
                    begin = self.arrives if n == 0 else a
                    line.add(channel, end, CHANGE, at=begin)
                    if n + 1 < self.filters:
                        line.add(channel, start, CHANGE, at=self.beats.pauses[(n + 1) * self.section][0] + FILE * 0.3)
            del came
        size = (self.kernel[1] + 0.04, depth + 0.08, self.kernel[0] + 0.04)
        tube = "tube " + " ".join(f"{v:.4g}" for v in (*size, TUBE))
        kind = figure.cube(figure.theme.tube, tube)
        middle = ((self.kernel[1] - 1) / 2, (depth - 1) / 2, -(self.kernel[0] - 1) / 2)
        lives = [(n * self.section - LANDED, (n + 1) * self.section - 0.9) for n in range(self.filters)]
        lives[-1] = (lives[-1][0], count - 0.45)
        points = [volumes.Points.make([middle], cube=kind, faded=kind, visible_from=a, visible_until=b) for a, b in lives]
        figure.volume("filter.tube", "Filter at work", points, self.work_at, unit)
        if self.filters > 1:
            ground = (middle[0], middle[1], -self.kernel[0] + 0.5)
            figure.volume("filter.shadow", "Filter shadow", [volumes.shade(
                figure, (self.kernel[1], depth, self.kernel[0]), 0.0, ground, visible_from=-0.7)], self.work_at, unit)  # fmt: skip

    def _stands(self, n: int, home, cell: float, depth: float) -> None:
        """The shadow of a small filter, while it stands in its row."""
        size = (self.kernel[1], depth, self.kernel[0])
        ground = ((self.kernel[1] - 1) / 2, (depth - 1) / 2, 0.5 - self.kernel[0])
        leaves, back = n * self.section - 0.9, (n + 1) * self.section - 0.7
        if n == 0:
            leaves = -1.5 if self.cast.padded else -0.99
        lives = [(ALWAYS, leaves), (back, NEVER)] if n + 1 < self.filters else [(ALWAYS, leaves)]
        self.figure.volume(f"filter.{n}.shadow", f"Filter {n} shadow", [
            volumes.shade(self.figure, size, 0.0, ground, visible_from=a, visible_until=b) for a, b in lives], home, cell)  # fmt: skip

    @property
    def arrives(self) -> float:
        """The second at which the first filter steps forward."""
        return self.scene.timing.intro + 0.9 if not self.cast.padded else self.scene.timing.intro + 1.7

    def _output(self) -> None:
        """A slice per filter: frosted, then cell by cell; filed into the stack when it is full."""
        figure, cast, made, count = self.figure, self.cast, self.made, len(self.trace)
        line, rows, columns, section = figure.timeline, self.rows, self.columns, self.section
        front = first_middle(made.corner, made.cell, rows)
        step = 1 + volumes.GAP
        stack = front + made.cell * np.array([0, APART if self.filters > 1 else 0.0, 0])
        self.slice_at, base = front, self.scene.look.index_from
        for n in range(self.filters):
            births = n * section + np.arange(section, dtype=float)
            files = (n + 1) * section - 1 + 0.03 if n + 1 < self.filters else NEVER
            appears = n * section - 0.6 if n else ALWAYS
            cells = volumes.coming(figure, self.out[n], cast.sum_fill, births, cell=made.cell, digits=False, before=False)
            texts = volumes.coming(figure, self.out[n], cast.sum_fill, births, cell=made.cell, before=False)
            written = volumes.Points.make(texts["position"], **{k: texts[k] for k in ("label", "size", "stretch", "lift")},
                                          visible_from=births, visible_until=files, channel=n)  # fmt: skip
            everywhere = np.ones((1, rows, columns), bool)
            frosted = volumes.glass(figure, everywhere, everywhere, visible_from=appears, visible_until=births)
            parts = [cells, written, frosted]
            if self.filters > 1:
                at = (0.1 + min(0.25, (columns - 0.5) / self.filters) * (self.filters - 1 - n), 0.0, 0.5 + CARD / 2)
                parts.append(volumes.card(figure, str(n + base), palette.card(n), at, CARD, visible_from=appears))
            role = f"output.{n}" if self.filters > 1 else "output"
            name = self.scene.words.output + (f" {n + base}" if self.filters > 1 else "")
            figure.volume(role, name, parts, front, made.cell)
            if self.filters == 1:
                continue
            channel = f"{role}.location.y"
            line.declare(channel, front[1])
            for k in range(n, self.filters):
                at = self.beats.pauses[(k + 1) * section][0] if k + 1 < self.filters else self.filing
                line.add(channel, stack[1] + (k - n) * step * made.cell, FILE, at=at)
        self._grounds(stack, front)
        r, c = (a.ravel() for a in np.indices((rows, columns)))
        tube = "tube 1.05 1.05 1.05 0.09"
        kind = figure.cube(figure.theme.tube, tube)
        index = np.arange(count)
        at = np.column_stack([np.tile(c, self.filters), 0 * index, -np.tile(r, self.filters)])
        marks = volumes.Points.make(at, cube=kind, faded=kind, visible_from=index - LANDED, visible_until=index + LANDED, step=index)
        marks["visible_until"][section - 1 :: section] = index[section - 1 :: section] + 5e-4  # then the slice files in
        figure.volume("output.marker", "Output marker", marks, front, made.cell)

    def _grounds(self, stack, front) -> None:
        """The shadows of the slice being written and of the stack behind it, as deep as it is."""
        figure, made, rows, columns = self.figure, self.made, self.rows, self.columns
        if self.filters == 1:
            figure.casts(made.corner, made.corner + made.cell * np.array([columns, 1, rows]), 0.5)
            return
        middle, low = (columns - 1) / 2, 0.5 - rows
        lives = [(ALWAYS, len(self.trace) - 0.6)]
        shades = [volumes.shade(figure, (columns, 1, rows), 0.0, (middle, 0, low), strength=0.5, visible_from=a, visible_until=b)
                  for a, b in lives]  # fmt: skip
        back = (stack[1] - front[1]) / made.cell
        for k in range(1, self.filters + 1):
            deep = volumes.deep(k)
            since = k * self.section - 0.8 if k < self.filters else len(self.trace) - 0.6
            until = (k + 1) * self.section - 0.8 if k + 1 < self.filters else len(self.trace) - 0.6
            shades.append(volumes.shade(figure, (columns, deep, rows), 0.0, (middle, back + (deep - 1) / 2, low), visible_from=since,
                                        visible_until=NEVER if k == self.filters else until))  # fmt: skip
        figure.volume("output.shadow", "Output shadow", shades, front, made.cell)

    def _sums(self) -> list[StepInfo]:
        figure, trace, cast, made, count = self.figure, self.trace, self.cast, self.made, len(self.trace)
        act, told = Summing(figure, self.bench, cast.sum_greatest), self.told.explained
        depth = volumes.deep(len(trace.input))
        hover = (0, -(depth + 0.35) * self.given.cell, 0)

        def sources(step):
            k = step.kernel_index if step.kernel_index.shape[1] == 3 else np.insert(step.kernel_index, 1, 0, axis=1)
            at = np.column_stack([k[:, 2], k[:, 0] * (1 + volumes.GAP), -k[:, 1]])
            return self.work_at + self.work.cell * at

        pieces, infos, words = [], [], []
        for i in range(count):
            step, place = trace[i], tuple(int(v) for v in trace[i].output_index)
            name = cell_name(self.scene, place[1:], place[0] if self.filters > 1 else None)
            if i in told:
                r, c = divmod(i % self.section, self.columns)
                target = self.slice_at + made.cell * np.array([c, 0, -r])
                pieces += act.step(cast.operands(i, sources, self.work.cell, target, made.cell, hover))
                pieces += self._panel_cards(act, step, i)
                words += self._signs(step, i, name)
            infos.append(StepInfo(self.beats.seconds[i], place, float(step.value), self._text(step, name), i, i in told))
        figure.volume("bench", "Bench", pieces, act.origin, self.bench.cell)
        figure.words("sum", "Sum", words)
        return infos

    def _panel_cards(self, act: Summing, step, i: int) -> list:
        """The cards of the channels, on their panels, as on the input's slices."""
        if self.per_filter < 2:
            return []
        times, first = schedule(self.per_filter), int(step.positions[:, 0].min())
        made = []
        for c, (place, t) in enumerate(zip(self.bench.panels, times, strict=True)):
            name, color = self._carded()[first + c]
            at = act.local(place) + (0.0, 0.0, 0.5 + PANEL_CARD / 2)
            made.append(volumes.card(self.figure, name, color, at, PANEL_CARD, visible_from=within(i, t["lands"]),
                                     visible_until=i + LEAVES))  # fmt: skip
        return made

    def _carded(self) -> list[tuple[str, str]]:
        """What each channel's card says, and its colour."""
        names = self._channels()
        colors = CHANNEL_CARDS if len(names) == 3 else [palette.card(7)] * len(names)
        return list(zip(names, colors, strict=True))

    def _text(self, step, name: str) -> str:
        shares = [step.products[step.kernel_index[:, 0] == c].sum() for c in range(self.per_filter)]
        names = self._channels()
        first = int(step.positions[:, 0].min())
        if len(names) != 3:
            names = [f"{self.scene.words.channel.lower()} {n}" for n in names]
        told = " + ".join(after(names[first + c], s) for c, s in enumerate(shares))
        bias = f" + {after(self.scene.words.bias, step.bias)}" if self.trace.bias is not None else ""
        return f"{name} = {told}{bias} = {number(step.value)}" if self.per_filter > 1 else sum_text(step, name)

    def _signs(self, step, i: int, name: str) -> list:
        """What stands between the bench's parts: channels' names, plus and equals signs, the cell's name."""
        figure, made = self.figure, []
        theme, until = figure.theme, i + LEAVES
        times = schedule(self.per_filter)
        blocks = [*self.partials, *([self.extra] if self.extra else [])]
        for n, block in enumerate(blocks):
            after = self.panels[n + 1] if n + 1 < len(self.panels) else blocks[n + 1] if n + 1 < len(blocks) else self.result
            x = (block.box[2] + after.box[0]) / 2
            y = (block.box[1] + block.box[3]) / 2 + 1.1
            sign = "+" if n + 1 < len(blocks) else "="
            since = within(i, times[n]["summed"] if n < len(times) else SUMS)
            made.append(figure.text(sign, x, y, SUM, theme.ink, align="center", visible_from=since, visible_until=until))
        if self.extra:
            x0, y0, x1, _ = self.extra.box
            made.append(figure.text(self.scene.words.bias, (x0 + x1) / 2, y0 - 1.0, SMALL, theme.ink, align="center",
                                    visible_from=within(i, SUMS - 0.04), visible_until=until))  # fmt: skip
        x0, _, x1, y1 = self.result.box
        half = width(name) * SMALL * HEIGHT / 2
        middle = min((x0 + x1) / 2, figure.page.width - 8.0 - half)
        made.append(figure.text(name, middle, self.result.box[1] + 1.5, SMALL,
                                theme.ink, align="center", visible_from=within(i, STAND), visible_until=until))  # fmt: skip
        return made

    def _turns(self) -> None:
        """The input turns in place and back, so that its depth is seen."""
        line, given = self.figure.timeline, self.given
        start, seconds = self.turning
        home = self.cast.location
        middle = given.corner + given.cell * np.array([given.size[0] / 2, given.size[1] / 2, 0])
        times = np.linspace(0, 1, 13)
        angles = -np.radians(TURN) * np.sin(np.pi * times) ** 2
        rel = home - middle
        channels = {"input.rotation_euler.z": angles,
                    "input.location.x": middle[0] + np.cos(angles) * rel[0] - np.sin(angles) * rel[1],
                    "input.location.y": middle[1] + np.sin(angles) * rel[0] + np.cos(angles) * rel[1]}  # fmt: skip
        for name, values in channels.items():
            line.declare(name, values[0])
            for a, b, value in zip(times, times[1:], values[1:], strict=False):
                line.add(name, value, (b - a) * seconds, at=start + a * seconds, easing="linear")
        below = self.cast.pads[0][1]
        if below:  # it stands on the floor until the padding is there to carry it
            line.declare("input.location.z", home[2] - below * given.cell)
            line.add("input.location.z", home[2], 0.5, at=self.scene.timing.intro + 1.6)

    def _names(self) -> None:
        figure, w, trace, count = self.figure, self.scene.words, self.trace, len(self.trace)
        shape = (*trace.input.shape[1:], len(trace.input))
        kernel = (*trace.kernel_size, self.per_filter)
        output = (*trace.output.shape[1:], self.filters)
        said = [figure.text(f"{w.input}  {shape_text(shape)}", self.given.box[0], self.given.box[1] - 1.6, NAME)]
        block = self.work if self.filters == 1 else self.small[0]
        text = f"{w.filter}  {shape_text(kernel)}" if self.filters == 1 else f"{self.filters} {w.filters}  {shape_text(kernel)}"
        top = min(b.box[1] for b in (self.small if self.filters > 1 else [self.work]))
        said.append(figure.text(text, block.box[0], top - 1.6, NAME))
        said.append(figure.text(f"{w.output}  {shape_text(output)}", self.made.box[0], self.made.box[1] - 1.6, NAME))
        figure.words("names", "Names", said)
        times = f" {TIMES} "
        filters = f"{self.filters} {w.filters if self.filters > 1 else w.one_filter} "
        whole = f"{times.join(map(str, shape))}  *  {filters}{times.join(map(str, kernel))}  =  {times.join(map(str, output))}"
        middle, base = figure.page.width / 2, self.scene.look.index_from
        low = max(b.box[3] for b in (self.given, self.work, self.made)) + 4.6
        lines = []
        for n in range(self.filters if self.filters > 1 else 0):
            runs = [s for s in self.told.stretches if s.kind == "run" and s.first // self.section == n]
            told = f"{w.one_filter} {n + base} \u2192 {w.slice} {n + base}"
            lines += [figure.text(told, middle, low, SUM, align="center", visible_from=s.first - 1 + 2 * LEAVES,
                                  visible_until=s.last + LEAVES) for s in runs]  # fmt: skip
        lines += [figure.text(whole, middle, low, SUM, align="center", visible_from=count - 0.6)]
        if self.scene.why:
            lines += [figure.text(self.scene.why, middle, low + 4.8, NAME, align="center", visible_from=count - 0.6)]
            lines += [figure.text(self.scene.why, middle, low, NAME, align="center", visible_until=-LANDED)]
        figure.words("why", "Why", lines)


