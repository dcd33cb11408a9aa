# SPDX-License-Identifier: GPL-3.0-or-later
"""Colours: roles have hues, values have lightness, four themes. Also the WCAG contrast that every text must have.

Colours are sRGB triples in 0..1. A `Palette` collects the materials, cubes and labels a figure uses, each once.
"""

import functools
from dataclasses import dataclass

from ..plan.plan import Cube, Label, Material

Color = tuple[float, float, float]


def rgb(text: str) -> Color:
    """'#RRGGBB' as a triple."""
    return tuple(int(text[i : i + 2], 16) / 255 for i in (1, 3, 5))


def mix(a: Color, b: Color, t: float) -> Color:
    """From `a` (t = 0) to `b` (t = 1)."""
    return tuple(round(x + (y - x) * t, 4) for x, y in zip(a, b, strict=True))


def luminance(color: Color) -> float:
    """WCAG 2 relative luminance."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: Color, b: Color) -> float:
    """WCAG 2 contrast ratio, 1 to 21."""
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


AA = 4.5
WHITE, BLACK = (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)
HUES = {
    "red": rgb("#D1495B"),
    "green": rgb("#2A9D6F"),
    "blue": rgb("#3066BE"),
    "amber": rgb("#F2A104"),
    "violet": rgb("#7B4FA6"),
    "negative": rgb("#46536B"),
    "grey": rgb("#8D93A1"),
}
LEVELS = 9
VIVID = 1.3  # how much more colour a faded cell has than a plain mix with the background
# Filters and their slices, in turn; the number that both carry is what pairs them.
FILTERS = ("#7B4FA6", "#0F8B8D", "#C2571A", "#E08FB8", "#8A8F00", "#3F6FB5", "#8A5A2B", "#4B5BB0")


def filter_hue(number: int) -> Color:
    """The hue of filter `number`, counted from 0, and of its slice."""
    return rgb(FILTERS[number % len(FILTERS)])



@dataclass(frozen=True)
class Theme:
    """The colours that do not depend on a value."""

    name: str
    background: Color
    ink: Color
    muted: Color
    frame: Color
    wire: Color
    ghost: Color
    shadow: float
    transparent: bool = False


THEMES = {
    "light": Theme("light", rgb("#EBECF0"), rgb("#1B1F2A"), rgb("#4C5263"), rgb("#D26A00"), rgb("#BFC4CF"),
                   rgb("#DADCE3"), 0.30),
    "dark": Theme("dark", rgb("#14171F"), rgb("#F3F4F8"), rgb("#B3B9C9"), rgb("#FFB020"), rgb("#4A5163"),
                  rgb("#3A4050"), 0.55),
    "print": Theme("print", WHITE, BLACK, rgb("#3A3A3A"), rgb("#D17F00"), rgb("#A9A9A9"), rgb("#D4D4D4"), 0.18),
    "transparent": Theme("transparent", WHITE, rgb("#1B1F2A"), rgb("#4C5263"), rgb("#D67F00"), rgb("#A4AAB8"),
                         rgb("#DADCE3"), 0.25, transparent=True),
}  # fmt: skip


@functools.lru_cache(maxsize=1024)
def deep_ends(hue: Color) -> tuple[Color, Color]:
    """Where a hue's deep half begins and ends: white reads well on all of it; a light hue is deep enough itself."""
    if luminance(hue) > 0.35:
        return mix(mix(WHITE, hue, 0.14), hue, 0.72), hue
    start = next(c for c in (mix(hue, BLACK, n / 40) for n in range(41)) if contrast(WHITE, c) >= AA + 0.7)
    return start, mix(start, BLACK, 0.24)


def ramp(hue: Color, level: float) -> Color:
    """Pale (level 0) to deep (level 1), leaping over the middle, where neither ink reads well."""
    level = max(0.0, min(1.0, level))
    if level <= 0.5:
        return mix(mix(WHITE, hue, 0.14), hue, 0.84 * level)
    return mix(*deep_ends(hue), 2 * level - 1)


class Palette:
    """The materials, cubes and labels of one figure, in the order of first use."""

    def __init__(self, theme: str):
        self.theme = THEMES[theme]
        self._materials: dict[str, Material] = {}
        self._cubes: dict[Cube, int] = {}
        self._labels: dict[Label, int] = {}

    def material(self, color: Color, kind: str = "matt", alpha: float = 1.0) -> str:
        code = "".join(f"{round(c * 255):02X}" for c in color)
        name = f"{kind} {code}" + (f" {round(alpha * 100)}" if alpha < 1 else "")
        self._materials.setdefault(name, Material(name, tuple(color), kind, alpha))
        return name

    def cube(self, color: Color, shape: str = "cube") -> int:
        kind = "matt" if shape == "cube" else "flat"
        return self._cubes.setdefault(Cube(shape, self.material(color, kind)), len(self._cubes))

    def label(self, text: str, color: Color, anchor: str = "center") -> int:
        return self._labels.setdefault(Label(text, self.material(color, "flat"), anchor), len(self._labels))

    def faded(self, color: Color, by: float = 0.6) -> Color:
        """Outside the window: nearer the background, order kept, and more of its hue kept than mixing would."""
        pale = mix(color, self.theme.background, by)
        if max(color) - min(color) < 0.1:  # greys stay grey
            return pale
        grey = luminance(pale) ** (1 / 2.2)
        return tuple(round(min(1.0, max(0.0, grey + VIVID * (c - grey))), 4) for c in pale)

    def ink_on(self, color: Color) -> Color:
        """Dark or white ink, whichever reads better on a colour."""
        dark = rgb("#141821")
        best = dark if contrast(dark, color) >= contrast(WHITE, color) else WHITE
        return best if contrast(best, color) >= AA else BLACK  # one of pure black and white always reads

    def faded_ink_on(self, color: Color) -> Color:
        """As quiet as AA contrast allows."""
        strong = self.ink_on(color)
        for t in (0.45, 0.35, 0.25, 0.15):
            quiet = mix(strong, color, t)
            if contrast(quiet, color) >= AA + 0.3:
                return quiet
        return strong

    def words_in(self, hue: Color) -> Color:
        """A hue darkened or lightened until words in it read on the background, and where a shadow's rim reaches."""
        target = BLACK if luminance(self.theme.background) > 0.4 else WHITE
        for step in range(21):
            color = mix(hue, target, step / 20)
            if contrast(color, self.theme.background) >= AA + 0.6:
                return color
        return self.theme.ink

    @property
    def materials(self) -> tuple[Material, ...]:
        return tuple(self._materials.values())

    @property
    def cubes(self) -> tuple[Cube, ...]:
        return tuple(self._cubes)

    @property
    def labels(self) -> tuple[Label, ...]:
        return tuple(self._labels)


class Scale:
    """Values of one volume to colours: one hue, or a diverging pair where signs mix.

    `neutral`: where signs mix, 0 has no hue at all.
    """

    def __init__(self, palette: Palette, hue: str | Color, low: float, high: float, fade: float = 0.6,
                 neutral: bool = False):  # fmt: skip
        self.palette, self.hue, self.fade = palette, HUES[hue] if isinstance(hue, str) else hue, fade
        self.low, self.high = min(0.0, float(low)), max(0.0, float(high))
        self.neutral = neutral and self.low < 0

    def color(self, value: float) -> Color:
        if value == 0 and self.neutral:
            return WHITE
        if value < 0:
            level, hue = value / self.low, HUES["negative"]
        else:
            level, hue = (value / self.high if self.high > 0 else 0.0), self.hue
        return ramp(hue, round(level * (LEVELS - 1)) / (LEVELS - 1))

    def cell(self, value: float, text: str) -> dict:
        """The point columns (cube, faded, label, label_faded) of a cell that shows `text` ("" for none)."""
        p, color = self.palette, self.color(value)
        faded = p.faded(color, self.fade)
        columns = {"cube": p.cube(color), "faded": p.cube(faded)}
        if text:
            columns["label"] = p.label(text, p.ink_on(color))
            columns["label_faded"] = p.label(text, p.faded_ink_on(faded))
        return columns
