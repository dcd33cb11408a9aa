# SPDX-License-Identifier: GPL-3.0-or-later
"""The proofs of solid figures can fail: each wrong picture below is built, and each is refused for what is wrong."""

from dataclasses import replace

import numpy as np
import pytest

from addon.story.cast.bench import HALF
from addon.story.plan.plan import LANDED, LEAVES, NONE, Points

from ..figures import SCENES
from .proof_solid import SolidProof
from .reading import TIMES
from .seeing import staged, with_points
from .test_solid_frames import ODD

pytestmark = pytest.mark.thorough  # the proofs are the same on every Python
VOLUME, SLIDING, LEFT = ODD["dilated_channels"], ODD["even_window"], ODD["left_over"]
ROW = ODD["padded_1d"]
TRANSPOSED = ODD["transposed_channels"]
SIXTEEN, TWENTY = ODD["sixteen_channels"], ODD["twenty_filters"]  # some of their channels, and slices, are left out
PADDED, DILATED = ODD["one_filter"], SCENES / "conv2d_dilated.toml"
STRIDED = SCENES / "conv2d_strided.toml"
AROUND = SCENES / "rgb_conv.toml"  # padding on all sides of three channels
STEP = 1  # whose sum is falsified: an explained one that has neighbours
RUN = 4  # a step that is passed too fast for its sum to be seen, as is the next
STANDS = 17  # one whose sum stands on the bench without being worked out
GLANCED, LEFT_OUT, LAST = 17, 100, 171  # one that stands; one in a slice that is left out; the first of the last slice
BESIDE = (0.0, 0.0, 1.0)


# which rows -----------------------------------------------------------------------------------------------------
# each is a function of the plan and a volume's points that gives a mask


def some(rows, which):
    """Some of the chosen rows, by their order."""

    def chosen(plan, points):
        own = np.flatnonzero(rows(plan, points))
        return np.isin(np.arange(len(points)), own[which])

    return chosen


def copies(step: int = STEP):
    """The copies of the window's cells."""
    return lambda plan, p: ((p["step"] == step) & (p["enter_turn"] == 0) & p["origin"].any(axis=1)
                            & p["exit"].any(axis=1))  # fmt: skip


def weights(step: int = STEP):
    return lambda plan, p: (p["step"] == step) & p["enter_via"].any(axis=1) & (p["enter_turn"] == 0)


def products(step: int = STEP):
    return lambda plan, p: (p["step"] == step) & (p["enter_turn"] != 0)


def standing(step: int = STEP):
    """The partial sums, the bias and the result, as they stand from left to right."""
    return lambda plan, p: (p["step"] == step) & (p["grow_time"] > 0) & (p["label"] >= 0)


def rolling(step: int = STEP):
    return lambda plan, p: (p["step"] == step) & (p["exit_turn"] != 0)


def flying(step: int = STEP):
    return lambda plan, p: (p["step"] == NONE) & (p["exit_until"] == step) & (p["label"] >= 0)


def cubes(step: int):
    """The partial sums, the bias and the result of a sum that stands."""
    return lambda plan, p: (p["step"] == step) & np.isclose(np.ptp(p["scale"], axis=1), 0) & (p["label"] >= 0)


def of_step(step: int):
    return lambda plan, p: p["step"] == step


def padding(plan, p):
    """The cells around the input's own."""
    clear = [cube.shape.startswith("glass") for cube in plan.cubes]
    return np.array(clear)[p["cube"]] & (p["cube"] != NONE)


def over_cells(plan, p):
    """The zeros of padding that cells of the input are behind."""
    return (p["label"] >= 0) & (p["cube"] == NONE)


def spread(plan, p):
    """The cells of a transposed convolution's input in their places on the grid."""
    return (p["origin"] != 0).any(axis=1)


def halves(step: int, lower: bool):
    """The upper or lower halves of the pairs of a sum that stands, or of those that wait for values (NONE)."""

    def chosen(plan, p):
        own = (p["step"] == step) & (p["label"] >= 0) & np.isclose(p["scale"], HALF, atol=1e-3).all(axis=1)
        weights = [n for n, label in enumerate(plan.labels) if label.text.startswith(TIMES)]
        return own & (np.isin(p["label"], weights) == lower)

    return chosen


def born(step: int):
    """The cell that a step makes."""
    return lambda plan, p: (p["step"] == step) & (p["cube"] >= 0)


def ends_at(clock: float):
    return lambda plan, p: p["visible_until"] == clock


def left_over(plan, points):
    """The cells that no window reads, while they are still in the light."""
    dark = (points["row"] >= 0) & (points["cube"] >= 0) & (points["cube"] == points["faded"])
    own = set(zip(points["row"][dark], points["column"][dark], strict=True))
    there = [cell in own for cell in zip(points["row"], points["column"], strict=True)]
    return np.array(there) & ends_at(-LANDED)(plan, points)


def written(plan, points):
    return points["label"] >= 0


def tap(plan, points):
    """A cell in front of VOLUME's input that STEP reads."""
    own = (points["channel"] == 0) & (points["row"] == 2) & (points["column"] == 1)
    return own & (points["faded"] != points["cube"])  # and no padding


# what is changed ------------------------------------------------------------------------------------------------


def changed(role: str, rows, **columns):
    """Some rows of a volume with other values; a column is a value, or a function of (plan, their own values)."""

    def mutate(plan):
        points = next(v for v in plan.volumes if v.role == role).points
        chosen = np.flatnonzero(rows(plan, points))
        assert len(chosen), "the mutant changes nothing"
        own = {name: values[chosen] for name, values in points.data.items()}
        new = dict(points.data)
        for name, value in columns.items():
            new[name] = points[name].copy()
            new[name][chosen] = value(plan, own) if callable(value) else value
        return with_points(plan, role, Points(new))

    return mutate


def turned_about(*names: str) -> dict:
    """The columns, in the other order."""
    return {name: lambda plan, own, name=name: own[name][::-1] for name in names}


def added(name: str, amount):
    return {name: lambda plan, own: own[name] + np.float32(amount)}


def another(plan, own) -> list[int]:
    """For each row another text in the same ink."""
    found = []
    for label in (plan.labels[n] for n in own["label"]):
        ink = (label.material, label.anchor)
        found.append(next(n for n, other in enumerate(plan.labels)
                          if (other.material, other.anchor) == ink and other.text != label.text))  # fmt: skip
    return found


def going_to(order):
    """They go to where others among them go."""
    return {"exit": lambda plan, own: order(own["position"] + own["exit"]) - own["position"]}


def windows(role: str, **fields):
    def mutate(plan):
        new = {k: f for k, f in fields.items() if not callable(f)}
        made = (replace(w, **new, **{k: f(w) for k, f in fields.items() if callable(f)}) if w.role == role else w
                for w in plan.windows)  # fmt: skip
        return replace(plan, windows=tuple(made))

    return mutate


def volumes(role: str, **fields):
    def mutate(plan):
        return replace(plan, volumes=tuple(replace(v, **fields) if v.role == role else v for v in plan.volumes))

    return mutate


def track(role: str, change):
    def mutate(plan):
        made = (replace(t, places=change(t.places)) if t.role == role else t for t in plan.tracks)
        return replace(plan, tracks=tuple(made))

    return mutate


def later(name: str, seconds: float):
    """A channel all of whose keys but the first come so many seconds later."""

    def mutate(plan):
        own = plan.channels[name]
        moved = np.maximum(own.seconds + seconds * (np.arange(len(own.seconds)) > 0), 0.0)
        return replace(plan, channels={**plan.channels, name: replace(own, seconds=moved)})

    return mutate


def other_filter(plan):
    """The first and the second filter step forward in each other's stead."""
    twin = {f"filter.{a}.{rest}": f"filter.{b}.{rest}" for a, b in ((0, 1), (1, 0))
            for rest in (n.removeprefix("filter.0.") for n in plan.channels if n.startswith("filter.0."))}  # fmt: skip
    return replace(plan, channels={name: plan.channels[twin.get(name, name)] for name in plan.channels})


def said_of_the_next(plan, role: str = "sum", step: int = STEP):
    """What is said of a step is what is said of the step after it."""
    words = next(w for w in plan.words if w.role == role)
    label, until = words.points["label"].copy(), words.points["visible_until"]
    mine, other = (np.flatnonzero((until > i) & (until <= i + LANDED)) for i in (step, step + 1))
    assert len(mine) == len(other) > 0
    label[mine] = label[other]
    points = Points({**words.points.data, "label": label})
    return replace(plan, words=tuple(replace(w, points=points) if w is words else w for w in plan.words))


def run_of_the_next(plan):
    return said_of_the_next(plan, "running", RUN)


def steps_shifted(plan):
    return replace(plan, steps=plan.steps[1:] + plan.steps[:1])


def shorter(window):
    """One cell short in depth."""
    return (window.size[0], window.size[1] - 1.12, window.size[2])


def beside(places):
    return places + np.float32((1, 0, 0))


def twice_as_far(places):
    return places + (places - places[0]) * (1, 0, 0)


def behind(places):
    return np.roll(places, 1, axis=0)


def dimmed(plan, own):
    return own["faded"]


def darkest(plan, own):
    """The kind of the piece of the input that is darkest."""
    light = {m.name: sum(m.color) for m in plan.materials}
    points = next(v for v in plan.volumes if v.role == "input").points
    return min(points["cube"].tolist(), key=lambda kind: light[plan.cubes[kind].material])


def beside_its_windows(plan):
    """The output a quarter of a cell to the right."""
    x, *more = next(v for v in plan.volumes if v.role == "output").location
    return volumes("output", location=(x + 0.25, *more))(plan)


def miscounted(plan):
    """Of what is left out another count."""
    words = next(w for w in plan.words if w.role == "more")
    points = Points({**words.points.data, "label": words.points["label"][::-1].copy()})
    return replace(plan, words=tuple(replace(w, points=points) if w is words else w for w in plan.words))


NOWHERE = {"cube": NONE, "faded": NONE, "label": NONE, "label_faded": NONE}
ANOTHER, BOTH = {"label": another}, {"label": another, "label_faded": another}
TURNED = turned_about("label", "cube", "size", "stretch")
BESIDE_AT_FIRST = {**added("position", BESIDE), "exit": lambda plan, own: own["exit"] - np.float32(BESIDE)}
LEFT_OVER = {"visible_until": STEP + 0.6}

# name: (which rows of the bench, what they have instead, how the refusal begins)
ON_THE_BENCH = {
    "a domino off by one": (some(copies(), slice(3, 5)), going_to(lambda at: at[::-1]), "domino|colour"),
    "two channels swapped": (copies(), going_to(lambda at: np.roll(at, 9, axis=0)), "domino|colour"),
    "a domino's number another's": (some(copies(), [4]), ANOTHER, "domino"),
    "a domino's colour another's": (some(copies(), slice(9)), turned_about("cube"), "colour"),
    "a copy of the cell beside": (some(copies(), [4]), BESIDE_AT_FIRST, "domino"),
    "a weight from the cell beside": (some(weights(), [4]), added("origin", BESIDE), "domino"),
    "the kernel turned": (weights(), TURNED, "domino"),
    "another product": (some(products(), [7]), ANOTHER, "product"),
    "a product too late": (some(products(), [7]), {"visible_from": STEP}, "product"),
    "a partial sum of another step": (some(standing(), [0]), ANOTHER, "partial"),
    "two channels' sums swapped": (some(standing(), [0, 1]), turned_about("label"), "partial"),
    "another bias": (some(standing(), [2]), ANOTHER, "bias"),
    "no bias": (some(standing(), [2]), NOWHERE, "partial"),
    "a sum of another step": (some(standing(), [3]), ANOTHER, "result"),
    "another number rolls": (some(rolling(), [0]), ANOTHER, "partial"),
    "the result flown to the cell beside": (flying(), added("exit", (0.6, 0, 0)), "flight"),
    "another number flown": (flying(), ANOTHER, "flight"),
    "a weight left over": (some(weights(), [0]), LEFT_OVER, "bench"),
    "a product of the step before": (some(products(STEP - 1), [0]), LEFT_OVER, "bench"),
}

# of a sum that stands: the same
STANDING = {
    "a domino's number another's": (some(halves(STANDS, False), [4]), ANOTHER, "domino"),
    "a weight's number another's": (some(halves(STANDS, True), [4]), ANOTHER, "domino"),
    "two colours swapped": (halves(STANDS, False), turned_about("cube"), "colour"),
    "a partial sum of another step": (some(cubes(STANDS), [0]), ANOTHER, "partial"),
    "a result of another step": (some(cubes(STANDS), [3]), ANOTHER, "result"),
    "it is there too early": (of_step(STANDS), {"visible_from": RUN - 0.5}, "bench"),
}

# name: (scene, the wrong plan, the step that is looked at, how the refusal begins)
ELSEWHERE = {
    "said of another step": (VOLUME, said_of_the_next, STEP, "words"),
    "the line of another step": (SLIDING, said_of_the_next, STEP, "words"),
    "said of another step while the window runs": (VOLUME, run_of_the_next, RUN, "words"),
    "a weight that waits another's": (VOLUME, changed("bench", some(halves(NONE, True), [4]), **ANOTHER), RUN,
                                      "domino"),
    "a value of another step": (VOLUME, changed("value", of_step(RUN), **ANOTHER), RUN, "result"),
    "no value": (VOLUME, changed("value", of_step(RUN), visible_until=RUN), RUN, "result"),
    "another step of the trace": (VOLUME, steps_shifted, STEP, "step"),
    # the output
    "a slice filed early": (VOLUME, later("output.0.location.y", -1.5), 8, "slice"),
    "a slice filed late": (VOLUME, later("output.0.location.y", 1.2), 9, "slice"),
    "a cell born early": (VOLUME, changed("output.0", of_step(5), visible_from=3.0), 3, "cells|born"),
    "a cell born late": (VOLUME, changed("output.0", of_step(2), visible_from=3.0), 2, "number|born"),
    "frosted after its birth": (VOLUME, changed("output.0", ends_at(2), visible_until=4.0), 2, "cells"),
    "an output's number another's": (SLIDING, changed("output", of_step(STEP), **BOTH), STEP, "number"),
    "a mark on the cell beside": (VOLUME, changed("output.marker", of_step(STEP), **added("position", BESIDE)), STEP,
                                  "marker"),
    "no mark": (SLIDING, windows("output.marker", life=(5.0, 9.0)), STEP, "marker"),
    # input and window
    "a number of another cell": (VOLUME, changed("input", tap, **BOTH), STEP, "number"),
    "a tube one cell short in depth": (VOLUME, windows("input.window", size=shorter), STEP, "window"),
    "a tube beside its taps": (VOLUME, track("input.window.track", beside), STEP, "window"),
    "a tube one step behind": (SLIDING, track("input.window.track", behind), STEP, "window"),
    "a dimmed cell that is a tap": (VOLUME, changed("input", tap, cube=dimmed), STEP, "lit|colour"),
    "a ring beside its tap": (DILATED, changed("input.taps", some(of_step(STEP), [4]), **added("position", BESIDE)),
                              STEP, "window"),
    "a cap beside its tap": (DILATED, changed("input.caps", some(of_step(STEP), [4]), **added("position", BESIDE)),
                             STEP, "window|number"),
    "a cap that does not stand out": (DILATED, changed("input.caps", some(of_step(STEP), [4]),
                                                       **added("position", (0, 0.25, 0))), STEP, "window"),
    "a cap's number another's": (DILATED, changed("input.caps", some(of_step(STEP), [4]), **BOTH), STEP, "number"),
    "a place passed over one cell off": (STRIDED, changed("input.skipped", ends_at(np.float32(STEP + LEAVES)),
                                                           **added("position", BESIDE)), STEP, "window"),
    "light that is a step behind": (VOLUME, track("input.track", behind), STEP, "lit"),
    "lit cells between the taps": (VOLUME, volumes("input", taps=(5, 1e3, 5), dilation=(1, 1, 1)), STEP, "lit"),
    "lit in one channel alone": (VOLUME, volumes("input", taps=(3, 1, 3)), STEP, "lit"),
    "lit for one filter alone": (VOLUME, track("input.track", lambda at: at[:9]), 10, "lit"),
    "an unread cell in the light": (LEFT, changed("input", left_over, visible_until=99.0), STEP, "cells|lit"),
    "no zeros in the window": (PADDED, changed("input", over_cells, label=NONE), STEP, "number"),
    "zeros before cells that no window reads": (PADDED, changed(
        "input", over_cells, label_faded=lambda plan, own: own["label"]), STEP, "number"),
    "no zeros outside the window": (AROUND, changed("input", padding, label_faded=NONE), STEP, "number"),
    "a cell that is read out of the light": (LEFT, changed("input", tap, faded=darkest), 0, "lit"),
    # the input of a transposed convolution, and its filters
    "no zeros among the cells": (TRANSPOSED, changed("input", padding, label=NONE), STEP, "number"),
    "a cell one place off on the grid": (TRANSPOSED, changed("input", some(spread, [1]), **added("position", BESIDE)),
                                         STEP, "number"),
    "the window moves by the stride": (TRANSPOSED, track("input.window.track", twice_as_far), STEP, "window"),
    "filters that are not turned": (TRANSPOSED, changed("filter.0", written, **TURNED), STEP, "filter"),
    "weights that are not turned": (TRANSPOSED, changed("bench", weights(), **TURNED), STEP, "domino"),
    # what is left out
    "another sum of the channels left out": (SIXTEEN, changed("bench", some(standing(), [3]), **ANOTHER), STEP, "rest"),
    "another number of theirs rolls": (SIXTEEN, changed("bench", some(rolling(), [3]), **ANOTHER), STEP, "partial"),
    "their sum of another step": (SIXTEEN, changed("bench", some(cubes(GLANCED), [3]), **ANOTHER), GLANCED, "rest"),
    "slices miscounted": (TWENTY, miscounted, LEFT_OUT, "words"),
    "a slice left out that shows": (TWENTY, changed("output.19", born(LAST), visible_from=100.0), LEFT_OUT, "born"),
    "a mark while slices are passed": (TWENTY, changed("output.marker", of_step(LAST), visible_from=100.0), LEFT_OUT,
                                       "marker"),
    # the filter
    "the other filter in the tube": (VOLUME, other_filter, STEP, "filter"),
    "the kernel turned": (SLIDING, changed("kernel", written, **TURNED), STEP, "filter"),
    "a weight's number another's": (SLIDING, changed("kernel", some(written, [0]), **BOTH), STEP, "filter"),
    # of one axis: what rides on the window, and what stands below it
    "another weight on the window": (ROW, changed("kernel.riders", some(written, [0]), **ANOTHER), STEP, "filter"),
    "weights that do not go with the window": (ROW, volumes("kernel.riders", rides=None), STEP, "filter"),
    "an output beside its windows": (ROW, beside_its_windows, STEP, "born"),
    "the kernel's tube too small": (SLIDING, windows("kernel.window", size=(2.03, 1.05, 1.03)), STEP, "filter"),
}  # fmt: skip


def refused(scene, mutate, step: int, begins: str) -> None:
    with pytest.raises(AssertionError, match=rf"^({begins})\b"):
        SolidProof(staged(scene, mutate=mutate)).step(step)


@pytest.mark.parametrize("mutant", ON_THE_BENCH.values(), ids=ON_THE_BENCH)
def test_a_wrong_bench_is_refused(mutant):
    rows, columns, begins = mutant
    refused(VOLUME, changed("bench", rows, **columns), STEP, begins)


@pytest.mark.parametrize("mutant", STANDING.values(), ids=STANDING)
def test_a_wrong_sum_that_stands_is_refused(mutant):
    rows, columns, begins = mutant
    step = RUN if "visible_from" in columns else STANDS
    refused(VOLUME, changed("bench", rows, **columns), step, begins)


@pytest.mark.parametrize("mutant", ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_wrong_picture_is_refused(mutant):
    refused(*mutant)


@pytest.mark.parametrize("scene, steps", [(VOLUME, (STEP, 2, 3, RUN, 8, 9, 10, STANDS)), (SLIDING, (STEP,)),
                                          (ROW, (STEP,))])  # fmt: skip
def test_what_is_changed_was_right_before(scene, steps):
    proof = SolidProof(staged(scene))
    for step in steps:
        proof.step(step)
