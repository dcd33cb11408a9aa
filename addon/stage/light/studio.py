# SPDX-License-Identifier: GPL-3.0-or-later
"""The same light by Blender's own means: a sun, a dome, a floor that throws light back, satin cells.

Made for Cycles and EEVEE alike. EEVEE gets no light from the floor, so the dome's lower half shines as the floor
does; in Cycles the floor covers it.
"""

import bpy

from ...story.page import palette
from ..nodes import Shader
from . import sun
from .floor import POOL

ROUGHNESS, SPECULAR = 0.42, 0.05


def dome(world: bpy.types.World) -> None:
    """Give a world the sky above and the floor's light below."""
    t = Shader(world)
    up = t.node("ShaderNodeSeparateXYZ", {0: t.node("ShaderNodeTexCoord").outputs["Generated"]}).outputs["Z"]
    sides = {"Value": t.math("GREATER_THAN", up, 0.0), "To Min": sun.FLOOR_BOUNCE, "To Max": sun.SKY}
    strength = t.node("ShaderNodeMapRange", sides).outputs["Result"]
    light = t.node("ShaderNodeBackground", {"Color": (1, 1, 1, 1), "Strength": strength}).outputs[0]
    t.surface("ShaderNodeOutputWorld", light)


def floor_material(material: bpy.types.Material, color: str = sun.FLOOR_COLOR) -> None:
    """Make a material the floor's: the camera sees `color` in open light and the pool of light on the page, other
    rays a grey as bright, so that the floor's tint is not thrown onto the cells."""
    t, bounce = Shader(material), sun.FLOOR_BOUNCE / sun.TOP
    open_light = [c / sun.TOP for c in palette.linear(color)]
    tinted = t.node("ShaderNodeVectorMath", {0: open_light, "Scale": _pool(t)}, operation="SCALE").outputs[0]
    seen = t.node("ShaderNodeLightPath").outputs["Is Camera Ray"]
    matt = t.node("ShaderNodeBsdfDiffuse", {"Color": t.mixed((bounce, bounce, bounce, 1), tinted, seen)})
    t.surface("ShaderNodeOutputMaterial", matt.outputs[0])


def bounces(scene: bpy.types.Scene) -> None:
    """Let light go from floor to cell and no further: seams stay dark, and a frame costs less."""
    scene.cycles.max_bounces = 2
    scene.cycles.diffuse_bounces = scene.cycles.glossy_bounces = 1


def satin(t: Shader, color):
    """A surface with the cells' finish."""
    finish = {"Base Color": color, "Roughness": ROUGHNESS, "Specular IOR Level": SPECULAR}
    return t.node("ShaderNodeBsdfPrincipled", finish).outputs[0]


def _pool(t: Shader):
    """`floor.pool` as nodes, read at the pixel's place in the picture: bright / (1 + r²)."""
    # Window runs 0..1 from the lower left; the page runs down
    (cx, cy), (rx, ry) = POOL.centre, POOL.radii
    place = {0: t.node("ShaderNodeTexCoord").outputs["Window"], 1: (160 / rx, -90 / ry, 0),
             2: (-cx / rx, (90 - cy) / ry, 0)}  # fmt: skip
    away = t.node("ShaderNodeVectorMath", place, operation="MULTIPLY_ADD").outputs[0]
    square = t.node("ShaderNodeVectorMath", {0: away, 1: away}, operation="MULTIPLY").outputs[0]
    total = t.node("ShaderNodeVectorMath", {0: square, 1: (1, 1, 0)}, operation="DOT_PRODUCT").outputs["Value"]
    return t.math("DIVIDE", POOL.bright, t.math("ADD", total, 1.0))
