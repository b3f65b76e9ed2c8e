"""The room's evidence: published yields, wafers and costs, unit costs and costs of serving, recomputed.

Nothing is fitted to any of them. The published yields, wafers and costs are a CSV file that does not ship; it is
``policy/cases.csv`` in the folder that ``HIGHFENCE_SHARED_DATA`` names, or in the one given.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from highfence.core.errors import InputError
from highfence.cost.cases import serving_cases
from highfence.cost.making.cases import CostCase, cost_cases
from highfence.cost.making.validation import unit_cost_cases

FILE = Path("policy") / "cases.csv"


@dataclass(frozen=True, slots=True)
class Checked:
    """One published figure beside ours.

    Attributes
    ----------
    gate : whether missing it is a failure; elsewhere it is a missed bar, which is reported. circular : whether the
    source gave one of our inputs of that very figure. note : what was taken, or why there is no answer.
    """

    group: str
    name: str
    ours: str
    theirs: str
    ok: bool
    error: str
    source: str
    gate: bool = False
    circular: bool = False
    used_to_fit: bool = False
    note: str = ""


def cases_file(data: Path | None) -> Path | None:
    """Return the file of published cases; None where there is none, and none was named.

    Raises
    ------
    InputError : the folder that was named has none.
    """
    folder = data or (Path(named) if (named := os.environ.get("HIGHFENCE_SHARED_DATA")) else None)
    if folder is not None and (folder / FILE).is_file():
        return folder / FILE
    if data is not None and not data.is_dir():
        raise InputError("no such folder", where="--data", got=str(data))
    return None


def checked(data: Path | None = None) -> tuple[list[Checked], str]:
    """Return every published figure beside ours, and why some were left out; empty if none was.

    >>> rows, _ = checked()
    >>> all(row.ok for row in rows if row.group == "cost of serving")
    True
    """
    path = cases_file(data)
    rows = [_case(c) for c in cost_cases(path)] if path else []
    left = "" if path else (f"published yields, wafers and costs: no {FILE.as_posix()}; name its folder with --data or "
                            "HIGHFENCE_SHARED_DATA")
    return [*rows, *_units(), *_serving()], left


def _case(c: CostCase) -> Checked:
    off = ""
    if isinstance(c.ours, (int, float)) and isinstance(c.theirs, (int, float)) and c.theirs:
        off = f"{c.ours / c.theirs - 1.0:+.1%}"
    unit = f" {c.unit}" if c.unit else ""
    note = "" if c.fully_specified or c.circular else "the source does not state every input"
    if c.ours is None:
        note = " ".join(c.note.split())
    return Checked(c.calculation or "not computed", c.id, "no answer" if c.ours is None else f"{_text(c.ours)}{unit}",
                   f"{_text(c.theirs)}{unit}", bool(c.within), off, c.source, c.fully_specified, c.circular,
                   c.used_to_fit, note)


def _units() -> Iterator[Checked]:
    from highfence.catalogue import catalogue

    for c in unit_cost_cases():
        part = "" if c.part == "unit_cost" else f", {c.part}"
        yield Checked("unit cost", f"{catalogue().chip(c.chip).name.en}{part}, {c.on}",
                      f"{c.ours.mid:,.0f} USD [{c.ours.low:,.0f} – {c.ours.high:,.0f}]", f"{c.theirs:,.0f} USD",
                      c.inside, f"{c.ours.mid / c.theirs - 1.0:+.0%}", c.source, False, c.circular, c.used_to_fit,
                      c.note.en if c.note else "")


def _serving() -> Iterator[Checked]:
    for c in serving_cases():
        yield Checked("cost of serving", c.id, f"{c.ours:.3f} USD/M output tokens", f"{c.theirs:.3f}", c.within,
                      f"{c.error:+.1%}", c.source, note=f"bar: within {c.tolerance:.0%}; {c.how}")


def _text(value: Any) -> str:
    """Return a published result, or ours, in words.

    >>> _text({"gross": 63.51234, "yield": 0.443}), _text(">12"), _text(1.45e6)
    ('gross 63.51, yield 0.443', '>12', '1,450,000')
    """
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_text(v)}" for name, v in value.items())
    if isinstance(value, (list, tuple)):
        return " to ".join(_text(v) for v in value)
    if not isinstance(value, (int, float)):
        return str(value)
    return f"{value:,.0f}" if abs(value) >= 1e4 else f"{value:.4g}"
