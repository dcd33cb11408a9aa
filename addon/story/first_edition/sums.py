# SPDX-License-Identifier: GPL-3.0-or-later
"""The sum at work, as text: slots of fixed width, one filling per step, so that only the numbers change.

A slot is a piece of a line ("2×(−1)", "+", "="); its width is the widest filling's, so nothing jumps from step to step.
"""

from dataclasses import dataclass

from ..page.glyphs import CAP_HEIGHT, DESCENT, TIMES, number, operand, width
from ..plan.plan import BORN, LEAVES, NEVER, Points
from .builder import PlanBuilder


@dataclass(frozen=True)
class Piece:
    """One slot's filling in one step: its text, its colour, when (clock) it appears, and at which end it stands."""

    text: str
    color: tuple
    visible_from: float
    right: bool = False  # stands at its slot's right end


def wrap(slots: list[list[Piece]], size: float, room: float, gaps: list[float]) -> list[list[int]]:
    """Break the slots (columns of pieces over all steps) into lines no wider than `room` pixels."""
    lines, current, used = [], [], 0.0
    for index, pieces in enumerate(slots):
        wide = max(width(p.text) for p in pieces) * size
        if current and used + gaps[index] * size + wide > room:
            lines.append(current)
            current, used = [], 0.0
        used += (gaps[index] * size if current else 0.0) + wide
        current.append(index)
    return lines + [current] if current else lines


def gaps_of(kinds: list[str], row: int) -> list[float]:
    """The air before each slot, in font sizes: more before each kernel row's first product and before the result.

    `kinds` names the slots: "product", or anything else; `row` products make one row of the kernel.
    """
    gaps, count = [], 0
    for kind in kinds:
        if kind == "product":
            gaps.append(GROUP if count and count % row == 0 else WORD_GAP)
            count += 1
        else:
            gaps.append(GROUP if kind == "result" else WORD_GAP)
    return gaps


def set_lines(sheet: PlanBuilder, steps: list[list[Piece] | None], lines: list[list[int]], top: float, size: float,
              gaps: list[float], *, last: float = NEVER, widths=None, flow: bool = False, pitch: int = 1,
              base: float = 0.0, until=None) -> list[Points]:  # fmt: skip
    """Set every step's pieces into the lines' slots, the first line's capitals at `top` (pixels).

    Step i is shown from its pieces' `visible_from` until its window leaves, so that no frame shows a sum beside another
    window; the last until `last`. A step that is not explained is None. `base` is the clock of step 0.
    `widths`: the slots' widths in pixels where other lines share them. `flow`: no slots, each step's line is centred.
    `pitch`: lines from one of these to the next, where others stand between. `until`: the clock at which each step's
    sum goes, where it stays longer than its window does.
    """
    explained = [step for step in steps if step is not None]
    widths = widths or [max(width(step[k].text) for step in explained) * size for k in range(len(explained[0]))]
    made: list[Points] = []
    for row, slots in enumerate(lines):
        y = top - CAP_HEIGHT * size - row * pitch * LINE * size
        for i, step in enumerate(steps):
            if step is None:
                continue
            own = [k for k in slots if step[k].text] if flow else slots
            wide = {k: width(step[k].text) * size if flow else widths[k] for k in own}
            x = -(sum(wide.values()) + sum(gaps[k] * size for k in own[1:])) / 2
            visible_until = base + i + LEAVES if i + 1 < len(steps) else last
            visible_until = visible_until if until is None else until[i]
            for k in own:
                x += gaps[k] * size if k != own[0] else 0.0
                p = step[k]
                if p.text:
                    at, align = (x + wide[k], "right") if p.right else (x, "left")
                    made.append(sheet.text(p.text, at, y, size, p.color, align=align, visible_from=p.visible_from,
                                           visible_until=visible_until,
                                           kind="sum"))  # fmt: skip
                x += wide[k]
    return made


WORD_GAP, GROUP = 0.3, 0.85  # air between pieces, and between groups of them, in font sizes
LINE = 1.32  # line height in font sizes


def height(lines: int, size: float) -> float:
    """Pixels that many lines take, from the first capital's top to the last bracket's foot."""
    return (CAP_HEIGHT + DESCENT + (lines - 1) * LINE) * size


def product(value, weight) -> str:
    """One tap: what was read times its weight."""
    return f"{number(value)}{TIMES}{operand(weight)}"


def total_appears(step: int) -> float:
    """When a step's total appears: together with its cell."""
    return step - BORN
