# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure the advances of all letters that figures can say, and write `addon/scene/glyph_table*.py`.

Run with a bpy wheel: `python scripts/measure_glyphs.py`, some minutes. Which characters a font has is asked of Pillow;
how wide they are, of Blender for the figures' own font and where its others differ, for it takes one of these, and of
Pillow where they agree, for Blender looks through all fonts for a rare letter. The story lays text out from that table,
so layout and camera fit need no Blender; a test compares it with the Blender it runs in.
"""

import sys
import unicodedata
from pathlib import Path
from textwrap import wrap

import bpy
from PIL import ImageFont

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from addon.scene import letters
from addon.stage.meshes import font, fonts_folder
from addon.story.page.glyphs import FONT_FILE, FONT_SCALE, OTHERS_SCALE

NOWHERE = "\U000e0fff"  # a character that no font has
AGREE = 0.012  # ems
LAST = 0x323AF  # of the last plane of Chinese characters
HEADER = '''# SPDX-License-Identifier: GPL-3.0-or-later
"""Advances of letters that figures can say: {}. Made by scripts/measure_glyphs.py.

`w5605` begins the characters that take 0.5605 of the font size; they follow as ranges of code points.
"""
'''


def had(file: Path, asked: list[str]) -> dict[str, float]:
    """The characters that a font has, which are those that it draws otherwise than one that it lacks, and how far each
    takes the text on, in ems."""
    small, large = (ImageFont.truetype(str(file), size, layout_engine=ImageFont.Layout.BASIC) for size in (40, 1000))
    lacking, length = small.getmask(NOWHERE), small.getlength(NOWHERE)
    box = (lacking.size, bytes(lacking))
    found = {}
    for character in asked:
        if small.getlength(character) == length:
            mask = small.getmask(character)
            if (mask.size, bytes(mask)) == box:
                continue
        found[character] = large.getlength(character) / 1000
    return found


class Ruler:
    """Advances in one of Blender's fonts, or in its built-in one and what it falls back on."""

    def __init__(self, face, size: float):
        curve = bpy.data.curves.new("measure", "FONT")
        curve.size, curve.resolution_u, curve.fill_mode = size, 1, "NONE"
        curve.font = face or curve.font
        self.object = bpy.data.objects.new("measure", curve)
        self.bare = self.extent("||")

    def extent(self, body: str) -> float:
        self.object.data.body = body
        xs = [v.co.x for v in self.object.to_mesh().vertices]
        self.object.to_mesh_clear()
        return max(xs) - min(xs)

    def advance(self, character: str) -> float:
        return max(self.extent(f"|{character}|") - self.bare, 0.0)


def rows(advances: dict[str, float], digits: int) -> str:
    """A table's text: characters by their advances, in ranges."""
    by_width: dict[int, list[int]] = {}
    for character, width in sorted(advances.items()):
        by_width.setdefault(round(round(width, digits) * 10000), []).append(ord(character))
    items = []
    for width, codes in sorted(by_width.items()):
        items.append(f"w{width}")
        ranges: list[list[int]] = []
        for code in codes:
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
        items += [f"{a:x}" if a == b else f"{a:x}-{b:x}" for a, b in ranges]
    return "\n".join(wrap(" ".join(items), 118, break_on_hyphens=False))


def write(name: str, says: str, advances: dict[str, float], digits: int) -> None:
    text = f'{HEADER.format(says)}\nADVANCES = """\n{rows(advances, digits)}\n"""\n'
    Path(__file__).parents[1].joinpath(f"addon/scene/{name}.py").write_text(text, encoding="utf-8")


def sayable() -> list[str]:
    """All characters but those that Blender's text sets wrong, and accents' letters in two parts."""
    every = map(chr, range(0x20, LAST + 1))
    return [c for c in every if unicodedata.category(c) not in ("Cc", "Cn", "Co", "Cs", "Zl", "Zp")
            and unicodedata.is_normalized("NFC", c) and not letters.unset(c)]  # fmt: skip


def main() -> None:
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True, load_ui=False)
    asked = sayable()
    files = [file for file in sorted(fonts_folder().iterdir()) if "lastresort" not in file.name]
    fonts = {file.name: had(file, asked) for file in files}
    own = fonts.pop(FONT_FILE)
    found: dict[str, list[float]] = {}
    for advances in fonts.values():
        for character in advances.keys() - own.keys():
            found.setdefault(character, []).append(advances[character])
    first, second = Ruler(font(), FONT_SCALE), Ruler(None, OTHERS_SCALE)
    others = {c: OTHERS_SCALE * w[0] if max(w) - min(w) < AGREE else second.advance(c) for c, w in found.items()}
    write("glyph_table", "of the figures' own font", {c: first.advance(c) for c in own}, 4)
    write("glyph_table_others", "of Blender's other fonts", others, 3)


if __name__ == "__main__":
    main()
