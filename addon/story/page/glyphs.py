# SPDX-License-Identifier: GPL-3.0-or-later
"""How much room a text takes, without Blender: widths from a table of its fonts'. Units: the font size.

The font is Inter, which every Blender brings along: its digits are all equally wide and its 1 cannot be read as a bar.
`FONT_SCALE` is the size Blender is asked for where we say 1, so that capitals are about 0.69 high. Letters that it
lacks are set in Blender's built-in font, which falls back on Noto's; at `OTHERS_SCALE` their em is as long as Inter's.
"""

from functools import lru_cache
from itertools import groupby

from ...scene import letters

FONT_FILE = "Inter.woff2"
FONT_SCALE = 1.35
OTHERS_SCALE = 0.944
CAP_HEIGHT = 0.69  # of a digit or a capital
DESCENT = 0.22  # of brackets and of g, j, p, q, y, below the baseline
MINUS = "\u2212"
TIMES = "\u00d7"


@lru_cache(maxsize=4096)
def width(text: str) -> float:
    """The advance of `text` in units of the font size; a character outside the table counts as a full square."""
    advances = map(letters.advance, text)
    return sum(1.0 if a is None else a for a in advances)


def runs(text: str) -> list[tuple[float, str, bool]]:
    """A text's pieces: where each begins, what it says, and whether the figures' own font has its letters. Others stand
    alone with their marks: they may be of several fonts, whose outlines turn differently."""
    made, at = [], 0.0
    for own, characters in groupby(text, letters.in_main):
        said = "".join(characters)
        for piece in [said] if own else letters.MARKED.findall(said):
            made.append((at, piece, own))
            at += width(piece)
    return made
