# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures in one line each, as `--list` prints them and the gallery's captions say them: shapes, parameters, length.

Sizes are written spatial first, channels last and only where there are several: 6×6, 6×6×3. Known without a plan.
"""

from . import ops
from .scene.arrays import runs

TIMES = "×"


def columns(scene, seconds=None) -> list[str]:
    """id, title, input, kernel, s/p/d, output; steps, seconds (both empty where the seconds are not known)."""
    traces = runs(scene)
    title = scene.title if scene.words.title is None else scene.words.title
    first, double = traces[0], len(traces) > 1
    deep = len(first.input) > 1 or len(first.output) > 1
    kernels = dict.fromkeys(kernel_text(scene, t) for t in traces)
    source = sizes(first.input.shape, len(first.input) > 1)
    shown = (sizes(t.output.shape, deep) for t in traces)
    shapes = [f"input {'one ' * double}{source}", f"kernel {' and '.join(kernels)}",
              f"s/p/d {slide_text(scene)}", f"output {' and '.join(shown)}"]  # fmt: skip
    counts_and_time = ["", ""]
    if seconds:
        counts_and_time = [f"{', '.join(str(len(t)) for t in traces)} steps", f"{seconds:.1f} s"]
    return [scene.id, title, *shapes, *counts_and_time]


def sizes(shape, deep: bool) -> str:
    """(channels, *spatial) as 6×6, or as 6×6×3 where the channels count."""
    return TIMES.join(str(n) for n in ((*shape[1:], shape[0]) if deep else shape[1:]))


def kernel_text(scene, trace) -> str:
    """3×3 for one plane and one filter; else how many filters, and their depth: 4 filters 3×3×3; – where none is."""
    op, operation = scene.op, ops.of(trace)
    if operation.elementwise:
        return "–"
    size = TIMES.join(str(n) for n in trace.kernel_size)
    if not operation.windowed:
        return f"{size} per channel"
    depth = len(trace.input) // op.groups
    if not operation.weighted or (op.out_channels == 1 and len(trace.input) == 1):
        return size
    deep = f"{TIMES}{depth}" if len(trace.input) > 1 else ""
    return f"{op.out_channels} filter{'s' * (op.out_channels > 1)} {size}{deep}"


def slide_text(scene) -> str:
    """Stride, padding and dilation; of two runs both values where they differ."""
    op, other = scene.op, scene.compare.changed
    if not ops.OPERATIONS[op.type].windowed:
        return "–"
    said = []
    for name in ("stride", "padding", "dilation"):
        own = parameter(getattr(op, name))
        second = parameter(other[name]) if name in other else own
        said.append(own if second == own else f"{own} and {second}")
    return "/".join(said)


def parameter(value) -> str:
    """2 and (2, 2) as 2, (2, 1) as 2×1, ((1, 2), (0, 0)) as 1+2×0+0; "valid" adds 0, other names stand as they are."""
    if value == "valid":
        return "0"
    if not isinstance(value, tuple):
        return str(value)
    parts = ["+".join(map(str, v)) if isinstance(v, tuple) else str(v) for v in value]
    return parts[0] if len(set(parts)) == 1 and not isinstance(value[0], tuple) else TIMES.join(parts)
