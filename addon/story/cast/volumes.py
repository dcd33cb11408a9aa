# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes of cells as one block: the input with its padding, filters, the output whose cells come one by one.

A volume's own frame: one cell is 1, column c at x = c, row r at z = -r, channel k at y = k × (1 + GAP), the middle of
its first cell at the origin.
"""

from itertools import product

import numpy as np

from ..page import palette
from ..page.glyphs import CAP_HEIGHT, width
from ..page.view import HEIGHT, UNIT
from ..plan.plan import NONE, Points
from . import shades
from .figure import CAP, DIGIT, Figure

GAP = 0.11  # between the channels of a volume, in cells: so slices can be counted at its side
FACE = 0.49  # from a cell's middle to just before its front face
FROSTED, CLEAR = 0.8, 0.08  # how much of glass is there at its top and side, of its front: cells to come, padding
QUIET = 0.4  # how much of padding's glass is there outside the window
ICE, DULL = (0.9, 0.9), 0.88  # around one channel: how much of padding's sides and front; outside the window
MINOR = 0.8  # cap height of padding's zeros there, of other digits', if they can still be read
SEEN = 0.25  # of zeros' sides where several channels have them among their cells, which are seen through them
NARROWEST, FULL = 0.66, 0.70  # how far a number may be squeezed; how much of a face's width it may take
LOOSE = 0.92  # how much narrower it is where it has clear room around it instead
SMALLER = 0.8  # how much smaller than others a long number's digits may be, of the least cap height
LEFT, RIGHT, FRONT, BACK, BELOW, ABOVE = (1 << i for i in range(6))  # neighbours, as bits of a cell's mask


def neighbours(solid: np.ndarray, standing: bool = True) -> np.ndarray:
    """The mask of each cell's neighbours in a block, `solid` (channels, rows, columns) saying where cells are.

    `standing`: the block's lowest row stands on the floor, which counts as a neighbour below.
    """
    padded = np.pad(np.asarray(solid, bool), 1)
    if standing:
        padded[:, -1] = True
    inner = (slice(1, -1),) * 3
    mask = np.zeros(solid.shape, int)
    for bit, axis, shift in ((LEFT, 2, 1), (RIGHT, 2, -1), (FRONT, 0, 1), (BACK, 0, -1), (BELOW, 1, -1), (ABOVE, 1, 1)):
        mask |= bit * np.roll(padded, shift, axis)[inner]
    return mask


def shell(solid: np.ndarray, standing: bool = True, excerpt=None) -> np.ndarray:
    """The same of a block of which an excerpt's channels stand."""
    if excerpt is None:
        return neighbours(solid, standing)
    apart, places = excerpt.apart(solid)
    return neighbours(apart, standing)[places]


def places(shape) -> np.ndarray:
    """The middles of a block's cells (channels, rows, columns), shape (n, 3), in scan order."""
    channel, row, column = (a.ravel() for a in np.indices(shape))
    return np.column_stack([column, channel * (1 + GAP), -row]).astype(float)


def deep(channels: int) -> float:
    """How far a block of so many channels reaches into the picture, in cells."""
    return channels + GAP * (channels - 1)


def least_cap(cell: float) -> float:
    """The cap height (cells) of the smallest digits that can be read, on cells `cell` world units long."""
    return DIGIT * HEIGHT * UNIT / (0.927 * cell)  # a front face is seen at 22 degrees


def digit_size(cell: float) -> float:
    """The font size (cells) of digits on cells `cell` world units long; 0 where they would be too small to read."""
    least = least_cap(cell)
    cap = max(CAP, min(least, 0.6))
    return cap / CAP_HEIGHT if cap >= least - 1e-6 else 0.0


def fitted(text: str, size: float, wide: float = 1.0) -> tuple[float, float]:
    """Font size and horizontal scale at which a text stands on a face `wide` cells wide: squeezed first, then
    smaller."""
    ink = max(width(text) - 0.16, 0.1) * size
    room = (FULL if len(text) < 3 else 0.78) * wide
    if ink <= room:
        return size, 1.0
    if ink * NARROWEST <= room:
        return size, room / ink
    return size * room / (ink * NARROWEST), NARROWEST


def loosened(columns, cell: float):
    """The columns of texts with those that are squeezed made smaller instead, and narrower, as far as they can still be
    read on cells `cell` world units long."""
    if "size" in columns:
        size, stretch = (np.asarray(columns[name], float) for name in ("size", "stretch"))
        wide = size * stretch * np.where(stretch < 1.0, LOOSE, 1.0)
        columns["size"] = np.maximum(wide, np.minimum(size, least_cap(cell) / CAP_HEIGHT))
        columns["stretch"] = wide / np.maximum(columns["size"], 1e-9)
    return columns


def readable(text: str) -> float:
    """Page units: the length of a cell on which a text is as large as it has to be."""
    return SMALLER * DIGIT * HEIGHT / (0.927 * CAP_HEIGHT * fitted(text, CAP / CAP_HEIGHT)[0])


def written(figure: Figure, texts, fills, size: float, wide: float = 1.0, dims: bool = False, cell: float = 0.0,
            inks=None) -> dict:  # fmt: skip
    """The columns that write texts on faces of these colours, in less light outside the window if they `dims`; of cells
    that are `cell` world units long, a text that would be too small there is left out, and that alone. `inks`: their
    colours; where none is given, what reads."""
    if not size:
        return {}
    fits = [fitted(t, size, wide) for t in texts]
    least = SMALLER * least_cap(cell) / CAP_HEIGHT if cell else 0.0
    texts = [t if fit[0] >= least else "" for t, fit in zip(texts, fits, strict=True)]
    inks = [i or palette.ink_on(f) for i, f in zip(inks or [None] * len(texts), fills, strict=True)]
    columns = {"label": [figure.label(t, i) if t else NONE for t, i in zip(texts, inks, strict=True)],
               "size": [f[0] for f in fits], "stretch": [f[1] for f in fits]}  # fmt: skip
    inks = [palette.lit(i, figure.theme.dim) if dims else i for i in inks]
    columns["label_faded"] = [figure.label(t, i) if t else NONE for t, i in zip(texts, inks, strict=True)]
    return columns


def block(figure: Figure, values: np.ndarray, fill, *, cell: float, offset=(0, 0), solid=None, digits: bool = True,
          standing: bool = True, dims: bool = True, apart=(1, 1), excerpt=None,
          **columns) -> Points:  # fmt: skip
    """The cells of `values` (channels, rows, columns) as one block; numbers stand on its front slice. With an `excerpt`
    (cast/excerpt.py) of its channels alone.

    `fill(value, channel)` is a cell's colour, `cell` its length in world units, `offset` (rows, columns) where its
    first cell lies. `solid`: where the block has cells, of the padded shape, if it is not `values` alone. `apart`
    (rows, columns): from one of its cells to the next.
    """
    values = np.asarray(values)
    if excerpt is not None:
        values = values[list(excerpt.numbers)]
    top, left = offset
    if solid is None:
        mask = shell(np.ones(values.shape, bool), standing, excerpt)
    else:
        rows, across = values.shape[1:]
        mask = shell(solid, standing, excerpt)[:, top :: apart[0], left :: apart[1]][:, :rows, :across]
    channel, row, column = (a.ravel() for a in np.indices(values.shape))
    fills = [fill(v, k) for v, k in zip(values.ravel(), channel, strict=True)]
    shapes = [f"cell {m}" for m in mask.ravel()]
    cubes = [figure.cube(f, s) for f, s in zip(fills, shapes, strict=True)]
    faded = [figure.cube(figure.dimmed(f), s) for f, s in zip(fills, shapes, strict=True)] if dims else cubes
    at = places(values.shape) * (apart[1], 1, apart[0]) + (left, 0, -top)
    size = digit_size(cell) if digits and figure.scene.look.numbers else 0.0
    front = channel == 0
    texts = [figure.numbers.text(v) if f else "" for v, f in zip(values.ravel(), front, strict=True)]
    if excerpt is not None:
        channel = np.array(excerpt.numbers)[channel]
        at[:, 1] = excerpt.spots(channel)
    known = {"row": row, "column": column, "channel": channel, "value": values.ravel(), "lift": FACE}
    return Points.make(at, cube=cubes, faded=faded, **known,
                       **written(figure, texts, fills, size, dims=dims, cell=cell), **columns)  # fmt: skip


def glass(figure: Figure, solid: np.ndarray, where: np.ndarray, *, texts: str | None = None,
          cell: float = 1.0, among: bool = False, excerpt=None, **columns) -> Points:  # fmt: skip
    """Frosted cells at `where` (a mask of the block's shape), the outer faces of which are drawn. With `texts` for
    those in front, or "", it is padding. Around a single channel that is like ice; around several it is clear at top
    and side, where cells are seen through it, and outside the window an outline around its text. `among` their cells
    its fronts are like ice, or its texts would be read as those of cells behind. `solid`: where the block has any
    cells."""
    mask, theme = shell(solid, excerpt=excerpt), figure.theme
    index = np.argwhere(where)
    code, aside, alpha, quiet = theme.frosted, FROSTED, theme.frosted_alpha, (FROSTED, 1.0)
    if texts is not None:
        code = theme.padding
    if texts is not None and len(solid) == 1:
        (aside, alpha), quiet = ICE, (ICE[0], DULL)
    elif among:
        aside, alpha, quiet = SEEN, ICE[1], (SEEN, 1.0)
    elif texts is not None:
        aside, alpha, quiet = CLEAR, theme.padding_alpha, (0, QUIET)
    cubes = [figure.cube(code, f"glass {mask[tuple(i)]} {aside}", "glass", alpha) for i in index]
    channel, row, column = index.T
    at = np.column_stack([column, channel * (1 + GAP), -row]).astype(float)
    if excerpt is not None:
        channel = np.array(excerpt.numbers)[channel]
        at[:, 1] = excerpt.spots(channel)
    size = digit_size(cell) if texts and figure.scene.look.numbers else 0.0
    if size and len(solid) == 1:
        size = max(MINOR * size, least_cap(cell) / CAP_HEIGHT)
    faded = cubes
    if texts is not None:
        words, code = " ".join(f"{v:g}" for v in quiet), figure.dimmed(code) if among else code
        faded = [figure.cube(code, f"glass {mask[tuple(i)]} {words}", "glass", quiet[1] * alpha) for i in index]
    known = {"cube": cubes, "faded": faded, "lift": FACE, "channel": channel, "row": row, "column": column}
    if size:
        label = figure.label(texts, theme.padding_ink)
        labels = np.where(channel == 0, label, NONE)
        known |= {"label": labels, "label_faded": labels, "size": size}
    return Points.make(at, **known, **columns)


def behind_texts(page, own: np.ndarray, spots) -> np.ndarray:
    """Which places (rows, columns) of a block's front have any of its `own` cells (channels, rows, columns) behind
    their texts, as the page sees them; `spots`: how far behind the first each channel lies, in cells."""
    azimuth, elevation = np.radians((page.azimuth, page.elevation))
    (_, rows, columns), found = own.shape, np.zeros(own.shape[1:], bool)
    row, column = np.indices(found.shape)
    for slice, spot in zip(own, spots, strict=True):
        for deep, high, wide in product(spot + np.linspace(0.05, 0.95, 7), (-0.3, 0.0, 0.3), (-0.2, 0.0, 0.2)):
            # a line of sight goes to the left, and down, as it goes into the picture
            r = np.rint(row + high + deep * np.tan(elevation) / np.cos(azimuth)).astype(int)
            c = np.rint(column + wide - deep * np.tan(azimuth)).astype(int)
            within = (r >= 0) & (r < rows) & (c >= 0) & (c < columns)
            found |= within & slice[np.clip(r, 0, rows - 1), np.clip(c, 0, columns - 1)]
    return found


def coming(figure: Figure, values: np.ndarray, fill, births: np.ndarray, *, cell: float, **columns) -> Points:
    """One slice (rows, columns) whose cells are there from their `births` (clock values, in scan order) on."""
    return block(figure, values[None], fill, cell=cell, dims=False, visible_from=births, step=np.round(births),
                 **columns)  # fmt: skip


def texts_of(cells: Points, **columns) -> Points:
    """The texts of cells by themselves, with lifetimes of their own."""
    kept = {name: cells[name] for name in ("label", "label_faded", "size", "stretch", "lift", "row", "column",
        "channel")}
    return Points.make(cells["position"], **kept, **columns)


def shade(figure: Figure, size, at=None, *, strength: float = 1.0, **columns) -> Points:
    """The soft shadow of a box of `size` (cells): a card that lies on what it stands on. `at`: the middle of the box's
    foot, in the volume's frame; as it is where the box's first cell is at the origin, if nothing is said."""
    at = ((size[0] - 1) / 2, (size[1] - 1) / 2, 0.5 - size[2]) if at is None else at
    words = "shadow " + " ".join(f"{v:g}" for v in (*size, 0.0, strength))
    kind = figure.cube(shades.COLOR, words, "shade")
    figure.shades += 1
    at = np.array(at, float) + (0.0, 0.0, shades.STEP * (figure.shades % 40))
    return Points.make([at], cube=kind, **columns)
