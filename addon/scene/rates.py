# SPDX-License-Identifier: GPL-3.0-or-later
"""Frame rates that are not whole: 29.97 stands for 30000/1001, and what Blender and FFmpeg have for that."""

from __future__ import annotations

import math
import re
from fractions import Fraction

BROADCAST = tuple(Fraction(1000 * n, 1001) for n in (24, 30, 48, 60, 120))  # 23.976, 29.97, 47.952, …
NEAR = Fraction(5, 1000)  # a rate that is written with two or three places
FRACTION = re.compile(r"\s*([0-9]{1,6})\s*/\s*([0-9]{1,4})\s*")


def exact(rate: float) -> Fraction:
    """The rate that a number stands for."""
    rate = Fraction(rate)
    near = [r for r in BROADCAST if abs(r - rate) < NEAR]
    return near[0] if near else rate.limit_denominator(1001)


def number(rate: Fraction) -> int | float:
    """A whole number, or the nearest float."""
    return int(rate) if rate.denominator == 1 else float(rate)


def short(rate: float) -> int | float:
    """The rate with three places, where they stand for it: 29.97, 23.976."""
    return round(rate, 3) if exact(round(rate, 3)) == exact(rate) else rate


def of_text(text: str) -> Fraction | None:
    """ "30000/1001" as a rate; None where it is no such text."""
    found = FRACTION.fullmatch(text)
    return Fraction(int(found[1]), int(found[2])) if found and int(found[2]) else None


def blenders(rate: float) -> tuple[int, float]:
    """Blender's `fps` and `fps_base`, of which the rate is the quotient: 30 and 1.001 for 29.97."""
    whole = math.ceil(rate)
    return whole, float(whole / exact(rate))
