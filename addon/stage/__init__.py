# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan to Blender data: volumes, windows, texts, lines, camera, light, keyframes. Decides nothing that is shown.

Reads `story.plan` and `story.page` only. `compat.py` holds every branch on a Blender version.
"""

from .build import FIGURE, ROLE, Built, build
from .scene_wide import clock_runs, fit_frames, prepare_again, prepare_scene

__all__ = ["FIGURE", "ROLE", "Built", "build", "clock_runs", "fit_frames", "prepare_again", "prepare_scene"]
