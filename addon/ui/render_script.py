# SPDX-License-Identifier: GPL-3.0-or-later
"""What the child process runs: the add-on's command line, under the name that this Blender gave the add-on.

`blender --background --addons MODULE --python render_script.py -- MODULE PROGRESS-FILE ARGS`. The window reads from
the progress file how far it is: frames done and in all.
"""

import contextlib
import importlib
import os
import sys


def main(arguments: list[str]) -> int:
    module, progress_file, *rest = arguments

    def write_progress(done: int, total: int) -> None:
        with open(progress_file + "~", "w", encoding="ascii") as file:
            file.write(f"{done} {total}")
        with contextlib.suppress(PermissionError):  # on Windows, while the window reads it: the next frame does it
            os.replace(progress_file + "~", progress_file)

    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # as the window reads them
    importlib.import_module(module + ".render.process.progress").Progress.listener = staticmethod(write_progress)
    return importlib.import_module(module + ".cli").main(rest, isolate=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[sys.argv.index("--") + 1 :]))
