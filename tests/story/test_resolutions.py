# SPDX-License-Identifier: GPL-3.0-or-later
"""A figure is the same at every resolution of one aspect: its plan differs in sizes alone, and its story in nothing."""

from dataclasses import fields, is_dataclass

import numpy as np
import pytest

from addon.scene.arrays import runs
from addon.scene.load import load
from addon.story import kind_of, make_plan
from tests.figures import cases, figures, one_of_each

SIZES = ((427, 240), (1280, 720), (2560, 1440))
SIZED = ("size", "pixels_per_unit", "boxes", "view.scale")  # what a plan has of its resolution


def differences(a, b, at: str = "") -> list[str]:
    """Where two plans differ, by the names of their parts; arrays to the last bit."""
    if at in SIZED:
        return []
    if is_dataclass(a):
        pairs = [(f.name, getattr(a, f.name), getattr(b, f.name)) for f in fields(a)]
    elif isinstance(a, dict):
        if list(a) != list(b):
            return [f"{at}: {list(a)} and {list(b)}"]
        pairs = [(k, a[k], b[k]) for k in a]
    elif isinstance(a, tuple):
        if len(a) != len(b):
            return [f"{at}: {len(a)} and {len(b)} of them"]
        pairs = list(zip(map(str, range(len(a))), a, b))
    else:
        return [] if np.array_equal(a, b) else [f"{at}: {a} and {b}"]
    return [d for name, one, other in pairs for d in differences(one, other, f"{at}.{name}".lstrip("."))]


def alike(figure, sizes) -> None:
    first, *others = (make_plan(load(figure, {"output.size": size})) for size in sizes)
    for plan, size in zip(others, sizes[1:]):
        assert not differences(first, plan)[:3], size
        assert plan.size == size
        assert plan.view.scale * plan.pixels_per_unit == pytest.approx(max(size))
        factor = plan.pixels_per_unit / first.pixels_per_unit
        # the frame may be a pixel wider or higher than its aspect
        assert factor == pytest.approx(size[0] / sizes[0][0], rel=0.003)
        assert plan.view.scale == pytest.approx(first.view.scale, rel=0.003)
        assert [(*b[:2], *b[6:]) for b in plan.boxes] == [(*b[:2], *b[6:]) for b in first.boxes]
        places = [np.array([b[2:6] for b in p.boxes]) for p in (first, plan)]
        np.testing.assert_allclose(places[0] * factor, places[1])


@pytest.mark.parametrize("figure", cases({name: name for name in figures()}, one_of_each()))
def test_a_figure_has_one_plan_at_every_resolution(figure):
    alike(figure, ((854, 480), *SIZES))


@pytest.mark.parametrize("aspect", [(640, 640), (480, 852), (1000, 300)])
@pytest.mark.parametrize("figure", cases({name: name for name in one_of_each()}, ("conv2d_valid",)))
def test_so_has_it_in_other_aspects(figure, aspect):
    alike(figure, (aspect, tuple(n * 3 for n in aspect), tuple(n // 2 for n in aspect)))


def test_the_sizes_are_seen_to_differ_where_they_do():
    plans = [make_plan(load("conv2d_valid", {"output.size": size})) for size in ((854, 480), (640, 480))]
    assert differences(*plans)


@pytest.mark.parametrize("cells", (9, 14, 17, 18, 19))
def test_which_kind_a_scene_is_of_does_not_depend_on_the_resolution(tmp_path, cells):
    file = tmp_path / "grid.toml"
    file.write_text(f"[op]\ntype = 'conv'\nkernel_size = 5\n[input]\nsize = {cells}\nseed = 1\nlow = 0\nhigh = 3\n")
    told = set()
    for size in ((64, 36), (160, 90), (854, 480), *SIZES):
        scene = load(file, {"output.size": size, "input.size": [cells, cells]})
        told.add(kind_of(scene, runs(scene)[0]).__name__)
    assert len(told) == 1, told
