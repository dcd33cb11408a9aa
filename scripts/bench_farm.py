# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure what more processes bring: one figure with --jobs 1 and 2, and with one and two Dask workers here.

    python scripts/bench_farm.py [FIGURE] [--size 854x480] [--fps 15] [--quality lecture]

Writes the section "Several processes" of docs/benchmarks.md. Each way starts with an empty cache; the files must be
the same, byte by byte. CPU seconds are those of all processes together; a worker's are not ours to see.
"""

import argparse
import hashlib
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TITLE = "## Several processes"
WAYS = (("--jobs 1", ["--jobs", "1"]), ("--jobs 2", ["--jobs", "2"]),
        ("--dask local:1", ["--dask", "local:1", "--jobs", "1"]),
        ("--dask local:2", ["--dask", "local:2", "--jobs", "1"]))  # fmt: skip


def measure(asked, more: list[str], folder: Path) -> tuple[float, float, str]:
    """Seconds, CPU seconds, and the GIF's digest."""
    script = str(ROOT / "scripts" / "render_all.py")
    options = ["--size", asked.size, "--fps", str(asked.fps), "--quality", asked.quality]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    options += ["--out", str(folder), "--cache", str(folder / "c"), *more]
    command = [sys.executable, script, asked.figure, *options]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return ended - began, used, hashlib.sha256((folder / f"{asked.figure}.gif").read_bytes()).hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description="measure several processes")
    parser.add_argument("figure", nargs="?", default="rgb_conv")
    parser.add_argument("--size", default="854x480")
    parser.add_argument("--fps", type=int, default=15)
    parser.add_argument("--quality", default="lecture")
    asked, _ = parser.parse_known_args()
    rows, digests, loads = [], set(), []
    for name, more in WAYS:
        with tempfile.TemporaryDirectory(prefix="convolume-bench-") as folder:
            loads.append(os.getloadavg()[0])
            seconds, used, digest = measure(asked, more, Path(folder))
        digests.add(digest)
        rows.append((name, seconds, round(used, 1)))
        print(f"{name}: {seconds:.1f} s, {used:.1f} CPU s", flush=True)
    text = (f"{TITLE}\n\n`{asked.figure}`, {asked.quality}, {asked.size}, {asked.fps} frames per second, on "
            f"{os.cpu_count()} cores ({platform.machine()}), with everything from the start of the command to the GIF. "
            f"{'The files are the same, byte by byte.' if len(digests) == 1 else 'THE FILES DIFFER.'} The load before "
            f"each run was {', '.join(f'{load:.1f}' for load in loads)} (1 is a core busy with something else); "
            "where that is more than the cores, two processes get a larger share of them than one, and the ratios are "
            "too good.\n\n"
            "| way | seconds | CPU s | of one process' seconds |\n|---|---|---|---|\n")  # fmt: skip
    for name, seconds, used in rows:
        one = rows[0 if "jobs" in name else 2][1]
        text += f"| `{name}` | {seconds:.1f} | {used if 'jobs' in name else '–'} | {seconds / one:.2f} |\n"
    path = ROOT / "docs" / "benchmarks.md"
    page = path.read_text(encoding="utf-8")
    start = page.find(TITLE)
    if start >= 0:
        end = page.find("\n## ", start + 1)
        page = page[:start] + page[end + 1 :] if end >= 0 else page[:start]
    code = page.find("## The baseline's code")
    at = code if code >= 0 else len(page)
    path.write_text(page[:at] + text + "\n" + page[at:], encoding="utf-8")


if __name__ == "__main__":
    main()
