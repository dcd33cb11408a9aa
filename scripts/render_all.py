# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders the figures, from a checkout: `blender -b -P scripts/render_all.py -- ARGS`, or with a Python that
has bpy, `python scripts/render_all.py ARGS`. What ARGS can be: `python scripts/render_all.py --help`.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from addon.cli import main  # noqa: E402


def arguments() -> list[str]:
    """Ours: all of them, but for Blender, whose own come first, up to `--`."""
    if "bpy" not in sys.modules:
        return sys.argv[1:]
    return sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else []


if __name__ == "__main__":
    sys.exit(main(arguments()))
