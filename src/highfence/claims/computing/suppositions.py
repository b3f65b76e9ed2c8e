"""What a claim takes for granted: whose a thing is, how long ago something was, that nothing comes from abroad."""

from __future__ import annotations

import re
from datetime import date

from highfence.claims.computing.findings import Context, Finding, evidence_of
from highfence.claims.computing.relations import origin
from highfence.claims.facts import Record, name_of, words_of
from highfence.claims.matching.readings import country, is_chip, is_firm, owners
from highfence.claims.model import Claim, Evidence, Swap
from highfence.core.labels import Label

OWN_WORK = re.compile(
    r"自研|自主研发|国产化率|完全国产|纯国产|self-develop|home-?grown|indigenous|in-house|localis|localiz"
)
AUTONOMY = re.compile(
    r"自主可控|自给自足|完全自主|全链条|全产业链|不再依赖|摆脱.{0,4}依赖|self-sufficien|self-relian|"
    r"entire supply chain|full supply chain|"
    r"independent of foreign|no longer (?:relies|depends)"
)
WHOLE = re.compile(r"100%|百分之百|完全|全部|全链条|全产业链|全面|彻底|fully|entirely|completely|whole|entire|wholly")


def presumed_owner(claim: Claim, ctx: Context) -> Finding | None:
    """Return whether a thing named as somebody's is: "Huawei's Kunlun nears the top"."""
    for thing in claim.subject[:4]:
        above = owners(thing)
        for other in claim.subject[:4]:
            if other == thing or not above or not is_firm(other) or not _adjoin(claim, other, thing):
                continue
            if other in above:
                if claim.kind == "event" and not claim.attribute and claim.quantity is None:
                    return origin(
                        Claim(claim.start, claim.end, claim.text, "origin", (other,), (thing,), attribute="has"), ctx
                    )
                continue
            found = origin(
                Claim(claim.start, claim.end, claim.text, "origin", (other,), (thing,), attribute="has"), ctx
            )
            if found is not None and found.verdict == "misattributed":
                return found
    return None


def _adjoin(claim: Claim, a: str, b: str) -> bool:
    """Whether a claim's text names one right before the other."""
    spans = {m.id: (m.start, m.end) for m in claim.mentions if m.kind == "entity" and m.id in (a, b)}
    if len(spans) < 2:
        text = claim.text
        first, second = name_of(a), name_of(b)
        return any(
            re.search(re.escape(x) + r"(?:'s|的|旗下|旗下的)?\s?" + re.escape(y[:2]), text)
            for x, y in ((first.zh, second.zh), (first.en, second.en))
        )
    between = (
        claim.text[spans[a][1] - claim.start : spans[b][0] - claim.start] if spans[a][1] <= spans[b][0] else "-" * 99
    )
    return len(between.strip()) <= 2 or MAKER_OF.fullmatch(between.strip(" ,，").casefold()) is not None


MAKER_OF = re.compile(
    r"(?:the |a )?(?:maker|developer|designer|producer|owner|parent|manufacturer) of(?: the)?|"
    r"旗下的?|生产的|推出的|自研的?"
)


def own_work(claim: Claim, ctx: Context) -> Finding | None:
    """Return what a thing that is said to be wholly somebody's own work takes from abroad."""
    text = claim.text.casefold()
    if AUTONOMY.search(text) and not claim.negated:
        return _autonomy(claim, ctx)
    whole = WHOLE.search(text) is not None or (
        claim.quantity is not None and claim.quantity.unit == "share" and claim.quantity.value >= 0.99
    )
    if not OWN_WORK.search(text) or not whole or claim.negated:
        return None
    for subject in claim.subject[:2]:
        home = country(subject)
        foreign = [
            r
            for s in (subject, *_members(subject, ctx))
            for r in ctx.view.of(s, "uses")
            if r.holds and any(country(o) not in ("", home) for o in r.objects)
        ]
        made = [
            r
            for s in (subject, *_members(subject, ctx))
            for r in ctx.view.onto(s)
            if r.attribute == "manufactures"
            and r.holds
            and country(r.subject) not in ("", home)
            and (r.period is None or r.period.end >= ctx.published)
        ]
        if foreign or made:
            r = (foreign or made)[0]
            return Finding(
                "contradicted",
                0.68,
                Label(f"Not wholly its own: {r.label.en}", f"并非完全自研：{r.label.zh}"),
                tuple(evidence_of(x) for x in (*foreign, *made)[:3]),
            )
    return None


COMPATIBLE = re.compile(r"兼容|相容|适配|compatible|runs? on|built on")


def own_platform(claim: Claim, ctx: Context) -> Finding | None:
    """Return that a chip goes with its own maker's software."""
    if claim.quantity is not None or claim.negated or not COMPATIBLE.search(claim.text.casefold()):
        return None
    for chip in claim.subject[:2]:
        above = owners(chip)
        if is_chip(chip) and any(o in above for o in (*claim.object, *claim.subject)):
            return origin(
                Claim(claim.start, claim.end, claim.text, "origin", (above[0],), (chip,), attribute="has"), ctx
            )
    return None


def _members(family: str, ctx: Context) -> list[str]:
    from highfence.catalogue.statements import things

    return [t.id for t in things().values() if t.id.startswith(f"{family}-") or t.parent == family][:20]


def _autonomy(claim: Claim, ctx: Context) -> Finding | None:
    """A country said to have the whole chain in its own hands, against goods that one firm abroad alone makes."""
    homes = {country(s) or claim.place for s in claim.subject} | ({claim.place} if claim.place else set())
    homes -= {"", "world"}
    if len(homes) != 1:
        return None
    home = next(iter(homes))
    abroad: list[Record] = [
        r for r in ctx.view.with_attribute("makes") if r.only and r.holds and country(r.subject) not in ("", home)
    ]
    denied = [r for r in ctx.view.with_attribute("makes") if not r.holds and country(r.subject) == home]
    if not abroad:
        return None
    return Finding(
        "contradicted",
        0.72,
        Label(f"Not the whole chain: {abroad[0].label.en}", f"并非全链条：{abroad[0].label.zh}"),
        tuple(evidence_of(r) for r in (*abroad[:2], *denied[:2])),
    )


def long_ago(claim: Claim, ctx: Context) -> Finding | None:
    """Return that a thing dated by "five years ago" is dated otherwise elsewhere in the article, and by the record."""
    if claim.period is None or claim.kind not in ("event", "status") or not claim.subject:
        return None
    own = words_of(claim.text) - {w for s in claim.subject for w in words_of(f"{name_of(s).en} {name_of(s).zh}")}
    for other in ctx.claims:
        if (
            other.period is None
            or other.start == claim.start
            or not other.subject
            or other.subject[0] != claim.subject[0]
        ):
            continue
        if (
            not own & words_of(other.text)
            or other.period.grain not in ("year", "month", "day")
            or other.kind != claim.kind
        ):
            continue
        apart = _years(claim.period.start, other.period.start)
        if apart < 1 or not claim.period.relative or other.period.relative:
            continue
        known = [
            r
            for r in (*ctx.view.of(claim.subject[0]), *ctx.view.onto(claim.subject[0]))
            if r.kind == "event" and r.period is not None
        ]
        there = [r for r in known if r.period and abs(r.period.start.year - other.period.start.year) == 0]
        here = [r for r in known if r.period and r.period.start.year == claim.period.start.year]
        if there and not here:
            proof = Evidence(
                Label(f"The article also says: {other.text}", f"文中另有：{other.text}"),
                "article",
                f"article:{other.start}-{other.end}",
            )
            years = _years(other.period.start, ctx.published)
            work = f"{ctx.published.year} − {other.period.start.year} = {years}"
            return Finding(
                "contradicted",
                0.72,
                Label(
                    f"{there[0].label.en}, {there[0].printed}: {years} years before",
                    f"{there[0].label.zh}（{there[0].printed}），距今{years}年",
                ),
                (evidence_of(there[0]), proof),
                work,
                Swap("internal", Label(claim.text, claim.text), Label(other.text, other.text)),
            )
    return None


def _years(a: date, b: date) -> int:
    return abs(a.year - b.year)
