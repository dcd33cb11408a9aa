# SPDX-License-Identifier: GPL-3.0-or-later
"""Wrong arguments are refused with their name, their value and what would be right."""

import re

import numpy as np
import pytest

from addon.engine import avg_pool, conv, conv_transpose, global_avg_pool, global_max_pool, max_pool

X = np.ones((4, 6, 6))
W = np.ones((2, 4, 3, 3))


def x_of(*shape):
    return np.ones(shape)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        # arrays
        (lambda: conv(x_of(6), W), ["x has shape (6,)", "(channels, *spatial)"]),
        (lambda: conv(x_of(1, 4, 6, 6, 6), W), ["x has shape (1, 4, 6, 6, 6)", "without a batch axis"]),
        (lambda: max_pool(x_of(6), 2), ["x has shape (6,)"]),
        (lambda: global_max_pool(5), ["x has shape ()"]),
        (lambda: global_avg_pool(x_of(3, 0)), ["x has shape (3, 0)", "holds no numbers"]),
        (lambda: conv(X, x_of(2, 4, 0, 3)), ["weight has shape (2, 4, 0, 3)", "holds no numbers"]),
        (lambda: conv([[1, 2], [3]], W), ["x is not a regular array"]),
        (lambda: conv(X.astype(complex), W), ["x has dtype complex128", "real"]),
        (lambda: conv(X.astype(str), W), ["x has dtype <U"]),
        (lambda: conv(X.astype(object), W), ["x has dtype object"]),
        (lambda: conv(X, W, ["a", "b"]), ["bias has dtype <U1"]),
        (
            lambda: conv(np.array([[1, np.nan]]), np.ones((1, 1, 1))),
            ["x holds nan at index (0, 1)", "finite"],
        ),
        (lambda: max_pool(np.array([[-np.inf, 1]]), 1), ["x holds -inf at index (0, 0)"]),
        (lambda: conv(X, W * np.inf), ["weight holds inf at index (0, 0, 0, 0)"]),
        (lambda: conv(X, W, np.array([0, np.nan])), ["bias holds nan at index (1,)"]),
        (lambda: max_pool(np.array([[2**63]], np.uint64), 1), ["x holds 9223372036854775808", "below 2**63"]),
        (lambda: conv([[2**62, 2**62]], [[[1, 1]]]), ["x and weight", "64 bits", "floats"]),
        (lambda: conv([[2**62]], [[[1]]], [2**62]), ["64 bits"]),
        (lambda: avg_pool([[2**62, 2**62]], 2), ["x holds integers up to 4611686018427387904", "64 bits"]),
        # shapes that do not go together
        (
            lambda: conv(X, x_of(2, 4, 3)),
            ["weight has shape (2, 4, 3)", "(C_out, C_in/groups, *kernel)", "4 axes"],
        ),
        (
            lambda: conv_transpose(X, x_of(4, 2, 3)),
            ["weight has shape (4, 2, 3)", "(C_in, C_out/groups, *kernel)"],
        ),
        (lambda: conv(X, x_of(2, 3, 3, 3)), ["weight has shape (2, 3, 3, 3)", "must be 4", "not 3"]),
        (lambda: conv(X, W, groups=2), ["weight has shape (2, 4, 3, 3)", "must be 2", "groups=2"]),
        (lambda: conv_transpose(X, x_of(3, 2, 3, 3)), ["weight has shape (3, 2, 3, 3)", "must be 4"]),
        (lambda: conv(X, x_of(6, 1, 3, 3), groups=4), ["groups=4", "6 filters"]),
        (lambda: conv(X, W, groups=3), ["groups=3 does not divide the 4 channels"]),
        (lambda: conv_transpose(X, x_of(4, 2, 3, 3), groups=3), ["groups=3 does not divide the 4 channels"]),
        (lambda: conv(X, W, groups=0), ["groups=0", "at least 1"]),
        (lambda: conv(X, W, np.ones(3)), ["bias has shape (3,)", "(2,)"]),
        (lambda: conv(X, W, np.ones((2, 1))), ["bias has shape (2, 1)"]),
        (lambda: conv(X, W, 1.0), ["bias has shape ()"]),
        (lambda: conv_transpose(X, x_of(4, 2, 3, 3), np.ones(2), groups=2), ["bias has shape (2,)", "(4,)"]),
        # numbers
        (lambda: conv(X, W, stride=0), ["stride=0", "at least 1"]),
        (lambda: conv(X, W, stride=(1, 0)), ["stride=(1, 0)", "at least 1"]),
        (lambda: conv(X, W, stride=(1, 1, 1)), ["stride=(1, 1, 1) has 3 entries", "(2)"]),
        (lambda: conv(X, W, stride=1.5), ["stride=1.5", "not an integer"]),
        (lambda: conv(X, W, stride=True), ["stride=True", "not an integer"]),
        (lambda: conv(X, W, stride="2"), ["stride='2'", "not an integer"]),
        (lambda: conv(X, W, stride=None), ["stride=None", "not an integer"]),
        (lambda: conv(X, W, dilation=0), ["dilation=0", "at least 1"]),
        (lambda: conv(X, W, dilation=3), ["kernel_size=(3, 3)", "(7, 7)", "(6, 6)"]),
        (lambda: conv(X, x_of(2, 4, 7, 3)), ["kernel_size=(7, 3)", "padded input"]),
        (lambda: max_pool(X, 7), ["kernel_size=(7, 7)", "padded input"]),
        (lambda: max_pool(X, 0), ["kernel_size=0", "at least 1"]),
        (lambda: max_pool(X, (2,)), ["kernel_size=(2,) has 1 entries"]),
        (lambda: avg_pool(X, 2, stride=0), ["stride=0"]),
        # padding
        (lambda: conv(X, W, padding=-1), ["padding=-1", "at least 0"]),
        (lambda: conv(X, W, padding=(0, -1)), ["padding=(0, -1)", "at least 0"]),
        (lambda: conv(X, W, padding=((0, 1), (0, -1))), ["padding=((0, 1), (0, -1))", "at least 0"]),
        (lambda: conv(X, W, padding=(1, 1, 1)), ["padding=(1, 1, 1) has 3 entries", "(before, after) pair"]),
        (lambda: conv(X, W, padding=((1, 1, 1), 0)), ["(1, 1, 1) has 3 entries", "(before, after)"]),
        (lambda: conv(x_of(1, 6), x_of(1, 1, 3), padding=(1, 2)), ["padding=(1, 2)", "write ((1, 2),)"]),
        (lambda: conv(X, W, padding="smae"), ["padding='smae'", '"valid", "same" and "full"']),
        (lambda: conv(X, W, padding=None), ["padding=None", "not an integer"]),
        (lambda: max_pool(X, 3, padding="full"), ['padding="full"', '"same"']),
        (
            lambda: max_pool(np.ones((1, 4), int), 3, stride=1, padding=((0, 3),)),
            ["padding=((0, 3),)", "output cell (4,)", "integers", "less padding"],
        ),
        (
            lambda: avg_pool(X, 2, padding=2, count_include_pad=False),
            ["padding=((2, 2), (2, 2))", "output cell (0, 0)", "no input cell", "without padding"],
        ),
        (
            lambda: max_pool(np.ones((1, 4), int), 2, stride=1, padding=1, dilation=5),
            ["padding=((1, 1),)", "integers"],
        ),
        (
            lambda: avg_pool(x_of(1, 4), 2, stride=1, padding=1, dilation=5, count_include_pad=False),
            ["padding=((1, 1),)", "output cell (0,)", "no input cell"],
        ),
        # transposed
        (
            lambda: conv_transpose(X, x_of(4, 2, 3, 3), output_padding=1),
            ["output_padding=(1, 1)", "stride=(1, 1)"],
        ),
        (lambda: conv_transpose(X, x_of(4, 2, 3, 3), stride=2, output_padding=2), ["output_padding=(2, 2)"]),
        (lambda: conv_transpose(X, x_of(4, 2, 3, 3), output_padding=-1), ["output_padding=-1", "at least 0"]),
        (lambda: conv_transpose(X, x_of(4, 2, 3, 3), padding=4), ["padding=((4, 4), (4, 4))", "(0, 0)"]),
        (
            lambda: conv_transpose(X, x_of(4, 2, 1, 3), stride=3, padding="same"),
            ['padding="same"', "output_padding must be at least (2, 0)"],
        ),
        # flags
        (lambda: max_pool(X, 2, ceil_mode="no"), ["ceil_mode='no'", "True nor False"]),
        (lambda: avg_pool(X, 2, count_include_pad=1), ["count_include_pad=1", "True nor False"]),
    ],
)
def test_a_wrong_argument_is_named_with_its_value_and_what_would_be_right(call, says):
    with pytest.raises(ValueError) as caught:
        call()
    for words in says:
        assert re.search(re.escape(words), str(caught.value)), f"{words!r} is not in {str(caught.value)!r}"


def test_the_largest_arguments_allowed_are_allowed():
    x = x_of(4, 2, 3, 3)
    assert conv(X, x_of(2, 4, 6, 6)).output.shape == (2, 1, 1)
    assert conv_transpose(X, x, stride=2, output_padding=1).output.shape == (2, 14, 14)
    assert conv_transpose(X, x, dilation=2, output_padding=1).output.shape == (2, 11, 11)
    assert conv_transpose(
        X, x_of(4, 2, 1, 3), stride=3, padding="same", output_padding=(2, 0)
    ).output.shape == (2, 18, 18)
    assert max_pool(X, 3, padding=1).output.shape == (4, 2, 2)
    assert conv([[2**62]], [[[1]]], [2**62 - 1]).output.tolist() == [[2**63 - 1]]
    assert conv(X, W, stride=np.int32(2), padding=np.array([1, 2])).output.shape == (2, 3, 4)
