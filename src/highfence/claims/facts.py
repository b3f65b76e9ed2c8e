"""One index over every fact of the catalogue: specs, series, events, statements, forecasts and who belongs to whom."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, lru_cache
from heapq import nsmallest
from math import log
from typing import Any

from highfence.catalogue.attributes import ATTRIBUTES, BITS
from highfence.catalogue.metrics import METRICS
from highfence.catalogue.series import Event, Point, PublishedForecast, Series, all_series, events, published_forecasts
from highfence.catalogue.statements import Statement, statements, things
from highfence.catalogue.store import catalogue
from highfence.core.dates import Period, parse_period
from highfence.core.envelope import shown
from highfence.core.facts import Fact
from highfence.core.labels import Label
from highfence.core.quantities import KINDS, format_number

KINDS_OF_FACT = ("spec", "metric", "price", "model", "relation", "series", "event", "statement", "forecast")
"""Where a record comes from."""

TOPICS = (
    "specs",
    "makers",
    "series",
    "markets",
    "technology",
    "money",
    "events",
    "people",
    "forecasts",
    "law",
    "other",
)
"""What a record is about, for browsing and counting."""

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


@dataclass(frozen=True)
class Index:
    """Records, and the ways to find them.

    Attributes
    ----------
    day : what was public by then alone; None for all. hindsight : besides, what became public later about periods that
    had ended by then.
    """

    records: tuple[Record, ...]
    by_subject: Mapping[str, tuple[int, ...]]
    by_object: Mapping[str, tuple[int, ...]]
    by_attribute: Mapping[str, tuple[int, ...]]
    by_word: Mapping[str, tuple[int, ...]]
    by_series: Mapping[str, tuple[int, ...]]
    day: date | None = None
    hindsight: bool = False

    def admits(self, record: Record) -> bool:
        """Whether a record was public on the day of knowledge."""
        if self.day is None or record.public is None or record.public <= self.day:
            return True
        return self.hindsight and record.period is not None and record.period.end <= self.day

    def _pick(self, found: Iterable[int]) -> Iterator[Record]:
        return (r for i in found if self.admits(r := self.records[i]))

    def of(self, subject: str, attribute: str | None = None) -> Iterator[Record]:
        """Yield what is known of a subject, of one attribute if named."""
        found = self._pick(self.by_subject.get(subject, ()))
        return found if attribute is None else (r for r in found if r.attribute == attribute)

    def onto(self, object: str) -> Iterator[Record]:
        """Yield what is known of others in relation to something."""
        return self._pick(self.by_object.get(object, ()))

    def with_attribute(self, attribute: str) -> Iterator[Record]:
        """Yield every record of one attribute, predicate or kind of event."""
        return self._pick(self.by_attribute.get(attribute, ()))

    def in_series(self, id: str) -> tuple[Record, ...]:
        """Return the points of a series that are public, the latest print of each period alone."""
        latest: dict[tuple[str, str, str, str], Record] = {}
        for record in sorted(self._pick(self.by_series.get(id, ())), key=lambda r: r.public or date.min):
            latest[record.printed, record.fiscal, record.by, record.status] = record
        return tuple(latest.values())

    def weight(self, word: str) -> float:
        """Return how telling a word is: the logarithm of how seldom records hold it."""
        return _weights().get(word, 0.0)

    def search(self, words: Iterable[str], kinds: tuple[str, ...] = ()) -> list[tuple[float, Record]]:
        """Return records that share words, the most telling first."""
        return [
            (score, r)
            for score, i in _ranked(frozenset(words))
            if (not kinds or self.records[i].kind in kinds) and self.admits(r := self.records[i])
        ]

    def closeness(self, record: Record, words: frozenset[str]) -> float:
        """Return how much of what a record's label says stands among words, weighed by how telling each word is.

        The language that fits better counts.
        """
        weights, best = _weights(), 0.0
        for own, whole in _label_words(record.label):
            if whole:
                best = max(best, sum(weights.get(w, 0.0) for w in own & words) / whole)
        return best

    def as_of(self, day: date | None, hindsight: bool = False) -> Index:
        """Return the index as it was on a day."""
        return replace(self, day=day, hindsight=hindsight)


def index(as_of: date | None = None, hindsight: bool = False) -> Index:
    """Return the index of all facts, or of what was public on a day.

    >>> {r.value for r in index().of("nvidia-h20", "peak_fp16")}
    {148000000000000.0}
    """
    return _whole() if as_of is None else _whole().as_of(as_of, hindsight)


@cache
def _weights() -> Mapping[str, float]:
    whole = _whole()
    return {word: log(1 + len(whole.records) / len(held)) for word, held in whole.by_word.items()}


SEARCHED = 400
"""Records that a search by words returns at most."""


@lru_cache(maxsize=512)
def _ranked(words: frozenset[str]) -> tuple[tuple[float, int], ...]:
    whole, weights = _whole(), _weights()
    scores: dict[int, float] = defaultdict(float)
    for word in words:
        found = whole.by_word.get(word, ())
        if len(found) <= 1500:
            weight = weights.get(word, 0.0)
            for i in found:
                scores[i] += weight
    return tuple((score, i) for i, score in nsmallest(SEARCHED, scores.items(), key=lambda item: (-item[1], item[0])))


@lru_cache(maxsize=32768)
def _label_words(label: Label) -> tuple[tuple[frozenset[str], float], ...]:
    weights = _weights()
    return tuple((own, sum(weights.get(w, 0.0) for w in own)) for own in (words_of(label.en), words_of(label.zh)))


@cache
def _whole() -> Index:
    records = tuple(_all_records())
    maps: dict[str, dict[str, list[int]]] = {k: defaultdict(list) for k in ("s", "o", "a", "w", "g")}
    for i, record in enumerate(records):
        for name in dict.fromkeys((record.subject, *record.actors)):
            maps["s"][name].append(i)
        for name in record.objects:
            maps["o"][name].append(i)
        maps["a"][record.attribute].append(i)
        for word in record.words:
            maps["w"][word].append(i)
        if record.series:
            maps["g"][record.series].append(i)
    frozen = {k: {name: tuple(found) for name, found in rows.items()} for k, rows in maps.items()}
    return Index(records, frozen["s"], frozen["o"], frozen["a"], frozen["w"], frozen["g"])


def _all_records() -> Iterator[Record]:
    yield from _specs()
    yield from _relations()
    yield from _models()
    for line in all_series().values():
        yield from _points(line)
    for event in events():
        yield from _event(event)
    yield from map(_statement, statements())
    yield from map(_forecast, published_forecasts())


# Names and words


@cache
def names() -> Mapping[str, Label]:
    """Return the name of everything that has an id."""
    known = catalogue()
    found: dict[str, Label] = {}
    for entries in (known.firms(), known.chips(), known.systems(), known.memories(), known.models()):
        found.update((e.id, e.name) for e in entries)
    found.update((t.id, t.name) for t in things().values())
    return found


def name_of(id: str) -> Label:
    """Return the name of a thing, or its id where it has none."""
    return names().get(id) or Label(id, id)


@cache
def _name_table() -> Mapping[str, tuple[str, bool]]:
    """English names and aliases of firms and things, in lower case, to ids, and whether they are common nouns."""
    found: dict[str, tuple[str, bool]] = {}
    rows = [(f.id, f.name.en, f.aliases) for f in catalogue().firms()]
    rows.extend((t.id, t.name.en, t.aliases) for t in things().values())
    for id, main, aliases in rows:
        for name in (main, *aliases):
            key = name.casefold()
            if key.isascii() and len(key) >= 3 and not key.isdigit() and key not in _STOP:
                found.setdefault(key, (id, name[0].islower()))
    return found


@lru_cache(maxsize=8192)
def named_in(text: str) -> tuple[str, ...]:
    """Return ids of the firms and things that an English text names.

    >>> named_in("SMIC and ten affiliates put on the list")
    ('smic',)
    """
    table, found = _name_table(), []
    tokens = re.findall(r"[A-Za-z0-9][A-Za-z0-9.&-]*", text.replace("'s", " ").replace("\u2019s", " "))
    at = 0
    while at < len(tokens):
        for size in (4, 3, 2, 1):
            part = tokens[at : at + size]
            key = " ".join(part).casefold().rstrip(".-")
            if len(part) == size and key in table and (size > 1 or part[0][0].isupper() or table[key][1]):
                found.append(table[key][0])
                at += size - 1
                break
        at += 1
    return tuple(dict.fromkeys(found))


def firm_of(name: str) -> str:
    """Return the id of a firm by its English name, or the name where it has none.

    >>> firm_of("Alibaba")
    'alibaba'
    """
    return _name_table().get(name.casefold(), (name, False))[0]


_PRINTED = re.compile(
    r"(?<![\w.])(\d[\d,]*(?:\.\d+)?)\s*(%|per cent|billion|million|trillion|thousand)?\s*"
    r"(dollars|yuan|euros|entities|firms|wafers|dies|chips|stacks|racks|points|cities)?"
)
_TIMES = {"billion": 1e9, "million": 1e6, "trillion": 1e12, "thousand": 1e3}
_IN = {"dollars": "USD", "yuan": "CNY", "euros": "EUR"}


def _numbers_in(text: str) -> Iterator[tuple[float, str]]:
    """Yield the amounts that a label prints, with their units; a bare amount is in the label's one currency."""
    found = [m.groups() for m in _PRINTED.finditer(text)]
    money = next((_IN[noun] for _, _, noun in found if noun in _IN), "1")
    for number, scale, noun in found:
        if scale in ("%", "per cent"):
            yield float(number.replace(",", "")) / 100, "share"
        elif scale or noun:
            size = float(number.replace(",", "")) * _TIMES.get(scale or "", 1.0)
            yield size, _IN.get(noun or "", "1" if noun else money if size >= 1e6 else "1")


_WORD = re.compile(r"[a-z][a-z0-9&+.-]*[a-z0-9]|[0-9]+[a-z][a-z0-9]*|[㐀-鿿]+")
_STOP_WORDS = """
a about after also an and are as at be been before between billion but by cent dollar dollars during
first for from had has have he her his in into is it its last may million more new no not of on one or
other out over per percent quarter said says she such than that the their then there these they this
those thousand to two under up was were which while will with would year years yuan
"""
_STOP = frozenset(_STOP_WORDS.split())


@lru_cache(maxsize=65536)
def words_of(text: str) -> frozenset[str]:
    """Return the words of a text that search goes by: English stems, and pairs of Chinese characters.

    >>> sorted(words_of("ASML sells scanners"))
    ['asml', 'scanner', 'sell']
    >>> sorted(words_of("光刻机"))
    ['光刻', '刻机']
    """
    found: set[str] = set()
    for part in _WORD.findall(text.casefold().replace("昇", "升")):
        if part[0] >= "㐀":
            found.update(part[i : i + 2] for i in range(len(part) - 1))
        elif part not in _STOP:
            found.add(stem(part))
    return frozenset(found)


def stem(word: str) -> str:
    """Return an English word without its commonest endings.

    >>> stem("licences"), stem("banned"), stem("founding")
    ('licence', 'bann', 'found')
    """
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) > len(ending) + 3:
            return word[: -len(ending)]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def _search_words(*texts: Label | str) -> frozenset[str]:
    found: set[str] = set()
    for text in texts:
        for part in (text.en, text.zh) if isinstance(text, Label) else (text.replace("-", " "),):
            found |= words_of(part)
    return frozenset(found)


# Records of each kind

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
            words=_search_words(a, b),
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
                words=_search_words(model.name, name_of(developer), "release launch"),
            )


def _points(line: Series) -> Iterator[Record]:
    unit, factor = canonical(line.unit)
    words = _search_words(line.label, line.id, line.subject, name_of(line.subject))
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
        words=_search_words(e.label, *parties, *((e.note,) if e.note else ())),
    )
    yield whole
    for i, (value, unit) in enumerate(_numbers_in(e.label.en)):
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
        words=_search_words(s.label, name_of(s.subject), name_of(s.object), *((s.note,) if s.note else ())),
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
        words=_search_words(f.statement, f.metric, f.by),
    )


# Browsing


def about(word: str, topic: str = "", attribute: str = "", as_of: date | None = None) -> list[Record]:
    """Return records whose names or words hold what somebody asks for, those that hold it as a name first."""
    key, view = word.casefold().strip(), index(as_of)
    ids = {id for id, label in names().items() if key in (id, label.en.casefold(), label.zh.casefold())}
    ids |= {t.id for t in things().values() if key in map(str.casefold, t.aliases)}
    ids |= {f.id for f in catalogue().firms() if key in map(str.casefold, f.aliases)}
    if (chip := catalogue().find_chip(word)) is not None:
        ids.add(chip.id)
    whole = re.compile(rf"(?<![a-z0-9]){re.escape(key)}(?![a-z0-9])") if key.isascii() else re.compile(re.escape(key))
    ids |= {id for id, label in names().items() if key and (whole.search(label.en.casefold()) or key in label.zh)}
    found: list[Record] = []
    for r in view.records:
        if "#" in r.id or topic not in ("", r.topic) or attribute not in ("", r.attribute) or not view.admits(r):
            continue
        named = ids.intersection((r.subject, *r.actors, *r.objects))
        if (
            not key
            or named
            or whole.search(r.label.en.casefold())
            or whole.search(r.label.zh.casefold())
            or key in r.id
        ):
            found.append(r)
    return sorted(found, key=lambda r: not ids.intersection((r.subject, *r.objects)))


@dataclass(frozen=True, slots=True)
class Count:
    """How many facts a topic holds, how many beyond chip data, and the largest series among them."""

    topic: str
    records: int
    sources: int
    largest: str
    largest_share: float


def counts() -> tuple[Count, ...]:
    """Return how many facts each topic holds, chip specs apart, and the whole last."""
    whole = [r for r in index().records if "#" not in r.id]
    beyond = [r for r in whole if r.topic != "specs"]
    rows = [_count(topic, [r for r in whole if r.topic == topic], len(beyond)) for topic in TOPICS]
    return (*(row for row in rows if row.records), _count("beyond specs", beyond, len(beyond)))


def _count(topic: str, found: list[Record], whole: int) -> Count:
    held: dict[str, int] = defaultdict(int)
    for r in found:
        if r.series:
            held[r.series] += 1
    largest = max(held, key=lambda k: held[k], default="")
    return Count(
        topic,
        len(found),
        len({r.source for r in found if r.source}),
        largest,
        held[largest] / whole if largest and whole else 0.0,
    )


def shown_value(value: float | str | None, unit: str, lang: str = "en") -> str:
    """Write a value for people.

    >>> shown_value(1.48e14, "FLOP/s"), shown_value(0.125, "share"), shown_value(4.4062e10, "USD")
    ('148 TFLOP/s', '12.5 %', '44.06 billion USD')
    >>> shown_value(4.4062e10, "USD", "zh")
    '440.6亿美元'
    """
    if value is None or isinstance(value, str):
        return value or ""
    if unit in ("share", "points"):
        return (
            f"{format_number(100 * value, 3)}{' %' if unit == 'share' else (' points' if lang == 'en' else '个百分点')}"
        )
    for scaled, size in _SCALES.get(unit, ()):
        if abs(value) >= size:
            return f"{format_number(value / size)} {scaled}"
    noun = unit if lang == "en" else _NOUNS.get(unit, unit)
    noun, gap = ("" if unit == "1" else noun), (" " if lang == "en" else "")
    for size, word in _LARGE if lang == "en" else _LARGE_ZH:
        if abs(value) >= size:
            return f"{format_number(value / size)}{gap}{word}{gap}{noun}".strip()
    return f"{format_number(value)}{gap}{noun}".strip()


def value_label(value: float | str | None, unit: str) -> Label:
    """Write a value in both languages."""
    return Label(shown_value(value, unit), shown_value(value, unit, "zh"))


_LARGE = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
_LARGE_ZH = ((1e12, "万亿"), (1e8, "亿"), (1e4, "万"))
_NOUNS = {
    "USD": "美元",
    "CNY": "元",
    "EUR": "欧元",
    "JPY": "日元",
    "TWD": "新台币",
    "KRW": "韩元",
    "times": "倍",
    "units": "颗",
    "cards": "张",
    "wafers/month": "片/月",
    "USD/h": "美元/时",
    "dies": "颗裸片",
    "stacks": "堆",
}
_SCALES = {
    "FLOP/s": (("EFLOP/s", 1e18), ("TFLOP/s", 1e12)),
    "OP/s": (("TOP/s", 1e12),),
    "B/s": (("TB/s", 1e12), ("GB/s", 1e9)),
    "B": (("GB", 1e9), ("MB", 1e6)),
    "Hz": (("GHz", 1e9), ("MHz", 1e6)),
}

FORMATS = tuple(BITS)
"""Number formats that specs are printed for."""
