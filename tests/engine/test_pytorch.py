# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine against PyTorch. Collected only where that is installed; `reference`'s loops cover the same cases."""

import pytest
import torch
import torch.nn.functional as F

from addon.engine import max_pool

from .cases import case, every_case, name_of
from .test_operations import close


def symmetric(pairs):
    return all(before == after for before, after in pairs)


def padded(x, pairs, fill=0.0):
    """F.pad takes pairs from the last axis to the first."""
    return F.pad(x, [n for pair in reversed(pairs) for n in pair], value=fill)


def compare(wanted, theirs):
    close(wanted.run().output, theirs[0].numpy())


def arguments(wanted):
    print(wanted)
    # PyTorch has no convolution of integers worth the name; theirs are small, so floats hold them.
    arrays = [torch.from_numpy(a).double() if hasattr(a, "dtype") else a for a in wanted.arrays]
    return arrays, wanted.meant, wanted.arrays[0].ndim - 1


@pytest.mark.parametrize(("op", "number"), every_case("conv"), ids=name_of)
def test_a_convolution_equals_that_of_pytorch(op, number):
    (x, weight, bias), meant, axes = arguments(case(op, number))
    convolve = getattr(F, f"conv{axes}d")
    rest = {"stride": meant["stride"], "dilation": meant["dilation"], "groups": meant["groups"]}
    if symmetric(meant["padding"]):
        theirs = convolve(x[None], weight, bias, padding=[before for before, _ in meant["padding"]], **rest)
    else:
        theirs = convolve(padded(x[None], meant["padding"]), weight, bias, **rest)
    compare(case(op, number), theirs)


@pytest.mark.parametrize(("op", "number"), every_case("conv_transpose"), ids=name_of)
def test_a_transposed_convolution_equals_that_of_pytorch(op, number):
    (x, weight, bias), meant, axes = arguments(case(op, number))
    convolve = getattr(F, f"conv_transpose{axes}d")
    rest = {name: meant[name] for name in ("stride", "output_padding", "dilation", "groups")}
    if symmetric(meant["padding"]):
        theirs = convolve(x[None], weight, bias, padding=[before for before, _ in meant["padding"]], **rest)
    else:
        theirs = convolve(x[None], weight, bias, **rest)
        kept = [
            slice(before, n - after)
            for (before, after), n in zip(meant["padding"], theirs.shape[2:], strict=True)
        ]
        theirs = theirs[(slice(None), slice(None), *kept)]
    compare(case(op, number), theirs)


@pytest.mark.parametrize(("op", "number"), every_case("max_pool"), ids=name_of)
def test_a_max_pooling_and_its_choice_equal_those_of_pytorch(op, number):
    wanted = case(op, number)
    (x, kernel), meant, axes = arguments(wanted)
    rest = {"stride": meant["stride"], "dilation": meant["dilation"], "ceil_mode": meant["ceil"]}
    pool = getattr(F, f"max_pool{axes}d")
    cells = [before for before, _ in meant["padding"]]
    kernels = [kernel] * axes if isinstance(kernel, int) else kernel
    if symmetric(meant["padding"]) and all(p <= k // 2 for p, k in zip(cells, kernels, strict=True)):
        theirs, chosen = pool(x[None], kernel, padding=cells, return_indices=True, **rest)
        compare(wanted, theirs)
        flat = chosen.flatten().tolist()
        for step, place in zip(wanted.run(), flat, strict=True):
            if step.value != float("-inf"):
                coordinates = torch.unravel_index(torch.tensor(place), x.shape[1:])
                assert step.taps[step.chosen][1:].tolist() == [int(n) for n in coordinates]
    elif not meant["ceil"]:
        compare(wanted, pool(padded(x[None], meant["padding"], float("-inf")), kernel, **rest))


@pytest.mark.parametrize(("op", "number"), every_case("avg_pool"), ids=name_of)
def test_an_average_pooling_equals_that_of_pytorch(op, number):
    wanted = case(op, number)
    (x, kernel), meant, axes = arguments(wanted)
    kernels = [kernel] * axes if isinstance(kernel, int) else kernel
    if not symmetric(meant["padding"]) or set(meant["dilation"]) != {1}:
        return  # PyTorch cannot say this; the loops do.
    if axes == 3 and any(n < k for n, k in zip(x.shape[1:], kernels, strict=True)):
        return  # Its avg_pool3d alone refuses a kernel larger than the input before padding.
    if any(before > k // 2 for (before, _), k in zip(meant["padding"], kernels, strict=True)):
        return  # It pads by half the kernel at most.
    pool = getattr(F, f"avg_pool{axes}d")
    theirs = pool(
        x[None],
        kernel,
        stride=meant["stride"],
        padding=[before for before, _ in meant["padding"]],
        ceil_mode=meant["ceil"],
        count_include_pad=meant["count_padding"],
    )
    compare(wanted, theirs)


@pytest.mark.parametrize("number", range(50), ids=name_of)
def test_global_poolings_equal_those_of_pytorch(number):
    for op, theirs in (("global_max_pool", "max"), ("global_avg_pool", "avg")):
        (x,), _, axes = arguments(case(op, number))
        compare(case(op, number), getattr(F, f"adaptive_{theirs}_pool{axes}d")(x[None], 1))


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding"),
    [(1, 2, 2, 0), (2, 3, 3, 0), (5, 2, 2, 1), (3, 3, 4, 1), (4, 2, 3, 1)],
)
def test_rounding_up_keeps_as_many_windows_as_pytorch(size, kernel, stride, padding):
    x = torch.arange(float(size))[None]
    theirs = F.max_pool1d(x[None], kernel, stride, padding, ceil_mode=True)
    ours = max_pool(x.numpy(), kernel, stride=stride, padding=padding, ceil_mode=True)
    assert ours.output.tolist() == theirs[0].tolist()


@pytest.mark.parametrize(("op", "number"), every_case("relu"), ids=name_of)
def test_a_rectified_linear_unit_equals_that_of_pytorch(op, number):
    (x,), _, _ = arguments(case(op, number))
    compare(case(op, number), F.relu(x)[None])
