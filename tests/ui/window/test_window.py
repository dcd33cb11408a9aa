# SPDX-License-Identifier: GPL-3.0-or-later
"""From the zip to the GIF in Blender's own window, with mouse and keyboard alone: what docs/blender.md tells.

One sitting, in the order in which a newcomer does it; each test goes on where the one before has left the window.
"""

import os
import shutil
import time

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("bpy", reason="the bpy module is not installed (make test installs it)")

from .person import HEIGHT, WIDTH

after = pytest.mark.after
pytestmark = [pytest.mark.blender, pytest.mark.window, pytest.mark.slow]


def test_00_the_default_scene_is_emptied(desk):
    def delete_all():
        desk.in_the_view()
        desk.press("a", "x")
        desk.still()
        desk.press("Return")

    desk.insist(delete_all, lambda s: not s["objects"], "the default cube is still there")


def test_01_the_zip_is_installed_from_the_preferences(desk):
    desk.in_the_view()
    desk.press("ctrl+comma")  # Edit › Preferences
    desk.find("Get Extensions")
    desk.click("Get Extensions", then="Repositories")
    x, y = desk.find("Repositories")
    desk.click_at(x + 105, y)
    desk.find("Disk...", (x - 200, y, x + 200, y + 250))
    desk.keep("01-install")
    desk.click("Disk...", (x - 200, y, x + 200, y + 250), then="Bookmarks")
    x, y = desk.find("Cancel")
    desk.click("convolume-", (0, 100, x, y - 20))
    desk.still()
    desk.keep("02-file")
    desk.click_at(x + 136, y)
    desk.until(lambda s: s["figure"] == 'NONE', "the extension is not enabled", wait=90)
    desk.keep("03-installed")
    desk.press("alt+F4")
    desk.until(lambda s: s["windows"] == 1, "the preferences are still open")


def test_02_the_panel_stands_in_the_sidebar(desk):
    box = desk.region("VIEW_3D")
    desk.move((box[0] + box[2]) // 2, (box[1] + box[3]) // 2)
    desk.insist(lambda: desk.press("n"), lambda s: s["regions"]["VIEW_3D"]["UI"][2] > 200, "no sidebar", wait=10)
    found, until = [], time.monotonic() + 20
    while not found and time.monotonic() < until:
        tabs = desk.sidebar
        shot = desk.look().rotate(90, expand=True)  # the tabs' names run downwards
        found = desk.read("Convolume", (tabs[1], WIDTH - tabs[2] - 10, tabs[3], WIDTH - tabs[2] + 60), shot)
    assert found, "no tab is called Convolume"
    _, x, y = max(found)
    desk.click_at(WIDTH - y, x)
    desk.find("Choose a Figure", desk.sidebar)
    desk.keep("04-panel")


def test_03_a_figure_is_chosen_and_its_stride_set(desk):
    x, y = desk.click("Choose a Figure", desk.sidebar)
    desk.still()
    desk.keep("05-figures")
    desk.click("Strided convolution", (x - 400, y, x + 250, y + 400))
    desk.until(lambda s: s["figure"] == "conv2d_strided", "the figure is not chosen")
    desk.find("9 steps", desk.sidebar)
    desk.give("Stride", "3", lambda s: s["stride"][2] == 3)
    desk.find("4 steps", desk.sidebar)
    desk.keep("06-stride")


def test_04_what_cannot_be_is_said_at_once(desk):
    desk.give("Dilation", "9", lambda s: s["dilation"][2] == 9)
    desk.find("or more padding", desk.sidebar)
    desk.still()
    desk.keep("07-impossible")
    assert not desk.read("4 steps", desk.sidebar)

    def back():
        _, y = desk.find("Dilation", desk.names, which=-1)  # the message names it, too, above
        desk.enter((desk.sidebar[2] - 100, y), "1")

    desk.insist(back, lambda s: s["dilation"][2] == 1, "the dilation is not 1")
    desk.find("4 steps", desk.sidebar)


def test_05_it_is_built_and_seen_as_its_camera_sees_it(desk):
    built = lambda s: "Input" in s["objects"] and s["camera"] == "Convolume camera"  # noqa: E731
    desk.insist(lambda: desk.click("Build", desk.sidebar), built, "nothing was built", wait=10)
    desk.find("Update", desk.sidebar)
    desk.still()
    desk.keep("08-built")
    x0, y0, x1, y1 = desk.region("VIEW_3D")
    light = np.asarray(desk.look().convert("L"))[y0:y1, x0:x1] > 150  # the figure's floor; Blender's own is dark
    columns, rows = (np.flatnonzero(light.mean(axis=n) > 0.4) for n in (0, 1))
    left, right = desk.region("VIEW_3D", "TOOLS")[2] - x0, desk.sidebar[0] - x0
    assert left < columns[0] and columns[-1] < right, "a part of the picture lies under the sidebar"
    assert columns[-1] - columns[0] > 0.95 * (right - left) or rows[-1] - rows[0] > 0.85 * (y1 - y0), "it is small"


def test_05b_the_viewport_is_given_back_and_shown_again(desk):
    on = lambda s: s["perspective"] == 'CAMERA'  # noqa: E731
    assert on(desk.state)
    view = lambda: desk.click("View Figure", desk.sidebar)  # noqa: E731
    desk.insist(view, lambda s: not on(s), "the viewport is not as it was")
    desk.insist(view, on, "the figure is not shown again")


def test_06_scrubbing_moves_the_window_and_births_the_output(desk):
    box = desk.region("DOPESHEET_EDITOR")
    y = box[1] + 12
    desk.drag((box[0] + 60, y), (box[0] + (box[2] - box[0]) // 2, y))
    state = desk.until(lambda s: s["frame"] > 20, "the frame has not changed")
    assert state["frame"] < state["end"]
    desk.still()
    desk.keep("09-scrubbed")


def test_07_a_volume_is_moved_by_hand(desk):
    before = desk.state["objects"]["Output"]
    box = desk.region("OUTLINER")
    desk.move((box[0] + box[2]) // 2, (box[1] + box[3]) // 2)
    desk.press("Home")
    for _ in range(20):
        if desk.read("Output", box):
            break
        desk.click_at((box[0] + box[2]) // 2, (box[1] + box[3]) // 2, button=5, times=3)
    desk.click("Output", box)
    desk.until(lambda s: s["active"] == "Output", "the volume is not selected")
    desk.in_the_view()
    desk.press("g", "z")
    desk.type("1.5")
    desk.press("Return")
    desk.until(lambda s: s["objects"]["Output"][2] == pytest.approx(before[2] + 1.5, abs=1e-3), "it has not moved")
    desk.keep("10-moved")


def test_08_the_clock_is_retimed_in_the_timeline(desk):
    """All keys of the one curve twice as far apart: everything follows."""
    before = desk.state["curve"]
    box = desk.region("OUTLINER")
    desk.move((box[0] + box[2]) // 2, (box[1] + box[3]) // 2)
    for _ in range(20):
        if desk.read("Convolume clock", box):
            break
        desk.click_at((box[0] + box[2]) // 2, (box[1] + box[3]) // 2, button=4, times=3)
    desk.click("Convolume clock", box)
    desk.until(lambda s: s["active"] == "Convolume clock", "the clock is not selected")
    x0, y0, x1, y1 = desk.region("DOPESHEET_EDITOR")
    desk.drag((x0 + 300, y0 + 12), (x0 + 60, y0 + 12))  # scaling is around the playhead
    desk.move((x0 + x1) // 2, (y0 + y1) // 2 + 10)
    desk.press("a", "s")
    desk.type("2")
    desk.press("Return")
    state = desk.until(lambda s: s["curve"][-1][0] > 1.6 * before[-1][0], "the keys have not moved")
    assert [v for _, v in state["curve"]] == pytest.approx([v for _, v in before])
    desk.keep("11-retimed")
    fit = lambda: desk.click_at(*desk.sight("Fit Frames", desk.sidebar))  # noqa: E731
    desk.insist(fit, lambda s: s["end"] > state["curve"][-1][0], "the scene does not end with the clock")


def test_09_another_kernel_makes_the_figure_out_of_date(desk):
    x0, _, x1, _ = desk.sidebar

    def choose():
        _, y = desk.sight("Weight", below=20)
        desk.click_at(x1 - 100, y)
        desk.click("Named Kernel", (x0 - 200, y - 200, x1 + 100, y + 200))

    desk.insist(choose, lambda s: s["source"] == 'KERNEL', "the kernel is not named")
    desk.keep("12-kernel")
    desk.sight("The figure is out of date", desk.sidebar)


@after("test_09")
def test_10_the_update_keeps_what_was_done_by_hand(desk):
    before = desk.state
    desk.click_at(*desk.sight("Update", desk.sidebar))
    desk.find("Kept:", desk.sidebar)
    assert not desk.read("The figure is out of date", desk.sidebar)
    state = desk.state
    assert state["objects"]["Output"] == pytest.approx(before["objects"]["Output"])
    assert state["curve"][-1][0] == pytest.approx(before["curve"][-1][0], rel=0.02)
    desk.keep("13-updated")


def test_11_a_rendering_shows_how_far_it_is_and_is_cancelled_by_escape(desk):
    desk.scroll(5)
    x = desk.sidebar[2] - 100

    def line(above: int) -> tuple[int, int]:
        """The field so many pixels above the quality: width, height, and the frame rate between."""
        return x, desk.find("Quality", desk.names)[1] - above

    def size():
        """Width, then with Tab the height."""
        desk.click_at(*line(73))
        for text, last in (("320", "Tab"), ("180", "Return")):
            desk.write(text, last)

    desk.insist(size, lambda s: s["size"] == [320, 180], "the size is not set")

    def draft():
        desk.click_at(*line(0))
        desk.still()
        desk.click_at(*line(-23))  # the first of the list that has come down

    desk.insist(draft, lambda s: s["quality"] == 'DRAFT', "the quality is not set")
    desk.scroll(4)
    desk.insist(lambda: desk.click("Update", desk.sidebar), lambda s: s["picture"] == [320, 180], "not updated")
    desk.scroll(5)
    desk.click("Render", desk.sidebar, which=-1)  # the lowest that reads like it
    desk.find("Esc cancels", (0, HEIGHT - 40, WIDTH, HEIGHT), wait=30)
    desk.find(f"of {desk.state['end']}", (0, HEIGHT - 40, WIDTH, HEIGHT), wait=60)  # frame 12 of …
    desk.keep("14-rendering")
    desk.in_the_view()
    desk.press("Escape")
    desk.find("Rendering cancelled", (0, HEIGHT - 40, WIDTH, HEIGHT), wait=20)
    assert not list(desk.folder.rglob("*.gif"))


@after("test_11")
def test_12_rendered_it_opens_and_shows_the_tweaks(desk, capsys):
    desk.scroll(5)
    desk.click("Render", desk.sidebar, which=-1)
    desk.find("Esc cancels", (0, HEIGHT - 40, WIDTH, HEIGHT), wait=30)
    state = desk.until(lambda s: any(n.endswith(".gif") for n in s["images"]), "no result has opened", wait=500)
    desk.move(WIDTH // 2, HEIGHT // 2)
    desk.find("conv2d_strided.gif", wait=40)
    desk.still()
    desk.keep("15-result")
    light = np.asarray(desk.look().convert("L"))[HEIGHT // 3 : 2 * HEIGHT // 3, WIDTH // 3 : 2 * WIDTH // 3]
    assert (light > 150).mean() > 0.1, "the picture is not there"
    (gif,) = desk.folder.rglob("*.gif")
    folder = os.environ.get("CONVOLUME_SHOTS")
    if folder:
        shutil.copy(gif, folder)
    assert gif.name == "conv2d_strided.gif" and state["windows"] == 2
    looks = state["looks"]
    with capsys.disabled():
        print(f"\n{looks['count']} looks at the child, the longest {1e3 * looks['cpu']:.1f} ms of computing, "
              f"{1e3 * looks['clock']:.1f} ms by the clock")  # fmt: skip
    assert looks["count"] > 10
    with Image.open(gif) as film:
        times = []
        for n in range(film.n_frames):
            film.seek(n)
            times.append(film.info["duration"])
        last = np.asarray(film.convert("RGB"), float)
    assert sum(times) / 1000 == pytest.approx(state["end"] / state["fps"], abs=0.2), "not as long as the retimed clock"
    ground = np.median(last.reshape(-1, 3), axis=0)
    there = [last[round(y * 180) - 2 : round(y * 180) + 3, round(x * 320) - 2 : round(x * 320) + 3].mean(axis=(0, 1))
             for x, y in state["places"]]  # fmt: skip
    assert len(there) == 8 and all(np.abs(cell - ground).max() > 8 for cell in there), "not where it was moved to"


def test_13_blenders_console_has_no_complaint(desk):
    said, wrong = desk.console()
    assert said and not wrong, wrong
    assert not [line for line in said if line.rstrip().endswith("Rendered")], "finished twice"
