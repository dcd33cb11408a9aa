# SPDX-License-Identifier: GPL-3.0-or-later
"""What a figure says besides its sums: padding by its sides, sizes of both axes, counts of one, scales of what is
there; and which of a volume's numbers are left out."""

import numpy as np
import pytest

from addon.scene.load import loads
from addon.story import make_plan

pytestmark = pytest.mark.once  # the plans are the same on every Python: test_plan_snapshots.py

CONV = {"op.type": "conv", "input.size": [6, 6], "input.seed": 3, "weight.seed": 5}
STAMP = {"op.type": "conv_transpose", "input.size": [2, 3], "input.seed": 3, "weight.seed": 5, "op.stride": 2}


def texts(keys, *roles: str) -> list[str]:
    plan = make_plan(loads("", keys))
    return [plan.labels[k].text for w in plan.words if not roles or w.role in roles for k in w.points["label"]]


@pytest.mark.parametrize(("padding", "said"), [
    (1, "padding 1"), ([1, 2], "padding 1 × 2"), ([[0, 1], [2, 0]], "padding 1 bottom, 2 left"),
    ([[1, 2], [1, 2]], "padding 1 top, 2 bottom, 1 left, 2 right"),
])  # fmt: skip
def test_uneven_padding_is_said_by_its_sides(padding, said):
    title = texts({**CONV, "op.padding": padding}, "title")[-1].split(",  ")
    assert said in title
    assert not any("/" in t for t in texts({**STAMP, "op.padding": padding}, "title", "between"))


def test_sides_are_the_lecturers_words_and_a_comparison_says_them():
    keys = {**CONV, "op.padding": [[0, 1], [0, 1]], "words.bottom": "unten", "words.right": "rechts"}
    assert "padding 1 unten, 1 rechts" in texts(keys, "title")[-1]
    named = texts({**CONV, "compare.padding": [[0, 1], [0, 0]]}, "names")
    assert any(t.startswith("padding 1 bottom:") for t in named)


@pytest.mark.parametrize("keys", [CONV, {**STAMP, "input.size": [3, 3]}, {"op.type": "max_pool", "input.size": [6, 6]}])
def test_one_line_says_the_size_of_both_axes_where_they_are_alike(keys):
    formulas = {t for t in texts(keys, "names") if " = " in t}  # of two views each output has one
    assert len(formulas) == 1 and ":" not in formulas.pop()


@pytest.mark.parametrize(("keys", "said"), [
    ({**CONV, "input.size": [5, 8]}, ["rows: 5 − 3 + 1 = 3", "columns: 8 − 3 + 1 = 6"]),
    ({**CONV, "op.padding": [[0, 1], [0, 0]]}, ["rows: 6 + 1 − 3 + 1 = 5", "columns: 6 − 3 + 1 = 4"]),
    ({**STAMP, "op.output_padding": [1, 0]}, ["rows: (2 − 1)×2 + 3 + 1 = 6", "columns: (3 − 1)×2 + 3 = 7"]),
    ({"op.type": "max_pool", "input.size": [4, 6]}, ["rows: (4 − 2) / 2 + 1 = 2", "columns: (6 − 2) / 2 + 1 = 3"]),
])  # fmt: skip
def test_each_axis_has_its_size_where_they_differ(keys, said):
    plan = make_plan(loads("", keys))
    assert list(dict.fromkeys(t for t in texts(keys, "names") if ": " in t and " = " in t)) == said
    boxes = {name: box for name, _, *box in plan.boxes}
    first, second = (boxes[text] for text in said)
    assert first[1] > second[3], "one line is on the other"


def test_output_padding_is_in_the_title_and_said_while_zeros_come():
    keys = {**STAMP, "op.output_padding": 1}
    assert "output padding 1" in texts(keys, "title")[-1].split(",  ")
    line = next(t for t in texts(keys, "between") if t.startswith("zeros:"))
    assert line.endswith("(kernel − 1) − padding = 2 around it,  output padding 1 more at the end")


def test_one_zero_is_no_zeros_also_in_a_lecturers_words():
    keys = {"op.type": "conv_transpose", "op.kernel_size": 2, "input.size": [3], "input.seed": 3, "weight.seed": 5}
    assert "1 input + 1 zero" in texts(keys, "factor")
    own = texts({**keys, "words.meets_zeros": "{count} Zahl, {zeros} Null"}, "factor")
    assert "1 Zahl, 1 Null" in own
    german = {"words.meets_zeros": "{count}, {zeros}", "words.meets_zero": "{count} und eine Null"}
    own = texts({**keys, **german}, "factor")
    assert "1 und eine Null" in own


# the scales of a sweep --------------------------------------------------------------------------------------------


SCALES = {  # input values, its ends, the ends of the output's scale
    "mixed": ([[-2, 1, 3], [0, 1, 2], [1, 1, 0]], ["−2", "3"]),
    "all negative": ([[-5, -1, -2], [-3, -1, -4], [-1, -1, -2]], ["−5", "−1"]),
    "all zero": ([[0] * 3] * 3, ["0 = black"]),
    "all equal": ([[4] * 3] * 3, ["4 = white"]),
    "none is 0": ([[2, 3, 4]] * 3, ["2", "4 = white"]),
    "from 0": ([[0, 3, 7]] * 3, ["0 = black", "7 = white"]),
}


@pytest.mark.parametrize(("values", "ends"), SCALES.values(), ids=SCALES)
def test_a_scale_ends_with_the_numbers_that_are_there(values, ends):
    keys = {"op.type": "conv", "kind": "sweep", "input.values": values, "op.kernel_size": 1, "weight.values": [[2]]}
    plan, said = make_plan(loads("", keys)), texts(keys, "names")
    assert [t for t in said if t in ends] == ends and not {"9 = white", "0 = black"} - set(ends) & set(said)
    key, given = (next(v.points for v in plan.volumes if v.role == role) for role in ("key", "input"))
    assert key["value"].tolist() == sorted({min(map(min, values)), max(map(max, values))})
    colors = {v: {plan.cubes[c].material for c in given["cube"][given["value"] == v]} for v in key["value"].tolist()}
    assert [{plan.cubes[c].material} for c in key["cube"]] == list(colors.values()), "another colour than the cells'"
    scale = next(v.points["value"] for v in plan.volumes if v.role == "scale")
    low, high = 2 * key["value"].min(), 2 * key["value"].max()
    assert (scale.min() < 0) == (low < 0) and (scale.max() > 0) == (high > 0) and 0 in scale


@pytest.mark.parametrize(("keys", "said"), [
    ({**CONV, "op.padding": 1}, "6 × 6  *  3 × 3,  padding 1  =  6 × 6"),
    ({**STAMP, "op.output_padding": 1}, "2 × 3  *  3 × 3,  stride 2,  output padding 1  =  6 × 8"),
    ({**CONV, "op.padding": 1, "input.channels": 2}, "6 × 6 × 2  *  1 filter 3 × 3 × 2,  padding 1  =  6 × 6 × 1"),
])  # fmt: skip
def test_shapes_follow_from_what_is_said_with_them(keys, said):
    assert said in texts(keys)


# numbers that do not fit ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sliding", "volume", "pooling"])
def test_one_long_number_leaves_all_others_where_they_are(kind):
    values = np.arange(36).reshape(6, 6) % 4
    plain = values.tolist()
    plain[0][0] = -12345.678
    keys = {"kind": kind, "op.type": "max_pool" if kind == "pooling" else "conv"}
    keys |= {} if kind == "pooling" else {"weight.values": [[1, 0], [0, 2]]}

    def cells(numbers):
        plan = make_plan(loads("", {**keys, "input.values": numbers}))
        points = next(v.points for v in plan.volumes if v.role == "input")
        points = points.only(points["visible_from"] == points["visible_from"].min())  # before there is a window
        said = [plan.labels[k].text if k >= 0 else "" for k in points["label"]]
        return plan, list(zip(said, points["size"].tolist(), strict=True))

    (_, before), (plan, now) = cells(values.tolist()), cells(plain)
    assert [a for n, a in enumerate(now) if n] == [b for n, b in enumerate(before) if n]
    assert now[0][0] == "" and all(text for text, _ in before)
    bench = {plan.labels[k].text for v in plan.volumes if v.role == "bench" for k in v.points["label"] if k >= 0}
    assert "−12345.678" in bench, "the bench does not say it either"


@pytest.mark.parametrize("keys", [CONV, STAMP], ids=["conv", "conv_transpose"])
def test_a_small_kernel_is_large_enough_for_its_decimals(keys):
    weights = [[0.1, -0.25, 0.3], [0.05, 1.5, -0.125], [0.2, -0.333, 0]]
    plan = make_plan(loads("", {k: v for k, v in keys.items() if k != "weight.seed"} | {"weight.values": weights}))
    labels = next(v.points for v in plan.volumes if v.role == "kernel")["label"]
    said = {plan.labels[k].text for k in labels}
    assert (labels >= 0).all() and {"−0.25", "−0.125", "−0.333"} <= said


@pytest.mark.parametrize(("keys", "title"), [
    (CONV, "Convolution"), ({**CONV, "input.channels": 2}, "Convolution"),
    ({**CONV, "compare.stride": 2}, "Convolution"), (STAMP, "Transposed convolution"),
    ({**STAMP, "words.transposed": "transponierte Faltung"}, "Transponierte Faltung"),
])  # fmt: skip
def test_a_scene_without_a_title_has_the_operations_name(keys, title):
    assert texts(keys, "title")[0] == title


def test_the_view_is_named_behind_the_title_of_a_scene_that_has_none():
    plan = make_plan(loads("", STAMP))
    boxes = {name: box for name, _, *box in plan.boxes}
    title = boxes["Transposed convolution"]
    assert boxes["1 of 2: stamping"][0] > title[2]
