# SPDX-License-Identifier: GPL-3.0-or-later
"""Clips on channels, in seconds. One owner per channel: two clips that overlap on one channel are an error.

A channel is a named number of the figure ("clock.step", "kernel.location.x"). A clip brings it from where it is to a
value within a time span. A `Timeline` has a cursor; `compile` gives, for every channel, arrays of key times, values
and easings. Nothing here knows frames or Blender.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

EASINGS = ("constant", "linear", "ease")


@dataclass(frozen=True)
class Clip:
    """One move of one channel, from `start` to `start + seconds` (seconds), ending at `value`."""

    channel: str
    start: float
    seconds: float
    value: float
    easing: str = "ease"

    @property
    def end(self) -> float:
        return self.start + self.seconds


@dataclass(frozen=True)
class Channel:
    """Keys of one channel: times (seconds), values, and the easing from each key to the next."""

    seconds: np.ndarray
    values: np.ndarray
    easing: tuple[str, ...]

    def at(self, second: float) -> float:
        """The value at a time, by the same easings as Blender's F-curves are given."""
        index = int(np.searchsorted(self.seconds, second, side="right")) - 1
        if index < 0:
            return float(self.values[0])
        if index >= len(self.seconds) - 1:
            return float(self.values[-1])
        a, b = self.values[index], self.values[index + 1]
        span = self.seconds[index + 1] - self.seconds[index]
        t = (second - self.seconds[index]) / span if span > 0 else 1.0
        if self.easing[index] == "constant":
            t = 0.0
        elif self.easing[index] == "ease":
            t = 0.5 - 0.5 * np.cos(np.pi * t)
        return float(a + (b - a) * t)


class Timeline:
    """Collects clips; `cursor` is where the next `play` starts."""

    def __init__(self):
        self.cursor = 0.0
        self._start: dict[str, float] = {}
        self._clips: dict[str, list[Clip]] = defaultdict(list)

    def declare(self, channel: str, value: float) -> None:
        """The value a channel has at second 0."""
        if channel in self._start:
            raise ValueError(f"channel {channel!r} has an owner already")
        self._start[channel] = float(value)

    def declared(self, channel: str) -> bool:
        return channel in self._start

    def add(self, channel: str, value: float, seconds: float, *, at: float | None = None, easing="ease") -> Clip:
        """A clip at `at` (the cursor unless explained) that leaves the cursor where it is."""
        if channel not in self._start:
            raise ValueError(f"channel {channel!r} was never declared")
        if easing not in EASINGS:
            raise ValueError(f"easing {easing!r} is none of {', '.join(EASINGS)}")
        clip = Clip(channel, self.cursor if at is None else at, float(seconds), float(value), easing)
        for other in self._clips[channel]:
            if clip.start < other.end - 1e-9 and other.start < clip.end - 1e-9:
                raise ValueError(f"two clips overlap on {channel!r} at {max(clip.start, other.start):.3f} s")
        self._clips[channel].append(clip)
        return clip

    def play(self, channel: str, value: float, seconds: float, *, easing="ease") -> Clip:
        """A clip at the cursor, which moves to its end."""
        clip = self.add(channel, value, seconds, easing=easing)
        self.cursor = clip.end
        return clip

    def wait(self, seconds: float) -> None:
        self.cursor += seconds

    def compile(self) -> dict[str, Channel]:
        return {name: self._compile(name) for name in self._start}

    def _compile(self, name: str) -> Channel:
        keys: list[tuple[float, float, str]] = [(0.0, self._start[name], "constant")]
        for clip in sorted(self._clips[name], key=lambda c: c.start):
            if clip.start > keys[-1][0] + 1e-9:
                keys.append((clip.start, keys[-1][1], clip.easing))
            else:
                keys[-1] = (keys[-1][0], keys[-1][1], clip.easing)
            keys.append((clip.end, clip.value, "constant"))
        times, values, easing = zip(*keys, strict=True)
        return Channel(np.array(times), np.array(values), tuple(easing))
