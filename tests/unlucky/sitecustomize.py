# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad luck on purpose, for tests alone: where this folder is on PYTHONPATH, Python imports this file when it starts.

UNLUCKY_<figure>=crash|hang|fail: what happens to a figure's process; with a path after a colon only until there is
such a file, which it makes. UNLUCKY_LOG=<file>: a line for every tile that was rendered and for every pack written.
"""

import os
import sys
import time
from pathlib import Path

_HOOKS = {name.removeprefix("UNLUCKY_"): value for name, value in os.environ.items() if name.startswith("UNLUCKY_")}


def _befall(what: str) -> None:
    what, _, once = what.partition(":")
    if once:
        if Path(once).exists():
            return
        Path(once).touch()
    if what == "crash":
        os.abort()
    if what == "hang":
        time.sleep(1e6)
    if what == "fail":
        raise RuntimeError("out of luck")


def _line(text: str) -> None:
    with open(_HOOKS["LOG"], "ab", buffering=0) as file:
        file.write(f"{text}\n".encode())


def _install() -> None:
    from addon.render.process import jobs
    from addon.render.reuse import cache

    recorded, put, write = jobs.Job._recorded, cache.Shelf.put_tile, cache.Store.write

    def unlucky(self, scene, needed, profile, progress, **how):
        if self.name in _HOOKS:
            scene.frame_set(1)
            _befall(_HOOKS[self.name])
        return recorded(self, scene, needed, profile, progress, **how)

    def put_tile(self, key, pixels):
        put(self, key, pixels)
        _line(f"tile {os.getpid()} {key.hex()}")

    def written(self, name, content):
        write(self, name, content)
        _line(f"pack {os.getpid()} {name.hex()}")

    jobs.Job._recorded = unlucky
    if "LOG" in _HOOKS:
        cache.Shelf.put_tile, cache.Store.write = put_tile, written


if _HOOKS and any(arg.endswith("start.py") for arg in sys.orig_argv):
    _install()
