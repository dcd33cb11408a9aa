# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of a scene on the command line: single keys in the place of the file's, and higher limits."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import fields, replace

from .checks import SIZE_TEXT
from .limits import DEFAULT, HIGHEST, Limits
from .load import REMOVED, SceneError
from .spec import find_knob


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
