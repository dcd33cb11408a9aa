# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for all files of a user: where renders go."""

import os
import tempfile

import bpy

ADDON = __package__.rpartition(".")[0]


class CONVOLUME_Preferences(bpy.types.AddonPreferences):
    bl_idname = ADDON

    output_folder: bpy.props.StringProperty(
        name="Output Folder",
        description="Where renders go; empty: a folder beside the saved file",
        subtype='DIR_PATH',
    )

    def draw(self, _context):
        self.layout.prop(self, "output_folder")


def output_folder(context) -> str:
    """Where to render to: what the user chose, else beside the file, else a folder of the extension's own.

    Only named here, because the panel shows it: who writes there makes it.
    """
    addon = context.preferences.addons.get(ADDON)
    if addon and addon.preferences and addon.preferences.output_folder:
        return bpy.path.abspath(addon.preferences.output_folder)
    if bpy.data.filepath:
        return os.path.join(os.path.dirname(bpy.data.filepath), "convolume")
    if ADDON.startswith("bl_ext."):
        return bpy.utils.extension_path_user(ADDON, path="renders")
    return os.path.join(tempfile.gettempdir(), "convolume")
