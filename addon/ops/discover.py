# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding the modules of a folder, so that a file put into it is known without being named anywhere."""

import importlib
import pkgutil
from collections.abc import Iterable
from types import ModuleType


def names_in(path: Iterable[str], order: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The names of a folder's modules, none of which is imported: those of `order` first, others by name."""
    there = sorted(module.name for module in pkgutil.iter_modules(path))
    return (*(n for n in order if n in there), *(n for n in there if n not in order))


def modules_with(
    attribute: str, package: str, path: Iterable[str], order: tuple[str, ...] = ()
) -> dict[str, ModuleType]:
    """{name: module} of the package's own modules that have an attribute: those of `order` first, others by name."""
    found = {name: importlib.import_module(f"{package}.{name}") for name in names_in(path, order)}
    return {name: module for name, module in found.items() if hasattr(module, attribute)}
