# SPDX-License-Identifier: GPL-3.0-or-later
"""Channels to F-curves, written in bulk and read back; and drivers that pass the master clock on.

Keys are [second, value, Blender's interpolation]; second 0 is frame 1.
"""

import bpy
import numpy as np

from ..story.plan.timeline import Channel
from . import compat

FINE = 1000  # parts of the clock's unit, on the curves of what follows it
_INTERPOLATION = {"constant": "CONSTANT", "linear": "LINEAR", "ease": "SINE"}


def planned(channel: Channel) -> list:
    """The keys of a channel."""
    columns = zip(channel.seconds, channel.values, channel.easing, strict=True)
    return [[round(float(s), 9), round(float(v), 9), _INTERPOLATION[e]] for s, v, e in columns]


def read(curve, fps: float) -> list:
    """The keys of an F-curve."""
    return [[round((k.co.x - 1.0) / fps, 8), round(k.co.y, 8), k.interpolation] for k in curve.keyframe_points]


def write(datablock, path: str, keys: list, fps: float, index: int = 0):
    """Key `path` of a datablock. Returns the F-curve."""
    if datablock.animation_data is None:
        datablock.animation_data_create()
    if datablock.animation_data.action is None:
        datablock.animation_data.action = bpy.data.actions.new(f"{datablock.name} action")
    curve = datablock.animation_data.action.fcurve_ensure_for_datablock(datablock, path, index=index)
    points = curve.keyframe_points
    points.clear()
    points.add(len(keys))
    places = np.array([(1.0 + second * fps, value) for second, value, _ in keys], np.float32)
    points.foreach_set("co", places.ravel())
    enums = bpy.types.Keyframe.bl_rna.properties
    kinds = enums["interpolation"].enum_items
    points.foreach_set("interpolation", np.array([kinds[kind].value for *_, kind in keys], np.int32))
    for name, choice in (("easing", "EASE_IN_OUT"), ("handle_left_type", "AUTO_CLAMPED"),
                         ("handle_right_type", "AUTO_CLAMPED")):  # fmt: skip
        points.foreach_set(name, np.full(len(keys), enums[name].enum_items[choice].value, np.int32))
    curve.update()
    return curve


def follow(obj, path: str, index: int, points: list, controller) -> None:
    """`path` of an object follows the controller's `step`: by straight lines between `points` (clock, value).

    Blender takes keys that lie within a hundredth for one, so the clock is counted in thousandths. An expression as
    plain as this one is worked out without Python, scripts switched off or not.
    """
    obj.driver_remove(path, index)
    curve = obj.driver_add(path, index)
    _reads_step(curve.driver, controller)
    curve.driver.type, curve.driver.expression = "SCRIPTED", f"step * {FINE}"
    curve.extrapolation = "CONSTANT"
    for modifier in list(curve.modifiers):  # Blender's own, which would pass the step on as it is
        curve.modifiers.remove(modifier)
    keys = curve.keyframe_points
    keys.clear()
    keys.add(len(points))
    keys.foreach_set("co", (np.array(points) * (FINE, 1)).astype(np.float32).ravel())
    linear = bpy.types.Keyframe.bl_rna.properties["interpolation"].enum_items["LINEAR"].value
    keys.foreach_set("interpolation", np.full(len(points), linear, np.int32))
    curve.update()


def _reads_step(driver, controller) -> None:
    """A plain sum of one variable: it runs with scripts switched off."""
    driver.type = "SUM"
    variable = driver.variables.new()
    variable.name = "step"
    variable.targets[0].id = controller
    variable.targets[0].data_path = '["step"]'


def drive_step(obj, modifier, controller) -> None:
    """The modifier's `Step` follows the controller's `step`."""
    path = compat.modifier_input_path(modifier, "Step")
    obj.driver_remove(path)
    _reads_step(obj.driver_add(path).driver, controller)
