# SPDX-License-Identifier: GPL-3.0-or-later
"""The run that [compare] describes: the first's tables with what is said of the second in their places.

What is wrong with it is said of [compare]'s keys, whose names are those of [op] and [weight].
"""

import re
from dataclasses import fields, replace

from .checks import ValidationError
from .limits import DEFAULT, Limits
from .resolve import check_result, complete
from .spec import WEIGHT_SOURCES, Bias, Compare, Data, Op, Weight

SAME = re.compile(rf"\b(?:op|weight)\.(?=(?:{'|'.join(f.name for f in fields(Compare))})\b)")


def second_run(op: Op, data: Data, weight: Weight, compare: Compare, limits: Limits = DEFAULT) -> tuple[Op, Weight]:
    """Operation and weights of the second run of a complete scene, complete. Raises ValidationError."""
    second, source = replace(op, **compare.changed), compare.source
    if source is not None:
        weight = Weight(**{f.name: getattr(compare, f.name) for f in fields(Weight) if hasattr(compare, f.name)})
        if source in ("values", "npy"):  # these say how large the kernel is
            second = replace(second, kernel_size=compare.kernel_size)
    try:
        second, _, weight = complete(second, data, weight, Bias(), limits)
        check_result(second, data, limits)
    except ValidationError as wrong:
        raise _of_second(wrong, weight, compare) from None
    return second, weight


def check_compared(op: Op, data: Data, weight: Weight, compare: Compare, limits: Limits) -> None:
    """The second run, where there is one, is accepted as the first is."""
    if compare.given:
        second_run(op, data, weight, compare, limits)


def of_compare(key: str | None, hint: str) -> tuple[str | None, str]:
    """A key of [op] or [weight] and what would be right, as they are said of the second run."""
    return key and SAME.sub("compare.", key), SAME.sub("compare.", hint)


def _of_second(wrong: ValidationError, weight: Weight, compare: Compare) -> ValidationError:
    said = {**compare.changed, **({compare.source: getattr(compare, compare.source)} if compare.source else {})}
    if compare.source is None and compare.kernel_size is not None and weight.seed is None:
        given = next(name for name in WEIGHT_SOURCES if getattr(weight, name) is not None)
        if f"weight.{given}" in (wrong.key, *re.findall(r"weight\.\w+", wrong.hint)):
            hint = "must have weights of its own, such as compare.seed or compare.values"
            hint += f": those of weight.{given} do not fit"
            return ValidationError(hint, "compare.kernel_size", compare.kernel_size)
    key, hint = of_compare(wrong.key, wrong.hint)
    name = (key or "").rpartition(".")[2]
    if name not in said:
        name = next(iter(said))
    return ValidationError(hint, f"compare.{name}", said[name])
