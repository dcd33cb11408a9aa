# SPDX-License-Identifier: GPL-3.0-or-later
"""A person at a desk with a Blender that has never been started: where things are in its window, and what it holds.

Screenshots of every stage stay in the folder that CONVOLUME_SHOTS names, else they go with the test's own folder.
"""

import json
import os
import shutil
import time
from pathlib import Path

from .person import HEIGHT, WIDTH, Person


class Desk(Person):
    """A person with a Blender that has never been started, and a zip in their home folder."""

    def begin(self, blender: str, archive: Path) -> None:
        home = self.folder / "home"
        home.mkdir()
        shutil.copy(archive, home)
        self.archive, self.report = archive, self.folder / "report.json"
        folders = {"HOME": str(home), "BLENDER_USER_RESOURCES": str(self.folder / "user")}
        self.start(blender, "--window-geometry", 0, 0, WIDTH, HEIGHT, "--python", Path(__file__).parent / "report.py",
                   CONVOLUME_REPORT=str(self.report), **folders)  # fmt: skip
        self.click("Continue", wait=120)

    def rest(self, rounds: int = 2) -> None:
        """Wait until Blender's event loop has come round so often since now."""
        start, until = self.beat, time.monotonic() + 30
        while self.beat < start + rounds and time.monotonic() < until:
            time.sleep(0.02)

    beats_seen = 0

    @property
    def beat(self) -> int:
        try:
            self.beats_seen = int(Path(f"{self.report}.beat").read_text(encoding="ascii"))
            return self.beats_seen
        except (OSError, ValueError):  # not yet, or just being written
            time.sleep(0.02)
            return self.beats_seen

    @property
    def state(self) -> dict:
        """What Blender's file holds by now."""
        self.rest(1)
        return json.loads(self.report.read_text(encoding="utf-8"))

    def still(self, most: float = 4.0) -> None:
        """Wait until the picture stays as it is: something is being opened or drawn."""
        until, before = time.monotonic() + most, None
        while time.monotonic() < until:
            self.rest(2)
            shot = self.look().tobytes()
            if shot == before:
                return
            before = shot

    def until(self, condition, what: str, wait: float = 30.0) -> dict:
        """Wait for Blender's file to be so."""
        end = time.monotonic() + wait
        while time.monotonic() < end:
            try:
                state = self.state
                if condition(state):
                    return state
            except (OSError, ValueError, KeyError, TypeError):
                pass
        self.photograph("not-so")
        raise AssertionError(f"{what} (not-so.png)")

    def insist(self, action, condition, what: str, wait: float = 10.0) -> dict:
        """Do something until Blender's file is so: a busy window may miss a click."""
        for _ in range(2):
            action()
            try:
                return self.until(condition, what, wait)
            except AssertionError:
                if condition(self.state):  # late
                    return self.state
                self.press("Escape")
        action()
        return self.until(condition, what, 4 * wait)

    def region(self, area: str, kind: str = "WINDOW") -> tuple[int, int, int, int]:
        """Left, top, right, bottom on the screen of a region of Blender's window."""
        x, y, width, height = self.state["regions"][area][kind]
        left, top = self.corner
        return left + x, top + y, left + x + width, top + y + height

    @property
    def corner(self) -> tuple[int, int]:
        """Where the inside of Blender's window begins; its menu bar's "File" says so."""
        if not hasattr(self, "_corner"):
            y = self.find("Edit", (0, 0, 300, 60))[1]
            top = self.state["regions"]["TOPBAR"]["HEADER"] if "TOPBAR" in self.state["regions"] else None
            self._corner = (3, y - 14) if top is None else (3, y - 14 - top[1])
        return self._corner

    @property
    def sidebar(self) -> tuple[int, int, int, int]:
        return self.region("VIEW_3D", "UI")

    @property
    def names(self) -> tuple[int, int, int, int]:
        """The part of the sidebar where the names of the fields stand."""
        x0, y0, x1, y1 = self.sidebar
        return x0, y0, x0 + int(0.38 * (x1 - x0)), y1

    def sight(self, text: str, box=None, below: int = 0) -> tuple[int, int]:
        """Where a text stands in the sidebar, which is scrolled until it and so many pixels below it are in sight."""
        box = box or self.names

        def there():
            found = self.read(text, box)
            return max(found)[1:] if found else None

        place = there()
        if place and place[1] + below < box[3]:
            return place
        self.scroll(4)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            place = there()
            if place and place[1] + below < box[3]:
                return place
            if not self.wheel(5) and place:  # the end: there is no more room
                return place
        self.photograph("not-found")
        raise AssertionError(f"{text!r} does not stand in the sidebar (not-found.png)")

    def unfold(self, name: str, inside: str) -> None:
        """Open a sub-panel, unless it is open: then this stands in it."""
        x, y = self.sight(name, below=150)
        if not self.read(inside, (self.sidebar[0], y + 8, self.sidebar[2], y + 150)):
            self.click_at(x, y)
            self.find(inside, self.sidebar)

    def give(self, name: str, text: str, condition, below: int = 0) -> dict:
        """Type into the field beside a name in the sidebar, or so far below it, until Blender's file is so."""

        def type_it():
            _, y = self.sight(name, below=below + 20)
            self.enter((self.sidebar[2] - 100, y + below), text)

        return self.insist(type_it, condition, f"{name} is not {text}")

    def keep(self, name: str) -> None:
        """A screenshot of this stage."""
        folder = os.environ.get("CONVOLUME_SHOTS")
        path = self.photograph(name)
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder)

    def in_the_view(self) -> tuple[int, int]:
        """Bring the mouse over the 3D viewport; its place."""
        box = self.region("VIEW_3D")
        place = (box[0] + (box[2] - box[0]) // 3, box[1] + (box[3] - box[1]) // 4)
        self.move(*place)
        return place

    def wheel(self, button: int) -> bool:
        """Turn the mouse's wheel over the sidebar, 4 up or 5 down; whether that moved it."""
        x0, y0, _, y1 = self.sidebar
        self.move(x0 + 40, (y0 + y1) // 2)
        before = self.state["scrolled"]
        self.xdotool("click", "--repeat", 5, "--delay", 15, button)
        self.rest(3)
        return self.state["scrolled"] != before

    def scroll(self, button: int) -> None:
        """Bring the sidebar's top (4) or bottom (5) into sight."""
        for _ in range(40):
            if not self.wheel(button):
                break
        self.still()

    def recover(self) -> None:
        """Back to one window in which nothing is open, whatever went on; a window that a test has left is closed."""
        for _ in range(6):
            if self.state["windows"] == 1:
                break
            self.press("Escape", "alt+F4")
            self.still()

    def calm(self) -> None:
        """End what a test that failed has left half done: a typed text, a menu, a move, a rendering."""
        self.recover()
        self.in_the_view()
        self.press("Escape", "Escape", "Escape")
        self.still()

    def console(self) -> tuple[list[str], list[str]]:
        """What Blender has said so far, and of that the complaints."""
        said = (self.folder / "console.txt").read_text(encoding="utf-8", errors="replace").splitlines()
        # Blender's own, of every new user's preferences
        known = ("matches no enum in 'PreferencesView', '(null)', 'language'",)
        signs = ("Traceback", "WARNING", "Warning", "ERROR", "Error", "rror:")
        return said, [line for line in said if any(s in line for s in signs) and not any(k in line for k in known)]
