# SPDX-License-Identifier: GPL-3.0-or-later
"""Quality profiles: plain objects, applied explicitly, and the choice between them, with its reason in words."""

import ctypes
import sys
from dataclasses import dataclass, replace

import bpy

from ..stage import compat
from ..stage.light import studio


@dataclass(frozen=True)
class Profile:
    """An engine ("CYCLES", "EEVEE") with its samples per pixel; `gpu`: Cycles computes on the GPU.

    `seed`: which places within a pixel Cycles samples. They are the same in every pixel, so they can be chosen: see
    scripts/bench_samples.py.
    """

    name: str
    engine: str
    samples: int
    gpu: bool = False
    seed: int = 0
    studio_samples: int = 32  # where Blender's lamps light it: shadows and bounces want more

    def apply(self, scene) -> None:
        """Set the scene's engine and its quality; nothing else of the scene."""
        getattr(self, f"_{self.engine.lower()}")(scene)

    def _cycles(self, scene) -> None:
        scene.render.engine = "CYCLES"
        scene.render.use_persistent_data = True
        cycles = scene.cycles
        cycles.device = "GPU" if self.gpu else "CPU"
        cycles.samples = self.samples
        # nothing is scattered and nothing denoised: a pixel is what its own samples say, whatever is rendered with it
        cycles.use_denoising = cycles.use_adaptive_sampling = cycles.use_animated_seed = False
        # every pixel is sampled at the same places within it: few samples then give straight edges, not rough ones
        cycles.seed = self.seed
        cycles.sampling_pattern, cycles.scrambling_distance = "TABULATED_SOBOL", 0.0
        cycles.max_bounces = cycles.diffuse_bounces = cycles.glossy_bounces = cycles.transmission_bounces = 0
        # no ray through glass or a shade ends by chance: with few samples, the same in every pixel, that makes steps
        cycles.transparent_max_bounces = cycles.min_transparent_bounces = 16
        cycles.pixel_filter_type, cycles.filter_width = "BLACKMAN_HARRIS", 1.5
        if scene.get("convolume_light") == "studio":
            studio.bounces(scene)
            cycles.samples = self.studio_samples
            cycles.scrambling_distance, cycles.use_animated_seed = 1.0, False
            cycles.use_denoising = _denoises()

    def _eevee(self, scene) -> None:
        scene.render.engine = compat.eevee_id()
        scene.eevee.taa_render_samples = self.samples


PROFILES = {
    # measured: Workbench has to draw whole frames, so Cycles with few samples is the quickest
    "draft": Profile("draft", "CYCLES", 2, seed=119),
    "lecture": Profile("lecture", "CYCLES", 4, seed=67),
    "print": Profile("print", "CYCLES", 24, studio_samples=64),
}


def choose(quality: str) -> tuple[Profile, str]:
    """The profile for a quality on this machine, and why it is that one. Raises KeyError for an unknown quality."""
    profile = PROFILES[quality]
    if quality == "draft":
        return profile, f"Cycles with {profile.samples} samples on the CPU: the quickest"
    gpu = _gpu()
    if not gpu:
        return profile, f"Cycles with {profile.samples} samples on the CPU: no GPU found"
    if quality == "lecture" and _opengl():
        return Profile("lecture", "EEVEE", 32), f"EEVEE on {gpu}"
    return replace(profile, gpu=True), f"Cycles with {profile.samples} samples on {gpu}"


def _denoises() -> bool:
    """Whether this Blender has a denoiser; Debian's has none."""
    try:
        import _cycles  # inside Blender alone
    except ImportError:
        return False
    return bool(getattr(_cycles, "with_openimagedenoise", False))


def _opengl() -> bool:
    """Whether Blender can draw without a window here."""
    if not sys.platform.startswith("linux") or not bpy.app.background:
        return True
    try:
        ctypes.CDLL("libEGL.so.1")
    except OSError:
        return False
    return True


def _gpu() -> str | None:
    """The name of a GPU that Cycles can use, chosen in this session's preferences; None where there is none."""
    addon = bpy.context.preferences.addons.get("cycles")
    if addon is None:
        return None
    preferences = addon.preferences
    for kind in ("OPTIX", "CUDA", "HIP", "METAL", "ONEAPI"):
        try:
            devices = [d for d in preferences.get_devices_for_type(kind) if d.type == kind]
        except (TypeError, ValueError):  # a kind this build of Blender does not know
            continue
        if devices:
            preferences.compute_device_type = kind
            for device in preferences.devices:
                device.use = device.type == kind
            return devices[0].name
    return None
