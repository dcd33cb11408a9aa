# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m convolume ARGS`, and the command `convolume` of the installed package."""

import sys

from .cli import main


def run() -> int:
    return main(sys.argv[1:])


if __name__ == "__main__":
    raise SystemExit(run())
