# SPDX-License-Identifier: GPL-3.0-or-later
"""What materials and lights depend on: whether an object looks the same elsewhere along the camera's view.

Where every light is a sun without shadow and a material knows neither its place nor its object, a triangle's colour is
said by its normal alone. Such objects can be rendered in a scene of their own (`batch_scene`), many frames at a time.
"""

import bpy

# these give the same colour wherever a face stands, as long as it is turned the same way
PLAIN_NODES = {
    "OUTPUT_MATERIAL", "EMISSION", "BSDF_DIFFUSE", "BSDF_TRANSPARENT", "HOLDOUT", "ADD_SHADER", "MIX_SHADER",
    "ATTRIBUTE", "RGB", "VALUE", "MATH", "VECT_MATH", "MAP_RANGE", "CLAMP", "MIX", "MIX_RGB", "GAMMA", "HUE_SAT",
    "INVERT", "BRIGHTCONTRAST", "VALTORGB", "SEPARATE_COLOR", "COMBINE_COLOR", "SEPXYZ", "COMBXYZ", "FRAME", "REROUTE",
    "RGBTOBW", "CURVE_RGB", "BSDF_PRINCIPLED", "TEX_IMAGE",
}  # fmt: skip
# these cast rays of their own, whatever the bounces: what stands near, or anywhere, is in their face's colour
NEIGHBOUR_NODES = {"AMBIENT_OCCLUSION", "BEVEL", "MATERIAL_RAYCAST", "SCRIPT", "BSDF_RAY_PORTAL"}


class MaterialAnalysis:
    """The materials of the open file: which are plain, and which attributes they read."""

    def __init__(self):
        self.attributes: set[str] = set()
        self.instance_attributes: set[str] = set()
        self._plain: dict[str, bool] = {"": True}
        for material in bpy.data.materials:
            self._plain[material.name] = self._look_at(material)

    def plain(self, names) -> bool:
        """Whether all these materials are."""
        return all(self._plain.get(name, False) for name in names)

    def _look_at(self, material) -> bool:
        plain = True
        for node in _nodes(material):
            if node.type == "ATTRIBUTE":
                kinds = {"GEOMETRY": self.attributes, "INSTANCER": self.instance_attributes}
                kinds.get(node.attribute_type, set()).add(node.attribute_name)
                plain &= node.attribute_type == "GEOMETRY"
            elif node.type == "BSDF_PRINCIPLED":
                plain &= not _scatters(node)
            else:
                # without a place of its own to look at, a picture is laid out by the mesh's UV map
                plain &= node.type in PLAIN_NODES and (node.type != "TEX_IMAGE" or node.inputs[0].is_linked)
        return plain


def _nodes(material):
    """A material's nodes, those of its groups in their place."""
    trees, seen = [material.node_tree] if material.node_tree else [], set()
    while trees:
        tree = trees.pop()
        if tree.as_pointer() in seen:
            continue
        seen.add(tree.as_pointer())
        for node in tree.nodes:
            if node.type == "GROUP" and node.node_tree:
                trees.append(node.node_tree)
            else:
                yield node


def sees_neighbours(material) -> bool:
    """Whether a material's colour says what stands around its face, so that no footprint bounds what it depends on."""
    return any(node.type in NEIGHBOUR_NODES for node in _nodes(material))


def _scatters(node) -> bool:
    """Whether a Principled shader lets light through, which asks how far."""
    for name in ("Subsurface Weight", "Transmission Weight"):
        socket = node.inputs.get(name)
        if socket is not None and (socket.is_linked or socket.default_value):
            return True
    return False


def glows(material) -> bool:
    """Whether a material is a lamp for other objects."""
    if material.cycles.emission_sampling == "NONE" or material.node_tree is None:
        return False
    for node in material.node_tree.nodes:
        if node.type == "EMISSION" and material.users:
            return True
        if node.type == "BSDF_PRINCIPLED":
            strength = node.inputs["Emission Strength"]
            if strength.is_linked or strength.default_value:
                return True
        if node.type == "GROUP":
            return True
    return False


def world_lights(world) -> bool:
    """Whether the ground lights objects, with shadows then."""
    if world is None:
        return False
    rays = world.cycles_visibility
    if not any((rays.diffuse, rays.glossy, rays.transmission, rays.scatter)):
        return False
    grounds = _grounds(world)
    return grounds is None or any(max(color[:3]) * strength > 0 for color, strength in grounds)


def _grounds(world):
    """(color, strength) of a world's background nodes; None where something is linked into them."""
    if world.node_tree is None:
        return [(world.color, 1.0)]
    found = []
    for node in world.node_tree.nodes:
        if node.type == "BACKGROUND":
            color, strength = node.inputs["Color"], node.inputs["Strength"]
            if color.is_linked or (strength.is_linked and not _for_the_camera(strength)):
                return None
            found.append((tuple(color.default_value), 1.0 if strength.is_linked else strength.default_value))
        elif node.type not in ("OUTPUT_WORLD", "LIGHT_PATH", "FRAME", "REROUTE", "RGB", "VALUE"):
            return None
    return found


def _for_the_camera(strength) -> bool:
    """Whether a background shines for the camera alone, which is all that Cycles asks it here."""
    link = strength.links[0]
    return link.from_node.type == "LIGHT_PATH" and link.from_socket.name == "Is Camera Ray"


def why_in_place(scene) -> str | None:
    """Why a scene's objects must be rendered where they stand; None where another scene can show them."""
    if scene.world is not None and _grounds(scene.world) is None:
        return "the ground has a pattern"
    if any(layer.material_override for layer in scene.view_layers):
        return "one material is put on everything"
    if scene.render.pixel_aspect_x != scene.render.pixel_aspect_y:
        return "pixels are not square"
    for obj in scene.objects:
        if obj.type == "LIGHT" and not obj.hide_render:
            light = obj.data
            if light.type != "SUN":
                return f"{obj.name!r} shines from a place"
            nodes = light.node_tree.nodes if light.node_tree else ()
            if any(node.type not in ("EMISSION", "OUTPUT_LIGHT") for node in nodes):
                return f"{obj.name!r} has nodes"
        linking = getattr(obj, "light_linking", None)
        if linking is not None and (linking.receiver_collection or linking.blocker_collection):
            return f"{obj.name!r} chooses what it lights"
    return None
