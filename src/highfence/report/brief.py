"""The brief of a chip: everything that its page shows, computed once.

>>> brief = build_brief("H20", to="CN", on="2025-05-01")
>>> brief.verdict.requirement
'licence'
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from highfence.__about__ import DATA_VERSION, __version__
from highfence.core.dates import parse_day
from highfence.core.envelope import plain
from highfence.core.labels import Label
from highfence.report.abilities import Abilities, abilities
from highfence.report.ability_findings import spread_sentence
from highfence.report.choice_findings import fork_sentence
from highfence.report.choices import Choices, choices
from highfence.report.citations import Bibliography, CitedSource
from highfence.report.cost_findings import token_sentence
from highfence.report.costs import Costs, costs
from highfence.report.facts import FactGroup, fact_groups, missing_facts
from highfence.report.headroom import Change, MarginRow, changes, margin_rows
from highfence.report.markets import on_the_market
from highfence.report.names import firm_name, place_name, short_name
from highfence.report.planes import Plane, bandwidth_plane, compute_plane
from highfence.report.ratios import Comparison, compare
from highfence.report.rivals import references
from highfence.report.ruling import Ruling, Unknowns, ruling, unknowns
from highfence.report.texts import both, say
from highfence.report.timeline import Timeline, build_timeline, status_of
from highfence.rules.classify import classify
from highfence.rules.question import find_part
from highfence.rules.store import shipped_law
from highfence.rules.verdict import DISCLAIMER, LAW_VERSION, Verdict

NEAR = 60.0
"""Percentage of an input within which a change under an earlier rule is worth a sentence."""


@dataclass(frozen=True, slots=True)
class Versions:
    """What the brief was computed with."""

    code: str
    data: str
    law: str


@dataclass(frozen=True)
class Brief:
    """A chip's brief.

    Attributes
    ----------
    chip : id of the part. to : destination. on : day of the law.
    status : the one word of the timeline for the verdict. outcome : the answer in one line.
    findings : the sentences that open the page.
    sources : numbered as they are cited.
    """

    chip: str
    name: Label
    short: Label
    maker: Label | None
    note: Label | None
    to: str
    place: Label
    on: date
    status: str
    outcome: Label
    findings: tuple[Label, ...]
    facts: tuple[FactGroup, ...]
    missing: tuple[Label, ...]
    comparison: Comparison
    abilities: Abilities
    costs: Costs
    choices: Choices
    timeline: Timeline
    compute: Plane
    bandwidth: Plane
    margins: tuple[MarginRow, ...]
    changes: tuple[Change, ...]
    verdict: Verdict
    ruling: Ruling
    unknowns: Unknowns
    sources: tuple[CitedSource, ...]
    disclaimer: Label
    versions: Versions

    def to_dict(self) -> dict[str, Any]:
        """Return all that the page shows as JSON."""
        return {f.name: plain(getattr(self, f.name)) for f in fields(self)}


def build_brief(chip: Any, *, to: str = "CN", on: str | date | None = None,
                against: Sequence[str] | None = None, progress: Callable[[str], None] | None = None) -> Brief:
    """Return the brief of a part.

    Parameters
    ----------
    chip : a name in the catalogue, the path of a sheet, or a sheet as a mapping.
    to : destination. on : day of the law, today if None.
    against : parts to compare with; chosen from the catalogue if None. progress : told what is being worked on.

    Raises
    ------
    InputError : an unknown chip, destination or day.
    """
    law, part = shipped_law(), find_part(chip, "ic")
    day = date.today() if on is None else parse_day(on, "--on")
    code = law.gazetteer.code(to)
    others = references(part, against, day)
    verdict = classify(part, to=code, on=day)
    imported = classify(part, to="US", on=day, exporter="TW", transaction="import")
    sources = Bibliography(law)
    facts, comparison = fact_groups(part, sources), compare(part, others, sources)
    able = abilities(part, others, sources)
    beside = on_the_market(part, others, code, day)
    spent = costs(part, beside, code, day, sources, progress)
    chosen = choices(part, beside, code, day, sources, progress)
    timeline = build_timeline(law, part, code, day, sources)
    margins, moves = margin_rows(law, verdict, sources), changes(law, part, code, day)
    decided, open_ones = ruling(verdict, imported, law, day, sources), unknowns(part, verdict, sources)
    sources.close_own()
    compute, bandwidth = (plane(law, part, others, day, sources) for plane in (compute_plane, bandwidth_plane))
    return Brief(
        chip=part.id, name=part.name, short=short_name(part), maker=firm_name(part.vendor) if part.vendor else None,
        note=part.entry.note if part.entry is not None else None, to=code, place=place_name(law, code), on=day,
        status=status_of(verdict), outcome=verdict.outcome_label,
        findings=_findings(verdict, comparison, able, spent, chosen, margins, moves, day), facts=facts,
        missing=missing_facts(part), comparison=comparison, abilities=able, costs=spent, choices=chosen,
        timeline=timeline, compute=compute, bandwidth=bandwidth, margins=margins, changes=moves, verdict=verdict,
        ruling=decided, unknowns=open_ones,
        sources=sources.sources(), disclaimer=DISCLAIMER, versions=Versions(__version__, DATA_VERSION, LAW_VERSION))


def _findings(verdict: Verdict, comparison: Comparison, able: Abilities, spent: Costs, chosen: Choices,
              margins: Sequence[MarginRow], moves: Sequence[Change], day: date) -> tuple[Label, ...]:
    """Return what a reader in a hurry should know, a sentence each."""
    found: list[Label | None] = [say("finding.split", text=s.text) for s in verdict.splits_on[:3]]
    found += [_ratio_sentence(comparison, i) for i in range(min(2, len(comparison.references)))]
    found += [spread_sentence(able), token_sentence(spent), fork_sentence(chosen)]
    if verdict.paragraph != "unknown":
        found.append(_caught_sentence(verdict, margins) or _nearest_sentence(margins))
    found += [say("finding.caught", label=c.label, shown=c.shown, delta=c.shown_delta, paragraph=c.paragraph)
              if c.delta is not None else say("finding.flag", shown=c.shown, paragraph=c.paragraph)
              for c in _nearest_changes(moves, day)]
    found.append(_earlier_sentence(moves, day))
    return tuple(label for label in found if label is not None)


def _ratio_sentence(comparison: Comparison, index: int) -> Label | None:
    rows = {row.name: row.cells[index] for row in comparison.rows}
    half, memory = rows.get("half") or rows.get("tpp"), rows.get("dram_bandwidth")
    name = comparison.references[index].short
    if half is None or half.ratio is None or memory is None or memory.ratio is None:
        return None
    key = "finding.ratio" if "half" in rows else "finding.ratio_tpp"
    return say(key, half=half.shown_ratio, memory=memory.shown_ratio, name=name)


def _caught_sentence(verdict: Verdict, margins: Sequence[MarginRow]) -> Label | None:
    """Say by how much a part exceeds the line of the paragraph that catches it."""
    lines = [m for m in margins if verdict.paragraph in m.provisions and m.op in {"≥", ">"} and m.distance > 0]
    if not verdict.paragraph.startswith("3A090") or not lines:
        return None
    nearest = min(lines, key=lambda m: abs(m.percent))
    return say("finding.caught_by", paragraph=verdict.paragraph, label=nearest.label, value=nearest.shown_value,
               line=nearest.shown_line, percent=both(nearest.shown_percent.en.lstrip("+")))


def _nearest_sentence(margins: Sequence[MarginRow]) -> Label | None:
    """Name the nearest line of compute that the part does not cross, or has just crossed."""
    lines = [m for m in margins if m.metric in {"tpp", "performance_density"} and not m.reported
             and any("3A090" in p for p in m.provisions)]
    if not lines:
        return None
    nearest = min(lines, key=lambda m: abs(m.percent))
    side = "finding.below" if nearest.distance < 0 else "finding.above" if nearest.distance > 0 else "finding.on_line"
    return say(side, label=nearest.label, value=nearest.shown_value, line=nearest.shown_line,
               percent=both(nearest.shown_percent.en.lstrip("+−")),
               paragraph=next(p for p in nearest.provisions if p.startswith("3A090")))


def _nearest_changes(moves: Sequence[Change], day: date) -> list[Change]:
    """Return the smallest verified change of each input that would catch the part on the day."""
    first: dict[str, Change] = {}
    for change in (c for c in moves if _catches(c) and c.on == day):
        first.setdefault(change.input, change)
    return list(first.values())[:2]


def _catches(change: Change) -> bool:
    """Whether a change brings a part under another paragraph of 3A090."""
    return change.caught and change.paragraph.startswith("3A090") and change.paragraph != change.paragraph_now


def _earlier_sentence(moves: Sequence[Change], day: date) -> Label | None:
    """Name the smallest change that would have caught the part under an earlier rule, where it is a small one."""
    near = [c for c in moves if _catches(c) and c.on < day and c.percent is not None and abs(c.percent) < NEAR]
    if not near:
        return None
    change = min(near, key=lambda c: abs(c.percent or 0.0))
    return say("finding.caught_then", day=change.on, label=change.label, shown=change.shown, delta=change.shown_delta,
               paragraph=change.paragraph)
