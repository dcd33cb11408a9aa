# SPDX-License-Identifier: GPL-3.0-or-later
"""What a new operation costs: files put into a copy of the package, none of whose own is touched."""

import ast
from pathlib import Path

import pytest

from addon.ops import OPERATIONS
from tests.copied import run_there, with_files

# A convolution as mathematics has it, with the kernel turned: a weighted sum, which existing kinds explain.
TURNED = {
    "engine/turned.py": '''
"""A true convolution: the kernel is turned by half."""
from dataclasses import replace

import numpy as np

from .conv import conv


def turned(x, weight, **options):
    flipped = np.flip(weight, tuple(range(2, weight.ndim)))
    return replace(conv(x, flipped, **options), op="turned")
''',
    "ops/turned.py": '''
"""A true convolution."""
from dataclasses import replace

from ..engine.turned import turned
from .conv import OPERATION as CONV

OPERATION = replace(
    CONV, name="turned", run=lambda x, weight, bias, op: turned(x, weight, stride=op.stride, padding=op.padding),
    comparable=False, kinds=("sliding", "volume"),
)
''',
}
# Every number times a factor: an option of its own, no window, no weights, and a kind of its own.
SCALE = {
    "engine/scale.py": '''
"""Every number times a factor."""
from dataclasses import replace

import numpy as np

from .conv import conv


def scale(x, factor):
    ones = np.full((len(x), 1) + (1,) * (x.ndim - 1), factor)
    return replace(conv(x, ones, groups=len(x)), op="scale")
''',
    "ops/scale.py": '''
"""Every number times a factor."""
from ..engine.scale import scale
from .descriptor import Arithmetic, Operation, Option

OPERATION = Operation(
    name="scale", run=lambda x, weight, bias, op: scale(x, op.factor), output_shape=lambda size, op: size,
    arithmetic=Arithmetic.SUM, kinds=("scaling",),
    options=(Option("factor", 2, "whole", "what every number is multiplied by", range=(-9, 9)),),
)
''',
    "story/kinds/scaling.py": '''
"""Kind `scaling`: one number at a time."""
from dataclasses import replace

from . import sliding


def validate(scene, trace):
    return None


def begin(scene, trace):
    begun = sliding.begin(scene, trace)
    plan, begun.plan = begun.plan, lambda: replace(plan(), title=f"times {scene.op.factor}")
    return begun
''',
}

# The size of every number, by itself: an elementwise operation, which a kind that is there shows.
ABSOLUTE = {
    "engine/absolute.py": '''
"""The size of every number."""
import numpy as np

from .elementwise import elementwise


def absolute(x):
    return elementwise("absolute", np.abs, x)
''',
    "ops/absolute.py": '''
"""The size of every number."""
from ..engine.absolute import absolute
from .descriptor import Arithmetic, Operation

OPERATION = Operation(
    name="absolute", run=lambda x, weight, bias, op: absolute(x), output_shape=lambda size, op: size,
    arithmetic=Arithmetic.ELEMENTWISE, formula="|{x}|", kinds=("activation",),
)
''',
}

CHECKS = '''
import sys
import numpy as np
from addon import listing, story
from addon.scene.arrays import run
from addon.scene.load import SceneError, dump, loads


def refusal(text):
    try:
        story.make_plan(loads(text))
    except SceneError as error:
        return f"{error.key}: {error.hint}"

'''
TURNED_CHECKS = CHECKS + '''
from addon.engine import conv

values = "[weight]\\nvalues = [[1, 0, 0], [0, 0, 0], [0, 0, 2]]"
text = f"[op]\\ntype = 'turned'\\npadding = 1\\n[input]\\nsize = [4, 5]\\n{values}"
scene = loads(text)
trace = run(scene)
x, turned = trace.input[0], np.zeros((4, 5), int)
turned[:-1, :-1] += x[1:, 1:]
turned[1:, 1:] += 2 * x[:-1, :-1]
assert trace.op == "turned" and (trace.output[0] == turned).all(), trace.output
assert loads(dump(scene)) == scene
plan = story.make_plan(scene)  # the first of its kinds, unasked
assert [s.index for s in plan.steps][-1] == (0, 3, 4) and "turned" not in story.STORIES
assert story.make_plan(loads("kind = 'volume'\\n" + text)).steps
assert listing.columns(scene)[2:] == ["input 4×5", "kernel 3×3", "s/p/d 1/1/1", "output 4×5", "", ""]
assert story.make_plan(loads("story = 'sliding'\\n" + text)).steps  # what is a kind now
assert refusal("story = 'transposed'\\n" + text) == (
    "op.type: must be conv_transpose for the story transposed; or leave story out")
assert "must be conv for the kind sweep" in refusal("kind = 'sweep'\\n" + text)
assert "only to conv, conv_transpose, turned;" in refusal("[op]\\ntype = 'max_pool'\\ngroups = 2")
assert "does not apply to turned, only to conv, max_pool, avg_pool;" in refusal(text + "\\n[compare]\\nstride = 2")
'''
SCALE_CHECKS = CHECKS + '''
text = "[op]\\ntype = 'scale'\\nfactor = -3\\n[input]\\nvalues = [[1, 2], [3, 4]]"
scene = loads(text)
assert run(scene).output.tolist() == [[[-3, -6], [-9, -12]]]
assert run(loads("op.type = 'scale'")).output.max() == 2 * run(loads("op.type = 'scale'")).input.max()
assert loads(dump(scene)) == scene and "factor = -3" in dump(scene)
assert story.make_plan(scene).title == "times -3"
assert listing.columns(scene)[3] == "kernel 1×1 per channel"
assert "op.factor: must be a whole number" in refusal("[op]\\ntype = 'scale'\\nfactor = 99")
assert "does not apply to scale" in refusal("[op]\\ntype = 'scale'\\nstride = 2")
assert "does not apply to scale" in refusal(text + "\\n[weight]\\nseed = 1")
assert "does not apply to conv, only to scale;" in refusal("[op]\\ntype = 'conv'\\nfactor = 2")
'''
ABSOLUTE_CHECKS = CHECKS + '''
scene = loads("op.type = 'absolute'\\n[input]\\nvalues = [[1, -2], [0, 4]]")
assert run(scene).output.tolist() == [[[1, 2], [0, 4]]]
assert loads(dump(scene)) == scene
plan = story.make_plan(scene)
assert plan.steps[1].text == "out[row 0, col 1] = |\u22122| = 2"
assert any(label.text == "|x|" for label in plan.labels)
assert listing.columns(scene)[3:5] == ["kernel –", "s/p/d –"]
'''
PANEL = '''
import bpy
import addon
addon.register()
from addon.ui import state
settings = bpy.context.scene.convolume
settings.op.type = 'SCALE'
settings.op.factor = 5
assert "factor = 5" in state.text_of(settings) and not state.applies(settings, "weight", "seed")
assert state.check(settings).error is None, state.check(settings).error
assert state.check(settings).output == (1, 6, 6)
addon.unregister()
'''
CASES = {"turned": (TURNED, TURNED_CHECKS, 2), "scale": (SCALE, SCALE_CHECKS, 3),
         "absolute": (ABSOLUTE, ABSOLUTE_CHECKS, 2)}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_new_operation_is_a_file_in_engine_one_in_ops_and_at_most_one_kind(root, tmp_path, name):
    files, checks, count = CASES[name]
    rooms = [Path(file).parent.as_posix() for file in files]
    assert rooms == ["engine", "ops", "story/kinds"][:count]
    with_files(root, tmp_path, files)
    run_there(tmp_path, checks)


def test_its_own_option_is_in_the_panel(root, tmp_path):
    pytest.importorskip("bpy", reason="the bpy module is not installed (make test installs it)")
    with_files(root, tmp_path, SCALE)
    run_there(tmp_path, PANEL)


# nothing else decides by an operation's name ---------------------------------------------------------------------

NAMED = ("type", "op", "reduce", "op_type")


def _subject(node) -> bool:
    """Whether an expression is an operation's name, or how a trace reduces: `op.type`, `trace.op`, `step.reduce`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):  # op.type.lower(), .startswith("global")
        return _subject(node.func.value)
    if isinstance(node, ast.Attribute) and node.attr == "type":
        return getattr(node.value, "id", getattr(node.value, "attr", "")) == "op"
    return getattr(node, "id", getattr(node, "attr", "")) in NAMED[1:] and not isinstance(node, ast.Subscript)


def dispatches(text: str) -> list[int]:
    """The lines that name an operation in a string, call an engine's function by name, or test a name's letters."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant):
            dispatch = str(node.value).lower() in OPERATIONS
        elif isinstance(node, ast.Attribute):
            dispatch = node.attr in OPERATIONS and getattr(node.value, "id", "") == "engine"
        elif isinstance(node, ast.Compare):
            inner = [n for side in node.comparators for n in ast.walk(side) if isinstance(n, ast.Constant)]
            dispatch = _subject(node.left) and any(isinstance(n.value, str) for n in inner)
        elif isinstance(node, ast.Call):
            dispatch = getattr(node.func, "attr", "") in ("startswith", "endswith") and _subject(node.func.value)
        else:
            continue
        if dispatch:
            found.add(node.lineno)
    return sorted(found)


def test_no_other_room_decides_by_an_operations_name(root):
    package = root / "addon"
    files = [f for f in sorted(package.rglob("*.py")) if f.relative_to(package).parts[0] not in ("engine", "ops")]
    found = [f"{f.relative_to(root)}:{line}" for f in files for line in dispatches(f.read_text(encoding="utf-8"))]
    assert len(files) > 100 and not found


@pytest.mark.parametrize(
    "line",
    [
        "if op.type == 'conv': pass",
        "if scene.op.type in POOLS or scene.op.type in ('a', 'b'): pass",
        "if settings.op.type.lower() == 'other': pass",
        "POOLS = ('max_pool',)",
        "if trace.op.startswith('global'): pass",
        "if step.reduce == 'mean': pass",
        "engine.avg_pool(x, 2)",
    ],
)
def test_the_walk_sees_such_lines(line):
    assert dispatches(f"'''About conv and max_pool.'''\n{line}\n") == [2]
    assert not dispatches("if prop.type == 'POINTER' or ops.of(trace).weighted or table == 'op': pass")
