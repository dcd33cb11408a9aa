# SPDX-License-Identifier: GPL-3.0-or-later
"""Choose where within a pixel few samples are taken: how far pictures by Cycles' seed lie from one of 512 samples.

    bench_samples.py                 the profiles' own seeds, and the range that others give
    bench_samples.py 0 160 4,5      the best of 160 seeds with 4 and with 5 samples (minutes)

With `scrambling_distance` 0 every pixel is sampled at the same places, and a seed gives other places. Errors are the
root of the mean square over three channels, of 255.
"""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import bpy  # noqa: E402
import numpy as np  # noqa: E402

from addon.render.process import progress  # noqa: E402
from addon.render.profiles import PROFILES, Profile  # noqa: E402
from addon.render.reuse import frames  # noqa: E402
from addon.scene.load import load  # noqa: E402
from addon.stage import build, compat, prepare_scene  # noqa: E402
from addon.story import make_plan  # noqa: E402

FIGURES = {"conv2d_valid": 0.55, "rgb_conv": 0.5}  # at this part of their time
EXACT, PART = 512, (0.05, 0.6, 0.3, 0.85)  # samples of the picture to compare with; the piece of it, left to top


def errors(wanted: list[tuple[int, int]]) -> np.ndarray:
    """The error of each (samples, seed), over all figures together."""
    found = np.zeros(len(wanted))
    for name, moment in FIGURES.items():
        plan = make_plan(load(name, {}))
        bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
        scene = bpy.context.scene
        prepare_scene(plan, scene, build(plan, scene))
        scene.frame_set(int(plan.frames * moment))
        render = scene.render
        compat.set_image_format(render.image_settings, "TARGA_RAW")
        render.image_settings.color_mode = "RGB"
        render.use_border = render.use_crop_to_border = True
        render.border_min_x, render.border_max_x, render.border_min_y, render.border_max_y = PART
        with tempfile.TemporaryDirectory() as folder:
            render.filepath = str(Path(folder) / "picture.tga")

            def picture(samples, seed, scene=scene):
                Profile("", "CYCLES", samples, seed=seed).apply(scene)
                bpy.ops.render.render(write_still=True)
                return frames.read_targa(Path(scene.render.filepath)).astype(float)

            exact = picture(EXACT, 0)
            found += [((picture(*one) - exact) ** 2).mean() for one in wanted]
    return np.sqrt(found / len(FIGURES))


def main() -> None:
    if len(sys.argv) > 3:
        seeds, counts = range(*map(int, sys.argv[1:3])), [int(n) for n in sys.argv[3].split(",")]
    else:
        seeds, counts = range(12), sorted({p.samples for p in PROFILES.values()})
    own = [(p.samples, p.seed) for p in PROFILES.values()]
    wanted = list(dict.fromkeys([(n, seed) for n in counts for seed in seeds] + own))
    with progress.quiet():
        found = dict(zip(wanted, errors(wanted), strict=True))
    for count in counts:
        ranked = sorted((found[count, seed], seed) for seed in seeds)
        best = ", ".join(f"{seed}: {error:.2f}" for error, seed in ranked[:5])
        median, worst = ranked[len(ranked) // 2][0], ranked[-1][0]
        print(f"{count} samples: best seeds {best}; median {median:.2f}, worst {worst:.2f}")
    for name, profile in PROFILES.items():
        print(f"{name}: {profile.samples} samples, seed {profile.seed}: {found[profile.samples, profile.seed]:.2f}")


if __name__ == "__main__":
    main()
