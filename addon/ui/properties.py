# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panel lets one choose; lies at `Scene.convolume`, so it is saved with the file.

A property group per table of a scene file, made from the spec by `fields`; `CONVOLUME_Settings` holds them, with
what only the panel knows: which figure, which file, and whether to set up the scene.
"""

import bpy
from bpy.props import BoolProperty, EnumProperty, PointerProperty, StringProperty

from ..scene.load import figures, load
from ..scene.spec import DEFAULT_SOURCE, SOURCES, TABLES
from .field import label_of
from .fields import FIELDS
from .vector_fields import CONVOLUME_Number

OWN = 'FILE'
SOURCE_NAMES = {
    "seed": ("Random", "Whole numbers drawn from a seed, the same on every machine"),
    "values": ("Numbers", "Numbers that you type; the grid starts with those that were there, in place of what was "
               "typed in it earlier, which undo brings back"),
    "npy": ("NumPy File", "An array that was saved with numpy.save"),
    "image": ("Image", "A picture, made small"),
    "idx": ("IDX File", "A picture of a file like MNIST's"),
    "kernel": ("Named Kernel", "A well-known kernel: an edge filter, a blur, …"),
}  # fmt: skip
NO_SOURCE = {
    "bias": ("None", "Nothing is added"),
    "compare": ("As in Data", "The second run has the weights of the first"),
}


def figure_items():
    # the titles are those of the scene files; a shipped file that cannot be read is a bug that tests find
    made = [(name, load(name).title, f"The figure of the scene file {name}.toml", i)
            for i, name in enumerate(figures())]  # fmt: skip
    none = ('NONE', "Choose a Figure", "No figure is chosen yet", len(made) + 1)
    return [none, *made, (OWN, "Own Scene File", "A figure of your own, from a scene file on this computer", len(made))]


def _chosen(self, context):
    from . import state

    state.follow(self, context)


def _typing(table: str):
    def update(self, _context):
        from . import state

        state.type_numbers(self.id_data.convolume, table)

    return update


def _group(table: str) -> type:
    """The property group of a table."""
    found = {}
    if table in SOURCES:
        items = [(s.upper(), *SOURCE_NAMES[s], i) for i, s in enumerate(SOURCES[table])]
        default = DEFAULT_SOURCE[table]
        if default is None:
            items.append(('NONE', *NO_SOURCE[table], len(items)))
        about = {"name": "From", "description": "Where the numbers come from"}
        default = (default or "none").upper()
        found["source"] = EnumProperty(**about, items=items, default=default, update=_typing(table))
        found["was"] = StringProperty(name="Source Before", default=default, options={'HIDDEN'})
    for field in FIELDS[table].values():
        found |= field.props()
    name = f"CONVOLUME_{label_of(table)}"
    return type(name, (bpy.types.PropertyGroup,), {"__annotations__": found, "__doc__": f"The table [{table}]"})


GROUPS = {table: _group(table) for table in TABLES}


_TOP = {id: prop for field in FIELDS[""].values() for id, prop in field.props().items()}
_TABLES = {table: PointerProperty(type=group) for table, group in GROUPS.items()}
_Said = type("_Said", (), {"__annotations__": _TOP | _TABLES, "__doc__": "What a scene file says"})


class CONVOLUME_Settings(bpy.types.PropertyGroup, _Said):
    figure: EnumProperty(
        name="Figure",
        description="Which figure to start from; choosing one sets all parameters to its own",
        items=figure_items(),
        default='NONE',
        update=_chosen,
    )
    file: StringProperty(
        name="Scene File",
        description="A scene file (.toml) of your own",
        subtype='FILE_PATH',
        update=_chosen,
    )
    id: StringProperty(
        name="Name",
        description="The figure's name: of its collection and of the files it gives. Update changes the figure of this "
        "name; under another name another figure is built beside it",
    )
    trouble: StringProperty(name="Trouble", description="Why the file could not be read", options={'HIDDEN'})
    prepare: BoolProperty(
        name="Set Up Scene",
        description="Also set this scene's camera, size, frame range, world and colours to the figure's, and hide "
        "other figures in it",
        default=True,
    )
    find_word: StringProperty(
        name="Find", description="Show the words that have this in them", options={'TEXTEDIT_UPDATE'}
    )


classes = (CONVOLUME_Number, *GROUPS.values(), CONVOLUME_Settings)
