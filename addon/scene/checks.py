# SPDX-License-Identifier: GPL-3.0-or-later
"""One value of a scene file against one knob: the checked value, or `ValidationError` with what would be right.

- A function per `kind` of knob, chosen by `check`; lists come back as tuples, so a scene is hashable.
- Nothing here knows a file, a second key, or an array.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from dataclasses import Field
from fractions import Fraction
from pathlib import Path

from . import letters, rates
from .spec import LARGEST

TEXT_LENGTH = 120
STILLS = ("jpg", "jpeg", "tif", "tiff", "bmp", "webp", "exr", "tga")  # what pictures are elsewhere
DEEPEST = 5  # levels of lists: filters, channels and three axes
SIZE_TEXT = re.compile(r"\s*\d{1,9}(\s*[xX×]\s*\d{1,9})+\s*")


class ValidationError(ValueError):
    """What would be right; with the key and value where they are not the ones being checked."""

    def __init__(self, hint: str, key: str | None = None, value: object = None):
        super().__init__(hint)
        self.hint, self.key, self.value = hint, key, value


def check(value: object, knob: Field, key: str) -> object:
    """The value as the dataclass holds it."""
    try:
        return _KINDS[knob.metadata["kind"]](plain(value), knob.metadata)
    except ValidationError as wrong:
        if wrong.key is None:
            wrong.key, wrong.value = key, value
        elif wrong.key.startswith("["):  # a place inside the value
            wrong.key = key + wrong.key
        raise


def plain(value: object) -> object:
    """NumPy's and Python's containers as TOML has them."""
    if type(value).__module__ == "numpy":
        value = value.tolist()
    return list(value) if isinstance(value, tuple) else value


def toml(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Path):
        value = value.as_posix()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml(v) for v in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} = {toml(v)}" for k, v in value.items()) + "}"
    return str(value)


def show(value: object, longest: int = 60) -> str:
    """A value for an error line: as TOML writes it, cut where it is long."""
    try:
        text = toml(plain(value))
    except (ValueError, RecursionError):
        text = "(too large to show)"
    return text if len(text) <= longest else text[: longest - 1] + "…"


def counted(number: int, one: str, many: str = "") -> str:
    """1 filter, 2 filters."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: object) -> bool:
    return is_whole(value) or isinstance(value, float)


def is_finite(value: int | float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond the floats
        return False


def within(value, span, noun: str) -> None:
    low, high = span or (None, None)
    if low is not None and value < low:
        raise ValidationError(f"{noun} of at least {low}")
    if high is not None and value > high:
        raise ValidationError(f"{noun} of at most {high:,}" if high > 9999 else f"{noun} of at most {high}")


def _span(about) -> str:
    low, high = about["range"] or (None, None)
    return f" from {low:,} to {high:,}" if low is not None else ""


def _flag(value, about):
    if not isinstance(value, bool):
        raise ValidationError("must be true or false")
    return value


def _whole(value, about):
    if not is_whole(value):
        raise ValidationError(f"must be a whole number{_span(about)}")
    within(value, about["range"], "must be a whole number")
    return value


def _real(value, about):
    if not is_number(value) or not is_finite(value):
        raise ValidationError(f"must be a number{_span(about)}")
    within(value, about["range"], "must be a number")
    return float(value)


def _rate(value, about):
    """A whole number, or a float that is one of exactly the rates that there are."""
    if isinstance(value, str):
        value = rates.of_text(value) or value
    value = float(value) if isinstance(value, Fraction) else value
    return rates.number(rates.exact(_real(value, about)))


def _text(value, about):
    if not isinstance(value, str):
        raise ValidationError('must be text in quotes, like "Input"')
    if len(value) > TEXT_LENGTH or any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in value):
        raise ValidationError(f"must be one line of at most {TEXT_LENGTH} printable characters")
    text = letters.composed(value)
    if why := letters.refusal(text):
        raise ValidationError(why)
    return text


def _texts(value, about):
    if not isinstance(value, list) or not 1 <= len(value) <= 64:
        raise ValidationError('must be a list of texts, like ["R", "G", "B"]')
    texts = tuple(_text(v, about).strip() for v in value)
    if not all(texts) or len(set(texts)) < len(texts):
        raise ValidationError('must be a list of different texts, like ["R", "G", "B"]')
    return texts


def _name(value, about):
    if not isinstance(value, str) or not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", value):
        raise ValidationError("must be a name of small letters, digits and _")
    return value


def _written_as(value, choices):
    """The choice that a text is but for capitals, else the value."""
    same = [c for c in choices if isinstance(value, str) and isinstance(c, str) and c.lower() == value.lower()]
    return same[0] if same else value


def _choice(value, about):
    hint = "must be one of " + ", ".join(show(c) for c in about["choices"])
    value = _written_as(value, about["choices"])
    if not any(type(value) is type(c) and value == c for c in about["choices"]):
        raise ValidationError(hint)
    return value


def _choices(value, about):
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",")]
    hint = "must be a list of one or more of " + ", ".join(show(c) for c in about["choices"])
    value = [_written_as(v, about["choices"]) for v in value] if isinstance(value, list) else value
    if "png" in about["choices"] and isinstance(value, list) and any(str(v).lower() in STILLS for v in value):
        hint += '; stills are PNGs: "poster" is one, "steps" one per step, "png" every frame'
    if not isinstance(value, list) or not value or not all(v in about["choices"] for v in value):
        raise ValidationError(hint)
    return tuple(dict.fromkeys(value))


def split_size(text: str) -> list[int] | None:
    """ "6x6" → [6, 6]; None where the text is not that."""
    return [int(n) for n in re.split(r"[xX×]", text)] if SIZE_TEXT.fullmatch(text) else None


def _whole_list(value, about, hint):
    """A list of whole numbers in range, or the text "3x3"."""
    if isinstance(value, str):
        value = split_size(value)
    if not isinstance(value, list) or not value or not all(is_whole(v) for v in value):
        raise ValidationError(hint)
    for v in value:
        within(v, about["range"], "each must be a whole number")
    return tuple(value)


def _size(value, about):
    hint = 'must be one to three whole numbers, like [6, 6] or "6x6"'
    sizes = _whole_list([value] if is_whole(value) else value, about, hint)
    if len(sizes) > 3:
        raise ValidationError(hint)
    return sizes


def _pixels(value, about):
    hint = 'must be width and height in pixels, like [854, 480] or "854x480"'
    sizes = _whole_list(value, about, hint)
    if len(sizes) != 2:
        raise ValidationError(hint)
    return sizes


def _axes(value, about):
    if is_whole(value):
        return _whole(value, about)
    return _whole_list(value, about, f"must be a whole number{_span(about)}, or a list with one per axis")


def _padding(value, about):
    names = ", ".join(show(c) for c in about["choices"])
    hint = f"must be a whole number, one per axis, a [before, after] pair per axis, or one of {names}"
    if is_whole(value):
        return _whole(value, about)
    if isinstance(value, str):
        if value not in about["choices"]:
            raise ValidationError(hint)
        return value
    if isinstance(value, list) and value and all(isinstance(v, (list, tuple)) for v in value):
        pairs = tuple(_whole_list(list(v), about, hint) for v in value)
        if any(len(pair) != 2 for pair in pairs):
            raise ValidationError(hint)
        return pairs
    return _whole_list(value, about, hint)


def _numbers(value, about):
    if not is_number(value) and not (isinstance(value, list) and value):
        raise ValidationError("must be a list of numbers, or of lists of numbers")
    return _nested(value, "")


def _nested(value, place):
    value = plain(value)
    if is_number(value):
        if not is_finite(value):
            raise ValidationError("must be a finite number", place or None, value)
        if abs(value) > LARGEST:
            raise ValidationError("must be a number from -1e12 to 1e12", place or None, value)
        return value
    if not isinstance(value, list):
        raise ValidationError("must be a number", place or None, value)
    if place.count("[") >= DEEPEST:
        raise ValidationError(f"must be lists at most {DEEPEST} deep", place, value)
    if not value:
        raise ValidationError("must hold at least one number", place or None, value)
    items = tuple(_nested(v, f"{place}[{i}]") for i, v in enumerate(value))
    shapes = [shape_of(v) for v in items]
    for i, shape in enumerate(shapes):
        if shape != shapes[0]:
            of = " × ".join(map(str, shapes[0])) or "a single number"
            raise ValidationError(f"must have as many numbers as the first beside it ({of})", f"{place}[{i}]", value[i])
    return items


def shape_of(nested) -> tuple[int, ...]:
    """The shape of rectangular nested tuples."""
    shape = []
    while isinstance(nested, tuple):
        shape.append(len(nested))
        nested = nested[0]
    return tuple(shape)


def _path(value, about):
    if isinstance(value, Path):
        return value
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValidationError("must be a file's path in quotes")
    return Path(value)


def _names(value, about):
    hint = "must be the name of a kernel, or a list of names"
    if isinstance(value, str):
        return value
    if not isinstance(value, list) or not value:
        raise ValidationError(hint)
    if all(isinstance(v, str) for v in value):
        return tuple(value)
    rows = [plain(v) for v in value]
    if not all(isinstance(r, list) and r and all(isinstance(v, str) for v in r) for r in rows):
        raise ValidationError(hint)
    if len({len(r) for r in rows}) > 1:
        raise ValidationError("must be lists of the same length: one name per input channel, for each filter")
    return tuple(tuple(r) for r in rows)


_KINDS = {
    "flag": _flag, "whole": _whole, "real": _real, "rate": _rate, "text": _text, "texts": _texts, "name": _name,
    "choice": _choice, "choices": _choices, "size": _size, "pixels": _pixels, "axes": _axes,
    "padding": _padding, "numbers": _numbers, "path": _path, "names": _names,
}  # fmt: skip
