# SPDX-License-Identifier: GPL-3.0-or-later
"""Materials for all three engines. A front face shows exactly the colour asked for; nothing in them is random.

In baked light a colour is its own light times what was worked out for its vertices: so no ray is scattered, no noise
arises, and light stays local. The viewport colour is set too: Workbench reads that one.
"""

import math

import bpy
from mathutils import Vector

from ..story.page import palette
from ..story.plan.plan import Material
from . import compat
from .light import studio, sun
from .ownership import BUILT, ROLE, digest, touched

LIGHT = "light"  # the attribute that holds the light of a vertex
AMBIENT = 0.60
# toward the light, in the camera's own frame of reference: fronts get the rest of 1, tops more, sides less
FRONT, TOP, SIDE = 1.0 - AMBIENT, 0.52, 0.20


def linear(color) -> tuple[float, float, float, float]:
    """sRGB to scene-linear, with alpha 1."""
    return (*map(palette.decoded, color), 1.0)


def key_light(leftward: bool) -> tuple[Vector, float]:
    """The sun's travel direction and strength that give fronts, tops and sides their share."""
    toward = Vector((-SIDE if leftward else SIDE, -FRONT, TOP))
    return -toward.normalized(), math.pi * toward.length


def shared(material: Material, light: str = "baked") -> bpy.types.Material:
    """The file's material for a plan's material: one for all figures, with what a user has made of it."""
    made = make(material, light)
    made[BUILT] = digest(made)
    for other in bpy.data.materials:
        if other != made and other.get(ROLE) == made[ROLE] and (other.get(BUILT) == made[BUILT] or touched(other)):
            bpy.data.materials.remove(made)
            return other
    return made


def make(material: Material, light: str = "baked") -> bpy.types.Material:
    """A new Blender material of a plan's material; in "studio" light it takes that of Blender's lamps."""
    made = bpy.data.materials.new(f"Convolume {material.name}")
    compat.use_nodes(made)
    color = linear(material.color)
    made.diffuse_color = color
    made.roughness = 1.0
    made.specular_intensity = 0.0
    made[ROLE] = f"material {material.name}"
    # a colour of its own is no lamp: else Cycles would gather every triangle as a light, before each frame
    made.cycles.emission_sampling = "NONE"
    nodes, links = made.node_tree.nodes, made.node_tree.links
    nodes.clear()
    output = nodes.new("ShaderNodeOutputMaterial")
    emission = nodes.new("ShaderNodeEmission")
    emission.inputs["Color"].default_value = color
    result = emission.outputs[0]
    if light == "studio" and material.kind == "lit":
        result = _satin(nodes, links, material)
    elif light == "studio" and material.kind == "shade":
        result = nodes.new("ShaderNodeBsdfTransparent").outputs[0]  # shadows are real there
    elif material.kind in ("lit", "glass"):
        result = _baked(nodes, links, material, emission)
    elif material.kind == "shade":
        result = _through(nodes, links, _attribute(nodes, "depth"), emission)
    links.new(result, output.inputs["Surface"])
    return made


def studio_sun(lamp: bpy.types.Light) -> Vector:
    """Set a sun to the studio's; returns the direction in which its light travels."""
    lamp.energy, lamp.angle, lamp.use_shadow = sun.SUN_STRENGTH, sun.SUN_ANGLE, True
    return Vector(-sun.SUN_TOWARD)


def floor(material: Material, light: bpy.types.Image | None, standing=None) -> bpy.types.Material:
    """The floor's material, a figure's own: its colour times a picture of the light on it, or, without, in
    lamps' light. One that stands there and that a user has changed goes on, with the new picture."""
    if standing is not None and touched(standing):
        for node in standing.node_tree.nodes:
            if node.type == "TEX_IMAGE" and light is not None:
                node.image = light
        return standing
    if standing is not None:  # it makes room for the new one's name
        standing.name = f"~{standing.name}"
    made = make(material)
    if light is None:
        studio.floor_material(made, palette.code(material.color))
        made[BUILT] = digest(made)
        return made
    nodes, links = made.node_tree.nodes, made.node_tree.links
    emission = next(n for n in nodes if n.type == "EMISSION")
    place, picture = nodes.new("ShaderNodeCombineXYZ"), nodes.new("ShaderNodeTexImage")
    picture.image, picture.extension = light, "EXTEND"
    for name, socket in zip(("across", "up"), place.inputs, strict=False):
        links.new(_attribute(nodes, name), socket)
    links.new(place.outputs[0], picture.inputs["Vector"])
    links.new(picture.outputs["Color"], emission.inputs["Strength"])
    made[BUILT] = digest(made)
    return made


def _attribute(nodes, name: str):
    attribute = nodes.new("ShaderNodeAttribute")
    attribute.attribute_name = name
    return attribute.outputs["Fac"]


def _satin(nodes, links, material):
    """A satin surface, darker in seams: these are so shallow that lamps alone leave them light."""
    surface, seams = nodes.new("ShaderNodeBsdfPrincipled"), nodes.new("ShaderNodeMix")
    seams.data_type, seams.blend_type = "RGBA", "MULTIPLY"
    seams.inputs["Factor"].default_value = 1.0
    studio.socket(seams.inputs, "A", "RGBA").default_value = linear(material.color)
    links.new(_attribute(nodes, LIGHT), studio.socket(seams.inputs, "B", "RGBA"))
    links.new(studio.socket(seams.outputs, "Result", "RGBA"), surface.inputs["Base Color"])
    studio.satin(surface)
    return surface.outputs[0]


def _baked(nodes, links, material, emission):
    """The colour times the light that was worked out for the vertices, as strong as the material lets through."""
    links.new(_attribute(nodes, LIGHT), emission.inputs["Strength"])
    return emission.outputs[0] if material.kind != "glass" else _through(nodes, links, _there(nodes, links,
        material), emission)


def _there(nodes, links, material):
    """How much of glass is there: more at its rims."""
    strength = nodes.new("ShaderNodeMath")
    strength.operation = "MULTIPLY"
    strength.inputs[1].default_value = material.alpha
    links.new(_attribute(nodes, "depth"), strength.inputs[0])
    return strength.outputs[0]


def _through(nodes, links, strength, emission):
    """A surface that is there by its strength, a socket or a number; the rest is what lies behind it."""
    clear, blend = nodes.new("ShaderNodeBsdfTransparent"), nodes.new("ShaderNodeMixShader")
    if isinstance(strength, float):
        blend.inputs[0].default_value = strength
    else:
        links.new(strength, blend.inputs[0])
    links.new(clear.outputs[0], blend.inputs[1])
    links.new(emission.outputs[0], blend.inputs[2])
    return blend.outputs[0]


def set_world(scene: bpy.types.Scene, background, light: str = "baked") -> bpy.types.World:
    """Give a scene a plain ground of one colour that the camera sees and that lights nothing; or the studio's dome."""
    made = scene.world = bpy.data.worlds.new("Convolume")  # first: Cycles' own callbacks look at the scene's world
    compat.use_nodes(made)
    made.color = linear(background)[:3]
    made[ROLE] = "world"
    if light == "studio":
        studio.dome(made)
        made[BUILT] = digest(made)
        return made
    nodes, links = made.node_tree.nodes, made.node_tree.links
    nodes.clear()
    output, ground = nodes.new("ShaderNodeOutputWorld"), nodes.new("ShaderNodeBackground")
    ground.inputs["Color"].default_value = linear(background)
    links.new(ground.outputs[0], output.inputs["Surface"])
    # EEVEE knows no visibility of the world: there the ground would light every matt face
    path = nodes.new("ShaderNodeLightPath")
    links.new(path.outputs["Is Camera Ray"], ground.inputs["Strength"])
    made.cycles.sampling_method = "NONE"
    for ray in ("diffuse", "glossy", "transmission", "scatter"):
        setattr(made.cycles_visibility, ray, False)
    made[BUILT] = digest(made)
    return made
