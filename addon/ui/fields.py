# SPDX-License-Identifier: GPL-3.0-or-later
"""One class per kind of knob, and `FIELDS`: a field for every key of a scene file, made from the spec's dataclasses.

Properties hold 32-bit floats: what is read from them is the shortest number that means the same.
"""

import re
import tomllib
from pathlib import Path

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, StringProperty

from ..scene.kernels import NAMES
from ..scene.rates import short
from ..scene.spec import TABLES, Scene, knobs
from ..story import KINDS as FIGURE_KINDS
from ..story import STORIES
from .field import Field, label_of, shortest
from .vector_fields import Axes, Numbers, Padding, Pixels, Size

ROOM = 16  # letters of a path that its field shows in a sidebar as wide as Blender makes it

class Flag(Field):
    def own(self):
        return {self.id: BoolProperty(**self.base(), default=self.default)}


class Real(Field):
    def own(self):
        unit = {"subtype": 'TIME_ABSOLUTE'} if self.about["unit"] == "s" else {}
        step = {"step": 10, "precision": 2} if unit else {"step": 100, "precision": 1}
        return {self.id: FloatProperty(**self.base(), **self.span(), **unit, **step, default=self.start)}

    def read(self, group, rank):
        return shortest(getattr(group, self.id))


class Rate(Real):
    """Frames per second, whole or not."""

    def own(self):
        return {self.id: FloatProperty(**self.base(), **self.span(), step=100, precision=3, default=self.start)}

    def read(self, group, rank):
        rate = super().read(group, rank)
        return int(rate) if rate == int(rate) else rate

    def write(self, group, value):
        setattr(group, self.id, short(value))


class Text(Field):
    def own(self):
        return {self.id: StringProperty(**self.base(), maxlen=480, default=self.default or "")}

    def worked_out(self, auto):
        return auto or ""


def file_name(layout, path: str) -> None:
    """A file's name below its path, of which the field shows but the beginning."""
    if len(path) > ROOM:
        row = layout.row()
        row.alignment = 'RIGHT'
        row.label(text=re.split(r"[/\\]", path)[-1], icon='FILE')


class File(Field):
    def own(self):
        return {self.id: StringProperty(**self.base(), subtype='FILE_PATH', maxlen=1024)}

    def read(self, group, rank):
        path = getattr(group, self.id)
        return Path(bpy.path.abspath(path)) if path else None

    def write(self, group, value):
        setattr(group, self.id, str(value))

    def show(self, column, row, group, rank):
        super().show(column, row, group, rank)
        file_name(column, getattr(group, self.id))


class Choice(Field):
    """One of some words or numbers; Blender wants identifiers in capitals."""

    def items(self):
        return [(str(c).upper(), label_of(str(c)), "", i) for i, c in enumerate(self.choices())]

    def choices(self):
        return self.about["choices"]

    def own(self):
        default = str(self.choices()[0] if self.default is None else self.default).upper()
        return {self.id: EnumProperty(**self.base(), items=self.items(), default=default)}

    def read(self, group, rank):
        return next(c for c in self.choices() if str(c).upper() == getattr(group, self.id))

    def write(self, group, value):
        setattr(group, self.id, str(value).upper())


class Name(Choice):
    """The storyboard, or the kind of figure."""

    def choices(self):
        return tuple({"story": STORIES, "kind": FIGURE_KINDS}[self.key])


class Choices(Choice):
    def items(self):
        return [(i, n.upper() if len(n) == 3 else n, d, 1 << k) for i, n, d, k in super().items()]

    def own(self):
        default = {str(c).upper() for c in self.default}
        return {self.id: EnumProperty(**self.base(), items=self.items(), default=default, options={'ENUM_FLAG'})}

    def read(self, group, rank):
        chosen = getattr(group, self.id)
        return tuple(c for c in self.choices() if c.upper() in chosen)

    def write(self, group, value):
        setattr(group, self.id, {c.upper() for c in value})


def listed(text: str):
    """'a, b' or a TOML list as tuples; one word stays a word."""
    text = text.strip()
    if text.startswith("["):
        try:
            value = tomllib.loads(f"value = {text}")["value"]
        except (tomllib.TOMLDecodeError, RecursionError):
            return text
        return tuple(tuple(v) if isinstance(v, list) else v for v in value)
    return tuple(part.strip() for part in text.split(","))


def unlisted(value) -> str:
    """The text that `listed` reads."""
    plain = all(isinstance(v, str) and "," not in v and v == v.strip() for v in value)
    if plain:
        return ", ".join(value)
    rows = ("[" + ", ".join(f'"{v}"' for v in row) + "]" if not isinstance(row, str) else f'"{row}"' for row in value)
    return "[" + ", ".join(rows) + "]"


class Texts(Field):
    def own(self):
        return {self.id: StringProperty(**self.base(), default=unlisted(self.default))}

    def read(self, group, rank):
        return listed(getattr(group, self.id))

    def write(self, group, value):
        setattr(group, self.id, unlisted(value))


class Kernels(Field):
    """A named kernel, or a list of names."""

    def own(self):
        items = [(n.upper(), label_of(n), "", i) for i, n in enumerate(NAMES)]
        items.append(('LIST', "Several", "One name for each filter or channel", len(items)))
        names = StringProperty(name="Kernels", description=self.help + ". Names with commas between them")
        return {self.id: EnumProperty(**self.base(), items=items, default='SOBEL_X'), "kernel_list": names}

    def read(self, group, rank):
        chosen = getattr(group, self.id)
        return listed(group.kernel_list) if chosen == 'LIST' else chosen.lower()

    def write(self, group, value):
        known = isinstance(value, str) and value in NAMES
        setattr(group, self.id, value.upper() if known else 'LIST')
        if not known:
            group.kernel_list = unlisted((value,) if isinstance(value, str) else value)

    def show(self, column, row, group, rank):
        row.prop(group, self.id)
        if getattr(group, self.id) == 'LIST':
            column.prop(group, "kernel_list")


KINDS = {
    "whole": Field, "flag": Flag, "real": Real, "rate": Rate, "text": Text, "texts": Texts, "name": Name,
    "choice": Choice, "choices": Choices, "size": Size, "pixels": Pixels, "axes": Axes, "padding": Padding,
    "numbers": Numbers, "path": File, "names": Kernels,
}  # fmt: skip


def _fields(table: str, cls) -> dict[str, Field]:
    return {key: KINDS[knob.metadata["kind"]](table, key, knob) for key, knob in knobs(cls).items()}


FIELDS = {"": _fields("", Scene), **{table: _fields(table, cls) for table, cls in TABLES.items()}}
