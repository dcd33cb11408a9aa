# SPDX-License-Identifier: GPL-3.0-or-later
"""Scene file to checked spec, trace to plan: what is where, in which colour, with which text, at which second.

- Arrays and frozen dataclasses; nothing is drawn and bpy may not enter.
- Every decision of what is shown is made here; the stage only carries it out.
- A story is a module with `tell(sheet, trace) -> Plan`, registered in `STORIES` by the name that scene files use.
"""

from . import channels, sliding
from .describe import describe, steps_table
from .plan import Plan
from .scene import SceneError, figures, load, shown
from .sheet import Sheet
from .sources import run

STORIES = {"sliding": sliding, "channels": channels}


def make_plan(scene) -> Plan:
    """The plan of a checked scene. Raises SceneError where no story can tell it."""
    trace = run(scene)
    name = scene.story or ("channels" if len(trace.input) > 1 else "sliding")
    if name not in STORIES:
        raise SceneError(shown(scene.path), "story", name, f"must be one of {', '.join(STORIES)}")
    _check(scene, trace, name)
    return STORIES[name].tell(Sheet(scene), trace)


def _check(scene, trace, name: str) -> None:
    """What no story tells yet is refused by name, before anything is drawn."""
    file, op = shown(scene.path), scene.op
    if trace.op != "conv":
        raise SceneError(file, "op.type", op.type, "has no story yet; conv has")
    if trace.input.ndim > 3:
        raise SceneError(file, "input.size", scene.input.size, "must have one or two axes to be told")
    if trace.groups > 1:
        raise SceneError(file, "op.groups", op.groups, "must be 1: groups have no story yet")
    if len(trace.output) > 1:
        raise SceneError(file, "op.out_channels", len(trace.output), "must be 1: several filters have no story yet")
    if name == "sliding" and len(trace.input) > 1:
        raise SceneError(file, "story", name, "tells one input channel; for several it must be channels")
    if len(trace) > MOST_STEPS:
        raise SceneError(file, "input.size", scene.input.size,
                         f"gives {len(trace)} steps; these stories tell at most {MOST_STEPS}")  # fmt: skip


MOST_STEPS = 1024  # every step is shown in full

__all__ = ["STORIES", "Plan", "SceneError", "describe", "figures", "load", "make_plan", "steps_table"]
