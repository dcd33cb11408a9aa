# SPDX-License-Identifier: GPL-3.0-or-later
"""Environments for work from a checkout: one per Python that has a Blender, made once and reused.

    setup_env.py each -- ARGS     run `python ARGS` in every environment, newest first, say which are left out
    setup_env.py one -- ARGS      run it in the newest one
    setup_env.py list             say what is there

Standard library only, and nothing newer than Python 3.8, because this runs on whatever `python3` a machine
has. What is missing is named with the command that brings it; nothing is installed outside the checkout. `each`
tells every Python but the first that it is a further one (CONVOLUME_FURTHER=1).
"""

import ctypes
import glob
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLENDERS = {"3.11": "4.5 LTS", "3.13": "5.2 LTS"}  # the Python of a bpy wheel: the Blender it is
EXTRAS = ("bpy", "test", "lint")
FURTHER = "CONVOLUME_FURTHER"  # tests/conftest.py leaves out there what one Python has proved for all

PACKAGES = {  # Debian's names for what the bpy wheels take from the system
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libICE.so.6": "libice6",
    "libOpenGL.so.0": "libopengl0",
    "libSM.so.6": "libsm6",
    "libX11.so.6": "libx11-6",
    "libXext.so.6": "libxext6",
    "libXfixes.so.3": "libxfixes3",
    "libXi.so.6": "libxi6",
    "libXrender.so.1": "libxrender1",
    "libXt.so.6": "libxt6",
    "libXxf86vm.so.1": "libxxf86vm1",
    "libgomp.so.1": "libgomp1",
    "libstdc++.so.6": "libstdc++6",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon.so.0": "libxkbcommon0",
}


class Missing(Exception):
    """Something this machine lacks; the message says how to get it."""


def output(command, timeout=30, **environment):
    """What a command prints, or None if it fails, hangs or does not exist."""
    try:
        result = subprocess.run(
            [str(part) for part in command],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=timeout,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **environment},
            text=True,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return result.stdout.strip() if result.returncode == 0 else None


# Pythons


def find_python(version):
    """A working Python of that version, or None.

    Asking each candidate for its version, because a name is no proof: pyenv's shims stand on the PATH for
    versions that they then refuse to start. uv may know one more, but must not download it unasked: behind
    some networks that hangs.
    """
    names = ["python" + version, "python3", "python"]
    for candidate in [shutil.which(name) for name in names] + sorted(_pyenv(version), reverse=True):
        if candidate and _version(candidate) == version:
            return candidate
    found = output(["uv", "python", "find", "--no-project", version], UV_PYTHON_DOWNLOADS="never")
    return found if found and _version(found) == version else None


def _pyenv(version):
    prefix = output(["pyenv", "prefix", version])
    roots = [os.environ.get("PYENV_ROOT"), os.path.expanduser("~/.pyenv")]
    found = [os.path.join(prefix, "bin", "python")] if prefix else []
    for root in filter(None, roots):
        found += glob.glob(os.path.join(root, "versions", version + ".*", "bin", "python"))
    return found


def _version(python):
    return output([python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"])


def find_pythons():
    found = {version: find_python(version) for version in BLENDERS}
    if not any(found.values()) and shutil.which("uv"):
        newest = list(BLENDERS)[-1]
        say("no Python {} here; asking uv for {} (two minutes at most)".format(" or ".join(BLENDERS), newest))
        output(["uv", "python", "install", newest], timeout=120)
        found[newest] = find_python(newest)
    return found


# Environments


def environment(version, python):
    """The interpreter of the environment for `version`, made or brought up to date where needed."""
    folder = ROOT / (".venv-" + version)
    inside = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    # What must be installed is said in pyproject.toml alone, so its contents are the stamp. (Its time is not:
    # a fresh checkout, a branch and back, and it is new without having changed.)
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    stamp = folder / ".ready"
    if _version(inside) == version:
        if stamp.is_file() and stamp.read_text() == wanted:
            return inside
        say(f"{folder.name}: bringing it up to date with pyproject.toml")
    else:
        say(f"{folder.name}: Blender {BLENDERS[version]} as a Python module, about 1 GB, a minute or two")
        _create(folder, version, python)
    _install(inside, version)
    stamp.write_text(wanted)
    return inside


def _create(folder, version, python):
    if folder.exists():
        shutil.rmtree(str(folder))  # made by us, for a Python that is gone
    # Debian's Python comes without ensurepip; then uv can do it, which needs nothing of the Python.
    if output([python, "-c", "import venv, ensurepip"]) is not None:
        command = [python, "-m", "venv", folder]
    elif shutil.which("uv"):
        command = ["uv", "venv", "--quiet", "--no-project", "--python", python, folder]
    else:
        raise Missing(f"{python} cannot make an environment: apt-get install python{version}-venv")
    run(command)


def _install(inside, version):
    # The virtual environment's Python knows tomllib, the one that runs this need not.
    code = (
        "import json, tomllib; p = tomllib.load(open('pyproject.toml', 'rb'))['project']; "
        f"print(json.dumps(p['dependencies'] + sum((p['optional-dependencies'][e] for e in {EXTRAS!r}), [])))"
    )
    requirements = json.loads(subprocess.check_output([str(inside), "-c", code], cwd=str(ROOT)).decode())
    if output([inside, "-c", "import pip"]) is not None:
        command = [inside, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    else:
        command = ["uv", "pip", "install", "--quiet", "--python", inside]
    run(command + requirements)


def check_libraries(inside):
    """bpy's own libraries come with it; those of the system must be there, or its import dies unexplained."""
    if not sys.platform.startswith("linux"):
        return
    where = output([inside, "-c", "import sysconfig; print(sysconfig.get_path('platlib'))"])
    module = glob.glob(os.path.join(where or "", "bpy", "__init__*.so"))
    reported = output(["ldd", module[0]]) if module else None
    absent = set(re.findall(r"^\s*(\S+) => not found", reported or "", re.MULTILINE))
    try:
        ctypes.CDLL("libEGL.so.1")  # opened only when OpenGL draws, so ldd does not see it
    except OSError:
        absent.add("libEGL.so.1")
    drivers = (
        "/usr/lib/*/dri/*_dri.so",
        "/usr/lib*/dri/*_dri.so",
        "/usr/lib/*/libgallium*.so*",
        "/usr/lib*/libEGL_*",
    )
    packages = {PACKAGES.get(name, f"(what holds {name})") for name in absent}
    if not any(map(glob.glob, drivers)) or "libegl1" in packages:
        packages.add("libgl1-mesa-dri")
    if packages:
        raise Missing(
            f"bpy needs what this system has not ({', '.join(sorted(absent)) or 'OpenGL drivers'}): "
            f"apt-get install {' '.join(sorted(packages))}"
        )


# Commands


def say(text):
    print("convolume: " + text, file=sys.stderr, flush=True)


def run(command):
    status = subprocess.call([str(part) for part in command], cwd=str(ROOT))
    if status:
        raise Missing("this failed: " + " ".join(str(part) for part in command))


def each(pythons, arguments):
    """Run in every environment, the newest first; 1 if one of them failed."""
    reported, failed, environment = [], False, dict(os.environ)
    environment.pop(FURTHER, None)
    for version, python in reversed(list(pythons.items())):
        name = f"Python {version} (Blender {BLENDERS[version]})"
        if not python:
            reported.append(name + " left out, not found here")
            continue
        inside = ready(version, python)
        say(name)
        status = subprocess.call([str(inside)] + arguments, cwd=str(ROOT), env=environment)
        environment[FURTHER] = "1"
        failed = failed or bool(status)
        reported.append(name + (f" FAILED ({status})" if status else " passed"))
    for line in reported:
        say(line)
    return int(failed)


def one(pythons, arguments):
    """Run in the newest environment that can be made; what the command returns."""
    present = [version for version in pythons if pythons[version]]
    for version in reversed(present):
        try:
            inside = ready(version, pythons[version])
        except Missing as missing:
            if version == present[0]:
                raise
            say(f"{missing}; trying an older Python")
            continue
        return subprocess.call([str(inside)] + arguments, cwd=str(ROOT))
    return 1


def ready(version, python):
    inside = environment(version, python)
    check_libraries(inside)
    return inside


def main(argv):
    if argv != ["list"] and (argv[1:2] != ["--"] or argv[0] not in ("each", "one")):
        print(__doc__, file=sys.stderr)
        return 2
    pythons = find_pythons()
    if argv == ["list"]:
        for version, python in pythons.items():
            print(f"Python {version} (Blender {BLENDERS[version]}): {python or 'not found'}")
        return 0
    if not any(pythons.values()):
        raise Missing(
            f"Python {' or '.join(BLENDERS)} is needed, bpy exists for no other: on Debian 12 "
            "`apt-get install python3.11 python3.11-venv`, else `pyenv install 3.13` or uv"
        )
    return (each if argv[0] == "each" else one)(pythons, argv[2:])


if __name__ == "__main__":
    try:
        raise SystemExit(main(sys.argv[1:]))
    except Missing as missing:
        say(str(missing))
        raise SystemExit(3) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
