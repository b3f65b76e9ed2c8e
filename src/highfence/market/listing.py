"""The table of parameters as the documentation shows it."""

from __future__ import annotations

from highfence.core.parameters import Parameter, Valid
from highfence.market.parameters import PATHS, shipped_parameters


def parameter_table() -> str:
    """Return every parameter as a row of Markdown: id, what it is, values, grade and sources.

    >>> parameter_table().splitlines()[0]
    '| id | what | unit | low – **middle** – high | grade, source |'
    """
    head = ["| id | what | unit | low – **middle** – high | grade, source |", "|---|---|---|---|---|"]
    return "\n".join([*head, *map(_row, shipped_parameters())])


def _row(parameter: Parameter) -> str:
    kind = f" ({PATHS[parameter.id]} path)" if parameter.id in PATHS else ""
    values = "; ".join(map(_value, parameter.values))
    grades = "; ".join(dict.fromkeys(v.grade + (f" `{v.source}`" if v.source else "") for v in parameter.values))
    return f"| `{parameter.id}` | {parameter.label.en}{kind} | {parameter.unit} | {values} | {grades} |"


def _value(valid: Valid) -> str:
    since = f"{valid.since}: " if valid.since else ""
    low, mid, high = (f"{v:.4g}" for v in (valid.value.low, valid.value.mid, valid.value.high))
    return f"{since}**{mid}**" if low == mid == high else f"{since}{low} – **{mid}** – {high}"
