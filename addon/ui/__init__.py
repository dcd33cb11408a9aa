# SPDX-License-Identifier: GPL-3.0-or-later
"""The interface inside Blender: properties, operators, a panel, preferences.

- It adapts: what a button does is a function of `story`, `stage` or `rendering`, which know no button.
- This is the only room that registers anything; `unregister` undoes it in reverse.
- Nothing is read from Blender's data when this is imported.
"""

import bpy

from . import operators, panels, preferences, properties, rendering

classes = (
    properties.CONVOLUME_Settings,
    preferences.CONVOLUME_Preferences,
    operators.CONVOLUME_OT_build,
    operators.CONVOLUME_OT_render,
    operators.CONVOLUME_OT_stop,
    panels.CONVOLUME_PT_main,
)

_register_classes, _unregister_classes = bpy.utils.register_classes_factory(classes)


def register():
    _register_classes()
    bpy.types.Scene.convolume = bpy.props.PointerProperty(type=properties.CONVOLUME_Settings)


def unregister():
    rendering.stop()  # its operator is about to vanish
    del bpy.types.Scene.convolume
    _unregister_classes()
