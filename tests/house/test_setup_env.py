# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding Pythons and telling what is missing, on machines made of shell scripts."""

import importlib.util
import os
import stat
import subprocess
import sys
from types import SimpleNamespace

import pytest


@pytest.fixture
def setup_env(root, monkeypatch, tmp_path):
    spec = importlib.util.spec_from_file_location("setup_env", root / "scripts" / "setup_env.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path / "checkout")
    (tmp_path / "checkout").mkdir()
    (tmp_path / "checkout" / "pyproject.toml").write_bytes((root / "pyproject.toml").read_bytes())
    return module


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """An empty machine: a home, a PATH, and a way to put programs there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PYENV_ROOT", raising=False)

    def program(name, script, where=folder):
        where.mkdir(parents=True, exist_ok=True)
        path = where / name
        path.write_text("#!/bin/sh\n" + script + "\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return str(path)

    return SimpleNamespace(program=program, home=tmp_path / "home", folder=folder)


def test_a_shim_that_refuses_is_passed_over_for_pyenvs_own_python(setup_env, machine):
    machine.program("python3.13", "echo not selected >&2; exit 127")
    machine.program("python3", "echo 3.9")
    real = machine.program("python", "echo 3.13", machine.home / ".pyenv/versions/3.13.1/bin")
    assert setup_env.find_python("3.13") == real
    assert setup_env.find_python("3.11") is None


def test_a_python_of_another_name_is_found_by_asking_it(setup_env, machine):
    assert setup_env.find_python("3.11") is None
    real = machine.program("python3", "echo 3.11")
    assert setup_env.find_python("3.11") == real


def test_uv_is_asked_but_may_not_download(setup_env, machine):
    real = machine.program("python", "echo 3.13", machine.home / "uv")
    machine.program("uv", f'[ "$UV_PYTHON_DOWNLOADS" = never ] && echo {real}')
    assert setup_env.find_python("3.13") == real


def test_a_program_that_hangs_is_given_up(setup_env, machine):
    machine.program("uv", "exec /bin/sleep 60")
    assert setup_env.output(["uv"], timeout=0.2) is None


def test_no_python_at_all_names_what_to_install(setup_env, machine):
    with pytest.raises(setup_env.Missing, match=r"python3\.11-venv"):
        setup_env.main(["one", "--", "-V"])


def test_a_python_without_venv_names_debians_package(setup_env, machine):
    machine.program("python3", 'case "$2" in *version_info*) echo 3.11;; *) exit 1;; esac')
    with pytest.raises(setup_env.Missing, match=r"apt-get install python3\.11-venv"):
        setup_env.main(["one", "--", "-V"])


def test_missing_libraries_are_named_as_debian_packages(setup_env, machine, tmp_path, monkeypatch):
    module = tmp_path / "site" / "bpy" / "__init__.so"
    module.parent.mkdir(parents=True)
    module.touch()
    python = machine.program("python3", f"echo {tmp_path / 'site'}")
    machine.program("ldd", 'printf "\\tlibSM.so.6 => not found\\n\\tlibc.so.6 => /lib/libc.so.6 (0x1)\\n"')
    monkeypatch.setattr(setup_env.sys, "platform", "linux")
    with pytest.raises(setup_env.Missing, match="libsm6") as caught:
        setup_env.check_libraries(python)
    assert "libc6" not in str(caught.value)

    def no_library(name):
        raise OSError(name)

    monkeypatch.setattr(setup_env.ctypes, "CDLL", no_library)
    with pytest.raises(setup_env.Missing, match="apt-get install libegl1 libgl1-mesa-dri libsm6"):
        setup_env.check_libraries(python)


def test_an_environment_is_made_once_and_renewed_when_pyproject_changes(setup_env, monkeypatch):
    version = ".".join(map(str, sys.version_info[:2]))
    installed = []
    monkeypatch.setitem(setup_env.BLENDERS, version, "of this test")
    monkeypatch.setattr(setup_env, "_install", lambda inside, version: installed.append(version))
    monkeypatch.setattr(
        setup_env, "run", lambda command: subprocess.run([*command, "--without-pip"], check=True)
    )
    first = setup_env.environment(version, sys.executable)
    assert first.exists() and setup_env.environment(version, sys.executable) == first
    assert len(installed) == 1
    (setup_env.ROOT / "pyproject.toml").open("a").write("\n# changed\n")
    setup_env.environment(version, sys.executable)
    assert len(installed) == 2
    os.remove(first)  # the Python it was made from is gone
    setup_env.environment(version, sys.executable)
    assert len(installed) == 3 and first.exists()


def test_each_says_which_python_failed_and_which_was_left_out(setup_env, monkeypatch, capsys):
    monkeypatch.setattr(setup_env, "ready", lambda version, python: python)
    assert setup_env.each({"3.11": sys.executable, "3.13": None}, ["-c", "raise SystemExit(4)"]) == 1
    reported = capsys.readouterr().err
    assert "3.11 (Blender 4.5 LTS) FAILED (4)" in reported and "3.13 (Blender 5.2 LTS) left out" in reported
    assert setup_env.one({"3.11": sys.executable, "3.13": None}, ["-c", "raise SystemExit(2)"]) == 2


def test_each_begins_with_the_newest_python_and_tells_the_others_that_they_are_further_ones(
    setup_env, monkeypatch, capfd
):
    monkeypatch.setattr(setup_env, "ready", lambda version, python: python)
    monkeypatch.setenv("CONVOLUME_FURTHER", "1")
    code = "import os; print('further:', os.environ.get('CONVOLUME_FURTHER'))"
    assert setup_env.each({"3.11": sys.executable, "3.13": sys.executable}, ["-c", code]) == 0
    out, err = capfd.readouterr()
    assert out.split("\n") == ["further: None", "further: 1", ""]
    assert err.index("3.13 (") < err.index("3.11 (")
    assert setup_env.each({"3.11": sys.executable, "3.13": None}, ["-c", code]) == 0
    assert capfd.readouterr().out == "further: None\n"  # one Python alone runs everything


def test_help_lists_every_target(root):
    done = subprocess.run(["make", "help"], cwd=root, capture_output=True, text=True, check=True)
    for target in (
        "render",
        "test",
        "test-blender",
        "bench",
        "extension",
        "lint",
        "clean",
        "help",
    ):
        assert f"make {target} " in done.stdout
