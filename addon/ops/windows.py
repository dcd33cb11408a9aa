# SPDX-License-Identifier: GPL-3.0-or-later
"""What operations share whose window slides over the padded input: how large that is, the output's size as text."""

TIMES, MINUS = "×", "−"


def axes(value: int | tuple, rank: int) -> tuple:
    """One entry per axis."""
    return (value,) * rank if isinstance(value, int) else tuple(value)


def reaches(size, op) -> list[int]:
    """Per axis, the cells from a dilated kernel's first tap to its last, less one."""
    n = len(size)
    return [(k - 1) * d for k, d in zip(axes(op.kernel_size, n), axes(op.dilation, n), strict=True)]


def padded_shape(size, op) -> tuple[int, ...]:
    """At most the spatial shape of the input with its padding."""
    if isinstance(op.padding, str):
        more = [{"valid": 0, "same": r, "full": 2 * r}[op.padding] for r in reaches(size, op)]
    else:
        more = [2 * p if isinstance(p, int) else sum(p) for p in axes(op.padding, len(size))]
    return tuple(n + m for n, m in zip(size, more, strict=True))


def size_formula(trace, axis: int, opened: bool) -> str:
    """As in "(7 − 3) / 2 + 1 = 3", or "6 − 3 + 1 = 4" with stride 1; `opened`: a dilated kernel's extent is known.

    Nothing where it would not be the whole truth: rounded up, a window that starts behind the input is left out.
    """
    n, k = trace.input.shape[1:][axis], trace.kernel_size[axis]
    before, after = trace.padding[axis]
    s, d = trace.stride[axis], trace.dilation[axis]
    reach = d * (k - 1) + 1
    rest = n + before + after - reach
    if trace.output.shape[1:][axis] != (-(-rest // s) if trace.ceil_mode else rest // s) + 1:
        return ""
    sides = [f"2{TIMES}{before}"] * (before > 0) if before == after else [str(n) for n in (before, after) if n]
    pads = "".join(f" + {side}" for side in sides)
    covered = f"{reach}" if d == 1 or opened else f"({d}{TIMES}{k - 1} + 1)"
    inner = f"({n}{pads} {MINUS} {covered}) / {s}" if s > 1 else f"{n}{pads} {MINUS} {covered}"
    if rest % s:
        inner = f"{'ceil' if trace.ceil_mode else 'floor'}({inner})"
    return f"{inner} + 1 = {trace.output.shape[1:][axis]}"
