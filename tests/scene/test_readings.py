# SPDX-License-Identifier: GPL-3.0-or-later
"""Which axis of an array is which: the field's order, a batch of one, a picture's order, and lone kernels."""

import numpy as np
import pytest

from addon.scene.arrays import arrays, run
from addon.scene.load import SceneError, dump, load, loads


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def numbered(*shape):
    return np.arange(np.prod(shape)).reshape(shape)


# how an array is saved, what the scene says besides, and (channels, *size) that it is
READ = [
    ((1, 3, 8, 9), "", (3, 8, 9)),  # a batch of one
    ((1, 1, 8, 9), "", (1, 8, 9)),
    ((1, 1, 8, 9), "input.channels = 1", (1, 8, 9)),
    ((1, 3, 8, 9), "input.size = [3, 8, 9]", (1, 3, 8, 9)),  # three axes are asked for
    ((1, 3, 8, 9), "op.kernel_size = [2, 2, 2]", (1, 3, 8, 9)),
    ((1, 3, 9), "op.kernel_size = [3]", (3, 9)),
    ((1, 8, 9, 3), "input.channels = 3", (3, 8, 9)),
    ((3, 8, 9), "", (3, 8, 9)),
    ((8, 9, 3), "", (8, 9, 3)),  # eight channels of 9×3: it can be, and is the field's order
    ((8, 9, 3), "input.channels = 3", (3, 8, 9)),
    ((8, 9, 3), "input.size = [8, 9]", (3, 8, 9)),
    ((8, 9, 3), "op.kernel_size = 4", (3, 8, 9)),  # no window fits into 9×3
    ((8, 9, 1), "", (1, 8, 9)),
    ((8, 9, 4), "op.kernel_size = 5", (4, 8, 9)),
    ((8, 9, 3), "op.groups = 3", (3, 8, 9)),
    ((8, 9, 3), 'weight.kernel = [["blur", "edge", "ones"]]', (3, 8, 9)),
    ((3, 9, 3), "input.channels = 3", (3, 9, 3)),
    ((8, 9, 1), "op.type = 'max_pool'", (1, 8, 9)),
    ((8, 9, 3), "op.type = 'max_pool'", (8, 9, 3)),
]


@pytest.mark.parametrize(("shape", "said", "full"), READ, ids=[f"{s} {t}" for s, t, _ in READ])
def test_an_array_is_read_in_the_fields_order_or_in_the_only_one_that_can_be(here, shape, said, full):
    np.save("x.npy", numbered(*shape))
    scene = loads(f"input.npy = 'x.npy'\n{said}\n")
    x = arrays(scene)[0]
    assert (scene.input.channels, *scene.input.size) == x.shape == full
    turned = len(full) == 3 and shape[-3:] == (*full[1:], full[0]) and shape[-3:] != full
    assert (x == (np.moveaxis(numbered(*shape[-3:]), -1, 0) if turned else numbered(*full))).all()
    assert (run(scene).input == x).all() and loads(dump(scene)) == scene
    listed = loads(f"input.values = {numbered(*shape).tolist()}\n{said}\n")
    assert (arrays(listed)[0] == x).all()


def test_the_weights_tell_how_many_channels_a_picture_has(here):
    np.save("x.npy", numbered(8, 9, 3))
    for shape, op in (((2, 3, 3, 3), "conv"), ((3, 2, 3, 3), "conv_transpose"), ((3, 3, 3), "conv")):
        np.save("w.npy", np.ones(shape))
        scene = loads(f"op.type = '{op}'\ninput.npy = 'x.npy'\nweight.npy = 'w.npy'\n")
        assert arrays(scene)[0].shape == (3, 8, 9) and (arrays(scene)[0][2] == numbered(8, 9, 3)[..., 2]).all()
    assert load("rgb_conv", {"input.npy": "x.npy"}).input.size == (8, 9)


@pytest.mark.parametrize(("shape", "filters", "full"), [((3, 3), 1, (1, 1, 3, 3)), ((4, 3, 3), 4, (4, 1, 3, 3))])
def test_a_lone_kernel_and_kernels_of_one_channel_are_weights(here, shape, filters, full):
    np.save("w.npy", numbered(*shape))
    scene = loads("op.type = 'conv'\nweight.npy = 'w.npy'\n")
    assert scene.op.out_channels == filters and arrays(scene)[1].shape == full
    scene = loads("op.type = 'conv'\ninput.channels = 4\nweight.npy = 'w.npy'\n") if filters == 4 else scene
    assert arrays(scene)[1].shape == ((1, 4, 3, 3) if filters == 4 else full)


@pytest.mark.parametrize(("text", "said"), [
    ("input.channels = 4", "must have 4 channels as input.channels says, so the shape 4×8×9; it has 3×8×9"),
    ("input.size = 8", "must have 1 axis of input.size, and one more for channels; it is 3×8×9"),
    ("weight.values = [[[[1]], [[1]]]]", "must have the shape filters×3×kernel (filters × channels × kernel)"),
])  # fmt: skip
def test_what_can_be_read_in_no_way_is_told_the_shape(here, text, said):
    np.save("x.npy", numbered(3, 8, 9))
    with pytest.raises(SceneError) as refused:
        run(loads(f"input.npy = 'x.npy'\n{text}\n"))
    assert said in refused.value.hint
