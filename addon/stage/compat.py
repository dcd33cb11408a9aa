# SPDX-License-Identifier: GPL-3.0-or-later
"""Every branch on a Blender version, and nothing else. Each says when it can be deleted."""

import bpy

V5_0 = (5, 0, 0)
V5_2 = (5, 2, 0)


def eevee_id() -> str:
    """EEVEE's engine id. Delete the branch when 4.5 LTS is dropped."""
    return "BLENDER_EEVEE_NEXT" if bpy.app.version < V5_0 else "BLENDER_EEVEE"


def takes_overlaps_for_holes() -> bool:
    """Whether Blender fills letters wrongly whose strokes overlap. Delete with 4.5 LTS, and `meshes.filled`."""
    return bpy.app.version < V5_0


def _socket(tree, name: str) -> str:
    return next(item.identifier for item in tree.interface.items_tree if item.name == name and item.in_out == "INPUT")


def set_modifier_input(modifier, name: str, value) -> None:
    """Set a Geometry Nodes modifier's input by its name. Delete the branch when 5.1 and older are dropped."""
    identifier = _socket(modifier.node_group, name)
    if bpy.app.version < V5_2:
        modifier[identifier] = value
    else:
        getattr(modifier.properties.inputs, identifier).value = value


def get_modifier_input(modifier, name: str):
    """Read a Geometry Nodes modifier's input by its name. Delete the branch when 5.1 and older are dropped."""
    identifier = _socket(modifier.node_group, name)
    if bpy.app.version < V5_2:
        return modifier[identifier]
    return getattr(modifier.properties.inputs, identifier).value


def modifier_input_path(modifier, name: str) -> str:
    """The data path of a modifier's input, for a driver. Delete the branch when 5.1 and older are dropped."""
    identifier = _socket(modifier.node_group, name)
    if bpy.app.version < V5_2:
        return f'modifiers["{modifier.name}"]["{identifier}"]'
    return f'modifiers["{modifier.name}"].properties.inputs.{identifier}.value'


def curves(datablock) -> list:
    """The F-curves of a data-block's own action. The same on all versions, since 4.4 made actions layered."""
    data = datablock.animation_data
    if data is None or data.action is None or data.action_slot is None:
        return []
    bags = [strip.channelbag(data.action_slot) for layer in data.action.layers for strip in layer.strips]
    return [curve for bag in bags if bag is not None for curve in bag.fcurves]


def use_nodes(material) -> None:
    """Give a material or a world its node tree. Delete when 4.5 LTS is dropped (5.0 on: always there)."""
    if bpy.app.version < V5_0:
        material.use_nodes = True


def set_image_format(image_settings, file_format: str) -> None:
    """Choose a still or a video format. Delete the branch when 4.5 LTS is dropped."""
    if bpy.app.version >= V5_0:
        image_settings.media_type = "VIDEO" if file_format == "FFMPEG" else "IMAGE"
    image_settings.file_format = file_format


def composites(scene) -> bool:
    """Whether a compositor works on the scene's renders. Delete the branch when 4.5 LTS is dropped."""
    if bpy.app.version < V5_0:
        return bool(scene.use_nodes and scene.node_tree)
    return scene.compositing_node_group is not None
