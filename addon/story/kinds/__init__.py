# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of figures: which cast, which acts, which layout. Composition only; what is new belongs in cast/ or acts/.

A kind is a module with `validate(scene, trace)`, None or the (key, value, what would be right) why it cannot
show that, and
`build(scene, trace) -> Plan`.
"""

from . import sliding, sweep, volume

__all__ = ["sliding", "sweep", "volume"]
