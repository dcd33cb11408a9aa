# SPDX-License-Identifier: GPL-3.0-or-later
"""What a scene file says about looks holds for the whole plan: things switched off, words replaced, indices shifted."""

import pytest

from addon.scene.arrays import run
from addon.scene.load import SceneError, figures, load
from addon.story import make_plan

pytestmark = pytest.mark.once  # the plans are the same on every Python: test_plan_snapshots.py


def texts(plan) -> set[str]:
    return {plan.labels[i].text for part in (*plan.words, *plan.volumes) for i in part.points["label"] if i >= 0}


@pytest.fixture(params=figures())
def figure(request):
    return request.param


def indexed(figure) -> bool:
    """Whether its output cells have rows or columns to be counted; a global pooling's have not."""
    return run(load(figure)).output[0].size > 1


def roles(plan) -> set[str]:
    return {w.role for w in plan.words}


def test_title_sum_labels_and_numbers_are_each_switched_off(figure):
    full = make_plan(load(figure))
    title, shape = full.title, f"Output {' × '.join(map(str, load(figure).input.size))}"
    assert title in texts(full) and {"title", "sum", "rule"} <= roles(full)
    assert any(r.split(".")[0] == "output" and r.endswith(".caption") for r in roles(full))
    # where several planes stand side by side there may be no room for indices
    assert "output.ticks" in roles(full) or load(figure).story not in ("sliding", "channels", "pooling", "transposed")
    keys = ("title", "sum_line", "labels", "numbers")
    without = {key: make_plan(load(figure, {f"look.{key}": False})) for key in keys}
    assert title not in texts(without["title"])
    assert not {"sum", "rule"} & roles(without["sum_line"])
    assert not {r for r in roles(without["labels"]) if "caption" in r or "ticks" in r}
    assert not any(shape in text for text in texts(without["labels"]))
    assert all((v.points["label"] < 0).all() for v in without["numbers"].volumes)
    bare = make_plan(load(figure, {f"look.{key}": False for key in without}))
    assert len(bare.steps) == len(full.steps)
    # others arrange their parts anew
    assert bare.pixels_per_unit > full.pixels_per_unit or load(figure).story not in ("sliding", "channels", "pooling")


def test_words_are_the_lecturers(figure):
    plan = make_plan(load(figure, {"words.row": "Zeile", "words.column": "Spalte", "words.output": "Ausgabe",
                                   "words.stride": "Schritt", "words.out": "aus"}))  # fmt: skip
    said = " | ".join(texts(plan) - {plan.title})  # the title is the scene's own
    cell = "aus[Spalte 0]" if len(load(figure).input.size) == 1 else "Zeile 0, Spalte 0]"
    assert "Ausgabe" in said
    assert not indexed(figure) or (cell in said and "aus[" in said and "Schritt " in said)
    assert "Output" not in said and "stride" not in said


def test_indices_count_from_one_where_asked(figure):
    plan = make_plan(load(figure, {"look.index_from": 1}))
    cell = "out[col 1]" if len(load(figure).input.size) == 1 else "row 1, col 1]"
    assert not indexed(figure) or cell in plan.steps[0].text
    assert "row 0" not in " ".join(texts(plan))


def test_every_second_is_within_the_clip_and_steps_come_in_order(figure):
    plan = make_plan(load(figure))
    seconds = [s.second for s in plan.steps]
    assert seconds == sorted(seconds) and 8 <= plan.seconds <= 25
    assert 1 <= plan.frame_of(seconds[0]) < plan.frame_of(seconds[-1]) <= plan.frames


@pytest.mark.parametrize(
    ("overrides", "key"),
    [
        ({"op.out_channels": 2, "weight.seed": 1, "story": "sliding"}, "story"),
        ({"story": "nonsense"}, "story"),
        ({"input.size": (4, 4, 4), "weight.seed": 1}, "input.size"),
    ],
)
def test_what_no_story_tells_is_refused_by_name(overrides, key):
    with pytest.raises(SceneError) as refused:
        make_plan(load("conv2d_valid", overrides))
    assert refused.value.key == key and "\n" not in str(refused.value)
