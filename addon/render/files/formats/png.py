# SPDX-License-Identifier: GPL-3.0-or-later
"""Every frame, in a folder."""

from .. import encode
from ..descriptor import Format


def write(film, path) -> None:
    pictures = (film.recording.picture(index) for index in range(len(film.recording)))
    encode.write_png_sequence(path, pictures, film.recording.order)


FORMAT = Format(write, "{}", folder=lambda path: list(path.glob("frame_[0-9]*.png")))
