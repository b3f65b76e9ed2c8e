"""A what-if as one self-contained page: the answer, figures, differences by year, what is set, limits and sources.

>>> import highfence as hf
>>> made = build_whatif(hf.whatif("h20-licence-2025", draws=20, horizon="2026"))
>>> made.leads[0].label.en, len(made.charts)
("the vendor's revenue in China", 7)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from highfence.__about__ import DATA_VERSION, __version__
from highfence.core.envelope import plain
from highfence.core.errors import InputError
from highfence.core.labels import Label, check_language
from highfence.core.ranges import Range
from highfence.market.runs import PRIOR
from highfence.policy.attribution import Attribution
from highfence.policy.levers import KINDS
from highfence.policy.scenarios import scenarios
from highfence.policy.sensitivity import Sensitivity
from highfence.policy.thesis import Thesis
from highfence.policy.whatif import Compared, Row, WhatIf
from highfence.report.citations import Bibliography, Cite, CitedSource
from highfence.report.texts import both, say
from highfence.report.whatif_charts import CHARTS, LOGGED, Mark, Panel, chart_panels
from highfence.report.whatif_why import ThesisPart, Why, build_thesis, build_why
from highfence.report.whatif_words import (
    LEADS,
    amount,
    answer,
    difference,
    draws_share,
    figure,
    findings,
    over,
    scale,
    span,
    unit_name,
)
from highfence.rules.store import shipped_law
from highfence.rules.verdict import LAW_VERSION

YEARLY = (*dict.fromkeys((*LEADS, *(name for names in CHARTS.values() for name in names))), "nvidia_total_revenue",
          "domestic_revenue", "compute_abroad_h100e", "smuggled_units", "licence_fee", "rd_spending", "restriction")
"""Outcomes of the table by year."""

_UNIT = re.compile(r"(?<=[\d⁵]) (?=bn\b|points\b|× 10|FLOP\b)")
"""Where a number and its unit would part at the end of a line."""

THIN = ("vendor", "flagship", "stock", "paths", "prices", "restriction", "forecasts")
UNKNOWN = ("talks", "use", "models", "answers", "law")


@dataclass(frozen=True, slots=True)
class Lead:
    """A figure of the head of the page."""

    label: Label
    shown: Label
    interval: Label
    share: Label
    over: Label


@dataclass(frozen=True, slots=True)
class TwinRow:
    """A quarter of a chart in numbers: medians and intervals of A, of B, and of A - B."""

    at: str
    a: Label
    a_span: Label
    b: Label
    b_span: Label
    apart: Label
    apart_span: Label
    share: Label


@dataclass(frozen=True, slots=True)
class Published:
    """A published value beside a chart."""

    label: Label
    period: str
    shown: Label
    ends: Label
    kind: str
    grade: str
    by: str
    cite: Cite


@dataclass(frozen=True, slots=True)
class Twin:
    """The numbers of one outcome of a chart."""

    outcome: str
    label: Label
    definition: Label
    unit: Label
    rows: tuple[TwinRow, ...]
    published: tuple[Published, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of the page: what it says in words, how it is to be read, and its numbers."""

    id: str
    title: Label
    said: tuple[Label, ...]
    twins: tuple[Twin, ...]
    notes: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A difference in a year, or over the span."""

    shown: Label
    interval: Label
    share: Label
    part: Label


@dataclass(frozen=True, slots=True)
class YearRow:
    """An outcome's differences by year, and over the span."""

    outcome: str
    label: Label
    unit: Label
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class LeverRow:
    """A lever that one scenario has and the other has not."""

    kind: Label
    target: Label
    shown: Label
    first: str
    last: str | None
    grade: str
    evidence: str
    note: Label | None
    cite: Cite | None


@dataclass(frozen=True, slots=True)
class Side:
    """A scenario: its levers that differ, its overlays of law, and what is to be minded of it."""

    name: str
    label: Label
    levers: tuple[LeverRow, ...]
    laws: tuple[tuple[str, Label, Cite | None], ...]
    note: Label | None
    cite: Cite | None


@dataclass(frozen=True, slots=True)
class Versions:
    """What the page was computed with."""

    code: str
    data: str
    law: str


@dataclass(frozen=True)
class WhatIfReport:
    """All that the page of a what-if shows.

    Attributes
    ----------
    found, reasons, held : the what-if, what its differences rest on, and the thesis, as computed. outcome : the answer
    in one line. columns : years of the table, then the span. limits : what the figures rest on. thin, unknown : what is
    weak in the model, and what is outside it.
    """

    found: WhatIf
    reasons: tuple[Attribution, Sensitivity] | None
    held: Thesis | None
    question: Label
    outcome: Label
    leads: tuple[Lead, ...]
    findings: tuple[Label, ...]
    charts: tuple[Chart, ...]
    columns: tuple[Label, ...]
    years: tuple[YearRow, ...]
    a: Side
    b: Side
    why: Why | None
    thesis: ThesisPart | None
    limits: tuple[Label, ...]
    thin: tuple[Label, ...]
    unknown: tuple[Label, ...]
    sources: tuple[CitedSource, ...]
    versions: Versions

    def to_dict(self) -> dict[str, Any]:
        """Return the what-if as JSON with what it rests on, and under ``page`` all that its page shows."""
        shown = {f.name: plain(getattr(self, f.name)) for f in fields(self)
                 if f.name not in {"found", "reasons", "held"}}
        more: dict[str, Any] = {}
        if self.reasons is not None:
            more["why"] = {"attribution": self.reasons[0].to_dict(), "sensitivity": self.reasons[1].to_dict()}
        if self.held is not None:
            more["thesis"] = self.held.to_dict()
        return {**self.found.to_dict(), **more, "page": shown}

    @property
    def sections(self) -> tuple[str, ...]:
        """The sections of the page, in order."""
        asked = {"why": self.why is not None, "thesis": self.thesis is not None}
        return tuple(id for id in ("charts", "years", "why", "thesis", "set", "limits", "sources")
                     if asked.get(id, True))


def build_whatif(found: WhatIf, reasons: tuple[Attribution, Sensitivity] | None = None,
                 held: Thesis | None = None) -> WhatIfReport:
    """Return all that the page of a what-if shows.

    Parameters
    ----------
    reasons : mechanisms and assumptions of the same scenarios. held : the thesis of the same scenarios. Without them
    the page has no such section.

    Raises
    ------
    InputError : the what-if kept no outcome.
    """
    if not found.outcomes:
        raise InputError("a what-if without outcomes has no page", where="--outcome", expected="at least one")
    sources = Bibliography(shipped_law())
    a = _side(found.a, found.label_a, found.levers_a, found.laws_a, sources)
    b = _side(found.b, found.label_b, found.levers_b, found.laws_b, sources)
    panels = chart_panels(found)
    charts = tuple(_chart(id, held, sources) for id, held in panels.items())
    why = None if reasons is None else build_why(*reasons)
    part = None if held is None else build_thesis(held, sources)
    first = (found.since or found.horizon)[:4]
    years = sorted({row.at for one in found.outcomes.values() for row in one.years if row.at >= first})
    whole = say("whatif.whole", since=found.since or found.horizon, last=found.horizon)
    return WhatIfReport(
        found=found, reasons=reasons, held=held, why=why, thesis=part,
        question=say("whatif.question", a=found.label_a, b=found.label_b), outcome=answer(found),
        leads=tuple(_leads(found)), findings=findings(found), charts=charts,
        columns=(*(both(year) for year in years), whole), years=tuple(_years(found, years)), a=a, b=b,
        limits=tuple(_limits(found)), thin=tuple(say(f"whatif.thin_{id}") for id in THIN),
        unknown=tuple(say(f"whatif.unknown_{id}") for id in UNKNOWN), sources=sources.sources(),
        versions=Versions(__version__, DATA_VERSION, LAW_VERSION))


def render_whatif(made: WhatIfReport, lang: str = "en") -> str:
    """Return the page of a what-if as HTML.

    Raises
    ------
    InputError : a language that the interface does not speak.
    MissingExtra : the template engine or the chart renderer is not installed.
    """
    from highfence.report.page import environment, style, tidy, words
    from highfence.report.whatif_charts import figures
    from highfence.report.whatif_why_charts import thesis_figures, why_figures

    check_language(lang)
    template = environment().get_template("whatif.html.j2")
    drawn = figures(made.found, chart_panels(made.found), lang)
    if made.reasons is not None:
        drawn |= why_figures(*made.reasons, lang)
    if made.held is not None:
        drawn |= thesis_figures(made.held, lang)
    page = template.render(w=made, found=made.found, lang=lang, css=style("whatif"), figures=drawn, **words(lang))
    return _UNIT.sub("\u00a0", tidy(page))


# ---- parts -----------------------------------------------------------------------------------------------------------


def _leads(found: WhatIf) -> Iterator[Lead]:
    names = [name for name in LEADS if name in found.outcomes] or list(found.outcomes)[:4]
    for one in (found.outcomes[name] for name in names):
        whole = one.whole
        yield Lead(one.outcome.label, amount(one.outcome, whole.range.mid, True),
                   span(one.outcome, whole.range.low, whole.range.high, True), draws_share(whole), over(one, found))


def _chart(id: str, panels: Sequence[Panel], sources: Bibliography) -> Chart:
    said = tuple(say("whatif.chart_one", label=p.outcome.label, shown=difference(p.compared, p.whole),
                     share=draws_share(p.whole)) for p in panels)
    names = [p.outcome.name for p in panels]
    notes = [say("whatif.logged")] if any(name in LOGGED for name in names) else []
    if "price_of_work" in names:
        notes.append(say("whatif.capped"))
    return Chart(id, say(f"whatif.chart_{id}"), said, tuple(_twin(p, sources) for p in panels), tuple(notes))


def _twin(p: Panel, sources: Bibliography) -> Twin:
    what = p.outcome
    unit = Label(unit_name(what, "en"), unit_name(what, "zh"))
    return Twin(what.name, what.label, what.definition, unit, tuple(_twin_row(p, row) for row in p.rows),
                tuple(_published(p, m, sources) for m in p.marks))


def _twin_row(p: Panel, row: Row) -> TwinRow:
    what = p.outcome
    a, b, apart = (Range(q[1], q[3], q[5]) for q in (row.a, row.b, row.difference))
    return TwinRow(row.at, bare(p, a.mid), span(what, a.low, a.high), bare(p, b.mid), span(what, b.low, b.high),
                   bare(p, apart.mid, True), span(what, apart.low, apart.high, True), draws_share(row))


def bare(p: Panel, value: float, apart: bool = False) -> Label:
    """Return an amount without its unit, which the head of the table has."""
    texts = [figure(value / scale(p.outcome.unit, lang, apart)[0], apart) for lang in ("en", "zh")]
    return Label(*texts)


def _published(p: Panel, m: Mark, sources: Bibliography) -> Published:
    ends = both("") if m.low == m.high else span(p.outcome, m.low, m.high)
    return Published(m.label, m.period, amount(p.outcome, m.value), ends, m.kind, m.grade, m.by, sources.cite(m.source))


def _years(found: WhatIf, years: Sequence[str]) -> Iterator[YearRow]:
    for name in (name for name in YEARLY if name in found.outcomes):
        one = found.outcomes[name]
        by_year = {row.at: row for row in one.years}
        rows = [by_year.get(year) for year in years]
        unit = Label(*(unit_name(one.outcome, lang, True).removesuffix({"en": " a quarter", "zh": "/季"}[lang])
                       for lang in ("en", "zh")))
        yield YearRow(name, one.outcome.label, unit, tuple(_cell(one, row) for row in (*rows, one.whole) if row))


def _cell(one: Compared, row: Row) -> Cell:
    middle = row.b[3]
    part = both("") if one.outcome.unit == "share" or not middle else say(
        "whatif.of_b", share=figure(100 * row.range.mid / middle, True) + "%")
    return Cell(amount(one.outcome, row.range.mid, True), span(one.outcome, row.range.low, row.range.high, True),
                draws_share(row), part)


def _side(name: str, label: Label, levers: Sequence[Mapping[str, Any]], laws: Sequence[str],
          sources: Bibliography) -> Side:
    from highfence.rules import read_overlay

    known = scenarios().get(name)
    note, cite = (known.note, sources.cite(known.source) if known.source else None) if known else (None, None)
    overlays = [read_overlay(id) for id in laws]
    return Side(name, label, tuple(_lever(raw, sources) for raw in levers),
                tuple((o.id, o.title, sources.cite(o.source) if o.source else None) for o in overlays),
                note if note and note.en else None, cite)


def _lever(raw: Mapping[str, Any], sources: Bibliography) -> LeverRow:
    kind = KINDS[raw["kind"]]
    source = raw.get("source")
    note = raw.get("note")
    return LeverRow(kind.label, _target(raw.get("target") or {}), _strength(raw), raw["first"], raw.get("last"),
                    raw["grade"], raw.get("evidence", ""), Label.read(note) if note else None,
                    sources.cite(source) if source else None)


def _target(raw: Mapping[str, Any]) -> Label:
    from highfence.catalogue import catalogue
    from highfence.report.names import short_name
    from highfence.rules.parts import part_of_chip

    chips = [short_name(part_of_chip(id)) for id in raw.get("chips", ())]
    chips += [catalogue().firm(id).name for id in raw.get("vendors", ())]
    chips += [both(word.replace("_", " ")) for word in ("foreign", "datacenter", "state_funded") if raw.get(word)]
    chips += [both(word) for key in ("segments", "stages") for word in raw.get(key, ())]
    if not chips:
        return say("whatif.everything")
    return Label(", ".join(c.en for c in chips), "、".join(c.zh for c in chips))


def _strength(raw: Mapping[str, Any]) -> Label:
    value, unit = Range(**raw["value"]), raw["unit"]
    factor, tail = (100.0, "%") if unit == "share" else (1.0, f" {unit}")
    middle = f"{'× ' if raw.get('how') == 'times' else ''}{value.mid * factor:.3g}{tail}"
    return both(middle if value.low == value.high else
                f"{middle} ({value.low * factor:.3g}–{value.high * factor:.3g})")


def _limits(found: WhatIf) -> Iterator[Label]:
    yield found.basis
    yield say("whatif.rests_prior" if found.basis == PRIOR else "whatif.rests_posterior")
    levers = (*found.levers_a, *found.levers_b)
    assumed = [v for v in levers if v["grade"] in {"assumed", "estimate"}]
    if assumed:
        yield say("whatif.hindsight", n=len(levers), m=len(assumed))
    if found.as_of:
        yield say("whatif.as_of", day=date.fromisoformat(found.as_of).isoformat())
    yield from found.warnings
    yield say("whatif.pairs", n=f"{found.pairs:,}", seed=found.seed)
