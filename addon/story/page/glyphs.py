# SPDX-License-Identifier: GPL-3.0-or-later
"""How much room a text takes, without Blender: widths from a table of the font's. Units: the font size.

The font is Inter, which every Blender brings along: its digits are all equally wide and its 1 cannot be read as a bar.
`FONT_SCALE` is the size Blender is asked for where we say 1, so that capitals are about 0.69 high.
"""

from functools import lru_cache

from .glyph_table import ADVANCE

FONT_FILE = "Inter.woff2"
FONT_SCALE = 1.35
CAP_HEIGHT = 0.69  # of a digit or a capital
DESCENT = 0.22  # of brackets and of g, j, p, q, y, below the baseline
MINUS = "\u2212"
TIMES = "\u00d7"

_WIDTH = {character: width for characters, width in ADVANCE.items() for character in characters}


@lru_cache(maxsize=4096)
def width(text: str) -> float:
    """The advance of `text` in units of the font size; a character outside the table counts as a full square."""
    return sum(_WIDTH.get(character, 1.0) for character in text)
