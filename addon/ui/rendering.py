# SPDX-License-Identifier: GPL-3.0-or-later
"""Rendering as a child process of the same Blender on a saved copy, so that the window stays free.

One job at a time; its copy and its log live in a temporary folder that goes with it.
"""

import os
import subprocess
import tempfile

import bpy

from .preferences import ADDON

_CHILD = os.path.join(os.path.dirname(__file__), "child.py")
_CHATTER = ("Blender ", "Read ", "Saved", "Fra:", "Error: script failed", "Info: ")


class Job:
    """A running child and what it said."""

    def __init__(self, name: str, arguments: list[str]):
        self._folder = tempfile.TemporaryDirectory(prefix="convolume-")
        copy = os.path.join(self._folder.name, bpy.path.clean_name(name) + ".blend")
        # No data-API way exists to write the whole file. compress=False: it is read once, right away.
        bpy.ops.wm.save_as_mainfile(filepath=copy, copy=True, check_existing=False, compress=False)
        log = os.path.join(self._folder.name, "log.txt")
        self._log = open(log, "w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        command = [bpy.app.binary_path, "--background", "--python-exit-code", "1", "--python", _CHILD, "--"]
        self._process = subprocess.Popen(
            [*command, ADDON, copy, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def poll(self) -> int | None:
        """None while it runs, then its exit code."""
        return self._process.poll()

    def wait(self) -> int:
        return self._process.wait()

    def last_line(self) -> str:
        """The last thing it said: the result, or what went wrong. Blender's own chatter is left out."""
        self._log.seek(0)
        lines = [line.strip() for line in self._log.read().replace("\r", "\n").splitlines() if line.strip()]
        ours = [line for line in lines if not line.startswith(_CHATTER)]
        return (ours or lines or [""])[-1]

    def close(self) -> None:
        """End it if it still runs and remove what it needed."""
        if self.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._log.close()
        self._folder.cleanup()


_job: Job | None = None


def start(name: str, arguments: list[str]) -> Job:
    global _job
    stop()
    _job = Job(name, arguments)
    return _job


def current() -> Job | None:
    return _job


def stop() -> None:
    """End the job, if there is one; called as well when it has ended by itself."""
    global _job
    if _job is not None:
        _job.close()
        _job = None
