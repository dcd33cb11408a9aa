# SPDX-License-Identifier: GPL-3.0-or-later
"""One scene file tried as the command line tries it, in this process and watched: it makes a plan or is refused.

Refused means exit code 2 and one line of ours. Anything else fails: a traceback, exit code 1, ten seconds of the
processor, two gigabytes, a file written, a file read that lies neither beside the scene nor in Python's own folders, a
program started, something unpickled.
"""

import contextlib
import io
import os
import resource
import signal
import sys
import sysconfig
from pathlib import Path

import numpy as np

from addon import cli

SECONDS, WAITING = 10, 120  # of the processor, and of the clock where the processor is others'
BYTES = 2 << 30
ROOT = Path(__file__).resolve().parents[2]
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
NEVER = ("os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "subprocess.Popen", "socket.connect",
         "socket.bind", "pickle.find_class", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink",
         "os.truncate", "os.chmod", "shutil.rmtree", "shutil.copyfile", "tempfile.mkstemp", "tempfile.mkdtemp",
         "ctypes.dlopen", "webbrowser.open")  # fmt: skip
LIBRARIES = tuple({*sysconfig.get_paths().values(), str(ROOT / "addon"), str(ROOT / "scenes"), sys.base_prefix,
                   os.path.realpath(sys.base_prefix)})  # fmt: skip
_watching: list[str] | None = None


class TooLong(BaseException):
    """The time is over; no `except Exception` may catch it."""


def _audit(event: str, args: tuple) -> None:
    if _watching is None:
        return
    if event == "open":
        path, _, flags = args
        if isinstance(path, int):
            return
        path = os.path.abspath(os.fsdecode(path))
        if flags & WRITING:
            _watching.append(f"wrote {path}")
        elif not path.startswith((os.getcwd(), *LIBRARIES)):
            _watching.append(f"read {path}")
    elif event in NEVER:
        _watching.append(f"{event} {args[:1]}")


sys.addaudithook(_audit)


@contextlib.contextmanager
def _watched():
    """The limits are set, and what is done to files and programs is noted."""
    global _watching

    def over(*_):
        raise TooLong

    alarms = {signal.SIGPROF: signal.ITIMER_PROF, signal.SIGALRM: signal.ITIMER_REAL}
    before = {number: signal.signal(number, over) for number in alarms}
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + BYTES, hard))
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    signal.setitimer(signal.ITIMER_REAL, WAITING)
    _watching = []
    try:
        yield _watching
    finally:
        _watching = None
        for number, timer in alarms.items():
            signal.setitimer(timer, 0)
            signal.signal(number, before[number])
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def tried(scene: Path) -> tuple[int, str]:
    """The exit code of `--plan` for a scene file beside which this process stands, and the line that refuses it."""
    out, err = io.StringIO(), io.StringIO()
    try:
        with _watched() as seen, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli.main(["--plan", scene.name])
    except TooLong:
        raise AssertionError(f"it took more than {SECONDS} s of the processor or {WAITING} s in all") from None
    said = err.getvalue()
    assert not seen, f"it did what no scene file may: {seen}"
    assert code in (cli.DONE, cli.BAD_INPUT), f"exit code {code}: {said}"
    if code == cli.BAD_INPUT:
        assert not out.getvalue() and said.startswith("convolume: ") and said.count("\n") == 1, said
        assert said.rstrip("\n").isprintable() and len(said) < 1000 and "Error" not in said, said
    else:
        assert not said and out.getvalue()
    return code, said


def warm_up(folder: Path) -> None:
    """What is imported only now and then is imported before anything is watched."""
    from PIL import Image

    Image.init()
    np.save(folder / "warm.npy", np.ones((2, 2)))
    np.load(folder / "warm.npy", mmap_mode="r")
