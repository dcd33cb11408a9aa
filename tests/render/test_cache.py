# SPDX-License-Identifier: GPL-3.0-or-later
"""The cache's files: whole or not used, bounded, emptied; and what a disk that is full costs. No Blender."""

import errno
import os
import random
import subprocess
import sys
import time

import numpy as np
import pytest

from addon.render.reuse import cache
from addon.render.reuse.index import Index, Layout, digest, recalled
from addon.render.reuse.recording import Recording

NAME = bytes(range(16))


def key(number: int) -> bytes:
    return b"%016d" % number


def tile(number: int) -> np.ndarray:
    return np.random.default_rng(number).integers(0, 256, (16, 16, 3), np.uint8)


def filled(folder, packs=4, each=5, **options) -> cache.Store:
    """A store with one shelf of packs of tiles, numbered through."""
    store = cache.Store(folder, **options)
    shelf = store.shelf(NAME)
    for number in range(packs * each):
        shelf.put_tile(key(number), tile(number))
        if number % each == each - 1:
            assert shelf.flush()
    return store


def files(folder):
    return sorted(folder.rglob("*.pack"))


def test_what_was_put_comes_back_and_other_shelves_have_nothing_of_it(tmp_path):
    filled(tmp_path)
    shelf = cache.Store(tmp_path).shelf(NAME)
    assert len(files(tmp_path)) == 4 and len(list(shelf)) == 20
    for number in range(20):
        assert (shelf.tile(key(number)) == tile(number)).all()
    assert shelf.tile(key(20)) is None and not list(cache.Store(tmp_path).shelf(b"other shelf 0123"))


def test_packs_that_are_cut_altered_or_anothers_are_removed_and_never_used(tmp_path):
    seed = random.randrange(10**6)
    print("seed", seed)
    chance = random.Random(seed)
    filled(tmp_path, packs=24, each=2)
    packs = files(tmp_path)
    for number, file in enumerate(chance.sample(packs, 20)):
        data = bytearray(file.read_bytes())
        if number % 3 == 0:
            data = data[: chance.randrange(len(data))]
        elif number % 3 == 1:
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        else:
            data = cache.MAGIC.replace(b"1", b"0") + data[len(cache.MAGIC) :]
        file.write_bytes(data)
    shelf = cache.Store(tmp_path).shelf(NAME)
    assert len(list(shelf)) == 8 and len(files(tmp_path)) == 4
    assert all((shelf.tile(k) == tile(int(k))).all() for k in shelf)
    files(tmp_path)[0].rename(tmp_path / NAME.hex() / "0-1-2.pack")  # another name is fine, another shelf is not
    other = tmp_path / (b"x" * 16).hex()
    other.mkdir()
    files(tmp_path)[1].rename(other / "0-1-3.pack")
    assert not list(cache.Store(tmp_path).shelf(b"x" * 16)) and len(list(cache.Store(tmp_path).shelf(NAME))) == 6


def test_the_newer_of_two_packs_counts_and_force_reads_its_own_run_alone(tmp_path):
    filled(tmp_path, packs=1)
    forced = cache.Store(tmp_path, read=False, run="abc")
    shelf = forced.shelf(NAME)
    assert not list(shelf)
    shelf.put_tile(key(0), tile(99))
    shelf.flush()
    assert list(cache.Store(tmp_path, read=False, run="abc").shelf(NAME)) == [key(0)]
    assert (cache.Store(tmp_path).shelf(NAME).tile(key(0)) == tile(99)).all()


def test_what_was_used_longest_ago_goes_first_and_the_bound_holds(tmp_path):
    filled(tmp_path, packs=8)
    size = files(tmp_path)[0].stat().st_size
    for age, file in enumerate(files(tmp_path)):
        os.utime(file, (time.time() - 1000 + age,) * 2)
    newest = files(tmp_path)[-1].name
    store = cache.Store(tmp_path, limit=int(4.5 * size))
    shelf = store.shelf(b"another shelf 16")
    shelf.put_tile(key(0), tile(0))
    shelf.flush()
    assert store.size() <= store.limit and newest in {f.name for f in files(tmp_path)} and store.trouble is None
    tiny = cache.Store(tmp_path, limit=10)
    tiny.write(NAME, b"0" * 100)
    assert len(files(tmp_path)) == 4


def test_cleaning_takes_what_is_ours_and_says_how_much(tmp_path):
    store = filled(tmp_path / "cache")
    (tmp_path / "cache" / "mine.txt").write_text("not a pack")
    size = store.size()
    assert size > 0 and store.clean() == size
    assert [p.name for p in (tmp_path / "cache").iterdir()] == ["mine.txt"]


def test_a_full_disk_ends_the_writing_with_a_word_and_leaves_no_half_pack(tmp_path, monkeypatch):
    """As `write` fails where there is no room: part of it is there."""
    store = cache.Store(tmp_path)
    shelf = store.shelf(NAME)

    def full(path, data):
        with open(path, "wb") as file:
            file.write(data[:10])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    for number in range(3):
        shelf.put_tile(key(number), tile(number))
        shelf.flush()
    assert "No space left on device" in store.trouble and not [p for p in tmp_path.rglob("*") if p.is_file()]
    assert (shelf.tile(key(2)) == tile(2)).all()  # this run goes on with what it has


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's own bound on a file's size")
def test_a_bound_that_the_system_sets_is_no_crash(tmp_path):
    """RLIMIT_FSIZE: the write itself fails half-way."""
    code = f"""
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
from tests.render.test_cache import filled
from pathlib import Path
store = filled(Path({str(tmp_path)!r}))
assert "File too large" in store.trouble, store.trouble
assert not [p for p in Path({str(tmp_path)!r}).rglob("*") if p.is_file()]
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_two_processes_that_write_at_once_both_stay(tmp_path):
    code = "from tests.render.test_cache import filled; from pathlib import Path; import sys; filled(Path(sys.argv[1]))"
    both = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) for _ in range(2)]
    assert [p.wait() for p in both] == [0, 0]
    assert len(files(tmp_path)) == 8 and len(list(cache.Store(tmp_path).shelf(NAME))) == 20


def clip(store, frames=90, lost=()):
    """An index of frames in which one tile changes each time, and the tiles, but for those that are lost."""
    layout = Layout(NAME, 32, 32, 16, 3, 2, 2)
    index, shelf = Index(store.shelf(b"index of a clip.")), store.shelf(NAME)
    for frame in range(1, frames + 1):
        numbers = [max(frame - (frame - place) % 4, 0) for place in range(4)]
        index.put(frame, layout, np.frombuffer(b"".join(map(key, numbers)), np.uint64))
        for number in set(numbers) - set(lost):
            shelf.put_tile(key(number), tile(number))
        if frame % 7 == 0:
            index.shelf.flush()
    index.shelf.flush()
    shelf.flush()
    return {f: [max(f - (f - place) % 4, 0) for place in range(4)] for f in range(1, frames + 1)}


def test_a_clip_is_recalled_from_its_index_and_not_where_a_tile_is_missing(tmp_path):
    numbers = clip(cache.Store(tmp_path / "a"))
    recording = recalled(cache.Store(tmp_path / "a"), b"index of a clip.", range(1, 91))
    assert recording.reused == recording.tiles and len(recording.order) == 90
    for frame in (1, 2, 41, 90):
        want = np.vstack([np.hstack([tile(n) for n in numbers[frame][row : row + 2]]) for row in (0, 2)])
        assert (recording.frame(frame - 1) == want).all()
    clip(cache.Store(tmp_path / "b"), lost={5})
    assert recalled(cache.Store(tmp_path / "b"), b"index of a clip.", range(1, 91)) is None
    assert recalled(cache.Store(tmp_path / "b"), b"index of a clip.", range(20, 91)) is not None
    assert recalled(cache.Store(tmp_path / "a"), b"another's index.", range(1, 91)) is None


def test_a_lost_pack_of_the_index_costs_the_frames_that_hang_on_it(tmp_path):
    clip(cache.Store(tmp_path))
    index = sorted((tmp_path / b"index of a clip.".hex()).iterdir(), key=lambda p: p.stat().st_mtime_ns)
    index[2].unlink()  # frames 15 to 21
    known = [f for f in range(1, 91) if Index(cache.Store(tmp_path).shelf(b"index of a clip.")).get(f) is not None]
    assert known == [*range(1, 15), *range(41, 91)]  # every forty frames one is said as a whole


def test_a_digest_is_of_values_and_not_of_objects():
    one = {"a": (1, 2.5, np.arange(6).reshape(2, 3), None), "b": ["x", True]}
    assert digest(one) == digest({"a": (1, 2.5, np.arange(6).reshape(2, 3), None), "b": ["x", True]})
    others = [{"a": 1}, {"a": 1.0}, {"a": True}, ["a", 1], ["a1"], {**one, "a": (1, 2.5, np.arange(6), None)}]
    assert len({digest(o) for o in [one, *others]}) == 7
    with pytest.raises(TypeError, match="object has no digest"):
        digest(object())


def test_a_recording_says_what_was_reused(tmp_path):
    shelf = filled(tmp_path, packs=1).shelf(NAME)
    recording = Recording(32, 16, 16, 3)
    keys = [key(0), key(77)]
    missing, tiles = recording.add(keys, (1, 2))
    assert recording.fill_from(shelf, keys, missing, tiles).tolist() == [[False, True]] and recording.reused == 1
