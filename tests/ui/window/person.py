# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody at a computer, who reads words on a screen, clicks, types, drags. Knows nothing of Blender's inside.

- Words are found by rendering them in Blender's own font and looking for them in a screenshot.
- After each movement they wait until the program has seen it (`rest`), so a slow machine makes it slower, no worse.
- The screen is Xvfb's with openbox; mouse and keyboard are xdotool's; screenshots are ImageMagick's `import`.
"""

import io
import os
import shutil
import subprocess
import time
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1920, 1080
SIZES = (11.5, 11.75)  # of letters in Blender's widgets, pixels
MAYBE, SURE = 0.55, 0.74  # other words reach 0.6
NEEDS = ("Xvfb", "openbox", "xdotool", "import")


def missing() -> list[str]:
    """The programs that are not here."""
    return [name for name in NEEDS if not shutil.which(name)]


@lru_cache
def _font() -> str:
    import bpy

    return str(Path(bpy.utils.system_resource('DATAFILES', path="fonts")) / "Inter.woff2")


@lru_cache(maxsize=4000)
def _ink(text: str, size: float, shift: int) -> np.ndarray:
    """The text as Blender writes it: unhinted, letters at eighths of pixels, the baseline on a whole one."""
    k = 8
    face = ImageFont.truetype(_font(), size * k, layout_engine=ImageFont.Layout.BASIC)
    left, top, right, bottom = face.getbbox(text, anchor="ls")
    above, below = (int(-(-n // k) + 1) * k for n in (-top, max(bottom, 0)))
    width = int(-(-(right - left) // k) + 2) * k
    drawn = Image.new("L", (width, above + below), 0)
    ImageDraw.Draw(drawn).text((k + shift - left, above), text, font=face, fill=255, anchor="ls")
    return np.asarray(drawn.resize((width // k, (above + below) // k), Image.BOX), float)


def likeness(grey: np.ndarray, ink: np.ndarray) -> np.ndarray:
    """How much each place of a picture looks like the ink, 0 to 1: normalised correlation, either way round."""
    height, width = ink.shape
    zero = ink - ink.mean()
    shape = grey.shape
    spectrum = np.fft.rfft2(grey)

    def with_(kernel):
        return np.fft.irfft2(spectrum * np.conj(np.fft.rfft2(kernel, shape)), shape)

    box = np.ones((height, width))
    mean = with_(box)
    squares = np.fft.irfft2(np.fft.rfft2(grey * grey) * np.conj(np.fft.rfft2(box, shape)), shape)
    spread = np.maximum(squares - mean**2 / box.size, 25 * box.size)
    found = np.abs(with_(zero) / np.sqrt((zero**2).sum() * spread))
    return found[: shape[0] - height, : shape[1] - width]


class Person:
    """At a screen of their own; `close` takes the screen away with everything on it."""

    def __init__(self, folder: Path):
        self.folder = Path(folder)
        read, write = os.pipe()
        self.screen = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", f"{WIDTH}x{HEIGHT}x24"],
                                       pass_fds=(write,), stderr=subprocess.DEVNULL)  # fmt: skip
        os.close(write)
        with os.fdopen(read) as reported:
            self.env = {**os.environ, "DISPLAY": ":" + reported.readline().strip()}
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.manager = subprocess.Popen(["openbox"], env=self.env, **quiet)
        self.programs: list[subprocess.Popen] = []

    def start(self, *command, **environment) -> subprocess.Popen:
        """Start a program; what it says goes to `console.txt`."""
        log = open(self.folder / "console.txt", "ab")  # noqa: SIM115
        program = subprocess.Popen([str(c) for c in command], env={**self.env, **environment}, cwd=self.folder,
                                   stdout=log, stderr=subprocess.STDOUT, start_new_session=True)  # fmt: skip
        self.programs.append(program)
        return program

    def close(self) -> None:
        for process in (*self.programs, self.manager, self.screen):
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(timeout=10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    # eyes

    def look(self) -> Image.Image:
        command = ["import", "-silent", "-window", "root", "bmp:-"]
        shot = subprocess.run(command, env=self.env, capture_output=True, check=True).stdout
        return Image.open(io.BytesIO(shot)).convert("RGB")

    def photograph(self, name: str, box=None) -> Path:
        """Keep what is on the screen."""
        path = self.folder / f"{name}.png"
        shot = self.look()
        (shot.crop(box) if box else shot).save(path)
        return path

    def read(self, text: str, box=None, shot=None) -> list[tuple[float, int, int]]:
        """Where a text stands on the screen: (likeness, x, y) of its middle, from the top."""
        shot = shot or self.look()
        x0, y0, x1, y1 = box or (0, 0, *shot.size)
        grey = np.asarray(shot.crop((x0, y0, x1, y1)).convert("L"), float)
        found: list[tuple[float, int, int]] = []
        for y, x in self._candidates(grey, text):
            top, left = max(0, y - 4), max(0, x - 4)
            best = (0.0, 0, 0)
            for size in SIZES:
                for shift in range(0, 8, 2):
                    ink = _ink(text, size, shift)
                    part = grey[top : top + ink.shape[0] + 9, left : left + ink.shape[1] + 9]
                    if part.shape[0] <= ink.shape[0] or part.shape[1] <= ink.shape[1]:
                        continue
                    like = likeness(part, ink)
                    dy, dx = np.unravel_index(like.argmax(), like.shape)
                    place = (x0 + left + int(dx) + ink.shape[1] // 2, y0 + top + int(dy) + ink.shape[0] // 2)
                    best = max(best, (float(like.max()), *place))
            if best[0] > SURE:
                near = [f for f in found if abs(f[1] - best[1]) < 12 and abs(f[2] - best[2]) < 8]
                if all(best[0] > f[0] for f in near):
                    found = [f for f in found if f not in near] + [best]
        return sorted(found, key=lambda f: (f[2], f[1]))

    def _candidates(self, grey, text) -> list[tuple[int, int]]:
        """Places that may be the text."""
        spots = []
        for size, shift in ((11.75, 2), (11.5, 4)):
            ink = _ink(text, size, shift)
            if ink.shape[0] < grey.shape[0] and ink.shape[1] < grey.shape[1]:
                like = likeness(grey, ink)
                for y, x in sorted(np.argwhere(like > MAYBE).tolist(), key=lambda p: -like[p[0], p[1]])[:60]:
                    if all(abs(x - b) > 3 or abs(y - a) > 3 for a, b in spots):
                        spots.append((y, x))
        return spots

    def find(self, text: str, box=None, *, wait: float = 20.0, which: int | None = None):
        """The place (x, y) of a text, once it is on the screen: where it reads best, or the `which`-th from the top."""
        until = time.monotonic() + wait
        while True:
            found = self.read(text, box)
            if which is None and found:
                return max(found)[1:]
            if which is not None and len(found) >= (which + 1 if which >= 0 else -which):
                return found[which][1:]
            if time.monotonic() > until:
                self.photograph("not-found")
                raise AssertionError(f"{text!r} does not stand on the screen (not-found.png)")
            time.sleep(0.4)

    # hands

    def rest(self, rounds: int = 2) -> None:
        """Wait until the program has seen and drawn what was done; one that can be asked says when."""
        time.sleep(0.25 * rounds)

    def xdotool(self, *arguments) -> None:
        subprocess.run(["xdotool", *map(str, arguments)], env=self.env, check=True, capture_output=True)

    def move(self, x: int, y: int) -> None:
        """Bring the mouse there, with a last small way as a hand does: Blender wants to see it come."""
        self.xdotool("mousemove", x - 3, y - 2)
        self.rest(1)
        self.xdotool("mousemove", x, y)
        self.rest(3)  # a button has to light up before it can be pressed

    def click_at(self, x: int, y: int, *, button: int = 1, times: int = 1) -> None:
        self.move(x, y)
        for _ in range(times):
            self.xdotool("mousedown", button)
            self.rest(1)
            self.xdotool("mouseup", button)
            self.rest(1)
        self.rest()

    def click(self, text: str, box=None, *, right: int = 0, below: int = 0, then: str = "", **how) -> tuple[int, int]:
        """Click on a text, or so many pixels right of or below it; once more where `then` does not come of it."""
        x, y = self.find(text, box, **{k: how.pop(k) for k in ("wait", "which") if k in how})
        for again in (False, True):
            self.click_at(x + right, y + below, **how)
            try:
                if then:
                    self.find(then, wait=20.0 if again else 8.0)
                break
            except AssertionError:
                if again:
                    raise
        return x, y

    def drag(self, start, end, *, button: int = 1) -> None:
        self.move(*start)
        self.xdotool("mousedown", button)
        self.rest()
        for t in np.linspace(0.1, 1.0, 10):
            x, y = (round(a + (b - a) * t) for a, b in zip(start, end, strict=True))
            self.xdotool("mousemove", x, y)
            time.sleep(0.03)
        self.rest()
        self.xdotool("mouseup", button)
        self.rest()

    def press(self, *keys) -> None:
        for key in keys:
            self.xdotool("key", key)
            self.rest()

    def type(self, text: str) -> None:
        self.xdotool("type", "--delay", "40", "--", text)
        self.rest()

    def enter(self, place, text: str) -> None:
        """Click into a field, put a text in the place of what it says, and press Enter."""
        self.click_at(*place)
        self.write(text)

    def write(self, text: str, last: str = "Return") -> None:
        """Put a text in the place of what the open field says."""
        self.rest(3)
        self.press("ctrl+a")
        self.rest(2)
        self.type(text)
        self.rest(2)
        self.press(last)
