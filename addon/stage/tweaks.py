# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user has changed by hand in a built figure, and how it survives the next build.

- Every object remembers how it was built (`BUILT`: JSON); what differs from that is the user's.
- `collect` reads the user's changes before a build, `settle` puts them back after it and says by name what was
  kept and what could not be. Objects are updated in place, so whatever hangs on them (children, constraints,
  modifiers, drivers of the user's own) stays where it is.
- `explore` is the switch that lets the window be dragged by hand.
"""

import json
import re
from dataclasses import dataclass, field

import bpy
import numpy as np

from . import compat, keyframes
from .ownership import BUILT, FIGURE, ROLE, kept_in, mesh_digest, touched

EXPLORE, PUT_ASIDE, REPORT = "convolume_explore", "convolume_put_aside", "convolume_told"
ASIDE = ("sum", "running", "cell", "value", "bench", "kept", "stamps", "factor")  # put aside by explore, by first words
MARKS = ("marker", "chosen", "marks", "stamp", "told", "taps", "skipped")  # and by the last words of roles
OUTPUT = re.compile(r"(\w+\.)?output(\.(\d+|shadow|outline))?")  # of a channel, a second run, a stack
MODIFIER = "Convolume"

# what a build writes on objects, cameras and lights, and how a report calls it
OBJECT = {"location": "place", "rotation_mode": "turn", "rotation_euler": "turn", "rotation_quaternion": "turn",
          "rotation_axis_angle": "turn", "scale": "size", "empty_display_size": "size"}  # fmt: skip
CAMERA = {"type": "lens", "ortho_scale": "lens", "lens": "lens", "shift_x": "shift", "shift_y": "shift",
          "clip_start": "clipping", "clip_end": "clipping"}  # fmt: skip
LIGHT = {"type": "kind", "energy": "strength", "color": "colour", "angle": "angle", "size": "size",
         "use_shadow": "shadow"}  # fmt: skip
CLOSE = 1e-4


@dataclass
class UpdateReport:
    """What a build did with the user's changes, as lines that name the object and what of it."""

    kept: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


@dataclass
class Curve:
    """A user's F-curve of ours: the keys as built and as they are now, each [second, value, interpolation]."""

    old: list
    now: list
    fps: float


@dataclass
class PreviousBuild:
    """A standing figure before a build: its objects by role, the user's changes, and what will be left over."""

    objects: dict = field(default_factory=dict)
    values: dict = field(default_factory=dict)  # role: {"object location": value}
    parents: dict = field(default_factory=dict)  # role: (parent, inverse matrix)
    slots: dict = field(default_factory=dict)  # role: material
    names: dict = field(default_factory=dict)  # role: the user's name
    curves: dict = field(default_factory=dict)  # (role, path, index): Curve
    orphans: list = field(default_factory=list)
    data: list = field(default_factory=list)
    materials: list = field(default_factory=list)
    report: UpdateReport = field(default_factory=UpdateReport)
    written: dict = field(default_factory=dict)  # role: the curves of the last build

    def ours(self, role: str) -> set[str]:
        """The curves of an object that the last build wrote, as "path[index]"."""
        return self.written.get(role, set())


def objects_of(collection) -> dict[str, bpy.types.Object]:
    """The figure's objects by role. A duplicate that a user made carries the role too: it is the user's own."""
    figure, found = collection[FIGURE], {}
    for obj in collection.all_objects:
        role = obj.get(ROLE)
        if role is None or obj.get(FIGURE) != figure:
            continue
        rival = found.get(role)
        if rival is None or kept_in(obj, BUILT).get("name") == obj.name:
            found[role] = obj
            obj = rival
        if obj is not None:
            del obj[ROLE], obj[FIGURE]
    return found


def references(objects, figure: str) -> list:
    """The collections and objects that only node groups refer to: prototypes, tracks, bars."""
    found = {}
    for obj in objects:
        modifier = obj.modifiers.get(MODIFIER)
        if modifier is None or modifier.type != "NODES" or modifier.node_group is None:
            continue
        for name in ("Cubes", "Labels", "Track", "Bar"):
            if name in modifier.node_group.interface.items_tree:
                value = compat.get_modifier_input(modifier, name)
                if value is not None and value.get(FIGURE) == figure and ROLE not in value:
                    found[value.name_full, type(value)] = value
    return list(found.values())


def _parts(obj):
    """(prefix, data-block, properties) of what is remembered of an object."""
    yield "object", obj, OBJECT
    if obj.type == "CAMERA":
        yield "camera", obj.data, CAMERA
    if obj.type == "LIGHT":
        yield "light", obj.data, LIGHT


def _plain(value):
    return [round(float(v), 6) for v in value] if hasattr(value, "__len__") and not isinstance(value, str) else value


def _same(a, b) -> bool:
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(_same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return abs(a - b) <= CLOSE * max(1.0, abs(a))
    return a == b


def _animated(block) -> set[str]:
    """The properties that curves or drivers run: what they are at the moment says nothing."""
    drivers = block.animation_data.drivers if block.animation_data else ()
    return {curve.data_path for curve in (*compat.curves(block), *drivers)}


def _parent_of(obj):
    parent = obj.parent
    return None if parent is None else parent.get(ROLE) or parent.name


def _slot_of(obj):
    """The name of an object's material, or the names of a volume's."""
    found = [None if s.material is None else s.material.get(ROLE) or s.material.name for s in obj.material_slots]
    return found if len(found) > 1 else found[0] if found else None


def record(obj, keys: dict, fps: float) -> None:
    """Remember how an object was built; `keys` are its curves as planned, {"path[index]": keys}."""
    values = {}
    for prefix, block, names in _parts(obj):
        values |= {f"{prefix} {name}": _plain(getattr(block, name)) for name in names if hasattr(block, name)}
    found = {"name": obj.name, "values": values, "parent": _parent_of(obj), "slot": _slot_of(obj),
             "curves": keys, "fps": fps}  # fmt: skip
    if obj.type == "MESH":
        found["mesh"] = mesh_digest(obj.data)
    obj[BUILT] = json.dumps(found)


# before a build ------------------------------------------------------------------------------------------------


def collect(collection) -> PreviousBuild:
    """Read what a user has changed in a standing figure."""
    before = PreviousBuild(objects=objects_of(collection))
    figure = collection[FIGURE]
    before.orphans = references(before.objects.values(), figure)
    hidden = [o for g in before.orphans if isinstance(g, bpy.types.Collection) for o in g.objects]
    hidden += [o for o in before.orphans if isinstance(o, bpy.types.Object)]
    used = {}
    for obj in (*before.objects.values(), *hidden):
        if obj.type == "MESH":
            before.data.append(obj.data)
            used |= {m.name_full: m for m in obj.data.materials if m is not None}
    before.materials = list(used.values())
    for role, obj in before.objects.items():
        _collect(before, role, obj)
    # what is built now may have the plain names
    for block in (*before.orphans, *hidden, *before.data):
        if block.get(FIGURE) == figure and not block.name.startswith("~"):
            block.name = f"~{block.name}"[:60]
    return before


def _collect(before: PreviousBuild, role: str, obj) -> None:
    built = kept_in(obj, BUILT)
    if not built:
        return
    changed = {}
    for prefix, block, names in _parts(obj):
        moving = _animated(block)
        for name in names:
            key = f"{prefix} {name}"
            if key not in built["values"] or not hasattr(block, name):
                continue
            now = _plain(getattr(block, name))
            if name not in moving and not _same(built["values"][key], now):
                changed[key] = now
    before.values[role] = changed
    before.written[role] = set(built["curves"])
    if _parent_of(obj) != built["parent"]:
        before.parents[role] = (obj.parent, obj.matrix_parent_inverse.copy())
    if _slot_of(obj) != built["slot"] and len(obj.material_slots):
        if obj.data.polygons:
            before.slots[role] = obj.material_slots[0].material
        else:  # a volume's list: its cells have the materials that they were built with
            instead = "another material in its list, whose colours can be changed instead"
            before.report.lost.append(f"{obj.name}: {instead}")
    if obj.name != built["name"]:
        before.names[role] = obj.name
    if obj.type == "MESH" and mesh_digest(obj.data) != built.get("mesh"):
        before.report.lost.append(f"{obj.name}: its edited mesh")
    curves = {f"{c.data_path}[{c.array_index}]": c for c in compat.curves(obj)}
    for key, old in built["curves"].items():
        now = keyframes.read(curves[key], built["fps"]) if key in curves else []
        if not _same(old, now):
            path, _, index = key.rpartition("[")
            before.curves[role, path, int(index[:-1])] = Curve(old, now, built["fps"])


def retimed(curve: Curve, new: list) -> list | None:
    """The keys of a new plan with a user's changes in them; None where these do not fit it.

    A curve whose keys were only moved in time passes that on, whatever the number of keys: the plan's times go
    through the same stretch. Other changes need as many keys as before.
    """
    old, now = curve.old, curve.now
    if _same(old, new):
        return now or None
    if len(old) != len(now) or len(now) < 2:
        return None
    equal = len(new) == len(old)
    kinds = [n[2] if equal and n[2] != o[2] else None for o, n in zip(old, now, strict=True)]
    if all(_same(o[1], n[1]) for o, n in zip(old, now, strict=True)):
        found = [[stretched(k[0], old, now), k[1], k[2]] for k in new]
    elif equal:
        found = [[k[0] + n[0] - o[0], k[1] + n[1] - o[1], k[2]] for k, o, n in zip(new, old, now, strict=True)]
    else:
        return None
    return [[s, v, kinds[i] or k] if equal else [s, v, k] for i, (s, v, k) in enumerate(found)]


def stretched(second: float, old: list, now: list) -> float:
    """Where a moment of the plan lies on a user's curve; beyond its ends the whole's stretch goes on."""
    slope = (now[-1][0] - now[0][0]) / max(old[-1][0] - old[0][0], 1e-9)
    if second <= old[0][0]:
        return now[0][0] + (second - old[0][0]) * slope
    for (a, *_), (b, *_), (x, *_), (y, *_) in zip(old, old[1:], now, now[1:], strict=False):
        if second <= b:
            return x + (y - x) * ((second - a) / max(b - a, 1e-9))
    return now[-1][0] + (second - old[-1][0]) * slope


# after a build -------------------------------------------------------------------------------------------------


def settle(before: PreviousBuild, objects: dict, collection, planned: dict, fps: float) -> UpdateReport:
    """Remember how everything was built, then put the user's changes back. `planned`: {role: {"path[i]": keys}}."""
    report = before.report
    _release(before, objects, report)
    for role, obj in objects.items():
        record(obj, planned.get(role, {}), fps)
    for role, obj in objects.items():
        _put_back(before, role, obj, report)
    _sweep(before, objects, report)
    if collection.get(EXPLORE):
        explore(collection, True)
    report.kept, report.lost = list(dict.fromkeys(report.kept)), list(dict.fromkeys(report.lost))
    collection[REPORT] = json.dumps({"kept": report.kept, "lost": report.lost})
    return report


def _put_back(before: PreviousBuild, role: str, obj, report: UpdateReport) -> None:
    blocks = {prefix: (block, names) for prefix, block, names in _parts(obj)}
    for key, value in before.values.get(role, {}).items():
        prefix, name = key.split(" ")
        block, names = blocks.get(prefix, (None, {}))
        if block is None or not hasattr(block, name):
            report.lost.append(f"{obj.name}: {name.replace('_', ' ')}")
            continue
        setattr(block, name, value)
        report.kept.append(f"{obj.name}: {names[name]}")
    if role in before.parents:
        parent, inverse = before.parents[role]
        obj.parent = parent
        obj.matrix_parent_inverse = inverse
        report.kept.append(f"{obj.name}: parent")
    if role in before.slots and len(obj.material_slots):
        obj.material_slots[0].material = before.slots[role]
        report.kept.append(f"{obj.name}: material")


def _release(before: PreviousBuild, objects: dict, report: UpdateReport) -> None:
    """Take away the objects that the figure no longer has; what a user hung on them stays where it is."""
    gone = {role: obj for role, obj in before.objects.items() if role not in objects or objects[role] != obj}
    for role, obj in gone.items():
        for child in [c for c in obj.children if c not in gone.values() and c not in objects.values()]:
            place = child.matrix_world.copy()
            child.parent = None
            child.matrix_world = place
            report.lost.append(f"{child.name}: no longer held by {obj.name}, which is gone")
        changed = before.values.get(role) or role in before.parents or role in before.slots
        if changed or any(key[0] == role for key in before.curves):
            report.lost.append(f"{obj.name}: no longer part of the figure")
    for role in [r for r, (parent, _) in before.parents.items() if parent in gone.values()]:
        del before.parents[role]
    if gone:
        actions = {t.animation_data.action for t in gone.values() if t.animation_data and t.animation_data.action}
        data = {t.data for t in gone.values() if t.data is not None and t.type in ("CAMERA", "LIGHT")}
        bpy.data.batch_remove(set(gone.values()))
        bpy.data.batch_remove({b for b in (*actions, *data) if b.users == 0})


def _sweep(before: PreviousBuild, objects: dict, report: UpdateReport) -> None:
    """Remove what the build before this one needed and nobody uses now."""
    for group in [g for g in before.orphans if isinstance(g, bpy.types.Collection)]:
        bpy.data.batch_remove(set(group.objects))
        bpy.data.collections.remove(group)
    bpy.data.batch_remove({o for o in before.orphans if alive(o) and isinstance(o, bpy.types.Object)})
    bpy.data.batch_remove({d for d in before.data if d.users == 0})
    for data in [d for d in before.data if alive(d) and d.name.startswith("~")]:
        data.name = data.name[1:]
    idle = set()
    for material in before.materials:
        changed = touched(material)
        if material.users == 0 and changed:
            report.lost.append(f"{material.name}: no cell of the figure has this material now")
        elif material.users == 0 and material.get(ROLE):
            idle.add(material)
        elif changed and material.get(ROLE):
            report.kept.append(f"{material.name}: colour")
    # planned, and in the end no cell has it
    idle |= {m for m in bpy.data.materials if not m.users and ROLE in m and not touched(m)}
    bpy.data.batch_remove(idle)


def alive(block) -> bool:
    """Whether a data-block is still in the file."""
    try:
        return bool(block.name)
    except ReferenceError:
        return False


# explore -------------------------------------------------------------------------------------------------------


def _locked(window, modifier) -> list[bool]:
    """The axes along which a window has nowhere to go: the plane of a tilted view would lead it out of its volume."""
    for places in (compat.get_modifier_input(modifier, "Track"), window.parent):
        if places is not None and places.type == "MESH" and len(places.data.vertices):
            at = np.empty((len(places.data.vertices), 3), np.float32)
            places.data.vertices.foreach_get("co", at.ravel())
            locked = (np.ptp(at, axis=0) < 0.5).tolist()
            if not all(locked):
                return locked
    return [False] * 3


def _put_aside(shadow, on: bool) -> None:
    """A hidden volume throws no shadow; one that the user has hidden stays so."""
    if shadow is not None and (not shadow.hide_render if on else shadow.pop(PUT_ASIDE, False)):
        shadow.hide_render = shadow.hide_viewport = on
        if on:
            shadow[PUT_ASIDE] = True


def explore(collection, on: bool) -> None:
    """Let a figure's windows be dragged and light what lies under them; what the clock tells of its own window's place
    steps aside meanwhile: sums, marks, the output, what is on the bench.

    Switched off, the windows return to where the clock has them, and cannot be moved from there by hand.
    """
    collection[EXPLORE] = on
    objects = objects_of(collection)
    for role, obj in objects.items():
        modifier = obj.modifiers.get(MODIFIER)
        if modifier is None or modifier.node_group is None:
            continue
        sockets = {i.name for i in modifier.node_group.interface.items_tree if getattr(i, "in_out", "") == "INPUT"}
        window = role.endswith(".window")
        if window:
            obj.lock_location = _locked(obj, modifier) if on else (True,) * 3
            if not on:
                obj.location = (0, 0, 0)
        if "Explore" in sockets and (window or f"{role}.window" in objects):
            compat.set_modifier_input(modifier, "Explore", on)
        hidden = role.split(".")[0] in ASIDE or role.split(".")[-1] in MARKS
        moving = "location" in _animated(obj) or OUTPUT.fullmatch(role)
        if "Hidden" in sockets and (hidden or (moving and not window and f"{role}.window" not in objects)):
            compat.set_modifier_input(modifier, "Hidden", on)
            _put_aside(objects.get(f"{role}.shadow"), on)
        obj.update_tag()
