# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure how cost grows with what stands there; prints Markdown, which bench_render.py puts into docs/benchmarks.md.

- The same window over more and more input cells: what a step costs, the first picture aside.
- A layer of 64 × 112 × 112 cells: building, evaluating a step, one picture. In a process of its own, for its memory.
"""

import resource
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import bpy  # noqa: E402
import numpy as np  # noqa: E402

from addon.render.process import progress  # noqa: E402
from addon.render.profiles import PROFILES  # noqa: E402
from addon.render.reuse import frames  # noqa: E402
from addon.scene.load import load  # noqa: E402
from addon.stage import build, prepare_scene  # noqa: E402
from addon.story import make_plan  # noqa: E402
from addon.story.plan.plan import Points  # noqa: E402

SIZES, STEPS = (6, 32, 100), range(4, 10)
LAYER = (64, 112, 112)


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def prepared(plan):
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    scene = bpy.context.scene
    prepare_scene(plan, scene, build(plan, scene))
    PROFILES["lecture"].apply(scene)
    return scene


def with_input(plan, places):
    """The plan with more cells in its input, at these places, like its first cell."""
    volume = next(v for v in plan.volumes if v.role == "input")
    first = {name: volume.points[name][0] for name in ("cube", "faded")}
    more = replace(volume, points=Points.join([volume.points, Points.make(places, **first)]))
    return replace(plan, volumes=tuple(more if v is volume else v for v in plan.volumes))


def a_step(side: int, options: dict) -> list[str]:
    plan = make_plan(load("conv2d_valid", options))
    z, x = np.mgrid[0:side, 0:side]
    beyond = (x >= 6) | (z >= 6)
    plan = with_input(plan, np.stack([x[beyond], np.full(beyond.sum(), 40.0), z[beyond]], axis=-1))
    scene = prepared(plan)
    loop = frames._Loop(scene, True, None)
    begin, end = (plan.frame_of(plan.steps[i].second) for i in (STEPS[0], STEPS[-1]))
    loop.frame(0, begin)
    loop.flush()
    start = cpu()
    for frame in range(begin + 1, end + 1):
        loop.frame(0, frame)
    loop.flush()
    steps, spent = len(STEPS) - 1, cpu() - start
    loop.close()
    start = cpu()
    for frame in range(begin + 1, end + 1):
        scene.frame_set(frame)
    evaluating = cpu() - start
    return [f"{side * side:,}", f"{spent / steps:.2f}", f"{evaluating / (end - begin):.3f}"]


def a_layer() -> list[str]:
    plan = make_plan(load("conv2d_valid", {"output.size": (854, 480), "output.fps": 15}))
    start = cpu()
    y, z, x = np.indices(LAYER).reshape(3, -1)
    big = with_input(plan, np.stack([x, y + 1.0, z], axis=-1))
    big = replace(big, view=replace(big.view, scale=big.view.scale * 12))
    scene = prepared(big)
    scene.frame_set(1)
    bpy.context.evaluated_depsgraph_get()
    built = cpu() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    times = []
    for step in plan.steps[3:9]:
        start = cpu()
        scene.frame_set(plan.frame_of(step.second))
        times.append(cpu() - start)
    start = cpu()
    frames.record(scene, [plan.frame_of(plan.steps[8].second)])
    shown, most = cpu() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return [f"{len(x):,}", f"{built:.1f}", f"{memory:.1f}", f"{np.median(times):.2f}", f"{shown:.1f}", f"{most:.1f}"]


def main() -> None:
    if "--layer" in sys.argv:
        with progress.quiet():
            row = a_layer()
        print("| " + " | ".join(row) + " |")
        return
    options = {"output.size": (854, 480), "output.fps": 15}
    print("## Growth\n\nThe same window over more input cells, all but 36 of them standing behind the figure; CPU "
          "seconds, the first picture aside. A step is evaluating, reading and rendering its frames.\n")  # fmt: skip
    print("| input cells | a step | evaluating a frame |\n|---|---|---|")
    for side in SIZES:
        with progress.quiet():
            row = a_step(side, options)
        print("| " + " | ".join(row) + " |", flush=True)
    print("\nA layer of 64 × 112 × 112 cells, in a process of its own:\n")
    print("| cells | built CPU s | GB | a step evaluated CPU s | a whole picture CPU s | GB then |")
    print("|---" * 6 + "|")
    layer = subprocess.run([sys.executable, __file__, "--layer"], capture_output=True, text=True, check=False)
    print(layer.stdout.strip().split("\n")[-1] or f"| {layer.stderr[-300:]} |")


if __name__ == "__main__":
    main()
