# SPDX-License-Identifier: GPL-3.0-or-later
"""Story `comparison`: not written yet."""


def suits(scene, trace) -> bool:
    return False


def refusal(scene, trace):
    return "story", "comparison", "has no story yet"


def tell(sheet, trace):
    raise NotImplementedError
