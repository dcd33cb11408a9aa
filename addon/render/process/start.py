# SPDX-License-Identifier: GPL-3.0-or-later
"""What a child process runs, in a Python or in a Blender: `… start.py -- PACKAGE FOLDER…` (see `worker_pool`).

The folders are where the package and what it needs are, where this interpreter does not know them by itself.
"""

import importlib
import importlib.util
import site
import sys


def main(arguments: list[str]) -> None:
    package, *folders = arguments
    if importlib.util.find_spec(package.partition(".")[0]) is None or not package.startswith("bl_ext."):
        for folder in folders:
            site.addsitedir(folder)
    importlib.import_module(package + ".render.process.worker").main()


if __name__ == "__main__":
    main(sys.argv[sys.argv.index("--") + 1 :])
