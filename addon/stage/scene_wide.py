# SPDX-License-Identifier: GPL-3.0-or-later
"""What a figure needs of the whole scene: camera, size, frames, world, colour management.

A scene has one of each and may hold many figures, so every figure remembers its own on its collection. What a user
changes in the scene belongs to the figure that the scene is set to: it stays when that is updated, goes with it when
another one takes its place, and comes back with it.
"""

import json
from dataclasses import dataclass, field

import bpy
import numpy as np

from ..scene import rates
from ..story.plan.describe import steps_table
from ..story.plan.plan import Plan
from . import compat, materials, tweaks
from .build import Built
from .ownership import BUILT, FIGURE, ROLE, kept_in, touched

LIGHT = "convolume_light"  # on a scene: how what it shows is lit: "baked" or "studio"
SET_TO = "convolume_set_to"  # on a scene: the figure that it is set to
WIDE = "convolume_wide"  # on a figure's collection: how the scene was prepared for it
REST = "convolume_rest"  # the same: the seconds that it goes on after its clock's last key
# the same: what a user made of that, kept here while the scene is set to another figure
VALUES, CAMERA, WORLD = "convolume_values", "convolume_camera", "convolume_world"
NAMES = {"resolution_x": "width", "resolution_y": "height", "resolution_percentage": "percentage",
         "frame_end": "last frame", "fps": "frames per second", "fps_base": "frame rate's base",
         "frame_start": "first frame", "film_transparent": "transparency", "dither_intensity": "dither"}  # fmt: skip


@dataclass
class UserOverrides:
    """What of a scene is the user's own."""

    values: dict = field(default_factory=dict)
    camera: bpy.types.Object | None = None
    world: bpy.types.World | None = None


def prepare_scene(plan: Plan, scene: bpy.types.Scene, built: Built) -> None:
    """Set what a figure is rendered with in the whole scene: camera, size, frames, world, colour management.

    Done again, it keeps what a user has changed since, and says so in `built.report`.
    """
    fps, base = rates.blenders(plan.fps)
    values = {
        "resolution_x": plan.size[0], "resolution_y": plan.size[1], "resolution_percentage": 100, "fps": fps,
        "fps_base": float(np.float32(base)),  # as Blender holds it, so that it is no change of the user's
        "frame_start": 1, "frame_end": built.frames or plan.frames, "film_transparent": plan.transparent,
        "view_transform": "Standard", "look": "None", "dither_intensity": 0.0,
    }  # fmt: skip
    prepared = {"values": values, "background": list(plan.background), "steps": json.dumps(steps_table(plan)),
                "light": plan.light}
    built.collection[WIDE] = json.dumps(prepared)
    built.collection[REST] = plan.seconds - float(plan.channels["clock.step"].seconds[-1])
    built.report.kept.extend(k for k in prepare_again(scene, built.collection) if k not in built.report.kept)
    built.collection[tweaks.REPORT] = json.dumps({"kept": built.report.kept, "lost": built.report.lost})


def prepare_again(scene: bpy.types.Scene, collection: bpy.types.Collection) -> list[str]:
    """Set the scene to a standing figure, as `prepare_scene` did when that was built; what of the user's was kept.

    A figure that no scene was prepared for gives nothing but its camera.
    """
    prepared = kept_in(collection, WIDE)
    if scene.get(SET_TO, collection[FIGURE]) == collection[FIGURE]:
        mine = _changed(scene, collection)
    else:
        _leave(scene)
        mine = _remembered(scene, collection)
    scene.camera = mine.camera or tweaks.objects_of(collection).get("camera") or scene.camera
    kept = [f"camera {mine.camera.name}"] if mine.camera else []
    for path, value in prepared.get("values", {}).items():
        setattr(_owner(scene, path), path, mine.values.get(path, value))
        if path in mine.values:
            kept.append(NAMES.get(path, path.replace("_", " ")))
    if prepared:
        _set_world(scene, mine.world, prepared["background"], prepared.get("light", "baked"))
        scene[LIGHT] = prepared.get("light", "baked")
        kept += ["world"] if mine.world else []
        scene["convolume_steps"] = prepared["steps"]
    if prepared or SET_TO in scene:
        scene[BUILT] = json.dumps(prepared.get("values", {}))
        scene[SET_TO] = collection[FIGURE]
    return [f"{scene.name}: {what}" for what in kept]


def clock_runs(scene: bpy.types.Scene, collection: bpy.types.Collection) -> int | None:
    """The frame until which a figure's clock runs, where the scene's end does not fit it; None where it does.

    It does not when the clock was retimed since the end was set, or when the end cuts its last key off.
    """
    if REST not in collection or scene.get(SET_TO) != collection[FIGURE]:
        return None
    clock = next((o for o in collection.all_objects if o.get(ROLE) == "clock"), None)
    curve = next((c for c in compat.curves(clock) if c.data_path == '["step"]'), None) if clock else None
    if curve is None or not curve.keyframe_points:
        return None
    built, last = kept_in(scene, BUILT), curve.keyframe_points[-1].co.x - 1.0
    if not {"fps", "frame_end"} <= set(built):
        return None
    frames = max(1, round(last + collection[REST] * built["fps"] / built.get("fps_base", 1.0)))
    retimed = abs(frames - built["frame_end"]) > 1
    return frames if abs(frames - scene.frame_end) > 1 and (retimed or scene.frame_end < last) else None


def fit_frames(scene: bpy.types.Scene, collection: bpy.types.Collection) -> None:
    """Let the scene end with the clock, as an update would; from then on this is no change of the user's."""
    frames = clock_runs(scene, collection)
    if frames is not None:
        prepared, before = kept_in(collection, WIDE), kept_in(scene, BUILT)
        scene.frame_end = prepared["values"]["frame_end"] = before["frame_end"] = frames
        collection[WIDE], scene[BUILT] = json.dumps(prepared), json.dumps(before)


def _owner(scene, path: str):
    """The part of a scene that has a property."""
    return next(o for o in (scene, scene.render, scene.view_settings) if hasattr(o, path))


def _changed(scene, collection) -> UserOverrides:
    """What a user has made of the scene since it was set to a figure; before any figure was, nothing is kept."""
    before = kept_in(scene, BUILT)
    mine = UserOverrides({path: getattr(_owner(scene, path), path) for path, value in before.items()
                 if getattr(_owner(scene, path), path) != value})  # fmt: skip
    tweaks.objects_of(collection)  # a duplicate of its camera is the user's
    if BUILT in scene and scene.camera is not None and scene.camera.get(ROLE) != "camera":
        mine.camera = scene.camera
    if before and scene.world is not None and (scene.world.get(ROLE) != "world" or touched(scene.world)):
        mine.world = scene.world
    return mine


def _leave(scene) -> None:
    """Another figure takes the scene over: what of it is the user's goes with the one that it was set to."""
    here = [c for c in scene.collection.children_recursive if c.get(FIGURE) == scene[SET_TO]]
    for collection in here[:1]:
        mine = _changed(scene, collection)
        for key, what in ((VALUES, json.dumps(mine.values)), (CAMERA, mine.camera), (WORLD, mine.world)):
            collection.pop(key, None)
            if what is not None:
                collection[key] = what


def _remembered(scene, collection) -> UserOverrides:
    """What a figure took along when another took its place."""
    values = kept_in(collection, VALUES)
    _, camera, world = (collection.pop(key, None) for key in (VALUES, CAMERA, WORLD))
    there = camera is not None and scene.objects.get(camera.name) == camera  # the user may have deleted it since
    return UserOverrides(values, camera if there else None, world)


def _set_world(scene, mine, background, light) -> None:
    """The user's world, or a fresh one of ours; one of ours that nobody has any more goes."""
    old = scene.world
    idle = old is not None and old != mine and old.get(ROLE) == "world" and old.users == 1
    if idle:
        old.name = f"~{old.name}"
    if mine is not None:
        scene.world = mine
    else:
        materials.set_world(scene, background, light)
    if idle:
        bpy.data.worlds.remove(old)
