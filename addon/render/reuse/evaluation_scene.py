# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a scene's frames are evaluated, when they are only to be read and not rendered as they stand.

What the window shows is evaluated with notes for the node editors, which cost a third of the time; in a copy of the
scene, which no window shows, Blender takes none. The copy shares the scene's objects and everything else.
"""

import bpy

OF_THE_WINDOW = (bpy.types.WindowManager, bpy.types.Screen, bpy.types.WorkSpace)


class EvaluationScene:
    """A scene to evaluate frames in: a copy of the one given, where that is known to look the same."""

    def __init__(self, scene, apart: bool):
        users = bpy.data.user_map(subset=[scene]).get(scene, ()) if apart else ()
        # what points to the scene itself (a driver that reads its settings) would go on reading the first one
        self.apart = apart and all(isinstance(user, OF_THE_WINDOW) for user in users)
        self.scene = scene
        if self.apart:
            self.scene = scene.copy()
            self.scene.name = "Convolume watch"

    def at(self, frame: int):
        """The evaluated frame: its dependency graph."""
        self.scene.frame_set(frame)
        if not self.apart:
            return bpy.context.evaluated_depsgraph_get()
        return next(layer for layer in self.scene.view_layers if layer.use).depsgraph

    def close(self) -> None:
        if self.apart:
            bpy.data.scenes.remove(self.scene)
