# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders a small figure, kills it with SIGKILL at a random moment, and renders on: it must end in the same bytes.

    python scripts/kill_test.py --runs 50 --seed 1

Half of the kills take the command alone, half its children, too, as a power cut would. One process renders, or two.
Counted: tiles that were rendered and had to be again. They must all come from the one pack that each process was at.
"""

import argparse
import contextlib
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from addon.render.reuse import cache  # noqa: E402

FIGURE = ["conv1d", "--quality", "draft", "--size", "160x90", "--fps", "10"]


class Run:
    """A folder of its own with a cache, results, and a log of tiles and packs."""

    def __init__(self, folder: Path):
        self.folder, self.log = folder, folder / "log.txt"
        self.file = folder / "out" / f"{FIGURE[0]}.gif"

    def start(self, jobs: int) -> subprocess.Popen:
        paths = [str(ROOT / "tests" / "unlucky"), str(ROOT), os.environ.get("PYTHONPATH", "")]
        settings = {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "UNLUCKY_LOG": str(self.log)}
        options = ["--out", str(self.folder / "out"), "--cache", str(self.folder / "cache"), "--jobs", str(jobs)]
        return subprocess.Popen(
            [sys.executable, str(ROOT / "scripts" / "render_all.py"), *FIGURE, *options],
            env={**os.environ, **settings}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def finish(self, jobs: int) -> str:
        process = self.start(jobs)
        _, said = process.communicate(timeout=600)
        if process.returncode:
            raise SystemExit(f"{self.folder}: exit code {process.returncode}\n{said}")
        return hashlib.sha256(self.file.read_bytes()).hexdigest()

    def lines(self) -> list[list[str]]:
        whole = self.log.read_text().split("\n")[:-1] if self.log.exists() else []
        return [line.split() for line in whole]

    def kept(self) -> set[str]:
        """Keys of tiles and frames in whole packs."""
        found = set()
        for file in cache.Store(self.folder / "cache").packs():
            with contextlib.suppress(FileNotFoundError):
                name = bytes.fromhex(Path(file.path).parent.name)
                found |= {key.hex() for key in cache.unpacked(Path(file.path).read_bytes(), name) or ()}
        return found


def children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def kill(process: subprocess.Popen, all_of_them: bool) -> bool:
    """SIGKILL; whether it still ran."""
    below = children(process.pid)
    running = process.poll() is None
    for pid in [process.pid, *(below if all_of_them else [])]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.communicate()
    until = time.monotonic() + 10  # children that lost their parent end by themselves
    while any(Path(f"/proc/{pid}/stat").exists() for pid in below) and time.monotonic() < until:
        time.sleep(0.05)
    return running


def one(run: Run, chance: random.Random, seconds: float, jobs: int, wanted: str) -> dict:
    """A run that is killed and goes on; what is to be told of it. Raises SystemExit where it does not hold."""
    process = run.start(jobs)
    amid = chance.random() < 0.7  # while it renders; else at any time from the start on
    while amid and not run.log.exists() and process.poll() is None:
        time.sleep(0.01)
    time.sleep(chance.uniform(0.0, 0.7 if amid else 1.0) * seconds)
    killed = kill(process, chance.random() < 0.5)
    before, kept = run.lines(), run.kept()
    lost = {}  # by process: tiles that are in no pack
    for kind, pid, key in before:
        if kind == "tile":
            lost.setdefault(pid, []).append(key)
        elif lost.get(pid):
            later = [key for key in lost[pid] if key not in kept]
            # the tiles' pack is written first, then the frames'; either way what came before is kept
            if later:
                raise SystemExit(f"{run.folder}: {len(later)} tiles are lost that had been written")
            lost[pid] = []
    lost = {pid: [key for key in keys if key not in kept] for pid, keys in lost.items()}
    pieces = sum(bool(keys) for keys in lost.values())
    found = run.finish(jobs)
    after = [key for kind, _, key in run.lines()[len(before) :] if kind == "tile"]
    again = set(after) & {key for kind, _, key in before if kind == "tile"}
    if found != wanted:
        raise SystemExit(f"{run.folder}: other bytes after the kill")
    if pieces > jobs or not again <= {key for keys in lost.values() for key in keys}:
        raise SystemExit(f"{run.folder}: {pieces} pieces lost with {jobs} processes, {len(again)} tiles again")
    left = [p.name for p in (run.folder / "out").iterdir() if p != run.file]
    if left:
        raise SystemExit(f"{run.folder}: left in the folder for results: {left}")
    return {"killed": killed, "kept": len(kept), "pieces": pieces, "again": len(again), "after": len(after)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--fps", type=int, default=10, help="the figure's frames per second")
    asked = parser.parse_args()
    FIGURE[-1] = str(asked.fps)
    seed = random.randrange(10**6) if asked.seed is None else asked.seed
    print(f"seed {seed}", flush=True)
    chance, reported = random.Random(seed), []
    with tempfile.TemporaryDirectory(prefix="convolume-kill-") as folder:
        whole = Run(Path(folder) / "whole")
        began = time.monotonic()
        wanted = whole.finish(1)
        seconds, tiles = time.monotonic() - began, sum(kind == "tile" for kind, *_ in whole.lines())
        print(f"unbroken: {seconds:.1f} s, {tiles} tiles, {wanted[:16]}", flush=True)
        for number in range(asked.runs):
            jobs = 1 + number % 2
            reported.append(one(Run(Path(folder) / f"run{number}"), chance, seconds, jobs, wanted))
            print(f"{number + 1}: {jobs} at once, {reported[-1]}", flush=True)
    amid = [t for t in reported if t["killed"]]
    print(f"{len(reported)} of {len(reported)} ended in the same bytes; {len(amid)} were killed while they ran, "
          f"{sum(t['again'] > 0 for t in reported)} had to render tiles again, "
          f"{max(t['again'] for t in reported)} of {tiles} "
          f"at most; pieces lost by a kill: at most {max(t['pieces'] for t in reported)}")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
