# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry of operations: every module of this folder with an `OPERATION` describes one.

- A new operation is one file here and one in `engine/`, and nothing else needs to name it: its options become keys of
  scene files and of the panel, its descriptor answers whatever scene, story and panel ask.
- Nothing outside `engine/` and `ops/` may compare an operation's name: what it would decide by that is a fact, and
  belongs in the descriptor.
- This room imports the engine alone: no files, no words of figures, no drawing.
"""

from .descriptor import Arithmetic, Operation, Option
from .discover import modules_with

# As menus and messages list them; others follow by name.
ORDER = ("conv", "conv_transpose", "max_pool", "avg_pool", "global_avg_pool", "global_max_pool")

OPERATIONS: dict[str, Operation] = {
    module.OPERATION.name: module.OPERATION for module in modules_with("OPERATION", __name__, __path__, ORDER).values()
}


def of(trace) -> Operation:
    """The operation whose trace this is."""
    return OPERATIONS[trace.op]


def names(having) -> tuple[str, ...]:
    """The names of the operations for which `having(operation)` holds."""
    return tuple(name for name, operation in OPERATIONS.items() if having(operation))


def options() -> dict[str, Option]:
    """Every option that some operation has, in the order in which they are met."""
    found: dict[str, Option] = {}
    for operation in OPERATIONS.values():
        for option in operation.options:
            if found.setdefault(option.name, option) != option:
                raise ValueError(f"{operation.name}: the option {option.name} is described twice, and differently")
    return found


__all__ = ["OPERATIONS", "Arithmetic", "Operation", "Option", "names", "of", "options"]
