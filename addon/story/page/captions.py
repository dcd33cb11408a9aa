# SPDX-License-Identifier: GPL-3.0-or-later
"""What a figure says of its operation in words: shapes, parameters, the output's size, a cell's name."""

from ... import ops
from .glyphs import TIMES, number


def shape_text(sizes) -> str:
    return f" {TIMES} ".join(str(n) for n in sizes)


def axes_text(values) -> str:
    """One number where all axes agree, else all of them."""
    values = tuple(values)
    if len(set(values)) == 1:
        value = values[0]
        if isinstance(value, tuple):
            return str(value[0]) if value[0] == value[1] else f"{value[0]}/{value[1]}"
        return str(value)
    return f" {TIMES} ".join(axes_text((v,)) for v in values)


def parameters(scene, trace, kernel_shape=None, filters: int = 1, other=None) -> str:
    """The operation's parameters, as a heading names them: kernel, stride and padding always, others where they differ
    from the defaults. `other`: a second run, whose own are named too."""
    w, shape, runs = scene.words, shape_text(kernel_shape or trace.kernel_size), (trace, other or trace)
    if trace.weight is None:
        name = w.window
    else:
        name = w.filters if filters > 1 else w.size if len(trace.input) == 1 else w.one_filter
    said = [f"{filters} {name} {shape}" if filters > 1 else f"{name} {shape}"]

    def own(word, key):
        texts = dict.fromkeys(axes_text(getattr(run, key)) for run in runs)
        return f"{word} {f' {w.and_word} '.join(texts)}"

    if ops.of(trace).windowed:
        said += [own(w.stride, "stride"), own(w.padding, "padding")]
    if any(d != 1 for run in runs for d in run.dilation):
        said.append(own(w.dilation, "dilation"))
    if trace.groups > 1:
        said.append(f"{w.groups} {trace.groups}")
    if not trace.count_include_pad and any(sum(p) for p in trace.padding):
        said.append(w.uncounted)
    if trace.bias is not None:
        said.append(f"{w.bias} {number(trace.bias[0])}" if filters == 1 else w.biases)
    return ",  ".join(said)


def operation_name(scene, trace) -> str:
    """The operation, as the title of a scene without one names it; its own name where the scene has no word for it."""
    operation = ops.of(trace)
    name = getattr(scene.words, operation.title_word, None) or operation.name
    return name[:1].upper() + name[1:]


def size_formula(trace, axis: int = -1, *, opened: bool = False) -> str:
    """How the output's size comes about, as in "(7 − 3) / 2 + 1 = 3", or nothing where it takes no working out;
    `opened`: a dilated kernel's extent is known."""
    formula = ops.of(trace).size_formula
    return formula(trace, axis, opened) if formula else ""


def cell_name(scene, index, slice: int | None = None) -> str:
    """The output cell's name with its place, as in "out[row 1, col 2]", "out[slice 0, row 1, col 2]", or on one axis
    "out[1]"."""
    w, base = scene.words, scene.look.index_from
    names = (w.row, w.column) if len(index) == 2 else ("",) * len(index)
    inner = [f"{name} {i + base}".strip() for name, i in zip(names, index, strict=True)]
    if slice is not None:
        inner.insert(0, f"{w.slice} {slice + base}".strip())
    return f"{w.out}[{', '.join(inner)}]"
