# SPDX-License-Identifier: GPL-3.0-or-later
"""A picture per step of the operation, in a folder, with a table of them."""

from .. import encode
from ..descriptor import Format


def write(film, path) -> None:
    if not film.clip.steps:
        raise encode.EncodeError("no pictures of its steps: this scene does not say when they are")
    first, stride = film.clip.frames[0], film.clip.frames.step
    encode.write_steps(
        path,
        (
            encode.StepPicture(film.at(s.frame), s.second, (s.frame - first) // stride + 1, s.index, s.sum)
            for s in film.clip.steps
        ),
    )


def lacks(clip) -> str | None:
    return None if clip.steps else "does not say when its steps are, so there are no pictures of them"


FORMAT = Format(write, "{}_steps", shows=lambda clip: [s.frame for s in clip.steps], lacks=lacks,
                folder=lambda path: [*path.glob("step_[0-9]*.png"), path / "steps.json"])  # fmt: skip
