# SPDX-License-Identifier: GPL-3.0-or-later
"""ManimCommunity in an environment of its own, drawing the scenes of bench_manim_scenes.py; used by bench_render.py."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "build" / "manim"
SIDES = {"conv2d_valid": (6, 3, 4, 1), "rgb_conv": (8, 3, 6, 3)}  # input with its padding, kernel, output, channels
NEEDS = "it is built from source on Linux: apt-get install build-essential python3-dev libcairo2-dev libpango1.0-dev"


def installed() -> tuple[Path | None, str]:
    """Its Python and its version, or None and why it is not there."""
    python = HOME / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        venv.create(HOME, with_pip=True)
    if subprocess.run([python, "-c", "import manim"], capture_output=True, check=False).returncode:
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "manim"]
        if subprocess.run(install, check=False).returncode:
            return None, f"ManimCommunity could not be installed; {NEEDS}"
    found = subprocess.run([python, "-c", "import importlib.metadata as m; print(m.version('manim'))"],
                           capture_output=True, text=True, check=True)  # fmt: skip
    return python, found.stdout.strip()


def start(python: Path) -> float:
    """CPU seconds that manim takes to start."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([python, "-m", "manim", "render", "--help"], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def spec(name: str, plan) -> dict:
    """A figure's sizes, and per step how long the window moves and then stands: the seconds add up to the figure's."""
    inside, kernel, outside, channels = SIDES[name]
    clock = plan.channels["clock.step"]
    seconds, values = [float(s) for s in clock.seconds], [float(v) for v in clock.values]
    ends = [step.second for step in plan.steps]
    begins = [max((s for s, v in zip(seconds, values, strict=True) if v <= i - 1 + 1e-6), default=0.0)
              for i in range(len(ends))]  # fmt: skip
    frame, steps = 1 / plan.fps, []
    for i, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        until = begins[i + 1] if i + 1 < len(ends) else end + frame
        glide = min(max(end - begin, frame), 1.0)  # a slow step is one of pauses
        steps.append((glide, max(until - begin - glide, frame)))
    rest = plan.seconds - begins[0] - sum(a + b for a, b in steps)
    return {"input": inside, "kernel": kernel, "output": outside, "channels": channels, "cell": 3.5 / inside,
            "still": begins[0], "end": max(rest, frame), "steps": steps}  # fmt: skip


def measure(python: Path, name: str, plan) -> tuple[float, float, int]:
    """CPU seconds of the whole run, peak memory in MB, bytes of its film."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as folder:
        width, height = plan.size
        command = [python, "-m", "manim", "render", "--renderer=cairo", "--disable_caching", "-r", f"{width},{height}",
                   "--fps", plan.fps, "--media_dir", folder, "-o", name, ROOT / "scripts" / "bench_manim_scenes.py",
                   "Cubes"]  # fmt: skip
        subprocess.run([str(c) for c in command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       env={**os.environ, "CONVOLUME_BENCH": json.dumps(spec(name, plan))})  # fmt: skip
        size = max(f.stat().st_size for f in Path(folder).rglob(f"{name}.mp4"))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used, after.ru_maxrss / 1000, size


if __name__ == "__main__":
    print(*installed())
    sys.exit()
