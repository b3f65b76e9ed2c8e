"""How far a part stands from every line, and which single change would carry it over one.

Every change is verified: the law is asked again about a part with that one input changed, and about a part that
stops just short of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from highfence.core.labels import Label
from highfence.core.quantities import format_number, human_scale
from highfence.report.citations import Bibliography, Cite
from highfence.report.readings import quantity
from highfence.report.texts import both, say
from highfence.rules.classify import classify
from highfence.rules.law import Law
from highfence.rules.metrics import LAW_METRICS
from highfence.rules.parts import Input, Part
from highfence.rules.verdict import Margin, Verdict

JUST = 1e-9
"""Relative step that carries a value across a strict line, or keeps it short of one."""

_MEETS = {"≥": lambda v, line: v >= line, ">": lambda v, line: v > line,
          "<": lambda v, line: v < line, "≤": lambda v, line: v <= line}
_KINDS = {"tpp": "tpp", "logic_die_area": "area", "io_bandwidth": "bandwidth", "dram_bandwidth": "bandwidth"}


@dataclass(frozen=True, slots=True)
class MarginRow:
    """One line of the day, and where the part stands.

    Attributes
    ----------
    layer : layer of the law that the line belongs to.
    value, line, distance, low, high : in ``unit``; ``percent`` of the line.
    met : whether the clause holds; None where the part's value is open.
    """

    layer: str
    metric: str
    label: Label
    op: str
    line: float
    unit: str
    value: float
    distance: float
    percent: float
    low: float | None
    high: float | None
    met: bool | None
    provisions: tuple[str, ...]
    reported: bool
    parameter: str
    cite: Cite
    shown_value: Label
    shown_line: Label
    shown_distance: Label
    shown_percent: Label


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one input that changes what the law says.

    Attributes
    ----------
    input : tpp, logic_die_area, io_bandwidth, dram_bandwidth or datacenter.
    now, then : in ``unit``; None for a yes-or-no input.
    caught : whether the change brings the part under a paragraph or a requirement (else it takes it out).
    verified : the law, asked about the changed part, gave ``paragraph`` and ``requirement``.
    """

    on: date
    input: str
    label: Label
    now: float | None
    then: float | None
    unit: str
    delta: float | None
    percent: float | None
    shown: Label
    shown_delta: Label
    paragraph: str
    requirement: str
    paragraph_now: str
    requirement_now: str
    provisions: tuple[str, ...]
    outcome: Label
    caught: bool
    verified: bool


def margin_rows(law: Law, verdict: Verdict, sources: Bibliography) -> tuple[MarginRow, ...]:
    """Return the distance to each line once, nearest first; lines of import duties after those of export."""
    grouped: dict[tuple[str, float, bool], list[Margin]] = {}
    for margin in verdict.margins:
        if margin.value is not None and margin.percent is not None:
            grouped.setdefault((_same_measure(margin.metric), margin.line, margin.reported), []).append(margin)
    rows = [_margin_row(law, group, sources) for group in grouped.values()]
    return tuple(sorted(rows, key=lambda r: (r.layer == "duty", abs(r.percent))))


def _same_measure(metric: str) -> str:
    return "tpp" if metric == "bits_x_tops" else metric


def _margin_row(law: Law, group: list[Margin], sources: Bibliography) -> MarginRow:
    m = group[0]
    assert m.value is not None and m.distance is not None and m.percent is not None
    ends = {_MEETS[m.op](m.line + d, m.line) for d in (m.distance, m.low, m.high) if d is not None}
    met = ends.pop() if len(ends) == 1 else None
    kind = LAW_METRICS[m.metric].kind
    scale = human_scale(kind)[1]
    unit = f" {m.unit}" if m.unit and kind != "tpp" else ""
    return MarginRow(
        _layer(law, m.parameter), m.metric, m.label, m.op, m.line, m.unit, m.value, m.distance, m.percent,
        m.low, m.high, met,
        tuple(dict.fromkeys(g.provision for g in group)), any(g.reported for g in group), m.parameter,
        sources.cite(m.source), quantity(m.metric, m.value * scale, kind), quantity(m.metric, m.line * scale, kind),
        both(f"{_signed(m.distance)}{unit}"), signed_percent(m.percent))


def _layer(law: Law, parameter: str) -> str:
    return law.files[parameter.rpartition(".")[0]].layer


def _signed(value: float, digits: int = 4) -> str:
    """Write a distance with its sign; zero has none."""
    if value == 0:
        return "0"
    return f"{'+' if value > 0 else '−'}{format_number(abs(value), digits)}"


def signed_percent(value: float) -> Label:
    """Write a signed percentage with three digits.

    >>> signed_percent(-1.3333).en, signed_percent(0.0).en, signed_percent(166.7).en
    ('−1.33%', '0%', '+167%')
    """
    return both(f"{_signed(value, 3)}%")


def changes(law: Law, part: Part, to: str, day: date) -> tuple[Change, ...]:
    """Return every single change that moves the answer: under the law of the day, and under the rules before it."""
    found: dict[tuple[str, float | None, str, bool], Change] = {}
    if part.input("tpp").value is None:
        return ()
    for on in _days(law, day):
        base = classify(part, to=to, on=on)
        if base.paragraph == "unknown":
            continue
        for change in (*_measured(law, part, to, on, base), *_flagged(part, to, on, base)):
            found.setdefault((change.input, change.then, change.paragraph, change.caught), change)
    return tuple(sorted(found.values(), key=lambda c: (-c.on.toordinal(), abs(c.percent or 0.0))))


def _days(law: Law, day: date) -> list[date]:
    """Return the day asked, then the first day of each earlier form of the paragraphs on integrated circuits."""
    eras = {e.first for file in law.files.values() for p in file.provisions
            if p.layer == "classification" and "ic" in p.items for e in p.eras if e.first < day}
    return [day, *sorted(eras, reverse=True)]


def _measured(law: Law, part: Part, to: str, on: date, base: Verdict) -> Iterator[Change]:
    now = {name: part.input(name).value for name in _KINDS}
    seen: set[tuple[str, float]] = set()
    for margin in base.margins:
        line = margin.line * human_scale(LAW_METRICS[margin.metric].kind)[1]
        for name, value in _crossings(margin, line, now):
            if (name, value) in seen or now[name] is None or value <= 0:
                continue
            seen.add((name, value))
            change = _try(part, to, on, base, name, float(now[name] or 0.0), value)
            if change is not None:
                yield change


def _crossings(margin: Margin, line: float, now: dict[str, float | None]) -> Iterator[tuple[str, float]]:
    """Yield the values of single inputs at which a metric reaches a line."""
    tpp, io, dram = now["tpp"], now["io_bandwidth"], now["dram_bandwidth"]
    if margin.metric in {"tpp", "bits_x_tops"}:
        yield "tpp", line
    elif margin.metric == "performance_density" and tpp:
        yield "logic_die_area", tpp / line
    elif margin.metric in {"io_bandwidth", "dram_bandwidth"}:
        yield margin.metric, line
    elif margin.metric == "dram_plus_io" and io is not None and dram is not None:
        yield "io_bandwidth", line - dram
        yield "dram_bandwidth", line - io


def _try(part: Part, to: str, on: date, base: Verdict, name: str, now: float, line: float) -> Change | None:
    """Move one input to a line, or just across it, and keep the change only if the answer changes there."""
    if now == line:
        return None
    rising = line > now
    for value in (line, line * (1 + JUST) if rising else line * (1 - JUST)):
        verdict = classify(_with(part, name, value), to=to, on=on)
        if _answer(verdict) == _answer(base) or verdict.paragraph == "unknown":
            continue
        short = (line * (1 - JUST) if rising else line * (1 + JUST)) if value == line else line
        if _answer(classify(_with(part, name, short), to=to, on=on)) == _answer(verdict):
            return None
        return _change(base, verdict, on, name, now, value, line, strict=value != line)
    return None


def _with(part: Part, name: str, value: float) -> Part:
    """Return a part with one input settled at a value."""
    old = part.input(name)
    return replace(part, inputs={**part.inputs, name: Input(value, value, value, old.grade, "changed", old.facts)})


def _answer(verdict: Verdict) -> tuple[str, str, frozenset[str]]:
    return verdict.paragraph, verdict.requirement, frozenset(r.address for r in verdict.provisions)


def _change(base: Verdict, verdict: Verdict, on: date, name: str, now: float, value: float, line: float, *,
            strict: bool) -> Change | None:
    kind = _KINDS[name]
    unit, scale = human_scale(kind)
    rising = line > now
    key = "change." + ("above" if rising else "below") if strict else "change." + ("at_least" if rising else "at_most")
    label = say("change.die_area") if name == "logic_die_area" else LAW_METRICS[name].label
    delta, percent = (line - now) / scale, (line - now) / now * 100 if now else None
    shown_delta = both(f"{_signed(delta)}{' ' + unit if unit and kind != 'tpp' else ''}"
                       + (f", {_signed(percent, 3)}%" if percent is not None else ""))
    caught = _caught(base, verdict)
    return None if caught is None else Change(
        on, name, label, now / scale, value / scale, unit, delta, percent,
        say(key, value=quantity(name, line, kind)), shown_delta, verdict.paragraph, verdict.requirement,
        base.paragraph, base.requirement, _gained(base, verdict), verdict.outcome_label, caught, True)


def _gained(base: Verdict, verdict: Verdict) -> tuple[str, ...]:
    before = {r.address for r in base.provisions}
    return tuple(r.id for r in verdict.provisions if r.address not in before)


def _caught(base: Verdict, verdict: Verdict) -> bool | None:
    """Whether a change catches (true), releases (false), or only renames the paragraph (None)."""
    was, then = _controlled(base.paragraph), _controlled(verdict.paragraph)
    before, after = {r.address for r in base.provisions}, {r.address for r in verdict.provisions}
    if base.requirement == "none":
        before = set()
    if verdict.requirement == "none":
        after = set()
    if (was, before) == (then, after):
        return None
    if then >= was and after >= before:
        return True
    if verdict.requirement == "none" or then < was:
        return False
    return True if then > was else None


def _controlled(paragraph: str) -> int:
    """Rank paragraphs by how tightly they hold: 3A090.a, then .b, then the rest."""
    if paragraph.startswith(("3A090.a", "4A090.a")):
        return 2
    return 1 if paragraph.startswith(("3A090", "4A090")) else 0


def _flagged(part: Part, to: str, on: date, base: Verdict) -> Iterator[Change]:
    """Yield what changes if the part were, or were not, designed or marketed for data centres."""
    if part.datacenter is None:
        return
    verdict = classify(replace(part, datacenter=not part.datacenter), to=to, on=on)
    if _answer(verdict) == _answer(base) or verdict.paragraph == "unknown":
        return
    caught = _caught(base, verdict)
    if caught is not None:
        key = "change.if_datacenter" if verdict.query["datacenter"] else "change.if_not_datacenter"
        yield Change(on, "datacenter", say("change.datacenter"), None, None, "", None, None, say(key),
                     say("word.dash"), verdict.paragraph, verdict.requirement, base.paragraph, base.requirement,
                     _gained(base, verdict), verdict.outcome_label, caught, True)
