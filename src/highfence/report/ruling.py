"""The verdict of the day as a brief shows it: every statement with the number of its source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from highfence.catalogue.attributes import ATTRIBUTES
from highfence.core.labels import Label
from highfence.report.citations import Bibliography, Cite
from highfence.report.facts import shown_fact
from highfence.report.texts import listed, say
from highfence.rules.conditions import Finding
from highfence.rules.law import Law
from highfence.rules.parts import Part
from highfence.rules.verdict import Duty, ExceptionStatus, Note, Reference, TraceStep, Verdict, answer_label


@dataclass(frozen=True, slots=True)
class CitedProvision:
    """A provision that decided, in our words, with its citation."""

    provision: Reference
    cite: Cite


@dataclass(frozen=True, slots=True)
class CitedNote:
    """A posture, a flag or a measure of the other side."""

    note: Note
    cite: Cite


@dataclass(frozen=True, slots=True)
class CitedDuty:
    """A duty on import into the United States."""

    duty: Duty
    shown_rate: str
    cite: Cite


@dataclass(frozen=True, slots=True)
class TraceLine:
    """One clause of the trace, indented by ``depth``.

    Attributes
    ----------
    result : met, not met or unknown.
    """

    depth: int
    text: Label
    arithmetic: str
    result: str
    since: str | None
    cite: Cite | None


@dataclass(frozen=True, slots=True)
class TraceEntry:
    """One provision of the day, clause by clause."""

    layer: str
    id: str
    title: Label
    says: Label
    citation: str
    evidence: str
    result: str
    decided: bool
    lines: tuple[TraceLine, ...]
    cite: Cite


@dataclass(frozen=True, slots=True)
class Ruling:
    """Everything of a verdict that a page shows, with sources."""

    provisions: tuple[CitedProvision, ...]
    exceptions: tuple[ExceptionStatus, ...]
    enforcement: tuple[CitedNote, ...]
    measures: tuple[CitedNote, ...]
    duties: tuple[CitedDuty, ...]
    import_outcome: Label
    trace: tuple[TraceEntry, ...]


@dataclass(frozen=True, slots=True)
class Dispute:
    """An attribute whose published values differ, each with its source."""

    label: Label
    values: tuple[tuple[Label, str, Cite], ...]


@dataclass(frozen=True, slots=True)
class Reported:
    """A provision whose text is not public."""

    id: str
    title: Label
    says: Label
    evidence: str
    cite: Cite


@dataclass(frozen=True, slots=True)
class Unknowns:
    """What nobody knows that bears on the brief."""

    questions: tuple[Label, ...]
    assumed: tuple[tuple[Label, Label, Cite], ...]
    disputes: tuple[Dispute, ...]
    reported: tuple[Reported, ...]


def ruling(verdict: Verdict, imported: Verdict, law: Law, day: date, sources: Bibliography) -> Ruling:
    """Return a verdict, and that on import into the United States, with the number of every source."""
    return Ruling(
        tuple(CitedProvision(r, sources.cite(r.source, r.citation)) for r in verdict.provisions),
        verdict.exceptions, _notes(verdict.enforcement, sources), _notes(verdict.measures, sources),
        tuple(CitedDuty(d, f"{d.rate:.0%}", sources.cite(d.source)) for d in imported.duties),
        imported.outcome_label, tuple(_entry(step, verdict, sources) for step in verdict.trace))


def _notes(notes: tuple[Note, ...], sources: Bibliography) -> tuple[CitedNote, ...]:
    return tuple(CitedNote(n, sources.cite(n.source)) for n in notes)


def _entry(step: TraceStep, verdict: Verdict, sources: Bibliography) -> TraceEntry:
    r = step.provision
    decided = r.address in {p.address for p in verdict.provisions} or (
        step.layer == "classification" and bool(step.result))
    return TraceEntry(step.layer, r.id, r.title, r.says, r.citation, r.evidence, result_word(step.result), decided,
                      tuple(_lines(step.finding, 0, sources)), sources.cite(r.source, r.citation))


def result_word(result: bool | None) -> str:
    """Return ``met``, ``not_met`` or ``unknown``."""
    return "unknown" if result is None else "met" if result else "not_met"


def _lines(finding: Finding, depth: int, sources: Bibliography) -> list[TraceLine]:
    limit = finding.parameter
    cite = sources.cite(limit.source, limit.at) if limit is not None else None
    lines = [TraceLine(depth, finding.text, finding.arithmetic, result_word(finding.result),
                       limit.since if limit is not None else None, cite)]
    for child in finding.children:
        lines += _lines(child, depth + 1, sources)
    return lines


def unknowns(part: Part, verdict: Verdict, sources: Bibliography) -> Unknowns:
    """Return open questions, assumed and disputed facts, and provisions that are not published."""
    reported = [s.provision for s in verdict.trace
                if s.provision.evidence in {"reported", "recalled"} and s.result is not False]
    shown = {r.address: Reported(r.id, r.title, r.says, r.evidence, sources.cite(r.source, r.citation))
             for r in reported}
    return Unknowns(_questions(verdict), _assumed(part, sources), _disputes(part, sources), tuple(shown.values()))


def _questions(verdict: Verdict) -> tuple[Label, ...]:
    splits = [s.text for s in verdict.splits_on]
    if len(verdict.possible) > 1:
        answers = listed([answer_label(p) for p in verdict.possible])
        splits.insert(0, say("unknown.possible", answers=answers))
    return tuple(dict.fromkeys((*splits, *verdict.open_questions)))


def _assumed(part: Part, sources: Bibliography) -> tuple[tuple[Label, Label, Cite], ...]:
    if part.entry is None:
        return ()
    found = []
    for name, resolved in part.entry.resolved.items():
        if resolved.grade == "assumed" and resolved.fact.source:
            label = say("unknown.assumed_value", label=ATTRIBUTES[name].label,
                        value=shown_fact(ATTRIBUTES[name], resolved.fact))
            found.append((label, resolved.fact.note or Label("", ""),
                          sources.cite(resolved.fact.source, resolved.fact.at)))
    return tuple(found)


def _disputes(part: Part, sources: Bibliography) -> tuple[Dispute, ...]:
    if part.entry is None:
        return ()
    found = []
    for name, resolved in part.entry.resolved.items():
        row = ATTRIBUTES[name]
        if not resolved.contested or (row.kind not in {"flag"} and not row.numeric):
            continue
        facts = (resolved.fact, *(f for f in resolved.others if f.rejected is None))
        values: dict[tuple[str, str], tuple[Label, str, Cite]] = {}
        for fact in facts:
            shown = shown_fact(row, fact)
            values.setdefault((shown.en, fact.source), (shown, fact.grade, sources.cite(fact.source, fact.at)))
        found.append(Dispute(row.label, tuple(values.values())))
    return tuple(found)
