# SPDX-License-Identifier: GPL-3.0-or-later
"""The composition as Blender evaluates it: the plan's boxes do not lie, and the font is as wide as they take it to be.

Texts and cells are projected through the scene's camera and held against the boxes that the layout tests check.
"""

from itertools import pairwise

import numpy as np
import pytest

from addon.scene.load import load
from addon.scene.spec import Words
from addon.story import make_plan
from addon.story.page.glyphs import CAP_HEIGHT, DESCENT, width
from addon.story.plan.plan import ALWAYS, NEVER

from .proof_pooling import PoolingProof as Proof
from .seeing import Shape, bpy, spelling, spells, staged

CASES = {
    "pooling": ("pooling", {}),
    "larger": ("pooling", {"output.size": "1024x768", "op.padding": 1, "camera.azimuth": 30.0}),
}


@pytest.fixture(scope="module", params=CASES)
def proof(request):
    figure, overrides = CASES[request.param]
    return Proof(staged(figure, overrides))


def boxes(plan, clock: float):
    """Texts' boxes that are there at a clock value: (name, x0, y0, x1, y1), in pixels from the frame's middle."""
    for name, kind, *box in plan.boxes:
        visible_from, visible_until = box[4:] or (ALWAYS, NEVER)
        if kind != "volume" and visible_from <= clock < visible_until:
            yield (name, *(float(v) for v in box[:4]))


def extent(frame, obj):
    """The pixels, from the frame's middle, that a thing's mesh covers: (x0, y0, x1, y1)."""
    at = frame.pixels(obj.points) - frame.size / 2
    return np.concatenate([at.min(axis=0), at.max(axis=0)])


def texts(plan, frame):
    """Every text that is no number on a cell, and what it covers."""
    roles = {w.role for w in plan.words}
    return [(s, extent(frame, s)) for s in frame.seen if s.instanced and s.shape.flat and s.role in roles]


def corners(obj, frame) -> np.ndarray:
    """The corners of its own box, in pixels: for a text four, each twice."""
    return frame.pixels(obj.shape.corners @ obj.matrix[:3, :3].T + obj.place)


def apart(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether a straight line runs between two clouds of pixels: along the edges of boxes seen at an angle."""
    edges = np.concatenate([p[[1, 2, 4]] - p[0] for p in (a, b)])
    for x, y in edges[np.abs(edges).max(axis=1) > 1e-6]:
        one, other = a @ (-y, x), b @ (-y, x)
        if one.max() <= other.min() or other.max() <= one.min():
            return True
    return False


def moments(proof) -> list[int]:
    """Frames to look at: still ones, and the first step's visit, frame by frame."""
    stage = proof.stage
    visit = [f for f in range(1, stage.plan.frames + 1, 3) if -0.5 <= proof.clock(f) < 0.5]
    steps = [stage.frame(i) for i in (1, len(proof.trace) // 2, len(proof.trace) - 1)]
    return sorted({1, proof.opening.number, *visit[:14], *steps, stage.plan.frames})


def test_every_text_covers_the_box_that_the_plan_names(proof):
    plan = proof.stage.plan
    for number in moments(proof):
        frame = proof.frame(number)
        named = list(boxes(plan, proof.clock(number)))
        for text, (x0, y0, x1, y1) in texts(plan, frame):
            size = np.hypot(*(frame.pixels(text.place + text.matrix[:3, 2]) - frame.pixels(text.place)))
            left, base = frame.pixels(text.place) - frame.size / 2
            mine = [b for b in named if b[0] == text.text and abs(b[1] - left) < 1.5
                    and abs(b[2] + DESCENT * size - base) < 1.5]  # fmt: skip
            assert len(mine) == 1, f"{text.text!r} has {len(mine)} boxes at frame {number}"
            _, bx0, by0, bx1, by1 = named.pop(named.index(mine[0]))
            assert abs(bx1 - bx0 - width(text.text) * size) < 1.5
            inside = x0 >= bx0 - 1.5 and y0 >= by0 - 1.5 and x1 <= bx1 + 1.5 and y1 <= by1 + 1.5
            assert inside, f"{text.text!r} reaches out of its box at frame {number}"
            assert x0 - bx0 < 0.25 * size and bx1 - x1 < 0.25 * size, f"the box of {text.text!r} is too wide"
        assert not named, f"boxes without a text at frame {number}: {named}"


def test_every_volume_covers_the_box_that_the_plan_names(proof):
    """Inputs and kernels at their home in the opening, the output at the last step."""
    stage = proof.stage
    frames = {"output": proof.frame(stage.frame(len(proof.trace) - 1))}
    for name, kind, *box in stage.plan.boxes:
        if kind == "volume":
            frame = frames.get(name, proof.opening)
            found = np.array([extent(frame, c) for c in frame.cells(name)])
            seen = np.concatenate([found[:, :2].min(axis=0), found[:, 2:].max(axis=0)])
            # the outermost cells are padding, which is drawn a little smaller than a cell
            ring = 0.085 * stage.plan.pixels_per_unit if len(found) > proof.inputs[0].size else 0.0
            spare = (seen - np.array(box[:4], float)) * (1, 1, -1, -1)
            assert spare.min() > -1.5 and spare.max() < 1.5 + ring, f"{name}: {seen} is not {box}"


def test_nothing_is_cropped_and_no_text_lies_on_a_cell_or_another_text(proof):
    """At every moment looked at, the kernel's way to its window and back included."""
    plan = proof.stage.plan
    half = np.array(plan.size) / 2
    for number in moments(proof):
        frame = proof.frame(number)
        words = texts(plan, frame)
        roles = {v.role for v in plan.volumes}
        cells = [(c, extent(frame, c)) for c in frame.seen if c.instanced and not c.shape.flat and c.role in roles]
        # a visiting kernel passes before everything
        at_home = {c.place.round(3).tobytes() for c in proof.opening.seen if c.role.startswith("kernel")}
        still = [not c.role.startswith("kernel") or c.place.round(3).tobytes() in at_home for c, _ in cells]
        cells = [cell for cell, stays in zip(cells, still, strict=True) if stays]
        for obj, box in (*words, *cells):
            within = (box[:2] > -half).all() and (box[2:] < half).all()
            assert within, f"{obj.text or obj.role!r} is cropped at frame {number}"
        solid = np.array([box for _, box in cells])
        for i, (text, (x0, y0, x1, y1)) in enumerate(words):
            on = (solid[:, 0] < x1) & (x0 < solid[:, 2]) & (solid[:, 1] < y1) & (y0 < solid[:, 3])
            outline = corners(text, frame)
            under = {cells[k][0].role for k in np.flatnonzero(on) if not apart(outline, corners(cells[k][0], frame))}
            assert not under, f"{text.text!r} lies on {under} at frame {number}"
            for other, (ox0, oy0, ox1, oy1) in words[:i]:
                free = ox1 <= x0 or x1 <= ox0 or oy1 <= y0 or y1 <= oy0
                assert free, f"{text.text!r} lies on {other.text!r} at frame {number}"


def test_the_digits_on_the_picture_are_as_tall_as_the_plan_says(proof):
    """At least 12 pixels at 854×480, measured on the projected meshes of digits."""
    frame, plan = proof.frame(proof.stage.frame(2)), proof.stage.plan
    least = 12.0 * min(plan.size[0] / 854, plan.size[1] / 480)
    for role in ("output", *(f"input{n}" for n in proof.names), *(f"kernel{n}" for n in proof.names)):
        for label in frame.labels(role):
            _, y0, _, y1 = extent(frame, label)
            tall = np.cos(np.radians(plan.view.elevation))
            assert (y1 - y0) / tall > least * 0.97, f"{label.text!r} on {role} is {y1 - y0:.1f} pixels tall"


# the font ------------------------------------------------------------------------------------------------------


def all_texts() -> list[str]:
    figures = ("conv2d_valid", "rgb_conv", "pooling")
    found = {label.text for figure in figures for label in make_plan(load(figure)).labels}
    broken = {"weight.values": [[0.5, 1 / 3, -7]] * 3, "op.padding": 1, "op.stride": 2}
    found |= {label.text for label in make_plan(load("conv2d_valid", broken)).labels}
    words = Words()
    found |= {value for value in vars(words).values() if isinstance(value, str)}
    return sorted(found)


def measured(text: str) -> float:
    """How far a text moves what follows it, in font sizes: by itself and as the pen goes, kerning included."""
    return float(np.ptp(spelling(f"|{text}|")[:, 0]) - np.ptp(spelling("||")[:, 0]))


def test_the_glyph_table_agrees_with_this_blenders_font_on_every_character_used():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    characters = sorted({c for text in all_texts() for c in text} | set("0123456789+=().,\u2212\u00d7\u2248"))
    wrong = {c: (width(c), round(measured(c), 3)) for c in characters if abs(width(c) - measured(c)) > 0.002}
    assert not wrong


def test_whole_texts_are_as_wide_as_their_characters_together():
    wrong = {t: (width(t), measured(t)) for t in all_texts() if abs(width(t) - measured(t)) > 0.01 * len(t) + 0.01}
    assert not wrong


def test_capitals_and_digits_are_as_tall_and_brackets_as_deep_as_the_layout_takes_them_to_be():
    for c in "0123456789HR":
        assert np.ptp(spelling(c)[:, 1]) == pytest.approx(CAP_HEIGHT, abs=0.035), c
    for c in "()[]gjpqy,;":
        assert -DESCENT - 0.01 <= spelling(c)[:, 1].min() <= 0.0, c
    tall = {c: round(float(spelling(c)[:, 1].max()), 3) for c in "()[]bdfhklAWR0\u2248"}
    assert max(tall.values()) < 0.8, "what stands above a capital reaches into the line above"


# the curves ----------------------------------------------------------------------------------------------------


def test_the_clocks_curve_is_the_plans(proof):
    """Between keys too: Blender's easings and the plan's are the same."""
    stage = proof.stage
    obj, channel = stage.built.controller, stage.plan.channels["clock.step"]
    curve = obj.animation_data.action.fcurve_ensure_for_datablock(obj, '["step"]', index=0)
    assert len(curve.keyframe_points) == len(channel.seconds)
    for second in np.linspace(0, stage.plan.seconds, 173):
        shown, meant = curve.evaluate(1 + second * stage.plan.fps), channel.at(second)
        assert abs(shown - meant) < 2e-3 * np.ptp(channel.values), f"at {second:.3f} s: {shown} is not {meant}"


def test_the_clock_of_the_scene_never_runs_back_and_stands_on_each_step(proof):
    clocks = [proof.clock(f) for f in range(1, proof.stage.plan.frames + 1)]
    assert all(b >= a - 1e-5 for a, b in pairwise(clocks))
    for i in range(len(proof.trace)):
        assert abs(proof.clock(proof.stage.frame(i)) - i) < 1e-3


def test_every_text_of_the_plan_has_its_mesh(proof):
    meshes = {o.data["text"]: o.data for o in bpy.data.objects if o.type == "MESH" and "text" in o.data}
    assert set(meshes) == {label.text for label in proof.stage.plan.labels}
    for text, mesh in list(meshes.items())[::7]:
        assert spells(Shape.of(mesh), text)
