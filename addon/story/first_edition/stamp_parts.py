# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of a transposed convolution's first view on the sheet: kernels, flying stamps, what they are laid on."""

from dataclasses import replace

import numpy as np

from ..page.glyphs import number
from ..plan.plan import ALWAYS, FAR, LANDED, LEAVES, NEVER, Points, Window
from ..plan.schedule import ENDED
from .builder import WORD, PlanBuilder, plane
from .gathering import Phases, flipped_kernel
from .primitives import MOST_TICKS, as_rows, taps_of, tick_marks, wires
from .stamp_layout import Layout, shifted, words_over
from .stamping import StampGrid, canvas_points, empty_spans, fly, product_points
from .theme import Scale

MAKE_ROOM = 0.7  # seconds that the stamped output takes to make room for the other one


def add_kernels(sheet: PlanBuilder, trace, layout: Layout, stamp_grid: StampGrid, phases: Phases, stamps) -> None:
    """The kernel, its working place below it, the stamps that start there, and the flipped kernel."""
    w, weights = sheet.scene.words, as_rows(trace.weight[0, 0])
    above, work = np.array(sheet.place(layout.kernel)), np.array(sheet.place(layout.work))
    scale = Scale(sheet.palette, "amber", weights.min(), weights.max())
    sheet.volume("kernel", w.kernel, plane(sheet, weights, scale), above, layout.kernel.cells)
    sheet.captions("kernel", layout.kernel)
    sheet.box_of("kernel", layout.kernel)
    sheet.volume("product", "Product", product_points(sheet, trace, stamps, flying=False), work, layout.work.cells,
                 contact_shadow=None)  # fmt: skip
    sheet.volume("stamp", "Stamp", product_points(sheet, trace, stamps, flying=True, dilation=stamp_grid.dilation),
                 work,
                 layout.work.cells, contact_shadow=None)  # fmt: skip
    fly(sheet, "stamp", stamps, above, work, sheet.place(layout.wide), stamp_grid)
    sheet.volume("kernel.flipped", w.kernel, flipped_kernel(sheet, trace, phases, above - work), work,
                 layout.work.cells)
    names = []
    values = trace.input[0].ravel()
    for s in range(phases.stamps):
        label = replace(layout.work, captions=[(w.factor.replace("{factor}", number(values[s])), sheet.px(WORD))])
        names.append((label, s - LANDED, s + LEAVES))
    vacant = replace(layout.work, captions=[(w.factor.replace("{factor}", w.each_value), sheet.px(WORD))])
    explained = [-LANDED, *(s + LEAVES for s in range(phases.stamps - 1)), phases.stamps - 1 + LEAVES]
    ends = [-LANDED, *(s - LANDED for s in range(1, phases.stamps)), phases.stamps - 1 + ENDED]
    names += [(vacant, ALWAYS if k == 0 else visible_from, visible_until)
              for k, (visible_from, visible_until) in enumerate(zip(explained, ends, strict=True))]  # fmt: skip
    names.append((replace(layout.work, captions=[(w.flipped, sheet.px(WORD))]), phases.flip + 0.95, NEVER))
    if sheet.scene.look.labels:
        for label, _, _ in names:
            label.settle(sheet.camera, sheet.scale)
        words_over(sheet, "kernel.flipped.caption", "Working place caption", "kernel.flipped.home", layout.work.origin,
                    names)  # fmt: skip


def add_place(sheet: PlanBuilder, layout: Layout, phases: Phases, stamps, back: float) -> None:
    """The outline of the working place wherever nothing stands there; the kernel's visit ends at the clock `back`."""
    shape = (layout.work.cells[2], layout.work.cells[0])
    row, column = (a.ravel() for a in np.indices(shape))
    wire, at = wires(sheet, shape), np.column_stack([column, 0 * row, -row])
    spans = [*empty_spans(stamps), (phases.base - LANDED, back)]
    points = [Points.make(at, cube=wire, faded=wire, visible_from=visible_from, visible_until=visible_until, row=row,
                          column=column)
              for visible_from, visible_until in spans]  # fmt: skip
    sheet.volume("kernel.flipped.home", "Working place", Points.join(points), sheet.place(layout.work),
                 layout.work.cells, contact_shadow=None)  # fmt: skip


def add_stamped(sheet: PlanBuilder, trace, layout: Layout, stamp_grid: StampGrid, phases: Phases, stamps, scale: Scale,
                cut,
                room) -> None:
    """The output that is stamped, the frame around each stamp's place, and later its mark beside the other output.

    At the second `cut` its border comes off, at `room` it makes room for the other one.
    """
    w, wide, kept = sheet.scene.words, layout.wide, layout.kept
    (top, _), (left, _) = stamp_grid.crop
    start, goal = sheet.place(wide), np.array(sheet.place(kept)) - (left, 0, -top)
    rows, columns = stamp_grid.span
    places = stamp_grid.places
    centres = np.column_stack([places[:, 1] + (columns - 1) / 2, 0 * places[:, 0], -(places[:, 0] + (rows - 1) / 2)])
    track = sheet.track("stamped.place", centres)
    sheet.volume("stamped", w.output, canvas_points(sheet, trace, stamp_grid, stamps, scale, phases), start, wide.cells,
                 track=track, fade=(-LANDED, phases.stamps - 1 + ENDED), **taps_of(trace))  # fmt: skip
    for axis, name in enumerate("xyz"):
        sheet.timeline.declare(f"stamped.location.{name}", start[axis])
        sheet.timeline.add(f"stamped.location.{name}", goal[axis], MAKE_ROOM, at=room)
    _cut_shadow(sheet, layout, stamp_grid, cut)
    frame = sheet.palette.material(sheet.theme.frame, "flat")
    thick = max(0.1, sheet.units(sheet.px(3.0)))
    sheet.windows.append(Window("stamped.window", "Stamp's place", "stamped", track, (columns, 1.0, rows), frame,
                                (-LANDED, phases.stamps - 1 + ENDED), thick))  # fmt: skip
    orows, ocols = as_rows(trace.output[0]).shape
    mark(sheet, "stamped", "The same cell", (orows, ocols), phases, (top, left))
    # the volume's first cell, once it has made room
    home = shifted(sheet.camera, kept.origin, (-left, 0, top), sheet.scale)
    words_over(sheet, "stamped.caption", "Output caption", "stamped", wide.origin,
                [(wide, ALWAYS, phases.spread), (kept, phases.border, NEVER, home)])  # fmt: skip
    if sheet.scene.look.labels and max(stamp_grid.shape) <= MOST_TICKS:
        marks = tick_marks(sheet, wide, range(top, top + orows), range(left, left + ocols), visible_until=phases.cut)
        marks += tick_marks(sheet, kept, range(orows), range(ocols), home=home, visible_from=phases.border)
        sheet.words("stamped.ticks", "Output indices", marks, "stamped")
    sheet.boxes.append(("stamped", "volume", *wide.box, ALWAYS, phases.spread))
    sheet.boxes.append(("stamped", "volume", *kept.box, phases.border, NEVER))


def _cut_shadow(sheet: PlanBuilder, layout: Layout, stamp_grid: StampGrid, cut: float) -> None:
    """The stamped output's shadow is as wide as what is left of it, and at its foot."""
    line, (columns, _, rows) = sheet.timeline, layout.wide.cells
    (_, bottom), (left, right) = stamp_grid.crop
    middle, foot = (columns - 1) / 2, -(rows - 1) - 0.47
    moves = {"scale.x": (1.0, (columns - left - right) / columns), "location.z": (foot, foot + bottom),
             "location.x": (middle, middle + (left - right) / 2)}  # fmt: skip
    for path, (low, high) in moves.items():
        line.declare(f"stamped.shadow.{path}", low)
        if low != high:
            line.add(f"stamped.shadow.{path}", high, 0.4, at=cut)


def mark(sheet: PlanBuilder, volume: str, name: str, shape, phases: Phases, before=(0, 0)) -> None:
    """A small frame around the cell of an output that each step makes; `before` rows and columns are no output's."""
    row, column = (a.ravel() for a in np.indices(shape))
    places = np.full((phases.base + row.size, 3), FAR)
    places[phases.base :] = np.column_stack([column + before[1], 0 * row, -(row + before[0])])
    frame = sheet.palette.material(sheet.theme.frame, "flat")
    thick = max(0.09, sheet.units(sheet.px(2.5)))
    sheet.windows.append(Window(f"{volume}.marker", name, volume, sheet.track(f"{volume}.track", places),
                                (1.0, 1.0, 1.0), frame, (phases.base - LANDED, NEVER), thick, flat=True))  # fmt: skip
