# SPDX-License-Identifier: GPL-3.0-or-later
"""Scene file to checked spec, trace to plan: what is where, in which colour, with which text, at which second.

- Arrays and frozen dataclasses; nothing is drawn and bpy may not enter.
- Every decision of what is shown is made here; the stage only carries it out.
- A story is a function (sheet, trace) -> Plan, registered in `STORIES` by the name that scene files use.
"""

from . import channels, sliding
from .plan import Plan
from .scene import SceneError, figures, load
from .sheet import Sheet
from .sources import run

STORIES = {"sliding": sliding.tell, "channels": channels.tell}


def make_plan(scene) -> Plan:
    """The plan of a checked scene. Raises SceneError where no story can tell it."""
    trace = run(scene)
    if scene.story not in STORIES:
        raise SceneError(scene.path, "story", scene.story, f"must be one of {', '.join(STORIES)}")
    return STORIES[scene.story](Sheet(scene), trace)


__all__ = ["STORIES", "Plan", "SceneError", "figures", "load", "make_plan"]
