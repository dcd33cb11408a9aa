# SPDX-License-Identifier: GPL-3.0-or-later
"""What a scene file says about looks holds for the whole plan: things switched off, words replaced, indices shifted."""

import pytest

from addon.ops import OPERATIONS
from addon.scene.arrays import run
from addon.scene.load import SceneError, load, loads
from addon.story import KINDS, make_plan
from tests.figures import LONGEST, cases, figures, one_of_each

pytestmark = pytest.mark.once  # the plans are the same on every Python: test_plan_snapshots.py


def texts(plan) -> set[str]:
    return {plan.labels[i].text for part in (*plan.words, *plan.volumes) for i in part.points["label"] if i >= 0}


@pytest.fixture(params=cases({name: name for name in figures()}, ("conv1d", "pooling", *one_of_each())))
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
    assert title in texts(full) and {"title", "sum", "names"} <= roles(full)
    assert {"Input", "Output"} <= {word.capitalize() for text in texts(full) for word in text.split(" ")}
    keys = ("title", "sum_line", "labels", "numbers")
    without = {key: make_plan(load(figure, {f"look.{key}": False})) for key in keys}
    assert title not in texts(without["title"])
    assert not {"sum", "running"} & roles(without["sum_line"])
    assert not {"names", "why", "indices"} & roles(without["labels"])
    assert not {"Input", "Output"} & {text.split(" ")[0] for text in texts(without["labels"]) - {title}}
    assert not any(shape in text for text in texts(without["labels"]))
    # what has no row is a card, which names a slice
    assert all((v.points["label"][v.points["row"] >= 0] < 0).all() for v in without["numbers"].volumes)
    bare = make_plan(load(figure, {f"look.{key}": False for key in without}))
    assert len(bare.steps) == len(full.steps)


def test_words_are_the_lecturers(figure):
    plan = make_plan(load(figure, {"words.row": "Zeile", "words.column": "Spalte", "words.output": "Ausgabe",
                                   "words.stride": "Schritt", "words.out": "aus"}))  # fmt: skip
    said = " | ".join(texts(plan) - {plan.title, load(figure).why})  # these are the scene's own
    row, column = ((0, 0), *plan.steps[[s.explained for s in plan.steps].index(True)].index)[-2:]  # the first one shown
    cell = f"aus[{column}]" if len(load(figure).input.size) == 1 else f"Zeile {row}, Spalte {column}]"
    assert "Ausgabe" in said
    whose = "Schritt 1:  Zeile 0, Spalte 0" in said  # of two runs: whose cell it is, and where
    assert not indexed(figure) or whose or (cell in said and "aus[" in said)
    assert ("Schritt " in said) == OPERATIONS[load(figure).op.type].windowed
    assert "Output" not in said and "stride" not in said


def test_indices_count_from_one_where_asked(figure):
    plan = make_plan(load(figure, {"look.index_from": 1}))
    cell = "out[1]" if len(load(figure).input.size) == 1 else "row 1, col 1]"
    assert not indexed(figure) or cell in plan.steps[0].text
    assert "row 0" not in " ".join(texts(plan))


def test_every_second_is_within_the_clip_and_steps_come_in_order(figure):
    plan = make_plan(load(figure))
    seconds = [s.second for s in plan.steps]
    assert seconds == sorted(seconds) and 8 <= plan.seconds <= LONGEST
    assert 1 <= plan.frame_of(seconds[0]) < plan.frame_of(seconds[-1]) <= plan.frames


REFUSED = [
    ({"op.out_channels": 2, "weight.seed": 1, "story": "sliding"}, "story"),
    ({"story": "nonsense"}, "story"),
    ({"input.size": (4, 4, 4), "weight.seed": 1}, "input.size"),
]


@pytest.mark.parametrize(("overrides", "key"), REFUSED)
def test_what_no_story_tells_is_refused_by_name(overrides, key):
    with pytest.raises(SceneError) as refused:
        make_plan(load("conv2d_valid", overrides))
    assert refused.value.key == key and "\n" not in str(refused.value)


@pytest.mark.parametrize("kind", ["slidin", "filters"])
def test_a_kind_that_is_none_is_refused_with_those_that_are(kind):
    with pytest.raises(SceneError) as refused:
        make_plan(load("conv2d_valid", {"kind": kind}))
    assert refused.value.key == "kind" and "\n" not in str(refused.value)
    assert all(name in refused.value.hint for name in KINDS)


OTHERS = [  # what some kinds do not show, or none
    ({"op.out_channels": 2}, ("sliding", "sweep", "pooling", "stamping", "comparison")),
    ({"input.channels": 2}, ("sliding", "sweep", "pooling", "stamping", "comparison")),
    ({"input.size": (4, 4, 4)}, KINDS),
    ({"story": "nonsense"}, KINDS),
    *(({"op.type": op}, set(KINDS) - {"pooling"}) for op in ("max_pool", "avg_pool", "global_avg_pool")),
    ({"op.type": "conv_transpose"}, set(KINDS) - {"stamping", "volume"}),
]


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_kind_does_not_show_is_refused_in_one_line(kind):
    wrong = {}
    for overrides, kinds in OTHERS:
        try:
            make_plan(loads(f'kind = "{kind}"\n[op]\ntype = "conv"\n[input]\nseed = 1\n', overrides))
            made = "made a plan"
        except SceneError as refused:
            made = "" if "\n" not in str(refused) else "in more than one line"
        except Exception as broken:
            made = repr(broken)
        if made and kind in kinds:
            wrong[str(overrides)] = made
    assert not wrong


@pytest.mark.parametrize("figure", one_of_each())
def test_the_camera_stands_where_the_scene_has_it(figure):
    """At the right always; the whole figure is laid out for it and stays on the page."""
    for azimuth, elevation, seen in ((20, 30, 20), (-40, 18, 40), (0, 22, 15)):
        plan = make_plan(load(figure, {"camera.azimuth": azimuth, "camera.elevation": elevation}))
        assert (plan.view.azimuth, plan.view.elevation) == (seen, elevation)
        wide, high = plan.size
        for name, _, x0, y0, x1, y1, *_ in plan.boxes:
            assert -wide / 2 <= x0 <= x1 <= wide / 2 and -high / 2 <= y0 <= y1 <= high / 2, name


def test_no_slab_of_the_bench_is_in_its_own_shadow(figure):
    """They come and go with their own, which lies on the floor below them."""
    plan = make_plan(load(figure))
    for volume in plan.volumes:
        if volume.role.startswith(("slab.sum", "slab.panel", "slab.result", "slab.bias")):
            shadows = [k >= 0 and plan.cubes[k].shape.startswith("shadow") for k in volume.points["cube"]]
            assert (volume.points["position"][shadows, 2] < 0).all(), volume.role
