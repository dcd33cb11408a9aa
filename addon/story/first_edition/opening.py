# SPDX-License-Identifier: GPL-3.0-or-later
"""How a sliding figure opens: a dilated kernel spreads its taps, padding arrives, and each is said while it happens.

The clock runs from OPENS to RING while the kernel opens, from RING to START while padding arrives, or skips what is
not needed.
"""

import numpy as np

from ..page.captions import axes_text, shape_text
from ..plan.plan import ALWAYS, LANDED, Points
from ..plan.schedule import Phase
from .builder import PlanBuilder
from .primitives import VANISHED, add_statement, padded_shape

LONG = 22.0  # characters a second that are read with ease


def padded(trace) -> bool:
    return any(sum(p) for p in trace.padding)


def dilated(trace) -> bool:
    return any(d > 1 and k > 1 for d, k in zip(trace.dilation, trace.kernel_size, strict=True))


def extents(trace) -> tuple[int, ...]:
    """How many cells the window spans per axis."""
    return tuple(d * (k - 1) + 1 for d, k in zip(trace.dilation, trace.kernel_size, strict=True))


def padding_said(scene, trace) -> str:
    """What padding is put where, as in "padding 1: a ring of 28 zeros", or for `same` why it is so much."""
    w = scene.words
    count = int(np.prod(padded_shape(trace))) - trace.input[0].size
    sides = {int(v) for pair in trace.padding for v in pair}
    text = w.edges
    if len(trace.padding) > 1 and len(sides) == 1:
        text = w.ring if sides == {1} else w.rings.replace("{rings}", str(*sides))
    elif len(trace.padding) > 1 and min(sides) == 1:
        text = w.ring
    return text.replace("{padding}", f"{w.padding} {axes_text(trace.padding)}").replace("{count}", str(count))


def keeps(scene, trace) -> bool:
    """Whether `same` padding keeps the size."""
    return scene.op.padding == "same" and trace.input.shape[1:] == trace.output.shape[1:] and padded(trace)


def explained(scene, trace) -> str:
    """Why there is so much padding, where the scene names a kind of it: `same`, or `full`; else ""."""
    if keeps(scene, trace):
        return same_said(scene, trace)
    if scene.op.padding == "full":
        return scene.words.full.replace("{p}", axes_text(n - 1 for n in extents(trace)))
    return ""


def same_said(scene, trace) -> str:
    """Why `same` padding keeps the size: p = (k - 1) / 2 where both sides get as much."""
    w, (before, after) = scene.words, trace.padding[-1]
    n, extent = trace.input.shape[-1], extents(trace)[-1]
    if before == after and trace.stride[-1] == 1:
        text = w.same.replace("{k}", str(extent)).replace("{p}", str(before))
    else:
        text = w.same_uneven.replace("{sum}", str(before + after)).replace("{p}", f"{before} + {after}")
    return text.replace("{n}", str(n))


def opens_said(scene, trace) -> str:
    w = scene.words
    text = w.opens.replace("{dilation}", f"{w.dilation} {axes_text(trace.dilation)}")
    if len(set(trace.dilation)) == len(set(trace.kernel_size)) == 1:
        why = w.reach.replace("{d}", str(trace.dilation[0])).replace("{k}", str(trace.kernel_size[0]))
        text = f"{text} {why}"
    return text.replace("{count}", str(len(trace[0].taps))).replace("{span}", shape_text(extents(trace)))


def spread_taps(points: Points, trace, *, moving: bool) -> Points:
    """A kernel's points, one cell apart, at the places of its taps; `moving`: they go there while it opens."""
    step = np.array((1, *trace.dilation))[-2:]
    span = np.array((1, *extents(trace)))[-2:]
    small = np.array((1, *trace.kernel_size))[-2:]
    data = {name: column.copy() for name, column in points.data.items()}
    compact = data["position"].copy()
    data["position"][:] = compact * (step[1], 1, step[0])
    if moving:
        down, right = span - small  # it stands on the ground, in the middle
        data["origin"][:] = compact + (right / 2, 0, -down) - data["position"]
        data["leaves"][:], data["arrives"][:] = Phase.STACKED + 0.1, Phase.PADDING - 0.1
    return Points(data)


def open_figure(sheet: PlanBuilder, trace, said: str, y: float) -> None:
    """Key the opening and say at pixel `y` what happens; `said` is the rule of the figure, which is said first."""
    scene, line = sheet.scene, sheet.timeline
    events = []
    if dilated(trace):
        events.append((Phase.STACKED, Phase.PADDING, 1.6, opens_said(scene, trace)))
    if padded(trace):
        events.append((Phase.PADDING, Phase.READY, 1.4, padding_said(scene, trace) + scene.words.grey))
        if explained(scene, trace):
            events.append((Phase.READY, Phase.READY + 0.2, 0.1, explained(scene, trace)))
    line.declare("clock.step", events[0][0] if events else Phase.READY)
    line.wait(scene.timing.intro)
    if scene.look.sum_line:
        add_statement(sheet, "rule", said, y, ALWAYS, events[0][0] + 0.01 if events else -LANDED)
    for number, (begin, end, seconds, text) in enumerate(events):
        _shadow(sheet, trace, begin, seconds)
        line.play("clock.step", end, seconds, easing="linear")
        line.wait(max(0.5, len(text) / LONG - seconds))
        if scene.look.sum_line:
            until = -LANDED if number + 1 == len(events) else end + 0.01
            add_statement(sheet, f"event.{number}", text, y, begin + 0.01, until, sheet.theme.ink)


def _shadow(sheet: PlanBuilder, trace, begin: float, seconds: float) -> None:
    """Key the shadow of what grows in an event, from the cursor on: an opening kernel's, a padded input's."""
    if begin == Phase.STACKED:
        role, start = "kernel", trace.kernel_size[-1] / extents(trace)[-1]
    elif begin == Phase.PADDING:
        # where rows of padding are still to come below, nothing stands on the ground yet
        hangs = len(trace.padding) > 1 and trace.padding[0][1]
        role, start = "input", VANISHED if hangs else trace.input.shape[-1] / padded_shape(trace)[1]
    else:
        return
    sheet.timeline.declare(f"{role}.shadow.scale.x", start)
    sheet.timeline.add(f"{role}.shadow.scale.x", 1.0, seconds)


def spent(scene, trace) -> float:
    """Seconds that the opening takes besides `timing.intro`."""
    seconds = 0.0
    if dilated(trace):
        seconds += max(2.1, len(opens_said(scene, trace)) / LONG)
    if padded(trace):
        seconds += max(1.9, len(padding_said(scene, trace) + scene.words.grey) / LONG)
        why = explained(scene, trace)
        seconds += max(0.6, len(why) / LONG) if why else 0.0
    return seconds
