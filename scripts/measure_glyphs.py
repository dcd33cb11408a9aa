# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure the advance widths of the figures' font and write `addon/story/page/glyph_table.py`.

Run with a bpy wheel: `python scripts/measure_glyphs.py`. The story lays text out from that table, so layout and
camera fit need no Blender; a test compares the table with the Blender it runs in.
"""

import sys
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from addon.stage.meshes import font
from addon.story.page.glyphs import FONT_SCALE

CHARACTERS = (
    [chr(c) for c in range(0x20, 0x7F)]
    + [chr(c) for c in range(0xA1, 0x180) if c not in (0xAD, 0x149)]  # these two are not in the font
    + list("–—‘’“”…−×·→←↑↓≤≥≠≈±÷√∑²³₀₁₂₃₄₅₆₇₈₉■")
    + [chr(c) for c in range(0x391, 0x3CA) if c != 0x3A2]
    + [chr(c) for c in range(0x410, 0x450)]
)


def advance(body: str) -> float:
    """The x extent of `body` between two full stops, in units of the font size."""
    curve = bpy.data.curves.new("measure", "FONT")
    curve.body, curve.font, curve.size = body, font(), FONT_SCALE
    obj = bpy.data.objects.new("measure", curve)
    bpy.context.scene.collection.objects.link(obj)
    mesh = obj.evaluated_get(bpy.context.evaluated_depsgraph_get()).to_mesh()
    xs = [v.co.x for v in mesh.vertices]
    bpy.data.objects.remove(obj)
    return max(xs) - min(xs)


def main() -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bare = advance("||")
    rows = {c: round(advance(f"|{c}|") - bare, 4) for c in CHARACTERS}
    lines = [
        "# SPDX-License-Identifier: GPL-3.0-or-later",
        '"""Advance widths of the figures\' font, in units of the font size. Made by scripts/measure_glyphs.py."""',
        "",
        "ADVANCE = {",
    ]
    by_width: dict[float, str] = {}
    for character, width in rows.items():
        by_width[width] = by_width.get(width, "") + character
    for width, characters in sorted(by_width.items()):
        for start in range(0, len(characters), 60):
            lines.append(f"    {characters[start:start + 60]!a}: {width},")
    # two rows of equal text cannot happen: a character has one width
    lines += ["}", ""]
    Path(__file__).parents[1].joinpath("addon/story/page/glyph_table.py").write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
