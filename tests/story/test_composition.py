# SPDX-License-Identifier: GPL-3.0-or-later
"""The composition of every figure in scenes/, at three sizes and all key moments, worked out without Blender.

`pytest tests/story/test_composition.py -k FIGURE` says of one figure who lies on whom, when and by how many pixels.
Key moments: the start, the opening's end, every explained step, five of a sweep, the end, everything that visits or
flies on its way, and every twelfth frame.
"""

from dataclasses import replace

import numpy as np
import pytest

from addon.scene.arrays import run
from addon.scene.load import load
from addon.story import make_plan
from addon.story.plan.plan import Points
from tests.first import first_edition_figures

from .composing import (
    cover_faults,
    margin_faults,
    picture_of,
    size_faults,
    subject_faults,
    unsaid,
    whole_fault,
    word_faults,
)
from .picture import Picture

pytestmark = pytest.mark.once  # the plans are the same on every Python: test_plan_snapshots.py

SIZES = ("854x480", "1920x1080", "1024x768")


@pytest.fixture(scope="module", params=[(f, s) for f in first_edition_figures() for s in SIZES], ids="-".join)
def shown(request):
    figure, size = request.param
    return picture_of(figure, {"output.size": size})


def test_all_cells_and_words_keep_the_margin(shown):
    margin_faults(shown).check()


def test_no_word_lies_on_a_cell_or_on_another_word(shown):
    word_faults(shown).check()


def test_no_volume_stands_behind_another(shown):
    cover_faults(shown).check()


def test_digits_and_words_can_be_read(shown):
    size_faults(shown).check()


def test_the_subject_fills_the_frame_and_its_cells_are_not_tiny(shown):
    subject_faults(shown).check()


def test_at_least_one_step_can_be_read_whole(shown):
    """All products (or pooled numbers) and the sum of one output stand on the screen, large enough, unhidden."""
    assert not whole_fault(shown), whole_fault(shown)


# the checks can fail ---------------------------------------------------------------------------------------------


def changed(role: str, **columns) -> Picture:
    """pooling with columns of one volume's or one text block's points replaced by what functions make of them."""
    scene = load("pooling")
    plan = make_plan(scene)

    def own(part):
        if part.role != role:
            return part
        data = {k: columns[k](v.copy()) if k in columns else v for k, v in part.points.data.items()}
        return replace(part, points=Points(data))

    picture = Picture(replace(plan, volumes=tuple(map(own, plan.volumes)), words=tuple(map(own, plan.words))))
    picture.name, picture.trace = role, run(scene)
    return picture


def moved(x: float, z: float):
    return lambda position: position + np.array([x, 0, z], np.float32)


MUTANTS = {
    "a caption on its volume": (word_faults, "input.caption", {"position": moved(0, -2)}),
    "a sum in the title": (word_faults, "sum", {"position": moved(0, 8)}),
    "an input out of the frame": (margin_faults, "input", {"position": moved(-9, 0)}),
    "a title out of the frame": (margin_faults, "title", {"position": moved(9, 0)}),
    "an input on the output": (cover_faults, "input", {"position": moved(8, 0)}),
    "small words": (size_faults, "sum", {"size": lambda size: size * 0.9}),
    "small digits": (size_faults, "output", {"size": lambda size: size * 0.5}),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_caught(name):
    faults, role, columns = MUTANTS[name]
    found = faults(changed(role, **columns))
    assert found.first and role.split(".")[0] in str(found)


def test_words_too_small_are_not_legible():
    assert not unsaid(changed("none"), 1)
    assert unsaid(changed("sum", size=lambda size: size * 0.9), 1), "words too small to be read were read"
