# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes docs/gallery.md: every figure with a still, what to watch, a description, and the command that makes it.

    python scripts/make_gallery.py             the page
    python scripts/make_gallery.py --check     whether it is up to date
    python scripts/make_gallery.py --stills    renders the stills too (all, or the figures named after it); needs bpy

- What to watch is the scene files' `watch`; shapes, values and the sum in the descriptions come from the plan.
- A still shows an explained step: its window, its operands and its sum can be read.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from addon.listing import columns  # noqa: E402
from addon.scene.load import figures, load  # noqa: E402
from addon.story import make_plan  # noqa: E402

PAGE = ROOT / "docs" / "gallery.md"
STILLS = ROOT / "docs" / "media" / "gallery"
LONGEST = 200  # characters of a sum that a description gives in full
INTRO = """\
<!-- Made by scripts/make_gallery.py from scenes/*.toml: change them there. -->

# Gallery

One still of each figure: first those of the cheat sheet, which `make render` makes as animations, then others, which it
makes when they are named, as in `make render ARGS="{example}"`. `--theme dark`, `--size 1920x1080`, `--format mp4` and
`--set` change how it looks and what it computes: [scene-file.md](scene-file.md) lists every key.
"""


def still_step(plan) -> int:
    """The step that is shown: an explained one of the first run, two thirds through them, in the middle of its row."""
    explained = [i for i, step in enumerate(plan.steps) if step.explained and step.run == 0]
    late = plan.steps[explained[2 * len(explained) // 3]].index
    row = [i for i in explained if plan.steps[i].index[:-1] == late[:-1]]
    return row[len(row) // 2]


def sentence(text: str) -> str:
    """A step's sum; of a long one only what it is of and what it comes to."""
    text = text.split("; ")[-1]
    if len(text) <= LONGEST:
        return text
    return f"{text.split(' = ')[0]} = … = {text.split(' = ')[-1]}"


def description(scene, plan) -> str:
    """What the still shows, for those who cannot see it."""
    said = dict(part.split(" ", 1) for part in columns(scene)[2:6])
    stride, padding, dilation = said["s/p/d"].split("/") if "/" in said["s/p/d"] else ("",) * 3
    slide = f", stride {stride}, padding {padding}, dilation {dilation}" if stride else ""
    kernel = f", kernel {said['kernel']}" if said["kernel"] != "–" else ""
    what = f"{columns(scene)[1]}: input {said['input']}{kernel}{slide}, output {said['output']}."
    index = still_step(plan)
    steps = sum(step.run == 0 for step in plan.steps)
    return f"{what} Step {index + 1} of {steps}: {sentence(plan.steps[index].text)}."


def section(figure: str) -> str:
    scene = load(figure)
    plan = make_plan(scene)
    title = columns(scene)[1]
    shapes = ", ".join(columns(scene)[2:6])
    command = f"python scripts/render_all.py {figure}"
    return (
        f"## {title}\n\n![{description(scene, plan)}](media/gallery/{figure}.webp)\n\n{scene.watch}\n\n"
        f"{shapes}; {len(plan.steps)} steps in {plan.seconds:.0f} seconds: `{command}`\n"
    )


def page() -> str:
    names = figures()
    return "\n".join([INTRO.format(example=names[0]), *(section(name) for name in names)])


def render(names: list[str]) -> None:
    """Render a still of each figure and write it as WebP."""
    import bpy
    from PIL import Image

    from addon.render.profiles import PROFILES
    from addon.render.reuse.frames import record
    from addon.stage import build, prepare_scene

    STILLS.mkdir(parents=True, exist_ok=True)
    for name in names:
        plan = make_plan(load(name))
        bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True, load_ui=False)
        scene = bpy.context.scene
        prepare_scene(plan, scene, build(plan, scene))
        frame = plan.frame_of(plan.steps[still_step(plan)].second)
        picture = record(scene, [frame], PROFILES["print"]).frame(0)
        path = STILLS / f"{name}.webp"
        Image.fromarray(picture).save(path, quality=90, method=6)
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size} bytes", file=sys.stderr)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if the page is not up to date")
    parser.add_argument("--stills", nargs="*", metavar="FIGURE", help="render these figures' stills, or all")
    asked = parser.parse_args(argv)
    made = page()
    if asked.check:
        current = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
        if current != made:
            print(f"{PAGE.relative_to(ROOT)} is not up to date: run python scripts/make_gallery.py")
        return int(current != made)
    if asked.stills is not None:
        render(asked.stills or figures())
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(made, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
