# SPDX-License-Identifier: GPL-3.0-or-later
"""What moves beside the clock is told by the clock: a channel as a function of the clock's value, for drivers and for
`evaluate`; and a clock that creeps where it would rest while something moves.
"""

import math
from itertools import pairwise

import numpy as np

from .plan import CREEP, LANDED, Track, Volume
from .timeline import Channel

LEAST_CLOCK_STEP = 2e-5  # of the clock, between two points of what follows it


def creeping(channels: dict[str, Channel]) -> dict[str, Channel]:
    """The channels, with a clock that creeps by CREEP where it rested while another channel moves.

    So whatever moves does so while the clock does, and can be explained by the clock's value alone: see `by_clock`. A
    shadow is not worth it: what it does while the clock rests, it does at once when that goes on.
    """
    clock, clock_channel = "clock.step", channels["clock.step"]
    others = [c for name, c in channels.items() if name != clock and ".shadow." not in name]
    moves = [span for channel in others for span in _moving(channel)]
    keys, before, lift = [], None, 0.0
    for a, b, value, easing in zip(clock_channel.seconds, [*clock_channel.seconds[1:], np.inf], clock_channel.values,
                                   clock_channel.easing, strict=True):
        lift, before = lift if value == before else 0.0, value
        value += lift
        own = [(max(a, m), min(b, n)) for m, n in moves if m < b - 1e-6 and a < n - 1e-6]
        if easing != "constant" or not own:
            keys.append((a, value, easing))
            continue
        lift, start, end = lift + CREEP, min(m for m, _ in own), max(n for _, n in own)
        if start > a + 1e-9:
            keys.append((a, value, "constant"))
        keys.append((start, value, "linear"))
        if end < b - 1e-9:
            keys.append((end, value + CREEP, "constant"))
    seconds, values, easing = zip(*keys, strict=True)
    return {**channels, clock: Channel(np.array(seconds), np.array(values), tuple(easing))}


def riding(volume: Volume, track: Track) -> list[list[tuple[float, float]]]:
    """Of each axis what the place of a volume that rides a track is at values of the clock, as `by_clock`: it glides
    when windows do."""
    places = np.array(volume.location) + volume.unit * track.places.astype(float)
    ends = [(0, places[0])]
    for i, (here, there) in enumerate(pairwise(places)):
        ends += [(i + CREEP, here), (i + LANDED, there)]
    return [[(clock, float(place[axis])) for clock, place in ends] for axis in range(3)]


def _moving(channel: Channel) -> list[tuple[float, float]]:
    """From when to when (seconds) a channel changes."""
    ends = zip(channel.seconds, channel.seconds[1:], channel.values, channel.values[1:], strict=False)
    return [(a, b) for a, b, x, y in ends if x != y]


def by_clock(channel: Channel, clock: Channel, fps: float) -> list[tuple[float, float]]:
    """What a channel is at each value of the clock: (clock, value), growing, to be joined by straight lines.

    Exact at every frame of the plan, and at every key.
    """
    found: list[tuple[float, float]] = []
    for a, b in _moving(channel):
        frames = np.arange(math.ceil(a * fps + 1e-6), math.ceil(b * fps - 1e-6)) / fps
        inner = [s for s in clock.seconds if a < s < b]
        for n, second in enumerate(sorted({float(a), *map(float, frames), *map(float, inner), float(b)})):
            step, value = clock.at(second), channel.at(second)
            if not found or step > found[-1][0] + LEAST_CLOCK_STEP:
                found.append((step, value))
            elif n == 1:  # the clock rests as the move begins: what was before holds up to here
                found.append((found[-1][0] + 1.5 * LEAST_CLOCK_STEP, value))
            else:
                found[-1] = found[-1][0], value
    return found or [(0.0, float(channel.values[0]))]
