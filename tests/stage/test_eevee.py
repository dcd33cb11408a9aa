# SPDX-License-Identifier: GPL-3.0-or-later
"""A frame as EEVEE draws it, in a real Blender: faces have the palette's colours, and the ground lights nothing.

Cycles is told which rays see the world. EEVEE does not know that, so there the ground would light all that is matt.
"""

import json

import numpy as np
import pytest

from addon.render.profiles import PROFILES
from addon.stage import compat

from ..story.projected import PAGE, View
from .seeing import Matrix, bpy, rendered, staged
from .test_ten_points_seen import Seen, linear

pytestmark = [pytest.mark.blender, pytest.mark.thorough, pytest.mark.slow]

SIZE, STEP, SAMPLES = (480, 270), 1, 4
OFF = 12  # of 255, in any channel: how far a front may be off its colour
BOARD, HALF = (0.5, 0.08), (0.02, 0.02)  # of the picture, from its upper left corner: nothing of the figure is there
DRAW = """
import bpy, json, sys
folder, number, samples, box = json.loads(sys.argv[-1])
scene = bpy.context.scene
render = scene.render
render.engine, scene.eevee.taa_render_samples = "BLENDER_EEVEE", samples
scene.frame_set(number)
def draw(name):
    render.filepath = f"{folder}/{name}.png"
    bpy.ops.render.render(write_still=True)
draw("eevee")
# as it would be if every ray saw the ground
ground = next(n for n in scene.world.node_tree.nodes if n.type == "BACKGROUND")
for link in list(ground.inputs["Strength"].links):
    scene.world.node_tree.links.remove(link)
ground.inputs["Strength"].default_value = 1.0
render.use_border = True
render.border_min_x, render.border_min_y, render.border_max_x, render.border_max_y = box
draw("grounded")
"""


def matt_board(scene) -> None:
    """A matt board of a user's own, turned to the camera."""
    camera, wide = scene.camera, scene.camera.data.ortho_scale
    mesh, material = bpy.data.meshes.new("board"), bpy.data.materials.new("board")
    x, y = wide * (BOARD[0] - 0.5), wide * SIZE[1] / SIZE[0] * (0.5 - BOARD[1])
    near, half = -camera.data.clip_start - 0.1, wide * HALF[0]
    mesh.from_pydata([(x + s * half, y + t * half, near) for s, t in ((-1, -1), (1, -1), (1, 1), (-1, 1))], [],
                     [(0, 1, 2, 3)])  # fmt: skip
    compat.use_nodes(material)
    nodes = material.node_tree.nodes
    nodes.clear()
    matt, output = nodes.new("ShaderNodeBsdfDiffuse"), nodes.new("ShaderNodeOutputMaterial")
    matt.inputs["Color"].default_value = (0.3, 0.3, 0.3, 1.0)
    material.node_tree.links.new(matt.outputs[0], output.inputs["Surface"])
    mesh.materials.append(material)
    board = bpy.data.objects.new("board", mesh)
    board.matrix_world = Matrix(camera.matrix_world)
    scene.collection.objects.link(board)


def board_of(picture) -> np.ndarray:
    """The mean colour, 0 to 255, of the board's middle."""
    column, row = (int(part * size) for part, size in zip(BOARD, SIZE, strict=True))
    return 255 * picture[row - 2 : row + 3, column - 2 : column + 3, :3].mean(axis=(0, 1))


def read(path) -> np.ndarray:
    image = bpy.data.images.load(str(path))
    image.colorspace_settings.name = "Non-Color"
    flat = np.zeros(len(image.pixels), np.float32)
    image.pixels.foreach_get(flat)
    return flat.reshape(*SIZE[::-1], -1)[::-1]


class Drawn(Seen):
    """A frame's pixels that were rendered elsewhere."""

    def __init__(self, plan, number: int, picture):
        self.name, self.plan, self.view = f"{plan.id}, EEVEE, frame {number}", plan, View(plan)
        self.moment, self.pixel = self.view.frame(number), SIZE[1] / PAGE
        self.picture = linear(picture[..., :3])


def written(light) -> np.ndarray:
    """Linear light as it is written, 0 to 255."""
    light = np.clip(light, 0, 1)
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


@pytest.mark.skipif(bpy.app.version < (5, 2), reason="a 5.2 on the PATH opens it")
def test_fronts_have_the_palettes_colours_and_the_ground_lights_nothing(run_blender, tmp_path):
    stage = staged("conv2d_valid", {"output.size": "{}x{}".format(*SIZE), "look.light": "baked"})
    scene, number = stage.scene, stage.frame(STEP)
    matt_board(scene)
    scene.render.image_settings.file_format = "PNG"
    file = tmp_path / "figure.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(file), copy=True)
    PROFILES["draft"].apply(scene)
    cycles = board_of(rendered(scene, number, tmp_path / "cycles.png", SIZE))
    box = [BOARD[0] - HALF[0], 1 - BOARD[1] - HALF[1], BOARD[0] + HALF[0], 1 - BOARD[1] + HALF[1]]
    run_blender(file, "--python-exit-code", "1", "--python-expr", DRAW, "--",
                json.dumps([str(tmp_path), number, SAMPLES, box]), timeout=900)  # fmt: skip
    eevee = read(tmp_path / "eevee.png")
    seen = Drawn(stage.plan, number, eevee)
    off = {(seen.moment.solids.role[k], seen.moment.solids.material[k]):
           np.abs(written(middle) - written(seen.color(k))).max()
           for (k, name), (middle, _) in seen.faces(seen.opaque()).items() if name == "front"}  # fmt: skip
    board, grounded = board_of(eevee), board_of(read(tmp_path / "grounded.png"))
    print(f"fronts up to {max(off.values()):.1f} off; a matt board {cycles} in Cycles, {board} here, {grounded} lit by "
          "the ground")  # fmt: skip
    assert {role.split(".")[0] for role, _ in off} >= {"input", "output", "bench"}
    assert not {key: value for key, value in off.items() if value > OFF}
    assert np.abs(board - cycles).max() <= 4
    assert np.abs(grounded - cycles).max() > 16  # else the board would not tell
