# SPDX-License-Identifier: GPL-3.0-or-later
"""Every word of ours that a figure prints: the scene file's table `words`. A lecturer replaces them by their own."""

from __future__ import annotations

from dataclasses import dataclass

from .knobs import knob, word

# what figures said before they were solid: scene files may still replace these, without effect
RETIRED = frozenset((
    "above_slices", "added", "adding", "by_gathering", "by_stamping", "compared", "covered", "depth",
    "each", "each_channel", "each_value", "edges", "equal", "fills", "filter_depth", "finished", "flipped",
    "full", "gather", "gathering", "global_max_rule", "global_mean_rule", "global_summary", "goes_on",
    "grey", "group_depth", "holes", "kept", "max_rule", "mean", "mean_rule", "meets", "negative", "no_bias",
    "no_weights", "opened", "opens", "outcome", "overlap", "padded", "pale", "partial", "positions",
    "products", "ring", "rings", "rule", "rule_point", "same", "same_uneven", "seen", "shared",
    "skipping", "slices", "stamp", "stamp_apart", "stamp_columns", "stamp_input", "stamp_nowhere",
    "stamp_rest", "stamp_rows", "stamp_sweep", "stamping", "summary", "sweep", "tiles", "total", "under",
    "waits", "waits_stride", "with_zeros",
))  # fmt: skip


@dataclass(frozen=True)
class Words:
    """Every word of ours that a figure prints, to be replaced by the lecturer's language."""

    title: str | None = knob(None, "text", "replaces the scene's `title`", auto="the scene's `title`")
    input: str = word("Input", "name of the input")
    kernel: str = word("Kernel", "name of the weights where there is one channel")
    filter: str = word("Filter", "name of the weights where there are several channels")
    output: str = word("Output", "name of the output")
    channel: str = word("Channel", "name of one channel that has no name of its own")
    channels: tuple[str, ...] = knob(("R", "G", "B"), "texts", "names of three channels")
    size: str = word("kernel", "the kernel's size in the title")
    stride: str = word("stride", "the stride in the title")
    padding: str = word("padding", "the padding in the title")
    dilation: str = word("dilation", "the dilation in the title")
    reach: str = word("reach", "how many cells a dilated kernel spans, as in: reach 5 × 5")
    output_padding: str = word("output padding", "the output padding in the title")
    top: str = word("top", "a side, where padding is not the same on all: as in 1 top")
    bottom: str = word("bottom", "a side")
    left: str = word("left", "a side")
    right: str = word("right", "a side")
    front: str = word("front", "a side")
    back: str = word("back", "a side")
    rounded: str = word("numbers rounded", "said in the title where numbers have more decimals than are printed")
    groups: str = word("groups", "the groups in the title")
    filters: str = word("filters", "several filters in the title")
    one_filter: str = word("filter", "a single filter in the title")
    bias: str = word("bias", "the bias in the sum")
    biases: str = word("a bias per filter", "said in the title where each filter has a bias of its own")
    out: str = word("out", "the output cell in the sum line, as in out[1,2]")
    max: str = word("max", "the largest, in the sum line of max pooling")
    tie: str = word("the first of {count} equal", "said where several numbers are the largest; `{count}`: how many")
    window: str = word("window", "the window's size in the title of a pooling")
    window_at: str = word("window at", "before the place at which a window with a stride begins, as in row 2i, col 2j")
    convolution: str = word("convolution", "the operation, where a figure has no title")
    transposed: str = word("transposed convolution", "the operation, where a figure has no title")
    max_pooling: str = word("max pooling", "the operation, in the title")
    mean_pooling: str = word("average pooling", "the operation, in the title")
    uncounted: str = word("padding not counted", "said where padding does not count in a mean")
    global_max: str = word("global max pooling", "the operation, in the title")
    global_mean: str = word("global average pooling", "the operation, in the title")
    mean_of: str = word("mean of {count}", "before the sum of a global mean; `{count}` is how many numbers")
    max_of: str = word("largest of {count}", "before the numbers of a global maximum; `{count}` is how many")
    row: str = word("row", "the row in a cell's name, as in out[row 1, col 2]")
    column: str = word("col", "the column in a cell's name")
    slice: str = word("slice", "the output channel in a cell's name where there are several")
    passed_over: str = word(
        "white: {stride} skips it", "said of a place that a stride passes over; `{stride}`: the title's words"
    )
    numbers_here: str = word(
        "{count} filters = {count} numbers here",
        "said while the first position goes through every filter; `{count}`: how many",
    )
    more: str = word("\u2026 {count} more", "said of channels and filters that are left out; `{count}`: how many")
    rows: str = word("rows", "the first size in a shape")
    columns: str = word("columns", "the second size in a shape")
    one_row: str = word("1 row", "a single row")
    one_column: str = word("1 column", "a single column")
    and_word: str = word("and", "between two things that are named")
    left_over: str = word("{lines} left over", "said of rows and columns that no window reads; `{lines}` names them")
    ink: str = word("{low} = paper, {high} = ink", "the scale of an input that is a drawing of an IDX file")
    shade: str = word("{low} = black, {high} = white", "the scale of an input that is a picture")
    factor: str = word("{factor} × kernel", "name of a stamp; `{factor}` is the input's number")
    cutting: str = word("Padding {padding} cuts the border of the output off", "said when it does; `{padding}`: cells")
    biasing: str = word("Bias {bias} is added to every cell", "said when it is; `{bias}` is the number")
    zeros_between: str = word(
        "{stride} \u2212 1 = {zeros} between its cells",
        "said while the input spreads; `{zeros}` is how many, `{stride}` the title's word",
    )
    zeros_around: str = word(
        "({kernel} \u2212 1) × {dilation} \u2212 {padding} = {zeros} around it",
        "said while the border arrives; `{zeros}` is how many, the others are the title's words",
    )
    zeros_more: str = word(
        "output padding {zeros} more at the end", "said where there is an output padding; `{zeros}` is how many"
    )
    no_zeros: str = word("none are needed: the kernel stays within the input", "said where there are no zeros to add")
    flipping: str = word("The kernel is flipped: left to right and top to bottom", "said while it is")
    agree: str = word(
        "Both views agree: {equal} of {count}", "said at the end; `{equal}` and `{count}` are numbers"
    )
    zeros: str = word("zeros", "said before how many zeros are put between and around an input's cells")
    so_far: str = word("so far", "said after a sum to which stamps will still add")
    first_view: str = word("1 of 2: stamping", "names the first view of a transposed convolution")
    second_view: str = word("2 of 2: sliding", "names the second view of a transposed convolution")
    meets_zeros: str = word(
        "{count} input + {zeros} zeros", "how many cells of each kind the window meets where zeros were added"
    )
    meets_zero: str | None = knob(
        None, "text", "the same where there is one zero", auto="`{count} input + 1 zero`, or your `meets_zeros`"
    )
    kernel_turned: str = word("Kernel, turned 180°", "name of the kernel in the second view")
    turned: str = word("turned 180°", "said behind the name of filters that are")
    spread_input: str = word("Input with zeros", "name of the input with zeros between and around")

    @property
    def meets_one(self) -> str:
        """What is said of a window that meets one zero: in the lecturer's words, if there are some."""
        own = self.meets_zeros != type(self).meets_zeros
        return self.meets_zero or (self.meets_zeros if own else "{count} input + 1 zero")
