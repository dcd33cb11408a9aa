# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of a transposed convolution's second view on the sheet: the input that spreads, and the gathered output."""

import numpy as np

from ..plan.plan import ALWAYS, LANDED, NEVER, Window
from ..plan.schedule import ENDED
from .builder import PlanBuilder
from .gathering import PaddedGrid, Phases, gathered_input, gathered_output, window_places
from .primitives import MOST_TICKS, as_rows, taps_of, tick_marks, window_on
from .stamp_layout import Layout, words_over
from .stamp_parts import MAKE_ROOM, mark
from .theme import Scale


def add_input(sheet: PlanBuilder, trace, layout: Layout, ground: PaddedGrid, phases: Phases, last: float,
              spread: float) -> np.ndarray:  # fmt: skip
    """The input's volume with both its frames; it spreads at the second `spread`. Returns the window's places in it."""
    w, input_block, small = sheet.scene.words, layout.input_block, layout.small
    places = window_places(trace, ground)
    track = sheet.track("input.track", np.concatenate([np.repeat(places[:1], phases.base, axis=0), places]))
    sheet.volume("input", w.input, gathered_input(sheet, trace, ground, phases), sheet.place(input_block),
                 input_block.cells,
                 track=track, fade=(phases.base - LANDED, last), **taps_of(trace))  # fmt: skip
    words_over(sheet, "input.caption", "Input caption", "input", input_block.origin,
                [(small, ALWAYS, phases.spread), (input_block, phases.spread, NEVER)])  # fmt: skip
    rows, columns = as_rows(trace.input[0]).shape
    if sheet.scene.look.labels and max(ground.shape) <= MOST_TICKS:
        real = ground.real(rows, columns).reshape(rows, columns, 2)
        marks = tick_marks(sheet, small, range(rows), range(columns), home=input_block.origin,
                           visible_until=phases.spread)
        marks += tick_marks(sheet, input_block, real[:, 0, 0], real[0, :, 1], visible_from=phases.flip)
        sheet.words("input.ticks", "Input indices", marks, "input")
    row, column = (a.ravel() for a in np.indices((rows, columns)))
    cells = np.column_stack([column + ground.compact[1], 0 * row, -(row + ground.compact[0])])
    frame = sheet.palette.material(sheet.theme.frame, "flat")
    sheet.windows.append(Window("input.cell", "Input cell", "input", sheet.track("input.cell.track", cells),
                                (1.0, 1.0, 1.0), frame, (-LANDED, phases.stamps - 1 + ENDED),
                                max(0.1, sheet.units(sheet.px(3.0)))))  # fmt: skip
    window_on(sheet, "input.window", "Window", "input", track, trace, since=phases.base - LANDED)
    # the shadow is as wide as what stands on it, and at its foot
    grow(sheet, "input", "scale.x", columns / ground.shape[1], 1.0, spread)
    foot = -(ground.shape[0] - 1) - 0.47
    grow(sheet, "input", "location.z", -(rows - 1 + ground.compact[0]) - 0.47, foot, spread)
    sheet.box_of("input", input_block)
    return places


def grow(sheet: PlanBuilder, role: str, path: str, low: float, high: float, second: float) -> None:
    """A volume's shadow becomes larger, moves, or appears."""
    channel = f"{role}.shadow.{path}"
    sheet.timeline.declare(channel, low)
    if low != high:
        sheet.timeline.add(channel, high, 0.6, at=second)


def add_output(sheet: PlanBuilder, trace, layout: Layout, phases: Phases, scale: Scale, room: float) -> None:
    """The output that is gathered, with its mark; it is not there before it has been made room for, at `room`."""
    made, since = layout.output_block, phases.border
    sheet.volume("output", sheet.scene.words.output, gathered_output(sheet, trace, phases, scale, since),
                 sheet.place(made), made.cells)  # fmt: skip
    sheet.captions("output", made, lives=((since, NEVER),))
    orows, ocols = as_rows(trace.output[0]).shape
    if sheet.scene.look.labels and max(orows, ocols) <= MOST_TICKS:
        marks = tick_marks(sheet, made, range(orows), range(ocols), visible_from=since)
        sheet.words("output.ticks", "Output indices", marks, "output")
    for axis in "xy":
        grow(sheet, "output", f"scale.{axis}", 0.0, 1.0, room + MAKE_ROOM)
    mark(sheet, "output", "Output marker", (orows, ocols), phases)
    sheet.boxes.append(("output", "volume", *made.box, since, NEVER))
