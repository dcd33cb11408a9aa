# SPDX-License-Identifier: GPL-3.0-or-later
"""The two Geometry Nodes groups: pieces with their texts, and the window. Both read one number, `Step`.

The order of the sockets is frozen (a modifier's identifiers depend on it); new ones go to the end.

`Explore` and `Hidden` are switched by hand (`tweaks.explore`): then a volume lights what lies under its window
wherever that was dragged, the window shows itself whatever the clock says, and `Hidden` objects are not there.
"""

import bpy

from ..story.plan.plan import CREEP, LANDED
from .nodes import Tree

TAG, VERSION = "convolume_tree", 9  # the version goes up whenever a group is built differently
PIECES, WINDOW = "Convolume Pieces", "Convolume Window"


def _track(t: Tree):
    info = t.node("GeometryNodeObjectInfo", {"Object": t.input("Track")}, transform_space="ORIGINAL")
    return info.outputs["Geometry"]


def _landed_place(t: Tree, step):
    """Where a window stood or stands still: on cell i while the clock goes from i - 1/2 to i + 1/2."""
    return t.sample_position(_track(t), t.math("MAXIMUM", t.math("FLOOR", t.math("ADD", step, 0.5)), 0.0))


def _gliding_place(t: Tree, step):
    """Where a window stands at a clock value: from cell i to i + 1 while the clock goes from i + CREEP to i + 1/2."""
    geometry = _track(t)
    whole = t.math("FLOOR", step)
    gone = t.math("MAXIMUM", t.math("SUBTRACT", t.math("SUBTRACT", step, whole), CREEP), 0.0)
    part = t.math("MINIMUM", t.math("DIVIDE", gone, LANDED - CREEP), 1.0)
    start = t.math("MAXIMUM", whole, 0.0)
    here = t.sample_position(geometry, start)
    there = t.sample_position(geometry, t.math("MAXIMUM", t.math("ADD", whole, 1.0), 0.0))
    gap = t.vector("SUBTRACT", there, here)
    return t.vector("ADD", here, _scaled(t, gap, part))


def _dragged(t: Tree, place):
    """The place, and by how many whole cells the window was dragged from it while exploring."""
    info = t.node("GeometryNodeObjectInfo", {"Object": t.input("Window")}, transform_space="RELATIVE")
    cells = t.node("ShaderNodeVectorMath", {0: t.vector("ADD", info.outputs["Location"], (0.5, 0.5, 0.5))},
                   operation="FLOOR").outputs[0]  # fmt: skip
    nothing = t.vector("SUBTRACT", cells, cells)
    return t.vector("ADD", place, t.switch(t.input("Explore"), nothing, cells, "VECTOR"))


def _stored(t: Tree, points, name: str, value, data_type: str):
    """The points with a field kept as an attribute: worked out once, and as it was before the points move on."""
    node = t.node("GeometryNodeStoreNamedAttribute", {"Geometry": points, "Name": name}, data_type=data_type,
                  domain="POINT")  # fmt: skip
    t.plug(next(s for s in node.inputs if s.enabled and s.name == "Value"), value)
    return node.outputs[0]


def _lit(t: Tree, points, place):
    """The points, and whether they are lit: the taps of the cell at work, which change when the window has landed.

    Outside the fading all are, and nothing is worked out: the attribute is missing then, which reads as false.
    """
    step, taps, dilation = t.input("Step"), t.input("Taps"), t.input("Dilation")
    extent = t.vector("MULTIPLY", t.vector("SUBTRACT", taps, (1.0, 1.0, 1.0)), dilation)
    first = t.vector("SUBTRACT", place, t.vector("MULTIPLY", extent, (0.5, 0.5, 0.5)))
    offset = t.vector("SUBTRACT", t.node("GeometryNodeInputPosition").outputs[0], first)
    on = None
    for axis, limit, gap in zip(t.axes(offset), t.axes(extent), t.axes(dilation), strict=True):
        inside = t.boolean("AND", t.compare("GREATER_THAN", axis, -0.25),
                           t.compare("LESS_THAN", axis, t.math("ADD", limit, 0.25)))  # fmt: skip
        tapped = t.compare("LESS_THAN", t.math("MODULO", t.math("ADD", axis, 0.5), gap), 1.0)
        both = t.boolean("AND", inside, tapped)
        on = both if on is None else t.boolean("AND", on, both)
    early = t.compare("LESS_THAN", step, t.input("Fade From"))
    late = t.compare("GREATER_EQUAL", step, t.input("Fade Until"))
    outside = t.boolean("AND", t.boolean("OR", early, late), t.boolean("NOT", t.input("Explore")))
    stored = _stored(t, points, "unlit", t.boolean("NOT", on), "BOOLEAN")
    shown = t.switch(outside, stored, points, "GEOMETRY")
    return shown, t.boolean("NOT", t.attribute("unlit", "BOOLEAN"))


def _unless_hidden(t: Tree, geometry):
    """The geometry, or nothing where the object steps aside."""
    return t.switch(t.input("Hidden"), geometry, None, "GEOMETRY")


def _children(t: Tree, name: str):
    node = t.node("GeometryNodeCollectionInfo", {"Collection": t.input(name), "Separate Children": True,
                                                 "Reset Children": True})  # fmt: skip
    return node.outputs[0]


def _eased(t: Tree, step, start, end):
    """0 before the clock value `start`, 1 after `end`, with an ease between."""
    way = t.math("MAXIMUM", t.math("SUBTRACT", end, start), 1e-4)
    part = t.math("DIVIDE", t.math("SUBTRACT", step, start), way)
    return t.node("ShaderNodeMapRange", {"Value": part}, interpolation_type="SMOOTHSTEP").outputs[0]


def _scaled(t: Tree, vector, factor):
    node = t.node("ShaderNodeVectorMath", {0: vector}, operation="SCALE")
    t.plug(node.inputs["Scale"], factor)
    return node.outputs[0]


def _arc(t: Tree, via, end, part):
    """The quadratic Bézier curve from nothing to `end` by way of the control point `via`, at `part` of the way."""
    left = t.math("SUBTRACT", 1.0, part)
    middle = t.math("MULTIPLY", t.math("MULTIPLY", part, left), 2.0)
    return t.vector("ADD", _scaled(t, via, middle), _scaled(t, end, t.math("MULTIPLY", part, part)))


def pieces_tree():
    """Points to rigid pieces with their texts: each has its lifetime, its way in and its way out on arcs, its turn."""
    t = Tree(PIECES, [("Geometry", "Geometry"), ("Step", "Float"), ("Cubes", "Collection"), ("Labels", "Collection"),
                      ("Track", "Object"), ("Taps", "Vector"), ("Dilation", "Vector"), ("Fade From", "Float"),
                      ("Fade Until", "Float"), ("Explore", "Bool"), ("Window", "Object"),
                      ("Hidden", "Bool")])  # fmt: skip
    step = t.input("Step")
    points, lit = _lit(t, t.input("Geometry"), _dragged(t, _landed_place(t, step)))
    since, until = t.attribute("visible_from"), t.attribute("visible_until")
    alive = t.boolean("AND", t.compare("GREATER_EQUAL", step, since), t.compare("LESS_THAN", step, until))
    pick = {name: t.switch(lit, t.attribute(faded, "INT"), t.attribute(name, "INT"))
            for name, faded in (("cube", "faded"), ("label", "label_faded"))}  # fmt: skip
    points = _stored(t, points, "picked", t.switch(alive, -1, pick["cube"]), "INT")
    points = _stored(t, points, "written", t.switch(alive, -1, pick["label"]), "INT")
    picked, written = t.attribute("picked", "INT"), t.attribute("written", "INT")
    # what shows nothing now is left out before anything is worked out for it
    shown = t.boolean("OR", t.compare("GREATER_EQUAL", picked, 0, "INT"), t.compare("GREATER_EQUAL", written, 0, "INT"))
    points = t.node("GeometryNodeSeparateGeometry", {"Geometry": points, "Selection": shown}, domain="POINT").outputs[0]

    inward = t.math("SUBTRACT", 1.0, _eased(t, step, t.attribute("leaves"), t.attribute("arrives")))
    outward = _eased(t, step, t.attribute("exit_from"), t.attribute("exit_until"))
    offset = t.vector("ADD", _arc(t, t.attribute("enter_via", "FLOAT_VECTOR"), t.attribute("origin",
        "FLOAT_VECTOR"), inward),
                      _arc(t, t.attribute("exit_via", "FLOAT_VECTOR"), t.attribute("exit", "FLOAT_VECTOR"),
                          outward))  # fmt: skip
    angle = t.math("ADD", t.math("MULTIPLY", t.attribute("enter_turn"), inward),
                   t.math("MULTIPLY", t.attribute("exit_turn"), outward))  # fmt: skip
    grown = _eased(t, step, since, t.math("ADD", since, t.attribute("grow_time")))
    grown = t.switch(t.compare("GREATER_THAN", t.attribute("grow_time"), 0.0), 1.0,
                     t.math("ADD", t.math("MULTIPLY", grown, 0.6), 0.4), "FLOAT")  # fmt: skip
    # the factors are kept less 1: an attribute that is left out reads as 0
    one = (1.0, 1.0, 1.0)
    comes = t.vector("ADD", _scaled(t, t.attribute("enter_scale", "FLOAT_VECTOR"), inward), one)
    goes = t.vector("ADD", _scaled(t, t.attribute("exit_scale", "FLOAT_VECTOR"), outward), one)
    factor = _scaled(t, t.vector("MULTIPLY", comes, goes), grown)
    points = t.node("GeometryNodeSetPosition", {"Geometry": points, "Offset": offset}).outputs[0]
    points = _stored(t, points, "angle", angle, "FLOAT")
    points = _stored(t, points, "factor", factor, "FLOAT_VECTOR")
    angle, factor = t.attribute("angle"), t.attribute("factor", "FLOAT_VECTOR")
    turn = t.node("FunctionNodeEulerToRotation", {0: t.combine(angle, 0.0, 0.0)}).outputs[0]
    size = t.vector("ADD", t.attribute("scale", "FLOAT_VECTOR"), (1.0, 1.0, 1.0))
    cubes = t.node("GeometryNodeInstanceOnPoints", {
        "Points": points, "Selection": t.compare("GREATER_EQUAL", picked, 0, "INT"),
        "Instance": _children(t, "Cubes"), "Pick Instance": True, "Instance Index": picked,
        "Rotation": turn, "Scale": t.vector("MULTIPLY", size, factor)})  # fmt: skip
    texts = t.node("GeometryNodeSeparateGeometry", {
        "Geometry": points, "Selection": t.compare("GREATER_EQUAL", written, 0, "INT")}, domain="POINT")  # fmt: skip
    # before the face: turned with the piece
    wider, deeper, _ = t.axes(factor)
    lift = t.math("MULTIPLY", t.attribute("lift"), deeper)
    forward = t.combine(0.0, t.math("MULTIPLY", t.math("MULTIPLY", lift, t.math("COSINE", angle)), -1.0),
                        t.math("MULTIPLY", t.math("MULTIPLY", lift, t.math("SINE", angle)), -1.0))  # fmt: skip
    front = t.node("GeometryNodeSetPosition", {"Geometry": texts.outputs[0], "Offset": forward})
    font = t.math("MULTIPLY", t.attribute("size"), wider)
    labels = t.node("GeometryNodeInstanceOnPoints", {
        "Points": front.outputs[0], "Instance": _children(t, "Labels"), "Pick Instance": True,
        "Instance Index": written, "Rotation": turn,
        "Scale": t.combine(t.math("MULTIPLY", font, t.attribute("stretch")), font, font)})  # fmt: skip
    joined = t.node("GeometryNodeJoinGeometry")
    t.plug(joined.inputs[0], cubes.outputs[0])
    t.plug(joined.inputs[0], labels.outputs[0])
    return t.finish(_unless_hidden(t, joined.outputs[0]))


def window_tree():
    """The tube, carried along its track while the clock is within its life."""
    t = Tree(WINDOW, [("Geometry", "Geometry"), ("Step", "Float"), ("Track", "Object"), ("Life From", "Float"),
                      ("Life Until", "Float"), ("Explore", "Bool"), ("Hidden", "Bool")])  # fmt: skip
    step, explore = t.input("Step"), t.input("Explore")
    place = t.switch(explore, _gliding_place(t, step), _landed_place(t, step), "VECTOR")
    moved = t.node("GeometryNodeTransform", {"Geometry": t.input("Geometry"), "Translation": place})
    alive = t.boolean("AND", t.compare("GREATER_EQUAL", step, t.input("Life From")),
                      t.compare("LESS_THAN", step, t.input("Life Until")))  # fmt: skip
    shown = t.switch(t.boolean("OR", explore, alive), None, moved.outputs[0], "GEOMETRY")
    return t.finish(_unless_hidden(t, shown))


def tree(name: str):
    """Our group of that name in this file, made when it is missing. A group is ours by its tag, not by its name."""
    makers = {PIECES: pieces_tree, WINDOW: window_tree}
    for group in bpy.data.node_groups:
        if group.get(TAG) == f"{name} {VERSION}":
            return group
    made = makers[name]()
    made[TAG] = f"{name} {VERSION}"
    return made
