"""What the law said of buying a chip on a day, as a cost shows it: one word, the sentence, and the sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from highfence.core.facts import Source
from highfence.core.labels import Label


@dataclass(frozen=True, slots=True)
class Lawful:
    """Legal status of a purchase.

    Attributes
    ----------
    status : ``free``, ``licence``, ``unknown``. outcome : the law's one line in both languages.
    paragraph : of the control list. sources : of the law.
    """

    status: str
    outcome: Label
    paragraph: str
    sources: tuple[Source, ...] = ()


STATUS = {"none": "free", "licence": "licence", "unknown": "unknown"}


def lawful(chip: str, *, to: str, on: date, overlay: Sequence[Any] = ()) -> Lawful:
    """Return what the law said of selling a chip to a place on a day.

    >>> [lawful("H20", to="CN", on=date.fromisoformat(day)).status for day in ("2025-02-01", "2025-05-01")]
    ['free', 'licence']
    """
    return _asked(chip, to, on, tuple(overlay))


@lru_cache(maxsize=16_384)
def _asked(chip: str, to: str, on: date, overlay: tuple[Any, ...]) -> Lawful:
    from highfence.rules import classify

    verdict = classify(chip, to=to, on=on, overlay=list(overlay) or None)
    return Lawful(STATUS.get(verdict.requirement, "unknown"), verdict.outcome_label, verdict.paragraph,
                  tuple(verdict.sources))
