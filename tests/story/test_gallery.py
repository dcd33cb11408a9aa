# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/gallery.md: made from the scene files and their plans, up to date, with a still of every figure."""

import importlib.util

import pytest

from addon.scene.load import figures, load
from addon.story import make_plan

pytestmark = pytest.mark.once  # the plans are the same on every Python: test_plan_snapshots.py

MOST = 3_000_000  # bytes, all stills together


@pytest.fixture(scope="module")
def gallery(root):
    found = importlib.util.spec_from_file_location("make_gallery", root / "scripts" / "make_gallery.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date(gallery):
    assert gallery.main(["--check"]) == 0, "run python scripts/make_gallery.py"


def test_every_figure_has_a_still_and_no_other_is_there(root, gallery):
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    stills = {p.stem: p for p in gallery.STILLS.iterdir()}
    assert set(stills) == set(figures())
    assert sum(p.stat().st_size for p in stills.values()) <= MOST
    for name, path in stills.items():
        with image.open(path) as still:
            assert still.size == tuple(load(name).output.size) and path.suffix == ".webp"


def test_every_figure_says_what_to_watch_and_how_it_is_made(gallery):
    text = gallery.PAGE.read_text(encoding="utf-8")
    for name in figures():
        scene = load(name)
        assert scene.watch.endswith(".") and scene.watch in text, name
        assert f"`python scripts/render_all.py {name}`" in text and f"](media/gallery/{name}.webp)" in text
        assert f"## {scene.title}\n" in text


def test_descriptions_say_shapes_and_values_in_one_line(gallery):
    for name in ("conv2d_valid", "volume_to_volume", "conv2d_stride_comparison", "global_pooling"):
        scene = load(name)
        plan = make_plan(scene)
        said = gallery.description(scene, plan)
        step = plan.steps[gallery.still_step(plan)]
        assert step.explained and step.run == 0 and "\n" not in said and len(said) < 420
        assert said.startswith(f"{scene.title}: input ") and ", output " in said and step.text[-2:] in said


def test_a_stale_page_is_reported(gallery, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(gallery, "ROOT", tmp_path)
    monkeypatch.setattr(gallery, "PAGE", tmp_path / "docs" / "gallery.md")
    monkeypatch.setattr(gallery, "figures", lambda: ["conv1d"])
    assert gallery.main(["--check"]) == 1 and "gallery.md is not up to date" in capsys.readouterr().out
    assert gallery.main([]) == 0 and gallery.main(["--check"]) == 0
