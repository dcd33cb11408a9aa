# SPDX-License-Identifier: GPL-3.0-or-later
"""Scene files and data files that are wrong in one place or in many, made from those of this project."""

import datetime
import gzip
import io
import struct
import tomllib
from pathlib import Path

import numpy as np
from hypothesis import strategies as st
from PIL import Image

from addon.scene.checks import toml
from addon.scene.kernels import NAMES
from addon.scene.spec import COMPANIONS, OPS, SOURCES, TABLES, Scene, knobs

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted([*(ROOT / "scenes").glob("*.toml"), *(ROOT / "tests" / "scenes").rglob("*.toml")])
BASES = [tomllib.loads(path.read_text(encoding="utf-8")) for path in FILES]
LARGE = [n for n, base in enumerate(BASES) if {base.get("story"), base.get("kind")} & {"sweep", "filters", "volume"}]
KEYS = [(table, key) for table, cls in {"": Scene, **TABLES}.items() for key in knobs(cls) if table != "words"]
WORDS = [("words", key) for key in knobs(TABLES["words"])]
NUMBERS = [0, 1, -1, 2, 3, 7, 63, 64, 65, 255, 4095, 4096, 10**6, 2**31 - 1, 2**31, 2**63, 10**30, -(10**30), 1 << 9000,
           0.5, -0.0, 1e-320, 1e308, 1e12, float("nan"), float("inf"), -float("inf")]  # fmt: skip
TEXTS = [
    "", " ", "same", "full", "valid", "3x3", "9999999x9999999", "1x1x1", "transparent", "x.npy", "../x.npy",
    "/dev/zero", "/dev/stdin", "~root/x", "/proc/self/environ", "file:///etc/passwd", "a\0b", "a\nb", "\x1b[2J",
    "\u202egnp", "\ufeff", "é" * 70, "x" * 121, "x" * 9000, "{count}" * 17, "{count!r:>99999999}", "{0.__class__}",
    "%s%n", "$(id)", "`id`", "__import__('os')", "-o", "con", "𝕏", "🂡" * 20, "\u0301" * 40, "٣", *NAMES[:4], *OPS,
]  # fmt: skip
OTHER = [True, False, {}, {"a": {"b": 1}}, [], [[]], [[], []], [None.__class__.__name__], datetime.date(2020, 1, 1),
         datetime.datetime(2020, 1, 1, 1, 1), datetime.time(1, 1)]  # fmt: skip
SMALL = [3, [4, 4], [1, 5], [5, 1], [6, 3], [3, 3, 3], [7, 7], "4x5", [2, 9], [8, 8]]


def nested(values):
    """Lists of lists, some of them rectangular, some deep."""
    row = st.lists(values, min_size=1, max_size=4)
    block = st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3)).map(
        lambda n: np.arange(np.prod(n)).reshape(n[2:] + n[:2]).tolist()
    )
    deep = st.integers(2, 90).map(lambda n: tomllib.loads("v = " + "[" * n + "1" + "]" * n)["v"])
    return st.one_of(row, st.lists(row, min_size=1, max_size=4), block, deep)


def values():
    single = st.one_of(st.sampled_from(NUMBERS), st.sampled_from(TEXTS), st.sampled_from(OTHER), st.integers(-9, 99),
                       st.floats(width=32), st.text(max_size=30))  # fmt: skip
    return st.one_of(single, single, single, nested(single), nested(st.integers(-9, 9)))


def fitting(table: str, key: str):
    """Values that a key may well take, so that what follows from them is reached."""
    about = knobs(TABLES[table] if table else Scene)[key].metadata
    low, high = about["range"] or (0, 9)
    low, high = (0, 9) if low is None else (low, high)
    near = st.one_of(st.integers(int(low), int(min(high, low + 6))), st.sampled_from([int(low), int(high)]))
    kinds = {
        "flag": st.booleans(), "whole": near, "real": st.one_of(near, st.floats(low, high)), "axes": near,
        "choice": st.sampled_from(about["choices"] or (0,)), "padding": st.one_of(near, st.sampled_from(TEXTS[2:5])),
        "choices": st.lists(st.sampled_from(about["choices"] or (0,)), max_size=3), "size": st.sampled_from(SMALL),
        "pixels": st.tuples(st.integers(16, 2000), st.integers(16, 2000)), "numbers": nested(st.integers(-9, 9)),
        "names": st.sampled_from(NAMES), "text": st.sampled_from(TEXTS), "name": st.sampled_from(
            ["sliding", "channels", "filters", "pooling", "collapse", "transposed", "comparison", "sweep"]),
    }  # fmt: skip
    return kinds.get(about["kind"], values())


def shape(tables: dict) -> str:
    """A scene file's text, also of what no scene file may say."""
    lines = [f"{key} = {toml(value)}" for key, value in tables.items() if not isinstance(value, dict)]
    for name, table in tables.items():
        if isinstance(table, dict):
            lines += [f"[{name}]", *(f"{key} = {toml(value)}" for key, value in table.items())]
    return "\n".join(lines) + "\n"


@st.composite
def changed_scene(draw) -> bytes:
    """A scene of this project with some keys set, taken away, misspelt or moved."""
    number = draw(st.integers(0, len(BASES) - 1))
    base = BASES[number]
    tables = {name: dict(part) if isinstance(part, dict) else part for name, part in base.items()}
    if number in LARGE or draw(st.booleans()):  # what takes long to plan is tried small
        tables["input"] = {k: v for k, v in tables.get("input", {}).items() if k not in SOURCES["input"]}
        tables["input"]["size"] = draw(st.sampled_from(SMALL))
    for _ in range(draw(st.integers(1, 4))):
        table, key = draw(st.sampled_from(KEYS + WORDS[:9]))
        part = tables.setdefault(table, {}) if table else tables
        if not isinstance(part, dict):
            continue
        act = draw(st.sampled_from(["set", "set", "fit", "fit", "fit", "fit", "drop", "misspell", "move"]))
        if act == "set":
            part[key] = draw(values())
        elif act == "fit":
            part[key] = draw(fitting(table, key))
            for other in SOURCES.get(table, ()) if key in SOURCES.get(table, ()) else ():
                if other != key:
                    part.pop(other, None)
            for other, goes in COMPANIONS.items() if key in SOURCES.get(table, ()) else ():
                if key not in goes:
                    part.pop(other, None)
        elif act == "drop" and part:
            part.pop(draw(st.sampled_from(sorted(part))), None)
        elif act == "misspell":
            part[draw(st.sampled_from([key[:-1] or "x", key + "s", key.upper(), "x.y", "a.b.c"]))] = draw(values())
        else:
            tables[draw(st.sampled_from(["", "opp", "Op", table + "x"])) or "y"] = {key: draw(values())}
    return shape(tables).encode("utf-8", "surrogatepass")


PIECES = [
    b"[", b"]", b"[[", b"{", b"}", b'"', b'"""', b"'''", b"\\", b"=", b"\n", b"\r", b"\0", b"\xff\xfe", b"\xef\xbb\xbf",
    b"#", b".", b"_", b"-", b"inf", b"nan", b"9" * 400, b"0x" + b"f" * 90, b"1e999", b"[op]\n", b"[[op]]\n",
    b"op.type = 1\n", b"\\u0000", b"\\U0010ffff", b"\\ud800", b"a.a.a.a.a.a.a.a.a.a=1\n", b"[" * 3000, b"{a=" * 2000,
]  # fmt: skip



@st.composite
def damaged(draw, content: bytes, pieces=PIECES) -> bytes:
    """Bytes changed, left out, doubled, put in, cut off."""
    found = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(found) - 1)))
        act = draw(st.integers(0, 5))
        if act == 0 and found:
            found[at] = draw(st.integers(0, 255))
        elif act == 1 and found:
            found[at] ^= 1 << draw(st.integers(0, 7))
        elif act == 2:
            del found[at : at + draw(st.integers(1, 40))]
        elif act == 3:
            found[at:at] = found[at : at + draw(st.integers(1, 200))]
        elif act == 4:
            found[at:at] = draw(st.sampled_from(pieces))
        else:
            del found[at:]
    return bytes(found)


def scene_files():
    """Two of three with changed keys, one of three with changed bytes."""
    raw = st.sampled_from(FILES).flatmap(lambda path: damaged(path.read_bytes()))
    return st.one_of(changed_scene(), changed_scene(), raw)


# --- data files ---


def _saved(mode: str, kind: str, **more) -> bytes:
    made, file = np.arange(12 * 10 * 4, dtype=np.uint8).reshape(12, 10, 4), io.BytesIO()
    Image.fromarray(made, "RGBA").convert(mode).save(file, kind, **more)
    return file.getvalue()


def _npy(array, **more) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **more)
    return file.getvalue()


def _idx() -> bytes:
    pictures = np.arange(3 * 6 * 5, dtype=np.uint8)
    return b"\0\0\x08\x03" + struct.pack(">III", 3, 6, 5) + pictures.tobytes()


PICTURES = [
    *(_saved(mode, "PNG") for mode in ("RGB", "RGBA", "P", "L", "1")), _saved("RGB", "JPEG"), _saved("CMYK", "JPEG"),
    _saved("P", "GIF"), _saved("RGB", "BMP"), _saved("RGB", "WEBP"), _saved("RGB", "PPM"), _saved("L", "PPM"),
    _saved("RGB", "TIFF"),
]  # fmt: skip
ARRAYS = [_npy(np.arange(36).reshape(6, 6)), _npy(np.ones((2, 5, 5), ">f4")), _npy(np.eye(4, dtype=bool)),
          _npy(np.asfortranarray(np.ones((4, 3)))), _npy(np.array([[{}]], object), allow_pickle=True),
          _npy(np.zeros(3, [("a", "f8"), ("b", "O")]), allow_pickle=True)]  # fmt: skip
IDX = [_idx(), gzip.compress(_idx(), mtime=0), gzip.compress(_idx() + bytes(9000), mtime=0)]
SIZES = [
    b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\0", b"\0\x01\0\0", b"\0\0\xff\xff", b"\x80\0\0\0",
    b"(9999999999,)", b"(-1, 4)", b"'descr': '|O'", b"1" * 5000, b"-" * 9000, b"(" * 250, b"\x1f\x8b\x08\x10",
    bytes(300),
]  # fmt: skip
CONV = '[op]\ntype = "conv"\n[input]\n'
SCENES = {
    "image": [CONV + 'image = "data"\n', CONV + 'image = "data"\nchannels = 3\n'],
    "npy": [CONV + 'npy = "data"\n', CONV + 'channels = 2\n[weight]\nnpy = "data"\n'],
    "idx": [CONV + 'idx = "data"\nindex = 2\n', '[op]\ntype = "max_pool"\n[input]\nidx = "data"\n'],
}



@st.composite
def data_files(draw) -> tuple[str, bytes]:
    """A scene file's text, and the damaged file `data` that it names."""
    kind = draw(st.sampled_from(["image", "image", "npy", "idx"]))
    whole = draw(st.sampled_from({"image": PICTURES, "npy": ARRAYS, "idx": IDX}[kind]))
    return draw(st.sampled_from(SCENES[kind])), draw(damaged(whole, SIZES))
