"""Strict schema of the files of series, events and forecasts."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from highfence.catalogue.schema import LabelIn, read_shape
from highfence.catalogue.store import DATA, catalogue
from highfence.core.dates import parse_day, parse_period
from highfence.core.documents import read_yaml
from highfence.core.errors import InputError, did_you_mean
from highfence.core.facts import check_grade

MEASURES = ("revenue", "revenue-share", "units", "share", "price", "capacity", "capex", "spending", "stock", "sales",
            "yield", "r-and-d", "subsidy", "charge", "guidance", "employment", "profit", "margin", "growth", "rank",
            "market-size", "market-value", "count", "orders", "imports", "exports", "output", "investment", "rate",
            "duration", "mileage", "speed", "size", "power")
EVENT_KINDS = ("control", "licence", "tariff", "purchase-ban", "subsidy", "statement", "product", "order", "supply",
               "enforcement", "court", "agreement", "entity-list")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, coerce_numbers_to_str=True)


class PointIn(_Strict):
    """One printed value."""

    period: str
    start: str | None = None
    end: str | None = None
    fiscal: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    published: str
    grade: str
    source: str
    at: str = ""
    kind: Literal["fact", "estimate", "forecast", "guidance", "target", "claim"] = "fact"
    by: str = ""
    note: LabelIn | None = None


class SeriesIn(_Strict):
    """A series."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$", max_length=80)
    label: LabelIn
    subject: str
    measure: str
    unit: str
    place: str = ""
    frequency: Literal["quarter", "half", "year", "month", "once"]
    definition: LabelIn
    alternative_to: str = ""
    values: list[PointIn] = Field(min_length=1)


class EventIn(_Strict):
    """An event."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$", max_length=80)
    date: str
    effective: str | None = None
    until: str | None = None
    label: LabelIn
    kind: str
    actors: list[str] = []
    targets: list[str] = []
    chips: list[str] = []
    rule: str = ""
    evidence: Literal["primary", "quoted", "secondary", "reported"]
    grade: str
    source: str
    at: str = ""
    note: LabelIn | None = None


class OutcomeIn(_Strict):
    """What came of a forecast."""

    value: float | str | None = None
    published: str | None = None
    source: str | None = None
    status: str = ""


class ForecastIn(_Strict):
    """A published forecast."""

    id: str
    by: str
    published: str
    statement: LabelIn
    metric: str
    region: str = ""
    low: float | None = None
    value: float | None = None
    high: float | None = None
    unit: str = ""
    horizon: str = ""
    condition: str = ""
    source: str
    outcome: OutcomeIn = OutcomeIn()
    note: LabelIn | None = None


def compile_series() -> dict[str, Any]:
    """Read and check every series, event and forecast.

    Raises
    ------
    InputError : at the first entry that breaks the schema, names an unknown source, chip or series, or stands twice.
    """
    sources = {s.id for s in catalogue().sources()}
    found: dict[str, list[dict[str, Any]]] = {"series": [], "events": [], "forecasts": []}
    for kind, model, read in (("series", SeriesIn, _series), ("events", EventIn, _event),
                              ("forecasts", ForecastIn, _forecast)):
        for path in sorted((DATA / kind).glob("*.yaml")):
            for raw in read_yaml(path) or []:
                where = f"{kind}/{path.name}: {raw.get('id', '?') if isinstance(raw, dict) else raw!r}"
                found[kind].append(read(read_shape(model, raw, where), where, sources))
        _once(found[kind], kind)
    ids = {row["id"] for row in found["series"]}
    for row in found["series"]:
        if row["alternative_to"] and row["alternative_to"] not in ids:
            raise InputError("no such series", where=f"series: {row['id']}: alternative_to", got=row["alternative_to"],
                             hint=did_you_mean(row["alternative_to"], ids))
    return found


def _series(row: SeriesIn, where: str, sources: set[str]) -> dict[str, Any]:
    if row.measure not in MEASURES:
        raise InputError("no such measure", where=where, got=row.measure, expected=", ".join(MEASURES),
                         hint=did_you_mean(row.measure, MEASURES))
    seen: set[tuple[str, ...]] = set()
    values = []
    for number, point in enumerate(row.values):
        place = f"{where}: values[{number}]"
        key = (point.period, point.fiscal, point.by, point.kind, point.published)
        if key in seen:
            raise InputError("one print stands twice", where=place, got=" ".join(key))
        seen.add(key)
        values.append(_point(point, place, sources))
    return {**row.model_dump(exclude={"values"}), "values": values}


def _point(p: PointIn, where: str, sources: set[str]) -> dict[str, Any]:
    check_grade(p.grade, where)
    _source(p.source, where, sources)
    period = parse_period(p.period, where)
    ends = [v for v in (p.low, p.value, p.high) if v is not None]
    if not ends:
        raise InputError("a value, or its low and high", where=where)
    middle = p.value if p.value is not None else sum(ends) / len(ends)
    low, high = (middle if v is None else v for v in (p.low, p.high))
    if not low <= middle <= high:
        raise InputError("low, value and high must ascend", where=where, got=f"{p.low}, {p.value}, {p.high}")
    start = parse_day(p.start, where) if p.start else period.start
    end = parse_day(p.end, where) if p.end else period.end
    public = parse_period(p.published, where).end
    if start > end:
        raise InputError("ends before it starts", where=where, got=f"{start}, {end}")
    if p.kind == "fact" and public < start:
        raise InputError("a fact that was public before it began", where=where, got=p.published)
    note = {"note": p.note.model_dump()} if p.note else {}
    return {"period": p.period, "start": start.isoformat(), "end": end.isoformat(), "value": middle, "low": low,
            "high": high, "public": public.isoformat(), "published": p.published, "grade": p.grade, "source": p.source,
            "kind": p.kind, "by": p.by, "at": p.at, "fiscal": p.fiscal, **note}


def _event(e: EventIn, where: str, sources: set[str]) -> dict[str, Any]:
    check_grade(e.grade, where)
    _source(e.source, where, sources)
    if e.kind not in EVENT_KINDS:
        raise InputError("no such kind of event", where=where, got=e.kind, expected=", ".join(EVENT_KINDS))
    for chip in e.chips:
        catalogue().chip(chip)
    if e.rule and not (Path(__file__).parents[1] / "rules" / "data" / f"{e.rule}.yaml").exists():
        raise InputError("no such file of law", where=f"{where}: rule", got=e.rule)
    row = {k: v for k, v in e.model_dump().items() if v not in (None, "", [])}
    row["on"] = parse_day(row.pop("date"), where).isoformat()
    for name in ("effective", "until"):
        if name in row:
            row[name] = parse_day(row[name], where).isoformat()
    return {"actors": [], "targets": [], **row}


def _forecast(f: ForecastIn, where: str, sources: set[str]) -> dict[str, Any]:
    _source(f.source, where, sources)
    if f.outcome.source:
        _source(f.outcome.source, f"{where}: outcome", sources)
    number = f.outcome.value if isinstance(f.outcome.value, float) else None
    text = "" if f.outcome.value is None or number is not None else str(f.outcome.value)
    if text:
        with suppress(ValueError):
            number, text = float(text), ""
    row = f.model_dump(exclude={"outcome"})
    known = parse_period(f.outcome.published, where).end.isoformat() if f.outcome.published else ""
    return {**row, "outcome_public": known, "public": parse_period(f.published, where).end.isoformat(),
            "outcome": number, "outcome_text": text, "outcome_source": f.outcome.source or "",
            "status": f.outcome.status}


def _source(id: str, where: str, sources: set[str]) -> None:
    if id not in sources:
        raise InputError("no such source", where=where, got=id, hint=did_you_mean(id, sources))


def _once(rows: list[dict[str, Any]], kind: str) -> None:
    seen: set[str] = set()
    for row in rows:
        if row["id"] in seen:
            raise InputError("two entries have the same id", where=kind, got=row["id"])
        seen.add(row["id"])
