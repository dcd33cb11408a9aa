# SPDX-License-Identifier: GPL-3.0-or-later
"""A checked scene and its trace to a plan: what is where, in which colour, with which text, at which second.

- Arrays and frozen dataclasses; nothing is drawn and bpy may not enter.
- Every decision of what is shown is made here; the stage only carries it out.
- Which kinds of figures can show an operation, its descriptor says (ops/); of several, the first that `accepts` a scene
  is chosen unasked.
- `KINDS` are the modules of kinds/, by their files' names. What their `begin(scene, trace)` gives makes the `plan()`,
  or keys its `clock()` alone, for `seconds_of`.
"""

from .. import ops
from ..ops.discover import modules_with
from ..scene.arrays import runs, scene_errors
from ..scene.checks import ValidationError
from ..scene.load import SceneError
from ..scene.paths import shown
from . import kinds
from .plan.plan import Plan

KINDS = modules_with("begin", kinds.__name__, kinds.__path__)
# what scene files may name as their story, as they did before there were kinds; and which kind that is
STORIES = {"sliding": "sliding", "channels": "volume", "filters": "volume", "sweep": "sweep", "pooling": "pooling",
           "collapse": "pooling", "comparison": "comparison", "transposed": "stamping"}  # fmt: skip


def make_plan(scene) -> Plan:
    """The plan of a checked scene. Raises SceneError where no kind of figure can show it."""
    kind, trace = _chosen(scene)
    with scene_errors(scene):
        plan = kind.begin(scene, trace).plan()
    roles = [part.role for parts in (plan.volumes, plan.words, plan.windows) for part in parts]
    if len(set(roles)) < len(roles):
        hint = "must be other texts: the figure has a part of that name"
        raise SceneError(shown(scene.path), "words.channels", scene.words.channels, hint)
    _check_film(scene, plan.frames)
    return plan


def seconds_of(scene) -> float:
    """How long a checked scene's film is, without the rest of its plan. Raises SceneError as `make_plan` does."""
    kind, trace = _chosen(scene)
    with scene_errors(scene):
        begun = kind.begin(scene, trace)
        begun.clock()
    _check_film(scene, begun.figure.frames)
    return begun.figure.frames / scene.output.fps


def _chosen(scene):
    """The kind that shows a scene, and the trace of its first run."""
    trace = runs(scene)[0]
    with scene_errors(scene):
        kind = kind_of(scene, trace)
        if (refused := kind.validate(scene, trace)) is not None:
            key, value, hint = refused
            raise ValidationError(hint, key, value)
    return kind, trace


def _check_film(scene, frames: int) -> None:
    size, most = tuple(scene.output.size), scene.limits.film
    pixels = frames * size[0] * size[1]
    if pixels > most:
        hint = f"must make at most {most:,} pixels in all {frames:,} frames, not {pixels:,}"
        raise SceneError(shown(scene.path), "output.size", size, f"{hint} (--limit film={pixels} allows it)")


def kind_of(scene, trace):
    """The module of the kind of figure that a scene is: the one it asks for, or the first of its operation that accepts
    it. Raises SceneError where none can show it."""
    operation, file = ops.OPERATIONS[scene.op.type], shown(scene.path)
    for key, names in (("kind", KINDS), ("story", STORIES)):
        if (asked := getattr(scene, key)) is not None and asked not in names:
            raise SceneError(file, key, asked, f"must be one of {', '.join(names)}")
    if len(scene.input.size) > 2:
        raise SceneError(file, "input.size", scene.input.size, "must have one or two axes to be told")
    if scene.kind is not None and scene.story is not None:
        raise SceneError(file, "story", scene.story, "must be left out where there is a kind")
    key = "kind" if scene.kind is not None else "story"
    name = scene.kind or STORIES.get(scene.story)
    if name is None:
        if not operation.kinds:
            raise SceneError(file, "op.type", scene.op.type, "has no kind of figure yet")
        accepting = (name for name in operation.kinds if len(operation.kinds) == 1 or KINDS[name].accepts(scene, trace))
        return KINDS[next(accepting, operation.kinds[0])]
    if name not in operation.kinds:
        able = ops.names(lambda operation: name in operation.kinds)
        hint = f"must be {' or '.join(able)} for the {key} {getattr(scene, key)}"
        raise SceneError(file, "op.type", operation.name, f"{hint}; or leave {key} out")
    if scene.compare.given and name != "comparison":
        raise SceneError(file, key, getattr(scene, key), "must be comparison where there is a [compare] table")
    return KINDS[name]


__all__ = ["KINDS", "STORIES", "kind_of", "make_plan", "seconds_of"]
