# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose an object is, and whether a material, a world or a mesh is still as it was built."""

import hashlib
import json

import numpy as np

ROLE, FIGURE, BUILT = "convolume_role", "convolume_figure", "convolume_built"  # on everything that is ours

_SKIPPED = {"location", "location_absolute", "select", "width", "height", "name", "label", "parent", "color",
            "use_custom_color", "show_options", "show_preview", "show_texture", "hide", "warning_propagation"}
_OWN = ("diffuse_color", "color", "roughness", "metallic", "specular_intensity", "surface_render_method")


def kept_in(block, key: str) -> dict:
    """What was written on a block as JSON; nothing where there is none, or a stranger's file has something else."""
    try:
        found = json.loads(block.get(key, "{}"))
    except (ValueError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def _plain(value):
    if hasattr(value, "__len__") and not isinstance(value, str):
        return [_plain(v) for v in value]
    if isinstance(value, float):
        return round(value, 5) + 0.0
    return value if isinstance(value, (str, int, bool)) else getattr(value, "name", None)


def _node(node) -> list:
    settings = {p.identifier: _plain(getattr(node, p.identifier)) for p in node.bl_rna.properties
                if not p.is_readonly and p.identifier not in _SKIPPED
                and p.type in ("FLOAT", "INT", "BOOLEAN", "STRING", "ENUM")}  # fmt: skip
    inputs = [_plain(s.default_value) for s in node.inputs if hasattr(s, "default_value")]
    outputs = [_plain(s.default_value) for s in node.outputs if hasattr(s, "default_value")]
    return [node.bl_idname, node.name, settings, inputs, outputs]


def digest(block) -> str:
    """Sixteen letters that change when anything about a material's or a world's look does."""
    found = [_plain(getattr(block, name)) for name in _OWN if hasattr(block, name)]
    if block.node_tree is not None:
        found += [_node(n) for n in sorted(block.node_tree.nodes, key=lambda n: n.name)]
        found += sorted([k.from_node.name, k.from_socket.identifier, k.to_node.name, k.to_socket.identifier]
                        for k in block.node_tree.links)  # fmt: skip
    return hashlib.sha256(json.dumps(found, sort_keys=True, default=str).encode()).hexdigest()[:16]


def mesh_digest(mesh) -> str:
    """Sixteen letters that change when a mesh's corners or faces do."""
    flat = np.empty(len(mesh.vertices) * 3, np.float32)
    mesh.vertices.foreach_get("co", flat)
    state = hashlib.sha256(np.round(flat, 4).tobytes())
    state.update(f"{len(mesh.vertices)} {len(mesh.edges)} {len(mesh.polygons)}".encode())
    return state.hexdigest()[:16]


def touched(block) -> bool:
    """Whether a user has changed a material or a world of ours."""
    return block.get(BUILT) not in (None, digest(block))
