# SPDX-License-Identifier: GPL-3.0-or-later
"""No two faces that are seen lie in one plane: which of them a ray finds would be an accident."""

import numpy as np
import pytest

bpy = pytest.importorskip("bpy", reason="the bpy module is not installed (make test installs it)")

from addon.render.profiles import PROFILES  # noqa: E402
from addon.render.reuse import reuse_policy  # noqa: E402
from addon.render.reuse.material_analysis import MaterialAnalysis  # noqa: E402
from addon.render.reuse.snapshot import Reader  # noqa: E402
from addon.scene.load import load  # noqa: E402
from addon.stage import build, prepare_scene  # noqa: E402
from addon.story import make_plan  # noqa: E402
from tests.figures import cases  # noqa: E402

# between them they show whatever stands on a stage
SHOWN = ("conv1d", "conv2d_dilated", "conv2d_same", "conv2d_stride_comparison", "pooling", "global_pooling", "depth",
         "rgb_to_volume", "mnist_conv", "transposed_conv_strided")  # fmt: skip
FACE_MARGIN = 2e-3  # units between faces that can be told apart from afar
LEAST = 3e-3  # square units: smaller faces are parts of letters and round edges
ASIDE = 2e-3  # units by which faces may overlap along an edge


class Faces:
    """The larger faces that are turned to the camera: triangles in its frame, their planes, things and materials."""

    def __init__(self, reader, snapshot):
        kinds, moves = reader.kind.values[snapshot.objects], reader.move.values[snapshot.objects]
        parts, owners, looks = [], [], []
        for n, (obj, kind, move) in enumerate(zip(snapshot.objects, kinds, moves, strict=True)):
            shape = reader.shapes[reader.shape_of[kind]]
            parts.append(reader.turned[kind] + move)
            owners.append(np.full(len(parts[n]), obj))
            names = np.array(shape.looks or ("",))
            looks.append(names[np.minimum(shape.material, len(names) - 1)])
        corners, owner, look = np.concatenate(parts), np.concatenate(owners), np.concatenate(looks)
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        length = np.linalg.norm(normal, axis=1)
        seen = (normal[:, 2] > 0.05 * length) & (length > 2 * LEAST)
        normal = normal[seen] / length[seen, None]
        self.corners, self.owner, self.look = corners[seen], owner[seen], look[seen]
        self.low, self.high = self.corners[:, :, :2].min(axis=1), self.corners[:, :, :2].max(axis=1)
        self.normal, self.level = normal, (normal * self.corners[:, 0]).sum(axis=1)

    def in_one_plane(self) -> list[tuple[int, int]]:
        """Pairs of different things' faces, of different materials, that overlap in a plane and are seen there."""
        _, plane = np.unique(np.rint(self.normal * 200).astype(int), axis=0, return_inverse=True)
        order = np.lexsort((self.level, plane.ravel()))
        place, level = plane.ravel()[order], self.level[order]
        end = np.searchsorted(place * 1e4 + level, place * 1e4 + level + FACE_MARGIN)
        low, high, pairs = self.low, self.high, []
        for n in np.flatnonzero(end - np.arange(len(order)) > 1):
            a, others = order[n], order[n + 1 : end[n]]
            near = (self.owner[others] != self.owner[a]) & (self.look[others] != self.look[a])
            near &= ((low[others] < high[a] - ASIDE) & (high[others] > low[a] + ASIDE)).all(axis=1)
            pairs += [(a, b) for b in others[near]]
        return [(a, b) for a, b in pairs if self._overlap_is_seen(a, b)]

    def _overlap_is_seen(self, a, b) -> bool:
        inside = np.array([(i, j, 1 - i - j) for i in np.arange(0.05, 1, 0.2) for j in np.arange(0.05, 0.95 - i, 0.2)])
        points = inside @ self.corners[a]
        points = points[_depths(self.corners[b], points)[0]]
        if not len(points):
            return False
        low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
        before = self.corners[((self.low < high) & (self.high > low)).all(axis=1)]
        for point in points:
            hit, depth = _depths(before, point)
            if not (hit & (depth > point[2] + FACE_MARGIN)).any():
                return True
        return False


def _depths(triangles, point):
    """Whether triangles (…, 3, 3) lie at places (…, 3) of the picture, and how deep."""
    a, b, c = (triangles[..., i, :] for i in range(3))
    ab, ac, ap = b - a, c - a, point - a
    whole = ab[..., 0] * ac[..., 1] - ab[..., 1] * ac[..., 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        u = (ap[..., 0] * ac[..., 1] - ap[..., 1] * ac[..., 0]) / whole
        v = (ab[..., 0] * ap[..., 1] - ab[..., 1] * ap[..., 0]) / whole
        depth = a[..., 2] + u * ab[..., 2] + v * ac[..., 2]
        return (u >= 0) & (v >= 0) & (u + v <= 1), depth


def faces(name) -> Faces:
    """A figure's faces at the second step that is explained, or the only one."""
    plan, scene = make_plan(load(name)), bpy.context.scene
    built = build(plan, scene)
    prepare_scene(plan, scene, built)
    PROFILES["lecture"].apply(scene)
    reader = Reader(scene, 16, reuse_policy.reach(scene), MaterialAnalysis())
    scene.frame_set(plan.frame_of([s for s in plan.steps if s.explained][:2][-1].second))
    return Faces(reader, reader.read(bpy.context.evaluated_depsgraph_get()))


@pytest.mark.parametrize("name", cases({name: name for name in SHOWN}, ("depth",)))
def test_faces_that_are_seen_lie_in_planes_of_their_own(name, empty_blender):
    shown = faces(name)
    pairs = shown.in_one_plane()
    assert not pairs, [(str(shown.look[a]), str(shown.look[b])) for a, b in pairs[:5]]


def test_a_face_in_anothers_plane_is_found(empty_blender):
    shown = faces("pooling")
    front = np.flatnonzero(np.char.find(shown.look.astype(str), "lit") >= 0)
    a = front[np.argmax(shown.corners[front, :, 2].min(axis=1))]
    assert not shown.in_one_plane()
    for name in ("corners", "owner", "look", "low", "high", "normal", "level"):
        values = getattr(shown, name)
        setattr(shown, name, np.concatenate([values, values[a : a + 1]]))
    shown.owner[-1], shown.look[-1] = -1, "another"
    assert (a, len(shown.look) - 1) in [tuple(sorted(p)) for p in shown.in_one_plane()]
