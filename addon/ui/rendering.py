# SPDX-License-Identifier: GPL-3.0-or-later
"""Rendering as a child process of the same Blender on a saved copy, so that the window stays free.

- One job at a time; its copy and its log live in a temporary folder that goes with it.
- `RenderProcess.poll` and `RenderProcess.cancel` never wait: they are what a window may call. `wait` and `close` are
  for scripts and for the end.
"""

import os
import re
import subprocess
import tempfile
import time

import bpy

from .preferences import ADDON

_CHILD = os.path.join(os.path.dirname(__file__), "render_script.py")
_GRACE = 5.0  # seconds that a child has to end by itself
# without it a console window opens on Windows
_FLAGS = getattr(subprocess, "CREATE_NO_WINDOW", 0)


class RenderProcess:
    """A running child and what it said."""

    def __init__(self, name: str, arguments: list[str]):
        self.name = name
        self._cancelled: float | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="convolume-", ignore_cleanup_errors=True)
        copy = self._copy = os.path.join(self._folder.name, bpy.path.clean_name(name) + ".blend")
        began = time.perf_counter()
        # No data-API way exists to write the whole file. compress=False: it is read once, right away.
        bpy.ops.wm.save_as_mainfile(filepath=copy, copy=True, check_existing=False, compress=False)
        self.saving = time.perf_counter() - began
        self._progress_file = os.path.join(self._folder.name, "progress")
        self._out = open(os.path.join(self._folder.name, "out.txt"), "w+b")  # noqa: SIM115
        self._err = open(os.path.join(self._folder.name, "err.txt"), "w+b")  # noqa: SIM115
        command = [bpy.app.binary_path, "--background", "--addons", ADDON, "--python-exit-code", "1"]
        command += ["--python", _CHILD, "--", ADDON, self._progress_file, copy, *arguments]
        streams = {"stdin": subprocess.DEVNULL, "stdout": self._out, "stderr": self._err}
        self._process = subprocess.Popen(command, **streams, creationflags=_FLAGS)

    def poll(self) -> int | None:
        """None while it runs, then its exit code; one that was cancelled and goes on is killed."""
        code = self._process.poll()
        if code is None and self.cancelled and time.monotonic() - self._cancelled > _GRACE:
            self._process.kill()
        return code

    def cancel(self) -> None:
        """Tell it to end; `poll` says when it has."""
        if not self.cancelled:
            self._cancelled = time.monotonic()
            self._process.terminate()

    @property
    def cancelled(self) -> bool:
        return self._cancelled is not None

    def wait(self) -> int:
        return self._process.wait()

    @property
    def frames(self) -> tuple[int, int]:
        """Frames done and in all; 0 of 0 while it starts."""
        try:
            with open(self._progress_file, encoding="ascii") as file:
                done, total = file.read().split()
            return int(done), int(total)
        except (OSError, ValueError):
            return 0, 0

    @property
    def share(self) -> float:
        done, total = self.frames
        return done / total if total else 0.0

    @property
    def words(self) -> str:
        done, total = self.frames
        if self.cancelled:
            return "Cancelling"
        if not total:
            return "Starting"
        return f"Frame {done} of {total}" if done < total else "Writing files"

    def results(self) -> list[str]:
        """The files it has made."""
        found = [re.fullmatch(rf"{re.escape(self.name)}: (.+), \d+ frames?, .*", line) for line in _lines(self._out)]
        return [row[1] for row in found if row and os.path.exists(row[1])]

    def complaint(self) -> str:
        """What it said went wrong."""
        lines = [line for line in _lines(self._err) if "script failed, file:" not in line]  # that is Blender's echo
        ours = [line.removeprefix("convolume: ") for line in lines if line.startswith("convolume: ")]
        said = (ours or lines or [""])[-1]
        return said.replace(self._copy, self.name)

    def close(self) -> None:
        """End it if it still runs and remove what it needed."""
        if self.poll() is None:
            self.cancel()
            try:
                self._process.wait(timeout=_GRACE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._out.close()
        self._err.close()
        self._folder.cleanup()


def _lines(file) -> list[str]:
    if file.closed:
        return []
    file.seek(0)
    return [line.strip() for line in file.read().decode("utf-8", "replace").splitlines() if line.strip()]


_job: RenderProcess | None = None


def start(name: str, arguments: list[str]) -> RenderProcess:
    global _job
    stop()
    _job = RenderProcess(name, arguments)
    return _job


def current() -> RenderProcess | None:
    return _job


def stop(job: RenderProcess | None = None) -> None:
    """End a job (the one there is), and wait for its end; called as well when it has ended by itself."""
    global _job
    job = job or _job
    if job is not None:
        job.close()
    if job is _job:
        _job = None
