# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is wrong with what is asked: one line on stderr, exit code 2, nothing on stdout, no file."""

import numpy as np
import pytest

WRONG = [
    (["conv2d_valdi"], ["conv2d_valdi", "no such figure", "nearest: conv2d_valid"]),
    (["conv2d_valid", "--set", "op.strid=2"], ["op.strid = 2", "nearest: op.stride"]),
    (["conv2d_valid", "--set", "op.stride=0"], ["op.stride = 0", "at least 1"]),
    (["conv2d_valid", "--set", "kind=slidin"], ["kind = ", "slidin", "must be one of activation, comparison, "]),
    (["conv2d_valid", "--set", "op.stride"], ["op.stride", "key=value"]),
    (["conv2d_valid", "--set", "input.image=missing.png"], ["input.image = ", "must be a file that exists"]),
    (["conv2d_valid", "op.strid=2"], ["op.strid = 2", "nearest: op.stride"]),
    (["--set"], ["--set", "expected one argument"]),
    (["--fps", "many"], ["--fps", '"many"', "from 1 to 120"]),
    (["--fps", "0"], ["--fps", "at least 1"]),
    (["--size", "64"], ["--size", "854x480"]),
    (["--size", "8x8"], ["--size", "at least 16"]),
    (["--format", "gif,tiff"], ["--format", '"gif,tiff"', '"mp4"', '"poster"']),
    (["--format", "jpeg"], ["--format", '"jpeg"', 'stills are PNGs: "poster" is one']),
    (["--quality", "best"], ["--quality", '"lecture"']),
    (["--theme", "pink"], ["--theme", '"dark"']),
    (["--colour"], ["--colour"]),
    (["--list", "--plan"], ["--plan", "--list"]),
    (["missing.toml"], ["missing.toml", "no such file"]),
    (["missing.blend"], ["missing.blend", "no such file"]),
    (["missing.blend", "--plan"], ["missing.blend", "--plan"]),
    (["missing.blend", "--fps", "5"], ["missing.blend", "--fps", "as it is"]),
    (["missing.blend", "--set", "op.stride=2"], ["missing.blend", "--set op.stride", "as it is"]),
    (["conv2d_valid", "conv2d_vlid"], ["conv2d_vlid", "no such figure"]),
]


@pytest.mark.parametrize(("arguments", "words"), WRONG, ids=[" ".join(a) for a, _ in WRONG])
def test_what_is_wrong_is_said_in_one_line(convolume, painter, tmp_path, arguments, words):
    code, out, err = convolume(*arguments)
    assert (code, out, len(err)) == (2, [], 1), err
    for word in words:
        assert word in err[0]
    assert not list(tmp_path.iterdir()) and not painter.recorded


def test_nothing_is_rendered_when_the_last_of_many_is_wrong(convolume, painter, tmp_path):
    (tmp_path / "own.toml").write_text('[op]\ntype = "conv"\nstride = 0\n')
    code, _, err = convolume("conv2d_valid", "own.toml")
    assert code == 2 and len(err) == 1 and "own.toml: op.stride = 0" in err[0]
    assert not painter.recorded and [p.name for p in tmp_path.iterdir()] == ["own.toml"]


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [("text.blend", b"no blend", "is not a Blender file"), ("empty.blend", b"", "is not a Blender file")],
)
def test_a_file_that_only_calls_itself_blend_is_refused(convolume, painter, tmp_path, name, content, word):
    (tmp_path / name).write_bytes(content)
    code, _, err = convolume(name)
    assert code == 2 and len(err) == 1 and word in err[0]


def test_a_folder_in_place_of_a_blend_and_a_blend_of_a_blend_are_refused(convolume, painter, tmp_path):
    (tmp_path / "folder.blend").mkdir()
    assert "is a folder" in convolume("folder.blend")[2][0]
    (tmp_path / "a.blend").write_bytes(b"BLENDER-v405")
    code, _, err = convolume("a.blend", "--format", "blend")
    assert code == 2 and "gif, mp4, png, steps, poster, not blend" in err[0]


class TestTheFolderForResults:
    def test_it_cannot_be_a_file_nor_lie_in_one(self, convolume, painter, tmp_path):
        (tmp_path / "taken").write_text("mine")
        for out in ("taken", "taken/deep"):
            code, _, err = convolume("conv2d_valid", "--out", out)
            assert code == 2 and len(err) == 1 and "must be a folder" in err[0] and out in err[0]
        assert (tmp_path / "taken").read_text() == "mine"

    def test_it_must_take_files(self, convolume, painter, monkeypatch):
        def refuse(**_):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("tempfile.TemporaryFile", refuse)
        code, _, err = convolume("conv2d_valid", "--out", "shut")
        assert (code, err) == (2, ["convolume: --out shut: cannot be written to (Permission denied)"])

    def test_what_stands_in_the_way_there_is_named_before_rendering(self, convolume, painter, tmp_path):
        (tmp_path / "out" / "conv2d_valid.gif").mkdir(parents=True)
        (tmp_path / "out" / "conv2d_valid").write_text("mine")
        for format in ("gif", "png"):
            code, _, err = convolume("conv2d_valid", "--out", "out", "--format", format)
            assert code == 2 and len(err) == 1 and "conv2d_valid" in err[0]
        assert not painter.recorded

    def test_two_scenes_of_one_name_are_refused(self, convolume, painter, tmp_path):
        for folder in ("a", "b"):
            (tmp_path / folder).mkdir()
            (tmp_path / folder / "own.toml").write_text('story = "sliding"\n[op]\ntype = "conv"\n')
        code, _, err = convolume("a/own.toml", "b/own.toml")
        assert code == 2 and "own.gif" in err[0] and not painter.recorded


@pytest.mark.parametrize("name", ["..", "con", "a\nb", "a\x1b]0;x\x07"])
def test_a_name_that_would_lead_out_of_the_folder_or_into_the_terminal_is_refused(convolume, painter, tmp_path, name):
    (tmp_path / f"{name}.toml").write_text('[op]\ntype = "conv"\n')
    (tmp_path / f"{name}.blend").write_bytes(b"BLENDER-v405")
    for file in (f"./{name}.toml", f"./{name}.blend"):
        code, out, err = convolume(file, "--format", "png")
        assert (code, out, len(err)) == (2, [], 1) and "must have a" in err[0] and err[0].isprintable()
    assert not painter.recorded


def test_limits_are_raised_and_folders_are_named_on_the_command_line(convolume, tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "x.toml").write_text('[op]\ntype = "max_pool"\n[input]\nnpy = "../x.npy"\n')
    np.save(tmp_path / "x.npy", np.zeros((6, 6), int))
    code, _, err = convolume("own/x.toml", "--plan")
    assert code == 2 and 'own/x.toml: input.npy = "../x.npy": must lie beside the scene file' in err[0]
    assert convolume("own/x.toml", "--plan", "--allow", ".")[0] == 0
    code, _, err = convolume("own/x.toml", "--plan", "--allow", ".", "--limit", "steps=8")
    assert code == 2 and "must make at most 8 steps, not 9 (--limit steps=9 allows it)" in err[0]
    assert "--limit: qqq: no such limit" in convolume("conv1d", "--plan", "--limit", "qqq=8")[2][0]


@pytest.mark.parametrize(("title", "why"), [("مرحبا", "join Arabic letters"), ("𓀀", "U+13000 EGYPTIAN")])
def test_words_that_would_not_come_out_right_are_refused_before_anything_is_rendered(convolume, painter, title, why):
    code, out, err = convolume("conv2d_valid", "--set", f"title={title}", "--format", "png")
    assert (code, out, len(err)) == (2, [], 1) and why in err[0] and "title = " in err[0]
    assert not painter.recorded
