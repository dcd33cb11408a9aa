# SPDX-License-Identifier: GPL-3.0-or-later
"""Story `transposed`, without Blender: what it refuses, how long it takes, what it says, and that it all has room."""

import numpy as np
import pytest

from addon.scene.arrays import run
from addon.scene.load import SceneError, figures, load, loads
from addon.story import STORIES, make_plan
from addon.story.first_edition.gathering import PaddedGrid, Phases
from addon.story.first_edition.stamping import StampGrid, additions, sum_text

from .composing import margin_faults, picture_of, size_faults, unsaid, word_faults

pytestmark = pytest.mark.once  # the plans are the same on every Python: test_plan_snapshots.py

FIGURES = ("transposed_conv", "transposed_conv_strided")
SEEDED = {"input.seed": 5}
OVERRIDES = {
    "stride 2 down, 1 across": {"op.stride": [2, 1]},
    "one axis": {"input.values": [1, 2, 3, 1], "weight.values": [1, 2, -1], "op.stride": 2},
    "one row": {"input.values": [[1, 2, 3]]},
    "one column": {"input.values": [[1], [2], [3]]},
    "output padding past the stamps": {"op.stride": 3, "op.output_padding": 2},
    "dilation 2, stride 2": {"op.dilation": 2, "op.stride": 2, "op.padding": 1},
    "uneven padding": {"op.stride": 2, "op.padding": [[1, 0], [0, 2]]},
    "same": {"op.stride": 2, "op.padding": "same"},
    "full": {**SEEDED, "input.size": [4, 5], "op.padding": "full"},
    "padding beyond the kernel's reach": {**SEEDED, "input.size": [5, 5], "op.padding": 3},
    "bias": {"bias.values": [-2], "op.stride": 2},
    "kernel 2x3": {"op.kernel_size": [2, 3], "weight.values": [[1, 2, 0], [0, 3, 1]]},
    "kernel 1x1": {"op.kernel_size": 1, "weight.values": [[2]], "op.stride": 2},
    "kernel 5x5": {"op.kernel_size": 5, "weight.seed": 3},
    "negative": {"input.values": [[1, -2], [-3, 2]]},
    "fractions": {"weight.values": [[0.5, 1, 0.5], [1, 2, 1], [0.5, 1, 0.25]], "op.stride": 2},
    "numbers of two digits": {**SEEDED, "input.size": [2, 2], "input.high": 20},
    "many": {**SEEDED, "input.size": [8, 8], "op.stride": 2, "op.padding": 1},
    "a square picture": {"output.size": [640, 640]},
    "seen from the right": {"camera.azimuth": 30.0, "camera.elevation": 35.0},
    "long words": {"words.input": "Eingabe (Bild)", "words.kernel": "Faltungskern", "words.output": "Ausgabe"},
    "no labels": {"look.labels": False},
    "no numbers": {"look.numbers": False},
    "no sums": {"look.sum_line": False},
    "no title": {"look.title": False},
    "the pace of other figures": {"timing.first": 3.6, "timing.next": 1.6, "timing.step": 0.45, "timing.longest": 22.0},
}


def texts(plan) -> set[str]:
    return {plan.labels[i].text for part in (*plan.words, *plan.volumes) for i in part.points["label"] if i >= 0}


def said(plan, role: str) -> list[str]:
    return [plan.labels[i].text for w in plan.words if w.role == role for i in w.points["label"] if i >= 0]


@pytest.fixture(scope="module", params=FIGURES)
def figure(request):
    return request.param


@pytest.fixture(scope="module")
def plan(figure):
    return make_plan(load(figure))


# what the views are made of ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OVERRIDES)
def test_the_stamps_add_up_to_the_engines_output(name):
    trace = run(load("transposed_conv", OVERRIDES[name]))
    stamp_grid = StampGrid.of(trace)
    (top, _), (left, _) = stamp_grid.crop
    total = np.zeros(stamp_grid.shape, np.result_type(trace.output, float))
    for cell, each in additions(trace, stamp_grid).items():
        assert all(a.before + a.added == a.after for a in each)
        assert [a.stamp for a in each] == sorted({a.stamp for a in each})
        total[cell] = each[-1].after
    out = trace.output[0].reshape(-1, trace.output.shape[-1])
    made = total[top : top + out.shape[0], left : left + out.shape[1]] + (0 if trace.bias is None else trace.bias[0])
    assert np.allclose(made, out)


@pytest.mark.parametrize("name", OVERRIDES)
def test_every_window_lies_on_the_spread_input(name):
    trace = run(load("transposed_conv", OVERRIDES[name]))
    ground = PaddedGrid.of(trace)
    rows, columns = trace.input[0].reshape(-1, trace.input.shape[-1]).shape
    real = {tuple(p) for p in ground.real(rows, columns)}
    for step in trace:
        spots = step.positions[:, 1:]
        spots = np.column_stack([np.zeros(len(spots), int), spots]) if spots.shape[1] == 1 else spots
        for spot, taps in zip(spots + ground.before, step.real, strict=True):
            assert all(0 <= v < n for v, n in zip(spot, ground.shape, strict=True))
            assert (tuple(spot) in real) == bool(taps)


def test_the_strided_figure_spreads_over_40_zeros():
    ground = PaddedGrid.of(run(load("transposed_conv_strided")))
    assert ground.shape == (7, 7) and len(ground.real(3, 3)) == 9 and ground.before == (1, 1)


@pytest.mark.parametrize(("before", "added", "text"), [(1, 2, "1+2"), (3, -2, "3\u22122"), (-1, 0.5, "\u22121+0.5")])
def test_what_is_added_is_written_as_it_is_read(before, added, text):
    assert sum_text(before, added) == text


def test_the_acts_follow_the_stamps_on_whole_clock_values():
    phases = Phases(4)
    assert (phases.spread, phases.border, phases.flip, phases.base) == (6, 7, 8, 10)
    assert 4 < phases.cut < phases.bias < phases.spread


# what is explained
# ------------------------------------------------------------------------------------------------------


def test_a_transposed_convolution_is_told_unasked(figure):
    scene = load(figure)
    assert figure in figures() and STORIES["transposed"].accepts(scene, run(scene))


@pytest.mark.parametrize(
    ("overrides", "key", "right"),
    [
        ({"input.seed": 1, "input.size": [3, 3], "input.channels": 2, "weight.seed": 1}, "input.channels", "must be 1"),
        ({"op.out_channels": 3, "weight.seed": 1}, "op.out_channels", "must be 1"),
        ({"input.seed": 1, "input.size": [3, 3], "input.channels": 2, "op.groups": 2, "weight.seed": 1},
         "input.channels", "must be 1"),
        ({"story": "sliding"}, "op.type", "must be conv"),
    ],
)  # fmt: skip
def test_what_it_cannot_tell_is_refused_by_name(overrides, key, right):
    with pytest.raises(SceneError) as refused:
        make_plan(load("transposed_conv", overrides))
    assert refused.value.key == key and right in str(refused.value)


def test_a_convolution_is_refused():
    with pytest.raises(SceneError) as refused:
        make_plan(loads('story = "transposed"\n[op]\ntype = "conv"\n[input]\nseed = 1\n'))
    assert refused.value.key == "op.type" and "conv_transpose" in str(refused.value)


def test_every_step_and_every_stamp_of_the_figures_is_told(figure, plan):
    count = run(load(figure)).input[0].size
    assert all(s.explained for s in plan.steps) and len(said(plan, "stamp.line")) == 2 * count


def test_both_views_are_named_and_said_to_agree(figure, plan):
    cells = run(load(figure)).output.size
    assert said(plan, "rule")[0].startswith("First view, stamping")
    assert said(plan, "summary") == [f"Both views agree: {cells} of {cells} cells are equal"]
    assert any(t.startswith("Second view, gathering") for t in texts(plan))
    assert any("flipped" in t for t in texts(plan)) and {"by stamping", "by gathering"} <= texts(plan)


def test_the_number_of_inputs_under_the_window_is_said_of_every_position():
    seen = [int(t.split(": ")[1].split()[0]) for t in said(make_plan(load("transposed_conv_strided")), "seen")]
    assert sorted(seen) == [1] * 9 + [2] * 12 + [4] * 4


def test_what_padding_cuts_is_said_and_where_it_cuts_nothing_it_is_not():
    cut = texts(make_plan(load("transposed_conv_strided")))
    assert "Padding 1 cuts the border of the output off" in cut and any(t.endswith("the rest is cut off") for t in cut)
    whole = texts(make_plan(load("transposed_conv")))
    assert not any("cut" in t for t in whole)


def test_a_bias_is_said_in_both_views():
    plan = make_plan(load("transposed_conv", {"bias.values": [-2]}))
    assert "Bias \u22122 is added to every cell" in texts(plan) and "+ bias (\u22122)" in texts(plan)


def test_many_steps_are_swept_and_the_figure_stays_short():
    plan = make_plan(load("transposed_conv", OVERRIDES["many"]))
    assert not all(s.explained for s in plan.steps) and plan.steps[-1].explained
    assert {"and so on, to the last of 225 positions", "and so on, to the last of 64 stamps"} <= texts(plan)


def test_words_are_the_lecturers(figure):
    words = {"by_stamping": "gestempelt", "by_gathering": "gesammelt", "flipped": "um 180° gedreht",
             "factor": "{factor} × Kern", "stamping": "Erste Sicht", "gathering": "Zweite Sicht", "seen": "{real} echt",
             "agree": "{equal} von {count} gleich", "stamp_input": "ein", "flipping": "Der Kern wird gedreht",
             "overlap": "Summe: {sum}", "stamp_rows": "Zeilen", "stamp_columns": "Spalten", "row": "Zeile",
             "column": "Spalte"}  # fmt: skip
    found = texts(make_plan(load(figure, {f"words.{key}": text for key, text in words.items()})))
    count = run(load(figure)).output.size
    assert {"gestempelt", "gesammelt", "um 180° gedreht", "1 × Kern", "Erste Sicht", "Zweite Sicht", "1 echt",
            "Der Kern wird gedreht", f"{count} von {count} gleich"} <= found  # fmt: skip
    joined = " ".join(found)
    assert "ein[Zeile 0, Spalte 0]" in joined and "Zeilen 0" in joined and "Summe: out[Zeile" in joined
    assert "flipped" not in joined.replace("× flipped kernel", "") and "row" not in joined.replace("rows", "")


def test_indices_count_from_one_where_asked(figure):
    found = " ".join(texts(make_plan(load(figure, {"look.index_from": 1}))))
    assert "input[row 1, col 1]" in found and "row 0" not in found and "rows 0" not in found


def test_what_is_switched_off_is_not_there(figure):
    scene = {key: make_plan(load(figure, {f"look.{key}": False})) for key in ("labels", "numbers", "sum_line")}
    assert not [w.role for w in scene["labels"].words if "caption" in w.role or "ticks" in w.role]
    assert all((v.points["label"] < 0).all() for v in scene["numbers"].volumes)
    assert not [w.role for w in scene["sum_line"].words if w.role.split(".")[0] in ("sum", "rule", "stamp", "seen")]


# room and time -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OVERRIDES)
def test_all_has_room_and_time_with(name):
    picture = picture_of("transposed_conv", OVERRIDES[name])
    for faults in (margin_faults, word_faults, size_faults):
        faults(picture).check()
    assert 8.0 <= picture.plan.seconds <= 25.0


@pytest.mark.parametrize("size", ["854x480", "1920x1080", "1024x768"])
def test_every_step_of_the_figures_can_be_read_whole(figure, size):
    picture = picture_of(figure, {"output.size": size})
    wrong = {i: unsaid(picture, i) for i in range(len(picture.plan.steps))}
    assert not any(wrong.values()), wrong
