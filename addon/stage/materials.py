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
from .light import studio, sun
from .nodes import Shader
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
    t, color = Shader(made), linear(material.color)
    made.diffuse_color = color
    made.roughness = 1.0
    made.specular_intensity = 0.0
    made[ROLE] = f"material {material.name}"
    # a colour of its own is no lamp: else Cycles would gather every triangle as a light, before each frame
    made.cycles.emission_sampling = "NONE"
    if light == "studio" and material.kind == "lit":
        # satin, darker in seams: these are so shallow that lamps alone leave them light
        result = studio.satin(t, t.mixed(color, t.attribute(LIGHT), 1.0, blend_type="MULTIPLY"))
    elif light == "studio" and material.kind == "shade":
        result = t.node("ShaderNodeBsdfTransparent").outputs[0]  # shadows are real there
    else:
        emission = t.node("ShaderNodeEmission", {"Color": color})
        result = emission.outputs[0]
        if material.kind in ("lit", "glass"):  # the light that was worked out for the vertices
            t.plug(emission.inputs["Strength"], t.attribute(LIGHT))
        if material.kind == "glass":  # there is more of it at its rims
            result = _through(t, t.math("MULTIPLY", t.attribute("depth"), material.alpha), result)
        elif material.kind == "shade":
            result = _through(t, t.attribute("depth"), result)
    t.surface("ShaderNodeOutputMaterial", result)
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
    t = Shader(made)
    place = t.node("ShaderNodeCombineXYZ", {0: t.attribute("across"), 1: t.attribute("up")}).outputs[0]
    picture = t.node("ShaderNodeTexImage", {"Vector": place}, image=light, extension="EXTEND").outputs["Color"]
    emission = t.node("ShaderNodeEmission", {"Color": linear(material.color), "Strength": picture})
    t.surface("ShaderNodeOutputMaterial", emission.outputs[0])
    made[BUILT] = digest(made)
    return made


def _through(t: Shader, strength, shader):
    """A surface that is there by its strength; the rest is what lies behind it."""
    clear = t.node("ShaderNodeBsdfTransparent").outputs[0]
    return t.node("ShaderNodeMixShader", {0: strength, 1: clear, 2: shader}).outputs[0]


def set_world(scene: bpy.types.Scene, background, light: str = "baked") -> bpy.types.World:
    """Give a scene a plain ground of one colour that the camera sees and that lights nothing; or the studio's dome."""
    made = scene.world = bpy.data.worlds.new("Convolume")  # first: Cycles' own callbacks look at the scene's world
    made.color = linear(background)[:3]
    made[ROLE] = "world"
    if light == "studio":
        studio.dome(made)
        made[BUILT] = digest(made)
        return made
    # EEVEE knows no visibility of the world: there the ground would light every matt face
    t, seen = Shader(made), {"Color": linear(background)}
    seen["Strength"] = t.node("ShaderNodeLightPath").outputs["Is Camera Ray"]
    t.surface("ShaderNodeOutputWorld", t.node("ShaderNodeBackground", seen).outputs[0])
    made.cycles.sampling_method = "NONE"
    for ray in ("diffuse", "glossy", "transmission", "scatter"):
        setattr(made.cycles_visibility, ray, False)
    made[BUILT] = digest(made)
    return made
