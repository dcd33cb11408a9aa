# SPDX-License-Identifier: GPL-3.0-or-later
"""Render, stop, and show what was rendered.

While it goes on, the status bar of every workspace says how far it is. (Blender keeps a text per workspace and
clears it only in the one that is shown; a function that draws is one for all.)
"""

import os

import bpy

from ..render.files.descriptor import FRAMES
from ..render.files.formats import needing
from . import figures, messages, preferences, rendering

EVERY = 0.25  # seconds between two looks at the child


def rendered(scene) -> list[str]:
    """The formats that are made of a scene as it stands."""
    return sorted({name.lower() for name in scene.convolume.output.formats}.intersection(needing(FRAMES)))


_timer = None  # of the rendering that goes on in a window


class CONVOLUME_OT_render(bpy.types.Operator):
    """Render the figure as it stands in this scene, with your changes, while you work on; Esc cancels"""

    bl_idname = "convolume.render"
    bl_label = "Render"

    @classmethod
    def poll(cls, context):
        scene = context.scene
        figure = figures.shown(scene)
        if not bpy.app.binary_path:
            cls.poll_message_set("Rendering from here needs the Blender program; use the command line")
        elif rendering.current():
            cls.poll_message_set("A rendering is running")
        elif figure is None:
            cls.poll_message_set("Build a figure first")
        elif scene.camera is None:
            cls.poll_message_set("The scene has no camera")
        elif not rendered(scene):
            cls.poll_message_set("Choose at least one format besides Blend, which File › Save writes")
        elif scene.frame_end < scene.frame_start:
            cls.poll_message_set("The scene's frames end before they start")
        else:
            return True
        return False

    def _start(self, context):
        output = context.scene.convolume.output
        formats = ",".join(rendered(context.scene))
        folder = preferences.output_folder(context)
        self._folder = folder
        arguments = ["--quality", output.quality.lower(), "--format", formats, "--out", folder]
        arguments += [part for limit in preferences.limits(context) for part in ("--limit", limit)]
        return rendering.start(figures.name_of(figures.shown(context.scene)), arguments)

    def _finish(self, context, job, code):
        made, complaint = job.results(), messages.in_window(job.complaint())
        rendering.stop(job)
        if code and not made:
            self.report({'ERROR'}, complaint or f"Rendering failed (exit code {code})")
            return {'CANCELLED'}
        if code:
            self.report({'WARNING'}, complaint)
        self.report({'INFO'}, "Rendered " + ", ".join(made))
        if not bpy.app.background:
            show(context, made)
        return {'FINISHED'}

    def execute(self, context):
        """From a script there is no window to keep free, so this waits."""
        try:
            job = self._start(context)
        except (OSError, RuntimeError) as error:
            self.report({'ERROR'}, f"Rendering cannot start: {error}")
            return {'CANCELLED'}
        return self._finish(context, job, job.wait())

    def invoke(self, context, _event):
        if bpy.app.background:
            return self.execute(context)
        try:
            self._job = self._start(context)
        except (OSError, RuntimeError) as error:
            self.report({'ERROR'}, f"Rendering cannot start: {error}")
            return {'CANCELLED'}
        begin(context)
        context.window_manager.modal_handler_add(self)
        self._say(context)
        return {'RUNNING_MODAL'}

    def _say(self, context):
        if self._job.words != getattr(self, "_said", None):
            self._said = self._job.words
            redraw(context)

    def cancel(self, context):
        """Blender ends the operator, as when another file is opened."""
        end(context)
        if self._job:
            rendering.stop(self._job)

    def modal(self, context, event):
        """Looks and never waits, so the window is free all the time; the child's end is seen at the next look."""
        if self._job is None:  # opening the result's window lets events in before this one has returned
            return {'PASS_THROUGH'}
        if event.type == 'ESC' and event.value == 'PRESS' and not context.screen.is_animation_playing:
            self._job.cancel()
        elif event.type != 'TIMER':
            return {'PASS_THROUGH'}
        code = self._job.poll()
        if code is None:
            self._say(context)
            return {'PASS_THROUGH'}
        end(context)
        job, self._job = self._job, None
        if job.cancelled:
            rendering.stop(job)
            self.report({'WARNING'}, "Rendering cancelled; no half-written file is left")
            return {'CANCELLED'}
        return self._finish(context, job, code)


class CONVOLUME_OT_stop(bpy.types.Operator):
    """Stop the rendering; no half-written file is left"""

    bl_idname = "convolume.stop"
    bl_label = "Stop"

    @classmethod
    def poll(cls, _context):
        if not rendering.current():
            cls.poll_message_set("No rendering is running")
            return False
        return True

    def execute(self, _context):
        rendering.current().cancel()
        return {'FINISHED'}


# while it goes on ----------------------------------------------------------------------------------------------


def begin(context) -> None:
    global _timer
    _timer = context.window_manager.event_timer_add(EVERY, window=context.window)
    redraw(context)


def end(context) -> None:
    """No timer and no words of ours are left; at the end of a rendering, and when the add-on is switched off."""
    global _timer
    if _timer is None:
        return
    context.window_manager.event_timer_remove(_timer)
    _timer = None
    redraw(context)


def redraw(context) -> None:
    """Draw the status bar anew, and the panels."""
    if context.workspace:
        context.workspace.status_text_set(in_status if _timer else None)
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == 'VIEW_3D':
                area.tag_redraw()


def in_status(header, _context) -> None:
    """The status bar with a rendering's progress before what Blender has there."""
    layout, job = header.layout, rendering.current()
    if job:
        words = f"Rendering {job.name}: {job.words.lower()}"
        layout.label(text=words if job.cancelled else words + ". Esc cancels", icon='RENDER_ANIMATION')
    layout.template_input_status()
    layout.separator_spacer()
    layout.template_reports_banner()
    layout.template_running_jobs()
    layout.separator_spacer()
    row = layout.row()
    row.alignment = 'RIGHT'
    row.template_status_info()


# when it is done -----------------------------------------------------------------------------------------------


def show(context, made: list[str]) -> None:
    """Open the best of what was made, as the preferences have it."""
    how = getattr(preferences.of(context), "show_result", 'WINDOW')
    best = next((p for end in (".gif", ".mp4", ".png", "") for p in made if p.endswith(end)), None)
    if best is None or how == 'NONE':
        return
    if how == 'SYSTEM':
        bpy.ops.wm.path_open(filepath=best)
        return
    play_in_a_window(context, best)


def play_in_a_window(context, path: str) -> None:
    """An image editor in a window of its own that plays the file."""
    if os.path.isdir(path):
        pictures = sorted(name for name in os.listdir(path) if name.endswith(".png"))
        if not pictures:
            return
        path = os.path.join(path, pictures[0])
    image = bpy.data.images.load(path, check_existing=True)
    image.reload()
    if bpy.ops.wm.window_new() != {'FINISHED'}:
        return
    area = context.window_manager.windows[-1].screen.areas[0]
    area.ui_type = 'IMAGE_EDITOR'
    space = area.spaces.active
    space.image = image
    area.tag_redraw()
    if image.source == 'MOVIE':
        space.image_user.frame_duration = image.frame_duration
        space.image_user.frame_start = 1
        space.image_user.use_cyclic = space.image_user.use_auto_refresh = True


classes = (CONVOLUME_OT_render, CONVOLUME_OT_stop)
