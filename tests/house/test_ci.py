# SPDX-License-Identifier: GPL-3.0-or-later
"""In CI a skip is a failure; elsewhere it is a line in the summary."""

import os
import shutil
import subprocess
import sys

import pytest

TESTS = """
import pytest
def test_runs(): pass
def test_skips(): pytest.skip("no such thing here")
@pytest.mark.xfail
def test_known(): assert 0
"""


@pytest.mark.parametrize("ci", ["true", ""])
def test_a_skip_fails_in_ci_only(root, tmp_path, ci):
    shutil.copy(root / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_some.py").write_text(TESTS)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tmp_path],
        env={**os.environ, "CI": ci, "CONVOLUME_REST": ""},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    closing = done.stdout.strip().splitlines()[-1]
    assert ("1 failed" in closing) == bool(ci), done.stdout
    assert "1 passed" in closing and "1 xfailed" in closing
    assert ("1 skipped" in closing) != bool(ci)


def test_the_rest_is_what_make_test_leaves_out(root, tmp_path):
    shutil.copy(root / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_some.py").write_text(
        "import pytest\ndef test_a(): pass\n@pytest.mark.thorough\ndef test_b(): pass\n"
    )
    for asked, closing in (((), "1 passed, 1 deselected"), (("-k", "test_a"), "2 deselected")):
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", tmp_path, *asked],
            env={**os.environ, "CI": "true", "CONVOLUME_REST": "1", "CONVOLUME_FURTHER": ""},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0 and closing in done.stdout.strip().splitlines()[-1], done.stdout


@pytest.mark.parametrize("further", ["1", ""])
def test_what_is_proved_once_is_left_out_on_a_further_python_only(root, tmp_path, further):
    shutil.copy(root / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_some.py").write_text(
        "import pytest\ndef test_a(): pass\n@pytest.mark.once\ndef test_b(): pass\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", tmp_path],
        env={**os.environ, "CI": "true", "CONVOLUME_FURTHER": further, "CONVOLUME_REST": ""},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    closing = done.stdout.strip().splitlines()[-1]
    assert done.returncode == 0 and ("1 passed, 1 deselected" in closing) == bool(further), done.stdout
    assert ("2 passed" in closing) != bool(further) and ("a further Python" in done.stdout) == bool(further)


def test_a_module_that_skips_itself_fails_in_ci(root, tmp_path):
    shutil.copy(root / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_module.py").write_text("import pytest\npytest.importorskip('no_such_module')")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tmp_path],
        env={**os.environ, "CI": "true"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0 and "CI does not allow" in done.stdout
