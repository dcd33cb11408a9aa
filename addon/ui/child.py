# SPDX-License-Identifier: GPL-3.0-or-later
"""What the child process runs: the add-on's command line, under the name that this Blender gave the add-on.

`blender --background --python child.py -- ADD-ON'S-MODULE ARGS`. The user's preferences are loaded, so the
extension and its wheels are where they are in the window; nothing has to be found.
"""

import importlib
import sys


def main(arguments: list[str]) -> int:
    module, *rest = arguments
    return importlib.import_module(module + ".cli").main(rest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[sys.argv.index("--") + 1 :]))
