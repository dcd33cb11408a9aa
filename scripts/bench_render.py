# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure rendering: reused tiles against whole frames, by profile, for the shipped figures; writes docs/benchmarks.md.

    python scripts/bench_render.py [FIGURE …] [--size 854x480] [--fps 15]

CPU seconds, not wall clock: machines are shared. Whole frames are sampled (six of each figure) and scaled to the
number of distinct frames; everything else is measured in full. Needs bpy.
"""

import argparse
import os
import platform
import resource
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import bpy  # noqa: E402

from addon.render import encode, frames, progress  # noqa: E402
from addon.render.profiles import choose  # noqa: E402
from addon.stage import build, prepare_scene  # noqa: E402
from addon.story import figures, load, make_plan  # noqa: E402

HEAD = """# Benchmarks

Made by `make bench`. CPU seconds include all threads. "Whole frames" renders every distinct frame completely, as plain
Blender does; "reused" is what Convolume does. Area: how many whole frames' worth of pixels were rendered.

"""
COLUMNS = ("figure", "profile", "seconds", "frames", "distinct", "area", "CPU s reused", "CPU s whole frames", "ratio",
           "CPU s per s", "GIF kB", "GIF CPU s")  # fmt: skip


def cpu() -> float:
    """CPU seconds of this process so far, threads included."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def measure(name: str, quality: str, options: dict) -> tuple[list[str], str]:
    plan = make_plan(load(name, {**options, "output.quality": quality}))
    with progress.quiet():
        bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
        scene = bpy.context.scene
        profile, reason = choose(quality)
        started = cpu()
        prepare_scene(plan, scene, build(plan, scene))
        recording = frames.record(scene, range(1, plan.frames + 1), profile)
        reused = cpu() - started
        some = [1 + i * (plan.frames - 1) // 5 for i in range(6)]
        started = cpu()
        frames.record(scene, some, profile, reuse=False)
        whole = (cpu() - started) / len(some) * len(recording)
        started = cpu()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "clip.gif"
            pictures = [recording.picture(i) for i in recording.order]
            encode.write_gif(path, pictures, [1 / plan.fps] * len(pictures))
            size = path.stat().st_size
        encoding = cpu() - started
    area = recording.rendered_pixels / (plan.size[0] * plan.size[1])
    row = [name, quality, f"{plan.seconds:.1f}", str(plan.frames), str(len(recording)), f"{area:.1f}", f"{reused:.1f}",
           f"{whole:.1f}", f"{whole / reused:.1f}", f"{reused / plan.seconds:.2f}", f"{size / 1000:.0f}",
           f"{encoding:.1f}"]  # fmt: skip
    return row, f"{quality}: {reason}"


def main() -> None:
    parser = argparse.ArgumentParser(description="measure rendering")
    parser.add_argument("figure", nargs="*", default=figures())
    parser.add_argument("--size", default="854x480")
    parser.add_argument("--fps", type=int, default=15)
    asked, _ = parser.parse_known_args()
    rows, reasons = [], []
    for name in asked.figure:
        for quality in ("draft", "lecture"):
            began = time.time()
            row, reason = measure(name, quality, {"output.size": asked.size, "output.fps": asked.fps})
            rows.append(row)
            reasons += [reason] if reason not in reasons else []
            print(", ".join(f"{c}: {v}" for c, v in zip(COLUMNS, row, strict=True)), f"({time.time() - began:.0f} s)")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    text = HEAD + f"Machine: {os.cpu_count()} cores, {platform.machine()}, {platform.system()}; Blender "
    text += f"{bpy.app.version_string}; {asked.size}, {asked.fps} frames per second. Peak memory {peak:.1f} GB.\n\n"
    text += "".join(f"- {reason}\n" for reason in reasons) + "\n"
    text += "| " + " | ".join(COLUMNS) + " |\n" + "|---" * len(COLUMNS) + "|\n"
    text += "".join("| " + " | ".join(row) + " |\n" for row in rows)
    (ROOT / "docs" / "benchmarks.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
