# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of figures: which cast, which acts, which layout. Composition only; what is new belongs in cast/ or acts/.

A kind is a module with `begin(scene, trace)`, which gives what makes the plan (`plan()`) and keys the clock alone
(`clock()`: of that a film's length is known), and `validate(scene, trace)`, None or the (key, value, what would be
right) why it cannot show that; where an operation has several kinds, `accepts(scene, trace)` says whether this one is
chosen unasked.
"""

from . import comparison, pooling, sliding, sweep, volume

__all__ = ["comparison", "pooling", "sliding", "sweep", "volume"]
