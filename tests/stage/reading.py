# SPDX-License-Identifier: GPL-3.0-or-later
"""How numbers are written in a figure, worked out without its code: what proofs expect to read.

Knows nothing of how a text was made.
"""

from decimal import ROUND_HALF_UP, Decimal

MINUS, TIMES, ABOUT = "\u2212", "\u00d7", "\u2248"


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
