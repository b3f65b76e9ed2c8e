"""Chips side by side at what a million output tokens cost, in the form of the other comparisons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from highfence.core.errors import HighfenceError, InputError, NoAnswer
from highfence.core.labels import Label
from highfence.cost.tokens import TokenCost, token_cost
from highfence.perf.choosing.comparison import MOST_CHIPS, Compared, Comparison, Measure, reason_of
from highfence.perf.prediction import Estimate
from highfence.perf.shape import shape_of
from highfence.perf.sheets import find_machine

COST = Measure("USD/M tokens", False, Label("USD per million output tokens", "每百万输出词元美元"), Label(
    "prompts included, each chip at its cheapest way that keeps the limits",
    "含对应输入；各芯片取满足限制的最便宜方式"))


def compare_cost(chips: Sequence[str], model: str, /, **question: Any) -> Comparison:
    """Return chips side by side at the cost of a million output tokens with their prompts.

    Parameters
    ----------
    question : as in :func:`highfence.cost.tokens.token_cost`, ``chips`` of a deployment too. The load is chosen, and so
    stated for none.

    Raises
    ------
    InputError : a chip, model, place, day or limit that cannot be. NoAnswer : no chip has an answer.

    Examples
    --------
    >>> found = compare_cost(["H20", "H100"], "qwen3-8b", chips=8, to="CN", on="2025-08-01")
    >>> found.unit, [row.value.low < row.value.value < row.value.high for row in found.rows]
    ('USD/M tokens', [True, True])
    """
    if not 1 <= len(chips) <= MOST_CHIPS:
        raise InputError("chips to compare", where="CHIPS", got=len(chips), expected=f"1 to {MOST_CHIPS}",
                         example="highfence compare H20 H100 --model deepseek-r1 --by cost")
    rows = [_row(chip, model, question) for chip in chips]
    if all(row.value is None for row in rows):
        raise NoAnswer("none of these chips has an answer by cost",
                       missing="; ".join(reason_of(row) for row in rows))
    first = rows[0].value
    return Comparison(shape_of(model).id, "cost", COST.unit, float(question.get("prompt", 2048.0)),
                      float(question.get("output", 512.0)), None,
                      tuple(replace(row, ratio=row.value.value / first.value) if row.value and first else row
                            for row in rows))


def _row(chip: str, model: str, question: dict[str, Any]) -> Compared:
    try:
        found = token_cost(chip, model, **question)
    except HighfenceError as problem:
        if isinstance(problem, InputError) and problem.code not in {"unsupported-format", "out-of-memory"}:
            raise
        machine = find_machine(chip)
        return Compared(machine.id, machine.name, reason=str(getattr(problem, "what", problem)))
    return compared(found)


def compared(c: TokenCost) -> Compared:
    """Return a cost of tokens as one row of a comparison."""
    v = c.all_in.value
    return Compared(c.chip, c.name, Estimate(v.mid, v.low, v.high, c.all_in.unit), None, c.chips, dict(c.split),
                    c.precision, None, c.evidence, c.grade, find_machine(c.chip).assumed)
