# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told without rendering: help, version, the list of figures, the storyboard, and where Blender is missing."""

import subprocess
import sys

import pytest

import addon
from addon.story.spec import find_knob


def test_help_says_what_the_spec_says(convolume):
    code, out, _ = convolume("--help")
    words = " ".join(" ".join(out).split())
    for key in ("output.size", "output.fps", "output.formats", "output.quality", "look.theme"):
        assert find_knob(key).metadata["help"].replace("`", "") in words
    assert code == 0 and "draft|lecture|print" in words and "else 854x480" in words and "else gif" in words


def test_version(convolume):
    assert convolume("--version") == (0, [f"convolume {addon.__version__}"], [])


def test_the_list_has_a_line_per_figure_in_columns(convolume, root):
    code, out, err = convolume("--list")
    assert (code, err) == (0, [])
    assert [line.split()[0] for line in out] == sorted(p.stem for p in (root / "scenes").glob("*.toml"))
    assert len({line.index(" input ") for line in out}) == 1
    valid = next(line for line in out if line.startswith("conv2d_valid"))
    for part in ("Valid convolution", "input 1×6×6", "kernel 3×3", "s/p/d 1/valid/1", "output 1×4×4", "16 steps"):
        assert part in valid
    assert valid.endswith(" s")


def test_the_list_tells_of_a_file_and_of_overrides(convolume, tmp_path):
    own = 'title = "Mine"\nstory = "sliding"\n[op]\ntype = "conv"\npadding = [[1, 0], [2, 1]]\n'
    (tmp_path / "own.toml").write_text(own)
    code, out, _ = convolume("--list", "own.toml", "--set", "op.stride=2")
    assert code == 0 and len(out) == 1 and "own  Mine" in out[0] and "s/p/d 2/1+0×2+1/1" in out[0]


def test_the_plan_is_printed_and_nothing_is_made(convolume, tmp_path):
    one, other = (convolume("--plan", figure) for figure in ("conv2d_valid", "rgb_conv"))
    assert one[0] == other[0] == 0 and "conv2d_valid" in one[1][0] and len(one[1]) > 20
    assert convolume("--plan", "conv2d_valid", "rgb_conv") == (0, [*one[1], "", *other[1]], [])
    assert not list(tmp_path.iterdir())


def test_a_python_without_bpy_says_where_to_get_it_and_makes_nothing(convolume, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "bpy", None)
    code, out, err = convolume("conv2d_valid")
    assert (code, out, len(err)) == (1, [], 1) and "blender -b -P" in err[0] and "pip install bpy==" in err[0]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("module", [False, True], ids=["script", "module"])
def test_the_script_and_the_module_are_the_same_command(root, tmp_path, module):
    start = ["-m", "addon"] if module else [str(root / "scripts" / "render_all.py")]
    for arguments, code in ((["--list"], 0), (["conv2d_valdi"], 2)):
        done = subprocess.run(
            [sys.executable, *start, *arguments], cwd=root if module else tmp_path, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == code and bool(done.stdout) == (code == 0) and "Traceback" not in done.stderr
        assert len(done.stderr.splitlines()) == (code == 2)
