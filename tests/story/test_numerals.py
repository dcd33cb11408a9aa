# SPDX-License-Identifier: GPL-3.0-or-later
"""Every number that a figure prints is true: what stands after "=" is what stands before it comes to, exactly; what is
rounded stands after "≈", and near."""

import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from addon.scene.arrays import runs
from addon.scene.load import SceneError, load, loads
from addon.story import make_plan
from addon.story.page.numerals import Numerals

pytestmark = pytest.mark.once  # the plans are the same on every Python: test_plan_snapshots.py

SEED, SCENES = 2027, 5  # scenes of each kind
NUMBER = r"\(?\u2212?\d+(?:\.\d+)?(?:e\u2212\d+)?\)?"


@pytest.mark.parametrize(("value", "decimals", "text"), [
    (0.125, None, "0.125"), (0.125, 2, "0.13"), (-0.125, 2, "−0.13"), (2.5, 0, "3"), (-2.5, 0, "−3"),
    (1.005, 2, "1.01"), (1 / 3, None, "0.33"), (0.03125, None, "0.031"), (12.34567, None, "12.35"),
    (0.1 + 0.2, None, "0.3"),
    (-0.001, None, "−0.001"), (-0.001, 0, "−0.001"), (0.00034, 2, "0.0003"), (0.3, 0, "0.3"), (0.00003, None, "3e−5"),
    (0.0, None, "0"), (-0.0, 3, "0"), (7, 0, "7"), (2**53 + 1, None, "9007199254740993"), (1e12, None, "1000000000000"),
    (1.50, 4, "1.5"),
])  # fmt: skip
def test_a_number_is_printed_as_a_person_would_round_it_and_never_as_nothing(value, decimals, text):
    assert Numerals(decimals).text(value) == text


@pytest.mark.parametrize(("result", "terms", "divisor", "sign"), [
    (0.3, [0.1, 0.2], 1, "="), (0.1 * 0.2, [(0.1, 0.2)], 1, "="), (1 / 3, [1, 0, 0], 3, "≈"),
    (100, [0.3333, 99.6667], 1, "="),
    (1.0, [1 / 3, 1 / 3, 1 / 3], 1, "≈"), (0.03125, [(0.25, 0.125)], 1, "≈"), (0, [(0, 1 / 3)], 1, "="),
])  # fmt: skip
def test_equal_is_said_where_it_is_true_as_printed(result, terms, divisor, sign):
    assert Numerals().equals(result, terms, divisor) == sign


def test_operands_that_are_negative_have_brackets():
    assert [Numerals().operand(v) for v in (-2, 2, -0.5)] == ["(−2)", "2", "(−0.5)"]


# of every kind ---------------------------------------------------------------------------------------------------


SMALL = st.one_of(st.integers(-3, 3), st.integers(-999, 999).map(lambda n: n / 100),
                  st.integers(-9, 9).map(lambda n: n / 8),
                  st.sampled_from([1 / 3, -2 / 3, 0.00004, -0.12345, 1234.5678]))  # fmt: skip
DECIMALS = st.sampled_from([None, None, 0, 1, 2, 4])
KINDS = {
    "sliding": ({"op.type": "conv"}, (4, 4), (2, 2)),
    "sweep": ({"op.type": "conv"}, (4, 5), (2, 2)),
    "comparison": ({"op.type": "conv", "compare.stride": 2}, (4, 4), (2, 2)),
    "volume": ({"op.type": "conv"}, (2, 3, 3), (2, 2, 2, 2)),
    "stamping": ({"op.type": "conv_transpose", "op.stride": 2}, (2, 2), (2, 2)),
    "pooling": ({"op.type": "avg_pool", "op.kernel_size": 2, "op.stride": 1}, (3, 3), None),
}  # fmt: skip


def arrays(shape):
    values = st.lists(SMALL, min_size=shape[-1], max_size=shape[-1])
    for n in reversed(shape[:-1]):
        values = st.lists(values, min_size=n, max_size=n)
    return values


def number(text: str) -> Fraction:
    return Fraction(Decimal(text.strip("()").replace("\u2212", "-")))


def worth(text: str) -> Fraction | None:
    """What an expression of printed numbers comes to; None where it is no such."""
    mean = re.fullmatch(r"\((.+)\) / (\d+)", text)
    if mean:
        return worth(mean[1]) / int(mean[2])
    total = Fraction(0)
    for term in re.split(r" +\+ +", text):
        factors = re.sub(r"^[^\d\u2212(]+ ", "", term).split("\u00d7")  # a channel's name, the bias's
        if not all(re.fullmatch(NUMBER, f) for f in factors):
            return None
        product = Fraction(1)
        for factor in factors:
            product *= number(factor)
        total += product
    return total


def check(text: str) -> int:
    """How many signs of a line are right; a wrong one is an AssertionError."""
    parts = re.split(r" ([=\u2248]) ", re.sub(r"  +so far|   \(the first.*", "", text))
    values = [worth(part) for part in parts[::2]]
    checked = 0
    for before, sign, after in zip(values, parts[1::2], values[1:], strict=False):
        if before is not None and after is not None:
            checked += 1
            assert sign != "=" or before == after, f"{text!r}: {float(before)} is not {float(after)}"
    return checked


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_figure_says_of_decimals_is_true(kind):
    keys, given_shape, weight_shape = KINDS[kind]
    print(f"seed {SEED}")

    @seed(SEED)
    @settings(max_examples=SCENES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(x=arrays(given_shape), w=arrays(weight_shape or (1,)), bias=SMALL, decimals=DECIMALS)
    def says(x, w, bias, decimals):
        own = {**keys, "kind": kind, "input.values": x}
        if weight_shape:
            own |= {"weight.values": w, "bias.values": [bias] * (weight_shape[0] if len(weight_shape) > 2 else 1)}
        if decimals is not None:
            own["look.decimals"] = decimals
        scene = loads("", own)
        plan = make_plan(scene)
        labels = {label.text for label in plan.labels}
        lines = {step.text for step in plan.steps} | {label for label in labels if len(label) > 5}
        assert sum(map(check, lines)) >= len(plan.steps)
        for trace, run_ in zip(runs(scene), (0, 1), strict=False):
            for step, own in zip(trace, (s for s in plan.steps if s.run == run_), strict=True):
                result(own.text, exact(step), decimals)
        assert not weight_shape or np.array(w).all() == ("\u00d70" not in labels)

    says()


def exact(step) -> Fraction:
    """What a step comes to, from its numbers as they were written."""
    def written(values):
        return [Fraction(Decimal(str(v))) for v in values.tolist()]

    if step.weights is None:
        return sum(written(step.values)) / step.divisor
    pairs = zip(written(step.values), written(step.weights), strict=True)
    return sum((a * b for a, b in pairs), Fraction(Decimal(str(step.bias.item()))))


def result(text: str, value: Fraction, decimals: int | None) -> None:
    """What stands at a line's end is a step's value: itself where it has few enough decimals, else rounded."""
    _, sign, last = text.rsplit(" ", 2)
    value = Fraction(round(value * 10**12), 10**12)  # three thirds are one
    most = 4 if decimals is None else decimals
    if (value * 10**most).denominator == 1:
        assert number(last) == value, f"{text!r}: it is {float(value)}"
        return
    off = abs(number(last) - value) * 10 ** (2 if decimals is None else decimals)
    # of what rounds to 0 a digit is left, which itself may be rounded
    assert sign == "\u2248" or number(last) == value, text
    assert off <= Fraction(1, 2) and number(last), f"{text!r}: it is {float(value)}"


def test_products_beside_their_pairs_say_what_is_rounded():
    numbers = {"input.values": [[0.25, 0.5], [1, 3]], "weight.values": [[0.125, 2], [1, 1 / 3]]}
    plan = make_plan(loads("", {"op.type": "conv", **numbers}))
    said = {plan.labels[k].text for v in plan.volumes if v.role == "bench" for k in v.points["label"] if k >= 0}
    assert {"\u22480.031", "=1", "\u22481"} <= said and "\u00d70.33" in said
    (title,) = (plan.labels[w.points["label"][-1]].text for w in plan.words if w.role == "title")
    assert title.endswith("numbers rounded")


def test_a_sum_between_cubes_says_about_where_its_parts_are_rounded():
    third = [[[[1 / 3]], [[1 / 3]], [[1 / 3]]]]
    plan = make_plan(loads("", {"op.type": "conv", "input.size": [2, 2], "input.channels": 3, "weight.values": third}))
    said = [plan.labels[k].text for w in plan.words if w.role in ("sum", "running") for k in w.points["label"]]
    assert "\u2248" in said


def test_one_number_is_not_said_twice():
    numbers = {"input.values": [[7, 0]], "weight.values": [[3]]}
    plan = make_plan(loads("", {"op.type": "conv", "op.kernel_size": 1, **numbers}))
    said = {plan.labels[k].text for w in plan.words if w.role in ("sum", "running") for k in w.points["label"]}
    assert "7\u00d73 = 21" in said and plan.steps[0].text.endswith("= 7\u00d73 = 21")
    for figure in ("conv2d_valid", "conv1x1"):
        assert not any(re.search(r"= (\S+) = \1$", step.text) for step in make_plan(load(figure)).steps)


@pytest.mark.parametrize("value", [-1, 5, 1.5, "2"])
def test_decimals_are_a_whole_number_from_0_to_4(value):
    with pytest.raises(SceneError) as caught:
        loads("", {"op.type": "conv", "look.decimals": value})
    assert caught.value.key == "look.decimals" and "whole number" in caught.value.hint
