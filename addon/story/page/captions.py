# SPDX-License-Identifier: GPL-3.0-or-later
"""What a figure says of its operation in words: shapes, parameters, the output's size, a cell's name."""

from ... import ops
from .glyphs import MINUS, TIMES, width
from .numerals import Numerals

LABELS = 13.0, 16.0  # of their size: the longest labels of two runs, the second of which has room at its left


def shape_text(sizes) -> str:
    return f" {TIMES} ".join(str(n) for n in sizes)


def axes_text(values) -> str:
    """One number where all axes agree, else all of them."""
    values = tuple(values)
    return str(values[0]) if len(set(values)) == 1 else f" {TIMES} ".join(map(str, values))


def padding_text(words, pairs) -> str:
    """How much is around: one number, one per axis, or as in "1 top, 2 right" where two sides of an axis differ."""
    pairs = [tuple(map(int, pair)) for pair in pairs]
    if all(before == after for before, after in pairs):
        return axes_text(before for before, _ in pairs)
    sides = ((words.front, words.back), (words.top, words.bottom), (words.left, words.right))[-len(pairs) :]
    each = [(n, name) for pair, names in zip(pairs, sides, strict=True) for n, name in zip(pair, names, strict=True)]
    return ", ".join(f"{n} {name}" for n, name in each if n)


def parameter_text(words, trace, key: str) -> str:
    """One parameter of an operation."""
    value = getattr(trace, key)
    return padding_text(words, value) if key == "padding" else axes_text(value)


def besides_shapes(words, trace, padding: bool = True) -> str:
    """What else an output's shape follows from, where it differs from the defaults: ",  stride 2,  padding 1"; or
    without the padding."""
    usual = {"stride": "1", "dilation": "1", **({"padding": "0", "output_padding": "0"} if padding else {})}
    return "".join(f",  {getattr(words, key)} {text}" for key, value in usual.items()
                   if (text := parameter_text(words, trace, key)) != value)


def parameters(scene, trace, numbers: Numerals, kernel_shape=None, filters: int = 1, other=None) -> str:
    """The operation's parameters, as a heading names them: kernel, stride and padding always, others where they differ
    from the defaults; of an elementwise one its formula; and that numbers are rounded, if any is. `other`: a second
    run, whose own are named too."""
    w, runs = scene.words, (trace, other or trace)
    if ops.of(trace).elementwise:
        return ",  ".join([formula_text(trace, "x"), *[w.rounded] * numbers.rounds])
    shapes = [kernel_shape] if kernel_shape else dict.fromkeys(run.kernel_size for run in runs)
    shape = f" {w.and_word} ".join(map(shape_text, shapes))
    if trace.weight is None:
        name = w.window
    else:
        name = w.filters if filters > 1 else w.size if len(trace.input) == 1 else w.one_filter
    said = [f"{filters} {name} {shape}" if filters > 1 else f"{name} {shape}"]

    def own(word, key):
        texts = dict.fromkeys(parameter_text(w, run, key) for run in runs)
        return f"{word} {f' {w.and_word} '.join(texts)}"

    if ops.of(trace).windowed:
        said += [own(w.stride, "stride"), own(w.padding, "padding")]
    if any(d != 1 for run in runs for d in run.dilation):
        said.append(own(w.dilation, "dilation"))
    if any(trace.output_padding):
        said.append(own(w.output_padding, "output_padding"))
    if trace.groups > 1:
        said.append(f"{w.groups} {trace.groups}")
    if not trace.count_include_pad and any(sum(p) for p in trace.padding):
        said.append(w.uncounted)
    if trace.bias is not None:
        said.append(f"{w.bias} {numbers.about(trace.bias[0])}" if filters == 1 else w.biases)
    if numbers.rounds:
        said.append(w.rounded)
    return ",  ".join(said)


def formula_text(trace, number: str) -> str:
    """What an elementwise operation makes of a number, as in "max(0, −2)"."""
    return ops.of(trace).formula.replace("{x}", number)


def run_labels(scene, traces) -> list[str]:
    """What is other in the second of two runs, said of each: "stride 1" and "stride 2", "kernel blur" and "kernel
    edge"; of several things as many as are read beside each other, for the heading has all."""
    w, window = scene.words, scene.words.window if traces[0].weight is None else scene.words.size
    said = {"type": [getattr(w, ops.of(trace).title_word, "") for trace in traces],
            "kernel_size": [f"{window} {shape_text(trace.kernel_size)}" for trace in traces]}  # fmt: skip
    said |= {key: [f"{getattr(w, key)} {parameter_text(w, trace, key)}" for trace in traces]
             for key in ("stride", "padding", "dilation")}  # fmt: skip
    others = {key for key, texts in said.items() if texts[0] != texts[1]}
    if scene.compare.source and "kernel_size" not in others:  # the kernels by their names, or by numbers
        names = [name if isinstance(name, str) else str(run + 1)
                 for run, name in enumerate((scene.weight.kernel, scene.compare.kernel))]  # fmt: skip
        said["kernel_size"] = [f"{window} {name}" for name in (names if names[0] != names[1] else ("1", "2"))]
        others.add("kernel_size")
    keys = [key for key in said if key in (others or scene.compare.changed)]
    labels = [[",  ".join(said[key][run] for key in keys[:count]) for run in (0, 1)]
              for count in range(len(keys), 0, -1)]  # fmt: skip
    fitting = [own for own in labels if all(width(text) <= most for text, most in zip(own, LABELS, strict=True))]
    return (fitting or labels)[0 if fitting else -1]


def operation_name(scene, *traces) -> str:
    """The operations, as the title of a scene without one names them; one's own name where the scene has no word for
    it."""
    found = [ops.of(trace) for trace in traces]
    names = dict.fromkeys(getattr(scene.words, one.title_word, None) or one.name for one in found)
    name = f" {scene.words.and_word} ".join(names)
    return name[:1].upper() + name[1:]


def size_formula(trace, axis: int = -1, *, opened: bool = False) -> str:
    """How the output's size comes about, as in "(7 − 3) / 2 + 1 = 3", or nothing where it takes no working out;
    `opened`: a dilated kernel's extent is known."""
    formula = ops.of(trace).size_formula
    return formula(trace, axis, opened) if formula else ""


def size_lines(words, trace) -> list[str]:
    """How the output's size comes about: one line, or one per axis where it is not the same."""
    axes = len(trace.kernel_size)
    formulas = [size_formula(trace, axis) for axis in range(axes)]
    if len(set(formulas)) == 1:
        return [formulas[0]] if formulas[0] else []
    names = (words.rows, words.columns) if axes == 2 else [str(axis) for axis in range(axes)]
    return [f"{name}: {formula}" for name, formula in zip(names, formulas, strict=True) if formula]


def left_out(scene, count: int) -> str:
    """What is said of channels or slices that do not stand, as in "… 60 more"."""
    return scene.words.more.replace("{count}", str(count))


def cell_name(scene, index, slice: int | None = None) -> str:
    """The output cell's name with its place, as in "out[row 1, col 2]", "out[slice 0, row 1, col 2]", or on one axis
    "out[1]"."""
    w, base = scene.words, scene.look.index_from
    inner = place_name(scene, index)
    return f"{w.out}[{inner}]" if slice is None else f"{w.out}[{f'{w.slice} {slice + base}'.strip()}, {inner}]"


def place_name(scene, index) -> str:
    """A cell's place, as in "row 1, col 2", or on one axis "1"."""
    w, base = scene.words, scene.look.index_from
    names = (w.row, w.column) if len(index) == 2 else ("",) * len(index)
    return ", ".join(f"{name} {i + base}".strip() for name, i in zip(names, index, strict=True))


def begins_at(scene, trace, index=None) -> str:
    """Where a window with a stride begins, as in "out[i, j]: window at row 2i, col 2j"; for the output cell at `index`
    as in "window at row 2 × 0 = 0, col 2 × 1 = 2"; in the padding places are negative."""
    w, base, axes = scene.words, scene.look.index_from, len(trace.kernel_size)
    found = []
    for axis, (stride, pair) in enumerate(zip(trace.stride, trace.padding, strict=True)):
        # place = stride × index − less, both counted from `base`
        less, letter = int(pair[0]) + (stride - 1) * base, "ij"[axis + 2 - axes] if axes == 2 else "i"
        minus = f" {MINUS} {less}" if less > 0 else f" + {-less}" if less else ""
        text = f"{stride if stride > 1 else ''}{letter}{minus}"
        if index is not None:
            at = stride * (index[axis] + base) - less
            text = f"{stride} {TIMES} {index[axis] + base}{minus} = {str(at).replace('-', MINUS)}"
        found.append(f"{(w.row, w.column)[axis] if axes == 2 else ''} {text}".strip())
    general = f"{w.out}[{', '.join('ij'[:axes])}]: " if index is None else ""
    return f"{general}{w.window_at} {',  '.join(found)}"
