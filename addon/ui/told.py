# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong, in the words of a window: the command line's options are the add-on's preferences here."""

import re

PREFERENCES = "the add-on's preferences"
WORDS = (
    ("name its folder with --allow FOLDER", f"name its folder at Read From in {PREFERENCES}"),
    (r"^--limit:", f"Limits in {PREFERENCES}:"),
    (r"--limit (\w+=[^\s)]+)", rf"\1 at Limits in {PREFERENCES}"),
)


def in_window(text: str) -> str:
    """A message of the command line's, naming what a window has."""
    for pattern, words in WORDS:
        text = re.sub(pattern, words, text)
    return text


def whole(error) -> str:
    """A SceneError with its file, key and value."""
    return in_window(str(error))


def right(error) -> str:
    """What would be right instead, without the key."""
    return in_window(error.right)


def short(error) -> str:
    """A SceneError of the panel's own state, which has no file."""
    if error.file.startswith("--"):  # of the preferences
        return whole(error)
    return f"{error.key}: {right(error)}" if error.key else right(error)
