# SPDX-License-Identifier: GPL-3.0-or-later
"""Files from strangers: each makes a plan or is refused in one line, within 10 s and 2 GB, and touches nothing else.

`corpus/` holds every file that once went wrong; the others are made anew in each run, from a seed that is printed.
`scripts/fuzz.py` runs more of them.
"""

import os
import random
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings

from addon.render.process.progress import quiet
from addon.scene.load import load
from addon.story import make_plan

from .strategies import data_files, scene_files
from .trial import tried, warm_up

SEED = int(os.environ.get("CONVOLUME_FUZZ_SEED", random.SystemRandom().randrange(2**32)))
SCENES = int(os.environ.get("CONVOLUME_FUZZ_SCENES", 300))
FILES = int(os.environ.get("CONVOLUME_FUZZ_FILES", 300))
BUILT = 4  # scenes that are built in Blender too
CORPUS = Path(__file__).parent / "corpus"


def many(count: int):
    """That many different files, of a seed that is told."""
    health = list(HealthCheck)
    return settings(max_examples=count, database=None, deadline=None, suppress_health_check=health, print_blob=False)


def run(attempt) -> None:
    """Try them all; what goes wrong is told with the seed."""
    try:
        attempt()
    except BaseException as error:
        error.add_note(f"scripts/fuzz.py --seed {SEED} --scenes {SCENES} --files {FILES} does it again")
        raise


def build(path: Path) -> None:
    """The figure of a scene file as Blender has it."""
    bpy = pytest.importorskip("bpy", reason="the bpy module is not installed (make test installs it)")
    from addon.stage import build

    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True, load_ui=False)
    plan = make_plan(load(path))
    with quiet():
        made = build(plan, bpy.context.scene)
    assert len(made.collection.all_objects) >= len(plan.volumes)


@pytest.fixture
def alone(tmp_path, monkeypatch, capfd):
    """An empty folder to stand in; nothing is printed past Python, as libraries in C may."""
    (tmp_path / "x").mkdir()
    warm_up(tmp_path)
    monkeypatch.chdir(tmp_path / "x")
    capfd.readouterr()
    yield tmp_path / "x"
    reported = capfd.readouterr().err
    assert not reported, reported


@pytest.mark.thorough
def test_every_scene_file_makes_a_plan_or_is_refused_in_one_line(alone):
    codes, reported = [], []

    @seed(SEED)
    @many(SCENES)
    @given(scene_files())
    def attempt(content):
        (alone / "x.toml").write_bytes(content)
        codes.append(tried(alone / "x.toml")[0])
        if codes[-1] == 0 and len(content) < 700:
            reported.append(content)

    run(attempt)
    random.Random(SEED).shuffle(reported)
    for content in reported[:BUILT]:
        (alone / "x.toml").write_bytes(content)
        build(alone / "x.toml")
    assert len(codes) >= SCENES * 0.9
    assert 0.05 < codes.count(0) / len(codes) < 0.95, "both were tried"
    assert [p.name for p in alone.iterdir()] == ["x.toml"]


@pytest.mark.thorough
def test_every_picture_npy_and_idx_file_makes_a_plan_or_is_refused_in_one_line(alone):
    codes = []

    @seed(SEED)
    @many(FILES)
    @given(data_files())
    def attempt(files):
        text, content = files
        (alone / "x.toml").write_text(text)
        (alone / "data").write_bytes(content)
        codes.append(tried(alone / "x.toml")[0])

    run(attempt)
    assert len(codes) >= FILES * 0.9
    assert 0.02 < codes.count(0) / len(codes) < 0.95, "both were tried"
    assert {p.name for p in alone.iterdir()} == {"x.toml", "data"}


@pytest.mark.parametrize("name", sorted(p.name for p in CORPUS.glob("*.toml")))
def test_what_once_went_wrong_does_not_again(alone, name):
    shutil.copytree(CORPUS, alone, dirs_exist_ok=True)
    code, said = tried(alone / name)
    assert (code == 0) == name.startswith("ok_"), said
