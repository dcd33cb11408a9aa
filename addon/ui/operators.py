# SPDX-License-Identifier: GPL-3.0-or-later
"""The buttons that make and change figures. They adapt; `story` and `stage` do.

Every one that changes the file can be undone; one that is grey says why.
"""

import bpy
from bpy.props import EnumProperty, IntProperty, IntVectorProperty, StringProperty

from ..scene.checks import shape_of
from ..scene.load import SceneError, dump, load
from ..scene.spec import SOURCES
from . import figures, messages, preferences, state, view
from .field import label_of
from .fields import FIELDS
from .properties import figure_items
from .vector_fields import flat


def in_object_mode(cls, context) -> bool:
    if context.mode == 'OBJECT':
        return True
    cls.poll_message_set("Leave edit mode first")
    return False


def build_figure(operator, context) -> set[str]:
    """Build or update the panel's figure in the scene; reports what became of a user's changes."""
    from ..stage import build, prepare_scene

    settings = context.scene.convolume
    checked = state.check(settings)
    try:
        if checked.error is not None:
            raise checked.error
        plan = state.story_plan(checked.scene)
    except SceneError as error:
        if checked.scene is not None:
            state.remember(checked, error)
        operator.report({'ERROR'}, messages.short(error) if error.key else messages.whole(error))
        return {'CANCELLED'}
    first = figures.standing(context.scene, plan.id) is None
    try:
        built = build(plan, context.scene)
        hidden = []
        if settings.prepare:
            prepare_scene(plan, context.scene, built)
            hidden = figures.show_alone(context.scene, built.collection)
    except (RuntimeError, AttributeError) as error:  # linked or overridden data that cannot be written
        operator.report({'ERROR'}, f"The figure cannot be built here: {error}")
        return {'CANCELLED'}
    built.collection[state.KEY] = checked.key
    built.collection[state.SCENE] = dump(checked.scene)
    figures.remember_output(context.scene)
    if settings.prepare and context.scene.frame_current > context.scene.frame_end:
        context.scene.frame_set(context.scene.frame_end)
    if settings.prepare and first:
        view.show(context)
    words = [f"Kept: {'; '.join(built.report.kept)}"] if built.report.kept else []
    words += [f"hidden: {', '.join(hidden)}"] if hidden else []
    operator.report({'INFO'}, ". ".join([f"{plan.id} stands", *words]))
    if built.report.lost:
        operator.report({'WARNING'}, f"Not kept: {'; '.join(built.report.lost)}")
    return {'FINISHED'}


class CONVOLUME_OT_build(bpy.types.Operator):
    """What the panel is about: the figure, in a collection of its own"""

    bl_idname = "convolume.build"
    bl_description = (
        "Build the figure in this scene, in a collection of its own, or bring it up to date; "
        "what you have changed in it by hand stays"
    )
    bl_label = "Build"
    bl_options = {'REGISTER', 'UNDO'}

    @classmethod
    def poll(cls, context):
        if not in_object_mode(cls, context):
            return False
        settings = context.scene.convolume
        if not settings.id:
            why = "Choose a scene file first" if settings.figure == 'FILE' else "Choose a figure first"
            cls.poll_message_set(settings.trouble or why)
            return False
        error = state.check(settings).error
        if error is not None:
            cls.poll_message_set(messages.short(error))
            return False
        return True

    def execute(self, context):
        return build_figure(self, context)


class CONVOLUME_OT_reset(bpy.types.Operator):
    """Set all parameters to those of the figure's scene file"""

    bl_idname = "convolume.reset"
    bl_label = "Reset Parameters"
    bl_options = {'REGISTER', 'UNDO'}

    @classmethod
    def poll(cls, context):
        if not context.scene.convolume.id:
            cls.poll_message_set("Choose a figure first")
            return False
        return True

    def execute(self, context):
        settings = context.scene.convolume
        state.follow(settings, context)
        if settings.trouble:
            self.report({'ERROR'}, settings.trouble)
            return {'CANCELLED'}
        return {'FINISHED'}


class CONVOLUME_OT_add(bpy.types.Operator):
    """Build a figure in this scene"""

    bl_idname = "convolume.add"
    bl_label = "Convolume Figure"
    bl_options = {'REGISTER', 'UNDO'}

    figure: EnumProperty(name="Figure", items=[i for i in figure_items() if i[0] not in ('NONE', 'FILE')])

    @classmethod
    def poll(cls, context):
        return in_object_mode(cls, context)

    def execute(self, context):
        settings = context.scene.convolume
        figures.remember_output(context.scene)
        state.choose(settings, self.figure)
        try:
            state.fill(settings, preferences.preferred(context, load(self.figure)))
        except SceneError as error:
            self.report({'ERROR'}, messages.whole(error))
            return {'CANCELLED'}
        return build_figure(self, context)


class CONVOLUME_OT_show(bpy.types.Operator):
    """Show this figure, hide the others in this scene, and set the parameters to what it was built with"""

    bl_idname = "convolume.show"
    bl_label = "Show Figure"
    bl_options = {'REGISTER', 'UNDO'}

    figure: StringProperty(name="Figure")

    def execute(self, context):
        from ..scene.load import loads
        from ..stage import prepare_again

        scene = context.scene
        collection = figures.standing(scene, self.figure)
        if collection is None:
            self.report({'ERROR'}, f"There is no figure {self.figure} in this scene")
            return {'CANCELLED'}
        figures.show_alone(scene, collection)
        kept = prepare_again(scene, collection)
        view.refit(context)
        if kept:
            self.report({'INFO'}, f"Kept: {'; '.join(kept)}")
        try:
            built = loads(collection.get(state.SCENE, ""), **preferences.allowed(context, own=True))
        except SceneError as error:
            self.report({'WARNING'}, f"Its parameters cannot be read: {messages.whole(error)}")
            return {'FINISHED'}
        settings = scene.convolume
        figures.remember_output(scene)
        known = {item.identifier for item in settings.bl_rna.properties["figure"].enum_items}
        if settings.id != self.figure:
            state.choose(settings, self.figure if self.figure in known else 'FILE', settings.file)
        state.fill(settings, built)
        settings.id = self.figure
        figures.recall_output(scene, collection)
        return {'FINISHED'}


class CONVOLUME_OT_fit_frames(bpy.types.Operator):
    """Let the scene end where the figure's clock does, so that Play and Render show all of it"""

    bl_idname = "convolume.fit_frames"
    bl_label = "Fit Frames"
    bl_options = {'REGISTER', 'UNDO'}

    @classmethod
    def poll(cls, context):
        if figures.misfit(context.scene) is None:
            cls.poll_message_set("The scene ends where the figure's clock does")
            return False
        return True

    def execute(self, context):
        from ..stage import fit_frames

        fit_frames(context.scene, figures.shown(context.scene))
        return {'FINISHED'}


class CONVOLUME_OT_explore(bpy.types.Operator):
    """The switch of `tweaks.explore`"""

    bl_idname = "convolume.explore"
    bl_description = (
        "Let the window be dragged by hand, and light the cells under it. Sums, marks and lines step aside "
        "meanwhile; switched off, the window returns to where the clock has it"
    )
    bl_label = "Explore"
    bl_options = {'REGISTER', 'UNDO'}

    @classmethod
    def poll(cls, context):
        if not in_object_mode(cls, context):
            return False
        if figures.standing(context.scene, context.scene.convolume.id) is None:
            cls.poll_message_set("Build the figure first")
            return False
        return True

    def execute(self, context):
        from ..stage.tweaks import explore, objects_of

        collection = figures.standing(context.scene, context.scene.convolume.id)
        on = not figures.explored(collection)
        explore(collection, on)
        windows = [obj for role, obj in objects_of(collection).items() if role.endswith(".window")]
        if on and windows:
            for obj in context.selected_objects:
                obj.select_set(False)
            windows[0].select_set(True)
            context.view_layer.objects.active = windows[0]
        for window in context.window_manager.windows:  # the Properties editor shows the window's place
            for area in window.screen.areas:
                area.tag_redraw()
        return {'FINISHED'}


class CONVOLUME_OT_resize(bpy.types.Operator):
    """Give the numbers another shape; numbers that stay keep their places, new ones are 0"""

    bl_idname = "convolume.resize"
    bl_label = "Shape of Numbers"
    bl_options = {'REGISTER', 'UNDO'}

    table: EnumProperty(items=[(t, label_of(t), "") for t in SOURCES], options={'HIDDEN'})
    axes: IntProperty(name="Axes", description="How many sizes the numbers have", min=1, max=5, default=2)
    shape: IntVectorProperty(name="Shape", description="Sizes, the last are rows and columns", size=5, min=1, max=512)

    def invoke(self, context, _event):
        settings = context.scene.convolume
        group = getattr(settings, self.table)
        self.axes = max(1, group.axes) if len(group.values_) else {"bias": 1}.get(self.table, 2)
        shape = tuple(group.shape)[: self.axes] if len(group.values_) else (3,) * self.axes
        self.shape = (*shape, *(1,) * (5 - len(shape)))
        return context.window_manager.invoke_props_dialog(self)

    def draw(self, _context):
        layout = self.layout
        layout.use_property_split = True
        layout.prop(self, "axes")
        names = {"bias": ("Filters",), "input": ("Channels", "Rows", "Columns")}
        names = names.get(self.table, ("Filters", "Channels", "Rows", "Columns"))
        names = (*("Size",) * 5, *names)[-self.axes :]
        column = layout.column(align=True)
        for i, name in enumerate(names):
            column.prop(self, "shape", index=i, text=name)

    def execute(self, context):
        import numpy as np

        group, field = getattr(context.scene.convolume, self.table), FIELDS[self.table]["values"]
        shape = tuple(self.shape)[: self.axes]
        if np.prod(shape) > state.LARGEST_GRID:
            self.report({'ERROR'}, f"That would be {np.prod(shape):,} numbers to type, {state.LARGEST_GRID:,} can be")
            return {'CANCELLED'}
        old = field.read(group, 2)
        texts = np.full(shape, 0, object)
        if isinstance(old, tuple):
            before = np.empty(shape_of(old), object)
            before.flat = list(flat(old))
            before = before.reshape((1,) * max(0, len(shape) - before.ndim) + before.shape)
            while before.ndim > len(shape):
                before = before[0]
            common = tuple(slice(0, min(a, b)) for a, b in zip(before.shape, shape, strict=True))
            texts[common] = before[common]
        field.write(group, texts.tolist())
        return {'FINISHED'}


classes = (
    CONVOLUME_OT_build, CONVOLUME_OT_reset, CONVOLUME_OT_add, CONVOLUME_OT_show, CONVOLUME_OT_explore,
    CONVOLUME_OT_resize, CONVOLUME_OT_fit_frames,
)  # fmt: skip
