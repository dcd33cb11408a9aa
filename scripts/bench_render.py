# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure rendering, side by side in one run; writes docs/benchmarks.md.

    python scripts/bench_render.py [FIGURE …] [--size 854x480] [--fps 15]

(a) our frames by profile, and where their time goes, (b) the same frames rendered whole, one by one, (c) ManimCommunity
drawing the same steps as cubes that are not lit, (d) encoding. CPU seconds, not wall clock: machines are shared. Whole
frames are sampled (three of each figure) and scaled to the distinct ones. Needs bpy.
"""

import argparse
import contextlib
import os
import platform
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

import bench_manim  # noqa: E402
import bpy  # noqa: E402
import numpy as np  # noqa: E402

from addon.render.files import encode, outputs  # noqa: E402
from addon.render.process import progress  # noqa: E402
from addon.render.profiles import choose  # noqa: E402
from addon.render.reuse import batch_scene, frames, reuse_policy, snapshot  # noqa: E402
from addon.scene.load import load  # noqa: E402
from addon.stage import build, prepare_scene  # noqa: E402
from addon.story import make_plan  # noqa: E402

HEAD = """# Benchmarks

Made by `make bench`, in one run. CPU seconds include all threads; on a shared machine they vary by a quarter, so ratios
within one run are what counts. Ours: building, evaluating, rendering and encoding a GIF, in a running process that
renders with one thread, as each process of `--jobs` does. Manim's: its whole process, with the film it writes.

"""
COLUMNS = ("figure", "profile", "seconds", "frames", "distinct", "CPU s", "per s", "per distinct frame",
           "of manim's", "whole frames CPU s", "of whole frames", "area", "of changed", "GIF kB",
           "GIF CPU s")  # fmt: skip
PARTS = ("build", "evaluate", "read", "geometry", "render", "encode")


def cpu() -> float:
    """CPU seconds of this process so far, threads included."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@contextlib.contextmanager
def timed(spent: dict, **methods):
    """Add up the CPU seconds spent in some methods: name=(class, method)."""
    kept = {name: getattr(owner, method) for name, (owner, method) in methods.items()}

    def wrapped(name, function):
        def call(*args, **options):
            began = cpu()
            try:
                return function(*args, **options)
            finally:
                spent[name] = spent.get(name, 0.0) + cpu() - began

        return call

    for name, (owner, method) in methods.items():
        setattr(owner, method, wrapped(name, kept[name]))
    try:
        yield
    finally:
        for name, (owner, method) in methods.items():
            setattr(owner, method, kept[name])


def changed_area(recording) -> float:
    """Pictures' worth of the squares that hold a pixel changed by more than 3/255, from picture to picture."""
    size, squares, before = reuse_policy.TILE, 0, None
    for index in range(len(recording)):
        picture = recording.picture(index).astype(np.int16)
        if before is not None:
            moved = (np.abs(picture - before) > 3).any(axis=2)
            moved = np.pad(moved, [(0, -length % size) for length in moved.shape])
            squares += moved.reshape(moved.shape[0] // size, size, -1, size).any(axis=(1, 3)).sum()
        before = picture
    return squares * size * size / (recording.width * recording.height)


def measure(name: str, quality: str, options: dict, manim: float | None) -> tuple[list[str], list[str], str]:
    """A row of each table, and why this profile."""
    spent = {}
    with progress.quiet(), tempfile.TemporaryDirectory() as folder:
        bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
        scene = bpy.context.scene
        profile, reason = choose(quality)
        began = cpu()
        plan = make_plan(load(name, {**options, "output.quality": quality}))
        prepare_scene(plan, scene, build(plan, scene))
        spent["build"] = cpu() - began
        with timed(spent, read=(snapshot.Reader, "read"), geometry=(batch_scene.BatchScene, "fill"),
                   render=(frames._Renderer, "_render")):  # fmt: skip
            recording = frames.record(scene, range(1, plan.frames + 1), profile, threads=1)
        made = cpu() - began
        spent["evaluate"] = made - sum(spent.values())
        film = outputs.Film(outputs.FrameRange.of_plan(plan), range(1, plan.frames + 1), recording)
        path = Path(folder) / "clip.gif"
        start = cpu()
        encode.write_gif(path, *film.shots())
        spent["encode"] = cpu() - start
        total, size = made + spent["encode"], path.stat().st_size
        area, first = recording.rendered_pixels / (plan.size[0] * plan.size[1]), 1.0
        some = [1, plan.frames // 2, plan.frames - 1]
        start = cpu()
        frames.record(scene, some, profile, reuse=False, threads=1)
        whole = (cpu() - start) / len(some) * len(recording)
    changed = changed_area(recording)
    distinct = len(recording)
    row = [name, f"{quality} ({profile.samples})", f"{plan.seconds:.1f}", plan.frames, distinct, f"{total:.1f}",
           f"{total / plan.seconds:.2f}", f"{total / distinct:.3f}", f"{total / manim:.2f}" if manim else "–",
           f"{whole:.0f}", f"1/{whole / total:.0f}", f"{area:.1f}", f"{(area - first) / changed:.2f}",
           f"{size / 1000:.0f}", f"{spent['encode']:.1f}"]  # fmt: skip
    return [str(v) for v in row], [name, quality, *(f"{spent[p]:.1f}" for p in PARTS)], f"{quality}: {reason}"


def table(columns, rows) -> str:
    lines = ["| " + " | ".join(columns) + " |", "|---" * len(columns) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n\n"


def baseline(asked, options) -> tuple[dict[str, float], str]:
    """CPU seconds of ManimCommunity by figure, and what is said of it."""
    python, version = bench_manim.installed()
    if python is None:
        return {}, f"ManimCommunity was left out: {version}\n\n"
    found, rows = {}, []
    for name in [n for n in asked if n in bench_manim.SIDES]:
        plan = make_plan(load(name, options))
        used, memory, size = bench_manim.measure(python, name, plan)
        found[name] = used
        rows.append([name, f"{plan.seconds:.1f}", f"{used:.1f}", f"{used / plan.seconds:.2f}", f"{memory:.0f}",
                     f"{size / 1000:.0f}"])  # fmt: skip
        print(f"manim {name}: {used:.1f} CPU s, {used / plan.seconds:.2f} per second", flush=True)
    text = f"ManimCommunity {version}, Cairo, unlit cubes, without any text (its code is at the end of this page):\n\n"
    return found, text + table(("figure", "seconds", "CPU s", "per s", "peak MB", "MP4 kB"), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description="measure rendering")
    parser.add_argument("figure", nargs="*", default=list(bench_manim.SIDES))
    parser.add_argument("--size", default="854x480")
    parser.add_argument("--fps", type=int, default=15)
    parser.add_argument("--quality", default="draft,lecture,print")
    asked, _ = parser.parse_known_args()
    options = {"output.size": asked.size, "output.fps": asked.fps}
    manim, said = baseline(asked.figure, options)
    rows, parts, reasons = [], [], []
    for name in asked.figure:
        for quality in asked.quality.split(","):
            row, part, reason = measure(name, quality, options, manim.get(name))
            rows.append(row)
            parts.append(part)
            reasons += [reason] if reason not in reasons else []
            print(", ".join(f"{c}: {v}" for c, v in zip(COLUMNS, row, strict=True)), flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    text = HEAD + f"Machine: {os.cpu_count()} cores, {platform.machine()}, {platform.system()}, no GPU used; Blender "
    text += f"{bpy.app.version_string}; {asked.size}, {asked.fps} frames per second. Peak memory {peak:.1f} GB.\n\n"
    text += "".join(f"- {reason}\n" for reason in reasons) + "\n" + table(COLUMNS, rows)
    text += ("The number after a profile is its samples per pixel. Area: how many pictures' worth of pixels were "
             "rendered; of changed: that, the first picture aside, against the area of the 16-pixel squares that hold "
             "a pixel changed by more than 3/255.\n\nWhere the CPU seconds go:\n\n")  # fmt: skip
    text += table(("figure", "profile", *PARTS), parts) + said
    scale = subprocess.run([sys.executable, str(ROOT / "scripts" / "bench_scale.py")], capture_output=True, text=True,
                           check=False)  # fmt: skip
    text += scale.stdout[scale.stdout.find("## Growth") :].rstrip() + "\n\n"
    notes = ROOT / "docs" / "benchmarks_notes.md"
    text += notes.read_text(encoding="utf-8") + "\n" if notes.exists() else ""
    code = (ROOT / "scripts" / "bench_manim_scenes.py").read_text(encoding="utf-8")
    text += f"## The baseline's code\n\n```python\n{code}```\n"
    (ROOT / "docs" / "benchmarks.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
