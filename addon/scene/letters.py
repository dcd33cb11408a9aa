# SPDX-License-Identifier: GPL-3.0-or-later
"""Which letters a figure can say: those that a font of Blender's has, in scripts that its text objects set right.

A text object sets one character after the other from left to right. It joins no letters, turns no line round, and up to
4.5 puts combining marks beside their letter; so what would come out wrong is refused, on every version alike.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import cache

from . import glyph_table, glyph_table_others

PRESENTATION = dict.fromkeys((0xFE0E, 0xFE0F))  # ask for a picture in colour or without: there is one font of pictures
# scripts whose letters change with their neighbours, by the first word of their characters' names
SHAPED = frozenset((
    "BALINESE", "BENGALI", "BRAHMI", "BUGINESE", "CHAM", "DEVANAGARI", "GUJARATI", "GURMUKHI", "JAVANESE", "KANNADA",
    "KHMER", "LAO", "LEPCHA", "LIMBU", "MALAYALAM", "MONGOLIAN", "MYANMAR", "ORIYA", "SINHALA", "SUNDANESE", "TAMIL",
    "TELUGU", "TIBETAN",
))  # fmt: skip
THAI = re.compile(r"[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")  # marks that stand above or below a Thai letter
MARKED = re.compile(rf".{THAI.pattern}*")  # a letter with its marks
# what makes Thai marks collide that are set one by one: two on one letter, one above a tall letter or below a deep one
CROWDED = re.compile(
    r"[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e][\u0e31\u0e33-\u0e3a\u0e47-\u0e4e]"
    r"|[\u0e1b\u0e1d\u0e1f\u0e2c][\u0e31\u0e33-\u0e37\u0e47-\u0e4e]|[\u0e0d-\u0e10][\u0e38-\u0e3a]"
)


def composed(text: str) -> str:
    """The text as it is drawn: accents joined with their letters where Unicode has one character for both."""
    return unicodedata.normalize("NFC", text.translate(PRESENTATION))


def named(character: str) -> str:
    """A character for an error line, as in "U+0302 COMBINING CIRCUMFLEX ACCENT"."""
    nameless = "of private use" if unicodedata.category(character) == "Co" else "without a name"
    return f"U+{ord(character):04X} {unicodedata.name(character, nameless)}"


def refusal(text: str) -> str | None:
    """Why a composed text would not come out right, as an error line says it; None where it does."""
    if crowded := CROWDED.search(text):
        return (f"must have no Thai marks that meet, as in {crowded.group()}: Blender 4.5 sets them one over the "
                "other, and Convolume draws the same with every Blender")  # fmt: skip
    for character in text:
        if why := unset(character):
            return why
        if advance(character) is None:
            return f"must be without {named(character)}: no font of Blender's has it"
    return None


@cache
def unset(character: str) -> str | None:
    """Why Blender's text would set a character wrong, whatever fonts have it."""
    name = unicodedata.name(character, "")
    script = name.split(" ")[0].split("-")[0]
    direction = unicodedata.bidirectional(character)
    if direction in ("AL", "AN") or script == "ARABIC":
        return (f"must be in another script: Blender's text cannot join {script.title()} letters, nor set them from "
                "right to left")  # fmt: skip
    if direction == "R":
        return f"must be in another script: Blender's text cannot set {script.title()} from right to left"
    if script in SHAPED:
        return f"must be in another script: Blender's text cannot join {script.title()} letters into syllables"
    if {"CHOSEONG", "JUNGSEONG", "JONGSEONG"} & set(name.split()):
        return f"must have whole Hangul syllables: Blender's text cannot join {named(character)}"
    category = unicodedata.category(character)
    if category in ("Mn", "Mc", "Me") and not THAI.match(character):
        return f"must be without {named(character)}: Blender 4.5 sets it beside its letter, not on it"
    if character == "\u200d" or 0x1F1E6 <= ord(character) <= 0x1F1FF or 0x1F3FB <= ord(character) <= 0x1F3FF:
        return f"must have pictures of one character each: Blender's text cannot join them by {named(character)}"
    if category == "Cf":
        return f"must be without {named(character)}, which has no letter to draw"
    return None


@cache
def _table(text: str) -> tuple[list[int], list[int], list[float]]:
    """The ranges of a table: their first and last characters and the advance of each."""
    rows, width = [], 0.0
    for item in text.split():
        if item.startswith("w"):
            width = int(item[1:]) / 10000
        else:
            first, _, last = item.partition("-")
            rows.append((int(first, 16), int(last or first, 16), width))
    first, last, widths = zip(*sorted(rows), strict=True)
    return list(first), list(last), list(widths)


def _found(character: str, text: str) -> float | None:
    first, last, widths = _table(text)
    k = bisect_right(first, ord(character)) - 1
    return widths[k] if k >= 0 and ord(character) <= last[k] else None


@cache
def in_main(character: str) -> bool:
    """Whether the figures' own font has a character."""
    return _found(character, glyph_table.ADVANCES) is not None


@cache
def advance(character: str) -> float | None:
    """How far a character takes the text on, in units of the font size; None where no font has it."""
    own = _found(character, glyph_table.ADVANCES)
    return _found(character, glyph_table_others.ADVANCES) if own is None else own
