"""What governments do to single chips on a day: the law and the measures as they stand, or any others in their place.

The market asks a regime; who answers it is outside. :func:`law_regime` answers from the law and from China's measures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from highfence.catalogue import catalogue
from highfence.choice.buyers import buyer
from highfence.choice.gates import government, law
from highfence.core.dates import parse_period
from highfence.core.ranges import Range

PLACE = "CN"
NO_QUOTA, NO_CAP = 1e8, 1e3
"""Chips a quarter, and share of US sales, that stand for no limit."""

FEE_CHIPS = ("amd-mi308x", "nvidia-h20", "nvidia-h20-141gb")
"""Chips of whose licensed sales the reported fee of August 2025 was asked."""


@dataclass(frozen=True, slots=True, eq=False)
class Regime:
    """What holds of a chip on a day.

    Attributes
    ----------
    let : share of orders that the exporter's law lets through. curb : share of a segment's orders that the buyer's own
    state stops; None where it has no measure. duty : share of the value, on the way. quota : chips a quarter at most.
    quota_share : most over what is sold in the United States.
    """

    let: Callable[[str, date], Range]
    curb: Callable[[str, str, date], Range | None]
    duty: Callable[[str, date], Range]
    quota: Callable[[str, date], Range]
    quota_share: Callable[[str, date], Range]


def law_regime(known: date, as_of: date | None = None, overlay: tuple[Any, ...] = ()) -> Regime:
    """Return the law as known on a day, under some overlays, with China's own measures.

    Parameters
    ----------
    as_of : day of knowledge that a user sets, on which law is read from then on; else what is already law holds on its
    own day.

    >>> law_regime(date(2026, 11, 24)).duty("nvidia-h200-sxm", date(2026, 3, 1)).mid
    0.25
    """
    def read(day: date) -> date:
        return day if as_of is None else min(day, as_of)

    return Regime(let=lambda chip, day: _law(chip, read(day), known, overlay),
                  curb=lambda chip, segment, day: (_measures(chip, segment, read(day), known)
                                                   if day <= measured_until(known) else None),
                  duty=lambda chip, day: Range.exact(way_duty(chip, read(day), overlay)
                                                     if reviewed(chip, read(day), overlay) else 0.0),
                  quota=lambda chip, day: Range.exact(NO_QUOTA),
                  quota_share=lambda chip, day: Range.exact(volume_cap(chip, read(day), overlay)))


def measured_until(known: date) -> date:
    """Return the last day on which dated measures of the buyers' state hold: the end of the quarter of the day of
    knowledge. From then on it follows its own pay-off.

    >>> measured_until(date(2026, 11, 24))
    datetime.date(2026, 12, 31)
    """
    return parse_period(f"{known.year}-Q{(known.month + 2) // 3}").end


@lru_cache(maxsize=16384)
def _law(chip: str, day: date, known: date, overlay: tuple[Any, ...]) -> Range:
    """Return the share of orders that US law lets through to a firm of China that is on no list."""
    return law(catalogue().chip(chip), PLACE, day, known, overlay, (), PLACE, None, "no", "civil", False).factor


def _measures(chip: str, segment: str, day: date, known: date) -> Range | None:
    """Return the share of a segment's orders that China's own measures stop, or None where none stops any."""
    who, entry = buyer(segment), catalogue().chip(chip)
    maker = catalogue().firm(entry.vendor).country
    _, let, cap = government(entry, maker, PLACE, day, known, who.kind, who.access.state_funded)
    return stopped(let, cap) if min(let.low, cap.low) < 1.0 else None


def stopped(let: Range, cap: Range) -> Range:
    """Return what is stopped where so much is let through, and foreign chips may be so much of a purchase.

    >>> stopped(Range(0.2, 0.5, 0.8), Range.exact(0.5))
    Range(low=0.5, mid=0.5, high=0.8)
    """
    return Range(1.0 - min(let.high, cap.high), 1.0 - min(let.mid, cap.mid), 1.0 - min(let.low, cap.low))


@lru_cache(maxsize=16384)
def _verdict(chip: str, day: date, overlay: tuple[Any, ...]) -> tuple[str, str]:
    from highfence.rules import classify

    found = classify(chip, to=PLACE, on=day, hq=PLACE, overlay=overlay or None)
    return found.requirement, str(found.review)


def reviewed(chip: str, day: date, overlay: tuple[Any, ...] = ()) -> bool:
    """Return whether licences for a chip are reviewed case by case, which asks for export from the United States."""
    requirement, review = _verdict(chip, day, overlay)
    return requirement == "licence" and review.startswith("case_by_case")


@lru_cache(maxsize=16384)
def way_duty(chip: str, day: date, overlay: tuple[Any, ...] = ()) -> float:
    """Return the duty on a chip that enters the United States on its way elsewhere, as a share of its value."""
    from highfence.rules import classify

    verdict = classify(chip, to="US", transaction="import", on=day, overlay=overlay or None)
    return max((d.rate for d in verdict.duties if d.status == "due"), default=0.0)


def volume_cap(chip: str, day: date, overlay: tuple[Any, ...] = ()) -> float:
    """Return the most that the review against certificates lets be sold, over US sales; no cap where it is not asked.

    >>> volume_cap("nvidia-h200-sxm", date(2026, 6, 1)), volume_cap("nvidia-h20", date(2025, 6, 1)) == NO_CAP
    (0.5, True)
    """
    from highfence.rules.store import shipped_law

    if _verdict(chip, day, overlay) != ("licence", "case_by_case_if_certified"):
        return NO_CAP
    values = shipped_law().parameter("us.ear.742.6_b_10.volume_share").values
    begun = [(since, value) for since, value in values if since <= day and isinstance(value, float)]
    return float(max(begun)[1]) if begun else NO_CAP
