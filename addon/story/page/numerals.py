# SPDX-License-Identifier: GPL-3.0-or-later
"""How a figure's numbers become text: with how many decimals, which are rounded, and whether "=" or "≈" is true.

This is the only place where they do. What counts is the decimal number that a person has written or would get by hand:
0.1 is one tenth, and 0.1 + 0.2 is 0.3.
"""

import math
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from functools import lru_cache

import numpy as np

from .glyphs import MINUS

MOST = 4  # decimals of a number that is printed as it is, where the scene asks for none
USUAL = 2  # decimals, or as many digits, of one that is rounded then
TYPED = 12  # digits: so few are no accident of a sum of binary fractions
EQUAL, ABOUT = "=", "\u2248"
_HALF_UP = Context(prec=400, rounding=ROUND_HALF_UP)  # away from zero, and all digits of a product of two numbers


class Numerals:
    """The numbers of one figure; `decimals` is the scene's `look.decimals`, `traces` say what they come from."""

    def __init__(self, decimals: int | None = None, *traces):
        self.decimals, self._traces = decimals, traces
        self.whole = bool(traces) and all(trace.output.dtype.kind in "iu" for trace in traces)
        self._last, self._small = _noise(traces) if traces else (Decimal(1).scaleb(-TYPED), frozenset())
        self.seen = lru_cache(maxsize=65536)(self._seen)
        self.printed = lru_cache(maxsize=65536)(self._printed)

    # a number -------------------------------------------------------------------------------------------------------

    def text(self, value) -> str:
        """As a figure prints it: a real minus sign, no zeros at its end, and never 0 for what is not 0."""
        number = self.printed(value)
        power = number.adjusted()
        if number and power < -MOST:
            text = f"{number.scaleb(-power, _HALF_UP):f}e{power}"
        else:
            text = f"{number:f}"
            text = text.rstrip("0").rstrip(".") if "." in text else text
        return text.replace("-", MINUS)

    def operand(self, value) -> str:
        """Inside a product or after a plus sign: negatives stand in brackets."""
        text = self.text(value)
        return f"({text})" if text.startswith(MINUS) else text

    def about(self, value) -> str:
        """By itself, as in a name: after "≈" where it is rounded."""
        return self.text(value) if self.exact(value) else ABOUT + self.text(value)

    def named(self, name: str, value) -> str:
        """A name and its number; in brackets where the name ends with a digit, that "Channel 1" and 2 is not read as
        12."""
        return f"{name} ({self.text(value)})" if name[-1:].isdigit() else f"{name} {self.operand(value)}"

    def value(self, value) -> float:
        """A computed number without what binary fractions add to a sum, as its colour has to know it."""
        return float(self.seen(value))

    # what is true of it ---------------------------------------------------------------------------------------------

    def exact(self, *values) -> bool:
        """Whether all of them are printed as they are."""
        return self.whole or all(self.printed(v) == self.seen(v) for v in values)

    def equals(self, result, terms, divisor: int = 1) -> str:
        """The sign before a result: "=" where it is not rounded and the terms as printed come to it, else "≈". A term
        is a number, or a pair that is multiplied."""
        if self.whole and divisor == 1:
            return EQUAL
        if not self.exact(result):
            return ABOUT
        pairs = [term if isinstance(term, tuple) else (term, 1) for term in terms]
        with localcontext(_HALF_UP):
            total = sum((self.printed(a) * self.printed(b) for a, b in pairs), Decimal(0))
            return EQUAL if total == self.printed(result) * divisor else ABOUT

    def sign(self, *values) -> str:
        """The sign before an expression of these numbers."""
        return EQUAL if self.exact(*values) else ABOUT

    @property
    def rounds(self) -> bool:
        """Whether any number of the operation is not printed as it is."""
        arrays = [a for t in self._traces for a in (t.input, t.weight, t.bias, t.output) if a is not None]
        return not self.whole and not all(self.exact(*np.unique(a).tolist()) for a in arrays)

    # how ------------------------------------------------------------------------------------------------------------

    def _seen(self, value) -> Decimal:
        """The decimal number that a person sees in a value, without what binary fractions add to a sum."""
        if isinstance(value, (int, np.integer)):
            return Decimal(int(value))
        value = float(value) + 0.0  # not -0.0
        number = Decimal(repr(value))
        if self._last is None or len(number.normalize(_HALF_UP).as_tuple().digits) <= TYPED or value in self._small:
            return number
        return number.quantize(self._last, context=_HALF_UP) or Decimal(0)

    def _printed(self, value) -> Decimal:
        number = self.seen(value)
        most = MOST if self.decimals is None else self.decimals
        if number == number.quantize(Decimal(1).scaleb(-most), context=_HALF_UP):
            return number
        # of what is near 0 at least two digits
        places = max(USUAL, min(MOST, USUAL - 1 - number.adjusted())) if self.decimals is None else most
        found = number.quantize(Decimal(1).scaleb(-places), context=_HALF_UP)
        return found or Context(prec=1, rounding=ROUND_HALF_UP).plus(number)


def _noise(traces) -> tuple[Decimal | None, frozenset]:
    """The last decimal place that sums of binary fractions leave true; and which given numbers are smaller than that.
    """
    last, given = None, []
    for trace in traces:
        sizes = [float(np.abs(a).max()) for a in (trace.input, trace.weight, trace.bias) if a is not None]
        count = math.prod(trace.kernel_size) * len(trace.input)
        most = count * (math.prod(sizes[:2]) + sum(sizes[2:]) + sizes[0])
        if trace.output.dtype.kind == "f" and 0 < most < math.inf:
            place = math.ceil(math.log10(count * most * np.finfo(float).eps))
            last = max(last or Decimal(0), Decimal(1).scaleb(place))
            given += [a for a in (trace.input, trace.weight, trace.bias) if a is not None]
    if last is None:
        return None, frozenset()
    small = [a[(a != 0) & (np.abs(a) < float(last) * 1e3)].tolist() for a in given]
    return last, frozenset(v for own in small for v in own)
