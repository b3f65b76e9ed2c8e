"""Ask the law about one part in one transaction on one day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from highfence.core.errors import InputError
from highfence.core.labels import Label
from highfence.rules.case import Case
from highfence.rules.conditions import Compare, Condition, Flag, walk
from highfence.rules.engine import Decision, decide
from highfence.rules.law import Active, Law, LawOnDay
from highfence.rules.metrics import LAW_FLAGS, LAW_METRICS
from highfence.rules.outcome import outcome_label
from highfence.rules.question import US_BY_DEFAULT, Question, ask
from highfence.rules.store import shipped_law
from highfence.rules.uncertainty import Cells, Split, survey
from highfence.rules.verdict import Duty, ExceptionStatus, Note, Reference, SplitPoint, Verdict, split_point
from highfence.rules.working import Working

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
    case = question.case
    decision = decide(today, case)
    possible: tuple[str, ...] = ()
    splits: tuple[SplitPoint, ...] = ()
    if decision.paragraph is None or decision.requirement == "unknown":
        decision, case, possible, splits = _explore(today, question, decision)
    working = Working(today, question, case, decision)
    exceptions = _exceptions(today, case, decision)
    review, review_basis, review_conditions = _review(today, case, decision)
    duties = _duties(today, case)
    paragraph = _with_z(decision.paragraph, question.part.described_in) or "unknown"
    return Verdict(
        chip=question.part.id, name=question.part.name, query=question.asked, jurisdiction=decision.jurisdiction,
        jurisdiction_basis=_basis(decision), paragraph=paragraph, requirement=decision.requirement,
        provisions=tuple(reference(a) for a in decision.created_by or decision.undecided), exceptions=exceptions,
        review=review, review_basis=review_basis, review_conditions=review_conditions,
        outcome_label=outcome_label(case.transaction, decision, paragraph, exceptions, review, duties, possible),
        enforcement=_notes(today.layers["enforcement"], case), duties=duties,
        measures=_notes(today.layers["measure"], case), possible=possible, splits_on=splits,
        warnings=question.warnings, details=working)


def _explore(today: LawOnDay, question: Question, first: Decision,
             ) -> tuple[Decision, Case, tuple[str, ...], tuple[SplitPoint, ...]]:
    """Answer for every way that the unknown inputs may be, and say what separates the answers."""
    needed, lines = _open_inputs(today, question.case)
    unknown = survey(question.part, lines, needed)
    answers: dict[Cells, tuple[Decision, Case]] = {}
    for way in unknown.ways():
        case = question.case.having(way.metrics, way.flags)
        answers[way.cells] = decide(today, case), case
    decisions = [d for d, _ in answers.values()]
    if len({(d.paragraph, d.requirement) for d in decisions}) == 1 and decisions[0].requirement != "unknown":
        return *next(iter(answers.values())), (), ()
    merged = _merged(decisions, first)
    case = question.case.having({}, {})
    case.paragraph = merged.paragraph
    case.created_by = tuple(a.provision.address for a in merged.created_by)
    possible = tuple(dict.fromkeys(s for d in decisions for s in _signatures(d)))
    splits = [_split_words(s) for s in unknown.splits({cells: d.signature for cells, (d, _) in answers.items()})]
    return merged, case, possible, (*splits, *_legal_splits(decisions))


def _merged(decisions: Sequence[Decision], first: Decision) -> Decision:
    """Return what several possible decisions have in common."""
    paragraphs, requirements = {d.paragraph for d in decisions}, {d.requirement for d in decisions}
    return Decision(
        paragraphs.pop() if len(paragraphs) == 1 else None, decisions[0].classified_by,
        decisions[0].jurisdiction if len({d.jurisdiction for d in decisions}) == 1 else "unknown",
        first.subject_by, requirements.pop() if len(requirements) == 1 else "unknown",
        _in_all(decisions), _in_some(decisions))


def _signatures(decision: Decision) -> Iterable[str]:
    """Every answer that one decision leaves open: an unknown requirement may be a licence or none."""
    paragraph = decision.paragraph or "unknown"
    return ([f"{paragraph}: licence", f"{paragraph}: none"] if decision.requirement == "unknown"
            else [f"{paragraph}: {decision.requirement}"])


def _in_all(decisions: Sequence[Decision]) -> tuple[Active, ...]:
    common = set.intersection(*({a.provision.address for a in d.created_by} for d in decisions))
    return tuple(a for a in decisions[0].created_by if a.provision.address in common)


def _in_some(decisions: Sequence[Decision]) -> tuple[Active, ...]:
    return tuple({a.provision.address: a for d in decisions for a in (*d.created_by, *d.undecided)}.values())


def _open_inputs(today: LawOnDay, case: Case) -> tuple[frozenset[str], dict[str, frozenset[float]]]:
    """Return the inputs that undecided provisions read, and their lines by metric.

    A provision that is decided while some inputs are unknown stays so whatever they turn out to be.
    """
    lines: dict[str, set[float]] = {name: set() for name in LAW_METRICS}
    needed: set[str] = set()
    layers = ("classification", "jurisdiction", "requirement")
    for active in (a for layer in layers for a in today.layers[layer] if a.test(case) is None):
        for node in walk(active.era.when):
            if isinstance(node, Compare):
                needed.add(node.metric)
                limit = active.terms.parameter(node.limit).value
                if limit is not None:
                    lines[node.metric].add(float(limit))
            elif isinstance(node, Flag):
                needed.add(node.name)
    return frozenset(needed), {name: frozenset(values) for name, values in lines.items()}


def _split_words(split: Split) -> SplitPoint:
    if split.input in LAW_FLAGS:
        return split_point(split, LAW_FLAGS[split.input].label, "flag")
    if split.input == "logic_die_area":
        return split_point(split, Label("logic die area", "逻辑裸片面积"), "area")
    row = LAW_METRICS[split.input]
    return split_point(split, row.label, row.kind)


def _legal_splits(decisions: Sequence[Decision]) -> list[SplitPoint]:
    """Name what the law itself, or the part's origin, leaves open."""
    found = []
    if any(d.jurisdiction == "unknown" for d in decisions):
        label = LAW_FLAGS["us_direct_product"].label
        paragraph = next((d.paragraph for d in decisions if d.jurisdiction == "unknown"), None) or "unknown"
        found.append(split_point(Split("us_direct_product", None, f"{paragraph}: none", f"{paragraph}: licence"),
                                 label, "flag"))
    seen = {a.provision.address: a for d in decisions for a in d.undecided}
    for active in seen.values():
        question = active.era.open_question
        text = question or active.era.says
        found.append(SplitPoint(active.provision.address, active.provision.title, None, "", "none", "licence", text))
    return found


def _with_z(paragraph: str | None, described_in: str | None) -> str | None:
    """Return the .z paragraph of another ECCN that describes an item caught here."""
    if paragraph is None or described_in is None or not paragraph.startswith(("3A090", "4A090")):
        return paragraph
    return f"{described_in}.z.1" if paragraph.startswith(("3A090.a", "4A090.a")) else f"{described_in}.z.2"


def reference(active: Active) -> Reference:
    """Return a provision as it is cited."""
    provision, era = active.provision, active.era
    return Reference(provision.address, provision.id, provision.title, era.says, provision.citation, era.evidence,
                     era.source, era.first.isoformat())


def _basis(decision: Decision) -> Label:
    if decision.subject_by is None:
        return Label("no provision reaches it: not in or from the United States, not of US origin, not a listed "
                     "direct product", "无条款涉及：不在亦不出自美国，非美国原产，非所列直接产品")
    provision, era = decision.subject_by.provision, decision.subject_by.era
    text = era.open_question if decision.jurisdiction == "unknown" and era.open_question else era.says
    return Label(f"{provision.id}: {text.en}", f"{provision.id}：{text.zh}")


def _exceptions(today: LawOnDay, case: Case, decision: Decision) -> tuple[ExceptionStatus, ...]:
    if decision.requirement == "none" or decision.paragraph is None:
        return ()
    return tuple(_exception(a, case) for a in today.layers["exception"]
                 if a.applies is None or a.applies(case) is not False)


def _exception(active: Active, case: Case) -> ExceptionStatus:
    eligible, provision = active.test(case), active.provision
    steps = [s for s in provision.requirements if not case.flags.get(s.flag)]
    status = "unavailable" if eligible is False else "conditional" if eligible is None or steps else "available"

    def why() -> Label:
        if eligible is False:
            return _failing(active, case)
        if steps:
            return Label("; ".join(s.says.en for s in steps), "；".join(s.says.zh for s in steps))
        return _UNKNOWN_FACT if eligible is None else active.era.says

    return ExceptionStatus(provision.id, status, provision.title, active.era.at or provision.citation, why)


_UNKNOWN_FACT = Label("some fact is unknown", "部分事实未知")


def _failing(active: Active, case: Case) -> Label:
    """Return the first clause that keeps an exception from applying."""
    finding = active.era.when.explain(case, active.terms)
    for clause in finding.children or (finding,):
        if clause.result is False:
            inner = clause.children[0] if clause.children else None
            if inner is not None and clause.text.en == "not":
                parts = inner.children or (inner,)
                return Label("excluded: " + ", ".join(p.text.en for p in parts),
                             "被排除：" + "、".join(p.text.zh for p in parts))
            return Label(f"fails: {clause.text.en}", f"不满足：{clause.text.zh}")
    return active.era.says


def _review(today: LawOnDay, case: Case, decision: Decision) -> tuple[str | None, Label | None, tuple[Label, ...]]:
    if decision.requirement == "none" or case.transaction == "import" or decision.paragraph is None:
        return None, None, ()
    for active in today.layers["review"]:
        result = active.test(case)
        if result is False:
            continue
        policy = str(active.provision.policy)
        missing = _unmet(active, case) if result is None else ()
        if result is None and not missing:
            continue
        return (policy if result else f"{policy}_if_certified"), active.era.says, missing
    return None, None, ()


def _unmet(active: Active, case: Case) -> tuple[Label, ...]:
    """Return the conditions that only the parties can state and did not; none if something else is unknown."""
    unknown = [node for node, holds in active.clauses if holds(case) is None]
    if not all(_is_given(node) for node in unknown):
        return ()
    return tuple(LAW_FLAGS[node.name].label if isinstance(node, Flag) else node.explain(case, active.terms).text
                 for node in unknown)


def _is_given(node: Condition) -> bool:
    return (isinstance(node, Flag) and LAW_FLAGS[node.name].given) or (
        isinstance(node, Compare) and LAW_METRICS[node.metric].given)


def _duties(today: LawOnDay, case: Case) -> tuple[Duty, ...]:
    if case.transaction != "import":
        return ()
    found = []
    for active in today.layers["duty"]:
        result = active.test(case)
        if result is not False:
            provision = active.provision
            found.append(Duty(provision.id, float(provision.rate or 0.0), "due" if result else "unknown",
                              active.era.says, provision.exemptions if case.end_use is None else (), active.era.source))
    return tuple(found)


def _notes(actives: Iterable[Active], case: Case) -> tuple[Note, ...]:
    return tuple(Note(a.provision.id, a.provision.status or "note", a.era.says, a.era.source, a.era.evidence)
                 for a in actives if a.test(case))
