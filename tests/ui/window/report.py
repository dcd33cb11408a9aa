# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside the Blender under test and tells, several times a second, what is in its file. It changes nothing.

`blender -P report.py`, with the environment's CONVOLUME_REPORT naming the JSON file to write. It also measures the
longest time in which Blender's own event loop did not come round.
"""

import json
import os
import time

import bpy

PATH = os.environ["CONVOLUME_REPORT"]
last = [time.monotonic(), 0.0]


def regions():
    """{area type: {region type: (x, y, width, height)}} of the first window, y from the top."""
    found = {}
    window = bpy.context.window_manager.windows[0]
    for area in window.screen.areas:
        found[area.type] = {r.type: (r.x, window.height - r.y - r.height, r.width, r.height) for r in area.regions}
    return found


def seen():
    scene = bpy.context.window_manager.windows[0].scene
    settings = getattr(scene, "convolume", None)
    curve = None
    clock = next((o for o in scene.objects if o.get("convolume_role") == "clock"), None)
    if clock is not None and clock.animation_data and clock.animation_data.action:
        bag = clock.animation_data.action.layers[0].strips[0].channelbag(clock.animation_data.action_slot)
        curve = [[k.co.x, k.co.y] for k in bag.fcurves[0].keyframe_points]
    return {
        "regions": regions(),
        "frame": scene.frame_current,
        "end": scene.frame_end,
        "camera": scene.camera.name if scene.camera else None,
        "objects": {o.name: list(o.location) for o in scene.objects},
        "vertices": {o.name: len(o.data.vertices) for o in scene.objects if o.type == 'MESH'},
        "active": getattr(bpy.context.view_layer.objects.active, "name", None),
        "figure": settings.figure if settings else None,
        "stride": list(settings.op.stride) if settings else None,
        "use_stride": settings.op.use_stride if settings else None,
        "source": settings.weight.source if settings else None,
        "curve": curve,
        "size": list(settings.output.size) if settings else None,
        "quality": settings.output.quality if settings else None,
        "picture": [scene.render.resolution_x, scene.render.resolution_y],
        "windows": len(bpy.context.window_manager.windows),
        "images": [i.name for i in bpy.data.images],
        "longest": last[1],
    }


def tell():
    now = time.monotonic()
    last[:] = [now, max(last[1], now - last[0])]
    if os.path.exists(PATH + ".reset"):
        os.remove(PATH + ".reset")
        last[1] = 0.0
    try:
        with open(PATH + "~", "w", encoding="utf-8") as file:
            json.dump(seen(), file)
        os.replace(PATH + "~", PATH)
    except Exception as error:
        print("report.py:", error)
    return 0.1


bpy.app.timers.register(tell, persistent=True)
