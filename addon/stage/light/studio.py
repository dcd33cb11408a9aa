# SPDX-License-Identifier: GPL-3.0-or-later
"""The same light by Blender's own means: a sun, a dome, a floor that throws light back, satin cells.

Made for Cycles and EEVEE alike. EEVEE gets no light from the floor, so the dome's lower half shines as the floor
does; in Cycles the floor covers it.
"""

import bpy

from ...story.page import palette
from .. import compat
from . import sun
from .floor import POOL

ROUGHNESS, SPECULAR = 0.42, 0.05


def dome(world: bpy.types.World) -> None:
    """Give a world the sky above and the floor's light below."""
    compat.use_nodes(world)
    nodes, links = world.node_tree.nodes, world.node_tree.links
    nodes.clear()
    output, background = nodes.new("ShaderNodeOutputWorld"), nodes.new("ShaderNodeBackground")
    direction, parts = nodes.new("ShaderNodeTexCoord"), nodes.new("ShaderNodeSeparateXYZ")
    above, strength = nodes.new("ShaderNodeMath"), nodes.new("ShaderNodeMapRange")
    above.operation = "GREATER_THAN"
    above.inputs[1].default_value = 0.0
    strength.inputs["To Min"].default_value, strength.inputs["To Max"].default_value = sun.FLOOR_BOUNCE, sun.SKY
    background.inputs["Color"].default_value = (1, 1, 1, 1)
    links.new(direction.outputs["Generated"], parts.inputs[0])
    links.new(parts.outputs["Z"], above.inputs[0])
    links.new(above.outputs[0], strength.inputs["Value"])
    links.new(strength.outputs["Result"], background.inputs["Strength"])
    links.new(background.outputs[0], output.inputs["Surface"])
    _in_a_row(nodes)


def floor_material(material: bpy.types.Material, color: str = sun.FLOOR_COLOR) -> None:
    """Make a material the floor's: the camera sees `color` in open light and the pool of light on the page, other
    rays a grey as bright, so that the floor's tint is not thrown onto the cells."""
    compat.use_nodes(material)
    nodes, links = material.node_tree.nodes, material.node_tree.links
    nodes.clear()
    output, matt = nodes.new("ShaderNodeOutputMaterial"), nodes.new("ShaderNodeBsdfDiffuse")
    path, choice = nodes.new("ShaderNodeLightPath"), nodes.new("ShaderNodeMix")
    choice.data_type = "RGBA"
    bounce = sun.FLOOR_BOUNCE / sun.TOP
    socket(choice.inputs, "A", "RGBA").default_value = (bounce, bounce, bounce, 1)
    tinted = nodes.new("ShaderNodeVectorMath")
    tinted.operation = "SCALE"
    tinted.inputs[0].default_value = [c / sun.TOP for c in palette.linear(color)]
    links.new(_pool(nodes, links), tinted.inputs["Scale"])
    links.new(tinted.outputs[0], socket(choice.inputs, "B", "RGBA"))
    links.new(path.outputs["Is Camera Ray"], choice.inputs["Factor"])
    links.new(socket(choice.outputs, "Result", "RGBA"), matt.inputs["Color"])
    links.new(matt.outputs[0], output.inputs["Surface"])
    _in_a_row(nodes)


def bounces(scene: bpy.types.Scene) -> None:
    """Let light go from floor to cell and no further: seams stay dark, and a frame costs less."""
    scene.cycles.max_bounces = 2
    scene.cycles.diffuse_bounces = scene.cycles.glossy_bounces = 1


def satin(shader: bpy.types.ShaderNode) -> None:
    """Give a Principled BSDF the cells' finish; its colour stays the caller's."""
    shader.inputs["Roughness"].default_value = ROUGHNESS
    shader.inputs["Specular IOR Level"].default_value = SPECULAR


def _pool(nodes, links):
    """`floor.pool` as nodes, read at the pixel's place in the picture."""
    page = nodes.new("ShaderNodeTexCoord")
    offset, square, total = (nodes.new("ShaderNodeVectorMath") for _ in range(3))
    offset.operation, square.operation, total.operation = "MULTIPLY_ADD", "MULTIPLY", "DOT_PRODUCT"
    # Window runs 0..1 from the lower left; the page runs down
    (cx, cy), (rx, ry) = POOL.centre, POOL.radii
    offset.inputs[1].default_value = (160 / rx, -90 / ry, 0)
    offset.inputs[2].default_value = (-cx / rx, (90 - cy) / ry, 0)
    links.new(page.outputs["Window"], offset.inputs[0])
    for i in (0, 1):
        links.new(offset.outputs[0], square.inputs[i])
    total.inputs[1].default_value = (1, 1, 0)
    links.new(square.outputs[0], total.inputs[0])
    falls, more = nodes.new("ShaderNodeMath"), nodes.new("ShaderNodeMath")
    falls.operation, more.operation = "DIVIDE", "ADD"  # bright / (1 + r²)
    more.inputs[1].default_value = 1.0
    links.new(total.outputs["Value"], more.inputs[0])
    falls.inputs[0].default_value = POOL.bright
    links.new(more.outputs[0], falls.inputs[1])
    return falls.outputs[0]


def socket(sockets, name, kind):
    """A Mix node has one socket of a name per kind of value."""
    return next(s for s in sockets if s.name == name and s.type == kind)


def _in_a_row(nodes) -> None:
    for i, node in enumerate(nodes):
        node.location = (220 * (i % 6), -260 * (i // 6))
