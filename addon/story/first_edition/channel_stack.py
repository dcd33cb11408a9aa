# SPDX-License-Identifier: GPL-3.0-or-later
"""A stack of channels that comes apart."""

import numpy as np

from ..plan.schedule import Phase
from .builder import WORD, PlanBuilder

UNEVEN = 0.004  # cells by which each plane stands higher, so that no two faces share a place on the way
STACK_OPEN_SECONDS = 1.3  # seconds the stack takes to come apart
PADDED = 1.4  # seconds the padding takes to arrive


def padded(trace) -> bool:
    return any(sum(p) for p in trace.padding)


def open_stack(sheet: PlanBuilder, trace) -> float:
    """The stack stands, comes apart, and is padded. Returns the second at which it starts to come apart."""
    line = sheet.timeline
    line.declare("clock.step", Phase.STACKED)
    line.wait(sheet.scene.timing.intro)
    start = line.cursor
    line.play("clock.step", Phase.PADDING, STACK_OPEN_SECONDS, easing="linear")
    line.play("clock.step", Phase.READY, PADDED if padded(trace) else 0.2, easing="linear")
    line.wait(0.8 if padded(trace) else 0.3)
    return start


def stack_up(sheet: PlanBuilder, role: str, blocks, said: list[str], names, start: float, *,
             raised: float = 0.0) -> None:
    """Stand a row of planes as one stack, key their way apart, and name the stack beside it while it stands.

    `raised`: by how many pixels it stands higher than its middle plane will.
    """
    middle = blocks[(len(blocks) - 1) // 2]
    for c, block in enumerate(blocks):
        # the last plane at the middle's place, the others before it: so the stack keeps clear of the title
        at = np.array(sheet.place(middle)) + sheet.units(raised) * sheet.camera.up
        at += (0.0, c - len(blocks) + 1, UNEVEN * (len(blocks) - c))
        to = sheet.place(block)
        for axis, a, b in zip("xyz", at, to, strict=True):
            channel = f"{role}.{names[c]}.location.{axis}"
            sheet.timeline.declare(channel, a)
            sheet.timeline.add(channel, b, STACK_OPEN_SECONDS, at=start)
    if not sheet.scene.look.labels:
        return
    word = sheet.px(WORD)
    front = abs(sheet.camera.right[1]) * (len(blocks) - 1) * sheet.scale  # how far the first plane stands out
    x, y = middle.box[2] + front + word, (middle.box[1] + middle.box[3]) / 2 + raised
    made = []
    for i, text in enumerate(said):
        ink = sheet.theme.muted if i else sheet.theme.ink
        made.append(sheet.text(text, x, y - 1.3 * i * word, word, ink, align="left",
                               visible_until=Phase.STACKED + 0.02))
    sheet.words(f"{role}.stack", f"{said[0]} stack", made)
