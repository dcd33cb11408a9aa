# SPDX-License-Identifier: GPL-3.0-or-later
"""What is made and said when all is well, and when one of several figures is not; painted, not rendered."""

import json
import re

import numpy as np
import pytest

from addon.render.process.jobs import EncodeError
from addon.scene.load import CHEAT_SHEET

SMALL = ("--size", "320x180", "--fps", "5")
STILL = (*SMALL, "--format", "poster")  # the least work


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def test_a_result_is_one_line(convolume, painter, tmp_path):
    code, out, _ = convolume("conv2d_valid", *SMALL)
    assert code == 0 and len(out) == 1
    line = r"conv2d_valid: (\S+), (\d+) frames, (\d+) distinct, ([\d.]+) s, (\d+) bytes"
    found = re.fullmatch(line, out[0])
    file, frames, distinct, seconds, size = found.groups()
    assert file == "renders/conv2d_valid.gif" and names(tmp_path / "renders") == ["conv2d_valid.gif"]
    assert int(size) == (tmp_path / file).stat().st_size
    assert int(frames) / 5 == float(seconds) and int(distinct) == -(-int(frames) // 3)
    assert painter.recorded == [("conv2d_valid", list(range(1, int(frames) + 1)))]


def test_the_profile_and_why_is_said_before_and_once(convolume, painter):
    _, out, err = convolume("conv2d_valid", "rgb_conv", *STILL, "--quality", "draft")
    assert err[0] == "convolume: draft quality: painted, because this is a test" and len(err) == 2
    assert painter.chosen == ["draft", "draft"] and len(out) == 2


def test_no_figure_named_is_the_cheat_sheet_and_a_figure_named_twice_is_one(convolume, painter):
    convolume(*STILL)
    assert sorted(name for name, _ in painter.recorded) == sorted(CHEAT_SHEET)
    painter.recorded.clear()
    convolume("rgb_conv", "rgb_conv", *STILL)
    assert [name for name, _ in painter.recorded] == ["rgb_conv"]


def test_every_format_has_its_file_and_its_line(convolume, painter, tmp_path):
    pytest.importorskip("imageio_ffmpeg", reason="imageio-ffmpeg is not installed")
    code, out, _ = convolume("conv2d_valid", *SMALL, "--format", "gif,mp4,png,steps,poster", "--out", "a/b")
    assert code == 0 and len(out) == 5
    assert names(tmp_path / "a" / "b") == [
        f"conv2d_valid{rest}" for rest in ("", ".gif", ".mp4", "_poster.png", "_steps")
    ]
    shown = len(painter.recorded[0][1])
    assert names(tmp_path / "a/b/conv2d_valid") == [f"frame_{n:04}.png" for n in range(1, shown + 1)]


def test_steps_are_the_operations_with_second_frame_index_and_sum(convolume, painter, tmp_path):
    convolume("conv2d_valid", *SMALL, "--format", "steps", "--out", ".")
    steps = json.loads((tmp_path / "conv2d_valid_steps" / "steps.json").read_text())
    assert len(steps) == 16 and steps[0]["index"] == [0, 0, 0] and steps[-1]["index"] == [0, 3, 3]
    for step in steps:
        assert (step["frame"] - 1) / 5 >= step["second"] - 1e-6 and step["sum"]
        assert (tmp_path / "conv2d_valid_steps" / step["file"]).is_file()
    assert painter.recorded == [("conv2d_valid", [s["frame"] for s in steps])]  # no frame that is not shown


def test_a_poster_costs_one_frame_that_of_the_last_step(convolume, painter):
    convolume("conv2d_valid", *SMALL, "--format", "poster,steps")
    last = painter.recorded[0][1][-1]
    painter.recorded.clear()
    convolume("conv2d_valid", *STILL)
    assert painter.recorded == [("conv2d_valid", [last])]


def test_shorthands_and_set_change_the_scene_and_set_has_the_last_word(convolume, painter):
    convolume("conv2d_valid", *STILL, "--set", "op.stride=2", "output.fps=10")
    convolume("conv2d_valid", *STILL, "--set", "op.stride=2", "--fps", "10")
    convolume("conv2d_valid", *STILL, "--fps", "10")
    set_so, said_so, other = painter.recorded
    assert set_so == said_so != other


def test_a_picture_with_see_through_parts_becomes_a_gif(convolume, painter):
    painter.channels = 4
    assert convolume("conv2d_valid", *SMALL, "--theme", "transparent")[0] == 0


class TestWhenSomethingFails:
    def test_the_rest_goes_on_and_the_code_is_1(self, convolume, painter, tmp_path):
        painter.broken.add("conv2d_valid")
        code, out, err = convolume("conv2d_valid", "rgb_conv", *STILL)
        assert code == 1 and len(out) == 1 and out[0].startswith("rgb_conv: ")
        assert "conv2d_valid: failed to render: RuntimeError: the lamp fell over" in err[1] and len(err) == 2
        assert names(tmp_path / "renders") == ["rgb_conv_poster.png"]

    def test_a_story_that_breaks_takes_no_other_figure_with_it(self, convolume, painter, monkeypatch):
        from addon import cli

        def broken(scene):
            return plan(scene) if scene.id == "rgb_conv" else 1 / 0

        plan = cli.make_plan
        monkeypatch.setattr(cli, "make_plan", broken)
        code, out, err = convolume("conv2d_valid", "rgb_conv", *STILL)
        assert code == 1 and len(out) == 1
        assert err[0].startswith("convolume: conv2d_valid: no plan could be made: ZeroDivisionError")

    def test_a_format_that_fails_leaves_nothing_behind(self, convolume, painter, monkeypatch, tmp_path):
        def full(*_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("addon.render.files.encode.write_gif", full)
        code, out, err = convolume("conv2d_valid", *SMALL, "--format", "gif,poster")
        assert code == 1 and len(out) == 1 and "No space left on device" in err[-1]
        assert names(tmp_path / "renders") == ["conv2d_valid_poster.png"]

    def test_an_encoder_that_is_missing_speaks_for_itself(self, convolume, painter, monkeypatch):
        def absent(*_):
            raise EncodeError("no MP4 without it")

        monkeypatch.setattr("addon.render.files.formats.mp4.by_blender", absent)
        monkeypatch.setattr("addon.render.files.encode.write_mp4", absent)
        code, out, err = convolume("conv2d_valid", *SMALL, "--format", "mp4")
        said = "convolume: conv2d_valid: mp4 not written: no MP4 without it"
        assert (code, out, err[1:]) == (1, [], [said])

    def test_ctrl_c_is_one_line_and_130(self, convolume, painter, monkeypatch, tmp_path):
        def stop(*_):
            raise KeyboardInterrupt

        monkeypatch.setattr("addon.render.files.encode.write_gif", stop)
        code, out, err = convolume("conv2d_valid", *SMALL)
        assert code == 130 and not out and "interrupted" in err[-1] and len(err) == 2


def test_several_figures_leave_a_contact_sheet_of_their_posters(convolume, painter, tmp_path):
    figures = ("conv1d", "pooling", "rgb_conv", "conv2d_valid")
    code, out, err = convolume(*figures, *STILL)
    sheet = tmp_path / "renders" / "contact_sheet.png"
    assert code == 0 and len(out) == 4 and err[-1].endswith("contact_sheet.png: a still of each of the 4 figures")
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed").open(sheet)
    # the painting is 8 by 6 pixels: three places and one below, with gaps of 8
    assert image.size == (8 + 3 * (8 + 8), 8 + 2 * (6 + 8)) and image.getpixel((0, 0)) == (96, 96, 96)
    assert all(image.getpixel(at)[1:] == (40, 200) for at in ((10, 10), (26, 10), (42, 10), (10, 24)))
    assert image.getpixel((26, 24)) == (96, 96, 96)


def test_one_figure_and_figures_that_failed_leave_no_sheet(convolume, painter, tmp_path):
    convolume("conv1d", *STILL)
    painter.broken.add("pooling")
    code, _, _ = convolume("pooling", "conv1d", *STILL)
    assert code == 1 and not (tmp_path / "renders" / "contact_sheet.png").exists()


def test_a_folder_where_the_contact_sheet_goes_is_said_before_anything_is_rendered(convolume, painter, tmp_path):
    (tmp_path / "renders" / "contact_sheet.png").mkdir(parents=True)
    code, out, err = convolume("pooling", "conv1d", *STILL)
    assert code == 2 and not out and not painter.recorded and "contact_sheet.png: is a folder" in err[0]


def test_stills_of_any_size_are_made_smaller_by_whole_squares():
    from addon.render.files.contact import contact_sheet, smaller

    wide = np.zeros((480, 854, 4), np.uint8)
    wide[:, :, 3] = 255
    assert smaller(wide).shape == (240, 427, 3) and smaller(wide[:100, :400]).shape == (100, 400, 3)
    assert contact_sheet([wide, wide[:100, :400]]).shape == (8 + 240 + 8, 8 + 2 * (427 + 8), 3)
