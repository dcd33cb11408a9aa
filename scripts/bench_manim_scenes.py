# SPDX-License-Identifier: GPL-3.0-or-later
"""The baseline: a convolution in ManimCommunity, as cubes that are not lit. Run by bench_manim.py, with manim's Python.

Sizes, steps, pauses and channels come from one of our figures, in the environment variable CONVOLUME_BENCH.
"""

import json
import os

from manim import BLUE, DEGREES, GREEN, RED, WHITE, YELLOW, Cube, FadeIn, ThreeDScene, VGroup

SPEC = json.loads(os.environ["CONVOLUME_BENCH"])


class Cubes(ThreeDScene):
    def construct(self):
        self.set_camera_orientation(phi=60 * DEGREES, theta=-70 * DEGREES, zoom=0.8)
        n, k, m, s = SPEC["input"], SPEC["kernel"], SPEC["output"], SPEC["cell"]
        colors = [BLUE, GREEN, RED][: SPEC["channels"]]
        left, right = -(m * s / 2 + 0.3), n * s / 2 + 0.3

        def grid(n, colors, x, opacity=0.8, scale=0.95):
            look = {"fill_opacity": opacity, "stroke_color": WHITE, "stroke_width": 1}
            return VGroup(*[
                Cube(s * scale, fill_color=color, **look).move_to(
                    [x + (j - (n - 1) / 2) * s, ((n - 1) / 2 - i) * s, (c - (len(colors) - 1) / 2) * s])
                for c, color in enumerate(colors) for i in range(n) for j in range(n)
            ])  # fmt: skip

        out, far = grid(m, [GREEN], right), (n - k) / 2 * s
        kernel = grid(k, [YELLOW] * len(colors), left, 0.5, 1.02).shift([-far, far, 0])
        self.add(grid(n, colors, left), kernel)
        self.wait(SPEC["still"])
        at = (0, 0)
        for number, (glide, hold) in enumerate(SPEC["steps"]):
            i, j = divmod(number, m)
            way = [(j - at[1]) * s, -(i - at[0]) * s, 0]
            self.play(kernel.animate.shift(way), FadeIn(out[number]), run_time=glide)
            self.wait(hold)
            at = i, j
        self.wait(SPEC["end"])
