# SPDX-License-Identifier: GPL-3.0-or-later
"""A copy of the package with new files in it: what is added by files alone is tested on such a copy."""

import shutil
import subprocess
import sys
from pathlib import Path


def with_files(root: Path, folder: Path, files: dict[str, str]) -> None:
    """A copy of the package in `folder`, and these files in it, all of which are new."""
    shutil.copytree(root / "addon", folder / "addon", ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in files.items():
        path = folder / "addon" / name
        assert not path.exists() and path.parent.is_dir(), name
        path.write_text("# SPDX-License-Identifier: GPL-3.0-or-later" + text, encoding="utf-8")


def run_there(folder: Path, code: str) -> None:
    """Run Python code beside the copy; it must end well."""
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
