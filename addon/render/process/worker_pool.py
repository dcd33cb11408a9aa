# SPDX-License-Identifier: GPL-3.0-or-later
"""Every figure in a child process of its own, several at a time: what crashes or hangs in one costs that one alone.

- Figures come first. Where there are fewer of them than processes, the frames of a figure are shared: helpers fill the
  cache, then the last of them makes the files from it, and renders what another may have lost.
- A child that fails, crashes or says nothing for too long is tried once more in a fresh process, then reported.
"""

import base64
import contextlib
import os
import queue
import re
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..reuse.cache import Store
from ..reuse.index import run_shelf
from .child import LOOK, Child, Lost, how, stop, talk
from .jobs import Job, Unusable
from .progress import Progress

TRIES = 2
PAYS = 150e6  # pixels of a figure's frames, from which it takes longer to render them than to start another process
PART = 24  # frames that a helper takes at a time, at least
MEMORY = 1.0e9  # bytes that a child may need
MEMINFO = Path("/proc/meminfo")  # Linux


@dataclass
class Plans:
    """How a run goes: the folder for results, the cache (None: none), how many processes (None: as many as pay),
    seconds of silence after which a child hangs, and who else fills the cache (see `farm`)."""

    folder: Path
    store: Store | None = None
    jobs: int | None = None
    timeout: float = 600.0
    farm: object = None


@dataclass
class _Figure:
    """A job and how far it is."""

    job: Job
    frames: int
    pixels: int
    tried: int = 0
    announced: set = field(default_factory=set)
    still: np.ndarray | None = None
    made: bool | None = None
    parts: deque = field(default_factory=deque)  # frames for helpers, numbers from and to
    helpers: int = 0
    filled: dict = field(default_factory=dict)  # by part: frames done
    done: int = 0

    def progress(self) -> int:
        return max(self.done, min(self.frames, sum(self.filled.values())))


def cores() -> int:
    """Processors that this process may use."""
    count = getattr(os, "process_cpu_count", os.cpu_count)() or 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else count


def at_once() -> int:
    """How many children this machine bears: one for each core, and memory for all."""
    available = available_memory()
    return cores() if available is None else max(1, min(cores(), int(available / MEMORY)))


def available_memory() -> int | None:
    """Bytes that processes can have without swapping; None where the system does not say.

    What is free is less: Linux fills nearly all of its memory with copies of files, and gives it up when asked.
    """
    with contextlib.suppress(OSError, ValueError):
        found = re.search(r"^MemAvailable:\s*(\d+) kB$", MEMINFO.read_text(encoding="ascii"), re.MULTILINE)
        if found:
            return int(found[1]) * 1024
    with contextlib.suppress(AttributeError, ValueError, OSError):
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return None


class WorkerPool:
    """The children of one run. `say` gets lines for the user, `show` a result's line."""

    def __init__(self, plans: Plans, say, show):
        self.plans, self.say, self.show = plans, say, show
        self.events: queue.Queue = queue.Queue()
        self.work: dict[Child, tuple] = {}  # (figure, part or None)
        self.said: set[str] = set()
        self.count, self.missing = 1, None

    # Looking at what is asked for

    def check(self, jobs: list[Job]) -> list[_Figure]:
        """Look into `.blend` files, one after the other in a process of their own. Raises Unusable."""
        figures, child = [], None
        try:
            for job in jobs:
                if job.plan is not None:
                    figures.append(_Figure(job, len(job.frames()), job.plan.size[0] * job.plan.size[1]))
                    continue
                for tries in range(TRIES):
                    child = child or Child(self.events)
                    facts = self._looked(child, job)
                    if facts is not None:
                        figures.append(_Figure(job, facts["frames"], facts["pixels"]))
                        break
                    path = child.keep_log(self.plans.folder / f"{job.name}.log") if tries else None
                    self._end(child)
                    child = None
                else:
                    self.say(f"{job.name}: Blender crashed or hung while it opened {job.blend}; its log: {path}")
                    figures.append(_Figure(job, 0, 0, made=False))
        finally:
            if child is not None:
                self._end(child)
        return figures

    def _looked(self, child, job) -> dict | None:
        """What a child sees in a `.blend`; None where it did not live to tell."""
        try:
            for message in talk(child, self.plans.timeout, do="check", job=job):
                if message.get("end") == "unusable":
                    raise Unusable(message["why"])
        except Lost:
            return None
        return message if message["end"] == "done" else None

    def _end(self, child) -> None:
        stop([child])
        child.clear()

    # Making it

    def render(self, jobs: list[Job]) -> tuple[bool, list[np.ndarray]]:
        """Make all jobs; whether all was made, and a still of each, as far as there are any."""
        figures = self.check(jobs)
        waiting = deque(f for f in figures if f.made is None)
        self._share(waiting)
        total = max(1, sum(f.frames for f in figures))
        label = figures[0].job.name if len(figures) == 1 else f"{len(figures)} figures"
        try:
            with Progress(label, total) as progress:
                self._farm(waiting, progress, total)
                while waiting or self.work:
                    self._start(waiting)
                    self._poll(waiting)
                    progress(min(total - (bool(waiting or self.work)), sum(f.progress() for f in figures)), total)
        finally:
            self._stop(figures)
        return all(f.made for f in figures), [f.still for f in figures if f.still is not None]

    def _share(self, figures) -> None:
        """How many children there are at a time, and what helpers do; a line says so."""
        asked, many = self.plans.jobs, len(figures)
        self.count = asked or at_once()
        cached = self.plans.store is not None and self.plans.store.limit > 0
        worth = [f for f in figures if asked or f.frames * f.pixels >= PAYS]
        if many >= self.count or not worth or not cached or self.plans.farm:
            if not asked:
                self.count = max(1, min(self.count, many))
            if self.count > 1 and many > 1:
                self.say(f"{min(self.count, many)} figures at a time, a process each (--jobs {self.count})")
            elif not asked and not self.plans.farm and many and not worth and at_once() > 1:
                self.say("one process: more would not pay for so few pixels (--jobs sets how many)")
            return
        helpers = max(1, self.count // many)
        if helpers > 1:
            for figure in worth:
                size = max(min(PART, -(-figure.frames // helpers)), -(-figure.frames // (2 * helpers)))
                figure.parts.extend((at, at + size) for at in range(0, figure.frames, size))
                figure.helpers = min(helpers, len(figure.parts))
            self.say(f"{helpers} processes share the frames of a figure (--jobs {self.count})")

    def _farm(self, figures, progress, total) -> None:
        if self.plans.farm is not None:
            for figure in figures:
                def on_progress(done, figure=figure):
                    figure.done = done
                    progress(min(total - 1, sum(f.progress() for f in figures)), total)

                self.plans.farm.fill(figure.job, figure.frames, self.plans, self.say, on_progress)

    def _start(self, waiting) -> None:
        """Give work to as many children as there may be."""
        while len(self.work) < self.count and (found := self._next(waiting)):
            self._submit(*found)

    def _next(self, waiting) -> tuple | None:
        """The next figure to begin, or part of one to help with."""
        for figure in waiting:
            helping = sum(f is figure for f, _ in self.work.values())
            if figure.parts and helping < figure.helpers:
                return figure, figure.parts.popleft()
            if not figure.parts and not helping:
                waiting.remove(figure)
                return figure, None
        return None

    def _submit(self, figure, part, child=None) -> None:
        child = child or Child(self.events)
        self.work[child] = figure, part
        more = {"store": self.plans.store, "threads": max(1, cores() // self.count) if self.count > 1 else 0}
        if part is None:
            figure.tried += 1
            child.ask(do="run", job=figure.job, folder=self.plans.folder, **more)
        else:
            child.ask(do="fill", job=figure.job, part=part, **more)

    def _poll(self, waiting) -> None:
        """Wait a moment for what children tell, and look whether one hangs."""
        with contextlib.suppress(queue.Empty):
            child, message = self.events.get(timeout=LOOK)
            if child in self.work:
                if message is None:
                    self._ended(child, waiting)
                else:
                    self._handle(child, message, waiting)
        for child in list(self.work):
            if child.silent() > self.plans.timeout:
                child.hung = True
                child.abort()

    def _handle(self, child, message, waiting) -> None:
        figure, part = self.work[child]
        if "say" in message and message["say"] not in self.said:
            self.said.add(message["say"])
            self.say(message["say"])
        if message.get("progress"):
            if part is None:
                figure.done = max(figure.done, message["progress"][0])
            else:
                figure.filled[part] = message["progress"][0]
        if "result" in message and message["file"] not in figure.announced:
            figure.announced.add(message["file"])
            self.show(message["result"])
        if "still" in message:
            pixels = np.frombuffer(base64.b85decode(message["pixels"]), np.uint8)
            figure.still = pixels.reshape(message["still"])
        if "end" in message:
            self._finished(child, figure, part, message, waiting)

    def _finished(self, child, figure, part, message, waiting) -> None:
        end = message["end"]
        if end == "no bpy":
            self.missing = message["why"]
        if part is not None and end == "done":
            figure.filled[part] = part[1] - part[0]
            if figure.parts and not message.get("trouble"):
                self._submit(figure, figure.parts.popleft(), child)
                return
            if message.get("trouble"):
                figure.parts.clear()
            if figure in waiting and sum(f is figure for f, _ in self.work.values()) == 1:
                waiting.remove(figure)  # the last of its helpers knows it already
                self._submit(figure, None, child)
                return
            self._release(child)
        elif part is None and end in ("done", "unmade", "unusable", "no bpy"):
            figure.made = end == "done"
            if end == "unusable":
                self.say(message["why"])
            self._release(child)
        else:
            self._lost(child, figure, part, waiting, f"failed to render: {message.get('why', end)}")

    def _ended(self, child, waiting) -> None:
        """A child is gone before it was done."""
        figure, part = self.work[child]
        self._lost(child, figure, part, waiting, how(child, self.plans.timeout))

    def _lost(self, child, figure, part, waiting, what) -> None:
        """What a child did is done again, once; a helper's part by the figure's own child."""
        if part is None:
            if figure.tried < TRIES:
                waiting.appendleft(figure)
                figure.done = 0
                self.say(f"{figure.job.name}: {what}; trying once more in a fresh process")
            else:
                figure.made = False
                stop([child])
                path = child.keep_log(self.plans.folder / f"{figure.job.name}.log")
                self.say(f"{figure.job.name}: {what}; its log: {path}")
        self._release(child)

    def _release(self, child) -> None:
        figure, _ = self.work.pop(child)
        if child.process.poll() is None:
            child.dismiss()
            with contextlib.suppress(Exception):
                child.process.wait(1.0)
            stop([child])
        child.clear(self.plans.folder, [figure.job.name])

    def _stop(self, figures) -> None:
        """Whatever still runs ends now, and what holds for this run alone goes."""
        stop(self.work)
        for child, (figure, _) in self.work.items():
            child.clear(self.plans.folder, [figure.job.name])
        self.work.clear()
        if self.plans.store is not None:
            for figure in figures:
                if figure.job.blend:
                    name = run_shelf(self.plans.store.run, figure.job.name)
                    self.plans.store.discard(name)
