"""From a claim to its verdict: as of publication, and as of today.

What was public on the day of the article decides first; where that says nothing, later facts about periods that had
ended by then do, and are marked as hindsight. Only a sourced value that excludes a claim contradicts it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

from highfence.claims.computing.article import rival
from highfence.claims.computing.findings import Context, Finding, Judge, nothing, weigh
from highfence.claims.computing.growth import change, shares
from highfence.claims.computing.happenings import happening
from highfence.claims.computing.levels import candidates, level, swap, unknown
from highfence.claims.computing.ranks import rank
from highfence.claims.computing.relations import origin, seat, sole
from highfence.claims.computing.sayings import foreseen, saying
from highfence.claims.computing.specs import ratio
from highfence.claims.computing.status import CUT, licence_words, status, weakened
from highfence.claims.computing.suppositions import long_ago, own_platform, own_work, presumed_owner
from highfence.claims.doubts import collective, doubtful_attribute, is_expected, is_start, readings, vague
from highfence.claims.facts import Index, index
from highfence.claims.matching.readings import is_chip
from highfence.claims.matching.settling import settled, with_topics
from highfence.claims.model import Claim, Judgement
from highfence.core.labels import Label

OPEN = ("no_evidence", "not_checkable")


def judge(claim: Claim, published: date | None = None, claims: Sequence[Claim] = ()) -> Judgement:
    """Return the verdict on a claim, with evidence, computation and what was confused.

    Parameters
    ----------
    published : day of the article; today's knowledge alone where it is not known. claims : the article's others.

    Examples
    --------
    >>> from highfence.claims.model import Quantity
    >>> memory = Claim(0, 17, "H20 has 96 GB", "quantity", ("nvidia-h20",), attribute="memory-capacity",
    ...                quantity=Quantity(96e9, "B", tolerance=5e8))
    >>> judge(memory, date(2025, 7, 16)).verdict
    'supported'
    """
    if claim.kind == "opinion":
        said = Label("An opinion or a prediction without a measure", "观点或无法衡量的判断")
        return Judgement(claim, "opinion", "opinion", 0.7, reason=said)
    day, others = published or date.today(), _settled(tuple(claims))
    original, claim = claim, next((c for c, raw in zip(others, claims) if raw is claim), None) or settled(claim)
    today = _find(claim, Context(index(), day, others))
    found, hindsight = today, False
    if published is not None and today.verdict not in OPEN:
        found = _find(claim, Context(index(published), day, others))
        if found.verdict in OPEN:
            later = _find(claim, Context(index(published, hindsight=True), day, others))
            found, hindsight = (later, True) if later.verdict not in OPEN else (found, False)
    if hindsight:
        found = replace(found, reason=Label(f"{found.reason.en} (known later)", f"{found.reason.zh}（事后数据）"))
    return _with_article(
        Judgement(
            original,
            found.verdict,
            today.verdict,
            found.confidence,
            found.evidence or today.evidence,
            found.computation or today.computation,
            found.swap or today.swap,
            found.reason,
        ),
        others,
    )


@lru_cache(maxsize=8)
def _settled(claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
    return with_topics(claims)


def _with_article(judged: Judgement, others: tuple[Claim, ...]) -> Judgement:
    """Add another number that the article gives for the same thing."""
    clash = rival(settled(judged.claim), others)
    if clash is None or judged.verdict not in ("contradicted", *OPEN):
        return judged
    swap_, proof, work = clash
    text = "; ".join(t for t in (judged.computation, work) if t)
    return replace(judged, evidence=(*judged.evidence, proof), computation=text, swap=judged.swap or swap_)


def _find(claim: Claim, context: Context) -> Finding:
    """Return what is found, under every reading of the claim's subject."""
    return _other_readings(claim, _look(claim, context), context)


def _look(claim: Claim, context: Context) -> Finding:
    """Try each way of looking at a claim, until one says something."""
    held: Finding | None = None
    if (found := licence_words(claim, context)) is not None:
        return found
    if claim.kind in ("event", "origin") and (found := presumed_owner(claim, context)) is not None:
        return found
    for first in (own_work, long_ago, own_platform, seat, *((sole,) if claim.kind in ("rank", "origin") else ())):
        if (found := first(claim, context)) is not None:
            return _tempered(claim, found, context)
    for look in WAYS.get(claim.kind, (happening,)):
        found = look(claim, context)
        if found is None:
            continue
        if found.verdict not in OPEN:
            return _tempered(claim, found, context)
        held = held or found
    if (found := presumed_owner(claim, context)) is not None:
        return found
    if held is not None:
        return held
    if unknown(claim):
        return nothing("Nothing by that name is known", "查无此名", "not_checkable", 0.5)
    return nothing("No fact on record bears on this", "资料库中没有相关事实")


def _tempered(claim: Claim, found: Finding, context: Context) -> Finding:
    """Return a finding, unless it contradicts what is hedged, lies ahead, or may not say what it was taken to say."""
    if found.verdict not in ("contradicted", "misattributed"):
        return found
    if found.verdict == "contradicted" and claim.hedged and found.confidence < 0.8:
        return nothing("Hedged, and the record says otherwise", "说法有保留，记录不一致")
    known_to = context.view.day or date.today()
    ahead = claim.future or claim.kind == "forecast"
    if found.verdict == "contradicted" and ahead and (claim.period is None or claim.period.end > known_to):
        return nothing("A forecast, and its period is not over", "属于预测，时期尚未结束")
    if claim.kind in ("quantity", "share", "change") and collective(claim):
        return nothing("The number is of several together", "数字为多家合计")
    if claim.quantity is not None and claim.kind not in ("origin", "event", "status") and doubtful_attribute(claim):
        return nothing("What the number is of is not plain", "数字所指不明")
    return found


def _other_readings(claim: Claim, found: Finding, context: Context) -> Finding:
    """Return a contradiction only if it holds whichever thing named before is meant."""
    if found.verdict not in ("contradicted", "misattributed", "imprecise"):
        return found
    for other in readings(claim, context.claims):
        again = _look(other, context)
        if again.verdict == "supported" or (again.verdict == "imprecise" and found.verdict != "imprecise"):
            return replace(again, confidence=round(0.8 * again.confidence, 2))
        if again.verdict in OPEN and found.verdict != "imprecise":
            return nothing("Which thing is meant is not plain", "所指对象不明")
    return found


def numbers(claim: Claim, context: Context) -> Finding | None:
    """A number with no change or ratio: levels, shares worked out, specs."""
    q = claim.quantity
    if q is None or vague(claim) or is_start(claim):
        return None
    if is_expected(claim):
        return foreseen(claim, context)
    if (
        q.unit in ("share", "points", "times")
        and claim.object
        and any(is_chip(o) for o in claim.object)
        and (found := ratio(claim, context))
    ):
        return found
    more = shares(claim, context) if claim.attribute in ("share", "revenue-share", "revenue", "") else []
    if not more:
        return level(claim, context)
    found_ = [*candidates(claim, context, q.unit), *more]
    return weigh(claim, found_, lambda: swap(claim, context, found_))


OF_TRADE = frozenset(("revenue", "sales", "units", "shipments", "price", "orders", "share"))
"""Attributes of a chip that are of its trade, not of its specs."""


def changes(claim: Claim, context: Context) -> Finding | None:
    """A change: of a spec against another chip's, or of a series over time."""
    if (
        claim.quantity is None
        and claim.direction < 0
        and claim.subject
        and is_chip(claim.subject[0])
        and not claim.object
    ):
        return weakened(claim, context)
    if vague(claim) or (claim.quantity is not None and is_start(claim)):
        return None
    of_chip = any(is_chip(s) for s in claim.subject) and claim.attribute not in OF_TRADE
    found = ratio(claim, context) if of_chip else None
    return found or change(claim, context)


def cut(claim: Claim, context: Context) -> Finding | None:
    """A chip said to be cut down."""
    return weakened(claim, context) if claim.attribute in CUT else None


WAYS: Mapping[str, tuple[Judge, ...]] = {
    "quantity": (numbers, saying),
    "share": (numbers, changes),
    "ratio": (ratio, numbers, cut),
    "change": (changes, numbers, happening),
    "rank": (rank, numbers, happening),
    "origin": (origin, happening),
    "event": (status, numbers, happening),
    "status": (cut, status, happening),
    "attribution": (saying, numbers, happening),
    "forecast": (foreseen, numbers, happening),
    "causal": (numbers, happening),
}
"""Ways of looking at each kind of claim, the most telling first."""


def view(as_of: date | None = None) -> Index:
    """Return the facts that a verdict of a day rests on."""
    return index(as_of)
