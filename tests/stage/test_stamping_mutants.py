# SPDX-License-Identifier: GPL-3.0-or-later
"""The proofs of transposed convolutions can fail: each wrong picture below is built, and refused for what is wrong."""

from dataclasses import replace

import numpy as np
import pytest

from addon.story.plan.plan import NONE, Points

from .proof_stamping import StampingProof
from .reading import TIMES
from .seeing import staged
from .test_solid_mutants import added, another, changed, some
from .test_stamping_frames import FIGURES

pytestmark = pytest.mark.thorough  # the proofs are the same on every Python
PLAIN, STRIDED = FIGURES["transposed_conv"], FIGURES["transposed_conv_strided"]
STAMP = 1  # whose picture is falsified: it is worked out and overlaps another
BASE = 10  # the clock at the first step of PLAIN
STEP = 5  # of the second view, worked out


def labelled(text: str, step: int = STAMP):
    """Pieces of a step that say something that begins so."""

    def chosen(plan, p):
        labels = [n for n, label in enumerate(plan.labels) if label.text.startswith(text)]
        return np.isin(p["label"], labels) & (p["step"] == step)

    return chosen


def so_far(plan, p):
    """Numbers of the output while stamps come that are not the last."""
    return (p["scale"][:, 0] < 0.95) & (p["label"] >= 0) & (p["visible_from"] > 0.2) & (p["visible_until"] > 1.1)


def waits(plan, p):
    """Numbers of the output that the second view has not made yet, of its last rows."""
    return (p["visible_from"] >= BASE + STEP + 2) & (p["label"] >= 0)


def made_early(plan, own):
    return own["visible_from"] * 0 + BASE + STEP - 1


def on_the_board(plan, p):
    """The stamp's cells beside the kernel."""
    return (p["step"] == STAMP) & (p["visible_until"] > STAMP) & np.isclose(np.ptp(p["scale"], axis=1), 0) & (
        p["exit_until"] > 1e5) & (p["label"] >= 0)  # fmt: skip


def lands(plan, p):
    """The stamp's cells as they fly to the output."""
    own = (p["step"] == STAMP) & (p["exit_until"] > p["exit_from"]) & (p["visible_from"] > 0.85)
    return own & np.isclose(np.ptp(p["scale"], axis=1), 0)


def border(plan, p):
    glass = [cube.shape.startswith("glass") for cube in plan.cubes]
    return np.array(glass)[p["cube"]] & (p["label"] >= 0)


def falls(plan, p):
    """What is cut off, as it falls."""
    return p["exit_until"] < 1e5


def zeros(plan, p):
    glass = [cube.shape.startswith("glass") for cube in plan.cubes]
    return np.array(glass)[p["cube"]]


def final(plan, p):
    return (p["scale"][:, 0] == 1.0) & (p["exit_until"] < 1e5) & (p["label"] >= 0) & (p["visible_from"] < 1)


def turned_cells(plan, p):
    """The kernel's cells once it has turned."""
    return (p["visible_from"] > 1) & (p["visible_until"] > 1e5) & (p["label"] >= 0)


def told_cube(plan, p):
    """The cube that has the number of the cell that is told."""
    since = (p["visible_from"] > STAMP - 0.1) & (p["visible_from"] < STAMP)
    return since & (p["step"] == NONE) & (p["label"] >= 0)


def everywhere(plan, p):
    return np.ones(len(p), bool)


def moved(role: str, by):
    """A track that leads elsewhere."""

    def mutate(plan):
        tracks = tuple(replace(t, places=t.places + np.float32(by)) if t.role == role else t for t in plan.tracks)
        return replace(plan, tracks=tracks)

    return mutate


def words(role: str, change):
    """Words of a role, with other texts."""

    def mutate(plan):
        own = next(w for w in plan.words if w.role == role)
        labels = tuple(plan.labels) + tuple(replace(n, text=change(n.text)) for n in plan.labels)
        points = Points({**own.points.data, "label": own.points["label"] + len(plan.labels)})
        return replace(plan, labels=labels, words=tuple(replace(w, points=points) if w.role == role else w
                                                        for w in plan.words))  # fmt: skip

    return mutate


def exchanged(text: str):
    """Two different texts that begin so are exchanged."""

    def change(plan, own):
        found = own["label"].copy()
        other = next(n for n in range(len(found)) if found[n] != found[0])
        found[[0, other]] = found[[other, 0]]
        return found

    return {"label": change, "label_faded": change}


def stamped(proof):
    proof.stamp(STAMP)


def slid(proof):
    proof.step(STEP)


def cleared(proof):
    proof.cleared()


def turned(proof):
    proof.turned()


def cut(proof):
    proof.cut()


def end(proof):
    proof.end()


def rotated(factor: float, role: str = "kernel.board"):
    """A turn that goes so many times as far."""

    def mutate(plan):
        name = f"{role}.rotation_euler.y"
        own = plan.channels[name]
        return replace(plan, channels={**plan.channels, name: replace(own, values=own.values * factor)})

    return mutate


def lifted(factor: float):
    """A board that is lifted so many times as far."""

    def mutate(plan):
        name = "kernel.board.location.z"
        own = plan.channels[name]
        values = own.values[0] + (own.values - own.values[0]) * factor
        return replace(plan, channels={**plan.channels, name: replace(own, values=values)})

    return mutate


OUTPUT, BENCH = "output.first", "bench.first"
MUTANTS = {
    "another number so far": (PLAIN, changed(OUTPUT, some(so_far, [0]), label=another), stamped, "sum so far"),
    "not final looks final": (PLAIN, changed(OUTPUT, so_far, scale=1.0, lift=0.49), stamped, "sum so far"),
    "final looks smaller": (PLAIN, changed(OUTPUT, some(final, [0]), scale=0.8, lift=0.392, size=0.2), stamped,
                            "sum so far"),
    "the stamp's place": (PLAIN, moved("output.first.stamp.track", (0, 0, -1)), stamped, "stamp"),
    "the source's ring": (PLAIN, moved("input.first.source.track", (-1, 0, 0)), stamped, "source"),
    "another source is lit": (PLAIN, moved("input.first.track", (-1, 0, 0)), stamped, "lit"),
    "weights exchanged": (PLAIN, changed(BENCH, labelled(TIMES), **exchanged(TIMES)), stamped, "domino"),
    "products exchanged": (PLAIN, changed(BENCH, labelled("="), **exchanged("=")), stamped, "product"),
    "the stamp's cells exchanged": (PLAIN, changed(BENCH, on_the_board, **exchanged("")), stamped, "stamp"),
    "the stamp before the output": (
        PLAIN, changed(BENCH, on_the_board, **added("position", (4.0, -2.0, -1.0))), stamped, "stamp"),
    "stamp not in order": (PLAIN, changed(BENCH, lands, exit=lambda plan, own: own["exit"][::-1]), stamped, "stamp"),
    "the told cell": (PLAIN, moved("output.first.told.track", (1, 0, 0)), stamped, "told"),
    "the told cube": (PLAIN, changed(BENCH, told_cube, label=another), stamped, "told"),
    "the told sum": (PLAIN, words("stamps", lambda text: text.replace("= 4", "= 5")), stamped, "told"),
    "what is added": (PLAIN, words("stamps", lambda text: text.replace("= 2 + 2 =", "= 1 + 3 =")), stamped, "told"),
    "no so far": (STRIDED, words("stamps", lambda text: text.replace("  so far", "")), stamped, "told"),
    "marks of another": (PLAIN, changed("output.first.marks", everywhere, cube=lambda plan, own: own["cube"][::-1],
                                        faded=lambda plan, own: own["cube"][::-1]), stamped, "mark"),
    "another factor": (PLAIN, words("factor", lambda text: f"1{text}"), stamped, "product"),
    "the border's number": (STRIDED, changed(OUTPUT, border, label=another), stamped, "border"),
    "the border stays": (STRIDED, changed(OUTPUT, falls, visible_until=1e6), cut, "cells"),
    "the first view stays": (PLAIN, changed(OUTPUT, everywhere, visible_until=1e6), cleared, "stamp"),
    "the output is there again": (PLAIN, changed("output", waits, visible_from=0.0), cleared, "cells"),
    "a cell is made early": (PLAIN, changed("output", some(waits, [0]), visible_from=made_early), slid, "cells"),
    "a cell is not made": (PLAIN, changed("output", lambda plan, p: p["visible_from"] == BASE + STEP,
                                          visible_from=1e5), slid, "cells"),
    "a cell has another number": (PLAIN, changed("output", lambda plan, p: p["visible_from"] == BASE + STEP,
                                                 label=another), slid, "number"),
    "it turns by 90 degrees": (PLAIN, rotated(0.5), turned, "turn"),
    "a digit lies on its side": (PLAIN, rotated(0.5, "kernel.board.2"), turned, "turn"),
    "it turns through its slab": (PLAIN, lifted(0.0), turned, "turn"),
    "the window": (PLAIN, moved("input.window.track", (1, 0, 0)), slid, "window"),
    "the marker": (PLAIN, moved("output.marker.track", (1, 0, 0)), slid, "marker"),
    "a zero says 1": (STRIDED, changed("input", some(zeros, [3]), label=another), slid, "number"),
    "no zeros": (PLAIN, changed("input", some(zeros, [3]), visible_from=1e5), slid, "cells"),
    "the kernel does not turn": (PLAIN, changed("kernel", turned_cells,
                                                position=lambda plan, own: own["position"][::-1]), slid, "filter"),
    "a weight of the second view": (PLAIN, changed("bench", labelled(TIMES, BASE + STEP), **exchanged(TIMES)), slid,
                                    "domino"),
    "what a window meets": (PLAIN, words("factor", lambda text: text.replace("4 input", "3 input")), slid, "words"),
    "they agree in fewer": (PLAIN, words("ending", lambda text: text.replace("16", "15")), end, "agree"),
    "another number comes back": (PLAIN, changed("output.first.again", some(everywhere, [3]), label=another), end,
                                  "number"),
}  # fmt: skip


@pytest.mark.parametrize("path", FIGURES.values(), ids=FIGURES)
def test_what_is_falsified_is_right_before(path):
    proof = StampingProof(staged(path))
    for prove in (stamped, cut, cleared, turned, slid, end):
        prove(proof)


@pytest.mark.parametrize(("path", "mutate", "prove", "word"), MUTANTS.values(), ids=MUTANTS)
def test_a_wrong_picture_is_refused(path, mutate, prove, word):
    with pytest.raises(AssertionError, match=f"^{word}"):
        prove(StampingProof(staged(path, mutate=mutate)))
