# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel in the 3D viewport's sidebar. Drawing shows; it never writes."""

import bpy

from . import preferences, rendering


class CONVOLUME_PT_main(bpy.types.Panel):
    bl_label = "Convolume"
    bl_space_type = 'VIEW_3D'
    bl_region_type = 'UI'
    bl_category = "Convolume"

    def draw(self, context):
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        settings = context.scene.convolume

        layout.prop(settings, "figure")
        layout.prop(settings, "prepare")
        layout.operator("convolume.build", icon='MESH_GRID')

        layout.separator()
        layout.prop(settings, "quality")
        row = layout.row(heading="Formats", align=True)
        row.prop(settings, "formats")
        if rendering.current():
            layout.operator("convolume.stop", text="Rendering… Stop", icon='CANCEL')
        else:
            layout.operator("convolume.render", icon='RENDER_ANIMATION')
        layout.label(text=preferences.output_folder(context), icon='FILE_FOLDER')
