# SPDX-License-Identifier: GPL-3.0-or-later
"""Scene files from and to disk, and the entries in Blender's own menus: File › Import, Shift+A."""

import os
from pathlib import Path

import bpy
from bpy.props import StringProperty
from bpy_extras.io_utils import ExportHelper, ImportHelper

from ..scene.load import SceneError, dump, load
from . import figures, messages, preferences, state
from .properties import figure_items


class CONVOLUME_OT_load_scene(bpy.types.Operator, ImportHelper):
    """Read a scene file; its parameters become the panel's"""

    bl_idname = "convolume.load_scene"
    bl_label = "Open Scene File"
    bl_options = {'REGISTER', 'UNDO'}

    filename_ext = ".toml"
    filter_glob: StringProperty(default="*.toml", options={'HIDDEN'})

    def execute(self, context):
        settings = context.scene.convolume
        try:
            scene = load(Path(bpy.path.abspath(self.filepath)), **preferences.allowed(context))
        except SceneError as error:
            self.report({'ERROR'}, messages.whole(error))
            return {'CANCELLED'}
        state.choose(settings, 'FILE', self.filepath)
        state.fill(settings, scene)
        where = f"{scene.id} is in the sidebar's Convolume tab"
        if figures.standing(context.scene, scene.id) is None:
            self.report({'INFO'}, f"{where}: Build it there")
        else:
            to_do = "Update changes the figure of that name that stands here, under another Name it is built beside it"
            self.report({'INFO'}, f"{where}: {to_do}")
        return {'FINISHED'}


class CONVOLUME_OT_save_scene(bpy.types.Operator, ExportHelper):
    """Write the parameters as a scene file: the panel and the command line read the same figure from it"""

    bl_idname = "convolume.save_scene"
    bl_label = "Save Scene File"

    filename_ext = ".toml"
    filter_glob: StringProperty(default="*.toml", options={'HIDDEN'})

    @classmethod
    def poll(cls, context):
        settings = context.scene.convolume
        error = state.check(settings).error if settings.id else None
        if not settings.id:
            cls.poll_message_set("Choose a figure first")
        elif error is not None and state.check(settings).scene is None:
            cls.poll_message_set(messages.short(error))
        else:
            return True
        return False

    def invoke(self, context, event):
        if not self.filepath:
            folder = os.path.dirname(bpy.data.filepath) if bpy.data.filepath else ""
            self.filepath = os.path.join(folder, f"{context.scene.convolume.id}.toml")
        return super().invoke(context, event)

    def execute(self, context):
        path = Path(bpy.path.abspath(self.filepath)).absolute()
        try:
            text = dump(state.scene_of(context.scene.convolume), path.parent)
            path.write_text(text, encoding="utf-8", newline="\n")
        except SceneError as error:
            self.report({'ERROR'}, messages.whole(error))
            return {'CANCELLED'}
        except OSError as error:
            self.report({'ERROR'}, f"{path} cannot be written: {error.strerror or error}")
            return {'CANCELLED'}
        try:
            load(path, **preferences.allowed(context))
        except SceneError as error:  # a picture of another folder: what is typed here may lie anywhere, there not
            why = f"{messages.place(error.key)} {messages.hint(error)}"
            self.report({'WARNING'}, f"Saved {path}, but to be read there {why}")
        else:
            self.report({'INFO'}, f"Saved {path}")
        return {'FINISHED'}


class CONVOLUME_MT_add(bpy.types.Menu):
    """The figures, in Shift+A"""

    bl_idname = "CONVOLUME_MT_add"
    bl_label = "Convolume"

    def draw(self, _context):
        for name, title, *_ in figure_items():
            if name not in ('NONE', 'FILE'):
                self.layout.operator("convolume.add", text=title).figure = name


def _in_import(self, _context):
    self.layout.operator("convolume.load_scene", text="Convolume Scene (.toml)")


def _in_export(self, _context):
    self.layout.operator("convolume.save_scene", text="Convolume Scene (.toml)")


def _in_add(self, _context):
    self.layout.menu("CONVOLUME_MT_add", icon='MESH_GRID')


MENUS = (("TOPBAR_MT_file_import", _in_import), ("TOPBAR_MT_file_export", _in_export), ("VIEW3D_MT_add", _in_add))
classes = (CONVOLUME_OT_load_scene, CONVOLUME_OT_save_scene, CONVOLUME_MT_add)


def register_menus() -> None:
    for menu, entry in MENUS:
        getattr(bpy.types, menu).append(entry)


def unregister_menus() -> None:
    for menu, entry in reversed(MENUS):
        getattr(bpy.types, menu).remove(entry)
