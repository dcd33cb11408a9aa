# SPDX-License-Identifier: GPL-3.0-or-later
"""An endless GIF."""

from .. import encode
from ..descriptor import Format


def write(film, path) -> None:
    encode.write_gif(path, *film.shots())


FORMAT = Format(write, "{}.gif", most=100 / encode.SHORTEST)
