# SPDX-License-Identifier: GPL-3.0-or-later
"""Shades on slabs: what stands on one darkens its top beside its foot, and nothing beyond it but the floor below."""

from dataclasses import dataclass, replace

import numpy as np

from ..plan.plan import ALWAYS, NEVER, Cube, Points

COLOR = "#20242E"
NEAR = 0.08  # cells: what begins so close above a slab's top stands on it
LIFT = 0.008  # world units: how far above its ground a shade lies: in depth more than a batch moves faces
STEP, FINE = 0.0016, 0.0004  # cells: how far each lies above the last, on the floor and on a slab


@dataclass(frozen=True)
class Slab:
    """A slab's box in the world, the length of a cell, and the clock values between which it is there."""

    role: str
    low: np.ndarray
    high: np.ndarray
    cell: float
    lives: tuple = ((ALWAYS, NEVER),)
    shelf: bool = False  # over a slab: what stands on it darkens the floor no more than what stands below it

    def carries(self, place) -> bool:
        """Whether the middle of a foot in the world is on its top."""
        inside = (self.low[:2] < place[:2]).all() and (place[:2] < self.high[:2]).all()
        return bool(inside and abs(place[2] - self.high[2]) < NEAR * self.cell)

    def around(self, place, unit: float) -> str:
        """Where its top ends, from a place on: left, right, front, back, in cells `unit` long."""
        ends = [(self.low[i] - place[i], self.high[i] - place[i]) for i in (0, 1)]
        return " ".join(f"{v / unit:.4g}" for pair in ends for v in pair)


def lifted(count: float, unit: float, step: float = STEP) -> float:
    """How far above its ground the shade of that number lies, in cells `unit` long: of two at one height, one is
    lost."""
    return LIFT / unit + step * (count % 40)


def settle(figure, shade: str) -> None:
    """Lay every shade of a figure where it falls: on slabs, each cut off at the slab's rims, and on the floor.

    Boxes that stand on a slab all the time get one; what comes and goes has brought its own. `shade`: their material.
    """
    for n, volume in enumerate(figure.volumes):
        figure.volumes[n] = _cut(figure, volume)
    for n, volume in enumerate(figure.volumes):
        slab = next((s for s in figure.slabs if s.role == volume.role), None)
        if slab is not None:
            figure.volumes[n] = replace(volume, points=Points.join([volume.points, *_standing(figure, slab, shade)]))


def _standing(figure, slab: Slab, shade: str) -> list[Points]:
    """Shades of the boxes that stand on a slab, in its frame."""
    made, middle = [], (slab.low + slab.high) / 2
    for row in figure.shadows:
        low, high, strength = np.array(row[:3]), np.array(row[3:6]), row[6]
        foot = np.append((low + high)[:2] / 2, low[2])
        if not slab.carries(foot):
            continue
        size = " ".join(f"{v:.4g}" for v in (high - low) / slab.cell)
        words = f"shadow {size} 0 {strength:g} {slab.around(foot, slab.cell)}"
        kind = figure.kind(Cube(words, shade))
        figure.shades += 1
        up = lifted(len(made) + 0.5, slab.cell, FINE)  # between those that come and go
        at = (np.append(foot[:2], slab.high[2]) - middle) / slab.cell + (0, 0, up)
        made += [Points.make([at], cube=kind, visible_from=a, visible_until=b) for a, b in slab.lives]
    return made


def _cut(figure, volume):
    """A volume whose shades on slabs end at the slabs' rims, and go on on the floor."""
    points, more = volume.points, []
    kinds, shadows = figure.kinds, {}
    for n in np.flatnonzero(points["cube"] >= 0):
        kind, *numbers = kinds[points["cube"][n]].shape.split()
        if kind == "shadow":
            shadows[n] = numbers
    if not shadows:
        return volume
    data = {name: np.array(column) for name, column in points.data.items()}
    for count, (n, numbers) in enumerate(shadows.items()):
        place = np.array(volume.location) + volume.unit * data["position"][n]
        # a slab's own lies below it, however low it is
        slab = next((s for s in figure.slabs if s.role != volume.role and s.carries(place)), None)
        if slab is None or float(numbers[3]):
            data["position"][n, 2] += lifted(0, volume.unit)
            continue
        size, strength, material = " ".join(numbers[:3]), (numbers[4:] or ["1"])[0], kinds[points["cube"][n]].material
        cut = Cube(f"shadow {size} 0 {strength} {slab.around(place, volume.unit)}", material)
        if not slab.shelf:
            below = Cube(f"shadow {size} {slab.high[2] / volume.unit:.4g} {strength}", material)
            row = {name: column[n : n + 1].copy() for name, column in data.items()}
            row["cube"][:] = row["faded"][:] = figure.kind(below)
            figure.shades += 1
            # half a step above: none lies in one plane with those that have lain on the floor from the start
            row["position"][:, 2] = (0.0 - volume.location[2]) / volume.unit + lifted(figure.shades + 0.5, volume.unit)
            more.append(Points(row))
        data["cube"][n] = data["faded"][n] = figure.kind(cut)
        data["position"][n, 2] = (slab.high[2] - volume.location[2]) / volume.unit + lifted(count, volume.unit, FINE)
    return replace(volume, points=Points.join([Points(data), *more]))
