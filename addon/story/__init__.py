# SPDX-License-Identifier: GPL-3.0-or-later
"""A checked scene and its trace to a plan: what is where, in which colour, with which text, at which second.

- Arrays and frozen dataclasses; nothing is drawn and bpy may not enter.
- Every decision of what is shown is made here; the stage only carries it out.
- A story is a module with `accepts(scene, trace)`, whether it is chosen for such an operation unasked;
  `validate(scene, trace)`, None or the (key, value, hint) why it cannot; `build_plan(builder, trace) -> Plan`.
  `STORIES` names them as scene files do, in the order in which they are asked.
"""

from contextlib import suppress

from ..scene.arrays import runs, scene_errors
from ..scene.checks import ValidationError
from ..scene.load import SceneError
from ..scene.paths import shown
from . import kinds
from .first_edition import (
    channels,
    closeup,
    comparison,
    filters,
    global_pooling,
    pooling,
    sliding,
    transposed,
)
from .first_edition.builder import PlanBuilder
from .plan.plan import Plan

STORIES = {
    "comparison": comparison,
    "sweep": closeup,
    "sliding": sliding,
    "channels": channels,
    "filters": filters,
    "pooling": pooling,
    "collapse": global_pooling,
    "transposed": transposed,
}
KINDS = {"sliding": kinds.sliding, "volume": kinds.volume, "sweep": kinds.sweep}


def make_plan(scene) -> Plan:
    """The plan of a checked scene. Raises SceneError where no story can tell it."""
    trace, file = runs(scene)[0], shown(scene.path)
    with scene_errors(scene):
        if scene.kind is not None:
            plan = kind_of(scene).build(scene, trace)
        else:
            plan = STORIES[story_of(scene, trace)].build_plan(PlanBuilder(scene), trace)
    roles = [part.role for parts in (plan.volumes, plan.words, plan.windows, plan.lines) for part in parts]
    if len(set(roles)) < len(roles):
        hint = "must be other texts: the figure has a part of that name"
        raise SceneError(file, "words.channels", scene.words.channels, hint)
    pixels = plan.frames * plan.size[0] * plan.size[1]
    if pixels > scene.limits.film:
        hint = f"must make at most {scene.limits.film:,} pixels in all {plan.frames:,} frames, not {pixels:,}"
        raise SceneError(file, "output.size", plan.size, f"{hint} (--limit film={pixels} allows it)")
    return plan


def kind_of(scene):
    """The module of the kind of figure that a scene asks for. Raises SceneError where none has that name."""
    if scene.kind not in KINDS:
        raise SceneError(shown(scene.path), "kind", scene.kind, f"must be one of {', '.join(KINDS)}")
    return KINDS[scene.kind]


def story_of(scene, trace) -> str:
    """The name of the story that explains a scene: its own, or the first that accepts it. Raises SceneError where
    none can."""
    file = shown(scene.path)
    if scene.story is not None and scene.story not in STORIES:
        raise SceneError(file, "story", scene.story, f"must be one of {', '.join(STORIES)}")
    if trace.input.ndim > 3:
        raise SceneError(file, "input.size", scene.input.size, "must have one or two axes to be told")
    name = scene.story or _accepting(scene, trace)
    if name is None:
        raise SceneError(file, "op.type", scene.op.type, "has no story yet")
    refused = STORIES[name].validate(scene, trace)
    if scene.compare.changed and name != "comparison":
        refused = "story", name, "must be comparison where there is a [compare] table"
    if refused is None:
        return name
    key, value, hint = refused
    with suppress(ValidationError):  # where another has no room either, there is nothing to add
        unasked = _accepting(scene, trace)
        if unasked not in (name, None) and STORIES[unasked].validate(scene, trace) is None:
            hint += "; or leave story out"
    raise SceneError(file, key, value, hint)


def _accepting(scene, trace) -> str | None:
    """The first story that accepts a scene."""
    return next((name for name, story in STORIES.items() if story.accepts(scene, trace)), None)


__all__ = ["KINDS", "STORIES", "kind_of", "make_plan", "story_of"]
