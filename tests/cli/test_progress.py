# SPDX-License-Identifier: GPL-3.0-or-later
"""The bar on a terminal, the silence elsewhere, Ctrl-C within it, and Blender's chatter kept from stdout."""

import io
import os
import signal
import sys

import pytest

from addon.render.process.progress import Progress, clock, quiet


class Terminal(io.StringIO):
    def isatty(self):
        return True


def run(stream, total=5):
    with Progress("figure", total, stream) as progress:
        for done in range(1, total + 1):
            progress(done, total)
    return stream.getvalue()


def test_it_is_silent_where_there_is_no_terminal():
    assert run(io.StringIO()) == ""


def test_without_tqdm_a_plain_line_shows_the_time_left_and_is_wiped_in_the_end(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setattr("addon.render.process.progress.SHOWN_EVERY", 0)
    reported = run(Terminal())
    assert "\rfigure: 0/5 frames, ?:?? left" in reported and "\rfigure: 5/5 frames, 0:00 left" in reported
    assert "\n" not in reported and reported.endswith("\r") and not reported.split("\r")[-2].strip()


def test_with_tqdm_it_is_tqdms_bar():
    pytest.importorskip("tqdm", reason="tqdm is not installed")
    reported = run(Terminal())
    assert reported.startswith("\rfigure:") and "/5" in reported


def test_a_clock():
    assert [clock(s) for s in (None, 0.4, 65, 3600 * 2 + 61)] == ["?:??", "0:00", "1:05", "2:01:01"]


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT to send on Windows")
def test_ctrl_c_waits_for_the_frame_at_hand_and_the_handler_before_comes_back():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), Progress("figure", 2, io.StringIO()) as progress:
        os.kill(os.getpid(), signal.SIGINT)
        reached = True  # no exception in the middle of a frame
        progress(1, 2)
    assert reached and signal.getsignal(signal.SIGINT) is before


def test_quiet_keeps_what_is_written_past_python_from_stdout(capfd):
    print("before")
    with quiet():
        os.write(1, b"Fra:1 Mem:20M\n")
        print("through Python", file=sys.__stdout__)
    print("after")
    assert capfd.readouterr().out.split() == ["before", "after"]


def test_quiet_gives_stdout_back_after_an_error(capfd):
    with pytest.raises(ZeroDivisionError), quiet():
        print(1 / 0)
    os.write(1, b"here\n")
    assert capfd.readouterr().out == "here\n"
