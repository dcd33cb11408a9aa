# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel in the 3D viewport's sidebar and its sub-panels. Drawing shows; it never writes."""

import textwrap

import bpy

from ..scene.kernels import times
from ..scene.spec import WEIGHTED
from . import figures, messages, preferences, rendering, state, view
from .field import label_of
from .fields import FIELDS, file_name

MOST_CELLS = 12  # rows or columns of a grid that a sidebar has room for
ROOM = 44  # pixels of the sidebar's width that a number needs to be shown: Blender leaves it out of a narrower field
MOST_WORDS = 12


def lines(layout, context, text: str, icon: str = 'NONE') -> None:
    """A sentence over as many lines as the sidebar's width makes it."""
    width = max(16, int(context.region.width / (7.2 * max(0.5, context.preferences.system.ui_scale))) - 4)
    column = layout.column(align=True)
    column.scale_y = 0.8
    for i, line in enumerate(textwrap.wrap(text, width)):
        column.label(text=line, icon=icon if i == 0 else 'BLANK1' if icon != 'NONE' else 'NONE')


def wrong(settings) -> tuple[str, str]:
    """Table and key of the one thing that is wrong; a table alone, or nothing."""
    return _place(state.check(settings).error if settings.id else None)


def _place(error) -> tuple[str, str]:
    table, _, key = ((error.key if error else None) or "").partition("[")[0].rpartition(".")
    return (key, "") if key in FIELDS and not table else (table, key)


def fields(layout, settings, table: str, *keys: str, without: tuple[str, ...] = ()) -> None:
    """The keys of a table that mean something now."""
    group, rank = (getattr(settings, table) if table else settings), state.rank_of(settings)
    checked = state.check(settings)
    bad = _place(checked.error)
    for key, field in FIELDS[table].items():
        if (not keys or key in keys) and key not in without and state.applies(settings, table, key):
            column = layout
            if bad == (table, key):
                column = layout.column(align=True)
                column.alert = True
            field.draw(column, group, rank, state.worked_out(checked, table, key) if field.optional else None)


class Sub:
    bl_space_type = 'VIEW_3D'
    bl_region_type = 'UI'
    bl_category = "Convolume"
    bl_parent_id = "CONVOLUME_PT_main"
    tables: tuple[str, ...] = ()  # of whose keys it has some

    @classmethod
    def poll(cls, context):
        return context.scene.convolume.figure != 'NONE'

    def draw_header(self, context):
        """Marked where something in it is wrong; what it is, the main panel says."""
        table, key = wrong(context.scene.convolume)
        if (table or key) and table in self.tables:
            self.layout.label(text="", icon='ERROR')

    def draw(self, context):
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        self.show(layout, context, context.scene.convolume)

    def numbers(self, column, context, settings, table: str, label: str, without: tuple[str, ...] = ()) -> None:
        """Where a table's numbers come from, with what belongs to that."""
        group = getattr(settings, table)
        column.prop(group, "source", text=label)
        fields(column, settings, table, without=("values", *without))
        if group.source == 'VALUES':
            self.grid(column, context, group, table)

    def grid(self, layout, context, group, table):
        shape = tuple(group.shape)[: group.axes]
        rows, columns = (1, 1, *shape)[-2:]
        planes = len(group.values_) // (rows * columns) if group.values_ else 0
        row = layout.row(align=True)
        row.alert = wrong(context.scene.convolume) == (table, "values")
        row.operator("convolume.resize", text=f"Shape {times(shape)}" if planes else "Type Numbers",
                     icon='MOD_BOOLEAN').table = table  # fmt: skip
        if planes > 1:
            row.prop(group, "page", text=f"Plane of {planes}")
        if not planes or max(rows, columns) > MOST_CELLS:
            return
        if context.region.width < ROOM * columns * context.preferences.system.ui_scale:
            lines(layout, context, "Drag the sidebar wider to see the numbers", 'INFO')
        first = (min(group.page, planes) - 1) * rows * columns
        grid = layout.grid_flow(row_major=True, columns=columns, even_columns=True, even_rows=True, align=True)
        grid.use_property_split = False
        for i in range(first, first + rows * columns):
            grid.prop(group.values_[i], "value", text="")


class Closed(Sub):
    bl_options = {'DEFAULT_CLOSED'}


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
        if settings.figure == 'FILE':
            layout.prop(settings, "file")
            file_name(layout, settings.file)
        if settings.trouble:
            lines(layout.box(), context, settings.trouble, 'ERROR')
        standing = figures.standing(context.scene, settings.id)
        old = standing is not None and figures.is_old(standing, settings)
        row = layout.row(align=True)
        row.scale_y = 1.4
        build = row.row(align=True)
        build.alert = old
        build.operator("convolume.build", text="Update" if standing else "Build", icon='MESH_GRID')
        row.operator("convolume.reset", text="", icon='LOOP_BACK')
        error = state.check(settings).error if settings.id else None
        if error is not None:
            lines(layout.box(), context, messages.short(error), 'ERROR')
        if standing is not None:
            layout.operator("convolume.view", icon='VIEW_CAMERA', depress=view.is_on(context.space_data))
        if old:
            lines(layout, context, "The figure is out of date", 'INFO')
        frames = figures.misfit(context.scene)
        if frames is not None:
            ends = context.scene.frame_end
            lines(layout, context, f"The clock runs until frame {frames}, the scene ends at {ends}", 'INFO')
            layout.operator("convolume.fit_frames", icon='TIME')
        self.draw_report(layout, context, standing)

    def draw_report(self, layout, context, standing) -> None:
        if standing is None:
            return
        from ..stage.ownership import kept_in
        from ..stage.tweaks import REPORT

        report = kept_in(standing, REPORT)
        for name, icon, words in (("kept", 'CHECKMARK', "Kept"), ("lost", 'ERROR', "Not kept")):
            if report.get(name):
                lines(layout, context, f"{words}: " + "; ".join(report[name]), icon)


class CONVOLUME_PT_figure(Sub, bpy.types.Panel):
    bl_label = "Figure"
    tables = ("",)

    def show(self, layout, context, settings):
        fields(layout, settings, "")
        layout.prop(settings, "id")
        layout.prop(settings, "prepare")
        scene = context.scene
        here = figures.all_standing(scene)
        if len(here) > 1:
            column = layout.column(align=True)
            column.label(text="In This Scene")
            for collection in here:
                shown = not collection.hide_viewport
                icon = 'HIDE_OFF' if shown else 'HIDE_ON'
                name = figures.name_of(collection)
                column.operator("convolume.show", text=name, icon=icon, depress=shown).figure = name
        standing = figures.standing(scene, settings.id)
        if standing is not None:
            on = figures.explored(standing)
            layout.operator("convolume.explore", icon='VIEW_PAN', depress=on)
            if on:
                lines(layout, context, "Select a window's frame and drag it (G): the cells under it light up")
        row = layout.row(align=True)
        row.operator("convolume.load_scene", icon='IMPORT')
        row.operator("convolume.save_scene", icon='EXPORT')


class CONVOLUME_PT_operation(Sub, bpy.types.Panel):
    bl_label = "Operation"
    tables = ("op", "compare")

    def show(self, layout, context, settings):
        fields(layout, settings, "op")
        checked = state.check(settings)
        if checked.error is None and checked.output:
            box = layout.box().column(align=True)
            box.label(text=f"Input {times(checked.input)}")
            box.label(text=f"Output {times(checked.output)}")
            box.label(text=f"{checked.steps} steps" if checked.steps != 1 else "1 step")


class CONVOLUME_PT_compare(Closed, bpy.types.Panel):
    bl_label = "Second Run"
    bl_parent_id = "CONVOLUME_PT_operation"
    tables = ("compare",)

    @classmethod
    def poll(cls, context):
        return state.operation_of(context.scene.convolume).comparable

    def show(self, layout, context, settings):
        window = [key for key in FIELDS["compare"] if key in FIELDS["op"]]
        fields(layout, settings, "compare", *window)
        if state.operation_of(settings).weighted:
            self.numbers(layout.column(), context, settings, "compare", "Weight", without=tuple(window))


class CONVOLUME_PT_data(Sub, bpy.types.Panel):
    bl_label = "Data"
    tables = ("input", "weight", "bias")

    def show(self, layout, context, settings):
        for table in ("input", "weight", "bias"):
            if table in WEIGHTED and not state.operation_of(settings).weighted:
                continue
            self.numbers(layout.column(), context, settings, table, label_of(table))
            layout.separator()


class CONVOLUME_PT_look(Closed, bpy.types.Panel):
    bl_label = "Look"
    tables = ("look", "camera", "words")

    def show(self, layout, context, settings):
        fields(layout, settings, "look")
        fields(layout.column(align=True), settings, "camera")


class CONVOLUME_PT_words(Closed, bpy.types.Panel):
    bl_label = "Words"
    bl_parent_id = "CONVOLUME_PT_look"
    tables = ("words",)

    def show(self, layout, context, settings):
        layout.prop(settings, "find_word", text="", icon='VIEWZOOM')
        wanted, group = settings.find_word.lower(), settings.words
        found = []
        for key, field in FIELDS["words"].items():
            changed = field.get(group, 2) not in (None, field.default)
            if wanted in f"{key} {getattr(group, field.id)}".lower() if wanted else changed:
                found.append(field)
        if not found:
            layout.label(text="No such word" if wanted else "Find a word to change it")
        for field in found[:MOST_WORDS]:
            field.draw(layout, group, 2)
        if len(found) > MOST_WORDS:
            layout.label(text=f"and {len(found) - MOST_WORDS} more")


class CONVOLUME_PT_timing(Closed, bpy.types.Panel):
    bl_label = "Timing"
    tables = ("timing",)

    def show(self, layout, context, settings):
        fields(layout, settings, "timing")
        lines(layout, context, "Built, the clock can be retimed in the dope sheet", 'ACTION')


class CONVOLUME_PT_output(Sub, bpy.types.Panel):
    bl_label = "Output"
    tables = ("output",)

    def show(self, layout, context, settings):
        fields(layout, settings, "output", "size", "fps", "quality")
        grid = layout.grid_flow(row_major=True, columns=3, even_columns=True, align=True)
        grid.use_property_split = False
        for choice in FIELDS["output"]["formats"].about["choices"]:
            grid.prop_enum(settings.output, "formats", choice.upper())
        lines(layout, context, preferences.output_folder(context), 'FILE_FOLDER')
        others = figures.others(context.scene)
        if others:
            more = f" and {len(others) - 3} more" if len(others) > 3 else ""
            lines(layout, context, f"Also rendered: {', '.join(others[:3])}{more}", 'INFO')
        job = rendering.current()
        if job:
            row = layout.row(align=True)
            row.progress(factor=job.share, text=job.words)
            row.operator("convolume.stop", text="", icon='CANCEL')
        else:
            layout.operator("convolume.render", icon='RENDER_ANIMATION')


classes = (
    CONVOLUME_PT_main, CONVOLUME_PT_figure, CONVOLUME_PT_operation, CONVOLUME_PT_compare, CONVOLUME_PT_data,
    CONVOLUME_PT_look, CONVOLUME_PT_words, CONVOLUME_PT_timing, CONVOLUME_PT_output,
)  # fmt: skip
