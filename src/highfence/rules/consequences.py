"""What follows from a requirement: exceptions, review and duties, and the notes that stand beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from highfence.core.labels import Label
from highfence.rules.case import Case
from highfence.rules.conditions import Compare, Condition, Finding, Flag, walk
from highfence.rules.engine import Decision
from highfence.rules.law import Active, LawOnDay
from highfence.rules.metrics import LAW_FLAGS, LAW_METRICS
from highfence.rules.verdict import REVIEW_WORDS, UNKNOWN_INPUT, Duty, ExceptionStatus, Note


@dataclass(frozen=True, slots=True)
class Consequences:
    """The layers that follow a requirement."""

    exceptions: tuple[ExceptionStatus, ...]
    review: str | None
    review_basis: Label | None
    review_conditions: tuple[Label, ...]
    duties: tuple[Duty, ...]

    @property
    def signature(self) -> str:
        """Review, exceptions and duties in one word, to tell ways apart."""
        return "; ".join([self.review or "", *(f"{e.id} {e.status}" for e in self.exceptions),
                          *(f"{d.id} {d.status}" for d in self.duties)])


def find_consequences(today: LawOnDay, case: Case, decision: Decision) -> Consequences:
    """Settle the layers that follow, for one decided case."""
    return Consequences(_exceptions(today, case, decision), *_review(today, case, decision), _duties(today, case))


def consequence_layers(case: Case, decision: Decision) -> tuple[str, ...]:
    """Return the layers that can follow this decision."""
    if case.transaction == "import":
        return ("duty",)
    return () if decision.requirement == "none" and decision.paragraph is not None else ("exception", "review")


def turn_on_unknowns(today: LawOnDay, case: Case, decision: Decision) -> bool:
    """Return whether a number or flag of the part that is unknown leaves some layer that follows open."""
    for layer in consequence_layers(case, decision):
        unknown = {name for name in today.reads(layer) if _is_unknown(case, name)} - NOT_OF.get(case.item, NOT_OF["ic"])
        if unknown and any(active.test(case) is None and not unknown.isdisjoint(_read_by(active))
                           for active in today.layers[layer]):
            return True
    return False


NOT_OF: dict[str, frozenset[str]] = {
    "hbm": frozenset({"tpp", "bits_x_tops", "performance_density", "io_bandwidth", "dram_bandwidth", "dram_plus_io",
                      "tops", "process_nm", "transistors_total", "datacenter", "has_hbm"}),
    "ic": frozenset({"memory_bandwidth_density"}),
}
"""Inputs that say nothing of a kind of item; what is not memory is taken like an IC."""


def _is_unknown(case: Case, name: str) -> bool:
    return (case.flags.get(name) if name in LAW_FLAGS else getattr(case, name)) is None


def _read_by(active: Active) -> set[str]:
    nodes = walk(active.era.when)
    return {n.metric if isinstance(n, Compare) else n.name for n in nodes if isinstance(n, (Compare, Flag))}


def merge(found: Sequence[Consequences]) -> Consequences:
    """Return what several possible consequences have in common; where they differ, that they do."""
    first = found[0]
    if len({c.signature for c in found}) == 1:
        return first
    reviews = list(dict.fromkeys(c.review for c in found))
    if len(reviews) == 1:
        review, basis, conditions = first.review, first.review_basis, first.review_conditions
    else:
        words = [REVIEW_WORDS.get(r or "", _NO_REVIEW) for r in reviews]
        review, conditions = "unknown", ()
        basis = Label("; or ".join(w.en for w in words), "；或".join(w.zh for w in words))
    return Consequences(_merged_exceptions(found), review, basis, conditions, _merged_duties(found))


_NO_REVIEW = Label("review policy unknown", "审查政策不明")


def _merged_exceptions(found: Sequence[Consequences]) -> tuple[ExceptionStatus, ...]:
    by_id: dict[str, list[ExceptionStatus]] = {}
    for exception in (e for c in found for e in c.exceptions):
        by_id.setdefault(exception.id, []).append(exception)
    return tuple(each[0] if len({e.status for e in each}) == 1 and len(each) == len(found) else
                 replace(each[0], status="conditional", reason=lambda: UNKNOWN_INPUT) for each in by_id.values())


def _merged_duties(found: Sequence[Consequences]) -> tuple[Duty, ...]:
    by_id: dict[str, list[Duty]] = {}
    for duty in (d for c in found for d in c.duties):
        by_id.setdefault(duty.id, []).append(duty)
    return tuple(each[0] if len(each) == len(found) else replace(each[0], status="unknown")
                 for each in by_id.values())


def _exceptions(today: LawOnDay, case: Case, decision: Decision) -> tuple[ExceptionStatus, ...]:
    if decision.requirement == "none":
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
        return UNKNOWN_INPUT if eligible is None else active.era.says

    return ExceptionStatus(provision.status or provision.id, status, provision.title,
                           active.era.at or provision.citation, why)


def _failing(active: Active, case: Case) -> Label:
    """Return the first clause that keeps an exception from applying."""
    finding = active.era.when.explain(case, active.terms)
    for clause in finding.children or (finding,):
        if clause.result is False:
            inner = clause.children[0] if clause.children else None
            if inner is not None and clause.text.en == "not":
                return _listed(Label("excluded", "被排除"), inner.children or (inner,))
            return _listed(Label("fails", "不满足"), tuple(_leaves(clause)))
    return active.era.says


def _leaves(finding: Finding) -> Iterator[Finding]:
    """Yield the comparisons inside a clause that fails, those that fail themselves."""
    if not finding.children:
        yield finding
    for child in finding.children:
        if child.result is False:
            yield from _leaves(child)


def _listed(what: Label, findings: Sequence[Finding]) -> Label:
    return Label(f"{what.en}: " + ", ".join(f.text.en for f in findings),
                 f"{what.zh}：" + "、".join(f.text.zh for f in findings))


def _review(today: LawOnDay, case: Case, decision: Decision) -> tuple[str | None, Label | None, tuple[Label, ...]]:
    if decision.requirement == "none" or case.transaction == "import":
        return None, None, ()
    for active in today.layers["review"]:
        result = active.test(case)
        if result:
            return str(active.provision.policy), active.era.says, ()
        if result is None and active.provision.policy == "case_by_case" and (missing := _unmet(active, case)):
            return "case_by_case_if_certified", active.era.says, missing
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


def notes(actives: Iterable[Active], case: Case) -> tuple[Note, ...]:
    """Return the notes of a layer that hold, and as ``possible`` those that an unknown paragraph leaves open."""
    found = []
    for active in actives:
        result = active.test(case)
        if result or (result is None and case.paragraph is None):
            provision, era = active.provision, active.era
            found.append(Note(provision.id, (provision.status or "note") if result else "possible", era.says,
                              era.source, era.evidence))
    return tuple(found)
