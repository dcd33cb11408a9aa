# SPDX-License-Identifier: GPL-3.0-or-later
"""The thin lines of a figure with several filters: filter to slice, and window to output cell.

Guide lines run in the gaps below each row of volumes and in the gutter between the halves, so none crosses a number.
"""

from itertools import pairwise

import numpy as np

from ..plan.plan import ALWAYS, FRONT, LANDED, LEAVES, NEVER, Lines
from .builder import PlanBuilder
from .filter_layout import Layout, pair_line
from .guides import LINE_PIXELS, LINES_NEARER
from .theme import filter_hue

PAIR_PIXELS = 2.0


def on_screen(sheet: PlanBuilder, block, place) -> tuple[float, float]:
    """The pixels at which a place in a block's own units is seen."""
    x, y = sheet.camera.project(place)
    cell = sheet.scale * block.unit
    return block.origin[0] + float(x) * cell, block.origin[1] + float(y) * cell


def in_units(sheet: PlanBuilder, block, at) -> np.ndarray:
    """The place in a block's own units, near to the viewer, that is seen at a pixel."""
    camera = sheet.camera
    x, y = (sheet.units(v) for v in at)
    world = x * camera.right + y * camera.up + LINES_NEARER * sheet.units(sheet.px(20.0)) * camera.toward
    start = np.array(sheet.place(block))
    # as near as what stands there, and a little nearer
    world = world + ((start - world) @ camera.toward) * camera.toward + LINES_NEARER * camera.toward
    return (world - start) / block.unit


def add_pairs(sheet: PlanBuilder, layout: Layout, roles, until: float = NEVER) -> None:
    """A thin line from each filter at home to its slice, in its hue, there until a clock value."""
    for n, (source, target) in enumerate(roles):
        stack, slice_ = layout.stacks[n], layout.slices[n]
        if layout.right.beside:
            y = (stack.box[1] + stack.box[3]) / 2
            a, b = (stack.box[2] + sheet.px(1.0), y), (slice_.box[0] - sheet.px(1.0), y)
        else:
            x = pair_line(sheet, stack, slice_)
            a, b = (x, stack.box[1] - sheet.px(1.0)), (x, slice_.box[3] + sheet.px(1.0))
        ink = sheet.palette.material(sheet.palette.words_in(filter_hue(n)), "flat")
        sheet.lines.append(Lines(
            f"pair.{source.split('.')[-1]}", "Filter to slice", source, target,
            np.array([in_units(sheet, stack, a)], np.float32), np.array([in_units(sheet, slice_, b)], np.float32),
            np.array([ALWAYS], np.float32), np.array([until], np.float32), ink, sheet.units(sheet.px(PAIR_PIXELS)),
        ))  # fmt: skip


def add_guides(sheet: PlanBuilder, trace, layout: Layout, schedule, group, places, role: str) -> None:
    """For each explained step: from every window at work to the rail below its row, to the gutter, to the output cell.

    `role` is the volume in whose units the lines are written down: the first slice.
    """
    section, columns = trace.output[0].size, layout.slices[0].cells[0]
    spans = [d * (k - 1) + 1 for k, d in zip(trace.kernel_size, trace.dilation, strict=True)]
    high, wide = (1 if len(spans) == 1 else spans[0]), spans[-1]
    rows = []
    for i in (i for i, explained in enumerate(schedule.explained) if explained):
        n, cell = divmod(i, section)
        row, column = divmod(cell, columns)
        x, _, z = places[cell]
        segments, rails = set(), set()
        for c in group(n):
            start = on_screen(sheet, layout.inputs[c], (x + wide / 2, FRONT, z - high / 2))
            rail = layout.input_rails[c]
            segments.add((start, (start[0], rail)))
            rails.add((start[0], rail))
        for rail in {y for _, y in rails}:
            ends = [s for s, y in rails if y == rail] + [layout.trunks[n]]
            segments.add(((min(ends), rail), (max(ends), rail)))
        end = on_screen(sheet, layout.slices[n], (column, FRONT, -row - 0.5))
        rail = layout.output_rails[n]
        levels = sorted({y for _, y in rails} | {rail})
        segments |= {((layout.trunks[n], a), (layout.trunks[n], b)) for a, b in pairwise(levels)}
        segments |= {((layout.trunks[n], rail), (end[0], rail)), ((end[0], rail), end)}
        rows += [(a, b, i) for a, b in sorted(segments)]
    block = layout.slices[0]
    steps = np.array([r[2] for r in rows], np.float32)
    sheet.lines.append(Lines(
        "guide.0.0", "Guide lines", role, role, np.array([in_units(sheet, block, r[0]) for r in rows], np.float32),
        np.array([in_units(sheet, block, r[1]) for r in rows], np.float32), steps - LANDED, steps + LEAVES,
        sheet.palette.material(sheet.theme.frame, "flat"), sheet.units(sheet.px(LINE_PIXELS)),
    ))  # fmt: skip
