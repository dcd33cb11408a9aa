# SPDX-License-Identifier: GPL-3.0-or-later
"""The three Geometry Nodes groups: cells and texts, the window, the guide lines. All read one number, `Step`.

The order of the sockets is frozen (a modifier's identifiers depend on it); new ones go to the end.

`Explore` and `Hidden` are switched by hand (`tweaks.explore`): then a volume lights what lies under its window
wherever that was dragged, the window shows itself whatever the clock says, and `Hidden` objects are not there.
"""

import bpy

from ..story.plan.plan import CREEP, LANDED, LEAVES
from .nodes import Tree

TAG, VERSION = "convolume_tree", 8  # the version goes up whenever a group is built differently
CELLS, WINDOW, LINES = "Convolume Cells", "Convolume Window", "Convolume Lines"
SOLIDS = "Convolume Solids"


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
    scale = t.node("ShaderNodeVectorMath", {0: gap}, operation="SCALE")
    t.plug(scale.inputs["Scale"], part)
    return t.vector("ADD", here, scale.outputs[0])


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
    switch = t.node("GeometryNodeSwitch", input_type="GEOMETRY")
    t.plug(switch.inputs[0], outside)
    t.plug(switch.inputs[1], _stored(t, points, "unlit", t.boolean("NOT", on), "BOOLEAN"))
    t.plug(switch.inputs[2], points)
    return switch.outputs[0], t.boolean("NOT", t.attribute("unlit", "BOOLEAN"))


def _unless_hidden(t: Tree, geometry):
    """The geometry, or nothing where the object steps aside."""
    switch = t.node("GeometryNodeSwitch", input_type="GEOMETRY")
    t.plug(switch.inputs[0], t.input("Hidden"))
    t.plug(switch.inputs[1], geometry)
    return switch.outputs[0]


def _moved(t: Tree, points, step):
    """The points where the clock has brought them: those with an origin come from there, with an ease.

    Where none has (`Moves` is off) they are passed on as they are, and nothing is worked out for them.
    """
    leaves, arrives = t.attribute("leaves"), t.attribute("arrives")
    way = t.math("MAXIMUM", t.math("SUBTRACT", arrives, leaves), 1e-4)
    part = t.math("DIVIDE", t.math("SUBTRACT", step, leaves), way)
    left = t.node("ShaderNodeMapRange", {"Value": part, "To Min": 1.0, "To Max": 0.0},
                  interpolation_type="SMOOTHSTEP").outputs[0]  # fmt: skip
    offset = t.node("ShaderNodeVectorMath", {0: t.attribute("origin", "FLOAT_VECTOR")}, operation="SCALE")
    t.plug(offset.inputs["Scale"], left)
    moved = t.node("GeometryNodeSetPosition", {"Geometry": points, "Offset": offset.outputs[0]}).outputs[0]
    switch = t.node("GeometryNodeSwitch", input_type="GEOMETRY")
    t.plug(switch.inputs[0], t.input("Moves"))
    t.plug(switch.inputs[1], points)
    t.plug(switch.inputs[2], moved)
    return switch.outputs[0]


def cells_tree():
    """Points to cubes and texts: each with its lifetime, its growth, and its full or faded look."""
    t = Tree(CELLS, [("Geometry", "Geometry"), ("Step", "Float"), ("Cubes", "Collection"), ("Labels", "Collection"),
                     ("Track", "Object"), ("Taps", "Vector"), ("Dilation", "Vector"), ("Fade From", "Float"),
                     ("Fade Until", "Float"), ("Explore", "Bool"), ("Window", "Object"),
                     ("Hidden", "Bool"), ("Moves", "Bool"), ("Aside", "Vector"), ("Aside From", "Float")])  # fmt: skip
    step = t.input("Step")
    points = _moved(t, t.input("Geometry"), step)
    start, end, grow_time = (t.attribute(name) for name in ("visible_from", "visible_until", "grow_time"))
    alive = t.boolean("AND", t.compare("GREATER_EQUAL", step, start), t.compare("LESS_THAN", step, end))
    points, lit = _lit(t, points, _dragged(t, _landed_place(t, step)))
    grown = t.math("DIVIDE", t.math("ADD", t.math("SUBTRACT", step, start), 0.01), t.math("ADD", grow_time, 0.01))
    grown = t.node("ShaderNodeMapRange", {"Value": grown, "To Min": 0.55}, interpolation_type="SMOOTHSTEP").outputs[0]

    def pick(name):
        return t.switch(lit, t.attribute(f"{name}_faded" if name == "label" else "faded", "INT"),
                        t.attribute(name, "INT"))  # fmt: skip

    before = t.attribute("before", "INT")
    cube = t.switch(alive, t.switch(t.compare("LESS_THAN", step, start), -1, before), pick("cube"))
    size = t.switch(alive, 1.0, grown, "FLOAT")
    cubes = t.node("GeometryNodeInstanceOnPoints", {
        "Points": points, "Selection": t.compare("GREATER_EQUAL", cube, 0, "INT"),
        "Instance": _children(t, "Cubes"), "Pick Instance": True, "Instance Index": cube,
        "Scale": t.combine(size, size, size)})  # fmt: skip

    lift = t.math("MULTIPLY", t.attribute("lift"), size)
    making_room = t.boolean("AND", t.compare("GREATER_EQUAL", step, t.input("Aside From")),
                            t.compare("LESS_THAN", step, t.input("Fade Until")))  # fmt: skip
    making_room = t.boolean("AND", making_room, t.boolean("NOT", t.input("Explore")))
    nowhere = t.combine(0.0, 0.0, 0.0)
    lit_label_offset = t.switch(t.boolean("AND", making_room, lit), nowhere, t.input("Aside"), "VECTOR")
    forward = t.vector("ADD", t.combine(0.0, t.math("MULTIPLY", lift, -1.0), 0.0), lit_label_offset)
    picked = t.switch(alive, -1, pick("label"))
    # only what has a text is moved and looked at further: of very many cells, few
    written = t.node("GeometryNodeSeparateGeometry", {
        "Geometry": points, "Selection": t.compare("GREATER_EQUAL", picked, 0, "INT")}, domain="POINT")  # fmt: skip
    front = t.node("GeometryNodeSetPosition", {"Geometry": written.outputs[0], "Offset": forward})
    font = t.math("MULTIPLY", t.attribute("size"), size)
    labels = t.node("GeometryNodeInstanceOnPoints", {
        "Points": front.outputs[0], "Instance": _children(t, "Labels"), "Pick Instance": True, "Instance Index": picked,
        "Scale": t.combine(t.math("MULTIPLY", font, t.attribute("stretch")), font, font)})  # fmt: skip
    joined = t.node("GeometryNodeJoinGeometry")
    t.plug(joined.inputs[0], cubes.outputs[0])
    t.plug(joined.inputs[0], labels.outputs[0])
    return t.finish(_unless_hidden(t, joined.outputs[0]))


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


def solids_tree():
    """Points to rigid pieces with their texts: each has its lifetime, its way in and its way out on arcs, its turn."""
    t = Tree(SOLIDS, [("Geometry", "Geometry"), ("Step", "Float"), ("Cubes", "Collection"), ("Labels", "Collection"),
                      ("Track", "Object"), ("Taps", "Vector"), ("Dilation", "Vector"), ("Fade From", "Float"),
                      ("Fade Until", "Float"), ("Explore", "Bool"), ("Window", "Object"),
                      ("Hidden", "Bool"), ("Moves", "Bool")])  # fmt: skip
    step = t.input("Step")
    points, lit = _lit(t, t.input("Geometry"), _dragged(t, _landed_place(t, step)))
    since, until = t.attribute("visible_from"), t.attribute("visible_until")
    alive = t.boolean("AND", t.compare("GREATER_EQUAL", step, since), t.compare("LESS_THAN", step, until))
    pick = {name: t.switch(lit, t.attribute(faded, "INT"), t.attribute(name, "INT"))
            for name, faded in (("cube", "faded"), ("label", "label_faded"))}  # fmt: skip
    waiting = t.switch(t.compare("LESS_THAN", step, since), -1, t.attribute("before", "INT"))
    points = _stored(t, points, "picked", t.switch(alive, waiting, pick["cube"]), "INT")
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
    """The frame, carried along its track while the clock is within its life; `Jump`: hidden while under way."""
    t = Tree(WINDOW, [("Geometry", "Geometry"), ("Step", "Float"), ("Track", "Object"), ("Life From", "Float"),
                      ("Life Until", "Float"), ("Jump", "Bool"), ("Explore", "Bool"), ("Hidden", "Bool")])  # fmt: skip
    step, explore = t.input("Step"), t.input("Explore")
    still = t.boolean("OR", t.input("Jump"), explore)
    place = t.switch(still, _gliding_place(t, step), _landed_place(t, step), "VECTOR")
    part = t.math("SUBTRACT", step, t.math("FLOOR", step))
    under_way = t.boolean("AND", t.compare("GREATER_THAN", part, LEAVES), t.compare("LESS_THAN", part, LANDED - 1e-4))
    moved = t.node("GeometryNodeTransform", {"Geometry": t.input("Geometry"), "Translation": place})
    alive = t.boolean("AND", t.compare("GREATER_EQUAL", step, t.input("Life From")),
                      t.compare("LESS_THAN", step, t.input("Life Until")))  # fmt: skip
    hidden = t.boolean("AND", t.input("Jump"), under_way)
    switch = t.node("GeometryNodeSwitch", input_type="GEOMETRY")
    t.plug(switch.inputs[0], t.boolean("OR", explore, t.boolean("AND", alive, t.boolean("NOT", hidden))))
    t.plug(switch.inputs[2], moved.outputs[0])
    return t.finish(_unless_hidden(t, switch.outputs[0]))


def lines_tree():
    """Bars between two places, one in each of two volumes; they follow when a volume is moved."""
    t = Tree(LINES, [("Geometry", "Geometry"), ("Step", "Float"), ("Source", "Object"), ("Target", "Object"),
                     ("Bar", "Object"), ("Hidden", "Bool")])  # fmt: skip
    step = t.input("Step")

    def world(name, socket):
        info = t.node("GeometryNodeObjectInfo", {"Object": t.input(socket)}, transform_space="RELATIVE")
        return t.node("FunctionNodeTransformPoint", {0: t.attribute(name, "FLOAT_VECTOR"),
                                                     1: info.outputs["Transform"]}).outputs[0]  # fmt: skip

    a, b = world("a", "Source"), world("b", "Target")
    alive = t.boolean("AND", t.compare("GREATER_EQUAL", step, t.attribute("visible_from")),
                      t.compare("LESS_THAN", step, t.attribute("visible_until")))  # fmt: skip
    along = t.vector("SUBTRACT", b, a)
    # kept as attributes, for they are read again after the points have moved
    kept = _stored(t, t.input("Geometry"), "along", along, "FLOAT_VECTOR")
    placed = t.node("GeometryNodeSetPosition", {"Geometry": kept, "Position": a})
    along = t.attribute("along", "FLOAT_VECTOR")
    turn = t.node("FunctionNodeAlignRotationToVector", axis="X")
    t.plug(turn.inputs["Vector"], along)
    bar = t.node("GeometryNodeObjectInfo", {"Object": t.input("Bar"), "As Instance": True},
                 transform_space="ORIGINAL").outputs["Geometry"]  # fmt: skip
    bars = t.node("GeometryNodeInstanceOnPoints", {
        "Points": placed.outputs[0], "Selection": alive, "Instance": bar, "Rotation": turn.outputs[0],
        "Scale": t.combine(t.vector("LENGTH", along), 1.0, 1.0)})  # fmt: skip
    return t.finish(_unless_hidden(t, bars.outputs[0]))


def tree(name: str):
    """Our group of that name in this file, made when it is missing. A group is ours by its tag, not by its name."""
    makers = {CELLS: cells_tree, SOLIDS: solids_tree, WINDOW: window_tree, LINES: lines_tree}
    for group in bpy.data.node_groups:
        if group.get(TAG) == f"{name} {VERSION}":
            return group
    made = makers[name]()
    made[TAG] = f"{name} {VERSION}"
    return made
