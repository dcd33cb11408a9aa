# SPDX-License-Identifier: GPL-3.0-or-later
"""What a format says of itself: `Format`.

A clip is an `outputs.FrameRange`, a film an `outputs.Film`: a clip with its recorded frames.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

FRAMES, SCENE, PLAN = "frames", "scene", "plan"


@dataclass(frozen=True)
class Format:
    """One thing that can be made of a figure; its name is its module's.

    `write(source, path)` makes it whole or not at all, and raises `EncodeError` with one line that says what it lacks.
    The source is what it `needs`: rendered frames (a film), the open scene in Blender (its clip), or the plan alone,
    for which no Blender is asked. Of a `.blend` there is what needs frames.
    """

    write: Callable
    place: str  # the name of what is made, {} being the figure's
    needs: str = FRAMES
    shows: Callable[[object], Iterable[int]] = lambda clip: clip.frames  # of a clip: the frames that are in it
    still: bool = False  # one picture, which takes no time
    most: float = float("inf")  # frames a second that it can show
    folder: Callable[[Path], list[Path]] | None = None  # where a folder is made: its files that are this format's
    lacks: Callable[[object], str | None] = lambda clip: None  # of a clip: why it cannot be made of that, or None
