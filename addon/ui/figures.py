# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures that stand in a scene: which there are, whether one is out of date, which one is shown."""

import json

from . import state
from .fields import FIELDS

OUTPUT = "convolume_output"  # on a figure's collection: what the panel said of its output when it was left
UNBUILT = "quality", "formats"  # the keys that a build does not depend on


def all_standing(scene) -> list:
    """The collections of the figures in a scene."""
    from ..stage import FIGURE

    return [c for c in scene.collection.children_recursive if FIGURE in c]


def name_of(collection) -> str:
    from ..stage import FIGURE

    return collection[FIGURE]


def standing(scene, name: str):
    """The collection of a figure; None where it is not built."""
    return next((c for c in all_standing(scene) if name_of(c) == name), None)


def shown(scene):
    """The figure that would be rendered: the one that is not hidden, the panel's own first."""
    here = [c for c in all_standing(scene) if not c.hide_render]
    mine = [c for c in here if name_of(c) == scene.convolume.id]
    return (mine or here or [None])[0]


def is_old(collection, settings) -> bool:
    """Whether the parameters say something else than what was built."""
    checked = state.check(settings)
    return bool(checked.key) and collection.get(state.KEY) != checked.key


def others(scene) -> list[str]:
    """What is in the picture besides the figure that is shown: objects of the user's that can be seen or give light."""
    figure = shown(scene)
    if figure is None:
        return []
    ours = {o.name for c in all_standing(scene) for o in c.all_objects if c == figure or c.hide_render}
    return [o.name for o in scene.objects if o.name not in ours and not o.hide_render
            and o.type not in ('EMPTY', 'CAMERA', 'ARMATURE', 'LATTICE', 'SPEAKER')]  # fmt: skip


def misfit(scene) -> int | None:
    """The frame until which the shown figure's clock runs, where the scene ends at another; None where all is well."""
    from ..stage import clock_runs

    figure = shown(scene)
    return None if figure is None else clock_runs(scene, figure)


def explored(collection) -> bool:
    from ..stage.tweaks import EXPLORE

    return bool(collection.get(EXPLORE))


def show_alone(scene, collection) -> list[str]:
    """Show one figure and hide the others, which stand in the same place; the names of those hidden now."""
    hidden = []
    for other in all_standing(scene):
        hide = other != collection
        if hide and not other.hide_render:
            hidden.append(name_of(other))
        if other.hide_render != hide:
            other.hide_viewport = other.hide_render = hide
    return hidden


def remember_output(scene) -> None:
    """The panel is about to be another figure's: how this one is rendered, which is no matter of building, stays."""
    collection = standing(scene, scene.convolume.id)
    if collection is not None:
        group, rank = scene.convolume.output, state.rank_of(scene.convolume)
        found = {key: FIELDS["output"][key].get(group, rank) for key in UNBUILT}
        collection[OUTPUT] = json.dumps(found)


def recall_output(scene, collection) -> None:
    """What the panel said of a figure's output when it was left."""
    from ..stage.ownership import kept_in

    for key, value in kept_in(collection, OUTPUT).items():
        if key in UNBUILT:
            FIELDS["output"][key].put(scene.convolume.output, value)
