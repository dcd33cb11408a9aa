# SPDX-License-Identifier: GPL-3.0-or-later
"""Solid figures show what was computed: every explained step, and a sample of the others, of every figure of a
weighted sum and of odd scenes (tests/scenes/solid). Wrong pictures are refused in test_solid_mutants.py.
"""

import random
from pathlib import Path

import numpy as np
import pytest

from addon.scene.load import load
from addon.story.acts.rhythm import CREEPS

from ..figures import cases, figure_files, one_of_each
from .proof_solid import SolidProof
from .reading import spelled
from .seeing import Frame, staged

PROVED = ("sliding", "volume", "sweep")  # others have provers of their own
FIGURES = {name: path for name, path in figure_files().items() if load(path).kind in PROVED}
ODD = {p.stem: p for p in sorted((Path(__file__).resolve().parents[1] / "scenes" / "solid").glob("*.toml"))}
SCENES = FIGURES | ODD
SEED = 12
FEW = 12  # steps: so many are all proved


@pytest.fixture(scope="module", params=cases(SCENES, one_of_each()))
def proof(request):
    return SolidProof(staged(request.param))


def telling(proof, draw) -> list[int]:
    """The explained steps, where slices begin and end, and some of the others; or all of a few."""
    count, section = len(proof.trace), proof.section
    if count <= FEW:
        return list(range(count))
    explained = [i for i, s in enumerate(proof.plan.steps) if s.explained]
    edges = [i for start in range(0, count, section) for i in (start, start + section - 1)]
    return sorted({*explained, *edges, *draw.sample(range(count), 6)})


def test_steps_are_shown_as_computed(proof):
    print(f"seed {SEED}")
    steps = telling(proof, random.Random(SEED))
    assert any(proof.plan.steps[i].explained for i in steps) and len(proof.plan.steps) == len(proof.trace)
    for i in steps:
        proof.step(i)


def test_between_steps_nothing_is_shown_that_is_not_so(proof):
    """At random times, whole frames or not: births, numbers, slices, and never two steps on the bench."""
    draw = random.Random(SEED)
    print(f"seed {SEED}")
    for _ in range(16 if proof.stage.asked.id in FIGURES else 8):
        proof.between(proof.look(draw.uniform(0.0, proof.plan.seconds)))


def test_nothing_is_there_before_the_first_step(proof):
    """In the opening there is no sum, no window, no mark, no born cell."""
    look = proof.look_at(-0.75)
    proof.empty(look)
    assert look.box("input.window") is None
    assert not any(p.kind.what == "solid" for p in look.cells(proof.output_role(0)))
    tubes = [look.pieces("output.marker")] if proof.kind == "volume" else [look.box("output.marker")]
    assert not any(t is not None and len(t) for t in tubes)


def test_at_the_end_all_is_there_and_filed(proof):
    look = proof.look(proof.plan.seconds)
    proof.empty(look)
    assert look.box("input.window") is None
    proof.between(look)
    depths = proof.depths(look)
    assert tuple(depths) == proof.standing
    proof.parted(list(depths.values()), list(depths), "slice")
    proof.left_out(look)
    for m in depths:
        cells = proof.lattice(look, proof.output_role(m), (1, proof.rows, proof.columns), "solid", apart=proof.in_rows)
        assert len(cells) == proof.section


def test_both_readers_see_the_same(proof):
    stage = proof.stage
    step = next(i for i, s in enumerate(proof.plan.steps) if s.explained)
    frame = stage.frame(step)
    look, slow = proof.look((frame - 1) / proof.plan.fps), Frame(stage.scene, frame)
    for role in ("input", "bench", proof.output_role(0), proof.filter_role(0)):
        one, other = slow.of(role), look.parts(role)
        assert len(one) == len(other.kinds) > 0, role
        assert np.abs(other.places - [s.local for s in one]).max() < 1e-3, role
        assert [len(k.shape.vertices) for k in other.kinds] == [len(s.shape.vertices) for s in one], role


@pytest.mark.parametrize("figure", [path for path in FIGURES.values() if load(path).kind == "sweep"])
def test_relief_says_what_a_value_is(figure):
    """The higher a value, the further its cell stands out; positive ones stand proud, negative ones are sunk."""
    proof = SolidProof(staged(figure))
    look = proof.look(proof.plan.seconds)
    shown = {"input": [(proof.read(k), p) for k, p in proof.input_cells(look).items() if proof.real(k)],
             "output": [(proof.cells[proof.order[r * proof.columns + c]].value, p) for (_, r, c), p in proof.lattice(
                 look, "output", (1, proof.rows, proof.columns)).items()]}  # fmt: skip
    for role, cells in shown.items():
        values = np.array([v for v, _ in cells], float)
        reach = -np.array([p.box[0][1] for _, p in cells]) / cells[0][1].long[0]
        order = np.argsort(values, kind="stable")
        assert (np.diff(reach[order]) > -1e-4).all(), f"{role}: a smaller value stands further out"
        level = reach[values == 0]
        assert len(level) and np.ptp(level) < 1e-4 and np.ptp(reach) > 1.0, f"{role} lies flat"
        assert (reach[values > 0] > level[0] + 0.02).all() and (reach[values < 0] < level[0] - 0.02).all(), role


@pytest.mark.parametrize("figure", one_of_each().values(), ids=one_of_each())
def test_a_figure_is_large_enough_for_numbers(figure):
    """Or a proof of numbers would prove none."""
    stage = staged(figure)
    proof = SolidProof(stage)
    if proof.kind == "sweep":
        return
    look = proof.own_look(0)
    for role in ("input", proof.output_role(0), proof.filter_role(0), "bench"):
        assert any(p.text for p in look.pieces(role)), f"{role} has no numbers"


@pytest.mark.parametrize("figure", [path for path in FIGURES.values() if load(path).kind == "sweep"])
def test_a_run_says_what_its_cell_comes_to(figure):
    """Where no sum is worked out, one cube has the new cell's value and colour, and its name stands above."""
    proof, draw = SolidProof(staged(figure)), random.Random(SEED)
    print(f"seed {SEED}")
    explained = {i for i, s in enumerate(proof.plan.steps) if s.explained}
    for i in sorted({*explained, 0, *draw.sample(range(len(proof.trace)), 20)}):
        look, value = proof.own_look(i), proof.cells[proof.order[i]].value
        cubes, words = look.pieces("value"), look.words("cell")
        if i in explained:
            assert not cubes and not words, f"step {i}"
            continue
        row, column = divmod(i, proof.columns)
        assert [c.text for c in cubes] == [spelled(value)], f"step {i}"
        cells = proof.lattice(look, "output", (1, proof.rows, proof.columns))
        assert cubes[0].color == cells[0, row, column].color
        assert [int("".join(filter(str.isdigit, w))) for w in words] == [row, column], f"step {i}: {words}"
    for clock in (-0.75, len(proof.trace) - 0.46):
        look = proof.look_at(clock)
        assert not look.pieces("value") and not look.words("cell"), f"at the clock {clock}"


@pytest.mark.parametrize("figure", [path for path in FIGURES.values() if load(path).kind == "sweep"])
def test_scales_have_the_colours_of_what_they_explain(figure):
    proof = SolidProof(staged(figure))
    look = proof.look(proof.plan.seconds)
    made = proof.lattice(look, "output", (1, proof.rows, proof.columns))
    by_value = {proof.cells[proof.order[r * proof.columns + c]].value: p.color for (_, r, c), p in made.items()}
    real = {proof.read(k): p.color for k, p in proof.input_cells(look).items() if proof.real(k)}
    most = max(map(abs, by_value))
    scale, key = look.pieces("scale"), look.pieces("key")
    assert scale[3].color == by_value[0] and {-most: scale[0].color, most: scale[-1].color}.items() & by_value.items()
    assert [p.color for p in key] == [real[0], real[max(real)]]
    said = look.words("names")
    assert {spelled(-most), spelled(most)} <= set(said), said


@pytest.mark.parametrize("figure", [path for path in FIGURES.values() if load(path).op.out_channels > 1])
def test_the_first_position_goes_through_every_filter(figure):
    """Its numbers stand before the filters that make them, and then in the place and colour that they end in."""
    proof = SolidProof(staged(figure))
    values = [proof.cells[n, 0, 0].value for n in range(proof.filters)]
    up = np.array(proof.stage.built.camera.matrix_world)[:3, 1]

    def shown(clock):
        look = proof.look_at(clock)
        proof.window(look, proof.cells[proof.order[0]])
        assert any(text.startswith(f"{proof.filters} filters = ") for text in look.words("names"))
        return look, look.cells("numbers", "solid")

    look, numbers = shown(0.4 * CREEPS)
    numbers.sort(key=lambda p: (-round(float(p.place @ up), 1), p.place @ proof.right))
    assert [p.text for p in numbers] == [spelled(v) for v in values]
    camera = np.stack([proof.right, up])
    slabs = np.array([camera @ look.pieces(f"slab.filter {n}")[0].place for n in range(proof.filters)])
    for n, piece in enumerate(numbers):
        assert n == np.argmin(np.linalg.norm(slabs - camera @ piece.place, axis=1)), f"{n} is not before its filter"
    goals = [p for p in shown(0.9 * CREEPS)[1] if np.ptp(p.long) < 1e-3]  # but the tube around them
    look = proof.look(proof.plan.seconds)
    for n, piece in enumerate(sorted(goals, key=lambda p: -p.place[1])):
        own = min(look.cells(proof.output_role(n)), key=lambda p: np.linalg.norm(p.place - piece.place))
        assert np.linalg.norm(own.place - piece.place) < 0.01 * own.long[0] and own.color == piece.color
    assert len(goals) == proof.filters
    assert not proof.look_at(0.6).cells("numbers")
