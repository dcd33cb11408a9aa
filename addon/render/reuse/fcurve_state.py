# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames that need no evaluation, because all F-curves stand where they stood in a frame that is known.

That holds where F-curves are all that changes with time. Where something else may, `FCurveState.at` gives None and
every frame is evaluated.
"""

import re
import struct

import bpy

STILL_MODIFIERS = {
    "NODES", "ARRAY", "BEVEL", "BOOLEAN", "DECIMATE", "EDGE_SPLIT", "MASK", "MIRROR", "REMESH", "SCREW", "SKIN",
    "SOLIDIFY", "SUBSURF", "TRIANGULATE", "WELD", "WIREFRAME", "ARMATURE", "CAST", "CURVE", "DISPLACE", "HOOK",
    "LATTICE", "SHRINKWRAP", "SIMPLE_DEFORM", "SMOOTH", "WEIGHTED_NORMAL", "NORMAL_EDIT", "DATA_TRANSFER",
}  # fmt: skip
MOVING_NODES = {"INPUT_SCENE_TIME", "SIMULATION_INPUT", "SIMULATION_OUTPUT", "IMAGE_TEXTURE"}
_NAMES = re.compile(r"[A-Za-z_][A-Za-z_0-9.]*")
_KINDS = ("objects", "meshes", "curves", "cameras", "lights", "materials", "worlds", "node_groups", "scenes",
          "shape_keys", "armatures", "lattices", "collections")  # fmt: skip


class FCurveState:
    """All F-curves of the open file, as one value per frame."""

    def __init__(self):
        self.curves = None if _moves_otherwise() else list(_curves())

    def at(self, frame: int) -> bytes | None:
        """Two frames with equal values show the same; None: not known."""
        if self.curves is None:
            return None
        return struct.pack(f"{len(self.curves)}f", *(curve.evaluate(frame) for curve in self.curves))


def _curves():
    for action in bpy.data.actions:
        for layer in action.layers:
            for strip in layer.strips:
                for bag in strip.channelbags:
                    yield from bag.fcurves


def _moves_otherwise() -> bool:
    """Whether something beside F-curves may change from frame to frame."""
    handlers = bpy.app.handlers
    if handlers.frame_change_pre or handlers.frame_change_post or handlers.depsgraph_update_post:
        return True
    for kind in _KINDS:
        for block in getattr(bpy.data, kind):
            for animated in (block, getattr(block, "node_tree", None)):
                data = getattr(animated, "animation_data", None)
                if data and (len(data.nla_tracks) or not all(map(_tells_all, data.drivers))):
                    return True
    if any(m.type not in STILL_MODIFIERS for o in bpy.data.objects for m in o.modifiers):
        return True
    if any(len(o.particle_systems) or o.rigid_body or o.soft_body for o in bpy.data.objects):
        return True
    return any(node.type in MOVING_NODES for tree in bpy.data.node_groups for node in tree.nodes)


def _tells_all(curve) -> bool:
    """Whether a driver's value follows from other properties alone."""
    driver = curve.driver
    if driver.type != "SCRIPTED":
        return True
    variables = {v.name for v in driver.variables}
    return all(name in variables for name in _NAMES.findall(driver.expression))
