# SPDX-License-Identifier: GPL-3.0-or-later
"""The matrix trait × kind: what an operation can have, in a figure of every kind, is shown or refused with one line.

A trait is some keys of a scene file and what a plan then has. A new kind is walked without being named here, but with
what its operation is (OWN), unless it shows convolutions, and what it refuses (REFUSED); a new module of story/traits
has to be named by a row.
"""

import pkgutil

import numpy as np
import pytest

from addon.ops import OPERATIONS
from addon.scene.arrays import run, runs
from addon.scene.load import SceneError, loads
from addon.story import KINDS, make_plan, traits
from addon.story.page.captions import shape_text, size_formula

BASE = {"op.type": "conv", "op.kernel_size": 3, "input.size": [7, 7], "input.low": 0, "input.high": 3,
        "input.seed": 4, "weight.seed": 5, "why": "what it is for"}  # fmt: skip


def texts(plan, *roles: str) -> list[str]:
    """What stands in the words of these roles, or in all."""
    here = [words for words in plan.words if not roles or words.role in roles]
    return [plan.labels[k].text for words in here for k in words.points["label"] if k >= 0]


def said(plan, text: str) -> list[str]:
    return [] if any(text in t for t in texts(plan)) else [f"nothing says {text!r}: {texts(plan)}"]


def volume(plan, role: str):
    return next(v for v in plan.volumes if v.role == role)


def moves(plan) -> np.ndarray:
    """How far the window goes from each step to the next (x, z), cells."""
    places = next(t.places for t in plan.tracks if t.role == "input.track")
    return np.diff(places[:, [0, 2]], axis=0)


# what a trait shows: a list of what is missing in the plan ------------------------------------------------------


def padding(plan, scene, trace):
    """So many cells come while the clock goes to the first step, all around the input that stands already."""
    since = volume(plan, "input").points["visible_from"]
    pairs = [int(a) + int(b) for a, b in trace.padding]
    rows, columns = trace.input.shape[1:]
    wanted = (rows + pairs[0]) * (columns + pairs[1]) - rows * columns
    found = int(np.count_nonzero((since > -2) & (since <= -1)))
    return said(plan, "padding") + ([] if found == wanted else [f"{found} cells of padding come, not {wanted}"])


def padding_and_less(plan, scene, trace):
    """At the end what stands there without it, too."""
    return padding(plan, scene, trace) + said(plan, f"padding 0:  {shape_text([n - 2 for n in trace.input.shape[1:]])}")


def same_size(plan, scene, trace):
    """Padding, which the input's name says, and at the end the kernel that asks for one ring more."""
    size = shape_text([n + sum(pair) for n, pair in zip(trace.input.shape[1:], trace.padding, strict=True)])
    return padding(plan, scene, trace) + said(plan, f"padding 1:  {size}") + said(plan, "k = 5:  p = (5 − 1) / 2 = 2")


def dilation(plan, scene, trace):
    apart = volume(plan, "input").dilation
    return said(plan, "dilation 2") + ([] if apart == (2, 1, 2) else [f"the taps lie {apart} cells apart"])


def stride(plan, scene, trace):
    found = set(np.abs(moves(plan)[: trace.output.shape[-1] - 1, 0]).tolist())
    return said(plan, "stride 2") + ([] if found == {2.0} else [f"the window moves by {found} cells"])


def strided_window(plan, scene, trace):
    """Where each window begins is said, too."""
    begins = said(plan, "out[i, j]: window at row 2i,  col 2j") + said(plan, "window at row 2 × 1 = 2,  col 2 × 2 = 4")
    return stride(plan, scene, trace) + begins


def unread(plan, scene, trace):
    """Said, and each of them is in the same light wherever the window is."""
    own = volume(plan, "input").points
    rows, columns = trace.input.shape[1:]
    read = [(n - 1) * s + k for n, s, k in zip(trace.output.shape[1:], trace.stride, trace.kernel_size, strict=True)]
    wanted = (rows * columns - read[0] * read[1]) * len(trace.input)
    there = (own["visible_from"] <= 0) & (own["visible_until"] > 0) & (own["row"] >= 0)  # under the first window
    found = int(np.count_nonzero(there & (own["cube"] >= 0) & (own["cube"] == own["faded"])))
    lines = said(plan, scene.words.left_over.replace("{lines}", "").strip())
    return lines + ([] if found == wanted else [f"{found} cells are out of the light, not {wanted}"])


def bias(plan, scene, trace):
    """In the heading, and in every sum."""
    return said(plan, "bias 2") + [step.text for step in plan.steps if "+ 2 = " not in step.text][:1]


def indices(plan, scene, trace):
    # of two views each has an output of its own
    views = 1 + any(v.role == "output.first" for v in plan.volumes)
    sizes = (*trace.input.shape[1:], *views * trace.output.shape[1:])
    wanted = sorted(str(n + 1) for size in sizes for n in range(size))
    found = sorted(texts(plan, "indices"))
    return [] if found == wanted else [f"rows and columns are numbered {found}"]


def output_size(plan, scene, trace):
    """How it comes about: the formula, or the shapes as an equation."""
    shown = [t.replace(" ", "") for t in texts(plan)]
    size = shape_text(trace.output.shape[1:]).replace(" ", "")
    equation = any("*" in t and t.partition("=")[2].startswith(size) for t in shown)
    formula = size_formula(trace).replace(" ", "") in shown
    return [] if equation or formula else [f"nothing says how the size comes about: {texts(plan)}"]


def why(plan, scene, trace):
    """Before the first step and at the end."""
    missing = []
    for clock in (-0.9, plan.steps[-1].clock + 0.7):
        lives = [(w.points["visible_from"][k], w.points["visible_until"][k]) for w in plan.words
                 for k, n in enumerate(w.points["label"]) if plan.labels[n].text == scene.why]  # fmt: skip
        if not any(since <= clock < until for since, until in lives):
            missing.append(f"not said at clock {clock:g}")
    return missing


def channels(plan, scene, trace):
    """A card names each, and the window reaches through all of them, or a pooling's stands on each by itself."""
    names = {label.text for label in plan.labels}
    if trace.weight is None:
        apart = [w.role for w in plan.windows if w.role.endswith(".window")]
        return [] if {"0", "1"} <= names and len(apart) == 2 else [f"windows {apart}, cards {names}"]
    tube = next(w for w in plan.windows if w.role == "input.window")
    return [f"no card {n}" for n in ("0", "1") if n not in names] + ([] if tube.size[1] > 2 else ["a flat window"])


def filters(plan, scene, trace):
    """A filter and its slice have one card, all of one slice are born before any of the next, and at the end a bracket
    says how many there are."""
    if not any(v.role == "output.1" for v in plan.volumes):
        return ["there is one slice"]
    for n in (0, 1):
        parts = [volume(plan, f"{role}.{n}").points for role in ("filter", "output")]
        cards = [{plan.cubes[c].material for c in p["cube"] if plan.cubes[c].shape.startswith("box")} for p in parts]
        numbered = [str(n) in {plan.labels[k].text for k in p["label"] if k >= 0} for p in parts]
        if len(cards[0]) != 1 or cards[0] != cards[1] or not all(numbered):
            return [f"filter {n} and its slice have the cards {cards}"]
    births = [volume(plan, f"output.{n}").points for n in (0, 1)]
    first, second = (p["visible_from"][p["value"] != 0] for p in births)
    deep = [] if texts(plan, "depths") == ["2"] else [f"brackets say {texts(plan, 'depths')}"]
    return deep + ([] if first.max() < second.min() else ["slices do not come one after the other"])


def groups(plan, scene, trace):
    """A filter's window is as deep as what it reads."""
    tube = next(w for w in plan.windows if w.role == "input.window")
    return said(plan, "groups 2") + ([] if tube.size[1] < 2 else [f"the window is {tube.size[1]:.1f} channels deep"])


def one_axis(plan, scene, trace):
    rows = {*volume(plan, "input").points["row"].tolist(), *volume(plan, "output").points["row"].tolist()} - {-1}
    return [] if rows == {0} else [f"rows {rows} of one axis"]


def even(plan, scene, trace):
    return [] if volume(plan, "input").taps[::2] == (2, 2) else ["the window is not 2 by 2"]


def cut_off(plan, scene, trace):
    """So many cells around the output fall."""
    rows, columns = (n + 2 for n in trace.input.shape[1:])
    pairs = [int(a) + int(b) for a, b in trace.padding]
    wanted = rows * columns - (rows - pairs[0]) * (columns - pairs[1])
    points, gone = volume(plan, "output.first").points, trace.input[0].size + 1  # the clock when it has been cut off
    found = len({tuple(p) for p, end in zip(points["position"].tolist(), points["exit_until"], strict=True)
                 if end < gone})  # fmt: skip
    return said(plan, "padding") + ([] if found == wanted else [f"{found} cells fall, not {wanted}"])


def stamps_apart(plan, scene, trace):
    places = next(t.places for t in plan.tracks if t.role == "output.first.stamp.track")
    return said(plan, "stride 2") + ([] if places[1, 0] - places[0, 0] == 2 else ["stamps are not 2 cells apart"])


def all_read(plan, scene, trace):
    """No cell is left over of an input whose values are all laid on."""
    return [f"it says {t}" for t in texts(plan) if scene.words.left_over.replace("{lines}", "").strip() in t]


def both_strides(plan, scene, trace):
    return said(plan, "stride 2 and 3")


def both_outputs(plan, scene, trace):
    """Two outputs, two windows, each stride said."""
    there = {v.role for v in plan.volumes} | {w.role for w in plan.windows}
    lost = {"output", "b.output", "input.window", "b.input.window"} - there
    return [*said(plan, "stride 1 and 2"), *(f"no {role}" for role in sorted(lost))]


def indices_of_both(plan, scene, trace):
    sizes = [n for shape in (trace.input.shape, *(t.output.shape for t in runs(scene))) for n in shape[1:]]
    points = next(w.points for w in plan.words if w.role == "indices")  # while copies leave some are not there
    found = sorted(plan.labels[k].text for k in points["label"][points["visible_from"] < 0])
    return [] if found == sorted(str(n + 1) for size in sizes for n in range(size)) else [f"they are {found}"]


def same_shapes(plan, scene, trace):
    """At the end, what they are before and after."""
    size = shape_text(trace.input.shape[1:])
    return said(plan, f"{size}  →  {size}")


def never(plan, scene, trace):
    return ["no kind can show this"]


TRAITS = {  # name: (keys, what it shows)
    "padding": ({"op.padding": 1}, padding),
    "uneven padding": ({"op.padding": [[0, 1], [2, 0]]}, padding),
    "same size": ({"op.padding": "same"}, padding),
    "dilation": ({"op.dilation": 2}, dilation),
    "skipped positions": ({"op.stride": 2}, stride),
    "unread cells": ({"op.stride": 2, "input.size": [8, 8]}, unread),
    "bias": ({"bias.values": 2}, bias),
    "even kernel": ({"op.kernel_size": 2}, even),
    "index labels": ({"look.index_from": 1}, indices),
    "size of the output": ({}, output_size),
    "why-line": ({}, why),
    "channels": ({"input.channels": 2}, channels),
    "filters": ({"op.out_channels": 2}, filters),
    "groups": ({"op.groups": 2, "input.channels": 2, "op.out_channels": 2}, groups),
    "one axis": ({"input.size": [9]}, one_axis),
    "three axes": ({"input.size": [4, 4, 4]}, never),
    "a second run": ({"compare.stride": 2}, never),
    "another operation": ({"op.type": "other"}, never),
}
# of story/traits: the row that is about it
MODULES = {"depth_brackets": "filters", "index_labels": "index labels", "less_padding": "padding",
           "meaning": "why-line", "output_size": "size of the output", "padded_input": "same size",
           "same_size": "same size", "skipped": "skipped positions", "unread": "unread cells"}  # fmt: skip
REFUSED = {("channels", "sliding"), ("channels", "sweep"), ("filters", "sliding"), ("filters", "sweep"),
           ("groups", "sliding"), ("groups", "sweep"), ("channels", "stamping"), ("filters", "stamping"),
           ("groups", "stamping"), ("channels", "comparison"), ("filters", "comparison"), ("groups", "comparison"),
           *((trait, "pooling") for trait in ("bias", "filters", "groups")),
           *((trait, "activation") for trait, (keys, _) in TRAITS.items() if {key.partition(".")[0] for key in keys}
             & {"op", "bias"})}  # fmt: skip
# of kinds that show other operations, or two runs: their keys, and what they show otherwise
OWN = {"stamping": {"op.type": "conv_transpose", "input.size": [3, 3]}, "pooling": {"op.type": "max_pool"},
       "comparison": {"compare.stride": 3}, "activation": {"op.type": "relu"}}  # fmt: skip
SHOWN = {("padding", "sliding"): padding_and_less, ("padding", "stamping"): cut_off,
         ("skipped positions", "sliding"): strided_window,
         ("uneven padding", "stamping"): cut_off, ("same size", "sliding"): same_size,
         ("same size", "stamping"): cut_off,
         ("skipped positions", "stamping"): stamps_apart, ("unread cells", "stamping"): all_read,
         ("skipped positions", "comparison"): both_strides, ("a second run", "comparison"): both_outputs,
         ("index labels", "comparison"): indices_of_both,
         ("size of the output", "activation"): same_shapes}  # fmt: skip


def figure(trait: str, kind: str):
    """Scene, trace and plan; SceneError where it is refused."""
    given = {**BASE, **OWN.get(kind, {}), **TRAITS[trait][0], "kind": kind}
    if given["op.type"] == "other":
        given["op.type"] = {"pooling": "conv", "comparison": "conv_transpose"}.get(kind, "max_pool")
    operation = OPERATIONS[given["op.type"]]
    left_out = {"weight.seed": not operation.weighted, "op.kernel_size": not operation.windowed}
    given = {key: value for key, value in given.items() if not left_out.get(key) or key in TRAITS[trait][0]}
    scene = loads("", given)
    return make_plan(scene), scene, run(scene)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("trait", TRAITS)
def test_a_trait_is_shown_by_a_kind_or_refused_with_one_line(trait, kind):
    keys, shows = TRAITS[trait]
    shows = SHOWN.get((trait, kind), shows)
    try:
        made = figure(trait, kind)
    except SceneError as refusal:
        assert shows is never or (trait, kind) in REFUSED, refusal
        assert refusal.key in {*keys, *OWN.get(kind, {}), "kind"}, refusal
        assert refusal.hint.startswith(("must ", "does not apply ")), refusal
        assert "\n" not in str(refusal) and len(str(refusal)) < 160
        return
    assert (trait, kind) not in REFUSED
    assert not shows(*made)


def test_every_module_of_traits_has_a_row():
    there = {module.name for module in pkgutil.iter_modules(traits.__path__)}
    assert there == set(MODULES) and set(MODULES.values()) <= set(TRAITS)


@pytest.mark.parametrize("trait", [name for name, (keys, shows) in TRAITS.items() if keys and shows is not never])
def test_what_a_trait_shows_is_not_in_a_figure_without_it(trait):
    """A check that finds all it looks for in any figure would see nothing."""
    plain = {**BASE, "input.size": [8, 8]} if trait == "one axis" else BASE
    scene = loads("", {**plain, "kind": "volume"})
    trace = run(loads("", {**BASE, **TRAITS[trait][0]}))
    assert TRAITS[trait][1](make_plan(scene), scene, trace)


def test_a_line_about_purpose_that_is_too_long_is_refused_and_what_a_kernel_is_for_left_out():
    """It has up to three lines on a narrow page."""
    upright = {**BASE, "kind": "sliding", "output.size": [270, 480]}
    said = "WHAT IT IS FOR, AND WHY ANYBODY WANTS THAT"
    plan = make_plan(loads("", {**upright, "why": said}))
    lines = [label.text for label in plan.labels if label.text and label.text in said and len(label.text) > 3]
    assert len(lines) > 1 and " ".join(lines) == said
    with pytest.raises(SceneError) as refused:
        make_plan(loads("", {**upright, "why": " ".join(["WHAT IT IS FOR"] * 8)}))
    assert refused.value.key == "why" and "letters have room" in refused.value.hint
    plain = {key: value for key, value in upright.items() if key not in ("why", "weight.seed")}
    for many in (1, 8):
        meaning = " ".join(["WHAT IT IS FOR"] * many)
        plan = make_plan(loads("", {**plain, "weight.kernel": "edge", "weight.meaning": meaning}))
        assert any("WHAT" in label.text for label in plan.labels) == (many == 1)
