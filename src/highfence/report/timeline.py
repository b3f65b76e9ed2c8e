"""The status of a part over time, destination by destination, on every day on which the law changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from highfence.core.dates import day_before
from highfence.core.labels import Label
from highfence.report.citations import Bibliography, Cite
from highfence.report.names import place_name
from highfence.report.texts import listed, say
from highfence.rules.classify import classify
from highfence.rules.engine import decide
from highfence.rules.law import HORIZON, Active, Law
from highfence.rules.outcome import outcome_label
from highfence.rules.parts import Part
from highfence.rules.question import US_BY_DEFAULT, ask
from highfence.rules.verdict import Reference, Verdict
from highfence.rules.working import reference

DESTINATIONS = ("CN", "MO", "AE", "SA", "IN", "VN", "SG", "MY", "JP", "DE", "RU")
FIRST_SHOWN = date(2022, 8, 1)
"""The month in which the first letters on data-centre chips went out."""

STATUSES = ("not_subject", "none", "exception", "case_by_case", "if_certified", "unpublished", "denial", "unknown")
"""From free to shut, and unknown last."""

_REVIEWS = {
    "presumption_of_denial": "denial", "statutory_denial": "denial", "policy_of_denial": "denial",
    "case_by_case": "case_by_case", "presumption_of_approval": "case_by_case",
    "case_by_case_if_certified": "if_certified",
}
_EVENT_LAYERS = ("requirement", "classification", "jurisdiction", "review", "exception")


@dataclass(frozen=True, slots=True)
class Creator:
    """A provision that creates a requirement."""

    id: str
    title: Label
    since: str
    evidence: str
    cite: Cite


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of days with one status; both ends are included.

    Attributes
    ----------
    status : one of :data:`STATUSES`.
    """

    start: date
    end: date
    status: str
    paragraph: str
    requirement: str
    review: str | None
    outcome: Label
    creators: tuple[Creator, ...]


@dataclass(frozen=True, slots=True)
class Lane:
    """One destination over the whole period."""

    code: str
    place: Label
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """A day on which the law moved some destination, and what began or ended on it."""

    n: int
    on: date
    titles: tuple[Label, ...]
    moved: tuple[str, ...]
    cites: tuple[Cite, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Every lane from the first to the last day shown."""

    start: date
    end: date
    today: date
    announced: str | None
    lanes: tuple[Lane, ...]
    events: tuple[Event, ...]


def build_timeline(law: Law, part: Part, to: str, day: date, sources: Bibliography) -> Timeline:
    """Return the status of a part for every destination from 2022-08 to the day asked, or to the end of the record."""
    end = max(day, HORIZON)
    codes = tuple(dict.fromkeys((to, *DESTINATIONS)))
    lanes = tuple(Lane(code, place_name(law, code), tuple(_segments(law, part, code, end, sources)))
                  for code in codes)
    events = tuple(_events(law, lanes, end, sources))
    found = part.entry["announced"] if part.entry is not None else None
    return Timeline(FIRST_SHOWN, end, day, None if found is None else str(found.value), lanes, events)


def status_of(verdict: Verdict) -> str:
    """Return the one word that the timeline shows for a verdict."""
    if verdict.jurisdiction == "not_subject":
        return "not_subject"
    if verdict.requirement != "licence":
        return str(verdict.requirement)
    if any(e.status in {"available", "conditional"} for e in verdict.exceptions):
        return "exception"
    return _REVIEWS.get(verdict.review or "", "unpublished")


def _segments(law: Law, part: Part, code: str, end: date, sources: Bibliography) -> Iterator[Segment]:
    """Classify on the first day and on every day of change, and merge what does not differ."""
    days = [FIRST_SHOWN, *(d for d in law.changes if FIRST_SHOWN < d <= end)]
    held: Segment | None = None
    for start, stop in zip(days, [*(day_before(d) for d in days[1:]), end]):
        segment = _segment(law, part, code, start, stop, sources)
        if held is not None and _same(held, segment):
            held = replace(held, end=stop)
            continue
        if held is not None:
            yield held
        held = segment
    if held is not None:
        yield held


def _segment(law: Law, part: Part, code: str, start: date, stop: date, sources: Bibliography) -> Segment:
    if part.input("tpp").value is None:
        return _bounded(law, part, code, start, stop, sources)
    verdict = classify(part, to=code, on=start)
    return Segment(start, stop, status_of(verdict), verdict.paragraph, verdict.requirement, verdict.review,
                   verdict.outcome_label, _creators(verdict, sources))


def _bounded(law: Law, part: Part, code: str, start: date, stop: date, sources: Bibliography) -> Segment:
    """Answer for a part of unknown TPP by what holds whatever its inputs are, which is quick and never too sure."""
    question = ask(law, part, to=code, on=start, hq=None, parent_hq=None, end_user=None, end_use=None, listed=None,
                   exporter=US_BY_DEFAULT, reexport_from=None, transaction="export", item="ic", datacenter=None,
                   conditions=None)
    decision = decide(law.on(start), question.case)
    paragraph, requirement = decision.paragraph or "unknown", decision.requirement
    status = ("not_subject" if decision.jurisdiction == "not_subject" else
              "unpublished" if requirement == "licence" else requirement)
    outcome = outcome_label("export", decision, paragraph, (), None, (), ())
    creators = () if requirement == "none" else tuple(
        creator(reference(a), sources) for a in decision.created_by or decision.undecided)
    return Segment(start, stop, status, paragraph, requirement, None, outcome, creators)


def _same(a: Segment, b: Segment) -> bool:
    return replace(a, start=b.start, end=b.end) == b


def _creators(verdict: Verdict, sources: Bibliography) -> tuple[Creator, ...]:
    if verdict.requirement == "none":
        return ()
    return tuple(creator(r, sources) for r in verdict.provisions)


def creator(provision: Reference, sources: Bibliography) -> Creator:
    """Return a provision as tables name it."""
    return Creator(provision.id, provision.title, provision.since, provision.evidence,
                   sources.cite(provision.source, provision.citation))


def _events(law: Law, lanes: Sequence[Lane], end: date, sources: Bibliography) -> Iterator[Event]:
    days = sorted({s.start for lane in lanes for s in lane.segments if s.start > FIRST_SHOWN})
    for n, day in enumerate(days, 1):
        moved = tuple(lane.code for lane in lanes for s in lane.segments if s.start == day)
        began, ended = _began(law, day), _ended(law, day)
        relevant = _named(lanes, day)
        chosen = [a for a in began if relevant & {a.provision.id, a.provision.paragraph}] or began or ended
        if not began and ended:
            titles = [Label(f"{a.provision.title.en} (ends)", f"{a.provision.title.zh}（终止）") for a in ended]
        else:
            titles = [a.provision.title for a in chosen]
        cites = {a.era.source: sources.cite(a.era.source, a.era.at) for a in chosen if a.era.source in law.sources}
        if not titles:
            titles = list(_moved_places(law, day))
            cites = {id: sources.cite(id) for id in _scope_sources(law, day)}
        yield Event(n, day, tuple(dict.fromkeys(titles))[:3], moved, tuple(cites.values())[:3])


def _named(lanes: Iterable[Lane], day: date) -> set[str]:
    begun = [s for lane in lanes for s in lane.segments if s.start == day]
    return {c.id for s in begun for c in s.creators} | {s.paragraph for s in begun}


def _began(law: Law, day: date) -> list[Active]:
    return [a for layer in _EVENT_LAYERS for a in law.on(day).layers[layer] if a.era.first == day]


def _moved_places(law: Law, day: date) -> Iterator[Label]:
    """Name the sets of places, and the dated numbers, that changed on a day on which no provision did."""
    for scope in law.scopes.values():
        if any(e.first == day for e in scope.eras):
            yield say("event.scope", scope=scope.title)
    for name, group in law.groups.items():
        for change in group.changes:
            if change.on == day:
                places = [place_name(law, code) for code in sorted(change.add | change.remove)]
                yield say("event.group", group=name, places=listed(places[:4]))
    for file in law.files.values():
        if any(d == day for p in file.parameters.values() for d, _ in p.values):
            yield say("event.parameter", file=file.title)


def _scope_sources(law: Law, day: date) -> list[str]:
    return [e.source for s in law.scopes.values() for e in s.eras
            if e.first == day and e.source is not None and e.source in law.sources]


def _ended(law: Law, day: date) -> list[Active]:
    eve = day - timedelta(days=1)
    return [a for layer in _EVENT_LAYERS for a in law.on(eve).layers[layer] if a.era.last == eve]
