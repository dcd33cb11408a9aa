# SPDX-License-Identifier: GPL-3.0-or-later
"""The bench while the window runs: each step's sum as it stands, where there is time to see it; else the weights, which
are the same at every step, without the values that come and go, and one cube that says what each position comes to.
"""

import numpy as np

from ..cast.bench import HALF, PARTIAL, Operands
from ..cast.volumes import FACE, written
from ..page.glyphs import CAP_HEIGHT, TIMES
from ..plan.plan import LANDED, LEAVES, Points
from .rhythm import Rhythm, joined
from .summing import DIGITS, Summing

SUMMED = 0.25  # of the clock, before its step, when a standing sum is there


def spans(rhythm: Rhythm, fps: float) -> list[tuple[int, float, float]]:
    """When the panels are there for what is not worked out: a step whose weights they show, and two clock values; in
    order."""
    found = [(i, i - LANDED, until) for i, until in rhythm.standing(fps).items()]
    for stretch in rhythm.swept(fps):
        since = stretch.first - (1 - LEAVES if stretch.first else LANDED)
        found.append((stretch.first, since, stretch.last + LEAVES))
    return sorted(found)


def on_bench(act: Summing, rhythm: Rhythm, fps: float, operands, steps: range | None = None) -> list[Points]:
    """Everything that the bench shows of steps which are not worked out, or of those among `steps`; `operands(i)` is
    what step i brings to it."""
    made, seen, panels = [], rhythm.standing(fps), spans(rhythm, fps)
    if steps is not None:
        seen, panels = {i: end for i, end in seen.items() if i in steps}, [p for p in panels if p[0] in steps]
    for i, since, until in panels:
        made += standing(act, operands(i), until) if i in seen else waiting(act, operands(i), since, until)
    sums = joined([(i - SUMMED, until) for i, until in sorted(seen.items())], SUMMED + LEAVES)
    return made + (shaded(act, operands(panels[0][0]), joined(s[1:] for s in panels), sums) if panels else [])


def standing(act: Summing, o: Operands, until: float) -> list[Points]:
    """All pieces of a step's sum, from when the window has landed until a clock value: nothing moves."""
    life = {"visible_from": o.index - LANDED, "visible_until": until}
    summed = {**life, "visible_from": o.index - SUMMED, "step": o.index}
    known = {**o.known, **life}
    texts = [act.numbers.text(v) for v in o.values]
    made = [_halves(act, o, False, o.fills, texts, o.inks, value=o.values, **known),
            _halves(act, o, True, o.weight_fills, _weights(act, o), value=o.weights, **known)]  # fmt: skip
    if act.bench.keeps_products:
        rest, cells = act.product_cells(o)
        made.append(Points.make(rest, **cells, **{k: v for k, v in summed.items() if k != "step"}))
    for place, value, channel in act.parts(o):
        made.append(act.cube(place, value, PARTIAL, channel=channel, **summed))
    return [*made, act.cube(act.bench.result, o.value, act.bench.edge, **summed)] if act.totals else made


def shaded(act: Summing, o: Operands, spans, summed) -> list[Points]:
    """The shadows of the panels between pairs of clock values, and of the sums between others: they stay from one step
    to the next."""
    cubes = [(place, PARTIAL) for place, *_ in act.parts(o)]
    cubes += [(act.bench.result, act.bench.edge)] if act.totals else []
    return [*(act.ground(c, visible_from=a, visible_until=b) for a, b in spans for c in range(o.channel.max() + 1)),
            *(act.under(*cube, visible_from=a, visible_until=b) for a, b in summed for cube in cubes)]  # fmt: skip


def waiting(act: Summing, o: Operands, since: float, until: float) -> list[Points]:
    """The weights of a step, between two clock values: above them is room for the values."""
    known = {"channel": o.channel, "row": o.row, "column": o.column, "visible_from": since, "visible_until": until}
    return [_halves(act, o, True, o.weight_fills, _weights(act, o), value=o.weights, **known)]


def result_values(act: Summing, rhythm: Rhythm, fps: float, sums, fill) -> np.ndarray:
    """Add the cube that stands where results do and says what each step of a fast run comes to (`sums` has all steps',
    `fill(sum)` is a colour); the clock values until which it says so, by step: 0 for others."""
    until = np.zeros(len(sums))
    for stretch in rhythm.swept(fps):
        own = np.arange(stretch.first, stretch.last + 1)
        until[own] = own + LANDED
        until[stretch.last] = stretch.last + LEAVES
    steps = np.flatnonzero(until)
    if not len(steps):
        return until
    sums = np.asarray(sums)[steps]
    figure, bench, fills = act.figure, act.bench, [fill(v) for v in sums]
    cubes = [figure.cube(f) for f in fills]
    digits = written(figure, [act.numbers.text(v) for v in sums], fills, 0.5 / CAP_HEIGHT)
    figure.volume("value", "Value", Points.make(
        np.zeros((len(steps), 3)), cube=cubes, lift=FACE, value=sums, step=steps,
        visible_from=steps.astype(float), visible_until=until[steps],
        **(digits if figure.scene.look.numbers else {})), bench.result, bench.edge * bench.cell)
    return until


def _weights(act: Summing, o: Operands) -> list[str]:
    """What is written on the lower halves."""
    return [TIMES + act.numbers.text(w) for w in o.weights]


def _halves(act: Summing, o: Operands, lower: bool, fills, texts, inks=None, **columns) -> Points:
    """The upper or lower halves of all pairs."""
    at, cubes = act.pairs(o, lower), [act.figure.cube(f) for f in fills]
    return Points.make(at, cube=cubes, scale=HALF, lift=0.49 * HALF[1],
                       **act.digits(texts, fills, HALF[0], DIGITS * HALF[2] / CAP_HEIGHT, inks), **columns)  # fmt: skip
