# SPDX-License-Identifier: GPL-3.0-or-later
"""A video: imageio-ffmpeg's, or Blender's where that is missing."""

import importlib.util
import tempfile
from pathlib import Path

from ....scene import rates
from .. import encode
from ..descriptor import Format


def write(film, path) -> None:
    if all(importlib.util.find_spec(name) for name in ("imageio", "imageio_ffmpeg")):
        encode.write_mp4(path, *film.shots(), film.clip.fps)
    else:
        by_blender(film, path)


def by_blender(film, path) -> None:
    """H.264 by Blender's own FFmpeg: the pictures as one image strip of a scene that is made for it."""
    import bpy

    from ....stage import compat

    if not bpy.app.build_options.codec_ffmpeg:
        raise encode.EncodeError("this Blender was built without FFmpeg, and imageio-ffmpeg is missing")
    order, listener = film.recording.order, getattr(film.recording, "listener", None)

    def alive(*_):
        """A long film is no hanging Blender."""
        if listener is not None:
            listener()

    scene = bpy.data.scenes.new("Convolume movie")
    try:
        with tempfile.TemporaryDirectory() as folder, encode.whole_file(path.absolute(), ".mp4") as temporary:
            for index in range(len(film.recording)):
                picture = encode.even(encode.opaque(film.recording.picture(index)))
                (Path(folder) / f"{index}.png").write_bytes(encode.png_bytes(picture, level=1))
            strips = scene.sequence_editor_create().strips
            first = str(Path(folder) / f"{order[0]}.png")
            strip = strips.new_image("frames", first, 1, 1, fit_method="ORIGINAL")
            for index in order[1:]:
                strip.elements.append(f"{index}.png")
            scene.frame_start, scene.frame_end = 1, len(order)
            render, height_width = scene.render, picture.shape[:2]
            render.resolution_y, render.resolution_x = height_width
            render.resolution_percentage = 100
            rate = rates.exact(film.clip.fps)  # as a fraction: Blender's base is a float, of which FFmpeg makes one
            render.fps, render.fps_base = rate.numerator, rate.denominator
            scene.view_settings.view_transform, scene.view_settings.look = "Standard", "None"
            compat.set_image_format(render.image_settings, "FFMPEG")
            render.image_settings.color_mode = "RGB"
            movie = render.ffmpeg
            movie.format, movie.codec, movie.audio_codec = "MPEG4", "H264", "NONE"
            movie.constant_rate_factor, movie.ffmpeg_preset = "HIGH", "GOOD"
            render.use_file_extension, render.filepath = False, temporary
            for stamp in (name for name in dir(render) if name.startswith("use_stamp")):
                setattr(render, stamp, False)  # the date and more, which would go into the file
            bpy.app.handlers.render_write.append(alive)
            bpy.ops.render.render(animation=True, scene=scene.name)
            if not Path(temporary).is_file() or not Path(temporary).stat().st_size:
                raise encode.EncodeError(f"{path}: Blender's FFmpeg wrote nothing")
    finally:
        if alive in bpy.app.handlers.render_write:
            bpy.app.handlers.render_write.remove(alive)
        bpy.data.scenes.remove(scene)


FORMAT = Format(write, "{}.mp4")
