# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong, in the words of a window: the command line's options are the add-on's preferences here, a file's keys
are fields, and what would be left out of a file is unticked.
"""

import re

from ..scene.spec import TABLES, find_knob
from .field import label_of

PREFERENCES = "the add-on's preferences"
WORDS = (
    ("name its folder with --allow FOLDER", f"name its folder at Read From in {PREFERENCES}"),
    (r"^--limit:", f"Limits in {PREFERENCES}:"),
    (r"--limit (\w+=[^\s)]+)", rf"\1 at Limits in {PREFERENCES}"),
)
OWN = (  # what is said of the panel's own state, which has no file
    ("or leave story out", "or untick Story"),
    ("or leave kind out", "or untick Kind"),
    ("must be left out", "must be unticked"),
    ("move it there and write its new path", "copy it there, choose the copy and save again"),
    (r", or left out$", ", or without its tick"),
    (r"where there is a \[compare\] table", "where there is a Second Run"),
)
TABLE_NAMES = {"": "", "op": "", "compare": "Second Run"}
KEY = re.compile(rf"\b(?:{'|'.join(TABLES)})\.[a-z_]+\b")
PAIR = re.compile(r"\((\(\d+, \d+\)(?:, \(\d+, \d+\))*),?\)")
TUPLE = re.compile(r"\((-?\d+(?:, -?\d+)+|\d+,)\)")
ARGUMENT = re.compile(r"\b([a-z]+(?:_[a-z]+)*)=(?=[\d\"])")
SPELT = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")


def in_window(text: str) -> str:
    """A message of the command line's, naming what a window has."""
    for pattern, words in WORDS:
        text = re.sub(pattern, words, text)
    return text


def place(key: str | None) -> str:
    """Where in the panel a key stands: "Dilation", "Input › Size"."""
    table, _, name = (key or "").partition("[")[0].rpartition(".")
    if not table and name in TABLE_NAMES:
        return TABLE_NAMES[name]
    table = TABLE_NAMES.get(table, label_of(table))
    return f"{table} › {label_of(name)}" if table else label_of(name)


def whole(error) -> str:
    """A SceneError with its file, key and value."""
    return in_window(str(error))


def hint(error) -> str:
    """What would be right instead, without the key."""
    text = in_window(error.hint)
    for pattern, words in OWN:
        text = re.sub(pattern, words, text)
    text = KEY.sub(lambda m: place(m[0]) if find_knob(m[0]) else m[0], text)
    text = PAIR.sub(lambda m: m[1].replace("), (", " × ").replace(", ", "+").strip("()"), text)
    text = TUPLE.sub(lambda m: m[1].rstrip(",").replace(", ", "×"), text)
    text = ARGUMENT.sub(lambda m: f"{label_of(m[1])} " if find_knob(f"op.{m[1]}") else m[0], text)
    return SPELT.sub(lambda m: label_of(m[0]) if find_knob(f"op.{m[0]}") else m[0], text).replace(" * ", " × ")


def short(error) -> str:
    """A SceneError of the panel's own state, which has no file: where it is, and what would be right."""
    if error.file.startswith("--"):  # of the preferences
        return whole(error)
    at, words = place(error.key), hint(error)
    return words if not at or words.startswith(f"{at} ") else f"{at}: {words}"
