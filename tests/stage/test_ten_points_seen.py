# SPDX-License-Identifier: GPL-3.0-or-later
"""What a figure must look like, measured on rendered frames: tones of faces, dark seams, shadows that touch what they
belong to. Where things are on a frame is worked out from the plan (tests/story/projected.py); only light is read here.

All light is linear: pixels decoded from sRGB. A light is a luminance where nothing else is said. `-rP` prints values.
"""

import warnings

import numpy as np
import pytest

from addon.render.profiles import PROFILES
from addon.stage.solids import shape as shape_mesh

from ..story.projected import PAGE, View, _within
from ..story.test_ten_points_planned import Broken
from .seeing import rendered, staged

pytestmark = [pytest.mark.thorough, pytest.mark.slow]

SIZE = (1280, 720)
STEPS = {"conv2d_valid": 1, "rgb_conv": 1, "volume_to_volume": 0, "mnist_conv": 235}  # explained ones
TONES = {"top": 1.15, "side": 0.65}  # of the front's
NEAR = 0.05  # how far tones may be off
FRONT = 0.04  # how far a front's colour, in linear light, may be from the palette's, of it
SEAM = 0.60  # of the colour of the cells beside it
SLIVER = 0.5  # of a small cell's face: where less of it is seen, its colour is not read
CONTACT = 0.90  # of the light on the same ground further away
UNITS = ("cell", "whole", "tile")
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def linear(srgb) -> np.ndarray:
    srgb = np.asarray(srgb, float)
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


class Seen:
    """A frame of a figure: what stands where, and its pixels; of the page box `part` alone, if one is given."""

    def __init__(self, stage, number: int, folder, *, light="baked", part=None):
        self.name = f"{stage.plan.id}, {light}, frame {number}"
        self.plan, self.view = stage.plan, View(stage.plan)
        self.moment, self.pixel = self.view.frame(number), SIZE[1] / PAGE
        scene = stage.scene
        PROFILES["lecture"].apply(scene)
        if light == "studio":
            scene.cycles.samples, scene.cycles.use_denoising = 96, False
        scene.render.use_border = part is not None
        if part is not None:
            left, top, right, bottom = np.array(part) * self.pixel / np.tile(SIZE, 2)
            scene.render.border_min_x, scene.render.border_max_x = left, right
            scene.render.border_min_y, scene.render.border_max_y = 1 - bottom, 1 - top
        settings = scene.render.image_settings
        settings.file_format, settings.color_mode, settings.color_depth = "PNG", "RGB", "16"
        self.picture = linear(rendered(scene, number, folder / f"{number}-{light}.png", SIZE)[..., :3])

    def at(self, page) -> np.ndarray:
        """The pixels at page places (n, 2)."""
        column, row = np.floor(np.asarray(page) * self.pixel).astype(int).T
        return self.picture[np.clip(row, 0, SIZE[1] - 1), np.clip(column, 0, SIZE[0] - 1)]

    def color(self, solid: int) -> np.ndarray:
        """What a solid's material is, in linear light."""
        return linear(self.view.materials[self.moment.solids.material[solid]].color)

    def opaque(self) -> np.ndarray:
        """The whole cells and tiles that one does not look through."""
        solids = self.moment.solids
        clear = np.array([self.view.materials[name].alpha < 1 for name in solids.material])
        return np.flatnonzero(np.isin(solids.kind, UNITS) & ~clear)

    def faces(self, rows, count: int = 17, reach: float = 0.58, dark: float = 0.1) -> dict[tuple[int, str], tuple]:
        """{(solid, "front", "top" or "side"): (light in the middle, least and most light)} of flat parts of faces.

        Looked at where neither a digit nor a piece lies over a face nor over the place opposite: as faces are a little
        lighter at one end, on purpose, it takes both to know the middle. `reach`: how far from the middle of a front,
        of the way to the edge; what is further is in the shade of seams. Tops and sides of cells darker than `dark` are
        left out: a twentieth of a pale neighbour's light, which a pixel's filter lets in, doubles theirs.
        """
        moment, found = self.moment, {}
        u, v = (a.ravel()[:, None] for a in np.meshgrid(*2 * [np.linspace(-1, 1, count)]))
        named = [(k, name, axis) for k in rows for axis, name in ((1, "front"), (2, "top"), (0, "side"))]
        spots = []
        for k, _, axis in named:
            edges = moment.solids.edges[k]
            a, b = (edges[i] for i in range(3) if i != axis)
            sign, part = (-1, reach) if axis == 1 else (1, 0.55)
            spots.append(moment.solids.middle[k] + sign * edges[axis] + part * (u * a + v * b))
        page = self.view.page(np.array(spots))
        _, whose = moment.nearest(page.reshape(-1, 2))
        inks: dict = {}
        for corners, own in zip(moment.digits.corners, moment.digits.solid, strict=True):
            inks.setdefault(own, []).append(self.view.page(corners))
        for (k, name, _), places, seen in zip(named, page, whose.reshape(len(named), -1), strict=True):
            free = seen == k
            if np.ptp(places, axis=0).min() * self.pixel < (6 if name == "front" else 8):
                continue  # so small that its rims are in all of its pixels
            if name != "front" and self.color(k) @ LUMINANCE < dark:
                continue
            for ink in inks.get(k, ()) if name == "front" else ():
                wider = ink.mean(axis=0) + 1.3 * (ink - ink.mean(axis=0))
                free &= ~_within(wider, *places.T)
            free &= free[::-1]  # the place opposite
            # of a sliver of a small cell, what is before it is in all pixels
            if free.sum() >= (SLIVER * free.size if moment.solids.kind[k] == "tile" else 12):
                pixels = self.at(places[free])
                found[k, name] = pixels.mean(axis=0), np.percentile(pixels, (2, 98), axis=0)
        return found


def result(moment) -> int:
    """The solid that is the result's cube on the bench: the largest cube there."""
    solids = moment.solids
    own = np.flatnonzero((solids.role == "bench") & np.isin(solids.kind, UNITS))
    long = np.linalg.norm(solids.edges[own], axis=2)
    return int(own[np.where(np.ptp(long, axis=1) < 1e-3, long[:, 0], 0).argmax()])


@pytest.fixture(scope="module", params=STEPS)
def shown(request, tmp_path_factory):
    figure = request.param
    stage = staged(figure, {"output.size": "1280x720", "look.light": "baked"})
    seen = Seen(stage, stage.frame(STEPS[figure]), tmp_path_factory.mktemp(figure))
    seen.stage = stage
    return seen


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    """The result's cube in lamps' light."""
    stage = staged("conv2d_valid", {"output.size": "1280x720", "look.light": "studio"})
    number = stage.frame(STEPS["conv2d_valid"])
    moment = View(stage.plan).frame(number)
    left, top, right, bottom = moment.boxes[result(moment)]
    part = left - 2, top - 2, right + 2, bottom + 2
    return Seen(stage, number, tmp_path_factory.mktemp("studio"), light="studio", part=part)


# tones -----------------------------------------------------------------------------------------------------------


def open_cell(seen: Seen) -> None:
    """Front, top and side of the cube that stands alone on the bench."""
    k = result(seen.moment)
    light = {name: float(middle @ LUMINANCE) for (_, name), (middle, _) in seen.faces([k], 41, 0.74, 0.0).items()}
    shares = [light[name] / light["front"] for name in ("front", "top", "side")]
    print(f"{seen.name}: front : top : side = " + " : ".join(f"{share:.3f}" for share in shares))
    for name, tone in TONES.items():
        assert light[name] / light["front"] == pytest.approx(tone, rel=NEAR), name


def test_an_open_cell_has_the_tones(shown):
    open_cell(shown)


def test_an_open_cell_has_the_tones_in_the_studio(studio):
    open_cell(studio)


@pytest.mark.parametrize("shape", ["cell 0", "tile 0"])
def test_each_kind_of_cell_is_made_with_the_tones(shape, empty_blender):
    """The light in the middle of its three faces, as it is kept in the mesh."""
    mesh = shape_mesh(shape, shape)
    light = np.array([value.value for value in mesh.attributes["light"].data])
    found = {}
    for name, axis, sign in (("front", 1, -1), ("top", 2, 1), ("side", 0, 1)):
        flat = [p for p in mesh.polygons if sign * p.normal[axis] > 0.999]
        widest = max(flat, key=lambda p: p.area)
        found[name] = light[list(widest.vertices)].mean()
    print(f"{shape}: " + ", ".join(f"{name} {value:.3f}" for name, value in found.items()))
    assert found["front"] == pytest.approx(1.0, rel=FRONT)
    for name, tone in TONES.items():
        assert found[name] / found["front"] == pytest.approx(tone, rel=NEAR), name


def fronts(seen: Seen, rows, *sampled) -> None:
    broken, off = Broken(f"{seen.name}: fronts, off their colour in linear light"), {}
    for (k, name), (middle, ends) in seen.faces(rows, *sampled).items():
        if name == "front":
            color = np.maximum(seen.color(k), 1e-3)
            away, role = np.abs(middle / color - 1).max(), seen.moment.solids.role[k].split(".")[0]
            off.setdefault(role, []).append((away, *(ends / color).mean(axis=1)))
            if away > FRONT:
                broken.add(role, away, FRONT, f"{seen.moment.solids.material[k]} at "
                           f"{np.round(seen.view.page(seen.moment.solids.middle[k]), 1)}")  # fmt: skip
    for role, values in off.items():
        away, least, most = np.array(values).T
        print(f"{role}: {len(away)} fronts, {away.max():.3f} off; their ends {least.min():.3f} to {most.max():.3f}")
    assert off
    broken.check()


def test_fronts_have_the_palettes_colours(shown):
    fronts(shown, shown.opaque())


def test_fronts_have_the_palettes_colours_in_the_studio(studio):
    fronts(studio, [result(studio.moment)], 41, 0.74)


def test_all_tops_and_sides_have_their_tones(shown):
    """Of volumes as of single cells, the ones that are seen whole, by the colours that they have."""
    tones = {}
    for (k, name), (middle, _) in shown.faces(shown.opaque()).items():
        role = shown.moment.solids.role[k].split(".")[0]
        tones.setdefault((role, name), []).append(float(middle @ LUMINANCE / (shown.color(k) @ LUMINANCE)))
    broken = Broken(f"{shown.name}: tones, of the front's")
    for (role, name), values in tones.items():
        front = np.median(tones.get((role, "front"), [1.0]))
        print(f"{role}: {len(values)} {name}s, {min(values) / front:.3f} to {max(values) / front:.3f} of the front")
        for value in values if name in TONES else ():
            if abs(value / front / TONES[name] - 1) > NEAR:
                broken.add(f"{name} of {role}", value / front, TONES[name], f"one of {len(values)}, and not within 5 %")
    broken.check()


# seams -----------------------------------------------------------------------------------------------------------


def seams(seen: Seen) -> dict[tuple[str, str], list[float]]:
    """The darkest light across each seam that is seen, of the colour of the two cells, which have one colour: by
    volume, and by which seam: "upright" and "level" on fronts, "channels" on the side."""
    solids, todo, spots = seen.moment.solids, [], []
    cells = seen.opaque()
    cells = cells[solids.role[cells] != "bench"]
    light = {k: float(seen.color(k) @ LUMINANCE) for k in cells}
    for role in dict.fromkeys(solids.role[cells]):
        own = cells[solids.role[cells] == role]
        for axis, name in ((0, "upright"), (2, "level"), (1, "channels")):
            face = 0 if axis == 1 else 1
            across = next(i for i in range(3) if i not in (axis, face))
            part = 1.12 if axis == 1 else 1.0  # channels stand apart
            goal = solids.middle[own] + 2 * part * solids.edges[own, axis]
            away = np.linalg.norm(solids.middle[own][None] - goal[:, None], axis=2)
            for a in np.flatnonzero(away.min(axis=1) < 0.05 * np.linalg.norm(solids.edges[own, 0], axis=1)):
                k, other = own[a], own[away[a].argmin()]
                if not 0.9 < light[k] / light[other] < 1.11:
                    continue
                t = np.linspace(0.6, 2 * part - 0.6, 41)[:, None]
                start = solids.middle[k] + (1 if face == 0 else -1) * solids.edges[k, face]
                for w in (-0.5, -0.25, 0.0, 0.25, 0.5):
                    todo.append((role.split(".")[0], name, k, other))
                    spots.append(start + w * solids.edges[k, across] + t * solids.edges[k, axis])
    page = seen.view.page(np.array(spots).reshape(-1, 3))
    whose = seen.moment.nearest(page)[1].reshape(len(todo), -1)
    lights = (seen.at(page) @ LUMINANCE).reshape(len(todo), -1)
    lines: dict = {}
    for (role, name, k, other), seam, over in zip(todo, lights, whose, strict=True):
        if np.isin(over, (k, other)).all():
            lines.setdefault((role, name, k, other), []).append(seam.min() / min(light[k], light[other]))
    found: dict = {}
    for (role, name, *_), values in lines.items():
        if len(values) >= 3:
            found.setdefault((role, name), []).append(float(np.median(values)))
    return found


def test_seams_are_dark(shown):
    """Between cells of one colour, in a frame of 1280×720 as it is shown."""
    broken, found = Broken(f"{shown.name}: light in seams, of the cells' colour"), seams(shown)
    assert len(found) >= 2
    for (role, name), values in found.items():
        print(f"{role}: {len(values)} {name}, {min(values):.3f} to {max(values):.3f}, median {np.median(values):.3f}")
        for value in values:
            if value > SEAM:
                broken.add(f"{name} in {role}", value, SEAM, f"of {len(values)}")
    broken.check()


# the measures can fail -------------------------------------------------------------------------------------------


def filled_up(picture):
    """Every pixel as light as the lightest within three of it: no seams are left."""
    for axis in (0, 1):
        picture = np.max([np.roll(picture, n, axis) for n in range(-3, 4)], axis=0)
    return picture


CHANGES = {
    "a twentieth lighter": (test_fronts_have_the_palettes_colours, lambda picture: 1.05 * picture),
    "less contrast": (test_an_open_cell_has_the_tones, lambda picture: picture**0.8),
    "more contrast": (test_all_tops_and_sides_have_their_tones, lambda picture: picture**1.25),
    "no seams": (test_seams_are_dark, filled_up),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_picture_is_not_taken(shown, change):
    check, changed = CHANGES[change]
    picture = shown.picture
    try:
        shown.picture = changed(picture)
        with pytest.raises(AssertionError):
            check(shown)
    finally:
        shown.picture = picture


# contact ---------------------------------------------------------------------------------------------------------


def resting(seen: Seen) -> dict:
    """What rests on the floor or on a slab: {name: (low corner, high corner, height of the ground, cell, its slab)}."""
    solids, units = seen.moment.solids, {v.role: v.unit for v in seen.plan.volumes}
    reach = np.abs(solids.edges).sum(axis=1)
    low, high, found = solids.middle - reach, solids.middle + reach, {}
    slabs = np.flatnonzero([role.startswith("slab") for role in solids.role] & ~solids.bar)
    for k in np.flatnonzero(~solids.bar):
        role, unit = solids.role[k], units.get(solids.role[k], 1.0)
        if role.endswith("cards"):
            continue
        below = [j for j in slabs if j != k and (low[j, :2] < solids.middle[k, :2]).all()
                 and (high[j, :2] > solids.middle[k, :2]).all()]  # fmt: skip
        slab = max(below, key=lambda j: high[j, 2], default=None)
        ground = 0.0 if slab is None else high[slab, 2]
        if abs(low[k, 2] - ground) > 0.03 * unit + 0.01:
            continue
        name = f"{role} at {np.round(seen.view.page(solids.middle[k])).astype(int)}" if role == "bench" else role
        a, b, *_ = found.get(name, (low[k], high[k]))
        found[name] = np.minimum(a, low[k]), np.maximum(b, high[k]), ground, unit, slab
    return found


def beside(seen: Seen, side: str, low, high, ground: float, distances) -> np.ndarray:
    """The light on the ground at distances from a box's foot, a row each; nan where that ground is not seen. Behind is
    where it is seen past the right face."""
    t, spots = np.linspace(0.1, 0.9, 15), []
    many, back = np.full(15, ground), np.linspace(0.1, 0.6, 15) * min(high[0] - low[0], 1.0)
    for d in distances:
        if side == "front":
            spots.append(np.column_stack([low[0] + t * (high[0] - low[0]), 0 * t + low[1] - d, many]))
        elif side == "right":
            spots.append(np.column_stack([0 * t + high[0] + d, low[1] + t * (high[1] - low[1]), many]))
        else:
            spots.append(np.column_stack([high[0] - 0.577 * back + d, high[1] + back, many]))
    places = np.concatenate(spots)
    page = seen.view.page(places)
    near, _ = seen.moment.nearest(page)
    there = near == -np.inf if ground == 0 else np.abs(near - places @ seen.view.toward) < 0.02
    return np.where(there, seen.at(page) @ LUMINANCE, np.nan).reshape(len(distances), -1)


def contact(seen: Seen, low, high, ground: float, cell: float, slab) -> dict[str, float]:
    """By side: the light on the ground beside a foot, of that further away (of an open slab's, on a slab)."""
    pixel = 1.5 * seen.view.unit / seen.pixel / np.sin(np.radians(seen.plan.view.elevation))
    close, found = max(0.05 * cell, pixel), {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        for side in ("front", "right", "behind"):
            distances = [close, *(d * cell for d in ((0.8, 1.1, 1.4, 1.7, 2.0) if slab is None else ()))]
            near, *away = beside(seen, side, low, high, ground, distances)
            if slab is None:
                far = np.nanmax(away, axis=0)
            else:
                far = np.full(15, TONES["top"] * float(seen.color(slab) @ LUMINANCE))
            share = near / far
            if np.isfinite(share).sum() >= 3:
                found[side] = float(np.nanmedian(share))
    return found


def touched(seen: Seen) -> None:
    broken = Broken(f"{seen.name}: light beside a foot, of that further away")
    things = resting(seen)
    for name, thing in things.items():
        share = contact(seen, *thing)
        print(f"{name}: " + (", ".join(f"{side} {s:.3f}" for side, s in share.items()) or "its foot is not seen"))
        if share and min(share.values()) > CONTACT:
            broken.add(name, min(share.values()), CONTACT, "the darkest of its sides")
    assert len(things) > 5
    broken.check()


def test_what_rests_has_a_shadow_that_touches_it(shown):
    """Beside its foot the ground is darker than further away: in front, right of it, or behind."""
    touched(shown)


def lifted(view: View, number: int) -> np.ndarray:
    """Page places (n, 2, 2) just below and well below lower front edges of what is in the air on the bench, where the
    floor is seen."""
    moment = view.frame(number)
    solids = moment.solids
    reach = np.abs(solids.edges).sum(axis=1)
    own = np.flatnonzero((solids.role == "bench") & np.isin(solids.kind, UNITS))
    own = own[(solids.middle - reach)[own, 2] > 0.8 * reach[own, 2]]
    if not len(own):
        return np.zeros((0, 2, 2))
    front = moment.fronts(own)
    t = np.linspace(0.15, 0.85, 8)[:, None]
    edges = view.page(np.concatenate([a + t * (b - a) for a, b in front[:, :2]]))
    pairs = np.stack([edges + (0, 0.5), edges + (0, 2.5)], axis=1)
    near, _ = moment.nearest(pairs.reshape(-1, 2))
    free = (near == -np.inf).reshape(-1, 2).all(axis=1)
    for word in moment.words:
        left, top, right, bottom = word.box
        inside = (pairs > (left - 0.5, top - 0.5)) & (pairs < (right + 0.5, bottom + 0.5))
        free &= ~inside.all(axis=2).any(axis=1)
    return pairs[free]


def test_what_is_lifted_has_no_shadow_that_touches_it(shown, tmp_path):
    """At the frame in which most of what flies is before the open floor."""
    last = shown.stage.frame(STEPS[shown.stage.plan.id]) - 8
    frames = range(last - 80, last, 3)
    number = max(frames, key=lambda n: len(lifted(shown.view, n)))
    places = lifted(shown.view, number)
    assert len(places) >= 8, "nothing is lifted before the floor"
    seen = Seen(shown.stage, number, tmp_path)
    below, further = seen.at(places[:, 0]) @ LUMINANCE, seen.at(places[:, 1]) @ LUMINANCE
    share = float(np.median(below / further))
    print(f"{seen.name}: {len(places)} places, {share:.3f}")
    assert share > CONTACT
