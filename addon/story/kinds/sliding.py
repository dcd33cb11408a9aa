# SPDX-License-Identifier: GPL-3.0-or-later
"""Kind `sliding`: one window over one plane. Input, kernel over the bench, output; the sum is one line below them."""

import numpy as np

from ..acts.rhythm import DOUBLE, FULL, SHORT, rhythm, run_clock, within
from ..acts.summing import Summing
from ..cast import volumes
from ..cast.bench import RESULT, Bench
from ..cast.figure import NAME, SMALL, SUM, Figure
from ..cast.weighted import TUBE, Weighted, first_middle, planar, planes, sum_text
from ..page.captions import cell_name, facts, shape_text, size_formula
from ..page.glyphs import number, operand
from ..page.layout import Block, Column, Row, solve
from ..plan.plan import ALWAYS, LANDED, LEAVES, NEVER, StepInfo

NAMES = 5.0  # page units for a name above a block


def build(scene, trace):
    """The plan of one channel, one filter."""
    figure = Figure(scene)
    w, page = scene.words, figure.page
    kernel, _, pads, _ = planar(trace)
    values, out = planes(trace.input)[0], planes(trace.output)
    shape = values.shape[0] + sum(pads[0]), values.shape[1] + sum(pads[1])
    rows, columns = out.shape[1:]
    given = Block("input", Weighted.block_size(shape, 1), above=NAMES)
    weights = Block("kernel", (kernel[1], 1, kernel[0]), 0.80, above=NAMES)
    panel = Block("panel", Bench.panel_size(kernel), 1.0)
    made = Block("output", (columns, 1, rows), above=NAMES + 3.2)
    result = Block("result", (RESULT,) * 3, 1.0)
    tree = Row([given, Column([weights, panel], gap=3.0, spread=6.0), Column([made, result], gap=4.0, spread=8.0)],
               gap=6.0, align=(0.5, 0.5))  # fmt: skip
    if not solve(page, tree, (8.0, 12.5, page.width - 8.0, 79.5), 9.5):
        raise ValueError("no room")
    cast = Weighted(figure, trace, given.corner, given.cell)
    bench = Bench(kernel, panel.cell)
    bench.panels = [bench.stand(panel.corner, kernel)]
    bench.result = result.corner + result.cell * RESULT / 2 * np.ones(3)

    figure.heading(w.title or scene.title, facts(scene, trace, trace.kernel_size))
    count = len(trace)
    ends = [columns * r + columns - 1 for r in range(rows)]
    explained = {i: kind for i, kind in zip(range(3), (FULL, DOUBLE, DOUBLE), strict=False) if i < count}
    explained |= {i: SHORT for i in ends if i not in explained}
    told = rhythm(count, explained, scene.timing)
    line = figure.timeline
    line.declare("clock.step", -2.0 if cast.padded else -1.0)
    line.wait(scene.timing.intro)
    if cast.padded:
        line.play("clock.step", -1.0, 0.9, easing="linear")
        line.wait(0.4)
    beats = run_clock(line, told, scene.output.fps)
    line.wait(0.3)
    line.play("clock.step", count - 1 + 0.55, 0.3)
    line.wait(scene.timing.outro)

    cast.add_input(w.input, arrives=-2.0 if cast.padded else None)
    cast.add_tube("Window", until=count - 0.45)
    at = first_middle(weights.corner, weights.cell, kernel[0])
    kernel_values = planes(trace.weight[0])
    figure.volume("kernel", w.kernel, volumes.block(figure, kernel_values, cast.weight_fill, cell=weights.cell, dims=False),
                  at, weights.cell)  # fmt: skip
    figure.casts(weights.corner, weights.corner + weights.cell * np.array(weights.size))
    figure.track("kernel.track", np.tile([(kernel[1] - 1) / 2, 0, -(kernel[0] - 1) / 2], (count, 1)))
    figure.tube("kernel.window", "Kernel at work", "kernel", "kernel.track", (kernel[1] + 0.03, 1.05, kernel[0] + 0.03),
                (-LANDED, count - 0.45), TUBE)  # fmt: skip
    home = first_middle(made.corner, made.cell, rows)
    births = np.arange(count).reshape(rows, columns).astype(float)
    slice_points = [volumes.coming(figure, out[0], cast.sum_fill, births.ravel(), cell=made.cell, grow=0.0)]
    figure.volume("output", w.output, slice_points, home, made.cell)
    figure.casts(made.corner, made.corner + made.cell * np.array(made.size), 0.8)
    r, c = (a.ravel() for a in np.indices((rows, columns)))
    figure.track("output.track", np.column_stack([c, 0 * c, -r]))
    figure.tube("output.marker", "Output marker", "output", "output.track", (1.05, 1.05, 1.05),
                (-LANDED, count - 0.45), TUBE)  # fmt: skip

    act = Summing(figure, bench, cast.sum_greatest)

    def sources(step):
        inner = step.kernel_index if step.kernel_index.shape[1] == 3 else np.insert(step.kernel_index, 1, 0, axis=1)
        return at + weights.cell * np.column_stack([inner[:, 2], 0 * inner[:, 2], -inner[:, 1]])

    pieces, lines, infos = [], [], []
    for i in range(count):
        step, place = trace[i], tuple(int(v) for v in trace[i].output_index)
        name = cell_name(scene, place[1:])
        if i in told.explained:
            target = home + made.cell * np.array([c[i], 0, -r[i]])
            pieces += act.step(cast.operands(i, sources, weights.cell, target, made.cell, (0, -1.3 * given.cell, 0)))
            lines += _sum_line(figure, step, i)
        infos.append(StepInfo(beats.seconds[i], place, float(step.value), sum_text(step, name), i, i in told.explained))
    figure.volume("bench", "Bench", pieces, act.origin, bench.cell)
    if scene.look.sum_line:
        figure.words("sum", "Sum", lines)
    if scene.look.labels:
        _names(figure, scene, trace, given, weights, made, count)
    return figure.plan(scene.title, infos)


def _sum_line(figure: Figure, step, i: int) -> list:
    """The products and what they come to, below the volumes."""
    terms = [operand(p) for p in step.products]
    terms[0] = number(step.products[0])
    bias = [operand(step.bias)] if step.bias else []
    text = f"{' + '.join(terms + bias)} = {number(step.value)}"
    return [figure.text(text, figure.page.width / 2, 85.2, SUM, align="center", born=within(i, 0.54), dies=i + LEAVES)]


def _names(figure: Figure, scene, trace, given: Block, weights: Block, made: Block, count: int) -> None:
    """What the volumes are called, with their shapes; the output's size and how it comes about."""
    w = scene.words
    x, y = given.box[0], given.box[1] - 1.6
    said = [figure.text(f"{w.input}  {shape_text(trace.input.shape[1:])}", x, y, NAME)]
    said.append(figure.text(f"{w.kernel}  {shape_text(trace.kernel_size)}", weights.box[0], weights.box[1] - 1.6, NAME))
    x, y = made.box[0], made.box[1] - 1.6
    said.append(figure.text(size_formula(trace), x, y, SMALL, figure.theme.secondary))
    said.append(figure.text(f"{w.output}  {shape_text(trace.output.shape[1:])}", x, y - 3.4, NAME))
    figure.words("names", "Names", said)
    if scene.why:
        middle = figure.page.width / 2
        figure.words("why", "Why", [figure.text(scene.why, middle, 85.2, NAME, align="center", born=born, dies=dies)
                                    for born, dies in ((ALWAYS, -LANDED), (count - 0.5, NEVER))])  # fmt: skip
