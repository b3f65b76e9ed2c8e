"""Check a scenario as written, and fill in what its events, units and catalogue names say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

from highfence.catalogue import catalogue
from highfence.catalogue.series import Event, events
from highfence.choice.buyer_schema import KINDS as SEGMENTS
from highfence.core.dates import day_before, parse_day
from highfence.core.errors import InputError, did_you_mean
from highfence.core.facts import check_grade
from highfence.core.labels import Label
from highfence.core.ranges import Range
from highfence.policy.levers import KINDS, STAGES, Kind, Lever, Target
from highfence.policy.schema import validated

FIRST, LAST = date(2018, 1, 1), date(2040, 12, 31)
"""Days between which a lever may begin."""

ACTORS = ("US", "CN", "NL", "JP", "KR", "TW", "market")

Place = Callable[[tuple[str | int, ...]], str]


def checked_scenario(raw: Any, text: str, where: str, line: Place, under: tuple[int, ...] = (),
                     own: bool = False) -> dict[str, Any]:
    """Check a scenario as written and return its compiled form.

    Parameters
    ----------
    line : puts the line of a path in the document into words. under : place of the scenario in the document.
    own : a user's file, whose sources may be web addresses.

    Raises
    ------
    InputError : a field that is wrong, unknown or missing; levers that contradict one another or stand out of order.
    """
    given = validated(raw, text, where, under).model_dump()
    found = {**given, "note": _label(given["note"])}
    for i, name in enumerate(found["overlays"]):
        _check_overlay(name, line((*under, "overlays", i)))
    if found["freeze"]:
        here = line((*under, "freeze"))
        found["freeze"]["on"] = parse_day(found["freeze"]["on"], here).isoformat()
        for actor in found["freeze"]["actors"]:
            _one_of(actor, ACTORS, "actor", here)
    if found["source"]:
        _check_source(found["source"], line((*under, "source")), own)
    places = [line((*under, "levers", i)) for i in range(len(found["levers"]))]
    found["levers"] = [_lever(row, here, own) for row, here in zip(found["levers"], places, strict=True)]
    closed(tuple(lever_of(row, found["id"]) for row in found["levers"]), places)
    return found


def lever_of(raw: Mapping[str, Any], scenario: str = "") -> Lever:
    """Return a lever from its compiled form."""
    t = raw["target"]
    target = Target(tuple(t["chips"]), tuple(t["vendors"]), t["foreign"], t["datacenter"], tuple(t["segments"]),
                    t["state_funded"], tuple(t["stages"]))
    last = date.fromisoformat(raw["last"]) if raw["last"] else None
    unit = KINDS[raw["kind"]].unit if raw["how"] == "set" else "times"
    note = Label.read(raw["note"]) if raw["note"] else None
    return Lever(raw["kind"], date.fromisoformat(raw["first"]), last, raw["place"], target, Range(*raw["value"]), unit,
                 raw["evidence"], raw["grade"], raw["source"], note, raw["how"], raw["actor"],
                 date.fromisoformat(raw["announced"]), event=raw["event"], scenario=scenario)


def closed(levers: tuple[Lever, ...], places: list[str] | None = None) -> tuple[Lever, ...]:
    """Return levers with every open one ended by the next of its kind and target.

    Raises
    ------
    InputError : levers out of order, or two that set one kind for one target at one time.
    """
    where = places or [f"lever {i + 1}" for i in range(len(levers))]
    found = list(levers)
    last: dict[tuple[str, str, str, Target], int] = {}
    for i, lever in enumerate(levers):
        key = (lever.kind, lever.place, lever.how, lever.target)
        if key in last:
            before = found[last[key]]
            if lever.first < before.first:
                raise InputError("levers of one kind and target must stand in the order of their days",
                                 where=where[i], got=str(lever.first), expected=f"{before.first} or later",
                                 code="unsorted")
            if lever.first == before.first or (before.last is not None and before.last >= lever.first):
                raise _contradiction(before, lever, where[last[key]], where[i])
            found[last[key]] = before.until(before.last or day_before(lever.first))
        last[key] = i
    for i, j in _crossing(found):
        raise _contradiction(found[i], found[j], where[i], where[j])
    return tuple(found)


def _crossing(levers: list[Lever]) -> Iterator[tuple[int, int]]:
    """Yield pairs that are in force together on targets of which neither lies within the other."""
    for j, later in enumerate(levers):
        for i, lever in enumerate(levers[:j]):
            together = (lever.kind, lever.place, lever.how) == (later.kind, later.place, later.how) and (
                lever.last is None or later.first <= lever.last) and (later.last is None or lever.first <= later.last)
            if not together or KINDS[lever.kind].strictest:
                continue
            one, other, place = lever.target, later.target, lever.place
            if one.meets(other, place) and one.covers(other, place) == other.covers(one, place):
                yield i, j


def _contradiction(one: Lever, other: Lever, first: str, second: str) -> InputError:
    got = f"{other.value.mid:g} from {other.first}, against {one.value.mid:g} from {one.first} ({first})"
    return InputError(f"two levers {one.how} {one.kind} for one target at one time", where=second, got=got,
                      expected="one value at a time: end the earlier, or aim one within the other",
                      code="contradictory")


# ---- one lever ------------------------------------------------------------------------------------------------------


def _lever(raw: dict[str, Any], where: str, own: bool) -> dict[str, Any]:
    if raw["kind"] not in KINDS:
        raise InputError("unknown kind of lever", where=where, got=raw["kind"], expected=", ".join(KINDS),
                         hint=did_you_mean(raw["kind"], KINDS), code="unknown-lever")
    kind, event = KINDS[raw["kind"]], _event(raw["event"], where)
    first, last = _days(raw, event, where)
    note, announced = _label(raw["note"]), parse_day(raw["announced"], where) if raw["announced"] else None
    if announced is None:
        announced = min(first, event.on) if event else first
    if announced > first and not event:
        raise InputError("a lever is announced before it holds", where=where, got=str(announced),
                         expected=f"{first} or earlier", code="inverted")
    found = {"kind": kind.id, "first": first.isoformat(), "last": last.isoformat() if last else None,
             "place": _place(raw["place"], where), "target": _target(raw, kind, event, where),
             "value": _value(raw, kind, where), "how": raw["how"], "event": event.id if event else "",
             "announced": (event.on if event and not raw["announced"] else announced).isoformat(),
             "evidence": raw["evidence"] or (event.evidence if event else "assumed"),
             "grade": check_grade(raw["grade"], where), "source": raw["source"] or (event.source if event else ""),
             "actor": raw["actor"] or _actor(event) or kind.actor, "note": note}
    _one_of(found["actor"], ACTORS, "actor", where)
    if found["source"]:
        _check_source(found["source"], where, own)
    if found["grade"] == "assumed" and not note:
        raise InputError("a lever whose strength is assumed has a note that says why", where=where,
                         example="note: our reading of the proposal", code="bad-scenario")
    if found["grade"] != "assumed" and not found["source"]:
        raise InputError("a fact names its source", where=where, hint="or leave out the grade, and add a note",
                         example="source: https://example.com/page", code="bad-scenario")
    return found


def _days(raw: Mapping[str, Any], event: Event | None, where: str) -> tuple[date, date | None]:
    if raw["first"] is not None:
        first = parse_day(raw["first"], f"{where}: from")
    elif event is not None:
        first = event.effective or event.on
    else:
        raise InputError("a lever needs a first day", where=where, example="from: 2027-01-01", code="bad-scenario")
    last = parse_day(raw["last"], f"{where}: to") if raw["last"] else None
    if last is not None and last < first:
        raise InputError("the lever ends before it starts", where=where, got=str(last), expected=f"{first} or later",
                         code="inverted")
    if not FIRST <= first <= LAST:
        raise InputError("out of the years that are modelled", where=f"{where}: from", got=str(first),
                         expected=f"{FIRST} to {LAST}", code="bad-date")
    return first, last


def _value(raw: Mapping[str, Any], kind: Kind, where: str) -> list[float]:
    given = raw["value"]
    low, mid, high = (given["low"], given["mid"], given["high"]) if isinstance(given, Mapping) else (given,) * 3
    if not low <= mid <= high:
        raise InputError("low, middle and high must ascend", where=f"{where}: value", got=f"{low}, {mid}, {high}",
                         example="{low: 0.1, mid: 0.2, high: 0.4}", code="bad-scenario")
    unit, top = (kind.unit, kind.high) if raw["how"] == "set" else ("times", 100.0)
    if raw["unit"] not in (None, unit):
        raise InputError(f"unknown unit of {kind.id}", where=f"{where}: unit", got=raw["unit"], expected=unit,
                         code="unknown-unit")
    if low < kind.low or high > top:
        raise InputError("out of range", where=f"{where}: value", got=f"{low:g} to {high:g}",
                         expected=f"{kind.low:g} to {top:g} ({unit})", code="out-of-range")
    return [float(low), float(mid), float(high)]


def _target(raw: Mapping[str, Any], kind: Kind, event: Event | None, where: str) -> dict[str, Any]:
    chips = [_chip(name, f"{where}: chips") for name in raw["chips"]]
    wide = raw["vendors"] or raw["foreign"] or raw["datacenter"]
    if event and not chips and not wide and "chips" in kind.axes:
        chips = list(event.chips)
    for name in raw["vendors"]:
        _one_of(name, {f.id for f in catalogue().firms()}, "firm", f"{where}: vendors")
    for name in raw["segments"]:
        _one_of(name, SEGMENTS, "segment", f"{where}: segments")
    for name in raw["stages"]:
        _one_of(name, STAGES, "stage", f"{where}: stages")
    aimed = {"chips": bool(chips or wide), "segments": bool(raw["segments"] or raw["state_funded"]),
             "stages": bool(raw["stages"])}
    stray = next((axis for axis, named in aimed.items() if named and axis not in kind.axes), None)
    if stray:
        raise InputError(f"{kind.id} is not aimed at {stray}", where=where, code="bad-target",
                         expected=", ".join(kind.axes) or "no target", got=raw[stray] or "state_funded")
    return {"chips": sorted(chips), "vendors": sorted(raw["vendors"]), "foreign": raw["foreign"],
            "datacenter": raw["datacenter"], "segments": sorted(raw["segments"]),
            "state_funded": raw["state_funded"], "stages": sorted(raw["stages"])}


def _actor(event: Event | None) -> str | None:
    return next((a for a in event.actors if a in ACTORS), None) if event else None


@cache
def _by_id() -> Mapping[str, Event]:
    return {e.id: e for e in events()}


def _event(id: str | None, where: str) -> Event | None:
    if id is None:
        return None
    _one_of(id, _by_id(), "event", where)
    return _by_id()[id]


def _place(name: str, where: str) -> str:
    from highfence.rules.store import shipped_law

    return shipped_law().gazetteer.code(name, f"{where}: place")


def _chip(name: str, where: str) -> str:
    try:
        return catalogue().chip(name).id
    except InputError as problem:
        problem.where = where
        raise


def _check_overlay(name: str, where: str) -> None:
    from highfence.rules.overlay import shipped_bills

    _one_of(name, shipped_bills(), "overlay", where)


def _check_source(id: str, where: str, own: bool) -> None:
    from highfence.choice.store import known_sources

    if id not in known_sources() and not (own and id.startswith(("https://", "http://"))):
        raise InputError("no such source", where=where, got=id, hint=did_you_mean(id, known_sources()),
                         expected="an id of highfence sources" + (", or a web address" if own else ""),
                         code="bad-scenario")


def _one_of(word: str, known: Any, what: str, where: str) -> None:
    if word not in known:
        some = ", ".join(known) if len(known) <= 40 else None
        raise InputError(f"unknown {what}", where=where, got=word, hint=did_you_mean(word, known), expected=some,
                         code=f"unknown-{what}")


def _label(given: str | Mapping[str, str] | None) -> dict[str, str] | None:
    return None if given is None else {"en": given, "zh": given} if isinstance(given, str) else dict(given)
