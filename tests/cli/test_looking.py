# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told without rendering: help, version, the list of figures, the storyboard, and where Blender is missing."""

import re
import subprocess
import sys

import pytest

import addon
from addon.scene.load import cheat_sheet, figures
from addon.scene.spec import find_knob
from tests.figures import LONGEST


def test_help_says_what_the_spec_says(convolume):
    code, out, _ = convolume("--help")
    words = " ".join(" ".join(out).split())
    for key in ("output.size", "output.fps", "output.formats", "output.quality", "look.theme"):
        assert find_knob(key).metadata["help"].replace("`", "") in words
    assert code == 0 and "draft|lecture|print" in words and "else 1280x720" in words and "else gif" in words


def test_version(convolume):
    assert convolume("--version") == (0, [f"convolume {addon.__version__}"], [])


# what the cheat sheet's figures are, in its order: input, kernel, stride/padding/dilation, output, steps
CHEAT_SHEET = """
conv1d | 1D convolution | 10 | 3 | 1/0/1 | 8 | 8
conv2d_zero_padding | Zero padding | 5×5 | 3×3 | 1/1/1 | 5×5 | 25
conv2d_valid | Valid convolution | 6×6 | 3×3 | 1/0/1 | 4×4 | 16
conv2d_same | Same convolution | 5×5 | 3×3 | 1/same/1 | 5×5 | 25
conv2d_full | Full convolution | 4×4 | 3×3 | 1/full/1 | 6×6 | 36
conv2d_strided | Strided convolution | 7×7 | 3×3 | 2/0/1 | 3×3 | 9
conv2d_stride_comparison | Stride 1 and stride 2 | one 7×7 | 3×3 | 1 and 2/0/1 | 5×5 and 3×3 | 25, 9
pooling | Max pooling | 8×8 | 2×2 | 2/0/1 | 4×4 | 16
conv2d_dilated | Dilated convolution | 7×7 | 3×3 | 1/0/2 | 3×3 | 9
mnist_conv | MNIST convolution | 28×28 | 3×3 | 1/1/1 | 28×28 | 784
depth | Several filters make depth | 6×6 | 5 filters 3×3 | 1/0/1 | 4×4×5 | 80
rgb_conv | RGB convolution | 6×6×3 | 1 filter 3×3×3 | 1/1/1 | 6×6×1 | 36
rgb_to_volume | RGB to volume | 6×6×3 | 4 filters 3×3×3 | 1/1/1 | 6×6×4 | 144
volume_to_volume | Volume to volume | 6×6×4 | 8 filters 3×3×4 | 1/1/1 | 6×6×8 | 288
conv1x1 | 1×1 convolution | 4×4×3 | 2 filters 1×1×3 | 1/0/1 | 4×4×2 | 32
global_pooling | Global average pooling | 4×4×3 | 4×4 per channel | – | 1×1×3 | 3
transposed_conv | Transposed convolution | 2×2 | 3×3 | 1/0/1 | 4×4 | 16
transposed_conv_strided | Transposed convolution, stride 2 | 3×3 | 3×3 | 2/1/1 | 5×5 | 25
"""


def test_the_list_has_a_line_per_figure_in_the_cheat_sheets_order(convolume, root):
    code, out, err = convolume("--list")
    assert (code, err) == (0, [])
    reported = []
    for line in out:
        id_, title, *rest, seconds = [part for part in re.split(r"  +", line) if part]
        shapes = [re.sub(r"^(input|kernel|s/p/d|output) | steps$", "", part) for part in rest]
        reported.append(" | ".join([id_, title, *shapes]))
        longest = LONGEST
        assert re.fullmatch(r"\d+\.\d s", seconds) and 8 <= float(seconds[:-2]) <= longest, line
    wanted = CHEAT_SHEET.split("\n")[1:-1]
    assert reported[: len(wanted)] == wanted
    ids = [line.split()[0] for line in out]
    assert ids[len(wanted) :] == sorted(ids[len(wanted) :])
    assert {line.split()[0] for line in out} == {p.stem for p in (root / "scenes").glob("*.toml")}
    for label in (" input ", " kernel ", " s/p/d ", " output "):
        assert len({line.index(label) for line in out}) == 1, "not in columns"


def test_the_list_tells_of_a_file_and_of_overrides(convolume, tmp_path):
    own = 'title = "Mine"\nstory = "sliding"\n[op]\ntype = "conv"\npadding = [[1, 0], [2, 1]]\n'
    (tmp_path / "own.toml").write_text(own)
    code, out, _ = convolume("--list", "own.toml", "--set", "op.stride=[2,1]")
    assert code == 0 and len(out) == 1 and "own  Mine" in out[0] and "s/p/d 2×1/1+0×2+1/1" in out[0]


def test_figures_that_are_not_the_cheat_sheets_come_after_it_by_name(monkeypatch, tmp_path):
    from addon.scene import load

    for name in ("zebra", "pooling", "conv1d", "apple"):
        (tmp_path / f"{name}.toml").write_text("")
    monkeypatch.setattr(load, "scenes_folder", lambda: tmp_path)
    assert load.figures() == ["conv1d", "pooling", "apple", "zebra"]
    assert load.cheat_sheet() == ["conv1d", "pooling"]


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


class TestSetWithoutAFigure:
    """Each figure takes what fits it."""

    def test_it_is_left_out_where_it_does_not_fit_and_one_line_says_where_and_why(self, convolume):
        code, out, err = convolume("--list", "--set", "op.stride=3")
        assert code == 0 and len(out) == len(figures()) and len(err) == 1
        said = "convolume: --set op.stride=3 is left out where it does not fit: "
        assert err[0].startswith(said) and "global_pooling (does not apply to global_avg_pool)" in err[0]
        out = out[: len(cheat_sheet())]
        strides = {line.split()[0]: line.split("s/p/d ")[1].split("/")[0] for line in out}
        assert strides.pop("global_pooling")[0] == "–" and strides.pop("conv2d_stride_comparison") == "3 and 2"
        assert set(strides.values()) == {"3"}

    def test_of_several_only_the_one_that_does_not_fit(self, convolume):
        code, out, err = convolume("--list", "--set", "input.size=5x5", "--set", "op.dilation=2")
        assert code == 0 and len(err) == 2 and "input.size=5x5" in err[0] and "op.dilation=2" in err[1]
        assert "transposed_conv_strided (input.values must be 5×5" in err[0] and "transposed" not in err[1]
        assert next(line for line in out if line.startswith("transposed_conv ")).count("s/p/d 1/0/2") == 1

    def test_what_only_the_plan_refuses_is_left_out_too(self, convolume):
        code, out, err = convolume("--plan", "--set", "timing.longest=22")
        assert code == 0 and len(err) == 1 and "rgb_to_volume (must be at least 22.4 for this figure)" in err[0]
        assert "\n".join(out).count(" frames at 20 per second") == len(cheat_sheet())

    def test_what_fits_none_and_what_does_not_fit_a_named_figure_is_an_error(self, convolume):
        for arguments, said in (((), "conv1d.toml: op.strid = 2: no such key; nearest: op.stride"),
                                (("global_pooling",), "op.strid = 2")):  # fmt: skip
            code, out, err = convolume("--list", *arguments, "--set", "op.strid=2")
            assert (code, out, len(err)) == (2, [], 1) and said in err[0]
        code, out, err = convolume("--list", "pooling", "global_pooling", "--set", "op.stride=2")
        assert (code, out, len(err)) == (2, [], 1) and "does not apply to global_avg_pool" in err[0]
