"""Places in a ranking: as somebody printed them, or worked out from series that measure the same of several."""

from __future__ import annotations

import re
from collections import defaultdict

from highfence.catalogue.series import all_series
from highfence.claims.computing.findings import Context, Finding, evidence_of
from highfence.claims.facts import Record, name_of, shown_value, words_of
from highfence.claims.matching.amounts import interval
from highfence.claims.matching.attributes import attribute_match, mentions_market, narrowing
from highfence.claims.matching.candidates import closeness, context
from highfence.claims.matching.periods import meets
from highfence.claims.matching.readings import country, same
from highfence.claims.model import Claim, Swap
from highfence.core.labels import Label


def rank(claim: Claim, ctx: Context) -> Finding | None:
    """Return the place on record, or the place among those that are measured alike."""
    text = context(claim)
    words = words_of(text)
    printed = _printed(claim, ctx, words, text)
    if printed is not None:
        return printed
    return _worked_out(claim, ctx, text)


def _wanted(claim: Claim) -> tuple[float, float]:
    if claim.quantity is None:
        return (1.0, 3.0) if vague(claim) else (1.0, 1.0)
    w = interval(claim.quantity)
    if claim.quantity.comparator in ("<", "<="):
        return (1.0, claim.quantity.value)
    return (max(1.0, w.low), w.high if w.high < 1e6 else w.value)


VAGUE = re.compile(r"领先|前列|龙头|领跑|一流|leading|leader|top[- ]tier|world[- ]class|major", re.I)
PLAIN = re.compile(
    r"第一|最大|最高|最多|首位|榜首|largest|biggest|number one|no\. ?1|most\b|top\b(?![- ]tier)|first", re.I
)


def vague(claim: Claim) -> bool:
    """Whether a text says "leading" rather than a place."""
    return claim.quantity is None and VAGUE.search(claim.text) is not None and PLAIN.search(claim.text) is None


def _printed(claim: Claim, ctx: Context, words: frozenset[str], text: str) -> Finding | None:
    low, high = _wanted(claim)
    rows: list[tuple[float, Record]] = []
    for s in claim.subject:
        for r in (*ctx.view.of(s), *ctx.view.onto(s)):
            if r.attribute in ("rank", "leads") and (
                r.kind == "statement" or (r.kind == "series" and mentions_market(narrowing(r.series), text))
            ):
                close = closeness(ctx.view, r, words)
                if close >= 0.3 or r.kind == "series":
                    rows.append((close, r))
    if claim.period is not None:
        rows = [x for x in rows if meets(x[1], claim.period) != "other"] or rows
    for close, r in sorted(rows, key=lambda x: (-x[0], x[1].id)):
        place = (
            float(r.value)
            if r.numeric and isinstance(r.value, (int, float))
            else 1.0
            if r.attribute == "leads"
            else None
        )
        if place is None:
            continue
        if low <= place <= high:
            passed = _passed(claim, ctx, words, r) if high == 1.0 else None
            if passed is not None:
                return Finding(
                    "imprecise",
                    0.6,
                    Label(f"Since passed: {passed.label.en}", f"其后被超过：{passed.label.zh}"),
                    (evidence_of(r), evidence_of(passed)),
                )
            return Finding("supported", 0.8, r.label, (evidence_of(r),))
        if vague(claim) and place > high:
            return Finding(
                "imprecise", 0.5, Label(f"{r.label.en}: {place:g}", f"{r.label.zh}：{place:g}"), (evidence_of(r),)
            )
        if close >= 0.5 and r.holds and not vague(claim):
            return Finding("contradicted", 0.7, r.label, (evidence_of(r),))
    leaders = [
        r
        for r in ctx.view.with_attribute("leads")
        if r.holds and closeness(ctx.view, r, words) >= 0.55 and not any(same(r.subject, s) for s in claim.subject)
    ]
    if leaders and high == 1.0:
        r = leaders[0]
        if (r.objects and set(r.objects) & {*claim.object}) or closeness(ctx.view, r, words) >= 0.7:
            return Finding(
                "contradicted",
                0.65,
                r.label,
                (evidence_of(r),),
                swap=Swap("entity", name_of(claim.subject[0]) if claim.subject else Label("", ""), name_of(r.subject)),
            )
    return None


def _passed(claim: Claim, ctx: Context, words: frozenset[str], held: Record) -> Record | None:
    """Return a later record that another leads in the same thing."""
    for r in ctx.view.with_attribute("leads"):
        if (
            r.holds
            and not any(same(r.subject, s) for s in claim.subject)
            and closeness(ctx.view, r, words) >= 0.3
            and set(r.objects) & set(held.objects)
            and r.period
            and (held.period is None or r.period.start > held.period.start)
        ):
            return r
    return None


def _worked_out(claim: Claim, ctx: Context, text: str) -> Finding | None:
    """Set a subject's latest value beside others measured alike in the same period."""
    low, high = _wanted(claim)
    groups: dict[tuple[str, ...], dict[str, Record]] = defaultdict(dict)
    for line in all_series().values():
        narrow = narrowing(line.id)
        topical = len(words_of(text) & (words_of(name_of(line.subject).en) | words_of(name_of(line.subject).zh))) > 0
        if not (mentions_market(narrow, text) if narrow else topical):
            continue
        if line.measure not in ("share", "market-size", "units", "capacity", "spending", "revenue", "sales", "stock"):
            continue
        points = ctx.view.in_series(line.id)
        if not points or points[0].unit == "rank":
            continue
        if (
            claim.attribute
            and attribute_match(claim.attribute, points[0]) == "other"
            and line.measure not in ("share", "market-size")
        ):
            continue
        place = line.place if line.place != "world" else ""
        for p in points:
            if p.status not in ("fact", "estimate") or (
                claim.period and meets(p, claim.period) not in ("exact", "fiscal")
            ):
                continue
            if p.period is None or (not claim.period and not 0 <= (ctx.published - p.period.end).days <= 600):
                continue
            groups["firm", line.measure, line.unit, place, p.printed, " ".join(sorted(narrow))][line.subject] = p
            if place:
                groups["place", line.measure, line.unit, line.subject, p.printed, " ".join(sorted(narrow))][
                    f"place-{place.casefold()}"
                ] = p
    if vague(claim):
        return None
    best: Finding | None = None
    for key in sorted(groups, key=lambda k: k[4], reverse=True):
        rows = groups[key]
        own = next(
            (s for s in claim.subject if s in rows or (key[0] == "place" and f"place-{claim.place.casefold()}" == s)),
            None,
        )
        if own is not None and key[0] == "firm" and claim.place not in ("", "world", key[3]):
            if country(own) != claim.place:
                continue
            rows = {name: r for name, r in rows.items() if country(name) == claim.place}
        if own is None or len(rows) < (3 if key[0] == "place" or claim.place in ("", "world", key[3]) else 2):
            continue
        order = sorted(rows, key=lambda k: -float(rows[k].value or 0))
        place_ = order.index(own) + 1
        work = " > ".join(f"{name_of(o).en} {shown_value(rows[o].value, rows[o].unit)}" for o in order[:4])
        proof = tuple(evidence_of(rows[o]) for o in order[:3])
        says = Label(f"Place {place_}: {work}", f"排第{place_}：{work}")
        if low <= place_ <= high:
            return Finding("supported", 0.65, says, proof, work)
        if place_ > high and best is None:
            first = float(rows[order[int(high) - 1]].value or 0)
            mine = float(rows[own].value or 0)
            near = mine > 0.85 * first
            best = Finding("imprecise" if near else "contradicted", 0.6, says, proof, work)
    return best
