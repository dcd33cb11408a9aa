# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure rendering, side by side in one run; writes docs/benchmarks.md.

    python scripts/bench_render.py [FIGURE …] [--quality draft,lecture] [--studio 16,64] [--no-growth]

(a) our figures by quality, each at its own size and rate, and where their time goes; (b) ManimCommunity drawing the
same steps at the same size and rate as cubes that are not lit; (c) our frames rendered whole, one by one; (d) one frame
in Blender's own light. CPU seconds, not wall clock: machines are shared. Whole frames are sampled (three of each
figure) and scaled to the distinct ones. Needs bpy.
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
from addon.render.profiles import PROFILES  # noqa: E402
from addon.render.reuse import batch_scene, frames, reuse_policy, snapshot  # noqa: E402
from addon.scene.load import load  # noqa: E402
from addon.stage import build, prepare_scene, solids  # noqa: E402
from addon.story import make_plan  # noqa: E402

FIGURES = ("conv2d_valid", "rgb_conv", "volume_to_volume")
ASKED = {"draft": 0.5, "lecture": 1.0}  # of what manim's cubes cost
LIGHT_ASKED = 0.1  # of a figure's cost
HEAD = """# Benchmarks

Made by `make bench` (`scripts/bench_render.py`), in one run.

CPU seconds include all threads. Other work shares the machine and slows a core down
by up to a half, so no seconds are to be compared with another run's: ratios within this one, of what ran right after
each other, are what counts. `load` is how many processes wanted a core then. Ours: planning, building, evaluating,
rendering and encoding a GIF, with an empty cache, in a running process that renders with one thread, as each process
of `--jobs` does. Manim's: its whole process, with the film it writes.

"""
COLUMNS = ("figure", "quality", "size", "a second", "seconds", "frames", "distinct", "CPU s", "per s", "load",
           "manim's CPU s", "of manim's", "asked")  # fmt: skip
PARTS = ("plan", "build", "of it light", "evaluate", "read", "geometry", "render", "encode", "light, of all")
REUSE = ("figure", "quality", "per distinct frame", "whole frames CPU s", "of whole frames", "area", "of changed",
         "GIF kB")  # fmt: skip


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


def built(name: str, options: dict, spent: dict):
    """A figure in an empty file, its light worked out anew: (plan, scene)."""
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    scene = bpy.context.scene
    for shape in solids._SHAPES.values():
        shape.cache_clear()
    began = cpu()
    plan = make_plan(load(name, options))
    spent["plan"] = cpu() - began
    light = {}
    with timed(light, **{f: (solids.baked, f) for f in ("cell_mesh", "box_shadow", "floor_light", "pool")}):
        prepare_scene(plan, scene, build(plan, scene))
    spent["build"] = cpu() - began - spent["plan"]
    return plan, scene, sum(light.values())


def measure(name: str, quality: str, manim: float | None) -> tuple[list[str], list[str], list[str]]:
    """A row of each table: against manim, where the time goes, what reuse brings."""
    spent, profile = {}, PROFILES[quality]
    with progress.quiet(), tempfile.TemporaryDirectory() as folder:
        began = cpu()
        plan, scene, light = built(name, {"output.quality": quality}, spent)
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
    changed, distinct = changed_area(recording), len(recording)
    beside = (f"{manim:.1f}", f"{total / manim:.2f}", f"at most {ASKED[quality]:g}") if manim else "–––"
    against = [name, f"{quality} ({profile.samples})", "{}×{}".format(*plan.size), plan.fps, f"{plan.seconds:.1f}",
               plan.frames, distinct, f"{total:.1f}", f"{total / plan.seconds:.2f}",
               busy(), *beside]  # fmt: skip
    spent["of it light"] = light
    where = [f"{spent[p]:.1f}" for p in PARTS[:-1]]
    reuse = [name, quality, f"{total / distinct:.3f}", f"{whole:.0f}", f"1/{whole / total:.1f}", f"{area:.1f}",
             f"{(area - first) / changed:.2f}", f"{size / 1000:.0f}"]  # fmt: skip
    return [str(v) for v in against], [name, quality, *where, f"{light / total:.3f}"], reuse


def in_studio_light(name: str, samples: list[int]) -> list[list[str]]:
    """What one frame costs in Blender's own light, and the same frame in baked light, by samples.

    Rendered at half the width and height, times four: what all pixels of a frame cost grows as they do.
    """
    costs = {}
    for light, counts in (("baked", [PROFILES["lecture"].samples]), ("studio", samples)):
        with progress.quiet(), tempfile.TemporaryDirectory() as folder:
            plan, scene, _ = built(name, {"look.light": light}, {})
            PROFILES["lecture"].apply(scene)
            # kept data would keep the first samples, too
            scene.render.use_persistent_data, scene.render.resolution_percentage = False, 50
            scene.frame_set(plan.frame_of(plan.steps[1].second))
            scene.render.filepath = str(Path(folder) / "frame.png")
            for count in counts:
                scene.cycles.samples = count
                start = cpu()
                bpy.ops.render.render(write_still=True)
                costs[light, count] = 4 * (cpu() - start)
    (first, *rest) = costs.items()
    return [[name, *map(str, key), f"{cost:.1f}", f"{cost / first[1]:.0f}"] for key, cost in (first, *rest)]


def table(columns, rows) -> str:
    lines = ["| " + " | ".join(columns) + " |", "|---" * len(columns) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n\n"


class Baseline:
    """ManimCommunity drawing the same steps: its CPU seconds, and what is said of it. None of it without manim."""

    def __init__(self):
        self.python, self.version = bench_manim.installed()
        self.rows = []

    def measure(self, name: str, quality: str) -> float | None:
        if self.python is None or name not in bench_manim.SIDES:
            return None
        plan = make_plan(load(name, {"output.quality": quality}))
        used, memory, size = bench_manim.measure(self.python, name, plan)
        steps = len(bench_manim.spec(name, plan)["steps"])
        self.rows.append([name, "{}×{}".format(*plan.size), str(plan.fps), f"{plan.seconds:.1f}", str(steps),
                          f"{used:.1f}", f"{used / plan.seconds:.2f}", f"{memory:.0f}", f"{size / 1000:.0f}",
                          busy()])  # fmt: skip
        print(f"manim {name} {quality}: {used:.1f} CPU s, {used / plan.seconds:.2f} per second", flush=True)
        return used

    def text(self) -> str:
        if self.python is None:
            return f"ManimCommunity was left out: {self.version}\n\n"
        columns = "figure", "size", "a second", "seconds", "steps", "CPU s", "per s", "peak MB", "MP4 kB", "load"
        return (f"ManimCommunity {self.version}, Cairo, unlit cubes, without any text (its code is at the end of this "
                f"page); {bench_manim.start(self.python):.1f} of its CPU seconds are its start.\n\n"
                + table(columns, self.rows))  # fmt: skip


def busy() -> str:
    """How many processes wanted a core in the last minute."""
    return f"{os.getloadavg()[0]:.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description="measure rendering")
    parser.add_argument("figure", nargs="*", default=list(FIGURES))
    parser.add_argument("--quality", default="draft,lecture")
    parser.add_argument("--studio", default="16,64", help="samples of one frame in Blender's own light; empty: none")
    parser.add_argument("--no-growth", action="store_true", help="leave out how cost grows with what stands there")
    asked = parser.parse_args()
    qualities = asked.quality.split(",")
    manim = Baseline()
    rows, parts, reuse = [], [], []
    for name in asked.figure:
        for quality in qualities:
            # one right after the other: another load of the machine is another cost of the same work
            against, where, again = measure(name, quality, manim.measure(name, quality))
            rows.append(against)
            parts.append(where)
            reuse.append(again)
            for columns, row in ((COLUMNS, against), (("", "", *PARTS), where), (REUSE, again)):
                print(", ".join(f"{c}: {v}" for c, v in zip(columns, row, strict=True)), flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    text = HEAD + f"Machine: {os.cpu_count()} cores, {platform.machine()}, {platform.system()}, no GPU used; Blender "
    text += f"{bpy.app.version_string}. Peak memory {peak:.1f} GB.\n\n"
    text += table(COLUMNS, rows)
    text += ("The number after a quality is its samples per pixel; Cycles on the CPU. Where the CPU seconds go, and "
             f"which share of all working out the light takes (asked: at most {LIGHT_ASKED:g}):\n\n")  # fmt: skip
    text += table(("figure", "quality", *PARTS), parts)
    text += ("What reuse brings. Area: how many pictures' worth of pixels were rendered; of changed: that, the first "
             "picture aside, against the area of the 16-pixel squares that hold a pixel changed by more than "
             "3/255.\n\n" + table(REUSE, reuse) + manim.text())  # fmt: skip
    if asked.studio:
        lit = in_studio_light(asked.figure[0], [int(n) for n in asked.studio.split(",")])
        print(*lit, sep="\n", flush=True)
        text += ("## Blender's own light\n\nOne frame of 1280×720 (measured at a quarter of the pixels, times four), "
                 "denoised where this Blender can; before it the frame as `lecture` has it.\n\n")  # fmt: skip
        text += table(("figure", "light", "samples", "CPU s", "of baked"), lit)
    if not asked.no_growth:
        scale = subprocess.run([sys.executable, str(ROOT / "scripts" / "bench_scale.py")], capture_output=True,
                               text=True, check=True)  # fmt: skip
        text += scale.stdout[scale.stdout.find("## Growth") :].rstrip() + "\n\n"
    notes = ROOT / "docs" / "benchmarks_notes.md"
    text += notes.read_text(encoding="utf-8") + "\n" if notes.exists() else ""
    code = (ROOT / "scripts" / "bench_manim_scenes.py").read_text(encoding="utf-8")
    text += f"## The baseline's code\n\n```python\n{code}```\n"
    (ROOT / "docs" / "benchmarks.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
