# SPDX-License-Identifier: GPL-3.0-or-later
"""What the encoders write, read back by other means: pixels, times, palette error, wholeness, sameness. No
bpy.
"""

import json
import sys

import imageio.v3 as iio
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageSequence

from addon.render.files import encode, gif
from addon.render.files.gif import SEE_THROUGH


def shown(path, mode="RGB"):
    """[(pixels, seconds)] as Pillow plays them."""
    with Image.open(path) as image:
        return [
            (np.asarray(f.convert(mode)), f.info["duration"] / 1000) for f in ImageSequence.Iterator(image)
        ]


def clip(count=6, size=(40, 60), channels=3):
    """A square gliding over two shades; with alpha, over nothing."""
    frames = []
    for i in range(count):
        frame = np.zeros((*size, channels), np.uint8)
        if channels == 3:
            frame[:] = 240
            frame[25:] = 200
        frame[5 : 15 + i, 5 + 6 * i : 17 + 6 * i] = [200, 60, 30, 255][:channels]
        frame[30:35, 4:10] = [20, 40 * i, 90, 255][:channels]
        frames.append(frame)
    return frames


def gradients(count=5, size=(90, 160)):
    """Thousands of colours, some of which move."""
    y, x = np.mgrid[: size[0], : size[1]]
    for i in range(count):
        frame = np.stack([x * 255 // size[1], y * 255 // size[0], (x + y) % 256], axis=2).astype(np.uint8)
        frame[20:60, 10 * i : 10 * i + 40, 0] //= 2
        yield frame


def psnr(a, b):
    error = np.mean((np.asarray(a, float) - np.asarray(b, float)) ** 2)
    return 10 * np.log10(255**2 / error)


def test_a_gif_with_few_colours_shows_exactly_the_frames_for_exactly_their_times(tmp_path):
    frames, seconds = clip(), [1.0, 0.05, 0.1, 0.25, 0.05, 2.0]
    encode.write_gif(tmp_path / "clip.gif", frames, seconds)
    read = shown(tmp_path / "clip.gif")
    assert [t for _, t in read] == seconds
    for frame, (pixels, _) in zip(frames, read, strict=True):
        assert np.array_equal(frame, pixels)
    with Image.open(tmp_path / "clip.gif") as image:
        assert image.info["loop"] == 0


def test_frames_may_be_yielded_in_one_array_that_is_filled_anew(tmp_path):
    class Reused:
        def __iter__(self):
            array = np.empty_like(clip()[0])
            for frame in clip():
                array[:] = frame
                yield array

    encode.write_gif(tmp_path / "new.gif", clip(), [0.1] * 6)
    encode.write_gif(tmp_path / "reused.gif", Reused(), [0.1] * 6)
    assert (tmp_path / "reused.gif").read_bytes() == (tmp_path / "new.gif").read_bytes()


def test_short_runs_that_stay_are_told_where_that_takes_fewer_bytes(tmp_path, monkeypatch):
    """Speckle in two colours: the same frames with every pixel that stays left out make a larger file."""
    speckle = np.random.default_rng(1).integers(0, 2, (6, 90, 120), np.uint8) * 200
    frames = [np.stack([s, 255 - s, s // 2], axis=2) for s in speckle]
    encode.write_gif(tmp_path / "clip.gif", frames, [0.1] * 6)
    monkeypatch.setattr(gif, "_left_out", lambda unchanged, pixels: unchanged)
    encode.write_gif(tmp_path / "all.gif", frames, [0.1] * 6)
    for name in ("clip", "all"):
        assert np.array_equal([pixels for pixels, _ in shown(tmp_path / f"{name}.gif")], frames)
    sizes = [(tmp_path / f"{name}.gif").stat().st_size for name in ("clip", "all")]
    assert sizes[0] < 0.95 * sizes[1], sizes


def test_a_second_decoder_shows_the_same_pixels(tmp_path):
    """ffmpeg composes GIF frames by its own code."""
    imageio_ffmpeg = pytest.importorskip("imageio_ffmpeg")
    encode.write_gif(tmp_path / "clip.gif", clip(), [0.1] * 6)
    reader = imageio_ffmpeg.read_frames(tmp_path / "clip.gif", pix_fmt="rgb24")
    width, height = next(reader)["size"]
    read = [np.frombuffer(data, np.uint8).reshape(height, width, 3) for data in reader]
    for frame, pixels in zip(clip(), read, strict=True):
        assert np.array_equal(frame, pixels)


@pytest.mark.parametrize("move", [1, 6])
def test_a_see_through_gif_leaves_no_trail_and_fills_no_hole(tmp_path, move):
    frames = [np.roll(clip(1, channels=4)[0], move * i, axis=1) for i in range(6)]
    frames.append(np.zeros_like(frames[0]))  # all gone for once
    frames.append(clip(4, channels=4)[3])
    encode.write_gif(tmp_path / "clip.gif", frames, [0.1] * len(frames))
    for frame, (pixels, _) in zip(frames, shown(tmp_path / "clip.gif", "RGBA"), strict=True):
        assert np.array_equal(frame[..., 3] >= 128, pixels[..., 3] == 255)
        assert np.array_equal(frame[frame[..., 3] > 0], pixels[frame[..., 3] > 0])


def test_a_see_through_clip_starts_its_second_round_on_an_empty_picture(tmp_path):
    encode.write_gif(tmp_path / "clip.gif", clip(channels=4), [0.1] * 6)
    with Image.open(tmp_path / "clip.gif") as image:
        image.seek(5)
        assert image.disposal_method == 2  # clears its rectangle
        left, top, right, bottom = image.dispose_extent
    last = clip(channels=4)[5][..., 3]
    last[top:bottom, left:right] = 0
    assert not last.any()


def test_half_alpha_is_seen_and_less_is_not(tmp_path):
    frame = np.full((20, 20, 4), 100, np.uint8)
    frame[:10, :, 3], frame[10:, :, 3] = 128, 127
    encode.write_gif(tmp_path / "one.gif", [frame], [1])
    ((pixels, _),) = shown(tmp_path / "one.gif", "RGBA")
    assert (pixels[:10, :, 3] == 255).all() and (pixels[10:, :, 3] == 0).all()


def test_frames_that_look_alike_become_one_and_keep_their_time(tmp_path):
    a, b, _, c = clip(4)
    encode.write_gif(tmp_path / "clip.gif", [a, b, b.copy(), c, a], [0.3, 0.2, 0.25, 0.1, 0.15])
    assert [t for _, t in shown(tmp_path / "clip.gif")] == [0.3, 0.45, 0.1, 0.15]


def test_a_change_in_two_far_corners_costs_about_as_much_as_the_two(tmp_path):
    rng = np.random.default_rng(1)
    noise = rng.integers(0, 4, (200, 300, 1), np.uint8) * np.uint8(60) + np.zeros(3, np.uint8)
    changed = noise.copy()
    changed[:5, :5] = changed[-5:, -5:] = 255
    encode.write_gif(tmp_path / "one.gif", [noise], [1])
    encode.write_gif(tmp_path / "two.gif", [noise, changed], [1, 1])
    assert (tmp_path / "two.gif").stat().st_size - (tmp_path / "one.gif").stat().st_size < 1500


@given(st.lists(st.floats(0.001, 3), min_size=1, max_size=60))
@settings(max_examples=300, deadline=None)
def test_every_moment_is_right_to_the_hundredth(seconds):
    delays = encode.centiseconds(seconds)
    starts, reported = np.cumsum([0, *seconds]), np.cumsum([0, *delays])
    for index, delay in enumerate(delays):
        if delay:  # 5 ms of rounding, and 10 more where a shorter frame before it was left out
            assert abs(reported[index] / 100 - starts[index]) < 0.0151
    assert abs(reported[-1] / 100 - starts[-1]) < 0.0051 or reported[-1] == 1
    if reported[-1] > 3:
        assert all(delay == 0 or delay >= encode.SHORTEST for delay in delays)


@pytest.mark.parametrize("fps", [10, 12, 15, 20, 24, 25, 29.97, 30, 50])
def test_any_rate_up_to_50_keeps_all_frames_and_drifts_nowhere(fps):
    delays = encode.centiseconds([1 / fps] * 400)
    assert all(delays)
    assert np.abs(np.cumsum(delays) / 100 - np.arange(1, 401) / fps).max() <= 0.005001


def test_above_50_frames_a_second_some_are_left_out_rather_than_played_too_slowly():
    delays = encode.centiseconds([1 / 60] * 300)
    assert sum(delays) == 500 and min(d for d in delays if d) >= 2 and sum(map(bool, delays)) > 190


def test_a_long_frame_wins_over_a_flash():
    assert encode.centiseconds([0.5, 0.01, 2.0]) == [50, 0, 201]


def test_many_colours_are_told_within_a_small_error(tmp_path):
    frames = list(gradients())
    encode.write_gif(tmp_path / "clip.gif", frames, [0.1] * len(frames))
    read = [pixels for pixels, _ in shown(tmp_path / "clip.gif")]
    assert psnr(frames, read) > 33


def test_palette_and_size_are_no_worse_than_ffmpegs(tmp_path):
    """Against palettegen and paletteuse without dither, on the same frames."""
    imageio_ffmpeg = pytest.importorskip("imageio_ffmpeg")
    import subprocess

    frames = list(gradients())
    for i, frame in enumerate(frames):
        encode.write_png(tmp_path / f"f{i}.png", frame)
    ours, theirs = tmp_path / "ours.gif", tmp_path / "theirs.gif"
    encode.write_gif(ours, frames, [0.1] * len(frames))
    graph = "split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-framerate", "10"]
    subprocess.run([*command, "-i", tmp_path / "f%d.png", "-vf", graph, theirs], check=True)
    errors = [psnr(frames, [pixels for pixels, _ in shown(path)]) for path in (ours, theirs)]
    assert errors[0] >= errors[1]
    assert ours.stat().st_size <= 1.02 * theirs.stat().st_size


def test_fewer_colours_can_be_asked_for(tmp_path):
    encode.write_gif(tmp_path / "clip.gif", list(gradients()), [0.1] * 5, colors=16)
    pixels = shown(tmp_path / "clip.gif")[0][0].reshape(-1, 3)
    assert len(np.unique(pixels, axis=0)) <= 15
    with pytest.raises(ValueError, match="colors = 257"):
        encode.write_gif(tmp_path / "clip.gif", clip(), [0.1] * 6, colors=257)


def test_no_palette_index_is_lost_on_its_way_through_the_plugin(tmp_path):
    """255 colours, each once: the plugin must not reorder or merge what it is given."""
    row = np.arange(255, dtype=np.uint8)
    frame = np.stack([row, row[::-1], row // 2], axis=1)[None].repeat(3, axis=0)
    encode.write_gif(tmp_path / "one.gif", [frame], [1])
    assert np.array_equal(np.asarray(Image.open(tmp_path / "one.gif").convert("RGB")), frame)
    assert SEE_THROUGH == 255


def test_the_same_frames_give_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        encode.write_gif(tmp_path / f"{name}.gif", list(gradients()), [0.1] * 5)
        encode.write_mp4(tmp_path / f"{name}.mp4", list(gradients()), [0.1] * 5, 20)
        encode.write_png(tmp_path / f"{name}.png", clip()[0])
    for kind in ("gif", "mp4", "png"):
        assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes(), kind


@pytest.mark.parametrize("size", [(48, 64), (47, 63)])
def test_an_mp4_has_the_frames_times_and_colours(tmp_path, size):
    frames = clip(size=size)
    encode.write_mp4(tmp_path / "clip.mp4", frames, [0.5, 0.1, 0.1, 0.1, 0.2, 1.0], 20)
    read = iio.imread(tmp_path / "clip.mp4", plugin="FFMPEG")
    assert read.shape == (40, 48, 64, 3)
    for index, at in enumerate([0, 10, 12, 14, 16, 20]):
        assert psnr(frames[index], read[at][: size[0], : size[1]]) > 27
        assert np.abs(read[at][2, 2].astype(int) - frames[index][2, 2]).max() <= 3
    meta = iio.immeta(tmp_path / "clip.mp4", plugin="FFMPEG")
    assert meta["codec"] == "h264" and meta["pix_fmt"].startswith("yuv420p") and meta["fps"] == 20
    assert meta["duration"] == pytest.approx(2.0, abs=0.01)


def test_an_mp4_shows_see_through_as_white(tmp_path):
    encode.write_mp4(tmp_path / "clip.mp4", clip(channels=4), [0.1] * 6, 20)
    assert iio.imread(tmp_path / "clip.mp4", plugin="FFMPEG")[0, 20, 58].min() > 250


@pytest.mark.parametrize("channels", [3, 4])
def test_a_png_holds_every_pixel(tmp_path, channels):
    frame = np.random.default_rng(0).integers(0, 256, (37, 53, channels), np.uint8)
    encode.write_png(tmp_path / "new" / "one.png", frame)
    assert np.array_equal(iio.imread(tmp_path / "new" / "one.png"), frame)


def test_a_flat_png_is_about_as_small_as_pillows(tmp_path):
    frame = clip(size=(480, 854))[3]
    encode.write_png(tmp_path / "ours.png", frame)
    Image.fromarray(frame).save(tmp_path / "theirs.png")
    assert (tmp_path / "ours.png").stat().st_size <= 1.2 * (tmp_path / "theirs.png").stat().st_size


def test_a_sequence_repeats_frames_and_drops_what_an_older_one_left(tmp_path):
    folder = tmp_path / "frames"
    frames = clip(3)
    encode.write_png_sequence(folder, frames, [0, 0, 1, 2, 1, 1])
    (folder / "notes.txt").write_text("mine")
    written = encode.write_png_sequence(folder, frames, [0, 1, 2, 0])
    assert [p.name for p in written] == [f"frame_000{i}.png" for i in (1, 2, 3, 4)]
    assert sorted(p.name for p in folder.iterdir()) == [p.name for p in written] + ["notes.txt"]
    for path, index in zip(written, [0, 1, 2, 0], strict=True):
        assert np.array_equal(iio.imread(path), frames[index])
    with pytest.raises(ValueError, match="3 frames"):
        encode.write_png_sequence(tmp_path / "no", frames, [0, 3])
    assert not (tmp_path / "no").exists()


def test_steps_are_pictures_and_a_list_of_what_they_show(tmp_path):
    frames = clip(2)
    steps = [
        encode.StepPicture(frames[0], 3.0499999, 61, (0, 0, 1), "R −4 + G −1 = −5"),
        encode.StepPicture(frames[1], np.float32(4.5), np.int64(90), np.array([0, 0, 2]), "0"),
    ]
    path = encode.write_steps(tmp_path / "steps", steps)
    reported = json.loads(path.read_text(encoding="utf-8"))
    assert reported[0] == {
        "second": 3.05,
        "frame": 61,
        "index": [0, 0, 1],
        "sum": "R −4 + G −1 = −5",
        "file": "step_0001.png",
    }
    assert reported[1]["index"] == [0, 0, 2] and reported[1]["second"] == 4.5
    for entry, frame in zip(reported, frames, strict=True):
        assert np.array_equal(iio.imread(tmp_path / "steps" / entry["file"]), frame)


class Failing:
    """Frames that break off, as a cancelled rendering does."""

    def __init__(self, rounds):
        self.rounds = rounds

    def __iter__(self):
        self.rounds -= 1
        for i, frame in enumerate(clip()):
            if i == 4 and self.rounds == 0:
                raise KeyboardInterrupt
            yield frame


@pytest.mark.parametrize("before", [None, b"older"])
@pytest.mark.parametrize(
    "kind", ["gif in its first round", "gif in its second round", "mp4", "sequence", "steps"]
)
def test_a_broken_off_file_leaves_what_was_there(tmp_path, kind, before):
    target = tmp_path / "clip"
    if before and kind not in ("sequence", "steps"):
        target.write_bytes(before)
    listed = sorted(tmp_path.iterdir())
    with pytest.raises(KeyboardInterrupt):
        if kind.startswith("gif"):
            encode.write_gif(target, Failing(1 if "first" in kind else 2), [0.1] * 6)
        elif kind == "mp4":
            encode.write_mp4(target, Failing(1), [0.1] * 6, 20)
        elif kind == "sequence":
            encode.write_png_sequence(target, Failing(1), range(6))
        else:
            encode.write_steps(target, (encode.StepPicture(f, 0, 0, (0,), "") for f in Failing(1)))
    assert sorted(tmp_path.iterdir()) == listed
    if before and listed:
        assert target.read_bytes() == before


def test_wrong_frames_are_named(tmp_path):
    target = tmp_path / "clip.gif"
    frames = clip()
    with pytest.raises(ValueError, match="5 times"):
        encode.write_gif(target, frames, [0.1] * 5)
    with pytest.raises(ValueError, match="6 frames, but 7 times"):
        encode.write_gif(target, frames, [0.1] * 7)
    with pytest.raises(ValueError, match="frame 2 is"):
        encode.write_gif(target, [*frames[:2], frames[2][1:], *frames[3:]], [0.1] * 6)
    with pytest.raises(ValueError, match="frame 0 is float64"):
        encode.write_gif(target, [f / 255 for f in frames], [0.1] * 6)
    with pytest.raises(TypeError, match="generator"):
        encode.write_gif(target, iter(frames), [0.1] * 6)
    for seconds in ([], [0.1] * 5 + [0], [float("nan")] * 6, [700.0] * 6):
        with pytest.raises(ValueError, match=r"seconds|stands for"):
            encode.write_gif(target, frames, seconds)
    assert not list(tmp_path.iterdir())


def test_without_imageio_gif_and_png_are_written_and_the_mp4_is_left_to_blender(tmp_path, monkeypatch):
    for module in ("imageio", "imageio.v3", "PIL", "imageio_ffmpeg"):
        monkeypatch.setitem(sys.modules, module, None)
    encode.write_gif(tmp_path / "clip.gif", clip(), [0.1] * 6)
    encode.write_png(tmp_path / "one.png", clip()[0])
    with pytest.raises(encode.EncodeError, match="no MP4 without imageio and imageio-ffmpeg"):
        encode.write_mp4(tmp_path / "clip.mp4", clip(), [0.1] * 6, 20)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["clip.gif", "one.png"]
    monkeypatch.undo()
    assert all(np.array_equal(a, b) for a, (b, _) in zip(clip(), shown(tmp_path / "clip.gif"), strict=True))
