# SPDX-License-Identifier: GPL-3.0-or-later
"""What a stranger's `.blend` may not do while it is rendered: write files of its own.

Its scripts and its drivers' Python stay off because it is opened with `use_scripts=False`. What is left are parts of
Blender that write where the file says: the compositor's File Output, and the caches of fluids and of physics.
"""

import bpy


def disable_file_output() -> list[str]:
    """Turn off, in the open file as it is in memory, what would write; what that was, in words."""
    trees = [*bpy.data.node_groups, *(getattr(scene, "node_tree", None) for scene in bpy.data.scenes)]
    off = []
    for tree in filter(None, trees):
        for node in tree.nodes:
            if node.bl_idname == "CompositorNodeOutputFile" and not node.mute:
                node.mute = True
                off.append(f"the compositor's {node.name}")
    for obj in bpy.data.objects:
        for modifier in obj.modifiers:
            if modifier.type == "FLUID" and modifier.show_render:
                modifier.show_render = modifier.show_viewport = False
                off.append(f"the fluid of {obj.name}")
            off += _kept_in_memory(getattr(modifier, "point_cache", None), obj)
        for system in obj.particle_systems:
            off += _kept_in_memory(system.point_cache, obj)
    for scene in bpy.data.scenes:
        world = scene.rigidbody_world
        if world and world.enabled and world.point_cache.use_disk_cache and not world.point_cache.is_baked:
            world.enabled = False
            off.append(f"the rigid bodies of {scene.name}")
    return off


def _kept_in_memory(cache, owner) -> list[str]:
    """A cache that would be written to disk is not; one that is baked is only read."""
    if cache is None or not cache.use_disk_cache or cache.is_baked:
        return []
    cache.use_disk_cache = False
    return [f"the disk cache of {owner.name}"]
