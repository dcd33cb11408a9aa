# SPDX-License-Identifier: GPL-3.0-or-later
"""What a sliding window leaves out, marked: positions that a stride skips, cells between a dilated window's taps.

Also the outlines that compare the input's size with the output's.
"""

import numpy as np

from .opening import extents
from .parts import as_rows, pads_of
from .plan import FAR, LANDED, LEAVES, NEVER, Lines, Window
from .sheet import Sheet
from .theme import HUES, mix

BEHIND = 0.04  # cells by which a faint frame lies behind the window's
STROKE = 0.4  # half a stroke's length along x and z, in cells


def skipped_places(trace, places: np.ndarray) -> np.ndarray:
    """Where the window would have stood between the last place and this one, shape (most, steps, 3); FAR: nowhere.

    At a line's begin these are the places straight above it.
    """
    down, right = (1, *trace.stride)[-2:]
    columns = as_rows(trace.output[0]).shape[1]
    found = np.full((max(down, right) - 1, len(places), 3), FAR)
    for i, place in enumerate(places):
        row, column = divmod(i, columns)
        step, count = ((-1, 0, 0), right) if column else ((0, 0, 1), down if row else 1)
        for j in range(1, count):
            found[j - 1, i] = place + np.array(step) * j
    return found


def faint(sheet: Sheet):
    """The colour of what is skipped."""
    return mix(sheet.theme.frame, sheet.theme.background, 0.42)


def add_skipped(sheet: Sheet, trace, places: np.ndarray, last: float) -> None:
    """Faint thin frames at the positions that the stride has skipped, while the window stands on the next."""
    rows, columns = (1, *extents(trace))[-2:]
    color = sheet.palette.material(faint(sheet), "flat")
    thick = max(0.04, sheet.units(sheet.px(1.6)))
    for j, own in enumerate(skipped_places(trace, places)):
        track = sheet.track(f"input.skipped.{j}.track", own + (0, BEHIND, 0))
        sheet.windows.append(Window(f"input.skipped.{j}", "Skipped position", "input", track, (columns, 1.0, rows),
                                    color, (-LANDED, last), thick, flat=True))  # fmt: skip


def holes_of(trace, i: int) -> list[tuple[int, int]]:
    """The cells (row, column) of the padded plane that step i's window spans and does not read."""
    (top, _), (left, _) = pads_of(trace)
    spots = trace[i].positions[:, 1:]
    spots = np.column_stack([np.zeros(len(spots), int), spots]) if spots.shape[1] == 1 else spots
    taps = {(int(r) + top, int(c) + left) for r, c in spots}
    (r0, c0), (r1, c1) = min(taps), max(taps)
    return [(r, c) for r in range(r0, r1 + 1) for c in range(c0, c1 + 1) if (r, c) not in taps]


def add_holes(sheet: Sheet, trace, steps, last: float) -> None:
    """A thin stroke across every cell that a dilated window passes over, while it stands."""
    rows = [(r, c, i) for i in steps for r, c in holes_of(trace, i)]
    if not rows:
        return
    r, c, i = np.array(rows, np.float32).T
    y = np.full(len(rows), -0.48)
    dies = np.where(i + 1 == len(trace), last, i + LEAVES)
    ink = sheet.palette.material(sheet.theme.muted, "flat")
    sheet.lines.append(Lines(
        "input.holes", "Skipped cells", "input", "input",
        np.column_stack([c - STROKE, y, -r - STROKE]).astype(np.float32),
        np.column_stack([c + STROKE, y, -r + STROKE]).astype(np.float32),
        (i - LANDED).astype(np.float32), dies.astype(np.float32), ink, max(0.03, sheet.units(sheet.px(1.5))),
    ))  # fmt: skip


def add_outline(sheet: Sheet, volume: str, sizes, first, since: float) -> None:
    """A frame around `sizes` (rows, columns) cells of a volume whose first stands at (row, column) `first`."""
    place = (first[1] + (sizes[1] - 1) / 2, 0.0, -first[0] - (sizes[0] - 1) / 2)
    track = sheet.track(f"{volume}.outline.track", [place])
    color = sheet.palette.material(sheet.palette.words_in(HUES["violet"]), "flat")
    sheet.windows.append(Window(f"{volume}.outline", "Outline", volume, track, (sizes[1], 1.0, sizes[0]), color,
                                (since, NEVER), max(0.1, sheet.units(sheet.px(3.5))), flat=True))  # fmt: skip
