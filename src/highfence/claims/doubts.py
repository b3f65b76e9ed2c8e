"""Reasons to hold back: where a number, its attribute or its subject may not be what a frame took them for.

A contradiction must survive every admissible reading of the text, so that what is doubtful is left without evidence.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from highfence.claims.matching.attributes import SPECS
from highfence.claims.matching.readings import is_chip, is_firm
from highfence.claims.model import Claim, Mention

EXPECTED = re.compile(
    r"(?:expect(?:ation|ed|ing|s)?|estimat\w*|consensus|forecasts?|projections?|guidance|outlook|target|预期|预估|预测|预计|指引|目标|一致预期)"
    r"[^,.;，。；]{0,18}$"
)
BY_UNIT = frozenset(("B", "B/s", "W", "nm", "FLOP/s", "OP/s", "TPP", "mm2", "Hz", "TPP/mm2"))
"""Units that of themselves tell which spec a number is of."""
NEAR = 400
"""Characters before a claim in which a thing named may be its subject."""


def vague(claim: Claim) -> bool:
    """Whether a number is no more than an order of magnitude: "billions of dollars"."""
    q = claim.quantity
    return q is not None and q.low is not None and q.high is not None and q.low > 0 and q.high / q.low > 4


def is_expected(claim: Claim) -> bool:
    """Whether a number is what somebody expected rather than what was."""
    return EXPECTED.search(before_number(claim)) is not None


def is_start(claim: Claim) -> bool:
    """Whether the number is the start of "from ... to" and the end is not read."""
    return (
        claim.before is None
        and re.search(r"(?:从|由|自|from)\s?(?:约|about |around |roughly )?$", before_number(claim)) is not None
    )


def floor(claim: Claim) -> bool:
    """Whether "more than" stands before a number that was read as plain."""
    return re.search(r"(?:more than|over|upwards of|超过|超|逾|不止)\s?$", before_number(claim)) is not None


def before_number(claim: Claim) -> str:
    q = claim.quantity
    if q is None or not q.printed:
        return ""
    at = claim.text.casefold().find(q.printed.casefold())
    return claim.text.casefold()[max(at - 40, 0) : at] if at > 0 else ""


def doubtful_attribute(claim: Claim) -> bool:
    """Whether what a number is of was taken from elsewhere: not named in the claim, or nearer to another number."""
    q = claim.quantity
    if q is None or not claim.mentions or q.unit in BY_UNIT:
        return False
    named = [m for m in claim.mentions if m.kind == "attribute"]
    own = [m for m in named if m.id == claim.attribute or _alike(m.id, claim.attribute)]
    if not own and claim.kind == "share" and q.unit == "share" and claim.market and not named:
        return False
    if not own:
        return claim.kind in ("quantity", "share", "ratio", "change") and bool(
            named or claim.kind in ("quantity", "share")
        )
    at = _number(claim)
    if at is None:
        return False
    start = claim.before.printed if claim.before is not None else ""
    between = [
        m
        for m in claim.mentions
        if m.kind == "quantity" and m is not at and m.quantity is not None and m.quantity.printed != start
    ]
    return all(_cut_off(a, at, between) for a in own)


def _alike(a: str, b: str) -> bool:
    """Whether two attributes are one to a reader: revenue and a share of revenue, compute and performance."""
    groups = (
        {"revenue", "revenue-share", "share"},
        {"compute", "performance"},
        {"market-size", "share", "consumption"},
    )
    return any(a in g and b in g for g in groups)


def _number(claim: Claim) -> Mention | None:
    q = claim.quantity
    return next(
        (
            m
            for m in claim.mentions
            if m.kind == "quantity" and m.quantity is not None and q is not None and m.quantity.printed == q.printed
        ),
        None,
    )


def _cut_off(attribute: Mention, number: Mention, others: list[Mention]) -> bool:
    """Whether another number stands between an attribute and a number, so that the attribute is more likely its."""
    low, high = sorted(((attribute.start, attribute.end), (number.start, number.end)))
    return any(low[1] <= o.start and o.end <= high[0] for o in others)


def readings(claim: Claim, claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """Return a claim about each other thing that may be its subject, where its own text names none.

    What is named shortly before, of the same kind, may be meant.
    """
    if not claim.subject or not claim.mentions:
        return ()
    said = {m.id for m in claim.mentions if m.kind == "entity"}
    first = claim.subject[0]
    if first in said or not (is_chip(first) or is_firm(first)):
        return ()
    same = is_chip if is_chip(first) else is_firm
    before = [c for c in claims if 0 <= claim.start - c.start <= NEAR and (c.start, c.end) != (claim.start, claim.end)][
        ::-1
    ]
    if _plainly(first, before, same):
        return ()
    others = [m.id for c in before for m in c.mentions if m.kind == "entity" and same(m.id) and m.end <= claim.start]
    others += [s for c in before for s in (*c.subject, *c.object) if same(s)]
    found = [o for o in dict.fromkeys(others) if o not in claim.subject and o not in claim.object]
    return tuple(replace(claim, subject=(o, *(s for s in claim.subject if not same(s)))) for o in found[:4])


def _plainly(first: str, before: list[Claim], same: Callable[[str], bool]) -> bool:
    """Whether the nearest claim that names anything of a kind opens with this thing and names no other."""
    for c in before:
        named = [m for m in c.mentions if m.kind == "entity" and same(m.id)]
        if named:
            return {m.id for m in named} == {first} and named[0].start - c.start <= OPENING
    return False


OPENING = 12
"""Characters within which a claim's grammatical subject begins."""
COLLECTIVE = re.compile(
    r"合计|合共|共占|加起来|[两三四五]家|[两三四五]大|together|combined|between them|the (?:two|three|four|five|top)\b"
)


def collective(claim: Claim) -> bool:
    """Whether a number is of several things together."""
    said = {m.id for m in claim.mentions if m.kind == "entity" and is_firm(m.id)}
    several = len(said.intersection((*claim.subject, *claim.object))) > 1
    return claim.quantity is not None and (several or COLLECTIVE.search(claim.text.casefold()) is not None)


def spec_of(claim: Claim) -> bool:
    """Whether a claim is about a spec."""
    return claim.attribute in SPECS
