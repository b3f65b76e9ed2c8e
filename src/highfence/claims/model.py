"""What the checker passes on from step to step: document, mentions, claims, evidence, judgements.

``ingest -> Document -> mentions -> Mention -> frames -> Claim -> matching, computing, judging -> Judgement``. Every
span is a pair of character offsets into :attr:`Document.text`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from highfence.core.envelope import shown
from highfence.core.labels import Label

Lang = Literal["en", "zh"]

KINDS = ("quantity", "ratio", "change", "share", "rank", "origin", "event", "attribution", "status", "forecast",
         "causal", "opinion")
"""Kinds of claim. ``origin``: who makes, designs or owns what; ``status``: what law says;
``event``: acts and policy."""

VERDICTS = ("supported", "imprecise", "contradicted", "misattributed", "no_evidence", "not_checkable", "opinion")

SWAPS = ("entity", "period", "attribute", "level-change", "part-whole", "source", "unit", "magnitude", "direction",
         "sparse-dense", "internal")
"""What a claim got wrong, where something near it is right."""

MENTIONS = ("entity", "quantity", "time", "attribute", "change", "comparison", "approximation", "reporting",
            "modality", "superlative", "evaluation", "negation", "relation", "cause", "quote")


@dataclass(frozen=True, slots=True)
class Document:
    """An article as plain text.

    Attributes
    ----------
    text : what spans point into: the file's own text for txt and md, what was extracted for html, pdf and docx.
    lang, script : ``zh`` or ``en``; ``hans``, ``hant`` or none. published : day, or None where nobody said.
    title : as given or first heading. blocks : start, end and role (title, heading, body, quote, caption, list) of
    each stretch. places : where a stretch came from (start offset, words such as ``page 2``), in order.
    """

    text: str
    lang: Lang
    script: str = ""
    published: date | None = None
    title: str = ""
    format: str = "txt"
    blocks: tuple[tuple[int, int, str], ...] = ()
    places: tuple[tuple[int, str], ...] = ()
    warnings: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as printed, in the unit inside.

    Attributes
    ----------
    low, value, high : ends and middle of what was printed; equal for a plain number. unit : canonical name
    (``USD``, ``CNY``, ``1`` for counts, ``share`` for percentages as 0 to 1, ``points`` for percentage points as 0 to
    1, ``times``, ``FLOP/s``, ``B/s``, ``B``, ``W``, ``nm``, ``units``, ``day``, ...). tolerance : half a unit of the
    last printed digit, in the same unit. comparator : ``=``, ``~``, ``>``, ``>=``, ``<``, ``<=``.
    approximate : "about", "nearly", 約, 近. count_of : classifier or counted noun (``chips``, ``cities``), if any.
    """

    value: float
    unit: str
    low: float | None = None
    high: float | None = None
    tolerance: float = 0.0
    comparator: str = "="
    approximate: bool = False
    count_of: str = ""
    printed: str = ""

    @property
    def ends(self) -> tuple[float, float]:
        """Lowest and highest value printed, rounding left out."""
        return (self.value if self.low is None else self.low, self.value if self.high is None else self.high)


@dataclass(frozen=True, slots=True)
class Time:
    """A period that a text speaks of.

    Attributes
    ----------
    start, end : first and last day. grain : day, month, quarter, half, year, span. fiscal : in a firm's books.
    relative : worked out from the day of publication ("last year"). label : ``2025Q1``, ``2025-04``, ``FY2026Q1``.
    """

    start: date
    end: date
    grain: str
    label: str
    fiscal: bool = False
    relative: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of text that means something to the checker.

    Attributes
    ----------
    kind : one of :data:`MENTIONS`. id : of an entity, attribute, change, relation or word class (``fall``, ``makes``,
    ``share``). others : further ids that an ambiguous name may mean. type : of an entity: firm, chip, system, model,
    memory, person, agency, law, place, fund, product, topic, group. quantity, time : where of that kind.
    """

    start: int
    end: int
    kind: str
    id: str = ""
    others: tuple[str, ...] = ()
    type: str = ""
    quantity: Quantity | None = None
    time: Time | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"an empty or reversed span: {self.start} to {self.end}")


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement that is true or not, or an opinion.

    Attributes
    ----------
    start, end : span in the document. kind : one of :data:`KINDS`.
    subject, object : ids of entities, most likely first, the object being the thing compared with, made, owned or said.
    attribute : id from the lexicon of attributes (``revenue``, ``share``, ``units``, ``compute``, ``memory-bandwidth``,
    ``yield``), or of a relation (``makes``, ``owns``, ``says``, ``bans``).
    quantity : the number; ``before`` : the other end of "from 5 to 18 %". role : what the number is: ``level``, ``to``,
    ``by``, ``ratio``, ``rank``. direction : -1, 0 or 1. period : what it is about; ``base`` : what it is compared with
    (``year-on-year``, ``quarter-on-quarter``, ``total`` over the period, ...).
    place : ISO code, ``world`` or none. market : narrowing of the attribute ("AI chips", "server CPUs").
    speaker : ids of who is said to have said it. negated, hedged, future : of the statement.
    words : content words of an event or opinion, for the search in events and statements.
    """

    start: int
    end: int
    text: str
    kind: str
    subject: tuple[str, ...] = ()
    object: tuple[str, ...] = ()
    attribute: str = ""
    quantity: Quantity | None = None
    before: Quantity | None = None
    role: str = ""
    direction: int = 0
    period: Time | None = None
    base: str = ""
    place: str = ""
    market: str = ""
    speaker: tuple[str, ...] = ()
    negated: bool = False
    hedged: bool = False
    future: bool = False
    words: tuple[str, ...] = ()
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """A fact, paragraph of law or model's answer that bears on a claim.

    Attributes
    ----------
    statement : what it says. value, low, high, unit : its number, if any. kind : fact, law, computed, model, forecast,
    article. published : when it became public. subject, attribute, period : what it is about. fact : its id
    (``series:nvidia-revenue/2025-Q1``, ``chip:nvidia-h20/peak_fp16``, ``event:...``, ``statement:...``, ``law:...``).
    """

    statement: Label
    kind: str
    fact: str
    source: str = ""
    grade: str = ""
    value: float | str | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    subject: str = ""
    attribute: str = ""
    period: str = ""
    published: str = ""
    at: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Swap:
    """What near the claim is right: its kind, and what stands in the text for what."""

    kind: str
    printed: Label
    meant: Label


@dataclass(frozen=True, slots=True)
class Judgement:
    """A claim, judged.

    Attributes
    ----------
    verdict : as of publication; ``verdict_now`` : as of today. confidence : 0 to 1. evidence : best first.
    computation : formula with its figures, as text. swap : what was confused, or None. reason : one sentence.
    """

    claim: Claim
    verdict: str
    verdict_now: str
    confidence: float
    evidence: tuple[Evidence, ...] = ()
    computation: str = ""
    swap: Swap | None = None
    reason: Label = field(default_factory=lambda: Label("", ""))


@dataclass(frozen=True, slots=True)
class Checked:
    """An article, checked: its judgements in the order of the text."""

    document: Document
    judgements: tuple[Judgement, ...]
    warnings: tuple[Label, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON: ``claims[]`` with ``start, end, text, claim, kind, verdict, verdict_now,
        confidence, evidence[], computation, swap, reason``, and counts by verdict."""
        return {"title": self.document.title, "lang": self.document.lang, "script": self.document.script,
                "published": self.document.published.isoformat() if self.document.published else None,
                "format": self.document.format, "length": len(self.document.text),
                "verdicts": {v: sum(j.verdict == v for j in self.judgements) for v in VERDICTS},
                "claims": [_claim(j) for j in self.judgements],
                "text": self.document.text if self.document.format not in ("txt", "md") else None,
                "places": [{"start": start, "place": place} for start, place in self.document.places]}


def _claim(judged: Judgement) -> dict[str, Any]:
    claim = judged.claim
    frame = {k: v for k, v in shown(claim).items() if k not in ("start", "end", "text", "kind", "mentions") and v}
    return {"start": claim.start, "end": claim.end, "text": claim.text, "claim": frame, "kind": claim.kind,
            "verdict": judged.verdict, "verdict_now": judged.verdict_now, "confidence": judged.confidence,
            "evidence": [shown(e) for e in judged.evidence], "computation": judged.computation,
            "swap": None if judged.swap is None else shown(judged.swap), "reason": judged.reason.to_dict()}
