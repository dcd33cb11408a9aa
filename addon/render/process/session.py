# SPDX-License-Identifier: GPL-3.0-or-later
"""How a run of the command line goes: its options, its cache, and who renders. No bpy."""

import argparse
import os
import re
from pathlib import Path

from ..reuse import cache
from . import worker_pool
from .farm import Farm, Gone
from .jobs import Unusable

UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


def add_options(add) -> None:
    """The options that say how, and not what; `add` is a parser's `add_argument`."""
    of_jobs = "processes at a time (default: as many as there are processors, and fewer where more would not pay)"
    add("--jobs", type=_whole(1, 1024), metavar="N", help=of_jobs)
    of_time = "end a process that says nothing for so long (default: 600)"
    add("--timeout", type=_whole(5, 10**6), default=600, metavar="SECONDS", help=of_time)
    of_dask = "hand frames to a Dask cluster: its scheduler's address, or local:N for N workers here; docs/farm.md"
    add("--dask", metavar="ADDRESS", help=of_dask)
    of_cache = "the folder of rendered pieces, from which an interrupted run goes on (default: the user's cache)"
    add("--cache", type=Path, metavar="DIR", help=of_cache)
    of_size = f"what it may hold, as in 500M (default: {size_text(cache.LIMIT)}; 0: nothing is kept)"
    add("--cache-size", type=_size, default=cache.LIMIT, metavar="SIZE", help=of_size)
    add("--force", action="store_true", help="render everything again, whatever is in the cache")


def _whole(least, most):
    def checked(text):
        if not re.fullmatch(r"\d{1,9}", text) or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f'"{text}": must be a whole number from {least} to {most}')
        return int(text)

    return checked


def _size(text):
    found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)\s*([KMGT]?)B?", text.strip().upper())
    if not found:
        raise argparse.ArgumentTypeError(f'"{text}": must be a size in bytes, as in 500M or 2G')
    return int(float(found[1]) * UNITS[found[2]])


def size_text(size: int) -> str:
    """Bytes as people say them."""
    for unit in ("GB", "MB", "kB"):
        if size >= UNITS[unit[0].upper()]:
            return f"{size / UNITS[unit[0].upper()]:.3g} {unit}"
    return f"{size} bytes"


def store_of(asked) -> cache.Store | None:
    """The cache that is asked for; None for none."""
    if not asked.cache_size:
        return None
    folder = (asked.cache or cache.default_folder()).absolute()
    return cache.Store(folder, limit=asked.cache_size, read=not asked.force)


def clean(asked) -> str:
    """Empty the cache; a line that says how much was freed. Raises OSError."""
    folder = (asked.cache or cache.default_folder()).absolute()
    return f"{folder}: {size_text(cache.Store(folder).clean())} freed"


def render(jobs, asked, say, show) -> tuple[bool, list, str | None]:
    """Make every job in children; whether all was made, stills, and why Blender cannot be had where it cannot."""
    store, farm, result = store_of(asked), None, (False, [])
    if asked.dask and store is None:
        raise Unusable(f"--dask {asked.dask}: needs the cache, which --cache-size 0 turns off")
    if asked.dask:
        farm = Farm(asked.dask, say)
    try:
        plans = worker_pool.Plans(asked.out, store, asked.jobs, float(asked.timeout), farm)
        made = worker_pool.WorkerPool(plans, say, show)
        result = made.render(jobs)
    except Gone as error:
        say(str(error))
    finally:
        if farm is not None:
            farm.close()
    if store is not None and made.missing is None:
        say(f"cache: {size_text(store.size())} of at most {size_text(store.limit)} in {store.folder}")
    return *result, made.missing


def is_folder(path: Path | None) -> bool:
    """Whether something could be a folder: it is one, or nothing yet."""
    return path is None or path.is_dir() or not os.path.lexists(path)
