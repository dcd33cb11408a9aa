# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panel lets one choose; lies at `Scene.convolume`, so it is saved with the file."""

import bpy

from ..story import figures, load

QUALITIES = (
    ('DRAFT', "Draft", "Few samples, to look at the timing"),
    ('LECTURE', "Lecture", "For slides: what this computer can render in reasonable time"),
    ('PRINT', "Print", "Cycles: the best picture, and the longest wait"),
)
FORMATS = (
    ('GIF', "GIF", "An endless animation that plays everywhere"),
    ('MP4', "MP4", "A small video for slides that can play one"),
    ('PNG', "PNG", "Every frame as a picture"),
    ('STEPS', "Steps", "One picture per step, with a list of what each shows"),
)


def _figure_items():
    # The titles are those of the scene files; a shipped file that cannot be read is a bug that tests find.
    return tuple((name, load(name).title, f"The figure of the scene file {name}.toml") for name in figures())


class CONVOLUME_Settings(bpy.types.PropertyGroup):
    figure: bpy.props.EnumProperty(
        name="Figure",
        description="Which operation to show",
        items=_figure_items(),
    )
    prepare: bpy.props.BoolProperty(
        name="Set Up Scene",
        description="Also set this scene's camera, size, frame range, world and colours to the figure's",
        default=True,
    )
    quality: bpy.props.EnumProperty(
        name="Quality",
        description="How good, and so how slow, the rendering is",
        items=QUALITIES,
        default='LECTURE',
    )
    formats: bpy.props.EnumProperty(
        name="Formats",
        description="Which files to write",
        items=FORMATS,
        options={'ENUM_FLAG'},
        default={'GIF'},
    )
