# SPDX-License-Identifier: GPL-3.0-or-later
"""Give a Blender program the encoders it lacks, without touching it: imageio, Pillow and tqdm for its Python.

    blender_wheels.py [--blender blender]     into build/site-<the Blender's Python version>

`scripts/render_all.py` looks there when it runs inside a Blender from a checkout. An installed extension
needs none of this: it brings its wheels.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("imageio", "pillow", "tqdm")
ASK = "import sys; print('CONVOLUME-PYTHON', '%d.%d' % sys.version_info[:2])"


def python_of(blender: str) -> str | None:
    """The version of the Python inside a Blender program."""
    command = [blender, "--background", "--factory-startup", "--python-expr", ASK]
    try:
        reported = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = [line.split()[1] for line in reported.splitlines() if line.startswith("CONVOLUME-PYTHON ")]
    return found[-1] if found else None


def install(version: str) -> Path:
    """Put the packages for that Python into a folder of ours, where they are not there yet."""
    target = ROOT / "build" / f"site-{version}"
    if not all((target / name).is_dir() for name in ("imageio", "PIL", "tqdm")):
        shutil.rmtree(target, ignore_errors=True)
        partial = target.with_name(target.name + ".part")
        shutil.rmtree(partial, ignore_errors=True)
        # NumPy is Blender's own; a second one must not come before it, so dependencies are left out.
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        command += ["--target", str(partial), "--python-version", version, "--only-binary=:all:", "--no-deps"]
        subprocess.run([*command, *PACKAGES], check=True)
        partial.rename(target)
    return target


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--blender", default="blender", help="the program (%(default)s)")
    options = parser.parse_args(argv)
    version = python_of(options.blender)
    if version is None:
        print(f"blender_wheels: {options.blender} is no Blender that runs here", file=sys.stderr)
        return 1
    try:
        print(f"imageio and Pillow for Python {version}: {install(version).relative_to(ROOT)}")
    except subprocess.CalledProcessError:
        print(f"blender_wheels: pip found no {', '.join(PACKAGES)} for Python {version}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
