# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad luck: a Blender that crashes or hangs, a kill, a full disk, damaged caches, two commands at once, lost workers.

tests/unlucky brings it about in the processes that render; nothing of it is in what is shipped.
"""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from addon import cli
from addon.render.process import worker_pool

pytest.importorskip("bpy", reason="the bpy module is not installed (make test installs it)")
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at processes as Linux shows them")

TINY = ("--quality", "draft", "--size", "160x90", "--fps", "3")
STILL = (*TINY, "--format", "poster")


@pytest.fixture
def command(root, tmp_path):
    """Start the command line in an empty folder, with bad luck as said; its temporary files lie in `tmp`."""
    (tmp_path / "tmp").mkdir()

    def start(*arguments, **luck):
        paths = [str(root / "tests" / "unlucky"), str(root)]
        settings = {"PYTHONPATH": os.pathsep.join(paths), "TMPDIR": str(tmp_path / "tmp")}
        settings |= {f"UNLUCKY_{name}": what for name, what in luck.items()}
        return subprocess.Popen(
            [sys.executable, str(root / "scripts" / "render_all.py"), *map(str, arguments)],
            cwd=tmp_path, env={**os.environ, **settings}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    return start


def finish(process):
    out, err = process.communicate(timeout=600)
    return process.returncode, out.splitlines(), err.splitlines()


def below(pid: int) -> list[int]:
    """A process's children, and theirs."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found += [child, *below(child)]
    return found


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_for(what):
    for _ in range(3000):
        if found := what():
            return found
        time.sleep(0.02)
    pytest.fail("it never came")


def files(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


@pytest.mark.thorough
def test_a_crash_and_a_hang_cost_their_figures_alone(command, tmp_path):
    luck = {"conv1d": "crash", "conv2d_valid": f"hang:{tmp_path / 'hung'}"}
    process = command("conv1d", "conv2d_valid", "pooling", *STILL, "--out", "x", "--timeout", "20", **luck)
    code, out, err = finish(process)
    said = [line.removeprefix("convolume: ") for line in err]
    assert code == 1 and sorted(line.split(":")[0] for line in out) == ["conv2d_valid", "pooling"], err
    assert "conv1d: crashed Blender (SIGABRT); trying once more in a fresh process" in said
    assert "conv1d: crashed Blender (SIGABRT); its log: x/conv1d.log" in said
    assert "conv2d_valid: hung, without a word for 20 s; trying once more in a fresh process" in said
    assert "Fatal Python error: Aborted" in (tmp_path / "x" / "conv1d.log").read_text()
    assert files(tmp_path / "x") == ["contact_sheet.png", "conv1d.log", "conv2d_valid_poster.png", "pooling_poster.png"]
    assert not files(tmp_path / "tmp")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_at_once_even_if_its_blender_does_not_answer_and_leaves_nothing(command, tmp_path, how):
    process = command("conv1d", *STILL, conv1d=f"hang:{tmp_path / 'hung'}")
    wait_for((tmp_path / "hung").exists)
    children = below(process.pid)
    assert children
    process.send_signal(how)
    code, out, err = finish(process)
    assert (code, out) == (130, []) and "the same command goes on from here" in err[-1]
    assert not any(map(runs, children)) and not files(tmp_path / "tmp") and not files(tmp_path / "renders")


@pytest.mark.thorough
def test_two_at_once_a_damaged_cache_and_two_processes_all_give_the_same_file(command, tmp_path):
    both = [command("conv1d", *TINY, "--out", "a") for _ in range(2)]
    for process in both:
        code, out, err = finish(process)
        assert code == 0 and len(out) == 1, err
    wanted = (tmp_path / "a" / "conv1d.gif").read_bytes()
    assert files(tmp_path / "a") == ["conv1d.gif"]
    packs = sorted(Path(os.environ["XDG_CACHE_HOME"]).rglob("*.pack"))
    seed = random.randrange(10**6)
    print("seed", seed)
    chance = random.Random(seed)
    for pack in chance.sample(packs, max(2, len(packs) // 2)):
        data = bytearray(pack.read_bytes())
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        pack.write_bytes(data[: chance.choice([len(data), len(data) // 2])])
    code, _, err = finish(command("conv1d", *TINY, "--out", "b", "--jobs", "2"))
    assert code == 0 and any("2 processes share the frames" in line for line in err), err
    assert (tmp_path / "b" / "conv1d.gif").read_bytes() == wanted
    code, out, _ = finish(command("--clean"))
    assert code == 0 and " freed" in out[0] and not list(Path(os.environ["XDG_CACHE_HOME"]).rglob("*.pack"))


@pytest.mark.thorough
def test_a_full_disk_is_said_and_the_same_command_goes_on_when_there_is_room(command, tmp_path):
    """A file system of its own, too small for the GIF; where none may be mounted, files that may not grow so large."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(disk)]
    mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    asked = ("conv1d", *TINY, "--out", "disk/out", "--cache", "disk/cache")
    try:
        if mounted:
            code, out, err = finish(command(*asked))
            assert (code, out) == (1, [])
            assert sum("nothing more is kept in the cache" in line for line in err) == 1
            assert any("gif not written: No space left on device" in line for line in err), err
            assert not [f for f in files(disk) if f.startswith("out")]
            subprocess.run(["mount", "-o", "remount,size=20m", str(disk)], check=True)
        code, out, err = finish(command(*asked))
        assert code == 0 and len(out) == 1 and not any("nothing more" in line for line in err)
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(disk)], check=True)


@pytest.mark.thorough
def test_killed_at_any_moment_it_goes_on_and_ends_in_the_same_bytes(root):
    """The long form: python scripts/kill_test.py --runs 50"""
    done = subprocess.run(
        [sys.executable, str(root / "scripts" / "kill_test.py"), "--runs", "2", "--fps", "3"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    print(done.stdout)
    assert done.returncode == 0 and "2 of 2 ended in the same bytes" in done.stdout, done.stdout + done.stderr


@pytest.mark.thorough
def test_on_a_cluster_that_loses_a_worker_the_bytes_are_the_same(command, tmp_path):
    pytest.importorskip("distributed", reason="dask.distributed is not installed")
    log = tmp_path / "log.txt"
    process = command("conv1d", *TINY, "--out", "a", "--cache", "ca", "--dask", "local:2", LOG=str(log))

    def asked() -> int:  # a log may be caught half written
        return int((log.read_text().split() + [0, 0])[1]) if log.exists() else 0

    worker = wait_for(lambda: process.poll() is not None or asked())
    parents = [p for p in below(process.pid) if worker in below(p)]
    assert parents, "it ended before it could lose a worker"
    os.kill(parents[-1], signal.SIGKILL)  # the worker that this child renders for
    code, out, err = finish(process)
    assert code == 0 and len(out) == 1, err
    assert finish(command("conv1d", *TINY, "--out", "b", "--cache", "cb", "--jobs", "1"))[0] == 0
    assert (tmp_path / "a" / "conv1d.gif").read_bytes() == (tmp_path / "b" / "conv1d.gif").read_bytes()


def test_a_cluster_that_is_not_there_is_said_before_anything_is_rendered(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("addon.render.process.farm.CONNECT", 1)
    assert cli.main(["conv1d", *STILL, "--dask", "tcp://127.0.0.1:9"]) == 2
    assert "must be local:N, or a running scheduler's address" in capsys.readouterr().err
    assert cli.main(["conv1d", *STILL, "--dask", "local:2", "--cache-size", "0"]) == 2
    assert "needs the cache" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "dask", None)
    assert cli.main(["conv1d", *STILL, "--dask", "local:2"]) == 2
    assert 'pip install "dask[distributed]"' in capsys.readouterr().err and not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--jobs", "0"], "from 1 to 1024"),
        (["--timeout", "x"], "from 5 to"),
        (["--cache-size", "many"], "as in 500M"),
        (["--out", "/proc/convolume"], "cannot be written to"),
        (["--cache", "file"], "is a file, must be a folder"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_rendered(convolume, painter, tmp_path, arguments, words):
    (tmp_path / "file").touch()
    code, out, err = convolume("conv1d", *arguments)
    assert (code, out, len(err)) == (2, [], 1) and words in err[0] and not painter.recorded


def figure(name, frames=200, pixels=10**6):
    import types

    return worker_pool._Figure(types.SimpleNamespace(name=name), frames, pixels)


def test_figures_come_first_and_frames_are_shared_where_it_pays(tmp_path, monkeypatch):
    monkeypatch.setattr(worker_pool, "at_once", lambda: 4)

    def shared(figures, jobs=None, cached=True):
        said = []
        store = worker_pool.Store(tmp_path) if cached else None
        worker_pool.WorkerPool(worker_pool.Plans(tmp_path, store, jobs), said.append, print)._share(figures)
        return [(len(f.parts), f.helpers) for f in figures], said

    assert shared([figure(str(n)) for n in range(5)])[0] == [(0, 0)] * 5
    parts, said = shared([figure("a")])
    assert parts == [(8, 4)] and "4 processes share" in said[0]
    assert shared([figure("a"), figure("b")])[0] == [(4, 2), (4, 2)]
    parts, said = shared([figure("a", 10, 100)])
    assert parts == [(0, 0)] and said == ["one process: more would not pay for so few pixels (--jobs sets how many)"]
    assert shared([figure("a", 10, 100)], jobs=2)[0] == [(2, 2)]
    assert shared([figure("a")], jobs=1)[0] == [(0, 0)] and shared([figure("a")], cached=False)[0] == [(0, 0)]
