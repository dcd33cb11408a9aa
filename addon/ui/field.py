# SPDX-License-Identifier: GPL-3.0-or-later
"""A key of a scene file as Blender's properties: what all kinds have in common, and the simplest of them.

- Ranges, tooltips and defaults are the spec's; nothing about a key is said a second time.
- `get` gives the value as a scene file has it, None for "worked out"; `put` takes one, None for the default.
"""

import numpy as np
from bpy.props import BoolProperty, IntProperty

from ..scene.spec import SOURCES, default_of

TAKEN = {"values", "items", "keys", "get", "pop", "name", "id_data", "rna_type", "bl_rna"}  # Blender's own names
LABELS = {"npy": "NumPy File", "idx": "IDX File", "image": "Image", "fps": "Frame Rate", "values": "Numbers"}


def format_value(value) -> str:
    """A value in a few words: 2×3 of (2, 3), 0+1 × 2+3 of padding in pairs."""
    if not isinstance(value, (tuple, list)):
        return label_of(str(value))
    if isinstance(value[0], (tuple, list)):
        return " × ".join("+".join(map(str, pair)) for pair in value)
    return "×".join(map(str, value))


def label_of(key: str) -> str:
    return LABELS.get(key, key.replace("_", " ").title())


def shortest(value: float) -> float:
    """The number that a 32-bit float was meant to be."""
    return float(np.format_float_positional(np.float32(value), trim="-"))


class Field:
    """A key of a scene file as properties of a group. This one: a whole number, and the pattern for the others."""

    prop = staticmethod(IntProperty)

    def __init__(self, table: str, key: str, knob):
        self.table, self.key, self.about, self.default = table, key, knob.metadata, default_of(knob)
        self.id = f"{key}_" if key in TAKEN else key
        self.label = label_of(key)
        self.source = key in SOURCES.get(table, ())
        self.optional = self.default is None and not self.source  # may be left to be worked out

    @property
    def help(self) -> str:
        text = self.about["help"].replace("`", "")
        return text[:1].upper() + text[1:]

    @property
    def use(self) -> str:
        """The id of the switch between worked out and given."""
        return f"use_{self.key}"

    def base(self) -> dict:
        return {"name": self.label, "description": self.help}

    def span(self) -> dict:
        low, high = self.about["range"] or (None, None)
        found = {"min": low, "max": high}
        return {k: v for k, v in found.items() if v is not None}

    def props(self) -> dict:
        """{id: deferred property}."""
        made = self.own()
        if self.optional:
            help = f"Give it by hand; else: {self.about['auto'].replace('`', '')}"
            made[self.use] = BoolProperty(name=f"Set {self.label}", description=help, update=self._ticking())
        return made

    def _ticking(self):
        def ticked(group, _context):
            from . import state  # which is made of fields

            state.take_over(group, self)

        return ticked

    @property
    def start(self):
        """What it is before anything is said: its default, or the least that it may be."""
        return max(0, self.span().get("min", 0)) if self.default is None else self.default

    def own(self) -> dict:
        return {self.id: self.prop(**self.base(), **self.span(), default=self.start)}

    def get(self, group, rank: int):
        if self.optional and not getattr(group, self.use):
            return None
        return self.read(group, rank)

    def put(self, group, value) -> None:
        if self.optional:
            setattr(group, self.use, value is not None)
        if value is None:
            for name in self.own():
                group.property_unset(name)
            value = self.default
        if value is not None:
            self.write(group, value)

    def read(self, group, rank):
        return getattr(group, self.id)

    def write(self, group, value) -> None:
        setattr(group, self.id, value)

    def draw(self, layout, group, rank: int, auto=None) -> None:
        """Show it; `auto` is what it comes to where it is left to be worked out."""
        column = layout.column(align=True)
        row = column.row(align=True, heading=self.label if self.optional else "")
        if self.optional:
            row.prop(group, self.use, text="")
            if not getattr(group, self.use):
                row.label(text=self.worked_out(auto))
                return
        self.show(column, row.row(align=True), group, rank)

    def worked_out(self, auto) -> str:
        """What stands in the field's place without its tick."""
        return "worked out" if auto is None else f"{format_value(auto)}, worked out"

    @property
    def first(self) -> str:
        """What stands before the field: nothing where the switch has said it."""
        return "" if self.optional else self.label

    def show(self, column, row, group, rank: int) -> None:
        """The field itself in `row`; what needs more goes below it."""
        row.prop(group, self.id, text=self.first)
