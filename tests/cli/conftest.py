# SPDX-License-Identifier: GPL-3.0-or-later
"""A command line to call in this process, and a renderer that paints instead of rendering."""

import sys
import types
from dataclasses import dataclass

import numpy as np
import pytest

from addon import cli
from addon.render.process import jobs


@dataclass
class Painting:
    """A recording: frame n shows picture n // 3, so that three frames each are the same."""

    order: list
    size: tuple = (8, 6)
    channels: int = 3

    def __len__(self):
        return max(self.order) + 1

    def picture(self, index):
        width, height = self.size
        made = np.full((height, width, self.channels), 255, np.uint8)
        made[:, :, :3] = (17 * index % 256, 40, 200)
        return made

    def frame(self, n):
        return self.picture(self.order[n])


@pytest.fixture
def painter(monkeypatch):
    """Puts the painting renderer in Blender's place; holds what was asked of it."""
    asked = types.SimpleNamespace(recorded=[], chosen=[], broken=set(), channels=3)

    def record(scene, frames, profile, progress=None, **_):
        if scene.id in asked.broken:
            raise RuntimeError("the lamp\nfell over")
        asked.recorded.append((scene.id, list(frames)))
        for done in range(len(frames)):
            if progress:
                progress(done + 1, len(frames))
        kinds = {}
        order = [kinds.setdefault((f - 1) // 3, len(kinds)) for f in frames]
        return Painting(order, channels=asked.channels)

    def choose(quality):
        asked.chosen.append(quality)
        return object(), "painted, because this is a test"

    for name, content in {"reuse.frames": {"record": record}, "profiles": {"choose": choose}}.items():
        module = types.ModuleType(f"addon.render.{name}")
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setattr(f"addon.render.{name}", module, raising=False)
    monkeypatch.setattr("addon.render.process.session.store_of", lambda asked: None)  # paintings are not kept
    monkeypatch.setattr(jobs, "_built", lambda plan: plan)
    monkeypatch.setattr(cli, "_blender_is_missing", lambda isolate: False)
    return asked


@pytest.fixture
def convolume(capsys, tmp_path, monkeypatch):
    """Call the command line in an empty folder; gives (exit code, lines of stdout, lines of stderr)."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        code = cli.main([str(a) for a in arguments], isolate=False)
        reported = capsys.readouterr()
        return code, reported.out.splitlines(), reported.err.splitlines()

    return call
