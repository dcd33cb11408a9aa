# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for all files of a user: theme and size of new figures, where renders go, how results are shown."""

import os
from dataclasses import replace
from pathlib import Path

import bpy
from bpy.props import BoolProperty, EnumProperty, IntVectorProperty, StringProperty

from ..scene.overrides import parse_limits
from ..scene.spec import THEMES, Output, default_of, knobs
from .field import label_of

ADDON = __package__.rpartition(".")[0]
_SIZE = knobs(Output)["size"]


def _changed(_preferences, _context):
    from . import state

    state.forget()


class CONVOLUME_Preferences(bpy.types.AddonPreferences):
    bl_idname = ADDON

    theme: EnumProperty(
        name="Theme",
        description="The colours that a figure starts with",
        items=[('FIGURE', "The Figure's", "As its scene file says"), *((t.upper(), label_of(t), "") for t in THEMES)],
    )
    use_size: BoolProperty(name="Set Size", description="Give new figures a size of your own")
    size: IntVectorProperty(
        name="Size",
        description="Width and height that a figure starts with",
        size=2,
        min=_SIZE.metadata["range"][0],
        max=_SIZE.metadata["range"][1],
        default=default_of(_SIZE),
    )
    output_folder: StringProperty(
        name="Output Folder",
        description="Where renders go; empty: a folder beside the saved file",
        subtype='DIR_PATH',
    )
    show_result: EnumProperty(
        name="Show Result",
        description="What happens when a rendering is done",
        items=[
            ('WINDOW', "In Blender", "It plays in a window of its own"),
            ('SYSTEM', "Player", "The program that your system has for such files opens it"),
            ('NONE', "Not", "The status bar says where it is"),
        ],
    )

    folder: StringProperty(
        name="Read From",
        description="A folder whose files every scene file may name; without it only those beside it and below",
        subtype='DIR_PATH',
    )
    limits: StringProperty(
        name="Limits",
        description="Limits raised for scene files and figures, as in cells=5000000 steps=20000",
        update=_changed,
    )

    def draw(self, _context):
        layout = self.layout
        layout.use_property_split = True
        layout.prop(self, "theme")
        row = layout.row(heading="Size", align=True)
        row.prop(self, "use_size", text="")
        sizes = row.row(align=True)
        sizes.active = self.use_size
        sizes.prop(self, "size", index=0, text="")
        sizes.prop(self, "size", index=1, text="")
        layout.prop(self, "output_folder")
        layout.prop(self, "show_result")
        layout.prop(self, "folder")
        layout.prop(self, "limits")


def of(context):
    """The user's preferences; None where the add-on was not enabled by Blender."""
    addon = context.preferences.addons.get(ADDON)
    return addon.preferences if addon else None


def allowed(context, own: bool = False) -> dict:
    """What `load` is told of limits and folders; `own`: what the user chose in the panel may lie anywhere."""
    mine = of(context)
    raised = parse_limits(limits(context))
    folders = [Path(bpy.path.abspath(mine.folder))] if mine and mine.folder else []
    return {"limits": raised, "folders": None if own else folders}


def limits(context) -> list[str]:
    """The limits that the user has raised, each NAME=NUMBER."""
    mine = of(context)
    return mine.limits.split() if mine else []


def preferred(context, scene):
    """A figure's scene with the user's theme and size."""
    mine = of(context)
    if mine is None:
        return scene
    if mine.theme != 'FIGURE':
        scene = replace(scene, look=replace(scene.look, theme=mine.theme.lower()))
    if mine.use_size:
        scene = replace(scene, output=replace(scene.output, size=tuple(mine.size)))
    return scene


def output_folder(context) -> str:
    """Where to render to: what the user chose, else beside the file, else a folder of the extension's own, or for a
    checkout without it the user's own of Blender's: never a shared one, where others could be before.

    Only named here, because the panel shows it: who writes there makes it.
    """
    mine = of(context)
    if mine and mine.output_folder:
        return bpy.path.abspath(mine.output_folder)
    if bpy.data.filepath:
        return os.path.join(os.path.dirname(bpy.data.filepath), "convolume")
    if ADDON.startswith("bl_ext."):
        return bpy.utils.extension_path_user(ADDON, path="renders")
    return os.path.join(bpy.utils.user_resource('DATAFILES', path="convolume"), "renders")
