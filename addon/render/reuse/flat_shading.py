# SPDX-License-Identifier: GPL-3.0-or-later
"""Colours of flat faces worked out once: what Cycles would find again with every ray.

A face's colour is its own light, which may be worked out for its corners (an attribute), and of every sun its share by
the angle, as Lambert has it. That is known for the kinds of material that figures are made of, lit by plain suns; other
materials and lights are left to Cycles.
"""

import math
from dataclasses import dataclass

import bpy
import numpy as np

from ...stage import compat

ATTRIBUTE = "convolume_paint"


def suns(scene, view: np.ndarray, depsgraph) -> list[tuple[np.ndarray, np.ndarray]] | None:
    """(direction towards it in the camera's frame, its light) of every sun; None where a light is more than that."""
    found = []
    for obj in scene.objects:
        if obj.type != "LIGHT" or obj.hide_render:
            continue
        light = obj.evaluated_get(depsgraph)
        data = light.data
        nodes = data.node_tree.nodes if data.node_tree else ()
        emissions = [n for n in nodes if n.type == "EMISSION"]
        changed = any(
            s.is_linked or (s.name == "Strength" and s.default_value != 1.0)
            or (s.name == "Color" and tuple(s.default_value) != (1.0, 1.0, 1.0, 1.0))
            for n in emissions for s in n.inputs
        )  # fmt: skip
        more = getattr(data, "use_temperature", False) or getattr(data, "exposure", 0.0)
        if data.type != "SUN" or data.angle or changed or more or data.diffuse_factor != 1.0:
            return None
        turn = view[:3, :3] @ np.array(light.matrix_world.to_3x3().normalized(), dtype=float)
        found.append((turn[:, 2], np.array(data.color) * data.energy))
    return found


@dataclass(frozen=True)
class Mixture:
    """What a material is made of: its own light, the share it returns of others', and by attribute the light that is
    multiplied by what the attribute says at each corner."""

    glow: np.ndarray
    matt: np.ndarray
    baked: dict[str, np.ndarray]


def mixture(material) -> Mixture | None:
    """What a material is made of, where it is made of nothing else; None for another one."""
    tree = material.node_tree if material is not None else None
    if tree is None:
        return None
    output = tree.get_output_node("CYCLES")
    if output is None or any(output.inputs[n].is_linked for n in ("Volume", "Displacement") if n in output.inputs):
        return None
    glow, matt, baked = np.zeros(3), np.zeros(3), {}
    waiting = [output.inputs["Surface"]]
    while waiting:
        socket = waiting.pop()
        if not socket.is_linked:
            continue
        node = socket.links[0].from_node
        if node.type == "ADD_SHADER" and not node.mute:
            waiting += list(node.inputs)
        elif node.type == "EMISSION" and not node.mute and (name := _baked(node)):
            baked[name] = baked.get(name, 0.0) + np.array(node.inputs["Color"].default_value[:3])
        elif any(s.is_linked for s in node.inputs) or node.mute:
            return None
        elif node.type == "EMISSION":
            glow += np.array(node.inputs["Color"].default_value[:3]) * node.inputs["Strength"].default_value
        elif node.type == "BSDF_DIFFUSE" and not node.inputs["Roughness"].default_value:
            matt += np.array(node.inputs["Color"].default_value[:3])
        else:
            return None
    return Mixture(glow, matt, baked)


def _baked(node) -> str | None:
    """The attribute of the mesh that says how strongly an emission shines, where that is all that is linked to it."""
    if [s.name for s in node.inputs if s.is_linked] != ["Strength"]:
        return None
    link = node.inputs["Strength"].links[0]
    source = link.from_node
    plain = source.type == "ATTRIBUTE" and source.attribute_type == "GEOMETRY" and not source.mute
    return source.attribute_name if plain and link.from_socket.identifier == "Fac" else None


def colors(triangles: np.ndarray, made: Mixture, lights, attributes: dict[str, np.ndarray]) -> np.ndarray:
    """Linear colours (n, 3, 4) of the corners of triangles in the camera's frame, seen from whichever side it is on.

    `attributes`: by name what the corners say, (n, 3); what a mesh does not carry reads as 0.
    """
    normal = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    length = np.linalg.norm(normal, axis=1, keepdims=True)
    normal = normal / np.where(length > 0, length, 1.0)
    normal *= np.where(normal[:, 2:] < 0, -1.0, 1.0)
    result = np.ones((len(triangles), 3, 4))
    result[..., :3] = made.glow
    for toward, light in lights:
        result[..., :3] += (made.matt * light * np.maximum(normal @ toward, 0.0)[:, None] / math.pi)[:, None]
    for name, color in made.baked.items():
        if name in attributes:
            result[..., :3] += attributes[name][..., None] * color
    return result.astype(np.float32)


def material() -> bpy.types.Material:
    """A material that shows the colours as they are."""
    made = bpy.data.materials.new("Convolume paint")
    compat.use_nodes(made)
    made.cycles.emission_sampling = "NONE"
    nodes, links = made.node_tree.nodes, made.node_tree.links
    nodes.clear()
    attribute, emission = nodes.new("ShaderNodeAttribute"), nodes.new("ShaderNodeEmission")
    attribute.attribute_name = ATTRIBUTE
    links.new(attribute.outputs["Color"], emission.inputs["Color"])
    links.new(emission.outputs[0], nodes.new("ShaderNodeOutputMaterial").inputs["Surface"])
    return made
