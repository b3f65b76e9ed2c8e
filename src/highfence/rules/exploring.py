"""Answer over everything that the unknown inputs of a question leave open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from highfence.core.labels import Label
from highfence.rules.case import Case
from highfence.rules.conditions import Compare, Flag, Member, walk
from highfence.rules.consequences import (
    NOT_OF,
    Consequences,
    consequence_layers,
    find_consequences,
    merge,
    turn_on_unknowns,
)
from highfence.rules.engine import Decision, decide
from highfence.rules.law import Active, LawOnDay
from highfence.rules.metrics import LAW_FLAGS, LAW_METRICS
from highfence.rules.question import Question
from highfence.rules.uncertainty import Cells, Split, survey
from highfence.rules.verdict import SplitPoint, split_point


@dataclass(frozen=True, slots=True)
class Answer:
    """A decision, what follows from it, and what unknown inputs leave open.

    Attributes
    ----------
    case : the case that the decision was made on; of several, what they share.
    """

    decision: Decision
    case: Case
    consequences: Consequences
    possible: tuple[str, ...] = ()
    splits: tuple[SplitPoint, ...] = ()


def find_answer(today: LawOnDay, question: Question) -> Answer:
    """Apply every layer to a question."""
    case = question.case
    decision = decide(today, case)
    open_here = decision.paragraph is None or decision.requirement == "unknown"
    if open_here or turn_on_unknowns(today, case, decision):
        return _explore(today, question, decision)
    return Answer(decision, case, find_consequences(today, case, decision))


def _explore(today: LawOnDay, question: Question, first: Decision) -> Answer:
    """Answer for every way that the unknown inputs may be, and say what separates the answers."""
    needed, lines = _open_inputs(today, question.case, first)
    unknown = survey(question.part, lines, needed)
    ways: dict[Cells, Answer] = {}
    for way in unknown.ways():
        case = question.case.having(way.metrics, way.flags)
        decision = decide(today, case)
        ways[way.cells] = Answer(decision, case, find_consequences(today, case, decision))
    answers = list(ways.values())
    open_here = len({a.decision.signature for a in answers}) > 1 or answers[0].decision.requirement == "unknown"
    splits = unknown.splits({c: (a.decision if open_here else a.consequences).signature for c, a in ways.items()})
    return _together(question, first, answers, splits, open_here)


def _together(question: Question, first: Decision, answers: Sequence[Answer], splits: Iterable[Split],
              open_here: bool) -> Answer:
    """Return what several answers share; no value that an unknown input was tried at is kept."""
    decisions = [a.decision for a in answers]
    merged = _merged(decisions, first)
    case = question.case.having({}, {})
    case.paragraph = merged.paragraph
    case.created_by = tuple(a.provision.address for a in merged.created_by)
    case.undecided_by = tuple(a.provision.address for a in merged.undecided)
    followed = [a.consequences for a in answers if a.decision.requirement != "none"] or [
        a.consequences for a in answers]
    words = tuple(_split_words(s) for s in splits)
    if not open_here:
        return Answer(merged, case, merge(followed), splits=words)
    possible = tuple(dict.fromkeys(s for d in decisions for s in _signatures(d)))
    return Answer(merged, case, merge(followed), possible, (*words, *_legal_splits(decisions, question.case)))


def _merged(decisions: Sequence[Decision], first: Decision) -> Decision:
    """Return what several possible decisions have in common."""
    paragraphs, requirements = {d.paragraph for d in decisions}, {d.requirement for d in decisions}
    classified = len(paragraphs) == 1
    return Decision(
        paragraphs.pop() if classified else None, decisions[0].classified_by if classified else None,
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


def _open_inputs(today: LawOnDay, case: Case, decision: Decision,
                 ) -> tuple[frozenset[str], Mapping[str, frozenset[float]]]:
    """Return the inputs that undecided provisions read, and their lines by metric.

    A provision that is decided while some inputs are unknown stays so whatever they turn out to be.
    """
    lines: dict[str, set[float]] = {name: set() for name in LAW_METRICS}
    needed: set[str] = set()
    layers = ("classification", "jurisdiction", "requirement", *consequence_layers(case, decision))
    for active in (a for layer in layers for a in today.layers[layer] if a.test(case) is None):
        for node in walk(active.era.when):
            if isinstance(node, Compare):
                needed.add(node.metric)
                limit = active.terms.parameter(node.limit).value
                if limit is not None:
                    lines[node.metric].add(float(limit))
            elif isinstance(node, Flag):
                needed.add(node.name)
    needed -= NOT_OF.get(case.item, NOT_OF["ic"])
    return frozenset(needed), {name: frozenset(values) for name, values in lines.items()}


def _split_words(split: Split) -> SplitPoint:
    if split.input in LAW_FLAGS:
        return split_point(split, LAW_FLAGS[split.input].label, "flag")
    if split.input == "logic_die_area":
        return split_point(split, Label("logic die area", "逻辑裸片面积"), "area")
    row = LAW_METRICS[split.input]
    return split_point(split, row.label, row.kind)


def _legal_splits(decisions: Sequence[Decision], case: Case) -> list[SplitPoint]:
    """Name what the law itself, the part's origin or its maker leaves open."""
    found = []
    paragraph = next((d.paragraph for d in decisions if d.jurisdiction == "unknown"), None) or "unknown"
    if any(d.jurisdiction == "unknown" for d in decisions):
        split = Split("us_direct_product", None, f"{paragraph}: none", f"{paragraph}: licence")
        found.append(split_point(split, LAW_FLAGS["us_direct_product"].label, "flag"))
    seen = {a.provision.address: a for d in decisions for a in d.undecided}
    return found + [SplitPoint(a.provision.address, a.provision.title, None, "", "none", "licence",
                               _what_is_open(a, case)) for a in seen.values()]


def _what_is_open(active: Active, case: Case) -> Label:
    """Say why a provision is undecided: the maker is not stated, or the law does not say."""
    makers = next((n.words for n in walk(active.era.when) if isinstance(n, Member) and n.what == "vendor"), ())
    if makers and case.vendor is None:
        names = ", ".join(makers)
        return Label(f"licence if the maker is one of {names} ({active.provision.title.en})",
                     f"厂商如为{names}之一则须许可（{active.provision.title.zh}）")
    return active.era.open_question or active.era.says
