"""What others foresaw beside what the model foresees from the same day's information, and what came.

Rows are the catalogue's published forecasts and, where its file is at hand, those of ``forecasts_and_claims.csv``
that the catalogue does not hold. Every row is listed: with ours and theirs, as open, or as outside the model with the
reason.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from math import log, sqrt
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highfence.catalogue.series import Point, PublishedForecast, published_forecasts, series
from highfence.core.dates import Period, parse_period
from highfence.core.documents import read_yaml
from highfence.core.errors import InputError
from highfence.core.labels import Label
from highfence.core.ranges import Range, quantile_range
from highfence.market.observations import shipped_map
from highfence.market.posterior import latest
from highfence.market.printing import foreseen, foresight
from highfence.market.results import outcome
from highfence.market.runs import simulate
from highfence.market.tables import days_of, quarters

Floats = NDArray[np.float64]
FILE = Path(__file__).parent / "data" / "forecasts.yaml"
CSV = Path("market") / "forecasts_and_claims.csv"
DRAWS, SEED = 500, 1
NEAR_NOTHING = 1e-9
SCALES = ("log", "points")

OUTSIDE, CONDITIONAL, OPEN, SCORED = "outside the model", "conditional", "open", "scored"
"""How a row stands: nothing of the model, a condition that was not met, no outcome yet, an outcome."""


@dataclass(frozen=True, slots=True)
class ForecastCase:
    """One published forecast beside ours.

    Attributes
    ----------
    as_of : day whose information ours uses. period : what it is about. ours : 80 % interval, None outside the model.
    theirs : their middle, or the bound that they gave; ``bound`` says which. came : outcome. error, their_error :
    ours and theirs less what came, in logarithms or in units; a bound that holds has no error. on_their_side : share of
    our draws that keep their bound. calibrated : whether a posterior of that day stands behind ours. circular : what
    came is their own estimate of the past, so that they cannot be wrong.
    """

    id: str
    by: str
    statement: str
    unit: str
    source: str
    as_of: date
    period: str
    standing: str
    scale: str = ""
    ours: Range | None = None
    theirs: float | None = None
    bound: str = ""
    came: float | None = None
    error: float | None = None
    their_error: float | None = None
    on_their_side: float | None = None
    calibrated: bool = False
    circular: bool = False
    note: Label | None = None

    @property
    def inside(self) -> bool | None:
        """Whether what came lies in our 80 % interval; None without both."""
        if self.ours is None or self.came is None:
            return None
        return self.ours.low <= self.came <= self.ours.high

    @property
    def closer(self) -> bool | None:
        """Whether our middle is nearer to what came than theirs; None without both."""
        if self.error is None or self.their_error is None:
            return None
        return abs(self.error) < abs(self.their_error)


@cache
def measures() -> Mapping[str, Any]:
    """Return what of the model stands beside which measure.

    >>> measures()["measures"]["huawei-ascend-units"]["series"]
    'huawei-ascend-units'

    Raises
    ------
    InputError : an unknown series, outcome or scale.
    """
    raw: dict[str, Any] = read_yaml(FILE)
    mapped = {row.series for row in shipped_map().rows}
    for name, told in raw["measures"].items():
        if ("series" in told) == ("outcome" in told) or told["scale"] not in SCALES:
            raise InputError("a measure names a series or an outcome, and a scale", where=f"{FILE.name}: {name}",
                             got=dict(told), expected=", ".join(SCALES))
        if "outcome" in told:
            outcome(told["outcome"])
        elif told["series"] not in mapped:
            raise InputError("no outcome is set against this series", where=f"{FILE.name}: {name}", got=told["series"])
    held = {f.id for f in published_forecasts()}
    for id in raw["own"]:
        if id not in held:
            raise InputError("no such published forecast", where=f"{FILE.name}: own", got=id)
    return raw


def forecast_cases(data: Path | None = None, draws: int = DRAWS, seed: int = SEED) -> list[ForecastCase]:
    """Return every published forecast beside ours.

    Parameters
    ----------
    data : folder that may hold ``market/forecasts_and_claims.csv``, for rows that the catalogue does not have.
    """
    held = list(published_forecasts())
    return [case(one, draws, seed) for one in (*held, *_more(data, held))]


def case(of: PublishedForecast, draws: int = DRAWS, seed: int = SEED) -> ForecastCase:
    """Return one published forecast beside ours, as of the day on which it was published."""
    raw = measures()
    told = {**raw["measures"].get(of.metric, {}), **raw["own"].get(of.id, {})}
    day = of.public - timedelta(days=1) if told.get("before") else of.public
    period = str(told.get("when") or of.horizon)
    plain: dict[str, Any] = {"id": of.id, "by": of.by, "statement": of.statement.en, "unit": of.unit,
                             "source": of.source, "as_of": day, "period": period}
    if of.metric not in raw["measures"]:
        why = raw["outside"].get(of.metric)
        standing = CONDITIONAL if of.status == "conditional" else OUTSIDE
        return ForecastCase(**plain, standing=standing, came=of.outcome,
                            note=Label.read(why) if why else Label("not a measure of the model", "非模型指标"))
    values = _draws(told, period, day, of.outcome_source, draws, seed)
    came = told.get("came", of.outcome)
    theirs, bound = _theirs(of, told)
    side = None if theirs is None or not bound else float(np.mean(
        values <= theirs if bound == "at most" else values >= theirs))
    scale = told["scale"]
    middle = float(np.median(values))
    return ForecastCase(**plain, standing=OPEN if came is None else SCORED, scale=scale, ours=quantile_range(values),
                        theirs=theirs, bound=bound, came=came, error=_error(middle, came, scale),
                        their_error=_their_error(theirs, bound, came, scale), on_their_side=side,
                        calibrated=latest(day) is not None, circular=of.status == "observed",
                        note=Label.read(told["note"]) if "note" in told else None)


def _theirs(of: PublishedForecast, told: Mapping[str, Any]) -> tuple[float | None, str]:
    """Return their middle, or the bound that they gave and its side."""
    if "theirs" in told:
        return float(told["theirs"]), ""
    if of.value is not None:
        return of.value, ""
    if of.low is not None and of.high is not None:
        return (sqrt(of.low * of.high) if told["scale"] == "log" and of.low > 0.0 else (of.low + of.high) / 2.0), ""
    if of.high is not None:
        return of.high, "at most"
    return (of.low, "at least") if of.low is not None else (None, "")


def _error(ours: float, came: float | None, scale: str) -> float | None:
    if came is None or (scale == "log" and (came <= 0.0 or ours <= 0.0)):
        return None
    return log(ours / came) if scale == "log" else ours - came


def _their_error(theirs: float | None, bound: str, came: float | None, scale: str) -> float | None:
    if theirs is None or came is None:
        return None
    if (bound == "at most" and came <= theirs) or (bound == "at least" and came >= theirs):
        return 0.0
    return _error(theirs, came, scale)


# ---- ours ------------------------------------------------------------------------------------------------------------


def _draws(told: Mapping[str, Any], period: str, day: date, source: str, draws: int, seed: int) -> Floats:
    if "outcome" in told:
        return _outcome(told["outcome"], told.get("quarters") or _within(parse_period(period)), day, draws, seed)
    seen = foresight(day, draws, seed)
    values = foreseen(told["series"], _point(told["series"], period, source), seen)
    if "minus" in told:
        values = values - foreseen(told["series"], _point(told["series"], str(told["minus"]), source), seen)
    values = 1.0 - values if told.get("rest") else values
    return np.asarray(float(told.get("sign", 1.0)) * values)


def _within(period: Period) -> list[str]:
    """Return the model's quarters that lie within a period, or the one in which it ends.

    >>> _within(parse_period("2025"))
    ['2025Q1', '2025Q2', '2025Q3', '2025Q4']
    """
    found = [q for q in quarters() if period.start <= days_of(q)[0] and days_of(q)[2] <= period.end]
    return found or [q for q in quarters() if days_of(q)[0].replace(day=1) <= period.end][-1:]


def _outcome(name: str, over: Sequence[str], day: date, draws: int, seed: int) -> Floats:
    run = simulate(draws=draws, seed=seed, as_of=day, until=over[-1], keep=[name])
    values = run.outcome(name)[[run.quarters.index(q) for q in over]]
    how = outcome(name).by_year
    if how == "end":
        return np.asarray(values[-1])
    return np.asarray(values.sum(axis=0) if how == "sum" else values.mean(axis=0))


def _point(name: str, period: str, source: str) -> Point:
    """Return a figure of a series to be printed: its days are those of the same period there, where it has one."""
    known = [p for p in series(name).points if period in (p.period, p.fiscal)]
    known = [p for p in known if p.source == source] or known
    facts = [p for p in known if p.kind in shipped_map().kinds]
    if facts:
        return facts[0]
    of = parse_period(period)
    return Point(period, of.start, of.end, 1.0 if series(name).unit != "share" else 0.5, *(
        (1.0, 1.0) if series(name).unit != "share" else (0.5, 0.5)), of.end, of.end.isoformat(), "estimate", source,
        "estimate")


# ---- rows of a table -------------------------------------------------------------------------------------------------

_UNITS = {"usd_m": ("USD", 1e6), "usd_bn": ("USD", 1e9), "pct": ("share", 0.01)}


def _more(data: Path | None, held: Sequence[PublishedForecast]) -> list[PublishedForecast]:
    """Return the rows of the table of forecasts that the catalogue does not have."""
    if data is None or not (data / CSV).is_file():
        return []
    known = {one.id.split("-")[0] for one in held}
    with (data / CSV).open(encoding="utf-8", newline="") as file:
        return [_read(row) for row in csv.DictReader(file) if row["id"].casefold() not in known]


def _read(row: Mapping[str, str]) -> PublishedForecast:
    metric = measures()["names"].get(row["metric"], row["metric"])
    unit, factor = _UNITS.get(row["unit"], (row["unit"], 1.0))
    public = parse_period(row["published"], f"{CSV.name}: {row['id']}").end
    low, value, high = (_figure(row[name], factor) for name in ("low", "value", "high"))
    came = _figure(row["outcome_value"], factor)
    return PublishedForecast(row["id"].casefold(), row["publisher"], row["published"], public,
                             Label(row["statement"], row["statement"]), metric, row["region"], unit,
                             _horizon(metric, row["horizon"]), row["source"], low, value, high,
                             condition=row["condition"], outcome=came, outcome_source=row["outcome_source"],
                             status=row["status_code"])


def _figure(text: str, factor: float) -> float | None:
    try:
        return float(text) * factor
    except ValueError:
        return None


def _horizon(metric: str, text: str) -> str:
    """Return a horizon as a period: a firm's fiscal quarter under its calendar name."""
    told = measures()["measures"].get(metric, {})
    if "series" in told:
        fiscal = next((p.period for p in series(told["series"]).points if p.fiscal and p.fiscal == text), None)
        if fiscal:
            return fiscal
    words = [w for w in text.replace("end ", "").split("-") if w.strip()]
    try:
        parse_period(text)
        return text
    except InputError:
        return words[-1].strip() if words else text
