# SPDX-License-Identifier: GPL-3.0-or-later
"""Tries many more files from strangers than CI does: `python scripts/fuzz.py --scenes 20000 --files 2000 --seed 1`.

What it finds is shown smallest first; keep it in tests/fuzz/corpus, where CI tries it for ever.
"""

import argparse
import os
import random
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=int, default=20_000, help="mutated scene files (default: %(default)s)")
    parser.add_argument("--files", type=int, default=2_000, help="damaged data files (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32), help="default: a new one")
    asked = parser.parse_args(argv)
    print(f"seed {asked.seed}", flush=True)
    reported = {"SCENES": asked.scenes, "FILES": asked.files, "SEED": asked.seed}
    environment = os.environ | {f"CONVOLUME_FUZZ_{name}": str(value) for name, value in reported.items()}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--durations=3", "tests/fuzz"]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
