# SPDX-License-Identifier: GPL-3.0-or-later
"""Scene files: from TOML text to a checked, complete `Scene` with its arrays, and back. NumPy alone.

- `spec` says what a file can hold (with `words` and `limits`), `checks` tests single values, `resolve` fills in
  defaults and checks values against each other, `load` reads and writes files.
- `arrays` makes input, weights and bias (`data_files` reads `.npy`, pictures, IDX; `kernels` has the named ones) and
  runs the engine on them.
- Nothing of stories, of Blender or of pixels on a screen: this room imports the engine and ops alone.
"""
