# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan as text: what `--plan` prints and what snapshot tests hold. Same plan, same text, on every machine."""

import hashlib

import numpy as np

from ...scene.rates import short
from .plan import ALWAYS, NEVER, POINT_FIELDS, SPARE_FIELDS, Plan, Points

# in the order in which snapshots have always had them
_COLUMNS = ("arrives", "visible_from", "channel", "column", "cube", "visible_until", "faded", "label",
            "label_faded", "leaves", "lift", "origin", "position", "grow_time", "row", "size", "step",
            "stretch", "value")  # fmt: skip


def _n(value) -> str:
    value = float(value)
    if value >= NEVER:
        return "never"
    if value <= ALWAYS:
        return "always"
    text = f"{round(value, 6):.3f}".rstrip("0").rstrip(".")  # first what a last bit, which may differ, cannot move
    return "0" if text in ("-0", "") else text


def _ns(values) -> str:
    return " ".join(_n(v) for v in np.ravel(values))


def _digest(points: Points) -> str:
    """Eight letters that change when any row of a part does (places to a thousandth of a cell)."""
    state = hashlib.sha256()
    for name in (*_COLUMNS, *sorted(set(points.data).difference(_COLUMNS))):
        column = points[name]
        if name in SPARE_FIELDS and np.all(column == POINT_FIELDS[name][2]):
            continue
        # through integers: the last bit of a float may differ between machines, also where it decides a half
        state.update(np.round(np.round(column.astype(np.float64), 5) * 1000).astype(np.int64).tobytes())
    return state.hexdigest()[:8]


def _texts(plan: Plan, points: Points) -> list[str]:
    """The texts of a part in the order they are read: by when they appear, then from the top, then from the left."""
    rows = np.flatnonzero(points["label"] >= 0)
    place = points["position"]
    order = sorted(rows, key=lambda r: (points["visible_from"][r], -place[r, 2].round(3), place[r, 0]))
    return [plan.labels[points["label"][r]].text for r in order]


def describe(plan: Plan) -> str:
    """The storyboard as text: parts, channels and steps."""
    view = plan.view
    lines = [
        f"{plan.id}: {plan.title}",
        f"{_n(plan.seconds)} s, {plan.frames} frames at {short(plan.fps)} per second, "
        f"{plan.size[0]}x{plan.size[1]} pixels, theme {plan.theme}",
        f"camera: azimuth {_n(view.azimuth)}, elevation {_n(view.elevation)}, {_n(view.scale)} cells across, "
        f"{_n(plan.pixels_per_unit)} pixels a cell",
        "",
        "volumes:",
    ]
    for v in plan.volumes:
        cells = int((v.points["cube"] >= 0).sum())
        unit = "" if v.unit == 1 else f" of size {_n(v.unit)}"
        unit += f" on {v.parent}" if v.parent else ""
        lines.append(f"  {v.role}: {cells} cells{unit} at {_ns(v.location)}, rows {_digest(v.points)}")
        if v.track:
            lines.append(f"    lit under {v.track}: taps {_ns(v.taps)}, dilation {_ns(v.dilation)}, "
                         f"clock {_ns(v.fade)}")  # fmt: skip
        if v.rides:
            lines.append(f"    rides {v.rides}")
        numbers = [t for t in _texts(plan, v.points) if t]
        if numbers:
            lines.append("    numbers: " + " ".join(numbers))
    lines.append("words:")
    for w in plan.words:
        said = _texts(plan, w.points)
        if len(said) <= 12:
            lines.append(f"  {w.role}: " + " | ".join(said))
        else:
            lines.append(f"  {w.role}: {len(said)} texts, rows {_digest(w.points)}")
    lines.append("windows:")
    tracks = {t.role: t for t in plan.tracks}
    for w in plan.windows:
        lines.append(f"  {w.role} in {w.parent}: {_ns(w.size)} cells, clock {_ns(w.life)}")
        lines.append("    " + ", ".join(_ns(p) for p in tracks[w.track].places))
    lines.append("channels:")
    for name, channel in plan.channels.items():
        keys = ", ".join(f"{_n(s)} s: {_n(v)} ({e})" for s, v, e in
                         zip(channel.seconds, channel.values, channel.easing, strict=True))  # fmt: skip
        lines.append(f"  {name}: {keys}")
    lines.append("steps:")
    for i, step in enumerate(plan.steps):
        run = f"run {step.run}, " if step.run else ""
        lines.append(f"  {i} at {_n(step.second)} s, {run}output {list(step.index)}: {step.text}")
    return "\n".join(lines) + "\n"


def steps_table(plan: Plan) -> list[dict]:
    """Every step as a `.blend` keeps it: second, frame (from 1), the clock's value then, index, sum."""
    return [{"second": round(s.second, 4), "frame": plan.frame_of(s.second), "clock": s.clock, "index": list(s.index),
             "sum": s.text} for s in plan.steps]  # fmt: skip
