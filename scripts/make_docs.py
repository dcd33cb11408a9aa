# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes docs/scene-file.md from the fields of addon/scene/spec.py; --check says whether it is up to date.

- What a key means, its range and its default are said once, in the spec.
- The example is a scene file of this project, read from where it lies.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import Field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from addon.scene import kernels, limits, spec  # noqa: E402
from addon.scene.checks import toml  # noqa: E402

PAGE = ROOT / "docs" / "scene-file.md"
EXAMPLE = ROOT / "scenes" / "rgb_conv.toml"

INTRO = """\
<!-- Made by scripts/make_docs.py from addon/scene/spec.py: change it there. -->

# Scene files

A scene file says what a figure shows: one operation, the numbers it works on, and how it is to look. It is
[TOML](https://toml.io), so it is data and never code; every key has a default, and a file holds only what
differs. A value that cannot be is answered in one line with the file, the key, the value and what would be
right:

    scenes/my.toml: op.stride = 0: must be a whole number of at least 1

The smallest useful file has two lines, `[op]` and `type = "max_pool"`. This one is the figure `{id}`:

```toml
{example}```

Any key can be replaced for one run, with its table and a point: `--set op.stride=2`. Text needs no quotes
there: `--set op.padding=same --set input.size=8x8 --set input.image=photo.png`. A new source of numbers
takes the place of the file's. One number for `input.size` is that of each of the file's axes. Nothing after the sign
takes the key out, so that it is worked out again: `--set kind=` (a text becomes empty). Choices may have capitals.
Where no figure is named, each takes of `--set` what fits it, and a line says which did not and why.
A file's name, without `.toml`, is the figure's id.

Paths in a scene file start beside the file and stay there: what it names lies in its own folder or below, or in a
folder that is named with `--allow FOLDER` (in Blender: Read From, in the add-on's preferences). Paths of `--set`
start in the current folder and lead anywhere.

Terms and parameters are PyTorch's and ONNX's. A convolution is a cross-correlation, as in every framework:
the kernel is not flipped. Sizes of volumes are rows × columns; the size of the picture is width × height.

Texts may be in any language that Blender's text objects set right, in the fonts that every Blender brings: Latin
with all its accents, Greek, Cyrillic, Armenian, Georgian, Ethiopic, Chinese, Japanese, Korean, mathematical signs,
pictures (emoji) of one character. Blender joins no letters and sets nothing from right to left, so Arabic, Hebrew
and the scripts of India, Tibet and Burma are refused by name, as are accents for which Unicode has no letter, and
characters that no font has. Thai is drawn where no two marks meet on a letter: Blender 4.5 sets them one over the
other (5.2 does not), and a figure is the same with both.
"""

NUMBERS = """\
## Where numbers come from

One source per table. `seed` draws whole numbers, equally likely, from `low` to `high`: PCG64, row by row,
channel by channel, the same with every version. `values` and `npy` may leave out leading axes of length 1.
Whole numbers stay whole all the way to the picture, others are computed as 64-bit floats, of
shorter ones as the shortest decimal that they stand for; none may be infinite or further from 0 than 10¹².
`.npy` files that hold Python objects are refused, never unpickled.

An input is read as (channels, rows, columns). A batch of one, (1, channels, rows, columns), is its one sample.
A picture's (rows, columns, channels), with 1, 3 or 4 channels, is turned where `input.channels`, `input.size`, the
weights, the groups or the window leave no other reading; where both can be, the first order is meant, unless
`input.channels` says otherwise. Weights are (out, in / groups, rows, columns) and nothing else: a lone
(rows, columns) is one filter over one channel, three axes are filters over one channel or one filter's channels.

A picture is turned upright as its camera noted, laid over white where it is transparent, cropped at its
centre to the shape of `input.size`, and averaged over the area of each cell. Grey is 0.299 R + 0.587 G +
0.114 B. The brightness from 0 to 1 is then cut into `input.levels` equal steps: with 10, black is 0 and
white is 9. Of a moving picture the first frame is taken. Pictures are PNG, JPEG, GIF, BMP, WebP or PNM;
a Blender that runs a checkout, without the extension's Pillow, reads PNG alone.
"""

LIMITS = """\
## Limits

How much a scene may ask for is checked before memory or time is taken. A scene file cannot raise these limits, since it
may be a stranger's; whoever runs it can: `--limit cells=5000000 --limit steps=20000`, in Blender Limits in the add-on's
preferences, in Python `load(…, limits=parse_limits(["cells=5000000"]))`.

| limit | default | what it bounds |
|---|---|---|
"""

KERNELS = """\
## Named kernels

For `weight.kernel`. Each is 3×3 on two axes; some have a form of 3 on one axis. `identity` (any odd size)
and `ones` (any size) fit one to three axes. They are applied as written, and are whole numbers so that a
figure can be read.

| name | what its result shows | on one axis | on two axes |
|---|---|---|---|
"""


def span(about) -> str:
    """ "1 … 64", or nothing."""
    low, high = about["range"] or (None, None)
    return f"{low:,} … {high:,}".replace("-", "−") if low is not None else ""


def type_of(about) -> str:
    """What may stand behind the key."""
    choices = ", ".join(f"`{toml(c)}`" for c in about["choices"])
    words = {
        "flag": "`true` or `false`",
        "whole": "whole number",
        "real": "number",
        "rate": "number",
        "text": "text",
        "texts": "list of texts",
        "name": "name",
        "choice": choices,
        "choices": f"list of {choices}",
        "size": "1 to 3 whole numbers",
        "pixels": "2 whole numbers",
        "axes": "whole number, or a list",
        "padding": f"whole number, list, list of pairs, or {choices}",
        "numbers": "nested lists of numbers",
        "path": "path",
        "names": "name, or list of names",
    }[about["kind"]]
    return f"{words}, {span(about)}" if span(about) else words


def default_in_words(f: Field) -> str:
    if f.metadata["auto"]:
        return f.metadata["auto"]
    default = spec.default_of(f)
    return "none" if default is None else f"`{toml(default)}`"


def table(cls) -> str:
    """One row per key."""
    lines = ["| key | value | unit | default | meaning |", "|---|---|---|---|---|"]
    for name, f in spec.knobs(cls).items():
        about = f.metadata
        meaning = about["help"].replace("|", "\\|")
        if about["ops"]:
            meaning += f" ({', '.join(f'`{op}`' for op in about['ops'])})"
        lines.append(f"| `{name}` | {type_of(about)} | {about['unit']} | {default_in_words(f)} | {meaning} |")
    return "\n".join(lines) + "\n"


def page() -> str:
    """The whole page."""
    example = EXAMPLE.read_text(encoding="utf-8")
    parts = [INTRO.format(id=EXAMPLE.stem, example=example)]
    parts.append("## Above all tables\n\n" + table(spec.Scene))
    for name, cls in spec.TABLES.items():
        parts.append(f"## [{name}]\n\n{cls.__doc__}\n\n{table(cls)}")
    parts.append(NUMBERS)
    parts.append(LIMITS + "".join(f"| `{name}` | {most:,} | {what} |\n" for name, most, what in limits.table()))
    rows = [
        " | ".join(("", f"`{name}`", about, line, plane, "")) for name, about, line, plane in kernels.table()
    ]
    parts.append(KERNELS + "\n".join(row.strip() for row in rows) + "\n")
    return "\n".join(parts)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Write docs/scene-file.md from the spec.")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if the page is not up to date")
    args = parser.parse_args(argv)
    text = page()
    if args.check:
        if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text:
            return 0
        print(f"{PAGE.relative_to(ROOT).as_posix()} is not up to date: run python scripts/make_docs.py")
        return 1
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
