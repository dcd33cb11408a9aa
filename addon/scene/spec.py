# SPDX-License-Identifier: GPL-3.0-or-later
"""What a scene file can say: one frozen dataclass per table, one field per key.

- Every field is made by `knob` (knobs.py), which stores what the command line, the panel and docs/scene-file.md need.
- The keys of `Op` are what the registry's operations (ops/) have as options.
- A default of None means "worked out from the rest"; `auto` says how, and a loaded scene holds the result.
- Lists are held as tuples, sizes are (rows, columns), times are seconds, angles are degrees.
- No checking (checks.py), no files (load.py), no arrays (arrays.py) here.

A field's metadata: `kind` (what checks.py understands), `help`, `unit`, `range` (lowest, highest; None: any),
`choices`, `ops` (the operations that have this key; empty: all), `auto` (the default in words).
"""

from __future__ import annotations

from dataclasses import MISSING, Field, dataclass, fields, make_dataclass
from pathlib import Path

from .. import ops
from ..ops.discover import names_in
from ..ops.options import DILATION, KERNEL_SIZE, PADDING, STRIDE
from .knobs import knob
from .limits import DEFAULT, Limits
from .words import Words

OPS = tuple(ops.OPERATIONS)
KINDS = tuple(dict.fromkeys(kind for operation in ops.OPERATIONS.values() for kind in operation.kinds))
THEMES = ("light", "dark", "print", "transparent")
# The formats are the files of render's registry; their names alone are known here, in this order, others after them.
FORMATS = names_in(
    [str(Path(__file__).resolve().parents[1] / "render" / "files" / "formats")],
    ("gif", "mp4", "png", "steps", "blend", "poster"),
)
QUALITIES = ("draft", "lecture", "print")

INPUT_SOURCES = ("seed", "values", "npy", "image", "idx")
WEIGHT_SOURCES = ("seed", "values", "npy", "kernel")
BIAS_SOURCES = ("seed", "values")
WEIGHTED = ("weight", "bias")  # tables that only operations with weights have
DEFAULT_SOURCE = {"input": "seed", "weight": "seed", "bias": None, "compare": None}
# keys that mean something only beside one of these sources; (): beside the one they were written for
COMPANIONS = {"low": ("seed",), "high": ("seed",), "index": ("idx",), "levels": ("image", "idx"),
              "meaning": ()}  # fmt: skip

LARGEST = 1_000_000_000_000  # no number of a scene is further from 0 than this


def _of(option: ops.Option) -> Field:
    """An operation's option as a key of [op]."""
    return knob(
        option.default, option.kind, option.help, range=option.range, unit=option.unit, choices=option.choices,
        ops=ops.names(lambda operation: operation.has(option.name)), auto=option.auto,
    )  # fmt: skip


_TYPE = knob(OPS[0], "choice", "which operation", choices=OPS)
Op = make_dataclass(
    "Op",
    [("type", str, _TYPE), *((name, object, _of(option)) for name, option in ops.options().items())],
    frozen=True,
    namespace={
        "__module__": __name__,  # for pickling
        "__doc__": "The operation. Names and meanings are PyTorch's and ONNX's; "
        "a convolution does not flip its kernel.",
    },
)


@dataclass(frozen=True)
class Data:
    """The input. Exactly one source: `seed`, `values`, `npy`, `image` or `idx`."""

    size: tuple[int, ...] | None = knob(
        None, "size", "spatial size, one number per axis (1 to 3): `10`, `[rows, columns]`, "
        "`[depth, rows, columns]`, or text like `\"6x6\"`; pictures are cropped at the centre to this "
        "shape and averaged down to it", range=(1, 1_000_000), unit="cells",
        auto="that of `values`, `npy` or `idx`; else 6x6",
    )  # fmt: skip
    channels: int | None = knob(
        None, "whole", "number of channels; a picture has 1 (grey) or 3 (red, green, blue)", range=(1, 4096),
        auto="that of `values` or `npy`; else 1",
    )  # fmt: skip
    seed: int | None = knob(
        None, "whole", "random whole numbers from `low` to `high`, the same on every machine",
        range=(0, 2**31 - 1), auto="0 where no other source is given",
    )  # fmt: skip
    low: int = knob(0, "whole", "lowest number that `seed` draws", range=(-9999, 9999))
    high: int = knob(3, "whole", "highest number that `seed` draws", range=(-9999, 9999))
    values: tuple | None = knob(
        None, "numbers", "the numbers themselves: a list, a list of rows, or channels of rows; "
        "give `size` where that could be read two ways",
    )  # fmt: skip
    npy: Path | None = knob(None, "path", "a NumPy `.npy` file, shaped like `values`")
    image: Path | None = knob(None, "path", "a picture file, PNG or JPEG; transparent parts become white")
    idx: Path | None = knob(None, "path", "an IDX file of pictures (the format of MNIST), gzipped or not")
    index: int = knob(0, "whole", "which picture of the `idx` file, the first is 0", range=(0, 2**31 - 1))
    levels: int = knob(
        10, "whole", "a picture's brightness becomes a whole number from 0 (black) to levels - 1 (white), so "
        "that it can be read and added up; 256 keeps 8-bit values", range=(2, 256),
    )  # fmt: skip


@dataclass(frozen=True)
class Weight:
    """The weights of a convolution. Exactly one source: `seed`, `values`, `npy` or `kernel`."""

    seed: int | None = knob(
        None, "whole", "random whole numbers from `low` to `high`, the same on every machine",
        range=(0, 2**31 - 1), auto="0 where no other source is given",
    )  # fmt: skip
    low: int = knob(-1, "whole", "lowest number that `seed` draws", range=(-9999, 9999))
    high: int = knob(1, "whole", "highest number that `seed` draws", range=(-9999, 9999))
    values: tuple | None = knob(
        None, "numbers", "the numbers themselves: (out, in / groups, rows, columns), for a transposed "
        "convolution (in, out / groups, rows, columns); a leading 1 may be left out",
    )  # fmt: skip
    npy: Path | None = knob(None, "path", "a NumPy `.npy` file, shaped like `values`")
    kernel: str | tuple | None = knob(
        None, "names", "a named kernel for every filter and channel; or a list with one name per filter; or, "
        "with a single filter, one per input channel; or a list of lists, filters of channels",
    )  # fmt: skip
    meaning: str | None = knob(
        None, "text", "what the results mean, said below a sweep; it goes when another source takes the place of the "
        "file's", auto="what the named kernel shows",
    )  # fmt: skip


@dataclass(frozen=True)
class Bias:
    """What is added to every cell of an output channel. No source: no bias."""

    seed: int | None = knob(
        None, "whole", "random whole numbers from `low` to `high`, the same on every machine",
        range=(0, 2**31 - 1), auto="none",
    )  # fmt: skip
    low: int = knob(-2, "whole", "lowest number that `seed` draws", range=(-9999, 9999))
    high: int = knob(2, "whole", "highest number that `seed` draws", range=(-9999, 9999))
    values: int | float | tuple | None = knob(
        None, "numbers", "a list with one number per filter; or one number, the same for every filter",
        auto="none",
    )  # fmt: skip


_COMPARABLE = ops.names(lambda operation: operation.comparable)
_COMPARABLE_POOLINGS = ops.names(lambda operation: operation.comparable and not operation.weighted)


def _second(option: ops.Option) -> Field:
    """The same option of a second run."""
    return knob(
        None, option.kind, f"the second run's {option.name}", range=option.range, unit=option.unit,
        choices=option.choices, ops=_COMPARABLE, auto="as in `[op]`",
    )  # fmt: skip


def _second_weight(name: str) -> Field:
    """The same key of [weight] for a second run."""
    own = next(f for f in fields(Weight) if f.name == name)
    return knob(
        own.default, own.metadata["kind"], f"of the second run's weights what `weight.{name}` is of the first's",
        range=own.metadata["range"], ops=tuple(n for n in _COMPARABLE if n not in _COMPARABLE_POOLINGS),
        auto="" if own.default is not None else "as in `[weight]`",
    )  # fmt: skip


@dataclass(frozen=True)
class Compare:
    """A second run over the same input, shown beside the first: another window, another kernel or another pooling.
What is not said here is as in `[op]`; the weights are those of `[weight]`, unless `seed`, `values`, `npy` or `kernel`
gives others, of which at most one is said."""

    type: str | None = knob(
        None, "choice", "the second run's operation", choices=_COMPARABLE_POOLINGS, ops=_COMPARABLE_POOLINGS,
        auto="as in `[op]`",
    )  # fmt: skip
    kernel_size: int | tuple[int, ...] | None = _second(KERNEL_SIZE)
    stride: int | tuple[int, ...] | None = _second(STRIDE)
    padding: int | str | tuple | None = _second(PADDING)
    dilation: int | tuple[int, ...] | None = _second(DILATION)
    seed: int | None = _second_weight("seed")
    low: int = _second_weight("low")
    high: int = _second_weight("high")
    values: tuple | None = _second_weight("values")
    npy: Path | None = _second_weight("npy")
    kernel: str | tuple | None = _second_weight("kernel")

    @property
    def changed(self) -> dict:
        """The keys of `[op]` that are said of the second run."""
        names = ("type", "kernel_size", "stride", "padding", "dilation")
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}

    @property
    def source(self) -> str | None:
        """The key that gives the second run weights of its own; None: they are the first's."""
        return next((name for name in WEIGHT_SOURCES if getattr(self, name) is not None), None)

    @property
    def given(self) -> bool:
        """Whether there is a second run."""
        return bool(self.changed or self.source)


@dataclass(frozen=True)
class Look:
    """What is shown, and in which theme."""

    theme: str = knob("light", "choice", "colours of ground, ink and cells", choices=THEMES)
    light: str | None = knob(
        None, "choice", "how solid figures are lit: `baked`, worked out beforehand, or `studio`, by Blender's lamps",
        choices=("baked", "studio"), auto="`studio` for the quality `print`, else `baked`",
    )  # fmt: skip
    title: bool = knob(True, "flag", "show the title with the operation and its parameters")
    sum_line: bool = knob(True, "flag", "show the sum at work below the volumes")
    labels: bool = knob(True, "flag", "show names and shapes of the volumes")
    numbers: bool = knob(True, "flag", "show the numbers on the cells")
    decimals: int | None = knob(
        None, "whole", "decimals of printed numbers: so many at most, half away from zero, and more for what is not 0 "
        "but would be printed as 0; where anything is rounded, ≈ stands for =", range=(0, 4),
        auto="those that a number has, if these are at most 4; else it is rounded to 2, or two digits",
    )  # fmt: skip
    index_from: int = knob(0, "choice", "indices count from 0 or from 1", choices=(0, 1))


@dataclass(frozen=True)
class Timing:
    """How long things take, at the figure's own pace."""

    intro: float = knob(1.0, "real", "everything labelled and still", range=(0, 60), unit="s")
    first: float = knob(3.6, "real", "the first step, with products and sum", range=(0.2, 60), unit="s")
    next: float | None = knob(
        None, "real", "each of the next steps whose sum is worked out", range=(0.1, 60), unit="s",
        auto="half of `first`",
    )  # fmt: skip
    step: float = knob(0.45, "real", "each step after those", range=(0.01, 60), unit="s")
    breath: float = knob(0.2, "real", "a pause at each line's end, besides", range=(0, 60), unit="s")
    outro: float = knob(2.0, "real", "the whole, at the end", range=(0, 60), unit="s")
    longest: float | None = knob(
        None, "real", "the whole figure at most: where its steps would take longer they go quicker, and many of them "
        "by an accelerating sweep; acts before the first step and after the last that have no time are left out; "
        "refused where it cannot be as short", range=(5, 600), unit="s",
        auto="22, or more where a figure needs it",
    )  # fmt: skip


@dataclass(frozen=True)
class Camera:
    """Where the viewer stands; the view is orthographic and always holds the whole figure."""

    azimuth: float = knob(
        30.0, "real", "how far it stands to the right, at least 15; a number below 0 counts as the one above",
        range=(-45, 45), unit="°",
    )  # fmt: skip
    elevation: float = knob(22.0, "real", "seen from above", range=(15, 45), unit="°")


@dataclass(frozen=True)
class Output:
    """What is written."""

    size: tuple[int, int] = knob(
        (1280, 720), "pixels", "width and height of the picture: `[1280, 720]` or `\"1280x720\"`; in `draft` quality "
        "854×480 where nothing is said", range=(16, 8192), unit="pixels",
    )  # fmt: skip
    fps: int | float = knob(
        20, "rate", "frames per second, also `29.97` (which is 30000/1001) or text like `\"30000/1001\"`; 10, 20, 25 "
        "and 50 are exact in a GIF, others right to a hundredth of a second; in `draft` quality 10 where nothing is "
        "said",
        range=(1, 120), unit="1/s",
    )  # fmt: skip
    formats: tuple[str, ...] = knob(
        ("gif",), "choices", "what to write: a list, or text like `\"gif,mp4\"`; `png` is every frame, "
        "`steps` one picture per step, `blend` the Blender file, `poster` one still", choices=FORMATS,
    )  # fmt: skip
    quality: str = knob("lecture", "choice", "how it is rendered, from quick to fine", choices=QUALITIES)


@dataclass(frozen=True)
class Scene:
    """A whole scene file, checked, with everything that can be worked out filled in, and the limits it was held to."""

    id: str = ""
    title: str = knob("", "text", "the figure's title", auto="empty")
    story: str | None = knob(
        None, "name", "what was named before there were kinds: `channels`, `transposed`, …; each is a kind now",
        auto="a kind is chosen",
    )
    kind: str | None = knob(
        None, "name", f"which kind of figure it is: {', '.join(f'`{kind}`' for kind in KINDS)}",
        auto="chosen from the operation and its sizes",
    )  # fmt: skip
    watch: str = knob("", "text", "one sentence: what to watch in it, as docs/gallery.md says it", auto="empty")
    why: str = knob("", "text", "one line in the figure that says what the operation is for", auto="empty")
    op: Op = Op()
    input: Data = Data()
    weight: Weight = Weight()
    bias: Bias = Bias()
    compare: Compare = Compare()
    look: Look = Look()
    words: Words = Words()
    timing: Timing = Timing()
    camera: Camera = Camera()
    output: Output = Output()
    path: Path | None = None
    limits: Limits = DEFAULT


TABLES = {
    "op": Op, "input": Data, "weight": Weight, "bias": Bias, "compare": Compare, "look": Look, "words": Words,
    "timing": Timing, "camera": Camera, "output": Output,
}  # fmt: skip
SOURCES = {"input": INPUT_SOURCES, "weight": WEIGHT_SOURCES, "bias": BIAS_SOURCES, "compare": WEIGHT_SOURCES}


def knobs(cls) -> dict[str, Field]:
    """The keys of a table, in order."""
    return {f.name: f for f in fields(cls) if "kind" in f.metadata}


def find_knob(key: str) -> Field | None:
    """The field behind "title" or "op.stride"; None where there is none."""
    table, _, name = key.rpartition(".")
    cls = TABLES.get(table) if table else Scene
    return knobs(cls).get(name) if cls else None


def default_of(f: Field):
    return None if f.default is MISSING else f.default
