# SPDX-License-Identifier: GPL-3.0-or-later
"""A dataclass field that carries what is to be said about it. spec.py says what the metadata means."""

from __future__ import annotations

from dataclasses import field


def knob(default, kind, help, *, range=None, unit="", choices=(), ops=(), auto=""):
    """A dataclass field that carries what is to be said about it."""
    about = {
        "kind": kind, "help": help, "range": range, "unit": unit,
        "choices": tuple(choices), "ops": tuple(ops), "auto": auto,
    }  # fmt: skip
    return field(default=default, metadata=about)


def word(default, help):
    """A replaceable word of a figure."""
    return knob(default, "text", help)
