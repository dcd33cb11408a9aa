# SPDX-License-Identifier: GPL-3.0-or-later
"""What the bench of a solid figure has to show: an explained step's sum as objects, and how it comes about.

The bench is read as a viewer reads it: panels, columns and cubes from left to right on the page, rows from the top.
Which piece is which follows from where it stands and how it is shaped; of a step's ritual only the times are taken
from the act.
"""

import re
from collections import Counter

import numpy as np

from addon.story.acts.rhythm import within
from addon.story.acts.summing import ROLL, STAND, SUMS, schedule
from addon.story.plan.plan import LANDED, LEAVES

from .reading import ABOUT, TIMES, number, signed, spelled
from .reading_solid import Piece, levels

AT_ONCE = 2e-4  # of the clock: just after something began, just before it ends
NEAR = 0.05  # of a cell: what stands in one place


def flat(index) -> tuple[int, int, int]:
    """An index (channel, *spatial) with one or two axes as (channel, row, column)."""
    return (int(index[0]), *((0,) * (3 - len(index))), *map(int, index[1:]))


def at(piece: Piece, place, edge: float, deep: float = 0.0) -> bool:
    """Whether a piece stands at a place, `edge` being the length of a cell there; or as much as `deep` before it."""
    return bool((np.abs(piece.place - place) < np.array([0, deep, 0]) + NEAR * edge).all())


def product_of(tap) -> str:
    """What stands beside a pair: the sign and what it comes to."""
    return signed(tap.number * tap.weight, number(spelled(tap.number)) * number(spelled(tap.weight)))


class BenchProof:
    """The part of a proof that is about the bench."""

    def across(self, piece: Piece) -> float:
        """How far right it stands on the page."""
        return float(piece.place @ self.right)

    def on_bench(self, look, i: int | None = None) -> list[Piece]:
        """All pieces on the bench, none of which may be of another step than i."""
        others = {p.step for p in look.all("bench")} - {i, -1}
        assert not others, f"bench: something of step {sorted(others)} is in sight at {look.second:.3f} s"
        return look.pieces("bench")

    def idle(self, look) -> None:
        """Between two sums the bench has nothing of either, and nothing is said of one: at most weights wait there."""
        solid = [p for p in self.on_bench(look) if p.kind.what == "solid" and not p.card]
        others = [p.text for p in solid if p.text is not None and not p.text.startswith(TIMES)]
        assert not others, f"bench: {others} without a sum at {look.second:.3f} s"
        assert not look.words("sum"), f"words: {look.words('sum')} without a sum at {look.second:.3f} s"

    def empty(self, look) -> None:
        """Before the first step and after the last the bench is empty."""
        assert not look.all("bench"), f"bench: {len(look.all('bench'))} pieces without a sum at {look.second:.3f} s"
        self.idle(look)

    # the finished sum ------------------------------------------------------------------------------------------------

    def bench(self, look, i: int, cell, born: Piece) -> dict[tuple, tuple[Piece, Piece]]:
        """The whole sum: dominoes, partial sums, the bias, the result, and nothing else. Returns the dominoes by
        (channel, row, column)."""
        pieces = self.on_bench(look, i)
        assert all(np.abs(p.axes - np.eye(3)).max() < 1e-3 for p in pieces), "bench: something is turned"
        cards = [p for p in pieces if p.card]
        halves = [p for p in pieces if not p.card and p.long[2] < 0.7 * p.long[0]]
        cubes = [p for p in pieces if not p.card and p.long[2] >= 0.7 * p.long[0]]
        taps = self.shown(cell)
        assert len(halves) == 2 * len(taps), f"bench: {len(halves)} halves for {len(taps)} taps"
        pairs, panels = self.panels(halves)
        self.dominoes(look, i, cell, pairs)
        self.channel_cards(cards, panels, min(flat(tap.place)[0] for tap in cell.taps))
        if self.chips:
            cubes.sort(key=lambda p: p.long[2])  # products are flat; partial sums are as wide
            self.beside(i, cell, pairs, cubes[: len(taps)])
            del cubes[: len(taps)]
        *parts, result = sorted(cubes, key=self.across) or [None]
        assert result is not None, "result: none on the bench"
        sums = self.partial_sums(cell)
        assert len(parts) == len(sums), f"partial: {len(parts)} cubes for {len(sums)} partial sums and bias"
        panel = 0  # the first of those that are still to come
        for c, (piece, (name, value)) in enumerate(zip(parts, sums, strict=True)):
            own = panels[panel] if name == "partial" else [parts[c - 1]]
            panel += name == "partial"
            assert piece.text == spelled(value), f"{name}: {piece.text} stands for {spelled(value)} at step {i}"
            assert piece.long.max() < result.long.min(), "result: it is no larger than a partial sum"
            left = max(self.across(p) for p in own)
            assert self.across(piece) > left, f"{name}: it does not stand right of what it comes from"
            if panel < len(panels):
                following = min(self.across(p) for p in panels[panel])
                assert self.across(piece) < following, f"{name}: it stands by another channel's panel"
        assert result.text == spelled(cell.value), f"result: {result.text} stands for {spelled(cell.value)} at step {i}"
        assert all(self.across(result) > self.across(p) for p in halves), "result: it does not stand at the end"
        assert result.color == born.color, "colour: the result's is not its cell's"
        return pairs

    def products_stay(self) -> bool:
        """Whether products stay beside their pairs: where a panel's columns stand so far apart."""
        first = next(i for i, s in enumerate(self.plan.steps) if s.explained)
        pieces = [p for p in self.on_bench(self.own_look(first), first) if not p.card]
        taps = len(self.shown(self.cells[self.order[first]]))
        return len(pieces) > 2 * taps + 1 + len(self.partial_sums(self.cells[self.order[first]]))

    def beside(self, i: int, cell, pairs, chips: list[Piece]) -> None:
        """What each pair has come to stands at its right."""
        for tap in self.shown(cell):
            upper, lower = pairs[flat(tap.kernel)]
            edge = upper.long[0]
            place = (upper.place + lower.place) / 2
            away = [(p.place - place) / edge for p in chips]
            own = [p.text for p, (x, y, z) in zip(chips, away, strict=True)
                   if 0.6 < x < 1.15 and max(abs(y), abs(z)) < 0.1]  # fmt: skip
            wanted = [product_of(tap)]
            assert own == wanted, f"product: {own} stands beside {tap.kernel} of step {i}, not {wanted}"

    def partial_sums(self, cell) -> list[tuple[str, float]]:
        """What adds up to the result on the bench: a sum per channel, before the last one that of those left out, and
        the bias, where there are several parts."""
        bias = self.trace.bias
        if self.kind != "volume" or (self.per == 1 and bias is None):
            return []
        sums = np.zeros(self.per)
        for tap in cell.taps:
            sums[tap.kernel[0]] += tap.number * tap.weight
        parts = [("partial", sums[c]) for c in self.inner]
        if len(self.inner) < self.per:
            parts.insert(-1, ("rest", sum(v for c, v in enumerate(sums) if c not in self.inner)))
        return parts + ([("bias", bias[self.index_of(cell)[0]])] if bias is not None else [])

    def index_of(self, cell) -> tuple:
        return next(index for index, other in self.cells.items() if other is cell)

    def panels(self, halves: list[Piece], each: int = 2) -> tuple[dict, list]:
        """The dominoes, or what else of `each` parts one above the other, by (channel, row, column), and each
        panel's halves. A panel is what stands in one depth."""
        edge, (rows, columns) = max(p.long[0] for p in halves), self.kernel
        planes, plane = levels([p.place[1] for p in halves], 0.02 * edge)
        panels = [[p for p, own in zip(halves, plane, strict=True) if own == n] for n in range(len(planes))]
        panels.sort(key=lambda panel: min(map(self.across, panel)))
        assert len(panels) == len(self.inner), f"domino: {len(panels)} panels for {len(self.inner)} channels"
        pairs = {}
        for channel, panel in zip(self.inner, panels, strict=True):
            (xs, across), (zs, up) = (levels([p.place[axis] for p in panel], 0.02 * edge) for axis in (0, 2))
            size, wanted = (len(zs), len(xs), len(panel)), (each * rows, columns, each * rows * columns)
            assert size == wanted, f"domino: panel {channel} has {size} rows, columns and halves, not {wanted}"
            gaps = np.diff(zs)
            near = rows == 1 or each == 1 or gaps[::2].max() < gaps[1::2].min()
            assert near, "domino: halves are no nearer than dominoes"
            grid = {(len(zs) - 1 - int(z), int(x)): p for p, x, z in zip(panel, across, up, strict=True)}
            assert len(grid) == len(panel), f"domino: two halves are in one place of panel {channel}"
            for r, q in np.ndindex(rows, columns):
                pairs[channel, r, q] = tuple(grid[each * r + k, q] for k in range(each))
        return pairs, panels

    def dominoes(self, look, i: int, cell, pairs) -> None:
        """Each says what its tap reads, and its weight; in the colours of the cells they are copies of."""
        weights = self.filter_cells(look, self.index_of(cell)[0])
        before, shown = (self.before[0], self.before[1]), self.input_cells(look)
        for tap in self.shown(cell):
            c, r, q = flat(tap.kernel)
            upper, lower = pairs[c, r, q]
            said = (upper.text, lower.text)
            wanted = (spelled(tap.number), TIMES + spelled(tap.weight))
            assert said == wanted, f"domino: at {c, r, q} of step {i} it says {said}, not {wanted}"
            channel, row, column = flat(tap.place)
            key = channel, row + before[0], column + before[1]
            if self.real(key):
                assert upper.color == shown[key].color, f"colour: the domino at {c, r, q} is not its cell's"
            else:
                self.one_fill("padding", 0, upper.color)
            assert lower.color == weights[c, r, q].color, f"colour: the weight at {c, r, q} is not its cell's"

    def channel_cards(self, cards: list[Piece], panels: list, first: int) -> None:
        """Above each panel the name of its channel, `first` being the first's, where there are several."""
        if self.per == 1:
            assert not cards, "bench: a card names the only channel"
            return
        cards = sorted(cards, key=self.across)
        names = self.on_cards(range(self.channels))
        if self.stage.asked.look.labels and self.channels == len(self.stage.asked.words.channels):
            names = list(self.stage.asked.words.channels)
        said = [p.text for p in cards]
        assert said == [names[first + c] for c in self.inner], f"domino: the panels' cards say {said}"
        for card, panel in zip(cards, panels, strict=True):
            ends = [self.across(p) for p in panel]
            above = card.place[2] > max(p.place[2] for p in panel)
            beside = min(ends) - panel[0].long[0] < self.across(card) < max(ends) + panel[0].long[0]
            assert above and beside, f"domino: the card {card.text} is not above its panel"

    # words -----------------------------------------------------------------------------------------------------------

    def said(self, look, i: int, cell) -> None:
        """The words by the bench: signs between its parts, and the cell's name."""
        assert not look.words("running"), f"words: {look.words('running')} beside the bench of step {i}"
        words = look.words("sum")
        self.named(words, i, cell)
        if self.kind == "volume":
            self.signs(words, self.partial_sums(cell))
            return
        self.added(words, i, cell, self.products(cell))

    def signs(self, words: list[str], parts: list) -> None:
        """Between partial sums and the bias stand their signs."""
        signs = Counter(words)
        between = (max(len(parts) - 1, 0), sum(name == "partial" for name, _ in parts), int(bool(parts)))
        said = signs["+"], signs["\u2192"], signs["="] + signs[ABOUT]
        assert said == between, f"words: {words} stand between {len(parts)} parts"
        if parts and len(self.inner) < self.per:
            count = [int(n) for w in words if (n := re.sub(r"\D", "", w)) and w.startswith("\u2026")]
            assert count == [self.per - len(self.inner)], f"words: {words} say that {count} are left out"

    def named(self, words: list[str], i: int, cell) -> None:
        """The cell's name says its place."""
        base, index = self.stage.asked.look.index_from, self.index_of(cell)
        names = [w for w in words if w.startswith(f"{self.stage.asked.words.out}[")]
        assert len(names) == 1, f"words: {names} name the cell of step {i}"
        names += [w for w in words if w.endswith("]") and w not in names]  # on a second line
        assert "".join(names).count("]") == 1, f"words: {names} name the cell of step {i}"
        place = [int(n) - base for n in re.findall(r"\d+", " ".join(names))]
        own = list(index if self.filters > 1 else index[1:])
        assert place == own, f"words: {names} names another cell than {index}"

    def products(self, cell) -> list[float]:
        """What a plane's sum is made of."""
        wanted = [t.number * t.weight for t in cell.taps]
        return wanted + ([self.trace.bias[0]] if self.trace.bias is not None and self.trace.bias[0] else [])

    def added(self, words: list[str], i: int, cell, parts: list[float]) -> None:
        """One line says the parts and what they come to."""
        lines = [w for w in words if re.search(f" [={ABOUT}] ", w)]
        assert len(lines) == 1, f"words: {lines} is the sum"
        terms, total = re.split(f" [={ABOUT}] ", lines[0])
        assert total == spelled(cell.value), f"words: {total} is not step {i}'s value"
        if len(parts) == 1:  # its factors are said
            factors = [spelled(v) for tap in cell.taps for v in (tap.number, tap.weight)]
            assert re.sub(r"[()]", "", terms).split(TIMES) == factors, f"words: {terms} is not the product of step {i}"
            return
        said = [number(t.split(" ")[-1]) for t in re.split(r" +\+ +", terms)]  # a part may have a name before it
        products, bias, across = parts[: len(cell.taps)], parts[len(cell.taps) :], self.kernel[1]
        rows = [sum(products[k : k + across]) for k in range(0, len(products), across)] + bias
        # where all have no room those of the kernel's rows
        wanted = [[number(spelled(v)) for v in own] for own in (parts, rows)]
        assert said in wanted, f"words: {terms} are not the parts of step {i}"

    def ran(self, look, i: int, cell, born: Piece) -> None:
        """While the window runs the whole sum stands on the bench; where it runs too fast, weights wait there for the
        values, and a cube says what they come to. Where there is room, the sum is said in words, too."""
        assert not look.words("sum"), f"words: {look.words('sum')} without a sum at {look.second:.3f} s"
        words, stands = look.words("running"), self.stands(look, i)
        if stands:
            self.bench(look, i, cell, born)
        else:
            self.waits(look, i, cell)
            said = [(p.text, p.color, p.step) for p in look.pieces("value")]
            own = [(spelled(cell.value), born.color, i)]
            assert said == own, f"result: a cube says {said} at step {i}, not {own}"
        if self.kind == "sweep":
            assert not words, f"words: {words} while so many cells are made"
            return
        self.named(words, i, cell)
        if self.kind == "volume":
            self.signs(words, self.partial_sums(cell) if stands else [])
        else:
            self.added(words, i, cell, self.products(cell))

    def stands(self, look, i: int) -> bool:
        """Whether the bench has something of a step that is not worked out."""
        return any(p.step == i for p in look.all("bench"))

    def waits(self, look, i: int, cell) -> None:
        """The bench has the weights of the filter at work and nothing else."""
        pieces = self.on_bench(look)
        halves, cards = [p for p in pieces if not p.card], [p for p in pieces if p.card]
        wanted = len(self.shown(cell))
        assert len(halves) == wanted, f"bench: {len(halves)} weights, not {wanted}, wait for values at step {i}"
        lower, panels = self.panels(halves, 1)
        weights = self.filter_cells(look, self.index_of(cell)[0])
        for tap in self.shown(cell):
            piece = lower[flat(tap.kernel)][0]
            said = piece.kind.what, piece.text, piece.color
            own = "solid", TIMES + spelled(tap.weight), weights[flat(tap.kernel)].color
            assert said == own, f"domino: {said} waits at {tap.kernel} at step {i}, not {own}"
        self.channel_cards(cards, panels, min(flat(tap.place)[0] for tap in cell.taps))

    # how it comes about ----------------------------------------------------------------------------------------------

    def ritual(self, i: int, cell, pairs, born: Piece) -> None:
        """The copy is one of the taps' cells, weights come from the filter, products stand before their pairs in
        time, partial sums roll into the result, which flies to its cell. Afterwards nothing is left."""
        self.copied(i, cell)
        times = schedule(len(self.inner))
        for channel, own in zip(self.inner, times, strict=True):
            self.weighed(i, cell, channel, within(i, own["weights"]))
            self.multiplied(i, cell, channel, within(i, (own["open"] + own["falls"]) / 2), pairs)
        sums = self.partial_sums(cell)
        if sums:
            self.rolled(i, sums)
        self.flown(i, cell, born)
        after = i + LEAVES + AT_ONCE
        if after < self.clock_of.values[-1]:
            self.idle(self.look_at(after))

    def copied(self, i: int, cell) -> None:
        """When the window has landed, a copy of each tap's cell is where that is, and nothing else is on the bench."""
        look = self.look_at(i - LANDED + AT_ONCE)
        copies, shown = self.on_bench(look, i), self.input_cells(look)
        taps = self.seen(self.tapped(cell))
        assert len(copies) == len(taps), f"domino: {len(copies)} pieces set out at step {i}, {len(taps)} taps are read"
        for key, tap in taps.items():
            source = shown[key]
            # of a relief's cell, which is as deep as its value, the copy is a whole cell
            deep = source.long[1] if self.kind == "sweep" else 0.0
            own = [p for p in copies if at(p, source.place, source.long[0], deep)]
            assert len(own) == 1, f"domino: {len(own)} copies of the input's cell {key} at step {i}"
            assert own[0].text == spelled(tap.number), f"domino: the copy of {key} says {own[0].text} at step {i}"
            large = own[0].long / source.long[0]
            assert np.abs(large - 1).max() < 0.1, f"domino: the copy of {key} is {large} times as large"

    def weighed(self, i: int, cell, channel: int, clock: float) -> None:
        """A channel's weights set out from where they are in the filter."""
        look = self.look_at(clock + AT_ONCE)
        pieces, cells = self.on_bench(look, i), self.filter_cells(look, self.index_of(cell)[0])
        for tap in cell.taps:
            if tap.kernel[0] != channel:
                continue
            source = cells[flat(tap.kernel)]
            own = [p for p in pieces if at(p, source.place, source.long.max())]
            said = [p.text for p in own]
            right = said == [TIMES + spelled(tap.weight)]
            assert right, f"domino: {said} sets out from the filter's {tap.kernel} at step {i}"

    def multiplied(self, i: int, cell, channel: int, clock: float, pairs) -> None:
        """A channel's products stand open before or beside their pairs; on the bench are they, all copies, the weights
        that have come, products that stay and partial sums that are made, and nothing else."""
        look = self.look_at(clock)
        pieces = [p for p in self.on_bench(look, i) if not p.card]
        products, edge = set(), next(iter(pairs.values()))[0].long[0]
        for tap in cell.taps:
            if tap.kernel[0] != channel:
                continue
            middle = (pairs[flat(tap.kernel)][0].place + pairs[flat(tap.kernel)][1].place) / 2
            away = [(p.place - middle) / edge for p in pieces]
            own = [p for p, (x, y, z) in zip(pieces, away, strict=True) if abs(z) < 0.1 and
                   (0.6 < x < 1.15 and abs(y) < 0.1 if self.chips else abs(x) < 0.1 and -1.0 < y < -0.35)]  # fmt: skip
            said, wanted = [p.text for p in own], [product_of(tap)[not self.chips :]]
            assert said == wanted, f"product: {said} stands by {tap.kernel} at step {i}, not {wanted}"
            assert np.abs(own[0].axes - np.eye(3)).max() < 1e-3, "product: it is not open"
            products.add(id(own[0]))
        order, taps = self.inner.index(channel), len(cell.taps) // self.per
        times, part = schedule(len(self.inner)), (clock - i + LANDED) / LANDED
        come = sum(own["weights"] < part for own in times)
        made = order if self.partial_sums(cell) else 0
        made += len(self.inner) < self.per and order + 1 == len(times)  # the others' sum comes with the last panel
        made += made > 0 and self.trace.bias is not None and part >= SUMS - 0.04  # the bias comes before the last sum
        kept = order * taps if self.chips else 0
        wanted = len(times) * taps + come * taps + taps + kept + made
        while_ = f"while channel {channel} of step {i} is multiplied"
        assert len(pieces) == wanted, f"bench: {len(pieces)} pieces {while_}, not {wanted}"

    def rolled(self, i: int, sums) -> None:
        """All partial sums and the bias roll to where the result will stand."""
        result = self.standing_result(i)
        look = self.look_at(within(i, STAND) - AT_ONCE)
        # they lie in one place then, so what counts are the texts on them
        texts = [p.kind.text for p in look.all("bench") if np.abs(p.place - result.place).max() < 0.6 * result.long[0]]
        said, wanted = Counter(t for t in texts if t is not None), Counter(spelled(v) for _, v in sums)
        assert said == wanted, f"partial: {dict(said)} roll into the result of step {i}, not {dict(wanted)}"
        before = self.look_at(within(i, ROLL) - AT_ONCE)
        there = [p for p in self.on_bench(before, i) if np.abs(p.place - result.place).max() < 0.2 * result.long[0]]
        assert not there, f"result: it is there before the sums of step {i}"

    def standing_result(self, i: int) -> Piece:
        return max((p for p in self.on_bench(self.own_look(i), i)), key=lambda p: p.long.min())

    def flown(self, i: int, cell, born: Piece) -> None:
        """What flies from the result ends on the step's output cell, as large as that is, with its number."""
        look, edge = self.look_at(i - AT_ONCE), born.long[0]
        deep = max(born.long[:2]) if self.kind == "sweep" else 0.0
        own = [p for p in self.on_bench(look, i) if at(p, born.place, edge, deep)]
        assert len(own) == 1, f"flight: {len(own)} pieces end on the cell of step {i}"
        assert own[0].text == spelled(cell.value), f"flight: {own[0].text} lands at step {i}, not {spelled(cell.value)}"
        assert abs(own[0].long[0] / edge - 1) < 0.06, f"flight: it lands {own[0].long[0] / edge:.2f} times as large"
