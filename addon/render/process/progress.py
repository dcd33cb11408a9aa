# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user sees while frames are made, a bar with the time left and nothing of Blender's own chatter; and
how it is stopped.

- The bar goes to stderr, so that stdout holds results alone; where stderr is no terminal there is no bar.
- tqdm draws it where tqdm is; Blender brings none, and there a plain line does.
"""

import contextlib
import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator

SHOWN_EVERY = 0.2  # seconds


class Progress:
    """A callable `(done, total)` for the frame loop, as a context that leaves the line clean.

    Within it Ctrl-C stops after the frame at hand: an exception raised while Blender renders would be lost in
    the Python parts of Cycles. A second Ctrl-C does not wait.

    `listener`: a callable (done, total) that hears of it as well, wherever the bar goes.
    """

    listener = None

    def __init__(self, label: str, total: int, stream=None):
        self.label, self.total, self.stream = label, total, stream or sys.stderr
        self.shown = bool(getattr(self.stream, "isatty", lambda: False)())
        self._bar, self._started, self._last, self._width = None, time.monotonic(), 0.0, 0
        self._stopped, self._before = False, None

    def __enter__(self):
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._stop)
        if self.shown:
            self._bar = self._tqdm()
            self(0, self.total)
        return self

    def _stop(self, *_):
        if self._stopped:
            os._exit(130)
        self._stopped = True

    def __call__(self, done: int, total: int) -> None:
        if self._stopped:
            raise KeyboardInterrupt
        if self.listener is not None:
            self.listener(done, total)
        if not self.shown:
            return
        if self._bar is None:
            self._line(done, total)
        else:
            self._bar.update(done - self._bar.n)

    def __exit__(self, *_):
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
        if self._bar is not None:
            self._bar.close()
        elif self._width:
            self.stream.write("\r" + " " * self._width + "\r")
            self.stream.flush()

    def _tqdm(self):
        """tqdm's bar, or None where tqdm is not."""
        try:
            from tqdm import tqdm
        except ImportError:
            return None
        looks = {"unit": "frame", "leave": False, "dynamic_ncols": True}
        return tqdm(total=self.total, desc=self.label, file=self.stream, **looks)

    def _line(self, done, total):
        now = time.monotonic()
        if 0 < done < total and now - self._last < SHOWN_EVERY:
            return
        self._last = now
        left = (now - self._started) / done * (total - done) if done else None
        text = f"{self.label}: {done}/{total} frames, {clock(left)} left"
        self.stream.write("\r" + text.ljust(self._width))
        self.stream.flush()
        self._width = max(self._width, len(text))


def clock(seconds: float | None) -> str:
    """A duration as a clock shows it: 1:05, 2:00:00; ?:?? while it is not known."""
    if seconds is None:
        return "?:??"
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Nothing reaches stdout meanwhile, whoever writes it: Blender prints a line per frame past Python."""
    with contextlib.ExitStack() as stack:
        try:
            sys.stdout.flush()
            kept = os.dup(1)
        except (OSError, ValueError, AttributeError):  # there is no stdout
            kept = None
        if kept is not None:
            stack.callback(os.close, kept)
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, 1)
            os.close(nothing)
            stack.callback(_give_back, kept)
        yield


def _give_back(kept):
    if sys.stdout is not None:
        sys.stdout.flush()
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).fflush(None)  # what C still holds must not come out later (no such call on Windows)
    os.dup2(kept, 1)
