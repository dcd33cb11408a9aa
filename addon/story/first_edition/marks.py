# SPDX-License-Identifier: GPL-3.0-or-later
"""What a sliding window leaves out, marked: positions that a stride skips, cells between a dilated window's taps.

Also the outlines that compare the input's size with the output's.
"""

import numpy as np

from ..page.glyphs import CAP_HEIGHT, number
from ..plan.plan import FAR, LANDED, LEAVES, NEVER, Lines, Points, Window
from .builder import DIGIT, PlanBuilder, ink_width, plane
from .opening import extents
from .primitives import as_rows, pads_of
from .theme import HUES, Scale, mix

BEHIND = 0.04  # cells by which a faint frame lies behind the window's
WEIGHT_BADGE, LARGEST_WEIGHT_BADGE = 0.42, 0.48  # sizes of a weight's badge, in cells
ROOM = 1.08  # size of a badge, in font sizes
HALF = 0.47  # of a cell
INSET = 0.03  # cells by which a badge stays off its cell's edges: faces in one plane have no front
RAISED = 0.2  # how far a badge stands out of its cell's front, in badges
BADGE_MARGIN = 0.08  # cells between a badge and the number below it; the tilted view makes less of it
ASIDE = 0.1  # cells that a number moves to the left at most
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


def faint(sheet: PlanBuilder):
    """The colour of positions that are skipped: not the window's."""
    return mix(sheet.theme.ink, sheet.theme.background, 0.25)


def struck(sheet: PlanBuilder):
    """The colour of strokes across cells that are passed over: light enough for their numbers to be read."""
    return sheet.palette.words_in(mix(sheet.theme.muted, sheet.theme.background, 0.3))


def first_skip(trace, places: np.ndarray) -> int:
    """The first step before which a position is skipped; the number of steps where there is none."""
    found = (skipped_places(trace, places) < FAR / 2).all(axis=2).any(axis=0) if max(trace.stride) > 1 else [False]
    return int(np.argmax(found)) if any(found) else len(places)


def add_skipped(sheet: PlanBuilder, trace, places: np.ndarray, last: float) -> None:
    """Faint thin frames at the positions that the stride has skipped, while the window stands on the next."""
    rows, columns = (1, *extents(trace))[-2:]
    color = sheet.palette.material(faint(sheet), "flat")
    thick = max(0.05, sheet.units(sheet.px(2.2)))
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


def add_holes(sheet: PlanBuilder, trace, steps, last: float) -> None:
    """A thin stroke across every cell that a dilated window passes over, while it stands."""
    rows = [(r, c, i) for i in steps for r, c in holes_of(trace, i)]
    if not rows:
        return
    r, c, i = np.array(rows, np.float32).T
    y = np.full(len(rows), -0.48)
    visible_until = np.where(i + 1 == len(trace), last, i + LEAVES)
    ink = sheet.palette.material(struck(sheet), "flat")
    sheet.lines.append(Lines(
        "input.holes", "Skipped cells", "input", "input",
        np.column_stack([c - STROKE, y, -r - STROKE]).astype(np.float32),
        np.column_stack([c + STROKE, y, -r + STROKE]).astype(np.float32),
        (i - LANDED).astype(np.float32), visible_until.astype(np.float32), ink, max(0.03, sheet.units(sheet.px(1.5))),
    ))  # fmt: skip


def weight_badge_unit(sheet: PlanBuilder, trace) -> float:
    """The size of a badge, in cells: its number just fits; 0 where badge and number have no room on a cell."""
    texts = [number(v) for v in trace.weight.ravel()]
    unit = max(WEIGHT_BADGE, ROOM * sheet.px(DIGIT) / sheet.scale)
    return unit if unit <= LARGEST_WEIGHT_BADGE and sheet.digits(texts, unit) else 0.0


def room_for_weight_badges(sheet: PlanBuilder, trace, explained) -> dict:
    """Where numbers stand while a badge is in their cell's corner (Volume's `lit_label_offset`): below it, a little to
    the left.

    A badge leaves a number the lower half of its cell whatever its width; narrow ones have room to the left as well.
    """
    unit = weight_badge_unit(sheet, trace)
    if not unit or not any(explained[1:]):
        return {}
    texts = [number(v) for v in trace.input.ravel()]
    size = sheet.digits(texts)
    high = CAP_HEIGHT * size
    low = HALF * (1 - 2 * unit) - INSET - BADGE_MARGIN - high / 2
    left = HALF - BADGE_MARGIN - max(ink_width(t) for t in texts) * size / 2
    return {"lit_label_offset": (-float(np.clip(left, 0.0, ASIDE)), max(low, high / 2 - HALF)),
            "lit_label_offset_from": 1 - LANDED}


def add_weight_badges(sheet: PlanBuilder, trace, explained, last: float) -> None:
    """The kernel's weights as small cells inside corners of the input cells they meet, while an explained window
    stands."""
    unit = weight_badge_unit(sheet, trace)
    if not unit or not any(explained[1:]):
        return
    (top, _), (left, _) = pads_of(trace)
    weights = as_rows(trace.weight[0, 0])
    scale = Scale(sheet.palette, "amber", trace.weight.min(), trace.weight.max())
    size = sheet.digits([number(v) for v in weights.ravel()], unit)
    over = HALF * (1 - unit) - INSET  # wholly inside the cell's corner
    made = []
    for i in (i for i, own in enumerate(explained) if own and i):  # in the first step the kernel itself is there
        spots = trace[i].positions[:, 1:]
        spots = np.column_stack([np.zeros(len(spots), int), spots]) if spots.shape[1] == 1 else spots
        at = np.column_stack([spots[:, 1] + left + over, np.full(len(spots), -HALF + unit * (HALF - RAISED)),
                              -spots[:, 0] - top + over])  # fmt: skip
        one = plane(sheet, weights, scale, size=size, unit=unit, visible_from=i - LANDED,
                    visible_until=last if i + 1 == len(explained) else i + LEAVES, step=i)  # fmt: skip
        one["position"][:] = at / unit
        made.append(one)
    sheet.volume("weights", sheet.scene.words.kernel, Points.join(made), (0, 0, 0), (1, 1, 1), contact_shadow=None,
                 unit=unit,
                 parent="input")  # fmt: skip


def add_outline(sheet: PlanBuilder, volume: str, sizes, first, since: float) -> None:
    """A frame around `sizes` (rows, columns) cells of a volume whose first stands at (row, column) `first`."""
    place = (first[1] + (sizes[1] - 1) / 2, 0.0, -first[0] - (sizes[0] - 1) / 2)
    track = sheet.track(f"{volume}.outline.track", [place])
    color = sheet.palette.material(sheet.palette.words_in(HUES["violet"]), "flat")
    sheet.windows.append(Window(f"{volume}.outline", "Outline", volume, track, (sizes[1], 1.0, sizes[0]), color,
                                (since, NEVER), max(0.1, sheet.units(sheet.px(3.5))), flat=True))  # fmt: skip
