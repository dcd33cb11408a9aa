# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the line of a pooling as a viewer does, and does its arithmetic: a maximum of numbers, or their mean.

"out[row 0, col 1] = max(1, 3, 0) = 3", "R: mean of 4 = (1 + 3 + 0 + 2) / 4 = 6 / 4 = 1.5". Where a line says only some
of its numbers ("…"), they must still fit: the largest is not smaller than they are.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from .reading import _NUMBER, _OPERAND, number

MORE = "\u2026"
_MAX = rf"(?P<name>.+?) = (?P<word>[^\s=()]+)\((?P<numbers>[^()]+)\) (?P<sign>[=\u2248]) (?P<total>{_NUMBER})"
_MEAN = (rf"(?P<name>.+?) = \((?P<numbers>.+)\) / (?P<divisor>\d+) (?P<nearly>[=\u2248]) (?P<sum>{_NUMBER}) / "
         rf"(?P<again>\d+) (?P<sign>[=\u2248]) (?P<total>{_NUMBER})")  # fmt: skip


@dataclass(frozen=True)
class Pooled:
    """What a line says: its name, "max" in the figure's word or None for a mean, its numbers as printed without
    brackets, whether these are all, the sum and the divisor of a mean, whether it claims to be exact, its result.
    """

    name: str
    word: str | None
    numbers: tuple[str, ...]
    whole: bool
    sum: str | None
    divisor: int | None
    exact: bool
    total: str


def read_pool(text: str) -> Pooled:
    """A line of a pooling; wrong arithmetic is an AssertionError, as is anything that is no such line."""
    text = text.replace("( ", "(")
    found = re.fullmatch(_MEAN, text)
    line = _mean(text, found) if found else _largest(text, re.fullmatch(_MAX, text))
    for said in line.numbers:
        assert re.fullmatch(_NUMBER, said), f"sum: {said!r} in {text!r} is no number"
    return line


def _largest(text: str, found) -> Pooled:
    assert found, f"sum: {text!r} reads neither as a maximum nor as a mean"
    said = found["numbers"].split(", ")
    numbers = tuple(n for n in said if n != MORE)
    line = Pooled(found["name"], found["word"], numbers, MORE not in said, None, None, found["sign"] == "=",
                  found["total"])  # fmt: skip
    most = max(number(n) for n in line.numbers)
    right = most == number(line.total) if line.whole else most <= number(line.total)
    assert right, f"sum: the largest in {text!r} is {most}"
    return line


def _mean(text: str, found) -> Pooled:
    said = found["numbers"].split(" + ")
    for place, one in enumerate(said):
        bracketed = one.startswith("(")
        assert one == MORE or re.fullmatch(_OPERAND, one), f"sum: {one!r} in {text!r} is no number"
        assert one == MORE or bracketed == (place > 0 and "\u2212" in one), f"sum: {one!r} in {text!r} reads badly"
    numbers = tuple(n.strip("()") for n in said if n != MORE)
    line = Pooled(found["name"], None, numbers, MORE not in said, found["sum"], int(found["divisor"]),
                  found["sign"] == "=", found["total"])  # fmt: skip
    assert found["divisor"] == found["again"], f"sum: {text!r} divides by two numbers"
    made, total = sum(number(n) for n in line.numbers), number(line.sum)
    nearly = Decimal("0.006") * (len(numbers) + 1) if found["nearly"] != "=" else 0
    assert not line.whole or abs(made - total) <= nearly, f"sum: {text!r} adds up to {made}"
    share = total / line.divisor
    off = 0 if line.exact else Decimal("0.012")
    assert abs(share - number(line.total)) <= off, f"sum: in {text!r} the mean is {share}"
    return line
