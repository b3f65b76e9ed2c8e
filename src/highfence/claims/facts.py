"""One index over every fact of the catalogue: specs, series, events, statements, forecasts and who belongs to whom."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from heapq import nsmallest
from math import log

from highfence.catalogue.statements import things
from highfence.catalogue.store import catalogue
from highfence.claims.records import DATED_PREDICATES, KINDS_OF_FACT, Record, all_records
from highfence.claims.wording import firm_of, name_of, named_in, names, shown_value, stem, value_label, words_of
from highfence.core.labels import Label

__all__ = [
    "DATED_PREDICATES",
    "KINDS_OF_FACT",
    "TOPICS",
    "Count",
    "Index",
    "Record",
    "about",
    "counts",
    "firm_of",
    "index",
    "name_of",
    "named_in",
    "names",
    "shown_value",
    "stem",
    "value_label",
    "words_of",
]

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
    records = tuple(all_records())
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
