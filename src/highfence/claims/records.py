"""Every fact of the catalogue as one record: specs, relations, series, events, statements, forecasts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Any

from highfence.catalogue.attributes import ATTRIBUTES
from highfence.catalogue.metrics import METRICS
from highfence.catalogue.series import Event, Point, PublishedForecast, Series, all_series, events, published_forecasts
from highfence.catalogue.statements import Statement, statements
from highfence.catalogue.store import catalogue
from highfence.claims.wording import firm_of, name_of, named_in, numbers_in, search_words, words_of
from highfence.core.dates import Period, parse_period
from highfence.core.envelope import shown
from highfence.core.facts import Fact
from highfence.core.labels import Label
from highfence.core.quantities import KINDS

KINDS_OF_FACT = ("spec", "metric", "price", "model", "relation", "series", "event", "statement", "forecast")
"""Where a record comes from."""

DATED_PREDICATES = (
    "approved",
    "banned",
    "issued",
    "created",
    "launched",
    "listed-on",
    "said",
    "published",
    "plans",
    "founded",
    "sold-to",
    "invested-in",
)
"""Predicates that tell of something done on a day."""


@dataclass(frozen=True, slots=True)
class Record:
    """One fact in the form that all kinds share.

    Attributes
    ----------
    id : ``series:nvidia-revenue/2025-Q1``, ``chip:nvidia-h20/peak_fp16``, ``event:...``, ``statement:...``. kind : one
    of :data:`KINDS_OF_FACT`. subject : id; ``objects`` : ids of what it stands in relation to, or was done to.
    attribute : measure, spec, predicate or kind of event. value, low, high, unit : in the unit inside. status : fact,
    estimate, forecast, guidance, target, claim, law, proposal, report, statement. words : what search finds it by.
    """

    id: str
    kind: str
    subject: str
    attribute: str
    label: Label
    objects: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    value: float | str | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    place: str = ""
    period: Period | None = None
    printed: str = ""
    fiscal: str = ""
    public: date | None = None
    published: str = ""
    grade: str = ""
    source: str = ""
    status: str = "fact"
    by: str = ""
    at: str = ""
    holds: bool = True
    only: bool = False
    series: str = ""
    topic: str = "other"
    words: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def ends(self) -> tuple[float, float]:
        """Lowest and highest value that the fact admits."""
        mid = self.value if isinstance(self.value, (int, float)) else 0.0
        return (mid if self.low is None else self.low, mid if self.high is None else self.high)

    @property
    def numeric(self) -> bool:
        """Whether it holds a number."""
        return isinstance(self.value, (int, float)) and not isinstance(self.value, bool)

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON."""
        return shown(self, without=("words",))


def all_records() -> Iterator[Record]:
    yield from _specs()
    yield from _relations()
    yield from _models()
    for line in all_series().values():
        yield from _points(line)
    for event in events():
        yield from _event(event)
    yield from map(_statement, statements())
    yield from map(_forecast, published_forecasts())


_CANONICAL = {
    "%": ("share", 0.01),
    "percent": ("share", 0.01),
    "per cent": ("share", 0.01),
    "percentage points": ("points", 0.01),
    "": ("1", 1.0),
    "count": ("1", 1.0),
    "EFLOPS": ("FLOP/s", 1e18),
    "TFLOPS": ("FLOP/s", 1e12),
    "TOPS": ("OP/s", 1e12),
    "GB": ("B", 1e9),
    "TB/s": ("B/s", 1e12),
    "GB/s": ("B/s", 1e9),
    "billion USD": ("USD", 1e9),
    "million USD": ("USD", 1e6),
    "billion CNY": ("CNY", 1e9),
    "RMB": ("CNY", 1.0),
    "yuan": ("CNY", 1.0),
    "dollars": ("USD", 1.0),
    "USD billion": ("USD", 1e9),
    "USD bn": ("USD", 1e9),
    "CNY bn": ("CNY", 1e9),
    "ratio": ("times", 1.0),
    "x": ("times", 1.0),
    "km": ("m", 1e3),
    "people": ("1", 1.0),
    "layers": ("1", 1.0),
    "cities": ("1", 1.0),
}


def canonical(unit: str) -> tuple[str, float]:
    """Return the unit that claims use, and the factor into it.

    >>> canonical("%"), canonical("USD")
    (('share', 0.01), ('USD', 1.0))
    """
    return _CANONICAL.get(unit, (unit, 1.0))


def _specs() -> Iterator[Record]:
    known = catalogue()
    for kind, entries in (("chip", known.chips()), ("system", known.systems()), ("memory", known.memories())):
        for entry in entries:
            first = _first_day(entry)
            for fact in entry.all_facts():
                if fact.rejected is None:
                    yield _spec(kind, entry, fact, first)
            if kind == "chip":
                yield from _metrics(entry, first)
                yield from _prices(entry)


def _first_day(entry: Any) -> date | None:
    for name in ("announced", "released"):
        value = entry.value(name)
        if isinstance(value, str):
            return parse_period(value).start
    return None


def _spec(kind: str, entry: Any, fact: Fact, first: date | None) -> Record:
    low, high = (fact.low, fact.high) if fact.low is not None or fact.high is not None else (None, None)
    value = fact.value
    if value is None and low is not None and high is not None:
        value = (low + high) / 2
    if isinstance(value, bool):
        value = "true" if value else "false"
    row = ATTRIBUTES[fact.attribute]
    unit = canonical(KINDS[row.kind].unit)[0] if row.kind in KINDS else ""
    return Record(
        f"{kind}:{entry.id}/{fact.attribute}",
        "spec",
        entry.id,
        fact.attribute,
        row.label,
        value=value,
        low=low,
        high=high,
        unit=unit,
        public=first,
        published=fact.published or "",
        grade=fact.grade,
        source=fact.source,
        status=fact.kind,
        at=fact.at or "",
        topic="specs",
    )


def _metrics(entry: Any, first: date | None) -> Iterator[Record]:
    for name, formula in METRICS.items():
        found = None if name == "dram_bandwidth" else formula(entry)
        if found is not None:
            unit = canonical(KINDS[found.kind].unit)[0]
            low, high = (found.low, found.high) if found.contested and found.high != float("inf") else (None, None)
            yield Record(
                f"chip:{entry.id}/{name}",
                "metric",
                entry.id,
                name,
                Label(name.replace("_", " "), name),
                value=found.value,
                low=low,
                high=high,
                unit=unit,
                public=first,
                grade=found.grade,
                source=found.facts[0].source,
                topic="specs",
            )


def _prices(entry: Any) -> Iterator[Record]:
    for i, price in enumerate(entry.prices):
        when = parse_period(price.date)
        unit = "USD/h" if price.kind == "rental" else "USD"
        yield Record(
            f"chip:{entry.id}/price/{i}",
            "price",
            entry.id,
            "price",
            Label(f"{price.kind} price", "价格"),
            value=price.value,
            low=price.low,
            high=price.high,
            unit=unit,
            place=price.place or "",
            period=when,
            printed=price.date,
            public=when.end,
            published=price.date,
            grade=price.grade,
            source=price.source,
            topic="specs",
        )


def _relations() -> Iterator[Record]:
    """Who makes, owns and develops what, as far as the entries themselves tell."""
    known = catalogue()
    rows: list[tuple[str, str, str, str, str, str]] = []
    for chip in known.chips():
        facts = [f for group in chip.facts.values() for f in group if f.rejected is None]
        best = facts[0] if facts else None
        rows.append(
            (
                f"chip:{chip.id}/vendor",
                chip.vendor,
                "designs",
                chip.id,
                best.grade if best else "press",
                best.source if best else "",
            )
        )
        if isinstance(foundry := chip.value("foundry"), str):
            fact = chip["foundry"]
            assert fact is not None
            rows.append((f"chip:{chip.id}/foundry", foundry, "manufactures", chip.id, fact.grade, fact.fact.source))
    for system in known.systems():
        if system.vendor:
            rows.append((f"system:{system.id}/vendor", system.vendor, "designs", system.id, "official", ""))
        if system.chip:
            rows.append((f"system:{system.id}/chip", system.id, "uses", system.chip, "official", ""))
    rows.extend(
        (f"memory:{m.id}/vendor", m.vendor, "makes", m.id, "official", "") for m in known.memories() if m.vendor
    )
    rows.extend(
        (f"model:{m.id}/developer", firm_of(m.developer), "developed", m.id, m.grade, m.source) for m in known.models()
    )
    for firm in known.firms():
        grade, source = firm.grade or "press", firm.source or ""
        if firm.parent:
            rows.append((f"firm:{firm.id}/parent", firm.parent, "owns", firm.id, grade, source))
        if firm.country:
            rows.append((f"firm:{firm.id}/country", firm.id, "located-in", firm.country, grade, source))
    for id, subject, predicate, other, grade, source in rows:
        a, b = name_of(subject), name_of(other)
        says = _SAYS[predicate].format(a=a, b=b)
        yield Record(
            id,
            "relation",
            subject,
            predicate,
            says,
            (other,),
            grade=grade,
            source=source,
            topic="makers",
            words=search_words(a, b),
        )


_SAYS = {
    "designs": Label("{a} designs {b}", "{b}由{a}设计"),
    "manufactures": Label("{a} makes {b}", "{b}由{a}代工"),
    "makes": Label("{a} makes {b}", "{a}制造{b}"),
    "uses": Label("{a} uses {b}", "{a}采用{b}"),
    "developed": Label("{a} developed {b}", "{b}由{a}开发"),
    "owns": Label("{a} is the parent of {b}", "{a}是{b}的母公司"),
    "located-in": Label("{a} has its seat in {b}", "{a}总部位于{b}"),
}


def _models() -> Iterator[Record]:
    for model in catalogue().models():
        developer = firm_of(model.developer)
        released = parse_period(model.released) if model.released else None
        for name, value in (("parameters", model.parameters_total), ("active-parameters", model.parameters_active)):
            if value:
                yield Record(
                    f"model:{model.id}/{name}",
                    "model",
                    model.id,
                    name,
                    Label(name.replace("-", " "), "参数量"),
                    value=float(value),
                    unit="1",
                    public=released.end if released else None,
                    published=model.released or "",
                    grade=model.grade,
                    source=model.source,
                    topic="specs",
                )
        if released:
            yield Record(
                f"model:{model.id}/released",
                "event",
                developer,
                "launched",
                Label(f"{model.name.en} released", f"{model.name.zh}发布"),
                (model.id,),
                period=released,
                printed=model.released or "",
                public=released.end,
                published=model.released or "",
                grade=model.grade,
                source=model.source,
                topic="events",
                words=search_words(model.name, name_of(developer), "release launch"),
            )


def _points(line: Series) -> Iterator[Record]:
    unit, factor = canonical(line.unit)
    words = search_words(line.label, line.id, line.subject, name_of(line.subject))
    topic = _series_topic(line)
    for p in line.points:
        yield _point(line, p, unit, factor, words, topic)


def _point(line: Series, p: Point, unit: str, factor: float, words: frozenset[str], topic: str) -> Record:
    ends = (p.low * factor, p.high * factor) if p.low != p.high else (None, None)
    if p.by:
        words = words | words_of(p.by)
    return Record(
        f"series:{line.id}/{p.fiscal or p.period}" + (f"/{p.by}" if p.by else ""),
        "series",
        line.subject,
        line.measure,
        line.label,
        value=p.value * factor,
        low=ends[0],
        high=ends[1],
        unit=unit,
        place=line.place,
        period=Period(p.start, p.end),
        printed=p.period,
        fiscal=p.fiscal,
        public=p.public,
        published=p.published,
        grade=p.grade,
        source=p.source,
        status=p.kind,
        by=p.by,
        at=p.at,
        series=line.id,
        topic=topic,
        words=words,
    )


_MEASURE_TOPICS = {
    "yield": "technology",
    "capacity": "technology",
    "subsidy": "money",
    "r-and-d": "money",
    "capex": "money",
    "tax": "money",
}
_TOOL_ROLES = frozenset(("tool-maker", "foundry", "memory-maker", "design-software"))


@cache
def _roles() -> Mapping[str, frozenset[str]]:
    return {f.id: frozenset(f.roles) for f in catalogue().firms()}


def _series_topic(line: Series) -> str:
    if line.measure in _MEASURE_TOPICS:
        return _MEASURE_TOPICS[line.measure]
    return "markets" if _roles().get(line.subject, frozenset()) & _TOOL_ROLES else "series"


def _event(e: Event) -> Iterator[Record]:
    """An event, and each amount that its label prints."""
    until = max(e.on, e.effective or e.on)
    start = min(e.on, e.effective or e.on)
    named = named_in(e.label.en)
    actors = tuple(dict.fromkeys((*e.actors, *(n for n in named if n not in e.targets))))
    parties = [name_of(n) for n in (*e.actors, *e.targets, *e.chips)]
    whole = Record(
        f"event:{e.id}",
        "event",
        e.actors[0] if e.actors else "",
        e.kind,
        e.label,
        tuple(dict.fromkeys((*e.targets, *e.chips, *named))),
        actors,
        period=Period(start, until),
        printed=e.on.isoformat(),
        public=e.on,
        published=e.on.isoformat(),
        grade=e.grade,
        source=e.source,
        at=e.at,
        topic="events",
        words=search_words(e.label, *parties, *((e.note,) if e.note else ())),
    )
    yield whole
    for i, (value, unit) in enumerate(numbers_in(e.label.en)):
        yield replace(whole, id=f"event:{e.id}#{i + 1}", kind="statement", value=value, unit=unit)


_PREDICATE_TOPICS = {
    **dict.fromkeys(
        (
            "makes",
            "designs",
            "manufactures",
            "owns",
            "part-of",
            "developed",
            "supplies",
            "competes-with",
            "member-of",
            "located-in",
        ),
        "makers",
    ),
    **dict.fromkeys(("heads", "office"), "people"),
    **dict.fromkeys(("rank", "leads"), "markets"),
    **dict.fromkeys(("produces-at", "uses"), "technology"),
    "invested-in": "money",
    "controlled-by": "law",
    **dict.fromkeys(
        (
            "approved",
            "banned",
            "issued",
            "created",
            "launched",
            "listed-on",
            "said",
            "published",
            "plans",
            "founded",
            "sold-to",
        ),
        "events",
    ),
}


def _became_public(s: Statement) -> date | None:
    """Return when a statement became public: a standing relation was known before the page that it was read on."""
    if s.predicate in DATED_PREDICATES or s.value is not None or s.low is not None:
        return s.public
    return parse_period(s.period).start if s.period else None


def _statement(s: Statement) -> Record:
    unit, factor = canonical(s.unit) if s.value is not None or s.low is not None else ("", 1.0)
    value = s.value
    if value is None and s.low is not None and s.high is not None:
        value = (s.low + s.high) / 2
    scaled = [None if v is None else v * factor for v in (value, s.low, s.high)]
    named = tuple(n for n in named_in(s.label.en) if n not in (s.subject, s.object))
    return Record(
        f"statement:{s.id}",
        "statement",
        s.subject,
        s.predicate,
        s.label,
        (s.object,) if s.object else (),
        named,
        value=scaled[0],
        low=scaled[1],
        high=scaled[2],
        unit=unit,
        place=s.place,
        period=parse_period(s.period) if s.period else None,
        printed=s.period or "",
        public=_became_public(s),
        published=s.published or "",
        grade=s.grade,
        source=s.source,
        status=s.kind,
        at=s.at,
        holds=s.holds,
        only=s.only,
        topic=_PREDICATE_TOPICS.get(s.predicate, "other"),
        words=search_words(s.label, name_of(s.subject), name_of(s.object), *((s.note,) if s.note else ())),
    )


def _forecast(f: PublishedForecast) -> Record:
    unit, factor = canonical(f.unit)
    low, mid, high = (None if v is None else v * factor for v in (f.low, f.value, f.high))
    if mid is None and low is not None and high is not None:
        mid = (low + high) / 2
    named = named_in(f"{f.by} {f.statement.en}")
    return Record(
        f"forecast:{f.id}",
        "forecast",
        named[0] if named else f.by,
        f.metric,
        f.statement,
        named[1:],
        named,
        value=mid,
        low=low,
        high=high,
        unit=unit,
        place=f.region,
        period=parse_period(f.horizon) if f.horizon else None,
        printed=f.horizon,
        public=f.public,
        published=f.published,
        source=f.source,
        grade="press",
        status="forecast",
        by=f.by,
        topic="forecasts",
        words=search_words(f.statement, f.metric, f.by),
    )
