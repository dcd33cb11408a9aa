# SPDX-License-Identifier: GPL-3.0-or-later
"""A viewport that shows a figure as its camera does: on its background, in its colours, without grid and lamps.

Nothing of the file's picture depends on it. What a viewport was before is kept as long as Blender runs, and comes back.
"""

import math

import bpy

# of Workbench, which draws where there is no graphics card too; edges by cavity, since flat light shows none
SHADING = {"type": 'SOLID', "light": 'FLAT', "color_type": 'MATERIAL', "background_type": 'WORLD', "show_cavity": True,
           "cavity_type": 'SCREEN', "show_shadows": False, "show_object_outline": False}  # fmt: skip
OVERLAY = dict.fromkeys(("show_floor", "show_axis_x", "show_axis_y", "show_axis_z", "show_cursor", "show_extras",
                         "show_relationship_lines", "show_text"), False)  # fmt: skip
# what a viewport of a new file has
PLAIN = {"type": 'SOLID', "light": 'STUDIO', "color_type": 'MATERIAL', "background_type": 'THEME', "show_cavity": False,
         "cavity_type": 'SCREEN', "show_shadows": False, "show_object_outline": True, "show_floor": True,
         "show_axis_x": True, "show_axis_y": True, "show_axis_z": False, "show_cursor": True, "show_extras": True,
         "show_relationship_lines": True, "show_text": True}  # fmt: skip
MARGIN = 8  # pixels around the camera's frame
ZOOM = -30.0, 600.0  # of Blender
_before: dict[int, dict] = {}


def _values(space) -> dict:
    """Of this viewport, what is set here."""
    return {**{name: getattr(space.shading, name) for name in SHADING},
            **{name: getattr(space.overlay, name) for name in OVERLAY}}  # fmt: skip


def _write(space, values: dict) -> None:
    for names, part in ((SHADING, space.shading), (OVERLAY, space.overlay)):
        for name in names:
            setattr(part, name, values[name])


def is_on(space) -> bool:
    """Whether a viewport shows the figure so."""
    return space.region_3d.view_perspective == 'CAMERA' and _values(space) == {**SHADING, **OVERLAY}


def viewport(context):
    """The viewport (area) where one is at work, or the window's largest; None without a window."""
    area, window = context.area, context.window
    if area is not None and area.type == 'VIEW_3D':
        return area
    areas = [a for a in window.screen.areas if a.type == 'VIEW_3D'] if window else []
    return max(areas, key=lambda a: a.width * a.height, default=None)


def room(area) -> tuple[tuple[int, int], tuple[int, int, int, int]]:
    """Size of the viewport's main region, and left, bottom, right, top in it of what no other region lies over."""
    main = next(r for r in area.regions if r.type == 'WINDOW')
    left, bottom, right, top = 0, 0, main.width, main.height
    for region in area.regions:
        x, y = region.x - main.x, region.y - main.y
        if region.type == 'WINDOW' or region.width <= 1 or region.height <= 1:
            continue
        if not (-region.width < x < main.width and -region.height < y < main.height):
            continue  # beside it
        if region.alignment == 'RIGHT':
            right = min(right, x)
        elif region.alignment == 'LEFT':
            left = max(left, x + region.width)
        elif region.alignment == 'TOP':
            top = min(top, y)
        elif region.alignment == 'BOTTOM':
            bottom = max(bottom, y + region.height)
    return (main.width, main.height), (left, bottom, right, top)


def fit(area, scene) -> None:
    """Set zoom and offset so that the camera's frame fills what can be seen of the viewport.

    Blender's own *Frame Camera Bounds* fills the region, a part of which lies under the sidebar. At zoom factor 1 the
    frame's longer side is the region's longer side; an offset is a share of twice the region's size, before the zoom.
    """
    (width, height), (left, bottom, right, top) = room(area)
    wide, high = right - left - 2 * MARGIN, top - bottom - 2 * MARGIN
    if wide < 50 or high < 50:
        return
    render = scene.render
    shape = render.resolution_x * render.pixel_aspect_x / (render.resolution_y * render.pixel_aspect_y)
    side = max(width, height)
    factor = min(wide / (side * min(1.0, shape)), high / (side * min(1.0, 1 / shape)))
    view = area.spaces.active.region_3d
    low, most = ZOOM
    view.view_camera_zoom = min(most, max(low, 50 * (2 * math.sqrt(factor) - math.sqrt(2))))
    view.view_camera_offset = [(size / 2 - (a + b) / 2) / (2 * size * factor)
                               for size, a, b in ((width, left, right), (height, bottom, top))]  # fmt: skip


def show(context) -> bool:
    """Show the scene's figure in the viewport at hand; False where there is none."""
    area = viewport(context)
    if area is None:
        return False
    space = area.spaces.active
    if not is_on(space):
        view = space.region_3d
        _before[space.as_pointer()] = {**_values(space), "perspective": view.view_perspective}
        _write(space, {**SHADING, **OVERLAY})
        view.view_perspective = 'CAMERA'
    fit(area, context.scene)
    return True


def refit(context) -> None:
    """The scene has another camera or size now; a viewport that looks through it follows."""
    area = viewport(context)
    if area is not None and is_on(area.spaces.active):
        fit(area, context.scene)


def leave(space) -> None:
    """Give a viewport back what it was."""
    before = _before.pop(space.as_pointer(), {**PLAIN, "perspective": 'PERSP'})
    _write(space, before)
    space.region_3d.view_perspective = before["perspective"] if before["perspective"] != 'CAMERA' else 'PERSP'


class CONVOLUME_OT_view(bpy.types.Operator):
    """The switch of `show` and `leave`"""

    bl_idname = "convolume.view"
    bl_label = "View Figure"
    bl_description = (
        "Show the figure in this viewport as its camera does: on its background, in its colours, without grid and "
        "lamps. Pressed again, the viewport is as it was"
    )
    bl_options = {'REGISTER'}  # Blender undoes no viewport

    @classmethod
    def poll(cls, context):
        if context.scene.camera is None:
            cls.poll_message_set("Build the figure first: there is no camera in this scene")
            return False
        return viewport(context) is not None

    def execute(self, context):
        space = viewport(context).spaces.active
        if is_on(space):
            leave(space)
        else:
            show(context)
        return {'FINISHED'}


classes = (CONVOLUME_OT_view,)
