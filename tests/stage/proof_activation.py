# SPDX-License-Identifier: GPL-3.0-or-later
"""The prover of elementwise operations: at a step's own time the evaluated scene shows what was computed, and
nothing else.

What is expected comes from the scene's arrays and `engine/reference.py`. Failures begin as a pooling's do, and with:
sunk (a cell that was cut off does not stand back, or another does), pressed (what the bench shows of it).
"""

import numpy as np

from addon.story.acts.rhythm import within
from addon.story.kinds.activation import GONE, LANDS, RISEN, SINKS
from addon.story.plan.plan import LANDED, LEAVES

from ..engine import reference
from .proof_bench import AT_ONCE, at
from .proof_pooling import PoolingProof
from .reading import spelled

BACK = 0.3  # cells that what was cut off stands back
CLOSE = 0.03
FORMULAS = {"relu": "max(0, {x})"}


class ActivationProof(PoolingProof):
    """The proofs of one staged elementwise operation."""

    def worked_out(self, trace):
        return getattr(reference, trace.op)(trace.input)

    def sort(self, channel: int) -> str:
        return "value"

    sum_sort = sort

    def carded(self, look, role: str, m: int) -> None:
        """A result's slice has the number of its channel, as the input's slice at work has and no other."""
        if self.filters > 1:
            wanted = (self.on_cards([m]), self.on_cards([m]) if m == self.working else [])
            said = (look.cards(role), look.cards(self.role(m)))
            assert said == wanted, f"slice: the cards of {role} and its input say {said}"

    def chosen(self, look, i: int, cell) -> None:
        """No number is chosen among others."""
        roles = [role for role in self.chosen_roles() if role in self.stage.built.objects]
        assert not roles, f"chosen: {roles} at step {i}"

    # the output ------------------------------------------------------------------------------------------------------

    def depths(self, look) -> dict[int, float]:
        """As of others, by the backs of cells: those of what was cut off are where all are."""
        found = {}
        for m in self.standing:
            cells = look.cells(self.output_role(m))
            if cells:
                edge = float(cells[0].long[0]) / 0.97
                backs = np.array([p.place[1] + p.long[1] / 2 for p in cells]) / edge
                apart = np.ptp(backs)
                assert apart < CLOSE, f"sunk: backs of {self.output_role(m)} are {apart:.2f} cells apart"
                found[m] = float(backs[0])
        return found

    def output(self, look, i: int):
        """What was cut off stands back from when the window has left it, and no other cell does."""
        born = super().output(look, i)
        for m in self.standing:
            for piece in look.cells(self.output_role(m)):
                own = m * self.section + round(-piece.local[2]) * self.columns + round(piece.local[0])
                if own > i:
                    continue
                cell, back = self.cells[self.order[own]], 1.0 - float(piece.long[1] / piece.long[0])
                cut = cell.value == 0 and cell.taps[0].number != 0
                wanted = BACK if cut and own < i else 0.0
                assert abs(back - wanted) < CLOSE, f"sunk: output {own} stands {back:.2f} back at step {i}"
        return born

    # the bench -------------------------------------------------------------------------------------------------------

    def cubes(self, look, i: int) -> list:
        pieces = [p for p in self.on_bench(look, i) if p.kind.what == "solid"]
        assert all(np.abs(p.axes - np.eye(3)).max() < 1e-3 for p in pieces), "bench: something is turned"
        return pieces

    def bars(self, look, i: int, cell, born) -> None:
        """One cube stands there: what has come of the cell."""
        cubes = self.cubes(look, i)
        said = [p.text for p in cubes]
        assert said == [spelled(cell.value)], f"result: {said} stands for {spelled(cell.value)} at step {i}"
        assert cubes[0].color == born.color, f"result: its colour is not its cell's at step {i}"
        assert np.ptp(cubes[0].long) < CLOSE * cubes[0].long[0], f"result: it is no cube at step {i}"

    def line(self, words: list[str], i: int, cell) -> None:
        """One line says what becomes of the number."""
        formula = FORMULAS[self.trace.op].replace("{x}", spelled(cell.taps[0].number))
        lines, wanted = [word for word in words if " = " in word], f"{formula} = {spelled(cell.value)}"
        assert lines == [wanted], f"words: {lines} is the line of step {i}, not {wanted}"

    def named(self, words: list[str], i: int, cell) -> None:
        w, base = self.stage.asked.words, self.stage.asked.look.index_from
        channel, *inner = (n + base for n in self.order[i])
        place = [f"{w.slice} {channel}"] * (self.filters > 1)
        place += [f"{w.row} {inner[0]}", f"{w.column} {inner[1]}"] if len(inner) > 1 else [str(inner[0])]
        names = [word for word in words if word.startswith(f"{w.out}[")]
        wanted = [f"{w.out}[{', '.join(place)}]"]
        assert names == wanted, f"words: {names} names another cell than {self.order[i]}"

    def said(self, look, i: int, cell, role: str) -> None:
        other = look.words("running" if role == "sum" else "sum")
        assert not other, f"words: {other} beside those of step {i}"
        self.named(look.words(role), i, cell)
        self.line(look.words(role), i, cell)

    def ritual(self, i: int, cell, born) -> None:
        """A copy of the cell sets out and lands; what is cut off is pressed down, and 0 rises; the result flies."""
        number, value = spelled(cell.taps[0].number), spelled(cell.value)
        look = self.look_at(i - LANDED + AT_ONCE)
        source = self.input_cells(look)[next(iter(self.tapped(cell)))]
        own = [p for p in self.cubes(look, i) if at(p, source.place, source.long[0])]
        assert [p.text for p in own] == [number], f"bench: the copy of step {i} says {[p.text for p in own]}"
        landed = self.cubes(self.look_at((within(i, LANDS) + within(i, SINKS)) / 2), i)
        assert [p.text for p in landed] == [number], f"bench: {[p.text for p in landed]} has landed at step {i}"
        assert landed[0].color == source.color, f"bench: the copy of step {i} has another colour"
        edge, foot, cut = landed[0].long[0], landed[0].box[0][2], value == "0" != number
        for part, color in ((0.9 * GONE + 0.1 * SINKS, source.color), (0.9 * GONE + 0.1 * RISEN, born.color)):
            cubes = self.cubes(self.look_at(within(i, part)), i)
            assert len(cubes) == 1, f"pressed: {len(cubes)} pieces at step {i}"
            high, own = cubes[0].long[2] / edge, cubes[0]
            assert (high < 0.3) == cut, f"pressed: it is {high:.2f} cubes high at step {i}"
            stands = own.color == color and abs(own.box[0][2] - foot) < CLOSE * edge
            assert stands, f"pressed: it is not in its place at step {i}, or of another colour"
        self.flown(i, cell, born)
        after = i + LEAVES + AT_ONCE
        if after < self.clock_of.values[-1]:
            self.idle(self.look_at(after))
