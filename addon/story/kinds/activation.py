# SPDX-License-Identifier: GPL-3.0-or-later
"""Kind `activation`: each number becomes another one by itself. A copy of a cell slides onto the bench; where it
comes to nothing it is pressed down to the 0 that is left, and in the output that cell stands back.

Slices leave the input one after the other, and the output's file in, as a pooling's do.
"""

from dataclasses import replace

import numpy as np

from ...scene.checks import ValidationError
from ..acts.rhythm import PAUSED, within
from ..acts.standing import SUMMED
from ..acts.summing import FLY, SLIDE, flight
from ..cast import cards, slabs, volumes
from ..cast.arrangement import ASIDE, BENEATH
from ..cast.bench import SLAB
from ..cast.figure import SMALL, SUM, Figure
from ..cast.one_plane import ABOVE, region
from ..cast.slices import Slices, wide
from ..cast.stack import Stack, depth
from ..cast.windowed import planes
from ..page import palette
from ..page.captions import cell_name, formula_text, shape_text
from ..page.glyphs import CAP_HEIGHT, width
from ..page.layout import Block, Column, Row, solve
from ..page.view import HEIGHT, LINE
from ..plan.plan import LANDED, LEAVES, NONE, Cube, Points, StepInfo
from ..traits.meaning import heading
from .pooling import BENCHES, END, LARGEST, NAMED, Pooling

EDGE = 1.45  # of the cube on the bench, in bench cells
SUNK = 0.3  # how far a cell of the output stands back that was cut off, in cells
FLAT = 0.03  # how high what is pressed down is in the end, of its height
# parts of a step's time: the copy flies, lands, is pressed down; what is left rises; the line is there
FLIES, LANDS, SINKS, GONE, RISEN, STATED = 0.12, 0.34, 0.46, 0.64, 0.76, 0.5


def validate(scene, trace):
    """None: any numbers can be shown."""
    return None


def accepts(scene, trace) -> bool:
    """Every elementwise operation."""
    return True


class _Maps(Slices):
    """An input of feature maps: signs mix, whatever its numbers are, and each map has its number."""

    def __post_init__(self):
        super().__post_init__()
        self.signed = True

    @property
    def names(self) -> list[tuple[str, str]]:
        base = self.figure.scene.look.index_from
        return [(str(k + base), palette.card(k)) for k in range(self.channels)]

    def add_seams(self, role: str) -> None:
        """Windows of one cell have no lines between them."""


class _Activation(Pooling):
    def __init__(self, scene, trace):
        self.scene, self.trace, self.figure = scene, trace, Figure(scene, trace)
        heading(self.figure, trace)
        self.out = planes(trace.output)
        self.slices, (self.rows, self.columns) = len(self.out), self.out.shape[1:]
        self.section, self.count, self.lines = self.rows * self.columns, len(trace), []
        self.cast = _Maps(self.figure, trace, np.zeros(3), 1.0)
        self.cut = (planes(trace.input) != 0) & (self.out == 0)  # which cells come to nothing
        page, found = self.figure.page, []
        for bench in BENCHES:
            cell = solve(page, self._layout(bench), region(self.figure), LARGEST)
            found.append((min(cell, bench * cell), bench))
        if not max(found)[0]:
            raise ValidationError("must be smaller, or the channels fewer, to find room", "input.size",
                                  scene.input.size)  # fmt: skip
        solve(page, self._layout(max(found)[1]), region(self.figure), LARGEST)
        self.cast.corner, self.cast.cell = self.given.corner, self.given.cell
        self.stack = Stack(self.figure, self.cast, self.made, self.out, self.cast.names)
        self.home = self.result.corner + self.result.cell * EDGE / 2

    def _layout(self, bench: float):
        """The layout's tree, with a bench of so much of an input cell's size; names its blocks."""
        rows, columns = self.cast.shape
        words = {"left": ASIDE, "above": ABOVE, "below": BENEATH, "slab": slabs.VOLUME}
        beside = cards.room(self.slices)
        self.given = Block("input", (wide(columns, self.slices) + beside, volumes.deep(self.slices), rows), **words)
        self.made = Block("output", (columns + beside, depth(self.slices), rows), **words)
        self.result = Block("result", (EDGE, EDGE, EDGE + NAMED), bench, slab=SLAB)
        return Row([self.given, Column([self.made, self.result], gap=3.6, spread=8.0)], gap=5.0, align=(0.5, 0.5))

    def _sums(self) -> list[StepInfo]:
        """The cubes on the bench and what is said of them; what the plan says of each step. Cells that were cut off
        stand back."""
        figure, stands, infos, pieces = self.figure, self.rhythm.standing(self.scene.output.fps), [], []
        words, running = [], []
        for i in range(self.count):
            step, explained = self.trace[i], i in self.rhythm.explained
            place = tuple(map(int, step.output_index))
            name, said = self._named(place), self._said(step)
            if explained:
                pieces += self._worked_out(i, step)
                words += self._line(said, within(i, STATED), i + LEAVES)
                words += [text for since, until in ((within(i, RISEN), within(i, FLY)), (i - 1e-3, i + LEAVES))
                          for text in self._over(name, since, until)]  # fmt: skip
            elif i in stands:
                pieces += self._standing(i, step, stands[i])
                running += [*self._line(said, i - LANDED, stands[i]), *self._over(name, i - LANDED, stands[i])]
            infos.append(StepInfo(self.beats.seconds[i], place, float(step.value), f"{name} = {said}", i, explained))
        figure.volume("bench", "Bench", pieces, self.home, self.result.cell)
        figure.sums(words, running)
        for slice in range(self.slices):
            self._stand_back(slice)
        return infos

    def _stand_back(self, slice: int) -> None:
        """The cells of an output's slice that were cut off step back as the window leaves them."""
        figure, cut = self.figure, self.cut[slice]
        role = f"output.{slice}" if self.slices > 1 else "output"
        n = next(n for n, volume in enumerate(figure.volumes) if volume.role == role)
        data = {name: column.copy() for name, column in figure.volumes[n].points.data.items()}
        row, column = data["row"], data["column"]
        births = slice * self.section + row * self.columns + column
        own = (row >= 0) & (data["visible_from"] == births)  # cells and their numbers; none of what is to come
        masks = volumes.neighbours(~cut[None])[0]
        for k in np.flatnonzero(own & (data["cube"] != NONE)):
            if not cut[row[k], column[k]]:  # those beside it are seen from the side
                cube = figure.kinds[data["cube"][k]]
                shape = f"cell {masks[row[k], column[k]]}"
                data["cube"][k] = data["faded"][k] = figure.kind(Cube(shape, cube.material))
        back = own & cut[row, column]
        # before the slice files in, too, as the clock rests shortly after its last step
        arrives = np.where((births + 1) % self.section, LANDED, PAUSED - 0.01)
        data["leaves"][back], data["arrives"][back] = births[back] + LEAVES, (births + arrives)[back]
        data["scale"][back & (data["cube"] != NONE)] = (1.0, 1.0 - SUNK, 1.0)
        data["lift"][back] *= 1.0 - SUNK  # its number stays on its face
        data["enter_scale"][back] = (1.0, 1.0 / (1.0 - SUNK), 1.0)
        data["position"][back] += (0.0, SUNK / 2, 0.0)
        data["origin"][back], data["enter_via"][back] = (0.0, -SUNK / 2, 0.0), (0.0, -SUNK / 4, 0.0)
        figure.volumes[n] = replace(figure.volumes[n], points=Points(data))

    # the bench -----------------------------------------------------------------------------------------------------

    def _local(self, place) -> np.ndarray:
        """A world place in the bench's own frame."""
        return (np.asarray(place) - self.home) / self.result.cell

    def _cube(self, value, edge: float = EDGE, **columns) -> Points:
        """A cube with its number, in the middle of the bench."""
        figure, fill = self.figure, self.cast.fill(value, 0)
        kind = figure.cube(fill)
        texts = volumes.written(figure, [figure.numbers.text(value)], [fill], 0.5 * edge / CAP_HEIGHT, edge)
        texts = texts if figure.scene.look.numbers else {}
        known = {"scale": [(edge,) * 3], "lift": 0.49 * edge, "value": value}
        return Points.make([(0, 0, 0)], cube=kind, faded=kind, **known | texts | columns)

    def _worked_out(self, i: int, step) -> list[Points]:
        """A copy of the cell comes; what is cut off is pressed down, and 0 is left; the result flies to its cell."""
        cast, k, value = self.cast, self.cast.cell / self.result.cell, step.values[0]
        channel, row, column = (*step.taps[0][:1], *(0, *step.taps[0][1:])[-2:])
        hover = np.array([0.0, -1.3 * cast.cell, 0.0])
        rest = self._local(cast.place([channel], [row], [column])[0] + hover)
        copy = self._cube(
            value, k, step=i, origin=[-hover / self.result.cell], leaves=within(i, 0.0), arrives=within(i, SLIDE),
            exit=[-rest], exit_via=[-rest * (0.55, 0.75, 0.0) + (0, -0.4, 0.9)], exit_scale=[(EDGE / k,) * 3],
            exit_from=within(i, FLIES), exit_until=within(i, LANDS), visible_from=within(i, 0.0),
            visible_until=within(i, LANDS))  # fmt: skip
        copy["position"][:] = rest
        way, size = self._local(self.stack.target(i)), self.made.cell / self.result.cell / EDGE
        return [copy, self._under(within(i, LANDS), i + LEAVES), *self._becomes(i, value, step.value),
                self._cube(step.value, **flight(i, way, size))]  # fmt: skip

    def _becomes(self, i: int, value, result) -> list[Points]:
        """On the bench: the number, and what becomes of it. What is less high than it is wide has no number."""
        lands, sinks, gone, risen = (within(i, part) for part in (LANDS, SINKS, GONE, RISEN))
        if not self.cut.ravel()[i]:
            return [self._cube(value, step=i, visible_from=lands, visible_until=gone),
                    self._cube(result, step=i, visible_from=gone, visible_until=i + LEAVES)]  # fmt: skip
        low, flat = np.array([(0.0, 0.0, (FLAT - 1.0) * EDGE / 2)]), [(1.0, 1.0, FLAT)]
        plain = {"label": NONE, "label_faded": NONE}
        return [
            self._cube(value, step=i, visible_from=lands, visible_until=sinks),
            self._cube(value, step=i, **plain, exit=low, exit_via=low / 2, exit_scale=flat, exit_from=sinks,
                       exit_until=gone, visible_from=sinks, visible_until=gone),
            self._cube(result, step=i, **plain, origin=low, enter_via=low / 2, enter_scale=flat, leaves=gone,
                       arrives=risen, visible_from=gone, visible_until=risen),
            self._cube(result, step=i, visible_from=risen, visible_until=i + LEAVES),
        ]  # fmt: skip

    def _standing(self, i: int, step, until: float) -> list[Points]:
        """The result as it stands, until a clock value."""
        return [self._cube(step.value, step=i, visible_from=i - SUMMED, visible_until=until),
                self._under(i - SUMMED, until)]  # fmt: skip

    def _under(self, since: float, until: float) -> Points:
        """The shadow of the cube."""
        return volumes.shade(self.figure, (EDGE,) * 3, (0.0, 0.0, -EDGE / 2), visible_from=since,
                             visible_until=until)  # fmt: skip

    def _named(self, place) -> str:
        return cell_name(self.scene, place[1:], place[0] if self.slices > 1 else None)

    def _said(self, step) -> str:
        """What becomes of a step's number, as in "max(0, −2) = 0"."""
        numbers = self.figure.numbers
        formula = formula_text(self.trace, numbers.text(step.values[0]))
        return f"{formula} {numbers.sign(step.values[0], step.value)} {numbers.text(step.value)}"

    def _line(self, said: str, since: float, until: float) -> list[Points]:
        return [self.figure.text(said, self.figure.page.width / 2, LINE, SUM, align="center", visible_from=since,
                                 visible_until=until)]  # fmt: skip

    def _over(self, name: str, since: float, until: float) -> list[Points]:
        """The result's name over it."""
        box, half = self.result.box, width(name) * SMALL * HEIGHT / 2
        x = min((box[0] + box[2]) / 2, self.figure.page.width - 8.0 - half)
        return [self.figure.text(name, x, box[1] + 1.3, SMALL, align="center", visible_from=since, visible_until=until)]

    def _shapes(self) -> list[Points]:
        """At the end the shapes, where the bench was."""
        box, figure = self.result.box, self.figure
        text = "  \u2192  ".join(shape_text(self._channels(a)) for a in (self.trace.input, self.trace.output))
        x = min((box[0] + box[2]) / 2, figure.page.width - 8.0 - width(text) * SUM * HEIGHT / 2)
        return [figure.text(text, x, (box[1] + box[3]) / 2, SUM, align="center", visible_from=self.count - END)]


begin = _Activation
