# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of figures: which cast, which acts, which layout. Composition only; what is new belongs in cast/ or acts/.

A kind is a module with `build(scene, trace) -> Plan` and `validate(scene, trace)`, None or the (key, value, what would
be right) why it cannot show that; where an operation has several kinds, `accepts(scene, trace)` says whether this one
is chosen unasked. `begin(scene, trace)` gives what makes the plan, whose `clock()` keys the clock: of that alone a
film's length is known.
"""

from . import comparison, pooling, sliding, sweep, volume

__all__ = ["comparison", "pooling", "sliding", "sweep", "volume"]
