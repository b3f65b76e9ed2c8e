"""The answer: what the law says of one part in one transaction on one day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from highfence.__about__ import DATA_VERSION
from highfence.core.facts import Source
from highfence.core.labels import Label
from highfence.core.quantities import KINDS, human_scale
from highfence.rules.conditions import Finding
from highfence.rules.law import HORIZON
from highfence.rules.uncertainty import Split

DISCLAIMER = Label("Not legal advice. Parties are not screened against lists, and only the paragraphs of advanced "
                   "computing are modelled.",
                   "非法律意见。未对交易方进行名单筛查，且仅涵盖先进计算相关段落。")

LAW_VERSION = HORIZON.isoformat()
"""Day to which the public record of the law was read."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A provision that took part in the answer.

    Attributes
    ----------
    evidence : how well its text is known: primary, quoted, secondary, reported or recalled.
    """

    address: str
    id: str
    title: Label
    says: Label
    citation: str
    evidence: str
    source: str
    since: str


@dataclass(frozen=True, slots=True)
class ExceptionStatus:
    """A licence exception: available, unavailable or conditional, and why (worked out when asked)."""

    id: str
    status: str
    title: Label
    citation: str
    reason: Callable[[], Label] = field(repr=False, compare=False)

    @property
    def why(self) -> Label:
        """The clause that keeps it away, the steps that it needs, or what it says."""
        return self.reason()

    def to_dict(self) -> dict[str, Any]:
        """Return the status as JSON."""
        return {"id": self.id, "status": self.status, "why": self.why, "title": self.title,
                "citation": self.citation}


@dataclass(frozen=True, slots=True)
class Note:
    """A posture, a flag or a measure that stands beside the requirement."""

    id: str
    status: str
    text: Label
    source: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Duty:
    """A duty on import: its rate, and whether it is due."""

    id: str
    rate: float
    status: str
    text: Label
    exemptions: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Margin:
    """Signed distance of a metric from one line: negative below it.

    Attributes
    ----------
    distance : in ``unit``; ``percent`` : of the line; both None where the metric is unknown.
    low, high : distance at the ends of a contested metric. met : whether the clause holds (a ceiling is met below it).
    """

    provision: str
    metric: str
    label: Label
    op: str
    line: float
    unit: str
    value: float | None
    distance: float | None
    percent: float | None
    low: float | None
    high: float | None
    met: bool | None
    parameter: str
    source: str
    reported: bool = False


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One provision of the answer, clause by clause."""

    layer: str
    provision: Reference
    result: bool | None
    finding: Finding

    def to_dict(self) -> dict[str, Any]:
        """Return the step as JSON."""
        word = "unknown" if self.result is None else "met" if self.result else "not met"
        return {"layer": self.layer, "provision": self.provision, "result": word, "finding": self.finding.to_dict()}


@dataclass(frozen=True, slots=True)
class SplitPoint:
    """The input, and the value of it, that separates possible answers.

    Attributes
    ----------
    at : in ``unit``; None for a yes-or-no input.
    """

    input: str
    label: Label
    at: float | None
    unit: str
    below: str
    above: str
    text: Label


@dataclass(frozen=True)
class Verdict:
    """What the law says; see ``docs/contracts.md`` for every field.

    Attributes
    ----------
    jurisdiction : ``subject``, ``not_subject`` or ``unknown``.
    paragraph : most specific modelled paragraph, ``none`` or ``unknown``.
    requirement : ``licence``, ``none`` or ``unknown``.
    review : policy under which a licence would be reviewed, or None.
    possible : every answer that the unknown inputs leave open, as ``paragraph: requirement``.
    """

    chip: str
    name: Label
    query: Mapping[str, Any]
    jurisdiction: str
    jurisdiction_basis: Label
    paragraph: str
    requirement: str
    provisions: tuple[Reference, ...]
    exceptions: tuple[ExceptionStatus, ...]
    review: str | None
    review_basis: Label | None
    review_conditions: tuple[Label, ...]
    outcome_label: Label
    enforcement: tuple[Note, ...]
    duties: tuple[Duty, ...]
    measures: tuple[Note, ...]
    possible: tuple[str, ...]
    splits_on: tuple[SplitPoint, ...]
    warnings: tuple[Label, ...]
    details: Details = field(repr=False, compare=False)

    @property
    def outcome(self) -> str:
        """The answer in one line of English."""
        return self.outcome_label.en

    @property
    def outcome_text(self) -> Label:
        """The answer in one line of each language."""
        return self.outcome_label

    @property
    def law_version(self) -> str:
        """Day to which the public record of the law was read."""
        return LAW_VERSION

    @property
    def data_version(self) -> str:
        """Version of the data."""
        return DATA_VERSION

    @property
    def disclaimer(self) -> Label:
        """That this is not legal advice."""
        return DISCLAIMER

    @property
    def margins(self) -> tuple[Margin, ...]:
        """Signed distance to every line of the day."""
        return self.details.margins()

    @property
    def trace(self) -> tuple[TraceStep, ...]:
        """Every provision of the day, clause by clause."""
        return self.details.trace()

    @property
    def open_questions(self) -> tuple[Label, ...]:
        """What nobody knows that bears on this answer."""
        return self.details.open_questions()

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every source that the answer rests on."""
        return self.details.sources()

    def to_dict(self, lang: str | None = None) -> dict[str, Any]:
        """Return the verdict as JSON; ``lang`` chooses the language of the one-line outcome."""
        raw = {f.name: getattr(self, f.name) for f in fields(self)
               if f.name not in {"details", "outcome_label", "warnings"}}
        on_demand = ("outcome_text", "margins", "trace", "open_questions", "warnings", "law_version", "data_version",
                     "disclaimer")
        return {**raw, "outcome": self.outcome_label.text(lang or "en"),
                **{name: getattr(self, name) for name in on_demand}}


class Details:
    """What a verdict works out only when asked."""

    def margins(self) -> tuple[Margin, ...]:
        """Return the distances to every line."""
        raise NotImplementedError

    def trace(self) -> tuple[TraceStep, ...]:
        """Return the clauses."""
        raise NotImplementedError

    def open_questions(self) -> tuple[Label, ...]:
        """Return what is not known."""
        raise NotImplementedError

    def sources(self) -> tuple[Source, ...]:
        """Return the sources."""
        raise NotImplementedError


REVIEW_WORDS: dict[str, Label] = {
    "presumption_of_denial": Label("presumption of denial", "推定拒绝"),
    "presumption_of_approval": Label("presumption of approval", "推定批准"),
    "case_by_case": Label("case-by-case review", "逐案审查"),
    "case_by_case_if_certified": Label("case by case if every condition is certified, else presumption of denial",
                                       "全部条件获证明则逐案审查，否则推定拒绝"),
    "not_published": Label("review policy not published", "审查政策未公开"),
    "policy_of_denial": Label("policy of denial", "拒绝政策"),
    "statutory_denial": Label("statutory denial", "法定拒绝"),
    "as_entry_states": Label("reviewed as the Entity List entry states", "按实体清单条目审查"),
    "unknown": Label("review policy turns on an unknown input", "审查政策取决于未知输入"),
}
"""Every review policy, in words."""

REQUIREMENT_WORDS = {"licence": Label("licence", "须许可"), "none": Label("no licence", "无须许可"),
                     "unknown": Label("unknown", "未知")}


_PARAGRAPH_WORDS = {"none": Label("no modelled paragraph", "不属所涉段落"),
                    "unknown": Label("paragraph unknown", "段落未知")}


def answer_label(answer: str) -> Label:
    """Put an answer such as ``3A090.b.2: licence`` into words.

    >>> answer_label("3A090.b.2: licence").text("zh")
    '3A090.b.2（须许可）'
    """
    paragraph, _, requirement = answer.partition(": ")
    words = REQUIREMENT_WORDS.get(requirement)
    if words is None:
        parts = [_consequence_label(part) for part in answer.split("; ") if part] or [Label("nothing due", "无须缴付")]
        return Label(", ".join(p.en for p in parts), "、".join(p.zh for p in parts))
    named = _PARAGRAPH_WORDS.get(paragraph, Label(paragraph, paragraph))
    return Label(f"{named.en} ({words.en})", f"{named.zh}（{words.zh}）")


UNKNOWN_INPUT = Label("an unknown input decides", "取决于未知输入")
STATUS_WORDS = {"available": Label("available", "可用"), "unavailable": Label("unavailable", "不可用"),
                "conditional": Label("conditional", "附条件"), "due": Label("due", "应缴"),
                "unknown": Label("unknown", "未知")}


def _consequence_label(part: str) -> Label:
    """Put a review policy, or the status of an exception or a duty, into words."""
    if part in REVIEW_WORDS:
        return REVIEW_WORDS[part]
    name, _, status = part.rpartition(" ")
    words = STATUS_WORDS.get(status)
    return Label(part, part) if words is None else Label(f"{name} {words.en}", f"{name}{words.zh}")


def split_point(split: Split, label: Label, kind: str) -> SplitPoint:
    """Put a split into words: what the answer is on each side."""
    low, high = answer_label(split.below), answer_label(split.above)
    if split.at is None:
        text = Label(f"{high.en} if {label.en}; {low.en} if not", f"如{label.zh}则为{high.zh}，否则为{low.zh}")
        return SplitPoint(split.input, label, None, "", split.below, split.above, text)
    unit, scale = human_scale(kind) if kind in KINDS else ("", 1.0)
    at = split.at / scale
    shown = f"{at:,.6g} {unit}".strip()
    with_below = split.at_line == split.below
    words = ("at or below", "above") if with_below else ("below", "at or above")
    zh = ("不高于", "高于") if with_below else ("低于", "不低于")
    text = Label(f"{low.en} if {label.en} is {words[0]} {shown}; {high.en} if {words[1]}",
                 f"{label.zh}{zh[0]}{shown}时为{low.zh}，{zh[1]}时为{high.zh}")
    return SplitPoint(split.input, label, at, unit, split.below, split.above, text)
