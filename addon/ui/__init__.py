# SPDX-License-Identifier: GPL-3.0-or-later
"""The interface inside Blender: properties, operators, panels, preferences.

- It adapts: what a button does is a function of `story`, `stage` or `rendering`, which know no button.
- The properties are made from the spec's dataclass fields (`fields`); `state` turns them into a scene and back.
- This is the only room that registers anything; `unregister` undoes it in reverse.
- Nothing is read from Blender's data when this is imported.
"""

import bpy

from . import import_export, operators, panels, preferences, properties, rendering, results, view

classes = (
    *properties.classes,
    preferences.CONVOLUME_Preferences,
    *operators.classes,
    *view.classes,
    *import_export.classes,
    *results.classes,
    *panels.classes,
)

_register_classes, _unregister_classes = bpy.utils.register_classes_factory(classes)


def register():
    _register_classes()
    bpy.types.Scene.convolume = bpy.props.PointerProperty(type=properties.CONVOLUME_Settings)
    import_export.register_menus()


def unregister():
    results.end(bpy.context)  # the operator is about to vanish
    rendering.stop()
    import_export.unregister_menus()
    del bpy.types.Scene.convolume
    _unregister_classes()
