# SPDX-License-Identifier: GPL-3.0-or-later
"""Channels to F-curves, written in bulk; and drivers that pass the master clock on."""

import bpy
import numpy as np

from ..story.timeline import Channel
from . import compat

_INTERPOLATION = {"constant": "CONSTANT", "linear": "LINEAR", "ease": "SINE"}


def write(datablock, path: str, channel: Channel, fps: float, index: int = 0):
    """Key `path` of a datablock; second 0 is frame 1. Returns the F-curve."""
    if datablock.animation_data is None:
        datablock.animation_data_create()
    if datablock.animation_data.action is None:
        datablock.animation_data.action = bpy.data.actions.new(f"{datablock.name} action")
    curve = datablock.animation_data.action.fcurve_ensure_for_datablock(datablock, path, index=index)
    curve.keyframe_points.clear()
    count = len(channel.seconds)
    curve.keyframe_points.add(count)
    frames = 1.0 + channel.seconds * fps
    curve.keyframe_points.foreach_set("co", np.column_stack([frames, channel.values]).astype(np.float32).ravel())
    enums = bpy.types.Keyframe.bl_rna.properties
    value = {e: enums["interpolation"].enum_items[name].value for e, name in _INTERPOLATION.items()}
    curve.keyframe_points.foreach_set("interpolation", np.array([value[e] for e in channel.easing], np.int32))
    easing = enums["easing"].enum_items["EASE_IN_OUT"].value
    curve.keyframe_points.foreach_set("easing", np.full(count, easing, np.int32))
    curve.update()
    return curve


def drive_step(thing, modifier, controller) -> None:
    """The modifier's `Step` follows the controller's `step`. A plain sum: it runs with scripts switched off."""
    curve = thing.driver_add(compat.modifier_input_path(modifier, "Step"))
    driver = curve.driver
    driver.type = "SUM"
    variable = driver.variables.new()
    variable.name = "step"
    variable.targets[0].id = controller
    variable.targets[0].data_path = '["step"]'
