# SPDX-License-Identifier: GPL-3.0-or-later
"""At every step's own time the scene, as Blender evaluates it, shows exactly what the engine computed."""

import itertools
import random
import re

import numpy as np
import pytest

from addon.story.plan.plan import BORN

from .proof import Proof, cells_of, label_of, prove
from .reading import parse, spelled
from .seeing import bpy, spelling
from .seeing import staged_first as staged

FIGURES = ("conv1d", "conv2d_zero_padding", "conv2d_valid", "conv2d_same", "conv2d_full", "conv2d_strided",
           "conv2d_dilated", "rgb_conv")  # fmt: skip
OVERRIDES = {
    "stride 2": {"op.stride": 2},
    "padding 1": {"op.padding": 1},
    "uneven padding": {"op.padding": [[1, 0], [0, 2]]},
    "dilation 2": {"op.dilation": 2},
    "kernel 2x3": {"op.kernel_size": [2, 3], "weight.seed": 4},
    "input 5x7": {"input.size": [5, 7]},
    "bias": {"bias.values": [-2]},
    "one axis": {"input.size": [10], "op.kernel_size": 3, "weight.values": [1, 2, -1]},
    "negative input": {"input.low": -3},
    "fractions": {"weight.values": [[0.5, 0, -0.5], [1, 0, -1], [0.25, 0, -0.25]]},
    "thirds": {"weight.values": [[1 / 3, 0, -1 / 3]] * 3, "op.stride": 3},
    "tenths": {"weight.values": [[0.1, 0.2, 0.7]] * 3, "op.stride": 3},
    "indices from 1": {"look.index_from": 1, "op.stride": 2},
    "seen from the right": {"camera.azimuth": 30.0, "camera.elevation": 35.0, "op.stride": 3},
}


@pytest.fixture(scope="module", params=FIGURES)
def proved(request):
    """A figure in which every step is proved."""
    return prove(staged(request.param))


def test_every_step_of_a_figure_is_shown_as_computed(proved):
    assert len(proved.stage.plan.steps) == len(proved.trace)
    assert [s.index for s in proved.stage.plan.steps] == [s.output_index for s in proved.trace]
    assert [s.value for s in proved.stage.plan.steps] == [s.value for s in proved.trace]


def telling(trace) -> list[int]:
    """Steps that between them meet every edge: all of a few; else the first two, a line's ends, the last."""
    count, row = len(trace), trace.output.shape[-1]
    return sorted({0, 1, row - 1, row, count // 2, count - row, count - 1} if count > 9 else range(count))


@pytest.mark.parametrize("name", OVERRIDES)
def test_steps_are_shown_as_computed_with(name):
    stage = staged("conv2d_valid", OVERRIDES[name])
    prove(stage, telling(stage.trace))


@pytest.mark.parametrize(
    "overrides", [{"op.padding": 0, "op.stride": 3}, {"input.size": [4, 6], "op.stride": [1, 2]}]
)
def test_steps_of_several_channels_are_shown_as_computed_with(overrides):
    stage = staged("rgb_conv", overrides)
    prove(stage, telling(stage.trace))


@pytest.mark.parametrize("seed", range(4))
def test_random_figures_are_shown_as_computed(seed):
    draw = random.Random(seed)
    kernel = [draw.randint(1, 3), draw.randint(1, 3)]
    dilation = [draw.randint(1, 2), draw.randint(1, 2)]
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    overrides = {
        "op.kernel_size": kernel,
        "op.dilation": dilation,
        "op.stride": [draw.randint(1, 2), draw.randint(1, 2)],
        "op.padding": [draw.randint(0, 1), draw.randint(0, 1)],
        "input.size": [draw.randint(max(3, reach[0]), 7), draw.randint(max(3, reach[1]), 7)],
        "input.seed": draw.randint(0, 9999),
        "weight.seed": draw.randint(0, 9999),
        "bias.values": [draw.randint(-3, 3)],
    }
    print(f"seed {seed}: {overrides}")
    stage = staged("conv2d_valid", overrides)
    steps = {0, len(stage.trace) - 1, *(draw.randrange(len(stage.trace)) for _ in range(4))}
    prove(stage, sorted(steps))


def test_each_text_has_a_shape_of_its_own(proved):
    """Or a proof that a mesh spells a text would prove nothing."""
    texts = sorted({label.text for label in proved.stage.plan.labels})
    for a, b in itertools.combinations(texts, 2):
        one, other = spelling(a), spelling(b)
        assert len(one) != len(other) or np.abs(one - other).max() > 0.01, f"{a!r} looks like {b!r}"


def on_window(proof, frame) -> bool:
    """Whether every kernel is seen on the cells of the first window."""
    for channel, name in enumerate(proof.names):
        corner = min(proof.taps(proof.trace[0], channel))
        met = cells_of(frame, f"input{name}", proof.padded)[corner]
        cell = cells_of(frame, f"kernel{name}", proof.weights[channel].shape, proof.apart)[0, 0]
        if np.abs(frame.pixels(cell.place) - frame.pixels(met.place)).max() >= 1:
            return False
    return True


def frames_where(proof, low: float, high: float) -> list[int]:
    """The frames at which the clock is strictly between two values."""
    return [f for f in range(1, proof.stage.plan.frames + 1) if low < proof.clock(f) < high]


def test_in_the_slow_first_step_all_products_are_on_the_kernel_that_lies_on_its_window(proved):
    frames, step = frames_where(proved, -BORN - 0.001, -0.03), proved.trace[0]
    assert frames, "no frame shows the whole first step"
    frame = proved.frame(frames[0])
    text = proved.sum_lines(frame)
    if len(proved.names) > 1:  # of several channels the kernels go home while the sums go on
        frame = next(f for f in map(proved.frame, frames_where(proved, -0.5, -0.03)) if on_window(proved, f))
    for channel, name in enumerate(proved.names):
        cells = cells_of(frame, f"kernel{name}", proved.weights[channel].shape, proved.apart)
        under = cells_of(frame, f"input{name}", proved.padded)
        labels = label_of(frame, f"kernel{name}", cells, proved.apart)
        own = step.positions[:, 0] == channel
        for t in np.flatnonzero(own):
            (r, c), value, weight = [0, *step.kernel_index[t][1:]][-2:], step.values[t], step.weights[t]
            met = under[tuple(np.array([0, *step.positions[t][1:]])[-2:] + proved.before)]
            apart = frame.pixels(cells[r, c].place) - frame.pixels(met.place)
            assert np.abs(apart).max() < 1, f"kernel{name} {r, c} is not seen on its cell"
            assert (cells[r, c].place - met.place) @ frame.toward > 0, "the kernel is behind the input"
            left, right = spelled(value), spelled(weight)
            said = labels[r, c].text
            # where there is no room for a product the kernel keeps its number
            product = {f"{left}×{right}", f"{left}×({right})", right if len(proved.names) > 1 else ""}
            assert said in product, f"kernel{name} {r, c} says {said}"
            proved.spells(labels[r, c], said, f"kernel{name} {r, c}", frame)
            assert any(p and p in line for p in product for line in text), f"{left}×{right} is not in {text}"


def test_the_kernel_is_at_home_before_and_after_its_visit(proved):
    frames = [proved.opening.number, proved.stage.frame(1), proved.stage.plan.frames]
    for name in proved.names:
        places = [[c.place for c in proved.frame(f).cells(f"kernel{name}")] for f in frames]
        assert np.allclose(places[0], places[1], atol=1e-4) and np.allclose(places[1], places[2], atol=1e-4)


def test_nothing_is_shown_before_its_time(proved):
    """In the opening there is no window, no sum and no born cell, and no cell is faded."""
    frame = proved.opening
    cells = cells_of(frame, "output", proved.outputs.shape[1:])
    assert not any(c.shape.solid for c in cells.values()) and not frame.labels("output")
    assert not [s for s in frame.seen if s.instanced and re.fullmatch(r"sum(\..*)?|guide.*", s.role)]
    for name in proved.names:
        assert frame.own(f"input{name}.window") is None
    assert frame.own("output.marker") is None


def test_between_steps_a_cell_never_shows_anything_but_its_own_number(proved):
    """At every frame: each born cell, growing or grown, spells its number, and their count never falls."""
    draw = random.Random(7)
    print("seed 7")
    visible_from, shape = 0, proved.outputs.shape[1:]
    for number in sorted(draw.sample(range(1, proved.stage.plan.frames + 1), 24)):
        frame = proved.frame(number)
        cells = cells_of(frame, "output", shape)
        for key, label in label_of(frame, "output", cells).items():
            proved.spells(label, spelled(proved.outputs[0][key]), f"output {key}", frame)
        now = sum(c.shape.solid for c in cells.values())
        assert visible_from <= now, f"a cell went away before frame {number}"
        visible_from = now
    assert visible_from > 0


def test_the_sums_never_mix_two_steps(proved):
    """At every frame with a total on it, the whole sum belongs to one step."""
    frames = range(1, proved.stage.plan.frames + 1)
    clocks = {f: proved.clock(f) for f in frames}
    for i in {0, 1, min(4, len(proved.trace) - 1), len(proved.trace) - 1}:
        for at in (i - 0.05, i):
            near = min(frames, key=lambda f, at=at: abs(clocks[f] - at))
            proved.sum(proved.frame(near), proved.trace[i])


@pytest.fixture(scope="module")
def padded():
    return Proof(staged("conv2d_valid", {"op.padding": 1}))


def test_no_padding_is_there_at_first(padded):
    assert len(padded.frame(1).cells("input")) == 6 * 6


def test_padding_arrives_before_the_first_step_and_none_of_it_is_real(padded):
    proof = padded
    assert len(proof.frame(proof.opening.number).cells("input")) == 8 * 8
    start = [len(proof.frame(f).cells("input")) for f in frames_where(proof, -1.9, -1.1)]
    assert start == sorted(start) and len(set(start)) > 5, "padding comes at once, not cell by cell"
    proof.ghosts(proof.opening, "", cells_of(proof.opening, "input", proof.padded))
    proof.input_numbers(proof.opening, "", cells_of(proof.opening, "input", proof.padded), 0)


def test_at_the_end_the_channels_maps_add_up_to_the_output():
    stage = staged("rgb_conv")
    proof = Proof(stage)
    frame, total = proof.frame(stage.plan.frames), np.zeros(proof.outputs.shape[1:])
    for channel, name in enumerate(proof.names):
        cells = cells_of(frame, f"map{name}", proof.outputs.shape[1:])
        labels = label_of(frame, f"map{name}", cells)
        for i, step in enumerate(stage.trace):
            key = divmod(i, proof.outputs.shape[2])
            share = step.products[step.kernel_index[:, 0] == channel].sum()
            proof.spells(labels.get(key), spelled(share), f"map{name} {key}", frame)
            total[key] += share
        assert not frame.cells(f"input{name}"), "an input stands where its map is"
        proof.in_order(frame, cells, f"map{name}")
    assert np.array_equal(total + stage.trace.bias[0], proof.outputs[0])
    proof.upright(frame)


@pytest.mark.parametrize(
    "text", ["a = 1×1 + 2×2 = 6", "a = 1×1 2×2 = 5", "a = 1×1 + x = 1", "1×1 + 2×2", "a = 1x1 = 1"]
)
def test_the_reader_of_sums_refuses(text):
    with pytest.raises(AssertionError, match="sum"):
        parse(text)


def test_the_reader_of_sums_reads_what_a_viewer_reads():
    line = parse("out[row 1, col 2] = R (\u22124) + G 1 + 2×(\u22121.5) + bias 2 = \u22124")
    assert [n.word for n in line.named] == ["R", "G", "bias"] and line.products[0].value == -3
    assert [spelled(v) for v in (-0.004, 2.5, -3, 100)] == ["0", "2.5", "\u22123", "100"]


def test_the_proofs_run_on_a_long_term_blender():
    assert bpy.app.version[:2] in ((4, 5), (5, 2))
