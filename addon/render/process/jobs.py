# SPDX-License-Identifier: GPL-3.0-or-later
"""One figure from beginning to end: built or opened, its profile set, its frames recorded, its files written.

- A job comes from a plan, or from a `.blend` that is rendered as it lies there.
- Results are given one by one, as they are made; what cannot be made is said, and the rest is made.
- Blender's files are opened with scripts off: a `.blend` is somebody's data, not somebody's program.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ...scene.limits import DEFAULT, Limits
from ..files import encode, outputs
from ..files.descriptor import FRAMES, PLAN, SCENE
from ..files.encode import EncodeError
from ..files.formats import FORMATS, needing
from .progress import Progress, quiet

BLEND_STARTS = (b"BLENDER", b"\x28\xb5\x2f\xfd", b"\x1f\x8b")  # plain, Zstandard, gzip


class Unusable(ValueError):
    """A `.blend` that cannot be rendered as was asked; one line."""


class Unmade(RuntimeError):
    """Something that was asked for was not made; `said` already."""


@dataclass(frozen=True)
class Job:
    """What is to be made: exactly one of `plan` and `blend`. `quality` None: a `.blend`'s own settings."""

    name: str
    formats: tuple[str, ...]
    quality: str | None
    plan: object = None
    blend: Path | None = None
    limits: Limits = DEFAULT  # of a `.blend`; those of a plan have been held already

    @classmethod
    def of_blend(cls, path: Path, formats, quality: str | None, limits: Limits = DEFAULT) -> "Job":
        """A `.blend`, looked at from outside; `open_and_check` looks inside."""
        if path.is_dir():
            raise Unusable(f"{path}: is a folder, must be a Blender file")
        try:
            with path.open("rb") as file:
                start = file.read(8)
        except FileNotFoundError:
            raise Unusable(f"{path}: no such file") from None
        except (OSError, ValueError) as error:
            raise Unusable(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from None
        if not start.startswith(BLEND_STARTS):
            raise Unusable(f"{path}: is not a Blender file")
        for format in formats:
            if format not in needing(FRAMES):
                raise Unusable(f"{path}: a .blend gives {', '.join(needing(FRAMES))}, not {format}")
        return cls(path.stem, tuple(formats), quality, blend=path, limits=limits)

    def open_and_check(self) -> tuple[int, int]:
        """Blender can open the `.blend`, and it holds what its formats need; how many frames and pixels it has."""
        try:
            with quiet():
                scene = _opened(self.blend)
        except RuntimeError as error:
            raise Unusable(f"{self.blend}: cannot be opened ({' '.join(str(error).split())})") from None
        if scene.camera is None:
            raise Unusable(f"{self.blend}: its scene {scene.name} has no camera")
        clip = outputs.FrameRange.of_scene(scene, self.name)
        if not clip.frames:
            raise Unusable(f"{self.blend}: its frames end before they start")
        for format in self.formats:
            if why := FORMATS[format].lacks(clip):
                raise Unusable(f"{self.blend}: {why}")
        render, share = scene.render, scene.render.resolution_percentage / 100
        frames, pixels = len(clip.needed(self.formats)), int(render.resolution_x * render.resolution_y * share**2)
        for name, asked, of in (("frame", pixels, "a frame"), ("film", frames * pixels, f"all {frames:,} frames")):
            most = getattr(self.limits, name)
            if asked > most:
                allow = f"(--limit {name}={asked} allows it)"
                raise Unusable(f"{self.blend}: must have at most {most:,} pixels in {of}, not {asked:,} {allow}")
        return frames, pixels

    def run(self, profile, folder: Path, say: Callable[[str], None], keep=None, **how) -> Iterator[outputs.Result]:
        """Make it, in `folder`. `say` gets a line for what cannot be made, and `Unmade` then ends it.

        `profile` is what `quality` came to, None for a `.blend`'s own settings. `keep` gets the picture that a poster
        would show, where it is among the frames. `how`: `store`, the cache, and `threads`, for `frames.record`.
        """
        folder.mkdir(parents=True, exist_ok=True)
        encode.sweep(folder, self.name)
        formats, lacking = self._of(FRAMES), False
        clip = outputs.FrameRange.of_plan(self.plan) if self.plan else None
        recording = self._recalled(profile, clip and clip.needed(formats), how.get("store"))
        for format in self._of(PLAN):
            try:
                yield outputs.write(self.plan, clip, format, folder)
            except (EncodeError, OSError) as error:
                lacking = self._not_written(format, error, say)
        if recording is None and (formats or self._of(SCENE)):
            with quiet():
                scene = _opened(self.blend, say) if self.blend else _built(self.plan)
                clip = clip or outputs.FrameRange.of_scene(scene, self.name)
            if self._of(SCENE):
                with quiet():
                    profile.apply(scene)  # who opens it and renders gets the same pictures
                    saved = [outputs.write(clip, clip, format, folder) for format in self._of(SCENE)]
                yield from saved
        needed = clip.needed(formats)
        if needed:
            if recording is None:
                with Progress(self.name, len(needed)) as progress, quiet():
                    recording = self._recorded(scene, needed, profile, progress, **how)
            self._announce(recording, how.get("store"), say)
            film = outputs.Film(clip, needed, recording)
            if keep and clip.poster in needed:
                keep(film.at(clip.poster))
        for format in formats:
            try:
                with quiet():
                    result = outputs.write(film, clip, format, folder)
            except (EncodeError, OSError) as error:
                lacking = self._not_written(format, error, say)
            else:
                yield result
        if lacking:
            raise Unmade(self.name)

    def fill(self, profile, needed: list[int], progress, scene=None, **how):
        """Render frames into the cache; the scene, to be given again for more frames of this job."""
        with quiet():
            if scene is None:
                scene = _opened(self.blend) if self.blend else _built(self.plan)
            self._recorded(scene, needed, profile, progress, **how)
        return scene

    def frames(self, scene=None) -> list[int]:
        """The frames that are to be rendered; of a `.blend` its opened scene is needed."""
        clip = outputs.FrameRange.of_plan(self.plan) if self.plan else outputs.FrameRange.of_scene(scene, self.name)
        return clip.needed(self._of(FRAMES))

    def index(self, profile, store) -> bytes | None:
        """The shelf of the cache that says which tiles the frames are made of; None without a cache."""
        from ..reuse import index, scene_fingerprint

        if store is None or not store.limit:
            return None
        if self.plan is None:  # it may hang on other files: what is known of it holds for one run
            return index.run_shelf(store.run, self.name)
        return index.digest(self.plan, profile, scene_fingerprint.renderer())

    def _recorded(self, scene, needed, profile, progress, *, store=None, threads=0):
        from ..reuse import frames

        if store is None:
            return frames.record(scene, needed, profile, progress)
        index = self.index(profile, store)
        return frames.record(scene, needed, profile, progress, store=store, index=index, threads=threads)

    def _recalled(self, profile, needed, store):
        """A figure's recording, where the cache has all of it: then nothing is built."""
        from ..reuse import index

        if not needed or self._of(SCENE) or store is None or not store.limit:
            return None
        return index.recalled(store, self.index(profile, store), needed)

    def _announce(self, recording, store, say) -> None:
        if store is None:
            return
        if store.trouble:
            say(f"{self.name}: {store.trouble}")
        if recording.reused:
            say(f"{self.name}: {recording.reused} of {recording.tiles} pieces are from the cache")

    def _of(self, what: str) -> tuple[str, ...]:
        """The formats that are made of frames, of a scene or of a plan."""
        return tuple(name for name in self.formats if FORMATS[name].needs == what)

    def _not_written(self, format, error, say) -> bool:
        say(f"{self.name}: {format} not written: {getattr(error, 'strerror', None) or error}")
        return True


def _opened(path, say=None):
    import bpy

    from .untrusted import disable_file_output

    bpy.ops.wm.open_mainfile(filepath=str(path.resolve()), use_scripts=False, load_ui=False)
    off = disable_file_output()
    if off and say:
        say(f"{path}: left out, since it would write files of its own: {', '.join(off)}")
    return bpy.context.scene


def _built(plan):
    """The figure in an empty file. Preferences stay as they are: they name the GPU and the extensions."""
    import bpy

    from ...stage import build, prepare_scene

    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True, load_ui=False)
    scene = bpy.context.scene
    prepare_scene(plan, scene, build(plan, scene))
    return scene
