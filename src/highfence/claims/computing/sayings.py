"""Who said what, and what was foreseen: the words on record, and numbers under another speaker's name."""

from __future__ import annotations

from dataclasses import replace

from highfence.claims.computing.findings import Context, Finding, evidence_of, weigh
from highfence.claims.computing.happenings import happening
from highfence.claims.computing.levels import candidates
from highfence.claims.facts import Record, name_of, named_in, words_of
from highfence.claims.matching.amounts import Interval, factor, fits, interval
from highfence.claims.matching.candidates import Candidate, closeness, context
from highfence.claims.matching.periods import meets
from highfence.claims.matching.readings import owners, same
from highfence.claims.model import Claim, Swap
from highfence.core.labels import Label

FORESEEN = frozenset(("forecast", "guidance", "target"))


def saying(claim: Claim, ctx: Context) -> Finding | None:
    """Return whether the speaker is on record with it; the number may stand under another's name."""
    if claim.quantity is not None:
        found = _number_said(claim, ctx)
        if found is not None:
            return found
    return happening(claim, ctx)


def _number_said(claim: Claim, ctx: Context) -> Finding | None:
    q = claim.quantity
    assert q is not None
    if not claim.speaker:
        return None
    wanted = interval(q)
    found = candidates(claim, ctx, q.unit)
    said = [c for c in found if _by(c.records[0], claim.speaker) and not c.hard - {"period"}]
    if said:
        return weigh(claim, [replace(c, faults=c.faults - {"claim", "estimate"}) for c in said])
    return _other_source(claim, ctx, wanted)


def _by(r: Record, speakers: tuple[str, ...]) -> bool:
    """Whether a record was published by any of some speakers."""
    by = {*named_in(r.by), *r.actors, r.subject if r.kind in ("statement", "forecast") else ""}
    own = r.subject if r.kind == "series" and not r.by else ""
    return any(s == own or s in by or any(same(s, b) for b in by if b) or s in owners(own or "-") for s in speakers)


def _other_source(claim: Claim, ctx: Context, wanted: Interval) -> Finding | None:
    """The number is on record, from somebody else, in words like the claim's."""
    q = claim.quantity
    assert q is not None
    words = words_of(context(claim))
    for score, r in ctx.view.search(words, ("series", "forecast", "statement"))[:80]:
        by = factor(q.unit, r.unit)
        if score < 8 or by is None or not r.numeric or _by(r, claim.speaker):
            continue
        if r.kind == "series" and not r.by and r.status not in ("guidance", "claim"):
            continue
        low, high = r.ends
        if fits(wanted, low * by, high * by) != "inside" or closeness(ctx.view, r, words) < 0.3:
            continue
        if wanted.high == float("inf") and low * by > 1.15 * q.value:
            continue
        if not {*claim.subject, *claim.object} & {r.subject, *r.actors, *r.objects}:
            continue
        who = next(iter(named_in(r.by)), r.subject)
        if who in claim.speaker:
            continue
        return Finding(
            "misattributed",
            0.6,
            Label(f"On record from {name_of(who).en}: {r.label.en}", f"出自{name_of(who).zh}：{r.label.zh}"),
            (evidence_of(r),),
            swap=Swap("source", name_of(claim.speaker[0]), name_of(who)),
        )
    return None


def foreseen(claim: Claim, ctx: Context) -> Finding | None:
    """Return whether it was forecast by publication, and, once known, whether it came."""
    q = claim.quantity
    if q is None:
        return happening(claim, ctx)
    if claim.speaker and (found := _number_said(claim, ctx)) is not None:
        return found
    found_ = [c for c in candidates(claim, ctx, q.unit) if "forecast" in c.faults]
    wanted = interval(q)
    good = [
        c
        for c in found_
        if not c.hard - {"attribute"}
        and fits(wanted, c.low, c.high) == "inside"
        and _horizon(claim, c)
        and "attribute" not in c.hard
    ]
    if good:
        return Finding(
            "supported",
            0.75,
            Label(f"So it was forecast: {good[0].records[0].label.en}", f"确有此预测：{good[0].records[0].label.zh}"),
            tuple(evidence_of(c.records[0], "forecast") for c in good[:3]),
        )
    return None


def _horizon(claim: Claim, c: Candidate) -> bool:
    return claim.period is None or meets(c.records[0], claim.period) in (
        "exact",
        "fiscal",
        "unstated",
        "overlaps",
        "within",
    )
