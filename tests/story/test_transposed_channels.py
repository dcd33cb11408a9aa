# SPDX-License-Identifier: GPL-3.0-or-later
"""A transposed convolution of several channels or filters: what is said is of the operation, what is only true of the
convolution that gives the same is named so; its input stands compact, is spread, and then zeros come."""

from itertools import combinations

import numpy as np
import pytest

from addon.scene.arrays import run
from addon.scene.load import SceneError, loads
from addon.story import kind_of, make_plan
from addon.story.cast.spaced import SPREADS
from addon.story.plan.plan import LANDED

BASE = {"op.type": "conv_transpose", "op.kernel_size": 3, "op.stride": 2, "op.out_channels": 3, "input.size": [3, 3],
        "input.channels": 2, "input.low": 0, "input.high": 3, "input.seed": 4, "weight.seed": 5}  # fmt: skip
PADDED = {"op.padding": 1, "op.output_padding": 1}
# name: (keys, texts that are there, texts that are not)
SAID = {
    "stride 2": (
        PADDED | {"bias.values": [1, 2, 3]},
        ["3 filters 3 × 3 × 2,  stride 2,  padding 1,  output padding 1,  a bias per filter", "Input  3 × 3 × 2",
         "Input with zeros  8 × 8 × 2", "3 filters, turned 180°  3 × 3 × 2", "Output  6 × 6 × 3",
         "zeros:  stride − 1 = 1 between its cells", "(kernel − 1) − padding = 1 around it",
         "output padding 1 more at the end", "3 × 3 × 2  *  3 filters 3 × 3 × 2,  stride 2  +  bias  =  6 × 6 × 3",
         "(3 − 1)×2 + 3 − 2×1 + 1 = 6"], []),
    "stride 1, one filter": (
        {"op.stride": 1, "op.out_channels": 1},
        ["Filter, turned 180°  3 × 3 × 2", "Input with zeros  7 × 7 × 2",
         "zeros:  (kernel − 1) − padding = 2 around it", "3 × 3 × 2  *  1 filter 3 × 3 × 2  =  5 × 5 × 1"],
        ["between its cells"]),
    "no zeros are needed": ({"op.stride": 1, "op.padding": "full"}, ["Input  3 × 3 × 2"], ["with zeros", "zeros:"]),
    "1×1 is not turned": ({"op.kernel_size": 1}, ["3 filters  1 × 1 × 2", "Input with zeros  5 × 5 × 2"], ["turned"]),
    "a single axis": (
        {"input.size": [4], "op.stride": 3, "op.dilation": 2},
        ["Input with zeros  18 × 2", "(kernel − 1) × dilation − padding = 4 around it"], []),
    "groups of a scene whose bench is far right": (
        {"op.kernel_size": 2, "op.stride": [1, 2], "op.padding": [[0, 1], [1, 0]], "op.groups": 2, "op.out_channels": 2,
         "input.channels": 4},
        ["3 × 3 × 4  *  2 filters 2 × 2 × 2,  stride 1 × 2  =  3 × 5 × 2", "columns: (3 − 1)×2 + 2 − 1 = 5"], []),
    "groups": ({"op.groups": 2, "op.out_channels": 2},
               ["2 filters 3 × 3 × 1,  stride 2,  padding 0,  groups 2", "2 filters, turned 180°  3 × 3 × 1"], []),
    "a convolution": ({"op.type": "conv", "op.stride": 1}, ["3 filters  3 × 3 × 2"], ["turned", "zeros"]),
}  # fmt: skip


def planned(keys):
    scene = loads("", {**BASE, **keys})
    return make_plan(scene), run(scene)


@pytest.mark.parametrize(("keys", "there", "lacking"), SAID.values(), ids=SAID)
def test_what_is_said_is_of_the_operation_and_no_text_meets_another(keys, there, lacking):
    plan, _ = planned({**keys, "why": "makes a plane twice as large"})
    texts = [plan.labels[k].text for words in plan.words for k in words.points["label"] if k >= 0]
    assert not set(there) - set(texts), texts
    assert not [t for t in texts if any(part in t for part in lacking)]
    across = 640 - 64 + 1  # pixels from the middle to the margins
    assert not [box[0] for box in plan.boxes if max(abs(box[2]), abs(box[4])) > across]
    for one, other in combinations(plan.boxes, 2):
        together = max(one[6], other[6]) < min(one[7], other[7]) - 1e-6
        apart = one[4] <= other[2] or other[4] <= one[2] or one[5] <= other[3] or other[5] <= one[3]
        assert apart or not together, (one, other)


def test_the_input_is_spread_and_then_zeros_come():
    plan, trace = planned(PADDED)
    own = next(volume for volume in plan.volumes if volume.role == "input").points
    real, cells = own["row"] >= 0, trace.input.size
    assert plan.channels["clock.step"].values[0] == np.float32(SPREADS)
    compact, spread = (real & when for when in (own["visible_until"] == SPREADS, own["visible_from"] == SPREADS))
    assert compact.sum() == spread.sum() == cells == real.sum() / 2
    # a compact block, which the moving cells begin at
    assert np.allclose(own["position"][spread] + own["origin"][spread], own["position"][compact], atol=1e-5)
    assert np.allclose(np.ptp(own["position"][compact], axis=0)[[0, 2]], 2)
    assert np.allclose(np.ptp(own["position"][spread], axis=0)[[0, 2]], 4)
    zeros = own["visible_from"][~real]
    assert len(zeros) == 8 * 8 * 2 - cells and (zeros > SPREADS + 1).all() and (zeros < -1).all()


def test_padding_beyond_the_kernels_reach_leaves_cells_over():
    """The border is less than none: these cells stand outside of every window, out of the light."""
    plan, _ = planned({"op.padding": 3, "input.size": [5, 5]})
    own = next(volume for volume in plan.volumes if volume.role == "input").points
    assert np.count_nonzero((own["visible_from"] == np.float32(-LANDED)) & (own["visible_until"] > 0)) == 2 * (25 - 9)
    track = next(t.places for t in plan.tracks if t.role == "input.track")
    assert np.allclose(track[0], (2, 0, -2))  # the middle of the first window, in cells of what is spread


def test_one_channel_and_filter_are_stamped_and_several_are_not():
    for keys, name in (({"input.channels": 1, "op.out_channels": 1}, "stamping"), ({"input.channels": 1}, "volume"),
                       ({"op.out_channels": 1}, "volume")):  # fmt: skip
        scene = loads("", {**BASE, **keys})
        assert kind_of(scene, run(scene)).__name__.endswith(name)
    with pytest.raises(SceneError) as refused:
        planned({"kind": "stamping"})
    assert refused.value.key == "input.channels" and "the kind volume" in refused.value.hint
