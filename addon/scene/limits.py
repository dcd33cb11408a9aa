# SPDX-License-Identifier: GPL-3.0-or-later
"""How much a scene may ask for: limits with names, checked before memory or time is taken.

- A scene file cannot raise them, since it may be a stranger's: `load(…, limits=…)`, the command line's `--limit` and
  the add-on's preferences can.
- The defaults keep loading and planning below ten seconds and 2 GB.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields

HIGHEST = 10**15
# nine parts: a key has two, and what reads TOML takes memory with the square of their number
_PART = r"""(?:[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')"""
DEEP_KEY = re.compile(rf"""(?<![\w"'\\-]){_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{8}}""")


def _limit(default: int, help: str):
    return field(default=default, metadata={"help": help})


@dataclass(frozen=True)
class Limits:
    """The most that a figure may have; `load.parse_limits` gives others."""

    cells: int = _limit(2_000_000, "cells of one volume, and numbers of the weights")
    steps: int = _limit(4_096, "steps of a figure, which are its output's cells")
    products: int = _limit(500_000, "products behind a figure's steps: cells under the window, times the steps")
    frame: int = _limit(33_177_600, "pixels of one frame, width times height")
    film: int = _limit(10_000_000_000, "pixels of all frames together")
    picture: int = _limit(50_000_000, "pixels of a picture file, width times height")
    unpacked: int = _limit(600_000_000, "bytes that are unpacked of a zipped IDX file")
    text: int = _limit(500_000, "bytes of a scene file")


DEFAULT = Limits()


def table() -> list[tuple[str, int, str]]:
    """(name, default, what it bounds) of each limit."""
    return [(f.name, f.default, f.metadata["help"]) for f in fields(Limits)]
