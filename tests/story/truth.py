# SPDX-License-Identifier: GPL-3.0-or-later
"""What is true of frames and steps, worked out from a plan: windows at each frame's clock, births, what they cover."""

from itertools import groupby

import numpy as np

from addon.story.plan.plan import BORN, LEAVES


def runs(picture) -> list[list]:
    """The steps of each run that a figure shows."""
    steps = sorted(picture.plan.steps, key=lambda s: s.run)
    return [list(own) for _, own in groupby(steps, key=lambda s: s.run)]


def windows(picture) -> list:
    return [w for w in picture.plan.windows if not w.flat]


def untrue_frames(picture) -> list[str]:
    """Frames in which an output is new and a window stands elsewhere than on the last one's cells."""
    plan, wrong = picture.plan, []
    clocks = sorted({s.clock for s in plan.steps})
    before = -1
    for frame, clock in enumerate(picture.clocks, 1):
        visible_from = int(np.searchsorted(clocks, clock + BORN + 1e-6, side="right")) - 1
        if visible_from > before:
            last, before = clocks[visible_from], visible_from
            if clock > last + LEAVES + 1e-6:
                wrong.append(f"frame {frame}: the clock is at {clock:.3f}, past the last step born, {last:g}")
            there = {w.role: (picture.window_at(w, clock), picture.window_at(w, last)) for w in windows(picture)}
            off = [r for r, (a, b) in there.items() if (a is None) != (b is None)
                   or (a is not None and np.abs(a - b).max() > 0.05)]  # fmt: skip
            if off or not any(a is not None for a, _ in there.values()):
                wrong.append(f"frame {frame}: step {last:g} is born, and not under its window ({', '.join(off)})")
    if before != len(clocks) - 1:
        wrong.append(f"{len(clocks) - 1 - before} steps are never born")
    return wrong


def covered(volume, place, size, clock) -> set:
    """The cells (row, column) of a volume's points that lie in a box."""
    p = volume.points
    alive = (p["visible_from"] <= clock) & (clock < p["visible_until"]) & (p["cube"] >= 0) & (p["row"] > -1000)
    near = np.abs(p["position"] - place) < np.array(size) / 2 - 0.25
    if volume.solid:  # its window may be a ring on the front faces
        near[:, 1] = True
    near = near.all(axis=1)
    return {(int(r), int(c)) for r, c in zip(p["row"][alive & near], p["column"][alive & near], strict=True)}


def drawn(volume) -> set:
    """All cells (row, column) of a volume."""
    p = volume.points
    return {(int(r), int(c)) for r, c in zip(p["row"], p["column"], strict=True)}


def hull(step, channel: int) -> set:
    """The box of cells (row, column) that a step's window spans in a channel; none where it reads nothing there."""
    spots = step.positions[step.positions[:, 0] == channel][:, 1:]
    if not len(spots):
        return set()
    spots = np.column_stack([np.zeros(len(spots), int), spots]) if spots.shape[1] == 1 else spots
    (r0, c0), (r1, c1) = spots.min(axis=0), spots.max(axis=0)
    return {(int(r), int(c)) for r in range(r0, r1 + 1) for c in range(c0, c1 + 1)}


def wrong_windows(picture) -> list[str]:
    """Steps at which a window on an input covers other cells than those that the step reads there."""
    plan, wrong = picture.plan, []
    volumes = {v.role: v for v in plan.volumes}
    first = runs(picture)[0]
    own = [w for w in windows(picture) if w.role in (f"{w.parent}.window",) and w.parent.split(".")[0] == "input"]
    for info, step in zip(first, picture.trace, strict=True):
        for w in own:
            place, volume = picture.window_at(w, info.clock), volumes[w.parent]
            channel = int(volume.points["channel"][0])
            there = set() if place is None else covered(volume, place, w.size, info.clock)
            # a last window may hang over, where nothing is drawn
            wanted = hull(step, channel) & drawn(volume)
            if there != wanted:
                wrong.append(f"{w.role} at step {info.index}: covers {sorted(there)}, not {sorted(wanted)}")
    return wrong if own else ["no window stands on an input"]
