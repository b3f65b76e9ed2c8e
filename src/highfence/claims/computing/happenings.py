"""Events, acts of policy and sayings: the record that tells of the same thing, and whether day and parties agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from highfence.catalogue.statements import things
from highfence.claims.computing.findings import STRONG, Context, Finding, evidence_of
from highfence.claims.facts import DATED_PREDICATES, Record, name_of, words_of
from highfence.claims.matching.amounts import factor, fits, interval
from highfence.claims.matching.candidates import closeness, context
from highfence.claims.matching.readings import country, expand, owners, served_by, serves, variants
from highfence.claims.model import Claim, Swap
from highfence.core.labels import Label

GENERAL = frozenset(("CN", "US", "world", "HK", "EU", "JP", "NL", "TW", "KR", "SG", "MY", "DE"))
"""Parties too common to identify an event."""

ACTS: dict[str, frozenset[str]] = {
    name: frozenset(kinds.split())
    for name, kinds in {
        "bans": "control entity-list purchase-ban enforcement banned controlled-by issued listed-on supply",
        "lists": "entity-list listed-on control",
        "entity-list": "entity-list listed-on control",
        "license": "licence control approved agreement statement",
        "approves": "licence agreement approved statement control",
        "exports": "licence control supply sold-to order statement",
        "launches": "product launched statement supply published released produces-at",
        "supplies": "supply product order sold-to licence statement",
        "buys": "order supply purchase-ban owns invested-in",
        "uses": "uses supply order product sold-to",
        "replaces": "purchase-ban order supply subsidy plans statement",
        "expands": "subsidy order plans statement supply invested-in launched created product",
        "invests": "subsidy order invested-in plans statement created founded",
        "founded": "subsidy founded created product",
        "heads": "office heads statement said",
        "owns": "owns invested-in agreement order enforcement",
        "makes": "supply product produces-at launched makes",
        "designs": "product launched designs developed",
        "requires": "control issued licence purchase-ban",
        "fine": "enforcement court",
        "tariff": "tariff",
        "tax": "subsidy issued tariff created",
        "subsidy": "subsidy issued created",
        "says": "said statement published",
    }.items()
}
"""Verbs of claims, and the kinds of record that may tell of them; none means any."""

_SYNONYMS = {
    **dict.fromkeys(
        ("banned", "ban", "controls", "controlled", "restricts", "blocks", "halts", "sanctions", "issued"), "bans"
    ),
    **dict.fromkeys(("approve", "approved", "allows", "lifts", "licenses", "resumes", "agrees"), "approves"),
    **dict.fromkeys(("launch", "launched", "releases", "unveils", "ships"), "launches"),
    **dict.fromkeys(("sells", "sell", "supplies"), "supplies"),
    **dict.fromkeys(("orders", "purchases"), "buys"),
    **dict.fromkeys(("founds", "creates", "created"), "founded"),
    **dict.fromkeys(("fines", "charges", "sues"), "fine"),
    **dict.fromkeys(("said", "say"), "says"),
    **dict.fromkeys(("listed", "list"), "lists"),
}


@dataclass(frozen=True, slots=True)
class Meeting:
    """How well a record tells of the same thing as a claim."""

    record: Record
    score: float
    close: float
    parties: int
    dated: str
    apt: bool | None


def happening(claim: Claim, ctx: Context) -> Finding | None:
    """Return what the record has of an event, an act of policy or a saying."""
    met = meetings(claim, ctx)
    if not met:
        return None
    best = next((m for m in met if m.dated != "other"), met[0])
    closer = next(
        (m for m in met if m.dated == "other" and m.close > max(best.close + 0.1, 0.5) and m.parties >= best.parties),
        None,
    )
    if (
        closer is not None
        and (found := _misdated(claim, [closer, *(m for m in met if m.dated == "other")])) is not None
    ):
        return found
    if best.apt is None and best.close < 0.3 and best.dated in ("open", "timeless"):
        return None
    if claim.negated and best.score >= 2.0:
        return None
    if best.dated != "other" and best.score >= _enough(claim, best):
        agrees = _amounts(claim, best.record, ctx)
        if agrees != "off":
            return _told(claim, best, met) if agrees == "fits" else None
        return _other_amount(claim, best)
    return _misdated(claim, met) or _wrong_actor(claim, met)


def _amounts(claim: Claim, r: Record, ctx: Context) -> str:
    """Return whether a claim's number stands in a record: ``fits``, ``off``, or ``none`` where it holds none such."""
    if claim.quantity is None or claim.kind in ("causal",):
        return "fits"
    wanted, stand = interval(claim.quantity), "none"
    for x in (*ctx.view.of(r.subject), *ctx.view.onto(r.objects[0] if r.objects else "")):
        if x.numeric and (x.id == r.id or x.id.startswith(f"{r.id}#")):
            by = factor(claim.quantity.unit, x.unit)
            if by is not None:
                low, high = x.ends
                if fits(wanted, low * by, high * by) == "inside":
                    return "fits"
                stand = "off"
    return stand


def _other_amount(claim: Claim, best: Meeting) -> Finding | None:
    """The event is right and its number another."""
    if best.close < 0.5 or best.record.grade not in STRONG:
        return None
    return Finding("contradicted", 0.6, best.record.label, (evidence_of(best.record),))


def _enough(claim: Claim, best: Meeting) -> float:
    if best.dated == "exact" and best.apt and best.parties:
        return 1.4
    return 1.6 if best.dated in ("exact", "within", "recent") else 1.9


def meetings(claim: Claim, ctx: Context) -> list[Meeting]:
    """Return events and statements that may tell of what a claim says, the best first."""
    text = context(claim)
    words = words_of(text)
    parties = _parties(claim)
    specific = {p for p in parties if p not in GENERAL and not p.startswith("place-")}
    pool: dict[str, Record] = {}
    for id in (*specific, *(p for s in specific for p in served_by(s))):
        for r in (*ctx.view.of(id), *ctx.view.onto(id)):
            pool[r.id] = r
    for score, r in ctx.view.search(words, ("event", "statement"))[:60]:
        if score >= 6:
            pool.setdefault(r.id, r)
    found = [
        _meeting(claim, r, words, parties, specific, ctx)
        for r in pool.values()
        if r.kind in ("event", "statement") and "#" not in r.id
    ]
    return sorted(
        (m for m in found if m is not None and m.score > 0.8 and _tells(claim, m)),
        key=lambda m: (-m.score, m.record.id),
    )


def _tells(claim: Claim, m: Meeting) -> bool:
    """Whether a record may be told of: no standing relation for an event, and the claim's own subject takes part."""
    if m.record.holds is False or m.apt is False:
        return False
    if (
        m.record.attribute in STANDING
        and m.apt is not True
        and (
            claim.kind not in ("origin", "rank", "quantity", "share")
            or (claim.kind == "rank" and m.record.attribute not in ("rank", "leads"))
        )
    ):
        return False
    named = _with_offices(_named(m.record))
    said = {x.id for x in claim.mentions if x.kind == "entity"}
    actors = [
        s
        for s in claim.subject
        if s not in GENERAL
        and not s.startswith("place-")
        and (s in said or not said)
        and not (s in things() and things()[s].type in ("topic", "product", "technology", "law", "group"))
    ]
    if not actors:
        known = [
            p for p in _spoken_of(claim) if p not in GENERAL and not (p in things() and things()[p].type == "topic")
        ]
        return m.close >= 0.5 or bool(known and (m.close >= 0.4 or (m.close >= 0.25 and m.parties >= 1)))
    return any(
        a in named or serves(a) & named or set(owners(a)) & named or set(variants(a)) & named or acts_for(a) & named
        for a in actors
    )


def _with_offices(named: frozenset[str]) -> frozenset[str]:
    """Return parties with the firms and agencies that the persons among them serve."""
    return named.union(*(serves(n) for n in named))


def acts_for(id: str) -> frozenset[str]:
    """Return the country that a government or agency acts for, as events name it."""
    one = things().get(id)
    return frozenset((one.country,)) if one is not None and one.type == "agency" and one.country else frozenset()


STANDING = frozenset(
    (
        "makes",
        "designs",
        "manufactures",
        "located-in",
        "part-of",
        "competes-with",
        "supplies",
        "uses",
        "developed",
        "rank",
        "leads",
        "produces-at",
        "owns",
        "heads",
        "office",
        "member-of",
        "controlled-by",
    )
)
"""Predicates of what stands, not of what happened."""


def _parties(claim: Claim) -> frozenset[str]:
    ids = [*claim.subject, *claim.object, *claim.speaker, *_spoken_of(claim)]
    found = set(expand(ids))
    if claim.place:
        found.add(claim.place)
    for id in ids:
        if id.startswith("place-"):
            found.add(country(id) or id)
    return frozenset(found)


def _spoken_of(claim: Claim) -> tuple[str, ...]:
    """Return the parties that the text of a claim names, or, where it names none, those of its frame."""
    said = [x.id for x in claim.mentions if x.kind == "entity" and x.id and x.type not in ("place", "topic")]
    framed = [*claim.subject, *claim.object, *claim.speaker]
    return tuple(dict.fromkeys([*(i for i in framed if i in said or not said), *said] or framed))


def _named(r: Record) -> frozenset[str]:
    return frozenset((r.subject, *r.actors, *r.objects))


def _meeting(
    claim: Claim, r: Record, words: frozenset[str], parties: frozenset[str], specific: set[str], ctx: Context
) -> Meeting | None:
    close = closeness(ctx.view, r, words)
    named = _with_offices(_named(r))
    own = set(_spoken_of(claim))
    hits = len(
        {p for p in own if p in named or set(variants(p)) & named or (set(owners(p)) & named and p not in GENERAL)}
        - GENERAL
    )
    acting = {c for p in own for c in acts_for(p)}
    general = len(({country(p) or p for p in claim.subject if p.startswith("place-") or p in GENERAL} | acting) & named)
    dated = _dated(claim, r, ctx)
    if dated == "later":
        return None
    apt = _apt(claim, r)
    score = 2.2 * close + 0.45 * min(hits, 3) + 0.15 * min(general, 2)
    score += {"exact": 0.6, "within": 0.45, "open": 0.1, "recent": 0.45, "timeless": 0.15, "other": -0.1}[dated]
    score += {True: 0.25, False: -0.35, None: 0.0}[apt] + _rarity(own, named, ctx)
    return Meeting(r, score, close, hits, dated, apt)


def _rarity(own: set[str], named: frozenset[str], ctx: Context) -> float:
    """Return a bonus for sharing a party of which little is told: there it is likely the same thing."""
    counts = [
        len(ctx.view.by_subject.get(p, ())) + len(ctx.view.by_object.get(p, ()))
        for p in own & named
        if p not in GENERAL
    ]
    fewest = min(counts, default=1000)
    return 0.6 if fewest <= 12 else 0.3 if fewest <= 30 else 0.0


def _apt(claim: Claim, r: Record) -> bool | None:
    """Whether a record is of the kind that the claim's verb asks for; None where the verb tells nothing."""
    verb = _SYNONYMS.get(claim.attribute, claim.attribute)
    kinds = ACTS.get(verb)
    return r.attribute in kinds or r.attribute == verb if kinds else None


NEWS = 45
"""Days for which an event is news: articles tell of it without a date."""


def _dated(claim: Claim, r: Record, ctx: Context) -> str:
    """Return how the day of a record stands to a claim's period."""
    timed = r.kind == "event" or r.attribute in DATED_PREDICATES
    if r.period is None:
        return "timeless"
    if not claim.future and r.kind == "event" and r.period.start > ctx.published + timedelta(days=2):
        return "later"
    if claim.period is None:
        new = timed and 0 <= (ctx.published - r.period.start).days <= NEWS
        return "recent" if new else "open"
    t = claim.period
    start, end = r.period.start, r.period.end
    if r.attribute in DATED_PREDICATES and claim.kind != "status":
        end = min(end, start + timedelta(days=31))
    slack = timedelta(days=4 if t.grain == "day" else 12 if t.grain in ("month", "quarter", "half") else 30)
    if start <= t.end + slack and end >= t.start - slack:
        return "exact" if t.grain in ("day", "month") else "within"
    return "other" if timed else "timeless"


def _told(claim: Claim, best: Meeting, met: list[Meeting]) -> Finding:
    proof = tuple(evidence_of(m.record) for m in met[:3] if m.score >= best.score - 0.6)
    confidence = min(0.95, 0.45 + 0.2 * best.score)
    grade = best.record.grade in ("estimate", "assumed") or best.record.status in ("claim", "proposal", "report")
    verdict = (
        "imprecise"
        if grade and not claim.hedged and not claim.speaker and best.record.status in ("proposal",)
        else "supported"
    )
    return Finding(verdict, round(confidence, 2), best.record.label, proof)


def _surely(m: Meeting) -> bool:
    """Whether a record tells of the same thing beyond doubt, its day apart."""
    if m.parties < 1 or m.apt is False:
        return False
    return m.close >= 0.5 or (m.apt is True and m.close >= 0.3)


def _misdated(claim: Claim, met: list[Meeting]) -> Finding | None:
    """The same event on another day, and none such in the period that is claimed."""
    if claim.period is None or claim.quantity is not None:
        return None
    same = [
        m
        for m in met
        if m.dated == "other" and (m.record.kind == "event" or m.record.attribute in DATED_PREDICATES) and _surely(m)
    ]
    rivals = [
        m for m in met if m.dated in ("exact", "within") and m.apt is not False and (m.parties >= 1 or m.close >= 0.3)
    ]
    if not same or rivals:
        return None
    best = same[0]
    p = best.record.period
    assert p is not None
    apart = min(abs((p.start - claim.period.end).days), abs((claim.period.start - p.end).days))
    if apart <= 45:
        return Finding("imprecise", 0.55, best.record.label, (evidence_of(best.record),))
    if best.close < 0.5 and claim.period.grain not in ("year", "span"):
        return None
    if (
        len({m.record.period.start.year for m in same if m.record.period and m.score >= best.score - 0.5}) > 1
        and best.close < 0.6
    ):
        return None
    label = claim.period.label
    return Finding(
        "contradicted",
        0.72,
        Label(f"{best.record.label.en}: {best.record.printed}", f"{best.record.label.zh}：{best.record.printed}"),
        (evidence_of(best.record),),
        swap=Swap("period", Label(label, label), Label(best.record.printed, best.record.printed)),
    )


def _wrong_actor(claim: Claim, met: list[Meeting]) -> Finding | None:
    """The same act by another government or firm."""
    if not claim.subject or claim.negated:
        return None
    for m in met:
        if m.close < 0.55 or m.apt is False or m.dated == "other" or m.parties < 1:
            continue
        actors = {a for a in m.record.actors if a in GENERAL} or {m.record.subject}
        homes = {country(s) or s for s in claim.subject}
        if (
            homes
            and not homes & actors
            and not set(claim.subject) & _named(m.record)
            and not homes & set(m.record.objects)
        ):
            a, b = name_of(claim.subject[0]), name_of(next(iter(sorted(actors))))
            return Finding("misattributed", 0.6, m.record.label, (evidence_of(m.record),), swap=Swap("entity", a, b))
    return None


def related(ids: Iterable[str], ctx: Context, kinds: Iterable[str]) -> list[Record]:
    """Return events of some kinds that touch any of some ids, the latest first."""
    wanted, names = set(kinds), {v for i in ids for v in (i, *variants(i))}
    found = {
        r.id: r
        for i in names
        for r in (*ctx.view.of(i), *ctx.view.onto(i))
        if r.kind == "event" and r.attribute in wanted
    }
    return sorted(found.values(), key=lambda r: r.printed, reverse=True)
