"""Series, events and published forecasts: what became public when, in each source's own definition.

An **information set** is a query: :meth:`Series.as_of` keeps what was public by a day, and of each period the latest
print by then. Values that disagree stay side by side, each with who published it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from highfence.catalogue.store import DATA
from highfence.core.datapack import load_pack
from highfence.core.dates import Period, parse_period
from highfence.core.envelope import shown
from highfence.core.errors import InputError, did_you_mean
from highfence.core.labels import Label

FOLDERS = tuple(DATA / name for name in ("series", "events", "forecasts"))
PLACES = (*FOLDERS, DATA / "sources")
CODE = (Path(__file__), Path(__file__).parent / "series_schema.py")


@dataclass(frozen=True, slots=True)
class Point:
    """One value as one publisher printed it.

    Attributes
    ----------
    period : calendar period that the value is nearest to. start, end : its exact days. fiscal : its name in the firm's
    books. public : last day of the period in which it became public, as far as is known. by : who estimated it.
    kind : fact, estimate, forecast, guidance, target or claim.
    """

    period: str
    start: date
    end: date
    value: float
    low: float
    high: float
    public: date
    published: str
    grade: str
    source: str
    kind: str
    by: str = ""
    at: str = ""
    fiscal: str = ""
    note: Label | None = None


@dataclass(frozen=True)
class Series:
    """A series of values in one definition.

    Attributes
    ----------
    subject : a firm, a chip or a topic. measure : what of it. unit : of the values. place : ISO code, ``world``, or
    none. definition : the source's own. alternative_to : id of a contested other series of the same thing.
    """

    id: str
    label: Label
    subject: str
    measure: str
    unit: str
    frequency: str
    definition: Label
    points: tuple[Point, ...]
    place: str = ""
    alternative_to: str = ""

    def as_of(self, day: date) -> Series:
        """Return the series as it was known on a day: nothing published later, and the latest print of each period.

        >>> found = series("nvidia-revenue").as_of(date(2025, 4, 1))
        >>> max(p.public for p in found.points) <= date(2025, 4, 1)
        True
        """
        known: dict[tuple[str, str, str, str], Point] = {}
        for point in sorted((p for p in self.points if p.public <= day), key=lambda p: p.public):
            known[point.period, point.fiscal, point.by, point.kind] = point
        return replace(self, points=tuple(sorted(known.values(), key=lambda p: (p.start, p.end, p.by))))

    def first_prints(self) -> Series:
        """Return the series with the first print of each period alone, as forecasters met it."""
        known: dict[tuple[str, str, str, str], Point] = {}
        for point in sorted(self.points, key=lambda p: p.public):
            known.setdefault((point.period, point.fiscal, point.by, point.kind), point)
        return replace(self, points=tuple(sorted(known.values(), key=lambda p: (p.start, p.end, p.by))))

    @property
    def sources(self) -> tuple[str, ...]:
        """Ids of every source, each once."""
        return tuple(dict.fromkeys(p.source for p in self.points))

    def to_dict(self) -> dict[str, Any]:
        """Return the series as JSON."""
        return shown(self)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on a day.

    Attributes
    ----------
    on : when it happened or was announced. effective, until : first and last day on which it binds. rule : path in the
    law's data. evidence : primary, quoted, secondary or reported.
    """

    id: str
    on: date
    label: Label
    kind: str
    actors: tuple[str, ...]
    targets: tuple[str, ...]
    evidence: str
    grade: str
    source: str
    effective: date | None = None
    until: date | None = None
    chips: tuple[str, ...] = ()
    rule: str = ""
    at: str = ""
    note: Label | None = None

    def about(self, word: str) -> bool:
        """Whether a word stands in its names, actors, targets or chips."""
        key = word.casefold()
        return any(key in text.casefold() for text in (self.id, self.label.en, self.label.zh, *self.actors,
                                                       *self.targets, *self.chips))


@dataclass(frozen=True, slots=True)
class PublishedForecast:
    """What somebody foresaw, and what came.

    Attributes
    ----------
    by : forecaster. low, value, high : what was foreseen, in ``unit``. horizon : period that it is about. condition :
    under which. outcome : what came, None while open or where the condition was not met; ``outcome_public`` : last day
    of the period in which it became public. status : as the record says.
    """

    id: str
    by: str
    published: str
    public: date
    statement: Label
    metric: str
    region: str
    unit: str
    horizon: str
    source: str
    low: float | None = None
    value: float | None = None
    high: float | None = None
    condition: str = ""
    outcome: float | None = None
    outcome_text: str = ""
    outcome_source: str = ""
    outcome_public: date | None = None
    status: str = ""
    note: Label | None = None


@cache
def _pack() -> dict[str, Any]:
    from highfence.catalogue.series_schema import compile_series

    return load_pack("series", PLACES, compile_series, CODE)


@cache
def all_series() -> Mapping[str, Series]:
    """Return every series by id."""
    return {raw["id"]: _series(raw) for raw in _pack()["series"]}


def series(id: str) -> Series:
    """Return a series by id.

    Raises
    ------
    InputError : no such series; the hint names the nearest.
    """
    found = all_series().get(id.strip().casefold())
    if found is None:
        raise InputError("no such series", got=id, hint=did_you_mean(id, all_series(), cutoff=0.4),
                         expected="an id of: highfence series", code="unknown-series")
    return found


@cache
def events() -> tuple[Event, ...]:
    """Return every event, the oldest first."""
    return tuple(sorted((_event(raw) for raw in _pack()["events"]), key=lambda e: (e.on, e.id)))


@cache
def published_forecasts() -> tuple[PublishedForecast, ...]:
    """Return every published forecast, the oldest first."""
    return tuple(sorted(map(_forecast, _pack()["forecasts"]), key=lambda f: (f.public, f.id)))


def search_series(word: str = "", measure: str = "") -> Iterator[Series]:
    """Yield series whose names, subject or definition hold a word, and of a measure where one is named."""
    key = word.casefold()
    for found in all_series().values():
        texts = (found.id, found.label.en, found.label.zh, found.subject, found.definition.en, found.place)
        if key in " ".join(texts).casefold() and measure in ("", found.measure):
            yield found


def _series(raw: Mapping[str, Any]) -> Series:
    points = tuple(_point(p) for p in raw["values"])
    return Series(raw["id"], Label(**raw["label"]), raw["subject"], raw["measure"], raw["unit"], raw["frequency"],
                  Label(**raw["definition"]), tuple(sorted(points, key=lambda p: (p.start, p.end, p.public))),
                  raw.get("place") or "", raw.get("alternative_to") or "")


def _point(raw: Mapping[str, Any]) -> Point:
    days = {name: date.fromisoformat(raw[name]) for name in ("start", "end", "public")}
    note = {"note": Label(**raw["note"])} if raw.get("note") else {}
    return Point(**{**raw, **days, **note})


def _event(raw: Mapping[str, Any]) -> Event:
    days = {name: date.fromisoformat(raw[name]) for name in ("on", "effective", "until") if raw.get(name)}
    lists = {name: tuple(raw.get(name) or ()) for name in ("actors", "targets", "chips")}
    labels = {name: Label(**raw[name]) for name in ("label", "note") if raw.get(name)}
    return Event(**{**raw, **days, **lists, **labels})


def _forecast(raw: Mapping[str, Any]) -> PublishedForecast:
    labels = {name: Label(**raw[name]) for name in ("statement", "note") if raw.get(name)}
    came = date.fromisoformat(raw["outcome_public"]) if raw["outcome_public"] else None
    return PublishedForecast(**{**raw, **labels, "public": date.fromisoformat(raw["public"]), "outcome_public": came})


def public_by(published: str) -> date:
    """Return the last day of the period in which something became public.

    >>> public_by("2025-05")
    datetime.date(2025, 5, 31)
    """
    found: Period = parse_period(published)
    return found.end
