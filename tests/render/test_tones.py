# SPDX-License-Identifier: GPL-3.0-or-later
"""A floor in soft light, told in a GIF's few colours: no bands, no crawling, and nothing else is speckled."""

import io

import numpy as np
import pytest
from PIL import Image, ImageSequence

from addon.render.files import tones
from addon.render.files.gif import gif_bytes

SIZE = (240, 320)
FLOOR = np.s_[120:, :]


def stage(count=8):
    """A soft floor with a soft shadow that moves, flat cells in many colours, and much that changes above them."""
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    for t in range(count):
        light = 1.03 / (1 + ((x - 160) / 560) ** 2 + ((y - 120) / 320) ** 2)
        light = light * (1 - 0.45 * np.exp(-(((x - 60 - 12 * t) / 30) ** 2 + ((y - 190) / 14) ** 2)))
        frame = np.rint(np.clip(light[..., None], 0, 1) ** (1 / 2.4) * [200, 206, 215]).astype(np.uint8)
        frame[5:75, 20:300] = np.stack([(x + 9 * t) % 256, 3 * y % 256, (x + y + 7 * t) % 256], axis=2)[
            5:75, 20:300
        ]
        frame[80:110, 40:70] = [30, 79, 160]
        frame[88:102, 50:54] = 255  # a digit
        yield frame


class Stage:
    def __iter__(self):
        return stage()


def played(data):
    with Image.open(io.BytesIO(data)) as image:
        return [np.asarray(f.convert("RGB")) for f in ImageSequence.Iterator(image)]


@pytest.fixture(scope="module")
def gif():
    return b"".join(gif_bytes(Stage(), [5] * 8))


def around(picture, side=9):
    """The mean of every square of pixels: what an eye sees of a pattern of single pixels."""
    sums = np.pad(picture.astype(float).cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0), (0, 0)))
    return (sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]) / side**2


def off(data):
    """How far the floor is from what it should be, seen from a distance: levels, at worst and on average."""
    errors = [np.abs(around(a[FLOOR]) - around(b[FLOOR])).mean(axis=2) for a, b in zip(played(data), stage())]
    return max(e.max() for e in errors), np.mean(errors)


def test_the_floor_has_no_bands(gif, monkeypatch):
    """A band is a place where the mean of an area is off. Below one level nobody sees it; without the ladder the
    same clip is off by several."""
    worst, mean = off(gif)
    assert worst < 1.5 and mean < 0.4
    monkeypatch.setattr("addon.render.files.palette._GROUND", 2.0)
    plain_worst, plain_mean = off(b"".join(gif_bytes(Stage(), [5] * 8)))
    assert plain_worst > 2 * worst and plain_mean > 2 * mean


def test_what_does_not_change_stands_still(gif):
    """A pixel that is the same in two frames is the same in the GIF, floor or not."""
    shown, meant = played(gif), list(stage())
    for a, b in ((0, 1), (0, 7), (3, 5)):
        still = (meant[a] == meant[b]).all(axis=2)
        assert still.sum() > 20_000
        assert (shown[a][still] == shown[b][still]).all()


def test_cells_and_digits_are_not_speckled(gif):
    first = played(gif)[0]
    assert len(np.unique(first[80:88, 40:70].reshape(-1, 3), axis=0)) == 1
    assert len(np.unique(first[88:102, 50:54].reshape(-1, 3), axis=0)) == 1
    assert np.abs(first[85, 45].astype(int) - [30, 79, 160]).max() <= 12


def test_the_same_bytes_every_time(gif):
    assert b"".join(gif_bytes(list(stage()), [5] * 8)) == gif


def test_the_pattern_has_every_threshold_once_and_neighbours_far_apart():
    made = tones.pattern()
    assert sorted(made.ravel()) == list(range(256))
    assert np.abs(made - np.roll(made, 1, axis=1)).min() >= 64
    for part in (made[:8, :8], made[8:, :8]):
        assert abs(part.mean() - 127.5) < 2


def test_a_tone_between_two_rungs_is_mixed_in_its_share():
    ladder = tones.Ladder(np.array([[100, 104, 110], [104, 108, 114]]), np.array([500, 500]))
    y, x = np.mgrid[:16, :16]
    for share, tone in (
        (0.25, [101, 105, 111]),
        (0.5, [102, 106, 112]),
        (1, [104, 108, 114]),
        (0, [100, 104, 110]),
    ):
        colours = np.tile(np.array(tone, np.uint8), (256, 1))
        assert ladder.holds(colours.astype(np.int64)).all()
        assert ladder.indices(colours, y.ravel(), x.ravel()).mean() == pytest.approx(share, abs=0.01)


def test_a_flat_page_has_no_ladder():
    frame = np.full((*SIZE, 3), 240, np.uint8)
    frame[100:, :] = 40
    points, counts = np.unique(frame.reshape(-1, 3), axis=0, return_counts=True)
    assert not tones.Ladder(points, counts).holds(np.array([[140, 140, 140]])).any()
