# SPDX-License-Identifier: GPL-3.0-or-later
"""Several channels, one filter: the stack comes apart, windows slide in lockstep, partial sums add up to one cell.

At the end every channel's partial sums stand as a map of their own, and the maps add up to the output.
"""

import numpy as np

from ..page.captions import bias_text, facts, legend_of, shape_text, size_formula
from ..page.glyphs import TIMES, number, width
from ..plan.plan import ALWAYS, LANDED, NEVER
from ..plan.schedule import ENDED, VISIT, Phase, make_schedule, run_clock
from ..traits import unread
from . import sums, unread_cells
from .builder import WORD, PlanBuilder, plane
from .guides import add_lines, guide_segments
from .layout import Block, Grid
from .opening import padded, padding_said
from .partial_sums import channel_rows, hue_of, names_of, partial_sums, set_channel_rows
from .primitives import (
    TICK,
    VANISHED,
    add_home,
    add_rule,
    add_statement,
    add_sweeping,
    add_ticks,
    as_rows,
    grow_shadow,
    infos,
    input_plane,
    kernel_plane,
    marker_on,
    output_plane,
    padded_shape,
    place_of,
    taps_of,
    visit,
    window_on,
)
from .theme import HUES, Scale

UNEVEN = 0.004  # cells by which each plane stands higher, so that no two faces share a place on the way
MOST_CHANNELS = 4  # planes that stand beside each other with readable numbers
LARGER = 1.25  # how much larger the cells of maps are than their inputs', at most
STACK_OPEN_SECONDS = 1.3  # seconds the stack takes to come apart
PADDED = 1.4  # seconds the padding takes to arrive


def open_stack(sheet: PlanBuilder, trace) -> float:
    """The stack stands, comes apart, and is padded. Returns the second at which it starts to come apart."""
    line = sheet.timeline
    line.declare("clock.step", Phase.STACKED)
    line.wait(sheet.scene.timing.intro)
    start = line.cursor
    line.play("clock.step", Phase.PADDING, STACK_OPEN_SECONDS, easing="linear")
    line.play("clock.step", Phase.READY, PADDED if padded(trace) else 0.2, easing="linear")
    line.wait(0.8 if padded(trace) else 0.3)
    return start


def _say_rule(sheet: PlanBuilder, trace, names, y: float, start: float) -> None:
    """The rule at pixel `y`, and in its place what padding arrives; where it does, the planes' shadows come with it."""
    scene, w = sheet.scene, sheet.scene.words
    rule = w.rule.replace("{count}", str(len(trace[0].taps)))
    if not padded(trace):
        if scene.look.sum_line:
            add_rule(sheet, rule, y)
        return
    if scene.look.sum_line:
        add_statement(sheet, "rule", rule, y, ALWAYS, Phase.PADDING + 0.01)
        said = w.each.replace("{padding}", padding_said(scene, trace)) + w.grey
        add_statement(sheet, "event.0", said, y, Phase.PADDING + 0.01, -LANDED, sheet.theme.ink)
    for name in names if len(trace.padding) > 1 and trace.padding[0][1] else ():
        # the real cells hang above the ground until there are rows of padding below them
        for axis in "xy":
            sheet.timeline.declare(f"input.{name}.shadow.scale.{axis}", VANISHED)
            sheet.timeline.add(f"input.{name}.shadow.scale.{axis}", 1.0, PADDED, at=start + STACK_OPEN_SECONDS)


def stack_up(sheet: PlanBuilder, role: str, blocks, said: list[str], names, start: float, *,
             raised: float = 0.0) -> None:
    """Stand a row of planes as one stack, key their way apart, and name the stack beside it while it stands.

    `raised`: by how many pixels it stands higher than its middle plane will.
    """
    middle = blocks[(len(blocks) - 1) // 2]
    for c, block in enumerate(blocks):
        # the last plane at the middle's place, the others before it: so the stack keeps clear of the title
        at = np.array(sheet.place(middle)) + sheet.units(raised) * sheet.camera.up
        at += (0.0, c - len(blocks) + 1, UNEVEN * (len(blocks) - c))
        to = sheet.place(block)
        for axis, a, b in zip("xyz", at, to, strict=True):
            channel = f"{role}.{names[c]}.location.{axis}"
            sheet.timeline.declare(channel, a)
            sheet.timeline.add(channel, b, STACK_OPEN_SECONDS, at=start)
    if not sheet.scene.look.labels:
        return
    word = sheet.px(WORD)
    front = abs(sheet.camera.right[1]) * (len(blocks) - 1) * sheet.scale  # how far the first plane stands out
    x, y = middle.box[2] + front + word, (middle.box[1] + middle.box[3]) / 2 + raised
    made = []
    for i, text in enumerate(said):
        ink = sheet.theme.muted if i else sheet.theme.ink
        made.append(sheet.text(text, x, y - 1.3 * i * word, word, ink, align="left",
                               visible_until=Phase.STACKED + 0.02))
    sheet.words(f"{role}.stack", f"{said[0]} stack", made)


def _maps(sheet: PlanBuilder, trace, partial, names, grid, inputs, made, last: float, second: float) -> None:
    """Each channel's partial sums as a map in its input's place, plus signs between, and how they add up."""
    _scene, w, count = sheet.scene, sheet.scene.words, len(inputs)
    shape = as_rows(trace.output[0]).shape
    word, big = sheet.px(WORD), sheet.px(28)
    # a map is as large as the padded input it stands for, as far as names leave room
    unit = min(LARGER, max(1.0, min((n - 0.5) / m for n, m in zip(inputs[0].cells[::2], shape[::-1], strict=True))))
    for c, _block in enumerate(inputs):
        hue = hue_of(c, count)
        scale = Scale(sheet.palette, hue, partial.min(), partial.max())
        texts = [number(v) for v in partial.ravel()]
        points = plane(sheet, partial[:, c].reshape(shape), scale, size=sheet.digits(texts, unit), unit=unit,
                       visible_from=last,
                       grow_time=0.3, channel=c, step=np.arange(len(trace)))  # fmt: skip
        stand = Block(f"{w.partial} {names[c]}", 1, c, (shape[1], 1, shape[0]), [(f"{w.partial} {names[c]}", word)],
                      unit=unit)  # fmt: skip
        grid.put(stand)
        role = f"map.{names[c]}"
        sheet.volume(role, stand.name, points, sheet.place(stand), stand.cells, unit=unit)
        sheet.captions(role, stand, color=sheet.palette.words_in(HUES[hue]), lives=((last, NEVER),))
        marker_on(sheet, role, trace, start=last, unit=unit)
        # the inputs' shadows go as their cells go
        for axis in "xy":
            sheet.timeline.declare(f"{role}.shadow.scale.{axis}", 0.0)
            sheet.timeline.add(f"{role}.shadow.scale.{axis}", 1.0, 0.5, at=second)
            if not sheet.timeline.declared(f"input.{names[c]}.shadow.scale.{axis}"):
                sheet.timeline.declare(f"input.{names[c]}.shadow.scale.{axis}", 1.0)
            sheet.timeline.add(f"input.{names[c]}.shadow.scale.{axis}", 0.0, 0.3, at=second)
    signs = []
    for c in range(count):
        x, y = grid.between(c, 1)
        if c + 1 < count:
            rows = [("+", big)]
        elif trace.bias is None:
            rows = [("=", big)]
        else:
            rows = [("+", big), (w.bias, word), (number(trace.bias[0]), word), ("=", big)]
        if c + 1 == count:  # between the last map and the output's indices
            x = (stand.box[2] + made.box[0] - 1.3 * sheet.px(TICK)) / 2
        y += (len(rows) - 1) * 0.6 * word
        for text, size in rows:
            signs.append(sheet.text(text, x, y - 0.3 * size, size, sheet.theme.ink, visible_from=last))
            y -= 1.25 * word
    sheet.words("map.signs", "Signs", signs)


def accepts(scene, trace) -> bool:
    """A few channels, one filter."""
    return 1 < len(trace.input) <= MOST_CHANNELS and len(trace.output) == 1


def validate(scene, trace):
    """Why it cannot tell this one."""
    if len(trace.output) > 1:
        return "story", "channels", "tells one filter; for several it must be filters"
    return None


def build_plan(sheet: PlanBuilder, trace):
    """Story `channels`: a convolution of several channels with one filter, in one or two dimensions."""
    scene, w = sheet.scene, sheet.scene.words
    count, sizes, out = trace.input.shape[0], trace.input.shape[1:], trace.output.shape[1:]
    names = names_of(scene, count)
    title, word = w.title or scene.title or scene.id, sheet.px(WORD)
    kernel_shape = (*trace.kernel_size, count)
    top = sheet.title(title, facts(scene, trace, kernel_shape) + ",  " + bias_text(scene, trace),
                      legend_of(scene, trace))  # fmt: skip
    x0, y0, x1, _ = sheet.inner
    partial = partial_sums(trace)
    ocols = as_rows(trace.output[0]).shape[1]
    schedule = make_schedule(len(trace), ocols, scene, spent=STACK_OPEN_SECONDS + (4.1 if padded(trace) else 3.2))
    each, total_rows, texts = channel_rows(sheet, trace, partial, names, schedule)
    used = sums.height(count + 1, word) if scene.look.sum_line else 0.0
    rows, columns = padded_shape(trace)
    krows, kcols = as_rows(trace.weight[0, 0]).shape
    orows = as_rows(trace.output[0]).shape[0]
    padding = f" + {w.padding}" if any(sum(p) for p in trace.padding) else ""
    inputs = [Block(n, 1, c, (columns, 1, rows), [(f"{w.input} {n}{padding}", word)]) for c, n in enumerate(names)]
    kernels = [Block(n, 0, c, (kcols, 1, krows), beside=[(f"{w.filter} {n}", word)]) for c, n in enumerate(names)]
    size, came = size_formula(trace, opened=True).split(" = ")
    formula = " = ".join([size.replace(" ", ""), came])
    # the formula has a line of its own, and may stand out to the left of what it is said of
    called = [f"{w.output} {shape_text((*out, 1))}", ""]
    output_block = Block(w.output, 1, count, (ocols, 1, orows), [(text, word) for text in called],
                 tick=1.15 * sheet.px(TICK))  # fmt: skip
    left = unread.said(scene, trace)
    output_block.below = [(left, word)] if left else []
    if not scene.look.labels:
        for block in (*inputs, *kernels, output_block):
            block.captions, block.beside, block.below, block.tick = [], [], [], 0.0
    grid = Grid(sheet.camera, [*inputs, *kernels, output_block], [0.7 * word] * (count - 1) + [1.6 * word], 0.1 * word)
    sheet.scale = grid.solve((x0, y0 + used + 0.7 * word, x1, top - 0.25 * word), largest=sheet.px(54))

    line = sheet.timeline
    start = open_stack(sheet, trace)
    step_times = run_clock(line, schedule, ocols, scene, stays=False)
    last = len(trace) - 1 + ENDED
    places, back = place_of(trace), line.compile()["clock.step"].at(step_times.leave + VISIT * scene.timing.first)
    middle = np.array([(kcols - 1) / 2, 0, -(krows - 1) / 2])
    order = [f"{w.rows} {TIMES} {w.columns}" if len(sizes) == 2 else w.columns, f"{TIMES} {w.depth} {', '.join(names)}"]
    stack_up(sheet, "input", inputs, [f"{w.input} {shape_text((*sizes, count))}", *order], names, start)
    stack_up(sheet, "kernel", kernels, [f"{w.filter} {shape_text(kernel_shape)}"], names, start)
    for c, name in enumerate(names):
        ink = sheet.palette.words_in(HUES[hue_of(c, count)])
        home, parked = np.array(sheet.place(inputs[c])), np.array(sheet.place(kernels[c]))
        track = sheet.track(f"input.{name}.track", places)
        points = unread_cells.fade_unread(sheet, input_plane(sheet, trace, c, hue_of(c, count)), trace)
        points["visible_until"][:] = np.minimum(points["visible_until"], np.float32(last))
        sheet.volume(f"input.{name}", f"{w.input} {name}", points, home, inputs[c].cells, track=track,
                     fade=(-LANDED, last), **taps_of(trace))  # fmt: skip
        sheet.captions(f"input.{name}", inputs[c], color=ink, lives=((Phase.PADDING, last),))
        window_on(sheet, f"input.{name}.window", f"Window {name}", f"input.{name}", track, trace, last)
        points = kernel_plane(sheet, trace, c, False)
        sheet.volume(f"kernel.{name}", f"{w.filter} {name}", points, parked, kernels[c].cells)
        add_home(sheet, f"kernel.{name}", f"{w.filter} {name}", kernels[c], parked, back, color=ink,
                 lives=((Phase.PADDING, NEVER),))  # fmt: skip
        # gone again before the products are written: so both factors of each can be read
        visit(sheet, f"kernel.{name}", parked, home + places[0] - middle, step_times)
        for role, block in ((f"input.{name}", inputs[c]), (f"kernel.{name}", kernels[c])):
            sheet.box_of(role, block)
    sheet.volume("output", w.output, output_plane(sheet, trace), sheet.place(output_block), output_block.cells)
    grow_shadow(sheet, "output", ocols, step_times, len(trace) - ocols, len(trace) - 1)
    output_block.captions = [(text or formula, size) for text, size in output_block.captions]
    output_block.captions_at[1:] = [(min(x, x1 - width(formula) * word / 2), y) for x,
                                    y in output_block.captions_at[1:]]
    sheet.captions("output", output_block)
    sheet.box_of("output", output_block)
    marker_on(sheet, "output", trace)
    add_ticks(sheet, "output", output_block)
    stops = [(i, [(c, block, places[i]) for c, block in enumerate(inputs)], (count, output_block, *divmod(i, ocols)))
             for i, explained in enumerate(schedule.explained) if explained]  # fmt: skip
    add_lines(sheet, guide_segments(sheet, trace, stops), [f"input.{n}" for n in names] + ["output"])
    _say_rule(sheet, trace, names, y0 + used / 2, start)
    if scene.look.sum_line:
        set_channel_rows(sheet, trace, each, total_rows, y0, word, last, grouped=True)
        add_sweeping(sheet, schedule, w.sweep.replace("{count}", str(len(trace))), y0 + used / 2)
        said = w.adding.replace("{sums}", " + ".join(f"{w.partial} {n}" for n in names))
        said += "" if trace.bias is None else f" + {bias_text(scene, trace)}"
        add_rule(sheet, said, y0 + sums.height(2, word) + word, visible_from=last)
    line.play("clock.step", last - 0.01, 0.05, easing="linear")
    _maps(sheet, trace, partial, names, grid, inputs, output_block, last, line.cursor)
    line.play("clock.step", last + 0.35, 0.6, easing="linear")
    line.wait(1.2 + scene.timing.outro)
    return sheet.plan(title, infos(trace, scene, step_times, texts))
