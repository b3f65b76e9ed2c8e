"""Ask the law about one part in one transaction on one day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from highfence.core.errors import InputError
from highfence.core.labels import Label
from highfence.rules.consequences import notes
from highfence.rules.engine import Decision
from highfence.rules.exploring import find_answer
from highfence.rules.law import Law
from highfence.rules.outcome import outcome_label
from highfence.rules.question import US_BY_DEFAULT, Question, ask
from highfence.rules.store import shipped_law
from highfence.rules.verdict import Verdict
from highfence.rules.working import Working, reference

if TYPE_CHECKING:
    from highfence.rules.overlay import Overlay


def classify(
    chip: Any, *, to: str = "CN", on: str | date = "2025-07-15", hq: str | None = None, parent_hq: str | None = None,
    end_user: str | None = None, end_use: str | None = None, listed: str | None = None,
    exporter: str = US_BY_DEFAULT, reexport_from: str | None = None, transaction: str = "export", item: str = "ic",
    datacenter: bool | None = None, conditions: Mapping[str, Any] | None = None,
    overlay: Overlay | Sequence[Overlay] | None = None,
) -> Verdict:
    """Return what US export law says of a part, with the other side's measures beside it.

    Parameters
    ----------
    chip : name or alias in the catalogue, a sheet (mapping, or path of a YAML file), or a Part.
    to : destination, ISO 3166-1 code or name. on : day of the law.
    hq, parent_hq : where the end user, and its ultimate parent, are headquartered; the destination if omitted.
    end_user : name, compared with the lists that provisions hold. listed : ``no``, ``entity_list``, ``affiliate`` …
    exporter : where the part leaves from; if omitted the United States, or the maker's country for a part
        of a maker elsewhere. reexport_from : third country of a reexport.
    transaction : export, reexport, transfer (in-country) or import (into the United States).
    item : ic, assembly, computer, hbm, software or technology.
    datacenter : overrides whether the part is designed or marketed for data centres.
    conditions : facts that only the parties know, such as ``{"certified": True}``; see ``docs/law.md``.
    overlay : one reform of law, or several laid over one another.

    Raises
    ------
    InputError : an argument that cannot be read.

    Examples
    --------
    >>> verdict = classify("H20", to="CN", on="2025-05-01")
    >>> verdict.paragraph, verdict.requirement
    ('3A991.p', 'licence')
    """
    law = law_with(overlay)
    question = ask(law, chip, to=to, on=on, hq=hq, parent_hq=parent_hq, end_user=end_user, end_use=end_use,
                   listed=listed, exporter=exporter, reexport_from=reexport_from, transaction=transaction, item=item,
                   datacenter=datacenter, conditions=conditions)
    return answer(law, question)


def law_with(overlay: Overlay | Sequence[Overlay] | None) -> Law:
    """Return the shipped law under some overlays."""
    if overlay is None:
        return shipped_law()
    from highfence.rules.overlay import Overlay

    laid = [overlay] if isinstance(overlay, (Overlay, str, Mapping)) else list(overlay)
    law = shipped_law()
    for one in laid:
        if not isinstance(one, Overlay):
            raise InputError("an overlay is what read_overlay returns", where="overlay", got=one,
                             example='overlay=read_overlay("reform.yaml")')
        law = one.law(law)
    return law


def answer(law: Law, question: Question) -> Verdict:
    """Apply the law to a question, over everything that its unknown inputs leave open."""
    today = law.on(question.day)
    found = find_answer(today, question)
    decision, case, follows = found.decision, found.case, found.consequences
    paragraph = _with_z(decision, question.part.described_in) or "unknown"
    return Verdict(
        chip=question.part.id, name=question.part.name, query=question.asked, jurisdiction=decision.jurisdiction,
        jurisdiction_basis=_basis(decision), paragraph=paragraph, requirement=decision.requirement,
        provisions=tuple(reference(a) for a in decision.created_by or decision.undecided),
        exceptions=follows.exceptions, review=follows.review, review_basis=follows.review_basis,
        review_conditions=follows.review_conditions,
        outcome_label=outcome_label(case.transaction, decision, paragraph, follows.exceptions, follows.review,
                                    follows.duties, found.possible),
        enforcement=notes(today.layers["enforcement"], case), duties=follows.duties,
        measures=notes(today.layers["measure"], case), possible=found.possible, splits_on=found.splits,
        warnings=question.warnings, details=Working(today, question, case, decision))


def _with_z(decision: Decision, described_in: str | None) -> str | None:
    """Return the .z paragraph of another ECCN that describes an item caught here."""
    provision = decision.classified_by.provision if decision.classified_by and decision.paragraph else None
    if described_in is None or provision is None or provision.z is None:
        return decision.paragraph
    return f"{described_in}.{provision.z}"


def _basis(decision: Decision) -> Label:
    if decision.subject_by is None:
        return Label("no provision reaches it: not in or from the United States, not of US origin, not a listed "
                     "direct product", "无条款涉及：不在亦不出自美国，非美国原产，非所列直接产品")
    provision, era = decision.subject_by.provision, decision.subject_by.era
    text = era.open_question if decision.jurisdiction == "unknown" and era.open_question else era.says
    return Label(f"{provision.id}: {text.en}", f"{provision.id}：{text.zh}")
