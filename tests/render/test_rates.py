# SPDX-License-Identifier: GPL-3.0-or-later
"""Frame rates that are not whole: what a scene says, what Blender is given, and what a GIF and an MP4 make of it."""

import json
import struct
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from addon.render.files import encode, outputs
from addon.scene.load import SceneError, dump, loads
from addon.scene.rates import blenders, exact
from addon.story import make_plan
from addon.story.plan.describe import describe

NTSC = Fraction(30000, 1001)
SAID = {"29.97": NTSC, '"30000/1001"': NTSC, "23.976": Fraction(24000, 1001), "59.94": 2 * NTSC,
        "12.5": Fraction(25, 2), "30": Fraction(30), "30.0": Fraction(30), "24.5": Fraction(49, 2)}  # fmt: skip


def scene(rate, more=""):
    return loads(f'[op]\ntype = "max_pool"\n[input]\nsize = 4\n[output]\nfps = {rate}\n{more}')


def mp4_rate(path) -> Fraction:
    """The one rate that all frames of a video have, from its tables."""
    data = path.read_bytes()
    scale = struct.unpack(">I", data[(at := data.index(b"mdhd") + 4) + 12 : at + 16])[0]
    entries, _, each = struct.unpack(">3I", data[(at := data.index(b"stts") + 8) : at + 12])
    assert entries == 1
    return Fraction(scale, each)


@pytest.mark.parametrize("rate", SAID)
def test_a_rate_is_exactly_what_it_stands_for_and_is_written_as_it_was_said(rate):
    read = scene(rate)
    assert read.output.fps == pytest.approx(float(SAID[rate]), abs=1e-12)
    assert isinstance(read.output.fps, int) == (SAID[rate].denominator == 1)
    assert loads(dump(read)).output == read.output
    assert rate.strip('"').rstrip("0").rstrip(".") in dump(read) or "/" in rate


@pytest.mark.parametrize("rate", ["0.5", "120.5", "nan", '"a/b"', '"30/0"', '"1/3"', "true", "[30]"])
def test_what_is_no_rate_is_refused(rate):
    with pytest.raises(SceneError, match=r"output.fps = .*: must be a number"):
        scene(rate)


@pytest.mark.parametrize("rate", SAID)
def test_blender_and_back(rate):
    whole, base = blenders(float(SAID[rate]))
    assert isinstance(whole, int) and exact(whole / float(np.float32(base))) == SAID[rate]


def test_frames_and_steps_are_those_of_the_exact_rate():
    plan = make_plan(scene("29.97"))
    clip = outputs.FrameRange.of_plan(plan)
    assert plan.seconds == pytest.approx(plan.frames * 1001 / 30000) and len(clip.frames) == plan.frames
    for step in clip.steps:
        assert 0 <= (step.frame - 1) / plan.fps - step.second < 1 / plan.fps
    assert "frames at 29.97 per second" in describe(plan)


def test_a_video_has_the_rate_and_a_gif_as_many_hundredths_in_all(tmp_path):
    pytest.importorskip("imageio_ffmpeg", reason="imageio-ffmpeg is not installed")
    frames = [np.full((16, 32, 3), 8 * i, np.uint8) for i in range(30)]
    fps = scene("29.97").output.fps
    encode.write_mp4(tmp_path / "x.mp4", frames, [1 / fps] * 30, fps)
    assert mp4_rate(tmp_path / "x.mp4") == NTSC
    encode.write_gif(tmp_path / "x.gif", frames, [1 / fps] * 30)
    with Image.open(tmp_path / "x.gif") as gif:
        delays = [(gif.seek(n), gif.info["duration"])[1] for n in range(gif.n_frames)]
    assert len(delays) == 30 and sum(delays) == 1000 and set(delays) == {30, 40}


def test_a_scene_in_blender_has_the_rate_and_says_so_again():
    bpy = pytest.importorskip("bpy")
    from addon.stage import build, prepare_scene

    plan, target = make_plan(scene("29.97")), bpy.data.scenes.new("rate")
    for _ in range(2):
        built = build(plan, target)
        prepare_scene(plan, target, built)
        assert not built.report.kept, "what Blender rounds is no change of the user's"
    assert (target.render.fps, target.render.fps_base) == (30, pytest.approx(1.001))
    clip, planned = outputs.FrameRange.of_scene(target, "x"), outputs.FrameRange.of_plan(plan)
    assert clip.fps == planned.fps and clip.frames == planned.frames
    assert [(s.frame, s.second) for s in clip.steps] == [(s.frame, pytest.approx(s.second)) for s in planned.steps]
    bpy.data.scenes.remove(target)


def test_a_gif_that_leaves_frames_out_says_so(tmp_path, monkeypatch, capsys):
    from addon import cli

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli, "_render", lambda *_: True)
    for rate, said in (("60", 1), ("59.94", 1), ("50", 0), ("29.97", 0)):
        assert cli.main(["conv1d", "pooling", "--fps", rate]) == 0
        assert capsys.readouterr().err.splitlines() == [
            f"convolume: a GIF shows at most 50 frames a second: of {rate} some are left out, its length stays"] * said
    assert cli.main(["conv1d", "--fps", "60", "--format", "mp4"]) == 0 and not capsys.readouterr().err


def test_steps_json_tells_the_exact_second(tmp_path):
    plan = make_plan(scene("29.97"))
    clip = outputs.FrameRange.of_plan(plan)
    picture = np.zeros((4, 4, 3), np.uint8)
    encode.write_steps(tmp_path / "s", (encode.StepPicture(picture, s.second, s.frame, s.index, s.sum)
                                        for s in clip.steps))  # fmt: skip
    rows = json.loads((tmp_path / "s" / "steps.json").read_text())
    assert all(0 <= (row["frame"] - 1) * 1001 / 30000 - row["second"] < 0.0335 for row in rows)
