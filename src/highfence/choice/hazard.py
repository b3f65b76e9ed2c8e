"""How often supply of the best foreign chip was cut off, and how soon it came back, counted from dated events.

Cuts are a Poisson process while supply is open, reopenings one while it is cut. With ``n`` events in ``T`` years of
exposure and Jeffreys' prior the rate is Gamma distributed, of shape ``n + 1/2`` and rate ``T``. Only what had happened
by a day is counted, so that an answer of May 2024 does not know of April 2025. Cuts by either government count; what
reopens may be a weaker chip.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from math import exp, lgamma, log, sqrt
from pathlib import Path
from typing import Any

from highfence.core.datapack import load_pack
from highfence.core.dates import parse_day
from highfence.core.errors import InputError, NoAnswer
from highfence.core.labels import Label
from highfence.core.ranges import Range
from highfence.core.terms import Term

DATA = Path(__file__).parent / "data"
CODE = (Path(__file__),)

_FIELDS = {"on", "supply", "by", "chip", "grade", "source", "note"}


@dataclass(frozen=True, slots=True)
class Change:
    """A day on which supply was cut or opened.

    Attributes
    ----------
    supply : ``open`` or ``cut``, what it became. by : ``US`` or ``CN``, whose measure cut it; empty for an opening.
    """

    on: date
    supply: str
    chip: str
    grade: str
    source: str
    by: str = ""
    note: Label | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """Events a year.

    Attributes
    ----------
    value : 10, 50 and 90 % of the posterior. events, years : what it was counted from. changes : the events.
    """

    value: Range
    events: int
    years: float
    changes: tuple[Change, ...]

    def term(self, id: str, label: Label) -> Term:
        """Return the rate as a term."""
        how = Label("{n} in {years:.2f} years of exposure, Gamma posterior under Jeffreys' prior",
                    "{years:.2f}年暴露期内{n}次，杰弗里斯先验下的伽马后验").format(n=self.events, years=self.years)
        return Term(id, label, self.value, "1/year", "estimate", tuple(dict.fromkeys(c.source for c in self.changes)),
                    how)


def cutoff_hazard(on: str | date) -> Rate:
    """Return the rate at which open supply was cut, from what had happened by a day.

    >>> found = cutoff_hazard("2025-07-20")
    >>> found.events, round(found.years, 2)
    (3, 4.44)
    """
    return _rate(parse_day(on, "--on"), "open", "cut")


def reopening_rate(on: str | date) -> Rate:
    """Return the rate at which cut supply opened again, from what had happened by a day.

    >>> reopening_rate("2025-07-20").events
    3
    """
    return _rate(parse_day(on, "--on"), "cut", "open")


def _rate(on: date, exposed: str, event: str) -> Rate:
    changes = [c for c in shipped_cuts() if c.on <= on]
    days, events = 0, []
    for change, after in zip(changes, [*changes[1:], None]):
        if change.supply == exposed:
            days += ((after.on if after else on) - change.on).days
            if after:
                events.append(after)
    if not days:
        raise NoAnswer(f"no time had passed with supply {exposed} by {on}", missing=f"supply {exposed} before {on}",
                       would_change=f"how often supply becomes {event}; state the rate instead")
    years = days / 365.25
    shape = len(events) + 0.5
    return Rate(Range(*(gamma_quantile(shape, p) / years for p in (0.1, 0.5, 0.9))), len(events), years, tuple(events))


def gamma_quantile(shape: float, probability: float) -> float:
    """Return the quantile of a Gamma distribution of rate 1.

    >>> round(gamma_quantile(1.0, 0.5), 6)
    0.693147
    """
    low, high = 0.0, shape + 40.0 * sqrt(1.0 + shape)
    for _ in range(80):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if _gamma_cdf(shape, middle) < probability else (low, middle)
    return 0.5 * (low + high)


def _gamma_cdf(shape: float, x: float) -> float:
    """Regularised lower incomplete gamma function, by its series ``x^a e^-x / Γ(a+1) Σ x^k / ((a+1)…(a+k))``."""
    if x <= 0.0:
        return 0.0
    term, total, k = 1.0, 1.0, 1
    while term > 1e-16 * total:
        term *= x / (shape + k)
        total += term
        k += 1
    return min(1.0, total * exp(shape * log(x) - x - lgamma(shape + 1.0)))


@cache
def shipped_cuts() -> tuple[Change, ...]:
    """Return every change of supply, in order."""
    pack = load_pack("cuts", [DATA], compile_cuts, CODE)
    return tuple(Change(date.fromisoformat(raw["on"]), raw["supply"], raw["chip"], raw["grade"], raw["source"],
                        raw.get("by", ""), Label.read(raw["note"]) if raw.get("note") else None)
                 for raw in pack["changes"])


def compile_cuts() -> dict[str, Any]:
    """Read and check the days on which supply changed.

    Raises
    ------
    InputError : an unknown field, grade or source, days that do not ascend, or two changes to the same state.
    """
    from highfence.catalogue import catalogue
    from highfence.core.documents import read_yaml
    from highfence.core.facts import check_grade
    from highfence.rules.store import shipped_law

    known = {s.id for s in catalogue().sources()} | set(shipped_law().sources)
    rows = [{**raw, "on": str(raw["on"])} for raw in read_yaml(DATA / "cuts.yaml")]
    for number, raw in enumerate(rows):
        where = f"cuts.yaml[{number + 1}]"
        check_grade(raw["grade"], where)
        wrong = next((name for name in raw if name not in _FIELDS), None)
        if wrong or raw["source"] not in known or raw["supply"] not in {"open", "cut"}:
            raise InputError("a change of supply cannot be read", where=where, got=wrong or raw["source"],
                             expected="a known source; supply open or cut; " + ", ".join(sorted(_FIELDS)))
        if number and (rows[number - 1]["on"] >= raw["on"] or rows[number - 1]["supply"] == raw["supply"]):
            raise InputError("changes ascend in time and take turns", where=where, got=raw["on"])
    return {"changes": rows}
