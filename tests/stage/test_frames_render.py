# SPDX-License-Identifier: GPL-3.0-or-later
"""What is on the pixels: every volume's cells rendered in colours that say which cell kind of which volume they are.

One sample through each pixel's middle, no light, no filter: a pixel's colour is the thing that is seen there.
"""

import numpy as np
import pytest

from addon.stage import compat

from .proof import Proof, cells_of
from .seeing import bpy, srgb
from .seeing import staged_first as staged

SIZE = (1280, 720)
CORNERS = [(-0.3, -0.32), (-0.3, 0.32), (0.36, -0.36)]  # of a front face, free of its number and of a weight's chip


def linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


class Codes:
    """Flat colours, each of which stands for one thing."""

    def __init__(self):
        self.meaning: list = [None]

    def material(self, meaning):
        code = len(self.meaning)
        assert code < 9000, "more things than colours"
        self.meaning.append(meaning)
        made = bpy.data.materials.new(f"code {code}")
        compat.use_nodes(made)
        nodes = made.node_tree.nodes
        nodes.clear()
        light, output = nodes.new("ShaderNodeEmission"), nodes.new("ShaderNodeOutputMaterial")
        parts = (8 * (code % 30) + 8, 8 * (code // 30 % 30) + 8, 8 * (code // 900) + 128)
        light.inputs["Color"].default_value = (*(linear(p / 255) for p in parts), 1.0)
        made.node_tree.links.new(light.outputs[0], output.inputs["Surface"])
        return made

    def read(self, pixels: np.ndarray) -> np.ndarray:
        """Which code each pixel shows; 0 for the ground."""
        whole = (pixels[..., :3] * 255).round().astype(int)
        there, parts = whole[..., 2] > 100, (whole - (8, 8, 128)) / 8
        assert np.abs(parts - parts.round())[there].max() < 0.3, "a colour that stands for nothing"
        return np.where(there, parts.round() @ (1, 30, 900), 0).astype(int)


def coded(stage) -> Codes:
    """Give every volume cells of its own, each kind in a colour of its own; windows too; no texts, no shadows."""
    codes, empty = Codes(), bpy.data.collections.new("no labels")
    volumes = [v.role for v in stage.plan.volumes]
    for role, obj in stage.built.objects.items():
        modifier = next(iter(obj.modifiers), None)
        if role.endswith(".shadow"):
            obj.hide_render = True
        elif role.endswith((".window", ".marker")):
            obj.data.materials[0] = codes.material((role,))
        elif modifier and modifier.node_group.name == "Convolume Cells":
            compat.set_modifier_input(modifier, "Labels", empty)
            if role not in volumes:
                continue
            cubes = compat.get_modifier_input(modifier, "Cubes")
            own = bpy.data.collections.new(f"{role} cubes")
            for index, thing_ in enumerate(cubes.objects):
                mesh = thing_.data.copy()
                color = mesh.materials[0].node_tree.nodes["Emission"].inputs["Color"].default_value
                mesh.materials[0] = codes.material((role, mesh.name.split()[0], srgb(color)))
                own.objects.link(bpy.data.objects.new(f"{role} {index:05d}", mesh))
            compat.set_modifier_input(modifier, "Cubes", own)
    return codes


def rendered(scene, path) -> np.ndarray:
    """The picture as (rows from below, columns, 4), in display colours 0..1."""
    scene.render.engine = "CYCLES"
    scene.cycles.samples, scene.cycles.use_denoising, scene.cycles.use_adaptive_sampling = 1, False, False
    scene.cycles.pixel_filter_type, scene.cycles.filter_width = "BOX", 0.01
    scene.cycles.max_bounces = 0
    scene.render.image_settings.file_format = "PNG"
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
    image = bpy.data.images.load(str(path))
    wide, high = image.size
    pixels = np.zeros(wide * high * image.channels, np.float32)
    image.pixels.foreach_get(pixels)
    bpy.data.images.remove(image)
    return pixels.reshape(high, wide, -1)


def sampled(picture, at) -> np.ndarray:
    column, row = np.floor(np.asarray(at)).astype(int).T
    return picture[row, column]


def fronts(frame, cell) -> np.ndarray:
    """Pixels on a cell's front face, beside its number."""
    low, _ = cell.box
    return frame.pixels([(cell.place[0] + x, low[1], cell.place[2] + z) for x, z in CORNERS])


@pytest.fixture(scope="module", params=["conv2d_valid", "rgb_conv"])
def proof(request):
    made = Proof(staged(request.param))
    scene = made.stage.scene
    scene.render.resolution_x, scene.render.resolution_y = SIZE
    return made


def test_a_front_shows_exactly_the_colour_of_its_material(proof, tmp_path):
    """So its number has the contrast that was worked out; and with one sample, for nothing in it is random."""
    frame = proof.frame(proof.stage.frame(5))
    picture = rendered(proof.stage.scene, tmp_path / "colours.png")
    for role in ("output", *(f"input{n}" for n in proof.names), *(f"kernel{n}" for n in proof.names)):
        for cell in frame.cells(role):
            if cell.shape.solid:
                shown = sampled(picture, fronts(frame, cell))[:, :3]
                assert np.abs(shown - cell.color).max() < 2.5 / 255, f"{role}: {shown * 255} for {cell.color}"


def test_the_pixels_show_the_cells_of_their_step(proof, tmp_path):
    """In colours that tell cells apart: born, unborn, lit and faded cells are seen where they belong."""
    stage, count = proof.stage, len(proof.trace)
    shape = proof.outputs.shape[1:]
    before = {i: proof.frame(stage.frame(i)) for i in (count // 2, count - 1)}
    codes = coded(stage)
    ground = srgb(linear(c) for c in stage.plan.background)
    for node in stage.scene.world.node_tree.nodes:
        if node.type == "BACKGROUND":
            node.inputs["Color"].default_value = (0, 0, 0, 1)
    for i, frame in before.items():
        stage.scene.frame_set(stage.frame(i))
        picture = codes.read(rendered(stage.scene, tmp_path / f"{i}.png"))
        cells = cells_of(frame, "output", shape)
        for k in range(count):
            seen = [codes.meaning[c] for c in sampled(picture, fronts(frame, cells[divmod(k, shape[1])]))]
            solid = [bool(m) and m[:2] == ("output", "cube") for m in seen]
            assert all(solid) if k <= i else not any(solid), f"output cell {k} at step {i} shows {seen}"
            assert k <= i or None in seen, f"no ground is seen through output cell {k} at step {i}"
        for channel, name in enumerate(proof.names):
            taps = proof.taps(proof.trace[i], channel)
            for key, cell in cells_of(frame, f"input{name}", proof.padded).items():
                full, kind = proof.full[name][key], "cube" if proof.real(key) else "ghost"
                for code in sampled(picture, fronts(frame, cell)):
                    role, shown, color = codes.meaning[code]
                    assert (role, shown) == (f"input{name}", kind), f"input{name} {key} at step {i} is {role}"
                    assert (color == full) == (key in taps), f"input{name} {key} at step {i} is {color}"
                    assert color == full or color != ground
            outline(frame, picture, codes, cells_of(frame, f"input{name}", proof.padded), taps, f"input{name}.window")


def outline(frame, picture, codes, cells, taps, role) -> None:
    """Around the taps, on the front face's edges, one sees the window's frame."""
    low = np.array([cells[t].place for t in taps]).min(axis=0) - 0.5
    high = np.array([cells[t].place for t in taps]).max(axis=0) + 0.5
    along = np.linspace(0.02, 0.98, 40)
    edge = [(low[0] + (high[0] - low[0]) * t, low[1], z) for t in along for z in (low[2], high[2])]
    edge += [(x, low[1], low[2] + (high[2] - low[2]) * t) for t in along for x in (low[0], high[0])]
    seen = [codes.meaning[c] == (role,) for c in sampled(picture, frame.pixels(edge))]
    assert np.mean(seen) > 0.9, f"{role} is seen on {np.mean(seen):.0%} of its outline"
