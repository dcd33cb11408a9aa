# SPDX-License-Identifier: GPL-3.0-or-later
"""What a scene's pixels depend on beside their keys, as one digest: the name of its shelf in the cache.

A tile's key holds which triangles stand where, with the names of their materials. All else stays as it is while a
clip is rendered, and so is said here once: what the materials, the ground, the lights and the renderer's settings are,
what meshes carry beside their faces, what moves other than by place, this Blender and this renderer.
Too much makes pieces be rendered again, too little would show wrong ones: so what is not known to be idle counts.
"""

import functools
import hashlib
import warnings
from collections.abc import Iterator
from pathlib import Path

import bpy
import numpy as np

from .code_digest import code_digest

DEEPEST = 8  # levels of settings within settings
# names, places in an editor, what follows from other objects, where files go
IDLE = {
    "rna_type", "name_full", "session_uid", "users", "tag", "preview", "original", "asset_data", "library", "id_data",
    "is_evaluated", "is_library_indirect", "is_missing", "is_runtime_data", "is_editable", "use_fake_user",
    "use_extra_user", "is_embedded_data", "override_library", "library_weak_reference", "animation_data",
    "location_absolute", "dimensions", "select", "show_options", "show_preview", "show_texture", "hide", "links",
    "parent", "node", "filepath", "border_min_x", "border_max_x", "border_min_y", "border_max_y", "use_border",
    "use_crop_to_border", "threads", "threads_mode", "frame_path", "is_active", "is_active_output", "show_expanded",
    "ui_expand_panel", "execution_time", "debug_lazy_function_graph", "active_output", "active_input", "active_index",
    "active", "bakes", "panels", "node_warnings", "bake_directory", "use_persistent_data", "type_info", "edit_tree",
    "interface", "warning_propagation", "color_tag", "dynamic_pixels", "linear_colorspace_settings",
}  # fmt: skip
# of an object, what shading may ask for; where it stands and its faces are in the keys
OF_OBJECT = (
    "color", "pass_index", "hide_render", "visible_camera", "visible_diffuse", "visible_glossy", "visible_transmission",
    "visible_volume_scatter", "visible_shadow", "is_holdout", "is_shadow_catcher", "type", "instance_type",
)  # fmt: skip
OF_LAYER = {"layer_collection", "objects", "depsgraph", "aovs", "lightgroups", "freestyle_settings"}  # say nothing here
IN_BULK = {"FLOAT", "INT", "BOOLEAN", "INT8", "FLOAT_VECTOR", "FLOAT2", "FLOAT_COLOR", "BYTE_COLOR"}
MOVES = ("location", "rotation", "scale", "delta_", "key_blocks", "modifiers", "[", "ortho_scale", "shift_", "lens",
         "clip_", "energy")  # fmt: skip
IN_KEYS = {"position", ".edge_verts", ".corner_vert", ".corner_edge", "material_index"}


def why_not(scene) -> str | None:
    """Why nothing of a scene can be kept for later runs, beside what cannot be accounted for at all; None if it can."""
    for obj in scene.objects:
        linking = getattr(obj, "light_linking", None)
        if linking is not None and (linking.receiver_collection or linking.blocker_collection):
            return f"{obj.name!r} chooses what it lights"
    for trees in (bpy.data.materials, bpy.data.lights, bpy.data.worlds, bpy.data.node_groups):
        for tree in trees:
            nodes = getattr(tree if hasattr(tree, "nodes") else tree.node_tree, "nodes", ())
            if any(node.type == "SCRIPT" for node in nodes):
                return f"{tree.name!r} runs a script"
    return None


def fingerprint(scene, *more) -> bytes:
    """16 bytes: equal ones mean that equal keys are equal pixels, in whatever run. `more`: numbers and words.

    The scene is as its own first frame shows it (so is what drivers set), and is left there.
    """
    scene.frame_set(scene.frame_start)
    state = hashlib.blake2b(digest_size=16)
    with warnings.catch_warnings():  # settings that will go one day still count
        warnings.simplefilter("ignore", DeprecationWarning)
        parts = [renderer(), repr(more).encode(), *_parts(scene)]
    for part in parts:
        state.update(hashlib.blake2b(part, digest_size=16).digest())
    return state.digest()


@functools.cache
def renderer() -> bytes:
    """This Blender and this renderer: its own files count, so that no number has to be raised by hand."""
    state = hashlib.blake2b(code_digest(), digest_size=16)
    state.update(repr((bpy.app.version_string, bpy.app.build_hash, bpy.app.build_platform)).encode())
    return state.digest()


def _parts(scene) -> Iterator[bytes]:
    render = scene.render
    for settings in (render, scene.display_settings, scene.view_settings, _engine(scene)):
        yield _text(settings)
    yield repr([(layer.name, layer.use) for layer in scene.view_layers]).encode()
    for layer in scene.view_layers:
        if layer.use:
            yield _text(layer, but=OF_LAYER)
    if render.engine == "CYCLES" and scene.cycles.device == "GPU":
        preferences = bpy.context.preferences.addons["cycles"].preferences
        yield repr([(d.name, d.type) for d in preferences.devices if d.use]).encode()
    if scene.world is not None:
        yield _text(scene.world)
    for blocks in (bpy.data.materials, bpy.data.lights, bpy.data.cameras, bpy.data.node_groups, bpy.data.textures):
        for block in blocks:
            if block.users:
                yield block.name.encode() + _text(block)
    for image in bpy.data.images:
        if image.users and image.source != "VIEWER":  # what was rendered last
            yield from _image(image)
    for mesh in bpy.data.meshes:
        if mesh.users:
            yield _mesh(mesh)
    for obj in scene.objects:
        yield _object(obj)
    for action in bpy.data.actions:
        for layer in action.layers:
            for strip in layer.strips:
                for bag in strip.channelbags:
                    yield from (_curve(curve) for curve in bag.fcurves if not curve.data_path.startswith(MOVES))


def _engine(scene):
    """The settings of the engine that renders."""
    engine = scene.render.engine
    return scene.cycles if engine == "CYCLES" else scene.display if engine == "BLENDER_WORKBENCH" else scene.eevee


def _text(block, but=frozenset()) -> bytes:
    return "\n".join(_lines(block, "", 0, set(), but)).encode()


def _lines(block, path, depth, seen, but) -> Iterator[str]:
    """Every setting of a data-block or of a part of one, a line each; other data-blocks by their names."""
    mark = (block.as_pointer(), block.bl_rna.identifier)
    if depth > DEEPEST or mark in seen:
        return
    seen.add(mark)
    yield f"{path}:{block.bl_rna.identifier}"
    for prop in block.bl_rna.properties:
        name = prop.identifier
        if name in IDLE or name in but or (name == "location" and isinstance(block, bpy.types.Node)):
            continue
        try:
            value = getattr(block, name)
        except (AttributeError, RuntimeError):
            continue
        here = f"{path}.{name}"
        if prop.type == "POINTER":
            if value is None:
                continue
            if isinstance(value, bpy.types.ID) and not value.is_embedded_data:
                yield f"{here}={value.bl_rna.identifier} {value.name}"
            else:
                yield from _lines(value, here, depth + 1, seen, but)
        elif prop.type == "COLLECTION":
            for number, item in enumerate(value):
                if isinstance(item, bpy.types.ID):
                    yield f"{here}[{number}]={item.name}"
                elif hasattr(item, "bl_rna"):
                    yield from _lines(item, f"{here}[{number}]", depth + 1, seen, but)
        else:
            yield f"{here}={_value(value)}"
    if isinstance(block, bpy.types.NodeTree):
        for link in block.links:
            ends = (link.from_node.name, link.from_socket.identifier, link.to_node.name, link.to_socket.identifier)
            yield f"{path}.link={ends} {link.is_muted}"
    yield from _own(block, path)


def _own(block, path) -> Iterator[str]:
    """Properties that a user, an add-on or a modifier's node group has given it."""
    if not isinstance(block, (bpy.types.ID, bpy.types.Modifier)):
        return
    try:
        names = sorted(block.keys())
    except TypeError:
        return
    for name in names:
        yield f"{path}[{name}]={_value(block[name])}"


def _value(value) -> str:
    if isinstance(value, bpy.types.ID):
        return f"{value.bl_rna.identifier} {value.name}"
    if isinstance(value, set):
        return repr(sorted(value))
    if hasattr(value, "to_dict"):
        return repr(value.to_dict())
    return repr(value if isinstance(value, (str, bytes, int, float, bool)) else _listed(value))


def _listed(value):
    return [_listed(v) for v in value] if hasattr(value, "__iter__") and not isinstance(value, str) else value


def _image(image) -> Iterator[bytes]:
    yield image.name.encode() + repr((image.source, tuple(image.size), image.alpha_mode)).encode()
    yield _text(image.colorspace_settings)
    if image.packed_files:
        yield from (bytes(file.packed_file.data) for file in image.packed_files if file.packed_file)
    elif image.source == "FILE" and image.filepath:
        try:
            yield Path(bpy.path.abspath(image.filepath, library=image.library)).read_bytes()
        except OSError:
            yield b"missing"
    elif image.source == "GENERATED":
        pixels = np.empty(len(image.pixels), np.float32)
        image.pixels.foreach_get(pixels)
        yield _text(image, but={"pixels"}) + pixels.tobytes()
    else:
        yield image.filepath.encode()


def _mesh(mesh) -> bytes:
    """What a mesh carries beside where its faces are: normals, UV maps, colours, values."""
    state = hashlib.blake2b(mesh.name.encode(), digest_size=16)
    for layer in mesh.attributes:
        if layer.name in IN_KEYS or not len(layer.data):
            continue
        state.update(f"|{layer.name} {layer.domain} {layer.data_type} {len(layer.data)}|".encode())
        name = next((n for n in ("vector", "color", "value") if hasattr(layer.data[0], n)), None)
        if layer.data_type in IN_BULK:
            first = getattr(layer.data[0], name)
            width = len(first) if hasattr(first, "__len__") else 1
            dtype = {"INT": np.int32, "INT8": np.int8, "BOOLEAN": bool}.get(layer.data_type, np.float32)
            flat = np.empty(len(layer.data) * width, dtype)
            layer.data.foreach_get(name, flat)
            state.update(flat.tobytes())
        else:
            state.update(repr([_listed(getattr(item, name, None)) for item in layer.data]).encode())
    return state.digest()


def _object(obj) -> bytes:
    said = [obj.name, obj.data.name if obj.data else ""]
    said += [f"{name}={_value(getattr(obj, name))}" for name in OF_OBJECT]
    said += [slot.material.name if slot.material else "" for slot in obj.material_slots]
    said += _own(obj, "")
    for modifier in obj.modifiers:
        said += _lines(modifier, modifier.name, 0, set(), frozenset())
    drivers = obj.animation_data.drivers if obj.animation_data else ()
    for curve in drivers:
        variables = [(v.name, v.type, [t.data_path for t in v.targets]) for v in curve.driver.variables]
        said.append(repr((curve.data_path, curve.array_index, curve.driver.type, curve.driver.expression, variables)))
        said.append(_curve(curve).hex())
    return "\n".join(said).encode()


def _curve(curve) -> bytes:
    keys = np.empty(len(curve.keyframe_points) * 2, np.float32)
    curve.keyframe_points.foreach_get("co", keys)
    return curve.data_path.encode() + b"%d" % curve.array_index + keys.tobytes()
