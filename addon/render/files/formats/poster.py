# SPDX-License-Identifier: GPL-3.0-or-later
"""One still: the figure when its last step is done."""

from .. import encode
from ..descriptor import Format


def write(film, path) -> None:
    encode.write_png(path, film.at(film.clip.poster))


FORMAT = Format(write, "{}_poster.png", shows=lambda clip: [clip.poster], still=True)
