# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the Blender extension: stage add-on, manifest, scenes and wheels, then let Blender's own builder make
the zip.

    build_extension.py                     one zip for each platform, and Debian's, into dist/
    build_extension.py --platform this     for this platform alone (or one of those named below)
    build_extension.py --python 3.14       for this platform and a Blender that was built with that Python

The manifest lies at the root and the code in `addon/`, which is no valid source as it lies, hence the
staging. imageio and Pillow come along as wheels, unmodified: they read pictures other than PNG, and write GIFs
sooner than Python alone; pip fetches them into `wheels/` once. All zips are made and checked before the first
goes to its place.
"""

import argparse
import importlib.util
import platform
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WHEELS = ROOT / "wheels"

# Blender's name of a platform: pip's. The official Blenders are Python 3.11 (4.5 LTS to 5.0) and 3.13 (5.1 on);
# distributions build with their own Python (`--python`), Debian with 3.14.
PYTHONS = ("3.11", "3.13")
DEBIANS = ("linux-x64", "3.14")
PLATFORMS = {
    "linux-x64": "manylinux_2_28_x86_64",
    "windows-x64": "win_amd64",
    "macos-arm64": "macosx_11_0_arm64",
    "macos-x64": "macosx_10_15_x86_64",
}


def this_platform() -> str:
    system = {"Darwin": "macos"}.get(platform.system(), platform.system().lower())
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    return f"{system}-{machine}"


def builder() -> list[str]:
    """The command that is Blender's extension builder: a plain script inside the bpy module, or the
    program's.
    """
    spec = importlib.util.find_spec("bpy")
    if spec and spec.origin:
        for script in Path(spec.origin).parent.glob("*/scripts/addons_core/bl_pkg/cli/blender_ext.py"):
            return [sys.executable, str(script)]
    if blender := shutil.which("blender"):
        return [blender, "--factory-startup", "--command", "extension"]
    sys.exit(
        "build_extension: no Blender's builder here; `make extension` sets up the bpy module with it"
    )


class Missing(Exception):
    """A wheel that cannot be had."""


def fetch_wheels(platforms: list[str], pythons: tuple[str, ...] = PYTHONS) -> list[Path]:
    """The wheels for these platforms, downloaded where they are not yet in `wheels/`.

    Raises:
        Missing: pip brings no such wheel; the message names it and what pip says.
    """
    wanted = [("imageio", platforms[0], pythons[0], "imageio-*-py3-none-any.whl")]
    for name in platforms:
        for python in pythons:
            short = "cp" + python.replace(".", "")
            wanted.append(("pillow", name, python, f"pillow-*-{short}-{short}-*{family(PLATFORMS[name])}"))
    found = []
    for package, name, python, pattern in wanted:
        if not list(WHEELS.glob(pattern)):
            WHEELS.mkdir(exist_ok=True)
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
            command += ["--no-deps", "--only-binary=:all:", "--dest", str(WHEELS)]
            command += ["--platform", PLATFORMS[name], "--python-version", python, package]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode or not list(WHEELS.glob(pattern)):
                said = [line.removeprefix("ERROR: ") for line in done.stderr.splitlines() if "ERROR" in line]
                why = said[-1] if said else "what pip brought has another name"
                raise Missing(f"no wheel of {package} for {name} and Python {python}: {why}")
        found.append(max(WHEELS.glob(pattern)))
    return found


def family(tag: str) -> str:
    """How the names of wheels for pip's platform end: an older system version in the middle is as good."""
    if tag.startswith("macosx"):
        return "macosx*_" + ("arm64" if tag.endswith("arm64") else "x86_64") + ".whl"
    return "manylinux*_x86_64.whl" if tag.startswith("manylinux") else tag + ".whl"


def stage(folder: Path, platforms: list[str], wheels: list[Path]) -> None:
    """A valid extension source in an empty folder."""
    dirt = shutil.ignore_patterns("__pycache__", "*.pyc")
    shutil.copytree(ROOT / "addon", folder, ignore=dirt, dirs_exist_ok=True)
    shutil.copytree(ROOT / "scenes", folder / "scenes", ignore=dirt)
    shutil.copy(ROOT / "LICENSE", folder)
    (folder / "wheels").mkdir()
    for wheel in wheels:
        shutil.copy(wheel, folder / "wheels")
    (folder / "blender_manifest.toml").write_text(manifest(platforms, wheels), encoding="utf-8", newline="\n")


def manifest(platforms: list[str], wheels: list[Path]) -> str:
    """The root's manifest with platforms and wheels put in before its first table."""
    text = (ROOT / "blender_manifest.toml").read_text(encoding="utf-8")
    head, bracket, tables = text.partition("\n[permissions]")
    lines = ["platforms = [" + ", ".join(f'"{name}"' for name in platforms) + "]", "wheels = ["]
    lines += [f'  "./wheels/{wheel.name}",' for wheel in sorted(wheels)] + ["]", ""]
    result = head + "\n" + "\n".join(lines) + bracket + tables
    reported = tomllib.loads(result)
    assert reported["platforms"] == platforms and len(reported["wheels"]) == len(wheels) and reported["permissions"]
    return result


def build(source: Path, fresh: Path, suffix: str = "") -> list[Path]:
    """Run the builder and its validator; the zips it made in `fresh`, `suffix` added to their names."""
    command, before = builder(), set(fresh.glob("*.zip"))
    arguments = ["--source-dir", str(source), "--output-dir", str(fresh), "--split-platforms"]
    subprocess.run([*command, "build", *arguments], check=True)
    made = []
    for path in sorted(set(fresh.glob("convolume-*.zip")) - before):
        subprocess.run([*command, "validate", str(path)], check=True)
        made.append(path.replace(path.with_name(f"{path.stem}{suffix}.zip")))
    return made


def choices(options) -> list[tuple[list[str], tuple[str, ...], str]]:
    """What to make: platforms, the Pythons of their wheels, and what is added to the zips' names."""
    here = [this_platform() if options.platform == "this" else options.platform]
    if options.python:
        here = here if options.platform else [this_platform()]
        return [(here, (options.python,), f"-python{options.python}")]
    if options.platform:
        return [(here, PYTHONS, "")]
    name, python = DEBIANS
    # Debian's first: one builder's call names its zips as the other's, so the suffix has to be there by then
    return [([name], (python,), f"-python{python}"), (list(PLATFORMS), PYTHONS, "")]


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--platform", metavar="NAME", choices=["this", *PLATFORMS],
                        help="for one platform: this, " + ", ".join(PLATFORMS))  # fmt: skip
    parser.add_argument("--output-dir", type=Path, default=ROOT / "dist", help="where the zips go (dist/)")
    parser.add_argument("--python", metavar="VERSION", help="the wheels of this Python alone, as 3.14")
    options = parser.parse_args(argv)
    wanted = choices(options)
    for unknown in {name for platforms, *_ in wanted for name in platforms} - set(PLATFORMS):
        parser.error(f"no wheels are known for {unknown}; without --platform it builds for {', '.join(PLATFORMS)}")
    output = options.output_dir.resolve()
    output.mkdir(parents=True, exist_ok=True)
    try:
        fetched = [fetch_wheels(platforms, pythons) for platforms, pythons, _ in wanted]
        with tempfile.TemporaryDirectory(dir=output, prefix=".build-") as fresh:
            made = []
            for (platforms, _, suffix), wheels in zip(wanted, fetched, strict=True):
                with tempfile.TemporaryDirectory(prefix="convolume-") as folder:
                    stage(Path(folder), platforms, wheels)
                    made += build(Path(folder), Path(fresh), suffix)
            made = [path.replace(output / path.name) for path in made]
    except Missing as error:
        print(f"build_extension: {error}. No zip was made", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"build_extension: this failed: {' '.join(map(str, error.cmd))}", file=sys.stderr)
        return 1
    for path in sorted(made):
        print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
