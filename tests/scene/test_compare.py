# SPDX-License-Identifier: GPL-3.0-or-later
"""The second run of [compare] has its window and its weights by the keys of [op] and [weight]; what is wrong is said of
its own keys.
"""

import numpy as np
import pytest

from addon.scene.arrays import run, runs
from addon.scene.load import SceneError, dump, load, loads

CONV = {"op.type": "conv", "input.size": [7, 7], "weight.values": [[1, 0, -1], [2, 0, -2], [1, 0, -1]]}
POOL = {"op.type": "max_pool", "op.kernel_size": 2, "input.size": [6, 6]}


@pytest.mark.parametrize("keys, alone", [
    ({"compare.kernel": "blur"}, {"weight.kernel": "blur"}),
    ({"compare.values": [[1, 2], [3, 4]]}, {"weight.values": [[1, 2], [3, 4]]}),
    ({"compare.kernel_size": 5, "compare.seed": 3}, {"op.kernel_size": 5, "weight.seed": 3}),
    ({"compare.seed": 2, "compare.low": -3, "compare.high": 4, "compare.padding": 1},
     {"weight.seed": 2, "weight.low": -3, "weight.high": 4, "op.padding": 1}),
    ({"weight.seed": 4, "compare.kernel_size": 4}, {"weight.seed": 4, "op.kernel_size": 4}),
    ({"weight.kernel": "ones", "compare.kernel_size": 5}, {"weight.kernel": "ones", "op.kernel_size": 5}),
])  # fmt: skip
def test_the_second_run_is_the_figure_that_its_keys_make_alone(keys, alone):
    base = {k: v for k, v in CONV.items() if k != "weight.values" or not any(a.startswith("weight.") for a in alone)}
    given = {**(CONV if not any(k.startswith("weight.") for k in keys) else base), **keys}
    scene = loads("", given)
    one, other = runs(scene)
    wanted = run(loads("", {**base, **alone}))
    assert np.array_equal(one.output, run(loads("", {k: v for k, v in given.items() if k[:7] != "compare"})).output)
    assert np.array_equal(other.output, wanted.output) and np.array_equal(other.weight, wanted.weight)
    assert loads(dump(scene)) == scene


@pytest.mark.parametrize("keys, alone", [
    ({"compare.type": "avg_pool"}, {"op.type": "avg_pool"}),
    ({"compare.kernel_size": 3}, {"op.kernel_size": 3, "op.stride": 2}),  # the stride is as in [op]
    ({"compare.type": "avg_pool", "compare.kernel_size": 3, "compare.stride": 3},
     {"op.type": "avg_pool", "op.kernel_size": 3}),
])  # fmt: skip
def test_poolings_of_other_kinds_and_windows_are_compared(keys, alone):
    scene = loads("", {**POOL, **keys})
    assert np.array_equal(runs(scene)[1].output, run(loads("", {**POOL, **alone})).output)
    assert loads(dump(scene)) == scene


def test_an_array_file_gives_the_second_runs_weights(tmp_path):
    np.save(tmp_path / "w.npy", np.array([[1, 2], [0, 5]]))
    (tmp_path / "a.toml").write_text("[op]\ntype = 'conv'\n[compare]\nnpy = 'w.npy'\n")
    assert runs(load(tmp_path / "a.toml"))[1].weight.tolist() == [[[[1, 2], [0, 5]]]]
    np.save(tmp_path / "w.npy", np.full((2, 2), np.inf))
    with pytest.raises(SceneError, match=r"compare\.npy"):
        runs(load(tmp_path / "a.toml"))


@pytest.mark.parametrize("base, keys, key, hint", [
    (CONV, {"compare.kernel_size": 5}, "compare.kernel_size", "must have weights of its own"),
    (CONV, {"compare.kernel_size": 5, "compare.kernel": "blur"}, "compare.kernel",
     "needs compare.kernel_size 3 or 3×3"),
    (CONV, {"compare.kernel_size": 2, "compare.values": [[1] * 3] * 3}, "compare.kernel_size",
     "must be 3×3, as compare.values is"),
    (CONV, {"compare.values": [[[[1]]], [[[2]]]]}, "compare.values", "must have the shape 1×1×"),
    (CONV, {"compare.kernel": "blurr"}, "compare.kernel", 'nearest: "blur"'),
    (CONV, {"compare.kernel_size": 9, "compare.seed": 1}, "compare.kernel_size", "kernel"),
    (CONV, {"compare.values": [[1]], "compare.low": 2}, "compare.low", "goes with compare.seed only"),
    (CONV, {"compare.type": "avg_pool"}, "compare.type", "does not apply to conv, only to max_pool, avg_pool"),
    (POOL, {"compare.kernel": "blur"}, "compare.kernel", "does not apply to max_pool, only to conv"),
    (POOL, {"compare.type": "conv"}, "compare.type", 'must be one of "max_pool", "avg_pool"'),
])  # fmt: skip
def test_what_is_wrong_is_said_of_the_second_runs_own_keys(base, keys, key, hint):
    with pytest.raises(SceneError) as wrong:
        loads("", {**base, **keys})
    assert wrong.value.key == key and hint in wrong.value.hint, wrong.value
    assert "\n" not in str(wrong.value) and "op." not in wrong.value.hint
