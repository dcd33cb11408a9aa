# SPDX-License-Identifier: GPL-3.0-or-later
"""The proofs of transposed convolutions can fail: each wrong picture below is built, and refused for what is wrong."""

from dataclasses import replace

import numpy as np
import pytest

from addon.story.plan.plan import LANDED, NONE, Points

from .proof_stamping import StampingProof
from .reading import TIMES
from .seeing import staged
from .test_solid_mutants import another, changed, some
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
    """Numbers of the output that the second view has not found yet, of its last rows."""
    return (p["visible_until"] >= BASE + STEP + 2) & (p["visible_until"] < 1e5) & (p["label"] >= 0)


def before_the_output(plan, p):
    """The stamp's cells as they have come together."""
    own = (p["step"] == STAMP) & (p["exit_until"] > p["exit_from"]) & (p["visible_from"] > 0.8)
    return own & np.isclose(np.ptp(p["scale"], axis=1), 0)


def lit_source(plan, p):
    """The input's cell that is stamped, in the light."""
    return (p["visible_from"] == STAMP - LANDED) & (p["visible_until"] == STAMP + LANDED)


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
    return (p["scale"][:, 0] == 1.0) & (p["visible_until"] == 6) & (p["label"] >= 0) & (p["visible_from"] < 1)


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


def cut(proof):
    proof.cut()


def end(proof):
    proof.end()


MUTANTS = {
    "another number so far": (PLAIN, changed("output", some(so_far, [0]), label=another), stamped, "sum so far"),
    "not final looks final": (PLAIN, changed("output", so_far, scale=1.0, lift=0.49), stamped, "sum so far"),
    "final looks smaller": (PLAIN, changed("output", some(final, [0]), scale=0.8, lift=0.392, size=0.2), stamped,
                            "sum so far"),
    "the stamp's place": (PLAIN, moved("output.stamp.track", (0, 0, -1)), stamped, "stamp"),
    "the source's ring": (PLAIN, moved("input.source.track", (-1, 0, 0)), stamped, "source"),
    "the source is dimmed": (PLAIN, changed("input", lit_source, cube=lambda plan, own: own["faded"]), stamped, "lit"),
    "weights exchanged": (PLAIN, changed("bench", labelled(TIMES), **exchanged(TIMES)), stamped, "domino"),
    "products exchanged": (PLAIN, changed("bench", labelled("="), **exchanged("=")), stamped, "product"),
    "stamp not in order": (PLAIN, changed("bench", before_the_output, position=lambda plan, own: own["position"][::-1]),
                           stamped, "stamp"),
    "the told cell": (PLAIN, moved("output.told.track", (1, 0, 0)), stamped, "told"),
    "the told cube": (PLAIN, changed("bench", told_cube, label=another), stamped, "told"),
    "the told sum": (PLAIN, words("stamps", lambda text: text.replace("= 4", "= 5")), stamped, "told"),
    "no so far": (STRIDED, words("stamps", lambda text: text.replace("  so far", "")), stamped, "told"),
    "marks of another": (PLAIN, changed("output.marks", everywhere, cube=lambda plan, own: own["cube"][::-1],
                                        faded=lambda plan, own: own["cube"][::-1]), stamped, "mark"),
    "another factor": (PLAIN, words("factor", lambda text: f"1{text}"), stamped, "product"),
    "the border's number": (STRIDED, changed("output", border, label=another), stamped, "border"),
    "the border stays": (STRIDED, changed("output", falls, visible_until=1e6), cut, "cells"),
    "a number in the light early": (PLAIN, changed("output", waits, cube=lambda plan, own: own["cube"].max()), slid,
                                    "born"),
    "the window": (PLAIN, moved("input.window.track", (1, 0, 0)), slid, "window"),
    "the marker": (PLAIN, moved("output.marker.track", (1, 0, 0)), slid, "marker"),
    "a zero says 1": (STRIDED, changed("input", some(zeros, [3]), label=another), slid, "number"),
    "no zeros": (PLAIN, changed("input", some(zeros, [3]), visible_from=1e5), slid, "cells"),
    "the kernel does not turn": (PLAIN, changed("kernel", lambda plan, p: p["visible_from"] > 0,
                                                position=lambda plan, own: own["position"][::-1]), slid, "filter"),
    "a weight of the second view": (PLAIN, changed("bench", labelled(TIMES, BASE + STEP), **exchanged(TIMES)), slid,
                                    "domino"),
    "what a window meets": (PLAIN, words("factor", lambda text: text.replace("4 input", "3 input")), slid, "words"),
    "they agree in fewer": (PLAIN, words("ending", lambda text: text.replace("16", "15")), end, "agree"),
}  # fmt: skip


@pytest.mark.parametrize("path", FIGURES.values(), ids=FIGURES)
def test_what_is_falsified_is_right_before(path):
    proof = StampingProof(staged(path))
    for prove in (stamped, cut, slid, end):
        prove(proof)


@pytest.mark.parametrize(("path", "mutate", "prove", "word"), MUTANTS.values(), ids=MUTANTS)
def test_a_wrong_picture_is_refused(path, mutate, prove, word):
    with pytest.raises(AssertionError, match=f"^{word}"):
        prove(StampingProof(staged(path, mutate=mutate)))
