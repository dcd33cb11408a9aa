# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of knob that hold several numbers: per axis, padding, sizes, grids."""

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    IntVectorProperty,
    StringProperty,
)

from ..scene.checks import shape_of
from .field import Field, shortest

AXES = {1: ("Cells",), 2: ("Rows", "Columns"), 3: ("Depth", "Rows", "Columns")}
PER_AXIS = {1: ("",), 2: ("Rows", "Columns"), 3: ("Depth", "Rows", "Columns")}


def _set_number(self, value):
    number = shortest(value)
    self.text = str(int(number)) if number.is_integer() else repr(number)


class CONVOLUME_Number(bpy.types.PropertyGroup):
    """A number of a grid: exact as text, with a field to change it by."""

    text: StringProperty(name="Text", default="0", options={'HIDDEN'})
    value: FloatProperty(
        name="Number", description="One number; double-click to type it", precision=3, step=100,
        get=lambda self: float(self.text), set=_set_number,
    )  # fmt: skip


class Axes(Field):
    """A number for all axes, or one for each; the last ones of (depth, rows, columns)."""

    @property
    def each(self) -> str:
        return f"{self.key}_each"

    def own(self):
        default = self.default if isinstance(self.default, int) else 2
        each = BoolProperty(name=f"{self.label} per Axis", description=f"{self.label} differs between the axes")
        made = IntVectorProperty(**self.base(), **self.span(), size=3, default=(default,) * 3)
        return {self.id: made, self.each: each}

    def read(self, group, rank):
        numbers = tuple(getattr(group, self.id))
        return numbers[3 - rank :] if getattr(group, self.each) else numbers[2]

    def write(self, group, value):
        setattr(group, self.each, not isinstance(value, int))
        numbers = (value,) * 3 if isinstance(value, int) else (*(value[0],) * (3 - len(value)), *value)
        setattr(group, self.id, numbers)

    def show(self, column, row, group, rank):
        each = getattr(group, self.each) and rank > 1
        first = 3 - rank if each else 2
        text = self.first if not each else PER_AXIS[rank][0] if self.optional else f"{self.label} {PER_AXIS[rank][0]}"
        row.prop(group, self.id, index=first, text=text)
        if rank > 1:
            row.prop(group, self.each, text="", icon='UNLINKED' if each else 'LINKED')
        for axis in range(first + 1, 3) if each else ():
            column.prop(group, self.id, index=axis, text=PER_AXIS[rank][axis - 3 + rank])


class Padding(Field):
    """A name, a number, one per axis, or a pair per axis."""

    def modes(self):
        return [
            ('NUMBER', "All Sides", "As many cells on all sides", 0),
            ('EACH', "Per Axis", "A number for each axis", 1),
            ('PAIRS', "Before, After", "Two numbers for each axis", 2),
            *((c.upper(), c.title(), "", i + 3) for i, c in enumerate(self.about["choices"])),
        ]

    def own(self):
        mode = EnumProperty(**self.base(), items=self.modes(), default='NUMBER')
        about = {"description": self.help, **self.span()}
        return {
            f"{self.key}_mode": mode,
            self.id: IntVectorProperty(name=f"{self.label} Cells", **about, size=3),
            f"{self.key}_pairs": IntVectorProperty(name=f"{self.label} Pairs", **about, size=6),
        }

    def read(self, group, rank):
        mode, numbers = getattr(group, f"{self.key}_mode"), tuple(getattr(group, self.id))
        if mode == 'NUMBER':
            return numbers[2]
        if mode == 'EACH':
            return numbers[3 - rank :]
        if mode == 'PAIRS':
            pairs = tuple(getattr(group, f"{self.key}_pairs"))
            return tuple((pairs[2 * i], pairs[2 * i + 1]) for i in range(3 - rank, 3))
        return mode.lower()

    def write(self, group, value):
        mode = value.upper() if isinstance(value, str) else 'NUMBER'
        if isinstance(value, int):
            setattr(group, self.id, (value,) * 3)
        elif not isinstance(value, str):
            mode = 'PAIRS' if isinstance(value[0], (tuple, list)) else 'EACH'
            full = (*(value[0],) * (3 - len(value)), *value)
            if mode == 'PAIRS':
                setattr(group, f"{self.key}_pairs", [n for pair in full for n in pair])
            else:
                setattr(group, self.id, full)
        setattr(group, f"{self.key}_mode", mode)

    def show(self, column, row, group, rank):
        mode = getattr(group, f"{self.key}_mode")
        row.prop(group, f"{self.key}_mode", text=self.first)
        names = PER_AXIS[rank]
        shown = {'NUMBER': [(2, "Cells")], 'EACH': [(3 - rank + i, n or "Cells") for i, n in enumerate(names)]}
        for index, text in shown.get(mode, ()):
            column.prop(group, self.id, index=index, text=text)
        for i, name in enumerate(names if mode == 'PAIRS' else ()):
            for side, word in enumerate(("before", "after")):
                index = 2 * (3 - rank + i) + side
                column.prop(group, f"{self.key}_pairs", index=index, text=f"{name} {word}".strip())


class Size(Field):
    """One to three sizes."""

    def own(self):
        axes = EnumProperty(name="Axes", description="How many spatial axes the input has", default='2',
                            items=[('1', "1D", "A line of cells"), ('2', "2D", "Rows and columns"),
                                   ('3', "3D", "Depth, rows and columns")])  # fmt: skip
        made = IntVectorProperty(**self.base(), **self.span(), size=3, default=(6, 6, 6))
        return {self.id: made, "size_axes": axes}

    def read(self, group, rank):
        return tuple(getattr(group, self.id))[3 - int(group.size_axes) :]

    def write(self, group, value):
        group.size_axes = str(len(value))
        setattr(group, self.id, (*(6,) * (3 - len(value)), *value))

    def show(self, column, row, group, rank):
        row.prop(group, "size_axes", expand=True)
        count = int(group.size_axes)
        for i, name in enumerate(AXES[count]):
            column.prop(group, self.id, index=3 - count + i, text=name)


class Pixels(Field):
    def own(self):
        about = {"name": self.label, "description": self.help, **self.span()}
        return {self.id: IntVectorProperty(**about, size=2, default=self.default)}

    def read(self, group, rank):
        return tuple(getattr(group, self.id))

    def show(self, column, row, group, rank):
        row.prop(group, self.id, index=0, text="Width")
        column.prop(group, self.id, index=1, text="Height")


class Numbers(Field):
    """Nested numbers, as a grid: the numbers in reading order and their shape. (grid.py draws it.)"""

    def own(self):
        shape = IntVectorProperty(name="Shape", size=5, min=1, default=(1,) * 5, options={'HIDDEN'})
        axes = IntProperty(name="Axes of Numbers", min=0, max=5, options={'HIDDEN'})
        page = IntProperty(name="Page", description="Which plane of the numbers is shown", min=1, default=1)
        grid = CollectionProperty(type=CONVOLUME_Number, **self.base())
        return {self.id: grid, "shape": shape, "axes": axes, "page": page}

    def read(self, group, rank):
        texts = [number.text for number in getattr(group, self.id)]
        if not texts:
            return None
        return nested(texts, tuple(group.shape)[: group.axes])

    def write(self, group, value):
        value = tuples(value)
        shape, grid = shape_of(value), getattr(group, self.id)
        group.axes, group.shape = len(shape), (*shape, *(1,) * (5 - len(shape)))
        grid.clear()
        for number in flat(value):
            grid.add().text = repr(number)


def nested(texts: list[str], shape: tuple[int, ...]):
    """Numbers in reading order as nested tuples; whole ones stay whole."""
    if not shape:
        return float(texts[0]) if set(texts[0]) & set(".enai") else int(texts[0])
    size = len(texts) // shape[0]
    return tuple(nested(texts[i * size : (i + 1) * size], shape[1:]) for i in range(shape[0]))


def tuples(value):
    """Nested lists as nested tuples."""
    return tuple(tuples(v) for v in value) if isinstance(value, (list, tuple)) else value


def flat(value):
    """The numbers of nested tuples, in reading order."""
    if isinstance(value, (tuple, list)):
        for inner in value:
            yield from flat(inner)
    else:
        yield value
