# SPDX-License-Identifier: GPL-3.0-or-later
"""How many processes run is decided by the memory they could have, not by what happens to be unused."""

import os

from addon.render.process import worker_pool as crew

FULL = "MemTotal:       16000000 kB\nMemFree:          200000 kB\nMemAvailable:    {available} kB\nBuffers: 5 kB\n"


def test_memory_that_holds_copies_of_files_counts(tmp_path, monkeypatch):
    monkeypatch.setattr(crew, "MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(crew, "cores", lambda: 8)
    monkeypatch.setattr(os, "sysconf", {"SC_AVPHYS_PAGES": 50_000, "SC_PAGE_SIZE": 4096}.__getitem__)  # 0.2 GB free
    for available, processes in (("12000000", 8), ("5000000", 5), ("300000", 1)):
        crew.MEMINFO.write_text(FULL.format(available=available))
        assert crew.at_once() == processes, available
    crew.MEMINFO.write_text("MemTotal: 16000000 kB\n")  # a Linux that is too old to say
    assert crew.at_once() == 1
    crew.MEMINFO.unlink()

    def unknown(name):
        raise ValueError(name)

    monkeypatch.setattr(os, "sysconf", unknown)
    assert crew.at_once() == 8
