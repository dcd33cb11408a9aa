# SPDX-License-Identifier: GPL-3.0-or-later
"""Small builders, so that node trees read like formulas: `t.math("ADD", a, b)` gives a socket to pass on.

Arguments may be sockets or constants. Only node types that are the same from 4.5 LTS to 5.2 LTS are used.
"""

import bpy

from . import compat


class Nodes:
    """A tree of nodes under construction."""

    def __init__(self, tree):
        self.tree, self._count = tree, 0

    def node(self, kind: str, sockets: dict | None = None, **properties):
        """A node with its properties set and its sockets (by name or index) linked or filled."""
        node = self.tree.nodes.new(kind)
        for key, value in properties.items():
            setattr(node, key, value)
        for key, value in (sockets or {}).items():
            self.plug(node.inputs[key], value)
        # a column per dozen nodes keeps the tree open to a reader of the .blend
        node.location = (220 * (self._count // 8), -170 * (self._count % 8))
        self._count += 1
        return node

    def plug(self, socket, value) -> None:
        if isinstance(value, bpy.types.NodeSocket):
            self.tree.links.new(value, socket)
        else:
            socket.default_value = value

    def math(self, operation: str, a, b=None):
        return self.node("ShaderNodeMath", {0: a} if b is None else {0: a, 1: b}, operation=operation).outputs[0]


class Shader(Nodes):
    """The nodes of a material or a world, from none on."""

    def __init__(self, block):
        compat.use_nodes(block)
        super().__init__(block.node_tree)
        self.tree.nodes.clear()

    def attribute(self, name: str):
        return self.node("ShaderNodeAttribute", attribute_name=name).outputs["Fac"]

    def mixed(self, a, b, factor, **properties):
        """Two colours by a factor; a Mix node has one socket of a name per kind of value."""
        node = self.node("ShaderNodeMix", data_type="RGBA", **properties)
        for name, kind, value in (("Factor", "VALUE", factor), ("A", "RGBA", a), ("B", "RGBA", b)):
            self.plug(next(s for s in node.inputs if s.name == name and s.type == kind), value)
        return next(s for s in node.outputs if s.name == "Result" and s.type == "RGBA")

    def surface(self, output: str, shader) -> None:
        """What comes of it all, at the output of a material or a world."""
        self.node(output, {"Surface": shader})


class Tree(Nodes):
    """A Geometry Nodes group under construction. `inputs` names its sockets in their frozen order."""

    def __init__(self, name: str, inputs: list[tuple[str, str]]):
        super().__init__(bpy.data.node_groups.new(name, "GeometryNodeTree"))
        self.tree.is_modifier = True
        for label, kind in inputs:
            self.tree.interface.new_socket(label, in_out="INPUT", socket_type=f"NodeSocket{kind}")
        self.tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
        self._group_input = self.tree.nodes.new("NodeGroupInput")

    def input(self, name: str):
        return self._group_input.outputs[name]

    def vector(self, operation: str, a, b=None):
        node = self.node("ShaderNodeVectorMath", {i: v for i, v in enumerate((a, b)) if v is not None},
                         operation=operation)  # fmt: skip
        return node.outputs["Value" if operation in ("LENGTH", "DOT_PRODUCT", "DISTANCE") else "Vector"]

    def boolean(self, operation: str, a, b=None):
        values = {i: v for i, v in enumerate((a, b)) if v is not None}
        return self.node("FunctionNodeBooleanMath", values, operation=operation).outputs[0]

    def compare(self, operation: str, a, b, data_type: str = "FLOAT"):
        node = self.node("FunctionNodeCompare", data_type=data_type, operation=operation)
        ends = [s for s in node.inputs if s.enabled and s.name in "AB"]
        self.plug(ends[0], a)
        self.plug(ends[1], b)
        return node.outputs[0]

    def switch(self, condition, false, true, input_type: str = "INT"):
        """`true` where the condition holds, else `false`; None: nothing, of a geometry."""
        node = self.node("GeometryNodeSwitch", input_type=input_type)
        for key, value in enumerate((condition, false, true)):
            if value is not None:
                self.plug(node.inputs[key], value)
        return node.outputs[0]

    def attribute(self, name: str, data_type: str = "FLOAT"):
        node = self.node("GeometryNodeInputNamedAttribute", {"Name": name}, data_type=data_type)
        return next(s for s in node.outputs if s.enabled and s.name == "Attribute")

    def sample_position(self, geometry, index):
        node = self.node("GeometryNodeSampleIndex", data_type="FLOAT_VECTOR", domain="POINT", clamp=True)
        self.plug(node.inputs["Geometry"], geometry)
        self.plug(next(s for s in node.inputs if s.name == "Value" and s.enabled),
                  self.node("GeometryNodeInputPosition").outputs[0])  # fmt: skip
        self.plug(node.inputs["Index"], index)
        return next(s for s in node.outputs if s.enabled)

    def axes(self, vector):
        return tuple(self.node("ShaderNodeSeparateXYZ", {0: vector}).outputs)

    def combine(self, x, y, z):
        return self.node("ShaderNodeCombineXYZ", {0: x, 1: y, 2: z}).outputs[0]

    def finish(self, geometry):
        output = self.tree.nodes.new("NodeGroupOutput")
        output.location = (220 * (self._count // 8 + 1), 0)
        self._group_input.location = (-260, 0)
        self.tree.links.new(geometry, output.inputs[0])
        return self.tree
