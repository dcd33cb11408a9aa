# SPDX-License-Identifier: GPL-3.0-or-later
"""Every word of ours that a figure prints: the scene file's table `words`. A lecturer replaces them by their own."""

from __future__ import annotations

from dataclasses import dataclass

from .knobs import knob, word


@dataclass(frozen=True)
class Words:
    """Every word of ours that a figure prints, to be replaced by the lecturer's language."""

    title: str | None = knob(None, "text", "replaces the scene's `title`", auto="the scene's `title`")
    input: str = word("Input", "name of the input")
    kernel: str = word("Kernel", "name of the weights where there is one channel")
    filter: str = word("Filter", "name of the weights where there are several channels")
    output: str = word("Output", "name of the output")
    padded: str = word("Padded input", "name of the input with its padding")
    channel: str = word("Channel", "name of one channel that has no name of its own")
    channels: tuple[str, ...] = knob(("R", "G", "B"), "texts", "names of three channels")
    size: str = word("kernel", "the kernel's size in the title")
    stride: str = word("stride", "the stride in the title")
    padding: str = word("padding", "the padding in the title")
    dilation: str = word("dilation", "the dilation in the title")
    groups: str = word("groups", "the groups in the title")
    filters: str = word("filters", "several filters in the title")
    one_filter: str = word("filter", "a single filter in the title")
    bias: str = word("bias", "the bias in the sum")
    biases: str = word("a bias per filter", "said in the title where each filter has a bias of its own")
    no_bias: str = word("no bias", "said where there is no bias")
    out: str = word("out", "the output cell in the sum line, as in out[1,2]")
    max: str = word("max", "the largest, in the sum line of max pooling")
    mean: str = word("mean", "the mean, in the sum line of average pooling")
    tie: str = word("the first of {count} equal", "said where several numbers are the largest; `{count}`: how many")
    window: str = word("window", "the window's size in the title of a pooling")
    max_pooling: str = word("max pooling", "the operation, in the title")
    mean_pooling: str = word("average pooling", "the operation, in the title")
    no_weights: str = word("no weights", "said of pooling in the title")
    uncounted: str = word("padding not counted", "said where padding does not count in a mean")
    max_rule: str = word(
        "Each output cell = the largest of the {count} numbers under its window",
        "said before the first step of max pooling; `{count}` is how many numbers a window covers",
    )
    mean_rule: str = word(
        "Each output cell = the mean of the {count} numbers under its window",
        "said before the first step of average pooling; `{count}` is how many numbers a window covers",
    )
    global_max: str = word("global max pooling", "the operation, in the title")
    global_mean: str = word("global average pooling", "the operation, in the title")
    mean_of: str = word("mean of {count}", "before the sum of a global mean; `{count}` is how many numbers")
    max_of: str = word("largest of {count}", "before the numbers of a global maximum; `{count}` is how many")
    global_mean_rule: str = word(
        "The {count} numbers of each channel become one: their mean",
        "said before the first step of global average pooling; `{count}` is how many numbers a channel has",
    )
    global_max_rule: str = word(
        "The {count} numbers of each channel become one: the largest",
        "said before the first step of global max pooling; `{count}` is how many numbers a channel has",
    )
    global_summary: str = word(
        "{count} channels have given {count} numbers", "said at the end of a global pooling; `{count}` is their number"
    )
    tiles: str = word(
        "{count} windows side by side tile the {cells} cells: each has given one number",
        "said at the end where windows neither overlap nor leave gaps; `{count}` windows, `{cells}` cells",
    )
    each_channel: str = word("each channel by itself", "said of a pooling of several channels")
    row: str = word("row", "the row in a cell's name, as in out[row 1, col 2]")
    column: str = word("col", "the column in a cell's name")
    slice: str = word("slice", "the output channel in a cell's name where there are several")
    rows: str = word("rows", "the first size in a shape")
    columns: str = word("columns", "the second size in a shape")
    one_row: str = word("1 row", "a single row")
    one_column: str = word("1 column", "a single column")
    and_word: str = word("and", "between two things that are named")
    left_over: str = word("{lines} left over", "said of rows and columns that no window reads; `{lines}` names them")
    ring: str = word("{padding}: a ring of {count} zeros",
                     "said while padding arrives on all sides; `{padding}` says how much, `{count}` how many cells",
                     )  # fmt: skip
    rings: str = word("{padding}: {rings} rings, {count} zeros", "the same where it is `{rings}` cells thick")
    grey: str = word(", grey in the sums", "said after it: how the sums tell padding from input")
    edges: str = word("{padding}: {count} zeros", "the same where not all sides get padding")
    each: str = word("{padding} around each channel", "the same where there are several channels")
    same: str = word("same: p = (k \u2212 1) / 2 = ({k} \u2212 1) / 2 = {p}, so {n} stays {n}",
                     "said of `same` padding; `{k}` the kernel's size, `{p}` the padding, `{n}` the size")  # fmt: skip
    same_uneven: str = word("same: {sum} zeros, {p}, so {n} stays {n}",
                            "said of `same` padding that differs between the sides")  # fmt: skip
    full: str = word("full: every overlap of at least 1 input cell, so padding = k \u2212 1 = {p}",
                     "said of `full` padding; `{p}` the padding")  # fmt: skip
    equal: str = word("output {out} = input {in}", "said at the end of `same` padding; `{out}` and `{in}` are shapes")
    opens: str = word("{dilation}: the {count} taps move apart and span {span}",
                      "said while the kernel opens; `{span}` is its extent")  # fmt: skip
    opened: str = word("opened to {span}", "said of a kernel that has opened; `{span}` is its extent")
    reach: str = word("= d\u00d7(k \u2212 1) + 1 = {d}\u00d7({k} \u2212 1) + 1",
                      "said after `opens`; `{d}` the dilation, `{k}` the kernel's size")  # fmt: skip
    under: str = word("in the window:", "before what the window meets")
    meets: str = word("{count} input + {zeros} padding", "how many cells of each kind the window meets")
    skipping: str = word("skipped by {stride}", "said of the positions that a stride passes over")
    holes: str = word("cells passed over: {count}", "said of what a dilated window does not read")
    depth: str = word("channels", "the last size in the shape of several channels")
    negative: str = word("negative", "what the colour of negative numbers means")
    partial: str = word("sum", "one channel's share of the sum")
    covered: str = word("Window", "name of what the window covers, in a close-up")
    products: str = word("Products", "name of the products, in a close-up")
    total: str = word("Sum", "name of the sum, in a close-up")
    added: str = word("sum of the {count} products", "said where they are too many to be written")
    positions: str = word("{count} positions", "how many positions a run's window has")
    waits: str = word("waits: no position here", "said while one of two runs has no position where the other is")
    waits_stride: str = word(
        "waits: {stride} skips {what}", "the same where its stride is why; `{what}` names the rows or columns"
    )
    goes_on: str = word(
        "{one} visits positions that {other} skips; both equations follow where both windows stand",
        "said in the place of the sums while one of two runs moves on alone",
    )
    ink: str = word("{low} = paper, {high} = ink", "the scale of an input that is a drawing of an IDX file")
    shade: str = word("{low} = black, {high} = white", "the scale of an input that is a picture")
    finished: str = word("done: {count} positions", "said when one of two runs is done and the other is not")
    compared: str = word(
        "The same input, the same kernel; what differs: {what}", "said of two runs before the first step"
    )
    outcome: str = word("{first} gives {one}, {second} gives {other}", "said of two runs at the end")
    kept: str = word(
        ": the same numbers, at {few} of {many} positions (framed)",
        "said after `outcome` where one run's results are among the other's"
    )  # fmt: skip
    shared: str = word("One kernel", "name of the kernel that two runs have in common")
    by_stamping: str = word("by stamping", "name of a transposed convolution's output as stamps make it")
    by_gathering: str = word("by gathering", "name of the same output as the window makes it")
    with_zeros: str = word("with zeros: {shape}", "the size of an input with zeros between and around; `{shape}`")
    each_value: str = word("value", "stands for the input's number in `factor` while no stamp is made")
    flipped: str = word("flipped by 180°", "name of the flipped kernel")
    factor: str = word("{factor} × kernel", "name of a stamp; `{factor}` is the input's number")
    stamping: str = word(
        "First view, stamping: each input value × kernel is laid on the output; overlaps add",
        "said before the first stamp of a transposed convolution",
    )
    pale: str = word(
        "Padding {padding}: the pale border is cut off afterwards",
        "said with it where padding cuts; `{padding}` in cells",
    )
    stamp: str = word(
        "{cell} = {value}:  {factor} × kernel is added at {place}",
        "said of each stamp; `{cell}` names the input's cell, `{value}` and `{factor}` are its number, the latter in "
        "brackets where it is negative, `{place}` says where",
    )
    stamp_input: str = word("input", "the input's cell where it is stamped, as in input[row 0, col 1]")
    stamp_rows: str = word("rows", "several rows that a stamp lies on, as in rows 0–2")
    stamp_columns: str = word("cols", "several columns that a stamp lies on")
    stamp_rest: str = word("the rest is cut off", "said of a stamp that padding cuts")
    stamp_nowhere: str = word("cells that are cut off", "where a stamp lies of which nothing is left")
    stamp_apart: str = word(
        "Stride {stride}: the next stamp lies {stride} further", "said while no stamp overlaps; `{stride}` in cells"
    )
    overlap: str = word("Overlaps add:  {sum}", "said of a cell with several stamps; `{sum}` is one of its sums")
    stamp_sweep: str = word(
        "and so on, to the last of {count} stamps", "said while many stamps go by; `{count}` is their number"
    )
    cutting: str = word("Padding {padding} cuts the border of the output off", "said when it does; `{padding}`: cells")
    biasing: str = word("Bias {bias} is added to every cell", "said when it is; `{bias}` is the number")
    gathering: str = word(
        "Second view, gathering: zeros are added to the input",
        "said before the second view of a transposed convolution",
    )
    zeros_between: str = word(
        "{stride} \u2212 1 = {zeros} between its cells",
        "said while the input spreads; `{zeros}` is how many, `{stride}` the title's word",
    )
    zeros_around: str = word(
        "({kernel} \u2212 1) × {dilation} \u2212 {padding} = {zeros} around it",
        "said while the border arrives; `{zeros}` is how many, the others are the title's words",
    )
    no_zeros: str = word("none are needed: the kernel stays within the input", "said where there are no zeros to add")
    flipping: str = word("The kernel is flipped: left to right and top to bottom", "said while it is")
    gather: str = word(
        "Each output cell = sum of {count} products: cells under the window × flipped kernel",
        "said before the window slides; `{count}` is the number of products",
    )
    seen: str = word(
        "input cells under the window: {real} of {count}, the others are zeros",
        "said of each position; `{real}` and `{count}` are numbers",
    )
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
    kernel_turned: str = word("Kernel, turned 180°", "name of the kernel in the second view")
    spread_input: str = word("Input with zeros", "name of the input with zeros between and around")
    summary: str = word(
        "{count} positions of the window have given {count} output cells", "said at the end; `{count}` is their number"
    )
    adding: str = word(
        "Each output cell = {sums}", "said when several channels' sums add up; `{sums}` names them"
    )
    slices: str = word(
        "{filters} filters \u2192 output depth {filters}", "how many filters and slices there are; `{filters}`"
    )
    filter_depth: str = word(
        "filter depth {depth} = input depth {depth}", "why a filter is as deep as it is; `{depth}`"
    )
    group_depth: str = word(
        "filter depth {depth} = {channels} channels / {groups} groups", "the same where there are groups"
    )
    above_slices: str = word(
        "{filters} filters, each above its slice", "what numbers of filters and slices count where they stand bare"
    )
    fills: str = word(
        "Filter {number} slides over all {count} positions and fills slice {number}",
        "said while one filter's steps go by; `{number}` is the filter's, `{count}` the positions'",
    )
    sweep: str = word(
        "and so on, to the last of {count} positions", "said while many steps go by; `{count}` is their number"
    )
    rule_point: str = word(
        "sum of {count} products: one column through all channels × its weights",
        "the rule where a filter of several channels is one cell wide; `{count}`",
    )
    rule: str = word(
        "Each output cell = sum of {count} products: input × kernel under the window, kernel not flipped",
        "said before the first step; `{count}` is the number of products",
    )
