# SPDX-License-Identifier: GPL-3.0-or-later
"""Guide lines: from each window down to a rail below the volumes, along it, and up to the output cell.

They run in the gaps between cells, so no line crosses a number, and only while an explained step's window stands.
"""

from itertools import pairwise

import numpy as np

from ..plan.plan import FRONT, LANDED, LEAVES, Lines
from .builder import PlanBuilder

LINE_PIXELS, LINES_NEARER = 2.0, 6.0  # the latter in cells


def guide_segments(sheet: PlanBuilder, trace, stops, around=()) -> list[tuple]:
    """Rows of (end, place, end, place, clock) as `add_lines` takes them; ends are numbers of volumes.

    `stops` has for every step that is tied (clock, ends, made): `ends` the windows from left to right as (end, block,
    place of the window's middle), `made` the output cell as (end, block, row, column). The rail also runs below the
    blocks `around`.
    """
    spans = [d * (k - 1) + 1 for k, d in zip(trace.kernel_size, trace.dilation, strict=True)]
    high, wide = (1 if len(spans) == 1 else spans[0]), spans[-1]
    camera, stops = sheet.camera, list(stops)
    blocks = [end[1] for _, ends, target in stops for end in (*ends, target)]
    level = min([b.box[1] - sheet.px(3.0) for b in blocks] + [b.box[1] - sheet.px(7.0) for b in around], default=0.0)

    def dropped(block, x):
        """The place in a block's own units, straight below x, that is seen at the rail's level."""
        rest = (level - block.origin[1]) / (sheet.scale * block.unit) - x * camera.up[0] - FRONT * camera.up[1]
        return (x, FRONT, rest / camera.up[2])

    rows = []
    for clock, ends, (end, block, row, column) in stops:
        feet = []
        for number, source, (x, _, z) in ends:
            at = x + wide / 2
            feet.append((number, dropped(source, at)))
            rows.append((number, (at, FRONT, z - high / 2), number, feet[-1][1], clock))
        feet.append((end, dropped(block, column)))
        rows += [(a[0], a[1], b[0], b[1], clock) for a, b in pairwise(feet)]
        rows.append((*feet[-1], end, (column, FRONT, -row - 0.5), clock))
    # nearer to the viewer, which an orthographic camera does not show: else the ground's shadows lie over the rail
    return [(s, nearer(camera, a), t, nearer(camera, b), i) for s, a, t, b, i in rows]


def nearer(camera, place):
    return tuple(np.array(place) + LINES_NEARER * camera.toward)


def add_lines(sheet: PlanBuilder, segments, ends: list[str]) -> None:
    """Store guide segments, whose ends are numbers of volumes in `ends`: one line set for each pair."""
    frame = sheet.palette.material(sheet.theme.frame, "flat")
    for a, b in sorted({(s[0], s[2]) for s in segments}):
        chosen = [s for s in segments if (s[0], s[2]) == (a, b)]
        steps = np.array([s[4] for s in chosen], np.float32)
        sheet.lines.append(Lines(
            f"guide.{a}.{b}", "Guide lines", ends[a], ends[b], np.array([s[1] for s in chosen], np.float32),
            np.array([s[3] for s in chosen], np.float32), steps - LANDED, steps + LEAVES, frame,
            sheet.units(sheet.px(LINE_PIXELS)),
        ))  # fmt: skip
