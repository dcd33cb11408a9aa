# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line with a real Blender behind it, small and quick: `bpy` in a process of its own, and `blender`."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image, ImageSequence

imageio = pytest.importorskip("imageio.v3", reason="imageio is not installed")
bpy = pytest.importorskip("bpy", reason="the bpy module is not installed (make test installs it)")

# three steps and a handful of frames
TINY = ("conv2d_valid", "--size", "96x54", "--fps", "2", "--set", "op.stride=2", "--set", "timing.first=1",
        "--set", "timing.next=0.5", "--set", "timing.outro=0.5", "--set", "timing.intro=0.5")  # fmt: skip


@pytest.fixture
def script(root, tmp_path):
    """Run `python scripts/render_all.py` in an empty folder."""

    def run(*arguments, **options):
        command = [sys.executable, str(root / "scripts" / "render_all.py"), *map(str, arguments)]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, **options)

    return run


def lines(done):
    """stdout's lines, of a run that went well."""
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def numbers(line):
    """What a result says after the file: frames, distinct frames, seconds."""
    return line.split(", ")[1:-1]


def test_a_tweaked_blend_is_rendered_as_it_is(script, tmp_path):
    made = lines(script(*TINY, "--quality", "draft", "--format", "gif,steps,blend", "--out", "a"))
    assert [line.split(",")[0].rpartition(".")[2] for line in made[:2]] == ["blend", "gif"]
    (tmp_path / "own.blend").write_bytes((tmp_path / "a" / "conv2d_valid.blend").read_bytes())
    again = lines(script("own.blend", "--format", "gif,steps", "--out", "b"))
    assert [numbers(line) for line in again] == [numbers(line) for line in made[1:]]
    assert (tmp_path / "b/own.gif").read_bytes() == (tmp_path / "a/conv2d_valid.gif").read_bytes()
    for file in (tmp_path / "a" / "conv2d_valid_steps").iterdir():
        assert (tmp_path / "b" / "own_steps" / file.name).read_bytes() == file.read_bytes()


def test_a_blend_without_a_camera_or_without_steps_is_bad_input(script, tmp_path, empty_blender):
    bpy = empty_blender
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "blind.blend"))
    bpy.context.scene.camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    bpy.context.collection.objects.link(bpy.context.scene.camera)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "plain.blend"), copy=True)
    whole = (tmp_path / "plain.blend").read_bytes()
    (tmp_path / "cut.blend").write_bytes(whole[: len(whole) // 2])
    asked = {"blind": "has no camera", "plain": "does not say when its steps are", "cut": "cannot be opened"}
    for name, words in asked.items():
        done = script(f"{name}.blend", "--format", "steps")
        assert (done.returncode, done.stdout) == (2, "") and words in done.stderr, done
        assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "renders").exists()


def test_steps_of_a_retimed_blend_are_where_its_clock_reaches_them(empty_blender):
    bpy = empty_blender
    from addon.render.files import outputs
    from addon.render.process import jobs
    from addon.scene.load import load
    from addon.story import make_plan

    scene = jobs._built(make_plan(load("conv2d_valid", {"op.stride": 3})))
    before = outputs.FrameRange.of_scene(scene, "x")
    clock = next(o for o in scene.objects if o.get("convolume_role") == "clock")
    curve = clock.animation_data.action.fcurve_ensure_for_datablock(clock, '["step"]')
    for key in curve.keyframe_points:
        key.co.x = 1 + (key.co.x - 1) * 2
        key.handle_left.x = key.handle_right.x = key.co.x
    curve.update()
    scene.frame_end *= 2
    after = outputs.FrameRange.of_scene(scene, "x")
    assert len(before.steps) == len(after.steps) == 4
    for a, b in zip(before.steps, after.steps, strict=True):
        assert abs((b.frame - 1) - 2 * (a.frame - 1)) <= 1
        assert b.second == pytest.approx((b.frame - 1) / before.fps)
        assert (a.index, a.sum) == (b.index, b.sum)
    scene.frame_end = after.steps[2].frame
    assert len(outputs.FrameRange.of_scene(scene, "x").steps) == 3
    assert bpy.context.scene == scene


HIDDEN = ("PIL", "imageio", "imageio.v2", "imageio.v3", "imageio_ffmpeg", "tqdm")  # what a stock Blender lacks


def check_films(folder):
    """The GIF and the MP4 show the frames that lie beside them as PNGs, each in its time."""
    files = sorted((folder / "conv2d_valid").iterdir())
    frames = np.array([imageio.imread(file)[..., :3] for file in files]).astype(int)
    movie = imageio.imread(folder / "conv2d_valid.mp4", plugin="FFMPEG").astype(int)
    assert movie.shape == frames.shape and imageio.immeta(folder / "conv2d_valid.mp4", plugin="FFMPEG")["fps"] == 2
    assert np.abs(movie - frames).mean(axis=(1, 2, 3)).max() < 5  # 4:2:0 blurs colours where cells are small
    assert np.abs((movie - frames).mean(axis=(1, 2))).max() < 2.5  # and no colour is another one
    with Image.open(folder / "conv2d_valid.gif") as gif:
        assert gif.info["loop"] == 0
        shown = [(np.asarray(f.convert("RGB")), f.info["duration"]) for f in ImageSequence.Iterator(gif)]
    played = np.repeat([pixels for pixels, _ in shown], [time // 500 for _, time in shown], axis=0).astype(int)
    assert played.shape == frames.shape and np.abs(played - frames).mean(axis=(1, 2, 3)).max() < 2
    return frames


def test_the_module_alone_leaves_gif_and_mp4(root, tmp_path):
    """A Blender in which nothing else is to be found."""
    hide = f"import sys; sys.modules.update(dict.fromkeys({HIDDEN}))\nfrom addon.cli import main"
    asked = [*TINY, "--quality", "draft", "--format", "gif,mp4,png", "--out", str(tmp_path)]
    command = [sys.executable, "-c", f"{hide}\nsys.exit(main({asked}, isolate=False))"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    check_films(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["conv2d_valid", "conv2d_valid.gif", "conv2d_valid.mp4"]


def test_blenders_own_mp4_shows_every_frame_at_its_time(empty_blender, tmp_path):
    pytest.importorskip("imageio_ffmpeg", reason="imageio-ffmpeg is not installed")
    from addon.render.files import outputs
    from addon.render.files.formats import mp4
    from addon.render.process.progress import quiet

    class Recording:
        order = [0, 0, 1, 2, 2, 2, 0]

        def __len__(self):
            return 3

        def picture(self, index):
            made = np.full((37, 64, 4), 255, np.uint8)  # an odd height
            made[8:30, 4 + 16 * index : 20 + 16 * index, :3] = 60
            made[30:, :, 3] = 0  # see-through becomes white
            self.listener()
            return made

        def listener(self):
            heard.append(None)

    data, written, heard = empty_blender.data, empty_blender.app.handlers.render_write, []
    kept = [empty_blender.context.scene.name, *map(len, (data.scenes, data.worlds, written))]

    clip = outputs.FrameRange("x", 12.5, range(1, 8))
    with quiet():
        mp4.by_blender(outputs.Film(clip, list(clip.frames), Recording()), tmp_path / "x.mp4")
    shown = imageio.imread(tmp_path / "x.mp4")
    assert shown.shape == (7, 38, 64, 3)
    assert imageio.immeta(tmp_path / "x.mp4")["fps"] == 12.5
    dark = [[i for i in range(3) if frame[18, 12 + 16 * i].mean() < 90] for frame in shown]
    assert dark == [[i] for i in Recording.order] and shown[:, 34].min() > 245
    assert [p.name for p in tmp_path.iterdir()] == ["x.mp4"]
    assert b"\xa9day" not in (tmp_path / "x.mp4").read_bytes()  # no date: the same frames give the same bytes
    assert len(heard) == 3 + len(Recording.order)  # a long film does not look like a Blender that hangs
    assert kept == [empty_blender.context.scene.name, *map(len, (data.scenes, data.worlds, written))]


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT to send on Windows")
def test_ctrl_c_stops_after_the_frame_at_hand_and_leaves_no_file(root, tmp_path):
    command = [sys.executable, str(root / "scripts" / "render_all.py"), "rgb_conv", "--size", "320x180"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert any("quality" in process.stderr.readline() for _ in range(3))
        time.sleep(1.5)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "") and "interrupted" in err
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


@pytest.mark.blender
class TestInARealBlender:
    def test_the_exit_code_and_the_line_survive(self, run_blender, root, tmp_path):
        script = root / "scripts" / "render_all.py"
        done = run_blender("-P", script, "--", "conv2d_valdi", "--out", tmp_path / "x", check=False)
        assert done.returncode == 2 and "nearest: conv2d_valid" in done.stderr
        assert not (tmp_path / "x").exists()

    def test_it_lists_the_figures(self, run_blender, root):
        listed = run_blender("-P", root / "scripts/render_all.py", "--", "--list").stdout
        assert all(p.stem in listed for p in (root / "scenes").glob("*.toml"))

    def test_a_stock_one_leaves_gif_and_mp4(self, run_blender, script, root, tmp_path):
        """With nothing installed into it; and the same command again has nothing left to render."""
        ask = f"import importlib.util as u; print('HAS', [m for m in {HIDDEN} if '.' not in m and u.find_spec(m)])"
        if "HAS []" not in run_blender("--python-expr", ask).stdout:
            pytest.skip("this Blender is not as its makers leave it")
        asked = [*TINY, "--quality", "draft", "--format", "gif,mp4,png"]
        run_blender("-P", root / "scripts/render_all.py", "--", *asked, "--out", tmp_path / "a")
        frames = check_films(tmp_path / "a")
        again = run_blender("-P", root / "scripts/render_all.py", "--", *asked, "--jobs", "2", "--out", tmp_path / "b")
        assert "pieces are from the cache" in again.stderr
        for name in ("conv2d_valid.gif", "conv2d_valid.mp4"):
            assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
        lines(script(*asked, "--out", "module"))
        assert np.abs(check_films(tmp_path / "module") - frames).mean() < 2

    def test_two_figures_leave_a_contact_sheet_and_a_picture_is_read(self, run_blender, root, tmp_path):
        picture = np.zeros((20, 20, 3), np.uint8)
        picture[:, 10:] = 255
        imageio.imwrite(tmp_path / "half.png", picture)
        asked = ["conv1d", *TINY, "--quality", "draft", "--format", "poster", "--out", tmp_path / "x"]
        run_blender("-P", root / "scripts/render_all.py", "--", *asked)
        assert imageio.imread(tmp_path / "x" / "contact_sheet.png").ndim == 3
        asked = ["conv2d_valid", "--set", f"input.image={tmp_path / 'half.png'}", "--allow", tmp_path, "--plan"]
        done = run_blender("-P", root / "scripts/render_all.py", "--", *asked)
        assert "conv2d_valid" in done.stdout

    def test_its_draft_is_the_one_of_the_module(self, run_blender, script, root, tmp_path):
        small = ("conv2d_valid", "--quality", "draft", "--size", "427x240", "--fps", "4")
        run_blender("-P", root / "scripts/render_all.py", "--", *small, "--out", tmp_path / "real")
        lines(script(*small, "--out", "module"))
        shown = [imageio.imread(tmp_path / folder / "conv2d_valid.gif") for folder in ("real", "module")]
        assert shown[0].shape == shown[1].shape and len(shown[0]) > 30
        apart = np.abs(shown[0].astype(int) - shown[1]).mean(axis=(1, 2, 3))
        assert apart.max() <= 2, f"frames differ by {apart.max():.2f} of 255 on average"

    @pytest.mark.skipif(bpy.app.version < (5, 2), reason="a 4.5 file is opened by 4.5")
    def test_a_saved_figure_renders_the_same_where_the_add_on_is_not(self, run_blender, script, tmp_path):
        figure, edges = "rgb_conv", 16
        lines(script(figure, "--size", "320x180", "--fps", "2", "--format", "blend,png", "--out", "a"))
        file, numbers = tmp_path / "a" / f"{figure}.blend", (3, 20, 40)
        wanted = [n for number in numbers for n in ("-f", number)]
        run_blender(file, "-o", tmp_path / "plain_####", "-F", "PNG", "-x", "1", *wanted)
        for number in numbers:
            plain = imageio.imread(tmp_path / f"plain_{number:04d}.png")[..., :3].astype(int)
            ours = imageio.imread(tmp_path / "a" / figure / f"frame_{number:04d}.png")[..., :3]
            apart = np.abs(plain - ours).max(axis=2)
            # an edge may pass one of a pixel's four samples by a rounding
            assert (apart > 3).sum() <= edges and apart.max() <= 255 / 4, (number, np.sort(apart[apart > 3]))
