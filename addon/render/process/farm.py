# SPDX-License-Identifier: GPL-3.0-or-later
"""Many machines: ranges of frames go to the workers of a Dask cluster, and come back as packs of the cache.

A worker renders in a child of its own (`child`), so that a Blender that crashes takes no worker with it, and nothing is
asked of a worker but this package and Blender. What comes back is checked and kept; the files are made here, from that.
dask.distributed is asked for when a cluster is, and by nothing else.
"""

import contextlib
import logging
import os
import pickle
import queue
import re
import tempfile
import threading
import time
from pathlib import Path

from ..reuse import cache
from .child import Child, Lost, talk
from .jobs import Unusable

WITHOUT = 'needs dask.distributed: pip install "dask[distributed]"'
PART = 24  # frames that a worker takes at a time, at least
CONNECT = 15  # seconds to reach a scheduler, at first or again
LOOK = 0.2  # seconds between two looks at how it goes

_children = threading.local()


class Gone(RuntimeError):
    """The cluster is not there any more; one line."""


def fill(job: bytes, part: tuple[int, int], run: str, timeout: float, threads: int = 0) -> dict:
    """A worker's task: render frames of a job; the packs that hold them, and which renderer made them.

    Its child stays for the next task of this thread, with the figure it has built, and goes when it is idle.
    """
    with contextlib.suppress(ImportError, ValueError):
        from distributed import get_worker

        threads = threads or get_worker().state.nthreads
    child = getattr(_children, "child", None)
    if child is None or child.process.poll() is not None:
        if child is not None:
            child.clear()
        child = _children.child = Child(queue.Queue())
    with tempfile.TemporaryDirectory(prefix="convolume-farm-") as folder:
        store = cache.Store(Path(folder), run=run)
        try:
            asked = {"job": pickle.loads(job), "part": part, "store": store, "threads": threads}
            end, handshake = None, getattr(_children, "handshake", None)
            for message in talk(child, timeout, do="fill", **asked):
                handshake, end = message.get("handshake", handshake), message
            _children.handshake = handshake
        except Lost:
            child.clear()
            _children.child = None
            raise
        if end["end"] != "done":
            raise RuntimeError(end.get("why", end["end"]))
        packs = [(Path(file.path).parent.name, Path(file.path).read_bytes()) for file in store.packs()]
    return {"packs": packs, "handshake": handshake}


class Farm:
    """A cluster: its scheduler's address, or local:N for N workers here. Raises Unusable where there is none."""

    def __init__(self, address: str, say):
        try:
            import dask
            import distributed
        except ImportError:
            raise Unusable(f"--dask {WITHOUT}") from None
        self.address, self.say, self.cluster, self.client = address, say, None, None
        self.odd: set[str] = set()
        for name in list(logging.root.manager.loggerDict):  # what there is to say of it is said here
            if name.partition(".")[0] == "distributed":
                logging.getLogger(name).setLevel(logging.CRITICAL)
        here = re.fullmatch(r"local:(\d{1,4})", address)
        try:
            with dask.config.set({"logging.distributed": "critical", "distributed.comm.timeouts.connect": CONNECT}):
                if here:
                    self._start(distributed, int(here[1]))
                self.client = distributed.Client(self.cluster or address, timeout=CONNECT, set_as_default=False)
        except (OSError, ValueError, TypeError, TimeoutError) as error:
            self.close()
            why = " ".join(str(error).split()) or type(error).__name__
            right = "must be local:N, or a running scheduler's address such as tcp://host:8786"
            raise Unusable(f"--dask {address}: {right} ({why})") from None

    def _start(self, distributed, count) -> None:
        from .child import blender

        if not count:
            raise ValueError("at least one worker is needed")
        if blender() is not None:
            raise ValueError("a Blender cannot start workers: use a Python that has bpy, or --jobs")
        os.environ["DASK_LOGGING__DISTRIBUTED"] = "critical"
        self.cluster = distributed.LocalCluster(
            n_workers=count, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
        )  # fmt: skip

    def close(self) -> None:
        """Leave the cluster, and end it where it was started here."""
        for resource in (self.client, self.cluster):
            if resource is not None:
                with contextlib.suppress(Exception):
                    resource.close(timeout=2)

    def fill(self, job, frames: int, plans, say, on_progress) -> None:
        """Have a job's frames rendered into the cache of `plans`; `on_progress` hears how many there are. Raises
        Gone."""
        workers = self._workers()
        if not workers:
            say(f"the Dask scheduler at {self.address} has no workers yet; waiting for one")
            workers = 1
        size = max(PART, -(-frames // (4 * workers)))
        parts = [(at, min(frames, at + size)) for at in range(0, frames, size)]
        data, run = pickle.dumps(job), plans.store.run
        futures = {
            self.client.submit(fill, data, part, run, plans.timeout, pure=False, retries=1): part for part in parts
        }
        done, lost = 0, 0.0
        try:
            while futures:
                time.sleep(LOOK)
                ready = [f for f in futures if f.done()]
                gone = self.client.status != "running" or any(f.cancelled() for f in ready)
                lost = lost + LOOK if gone else 0.0
                if lost >= CONNECT or any(f.cancelled() for f in ready):
                    raise Gone(
                        f"the Dask scheduler at {self.address} went away; what was rendered is in the cache, and the "
                        "same command goes on from there"
                    )
                for future in ready:
                    part = futures.pop(future)
                    if future.status == "finished":
                        self._take(future.result(), plans.store)
                    else:
                        error = future.exception()
                        say(f"{job.name}: frames {part[0] + 1} to {part[1]} are rendered here: a worker {_why(error)}")
                    done += part[1] - part[0]
                    on_progress(done)
        finally:
            with contextlib.suppress(Exception):
                self.client.cancel(list(futures))

    def _workers(self) -> int:
        """How many there are; those that are just starting are given a moment."""
        with contextlib.suppress(TimeoutError, OSError):
            self.client.wait_for_workers(1, timeout=2 if self.cluster is None else CONNECT)
        return len(self.client.nthreads())

    def _take(self, result, store) -> None:
        """Keep what a worker has sent, where it is whole and of the renderer that is here."""
        ours = _renderer()
        theirs = result["handshake"]
        if theirs is not None and tuple(theirs) != ours and str(theirs) not in self.odd:
            self.odd.add(str(theirs))
            self.say(
                f"a worker has Blender {theirs[0]}, or a Convolume, other than the one here (Blender {ours[0]}): what "
                "it makes is not used; give workers the same versions"
            )
        for shelf, data in result["packs"]:
            name = bytes.fromhex(shelf)
            if cache.unpacked(data, name) is not None:
                store.write(name, data[len(cache.MAGIC) + 32 :])


def _why(error) -> str:
    if isinstance(error, Lost):
        return str(error)
    return f"failed ({' '.join(str(error).split()) or type(error).__name__})"


def _renderer() -> tuple[str, str]:
    """Blender's version and the renderer's, as children tell them; no bpy is loaded for it."""
    import importlib.metadata

    from ..reuse.code_digest import code_digest
    from .child import blender

    if blender() is not None:
        import bpy

        version = ".".join(map(str, bpy.app.version))
    else:
        version = importlib.metadata.version("bpy")
    return version, code_digest().hex()
