# SPDX-License-Identifier: GPL-3.0-or-later
"""The sum at work, as text: slots of fixed width, one filling per step, so that only the numbers change.

A slot is a piece of a line ("2×(−1)", "+", "="); its width is the widest filling's, so nothing jumps from step to step.
"""

from dataclasses import dataclass

from .glyphs import CAP_HEIGHT, DESCENT, TIMES, number, operand, width
from .plan import BORN, LANDED, NEVER, Points
from .sheet import Sheet


@dataclass(frozen=True)
class Piece:
    """One slot's filling in one step: its text, its colour, and when (clock) it appears."""

    text: str
    color: tuple
    born: float


def wrap(slots: list[list[Piece]], size: float, room: float, gap: float) -> list[list[int]]:
    """Break the slots (columns of pieces over all steps) into lines no wider than `room` pixels."""
    lines, current, used = [], [], 0.0
    for index, pieces in enumerate(slots):
        wide = max(width(p.text) for p in pieces) * size + gap
        if current and used + wide > room:
            lines.append(current)
            current, used = [], 0.0
        current.append(index)
        used += wide
    return lines + [current] if current else lines


def set_lines(sheet: Sheet, steps: list[list[Piece]], lines: list[list[int]], top: float, size: float,
              gap: float = 0.3, last: float = NEVER, left: float | None = None, widths=None) -> list[Points]:  # fmt: skip
    """Set every step's pieces into the lines' slots, the first line's capitals at `top` (pixels).

    Step i is shown from its pieces' `born` to i + LANDED, when the next window has landed; the last until `last`.
    """
    widths = widths or [max(width(step[k].text) for step in steps) * size for k in range(len(steps[0]))]
    made: list[Points] = []
    for row, slots in enumerate(lines):
        y = top - CAP_HEIGHT * size - row * LINE * size
        total = sum(widths[k] for k in slots) + gap * size * (len(slots) - 1)
        x = -total / 2 if left is None else left
        for k in slots:
            for i, step in enumerate(steps):
                piece = step[k]
                if piece.text:
                    dies = i + LANDED if i + 1 < len(steps) else last
                    made.append(sheet.text(piece.text, x, y, size, piece.color, align="left", born=piece.born,
                                           dies=dies, kind="sum"))  # fmt: skip
            x += widths[k] + gap * size
    return made


LINE = 1.32  # line height in font sizes


def height(lines: int, size: float) -> float:
    """Pixels that many lines take, from the first capital's top to the last bracket's foot."""
    return (CAP_HEIGHT + DESCENT + (lines - 1) * LINE) * size


def product(value, weight) -> str:
    """One tap: what was read times its weight."""
    return f"{number(value)}{TIMES}{operand(weight)}"


def born(step: int) -> float:
    """When a step's total appears: together with its cell."""
    return step - BORN
