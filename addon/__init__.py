# SPDX-License-Identifier: GPL-3.0-or-later
"""Convolume: an operation of a convolutional network as a lit, true-3D, keyframed animation, with its real
numbers.

- One package, three uses: a Blender extension (this module is its root), a command line (`cli`), a Python
  package.
- Importing it, its `engine`, its `scene` and its `story` needs NumPy alone. bpy is reached when something is built,
  imageio when something is written, and the interface only when Blender calls `register`.
"""

__version__ = "0.1.0"


def register():
    from . import ui

    ui.register()


def unregister():
    from . import ui

    ui.unregister()
