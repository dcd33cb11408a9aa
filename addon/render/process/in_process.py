# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs one after the other in this very process: what the window's child does, which is a process already."""

from pathlib import Path

from ..reuse.index import run_shelf
from .jobs import Unmade
from .progress import quiet
from .worker import AS_IT_IS, format_exception


def render(jobs, folder: Path, say, show, store=None) -> tuple[bool, list]:
    """Make every job, whatever becomes of the others; whether all was made, and a still of each."""
    from .. import profiles

    made, said, stills = True, set(), []
    for job in jobs:
        try:
            profile, reason = None, f"{job.name}: {AS_IT_IS}"
            if job.quality:
                with quiet():  # looking for GPUs is not done in silence
                    profile, why = profiles.choose(job.quality)
                reason = f"{job.quality} quality: {why}"
            if reason not in said:
                said.add(reason)
                say(reason)
            for result in job.run(profile, folder, say, stills.append, store=store):
                show(str(result))
        except Unmade:
            made = False
        except BrokenPipeError:
            raise
        except Exception as error:
            say(f"{job.name}: failed to render: {format_exception(error)}")
            made = False
        finally:
            if store is not None and job.blend:
                store.discard(run_shelf(store.run, job.name))
    return made, stills
