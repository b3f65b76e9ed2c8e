"""What law made of a chip on a day, and whether a licence, a ban or an order stood."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

from highfence.claims.computing.findings import Context, Finding, evidence_of
from highfence.claims.computing.happenings import happening, related
from highfence.claims.facts import Record, name_of
from highfence.claims.matching.readings import is_chip, products, variants
from highfence.claims.model import Claim, Evidence, Swap
from highfence.core.labels import Label

BARRED = frozenset(
    (
        "bans",
        "banned",
        "ban",
        "controls",
        "controlled",
        "restricts",
        "restricted",
        "blocks",
        "blocked",
        "bars",
        "barred",
        "licence-required",
        "requires-licence",
        "halts",
        "stops",
        "prohibits",
        "prohibited",
        "cut-off",
        "sanctions",
        "denies",
        "denied",
        "embargo",
    )
)
FREE = frozenset(
    (
        "allows",
        "allowed",
        "permits",
        "permitted",
        "legal",
        "exempt",
        "exempts",
        "uncontrolled",
        "lifts",
        "lifted",
        "free",
        "compliant",
        "complies",
    )
)
GRANTED = frozenset(
    ("approves", "approved", "licenses", "licensed", "grants", "granted", "resumes", "resumed", "clears", "cleared")
)
COMPLIANT = re.compile(
    r"合规|符合.{0,6}(?:管制|规定|要求)|通过.{0,6}审查|透过.{0,6}审查|"
    r"compl(?:y|ies|iant)|eligible for export|within the limits"
)
CUT = frozenset(("cut-down", "weakened", "castrated", "downgraded", "crippled", "trimmed"))


@lru_cache(maxsize=4096)
def requirement(chip: str, to: str, on: date) -> tuple[str, str, str, str, str]:
    """Return what law asks for a chip on a day: requirement, outcome in English and Chinese, paragraph, source."""
    from highfence.rules import classify

    v = classify(chip, to=to, on=on)
    label = v.outcome_label if isinstance(v.outcome_label, Label) else Label(str(v.outcome), str(v.outcome))
    cited = next((p.source for p in v.provisions if getattr(p, "source", "")), "")
    return v.requirement, label.en, label.zh, v.paragraph or "", cited


def status(claim: Claim, ctx: Context) -> Finding | None:
    """Return whether a chip was barred, free or licensed, as the law and the record of licences have it."""
    chips = [
        c
        for s in (*claim.subject, *claim.object)
        for c in ([s] if is_chip(s) else products(s)[:3] if claim.kind == "status" else [])
        if is_chip(c)
    ]
    verb = claim.attribute
    way = (
        "free"
        if COMPLIANT.search(claim.text.casefold())
        else "barred"
        if verb in BARRED
        else "free"
        if verb in FREE
        else "granted"
        if verb in GRANTED
        else ""
    )
    if not chips or not way:
        return happening(claim, ctx)
    if claim.negated:
        way = {"barred": "free", "free": "barred", "granted": "refused"}[way]
    chip, place = chips[0], _place(claim)
    days = _days(claim, ctx, chip)
    answers = [(d, requirement(chip, place, d)) for d in days]
    if way == "barred":
        return _barred(claim, ctx, chip, place, answers)
    if way == "free":
        return _free(claim, ctx, chip, place, answers)
    if way == "granted":
        return _granted(claim, ctx, chip, place, answers)
    return happening(claim, ctx)


NO_LICENCE = re.compile(
    r"(?:无需|不需要?|毋须|无须).{0,6}许可|"
    r"without (?:a |an |any )?(?:export )?licen[cs]e|no licen[cs]e (?:was |is )?(?:needed|required)|licen[cs]e-free"
)
NEEDS_LICENCE = re.compile(
    r"(?:须|需要?|必须|应当).{0,6}许可|许可(?:证)?要求|"
    r"(?:need|requir)\w*.{0,16}licen[cs]e|licen[cs]e requirement|under (?:a )?licen[cs]e"
)


def licence_words(claim: Claim, ctx: Context) -> Finding | None:
    """Return what the law asked of a chip, where a text says that it needed a licence or none."""
    text = claim.text.casefold()
    free = NO_LICENCE.search(text) is not None
    if not free and not NEEDS_LICENCE.search(text):
        return None
    chips = [c for c in (*claim.subject, *claim.object) if is_chip(c)]
    if not chips or (claim.period is not None and claim.period.start > ctx.published):
        return None
    place = _place(claim)
    answers = [(d, requirement(chips[0], place, d)) for d in _days(claim, ctx, chips[0])]
    return (
        _free(claim, ctx, chips[0], place, answers, licensed=False)
        if free
        else _barred(claim, ctx, chips[0], place, answers)
    )


def _place(claim: Claim) -> str:
    for id in (claim.place, *claim.object):
        if id.startswith("place-") and len(id) == 8 and id != "place-us":
            return id[6:].upper()
        if len(id) == 2 and id.isupper() and id != "US":
            return id
    return "CN"


def _days(claim: Claim, ctx: Context, chip: str) -> list[date]:
    """Return the days on which a claim may be meant to hold."""
    if claim.period is None:
        turns = [
            r.period.end + timedelta(days=1)
            for r in related([chip], ctx, ("control", "licence"))
            if r.period and r.period.end < ctx.published
        ]
        return [ctx.published, *(t for t in turns if t <= ctx.published)]
    start, end = claim.period.start, min(claim.period.end, max(ctx.published, claim.period.start))
    step = max((end - start).days // 4, 1)
    return list(
        dict.fromkeys(
            [end, *(start + timedelta(days=i * step) for i in range(5) if start + timedelta(days=i * step) <= end)]
        )
    )


def _law(chip: str, place: str, day: date, answer: tuple[str, str, str, str, str]) -> Evidence:
    _, en, zh, paragraph, source = answer
    n = name_of(chip)
    label = Label(
        f"{n.en} to {place} on {day}: {en}" + (f" ({paragraph})" if paragraph not in ("", "none") else ""),
        f"{n.zh}出口至{place}，{day}：{zh}" + (f"（{paragraph}）" if paragraph not in ("", "none") else ""),
    )
    return Evidence(
        label,
        "law",
        f"law:{chip}/{place}/{day}",
        source,
        "official",
        en,
        unit="",
        subject=chip,
        attribute="licence-requirement",
        period=day.isoformat(),
        published=day.isoformat(),
    )


def _events(chip: str, ctx: Context, kinds: tuple[str, ...], claim: Claim) -> list[Record]:
    found = related([chip, *variants(chip)], ctx, kinds)
    last = claim.period.end if claim.period else ctx.published
    return [r for r in found if r.period is not None and r.period.start <= last + timedelta(days=3)]


def _barred(
    claim: Claim, ctx: Context, chip: str, place: str, answers: list[tuple[date, tuple[str, str, str, str, str]]]
) -> Finding | None:
    needed = [(d, a) for d, a in answers if a[0] not in ("none", "")]
    orders = _events(chip, ctx, ("control", "purchase-ban"), claim)
    if needed:
        day, answer = needed[0]
        proof = (_law(chip, place, day, answer), *(evidence_of(r) for r in orders[:2]))
        return Finding(
            "supported", 0.88, proof[0].statement, proof, f"classify({name_of(chip).en}, {place}, {day}) = {answer[1]}"
        )
    bought = [r for r in orders if r.attribute == "purchase-ban"]
    if bought:
        return Finding("supported", 0.7, bought[0].label, tuple(evidence_of(r) for r in bought[:2]))
    day, answer = answers[0]
    if (
        (not claim.period and not _us(claim))
        or not OUTRIGHT.search(claim.text.casefold())
        or COMPLYING.search(claim.text.casefold())
    ):
        return None
    return Finding(
        "contradicted",
        0.75,
        _law(chip, place, day, answer).statement,
        (_law(chip, place, day, answer),),
        f"classify({name_of(chip).en}, {place}, {day}) = {answer[1]}",
    )


OUTRIGHT = re.compile(
    r"禁|封杀|封殺|断供|不得|不准|\bban|barred|prohibit|block|not allowed|restrict|cut off|licen[cs]e|许可|halted"
)
COMPLYING = re.compile(r"符合|应对|规避|绕开|compl(?:y|ied|ies|iant)|in response|to meet|work around|designed for")


def _us(claim: Claim) -> bool:
    return any(
        s in ("us-government", "bis", "commerce", "place-us", "US", "white-house")
        for s in (*claim.subject, *claim.speaker)
    )


def _free(
    claim: Claim,
    ctx: Context,
    chip: str,
    place: str,
    answers: list[tuple[date, tuple[str, str, str, str, str]]],
    licensed: bool = True,
) -> Finding | None:
    day, answer = answers[0]
    proof = _law(chip, place, day, answer)
    work = f"classify({name_of(chip).en}, {place}, {day}) = {answer[1]}"
    if answer[0] in ("none", ""):
        return Finding("supported", 0.85, proof.statement, (proof,), work)
    licences = _events(chip, ctx, ("licence",), claim) if licensed else []
    if licences:
        return Finding("supported", 0.6, licences[0].label, (evidence_of(licences[0]), proof), work)
    freed = [(d, a) for d, a in answers if a[0] in ("none", "")]
    earlier = requirement(chip, place, min(day, ctx.published) - timedelta(days=365))
    if freed or earlier[0] in ("none", ""):
        return Finding(
            "imprecise",
            0.65,
            Label(f"True before; then {proof.statement.en}", f"此前成立；其后{proof.statement.zh}"),
            (proof,),
            work,
        )
    return Finding("contradicted", 0.75, proof.statement, (proof,), work)


def _granted(
    claim: Claim, ctx: Context, chip: str, place: str, answers: list[tuple[date, tuple[str, str, str, str, str]]]
) -> Finding | None:
    licences = _events(chip, ctx, ("licence",), claim)
    when = claim.period.start - timedelta(days=120) if claim.period else ctx.published - timedelta(days=200)
    recent = [r for r in licences if r.period is not None and r.period.end >= when]
    if recent:
        return Finding("supported", 0.85, recent[0].label, tuple(evidence_of(r) for r in recent[:2]))
    said = [r for r in _events(chip, ctx, ("statement",), claim) if r.period is not None and r.period.end >= when]
    if said:
        if claim.future:
            return Finding("supported", 0.65, said[0].label, tuple(evidence_of(r) for r in said[:2]))
        return Finding(
            "imprecise",
            0.75,
            Label(f"Announced, not yet done: {said[0].label.en}", f"仅为宣布，尚未落实：{said[0].label.zh}"),
            tuple(evidence_of(r) for r in said[:2]),
            swap=Swap("period", Label("granted", "已批准"), Label("promised", "承诺批准")),
        )
    return happening(claim, ctx)


def weakened(claim: Claim, ctx: Context) -> Finding | None:
    """A chip said to have been cut down for a market: its cut-down sister, where it is not itself the cut one."""
    from highfence.catalogue.store import catalogue

    chip = next((c for c in claim.subject if is_chip(c)), None)
    if chip is None:
        return None
    own = catalogue().chip(chip)
    for_china = [r for r in related([chip], ctx, ("product",)) if "CN" in r.objects and r.subject == own.vendor]
    if for_china:
        return Finding("supported", 0.7, for_china[0].label, (evidence_of(for_china[0]),))
    for sister in catalogue().chips():
        if (
            sister.vendor == own.vendor
            and sister.family == own.family
            and sister.id not in variants(chip)
            and sister.id != chip
        ):
            made = [r for r in related([sister.id], ctx, ("product",)) if "CN" in r.objects and name_in(r, own.id)]
            if made:
                return Finding(
                    "imprecise",
                    0.65,
                    Label(f"The cut-down part is {sister.name.en}", f"特供型号为{sister.name.zh}"),
                    (evidence_of(made[0]),),
                    swap=Swap("entity", own.name, sister.name),
                )
    return None


def name_in(r: Record, chip: str) -> bool:
    """Whether an event's words name a chip by the last part of its name."""
    from highfence.claims.matching.readings import family

    short = family(chip).rpartition("-")[2].casefold()
    return short in r.label.en.casefold() or chip in r.objects
