# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside the Blender under test and tells, several times a second, what is in its file. It changes nothing.

`blender -P report.py`, with the environment's CONVOLUME_REPORT naming the JSON file to write. `PATH.beat` counts how
often Blender's event loop has come round. Of the rendering's operator it measures how long each look at the child
takes: its own computing time, and by the clock.
"""

import json
import math
import os
import time

import bpy

PATH = os.environ["CONVOLUME_REPORT"]
looks = {"count": 0, "cpu": 0.0, "clock": 0.0}  # of modal(), while the rendering went on
beats = 0


def measure():
    """Put a watch around the operator's modal(); the add-on may be installed at any time."""
    operator = getattr(bpy.types, "CONVOLUME_OT_render", None)
    if operator is None or hasattr(operator, "watched"):
        return
    modal = operator.watched = operator.modal

    def timed(self, context, event):
        clock, cpu = time.perf_counter(), time.thread_time()
        answer = modal(self, context, event)
        if answer != {'FINISHED'}:  # then the result is opened
            looks["count"] += 1
            looks["cpu"] = max(looks["cpu"], time.thread_time() - cpu)
            looks["clock"] = max(looks["clock"], time.perf_counter() - clock)
        return answer

    operator.modal = timed


def in_the_picture():
    """Where cells of the output's first column are in the camera's picture: {row: (x, y)} from 0, 0 at the top left."""
    from bpy_extras.object_utils import world_to_camera_view

    scene, thing = bpy.context.window_manager.windows[0].scene, bpy.data.objects.get("Output")
    if thing is None or scene.camera is None:
        return None
    cells = thing.evaluated_get(bpy.context.evaluated_depsgraph_get())
    spots = [world_to_camera_view(scene, scene.camera, cells.matrix_world @ v.co) for v in thing.data.vertices]
    return [(spot.x, 1 - spot.y) for spot in spots]


def regions():
    """{area type: {region type: (x, y, width, height)}} of the first window, y from the top."""
    found = {}
    window = bpy.context.window_manager.windows[0]
    for area in window.screen.areas:
        found[area.type] = {r.type: (r.x, window.height - r.y - r.height, r.width, r.height) for r in area.regions}
    return found


def scrolled():
    """How many pixels of the sidebar are above what is in sight."""
    for area in bpy.context.window_manager.windows[0].screen.areas:
        for region in area.regions:
            if area.type == 'VIEW_3D' and region.type == 'UI':
                top = -region.view2d.region_to_view(0, region.height)[1]
                return round(top) if math.isfinite(top) else None  # it has not been opened yet
    return None


def perspective():
    """What the first viewport of the first window looks through."""
    areas = bpy.context.window_manager.windows[0].screen.areas
    return next((a.spaces.active.region_3d.view_perspective for a in areas if a.type == 'VIEW_3D'), None)


def seen():
    scene = bpy.context.window_manager.windows[0].scene
    settings = getattr(scene, "convolume", None)
    curve = None
    clocks = [o for o in scene.objects if o.get("convolume_role") == "clock"]
    clock = next((o for o in clocks if o.visible_get()), None)
    if clock is not None and clock.animation_data and clock.animation_data.action:
        bag = clock.animation_data.action.layers[0].strips[0].channelbag(clock.animation_data.action_slot)
        curve = [[k.co.x, k.co.y] for k in bag.fcurves[0].keyframe_points]
    return {
        "regions": regions(),
        "scrolled": scrolled(),
        "frame": scene.frame_current,
        "end": scene.frame_end,
        "camera": scene.camera.name if scene.camera else None,
        "objects": {o.name: list(o.location) for o in scene.objects},
        "vertices": {o.name: len(o.data.vertices) for o in scene.objects if o.type == 'MESH'},
        "active": getattr(bpy.context.view_layer.objects.active, "name", None),
        "figure": settings.figure if settings else None,
        "stride": list(settings.op.stride) if settings else None,
        "use_stride": settings.op.use_stride if settings else None,
        "dilation": list(settings.op.dilation) if settings else None,
        "source": settings.weight.source if settings else None,
        "numbers": [n.value for n in settings.weight.values_] if settings else [],
        "input": settings.input.source if settings else None,
        "theme": settings.look.theme if settings else None,
        "image": settings.input.image if settings else None,
        "idx": settings.input.idx if settings else None,
        "word": settings.words.kernel if settings else None,
        "find_word": settings.find_word if settings else None,
        "curve": curve,
        "size": list(settings.output.size) if settings else None,
        "quality": settings.output.quality if settings else None,
        "picture": [scene.render.resolution_x, scene.render.resolution_y],
        "perspective": perspective(),
        "windows": len(bpy.context.window_manager.windows),
        "images": [i.name for i in bpy.data.images],
        "places": in_the_picture(),
        "fps": scene.render.fps,
        "looks": looks,
    }


def tell():
    global beats
    beats += 1
    measure()
    try:
        with open(PATH + "~", "w", encoding="utf-8") as file:
            json.dump(seen(), file)
        os.replace(PATH + "~", PATH)
        with open(PATH + ".beat", "w", encoding="ascii") as file:
            file.write(str(beats))
    except Exception as error:
        print("report.py:", error, flush=True)
    return 0.08


bpy.app.timers.register(tell, persistent=True)
