# SPDX-License-Identifier: GPL-3.0-or-later
"""What a figure must look like, measured on its plan: how much of the frame geometry fills, sizes and places of digits
and words, contrast, one fill for a value. What only pixels show is in tests/stage/test_ten_points_seen.py.

`pytest tests/story/test_ten_points_planned.py -k "FIGURE and SIZE" -rP` prints all values; of what breaks a limit, the
worst value is said, with the moment.
"""

from dataclasses import replace

import numpy as np
import pytest

from addon.scene.load import load
from addon.story import make_plan
from addon.story.cast.bench import HALF
from addon.story.page import palette
from addon.story.page.glyphs import TIMES
from addon.story.plan.plan import NONE, Points
from tests.figures import cases, figures, one_of_each

from .projected import PAGE, View, meets

pytestmark = pytest.mark.once  # the plans are the same on every Python

# 854x480 and 1920x1080 have the plan of 1280x720: test_resolutions.py
SIZES = ("1280x720", "1080x1080", "1024x768")
DETAILED = "1280x720"  # where everything that moves is followed

FILLED = (0.30, 0.45)  # of the frame
MAIN = 0.36  # of the frame's height
SINGLE = 1.3  # of an output with one number a channel: how much larger its cells may be
CAP = 0.022  # of the frame's height
ROUNDED = 1e-3  # by which a frame's aspect may be rounded, and with it all that is seen
EDGE = 0.15  # of a face: as much of its edge may lie behind what stands out beside it
MARGIN_X, MARGIN_Y = 8.0, 5.0  # page units
SLACK = 0.05  # page units: less is less than half a pixel
# one of each kind at every size, all at the default's
SHOWN = {f"{f}-{s}": ((f, s),) for f in figures() for s in (SIZES if f in one_of_each() else (DETAILED,))}
EVERYDAY = "conv2d_valid-1280x720", "rgb_conv-1280x720"
WORDS, FONT_SIZES = 25, 3
APART = (0.06, 0.25)  # cells between two channels of a volume


def over(color: str, alpha: float, behind: str) -> str:
    """A colour of opacity `alpha` (0 to 1) in front of another, mixed in linear light as a renderer does."""
    both = zip(palette.linear(color), palette.linear(behind), strict=True)
    return palette.from_linear(tuple(alpha * x + (1 - alpha) * y for x, y in both))


class Broken:
    """What breaks a limit: of each kind of break the worst value, when, and at how many moments."""

    def __init__(self, name: str):
        self.name, self.worst, self.count = name, {}, {}

    def add(self, what: str, value: float, limit: float, when: str) -> None:
        value, limit = float(value), float(limit)
        over = abs(value - limit)
        if what not in self.worst or over > self.worst[what][0]:
            self.worst[what] = over, value, limit, when
        self.count[what] = self.count.get(what, 0) + 1

    def __str__(self):
        said = [f"  {what}: {value:.4g}, limit {limit:.4g} ({when}; {self.count[what]} times)"
                for what, (_, value, limit, when) in self.worst.items()]  # fmt: skip
        return "\n".join([self.name, *said[:20], *(["  …"] if len(said) > 20 else [])])

    def check(self):
        if self.worst:
            raise AssertionError(str(self))


class Shown:
    """A figure at a size, and the moments at which it is looked at."""

    def __init__(self, figure: str, size: str, plan=None):
        self.figure, self.size = figure, size
        self.name = f"{figure} at {size}"
        self.scene = load(figure, {"output.size": size})
        self.view = View(plan or make_plan(self.scene))
        self.plan, self.theme = self.view.plan, palette.THEMES[self.view.plan.theme]
        steps = self.plan.steps
        self.explained = {f"step {i}": self.view.at(s.second) for i, s in enumerate(steps) if s.explained}
        apart = max(1, len(steps) // 5)
        self.rests = {"opening": self.view.frame(2), **self.explained, "end": self.view.frame(self.plan.frames)}
        self.rests |= {f"step {i}": self.view.at(steps[i].second) for i in range(0, len(steps), apart)}
        self._along = None

    def broken(self, what: str) -> Broken:
        return Broken(f"{self.name}: {what}")

    @property
    def along(self) -> dict:
        """The rests, and frames from all of the film; more of them while sums are worked out."""
        if self._along is None:
            fps, frames = self.plan.fps, self.plan.frames
            rare, often = (12, 4) if self.size == DETAILED else (40, 20)
            told = [s.second for s in self.plan.steps if s.explained]
            near = [n for n in range(1, frames + 1, often) if any(0 < t - n / fps < 4 for t in told)]
            numbers = sorted({*range(1, frames + 1, rare), *near})
            self._along = self.rests | {f"frame {n}": self.view.frame(n) for n in numbers}
        return self._along

    def volume(self, role: str):
        return next(v for v in self.plan.volumes if v.role in (role, f"{role}.0"))


@pytest.fixture(scope="module", params=cases(SHOWN, EVERYDAY))

def shown(request):
    return Shown(*request.param)


def rgb(material) -> str:
    return palette.code(material.color)


# size ------------------------------------------------------------------------------------------------------------


def test_geometry_fills_its_share_of_the_frame(shown):
    broken = shown.broken("share of the frame that geometry fills")
    for when, moment in shown.explained.items():
        share = moment.covered()
        print(f"{when}: {share:.3f}")
        if share < FILLED[0]:
            broken.add("too little", share, FILLED[0], when)
        if share > FILLED[1]:
            broken.add("too much", share, FILLED[1], when)
    broken.check()


def heights(moment) -> dict[str, float]:
    """How high each volume is seen, of the frame's height; its cards, tubes and shadows are not of it."""
    found = {}
    for role in ("input", "kernel", "filter", "output"):
        own = moment.solids.of(role) & ~moment.solids.bar
        if own.any():
            box = moment.boxes[own]
            found[role] = float(box[:, 3].max() - box[:, 1].min()) / PAGE
    return found


def test_the_main_volume_is_high(shown):
    """The main one is the highest of them."""
    broken = shown.broken("height of the main volume")
    for when, moment in shown.explained.items():
        high = heights(moment)
        print(f"{when}: " + ", ".join(f"{role} {share:.3f}" for role, share in high.items()))
        if max(high.values()) < MAIN:
            broken.add("the main volume", max(high.values()), MAIN, when)
    broken.check()


def test_input_and_output_have_equal_cells(shown):
    units = [shown.volume(role).unit for role in ("input", "output")]
    print(f"cells: {units[0] / shown.view.unit:.3f}, {units[1] / shown.view.unit:.3f} page units")
    single = len(shown.plan.steps) > 1 and not any(any(s.index[1:]) for s in shown.plan.steps)
    if single:  # one number a channel may be larger, to be read
        assert units[0] <= units[1] <= SINGLE * units[0]
    else:
        assert units[0] == pytest.approx(units[1], rel=1e-6)


def test_the_slices_of_a_volume_can_be_counted(shown):
    """From one channel to the next there is a gap that is seen."""
    end, planes = shown.rests["end"].state, {}
    for volume in shown.plan.volumes:
        name, points = volume.role.split(".")[0], volume.points
        if name not in ("input", "filter", "output") or not np.any(points["row"] >= 0):
            continue
        if ".first" in volume.role:  # of a first view, which is a stage of its own
            continue
        pieces = end.pieces[volume.role]
        at, unit = pieces.place[:, 1], np.linalg.norm(pieces.matrix[:3, 0])
        row, channel = points["row"][pieces.row], points["channel"][pieces.row]
        key = name if name == "output" else volume.role  # of the output each slice is a volume of its own
        for c in np.unique(channel[row >= 0]):
            planes.setdefault(key, []).append(at[(row >= 0) & (channel == c)].min() / unit)
    broken = shown.broken("cells between two channels")
    for role, places in planes.items():
        between = np.diff(sorted(places)) - 1
        print(f"{role}: {len(places)} planes, between them " + ", ".join(f"{gap:.3f}" for gap in between))
        for gap in between:
            if not APART[0] <= gap <= APART[1]:
                broken.add(role, gap, APART[int(gap > APART[1])], "end")
    broken.check()


# digits ----------------------------------------------------------------------------------------------------------


def test_digits_are_big_enough_to_be_read(shown):
    broken = shown.broken("cap height of digits, of the frame's height")
    for when, moment in shown.rests.items():
        digits = moment.digits
        for role in dict.fromkeys(digits.role):
            least = digits.cap[digits.role == role].min()
            print(f"{when}: {role} {least:.4f}")
            if least < CAP * (1 - ROUNDED):
                said = digits.said[int(np.flatnonzero((digits.role == role) & (digits.cap == least))[0])]
                broken.add(role, least, CAP, f"{when}, {said!r}")
    broken.check()


def test_digits_stay_inside_their_faces(shown):
    """In the flat part of a piece's front face, between the bevels; each is on a piece."""
    broken = shown.broken("width of digits, of the flat part of their faces")
    for when, moment in shown.rests.items():
        digits, solids = moment.digits, moment.solids
        share = digits.ink / np.maximum(solids.flat[digits.solid], 1e-9)
        share[digits.solid == NONE] = np.inf
        for role in dict.fromkeys(digits.role):
            own = np.flatnonzero(digits.role == role)
            k = own[share[own].max(axis=1).argmax()]
            print(f"{when}: {role} {digits.said[k]!r} {share[k, 0]:.3f} wide, {share[k, 1]:.3f} high")
            if share[k].max() > 1 + 1e-6:
                broken.add(role, share[k].max(), 1.0, f"{when}, {digits.said[k]!r}")
    broken.check()


def test_nothing_hides_a_digit_or_its_face(shown):
    """No piece and no tube lies over a digit's ink; none but a tube over the face that it is on, and over its edge what
    stands out of the block beside it, or over two the cells of an output beside one that stands back."""
    broken = shown.broken("hidden share of digits and of faces with digits")
    for when, moment in shown.rests.items():
        digits, solids = moment.digits, moment.solids
        there = digits.solid != NONE
        own, said = digits.solid[there], np.array(digits.said, object)[there]
        ink, before = moment.hidden(digits.corners[there], own)
        for k in np.flatnonzero(ink):
            what = f"ink on {solids.role[own[k]]}, by {solids.role[before[k]]}"
            broken.add(what, ink[k], 0.0, f"{when}, {said[k]!r}")
        stands_out = np.array([role.endswith(".caps") for role in solids.role])
        face, before = moment.hidden(moment.fronts(own), own, inset=0.03, count=7, tubes=False)
        wide, deep = (np.linalg.norm(solids.edges[own, axis], axis=1) for axis in (0, 1))
        back = np.array([solids.role[n].startswith("output") for n in own], bool) & (deep < 0.9 * wide)
        allowed = np.where(stands_out[before], EDGE, np.where(back, 2 * EDGE, 0.0))
        for k in np.flatnonzero(face > allowed):
            what = f"face of {solids.role[own[k]]}, by {solids.role[before[k]]}"
            broken.add(what, face[k], 0.0, f"{when}, {said[k]!r}")
    broken.check()


def test_digits_have_their_contrast(shown):
    """Ink on fill, both as they are in the light there; on glass, over the lightest and the darkest floor."""
    broken, materials = shown.broken("contrast of digits"), shown.view.materials
    floors = [palette.lit(shown.theme.floor, light) for light in palette.FLOOR_LIGHT]
    least = {}
    for when, moment in shown.rests.items():
        digits = moment.digits
        for role, said, solid, ink in zip(digits.role, digits.said, digits.solid, digits.material, strict=True):
            if solid == NONE:
                continue
            face = materials[moment.solids.material[solid]]
            shades = [over(rgb(face), face.alpha, f) for f in floors] if face.alpha < 1 else [rgb(face)]
            ratio = min(palette.contrast(rgb(materials[ink]), shade) for shade in shades)
            key = face.name, ink
            if ratio < least.get(key, (99.0,))[0]:
                least[key] = ratio, role, said, when
    for (face, ink), (ratio, role, said, when) in least.items():
        if ratio < palette.DIGITS:
            broken.add(f"{ink} on {face}", ratio, palette.DIGITS, f"{when}, {said!r} of {role}")
    if least:
        lowest = sorted(least.items(), key=lambda item: item[1][0])[:6]
        print("least: " + ", ".join(f"{ink} on {face} {v[0]:.2f} ({v[1]})" for (face, ink), v in lowest))
    broken.check()


# words -----------------------------------------------------------------------------------------------------------


def test_title_and_facts_share_a_baseline_and_stand_at_the_margins(shown):
    for when, moment in shown.rests.items():
        title, facts = [w for w in moment.words if w.role == "title"]
        assert title.baseline == pytest.approx(facts.baseline, abs=1e-3), when
        assert title.box[0] == pytest.approx(MARGIN_X, abs=SLACK), when
        assert facts.box[2] == pytest.approx(shown.view.width - MARGIN_X, abs=SLACK), when
        assert title.size == pytest.approx(0.042, abs=1e-4), when


def test_words_and_geometry_keep_the_margins(shown):
    broken, width = shown.broken("page units of margin"), shown.view.width
    for when, moment in shown.along.items():
        solids = moment.solids
        words = np.array([w.box for w in moment.words])
        for names, said, boxes in ((solids.role, None, moment.boxes), ([w.role for w in moment.words],
                                   [w.text for w in moment.words], words)):  # fmt: skip
            left, top, right, bottom = boxes.T
            for side, room, least in (("left", left, MARGIN_X), ("right", width - right, MARGIN_X),
                                      ("upper", top, MARGIN_Y), ("lower", PAGE - bottom, MARGIN_Y)):  # fmt: skip
                for k in np.flatnonzero(room < least - SLACK):
                    broken.add(f"{side} of {names[k]}", room[k], least, f"{when}, {said[k]!r}" if said else when)
    broken.check()


def counted(text: str) -> int:
    """How many words a reader counts: what stands between blanks and has a letter. Numbers and signs are none."""
    return sum(any(c.isalpha() for c in part) for part in text.split())


def test_words_are_few(shown):
    """Those of the page, and letters on cards with them."""
    broken = shown.broken("words at once")
    for when, moment in shown.along.items():
        words, cards = (sum(map(counted, said)) for said in ([w.text for w in moment.words], moment.digits.said))
        if not when.startswith("frame"):
            print(f"{when}: {words} words, {cards} on cards")
        if words + cards > WORDS:
            broken.add("words", words + cards, WORDS, when)
    broken.check()


def test_words_have_few_sizes(shown):
    broken = shown.broken("sizes of type at once")
    for when, moment in shown.along.items():
        sizes = sorted({round(w.size, 4) for w in moment.words})
        if not when.startswith("frame"):
            print(f"{when}: {', '.join(f'{s:.4f}' for s in sizes)}")
        if len(sizes) > FONT_SIZES:
            broken.add(", ".join(f"{s:.4f}" for s in sizes), len(sizes), FONT_SIZES, when)
    broken.check()


def on_geometry(moment, broken: Broken, when: str) -> None:
    """Words on pieces and words on words: by how many page units."""
    words, faces = moment.words, moment.faces
    for n, word in enumerate(words):
        deep = meets(faces.polygons, word.box, SLACK)
        for k in np.flatnonzero(deep > 0):
            broken.add(f"{word.role} on {moment.solids.role[faces.solid[k]]}", deep[k], 0.0, f"{when}, {word.text!r}")
        for other in words[n + 1 :]:
            (a, b, c, d), (e, f, g, h) = word.box, other.box
            deep = min(c, g) - max(a, e), min(d, h) - max(b, f)
            if min(deep) > SLACK:
                broken.add(f"{word.role} on {other.role}", min(deep), 0.0, f"{when}, {word.text!r} on {other.text!r}")


def test_no_word_meets_a_piece_or_another_word(shown):
    broken = shown.broken("page units by which words lie on something")
    for when, moment in shown.along.items():
        on_geometry(moment, broken, when)
    broken.check()


def test_words_have_their_contrast(shown):
    """With the floor, wherever its shading puts it."""
    broken, found = shown.broken("contrast of words"), {}
    for when, moment in shown.along.items():
        for word in moment.words:
            ink = palette.luminance(rgb(shown.view.materials[word.material]))
            floors = [palette.luminance(shown.theme.floor, light) for light in palette.FLOOR_LIGHT]
            ratio = found[word.material] = min(palette.ratio(ink, floor) for floor in floors)
            if ratio < palette.AA:
                broken.add(f"{word.text!r} in {word.material}", ratio, palette.AA, when)
    print(", ".join(f"{name} {ratio:.2f}" for name, ratio in found.items()))
    broken.check()


# colour ----------------------------------------------------------------------------------------------------------


def meaning(plan, volume, row: int) -> str | None:
    """What a row's value is: of which volume, or of which of the bench's pieces."""
    points, name = volume.points, volume.role.split(".")[0]
    if name in ("kernel", "filter"):
        return "weight"
    if name == "input":
        return f"input, channel {points['channel'][row]}"
    if name != "bench":
        return name
    label = points["label"][row]
    scale = points["scale"][row]
    if np.ptp(scale) < 1e-6 and np.any(points["exit_scale"][row] != 1) and np.ptp(points["exit_scale"][row]) > 1e-6:
        return f"input, channel {points['channel'][row]}"  # a copy: a cube that becomes a pair's half
    half = np.allclose(scale, HALF, atol=1e-6)  # of a pair that stands, or is waiting
    if np.ptp(points["enter_scale"][row]) > 1e-6 or (half and plan.labels[label].text.startswith(TIMES)):
        return "weight"
    if half:
        return f"input, channel {points['channel'][row]}"
    return "sum" if label != NONE or np.any(scale) else None


def fills(plan) -> dict[tuple[str, float], set[str]]:
    """Which fills each value has, by what it is; of opaque pieces that stand for a number."""
    found: dict = {}
    opaque = [next(m for m in plan.materials if m.name == c.material).kind == "lit" for c in plan.cubes]
    for volume in plan.volumes:
        if volume.role.endswith((".cards", ".tube", ".marker", ".shadow")) or "slab" in volume.role:
            continue
        points = volume.points
        for row in np.flatnonzero(points["cube"] >= 0):
            kind = points["cube"][row]
            if not opaque[kind] or plan.cubes[kind].shape.split()[0] not in ("cell", "tile"):
                continue
            what = meaning(plan, volume, row)
            material = next(m for m in plan.materials if m.name == plan.cubes[kind].material)
            found.setdefault((what, round(float(points["value"][row]), 4)), set()).add(palette.code(material.color))
    return found


def test_a_value_has_one_fill_at_all_times(shown):
    """In a volume, and on the bench the same; frosted padding is nobody's value."""
    found, nobodys = fills(shown.plan), {shown.theme.frosted, shown.theme.padding}
    broken = {value: colors - nobodys for value, colors in found.items() if len(colors - nobodys) > 1}
    if broken:
        raise AssertionError(f"{shown.name}: {broken}")
    whats = {what for what, _ in found}
    weighted = {v.role for v in shown.plan.volumes} & {"kernel", "filter.0"}
    assert {"sum", "output", "input, channel 0", *(["weight"] if weighted else [])} <= whats


def test_outside_the_window_a_fill_is_the_same_with_less_light(shown):
    plan, dim = shown.plan, shown.theme.dim
    colors = [rgb(shown.view.materials[c.material]) for c in plan.cubes]
    for volume in plan.volumes:
        points = volume.points
        clear = [c.shape.startswith("glass") for c in plan.cubes]  # of padding there is less, not in less light
        both = (points["cube"] >= 0) & (points["faded"] >= 0) & (points["cube"] != points["faded"])
        both &= ~np.array(clear)[points["cube"]]
        for a, b in {*zip(points["cube"][both], points["faded"][both], strict=True)}:
            assert colors[b] == palette.dimmed(colors[a], dim), (volume.role, colors[a], colors[b])


def test_output_and_sums_share_their_fills(shown):
    """A value of the output has the fill of the same sum on the bench."""
    found = fills(shown.plan)
    for (what, value), colors in found.items():
        if what == "output" and ("sum", value) in found:
            assert colors == found["sum", value], value


# the measures can fail -------------------------------------------------------------------------------------------


def changed(figure: str, role: str, **columns) -> Shown:
    """A figure with columns of one part's points replaced by what functions make of them."""
    plan = make_plan(load(figure, {"output.size": DETAILED}))

    def own(part):
        if part.role != role:
            return part
        data = {k: columns[k](v.copy()) if k in columns else v for k, v in part.points.data.items()}
        return replace(part, points=Points(data))

    volumes, words = tuple(map(own, plan.volumes)), tuple(map(own, plan.words))
    return Shown(figure, DETAILED, replace(plan, volumes=volumes, words=words))


def moved(x: float, y: float, z: float):
    return lambda position: position + np.array([x, y, z], np.float32)


MUTANTS = {
    "a far kernel": (test_words_and_geometry_keep_the_margins, "kernel", {"position": moved(0, 0, 12)}),
    "a name on its volume": (test_no_word_meets_a_piece_or_another_word, "names", {"position": moved(0, 0, -1.2)}),
    "a word on a word": (test_no_word_meets_a_piece_or_another_word, "sum", {"position": moved(0, 0, 15.7)}),
    "a kernel before the input": (test_nothing_hides_a_digit_or_its_face, "kernel", {"position": moved(-7, -5, -2)}),
    "small digits": (test_digits_are_big_enough_to_be_read, "output", {"size": lambda s: s * 0.6}),
    "wide digits": (test_digits_stay_inside_their_faces, "kernel", {"stretch": lambda s: s * 1.5}),
    "a small input": (test_geometry_fills_its_share_of_the_frame, "input", {"cube": lambda c: c * 0 + NONE,
                                                                            "faded": lambda c: c * 0 + NONE}),
    "another fill": (test_a_value_has_one_fill_at_all_times, "output", {"cube": lambda c: np.roll(c, 1)}),
    "another dimming": (test_outside_the_window_a_fill_is_the_same_with_less_light, "input",
                        {"faded": lambda c: np.roll(c, 1)}),
    "ink on the wrong fill": (test_digits_have_their_contrast, "output", {"cube": lambda c: np.roll(c, 1)}),
    "a fourth size": (test_words_have_few_sizes, "names",
                      {"size": lambda s: s * np.linspace(1, 1.2, len(s), dtype=np.float32)}),
    "a title off its line": (test_title_and_facts_share_a_baseline_and_stand_at_the_margins, "title",
                             {"position": lambda p: p + np.array([[0, 0, 0], [0, 0, 0.1]], np.float32)}),
}  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_caught(name):
    """What is said of the mutant is not said of the figure itself."""
    check, role, columns = MUTANTS[name]

    def said(shown):
        try:
            check(shown)
        except AssertionError as error:
            return str(error).splitlines()
        return []

    own = said(Shown("conv2d_valid", DETAILED))
    assert set(said(changed("conv2d_valid", role, **columns))) - set(own)
