# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: one for Blender (`scripts/render_all.py`), a Python with bpy, and `python -m convolume`.

- What an option means, may be and is by default is said by the spec's fields and nowhere else.
- All that is asked for is checked before anything is rendered or written: bad input is one line and code 2.
- stdout holds results alone, a line each; everything else goes to stderr.
- bpy is imported when something is rendered, not before: `--list` and `--plan` need NumPy alone.
"""

import argparse
import contextlib
import importlib.util
import os
import re
import signal
import sys
import tempfile
import threading
from pathlib import Path

from . import __version__
from .render.files import contact, outputs
from .render.files.encode import EncodeError
from .render.files.formats import FORMATS
from .render.process import in_process, session
from .render.process.jobs import Job, Unusable
from .render.process.progress import quiet
from .render.process.worker import format_exception as _format_exception
from .scene.checks import ValidationError, check, show
from .scene.load import SceneError, cheat_sheet, figures
from .scene.overrides import Fitting, parse_limits, parse_override
from .scene.rates import short
from .scene.spec import default_of, find_knob
from .story import make_plan, seconds_of
from .story.plan.describe import describe

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
FOLDER = "renders"
# option: the key of a scene file that it stands for, and how its value is written where not its choices
SHORTHANDS = {
    "--quality": ("output.quality", None),
    "--size": ("output.size", "WIDTHxHEIGHT"),
    "--fps": ("output.fps", "NUMBER"),
    "--format": ("output.formats", "FORMAT,…"),
    "--theme": ("look.theme", None),
}
OF_BLEND = ("output.quality", "output.formats")  # all that can be said about a .blend
OVERRIDE = re.compile(r"[a-z_]+(\.[a-z_]+)?\s*=")
NO_BPY = (
    "rendering needs Blender: in the checkout `blender -b -P scripts/render_all.py -- …` or `make render`, "
    "or `pip install bpy==4.5.*` into Python 3.11 or `bpy==5.2.*` into Python 3.13 (here is {version}{why})"
)
EPILOG = """\
The same under `blender -b -P scripts/render_all.py -- …`, `python scripts/render_all.py …` and, installed,
`python -m convolume …`. A .blend is rendered as it is: its frames, size, speed and look.
A result is one line: figure, file, frames, distinct frames, seconds, bytes.
What was rendered is kept: after an interruption of any kind the same command goes on where it stood.
Exit codes: 0 all was made, 1 something could not be made and the rest was, 2 bad input and nothing was made,
130 interrupted.
"""


class BadInput(Exception):
    """One line about what was asked for and cannot be."""


def main(argv: list[str] | None = None, *, isolate: bool = True) -> int:
    """Run the command line, return its exit code; bad input and an interruption are lines, no tracebacks.

    `isolate`: every figure is rendered in a child process of its own; not, in this one, one after the other.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")  # a terminal that has no × shows ?
    try:
        with _ctrl_c():
            return _run(_parse(sys.argv[1:] if argv is None else argv), isolate)
    except (BadInput, SceneError, Unusable) as wrong:
        _say(str(wrong))
        return BAD_INPUT
    except KeyboardInterrupt:
        _say("interrupted; what was finished is there, nothing is half written; the same command goes on from here")
        return INTERRUPTED
    except BrokenPipeError:  # `… --plan | head`
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        return DONE
    except SystemExit as done:  # argparse after --help and --version
        return int(done.code or DONE)


def _say(text: str) -> None:
    text = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)  # names in a .blend may hold anything
    print(f"convolume: {text}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def _ctrl_c():
    """Ctrl-C raises KeyboardInterrupt, and being ended does; afterwards both do what they did before."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
            for number, what in before.items():
                signal.signal(number, what or signal.SIG_DFL)


def _take_ctrl_c() -> None:
    """Blender takes Ctrl-C for itself, when it starts or when bpy is imported; take it back."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))


# What is asked for


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise BadInput(f"{message}; --help lists the options")


def parser() -> argparse.ArgumentParser:
    """All options; those of `SHORTHANDS` are made from the spec's fields."""
    made = _Parser(
        prog="convolume",
        description="Render figures of convolutional networks with Blender.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = made.add_argument
    named = "a figure's id, a scene file (.toml) or a Blender file (.blend); the cheat sheet where none is named"
    add("targets", nargs="*", metavar="FIGURE", help=named)
    instead = made.add_mutually_exclusive_group()
    instead.add_argument("--list", action="store_true", help="list the figures, a line each; render nothing")
    instead.add_argument("--plan", action="store_true", help="print the storyboard as text; render nothing")
    instead.add_argument("--clean", action="store_true", help="empty the cache and say what was freed; render nothing")
    for option, (key, form) in SHORTHANDS.items():
        about = find_knob(key).metadata
        words = about["help"].replace("`", "") + f" (default: the scene's, else {_default(key)})"
        form = form or "|".join(about["choices"])
        add(option, dest=key, type=_checked_as(key), metavar=form, help=words.replace("%", "%%"))
    of_out = f"the folder for what is made (default: {FOLDER})"
    add("--out", type=Path, default=Path(FOLDER), metavar="DIR", help=of_out)
    of_set = "replace a key of the scene file, as in op.stride=2, where no figure is named of each that it fits; "
    of_set += "docs/scene-file.md lists them all"
    add("--set", action="append", default=[], metavar="KEY=VALUE", help=of_set)
    of_limit = "allow a figure more than it may ask for, as in cells=5000000; docs/scene-file.md lists the limits"
    add("--limit", action="append", default=[], metavar="NAME=NUMBER", help=of_limit)
    of_allow = "a folder that scene files may read from, besides their own"
    add("--allow", action="append", default=[], type=Path, metavar="DIR", help=of_allow)
    session.add_options(add)
    add("--version", action="version", version=f"convolume {__version__}")
    return made


def _default(key):
    """A key's default as the option takes it."""
    knob = find_knob(key)
    default = default_of(knob)
    joint = {"pixels": "x", "choices": ","}.get(knob.metadata["kind"])
    return joint.join(map(str, default)) if joint else default


def _checked_as(key):
    """An argparse type: the text as the scene file's key would have it."""

    def checked(text):
        try:
            return check(parse_override(f"{key}={text}")[1], find_knob(key), key)
        except ValidationError as wrong:
            raise argparse.ArgumentTypeError(f"{show(text)}: {wrong.hint}") from None

    return checked


def _parse(argv):
    asked = parser().parse_intermixed_args(list(argv))
    given = {key: getattr(asked, key) for key, _ in SHORTHANDS.values() if getattr(asked, key) is not None}
    more = [t for t in asked.targets if OVERRIDE.match(t) and not os.path.exists(t)]  # --set a=1 b=2
    named = [t for t in asked.targets if t not in more]
    chosen = {key: (text, value) for text in asked.set + more for key, value in [parse_override(text)]}
    asked.overrides = given | {key: value for key, (_, value) in chosen.items()}
    asked.bounds = {"limits": parse_limits(asked.limit), "folders": asked.allow}
    asked.targets = list(dict.fromkeys(named)) or (figures() if asked.list else cheat_sheet())
    # where none is named, each takes what fits it
    loose = {} if named else {key: text for key, (text, _) in chosen.items()}
    asked.fitting = Fitting(asked.overrides, loose, asked.bounds)
    return asked


def _run(asked, isolate) -> int:
    if asked.list:
        return _list(asked)
    if asked.plan:
        return _plan(asked)
    if not session.is_folder(asked.cache):
        raise BadInput(f"--cache {asked.cache}: is a file, must be a folder")
    if asked.clean:
        return _clean(asked)
    jobs = [_blend_job(t, asked) if _is_blend(t) else _figure_job(t, asked) for t in asked.targets]
    asked.fitting.report(_say)
    found = [job for job in jobs if job]
    _check_folder(asked.out, found)
    _warn_of_rates(found)
    return DONE if _render(found, asked, isolate) and len(found) == len(jobs) else FAILED


def _is_blend(target):
    return target.lower().endswith(".blend")


def _figure_job(target, asked) -> Job | None:
    """A figure to render; None where no plan could be made of it, which has been said then."""
    scene, plan = asked.fitting.load(target, _planned)
    return plan and Job(scene.id, scene.output.formats, scene.output.quality, plan)


def _planned(scene, what=None):
    try:
        return (what or make_plan)(scene)
    except SceneError:
        raise
    except Exception as error:  # one figure's story is broken: the others can be told
        _say(f"{scene.id}: no plan could be made: {_format_exception(error)}")
        return None


def _blend_job(target, asked) -> Job:
    for key in asked.overrides:
        if key not in OF_BLEND:
            option = next((o for o, (k, _) in SHORTHANDS.items() if k == key), f"--set {key}")
            raise BadInput(f"{target}: {option} does not apply to a .blend, which is rendered as it is")
    formats = asked.overrides.get("output.formats", default_of(find_knob("output.formats")))
    quality, limits = asked.overrides.get("output.quality"), asked.bounds["limits"]
    return Job.of_blend(Path(target), formats, quality, limits)


def _check_folder(folder: Path, jobs: list[Job]) -> None:
    """The results can be written and do not overwrite each other; the folder itself is not made yet."""
    try:
        there = folder.absolute()
        while not there.exists():
            there = there.parent
        if not there.is_dir():
            place = "is" if there == folder.absolute() else f"{there} is"
            raise BadInput(f"--out {folder}: {place} a file, must be a folder")
        with tempfile.TemporaryFile(dir=there):
            pass
    except (OSError, ValueError) as error:
        raise BadInput(f"--out {folder}: cannot be written to ({_format_exception(error)})") from None
    if len(jobs) > 1 and (folder / contact.FILE).is_dir():
        raise BadInput(f"{folder / contact.FILE}: is a folder, and the contact sheet is to be written there")
    taken = set()
    for job in jobs:
        for format in job.formats:
            path = outputs.target(job.name, format, folder)
            if why := outputs.in_the_way(path, format):
                raise BadInput(f"{path}: {why}")
            if path in taken:
                raise BadInput(f"{path}: two of the figures that are named would be written there")
            taken.add(path)


def _warn_of_rates(jobs: list[Job]) -> None:
    """Say which rates a format cannot keep."""
    asked = {(name, job.plan.fps) for job in jobs if job.plan for name in job.formats}
    for name, rate in sorted(asked):
        most = FORMATS[name].most
        if rate > most:
            _say(f"a {name.upper()} shows at most {most:g} frames a second: of {short(rate)} some are left out, "
                 "its length stays")  # fmt: skip


def _blender_is_missing(isolate) -> bool:
    """Whether bpy cannot be had, which is said then. Children import it, and say if that fails."""
    try:
        if not isolate:
            with quiet():
                import bpy  # noqa: F401
        elif importlib.util.find_spec("bpy") is None:
            raise ModuleNotFoundError(name="bpy")
    except ImportError as error:
        absent = isinstance(error, ModuleNotFoundError) and error.name == "bpy"
        _no_bpy("" if absent else _format_exception(error))
        return True
    _take_ctrl_c()
    return False


def _no_bpy(why) -> None:
    version = ".".join(map(str, sys.version_info[:2]))
    _say(NO_BPY.format(version=version, why=why and f"; {why}"))


# --list, --plan


def _scenes(asked, option, make) -> list[tuple]:
    """Every scene that is asked for, with what `make` makes of it."""
    for target in asked.targets:
        if _is_blend(target):
            raise BadInput(f"{target}: {option} takes figures and scene files, a .blend holds no storyboard")
    found = [asked.fitting.load(target, make) for target in asked.targets]
    asked.fitting.report(_say)
    return found


def _list(asked) -> int:
    from .listing import columns

    rows = [columns(*found) for found in _scenes(asked, "--list", lambda scene: _planned(scene, seconds_of))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [c.ljust(w) for c, w in zip(row[:-2], widths, strict=False)]
        cells += [c.rjust(w) for c, w in zip(row[-2:], widths[-2:], strict=True)]
        print("  ".join(cells).rstrip())
    return DONE if all(row[-1] for row in rows) else FAILED


def _plan(asked) -> int:
    plans = [plan for _, plan in _scenes(asked, "--plan", _planned)]
    print("\n".join(describe(plan).rstrip("\n") + "\n" for plan in plans if plan), end="")
    return DONE if all(plans) else FAILED


# Rendering


def _clean(asked) -> int:
    try:
        print(session.clean(asked))
    except OSError as error:
        _say(f"the cache cannot be emptied: {error.filename}: {_format_exception(error)}")
        return FAILED
    return DONE


def _render(jobs, asked, isolate) -> bool:
    """Every job, whatever becomes of the others; whether all was made."""
    if _blender_is_missing(isolate):
        return False

    def show(line):
        print(line, flush=True)

    if isolate:
        made, stills, missing = session.render(jobs, asked, _say, show)
        if missing is not None:
            _no_bpy(missing)
            return False
    else:
        for job in jobs:
            if job.blend:
                job.open_and_check()
        made, stills = in_process.render(jobs, asked.out, _say, show, session.store_of(asked))
    return _contact_sheet(stills, asked.out) and made


def _contact_sheet(stills, folder) -> bool:
    """A still of each figure on one sheet, where there are several; whether nothing went wrong."""
    if len(stills) < 2:
        return True
    try:
        _say(f"{contact.write(folder, stills)}: a still of each of the {len(stills)} figures")
    except (EncodeError, OSError) as error:
        _say(f"no contact sheet: {_format_exception(error)}")
        return False
    return True
