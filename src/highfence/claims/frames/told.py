"""Claims without a number: what happened, what law says, who makes what, who ranks where, who said what."""

from __future__ import annotations

import re

from highfence.claims.frames import checkable, lexicon, slots
from highfence.claims.frames.acts import act
from highfence.claims.frames.belonging import Belonging, belonging
from highfence.claims.frames.clause import Clause
from highfence.claims.frames.parts import Part
from highfence.claims.frames.permission import APPROVED, BAN, FREE, LICENCE, Permission, permission
from highfence.claims.frames.roles import NOUNS, predicate
from highfence.claims.frames.slots import future, ids, linked
from highfence.claims.frames.subjects import Context, entities, subject
from highfence.claims.frames.view import View
from highfence.claims.mentions.lexicon import lexicon as mention_lexicon
from highfence.claims.model import Claim, Mention


def told(view: View, clause: Clause, part: Part, ctx: Context) -> Claim:
    """Return what a clause without a number asserts."""
    start, end = part.start, part.end
    kind = _plain_kind(view, clause)
    whose = belonging(view, clause.start, end) if kind in _MAY_BELONG else None
    if whose is not None:
        return _belongs(view, clause, start, end, whose, ctx)
    allowed = permission(view, clause.start, end) if kind in _MAY_ALLOW else None
    if kind == "attribution" and clause.speech and 0 <= start - clause.speech[1] <= 4:
        start = clause.speech[0]
    verb = _verb_at(view, clause, kind)
    done = act(view, clause.core, end) if kind in ("event", "status", "origin", "causal") else ""
    if allowed is not None and (done not in _ACTS_FIRST or (allowed.attribute == APPROVED and done == "signs")):
        return _allowed(view, clause, start, end, allowed, verb, ctx)
    if done:
        kind = "event"
    relation = done or _relation(view, clause, kind)
    attribute = relation
    meant = slots.attribute_of(view, start, end, None)
    if (kind in ("rank", "ratio", "change") and meant is not None) or (not attribute and meant is not None):
        attribute = meant.id
    who = subject(view, clause, verb, ctx, attribute)
    used = set(ids(who))
    if view.lang == "zh" and kind in ("event", "attribution", "status"):
        who, used = _agents(view, who), set(ids(_agents(view, who)))
    objects = [m for m in entities(view, max(verb, clause.said), end) if m.id not in used and m not in who]
    objects = [m for m in entities(view, clause.core, verb) if m.id not in used and _acted_on(view, m)] + objects
    if kind == "ratio" and clause.start < clause.core:
        objects += [
            m
            for m in entities(view, clause.start, clause.core)
            if m.id not in used and m.type not in ("place", "topic")
        ]
    if kind == "origin" and clause.role in ("item", "bracket", "apposition"):
        who, objects = _owner(view, clause)
    directions = mention_lexicon().directions
    changes = [m for m in view.within(clause.core, end, "change") if m.id]
    return Claim(
        start,
        end,
        view.text[start:end],
        kind,
        subject=ids(who),
        object=ids(objects),
        attribute=attribute,
        role="rank" if kind == "rank" else "ratio" if kind == "ratio" else "",
        direction=slots.direction_of(view, changes, directions),
        period=slots.period_of(view, clause, verb, ctx),
        base=slots.base_of(view, clause, None),
        place=slots.place_of(view, clause, ctx),
        market=slots.market_of(view, clause, meant),
        speaker=slots.speaker_of(view, clause, ctx) or (ids(who[:1]) if checkable.takes_stand(view, clause) else ()),
        negated=slots.negated(view, clause.core, end),
        hedged=view.has("hedge", clause.core, end),
        future=future(view, clause),
        words=slots.words_of(view, start, end),
        mentions=linked(view, clause.start, end),
    )


def _acted_on(view: View, m: Mention) -> bool:
    """Tell whether a Chinese name before the verb is what is acted on: 对X立案, 把X列入, 将X纳入."""
    return view.lang == "zh" and view.folded[m.start - 1 : m.start] in ("对", "把", "将", "向", "给", "就")


def _agents(view: View, who: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """Return those that act, where others before the verb are acted on."""
    return tuple(m for m in who if not _acted_on(view, m)) or who


_MAY_BELONG = frozenset(("origin", "event", "forecast", "status", "causal"))
_MAY_ALLOW = frozenset(("event", "status", "forecast", "origin", "ratio", "change"))
_ACTS_FIRST = frozenset(("lists", "investigates", "rescinds", "signs", "enacts", "tariff", "subsidy", "fine"))
_DOUBTS = {
    "en": re.compile(
        r"\b(?:reportedly|allegedly|perhaps|possibly|probably|apparently|likely|rumou?red|said to|believed to)\b"
    ),
    "zh": re.compile("据称|据传|传闻|或许|也许|大概|似乎|疑似"),
}
_WILL = {
    "en": re.compile(r"\b(?:will|is to|are to|plans? to|expects? to|set to|may soon)\b"),
    "zh": re.compile("将(?!.{0,8}(?:列入|纳入))|拟|计划"),
}


def _belongs(view: View, clause: Clause, start: int, end: int, whose: Belonging, ctx: Context) -> Claim:
    """Return a claim of whose a thing is or where a firm is at home."""
    placed = whose.attribute == "located-in"
    first, second = (whose.owned, whose.owner) if placed else (whose.owner, whose.owned)
    others = tuple(i for i in ids([second]) if not placed or not i.endswith("-government")) or ids([second])
    return Claim(
        start,
        end,
        view.text[start:end],
        "origin",
        subject=ids([first]),
        object=others,
        attribute=whose.attribute,
        period=slots.period_of(view, clause, whose.start, ctx),
        place=slots.place_of(view, clause, ctx),
        speaker=slots.speaker_of(view, clause, ctx),
        negated=slots.negated(view, whose.start, whose.end),
        hedged=view.has("hedge", clause.core, end),
        words=slots.words_of(view, start, end),
        mentions=linked(view, clause.start, end),
    )


def _allowed(view: View, clause: Clause, start: int, end: int, allowed: Permission, verb: int, ctx: Context) -> Claim:
    """Return a claim of what law makes of some goods, or of who may do what with them."""
    goods = [m for m in entities(view, clause.start, end) if m.type in ("chip", "system", "memory", "product")]
    named = [m for m in goods if m.type != "product"] or goods
    last = sorted((ctx.named[t] for t in ("chip", "system") if t in ctx.named), key=lambda m: -m.start)
    who = tuple(named) or tuple(last[:1]) or subject(view, clause, verb, ctx, allowed.attribute)
    rest = [m for m in entities(view, clause.start, end) if m not in who]
    denied = slots.negated(view, clause.core, allowed.start) or slots.negated(view, allowed.end, end)
    if allowed.attribute != FREE:
        denied = denied or slots.negated(view, allowed.start, min(allowed.start + 12, allowed.end))
    return Claim(
        start,
        end,
        view.text[start:end],
        "status",
        subject=ids(who),
        object=ids(rest),
        attribute=allowed.attribute,
        direction={LICENCE: -1, BAN: -1, FREE: 1, APPROVED: 1}[allowed.attribute],
        period=slots.period_of(view, clause, allowed.start, ctx),
        place=slots.place_of(view, clause, ctx),
        speaker=slots.speaker_of(view, clause, ctx),
        negated=denied,
        hedged=_DOUBTS[view.lang].search(view.folded, clause.core, allowed.start) is not None,
        future=_WILL[view.lang].search(view.folded, clause.core, end) is not None,
        words=slots.words_of(view, start, end),
        mentions=linked(view, clause.start, end),
    )


def _plain_kind(view: View, clause: Clause) -> str:
    """Name the kind of a claim without a number."""
    start, end = clause.start, clause.end
    if clause.role == "item":
        return "origin"
    if clause.role == "apposition":
        return "rank"
    if clause.role == "bracket" and not predicate(view, clause.core, end - 1):
        return "origin"
    if clause.speech and (
        (clause.speech[0] == clause.start and clause.core == clause.start) or view.text[clause.core] in '“"「'
    ):
        return "attribution"
    if clause.quoted:
        return "attribution"
    if checkable.stance(view, clause) or checkable.takes_stand(view, clause):
        return "attribution"
    if future(view, clause):
        return "forecast"
    if _superlative(view, clause):
        return "rank"
    compared = [
        m
        for m in (*view.within(start, clause.core, "comparison"), *view.within(clause.said, end, "comparison"))
        if m.id in ("exceed", "below", "approach", "equal", "than")
    ]
    if compared and not view.has("event", clause.said, end) and view.within(start, end, "entity"):
        return "ratio"
    timed = bool(view.within(start, end, "time"))
    if view.has("legal", clause.said, end):
        return "event" if timed or _acts(view, clause) else "status"
    if view.has("causal", clause.said, end) and not timed:
        return "causal"
    relations = [m.id for m in view.within(clause.said, end, "relation")]
    if any(
        m.id == "foundry-service" and view.text[m.start : m.end].strip()[:1] == "代"
        for m in view.within(clause.said, end, "entity")
    ):
        relations.append("makes")
    if (
        not timed
        and (
            any(r in ("makes", "designs", "owns", "founded") for r in relations)
            or ("supplies" in relations and not slots.negated(view, clause.said, end))
            or ("heads" in relations and _holds_office(view, clause))
        )
        and not (view.lang == "zh" and view.has("event", clause.said, end))
    ):
        return "origin"
    if (
        view.within(clause.said, end, "change")
        and view.within(clause.said, end, "attribute")
        and not view.has("event", clause.said, end)
    ):
        return "change"
    return "event"


def _holds_office(view: View, clause: Clause) -> bool:
    return (
        re.search(
            {
                "zh": "是|担任|出任|任|为",
                "en": r"\b(?:is|was|became|named|appointed|serves?|served|heads?|leads?|led|runs?)\b",
            }[view.lang],
            view.bare[clause.said : clause.end],
        )
        is not None
    )


def _acts(view: View, clause: Clause) -> bool:
    """Tell whether an agency or government does something, against a thing that simply is banned."""
    hits = view.find("legal", clause.said, clause.end)
    if not hits:
        return False
    actors = [m for m in entities(view, clause.said, hits[0].start()) if m.type in ("agency", "place", "person")]
    passive = {
        "zh": "被|受到|遭|获批|受限|属于|需要",
        "en": r"\b(?:is|are|remains?|be|being|been|requires?|subject to|needs?)\b",
    }[view.lang]
    return bool(actors) and re.search(passive, view.bare[clause.said : hits[0].end()]) is None


def _superlative(view: View, clause: Clause) -> bool:
    found = [m for m in view.within(clause.said, clause.end, "superlative") if m.id in ("largest", "smallest", "only")]
    return bool(found) or (
        lexicon.has(view.lang, "rank", re.sub("首次|首个|首款|first", "", view.bare[clause.said : clause.end]))
        and view.lang == "zh"
    )


def _verb_at(view: View, clause: Clause, kind: str) -> int:
    """Return where the verb of a clause starts, so that names before it are its subject."""
    by = re.compile("由(?=\ufffc)").search(view.bare, clause.core, clause.end) if view.lang == "zh" else None
    if by:
        return by.start()
    names = entities(view, clause.core, clause.end)
    hits = sorted(
        [h.start() for h in view.find("verbs", clause.core, clause.end)]
        + [
            m.start
            for m in view.within(clause.core, clause.end, "relation", "change", "reporting")
            if m.id not in ("of", "heads", "from")
            and m.end - m.start > (1 if view.lang == "zh" else 0)
            and not _noun(view, m)
        ]
    )
    if view.lang == "zh":
        nouns = [m.span() for m in NOUNS.finditer(view.bare, clause.core, clause.end)]
        hits = [h for h in hits if not any(a <= h < b for a, b in nouns)]
    if view.lang == "en":
        hits = sorted(
            [*hits, *(m.start() for m in re.compile(r"\b\w{3,}ed\b").finditer(view.bare, clause.core, clause.end))]
        )
    if kind == "ratio":
        compared = view.within(names[0].end if names else clause.core, clause.end, "comparison")
        if compared:
            return compared[0].start
    first = names[0].end if names and (not hits or names[0].start <= hits[0]) else clause.core
    return min((h for h in hits if h >= first), default=clause.end)


def _noun(view: View, m: Mention) -> bool:
    """Tell whether a word of a relation stands for a thing or place and not for an act: 旗下的, 子公司, "maker"."""
    return (
        re.fullmatch(
            "旗下|母公司|子公司|供应商|客户|subsidiary|subsidiaries|parent|customers?|suppliers?|makers?|founders?|"
            "unit of|"
            "arm of|division of",
            view.folded[m.start : m.end],
        )
        is not None
    )


_RELATIONS = (
    "bans",
    "approves",
    "makes",
    "designs",
    "owns",
    "supplies",
    "buys",
    "founded",
    "heads",
    "invests",
    "launches",
    "expands",
    "replaces",
    "uses",
    "requires",
    "covers",
    "partof",
)


def _relation(view: View, clause: Clause, kind: str) -> str:
    """Return the relation that a clause asserts: makes, owns, bans, says ..."""
    if kind == "attribution":
        return "says"
    if kind == "origin" and clause.role in ("item", "bracket"):
        return "makes"
    found = [
        m
        for m in view.within(clause.said, clause.end, "relation")
        if m.id in _RELATIONS and not (m.id == "owns" and view.folded[m.start : m.end] == "旗下")
    ]
    if not found:
        services = [m for m in view.within(clause.said, clause.end, "entity") if m.id == "foundry-service"]
        return "causes" if kind == "causal" else "makes" if services and kind == "origin" else ""
    order = {name: i for i, name in enumerate(_RELATIONS)}
    return min(found, key=lambda m: (order[m.id] > 1 if kind in ("status", "event") else 0, m.start)).id


def _owner(view: View, clause: Clause) -> tuple[tuple[Mention, ...], list[Mention]]:
    """Return owner and owned of A's B, or of B (A)."""
    names = entities(view, clause.start, clause.end)
    firms = [m for m in names if m.type in ("firm", "agency", "person", "fund")]
    rest = [m for m in names if m not in firms]
    return tuple(firms[:1]) or tuple(names[:1]), rest or firms[1:]
