# SPDX-License-Identifier: GPL-3.0-or-later
"""The buttons: build a figure in this scene, render it, stop that. They adapt; `story` and `stage` do."""

import bpy

from ..story import SceneError, load, make_plan
from . import preferences, rendering


def built_figure(scene) -> str | None:
    """The id of a figure that stands in the scene, the last built one."""
    from ..stage import FIGURE

    found = [c[FIGURE] for c in scene.collection.children if FIGURE in c]
    return found[-1] if found else None


class CONVOLUME_OT_build(bpy.types.Operator):
    """Build the chosen figure in this scene, in a collection of its own"""

    bl_idname = "convolume.build"
    bl_label = "Build"
    bl_options = {'REGISTER', 'UNDO'}

    @classmethod
    def poll(cls, context):
        if context.mode != 'OBJECT':
            cls.poll_message_set("Leave edit mode first")
            return False
        return True

    def execute(self, context):
        from ..stage import build, prepare_scene

        settings = context.scene.convolume
        try:
            plan = make_plan(load(settings.figure))
        except SceneError as error:
            self.report({'ERROR'}, str(error))
            return {'CANCELLED'}
        built = build(plan, context.scene)
        if settings.prepare:
            prepare_scene(plan, context.scene, built)
        return {'FINISHED'}


class CONVOLUME_OT_render(bpy.types.Operator):
    """Render the figure as it stands in this scene, with your changes, while you work on"""

    bl_idname = "convolume.render"
    bl_label = "Render"

    _timer = None

    @classmethod
    def poll(cls, context):
        if not bpy.app.binary_path:
            cls.poll_message_set("Rendering from here needs the Blender program; use the command line")
        elif rendering.current():
            cls.poll_message_set("A rendering is running")
        elif built_figure(context.scene) is None:
            cls.poll_message_set("Build a figure first")
        elif context.scene.camera is None:
            cls.poll_message_set("The scene has no camera")
        elif not context.scene.convolume.formats:
            cls.poll_message_set("Choose at least one format")
        else:
            return True
        return False

    def _start(self, context):
        settings = context.scene.convolume
        formats = ",".join(sorted(name.lower() for name in settings.formats))
        folder = preferences.output_folder(context)
        arguments = ["--quality", settings.quality.lower(), "--format", formats, "--out", folder]
        return rendering.start(built_figure(context.scene), arguments)

    def _finish(self, code, message):
        rendering.stop()
        if code:
            self.report({'ERROR'}, message or f"Rendering failed (exit code {code})")
            return {'CANCELLED'}
        self.report({'INFO'}, message)
        return {'FINISHED'}

    def execute(self, context):
        """From a script there is no window to keep free, so this waits."""
        job = self._start(context)
        code = job.wait()
        return self._finish(code, job.last_line())

    def invoke(self, context, _event):
        if bpy.app.background:
            return self.execute(context)
        self._job = self._start(context)
        self._timer = context.window_manager.event_timer_add(0.5, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {'RUNNING_MODAL'}

    def cancel(self, context):
        """Blender ends the operator, as when another file is opened."""
        context.window_manager.event_timer_remove(self._timer)
        rendering.stop()

    def modal(self, context, event):
        if event.type != 'TIMER':
            return {'PASS_THROUGH'}
        stopped = rendering.current() is not self._job
        code = None if stopped else self._job.poll()
        if not stopped and code is None:
            return {'PASS_THROUGH'}
        context.window_manager.event_timer_remove(self._timer)
        for area in context.screen.areas:
            area.tag_redraw()  # the panel's Stop becomes Render again
        if stopped:
            self.report({'WARNING'}, "Rendering stopped")
            return {'CANCELLED'}
        return self._finish(code, self._job.last_line())


class CONVOLUME_OT_stop(bpy.types.Operator):
    """Stop the rendering; finished frames are not kept"""

    bl_idname = "convolume.stop"
    bl_label = "Stop"

    @classmethod
    def poll(cls, _context):
        if not rendering.current():
            cls.poll_message_set("No rendering is running")
            return False
        return True

    def execute(self, _context):
        rendering.stop()
        return {'FINISHED'}
