# SPDX-License-Identifier: GPL-3.0-or-later
"""What poolings show: the tiling of the input, marks on chosen cells, the line of a step. There are no weights."""

import numpy as np

from ... import ops
from ..page.captions import axes_text, operation_name, shape_text
from ..page.glyphs import equals, number, operand
from ..plan.plan import BORN, LANDED, LEAVES, NEVER, Lines, Points
from .builder import PlanBuilder, ink_width, squeeze
from .pool_flight import TAKES_OFF
from .primitives import as_rows, input_plane, pads_of, place_of, result_color
from .sums import Piece
from .theme import Scale, mix
from .unread_cells import fade_unread

CHOSEN = 0.36  # a step's numbers have all been said by i - CHOSEN: what they come to is marked
ON_TOP = 0.05  # cells by which a mark is nearer than the cell it marks
SEAM, THIN, SEAM_FRONT = 2.0, 0.07, -0.5  # pixels and cells: lines between windows, flush with the window's frame
MOST_SAID, FIRST_SAID = 64, 8  # numbers a line says in full; else so many and the last
MOVES = {  # how the clock goes within a step, see pace.run_clock
    "first": ((LANDED, 0.08, "ease"), (CHOSEN, 0.32, "linear"), (TAKES_OFF, 0.1, "linear"), (BORN, 0.2, "linear"),
              (0.0, 0.05, "linear")),
    "next": ((LANDED, 0.15, "ease"), (CHOSEN, 0.22, "linear"), (TAKES_OFF, 0.07, "linear"), (BORN, 0.26, "linear"),
             (0.0, 0.06, "linear")),
    "walk": ((LANDED, 0.22, "ease"), (TAKES_OFF, 0.12, "linear"), (BORN, 0.36, "linear"), (0.0, 0.07, "linear")),
}  # fmt: skip


def is_mean(trace) -> bool:
    return ops.of(trace).arithmetic is ops.Arithmetic.MEAN


def hangs_over(trace) -> tuple[int, int]:
    """Rows and columns by which the last windows reach behind the padded input, where the size is rounded up."""
    spans = [d * (k - 1) + 1 for k, d in zip(trace.kernel_size, trace.dilation, strict=True)]
    whole = [n + sum(p) for n, p in zip(trace.input.shape[1:], trace.padding, strict=True)]
    over = [max(0, (out - 1) * s + span - n)
            for out, s, span, n in zip(trace.output.shape[1:], trace.stride, spans, whole, strict=True)]  # fmt: skip
    return (0, *over) if len(over) == 1 else tuple(over)


def disjoint(trace) -> bool:
    """Whether no cell lies in two windows' frames."""
    reach = zip(trace.stride, trace.kernel_size, trace.dilation, trace.output.shape[1:], strict=True)
    return all(out == 1 or s >= d * (k - 1) + 1 for s, k, d, out in reach)


def pool_facts(scene, trace) -> str:
    """The parameters, as the title names them."""
    w = scene.words
    said = [operation_name(scene, trace), f"{w.window} {shape_text(trace.kernel_size)}",
            f"{w.stride} {axes_text(trace.stride)}", f"{w.padding} {axes_text(trace.padding)}",
            f"{w.dilation} {axes_text(trace.dilation)}"]  # fmt: skip
    if not trace.count_include_pad and any(sum(p) for p in trace.padding):
        said.append(w.uncounted)
    return ",  ".join([*said, w.no_weights])


def pool_input(sheet: PlanBuilder, trace, channel: int, hue: str) -> Points:
    """One input channel: padding says 0 where a mean counts it, else nothing; cells no window reads turn grey."""
    added = "0" if is_mean(trace) and trace.count_include_pad else ""
    return fade_unread(sheet, input_plane(sheet, trace, channel, hue, added=added), trace)


def add_seams(sheet: PlanBuilder, role: str, trace, visible_from: float) -> None:
    """Thin lines between the windows on the faces of a plane, where no two of them overlap."""
    if not disjoint(trace):
        return
    spans = [d * (k - 1) + 1 for k, d in zip(trace.kernel_size, trace.dilation, strict=True)]
    high, wide = (1, *spans) if len(spans) == 1 else spans
    rows, columns = (n + a + b for n, (a, b) in zip(as_rows(trace.input[0]).shape, pads_of(trace), strict=True))
    bars, side = set(), -0.5 if sheet.scene.camera.azimuth < 0 else columns - 0.5
    for x, _, z in place_of(trace).round(3).tolist():
        x0, x1 = x - wide / 2, min(x + wide / 2, columns - 0.5)
        z0, z1 = z + high / 2, max(z - high / 2, 0.5 - rows)
        for level in (z0, z1):
            if 0.5 - rows < level < 0.5:
                bars.add(((x0, SEAM_FRONT, level), (x1, SEAM_FRONT, level)))
                if side in (x0, x1):
                    bars.add(((side, SEAM_FRONT, level), (side, -SEAM_FRONT, level)))
        for edge in (x0, x1):
            if -0.5 < edge < columns - 0.5:
                bars.add(((edge, SEAM_FRONT, z0), (edge, SEAM_FRONT, z1)))
                if z0 == 0.5:
                    bars.add(((edge, SEAM_FRONT, z0), (edge, -SEAM_FRONT, z0)))
    if not bars:
        return
    a, b = (np.array(ends, np.float32) for ends in zip(*sorted(bars), strict=True))
    ink = sheet.palette.material(mix(sheet.theme.muted, sheet.theme.background, 0.25), "flat")
    sheet.lines.append(Lines(f"{role}.tiling", "Windows side by side", role, role, a, b, np.full(len(a), visible_from),
                             np.full(len(a), NEVER), ink, min(sheet.units(sheet.px(SEAM)), THIN)))  # fmt: skip


def marks(sheet: PlanBuilder, trace, channel: int, steps, out_hue: str, last: float) -> Points:
    """The chosen cells of one channel's maxima as the output shows them, framed: each while its step's window stands
    (`steps` that are explained), and from `last` on all of them. In the units of the input's plane, a little nearer.
    """
    (top, _), (left, _) = pads_of(trace)
    size = sheet.digits([number(v) for v in trace.input.ravel()])
    scale = Scale(sheet.palette, out_hue, trace.output.min(), trace.output.max())
    frame = sheet.palette.cube(sheet.theme.ink, "frame")
    count, lives, seen = trace.output[0].size, [], set()
    for i in range(channel * count, (channel + 1) * count):
        step = trace[i]
        row, column = (0, *step.positions[step.chosen][1:])[-2:]
        cell = (int(row) + top, int(column) + left, step.value)
        if i in steps:
            lives.append((cell, i - CHOSEN, i + LEAVES if i + 1 < len(trace) else last, i))
        if cell not in seen:
            lives.append((cell, last, NEVER, i))
            seen.add(cell)
    made = []
    for (row, column, value), visible_from, visible_until, i in lives:
        text = number(value) if size else ""
        look = scale.cell(value, text)
        look.pop("faded", None), look.pop("label_faded", None)
        at = [np.array((column, 0.0, -row)) + ON_TOP * sheet.camera.toward]
        common = {"visible_from": visible_from, "visible_until": visible_until, "row": row - top,
                  "column": column - left, "channel": channel,
                  "value": value, "step": i}  # fmt: skip
        made.append(Points.make(at, size=size or 0.5, stretch=squeeze(ink_width(text), size) if text else 1.0,
                                **look, **common))  # fmt: skip
        # no frame while the copy lifts off, which would leave a scrap of it to be seen
        spans = [(visible_from, i - TAKES_OFF),
                 (i - BORN, visible_until)] if i - CHOSEN == visible_from else [(visible_from, visible_until)]
        made += [Points.make(at, cube=frame, **{**common, "visible_from": a, "visible_until": b}) for a, b in spans]
    return Points.join(made)


def revealed(i: int, part: int, parts: int, slow: bool) -> float:
    """The clock at which part `part` of `parts` of a step's numbers is said."""
    return i - LANDED + (LANDED - CHOSEN) * (part + 0.5) / parts if slow else i - LANDED


def reduction(sheet: PlanBuilder, step, name: str, i: int, slow: bool, *, operands: int | None = None, color=None):
    """One step's line as pieces: "out[..] =", what is compared or added, what it comes to.

    `operands`: how many places there are for numbers, where some steps have fewer. Of more than `MOST_SAID` the first
    ones and the last are said. `color`: of a channel's words, instead of the output's.
    """
    w, ink, muted = sheet.scene.words, sheet.theme.ink, sheet.theme.muted
    mean = step.chosen is None
    taps = np.flatnonzero(step.counted if mean else step.real)
    made = [Piece(name, color or ink, i - LANDED), Piece("(" if mean else f"{w.max}(", ink, i - LANDED)]
    color = color or result_color(sheet, step.value)
    many = len(taps) > MOST_SAID
    for place, t in enumerate(taps):
        final = place + 1 == len(taps)
        if many and place >= FIRST_SAID and not final:
            if place == FIRST_SAID:
                made.append(Piece("+ \u2026" if mean else "\u2026,", ink, revealed(i, place, len(taps), slow)))
            continue
        if mean:
            text = ("+ " + operand(step.values[t]) if place else number(step.values[t]))
            text += f") / {step.divisor}" if final else ""
        else:
            text = number(step.values[t]) + (")" if final else ",")
        shade = color if t == step.chosen else ink if step.real[t] else muted
        made.append(Piece(text, shade, revealed(i, place, len(taps), slow)))
    spoken = [min(n, FIRST_SAID + 2) if n > MOST_SAID else n for n in (operands or len(taps), len(taps))]
    made += [Piece("", ink, i)] * max(0, spoken[0] - spoken[1])
    ready = i - CHOSEN
    if mean:
        total = step.values[taps].sum()
        made.append(Piece(f"{equals([*step.values[taps], total])} {number(total)} / {step.divisor}", ink, ready))
    made.append(Piece(f"{equals([*step.values[taps], step.value])} {number(step.value)}", color, i - TAKES_OFF))
    return made
