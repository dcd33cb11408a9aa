# SPDX-License-Identifier: GPL-3.0-or-later
"""Story `filters`: several filters, each of which makes its own slice of the output.

Left the input's channels, apart, each with the weights that the filter at work has for it; right every filter at home,
beside its slice. A filter's weights fly from its home to the channels when its turn comes. Also explained: groups,
where a filter sees its group's channels only, and one filter over more channels than `channels` can tell.
"""

import numpy as np

from ..page.captions import bias_text, facts, legend_of
from ..page.glyphs import number, width
from ..plan.plan import ALWAYS, BORN, FAR, LANDED, LEAVES, NEVER, Points
from ..plan.schedule import ARRIVED, ENDED, FLIGHT, MEETING, Phase, make_schedule, run_clock, turning
from . import sums
from .builder import WORD, PlanBuilder, plane
from .filter_layout import Layout, arrange, closeup, needed, put
from .filter_lines import add_guides, add_pairs
from .filter_sums import MOST_LINES, sum_area
from .filter_words import GATHERED, Wording
from .layout import Block
from .partial_sums import hue_of, names_of
from .primitives import (
    CLEAR,
    as_rows,
    infos,
    input_plane,
    marker_on,
    output_plane,
    place_of,
    taps_of,
    visit,
    window_on,
)
from .theme import HUES, Scale, filter_hue

STACK_OPEN_SECONDS = 1.1  # seconds that takes
MOST_STACKED = 4  # channels of which the stack is shown first
UNEVEN = 0.004  # cells by which each plane stands higher, so that no two faces share a place on the way
MOST = 16  # filters, and channels
ENDS = 0.1  # the clock past the last step's end: all that worked goes
GATHER = 1.0  # seconds that takes
SHOWN = 0.4  # seconds, besides `timing.outro`, that the whole is shown apart and gathered
FAN = 0.6  # seconds that the gathered slices take to open like a fan, so that each shows its first row
OPEN = 3.2  # cells, at most, from one slice to the next then
COMES = 0.3 * MEETING  # the clock that the next filter's weights take to grow at home


def accepts(scene, trace) -> bool:
    """Several filters, or one over more channels than `channels` can tell."""
    return len(trace.output) > 1 or len(trace.input) > MOST_STACKED


def validate(scene, trace):
    """Why it cannot tell this one."""
    if len(trace.output) > MOST:
        return "op.out_channels", len(trace.output), f"must be at most {MOST} to be told"
    if len(trace.input) > MOST:
        return "input.channels", len(trace.input), f"must be at most {MOST} to be told"
    if not fits(PlanBuilder(scene), trace):
        return "input.size", scene.input.size, "must be smaller: with so many channels and filters no cell can be seen"
    return None


def fits(sheet: PlanBuilder, trace) -> bool:
    """Whether all cells can be seen beside a title and sums of the usual height."""
    x0, y0, x1, y1 = sheet.inner
    foot = sums.height(MOST_LINES + 1, sheet.px(WORD)) + 2 * sheet.px(WORD)
    return arrange(sheet, trace, names_of(sheet.scene, len(trace.input)), (x0, y0 + foot, x1, y1)) is not None


def build_plan(sheet: PlanBuilder, trace):
    """Story `filters`: a convolution with several filters, in one or two dimensions."""
    return FiltersStory(sheet, trace).build_plan()


class FiltersStory(Wording):
    """One figure of this story under construction."""

    def __init__(self, sheet: PlanBuilder, trace):
        self.sheet, self.trace, self.scene = sheet, trace, sheet.scene
        scene, w = sheet.scene, sheet.scene.words
        self.channels, self.filters = len(trace.input), len(trace.output)
        self.depth = trace.weight.shape[1]
        self.section = trace.output[0].size  # steps of one filter
        self.names = names_of(scene, self.channels) if self.channels > 1 else [""]
        self.title, self.word = w.title or scene.title or scene.id, sheet.px(WORD)
        kernel = (*trace.kernel_size, self.depth) if self.channels > 1 else trace.kernel_size
        bias = bias_text(scene, trace) if trace.bias is None or self.filters == 1 else w.biases
        top = sheet.title(self.title, facts(scene, trace, kernel, self.filters) + f",  {bias}", legend_of(scene, trace))
        stacked = 1 < self.channels <= MOST_STACKED
        self.opening = (STACK_OPEN_SECONDS if stacked else 0.0) + (1.1 if any(sum(p) for p in trace.padding) else 0.3)
        row = as_rows(trace.output[0]).shape[1]
        spent = self.opening + 0.1 + (GATHER + SHOWN + FAN if self.filters > 1 else 0.0)
        self.schedule = make_schedule(len(trace), row, scene, spent=spent, section=self.section)
        self.row, self.stacked = row, stacked
        self.sums = sum_area(sheet, trace, self.names, self.schedule)
        x0, y0, x1, _ = sheet.inner
        foot = y0 + self.sums.used + (0.5 * self.word if self.sums.used else 0.0)
        self.layout: Layout = arrange(sheet, trace, self.names, (x0, foot, x1, top - 0.35 * self.word))
        self.last = len(trace) - 1 + ENDED
        self.stacks: list = [None, None]  # the boxes of the input and of the output as stacks
        # what has worked goes when the slices gather
        self.until = self.last + ENDS if self.filters > 1 else NEVER

    # names ------------------------------------------------------------------------------------------------------

    def role(self, kind: str, channel: int) -> str:
        return f"{kind}.{self.names[channel]}" if self.names[channel] else kind

    def number(self, filter_: int) -> int:
        return filter_ + self.scene.look.index_from

    def out(self, filter_: int) -> str:
        return f"output.{self.number(filter_)}" if self.filters > 1 else "output"

    def ink(self, filter_: int):
        """The ink in which a filter is named."""
        return self.sheet.palette.words_in(filter_hue(filter_))

    def channel_ink(self, channel: int):
        return self.sheet.palette.words_in(HUES[hue_of(channel, self.channels)])

    def group(self, filter_: int) -> range:
        """The channels that a filter sees."""
        first = filter_ // (self.filters // self.trace.groups) * self.depth
        return range(first, first + self.depth)

    # the figure -------------------------------------------------------------------------------------------------

    def build_plan(self):
        sheet, line, scene = self.sheet, self.sheet.timeline, self.scene
        self.open()
        step_times = run_clock(line, self.schedule, self.row, scene, stays=False)
        self.headers()
        for c in range(self.channels):
            self.input(c)
            self.weights(c, step_times)
        for n in range(self.filters):
            self.filter(n)
            self.slice(n)
        pairs = [(f"filter.{self.number(n)}", self.out(n)) for n in range(self.filters)]
        add_pairs(sheet, self.layout, pairs, self.until)
        add_guides(sheet, self.trace, self.layout, self.schedule, self.group, place_of(self.trace), self.out(0))
        if scene.look.sum_line:
            self.say()
        line.play("clock.step", self.last + 0.02, 0.05, easing="linear")
        line.wait(scene.timing.outro / 2)
        if self.filters > 1:
            self.gather()
            self.equation()
        line.wait(scene.timing.outro / 2)
        return sheet.plan(self.title, infos(self.trace, scene, step_times, self.sums.texts))

    def open(self) -> None:
        """The input stands as a stack, comes apart, and is padded; or stands apart from the start."""
        sheet, line, made = self.sheet, self.sheet.timeline, self.layout
        padded = any(sum(p) for p in self.trace.padding)
        line.declare("clock.step", Phase.STACKED if self.stacked else Phase.PADDING if padded else Phase.READY)
        line.wait(self.scene.timing.intro)
        if self.stacked:
            for c, (at, block) in enumerate(zip(self.stack_of(made.inputs, 0), made.inputs, strict=True)):
                self.move(self.role("input", c), at, sheet.place(block), first=True)
                self.shade(self.role("input", c), 1.0, STACK_OPEN_SECONDS, first=0.01 if c else 1.0)
            line.play("clock.step", Phase.PADDING, STACK_OPEN_SECONDS, easing="linear")
        if self.stacked or padded:
            line.play("clock.step", Phase.READY, 0.8 if padded else 0.05, easing="linear")
        line.wait(0.3)

    def stack_of(self, blocks, half: int, apart: float = 1.0) -> list[np.ndarray]:
        """Where planes stand as one stack, in the middle of the half of the frame where they stand apart.

        `apart`: how far (cells) behind each other; less where there is no room for it.
        """
        sheet, (x0, y0, x1, y1) = self.sheet, self.layout.panels[half]
        if half and self.layout.bands:
            y1 = self.layout.panels[0][1]  # below the channels
        columns, _, rows = blocks[0].cells
        while True:
            stack = Block("", 0, 0, (columns, 1 + (len(blocks) - 1) * apart, rows), unit=blocks[0].unit)
            put(sheet, stack, 0, 0)
            wide, high = stack.box[2] - stack.box[0], stack.box[3] - stack.box[1]
            if apart <= 1.0 or (wide <= x1 - x0 and high <= y1 - y0):
                break
            apart = max(apart - 0.1, 1.0)
        put(sheet, stack, (x0 + x1 - wide) / 2, (y0 + y1 + high) / 2)
        self.stacks[half] = stack.box
        start = np.array(sheet.place(stack))
        return [start + (0.0, k * apart * stack.unit, UNEVEN * (len(blocks) - k)) for k in range(len(blocks))]

    def move(self, role: str, start, end, *, first: bool = False, seconds: float = GATHER) -> None:
        """Key a volume's way from here on; behind others in a stack it has no shadow."""
        line, seconds = self.sheet.timeline, STACK_OPEN_SECONDS if first else seconds
        for axis, a, b in zip("xyz", start, end, strict=True):
            if not line.declared(f"{role}.location.{axis}"):
                line.declare(f"{role}.location.{axis}", a)
            line.add(f"{role}.location.{axis}", b, seconds)

    def gather(self) -> None:
        """What has worked goes, the slices come together to a volume, and so do the channels."""
        sheet, line, made = self.sheet, self.sheet.timeline, self.layout
        for n in range(self.filters):
            # together with its cells, which go while the clock passes `until`
            self.shade(f"filter.{self.number(n)}", 0.01, 0.05)
        line.play("clock.step", self.until + 0.02, 0.05, easing="linear")
        stack = self.stack_of(made.slices, 1)
        for n, (at, block) in enumerate(zip(stack, made.slices, strict=True)):
            self.move(self.out(n), sheet.place(block), at)
        if self.stacked:
            for c, (at, block) in enumerate(zip(self.stack_of(made.inputs, 0), made.inputs, strict=True)):
                self.move(self.role("input", c), sheet.place(block), at)
                self.shade(self.role("input", c), 0.01 if c else 1.0, GATHER)
        line.play("clock.step", self.last + GATHERED, GATHER, easing="linear")
        line.wait(SHOWN)
        for n, (at, to) in enumerate(zip(stack, self.stack_of(made.slices, 1, OPEN), strict=True)):
            self.move(self.out(n), at, to, seconds=FAN)
        line.wait(FAN)

    def shade(self, role: str, scale: float, seconds: float, *, first: float = 1.0) -> None:
        """Key how large a volume's shadow is, from here on: in a stack only the first has one."""
        line = self.sheet.timeline
        for axis in "xy":
            name = f"{role}.shadow.scale.{axis}"
            if not line.declared(name):
                line.declare(name, first)
            line.add(name, scale, seconds)

    # channels ---------------------------------------------------------------------------------------------------

    def input(self, channel: int) -> None:
        """One channel with its window, which is there while a filter that sees it is at work."""
        sheet, trace, block = self.sheet, self.trace, self.layout.inputs[channel]
        role, hue = self.role("input", channel), hue_of(channel, self.channels)
        places = np.concatenate([place_of(trace) if channel in self.group(n) else np.full((self.section, 3), FAR)
                                 for n in range(self.filters)])  # fmt: skip
        track = sheet.track(f"{role}.track", places)
        points = input_plane(sheet, trace, channel, hue)
        if self.stacked:
            rows, columns = as_rows(trace.input[channel]).shape
            at = points["row"], points["column"]
            points["visible_until"][(at[0] < 0) | (at[0] >= rows) | (at[1] < 0) | (at[1] >= columns)] = self.until
        sheet.volume(role, block.name, points, sheet.place(block), block.cells, track=track,
                     fade=(-LANDED, self.last), **taps_of(trace))  # fmt: skip
        ink = self.channel_ink(channel) if self.channels > 1 else None
        sheet.captions(role, block, color=ink, lives=self.apart(channel))
        sheet.box_of(role, block)
        window_on(sheet, f"{role}.window", f"Window {self.names[channel]}", role, track, trace, self.until,
                  jump=trace.groups > 1)  # fmt: skip

    def apart(self, channel: int) -> list[tuple[float, float]]:
        """When a channel's name is there: not in the stack, nor while weights pass before it."""
        visible_from, lives = Phase.PADDING if self.stacked else ALWAYS, []
        for n in (n for n in range(self.filters) if channel in self.group(n)):
            lives.append((visible_from, n * self.section - LANDED))
            visible_from = n * self.section - LANDED + MEETING
        return [*lives, (visible_from, self.until)]

    def weights(self, channel: int, step_times) -> None:
        """The slices of all filters for one channel, each there while its filter works; and how they come there."""
        sheet, trace, block = self.sheet, self.trace, self.layout.kernels[channel]
        role, work = self.role("kernel", channel), np.array(sheet.place(block))
        own = [n for n in range(self.filters) if channel in self.group(n)]
        size = sheet.digits([number(v) for v in trace.weight.ravel()], block.unit)
        parts = []
        for n in own:
            start, end = n * self.section, (n + 1) * self.section - 1
            values = as_rows(trace.weight[n, self.group(n).index(channel)])
            scale = Scale(sheet.palette, filter_hue(n), trace.weight.min(), trace.weight.max())
            life = {"visible_from": start - LANDED - COMES, "grow_time": COMES} if n else {"visible_from": -LANDED,
                                                                                           "grow_time": MEETING}
            life["visible_until"] = end + LEAVES if end + 1 < len(trace) else self.until
            parts.append(plane(sheet, values, scale, size=size, unit=block.unit, channel=channel, **life))
        sheet.volume(role, block.name, Points.join(parts), work, block.cells, contact_shadow=None, unit=block.unit)
        self.come(channel, own, step_times)
        self.label(channel, own)

    def come(self, channel: int, own: list[int], step_times) -> None:
        """Key the slices' way: from home to the first window and on to the working place; later filters' straight."""
        sheet, line, block = self.sheet, self.sheet.timeline, self.layout.kernels[channel]
        role, work = self.role("kernel", channel), np.array(sheet.place(block))
        if own[0] == 0:
            visit(sheet, role, self.home(0, channel), self.meeting(channel), step_times, back=work,
                  contact_shadow=False)
        else:
            for axis, a in zip("xyz", self.home(own[0], channel), strict=True):
                line.declare(f"{role}.location.{axis}", a)
        for n in own:
            if n:
                self.fly(role, np.array(self.home(n, channel)), work, step_times.seconds[n * self.section])

    def meeting(self, channel: int) -> np.ndarray:
        """Where the weights lie on the first window: middle on middle, whatever the sizes of both kinds of cells."""
        sheet, block = self.sheet, self.layout.kernels[channel]
        half = np.array([(block.cells[0] - 1) / 2, 0, -(block.cells[2] - 1) / 2])
        target = np.array(sheet.place(self.layout.inputs[channel])) + place_of(self.trace)[0] - half * block.unit
        return self.kept(target, block)

    def kept(self, target: np.ndarray, block: Block) -> np.ndarray:
        """The same place, or so far aside that weights which are larger than what they lie on keep the margin."""
        sheet, camera = self.sheet, self.sheet.camera
        left, _, right, _ = (v * sheet.scale for v in block.extent(camera))
        x, (x0, _, x1, _) = float(target @ camera.right) * sheet.scale, sheet.inner
        return target + camera.right * sheet.units(max(x0 - left - x, 0.0) - max(x + right - x1, 0.0))

    def fly(self, role: str, home, work, second: float) -> None:
        """Key a slice's way from home to its working place, in the turn whose step is made at `second`."""
        fps = self.scene.output.fps
        turn = turning(self.schedule, fps)
        start = second - ARRIVED * turn
        toward = CLEAR * self.sheet.camera.toward
        # home between the two frames in which the clock leaves the step before
        jump, end, step = start - 0.5 / fps, start + FLIGHT * turn, 0.004
        for axis, a, b, near in zip("xyz", home, work, toward, strict=True):
            name = f"{role}.location.{axis}"
            self.sheet.timeline.add(name, a + near, step, at=jump, easing="linear")
            self.sheet.timeline.add(name, b + near, end - jump - 2 * step, at=jump + step)
            self.sheet.timeline.add(name, b, step, at=end - step, easing="linear")

    def home(self, filter_: int, channel: int):
        """Where a filter's slice for a channel sets out from home."""
        block = self.layout.stacks[filter_]
        place = np.array(self.sheet.place(block)) + (0.0, self.group(filter_).index(channel) * block.unit, 0.0)
        return self.kept(place, self.layout.kernels[channel])

    def label(self, channel: int, own: list[int]) -> None:
        """Beside the weights at work, the name of their filter, where there is room."""
        x, y, room = self.layout.labels[channel]
        made = []
        for n in own if self.scene.look.labels else ():
            choices = (f"{self.scene.words.filter} {self.number(n)}", str(self.number(n)))
            longest = f"{self.scene.words.filter} {self.number(self.filters - 1)}"
            text = choices[0] if width(longest) * self.word <= room else choices[1]
            end = (n + 1) * self.section - 1
            visible_until = end + LEAVES if end + 1 < len(self.trace) else self.until
            visible_from = n * self.section - LANDED + MEETING
            made.append(self.sheet.text(text, x, y, self.word, self.ink(n), align="left", visible_from=visible_from,
                                        visible_until=visible_until))
        self.sheet.words(f"{self.role('kernel', channel)}.caption", "Filter at work", made)

    # filters ----------------------------------------------------------------------------------------------------

    def filter(self, n: int) -> None:
        """A whole filter at home, a small stack; while another one works it fades back."""
        sheet, trace, block = self.sheet, self.trace, self.layout.stacks[n]
        role, unit = f"filter.{self.number(n)}", block.unit
        scale = Scale(sheet.palette, filter_hue(n), trace.weight.min(), trace.weight.max())
        size = sheet.digits([number(v) for v in trace.weight.ravel()], unit) if self.depth == 1 else 0.0
        parts = []
        for d in range(self.depth):
            points = plane(sheet, as_rows(trace.weight[n, d]), scale, size=size, unit=unit, channel=d)
            points["position"][:, 1] = d
            points["visible_until"][:] = self.until
            parts.append(points)
        columns, depth, rows = block.cells
        places = np.full((len(trace), 3), FAR)
        places[n * self.section : (n + 1) * self.section] = ((columns - 1) / 2, (depth - 1) / 2, -(rows - 1) / 2)
        track = sheet.track(f"{role}.track", places)
        sheet.volume(role, block.name, Points.join(parts), sheet.place(block), block.cells, unit=unit, track=track,
                     taps=(columns, depth, rows), fade=(-LANDED, self.last))  # fmt: skip
        sheet.captions(role, block, color=self.ink(n), lives=((ALWAYS, self.until),))
        sheet.box_of(role, block)

    def slice(self, n: int) -> None:
        """A filter's slice of the output, in its hue."""
        sheet, block, role = self.sheet, self.layout.slices[n], self.out(n)
        points = output_plane(sheet, self.trace, filter_hue(n), channel=n, unit=block.unit)
        sheet.volume(role, block.name, points, sheet.place(block), block.cells, unit=block.unit)
        sheet.captions(role, block, color=self.ink(n), lives=((ALWAYS, self.until),))
        sheet.box_of(role, block)
        marker_on(sheet, role, self.trace, channel=n, unit=block.unit, until=self.until,
                  apart=0.12 if block.unit * sheet.scale < sheet.px(24.0) else 0.0)  # its frame cuts no number
        if (points["label"] < 0).all() and self.scene.look.numbers and not self.layout.right.beside:
            self.close(n)

    def close(self, n: int) -> None:
        """The cell that is made, large, with its number, over a slice whose cells are too small for numbers."""
        sheet, trace, role = self.sheet, self.trace, f"inset.{self.number(n)}"
        below = self.layout.slices[n]
        block = closeup(sheet, below, needed(sheet, trace.output))
        names = [x + width(text) * size / 2 for (x, _), (text, size) in zip(below.captions_at, below.captions,
                                                                            strict=True)]  # fmt: skip
        if max(names, default=block.box[0]) > block.box[0]:
            return  # no room beside the slice's name
        values = as_rows(trace.output[n])
        scale = Scale(sheet.palette, filter_hue(n), trace.output.min(), trace.output.max())
        size = sheet.digits([number(v) for v in trace.output.ravel()], block.unit)
        steps = n * self.section + np.arange(self.section)
        visible_until = np.where(steps + 1 < len(trace), steps + LEAVES, self.until)
        points = plane(sheet, values, scale, size=size, unit=block.unit, channel=n, step=steps,
                       visible_from=steps - BORN,
                       grow_time=BORN / 2, visible_until=visible_until)  # fmt: skip
        points["position"][:] = 0.0
        sheet.volume(role, block.name, points, sheet.place(block), block.cells, contact_shadow=None, unit=block.unit)
        sheet.box_of(role, block)
