# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of a scene on the command line: single keys in the place of the file's, and higher limits."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace

from .checks import SIZE_TEXT
from .limits import DEFAULT, HIGHEST, Limits
from .load import REMOVED, SceneError, load
from .spec import Scene, find_knob


def parse_override(text: str) -> tuple[str, object]:
    """ "op.stride=2" → ("op.stride", 2). What is not TOML is text; nothing, where a key is no text, is REMOVED."""
    key, equals, raw = text.partition("=")
    key, raw = key.strip(), raw.strip()
    if not equals or not key:
        raise SceneError("--set", text, None, "must be key=value, as in op.stride=2")
    knob = find_knob(key)
    if not raw and knob is not None and knob.metadata["kind"] != "text":
        return key, REMOVED
    try:
        parsed = tomllib.loads(f"value = {raw}")
    except (ValueError, RecursionError):
        return key, raw
    if set(parsed) != {"value"}:
        return key, raw
    value = parsed["value"]
    kind = knob.metadata["kind"] if knob else None
    wants_text = kind in ("text", "path", "name") or (
        kind in ("size", "pixels", "axes") and SIZE_TEXT.fullmatch(raw)
    )
    return key, raw if wants_text and not isinstance(value, str) else value


class Fitting:
    """Overrides for one figure after the other; of `loose` ones ({key: as it was said}) each figure takes what fits it.

    `report` says what was left out and why; raises SceneError where a key fitted none of the figures.
    """

    def __init__(self, overrides: Mapping[str, object], loose: Mapping[str, str], bounds: Mapping):
        self.overrides, self.loose, self.bounds = overrides, loose, bounds
        self.figures = 0
        self.unfit: dict[str, dict[str, SceneError]] = {}

    def load(self, target: str, make: Callable[[Scene], object]) -> tuple[Scene, object]:
        """The scene of a figure and what is made of it."""
        overrides, self.figures = dict(self.overrides), self.figures + 1
        while True:
            try:
                scene = load(target, overrides, **self.bounds)
                return scene, make(scene)
            except SceneError as wrong:
                here = [key for key in self.loose if key in overrides]
                # where another key is named, it is the one without which it loads; or all, if no one is
                alone = ([key] for key in here if self._loads(target, {k: v for k, v in overrides.items() if k != key}))
                unfit = [key for key in here if key == wrong.key] or next(alone, here)
                if not unfit:
                    raise
                for key in unfit:
                    del overrides[key]
                    self.unfit.setdefault(key, {})[target] = wrong

    def _loads(self, target: str, overrides: Mapping[str, object]) -> bool:
        try:
            load(target, overrides, **self.bounds)
        except SceneError:
            return False
        return True

    def report(self, say: Callable[[str], None]) -> None:
        """A line for each override that did not fit every figure."""
        for found in self.unfit.values():
            if len(found) == self.figures:
                raise next(iter(found.values()))
        for key, found in self.unfit.items():
            whys: dict[str, list[str]] = {}
            for target, wrong in found.items():
                why = re.split(r"[;,(]", wrong.hint)[0].strip()
                whys.setdefault(why if wrong.key in (key, None) else f"{wrong.key} {why}", []).append(target)
            said = "; ".join(f"{', '.join(targets)} ({why})" for why, targets in whys.items())
            say(f"--set {self.loose[key]} is left out where it does not fit: {said}")


def parse_limits(texts: Iterable[str]) -> Limits:
    """["cells=5000000"] → the limits with these in place."""
    limits, names = DEFAULT, [f.name for f in fields(Limits)]
    for text in texts:
        name, equals, number = (part.strip() for part in text.partition("="))
        if not equals:
            raise SceneError("--limit", text, None, "must be NAME=NUMBER, as in cells=5000000")
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            known = f"nearest: {near[0]}" if near else f"the limits are {', '.join(names)}"
            raise SceneError("--limit", name, None, f"no such limit; {known}")
        number = number.replace("_", "")
        if not re.fullmatch(r"[0-9]{1,16}", number) or not 1 <= int(number) <= HIGHEST:
            raise SceneError("--limit", name, number, f"must be a whole number from 1 to {HIGHEST:,}")
        limits = replace(limits, **{name: int(number)})
    return limits
