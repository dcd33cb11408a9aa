# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the sum on the screen as a viewer does: left to right, top to bottom; then does the arithmetic.

Knows nothing of how the line was made: tokens are what the evaluated meshes spell; what they say is parsed.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

MINUS, TIMES, ABOUT = "\u2212", "\u00d7", "\u2248"
_NUMBER = rf"{MINUS}?\d+(?:\.\d+)?"
_OPERAND = rf"(?:{_NUMBER}|\({MINUS}\d+(?:\.\d+)?\))"
_PRODUCT = re.compile(rf"({_OPERAND}){TIMES}({_OPERAND})")
_NAMED = re.compile(rf"(\S.*?) ({_OPERAND}|\({_NUMBER}\))")
_LINE = re.compile(rf"(?P<name>[^=:]+?) ?[:=] (?P<sums>.+) (?P<sign>[=\u2248]) (?P<total>{_NUMBER})")


def spelled(value) -> str:
    """A number as a figure has to print it: a real minus sign, itself if four decimals are enough, else two, or two
    digits; no zeros at the end."""
    exact = Decimal(repr(float(value))).quantize(Decimal("1e-12"))
    if exact != exact.quantize(Decimal("0.0001")):
        places = max(2, min(4, 1 - exact.adjusted()))  # two digits of what is near nothing
        exact = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{exact:f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text.replace("-", MINUS)


def signed(value, printed) -> str:
    """The sign before a number and the number: `printed` is what those before it come to as they are printed."""
    text = spelled(value)
    near = abs(float(number(text)) - float(value)) < 1e-9 and abs(float(number(text)) - float(printed)) < 1e-9
    return ("=" if near else ABOUT) + text


def number(text: str) -> Decimal:
    return Decimal(text.strip("()").replace(MINUS, "-"))


@dataclass(frozen=True)
class Product:
    """a×b, as printed without brackets."""

    left: str
    right: str

    @property
    def value(self) -> Decimal:
        return number(self.left) * number(self.right)


@dataclass(frozen=True)
class Named:
    """A word and its number: a channel's share, the bias."""

    word: str
    text: str

    @property
    def value(self) -> Decimal:
        return number(self.text)


@dataclass(frozen=True)
class Plain:
    """A number by itself: what a product came to."""

    text: str

    @property
    def value(self) -> Decimal:
        return number(self.text)


@dataclass(frozen=True)
class Line:
    """One equation: what it is about, its terms, its result; `exact` where it says "=" and not "about".

    `worked` holds the numbers that the terms came to, where the line says them before its result.
    """

    name: str
    terms: tuple
    worked: tuple
    exact: bool
    total: str

    @property
    def products(self):
        return [t for t in self.terms if isinstance(t, Product)]

    @property
    def named(self):
        return [t for t in self.terms if isinstance(t, Named)]


def term(text: str):
    """One summand, of which nothing may be left over."""
    if found := _PRODUCT.fullmatch(text):
        return Product(*(g.strip("()") for g in found.groups()))
    if re.fullmatch(_OPERAND, text):
        return Plain(text.strip("()"))
    if found := _NAMED.fullmatch(text):
        bare = found[1][-1].isdigit() and not found[2].startswith("(")
        assert not bare, f"sum: {text!r} has two numbers side by side, which read as one"
        return Named(found[1], found[2].strip("()"))
    raise AssertionError(f"sum: {text!r} is neither a product nor a number")


def parse(text: str) -> Line:
    """A line of the sum; wrong arithmetic is an AssertionError, as is anything that is no sum."""
    found = _LINE.fullmatch(text)
    assert found, f"sum: {text!r} does not read as a sum"
    sums = [tuple(term(t) for t in part.split(" + ")) for part in found["sums"].split(" = ")]
    assert len(sums) <= 2, f"sum: {text!r} has too many equals signs"
    terms, worked = sums[0], sums[1] if len(sums) > 1 else ()
    assert not any(isinstance(t, Plain) for t in terms), f"sum: {text!r} does not say what is added"
    line = Line(found["name"], terms, worked, found["sign"] == "=", found["total"])
    # what is rounded to two decimals may be off by half of the last one, times what it is multiplied with
    most = max([abs(number(p.left)) + abs(number(p.right)) for p in line.products], default=Decimal(1))
    error = 0 if line.exact else Decimal("0.006") * (1 + len(line.terms)) * (1 + most)
    for part in sums:
        made = sum(t.value for t in part)
        assert abs(made - number(line.total)) <= error, f"sum: {text!r} adds up to {made}"
    return line


def rows(frame, tokens, apart: float = 4.0) -> list[list]:
    """Tokens as lines of the screen: top to bottom, each from left to right (by evaluated places)."""
    placed = [(frame.pixels(token.place), token) for token in tokens]
    lines: list[list] = []
    for at, token in sorted(placed, key=lambda p: -p[0][1]):
        if lines and abs(lines[-1][0][0][1] - at[1]) < apart:
            lines[-1].append((at, token))
        else:
            lines.append([(at, token)])
    return [[token for _, token in sorted(line, key=lambda p: p[0][0])] for line in lines]
