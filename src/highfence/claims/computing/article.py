"""Whether an article agrees with itself: two numbers for one thing, and years that do not add up."""

from __future__ import annotations

from highfence.claims.facts import shown_value
from highfence.claims.matching.amounts import factor, interval
from highfence.claims.model import Claim, Evidence, Swap
from highfence.core.labels import Label


def rival(claim: Claim, claims: tuple[Claim, ...]) -> tuple[Swap, Evidence, str] | None:
    """Return another claim of the same article that gives another number for the same thing, or None."""
    if claim.quantity is None or not claim.subject or not claim.attribute:
        return None
    for other in claims:
        if (
            (other.start, other.end) == (claim.start, claim.end)
            or other.quantity is None
            or other.attribute != claim.attribute
            or other.kind != claim.kind
        ):
            continue
        if (
            not set(other.subject) & set(claim.subject)
            or other.role != claim.role
            or other.place != claim.place
            or other.market != claim.market
        ):
            continue
        if (other.period and other.period.label) != (claim.period and claim.period.label) or set(other.object) != set(
            claim.object
        ):
            continue
        by = factor(claim.quantity.unit, other.quantity.unit)
        if by is None:
            continue
        theirs = interval(other.quantity)
        if interval(claim.quantity).distance(theirs.low * by, theirs.high * by) > 0.1:
            a, b = (shown_value(c.quantity.value, c.quantity.unit) for c in (claim, other) if c.quantity)
            swap = Swap("internal", Label(claim.text, claim.text), Label(other.text, other.text))
            proof = Evidence(
                Label(f"The article also says: {other.text}", f"文中另有：{other.text}"),
                "article",
                f"article:{other.start}-{other.end}",
            )
            return swap, proof, f"{a} ≠ {b}"
    return None
