# SPDX-License-Identifier: GPL-3.0-or-later
"""What else docs/blender.md tells, in the window that test_window.py leaves: preferences, a second figure, pictures,
words, scene files, and the window dragged by hand.
"""

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("bpy", reason="the bpy module is not installed (make test installs it)")

from .person import HEIGHT, WIDTH

after = pytest.mark.after
pytestmark = [pytest.mark.blender, pytest.mark.window, pytest.mark.slow]
MENUS = (0, 40, int(0.66 * WIDTH), HEIGHT)


def from_the_menu(desk, condition, *names):
    """Shift+A and these entries; the menu opens where it was left, so an entry may stand there at once."""

    def add():
        desk.in_the_view()
        desk.press("shift+a")
        desk.still()
        for i, name in enumerate(names):
            if i + 1 == len(names) or not desk.read(names[i + 1], MENUS):
                desk.click(name, MENUS)
                desk.still()

    return desk.insist(add, condition, f"{' › '.join(names)} does nothing")


def browser(desk, x, y):
    """Click what opens the file browser, in a window of its own."""
    desk.insist(lambda: desk.click_at(x, y), lambda s: s["windows"] == 2, "no file browser")
    desk.find("Cancel", MENUS)
    desk.still()


def test_20_the_preferences_are_those_of_new_figures(desk):
    assert "Convolume clock" in desk.state["objects"], "test_window.py comes first"
    desk.in_the_view()
    desk.press("ctrl+comma")
    desk.until(lambda s: s["windows"] == 2, "no preferences")
    x, y = desk.find("Add-ons", which=-1)
    page = (x + 60, y - 260, x + 830, y + 350)
    desk.click_at(x, y)
    desk.still()
    x, y = desk.find("Convolume", page)
    desk.click_at(x - 66, y)
    x, y = desk.find("Theme", page)
    desk.click_at(x + 220, y)
    desk.click("Dark", (x, y, x + 500, y + 200))
    desk.click_at(x + 35, y + 29)
    desk.click_at(x + 140, y + 29, times=2)
    for text, last in (("640", "Tab"), ("360", "Return")):
        desk.write(text, last)
    desk.still()
    desk.keep("16-preferences")
    desk.recover()
    state = from_the_menu(desk, lambda s: s["figure"] == "conv2d_valid", "Convolume", "Valid convolution")
    assert (state["theme"], state["picture"]) == ('DARK', [640, 360])
    desk.sight("In This Scene", desk.sidebar)
    desk.keep("17-second-figure")


def test_21_explore_gives_the_window_free_across_the_input(desk):
    def explore():
        desk.click_at(*desk.sight("Explore", desk.sidebar))

    desk.insist(explore, lambda s: s["active"].startswith("Window"), "not explored")
    name = desk.state["active"]
    x, y = desk.in_the_view()
    desk.press("g")
    for i in (1, 2):
        desk.xdotool("mousemove", x + 40 * i, y + 50 * i)
        desk.rest(3)
    desk.click_at(x + 80, y + 100)
    place = desk.until(lambda s: s["objects"][name][0] > 0.5, "it was not dragged")["objects"][name]
    assert place[1] == 0 and place[2] < -0.5, "out of the input"
    desk.still()
    desk.keep("18-explored")
    desk.insist(explore, lambda s: s["objects"][name] == [0, 0, 0], "not back")


@after("test_20")
def test_22_the_first_figure_is_shown_again_with_its_scene(desk):
    x, y = desk.sight("In This Scene", desk.sidebar, below=60)
    wanted = lambda s: s["figure"] == "conv2d_strided"  # noqa: E731
    state = desk.insist(lambda: desk.click_at(x + 60, y + 21), wanted, "the other figure is still shown")
    assert state["picture"] == [320, 180] and state["camera"] == "Convolume camera"
    assert state["end"] == pytest.approx(state["curve"][-1][0], abs=60), "the frames are those of the retimed clock"
    desk.keep("19-shown-again")


def test_23_what_else_is_in_the_picture_is_said_and_undone(desk):
    from_the_menu(desk, lambda s: "Cube" in s["objects"], "Mesh", "Cube")
    desk.sight("Also rendered: Cube", desk.sidebar)
    desk.keep("20-also-rendered")
    desk.in_the_view()
    desk.press("ctrl+z")
    desk.until(lambda s: "Cube" not in s["objects"], "the cube is still there")


def from_disk(desk, source: str, file: str, below: int, condition):
    """Choose a file as the input's source; the field for it is so many pixels above *Levels*."""

    def choose():
        _, y = desk.sight("Data", below=60)
        desk.click_at(desk.sidebar[2] - 100, y + 31)
        desk.click(source, (desk.sidebar[0], 40, *desk.sidebar[2:]))

    desk.insist(choose, lambda s: s["input"] == source.split()[0].upper(), f"{source} is not the source")
    desk.sight("choose a file", desk.sidebar, below=200)
    desk.keep(f"21-choose-{source.split()[0].lower()}")
    _, y = desk.sight("Levels")
    browser(desk, desk.sidebar[2] - 48, y - below)
    desk.click(file, MENUS)
    desk.still()
    desk.click("Accept", MENUS)
    desk.until(condition, f"no {source}")
    desk.still()
    assert not desk.read("choose a file", desk.sidebar)


def test_24_numbers_are_typed_into_the_grid(desk):
    x0, _, x1, _ = desk.sidebar

    def choose():
        _, y = desk.sight("Weight", below=150)
        desk.click_at(x1 - 100, y)
        desk.click("Numbers", (x0 - 200, y - 250, x1 + 100, y + 200))

    filled = desk.insist(choose, lambda s: s["source"] == 'VALUES', "numbers are not the source")["numbers"]
    assert len(filled) == 9 and any(filled), "the grid has not the kernel's numbers"

    def type_two():
        _, y = desk.sight("Shape 3×3", desk.sidebar, below=80)
        desk.click_at(x0 + 40, y + 23, times=2)
        desk.write("-2.5", "Tab")
        desk.write("7")

    desk.insist(type_two, lambda s: s["numbers"] == [-2.5, 7, *filled[2:]], "not typed")
    desk.keep("21-typed")


def test_24_an_idx_file_is_chosen_in_the_file_browser(desk):
    digits = np.arange(2 * 28 * 28).reshape(2, 28, 28) % 256
    header = struct.pack(">IIII", 0x803, *digits.shape)
    (desk.folder / "home" / "digits.idx").write_bytes(header + digits.astype(np.uint8).tobytes())
    from_disk(desk, "IDX File", "digits.idx", 46, lambda s: s["idx"].endswith("digits.idx"))


def test_24_a_picture_is_chosen_in_the_file_browser(desk):
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[16:48, 16:48] = 255, 160, 20
    Image.fromarray(pixels).save(desk.folder / "home" / "photo.png")
    from_disk(desk, "Image", "photo.png", 23, lambda s: s["image"].endswith("photo.png"))


def test_25_a_word_is_found_and_changed(desk):
    desk.unfold("Look", "Theme")
    desk.unfold("Words", "Find a word to change it")
    desk.give("Words", "kernel", lambda s: s["find_word"] == "kernel", below=31)
    desk.give("Words", "Filter", lambda s: s["word"] == "Filter", below=57)
    desk.keep("22-words")


def test_26_the_panel_is_saved_as_a_scene_file_and_read_again(desk):
    before = desk.state
    browser(desk, *desk.sight("Save Scene File", desk.sidebar))
    x, y = desk.find("Cancel", MENUS)
    desk.click_at(x + 136, y)
    path = desk.folder / "home" / "conv2d_strided.toml"
    desk.until(lambda s: path.is_file() and s["windows"] == 1, "not saved")
    text = path.read_text(encoding="utf-8")
    for key, value in (("image", Path(before["image"]).name), ("kernel", before["word"])):
        assert f'{key} = "{value}"' in text or not value
    assert f"stride = {before['stride'][2]}" in text
    desk.click("File", (0, 0, 120, 70))
    desk.click("Import", MENUS)
    browser(desk, *desk.find("Convolume Scene (.toml)", MENUS))
    x, y = desk.find("Date Modified", MENUS)
    desk.click_at(x - 350, y + 25)
    desk.still()
    x, y = desk.find("Cancel", MENUS)
    desk.click_at(x + 136, y)
    state = desk.until(lambda s: s["figure"] == 'FILE', "not read")
    assert [state[key] for key in ("word", "stride", "source", "input")] == [
        before[key] for key in ("word", "stride", "source", "input")]  # fmt: skip
    assert Path(state["image"]).name == Path(before["image"]).name
    desk.still()
    desk.keep("23-read")


def test_27_the_console_still_has_no_complaint(desk):
    said, wrong = desk.console()
    assert said and not wrong, wrong
