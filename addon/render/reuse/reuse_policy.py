# SPDX-License-Identifier: GPL-3.0-or-later
"""How much of a scene's frames can be reused, and in words why not more.

Where light could reach further than an object's footprint, only whole frames can be told apart (`light_reach`); where
something cannot be accounted for, nothing can (`unsupported_reason`).
"""

import bpy

from ...stage import compat
from .material_analysis import glows, sees_neighbours, world_lights

TILE = 16  # pixels
KNOWN_TYPES = {"MESH", "EMPTY", "CAMERA", "LIGHT", "ARMATURE", "LATTICE", "SPEAKER"}


def unsupported_reason(scene) -> str | None:
    """Why the frames of a scene cannot be told apart by what we read; None where they can."""
    render = scene.render
    if render.use_motion_blur:
        return "motion blur"
    if render.use_freestyle:
        return "Freestyle lines"
    if render.use_sequencer and scene.sequence_editor and len(scene.sequence_editor.strips_all):
        return "the sequencer"
    if compat.composites(scene):
        return "the compositor"
    for blocks in (bpy.data.materials, bpy.data.worlds, bpy.data.lights, bpy.data.cameras, bpy.data.node_groups):
        for block in blocks:
            for animated in (block, getattr(block, "node_tree", None)):
                data = animated.animation_data if animated is not None else None
                if data and (data.action or len(data.drivers)):
                    return f"animated {block.name!r}"
    if sum(layer.use for layer in scene.view_layers) != 1:
        return "a number of view layers"
    for action in bpy.data.actions:
        for layer in action.layers:
            for strip in layer.strips:
                for bag in strip.channelbags:
                    if any(curve.data_path.endswith("hide_render") for curve in bag.fcurves):
                        return f"what is hidden by {action.name!r}"
    for image in bpy.data.images:
        if image.source in ("SEQUENCE", "MOVIE"):
            return f"a moving image, {image.name!r}"
    for obj in scene.objects:
        if obj.type not in KNOWN_TYPES:
            return f"{obj.name!r}, a {obj.type.lower().replace('_', ' ')}"
        if not obj.hide_render and not obj.visible_get():
            return f"{obj.name!r}, which is hidden in the viewport alone,"
        for modifier in obj.modifiers:
            if modifier.show_viewport != modifier.show_render:
                return f"{modifier.name!r} on {obj.name!r}, which the viewport and renders show differently,"
            if modifier.type in ("SUBSURF", "MULTIRES") and modifier.levels != modifier.render_levels:
                return f"{modifier.name!r} on {obj.name!r}, which is finer in renders,"
        if len(obj.particle_systems) or any(m.type in ("FLUID", "CLOTH", "SOFT_BODY") for m in obj.modifiers):
            return f"a simulation on {obj.name!r}"
    return None


def light_reach(scene) -> str | None:
    """Why a change may reach beyond an object's own footprint, so that only whole frames can be reused; None if not."""
    if scene.render.engine != "CYCLES":
        return f"{scene.render.engine.replace('BLENDER_', '').replace('_NEXT', '').title()} draws whole frames"
    cycles = scene.cycles
    if cycles.use_denoising or cycles.use_adaptive_sampling:
        return "the denoiser"
    if cycles.max_bounces or cycles.use_fast_gi:
        return "scattered light"
    if world_lights(scene.world):
        return f"the light of {scene.world.name!r}"
    for material in bpy.data.materials:
        if material.users and glows(material):
            return f"the light of {material.name!r}"
        if material.users and sees_neighbours(material):
            return f"the neighbours that {material.name!r} sees"
    for obj in scene.objects:
        if obj.type == "LIGHT" and obj.data.use_shadow and not obj.hide_render:
            return f"the shadows of {obj.name!r}"
    if scene.camera is None or scene.camera.data.type != "ORTHO" or scene.camera.data.dof.use_dof:
        return "the camera"
    return None


def reach(scene) -> float:
    """Pixels by which an object's edge spreads: the pixel filter's radius, and some for rounding."""
    cycles = scene.cycles
    return (0.5 if cycles.pixel_filter_type == "BOX" else cycles.filter_width / 2) + 0.25
