# SPDX-License-Identifier: GPL-3.0-or-later
"""The palette: digits read on every fill, words on every floor, and roles and signs look apart with every sight.

- A digit has 6:1 on its fill at full light, and where both are dimmed *alike*, which is how a cell outside the window
  is dimmed. Ink that is not dimmed on a fill that is (a label of its own material) is not required to: it has 5.8:1.
- Words have 4.5:1 wherever the floor's shading lies between its darkest and its lightest.
- Signs: + and - of one step, and both against 0, are at least 10 apart in CIELAB (1976) with each of the four sights.
  Channels: so are the deepest fills of R, G and B. Paler steps of two channels may look
  alike; which channel it is, is said by its name, and each ramp alone falls in lightness with every sight, so that the
  value still reads. Violet of a step may look like blue of the step: a negative always has its minus.

Each check is also given a wrong colour, which it must find.
"""

import math
import re
from dataclasses import fields, replace
from itertools import combinations, pairwise

import numpy as np
import pytest

from addon.story.page import palette
from addon.story.page.palette import BLUE, CARDS, FINE, GREEN, NEGATIVE, NOT_A_NUMBER, POSITIVE, RED, THEMES

from .seeing_colors import SIGHT
from .seeing_colors import linear as decoded

APART = 10.0  # CIELAB units; 2.3 can just be told apart
# Least fall of CIELAB lightness from step to step. Fine steps and amber's differ in colour too.
FALLS = {"red": 6.0, "green": 6.0, "blue": 6.0, "negative": 6.0, "positive": 4.0, "fine": 3.0}
TO_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
                   [0.0193339, 0.1191920, 0.9503041]])  # fmt: skip
RAMPS = {ramp.name: ramp for ramp in (BLUE, RED, GREEN, FINE, POSITIVE, NEGATIVE)}
CHANNELS = {"R": RED, "G": GREEN, "B": BLUE}
SIGNED = NEGATIVE.fills[:0:-1] + POSITIVE.fills  # seven, from -3 to 3
FILLS = {f"{name} {k}": fill for name, ramp in RAMPS.items() for k, fill in enumerate(ramp.fills)}
GREYS = {f"grey {v}": palette.grey(v, digits=True) for v in range(256)}

each_sight = pytest.mark.parametrize("sight", SIGHT)
each_theme = pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))


def lab(color: str, sight: str = "normal") -> np.ndarray:
    """CIELAB (D65: L 0 to 100, a, b) of a colour as it looks with that sight."""
    light = np.clip(SIGHT[sight] @ decoded(palette.rgb(color)), 0.0, 1.0)
    xyz = (TO_XYZ @ light) / TO_XYZ.sum(axis=1)
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz * (29 / 6) ** 2 / 3 + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def apart(a: str, b: str, sight: str) -> float:
    """CIELAB distance (1976)."""
    return float(np.linalg.norm(lab(a, sight) - lab(b, sight)))


def near(colors: dict[str, str], sight: str, least: float = APART) -> dict:
    """The pairs that look less apart."""
    return {(m, n): round(far, 1) for (m, a), (n, b) in combinations(colors.items(), 2)
            if (far := apart(a, b, sight)) < least}  # fmt: skip


def unread(fills: dict[str, str], light: float, ink_light: float | None = None,
           least: float = palette.DIGITS) -> dict:  # fmt: skip
    """The fills on which a digit does not read, fill and ink under so much linear light."""
    ink_light = light if ink_light is None else ink_light
    found = {}
    for name, fill in fills.items():
        ink = palette.luminance(palette.ink_on(fill), ink_light)
        if (has := palette.ratio(palette.luminance(fill, light), ink)) < least:
            found[name] = round(has, 2)
    return found


# conversion ----------------------------------------------------------------------------------------------------


def test_colours_convert_there_and_back():
    assert palette.linear("#808080")[0] == pytest.approx(0.2158605, abs=1e-6)
    for color in ("#000000", "#FFFFFF", "#0A0B0C", *SIGNED, *CARDS):
        assert palette.code(palette.rgb(color)) == palette.from_linear(palette.linear(color)) == color
        assert palette.linear(color) == pytest.approx(decoded(palette.rgb(color)))
    assert palette.from_linear((2.0, -1.0, 0.5)) == "#FF00BC"


def test_contrast_and_light_are_what_they_are_called():
    assert palette.contrast("#FFFFFF", "#000000") == pytest.approx(21.0)
    assert palette.contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)  # the known just-not-AA grey
    fill = "#8FB6EA"
    assert palette.luminance(palette.lit(fill, 0.7)) == pytest.approx(palette.luminance(fill, 0.7), abs=2e-3)
    assert palette.luminance(fill, 0.7) == pytest.approx(0.7 * palette.luminance(fill))
    assert palette.luminance("#FFFFFF", 1.06) == 1.0


def test_distances_and_sights_are_those_of_the_books():
    assert lab("#FFFFFF") == pytest.approx((100, 0, 0), abs=0.01)
    assert lab("#FF0000") == pytest.approx((53.24, 80.09, 67.20), abs=0.05)
    assert apart("#C1602F", "#7A7A26", "deuteranopia") < 0.5 * apart("#C1602F", "#7A7A26", "normal")


# values --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value, greatest, k", [(0, 3, 0), (-0.0, 3, 0), (1, 3, 1), (1.01, 3, 2), (2, 3, 2), (3, 3, 3),
                                                (4, 9, 2), (1e-12, 3, 1), (5, 3, 3), (math.inf, 3, 3), (1, math.inf, 1),
                                                (math.inf, math.inf, 3), (0, 0, 0), (1, 0, 3)])  # fmt: skip
def test_fills_are_thirds_of_the_greatest(value, greatest, k):
    assert palette.signed(value, greatest) == SIGNED[3 + k] == POSITIVE.fills[k]
    assert palette.signed(-value, greatest) == SIGNED[3 - k] == NEGATIVE.fills[k]
    for ramp in CHANNELS.values():
        assert palette.unsigned(value, greatest, ramp) == ramp.fills[k]
        assert palette.unsigned(-value, greatest, ramp) == ramp.fills[0]


def test_a_third_is_in_the_first_third_in_single_precision():
    for whole in np.arange(0.1, 5, 0.1):
        greatest = np.float32(whole)
        assert palette.signed(np.float32(whole / 3), float(greatest)) == POSITIVE.fills[1], whole
        assert palette.signed(np.float32(whole * 2 / 3), float(greatest)) == POSITIVE.fills[2], whole


def test_whole_numbers_to_nine_have_ten_fills():
    fills = [palette.unsigned(v, 9, palette.FINE) for v in range(10)]
    assert fills == list(palette.FINE.fills) and len(set(fills)) == 10


def test_what_is_no_number_has_a_grey_of_its_own():
    made = {palette.signed(math.nan, 3), palette.unsigned(math.nan, 3, palette.BLUE), palette.grey(math.nan)}
    assert made == {NOT_A_NUMBER}
    for sight in SIGHT:
        close = {name for name, fill in FILLS.items() if apart(fill, NOT_A_NUMBER, sight) < 8}
        assert not close, sight
    for fill in (palette.signed, palette.grey, lambda v, most: palette.unsigned(v, most, palette.BLUE)):
        for wrong in (math.nan, -1.0):
            with pytest.raises(ValueError, match="at least 0"):
                fill(1.0, wrong)


def test_grey_goes_evenly_from_paper_to_ink():
    paper, ink = palette.GREY_ENDS
    for digits in (False, True):
        way = [palette.grey(v, digits=digits) for v in range(256)]
        assert (way[0], way[-1]) == (paper, ink)
        assert way == [palette.grey(255 - v, digits=digits, bright=True) for v in range(256)]
        light = np.array([palette.luminance(c) for c in way])
        assert (np.diff(light) <= 0).all() and len(set(way)) > 100
        assert (np.diff([lab(c)[0] for c in way]) > -1.0).sum() == (254 if digits else 255)  # one leap, or none
    assert palette.grey(-5) == palette.grey(0, 0) == paper and palette.grey(math.inf) == palette.grey(300) == ink


# digits --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("light", [1.0, palette.DIM])
def test_digits_read_on_every_fill(light):
    assert not unread({**FILLS, **GREYS, "nan": NOT_A_NUMBER}, light)
    assert not unread(FILLS, palette.DIM, 1.0, least=5.8)  # not required: ink that is not dimmed with its fill
    assert {palette.ink_on(fill) for fill in FILLS.values()} == {palette.INK, palette.WHITE}


def test_deep_fills_recede_outside_the_window_and_their_digits_read():
    """They lose as much as others to the eye, and still have the light of no other value."""
    for fill in FILLS.values():
        dim, ink = palette.dimmed(fill), palette.ink_on(fill)
        assert palette.contrast(dim, palette.lit(ink, palette.DIM)) >= palette.DIGITS, fill
        assert lab(fill)[0] - lab(dim)[0] >= (7.0 if ink == palette.WHITE else 8.0), fill


def test_fills_leave_the_middle_luminances_empty():
    """0.2 to 0.38 at least; where both inks have 6:1 dimmed alike follows from the other test."""
    assert not [n for n, fill in {**FILLS, **GREYS}.items() if 0.2 <= palette.luminance(fill) <= 0.38]


@pytest.mark.parametrize("wrong, light", [("#B0500E", 1.0), ("#AE95E2", palette.DIM), ("#C98A2B", 1.0),
                                          (palette.grey(145), 1.0)])  # fmt: skip
def test_a_fill_on_which_digits_do_not_read_is_found(wrong, light):
    assert unread({**FILLS, "wrong": wrong}, light).keys() == {"wrong"}


def unread_cards(cards) -> list:
    return [c for c in cards for light, least in ((1.0, palette.DIGITS), (palette.DIM, palette.AA))
            if palette.contrast(palette.WHITE, c, light) < least]  # fmt: skip


def test_white_numbers_read_on_cards():
    assert not unread_cards(CARDS)
    assert len(CARDS) == 8 and [palette.card(n) for n in range(16)] == [*CARDS, *CARDS]
    assert unread_cards(["#2F8C86"]) and unread_cards(["#755CBC"])


def test_a_padding_cells_zero_reads():
    for theme in THEMES.values():
        for light in (1.0, theme.dim):
            assert palette.contrast(theme.padding, theme.padding_ink, light) >= palette.DIGITS, theme.name


# sights --------------------------------------------------------------------------------------------------------


def signs_near(positive, negative, sight) -> list:
    """Steps at which + and - look alike, or one of them like 0."""
    zero = POSITIVE.fills[0]
    return [k for k in (1, 2, 3) if min(apart(positive[k], negative[k], sight), apart(positive[k], zero, sight),
                                        apart(negative[k], zero, sight)) < APART]  # fmt: skip


@each_sight
def test_signs_look_apart_with_every_sight(sight):
    assert not signs_near(POSITIVE.fills, NEGATIVE.fills, sight)
    assert not near({str(k): fill for k, fill in enumerate(SIGNED)}, sight)


def test_signs_that_look_alike_are_found():
    paler = (*NEGATIVE.fills[:1], "#E2DAF3", *NEGATIVE.fills[2:])
    assert signs_near(POSITIVE.fills, paler, "tritanopia") == [1]
    assert signs_near(palette.RED.fills, palette.GREEN.fills, "deuteranopia")  # the classic mistake


@each_sight
def test_channels_look_apart_with_every_sight(sight):
    assert not near({name: ramp.fills[-1] for name, ramp in CHANNELS.items()}, sight)
    # A kernel stands beside the channel it works on: its deepest amber is not that channel's.
    amber = POSITIVE.fills[-1]
    assert min(apart(amber, ramp.fills[-1], sight) for ramp in CHANNELS.values()) >= APART


def test_channels_that_look_alike_are_found():
    assert near({"R": "#A3222F", "G": "#5E5A14"}, "deuteranopia")
    assert near({"R": "#F2A3A8", "G": "#8ED0AA"}, "deuteranopia")


def lightness_steps(ramp, sight) -> np.ndarray:
    return -np.diff([lab(fill, sight)[0] for fill in ramp.fills])


@each_sight
def test_a_ramp_is_in_order_of_lightness(sight):
    for name, fall in FALLS.items():
        assert lightness_steps(RAMPS[name], sight).min() >= fall, name
    assert min(apart(a, b, sight) for a, b in pairwise(palette.FINE.fills)) >= 4.5
    swapped = replace(palette.RED, fills=(*palette.RED.fills[:2], palette.RED.fills[3], palette.RED.fills[2]))
    assert lightness_steps(swapped, sight).min() < 0


@each_sight
def test_cards_look_apart_with_every_sight(sight):
    assert not near({str(n): c for n, c in enumerate(CARDS)}, sight)


def test_cards_that_look_alike_are_found():
    assert near({"0": "#7A5CB8", "5": "#3F73B5"}, "deuteranopia")
    assert near({"3": "#B85C86", "7": "#5A6A7D"}, "protanopia")


# themes --------------------------------------------------------------------------------------------------------


def inks(theme) -> dict[str, str]:
    """All colours that words may have."""
    return {name: getattr(theme, name) for name in ("ink", "secondary", "second")}


def unread_words(theme) -> dict:
    """Inks that do not have AA somewhere on the theme's floor."""
    found = {}
    for light in (palette.FLOOR_LIGHT[0], 1.0, palette.FLOOR_LIGHT[1]):
        floor = palette.luminance(theme.floor, light)
        for name, ink in inks(theme).items():
            if (has := palette.ratio(floor, palette.luminance(ink))) < palette.AA:
                found[name] = min(round(has, 2), found.get(name, 21))
    return found


@each_theme
def test_words_read_on_the_floor_of_every_theme(theme):
    assert not unread_words(theme)


@pytest.mark.parametrize("name, wrong", [("light", {"second": "#0F6A64"}), ("light", {"secondary": "#566074"}),
                                         ("dark", {"ink": "#7C8798"}), ("print", {"second": "#D9606B"})])  # fmt: skip
def test_words_that_do_not_read_are_found(name, wrong):
    assert unread_words(replace(THEMES[name], **wrong))


def test_words_of_the_transparent_theme_read_on_light_slides():
    theme = THEMES["transparent"]
    assert theme.transparent and inks(theme) == inks(THEMES["light"])
    for slide in ("#FFFFFF", "#F2F2F2", palette.lit(THEMES["light"].floor, palette.FLOOR_LIGHT[0])):
        assert min(palette.contrast(slide, ink) for ink in inks(theme).values()) >= palette.AA, slide


@each_theme
def test_the_window_stands_out(theme):
    """The tube is darker than every fill, by 2:1 but for the two deepest of fine steps, and than the floor."""
    wrong = [n for n, fill in FILLS.items()
             if palette.luminance(fill) <= palette.luminance(theme.tube)
             or palette.contrast(fill, theme.tube) < (1.5 if n in ("fine 8", "fine 9") else 2.0)]  # fmt: skip
    assert not wrong
    assert palette.contrast(palette.lit(theme.floor, palette.FLOOR_LIGHT[0]), theme.tube) >= 1.4
    assert palette.contrast(palette.GREY_ENDS[1], theme.tube) >= 1.3


def taken_for_values(color, sight, least=5.0) -> list:
    """Fills that look like a colour which is no value."""
    return [name for name, fill in FILLS.items() if apart(fill, color, sight) < least]


@each_theme
@each_sight
def test_padding_and_floor_look_like_no_value(theme, sight):
    assert not taken_for_values(theme.padding, sight)
    assert not taken_for_values(theme.floor, sight, 4.0 if theme.name == "print" else 5.0)
    assert apart(theme.padding, theme.floor, sight) >= 5
    assert taken_for_values("#F2F2F2", sight) and taken_for_values(palette.BLUE.fills[1], sight)


def zeros_near(padding, theme, sight) -> list:
    """Ramps of which a cell of the value 0, in the window or outside it, looks like padding."""
    return [name for name, ramp in RAMPS.items() for light in (1.0, theme.dim)
            if apart(padding, palette.lit(ramp.fills[0], light), sight) < APART]  # fmt: skip


@each_theme
@each_sight
def test_padding_is_not_taken_for_an_inputs_own_zeros(theme, sight):
    assert not zeros_near(theme.padding, theme, sight)
    assert zeros_near("#DADEE5", THEMES["light"], sight)


@each_theme
def test_the_palest_cells_shine_on_the_floor(theme):
    """The floor is darker than each; on white paper they are told by edges, seams and a shadow."""
    palest = [ramp.fills[0] for ramp in RAMPS.values()]
    darker = [fill for fill in palest if palette.contrast(fill, theme.floor) >= 1.3
              and palette.luminance(fill) > palette.luminance(theme.floor)]  # fmt: skip
    assert darker == ([] if theme.name == "print" else palest)


def test_themes_are_the_four_with_the_values_agreed():
    assert list(THEMES) == ["light", "dark", "print", "transparent"]
    light = THEMES["light"]
    assert (light.floor, light.ink, light.secondary, light.dim) == ("#C8CED7", "#141A2A", "#3F495C", 0.7)
    for theme in THEMES.values():
        colors = [v for f in fields(theme) if isinstance(v := getattr(theme, f.name), str) and f.name != "name"]
        assert all(re.fullmatch("#[0-9A-F]{6}", c) for c in colors) and len(colors) == 8, theme.name
        assert 0 < theme.dim < 1 and 0 < theme.frosted_alpha < 1
        assert (theme.name == "dark") == (palette.luminance(theme.floor) < palette.luminance(theme.ink))
