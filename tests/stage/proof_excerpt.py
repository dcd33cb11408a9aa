# SPDX-License-Identifier: GPL-3.0-or-later
"""Of many channels, filters and slices a solid figure shows some: which, as a viewer reads it from the cards, and that
nothing is lost of the others. They have one sum together, and their slices are counted.
"""

import re

import numpy as np

NEAR = 0.03  # of a cell: what stands in one place
WIDE = 2.0  # cells at least from one slice to the next where some are left out between


class ExcerptProof:
    """The part of a proof that is about what is left out."""

    channels = filters = per = 1
    carried: tuple | None = None  # the numbers on the input's cards, where some of the channels are left out
    kept: tuple | None = None  # the slices that come to stand, where some are left out

    @property
    def stood(self) -> tuple[int, ...]:
        """The channels of the input that stand."""
        return self.carried or tuple(range(self.channels))

    @property
    def inner(self) -> tuple[int, ...]:
        """The channels of a filter that stand, each of which has a panel."""
        return tuple(c for c in self.stood if c < self.per)

    @property
    def standing(self) -> tuple[int, ...]:
        """The filters and slices that stand."""
        return self.kept or tuple(range(self.filters))

    def read_excerpt(self, look) -> None:
        """Which channels and slices stand: the first few and the last."""
        base = self.stage.asked.look.index_from
        if "input.more" in self.stage.built.objects:
            self.carried = tuple(int(text) - base for text in look.cards("input.cards"))
            assert len(look.pieces("input.more")) % 3 == 0, "cells: there are no three dots in a gap of the input"
            first = self.inner[:-1]
            assert first == tuple(range(len(first))), f"cells: of the channels {self.carried} stand"
            assert len(first) >= 1 and self.inner[-1] == self.per - 1, f"cells: of the channels {self.carried} stand"
            if self.per == self.channels:
                self.counted(look, self.channels - len(self.carried))
        if "output.more" in self.stage.built.objects:
            self.kept = tuple(m for m in range(self.filters) if f"output.{m}" in self.stage.built.objects)
            first = self.kept[:-1]
            right = first == tuple(range(len(first))) and len(first) >= 2 and self.kept[-1] == self.filters - 1
            assert right, f"slice: of the slices {self.kept} stand"

    def counted(self, look, *counts: int) -> None:
        """The figure says how many are left out."""
        said = [re.findall(r"\d+", text) for text in look.words("more")]
        said = [int(text[0]) for text in said if text]
        assert sorted(said) == sorted(counts), f"words: {said} are said to be left out, not {counts}"

    def left_out(self, look) -> None:
        """The channels and the slices that are left out so far are counted."""
        if not self.kept:
            return
        done = int(np.floor(look.clock + 1e-6) + 1) // self.section
        hidden = sum(m < done for m in range(self.filters) if m not in self.kept)
        inputs = [self.channels - len(self.carried)] if self.carried else []
        self.counted(look, *inputs, *([hidden] if hidden else []))
        assert bool(look.pieces("output.more")) == (look.clock >= (self.kept[-2] + 1) * self.section), "slice: dots"

    def seen(self, taps: dict) -> dict:
        """Of the taps by (channel, row, column) those in channels that stand."""
        return {key: tap for key, tap in taps.items() if key[0] in self.stood}

    def shown(self, cell) -> list:
        """A step's taps that have a pair on the bench."""
        return [tap for tap in cell.taps if tap.kernel[0] in self.inner]

    def parted(self, places, numbers, what: str) -> None:
        """Slices of these numbers, which stand so far behind the front: side by side, or apart where some are left out
        between."""
        for gap, a, b in zip(np.abs(np.diff(places)), numbers, numbers[1:], strict=False):
            side = abs(b - a) == 1
            right = 1.05 < gap < 1.3 if side else gap > WIDE
            assert right, f"{what}: {a} and {b} stand {gap:.2f} cells apart"

    def filed(self, look, n: int) -> None:
        """The slice being written stands alone in front; behind it all earlier ones, the newest first, side by side."""
        depths = self.depths(look)
        there = [m for m in self.standing if m <= n]
        assert list(depths) == there, f"slice: {list(depths)} are there while {n} is written"
        at = [depths[m] for m in there[::-1]]
        front = abs(at[0] - self.front_at) < NEAR
        assert front, f"slice: {n} is not in front while it is written, at {look.second:.3f} s"
        gaps = np.diff(at)
        assert not len(gaps) or gaps[0] > 1.5, "slice: the one being written does not stand alone"
        self.parted(at[1:], there[-2::-1], "slice")

    def passed(self, look, i: int, cell) -> None:
        """A step in a slice that is left out: the window is where it reads, nothing else is at work, and slices that
        stand are as they were."""
        if self.per == self.channels:
            self.window(look, cell)
        n = i // self.section
        assert not look.pieces("filter.tube"), f"filter: one is in the tube at step {i}, which is left out"
        self.empty(look)
        assert not look.pieces("value") and not look.words("running"), f"bench: step {i}, which is left out, has a sum"
        assert not look.pieces("output.marker"), f"marker: one at step {i}, which is left out"
        for m in self.standing:
            there = bool(look.cells(self.output_role(m)))
            assert there == (m < n), f"born: slice {m} is {'' if there else 'not '}there in slice {n}"
            cells = self.lattice(look, self.output_role(m), (1, self.rows, self.columns), "solid") if there else {}
            for (_, r, c), piece in cells.items():
                value = self.cells[self.order[m * self.section + r * self.columns + c]].value
                self.one_fill(self.sum_sort(m), value, piece.color)
        depths = self.depths(look)
        self.parted(list(depths.values()), list(depths), "slice")
        self.left_out(look)
