# SPDX-License-Identifier: GPL-3.0-or-later
"""A checked scene and its trace to a plan: what is where, in which colour, with which text, at which second.

- Arrays and frozen dataclasses; nothing is drawn and bpy may not enter.
- Every decision of what is shown is made here; the stage only carries it out.
- Which stories and kinds can explain an operation, its descriptor says (ops/).
- A kind is chosen unasked where `accepts(scene, trace)` says so (kinds/).
- A story is a module with `accepts(scene, trace)`, whether it is chosen for such shapes unasked;
  `validate(scene, trace)`, None or the (key, value, hint) why it cannot; `build_plan(builder, trace) -> Plan`.
  `STORIES` names them as scene files do, in the order in which they are asked.
- `KINDS` are the modules of kinds/, each with a `build(scene, trace) -> Plan`, by their files' names.
"""

from contextlib import suppress

from .. import ops
from ..ops.discover import modules_with
from ..scene.arrays import runs, scene_errors
from ..scene.checks import ValidationError
from ..scene.load import SceneError
from ..scene.paths import shown
from . import kinds
from .first_edition import comparison, global_pooling, pooling
from .first_edition.builder import PlanBuilder
from .plan.plan import Plan

STORIES = {
    "comparison": comparison,
    "pooling": pooling,
    "collapse": global_pooling,
}
KINDS = modules_with("build", kinds.__name__, kinds.__path__)
# names that scene files give to what is a kind now
RENAMED = {"sliding": "sliding", "channels": "volume", "filters": "volume", "sweep": "sweep",
           "transposed": "stamping"}
NAMES = (*STORIES, *RENAMED)  # what a scene file may name as its story


def make_plan(scene) -> Plan:
    """The plan of a checked scene. Raises SceneError where no story can tell it."""
    trace, file = runs(scene)[0], shown(scene.path)
    with scene_errors(scene):
        kind = kind_of(scene, trace)
        if kind is not None:
            if (refused := kind.validate(scene, trace)) is not None:
                key, value, hint = refused
                raise ValidationError(hint, key, value)
            plan = kind.build(scene, trace)
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


def kind_of(scene, trace):
    """The module of the kind of figure that a scene is: the one it asks for, or that of its operation which accepts it.
    None where a story explains it. Raises SceneError where none can."""
    operation, file = ops.OPERATIONS[scene.op.type], shown(scene.path)
    for key, names in (("kind", KINDS), ("story", NAMES)):
        if (asked := getattr(scene, key)) is not None and asked not in names:
            raise SceneError(file, key, asked, f"must be one of {', '.join(names)}")
    if len(scene.input.size) > 2:
        raise SceneError(file, "input.size", scene.input.size, "must have one or two axes to be told")
    if scene.kind is not None and scene.story is not None:
        raise SceneError(file, "story", scene.story, "must be left out where there is a kind")
    key = "kind" if scene.kind is not None else "story"
    name = scene.kind or RENAMED.get(scene.story)
    if name is None:
        unasked = scene.story is None and _accepting(scene, trace) is None
        return KINDS[_unasked(operation.kinds, scene, trace)] if unasked and operation.kinds else None
    if name not in operation.kinds:
        able = ops.names(lambda operation: name in operation.kinds)
        otherwise = f"; or leave {key} out" if operation.stories else ""
        hint = f"must be {' or '.join(able)} for the {key} {getattr(scene, key)}{otherwise}"
        raise SceneError(file, "op.type", operation.name, hint)
    if scene.compare.changed:
        hint = "must be left out" if key == "kind" else "must be comparison"
        raise SceneError(file, key, getattr(scene, key), f"{hint} where there is a [compare] table")
    return KINDS[name]


def _unasked(kinds, scene, trace) -> str:
    """The only one of an operation's kinds, or the first that accepts a scene."""
    if len(kinds) == 1:
        return kinds[0]
    return next((name for name in kinds if KINDS[name].accepts(scene, trace)), kinds[0])


def story_of(scene, trace) -> str:
    """The name of the story that explains a scene: its own, or the first that accepts it. Raises SceneError where
    none can."""
    file = shown(scene.path)
    name = scene.story or _accepting(scene, trace)
    if name is None:
        raise SceneError(file, "op.type", scene.op.type, "has no story yet")
    able = ops.names(lambda operation: name in operation.stories)
    if scene.op.type in able:
        refused = STORIES[name].validate(scene, trace)
    else:
        refused = "op.type", scene.op.type, f"must be {' or '.join(able)} for the story {name}"
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
    """The first story that can explain the operation and accepts the scene."""
    able = ops.of(trace).stories
    return next((name for name, story in STORIES.items() if name in able and story.accepts(scene, trace)), None)


__all__ = ["KINDS", "NAMES", "STORIES", "kind_of", "make_plan", "story_of"]
