# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding the modules of a folder, so that a file put into it is known without being named anywhere."""

import importlib
import pkgutil
from collections.abc import Iterable
from types import ModuleType


def modules_with(
    attribute: str, package: str, path: Iterable[str], order: tuple[str, ...] = ()
) -> dict[str, ModuleType]:
    """{name: module} of the package's own modules that have an attribute: those of `order` first, others by name."""
    found = {}
    for name in sorted(module.name for module in pkgutil.iter_modules(path)):
        module = importlib.import_module(f"{package}.{name}")
        if hasattr(module, attribute):
            found[name] = module
    return {name: found[name] for name in (*(n for n in order if n in found), *(n for n in found if n not in order))}
