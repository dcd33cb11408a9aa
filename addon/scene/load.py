# SPDX-License-Identifier: GPL-3.0-or-later
"""Scene files: found, read, overridden, checked, written.

- `load` gives a complete `Scene` or one `SceneError` that names file, key, value and what would be right.
- What a file may ask for is bounded by limits, and what it names lies beside it: it may be a stranger's. Overrides,
  limits and further folders are the caller's own.
- An override that brings another source (`input.image=photo.png`) takes the place of the file's source.
- `dump` writes what is not default, and `load` reads the same scene back.
- No arrays here (arrays.py); files that a scene names are looked at, not read.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from .. import ops
from . import rates
from .checks import ValidationError, check, is_whole, plain, show, toml
from .data_files import kind_of
from .limits import DEEP_KEY, DEFAULT, Limits
from .paths import placed, shown, unusable
from .resolve import DERIVED, DRAFT, check_result, complete, within_limit
from .second_run import check_compared
from .spec import COMPANIONS, DEFAULT_SOURCE, SOURCES, TABLES, WEIGHTED, Scene, default_of, find_knob, knobs
from .words import RETIRED

CHEAT_SHEET = (
    "conv1d", "conv2d_zero_padding", "conv2d_valid", "conv2d_same", "conv2d_full", "conv2d_strided",
    "conv2d_stride_comparison", "pooling", "conv2d_dilated", "mnist_conv", "depth", "rgb_conv", "rgb_to_volume",
    "volume_to_volume", "conv1x1", "global_pooling", "transposed_conv", "transposed_conv_strided",
)  # fmt: skip


REMOVED = object()  # an override's value that takes the file's key out, so that it is worked out again


class SceneError(ValueError):
    """A scene that cannot be: `file`, `key` and `value` (None if there is none), the `hint` says what would be
    right."""

    def __init__(self, file: str, key: str | None, value: object, hint: str):
        super().__init__(file, key, value, hint)
        self.file, self.key, self.value, self.hint = str(file), key, value, hint

    def __str__(self) -> str:
        at = (
            ""
            if self.key is None
            else f" {self.key}" + ("" if self.value is None else f" = {show(self.value)}")
        )
        file = self.file if len(self.file) <= 200 else "…" + self.file[-199:]
        line = f"{file}:{at}: {self.hint}" if at else f"{file}: {self.hint}"
        line = "".join(c if c.isprintable() else repr(c)[1:-1] for c in line)
        return line.encode("utf-8", "backslashreplace").decode("utf-8")


def scenes_folder() -> Path:
    """Where the figures' scene files lie: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "scenes"
    return inside if inside.is_dir() else package.parent / "scenes"


def figures() -> list[str]:
    """The ids of all figures: the cheat sheet's in its order, then others by name."""
    there = {p.stem for p in scenes_folder().glob("*.toml")}
    return cheat_sheet() + sorted(there.difference(CHEAT_SHEET))


def cheat_sheet() -> list[str]:
    """The ids of the figures that are rendered where none is named, in their order."""
    return [name for name in CHEAT_SHEET if (scenes_folder() / f"{name}.toml").is_file()]


def load(
    name_or_path: str | os.PathLike,
    overrides: Mapping[str, object] | None = None,
    *,
    limits: Limits = DEFAULT,
    folders: Iterable[Path] | None = (),
) -> Scene:
    """The scene of a figure's id or of a file, with single keys replaced.

    `limits` is the most it may ask for. Files it names lie beside it, below it or in one of `folders` (None: anywhere);
    those of `overrides` anywhere. Raises SceneError.
    """
    path = _find(name_or_path)
    return loads(_read(path, limits), overrides, path=path, limits=limits, folders=folders)


def loads(
    text: str,
    overrides: Mapping[str, object] | None = None,
    *,
    path: Path | None = None,
    limits: Limits = DEFAULT,
    folders: Iterable[Path] | None = (),
) -> Scene:
    """The scene of a scene file's text, as `load` has it; relative paths in it start beside `path`, or here."""
    file = shown(path)
    deep = DEEP_KEY.search(text)
    if deep:
        line = text.count("\n", 0, deep.start()) + 1
        raise SceneError(file, None, None, f"is nested too far (at line {line}): a key is a table's and its own name")
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        raise SceneError(file, None, None, f"is not TOML: {_with_place(str(e), text)}") from None
    except (ValueError, RecursionError):
        raise SceneError(
            file, None, None, "is not TOML that can be read: nested or numbered too far"
        ) from None
    if not tables and not overrides:
        raise SceneError(
            file, None, None, 'is empty; it must say at least which operation, as in op.type = "conv"'
        )
    try:
        why = unusable(path.stem) if path else None
        if why:
            raise ValidationError(why)
        folders = None if folders is None else (scenes_folder(), *folders)
        within = (path.parent if path else Path(), folders)
        return _build(_override(_checked(tables, within), overrides or {}), path, limits)
    except ValidationError as wrong:
        raise SceneError(file, wrong.key, wrong.value, wrong.hint) from None


# --- finding and reading ---


def _find(name_or_path: str | os.PathLike) -> Path:
    name = os.fspath(name_or_path)
    ids = figures()
    named = isinstance(name_or_path, str) and not re.search(r"[/\\]|\.toml$", name)
    if named and name in ids:
        return scenes_folder() / f"{name}.toml"
    if name.strip() and "\0" not in name:
        path = Path(name)
        if not named or kind_of(path) != "nothing":
            return path
    near = difflib.get_close_matches(name, ids, n=3, cutoff=0.4)
    hint = f"nearest: {', '.join(near)}" if near else f"the figures are {', '.join(ids)}"
    raise SceneError(name or '""', None, None, f"no such figure; {hint}")


def _read(path: Path, limits: Limits) -> str:
    file = shown(path)

    def wrong(hint):
        return SceneError(file, None, None, hint)

    kind = kind_of(path)
    if kind == "folder":
        raise wrong("is a folder, must be a scene file")
    if kind == "nothing":
        near = difflib.get_close_matches(path.stem, figures(), n=1)
        raise wrong("no such file" + (f"; the nearest figure is {near[0]}" if near else ""))
    try:
        with path.open("rb") as opened:
            raw = opened.read(limits.text + 1)
    except OSError as e:
        raise wrong(f"cannot be read ({e.strerror or e})") from None
    if len(raw) > limits.text:
        raise wrong(f"is too long, must be a scene file of at most {limits.text:,} bytes (--limit text=… allows more)")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        line = raw.count(b"\n", 0, e.start) + 1
        raise wrong(f"is not UTF-8 text (at line {line}), must be a scene file in TOML") from None


def _with_place(message: str, text: str) -> str:
    """tomllib's message; "end of document" becomes a line and a column too."""
    lines = text.split("\n")
    return message.replace(
        "at end of document", f"at the end, line {len(lines)}, column {len(lines[-1]) + 1}"
    )


# --- checking ---


def _checked(tables: Mapping, within) -> dict[str, dict]:
    """{"": top-level keys, "op": {...}, ...}, every value checked against its knob."""
    parts: dict[str, dict] = {"": {}, **{name: {} for name in TABLES}}
    for key, value in tables.items():
        if key in TABLES:
            if not isinstance(value, Mapping):
                raise ValidationError(f"must be a table: [{key}], then its keys", key, value)
            for name, inner in value.items():
                if not _retired(f"{key}.{name}", inner):
                    parts[key][name] = _checked_value(f"{key}.{name}", inner, *within)
        else:
            parts[""][key] = _checked_value(key, value, *within)
    return parts


def _checked_value(key: str, value: object, folder: Path, folders: Iterable[Path] | None) -> object:
    if key == "input.max_cells":
        raise ValidationError("is no key: a file cannot raise its own limits, --limit cells=… does", key, value)
    knob = find_knob(key)
    if knob is None:
        raise ValidationError(_nearest(key), key, value)
    checked = check(value, knob, key)
    if knob.metadata["kind"] == "path":
        try:
            return placed(checked, folder, folders)
        except ValidationError as wrong:
            raise ValidationError(wrong.hint, key, value) from None
    return checked


def _retired(key: str, value: object) -> bool:
    """Whether a key is a word that no figure says any more."""
    return key.startswith("words.") and key[6:] in RETIRED and (value is REMOVED or isinstance(value, str))


def _nearest(key: str) -> str:
    """What an unknown key may have been meant to be."""
    table, _, name = key.rpartition(".")
    if table not in TABLES and table:
        near = difflib.get_close_matches(key, _all_keys(), n=1)
        tables = ", ".join(f"[{t}]" for t in TABLES)
        return f"no such key; nearest: {near[0]}" if near else f"no such key; the tables are {tables}"
    own = list(knobs(TABLES[table])) if table else [*knobs(Scene), *TABLES]
    elsewhere = [k for k in _all_keys() if k.rpartition(".")[2] == name and not k.startswith("words.")]
    near = difflib.get_close_matches(name.lower(), own, n=1)
    if elsewhere:
        return f"no such key; nearest: {' or '.join(elsewhere)}"
    if near:
        return f"no such key; nearest: {table}.{near[0]}" if table else f"no such key; nearest: {near[0]}"
    where = f"[{table}]" if table else "a scene file"
    return f"no such key; {where} has {', '.join(own[:20])}{', …' * (len(own) > 20)}"


def _all_keys() -> list[str]:
    return [*knobs(Scene), *(f"{table}.{key}" for table, cls in TABLES.items() for key in knobs(cls))]


def _override(parts: dict[str, dict], overrides: Mapping[str, object]) -> dict[str, dict]:
    """The overrides laid over the file; a new source takes the old one's place, with what belonged to it. One number
    for the input's size is that of each of the axes that the file has."""
    parts = {name: dict(own) for name, own in parts.items()}
    axes, size = len(parts["input"].get("size", ())), overrides.get("input.size")
    if axes > 1 and is_whole(size):
        overrides = {**overrides, "input.size": [size] * axes}
    new: dict[str, dict] = {name: {} for name in parts}
    for key, value in overrides.items():
        table, _, name = key.rpartition(".")
        if key in TABLES:
            raise ValidationError(
                f"is a table; set one key of it, as in {key}.{next(iter(knobs(TABLES[key])))}", key, value
            )
        if table not in new:
            raise ValidationError(_nearest(key), key, value)
        if _retired(key, value):
            continue
        if value is REMOVED:
            if find_knob(key) is None:
                raise ValidationError(_nearest(key), key)
            parts[table].pop(name, None)
            continue
        new[table][name] = _checked_value(key, value, Path(), None)
    merged = {}
    for table, given in new.items():
        old = dict(parts[table])
        source = next((s for s in SOURCES.get(table, ()) if s in given), None)
        if source:
            for name in SOURCES[table]:
                old.pop(name, None)
            for name in list(old):
                if source not in COMPANIONS.get(name, (source,)):
                    del old[name]
            if table == "input" and source in ("values", "npy", "idx"):
                old.pop("size", None)
        merged[table] = {**old, **given}
    return merged


def _build(parts: dict[str, dict], path: Path | None, limits: Limits) -> Scene:
    op_type = parts["op"].get("type", default_of(find_knob("op.type")))
    for table in ("op", "compare"):
        for name, value in parts[table].items():
            _check_applies(op_type, find_knob(f"{table}.{name}").metadata["ops"], f"{table}.{name}", value)
    for table in WEIGHTED:
        for name, value in parts[table].items():
            _check_applies(op_type, ops.names(lambda operation: operation.weighted), f"{table}.{name}", value)
    for table, sources in SOURCES.items():
        _check_sources(table, sources, parts[table])
    if parts["output"].get("quality") == "draft":
        parts = {**parts, "output": {**DRAFT, **parts["output"]}}
    tables = {name: cls(**parts[name]) for name, cls in TABLES.items()}
    for table in SOURCES:
        part = tables[table]
        if part.low > part.high:
            raise ValidationError(f"must be at most {table}.high ({part.high})", f"{table}.low", part.low)
    op, data, weight = complete(*(tables[name] for name in ("op", "input", "weight", "bias")), limits)
    check_result(op, data, limits)
    check_compared(op, data, weight, tables["compare"], limits)
    size = tables["output"].size
    within_limit(limits, "frame", size[0] * size[1], "pixels", "output.size", size)
    tables |= {"op": op, "input": data, "weight": weight}
    return Scene(id=path.stem if path else "scene", **parts[""], **tables, path=path, limits=limits)


def _check_applies(op_type: str, names: tuple[str, ...], key: str, value: object) -> None:
    """The key means something with this operation; no names: with every one."""
    if names and op_type not in names:
        raise ValidationError(f"does not apply to {op_type}, only to {', '.join(names)}; leave it out", key, value)


def _check_sources(table: str, sources: tuple[str, ...], given: dict) -> None:
    """One source at most, and beside it only what goes with it."""
    here = [s for s in sources if s in given]
    if len(here) > 1:
        both = " and ".join(f"{table}.{s}" for s in here)
        raise ValidationError(f"must be one source only, here are {both}", f"{table}.{here[1]}", given[here[1]])
    source = here[0] if here else DEFAULT_SOURCE[table]
    for name in given:
        wanted = [s for s in COMPANIONS.get(name, ()) if s in sources]
        if wanted and source not in wanted:
            goes = " or ".join(f"{table}.{s}" for s in wanted)
            raise ValidationError(f"goes with {goes} only; leave it out", f"{table}.{name}", given[name])


# --- writing ---


def dump(scene: Scene, folder: Path | None = None) -> str:
    """TOML text that loads as this scene; paths are whole, or relative where they lie in `folder`."""
    scene = _without_derived(scene)
    lines = _lines(scene, folder)
    for name in TABLES:
        body = _lines(getattr(scene, name), folder)
        if name == "op":
            body = [
                f"type = {toml(scene.op.type)}",
                *(line for line in body if not line.startswith("type =")),
            ]
        if body:
            lines += ["", f"[{name}]", *body]
    return "\n".join(lines).lstrip("\n") + "\n"


def _without_derived(scene: Scene) -> Scene:
    """The scene with every None back that `complete` fills with the same."""
    parts = {"op": scene.op, "input": scene.input, "weight": scene.weight, "bias": scene.bias}

    def completed(tables):
        return complete(tables["op"], tables["input"], tables["weight"], tables["bias"], scene.limits)

    full = (scene.op, scene.input, scene.weight)
    for table, key in DERIVED:
        slim = {**parts, table: replace(parts[table], **{key: None})}
        try:
            same = completed(slim) == full
        except ValidationError:
            same = False
        parts = slim if same else parts
    return replace(scene, **parts)


def _lines(part: object, folder: Path | None) -> list[str]:
    lines, other = [], DRAFT if getattr(part, "quality", None) == "draft" else {}
    for name, knob in knobs(type(part)).items():
        value = getattr(part, name)
        if value is None or value == other.get(name, default_of(knob)):
            continue
        if knob.metadata["kind"] == "rate":
            value = rates.short(value)
        if isinstance(value, Path) and folder is not None and value.is_relative_to(folder):
            value = value.relative_to(folder)
        lines.append(f"{name} = {_array(value) if knob.metadata['kind'] == 'numbers' else toml(value)}")
    return lines


def _array(value: object, indent: str = "") -> str:
    """Nested numbers with a line for each row."""
    rows = plain(value)
    if not isinstance(rows, list) or not isinstance(rows[0], (list, tuple)):
        return toml(value)
    inner = indent + "  "
    return "[\n" + "".join(f"{inner}{_array(r, inner)},\n" for r in rows) + indent + "]"
