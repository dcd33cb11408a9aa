# SPDX-License-Identifier: GPL-3.0-or-later
"""A `.blend` from a stranger: opened and rendered it runs nothing, writes nothing of its own, stays within limits."""

import pytest

from addon.render.process import jobs
from addon.render.process.jobs import Job, Unusable
from addon.scene.overrides import parse_limits

bpy = pytest.importorskip("bpy", reason="the bpy module is not installed (make test installs it)")


@pytest.fixture
def blend(tmp_path, empty_blender):
    """Saves the open scene, with a camera and two small frames; what `change` did to it is in the file."""

    def save(change):
        scene = bpy.context.scene
        obj = bpy.data.objects.new("Thing", bpy.data.meshes.new("Thing"))
        scene.camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
        for each in (obj, scene.camera):
            scene.collection.objects.link(each)
        render = scene.render
        render.resolution_x = render.resolution_y = 16
        render.engine, scene.frame_end = "BLENDER_WORKBENCH", 2
        change(scene, obj)
        path = tmp_path / "stranger.blend"
        bpy.ops.wm.save_as_mainfile(filepath=str(path))
        return path

    return save


def test_its_scripts_and_drivers_do_not_run_and_its_file_output_writes_nothing(blend, tmp_path):
    marks = [tmp_path / "by a text", tmp_path / "by a driver"]

    def change(scene, obj):
        text = bpy.data.texts.new("start.py")
        text.write(f"open({str(marks[0])!r}, 'w').close()\n")
        text.use_module = True
        driver = obj.driver_add("location", 0).driver
        driver.type = "SCRIPTED"
        driver.expression = f"__import__('os').mkdir({str(marks[1])!r}) or 1"
        tree = bpy.data.node_groups.new("Tree", "CompositorNodeTree")
        if hasattr(scene, "compositing_node_group"):
            scene.compositing_node_group = tree
        else:
            scene.use_nodes = True
            tree = scene.node_tree
        output = tree.nodes.new("CompositorNodeOutputFile")
        layers = tree.nodes.new("CompositorNodeRLayers")
        if hasattr(output, "directory"):
            output.directory, output.file_name = str(tmp_path), "by a node"
            output.file_output_items.new("RGBA", "x")
            output.format.media_type = "IMAGE"
        else:
            output.base_path, output.file_slots[0].path = str(tmp_path), "by a node"
        tree.links.new(layers.outputs[0], output.inputs[0])

    path, said = blend(change), []
    for mark in marks:  # what saving has run
        if mark.is_dir():
            mark.rmdir()
    scene = jobs._opened(path, said.append)
    scene.frame_set(2)
    scene.render.filepath = str(tmp_path / "frame.png")
    bpy.ops.render.render(write_still=True)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["frame.png", "stranger.blend"]
    assert len(said) == 1 and said[0].endswith("it would write files of its own: the compositor's File Output")


def test_its_caches_stay_off_the_disk(blend):
    def change(scene, obj):
        obj.modifiers.new("Cloth", "CLOTH")
        obj.modifiers.new("Fluid", "FLUID").fluid_type = "DOMAIN"

    path, said = blend(change), []
    scene = jobs._opened(path, said.append)
    assert "the fluid of Thing" in said[0]
    assert not scene.objects["Thing"].modifiers["Fluid"].show_render


@pytest.mark.parametrize(
    ("size", "end", "limit"), [(8000, 1, "frame=64000000"), (2000, 5000, "film=20000000000"), (16, 10**6, None)]
)
def test_its_pixels_are_counted_before_they_are_rendered(blend, size, end, limit):
    def change(scene, _thing):
        scene.render.resolution_x = scene.render.resolution_y = size
        scene.frame_end = end

    path = blend(change)
    if limit:
        with pytest.raises(Unusable, match=rf"stranger\.blend: must have at most .*\(--limit {limit} allows it\)"):
            Job.of_blend(path, ("gif",), None).open_and_check()
    limits = parse_limits([limit] if limit else [])
    assert Job.of_blend(path, ("gif",), None, limits).open_and_check() == (end, size * size)
