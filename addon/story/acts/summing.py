# SPDX-License-Identifier: GPL-3.0-or-later
"""The act in which one output cell is worked out on the bench.

A copy of the window's cells slides out of the input through its whole depth and arcs down to the bench, channel by
channel; the weights come from the filter and meet it; the products step out of their pairs and fall into one partial
sum per channel; these and the bias roll into one cube, a copy of which flies to its place in the output.
"""

import numpy as np

from ..cast.bench import HALF, PARTIAL, PRODUCT, Bench, Operands
from ..cast.figure import Figure
from ..cast.volumes import fitted, shade
from ..page import palette
from ..page.glyphs import CAP_HEIGHT, TIMES
from ..plan.plan import LEAVES, NONE, Points
from .rhythm import within

BEHIND = 0.012  # cells from one to the next of those that fall into one place
DIGITS = 0.67  # cap height of digits on a pair's halves, of these
SLIDE = 0.10  # part of the time in which the copy slides out
SUMS, ROLL, STAND, FLY = 0.74, 0.76, 0.86, 0.90  # parts: the sums are there; they roll; the result stands; it flies


def schedule(channels: int) -> list[dict[str, float]]:
    """When, in parts of a step's time, each channel's panel sets out, meets its weights, multiplies and falls."""
    if channels == 1:
        return [{"flies": 0.12, "lands": 0.26, "weights": 0.27, "met": 0.42, "opens": 0.46, "open": 0.54,
                 "falls": 0.64, "summed": SUMS}]  # fmt: skip
    wide = (SUMS - SLIDE - 0.02) / channels
    starts = [SLIDE + 0.02 + k * wide for k in range(channels)]
    parts = {"flies": 0.0, "lands": 0.30, "weights": 0.22, "met": 0.50, "opens": 0.54, "open": 0.66, "falls": 0.80,
             "summed": 0.98}  # fmt: skip
    return [{name: a + wide * part for name, part in parts.items()} for a in starts]


def flight(i: int, way, size: float, over=(0, -1.5, 1.0)) -> dict:
    """The columns with which a copy of step i's result flies `way` to its cell, by way of a place `over` the line, and
    is `size` times as large there."""
    return {"visible_from": within(i, FLY), "visible_until": i, "exit": [way], "exit_scale": size,
            "exit_via": [way * (0.3, 0.6, 0.8) + over], "exit_from": within(i, FLY), "exit_until": i}  # fmt: skip


class Summing:
    """Makes the rows of pieces of one step; `bench` says where, `greatest` by what sums are coloured."""

    totals = True  # whether products come to a result on the bench

    def __init__(self, figure: Figure, bench: Bench, greatest: float):
        self.figure, self.bench, self.greatest = figure, bench, greatest
        self.numbers = figure.numbers
        self.origin = bench.panels[0]

    def local(self, place) -> np.ndarray:
        """A world place in the bench's own frame."""
        return (np.asarray(place) - self.origin) / self.bench.cell

    def step(self, o: Operands) -> list[Points]:
        """All pieces of a step's sum, in the bench's frame."""
        channels = int(o.channel.max()) + 1
        times = [{k: within(o.index, v) for k, v in t.items()} for t in schedule(channels)]
        made = [self._copies(o, times), self._weights(o, times), *self._products(o, times), *self._grounds(o, times)]
        if self.bench.partials:
            made += self._partials(o, times)
        return [*made, *self._result(o)]

    def pairs(self, o: Operands, lower: bool = False) -> np.ndarray:
        """Where the upper or lower halves of pairs are."""
        taps = zip(o.channel, o.row, o.column, strict=True)
        return np.array([self.local(self.bench.pair(*tap, lower)) for tap in taps])

    def _comes(self, o: Operands, times, rest) -> dict:
        """The columns with which products step out of their pairs, turning."""
        opens = self._columns(o, times, "opens")
        return {"origin": (self.pairs(o) + self.pairs(o, True)) / 2 - rest, "enter_turn": -np.pi / 2,
                "enter_scale": 0.7, "leaves": opens, "arrives": self._columns(o, times, "open"),
                "visible_from": opens}  # fmt: skip

    def _columns(self, o, times, name):
        return np.array([times[c][name] for c in o.channel])

    def digits(self, texts, fills, face: float, size: float, inks=None) -> dict:
        """Texts on faces `face` cells high of pieces; `size` is their font size there."""
        if not self.figure.scene.look.numbers:
            return {}
        fits = [fitted(t, size, face) for t in texts]
        inks = inks or [None] * len(texts)
        labels = [self.figure.label(t, i or palette.ink_on(f)) for t, f, i in zip(texts, fills, inks, strict=True)]
        return {"label": labels, "label_faded": labels, "size": [f[0] for f in fits], "stretch": [f[1] for f in fits]}

    def _copies(self, o: Operands, times) -> Points:
        bench, k = self.bench, o.cell / self.bench.cell
        rest = self.local(o.places + o.hover)
        way = self.pairs(o) - rest
        cubes = [self.figure.cube(f) for f in o.fills]
        texts = [self.numbers.text(v) for v in o.values]
        # on the bench a face of the volume's cell is the face of a half: digits shrink with its width
        size = DIGITS * HALF[2] / CAP_HEIGHT * k / HALF[0]
        return Points.make(
            rest, cube=cubes, scale=k, lift=0.49 * k, **self.digits(texts, o.fills, k, size, o.inks),
            origin=-o.hover / bench.cell, leaves=within(o.index, 0.0), arrives=within(o.index, SLIDE),
            exit=way, exit_via=way * bench.way[0] + bench.way[1], exit_from=self._columns(o, times, "flies"),
            exit_until=self._columns(o, times, "lands"), exit_scale=np.array(HALF) / k,
            visible_from=within(o.index, 0.0), visible_until=o.index + LEAVES, value=o.values, **o.known)  # fmt: skip

    def _weights(self, o: Operands, times) -> Points:
        k, rest = o.weight_cell / self.bench.cell, self.pairs(o, True)
        away, comes = self.local(o.weight_places) - rest, self._columns(o, times, "weights")
        cubes = [self.figure.cube(f) for f in o.weight_fills]
        texts = [TIMES + self.numbers.text(w) for w in o.weights]
        return Points.make(rest, cube=cubes, scale=HALF, lift=0.49 * HALF[1],
                           **self.digits(texts, o.weight_fills, HALF[0], DIGITS * HALF[2] / CAP_HEIGHT),
                           origin=away, enter_via=away * (0.5, 0.1, 0.3) + (0, -2.8, 0.4),
                           enter_scale=k / np.array(HALF), leaves=comes, arrives=self._columns(o, times, "met"),
                           visible_from=comes, visible_until=o.index + LEAVES, value=o.weights, **o.known)  # fmt: skip

    def _products(self, o: Operands, times) -> list[Points]:
        """Products step out of their pairs, turning, and fall into the sum; beside their pairs they stay, if
        there is room."""
        bench, (rest, known) = self.bench, self.product_cells(o)
        goal = np.array([self.local(bench.partials[c] if bench.partials else bench.result) for c in o.channel])
        # they end in one place, each in planes of its own
        way = goal - rest + np.outer(np.arange(len(rest)), (0.0, BEHIND, 0.0))
        summed, comes = self._columns(o, times, "summed"), self._comes(o, times, rest)
        falls = {"exit": way, "exit_via": way * (0.4, 1.0, 0.6) + (0, -1.4, 0.4), "exit_scale": 0.5,
                 "exit_from": self._columns(o, times, "falls"), "exit_until": summed, "visible_until": summed}
        if not bench.keeps_products:
            return [Points.make(rest, **known, **comes, **falls)]
        return [Points.make(rest, **known, **comes, visible_until=o.index + LEAVES),
                Points.make(rest, **known, **falls, visible_from=falls["exit_from"])]  # fmt: skip

    def product_cells(self, o: Operands) -> tuple[np.ndarray, dict]:
        """Where the products stand before they fall, and what they look like: beside their pairs, or before them."""
        bench = self.bench
        if bench.keeps_products:
            taps = zip(o.channel, o.row, o.column, strict=True)
            rest, size = np.array([self.local(bench.product(*tap)) for tap in taps]), PRODUCT
        else:
            rest = (self.pairs(o) + self.pairs(o, True)) / 2 + (0.0, -(HALF[1] / 2 + 0.3), -0.03)
            size = (0.86, 0.5, 0.72)
        fills = [palette.signed(p, self.greatest) for p in o.products]
        cubes = [self.figure.cube(f) for f in fills]
        texts = self.product_texts(o)
        return rest, {"cube": cubes, "scale": size, "lift": 0.49 * size[1], "value": o.products, **o.known,
                      **self.digits(texts, fills, 0.92 * size[0], 0.56 * size[2] / CAP_HEIGHT)}  # fmt: skip

    def product_texts(self, o: Operands) -> list[str]:
        """What is written on products; beside its pair each has its sign."""
        texts = [self.numbers.text(p) for p in o.products]
        if not self.bench.keeps_products:
            return texts
        pairs = zip(o.values, o.weights, strict=True)
        return [self.numbers.equals(p, [pair]) + t for p, pair, t in zip(o.products, pairs, texts, strict=True)]

    def cube(self, place, value, edge, **columns) -> Points:
        fill = palette.signed(self.numbers.value(value), self.greatest)
        cube, text = self.figure.cube(fill), self.numbers.text(value)
        return Points.make([self.local(place)], cube=cube, scale=edge, lift=0.49 * edge, value=value,
                           **self.digits([text], [fill], edge, 0.5 * edge / CAP_HEIGHT), **columns)  # fmt: skip

    def parts(self, o: Operands) -> list[tuple[np.ndarray, float, int]]:
        """Places, values and channels of the partial sums, of what the other channels come to, and of the bias, which
        belong to none."""
        bench, sums = self.bench, np.zeros(int(o.channel.max()) + 1)
        np.add.at(sums, o.channel, o.products)
        parts = [(bench.partials[c], v, c) for c, v in enumerate(sums)] if bench.partials else []
        parts += [(bench.rest, o.rest, NONE)] if o.rest is not None else []
        return parts + ([(bench.bias, o.bias, NONE)] if bench.partials and o.bias is not None else [])

    def _partials(self, o: Operands, times) -> list[Points]:
        """The partial sums and the bias, which stay, and their copies that roll into the result."""
        bench = self.bench
        since = [t["summed"] for t in times]
        since += [times[-1]["flies"]] if o.rest is not None else []  # after the panel before
        since += [within(o.index, SUMS - 0.04)]
        stands = [(place, value, at, channel) for (place, value, channel), at
                  in zip(self.parts(o), since, strict=False)]  # fmt: skip
        made = []
        for place, value, since, channel in stands:
            own = {"visible_until": o.index + LEAVES, "step": o.index, "channel": channel}
            made.append(self.cube(place, value, PARTIAL, visible_from=since, grow_time=0.02, **own))
            way = self.local(bench.result) - self.local(place) + BEHIND * len(made) * np.array([0.0, 1.0, 0.0])
            own |= {"visible_from": within(o.index, ROLL), "visible_until": within(o.index, STAND), "channel": NONE}
            made.append(self.cube(place, value, PARTIAL, exit=[way], exit_via=[way * (0.5, 0.5, 0.5) + (0, -0.6, 2.2)],
                                   exit_turn=-np.pi / 2, exit_scale=0.6, exit_from=within(o.index, ROLL),
                                   exit_until=within(o.index, STAND), **own))  # fmt: skip
            made.append(self.under(place, PARTIAL, visible_from=since, visible_until=o.index + LEAVES))
        return made

    def _result(self, o: Operands) -> list[Points]:
        bench = self.bench
        size = o.target_cell / bench.cell / bench.edge
        way = self.local(o.target) - self.local(bench.result)
        since = within(o.index, STAND if bench.partials else SUMS)
        return [self.cube(bench.result, o.value, bench.edge, visible_from=since, grow_time=0.02,
                          visible_until=o.index + LEAVES, step=o.index),
                self.cube(bench.result, o.value, bench.edge, step=NONE, **flight(o.index, way, size)),
                self.under(bench.result, bench.edge, visible_from=since, visible_until=o.index + LEAVES)]  # fmt: skip

    def _grounds(self, o: Operands, times) -> list[Points]:
        """The shadows of the panels, which grow as these land."""
        return [self.ground(c, visible_from=t["flies"], leaves=t["flies"], arrives=t["lands"],
                            origin=[(0.0, 0.0, 1e-6)], enter_scale=[(0.4, 0.4, 1.0)], visible_until=o.index + LEAVES)
                for c, t in enumerate(times)]  # fmt: skip

    def ground(self, channel: int, **columns) -> Points:
        """The shadows of a panel: of each row that stands on its own."""
        bench = self.bench
        size = bench.panel_size(bench.kernel, bench.keeps_products, bench.wider)
        middle = bench.panels[channel] + bench.cell * np.array([(size[0] - HALF[0]) / 2, 0, 0])
        foot = self.local((middle[0], middle[1], bench.panels[channel][2] - (size[2] - 0.5) * bench.cell))
        shelves = bench.shelves(bench.kernel, bench.keeps_products)
        return Points.join([shade(self.figure, size, foot, **columns),
                            *(shade(self.figure, (*size[:2], 1.0), foot + (0.0, 0.0, high), **columns)
                              for high in shelves)])  # fmt: skip

    def under(self, place, edge: float, **columns) -> Points:
        """The shadow of a cube whose middle is at a world place."""
        foot = self.local(np.array(place) - (0.0, 0.0, edge / 2 * self.bench.cell))
        return shade(self.figure, (edge,) * 3, foot, **columns)
