# SPDX-License-Identifier: GPL-3.0-or-later
"""Colours: what fill a value has, what ink is read on it, and the themes with all that does not depend on a value.

Each colour has one meaning, and a value has one fill in every theme and at all times. What is outside the window is
dimmed by light (`dimmed`), its digit with it, never tinted. Hence what "readable" asks here: a digit has 6:1 on its
fill both at full light and when fill and ink are dimmed *alike*. That leaves luminances from 0.107 to 0.419 empty:
a fill in between would carry neither ink. Words have 4.5:1 (WCAG AA) on the floor, wherever its shading puts it.

Colours are "#RRGGBB", sRGB. "Linear light" means sRGB decoded to amounts proportional to light, 0 (black) to 1 (white).
"""

import functools
import math
from dataclasses import dataclass

Triple = tuple[float, float, float]

WHITE, INK = "#FFFFFF", "#141A2A"
AA, DIGITS = 4.5, 6.0  # contrast ratios: of words with the floor, of digits with their fill
DIM = 0.7  # linear light that falls on what is outside the window: half a stop less
# and on deep fills there: with 0.7 they lose half as much to the eye as pale ones, and look as if they were lit
DEEP_DIM = 0.55
FLOOR_LIGHT = (0.80, 1.06)  # linear light on the floor under words, as a factor: least and most


# conversion ----------------------------------------------------------------------------------------------------


def rgb(color: str) -> Triple:
    """A colour "#RRGGBB" as sRGB values, 0 to 1 each."""
    return tuple(int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))


def code(srgb: Triple) -> str:
    """sRGB values as "#RRGGBB"; what is out of 0 to 1 is clipped."""
    return "#" + "".join(f"{round(255 * min(1.0, max(0.0, c))):02X}" for c in srgb)


def decoded(value: float) -> float:
    """The linear light of an sRGB value."""
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def linear(color: str) -> Triple:
    """Linear light, 0 to 1 each: what Blender's colour sockets and attributes expect."""
    return tuple(map(decoded, rgb(color)))


def from_linear(light: Triple) -> str:
    """Linear light as "#RRGGBB": what the view transform Standard makes of it, clipped at 1."""
    light = (min(1.0, max(0.0, c)) for c in light)
    return code(tuple(12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in light))


def lit(color: str, light: float) -> str:
    """A colour under `light` times as much linear light."""
    return from_linear(tuple(light * c for c in linear(color)))


def mix(a: str, b: str, t: float) -> str:
    """From `a` (t = 0) to `b` (t = 1), evenly in sRGB values, which is nearly evenly to the eye."""
    return code(tuple(x + (y - x) * t for x, y in zip(rgb(a), rgb(b), strict=True)))


def luminance(color: str, light: float = 1.0) -> float:
    """WCAG 2 relative luminance, 0 to 1, under `light` times as much linear light."""
    red, green, blue = (min(1.0, light * c) for c in linear(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(a: float, b: float) -> float:
    """WCAG 2 contrast ratio, 1 to 21, of two luminances."""
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)


def contrast(a: str, b: str, light: float = 1.0) -> float:
    """WCAG 2 contrast ratio, 1 to 21, of two colours under the same light."""
    return ratio(luminance(a, light), luminance(b, light))


@functools.lru_cache(maxsize=1024)
def ink_on(fill: str) -> str:
    """The ink of a digit on a fill: white or dark, whichever reads better when both are dimmed."""
    return max((INK, WHITE), key=lambda ink: contrast(ink, fill, DIM))


def dimmed(fill: str, dim: float = DIM) -> str:
    """A fill outside the window, where pale ones have `dim` of the light."""
    return lit(fill, min(dim, DEEP_DIM) if ink_on(fill) == WHITE else dim)


# values --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ramp:
    """Fills by size of a value: the first for nothing, then one for each equal part of the greatest, pale to deep."""

    name: str
    fills: tuple[str, ...]


BLUE = Ramp("blue", ("#EEF3FA", "#CADDF5", "#8FB6EA", "#1E4FA0"))
RED = Ramp("red", ("#F9F1F0", "#F6D2D2", "#EBA0A3", "#A3222F"))
GREEN = Ramp("green", ("#EFF6F1", "#C7E6D2", "#86C79F", "#14663C"))
# One channel whose values are told apart up to 9 by lightness; the leap over the empty luminances is between 6 and 7.
FINE = Ramp("fine", ("#EEF3FA", "#DFEAF8", "#D1E1F6", "#C2D7F3", "#B3CDF1", "#A1C2EE", "#8FB6EA",
                     "#2458A8", "#1B468E", "#133474"))  # fmt: skip
# Without cones for green or red, violet looks like blue of the same step: a negative cell always shows its minus, or
# is sunk in relief. From 0 and from positive ones it differs with every sight.
POSITIVE = Ramp("positive", ("#F3F1EC", "#FBDFB0", "#F4AE4C", "#96430A"))
NEGATIVE = Ramp("negative", ("#F3F1EC", "#DCD0F3", "#BBA5E9", "#5A3DA8"))
NOT_A_NUMBER = "#B7BABF"  # a neutral grey that no value has

GREY_ENDS = ("#F3F1EC", "#3A4458")  # paper and ink of a picture; less dark than the window, which stands out from it
GREY_LEAP = (0.34, 0.88)  # where on the way from paper to ink the empty luminances begin and end

# Any two look apart with every sight; white digits have 6:1 on each, and read dimmed too.
CARDS = ("#6B52B1", "#006E70", "#9D4C02", "#9E426D", "#63662B", "#49619A", "#825943", "#454D53")


def step(size: float, greatest: float, steps: int) -> int:
    """Which of `steps` equal parts of `greatest` a size is in, from 1; 0 for none. The last takes what exceeds it."""
    if not greatest >= 0:
        raise ValueError(f"The greatest value, by which fills are scaled, must be at least 0; it is {greatest}.")
    if size <= 0:
        return 0
    if size >= greatest:
        return steps
    # A third of the greatest is in the first third however it was rounded: single precision has seven digits.
    return max(1, math.ceil(size / greatest * steps - 1e-6))


def unsigned(value: float, greatest: float, ramp: Ramp) -> str:
    """The fill of a value that has no sign: the palest for 0 and below."""
    if math.isnan(value):
        return NOT_A_NUMBER
    return ramp.fills[step(value, greatest, len(ramp.fills) - 1)]


def signed(value: float, greatest: float) -> str:
    """The fill of a value where signs mix: thirds of the figure's greatest size, cream for exactly 0."""
    return unsigned(abs(value), greatest, NEGATIVE if value < 0 else POSITIVE)


def grey(value: float, greatest: float = 255.0, *, digits: bool = False, bright: bool = False) -> str:
    """The fill of a pixel: from paper (0) to ink (`greatest`), or with `bright` the other way round.

    Without digits it has no steps. A figure that writes pixels' values on them anywhere asks for `digits` everywhere
    (a value has one fill): the way to ink then leaps over the luminances on which no digit reads.
    """
    if math.isnan(value):
        return NOT_A_NUMBER
    t = step(value, greatest, 1)  # 0 or 1, right for what is at or beyond the ends
    if 0 < value < greatest:
        t = value / greatest
    if bright:
        t = 1.0 - t
    if digits:
        pale, deep = GREY_LEAP
        t = 2 * t * pale if t <= 0.5 else deep + (2 * t - 1) * (1 - deep)
    return mix(*GREY_ENDS, t)


def card(number: int) -> str:
    """The card of filter `number`, counted from 0; its digits are white. Beyond eight only the number is new."""
    return CARDS[number % len(CARDS)]


# themes --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Theme:
    """The colours that do not depend on a value. Factors are of linear light, opacities from 0 to 1."""

    name: str
    floor: str
    ink: str  # words
    secondary: str  # words of less weight
    second: str  # words about a second run
    tube: str  # the window, and what it is linked with
    frosted: str  # cells to come
    frosted_alpha: float
    padding_alpha: float  # of frosted padding's fronts: input cells are seen through its other faces
    padding: str  # face of a padding cell, as it comes out
    padding_ink: str  # its 0
    transparent: bool = False  # no floor is drawn, only shadows
    dim: float = DIM  # light on what is outside the window, as a factor; deep fills have less


LIGHT = Theme("light", floor="#C8CED7", ink=INK, secondary="#3F495C", second="#004A4C", tube="#0F172A",
              frosted="#EEF1F6", frosted_alpha=0.60, padding_alpha=0.4, padding="#ADB3BD",
              padding_ink="#1C2027")  # fmt: skip
# The tube stays dark: it runs around cells, and they keep their fills. The floor is light enough for it to be seen.
DARK = Theme("dark", floor="#2B3342", ink="#F2F4F8", secondary="#B9C3D2", second="#7FD6D3", tube="#05070C",
             frosted="#C9D3E3", frosted_alpha=0.20, padding_alpha=0.12, padding="#414A5A",
             padding_ink="#E3E6EC")  # fmt: skip
# White paper and no shaded corners, which would cost ink; what is white on it has edges, seams and a shadow.
PRINT = Theme("print", floor=WHITE, ink="#0A0C12", secondary="#3A414D", second="#004A4C", tube="#0A0C12",
              frosted="#DDE2EA", frosted_alpha=0.46, padding_alpha=0.26, padding="#ADB3BD",
              padding_ink="#1C2027")  # fmt: skip
# The light theme without its floor: its words read on every slide that is at least as light as that floor's corners.
TRANSPARENT = Theme("transparent", floor=LIGHT.floor, ink=INK, secondary=LIGHT.secondary, second=LIGHT.second,
                    tube=LIGHT.tube, frosted=LIGHT.frosted, frosted_alpha=LIGHT.frosted_alpha,
                    padding_alpha=LIGHT.padding_alpha, padding=LIGHT.padding, padding_ink=LIGHT.padding_ink,
                    transparent=True)  # fmt: skip
THEMES = {theme.name: theme for theme in (LIGHT, DARK, PRINT, TRANSPARENT)}
