# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel's state as a scene: to a scene file's text and back, checked, with what comes out of it.

- `check` is asked with every redraw, so its answers are kept by the text they belong to; it writes nothing.
- `fill` sets the panel from a scene, `text_of` is the scene file that the panel stands for.
"""

import hashlib
import math
import tomllib
from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import bpy

from .. import ops, story
from ..scene.arrays import arrays, run, runs
from ..scene.checks import toml
from ..scene.load import SceneError, dump, load, loads
from ..scene.resolve import DRAFT
from ..scene.spec import COMPANIONS, DEFAULT_SOURCE, SOURCES, WEIGHTED, Output, Scene
from ..story.acts.rhythm import USUAL
from ..story.page.numerals import MOST
from ..story.traits.meaning import meaning_of
from . import messages
from .fields import FIELDS

LARGEST_GRID = 4096  # numbers that one may type
QUICK = 3_000_000  # products that are worked out while the panel is drawn
SCENE, KEY = "convolume_scene", "convolume_key"  # on a figure's collection: what it was built from
_checked: OrderedDict[str, "Checked"] = OrderedDict()
_following = True


@dataclass(frozen=True)
class Checked:
    """A state of the panel: its scene, or the one thing that is wrong with it; shapes and steps where known."""

    text: str
    scene: Scene | None = None
    error: SceneError | None = None
    input: tuple[int, ...] = ()
    output: tuple[int, ...] = ()
    key: str = ""
    kind: str | None = None

    @property
    def steps(self) -> int:
        return math.prod(self.output)


# panel to scene ------------------------------------------------------------------------------------------------


def rank_of(settings) -> int:
    """How many spatial axes the input has."""
    data = settings.input
    if data.source in ('IMAGE', 'IDX'):
        return 2
    if data.use_size:
        return int(data.size_axes)
    if data.source == 'VALUES':
        return {1: 1, 4: 3}.get(data.axes, 2)
    return 2


def operation_of(settings) -> ops.Operation:
    """The operation that is chosen."""
    return ops.OPERATIONS[settings.op.type.lower()]


def applies(settings, table: str, key: str) -> bool:
    """Whether a key means something with the operation and the source that are chosen."""
    operation, able = operation_of(settings), FIELDS[table][key].about["ops"]
    if (able and operation.name not in able) or (table in WEIGHTED and not operation.weighted):
        return False
    if table not in SOURCES:
        return True
    source = getattr(settings, table).source.lower()
    if key in SOURCES[table]:
        return key == source
    wanted = [s for s in COMPANIONS.get(key, ()) if s in SOURCES[table]]
    return not wanted or source in wanted


def values_of(settings) -> dict[str, dict]:
    """{"": top keys, "op": …}: what is not as a scene file has it by default."""
    rank, found = rank_of(settings), {}
    for table, fields in FIELDS.items():
        group = getattr(settings, table) if table else settings
        values = {}
        for key, field in fields.items():
            if applies(settings, table, key):
                value = field.get(group, rank)
                if value is not None and (value != field.default or field.source):
                    values[key] = value
        found[table] = values
    return found


def text_of(settings) -> str:
    """The panel as a scene file, with nothing checked."""
    parts = values_of(settings)
    if parts["output"].get("quality") == "draft":  # the panel shows both, and what it shows holds
        own = {key: FIELDS["output"][key].get(settings.output, rank_of(settings)) for key in DRAFT}
        parts["output"] = {**own, **parts["output"]}
    lines = [f"{key} = {toml(value)}" for key, value in parts.pop("").items()]
    parts["op"] = {"type": operation_of(settings).name, **parts["op"]}
    for table, values in parts.items():
        if values:
            lines += [f"[{table}]", *(f"{key} = {toml(value)}" for key, value in values.items())]
    return "\n".join(lines) + "\n"


def missing(settings) -> dict[str, str]:
    """The sources that are chosen and not given, which the text says nothing of: what has to be done about each."""
    found = {}
    for table, keys in SOURCES.items():
        group = getattr(settings, table)
        source = group.source.lower()
        if source in keys and applies(settings, table, source):
            field = FIELDS[table][source]
            if field.get(group, rank_of(settings)) is None:
                found[f"{table}.{source}"] = "choose a file" if field.about["kind"] == "path" else "type numbers"
    return found


def scene_of(settings) -> Scene:
    """The panel as a checked scene; SceneError says what is wrong."""
    from . import preferences

    for key, hint in missing(settings).items():
        raise SceneError(settings.id, key, None, hint)
    path = Path(f"{settings.id or 'figure'}.toml")
    return loads(text_of(settings), path=path, **preferences.allowed(bpy.context, own=True))


def check(settings) -> Checked:
    """The panel's state, worked out once."""
    text = "\n".join([settings.id, *missing(settings), text_of(settings)])
    if text not in _checked:
        _checked[text] = _check(settings, text)
        while len(_checked) > 16:
            _checked.popitem(last=False)
    return _checked[text]


def remember(checked: Checked, error: SceneError) -> None:
    """What building has found out stays with the state it belongs to."""
    _checked[checked.text] = replace(checked, error=error)


def forget() -> None:
    _checked.clear()


def _check(settings, text: str) -> Checked:
    scene = None
    try:
        scene = scene_of(settings)
        key = key_of(scene)
        trace = run(scene) if _products(scene) <= QUICK else None
        if trace is None:
            return Checked(text, scene, key=key)
        kind, error = story.kind_of(scene, trace), None
        if (refused := kind.validate(scene, trace)) is not None:
            name, value, hint = refused
            error = SceneError(settings.id, name, value, hint)
        return Checked(text, scene, error, trace.input.shape, trace.output.shape, key, kind.__name__.rpartition(".")[2])
    except SceneError as error:
        return Checked(text, scene, error)


def worked_out(checked: Checked, table: str, key: str):
    """What a key comes to that is left to be worked out; None where that is not known."""
    scene = checked.scene
    if scene is None:
        return None
    defaults = {".kind": checked.kind, "weight.meaning": meaning_of(scene), "words.title": scene.title,
                "timing.next": scene.timing.first / 2, "timing.longest": USUAL,
                "look.decimals": MOST, "words.meets_zero": scene.words.meets_one}  # fmt: skip
    if f"{table}.{key}" in defaults:
        return defaults[f"{table}.{key}"]
    return getattr(getattr(scene, "op" if table == "compare" else table) if table else scene, key)


def _products(scene: Scene) -> int:
    """About how many products the operation takes, from above."""
    kernel = scene.op.kernel_size or 1
    rank = len(scene.input.size)
    taps = math.prod((kernel,) * rank if isinstance(kernel, int) else kernel)
    return math.prod((scene.input.channels, *scene.input.size)) * taps * (scene.op.out_channels or 1)


def key_of(scene: Scene) -> str:
    """Sixteen letters of what a build depends on: all but how it is rendered and where to."""
    plain = Output()
    same = replace(scene, output=replace(scene.output, formats=plain.formats, quality=plain.quality))
    return hashlib.sha256(dump(same).encode()).hexdigest()[:16]


def story_plan(scene: Scene):
    """The plan of a scene."""
    return story.make_plan(scene)


# scene to panel ------------------------------------------------------------------------------------------------


@contextmanager
def quiet():
    """Set properties without what a person's setting them brings along."""
    global _following
    _following, before = False, _following
    try:
        yield
    finally:
        _following = before


def fill(settings, scene: Scene) -> None:
    """Set every parameter to a scene's."""
    tables = tomllib.loads(dump(scene))
    with quiet():
        for table, fields in FIELDS.items():
            group, values = (getattr(settings, table), tables.get(table, {})) if table else (settings, tables)
            for key, field in fields.items():
                field.put(group, values.get(key))
            if table in SOURCES:
                given = next((s for s in SOURCES[table] if s in values), DEFAULT_SOURCE[table])
                group.source = (given or "none").upper()
        settings.id = scene.id
        settings.trouble = ""


def choose(settings, figure: str, file: str = "") -> None:
    """Set the panel's figure without setting the parameters."""
    with quiet():
        settings.figure, settings.file = figure, file


def follow(settings, context) -> None:
    """A figure or a file was chosen: its parameters become the panel's."""
    if not _following or settings.figure == 'NONE':
        return
    from . import figures, preferences

    try:
        if settings.figure != 'FILE':
            scene = preferences.preferred(context, load(settings.figure))
        elif settings.file:
            scene = load(Path(bpy.path.abspath(settings.file)), **preferences.allowed(context))
        else:
            return
    except SceneError as error:
        settings.trouble = messages.whole(error)
        return
    figures.remember_output(context.scene)
    fill(settings, scene)


def take_over(group, field) -> None:
    """A key was ticked that had been worked out: what it came to is what is given now, where that is known."""
    if not _following or not getattr(group, field.use):
        return
    with quiet():
        setattr(group, field.use, False)
        auto = worked_out(check(group.id_data.convolume), field.table, field.key)
        setattr(group, field.use, True)
        if auto is not None:
            field.write(group, auto)


def type_numbers(settings, table: str) -> None:
    """Typing one's own numbers was chosen: the grid starts with the numbers of the source before, where it had any."""
    group = getattr(settings, table)
    was, group.was = group.was, group.source
    if not _following or group.source != 'VALUES':
        return
    _fill_grid(settings, table, group, was)
    if table == "input" and len(group.values_):  # from now on the numbers say how many they are, where they can
        rank = rank_of(settings)
        with quiet():
            group.use_size = group.use_channels = False
            group.use_size = rank_of(settings) != rank


def _fill_grid(settings, table: str, group, was: str) -> None:
    """The numbers that the source before gave, as far as they are few enough to be typed."""
    with quiet():
        group.source = was
        try:
            scene = scene_of(settings)
            x, weight, bias = arrays(scene)
            found = {"input": x, "weight": weight, "bias": bias}.get(table)
            if table == "compare":
                found = runs(scene)[-1].weight
        except SceneError:
            found = None
        finally:
            group.source = group.was = 'VALUES'
    if found is not None and found.size <= LARGEST_GRID:
        # a lone channel or filter needs no axes of its own
        alone = {"input": 1, "weight": 2, "compare": 2}.get(table, 0)
        value = found[(0,) * alone] if alone and set(found.shape[:alone]) == {1} else found
        FIELDS[table]["values"].write(group, value.tolist())
