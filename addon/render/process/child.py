# SPDX-License-Identifier: GPL-3.0-or-later
"""A process of the same Python or the same Blender that renders for this one (`worker` is its side).

It gets requests and tells lines; it has a folder of its own for what is temporary and for its log, and ends when this
process ends, however that comes. No bpy, but in a Blender.
"""

import contextlib
import importlib.util
import json
import os
import pickle
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from ..files import encode
from .worker import FOLDER, MARK

LOOK = 0.2  # seconds between two looks at who is silent
PATIENCE = 1.0  # seconds that a child has to end by itself
_PACKAGE = __package__.rsplit(".", 2)[0]
_START = Path(__file__).with_name("start.py")


def command() -> list[str]:
    """How a child is started: as a Blender where this is one, else as a Python."""
    folders = [str(Path(__file__).resolve().parents[3])]
    binary = blender()
    if binary is None:
        return [sys.executable, "-P", str(_START), "--", _PACKAGE, *folders]
    for module in ("imageio", "PIL", "imageio_ffmpeg"):
        spec = importlib.util.find_spec(module)
        if spec is not None and spec.origin:
            folders.append(str(Path(spec.origin).parents[1]))
    added = ["--addons", _PACKAGE] if _PACKAGE.startswith("bl_ext.") else []
    quiet = ["--background", "--python-exit-code", "1", *added]
    return [binary, *quiet, "--python", str(_START), "--", _PACKAGE, *dict.fromkeys(folders)]


def blender() -> str | None:
    """The Blender that this is; None in a Python, where bpy is a module like others and is left for the children."""
    with contextlib.suppress(ValueError):  # what Blender itself brings has no spec
        if importlib.util.find_spec("_bpy") is None:
            return None
    import bpy

    return None if bpy.app.module else bpy.app.binary_path


def _sweep() -> None:
    """Remove the folders of children whose parent was killed, and they with it."""
    with contextlib.suppress(OSError):
        for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}{encode.HERE}-*"):
            pid = folder.name.removeprefix(f"{FOLDER}{encode.HERE}-").partition("-")[0]
            if pid.isdigit() and not encode.runs(int(pid)) and not folder.is_symlink():
                shutil.rmtree(folder, ignore_errors=True)


class Child:
    """A running child. What it tells goes to `events` as (child, message), None when it has ended."""

    def __init__(self, events: queue.Queue):
        self.events, self.heard, self.hung = events, time.monotonic(), False
        _sweep()
        self.folder = Path(tempfile.mkdtemp(prefix=f"{FOLDER}{encode.HERE}-{os.getpid()}-"))
        try:
            (self.folder / "tmp").mkdir()
            self.log = self.folder / "log.txt"
            with self.log.open("wb") as log:
                self.process = subprocess.Popen(
                    command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True,
                    env={**os.environ, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self.folder / "tmp"))},
                )  # fmt: skip
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        self.pid = self.process.pid
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            for line in self.process.stdout:
                self.heard = time.monotonic()
                if line.startswith(MARK):
                    with contextlib.suppress(ValueError):
                        self.events.put((self, json.loads(line[len(MARK) :])))
        self.process.wait()
        self.events.put((self, None))

    def ask(self, **request) -> None:
        """Send a request: `do` and what it takes."""
        self._send(pickle.dumps(request))

    def _send(self, data: bytes) -> None:
        with contextlib.suppress(OSError, ValueError):  # it has ended: its end is told
            self.process.stdin.write(len(data).to_bytes(8, "little") + data)
            self.process.stdin.flush()

    def dismiss(self) -> None:
        """Let it end; it has nothing to do any more."""
        self._send(b"")
        with contextlib.suppress(OSError, ValueError):
            self.process.stdin.close()

    def silent(self) -> float:
        """Seconds since it was last heard of."""
        return time.monotonic() - self.heard

    def abort(self) -> None:
        """End one that hangs; its log then says where it was."""
        with contextlib.suppress(OSError):
            self.process.send_signal(signal.SIGABRT if os.name != "nt" else signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(PATIENCE)
        self.kill()

    def kill(self) -> None:
        with contextlib.suppress(OSError):
            self.process.kill()

    def keep_log(self, path: Path) -> Path:
        """Move the log to where a user finds it; where it lies then."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with encode.whole_file(path) as temporary:
                shutil.copyfile(self.log, temporary)
        except OSError:
            path = Path(tempfile.gettempdir()) / f"convolume-{path.name}"
            with contextlib.suppress(OSError):
                shutil.copyfile(self.log, path)
        return path

    def clear(self, folder: Path | None = None, names=()) -> None:
        """Remove what it has left: its own folder, and unfinished files of these names. It has ended."""
        for name in names:
            encode.sweep(folder, name, self.pid)
        shutil.rmtree(self.folder, ignore_errors=True)


class Lost(RuntimeError):
    """A child ended, or was ended, before it had answered; the message says how."""


def talk(child: Child, timeout: float, **request):
    """Ask a child that talks to nobody else: what it tells, up to its end of the answer. Raises Lost."""
    child.ask(**request)
    child.heard = time.monotonic()
    while True:
        try:
            whose, message = child.events.get(timeout=LOOK)
        except queue.Empty:
            if child.silent() > timeout:
                child.hung = True
                child.abort()
            continue
        if whose is not child:
            continue
        if message is None:
            raise Lost(how(child, timeout))
        yield message
        if "end" in message:
            return


def how(child: Child, timeout: float) -> str:
    """How a child ended that was not asked to."""
    if child.hung:
        return f"hung, without a word for {timeout:g} s"
    code = child.process.returncode
    with contextlib.suppress(ValueError):
        return f"crashed Blender ({signal.Signals(-code).name if code < 0 else f'exit code {code}'})"
    return f"crashed Blender (exit code {code})"


def stop(children) -> None:
    """End children within a second or so, whatever they do."""
    children = list(children)
    for child in children:
        with contextlib.suppress(OSError):
            child.process.terminate()
    until = time.monotonic() + PATIENCE
    for child in children:
        try:
            child.process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.process.wait()
