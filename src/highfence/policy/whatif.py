"""What a policy does against another: paired draws of the market under two scenarios, and what lies between them.

Draw ``i`` of both sees the same parameters and shocks, so that a difference is what the policies make of one world.

>>> import highfence as hf
>>> found = hf.whatif("h20-licence-2025", draws=40, horizon="2026")
>>> found.b, found.since, found["nvidia_china_revenue"].whole.at
('h20-ban-2025', '2025Q3', '2025Q3 to 2026Q4')
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highfence.core.envelope import plain
from highfence.core.errors import InputError
from highfence.core.labels import Label
from highfence.core.ranges import Range
from highfence.market.results import Outcome, outcome
from highfence.market.runs import QUANTILES, Trajectory, knowledge, simulate
from highfence.market.tables import quarters
from highfence.policy.pulls import outside
from highfence.policy.scenarios import HISTORY, Scenario, effective, find_scenario, laws

Floats = NDArray[np.float64]
DRAWS, SEED, MOST_DRAWS = 1000, 1, 100_000
HORIZON = "2028"

TOLD = (
    "nvidia_china_revenue", "nvidia_total_revenue", "flagship_units", "domestic_share_units", "domestic_share_value",
    "domestic_share_compute", "domestic_revenue", "domestic_units", "domestic_output_h100e", "huawei_units",
    "compute_stock_h100e", "compute_stock_training_h100e", "stock_flagship_h100e", "stock_low_h100e",
    "stock_smuggled_h100e", "stock_huawei_h100e", "stock_other_h100e", "stock_flagship_training_h100e",
    "stock_low_training_h100e", "stock_smuggled_training_h100e", "stock_huawei_training_h100e",
    "stock_other_training_h100e", "compute_abroad_h100e", "largest_training_run", "flagship_paid", "smuggled_paid",
    "huawei_price", "price_of_work", "premium", "unmet_share", "equipment_sales", "rd_spending", "restriction",
    "smuggled_units", "licence_fee")
"""Outcomes of a what-if unless others are asked for."""

SAME = 1e-9
"""Relative difference up to which two values of a draw count as equal: that of rounding."""


@dataclass(frozen=True, slots=True)
class Row:
    """One outcome at one time.

    Attributes
    ----------
    at : quarter, year or span. a, b, difference : quantiles of A, of B and of the paired difference A - B, at
    :data:`~highfence.market.runs.QUANTILES`. above, below : share of draws in which A is above B, and below.
    """

    at: str
    a: tuple[float, ...]
    b: tuple[float, ...]
    difference: tuple[float, ...]
    above: float
    below: float

    @property
    def range(self) -> Range:
        """The 10th, 50th and 90th percentile of the difference."""
        return Range(self.difference[1], self.difference[3], self.difference[5])


@dataclass(frozen=True, slots=True)
class Compared:
    """One outcome: by quarter, by calendar year, and over the whole span.

    Attributes
    ----------
    by_year : how quarters make a year and the span: ``sum``, ``end`` or ``mean``. whole : from the first quarter in
    which the scenarios part to the horizon.
    """

    outcome: Outcome
    by_year: str
    quarters: tuple[Row, ...]
    years: tuple[Row, ...]
    whole: Row


@dataclass(frozen=True)
class WhatIf:
    """What scenario A does against scenario B.

    Attributes
    ----------
    since : first quarter in which anything differs, None where nothing does by the horizon. failed_a, failed_b : draws
    that ran into a number that is none; a pair with one is left out of every figure, and counted here. basis : what the
    parameters rest on. levers_a, levers_b : levers that the one has and the other has not. laws_a, laws_b : overlays.
    sources : ids, of the scenarios, of levers that differ and of overlays. warnings : what limits this answer.
    """

    a: str
    b: str
    label_a: Label
    label_b: Label
    horizon: str
    since: str | None
    draws: int
    failed_a: int
    failed_b: int
    pairs: int
    seed: int
    as_of: str | None
    basis: Label
    outcomes: Mapping[str, Compared]
    levers_a: tuple[Mapping[str, Any], ...]
    levers_b: tuple[Mapping[str, Any], ...]
    laws_a: tuple[str, ...]
    laws_b: tuple[str, ...]
    sources: tuple[str, ...]
    warnings: tuple[Label, ...]

    def __getitem__(self, name: str) -> Compared:
        """Return an outcome.

        Raises
        ------
        InputError : no such outcome, or one that was not kept.
        """
        outcome(name)
        if name not in self.outcomes:
            raise InputError("not in this what-if", where="--outcome", got=name, expected=", ".join(self.outcomes),
                             hint="name it when asking: keep=[...]")
        return self.outcomes[name]

    def headline(self) -> Label:
        """Return the answer in one line."""
        from highfence.policy.words import headline

        return headline(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the what-if as JSON; :meth:`from_dict` reads it again."""
        raw: dict[str, Any] = {name: plain(getattr(self, name)) for name in self.__dataclass_fields__
                               if name != "outcomes"}
        return {**raw, "quantiles": list(QUANTILES), "headline": self.headline().to_dict(),
                "outcomes": {name: {**one.outcome.to_dict(), "by_year": one.by_year,
                                    "quarters": [_row_dict(r) for r in one.quarters],
                                    "years": [_row_dict(r) for r in one.years], "whole": _row_dict(one.whole)}
                             for name, one in self.outcomes.items()}}

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> WhatIf:
        """Return a what-if from its JSON."""
        outcomes = {name: Compared(
            Outcome(one["name"], one["unit"], Label.read(one["label"]), Label.read(one["definition"])), one["by_year"],
            tuple(map(_read_row, one["quarters"])), tuple(map(_read_row, one["years"])), _read_row(one["whole"]))
            for name, one in raw["outcomes"].items()}
        plainly = ("a", "b", "horizon", "since", "draws", "failed_a", "failed_b", "pairs", "seed", "as_of")
        own: dict[str, Any] = {name: raw[name] for name in plainly}
        own |= {name: Label.read(raw[name]) for name in ("label_a", "label_b", "basis")}
        own |= {name: tuple(raw[name]) for name in ("levers_a", "levers_b", "laws_a", "laws_b", "sources")}
        return cls(**own, outcomes=outcomes, warnings=tuple(map(Label.read, raw["warnings"])))


def whatif(a: str | Path | Scenario, against: str | Path | Scenario | None = None, *, horizon: str = HORIZON,
           draws: int = DRAWS, seed: int = SEED, as_of: str | date | None = None,
           given: Mapping[str, float | Range] | None = None, keep: Sequence[str] | None = None,
           posterior: bool = True, engine: str = "here", address: str | None = None, threads: int | None = None,
           progress: Callable[[int], None] | None = None) -> WhatIf:
    """Return what a policy does against another.

    Parameters
    ----------
    a, against : scenarios, names or files; ``against`` is the counterpart that A names, else its base. horizon : last
    year or quarter. draws, seed : of the pairs. as_of : day of knowledge: history's law, levers and figures that became
    public later are not used. given : values or ranges of parameters of the market. keep : outcomes; :data:`TOLD` if
    None. posterior, engine, address, threads : as in :func:`highfence.market.runs.simulate`; the last three have no
    effect on the result. progress : told how many of both scenarios' draws are done.

    Raises
    ------
    InputError : an unknown scenario, outcome or parameter, a horizon outside the model, a number of draws that cannot
        be. NoAnswer : every pair of draws failed, or nothing of a needed path was public on the day.
    """
    one = find_scenario(a)
    other = find_scenario(against) if against is not None else counterpart(one)
    last = read_horizon(horizon)
    if isinstance(draws, bool) or draws != int(draws) or not 1 <= draws <= MOST_DRAWS:
        raise InputError("number of draws", where="--draws", got=draws, expected=f"1 to {MOST_DRAWS:,}", example="1000")
    known = knowledge(as_of)
    names = tuple(dict.fromkeys(outcome(name).name for name in (TOLD if keep is None else keep)))
    done = _Done(progress)
    runs = []
    for of in (one, other):
        held = outside(of, known)
        runs.append(simulate(held.pulls, draws=draws, seed=seed, given=given, as_of=known, until=last, keep=names,
                             table=held.table, posterior=posterior, engine=engine, address=address, threads=threads,
                             progress=done))
        done.base += draws
    return _compared(one, other, runs[0], runs[1], names, last, known)


class _Done:
    """Counts draws over two runs."""

    def __init__(self, progress: Callable[[int], None] | None) -> None:
        self.progress, self.base = progress, 0

    def __call__(self, done: int) -> None:
        if self.progress:
            self.progress(self.base + done)


def counterpart(of: Scenario) -> Scenario:
    """Return what a scenario is set against: the one that it names, else its base.

    >>> from highfence.policy.scenarios import scenario
    >>> counterpart(scenario("h20-licence-2025")).id, counterpart(scenario("enforcement-doubled")).id
    ('h20-ban-2025', 'history')

    Raises
    ------
    InputError : history names none.
    """
    name = of.against or of.base
    if name is None:
        raise InputError(f"what is {of.id} to be set against?", where="--against", example="h20-ban-2025",
                         hint=f"any scenario, or: highfence whatif h20-ban-2025 --against {HISTORY}",
                         code="no-counterpart")
    return find_scenario(name)


def read_horizon(text: str) -> str:
    """Return the last quarter of a horizon, a year or a quarter.

    >>> read_horizon("2028"), read_horizon("2026q2")
    ('2028Q4', '2026Q2')

    Raises
    ------
    InputError : no year or quarter, or one outside the model.
    """
    found = re.fullmatch(r"(\d{4})(?:-?Q([1-4]))?", str(text).strip().upper())
    last = f"{found[1]}Q{found[2] or 4}" if found else ""
    if last not in quarters():
        raise InputError("a horizon outside the model" if found else "not a horizon", where="--horizon", got=text,
                         expected=f"a year or quarter from {quarters()[0]} to {quarters()[-1]}", example=HORIZON,
                         code="bad-horizon")
    return last


# ---- figures ---------------------------------------------------------------------------------------------------------


def _compared(one: Scenario, other: Scenario, a: Trajectory, b: Trajectory, names: Sequence[str], last: str,
              known: date | None) -> WhatIf:
    from highfence.core.errors import NoAnswer

    fine = ~(a.failed | b.failed)
    if not fine.any():
        raise NoAnswer("every pair of draws failed", missing="a draw without a number that is none",
                       would_change="every figure")
    kept = {name: (a.values[name][:, fine], b.values[name][:, fine]) for name in names}
    apart = np.stack([(_apart(x, y) != 0).any(axis=1) for x, y in kept.values()]).any(axis=0)
    since = int(np.argmax(apart)) if apart.any() else None
    compared = {name: _one(outcome(name), *pair, a.quarters, since or 0) for name, pair in kept.items()}
    mine, theirs = effective(one, known), effective(other, known)
    only = [[v for v in these if v not in set(those)] for these, those in ((mine, theirs), (theirs, mine))]
    cited = (*one.sources, *other.sources, *(v.source for vs in only for v in vs),
             *(o.source or "" for of in (one, other) for o in laws(of)))
    return WhatIf(one.id, other.id, one.label, other.label, last, None if since is None else a.quarters[since],
                  a.draws, int(a.failed.sum()), int(b.failed.sum()), int(fine.sum()), a.seed,
                  known.isoformat() if known else None, a.basis, compared, tuple(v.to_dict() for v in only[0]),
                  tuple(v.to_dict() for v in only[1]), tuple(o.id for o in laws(one)), tuple(o.id for o in laws(other)),
                  tuple(dict.fromkeys(s for s in cited if s)), tuple(_warnings(one, other, a, b, since, last, known)))


def _warnings(one: Scenario, other: Scenario, a: Trajectory, b: Trajectory, since: int | None, last: str,
              known: date | None) -> list[Label]:
    found = []
    failed = int((a.failed | b.failed).sum())
    if failed:
        found.append(Label(f"{failed} of {a.draws} pairs failed and are left out",
                           f"{a.draws}对抽样中{failed}对失败，未计入"))
    if since is None:
        found.append(Label(f"nothing differs by {last}: both scenarios are the same until then",
                           f"至{last}无差异：两情景在此之前相同"))
    if known is not None and (laws(one) or laws(other)):
        found.append(Label("law is read on the day of knowledge: overlays that begin later have no effect",
                           "法律按知识截止日解读：此后才开始的法律方案不起作用"))
    return found


def _apart(a: Floats, b: Floats) -> Floats:
    """Return a difference, zero where it is no more than rounding."""
    difference = a - b
    return np.asarray(np.where(np.abs(difference) <= SAME * np.maximum(np.abs(a), np.abs(b)), 0.0, difference))


def _one(what: Outcome, a: Floats, b: Floats, names: Sequence[str], since: int) -> Compared:
    rows = tuple(_row(name, a[t], b[t]) for t, name in enumerate(names))
    years = []
    for year in dict.fromkeys(name[:4] for name in names):
        at = [t for t, name in enumerate(names) if name[:4] == year]
        if len(at) == 4:
            years.append(_row(year, _over(what, a[at]), _over(what, b[at])))
    span = f"{names[since]} to {names[-1]}" if what.by_year != "end" else names[-1]
    return Compared(what, what.by_year, rows, tuple(years), _row(span, _over(what, a[since:]), _over(what, b[since:])))


def _over(what: Outcome, values: Floats) -> Floats:
    """Return what quarters make of a year or span, (draws,)."""
    if what.by_year == "end":
        return np.asarray(values[-1])
    return np.asarray(values.sum(axis=0) if what.by_year == "sum" else values.mean(axis=0))


def _row(at: str, a: Floats, b: Floats) -> Row:
    difference = _apart(a, b)

    def told(values: Floats) -> tuple[float, ...]:
        return tuple(float(v) for v in np.quantile(values, QUANTILES))

    above, below = (float(side.mean()) for side in (difference > 0.0, difference < 0.0))
    return Row(at, told(a), told(b), told(difference), above, below)


def _row_dict(row: Row) -> dict[str, Any]:
    return {"at": row.at, "a": list(row.a), "b": list(row.b), "difference": list(row.difference), "above": row.above,
            "below": row.below}


def _read_row(raw: Mapping[str, Any]) -> Row:
    return Row(raw["at"], tuple(raw["a"]), tuple(raw["b"]), tuple(raw["difference"]), raw["above"], raw["below"])
