# SPDX-License-Identifier: GPL-3.0-or-later
"""The child's side of `worker_pool`: takes requests from stdin, renders, and tells in lines on stdout how far it is.

A request is what the parent has pickled for its own child, after its length. An answer is a line: MARK and JSON; what
Blender writes meanwhile goes to stderr, which is the log. Where the parent ends, so does the child.
"""

import base64
import contextlib
import faulthandler
import json
import os
import pickle
import queue
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback

MARK = b"\x1econvolume "
OFTEN = 0.1  # seconds between two lines that say how far it is
ALONE = 60.0  # seconds without a request, after which a child of nobody who is in need of it ends
AS_IT_IS = "as it is, with its own render settings; with --quality lecture as Blender's window renders it"
FOLDER = "convolume-child-"  # how the folder begins that a parent makes for a child: its log and its temporary files


class _Parent:
    """Whoever has started this process."""

    def __init__(self):
        self.out = os.fdopen(os.dup(1), "wb", buffering=0)
        os.dup2(2, 1)
        self.requests = queue.Queue()
        self._lock, self._last = threading.Lock(), 0.0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        source, bye = sys.stdin.buffer, False
        with contextlib.suppress(OSError, ValueError):
            while len(size := source.read(8)) == 8:
                request = source.read(int.from_bytes(size, "little"))
                bye = not request
                self.requests.put(request)  # not unpickled here: two threads that import stand in each other's way
        if not bye:  # the parent is gone without a word
            leave(1, everything=True)

    def send(self, **what) -> None:
        """Send a line."""
        with self._lock, contextlib.suppress(OSError):
            self.out.write(MARK + json.dumps(what).encode() + b"\n")

    def alive(self, *progress) -> None:
        """Say that it goes on, and how far it is where that is known; not too often."""
        now = time.monotonic()
        if now - self._last >= OFTEN or (progress and progress[0] == progress[1]):
            self._last = now
            self.send(progress=progress)


def leave(code: int, everything: bool = False) -> None:
    """End at once: Blender's own way out takes long. `everything`: what the parent made for this child goes, too."""
    folder = os.path.dirname(tempfile.gettempdir())
    if everything and os.path.basename(folder).startswith(FOLDER):
        shutil.rmtree(folder, ignore_errors=True)
    os._exit(code)


def main() -> None:
    """Answer requests until there are no more."""
    with contextlib.suppress(OSError, ValueError):
        faulthandler.enable(all_threads=True)
    parent = _Parent()
    try:
        import bpy
    except ImportError as error:
        parent.send(end="no bpy", why=" ".join(str(error).split()))
        leave(1)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: leave(130))
    from ..reuse import recording
    from ..reuse.code_digest import code_digest
    from .progress import Progress

    Progress.listener = staticmethod(parent.alive)
    recording.Recording.listener = staticmethod(parent.alive)
    parent.send(handshake=[".".join(map(str, bpy.app.version)), code_digest().hex()])
    work = _Work(parent)
    with contextlib.suppress(queue.Empty):
        while request := parent.requests.get(timeout=ALONE):
            work.answer(**pickle.loads(request))
    leave(0)


class _Work:
    """The requests. What is open stays open for the next one."""

    def __init__(self, parent: _Parent):
        self.parent, self.filled = parent, (None, None)

    def say(self, line: str) -> None:
        self.parent.send(say=line)

    def answer(self, do: str, job, **how) -> None:
        """Do what is asked and say how it ended."""
        from .jobs import Unmade, Unusable

        end = {"end": "done"}
        try:
            end |= getattr(self, do)(job, **how) or {}
        except Unusable as error:
            end = {"end": "unusable", "why": str(error)}
        except Unmade:
            end = {"end": "unmade"}
        except Exception as error:
            traceback.print_exc()
            end = {"end": "failed", "why": format_exception(error)}
        sys.stderr.flush()
        self.parent.send(**end)

    def check(self, job):
        """Look into a `.blend`."""
        frames, pixels = job.open_and_check()
        return {"frames": frames, "pixels": pixels}

    def run(self, job, folder, store, threads):
        """Make all of a job."""
        from ..files import contact

        def keep(picture):
            small = contact.smaller(picture)
            self.parent.send(still=[*small.shape], pixels=base64.b85encode(small.tobytes()).decode())

        for result in job.run(self._profile(job), folder, self.say, keep, store=store, threads=threads):
            self.parent.send(result=str(result), file=str(result.file))

    def fill(self, job, part, store, threads):
        """Render a part of a job's frames, numbers from and to, into the cache."""
        mine, scene = self.filled
        profile, before = self._profile(job), scene if mine == job.name else None
        if before is None and job.blend:
            before = job.fill(profile, [], None)
        needed = job.frames(before)[slice(*part)]
        done = self.parent.alive
        self.filled = job.name, job.fill(profile, needed, done, before, store=store, threads=threads)
        return {"trouble": store.trouble}

    def _profile(self, job):
        from .. import profiles
        from .progress import quiet

        if not job.quality:
            self.say(f"{job.name}: {AS_IT_IS}")
            return None
        with quiet():  # looking for GPUs is not done in silence
            profile, why = profiles.choose(job.quality)
        self.say(f"{job.quality} quality: {why}")
        return profile


def format_exception(error: BaseException) -> str:
    """An exception in one line, with its place where it is not one that speaks for itself."""
    from ..files.encode import EncodeError

    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    text = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, (EncodeError, OSError, ImportError)):
        return text
    places = traceback.extract_tb(error.__traceback__)
    at = f" ({os.path.basename(places[-1].filename)}:{places[-1].lineno})" if places else ""
    return f"{type(error).__name__}: {text}{at}"
